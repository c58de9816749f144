"""The simulated meters of a demo (演示计量表): their past in one go, then a reading every quarter of an hour through the inbox; all 模拟."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from arro3.core import Array, DataType, Table
from django.conf import settings

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.meter_file import FACTOR, KIND
from shuangkong.lake.readings import Merged, merge, take_in
from shuangkong.services import clock
from shuangkong.services.meter_readings import ToldReading, keep_readings
from shuangkong.services.meter_registers import Meter, meters_on, registers_on
from shuangkong.services.monitoring_kinds import MeterFlow, MeterPurpose
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.services.readings import conventions_on, open_lake
from shuangkong.simulation.meters import Shape, SimulatedMeter

_QUARTER, _HOURS = timedelta(minutes=15), 8760
_TIMES_MEAN = 6  # the hourly limit of a simulated meter beside its mean
_DAY_SHIFT = frozenset({"trade:14", "trade:17", "trade:35"})
_SOURCE = "simulated-meters"
_told: dict[Path, datetime] = {}  # until when, by this process
_FLOWS = {MeterFlow.GENERATION: Shape.SUN, MeterFlow.EXPORT: Shape.SUN, MeterFlow.STORAGE_IN: Shape.CHARGE, MeterFlow.STORAGE_OUT: Shape.DISCHARGE}
_PURPOSES = {MeterPurpose.IT: Shape.FLAT, MeterPurpose.COOLING_PLANT: Shape.COOLING, MeterPurpose.OFFICE: Shape.OFFICE, MeterPurpose.HOUSEHOLDS: Shape.FLAT}


def limit_for(year: Decimal) -> Decimal:
    """Return the hourly limit of a simulated meter that counts so much in a usual year (模拟表每小时上限).

    Examples
    --------
    >>> limit_for(Decimal(8760))
    Decimal('6')
    """
    return year * _TIMES_MEAN / _HOURS


def tell_simulated_meters(now: datetime) -> None:
    """Tell what the simulated meters of a demo show by now and have not told yet (模拟计量表上报); anywhere else nothing happens."""
    data = Path(settings.DATA)
    if not settings.IS_DEMO:
        return
    end = _quarter(now)
    start = _told.get(data)
    if start is None:
        load_past(data=data, now=now)
    elif start < end:
        _tell(start, end)
    _told[data] = end


def load_past(*, data: Path, now: datetime) -> Merged:
    """Tell the lake what the simulated meters showed since they were told last, at first from the day they were fitted (载入模拟示数)."""
    lake = open_lake(data, conventions=conventions_on(now.date()))
    lake.readings.refresh()
    meters, begin = registered(clock.today())
    if not meters:
        return Merged()
    end = _quarter(now)
    last = lake.readings.transaction_version(_SOURCE)
    start = datetime.combine(begin, datetime.min.time()) if last is None else datetime.fromtimestamp(last, UTC).replace(tzinfo=None)
    with lake.writing() as engine:
        engine.execute("CREATE TABLE showed (point VARCHAR, minutes BIGINT, milli BIGINT)")
        for meter in meters:
            columns = list(zip(*meter.registers(start, end, begin=begin), strict=True)) or [(), ()]
            engine.register("shown", Table.from_pydict({name: Array(list(column), DataType.int64()) for name, column in zip(("minutes", "milli"), columns, strict=True)}))
            engine.execute("INSERT INTO showed SELECT ?, minutes, milli FROM shown", [meter.code])
            engine.unregister("shown")
        told = (
            f"SELECT point, '{FACTOR}' AS factor, '{KIND}' AS kind, TIMESTAMP '{start}' + to_minutes(minutes) AS ts, CAST(milli AS DECIMAL(18,0)) * CAST(0.001 AS DECIMAL(4,3)) AS value,"
            " '' AS flag, 0 AS seq FROM showed"
        )
        take_in(lake, engine, told, now=now, ts="ts", value="try_cast(value AS DECIMAL(18,6))")
        return merge(lake, engine, now=now, origin="模拟计量表", source=(_SOURCE, int(end.replace(tzinfo=UTC).timestamp())))


def _tell(start: datetime, end: datetime) -> None:
    """Send the quarters of an hour that are due through the inbox, as a collector would."""
    meters, begin = registered(clock.today())
    rows = [
        ToldReading(meter.code, (start + timedelta(minutes=minutes)).isoformat(sep=" "), f"{milli // 1000}.{milli % 1000:03}")
        for meter in meters for minutes, milli in meter.registers(start, end, begin=begin)
    ]  # fmt: skip
    if rows:
        keep_readings(rows)


def registered(day: date) -> tuple[list[SimulatedMeter], date]:
    """Return the registered simulated meters, and the day from which they count (已登记的模拟计量表)."""
    held = {row.point: row for row in registers_on(day).meters}
    tree = tree_on(day)
    some = [one for one in meters_on(day) if one.is_simulated and not one.is_closed and one.code in held]
    meters = []
    for number, one in enumerate(some):
        row = held[one.code]
        limit, span = row.limit_per_hour, row.register_span
        if limit is not None:
            year = limit * _HOURS / _TIMES_MEAN
            meters.append(SimulatedMeter(one.code, one.parent_meter or one.code, _shape(one, tree), int(year * 1000), number, int(span * 1000) if span else None))
    return meters, min((held[one.code].valid_from.date() for one in some), default=day)


def _shape(one: Meter, tree: Tree) -> Shape:
    if one.flow in _FLOWS and one.carrier.key == "electricity":
        return _FLOWS[one.flow]
    if one.purpose in _PURPOSES:
        return _PURPOSES[one.purpose]
    if one.carrier.key == "heat":
        return Shape.WINTER
    node = tree.get(one.organisation)
    return Shape.DAY_SHIFT if node is not None and node.tags & _DAY_SHIFT else Shape.CONTINUOUS


def _quarter(now: datetime) -> datetime:
    """Just after the quarter of an hour that has begun, as readings tell time."""
    told = now.astimezone(CHINA_STANDARD_TIME).replace(second=0, microsecond=0, tzinfo=None)
    return told - timedelta(minutes=told.minute % 15) + _QUARTER
