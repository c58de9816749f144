"""Operations of verdicts on targets that no figure decides."""

import binascii
from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.plan.verdict import VerdictAct, VerdictState, VerdictWord
from shuangkong.services.verdict_pages import target_verdicts
from shuangkong.services.verdicts import answer_verdict, open_verdict_evidence, propose_verdict
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.self_evaluations import FileTold, NotBase64
from shuangkong.web.api.shapes import (
    ByName,
    Day,
    Key,
    Keyed,
    Listed,
    Paging,
    Said,
    Short,
    Told,
    Year,
    answers,
    file_answers,
)
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_ANY = "application/octet-stream"


class VerdictFileShape(Schema):
    """A file of evidence (佐证)."""

    evidence: int = Field(alias="pk")
    name: str
    digest: str


class VerdictDecisionShape(Schema):
    """How a verdict was answered (评判办理)."""

    act: Annotated[VerdictAct, ByName]
    reason: str
    person: str = Field(alias="person.full_name")
    organisation: str
    recorded_at: datetime
    link: int


class VerdictShape(Schema):
    """A verdict (评判)."""

    verdict: int = Field(alias="row.pk")
    year: int = Field(alias="row.year")
    word: Annotated[VerdictWord, ByName]
    state: Annotated[VerdictState, ByName]
    statement: str = Field(alias="row.statement")
    evidence: list[VerdictFileShape]
    person: str = Field(alias="row.person.full_name")
    organisation: str = Field(alias="row.organisation")
    agency: Told
    recorded_at: datetime = Field(alias="row.recorded_at")
    link: int = Field(alias="row.link")
    is_simulated: bool = Field(alias="row.is_simulated")
    decision: VerdictDecisionShape | None
    possible: list[Annotated[VerdictAct, ByName]]


class VerdictAsked(Schema):
    """A verdict to propose (提出评判); `kept` are digests of evidence given before on the target."""

    year: int = Field(ge=1949, le=2200)
    word: Annotated[VerdictWord, ByName]
    statement: Said
    files: list[FileTold] = Field([], max_length=20)
    kept: list[Short] = Field([], max_length=200)


class VerdictAnswering(Schema):
    """What to do to a verdict that waits (办理评判)."""

    act: Annotated[VerdictAct, ByName]
    reason: Said = ""


class VerdictStanding(Schema):
    """Where a verdict stands now (评判状态)."""

    state: Annotated[VerdictState, ByName]


def decoded(one: FileTold) -> tuple[str, bytes]:
    """Return name and content of a file told in Base64; raise `NotBase64` (读文件)."""
    try:
        return one.name, b64decode(one.content, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise NotBase64(one.name) from wrong


@router.get("/targets/{code}/verdicts", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[VerdictShape]), summary="定性评判 / verdicts on a target")
def read_verdicts(request: HttpRequest, page: Query[Paging], code: str, year: Year | None = None, as_of: Day | None = None) -> Any:
    """The verdicts on a target, the newest first, as known on a day (定性评判); of one year where it is given."""
    found = target_verdicts(target=code, as_of=as_of, who=request.member)
    return page.of([one for one in found if year in (None, one.row.year)])


@router.post("/targets/{code}/verdicts", auth=Allowed(_P.TASK_REPORT), response=answers(Keyed), summary="提出评判 / propose a verdict")
def propose(request: HttpRequest, code: str, told: VerdictAsked) -> Any:
    """Propose a verdict with evidence, as a lead agency; another person confirms it (提出评判)."""
    files = [decoded(one) for one in told.files]
    return {"key": propose_verdict(target=code, year=told.year, word=told.word, statement=told.statement, who=request.member, files=files, kept=told.kept)}


@router.post("/verdicts/{int:verdict}/acts", auth=Allowed(_P.TASK_REPORT, _P.VERDICT_CONFIRM), response=answers(VerdictStanding), summary="办理评判 / answer a verdict")
def act(request: HttpRequest, verdict: Key, told: VerdictAnswering) -> Any:
    """Confirm, send back or withdraw (认定、退回、撤回)."""
    return {"state": answer_verdict(verdict_id=verdict, act=told.act, who=request.member, reason=told.reason).state}


@router.post("/verdicts/evidence/{int:evidence}", auth=Allowed(_P.FIGURES_READ), summary="评判佐证 / a file of evidence", **file_answers(_ANY))
@hands_out
def take_evidence(request: HttpRequest, evidence: Key) -> Any:
    """A file of evidence; taking it out is sealed, hence no GET (评判佐证)."""
    told = open_verdict_evidence(evidence_id=evidence, who=request.member)
    return handed(told.content, name=told.name, media_type=_ANY)
