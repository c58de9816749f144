"""What replaces missing hours of emission, by the quarter's capture rate and the length of the gap (缺失数据替代).

The rate is computed for the whole quarter from unfilled hours; then hours are filled. A filled hour never feeds a window. The
original, what replaced it, the rule and the bounds of its window stand side by side. Concentrations are never replaced.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.capture import capture_pct
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.rules import RulesOnDay, RuleValue

HOUR = timedelta(hours=1)


class WindowMissing(Refusal):
    """The maximum of the window the rule asks for is not given (缺少所需时段最大值)."""

    def __init__(self, hours: Decimal) -> None:
        super().__init__(
            thing=Words(f"前 {plain(hours)} 个有效小时最大排放量", f"maximum of the last {plain(hours)} valid hours"),
            value="",
            rule=Words("按规定须用此值替代，但未给出", "is what the rule asks for, and is not given"),
            remedy=Words(f"补充 max_{plain(hours)}_kg_h", f"give max_{plain(hours)}_kg_h"),
        )


@dataclass(frozen=True, slots=True)
class Substitution:
    """What replaces missing hours (缺失时段替代): mass, hourly mass and window used; or none, with the reason."""

    substituted_kg: Decimal | None
    hourly_kg: Decimal | None
    window_hours: Decimal | None
    reason: Words
    rules: tuple[RuleValue, ...]


def valid_rate_pct(rate: Decimal) -> Decimal:
    """Return a valid rate in per cent, given as a fraction or in per cent (有效数据率).

    Up to 1 it is a fraction: a quarter with at most one per cent of its hours valid is not reviewed at all, while 1 is
    how a whole quarter is written as a fraction.

    Parameters
    ----------
    rate : Decimal
        As a fraction or in per cent. [-] or [%]

    Returns
    -------
    Decimal
        [%]

    Source
    ------
    本系统读数约定.

    Examples
    --------
    >>> valid_rate_pct(Decimal("0.92")), valid_rate_pct(Decimal(92)), valid_rate_pct(Decimal(1))
    (Decimal('92.00'), Decimal('92'), Decimal('100'))
    """
    return rate * 100 if rate <= 1 else rate


def substitute_missing(
    *, rate_pct: Decimal, missing_hours: Decimal, maximum_kg_h: dict[Decimal, Decimal], rules: RulesOnDay
) -> Substitution:
    """Return the emission of consecutive missing hours from the highest valid hour before (缺失时段排放量替代).

    Parameters
    ----------
    rate_pct : Decimal
        Valid-data rate of the quarter. [%]
    missing_hours : Decimal
        Consecutive hours without valid data. [h]
    maximum_kg_h : dict of Decimal to Decimal
        Highest hourly emission by length of the window before, in valid hours. [kg/h]
    rules : RulesOnDay
        For thresholds and windows.

    Returns
    -------
    Substitution
        `substituted_kg` is for all missing hours, unrounded; None below the lowest rate, where nothing may stand in. [kg]

    Raises
    ------
    WindowMissing
        If the window the rule asks for is not given.

    Source
    ------
    HJ 75-2017 12（缺失数据处理），数值见公开实现，与记忆一致.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> maxima = {Decimal(180): Decimal(5), Decimal(720): Decimal(6), Decimal(2160): Decimal(7)}
    >>> substitute_missing(rate_pct=Decimal(92), missing_hours=Decimal(10), maximum_kg_h=maxima,
    ...                    rules=at(date(2023, 12, 31))).substituted_kg
    Decimal('50')
    """
    rule = rules.get("pollution.missing_data.gas")
    table = rule.value
    if rate_pct < table["lowest_rate_pct"]:
        bound = plain(table["lowest_rate_pct"])
        return Substitution(
            None, None, None,
            Words(f"有效数据率低于 {bound}%，不得替代，应采用手工监测等方法", f"valid rate below {bound} %: nothing may stand in; use manual monitoring"),
            (rule,),
        )  # fmt: skip
    window = _window_hours(table, rate_pct, missing_hours)
    if window not in maximum_kg_h:
        raise WindowMissing(window)
    hourly = maximum_kg_h[window]
    return Substitution(
        hourly * missing_hours, hourly, window,
        Words(f"取前 {plain(window)} 个有效小时最大值", f"maximum of the last {plain(window)} valid hours"),
        (rule,),
    )  # fmt: skip


def _window_hours(table: Mapping[str, Decimal], rate_pct: Decimal, missing_hours: Decimal) -> Decimal:
    if rate_pct < table["full_rate_pct"]:
        return table["window_low_rate_h"]
    return table["window_short_gap_h"] if missing_hours <= table["short_gap_h"] else table["window_long_gap_h"]


@dataclass(frozen=True, slots=True)
class OutletHour:
    """One hour of an outlet and a pollutant (排放口小时): its state and its own mass, None when there is none."""

    start: datetime
    state: HourState
    kg: Decimal | None


_NONE = Words("", "")


@dataclass(frozen=True, slots=True)
class FilledHour:
    """One hour after substitution (替代后小时).

    `original_kg` is never changed and may stand beside `substituted_kg`; `kg` is what enters sums. The window is [start, end)
    of the valid hours looked at; `is_short_history` says that fewer than the rule asks for existed.
    """

    start: datetime
    state: HourState
    original_kg: Decimal | None
    substituted_kg: Decimal | None = None
    rule_path: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    window_hours: int = 0
    is_short_history: bool = False
    reason: Words = _NONE

    @property
    def kg(self) -> Decimal | None:
        """What the hour adds to a sum: its own mass if valid, nothing if stopped, else the substitute. [kg]"""
        if self.state is HourState.VALID:
            return self.original_kg
        return Decimal(0) if self.state is HourState.STOPPED else self.substituted_kg


@dataclass(frozen=True, slots=True)
class FilledQuarter:
    """A quarter after substitution (季度替代结果): capture rate in % or None, hours, the rule."""

    capture_pct: Decimal | None
    hours: tuple[FilledHour, ...]
    rule: RuleValue


@dataclass(frozen=True, slots=True)
class ManualFigure:
    """What the samples of a day say of an hour (手工监测替代值): its mass by their mean, when they were taken, how many. [kg]"""

    kg: Decimal
    start: datetime
    end: datetime
    tests: int


_TOO_LOW = Words("有效数据捕集率不足，不替代，须补充手工监测", "capture rate too low: left empty, manual monitoring is due")
_NOT_COVERED = Words("该污染物不在替代范围，不替代", "the pollutant is not among those replaced")
NO_HISTORY = Words("此前没有有效小时，无从替代", "no valid hour before, nothing to replace it by")


def fill_quarter(
    *,
    hours: Sequence[OutletHour],
    start: datetime,
    end: datetime,
    pollutant: str,
    calibrations: Sequence[datetime],
    manual: Mapping[datetime, ManualFigure],
    rules: RulesOnDay,
) -> FilledQuarter:
    """Return a quarter with its missing hours replaced (季度缺失小时替代).

    Parameters
    ----------
    hours : sequence of OutletHour
        Of the quarter, and those before it that windows may reach. An hour not given is invalid. [kg/h]
    start, end : datetime
        Of the quarter; an end before its last hour computes the quarter so far.
    pollutant : str
        Such as `NOX`; only those of the rule are replaced.
    calibrations : sequence of datetime
        Passed calibrations; an hour out of control looks back from the last one.
    manual : mapping of datetime to ManualFigure
        By hour; they come first in hours not out of control, where the day has as many as the rule asks for. [kg]
    rules : RulesOnDay
        For rates, windows and pollutants.

    Returns
    -------
    FilledQuarter
        Every hour of the span, unrounded. [kg]

    Source
    ------
    HJ 75-2017 12（缺失数据处理），数值见公开实现；填补次序与“历史不足”标记为本系统设计.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> day = datetime(2023, 4, 1)
    >>> own = [OutletHour(day + HOUR * n, HourState.VALID, Decimal(n)) for n in range(19)]
    >>> found = fill_quarter(hours=own, start=day, end=day + HOUR * 20, pollutant="NOX", calibrations=[], manual={},
    ...                      rules=at(datetime(2023, 6, 30).date()))
    >>> found.capture_pct, found.hours[19].substituted_kg, found.hours[19].is_short_history
    (Decimal('95'), Decimal('18'), True)
    """
    rule, least = rules.get("pollution.missing_data.gas"), rules.get("pollution.monitoring.gas_quality.manual_per_day_least")
    given = {hour.start: hour for hour in hours if hour.start < end}
    for number in range((end - start) // HOUR):
        moment = start + HOUR * number
        given.setdefault(moment, OutletHour(moment, HourState.INVALID, None))
    every = [_counted(given[moment]) for moment in sorted(given)]
    quarter = [hour for hour in every if hour.start >= start]
    rate = capture_pct(
        due=len(quarter),
        invalid=sum(hour.state not in (HourState.VALID, HourState.STOPPED) for hour in quarter),
        stopped=sum(hour.state is HourState.STOPPED for hour in quarter),
    )
    covered = pollutant in rules.get("pollution.missing_data.gas_pollutants").value
    history = [(hour.start, hour.kg) for hour in every if hour.state is HourState.VALID and hour.kg is not None]
    filled: list[FilledHour] = []
    for run in _runs(every):
        for hour in run:
            kept = FilledHour(hour.start, hour.state, hour.kg)
            if hour.start < start:
                continue
            if hour.state in (HourState.VALID, HourState.STOPPED):
                filled.append(kept)
            elif hour.state is not HourState.OUT_OF_CONTROL and (told := manual.get(hour.start)) and told.tests >= least.number:
                filled.append(_by_hand(kept, told, least))
            elif not covered:
                filled.append(replace(kept, reason=_NOT_COVERED))
            elif rate is None or rate < rule.value["lowest_rate_pct"]:
                filled.append(replace(kept, rule_path=rule.path, reason=_TOO_LOW))
            else:
                anchor = _anchor(hour, run, calibrations)
                filled.append(_replaced(kept, anchor, int(_window_hours(rule.value, rate, Decimal(len(run)))), history, rule))
    return FilledQuarter(rate, tuple(filled), rule)


def _counted(hour: OutletHour) -> OutletHour:
    """Return the hour; one called valid without a mass is not."""
    return replace(hour, state=HourState.INVALID) if hour.state is HourState.VALID and hour.kg is None else hour


def _runs(hours: Sequence[OutletHour]) -> list[list[OutletHour]]:
    """Return the hours in runs: consecutive missing hours together, a hole in the history between two apart."""
    runs: list[list[OutletHour]] = []
    for missing, group in groupby(hours, key=lambda hour: hour.state not in (HourState.VALID, HourState.STOPPED)):
        for hour in group:
            if missing and runs and runs[-1][-1].start + HOUR == hour.start and runs[-1][-1].state not in (HourState.VALID, HourState.STOPPED):
                runs[-1].append(hour)
            else:
                runs.append([hour])
    return runs


def _anchor(hour: OutletHour, run: Sequence[OutletHour], calibrations: Sequence[datetime]) -> datetime:
    if hour.state is not HourState.OUT_OF_CONTROL:
        return run[0].start
    begun = next(each.start for each in run if each.state is HourState.OUT_OF_CONTROL)
    return max((moment for moment in calibrations if moment < begun + HOUR), default=run[0].start)


def _by_hand(kept: FilledHour, told: ManualFigure, rule: RuleValue) -> FilledHour:
    reason = Words(f"取当日手工监测浓度（{told.tests} 次）×本小时流量", f"the day's manual measurements ({told.tests}) × the hour's flow")
    return replace(kept, substituted_kg=told.kg, rule_path=rule.path, window_start=told.start, window_end=told.end, reason=reason)


def _replaced(kept: FilledHour, anchor: datetime, wanted: int, history: Sequence[tuple[datetime, Decimal]], rule: RuleValue) -> FilledHour:
    reach = bisect_right(history, anchor - HOUR, key=lambda hour: hour[0])
    window = history[max(0, reach - wanted) : reach]
    if not window:
        return replace(kept, rule_path=rule.path, reason=NO_HISTORY)
    return replace(
        kept,
        substituted_kg=max(kg for _, kg in window),
        rule_path=rule.path,
        window_start=window[0][0],
        window_end=window[-1][0] + HOUR,
        window_hours=len(window),
        is_short_history=len(window) < wanted,
        reason=Words(f"取前 {wanted} 个有效小时最大值", f"maximum of the last {wanted} valid hours"),
    )
