"""Which minutes, hours and days count: on the thresholds, and by marks, stops and failed checks."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.pollution.monitoring_validity import (
    HourState,
    InstrumentCheck,
    Sample,
    StateSpan,
    day_mean,
    gas_mark,
    hour_mean,
    hour_state,
    minute_mean,
    out_of_control_spans,
    state_of_mark,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))
DAY = datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME)


def _minutes(**marks: int) -> list[Sample]:
    return [Sample(Decimal(number), mark) for mark, count in marks.items() for number in range(count)]


@pytest.mark.parametrize(("normal", "valid"), [(44, False), (45, True), (60, True)])
def test_an_hour_needs_45_valid_minutes(normal: int, valid: bool) -> None:
    found = hour_mean(_minutes(N=normal, M=60 - normal), rules=RULES)
    assert (found.mean is not None, found.state is HourState.VALID, found.valid_count) == (valid, valid, normal)


def test_only_valid_minutes_are_averaged() -> None:
    samples = [Sample(Decimal(10))] * 50 + [Sample(Decimal(1000), "C")] * 10
    assert hour_mean(samples, rules=RULES).mean == 10


def test_a_thin_hour_says_why() -> None:
    assert hour_mean(_minutes(N=30, M=20, D=10), rules=RULES).state is HourState.MAINTENANCE
    assert hour_mean(_minutes(N=30, M=10, D=20), rules=RULES).state is HourState.INVALID
    assert hour_mean([], rules=RULES).state is HourState.INVALID


@pytest.mark.parametrize(("hours", "valid"), [(19, False), (20, True)])
def test_a_day_needs_20_hours(hours: int, valid: bool) -> None:
    assert (day_mean([Sample(Decimal(1))] * hours + [Sample(None)] * (24 - hours), rules=RULES).mean is not None) is valid


@pytest.mark.parametrize(("samples", "valid"), [(11, False), (12, True)])
def test_a_minute_needs_12_samples(samples: int, valid: bool) -> None:
    assert (minute_mean([Sample(Decimal(1))] * samples, rules=RULES).mean is not None) is valid


@pytest.mark.parametrize(("normal", "mark"), [(45, "N"), (44, "D")])
def test_the_mark_of_a_period_turns_at_75_per_cent(normal: int, mark: str) -> None:
    assert gas_mark(["N"] * normal + ["D"] * (60 - normal), rules=RULES) == mark


def test_an_unknown_mark_does_not_count_and_harms_nothing() -> None:
    assert state_of_mark("Z", rules=RULES) is HourState.INVALID
    assert state_of_mark("", rules=RULES) is HourState.INVALID


def test_out_of_control_runs_from_the_last_passed_to_the_next_passed_check() -> None:
    told = [(3, True), (10, False), (12, False), (14, True), (20, True)]
    checks = [InstrumentCheck(DAY + timedelta(days=day), passed) for day, passed in told]
    [span] = out_of_control_spans(checks, start=DAY, end=DAY + timedelta(days=31))
    assert (span.start, span.end) == (DAY + timedelta(days=3), DAY + timedelta(days=14))


def test_a_failed_check_nobody_mended_holds_to_the_end() -> None:
    [span] = out_of_control_spans([InstrumentCheck(DAY + timedelta(days=10), False)], start=DAY, end=DAY + timedelta(days=31))
    assert (span.start, span.end) == (DAY, DAY + timedelta(days=31))


def test_a_stop_wins_over_a_failed_check_but_only_over_whole_hours() -> None:
    hour = timedelta(hours=1)
    spans = [StateSpan(DAY, DAY + 5 * hour, HourState.OUT_OF_CONTROL), StateSpan(DAY + 1.5 * hour, DAY + 3 * hour, HourState.STOPPED)]
    states = [hour_state(start=DAY + n * hour, end=DAY + (n + 1) * hour, own=HourState.VALID, spans=spans) for n in range(6)]
    assert [state.name for state in states] == ["OUT_OF_CONTROL", "OUT_OF_CONTROL", "STOPPED", "OUT_OF_CONTROL", "OUT_OF_CONTROL", "VALID"]
