"""Operations of the board: targets and indicators."""

from dataclasses import fields
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.plan.model import Operator
from shuangkong.plan.trajectory import Light
from shuangkong.plan.verdict import VerdictWord
from shuangkong.services.board_exports import BOARD_FORMS, export_of
from shuangkong.services.board_pages import BoardFilter, board_page
from shuangkong.services.deployment import catalogue
from shuangkong.services.indicators import explain_indicator, list_indicators
from shuangkong.services.standing import city_indicators
from shuangkong.services.target_pages import target_page
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import (
    AsText,
    ByName,
    Day,
    Exact,
    Figure,
    Listed,
    Names,
    Paging,
    Short,
    Told,
    Year,
    answers,
    file_answers,
)
from shuangkong.web.page import language_of
from shuangkong.web.refusals import not_found
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission


class TargetsAsked(Schema):
    """Which targets (筛选), as the board has it."""

    agency: Short = ""
    place: Short = ""
    kind: Short = ""
    light: Short = ""
    nature: Short = ""
    part: Short = ""
    q: Short = ""

    def chosen(self) -> BoardFilter:
        """Return it as the board wants it."""
        return BoardFilter(**{one.name: getattr(self, one.name) for one in fields(BoardFilter)})


class TargetLine(Schema):
    """A target in a year (指标)."""

    id: str = Field(alias="line.target.id")
    name: Told = Field(alias="line.target.name")
    clause: str = Field(alias="line.target.clause")
    indicator: str = Field(alias="line.target.indicator")
    scope: str = Field(alias="line.target.scope")
    unit: str = Field(alias="line.target.unit")
    operator: Annotated[Operator, ByName] = Field(alias="line.target.operator")
    target: Exact | None = Field(alias="line.target.value")
    target_year: int | None = Field(alias="line.target.target_year")
    base: Exact | None = Field(alias="line.base")
    current: Exact | None = Field(alias="line.current")
    milestone: Exact | None = Field(alias="line.pace.milestone")
    pace_pct: Exact | None = Field(alias="line.pace.pace_pct")
    light: Annotated[Light, ByName] = Field(alias="line.light")
    verdict: Annotated[VerdictWord, ByName] | None = Field(None, description="定性目标的评判 / of a qualitative target")
    reason: Told | None = Field(alias="line.reason")
    coverage: Told | None = None
    marks: Names = Field(alias="row.marks")
    lead: list[Told] = Field(alias="row.lead")
    trend: list[tuple[int, Exact | None]] = Field(description="年度和数值 / year and figure")

    @staticmethod
    def resolve_verdict(one: Any) -> VerdictWord | None:
        """Tell what people found of a target without a figure."""
        return one.line.verdict.word if one.line.verdict else None

    @staticmethod
    def resolve_coverage(one: Any) -> Words | None:
        """Tell how many of how many reported."""
        held = one.row.coverage
        return Words(f"{held.held}/{held.expected}", f"{held.held}/{held.expected}") if held else None


class Board(Listed[TargetLine]):
    """The board of a year (指标一览)."""

    year: int
    as_of: Day
    plan: str
    answer: Told


class PointShape(Schema):
    """A year of a target (轨迹点)."""

    year: int
    actual: Exact | None
    planned: Exact | None
    required: Exact | None
    low: Exact | None
    high: Exact | None
    marks: Names


class InputShape(Schema):
    """A figure that a result rests on (输入数据)."""

    element: str = Field(alias="found.element")
    org: str = Field(alias="found.org")
    period: AsText = Field(alias="found.period")
    value: Exact | None = Field(alias="found.value")
    unit: AsText = Field(alias="found.unit")
    source: str = Field(alias="found.source")
    grade: Told


class RuleShape(Schema):
    """A rule that was used (所用规则)."""

    path: str
    name: Told
    shown: str
    document: str
    clause: str
    is_verified: bool


class WorkingShape(Schema):
    """How a figure was worked out (计算过程)."""

    formula: Told
    worked: Told
    result: Figure
    rules: list[RuleShape]


class BesideMonth(Schema):
    """A closed month of evidence (佐证月值)."""

    month: AsText
    value: Exact


class BesideShape(Schema):
    """What monitors or meters say of the same thing, judged as the target is (监测计量佐证); what was filed stays official."""

    indicator: str = Field(alias="line.target.indicator")
    name: Told
    value: Exact | None = Field(alias="line.current")
    light: Annotated[Light, ByName] = Field(alias="line.light")
    months: list[BesideMonth]
    inputs: list[InputShape]

    @staticmethod
    def resolve_months(one: Any) -> list[dict[str, Any]]:
        """Tell the months by name."""
        return [{"month": month, "value": value} for month, value in one.months]


class TargetShape(Schema):
    """A target opened down to its inputs (目标)."""

    target: TargetLine = Field(alias="shown")
    finding: Told
    sentence: Told | None
    required: Told | None
    points: list[PointShape]
    forecast_note: Told | None
    places: list[TargetLine]
    working: WorkingShape | None
    inputs: list[InputShape]
    evidence: list[BesideShape]
    remarks: list[Told]


class NamedIndicator(Schema):
    """What an indicator is (指标)."""

    code: str
    name: str
    name_en: str
    unit: str
    clause: str
    definition: str
    formula: str
    formula_zh: str


class IndicatorLine(NamedIndicator):
    """An indicator as it is declared (指标声明)."""

    decimals: int
    missing: str
    base_year: int | None
    grain: str
    scope: str
    direction: str


class Cited(Schema):
    """A rule with its citation (规则和出处)."""

    value: str
    unit: str
    path: str
    document: str
    clause: str


class RawInput(Schema):
    """An observation under an indicator, with its version (输入数据)."""

    element: str
    name: str
    org: str
    org_name: str
    period: str
    value: str | None
    unit: str
    grade: str
    source: str
    reported_by: str
    approved_by: str
    recorded_at: str
    note: str
    version: int


class Indicator(NamedIndicator):
    """An indicator explained (指标解释)."""

    org: str
    org_name: str
    period: str
    value: str | None
    rounded: str | None
    coverage: str
    as_of: str | None
    reason: Told | None
    missing: list[str]
    marks: list[str]
    working: str
    rules: list[Cited]
    inputs: list[RawInput]


@router.get("/board", auth=Allowed(_P.FIGURES_READ), response=answers(Board), summary="全部指标 / every target")
def read_board(request: HttpRequest, asked: Query[TargetsAsked], page: Query[Paging], year: Year | None = None, as_of: Day | None = None) -> Any:
    """Every target with value, light and pace, as known on a day (指标一览)."""
    told = board_page(year=year, as_of=as_of)
    return {**page.of(told.chosen(asked.chosen())), "year": told.moment.year, "as_of": told.moment.as_of, "plan": told.board.plan.id, "answer": told.answer}


@router.post("/board/export", auth=Allowed(_P.EXPORT), summary="导出指标一览 / export the board", **file_answers("application/octet-stream"))
@hands_out
def export_board(request: HttpRequest, asked: Query[TargetsAsked], form: str = "csv", year: Year | None = None, as_of: Day | None = None) -> Any:
    """The board as `csv` or `xlsx`; the export is sealed (导出)."""
    if form not in BOARD_FORMS:
        return not_found(request)
    file = export_of(form=form, asked=asked.chosen(), year=year, as_of=as_of, who=request.member, language=language_of(request))
    return HttpResponse(file.content, headers={"Content-Type": "application/octet-stream", "Content-Disposition": f'attachment; filename="{file.name}"'})


@router.get("/targets/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(TargetShape), summary="一项目标 / one target")
def read_target(request: HttpRequest, code: str, year: Year | None = None, as_of: Day | None = None) -> Any:
    """A target with its path, its places, its working and inputs (目标)."""
    return target_page(target=code, year=year, as_of=as_of, who=request.member)


@router.get("/indicators", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[IndicatorLine]), summary="指标目录 / indicators")
def read_indicators(request: HttpRequest, page: Query[Paging]) -> Any:
    """Every indicator with its formula (指标目录)."""
    return page.of(list_indicators(checked=catalogue()))


@router.get("/indicators/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(Indicator), summary="指标解释 / an indicator explained")
def read_indicator(request: HttpRequest, code: str, org: Short, period: Short, as_of: Day | None = None) -> Any:
    """A figure with formula, working, rules and inputs (指标解释)."""
    return explain_indicator(indicators=city_indicators(), code=code, org=org, period=period, as_of=as_of)
