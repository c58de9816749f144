"""Readings found in the lake (查询监测数据): of some points in some time, as they hold now or as they were known at a moment."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from shuangkong.lake.engine import quoted
from shuangkong.lake.readings import READINGS, Lake
from shuangkong.lake.table import DataFile, rows_of


class FoundReading(NamedTuple):
    """A reading of the lake (监测值): `ts` is the start of its period, naive China Standard Time; `recorded_at` is when it was heard, UTC."""

    point: str
    factor: str
    kind: str
    ts: datetime
    value: Decimal
    flag: str
    recorded_at: datetime


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN = "recorded_at <= {moment} AND (superseded_at IS NULL OR superseded_at > {moment})"


def find_readings(
    lake: Lake, engine: duckdb.DuckDBPyConnection, *, points: Collection[str], start: datetime, end: datetime, kinds: Collection[str] = (),
    factors: Collection[str] = (), as_of: datetime | None = None,
) -> list[FoundReading]:  # fmt: skip
    """Return the readings of points in [start, end), in order of point, factor, kind and time (查询监测值).

    Parameters
    ----------
    lake : Lake
        Its newest snapshot is taken.
    engine : DuckDB
        Of that lake.
    points, kinds, factors : collection of str
        Which; no kinds or no factors means all of them, no points none.
    start, end : datetime
        Naive China Standard Time.
    as_of : datetime, optional
        A moment with a zone: what was known then; what holds now, where it is not given.
    """
    lake.readings.refresh()
    files = [one for one in lake.readings.files() if one.rows and one.least["ts"] < end and one.greatest["ts"] >= start and _may_hold(one, points)]
    if not files or not points:
        return []
    known = "superseded_at IS NULL" if as_of is None else _KNOWN.format(moment=f"TIMESTAMPTZ {quoted(as_of.astimezone(UTC).isoformat())}")
    which = [f"{name} IN ({', '.join(map(quoted, sorted(told)))})" for name, told in (("point", points), ("kind", kinds), ("factor", factors)) if told]
    rows: list[Any] = engine.execute(
        f"SELECT point, factor, kind, ts, value, flag, epoch_us(recorded_at) FROM ({rows_of(READINGS, files)})"
        f" WHERE ts >= TIMESTAMP {quoted(start)} AND ts < TIMESTAMP {quoted(end)} AND {known} AND {' AND '.join(which)} ORDER BY point, factor, kind, ts"
    ).fetchall()
    return [FoundReading._make((*row[:-1], _EPOCH + timedelta(microseconds=row[-1]))) for row in rows]


def _may_hold(one: DataFile, points: Collection[str]) -> bool:
    return any(one.least["point"] <= point <= one.greatest["point"] for point in points)
