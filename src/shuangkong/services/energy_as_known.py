"""Figures of meters and places out of the lake (汇总数读取): as they hold, or as they were known at a moment.

What was heard by the moment stands in the roll-up as it is; where something came or was corrected since, or the register was another, the hours of that meter
are worked out again from the readings known then, by the definition in `timeseries`. Places are summed from the meters that were registered for them then.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.engine import quoted
from shuangkong.lake.figures import FIGURES, Figure, FigureGrain, FigureLevel, find_figures_of
from shuangkong.lake.meter_file import FACTOR, KIND
from shuangkong.lake.readings import EARLIEST, READINGS
from shuangkong.lake.rollup import OPEN_END, FactorRow, MeterRow, PlaceRow, Registers
from shuangkong.lake.table import LakeTable, rows_of
from shuangkong.services import clock
from shuangkong.services.filing_observations import end_of
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.meter_registers import registers_on
from shuangkong.services.readings import conventions_on
from shuangkong.timeseries.increments import meter_increments
from shuangkong.timeseries.readings import Fitting, Reading
from shuangkong.timeseries.slots import Slot, slots

_HOUR = timedelta(hours=1)
_NEAR, _NEIGHBOURS = timedelta(hours=6), 4  # a neighbour is mostly a quarter of an hour away, after an outage longer
_LOOK_BACK_DAYS = (40, 400)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLIONTH = Decimal("0.000001")
_Span = tuple[datetime, datetime]


def figures_held(nodes: Collection[str], start: date, end: date, *, level: FigureLevel, grain: FigureGrain, is_summed: bool = False) -> dict[str, list[Figure]]:
    """Return the figures of meters or places in [start, end) as they hold (现有汇总数), or their sums; nothing where nothing has been rolled up."""
    if not nodes or start >= end:
        return {node: [] for node in nodes}
    with city_lake() as (lake, engine):
        folder = lake.folder / "figures"
        if not folder.is_dir():
            return {node: [] for node in nodes}
        return find_figures_of(LakeTable(folder, FIGURES), engine, level=level, nodes=nodes, grain=grain, start=start, end=end, is_summed=is_summed)


def figures_known(nodes: Collection[str], start: date, end: date, *, level: FigureLevel, grain: FigureGrain, as_of: date) -> dict[str, list[Figure]]:
    """Return the same as known at the end of a day (当日所知汇总数), in order of time, carrier and direction."""
    then = registers_on(as_of, as_of=as_of)
    rows: dict[str, list[MeterRow]] = {}
    for row in then.meters:
        rows.setdefault(row.point, []).append(row)
    inside = {node: {node: [(EARLIEST, OPEN_END)]} if level is FigureLevel.METER else _stays_of(node, then) for node in nodes}
    points = {point for some in inside.values() for point in some if point in rows}
    held = figures_held(points, start, end, level=FigureLevel.METER, grain=grain)
    now, span = _by_point(registers_on(clock.today())), (_midnight(start), min(_midnight(end), _through(as_of)))
    known: dict[str, list[Figure]] = {}
    stale: dict[_Span, list[str]] = {}
    for point, figures in held.items():
        known[point] = [one for one in figures if one.start_at < span[1]]
        changed = _changed(known[point], span, grain=grain, moment=end_of(as_of), is_same=now.get(point) == rows[point])
        if changed is not None:
            stale.setdefault(changed, []).append(point)
    for (first, last), some in stale.items():
        heard = _readings(some, first, last, end_of(as_of))
        for point in some:
            again = _summed(_hours(rows[point], heard.get(point, ()), then, first, last, end_of(as_of)), grain)
            known[point] = sorted([*(one for one in known[point] if not first <= one.start_at < last), *again], key=lambda one: (one.start_at, one.carrier, one.flow))
    if level is FigureLevel.METER:
        return {node: known.get(node, []) for node in nodes}
    return {
        node: _summed(figure for point, spans in some.items() for figure in known.get(point, ()) if any(start <= figure.start_at < end for start, end in spans))
        for node, some in inside.items()
    }  # fmt: skip


def _changed(figures: Sequence[Figure], span: _Span, *, grain: FigureGrain, moment: datetime, is_same: bool) -> _Span | None:
    """From the first to the last figure of a point that says something newer, None where none does; `is_same` is its register."""
    stale = [one.start_at for one in figures if not is_same or (one.as_of is not None and one.as_of >= moment) or _end_of(one.start_at, grain) > span[1]]
    return (max(stale[0], span[0]), min(_end_of(stale[-1], grain), span[1])) if stale else None


def _through(as_of: date) -> datetime:
    """The end of the hour of the newest reading known on a day, up to which figures were made."""
    for days in _LOOK_BACK_DAYS:
        since = as_of - timedelta(days=days)
        found = _found("max(ts)", _midnight(since), _midnight(as_of + timedelta(days=2)), end_of(as_of), "true")
        if found and found[0][0] is not None:
            newest: datetime = found[0][0]
            return newest.replace(minute=0, second=0, microsecond=0) + _HOUR
    return _EPOCH.replace(tzinfo=None)  # nothing of a year was heard


def _found(columns: str, start: datetime, end: datetime, moment: datetime, where: str) -> list[Any]:
    """What readings of meters in [start, end), known at a moment, say."""
    told = f"TIMESTAMPTZ {quoted(moment.isoformat())}"
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        files = [one for one in lake.readings.files() if one.rows and one.least["ts"] < end and one.greatest["ts"] >= start]
        rows: list[Any] = engine.execute(
            f"SELECT {columns} FROM ({rows_of(READINGS, files)}) WHERE factor = {quoted(FACTOR)} AND kind = {quoted(KIND)} AND ts >= TIMESTAMP {quoted(start)}"
            f" AND ts < TIMESTAMP {quoted(end)} AND recorded_at < {told} AND (superseded_at IS NULL OR superseded_at >= {told}) AND {where}"
        ).fetchall()
    return rows


def _readings(points: Sequence[str], first: datetime, last: datetime, moment: datetime) -> dict[str, list[Reading]]:
    """The readings of points in a span with their neighbours, as known at a moment."""
    columns, wanted = "point, ts, value, epoch_us(recorded_at)", f"point IN ({', '.join(map(quoted, sorted(points)))})"
    rows = _found(columns, first - _NEAR, last + _NEAR, moment, wanted)
    for is_before in (True, False):
        lonely = set(points) - {point for point, ts, *_ in rows if (ts < first if is_before else ts >= last)}
        if lonely:
            start, end = (first - timedelta(days=_LOOK_BACK_DAYS[-1]), first - _NEAR) if is_before else (last + _NEAR, last + timedelta(days=_LOOK_BACK_DAYS[-1]))
            nearest = f"QUALIFY row_number() OVER (PARTITION BY point ORDER BY ts {'DESC' if is_before else ''}) <= {_NEIGHBOURS}"
            rows += _found(columns, start, end, moment, f"point IN ({', '.join(map(quoted, sorted(lonely)))}) {nearest}")
    found: dict[str, list[Reading]] = {}
    for point, ts, value, heard in rows:
        found.setdefault(point, []).append(Reading(_aware(ts), value, _EPOCH + timedelta(microseconds=heard)))
    return found


def _by_point(registers: Registers) -> Mapping[str, list[MeterRow]]:
    found: dict[str, list[MeterRow]] = {}
    for row in registers.meters:
        found.setdefault(row.point, []).append(row)
    return found


def _stays_of(node: str, registers: Registers) -> dict[str, list[_Span]]:
    """The main meters of a place, and from when to when each belonged to it."""
    spans: dict[str, list[_Span]] = {}
    for unit, place, start, end in (PlaceRow(*one) for one in registers.ancestry):
        if place == node:
            spans.setdefault(unit, []).append((start, end))
    return {row.point: spans[row.unit] for row in registers.meters if row.unit in spans}


def _hours(rows: Sequence[MeterRow], readings: Iterable[Reading], registers: Registers, first: datetime, last: datetime, moment: datetime) -> Iterator[Figure]:
    """The hours of a point, worked out from its readings."""
    conventions = conventions_on(moment.astimezone(CHINA_STANDARD_TIME).date())
    record = meter_increments(readings, fittings=[_fitting(row) for row in rows], as_of=moment, conventions=conventions)
    edges = _aware(first), _aware(last)
    filled = slots((one for one in record.increments if one.start < edges[1] and one.end > edges[0]), step=_HOUR, decimals=conventions.spread_decimals)
    hour = first
    while hour < last:
        told = [row for row in rows if row.valid_from < hour + _HOUR and row.valid_to > hour]
        due = sum(int((min(row.valid_to, hour + _HOUR) - max(row.valid_from, hour)).total_seconds()) for row in told)
        if told:
            yield _figure(hour, told[0], filled.get(_aware(hour)), due, registers.factors)
        hour += _HOUR


def _figure(hour: datetime, row: MeterRow, slot: Slot | None, due: int, factors: Iterable[FactorRow]) -> Figure:
    amount = slot.total.amount if slot else None
    weight = next((one for one in factors if one.carrier == row.carrier and one.valid_from <= hour < one.valid_to), None)
    kgce, kgco2 = (None if amount is None or weight is None or per is None else (amount * per).quantize(_MILLIONTH, ROUND_HALF_UP) for per in (weight and weight.kgce, weight and weight.kgco2))
    is_over = slot is not None and any(flag.name == "OVER_LIMIT" for flag in slot.flags)
    estimated = slot.total.estimated if slot and amount is not None else None
    covered = int(slot.total.covered.total_seconds()) if slot else 0
    return Figure(row.carrier, row.flow, hour, amount, kgce, kgco2, estimated, covered, due, int(is_over), slot.total.as_of if slot else None)


def _fitting(row: MeterRow) -> Fitting:
    return Fitting(
        _aware(row.valid_from), None if row.valid_to == OPEN_END else _aware(row.valid_to), row.multiplier, row.first_reading, row.last_reading, row.register_span, row.limit_per_hour
    )


def _summed(figures: Iterable[Figure], grain: FigureGrain = FigureGrain.HOUR) -> list[Figure]:
    """Figures of one carrier, direction and period as one, in order of time; by a coarser grain where one is given."""
    held: dict[tuple[datetime, str, str], list[Figure]] = {}
    for one in figures:
        held.setdefault((one.start_at if grain is FigureGrain.HOUR else _begin_of(one.start_at, grain), one.carrier, one.flow), []).append(one)
    return [summed_figure(some, start_at=start_at) for (start_at, _, _), some in sorted(held.items())]


def summed_figure(some: Sequence[Figure], *, start_at: datetime) -> Figure:
    """Return figures of one carrier and direction as one (汇总数合并); None where none of them has any."""
    quantity, kgce, kgco2, estimated = (sum_of(getattr(one, name) for one in some) for name in ("quantity", "kgce", "kgco2", "estimated"))
    covered, due, over = (sum(getattr(one, name) for one in some) for name in ("covered_s", "expected_s", "over_limit"))
    heard = max((one.as_of for one in some if one.as_of is not None), default=None)
    return Figure(some[0].carrier, some[0].flow, start_at, quantity, kgce, kgco2, estimated, covered, due, over, heard)


def sum_of(figures: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of what is known, None where nothing is (已知数合计).

    Examples
    --------
    >>> sum_of([Decimal(1), None]), sum_of([None])
    (Decimal('1'), None)
    """
    told = [one for one in figures if one is not None]
    return sum(told, Decimal(0)) if told else None


def _begin_of(moment: datetime, grain: FigureGrain) -> datetime:
    day = _midnight(moment.date())
    return day if grain is FigureGrain.DAY else day.replace(day=1) if grain is FigureGrain.MONTH else day.replace(month=1, day=1)


def _end_of(moment: datetime, grain: FigureGrain) -> datetime:
    if grain is FigureGrain.HOUR:
        return moment + _HOUR
    days = {FigureGrain.DAY: 1, FigureGrain.MONTH: 31, FigureGrain.YEAR: 366}[grain]
    return _begin_of(_begin_of(moment, grain) + timedelta(days=days), grain)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=CHINA_STANDARD_TIME)


