"""What the tests of the lake share: a lake, a parser of lines, what a table holds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shuangkong.lake.inbox import Batch
from shuangkong.lake.readings import Lake, Reading
from shuangkong.lake.table import LakeTable, rows_of

HEARD = datetime(2026, 1, 1, tzinfo=UTC)


def lake_at(folder: Path) -> Lake:
    return Lake(folder, clock_ahead_most=timedelta(minutes=5), memory_mb=256)


def lines_of(batch: Batch) -> Iterator[Reading | bytes]:
    """`point,time,value` a line; a line that begins with ! cannot be attributed; a body that begins with !! is no text at all."""
    if batch.body.startswith(b"!!"):
        raise ValueError("not for this parser")
    for line in batch.body.splitlines():
        if line.startswith(b"!"):
            yield line
        else:
            point, ts, value = line.decode().split(",")
            yield Reading(point, "a01", "minute", ts, value)


def held(lake: Lake, table: LakeTable, columns: str) -> list[tuple[str | None, ...]]:
    """The rows of a table as text, in order."""
    table.refresh()
    with lake.engine() as engine:
        return engine.execute(f"SELECT {', '.join(f'CAST({one} AS VARCHAR)' for one in columns.split(', '))} FROM ({rows_of(table.shape, table.files())}) ORDER BY ALL").fetchall()
