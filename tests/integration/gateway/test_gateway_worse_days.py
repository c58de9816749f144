"""Database restarted, no room left, clock set back, mutated packets, TLS: nothing answered is missing or twice, and it goes on by itself."""

import asyncio
import logging
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import OperationalError
from gateway_steps import (
    DEVICES,
    HEARD,
    aside,
    asked_of,
    drained,
    lake_at,
    running,
    set_back,
    until,
    upload,
    values,
    waiting,
)
from self_made_certificate import contexts

from shuangkong.gateway import Limits, commits, exchanges, sightings
from shuangkong.hj212 import Connection, Packet
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.drain import drain_once
from shuangkong.lake.inbox import open_inbox
from shuangkong.services import telemetry
from shuangkong.services.device_states import read_clock, read_states
from shuangkong.services.telemetry import ArchivingInbox, drain_telemetry, parser
from unit.hj212.hj212_definition import damaged

DAMAGED = 1_500


@contextmanager
def no_room(bytes_most: int = 0) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: what a full disk looks like to whoever writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_over_tls_packets_are_taken_and_a_plain_client_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server, client = contexts(tmp_path)

    async def play() -> list[str | None]:
        async with running(tmp_path, tls=server, limits=Limits(connections_most=3, handshake_s=0.3)) as place:
            logger = await place.dial(tls=client)
            await logger.send(upload("A1", 1))
            told = await logger.answers(1)
            for _ in range(5):  # more than there may be connections: those that never shake hands count for nothing
                plain = await place.dial()
                await plain.send(upload("A2", 1))
                await plain.closed()
            mute = await place.dial()
            other = await place.dial(tls=client)
            await other.send(upload("A2", 2))
            told += await other.answers(1)
            await logger.send(upload("A1", 3))
            told += await logger.answers(1)
            await mute.closed()
            return told

    with caplog.at_level(logging.CRITICAL, "asyncio"):
        assert asyncio.run(play()) == ["20260301100100000", "20260301100200000", "20260301100300000"]
    assert [row[0] for row in values(drained(tmp_path))] == ["P.A1", "P.A1", "P.A2"]


def test_a_lake_without_room_takes_nothing_by_halves_and_goes_on(tmp_path: Path) -> None:
    inbox, lake = open_inbox(tmp_path / "inbox.db"), lake_at(tmp_path)
    inbox.append(kind=telemetry.KIND, body=telemetry.record(telemetry.Verdict.ACCEPTED, Connection().send(upload("A1", 1))), received_at=HEARD)
    source = ArchivingInbox(inbox, lake)
    files = set((tmp_path / "lake").rglob("*"))
    for room in (0, 100, 400):  # not a byte, some of a file, a file but no commit
        with no_room(room), pytest.raises(Exception, match=r"(?i)large|write|I/O|os error"):
            drain_once(lake, source, parser(lambda: DEVICES), now=HEARD)
        assert {one for one in set((tmp_path / "lake").rglob("*")) - files if one.is_file()} == set()
        assert len(waiting(tmp_path)) == 1
    inbox.close()
    assert [row[3] for row in values(drained(tmp_path))] == ["10:01"]


def test_a_gateway_without_room_answers_nothing_and_goes_on(tmp_path: Path) -> None:
    async def play() -> tuple[int, list[str | None]]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            with no_room():
                await logger.send(*[upload("A1", minute) for minute in range(60)])
                await until(lambda: place.gateway.commit_failures > 0)
            kept = len(waiting(tmp_path))
            await logger.send(upload("A1", 7))
            return kept, await logger.answers(1)

    assert asyncio.run(play()) == (0, ["20260301100700000"])
    assert [row[3] for row in values(drained(tmp_path))] == ["10:07"]


def test_a_register_that_is_away_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = open_inbox(tmp_path / "inbox.db")
    inbox.append(kind=telemetry.KIND, body=telemetry.record(telemetry.Verdict.ACCEPTED, Connection().send(upload("A1", 1))), received_at=HEARD)
    inbox.close()
    away, stop = [OperationalError("the connection is closed")] * 2, Event()

    def register() -> object:
        if away:
            raise away.pop()
        return 1, HEARD.date()

    monkeypatch.setattr(telemetry, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(telemetry, "close_old_connections", lambda: None)  # here is no database to end them
    monkeypatch.setattr(telemetry, "_opened", lambda data: (lake_at(data), open_inbox(data / "inbox.db")))
    monkeypatch.setattr(telemetry, "newest_setup", register)
    monkeypatch.setattr(telemetry, "device_settings", lambda: DEVICES)
    drain_telemetry(data=tmp_path, stop=stop, heard=lambda merged: stop.set())
    assert ([row[3] for row in values(lake_at(tmp_path))], aside(lake_at(tmp_path))) == (["10:01"], [])


def test_a_device_registered_a_moment_ago_is_asked_for_again(tmp_path: Path) -> None:
    raw = Connection().send(upload("A1", 1))
    batch = telemetry.Batch(1, telemetry.KIND, HEARD, telemetry.record(telemetry.Verdict.ACCEPTED, raw) * 2)
    assert {one.point for one in parser(dict, anew=lambda: DEVICES)(batch)} == {"P.A1"}


def test_a_clock_set_back_an_hour_loses_nothing_and_is_told_of_the_right_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = datetime.now(CHINA_STANDARD_TIME)

    def present(mn: str, minute: int, ahead: timedelta = timedelta(0)) -> Packet:
        return upload(mn, minute)._replace(request_id=f"{right + ahead:%Y%m%d%H%M%S}000")

    async def play() -> tuple[list[str], str | None]:
        async with running(tmp_path) as place:
            one, wrong = await place.dial(), await place.dial()
            await one.send(present("A1", 1))
            await one.answer()
            for module in (sightings, exchanges, commits):
                set_back(monkeypatch, module)
            for minute in (2, 3):  # the second one by its known header
                await one.send(present("A1", minute))
                await wrong.send(present("A2", minute, timedelta(hours=2)))
                await one.answer()
                await wrong.answer()
            asked = await asked_of(wrong, place)
            return [sighting.mn for sighting in place.gateway.hall.sightings.wrong_clocks()], asked.other.get("SystemTime")

    wrong, told = asyncio.run(play())
    assert wrong == ["A2"]  # and not A1, though the clock here says that both are ahead
    assert told is not None
    assert abs(datetime.strptime(told, "%Y%m%d%H%M%S").replace(tzinfo=CHINA_STANDARD_TIME) - right) < timedelta(minutes=5)
    assert {one.mn: round((one.drift_s or 0) / 3600) for one in read_states(tmp_path / "inbox.db")} == {"A1": 0, "A2": 2}
    assert round(read_clock(tmp_path / "inbox.db") / 3600) == 1
    assert [row[0] for row in values(drained(tmp_path))] == ["P.A1"] * 3 + ["P.A2"] * 2


def test_thousands_of_damaged_packets_end_nothing(tmp_path: Path) -> None:
    dice = random.Random(212)
    raws = [Connection().send(upload("A1", minute, f"{minute}.25")) for minute in range(60)]

    async def play() -> tuple[list[str | None], int]:
        async with running(tmp_path, limits=Limits(strangers_per_s=1e6, refused_most=10**6)) as place:
            bad, good = await place.dial(), await place.dial()
            bad.write(b"".join(damaged(dice, dice.choice(raws)) for _ in range(DAMAGED)))
            told = []
            for minute in range(30):
                await good.send(upload("A2", minute))
                told += await good.answers(1)
            bad.write(b"\r\n" * 2 + Connection().send(upload("A1", 59, "7.5")))
            await until(lambda: any(b"=7.5," in body for body in waiting(tmp_path)))
            return told, place.gateway.commit_failures

    told, failures = asyncio.run(play())
    assert (len(told), failures) == (30, 0)
    lake = drained(tmp_path)
    assert [row[4] for row in values(lake) if row[0] == "P.A2"] == ["1.500000"] * 30
    assert {name for name, _ in aside(lake)} <= {one.name.lower() for one in telemetry.Verdict}
