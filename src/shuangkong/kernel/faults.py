"""What is wrong with an input, said so that the reader can mend it.

A fault names the place, the thing, its value, the rule it breaks and the remedy. Readers of files collect every fault
and raise one `InputRefused` with all of them; a function that cannot go on raises a subclass named after the trouble.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shuangkong.kernel.language import Language, Words


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong (问题): where, what, its value, the rule, the remedy."""

    thing: Words
    value: str
    rule: Words
    remedy: Words
    where: Words | None = None

    def at(self, where: Words) -> "Fault":
        """Return the same fault, placed: a row, a cell, a file."""
        return Fault(thing=self.thing, value=self.value, rule=self.rule, remedy=self.remedy, where=where)

    def line(self, language: Language = "zh") -> str:
        """Return the fault on one line.

        Examples
        --------
        >>> Fault(Words("品种", "carrier"), "原媒", Words("不在折标系数表中", "not in the table"),
        ...       Words("改为“原煤”", "write 原煤"), Words("第3行", "row 3")).line()
        '第3行：品种“原媒”——不在折标系数表中；改为“原煤”'
        """
        value = " ".join(self.value.split())
        shown = value if len(value) <= 60 else value[:57] + "..."
        if language == "zh":
            place = f"{self.where.zh}：" if self.where else ""
            return f"{place}{self.thing.zh}“{shown}”——{self.rule.zh}；{self.remedy.zh}"
        place = f"{self.where.en}: " if self.where else ""
        return f"{place}{self.thing.en} '{shown}': {self.rule.en}; {self.remedy.en}"


class InputRefused(ValueError):
    """The input cannot be used; carries every fault found (输入不可用)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(fault.line() for fault in self.faults))


class Refusal(InputRefused):
    """Base of the named exceptions of the domain: one fault each."""

    def __init__(self, *, thing: Words, value: object, rule: Words, remedy: Words) -> None:
        super().__init__([Fault(thing=thing, value=str(value), rule=rule, remedy=remedy)])
