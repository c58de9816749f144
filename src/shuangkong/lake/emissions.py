"""Emissions of outlets by day (排放量表): one row an outlet, factor and day each time the figure changed; the newest holds, the earlier stay askable.

Months and years are sums of days, made when they are asked for.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from arro3.core import Array, DataType, Table

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.engine import quoted
from shuangkong.lake.table import DataFile, LakeTable, TableShape, rows_of

EMISSIONS = TableShape(
    columns={
        "point": "string", "factor": "string", "day": "date", "kg": "decimal(18,6)", "substituted_kg": "decimal(18,6)", "volume_m3": "decimal(18,6)", "mean": "decimal(18,6)",
        "hours_due": "long", "hours_measured": "long", "hours_stopped": "long", "hours_invalid": "long", "hours_missing": "long", "hours_substituted": "long",
        "hours_short": "long", "recorded_at": "timestamp", "month": "date",
    },
    partitions=("month",), order=("point", "factor", "day"), ranged=("point", "day"),
)  # fmt: skip
FOLDER = "emissions"
_FIGURES = tuple(name for name in EMISSIONS.columns if name not in ("point", "factor", "day", "recorded_at", "month"))
_SMALLEST = Decimal("0.000001")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FILES_MOST = 16  # of one month, before they are merged


class EmissionGrain(Enum):
    """How long the period of a figure is (汇总粒度)."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class DayFigures(NamedTuple):
    """What an outlet emitted of a factor on a day, and what stands behind it (日排放量): kg, m³, hours; `mean` in the unit of the factor."""

    kg: Decimal | None
    substituted_kg: Decimal | None
    volume_m3: Decimal | None
    mean: Decimal | None
    hours_due: int
    hours_measured: int
    hours_stopped: int
    hours_invalid: int
    hours_missing: int
    hours_substituted: int
    hours_short: int


class EmissionRow(NamedTuple):
    """What an outlet emitted of a factor in a period (时段排放量); `start` is the first day, `as_of` when the newest part of it was worked out."""

    point: str
    factor: str
    start: date
    kg: Decimal | None
    substituted_kg: Decimal | None
    volume_m3: Decimal | None
    hours_due: int
    hours_measured: int
    hours_stopped: int
    hours_invalid: int
    hours_missing: int
    hours_substituted: int
    hours_short: int
    days: int
    days_without: int
    as_of: datetime


type_of_days = dict[tuple[str, str, date], DayFigures]


def open_emissions(folder: Path) -> LakeTable:
    """Open the table in the folder of a lake (打开排放量表)."""
    return LakeTable(folder / FOLDER, EMISSIONS)


def stored(figure: Decimal | None) -> Decimal | None:
    """Return a figure as the table holds it: to a milligram (入库精度).

    Examples
    --------
    >>> stored(Decimal("0.6518820004"))
    Decimal('0.651882')
    """
    return None if figure is None else figure.quantize(_SMALLEST, ROUND_HALF_EVEN)


def held_days(table: LakeTable, engine: duckdb.DuckDBPyConnection, *, points: Collection[str], start: date, end: date) -> type_of_days:
    """Return the figures that hold of some outlets on the days of [start, end) (现有日数据)."""
    rows: list[Any] = engine.execute(
        f"SELECT point, factor, day, {', '.join(_FIGURES)} FROM ({_newest(table, points, start, end, None)}) ORDER BY ALL"
    ).fetchall()
    return {(row[0], row[1], row[2]): DayFigures._make(row[3:]) for row in rows}


def keep_days(
    table: LakeTable, engine: duckdb.DuckDBPyConnection, days: type_of_days, *, now: datetime, sources: dict[str, int] | None = None
) -> None:  # fmt: skip
    """Write figures that are new or have changed (写入日数据), or only say up to where all is worked out."""
    if not days:
        if sources:
            table.commit([], sources=sources)
        return
    _hand_over(engine, [(*key, *found) for key, found in days.items()])
    moment = f"TIMESTAMPTZ {quoted(now.astimezone(UTC).isoformat())}"
    added = table.write(engine, f"SELECT *, {moment} AS recorded_at, CAST(date_trunc('month', day) AS DATE) AS month FROM made")
    table.commit(added, sources=sources)
    months: dict[Any, int] = {}
    for one in table.files():
        months[one.partition["month"]] = months.get(one.partition["month"], 0) + 1
    if max(months.values(), default=0) > _FILES_MOST:
        table.compact(engine, rows_most=1_000_000)


def _hand_over(engine: duckdb.DuckDBPyConnection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Make the table `made` of the rows, whole columns at a time, as text: exact, and a hundred times quicker than row by row."""
    names = ("point", "factor", "day", *_FIGURES)
    texts: dict[str, Any] = {name: Array([None if told is None else str(told) for told in column], DataType.string()) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    engine.register("handed", Table.from_pydict(texts))
    typed = ", ".join(f"CAST({name} AS {_TYPES[EMISSIONS.columns[name]]}) AS {name}" for name in names)
    engine.execute(f"CREATE OR REPLACE TABLE made AS SELECT {typed} FROM handed")
    engine.unregister("handed")


_TYPES = {"string": "VARCHAR", "date": "DATE", "long": "BIGINT", "decimal(18,6)": "DECIMAL(18,6)"}


def find_emissions(
    table: LakeTable, engine: duckdb.DuckDBPyConnection, *, points: Collection[str], grain: EmissionGrain, start: date, end: date, as_of: datetime | None = None,
    factors: Collection[str] = (),
) -> list[EmissionRow]:  # fmt: skip
    """Return what outlets emitted in the periods that lie in [start, end), as it holds or as it was known (查询排放量).

    Parameters
    ----------
    table : LakeTable
        Its newest snapshot is taken.
    engine : DuckDB
        Of the lake.
    points, factors : collection of str
        Which; no factors means all of them, no points none.
    grain : EmissionGrain
        A month or year that is cut by `start` or `end` holds its days inside.
    start, end : date
        [d]
    as_of : datetime, optional
        With a zone.

    Returns
    -------
    list of EmissionRow
        By outlet, factor and start. [kg], [m³]
    """
    table.refresh()
    which = f"WHERE factor IN ({', '.join(map(quoted, sorted(factors)))})" if factors else ""
    hours = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in _FIGURES if name.startswith("hours_"))
    rows: list[Any] = engine.execute(
        f"SELECT point, factor, CAST(date_trunc('{grain.value}', day) AS DATE) AS start, sum(kg), sum(substituted_kg), sum(volume_m3), {hours}, count(*), count(*) FILTER (kg IS NULL),"
        f" max(epoch_us(recorded_at)) FROM ({_newest(table, points, start, end, as_of)}) {which} GROUP BY point, factor, start ORDER BY point, factor, start"
    ).fetchall()
    return [EmissionRow._make((*row[:-1], _EPOCH + timedelta(microseconds=row[-1]))) for row in rows]


def _newest(table: LakeTable, points: Collection[str], start: date, end: date, as_of: datetime | None) -> str:
    """The query for the rows that hold, of several of one outlet, factor and day the last."""
    known = "" if as_of is None else f" AND recorded_at <= TIMESTAMPTZ {quoted(as_of.astimezone(UTC).isoformat())}"
    which = f"point IN ({', '.join(map(quoted, sorted(points)))})" if points else "false"
    return (
        f"SELECT * FROM ({rows_of(EMISSIONS, _files(table, start, end))}) WHERE day >= DATE {quoted(start)} AND day < DATE {quoted(end)} AND {which}{known}"
        " QUALIFY row_number() OVER (PARTITION BY point, factor, day ORDER BY recorded_at DESC) = 1"
    )


def _files(table: LakeTable, start: date, end: date) -> Sequence[DataFile]:
    return [one for one in table.files() if one.least["day"] < end and one.greatest["day"] >= start]


class Touched(NamedTuple):
    """The first day that new readings touch, by outlet, and up to which moment they were looked at (受影响的起始日)."""

    days: dict[str, date]
    heard: int


def touched_days(
    readings: Iterable[DataFile], engine: duckdb.DuckDBPyConnection, *, points: Collection[str], heard: int, until: datetime, shape: TableShape
) -> Touched:
    """Return what rows that came or were superseded after a moment touch (受影响的起始日).

    Parameters
    ----------
    readings : iterable of DataFile
        Files to look at.
    engine : DuckDB
        Of the lake.
    points : collection of str
        The outlets.
    heard : int
        Microseconds since 1970 up to which rows were looked at before.
    until : datetime
        Naive China Standard Time; later hours are not over yet.
    shape : TableShape
        That of the readings.
    """
    files = list(readings)
    if not files or not points:
        return Touched({}, heard)
    rows: list[Any] = engine.execute(
        f"SELECT point, CAST(min(ts) FILTER (ts < TIMESTAMP {quoted(until)}) AS DATE), max(greatest(epoch_us(recorded_at), coalesce(epoch_us(superseded_at), 0)))"
        f" FROM ({rows_of(shape, files)}) WHERE kind IN ('Hour-Avg', 'Hour-Cou', 'Hour-ZsAvg', 'Min-Avg', 'Min-Cou')"
        f" AND (epoch_us(recorded_at) > {heard} OR epoch_us(superseded_at) > {heard}) AND point IN ({', '.join(map(quoted, sorted(points)))}) GROUP BY point"
    ).fetchall()
    return Touched({point: day for point, day, _ in rows if day is not None}, max([heard, *(last for *_, last in rows)]))


def hour_over(now: datetime, *, grace: timedelta) -> datetime:
    """Return the start of the hour that runs, some minutes late so that what was sent at its turn has come (已结束小时); naive China Standard Time.

    Examples
    --------
    >>> hour_over(datetime(2026, 5, 1, 0, 3, tzinfo=UTC), grace=timedelta(minutes=5))
    datetime.datetime(2026, 5, 1, 7, 0)
    """
    return (now.astimezone(CHINA_STANDARD_TIME) - grace).replace(minute=0, second=0, microsecond=0, tzinfo=None)
