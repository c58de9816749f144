"""What the tests of the gateway share: a gateway on loopback with its own files, loggers that speak over real sockets, what the lake holds."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shuangkong.gateway import Gateway, Limits
from shuangkong.gateway.limits import USUAL_LIMITS
from shuangkong.hj212 import Connection, Frame, Packet
from shuangkong.hj212.crc import Variant
from shuangkong.lake.drain import drain_once
from shuangkong.lake.inbox import Inbox, open_inbox
from shuangkong.lake.readings import Lake
from shuangkong.lake.table import LakeTable, rows_of
from shuangkong.services.monitoring_devices import DeviceSettings
from shuangkong.services.telemetry import ArchivingInbox, parser

HEARD = datetime(2026, 3, 1, 4, tzinfo=UTC)
PATIENCE_SECONDS = 20  # nobody here waits that long unless something is broken


def device(mn: str, **more: Any) -> DeviceSettings:
    return DeviceSettings(**{"mn": mn, "point": f"P.{mn}", "edition": "2017", "checksum": Variant.HJ212, "password": "123456", "key": None} | more)


DEVICES = {one.mn: one for one in (device("A1"), device("A2"), device("OLD", edition="2005"), device("MODBUS", checksum=Variant.MODBUS), device("SECRET", edition="2025", key=b"0" * 16))}


def upload(mn: str, minute: int, value: str = "1.5", *, password: str = "123456", command: str = "2011", flag: int = 5, factor: str = "w01018") -> Packet:
    moment = f"2026030110{minute:02d}00"
    field = "Rtd" if command == "2011" else "Avg"
    pairs = [("DataTime", moment), (f"{factor}-{field}", value), (f"{factor}-Flag", "N")]
    return Packet.of(command_code=command, mn=mn, password=password, system_code="32", request_id=f"{moment}000", flag=flag, pairs=pairs)


class Logger:
    """A logger on a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, codec: Connection) -> None:
        self._reader, self._writer, self._codec = reader, writer, codec

    async def send(self, *packets: Packet, encipher: bool = False) -> None:
        self.write(b"".join(self._codec.send(one, encipher=encipher) for one in packets))
        await self._writer.drain()

    def write(self, told: bytes) -> None:
        self._writer.write(told)

    async def answer(self) -> Packet:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not isinstance(event := self._codec.next_event(), Frame):
                received = await self._reader.read(65536)
                if not received:
                    raise ConnectionResetError("the gateway has closed the connection")
                self._codec.receive_bytes(received)
        return event.packet

    async def answers(self, count: int) -> list[str | None]:
        return [(await self.answer()).request_id for _ in range(count)]

    async def closed(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._reader.read(65536):
                pass

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


class Place:
    """A gateway that runs, and its files."""

    def __init__(self, folder: Path, gateway: Gateway, port: int, devices: dict[str, DeviceSettings]) -> None:
        self.folder, self.gateway, self.port, self.devices = folder, gateway, port, devices
        self.loggers: list[Logger] = []

    async def dial(self, *, variant: Variant = Variant.HJ212, key: bytes | None = None, tls: ssl.SSLContext | None = None) -> Logger:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=tls, server_hostname="localhost" if tls else None)
        self.loggers.append(Logger(reader, writer, Connection(crc_variant=variant, sm4_key=key)))
        return self.loggers[-1]


@asynccontextmanager
async def running(
    folder: Path, *, open_store: Callable[[], Any] | None = None, limits: Limits = USUAL_LIMITS, devices: Mapping[str, DeviceSettings] = DEVICES, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Place]:  # fmt: skip
    told = dict(devices)
    gateway = Gateway(open_store=open_store or (lambda: open_inbox(folder / "inbox.db")), changed_devices=lambda: dict(told), state_file=folder / "inbox.db", limits=limits)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await gateway.start(listener, tls=tls)
        try:
            yield (place := Place(folder, gateway, listener.getsockname()[1], told))
        finally:
            await gateway.stop()
            for logger in place.loggers:
                await logger.close()


async def asked_of(logger: Logger, place: Place) -> Packet:
    """The next request the gateway makes of a logger."""
    await place.gateway.exchanges.turn()
    while (packet := await logger.answer()).command_code in ("9013", "9014"):
        pass
    return packet


def set_back(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Set the clock that a module reads back an hour; time goes on from there."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - timedelta(hours=1)

    monkeypatch.setattr(module, "datetime", Clock)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await asyncio.sleep(0)


def lake_at(folder: Path) -> Lake:
    return Lake(folder / "lake", clock_ahead_most=timedelta(minutes=5), memory_mb=256)


def drained(folder: Path, devices: Mapping[str, DeviceSettings] = DEVICES) -> Lake:
    """Take everything that waits into the lake."""
    lake, inbox = lake_at(folder), open_inbox(folder / "inbox.db")
    while drain_once(lake, ArchivingInbox(inbox, lake), parser(lambda: devices), now=HEARD):
        pass
    inbox.close()
    return lake


def rows(lake: Lake, table: LakeTable, columns: str) -> list[tuple[Any, ...]]:
    table.refresh()
    with lake.engine() as engine:
        return engine.execute(f"SELECT {columns} FROM ({rows_of(table.shape, table.files())}) ORDER BY ALL").fetchall()


def values(lake: Lake) -> list[tuple[Any, ...]]:
    return rows(lake, lake.readings, "point, factor, kind, strftime(ts, '%H:%M'), CAST(value AS VARCHAR), flag")


def aside(lake: Lake) -> list[tuple[str, bytes]]:
    """Reasons and frames in quarantine."""
    return sorted((kept[0].decode(), kept[2]) for (raw,) in rows(lake, lake.quarantine, "raw") if (kept := bytes(raw).partition(b"\n"))[1])


def waiting(folder: Path) -> list[bytes]:
    inbox: Inbox = open_inbox(folder / "inbox.db")
    found = [one.body for one in inbox.waiting(after=0, batches_most=10_000, bytes_most=1 << 30)]
    inbox.close()
    return found
