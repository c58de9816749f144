"""What the platform asks of loggers: clocks, gaps, commands; and what comes of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gateway_steps import DEVICES, HEARD, asked_of, drained, lake_at, running, until, upload, values

from shuangkong.gateway import exchanges
from shuangkong.hj212 import Packet
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services import backfill
from shuangkong.services.backfill import Gap, ask_for_gaps_once, find_gaps
from shuangkong.services.device_requests import (
    NotToBeAsked,
    RequestBook,
    RequestState,
    Settlement,
    read_answers,
    read_requests,
)
from shuangkong.services.device_states import read_states


def now() -> str:
    """A request id of a clock that is right."""
    return f"{datetime.now(CHINA_STANDARD_TIME):%Y%m%d%H%M%S}000"


def hourly(hour: int) -> Packet:
    moment = f"20260301{hour:02d}0000"
    pairs = [("DataTime", moment), ("w01018-Avg", f"{hour}.5"), ("w01018-Flag", "N")]
    return Packet.of(command_code="2061", mn="A1", password="123456", system_code="32", request_id=now(), flag=5, pairs=pairs)


def said(asked: Packet, command: str, told: str) -> Packet:
    return asked._replace(system_code="91", command_code=command, flag=4, parameters=told.encode())


def request(folder: Path, **told: str) -> None:
    book = RequestBook(folder / "inbox.db")
    assert book.ask(mn="A1", **{"reason": "test"} | told)
    book.close()


@pytest.fixture(autouse=True)
def no_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "stopped_windows", dict)


def test_a_gap_is_found_asked_for_and_filled(tmp_path: Path) -> None:
    async def play() -> tuple[bytes, bytes]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(*[hourly(hour) for hour in (0, 1, 5)])
            await logger.answers(3)
            lake = drained(tmp_path)
            assert find_gaps(lake, now=HEARD) == [Gap("P.A1", "2061", datetime(2026, 3, 1, 2), datetime(2026, 3, 1, 4))]  # noqa: DTZ001
            assert ask_for_gaps_once(lake=lake, requests=tmp_path / "inbox.db", devices=DEVICES, now=HEARD) == 1
            assert ask_for_gaps_once(lake=lake, requests=tmp_path / "inbox.db", devices=DEVICES, now=HEARD) == 0
            asked = await asked_of(logger, place)
            await logger.send(said(asked, "9011", "QnRtn=1"), hourly(2), hourly(3), hourly(4), said(asked, "9012", "ExeRtn=1"))
            await logger.answers(3)
            await until(lambda: not place.gateway.exchanges.is_busy)
            await place.gateway.exchanges.turn()
            return asked.segment.partition(b";")[2], asked.parameters or b""

    header, area = asyncio.run(play())
    assert header == b"ST=32;CN=2061;PW=123456;MN=A1;Flag=5;CP=&&BeginTime=20260301020000;EndTime=20260301040000&&"
    assert area == b"BeginTime=20260301020000;EndTime=20260301040000"
    lake = drained(tmp_path)
    assert [row[3] for row in values(lake)] == [f"{hour:02d}:00" for hour in range(6)]
    assert find_gaps(lake, now=HEARD) == []
    assert [(one.command, one.state) for one in read_requests(tmp_path / "inbox.db")] == [("2061", RequestState.DONE)]


def test_a_gap_that_is_never_filled_is_asked_for_three_times_and_no_more(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(hourly(0), hourly(5))
            await logger.answers(2)

    asyncio.run(play())
    lake, asked = drained(tmp_path), []
    for _ in range(5):
        asked.append(ask_for_gaps_once(lake=lake, requests=tmp_path / "inbox.db", devices=DEVICES, now=HEARD))
        book = RequestBook(tmp_path / "inbox.db")
        book.settle([Settlement(one.id, RequestState.SILENT) for one in book.waiting()])
        book.close()
    assert asked == [1, 1, 1, 0, 0]


def test_a_shutdown_is_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = lake_at(tmp_path)
    always = (datetime(2026, 3, 1, 2), datetime(2026, 3, 1, 5))  # noqa: DTZ001
    monkeypatch.setattr(backfill, "find_gaps", lambda lake, now: [Gap("P.A1", "2061", *always), Gap("P.A2", "2061", *always)])
    monkeypatch.setattr(backfill, "stopped_windows", lambda: {"P.A1": [always]})
    assert ask_for_gaps_once(lake=lake, requests=tmp_path / "inbox.db", devices=DEVICES, now=HEARD) == 1
    assert [one.mn for one in read_requests(tmp_path / "inbox.db")] == ["A2"]


def test_a_wrong_clock_is_set_once(tmp_path: Path) -> None:
    async def play() -> tuple[Packet, Packet]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            wrong = datetime.now(CHINA_STANDARD_TIME) + timedelta(hours=1)
            for second in range(2):  # the second one by its known header
                await logger.send(upload("A1", second)._replace(request_id=f"{wrong:%Y%m%d%H%M}{second:02d}000"))
                await logger.answer()
            asked = await asked_of(logger, place)
            await logger.send(said(asked, "9011", "QnRtn=1"), said(asked, "9012", "ExeRtn=1"))
            await until(lambda: not place.gateway.exchanges.is_busy)
            await place.gateway.exchanges.turn()
            return asked, asked

    asked, _ = asyncio.run(play())
    told = datetime.strptime(asked.other["SystemTime"], "%Y%m%d%H%M%S").replace(tzinfo=CHINA_STANDARD_TIME)
    assert asked.command_code == "1012"
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=5)
    assert [(one.reason, one.state) for one in read_requests(tmp_path / "inbox.db")] == [("clock", RequestState.DONE)]
    (state,) = read_states(tmp_path / "inbox.db")
    assert state.connections == 0


def test_a_device_that_asks_for_the_time_gets_it(tmp_path: Path) -> None:
    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1)._replace(request_id=now()), Packet.of(command_code="1013", mn="A1", password="123456", system_code="32", request_id=now(), flag=5))
            told = [(await logger.answer()).command_code for _ in range(2)]
            await until(lambda: place.gateway.exchanges.clocks_wanted > 0)
            return [*told, (await asked_of(logger, place)).command_code]

    assert asyncio.run(play()) == ["9014", "9013", "1012"]


def test_a_refused_and_a_failed_command_are_told_apart(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1)._replace(request_id=now()))
            await logger.answer()
            request(tmp_path, command="1062", area="RtdInterval=30")
            asked = await asked_of(logger, place)
            assert asked.parameters == b"RtdInterval=30"
            await logger.send(said(asked, "9011", "QnRtn=2"))
            await until(lambda: not place.gateway.exchanges.is_busy)
            request(tmp_path, command="3011", area="PolId=w01018")
            asked = await asked_of(logger, place)
            await logger.send(said(asked, "9011", "QnRtn=1"), said(asked, "9012", "ExeRtn=4"))
            await until(lambda: not place.gateway.exchanges.is_busy)
            await place.gateway.exchanges.turn()
            assert not place.gateway.exchanges.is_busy  # neither is sent again

    asyncio.run(play())
    requests = read_requests(tmp_path / "inbox.db", mn="A1")
    assert [one.state for one in requests] == [RequestState.FAILED, RequestState.REFUSED]
    assert [read_answers(tmp_path / "inbox.db", requests)[one.id] for one in requests] == [(("ExeRtn", "4"),), (("QnRtn", "2"),)]


def test_what_a_device_says_to_a_command_is_kept_with_it(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1)._replace(request_id=now()))
            await logger.answer()
            request(tmp_path, command="3019", area="PolId=w01018")
            asked = await asked_of(logger, place)
            await logger.send(said(asked, "9011", "QnRtn=1"), said(asked, "3019", "PolId=w01018;w01018-SN=0123,NewPW=geheim"))
            await logger.send(said(asked, "3019", "PolId=w21003")._replace(request_id=now()), said(asked, "9012", "ExeRtn=1"))
            await until(lambda: not place.gateway.exchanges.is_busy)

    asyncio.run(play())
    requests = read_requests(tmp_path / "inbox.db")
    assert read_answers(tmp_path / "inbox.db", requests) == {requests[0].id: (("PolId", "w01018"), ("w01018-SN", "0123"), ("PolId", "w21003"))}
    assert b"geheim" not in (tmp_path / "inbox.db").read_bytes().replace(b"w01018-SN=0123,NewPW=geheim", b"")  # but in the frame itself


def test_a_command_that_nobody_hears_is_sent_three_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "_ANSWER_SECONDS", -1.0)

    async def play() -> list[str | None]:
        async with running(tmp_path) as place:
            logger = await place.dial()
            await logger.send(upload("A1", 1)._replace(request_id=now()))
            await logger.answer()
            request(tmp_path, command="3012", area="PolId=w01018")
            told = []
            for _ in range(3):
                told.append((await asked_of(logger, place)).command_code)
            await place.gateway.exchanges.turn()
            return told

    assert asyncio.run(play()) == ["3012"] * 3
    assert [one.state for one in read_requests(tmp_path / "inbox.db")] == [RequestState.SILENT]


def test_secrets_and_uploads_are_not_to_be_asked(tmp_path: Path) -> None:
    book = RequestBook(tmp_path / "inbox.db")
    for command in ("1072", "1014", "9014", "7777"):
        with pytest.raises(NotToBeAsked):
            book.ask(mn="A1", command=command, reason="test")
    book.close()
