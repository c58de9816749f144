"""Use cases of readings at volume: meter files into the lake, figures out of it, and what the roll-up must know beside the readings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from shuangkong.energy.carbon import co2_factor
from shuangkong.energy.coal_equivalent import CarrierFamily, CarrierTable, EnergyCarrier, conversion_factor
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import unit
from shuangkong.lake.figures import FIGURES, Figure, FigureGrain, FigureLevel, find_figures
from shuangkong.lake.meter_file import COLUMNS, Imported, import_meter_file, import_meter_rows
from shuangkong.lake.readings import Lake
from shuangkong.lake.rollup import OPEN_END, FactorRow, MeterRow, Registers, RolledUp, roll_up
from shuangkong.lake.spark import roll_up_on_spark
from shuangkong.lake.table import LakeTable
from shuangkong.plan.organisations import Jurisdictions, UnknownJurisdiction
from shuangkong.rules import at, book
from shuangkong.services.cities import City
from shuangkong.services.documents.tabular import Column, Row, read_table
from shuangkong.timeseries.readings import MeterConventions, meter_conventions

LAKE_FOLDER = "lake"
_READING_COLUMNS = tuple(Column(key, Words(names[3], key), names[1:]) for key, names in COLUMNS.items())
_METER_COLUMNS = (
    Column("meter", Words("表号", "meter"), ("表计编号",)),
    Column("point", Words("计量点", "point"), ("计量点编号",), required=False),
    Column("unit", Words("用能单位", "unit"), ("单位", "单位代码", "统一社会信用代码")),
    Column("county", Words("县区", "county"), ("行政区", "jurisdiction")),
    Column("carrier", Words("能源品种", "carrier"), ("品种", "energy carrier")),
    Column("flow", Words("方向", "flow"), ("用途",), required=False),
    Column("multiplier", Words("倍率", "multiplier"), ("综合倍率",), required=False, numeric=True),
    Column("valid_from", Words("安装时间", "valid from"), ("启用时间",), required=False),
    Column("valid_to", Words("拆除时间", "valid to"), ("停用时间",), required=False),
    Column("register_span", Words("满度值", "register span"), ("翻转值",), required=False, numeric=True),
    Column("limit_per_hour", Words("每小时上限", "limit per hour"), ("最大小时用量",), required=False, numeric=True),
    Column("first_reading", Words("起始示数", "first reading"), ("装表示数", "起码"), required=False, numeric=True),
    Column("last_reading", Words("终止示数", "last reading"), ("拆表示数", "止码"), required=False, numeric=True),
)
_CONSUMPTION = "consumption"
_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  # naive China Standard Time, as the readings


class NothingRolledUp(Refusal):
    """There are no figures yet (尚无汇总数)."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            thing=Words("汇总数", "figures"), value=str(data), rule=Words("还没有汇总过", "have not been made yet"),
            remedy=Words("先运行 shuangkong readings rollup", "run shuangkong readings rollup first"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundFigures:
    """What a query found (查询结果); no rows means that nothing is metered there."""

    node: str
    name: Words
    level: FigureLevel
    grain: FigureGrain
    period: Period
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the answer for machines, figures unrounded."""
        rows = [_figure_json(one) for one in self.figures]
        return {"node": self.node, "name": self.name.zh, "level": self.level.value, "grain": self.grain.value, "period": str(self.period), "rows": rows}


def open_lake(data: Path, *, conventions: MeterConventions) -> Lake:
    """Open the lake of a data directory (打开数据湖)."""
    return Lake(data / LAKE_FOLDER, clock_ahead_most=conventions.clock_ahead_most)


def conventions_on(day: date) -> MeterConventions:
    """Return how readings are taken on a day (读数约定)."""
    return meter_conventions(at(day))


def import_readings(*, path: Path, data: Path, now: datetime) -> Imported:
    """Bring a file of cumulative meter readings into the lake: CSV, Parquet or Excel (导入表计示数). The same file again changes nothing."""
    lake = open_lake(data, conventions=conventions_on(now.date()))
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        table = read_table(path, columns=_READING_COLUMNS)
        table.refuse_if_faulty()
        rows = ((row["meter"], row["ts"], row["reading"]) for row in table.rows)
        return import_meter_rows(lake, rows, now=now, name=path.name)
    return import_meter_file(lake, path, now=now)


def roll_up_readings(*, meters: Path, data: Path, city: City, now: datetime, spark_master: str | None = None) -> RolledUp:
    """Bring the figures of meters, units, counties and the city up to what the readings say, by a list of meters (汇总)."""
    conventions = conventions_on(now.date())
    return roll_up_on(spark_master, open_lake(data, conventions=conventions), read_registers(meters, city=city, conventions=conventions))


def roll_up_on(spark_master: str | None, lake: Lake, registers: Registers) -> RolledUp:
    """Roll up on DuckDB, or on Spark where its master is given (选择汇总引擎)."""
    return roll_up_on_spark(lake, registers, master=spark_master) if spark_master else roll_up(lake, registers)


def find_readings(*, data: Path, city: City, level: FigureLevel, node: str, grain: FigureGrain, period: Period) -> FoundFigures:
    """Return the figures of one metering point, unit or place (查询汇总数)."""
    folder = data / LAKE_FOLDER
    if not (folder / "figures").is_dir():
        raise NothingRolledUp(data)
    name = Words(node, node)
    if level is FigureLevel.PLACE:
        try:
            place = city.jurisdictions.find(node)
            node, name = place.code, place.name
        except UnknownJurisdiction:  # a unit
            pass
    lake = open_lake(data, conventions=conventions_on(period.start))
    with lake.engine() as engine:
        found = find_figures(LakeTable(folder / "figures", FIGURES), engine, level=level, node=node, grain=grain, start=period.start, end=period.end)
    return FoundFigures(node, name, level, grain, period, tuple(found))


def read_registers(path: Path, *, city: City, conventions: MeterConventions) -> Registers:
    """Read the register of meters, and make of it what the roll-up must know (读取计量台账).

    Raises
    ------
    InputRefused
        With every fault of the register.
    """
    table = read_table(path, columns=_METER_COLUMNS)
    carriers = CarrierTable(at(max(line.valid_from for line in book().rule("energy.coal_equivalent.electricity_calorific").lines)))
    meters: list[MeterRow] = []
    used: dict[str, EnergyCarrier] = {}
    ancestry: dict[tuple[str, str], None] = {}
    faults: list[Fault] = []
    for row in table.rows:
        try:
            carrier = carriers.find(row["carrier"])
            places = _places(city.jurisdictions, row["county"])
            meters.append(_meter(row, carrier))
        except InputRefused as refused:
            faults += [fault.at(row.place) for fault in refused.faults]
            continue
        used[carrier.key] = carrier
        ancestry |= dict.fromkeys((row["unit"], place) for place in (row["unit"], *places))
    faults += _contradictions(meters)
    table.refuse_if_faulty(faults)
    return Registers(meters, list(ancestry), factors_of(used.values(), grid_region=city.defaults.grid_region), int(conventions.longest_span.total_seconds()))


def factors_of(carriers: Iterable[EnergyCarrier], *, grid_region: str) -> list[FactorRow]:
    """Return what a unit of each carrier weighs in coal equivalent (calorific) and CO2, by date (折标与排放系数)."""
    return [row for carrier in carriers for row in _factors(carrier, grid_region)]


def _factors(carrier: EnergyCarrier, grid_region: str) -> list[FactorRow]:
    co2_path, per_unit = _co2_rule(carrier, grid_region)
    coal = book().rule(carrier.rule_path)
    co2 = book().rules.get(co2_path)
    days = sorted({line.valid_from for rule in (coal, co2) if rule for line in rule.lines})
    rows: list[FactorRow] = []
    for start, end in pairwise([*days, OPEN_END.date()]):
        kgce = conversion_factor(carrier, basis=ConversionBasis.CALORIFIC, rules=at(start)).figure if coal.at(start) else None
        line = co2.at(start) if co2 else None
        kgco2 = None if line is None else per_unit * (co2_factor(**line.value) if isinstance(line.value, Mapping) else line.number)
        rows.append(FactorRow(carrier.key, datetime.combine(start, time()), datetime.combine(end, time()), kgce, kgco2))
    return rows


def co2_rule_path(carrier: EnergyCarrier, grid_region: str) -> str:
    """Return the rule by which a carrier's CO2 is reckoned (排放系数规则), whether or not there is one."""
    return _co2_rule(carrier, grid_region)[0]


def _co2_rule(carrier: EnergyCarrier, grid_region: str) -> tuple[str, Decimal]:
    """The rule of a carrier's CO2, and what its figure is to be multiplied by to be kg of one physical unit."""
    if carrier.family is CarrierFamily.ELECTRICITY:
        regions = book().below("energy.grid_factors")
        return f"energy.grid_factors.{next((key for key, rule in regions.items() if grid_region in rule.name.zh), 'national')}", Decimal(1)
    path = "energy.carbon.heat" if carrier.key == "heat" else f"energy.carbon.fuels.{carrier.key}"
    rule = book().rules.get(path)
    physical = unit(str(rule.labels.get("physical_unit", carrier.physical_unit))) if rule else unit(carrier.physical_unit)
    return path, Quantity.of(1, carrier.physical_unit).to(physical).figure * 1000


def _places(jurisdictions: Jurisdictions, county: str) -> list[str]:
    place = jurisdictions.find(county)
    codes = [place.code]
    while place.parent:
        place = jurisdictions.find(place.parent)
        codes.append(place.code)
    return codes


def _meter(row: Row, carrier: EnergyCarrier) -> MeterRow:
    numbers = {key: _number(row, key) for key in ("multiplier", "register_span", "limit_per_hour", "first_reading", "last_reading")}
    multiplier = numbers.pop("multiplier")
    return MeterRow(
        meter=row["meter"], point=row["point"] or row["meter"], unit=row["unit"], carrier=carrier.key, flow=row["flow"] or _CONSUMPTION,
        multiplier=Decimal(1) if multiplier is None else multiplier, valid_from=_moment(row, "valid_from", _ALWAYS), valid_to=_moment(row, "valid_to", OPEN_END),
        **numbers,
    )  # fmt: skip


def _number(row: Row, key: str) -> Decimal | None:
    found = row.number(key)
    if row[key] and (found is None or found < 0 or (key == "multiplier" and not found)):
        raise InputRefused([Fault(
            next(column.name for column in _METER_COLUMNS if column.key == key), row[key], Words("不是大于零的数", "is no number above zero"), Words("核对后改正", "mend it"),
        )])  # fmt: skip
    return found


def _moment(row: Row, key: str, otherwise: datetime) -> datetime:
    if not row[key]:
        return otherwise
    try:
        return datetime.fromisoformat(row[key].replace("/", "-")).replace(tzinfo=None)
    except ValueError:
        raise InputRefused([Fault(
            next(column.name for column in _METER_COLUMNS if column.key == key), row[key], Words("不是时刻", "is no moment"),
            Words("写成 2025-01-01 或 2025-01-01 08:00", "write it as 2025-01-01 or 2025-01-01 08:00"),
        )]) from None  # fmt: skip


def _contradictions(meters: Sequence[MeterRow]) -> list[Fault]:
    """A point is measured by one meter at a time, and stays with one unit, carrier and direction."""
    faults = []
    by_point = sorted(meters, key=lambda one: (one.point, one.valid_from))
    for earlier, later in pairwise(by_point):
        if earlier.point != later.point:
            continue
        if earlier.valid_to > later.valid_from:
            faults.append(Fault(Words("计量点", "point"), later.point, Words("同一时间有两块表", "has two meters at one time"), Words("填前一块表的拆除时间", "give the end of the earlier")))
        if (earlier.unit, earlier.carrier, earlier.flow) != (later.unit, later.carrier, later.flow):
            faults.append(Fault(
                Words("计量点", "point"), later.point, Words("前后单位、品种或方向不同", "changes its unit, carrier or direction"), Words("另立计量点", "make it another point"),
            ))  # fmt: skip
    return faults


def _figure_json(one: Figure) -> dict[str, Any]:
    def told(figure: Decimal | None) -> str | None:
        return None if figure is None else plain(figure)

    return {
        "carrier": one.carrier, "flow": one.flow, "start": one.start_at.isoformat(sep=" "), "quantity": told(one.quantity), "kgce": told(one.kgce), "kgco2": told(one.kgco2),
        "estimated": told(one.estimated), "covered_s": one.covered_s, "expected_s": one.expected_s, "over_limit": one.over_limit,
        "as_of": None if one.as_of is None else one.as_of.isoformat(),
    }  # fmt: skip
