"""The substitution of missing hours, on the thresholds and beside them: one gap by maxima given, and a whole quarter."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.pollution.substitution import (
    FilledQuarter,
    ManualFigure,
    OutletHour,
    WindowMissing,
    fill_quarter,
    substitute_missing,
    valid_rate_pct,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))
MAXIMA = {Decimal(180): Decimal(5), Decimal(720): Decimal(6), Decimal(2160): Decimal(7)}


@pytest.mark.parametrize(
    ("rate", "hours", "expected"),
    [("90", 24, 120), ("90", 25, 150), ("89.9", 24, 168), ("89.9", 25, 175), ("75", 1, 7), ("100", 1, 5), ("74.9", 1, None), ("90", 0, 0)],
)
def test_windows_by_rate_and_length(rate: str, hours: int, expected: int | None) -> None:
    found = substitute_missing(rate_pct=Decimal(rate), missing_hours=Decimal(hours), maximum_kg_h=MAXIMA, rules=RULES)
    assert found.substituted_kg == expected


def test_the_window_asked_for_must_be_given() -> None:
    with pytest.raises(WindowMissing, match="720"):
        substitute_missing(rate_pct=Decimal(95), missing_hours=Decimal(30), maximum_kg_h={Decimal(180): Decimal(5)}, rules=RULES)


@pytest.mark.parametrize(("given", "expected"), [("0.9", "90"), ("1", "100"), ("90", "90"), ("0", "0"), ("1.01", "1.01")])
def test_rate_as_fraction_or_per_cent(given: str, expected: str) -> None:
    assert valid_rate_pct(Decimal(given)) == Decimal(expected)


START, HOUR = datetime(2023, 4, 1, tzinfo=CHINA_STANDARD_TIME), timedelta(hours=1)


def _quarter(states: dict[int, HourState], *, length: int, before: int = 0, calibrations: tuple[int, ...] = (), **more: object) -> FilledQuarter:
    """A quarter whose valid hours weigh their own number, and `before` hours of history weighing 1000 and more."""
    hours = [
        OutletHour(START + HOUR * number, state, Decimal(number if number >= 0 else 1000 - number) if state is HourState.VALID else None)
        for number in range(-before, length)
        for state in (states.get(number, HourState.VALID),)
    ]
    return fill_quarter(
        hours=hours, start=START, end=START + HOUR * length, pollutant=str(more.get("pollutant", "NOX")),
        calibrations=[START + HOUR * number for number in calibrations], manual=more.get("manual", {}), rules=RULES,  # type: ignore[arg-type]
    )


def _gap(first: int, length: int, state: HourState = HourState.MAINTENANCE) -> dict[int, HourState]:
    return dict.fromkeys(range(first, first + length), state)


def test_a_gap_of_a_day_takes_the_last_180_valid_hours_before_it() -> None:
    found = _quarter(_gap(500, 24), length=1000)
    hour = found.hours[500]
    assert found.capture_pct == Decimal("97.6")
    assert (hour.substituted_kg, hour.window_hours, hour.is_short_history) == (499, 180, False)
    assert (hour.window_start, hour.window_end) == (START + HOUR * 320, START + HOUR * 500)
    assert hour.rule_path == "pollution.missing_data.gas"
    assert {each.substituted_kg for each in found.hours[500:524]} == {Decimal(499)}


def test_an_hour_more_takes_720_and_says_when_history_is_short() -> None:
    hour = _quarter(_gap(500, 25), length=1000).hours[500]
    assert (hour.window_hours, hour.is_short_history, hour.window_start) == (500, True, START)
    whole = _quarter(_gap(500, 25), length=1000, before=220).hours[500]
    assert (whole.window_hours, whole.is_short_history, whole.substituted_kg) == (720, False, 1220)


@pytest.mark.parametrize(("missing", "window"), [(100, 900), (101, 899), (250, 750)])
def test_from_75_to_90_per_cent_the_window_is_2160(missing: int, window: int) -> None:
    hour = _quarter(_gap(1000 - missing, missing), length=1000).hours[-1]
    wanted = 720 if missing == 100 else 2160
    assert hour.window_hours == min(window, wanted)
    assert hour.is_short_history is (window < wanted)


def test_below_75_per_cent_it_stays_empty_and_says_so() -> None:
    found = _quarter(_gap(749, 251), length=1000)
    assert found.capture_pct == Decimal("74.9")
    assert {hour.kg for hour in found.hours[749:]} == {None}
    assert "捕集率不足" in found.hours[-1].reason.zh


def test_stop_hours_leave_the_rate_and_emit_nothing() -> None:
    found = _quarter(_gap(0, 500, HourState.STOPPED) | _gap(900, 50), length=1000)
    assert found.capture_pct == 90
    assert found.hours[10].kg == 0
    assert found.hours[900].substituted_kg == 899


def test_an_hour_out_of_control_looks_back_from_the_last_calibration() -> None:
    hour = _quarter(_gap(500, 10, HourState.OUT_OF_CONTROL), length=1000, calibrations=(300, 480, 505)).hours[509]
    assert (hour.substituted_kg, hour.window_end) == (479, START + HOUR * 480)


def test_a_filled_hour_feeds_no_window() -> None:
    states = _gap(500, 10) | _gap(511, 10)
    hours = [OutletHour(START + HOUR * n, states.get(n, HourState.VALID), None if n in states else Decimal(900 if n == 499 - 185 else 1)) for n in range(1000)]
    found = fill_quarter(hours=hours, start=START, end=START + HOUR * 1000, pollutant="SO2", calibrations=[], manual={}, rules=RULES)
    assert found.hours[500].substituted_kg == 1
    assert found.hours[511].window_start == START + HOUR * (500 - 179)


def test_hours_never_given_are_missing_and_a_valid_hour_without_mass_is_not_valid() -> None:
    hours = [OutletHour(START + HOUR * n, HourState.VALID, Decimal(n)) for n in range(98)] + [OutletHour(START + HOUR * 98, HourState.VALID, None)]
    found = fill_quarter(hours=hours, start=START, end=START + HOUR * 100, pollutant="PM", calibrations=[], manual={}, rules=RULES)
    assert found.capture_pct == 98
    assert [hour.kg for hour in found.hours[97:]] == [97, 97, 97]


def test_manual_measurements_of_the_day_come_first_in_maintenance() -> None:
    sampled = ManualFigure(Decimal("3.5"), START + HOUR * 57, START + HOUR * 58, 1)
    found = _quarter(_gap(48, 24), length=1000, manual={START + HOUR * 50: sampled}).hours[50]
    assert (found.kg, found.rule_path, found.window_start) == (Decimal("3.5"), "pollution.monitoring.gas_quality.manual_per_day_least", START + HOUR * 57)
    lost = _quarter(_gap(48, 24, HourState.OUT_OF_CONTROL), length=1000, manual={START + HOUR * 50: sampled}).hours[50]
    assert (lost.kg, lost.window_hours) == (47, 48)


def test_other_pollutants_are_never_replaced() -> None:
    hour = _quarter(_gap(500, 2), length=1000, pollutant="VOCS").hours[500]
    assert (hour.kg, hour.reason.zh) == (None, "该污染物不在替代范围，不替代")


def test_without_any_history_nothing_stands_in() -> None:
    assert _quarter(_gap(0, 2), length=1000).hours[0].kg is None
