"""The load of a unit or place over a period (用能负荷): hour by hour from the roll-up, its peak and base, its heat map, the time each load lasts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.lake.figures import FigureGrain, FigureLevel
from shuangkong.rules import at
from shuangkong.services.energy_figures import Span, figures_between
from shuangkong.timeseries.load_curve import LoadPoint, LoadSummary, duration_curve, load_curve, load_summary

_HOUR = timedelta(hours=1)
_SHARES = (0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 100)


@dataclass(frozen=True, slots=True)
class LoadPart:
    """The load of a day or a month of the period (分段负荷)."""

    name: str
    summary: LoadSummary
    hours: int
    expected: int


@dataclass(frozen=True, slots=True)
class Load:
    """The load of one carrier (负荷), kW for electricity, else its unit an hour; an hour not wholly heard of is a gap, not zero."""

    carrier: str
    hours: tuple[datetime, ...]
    loads: tuple[Decimal | None, ...]
    estimated: frozenset[int]
    summary: LoadSummary
    parts: tuple[LoadPart, ...]
    duration: tuple[tuple[int, Decimal], ...]

    @property
    def heard(self) -> int:
        """How many hours have a load."""
        return sum(load is not None for load in self.loads)

    @property
    def heard_pct(self) -> Decimal:
        """Their share of the hours that have passed. Unrounded. [%]"""
        return Decimal(self.heard) * 100 / len(self.loads)


def load_of(node: str, span: Span, *, carrier: str, flow: str, until: datetime, as_of: date | None = None) -> Load | None:
    """Return the load of a node over a span, up to the last whole hour (负荷), None where it is not metered.

    Parameters
    ----------
    until : datetime
        Now, naive China Standard Time.
    as_of : date, optional
        As known at the end of that day.
    """
    every = figures_between([node], span.start, span.end, level=FigureLevel.PLACE, grain=FigureGrain.HOUR, as_of=as_of)[node]
    figures = [one for one in every if (one.carrier, one.flow) == (carrier, flow)]
    if not any(one.quantity is not None for one in figures):
        return None
    end = min(datetime.combine(span.end, datetime.min.time()), until.replace(minute=0, second=0, microsecond=0))
    start = datetime.combine(span.start, datetime.min.time())
    hours = tuple(start + _HOUR * number for number in range(max(1, (end - start) // _HOUR)))
    whole = {one.start_at: one for one in figures if one.covered_s >= one.expected_s}
    curve = load_curve({hour: one.quantity for hour, one in whole.items() if hour < end}, step=_HOUR)
    by_hour = {point.start: point.load for point in curve}
    loads = tuple(by_hour.get(hour) for hour in hours)
    estimated = frozenset(number for number, hour in enumerate(hours) if hour in by_hour and whole[hour].estimated)
    return Load(carrier, hours, loads, estimated, load_summary(curve, rules=at(span.start)), _parts(curve, hours, span), _duration(curve))


def _parts(curve: Sequence[LoadPoint], hours: Sequence[datetime], span: Span) -> tuple[LoadPart, ...]:
    """By day within two months, else by month."""
    cut = 10 if (span.period.end - span.period.start).days <= 62 else 7
    held: dict[str, list[LoadPoint]] = defaultdict(list)
    expected: dict[str, int] = defaultdict(int)
    for point in curve:
        held[point.start.isoformat()[:cut]].append(point)
    for hour in hours:
        expected[hour.isoformat()[:cut]] += 1
    rules = at(span.start)
    return tuple(LoadPart(name, load_summary(held[name], rules=rules), len(held[name]), count) for name, count in expected.items())


def _duration(curve: Sequence[LoadPoint]) -> tuple[tuple[int, Decimal], ...]:
    """The load that is reached or exceeded in some share of the hours, in %."""
    ordered = duration_curve(curve)
    return tuple((share, ordered[(len(ordered) - 1) * share // 100]) for share in (_SHARES if ordered else ()))


def heat_of(load: Load) -> tuple[tuple[date, ...], list[list[Decimal | None]], list[tuple[int, int]]]:
    """Return the days, the loads by hour of the day and day, and the places of estimated hours among them (负荷热力图)."""
    days = tuple(dict.fromkeys(hour.date() for hour in load.hours))
    column = {day: number for number, day in enumerate(days)}
    values: list[list[Decimal | None]] = [[None] * len(days) for _ in range(24)]
    for hour, told in zip(load.hours, load.loads, strict=True):
        values[hour.hour][column[hour.date()]] = told
    return days, values, [(load.hours[number].hour, column[load.hours[number].date()]) for number in sorted(load.estimated)]
