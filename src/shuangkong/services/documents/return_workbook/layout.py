"""Where things stand in the template of a return (版式): worked out before anything is written, so that formulas can point across sheets."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from shuangkong.kernel.language import Language
from shuangkong.returns.entries import Entries
from shuangkong.returns.form import Cell, CellKey, Column, EntryKind, Form, Table, TableKind

MARKER_ROW, TITLE_ROW, FILER_ROW, NOTE_ROW, GROUP_ROW, HEADER_ROW, COLUMNS_ROW, FIRST_ROW = range(1, 9)
CODE_COLUMN, NUMBER_COLUMN, NAME_COLUMN = 1, 2, 3
BLANK_LIST_ROWS = 50  # prepared with a border; more may be added below without asking
_TITLE_LIMIT = 31  # Excel's own
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """The places of one table (表页版式): input columns side by side, so that a block can be pasted; the period before to their right."""

    title: str
    table: Table
    rows: tuple[str, ...]
    has_units: bool
    previous: tuple[Column, ...]

    @property
    def first_input(self) -> int:
        """The first column that is filled in."""
        if self.table.kind is TableKind.LIST:
            return NUMBER_COLUMN + 1
        return NAME_COLUMN + 1 + self.has_units

    @property
    def last_input(self) -> int:
        """The last column that is filled in."""
        return self.first_input + len(self.table.columns) - 1

    @property
    def last_column(self) -> int:
        """The last column with anything in it."""
        return self.last_input + len(self.previous)

    @property
    def last_row(self) -> int:
        """The last row prepared."""
        return FIRST_ROW + len(self.rows) - 1

    def address(self, key: CellKey, *, is_previous: bool = False) -> str | None:
        """Return where a cell stands on this sheet; None where it does not."""
        columns = [column.code for column in (self.previous if is_previous else self.table.columns)]
        if key.row not in self.rows or key.column not in columns:
            return None
        first = self.last_input + 1 if is_previous else self.first_input
        return f"{get_column_letter(first + columns.index(key.column))}{FIRST_ROW + self.rows.index(key.row)}"


def layouts(form: Form, *, entries: Entries, previous: Entries, language: Language) -> dict[str, SheetLayout]:
    """Return the layout of every table, by its code (全表版式)."""
    taken: set[str] = set()
    return {table.code: _layout(form, table, entries, previous, _title(table.name.in_language(language), taken)) for table in form.tables}


def cell_at(form: Form, table: Table, row: str, column: Column) -> Cell | None:
    """Return the cell of a row and column, None where the form has none (×)."""
    return form.cell(CellKey(table.code, row, column.code))


def common_unit(cells: Iterable[Cell | None]) -> str | None:
    """Return the symbol of the unit that all the figures share; "" where there is no unit, None where they differ."""
    symbols = {cell.unit.symbol if cell.unit else "" for cell in cells if cell is not None and cell.kind is EntryKind.NUMBER}
    return None if len(symbols) > 1 else next(iter(symbols), "")


def _layout(form: Form, table: Table, entries: Entries, previous: Entries, title: str) -> SheetLayout:
    if table.kind is TableKind.LIST:
        filled = [int(key.row) for key in entries if key.table == table.code and key.row.isdecimal()]
        rows = tuple(str(number) for number in range(1, min(table.max_rows, max(filled, default=0) + BLANK_LIST_ROWS) + 1))
        return SheetLayout(title=title, table=table, rows=rows, has_units=False, previous=())
    is_known = any(key.table == table.code for key in previous)
    shown = tuple(column for column in table.columns if column.kind is EntryKind.NUMBER) if is_known else ()
    has_units = any(common_unit(cell_at(form, table, row.code, column) for row in table.rows) is None for column in table.columns)
    return SheetLayout(title=title, table=table, rows=tuple(row.code for row in table.rows), has_units=has_units, previous=shown)


def _title(name: str, taken: set[str]) -> str:
    """Return a name of a sheet that Excel accepts and that is not taken; adds it to those taken."""
    plain = _FORBIDDEN.sub(" ", name).strip() or "表"
    candidates: Sequence[str] = [plain[:_TITLE_LIMIT], *(f"{plain[: _TITLE_LIMIT - 4]} {number}" for number in range(2, 100))]
    title = next(one for one in candidates if one.casefold() not in taken)
    taken.add(title.casefold())
    return title
