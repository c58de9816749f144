"""The page of an outlet (排放口数据页): concentrations against the limit, masses with what was substituted, flow, the daily report, days and months.

All figures are those of `outlet_hours`; here they are laid out, counted and compared, as they hold or as they were known on a day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.lake.corrections import Correction, corrections_between
from shuangkong.pollution.monitoring_validity import HourState, StateSpan
from shuangkong.services import clock
from shuangkong.services.filing_observations import end_of
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.monitoring_kinds import Statistic, factor_words, unit_shown
from shuangkong.services.monitoring_points import Limit, Point
from shuangkong.services.organisations import Node, tree_on
from shuangkong.services.outlet_check_pages import LossLine, due_on, loss_lines
from shuangkong.services.outlet_checks import CheckDue, checks_in_force
from shuangkong.services.outlet_facts import OutletFacts, facts_of, span_words
from shuangkong.services.outlet_hours import FactorHour, FactorHours, outlet_hours
from shuangkong.services.people import Member, NotPermitted

KINDS = {
    "Hour-Avg": Words("小时均值", "hour mean"), "Hour-Cou": Words("小时累计", "hour total"), "Hour-ZsAvg": Words("小时折算均值", "hour mean, converted"),
    "Day-Avg": Words("日均值", "day mean"),
}  # fmt: skip
FLOWS = frozenset({"a00000", "w00000"})


_LAST = date(9998, 12, 31)  # a span around it still ends in the calendar


class OutletSpan(Enum):
    """How much time a page shows (时段)."""

    DAY = "日"
    MONTH = "月"
    QUARTER = "季"
    YEAR = "年"

    @property
    def words(self) -> Words:
        """The span as it is shown."""
        return Words(self.value, self.name.lower())

    def around(self, day: date) -> tuple[date, date]:
        """Return the first day of the span a day lies in, and the day after its last (起止日).

        Examples
        --------
        >>> OutletSpan.QUARTER.around(date(2026, 11, 23))
        (datetime.date(2026, 10, 1), datetime.date(2027, 1, 1))
        >>> OutletSpan.DAY.around(date(2026, 12, 31))
        (datetime.date(2026, 12, 31), datetime.date(2027, 1, 1))
        """
        if self is OutletSpan.DAY:
            return day, day + timedelta(days=1)
        months, day = {OutletSpan.MONTH: 1, OutletSpan.QUARTER: 3, OutletSpan.YEAR: 12}[self], min(day, _LAST)
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        return first, (first + timedelta(days=31 * months)).replace(day=1)

    def named(self, first: date) -> Words:
        """Return the name of the span that begins on a day (时段名称)."""
        if self is OutletSpan.DAY:
            return Words(first.isoformat(), first.isoformat())
        if self is OutletSpan.MONTH:
            return Words(f"{first.year}年{first.month}月", f"{first:%Y-%m}")
        if self is OutletSpan.QUARTER:
            return Words(f"{first.year}年第{(first.month + 2) // 3}季度", f"{first.year} Q{(first.month + 2) // 3}")
        return Words(f"{first.year}年", str(first.year))


@dataclass(frozen=True, slots=True)
class OutletAsked:
    """What is asked for (查询): a span around a day, a factor to be drawn, the first weighed one where none is named."""

    span: OutletSpan = OutletSpan.DAY
    day: date | None = None
    factor: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many hours of a factor are what (小时计数)."""

    valid: int
    substituted: int
    missing: int
    stopped: int
    other: int
    exceeded: int

    @property
    def due(self) -> int:
        """All of them."""
        return self.valid + self.missing + self.stopped + self.other


@dataclass(frozen=True, slots=True)
class Beyond:
    """A mean beyond its limit (超标均值)."""

    factor: str
    start: datetime
    mean: Decimal
    limit: Limit

    @property
    def name(self) -> Words:
        """The factor's name."""
        return factor_words(self.factor)

    @property
    def times(self) -> Decimal | None:
        """By how many times the limit it is exceeded, None for a lower end. Unrounded."""
        high = self.limit.high
        return (self.mean - high) / high if high and self.mean > high else None


@dataclass(frozen=True, slots=True)
class Total:
    """What a factor adds up to in a day, a month, a span (合计): mean of valid values, mass and the part of it that was substituted, hours."""

    is_weighed: bool
    mean: Decimal | None
    kg: Decimal | None
    substituted_kg: Decimal | None
    volume_m3: Decimal | None
    due: int
    measured: int
    substituted: int
    stopped: int


@dataclass(frozen=True)
class OutletPage:
    """The page of an outlet (排放口数据页); times are naive China Standard Time."""

    point: Point
    home: Words
    place: Node | None
    asked: OutletAsked
    first: date
    after: date
    factors: tuple[FactorHours, ...]
    chosen: FactorHours | None
    counted: Counted
    totals: tuple[tuple[date, tuple[Total, ...]], ...]
    whole: tuple[Total, ...]
    beyond: tuple[Beyond, ...]
    spans: tuple[tuple[str, StateSpan], ...]
    corrections: tuple[Correction, ...]
    losses: tuple[LossLine, ...]
    overdue: tuple[CheckDue, ...]
    may_export: bool

    @property
    def previous(self) -> date:
        """A day of the span before."""
        return self.first - timedelta(days=1)

    @property
    def name(self) -> Words:
        """The span as it is named."""
        return self.asked.span.named(self.first)

    @property
    def said_of_spans(self) -> list[tuple[Words, StateSpan, Words]]:
        """What was marked, told or lost, with the name of its factor, of all of them nothing."""
        return [(span_words(span.source), span, factor_words(factor) if factor else Words("", "")) for factor, span in self.spans]

    @property
    def corrected(self) -> list[tuple[Words, Words, Correction]]:
        """What was corrected, with the names of factor and kind."""
        return [(factor_words(one.factor), KINDS[one.kind], one) for one in self.corrections]

    @property
    def heads(self) -> list[tuple[Words, str]]:
        """Names and units of what is weighed."""
        return [(one.name, unit_shown(one.unit)) for one in self.factors if one.is_weighed]

    @property
    def has_data(self) -> bool:
        """Whether there is any hour."""
        return any(one.hours for one in self.factors)


def outlet_page(*, code: str, who: Member, asked: OutletAsked, as_of: date | None = None) -> OutletPage:
    """Return the page of an outlet (排放口数据页).

    Raises
    ------
    UnknownPoint
        If no outlet has the code.
    NotPermitted
        If the person may not see its organisation.
    """
    first, after = asked.span.around(asked.day or as_of or clock.today())
    moment = end_of(as_of) if as_of else None
    start, end = datetime.combine(first, time()), datetime.combine(after, time())
    tree = tree_on(as_of or clock.today())
    facts = facts_of([code], as_of=moment).get(code)
    home = facts.versions[0].point.organisation.code if facts else ""
    if facts is not None and not who.sees(home, tree):
        raise NotPermitted(Permission.FIGURES_READ, home)
    told = outlet_hours(code, start, end, as_of=moment)
    with city_lake() as (lake, engine):
        corrections = corrections_between(lake, engine, point=code, start=start, end=end, kinds=tuple(KINDS), as_of=moment)
    factors = tuple(sorted(told.factors, key=lambda one: (not one.is_weighed, one.factor in FLOWS, one.factor)))
    chosen = next((one for one in factors if one.factor == asked.factor), factors[0] if factors else None)
    node = tree.get(home)
    return OutletPage(
        told.point, node.name if node else Words(home, home), tree.jurisdiction_of(home), asked, first, after, factors, chosen, counted(chosen.hours if chosen else ()),
        tuple(_totals(factors, asked.span)), tuple(_total(one, _DAYS_OF_ALL) for one in factors), tuple(_beyond(factors, facts)),
        tuple((factor, span) for factor, span in (facts.spans if facts else ()) if span.start < end and start < span.end), tuple(corrections),
        tuple(loss_lines(one for one in (facts.losses if facts else ()) if one.span.start < end and start < one.span.end)), _overdue(facts, told.point, as_of),
        bool(who.posts_over(Permission.EXPORT, home, tree)),
    )  # fmt: skip


def _overdue(facts: OutletFacts | None, point: Point, as_of: date | None) -> tuple[CheckDue, ...]:
    rows = list(checks_in_force(until=end_of(as_of) if as_of else None).filter(point__code=point.code))
    return tuple(one for one in due_on(facts, point, rows, as_of or clock.today()) if one.overdue_days) if facts else ()


_DAYS_OF_ALL = (date.min, date.max)


def counted(hours: Sequence[FactorHour]) -> Counted:
    """Return how many hours are what (小时计数)."""
    states = [hour.own.state for hour in hours]
    valid, stopped = states.count(HourState.VALID), states.count(HourState.STOPPED)
    missing = sum(hour.is_missing and hour.own.state is not HourState.STOPPED for hour in hours)
    exceeded = sum(hour.limit is not None and hour.limit.statistic is Statistic.HOUR and hour.limit.is_broken_by(hour.held_against) for hour in hours)
    return Counted(valid, sum(is_substituted(hour) for hour in hours), missing, stopped, len(hours) - valid - stopped - missing, exceeded)


def is_substituted(hour: FactorHour) -> bool:
    """Tell whether the mass of an hour stands in for one that was not measured (是否替代)."""
    return hour.filled.substituted_kg is not None


def _totals(factors: Sequence[FactorHours], span: OutletSpan) -> Iterator[tuple[date, tuple[Total, ...]]]:
    """By day, or by month in a quarter and a year."""
    days = sorted({day.day for one in factors for day in one.days})
    if span in (OutletSpan.DAY, OutletSpan.MONTH):
        for day in days:
            yield day, tuple(_total(one, (day, day)) for one in factors)
        return
    for first in sorted({day.replace(day=1) for day in days}):
        yield first, tuple(_total(one, (first, OutletSpan.MONTH.around(first)[1] - timedelta(days=1))) for one in factors)


def _total(one: FactorHours, within_days: tuple[date, date]) -> Total:
    days = [day for day in one.days if within_days[0] <= day.day <= within_days[1]]
    means = [day.mean for day in days if day.mean is not None]
    return Total(
        one.is_weighed, sum(means, Decimal(0)) / len(means) if means else None, _sum([day.kg for day in days]), _sum([day.substituted_kg for day in days]),
        _sum([day.volume_m3 for day in days]), sum(day.hours_due for day in days), sum(day.hours_measured for day in days),
        sum(day.hours_substituted for day in days), sum(day.hours_stopped for day in days),
    )  # fmt: skip


def _sum(figures: Sequence[Decimal | None]) -> Decimal | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known, Decimal(0)) if known else None


def _beyond(factors: Sequence[FactorHours], facts: OutletFacts | None) -> Iterator[Beyond]:
    """Hours beyond a limit of the hour, days beyond one of the day."""
    for one in factors:
        for hour in one.hours:
            mean, limit = hour.held_against, hour.limit
            if limit is not None and limit.statistic is Statistic.HOUR and mean is not None and limit.is_broken_by(mean):
                yield Beyond(one.factor, hour.own.start, mean, limit)
        for day in one.days:
            held = facts.limit_on(one.factor, day.day) if facts else None
            if held is not None and held.statistic is Statistic.DAY and day.is_whole and day.mean is not None and held.is_broken_by(day.mean):
                yield Beyond(one.factor, datetime.combine(day.day, time()), day.mean, held)
