"""What monitoring and meters tell of closed periods (监测计量数): the shape of a figure and of what stands behind it, and which periods are closed."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.rules import at

_DUE = "pollution.monitoring.transmission.evidence_due_day_of_next_month"
_YEAR_MONTHS, _QUARTER_MONTHS = 12, 3


class MonitoredFigure(NamedTuple):
    """A figure of a closed period (监测计量数), with its coverage and rule in the note."""

    element: str
    org: str
    period: Period
    value: Decimal
    unit: str
    grade: DataGrade
    source: str
    note: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a figure of."""
        return self.element, self.org, str(self.period)


class MonitoredInput(NamedTuple):
    """One thing that a figure was made of (构成), and the page that opens it: a section's month, a day of air, a site's meters, an outlet.

    `organisation` is whose it is, for who may see it; empty where it is open to all.
    """

    name: Words
    period: str
    told: Words
    value: Decimal | None
    unit: str
    coverage_pct: Decimal | None
    route: str
    code: str
    asked: str
    organisation: str = ""


def closed_months(today: date, *, first: Period) -> list[Period]:
    """Return the months since `first` that are over and past correction, oldest first (已封账月份).

    Examples
    --------
    >>> [str(one) for one in closed_months(date(2026, 3, 2), first=Period.month(2025, 12))]
    ['2025-12', '2026-01']
    """
    due = int(at(today).get(_DUE).number)
    months, month = [], first
    while today > month.end + timedelta(days=due - 1):
        months.append(month)
        month = Period.month(month.end.year, month.end.month)
    return months


def since_last_year(today: date) -> Period:
    """Return the first month of the year before: what is taken up again (上年一月)."""
    return Period.month(today.year - 1, 1)


def closed_periods(months: Sequence[Period]) -> Iterator[Period]:
    """Yield the months, quarters and years that closed months make up whole (已封账月、季、年).

    Examples
    --------
    >>> [str(one) for one in closed_periods([Period.month(2025, number) for number in (2, 3, 4, 5, 6)])]
    ['2025-02', '2025-03', '2025-04', '2025-05', '2025-06', '2025Q2']
    """
    yield from months
    first = months[0].start if months else date.max
    for month in months:
        if month.start.month % _QUARTER_MONTHS == 0:
            quarter = Period(date(month.start.year, month.start.month - 2, 1), month.end)
            if quarter.start >= first:
                yield quarter
        if month.start.month == _YEAR_MONTHS and Period.year(month.start.year).start >= first:
            yield Period.year(month.start.year)
