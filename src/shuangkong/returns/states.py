"""The states of a return and the acts between them (报表状态与流转).

The table below is the whole of it; drawn, it is a line with two ways back:

    DRAFT ─submit→ SUBMITTED ─accept→ ACCEPTED ─review→ REVIEWED ─approve→ APPROVED ─lock→ LOCKED
      ↑←withdraw──────┘│                 │                  │                  │           │
      │                └───────send back─┴──────────────────┴──────────────────┘           │
    SENT_BACK ─submit→ SUBMITTED                    a new round in DRAFT ←amend────────────┘
"""

from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.state_table import StateTable


class ReturnState(Enum):
    """Where a return stands (报表状态)."""

    DRAFT = "填报中"
    SUBMITTED = "已上报"
    ACCEPTED = "已受理"
    REVIEWED = "已审核"
    APPROVED = "已核定"
    LOCKED = "已锁定"
    SENT_BACK = "已退回"

    @property
    def words(self) -> Words:
        """The state as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))


class ReturnAct(Enum):
    """What can be done to a return (办理动作)."""

    SUBMIT = "上报"
    WITHDRAW = "撤回"
    ACCEPT = "受理"
    SEND_BACK = "退回"
    REVIEW = "审核"
    APPROVE = "核定"
    LOCK = "锁定"

    @property
    def words(self) -> Words:
        """The act as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))


class ActNotPossible(Refusal):
    """The return is in no state for this act (当前状态不能这样办理)."""

    def __init__(self, state: ReturnState, act: ReturnAct) -> None:
        allowed = RETURN_STATES.acts_from(state)
        super().__init__(
            thing=Words("办理动作", "act"), value=act.value,
            rule=Words(f"报表“{state.value}”，不能{act.value}", f"cannot be done to a return that is {state.words.en}"),
            remedy=Words("刷新页面；可以：" + ("、".join(each.value for each in allowed) or "申请更正"),
                         "reload; possible: " + (", ".join(each.words.en for each in allowed) or "ask for an amendment")),
        )  # fmt: skip


_S, _A = ReturnState, ReturnAct
RETURN_STATES = StateTable(steps={
    (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
    (_S.SENT_BACK, _A.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _A.WITHDRAW): _S.DRAFT,
    (_S.SUBMITTED, _A.ACCEPT): _S.ACCEPTED,
    (_S.SUBMITTED, _A.SEND_BACK): _S.SENT_BACK,
    (_S.ACCEPTED, _A.SEND_BACK): _S.SENT_BACK,
    (_S.ACCEPTED, _A.REVIEW): _S.REVIEWED,
    (_S.REVIEWED, _A.SEND_BACK): _S.SENT_BACK,
    (_S.REVIEWED, _A.APPROVE): _S.APPROVED,
    (_S.APPROVED, _A.SEND_BACK): _S.SENT_BACK,
    (_S.APPROVED, _A.LOCK): _S.LOCKED,
}, refused=ActNotPossible, need_reason=frozenset({_A.WITHDRAW, _A.SEND_BACK}))  # fmt: skip
EDITABLE = frozenset({ReturnState.DRAFT, ReturnState.SENT_BACK})
