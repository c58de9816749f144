"""A year of 200 meters (B-200): files into the lake, rolled up, found, corrected.

    python benchmarks/meters_b200.py [--rows10]

Size: 100 units with an electricity and a gas meter each, a reading every 15 minutes of 2025: 7 008 000 rows; counties of ten units, one city. `--rows10`
ten times the meters and units: 70 million rows, for time and memory. The floors, in the same run: DuckDB reading the same CSV into one sum; DuckDB
differencing the same files by the hour and summing units, counties and the city in memory, with no check, no gap, no register, nothing kept.

Budgets: import 1 M rows/s; roll-up, all grains kept on disk, 4 s (aim: twice its floor); a year of hours of a node 100 ms; a corrected day of 1 % of the
meters in every figure 2 s; a new hour in the city's figure 5 s; 6 bytes a row. Ten times: under 10 times the time, 2 GiB.
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from shuangkong.lake.engine import open_engine, quoted
from shuangkong.lake.figures import FIGURES, Figure, FigureGrain, FigureLevel, find_figures
from shuangkong.lake.meter_file import import_meter_file, import_meter_rows
from shuangkong.lake.readings import READINGS, Lake
from shuangkong.lake.rollup import OPEN_END, FactorRow, MeterRow, Registers, roll_up
from shuangkong.lake.table import LakeTable, rows_of

DAYS, A_DAY = 365, 96
START = datetime(2025, 1, 1)  # noqa: DTZ001  # China Standard Time, as the readings
HEARD = datetime(2026, 1, 2, tzinfo=UTC)
ROWS_A_SECOND, ROLL_UP_S, FIND_S, CORRECT_S, NEW_HOUR_S, ROW_BYTES, MEMORY_MB = 1_000_000, 4, 0.1, 2, 5, 6, 2048


def write_csv(path: Path, meters: int) -> None:
    """Write the readings, the same bytes every time: steady meters with a little noise."""
    with duckdb.connect() as engine:
        engine.execute(
            "COPY (SELECT 'D' || lpad(CAST(m AS VARCHAR), 5, '0') AS meter, TIMESTAMP '2025-01-01' + to_minutes(15 * k) AS ts,"
            " CAST(1000 * m + k * (1 + m % 7) * 0.25 + (m * 35040 + k) * (m * 35040 + k) % 1000003 % 997 / 4000.0 AS DECIMAL(18,3)) AS reading"
            f" FROM range({meters}) a(m), range({DAYS * A_DAY}) b(k)) TO {quoted(path)} (HEADER)"
        )


def registers(meters: int) -> Registers:
    """The register of meters, the tree and the factors."""
    rows = [
        MeterRow(f"D{m:05}", f"D{m:05}", f"U{m // 2:04}", ("electricity", "natural_gas")[m % 2], "consumption", Decimal(1), START, OPEN_END, None, Decimal(900), None, None)
        for m in range(meters)
    ]  # fmt: skip
    tree = [(f"U{u:04}", node) for u in range(meters // 2) for node in (f"U{u:04}", f"C{u // 10:03}", "CITY")]
    factors = [FactorRow("electricity", START, OPEN_END, Decimal("0.1229"), Decimal("0.5897")), FactorRow("natural_gas", START, OPEN_END, Decimal("1.33"), Decimal("2.162189"))]
    return Registers(rows, tree, factors, 1350)


def processor_s() -> float:
    """Return the processor time of this process, all threads. [s]"""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(run: Callable[[], object]) -> float:
    """Return how long it takes, and say what it takes of the processors: on a machine with other work that is the steadier figure. [s]"""
    begun, used = time.perf_counter(), processor_s()
    run()
    took = time.perf_counter() - begun
    print(f"  {processor_s() - used:.2f} s of processor time in {took:.2f} s")
    return took


def floor_of_import(path: Path, scratch: Path) -> float:
    """Return how long DuckDB takes to read the file into one sum. [s]"""
    with open_engine(scratch) as engine:
        columns = "{'meter': 'VARCHAR', 'ts': 'TIMESTAMP', 'reading': 'DECIMAL(18,6)'}"
        return timed(lambda: engine.execute(f"SELECT sum(reading), max(ts) FROM read_csv({quoted(path)}, columns = {columns})").fetchall())


def floor_of_roll_up(lake: Lake) -> float:
    """Return how long hours, units, counties and the city take by hand. [s]"""
    with lake.engine() as engine:
        rows = rows_of(READINGS, lake.readings.files())
        engine.execute("CREATE TABLE tree AS SELECT 'D' || lpad(CAST(m AS VARCHAR), 5, '0') AS point, m % 2 AS carrier, m // 2 AS unit, m // 20 AS county FROM range(20000) t(m)")

        def by_hand() -> None:
            engine.execute(
                f"CREATE TABLE hours AS SELECT point, hour, lead(first) OVER (PARTITION BY point ORDER BY hour) - first AS quantity"
                f" FROM (SELECT point, date_trunc('hour', ts) AS hour, min(value) AS first FROM ({rows}) GROUP BY ALL)"
            )
            for node in ("unit", "county", "1"):
                engine.execute(
                    f"CREATE OR REPLACE TABLE summed AS SELECT {node} AS node, carrier, hour, sum(quantity) AS quantity, sum(quantity * 0.1229) AS kgce, sum(quantity * 0.5897) AS kgco2"
                    " FROM hours JOIN tree USING (point) GROUP BY ALL"
                )

        return timed(by_hand)


def year_of_hours(lake: Lake, node: str, level: FigureLevel) -> list[Figure]:
    """Return a year of hours of one node."""
    with lake.engine() as engine:
        return find_figures(LakeTable(lake.folder / "figures", FIGURES), engine, level=level, node=node, grain=FigureGrain.HOUR, start=date(2025, 1, 1), end=date(2026, 1, 1))


def correct(lake: Lake, meters: int) -> None:
    """A day of 1 % of the meters, each reading 0.001 higher than it was sent first."""
    points = [f"D{m:05}" for m in range(0, meters, 100)]
    with lake.engine() as engine:
        day = [one for one in lake.readings.files() if one.partition["day"] == date(2025, 6, 1)]
        rows = engine.execute(f"SELECT point, CAST(ts AS VARCHAR), CAST(value + 0.001 AS VARCHAR) FROM ({rows_of(READINGS, day)}) WHERE point IN {tuple(points)}").fetchall()
    import_meter_rows(lake, rows, now=HEARD + timedelta(hours=1), name="corrected")


def new_hour(lake: Lake, meters: int) -> None:
    """One hour more of every meter."""
    rows = [(f"D{m:05}", str(START + timedelta(days=DAYS, minutes=15 * k)), "99999999") for m in range(meters) for k in range(4)]
    import_meter_rows(lake, rows, now=HEARD + timedelta(hours=2), name="new hour")


def main() -> None:
    """Measure, print, and exit 1 when a budget is exceeded."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--rows10", action="store_true", help="ten times the size")
    meters = 2000 if asks.parse_args().rows10 else 200
    size, known = meters * DAYS * A_DAY, registers(meters)
    times = meters // 200
    folder = Path(tempfile.mkdtemp(prefix="meters-b200-"))
    over: list[str] = []

    def report(name: str, took: float, most: float, unit: str, floor: float | None = None) -> None:
        beside = f", {took / floor:.1f} times its floor of {floor:.2f} {unit}" if floor else ""
        print(f"{name}: {took:.3f} {unit} (budget {most:g}){beside}", flush=True)
        if took > most:
            over.append(name)

    try:
        lake, path = Lake(folder / "lake", clock_ahead_most=timedelta(minutes=5)), folder / "meters.csv"
        write_csv(path, meters)
        report(f"import of {size:,} rows", timed(lambda: import_meter_file(lake, path, now=HEARD)), size / ROWS_A_SECOND, "s", floor_of_import(path, folder / "scratch"))
        report("the same file again", timed(lambda: import_meter_file(lake, path, now=HEARD)), size / ROWS_A_SECOND, "s", floor_of_import(path, folder / "scratch"))
        lake.compact()
        report("bytes a row", sum(one.size for one in lake.readings.files()) / size, ROW_BYTES, "B")
        report("roll-up", timed(lambda: roll_up(lake, known)), ROLL_UP_S * times, "s", floor_of_roll_up(lake))
        for node, level in (("CITY", FigureLevel.PLACE), ("U0007", FigureLevel.PLACE), ("D00007", FigureLevel.METER)):
            report(f"a year of hours of {node}", min(timed(lambda node=node, level=level: year_of_hours(lake, node, level)) for _ in range(5)), FIND_S, "s")  # type: ignore[misc]
        before = sum(one.quantity or 0 for one in year_of_hours(lake, "CITY", FigureLevel.PLACE))
        report("a corrected day of 1 % of the meters", timed(lambda: (correct(lake, meters), roll_up(lake, known))), CORRECT_S * times, "s")
        after = sum(one.quantity or 0 for one in year_of_hours(lake, "CITY", FigureLevel.PLACE))
        if after != before:  # registers that rise and fall by as much leave the year as it was
            over.append("the year after the correction")
        report("a new hour in the city's figure", timed(lambda: (new_hour(lake, meters), roll_up(lake, known))), NEW_HOUR_S * times, "s")
        report("memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, MEMORY_MB, "MB")
    finally:
        shutil.rmtree(folder)
    if over:
        sys.exit(f"over budget: {', '.join(over)}")


if __name__ == "__main__":
    main()
