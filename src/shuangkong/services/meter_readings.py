"""Readings of meters as they come one by one (计量读数接收): over HTTP or MQTT, judged row by row, durable in the inbox before anybody is told.

A batch of kind `KIND` is JSON: what is taken as rows of (point, time in China Standard Time, reading), and what cannot be attributed as it came, with the
reason, for quarantine. The same reading again changes nothing, another one for its time is a correction: the lake sees to it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import close_old_connections

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.inbox import Batch, Inbox, open_inbox
from shuangkong.lake.meter_file import FACTOR
from shuangkong.lake.meter_file import KIND as REGISTER
from shuangkong.lake.readings import EARLIEST, Reading
from shuangkong.services import clock
from shuangkong.services.device_states import INBOX_FILE
from shuangkong.services.meter_registers import known_meters
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import Member
from shuangkong.services.readings import conventions_on

KIND = "meters"
ROWS_MOST = 5000
_READING = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class MeterVerdict(Enum):
    """What becomes of a reading (读数接收结论)."""

    ACCEPTED = "已接收"
    UNKNOWN_POINT = "未登记的计量点"
    NOT_YOURS = "不在令牌持有人的范围"
    BAD_TIME = "不是时刻"
    BAD_CLOCK = "早于 2000 年，或超前接收时间"
    BAD_READING = "不是 12 位整数、6 位小数以内的非负数"
    UNREADABLE = "不是约定的 JSON"

    @property
    def words(self) -> Words:
        """The verdict as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))


class ToldReading(NamedTuple):
    """A reading as somebody says it (上报读数): the point or the serial number of its meter, time, register; all text."""

    point: str
    ts: str
    reading: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch (接收结果): row by row, and its number in the inbox, None where nothing was taken."""

    verdicts: tuple[MeterVerdict, ...]
    batch: int | None

    @property
    def accepted(self) -> int:
        """How many were taken."""
        return sum(one is MeterVerdict.ACCEPTED for one in self.verdicts)


def judge(told: ToldReading, *, known: Mapping[str, tuple[str, str]], now: datetime) -> tuple[MeterVerdict, ToldReading]:
    """Say whether a reading can be taken, and give it as the lake takes it (逐条判定): code of the point, time in China Standard Time.

    Parameters
    ----------
    told : ToldReading
        A time without zone is China Standard Time.
    known : mapping
        Code and organisation of each metering point in use, by what readings may call it.
    now : datetime
        With a zone; a time further ahead of it than a clock may be is a bad clock.

    Examples
    --------
    >>> from datetime import UTC
    >>> now, known = datetime(2026, 3, 2, tzinfo=UTC), {"A1": ("U001.M001", "U001")}
    >>> judge(ToldReading("A1", "2026-03-01T16:15:00Z", "12.50"), known=known, now=now)[1]
    ToldReading(point='U001.M001', ts='2026-03-02 00:15:00', reading='12.50')
    >>> judge(ToldReading("B1", "2026-03-02 00:15", "12.50"), known=known, now=now)[0].name
    'UNKNOWN_POINT'
    """
    if told.point not in known:
        return MeterVerdict.UNKNOWN_POINT, told
    try:
        moment = datetime.fromisoformat(told.ts.strip().replace("/", "-"))
        moment = moment.replace(tzinfo=moment.tzinfo or CHINA_STANDARD_TIME, microsecond=0).astimezone(CHINA_STANDARD_TIME)
    except (ValueError, OverflowError):
        return MeterVerdict.BAD_TIME, told
    if moment.replace(tzinfo=None) < EARLIEST or moment > now + conventions_on(now.date()).clock_ahead_most:
        return MeterVerdict.BAD_CLOCK, told
    reading = _plain(told.reading.strip())
    if reading is None:
        return MeterVerdict.BAD_READING, told
    return MeterVerdict.ACCEPTED, ToldReading(known[told.point][0], moment.replace(tzinfo=None).isoformat(sep=" "), reading)


def _plain(text: str) -> str | None:
    """Return a register without exponent, None for what is none."""
    try:
        figure = Decimal(text)
        text = format(figure, "f") if figure.is_finite() else ""
    except InvalidOperation:
        return None
    return text if _READING.fullmatch(text) else None


def take_readings(rows: Sequence[ToldReading], *, who: Member) -> Taken:
    """Take readings of a person's organisations (接收读数): each row is judged for itself, and what is taken is on disk when this returns.

    Raises
    ------
    InputRefused
        If there are none, or too many at once.
    InboxFull
        If nothing more can be taken at the time.
    """
    if not 1 <= len(rows) <= ROWS_MOST:
        raise InputRefused([Fault(Words("读数", "readings"), str(len(rows)), Words(f"每次 1～{ROWS_MOST} 条", f"must be 1 to {ROWS_MOST} at once"), Words("分批发送", "send them in parts"))])
    known, now = known_meters(), clock.now()
    tree = tree_on(clock.today())
    homes = {home for _, home in known.values()}
    own = {home for home in homes if who.posts_over(Permission.READINGS_SEND, home, tree)}
    found = [judge(one, known=known, now=now) for one in rows]
    judged = [(MeterVerdict.NOT_YOURS, row) if one.point in known and known[one.point][1] not in own else (verdict, row) for one, (verdict, row) in zip(rows, found, strict=True)]
    taken = [row for verdict, row in judged if verdict is MeterVerdict.ACCEPTED]
    batch = _keep(taken, [], now) if taken else None
    return Taken(tuple(verdict for verdict, _ in judged), batch)


def take_messages(messages: Sequence[tuple[str, bytes]], *, inbox: Inbox) -> Taken:
    """Take messages of (point by their topic, payload), each an object or a list with ts and reading (接收消息); nobody hears of a fault, so that all are kept.

    A row may name its point itself. What cannot be attributed or read lies in quarantine as it came.
    """
    known, now = known_meters(), clock.now()
    verdicts: list[MeterVerdict] = []
    taken: list[ToldReading] = []
    aside: list[tuple[MeterVerdict, str]] = []
    for point, payload in messages:
        judged = [judge(one, known=known, now=now) for one in rows_of_message(point, payload)]
        said = [verdict for verdict, _ in judged] or [MeterVerdict.UNREADABLE]
        verdicts += said
        taken += [row for verdict, row in judged if verdict is MeterVerdict.ACCEPTED]
        raw = f"{point}\n{payload.decode('utf-8', 'backslashreplace')}"
        aside += [(verdict, raw) for verdict in dict.fromkeys(said) if verdict is not MeterVerdict.ACCEPTED]
    return Taken(tuple(verdicts), inbox.append(kind=KIND, body=_body(taken, aside), received_at=now) if verdicts else None)


def rows_of_message(point: str, payload: bytes) -> Iterator[ToldReading]:
    """Yield the rows of a message of a point, nothing where it cannot be read (消息中的读数); a row may name its point itself."""
    try:
        told: Any = json.loads(payload, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict) and isinstance(one.get("ts"), str) and isinstance(one.get("reading"), str):
            yield ToldReading(str(one.get("point") or point), one["ts"], one["reading"])
        else:
            yield ToldReading(point, "", "")


def keeper(data: Path) -> Callable[[Sequence[tuple[str, bytes]]], Taken]:
    """Return what keeps messages in the inbox of a data folder (消息收件), for one thread."""
    inbox = open_inbox(data / INBOX_FILE)

    def keep(messages: Sequence[tuple[str, bytes]]) -> Taken:
        close_old_connections()
        return take_messages(messages, inbox=inbox)

    return keep


def keep_readings(rows: Sequence[ToldReading]) -> int:
    """Put sound readings into the inbox (读数入收件箱); returns the number of the batch."""
    return _keep(rows, [], clock.now())


def _keep(rows: Sequence[ToldReading], aside: Sequence[tuple[MeterVerdict, str]], now: datetime) -> int:
    inbox = open_inbox(Path(settings.DATA) / INBOX_FILE)
    try:
        return inbox.append(kind=KIND, body=_body(rows, aside), received_at=now)
    finally:
        inbox.close()


def _body(rows: Iterable[ToldReading], aside: Iterable[tuple[MeterVerdict, str]]) -> bytes:
    told = {"readings": [list(one) for one in rows], "aside": [[verdict.name, raw] for verdict, raw in aside]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def parsed(batch: Batch) -> Iterator[Reading | bytes]:
    """Yield what a batch says as readings of the lake, and what goes to quarantine as bytes, the reason in their first line (读数批解析).

    Examples
    --------
    >>> body = _body([ToldReading("U001.M001", "2026-03-02 00:15:00", "12.50")], [(MeterVerdict.UNKNOWN_POINT, "X1 …")])
    >>> [one if isinstance(one, bytes) else one[:5] for one in parsed(Batch(1, KIND, datetime(2026, 3, 2), body))]  # doctest: +NORMALIZE_WHITESPACE
    [('U001.M001', 'register', 'meter', '2026-03-02 00:15:00', '12.50'), b'unknown_point\\nX1 \\xe2\\x80\\xa6']
    """
    told = json.loads(batch.body)
    for point, ts, reading in told["readings"]:
        yield Reading(point, FACTOR, REGISTER, ts, reading)
    for verdict, raw in told["aside"]:
        yield f"{verdict.lower()}\n{raw}".encode()
