"""Transactions on SQLite take turns, and a turn ends however its transaction ends."""

import fcntl
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker


@pytest.fixture
def connection(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a database of its own, which waits for nobody."""
    told = {"ENGINE": "shuangkong.store.sqlite_in_turn", "NAME": tmp_path / "own.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0}}
    made = ConnectionHandler({"default": told})["default"]
    with django_db_blocker.unblock():
        made.ensure_connection()
        yield made
        made.close()


def is_free(tmp_path: Path) -> bool:
    with Path(tmp_path, "own.sqlite3-turn").open() as other:
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def begin(connection: BaseDatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_turn_lasts_as_long_as_its_transaction(connection: BaseDatabaseWrapper, tmp_path: Path, end: str) -> None:
    assert is_free(tmp_path)
    begin(connection)
    assert not is_free(tmp_path)
    getattr(connection, end)()
    assert is_free(tmp_path)


def test_a_transaction_that_cannot_begin_gives_up_its_turn(connection: BaseDatabaseWrapper, tmp_path: Path) -> None:
    rude = sqlite3.connect(tmp_path / "own.sqlite3", isolation_level=None)
    rude.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OperationalError, match="locked"):
        begin(connection)
    rude.close()
    assert is_free(tmp_path)

