"""The access log: who came, what was refused, what was carried out, what administrators did. Rows are only added.

Months after which a row may be archived are a rule. Archiving is an export, sealed in the chain; the rows stay, since the database
refuses to delete them. A deployment that must make room moves them by a migration of its own, whose proof is the sealed export.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from django.db import transaction
from django.db.models import QuerySet

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services import clock
from shuangkong.services.chain import seal
from shuangkong.services.deployment import city
from shuangkong.services.documents.neutral_text import neutralised
from shuangkong.services.people import Member, actor_of
from shuangkong.services.security_limits import limit
from shuangkong.store.models import AccessEntry

PAGE = 200
_asking_from: ContextVar[str | None] = ContextVar("asking_from", default=None)


class AccessKind(Enum):
    """What a line of the log tells (记录类别)."""

    SIGNED_IN = "登录"
    SIGN_IN_FAILED = "登录失败"
    LOCKED_OUT = "锁定期内尝试"
    SIGNED_OUT = "退出"
    SESSIONS_ENDED = "结束会话"
    PASSWORD_SET = "设定口令"
    SECOND_FACTOR = "动态口令"
    REFUSED = "拒绝访问"
    TOO_MANY = "超出频次"
    EXPORTED = "导出"
    UPLOADED = "上传"
    ADMINISTERED = "管理"

    @property
    def words(self) -> Words:
        """The kind as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))


_NOISE = frozenset({AccessKind.SIGN_IN_FAILED, AccessKind.LOCKED_OUT, AccessKind.REFUSED, AccessKind.TOO_MANY})
_MOST = {AccessKind.EXPORTED: "exports_most", AccessKind.UPLOADED: "uploads_most"}


class TooMany(Refusal):
    """More than may be done in so short a time (操作过于频繁)."""

    def __init__(self, kind: AccessKind) -> None:
        minutes = limit("rate_minutes")
        super().__init__(
            thing=kind.words, value="", rule=Words(f"{minutes} 分钟内超过 {limit(_MOST[kind])} 次", f"more than {limit(_MOST[kind])} times within {minutes} minutes"),
            remedy=Words("稍后再试", "try again later"),
        )  # fmt: skip


def asked_from(address: str | None) -> None:
    """Say from which address the work at hand is asked for (来访地址), so that every line written meanwhile tells it."""
    _asking_from.set(address)


def log(kind: AccessKind, *, name: str = "", address: str | None = None, path: str = "", said: str = "") -> None:
    """Add a line to the log (记录); what anybody can bring about at will is written a limited number of times a minute from an address."""
    present, address = clock.now(), address or _asking_from.get()
    if kind in _NOISE:
        lately = AccessEntry.objects.filter(kind=kind.name, address=address, recorded_at__gt=present - timedelta(minutes=1))
        if lately.count() >= limit("noise_per_minute"):
            return
    AccessEntry.objects.create(kind=kind.name, sign_in_name=name[:60], address=address, path=path[:300], said=said[:2000], recorded_at=present)


def require_room(kind: AccessKind, *, name: str, address: str | None, path: str) -> None:
    """Refuse a person one more export or upload than may be made (限频): a sliding window over the log itself, one for all processes.

    Raises
    ------
    TooMany
        If it is one more than may be made within the time; that attempt is not counted.
    """
    since = clock.now() - timedelta(minutes=limit("rate_minutes"))
    if AccessEntry.objects.filter(kind=kind.name, sign_in_name=name, recorded_at__gt=since).count() >= limit(_MOST[kind]):
        log(AccessKind.TOO_MANY, name=name, address=address, path=path)
        raise TooMany(kind)


def count_against_limit(kind: AccessKind, *, name: str, address: str | None, path: str) -> None:
    """Log an export or upload of a person, where there is room for it (计入限频); raise `TooMany` where there is none."""
    require_room(kind, name=name, address=address, path=path)
    log(kind, name=name, address=address, path=path)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are asked for (筛选)."""

    kind: AccessKind | None = None
    name: str = ""
    address: str = ""
    begin: date | None = None
    end: date | None = None

    def rows(self) -> "QuerySet[AccessEntry]":
        """Return them, the newest first; `end` is the last day that counts."""
        rows = AccessEntry.objects.order_by("-id")
        if self.kind:
            rows = rows.filter(kind=self.kind.name)
        if self.name:
            rows = rows.filter(sign_in_name__icontains=self.name)
        if self.address:
            rows = rows.filter(address__startswith=self.address)
        if self.begin:
            rows = rows.filter(recorded_at__gte=_midnight(self.begin))
        if self.end:
            rows = rows.filter(recorded_at__lt=_midnight(self.end) + timedelta(days=1))
        return rows

    def told(self) -> dict[str, str]:
        """Return the filter as plain values."""
        return {
            "kind": self.kind.name if self.kind else "", "name": self.name, "address": self.address,
            "begin": str(self.begin or ""), "end": str(self.end or ""),
        }  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA_STANDARD_TIME)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log as it is shown (操作记录)."""

    recorded_at: datetime
    kind: Words
    sign_in_name: str
    address: str
    path: str
    said: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log (记录页), and how many lines there are in all and may be archived."""

    lines: tuple[LogLine, ...]
    count: int
    number: int
    pages: int
    may_be_archived: int


def _line(row: AccessEntry) -> LogLine:
    kind = AccessKind[row.kind].words if row.kind in AccessKind.__members__ else Words(row.kind, row.kind)
    return LogLine(row.recorded_at, kind, row.sign_in_name, row.address or "", row.path, row.said)


def page_of_log(*, asked: LogFilter, number: int = 1) -> LogPage:
    """Return a page of the log (查看操作记录)."""
    rows = asked.rows()
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    number = min(max(1, number), pages)
    return LogPage(tuple(map(_line, rows[(number - 1) * PAGE : number * PAGE])), count, number, pages, expired().count())


def expired() -> "QuerySet[AccessEntry]":
    """Return the rows old enough to be archived (可归档记录)."""
    today, months = clock.today(), limit("log_months")
    place = today.year * 12 + today.month - 1 - months
    return AccessEntry.objects.filter(recorded_at__lt=_midnight(date(place // 12, place % 12 + 1, 1))).order_by("id")


def export_log(*, who: Member, asked: LogFilter | None) -> bytes:
    """Return the log as CSV, sealed in the chain as an export (导出操作记录).

    Parameters
    ----------
    who : Member
        Who exports; needs `AUDIT_LOG_READ`.
    asked : LogFilter or None
        Which lines; None for those that may be archived.
    """
    with transaction.atomic():
        actor = actor_of(who, Permission.AUDIT_LOG_READ, city().code)
        rows = expired() if asked is None else asked.rows()
        octets = _csv(map(_line, rows.iterator(chunk_size=2000)))
        told: dict[str, Plain] = {"what": "access-log", "filter": {"expired": "yes"} if asked is None else {**asked.told()}, "sha256": hashlib.sha256(octets).hexdigest()}
        seal(kind=ActKind.EXPORT, subject="access-log", content=told, actor=actor, reason="归档" if asked is None else "")
    return octets


def _csv(lines: Iterable[LogLine]) -> bytes:
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(("时间", "类别", "登录名", "地址", "路径", "说明"))
    for line in lines:
        told = (line.kind.zh, line.sign_in_name, line.address, line.path, line.said)
        writer.writerow((line.recorded_at.astimezone(CHINA_STANDARD_TIME).isoformat(timespec="seconds"), *map(neutralised, told)))
    return b"\xef\xbb\xbf" + sheet.getvalue().encode()
