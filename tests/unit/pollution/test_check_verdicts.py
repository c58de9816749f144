"""Checks of monitors: bands of accuracy, both limits of drift, what a failed one takes away, a station's day."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from shuangkong.pollution.instrument_checks import (
    GASEOUS,
    PARTICULATE,
    WATER,
    CheckKind,
    check_verdict,
    control_losses,
    interval_of,
    kinds_for,
)
from shuangkong.pollution.monitoring_validity import InstrumentCheck
from shuangkong.pollution.station_vapour import StationLight, station_day
from shuangkong.pollution.voc_rates import ControlHour, controlled_span
from shuangkong.rules import at

RULES = at(date(2026, 3, 1))


@pytest.mark.parametrize(
    ("group", "pollutant", "reference", "result", "outcome", "deviation"),
    [
        (GASEOUS, "NOX", "40", "52", "PASSED", "12"), (GASEOUS, "NOX", "40", "52.1", "FAILED", "12.1"), (GASEOUS, "NOX", "41", "53.3", "PASSED", "30"),
        (GASEOUS, "SO2", "800", "921", "FAILED", "15.125"), (PARTICULATE, "PM", "9.9", "4.9", "PASSED", "5.0"), (GASEOUS, "", "60", "69", "PASSED", "15"),
        (GASEOUS, "", "60", "69.1", "FAILED", None), (WATER, "COD", "29", "35", "FAILED", "6"), (WATER, "COD", "30", "39", "PASSED", "30"), (WATER, "TP", "0.2", "0.24", "PASSED", "0.04"),
        (WATER, "PH", "7", "7.6", "FAILED", "0.6"),
    ],
)  # fmt: skip
def test_a_result_is_held_against_the_band_of_its_reference(group: str, pollutant: str, reference: str, result: str, outcome: str, deviation: str | None) -> None:
    kind = CheckKind.COMPARISON if group == WATER else CheckKind.VERIFICATION
    found = check_verdict(kind=kind, group=group, pollutant=pollutant, reference=Decimal(reference), result=Decimal(result), full_scale=None, rules=RULES)
    assert found is not None
    assert found.outcome.name == outcome
    assert deviation is None or found.deviation == Decimal(deviation)


@pytest.mark.parametrize(("group", "off", "outcome"), [(GASEOUS, "5", "PASSED"), (GASEOUS, "5.2", "ADJUST"), (GASEOUS, "-10", "ADJUST"), (GASEOUS, "10.2", "FAILED"), (PARTICULATE, "16.2", "FAILED"), (PARTICULATE, "16", "ADJUST")])
def test_zero_drift_has_two_limits(group: str, off: str, outcome: str) -> None:
    found = check_verdict(kind=CheckKind.ZERO_DRIFT, group=group, pollutant="", reference=Decimal(0), result=Decimal(off), full_scale=Decimal(200), rules=RULES)
    assert found is not None
    assert found.outcome.name == outcome


def test_what_no_rule_judges_has_no_verdict() -> None:
    told = {"pollutant": "", "reference": Decimal(0), "result": Decimal(1), "rules": RULES}
    assert check_verdict(kind=CheckKind.SPAN_DRIFT, group=GASEOUS, full_scale=None, **told) is None
    assert check_verdict(kind=CheckKind.COMPARISON, group=WATER, full_scale=None, **told) is None
    assert check_verdict(kind=CheckKind.VERIFICATION, group=GASEOUS, full_scale=None, **told) is None
    assert check_verdict(kind=CheckKind.REVIEW, group=GASEOUS, full_scale=Decimal(1), **told) is None


def test_every_kind_of_a_monitor_has_an_interval() -> None:
    told = {group: [interval_of(kind, group=group, rules=RULES).days for kind in kinds_for(group)] for group in (GASEOUS, PARTICULATE, WATER)}
    assert told == {GASEOUS: [7, 7, 92, 92], PARTICULATE: [15, 15, 92, 92], WATER: [7, 31, 92]}


def test_without_a_passed_check_before_a_failed_one_reaches_back_one_interval() -> None:
    checks = [InstrumentCheck(datetime(2026, 3, 10), False), InstrumentCheck(datetime(2026, 3, 12), False)]  # noqa: DTZ001
    (loss,) = control_losses(checks, interval=timedelta(days=7), end=datetime(2026, 4, 1))  # noqa: DTZ001
    assert (loss.span.start.day, loss.span.end.month, loss.failed) == (3, 4, (0, 1))
    assert control_losses([InstrumentCheck(datetime(2026, 3, 1), True)], interval=timedelta(days=7), end=datetime(2026, 4, 1)) == ()  # noqa: DTZ001


def test_removal_is_asked_for_from_a_rate_of_emission_and_unheard_signals_count_nowhere() -> None:
    faint = controlled_span([ControlHour(True, True, Decimal(2), Decimal(1))], generated_kg_h=None, rules=RULES)
    assert (faint.removal.pct, faint.removal.light.name, faint.collection.light.name) == (Decimal(50), "GREY", "GREY")
    silent = controlled_span([ControlHour(None, None, Decimal(9), Decimal(1)), ControlHour(True, None)], generated_kg_h=Decimal(10), rules=RULES)
    assert (silent.uptime.pct, silent.hours_signalled, silent.hours_producing, silent.coverage_pct) == (None, 0, 1, Decimal(0))


def test_a_station_without_readings_is_unknown_and_a_filling_without_fuel_has_no_ratio() -> None:
    found = station_day(fillings={"01": [(Decimal(5), Decimal(0))]}, pressures={}, step_min=Decimal(10), rules=RULES)
    assert (found.light, found.fillings, found.nozzles[0].ratio) == (StationLight.UNKNOWN, 0, None)
