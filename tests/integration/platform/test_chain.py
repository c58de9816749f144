"""The chain proven from the database: sound as it is kept, and every row edited behind the program's back found and named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from filing_steps import Person, carried, open_window, submitted

from shuangkong.access.roles import Role
from shuangkong.evidence.finding import FindingKind
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain import open_chain, record_export, system_actor
from shuangkong.services.chain_lists import LISTS
from shuangkong.services.chain_rows import TABLES
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import form_of
from shuangkong.services.organisations import OrganisationFacts, change_organisation
from shuangkong.services.people import end_appointment
from shuangkong.services.platform_demo import load_pack_observations
from shuangkong.services.remarks import add_remark
from shuangkong.services.waivers import waive_period
from shuangkong.store.append_only import append_only_tables, trigger_statements, unguarded_tables
from shuangkong.store.models import Appointment, ChainLink

WHOLE_WAY = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """Take the triggers of a table away, and put them back as if nothing had been."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {table}_no_update")
            cursor.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            cursor.execute(f'DROP TRIGGER {table}_no_change ON "{table}"')
        yield
        if connection.vendor != "sqlite":  # what is still to be checked would keep the trigger from being made
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in trigger_statements(connection.vendor, table):
            cursor.execute(statement)


def run(statement: str, table: str) -> None:
    with unguarded(table), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def lived(person: Person) -> Person:
    """A city in which something of everything has happened."""
    open_window()
    filing = submitted(person)
    carried(filing, person, *WHOLE_WAY)
    add_remark(filing_id=filing, text="为何\n少了 e\u0301", key="energy.raw_coal.consumed", who=person(Role.REVIEWER, "411721"))
    submitted(person, "U002")
    facts = OrganisationFacts(name=Words("迁址厂", "Moved works"), parent="411723", tags=frozenset({"industrial"}))
    change_organisation(code="U002", facts=facts, valid_from=date(2026, 2, 1), actor=system_actor("411700"), reason="迁址")
    waive_period(form=form_of("205-1", Period.parse("2025")), period=Period.parse("2024"), organisation="U001", who=person(Role.APPROVER, "statistics"), reason="停产")
    end_appointment(appointment_id=Appointment.objects.order_by("pk")[0].pk, ended_on=date(2026, 6, 1), actor=system_actor("411700"), reason="调离")
    return person


def test_what_has_lived_is_sound(lived: Person) -> None:
    assert [finding.line() for finding in verify_chain().findings] == []


def test_the_figures_of_the_pack_are_sound_and_a_changed_one_is_named(small_city: None) -> None:
    load_pack_observations(city().folder / "data")
    assert [finding.line() for finding in verify_chain().findings] == []
    run("UPDATE store_observationrow SET value = '1.5' WHERE id = (SELECT MIN(id) FROM store_observationrow)", "store_observationrow")
    (finding,) = verify_chain().findings
    assert (finding.kind, "1.5" in finding.words.zh, "载入 data/" in finding.words.zh) == (FindingKind.ROW_ALTERED, True, True)


TAMPERING = [
    ("store_observationrow", "UPDATE store_observationrow SET value = '900' WHERE element = 'raw_coal_consumed'",
     "value 现为 900，存证为 1020", "锁定 return/205-1/U001/2025，核定人statistics"),
    ("store_observationrow", "UPDATE store_observationrow SET org = 'U009' WHERE element = 'raw_coal_consumed'", "org 现为 U009，存证为 U001", "锁定"),
    ("store_observationrow", "UPDATE store_observationrow SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE element = 'raw_coal_consumed'", "recorded_at 现为 2020", "锁定"),
    ("store_observationrow", "UPDATE store_observationrow SET link = NULL WHERE element = 'raw_coal_consumed'", "raw_coal_consumed U001 2025", "没有存证"),
    ("store_observationrow", "DELETE FROM store_observationrow WHERE element = 'raw_coal_consumed'", "缺少raw_coal_consumed U001 2025", "锁定"),
    ("store_observationrow", "DELETE FROM store_observationrow", "缺少raw_coal_consumed U001 2025", "锁定"),
    ("store_observationrow", ("INSERT INTO store_observationrow (element, org, period, value, unit, grade, source, reported_by, approved_by, recorded_at, note, filing_id, link) "
     "SELECT element, org, period, '1', unit, grade, source, reported_by, approved_by, recorded_at, note, filing_id, link FROM store_observationrow WHERE element = 'raw_coal_consumed'"),
     "store_observationrow 第", "没有对应"),
    ("store_submission", "UPDATE store_submission SET number = number + 5, content = {blob}", "content 现为 sha256:", "上报 return/205-1/U001/2025"),
    ("store_submission", "UPDATE store_submission SET content = {text}", "content 现为 sha256:", "上报 return/205-1/U001/2025"),
    ("store_submission", "UPDATE store_submission SET digest = 'sha256:0'", "digest 现为 sha256:0", "上报 return/205-1/U001/2025"),
    ("store_filingact", "UPDATE store_filingact SET organisation = '411799' WHERE act = 'APPROVE'", "organisation 现为 411799，存证为 411721", "审批"),
    ("store_filingact", "UPDATE store_filingact SET role = 'AUDITOR' WHERE act = 'APPROVE'", "role 现为 AUDITOR，存证为 核定人", "审批"),
    ("store_filingact", "UPDATE store_filingact SET person_id = (SELECT MIN(id) FROM store_person) WHERE act = 'APPROVE'", "person 现为 ", "审批"),
    ("store_filingact", "UPDATE store_filingact SET reason = '伪造' WHERE act = 'REVIEW'", "reason 现为 伪造", "审核"),
    ("store_filingact", "UPDATE store_filingact SET state_after = 'LOCKED' WHERE act = 'REVIEW'", "state_after 现为 LOCKED，存证为 REVIEWED", "审核"),
    ("store_filingact", "DELETE FROM store_filingact WHERE act = 'REVIEW'", "store_filingact 缺少一行", "审核 return/205-1/U001/2025"),
    ("store_filing", "UPDATE store_filing SET state = 'APPROVED' WHERE state = 'SUBMITTED'", "state 现为 APPROVED，存证为 SUBMITTED", "上报 return/205-1/U002/2025"),
    ("store_filing", "UPDATE store_filing SET period = '2024' WHERE state = 'LOCKED'", "return/205-1/U001/2024，存证为 return/205-1/U001/2025", "上报"),
    ("store_windowversion", "UPDATE store_windowversion SET closes_on = '2027-01-01'", "closes_on 现为 2027-01-01，存证为 2026-05-01", "填报期变更 window/205-1/2025，系统"),
    ("store_windowversion", "DELETE FROM store_windowversion", "store_windowversion 缺少一行", "填报期变更"),
    ("store_windowversion", ("INSERT INTO store_windowversion (form, period, opens_on, due_on, closes_on, reason, recorded_at, link) "
     "SELECT form, period, opens_on, due_on, closes_on, reason, recorded_at, link FROM store_windowversion"), "store_windowversion 第", "挂在同一环"),
    ("store_windowversion", ("INSERT INTO store_windowversion (form, period, opens_on, due_on, closes_on, reason, recorded_at, link) "
     "SELECT form, period, opens_on, due_on, closes_on, reason, recorded_at, NULL FROM store_windowversion"), "store_windowversion 第", "没有存证"),
    ("store_appointment", "UPDATE store_appointment SET role = 'GOVERNMENT' WHERE role = 'REPORTER'", "role 现为 GOVERNMENT，存证为 REPORTER", "权限变更 person/reporter-U001"),
    ("store_appointmentend", "DELETE FROM store_appointmentend", "缺少一行", "权限变更 person/reporter-U001"),
    ("store_organisationversion", "UPDATE store_organisationversion SET name_zh = '别的厂' WHERE name_zh = '迁址厂'", "name 现为 别的厂，存证为 迁址厂", "机构变更 organisation/U002"),
    ("store_waiver", "UPDATE store_waiver SET organisation_id = (SELECT id FROM store_organisation WHERE code = 'U002')", "organisation 现为 U002，存证为 U001", "豁免"),
    ("store_remark", "UPDATE store_remark SET text = '没有问题'", "text 现为 没有问题，存证为 为何", "讨论 return/205-1/U001/2025"),
    ("store_remark", "UPDATE store_remark SET key = 'energy.raw_coal.closing'", "key 现为 energy.raw_coal.closing，存证为 energy.raw_coal.consumed", "讨论"),
    ("store_remark", "UPDATE store_remark SET filing_id = (SELECT MAX(id) FROM store_filing)", "filing 现为", "讨论 return/205-1/U001/2025"),
    ("store_remark", "DELETE FROM store_remark", "store_remark 缺少一行", "讨论 return/205-1/U001/2025"),
    ("store_chainlink", "UPDATE store_chainlink SET actor = '别人' WHERE kind = 'approval'", "actor 现为 别人", "审批"),
    ("store_chaincontent", "UPDATE store_chaincontent SET content = {blob} WHERE digest = (SELECT content_digest FROM store_chainlink WHERE kind = 'waiver')",
     "现存内容与存证时不同", "豁免 waiver/205-1/U001/2024"),
    ("store_chainlink", "DELETE FROM store_chainlink WHERE kind = 'approval'", "排在第", "store_filingact"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "statement", "zh", "who"), TAMPERING)
def test_a_row_edited_behind_the_programs_back_is_found_and_named(lived: Person, table: str, statement: str, zh: str, who: str) -> None:
    blob = "X'7b7d'" if connection.vendor == "sqlite" else "'\\x7b7d'::bytea"
    text = "'{}'" if connection.vendor == "sqlite" else blob  # SQLite takes text where bytes should be
    if table == "store_filing":
        with connection.cursor() as cursor:
            cursor.execute(statement)
    else:
        run(statement.replace("{blob}", blob).replace("{text}", text), table)
    check = verify_chain()
    assert not check.is_sound
    told = [finding.line() for finding in check.findings]
    if "排在第" in zh:
        assert any("缺少链环" in line for line in told)
        assert any("store_filingact" in line and "不存在" in line for line in told)
        return
    assert any(zh in line and who in line for line in told), told
    assert all(finding.words.en for finding in check.findings)


def test_a_trigger_that_is_gone_is_told(lived: Person) -> None:
    with unguarded("store_waiver"):
        (finding,) = verify_chain().findings
        assert (finding.kind, "store_waiver" in finding.words.zh) == (FindingKind.GUARD_MISSING, True)
    assert verify_chain().is_sound


def test_a_trigger_that_does_nothing_is_told(lived: Person) -> None:
    with unguarded("store_waiver"), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("CREATE TRIGGER store_waiver_no_update BEFORE UPDATE ON store_waiver BEGIN SELECT 1; END")
            cursor.execute("CREATE TRIGGER store_waiver_no_delete BEFORE DELETE ON store_waiver BEGIN SELECT 1; END")
        else:
            cursor.execute("CREATE FUNCTION allow_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
            cursor.execute("CREATE TRIGGER store_waiver_no_change BEFORE UPDATE OR DELETE ON store_waiver FOR EACH ROW EXECUTE FUNCTION allow_change()")
        assert [finding.kind for finding in verify_chain().findings] == [FindingKind.GUARD_MISSING]
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER store_waiver_no_update")
            cursor.execute("DROP TRIGGER store_waiver_no_delete")
    assert verify_chain().is_sound or connection.vendor == "sqlite"


@pytest.fixture
def sm3(settings: Any) -> None:
    settings.CHAIN_DIGEST = "sm3"


def test_with_sm3_it_is_the_same(sm3: None, lived: Person) -> None:
    assert {digest.partition(":")[0] for digest in ChainLink.objects.values_list("digest", flat=True)} == {"sm3"}
    assert verify_chain().is_sound
    run("UPDATE store_observationrow SET value = '900' WHERE element = 'raw_coal_consumed'", "store_observationrow")
    assert not verify_chain().is_sound


def test_an_export_is_sealed_by_whoever_took_it(sm3: None, small_city: None) -> None:
    record_export(what="table/progress", actor=system_actor("411700"), content={"rows": 13})
    assert ChainLink.objects.order_by("-index")[0].subject == "export/table/progress"
    assert verify_chain().is_sound


def test_opening_a_chain_that_is_open_seals_nothing(small_city: None) -> None:
    before = ChainLink.objects.count()
    open_chain()
    assert ChainLink.objects.count() == before


def test_every_table_that_hangs_on_the_chain_is_held_against_it() -> None:
    elsewhere = {"FilingAct", "ObservationRow"}
    hanging = {model.__name__ for model in apps.get_app_config("store").get_models() if "link" in {one.name for one in model._meta.fields}}
    assert hanging == {one.model.__name__ for one in (*TABLES, *LISTS.values())} | elsewhere


def test_the_triggers_made_are_those_the_models_ask_for(db: None) -> None:
    assert unguarded_tables(connection) == ()
    assert "store_chainlink" in append_only_tables()
