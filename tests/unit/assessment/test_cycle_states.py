"""The states of a cycle as a table, and what must hold of any walk through it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuangkong.assessment.cycle_states import (
    CYCLE_STATES,
    CycleAct,
    CycleActNotPossible,
    CycleState,
)
from shuangkong.kernel.state_table import ReasonMissing

S, A = CycleState, CycleAct
WHOLE_WAY = (
    (A.EVALUATE, S.SELF_EVALUATING), (A.SIGN, S.SELF_EVALUATING), (A.REVIEW, S.REVIEWING), (A.JUDGE, S.REVIEWING), (A.ANNOUNCE, S.APPEALING), (A.APPEAL, S.APPEALING),
    (A.ANSWER, S.APPEALING), (A.CLOSE, S.DECIDED), (A.FREEZE, S.FROZEN), (A.PUBLISH, S.PUBLISHED), (A.HAND_OVER, S.HANDED_OVER), (A.RECEIVE, S.RECEIVED),
)  # fmt: skip


def test_the_whole_way() -> None:
    state = S.SELF_EVALUATING
    for act, expected in WHOLE_WAY:
        state = CYCLE_STATES.after(state, act, reason="理由")
        assert state is expected
    assert CYCLE_STATES.acts_from(state) == ()


@pytest.mark.parametrize("before", [S.REVIEWING, S.APPEALING, S.DECIDED])
def test_ways_back_need_a_reason(before: CycleState) -> None:
    with pytest.raises(ReasonMissing):
        CYCLE_STATES.after(before, A.RETURN, reason="  ")
    assert CYCLE_STATES.after(before, A.RETURN, reason="数据有误") in (S.SELF_EVALUATING, S.REVIEWING)


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (S.SELF_EVALUATING, A.FREEZE), (S.REVIEWING, A.FREEZE), (S.APPEALING, A.FREEZE), (S.FROZEN, A.FREEZE), (S.FROZEN, A.APPEAL), (S.FROZEN, A.RETURN),
        (S.DECIDED, A.HAND_OVER), (S.FROZEN, A.HAND_OVER), (S.DECIDED, A.PUBLISH), (S.REVIEWING, A.EVALUATE), (S.HANDED_OVER, A.HAND_OVER), (S.RECEIVED, A.RECEIVE),
    ],
)  # fmt: skip
def test_what_cannot_be_done(state: CycleState, act: CycleAct) -> None:
    with pytest.raises(CycleActNotPossible) as refused:
        CYCLE_STATES.after(state, act, reason="理由")
    assert state.value in refused.value.faults[0].rule.zh


def test_every_state_and_act_has_words_in_both_languages() -> None:
    assert all(one.words.zh and one.words.en for one in (*S, *A))
    assert all(state.next_step.zh and state.next_step.en for state in S)
    assert {act for _, act in CYCLE_STATES.steps} >= CYCLE_STATES.need_reason


@given(st.lists(st.sampled_from(CycleAct), max_size=60))
def test_no_walk_unfreezes_publishes_or_hands_over_without_a_freeze(acts: list[CycleAct]) -> None:
    state, done = S.SELF_EVALUATING, []
    for act in acts:
        try:
            after = CYCLE_STATES.after(state, act, reason="理由")
        except CycleActNotPossible:
            assert act not in CYCLE_STATES.acts_from(state)
            continue
        if state.is_frozen:
            assert after.is_frozen
            assert act in (A.PUBLISH, A.HAND_OVER, A.RECEIVE)
        done.append(act)
        state = after
    assert done.count(A.FREEZE) <= 1
    assert not state.is_public or A.FREEZE in done
    if A.HAND_OVER in done:
        assert done.index(A.FREEZE) < done.index(A.PUBLISH) < done.index(A.HAND_OVER)
