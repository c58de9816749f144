"""The durable inbox (收件箱): what was received, as it was received, until a Delta commit holds it.

A store of its own, so that a flood never holds the lock of the returns. One row is one group commit: all frames or the whole batch of an upload,
untouched. `append` returns after the commit is on disk, and only then may the sender be told. Ids grow in the order of commits and never come again,
so "all up to id" is a complete account of what has been taken.
"""

import sqlite3
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

BATCHES_MOST = 100_000
BODY_BYTES_MOST = 16 << 20
_LOCK_SECONDS = 30


class InboxFull(Refusal):
    """The inbox holds as much as it may (收件箱已满): nothing is acknowledged until the drain has caught up."""

    def __init__(self, held: int, most: int) -> None:
        super().__init__(
            thing=Words("收件箱", "inbox"), value=f"{held}", rule=Words(f"最多 {most} 批", f"holds {most} batches at most"),
            remedy=Words("检查入湖进程和磁盘空间，稍后重发", "look at the drain and the disk, and send again later"),
        )  # fmt: skip


class BatchTooLarge(Refusal):
    """One batch is larger than an inbox row may be (单批过大)."""

    def __init__(self, size: int) -> None:
        super().__init__(
            thing=Words("收到的一批", "batch"), value=f"{size}", rule=Words(f"超过 {BODY_BYTES_MOST} 字节", f"is above {BODY_BYTES_MOST} bytes"),
            remedy=Words("分成几批", "send it in parts"),
        )  # fmt: skip


class Batch(NamedTuple):
    """One row of the inbox (一批): what kind of bytes, when they came, the bytes."""

    id: int
    kind: str
    received_at: datetime
    body: bytes


class Dialect(NamedTuple):
    """What one database says differently (数据库差异)."""

    placeholder: str
    make: tuple[str, ...]
    keep_order: str | None  # ids must appear in the order of commits


SQLITE = Dialect(
    "?",
    (
        "CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, received_at TEXT NOT NULL, body BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS inbox_name (name TEXT NOT NULL)",
    ),
    None,  # one writer at a time as it is
)
POSTGRESQL = Dialect(
    "%s",
    (
        "SELECT pg_advisory_xact_lock(212)",  # two that open it first at the same moment would both make it
        "CREATE TABLE IF NOT EXISTS inbox (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind TEXT NOT NULL, received_at TEXT NOT NULL, body BYTEA NOT NULL)",
        "CREATE TABLE IF NOT EXISTS inbox_name (name TEXT NOT NULL)",
    ),
    "LOCK TABLE inbox IN SHARE ROW EXCLUSIVE MODE",
)


class Inbox:
    """A durable queue of batches (收件箱). One object belongs to one thread.

    Parameters
    ----------
    connection : a DB-API connection
        In manual commit. See `open_inbox` for SQLite; PostgreSQL takes `psycopg.connect(...)` and `POSTGRESQL`.
    batches_most : int
        How many batches may wait.
    """

    def __init__(self, connection: Any, dialect: Dialect = SQLITE, *, batches_most: int = BATCHES_MOST) -> None:
        self._connection, self._dialect, self._batches_most = connection, dialect, batches_most
        with self._transaction() as run:
            for statement in dialect.make:
                run(statement)
            if dialect.keep_order:
                run(dialect.keep_order)
            if not run("SELECT name FROM inbox_name"):
                run("INSERT INTO inbox_name (name) VALUES (?)", f"inbox-{uuid.uuid4()}")
            self.name: str = run("SELECT name FROM inbox_name")[0][0]

    def append(self, *, kind: str, body: bytes, received_at: datetime) -> int:
        """Keep one batch durably and return its id; the sender may be told now (收下一批)."""
        if len(body) > BODY_BYTES_MOST:
            raise BatchTooLarge(len(body))
        with self._transaction() as run:
            if self._dialect.keep_order:
                run(self._dialect.keep_order)
            held = run("SELECT coalesce(max(id) - min(id) + 1, 0) FROM inbox")[0][0]
            if held >= self._batches_most:
                raise InboxFull(held, self._batches_most)
            told = received_at.astimezone(UTC).isoformat()
            return int(run("INSERT INTO inbox (kind, received_at, body) VALUES (?, ?, ?) RETURNING id", kind, told, body)[0][0])

    def waiting(self, *, after: int, batches_most: int, bytes_most: int) -> list[Batch]:
        """Return the next batches in order, up to a count and a size, at least one where there is one (待入湖的批)."""
        taken: list[Batch] = []
        size = 0
        with self._transaction() as run:
            sizes = run("SELECT id, length(body) FROM inbox WHERE id > ? ORDER BY id LIMIT ?", after, batches_most)
            last = after
            for number, length in sizes:
                size += length
                if size > bytes_most and last > after:
                    break
                last = number
            for number, kind, received_at, body in run("SELECT id, kind, received_at, body FROM inbox WHERE id > ? AND id <= ? ORDER BY id", after, last):
                taken.append(Batch(number, kind, datetime.fromisoformat(received_at), bytes(body)))
        return taken

    def forget(self, *, through: int) -> None:
        """Drop the batches that a Delta commit holds (清除已入湖的批)."""
        with self._transaction() as run:
            run("DELETE FROM inbox WHERE id <= ?", through)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _transaction(self) -> "AbstractContextManager[Callable[..., list[tuple[Any, ...]]]]":
        return _Transaction(self._connection, self._dialect.placeholder)


class _Transaction:
    """All or nothing; statements are written with `?`."""

    def __init__(self, connection: Any, placeholder: str) -> None:
        self._connection, self._placeholder = connection, placeholder

    def __enter__(self) -> Callable[..., list[tuple[Any, ...]]]:
        return self._run

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            try:
                self._connection.commit()
            except BaseException:  # a full disk: what is left open would hold the lock of all others
                self._connection.rollback()
                raise
        else:
            self._connection.rollback()

    def _run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement.replace("?", self._placeholder), values)
            return list(cursor.fetchall()) if cursor.description else []


def open_inbox(path: Path, *, batches_most: int = BATCHES_MOST) -> Inbox:
    """Open, or make, the inbox in its own SQLite file: write-ahead log, every commit flushed to disk (打开收件箱)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level="IMMEDIATE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return Inbox(connection, batches_most=batches_most)
