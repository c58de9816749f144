"""Operations of monitored emissions: hours of an outlet, figures of an outlet, unit, county or the city."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.lake.emissions import EmissionGrain
from shuangkong.pollution.instrument_checks import CheckKind, CheckOutcome
from shuangkong.pollution.station_vapour import StationLight
from shuangkong.pollution.voc_rates import RateLight
from shuangkong.services.emission_answers import emission_json, seen_emission, seen_hours
from shuangkong.services.outlet_check_pages import checks_page
from shuangkong.services.outlet_checks import CheckEntry
from shuangkong.services.outlet_pages import OutletAsked, OutletSpan
from shuangkong.services.outlet_voc import voc_page
from shuangkong.services.self_monitoring import enter_self_monitoring
from shuangkong.services.vapour_stations import vapour_page
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import ByName, Day, Exact, Keyed, Number, Said, Short, Told, answers

router = Router()


class EmissionHour(Schema):
    """An hour of a factor (小时数据): as heard, as counted, and what replaces it."""

    start: str
    state: str
    mark: str
    marked_by: str
    mean: str | None
    converted: str | None
    device_converted: str | None
    flow_m3: str | None
    kg: str | None
    device_kg: str | None
    substituted_kg: str | None
    rule: str
    window_start: str | None
    window_end: str | None
    window_hours: int
    is_short_history: bool
    reason: str
    limit: str | None
    limit_low: str | None
    limit_is_converted: bool | None
    from_minutes: bool
    is_missing: bool


class EmissionDay(Schema):
    """A day of a factor (日数据)."""

    day: str
    mean: str | None
    kg: str | None
    substituted_kg: str | None
    volume_m3: str | None
    hours_due: int
    hours_measured: int
    hours_stopped: int
    hours_invalid: int
    hours_missing: int
    hours_substituted: int
    is_short_history: bool
    replaced_by: str


class EmissionFactor(Schema):
    """A factor of an outlet (因子); the capture rate by first day of the quarter."""

    factor: str
    name: str
    unit: str
    capture_pct: dict[str, str | None]
    hours: list[EmissionHour]
    days: list[EmissionDay]


class EmissionHours(Schema):
    """The hours of an outlet (排放口小时数据)."""

    point: str
    name: str
    is_simulated: bool
    as_of: str | None
    factors: list[EmissionFactor]


class EmissionShape(Schema):
    """What was emitted of a factor in a period, and what stands behind it (排放量)."""

    factor: str
    name: str
    start: str
    kg: str | None
    substituted_kg: str | None
    substituted_pct: str | None
    capture_pct: str | None
    coverage_pct: str | None
    hours_due: int
    hours_measured: int
    hours_stopped: int
    hours_invalid: int
    hours_missing: int
    hours_substituted: int
    hours_short_history: int
    outlet_days_without: int
    outlets: list[str]
    as_of: str


class MonitorCheckShape(Schema):
    """A check of a monitor in force (仪器检查)."""

    check_id: int = Field(alias="row.pk")
    factor: str = Field(alias="row.factor")
    kind: Annotated[CheckKind, ByName]
    at: datetime = Field(alias="row.at")
    reference: Exact | None = Field(alias="row.reference")
    result: Exact | None = Field(alias="row.result")
    full_scale: Exact | None = Field(alias="row.full_scale")
    outcome: Annotated[CheckOutcome, ByName]
    reason: str = Field(alias="row.reason")
    link: int = Field(alias="row.link")


class LossShape(Schema):
    """A time out of control (失控时段), naive China Standard Time; it ends in the year 9999 while no check has passed."""

    factor: str = Field(alias="told.factor")
    start: datetime = Field(alias="told.span.start")
    end: datetime = Field(alias="told.span.end")
    kind: Annotated[CheckKind, ByName] = Field(alias="told.kind")
    checks: list[MonitorCheckShape] = Field(alias="lines")


class DueShape(Schema):
    """When a check is due (应检)."""

    factor: str
    name: Told
    kind: Annotated[CheckKind, ByName]
    last: datetime | None
    due: date
    overdue_days: int


class MonitorChecksShape(Schema):
    """The checks of an outlet's monitors (仪器检查)."""

    point: str = Field(alias="point.code")
    is_simulated: bool = Field(alias="point.is_simulated")
    checks: list[MonitorCheckShape] = Field(alias="lines")
    losses: list[LossShape]
    due: list[DueShape]


class CheckTold(Schema):
    """A check as it is told (登记检查); `outcome` counts only where no rule judges it."""

    factor: Short = ""
    kind: Annotated[CheckKind, ByName]
    at: AwareDatetime
    reference: Exact | None = None
    result: Exact | None = None
    full_scale: Exact | None = None
    outcome: Annotated[CheckOutcome, ByName] | None = None
    replaces: Number | None = None
    is_withdrawn: bool = False


class ChecksTold(Schema):
    """Checks entered as one act (登记检查)."""

    checks: list[CheckTold] = Field(min_length=1, max_length=5000)
    reason: Said


@router.get("/monitoring/outlets/{code}/checks", auth=Allowed(Permission.FIGURES_READ), response=answers(MonitorChecksShape), summary="仪器检查 / checks of monitors")
def read_checks(request: HttpRequest, code: str, as_of: Day | None = None) -> Any:
    """The checks of an outlet's monitors, what they put out of control, what is due (仪器检查)."""
    return checks_page(code=code, who=request.member, as_of=as_of)


@router.post("/monitoring/outlets/{code}/checks", auth=Allowed(Permission.MONITORING_REPORT), response=answers(Keyed), summary="登记仪器检查 / enter checks")
def enter_checks(request: HttpRequest, code: str, told: ChecksTold) -> Any:
    """Enter checks of an outlet's monitors, all or none; sealed as one act (登记检查)."""
    return {"key": enter_self_monitoring(checks=[CheckEntry(point=code, **dict(one)) for one in told.checks], who=request.member, reason=told.reason)}


class VocRate(Schema):
    """A rate beside its target (三率). [%]"""

    pct: Exact | None
    least_pct: Exact
    light: Annotated[RateLight, ByName]


class VocSpan(Schema):
    """A span of a treatment (治理设施时段)."""

    collection: VocRate
    removal: VocRate
    uptime: VocRate
    controlled_pct: Exact | None
    inlet_kg: Exact | None
    outlet_kg: Exact | None
    hours: int
    hours_signalled: int
    hours_producing: int
    hours_measured: int
    coverage_pct: Exact | None


class VocDay(Schema):
    """A day of a treatment (治理设施日)."""

    day: date
    rates: VocSpan


class VocShape(Schema):
    """The three rates of an outlet (VOCs 三率)."""

    point: str = Field(alias="point.code")
    is_simulated: bool = Field(alias="point.is_simulated")
    first: date
    after: date
    whole: VocSpan
    days: list[VocDay]

    @staticmethod
    def resolve_days(one: Any) -> list[dict[str, Any]]:
        """Tell the days by name."""
        return [{"day": day, "rates": span} for day, span in one.days]


@router.get("/monitoring/outlets/{code}/voc", auth=Allowed(Permission.FIGURES_READ), response=answers(VocShape), summary="VOCs 三率 / three rates of VOC control")
def read_voc(request: HttpRequest, code: str, day: Day, span: Literal["DAY", "MONTH", "QUARTER"] = "MONTH", as_of: Day | None = None) -> Any:
    """Collection, removal and running rate of an outlet around a day, by day and over a day, month or quarter (三率)."""
    return voc_page(code=code, who=request.member, asked=OutletAsked(OutletSpan[span], day), as_of=as_of)


class NozzleShape(Schema):
    """A nozzle's day (加油枪日数据)."""

    number: str
    light: Annotated[StationLight, ByName] = Field(alias="found.light")
    fillings: int = Field(alias="found.fillings")
    outside: int = Field(alias="found.outside")
    vapour_l: Exact
    liquid_l: Exact
    ratio: Exact | None


class TankShape(Schema):
    """A tank's day (油罐日数据). [Pa], [min]"""

    number: str
    light: Annotated[StationLight, ByName] = Field(alias="found.light")
    longest_flat_min: Exact = Field(alias="found.longest_flat_min")
    lowest_pa: Exact | None
    highest_pa: Exact | None


class StationShape(Schema):
    """A day of a filling station (加油站日判定)."""

    light: Annotated[StationLight, ByName]
    nozzles: list[NozzleShape]
    tanks: list[TankShape]


class VapourDay(Schema):
    """A day of a filling station by its date (加油站逐日)."""

    day: date
    told: StationShape


class VapourShape(Schema):
    """A filling station in a month (油气回收)."""

    point: str = Field(alias="point.code")
    is_simulated: bool = Field(alias="point.is_simulated")
    days: list[VapourDay]

    @staticmethod
    def resolve_days(one: Any) -> list[dict[str, Any]]:
        """Tell the days by name."""
        return [{"day": day, "told": told} for day, told in one.days]


@router.get("/monitoring/stations/{code}/vapour", auth=Allowed(Permission.FIGURES_READ), response=answers(VapourShape), summary="油气回收 / vapour recovery")
def read_vapour(request: HttpRequest, code: str, day: Day | None = None, as_of: Day | None = None) -> Any:
    """Ratios by nozzle and tank pressure of a filling station in the month of a day (油气回收)."""
    return vapour_page(code=code, who=request.member, day=day, as_of=as_of)


@router.get("/monitoring/outlets/{code}/hours", auth=Allowed(Permission.FIGURES_READ), response=answers(EmissionHours), summary="排放口小时数据 / hours of an outlet")
def read_hours(request: HttpRequest, code: str, period: str, known_at: AwareDatetime | None = None) -> Any:
    """The hours of an outlet in a period of a quarter at most, as they hold or as they were known at a moment (小时数据)."""
    return seen_hours(code, Period.parse(period), who=request.member, as_of=known_at)


@router.get("/monitoring/emissions/{node}", auth=Allowed(Permission.FIGURES_READ), response=answers(list[EmissionShape]), summary="监测排放量 / monitored emissions")
def read_emissions(request: HttpRequest, node: str, period: str, grain: EmissionGrain = EmissionGrain.MONTH, known_at: AwareDatetime | None = None) -> Any:
    """What an outlet, unit, park, county or the city emitted by factor and day, month or year (排放量)."""
    return [emission_json(one) for one in seen_emission(node, grain, Period.parse(period), who=request.member, as_of=known_at)]
