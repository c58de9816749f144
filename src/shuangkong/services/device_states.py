"""How devices are doing (设备状态): last seen, silent, clock drift, error rate; kept beside the inbox, never in the tables of the platform.

The gateway adds what it has seen every few seconds; pages read. A device that nobody has registered stands here too, to be adopted.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

INBOX_FILE = "inbox.db"
STRANGERS_MOST = 10_000
_MAKE = (
    "CREATE TABLE IF NOT EXISTS device_state (mn TEXT PRIMARY KEY, is_known INTEGER NOT NULL, connections INTEGER NOT NULL, address TEXT NOT NULL,"
    " first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, day TEXT NOT NULL, frames INTEGER NOT NULL, refused INTEGER NOT NULL, reason TEXT NOT NULL, drift_s REAL)"
)
_ADD = (
    "INSERT INTO device_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mn) DO UPDATE SET is_known = excluded.is_known, connections = excluded.connections,"
    " address = excluded.address, last_seen = excluded.last_seen, frames = excluded.frames + CASE WHEN day = excluded.day THEN frames ELSE 0 END,"
    " refused = excluded.refused + CASE WHEN day = excluded.day THEN refused ELSE 0 END, reason = CASE WHEN excluded.reason = '' THEN reason ELSE excluded.reason END,"
    " drift_s = coalesce(excluded.drift_s, drift_s), day = excluded.day"
)
_MAKE_CLOCK = "CREATE TABLE IF NOT EXISTS gateway_clock (id INTEGER PRIMARY KEY CHECK (id = 1), behind_s REAL NOT NULL)"
_SET_CLOCK = "INSERT INTO gateway_clock VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET behind_s = excluded.behind_s WHERE behind_s <> excluded.behind_s"
_FORGET = (
    "DELETE FROM device_state WHERE NOT is_known AND mn NOT IN (SELECT mn FROM device_state WHERE NOT is_known ORDER BY last_seen DESC LIMIT"
    f" {STRANGERS_MOST})"
)


class DeviceState(NamedTuple):
    """A device as the gateway last saw it (设备状态); `frames` and `refused` are those of `day`, `drift_s` is how far its clock is ahead."""

    mn: str
    is_known: bool
    connections: int
    address: str
    first_seen: datetime
    last_seen: datetime
    day: str
    frames: int
    refused: int
    reason: str
    drift_s: float | None

    def is_silent(self, *, now: datetime, after: timedelta) -> bool:
        """Say whether nothing has come for too long (失联)."""
        return now - self.last_seen > after


class StateBook:
    """The table of device states in the inbox's own file (设备状态表). One object belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=5)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._connection:
            self._connection.execute(_MAKE)
            self._connection.execute(_MAKE_CLOCK)
            self._connection.execute("UPDATE device_state SET connections = 0")  # whoever was connected was so to a gateway that is gone

    def add(self, seen: Iterable[DeviceState], *, behind_s: float = 0.0) -> None:
        """Add what has been seen since the last time, and how far the gateway's own clock is behind; counts are added up within a day (累加)."""
        with self._connection:
            self._connection.execute(_SET_CLOCK, (behind_s,))
            self._connection.executemany(_ADD, [(*one[:4], one.first_seen.isoformat(), one.last_seen.isoformat(), *one[6:]) for one in seen])
            self._connection.execute(_FORGET)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def read_clock(path: Path) -> float:
    """Return how far the gateway's clock is behind those of its devices, 0 where it is right (网关时钟偏差). [s]"""
    rows = read_rows(path, "gateway_clock", "SELECT behind_s FROM gateway_clock")
    return float(rows[0][0]) if rows else 0.0


def read_states(path: Path) -> list[DeviceState]:
    """Return the devices by MN; none where no gateway has run yet (读设备状态)."""
    rows = read_rows(path, "device_state", "SELECT * FROM device_state ORDER BY mn")
    return [DeviceState(mn, bool(is_known), connections, address, datetime.fromisoformat(first), datetime.fromisoformat(last), *rest) for mn, is_known, connections, address, first, last, *rest in rows]


def read_rows(path: Path, table: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query beside the inbox; none where no gateway has made file or table yet (只读查询)."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(query, values).fetchall() if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() else []
