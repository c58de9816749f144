"""The readings of the lake (监测数据): what came in, judged against what is there, without loss and without doubles.

A reading is known by point, time, factor and kind. The same value again is a retransmission and changes nothing; another value is a correction: the
earlier row stays, with the moment from which it no longer held. What cannot be a reading goes to quarantine with its text.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from arro3.core import Array, DataType, Table

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.engine import MEMORY_MB, open_engine, quoted
from shuangkong.lake.table import DataFile, LakeTable, TableShape, rows_of

READINGS = TableShape(
    columns={
        "point": "string", "factor": "string", "kind": "string", "ts": "timestamp_ntz", "value": "decimal(18,6)", "flag": "string",
        "recorded_at": "timestamp", "superseded_at": "timestamp", "day": "date",
    },
    partitions=("day",), order=("factor", "kind", "point", "ts"), ranged=("point", "ts"),
)  # fmt: skip
QUARANTINE = TableShape(
    columns={
        "point": "string", "factor": "string", "kind": "string", "ts": "string", "value": "string", "flag": "string", "fault": "string", "source": "string",
        "raw": "binary", "recorded_at": "timestamp", "day": "date",
    },
    partitions=("day",), order=("fault", "point", "ts"), ranged=(),
)  # fmt: skip

EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001  # readings carry naive China Standard Time; loggers that lost their battery say 1970 or 1999
SLICE_ROWS, SLICE_DAYS = 4_000_000, 90
LARGE_ROWS = 16_000_000  # what need not be merged any more
_KEY = "point, factor, kind, ts"


class Reading(NamedTuple):
    """One value as it was sent (一个读数): everything is text, judged on the way into the lake."""

    point: str
    factor: str
    kind: str
    ts: str
    value: str
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a batch (入湖结果), in rows."""

    new: int = 0
    corrected: int = 0
    same: int = 0
    quarantined: int = 0


class Lake:
    """The lake on a folder (数据湖): readings, quarantine, scratch; one writer at a time on one machine."""

    def __init__(self, folder: Path, *, clock_ahead_most: timedelta, memory_mb: int = MEMORY_MB) -> None:
        self.folder, self.clock_ahead_most, self._memory_mb = folder, clock_ahead_most, memory_mb
        folder.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self.readings = LakeTable(folder / "readings", READINGS)
            self.quarantine = LakeTable(folder / "quarantine", QUARANTINE)

    @contextmanager
    def engine(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a bounded engine with scratch space in the lake."""
        with open_engine(self.folder / "scratch", memory_mb=self._memory_mb) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield an engine while no other process of this machine writes; the snapshots are the newest (独占写入)."""
        with self._locked(), self.engine() as connection:
            self.readings.refresh()
            self.quarantine.refresh()
            yield connection

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "writing.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def compact(self, *, rows_most: int = LARGE_ROWS) -> int:
        """Merge small files of each day, and return how many are gone (合并小文件)."""
        with self.writing() as connection:
            return self.readings.compact(connection, rows_most=rows_most) + self.quarantine.compact(connection, rows_most=rows_most)

    def retire(self, *, before: date) -> int:
        """Drop the readings of months before that of a day, and return how many rows that were (按保存期限清除). Their figures stay."""
        month = before.replace(day=1)
        with self.writing():
            old = [one for one in self.readings.files() if one.partition["day"] < month]
            if old:
                self.readings.commit([], old, note={"retired_before": month.isoformat()})
            return sum(one.rows for one in old)

    def vacuum(self) -> int:
        """Delete files that no snapshot of the last day names (清理)."""
        with self.writing():
            return self.readings.vacuum() + self.quarantine.vacuum()


# `told` is what a source says, all text: point, factor, kind, ts, value, flag, seq (order of arrival), origin (where it stands).
INCOMING = """
CREATE TABLE incoming AS
SELECT point, factor, kind, ts, value, flag, seq,
       CASE WHEN fault IS NOT NULL THEN told_ts END AS told_ts, CASE WHEN fault IS NOT NULL THEN told_value END AS told_value, fault
FROM (SELECT *, CASE WHEN coalesce(point, '') = '' THEN 'point' WHEN ts IS NULL THEN 'time' WHEN ts > {latest} OR ts < {earliest} THEN 'clock'
                     WHEN value IS NULL THEN 'value' END AS fault
      FROM (SELECT point, factor, kind, flag, seq, ts AS told_ts, value AS told_value, {ts} AS ts, {value} AS value FROM ({told})))
"""


def take_in(lake: Lake, engine: duckdb.DuckDBPyConnection, told: str, *, now: datetime, ts: str = "reading_ts(ts)", value: str = "reading_value(value)") -> None:
    """Judge the rows of a query one by one into the table `incoming` (逐行校验).

    Parameters
    ----------
    lake : Lake
        For how far a clock may be ahead.
    engine : DuckDB
        Of that lake.
    told : str
        A query with the columns point, factor, kind, ts, value, flag, seq; the later of two rows with one key has the larger seq.
    now : datetime
        When it was heard, with a zone; a time further ahead of it than a clock may be is a bad clock.
    ts, value : str
        Expressions that make a TIMESTAMP and a DECIMAL(18,6) of the columns, NULL where that cannot be done exactly.
    """
    latest = (now.astimezone(CHINA_STANDARD_TIME) + lake.clock_ahead_most).replace(tzinfo=None)
    bounds = {"latest": f"TIMESTAMP {quoted(latest)}", "earliest": f"TIMESTAMP {quoted(EARLIEST)}"}
    engine.execute(INCOMING.format(told=told, ts=ts, value=value, **bounds))


def merge(
    lake: Lake, engine: duckdb.DuckDBPyConnection, *, now: datetime, origin: str, source: tuple[str, int] | None = None, raw: Sequence[tuple[str, bytes]] = ()
) -> Merged:
    """Bring the table `incoming` into the lake in one commit (入湖).

    Parameters
    ----------
    lake : Lake
        Inside `writing`.
    engine : DuckDB
        Where `take_in` has made `incoming`.
    now : datetime
        When we heard; with a zone.
    origin : str
        Where the rows come from, kept with those in quarantine.
    source : (str, int), optional
        Name and last id of the inbox, written into the same commit.
    raw : sequence of (str, bytes)
        Origin and bytes of what could not be split at all.
    """
    held = lake.readings.files()
    moment = f"TIMESTAMPTZ {quoted(now.astimezone(UTC).isoformat())}"
    quarantined = _set_aside(lake, engine, moment, origin, raw)
    added, removed, counts = [], [], [0, 0]
    for first, last in _slices(engine):
        fresh = _fresh(engine, [one for one in held if first <= one.partition["day"] <= last], first, last)
        counts = [counts[0] + fresh.new, counts[1] + fresh.corrected]
        if fresh.new or fresh.corrected:
            added += lake.readings.write(engine, _outcome(fresh, moment))
            removed += fresh.touched
    if added:
        note = {"origin": origin} | ({"inbox": source[0], "through": str(source[1])} if source else {})
        lake.readings.commit(added, removed, sources=dict([source]) if source else None, note=note)
    rows = _one(engine, "SELECT count(*) FROM incoming WHERE fault IS NULL")
    engine.execute("DROP TABLE incoming")
    return Merged(counts[0], counts[1], rows - sum(counts), quarantined)


class _Fresh(NamedTuple):
    rows: str  # a query: key, value, flag, place (1 is the current value of its key), held_in and held_at (file and time of the row it ends)
    new: int
    corrected: int
    touched: list[DataFile]


def _one(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    found: Any = engine.execute(query).fetchone()
    return int(found[0])


def _slices(engine: duckdb.DuckDBPyConnection) -> Iterator[tuple[date, date]]:
    """Runs of days that together are not too many rows for the memory."""
    counted = engine.execute("SELECT CAST(ts AS DATE) AS day, count(*) FROM incoming WHERE fault IS NULL GROUP BY day ORDER BY day").fetchall()
    first, last, rows = None, None, 0
    for day, count in counted:
        if first is not None and last is not None and (rows + count > SLICE_ROWS or (day - first).days >= SLICE_DAYS):
            yield first, last
            first, rows = None, 0
        first, last, rows = first or day, day, rows + count
    if first is not None and last is not None:
        yield first, last


def _fresh(engine: duckdb.DuckDBPyConnection, held: Sequence[DataFile], first: date, last: date) -> _Fresh:
    """Find what of one slice the lake does not know yet."""
    some = _latest_first(engine, f"SELECT {_KEY}, value, flag, seq FROM incoming WHERE fault IS NULL AND ts >= TIMESTAMP {quoted(first)} AND ts < TIMESTAMP {quoted(last + timedelta(days=1))}")
    span: Any = engine.execute(f"SELECT min(ts), max(ts), min(point), max(point), count(*) FROM ({some})").fetchone()
    near = [one for one in held if one.least["ts"] <= span[1] and one.greatest["ts"] >= span[0] and one.least["point"] <= span[3] and one.greatest["point"] >= span[2]]
    if not near:
        return _Fresh(f"SELECT *, NULL AS held_in, CAST(NULL AS TIMESTAMPTZ) AS held_at FROM ({some})", span[4], 0, [])
    current = f"SELECT {_KEY}, value, flag, recorded_at, filename FROM ({rows_of(READINGS, near, more=', filename')}) WHERE superseded_at IS NULL"
    engine.execute(
        f"CREATE OR REPLACE TABLE fresh AS SELECT mine.*, held.filename AS held_in, held.recorded_at AS held_at FROM ({some}) AS mine LEFT JOIN ({current}) AS held USING ({_KEY})"
        " WHERE held.point IS NULL OR held.value <> mine.value OR held.flag <> mine.flag"
    )
    counted: Any = engine.execute("SELECT count(*) FILTER (held_in IS NULL), count(*) FILTER (held_in IS NOT NULL) FROM fresh").fetchone()
    names = {name for (name,) in engine.execute("SELECT DISTINCT held_in FROM fresh WHERE held_in IS NOT NULL AND place = 1").fetchall()}
    return _Fresh("SELECT * FROM fresh", counted[0], counted[1], [one for one in near if str(one.path) in names])


def _latest_first(engine: duckdb.DuckDBPyConnection, rows: str) -> str:
    """Number the rows of each key, the latest 1; earlier ones stay only where they say something else."""
    if not _one(engine, f"SELECT count(*) FROM (SELECT 1 FROM ({rows}) GROUP BY {_KEY} HAVING count(*) > 1)"):
        return f"SELECT *, 1 AS place FROM ({rows})"
    engine.execute(
        f"CREATE OR REPLACE TABLE ranked AS SELECT *, row_number() OVER latest AS place FROM ({rows})"
        f" WINDOW latest AS (PARTITION BY {_KEY} ORDER BY seq DESC, value DESC)"
        " QUALIFY place = 1 OR value <> first_value(value) OVER latest OR flag <> first_value(flag) OVER latest"
    )
    return "SELECT * FROM ranked"


def _outcome(fresh: _Fresh, moment: str) -> str:
    """The rows to write: the fresh ones, and those of the files in which something is superseded. A clock set back puts none before the row it ends."""
    heard = f"greatest({moment}, held_at)"
    rows = f"SELECT {_KEY}, value, flag, {heard} AS recorded_at, CASE WHEN place > 1 THEN {heard} END AS superseded_at, CAST(ts AS DATE) AS day FROM ({fresh.rows})"
    if not fresh.touched:
        return rows
    ended = f"CASE WHEN ending.place = 1 AND held.superseded_at IS NULL THEN greatest({moment}, held.recorded_at) ELSE held.superseded_at END"
    return (
        f"{rows} UNION ALL SELECT {_KEY}, held.value, held.flag, held.recorded_at, {ended} AS superseded_at, held.day"
        f" FROM ({rows_of(READINGS, fresh.touched)}) AS held LEFT JOIN (SELECT * FROM fresh WHERE place = 1 AND held_in IS NOT NULL) AS ending USING ({_KEY})"
    )


def _set_aside(lake: Lake, engine: duckdb.DuckDBPyConnection, moment: str, origin: str, raw: Sequence[tuple[str, bytes]]) -> int:
    """Put what is no reading into quarantine, once."""
    engine.execute(
        "CREATE OR REPLACE TABLE aside AS SELECT DISTINCT coalesce(point, '') AS point, coalesce(factor, '') AS factor, coalesce(kind, '') AS kind,"
        f" coalesce(told_ts, '') AS ts, coalesce(told_value, '') AS value, coalesce(flag, '') AS flag, fault, {quoted(origin)} AS source, ''::BLOB AS raw"
        " FROM incoming WHERE fault IS NOT NULL"
    )
    if raw:
        engine.register("unread", Table.from_pydict({"source": Array([one[0] for one in raw], DataType.string()), "raw": Array([one[1] for one in raw], DataType.binary())}))
        engine.execute("INSERT INTO aside SELECT '', '', '', '', '', '', 'unread', source, raw FROM unread")
        engine.unregister("unread")
    if not _one(engine, "SELECT count(*) FROM aside"):
        return 0
    same = "USING (point, factor, kind, ts, value, flag, fault, raw)"
    engine.execute(f"CREATE TABLE known AS SELECT known.* FROM ({rows_of(QUARANTINE, lake.quarantine.files())}) AS known SEMI JOIN aside {same}")
    engine.execute(f"CREATE OR REPLACE TABLE aside AS SELECT * FROM aside ANTI JOIN known {same}")
    count = _one(engine, "SELECT count(*) FROM aside")
    if count:
        query = f"SELECT *, {moment} AS recorded_at, CAST({moment} AS DATE) AS day FROM aside"
        lake.quarantine.commit(lake.quarantine.write(engine, query), note={"origin": origin})
    return count
