"""From what was heard of an outlet in an hour to what counts of it: value, converted value, flow, mass, state (小时值审核).

A value is kept whatever its mark; only a valid one makes a mass. The mass comes from the measured concentration and the flow, dry and at standard state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from shuangkong.kernel.language import Words
from shuangkong.pollution.conversions import ImpossibleGasState, gas_standard_flow
from shuangkong.pollution.converted_hour import converted_hour
from shuangkong.pollution.emission import M3_PER_L, hourly_mass, water_mass
from shuangkong.pollution.monitoring_validity import (
    HourState,
    Sample,
    StateSpan,
    gas_mark,
    hour_mean,
    hour_state,
    state_of_mark,
    water_mark,
)
from shuangkong.pollution.water_validity import repaired
from shuangkong.rules import RulesOnDay

HOUR = timedelta(hours=1)
_MINUTES = 60
_PA_PER_KPA = 1000
_SECONDS = 3600
_M3_PER_H = {"m3/s": Decimal(1) * _SECONDS, "m3/h": Decimal(1), "L/s": M3_PER_L * _SECONDS}
_NO_REASON = Words("", "")
_SILENT = Words("没有数据", "nothing heard")
_NO_FLOW = Words("没有有效流量，不计排放量", "no valid flow: no mass")
_NO_WATER = Words("无水流量，浓度不作数", "no water flowed: the concentration does not count")
_TOLD = Words("没有流量，取设备上报的排放量", "no flow: the mass told by the device")
_WET = Words("湿态工况流量缺少温度、压力或湿度，不计排放量", "working flow without temperature, pressure or moisture: no mass")


class MinuteBlock(NamedTuple):
    """What a logger sent of some minutes (分钟数据): mean, sum of the period, mark; either figure may be absent."""

    mean: Decimal | None
    sum: Decimal | None
    mark: str


class HeardHour(NamedTuple):
    """What was heard of one factor in one hour (小时报文): the device's hour, else its minutes. `sum` is m³ of a flow, kg of a pollutant."""

    factor: str
    start: datetime
    mean: Decimal | None
    sum: Decimal | None
    converted: Decimal | None
    mark: str
    blocks: tuple[MinuteBlock, ...]
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutletTraits:
    """What must be known of an outlet to read its hours (排放口参数); `block_min` is how many minutes a minute value stands for."""

    is_gas: bool
    flow: str
    reference_oxygen_pct: Decimal | None = None
    flow_unit: str = "m3/s"
    is_flow_wet: bool = False
    block_min: int = 10


@dataclass(frozen=True, slots=True)
class MeasuredFactor:
    """A pollutant of an outlet (监测因子): its code, the rules' key of it or nothing, how much of a mg its unit is; None where it has no mass."""

    code: str
    pollutant: str = ""
    mg: Decimal | None = Decimal(1)


@dataclass(frozen=True, slots=True)
class JudgedHour:
    """One factor in one hour (小时值): all figures as they are, and what state the hour is in.

    `kg` is its own mass, None where it makes none; `said` who marked it; `from_minutes` tells a mean of ours from the device's.
    """

    start: datetime
    state: HourState
    mean: Decimal | None = None
    converted: Decimal | None = None
    device_converted: Decimal | None = None
    mark: str = ""
    said: str = ""
    flow_m3: Decimal | None = None
    kg: Decimal | None = None
    device_kg: Decimal | None = None
    from_minutes: bool = False
    is_repaired: bool = False
    reason: Words = _NO_REASON
    heard_at: datetime | None = None


class _Means(NamedTuple):
    mean: Decimal | None
    sum: Decimal | None
    mark: str
    state: HourState
    from_minutes: bool


_NOTHING = _Means(None, None, "", HourState.INVALID, False)
type_of_hours = Mapping[tuple[str, datetime], HeardHour]


@dataclass(frozen=True, slots=True)
class _Flow:
    m3: Decimal | None
    state: HourState
    reason: Words
    was_heard: bool


def hour_of(heard: HeardHour, *, traits: OutletTraits, rules: RulesOnDay, is_flow: bool = False) -> _Means:
    """Return mean, sum, mark and own state of an hour (小时均值): the device's own, else made of its minutes.

    Parameters
    ----------
    heard : HeardHour
        [unit of the factor]
    traits : OutletTraits
        For the medium and the length of a minute value.
    rules : RulesOnDay
        For marks and how many minutes an hour needs.
    is_flow : bool
        Whether it is the flow, of which the sum may be all there is.

    Returns
    -------
    tuple
        mean, sum, mark, state, whether from minutes; unrounded. [unit of the factor]

    Source
    ------
    HJ 212-2017 附录D 式2、15、24；以设备小时值为先为本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> blocks = (MinuteBlock(Decimal(30), None, "N"),) * 5
    >>> heard = HeardHour("a21026", datetime(2024, 5, 1), None, None, None, "", blocks, None)
    >>> hour_of(heard, traits=OutletTraits(True, "a00000"), rules=at(date(2024, 5, 1))).mean
    Decimal('30')
    """
    if heard.mean is not None or (is_flow and heard.sum is not None):
        return _Means(heard.mean, heard.sum, heard.mark, state_of_mark(heard.mark or "N", rules=rules), False)
    if not heard.blocks:
        return _NOTHING
    times = max(1, traits.block_min)
    told = [Sample(block.sum if block.mean is None and is_flow else block.mean, block.mark or "N") for block in heard.blocks]
    made = hour_mean([sample for sample in told for _ in range(times)], rules=rules)
    due = max(_MINUTES // times, len(told))
    marks = [sample.mark if sample.value is not None else "" for sample in told] + [""] * (due - len(told))
    mark = gas_mark(marks, rules=rules) if traits.is_gas else water_mark(marks[: len(told)], rules=rules)
    sums = [block.sum for block in heard.blocks if block.sum is not None]
    is_sum_only = is_flow and all(block.mean is None for block in heard.blocks)
    # A flow of gas is a mean over the hour; of water what was counted, and no more (D.2).
    whole = None if not sums or made.state is not HourState.VALID else sum(sums, Decimal(0)) * (due if traits.is_gas else len(sums)) / len(sums)
    return _Means(None if is_sum_only else made.mean, whole, mark, made.state, True)


def volume_of(start: datetime, hours: type_of_hours, *, traits: OutletTraits, rules: RulesOnDay, spans: Sequence[StateSpan] = ()) -> _Flow:
    """Return the flow of an hour (小时流量), of gas dry and at standard state.

    Parameters
    ----------
    start : datetime
        Of the hour.
    hours : mapping
        What was heard of every factor.
    traits : OutletTraits
        For the unit of the flow, and whether it is wet and as it flows.
    rules : RulesOnDay
        For marks and standard state.
    spans : sequence of StateSpan
        What operators marked of the flow.

    Returns
    -------
    tuple
        m3 where it is valid, state, reason, whether anything was heard; unrounded. [m³]

    Source
    ------
    HJ 212-2017 附录D 式2、5、29至31.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> start = datetime(2024, 5, 1, 8)
    >>> told = {("a00000", start): HeardHour("a00000", start, Decimal(2), None, None, "N", (), None)}
    >>> volume_of(start, told, traits=OutletTraits(True, "a00000"), rules=at(date(2024, 5, 1))).m3
    Decimal('7200')
    """
    heard = hours.get((traits.flow, start))
    if heard is None:
        return _Flow(None, HourState.INVALID, _NO_FLOW, False)
    made = hour_of(heard, traits=traits, rules=rules, is_flow=True)
    m3 = made.sum if made.sum is not None else made.mean * _M3_PER_H[traits.flow_unit] if made.mean is not None else None
    said = hour_state(start=start, end=start + HOUR, own=made.state, spans=spans) if spans else made.state
    if m3 is None or m3 < 0 or said not in (HourState.VALID, HourState.STOPPED):
        return _Flow(None, HourState.INVALID, _NO_FLOW, True)
    if not traits.is_flow_wet:
        return _Flow(m3, HourState.VALID, _NO_REASON, True)
    told = {code: hour_of(found, traits=traits, rules=rules) for code in _STATE_OF_GAS if (found := hours.get((code, start)))}
    sound = {code: one.mean for code, one in told.items() if one.mean is not None and one.state is HourState.VALID}
    try:
        dry = gas_standard_flow(
            flow_m3_h=m3, temperature_c=sound["a01012"], static_pa=sound["a01013"] * _PA_PER_KPA, moisture_pct=sound["a01014"], rules=rules,
            barometric_pa=sound["a01006"] * _PA_PER_KPA if "a01006" in sound else rules.get("pollution.gas_conversion.standard_pressure_pa").number,
        )  # fmt: skip
    except (KeyError, ImpossibleGasState):
        return _Flow(None, HourState.INVALID, _WET, True)
    return _Flow(dry, HourState.VALID, _NO_REASON, True)


_STATE_OF_GAS = ("a01006", "a01012", "a01013", "a01014")  # air pressure, temperature, static pressure, moisture
OXYGEN = "a19001"


def judged_hour(
    start: datetime, factor: MeasuredFactor, hours: type_of_hours, *, flow: _Flow, traits: OutletTraits, spans: Sequence[StateSpan], rules: RulesOnDay
) -> JudgedHour:
    """Return one factor in one hour (小时值审核): what it was, whether it counts, and its mass.

    Parameters
    ----------
    start : datetime
        Of the hour, naive China Standard Time.
    factor : MeasuredFactor
        Which.
    hours : mapping
        What was heard of every factor.
    flow : tuple
        As `volume_of` gives it.
    traits : OutletTraits
        Of the outlet.
    spans : sequence of StateSpan
        What operators marked and notices told, those of this factor.
    rules : RulesOnDay
        Of the day.

    Returns
    -------
    JudgedHour
        Unrounded, not yet converted. [unit of the factor], [m³], [kg]

    Source
    ------
    HJ 212-2017 附录D；HJ 75-2017 12、HJ 356-2019 6，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> start, rules, traits = datetime(2024, 5, 1, 8), at(date(2024, 5, 1)), OutletTraits(True, "a00000")
    >>> told = {("a21026", start): HeardHour("a21026", start, Decimal(35), None, None, "N", (), None),
    ...         ("a00000", start): HeardHour("a00000", start, None, Decimal(120000), None, "N", (), None)}
    >>> flow = volume_of(start, told, traits=traits, rules=rules)
    >>> judged_hour(start, MeasuredFactor("a21026", "SO2"), told, flow=flow, traits=traits, spans=[], rules=rules).kg
    Decimal('4.200000')
    """
    heard = hours.get((factor.code, start))
    said = [span for span in spans if span.start < start + HOUR and start < span.end]
    if heard is None:
        state = hour_state(start=start, end=start + HOUR, own=HourState.INVALID, spans=said) if said else HourState.INVALID
        return JudgedHour(start, state, flow_m3=flow.m3, said=_said(said, state), reason=_SILENT)
    made = hour_of(heard, traits=traits, rules=rules, is_flow=factor.code == traits.flow)
    state = hour_state(start=start, end=start + HOUR, own=made.state, spans=said) if said else made.state
    held = JudgedHour(
        start, state, made.mean, None, heard.converted, made.mark, _said(said, state), flow.m3, None, heard.sum if factor.mg is not None else None, made.from_minutes,
        heard_at=heard.heard_at,
    )  # fmt: skip
    return held if factor.mg is None or state is not HourState.VALID or made.mean is None else _weighed(held, made.mean, factor.mg, factor, flow, traits, rules)


def _said(spans: Sequence[StateSpan], state: HourState) -> str:
    return next((span.source for span in spans if span.state is state), "")


def _weighed(held: JudgedHour, mean: Decimal, mg: Decimal, factor: MeasuredFactor, flow: _Flow, traits: OutletTraits, rules: RulesOnDay) -> JudgedHour:
    if flow.m3 is None or flow.state is not HourState.VALID:
        if not flow.was_heard and held.device_kg is not None:
            return replace(held, kg=held.device_kg, reason=_TOLD)
        return replace(held, state=HourState.INVALID, reason=flow.reason)
    if traits.is_gas:
        return replace(held, kg=hourly_mass(concentration_mg_m3=max(mean, Decimal(0)) * mg, flow_m3_h=flow.m3))
    if not flow.m3:
        return replace(held, state=HourState.INVALID, kg=Decimal(0), reason=_NO_WATER)
    used = repaired(concentration_mg_l=mean * mg, factor=factor.pollutant, rules=rules)
    return replace(held, kg=water_mass(volume_m3=flow.m3, concentration_mg_l=used.used_mg_l), is_repaired=used.is_repaired)


def with_converted(held: JudgedHour, hours: type_of_hours, *, traits: OutletTraits, rules: RulesOnDay) -> JudgedHour:
    """Return the hour with its concentration at reference oxygen (折算): ours where oxygen was measured, else the device's.

    Parameters
    ----------
    held : JudgedHour
        As judged.
    hours : mapping
        What was heard, the oxygen included.
    traits : OutletTraits
        For the reference oxygen; without one nothing is converted and the measured value stands for it.
    rules : RulesOnDay
        For the oxygen of air.

    Returns
    -------
    JudgedHour
        Unrounded; None at the oxygen of air or above. [unit of the factor]

    Source
    ------
    HJ 212-2017 附录D 式26至28.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> start = datetime(2024, 5, 1, 8)
    >>> told = {("a19001", start): HeardHour("a19001", start, Decimal("8.5"), None, None, "N", (), None)}
    >>> traits = OutletTraits(True, "a00000", reference_oxygen_pct=Decimal(6))
    >>> with_converted(JudgedHour(start, HourState.VALID, Decimal(30)), told, traits=traits, rules=at(date(2024, 5, 1))).converted
    Decimal('36')
    """
    if traits.reference_oxygen_pct is None or held.mean is None:
        return replace(held, converted=held.device_converted if held.device_converted is not None else held.mean) if traits.is_gas else held
    oxygen = hours.get((OXYGEN, held.start))
    made = hour_of(oxygen, traits=traits, rules=rules) if oxygen else _NOTHING
    if made.mean is None or made.state is not HourState.VALID:
        return replace(held, converted=held.device_converted)
    used = converted_hour([], concentration=held.mean, oxygen_pct=made.mean, reference_oxygen_pct=traits.reference_oxygen_pct, rules=rules)
    return replace(held, converted=used.from_means)
