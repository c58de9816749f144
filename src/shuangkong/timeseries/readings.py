"""Readings of a meter as they come: late, twice, corrected, by a wrong clock (表计读数).

What was heard is never changed. A reading that cannot be used is set aside with its reason and harms no other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from shuangkong.rules import RulesOnDay

_TICK = timedelta(microseconds=1)
_HOUR_TICKS = timedelta(hours=1) // _TICK


class SetAsideReason(Enum):
    """Why a reading is not used (搁置原因)."""

    CLOCK_AHEAD = "时钟超前"
    NO_METER = "当时未装表"
    BELOW_ZERO = "读数为负"
    DIP = "读数短暂回落"
    SPIKE = "读数短暂跳高"
    PENDING = "读数回落待下一读数确认"


@dataclass(frozen=True, slots=True)
class Reading:
    """A cumulative register at an instant (累计读数), and when we heard it."""

    at: datetime
    register: Decimal
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """A reading that is kept but not used (搁置读数)."""

    reading: Reading
    reason: SetAsideReason


@dataclass(frozen=True, slots=True)
class Fitting:
    """A meter in its place (装表), from `start` until before `end`; a replacement or a new multiplier is a new fitting.

    `first_register` and `last_register` are read when it is fitted and taken off; `rolls_over_at` is one more than the highest
    register; `most_per_hour` is what can pass at all, multiplier included. What is not known is None.
    """

    start: datetime
    end: datetime | None = None
    multiplier: Decimal = Decimal(1)
    first_register: Decimal | None = None
    last_register: Decimal | None = None
    rolls_over_at: Decimal | None = None
    most_per_hour: Decimal | None = None

    @property
    def fitted(self) -> Reading | None:
        """The register when the meter was fitted, as a reading."""
        return None if self.first_register is None else Reading(self.start, self.first_register, self.start)

    def holds(self, moment: datetime) -> bool:
        """Tell whether the meter was in place."""
        return self.start <= moment and (self.end is None or moment < self.end)

    def is_beyond(self, amount: Decimal, span: timedelta) -> bool:
        """Tell whether more passed than can pass in the span."""
        return self.most_per_hour is not None and amount * _HOUR_TICKS > self.most_per_hour * (span // _TICK)


@dataclass(frozen=True, slots=True)
class MeterConventions:
    """How readings are taken (读数约定), as the rules of a day say."""

    interval: timedelta
    longest_span: timedelta
    clock_ahead_most: timedelta
    spread_decimals: int


def meter_conventions(rules: RulesOnDay) -> MeterConventions:
    """Return the conventions of a day (读数约定).

    Parameters
    ----------
    rules : RulesOnDay
        For interval, longest span, clock and decimals.

    Returns
    -------
    MeterConventions

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> meter_conventions(at(date(2023, 12, 31))).interval
    datetime.timedelta(seconds=900)
    """
    minutes = {
        name: timedelta(seconds=int(rules.get(f"energy.metering.{name}").number * 60))
        for name in ("interval_min", "longest_span_min", "clock_ahead_most_min")
    }
    decimals = int(rules.get("energy.metering.spread_decimals").number)
    return MeterConventions(minutes["interval_min"], minutes["longest_span_min"], minutes["clock_ahead_most_min"], decimals)


def as_known(readings: Iterable[Reading], *, as_of: datetime) -> tuple[Reading, ...]:
    """Return the readings as known at a moment, one per instant, in order (已知读数).

    Parameters
    ----------
    readings : iterable of Reading
        Of one meter, in any order; a retransmission changes nothing, a correction is heard later and wins.
    as_of : datetime
        What was heard after it is not known yet.

    Returns
    -------
    tuple of Reading

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> noon, one, two = (datetime(2023, 5, 1, hour) for hour in (12, 13, 14))
    >>> heard = [Reading(noon, Decimal(7), two), Reading(noon, Decimal(5), noon)]
    >>> [as_known(heard, as_of=moment)[0].register for moment in (one, two)]
    [Decimal('5'), Decimal('7')]
    """
    latest: dict[datetime, Reading] = {}
    for reading in readings:
        held = latest.get(reading.at)
        # Of two heard at one moment the higher register stands, so that the order of arrival decides nothing.
        if reading.recorded_at <= as_of and (held is None or (reading.recorded_at, reading.register) > (held.recorded_at, held.register)):
            latest[reading.at] = reading
    return tuple(latest[moment] for moment in sorted(latest))


def sifted(
    readings: Sequence[Reading], *, fitting: Fitting, clock_ahead_most: timedelta
) -> tuple[tuple[Reading, ...], tuple[SetAside, ...]]:
    """Return the readings of one fitting that can be used, and those set aside (读数筛选).

    Parameters
    ----------
    readings : sequence of Reading
        Within the fitting, one per instant, in order.
    fitting : Fitting
        For what can pass at all.
    clock_ahead_most : timedelta
        A reading further ahead of its receipt has a wrong clock.

    Returns
    -------
    tuple of Reading, tuple of SetAside
        A fall that the next reading takes back is a dip; a rise beyond what can pass that the next takes back is a spike; a fall
        nothing follows waits.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> minute = lambda number: datetime(2023, 5, 1, 8, number)
    >>> heard = [Reading(minute(n * 15), Decimal(register), minute(59)) for n, register in enumerate((100, 40, 101))]
    >>> kept, aside = sifted(heard, fitting=Fitting(minute(0)), clock_ahead_most=timedelta(minutes=5))
    >>> [reading.register for reading in kept], [each.reason.name for each in aside]
    ([Decimal('100'), Decimal('101')], ['DIP'])
    """
    aside: list[SetAside] = []
    sound: list[Reading] = []
    for reading in readings:
        if reading.at > reading.recorded_at + clock_ahead_most:
            aside.append(SetAside(reading, SetAsideReason.CLOCK_AHEAD))
        elif reading.register < 0:
            aside.append(SetAside(reading, SetAsideReason.BELOW_ZERO))
        else:
            sound.append(reading)
    kept: list[Reading] = []
    for place, reading in enumerate(sound):
        reason = _passing(sound, place, fitting)
        if reason:
            aside.append(SetAside(reading, reason))
        else:
            kept.append(reading)
    if kept and _waits(kept, fitting):
        aside.append(SetAside(kept.pop(), SetAsideReason.PENDING))
    return tuple(kept), tuple(aside)


def _waits(kept: Sequence[Reading], fitting: Fitting) -> bool:
    """Tell whether the last reading fell and nothing follows it, not even what the register showed when it was taken off."""
    before = kept[-2] if len(kept) > 1 else fitting.fitted
    if fitting.last_register is not None or before is None or before.at == kept[-1].at or kept[-1].register >= before.register:
        return False
    return not rolled_over(before, kept[-1], fitting=fitting)


def _passing(sound: Sequence[Reading], place: int, fitting: Fitting) -> SetAsideReason | None:
    if not 0 < place < len(sound) - 1:
        return None
    before, this, after = sound[place - 1 : place + 2]
    if this.register < before.register <= after.register:
        return SetAsideReason.DIP
    is_beyond = fitting.is_beyond((this.register - before.register) * fitting.multiplier, this.at - before.at)
    return SetAsideReason.SPIKE if is_beyond and before.register <= after.register < this.register else None


def rolled_over(before: Reading, after: Reading, *, fitting: Fitting) -> bool:
    """Tell whether a register that fell has gone round (计数器翻转): forward is nearer than back, and can pass.

    Parameters
    ----------
    before, after : Reading
        Two that follow each other.
    fitting : Fitting
        For where the register turns over and what can pass.

    Returns
    -------
    bool

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> eight, nine = datetime(2023, 5, 1, 8), datetime(2023, 5, 1, 9)
    >>> fitting = Fitting(eight, rolls_over_at=Decimal(10000))
    >>> rolled_over(Reading(eight, Decimal(9990), nine), Reading(nine, Decimal(5), nine), fitting=fitting)
    True
    """
    if fitting.rolls_over_at is None or after.register >= before.register:
        return False
    forward = fitting.rolls_over_at - before.register + after.register
    return forward < before.register - after.register and not fitting.is_beyond(forward * fitting.multiplier, after.at - before.at)
