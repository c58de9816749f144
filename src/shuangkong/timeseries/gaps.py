"""Where readings are missing, and how complete a day is (缺数与完整率)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shuangkong.timeseries.slots import slot_start


@dataclass(frozen=True, slots=True)
class Gap:
    """A span without values (缺数时段), [start, end), and how many values are missing."""

    start: datetime
    end: datetime
    missing: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a step came (完整率); late and repeated values count once. [%]"""

    start: datetime
    due: int
    received: int

    @property
    def pct(self) -> Decimal | None:
        """Received of due, None when nothing was due. Unrounded. [%]"""
        return Decimal(self.received) * 100 / self.due if self.due else None


def gaps(
    moments: Iterable[datetime], *, start: datetime, end: datetime, interval: timedelta, stopped: Sequence[tuple[datetime, datetime]] = ()
) -> tuple[Gap, ...]:
    """Return the gaps in a series that is due at every step of a grid (缺数时段).

    Parameters
    ----------
    moments : iterable of datetime
        At which values are there, in any order.
    start, end : datetime
        Of the span looked at.
    interval : timedelta
        Of the grid; a value serves the step it falls in.
    stopped : sequence of (datetime, datetime)
        Announced stops; a step that begins in one is not due, so that silence is no gap.

    Returns
    -------
    tuple of Gap

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from shuangkong.kernel.period import CHINA_STANDARD_TIME
    >>> hour = lambda number: datetime(2023, 5, 1, number, tzinfo=CHINA_STANDARD_TIME)
    >>> found = gaps([hour(0), hour(4)], start=hour(0), end=hour(6), interval=timedelta(hours=1), stopped=[(hour(2), hour(3))])
    >>> [(gap.start.hour, gap.end.hour, gap.missing) for gap in found]
    [(1, 2, 1), (3, 4, 1), (5, 6, 1)]
    """
    there = {slot_start(moment, step=interval) for moment in moments}
    found: list[Gap] = []
    step = slot_start(start, step=interval)
    while step < end:
        if step >= start and step not in there and not any(begin <= step < until for begin, until in stopped):
            if found and found[-1].end == step:
                found[-1] = Gap(found[-1].start, step + interval, found[-1].missing + 1)
            else:
                found.append(Gap(step, step + interval, 1))
        step += interval
    return tuple(found)


def completeness(
    moments: Iterable[datetime], *, start: datetime, end: datetime, interval: timedelta, step: timedelta, stopped: Sequence[tuple[datetime, datetime]] = ()
) -> tuple[Completeness, ...]:
    """Return how complete every step of a calendar is (完整率日历).

    Parameters
    ----------
    moments : iterable of datetime
        At which values are there.
    start, end : datetime
        Of the calendar.
    interval, step : timedelta
        At which values are due, and of the calendar, such as a day.
    stopped : sequence of (datetime, datetime)
        Announced stops, in which nothing is due.

    Returns
    -------
    tuple of Completeness

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from shuangkong.kernel.period import CHINA_STANDARD_TIME
    >>> hour = lambda number: datetime(2023, 5, 1, tzinfo=CHINA_STANDARD_TIME) + timedelta(hours=number)
    >>> calendar = completeness([hour(n) for n in range(36)], start=hour(0), end=hour(48), interval=timedelta(hours=1), step=timedelta(days=1))
    >>> [day.pct for day in calendar]
    [Decimal('100'), Decimal('50')]
    """
    there = {slot_start(moment, step=interval) for moment in moments}
    due: dict[datetime, list[bool]] = {}
    moment = slot_start(start, step=interval)
    while moment < end:
        if moment >= start:
            counted = due.setdefault(slot_start(moment, step=step), [])
            if moment in there or not any(begin <= moment < until for begin, until in stopped):
                counted.append(moment in there)
        moment += interval
    return tuple(Completeness(day, len(counted), sum(counted)) for day, counted in due.items())
