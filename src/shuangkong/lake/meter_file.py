"""Files of cumulative meter readings (电表等表计示数文件): CSV or Parquet, a row a reading, brought in at bulk; the same file again changes nothing."""

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from arro3.core import Array, DataType, Table

from shuangkong.kernel.faults import Fault, Refusal
from shuangkong.kernel.language import Words
from shuangkong.lake.engine import quoted
from shuangkong.lake.readings import Lake, Merged, merge, take_in

FACTOR, KIND = "register", "meter"  # a cumulative register of an energy meter
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "meter": ("meter", "point", "表号", "计量点", "计量点编号", "表计编号"),
    "ts": ("ts", "time", "timestamp", "时间", "时刻", "抄表时间", "数据时间"),
    "reading": ("reading", "value", "示数", "表底", "读数", "止码"),
}
FAULTS_SHOWN = 20
_CHUNK = 4 << 20


class MissingMeterColumn(Refusal):
    """The file has no such column (缺列)."""

    def __init__(self, name: str, found: Sequence[str]) -> None:
        super().__init__(
            thing=Words("列", "column"), value=name, rule=Words(f"文件只有 {'、'.join(found)}", f"the file has only {', '.join(found)}"),
            remedy=Words("表头写 meter,ts,reading（表号、时间、示数）", "name the columns meter, ts, reading"),
        )  # fmt: skip


class UnreadableMeterFile(Refusal):
    """The file cannot be read as what its name says (文件无法读取)."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            thing=Words("示数文件", "file of readings"), value=path.name, rule=Words(f"无法读取（{reason}）", f"cannot be read ({reason})"),
            remedy=Words("存成 UTF-8 或 GBK 的 CSV、Parquet 或 xlsx", "save it as CSV in UTF-8 or GBK, Parquet or xlsx"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file (导入结果)."""

    merged: Merged
    rows: int
    faulty: int
    faults: tuple[Fault, ...]  # the first of them


def import_meter_file(lake: Lake, path: Path, *, now: datetime) -> Imported:
    """Bring a CSV or Parquet file into the lake in one commit (导入示数文件).

    Parameters
    ----------
    lake : Lake
        Where to.
    path : Path
        With the columns of `COLUMNS`; `.parquet`, else CSV in UTF-8 or GBK.
    now : datetime
        When we heard; with a zone.

    Raises
    ------
    MissingMeterColumn, UnreadableMeterFile
        If the file cannot be used at all; a faulty row is kept in quarantine and listed.
    """
    try:
        with lake.writing() as engine, _readable(path, lake.folder / "scratch") as source:
            table = f"read_parquet({quoted(source)})" if path.suffix.lower() == ".parquet" else _csv(source)
            kinds = {name: kind for name, kind, *_ in engine.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
            found = _columns(list(kinds))
            told = f"SELECT CAST({found['meter']} AS VARCHAR) AS point, {found['ts']} AS ts, {found['reading']} AS value FROM {table}"
            return _bring_in(lake, engine, told, [kinds[found[name].strip('"')] for name in ("ts", "reading")], now=now, name=path.name)
    except duckdb.Error as trouble:
        raise UnreadableMeterFile(path, str(trouble).splitlines()[0]) from None


def import_meter_rows(lake: Lake, rows: Iterable[tuple[str, str, str]], *, now: datetime, name: str) -> Imported:
    """Bring rows of (meter, time, reading), all text, into the lake in one commit (导入示数)."""
    with lake.writing() as engine:
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        told = Table.from_pydict({title: Array(list(column), DataType.string()) for title, column in zip(("point", "ts", "value"), columns, strict=True)})
        engine.register("arrived", told)
        return _bring_in(lake, engine, "SELECT point, ts, value FROM arrived", ["VARCHAR", "VARCHAR"], now=now, name=name)


def _bring_in(lake: Lake, engine: duckdb.DuckDBPyConnection, told: str, kinds: Sequence[str], *, now: datetime, name: str) -> Imported:
    ts = {"VARCHAR": "reading_ts(ts)", "TIMESTAMP": "date_trunc('second', ts)"}.get(kinds[0], "date_trunc('second', CAST(ts AS TIMESTAMP))")
    # A binary fraction is no exact decimal; what the meter showed is its nearest with six.
    value = {"DOUBLE": "try_cast(value AS DECIMAL(18,6))", "FLOAT": "try_cast(value AS DECIMAL(18,6))", "VARCHAR": "reading_value(value)"}.get(
        kinds[1], "reading_value(CAST(value AS VARCHAR))"
    )
    # As an ENUM a word that all rows share takes a byte of memory, and no time when it is sorted and written.
    engine.execute(f"CREATE TYPE of_meters AS ENUM ('{FACTOR}', '{KIND}', '')")
    shared = ", ".join(f"CAST('{word}' AS of_meters) AS {column}" for column, word in (("factor", FACTOR), ("kind", KIND), ("flag", "")))
    take_in(lake, engine, f"SELECT *, {shared}, 0 AS seq FROM ({told})", now=now, ts=ts, value=value)
    counted = engine.execute("SELECT count(*), count(fault) FROM incoming").fetchone() or (0, 0)
    faulty = engine.execute(
        f"SELECT fault, coalesce(point, ''), coalesce(CAST(told_ts AS VARCHAR), ''), coalesce(CAST(told_value AS VARCHAR), '') FROM incoming"
        f" WHERE fault IS NOT NULL ORDER BY ALL LIMIT {FAULTS_SHOWN}"
    ).fetchall()
    return Imported(merge(lake, engine, now=now, origin=name), counted[0], counted[1], tuple(_fault(*row) for row in faulty))


def _csv(path: Path) -> str:
    return f"read_csv({quoted(path)}, all_varchar = true, header = true, null_padding = true, strict_mode = false)"


def _columns(found: Sequence[str]) -> dict[str, str]:
    folded = {name.strip().casefold(): name for name in found}
    named: dict[str, str] = {}
    for column, words in COLUMNS.items():
        name = next((folded[word] for word in words if word in folded), None)
        if name is None:
            raise MissingMeterColumn(column, found)
        named[column] = f'"{name}"'
    return named


def _fault(fault: str, point: str, ts: str, value: str) -> Fault:
    where = Words(f"表计 {point or '—'}，{ts or '—'}", f"meter {point or '—'}, {ts or '—'}")
    match fault:
        case "point":
            thing, said, rule, remedy = Words("表号", "meter"), point, Words("为空", "is empty"), Words("补上表号", "fill it in")
        case "time":
            thing, said = Words("时间", "time"), ts
            rule, remedy = Words("不是时刻", "is no moment"), Words("写成 2025-01-01 00:15:00", "write it as 2025-01-01 00:15:00")
        case "clock":
            thing, said = Words("时间", "time"), ts
            rule, remedy = Words("早于2000年，或超前接收时间", "lies before 2000 or ahead of when it was received"), Words("校准表计时钟后重传", "set the meter's clock and send again")
        case _:
            thing, said = Words("示数", "reading"), value
            rule = Words("不是12位整数、6位小数以内的数", "is no number of at most 12 integer and 6 decimal digits")
            remedy = Words("核对示数后重传", "check it and send again")
    return Fault(thing, said, rule, remedy, where)


@contextmanager
def _readable(path: Path, scratch: Path) -> Iterator[Path]:
    """Yield the file itself, or a copy in UTF-8 where it is in GBK."""
    if path.suffix.lower() == ".parquet" or _is_utf8(path):
        yield path
        return
    scratch.mkdir(parents=True, exist_ok=True)
    copy = scratch / f"{path.stem}.utf-8.csv"
    try:
        with path.open(encoding="gb18030", errors="replace", newline="") as read, copy.open("w", encoding="utf-8", newline="") as write:
            while part := read.read(_CHUNK):
                write.write(part)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _is_utf8(path: Path) -> bool:
    """Judged by the beginning; the rest of a file is in the code of its heading."""
    with path.open("rb") as read:
        head = read.read(_CHUNK)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
