"""Operations of the assessment: cycles, score sheets, acts, the frozen result, its hand-over."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CycleAct, CycleState
from shuangkong.assessment.rubric import Cycle
from shuangkong.services import assessment_cycles, cycle_pages, frozen_results
from shuangkong.services import hand_over as handing
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import (
    ByName,
    Day,
    Exact,
    Figure,
    Key,
    Keyed,
    Listed,
    Names,
    Number,
    Paging,
    Said,
    Short,
    Told,
    Version,
    Versioned,
    answers,
    file_answers,
)
from shuangkong.web.page import language_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_ANY = "application/octet-stream"


class CycleLine(Schema):
    """A cycle (考核周期)."""

    id: int = Field(alias="row.pk")
    name: Told
    state: Annotated[CycleState, ByName]
    cycle: str = Field(alias="row.cycle")
    year: int = Field(alias="row.year")
    rubric: str = Field(alias="row.rubric")
    version: int = Field(alias="row.version")
    as_of: date = Field(alias="row.as_of")


class PlaceShape(Schema):
    """A jurisdiction in a cycle (县区考核): score and rank null until they may be told."""

    code: str
    name: Told
    head: str
    rank: int | None
    score: Figure | None = Field(None, alias="result.card.score")
    grade: Told | None = Field(None, alias="result.card.grade")
    own_total: Exact | None
    is_signed: bool
    appeals: int


class AnswerShape(Schema):
    """The answer to an appeal (申诉答复)."""

    is_upheld: bool
    points: str
    reason: str
    recorded_at: datetime
    link: int


class AppealShape(Schema):
    """An appeal (申诉)."""

    appeal: int = Field(alias="pk")
    jurisdiction: str
    item: str
    reason: str
    recorded_at: datetime
    link: int
    answer: AnswerShape | None = None


class CycleStep(Schema):
    """One act of a cycle (办理记录)."""

    act: str = Field(alias="row.act")
    told: Told
    state: str = Field(alias="row.state_after")
    version: int = Field(alias="row.version_after")
    role: str = Field(alias="row.role")
    organisation: str = Field(alias="row.organisation")
    reason: str = Field(alias="row.reason")
    recorded_at: datetime = Field(alias="row.recorded_at")
    link: int = Field(alias="row.link")


class CycleShape(Schema):
    """A cycle with its places, appeals and acts (考核)."""

    cycle: CycleLine = Field(alias="line")
    places: list[PlaceShape]
    appeals: list[AppealShape]
    steps: list[CycleStep]
    possible: list[Annotated[CycleAct, ByName]]
    last_day: date | None
    digest: str = Field(description="冻结时作为 seen 送回 / send back as seen to freeze")
    are_rules_changed: bool
    may_freeze: bool
    may_hand_over: bool
    may_answer: bool


class FactInput(Schema):
    """A figure under a fact, with the return it came in and its link (输入数据)."""

    element: str = Field(alias="line.element")
    org: Told = Field(alias="line.org")
    period: str = Field(alias="line.period")
    figure: Figure = Field(alias="line.figure")
    filing: int | None = Field(alias="filing_id")
    link: int | None


class FactShape(Schema):
    """What a line asks for, opened (考核数据项)."""

    name: Told
    figure: Exact | None
    unit: str
    why: Told | None
    note: Told | None
    worked: Told | None = Field(None, alias="working.worked")
    inputs: list[FactInput]


class EvidenceShape(Schema):
    """A file of a self-evaluation (佐证文件)."""

    evidence: int = Field(alias="pk")
    name: str
    digest: str


class SheetLine(Schema):
    """A line of the score sheet (得分单的一行)."""

    code: str
    name: Told = Field(alias="final.name")
    points: Figure = Field(alias="final.points")
    max_points: Figure = Field(alias="final.max_points")
    reason: Told = Field(alias="final.reason")
    citation: str = Field(alias="final.citation")
    computed: Exact | None
    own_points: Exact | None
    own_statement: str | None = Field(None, alias="own.statement")
    evidence: list[EvidenceShape]
    appeals: list[AppealShape]
    facts: list[FactShape]
    is_decided: bool
    may_judge: bool
    may_appeal: bool


class Sheet(Schema):
    """The score sheet of a jurisdiction, opened (得分单)."""

    cycle: CycleLine = Field(alias="line")
    code: str
    name: Told = Field(alias="place.card.name")
    score: Figure = Field(alias="place.card.score")
    grade: Told = Field(alias="place.card.grade")
    grade_reason: Told = Field(alias="place.grade_reason")
    marks: Names = Field(alias="place.marks")
    head: str
    evaluation: int | None = Field(None, alias="own.pk", description="签署时送回 / send back to sign")
    summary: str | None = Field(None, alias="own.summary")
    lines: list[SheetLine]
    may_evaluate: bool
    may_sign: bool
    may_answer: bool
    last_day: date | None


class DifferenceShape(Schema):
    """Where a fresh run says otherwise (重算差异)."""

    place: str
    frozen: str
    now: str


class FrozenShape(Schema):
    """What was frozen, with a fresh run beside it (冻结结果)."""

    cycle: CycleLine = Field(alias="line")
    digest: str = Field(alias="frozen.row.digest")
    link: int = Field(alias="frozen.row.link")
    recorded_at: datetime = Field(alias="frozen.row.recorded_at")
    result: dict[str, Any] = Field(description="结果文件，数值为字符串 / the file of the result, figures as strings")
    differences: list[DifferenceShape]

    @staticmethod
    def resolve_result(one: Any) -> Any:
        """Tell the result as it was sealed."""
        return one.frozen.told["result"]


class ResultShape(Schema):
    """A result handed over (移交结果)."""

    cycle: CycleLine = Field(alias="line")
    sent_at: datetime = Field(alias="sent.recorded_at")
    received_at: datetime | None = Field(None, alias="receipt.recorded_at")
    may_receive: bool


class Starting(Schema):
    """Which cycle to start (启动考核)."""

    cycle: Annotated[Cycle, ByName]
    year: Annotated[int, Field(ge=1949, le=2200)]
    rubric: Short = ""
    as_of: Day


class CycleActing(Schema):
    """What to do to a version of a cycle (办理)."""

    act: Annotated[CycleAct, ByName]
    version: Number
    reason: Said = ""


class Freezing(Schema):
    """What was seen, and is to be frozen (冻结)."""

    version: Number
    seen: Short
    reason: Said


class Judging(Schema):
    """Points for a line that no figure decides (评判)."""

    points: Short
    reason: Said


@router.get("/assessments", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[CycleLine]), summary="考核 / assessments")
def read_cycles(request: HttpRequest, page: Query[Paging]) -> Any:
    """The cycles, the newest first (考核)."""
    return page.of(cycle_pages.list_cycles())


@router.post("/assessments", auth=Allowed(_P.ASSESSMENT_RUN), response=answers(Keyed), summary="启动考核 / start an assessment")
def start(request: HttpRequest, told: Starting) -> Any:
    """Start a cycle over what was known on a day (启动考核)."""
    return {"key": assessment_cycles.start_cycle(cycle=told.cycle, year=told.year, rubric=told.rubric, as_of=told.as_of, who=request.member)}


@router.get("/assessments/{int:cycle}", auth=Allowed(_P.FIGURES_READ), response=answers(CycleShape), summary="一次考核 / an assessment")
def read_cycle(request: HttpRequest, cycle: Key) -> Any:
    """A cycle with ranking, self-evaluations, appeals and what can be done (考核)."""
    return cycle_pages.show_cycle(cycle_id=cycle, who=request.member)


@router.post(
    "/assessments/{int:cycle}/acts", auth=Allowed(_P.ASSESSMENT_RUN, _P.ASSESSMENT_FREEZE, _P.ASSESSMENT_PUBLISH), response=answers(Versioned),
    summary="办理考核 / act on an assessment",
)  # fmt: skip
def act(request: HttpRequest, cycle: Key, told: CycleActing) -> Any:
    """Go on, or one step back; publish (办理)."""
    return {"version": assessment_cycles.act_on_cycle(cycle_id=cycle, act=told.act, version=told.version, who=request.member, reason=told.reason)}


@router.post("/assessments/{int:cycle}/freeze", auth=Allowed(_P.ASSESSMENT_FREEZE), response=answers(Versioned), summary="冻结 / freeze the result")
def freeze(request: HttpRequest, cycle: Key, told: Freezing) -> Any:
    """Freeze exactly the result whose digest was seen; there is no way back (冻结)."""
    return {"version": frozen_results.freeze_cycle(cycle_id=cycle, version=told.version, seen=told.seen, who=request.member, reason=told.reason)}


@router.get("/assessments/{int:cycle}/frozen", auth=Allowed(_P.FIGURES_READ), response=answers(FrozenShape), summary="冻结结果 / the frozen result")
def read_frozen(request: HttpRequest, cycle: Key) -> Any:
    """What was frozen, and where a fresh run differs (冻结结果)."""
    return cycle_pages.show_frozen(cycle_id=cycle, who=request.member)


@router.post("/assessments/{int:cycle}/export", auth=Allowed(_P.EXPORT), summary="导出结果 / export the frozen result", **file_answers(_ANY))
@hands_out
def export(request: HttpRequest, cycle: Key, form: Literal["docx", "xlsx"] = "docx") -> Any:
    """The frozen result as a report; the export is sealed (导出)."""
    content = frozen_results.export_frozen(cycle_id=cycle, form=form, who=request.member, language=language_of(request))
    return handed(content, name=f"assessment-{cycle}.{form}", media_type=_ANY)


@router.post("/assessments/{int:cycle}/hand-over", auth=Allowed(_P.ASSESSMENT_PUBLISH), response=answers(Versioned), summary="移交 / hand the result over")
def hand_over(request: HttpRequest, cycle: Key, told: Version) -> Any:
    """Hand the published result over as a bundle (移交)."""
    return {"version": handing.hand_over_result(cycle_id=cycle, version=told.version, who=request.member)}


@router.get("/assessments/{int:cycle}/sheets/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(Sheet), summary="得分单 / a score sheet")
def read_sheet(request: HttpRequest, cycle: Key, code: str) -> Any:
    """The score sheet of a jurisdiction, each line opened down to its figures (得分单)."""
    return cycle_pages.show_sheet(cycle_id=cycle, jurisdiction=code, who=request.member)


@router.post("/assessments/{int:cycle}/sheets/{code}/items/{item}/judgement", auth=Allowed(_P.ASSESSMENT_RUN), response=answers(Versioned), summary="评判 / judge a line")
def judge(request: HttpRequest, cycle: Key, code: str, item: str, told: Judging) -> Any:
    """Judge a line that no figure decides (评判)."""
    return {"version": assessment_cycles.judge_line(cycle_id=cycle, jurisdiction=code, item=item, points=told.points, reason=told.reason, who=request.member)}


@router.get("/results", auth=Allowed(_P.RESULT_RECEIVE, _P.ASSESSMENT_PUBLISH), response=answers(Listed[ResultShape]), summary="移交结果 / results handed over")
def read_results(request: HttpRequest, page: Query[Paging]) -> Any:
    """The results that were handed over (移交结果)."""
    return page.of(cycle_pages.list_results(who=request.member))


@router.post("/results/{int:cycle}/bundle", auth=Allowed(_P.RESULT_RECEIVE, _P.ASSESSMENT_PUBLISH), summary="移交存证包 / the bundle handed over", **file_answers(_ANY))
@hands_out
def take_bundle(request: HttpRequest, cycle: Key) -> Any:
    """The bundle of a result with its proof (移交存证包)."""
    return handed(handing.handed_over_bundle(cycle_id=cycle, who=request.member), name=f"result-{cycle}.zip", media_type=_ANY)


@router.post("/results/{int:cycle}/receipt", auth=Allowed(_P.RESULT_RECEIVE), response=answers(Versioned), summary="回执 / give receipt")
def receive(request: HttpRequest, cycle: Key, told: Version) -> Any:
    """Give receipt of a result (回执)."""
    return {"version": handing.receive_result(cycle_id=cycle, version=told.version, who=request.member)}
