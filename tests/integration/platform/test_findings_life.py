"""A finding from open to closed: who explains, who judges, what waits for it; sums between levels bite."""

from datetime import date
from decimal import Decimal

import pytest
from filing_steps import PERIOD, Person, carried, fill, open_window, submitted
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.checks.lifecycle import ActNotAllowed, FindingAct, FindingState, WaiverNotAllowed
from shuangkong.checks.model import Severity
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.period import Period
from shuangkong.kernel.state_table import ReasonMissing
from shuangkong.returns.entries import Entry
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filing_checks import check_filing
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.filings import open_filing, submit_filing
from shuangkong.services.finding_cases import OwnFinding, act_on_finding, list_findings
from shuangkong.services.people import NotPermitted
from shuangkong.store.models import ChainLink, Filing, FindingRecord

ODD = {"output.value_added_10k_yuan.value": "1"}  # energy per value added a thousand times too large: C056 asks why


def odd_filing(person: Person) -> tuple[int, FindingRecord]:
    open_window()
    filing = submitted(person, **ODD)
    return filing, FindingRecord.objects.get(filing=filing, code="C056")


def test_a_return_is_not_reviewed_before_its_finding_is_explained(person: Person) -> None:
    filing, finding = odd_filing(person)
    carried(filing, person, ReturnAct.ACCEPT)
    with pytest.raises(InputRefused, match="C056"):
        carried(filing, person, ReturnAct.REVIEW)
    reporter, reviewer = person(Role.REPORTER, "U001"), person(Role.REVIEWER, "411721")
    assert act_on_finding(finding_id=finding.pk, act=FindingAct.EXPLAIN, who=reporter, reason="停产检修") is FindingState.EXPLAINED
    assert act_on_finding(finding_id=finding.pk, act=FindingAct.REJECT, who=reviewer, reason="没有说明数值") is FindingState.OPEN
    with pytest.raises(InputRefused, match="C056"):
        carried(filing, person, ReturnAct.REVIEW)
    act_on_finding(finding_id=finding.pk, act=FindingAct.EXPLAIN, who=reporter, reason="停产检修，附检修记录")
    carried(filing, person, ReturnAct.REVIEW)
    assert act_on_finding(finding_id=finding.pk, act=FindingAct.CLOSE, who=reviewer, reason="核对检修记录属实") is FindingState.CLOSED
    kinds = list(ChainLink.objects.filter(subject__startswith="finding/C056/").order_by("index").values_list("kind", "reason"))
    assert kinds == [("verification", "停产检修"), ("verification", "没有说明数值"), ("verification", "停产检修，附检修记录"), ("finding_closure", "核对检修记录属实")]
    assert verify_chain().is_sound


def test_who_may_do_what_to_a_finding(person: Person) -> None:
    _, finding = odd_filing(person)
    for who, act in (
        (person(Role.REPORTER, "U002"), FindingAct.EXPLAIN), (person(Role.REVIEWER, "411721"), FindingAct.EXPLAIN), (person(Role.REPORTER, "U001"), FindingAct.RECTIFY),
        (person(Role.REVIEWER, "411722"), FindingAct.RECTIFY), (person(Role.AUDITOR, "411700"), FindingAct.RECTIFY), (person(Role.REVIEWER, "411721"), FindingAct.WAIVE),
        (person(Role.REVIEWER, "U001"), FindingAct.RECTIFY),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            act_on_finding(finding_id=finding.pk, act=act, who=who, reason="理由")
    with pytest.raises(ReasonMissing):
        act_on_finding(finding_id=finding.pk, act=FindingAct.EXPLAIN, who=person(Role.REPORTER, "U001"), reason=" ")
    with pytest.raises(ActNotAllowed):
        act_on_finding(finding_id=finding.pk, act=FindingAct.CLOSE, who=person(Role.REVIEWER, "411721"), reason="尚未说明")


def test_who_submitted_does_not_judge_even_with_a_post_above(person: Person) -> None:
    from shuangkong.services.chain import system_actor
    from shuangkong.services.people import appoint, member

    _, finding = odd_filing(person)
    reporter = person(Role.REPORTER, "U001")
    appoint(person_id=reporter.pk, role=Role.REVIEWER, organisation="411721", valid_from=date(2020, 1, 1), actor=system_actor("411700"), reason="测试任职")
    with pytest.raises(OwnFinding):
        act_on_finding(finding_id=finding.pk, act=FindingAct.RECTIFY, who=member(reporter.pk), reason="自己处理")


def test_a_waiver_has_an_end_within_the_catalogue_and_runs_out(person: Person, still_clock: "object") -> None:
    filing, finding = odd_filing(person)
    carried(filing, person, ReturnAct.ACCEPT)
    approver = person(Role.APPROVER, "statistics")
    with pytest.raises(WaiverNotAllowed):
        act_on_finding(finding_id=finding.pk, act=FindingAct.WAIVE, who=approver, reason="新线投产")
    with pytest.raises(WaiverNotAllowed):
        act_on_finding(finding_id=finding.pk, act=FindingAct.WAIVE, who=approver, reason="新线投产", until=date(2036, 1, 1))
    assert act_on_finding(finding_id=finding.pk, act=FindingAct.WAIVE, who=approver, reason="新线投产", until=date(2026, 4, 1)) is FindingState.WAIVED
    still_clock.set("2026-04-01")  # type: ignore[attr-defined]
    with pytest.raises(InputRefused, match="C056"):
        carried(filing, person, ReturnAct.REVIEW)
    assert verify_chain().is_sound


def test_what_a_resubmission_has_no_more_is_rectified_and_waits_to_be_closed(person: Person) -> None:
    filing, finding = odd_filing(person)
    carried(filing, person, ReturnAct.SEND_BACK)
    reporter = person(Role.REPORTER, "U001")
    fill(filing, reporter)
    submit_filing(filing_id=filing, version=2, who=reporter)
    assert [(one.state, one.record.pk) for one in list_findings(who=person(Role.REVIEWER, "411721"), code="C056")] == [(FindingState.RECTIFIED, finding.pk)]
    assert not list_findings(who=person(Role.REVIEWER, "411722"), code="C056")
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW)
    assert "问题待处理" in signed_in(person(Role.REVIEWER, "411721")).get("/work").content.decode()


def test_an_explanation_is_kept_while_the_figures_stay_and_asked_anew_when_they_change(person: Person) -> None:
    filing, finding = odd_filing(person)
    reporter, reviewer = person(Role.REPORTER, "U001"), person(Role.REVIEWER, "411721")
    act_on_finding(finding_id=finding.pk, act=FindingAct.EXPLAIN, who=reporter, reason="停产检修")
    carried(filing, person, ReturnAct.SEND_BACK)
    submit_filing(filing_id=filing, version=2, who=reporter)
    again = FindingRecord.objects.filter(filing=filing, code="C056").latest("pk")
    assert again.pk != finding.pk
    page = signed_in(reviewer).get(f"/returns/{filing}").content.decode()
    assert "沿用第 1 次上报的说明：停产检修" in page
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW)
    carried(filing, person, ReturnAct.SEND_BACK)
    fill(filing, reporter, **{"output.value_added_10k_yuan.value": "2"})
    submit_filing(filing_id=filing, version=Filing.objects.get(pk=filing).version, who=reporter)
    carried(filing, person, ReturnAct.ACCEPT)
    with pytest.raises(InputRefused, match="C056"):
        carried(filing, person, ReturnAct.REVIEW)
    assert verify_chain().is_sound


def test_the_pages_of_findings_say_what_is_odd_usual_and_to_be_done(person: Person) -> None:
    _, finding = odd_filing(person)
    reviewer = signed_in(person(Role.REVIEWER, "411721"))
    page = reviewer.get("/findings?severity=NEEDS_EXPLANATION&place=411721").content.decode()
    assert f"/findings/{finding.pk}" in page
    assert f"/findings/{finding.pk}" not in reviewer.get("/findings?place=411722").content.decode()
    told = reviewer.get(f"/findings/{finding.pk}").content.decode()
    for words in (finding.odd_zh, finding.usual_zh, finding.remedy_zh, "所依据的数", "未核实"):
        assert words in told
    assert "待处理" in told
    reporter = signed_in(person(Role.REPORTER, "U001"))
    assert reporter.post(f"/findings/{finding.pk}/act", {"act": "EXPLAIN", "reason": "停产检修"}).status_code == 302
    assert "停产检修" in reviewer.get(f"/findings/{finding.pk}").content.decode()
    assert reviewer.post(f"/findings/{finding.pk}/act", {"act": "NONE", "reason": "x"}).status_code == 422
    assert reviewer.post(f"/findings/{finding.pk}/act", {"act": "CLOSE", "reason": "属实", "until": "never"}).status_code == 422
    assert signed_in(person(Role.REVIEWER, "411722")).get(f"/findings/{finding.pk}").status_code == 403
    assert reviewer.get("/findings/99999").status_code == 404
    assert reviewer.get("/findings?state=x&severity=y&code=z&place=q&period=p").status_code == 200


def test_the_catalogue_can_be_read(person: Person) -> None:
    page = signed_in(person(Role.REPORTER, "U001")).get("/checks").content.decode()
    for code in ("C001", "C056"):
        assert code in page
    assert "不可豁免" in page
    assert "未核实" in page


def test_a_county_cannot_report_otherwise_than_its_units(person: Person) -> None:
    open_window()
    carried(submitted(person), person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
    open_window("county-energy")
    key = open_filing(form="county-energy", organisation="411721", period=PERIOD, who=person(Role.REPORTER, "411721"))
    form = form_of("county-energy", Period.parse(PERIOD))
    filing = Filing.objects.select_related("organisation").get(pk=key)

    def stopped(element: str, figure: Decimal) -> bool:
        told = check_filing(form, filing, {form.by_element[element].key: Entry(number=figure)})
        return any(one.finding.severity is Severity.BLOCKS_SUBMISSION and one.finding.where.elements == (element,) for one in told)

    (unit,) = current_rows(org="U001", element="comprehensive_energy_tce", period=PERIOD)
    assert unit.value is not None
    assert stopped("above_scale_industry_energy_tce", unit.value / 2)
    assert stopped("above_scale_industry_energy_tce", unit.value * 2)
    assert not stopped("above_scale_industry_energy_tce", unit.value)
    # Of all the energy of a county its units use only some: less cannot be, more can.
    assert stopped("energy_consumed_tce", unit.value / 2)
    assert not stopped("energy_consumed_tce", unit.value * 2)
