"""The states of an assessment cycle and the acts between them (考核周期状态与流转).

The table below is the whole of it; drawn, it is a line with ways back until the city government freezes the result:

    SELF_EVALUATING ─review→ REVIEWING ─announce→ APPEALING ─close→ DECIDED ─freeze→ FROZEN ─publish→ PUBLISHED ─hand over→ HANDED_OVER ─receive→ RECEIVED
          ↑←────return────────┘  ↑←───────return──────┴────────return──┘

Jurisdictions act within a state and leave it as it is. After the freeze there is no way back.
"""

from collections.abc import Mapping
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.state_table import StateTable


class CycleState(Enum):
    """Where a cycle of assessment stands (考核状态)."""

    SELF_EVALUATING = "自评中"
    REVIEWING = "审核中"
    APPEALING = "公示申诉"
    DECIDED = "待冻结"
    FROZEN = "已冻结"
    PUBLISHED = "已公布"
    HANDED_OVER = "已移交"
    RECEIVED = "已接收"

    @property
    def words(self) -> Words:
        """The state as it is shown."""
        return Words(self.value, _ENGLISH[self.name])

    @property
    def next_step(self) -> Words:
        """What comes next and who does it (下一步)."""
        return _NEXT[self.name]

    @property
    def is_frozen(self) -> bool:
        """Whether the result can no longer change."""
        return self in _AFTER_FREEZE

    @property
    def is_public(self) -> bool:
        """Whether the result has been published."""
        return self in (CycleState.PUBLISHED, CycleState.HANDED_OVER, CycleState.RECEIVED)

    @property
    def is_announced(self) -> bool:
        """Whether scores and grades are shown to all jurisdictions."""
        return self not in (CycleState.SELF_EVALUATING, CycleState.REVIEWING)


class CycleAct(Enum):
    """What can be done to a cycle (考核办理动作)."""

    START = "启动"
    EVALUATE = "自评"
    SIGN = "签署自评"
    REVIEW = "转入审核"
    RETURN = "退回上一步"
    JUDGE = "评判"
    ANNOUNCE = "公示"
    APPEAL = "申诉"
    ANSWER = "答复申诉"
    CLOSE = "结束申诉"
    FREEZE = "冻结"
    PUBLISH = "公布"
    HAND_OVER = "移交"
    RECEIVE = "回执"

    @property
    def words(self) -> Words:
        """The act as it is shown."""
        return Words(self.value, _ENGLISH[self.name])


_ENGLISH: Mapping[str, str] = {
    "SELF_EVALUATING": "self-evaluation", "REVIEWING": "in review", "APPEALING": "announced, open to appeal", "DECIDED": "waits for the freeze",
    "FROZEN": "frozen", "PUBLISHED": "published", "HANDED_OVER": "handed over", "RECEIVED": "received",
    "START": "start", "EVALUATE": "self-evaluate", "SIGN": "sign the self-evaluation", "REVIEW": "begin the review", "RETURN": "go one step back",
    "JUDGE": "judge a line", "ANNOUNCE": "announce", "APPEAL": "appeal", "ANSWER": "answer an appeal", "CLOSE": "close the appeals",
    "FREEZE": "freeze", "PUBLISH": "publish", "HAND_OVER": "hand over", "RECEIVE": "give receipt",
}  # fmt: skip
_NEXT: Mapping[str, Words] = {
    "SELF_EVALUATING": Words("各县区自评并由第一责任人签署，考核人转入审核", "jurisdictions evaluate themselves and sign; then the assessor begins the review"),
    "REVIEWING": Words("考核人审核自评、评判定性项目，然后公示", "the assessor reviews, judges the qualitative lines, then announces"),
    "APPEALING": Words("县区可在期限内申诉，考核人逐件答复后结束申诉", "jurisdictions may appeal in time; the assessor answers each, then closes"),
    "DECIDED": Words("报市政府审定并冻结", "the city government decides and freezes"),
    "FROZEN": Words("考核人公布结果", "the assessor publishes the result"),
    "PUBLISHED": Words("考核人向市委组织部移交", "the assessor hands over to the organisation department"),
    "HANDED_OVER": Words("市委组织部接收并回执", "the organisation department receives and gives receipt"),
    "RECEIVED": Words("已办结", "nothing more to do"),
}
_S, _A = CycleState, CycleAct
_AFTER_FREEZE = frozenset({_S.FROZEN, _S.PUBLISHED, _S.HANDED_OVER, _S.RECEIVED})


class CycleActNotPossible(Refusal):
    """The cycle is in no state for this act (当前状态不能这样办理)."""

    def __init__(self, state: CycleState, act: CycleAct) -> None:
        remedy = (
            Words("结果已冻结，不能更改；认定有误的另行发文更正", "the result is frozen; what is found wrong is superseded by a new document")
            if state.is_frozen and act not in (CycleAct.PUBLISH, CycleAct.HAND_OVER, CycleAct.RECEIVE)
            else Words(f"刷新页面；下一步：{state.next_step.zh}", f"reload; next: {state.next_step.en}")
        )
        super().__init__(
            thing=Words("办理动作", "act"), value=act.value,
            rule=Words(f"考核“{state.value}”，不能{act.value}", f"cannot be done to an assessment that is: {state.words.en}"), remedy=remedy,
        )  # fmt: skip


CYCLE_STATES = StateTable(steps={
    (_S.SELF_EVALUATING, _A.EVALUATE): _S.SELF_EVALUATING,
    (_S.SELF_EVALUATING, _A.SIGN): _S.SELF_EVALUATING,
    (_S.SELF_EVALUATING, _A.REVIEW): _S.REVIEWING,
    (_S.REVIEWING, _A.JUDGE): _S.REVIEWING,
    (_S.REVIEWING, _A.RETURN): _S.SELF_EVALUATING,
    (_S.REVIEWING, _A.ANNOUNCE): _S.APPEALING,
    (_S.APPEALING, _A.APPEAL): _S.APPEALING,
    (_S.APPEALING, _A.ANSWER): _S.APPEALING,
    (_S.APPEALING, _A.RETURN): _S.REVIEWING,
    (_S.APPEALING, _A.CLOSE): _S.DECIDED,
    (_S.DECIDED, _A.RETURN): _S.REVIEWING,
    (_S.DECIDED, _A.FREEZE): _S.FROZEN,
    (_S.FROZEN, _A.PUBLISH): _S.PUBLISHED,
    (_S.PUBLISHED, _A.HAND_OVER): _S.HANDED_OVER,
    (_S.HANDED_OVER, _A.RECEIVE): _S.RECEIVED,
}, refused=CycleActNotPossible, need_reason=frozenset({_A.RETURN, _A.JUDGE, _A.APPEAL, _A.ANSWER, _A.FREEZE}))  # fmt: skip
