"""Telemetry (遥测): frames from the inbox to readings of the lake; adopting a device with what it sent before; replay after a rule is mended.

`drain_telemetry` is the one process that takes the inbox into the lake. Before the inbox forgets a batch, the archive holds it as it was received.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.db import close_old_connections

from shuangkong.hj212 import Packet
from shuangkong.hj212.editions import factor_by_code
from shuangkong.lake.drain import TryLater, drain, drain_once, type_of_parse
from shuangkong.lake.inbox import Batch, Inbox, open_inbox
from shuangkong.lake.readings import Lake, Merged, Reading
from shuangkong.lake.table import LakeTable, TableShape, rows_of
from shuangkong.services import meter_readings
from shuangkong.services.backfill import ask_for_gaps_once
from shuangkong.services.device_states import INBOX_FILE
from shuangkong.services.monitoring_devices import DeviceSettings, device_settings, newest_setup
from shuangkong.services.readings import conventions_on, open_lake
from shuangkong.services.telemetry_frames import (
    KIND,
    Verdict,
    batches_of,
    frame_for,
    judged,
    record,
    records,
    set_aside,
    was_set_aside,
)

type_of_devices = Mapping[str, DeviceSettings]

RELOAD_SECONDS, GAPS_SECONDS, ARCHIVE_SECONDS, RETRY_SECONDS = 5.0, 60.0, 30.0, 5.0
REPLAYED = "hj212-replay"
_BODY_BYTES = 4 << 20
# What a figure is a figure of, by its command. A real-time value is known by its field alone: Rtd, ZsRtd.
_SPANS = {"2011": "", "2013": "Raw-", "2031": "Day-", "2041": "Day-", "2051": "Min-", "2061": "Hour-", "2111": "Min-"}
_DATA_COMMANDS = "2"
_log = logging.getLogger("shuangkong.telemetry")
_OLDEST_EDITION = "2005"

FRAMES = TableShape(
    columns={"inbox": "string", "id": "long", "received_at": "timestamp", "body": "binary", "day": "date"},
    partitions=("day",), order=("id",), ranged=("id",),
)  # fmt: skip


def open_gateway_inbox(data: Path) -> Inbox:
    """Open the inbox of a data folder (打开收件箱)."""
    return open_inbox(data / INBOX_FILE)


class KnownDevices:
    """The devices in use, read again when their register has changed (在用设备，自动更新)."""

    def __init__(self) -> None:
        self._setup: Any = None
        self._told: type_of_devices = {}
        self._asked_at = float("-inf")

    def changed(self) -> type_of_devices | None:
        """Return the devices if their register has changed since it was last asked, else None."""
        close_old_connections()  # one that the database has ended, by a restart, is dialled anew
        setup = newest_setup()
        if setup == self._setup:
            return None
        self._setup, self._told = setup, device_settings()
        return self._told

    def current(self) -> type_of_devices:
        """Return the devices as they were some seconds ago at most."""
        return self._told if time.monotonic() - self._asked_at <= RELOAD_SECONDS else self.anew()

    def anew(self) -> type_of_devices:
        """Return the devices as they are."""
        self.changed()
        self._asked_at = time.monotonic()
        return self._told


def parser(devices: Callable[[], type_of_devices], *, anew: Callable[[], type_of_devices] | None = None) -> type_of_parse:
    """Return what splits a batch of frames, or of readings of meters, into readings and what goes to quarantine (通信包解析).

    Parameters
    ----------
    devices : callable
        The devices in use, asked once for every batch. Where it fails the batch waits.
    anew : callable, optional
        The devices at this moment, asked where the gateway has answered one that is not among them.
    """

    def parse(batch: Batch) -> Iterator[Reading | bytes]:
        if batch.kind == meter_readings.KIND:
            yield from meter_readings.parsed(batch)
            return
        if batch.kind not in (KIND, REPLAYED):
            raise ValueError(f"a batch of kind {batch.kind}")
        known, is_new = _asked(devices), False
        for verdict, raw in records(batch.body):
            found, packet = _judged(verdict, raw, known)
            if found is Verdict.UNKNOWN_MN and verdict is Verdict.ACCEPTED and not is_new:
                known, is_new = _asked(anew or devices), True
                found, packet = _judged(verdict, raw, known)
            told = readings_of(packet, known[packet.mn or ""]) if packet else None
            yield from [set_aside(Verdict.NO_TIME if packet else found, raw)] if told is None else told

    return parse


def _asked(devices: Callable[[], type_of_devices]) -> type_of_devices:
    try:
        return devices()
    except Exception as trouble:
        raise TryLater(f"the register of devices is away: {trouble}") from trouble


def _judged(verdict: Verdict, raw: bytes, devices: type_of_devices) -> tuple[Verdict, Packet | None]:
    """What becomes of a frame, with its packet where its figures may be read."""
    if verdict not in (Verdict.ACCEPTED, Verdict.UNJUDGED):
        return verdict, None
    frame = frame_for(raw, devices)
    if frame is None:
        return Verdict.BAD_STRUCTURE, None
    found = judged(frame, devices)
    if found is Verdict.WRONG_PASSWORD and verdict is Verdict.ACCEPTED:  # it was right when it came, and has been answered
        found = Verdict.ACCEPTED
    return found, frame.packet if found is Verdict.ACCEPTED else None


def readings_of(packet: Packet, device: DeviceSettings) -> list[Reading] | None:
    """Return the figures of a packet as readings of the lake (监测值); none for what carries no data, None where data have no time.

    The time is the start of the period, the instant of a real-time value; old factor codes become those of 2017. A value that is no number is left
    to the lake, which keeps it in quarantine as it was printed.

    Source
    ------
    HJ 212-2017 6.6.4, 附录C; HJ/T 212-2005 附录B.
    """
    command = packet.command_code or ""
    if not command.startswith(_DATA_COMMANDS) or packet.parameters is None:
        return []
    told = packet.readings
    if not told.columns:
        return []
    if told.time is None:
        return None
    span = _SPANS.get(command, f"{command}-")
    ts = told.time.isoformat(sep=" ")
    is_old = device.edition == _OLDEST_EDITION or packet.version_bits == 0
    return [
        Reading(
            device.point, _new_code(column.factor) if is_old else column.factor, span + column.field, ts,
            text.decode("ascii", "backslashreplace") if value is None else format(value, "f"), mark.decode("ascii", "backslashreplace"),
        )
        for column, value, mark, text in zip(told.columns, told.values, told.marks, told.texts, strict=True)
    ]  # fmt: skip


def _new_code(code: str) -> str:
    known = factor_by_code().get(code)
    return known.code if known and known.old_code == code else code


def frames_of(lake: Lake) -> LakeTable:
    """Open the archive of what was received, batch by batch (原始通信包归档)."""
    return LakeTable(lake.folder / "frames", FRAMES)


class ArchivingInbox:
    """An inbox that hands what it forgets to the archive first (先归档后清除). Everything else is the inbox's own."""

    def __init__(self, inbox: Inbox, lake: Lake) -> None:
        self._inbox, self._lake = inbox, lake
        self._frames = frames_of(lake)
        self._archived_at, self._taken = float("-inf"), 0
        self.name = inbox.name

    def waiting(self, *, after: int, batches_most: int, bytes_most: int) -> list[Batch]:
        """Return the next batches in order (待入湖的批)."""
        return self._inbox.waiting(after=max(after, self._taken), batches_most=batches_most, bytes_most=bytes_most)

    def forget(self, *, through: int) -> None:
        """Archive what was received up to a batch, then drop it, every so often; done again after a crash, it does nothing twice."""
        self._taken = max(self._taken, through)
        if time.monotonic() - self._archived_at < ARCHIVE_SECONDS:
            return
        self._frames.refresh()
        held = self._frames.transaction_version(self._inbox.name) or 0
        while held < through:
            batches = [one for one in self._inbox.waiting(after=held, batches_most=1000, bytes_most=_BODY_BYTES * 4) if one.id <= through]
            if not batches:
                break
            self._archived_at = time.monotonic()
            self._keep([one for one in batches if one.kind != REPLAYED], batches[-1].id)
            held = batches[-1].id
        self._inbox.forget(through=through)

    def _keep(self, batches: list[Batch], last: int) -> None:
        added = []
        with self._lake.engine() as engine, self._frames.all_or_nothing():
            engine.execute("CREATE TABLE kept (inbox VARCHAR, id BIGINT, received_at TIMESTAMPTZ, body BLOB)")
            if batches:
                engine.executemany("INSERT INTO kept VALUES (?, ?, ?, ?)", [[self._inbox.name, one.id, one.received_at, one.body] for one in batches])
                added = self._frames.write(engine, "SELECT *, CAST(received_at AS DATE) AS day FROM kept")
            if added:
                self._frames.commit(added, sources={self._inbox.name: last})


def drain_telemetry(*, data: Path, stop: Event, heard: Callable[[Merged], object] = lambda merged: None) -> None:
    """Take what the gateway receives into the lake until told to stop (入湖). A full disk or a database away is waited for: what was answered lies in the inbox."""
    asking = Thread(target=_ask_for_gaps, args=(data, stop), name="back-fill", daemon=True)
    asking.start()
    try:
        while not stop.is_set():
            try:
                _drain(data, stop, heard)
            except Exception as trouble:
                _log.error("nothing goes into the lake, tried again in %.0f s: %s", RETRY_SECONDS, trouble)
                stop.wait(RETRY_SECONDS)
    finally:
        stop.set()
        asking.join()


def _drain(data: Path, stop: Event, heard: Callable[[Merged], object]) -> None:
    lake, inbox = _opened(data)
    known = KnownDevices()
    try:
        drain(lake, ArchivingInbox(inbox, lake), parser(known.current, anew=known.anew), stop=stop, heard=heard)
    finally:
        inbox.close()


def _ask_for_gaps(data: Path, stop: Event) -> None:
    """Look for gaps every so often; a round that fails is told of and tried again."""
    devices = KnownDevices()
    while not stop.wait(GAPS_SECONDS):
        try:
            lake = open_lake(data, conventions=conventions_on(datetime.now(UTC).date()))
            ask_for_gaps_once(lake=lake, requests=data / INBOX_FILE, devices=devices.current(), now=datetime.now(UTC))
        except Exception as trouble:
            _log.warning("back-fill: %s", trouble)


def drain_telemetry_once(*, data: Path, now: datetime) -> Merged | None:
    """Take what waits into the lake (入湖一次)."""
    lake, inbox = _opened(data)
    try:
        return drain_once(lake, ArchivingInbox(inbox, lake), parser(KnownDevices().current), now=now)
    finally:
        inbox.close()


def adopt(*, data: Path, mn: str, now: datetime) -> int:
    """Send what an unknown device has sent before it was registered through the inbox again, judged as of today; returns how many frames (接纳历史数据).

    They stay in quarantine as well, as they came; what is brought twice changes nothing.
    """
    lake, inbox = _opened(data)
    wanted = b"MN=" + mn.encode()
    with lake.engine() as engine:
        lake.quarantine.refresh()
        rows = engine.execute(f"SELECT raw FROM ({rows_of(lake.quarantine.shape, lake.quarantine.files())}) WHERE fault = 'unread' ORDER BY recorded_at, raw").fetchall()
    kept = [found[1] for (raw,) in rows if wanted in raw and (found := was_set_aside(bytes(raw))) and found[0] is Verdict.UNKNOWN_MN and _mn_of(found[1]) == mn]
    try:
        _again(inbox, kept, now)
    finally:
        inbox.close()
    return len(kept)


def replay(*, data: Path, first: date, last: date, now: datetime) -> int:
    """Send every frame received on some days (China Standard Time) through the inbox again, after codec, rule or register is mended; returns how many (重放原始通信包).

    Values that come out the same change nothing, others are corrections with their history. Days are replayed whole and in order, so that a
    correction sent by the device on one of them stays the later one.
    """
    lake, inbox = _opened(data)
    files = [one for one in frames_of(lake).files() if first <= one.partition["day"] <= last]
    with lake.engine() as engine:
        bodies = engine.execute(f"SELECT body FROM ({rows_of(FRAMES, files)}) ORDER BY received_at, id").fetchall()
    raws = [raw for (body,) in bodies for _, raw in records(bytes(body))]
    try:
        _again(inbox, raws, now)
    finally:
        inbox.close()
    return len(raws)


def _again(inbox: Inbox, raws: Iterable[bytes], now: datetime) -> None:
    for body in batches_of((record(Verdict.UNJUDGED, raw) for raw in raws), bytes_most=_BODY_BYTES):
        inbox.append(kind=REPLAYED, body=body, received_at=now)


def _mn_of(raw: bytes) -> str | None:
    frame = frame_for(raw, {})
    return frame.packet.mn if frame else None


def _opened(data: Path) -> tuple[Lake, Inbox]:
    return open_lake(data, conventions=conventions_on(datetime.now(UTC).date())), open_gateway_inbox(data)
