"""Whether the deployment is well, and what whoever keeps it must know."""

import hashlib
import platform
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from shuangkong import __version__
from shuangkong.evidence.chain import Link
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.rules import loader
from shuangkong.services import clock
from shuangkong.services.background import is_at_work, last_beat, queue_counts
from shuangkong.services.deployment import city
from shuangkong.services.schedule import Done, done
from shuangkong.store.models import ChainLink, PublishedHead

DISK_FREE_LEAST_MIB = 200
BEAT_WITHIN = timedelta(minutes=1)
TASK_WITHIN = timedelta(hours=2)
_MIB = 1 << 20


class Unwell(RuntimeError):
    """A check failed, and what it found (异常)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at (检查项)."""

    name: Words
    is_well: bool
    said: str


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return str(connection.vendor)


@cache
def _on_disk() -> frozenset[tuple[str, str]]:
    found = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(found.disk_migrations) - frozenset(old for one in found.disk_migrations.values() for old in one.replaces)


def _migrations() -> str:
    applied = set(MigrationRecorder(connection).applied_migrations())
    if missing := _on_disk() - applied:
        raise Unwell(f"not applied: {', '.join(sorted('.'.join(one) for one in missing))}")
    if ahead := {one for one in applied - _on_disk() if one[0] in {app for app, _ in _on_disk()}}:
        raise Unwell(f"of a newer version: {', '.join(sorted('.'.join(one) for one in ahead))}")
    return str(len(applied))


def _disk() -> str:
    free = shutil.disk_usage(settings.DATA).free // _MIB
    if free < DISK_FREE_LEAST_MIB:
        raise Unwell(f"{free} MiB")
    return f"{free} MiB"


def _chain() -> str:
    last = ChainLink.objects.order_by("-index").first()
    if last is None:
        return "0"
    link = Link.from_bytes(bytes(last.sealed))
    if (link.index, str(link.digest), link.sealed()) != (last.index, last.digest, link.digest):
        raise Unwell(f"link {last.index}")
    return f"{last.index + 1}  {last.digest}"


def _worker() -> str:
    last, moment = last_beat(), clock.now()
    if last is None or moment - last > BEAT_WITHIN:
        if not is_at_work(moment, within=TASK_WITHIN):
            raise Unwell(_told(last) if last else "—")
        return "at work"
    return _told(last)


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA_STANDARD_TIME):%Y-%m-%d %H:%M:%S}"


_CHECKS: tuple[tuple[Words, Callable[[], str]], ...] = (
    (Words("数据库", "database"), _database), (Words("数据表", "tables"), _migrations), (Words("磁盘可用空间", "free disk space"), _disk),
    (Words("存证链尾", "tail of the chain"), _chain), (Words("后台进程", "background worker"), _worker),
)  # fmt: skip


def checks() -> tuple[Check, ...]:
    """Look at everything the service stands on (健康检查)."""
    found = []
    for name, look in _CHECKS:
        try:
            found.append(Check(name, True, look()))
        except Exception as trouble:  # a check that cannot be made is a check that failed
            found.append(Check(name, False, f"{type(trouble).__name__}: {trouble}"[:300]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class SystemState:
    """What whoever keeps the deployment must know (系统状况); no figure of anybody."""

    checks: tuple[Check, ...]
    version: str
    python: str
    rules_digest: str
    pack: Words
    pack_digest: str
    plan: str
    database: str
    database_bytes: int
    links: int
    head_published_on: str
    queue: Mapping[str, int]
    chores: Mapping[str, Done]
    told_at: datetime


def system_state() -> SystemState:
    """Return the state of the deployment (系统状况)."""
    head = PublishedHead.objects.order_by("-day").first()
    return SystemState(
        checks(), __version__, platform.python_version(), folder_digest(Path(loader.__file__).parent), city().name, folder_digest(city().folder),
        city().plan.id, *_database_facts(), ChainLink.objects.count(), head.day.isoformat() if head else "", queue_counts(), done(), clock.now(),
    )  # fmt: skip


def _database_facts() -> tuple[str, int]:
    if connection.vendor == "sqlite":
        import sqlite3

        place = Path(connection.settings_dict["NAME"])
        return f"SQLite {sqlite3.sqlite_version}", sum(one.stat().st_size for one in place.parent.glob(f"{place.name}*"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    return f"PostgreSQL {version}", int(size)


def folder_digest(folder: Any) -> str:
    """Return one digest over the files of a folder that hold rules or declarations (文件夹摘要); names count as well as contents."""
    told = hashlib.sha256()
    for path in sorted(one for one in Path(folder).rglob("*") if one.is_file() and one.suffix in (".yaml", ".csv", ".txt", ".md")):
        told.update(f"{path.relative_to(folder).as_posix()}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"sha256:{told.hexdigest()}"
