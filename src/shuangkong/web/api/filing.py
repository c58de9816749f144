"""Operations on one return: open, read, save, act, discuss, correct."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Form, Router, Schema, Status

from shuangkong.access.roles import Permission
from shuangkong.checks.lifecycle import FindingAct, FindingState
from shuangkong.checks.model import Severity
from shuangkong.returns.states import ReturnAct, ReturnState
from shuangkong.services import filings
from shuangkong.services.amendments import ask_amendment, decide_amendment
from shuangkong.services.check_waivers import waive_check
from shuangkong.services.filing_cells import Saved
from shuangkong.services.filing_pages import show_filing
from shuangkong.services.remarks import add_remark
from shuangkong.web.api.gate import Allowed, upload
from shuangkong.web.api.shapes import (
    TROUBLE,
    ByName,
    Day,
    Exact,
    Faults,
    Key,
    Keyed,
    Number,
    Said,
    Sent,
    Short,
    Told,
    Versioned,
    answers,
)
from shuangkong.web.page import language_of

router = Router()
_P = Permission


class Opening(Schema):
    """Which return to open (开始填报)."""

    form: Short
    organisation: Short
    period: Short


class Opened(Schema):
    """The return that is open (已开始)."""

    filing: int


class Cells(Schema):
    """Cells as typed, by `table.row.column` (填报内容); `version` is a number, or what `known` said."""

    version: Number | Short
    cells: dict[str, str] = Field(max_length=20_000)


class Acting(Schema):
    """What to do to a version of a return (办理)."""

    act: Annotated[ReturnAct, ByName]
    version: Number
    reason: Said = ""


class Remarking(Schema):
    """What to say, of a cell where `key` names one (讨论)."""

    text: Said
    key: Short = ""


class Deciding(Schema):
    """The answer to a correction asked for (答复更正)."""

    consents: bool
    reason: Said


class Reopened(Schema):
    """The round that the consent opened (更正轮次), null where it was declined."""

    filing: int | None


class CheckWaiving(Schema):
    """What to do to a finding that blocks a draft (上报前豁免): the filer explains and so asks, those in charge waive, reject or revoke; `until` ends a waiver."""

    finding: Short = Field(description="问题的 likeness；数字改动后即变 / the likeness of the finding; changes with its figures")
    act: Annotated[FindingAct, ByName]
    reason: Said = ""
    until: Day | None = None


class CheckStanding(Schema):
    """Where the finding stands now (处理情况)."""

    state: Annotated[FindingState, ByName]


class FilingAct(Schema):
    """A step of a return (办理记录)."""

    act: str
    state: str = Field(alias="state_after")
    version: int = Field(alias="version_after")
    person: str | None = Field(None, alias="person.full_name")
    role: str
    organisation: str
    reason: str
    recorded_at: datetime
    link: int


class FoundShape(Schema):
    """A finding beside its cells (问题)."""

    finding: int | None = Field(alias="record_id")
    code: str
    severity: Annotated[Severity, ByName]
    state: Annotated[FindingState, ByName]
    name: Told
    odd: Told
    usual: Told
    remedy: Told
    cells: list[str] = Field(alias="keys")
    likeness: str = Field(description="草稿问题的标识；上报后为空 / names a finding of a draft; empty once submitted")
    waived_until: date | None = Field(alias="life.waived_until")
    waiver_acts: list[Annotated[FindingAct, ByName]] = Field(alias="possible")


class AttachmentShape(Schema):
    """A file of a return (附件)."""

    attachment: int = Field(alias="pk")
    name: str
    media_type: str
    digest: str
    recorded_at: datetime


class RemarkShape(Schema):
    """A contribution to the discussion (讨论)."""

    who: str
    moment: datetime
    key: str
    text: str


class DecisionShape(Schema):
    """The answer to a correction (更正答复)."""

    is_consented: bool
    reason: str
    filing: int | None = Field(alias="new_filing_id")
    recorded_at: datetime
    link: int


class AmendmentShape(Schema):
    """A correction that was asked for (申请更正)."""

    amendment: int = Field(alias="request.pk")
    reason: str = Field(alias="request.reason")
    evidence: int = Field(alias="request.evidence_id")
    recorded_at: datetime = Field(alias="request.recorded_at")
    link: int = Field(alias="request.link")
    decision: DecisionShape | None
    may_decide: bool


class CellDifference(Schema):
    """A cell that differs from what was before (差异)."""

    cell: str
    before: str | None
    after: str | None
    change: Exact | None
    change_pct: Exact | None

    @staticmethod
    def resolve_cell(one: Any) -> str:
        """Name the cell."""
        return str(one.cell.key)

    @staticmethod
    def resolve_before(one: Any) -> str | None:
        """Tell what was."""
        return one.before.stored() if one.before else None

    @staticmethod
    def resolve_after(one: Any) -> str | None:
        """Tell what is."""
        return one.after.stored() if one.after else None


class Filing(Schema):
    """A return with its cells, findings, acts and what can be done (报表)."""

    filing: int = Field(alias="filing.pk")
    form: str = Field(alias="form.code")
    organisation: str = Field(alias="node.code")
    period: str = Field(alias="filing.period")
    round: int = Field(alias="filing.round")
    state: Annotated[ReturnState, ByName]
    version: int = Field(alias="filing.version")
    known: str = Field(description="保存时作为 version 送回，可发现他人改动 / send back as version when saving, so that changes of others are found")
    is_editable: bool
    possible: list[Annotated[ReturnAct, ByName]]
    cells: dict[str, str]
    previous: dict[str, str]
    missing: list[str]
    findings: list[FoundShape] = Field(alias="shown_findings")
    large_changes: list[CellDifference] = Field(alias="large")
    since_sent_back: list[CellDifference]
    since_locked: list[CellDifference]
    acts: list[FilingAct]
    attachments: list[AttachmentShape]
    remarks: list[RemarkShape]
    amendments: list[AmendmentShape]
    may_ask_amendment: bool
    may_discuss: bool

    @staticmethod
    def resolve_cells(one: Any) -> dict[str, str]:
        """Tell what stands in the cells."""
        return {str(at.cell.key): at.text for table in one.tables for row in table.rows for at in row.cells if at is not None and at.text}

    @staticmethod
    def resolve_previous(one: Any) -> dict[str, str]:
        """Tell what stood in them the period before."""
        return {str(at.cell.key): at.previous.stored() for table in one.tables for row in table.rows for at in row.cells if at is not None and at.previous}

    @staticmethod
    def resolve_missing(one: Any) -> list[str]:
        """Tell what is still to be filled in."""
        return [fault.line() for fault in one.missing]


class ClashShape(Schema):
    """A cell that somebody else changed meanwhile (他人改动); nothing was saved."""

    key: str
    text: str
    who: str
    moment: datetime


class SavedShape(Schema):
    """What was saved, what was not and why, and what follows from it (保存结果)."""

    version: int
    known: str
    saved: list[str]
    faults: dict[str, str]
    computed: dict[str, str | None]
    clashes: list[ClashShape]


def told_saved(request: HttpRequest, saved: Saved) -> Any:
    """Return what came of saving, as an answer: 409 where others changed the same cells."""
    language = language_of(request)
    return Status(409 if saved.clashes else 200, {
        "version": saved.version, "known": saved.known, "saved": saved.saved, "faults": {key: fault.line(language) for key, fault in saved.faults.items()},
        "computed": {str(key): one.entry.stored() if one.entry else None for key, one in saved.computed.items()}, "clashes": saved.clashes,
    })  # fmt: skip


SAVING = {200: SavedShape, TROUBLE - {409}: Faults, 409: SavedShape | Faults}


@router.post("/returns", auth=Allowed(_P.RETURN_FILE), response=answers(Opened), summary="开始填报 / open a return")
def open_return(request: HttpRequest, told: Opening) -> Any:
    """Open the return of an organisation, or find the one that is open (开始填报)."""
    return {"filing": filings.open_filing(form=told.form, organisation=told.organisation, period=told.period, who=request.member)}


@router.get("/returns/{int:filing}", auth=Allowed(_P.FIGURES_READ), response=answers(Filing), summary="报表 / a return")
def read_return(request: HttpRequest, filing: Key) -> Any:
    """A return with its cells, acts and what can be done (报表)."""
    return show_filing(filing_id=filing, who=request.member)


@router.post("/returns/{int:filing}/cells", auth=Allowed(_P.RETURN_FILE), response=SAVING, summary="保存 / save cells")
def save_cells(request: HttpRequest, filing: Key, told: Cells) -> Any:
    """Keep cells; sound ones are saved, the others told (保存)."""
    return told_saved(request, filings.save_cells(filing_id=filing, version=told.version, texts=told.cells, who=request.member))


@router.post(
    "/returns/{int:filing}/check-waivers", auth=Allowed(_P.FINDING_EXPLAIN, _P.FINDING_JUDGE, _P.FINDING_WAIVE), response=answers(CheckStanding),
    summary="上报前豁免 / waive a check before submission",
)  # fmt: skip
def waive_finding(request: HttpRequest, filing: Key, told: CheckWaiving) -> Any:
    """Ask that a finding which blocks submission be waived, waive it, decline or take it back (上报前豁免)."""
    return {"state": waive_check(filing_id=filing, finding=told.finding, act=told.act, who=request.member, reason=told.reason, until=told.until)}


@router.post("/returns/{int:filing}/acts", auth=Allowed(_P.FIGURES_READ), response=answers(Versioned), summary="办理 / act on a return")
def act_on_return(request: HttpRequest, filing: Key, told: Acting) -> Any:
    """Submit, withdraw, accept, send back, review, approve or lock; the token's scope must hold the permission of the act (办理)."""
    return {"version": filings.act_on_filing(filing_id=filing, act=told.act, version=told.version, who=request.member, reason=told.reason.strip())}


@router.post("/returns/{int:filing}/remarks", auth=Allowed(_P.DISCUSS), response=answers(Keyed), summary="讨论 / discuss")
def add(request: HttpRequest, filing: Key, told: Remarking) -> Any:
    """Say something of a return or of a cell (讨论)."""
    return {"key": add_remark(filing_id=filing, text=told.text, key=told.key, who=request.member)}


@router.post("/returns/{int:filing}/amendments", auth=Allowed(_P.AMENDMENT_ASK), response=answers(Keyed), summary="申请更正 / ask for a correction")
def ask(request: HttpRequest, filing: Key, reason: Form[Said], file: Sent) -> Any:
    """Ask for a correction of a locked return, with the evidence (申请更正)."""
    name, content = upload(request, file)
    return {"key": ask_amendment(filing_id=filing, reason=reason, name=name, content=content, who=request.member)}


@router.post("/amendments/{int:amendment}", auth=Allowed(_P.AMENDMENT_CONSENT), response=answers(Reopened), summary="答复更正 / answer a correction")
def decide(request: HttpRequest, amendment: Key, told: Deciding) -> Any:
    """Consent to a correction or decline it; another person than who asked (答复更正)."""
    return {"filing": decide_amendment(amendment_id=amendment, consents=told.consents, reason=told.reason, who=request.member)}
