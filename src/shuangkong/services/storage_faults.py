"""What the database could not do, told as a refusal: nothing was changed, and what to do now."""

import errno
from collections.abc import Iterator

from django.db import DatabaseError

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words


class StorageRefused(Refusal):
    """The database could not take it (存储故障); nothing was changed."""

    def __init__(self, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("数据库", "database"), value="", rule=rule, remedy=remedy)


_FULL = (Words("磁盘已满，您的操作没有生效", "the disk is full; nothing was changed"), Words("请管理员腾出空间后重试", "ask the administrator to make room, then try again"))
_BUSY = (Words("正忙，您的操作没有生效", "is busy; nothing was changed"), Words("稍候重试", "try again in a moment"))
_GONE = (Words("连接中断，您的操作没有生效", "connection was lost; nothing was changed"), Words("稍候刷新，看清现状后重试", "reload in a moment, see where it stands, try again"))
_READ_ONLY = (Words("不可写，您的操作没有生效", "cannot be written; nothing was changed"), Words("请管理员检查权限和磁盘", "ask the administrator to check rights and disk"))
_SIGNS = (
    (_FULL, ("disk is full", "no space left", "could not extend file")),
    (_BUSY, ("database is locked", "lock timeout", "deadlock detected", "could not serialize", "statement timeout", "table is locked")),
    (_READ_ONLY, ("readonly database", "read-only", "disk i/o error", "unable to open database")),
    (_GONE, ("server closed the connection", "connection", "terminating", "shut down", "starting up")),
)
_STATES = {"53100": _FULL, "55P03": _BUSY, "40P01": _BUSY, "40001": _BUSY, "57014": _BUSY, "57P01": _GONE, "57P02": _GONE, "57P03": _GONE, "25006": _READ_ONLY}


def storage_refusal(trouble: BaseException) -> StorageRefused | None:
    """Return what to tell of a failure of storage, None for what is none (存储故障说明).

    The transaction it came from was rolled back by the database; a connection lost at the very commit leaves that open, and the
    reader is asked to look.
    """
    if isinstance(trouble, OSError):
        return StorageRefused(*_FULL) if trouble.errno == errno.ENOSPC else None
    if not isinstance(trouble, DatabaseError):
        return None
    for one in _causes(trouble):
        told = _STATES.get(getattr(one, "sqlstate", None) or "")
        if told:
            return StorageRefused(*told)
    text = str(trouble).lower()
    found = next((told for told, signs in _SIGNS if any(sign in text for sign in signs)), None)
    return StorageRefused(*found) if found else None


def _causes(trouble: BaseException | None) -> Iterator[BaseException]:
    while trouble is not None:
        yield trouble
        trouble = trouble.__cause__
