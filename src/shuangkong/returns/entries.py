"""What stands in the cells of a return (填报内容): a figure, a text, 不适用, or nothing; three different things."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.returns.form import CellKey

NOT_APPLICABLE = "不适用"


@dataclass(frozen=True, slots=True)
class Entry:
    """One filled cell (填报值): a number, or a text (choice, date in ISO form), or 不适用. An empty cell has no entry.

    Examples
    --------
    >>> Entry(number=Decimal("12.50")).stored(), Entry(is_not_applicable=True).stored()
    ('12.50', '不适用')
    """

    number: Decimal | None = None
    text: str = ""
    is_not_applicable: bool = False

    def stored(self) -> str:
        """Return the one text it is kept and sealed as (存储形式)."""
        if self.is_not_applicable:
            return NOT_APPLICABLE
        return self.text if self.number is None else format(self.number, "f")


Entries = Mapping[CellKey, Entry]
