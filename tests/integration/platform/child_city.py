"""A small city in a deployment of its own, and what is done there by real processes that may be killed at any moment.

    python child_city.py prepare UNITS      migrate, register, appoint, open and fill in a return for each unit
    python child_city.py travel FIRST LAST  carry the returns of some units from draft to lock, a line after every act
    python child_city.py submit UNIT        submit one return as it stands, say what came of it
    python child_city.py verify             verify the chain and that nothing is half done
"""

import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "shuangkong.config.settings"
os.environ["SHUANGKONG_DEMO"] = "1"

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from filing_steps import FORM, PERIOD, fill

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain import open_chain, system_actor
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filings import act_on_filing, open_filing, submit_filing
from shuangkong.services.organisations import OrganisationFacts, OrganisationKind, register_organisation
from shuangkong.services.people import Member, appoint, member, register_person
from shuangkong.services.platform_demo import load_organisations
from shuangkong.services.storage_faults import storage_refusal
from shuangkong.services.windows import set_window
from shuangkong.store.append_only import trigger_statements
from shuangkong.store.models import Filing, FilingAct, ObservationRow, Person, Submission

BEGIN, COUNTY = date(2020, 1, 1), "411721"
TAGS = frozenset({"industrial", "above_scale", "key_energy_user"})
WAY = (
    (ReturnAct.SUBMIT, ""), (ReturnAct.ACCEPT, "reviewer"), (ReturnAct.REVIEW, "reviewer"), (ReturnAct.APPROVE, "approver"), (ReturnAct.LOCK, "keeper"),
)  # fmt: skip


def who(name: str) -> Member:
    return member(Person.objects.get(sign_in_name=name).pk)


def prepare(count: int) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    open_chain()
    load_organisations()
    actor = system_actor("411700")
    people = [("reviewer", Role.REVIEWER, COUNTY), ("approver", Role.APPROVER, COUNTY), ("keeper", Role.APPROVER, "statistics")]
    for number in range(count):
        unit = f"K{number:03d}"
        facts = OrganisationFacts(name=Words(f"厂{unit}", f"Works {unit}"), parent=COUNTY, tags=TAGS)
        register_organisation(code=unit, kind=OrganisationKind.UNIT, facts=facts, valid_from=BEGIN, actor=actor, reason="测试", is_simulated=True)
        people.append((unit, Role.REPORTER, unit))
    for name, role, organisation in people:
        key = register_person(sign_in_name=name, full_name=f"{role.value}{name}")
        appoint(person_id=key, role=role, organisation=organisation, valid_from=BEGIN, actor=actor, reason="测试任职")
    set_window(
        form=form_of(FORM, Period.parse(PERIOD)), period=Period.parse(PERIOD), opens_on=BEGIN, due_on=BEGIN, closes_on=None, actor=actor, reason="测试填报期"
    )
    for number in range(count):
        reporter = who(f"K{number:03d}")
        fill(open_filing(form=FORM, organisation=f"K{number:03d}", period=PERIOD, who=reporter), reporter)


def travel(first: int, last: int, until: int = 5) -> None:
    print("ready", flush=True)
    for number in range(first, last):
        filing = Filing.objects.get(organisation__code=f"K{number:03d}")
        for act, name in WAY[filing.version : until]:
            filing.refresh_from_db()
            act_on_filing(filing_id=filing.pk, act=act, version=filing.version, who=who(name or f"K{number:03d}"))
            print(number, act.name, flush=True)


def submit(unit: str) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    filing = Filing.objects.get(organisation__code=unit)
    try:
        print("done", submit_filing(filing_id=filing.pk, version=0, who=who(unit)), flush=True)
    except InputRefused as refused:
        print("refused", type(refused).__name__, refused.faults[0].line("zh"), flush=True)


def approve(first: int, last: int, trouble: str) -> None:
    """Carry returns on while storage fails, and say what each refusal said and that nothing had changed."""
    with connection.cursor() as cursor:
        if trouble == "full":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        elif trouble:
            raised = {"commit": "RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'", "cut": "PERFORM pg_terminate_backend(pg_backend_pid())"}[trouble]
            cursor.execute(f"CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raised}; RETURN NULL; END $$")
            cursor.execute(
                "CREATE CONSTRAINT TRIGGER fail_at_commit AFTER INSERT ON store_filingact DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION fail_at_commit()"
            )
    for number in range(first, last):
        filing = Filing.objects.get(organisation__code=f"K{number:03d}")
        before = (filing.state, filing.version)
        act, name = WAY[filing.version]
        try:
            act_on_filing(filing_id=filing.pk, act=act, version=filing.version, who=who(name))
        except DatabaseError as refused:
            connection.close_if_unusable_or_obsolete()
            filing.refresh_from_db()
            told = storage_refusal(refused)
            print("refused", told and told.faults[0].line("zh"), (filing.state, filing.version) == before, flush=True)


def session() -> None:
    """Begin a session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key="key-of-a-session-32-characters-00")
    store.save(must_create=True)


def tamper() -> None:
    """Change a figure behind the program's back, and put the guard in place again."""
    table = "store_observationrow"
    with connection.cursor() as cursor:
        for trigger in (f"{table}_no_update", f"{table}_no_delete") if connection.vendor == "sqlite" else (f'{table}_no_change ON "{table}"',):
            cursor.execute(f"DROP TRIGGER {trigger}")
        cursor.execute(f"UPDATE {table} SET value = '1' WHERE element = 'raw_coal_consumed'")
        for statement in trigger_statements(connection.vendor, table):
            cursor.execute(statement)


def verify() -> None:
    """Say how many acts there are; leave with 1 where the chain is not sound or something is half done."""
    faults = [finding.line() for finding in verify_chain().findings]
    for filing in Filing.objects.all():
        acts = [act for act, _ in WAY[: filing.version]]
        if list(FilingAct.objects.filter(filing=filing).order_by("id").values_list("act", flat=True)) != [act.name for act in acts]:
            faults.append(f"{filing.pk}: acts are not those of version {filing.version}")
        if Submission.objects.filter(filing=filing).count() != min(filing.version, 1):
            faults.append(f"{filing.pk}: submissions")
        if ObservationRow.objects.filter(filing=filing).exists() is not (filing.state == "LOCKED"):
            faults.append(f"{filing.pk}: observations")
    for fault in faults:
        print(fault, flush=True)
    print("acts", FilingAct.objects.count(), flush=True)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    command, *told = sys.argv[1:]
    {"prepare": prepare, "travel": travel, "submit": submit, "session": session, "approve": approve, "tamper": tamper, "verify": verify}[command](*[int(one) if one.isdigit() else one for one in told])  # type: ignore[operator]
