"""Emission sums, capture and transmission, VOC rates, vapour recovery, self-monitoring."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.pollution.capture import ImpossibleCount, capture_pct, recomputed, transmission_rates
from shuangkong.pollution.emission import (
    HourlyEmission,
    WaterSlice,
    emission_sum,
    hourly_mass,
    mean_flow,
    slice_volume,
    water_means,
)
from shuangkong.pollution.self_monitoring import (
    Frequency,
    LaboratoryResult,
    PlannedTest,
    ResultSource,
    compared,
    completion,
    is_too_rare,
    periods_due,
    preferred,
)
from shuangkong.pollution.station_vapour import (
    NoFuelDelivered,
    StationLight,
    air_to_liquid_ratio,
    nozzle_day,
    tank_pressure,
)
from shuangkong.pollution.voc_rates import ControlHour, voc_rates
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


def test_a_day_is_the_sum_of_its_hours_and_not_mean_times_flow() -> None:
    # 10 mg/m³ × 100000 + 30 × 300000 = 1 + 9 kg; the mean 20 × 400000 would give 8
    hours = [hourly_mass(concentration_mg_m3=Decimal(10), flow_m3_h=Decimal(100000)), hourly_mass(concentration_mg_m3=Decimal(30), flow_m3_h=Decimal(300000))]
    assert emission_sum([HourlyEmission(kg) for kg in hours]).kg == 10


def test_an_empty_day_has_no_sum_and_a_stopped_day_has_zero() -> None:
    assert emission_sum([HourlyEmission(None)] * 24).kg is None
    assert emission_sum([]).kg is None
    stopped = emission_sum([HourlyEmission(None, is_stopped=True)] * 24)
    assert (stopped.kg, stopped.hours_stopped, stopped.is_whole) == (0, 24, True)


def test_a_sum_tells_measured_from_substituted_and_empty() -> None:
    found = emission_sum([HourlyEmission(Decimal(2))] * 20 + [HourlyEmission(Decimal(3), is_substituted=True)] * 3 + [HourlyEmission(None)])
    assert (found.kg, found.substituted_kg, found.hours_measured, found.hours_substituted, found.hours_empty) == (49, 9, 20, 3, 1)


def test_water_without_a_concentration_is_in_no_mass() -> None:
    found = water_means([WaterSlice(Decimal(20), Decimal(30)), WaterSlice(Decimal(50), None)])
    assert (found.volume_m3, found.mass_kg, found.weighted_mg_l, found.unmeasured_m3) == (70, Decimal("0.6"), 30, 50)
    dry = water_means([WaterSlice(Decimal(0), Decimal(30))])
    assert (dry.weighted_mg_l, dry.arithmetic_mg_l, dry.mass_kg) == (None, 30, 0)


def test_volume_and_mean_flow_are_inverse() -> None:
    assert mean_flow(volume_m3=slice_volume(flow_l_s=Decimal("12.5"), seconds=Decimal(86400)), seconds=Decimal(86400)) == Decimal("12.5")


def test_a_quarter_of_stops_has_no_rate() -> None:
    assert capture_pct(due=2160, invalid=0, stopped=2160) is None
    assert capture_pct(due=2160, invalid=540, stopped=0) == 75
    with pytest.raises(ImpossibleCount):
        capture_pct(due=10, invalid=6, stopped=5)


def test_transmission_without_anything_due_has_no_rate() -> None:
    assert transmission_rates(due=0, received=0, valid=0).effective_pct is None
    assert transmission_rates(due=24, received=0, valid=0).transmission_pct == 0
    with pytest.raises(ImpossibleCount):
        transmission_rates(due=24, received=25, valid=20)


@pytest.mark.parametrize(("own", "alarm"), [("99", False), ("98.9", True), ("101", False), ("101.1", True)])
def test_our_figure_may_differ_by_one_per_cent(own: str, alarm: bool) -> None:
    assert recomputed(device=Decimal(100), own=Decimal(own), rules=RULES).is_alarm is alarm


def test_a_rate_nothing_tells_stays_open() -> None:
    rates = voc_rates([ControlHour(True, True)] * 3, generated_kg=None)
    assert (rates.collection_pct, rates.removal_pct, rates.uptime_pct, rates.controlled_pct) == (None, None, 100, None)
    assert voc_rates([ControlHour(False, True, Decimal(1), Decimal(1))], generated_kg=Decimal(10)).uptime_pct is None


def test_removal_counts_hours_measured_at_both_ends_while_the_device_runs() -> None:
    hours = [ControlHour(True, True, Decimal(10), Decimal(1)), ControlHour(True, True, Decimal(90), None), ControlHour(True, False, Decimal(50), Decimal(50))]
    found = voc_rates(hours, generated_kg=Decimal(200))
    assert (found.collection_pct, found.removal_pct) == (75, 90)


def test_the_ratio_of_no_fuel_is_refused() -> None:
    with pytest.raises(NoFuelDelivered):
        air_to_liquid_ratio(vapour_l=Decimal(1), liquid_l=Decimal(0))


@pytest.mark.parametrize(("outside", "light"), [(25, StationLight.NORMAL), (26, StationLight.WARNING)])
def test_a_nozzle_warns_beyond_a_quarter_of_its_fillings(outside: int, light: StationLight) -> None:
    assert nozzle_day([Decimal("1.31")] * outside + [Decimal("1.3")] * (100 - outside), rules=RULES).light is light
    assert nozzle_day([], rules=RULES).light is StationLight.UNKNOWN


def test_a_flat_tank_warns_after_twelve_hours_without_a_break() -> None:
    flat = [Decimal(50)] * 47
    assert tank_pressure(flat, step_min=Decimal(15), rules=RULES).light is StationLight.NORMAL
    assert tank_pressure([*flat, Decimal(-50)], step_min=Decimal(15), rules=RULES).light is StationLight.WARNING
    assert tank_pressure([*flat, None, *flat], step_min=Decimal(15), rules=RULES).light is StationLight.NORMAL


def _result(day: date, number: str = "R") -> LaboratoryResult:
    return LaboratoryResult("DA001", "NOX", day, Decimal(40), number)


def test_completion_by_period_stops_and_report() -> None:
    plan = [PlannedTest("DA001", "NOX", Frequency.MONTH, times=2)]
    results = [_result(date(2023, 1, 5)), _result(date(2023, 1, 5)), _result(date(2023, 1, 20)), _result(date(2023, 1, 25)), _result(date(2023, 2, 3)), _result(date(2023, 3, 3), "")]
    found = completion(plan, results, within=Period.parse("2023Q1"))
    assert (found.due, found.done, found.pct) == (6, 3, 50)
    assert [str(period) for _, period in found.missed] == ["2023-02", "2023-03"]
    stopped = completion(plan, results, within=Period.parse("2023Q1"), stopped=[Period.parse("2023-03")])
    assert (stopped.due, stopped.pct) == (4, 75)
    assert completion([], [], within=Period.parse("2023")).pct is None


def test_periods_due_lie_wholly_inside() -> None:
    test = PlannedTest("DA001", "NOX", Frequency.QUARTER, valid_from=date(2023, 2, 1))
    assert [str(period) for period in periods_due(test, within=Period(date(2023, 1, 1), date(2023, 9, 30)))] == ["2023Q2"]
    daily = PlannedTest("DA001", "NOX", Frequency.DAY)
    assert len(periods_due(daily, within=Period.parse("2024-02"))) == 29


def test_a_plan_as_often_as_the_least_is_enough() -> None:
    assert [is_too_rare(PlannedTest("DA001", "NOX", each), kind="gas_key_main", rules=RULES) for each in Frequency] == [False, False, False, True, True]


def test_supervision_goes_before_automatic_and_automatic_before_manual() -> None:
    every = {source: Decimal(number) for number, source in enumerate(ResultSource)}
    assert preferred(every, rules=RULES) == (ResultSource.SUPERVISION, 0)
    assert preferred({**every, ResultSource.SUPERVISION: None}, rules=RULES) == (ResultSource.AUTOMATIC, 1)
    assert preferred({}, rules=RULES) is None


def test_a_comparison_without_automatic_values_says_nothing() -> None:
    moment = datetime(2023, 5, 1, 8, tzinfo=CHINA_STANDARD_TIME)
    assert compared(manual=Decimal(1), automatic=[], start=moment, end=moment, rules=RULES) is None
