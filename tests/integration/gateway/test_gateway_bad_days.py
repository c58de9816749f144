"""Kills, floods, slow-loris, strangers: no answered packet missing, none twice, nobody else harmed."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest
from gateway_steps import DEVICES, Logger, aside, device, drained, rows, running, until, upload, values, waiting

from shuangkong.gateway import Limits
from shuangkong.hj212 import Connection
from shuangkong.lake.inbox import Inbox, open_inbox
from shuangkong.services.device_states import read_states
from shuangkong.services.telemetry import frames_of
from shuangkong.services.telemetry_frames import Verdict, records

STEPS = str(Path(__file__).parent)
# A gateway in a process of its own that is killed before or after the n-th commit.
GATEWAY_CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
sys.path[:0] = [{steps!r}, {tests!r}]
import platform_settings  # noqa
os.environ["DJANGO_SETTINGS_MODULE"] = "platform_settings"
import django; django.setup()
from gateway_steps import running
from shuangkong.lake.inbox import Inbox
inner, left = Inbox.append, [{times}]
def deadly(inbox, **told):
    left[0] -= 1
    if not left[0] and {when!r} == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    number = inner(inbox, **told)
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return number
Inbox.append = deadly
async def main():
    async with running(Path({folder!r})) as place:
        print(place.port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""
# A drain that is killed when it has committed and not yet cleared the inbox.
DRAIN_CHILD = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{steps!r}, {tests!r}]
import platform_settings  # noqa
os.environ["DJANGO_SETTINGS_MODULE"] = "platform_settings"
import django; django.setup()
from gateway_steps import drained
from shuangkong.lake.inbox import Inbox
inner = Inbox.forget
def deadly(inbox, *, through):
    if through:
        os.kill(os.getpid(), signal.SIGKILL)
    inner(inbox, through=through)
Inbox.forget = deadly
drained(Path({folder!r}))
"""


def child(text: str, folder: Path, **told: object) -> "subprocess.Popen[str]":
    script = text.format(steps=STEPS, tests=str(Path(STEPS).parents[1]), folder=str(folder), **told)
    return subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def report(port: int, minutes: list[int]) -> set[int]:
    """Send packets one by one, each after the answer to the one before; returns the answered ones when the gateway is gone or all are told."""
    answered: set[int] = set()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return answered
    logger = Logger(reader, writer, Connection())
    try:
        for minute in minutes:
            await logger.send(upload("A1", minute, f"{minute}.5"))
            await logger.answer()
            answered.add(minute)
    except ConnectionError:
        pass
    finally:
        await logger.close()
    return answered


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_gateway_killed_at_a_commit_loses_nothing_answered(tmp_path: Path, when: str) -> None:
    minutes = list(range(20))
    with child(GATEWAY_CHILD, tmp_path, when=when, times=8) as killed:
        assert killed.stdout is not None
        answered = asyncio.run(report(int(killed.stdout.readline()), minutes))
    assert answered == set(range(7))  # the eighth commit was never answered, on disk or not
    assert {int(row[3][3:]) for row in values(drained(tmp_path))} == set(range(7 if when == "before" else 8))
    with child(GATEWAY_CHILD, tmp_path, when="never", times=0) as again:
        assert again.stdout is not None
        assert again.stdin is not None
        answered |= asyncio.run(report(int(again.stdout.readline()), [one for one in minutes if one not in answered]))
        again.stdin.close()
    assert answered == set(minutes)
    assert [(row[3], row[4]) for row in values(drained(tmp_path))] == [(f"10:{minute:02d}", f"{minute}.500000") for minute in minutes]


def test_a_drain_killed_after_its_commit_takes_nothing_twice(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as place:
            logger = await place.dial()
            for minute in range(3):
                await logger.send(upload("A1", minute))
                await logger.answer()

    asyncio.run(play())
    with child(DRAIN_CHILD, tmp_path) as killed:
        killed.communicate()
    assert (killed.returncode, len(waiting(tmp_path))) == (-9, 3)
    lake = drained(tmp_path)
    assert [row[3] for row in values(lake)] == ["10:00", "10:01", "10:02"]
    assert (rows(lake, frames_of(lake), "id"), waiting(tmp_path)) == ([(1,), (2,), (3,)], [])


def test_a_flood_is_read_slowly_and_harms_nobody(tmp_path: Path) -> None:
    limits = Limits(device_frames_per_s=1.0, device_frames_burst=50.0)
    frames = b"".join(Connection().send(upload("A1", minute % 60)) for minute in range(20_000))

    async def play() -> int:
        async with running(tmp_path, limits=limits) as place:
            flood, calm = await place.dial(), await place.dial()
            flood.write(frames)
            await flood.answer()
            for minute in range(10):
                await calm.send(upload("A2", minute))
                assert (await calm.answer()).mn == "A2"
            return sum(len(body) for body in waiting(tmp_path))

    assert asyncio.run(play()) < len(frames) / 4  # two reads at most; the rest waits with its sender
    assert {row[0] for row in values(drained(tmp_path))} == {"P.A1", "P.A2"}


def test_slow_loris_is_shown_out(tmp_path: Path) -> None:
    limits = Limits(introduction_s=0.2, frame_s=0.1, idle_s=0.5)

    async def play() -> list[str | None]:
        async with running(tmp_path, limits=limits) as place:
            slow = [await place.dial() for _ in range(20)]
            for one in slow:
                one.write(b"##9999QN=2026")
            good = await place.dial()
            await good.send(upload("A1", 1))
            told = await good.answers(1)
            for one in slow:
                await one.closed()
            await good.closed()  # it has been silent for too long
            return told

    assert asyncio.run(play()) == ["20260301100100000"]
    assert {name for name, _ in aside(drained(tmp_path))} == {"bad_structure"}


def test_the_rest_of_a_frame_is_given_up_and_the_next_one_taken(tmp_path: Path) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path, limits=Limits(frame_s=0.2)) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1))
            told = await logger.answers(1)
            logger.write(Connection().send(upload("A1", 2))[:60])
            await until(lambda: len(waiting(tmp_path)) == 2)
            await logger.send(upload("A1", 3))
            return told + await logger.answers(1)

    assert asyncio.run(play()) == ["20260301100100000", "20260301100300000"]


def test_too_many_connections_cost_the_oldest(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path, limits=Limits(unknown_most=3, per_device_most=2)) as place:
            unknown = [await place.dial() for _ in range(4)]
            await unknown[0].closed()
            same = []
            for one in unknown[1:]:
                await one.send(upload("A1", 1))
                await one.answer()
                same.append(one)
            await same[0].closed()
            await same[2].send(upload("A1", 2))
            assert (await same[2].answer()).request_id == "20260301100200000"

    asyncio.run(play())


def test_a_connection_that_is_refused_all_the_time_is_closed(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path, limits=Limits(refused_most=10)) as place:
            stranger = await place.dial()
            await stranger.send(*[upload("NOBODY", minute) for minute in range(20)])
            await stranger.closed()

    asyncio.run(play())
    assert {name for name, _ in aside(drained(tmp_path))} == {"unknown_mn"}
    assert [(one.mn, one.is_known) for one in read_states(tmp_path / "inbox.db")] == [("NOBODY", False)]


def test_a_changed_password_counts_from_the_next_packet_on(tmp_path: Path) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1))
            told = await logger.answers(1)
            place.devices["A1"] = device("A1", password="new")
            await place.gateway.reload()
            await logger.send(upload("A1", 2), upload("A1", 3, password="new"))
            told += await logger.answers(1)
            del place.devices["A1"]
            await place.gateway.reload()
            await logger.closed()
            return told

    assert asyncio.run(play()) == ["20260301100100000", "20260301100300000"]
    assert [name for name, _ in aside(drained(tmp_path, {**DEVICES, "A1": device("A1", password="new")}))] == ["wrong_password"]


def test_what_is_there_is_committed_when_the_gateway_stops(tmp_path: Path) -> None:
    async def play() -> int:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(*[upload("A1", minute) for minute in range(60)])
            await logger.answer()
            await place.gateway.stop()
            answered = 1
            try:
                while await logger.answer():
                    answered += 1
            except ConnectionError:
                return answered
            return 0

    answered = asyncio.run(play())
    kept = [raw for body in waiting(tmp_path) for verdict, raw in records(body) if verdict is Verdict.ACCEPTED]
    assert 1 <= answered <= len(kept)


def test_noise_leaves_no_trace_and_good_packets_pass(tmp_path: Path) -> None:
    dice = random.Random(212)

    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            told: list[str | None] = []
            for minute in range(30):
                good = Connection().send(upload("A1", minute))
                place_ = dice.randrange(len(good))
                logger.write(dice.randbytes(dice.randrange(200)).replace(b"#", b"") + b"\r\n" + good[:place_] + b"\r\n")
                logger.write(good)
                told += await logger.answers(1)
            return told

    assert len(asyncio.run(play())) == 30
    assert len(values(drained(tmp_path))) == 30


def test_a_full_disk_answers_nothing_until_there_is_room(tmp_path: Path) -> None:
    opened: list[Inbox] = []

    def store() -> Inbox:
        opened.append(open_inbox(tmp_path / "inbox.db"))
        if len(opened) == 1:
            opened[0]._connection.execute("PRAGMA max_page_count = 1").fetchall()  # as large as it is, and no larger
        return opened[-1]

    async def play() -> tuple[list[str | None], int]:
        async with running(tmp_path, open_store=store) as place:
            logger = await place.dial()
            await logger.send(*[upload("A1", minute) for minute in range(60)])
            await until(lambda: place.gateway.commit_failures > 0)
            kept = len(waiting(tmp_path))
            await logger.send(upload("A1", 7))
            return await logger.answers(1), kept

    assert asyncio.run(play()) == (["20260301100700000"], 0)
    assert [row[3] for row in values(drained(tmp_path))] == ["10:07"]
