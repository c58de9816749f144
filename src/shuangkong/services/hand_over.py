"""The frozen result handed to the organisation department as a signed bundle, and its receipt."""

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CYCLE_STATES, CycleAct, CycleState
from shuangkong.assessment.rubric import Cycle
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.bundle import assemble, packed
from shuangkong.evidence.chain import Link
from shuangkong.evidence.digest import digest
from shuangkong.evidence.docket import docket
from shuangkong.evidence.head import Head, head_of
from shuangkong.evidence.tree import Tree
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.assessment_cycles import held_cycle, require_version, subject_of, take_step
from shuangkong.services.chain import algorithm, links, record_export
from shuangkong.services.cycle_results import is_simulated, keep_files
from shuangkong.services.deployment import city
from shuangkong.services.documents.assessment_docx import assessment_docx
from shuangkong.services.documents.assessment_xlsx import assessment_xlsx
from shuangkong.services.frozen_results import frozen_result, sealed_report
from shuangkong.services.people import Member, actor_of, reader_of
from shuangkong.services.self_evaluations import ENDINGS, latest_evaluations
from shuangkong.store.models import AssessmentCycle, ChainContent, ChainLink, HandOver, PublishedHead

WORD, WORKBOOK = "assessment.docx", "assessment.xlsx"
HANDED_OVER = (CycleState.HANDED_OVER.name, CycleState.RECEIVED.name)


def hand_over_result(*, cycle_id: int, version: int, who: Member) -> int:
    """Hand the frozen and published result over (移交考核结果); returns the new version.

    The bundle holds the result with its figures and rules, the report in Word and as a workbook, the evidence of the self-evaluations
    that count, every act of the cycle, each with its inclusion proof under a published head; `shuangkong evidence verify` needs nothing else.

    Raises
    ------
    NotFrozen
        Where the city government has not frozen the result: without that there is no hand-over.
    NotPermitted, CycleActNotPossible, CycleChanged
        With who may, what can be done.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.ASSESSMENT_PUBLISH, city().code)
        frozen = frozen_result(cycle)
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.HAND_OVER)
        require_version(cycle, version)
        publish_head()
        report = sealed_report(frozen)
        files = {one.name: bytes(one.content) for one in frozen.row.files.all()}
        files |= _evidence(cycle) | {WORD: assessment_docx(report, "zh"), WORKBOOK: assessment_xlsx(report, "zh")}
        keep_files(files)
        sealed = take_step(cycle, CycleAct.HAND_OVER, actor, kind=ActKind.HANDING_OVER, content=docket(files, algorithm()))
        head = publish_head()
        bundle = _bundle(cycle, files)
        HandOver.objects.create(
            frozen=frozen.row, bundle=bundle, bundle_digest=str(digest(bundle, algorithm())), head=str(head.digest), person_id=actor.person_id,
            recorded_at=sealed.recorded_at, link=sealed.link,
        )  # fmt: skip
    return int(cycle.version)


def receive_result(*, cycle_id: int, version: int, who: Member) -> int:
    """Give receipt for the bundle (接收回执); returns the new version.

    Raises
    ------
    NotPermitted, CycleActNotPossible, CycleChanged
        With who may, what can be done.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.RESULT_RECEIVE, city().code)
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.RECEIVE)
        require_version(cycle, version)
        sent = HandOver.objects.get(frozen__cycle=cycle, is_receipt=False)
        sealed = take_step(
            cycle, CycleAct.RECEIVE, actor, kind=ActKind.HANDING_OVER, content={"is_receipt": True, "bundle_digest": sent.bundle_digest, "head": sent.head}
        )
        HandOver.objects.create(
            frozen_id=sent.frozen_id, is_receipt=True, bundle_digest=sent.bundle_digest, head=sent.head, person_id=actor.person_id,
            recorded_at=sealed.recorded_at, link=sealed.link,
        )  # fmt: skip
    return int(cycle.version)


def handed_over(*, who: Member) -> list[HandOver]:
    """Return what was handed over, newest first (移交一览), for those who receive, hand over or look on.

    Raises
    ------
    NotPermitted
        Naming who may.
    """
    if not who.may(Permission.ASSESSMENT_PUBLISH):
        actor_of(who, Permission.RESULT_RECEIVE, city().code)
    return list(HandOver.objects.filter(is_receipt=False).defer("bundle").select_related("frozen__cycle", "person").order_by("-id"))


def handed_over_bundle(*, cycle_id: int, who: Member) -> bytes:
    """Return the bundle as it was handed over (移交存证包); taking it out is sealed.

    Raises
    ------
    NotPermitted
        Naming who may.
    """
    publishes = who.may(Permission.ASSESSMENT_PUBLISH)
    actor = reader_of(who, Permission.ASSESSMENT_PUBLISH) if publishes else actor_of(who, Permission.RESULT_RECEIVE, city().code)
    sent = HandOver.objects.select_related("frozen__cycle").get(frozen__cycle_id=cycle_id, is_receipt=False)
    record_export(what=subject_of(sent.frozen.cycle), actor=actor, content={"bundle": sent.bundle_digest}, is_simulated=is_simulated(sent.frozen.cycle))
    return bytes(sent.bundle)


def receipts_of(cycle: AssessmentCycle) -> dict[bool, HandOver]:
    """Return the hand-over and the receipt of a cycle, by whether it is the receipt (移交和回执)."""
    return {one.is_receipt: one for one in HandOver.objects.filter(frozen__cycle=cycle).defer("bundle").select_related("person")}


def publish_head() -> Head:
    """Publish the head over everything sealed by now (公布链头); the one there is where nothing came since."""
    row = PublishedHead.objects.order_by("-count", "-pk").first()
    last = ChainLink.objects.order_by("-index").values_list("sealed", flat=True).first()
    newest = Link.from_bytes(bytes(last or b""))
    if row is not None and row.count == newest.index + 1:
        return Head.from_bytes(bytes(row.sealed))[0]
    tree = Tree(algorithm())
    for link in links():
        tree.append(link.digest)
    head = head_of(tree, newest, day=max(clock.today(), row.day) if row else clock.today())
    PublishedHead.objects.create(day=head.day, digest=str(head.digest), sealed=head.to_bytes(), count=head.count, recorded_at=newest.act.recorded_at)
    return head


def _evidence(cycle: AssessmentCycle) -> dict[str, bytes]:
    """Return the files that the self-evaluations that count name, called by place, item and digest: what people called them may be no name for a file."""
    named = {(one.jurisdiction, code, told) for one in latest_evaluations(cycle).values() for code, item in one.items.items() for told in item["evidence"]}
    kept = cycle.evidence.order_by("pk")
    return {
        f"evidence/{one.jurisdiction}/{one.item}/{one.digest[-16:]}{ENDINGS[one.media_type]}": bytes(one.content)
        for one in kept if (one.jurisdiction, one.item, one.digest) in named
    }  # fmt: skip


def _bundle(cycle: AssessmentCycle, files: dict[str, bytes]) -> bytes:
    chain = list(links())
    chosen = [link for link in chain if link.act.subject == subject_of(cycle)]
    contents = {key: bytes(content) for key, content in ChainContent.objects.filter(pk__in=[str(link.act.content) for link in chosen]).values_list("digest", "content")}
    acts = {f"acts/{link.index:06d}-{link.act.kind.code}.json": contents[str(link.act.content)] for link in chosen}
    heads = [Head.from_bytes(bytes(row))[0] for row in PublishedHead.objects.order_by("count", "pk").values_list("sealed", flat=True)]
    words, name = Cycle(cycle.cycle).words, city().name
    return packed(
        assemble(
            title=Words(f"{name.zh} {cycle.year} {words.zh}", f"{name.en} {cycle.year} {words.en}"), chain=chain, heads=heads,
            contents={**files, **acts}, algorithm=algorithm(), chosen={link.index for link in chosen},
        )
    )  # fmt: skip
