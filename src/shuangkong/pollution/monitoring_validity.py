"""Which monitored minutes, hours and days count, and why the others do not (数据有效性).

A period is labelled by its start. A logger's mark says how one value was got; what an operator marks, a failed check or a
notice of stopping says of a whole span. An unknown mark is kept and does not count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from shuangkong.rules import RulesOnDay, RuleValue, UnknownRule


class HourState(Enum):
    """Whether an hour counts, and what it is otherwise (时段状态); the first of several that hold wins."""

    STOPPED = "停运"
    OUT_OF_CONTROL = "失控"
    MAINTENANCE = "维护"
    INVALID = "无效"
    VALID = "有效"


FAILED_CHECK = "校验不合格"
_RANK = {state: place for place, state in enumerate(HourState)}


@dataclass(frozen=True, slots=True)
class Sample:
    """One lower value of a period (下级数据): value, None when absent, and the logger's mark."""

    value: Decimal | None
    mark: str = "N"


@dataclass(frozen=True, slots=True)
class PeriodMean:
    """A minute, hour or day made of lower values (时段均值).

    `mean` is that of the valid values and None when they are too few; `mark` is N or D as HJ 212 aggregates it.
    """

    mean: Decimal | None
    valid_count: int
    needed_count: int
    mark: str
    state: HourState
    rules: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A span that is not valid as a whole (标记时段), [start, end), with who said so."""

    start: datetime
    end: datetime
    state: HourState
    source: str = ""


@dataclass(frozen=True, slots=True)
class InstrumentCheck:
    """A calibration or check of the monitor (校准校验): when, and whether it passed."""

    at: datetime
    passed: bool


def state_of_mark(mark: str, *, rules: RulesOnDay) -> HourState:
    """Return what a logger's mark makes of a value (数据标记).

    Parameters
    ----------
    mark : str
        One letter of HJ 212.
    rules : RulesOnDay
        For what each letter means here.

    Returns
    -------
    HourState
        INVALID for a mark not in the table. No mark says that the source stands still: F is the instrument's.

    Source
    ------
    HJ 212-2017 表8；各标记归入何种时段为本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [state_of_mark(mark, rules=at(date(2023, 12, 31))).name for mark in "NFMDCx"]
    ['VALID', 'INVALID', 'MAINTENANCE', 'INVALID', 'MAINTENANCE', 'INVALID']
    """
    try:
        return HourState[str(rules.get(f"pollution.monitoring.marks.{mark}").value).upper()]
    except UnknownRule:
        return HourState.INVALID


def worst_state(states: Iterable[HourState]) -> HourState:
    """Return the state that wins where several hold (时段状态优先).

    Parameters
    ----------
    states : iterable of HourState
        None at all is VALID.

    Returns
    -------
    HourState
        The first in the order of `HourState`.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> worst_state([HourState.VALID, HourState.MAINTENANCE, HourState.STOPPED]).name
    'STOPPED'
    """
    return min(states, key=lambda state: _RANK[state], default=HourState.VALID)


def minute_mean(samples: Sequence[Sample], *, rules: RulesOnDay) -> PeriodMean:
    """Return the minute made of samples (分钟值).

    Parameters
    ----------
    samples : sequence of Sample
        At most five seconds apart; a longer interval lets too few of them fit in a minute.
    rules : RulesOnDay
        For how many are needed.

    Returns
    -------
    PeriodMean
        Unrounded, in the unit of the samples.

    Source
    ------
    HJ 212-2017 附录D 式23.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [minute_mean([Sample(Decimal(5))] * count, rules=at(date(2023, 12, 31))).mean for count in (11, 12)]
    [None, Decimal('5')]
    """
    return _mean(samples, rules.get("pollution.monitoring.gas_periods.samples_per_minute_least"), rules)


def hour_mean(minutes: Sequence[Sample], *, rules: RulesOnDay) -> PeriodMean:
    """Return the hour made of minutes (小时值).

    Parameters
    ----------
    minutes : sequence of Sample
        Up to sixty; concentration, oxygen, velocity, temperature, pressure and moisture alike.
    rules : RulesOnDay
        For how many are needed.

    Returns
    -------
    PeriodMean
        Unrounded, in the unit of the minutes.

    Source
    ------
    HJ 212-2017 附录D 式24.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [hour_mean([Sample(Decimal(5))] * count, rules=at(date(2023, 12, 31))).mean for count in (44, 45)]
    [None, Decimal('5')]
    """
    return _mean(minutes, rules.get("pollution.data_validity.minutes_per_hour"), rules)


def day_mean(hours: Sequence[Sample], *, rules: RulesOnDay) -> PeriodMean:
    """Return the day made of hours (日均值).

    Parameters
    ----------
    hours : sequence of Sample
        Up to twenty-four valid or invalid hours.
    rules : RulesOnDay
        For how many are needed; a public rule set asks 18 and stands beside in the rules.

    Returns
    -------
    PeriodMean
        Unrounded, in the unit of the hours.

    Source
    ------
    HJ 212-2017 附录D 式25.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [day_mean([Sample(Decimal(5))] * count, rules=at(date(2023, 12, 31))).mean for count in (19, 20)]
    [None, Decimal('5')]
    """
    return _mean(hours, rules.get("pollution.data_validity.hours_per_day"), rules)


def month_mean(days: Sequence[Sample], *, rules: RulesOnDay) -> PeriodMean:
    """Return the month made of valid days (月均值).

    Parameters
    ----------
    days : sequence of Sample
        The days of the month.
    rules : RulesOnDay
        For how many are needed.

    Returns
    -------
    PeriodMean
        Unrounded, in the unit of the days.

    Source
    ------
    HJ 75-2017，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> month_mean([Sample(Decimal(4)), Sample(Decimal(6)), Sample(None)], rules=at(date(2023, 12, 31))).mean
    Decimal('5')
    """
    return _mean(days, rules.get("pollution.data_validity.days_per_month"), rules)


def _mean(samples: Sequence[Sample], needed: RuleValue, rules: RulesOnDay) -> PeriodMean:
    judged = [(sample.value, HourState.INVALID if sample.value is None else state_of_mark(sample.mark, rules=rules)) for sample in samples]
    valid = [value for value, state in judged if value is not None and state is HourState.VALID]
    enough = len(valid) >= needed.number
    others: list[HourState] = [state for _, state in judged if state is not HourState.VALID]
    # Of an hour too thin, the commonest reason is told; on a tie the one that wins.
    reason = max(HourState, key=lambda state: (others.count(state), -_RANK[state])) if others else HourState.INVALID
    return PeriodMean(
        mean=sum(valid, Decimal(0)) / len(valid) if enough else None,
        valid_count=len(valid),
        needed_count=int(needed.number),
        mark=gas_mark([sample.mark if sample.value is not None else "" for sample in samples], rules=rules),
        state=HourState.VALID if enough else reason,
        rules=(needed,),
    )


def gas_mark(marks: Sequence[str], *, rules: RulesOnDay) -> str:
    """Return the mark of a period of gas (烟气时段标记).

    Parameters
    ----------
    marks : sequence of str
        Of the next lower values; empty for an absent one.
    rules : RulesOnDay
        For the share of normal ones.

    Returns
    -------
    str
        `N` or `D`.

    Source
    ------
    HJ 212-2017 附录C.16至C.18.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> gas_mark(list("NNND"), rules=at(date(2023, 12, 31))), gas_mark(list("NNDD"), rules=at(date(2023, 12, 31)))
    ('N', 'D')
    """
    share = rules.get("pollution.monitoring.gas_periods.normal_share_pct").number
    return "N" if marks and marks.count("N") * 100 >= share * len(marks) else "D"


def water_mark(marks: Sequence[str], *, rules: RulesOnDay) -> str:
    """Return the mark of a period of waste water (废水时段标记): one abnormal value makes it abnormal.

    Parameters
    ----------
    marks : sequence of str
        Of the next lower values.
    rules : RulesOnDay
        For how many abnormal ones are borne.

    Returns
    -------
    str
        `N`, or `D`.

    Source
    ------
    HJ 212-2017 附录C.16.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> water_mark(list("NNN"), rules=at(date(2023, 12, 31))), water_mark(list("NNM"), rules=at(date(2023, 12, 31)))
    ('N', 'D')
    """
    most = rules.get("pollution.monitoring.water_periods.abnormal_values_most").number
    return "N" if marks and len(marks) - marks.count("N") <= most else "D"


def out_of_control_spans(checks: Sequence[InstrumentCheck], *, start: datetime, end: datetime) -> tuple[StateSpan, ...]:
    """Return when the monitor was out of control (失控时段).

    Parameters
    ----------
    checks : sequence of InstrumentCheck
        In any order, those before `start` included.
    start, end : datetime
        Bounds where no passed check stands before or after a failed one.

    Returns
    -------
    tuple of StateSpan
        From the last passed check before a failed one to the next passed one, merged.

    Source
    ------
    HJ 75-2017 12，凭记忆，未核实.

    Examples
    --------
    >>> day = lambda number: datetime(2023, 5, number)
    >>> checks = [InstrumentCheck(day(1), True), InstrumentCheck(day(8), False), InstrumentCheck(day(9), True)]
    >>> [(span.start.day, span.end.day) for span in out_of_control_spans(checks, start=day(1), end=day(31))]
    [(1, 9)]
    """
    ordered = sorted(checks, key=lambda check: (check.at, check.passed))
    spans: list[StateSpan] = []
    passed_at, failed = start, False
    for check in ordered:
        if not check.passed:
            failed = True
            continue
        if failed:
            spans.append(StateSpan(passed_at, check.at, HourState.OUT_OF_CONTROL, FAILED_CHECK))
        passed_at, failed = check.at, False
    if failed:
        spans.append(StateSpan(passed_at, max(end, passed_at), HourState.OUT_OF_CONTROL, FAILED_CHECK))
    return tuple(span for span in spans if span.start < span.end)


def hour_state(*, start: datetime, end: datetime, own: HourState, spans: Iterable[StateSpan]) -> HourState:
    """Return the state of an hour from its own data and the spans that touch it (小时状态).

    Parameters
    ----------
    start, end : datetime
        Of the hour.
    own : HourState
        As its minutes make it.
    spans : iterable of StateSpan
        Marks, stops and spans out of control; one that touches the hour holds for all of it.

    Returns
    -------
    HourState
        The one that wins; a stop that covers only a part leaves an hour with enough valid minutes valid.

    Source
    ------
    HJ 75-2017 12，凭记忆，未核实；先后次序为本系统设计.

    Examples
    --------
    >>> span = StateSpan(datetime(2023, 5, 1, 8, 30), datetime(2023, 5, 1, 9), HourState.MAINTENANCE)
    >>> hour_state(start=datetime(2023, 5, 1, 8), end=datetime(2023, 5, 1, 9), own=HourState.VALID, spans=[span]).name
    'MAINTENANCE'
    """
    touching = [
        span.state
        for span in spans
        if span.start < end and start < span.end and (span.state is not HourState.STOPPED or (span.start <= start and end <= span.end))
    ]
    return worst_state([own, *touching])
