"""Two contents of a return held side by side (比对): cell by cell, in the order of the form."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import Cell, CellKey, Form


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that two contents hold differently (差异); `change` and `change_pct` where both are figures."""

    cell: Cell
    before: Entry | None
    after: Entry | None

    @property
    def change(self) -> Decimal | None:
        """After less before. [unit of the cell]"""
        return change(self.before, self.after)

    @property
    def change_pct(self) -> Decimal | None:
        """The change against what was. [%]"""
        return change_pct(self.before, self.after)

    @property
    def change_text(self) -> str:
        """The change as it is shown."""
        return change_text(self.cell, self.before, self.after)

    @property
    def before_text(self) -> str:
        """What was, as it is shown."""
        return entry_text(self.cell, self.before)

    @property
    def after_text(self) -> str:
        """What is, as it is shown."""
        return entry_text(self.cell, self.after)


def change(before: Entry | None, after: Entry | None) -> Decimal | None:
    """Return after less before, None where either is no figure (变化幅度)."""
    if before is None or after is None or before.number is None or after.number is None:
        return None
    return after.number - before.number


def change_pct(before: Entry | None, after: Entry | None) -> Decimal | None:
    """Return the change against what was, None where there is none or it was nought (变化率). [%]"""
    moved = change(before, after)
    if moved is None or before is None or not before.number:
        return None
    return 100 * moved / abs(before.number)


def entry_text(cell: Cell, entry: Entry | None) -> str:
    """Return what stands in a cell as it is shown (单元格显示): what was typed exactly, what was worked out rounded as the form says."""
    if entry is None:
        return ""
    if entry.number is None:
        return entry.stored()
    figure = _rounded(cell, entry.number)
    return f"{Decimal(plain(figure)) if cell.prefill else figure:,f}"  # a coefficient is said as it is printed, without noughts behind it


def change_text(cell: Cell, before: Entry | None, after: Entry | None) -> str:
    """Return a change as it is shown beside the input: `+12.5 (+3.1%)` (变化显示)."""
    moved, share = change(before, after), change_pct(before, after)
    if moved is None:
        return ""
    said = signed(f"{_rounded(cell, moved):,f}")
    return said if share is None else f"{said} ({signed(format(round_gbt8170(share, 1), ',f'))}%)"


def _rounded(cell: Cell, figure: Decimal) -> Decimal:
    return round_gbt8170(figure, cell.decimals) if cell.is_computed or cell.prefill else figure


def signed(figure: str) -> str:
    """Return a figure with its sign, as screens write it (带符号)."""
    return figure.replace("-", "−") if figure.startswith("-") else figure if not figure.strip("0.") else f"+{figure}"


def differences(form: Form, before: Mapping[CellKey, Entry], after: Mapping[CellKey, Entry]) -> Iterator[Difference]:
    """Yield the cells that two contents hold differently (差异)."""
    for key in sorted({*before, *after}, key=_order(form)):
        cell = form.cell(key)
        if cell is not None and before.get(key) != after.get(key):
            yield Difference(cell, before.get(key), after.get(key))


def _order(form: Form) -> Callable[[CellKey], tuple[int, int, CellKey]]:
    places = {key: number for number, key in enumerate(form.fixed_cells)}
    return lambda key: (places.get(key, len(places)), int(key.row) if key.row.isdecimal() else 0, key)
