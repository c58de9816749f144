"""Where a figure comes from: its citation, its grade, and the working that made it."""

from dataclasses import dataclass, field
from enum import Enum

from shuangkong.kernel.language import Words


class DataGrade(Enum):
    """How a figure was obtained (数据等级)."""

    MEASURED = "实测"
    REPORTED = "填报"
    ESTIMATED = "估算"
    SUBSTITUTED = "替代"
    SIMULATED = "模拟"

    @property
    def words(self) -> Words:
        """The grade as it is shown."""
        return Words(self.value, self.name.lower())


class Confidence(Enum):
    """How well a rule is known (依据可信程度)."""

    PUBLISHED = "已见公开文本"
    SECONDARY = "转引"
    DERIVED = "推算"
    MEMORY = "凭记忆待核"
    DESIGN = "本系统设计"


@dataclass(frozen=True, slots=True)
class Citation:
    """A document and its clause (依据): title or number, clause, where it was read."""

    document: str
    clause: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()


@dataclass(frozen=True, slots=True)
class Trace:
    """The working of one computed figure (计算过程), a tree.

    `label` names the step, `formula` is the general form, `working` the same with the figures put in, `result` the
    outcome as printed. `rules` are the dated parameters used, as their paths; `parts` the steps below.
    """

    label: str
    formula: str
    working: str
    result: str
    rules: tuple[str, ...] = ()
    parts: tuple["Trace", ...] = field(default=())

    def text(self, indent: int = 0) -> str:
        """Return the tree as indented lines.

        Examples
        --------
        >>> print(Trace("能耗强度", "E ÷ G", "100 ÷ 200", "0.5 tce/万元").text())
        能耗强度 = E ÷ G = 100 ÷ 200 = 0.5 tce/万元
        """
        steps = [step for step in (self.formula, self.working, self.result) if step]
        line = "  " * indent + self.label + " = " + " = ".join(steps)
        return "\n".join([line, *(part.text(indent + 1) for part in self.parts)])
