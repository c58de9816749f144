"""Due days, windows, lateness."""

from datetime import date, timedelta

import pytest

from shuangkong.kernel.period import Period
from shuangkong.returns.deadline import due_day, filing_window, overdue_working_days
from shuangkong.returns.form import Deadline

HOLIDAYS = {date(2024, 10, day) for day in range(1, 8)}
MADE_UP = {date(2024, 10, 12)}


def worked(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in HOLIDAYS)


@pytest.mark.parametrize(
    ("deadline", "period", "due"),
    [
        (Deadline(month=3, day=31), "2024", "2025-03-31"),
        (Deadline(month=3, day=31), "2023", "2024-04-01"),
        (Deadline(month=3, day=31, moves_to_working_day=False), "2023", "2024-03-31"),
        (Deadline(month=1, day=1, moves_to_working_day=False), "2023", "2024-01-01"),
        (Deadline(working_days=1), "2024Q3", "2024-10-08"),
        (Deadline(working_days=5), "2024Q3", "2024-10-12"),
        (Deadline(working_days=6), "2024Q3", "2024-10-14"),
        (Deadline(day=5), "2024Q3", "2024-10-08"),
        (Deadline(day=31), "2024-01", "2024-04-01"),  # February has no 31st, and 31 March is a Sunday
        (Deadline(day=15), "2023-12", "2024-01-15"),
        (Deadline(month=4, day=30, is_from_start=True), "2024", "2024-04-30"),
        (Deadline(month=12, day=31, is_from_start=True), "2021-2025", "2021-12-31"),
        (Deadline(month=2, day=29), "2024", "2028-02-29"),
        (Deadline(working_days=10, is_from_start=True), "2024Q4", "2024-10-18"),
    ],
)
def test_the_due_day_follows_the_deadline(deadline: Deadline, period: str, due: str) -> None:
    assert due_day(deadline, Period.parse(period), is_working_day=worked).isoformat() == due


def test_the_window_opens_with_the_period_and_closes_after_the_grace() -> None:
    window = filing_window(Deadline(working_days=5, grace_working_days=2), Period.parse("2024Q3"), is_working_day=worked)
    assert (window.opens, window.due, window.closes) == (date(2024, 10, 1), date(2024, 10, 12), date(2024, 10, 15))
    assert [window.is_open(day) for day in (date(2024, 9, 30), date(2024, 10, 1), date(2024, 10, 15), date(2024, 10, 16))] == [False, True, True, False]


def test_a_plan_opens_with_its_period() -> None:
    window = filing_window(Deadline(month=4, day=30, is_from_start=True), Period.year(2024), is_working_day=worked)
    assert (window.opens, window.due, window.closes) == (date(2024, 1, 1), date(2024, 4, 30), date(2024, 4, 30))


@pytest.mark.parametrize(
    ("day", "overdue"), [("2024-09-30", 0), ("2024-09-27", 0), ("2024-10-07", 0), ("2024-10-08", 1), ("2024-10-12", 5), ("2024-10-13", 5)]
)
def test_lateness_counts_working_days(day: str, overdue: int) -> None:
    assert overdue_working_days(date(2024, 9, 30), date.fromisoformat(day), is_working_day=worked) == overdue


def test_a_calendar_that_never_works_is_no_endless_search() -> None:
    with pytest.raises(ValueError, match="no working day within 30 days"):
        due_day(Deadline(working_days=1), Period.year(2024), is_working_day=lambda day: day < date(2000, 1, 1) + timedelta(0))
