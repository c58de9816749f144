"""A cycle of assessment from start to publication: start, review, judge, announce, close, publish. One function, one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import (
    CYCLE_STATES,
    CycleAct,
    CycleActNotPossible,
    CycleState,
)
from shuangkong.assessment.rubric import Cycle
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain, canonical
from shuangkong.evidence.digest import digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.deadline import due_day
from shuangkong.returns.form import Deadline
from shuangkong.rules import at as rules_at
from shuangkong.services import clock
from shuangkong.services.assessments import Assessment
from shuangkong.services.chain import Actor, Sealed, algorithm, seal
from shuangkong.services.cycle_results import computed, decided, is_simulated, points_told, rules_digest
from shuangkong.services.deployment import city
from shuangkong.services.filing_refusals import ChangedMeanwhile
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.services.return_forms import is_working_day
from shuangkong.store.models import AssessmentCycle, AssessmentStep, LineJudgement, SelfEvaluation

_PERMISSIONS: Mapping[CycleAct, tuple[Permission, ...]] = {
    CycleAct.REVIEW: (Permission.ASSESSMENT_RUN,), CycleAct.ANNOUNCE: (Permission.ASSESSMENT_RUN,), CycleAct.CLOSE: (Permission.ASSESSMENT_RUN,),
    CycleAct.RETURN: (Permission.ASSESSMENT_RUN, Permission.ASSESSMENT_FREEZE), CycleAct.PUBLISH: (Permission.ASSESSMENT_PUBLISH,),
}  # fmt: skip
_COMPUTED_ANEW = (CycleAct.REVIEW, CycleAct.ANNOUNCE, CycleAct.CLOSE)


class CycleChanged(ChangedMeanwhile):
    """Somebody acted on the cycle after this page was loaded (版本已变化)."""

    def __init__(self, cycle: AssessmentCycle) -> None:
        last = cycle.steps.order_by("-version_after").select_related("person").first()
        who = last.person.full_name if last and last.person else "系统"
        what = CycleAct[last.act].words if last else Words("", "")
        state = CycleState[cycle.state].words
        Refusal.__init__(
            self, thing=Words("考核", "assessment"), value=f"{cycle.year} {Cycle(cycle.cycle).words.zh}",
            rule=Words(f"在您打开之后已由{who}{what.zh}，现为“{state.zh}”", f"{who} did '{what.en}' after you opened it; it is now: {state.en}"),
            remedy=Words("刷新后查看新版本再办理", "reload, look at the new version, and act again"),
        )  # fmt: skip


class DayNotOver(Refusal):
    """What is known on a day is settled only when the day is over (截止日未过)."""

    def __init__(self, as_of: date) -> None:
        super().__init__(
            thing=Words("数据截至日", "as-of day"), value=as_of, rule=Words("当日尚未结束，其后报送的数据会改变结果", "is not over; what is filed later that day would change the result"),
            remedy=Words("选择昨日或更早的日期", "choose yesterday or an earlier day"),
        )  # fmt: skip


class CycleExists(Refusal):
    """The cycle was started before (考核已启动)."""

    def __init__(self, cycle: AssessmentCycle) -> None:
        super().__init__(
            thing=Words("考核", "assessment"), value=f"{cycle.year} {Cycle(cycle.cycle).words.zh} {cycle.rubric}",
            rule=Words("同一年度、周期和计分表已启动", "of this year, cycle and table was started before"), remedy=Words("在考核列表中打开", "open it from the list"),
        )  # fmt: skip


class NoFigures(Refusal):
    """Nothing was known by that day (当日尚无数据)."""

    def __init__(self, as_of: date) -> None:
        super().__init__(
            thing=Words("数据截至日", "as-of day"), value=as_of, rule=Words("截至当日没有任何数据", "nothing was known by then"),
            remedy=Words("选择较晚的日期", "choose a later day"),
        )  # fmt: skip


class UnknownJurisdiction(Refusal):
    """The jurisdiction is not assessed (不是考核对象)."""

    def __init__(self, code: str) -> None:
        super().__init__(
            thing=Words("县区", "jurisdiction"), value=code, rule=Words("不在本次考核对象中", "is not assessed here"), remedy=Words("从考核页面进入", "come from the page of the assessment"),
        )  # fmt: skip


class UnreadableForm(Refusal):
    """A field of the form holds nothing that can be read (表单无法读取)."""

    def __init__(self, name: str, told: str) -> None:
        super().__init__(
            thing=Words("表单", "form"), value=f"{name}: {told}", rule=Words("取值无法识别", "cannot be read"), remedy=Words("刷新页面后重新填写", "reload the page and fill it in again"),
        )  # fmt: skip


class NotAQualitativeLine(Refusal):
    """A line that figures decide is not judged by a person (计算得分不能评判)."""

    def __init__(self, item: str) -> None:
        super().__init__(
            thing=Words("计分项", "item"), value=item, rule=Words("是否决项或已由数据计算得分，不能人工评判", "decides over a veto or has its points from figures, and is not judged by a person"),
            remedy=Words("对数据有异议的走更正，对得分有异议的走申诉", "amend the figures, or appeal against the line"),
        )  # fmt: skip


def start_cycle(*, cycle: Cycle, year: int, rubric: str, as_of: date, who: Member) -> int:
    """Start a cycle (启动考核): table, rules and the day of knowledge are fixed; returns its key.

    Raises
    ------
    NotPermitted, DayNotOver, NoFigures, CycleExists, UnknownRubric, YearOutsidePlan
        With who may, which day, table or year will do.
    """
    actor = actor_of(who, Permission.ASSESSMENT_RUN, city().code)
    if as_of >= clock.today():
        raise DayNotOver(as_of)
    with transaction.atomic():
        rubric = rubric or city().defaults.rubric
        made = AssessmentCycle(
            cycle=cycle.value, year=year, rubric=rubric, state=CycleState.SELF_EVALUATING.name, as_of=as_of, rules_digest=rules_digest(year),
            started_by_id=actor.person_id, recorded_at=clock.now(),
        )  # fmt: skip
        run = computed(made)
        made.rubric = run.rubric.id
        if not any(one.figure is not None for each in run.jurisdictions for one in each.facts.values()):
            raise NoFigures(as_of)
        before = AssessmentCycle.objects.select_for_update().filter(cycle=made.cycle, year=year, rubric=made.rubric).first()
        if before:
            raise CycleExists(before)
        made.save()
        take_step(made, CycleAct.START, actor, kind=ActKind.ASSESSMENT_RUN, content={"computed": result_digest(run), "rules_digest": made.rules_digest})
    return int(made.pk)


def act_on_cycle(*, cycle_id: int, act: CycleAct, version: int, who: Member, reason: str = "") -> int:
    """Begin the review, go a step back, announce, close the appeals, or publish (办理考核); returns the new version.

    Raises
    ------
    NotPermitted, CycleChanged, CycleActNotPossible, ReasonMissing
        With who may, who acted, what can be done. What would leave somebody unheard needs a reason: a review without all
        self-evaluations signed, a close before the last day to appeal.
    AppealsOpen
        If an appeal is not answered.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        if act not in _PERMISSIONS:
            raise CycleActNotPossible(CycleState[cycle.state], act)
        actor = actor_for(cycle, act, who)
        CYCLE_STATES.after(CycleState[cycle.state], act, reason=reason)
        require_version(cycle, version)
        _require_heard(cycle, act, reason)
        content: dict[str, Plain] = {}
        if act in _COMPUTED_ANEW:
            content = {"computed": result_digest(computed(cycle)), "decided": result_digest(decided(cycle)), "rules_digest": rules_digest(cycle.year)}
        fixed = {"rules_digest": rules_digest(cycle.year)} if act is CycleAct.ANNOUNCE else {}
        kind = ActKind.PUBLICATION if act is CycleAct.PUBLISH else ActKind.SENDING_BACK if act is CycleAct.RETURN else ActKind.ASSESSMENT_RUN
        take_step(cycle, act, actor, kind=kind, content=content, reason=reason.strip(), fixed=fixed)
    return cycle.version


def judge_line(*, cycle_id: int, jurisdiction: str, item: str, points: str, reason: str, who: Member) -> int:
    """Judge a line that no figure decides (定性评判), with the reason; returns the new version of the cycle.

    Raises
    ------
    NotAQualitativeLine, PointsOutOfRange, UnknownItem, UnknownJurisdiction, NotPermitted, CycleActNotPossible, ReasonMissing
        With what can be done instead.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.ASSESSMENT_RUN, city().code)
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.JUDGE, reason=reason)
        run = computed(cycle)
        line = next((score for score in card_of(run, jurisdiction).items if score.code == run.rubric.item(item).code), None)
        if line is None or line.points is not None or line.is_veto:
            raise NotAQualitativeLine(item)
        told = points_told(points, run.rubric.item(item), run.cycle)
        sealed = take_step(
            cycle, CycleAct.JUDGE, actor, kind=ActKind.ASSESSMENT_RUN, reason=reason.strip(),
            content={"jurisdiction": jurisdiction, "item": line.code, "points": told},
        )  # fmt: skip
        LineJudgement.objects.create(
            cycle=cycle, jurisdiction=jurisdiction, item=line.code, points=told, reason=reason.strip(), person_id=actor.person_id,
            recorded_at=sealed.recorded_at, link=sealed.link,
        )  # fmt: skip
    return cycle.version


def held_cycle(cycle_id: int) -> AssessmentCycle:
    """Return a cycle, held until the transaction ends (锁定考核)."""
    return AssessmentCycle.objects.select_for_update().get(pk=cycle_id)


def require_version(cycle: AssessmentCycle, version: int) -> None:
    """Raise `CycleChanged` where the page was loaded with another version (版本校验)."""
    if cycle.version != version:
        raise CycleChanged(cycle)


def actor_for(cycle: AssessmentCycle, act: CycleAct, who: Member) -> Actor:
    """Return the post in which a person may act on a cycle (办理岗位); the government's own post sends back what waits for it."""
    asked = _PERMISSIONS.get(act, (Permission.ASSESSMENT_RUN,))
    if act is CycleAct.RETURN and cycle.state != CycleState.DECIDED.name:
        asked = asked[:1]
    for permission in asked:
        try:
            return actor_of(who, permission, city().code, among=[city().code] if permission is Permission.ASSESSMENT_FREEZE else [])
        except NotPermitted:
            continue
    raise NotPermitted(asked[0], city().code)


def acts_open_to(cycle: AssessmentCycle, who: Member) -> tuple[CycleAct, ...]:
    """Return which of the acts on a cycle's own page a person can do now (可办理动作)."""
    possible = []
    for act in CYCLE_STATES.acts_from(CycleState[cycle.state]):
        if act not in _PERMISSIONS:
            continue
        try:
            actor_for(cycle, act, who)
        except NotPermitted:
            continue
        possible.append(act)
    return tuple(possible)


def take_step(
    cycle: AssessmentCycle, act: CycleAct, actor: Actor, *, kind: ActKind, content: "Mapping[str, Plain] | bytes", reason: str = "",
    fixed: Mapping[str, Any] | None = None,
) -> Sealed:  # fmt: skip
    """Change the state if it still is what it was, and write down who did it, sealed (办理并存证); for the use cases of a cycle."""
    before = CycleState[cycle.state]
    after = before if act is CycleAct.START else CYCLE_STATES.after(before, act, reason=reason or "—")
    told = {"state": after.name, "version": cycle.version + 1, **(fixed or {})}
    if not AssessmentCycle.objects.filter(pk=cycle.pk, version=cycle.version, state=before.name).update(**told):
        cycle.refresh_from_db()
        raise CycleChanged(cycle)
    sealed = seal(
        kind=kind, subject=subject_of(cycle), actor=actor, reason=reason, is_simulated=is_simulated(cycle),
        content=content if isinstance(content, bytes) else {
            **content, "act": act.name, "assessment": fixed_of(cycle), "state_after": after.name, "version_after": cycle.version + 1,
        },
    )  # fmt: skip
    AssessmentStep.objects.create(
        cycle=cycle, act=act.name, state_after=after.name, version_after=cycle.version + 1, reason=reason, person_id=actor.person_id,
        role=actor.role_code, organisation=actor.organisation, recorded_at=sealed.recorded_at, link=sealed.link,
    )  # fmt: skip
    cycle.refresh_from_db()
    return sealed


def subject_of(cycle: AssessmentCycle) -> str:
    """Return the lasting name of a cycle in the chain (存证对象)."""
    return f"assessment/{city().code}/{cycle.cycle}/{cycle.year}/{cycle.rubric}"


def fixed_of(cycle: AssessmentCycle) -> dict[str, Plain]:
    """Return what was fixed when the cycle was started, as it is sealed."""
    return {"cycle": cycle.cycle, "year": cycle.year, "rubric": cycle.rubric, "as_of": cycle.as_of}


def result_digest(run: Assessment) -> str:
    """Return the digest of a run, whatever version of the program made it (结果摘要)."""
    return str(digest(canonical({key: told for key, told in run.as_json().items() if key != "engine"}), algorithm()))


def card_of(run: Assessment, jurisdiction: str) -> Any:
    """Return the card of a jurisdiction in a run; raise `UnknownJurisdiction`."""
    found = next((one.card for one in run.jurisdictions if one.jurisdiction.code == jurisdiction), None)
    if found is None:
        raise UnknownJurisdiction(jurisdiction)
    return found


def appeal_last_day(cycle: AssessmentCycle) -> date | None:
    """Return the last day to appeal, counted in working days from the last announcement (申诉截止日); None before one."""
    announced = cycle.steps.filter(act=CycleAct.ANNOUNCE.name).order_by("-version_after").first()
    if announced is None:
        return None
    return working_days_after(announced.recorded_at, "appeal_working_days")


def working_days_after(moment: datetime, rule: str) -> date:
    """Return the last of the working days that the calendar of assessment allows from a moment (期限)."""
    day = clock.day_of(moment)
    allowed = int(rules_at(day).get(f"assessment.calendar.{rule}").number)
    return due_day(Deadline(working_days=allowed), Period.parse(day.isoformat()), is_working_day=is_working_day)


def unsigned(cycle: AssessmentCycle) -> tuple[str, ...]:
    """Return the jurisdictions without a signed self-evaluation (未签署自评的县区)."""
    latest: dict[str, SelfEvaluation] = {one.jurisdiction: one for one in cycle.self_evaluations.select_related("signature").order_by("id")}
    signed = {code for code, one in latest.items() if hasattr(one, "signature")}
    return tuple(one.jurisdiction.code for one in computed(cycle).jurisdictions if one.jurisdiction.code not in signed)


class SomebodyUnheard(Refusal):
    """The step would pass over somebody and needs a reason (须写明理由)."""

    def __init__(self, rule: Words) -> None:
        super().__init__(thing=Words("理由", "reason"), value="", rule=rule, remedy=Words("等待，或写明理由后办理", "wait, or state the reason"))


class AppealsOpen(Refusal):
    """An appeal has no answer yet (申诉未答复)."""

    def __init__(self, count: int) -> None:
        super().__init__(
            thing=Words("申诉", "appeals"), value=count, rule=Words(f"尚有 {count} 件未答复", f"{count} not answered yet"),
            remedy=Words("逐件答复后再办理", "answer each, then go on"),
        )  # fmt: skip


def _require_heard(cycle: AssessmentCycle, act: CycleAct, reason: str) -> None:
    if act is CycleAct.CLOSE and (waiting := cycle.appeals.filter(answer__isnull=True).count()):
        raise AppealsOpen(waiting)
    if reason.strip():
        return
    if act is CycleAct.REVIEW and (without := unsigned(cycle)):
        raise SomebodyUnheard(Words(f"尚有 {len(without)} 个县区未签署自评", f"{len(without)} jurisdictions have not signed their self-evaluation"))
    last = appeal_last_day(cycle) if act is CycleAct.CLOSE else None
    if last is not None and clock.today() <= last:
        raise SomebodyUnheard(Words(f"申诉期到 {last} 日终", f"appeals are open until the end of {last}"))
