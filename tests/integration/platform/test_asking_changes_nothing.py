"""A GET writes nothing: whoever asks, by whatever link or prefetch, no act is sealed and no official row added. Files go out by POST from our own pages alone."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from cycle_steps import acted, evaluated, frozen, started
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from filing_steps import FORM, Person, carried, fill, open_window
from security_steps import client_of
from test_monitoring_register import MN, OUTLET, device, outlet

from shuangkong.access.roles import Permission, Role
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.kernel.language import Words
from shuangkong.returns.states import ReturnAct
from shuangkong.services import clock
from shuangkong.services.access_log import AccessKind, log
from shuangkong.services.alarms import AlarmKind, answer_alarm, raise_alarm
from shuangkong.services.attachments import attach_file
from shuangkong.services.chain import system_actor
from shuangkong.services.deployment import city
from shuangkong.services.filings import open_filing, submit_filing
from shuangkong.services.hand_over import hand_over_result
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, record
from shuangkong.services.people import Member, appoint, member
from shuangkong.services.publication import publish_head
from shuangkong.services.self_evaluations import File, OwnItem
from shuangkong.store.models import (
    AlarmFile,
    ApiToken,
    ChainLink,
    Filing,
    FindingRecord,
    ObservationRow,
    SelfEvaluationEvidence,
)

CITY, COUNTY, REFORM, UNIT = "411700", "411721", "development_reform", "U001"
ODD = {"output.value_added_10k_yuan.value": "2"}  # a figure that a check asks about
PDF = b"%PDF-1.4\n%%EOF\n"
# Who asks: together they hold every role; no one may hold more than these of them.
ASKERS: tuple[tuple[tuple[Role, str], ...], ...] = (
    ((Role.REPORTER, UNIT), (Role.REPORTER, COUNTY), (Role.REVIEWER, COUNTY), (Role.FIRST_RESPONSIBLE, COUNTY), (Role.VERIFIER, CITY), (Role.LEAD_AGENCY, REFORM),
     (Role.SUPPORTING_AGENCY, "transport"), (Role.ASSESSOR, REFORM), (Role.RECIPIENT, CITY)),
    ((Role.APPROVER, COUNTY), (Role.GOVERNMENT, CITY)), ((Role.AUDITOR, CITY),),
    ((Role.SYSTEM_ADMINISTRATOR, CITY),), ((Role.SECURITY_ADMINISTRATOR, CITY),), ((Role.AUDIT_ADMINISTRATOR, CITY),),
)  # fmt: skip
# What coming by may write: the log of the visit, the session, the secret that the page of a second factor offers and nobody has confirmed.
SECTION = f"{COUNTY}.RS01"
OF_THE_VISIT = ("store_accessentry", "store_session", "store_apitoken", "store_totpsecret")
# Where `code` stands for another thing in each area.
CODES = {"targets": "T001", "forms": FORM, "places": COUNTY, "units": UNIT, "organisations": UNIT, "sheets": COUNTY, "points": OUTLET, "outlets": OUTLET, "calendar": COUNTY, "water": SECTION, "air": "city"}
# What has nothing to show to anybody here: no park, no backup, no device that is not registered, no outlet that reports, no filling station, the place of the operations, an evaluation whose time is over.
NOTHING_BEHIND = {
    "adopt-device", "api-root", "healthz", "monitoring-vapour", "park", "read_park", "read_emissions", "read_hours", "read_vapour", "read_voc", "read_indicator", "read_rule", "self-evaluation",
}  # fmt: skip
EXPORTS = {
    "board-export", "access-log-csv", "attachment", "return-template", "upload-rejects", "self-evaluation-evidence", "result-bundle", "export-assessment", "audit-bundle",
    "audit-sheet", "monitoring-list-template", "monitoring-list-rejects", "alarm-file", "ambient-template", "self-monitoring-template", "laboratory-report",
}  # fmt: skip


class Lived(NamedTuple):
    """A city in which there is something behind every address."""

    known: dict[str, Any]
    askers: tuple[Member, ...]


@pytest.fixture
def lived(person: Person) -> Lived:
    open_window()
    reporter = person(Role.REPORTER, UNIT)
    filing = open_filing(form=FORM, organisation=UNIT, period="2025", who=reporter)
    fill(filing, reporter, **ODD)
    attachment = attach_file(filing_id=filing, name="盖章页.pdf", content=PDF, who=reporter)
    submit_filing(filing_id=filing, version=Filing.objects.get(pk=filing).version, who=reporter)
    carried(filing, person, ReturnAct.ACCEPT)
    cycle = started(person)
    evaluated(cycle, person, A1=OwnItem("18", "完成", (File("盖章.pdf", PDF),)))
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE, CycleAct.CLOSE)
    frozen(cycle, person)
    acted(cycle, person, CycleAct.PUBLISH)
    hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=person(Role.ASSESSOR, REFORM))
    stations = [PointEntry(code=code, organisation=COUNTY, kind=kind, name=Words("试", "trial"), valid_from=date(2024, 1, 1)) for code, kind in ((SECTION, PointKind.RIVER_SECTION), (f"{COUNTY}.AQ01", PointKind.AIR_STATION))]
    record(Entries([outlet(), *stations], devices=[device()]), who=person(Role.REVIEWER, COUNTY), reason="登记")
    alarm = raise_alarm(kind=AlarmKind.AMBIENT, point=OUTLET, start=clock.now(), facts={"zh": "试", "en": "test"})
    answer_alarm(alarm_id=alarm, cause="试", measure="试", who=reporter, files=[("台账.pdf", PDF)])
    head, figure = publish_head(), ObservationRow.objects.filter(org=CITY).order_by("pk")[0]
    known = {
        "filing": filing, "attachment": attachment, "alarm": alarm, "file": AlarmFile.objects.get().pk, "cycle": cycle.pk, "evidence": SelfEvaluationEvidence.objects.get().pk, "jurisdiction": COUNTY, "item": "A1",
        "index": 3, "digest": str(head.digest), "form": FORM, "target": city().plan.targets[0].id, "element": figure.element, "mn": MN, "org": figure.org, "period": figure.period,
        "person": reporter.pk, "place": COUNTY, "unit": UNIT, "organisation": UNIT, "year": 2025, "finding": FindingRecord.objects.order_by("pk")[0].pk, "rule": "security.limits.exports_most", "key": "security.limits.exports_most",
    }  # fmt: skip
    return Lived(known, tuple(_holding(person, posts) for posts in ASKERS))


def _holding(person: Person, posts: tuple[tuple[Role, str], ...]) -> Member:
    (role, place), *others = posts
    who = person(role, place, "asks")
    for role, place in others:
        appoint(person_id=who.pk, role=role, organisation=place, valid_from=date(2020, 1, 1), actor=system_actor(CITY), reason="测试任职")
    return member(who.pk)


def addresses(known: dict[str, Any], resolver: URLResolver | None = None, before: str = "/") -> Iterator[tuple[str, str]]:
    """Yield every route by name and as an address to ask."""
    for entry in (resolver or get_resolver()).url_patterns:
        told = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(known, entry, told)
            continue
        assert isinstance(entry, URLPattern)
        asked = f"?element={known['element']}&org={known['org']}&period={known['period']}" if told.endswith(("/figures", "/observations")) else ""
        yield str(entry.name), _filled_in(told, known) + asked


def _filled_in(pattern: str, known: dict[str, Any]) -> str:
    told = {**known, "code": next((code for area, code in CODES.items() if re.search(rf"/{area}/<(str:)?code>", pattern)), known["digest"])}
    return re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: str(told.get(found[2], 1 if found[1] == "int" else "none")), pattern)


def browser_of(who: Member) -> Client:
    """Return a browser with a session and a token that allows whatever the posts do."""
    client, token = client_of(who), f"sk_{who.pk}"
    ApiToken.objects.create(
        digest=hashlib.sha256(token.encode()).hexdigest(), person_id=who.pk, name="试", scopes=[one.name for one in Permission], expires_at=clock.now() + timedelta(days=1),
        recorded_at=clock.now(),
    )  # fmt: skip
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@contextmanager
def undone() -> Iterator[None]:
    """Take back what a request did to the session."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def asked(client: Client, session: str, address: str) -> int:
    """Ask as somebody who is signed in, whatever the page before did to the session."""
    client.cookies.clear()
    client.cookies["sessionid"] = session
    with undone():
        return client.get(address).status_code


def test_no_address_asked_by_get_seals_or_writes_anything(lived: Lived) -> None:
    written: list[str] = []

    def watching(execute: Callable[..., Any], sql: str, *told: Any) -> Any:
        if sql.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE", "REPLACE") and not any(f'"{table}"' in sql for table in OF_THE_VISIT):
            written.append(f"{address}: {sql[:90]}")
        return execute(sql, *told)

    opened: dict[str, set[int]] = {}
    browsers = [(client, client.session.session_key) for client in map(browser_of, lived.askers)]
    for name, address in addresses(lived.known):
        with connection.execute_wrapper(watching):
            opened.setdefault(name, set()).update(asked(client, session, address) for client, session in browsers)
    assert written == []
    assert [name for name, statuses in opened.items() if any(status >= 500 for status in statuses)] == ["healthz"]  # no backup was ever made
    assert {name for name, statuses in opened.items() if not statuses & {200, 302, 405}} == NOTHING_BEHIND
    assert {name for name in EXPORTS if opened[name] - {403, 405}} == set()


def test_one_file_more_than_may_be_taken_out_is_neither_made_nor_sealed(lived: Lived) -> None:
    browsers = [browser_of(who) for who in lived.askers]
    for who in lived.askers:
        for _ in range(60):
            log(AccessKind.EXPORTED, name=who.sign_in_name)
    links = ChainLink.objects.count()
    answers = {name: {client.post(address).status_code for client in browsers} for name, address in addresses(lived.known) if name in EXPORTS and "/api/" not in address}
    assert {name for name, statuses in answers.items() if statuses - {403} == {429}} == EXPORTS
    assert ChainLink.objects.count() == links


def test_a_form_of_another_site_takes_nothing_out(person: Person) -> None:
    browser = client_of(person(Role.ASSESSOR, REFORM))
    browser.handler.enforce_csrf_checks = True
    links = ChainLink.objects.count()
    assert browser.post("/board.csv").status_code == 403
    assert ChainLink.objects.count() == links
