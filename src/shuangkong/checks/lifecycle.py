"""The life of a finding: open → explained → rectified → closed, or waived with a reason until a day.

The table below is the whole of it. Every act is a pure function of state, act and the facts named; who may act is decided
where people are known. A waiver that has run out stands open again: that is a question of the day, so no clock is needed.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.state_table import StateTable


class FindingState(Enum):
    """Where a finding stands (处理状态)."""

    OPEN = "待处理"
    EXPLAINED = "已说明"
    RECTIFIED = "已整改"
    CLOSED = "已办结"
    WAIVED = "已豁免"


class FindingAct(Enum):
    """What can be done to a finding (处理动作)."""

    EXPLAIN = "说明"
    REJECT = "退回说明"
    RECTIFY = "整改"
    CLOSE = "办结"
    WAIVE = "豁免"
    REVOKE = "撤销豁免"
    REOPEN = "重新打开"


class ActNotAllowed(Refusal):
    """The finding is in no state for this act (当前状态不能这样处理)."""

    def __init__(self, state: FindingState, act: FindingAct) -> None:
        allowed = FINDING_STATES.acts_from(state)
        super().__init__(
            thing=Words("处理动作", "act"), value=act.value,
            rule=Words(f"“{state.value}”的发现不能这样处理", f"cannot be done to a finding that is {state.name}"),
            remedy=Words("可以：" + "、".join(each.value for each in allowed), "allowed: " + ", ".join(each.name for each in allowed)),
        )  # fmt: skip


_S, _A = FindingState, FindingAct
FINDING_STATES = StateTable(steps={
    (_S.OPEN, _A.EXPLAIN): _S.EXPLAINED,
    (_S.OPEN, _A.RECTIFY): _S.RECTIFIED,
    (_S.OPEN, _A.WAIVE): _S.WAIVED,
    (_S.EXPLAINED, _A.REJECT): _S.OPEN,
    (_S.EXPLAINED, _A.RECTIFY): _S.RECTIFIED,
    (_S.EXPLAINED, _A.CLOSE): _S.CLOSED,
    (_S.EXPLAINED, _A.WAIVE): _S.WAIVED,
    (_S.RECTIFIED, _A.REJECT): _S.OPEN,
    (_S.RECTIFIED, _A.CLOSE): _S.CLOSED,
    (_S.WAIVED, _A.REVOKE): _S.OPEN,
    (_S.CLOSED, _A.REOPEN): _S.OPEN,
}, refused=ActNotAllowed, need_reason=frozenset(set(FindingAct) - {_A.CLOSE}))  # fmt: skip


class WaiverNotAllowed(Refusal):
    """The catalogue allows no such waiver (不能豁免)."""

    def __init__(self, value: object, rule: Words) -> None:
        super().__init__(
            thing=Words("豁免", "waiver"), value=value, rule=rule,
            remedy=Words("改正数据，或在目录允许的期限内申请", "mend the figures, or ask within the catalogue's limit"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FindingLife:
    """The state of one finding (处理情况); `waived_until` is exclusive and set only while waived."""

    state: FindingState = FindingState.OPEN
    reason: str = ""
    waived_until: date | None = None

    def on(self, day: date) -> FindingState:
        """Return the state on a day: a waiver that has run out is open again (某日状态).

        Examples
        --------
        >>> life = FindingLife(FindingState.WAIVED, "检修", date(2024, 7, 1))
        >>> life.on(date(2024, 6, 30)).name, life.on(date(2024, 7, 1)).name
        ('WAIVED', 'OPEN')
        """
        is_over = self.state is FindingState.WAIVED and self.waived_until is not None and day >= self.waived_until
        return FindingState.OPEN if is_over else self.state

    def holds_back(self, day: date) -> bool:
        """Tell whether the finding still asks for something on a day."""
        return self.on(day) is FindingState.OPEN


def acted(life: FindingLife, act: FindingAct, *, day: date, reason: str = "") -> FindingLife:
    """Return the life after an act other than a waiver (处理).

    Raises
    ------
    ActNotAllowed
        If the table has no such step.
    ReasonMissing
        If the act needs a reason and has none.

    Examples
    --------
    >>> acted(FindingLife(), FindingAct.EXPLAIN, day=date(2024, 5, 1), reason="新线投产").state.value
    '已说明'
    """
    if act is FindingAct.WAIVE:
        raise WaiverNotAllowed(act.value, Words("豁免须写明期限", "a waiver needs an end"))
    return FindingLife(FINDING_STATES.after(life.on(day), act, reason=reason), reason.strip())


def waived(life: FindingLife, *, day: date, until: date, reason: str, longest_months: int) -> FindingLife:
    """Return the life after a waiver (豁免).

    Parameters
    ----------
    day, until : date
        When it is given, and the day from which it no longer holds.
    longest_months : int
        As the catalogue says; 0 means never.

    Raises
    ------
    WaiverNotAllowed
        If the check may not be waived, or not so long, or the end is not after the day.
    ActNotAllowed, ReasonMissing
        As for every act.
    """
    after = FINDING_STATES.after(life.on(day), FindingAct.WAIVE, reason=reason)
    if not longest_months:
        raise WaiverNotAllowed(until, Words("本项核查不可豁免", "this check cannot be waived"))
    if until <= day:
        raise WaiverNotAllowed(until, Words("期限应晚于当日", "must end after the day it is given"))
    months = (until.year - day.year) * 12 + until.month - day.month
    if months > longest_months or (months == longest_months and until.day > day.day):
        raise WaiverNotAllowed(until, Words(f"最长 {longest_months} 个月", f"may last {longest_months} months at most"))
    return FindingLife(after, reason.strip(), until)
