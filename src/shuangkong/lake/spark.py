"""The roll-up on Apache Spark (集群汇总): the same SQL text over the same files, for what no longer fits one machine. Needs the extra `[spark]` and Java 17 or newer.

The driver keeps the lock, the register and the commit; Spark computes each touched month whole and writes its files beside the table, where they stay unseen
until the one commit. On several machines the lake lies on storage that all see at the same path.
"""

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.lake.engine import quoted
from shuangkong.lake.figures import FigureGrain
from shuangkong.lake.readings import Lake
from shuangkong.lake.rollup import (
    CURRENT,
    MEASURES,
    Made,
    Registers,
    RolledUp,
    Run,
    Slice,
    by_month,
    put_hours,
    put_neighbours,
    readings_as_held,
    roll_up,
)
from shuangkong.lake.rollup_text import COARSER, METER_HOURS, METER_STEPS, PLACED
from shuangkong.lake.table import LakeTable

LOCAL = "local[*]"
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC", "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS", "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false", "spark.ui.enabled": "false",
}  # fmt: skip
# What the text asks of an engine beside SQL.
_FUNCTIONS = (
    "CREATE OR REPLACE TEMPORARY FUNCTION seconds_between(a TIMESTAMP_NTZ, b TIMESTAMP_NTZ) RETURNS BIGINT RETURN timestampdiff(SECOND, a, b)",
    "CREATE OR REPLACE TEMPORARY FUNCTION quotient(a DECIMAL(38,6), b DECIMAL(38,6)) RETURNS BIGINT RETURN a div b",
)
_CACHED = ("hourly", "steady", "judged")  # steps that several others read; a lost part is computed again
_OF_SERIES = "level, node, carrier, flow"
_SMALL = ("meters", "weights", "summing", "conventions", "series")


class SparkMissing(Refusal):
    """Spark is not installed or does not start (没有 Spark)."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            thing=Words("汇总引擎", "engine"), value="spark", rule=Words(f"不能启动（{reason}）", f"does not start ({reason})"),
            remedy=Words("安装 shuangkong[spark] 和 Java 17 以上，或用 --engine duckdb", "install shuangkong[spark] and Java 17 or newer, or use --engine duckdb"),
        )  # fmt: skip


def roll_up_on_spark(lake: Lake, registers: Registers, *, master: str = LOCAL) -> RolledUp:
    """Bring the figures up to what the readings say, computed on a cluster (集群汇总); the figures are those of `roll_up`, digit by digit.

    Parameters
    ----------
    lake : Lake
        On storage that every worker sees at the same path.
    registers : Registers
        As for `roll_up`.
    master : str
        `spark://HOST:7077`, `yarn`, `k8s://…` or `local[N]`. Everything else is set as Spark's own users set it: `SPARK_CONF_DIR`, `PYSPARK_SUBMIT_ARGS`.

    Raises
    ------
    SparkMissing
        If there is no Spark or no Java.
    """
    with _session(master) as spark:

        def start(engine: duckdb.DuckDBPyConnection, lake: Lake, figures: LakeTable, span: Slice, whole_from: date | None) -> Run:
            return _SparkRun(engine, lake, figures, span, whole_from).on(spark)

        return roll_up(lake, registers, start_run=start)


@contextmanager
def _session(master: str) -> Iterator[Any]:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as trouble:
        raise SparkMissing(str(trouble)) from None
    try:
        spark = SparkSession.builder.master(master).appName("shuangkong").config(map=_SETTINGS).getOrCreate()
    except (PySparkException, OSError) as trouble:
        raise SparkMissing(str(trouble).splitlines()[0]) from None
    try:
        for function in _FUNCTIONS:
            spark.sql(function)
        yield spark
    finally:
        spark.stop()


class _SparkRun(Run):
    """Months computed on Spark, one after the other, each whole."""

    months_at_once = 1

    def on(self, spark: Any) -> "_SparkRun":
        self._spark = spark
        return self

    def _month(self, engine: duckdb.DuckDBPyConnection, month: date, slices: Sequence[Slice]) -> Made:
        """Compute the whole of a month that has something to compute."""
        [whole] = [one for one in by_month(self._span.start, self._span.end) if one.start.date().replace(day=1) == month]
        staged = self._lake.folder / "scratch" / f"spark-{uuid.uuid4()}"
        staged.mkdir(parents=True)
        try:
            self._give(engine, whole, staged)
            for name, text in METER_STEPS.items():
                step = self._spark.sql(text)
                (step.cache() if name in _CACHED else step).createOrReplaceTempView(name)
            written = {FigureGrain.HOUR: self._write_on(METER_HOURS, staged / "metered")}
            self._spark.catalog.clearCache()
            self._view("metered", written[FigureGrain.HOUR])
            meter_hours = self._spark.table("metered").count()
            written[FigureGrain.HOUR] += self._write_on(PLACED, staged / "placed")
            for grain, finer in ((FigureGrain.DAY, FigureGrain.HOUR), (FigureGrain.MONTH, FigureGrain.DAY)):
                self._view("finer", written[finer])
                written[grain] = self._write_on(COARSER.format(grain=grain.value), staged / grain.value)
            added = {grain: self._figures.adopt(engine, paths, {"grain": grain.value, "month": str(month)}) for grain, paths in written.items()}
            fresh = [self._figures.folder / one.path for one in added[FigureGrain.MONTH]]
            engine.execute(f"INSERT INTO month_rows SELECT series, start_at, {MEASURES} FROM read_parquet({list(map(str, fresh))}) JOIN series USING ({_OF_SERIES})")
            return Made(month, meter_hours, [one for files in added.values() for one in files], self._of_month(month))
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _give(self, engine: duckdb.DuckDBPyConnection, whole: Slice, staged: Path) -> None:
        """Give Spark the register as it stands, the hours, and the readings with their neighbours on both sides."""
        put_hours(engine, whole)
        engine.execute(f"CREATE OR REPLACE TABLE readings AS {readings_as_held([], whole.start, whole.end, 'true')}")
        put_neighbours(engine, self._readings, whole.start, True)
        put_neighbours(engine, self._readings, whole.end, False)
        for table in (*_SMALL, "hours", "readings"):
            path = staged / f"{table}.parquet"
            engine.execute(f"COPY {table} TO {quoted(path)} (FORMAT parquet)")
            self._spark.read.parquet(str(path)).createOrReplaceTempView("neighbours" if table == "readings" else table)
        near = [str(one.path) for one in self._readings if one.least["ts"] < whole.end and one.greatest["ts"] >= whole.start]
        columns = "point, ts, value, recorded_at"
        if near:
            self._spark.read.option("basePath", str(self._lake.readings.folder)).parquet(*near).createOrReplaceTempView("every")
            within = f"ts >= TIMESTAMP_NTZ {quoted(whole.start)} AND ts < TIMESTAMP_NTZ {quoted(whole.end)}"
            self._spark.sql(f"SELECT {columns} FROM every WHERE superseded_at IS NULL AND {CURRENT} AND {within} UNION ALL SELECT {columns} FROM neighbours").createOrReplaceTempView("readings")
        else:
            self._spark.sql(f"SELECT {columns} FROM neighbours").createOrReplaceTempView("readings")

    def _write_on(self, text: str, target: Path) -> list[Path]:
        """Compute a text on the cluster into files of the table's shape. Spark's `date_trunc` gives a moment with a zone, which is UTC here."""
        self._spark.sql(f"SELECT {_OF_SERIES}, CAST(start_at AS TIMESTAMP_NTZ) AS start_at, {MEASURES} FROM ({text}) JOIN series USING (series) ORDER BY series, start_at").write.parquet(str(target))
        return sorted(target.glob("*.parquet"))

    def _view(self, name: str, paths: Sequence[Path]) -> None:
        self._spark.read.parquet(*map(str, paths)).createOrReplaceTempView("written")
        self._spark.sql(f"SELECT series, start_at, {MEASURES} FROM written JOIN series USING ({_OF_SERIES})").createOrReplaceTempView(name)
