"""What a list asks of the database does not grow with what stands in it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from filing_steps import STATISTICS, Person, open_window, submitted

from shuangkong.access.roles import Role
from shuangkong.services.filing_lists import my_work, progress

pytestmark = pytest.mark.django_db


def _queries(ask: object) -> int:
    with CaptureQueriesContext(connection) as told:
        ask()  # type: ignore[operator]
    return len(told)


def test_more_returns_that_wait_are_no_more_queries(person: Person) -> None:
    open_window()
    reader = person(Role.APPROVER, STATISTICS)
    submitted(person, "U001")
    my_work(who=reader)  # the tree is read once
    few = _queries(lambda: my_work(who=reader))
    submitted(person, "U002")
    assert _queries(lambda: my_work(who=reader)) == few


def test_more_windows_are_no_more_queries(person: Person) -> None:
    open_window()
    reader = person(Role.REVIEWER, STATISTICS)
    progress(who=reader)  # the tree is read once
    one = _queries(lambda: progress(who=reader))
    for period in ("2023", "2024"):
        open_window(period=period)
    assert _queries(lambda: progress(who=reader)) == one
