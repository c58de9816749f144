"""Meters that do not exist (模拟计量表): their cumulative registers at any quarter of an hour, the same whenever they are asked.

A meter has a week of weights, a season and days that lean; the register is their sum, scaled so that a usual year comes to what the meter should count.
Some lose hours, which the next reading catches up; some run hot for an hour; some turn over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import accumulate
from random import Random

QUARTERS = 96
_USUAL_YEAR = date(2025, 1, 1)
_LOST = range(36, 68)  # nine to five o'clock
_ENDLESS = 10**30
_HOT = range(40, 44)
_OUTAGE_DAY, _HOT_DAY, _CYCLE = 11, 15, 11


class Shape(Enum):
    """How a load runs through day and year (负荷形状): weight by hour, weight by month, weight of a weekend day in percent."""

    CONTINUOUS = ((100,) * 24, (104, 82, 100, 101, 100, 98, 103, 104, 99, 98, 104, 107), 97)
    DAY_SHIFT = ((30,) * 6 + (60, 105, 170, 185, 190, 180, 120, 165, 190, 190, 180, 150, 110, 80, 60, 45, 35, 30), (98, 76, 100, 102, 103, 102, 106, 104, 101, 98, 103, 107), 62)
    OFFICE = ((20,) * 7 + (60, 130, 150, 155, 150, 110, 140, 155, 155, 145, 110, 60, 45, 35, 25, 20, 20), (112, 96, 84, 76, 84, 118, 142, 140, 104, 78, 84, 108), 35)
    FLAT = ((100,) * 24, (97, 97, 98, 99, 101, 103, 105, 105, 102, 99, 97, 97), 100)
    COOLING = ((92,) * 8 + (100, 104, 110, 114, 116, 118, 118, 116, 112, 106, 100, 98, 96, 94, 92, 92), (55, 58, 72, 88, 112, 138, 160, 158, 124, 92, 68, 56), 100)
    SUN = ((0,) * 6 + (6, 34, 78, 118, 146, 160, 162, 150, 124, 88, 46, 12) + (0,) * 6, (66, 74, 98, 114, 124, 122, 120, 116, 100, 88, 72, 62), 100)
    CHARGE = ((150,) * 6 + (40,) + (0,) * 15 + (60, 120), (100,) * 12, 100)
    DISCHARGE = ((0,) * 9 + (90, 120, 80) + (0,) * 5 + (100, 160, 160, 120, 40, 0, 0), (100,) * 12, 100)
    WINTER = ((96,) * 6 + (110, 118, 112, 100, 92, 88, 86, 86, 88, 92, 98, 106, 112, 112, 108, 104, 100, 98), (210, 178, 120, 70, 42, 34, 30, 30, 40, 74, 138, 200), 96)


@dataclass(frozen=True, slots=True)
class SimulatedMeter:
    """A meter of the simulation (模拟计量表). `alike` names what its load follows, itself or its main meter; a year in thousandths of its unit."""

    code: str
    alike: str
    shape: Shape
    year_milli: int
    number: int
    span_milli: int | None = None

    def registers(self, start: datetime, end: datetime, *, begin: date) -> Iterator[tuple[int, int]]:
        """Yield minutes since `start` and register in thousandths for every quarter of an hour in [start, end), from zero on the day `begin` (示数).

        Examples
        --------
        >>> meter = SimulatedMeter("M1", "M1", Shape.FLAT, 8_760_000_000, 1)
        >>> day = datetime(2025, 3, 3)
        >>> [minutes for minutes, _ in meter.registers(day, day + timedelta(hours=1), begin=date(2025, 1, 1))]
        [0, 15, 30, 45]
        >>> later = dict(meter.registers(day, day + timedelta(days=2), begin=date(2025, 1, 1)))
        >>> [register for _, register in meter.registers(day + timedelta(days=1), day + timedelta(days=1, minutes=15), begin=date(2025, 1, 1))] == [later[1440]]
        True
        """
        week = self._week()
        totals = [sum(week[day * QUARTERS : (day + 1) * QUARTERS]) for day in range(7)]
        usual = sum(totals[day.weekday()] * self._factor(day) for day in (_USUAL_YEAR + timedelta(number) for number in range(365)))
        past = (begin + timedelta(number) for number in range((start.date() - begin).days))
        before = sum((totals[day.weekday()] + (5 * sum(self._hour_of(week, day)) if self._is_hot(day) else 0)) * self._factor(day) for day in past)
        last = (end - start) // timedelta(minutes=1)
        day = start.date()
        while day <= end.date():
            factor, weights = self._factor(day), week[day.weekday() * QUARTERS : (day.weekday() + 1) * QUARTERS]
            first = int((datetime.combine(day, datetime.min.time()) - start).total_seconds()) // 60
            is_lost = self.number % _CYCLE == 4 and day.day == _OUTAGE_DAY
            if self._is_hot(day):
                weights = [*weights[: _HOT.start], *(weight * 6 for weight in self._hour_of(week, day)), *weights[_HOT.stop :]]
            sums = [0, *accumulate(weights)]
            span, scale = self.span_milli or _ENDLESS, self.year_milli
            yield from [
                (first + quarter * 15, (before + sums[quarter] * factor) * scale // usual % span)
                for quarter in range(QUARTERS) if 0 <= first + quarter * 15 < last and not (is_lost and quarter in _LOST)
            ]  # fmt: skip
            before += sums[-1] * factor
            day += timedelta(1)

    def _is_hot(self, day: date) -> bool:
        return self.number % _CYCLE == 5 and day.day == _HOT_DAY

    @staticmethod
    def _hour_of(week: list[int], day: date) -> list[int]:
        """The weights of the hour that may run hot."""
        first = day.weekday() * QUARTERS
        return week[first + _HOT.start : first + _HOT.stop]

    def _week(self) -> list[int]:
        """The weights of a week, quarter by quarter."""
        draw = Random(f"week {self.alike}")
        hours, _, weekend = self.shape.value
        return [hours[quarter // 4] * (weekend if day >= 5 else 100) * draw.randint(88, 112) for day in range(7) for quarter in range(QUARTERS)]

    def _factor(self, day: date) -> int:
        """How a day leans: its month, and a little of its own; the same for what is alike."""
        _, months, _ = self.shape.value
        own = (day.toordinal() * 7919 + sum(self.alike.encode()) * 104_729) % 161
        return months[day.month - 1] * (920 + own)
