"""From a logger's socket to the lake: what is answered, what is kept, what is set aside."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from gateway_steps import DEVICES, HEARD, aside, device, drained, rows, running, until, upload, values, waiting

from shuangkong.hj212 import Connection, Packet
from shuangkong.hj212.crc import Variant
from shuangkong.lake.inbox import InboxFull, open_inbox
from shuangkong.services import telemetry
from shuangkong.services.device_states import read_states


def test_a_packet_is_answered_and_becomes_a_reading(tmp_path: Path) -> None:
    async def play() -> Packet:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1, "20.4"))
            return await logger.answer()

    answer = asyncio.run(play())
    assert answer.segment == b"QN=20260301100100000;ST=91;CN=9014;PW=123456;MN=A1;Flag=4;CP=&&&&"
    assert values(drained(tmp_path)) == [("P.A1", "w01018", "Rtd", "10:01", "20.400000", "N")]
    (state,) = read_states(tmp_path / "inbox.db")
    assert (state.mn, state.is_known, state.frames, state.refused, state.connections, state.address) == ("A1", True, 1, 0, 0, "127.0.0.1")


def test_each_edition_is_answered_in_its_own_way(tmp_path: Path) -> None:
    async def play() -> list[bytes]:
        async with running(tmp_path) as place:
            told = []
            for mn, flag, command in (("OLD", 1, "2011"), ("A1", 5, "2061"), ("SECRET", 9, "2051")):
                logger = await place.dial()
                await logger.send(upload(mn, 1, flag=flag, command=command, factor="011" if mn == "OLD" else "w01018"))
                told.append((await logger.answer()).segment)
            logger = await place.dial()
            await logger.send(Packet.of(command_code="9015", mn="SECRET", password="123456", system_code="91", request_id="20260301100100000", flag=9))
            return [*told, (await logger.answer()).segment]

    old, new, newest, heartbeat = asyncio.run(play())
    assert old == b"ST=91;CN=9014;PW=123456;MN=OLD;Flag=0;CP=&&QN=20260301100100000&&"
    assert new == b"QN=20260301100100000;ST=91;CN=9014;PW=123456;MN=A1;Flag=4;CP=&&&&"
    assert newest == b"QN=20260301100100000;ST=91;CN=9014;PW=123456;MN=SECRET;Flag=8;CP=&&&&"
    assert heartbeat == b"QN=20260301100100000;ST=91;CN=9013;PW=123456;MN=SECRET;Flag=8;CP=&&&&"
    assert [row[:3] for row in values(drained(tmp_path))] == [("P.A1", "w01018", "Hour-Avg"), ("P.OLD", "w01018", "Rtd"), ("P.SECRET", "w01018", "Min-Avg")]


def test_enciphered_areas_and_registered_modbus_checksums_are_taken(tmp_path: Path) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            secret, modbus = await place.dial(key=b"0" * 16), await place.dial(variant=Variant.MODBUS)
            await secret.send(upload("SECRET", 1, flag=9), upload("SECRET", 2, "2.5", flag=9), encipher=True)
            await modbus.send(upload("MODBUS", 1), upload("MODBUS", 2))
            return await secret.answers(2) + [(await modbus.answer()).mn for _ in range(2)]

    assert asyncio.run(play()) == ["20260301100100000", "20260301100200000", "MODBUS", "MODBUS"]
    found = [(row[0], row[3], row[4]) for row in values(drained(tmp_path))]
    assert found == [("P.MODBUS", "10:01", "1.500000"), ("P.MODBUS", "10:02", "1.500000"), ("P.SECRET", "10:01", "1.500000"), ("P.SECRET", "10:02", "2.500000")]


def test_what_cannot_be_attributed_is_kept_and_not_answered(tmp_path: Path) -> None:
    frame = Connection().send
    broken = frame(upload("A1", 3)).replace(b"Rtd=1.5", b"Rtd=9.5")
    strange, wrong, other = frame(upload("NOBODY", 4)), frame(upload("A1", 5, password="654321")), frame(upload("A2", 6))

    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            logger.write(strange + wrong)
            await logger.send(upload("A1", 1))
            logger.write(broken + other)
            await logger.send(upload("A1", 2))
            return await logger.answers(2)

    assert asyncio.run(play()) == ["20260301100100000", "20260301100200000"]
    lake = drained(tmp_path)
    assert [row[3] for row in values(lake)] == ["10:01", "10:02"]
    assert aside(lake) == [("bad_checksum", broken), ("other_mn", other), ("unknown_mn", strange), ("wrong_password", wrong)]
    told = {one.mn: (one.is_known, one.refused, one.reason) for one in read_states(tmp_path / "inbox.db")}
    assert told == {"A1": (True, 2, "BAD_CHECKSUM"), "NOBODY": (False, 1, "UNKNOWN_MN"), "A2": (True, 1, "OTHER_MN")}


def test_frames_in_pieces_and_without_line_end_are_taken(tmp_path: Path) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            whole = Connection().send(upload("A1", 1)) + Connection().send(upload("A1", 2))[:-2]
            for byte in whole:
                logger.write(bytes([byte]))
                await asyncio.sleep(0)
            return await logger.answers(2)

    assert asyncio.run(play()) == ["20260301100100000", "20260301100200000"]


def test_nothing_is_answered_before_it_is_on_disk(tmp_path: Path) -> None:
    opened = []

    class Failing:
        """Fails where it is opened first; opened again, it works."""

        def __init__(self) -> None:
            self.inner = open_inbox(tmp_path / "inbox.db")
            opened.append(self)

        def append(self, **told: object) -> int:
            if self is opened[0]:
                raise InboxFull(1, 1)
            return self.inner.append(**told)  # type: ignore[arg-type]

        def close(self) -> None:
            self.inner.close()

    async def play() -> tuple[Packet, int]:
        async with running(tmp_path, open_store=Failing) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1))
            await until(lambda: place.gateway.commit_failures > 0)
            await logger.send(upload("A1", 2))
            answer = await logger.answer()
            return answer, len(waiting(tmp_path))

    answer, kept = asyncio.run(play())
    assert (answer.request_id, kept, len(opened)) == ("20260301100200000", 1, 2)
    assert [row[3] for row in values(drained(tmp_path))] == ["10:02"]


def test_the_answer_waits_for_the_commit(tmp_path: Path) -> None:
    kept_when_answered = []

    async def play() -> None:
        async with running(tmp_path) as place:
            logger = await place.dial()
            for minute in range(5):
                await logger.send(upload("A1", minute))
                await logger.answer()
                kept_when_answered.append(len(waiting(tmp_path)))

    asyncio.run(play())
    assert kept_when_answered == [1, 2, 3, 4, 5]


def test_the_same_packet_again_is_answered_again_and_stored_once(tmp_path: Path) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(*[upload("A1", 1)] * 3)
            return await logger.answers(3)

    assert asyncio.run(play()) == ["20260301100100000"] * 3
    assert len(values(drained(tmp_path))) == 1


@pytest.mark.usefixtures("telemetry_here")
def test_an_unknown_device_is_adopted_with_its_history(tmp_path: Path, devices_here: dict[str, object]) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("NEW", 1, "1.1"), upload("NEW", 2, "2.2"), upload("NEW", 3, "3.3", password="654321"), upload("OTHER", 1))
            await until(lambda: b"MN=OTHER;" in b"".join(waiting(tmp_path)))
            place.devices["NEW"] = device("NEW")
            await place.gateway.reload()
            await logger.send(upload("NEW", 4, "4.4"))
            return await logger.answers(1)

    assert asyncio.run(play()) == ["20260301100400000"]
    devices_here["NEW"] = device("NEW")
    lake = drained(tmp_path, {**DEVICES, "NEW": device("NEW")})
    assert [row[4] for row in values(lake)] == ["4.400000"]
    assert telemetry.adopt(data=tmp_path, mn="NEW", now=HEARD) == 3
    telemetry.drain_telemetry_once(data=tmp_path, now=HEARD)
    assert [row[4] for row in values(lake)] == ["1.100000", "2.200000", "4.400000"]  # the one with a wrong password stays aside
    assert telemetry.adopt(data=tmp_path, mn="NEW", now=HEARD) == 3
    telemetry.drain_telemetry_once(data=tmp_path, now=HEARD)
    assert [row[4] for row in values(lake)] == ["1.100000", "2.200000", "4.400000"]


@pytest.mark.usefixtures("telemetry_here")
def test_frames_are_replayed_after_a_rule_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("OLD", 1, flag=1, factor="011"))
            await logger.answer()

    asyncio.run(play())
    with monkeypatch.context() as patched:
        patched.setattr(telemetry, "_new_code", lambda code: code)  # the rule as it was, wrong
        lake = drained(tmp_path)
    assert [row[1] for row in values(lake)] == ["011"]
    today = date.fromordinal(rows(lake, telemetry.frames_of(lake), "max(day)")[0][0].toordinal())
    assert telemetry.replay(data=tmp_path, first=today, last=today, now=HEARD) == 1
    telemetry.drain_telemetry_once(data=tmp_path, now=HEARD)
    assert [row[1] for row in values(lake)] == ["011", "w01018"]
    assert rows(lake, telemetry.frames_of(lake), "count(*)") == [(1,)]  # what is replayed is not archived again


@pytest.mark.usefixtures("telemetry_here")
def test_several_devices_on_one_connection_are_kept_and_only_the_first_is_answered(tmp_path: Path) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            forwarder = await place.dial()
            await forwarder.send(*[upload(mn, minute) for minute in range(3) for mn in ("A1", "A2")])
            await forwarder.send(upload("A1", 3))
            return [(await forwarder.answer()).mn for _ in range(4)]

    assert asyncio.run(play()) == ["A1"] * 4
    lake = drained(tmp_path)
    assert ({row[0] for row in values(lake)}, [name for name, _ in aside(lake)]) == ({"P.A1"}, ["other_mn"] * 3)
    today = date.fromordinal(rows(lake, telemetry.frames_of(lake), "max(day)")[0][0].toordinal())
    assert telemetry.replay(data=tmp_path, first=today, last=today, now=HEARD) == 7
    telemetry.drain_telemetry_once(data=tmp_path, now=HEARD)
    assert [(row[0], row[3]) for row in values(lake)] == [("P.A1", f"10:0{minute}") for minute in range(4)] + [("P.A2", f"10:0{minute}") for minute in range(3)]
