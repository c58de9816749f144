"""A table of the lake (湖表): Parquet files written by DuckDB, made visible by one Delta commit.

A commit names whole files: some are added, some removed, and what it rests on (`sources`) stands in the same log entry. Until then a written file
is invisible, and a process that dies leaves nothing but a stray file for `vacuum`. Files are flushed to disk before the commit, the commit before
`commit` returns.
"""

import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from deltalake import DeltaTable, Field, Schema
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, CommitProperties, PostCommitHookProperties, RemoveAction, Transaction

from shuangkong.lake.engine import quoted

LOG_KEPT = "interval 2 days"
# Small groups of rows: one node's are found without reading its neighbours'.
_ENCODING = "COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 20480, DICTIONARY_SIZE_LIMIT 2048"
FILES_KEPT_HOURS = 24  # a reader of an old snapshot finds its files for a day


class Engine(Protocol):
    """What is asked of DuckDB here."""

    def execute(self, query: str, /) -> Any: ...


class TableShape(NamedTuple):
    """Columns with their Delta types, the partition columns, the order of rows in a file (表结构)."""

    columns: Mapping[str, str]
    partitions: tuple[str, ...]
    order: tuple[str, ...]
    ranged: tuple[str, ...]  # whose least and greatest stand in the log


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a snapshot (数据文件): its partition and the range of some columns."""

    path: Path
    partition: Mapping[str, Any]
    rows: int
    size: int
    least: Mapping[str, Any]
    greatest: Mapping[str, Any]


class LakeTable:
    """One Delta table on a folder (湖表)."""

    def __init__(self, folder: Path, shape: TableShape) -> None:
        self.folder, self.shape = folder, shape
        self._schema = Schema([Field(name, PrimitiveType(kind)) for name, kind in shape.columns.items()])
        if not DeltaTable.is_deltatable(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
            settings = {"delta.logRetentionDuration": LOG_KEPT, "delta.checkpointInterval": "100"}
            DeltaTable.create(folder, schema=self._schema, mode="ignore", partition_by=list(shape.partitions), configuration=settings)
        self._delta = DeltaTable(folder)
        self._mark = ""  # what the names of files begin with that are to go if they are not committed

    @property
    def version(self) -> int:
        """The version of the snapshot at hand."""
        return self._delta.version()

    def refresh(self) -> None:
        """Take the newest snapshot."""
        self._delta.update_incremental()

    def transaction_version(self, name: str) -> int | None:
        """Return how far the source of that name is held by this snapshot (已入湖到)."""
        return self._delta.transaction_version(name)

    def files(self, version: int | None = None) -> list[DataFile]:
        """Return the files of the snapshot at hand, or of an older version (快照文件)."""
        delta = self._delta if version is None else DeltaTable(self.folder, version=version)
        found = delta.get_add_actions(flatten=True)
        columns = {name: found.column(name).to_pylist() for name in found.schema.names}
        partitions, ranged = self.shape.partitions, self.shape.ranged
        return [
            DataFile(
                self.folder / path, {name: columns[f"partition.{name}"][at] for name in partitions}, columns["num_records"][at], columns["size_bytes"][at],
                {name: columns[f"min.{name}"][at] for name in ranged}, {name: columns[f"max.{name}"][at] for name in ranged},
            )
            for at, path in enumerate(columns["path"])
        ]  # fmt: skip

    def write(self, engine: Engine, query: str, *, order: str | None = None, within: Mapping[str, str] | None = None, is_change: bool = True) -> list[AddAction]:
        """Write a query's rows as files of this table, invisible until `commit` (写文件).

        `order` sorts as the shape's own order does, only faster; `within` is the partition of all rows, which need not be parted then and do not say it.
        """
        columns = ", ".join(name for name in self.shape.columns if name not in (within or ()))
        by = order or ", ".join((*self.shape.partitions, *self.shape.order))
        if within is None:
            target, parted = self.folder, f"PARTITION_BY ({', '.join(self.shape.partitions)}), APPEND, FILENAME_PATTERN '{self._mark}{{uuid}}',"
        else:
            target, parted = self._partition(within) / f"{self._mark}{uuid.uuid4()}.parquet", ""
        written = engine.execute(
            f"COPY (SELECT {columns} FROM ({query}) ORDER BY {by}) TO {quoted(target)} (FORMAT parquet, {parted} {_ENCODING}, RETURN_STATS)"
        ).fetchall()
        made_at = int(datetime.now(UTC).timestamp() * 1000)
        return [
            AddAction(os.path.relpath(path, self.folder), size, dict(within or partition), made_at, is_change, _statistics(rows, columns, self.shape.ranged))
            for path, rows, size, _, columns, partition in written
            if rows
        ]

    def _partition(self, values: Mapping[str, str]) -> Path:
        folder = self.folder.joinpath(*(f"{name}={value}" for name, value in values.items()))
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def adopt(self, engine: Engine, paths: Iterable[Path], partition: Mapping[str, str]) -> list[AddAction]:
        """Move files that another engine wrote into a partition, invisible until `commit` (收编文件); empty ones are dropped."""
        folder = self._partition(partition)
        ranges = ", ".join(f"CAST({end}({name}) AS VARCHAR)" for name in self.shape.ranged for end in ("min", "max"))
        adopted = []
        for path in paths:
            rows, *found = engine.execute(f"SELECT count(*), {ranges} FROM read_parquet({quoted(path)})").fetchone()
            if not rows:
                continue
            ours = path.rename(folder / f"{uuid.uuid4()}.parquet")
            columns = {f'"{name}"': {"min": least, "max": greatest} for name, least, greatest in zip(self.shape.ranged, found[::2], found[1::2], strict=True)}
            made_at = int(datetime.now(UTC).timestamp() * 1000)
            adopted.append(AddAction(os.path.relpath(ours, self.folder), ours.stat().st_size, dict(partition), made_at, True, _statistics(rows, columns, self.shape.ranged)))
        return adopted

    def commit(
        self, added: Sequence[AddAction], removed: Iterable[DataFile] = (), *, sources: Mapping[str, int] | None = None, note: Mapping[str, str] | None = None,
        is_change: bool = True,
    ) -> None:  # fmt: skip
        """Make files appear and others vanish in one step, and say what sources are now held up to where (提交)."""
        gone = [RemoveAction(str(one.path.relative_to(self.folder)), is_change, int(datetime.now(UTC).timestamp() * 1000)) for one in removed]
        _flush([self.folder / one.path for one in added])
        properties = CommitProperties(
            custom_metadata=dict(note or {}), app_transactions=[Transaction(*one) for one in (sources or {}).items()], max_commit_retries=50
        )
        self._delta.create_write_transaction(
            [*added, *gone], "append", self._schema, list(self.shape.partitions), commit_properties=properties,
            post_commithook_properties=PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=True),
        )  # fmt: skip
        self.refresh()
        _flush([self.folder / "_delta_log" / f"{self.version:020}.json"])

    def compact(self, engine: Engine, *, files_least: int = 2, rows_most: int) -> int:
        """Merge the small files of each partition that has several, sorted, and return how many are gone (合并小文件)."""
        partitions: dict[tuple[Any, ...], list[DataFile]] = {}
        for one in self.files():
            if one.rows < rows_most:
                partitions.setdefault(tuple(one.partition.values()), []).append(one)
        gone = 0
        for small in partitions.values():
            if len(small) >= files_least:
                self.commit(self.write(engine, rows_of(self.shape, small), is_change=False), small, is_change=False)
                gone += len(small)
        return gone

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Delete what was written inside and not committed, if it fails (失败不留残余): on a full disk each try would leave more."""
        self._mark = f"{uuid.uuid4()}-"
        try:
            yield
        except BaseException:
            self.refresh()
            named = {one.path for one in self.files()}
            for path in self.folder.rglob(f"{self._mark}*"):
                if path not in named:
                    path.unlink()
            raise
        finally:
            self._mark = ""

    def vacuum(self, *, hours: int = FILES_KEPT_HOURS) -> int:
        """Delete files that no snapshot of the last hours names, and return how many (清理)."""
        return len(self._delta.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True))


def rows_of(shape: TableShape, files: Sequence[DataFile], *, more: str = "") -> str:
    """Return the query that reads some files of a table, partition columns included (读取若干文件)."""
    columns = ", ".join(shape.columns)
    if not files:
        return "SELECT " + ", ".join(f"CAST(NULL AS {_DUCKDB[kind]}) AS {name}" for name, kind in shape.columns.items()) + " WHERE false"
    kinds = ", ".join(f"'{name}': {_DUCKDB[shape.columns[name]]}" for name in shape.partitions)
    paths = ", ".join(quoted(one.path) for one in files)
    return f"SELECT {columns}{more} FROM read_parquet([{paths}], hive_partitioning = true, hive_types = {{{kinds}}}{', filename = true' if more else ''})"


_DUCKDB = {
    "string": "VARCHAR", "date": "DATE", "timestamp": "TIMESTAMPTZ", "timestamp_ntz": "TIMESTAMP", "decimal(18,6)": "DECIMAL(18,6)", "long": "BIGINT", "integer": "INTEGER",
    "binary": "BLOB",
}  # fmt: skip


def _statistics(rows: int, columns: Mapping[str, Mapping[str, str]], ranged: Sequence[str]) -> str:
    told: dict[str, Any] = {"numRecords": rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for name in ranged:
        found = columns[f'"{name}"']
        for ours, theirs in (("minValues", "min"), ("maxValues", "max")):
            if theirs in found:
                told[ours][name] = _as_logged(found[theirs])
    return json.dumps(told)


def _as_logged(told: str) -> str:
    """A moment as Delta writes it; other text as it is."""
    if len(told) >= 19 and told[10] == " " and told[4] == "-":
        return told.replace(" ", "T").replace("+00", "Z")
    return told


def _flush(paths: Iterable[Path]) -> None:
    """Have files and their folders on disk before going on."""
    folders: set[Path] = set()
    for path in paths:
        _sync(path)
        folders.add(path.parent)
    for folder in folders:
        _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
