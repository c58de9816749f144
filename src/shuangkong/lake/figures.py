"""Figures of meters and places by hour, day, month and year (汇总数): what a roll-up wrote, found quickly."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

import duckdb

from shuangkong.lake.engine import quoted
from shuangkong.lake.table import DataFile, LakeTable, TableShape, rows_of

FIGURES = TableShape(
    columns={
        "level": "string", "node": "string", "carrier": "string", "flow": "string", "start_at": "timestamp_ntz", "quantity": "decimal(18,6)", "kgce": "decimal(18,6)",
        "kgco2": "decimal(18,6)", "estimated": "decimal(18,6)", "covered_s": "long", "expected_s": "long", "over_limit": "long", "recorded_at": "timestamp",
        "grain": "string", "month": "date",
    },
    partitions=("grain", "month"), order=("level", "node", "carrier", "flow", "start_at"), ranged=("start_at",),
)  # fmt: skip


# Decimals come as text: made into Decimal here that is twice as fast.
_DECIMALS = ("quantity", "kgce", "kgco2", "estimated")
_PLAIN = f"start_at, {', '.join(f'CAST({one} AS VARCHAR)' for one in _DECIMALS)}, covered_s, expected_s, over_limit, epoch_us(recorded_at)"
_SUMMED = (
    f"min(start_at), {', '.join(f'CAST(sum({one}) AS VARCHAR)' for one in _DECIMALS)}, CAST(sum(covered_s) AS BIGINT), CAST(sum(expected_s) AS BIGINT),"
    " CAST(sum(over_limit) AS BIGINT), epoch_us(max(recorded_at))"
)


class FigureGrain(Enum):
    """How long the period of a figure is (汇总粒度)."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class FigureLevel(Enum):
    """Whether a figure is of one metering point or of a place: unit, park, county, city (汇总对象)."""

    METER = "meter"
    PLACE = "place"


class Figure(NamedTuple):
    """What one carrier was at one node in one period (汇总数).

    `quantity` is None where nothing was heard; that is not zero. `estimated` is the part of it that was spread over an outage or counted since a register
    was set back. `covered_s` of `expected_s` seconds of its meters were heard of. `over_limit` counts hours of meters above their limit, all counted.
    """

    carrier: str
    flow: str
    start_at: datetime
    quantity: Decimal | None
    kgce: Decimal | None
    kgco2: Decimal | None
    estimated: Decimal | None
    covered_s: int
    expected_s: int
    over_limit: int
    as_of: datetime | None

    @property
    def coverage_pct(self) -> Decimal | None:
        """The share of the time of its meters that was heard of. [%]"""
        return Decimal(self.covered_s) * 100 / self.expected_s if self.expected_s else None

    @property
    def estimated_pct(self) -> Decimal | None:
        """The share of the quantity that is an estimate. [%]"""
        if self.quantity is None or self.estimated is None or not self.quantity:
            return None
        return self.estimated * 100 / self.quantity


def find_figures(
    table: LakeTable, engine: duckdb.DuckDBPyConnection, *, level: FigureLevel, node: str, grain: FigureGrain, start: date, end: date
) -> list[Figure]:
    """Return the figures of one node in [start, end), in order of time (查询汇总数)."""
    return find_figures_of(table, engine, level=level, nodes=[node], grain=grain, start=start, end=end)[node]


def find_figures_of(
    table: LakeTable, engine: duckdb.DuckDBPyConnection, *, level: FigureLevel, nodes: Collection[str], grain: FigureGrain, start: date, end: date, is_summed: bool = False
) -> dict[str, list[Figure]]:
    """Return the figures of several nodes in [start, end), each in order of time (查询汇总数); a node without any has an empty list.

    Summed, there is one figure of each carrier and direction, which starts when the first of them does.
    """
    found: dict[str, list[Figure]] = {node: [] for node in nodes}
    if not found:
        return found
    files = [one for one in table.files() if _may_hold(one, grain, start, end)]
    told = _SUMMED if is_summed else _PLAIN
    rows: list[Any] = engine.execute(
        f"SELECT node, carrier, flow, {told} FROM ({rows_of(FIGURES, files)}) WHERE level = {quoted(level.value)} AND node IN ({', '.join(map(quoted, found))})"
        f" AND start_at >= TIMESTAMP {quoted(start)} AND start_at < TIMESTAMP {quoted(end)}{' GROUP BY ALL' if is_summed else ''} ORDER BY 4, carrier, flow"
    ).fetchall()
    moments = {heard: None if heard is None else datetime.fromtimestamp(heard // 1_000_000, UTC) for *_, heard in rows}
    for node, carrier, flow, start_at, quantity, kgce, kgco2, estimated, covered_s, expected_s, over_limit, heard in rows:
        exact = (quantity and Decimal(quantity), kgce and Decimal(kgce), kgco2 and Decimal(kgco2), estimated and Decimal(estimated))
        found[node].append(Figure(carrier, flow, start_at, *exact, covered_s, expected_s, over_limit, moments[heard]))
    return found


def of_grain(files: Sequence[DataFile], grain: FigureGrain, months: Sequence[date]) -> list[DataFile]:
    """Return the files of one grain and some months (某粒度的文件)."""
    return [one for one in files if one.partition["grain"] == grain.value and one.partition["month"] in months]


def _may_hold(one: DataFile, grain: FigureGrain, start: date, end: date) -> bool:
    return bool(one.partition["grain"] == grain.value and one.least["start_at"].date() < end and one.greatest["start_at"].date() >= start)
