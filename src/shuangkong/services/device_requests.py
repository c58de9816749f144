"""What the platform asks of devices (对设备的请求): clocks to be set, history to be sent again, commands; beside the inbox, as device states are.

Whoever wants something adds a row; the gateway sends it when the device is connected, one at a time for each, and says what came of it. A row is kept, so that
what was asked can be read later. Passwords and keys are never asked for in this way.
"""

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from shuangkong.hj212.editions import command as command_of
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services.device_states import read_rows

SET_CLOCK = "1012"
HISTORY = {"2051": timedelta(minutes=10), "2061": timedelta(hours=1), "2031": timedelta(days=1)}
WAIT_MOST = timedelta(days=1)
_SECRET = frozenset({"1072", "1014"})
_TABLE = (
    "CREATE TABLE IF NOT EXISTS device_request (id INTEGER PRIMARY KEY AUTOINCREMENT, mn TEXT NOT NULL, command TEXT NOT NULL, area TEXT NOT NULL, reason TEXT NOT NULL,"
    " asked_at TEXT NOT NULL, state TEXT NOT NULL, settled_at TEXT)"
)
_MAKE = (
    _TABLE,
    "CREATE TABLE IF NOT EXISTS device_answer (request INTEGER PRIMARY KEY REFERENCES device_request (id), said TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS device_request_waiting ON device_request (state, mn)",
)
_COLUMNS = "id, mn, command, area, reason, asked_at, state, settled_at"
_SECRET_ITEMS = frozenset({"PW", "NewPW", "NewSK"})


class RequestState(Enum):
    """Where a request stands (请求状态)."""

    WAITING = "待下发"
    DONE = "已执行"
    REFUSED = "设备拒绝"
    FAILED = "执行失败"
    SILENT = "设备无应答"
    EXPIRED = "过期未下发"


class NotToBeAsked(Refusal):
    """A command that is not sent in this way (不可下发的命令)."""

    def __init__(self, code: str) -> None:
        super().__init__(
            thing=Words("命令编码", "command"), value=code, rule=Words("不是可下发的请求", "is no request that may be sent"),
            remedy=Words("选用标准中平台发起的请求；密码和密钥在设备登记中修改", "choose a request of the platform in the standard; secrets are changed in the register of devices"),
        )  # fmt: skip


class DeviceRequest(NamedTuple):
    """A request to a device (对设备的请求)."""

    id: int
    mn: str
    command: str
    area: str
    reason: str
    asked_at: datetime
    state: RequestState
    settled_at: datetime | None


class Settlement(NamedTuple):
    """What came of a request (请求结果), with the items the device said, in their order."""

    request: int
    state: RequestState
    said: tuple[tuple[str, str], ...] = ()


class RequestBook:
    """The table of requests in the inbox's own file (请求表). One object belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=30)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._connection:
            for statement in _MAKE:
                self._connection.execute(statement)

    def ask(self, *, mn: str, command: str, area: str = "", reason: str, times_most: int | None = None) -> bool:
        """Add a request; False where the same one waits already, or has been asked often enough (提出请求).

        Raises
        ------
        NotToBeAsked
            For what is no request of a platform, or would carry a secret.
        """
        known = command_of(command)
        if known is None or "R" not in known.kinds or command in _SECRET:
            raise NotToBeAsked(command)
        with self._connection:
            same = "SELECT count(*), count(*) FILTER (WHERE state = 'WAITING') FROM device_request WHERE mn = ? AND command = ? AND area = ?"
            asked, waiting = self._connection.execute(same, (mn, command, area)).fetchone()
            if waiting or (times_most is not None and asked >= times_most):
                return False
            told = (mn, command, area, reason, datetime.now(UTC).isoformat(), RequestState.WAITING.name)
            self._connection.execute("INSERT INTO device_request (mn, command, area, reason, asked_at, state) VALUES (?, ?, ?, ?, ?, ?)", told)
        return True

    def waiting(self, *, most: int = 1000) -> list[DeviceRequest]:
        """Return what is to be sent, oldest first (待下发); what has waited for too long is given up."""
        with self._connection:
            limit = (datetime.now(UTC) - WAIT_MOST).isoformat()
            self._connection.execute("UPDATE device_request SET state = 'EXPIRED' WHERE state = 'WAITING' AND asked_at < ?", (limit,))
        found = self._connection.execute(f"SELECT {_COLUMNS} FROM device_request WHERE state = 'WAITING' ORDER BY id LIMIT ?", (most,)).fetchall()
        return [_read(row) for row in found]

    def settle(self, told: Iterable[Settlement]) -> None:
        """Say what came of some requests (登记结果); secrets that a device says are left out."""
        now, some = datetime.now(UTC).isoformat(), list(told)
        said = [(one.request, [pair for pair in one.said if pair[0] not in _SECRET_ITEMS]) for one in some]
        with self._connection:
            self._connection.executemany("UPDATE device_request SET state = ?, settled_at = ? WHERE id = ?", [(one.state.name, now, one.request) for one in some])
            self._connection.executemany("INSERT OR REPLACE INTO device_answer VALUES (?, ?)", [(number, json.dumps(pairs, ensure_ascii=False)) for number, pairs in said if pairs])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def read_requests(path: Path, *, mn: str | None = None, most: int = 200) -> list[DeviceRequest]:
    """Return the newest requests, of one device or of all (读请求)."""
    query = f"SELECT {_COLUMNS} FROM device_request WHERE ? IN ('', mn) ORDER BY id DESC LIMIT ?"
    return [_read(row) for row in read_rows(path, "device_request", query, mn or "", most)]


def read_answers(path: Path, requests: Iterable[DeviceRequest]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return what devices said to some requests, by request (读应答内容)."""
    wanted = [one.id for one in requests]
    query = f"SELECT request, said FROM device_answer WHERE request IN ({', '.join('?' * len(wanted))})"
    return {number: tuple((key, value) for key, value in json.loads(said)) for number, said in read_rows(path, "device_answer", query, *wanted)}


def _read(row: tuple[int, str, str, str, str, str, str, str | None]) -> DeviceRequest:
    number, mn, command, area, reason, asked_at, state, settled_at = row
    return DeviceRequest(
        number, mn, command, area, reason, datetime.fromisoformat(asked_at), RequestState[state], datetime.fromisoformat(settled_at) if settled_at else None
    )
