"""One hour of an outlet: made of minutes, weighed by the flow there was, kept whatever its mark."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from shuangkong.pollution.judged_hours import (
    HeardHour,
    JudgedHour,
    MeasuredFactor,
    MinuteBlock,
    OutletTraits,
    judged_hour,
    volume_of,
    with_converted,
)
from shuangkong.pollution.monitoring_validity import HourState, StateSpan
from shuangkong.rules import at

START, RULES = datetime(2026, 5, 1, 8), at(date(2026, 5, 1))  # noqa: DTZ001  # as the readings
GAS, WATER = OutletTraits(True, "a00000"), OutletTraits(False, "w00000", flow_unit="L/s")
SO2, COD = MeasuredFactor("a21026", "SO2"), MeasuredFactor("w01018", "COD")
HEARD_AT = datetime(2026, 5, 1, 1)  # noqa: DTZ001


def told(factor: str, mean: str | None = None, total: str | None = None, mark: str = "N", blocks: tuple[MinuteBlock, ...] = (), converted: str | None = None) -> HeardHour:
    numbers = [None if one is None else Decimal(one) for one in (mean, total, converted)]
    return HeardHour(factor, START, *numbers, mark, blocks, HEARD_AT)


def judged(factor: MeasuredFactor, *some: HeardHour, traits: OutletTraits = GAS, spans: tuple[StateSpan, ...] = ()) -> JudgedHour:
    hours = {(one.factor, START): one for one in some}
    return judged_hour(START, factor, hours, flow=volume_of(START, hours, traits=traits, rules=RULES), traits=traits, spans=spans, rules=RULES)


def blocks(*means: str, mark: str = "N") -> tuple[MinuteBlock, ...]:
    return tuple(MinuteBlock(Decimal(one), None, mark) for one in means)


@pytest.mark.parametrize(("count", "state", "kg"), [(5, HourState.VALID, Decimal("3.6")), (4, HourState.INVALID, None)])
def test_an_hour_of_ten_minute_means_needs_forty_five_minutes(count: int, state: HourState, kg: Decimal | None) -> None:
    found = judged(SO2, told("a21026", blocks=blocks(*["30"] * count)), told("a00000", total="120000"))
    assert (found.state, found.kg, found.from_minutes) == (state, kg, True)


def test_the_flow_of_gas_is_a_mean_over_the_hour_the_water_what_was_counted() -> None:
    five = tuple(MinuteBlock(None, Decimal(20000), "N") for _ in range(5))
    assert judged(SO2, told("a21026", "30"), told("a00000", blocks=five)).flow_m3 == 120000
    assert judged(COD, told("w01018", "30"), told("w00000", blocks=five), traits=WATER).flow_m3 == 100000


def test_a_wet_flow_as_it_runs_is_brought_to_dry_standard_state() -> None:
    wet = OutletTraits(True, "a00000", flow_unit="m3/h", is_flow_wet=True)
    state = [told("a01006", "100.5"), told("a01012", "130"), told("a01013", "-0.3"), told("a01014", "8")]
    found = judged(SO2, told("a21026", "30"), told("a00000", "200000"), *state, traits=wet)
    assert found.flow_m3 is not None
    assert abs(found.flow_m3 - 123261) < 20
    assert judged(SO2, told("a21026", "30"), told("a00000", "200000"), *state[:2], traits=wet).kg is None


def test_without_a_valid_flow_there_is_no_mass_unless_the_device_told_one_and_no_flow_at_all() -> None:
    assert judged(SO2, told("a21026", "30"), told("a00000", total="120000", mark="D")).state is HourState.INVALID
    assert judged(SO2, told("a21026", "30", "3.5")).kg == Decimal("3.5")
    assert judged(SO2, told("a21026", "30")).kg is None


def test_a_negative_value_of_gas_weighs_nothing_and_water_that_does_not_flow_neither() -> None:
    assert judged(SO2, told("a21026", "-0.4"), told("a00000", total="120000")).kg == 0
    found = judged(COD, told("w01018", "30"), told("w00000", "0"), traits=WATER)
    assert (found.state, found.kg) == (HourState.INVALID, 0)


def test_what_is_marked_or_stopped_keeps_its_value_and_makes_no_mass() -> None:
    for state, mark in ((HourState.MAINTENANCE, "M"), (HourState.STOPPED, "停产通知")):
        span = StateSpan(START, datetime(2026, 5, 1, 9), state, mark)  # noqa: DTZ001
        found = judged(SO2, told("a21026", "30"), told("a00000", total="120000"), spans=(span,))
        assert (found.state, found.said, found.mean, found.kg) == (state, mark, 30, None)


def test_conversion_is_ours_where_oxygen_was_measured_else_the_devices_and_none_at_the_oxygen_of_air() -> None:
    traits = OutletTraits(True, "a00000", reference_oxygen_pct=Decimal(6))
    held = judged(SO2, told("a21026", "30", converted="37"), told("a00000", total="120000"))

    def converted(*some: HeardHour) -> Decimal | None:
        return with_converted(held, {(one.factor, START): one for one in some}, traits=traits, rules=RULES).converted

    assert [converted(told("a19001", "8.5")), converted(), converted(told("a19001", "21"))] == [Decimal(36), Decimal(37), None]
    assert with_converted(held, {}, traits=GAS, rules=RULES).converted == 37
