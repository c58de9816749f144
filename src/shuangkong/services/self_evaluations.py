"""A jurisdiction evaluates itself, item by item with evidence; its first responsible person signs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CYCLE_STATES, CycleAct, CycleState
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.evidence.digest import digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.assessment_cycles import CycleChanged, card_of, held_cycle, take_step
from shuangkong.services.chain import algorithm
from shuangkong.services.cycle_results import computed, points_told
from shuangkong.services.people import Member, actor_of
from shuangkong.store.models import (
    AssessmentCycle,
    SelfEvaluation,
    SelfEvaluationEvidence,
    SelfEvaluationSignature,
)

# A scanned file of some pages is 1 to 5 MB; a self-evaluation is read by people, file by file.
FILE_LIMIT_MB, FILE_LIMIT_AN_ITEM, TEXT_LIMIT = 10, 10, 4000
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument"),
)  # fmt: skip
_OFFICE = {b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", _OFFICE[b"word/"]: ".docx", _OFFICE[b"xl/"]: ".xlsx"}


class UnfitEvidence(Refusal):
    """The file cannot be kept as evidence (佐证文件不合要求)."""

    def __init__(self, name: str, rule: Words) -> None:
        super().__init__(
            thing=Words("佐证文件", "evidence file"), value=name, rule=rule,
            remedy=Words("改用 PDF、JPEG、PNG、docx 或 xlsx，并控制大小和个数", "use PDF, JPEG, PNG, docx or xlsx, few and small enough"),
        )  # fmt: skip


class TooLong(Refusal):
    """A text is longer than anybody will read (文字过长)."""

    def __init__(self, thing: Words, count: int) -> None:
        super().__init__(
            thing=thing, value=count, rule=Words(f"不得超过 {TEXT_LIMIT} 字", f"must not exceed {TEXT_LIMIT} letters"),
            remedy=Words("精简，细节放入佐证文件", "shorten it; details belong in the evidence"),
        )  # fmt: skip


class NothingToSign(Refusal):
    """There is no self-evaluation to sign, or it is signed (没有可签署的自评)."""

    def __init__(self, jurisdiction: str, rule: Words) -> None:
        super().__init__(
            thing=Words("自评", "self-evaluation"), value=jurisdiction, rule=rule, remedy=Words("由县区填报人先提交自评", "let the reporter of the jurisdiction submit one first"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent (上传文件)."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OwnItem:
    """What a jurisdiction says of one item (单项自评): its points, why, the evidence; `kept` are digests of files sent before."""

    points: str = ""
    statement: str = ""
    files: tuple[File, ...] = ()
    kept: tuple[str, ...] = field(default_factory=tuple)


def evaluate_self(
    *, cycle_id: int, jurisdiction: str, before: int | None, items: Mapping[str, OwnItem], summary: str, who: Member
) -> int:
    """Submit the self-evaluation of a jurisdiction (提交自评); a later one takes its place and has to be signed anew; returns its key.

    Parameters
    ----------
    cycle_id, jurisdiction : int, str
        The cycle and whose evaluation it is.
    before : int or None
        The evaluation that the page was loaded with: of two people who write at once one is refused.
    items : mapping of item code to OwnItem
        Items without points are left open, which is not a zero.
    summary : str
        The whole in a few words.
    who : Member
        A reporter of the jurisdiction itself.

    Raises
    ------
    NotPermitted, CycleChanged, CycleActNotPossible, UnknownJurisdiction, UnknownItem, PointsOutOfRange, UnfitEvidence, TooLong
        With what is wrong and what will do.
    """
    sniffed = {code: [(file, _media_type(file)) for file in one.files] for code, one in items.items()}
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.SELF_EVALUATE, jurisdiction, among=[jurisdiction])
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.EVALUATE)
        last = latest_evaluation(cycle, jurisdiction)
        if (last.pk if last else None) != before:
            raise CycleChanged(cycle)
        run = computed(cycle)
        known = {score.code for score in card_of(run, jurisdiction).items}
        told: dict[str, Plain] = {}
        for code, one in items.items():
            item = run.rubric.item(code)
            if item.code in known:
                points = points_told(one.points, item, run.cycle) if one.points.strip() else ""
                told[item.code] = {"points": points, "statement": _short(one.statement, item.name), "evidence": _evidence(cycle, jurisdiction, item.code, one, sniffed[code], actor.person_id)}
        content: dict[str, Plain] = {"jurisdiction": jurisdiction, "items": told, "summary": _short(summary, Words("自评概述", "summary"))}
        sealed = take_step(cycle, CycleAct.EVALUATE, actor, kind=ActKind.SELF_EVALUATION, content=content)
        made = SelfEvaluation.objects.create(
            cycle=cycle, **content, person_id=actor.person_id, recorded_at=sealed.recorded_at, link=sealed.link
        )
    return int(made.pk)


def sign_self_evaluation(*, cycle_id: int, jurisdiction: str, evaluation: int, who: Member) -> int:
    """Sign the self-evaluation of a jurisdiction as its first responsible person (签署自评); returns the new version of the cycle.

    Raises
    ------
    NotPermitted, NothingToSign, CycleChanged, CycleActNotPossible
        With who may; `CycleChanged` where another evaluation was submitted meanwhile.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.SELF_EVALUATION_SIGN, jurisdiction, among=[jurisdiction])
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.SIGN)
        last = latest_evaluation(cycle, jurisdiction)
        if last is None:
            raise NothingToSign(jurisdiction, Words("尚未提交", "was not submitted yet"))
        if last.pk != evaluation:
            raise CycleChanged(cycle)
        if hasattr(last, "signature"):
            raise NothingToSign(jurisdiction, Words("已经签署", "is signed already"))
        sealed = take_step(
            cycle, CycleAct.SIGN, actor, kind=ActKind.SELF_EVALUATION, content={"jurisdiction": jurisdiction, "signs": last.link, "evaluation": last.pk}
        )
        SelfEvaluationSignature.objects.create(evaluation=last, person_id=actor.person_id, recorded_at=sealed.recorded_at, link=sealed.link)
    return int(cycle.version)


def latest_evaluation(cycle: AssessmentCycle, jurisdiction: str) -> SelfEvaluation | None:
    """Return the self-evaluation that counts, None where there is none (有效自评)."""
    return cycle.self_evaluations.filter(jurisdiction=jurisdiction).select_related("person", "signature__person").order_by("-id").first()


def latest_evaluations(cycle: AssessmentCycle) -> dict[str, SelfEvaluation]:
    """Return the self-evaluation that counts of each jurisdiction (各县区有效自评)."""
    return {one.jurisdiction: one for one in cycle.self_evaluations.select_related("person", "signature__person").order_by("id")}


def _evidence(
    cycle: AssessmentCycle, jurisdiction: str, item: str, one: OwnItem, sniffed: list[tuple[File, str]], person_id: int | None
) -> list[str]:
    """Keep the files of an item; return the digests of all that count, those sent before included."""
    before = set(cycle.evidence.filter(jurisdiction=jurisdiction, item=item).values_list("digest", flat=True))
    found = [kept for kept in one.kept if kept in before]
    for file, media_type in sniffed:
        told = str(digest(file.content, algorithm()))
        if told not in before:
            SelfEvaluationEvidence.objects.create(
                cycle=cycle, jurisdiction=jurisdiction, item=item, name=file.name[-160:], media_type=media_type, content=file.content, digest=told,
                person_id=person_id, recorded_at=clock.now(),
            )  # fmt: skip
        found.append(told)
    if len(found) > FILE_LIMIT_AN_ITEM:
        raise UnfitEvidence(item, Words(f"每项最多 {FILE_LIMIT_AN_ITEM} 个文件", f"at most {FILE_LIMIT_AN_ITEM} files an item"))
    return list(dict.fromkeys(found))


def _media_type(file: File) -> str:
    """Return what a file is by its first bytes, never by its name."""
    if not file.content:
        raise UnfitEvidence(file.name, Words("是空文件", "is empty"))
    if len(file.content) > FILE_LIMIT_MB * 1024 * 1024:
        raise UnfitEvidence(file.name, Words(f"大于 {FILE_LIMIT_MB} MB", f"is larger than {FILE_LIMIT_MB} MB"))
    found = next((kind for begin, kind in _KINDS if file.content.startswith(begin)), None)
    if found is None:
        raise UnfitEvidence(file.name, Words("不是可接受的文件类型（按内容判断）", "is of no accepted type, judged by its content"))
    if not found.endswith("officedocument"):
        return found
    office = next((kind for part, kind in _OFFICE.items() if part in file.content), None)
    if office is None or b"vbaProject.bin" in file.content:
        raise UnfitEvidence(file.name, Words("不是无宏的 docx 或 xlsx", "is no docx or xlsx free of macros"))
    return office


def _short(text: str, thing: Words) -> str:
    if len(text) > TEXT_LIMIT:
        raise TooLong(thing, len(text))
    return text.strip()
