"""My work as its page shows it (我的工作页面): what waits, in groups, with its time; what the top says in words."""

from collections import Counter
from dataclasses import dataclass

from shuangkong.access.roles import Permission
from shuangkong.checks.lifecycle import FindingState
from shuangkong.checks.model import Severity
from shuangkong.kernel.language import Words
from shuangkong.pollution.alarm_life import AlarmState
from shuangkong.returns.states import ReturnAct
from shuangkong.services.alarm_pages import AlarmLine, work_lines
from shuangkong.services.amendments import may_decide
from shuangkong.services.assessment_tasks import AssessmentTask, assessment_tasks
from shuangkong.services.check_waivers import AskedWaiver, asked_waivers
from shuangkong.services.filing_lists import my_work
from shuangkong.services.finding_cases import ListedFinding, list_findings
from shuangkong.services.people import Member
from shuangkong.services.reminders import Timed, reminders, timed
from shuangkong.services.verdicts import OpenVerdict, returned_verdicts, waiting_verdicts
from shuangkong.store.models import Amendment, Appeal

_GROUPS = (
    (ReturnAct.SUBMIT, Words("待填报", "to file")), (ReturnAct.ACCEPT, Words("待受理", "to accept")), (ReturnAct.REVIEW, Words("待审核", "to review")),
    (ReturnAct.APPROVE, Words("待核定", "to approve")), (ReturnAct.LOCK, Words("待锁定", "to lock")),
)  # fmt: skip
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """One kind of work (一类待办)."""

    act: ReturnAct
    name: Words
    items: tuple[Timed, ...]


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Everything that waits for a person (我的工作)."""

    groups: tuple[WorkGroup, ...]
    reminders: tuple[Timed, ...]
    to_explain: tuple[ListedFinding, ...]
    to_judge: tuple[ListedFinding, ...]
    amendments: tuple[Amendment, ...]
    tasks: tuple[AssessmentTask, ...]
    verdicts: tuple[OpenVerdict, ...] = ()
    returned: tuple[OpenVerdict, ...] = ()
    waivers: tuple[AskedWaiver, ...] = ()
    alarms: tuple[AlarmLine, ...] = ()

    @property
    def appeals(self) -> tuple[Appeal, ...]:
        """The appeals that wait for an answer."""
        return tuple(one.appeal for one in self.tasks if one.appeal is not None)

    @property
    def alarms_to_answer(self) -> tuple[AlarmLine, ...]:
        """The alarms that wait for an answer."""
        return tuple(one for one in self.alarms if one.case.state is AlarmState.RAISED)

    @property
    def alarms_to_judge(self) -> tuple[AlarmLine, ...]:
        """The alarms whose answer is to be judged."""
        return tuple(one for one in self.alarms if one.case.state is AlarmState.ANSWERED)

    @property
    def counts(self) -> tuple[tuple[Words, int], ...]:
        """How much of each kind, as the top of the page says it."""
        told = [(group.name, len(group.items)) for group in self.groups]
        told += [
            (Words("问题待说明", "findings to explain"), len(self.to_explain)), (Words("问题待处理", "findings to judge"), len(self.to_judge)),
            (Words("豁免待答复", "waivers to decide"), len(self.waivers)), (Words("更正待答复", "amendments to decide"), len(self.amendments)), *Counter(one.name for one in self.tasks).items(),
            (Words("评判待认定", "verdicts to confirm"), len(self.verdicts)), (Words("评判被退回", "verdicts sent back"), len(self.returned)),
            (Words("报警待答复", "alarms to answer"), len(self.alarms_to_answer)), (Words("报警待核实", "answers to alarms to judge"), len(self.alarms_to_judge)),
        ]  # fmt: skip
        return tuple((name, count) for name, count in told if count)

    @property
    def total(self) -> int:
        """How many things wait."""
        return sum(count for _, count in self.counts)

    @property
    def late(self) -> int:
        """How many of them are late."""
        return sum(one.is_late for group in self.groups for one in group.items) + sum(one.is_late for one in self.tasks) + sum(one.is_late for one in self.alarms)


def work_page(*, who: Member) -> WorkPage:
    """Return everything that waits for a person (我的工作)."""
    work = timed(my_work(who=who))
    groups = tuple(WorkGroup(act, name, items) for act, name in _GROUPS if (items := tuple(one for one in work if one.work.act is act)))
    explaining = {post.organisation for post in who.posts if post.allows(Permission.FINDING_EXPLAIN)}
    listed = list_findings(who=who) if explaining or who.may(Permission.FINDING_JUDGE) else ()
    to_explain = tuple(
        one for one in listed
        if one.record.filing.organisation.code in explaining and one.state is FindingState.OPEN and one.severity is Severity.NEEDS_EXPLANATION
    )  # fmt: skip
    judged = (FindingState.EXPLAINED, FindingState.RECTIFIED)
    to_judge = tuple(one for one in listed if who.may(Permission.FINDING_JUDGE) and one.state in judged and one.record.filing.organisation.code not in explaining)
    asked = Amendment.objects.filter(decision=None).select_related("filing__organisation", "person").order_by("id") if who.may(Permission.AMENDMENT_CONSENT) else ()
    return WorkPage(
        groups, reminders(work), to_explain, to_judge, tuple(one for one in asked if may_decide(one, who)), assessment_tasks(who=who), waiting_verdicts(who=who),
        returned_verdicts(who=who), asked_waivers(who=who), work_lines(who=who),
    )  # fmt: skip
