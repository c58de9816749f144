"""The verdict on a target that no figure can decide: the words it is given in, the lights they stand for, and its life.

The lead agency proposes a verdict on a year with evidence; somebody else confirms it or sends it back. A later verdict on the same
year takes the place of an earlier one, which stays known.
"""

from dataclasses import dataclass
from enum import Enum

from shuangkong.kernel.language import Words
from shuangkong.plan.trajectory import Light, Pace


class VerdictWord(Enum):
    """What is said of the target (评判结论): the words of lights and bounds, so that one thing has one name everywhere."""

    MET = "达到"
    ON_COURSE = "顺利"
    WARNING = "预警"
    BEHIND = "滞后"
    NOT_MET = "未达到"

    @property
    def words(self) -> Words:
        """The word as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))

    @property
    def light(self) -> Light:
        """The light it stands for.

        Examples
        --------
        >>> [word.light.mark for word in VerdictWord]
        ['●', '●', '▲', '■', '■']
        """
        return _LIGHTS[self]


_LIGHTS = {
    VerdictWord.MET: Light.GREEN, VerdictWord.ON_COURSE: Light.GREEN, VerdictWord.WARNING: Light.YELLOW, VerdictWord.BEHIND: Light.RED,
    VerdictWord.NOT_MET: Light.RED,
}  # fmt: skip


class VerdictAct(Enum):
    """How a proposed verdict is answered (评判办理): once, by one of these."""

    CONFIRM = "认定"
    SEND_BACK = "退回"
    WITHDRAW = "撤回"

    @property
    def words(self) -> Words:
        """The act as it is shown."""
        return Words(self.value, self.name.lower().replace("_", " "))

    @property
    def needs_reason(self) -> bool:
        """Whether it must say why."""
        return self is not VerdictAct.CONFIRM

    @property
    def state(self) -> "VerdictState":
        """Where the verdict stands after it."""
        return {VerdictAct.CONFIRM: VerdictState.CONFIRMED, VerdictAct.SEND_BACK: VerdictState.SENT_BACK, VerdictAct.WITHDRAW: VerdictState.WITHDRAWN}[self]


class VerdictState(Enum):
    """Where a verdict stands (评判状态): only a confirmed one counts, and of several the last."""

    PROPOSED = "待认定"
    CONFIRMED = "已认定"
    SENT_BACK = "已退回"
    WITHDRAWN = "已撤回"

    @property
    def words(self) -> Words:
        """The state as it is shown."""
        return Words(self.value, {"PROPOSED": "to be confirmed"}.get(self.name, self.name.lower().replace("_", " ")))

    @property
    def tone(self) -> str:
        """How it is coloured."""
        return {"CONFIRMED": "good", "PROPOSED": "wait"}.get(self.name, "bad")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A confirmed verdict on a target in a year (定性评判)."""

    target: str
    year: int
    word: VerdictWord
    is_simulated: bool = False

    @property
    def pace(self) -> Pace:
        """How the target stands by it (评判灯号): a light and no figure.

        Examples
        --------
        >>> found = Verdict("T101", 2024, VerdictWord.NOT_MET).pace
        >>> found.light.label(), found.is_met
        ('■ 滞后', False)
        """
        word = self.word.words
        return Pace(self.word.light, is_met=self.word is VerdictWord.MET, working=Words(f"评判为{word.zh}", f"judged {word.en}"))
