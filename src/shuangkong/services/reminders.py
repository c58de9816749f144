"""Reminders (提醒): what is due soon or late, worked out from the windows whenever a page is made; nothing is sent and nothing kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shuangkong.returns.deadline import overdue_working_days
from shuangkong.returns.states import ReturnAct
from shuangkong.services import clock
from shuangkong.services.filing_lists import Work
from shuangkong.services.handling_limits import reminder_days
from shuangkong.services.return_forms import is_working_day


@dataclass(frozen=True, slots=True)
class Timed:
    """Work with its time (限期): working days left, 0 on the day itself; working days late."""

    work: Work
    days_left: int | None
    days_late: int

    @property
    def is_late(self) -> bool:
        """Whether its day has passed, be it by a holiday only."""
        return self.work.due_on is not None and self.days_left is None


def timed(work: Iterable[Work]) -> tuple[Timed, ...]:
    """Return work with its time as of today (限期)."""
    today = clock.today()
    return tuple(Timed(one, *_time(one.due_on, today)) for one in work)


def _time(due: date | None, today: date) -> tuple[int | None, int]:
    if due is None:
        return None, 0
    if today > due:
        return None, overdue_working_days(due, today, is_working_day=is_working_day)
    return sum(is_working_day(today + timedelta(days=number)) for number in range(1, (due - today).days + 1)), 0


def reminders(work: Iterable[Timed]) -> tuple[Timed, ...]:
    """Return the returns to be filed that are late, or due within the days on which one is reminded (提醒), the latest first."""
    most = max(reminder_days(), default=0)
    due = [one for one in work if one.work.act is ReturnAct.SUBMIT and (one.is_late or (one.days_left is not None and one.days_left <= most))]
    return tuple(sorted(due, key=lambda one: (-one.days_late, one.days_left or 0)))
