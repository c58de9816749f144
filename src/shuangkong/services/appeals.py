"""A jurisdiction contests a line of its score sheet; the assessor upholds or rejects, with reason."""

from decimal import Decimal

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CYCLE_STATES, CycleAct, CycleState
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.services import clock
from shuangkong.services.assessment_cycles import UnknownJurisdiction, appeal_last_day, card_of, held_cycle, take_step
from shuangkong.services.cycle_results import computed, decided, points_told
from shuangkong.services.deployment import city
from shuangkong.services.people import Member, actor_of
from shuangkong.store.models import Appeal, AppealAnswer, AssessmentCycle


class AppealTooLate(Refusal):
    """The days to appeal are over (申诉期已过)."""

    def __init__(self, last: object) -> None:
        super().__init__(
            thing=Words("申诉", "appeal"), value=last, rule=Words(f"申诉期到 {last} 日终", f"appeals were open until the end of {last}"),
            remedy=Words("向考核部门书面说明", "write to the assessing agency"),
        )  # fmt: skip


class AppealedBefore(Refusal):
    """The line was contested since the last announcement (该项已申诉)."""

    def __init__(self, item: str) -> None:
        super().__init__(
            thing=Words("计分项", "item"), value=item, rule=Words("本次公示后已申诉过", "was contested since this announcement"),
            remedy=Words("查看申诉记录和答复", "see the appeal and its answer"),
        )  # fmt: skip


class AnsweredBefore(Refusal):
    """The appeal has its answer (申诉已答复)."""

    def __init__(self, appeal: Appeal) -> None:
        super().__init__(
            thing=Words("申诉", "appeal"), value=f"{appeal.jurisdiction} {appeal.item}", rule=Words("已经答复，不能重复答复", "was answered already"),
            remedy=Words("刷新页面查看答复", "reload to see the answer"),
        )  # fmt: skip


class LessThanBefore(Refusal):
    """An appeal that is upheld takes no points away (申诉成立不减分)."""

    def __init__(self, told: str, held: Decimal) -> None:
        super().__init__(
            thing=Words("申诉成立的得分", "points of an appeal upheld"), value=told, rule=Words(f"不低于申诉前的 {plain(held)} 分", f"must not be less than the {plain(held)} before"),
            remedy=Words("改分数，或答复不成立", "change the points, or reject the appeal"),
        )  # fmt: skip


def file_appeal(*, cycle_id: int, jurisdiction: str, item: str, reason: str, who: Member) -> int:
    """Contest a line of a jurisdiction's score sheet (申诉); returns the appeal's key.

    Raises
    ------
    NotPermitted, CycleActNotPossible, ReasonMissing, AppealTooLate, AppealedBefore, UnknownItem, UnknownJurisdiction
        With who may, until when, what can be done.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.APPEAL, jurisdiction, among=[jurisdiction])
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.APPEAL, reason=reason)
        last = appeal_last_day(cycle)
        if last is not None and clock.today() > last:
            raise AppealTooLate(last)
        code = computed(cycle).rubric.item(item).code
        if code not in {score.code for score in card_of(computed(cycle), jurisdiction).items}:
            raise UnknownJurisdiction(f"{jurisdiction} {code}")
        announced = cycle.steps.filter(act=CycleAct.ANNOUNCE.name).order_by("-link").values_list("link", flat=True).first() or 0
        if cycle.appeals.filter(jurisdiction=jurisdiction, item=code, link__gt=announced).exists():
            raise AppealedBefore(code)
        sealed = take_step(
            cycle, CycleAct.APPEAL, actor, kind=ActKind.APPEAL, content={"jurisdiction": jurisdiction, "item": code}, reason=reason.strip()
        )
        made = Appeal.objects.create(
            cycle=cycle, jurisdiction=jurisdiction, item=code, reason=reason.strip(), person_id=actor.person_id, recorded_at=sealed.recorded_at,
            link=sealed.link,
        )  # fmt: skip
    return int(made.pk)


def answer_appeal(*, cycle_id: int, appeal: int, is_upheld: bool, points: str, reason: str, who: Member) -> int:
    """Uphold an appeal with the points decided, or reject it (答复申诉); returns the new version of the cycle.

    Raises
    ------
    NotPermitted, CycleActNotPossible, ReasonMissing, AnsweredBefore, PointsOutOfRange, LessThanBefore
        With who may, what will do.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.APPEAL_ANSWER, city().code)
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.ANSWER, reason=reason)
        asked = Appeal.objects.get(pk=appeal, cycle=cycle)
        if hasattr(asked, "answer"):
            raise AnsweredBefore(asked)
        run = computed(cycle)
        told = points_told(points, run.rubric.item(asked.item), run.cycle) if is_upheld else ""
        held = next(line.points for line in card_of(decided(cycle), asked.jurisdiction).items if line.code == asked.item)
        if is_upheld and held is not None and Decimal(told) < held:
            raise LessThanBefore(told, held)
        sealed = take_step(
            cycle, CycleAct.ANSWER, actor, kind=ActKind.APPEAL, reason=reason.strip(),
            content={"appeal": asked.pk, "jurisdiction": asked.jurisdiction, "item": asked.item, "is_upheld": is_upheld, "points": told},
        )  # fmt: skip
        AppealAnswer.objects.create(
            appeal=asked, is_upheld=is_upheld, points=told, reason=reason.strip(), person_id=actor.person_id, recorded_at=sealed.recorded_at, link=sealed.link
        )
    return int(cycle.version)


def appeals_of(cycle: AssessmentCycle) -> list[Appeal]:
    """Return the appeals of a cycle with their answers, oldest first (申诉一览)."""
    return list(cycle.appeals.select_related("person", "answer__person").order_by("id"))
