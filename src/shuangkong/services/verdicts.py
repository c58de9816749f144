"""Verdicts on targets that no figure decides (定性评判): proposed by a lead agency with evidence, confirmed by another person; each act sealed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.evidence.digest import Digest, digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.plan.model import Operator, Target
from shuangkong.plan.verdict import Verdict, VerdictAct, VerdictState, VerdictWord
from shuangkong.services import clock
from shuangkong.services.attachments import AttachmentRefused, Handed, sniffed
from shuangkong.services.chain import Actor, algorithm, record_export, seal
from shuangkong.services.deployment import city
from shuangkong.services.filing_observations import end_of
from shuangkong.services.handling_limits import handling_limit
from shuangkong.services.organisations import OrganisationKind, tree_on
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.store.models import ChainLink, TargetVerdict, VerdictDecision, VerdictEvidence

_KINDS = {VerdictAct.CONFIRM: ActKind.APPROVAL, VerdictAct.SEND_BACK: ActKind.SENDING_BACK, VerdictAct.WITHDRAW: ActKind.WITHDRAWAL}
_BYTES_A_MB = 1024 * 1024
_LONGEST_NAME = 120


class NoVerdictPossible(Refusal):
    """No verdict can be given on it (不能评判)."""

    def __init__(self, value: object, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("定性评判", "verdict"), value=value, rule=rule, remedy=remedy)


class OwnVerdict(Refusal):
    """Nobody confirms or sends back the own verdict (不能认定本人提出的评判)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            thing=Words("办理人", "person"), value=name, rule=Words("提出了本评判，不能自己认定或退回", "proposed the verdict and may not answer it"),
            remedy=Words("由另一人办理；要改可先撤回", "let somebody else do it, or withdraw it"),
        )  # fmt: skip


class Answered(NamedTuple):
    """A verdict that was answered (已办理评判)."""

    target: str
    year: int
    state: VerdictState


def judged_target(target: str) -> Target:
    """Return a target that people judge (定性目标).

    Raises
    ------
    NoVerdictPossible
        If the plan has no such target, or a figure decides it.
    """
    found = city().plan.target(target)
    if found is None:
        raise NoVerdictPossible(target, Words("方案没有这项目标", "is no target of the plan"), Words("从总览进入", "come from the board"))
    if found.operator is not Operator.QUALITATIVE:
        raise NoVerdictPossible(target, Words("有数值的目标由数据判定", "has a figure, which decides it"), Words("核对数据；定性目标才由人评判", "check the figures; only qualitative targets are judged"))
    return found


def propose_verdict(
    *, target: str, year: int, word: VerdictWord, statement: str, who: Member, files: Sequence[tuple[str, bytes]] = (), kept: Iterable[str] = ()
) -> int:
    """Propose a verdict on a target in a year, with evidence (提出评判); it counts once another person confirms it; returns its key.

    Parameters
    ----------
    target, year : str, int
        What is judged, and the year.
    word, statement : VerdictWord, str
        The verdict and why.
    who : Member
        Of a lead agency of the target.
    files : sequence of name and content
        Evidence, known by its content.
    kept : iterable of str
        Digests of evidence given before on the same target.

    Raises
    ------
    NotPermitted, NoVerdictPossible, AttachmentRefused
        With who may, what is missing, what will do.
    """
    asked = judged_target(target)
    actor = actor_of(who, Permission.TASK_REPORT, asked.scope or city().code, among=asked.lead or [city().code])
    told = _told(statement)
    require_year(year)
    with transaction.atomic():
        evidence = _evidence(target, files, kept, actor)
        place: dict[str, Plain] = {"plan": city().plan.id, "target": target, "jurisdiction": asked.scope or city().code, "year": year}
        said: dict[str, Plain] = {**place, "word": word.name, "statement": told, "evidence": evidence, "role": actor.role_code, "organisation": actor.organisation}
        sealed = seal(
            kind=ActKind.SUBMISSION, subject=_subject(target, year), actor=actor, content={**said, "is_simulated": who.is_simulated}, is_simulated=who.is_simulated,
            previous=_content_in_force(target, year),
        )  # fmt: skip
        # Sealing lets one writer through at a time: what was proposed a moment ago is seen here.
        before = TargetVerdict.objects.filter(plan=city().plan.id, target=target, year=year)
        if before.filter(decision=None).exists():
            raise NoVerdictPossible(f"{target} {year}", Words("已有评判待认定", "has a verdict that waits"), Words("等待认定，或先撤回", "wait for the answer, or withdraw it first"))
        made = TargetVerdict.objects.create(
            **said, number=before.count() + 1, is_simulated=who.is_simulated, person_id=who.pk, recorded_at=sealed.recorded_at, link=sealed.link
        )
    return int(made.pk)


def answer_verdict(*, verdict_id: int, act: VerdictAct, who: Member, reason: str = "") -> Answered:
    """Confirm, send back or withdraw a proposed verdict (认定、退回、撤回评判); returns on what, and where it stands then.

    Raises
    ------
    NotPermitted, OwnVerdict, NoVerdictPossible
        If the person may not, proposed it, gives no reason where one is needed; if it was answered already.
    """
    with transaction.atomic():
        verdict = TargetVerdict.objects.select_for_update().get(pk=verdict_id)
        actor = actor_on_verdict(verdict, act, who)
        if VerdictDecision.objects.filter(verdict=verdict).exists():
            raise NoVerdictPossible(f"{verdict.target} {verdict.year}", Words("已经办理", "was answered already"), Words("刷新页面查看", "reload the page"))
        told = reason.strip()
        if act.needs_reason and not told:
            raise NoVerdictPossible(act.value, Words("没有写理由", "has no reason"), Words("写明理由", "state the reason"))
        sealed = seal(
            kind=_KINDS[act], subject=_subject(verdict.target, verdict.year), actor=actor, reason=told, is_simulated=verdict.is_simulated,
            content={"act": act.name, "organisation": actor.organisation, "reason": told, "role": actor.role_code, "verdict": verdict.pk},
        )  # fmt: skip
        VerdictDecision.objects.create(
            verdict=verdict, act=act.name, reason=told, person_id=who.pk, role=actor.role_code, organisation=actor.organisation, recorded_at=sealed.recorded_at,
            link=sealed.link,
        )  # fmt: skip
    return Answered(verdict.target, verdict.year, act.state)


def actor_on_verdict(verdict: TargetVerdict, act: VerdictAct, who: Member) -> Actor:
    """Return the post in which a person may answer a verdict (办理岗位): who proposed withdraws, another at the city's level confirms or sends back.

    Raises
    ------
    NotPermitted, OwnVerdict
        With who may.
    """
    if act is VerdictAct.WITHDRAW:
        return actor_of(who, Permission.TASK_REPORT, verdict.jurisdiction, among=[verdict.organisation])
    tree = tree_on(clock.today())
    above = [tree.city.code, *(node.code for node in tree.of_kind(OrganisationKind.AGENCY))]
    actor = actor_of(who, Permission.VERDICT_CONFIRM, verdict.jurisdiction, among=above, tree=tree)
    if verdict.person_id == who.pk:
        raise OwnVerdict(who.full_name)
    return actor


def may_judge(target: Target, who: Member) -> bool:
    """Tell whether a person is of a lead agency that judges a target (可否评判)."""
    try:
        actor_of(who, Permission.TASK_REPORT, target.scope or city().code, among=target.lead or [city().code])
    except NotPermitted:
        return False
    return True


def acts_open_to(verdict: TargetVerdict, who: Member) -> tuple[VerdictAct, ...]:
    """Return what a person can do to a verdict that waits (可办理动作)."""
    possible = []
    for act in VerdictAct:
        try:
            actor_on_verdict(verdict, act, who)
        except Refusal:
            continue
        possible.append(act)
    return tuple(possible)


class OpenVerdict(NamedTuple):
    """A verdict that waits for somebody (待办评判): to be confirmed, or sent back where there is a decision."""

    row: TargetVerdict
    decision: VerdictDecision | None = None

    @property
    def name(self) -> Words:
        """The name of the target."""
        target = city().plan.target(self.row.target)
        return target.name if target else Words(self.row.target, self.row.target)

    @property
    def word(self) -> VerdictWord:
        """What was found."""
        return VerdictWord[self.row.word]


def waiting_verdicts(*, who: Member) -> tuple[OpenVerdict, ...]:
    """Return the verdicts that a person can confirm, the oldest first (待认定评判)."""
    if not who.may(Permission.VERDICT_CONFIRM):
        return ()
    rows = TargetVerdict.objects.filter(plan=city().plan.id, decision=None).select_related("person").order_by("id")
    return tuple(OpenVerdict(row) for row in rows if VerdictAct.CONFIRM in acts_open_to(row, who))


def returned_verdicts(*, who: Member) -> tuple[OpenVerdict, ...]:
    """Return the verdicts of a person's agencies that were sent back and not proposed anew, the oldest first (被退回评判)."""
    mine = {post.organisation for post in who.posts if post.allows(Permission.TASK_REPORT)}
    if not mine or not who.may(Permission.TASK_REPORT):
        return ()
    last = TargetVerdict.objects.filter(plan=city().plan.id).values("target", "year").annotate(last=Max("id")).values("last")
    rows = VerdictDecision.objects.filter(verdict_id__in=last, act=VerdictAct.SEND_BACK.name, verdict__organisation__in=mine)
    return tuple(OpenVerdict(row.verdict, row) for row in rows.select_related("verdict__person", "person").order_by("id"))


def newest_decision() -> int:
    """Return the key of the newest answer to a verdict, 0 where there is none: what caches of lights hang on (水位)."""
    return int(VerdictDecision.objects.aggregate(Max("id"))["id__max"] or 0)


def confirmed_verdicts(*, year: int, as_of: date) -> tuple[Verdict, ...]:
    """Return the verdict in force on each target, of a year and those before, as known at the end of a day (有效评判), the earliest year first."""
    rows = VerdictDecision.objects.filter(
        act=VerdictAct.CONFIRM.name, recorded_at__lt=end_of(as_of), verdict__plan=city().plan.id, verdict__year__lte=year
    ).select_related("verdict").order_by("id")  # fmt: skip
    last = {(one.verdict.year, one.verdict.target): one.verdict for one in rows}
    return tuple(Verdict(row.target, row.year, VerdictWord[row.word], row.is_simulated) for _, row in sorted(last.items()))


def open_verdict_evidence(*, evidence_id: int, who: Member) -> Handed:
    """Return a file of evidence to whoever may see it (下载评判佐证); taking it out is sealed.

    Raises
    ------
    NotPermitted
        If the person has no post over what was judged: a scanned page holds names and stamps.
    """
    row = VerdictEvidence.objects.get(pk=evidence_id)
    target = city().plan.target(row.target)
    actor = actor_of(who, Permission.FIGURES_READ, (target.scope if target else "") or city().code)
    record_export(what=f"verdict/{row.target}", actor=actor, content={"evidence": row.digest}, is_simulated=who.is_simulated)
    return Handed(row.name, row.media_type, bytes(row.content))


def _subject(target: str, year: int) -> str:
    return f"verdict/{target}/{year}"


def _told(statement: str) -> str:
    told, most = "\n".join(line.strip() for line in statement.strip().splitlines()), handling_limit("verdict_letters")
    if not told:
        raise NoVerdictPossible("", Words("没有写评判说明", "has no statement"), Words("写明依据什么、进展到哪里", "say what it rests on and how far things have come"))
    if len(told) > most:
        raise NoVerdictPossible(len(told), Words(f"评判说明超过 {most} 个字", f"its statement is longer than {most} letters"), Words("精简，细节放入佐证", "shorten it; details belong in the evidence"))
    return told


def require_year(year: int) -> None:
    """Refuse a year that cannot be judged (评判年度): before the plan, or not begun; raise `NoVerdictPossible`."""
    first = city().defaults.base_year + 1
    if not first <= year <= clock.today().year:
        rule = Words(f"应在 {first} 年至今年之间", f"must lie between {first} and this year")
        raise NoVerdictPossible(year, rule, Words("改为已开始的年度", "name a year that has begun"))


def _content_in_force(target: str, year: int) -> Digest | None:
    """Return the digest of what was sealed of the verdict that another would take the place of."""
    last = VerdictDecision.objects.filter(act=VerdictAct.CONFIRM.name, verdict__plan=city().plan.id, verdict__target=target, verdict__year=year).order_by("-id").first()
    return Digest.parse(ChainLink.objects.get(pk=last.verdict.link).content_digest) if last else None


def _evidence(target: str, files: Sequence[tuple[str, bytes]], kept: Iterable[str], actor: Actor) -> list[Plain]:
    """Keep the files; return digest and name of all that count, those given before included."""
    known = {row.digest: row.name for row in VerdictEvidence.objects.filter(plan=city().plan.id, target=target).defer("content")}
    found = {told: known[told] for told in kept if told in known}
    for name, content in files:
        shown, media_type = _fit(name, content)
        told = str(digest(content, algorithm()))
        if told not in known:
            VerdictEvidence.objects.create(
                plan=city().plan.id, target=target, name=shown, media_type=media_type, content=content, digest=told, person_id=actor.person_id, recorded_at=clock.now()
            )
        found[told] = known.setdefault(told, shown)
    most = handling_limit("attachments_most")
    if not found:
        raise AttachmentRefused("", Words("没有佐证，不能评判", "is missing: a verdict needs evidence"), Words("上传至少一个佐证文件", "give at least one file"))
    if len(found) > most:
        raise AttachmentRefused(str(len(found)), Words(f"佐证超过 {most} 个", f"are more than {most}"), Words("合并成一个 PDF", "merge them into one PDF"))
    return [{"digest": told, "name": name} for told, name in found.items()]


def _fit(name: str, content: bytes) -> tuple[str, str]:
    """Return the name to keep a file by and what it is; raise `AttachmentRefused` for what cannot be kept."""
    plain = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable()).strip() or "佐证"
    most_mb = handling_limit("attachment_mb")
    if not content:
        raise AttachmentRefused(plain, Words("是空文件", "is empty"), Words("重新选择文件", "choose the file again"))
    if len(content) > most_mb * _BYTES_A_MB:
        raise AttachmentRefused(plain, Words(f"超过 {most_mb} MB", f"is larger than {most_mb} MB"), Words("降低扫描分辨率后再上传", "scan at a lower resolution"))
    media_type, ending = sniffed(content, plain)
    return f"{plain.rsplit('.', 1)[0][:_LONGEST_NAME] or '佐证'}{ending}", media_type
