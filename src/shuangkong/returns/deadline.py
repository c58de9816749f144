"""When a return is due (报送期限). Working days come as a predicate: nothing here knows the calendar of holidays."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from shuangkong.kernel.period import Period
from shuangkong.returns.form import Deadline

IsWorkingDay = Callable[[date], bool]
_ONE_DAY = timedelta(days=1)
LONGEST_BREAK_DAYS = 30


@dataclass(frozen=True, slots=True)
class FilingWindow:
    """When a return of a period may be filed (填报期): from `opens` to `closes`, both included; late after `due`."""

    opens: date
    due: date
    closes: date

    def is_open(self, day: date) -> bool:
        """Tell whether it may be filed on a day."""
        return self.opens <= day <= self.closes


def due_day(deadline: Deadline, period: Period, *, is_working_day: IsWorkingDay) -> date:
    """Return the last day on which a return is in time (截止日).

    Parameters
    ----------
    deadline : Deadline
        As declared with the form.
    period : Period
        What the return is about.
    is_working_day : callable
        Whether a day is one, make-up weekends included.

    Examples
    --------
    >>> weekday = lambda day: day.weekday() < 5
    >>> due_day(Deadline(month=3, day=31), Period.year(2023), is_working_day=weekday)  # a Sunday in 2024
    datetime.date(2024, 4, 1)
    >>> due_day(Deadline(working_days=3), Period.parse("2023Q3"), is_working_day=weekday)
    datetime.date(2023, 10, 4)
    """
    begins = period.start if deadline.is_from_start else period.end
    if deadline.working_days is not None:
        return _after(begins - _ONE_DAY, deadline.working_days, is_working_day)
    if deadline.day is None:
        raise ValueError("a deadline without day or working days")
    day = _first_on(begins, deadline.month, deadline.day)
    return _working_day_from(day, is_working_day) if deadline.moves_to_working_day else day


def filing_window(deadline: Deadline, period: Period, *, is_working_day: IsWorkingDay) -> FilingWindow:
    """Return when a return of a period opens, is due and closes (填报期).

    It opens on the first day after the period, or on its first day where a plan is filed; it closes after the grace declared.

    Examples
    --------
    >>> window = filing_window(Deadline(day=10, grace_working_days=2), Period.parse("2023Q1"), is_working_day=lambda day: day.weekday() < 5)
    >>> str(window.opens), str(window.due), str(window.closes)
    ('2023-04-01', '2023-04-10', '2023-04-12')
    """
    due = due_day(deadline, period, is_working_day=is_working_day)
    return FilingWindow(period.start if deadline.is_from_start else period.end, due, _after(due, deadline.grace_working_days, is_working_day))


def overdue_working_days(due: date, day: date, *, is_working_day: IsWorkingDay) -> int:
    """Return how many working days lie after the due day, up to and including `day` (逾期工作日); 0 when in time.

    Examples
    --------
    >>> overdue_working_days(date(2024, 4, 1), date(2024, 4, 8), is_working_day=lambda day: day.weekday() < 5)
    5
    """
    return sum(is_working_day(due + timedelta(days=number)) for number in range(1, (day - due).days + 1))


def _after(day: date, count: int, is_working_day: IsWorkingDay) -> date:
    """Return the `count`-th working day after a day; the day itself for 0."""
    while count:
        day = _working_day_from(day + _ONE_DAY, is_working_day)
        count -= 1
    return day


def _working_day_from(day: date, is_working_day: IsWorkingDay) -> date:
    """Return the day, or the next working day; no calendar rests longer than a month."""
    for number in range(LONGEST_BREAK_DAYS + 1):
        if is_working_day(day + timedelta(days=number)):
            return day + timedelta(days=number)
    raise ValueError(f"no working day within {LONGEST_BREAK_DAYS} days of {day}")


def _first_on(begins: date, month: int | None, day: int) -> date:
    """Return the first `month`-`day` on or after a day; without a month, the `day` of its own month, else of the next that has one."""
    first = begins.replace(day=1)
    while True:
        if month in (None, first.month) and _has(first, day) and first.replace(day=day) >= begins:
            return first.replace(day=day)
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _has(first: date, day: int) -> bool:
    return (first + timedelta(days=day - 1)).month == first.month
