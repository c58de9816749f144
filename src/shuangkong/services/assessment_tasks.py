"""What an assessment waits for, from whom (考核待办): self-evaluations to write and sign, steps to take, appeals to answer, a hand-over to receive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CycleAct, CycleState
from shuangkong.assessment.rubric import Cycle
from shuangkong.kernel.language import Words
from shuangkong.rules import at as rules_at
from shuangkong.services import clock
from shuangkong.services.assessment_cycles import appeal_last_day, unsigned, working_days_after
from shuangkong.services.cycle_pages import CycleLine, cycle_line
from shuangkong.services.cycle_results import computed
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import Member
from shuangkong.services.self_evaluations import latest_evaluations
from shuangkong.store.models import Appeal, AssessmentCycle

_NAMES = {
    CycleAct.EVALUATE: Words("自评待提交", "self-evaluations to submit"), CycleAct.SIGN: Words("自评待签署", "self-evaluations to sign"),
    CycleAct.REVIEW: Words("自评待转入审核", "self-evaluations to take up"), CycleAct.ANNOUNCE: Words("考核待审核公示", "assessments to review and announce"),
    CycleAct.ANSWER: Words("申诉待答复", "appeals to answer"), CycleAct.CLOSE: Words("申诉期待结束", "appeals to close"), CycleAct.FREEZE: Words("结果待冻结", "results to freeze"),
    CycleAct.PUBLISH: Words("结果待公布", "results to publish"), CycleAct.HAND_OVER: Words("结果待移交", "results to hand over"),
    CycleAct.RECEIVE: Words("移交待接收", "hand-overs to receive"),
}  # fmt: skip
# After the appeals a cycle waits for one act of one post, whatever the jurisdiction.
_WAITS_FOR = {
    CycleState.REVIEWING: (CycleAct.ANNOUNCE, Permission.ASSESSMENT_RUN), CycleState.DECIDED: (CycleAct.FREEZE, Permission.ASSESSMENT_FREEZE),
    CycleState.FROZEN: (CycleAct.PUBLISH, Permission.ASSESSMENT_PUBLISH), CycleState.PUBLISHED: (CycleAct.HAND_OVER, Permission.ASSESSMENT_PUBLISH),
    CycleState.HANDED_OVER: (CycleAct.RECEIVE, Permission.RESULT_RECEIVE),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AssessmentTask:
    """One thing in an assessment that waits for a person (考核待办): of which cycle, what to do, for which jurisdiction, by when where a rule says so."""

    line: CycleLine
    act: CycleAct
    jurisdiction: str = ""
    place: Words | None = None
    due_on: date | None = None
    appeal: Appeal | None = None

    @property
    def name(self) -> Words:
        """What is to be done."""
        return _NAMES[self.act]

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.due_on is not None and clock.today() > self.due_on


def assessment_tasks(*, who: Member) -> tuple[AssessmentTask, ...]:
    """Return what waits for a person in the assessments under way, the earliest due first (考核待办)."""
    rows = AssessmentCycle.objects.exclude(state=CycleState.RECEIVED.name).order_by("year", "id")
    found = [task for row in rows for task in _of_cycle(row, who)]
    return tuple(sorted(found, key=lambda one: one.due_on or date.max))


def _of_cycle(row: AssessmentCycle, who: Member) -> Iterator[AssessmentTask]:
    line = cycle_line(row)
    if line.state is CycleState.SELF_EVALUATING:
        yield from _self_evaluating(line, who)
    elif line.state is CycleState.APPEALING:
        yield from _appealing(line, who)
    elif line.state in _WAITS_FOR:
        act, permission = _WAITS_FOR[line.state]
        if who.may(permission):
            yield AssessmentTask(line, act, due_on=_review_due(row) if act is CycleAct.ANNOUNCE else _freeze_due(row) if act is CycleAct.FREEZE else None)


def _self_evaluating(line: CycleLine, who: Member) -> Iterator[AssessmentTask]:
    row, due = line.row, _self_evaluation_due(line.row)
    own = latest_evaluations(row)
    for permission, act in ((Permission.SELF_EVALUATE, CycleAct.EVALUATE), (Permission.SELF_EVALUATION_SIGN, CycleAct.SIGN)):
        for code in sorted({post.organisation for post in who.posts if post.kind.is_jurisdiction and post.allows(permission)}):
            waits = code not in own if act is CycleAct.EVALUATE else code in own and not hasattr(own[code], "signature")
            if who.may(permission) and waits and code in {one.jurisdiction.code for one in computed(row).jurisdictions}:
                yield AssessmentTask(line, act, code, tree_on(clock.today()).find(code).name, due)
    if who.may(Permission.ASSESSMENT_RUN) and not unsigned(row):
        yield AssessmentTask(line, CycleAct.REVIEW, due_on=_review_due(row))


def _appealing(line: CycleLine, who: Member) -> Iterator[AssessmentTask]:
    last, tree = appeal_last_day(line.row), tree_on(clock.today())
    waiting = list(line.row.appeals.filter(answer=None).select_related("cycle").order_by("id"))
    if who.may(Permission.APPEAL_ANSWER):
        for one in waiting:
            yield AssessmentTask(line, CycleAct.ANSWER, one.jurisdiction, tree.find(one.jurisdiction).name, working_days_after(one.recorded_at, "appeal_answer_working_days"), one)
    if who.may(Permission.ASSESSMENT_RUN) and not waiting and last is not None and clock.today() > last:
        yield AssessmentTask(line, CycleAct.CLOSE)


def _self_evaluation_due(row: AssessmentCycle) -> date | None:
    """Return the last day of the month in which jurisdictions check themselves."""
    month = int(rules_at(clock.today()).get("assessment.calendar.self_check_month").number)
    begin = date(row.year + 1, month, 1)
    return _due(row, (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _review_due(row: AssessmentCycle) -> date | None:
    """Return the day by which the assessing agency has checked and reported."""
    month, _, day = str(rules_at(clock.today()).get("assessment.calendar.site_report_due").value).partition("-")
    return _due(row, date(row.year + 1, int(month), int(day)))


def _freeze_due(row: AssessmentCycle) -> date | None:
    """Return the day by which the city government has decided, counted from the end of the appeals."""
    closed = row.steps.filter(act=CycleAct.CLOSE.name).order_by("-version_after").first()
    return working_days_after(closed.recorded_at, "freeze_working_days") if closed is not None else None


def _due(row: AssessmentCycle, day: date) -> date | None:
    """The calendar is that of the yearly assessment; a cycle that began after the day has none."""
    started = row.steps.order_by("version_after").first()
    return day if Cycle(row.cycle) is Cycle.ANNUAL and started is not None and clock.day_of(started.recorded_at) <= day else None
