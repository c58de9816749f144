"""The life of a finding, walked by hand and against its whole table."""

from datetime import date
from itertools import product

import pytest

from shuangkong.checks.lifecycle import (
    FINDING_STATES,
    ActNotAllowed,
    FindingAct,
    FindingLife,
    FindingState,
    WaiverNotAllowed,
    acted,
    waived,
)
from shuangkong.kernel.state_table import ReasonMissing

DAY = date(2024, 3, 15)


def test_open_explained_rectified_closed() -> None:
    life = acted(FindingLife(), FindingAct.EXPLAIN, day=DAY, reason="5月检修")
    assert (life.state, life.reason) == (FindingState.EXPLAINED, "5月检修")
    life = acted(life, FindingAct.RECTIFY, day=DAY, reason="已改为44.6万kWh")
    assert life.state is FindingState.RECTIFIED
    assert acted(life, FindingAct.CLOSE, day=DAY).state is FindingState.CLOSED


@pytest.mark.parametrize(("state", "act"), [pair for pair in product(FindingState, FindingAct) if pair not in FINDING_STATES.steps and pair[1] is not FindingAct.WAIVE])
def test_what_is_not_in_the_table_is_refused_and_says_what_is_allowed(state: FindingState, act: FindingAct) -> None:
    life = FindingLife(state, waived_until=date(2024, 6, 1) if state is FindingState.WAIVED else None)
    with pytest.raises(ActNotAllowed, match="可以："):
        acted(life, act, day=DAY, reason="理由")


@pytest.mark.parametrize("act", sorted(FINDING_STATES.need_reason - {FindingAct.WAIVE}, key=lambda act: act.name))
def test_acts_need_a_reason_of_more_than_blanks(act: FindingAct) -> None:
    state = next(before for before, each in FINDING_STATES.steps if each is act)
    with pytest.raises(ReasonMissing):
        acted(FindingLife(state), act, day=DAY, reason="  ")


def test_a_waiver_holds_to_its_end_and_then_stands_open_again() -> None:
    life = waived(FindingLife(), day=DAY, until=date(2024, 6, 15), reason="新线调试", longest_months=3)
    assert life.on(date(2024, 6, 14)) is FindingState.WAIVED
    assert not life.holds_back(date(2024, 6, 14))
    assert life.on(date(2024, 6, 15)) is FindingState.OPEN
    assert acted(life, FindingAct.EXPLAIN, day=date(2024, 6, 15), reason="仍在调试").state is FindingState.EXPLAINED


@pytest.mark.parametrize(
    ("until", "longest", "rule"),
    [
        (date(2024, 6, 16), 3, "最长 3 个月"), (DAY, 3, "晚于当日"), (date(2024, 3, 14), 3, "晚于当日"), (date(2024, 4, 1), 0, "不可豁免"),
    ],
)  # fmt: skip
def test_a_waiver_too_long_too_short_or_not_foreseen_is_refused(until: date, longest: int, rule: str) -> None:
    with pytest.raises(WaiverNotAllowed, match=rule):
        waived(FindingLife(), day=DAY, until=until, reason="理由", longest_months=longest)


def test_a_waiver_without_an_end_is_refused() -> None:
    with pytest.raises(WaiverNotAllowed):
        acted(FindingLife(), FindingAct.WAIVE, day=DAY, reason="理由")


def test_a_closed_finding_cannot_be_waived() -> None:
    with pytest.raises(ActNotAllowed):
        waived(FindingLife(FindingState.CLOSED), day=DAY, until=date(2024, 4, 1), reason="理由", longest_months=3)
