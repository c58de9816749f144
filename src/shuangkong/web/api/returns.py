"""Operations of returns as they are read: work, progress, forms, windows and waivers."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.kernel.period import Period
from shuangkong.returns.form import EntryKind
from shuangkong.returns.states import ReturnAct, ReturnState
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.filing_lists import progress
from shuangkong.services.form_pages import listed_forms, shown_form
from shuangkong.services.waivers import waive_period
from shuangkong.services.windows import change_window, early_notice, managed_windows
from shuangkong.services.work_pages import work_page
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import AsText, ByName, Day, Keyed, Listed, Paging, Said, Short, Told, answers

router = Router()
_P = Permission


class WorkLine(Schema):
    """Something that waits (待办)."""

    form: str = Field(alias="work.form.code")
    organisation: str = Field(alias="work.node.code")
    period: str = Field(alias="work.period")
    state: Annotated[ReturnState, ByName] | None = Field(alias="work.state")
    act: Annotated[ReturnAct, ByName] = Field(alias="work.act")
    due_on: date | None = Field(alias="work.due_on")
    filing: int | None = Field(alias="work.filing_id")
    days_left: int | None
    days_late: int


class AskedAmendment(Schema):
    """A correction that was asked for (待答复的更正)."""

    amendment: int = Field(alias="pk")
    filing: int = Field(alias="filing_id")
    reason: str
    recorded_at: datetime


class OpenAppeal(Schema):
    """An appeal that waits (待答复的申诉)."""

    appeal: int = Field(alias="pk")
    cycle: int = Field(alias="cycle_id")
    jurisdiction: str
    item: str
    reason: str


class AssessmentTaskLine(Schema):
    """What an assessment waits for (考核待办)."""

    act: Annotated[CycleAct, ByName]
    cycle: int = Field(alias="line.row.pk")
    jurisdiction: str
    due_on: date | None


class Work(Listed[WorkLine]):
    """Everything that waits for the reader (我的工作)."""

    findings_to_explain: list[int]
    findings_to_judge: list[int]
    amendments: list[AskedAmendment]
    appeals: list[OpenAppeal]
    assessment: list[AssessmentTaskLine]
    verdicts_to_confirm: list[int]
    verdicts_sent_back: list[int]
    waivers_asked: list[int] = Field(description="有豁免申请待答复的报表 / returns with a waiver to decide")


class PlaceProgress(Schema):
    """How far a jurisdiction has come (县区进度)."""

    place: str = Field(alias="place.code")
    asked: int
    filed: int


class ProgressLine(Schema):
    """How far a window has come (填报进度)."""

    form: str = Field(alias="form.code")
    period: str = Field(alias="window.period")
    due_on: date = Field(alias="window.due_on")
    asked: int
    filed: int
    waived: int
    overdue_days: int
    missing: list[str]
    places: list[PlaceProgress]

    @staticmethod
    def resolve_missing(one: Any) -> list[str]:
        """Name those who have not filed."""
        return [node.code for node in one.missing]


class FormLine(Schema):
    """A form in the catalogue (报表)."""

    code: str = Field(alias="form.code")
    edition: str = Field(alias="form.edition")
    name: Told = Field(alias="form.name")
    agency: str = Field(alias="form.agency")
    agency_name: Told = Field(alias="agency")


class CellShape(Schema):
    """A cell and what it means (指标解释)."""

    key: AsText
    name: Told
    kind: Annotated[EntryKind, ByName]
    unit: AsText | None
    decimals: int
    meaning: Told
    formula: str
    element: str
    is_required: bool
    allows_not_applicable: bool
    choices: list[str]


class TableShape(Schema):
    """A table of a form (表)."""

    code: str = Field(alias="table.code")
    name: Told = Field(alias="table.name")
    max_rows: int = Field(alias="table.max_rows", description="可增行的最多行数；固定表为 0 / most rows of a list, 0 of a grid")
    cells: list[CellShape]

    @staticmethod
    def resolve_cells(one: Any) -> list[Any]:
        """Tell the cells of all rows."""
        return [cell for _, cells in one.rows for cell in cells]


class FormShape(FormLine):
    """A form with the meaning of everything in it (报表说明)."""

    tables: list[TableShape]


class WindowVersionShape(Schema):
    """A window as it once was (填报期版本)."""

    opens_on: date
    due_on: date
    closes_on: date | None
    reason: str
    recorded_at: datetime
    link: int | None


class WindowLine(Schema):
    """When a form of a period may be filed (填报期)."""

    form: str = Field(alias="form.code")
    period: str = Field(alias="window.period")
    opens_on: date = Field(alias="window.opens_on")
    due_on: date = Field(alias="window.due_on")
    closes_on: date | None = Field(alias="window.closes_on")
    is_open: bool
    may_change: bool
    versions: list[WindowVersionShape]


class WindowAsked(Schema):
    """A window as it shall be (调整填报期)."""

    form: Short
    period: Short
    opens_on: Day
    due_on: Day
    closes_on: Day | None = None
    reason: Said


class WindowSet(Keyed):
    """The window that was set (填报期已调整), and what is to be seen to."""

    notice: Told | None = None


class WaiverAsked(Schema):
    """Whom to release from a period (豁免填报), or no longer."""

    form: Short
    period: Short
    organisation: Short
    reason: Said
    is_waived: bool = True


@router.get("/work", auth=Allowed(_P.FIGURES_READ), response=answers(Work), summary="待办 / what waits for me")
def read_work(request: HttpRequest, page: Query[Paging]) -> Any:
    """What waits for the token's owner (我的工作)."""
    told = work_page(who=request.member)
    return {
        **page.of([one for group in told.groups for one in group.items]), "findings_to_explain": [one.record.pk for one in told.to_explain],
        "findings_to_judge": [one.record.pk for one in told.to_judge], "amendments": told.amendments, "appeals": told.appeals, "assessment": told.tasks,
        "verdicts_to_confirm": [one.row.pk for one in told.verdicts], "verdicts_sent_back": [one.row.pk for one in told.returned], "waivers_asked": sorted({one.filing.pk for one in told.waivers}),
    }  # fmt: skip


@router.get("/returns/progress", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[ProgressLine]), summary="填报进度 / filing progress")
def read_progress(request: HttpRequest, page: Query[Paging], form: Short = "", period: Short = "", place: Short = "") -> Any:
    """How far each window has come (填报进度)."""
    return page.of(progress(who=request.member, form=form or None, period=period or None, place=place or None))


@router.get("/forms", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[FormLine]), summary="报表目录 / forms")
def read_forms(request: HttpRequest, page: Query[Paging]) -> Any:
    """Every form that the city asks for (报表目录)."""
    return page.of(listed_forms())


@router.get("/forms/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(FormShape), summary="指标解释 / a form explained")
def read_form(request: HttpRequest, code: str) -> Any:
    """Every cell of a form with meaning, unit and formula (指标解释)."""
    return shown_form(code)


@router.get("/windows", auth=Allowed(_P.WINDOW_MANAGE), response=answers(Listed[WindowLine]), summary="填报期 / windows")
def read_windows(request: HttpRequest, page: Query[Paging], form: Short = "", period: Short = "") -> Any:
    """When each form may be filed (填报期)."""
    return page.of(managed_windows(who=request.member, forms=forms().values(), form=form, period=period))


@router.post("/windows", auth=Allowed(_P.WINDOW_MANAGE), response=answers(WindowSet), summary="调整填报期 / set a window")
def set_window(request: HttpRequest, told: WindowAsked) -> Any:
    """Open, extend or close a window; sealed with its reason (调整填报期). The key is that of the link."""
    period = Period.parse(told.period)
    link = change_window(
        form=form_of(told.form, period), period=period, opens_on=told.opens_on, due_on=told.due_on, closes_on=told.closes_on, who=request.member, reason=told.reason.strip()
    )
    return {"key": link, "notice": early_notice(period, told.opens_on)}


@router.post("/waivers", auth=Allowed(_P.PERIOD_WAIVE), response=answers(Keyed), summary="豁免填报 / waive a period")
def waive(request: HttpRequest, told: WaiverAsked) -> Any:
    """Release a filer from a period, or take that back (豁免填报). The key is that of the link."""
    period = Period.parse(told.period)
    link = waive_period(
        form=form_of(told.form, period), period=period, organisation=told.organisation, who=request.member, reason=told.reason.strip(), is_waived=told.is_waived
    )
    return {"key": link}
