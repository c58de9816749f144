"""What readings were before they were corrected (更正历史): every version of those that have more than one."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from shuangkong.lake.engine import quoted
from shuangkong.lake.outlet_readings import files_of
from shuangkong.lake.readings import READINGS, Lake
from shuangkong.lake.table import rows_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Correction(NamedTuple):
    """A reading that was corrected (更正): what it was, when it was heard, and until when it held; then what it became."""

    point: str
    factor: str
    kind: str
    ts: datetime
    value: Decimal
    flag: str
    heard_at: datetime
    held_until: datetime
    then_value: Decimal
    then_flag: str


def corrections_between(
    lake: Lake, engine: duckdb.DuckDBPyConnection, *, point: str, start: datetime, end: datetime, kinds: Collection[str], as_of: datetime | None = None, most: int = 200
) -> list[Correction]:
    """Return what readings of a point in [start, end), naive China Standard Time, were before they were corrected, the newest correction first (更正历史).

    Parameters
    ----------
    lake : Lake
        As its snapshot was last refreshed.
    engine : DuckDB
        Of that lake.
    point, start, end : str, datetime, datetime
        Which.
    kinds : collection of str
        Such as `Hour-Avg`.
    as_of : datetime, optional
        A moment with a zone: later corrections are left out.
    most : int
        How many at most.
    """
    lake.readings.refresh()
    files = files_of(lake, [point], start, end)
    if not files:
        return []
    known = "" if as_of is None else f" AND recorded_at <= TIMESTAMPTZ {quoted(as_of.astimezone(UTC).isoformat())}"
    which = f"point = {quoted(point)} AND kind IN ({', '.join(map(quoted, sorted(kinds)))}) AND ts >= TIMESTAMP {quoted(start)} AND ts < TIMESTAMP {quoted(end)}{known}"
    rows: list[Any] = engine.execute(
        "SELECT point, factor, kind, ts, value, flag, epoch_us(recorded_at), epoch_us(ended), then_value, then_flag FROM ("
        " SELECT point, factor, kind, ts, value, flag, recorded_at, lead(recorded_at) OVER later AS ended, lead(value) OVER later AS then_value, lead(flag) OVER later AS then_flag"
        f" FROM ({rows_of(READINGS, files)}) WHERE {which}"
        # A row that holds comes after those of the same moment that do not.
        " WINDOW later AS (PARTITION BY point, factor, kind, ts ORDER BY recorded_at, superseded_at NULLS LAST)"
        f") WHERE then_value IS NOT NULL ORDER BY ended DESC, ts DESC, factor, kind LIMIT {most}"
    ).fetchall()
    return [Correction._make((*row[:6], _at(row[6]), _at(row[7]), *row[8:])) for row in rows]


def _at(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
