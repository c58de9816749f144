"""States and the acts between them as a table (状态与流转): what is official travels by one, and by nothing else.

A return, a finding, a cycle of assessment each declare theirs. It knows no people, clock or storage: who may act is said where people
are known, and whoever keeps the state changes it with a conditional update, so that of two who act on one version one is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

State = TypeVar("State", bound=Enum)
Act = TypeVar("Act", bound=Enum)


class ReasonMissing(Refusal):
    """The act needs a reason (未写理由)."""

    def __init__(self, act: Enum) -> None:
        super().__init__(
            thing=Words("理由", "reason"), value=act.value,
            rule=Words("必须写明理由", "needs a reason"), remedy=Words("写明理由后再提交", "state the reason"),
        )  # fmt: skip


@dataclass(frozen=True)
class StateTable(Generic[State, Act]):
    """Every step there is (流转表), which acts need a reason, and how an act that is no step is refused."""

    steps: Mapping[tuple[State, Act], State]
    refused: Callable[[State, Act], Refusal]
    need_reason: frozenset[Act] = field(default_factory=frozenset)

    def acts_from(self, state: State) -> tuple[Act, ...]:
        """Return what can be done in a state (可办理动作), in the order of the table."""
        return tuple(act for before, act in self.steps if before is state)

    def after(self, state: State, act: Act, *, reason: str = "") -> State:
        """Return the state that an act leads to (流转).

        Raises
        ------
        Refusal
            As `refused` makes it, if the table has no such step.
        ReasonMissing
            If the act needs a reason and has none but blanks.
        """
        if (state, act) not in self.steps:
            raise self.refused(state, act)
        if act in self.need_reason and not reason.strip():
            raise ReasonMissing(act)
        return self.steps[state, act]
