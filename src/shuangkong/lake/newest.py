"""The newest readings of every point (最新监测值), kept by asking only the files that are new: what a wall of live values shows.

Files of the lake never change, and a correction stands in a file of its own, so what was read once need not be read again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb

from shuangkong.lake.engine import quoted
from shuangkong.lake.readings import READINGS, Lake
from shuangkong.lake.table import rows_of


class NewestReading(NamedTuple):
    """The newest reading of a point, factor and kind (最新监测值); `ts` is the start of its period, naive China Standard Time."""

    point: str
    factor: str
    kind: str
    ts: datetime
    value: Decimal
    flag: str


class NewestReadings:
    """The newest readings as far as they are known (最新监测值缓存), for one lake; `within` says by kind how far back to look. One user at a time."""

    def __init__(self, within: Mapping[str, timedelta]) -> None:
        self._within = within
        self._seen: frozenset[Path] = frozenset()
        self._held: dict[tuple[str, str, str], NewestReading] = {}

    def update(self, lake: Lake, engine: duckdb.DuckDBPyConnection, *, now: datetime) -> Collection[NewestReading]:
        """Read what is new in the lake and return the newest readings (更新); `now` is naive China Standard Time, clocks that are ahead count too."""
        lake.readings.refresh()
        earliest = now - max(self._within.values())
        files = [one for one in lake.readings.files() if one.rows and one.greatest["ts"] >= earliest]
        fresh = [one for one in files if one.path not in self._seen]
        if fresh:
            asked = " OR ".join(f"(kind = {quoted(kind)} AND ts >= TIMESTAMP {quoted(now - reach)})" for kind, reach in self._within.items())
            rows = engine.execute(
                f"SELECT point, factor, kind, max(ts), arg_max(value, ts), arg_max(flag, ts) FROM ({rows_of(READINGS, fresh)})"
                f" WHERE superseded_at IS NULL AND ({asked}) GROUP BY point, factor, kind"
            ).fetchall()
            for found in map(NewestReading._make, rows):
                held = self._held.get(found[:3])
                if held is None or held.ts <= found.ts:
                    self._held[found[:3]] = found
            self._seen = frozenset(one.path for one in files)
        self._held = {key: one for key, one in self._held.items() if one.ts >= now - self._within[one.kind]}
        return self._held.values()
