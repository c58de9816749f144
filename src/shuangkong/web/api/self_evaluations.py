"""Operations of a jurisdiction in an assessment: self-evaluation with evidence, signature, appeals and their answers."""

import binascii
from base64 import b64decode
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import appeals, cycle_pages, self_evaluations
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import Key, Keyed, Number, Said, Short, Versioned, answers, file_answers
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_ANY = "application/octet-stream"


class NotBase64(Refusal):
    """A file is not Base64 (文件编码错误)."""

    def __init__(self, name: str) -> None:
        super().__init__(thing=Words("佐证文件", "evidence"), value=name, rule=Words("不是 Base64", "is not Base64"), remedy=Words("编码后再上传", "encode it"))


class FileTold(Schema):
    """A file as Base64 (佐证文件)."""

    name: Short
    content: str = Field(max_length=7_000_000, description="Base64")


class ItemTold(Schema):
    """The jurisdiction's own word on a line (自评项); `kept` are digests of files sent before."""

    points: Short = ""
    statement: Said = ""
    files: list[FileTold] = Field([], max_length=20)
    kept: list[Short] = Field([], max_length=200)


class Evaluating(Schema):
    """A self-evaluation (自评); `before` is the key of the one it takes the place of, null for the first."""

    before: Number | None = None
    items: dict[str, ItemTold] = Field(max_length=200)
    summary: Said


class Signing(Schema):
    """The self-evaluation that was read (签署)."""

    evaluation: Number


class Appealing(Schema):
    """Why a line is contested (申诉)."""

    reason: Said


class Answering(Schema):
    """The answer to an appeal (答复)."""

    is_upheld: bool
    points: Short = ""
    reason: Said


def _decoded(one: FileTold) -> self_evaluations.File:
    try:
        return self_evaluations.File(one.name, b64decode(one.content, validate=True))
    except (binascii.Error, ValueError) as wrong:
        raise NotBase64(one.name) from wrong


@router.post("/assessments/{int:cycle}/sheets/{code}/self-evaluation", auth=Allowed(_P.SELF_EVALUATE), response=answers(Keyed), summary="自评 / evaluate oneself")
def evaluate(request: HttpRequest, cycle: Key, code: str, told: Evaluating) -> Any:
    """Write the self-evaluation of a jurisdiction, with evidence (自评)."""
    items = {
        name: self_evaluations.OwnItem(points=one.points, statement=one.statement, files=tuple(_decoded(file) for file in one.files), kept=tuple(one.kept))
        for name, one in told.items.items()
    }  # fmt: skip
    key = self_evaluations.evaluate_self(cycle_id=cycle, jurisdiction=code, before=told.before, items=items, summary=told.summary, who=request.member)
    return {"key": key}


@router.post("/assessments/{int:cycle}/sheets/{code}/signature", auth=Allowed(_P.SELF_EVALUATION_SIGN), response=answers(Keyed), summary="签署自评 / sign")
def sign(request: HttpRequest, cycle: Key, code: str, told: Signing) -> Any:
    """Sign the self-evaluation as first responsible person (签署)."""
    return {"key": self_evaluations.sign_self_evaluation(cycle_id=cycle, jurisdiction=code, evaluation=told.evaluation, who=request.member)}


@router.post("/assessments/{int:cycle}/evidence/{int:evidence}", auth=Allowed(_P.FIGURES_READ), summary="佐证文件 / a file of evidence", **file_answers(_ANY))
@hands_out
def take_evidence(request: HttpRequest, cycle: Key, evidence: Key) -> Any:
    """A file of a self-evaluation (佐证文件)."""
    found = cycle_pages.evidence_file(cycle_id=cycle, evidence=evidence, who=request.member)
    return handed(bytes(found.content), name=found.name, media_type=_ANY)


@router.post("/assessments/{int:cycle}/sheets/{code}/items/{item}/appeal", auth=Allowed(_P.APPEAL), response=answers(Keyed), summary="申诉 / appeal")
def appeal(request: HttpRequest, cycle: Key, code: str, item: str, told: Appealing) -> Any:
    """Contest a line of the score sheet (申诉)."""
    return {"key": appeals.file_appeal(cycle_id=cycle, jurisdiction=code, item=item, reason=told.reason, who=request.member)}


@router.post("/assessments/{int:cycle}/appeals/{int:appeal}", auth=Allowed(_P.APPEAL_ANSWER), response=answers(Versioned), summary="答复申诉 / answer an appeal")
def answer(request: HttpRequest, cycle: Key, appeal: Key, told: Answering) -> Any:
    """Uphold an appeal, with new points, or not (答复)."""
    version = appeals.answer_appeal(cycle_id=cycle, appeal=appeal, is_upheld=told.is_upheld, points=told.points, reason=told.reason, who=request.member)
    return {"version": version}
