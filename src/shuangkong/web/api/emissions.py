"""Operations of monitored emissions: hours of an outlet, figures of an outlet, unit, county or the city."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.lake.emissions import EmissionGrain
from shuangkong.services.emission_answers import emission_json, seen_emission, seen_hours
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import answers

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


@router.get("/monitoring/outlets/{code}/hours", auth=Allowed(Permission.FIGURES_READ), response=answers(EmissionHours), summary="排放口小时数据 / hours of an outlet")
def read_hours(request: HttpRequest, code: str, period: str, known_at: AwareDatetime | None = None) -> Any:
    """The hours of an outlet in a period of a quarter at most, as they hold or as they were known at a moment (小时数据)."""
    return seen_hours(code, Period.parse(period), who=request.member, as_of=known_at)


@router.get("/monitoring/emissions/{node}", auth=Allowed(Permission.FIGURES_READ), response=answers(list[EmissionShape]), summary="监测排放量 / monitored emissions")
def read_emissions(request: HttpRequest, node: str, period: str, grain: EmissionGrain = EmissionGrain.MONTH, known_at: AwareDatetime | None = None) -> Any:
    """What an outlet, unit, park, county or the city emitted by factor and day, month or year (排放量)."""
    return [emission_json(one) for one in seen_emission(node, grain, Period.parse(period), who=request.member, as_of=known_at)]
