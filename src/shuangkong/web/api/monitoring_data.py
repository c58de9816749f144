"""Operations of what is monitored: the newest values, the hours of an outlet, how complete days are."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.services.completeness_pages import calendar_page
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.outlet_pages import OutletAsked, OutletSpan, outlet_page
from shuangkong.services.wall_pages import WallAsked, WallState, wall
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import ByName, Day, Exact, Listed, Paging, Short, Told, Year, answers

router = Router()
_P = Permission


class NewestFigure(Schema):
    """The newest value of a factor beside its limit (实况值); times are China Standard Time."""

    factor: str
    name: Told
    unit: str
    value: Exact | None
    is_converted: bool
    mark: str = Field(alias="flag")
    at: datetime
    low: Exact | None
    high: Exact | None
    is_beyond: bool
    has_exceeded: bool

    @staticmethod
    def resolve_low(one: Any) -> Any:
        """Tell the lower end of the limit."""
        return one.limit.low if one.limit else None

    @staticmethod
    def resolve_high(one: Any) -> Any:
        """Tell the upper end of the limit."""
        return one.limit.high if one.limit else None


class WallPoint(Schema):
    """A point with its newest values (实况)."""

    code: str = Field(alias="point.code")
    name: Told = Field(alias="point.name")
    organisation: str = Field(alias="point.organisation")
    place: str
    state: Annotated[WallState, ByName]
    heard_at: datetime | None
    is_simulated: bool = Field(alias="point.is_simulated")
    figures: list[NewestFigure]


class WallFilter(Schema):
    """Which points (筛选)."""

    kind: Annotated[PointKind, ByName] | None = None
    place: Short = ""
    state: Annotated[WallState, ByName] | None = None
    text: Short = ""


class OutletHourShape(Schema):
    """An hour of a factor (小时数据): what was heard, what counts, what stands in; times are China Standard Time."""

    start: datetime = Field(alias="own.start")
    state: Annotated[HourState, ByName] = Field(alias="own.state")
    mark: str = Field(alias="own.mark")
    mean: Exact | None = Field(alias="own.mean")
    converted: Exact | None = Field(alias="own.converted")
    flow_m3: Exact | None = Field(alias="own.flow_m3")
    kg: Exact | None
    substituted_kg: Exact | None = Field(alias="filled.substituted_kg")
    rule: str = Field(alias="filled.rule_path")
    heard_at: datetime | None = Field(alias="own.heard_at")


class OutletDayShape(Schema):
    """A day of a factor (日数据)."""

    day: date
    mean: Exact | None
    kg: Exact | None
    substituted_kg: Exact | None
    volume_m3: Exact | None
    hours_due: int
    hours_measured: int
    hours_substituted: int
    hours_stopped: int


class OutletFactorShape(Schema):
    """A factor of an outlet (因子数据)."""

    factor: str
    name: Told
    unit: str
    hours: list[OutletHourShape]
    days: list[OutletDayShape]


class CorrectionShape(Schema):
    """A reading that was corrected (更正)."""

    factor: str
    kind: str
    ts: datetime
    value: Exact
    mark: str = Field(alias="flag")
    heard_at: datetime
    held_until: datetime
    then_value: Exact
    then_mark: str = Field(alias="then_flag")


class OutletDataShape(Schema):
    """The readings of an outlet over a span (排放口数据)."""

    code: str = Field(alias="point.code")
    first: date
    after: date
    is_simulated: bool = Field(alias="point.is_simulated")
    factors: list[OutletFactorShape]
    corrections: list[CorrectionShape]


class OutletDataAsked(Schema):
    """Which span (时段)."""

    span: Annotated[OutletSpan, ByName] = OutletSpan.DAY
    day: Day | None = None


class CompleteDay(Schema):
    """How complete a day is (完整率), in hours times factors."""

    day: date
    grade: str = Field(alias="grade.name")
    due: int = Field(alias="share.due")
    received: int = Field(alias="share.received")
    valid: int = Field(alias="share.valid")
    stopped: int = Field(alias="share.stopped")
    is_partial: bool


class CompleteYear(Schema):
    """The days of a year in which something was due (完整率日历)."""

    code: str
    name: Told
    year: int
    days: list[CompleteDay]

    @staticmethod
    def resolve_days(one: Any) -> Any:
        """Tell the days in order."""
        return [day for _, days in one.months for day in days if day is not None and (day.share.due or day.share.stopped)]


@router.get("/monitoring/wall", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[WallPoint]), summary="监测实况 / newest values")
def read_wall(request: HttpRequest, page: Query[Paging], asked: Query[WallFilter]) -> Any:
    """The newest values of the points a token's owner may see, beside their limits (监测实况)."""
    return page.of(wall(who=request.member, asked=WallAsked(asked.kind, asked.place, asked.state, asked.text)).tiles)


@router.get("/monitoring/points/{code}/data", auth=Allowed(_P.FIGURES_READ), response=answers(OutletDataShape), summary="排放口数据 / readings of an outlet")
def read_data(request: HttpRequest, code: str, asked: Query[OutletDataAsked], as_of: Day | None = None) -> Any:
    """Hours and days of an outlet, what was substituted beside what was measured, and what was corrected (排放口数据)."""
    return outlet_page(code=code, who=request.member, asked=OutletAsked(asked.span, asked.day), as_of=as_of)


@router.get("/monitoring/completeness", auth=Allowed(_P.FIGURES_READ), response=answers(CompleteYear), summary="完整率日历 / completeness")
def read_completeness(request: HttpRequest, code: Short = "", year: Year | None = None, as_of: Day | None = None) -> Any:
    """How complete the days of a year are, of a point, a place or all (完整率日历)."""
    return calendar_page(who=request.member, code=code, year=year, as_of=as_of)
