"""Operations of places, units, parks and the tree they stand in."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.returns.states import ReturnState
from shuangkong.services import clock, organisation_changes
from shuangkong.services.organisation_register import register
from shuangkong.services.organisations import OrganisationKind, tree_on
from shuangkong.services.park_pages import park_page
from shuangkong.services.place_pages import place_page, places_page
from shuangkong.services.unit_pages import unit_page, units_page
from shuangkong.web.api.board import TargetLine
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.organisation_shapes import Changing, Founding, Held, Organisation, OrganisationLine
from shuangkong.web.api.shapes import ByName, Day, Exact, Keyed, Listed, Names, Paging, Short, Told, Year, answers

router = Router()
_P = Permission


class Head(Schema):
    """The first responsible person (第一责任人)."""

    name: str
    title: str
    since: date
    is_simulated: bool


class Grade(Schema):
    """The grade given last (考核等级)."""

    year: int
    cycle: str
    grade: str | None
    score: Exact | None


class Filed(Schema):
    """How many returns of those due are filed (已报与应报)."""

    filed: int
    due: int


class Sum(Schema):
    """A sum over units (汇总): withheld where it would give a single unit away, and then says why."""

    value: Exact | None
    reported: int
    expected: int
    is_suppressed: bool
    why: Told | None


class Flow(Schema):
    """An edge of the structure of energy (能源流向)."""

    source: Told
    target: Told
    tce: Exact


class PlaceLine(Schema):
    """A jurisdiction among the others (县区)."""

    code: str = Field(alias="figures.code")
    name: Told = Field(alias="figures.name")
    rank: int | None = Field(alias="figures.rank")
    lead_target: TargetLine | None = Field(alias="figures.lead")
    head: Head | None
    units_energy: Sum = Field(alias="units")
    filed: Filed
    findings: int
    grade: Grade | None


class Places(Listed[PlaceLine]):
    """The jurisdictions side by side (县区一览)."""

    year: int
    as_of: Day
    answer: Told


class UnitLine(Schema):
    """A unit in a list (单位)."""

    code: str = Field(alias="node.code")
    name: Told = Field(alias="node.name")
    place: str | None = Field(None, alias="node.parent")
    park: str | None = Field(None, alias="node.park")
    trade: Told | None
    energy_tce: Exact | None
    marks: Names
    filed: Filed
    findings: int


class ParkLine(Schema):
    """A park in a list (园区)."""

    code: str = Field(alias="node.code")
    name: Told = Field(alias="node.name")
    tenants: int
    energy: Sum


class DueLine(Schema):
    """A return that is due (应报)."""

    form: str = Field(alias="form.code")
    organisation: str = Field(alias="node.code")
    period: str = Field(alias="window.period")
    due_on: date = Field(alias="window.due_on")
    state: Annotated[ReturnState, ByName] | None
    filing: int | None = Field(alias="filing_id")
    is_waived: bool


class OpenFinding(Schema):
    """An open finding (未办结问题)."""

    filing: int = Field(alias="filing_id")
    code: str
    org: str
    period: str
    odd: Told
    remedy: Told
    recorded_at: datetime


class ProductShape(Schema):
    """A product against its level of efficiency (产品能效)."""

    org: str
    product: str
    output: Exact
    output_unit: str
    unit_energy_kgce: Exact
    benchmark_level: Exact | None = Field(None, alias="gap.benchmark_level")
    baseline_level: Exact | None = Field(None, alias="gap.baseline_level")
    gap_to_benchmark_tce: Exact | None = Field(None, alias="gap.gap_to_benchmark_tce")
    reason: Told | None


class Carrier(Schema):
    """The sum of one carrier (能源品种)."""

    name: Told
    use: Sum


class TrendShape(Schema):
    """Intensity and total of a year (历年强度和总量)."""

    year: int
    intensity: Exact | None = Field(alias="intensity.value")
    total: Exact | None = Field(alias="total.value")


class Place(Schema):
    """A jurisdiction (县区)."""

    year: int = Field(alias="moment.year")
    as_of: Day = Field(alias="moment.as_of")
    code: str = Field(alias="figures.code")
    name: Told = Field(alias="figures.name")
    finding: Told
    head: Head | None
    grade: Grade | None
    targets: list[TargetLine] = Field(alias="figures.targets")
    trend: list[TrendShape] = Field(alias="figures.trend")
    units_energy: Sum = Field(alias="energy")
    flows: list[Flow] = Field(alias="structure.links")
    carriers: list[Carrier]
    products: list[ProductShape]
    gap_tce: Sum = Field(alias="gap")
    due: list[DueLine]
    filed: Filed
    findings: list[OpenFinding]
    units: list[UnitLine]
    hidden_units: int
    parks: list[ParkLine]

    @staticmethod
    def resolve_carriers(one: Any) -> list[dict[str, Any]]:
        """Tell the sums by carrier."""
        return [{"name": name, "use": use} for name, use in one.structure.carriers]


class Units(Listed[UnitLine]):
    """The units that the reader may see (单位一览)."""

    year: int
    as_of: Day


class UnitYear(Schema):
    """A year of a unit (单位年度数据)."""

    year: int
    comprehensive_tce: Exact | None = Field(alias="comprehensive")
    output: Exact | None
    per_product: Exact | None
    per_value: Exact | None
    saving_target_tce: Exact | None = Field(alias="saving_target")
    saving_done_tce: Exact | None = Field(alias="saving_done")
    co2_known_t: Exact | None = Field(None, alias="co2.known_t")
    co2_coverage_pct: Exact | None = Field(None, alias="co2.coverage_pct")
    marks: Names


class Use(Schema):
    """What a unit used of a carrier (能源品种使用)."""

    code: str
    name: Told
    consumed_tce: Exact


class Manager(Schema):
    """An energy manager (能源管理负责人)."""

    name: str
    post: str
    title: str
    appointed: str
    filed: str
    phone: str


class Meter(Schema):
    """How meters are fitted against what is asked for (计量器具配备)."""

    name: Told
    level: Told
    required: int
    fitted: int
    fitting_pct: Exact | None = Field(alias="fitting.fitting_pct")
    required_pct: Exact | None = Field(alias="fitting.required_pct")
    meets: bool | None = Field(alias="fitting.meets")


class Unit(Schema):
    """A unit (单位)."""

    code: str = Field(alias="node.code")
    name: Told = Field(alias="node.name")
    place: str | None = Field(alias="node.parent")
    park: str | None = Field(alias="node.park")
    is_simulated: bool = Field(alias="node.is_simulated")
    is_closed: bool
    finding: Told
    year: int
    as_of: Day = Field(alias="known_on")
    history: list[Held]
    tags: list[Told]
    years: list[UnitYear]
    flows: list[Flow] = Field(alias="links")
    carriers: list[Use]
    products: list[ProductShape]
    managers: list[Manager]
    meters: list[Meter]
    due: list[DueLine]
    findings: list[OpenFinding]

    @staticmethod
    def resolve_due(one: Any) -> list[Any]:
        """Tell the returns due, form by form."""
        return [due for row in one.grid for year in row.years for due in year]


class Park(Schema):
    """A park (园区)."""

    year: int = Field(alias="moment.year")
    as_of: Day = Field(alias="moment.as_of")
    code: str = Field(alias="node.code")
    name: Told = Field(alias="node.name")
    place: str | None = Field(None, alias="place.code")
    finding: Told
    energy: Sum
    before: Sum
    flows: list[Flow] = Field(alias="structure.links")
    tenants: list[UnitLine]
    hidden_tenants: int
    filed: Filed
    findings: list[OpenFinding]
    history: list[Held]


@router.get("/places", auth=Allowed(_P.FIGURES_READ), response=answers(Places), summary="县区 / jurisdictions")
def read_places(request: HttpRequest, page: Query[Paging], year: Year | None = None, as_of: Day | None = None) -> Any:
    """The jurisdictions side by side (县区)."""
    told = places_page(who=request.member, year=year, as_of=as_of)
    return {**page.of(told.rows), "year": told.moment.year, "as_of": told.moment.as_of, "answer": told.answer}


@router.get("/places/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(Place), summary="一个县区 / one jurisdiction")
def read_place(request: HttpRequest, code: str, year: Year | None = None, as_of: Day | None = None) -> Any:
    """A jurisdiction with its targets, structure of energy, returns due, findings and units (县区)."""
    return place_page(code=code, who=request.member, year=year, as_of=as_of)


@router.get("/units", auth=Allowed(_P.FIGURES_READ), response=answers(Units), summary="单位 / units")
def read_units(request: HttpRequest, page: Query[Paging], q: Short = "", year: Year | None = None, as_of: Day | None = None) -> Any:
    """The units that the reader may see (单位)."""
    told = units_page(who=request.member, asked=q.strip(), year=year, as_of=as_of)
    return {**page.of(told.rows), "year": told.year, "as_of": told.known_on}


@router.get("/units/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(Unit), summary="一个单位 / one unit")
def read_unit(request: HttpRequest, code: str, year: Year | None = None, as_of: Day | None = None) -> Any:
    """A unit with its years, carriers, products, meters, returns and findings (单位)."""
    return unit_page(code=code, who=request.member, year=year, as_of=as_of)


@router.get("/parks/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(Park), summary="一个园区 / one park")
def read_park(request: HttpRequest, code: str, year: Year | None = None, as_of: Day | None = None) -> Any:
    """A park with what its tenants use together (园区)."""
    return park_page(code=code, who=request.member, year=year, as_of=as_of)


@router.get("/organisations", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[OrganisationLine]), summary="组织 / organisations")
def read_organisations(request: HttpRequest, page: Query[Paging], kind: Annotated[OrganisationKind, ByName] | None = None, as_of: Day | None = None) -> Any:
    """The organisations of a day (组织)."""
    return page.of([node for node in tree_on(as_of or clock.today()) if kind is None or node.kind is kind])


@router.get("/organisations/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(Organisation), summary="沿革 / the past of an organisation")
def read_organisation(request: HttpRequest, code: str) -> Any:
    """What held of an organisation from when (沿革)."""
    return organisation_changes.history_page(code=code, who=request.member)


@router.post("/organisations", auth=Allowed(_P.WINDOW_MANAGE), response=answers(Keyed), summary="登记组织 / register an organisation")
def enter(request: HttpRequest, told: Founding) -> Any:
    """Enter a unit or a park; sealed (登记组织)."""
    return {"key": register(who=request.member, **told.dict())}


@router.post("/organisations/{code}", auth=Allowed(_P.WINDOW_MANAGE), response=answers(Keyed), summary="机构变更 / change an organisation")
def change(request: HttpRequest, code: str, told: Changing) -> Any:
    """Let something else hold of an organisation from a day on; sealed (机构变更)."""
    return {"key": organisation_changes.change(code=code, who=request.member, **told.dict())}
