"""Plays a city of loggers over real connections (数采仪模拟器), mishaps included; for demo and tests, never for devices that are real.

First the past is told as fast as it is answered, then, if asked for, the present as it comes. A simulated logger obeys: it sets its clock, tells history, accepts what it is asked.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite

from shuangkong.hj212 import NEED_DATA, Closed, Connection, Frame, Packet
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.simulation.loggers import SPANS, TICK, Mishap, SimulatedLogger, history, packets_of, sendings

ANSWER_SECONDS, TRIES, DIAL_SECONDS = 10.0, 3, 2.0
_ANSWERS = ("9013", "9014")
_READ = 1 << 16
_TIMES = "%Y%m%d%H%M%S"
_log = logging.getLogger("shuangkong.simulator")


@dataclass(slots=True)
class Tally:
    """What was played (模拟统计), all loggers together."""

    sent: int = 0
    answered: int = 0
    unanswered: int = 0
    asked: int = 0
    mishaps: dict[Mishap, int] = field(default_factory=lambda: dict.fromkeys(Mishap, 0))


@dataclass(frozen=True, slots=True)
class Play:
    """What is played (模拟安排): whose past from when to when, in naive China Standard Time; and the present every so often, for how long."""

    host: str
    port: int
    begin: datetime
    end: datetime
    live_s: float = 0.0
    realtime_s: float = 60.0


def past_and_present(host: str, port: int, *, hours: float, live_s: float, realtime_s: float) -> Play:
    """Return a play that tells some hours up to the last whole ten minutes, then the present (模拟安排)."""
    now = _china_now().replace(second=0, microsecond=0)
    end = now - timedelta(minutes=now.minute % 10) + TICK
    return Play(host, port, end - TICK * int(hours * 6), end, live_s, realtime_s)


async def simulate(loggers: Sequence[SimulatedLogger], play: Play, *, stop: asyncio.Event | None = None) -> Tally:
    """Play all loggers at once until their time is over or somebody stops it (模拟)."""
    tally = Tally()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_Player(one, play, tally).run()) for one in loggers]
        if stop is not None:
            ending = group.create_task(_end(stop, tasks))
            await asyncio.wait(tasks)
            ending.cancel()
    return tally


async def _end(stop: asyncio.Event, tasks: "Sequence[asyncio.Task[None]]") -> None:
    await stop.wait()
    for task in tasks:
        task.cancel()


class _Player:
    """One logger and its connection."""

    def __init__(self, logger: SimulatedLogger, play: Play, tally: Tally) -> None:
        self._logger, self._play, self._tally = logger, play, tally
        self._ahead = logger.clock_ahead
        self._asked: list[Packet] = []
        self._now = play.begin
        self._codec = Connection()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Tell the past, then the present."""
        try:
            tick = self._play.begin
            while tick < self._play.end:
                await self._tell(tick)
                tick += TICK
            if self._play.live_s:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._play.live_s if isfinite(self._play.live_s) else None):
                        await self._live(tick)
        finally:
            self._hang_up()

    async def _live(self, tick: datetime) -> None:
        await asyncio.sleep(self._logger.place % 97 / 97 * self._play.realtime_s)  # not all at once
        while True:
            now = _china_now()
            while tick <= now:
                await self._tell(tick)
                tick += TICK
            if self._logger.is_out(now):
                self._hang_up()
            else:
                self._now = now
                for packet in packets_of(self._logger, "2011", now.replace(microsecond=0), sent=now, ahead=self._ahead):
                    await self._send(packet)
                await self._obey()
            await self._listen(self._play.realtime_s)

    async def _tell(self, tick: datetime) -> None:
        self._now = tick
        for sending in sendings(self._logger, tick, ahead=self._ahead):
            if sending.mishap:
                self._tally.mishaps[sending.mishap] += 1
            for packet in sending.packets:
                await self._send(packet, sending.mishap)
            await self._obey()

    async def _send(self, packet: Packet, mishap: Mishap | None = None) -> None:
        """Send until it is answered, as often as the standard says."""
        for _ in range(TRIES):
            try:
                writer = await self._dialled()
                stamped = packet._replace(request_id=f"{_china_now() + self._ahead:{_TIMES}}{(packet.request_id or '')[-3:]}")
                raw = self._codec.send(stamped, encipher=self._logger.key is not None)
                for piece in _pieces(raw, mishap):
                    writer.write(piece)
                    await writer.drain()
                self._tally.sent += 1
                if not await self._answered(ANSWER_SECONDS):
                    continue
                if mishap is Mishap.DOUBLED:
                    await self._answered(ANSWER_SECONDS)
                self._tally.answered += 1
                return
            except OSError:
                self._hang_up()
                await asyncio.sleep(DIAL_SECONDS)
        self._tally.unanswered += 1

    async def _answered(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    packet = await self._next()
                    if packet.command_code in _ANSWERS:
                        return True
                    self._asked.append(packet)
        return False

    async def _listen(self, seconds: float) -> None:
        """Wait for the next turn, and obey what is asked meanwhile."""
        loop = asyncio.get_running_loop()
        last = loop.time() + seconds
        while (left := last - loop.time()) > 0:
            if self._reader is None:
                await asyncio.sleep(left)
                return
            try:
                await self._answered(left)
                await self._obey()
            except OSError:
                self._hang_up()

    async def _next(self) -> Packet:
        while True:
            event = self._codec.next_event()
            if isinstance(event, Frame):
                return event.packet
            if event is NEED_DATA or isinstance(event, Closed):
                received = await self._reader.read(_READ) if self._reader else b""
                if not received:
                    raise ConnectionResetError
                self._codec.receive_bytes(received)

    async def _obey(self) -> None:
        """Do what the platform has asked for."""
        while self._asked:
            asked = self._asked.pop(0)
            self._tally.asked += 1
            command, told = asked.command_code or "", asked.other
            self._reply(asked, "9011", "QnRtn=1")
            if command == "1012":
                self._ahead = timedelta(0)
            elif command == "1011":
                self._reply(asked, "1011", f"SystemTime={self._now + self._ahead:{_TIMES}}")
            elif command in SPANS and (first := _moment(told.get("BeginTime"))) and (last := _moment(told.get("EndTime"))):
                for packet in history(self._logger, command, first=first, last=min(last, self._now - SPANS[command]), sent=self._now):
                    await self._send(packet)
            self._reply(asked, "9012", "ExeRtn=1")

    def _reply(self, asked: Packet, command: str, area: str) -> None:
        packet = asked._replace(system_code="91", command_code=command, flag=(asked.flag or 0) & ~3, parameters=area.encode())
        if self._writer is not None:
            self._writer.write(self._codec.send(packet))

    async def _dialled(self) -> asyncio.StreamWriter:
        if self._writer is None:
            self._codec = Connection(sm4_key=self._logger.key, crc_variant=self._logger.checksum)
            self._reader, self._writer = await asyncio.open_connection(self._play.host, self._play.port)
        return self._writer

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _pieces(raw: bytes, mishap: Mishap | None) -> Iterator[bytes]:
    match mishap:
        case Mishap.DOUBLED:
            yield raw + raw
        case Mishap.BAD_CHECKSUM:  # never answered, so that it is sent again
            yield raw[:-7] + bytes([raw[-7] ^ 1]) + raw[-6:]
            yield raw
        case Mishap.CUT:
            yield from (raw[place : place + 37] for place in range(0, len(raw), 37))
        case _:
            yield raw


def _moment(told: str | None) -> datetime | None:
    try:
        return datetime.strptime(told or "", _TIMES)  # noqa: DTZ007  # China Standard Time, as everything in the protocol
    except ValueError:
        return None


def _china_now() -> datetime:
    return datetime.now(CHINA_STANDARD_TIME).replace(tzinfo=None)
