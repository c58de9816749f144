"""Operations of energy from meters: a unit, a place with what lies in it, main meters against sub-meters, a park's yearly assessment."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.services.energy_pages import unit_energy_page
from shuangkong.services.park_assessment import WORD, park_assessment
from shuangkong.services.place_energy import differences_page, place_energy_page
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import Day, Exact, Short, Told, Year, answers, file_answers
from shuangkong.web.page import language_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission


class MeteredTotal(Schema):
    """A total with what stands behind it (合计与质量): null where nothing was heard; that is not zero."""

    amount: Exact | None
    estimated: Exact
    coverage_pct: Exact | None
    as_of: datetime | None


class MeteredEnergy(Schema):
    """What was used (用量), with coal equivalent (calorific) and CO2."""

    quantity: MeteredTotal
    tce: Exact | None
    tco2: Exact | None
    over_limit: int


class MeteredCarrier(Schema):
    """A carrier in one direction, beside the period before and the same of last year (分品种)."""

    carrier: str = Field(alias="use.carrier")
    name: Told
    unit: str
    direction: str = Field(alias="use.flow")
    use: MeteredEnergy
    before: MeteredEnergy | None
    change_pct: Exact | None
    last_year: MeteredEnergy | None
    yearly_change_pct: Exact | None
    coal_rule: str
    co2_rule: str


class LoadTold(Schema):
    """The load of a carrier (负荷); `hours` in China Standard Time, null where an hour was not wholly heard of."""

    carrier: str
    peak: Exact | None = Field(alias="summary.peak.load")
    peak_at: datetime | None = Field(alias="summary.peak.start")
    base: Exact | None = Field(alias="summary.base")
    mean: Exact | None = Field(alias="summary.mean")
    load_factor_pct: Exact | None = Field(alias="summary.load_factor_pct")
    hours: list[datetime]
    loads: list[Exact | None]


class DifferenceTold(Schema):
    """A main meter against its sub-meters (总分表差)."""

    main: str = Field(alias="main.code")
    organisation: str = Field(alias="main.organisation")
    name: Told = Field(alias="main.name")
    carrier: str = Field(alias="main.carrier.key")
    unit: str = Field(alias="main.carrier.unit")
    subs: list[str]
    total: MeteredTotal
    below: MeteredTotal
    difference: Exact | None = Field(alias="found.difference")
    pct: Exact | None = Field(alias="found.pct")
    missing: list[str] = Field(alias="found.missing")

    @staticmethod
    def resolve_subs(one: Any) -> list[str]:
        """Tell the sub-meters by their codes."""
        return [sub.code for sub in one.subs]


class VirtualTold(Schema):
    """A virtual meter (虚拟表)."""

    code: str = Field(alias="meter.code")
    organisation: str = Field(alias="meter.organisation")
    name: Told = Field(alias="meter.name")
    formula: str = Field(alias="meter.text")
    valid_from: date = Field(alias="meter.valid_from")
    amount: Exact | None = Field(alias="total.amount")
    missing: list[str] = Field(alias="total.missing")
    quality: MeteredTotal = Field(alias="total.quality")


class UnitMetered(Schema):
    """A unit by its meters (单位能耗)."""

    code: str = Field(alias="node.code")
    start: date = Field(alias="span.start")
    end: date = Field(alias="span.end")
    carriers: list[MeteredCarrier] = Field(alias="rows")
    total: MeteredEnergy | None
    load: LoadTold | None
    differences: list[DifferenceTold]
    virtual: list[VirtualTold]


class PartMetered(Schema):
    """What lies in a place (下级用能); hidden where it would give a single unit away."""

    code: str = Field(alias="node.code")
    name: Told = Field(alias="node.name")
    units: int
    is_metered: bool
    is_hidden: bool
    use: MeteredEnergy | None


class OwnPowerTold(Schema):
    """Own power of a park (就地消纳)."""

    local_pct: Exact | None = Field(alias="found.local_pct")
    self_supply_pct: Exact | None = Field(alias="found.self_supply_pct")
    quality: MeteredTotal


class WaterTold(Schema):
    """Water of a district (供水分区). [m³]"""

    supplied: MeteredTotal
    used: MeteredTotal
    loss: Exact | None = Field(alias="balance.loss")
    loss_pct: Exact | None = Field(alias="balance.pct")
    leakage_pct: Exact | None = Field(alias="leakage.leakage_pct")


class RatioTold(Schema):
    """PUE of a data centre, or efficiency of a cooling plant (站点比值)."""

    organisation: str
    ratio: Exact | None
    quality: MeteredTotal


class SiteTold(Schema):
    """What the meters of a park say together (站点能效)."""

    own_power: OwnPowerTold | None
    water: WaterTold | None
    data_centres: list[RatioTold]
    cooling_plants: list[RatioTold]


class PlaceMetered(Schema):
    """A place by its meters (区域能耗)."""

    code: str = Field(alias="node.code")
    start: date = Field(alias="span.start")
    end: date = Field(alias="span.end")
    is_hidden: bool
    carriers: list[MeteredCarrier] = Field(alias="rows")
    total: MeteredEnergy | None
    parts: list[PartMetered]
    site: SiteTold | None = Field(alias="facts")


class DifferencesMetered(Schema):
    """Main meters against sub-meters, and virtual meters (总分表差)."""

    differences: list[DifferenceTold]
    virtual: list[VirtualTold]


def _period(text: str) -> Period | None:
    return Period.parse(text) if text else None


@router.get("/energy/units/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(UnitMetered), summary="单位能耗 / a unit by its meters")
def read_unit(request: HttpRequest, code: str, period: Short = "", carrier: Short = "electricity", as_of: Day | None = None) -> Any:
    """What a unit used by its meters in a period such as 2026 or 2026-03 (单位能耗)."""
    return unit_energy_page(code=code, who=request.member, period=_period(period), carrier=carrier, as_of=as_of)


@router.get("/energy/places/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(PlaceMetered), summary="区域能耗 / a place by its meters")
def read_place(request: HttpRequest, code: str, period: Short = "", as_of: Day | None = None) -> Any:
    """What a city, county, zone or park used by its meters, with what lies in it (区域能耗)."""
    return place_energy_page(code=code, who=request.member, period=_period(period), as_of=as_of)


@router.get("/energy/differences", auth=Allowed(_P.FIGURES_READ), response=answers(DifferencesMetered), summary="总分表差 / main meters against sub-meters")
def read_differences(request: HttpRequest, period: Short = "", as_of: Day | None = None) -> Any:
    """Main meters against their sub-meters, the largest difference first, and virtual meters (总分表差)."""
    return differences_page(who=request.member, period=_period(period), as_of=as_of)


@router.post("/energy/parks/{code}/assessment", auth=Allowed(_P.EXPORT), summary="园区年度能源利用评估 / a park's yearly assessment", **file_answers(WORD))
@hands_out
def take_assessment(request: HttpRequest, code: str, year: Year) -> Any:
    """The yearly assessment of a park as Word; the export is sealed, hence no GET (园区年度能源利用评估)."""
    found = park_assessment(code=code, year=year, who=request.member, language=language_of(request))
    return handed(found.content, name=found.name, media_type=found.media_type)
