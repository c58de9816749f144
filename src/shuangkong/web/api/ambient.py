"""Operations of ambient water and air, and of manual self-monitoring (环境质量与自行监测): what the pages show, and figures handed over by machines."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.pollution.ambient.surface_water import WaterClass
from shuangkong.pollution.self_monitoring import Frequency, ResultSource
from shuangkong.services import ambient_intake, ambient_pages, self_monitoring, self_monitoring_pages
from shuangkong.services.ambient_intake import ToldRow
from shuangkong.services.self_monitoring import FindingEntry, PlanEntry
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import ByName, Day, Exact, Keyed, Number, Said, Short, Told, answers

router = Router()
_P = Permission


class WaterFigure(Schema):
    """An item of a month (水质项目)."""

    value: Exact
    is_lab: bool
    count: int
    recorded_at: datetime


class WaterMonthShape(Schema):
    """A section or source in a month (断面水源月评价)."""

    point: str = Field(alias="point.code")
    name: Told = Field(alias="point.name")
    month: str
    water_class: Annotated[WaterClass, ByName] | None = Field(alias="found.water_class")
    target: Annotated[WaterClass, ByName] | None
    good: bool | None
    worst: list[str] = Field(alias="found.worst")
    beyond_target: list[str]
    beyond_source: list[str]
    values: dict[str, WaterFigure]

    @staticmethod
    def resolve_month(one: Any) -> str:
        """Tell the month."""
        return str(one.month)


class AirDayShape(Schema):
    """A day of air (空气日)."""

    day: date
    index: int | None = Field(alias="found.index")
    band: Told | None = Field(alias="found.band")
    primary: list[str] = Field(alias="found.primary")
    means: dict[str, Exact | None]
    hours: dict[str, int]


class AirYearShape(Schema):
    """A year of a station, or of the city under the code `city` (空气年)."""

    code: str
    name: Told
    year: int = Field(alias="year.year")
    good: int = Field(alias="year.good")
    judged: int = Field(alias="year.judged")
    good_pct: Exact | None = Field(alias="year.good_pct")
    pm25_mean: Exact | None = Field(alias="year.mean_so_far")
    days: list[AirDayShape] = Field(alias="year.days")


class AmbientRow(Schema):
    """A row that is handed over (监测数据一行): figures by code of the item, texts; `0.05L` is below detection."""

    point: Short
    time: Short
    figures: dict[str, Short] = Field(max_length=60)


class AmbientRows(Schema):
    """Rows that come in all or not at all (监测数据)."""

    rows: list[AmbientRow] = Field(min_length=1, max_length=ambient_intake.ROWS_MOST)
    reason: Short = ""


class BroughtIn(Schema):
    """What became of the figures (导入结果)."""

    link: int
    new: int
    corrected: int
    same: int


class CompletionLine(Schema):
    """How far the plan of a unit is done (自行监测完成率)."""

    code: str
    name: Told
    place: Told
    outlets: list[str]
    due: int = Field(alias="done.due")
    done: int = Field(alias="done.done")
    pct: Exact | None = Field(alias="done.pct")


class PlanTold(Schema):
    """A line of a plan (方案一行)."""

    point: Short
    factor: Short
    frequency: Annotated[Frequency, ByName]
    times: Number
    document: Short = ""
    valid_from: Day


class ResultTold(Schema):
    """A laboratory's result (监测结果一行)."""

    point: Short
    factor: Short
    start: AwareDatetime
    end: AwareDatetime
    value: Exact
    unit: Short
    report_number: Short
    laboratory: Short = ""
    is_below: bool = False
    source: Annotated[ResultSource, ByName] = ResultSource.MANUAL
    replaces: Number | None = None
    is_withdrawn: bool = False


class SelfMonitoringTold(Schema):
    """Plans and results entered as one act (自行监测登记)."""

    tests: list[PlanTold] = Field([], max_length=5000)
    results: list[ResultTold] = Field([], max_length=20000)
    reason: Said


@router.get("/monitoring/ambient/water/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(list[WaterMonthShape]), summary="断面水源逐月 / water by month")
def read_water(request: HttpRequest, code: str, as_of: Day | None = None) -> Any:
    """A section or source by month with class and figures (断面水源)."""
    return list(ambient_pages.water_page(code=code, who=request.member, as_of=as_of).months)


@router.get("/monitoring/ambient/water", auth=Allowed(_P.FIGURES_READ), response=answers(list[WaterMonthShape]), summary="某月断面水源 / water of a month")
def list_water(request: HttpRequest, month: Short = "", as_of: Day | None = None) -> Any:
    """All sections and sources in a month, the newest with figures where none is named (断面水源)."""
    page = ambient_pages.ambient_page(who=request.member, month=Period.parse(month) if month else None, as_of=as_of)
    return [line.now for line in (*page.sections, *page.sources)]


@router.get("/monitoring/ambient/air/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(AirYearShape), summary="空气站逐日 / air by day")
def read_air(request: HttpRequest, code: str, year: Annotated[int | None, Query(ge=2000, le=2100)] = None, as_of: Day | None = None) -> Any:
    """A station, or the mean of the city under `city`, by day over a year (空气站)."""
    return ambient_pages.air_page(code=code, who=request.member, year=year, as_of=as_of)


@router.post("/monitoring/ambient/readings", auth=Allowed(_P.MONITORING_REPORT), response=answers(BroughtIn), summary="导入监测数据 / hand over figures")
def bring_in(request: HttpRequest, told: AmbientRows) -> Any:
    """Figures of sections, sources and stations; sealed as they came, all or none; the same again changes nothing (导入)."""
    rows = [ToldRow(Words(f"第{number}行", f"row {number}"), one.point, one.time, one.figures) for number, one in enumerate(told.rows, start=1)]
    link, merged = ambient_intake.import_rows(rows, content=bytes(request.body), name="api", who=request.member, reason=told.reason)
    return {"link": link, "new": merged.new, "corrected": merged.corrected, "same": merged.same}


@router.get("/monitoring/self-monitoring", auth=Allowed(_P.FIGURES_READ), response=answers(list[CompletionLine]), summary="自行监测完成率 / completion")
def read_completion(request: HttpRequest, year: Annotated[int | None, Query(ge=2000, le=2100)] = None, as_of: Day | None = None) -> Any:
    """How far the plans of units are done (完成率)."""
    return list(self_monitoring_pages.completion_page(who=request.member, year=year, as_of=as_of).units)


@router.post("/monitoring/self-monitoring", auth=Allowed(_P.MONITORING_REPORT), response=answers(Keyed), summary="登记自行监测 / enter plans and results")
def enter(request: HttpRequest, told: SelfMonitoringTold) -> Any:
    """Enter plans and results; sealed as one act (登记自行监测)."""
    tests, results = [PlanEntry(**dict(one)) for one in told.tests], [FindingEntry(**dict(one)) for one in told.results]
    return {"key": self_monitoring.enter_self_monitoring(tests=tests, results=results, who=request.member, reason=told.reason)}
