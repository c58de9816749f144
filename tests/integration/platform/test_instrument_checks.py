"""Checks of monitors from entry to the figures: a failed one puts hours out of control, a passed one ends it, a sample stands in; by page, table, API."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import OTHER_UNIT, UNIT, Clock
from signed_client import signed_in
from test_api_areas import JSON, called
from test_emission_figures import COD, GAS, NOX, START, TODAY, WATER, _told, heard, outlets
from test_english_pages import chinese_of

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.lake.emissions import EmissionGrain
from shuangkong.pollution.instrument_checks import CheckKind
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.services.chain_lists import list_findings
from shuangkong.services.emission_figures import Refreshed, Standing, emission_of, refresh_emissions
from shuangkong.services.monitoring_marks import set_mark
from shuangkong.services.outlet_check_pages import checks_page
from shuangkong.services.outlet_checks import CheckEntry, checks_in_force
from shuangkong.services.outlet_hours import outlet_hours
from shuangkong.services.people import NotPermitted
from shuangkong.services.self_monitoring import FindingEntry, enter_self_monitoring
from shuangkong.services.self_monitoring_list import ListKind, apply_list, try_list

__all__ = ["outlets"]
_TABLE = "监测点编码,因子,检查类别,检查时刻,参比值,测定值,量程,结论\nU001.DA001,氮氧化物,零点校准,2026-02-20 12:00,0,1,200,\nU001.DA001,a21002,零点校准,2026-02-27 12:00,0,-12,200,\nU001.DA001,,有效数据审核,2026-01-05 09:00,,,,合格\n"


def _at(day: int, hour: int, month: int = 2) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA_STANDARD_TIME)


def _zero(moment: datetime, result: str) -> CheckEntry:
    return CheckEntry(point=GAS, factor=NOX, kind=CheckKind.ZERO_DRIFT, at=moment, reference=Decimal(0), result=Decimal(result), full_scale=Decimal(200))


def _steady() -> list[Any]:
    starts = [START + timedelta(hours=at) for at in range((TODAY - START) // timedelta(hours=1))]
    means = {start: ("40" if start.day == 21 else "30", "N") for start in starts}
    return [*_told(GAS, NOX, "Hour-Avg", means), *_told(GAS, "a00000", "Hour-Cou", dict.fromkeys(starts, ("100000", "N")))]


@pytest.mark.usefixtures("outlets")
def test_a_failed_check_takes_hours_away_until_one_passes_and_figures_follow(person: Any, still_clock: Clock) -> None:
    unit, standing = person(Role.REPORTER, UNIT), Standing()
    heard(_steady())
    refresh_emissions(still_clock(), standing=standing)
    day = Period(date(2026, 2, 28), date(2026, 3, 1))
    enter_self_monitoring(checks=[_zero(_at(26, 10), "1"), _zero(_at(28, 9), "12")], who=unit, reason="零点校准记录 12 号")
    still_clock.moment += timedelta(minutes=1)
    assert refresh_emissions(still_clock(), standing=standing).outlets == 1
    told = outlet_hours(GAS, datetime(2026, 2, 26), TODAY).of(NOX)  # noqa: DTZ001
    assert told is not None
    # 6 % of the span: out of control from the passed check of the 26th at ten, still lasting; the highest of 180 valid hours before is 40 × 100,000 m³.
    lost = [hour for hour in told.hours if hour.own.state is HourState.OUT_OF_CONTROL]
    assert (lost[0].own.start, lost[-1].own.start, lost[0].own.kg) == (datetime(2026, 2, 26, 10), TODAY - timedelta(hours=1), None)  # noqa: DTZ001
    # 95 of 249 hours are lost: the capture rate of 62 % allows no substitution.
    assert {hour.kg for hour in lost} == {None}
    assert emission_of(GAS, EmissionGrain.DAY, day, factors=[NOX])[0].hours_invalid == 24
    enter_self_monitoring(checks=[_zero(_at(28, 12), "0.5")], who=unit, reason="维修后校准")
    still_clock.moment += timedelta(minutes=1)
    assert refresh_emissions(still_clock(), standing=standing) == Refreshed(outlets=1, days=5)
    (figure,) = emission_of(GAS, EmissionGrain.DAY, day, factors=[NOX])
    # Twelve hours of the 28th take 4 kg, twelve keep their 3: at noon it was in control again.
    assert (figure.kg, figure.substituted_kg, figure.hours_invalid) == (Decimal(84), Decimal(48), 12)
    page = checks_page(code=GAS, who=unit)
    (loss,) = page.losses
    assert (loss.is_open, [line.outcome.name for line in loss.lines], loss.lines[0].verdict and loss.lines[0].verdict.deviation) == (False, ["FAILED"], Decimal(6))
    assert list(list_findings()) == []
    row = checks_in_force().get(outcome="FAILED")
    enter_self_monitoring(checks=[CheckEntry(point=GAS, factor=NOX, kind=CheckKind.ZERO_DRIFT, at=row.at, replaces=row.pk, is_withdrawn=True)], who=unit, reason="填错")
    still_clock.moment += timedelta(minutes=1)
    refresh_emissions(still_clock(), standing=standing)
    assert [one.kg for one in emission_of(GAS, EmissionGrain.DAY, day, factors=[NOX])] == [Decimal(72)]


@pytest.mark.usefixtures("outlets")
def test_a_sample_stands_in_for_hours_of_maintenance_and_days_of_a_silent_monitor(person: Any, still_clock: Clock) -> None:
    unit = person(Role.REPORTER, UNIT)
    first = datetime(2026, 2, 24)  # noqa: DTZ001
    starts = [first + timedelta(hours=at) for at in range(96)]
    heard([*_steady(), *_told(WATER, COD, "Hour-Avg", {one: ("30", "D" if one.day == 26 else "N") for one in starts}), *_told(WATER, "w00000", "Hour-Cou", dict.fromkeys(starts, ("100", "N")))])
    set_mark(point=GAS, mark="M", start=_at(27, 8), end=_at(27, 12), who=unit, reason="维护")
    samples = [
        FindingEntry(point=point, factor=factor, start=_at(day, hour), end=_at(day, hour + 1), value=Decimal(value), unit=unit_of, report_number="B-9")
        for point, factor, day, hour, value, unit_of in (
            (GAS, NOX, 27, 9, "20", "mg/m3"), (WATER, COD, 26, 1, "10", "mg/L"), (WATER, COD, 26, 7, "20", "mg/L"), (WATER, COD, 26, 13, "20", "mg/L"), (WATER, COD, 26, 19, "30", "mg/L"),
        )
    ]  # fmt: skip
    enter_self_monitoring(results=samples, who=unit, reason="报告")
    told = outlet_hours(GAS, datetime(2026, 2, 27), TODAY).of(NOX)  # noqa: DTZ001
    assert told is not None
    hour = told.hours[9]
    assert (hour.own.state, hour.own.mean, hour.kg) == (HourState.MAINTENANCE, Decimal(30), Decimal(2))
    assert (hour.filled.rule_path, hour.filled.window_start) == ("pollution.monitoring.gas_quality.manual_per_day_least", datetime(2026, 2, 27, 9))  # noqa: DTZ001
    water = outlet_hours(WATER, first, datetime(2026, 2, 28)).of(COD)  # noqa: DTZ001
    assert water is not None
    # Four samples of 20 mg/L in the mean × 2,400 m³; the days beside have 72 kg of their own.
    assert [(day.kg, day.substituted_kg) for day in water.days] == [(Decimal(72), None), (Decimal(72), None), (Decimal(48), Decimal(48)), (Decimal(72), None)]


@pytest.mark.usefixtures("outlets")
def test_checks_come_by_table_page_and_api_and_strangers_enter_none(person: Any, still_clock: Clock) -> None:
    unit = person(Role.REPORTER, UNIT)
    run = try_list(kind=ListKind.CHECKS, name="检查.csv", content=_TABLE.encode(), who=unit)
    assert ([row.faults for row in run.rejected], len(run.entries)) == ([], 3)
    apply_list(ticket=run.ticket, reason="二月检查", who=unit)
    assert try_list(kind=ListKind.CHECKS, name="检查.csv", content=_TABLE.encode(), who=unit).same == 3
    assert sorted(checks_in_force().values_list("outcome", flat=True)) == ["FAILED", "PASSED", "PASSED"]
    browser = signed_in(unit)
    path = f"/monitoring/points/{GAS}/checks"
    form = {"kind": "SPAN_DRIFT", "factor": f"{NOX} 氮氧化物", "at": "2026-03-01T09:00", "reference": "160", "result": "166", "full_scale": "200", "reason": "量程校准"}
    assert browser.post(f"{path}/enter", form).status_code == 302
    shown = browser.get(path).content.decode()
    assert ("超限须调整" in shown, "未恢复" in shown, "氮氧化物" in shown) == (True, True, True)
    assert chinese_of(browser, path) == []
    client = called(unit)
    told = client.get(f"/api/monitoring/outlets/{GAS}/checks").json()
    assert ([one["kind"] for one in told["losses"]], len(told["checks"]), told["losses"][0]["start"]) == (["ZERO_DRIFT"], 4, "2026-02-20T12:00:00")
    entry = {"factor": NOX, "kind": "VERIFICATION", "at": "2026-03-01T10:00:00+08:00", "reference": "30", "result": "33"}
    assert client.post(f"/api/monitoring/outlets/{GAS}/checks", {"checks": [entry], "reason": "季度校验"}, content_type=JSON).status_code == 200
    with pytest.raises(InputRefused):
        enter_self_monitoring(checks=[CheckEntry(point=GAS, factor=NOX, kind=CheckKind.ZERO_DRIFT, at=_at(1, 9, 3))], who=unit, reason="缺数值")
    with pytest.raises(NotPermitted):
        enter_self_monitoring(checks=[_zero(_at(1, 9, 3), "1")], who=person(Role.REPORTER, OTHER_UNIT), reason="他人")
