"""A table of states made for the test: its steps, its refusals, its reasons."""

from enum import Enum

import pytest

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.state_table import ReasonMissing, StateTable


class Door(Enum):
    OPEN = "开"
    SHUT = "关"


class Move(Enum):
    PUSH = "推"
    PULL = "拉"


class Stuck(Refusal):
    def __init__(self, door: Door, move: Move) -> None:
        super().__init__(thing=Words("门", "door"), value=move.value, rule=Words(door.value, door.name), remedy=Words("换一个方向", "the other way"))


DOORS = StateTable(steps={(Door.OPEN, Move.PUSH): Door.SHUT, (Door.SHUT, Move.PULL): Door.OPEN}, refused=Stuck, need_reason=frozenset({Move.PULL}))


def test_a_step_leads_on_and_says_what_can_come_next() -> None:
    assert DOORS.after(Door.OPEN, Move.PUSH) is Door.SHUT
    assert DOORS.acts_from(Door.SHUT) == (Move.PULL,)


def test_what_is_no_step_is_refused_as_the_table_says() -> None:
    with pytest.raises(Stuck, match="换一个方向"):
        DOORS.after(Door.SHUT, Move.PUSH, reason="理由")


def test_a_reason_of_blanks_is_none() -> None:
    with pytest.raises(ReasonMissing):
        DOORS.after(Door.SHUT, Move.PULL, reason=" \u3000")
    assert DOORS.after(Door.SHUT, Move.PULL, reason="通风") is Door.OPEN
