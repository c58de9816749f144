"""The steps a past return went through (历史办理过程), from the people who hold the posts."""

from datetime import datetime, timedelta

from shuangkong.returns.states import ReturnAct, ReturnState
from shuangkong.services.demo_city.staff import Hand
from shuangkong.services.loaded_returns import PastStep

SENT_BACK_BECAUSE = "请说明综合能源消费量比上年变化的原因，核对后重报"
_DAYS = {ReturnAct.SUBMIT: 0, ReturnAct.ACCEPT: 1, ReturnAct.REVIEW: 4, ReturnAct.APPROVE: 6, ReturnAct.LOCK: 9}
LOCKED_AFTER = timedelta(days=_DAYS[ReturnAct.LOCK], hours=4)
_WAY = {
    ReturnState.SUBMITTED: (ReturnAct.SUBMIT,), ReturnState.ACCEPTED: (ReturnAct.SUBMIT, ReturnAct.ACCEPT),
    ReturnState.REVIEWED: (ReturnAct.SUBMIT, ReturnAct.ACCEPT, ReturnAct.REVIEW),
    ReturnState.APPROVED: (ReturnAct.SUBMIT, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE),
    ReturnState.LOCKED: (ReturnAct.SUBMIT, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK),
}  # fmt: skip


def steps_to(state: ReturnState, hands: tuple[Hand, Hand, Hand, Hand], submitted_at: datetime, *, statement: str = "") -> tuple[PastStep, ...]:
    """Return the steps that bring a return to a state (办理到某状态的步骤); a draft has none."""
    reporter, reviewer, approver, locker = hands
    who = {ReturnAct.SUBMIT: reporter, ReturnAct.ACCEPT: reviewer, ReturnAct.REVIEW: reviewer, ReturnAct.APPROVE: approver, ReturnAct.LOCK: locker}
    if state is ReturnState.SENT_BACK:
        back = PastStep(ReturnAct.SEND_BACK, reviewer.person_id, reviewer.name, reviewer.role.name, reviewer.organisation, submitted_at + timedelta(days=3), SENT_BACK_BECAUSE)
        return (*steps_to(ReturnState.ACCEPTED, hands, submitted_at), back)
    return tuple(
        PastStep(
            act, who[act].person_id, who[act].name, who[act].role.name, who[act].organisation,
            submitted_at + timedelta(days=_DAYS[act], hours=number), statement if act is ReturnAct.SUBMIT else "",
        )
        for number, act in enumerate(_WAY.get(state, ()))
    )  # fmt: skip
