"""Energy of meters and places out of the roll-up (计量能耗): sums over a span with coverage, estimated share and as-of; missing is not zero."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce

from shuangkong.kernel.period import Period
from shuangkong.lake.figures import Figure, FigureGrain, FigureLevel
from shuangkong.services import clock
from shuangkong.services.energy_as_known import figures_held, figures_known, sum_of, summed_figure
from shuangkong.timeseries.quality import Aggregate

NO_FIGURES = Aggregate(None, timedelta(0), timedelta(0))


@dataclass(frozen=True, slots=True)
class MeteredUse:
    """What one carrier was in one direction over a span (计量用量): quantity with its quality, coal equivalent [kgce] and CO2 [kgCO2], hours beyond a limit."""

    carrier: str
    flow: str
    quantity: Aggregate
    kgce: Decimal | None
    kgco2: Decimal | None
    over_limit: int

    @property
    def tce(self) -> Decimal | None:
        """Coal equivalent. [tce]"""
        return None if self.kgce is None else self.kgce / 1000

    @property
    def tco2(self) -> Decimal | None:
        """CO2. [t]"""
        return None if self.kgco2 is None else self.kgco2 / 1000


@dataclass(frozen=True, slots=True)
class Span:
    """The days a page tells of (统计时段): of a period what has passed of it, and the same days of the period before and of last year."""

    period: Period
    start: date
    end: date
    today: date

    @property
    def is_running(self) -> bool:
        """Whether the period is not over yet."""
        return self.today < self.period.end

    @property
    def whole_end(self) -> date:
        """The day after the last that is over."""
        return min(self.end, self.today) if self.is_running else self.end

    @property
    def last_day(self) -> date:
        """The last day it tells of, whose rules hold."""
        return self.end - timedelta(days=1)

    def beside(self, other: Period) -> tuple[date, date]:
        """Return as many days of another period; all of it where this one is over (可比时段)."""
        return (other.start, other.end) if not self.is_running else (other.start, min(other.end, other.start + (self.whole_end - self.start)))


def span_of(period: Period, *, as_of: date | None = None) -> Span:
    """Return the days of a period that have begun, by a day where one is given (统计时段)."""
    today = as_of or clock.today()
    return Span(period, period.start, max(period.start, min(period.end, today + timedelta(days=1))), today)


def figures_between(
    nodes: Collection[str], start: date, end: date, *, level: FigureLevel, grain: FigureGrain, is_summed: bool = False, as_of: date | None = None
) -> dict[str, list[Figure]]:
    """Return the figures of meters or places in [start, end) (汇总数), or their sums, as they hold or as known at the end of a day; nothing where there are none."""
    if as_of is None or as_of >= clock.today():
        return figures_held(nodes, start, end, level=level, grain=grain, is_summed=is_summed)
    known = figures_known(nodes, start, end, level=level, grain=grain, as_of=as_of)
    return {node: _each_summed(figures) for node, figures in known.items()} if is_summed else known


def _each_summed(figures: Iterable[Figure]) -> list[Figure]:
    return [summed_figure(some, start_at=some[0].start_at) for some in _by_carrier(figures).values()]


def _by_carrier(figures: Iterable[Figure]) -> dict[tuple[str, str], list[Figure]]:
    held: dict[tuple[str, str], list[Figure]] = {}
    for one in figures:
        held.setdefault((one.carrier, one.flow), []).append(one)
    return held


def uses_between(nodes: Collection[str], start: date, end: date, *, level: FigureLevel, as_of: date | None = None) -> dict[str, dict[tuple[str, str], MeteredUse]]:
    """Return what each node used over [start, end), by carrier and direction (各节点用量)."""
    days = figures_between(nodes, start, end, level=level, grain=FigureGrain.DAY, is_summed=True, as_of=as_of)
    return {node: uses_of(figures) for node, figures in days.items()}


def uses_of(figures: Iterable[Figure]) -> dict[tuple[str, str], MeteredUse]:
    """Return figures summed by carrier and direction (按品种、方向合计)."""
    return {key: summed(some) for key, some in _by_carrier(figures).items()}


def summed(figures: Sequence[Figure]) -> MeteredUse:
    """Return the sum of figures of one carrier and direction (合计); None where nothing was heard at all.

    Examples
    --------
    >>> from datetime import datetime
    >>> day = Figure("electricity", "consumption", datetime(2025, 3, 1), Decimal(10), None, None, Decimal(2), 3600, 7200, 0, None)
    >>> found = summed([day, day._replace(quantity=None, estimated=None, covered_s=0)])
    >>> found.quantity.amount, found.quantity.coverage_pct, found.quantity.estimated_pct, found.kgce
    (Decimal('10'), Decimal('25'), Decimal('20'), None)
    """
    first = figures[0]
    return MeteredUse(first.carrier, first.flow, aggregate_of(figures), sum_of(one.kgce for one in figures), sum_of(one.kgco2 for one in figures), sum(one.over_limit for one in figures))


def aggregate_of(figures: Iterable[Figure]) -> Aggregate:
    """Return the quantity of figures with what stands behind it (合计与质量)."""
    every = list(figures)
    return Aggregate(
        amount=sum_of(one.quantity for one in every), covered=timedelta(seconds=sum(one.covered_s for one in every)), due=timedelta(seconds=sum(one.expected_s for one in every)),
        estimated=sum_of(one.estimated for one in every) or Decimal(0), as_of=max((one.as_of for one in every if one.as_of is not None), default=None),
    )  # fmt: skip


def merged(uses: Iterable[MeteredUse]) -> MeteredUse | None:
    """Return the uses of one carrier and direction at several nodes as one (合并), None of none."""
    every = list(uses)
    return reduce(_with, every[1:], every[0]) if every else None


def _with(one: MeteredUse, other: MeteredUse) -> MeteredUse:
    a, b = one.quantity, other.quantity
    moments = [told for told in (a.as_of, b.as_of) if told is not None]
    quantity = Aggregate(sum_of((a.amount, b.amount)), a.covered + b.covered, a.due + b.due, a.estimated + b.estimated, max(moments, default=None))
    return MeteredUse(one.carrier, one.flow, quantity, sum_of((one.kgce, other.kgce)), sum_of((one.kgco2, other.kgco2)), one.over_limit + other.over_limit)


def total_of(uses: Iterable[MeteredUse]) -> MeteredUse | None:
    """Return uses of several carriers as one, its quantity in coal equivalent [kgce], the estimated part weighed as its carrier is (合计); None of none."""
    every = list(uses)
    found = merged(every)
    if found is None:
        return None
    estimated = sum((one.quantity.estimated * one.kgce / one.quantity.amount for one in every if one.quantity.amount and one.kgce is not None), Decimal(0))
    quality = found.quantity
    return MeteredUse("", found.flow, Aggregate(found.kgce, quality.covered, quality.due, estimated, quality.as_of), found.kgce, found.kgco2, found.over_limit)

