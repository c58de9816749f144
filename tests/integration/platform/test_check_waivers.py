"""What a check forbids and yet is true: the filer asks, those in charge waive it for these figures until a day, and it can be submitted."""

import json
from datetime import date
from typing import Any

import pytest
from filing_steps import Person, carried, open_window
from signed_client import signed_in
from test_chain import run

from shuangkong.access.roles import Role
from shuangkong.checks.lifecycle import ActNotAllowed, FindingAct, FindingState, WaiverNotAllowed
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain import system_actor
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.check_waivers import FindingGone, asked_waivers, waive_check
from shuangkong.services.filing_pages import ShownFinding, show_filing
from shuangkong.services.filing_refusals import NotEditable
from shuangkong.services.filings import open_filing, save_cells, submit_filing
from shuangkong.services.finding_cases import OwnFinding, act_on_finding
from shuangkong.services.organisations import OrganisationFacts, OrganisationKind, register_organisation
from shuangkong.services.people import Member, NotPermitted, appoint, member
from shuangkong.store.models import CheckWaiver, Filing, FindingRecord

PUMP = "U009"
# A heat pump gives more heat than it takes power: C010 forbids it, and it is true.
HEAT = "energy.heat.output"
OUT_OVER_IN = {
    "energy.electricity.input": "10", "energy.electricity.output": "0", "energy.electricity.recovered": "0", "energy.heat.input": "0", HEAT: "1000", "energy.heat.recovered": "0",
    "total.industrial_use_stated_tce.value": "100",
}  # fmt: skip
UNTIL = date(2026, 5, 31)


@pytest.fixture
def draft(person: Person) -> int:
    """Return a draft that C010 keeps from being submitted."""
    open_window("205-2")
    facts = OrganisationFacts(name=Words("模拟热泵厂", "Simulated heat pumps"), parent="411721", tags=frozenset({"industrial", "transforms_energy"}))
    register_organisation(code=PUMP, kind=OrganisationKind.UNIT, facts=facts, valid_from=date(2020, 1, 1), actor=system_actor("411700"), reason="测试", is_simulated=True)
    filing = open_filing(form="205-2", organisation=PUMP, period="2025", who=person(Role.REPORTER, PUMP))
    typed(filing, person)
    return filing


def typed(filing: int, person: Person, **changed: str) -> None:
    saved = save_cells(filing_id=filing, version=Filing.objects.get(pk=filing).version, texts={**OUT_OVER_IN, **changed}, who=person(Role.REPORTER, PUMP))
    assert saved.faults == {}


def finding(filing: int, who: Member) -> ShownFinding:
    return next(one for one in show_filing(filing_id=filing, who=who).shown_findings if one.code == "C010")


def asked(filing: int, person: Person) -> str:
    like = finding(filing, person(Role.REPORTER, PUMP)).likeness
    waive_check(filing_id=filing, finding=like, act=FindingAct.EXPLAIN, who=person(Role.REPORTER, PUMP), reason="热泵产出高于投入")
    return like


def submit(filing: int, person: Person) -> None:
    submit_filing(filing_id=filing, version=Filing.objects.get(pk=filing).version, who=person(Role.REPORTER, PUMP))


def test_what_is_waived_is_submitted_and_stands_as_waived_until_it_runs_out(draft: int, person: Person, still_clock: Any) -> None:
    approver = person(Role.APPROVER, "411721")
    with pytest.raises(InputRefused, match="C010"):
        submit(draft, person)
    like = asked(draft, person)
    assert [(one.filing.pk, one.step.reason) for one in asked_waivers(who=approver)] == [(draft, "热泵产出高于投入")]
    assert asked_waivers(who=person(Role.APPROVER, "411722")) == asked_waivers(who=person(Role.REPORTER, PUMP)) == ()
    with pytest.raises(InputRefused, match="C010"):
        submit(draft, person)
    assert waive_check(filing_id=draft, finding=like, act=FindingAct.WAIVE, who=approver, reason="已核对热泵铭牌", until=UNTIL) is FindingState.WAIVED
    submit(draft, person)
    kept = FindingRecord.objects.get(filing=draft, code="C010")
    step = kept.steps.get()
    assert (step.state_after, step.waived_until, step.reason) == ("WAIVED", UNTIL, f"沿用上报前的豁免（{approver.full_name}，存证第 {CheckWaiver.objects.latest('pk').link} 环）：已核对热泵铭牌")
    assert [one.line() for one in verify_chain().findings] == []
    carried(draft, person, ReturnAct.ACCEPT)
    act_on_finding(finding_id=kept.pk, act=FindingAct.REVOKE, who=approver, reason="化验单有误")
    with pytest.raises(InputRefused, match="C010"):
        carried(draft, person, ReturnAct.REVIEW)
    carried(draft, person, ReturnAct.SEND_BACK)
    still_clock.set("2026-05-31")
    with pytest.raises(InputRefused, match="C010"):
        submit(draft, person)


def test_a_waiver_holds_for_these_figures_and_can_be_declined_and_taken_back(draft: int, person: Person) -> None:
    reporter, reviewer, approver = person(Role.REPORTER, PUMP), person(Role.REVIEWER, "411721"), person(Role.APPROVER, "411721")
    like = asked(draft, person)
    assert waive_check(filing_id=draft, finding=like, act=FindingAct.REJECT, who=reviewer, reason="没有附化验单") is FindingState.OPEN
    assert asked_waivers(who=approver) == ()
    waive_check(filing_id=draft, finding=like, act=FindingAct.WAIVE, who=approver, reason="化验单已补", until=UNTIL)
    typed(draft, person, **{HEAT: "1001"})
    assert finding(draft, reporter).likeness != like
    with pytest.raises(InputRefused, match="C010"):
        submit(draft, person)
    with pytest.raises(FindingGone):
        waive_check(filing_id=draft, finding=like, act=FindingAct.REVOKE, who=approver, reason="数已改")
    typed(draft, person)
    assert waive_check(filing_id=draft, finding=like, act=FindingAct.REVOKE, who=approver, reason="另案处理") is FindingState.OPEN
    with pytest.raises(InputRefused, match="C010"):
        submit(draft, person)


def test_who_may_waive_what_and_how_long(draft: int, person: Person) -> None:
    like, approver = asked(draft, person), person(Role.APPROVER, "411721")
    asking = {"filing_id": draft, "finding": like, "act": FindingAct.WAIVE, "reason": "属实", "until": UNTIL}
    for who in (person(Role.REPORTER, PUMP), person(Role.REVIEWER, "411721"), person(Role.APPROVER, "411722"), person(Role.APPROVER, PUMP), person(Role.AUDITOR, "411700")):
        with pytest.raises(NotPermitted):
            waive_check(**asking, who=who)
    appoint(person_id=person(Role.REPORTER, PUMP).pk, role=Role.REVIEWER, organisation="411721", valid_from=date(2020, 1, 1), actor=system_actor("411700"), reason="测试任职")
    with pytest.raises(OwnFinding):
        waive_check(**{**asking, "act": FindingAct.REJECT}, who=member(person(Role.REPORTER, PUMP).pk))
    for until in (None, date(2026, 3, 2), date(2026, 6, 3)):  # no end, today, longer than three months
        with pytest.raises(WaiverNotAllowed):
            waive_check(**{**asking, "until": until}, who=approver)
    with pytest.raises(ActNotAllowed):
        waive_check(**{**asking, "act": FindingAct.CLOSE}, who=person(Role.REVIEWER, "411721"))
    waive_check(**asking, who=approver)
    submit(draft, person)
    with pytest.raises(NotEditable):
        waive_check(**{**asking, "act": FindingAct.REVOKE}, who=approver)


def test_pages_and_saving_tell_what_is_waived_until_when_by_whom(draft: int, person: Person) -> None:
    reporter, approver = person(Role.REPORTER, PUMP), person(Role.APPROVER, "411721")
    mine, theirs = signed_in(reporter), signed_in(approver)
    like = finding(draft, reporter).likeness
    assert "申请豁免" in mine.get(f"/returns/{draft}").content.decode()
    assert mine.post(f"/returns/{draft}/check-waivers", {"finding": like, "act": "EXPLAIN", "reason": "实测热值"}).status_code == 302
    assert mine.post(f"/returns/{draft}/check-waivers", {"finding": like, "act": "WAIVE", "reason": "自己豁免", "until": "2026-05-31"}).status_code == 403
    work = theirs.get("/work").content.decode()
    assert "豁免待答复" in work
    assert "实测热值" in work
    assert f'value="{like}"' in theirs.get(f"/returns/{draft}").content.decode()
    assert theirs.post(f"/returns/{draft}/check-waivers", {"finding": like, "act": "WAIVE", "reason": "属实", "until": "2026-05-31"}).status_code == 302
    page = mine.get(f"/returns/{draft}").content.decode()
    assert all(said in page for said in ("已豁免", approver.full_name, "2026-05-31"))
    cells = json.dumps({"version": show_filing(filing_id=draft, who=reporter).known, "cells": {"energy.electricity.input": "10"}})
    told = next(one for one in mine.post(f"/returns/{draft}/cells", cells, content_type="application/json").json()["findings"] if one["code"] == "C010")
    assert told["severity"] == "NOTICE"
    assert f"已由{approver.full_name}豁免至 2026-05-31" in told["text"]


@pytest.mark.parametrize(
    ("statement", "zh"),
    [
        ("UPDATE store_checkwaiver SET waived_until = '2027-12-31' WHERE act = 'WAIVE'", "waived_until 现为 2027-12-31，存证为 2026-05-31"),
        ("UPDATE store_checkwaiver SET state_after = 'WAIVED' WHERE act = 'EXPLAIN'", "state_after 现为 WAIVED，存证为 EXPLAINED"),
        ("DELETE FROM store_checkwaiver WHERE act = 'WAIVE'", "store_checkwaiver 缺少一行"),
    ],
)
def test_a_waiver_changed_behind_the_programs_back_is_named(draft: int, person: Person, statement: str, zh: str) -> None:
    waive_check(filing_id=draft, finding=asked(draft, person), act=FindingAct.WAIVE, who=person(Role.APPROVER, "411721"), reason="属实", until=UNTIL)
    assert [one.line() for one in verify_chain().findings] == []
    run(statement, "store_checkwaiver")
    told = [one.line() for one in verify_chain().findings]
    assert any(zh in line for line in told), told
