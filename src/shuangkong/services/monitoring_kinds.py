"""What can be registered of monitoring (监测登记项目): kinds of points, their facts, spans of limits, settings of devices."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, NamedTuple

from shuangkong.hj212.editions import Factor, codes, factor_by_code
from shuangkong.kernel.language import Words
from shuangkong.pollution.monitoring_coverage import MonitorStage


class PointKind(Enum):
    """What a point is (监测点类别)."""

    GAS_OUTLET = "废气排放口"
    WATER_OUTLET = "废水排放口"
    FUGITIVE = "无组织/厂界"
    PARK_STATION = "园区站"
    RIVER_SECTION = "断面"
    WATER_SOURCE = "水源地"
    AIR_STATION = "空气站"
    METER = "计量表"
    GAS_INLET = "治理设施进口"
    VAPOUR_STATION = "加油站油气回收"

    @property
    def words(self) -> Words:
        """The kind as it is shown."""
        return Words(self.value, _ENGLISH[self.name])


_ENGLISH = {
    "GAS_OUTLET": "waste-gas outlet", "WATER_OUTLET": "waste-water outlet", "FUGITIVE": "fugitive or boundary point", "PARK_STATION": "park station", "RIVER_SECTION": "river section",
    "WATER_SOURCE": "drinking-water source", "AIR_STATION": "air station", "METER": "meter", "GAS_INLET": "inlet of a treatment", "VAPOUR_STATION": "vapour recovery of a filling station",
}  # fmt: skip
OUTLETS = frozenset({PointKind.GAS_OUTLET, PointKind.WATER_OUTLET})


class Statistic(Enum):
    """Over what a limit's mean runs (限值时段)."""

    HOUR = "小时"
    DAY = "日"
    MONTH = "月"

    @property
    def words(self) -> Words:
        """The span as it is shown."""
        return Words(f"{self.value}均值", f"{self.name.lower()} mean")


class MeterFlow(Enum):
    """Which way passes what a meter counts (计量方向)."""

    CONSUMPTION = "消费"
    SUPPLY = "供入"
    GENERATION = "自产"
    EXPORT = "外供"
    STORAGE_IN = "储入"
    STORAGE_OUT = "储出"

    @property
    def words(self) -> Words:
        """The direction as it is shown."""
        return Words(self.value, self.key.replace("_", " "))

    @property
    def key(self) -> str:
        """The direction as figures name it."""
        return self.name.lower()


class MeterPurpose(Enum):
    """What serves what a meter counts (计量用途)."""

    PRODUCTION = "生产"
    IT = "IT 设备"
    COOLING_PLANT = "制冷站"
    LIGHTING = "照明"
    CHARGING = "充电"
    OFFICE = "办公生活"
    HOUSEHOLDS = "居民"
    GREENING = "绿化"
    STREETS = "道路清扫"
    LANDSCAPE = "景观环境"
    OTHER = "其他"

    @property
    def words(self) -> Words:
        """The purpose as it is shown."""
        return Words(self.value, "IT equipment" if self is MeterPurpose.IT else self.name.lower().replace("_", " "))


class TraitKind(Enum):
    """What stands in a fact (事项类型)."""

    TEXT = "文字"
    TIME = "时刻"
    FLAG = "是否"
    DAY = "日期"
    NUMBER = "数值"
    CHOICE = "选项"


@dataclass(frozen=True, slots=True)
class Trait:
    """A fact of a point (监测点事项)."""

    name: Words
    kind: TraitKind
    choices: tuple[str, ...] = ()
    span: tuple[int, int] = (0, 0)

    @property
    def options(self) -> tuple[tuple[str, Words], ...]:
        """What can be chosen, as it is kept and as it is shown."""
        english = {one.value: one.words.en for one in (*MeterFlow, *MeterPurpose)}
        return tuple((one, Words(one, english.get(one, one))) for one in self.choices)

    def rule_broken(self, value: object) -> Words | None:
        """Return the rule that a value breaks, None for a sound one."""
        if self.kind is TraitKind.FLAG:
            return None if isinstance(value, bool) else Words("应为是或否", "must be yes or no")
        if not isinstance(value, str) or len(value) > 120:
            return Words("不超过 120 字", "is 120 letters at most")
        if self.kind is TraitKind.CHOICE:
            return None if value in self.choices else Words(f"应为 {'、'.join(self.choices)} 之一", f"must be one of {', '.join(self.choices)}")
        if self.kind is TraitKind.DAY and not _is_day(value):
            return Words("应为日期，如 2024-03-01", "must be a day such as 2024-03-01")
        if self.kind is TraitKind.TIME and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            return Words("应为时刻，如 08:30", "must be a time of day such as 08:30")
        if self.kind is TraitKind.NUMBER and not _is_between(value, *self.span):
            return Words(f"应为 {self.span[0]}～{self.span[1]} 之间的数", f"must be a number from {self.span[0]} to {self.span[1]}")
        return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_between(text: str, low: int, high: int) -> bool:
    try:
        return low <= Decimal(text) <= high
    except InvalidOperation:
        return False


_T = TraitKind
_MOST = 10**12 - 1
TRAITS: Mapping[str, Trait] = {
    "permit": Trait(Words("排污许可证编号", "permit number"), _T.TEXT), "must_monitor": Trait(Words("应安装自动监测", "must have an automatic monitor"), _T.FLAG),
    "is_voc_key": Trait(Words("VOCs 重点排放", "VOC key discharger"), _T.FLAG), "installed_on": Trait(Words("安装日期", "installed on"), _T.DAY),
    "accepted_on": Trait(Words("验收日期", "accepted on"), _T.DAY), "connected_on": Trait(Words("联网日期", "connected on"), _T.DAY),
    "oxygen_pct": Trait(Words("基准氧含量（%）", "reference oxygen (%)"), _T.NUMBER, span=(0, 20)), "receiving": Trait(Words("排放去向或所在水体", "discharges into, or water body"), _T.TEXT),
    "flow_unit": Trait(Words("流量单位", "unit of flow"), _T.CHOICE, choices=("m3/s", "m3/h", "L/s")), "is_flow_wet": Trait(Words("流量为湿态工况", "flow is wet, as it runs"), _T.FLAG),
    "treated_at": Trait(Words("治理后排放口编码", "outlet after the treatment"), _T.TEXT),
    "treatment_signal": Trait(Words("治理设施运行信号（因子编码）", "signal of the treatment (factor)"), _T.TEXT),
    "treatment_runs_from": Trait(Words("治理设施运行信号下限", "the treatment runs from a signal of"), _T.NUMBER, span=(0, 10**6)),
    "production_signal": Trait(Words("生产运行信号（因子编码）", "signal of production (factor)"), _T.TEXT),
    "production_runs_from": Trait(Words("生产运行信号下限", "production runs from a signal of"), _T.NUMBER, span=(0, 10**6)),
    "voc_generated_kg_h": Trait(Words("生产时 VOCs 产生量（物料衡算，kg/h）", "VOC generated while producing (balance of materials, kg/h)"), _T.NUMBER, span=(0, 10**6)),
    "target_class": Trait(Words("水质目标", "target class of water"), _T.CHOICE, choices=("I", "II", "III", "IV", "V")),
    "is_lake": Trait(Words("湖库", "lake or reservoir"), _T.FLAG),
    "longitude": Trait(Words("经度", "longitude"), _T.NUMBER, span=(73, 136)), "latitude": Trait(Words("纬度", "latitude"), _T.NUMBER, span=(3, 54)), "carrier": Trait(Words("能源品种或介质", "energy carrier or medium"), _T.TEXT), "flow": Trait(Words("计量方向", "direction"), _T.CHOICE, choices=tuple(one.value for one in MeterFlow)),
    "purpose": Trait(Words("计量用途", "purpose"), _T.CHOICE, choices=tuple(one.value for one in MeterPurpose)), "parent_meter": Trait(Words("上级表（总表）编码", "code of the main meter"), _T.TEXT),
    "serial": Trait(Words("出厂表号", "serial number"), _T.TEXT), "multiplier": Trait(Words("倍率（折成品种的计量单位）", "multiplier (into the unit of the carrier)"), _T.NUMBER, span=(0, 10**9)),
    "register_span": Trait(Words("满度值（翻转）", "register turns over at"), _T.NUMBER, span=(0, _MOST)), "limit_per_hour": Trait(Words("每小时上限", "most in an hour"), _T.NUMBER, span=(0, _MOST)),
    "fitted_at": Trait(Words("装表时刻", "fitted at"), _T.TIME), "first_reading": Trait(Words("起始示数", "first reading"), _T.NUMBER, span=(0, _MOST)),
    "last_reading": Trait(Words("换下旧表的止码", "last reading of the meter it replaces"), _T.NUMBER, span=(0, _MOST)),
    "formula": Trait(Words("虚拟表公式", "formula of a virtual meter"), _T.TEXT), "note": Trait(Words("备注", "note"), _T.TEXT),
}  # fmt: skip
METER_TRAITS = ("carrier", "flow", "purpose", "parent_meter", "serial", "multiplier", "register_span", "limit_per_hour", "fitted_at", "first_reading", "last_reading")
STAGES: Mapping[str, MonitorStage] = {"installed_on": MonitorStage.INSTALLED, "accepted_on": MonitorStage.ACCEPTED, "connected_on": MonitorStage.CONNECTED}
STAGE_WORDS = {
    MonitorStage.NONE: Words("未安装", "not installed"), MonitorStage.INSTALLED: Words("已安装", "installed"), MonitorStage.ACCEPTED: Words("已验收", "accepted"),
    MonitorStage.CONNECTED: Words("已联网", "connected"),
}  # fmt: skip


def stage_on(traits: Mapping[str, Any], day: date) -> MonitorStage:
    """Return how far the monitor of a point has come on a day (监测设备进度).

    Examples
    --------
    >>> stage_on({"installed_on": "2024-03-01", "accepted_on": "2024-06-01"}, date(2024, 5, 1)).name
    'INSTALLED'
    """
    reached = MonitorStage.NONE
    for name, stage in STAGES.items():
        if not traits.get(name) or date.fromisoformat(traits[name]) > day:
            break
        reached = stage
    return reached


class Setting(NamedTuple):
    """A setting of a device (设备设置): its name, its unit, from what to what."""

    name: Words
    unit: str
    span: tuple[int, int]


SETTINGS: Mapping[str, Setting] = {
    "realtime_s": Setting(Words("实时数据间隔", "interval of real-time data"), "s", (5, 3600)), "minute_min": Setting(Words("分钟数据间隔", "interval of minute data"), "min", (1, 60)),
    "silent_min": Setting(Words("多久无数据算失联", "silent after"), "min", (1, 1440)),
}  # fmt: skip
_UNITS = {"gas": ("mg/m3", "ug/m3", "ng/m3"), "water": ("mg/L", "ug/L")}


def units_of(factor: Factor) -> tuple[str, ...]:
    """Return the units a limit of a factor may have (限值单位), the standard's first.

    Examples
    --------
    >>> units_of(factor_by_code()["w01018"]), units_of(factor_by_code()["w01001"])
    (('mg/L', 'ug/L'), ('1',))
    """
    own = factor.concentration_unit
    alike = _UNITS.get(factor.medium, ())
    return tuple(dict.fromkeys((own, *alike))) if own in alike else (own,)


_PRINTED = {"degC": "℃", "ug/m3": "µg/m³", "ug/L": "µg/L", "1": ""}


def unit_shown(symbol: str) -> str:
    """Return a unit of a measured factor as it is printed (监测单位).

    Examples
    --------
    >>> unit_shown("mg/m3"), unit_shown("degC"), unit_shown("1")
    ('mg/m³', '℃', '')
    """
    return _PRINTED.get(symbol, symbol.replace("m3", "m³"))


# What a filling station tells, by codes of a vendor read in public code; two digits of the nozzle or tank follow. HJ 212 itself has none.
VAPOUR, FUEL, PRESSURE = "i41022", "i41024", "i41028"
_STATION_FIGURES = {
    VAPOUR: (Words("号枪回收油气", "vapour recovered, nozzle "), "L"), FUEL: (Words("号枪加油", "fuel filled, nozzle "), "L"),
    PRESSURE: (Words("号罐压力", "pressure, tank "), "Pa"),
}  # fmt: skip


def factor_words(code: str) -> Words:
    """Return the name of a factor (因子名称), its code where it has none.

    Examples
    --------
    >>> print(factor_words("i4102802").zh)
    2号罐压力
    """
    station = _STATION_FIGURES.get(code[:6])
    if station is not None and code[6:].isdecimal():
        return Words(f"{int(code[6:])}{station[0].zh}", f"{station[0].en}{int(code[6:])}")
    factor = factor_by_code().get(code)
    return Words(factor.zh, factor.en or factor.zh) if factor else Words(code, code)


def factor_unit(code: str) -> str:
    """Return the unit that a factor is told in (因子单位), empty where none is known."""
    factor = factor_by_code().get(code)
    return factor.concentration_unit if factor else _STATION_FIGURES[code[:6]][1] if code[:6] in _STATION_FIGURES else ""


MARKS = ("F", "M", "D", "C", "T", "B")  # what an operator may say of readings; N is said by silence


def mark_words(mark: str) -> Words:
    """Return what a mark says (标记含义)."""
    held = codes("marks")[mark]
    return Words(held.zh, held.en)


def factors_for(kind: PointKind) -> tuple[Factor, ...]:
    """Return the factors to choose from at a kind of point (可选因子): those of its medium, of meters none."""
    medium = {"WATER_OUTLET": "water", "RIVER_SECTION": "water", "WATER_SOURCE": "water", "METER": ""}.get(kind.name, "gas")
    return tuple(dict.fromkeys(one for code, one in factor_by_code().items() if one.medium == medium and one.code == code and one.concentration_unit and one.edition != "vendor"))
