"""Operations of the evidence chain: acts, one with its proof, state, heads, bundles, approval sheets."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.services import audit_pages
from shuangkong.services.publication import published_heads
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import AsText, ByName, Day, Listed, Paging, Short, Told, answers, file_answers
from shuangkong.web.page import language_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_ZIP, _WORD, _TEXT = "application/zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text/plain"


class ActsAsked(Schema):
    """Which acts (筛选)."""

    person: Short = ""
    kind: Annotated[ActKind, ByName] | None = None
    subject: Short = ""
    begin: Day | None = None
    end: Day | None = None


class ActLine(Schema):
    """One act (办理记录)."""

    index: int
    kind: Told
    actor: str
    organisation: str
    subject: str
    reason: str
    recorded_at: datetime


class Acts(Schema):
    """A page of acts, the newest first; pages of a hundred (办理记录)."""

    count: int
    number: int
    pages: int
    items: list[ActLine] = Field(alias="lines")


class Verification(Schema):
    """What the last verification found (校验结果)."""

    is_under_way: bool
    asked_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int
    has_failed: bool
    findings: list[dict[str, Any]]


class ChainShape(Schema):
    """Where the chain stands (链状态)."""

    count: int
    head: str
    verification: Verification
    may_verify: bool


class HeadShape(Schema):
    """A published head (公布的链头)."""

    day: date
    first: int
    count: int
    chain_head: AsText
    root: AsText
    digest: AsText


class SealedLink(Schema):
    """A link of the chain as it was sealed (链环)."""

    index: int
    kind: Annotated[ActKind, ByName] = Field(alias="act.kind")
    actor: str = Field(alias="act.actor")
    post: str = Field(alias="act.post")
    organisation: str = Field(alias="act.organisation")
    subject: str = Field(alias="act.subject")
    content: AsText = Field(alias="act.content")
    previous: AsText | None
    digest: AsText


class ProvenAct(Schema):
    """One act with its proof (一次行为)."""

    link: SealedLink
    is_link_sound: bool
    is_content_sound: bool
    content: list[tuple[str, str]]
    text: str
    head: HeadShape | None
    others: list[ActLine]
    is_partial: bool = Field(description="成批载入的一环，内容只列读者可查看的单位 / of a batch: only the organisations that the reader may see are told")


@router.get("/acts", auth=Allowed(_P.EVIDENCE_READ), response=answers(Acts), summary="办理记录 / who did what")
def read_acts(request: HttpRequest, asked: Query[ActsAsked], number: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Any:
    """The acts that the reader may see, the newest first (办理记录)."""
    chosen = audit_pages.ActFilter(person=asked.person, kind=asked.kind, subject=asked.subject, begin=asked.begin, end=asked.end)
    return audit_pages.page_of_acts(who=request.member, asked=chosen, number=number)


@router.get("/acts/{int:index}", auth=Allowed(_P.EVIDENCE_READ), response=answers(ProvenAct), summary="一环 / one act with its proof")
def read_act(request: HttpRequest, index: Annotated[int, Field(ge=0, le=2**31 - 1)]) -> Any:
    """An act with its digests recomputed, its content and the head that covers it (查看一环)."""
    return audit_pages.show_act(who=request.member, index=index)


@router.post("/acts/{int:index}/bundle", auth=Allowed(_P.EVIDENCE_READ), summary="下载存证包 / the proof bundle of an act", **file_answers(_ZIP))
@hands_out
def take_bundle(request: HttpRequest, index: Annotated[int, Field(ge=0, le=2**31 - 1)]) -> Any:
    """The bundle that proves an act offline; the export is sealed (下载存证包)."""
    return handed(audit_pages.bundle_of_act(who=request.member, index=index), name=f"evidence-{index}.zip", media_type=_ZIP)


@router.get("/chain", auth=Allowed(_P.EVIDENCE_READ), response=answers(ChainShape), summary="链状态 / state of the chain")
def read_chain(request: HttpRequest) -> Any:
    """Where the chain stands and what the last verification found (链状态)."""
    return audit_pages.chain_state(who=request.member)


@router.post("/chain/verify", auth=Allowed(_P.EVIDENCE_READ), response=answers(ChainShape), summary="立即校验 / verify the chain")
def verify(request: HttpRequest) -> Any:
    """Have the chain verified in the background; ask for its state afterwards (立即校验)."""
    audit_pages.verify_in_background(who=request.member)
    return audit_pages.chain_state(who=request.member)


@router.get("/heads", auth=Allowed(_P.EVIDENCE_READ), response=answers(Listed[HeadShape]), summary="公布的链头 / published heads")
def read_heads(request: HttpRequest, page: Query[Paging]) -> Any:
    """The published heads, the newest first (公布的链头)."""
    return page.of(published_heads()[::-1])


@router.get("/heads/{code}", auth=Allowed(_P.EVIDENCE_READ), summary="链头文本 / a head as text", **file_answers(_TEXT))
@hands_out
def take_head(request: HttpRequest, code: str) -> Any:
    """A published head as text, by its digest (链头文本)."""
    return handed(audit_pages.head_as_text(told=code).encode("utf-8"), name=f"head-{code[-12:]}.txt", media_type=_TEXT)


@router.post("/sheets", auth=Allowed(_P.EVIDENCE_READ), summary="审批单 / an approval sheet", **file_answers(_WORD))
@hands_out
def take_sheet(request: HttpRequest, subject: Annotated[str, Query(max_length=300)]) -> Any:
    """The approval sheet of a return or an assessment, by its subject in the chain (审批单)."""
    content = audit_pages.sheet_of_subject(who=request.member, subject=subject, language=language_of(request))
    return handed(content, name="approval-sheet.docx", media_type=_WORD)
