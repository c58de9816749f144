"""The mid-term evaluation: where each target stands half-way, and what adjustment could be proposed.

A proposal is never a change. A binding target is not proposed downwards at all; an indicative one only where the way left is
out of reach at the pace seen, and always subject to approval by the body that set it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.plan.model import Nature, Operator, Target, TargetKind
from shuangkong.plan.trajectory import GreyReason, Light, Pace, is_bound
from shuangkong.rules import RulesOnDay, RuleValue


class ProposalKind(Enum):
    """What the evaluation proposes (目标调整建议)."""

    KEEP = "维持目标"
    RAISE = "可研究提高目标"
    STRENGTHEN = "维持目标，加强措施"
    REVISE = "可研究调整目标（须经批准）"
    WARN = "约束性目标不调整，预警督办"
    COLLECT = "先补齐数据"
    JUDGE = "由主管部门依佐证评判"

    @property
    def words(self) -> Words:
        """The proposal in words."""
        english = {
            "KEEP": "keep the target", "RAISE": "a higher target could be studied", "STRENGTHEN": "keep the target, strengthen measures",
            "REVISE": "an adjustment could be studied, subject to approval", "WARN": "binding: not adjusted, warned and supervised",
            "COLLECT": "complete the data first", "JUDGE": "to be judged on evidence",
        }  # fmt: skip
        return Words(self.value, english[self.name])


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one target (目标调整建议). `expected` is where the pace seen would lead by the target year. [unit of the target]"""

    target: Target
    kind: ProposalKind
    actual: Decimal | None
    pace: Pace
    expected: Decimal | None
    reason: Words
    rules: tuple[RuleValue, ...] = ()


def propose(target: Target, *, actual: Decimal | None, pace: Pace, rules: RulesOnDay) -> Proposal:
    """Return the proposal for one target at mid-term (中期评估目标调整建议).

    Parameters
    ----------
    target : Target
        The target as the plan has it.
    actual : Decimal or None
        The indicator in the mid-term year. [unit of the target]
    pace : Pace
        How it stands; the straight line from base through `actual` gives what to expect.
    rules : RulesOnDay
        Holds `assessment.midterm.*`.

    Returns
    -------
    Proposal

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）四（二）；调整界限为本系统约定.
    """
    if pace.reason is GreyReason.QUALITATIVE:
        return Proposal(target, ProposalKind.JUDGE, actual, pace, None, Words("定性目标", "qualitative target"))
    if target.operator is Operator.QUALITATIVE:
        kind = ProposalKind.KEEP if pace.light is Light.GREEN else _behind(target, ProposalKind.STRENGTHEN)
        return Proposal(target, kind, None, pace, None, pace.working)
    if actual is None or pace.reason is not None:
        why = pace.reason.value if pace.reason else GreyReason.NO_DATA.value
        return Proposal(target, ProposalKind.COLLECT, actual, pace, None, Words(why, "no figure to judge by"))
    if is_bound(target) or pace.pace_pct is None:
        kept = bool(pace.is_met)
        kind = ProposalKind.KEEP if kept else _behind(target, ProposalKind.STRENGTHEN)
        return Proposal(target, kind, actual, pace, None, Words("已达到" if kept else "尚未达到", "met" if kept else "not met yet"))
    used = tuple(rules.get(f"assessment.midterm.{name}") for name in ("raise_pace", "keep_pace", "strengthen_pace"))
    high, keep, low = (rule.number for rule in used)
    shown = plain(round_gbt8170(pace.pace_pct, 1))
    if pace.pace_pct >= high:
        kind = ProposalKind.RAISE
    elif pace.pace_pct >= keep or pace.is_met:
        kind = ProposalKind.KEEP
    elif pace.pace_pct >= low:
        kind = ProposalKind.STRENGTHEN
    else:
        kind = _behind(target, ProposalKind.REVISE)
    return Proposal(
        target, kind, actual, pace, _expected(target, actual, pace), Words(f"进度为应达的 {shown}%", f"{shown} % of the pace due"), used
    )


def settled_alternatives(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Return the proposals with either-or groups settled (二选一): where one is on course, none of its group is adjusted.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）二（十）：两项达到其一.
    """
    reached = (ProposalKind.KEEP, ProposalKind.RAISE)
    on_course = {one.target.alt_group: one.target.id for one in proposals if one.target.alt_group and one.kind in reached}

    def settled(one: Proposal) -> Proposal:
        speaker = on_course.get(one.target.alt_group) if one.target.alt_group else None
        if speaker is None or one.kind in reached:
            return one
        reason = Words(f"二选一，以 {speaker} 为准；本项{one.reason.zh}", f"either-or: {speaker} counts; this one: {one.reason.en}")
        return replace(one, kind=ProposalKind.KEEP, reason=reason)

    return tuple(settled(one) for one in proposals)


def _behind(target: Target, otherwise: ProposalKind) -> ProposalKind:
    return ProposalKind.WARN if target.nature is Nature.BINDING else otherwise


def _expected(target: Target, actual: Decimal, pace: Pace) -> Decimal | None:
    if not pace.elapsed_share_pct or pace.achieved_share_pct is None or target.value is None:
        return None
    if pace.achieved_share_pct == 0:
        return actual
    # base + (actual − base) ÷ elapsed share, with the base recovered from the share of the way already gone.
    share = pace.achieved_share_pct / 100
    if share == 1:
        return actual
    base = (actual - share * target.value) / (1 - share)
    expected = base + (actual - base) * 100 / pace.elapsed_share_pct
    is_part_of_whole = target.unit == "%" and target.kind in (TargetKind.LEVEL, TargetKind.SHARE)
    return min(max(expected, Decimal(0)), max(actual, Decimal(100))) if is_part_of_whole else expected
