"""Figures of water and air: handed over as a table, in the lake with who told them, corrected with their history, classed, alarmed; plans of self-monitoring and results."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import COUNTY, OTHER_COUNTY, UNIT, Clock
from signed_client import signed_in
from test_api_areas import JSON, called
from test_english_pages import chinese_of

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.lake.readings import Reading
from shuangkong.pollution.self_monitoring import Frequency, ResultSource
from shuangkong.services.ambient_alarms import raise_ambient_alarms
from shuangkong.services.ambient_intake import ImportExpired, apply_import, bring_in_sealed, try_import
from shuangkong.services.ambient_pages import air_page, ambient_page, water_page
from shuangkong.services.chain import system_actor
from shuangkong.services.chain_lists import list_findings
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_register import Entries, PointEntry, record
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.self_monitoring import FindingEntry, PlanEntry, enter_self_monitoring
from shuangkong.services.self_monitoring_list import ListKind, apply_list, try_list
from shuangkong.services.self_monitoring_pages import completion_page, outlet_tests
from shuangkong.store.models import Alarm, LaboratoryFinding

SECTION, SOURCE, STATION, OUTLET = "411721.RS01", "411721.WS01", "411721.AQ01", "U001.DW001"
WATER = "监测点,时间,化学需氧量,氨氮,总磷,铁\n411721.RS01,2026-02,18,0.4,0.24,\n模拟水源,2026-02,12,0.1,0.02,0.2\n"
PLAN = "监测点编码,因子,频次,次数,依据,生效日\nU001.DW001,化学需氧量,每月,1,方案,2026-01-01\nU001.DW001,w21011,季,1,方案,2025-01-01\n"
RESULTS = "监测点编码,因子,采样开始,采样结束,监测值,单位,报告编号\nU001.DW001,w01018,2026/1/12 9:00,2026/1/12 11:00,40,mg/L,B-1\nU001.DW001,总磷,2026-02-03 10:00,,0.02L,mg/L,B-2\n"


@pytest.fixture
def reviewer(person) -> Member:
    return person(Role.REVIEWER, COUNTY)


@pytest.fixture
def points(reviewer, settings, tmp_path: Path) -> None:
    """A section, a source, a station and an outlet; a lake of their own."""
    settings.DATA = str(tmp_path)
    kinds = {SECTION: PointKind.RIVER_SECTION, SOURCE: PointKind.WATER_SOURCE, STATION: PointKind.AIR_STATION, OUTLET: PointKind.WATER_OUTLET}
    names = {SECTION: Words("模拟断面", "Simulated section"), SOURCE: Words("模拟水源", "Simulated source"), STATION: Words("模拟空气站", "Simulated station"), OUTLET: Words("总排口", "Outlet")}
    record(Entries([
        PointEntry(code=code, organisation=UNIT if code == OUTLET else COUNTY, kind=kind, name=names[code], valid_from=date(2024, 1, 1),
                   traits={"target_class": "III"} if kind in (PointKind.RIVER_SECTION, PointKind.WATER_SOURCE) else {})
        for code, kind in kinds.items()
    ]), who=reviewer, reason="登记")  # fmt: skip


@pytest.fixture
def brought(points: None, reviewer) -> int:
    return apply_import(ticket=try_import(name="二月.csv", content=WATER.encode(), who=reviewer).ticket, who=reviewer, reason="监测报告 7 号")[0]


def test_a_table_comes_in_whole_and_tells_its_reporter(brought: int, reviewer, still_clock: Clock) -> None:
    page = ambient_page(who=reviewer, month=Period.parse("2026-02"))
    section, source = page.sections[0].now, page.sources[0].now
    assert (section.found.water_class.name, section.found.worst, section.beyond_target, section.is_lab) == ("IV", ("TP",), ("TP",), True)
    assert (source.good, page.section_share.pct, page.source_share.pct) == (True, Decimal(0), Decimal(100))
    shown = water_page(code=SECTION, who=reviewer)
    assert list(shown.reported.values()) == [(reviewer.full_name, COUNTY, brought)]
    assert list(list_findings()) == []


def test_the_same_again_changes_nothing_and_a_correction_keeps_what_was(brought: int, reviewer, still_clock: Clock) -> None:
    _, again = apply_import(ticket=try_import(name="二月.csv", content=WATER.encode(), who=reviewer).ticket, who=reviewer)
    assert (again.new, again.corrected, again.same) == (0, 0, 7)
    still_clock.set("2026-03-05")
    mended = WATER.replace("0.24", "0.19")
    _, merged = apply_import(ticket=try_import(name="二月.csv", content=mended.encode(), who=reviewer).ticket, who=reviewer)
    assert (merged.new, merged.corrected, merged.same) == (0, 1, 6)
    classes = [water_page(code=SECTION, who=reviewer, as_of=day).months[-2].found.water_class.name for day in (date(2026, 3, 2), None)]
    assert classes == ["IV", "III"]


def test_a_faulty_row_holds_back_the_whole_table(points: None, reviewer, person) -> None:
    run = try_import(name="x.csv", content=(WATER + "没有这个断面,2026-02,1,1,1,\n411721.RS01,2026-09,1,,,\n").encode("gbk"), who=reviewer)
    assert [(row.row.place.zh, row.faults[0].rule.en) for row in run.rejected] == [("第4行", "is no registered section, source or air station"), ("第5行", "is still to come")]
    with pytest.raises(InputRefused):
        apply_import(ticket=run.ticket, who=reviewer)
    other = person(Role.REVIEWER, OTHER_COUNTY)
    assert {row.faults[0].rule.en for row in try_import(name="x.csv", content=WATER.encode(), who=other).rejected} == {"is not in your charge"}
    with pytest.raises(ImportExpired):
        apply_import(ticket=run.ticket, who=other)


def test_a_class_worse_than_its_target_is_an_alarm_until_it_is_corrected(brought: int, reviewer, still_clock: Clock) -> None:
    assert [raise_ambient_alarms(still_clock.moment), raise_ambient_alarms(still_clock.moment)] == [1, 1]
    (alarm,) = Alarm.objects.all()
    assert (alarm.kind, alarm.point.code, alarm.facts["class"], alarm.facts["items"], alarm.steps.count()) == ("AMBIENT", SECTION, "IV", ["TP"], 1)
    apply_import(ticket=try_import(name="二月.csv", content=WATER.replace("0.24", "0.19").encode(), who=reviewer).ticket, who=reviewer)
    raise_ambient_alarms(still_clock.moment)
    raise_ambient_alarms(still_clock.moment)
    assert [step.act for step in alarm.steps.order_by("pk")] == ["RAISE", "END"]


def test_air_of_a_station_by_day_and_as_it_was_known(points: None, reviewer, still_clock: Clock) -> None:
    hours = [Reading(STATION, "a34004", "Hour-Avg", f"2026-02-28 {hour:02}:00:00", "95", "N") for hour in range(24)]
    bring_in_sealed(hours, content=b"hours", name="hours", actor=system_actor("411700"), reason="试", is_simulated=True)
    year = air_page(code="city", who=reviewer).year
    assert [(one.day, one.found.index) for one in year.days] == [(date(2026, 2, 28), 125)]
    still_clock.set("2026-03-05")
    bring_in_sealed([one._replace(value="30") for one in hours], content=b"again", name="again", actor=system_actor("411700"), reason="试", is_simulated=True)
    assert [air_page(code=STATION, who=reviewer, as_of=day).year.days[0].found.index for day in (date(2026, 3, 2), None)] == [125, 43]


def test_plans_and_results_by_table(points: None, person) -> None:
    unit = person(Role.REPORTER, UNIT)
    apply_list(ticket=try_list(kind=ListKind.PLAN, name="方案.csv", content=PLAN.encode(), who=unit).ticket, reason="2026 年方案", who=unit)
    run = try_list(kind=ListKind.RESULTS, name="结果.csv", content=RESULTS.encode(), who=unit)
    assert (run.rejected, len(run.entries)) == ((), 2)
    apply_list(ticket=run.ticket, reason="一月报告", who=unit)
    assert try_list(kind=ListKind.RESULTS, name="结果.csv", content=RESULTS.encode(), who=unit).same == 2
    page = outlet_tests(code=OUTLET, who=unit)
    assert (page.whole.due, page.whole.done, [str(period) for _, period in page.whole.missed]) == (2, 1, ["2026-02"])  # the first quarter still runs
    assert [(line.row.report_number, str(line.row.value), line.row.is_below, line.used) for line in page.results] == [
        ("B-2", "0.010", True, ResultSource.MANUAL), ("B-1", "40", False, ResultSource.MANUAL),
    ]  # fmt: skip
    mended = try_list(kind=ListKind.RESULTS, name="结果.csv", content=RESULTS.replace(",40,", ",41,").encode(), who=unit)
    apply_list(ticket=mended.ticket, reason="更正", who=unit)
    assert [str(line.row.value) for line in outlet_tests(code=OUTLET, who=unit).results] == ["0.010", "41"]
    assert (LaboratoryFinding.objects.count(), list(list_findings())) == (3, [])
    (place,) = completion_page(who=unit).places
    assert (place.code, place.units, place.done.pct) == (COUNTY, 1, Decimal(50))


def test_a_result_stands_beside_the_monitor(points: None, person) -> None:
    unit = person(Role.REPORTER, UNIT)
    start = datetime(2026, 2, 3, 1, tzinfo=UTC)  # nine o'clock in China
    entry = FindingEntry(point=OUTLET, factor="w01018", start=start, end=start + timedelta(hours=2), value=Decimal(40), unit="mg/L", report_number="B-3")
    with pytest.raises(NotPermitted):
        enter_self_monitoring(results=[entry], who=person(Role.REPORTER, OTHER_COUNTY), reason="试")
    enter_self_monitoring(tests=[PlanEntry(point=OUTLET, factor="w01018", frequency=Frequency.MONTH, times=1, valid_from=date(2026, 1, 1))], results=[entry], who=unit, reason="报告")
    hours = [Reading(OUTLET, "w01018", "Hour-Avg", f"2026-02-03 {hour:02}:00:00", value, "N") for hour, value in ((8, "90"), (9, "24"), (10, "28"), (11, "90"))]
    bring_in_sealed(hours, content=b"hours", name="hours", actor=system_actor("411700"), reason="试", is_simulated=True)
    (line,) = outlet_tests(code=OUTLET, who=unit).results
    assert (line.automatic, line.beside.difference_pct, line.beside.is_told, line.used) == (Decimal(26), Decimal(35), True, ResultSource.AUTOMATIC)


def test_pages_and_api(brought: int, reviewer, person) -> None:
    client = signed_in(reviewer)
    for path in ("", f"/water/{SECTION}", f"/air/{STATION}", "/air/city", "/import"):
        assert chinese_of(client, f"/monitoring/ambient{path}") == []
    for path in ("", f"/points/{OUTLET}", "/list"):
        assert chinese_of(client, f"/monitoring/self{path}") == []
    machine = called(reviewer)
    rows = {"rows": [{"point": SECTION, "time": "2026-01", "figures": {"COD": "16", "TP": "0.1"}}]}
    told = machine.post("/api/monitoring/ambient/readings", rows, content_type=JSON)
    assert told.status_code == 200, told.content.decode()
    assert [told.json()[key] for key in ("new", "corrected", "same")] == [2, 0, 0]
    months = machine.get(f"/api/monitoring/ambient/water/{SECTION}").json()
    assert [(one["month"], one["water_class"], one["good"]) for one in months[-3:]] == [("2026-01", "III", True), ("2026-02", "IV", False), ("2026-03", None, None)]
    assert machine.get("/api/monitoring/self-monitoring").json() == []
