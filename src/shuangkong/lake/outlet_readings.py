"""What was heard of outlets, hour by hour (排放口小时报文): the device's hour figures, and its minutes only where it sent no hour."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from shuangkong.lake.engine import quoted
from shuangkong.lake.readings import READINGS, Lake
from shuangkong.lake.table import DataFile, rows_of
from shuangkong.pollution.judged_hours import HeardHour, MinuteBlock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = "('Hour-Avg', 'Hour-Cou', 'Hour-ZsAvg', 'Min-Avg', 'Min-Cou')"
# One row a factor and hour; the minutes of an hour that was sent itself are left where they are.
_HOURS = """
SELECT point, factor, hour, any_value(mean), any_value(total), any_value(converted), any_value(mark), max(heard),
       list(struct_pack(ts, mean := block_mean, total := block_total, mark := block_mark) ORDER BY ts) FILTER (NOT is_hour AND NOT has_hour)
FROM (SELECT *, bool_or(is_hour) OVER (PARTITION BY point, factor, hour) AS has_hour FROM (
        SELECT point, factor, hour, is_hour, ts, CASE WHEN is_hour THEN block_mean END AS mean, CASE WHEN is_hour THEN block_total END AS total, converted,
               CASE WHEN is_hour THEN block_mark END AS mark, heard, block_mean, block_total, block_mark
        FROM (SELECT point, factor, date_trunc('hour', ts) AS hour, starts_with(kind, 'Hour') AS is_hour, CASE WHEN starts_with(kind, 'Hour') THEN date_trunc('hour', ts) ELSE ts END AS ts,
                     max_by(value, ts) FILTER (ends_with(kind, '-Avg')) AS block_mean, max_by(value, ts) FILTER (ends_with(kind, '-Cou')) AS block_total,
                     max_by(value, ts) FILTER (kind = 'Hour-ZsAvg') AS converted, max_by(flag, ts) AS block_mark, max(epoch_us(recorded_at)) AS heard
              FROM ({rows}) WHERE {which} GROUP BY ALL)))
GROUP BY point, factor, hour ORDER BY point, factor, hour
"""


def known_at(as_of: datetime | None) -> str:
    """Return the condition on rows known at a moment, those that hold where none is given (某时刻已知)."""
    if as_of is None:
        return "superseded_at IS NULL"
    moment = f"TIMESTAMPTZ {quoted(as_of.astimezone(UTC).isoformat())}"
    return f"recorded_at <= {moment} AND (superseded_at IS NULL OR superseded_at > {moment})"


def heard_hours(
    lake: Lake, engine: duckdb.DuckDBPyConnection, *, points: Collection[str], start: datetime, end: datetime, as_of: datetime | None = None
) -> dict[str, dict[tuple[str, datetime], HeardHour]]:
    """Return what was heard of outlets in the hours of [start, end), naive China Standard Time, by point, factor and hour (排放口小时报文).

    Parameters
    ----------
    lake : Lake
        Its newest snapshot is taken.
    engine : DuckDB
        Of that lake.
    points : collection of str
        Which.
    start, end : datetime
        Whole hours.
    as_of : datetime, optional
        What was known then; what holds now, where it is not given.
    """
    told: dict[str, dict[tuple[str, datetime], HeardHour]] = {point: {} for point in points}
    files = files_of(lake, points, start, end)
    if not files:
        return told
    which = (
        f"point IN ({', '.join(map(quoted, sorted(points)))}) AND kind IN {_KINDS} AND ts >= TIMESTAMP {quoted(start)} AND ts < TIMESTAMP {quoted(end)} AND {known_at(as_of)}"
    )
    rows: list[Any] = engine.execute(_HOURS.format(rows=rows_of(READINGS, files), which=which)).fetchall()
    for point, factor, hour, mean, total, converted, mark, heard, minutes in rows:
        blocks = tuple(MinuteBlock(one["mean"], one["total"], one["mark"]) for one in minutes or ())
        told[point][factor, hour] = HeardHour(factor, hour, mean, total, converted, mark or "", blocks, _EPOCH + timedelta(microseconds=heard))
    return told


def first_heard(lake: Lake, engine: duckdb.DuckDBPyConnection, *, points: Collection[str], as_of: datetime | None = None) -> dict[str, datetime]:
    """Return when points were first heard of (首次数据时刻): the earliest hour or minute that was known."""
    lake.readings.refresh()
    found: dict[str, datetime] = {}
    files = sorted(lake.readings.files(), key=lambda one: one.least["ts"])
    at, step = 0, 32
    while at < len(files) and len(found) < len(set(points)):
        rest = sorted(set(points) - found.keys())
        query = f"SELECT point, min(ts) FROM ({rows_of(READINGS, files[at : at + step])}) WHERE kind IN {_KINDS} AND {known_at(as_of)} AND point IN ({', '.join(map(quoted, rest))}) GROUP BY point"
        found |= dict(engine.execute(query).fetchall())
        at += step
    return found


def files_of(lake: Lake, points: Collection[str], start: datetime, end: datetime) -> Sequence[DataFile]:
    """Return the files that may hold readings of points in [start, end) (相关文件)."""
    lake.readings.refresh()
    return [
        one for one in lake.readings.files()
        if points and one.rows and one.least["ts"] < end and one.greatest["ts"] >= start and one.least["point"] <= max(points) and one.greatest["point"] >= min(points)
    ]  # fmt: skip
