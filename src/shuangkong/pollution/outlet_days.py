"""Judged hours of an outlet, filled where the rules fill them, and summed by day (排放口日排放量).

Gas is filled hour by hour within its quarter (HJ 75), waste water by whole days (HJ 356): in a day with an effective mean, water without a valid
concentration carries that mean; a day without one takes the highest of the days before. What was measured stays beside what replaces it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

from shuangkong.kernel.language import Words
from shuangkong.pollution.emission import HourlyEmission, emission_sum, water_mass
from shuangkong.pollution.judged_hours import JudgedHour
from shuangkong.pollution.monitoring_validity import HourState, Sample, day_mean
from shuangkong.pollution.substitution import FilledHour, FilledQuarter, ManualFigure, OutletHour, fill_quarter
from shuangkong.pollution.water_validity import FilledDay, WaterDay, WeighedValue, effective_mean, fill_days
from shuangkong.rules import RulesOnDay

DAY = timedelta(days=1)
_CARRIED = Words("当日有效均值×水量", "the day's effective mean × its water")
_DAY_HOURS = 24
_OUT = {"F", "D"}  # marks of an instrument that was stopped or out of order


@dataclass(frozen=True, slots=True)
class OutletDay:
    """A day of an outlet and a factor (排放口日数据).

    `kg` is what enters sums, `substituted_kg` the part of it that was not measured, both None without any. Hours are due, of these measured, stopped,
    invalid (heard, but not valid) or missing; `hours_substituted` of the last two are replaced. The window is that of a whole day replaced.
    """

    day: date
    mean: Decimal | None
    kg: Decimal | None
    substituted_kg: Decimal | None
    volume_m3: Decimal | None
    hours_due: int
    hours_measured: int
    hours_stopped: int
    hours_invalid: int
    hours_missing: int
    hours_substituted: int
    is_short_history: bool = False
    replaced: FilledDay | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether the day is over."""
        return self.hours_due == _DAY_HOURS

    @property
    def capture_pct(self) -> Decimal | None:
        """The share of the hours due, without stopped ones, that were measured. [%]"""
        running = self.hours_due - self.hours_stopped
        return Decimal(self.hours_measured) * 100 / running if running else None


def gas_quarter(
    hours: Sequence[JudgedHour], *, start: datetime, end: datetime, pollutant: str, rules: RulesOnDay, calibrations: Sequence[datetime] = (),
    manual: Mapping[datetime, ManualFigure] = MappingProxyType({}),
) -> FilledQuarter:  # fmt: skip
    """Return the hours of a quarter of gas with the missing ones replaced (废气季度替代).

    Parameters
    ----------
    hours : sequence of JudgedHour
        With those before `start` that windows may reach into. [kg]
    start, end : datetime
        Of the quarter, or of the part of it in which the outlet was to report.
    pollutant : str
        SO2, NOX, PM; others are not replaced.
    rules : RulesOnDay
        For rates and windows.
    calibrations : sequence of datetime
        Passed checks of the monitor.
    manual : mapping of datetime to ManualFigure
        What samples say of hours. [kg]

    Returns
    -------
    FilledQuarter
        Unrounded. [kg]

    Source
    ------
    HJ 75-2017 12（缺失数据处理），凭记忆，未核实.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> start, hour = datetime(2024, 4, 1), timedelta(hours=1)
    >>> own = [JudgedHour(start + hour * n, HourState.VALID, kg=Decimal(n)) for n in range(19)]
    >>> gas_quarter(own, start=start, end=start + hour * 20, pollutant="SO2", rules=at(date(2024, 6, 30))).hours[19].substituted_kg
    Decimal('18')
    """
    own = [OutletHour(hour.start, hour.state, hour.kg) for hour in hours]
    return fill_quarter(hours=own, start=start, end=end, pollutant=pollutant, calibrations=calibrations, manual=manual, rules=rules)


def gas_day(day: date, hours: Sequence[JudgedHour], filled: Mapping[datetime, FilledHour], *, rules: RulesOnDay) -> OutletDay:
    """Return a day of gas (废气日排放量): the sum of its hours, and the mean of the valid ones.

    Parameters
    ----------
    day : date
        Which.
    hours : sequence of JudgedHour
        The hours due. [mg/m³], [kg]
    filled : mapping of datetime to FilledHour
        The same hours after substitution; none for a factor without a mass. [kg]
    rules : RulesOnDay
        For how many hours make a mean.

    Returns
    -------
    OutletDay
        Unrounded.

    Source
    ------
    HJ 212-2017 附录D 式25、32、34.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> own = [JudgedHour(datetime(2024, 5, 1, n), HourState.VALID, Decimal(30), kg=Decimal(3)) for n in range(24)]
    >>> found = gas_day(date(2024, 5, 1), own, {one.start: FilledHour(one.start, one.state, one.kg) for one in own}, rules=at(date(2024, 5, 1)))
    >>> found.kg, found.mean, found.capture_pct
    (Decimal('72'), Decimal('30'), Decimal('100'))
    """
    some = [filled[hour.start] for hour in hours if hour.start in filled]
    total = emission_sum([HourlyEmission(one.kg, one.substituted_kg is not None, one.state is HourState.STOPPED) for one in some])
    samples = [Sample(hour.mean) if hour.state is HourState.VALID else Sample(None) for hour in hours]
    found = _counted(day, hours, day_mean(samples, rules=rules).mean)
    return replace(
        found, kg=total.kg, substituted_kg=total.substituted_kg if total.hours_substituted else None, hours_substituted=total.hours_substituted,
        is_short_history=any(one.is_short_history for one in some),
    )  # fmt: skip


def _counted(day: date, hours: Sequence[JudgedHour], mean: Decimal | None) -> OutletDay:
    measured = [hour.state is HourState.VALID or hour.kg is not None for hour in hours]
    stopped = [hour.state is HourState.STOPPED for hour in hours]
    rest = [hour.heard_at is not None for hour, counts, stands in zip(hours, measured, stopped, strict=True) if not counts and not stands]
    volumes = [hour.flow_m3 for hour in hours if hour.flow_m3 is not None]
    counts = sum(told and not stands for told, stands in zip(measured, stopped, strict=True))
    return OutletDay(day, mean, None, None, sum(volumes, Decimal(0)) if volumes else None, len(hours), counts, sum(stopped), sum(rest), len(rest) - sum(rest), 0)


@dataclass(frozen=True, slots=True)
class WaterDays:
    """Days of waste water and their hours after substitution (废水日数据)."""

    days: tuple[OutletDay, ...]
    hours: Mapping[datetime, FilledHour]


def water_days(
    hours: Sequence[JudgedHour], *, over_before: datetime, is_weighed: bool, rules: RulesOnDay, passed_checks: Sequence[date] = (),
    manual: Mapping[date, Sequence[Decimal]] = MappingProxyType({}),
) -> WaterDays:  # fmt: skip
    """Return the days of an outlet of waste water (废水日排放量), those before for windows included.

    Parameters
    ----------
    hours : sequence of JudgedHour
        In order, every hour due. [mg/L], [m³], [kg]
    over_before : datetime
        A day that ends after this still runs: nothing replaces it yet.
    is_weighed : bool
        Whether the factor has a mass.
    rules : RulesOnDay
        For what makes a mean, and what replaces a day.
    passed_checks : sequence of date
        Days of passed checks of the monitor.
    manual : mapping of date to sequence of Decimal
        Concentrations that samples of a day had. [mg/L]

    Returns
    -------
    WaterDays
        Unrounded. Hours without water are not due for the mean and discharge nothing.

    Source
    ------
    HJ 212-2017 附录D 式8至14；HJ 356-2019 7、8，凭记忆，未核实；当日均值承载未测水量为本系统设计.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> own = [JudgedHour(datetime(2024, 5, 1, n), HourState.VALID, Decimal(20), flow_m3=Decimal(100), kg=Decimal(2)) for n in range(23)]
    >>> own.append(JudgedHour(datetime(2024, 5, 1, 23), HourState.INVALID, flow_m3=Decimal(100)))
    >>> found = water_days(own, over_before=datetime(2024, 5, 2), is_weighed=True, rules=at(date(2024, 5, 1))).days[0]
    >>> found.kg, found.substituted_kg, found.mean
    (Decimal('48'), Decimal('2'), Decimal('20'))
    """
    by_day: dict[date, list[JudgedHour]] = {}
    for hour in hours:
        by_day.setdefault(hour.start.date(), []).append(hour)
    days: dict[date, OutletDay] = {}
    filled = {hour.start: FilledHour(hour.start, hour.state, hour.kg) for hour in hours}
    waiting: list[WaterDay] = []
    for day, some in by_day.items():
        days[day], carried = _water_day(day, some, is_weighed=is_weighed, rules=rules)
        filled |= {one.start: one for one in carried}
        is_over = datetime.combine(day, time()) + DAY <= over_before
        stopped = days[day].hours_stopped == len(some)
        is_known = days[day].mean is not None or (not stopped and all(hour.flow_m3 == 0 for hour in some if hour.state is not HourState.STOPPED))
        if is_weighed and is_over:
            waiting.append(
                WaterDay(day, days[day].kg if is_known else None, was_sampling_due=not _was_out(some), manual_kg=_by_hand(some, manual.get(day, ())), is_stopped=stopped)
            )
    for done in fill_days(waiting, passed_checks=passed_checks, rules=rules) if waiting else ():
        if done.original_kg is None:
            told = days[done.day]
            missing = told.hours_invalid + told.hours_missing
            days[done.day] = replace(
                told, kg=done.substituted_kg, substituted_kg=done.substituted_kg if missing else None, hours_substituted=missing if done.substituted_kg is not None else 0,
                is_short_history=done.is_short_history, replaced=done,
            )  # fmt: skip
    return WaterDays(tuple(days.values()), filled)


def _was_out(hours: Sequence[JudgedHour]) -> bool:
    """Tell whether the monitor did not sample in some hours: silent, in maintenance, stopped or out of order."""
    return any(hour.state is HourState.MAINTENANCE or (hour.state is HourState.INVALID and (hour.heard_at is None or {hour.mark, hour.said} & _OUT)) for hour in hours)


def _by_hand(hours: Sequence[JudgedHour], found_mg_l: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The day's emission by each of its samples; none where some of the water was not measured. [kg]"""
    flows = [hour.flow_m3 for hour in hours if hour.state is not HourState.STOPPED]
    if any(flow is None for flow in flows):
        return ()
    return tuple(water_mass(volume_m3=sum((flow for flow in flows if flow is not None), Decimal(0)), concentration_mg_l=mg_l) for mg_l in found_mg_l)


def _water_day(day: date, hours: Sequence[JudgedHour], *, is_weighed: bool, rules: RulesOnDay) -> tuple[OutletDay, list[FilledHour]]:
    running = [hour for hour in hours if hour.state is not HourState.STOPPED and hour.flow_m3 != 0]
    due = [WeighedValue(_concentration(hour), hour.flow_m3 or Decimal(0)) for hour in running]
    mean = effective_mean(due, rules=rules)
    found = _counted(day, hours, mean.mean_mg_l)
    if not is_weighed:
        return found, []
    carried = [
        FilledHour(hour.start, hour.state, hour.kg, hour.flow_m3 * mean.mean_mg_l / 1000, mean.rules[0].path, reason=_CARRIED)
        for hour in running
        if hour.kg is None and hour.flow_m3 is not None and mean.mean_mg_l is not None
    ]
    own = [hour.kg for hour in hours if hour.kg is not None and hour.state is not HourState.STOPPED]
    more = sum((one.substituted_kg for one in carried if one.substituted_kg is not None), Decimal(0))
    kg = sum(own, more) if own or found.hours_stopped == len(hours) else None
    return replace(found, kg=kg, substituted_kg=more if carried else None, hours_substituted=len(carried)), carried


def _concentration(hour: JudgedHour) -> Decimal | None:
    """The concentration that a mean takes: of a mass the one it was made with, so that a repaired value stays repaired. [mg/L]"""
    if hour.state is not HourState.VALID:
        return None
    return hour.kg * 1000 / hour.flow_m3 if hour.kg is not None and hour.flow_m3 else hour.mean
