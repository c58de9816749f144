"""Reads the workbook of a return back (回读): by its markers, each cell by itself, and writes nothing.

A sheet is known by the marker on it, a column and a row by theirs, so renamed, moved and sorted sheets read the same. What belongs to
another return is refused whole; a cell that cannot be taken is rejected alone, and the rest goes on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, islice

from openpyxl.utils import get_column_letter

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.returns.entries import Entries
from shuangkong.returns.form import Cell, CellKey, EntryKind, Form, Table, TableKind
from shuangkong.services.documents.return_workbook.found import (
    CellReading,
    WorkbookReading,
    as_prefilled,
    reading_of,
    rejected,
)
from shuangkong.services.documents.return_workbook.markers import (
    COLUMNS,
    MARKER_ROWS,
    NAME,
    NO_CELL,
    SheetIdentity,
    column_code,
    row_code,
)
from shuangkong.services.documents.untrusted_workbook import CELL_LIMIT
from shuangkong.services.documents.workbook_values import Sheet, UntrustedWorkbook, Value, ValueKind, open_workbook

_ANEW = Words("重新下载模板，把数值粘贴进去后上传", "download the template anew, paste the values into it and upload that")
_VALUES_ONLY = Words("复制后在原处“选择性粘贴—数值”", "copy it and paste values only in its place")
_SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119: a plain number in a date cell that Excel means as a day
_LOST_DIGITS = Decimal(10) ** 15  # Excel keeps 15 digits: a longer number in a text cell has lost its end
_NONE: Entries = {}
_BLANK = Value(ValueKind.TEXT, "")
Cells = Mapping[int, Value]


def read_return_workbook(
    content: bytes, *, form: Form, organisation_code: str, period: Period, entries: Entries, prefilled: Entries = _NONE, name: str = ""
) -> WorkbookReading:
    """Read the workbook of a return against what stands in it now (回读填报工作簿).

    Parameters
    ----------
    content : bytes
        The file as uploaded.
    form, organisation_code, period
        The return it must belong to.
    entries : Entries
        What stands in the return now, for telling what changes.
    prefilled : Entries
        What the template showed in empty inputs: left as it was, it is not taken for typed.
    name : str
        Name of the file, for refusals only.

    Returns
    -------
    WorkbookReading
        Every input cell found, with what it would become.

    Raises
    ------
    UnreadableWorkbook
        If it is no workbook that can be read safely.
    InputRefused
        If it has no marker, or belongs to another form, edition, organisation or period.
    """
    book = open_workbook(content, name=name)
    sheets = list(_marked(book))
    if not sheets:
        raise InputRefused([_lost(Words("模板标记", "marker"), name or "xlsx", Words("找不到，不是本系统的填报模板或标记已删", "is not found: no template of ours, or its marker was deleted"))])
    wanted = SheetIdentity(form=form.code, edition=form.edition, organisation=organisation_code, period=str(period), table="")
    foreign = [
        Fault(what, here, Words(f"与当前填报的“{there}”不符", f"is not that of this return, {there}"), remedy, _on(sheet))
        for sheet, identity in sheets
        for what, here, there, remedy in identity.differences(wanted)
    ]
    if foreign:
        raise InputRefused(dict.fromkeys(foreign))
    found = _Found(form, entries, prefilled, notices=list(book.notices))
    for table in form.tables:
        found.read_table(book, table, [sheet for sheet, identity in sheets if identity.table == table.code])
    return WorkbookReading(cells=tuple(found.cells), faults=tuple(found.faults), notices=tuple(found.notices))


def _marked(book: UntrustedWorkbook) -> Iterator[tuple[Sheet, SheetIdentity]]:
    for sheet in book.sheets:
        for number, cells in book.rows_of(sheet):
            if number > MARKER_ROWS:
                break
            identity = next((told for value in cells.values() if (told := SheetIdentity.parse(value.text)) is not None), None)
            if identity is not None:
                yield sheet, identity
                break


@dataclass(slots=True)
class _Found:
    """The result as it grows."""

    form: Form
    entries: Entries
    prefilled: Entries
    notices: list[Words]
    cells: list[CellReading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def read_table(self, book: UntrustedWorkbook, table: Table, sheets: list[Sheet]) -> None:
        what = Words(f"表“{table.name.zh}”", f"table {table.name.en}")
        if not sheets:
            self.notices.append(Words(f"文件中没有{what.zh}，原有内容不变", f"{what.en} is not in the file and stays as it is"))
        elif len(sheets) > 1:
            names = "、".join(sheet.name for sheet in sheets)
            self.faults.append(Fault(what, names, Words("有多张工作表，不知以哪张为准", "stands on several sheets"), Words("只留一张", "keep one of them")))
        else:
            _SheetReader(self, book, table, sheets[0]).read()


class _SheetReader:
    """Reads one table from one sheet."""

    def __init__(self, found: _Found, book: UntrustedWorkbook, table: Table, sheet: Sheet) -> None:
        self.found, self.book, self.table, self.sheet = found, book, table, sheet
        rows = book.rows_of(sheet)
        self.rows = dict(rows)
        self.merged = rows.merged
        self.covered: set[tuple[int, int]] = set()
        self.code_column = self.name_column = self.columns_row = 0
        self.columns: dict[str, int] = {}
        self.inputs: tuple[int, ...] = ()

    def read(self) -> None:
        if self.sheet.is_hidden:
            self.found.notices.append(Words(f"工作表“{self.sheet.name}”被隐藏，已照常读取", f"sheet {self.sheet.name} is hidden, and was read"))
        if not self._find_columns():
            return
        self.inputs = tuple(index for code, index in self.columns.items() if code not in {column.code for column in self.table.columns if column.formula})
        self.covered = set(islice(self._covered(), CELL_LIMIT))
        coded = list(self._coded_rows())
        if self.table.kind is TableKind.GRID:
            self._read_grid(coded)
        else:
            self._read_list(coded)

    def _find_columns(self) -> bool:
        """Find the hidden row that names the columns; say what is missing of it."""
        for number, cells in self.rows.items():
            at = next((index for index, value in cells.items() if value.text == COLUMNS), 0)
            if at:
                self.columns_row, self.code_column = number, at
                break
        else:
            self._tell(_lost(Words("隐藏的栏目标记行", "hidden row of columns"), self.table.name.zh, Words("已被删除，本表未读取", "was deleted, and the table is not read")))
            return False
        known = {column.code: column for column in self.table.columns}
        for index, value in self.rows[self.columns_row].items():
            code = column_code(value.text)
            if code in self.columns:
                self._tell(_lost(Words("栏目标记", "marker of a column"), code, Words("出现两次，以左边一栏为准", "is met twice; the left one counts")))
            elif code is not None and code in known:
                self.columns[code] = index
            elif value.text == NAME:
                self.name_column = index
        for code, column in known.items():
            if code not in self.columns and not column.formula:
                self._tell(_lost(Words("栏目", "column"), column.name.zh, Words("标记已被删除，本栏未读取，原有内容不变", "has lost its marker; it is not read and stays as it is")))
        return True

    def _covered(self) -> Iterator[tuple[int, int]]:
        """Yield the inputs that lie in merged cells and are not the first of them."""
        last = max(self.rows, default=0)
        for first_column, first_row, last_column, last_row in self.merged:
            columns = [index for index in self.columns.values() if first_column <= index <= last_column]
            for row in range(first_row, min(last_row, last) + 1) if columns else ():
                yield from ((row, column) for column in columns if (row, column) != (first_row, first_column))

    def _coded_rows(self) -> Iterator[tuple[int, Cells, str]]:
        """Yield the rows that may hold figures, with their code; "" where they have none."""
        for number, cells in self.rows.items():
            code = row_code(cells.get(self.code_column, _BLANK).text)
            if code is not None or (number > self.columns_row and self._has_content(cells)):
                yield number, cells, code or ""

    def _has_content(self, cells: Cells) -> bool:
        return any(index in cells for index in self.inputs)

    def _read_grid(self, coded: list[tuple[int, Cells, str]]) -> None:
        rows = {row.code: row for row in self.table.rows}
        names = {row.name.zh for row in self.table.rows} | {row.name.en for row in self.table.rows}
        seen: set[str] = set()
        for number, cells, code in coded:
            row = rows.get(code)
            printed = cells.get(self.name_column, _BLANK).text
            if row is None or code in seen:
                zh, en = ("行代码重复", "repeats the code of a row") if row else ("不是本表的行", "is no row of this table")
                self._tell_row(number, printed or code, Words(f"{zh}，未读取", f"{en}; not read"), Words("固定行的表不能加行；其他内容写在附件中", "rows cannot be added here; put the rest into an attachment"))
                continue
            seen.add(code)
            if printed in names - set(row.name):
                rule = Words(f"与隐藏的行代码（{row.name.zh}）对不上，可能只移动了部分列，未读取", f"does not fit the hidden code of the row ({row.name.en}); not read")
                self._tell_row(number, printed, rule, Words("整行移动，或重新下载模板", "move whole rows, or download the template anew"))
            else:
                self._read_row(number, cells, code)
        missing = [row.name.zh for row in self.table.rows if row.code not in seen]
        if missing:
            self._tell(_lost(Words("缺少的行", "missing rows"), "、".join(missing), Words("行或其标记已被删除，原有内容不变", "were deleted, or their markers; they stay as they are")))

    def _read_list(self, coded: list[tuple[int, Cells, str]]) -> None:
        most = self.table.max_rows
        standing = {int(key.row) for key in self.found.entries if key.table == self.table.code and key.row.isdecimal()}
        filled = [(number, cells, code) for number, cells, code in coded if self._has_content(cells)]
        taken = standing | {int(code) for _, _, code in filled if code.isdecimal()}
        top = max(taken, default=0)
        spare = chain(range(top + 1, most + 1), (number for number in range(1, min(top, most)) if number not in taken))
        seen: set[str] = set()
        beyond: list[int] = []
        for number, cells, code in coded:
            if not code.isdecimal() or not 1 <= int(code) <= most or code in seen:
                if not self._has_content(cells):
                    continue
                code = str(next(spare, ""))  # a row added, or copied with its code
            if not code:
                beyond.append(number)
                continue
            seen.add(code)
            self._read_row(number, cells, code)
        if beyond:
            rule = Words(f"超过本表 {most} 行的上限，共 {len(beyond)} 行未读取", f"is past the {most} rows of this table; {len(beyond)} rows are not read")
            self._tell_row(beyond[0], str(len(beyond)), rule, Words("合并或删去多余的行", "draw rows together or delete some"))
        for standing_row in sorted(standing):
            if str(standing_row) not in seen:
                self._read_row(0, {}, str(standing_row))

    def _read_row(self, number: int, cells: Cells, code: str) -> None:
        """Read the inputs of a row; a list's row that is gone from the sheet (number 0) is read as empty."""
        for column, index in self.columns.items():
            key = CellKey(self.table.code, code, column)
            cell, value = self.found.form.cell(key), cells.get(index, _BLANK)
            place = self._place(number, index)
            if cell is None:
                if value.text not in ("", NO_CELL):
                    self._tell(Fault(Words("不填的格", "cell left alone"), value.text, Words("此处不填报，未读取", "is not filled in; not read"), Words("清空此格", "empty it"), place))
                continue
            old = self.found.entries.get(key)
            said: str | Fault = ""
            if cell.is_computed:
                continue
            if (number, index) in self.covered:
                rule = Words("在合并单元格内，只有左上角的格算数", "lies in merged cells, of which only the first counts")
                said = Fault(cell.name, value.text, rule, Words("取消合并，每格填自己的数", "unmerge them and fill each by itself"))
            elif value.text:
                said = _text_of(cell, value)
            elif old is None:
                continue
            if isinstance(said, Fault):
                self.found.cells.append(rejected(cell, value.text, said, old=old, place=place))
                continue
            read = reading_of(cell, said, old=old, place=place)
            if old is not None or read.new is None or read.new != as_prefilled(cell, self.found.prefilled):
                self.found.cells.append(read)

    def _place(self, number: int, index: int) -> Words:
        name = self.sheet.name
        if not number:
            return Words(f"工作表“{name}”已删除的行", f"sheet {name}, a row that is gone")
        address = f"{get_column_letter(index)}{number}"
        return Words(f"工作表“{name}”{address}", f"sheet {name}, {address}")

    def _tell(self, fault: Fault) -> None:
        self.found.faults.append(fault if fault.where else fault.at(_on(self.sheet)))

    def _tell_row(self, number: int, value: str, rule: Words, remedy: Words) -> None:
        name = self.sheet.name
        where = Words(f"工作表“{name}”第{number}行", f"sheet {name}, row {number}")
        self.found.faults.append(Fault(Words("行", "row"), value, rule, remedy, where))


def _text_of(cell: Cell, value: Value) -> str | Fault:
    """Return what a value says as if it had been typed, or why it cannot."""
    match value.kind:
        case ValueKind.FORMULA:
            return Fault(cell.name, value.text, Words("是公式，不是数值", "is a formula, not a value"), _VALUES_ONLY)
        case ValueKind.ERROR if value.text != "#N/A":
            return Fault(cell.name, value.text, Words("是计算错误", "is an error"), Words("填写正确的数值", "give the right value"))
        case ValueKind.DATE if cell.kind is EntryKind.NUMBER:
            return Fault(cell.name, value.text, Words("被表格软件当成了日期", "was taken for a date"), Words("把格式改为“数值”后重填", "set the format to number and type it again"))
        case ValueKind.PERCENT if cell.kind is EntryKind.NUMBER:
            if cell.unit is not None and cell.unit.symbol == "%":
                return plain(Decimal(value.text) * 100)  # shown as 12 % and kept as 0.12: what is shown is meant
            return Fault(cell.name, value.text, Words("是百分数，本格的单位不是 %", "is a percentage, and the unit here is not %"), Words("把格式改为“数值”后重填", "set the format to number and type it again"))
        case ValueKind.NUMBER if cell.kind is EntryKind.DATE and "." not in value.text and int(value.text) in _SERIAL_DAYS:
            return (date(1899, 12, 30) + timedelta(days=int(value.text))).isoformat()
        case ValueKind.NUMBER if cell.kind is EntryKind.TEXT and abs(Decimal(value.text)) >= _LOST_DIGITS:
            return Fault(cell.name, value.text, Words("超过 15 位，末几位已被表格软件改为 0", "has more than 15 digits, of which a spreadsheet drops the last"), Words("把格式改为“文本”后重填", "set the format to text and type it again"))
        case _:
            return value.text


def _on(sheet: Sheet) -> Words:
    return Words(f"工作表“{sheet.name}”", f"sheet {sheet.name}")


def _lost(thing: Words, value: str, rule: Words) -> Fault:
    return Fault(thing, value, rule, _ANEW)
