"""Increments spread over an even grid of hours or quarters, exactly (时段分摊).

The grid stands in China Standard Time. An increment that crosses an edge is split by time; the parts of one increment sum to it
to the last decimal. Slots carry how much of them was covered, and how much of the amount is estimated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.timeseries.increments import Flag, Increment
from shuangkong.timeseries.quality import Aggregate, combined
from shuangkong.timeseries.readings import Fitting

_ORIGIN = datetime(2000, 1, 1, tzinfo=CHINA_STANDARD_TIME)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """What passed in one step of the grid (时段用量), from `start` for a step; flags of every increment in it."""

    start: datetime
    total: Aggregate
    flags: frozenset[Flag]


def slot_start(moment: datetime, *, step: timedelta) -> datetime:
    """Return the start of the slot a moment lies in (所在时段).

    Parameters
    ----------
    moment : datetime
        With its zone.
    step : timedelta
        Of the grid: a quarter of an hour, an hour, a day.

    Returns
    -------
    datetime
        In China Standard Time.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> slot_start(datetime(2023, 5, 1, 8, 59, tzinfo=CHINA_STANDARD_TIME), step=timedelta(hours=1)).isoformat()
    '2023-05-01T08:00:00+08:00'
    """
    return _ORIGIN + (moment - _ORIGIN) // step * step


def spread(increment: Increment, *, step: timedelta, decimals: int) -> Iterator[tuple[datetime, timedelta, Decimal | None]]:
    """Yield an increment's parts by slot: start of the slot, time covered, amount (增量分摊).

    Parameters
    ----------
    increment : Increment
        With zones.
    step : timedelta
        Of the grid.
    decimals : int
        To which parts are cut; the last takes the rest, so that they sum to the increment.

    Yields
    ------
    tuple of datetime, timedelta, Decimal or None

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> at = lambda hour, minute: datetime(2023, 5, 1, hour, minute, tzinfo=CHINA_STANDARD_TIME)
    >>> increment = Increment(at(8, 0), at(11, 0), Decimal(10), frozenset(), at(11, 0))
    >>> [str(amount) for _, _, amount in spread(increment, step=timedelta(hours=1), decimals=2)]
    ['3.33', '3.33', '3.34']
    """
    whole = (increment.end - increment.start) // _TICK
    above, below = (increment.amount or Decimal(0)).as_integer_ratio()
    edge, given = increment.start, Decimal(0)
    slot = slot_start(edge, step=step)
    while edge < increment.end:
        until = min(slot + step, increment.end)
        part = None
        if increment.amount is not None:
            # In whole numbers, cut downwards: no context of Decimal has a say in where a part ends.
            cut = above * 10**decimals * ((until - increment.start) // _TICK) // (below * whole)
            upto = increment.amount if until == increment.end else Decimal(cut).scaleb(-decimals)
            part, given = upto - given, upto
        yield slot, until - edge, part
        edge, slot = until, slot + step


@dataclass(slots=True)
class _Filling:
    amount: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    covered: timedelta = timedelta(0)
    flags: set[Flag] = field(default_factory=set)
    as_of: datetime | None = None


def slots(increments: Iterable[Increment], *, step: timedelta, decimals: int) -> Mapping[datetime, Slot]:
    """Return what passed in every slot the increments touch (时段用量).

    Parameters
    ----------
    increments : iterable of Increment
        Of one meter, with zones.
    step : timedelta
        Of the grid.
    decimals : int
        To which parts of an increment are cut.

    Returns
    -------
    mapping of datetime to Slot
        In order. A slot of which nothing is known has no amount; one partly covered has what is known and says so.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> at = lambda hour, minute: datetime(2023, 5, 1, hour, minute, tzinfo=CHINA_STANDARD_TIME)
    >>> made = [Increment(at(8, 15), at(8, 30), Decimal(4), frozenset(), at(9, 0))]
    >>> [slot] = slots(made, step=timedelta(hours=1), decimals=6).values()
    >>> slot.total.amount, slot.total.coverage_pct
    (Decimal('4'), Decimal('25'))
    """
    fillings: dict[datetime, _Filling] = {}
    for increment in increments:
        for start, covered, part in spread(increment, step=step, decimals=decimals):
            filling = fillings.setdefault(start, _Filling())
            filling.flags |= increment.flags
            filling.as_of = max(filling.as_of or increment.recorded_at, increment.recorded_at)
            if part is not None:
                filling.amount += part
                filling.covered += covered
                filling.estimated += part if increment.is_estimated else 0
    return {start: _slot(start, fillings[start], step) for start in sorted(fillings)}


def _slot(start: datetime, filling: _Filling, step: timedelta) -> Slot:
    amount = filling.amount if filling.covered else None
    return Slot(start, Aggregate(amount, filling.covered, step, filling.estimated, filling.as_of), frozenset(filling.flags))


def due_time(fittings: Iterable[Fitting], *, start: datetime, end: datetime, as_of: datetime) -> timedelta:
    """Return for how long of a span a meter was in place and could have been read (应有时长).

    Parameters
    ----------
    fittings : iterable of Fitting
        That do not overlap.
    start, end : datetime
        Of the span.
    as_of : datetime
        Nothing is due after it.

    Returns
    -------
    timedelta

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> hour = lambda number: datetime(2023, 5, 1, number)
    >>> due_time([Fitting(hour(3), hour(9)), Fitting(hour(9))], start=hour(0), end=hour(20), as_of=hour(12))
    datetime.timedelta(seconds=32400)
    """
    until = min(end, as_of)
    overlaps = (min(until, fitting.end or until) - max(start, fitting.start) for fitting in fittings)
    return sum((overlap for overlap in overlaps if overlap > timedelta(0)), timedelta(0))


def span_total(filled: Mapping[datetime, Slot], *, start: datetime, end: datetime, fittings: Sequence[Fitting], as_of: datetime) -> Aggregate:
    """Return what passed through a meter in a span of whole slots, silent ones counted as due (时段合计).

    Parameters
    ----------
    filled : mapping of datetime to Slot
        Of the meter.
    start, end : datetime
        On edges of the grid: a day, a month, a year.
    fittings : sequence of Fitting
        For how long anything was due.
    as_of : datetime
        Nothing is due after it.

    Returns
    -------
    Aggregate
        Unrounded.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> at = lambda hour, minute: datetime(2023, 5, 1, hour, minute, tzinfo=CHINA_STANDARD_TIME)
    >>> filled = slots([Increment(at(8, 0), at(9, 0), Decimal(4), frozenset(), at(9, 0))], step=timedelta(hours=1), decimals=6)
    >>> total = span_total(filled, start=at(8, 0), end=at(12, 0), fittings=[Fitting(at(8, 0))], as_of=at(10, 0))
    >>> total.amount, total.coverage_pct
    (Decimal('4'), Decimal('50'))
    """
    found = combined(slot.total for moment, slot in filled.items() if start <= moment < end)
    # A clock a little ahead covers a little more than is due.
    return replace(found, due=max(found.covered, due_time(fittings, start=start, end=end, as_of=as_of)))
