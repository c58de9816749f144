"""Readings to figures (汇总): hour by hour for meters, then places above them, then days, months and years; and of late news just what it touches.

The figures of a run appear in one commit, which says how far in the readings it goes and by which register of meters, tree and factors. The next run
computes again the hours next to rows that came since, or everything where register, tree or factors are others.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import duckdb
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from shuangkong.lake.engine import open_beside, put_rows, quoted
from shuangkong.lake.figures import FIGURES, FigureGrain, of_grain
from shuangkong.lake.meter_file import FACTOR, KIND
from shuangkong.lake.readings import EARLIEST, READINGS, SLICE_ROWS, Lake
from shuangkong.lake.rollup_text import COARSER, METERED, PLACED
from shuangkong.lake.table import DataFile, LakeTable, rows_of

OPEN_END = datetime(9999, 1, 1)  # noqa: DTZ001  # naive China Standard Time, as the readings
_HOUR = timedelta(hours=1)
_LOOK_BACK_DAYS = (1, 32, 20_000)  # a neighbour is mostly a quarter of an hour away, after an outage a month, else anywhere
_NEIGHBOURS = 4
_FEW_DAYS = 40  # touched days are computed one by one up to here, else by the month


class MeterRow(NamedTuple):
    """One installation of a meter (安装段): from `valid_from` to `valid_to` the point is measured by this device with this multiplier."""

    meter: str
    point: str
    unit: str
    carrier: str
    flow: str
    multiplier: Decimal
    valid_from: datetime
    valid_to: datetime
    register_span: Decimal | None
    limit_per_hour: Decimal | None
    first_reading: Decimal | None
    last_reading: Decimal | None


class FactorRow(NamedTuple):
    """What a unit of a carrier weighs in coal equivalent and CO2 from one day to another (折标与排放系数). [kgce, kgCO2]"""

    carrier: str
    valid_from: datetime
    valid_to: datetime
    kgce: Decimal | None
    kgco2: Decimal | None


class PlaceRow(NamedTuple):
    """That a unit lies in a place, or is it, from one moment to another (归属)."""

    unit: str
    node: str
    valid_from: datetime = EARLIEST
    valid_to: datetime = OPEN_END


@dataclass(frozen=True, slots=True)
class Registers:
    """What the roll-up must know beside the readings (计量台账、组织树、系数)."""

    meters: Sequence[MeterRow]
    ancestry: Sequence[PlaceRow | tuple[str, str]]  # each unit with itself and every place above it; for ever, where no time is given
    factors: Sequence[FactorRow]
    longest_span_s: int  # between two readings that follow each other

    @property
    def digest(self) -> int:
        """A number that changes when any of it changes."""
        told = repr((sorted(map(repr, self.meters)), sorted(self.ancestry), sorted(map(repr, self.factors)), self.longest_span_s))
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:7])


@dataclass(frozen=True, slots=True)
class RolledUp:
    """What a run did (汇总结果)."""

    is_whole: bool
    meter_hours: int
    months: tuple[date, ...]


class Slice(NamedTuple):
    """Hours to compute at once, for all points or for those of `points`."""

    start: datetime
    end: datetime
    points: frozenset[str] | None


def roll_up(lake: Lake, registers: Registers, *, start_run: "type_of_start | None" = None) -> RolledUp:
    """Bring the figures up to what the readings say (汇总). Running it again changes nothing; `start_run` is what computes, DuckDB here."""
    figures = LakeTable(lake.folder / "figures", FIGURES)
    with lake.writing() as engine:
        version, digest = lake.readings.version, registers.digest
        files = lake.readings.files()
        rolled = figures.transaction_version("readings")
        is_same = figures.transaction_version("registers") == digest
        if not files or (is_same and rolled == version):
            return RolledUp(False, 0, ())
        _put_registers(engine, registers)
        slices = _touched(engine, lake, registers, files, figures, rolled) if is_same and rolled is not None else None
        since, through = _since(registers, files), _through(files)
        is_whole = slices is None
        if slices is None:
            slices = by_month(since, through)
        run = (start_run or Run)(engine, lake, figures, Slice(since, through, None), since.date().replace(day=1) if is_whole else None)
        run.compute(slices)
        run.commit({"readings": version, "registers": digest, "since": _seconds(since), "through": _seconds(through)})
        return RolledUp(is_whole, run.meter_hours, tuple(run.months))


class Made(NamedTuple):
    """What was computed of one month (一月所得): its hours of meters, files that are to appear and others that are to go."""

    month: date
    meter_hours: int
    added: list[AddAction]
    removed: list[DataFile]


class Run:
    """One run (一次汇总): files written so far, all to appear together.

    Months are computed side by side as far as the memory goes, each by one thread: two threads on one month take a third more processor time than one.
    """

    months_at_once = os.cpu_count() or 1

    def __init__(self, engine: duckdb.DuckDBPyConnection, lake: Lake, figures: LakeTable, span: Slice, whole_from: date | None) -> None:
        self._engine, self._lake, self._readings, self._figures, self._span = engine, lake, lake.readings.files(), figures, span
        held = figures.files()
        # Of months whose readings have been retired the figures stay.
        self._removed: list[DataFile] = [one for one in held if whole_from and one.partition["month"] >= whole_from and one.partition["grain"] != FigureGrain.YEAR.value]
        self._held = [one for one in held if one not in self._removed]
        self._added: list[AddAction] = []
        self.months: list[date] = []
        self.meter_hours = 0
        engine.execute(f"CREATE TABLE month_rows AS {self._read([])}")

    def compute(self, slices: Sequence[Slice]) -> None:
        """Compute the months of some slices."""
        months: dict[date, list[Slice]] = {}
        for one in slices:
            months.setdefault(one.start.date().replace(day=1), []).append(one)
        rows = [sum(one.rows for one in self._readings if one.partition["day"].replace(day=1) == month) for month in months]
        at_once = max(1, min(self.months_at_once, len(months), SLICE_ROWS // max([1, *rows])))
        self._engine.execute(f"SET threads = {max(1, self.months_at_once // at_once)}")
        with ThreadPoolExecutor(at_once) as pool:
            for made in pool.map(self._beside, *zip(*sorted(months.items()), strict=True)) if months else ():
                self.months.append(made.month)
                self.meter_hours += made.meter_hours
                self._added += made.added
                self._removed += made.removed

    def commit(self, versions: Mapping[str, int]) -> None:
        """Compute the years that were touched, and make all appear."""
        for year in sorted({month.replace(month=1) for month in self.months}):
            others = [one for one in of_grain(self._held, FigureGrain.MONTH, _months_of(year)) if one.partition["month"] not in self.months]
            self._engine.execute(f"CREATE OR REPLACE TEMP TABLE finer AS SELECT * FROM month_rows WHERE year(start_at) = {year.year} UNION ALL {self._read(others)}")
            self._added += self._coarsen(self._engine, FigureGrain.YEAR, year)
            self._removed += of_grain(self._held, FigureGrain.YEAR, [year])
        self._figures.commit(self._added, self._removed, sources=versions)

    def _beside(self, month: date, slices: Sequence[Slice]) -> Made:
        with open_beside(self._engine) as engine:
            return self._month(engine, month, slices)

    def _month(self, engine: duckdb.DuckDBPyConnection, month: date, slices: Sequence[Slice]) -> Made:
        """Compute the hours of some slices of one month, and with them its days and itself."""
        run = engine.execute
        for number, one in enumerate(slices):
            put_hours(engine, one)
            _put_neighbourhood(engine, self._readings, one)
            hours = f"SELECT * FROM ({METERED})" + ("" if one.points is None else " WHERE series IN (SELECT series FROM meters JOIN wanted USING (point))")
            run(f"INSERT INTO fresh FROM ({hours}) ANTI JOIN fresh USING (series, start_at)" if number else f"CREATE TEMP TABLE fresh AS {hours}")
        run(f"CREATE TEMP TABLE kept AS {self._read(of_grain(self._held, FigureGrain.HOUR, [month]))}")
        run(
            "CREATE TEMP VIEW metered AS SELECT * FROM fresh UNION ALL SELECT * FROM kept ANTI JOIN fresh USING (series, start_at)"
            " WHERE series IN (SELECT series FROM meters) AND start_at IN (SELECT start_at FROM fresh)"
        )
        run(f"CREATE TEMP TABLE finer AS {PLACED} UNION ALL SELECT * FROM metered UNION ALL SELECT * FROM kept WHERE start_at NOT IN (SELECT start_at FROM fresh)")
        added = self._write(engine, FigureGrain.HOUR, month) + self._coarsen(engine, FigureGrain.DAY, month) + self._coarsen(engine, FigureGrain.MONTH, month)
        run("INSERT INTO month_rows SELECT * FROM finer")
        counted = run("SELECT count(*) FROM fresh").fetchone() or (0,)
        return Made(month, counted[0], added, self._of_month(month))

    def _of_month(self, month: date) -> list[DataFile]:
        return [one for grain in (FigureGrain.HOUR, FigureGrain.DAY, FigureGrain.MONTH) for one in of_grain(self._held, grain, [month])]

    def _read(self, files: Sequence[DataFile]) -> str:
        """What is held already, by series."""
        return f"SELECT series, start_at, {MEASURES} FROM ({rows_of(FIGURES, files)}) JOIN series USING (level, node, carrier, flow)"

    def _coarsen(self, engine: duckdb.DuckDBPyConnection, grain: FigureGrain, month: date) -> list[AddAction]:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE coarse AS {COARSER.format(grain=grain.value)}")
        engine.execute("DROP TABLE finer; ALTER TABLE coarse RENAME TO finer")
        return self._write(engine, grain, month)

    def _write(self, engine: duckdb.DuckDBPyConnection, grain: FigureGrain, month: date) -> list[AddAction]:
        return self._figures.write(engine, "FROM finer JOIN series USING (series)", order="series, start_at", within={"grain": grain.value, "month": str(month)})


type_of_start = Callable[[duckdb.DuckDBPyConnection, Lake, LakeTable, Slice, date | None], Run]
MEASURES = "quantity, kgce, kgco2, estimated, covered_s, expected_s, over_limit, recorded_at"
CURRENT = f"factor = '{FACTOR}' AND kind = '{KIND}'"


def _put_registers(engine: duckdb.DuckDBPyConnection, registers: Registers) -> None:
    engine.execute(
        "CREATE TABLE fitted (meter VARCHAR, point VARCHAR, unit VARCHAR, carrier VARCHAR, flow VARCHAR, multiplier DECIMAL(19,6), valid_from TIMESTAMP, valid_to TIMESTAMP,"
        " register_span DECIMAL(18,6), limit_per_hour DECIMAL(19,6), first_reading DECIMAL(18,6), last_reading DECIMAL(18,6));"
        "CREATE TABLE ancestry (unit VARCHAR, node VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP);"
        "CREATE TABLE factors (carrier VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP, kgce DECIMAL(18,9), kgco2 DECIMAL(18,9));"
    )
    put_rows(engine, "fitted", registers.meters)
    put_rows(engine, "ancestry", [PlaceRow(*one) for one in registers.ancestry])
    put_rows(engine, "factors", registers.factors)
    # Numbers in the order of names: what is sorted by series is sorted by what it is. Words of which there are few are written fast as ENUM.
    engine.execute(
        "CREATE TYPE told_level AS ENUM ('meter', 'place'); CREATE TYPE told_carrier AS ENUM (SELECT DISTINCT carrier FROM fitted ORDER BY carrier);"
        "CREATE TYPE told_flow AS ENUM (SELECT DISTINCT flow FROM fitted ORDER BY flow);"
        "CREATE TABLE series AS SELECT CAST(row_number() OVER (ORDER BY level, node, carrier, flow) AS INTEGER) AS series, CAST(level AS told_level) AS level, node,"
        " CAST(carrier AS told_carrier) AS carrier, CAST(flow AS told_flow) AS flow"
        " FROM (SELECT 'meter' AS level, point AS node, carrier, flow FROM fitted UNION SELECT 'place', node, carrier, flow FROM fitted JOIN ancestry USING (unit));"
        "CREATE TABLE meters AS SELECT CAST(row_number() OVER (ORDER BY meter, valid_from) AS INTEGER) AS meter, point, series, multiplier, register_span,"
        " limit_per_hour, valid_from, valid_to, first_reading, last_reading, CAST(NULL AS TIMESTAMPTZ) AS noted_at,"
        " CASE WHEN multiplier < 1000000000 AND multiplier = floor(multiplier) THEN CAST(multiplier AS DECIMAL(9,0)) END AS whole_multiplier,"
        " CASE WHEN multiplier < 1000000000 AND multiplier = floor(multiplier) THEN CAST(quotient(900000000000000000, multiplier * 1000000) AS DECIMAL(18,0)) END AS narrow_rise,"
        f" {_millionths('quotient(wide_limit * 1000000000000, multiplier * 4000000)')} AS quarter_rise, {_millionths('quotient(wide_limit * 1000000, 4)')} AS quarter_limit, fitted.unit, fitted.carrier, fitted.flow"
        " FROM (SELECT *, CAST(limit_per_hour AS DECIMAL(38,6)) AS wide_limit FROM fitted) AS fitted JOIN series ON level = 'meter' AND node = point AND series.carrier = fitted.carrier AND series.flow = fitted.flow;"
        "CREATE TABLE weights AS SELECT meter, factors.valid_from, factors.valid_to, kgce, kgco2,"
        " CAST(quotient(900000000000, CAST(greatest(kgce, kgco2, 0.000000001) AS DECIMAL(38,9)) * 1000000000) AS DECIMAL(18,6)) AS narrow_quantity FROM meters JOIN factors USING (carrier);"
        "CREATE TABLE summing AS SELECT DISTINCT meters.series AS part, whole.series AS whole, ancestry.valid_from, ancestry.valid_to FROM meters JOIN ancestry USING (unit)"
        " JOIN series AS whole ON whole.level = 'place' AND whole.node = ancestry.node AND whole.carrier = meters.carrier AND whole.flow = meters.flow;"
        f"CREATE TABLE conventions AS SELECT CAST({registers.longest_span_s} AS BIGINT) AS longest_span_s"
    )


def _millionths(whole: str) -> str:
    return f"TRY_CAST(CAST({whole} AS DECIMAL(38,0)) * CAST(0.000001 AS DECIMAL(6,6)) AS DECIMAL(18,6))"


def put_hours(engine: duckdb.DuckDBPyConnection, one: Slice) -> None:
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE hours AS SELECT unnest(generate_series(TIMESTAMP {quoted(one.start)}, TIMESTAMP {quoted(one.end - _HOUR)}, INTERVAL 1 HOUR)) AS start_at"
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE wanted (point VARCHAR)")
    if one.points is None:
        engine.execute("INSERT INTO wanted SELECT DISTINCT point FROM meters")
    else:
        put_rows(engine, "wanted", [[point] for point in sorted(one.points)])


def _put_neighbourhood(engine: duckdb.DuckDBPyConnection, files: Sequence[DataFile], one: Slice) -> None:
    """Make the table `readings`: those of the hours, and of each point the last before and the first from their end on."""
    chosen = "" if one.points is None else " AND point IN (SELECT point FROM wanted)"
    within = f"ts >= TIMESTAMP {quoted(one.start)} AND ts < TIMESTAMP {quoted(one.end)}"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE readings AS {readings_as_held(files, one.start, one.end, within + chosen)}")
    for is_before in (True, False):
        put_neighbours(engine, files, one.start if is_before else one.end, is_before)


def put_neighbours(engine: duckdb.DuckDBPyConnection, files: Sequence[DataFile], moment: datetime, is_before: bool) -> None:
    """Add to `readings` the nearest few of each point on one side of a moment: some of them may have to be set aside."""
    engine.execute("CREATE OR REPLACE TEMP TABLE lonely AS SELECT point FROM wanted")
    for days in _LOOK_BACK_DAYS:
        start, end = (moment - min(timedelta(days=days), moment - EARLIEST), moment) if is_before else (moment, min(moment + timedelta(days=days), OPEN_END))
        within = f"ts >= TIMESTAMP {quoted(start)} AND ts < TIMESTAMP {quoted(end)} AND point IN (SELECT point FROM lonely)"
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE found AS SELECT *, count(*) OVER (PARTITION BY point) AS met FROM ({readings_as_held(files, start, end, within)})"
            f" QUALIFY row_number() OVER (PARTITION BY point ORDER BY ts {'DESC' if is_before else ''}) <= {_NEIGHBOURS}"
        )
        is_enough = f"met >= {_NEIGHBOURS}" if days < _LOOK_BACK_DAYS[-1] else "true"
        engine.execute(f"INSERT INTO readings SELECT * EXCLUDE (met) FROM found WHERE {is_enough}")
        engine.execute(f"CREATE OR REPLACE TEMP TABLE lonely AS SELECT point FROM lonely ANTI JOIN (FROM found WHERE {is_enough}) USING (point)")
        if not (engine.execute("SELECT count(*) FROM lonely").fetchone() or (0,))[0]:
            return


def readings_as_held(files: Sequence[DataFile], start: datetime, end: datetime, where: str) -> str:
    near = [one for one in files if one.least["ts"] < end and one.greatest["ts"] >= start]
    return f"SELECT point, ts, value, recorded_at FROM ({rows_of(READINGS, near)}) WHERE superseded_at IS NULL AND {CURRENT} AND {where}"


def _touched(
    engine: duckdb.DuckDBPyConnection, lake: Lake, registers: Registers, files: Sequence[DataFile], figures: LakeTable, rolled: int
) -> list[Slice] | None:
    """What the rows that came since the last run touch; None where that can no longer be told."""
    try:
        before = {one.path: one for one in lake.readings.files(rolled)}
    except DeltaError:  # the log of that version is gone
        return None
    now = {one.path: one for one in files}
    came, went = ([one for path, one in left.items() if path not in right] for left, right in ((now, before), (before, now)))
    said = f"SELECT point, ts, value, superseded_at FROM ({{}}) WHERE {CURRENT}"
    engine.execute(f"CREATE TABLE news AS SELECT DISTINCT point, ts FROM ({said.format(rows_of(READINGS, came))} EXCEPT {said.format(rows_of(READINGS, went))})")
    slices: list[Slice] = []
    for day, points in engine.execute("SELECT CAST(ts AS DATE) AS day, list(DISTINCT point) FROM news WHERE point IN (SELECT point FROM meters) GROUP BY day ORDER BY day").fetchall():
        slices += _around(engine, files, day, frozenset(points))
    since, through = (datetime.fromtimestamp(figures.transaction_version(name) or 0, UTC).replace(tzinfo=None) for name in ("since", "through"))
    slices += by_month(_since(registers, files), since) + by_month(through, _through(files))
    days = {one.start.date() for one in slices}
    return None if len(days) > _FEW_DAYS else slices


def _around(engine: duckdb.DuckDBPyConnection, files: Sequence[DataFile], day: date, points: frozenset[str]) -> list[Slice]:
    """The hours from the reading before the first news of a day to the reading after the last, cut at the ends of months."""
    first, last = engine.execute(f"SELECT min(ts), max(ts) FROM news WHERE CAST(ts AS DATE) = DATE {quoted(day)}").fetchone() or (None, None)
    hour = datetime.combine(first.date(), first.time().replace(minute=0, second=0))
    put_hours(engine, Slice(hour, hour + _HOUR, points))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE readings AS {readings_as_held([], hour, hour, 'true')}")
    put_neighbours(engine, files, first, True)
    put_neighbours(engine, files, last + timedelta(seconds=1), False)
    found = engine.execute("SELECT min(ts), max(ts) FROM readings").fetchone() or (None, None)
    start, end = min(first, found[0] or first), max(last, found[1] or last)
    return [one._replace(points=points) for one in by_month(_floor(start), _floor(end) + _HOUR)]


def by_month(start: datetime, end: datetime) -> list[Slice]:
    """[start, end) cut at the ends of months, for all points."""
    cut: list[Slice] = []
    while start < end:
        following = datetime(start.year + start.month // 12, start.month % 12 + 1, 1)  # noqa: DTZ001  # naive as the readings
        cut.append(Slice(start, min(following, end), None))
        start = following
    return cut


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _since(registers: Registers, files: Sequence[DataFile]) -> datetime:
    """The first hour that any meter may have a figure of."""
    first = min(one.least["ts"] for one in files)
    noted = [one.valid_from for one in registers.meters if one.first_reading is not None]
    return _floor(min([first, *noted]))


def _through(files: Sequence[DataFile]) -> datetime:
    """The end of the hour of the newest reading."""
    newest: datetime = max(one.greatest["ts"] for one in files)
    return _floor(newest) + _HOUR


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def _months_of(year: date) -> list[date]:
    return [year.replace(month=month) for month in range(1, 13)]
