"""Verdicts on qualitative targets of the demo city (演示评判): some confirmed, one sent back, one that waits; all 模拟."""

from itertools import repeat

from shuangkong.access.roles import Role
from shuangkong.plan.model import Operator, Target
from shuangkong.plan.verdict import VerdictAct, VerdictWord
from shuangkong.services.demo_city.staff import STATISTICS, Hand, Staff
from shuangkong.services.deployment import city
from shuangkong.services.people import member
from shuangkong.services.verdicts import answer_verdict, propose_verdict
from shuangkong.simulation.key_unit_reports import STAMPED_PAGE

_W, _A = VerdictWord, VerdictAct
_MEASURES = "年度措施已按分工落实，佐证为牵头单位的工作报告（模拟）。"
# What is found, how it is answered, what is said; one after the other of the plan's qualitative targets.
_STORY: tuple[tuple[VerdictWord, VerdictAct | None, str, str], ...] = (
    (_W.ON_COURSE, _A.CONFIRM, _MEASURES, ""),
    (_W.WARNING, _A.CONFIRM, "部分项目进度慢于计划，已要求按月报告（模拟）。", ""),
    (_W.MET, _A.CONFIRM, "任务已完成并通过验收，成果文件见佐证（模拟）。", ""),
    (_W.BEHIND, _A.CONFIRM, "牵头任务尚未启动，需落实资金和责任人（模拟）。", ""),
    (_W.MET, _A.SEND_BACK, "已全面完成（模拟）。", "只有结论没有依据，请补充验收文件后重报（模拟）"),
    (_W.ON_COURSE, None, _MEASURES, ""),
)
_DESKS = (Role.LEAD_AGENCY, Role.SUPPORTING_AGENCY, Role.REPORTER)


def load_verdicts(staff: Staff, *, year: int) -> int:
    """Judge some qualitative targets in a year, the first also in the year before (载入评判); returns how many verdicts."""
    confirmer = staff.get((Role.APPROVER, STATISTICS))
    judged = [(target, hand) for target in city().plan.targets if target.operator is Operator.QUALITATIVE and (hand := _judge(target, staff))]
    if confirmer is None or not judged:
        return 0
    told = [(judged[0], _STORY[0], year - 1), *zip(judged, _STORY, repeat(year), strict=False)]
    for (target, hand), (word, act, statement, reason), of_year in told:
        files = [(f"{target.id}佐证（模拟）.pdf", STAMPED_PAGE)]
        verdict = propose_verdict(target=target.id, year=of_year, word=word, statement=statement, who=member(hand.person_id), files=files)
        if act is not None:
            answer_verdict(verdict_id=verdict, act=act, who=member(confirmer.person_id), reason=reason)
    return len(told)


def _judge(target: Target, staff: Staff) -> Hand | None:
    """Return somebody of a lead agency, the one who leads first."""
    return next((staff[role, code] for role in _DESKS for code in target.lead if (role, code) in staff), None)
