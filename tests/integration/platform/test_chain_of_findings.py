"""What the checks found is sealed with the submission: a finding altered, taken away or slipped in is named."""

import pytest
from filing_steps import Person, carried, open_window, submitted
from test_chain import run

from shuangkong.access.roles import Role
from shuangkong.checks.lifecycle import FindingAct
from shuangkong.returns.states import ReturnAct
from shuangkong.services.attachments import attach_file
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filings import open_filing
from shuangkong.services.finding_cases import act_on_finding
from shuangkong.store.models import FindingRecord, FindingStep

ODD = {"output.value_added_10k_yuan.value": "1"}
_COPY = (
    "INSERT INTO store_findingrecord (filing_id, submission_id, code, severity, org, period, elements, odd_zh, odd_en, usual_zh, usual_en, remedy_zh, remedy_en, "
    "evidence, recorded_at) SELECT filing_id, submission_id, 'C999', severity, org, period, elements, odd_zh, odd_en, usual_zh, usual_en, remedy_zh, remedy_en, "
    "evidence, recorded_at FROM store_findingrecord WHERE code = 'C056'"
)
_CLOSED = (
    "INSERT INTO store_findingstep (finding_id, act, state_after, reason, waived_until, person_id, recorded_at, link) "
    "SELECT id, 'CLOSE', 'CLOSED', '', NULL, NULL, recorded_at, NULL FROM store_findingrecord WHERE code = 'C056'"
)


@pytest.mark.parametrize(
    ("table", "statement", "zh"),
    [
        ("store_findingrecord", "UPDATE store_findingrecord SET severity = 'NOTICE' WHERE code = 'C056'", "severity 现为 NOTICE，存证为 NEEDS_EXPLANATION"),
        ("store_findingrecord", "UPDATE store_findingrecord SET odd_zh = '没有问题' WHERE code = 'C056'", "odd_zh 现为 没有问题"),
        ("store_findingrecord", _COPY, "没有随上报存证"),
        ("store_findingstep", _CLOSED, "没有存证"),
    ],
)
def test_a_finding_changed_behind_the_programs_back_is_named(person: Person, table: str, statement: str, zh: str) -> None:
    open_window()
    submitted(person, **ODD)
    assert [one.line() for one in verify_chain().findings] == []
    run(statement, table)
    told = [one.line() for one in verify_chain().findings]
    assert any(zh in line and table in line for line in told), told


def test_a_finding_or_step_taken_away_is_named(person: Person) -> None:
    open_window()
    filing = submitted(person, **ODD)
    finding = FindingRecord.objects.get(filing=filing, code="C056")
    act_on_finding(finding_id=finding.pk, act=FindingAct.EXPLAIN, who=person(Role.REPORTER, "U001"), reason="停产检修")
    run("DELETE FROM store_findingstep", "store_findingstep")
    assert any("store_findingstep 缺少一行" in one.line() and "停产检修" not in one.line() for one in verify_chain().findings)
    run("DELETE FROM store_findingrecord WHERE code = 'C056'", "store_findingrecord")
    assert any("store_findingrecord 缺少C056 U001 2025" in one.line() for one in verify_chain().findings)


def test_what_a_second_submission_rectified_is_sealed_with_it(person: Person) -> None:
    open_window()
    filing = submitted(person, **ODD)
    carried(filing, person, ReturnAct.SEND_BACK)
    submitted(person)
    assert FindingStep.objects.get(finding__code="C056").link is None
    assert [one.line() for one in verify_chain().findings] == []
    run("DELETE FROM store_findingstep", "store_findingstep")
    assert any("store_findingstep 缺少" in one.line() and "整改" in one.line() for one in verify_chain().findings)


def test_an_attachment_taken_away_is_named(person: Person) -> None:
    open_window()
    reporter = person(Role.REPORTER, "U001")
    filing = open_filing(form="205-1", organisation="U001", period="2025", who=reporter)
    attach_file(filing_id=filing, name="盖章页.pdf", content=b"%PDF-1.4", who=reporter)
    submitted(person)
    assert [one.line() for one in verify_chain().findings] == []
    run("DELETE FROM store_attachment", "store_attachment")
    assert any("store_attachment 缺少盖章页.pdf" in one.line() for one in verify_chain().findings)
