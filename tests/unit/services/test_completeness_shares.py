"""How complete days are: what is due, what came, what an announced shutdown takes away, and the letter of the day."""

from datetime import date, datetime
from decimal import Decimal

from shuangkong.lake.received import ReceivedDay
from shuangkong.services.completeness_pages import DayGrade, Share, day_shares

DAY, ALL = date(2026, 3, 1), (1 << 24) - 1
GOALS = (Decimal(75), Decimal(90))


def moment(hour: int, *, day: int = 1) -> datetime:
    return datetime(2026, 3, day, hour)  # noqa: DTZ001  # as the readings


def test_a_day_of_two_factors_of_which_one_never_came() -> None:
    found = day_shares([ReceivedDay("P", "a", DAY, ALL, ALL >> 4)], factors=2, start=moment(0), end=moment(0, day=2))
    assert found == {DAY: Share(due=48, received=24, valid=20)}


def test_today_is_due_as_far_as_it_is_over_and_the_first_day_from_when_the_point_was_heard() -> None:
    found = day_shares([], factors=1, start=moment(20), end=moment(3, day=2))
    assert {day: share.due for day, share in found.items()} == {DAY: 4, date(2026, 3, 2): 3}


def test_silence_of_a_shutdown_is_not_due_but_what_came_counts() -> None:
    came = 0b11 << 9  # at 9 and 10
    found = day_shares([ReceivedDay("P", "a", DAY, came, came)], factors=1, start=moment(0), end=moment(0, day=2), stopped=[(moment(8), datetime.max)])  # noqa: DTZ901
    assert found == {DAY: Share(due=10, received=2, valid=2, stopped=14)}


def test_a_stop_within_an_hour_takes_the_hours_that_begin_in_it() -> None:
    stop = (datetime(2026, 3, 1, 8, 30), datetime(2026, 3, 1, 10, 30))  # noqa: DTZ001
    assert day_shares([], factors=1, start=moment(0), end=moment(0, day=2), stopped=[stop])[DAY].stopped == 2


def test_the_letter_of_a_day() -> None:
    told = [Share(24, 24, 24), Share(24, 24, 23), Share(100, 100, 75), Share(100, 100, 74), Share(24, 0, 0), Share(0, 0, 0, 24), Share()]
    assert [one.grade(GOALS) for one in told] == [DayGrade.FULL, DayGrade.GOOD, DayGrade.LOW, DayGrade.POOR, DayGrade.NONE, DayGrade.STOPPED, DayGrade.NOT_DUE]
