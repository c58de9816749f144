"""From cumulative readings to what passed between them (读数增量).

The definition that the bulk roll-up of the lake is tested against. An amount beyond what can pass is kept and flagged, never
zeroed; one that cannot be known is None, never zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from shuangkong.timeseries.readings import (
    Fitting,
    MeterConventions,
    Reading,
    SetAside,
    SetAsideReason,
    as_known,
    rolled_over,
    sifted,
)


class Flag(Enum):
    """What is particular about an increment (增量标记)."""

    CAUGHT_UP = "补读分摊（估算）"
    RESET = "表计清零"
    ROLLED_OVER = "计数器翻转"
    OVER_LIMIT = "超出可能用量"
    UNKNOWN = "用量不明"


@dataclass(frozen=True, slots=True)
class Increment:
    """What passed in [start, end) (增量): amount in the unit of the meter times its multiplier, or None when unknown."""

    start: datetime
    end: datetime
    amount: Decimal | None
    flags: frozenset[Flag]
    recorded_at: datetime

    @property
    def is_estimated(self) -> bool:
        """Tell whether where in time, or how much, is estimated."""
        return bool(self.flags & {Flag.CAUGHT_UP, Flag.RESET})


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """The increments of a meter in order, and what was set aside (表计增量)."""

    increments: tuple[Increment, ...]
    set_aside: tuple[SetAside, ...]


def meter_increments(
    readings: Iterable[Reading], *, fittings: Sequence[Fitting], as_of: datetime, conventions: MeterConventions
) -> MeterRecord:
    """Return what passed between the readings of one meter (表计增量).

    Parameters
    ----------
    readings : iterable of Reading
        Of one metering point, in any order, late, repeated and corrected ones among them.
    fittings : sequence of Fitting
        That do not overlap; with `first_register` the first reading counts from the fitting, so that no first hour is lost.
    as_of : datetime
        What was heard after it is not known yet.
    conventions : MeterConventions
        For the longest span that needs no spreading, and the clock.

    Returns
    -------
    MeterRecord
        A span longer than the longest holds all that passed and says CAUGHT_UP. Unrounded.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> from shuangkong.timeseries.readings import meter_conventions
    >>> moment = lambda hour, minute: datetime(2023, 5, 1, hour, minute)
    >>> heard = [Reading(moment(8, 15), Decimal(12), moment(8, 16)), Reading(moment(9, 15), Decimal(20), moment(9, 16))]
    >>> record = meter_increments(heard, fittings=[Fitting(moment(8, 0), multiplier=Decimal(10), first_register=Decimal(10))],
    ...                           as_of=moment(12, 0), conventions=meter_conventions(at(date(2023, 12, 31))))
    >>> [(str(each.amount), [flag.name for flag in each.flags]) for each in record.increments]
    [('20', []), ('80', ['CAUGHT_UP'])]
    """
    known = as_known(readings, as_of=as_of)
    made: list[Increment] = []
    aside: list[SetAside] = []
    last: Reading | None = None
    for fitting in sorted(fittings, key=lambda each: each.start):
        kept, apart = sifted([each for each in known if fitting.holds(each.at)], fitting=fitting, clock_ahead_most=conventions.clock_ahead_most)
        aside.extend(apart)
        points = _with_ends(kept, fitting, as_of)
        if last and points and last.at < points[0].at:  # nobody read the meter when it was changed
            made.append(Increment(last.at, points[0].at, None, frozenset({Flag.UNKNOWN}), points[0].recorded_at))
        made.extend(_increment(before, after, fitting=fitting, longest=conventions.longest_span) for before, after in pairwise(points))
        last = points[-1] if points else last
    aside.extend(SetAside(each, SetAsideReason.NO_METER) for each in known if not any(fitting.holds(each.at) for fitting in fittings))
    return MeterRecord(tuple(made), tuple(sorted(aside, key=lambda each: each.reading.at)))


def _with_ends(kept: Sequence[Reading], fitting: Fitting, as_of: datetime) -> list[Reading]:
    """Return the readings with those taken when the meter was fitted and taken off, where they are known."""
    points = list(kept)
    if fitting.fitted is not None and (not points or points[0].at > fitting.start):
        points.insert(0, fitting.fitted)
    if fitting.last_register is not None and fitting.end is not None and fitting.end <= as_of:
        points.append(Reading(fitting.end, fitting.last_register, fitting.end))
    return points


def _increment(before: Reading, after: Reading, *, fitting: Fitting, longest: timedelta) -> Increment:
    span = after.at - before.at
    recorded_at = max(before.recorded_at, after.recorded_at)
    flags = {Flag.CAUGHT_UP} if span > longest else set()
    if after.register >= before.register:
        passed = after.register - before.register
    elif fitting.rolls_over_at is not None and rolled_over(before, after, fitting=fitting):
        flags.add(Flag.ROLLED_OVER)
        passed = fitting.rolls_over_at - before.register + after.register
    else:
        # Begun again from zero: what has passed since is certain, what passed before is lost. If even that cannot be, the meter
        # was changed unannounced and nothing is known.
        flags.add(Flag.RESET)
        passed = after.register
        if fitting.is_beyond(passed * fitting.multiplier, span):
            return Increment(before.at, after.at, None, frozenset({Flag.RESET, Flag.UNKNOWN}), recorded_at)
    amount = passed * fitting.multiplier
    if fitting.is_beyond(amount, span):
        flags.add(Flag.OVER_LIMIT)
    return Increment(before.at, after.at, amount, frozenset(flags), recorded_at)
