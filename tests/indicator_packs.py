"""Small indicator catalogues and observations for tests."""

from datetime import datetime
from decimal import Decimal

from shuangkong.indicators.catalogue import Catalogue, catalogue
from shuangkong.indicators.declaration import Element, ElementKind, IndicatorDeclaration, Missing, Scope
from shuangkong.indicators.observations import Observation, ObservationStore
from shuangkong.indicators.working import OrgTree
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Grain, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.units import unit
from shuangkong.rules import RuleBook, book

HEARD = datetime(2024, 3, 1, 9, tzinfo=CHINA_STANDARD_TIME)
# A city of two counties and a zone; the first county has two townships.
ORGS = OrgTree(
    {"city": ("a", "b", "zone"), "a": ("a1", "a2")},
    {
        "city": Words("某市", "City"), "a": Words("甲县", "County A"), "b": Words("乙县", "County B"), "zone": Words("高新区", "Zone"),
        "a1": Words("东镇", "East town"), "a2": Words("西镇", "West town"),
    },
)


def element(code: str, symbol: str, kind: ElementKind = ElementKind.FLOW) -> Element:
    return Element(code, Words(f"{code}名", code), unit(symbol), kind, Scope.BOTH)


def indicator(
    code: str, formula: str, symbol: str, *, missing: Missing = Missing.STRICT, base_year: int | None = 2020,
    grain: Grain = Grain.YEAR, decimals: int = 2,
) -> IndicatorDeclaration:  # fmt: skip
    return IndicatorDeclaration(
        code, Words(f"{code}名", code), unit(symbol), decimals, formula, missing, base_year, grain, Scope.BOTH
    )


ELEMENTS = (
    element("x", "t"), element("y", "t"), element("z", "kg"), element("g", "%", ElementKind.RATE),
    element("energy", "tce"), element("gdp", "亿元"), element("heads", "头", ElementKind.STOCK),
)  # fmt: skip


def checked(*declarations: IndicatorDeclaration, rules: RuleBook | None = None) -> Catalogue:
    return catalogue(elements=ELEMENTS, indicators=declarations, rules=rules or book())


def told(
    code: str, org: str, period: str, figure: str | None, symbol: str = "t", *, at: datetime = HEARD,
    grade: DataGrade = DataGrade.REPORTED,
) -> Observation:  # fmt: skip
    return Observation(
        code, org, Period.parse(period), None if figure is None else Decimal(figure), unit(symbol), grade, "年报", f"{org}统计局",
        "市统计局", at, "" if figure is not None else "不涉及",
    )  # fmt: skip


def store(*observations: Observation) -> ObservationStore:
    return ObservationStore(observations)
