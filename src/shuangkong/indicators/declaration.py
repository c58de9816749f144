"""What a data element and an indicator are, as declared in a city pack; read from plain mappings, every fault collected."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain
from shuangkong.kernel.units import ONE, Unit, UnknownUnit, unit


class ElementKind(Enum):
    """How figures of an element add up (数据元素类型): only a flow over time, a flow or a stock over places."""

    FLOW = "flow"
    STOCK = "stock"
    RATE = "rate"
    INDEX = "index"


class Scope(Enum):
    """Who reports or is measured (适用范围)."""

    CITY = "city"
    JURISDICTION = "jurisdiction"
    BOTH = "both"


class Missing(Enum):
    """What a gap in the inputs does (缺失处理): strict blanks the figure, partial sums what is there and says so."""

    STRICT = "strict"
    PARTIAL = "partial"


class Direction(Enum):
    """Which way is better (指标方向)."""

    HIGHER = "higher"
    LOWER = "lower"
    NEUTRAL = "neutral"


_UNSAID = Words("", "")
GRAINS: Mapping[str, Grain] = {"year": Grain.YEAR, "half": Grain.HALF, "quarter": Grain.QUARTER, "month": Grain.MONTH}


@dataclass(frozen=True, slots=True)
class Element:
    """A data element: one kind of figure that is reported (数据元素)."""

    code: str
    name: Words
    unit: Unit
    kind: ElementKind
    scope: Scope
    agency: str = ""
    definition: Words = _UNSAID
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndicatorDeclaration:
    """An indicator as declared (指标): its formula as text and how its result is shown.

    `base_year` is needed where the formula looks back to one. `grain` is the length of period its inputs come in, and what
    `ytd` adds up. `decimals` is used in print only. `evidence_for` names the indicator that this one, made of monitoring or meters, stands beside.
    """

    code: str
    name: Words
    unit: Unit
    decimals: int
    formula: str
    missing: Missing
    base_year: int | None
    grain: Grain
    scope: Scope
    definition: Words = _UNSAID
    clause: str = ""
    direction: Direction = Direction.NEUTRAL
    evidence_for: str = ""


ELEMENT_FIELDS = frozenset({"code", "name", "name_en", "unit", "kind", "scope", "agency", "definition", "definition_en", "aliases", "note"})
INDICATOR_FIELDS = frozenset(
    {"code", "name", "name_en", "unit", "decimals", "formula", "missing", "base_year", "grain", "scope", "definition", "definition_en",
     "clause", "direction", "evidence_for", "note"}
)
Choice = TypeVar("Choice", bound=Enum)


def element_from(raw: Mapping[str, Any], *, where: Words, faults: list[Fault]) -> Element:
    """Read a declared element (数据元素声明), noting faults.

    Parameters
    ----------
    raw : Mapping
        As in `elements.yaml`.
    where : Words
        The file, for the faults.
    faults : list of Fault
        Added to; while it has grown, the element returned must not be used.
    """
    fields = _Fields(raw, where, faults, ELEMENT_FIELDS)
    return Element(
        code=fields.text("code"),
        name=fields.words("name"),
        unit=fields.unit(),
        kind=fields.choice("kind", ElementKind),
        scope=fields.choice("scope", Scope, fallback=Scope.BOTH),
        aliases=fields.texts("aliases"),
        agency=fields.text("agency", fallback=""),
        definition=fields.words("definition", is_optional=True),
    )


def indicator_from(raw: Mapping[str, Any], *, where: Words, faults: list[Fault]) -> IndicatorDeclaration:
    """Read a declared indicator (指标声明), noting faults; its formula is checked by the catalogue, not here.

    Parameters
    ----------
    raw : Mapping
        As in `indicators/*.yaml`.
    where : Words
        The file, for the faults.
    faults : list of Fault
        Added to; while it has grown, the declaration returned must not be used.
    """
    fields = _Fields(raw, where, faults, INDICATOR_FIELDS)
    grain = fields.text("grain", fallback="year")
    if grain not in GRAINS:
        fields.fault("grain", grain, Words(f"应为 {'、'.join(GRAINS)} 之一", f"must be one of {', '.join(GRAINS)}"))
    return IndicatorDeclaration(
        code=fields.text("code"),
        name=fields.words("name"),
        unit=fields.unit(),
        decimals=fields.integer("decimals", low=0, high=10) or 0,
        formula=fields.text("formula"),
        missing=fields.choice("missing", Missing),
        base_year=fields.integer("base_year", low=1949, high=2100, is_optional=True),
        grain=GRAINS.get(grain, Grain.YEAR),
        scope=fields.choice("scope", Scope, fallback=Scope.BOTH),
        definition=fields.words("definition", is_optional=True),
        clause=fields.text("clause", fallback=""),
        direction=fields.choice("direction", Direction, fallback=Direction.NEUTRAL),
        evidence_for=fields.text("evidence_for", fallback=""),
    )


class _Fields:
    """Reads the fields of one declaration and notes what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any], where: Words, faults: list[Fault], known: frozenset[str]) -> None:
        self._raw = raw
        self._faults = faults
        code = str(raw.get("code", "?"))
        self._where = Words(f"{where.zh} {code}", f"{where.en} {code}")
        for name in sorted(set(raw) - known):
            self.fault(name, raw[name], Words("不是声明的字段", "is not a field of the declaration"))

    def fault(self, name: str, value: object, rule: Words) -> None:
        remedy = Words("修改该声明", "mend the declaration")
        self._faults.append(Fault(Words(f"字段 {name}", f"field {name}"), str(value), rule, remedy, self._where))

    def text(self, name: str, *, fallback: str | None = None) -> str:
        raw = self._raw.get(name)
        if raw is None and fallback is not None:
            return fallback
        if raw is None or not str(raw).strip():
            self.fault(name, "", Words("缺少", "is missing"))
            return ""
        return str(raw).strip()

    def words(self, name: str, *, is_optional: bool = False) -> Words:
        """A text and its English; the Chinese stands in where none is given."""
        zh = self.text(name, fallback="" if is_optional else None)
        return Words(zh, self.text(f"{name}_en", fallback=zh))

    def texts(self, name: str) -> tuple[str, ...]:
        raw = self._raw.get(name) or []
        if not isinstance(raw, list):
            self.fault(name, raw, Words("应为列表", "must be a list"))
            return ()
        return tuple(str(item).strip() for item in raw)

    def unit(self) -> Unit:
        symbol = self.text("unit")
        try:
            return unit(symbol) if symbol else ONE
        except UnknownUnit as refused:
            self._faults.extend(fault.at(self._where) for fault in refused.faults)
            return ONE

    def choice(self, name: str, kind: type[Choice], *, fallback: Choice | None = None) -> Choice:
        raw = self._raw.get(name)
        if raw is None and fallback is not None:
            return fallback
        for member in kind:
            if str(raw) == member.value:
                return member
        listed = "、".join(str(member.value) for member in kind)
        self.fault(name, "" if raw is None else raw, Words(f"应为 {listed} 之一", f"must be one of {listed}"))
        return next(iter(kind))

    def integer(self, name: str, *, low: int, high: int, is_optional: bool = False) -> int | None:
        raw = self._raw.get(name)
        if raw is None and is_optional:
            return None
        if isinstance(raw, int) and not isinstance(raw, bool) and low <= raw <= high:
            return raw
        rule = Words(f"应为 {low} 到 {high} 的整数", f"must be a whole number from {low} to {high}")
        self.fault(name, "" if raw is None else raw, rule)
        return low
