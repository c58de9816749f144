"""What the city gives a county: stated by the city's own return, shown in the county's, never typed there, checked against."""

from datetime import date

from filing_steps import Person

from shuangkong.access.roles import Role
from shuangkong.kernel.period import Period
from shuangkong.returns.form import CellKey
from shuangkong.returns.states import ReturnAct
from shuangkong.services.attachments import attach_file
from shuangkong.services.chain import system_actor
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.filing_pages import show_filing
from shuangkong.services.filings import act_on_filing, open_filing, save_cells, submit_filing
from shuangkong.services.windows import set_window
from shuangkong.store.models import Filing

REFORM, COUNTY = "development_reform", "411721"


def opened(form: str, period: str, organisation: str, person: Person) -> int:
    set_window(
        form=form_of(form, Period.parse(period)), period=Period.parse(period), opens_on=date(2026, 1, 1), due_on=date(2026, 6, 30), closes_on=None,
        actor=system_actor("411700"), reason="测试填报期",
    )  # fmt: skip
    return open_filing(form=form, organisation=organisation, period=period, who=person(Role.REPORTER, organisation))


def shown(filing: int, person: Person, key: str) -> tuple[str, str]:
    page = show_filing(filing_id=filing, who=person(Role.REPORTER, COUNTY))
    at = next(at for table in page.tables for row in table.rows for at in row.cells if at is not None and str(at.cell.key) == key)
    return at.shown, at.working.zh


def test_the_city_states_a_target_and_the_county_finds_it_locked_and_is_checked_against_it(person: Person) -> None:
    plan = opened("county-plan-annual", "2026", COUNTY, person)
    reporter, approver = person(Role.REPORTER, REFORM), person(Role.APPROVER, REFORM)
    assert shown(plan, person, "energy.intensity.given") == ("", "年度能耗强度降低目标·市下达目标：市里尚未下达")
    city = opened("city-targets-annual", "2026", REFORM, person)
    cells = {"energy.j411721.intensity_target_set_pct": "3.2", "energy.j411722.intensity_target_set_pct": "2.8", "reduction.j411721.plan_cod_t_given": "120"}
    assert save_cells(filing_id=city, version=0, texts=cells, who=reporter).faults == {}
    attach_file(filing_id=city, name="下达文件.pdf", content=b"%PDF-1.4", who=reporter)
    submit_filing(filing_id=city, version=0, who=reporter)
    for act, who in ((ReturnAct.ACCEPT, person(Role.REVIEWER, REFORM)), (ReturnAct.REVIEW, person(Role.REVIEWER, REFORM)), (ReturnAct.APPROVE, approver), (ReturnAct.LOCK, approver)):
        act_on_filing(filing_id=city, act=act, version=Filing.objects.get(pk=city).version, who=who)
    told = {(row.element, row.org): str(row.value.normalize()) for row in current_rows(period="2026") if row.value is not None}
    assert told == {("intensity_target_set_pct", "411721"): "3.2", ("intensity_target_set_pct", "411722"): "2.8", ("plan_cod_t_given", "411721"): "1.2E+2"}
    assert shown(plan, person, "energy.intensity.given") == ("3.20", "年度能耗强度降低目标·市下达目标：下达县区年度目标（city-targets-annual）")
    saved = save_cells(filing_id=plan, version=0, texts={"energy.intensity.given": "1", "energy.intensity.own": "3"}, who=person(Role.REPORTER, COUNTY))
    assert [fault.rule.zh for fault in saved.faults.values()] == ["由市里下达，不能填写"]
    gap = saved.whole[CellKey("energy", "intensity", "gap")].number
    assert gap is not None
    assert str(gap.normalize()) == "-0.2"
    assert [one.finding.where.elements for one in saved.found if one.finding.code == "C089"] == [("intensity_gap",)]
    assert [one.line() for one in verify_chain().findings] == []


def test_where_the_city_states_nothing_the_plans_own_target_of_the_county_is_given(person: Person) -> None:
    plan = opened("county-plan-five-year", "2021-2025", COUNTY, person)
    assert shown(plan, person, "energy.plan_intensity.given") == ("12.00", "单位地区生产总值能耗降低·市下达目标：方案附件1 T051")
    assert shown(plan, person, "reduction.plan_cod.given")[0] == ""
