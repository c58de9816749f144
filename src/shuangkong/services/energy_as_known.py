"""Figures of meters and places out of the lake (汇总数读取): as they hold, or as they were known at a moment.

What was heard by the moment stands in the roll-up as it is; where something came or was corrected since, or the register was another, the hours of that meter
are worked out again from the readings known then, by the definition in `timeseries`. Places are summed from the meters that were registered for them then.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.engine import quoted
from shuangkong.lake.figures import FIGURES, Figure, FigureGrain, FigureLevel, find_figures_of
from shuangkong.lake.meter_file import FACTOR, KIND
from shuangkong.lake.readings import READINGS
from shuangkong.lake.rollup import OPEN_END, FactorRow, MeterRow, Registers
from shuangkong.lake.table import LakeTable, rows_of
from shuangkong.services import clock
from shuangkong.services.filing_observations import end_of
from shuangkong.services.lake_rows import city_lake, readings_between
from shuangkong.services.meter_registers import registers_on
from shuangkong.services.readings import conventions_on
from shuangkong.timeseries.increments import meter_increments
from shuangkong.timeseries.readings import Fitting, Reading
from shuangkong.timeseries.slots import Slot, slots

_HOUR = timedelta(hours=1)
_LOOK_ABOUT_DAYS = (2, 400)  # a neighbour is mostly a quarter of an hour away, after an outage longer
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
    inside = {node: [node] if level is FigureLevel.METER else _points_of(node, then) for node in nodes}
    points = {point for some in inside.values() for point in some if point in rows}
    held = figures_held(points, start, end, level=FigureLevel.METER, grain=grain)
    now, span = _by_point(registers_on(clock.today())), (_midnight(start), min(_midnight(end), _through(as_of)))
    known = {
        point: _corrected(figures, rows[point], then, span=span, grain=grain, moment=end_of(as_of), is_same=now.get(point) == rows[point])
        for point, figures in held.items()
    }  # fmt: skip
    if level is FigureLevel.METER:
        return {node: known.get(node, []) for node in nodes}
    return {node: _summed(figure for point in some for figure in known.get(point, ())) for node, some in inside.items()}


def _through(as_of: date) -> datetime:
    """The end of the hour of the newest reading known on a day, up to which figures were made; nothing was, where none of the last days was heard."""
    moment, since = end_of(as_of), as_of - timedelta(days=_LOOK_ABOUT_DAYS[-1])
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        files = [one for one in lake.readings.files() if one.rows and since <= one.partition["day"] <= as_of + timedelta(days=1)]
        found = engine.execute(
            f"SELECT max(ts) FROM ({rows_of(READINGS, files)}) WHERE factor = {quoted(FACTOR)} AND kind = {quoted(KIND)} AND recorded_at < TIMESTAMPTZ {quoted(moment.isoformat())}"
        ).fetchone()
    newest: datetime | None = found[0] if found else None
    return _midnight(since) if newest is None else newest.replace(minute=0, second=0, microsecond=0) + _HOUR


def _by_point(registers: Registers) -> Mapping[str, list[MeterRow]]:
    found: dict[str, list[MeterRow]] = {}
    for row in registers.meters:
        found.setdefault(row.point, []).append(row)
    return found


def _points_of(node: str, registers: Registers) -> list[str]:
    units = {unit for unit, place in registers.ancestry if place == node}
    return list(dict.fromkeys(row.point for row in registers.meters if row.unit in units))


def _corrected(
    figures: Sequence[Figure], rows: Sequence[MeterRow], registers: Registers, *, span: _Span, grain: FigureGrain, moment: datetime, is_same: bool
) -> list[Figure]:
    """The figures of one point, those from the first to the last that say something newer worked out again."""
    told = [one for one in figures if one.start_at < span[1]]
    stale = [one.start_at for one in told if not is_same or (one.as_of is not None and one.as_of >= moment) or _end_of(one.start_at, grain) > span[1]]
    if not stale:
        return told
    first, last = max(stale[0], span[0]), min(_end_of(stale[-1], grain), span[1])
    again = _summed(_hours(rows, registers, first, last, moment), grain)
    return sorted([*(one for one in told if not first <= one.start_at < last), *again], key=lambda one: (one.start_at, one.carrier, one.flow))


def _hours(rows: Sequence[MeterRow], registers: Registers, first: datetime, last: datetime, moment: datetime) -> Iterator[Figure]:
    """The hours of a point from the readings that were known at a moment."""
    conventions = conventions_on(moment.astimezone(CHINA_STANDARD_TIME).date())
    point = rows[0].point
    for days in _LOOK_ABOUT_DAYS:
        about = timedelta(days=days)
        found = readings_between([point], first - about, last + about, kinds=[KIND], factors=[FACTOR], as_of=moment)
        if found and found[0].ts < first and found[-1].ts >= last:
            break
    readings = [Reading(_aware(one.ts), one.value, one.recorded_at) for one in found]
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


