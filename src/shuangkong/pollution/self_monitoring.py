"""Manual self-monitoring: what is due, what was done, and how it stands beside the automatic record (自行监测)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.period import Period
from shuangkong.rules import RulesOnDay, RuleValue


class Frequency(Enum):
    """In which period results are due (监测频次)."""

    DAY = "每日"
    MONTH = "每月"
    QUARTER = "每季"
    HALF = "每半年"
    YEAR = "每年"


_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.HALF: 6, Frequency.YEAR: 12}
_ORDER = tuple(Frequency)


class ResultSource(Enum):
    """Who or what gave a result (监测结果来源)."""

    SUPERVISION = "执法监测"
    AUTOMATIC = "自动监测"
    MANUAL = "手工自行监测"
    SUBSTITUTED = "替代"


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A line of the self-monitoring plan (自行监测方案): outlet, factor, `times` in every period of `frequency`."""

    outlet: str
    factor: str
    frequency: Frequency
    times: int = 1
    valid_from: date = date.min
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class LaboratoryResult:
    """A laboratory's result (监测结果) with its report; a result without a report number does not count as done."""

    outlet: str
    factor: str
    sampled_on: date
    value: Decimal
    report_number: str


@dataclass(frozen=True, slots=True)
class Completion:
    """How far a plan is done (自行监测完成率): tests due and done, rate in % or None, periods that fell short."""

    due: int
    done: int
    pct: Decimal | None
    missed: tuple[tuple[PlannedTest, Period], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A manual result beside the automatic one of the same time (比对): difference in % of the manual one, None from zero."""

    difference_pct: Decimal | None
    is_told: bool
    rule: RuleValue


def periods_due(test: PlannedTest, *, within: Period, stopped: Sequence[Period] = ()) -> tuple[Period, ...]:
    """Return the periods in which the test is due (应测时期).

    Parameters
    ----------
    test : PlannedTest
        Of the plan.
    within : Period
        Only periods that lie wholly inside are due; one still running is not.
    stopped : sequence of Period
        A period that lies wholly inside a stop is not due.

    Returns
    -------
    tuple of Period

    Source
    ------
    HJ 819-2017，凭记忆，未核实；停产期间的处理为本系统设计.

    Examples
    --------
    >>> test = PlannedTest("DW001", "TP", Frequency.QUARTER)
    >>> [str(period) for period in periods_due(test, within=Period.parse("2023"), stopped=[Period.parse("2023H1")])]
    ['2023Q3', '2023Q4']
    """
    if test.frequency is Frequency.DAY:
        count = (within.end - within.start).days
        every = [Period(within.start + timedelta(days=n), within.start + timedelta(days=n + 1)) for n in range(count)]
    else:
        length = _MONTHS[test.frequency]
        every = []
        first = Period.month(within.start.year, (within.start.month - 1) // length * length + 1)
        while first.start < within.end:
            last = first
            for _ in range(length - 1):
                last = _next_month(last)
            every.append(Period(first.start, last.end))
            first = _next_month(last)
    return tuple(
        period
        for period in every
        if within.contains(period)
        and test.valid_from <= period.start
        and (test.valid_to is None or period.end <= test.valid_to)
        and not any(stop.contains(period) for stop in stopped)
    )


def _next_month(month: Period) -> Period:
    return Period.month(month.end.year, month.end.month)


def completion(
    plan: Sequence[PlannedTest], results: Sequence[LaboratoryResult], *, within: Period, stopped: Sequence[Period] = ()
) -> Completion:
    """Return the completion rate of a self-monitoring plan (自行监测完成率).

    Parameters
    ----------
    plan : sequence of PlannedTest
        One outlet's, one unit's or one city's; filter by factor for the rate of a factor.
    results : sequence of LaboratoryResult
        Two of one day are one test. More than is due in a period never makes up for another.
    within : Period
        Whose periods are counted.
    stopped : sequence of Period
        Stops, for a plan of one outlet.

    Returns
    -------
    Completion
        Unrounded. [%]

    Source
    ------
    HJ 819-2017，凭记忆，未核实；计数方法为本系统设计.

    Examples
    --------
    >>> plan = [PlannedTest("DW001", "TP", Frequency.QUARTER)]
    >>> results = [LaboratoryResult("DW001", "TP", date(2023, month, 10), Decimal("0.3"), "R1") for month in (1, 2, 8, 11)]
    >>> found = completion(plan, results, within=Period.parse("2023"))
    >>> found.done, found.due, found.pct, [str(period) for _, period in found.missed]
    (3, 4, Decimal('75'), ['2023Q2'])
    """
    days: dict[tuple[str, str], set[date]] = {}
    for result in results:
        if result.report_number:
            days.setdefault((result.outlet, result.factor), set()).add(result.sampled_on)
    due = done = 0
    missed: list[tuple[PlannedTest, Period]] = []
    for test in plan:
        tested = days.get((test.outlet, test.factor), set())
        for period in periods_due(test, within=within, stopped=stopped):
            made = min(test.times, sum(period.start <= day < period.end for day in tested))
            due, done = due + test.times, done + made
            if made < test.times:
                missed.append((test, period))
    return Completion(due, done, Decimal(done) * 100 / due if due else None, tuple(missed))


def is_too_rare(test: PlannedTest, *, kind: str, rules: RulesOnDay) -> bool:
    """Tell whether a plan asks for less than the least frequency (频次是否低于要求).

    Parameters
    ----------
    test : PlannedTest
        Of the plan.
    kind : str
        Row of the rules, such as `water_key_main`.
    rules : RulesOnDay
        For the least frequency.

    Returns
    -------
    bool

    Raises
    ------
    UnknownRule
        If the kind has no row.

    Source
    ------
    HJ 819-2017，凭记忆，未核实.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> is_too_rare(PlannedTest("DW001", "COD", Frequency.QUARTER), kind="water_key_main", rules=at(date(2023, 12, 31)))
    True
    """
    least = Frequency[rules.get(f"pollution.self_monitoring.least.{kind}").value["per"].upper()]
    return _ORDER.index(test.frequency) > _ORDER.index(least)


def preferred(results: dict[ResultSource, Decimal | None], *, rules: RulesOnDay) -> tuple[ResultSource, Decimal] | None:
    """Return which of several results for one time is used (监测结果采用).

    Parameters
    ----------
    results : dict of ResultSource to Decimal or None
        None, or absent: there is none, or it is not valid.
    rules : RulesOnDay
        For the order.

    Returns
    -------
    tuple of ResultSource and Decimal, or None
        None when there is no result at all.

    Source
    ------
    排污许可管理条例，凭记忆，未核实；次序为本系统读法.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> found = preferred({ResultSource.AUTOMATIC: None, ResultSource.MANUAL: Decimal(31)}, rules=at(date(2023, 12, 31)))
    >>> found[0].name, found[1]
    ('MANUAL', Decimal('31'))
    """
    for name in rules.get("pollution.self_monitoring.precedence").value:
        source = ResultSource[name]
        figure = results.get(source)
        if figure is not None:
            return source, figure
    return None


def compared(*, manual: Decimal, automatic: Sequence[tuple[datetime, Decimal]], start: datetime, end: datetime, rules: RulesOnDay) -> Compared | None:
    """Return a manual result beside the mean of the automatic values of its sampling time (手工与自动监测比对).

    Parameters
    ----------
    manual : Decimal
        The laboratory's result.
    automatic : sequence of (datetime, Decimal)
        Valid automatic values by the start of their span, in the unit of the manual one.
    start, end : datetime
        Of the sampling.
    rules : RulesOnDay
        For the difference from which it is told.

    Returns
    -------
    Compared or None
        None without an automatic value in that time. Unrounded. [%]

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> hour = lambda number: datetime(2023, 5, 1, number)
    >>> found = compared(manual=Decimal(40), automatic=[(hour(8), Decimal(24)), (hour(9), Decimal(28))], start=hour(8), end=hour(10),
    ...                  rules=at(date(2023, 12, 31)))
    >>> found.difference_pct, found.is_told
    (Decimal('35'), True)
    """
    rule = rules.get("pollution.self_monitoring.comparison_difference_most_pct")
    within = [value for at, value in automatic if start <= at < end]
    if not within:
        return None
    mean = sum(within, Decimal(0)) / len(within)
    if manual == 0:
        return Compared(None, mean != 0, rule)
    difference = abs(mean - manual) * 100 / abs(manual)
    return Compared(difference, difference > rule.number, rule)
