"""What a workbook or a paste would do to a return (预检结果): cell by cell, before anything is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.returns.entries import Entries, Entry, entry_from
from shuangkong.returns.form import Cell, CellKey
from shuangkong.services.documents.neutral_text import restored


class Change(Enum):
    """What becomes of a cell (变化)."""

    UNCHANGED = Words("不变", "unchanged")
    CHANGED = Words("修改", "changed")
    ADDED = Words("新增", "added")
    REMOVED = Words("清空", "removed")
    REJECTED = Words("未通过", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReading:
    """One cell as found (单元格预检): where, what stood there, the entry before and the one it would become, or what is wrong."""

    key: CellKey
    name: Words
    place: Words
    value: str
    old: Entry | None
    new: Entry | None
    fault: Fault | None = None

    @property
    def change(self) -> Change:
        """What becomes of the cell."""
        if self.fault is not None:
            return Change.REJECTED
        if self.old == self.new:
            return Change.UNCHANGED
        return Change.ADDED if self.old is None else Change.REMOVED if self.new is None else Change.CHANGED


@dataclass(frozen=True, kw_only=True)
class WorkbookReading:
    """Everything found (预检): the cells, faults that belong to no single cell, and notices of what was left aside."""

    cells: tuple[CellReading, ...]
    faults: tuple[Fault, ...] = ()
    notices: tuple[Words, ...] = ()

    @cached_property
    def changes(self) -> Mapping[CellKey, Entry | None]:
        """What the caller writes when it is confirmed: by cell the new entry, None where the cell is emptied."""
        return {cell.key: cell.new for cell in self.cells if cell.change not in (Change.UNCHANGED, Change.REJECTED)}

    @cached_property
    def rejected(self) -> tuple[CellReading, ...]:
        """The cells that cannot be taken."""
        return tuple(cell for cell in self.cells if cell.fault is not None)

    @cached_property
    def counts(self) -> Mapping[Change, int]:
        """How many cells of each change."""
        counted = Counter(cell.change for cell in self.cells)
        return {change: counted[change] for change in Change}

    @property
    def is_clean(self) -> bool:
        """Whether nothing was rejected."""
        return not self.rejected and not self.faults


def as_prefilled(cell: Cell, prefilled: Entries) -> Entry | None:
    """Return what stands in an empty input, rounded as the cell shows it (预填值): what is shown is what comes back."""
    entry = prefilled.get(cell.key)
    if entry is None or entry.number is None:
        return entry
    return Entry(number=round_gbt8170(entry.number, cell.decimals))


def reading_of(cell: Cell, text: str, *, old: Entry | None, place: Words) -> CellReading:
    """Return what a text would do to a cell (读一格)."""
    read = entry_from(cell, restored(text))
    if isinstance(read, Fault):
        return rejected(cell, text, read, old=old, place=place)
    return CellReading(key=cell.key, name=cell.name, place=place, value=text, old=old, new=read)


def rejected(cell: Cell, text: str, fault: Fault, *, old: Entry | None, place: Words) -> CellReading:
    """Return a cell that cannot be taken, with what is wrong (未通过的单元格)."""
    return CellReading(key=cell.key, name=cell.name, place=place, value=text, old=old, new=None, fault=replace(fault, where=place))
