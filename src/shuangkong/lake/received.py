"""Which hours of which days were received (收到的时段): for every point, factor and day the hours that came, and those of them that are valid, as bits."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any, NamedTuple

import duckdb

from shuangkong.lake.engine import quoted
from shuangkong.lake.outlet_readings import files_of, known_at
from shuangkong.lake.readings import READINGS, Lake
from shuangkong.lake.table import rows_of

KINDS = ("Hour-Avg", "Hour-Cou")


class ReceivedDay(NamedTuple):
    """The hours of a day that came of a factor (收到的小时): bit n is the hour that begins at n."""

    point: str
    factor: str
    day: date
    received: int
    valid: int


def received_days(
    lake: Lake, engine: duckdb.DuckDBPyConnection, *, points: Collection[str], first: date, after: date, valid_marks: Collection[str], as_of: datetime | None = None
) -> list[ReceivedDay]:
    """Return which hours of the days from `first` until before `after` were received (收到的小时).

    Parameters
    ----------
    lake : Lake
        Its newest snapshot is taken.
    engine : DuckDB
        Of that lake.
    points : collection of str
        Which.
    first, after : date
        Days of China Standard Time.
    valid_marks : collection of str
        The marks with which a value counts.
    as_of : datetime, optional
        What was known then.
    """
    start, end = datetime.combine(first, time()), datetime.combine(after, time())
    files = files_of(lake, points, start, end)
    if not files:
        return []
    which = (
        f"point IN ({', '.join(map(quoted, sorted(points)))}) AND kind IN ({', '.join(map(quoted, KINDS))})"
        f" AND ts >= TIMESTAMP {quoted(start)} AND ts < TIMESTAMP {quoted(end)} AND {known_at(as_of)}"
    )
    marks = ", ".join(map(quoted, sorted(valid_marks)))
    rows: list[Any] = engine.execute(
        f"SELECT point, factor, CAST(ts AS DATE) AS day, bit_or(1 << hour(ts)), bit_or(CASE WHEN flag IN ({marks}) THEN 1 << hour(ts) ELSE 0 END)"
        f" FROM ({rows_of(READINGS, files)}) WHERE {which} GROUP BY point, factor, CAST(ts AS DATE) ORDER BY point, factor, day"
    ).fetchall()
    return [ReceivedDay._make(row) for row in rows]
