"""Reads a block pasted from a spreadsheet into the grid of a return (粘贴): tabs between cells, lines between rows."""

import csv
import io

from shuangkong.kernel.faults import Fault, Refusal
from shuangkong.kernel.language import Words
from shuangkong.returns.entries import Entries
from shuangkong.returns.form import CellKey, Form, Table, TableKind
from shuangkong.services.documents.return_workbook.found import CellReading, WorkbookReading, reading_of
from shuangkong.services.documents.return_workbook.markers import NO_CELL
from shuangkong.services.documents.untrusted_workbook import ROW_LIMIT

PASTE_LIMIT_LETTERS = 2_000_000  # a full list of 2 000 rows and 20 columns is under half of it
_SMALLER = Words("分几次粘贴，或用 Excel 上传", "paste it in parts, or upload a workbook")


class PasteRefused(Refusal):
    """The block cannot be pasted (无法粘贴)."""

    def __init__(self, value: str, rule: Words, remedy: Words = _SMALLER) -> None:
        super().__init__(thing=Words("粘贴的内容", "pasted block"), value=value, rule=rule, remedy=remedy)


def read_pasted(text: str, *, form: Form, table: str, first_row: str, first_column: str, entries: Entries) -> WorkbookReading:
    """Read a block pasted at a cell against what stands in the return now (读取粘贴内容).

    Parameters
    ----------
    text : str
        As the clipboard gives it: cells with line breaks or tabs in quotes.
    table, first_row, first_column : str
        Codes of the cell pasted at; the block goes right and down from there, in the order of the form.
    entries : Entries
        What stands in the return now. A blank cell of the block empties the cell it falls on.

    Raises
    ------
    PasteRefused
        If the block is too large, or there is no such cell to paste at.
    """
    if len(text) > PASTE_LIMIT_LETTERS:
        raise PasteRefused(str(len(text)), Words(f"超过 {PASTE_LIMIT_LETTERS} 个字符", f"is longer than {PASTE_LIMIT_LETTERS} letters"))
    declared = next((one for one in form.tables if one.code == table), None)
    rows = [] if declared is None else _rows_from(declared, first_row)
    columns = [] if declared is None else _columns_from(declared, first_column)
    if not rows or not columns:
        named = f"{table}.{first_row}.{first_column}"
        raise PasteRefused(named, Words("不是本表的格", "is no cell of this return"), Words("选中要粘贴的格后重试", "select the cell to paste at and try again"))
    block = _block(text)
    if len(block) > ROW_LIMIT:
        raise PasteRefused(str(len(block)), Words(f"超过 {ROW_LIMIT} 行", f"has more than {ROW_LIMIT} rows"))
    cells: list[CellReading] = []
    faults: list[Fault] = list(_overhang(block, len(rows), len(columns)))
    skipped: list[str] = []
    for at_row, (row, line) in enumerate(zip(rows, block, strict=False), start=1):
        for at_column, (column, said) in enumerate(zip(columns, line, strict=False), start=1):
            cell = form.cell(CellKey(table, row, column))
            place = Words(f"粘贴内容第{at_row}行第{at_column}列", f"row {at_row}, column {at_column} of the block")
            if cell is None:
                if said.strip() not in ("", NO_CELL):
                    faults.append(Fault(Words("不填的格", "cell left alone"), said, Words("此处不填报，未读取", "is not filled in; not read"), Words("清空此格", "empty it"), place))
            elif cell.is_computed:
                skipped.append(cell.name.zh)
            elif said.strip() or cell.key in entries:
                cells.append(reading_of(cell, said, old=entries.get(cell.key), place=place))
    notices = [Words(f"计算栏 {len(skipped)} 格由系统计算，未读取：{'、'.join(skipped[:3])}{'等' if len(skipped) > 3 else ''}",
                     f"{len(skipped)} computed cells are worked out by the system and were passed over")] if skipped else []  # fmt: skip
    return WorkbookReading(cells=tuple(cells), faults=tuple(faults), notices=tuple(notices))


def _rows_from(table: Table, first: str) -> list[str]:
    if table.kind is TableKind.LIST:
        return [str(number) for number in range(int(first), table.max_rows + 1)] if first.isdecimal() and int(first) else []
    codes = [row.code for row in table.rows]
    return codes[codes.index(first) :] if first in codes else []


def _columns_from(table: Table, first: str) -> list[str]:
    codes = [column.code for column in table.columns]
    return codes[codes.index(first) :] if first in codes else []


def _block(text: str) -> list[list[str]]:
    """Return the cells; quotes that do not pair are letters like any other."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    try:
        return [line or [""] for line in csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)]
    except csv.Error:
        return [line.split("\t") for line in text.split("\n")]


def _overhang(block: list[list[str]], rows: int, columns: int) -> list[Fault]:
    """Say how much of the block lies outside the table."""
    remedy = Words("从更靠左上的格粘贴，或删去多余部分", "paste further up and left, or cut what is too much")
    faults = []
    below = sum(any(said.strip() for said in line) for line in block[rows:])
    if below:
        faults.append(Fault(Words("粘贴的行", "rows"), str(len(block)), Words(f"从此处到表尾只有 {rows} 行，{below} 行未读取", f"go {below} past the end of the table; they are not read"), remedy))
    beside = max((len(line) for line in block if any(said.strip() for said in line[columns:])), default=0) - columns
    if beside > 0:
        faults.append(Fault(Words("粘贴的列", "columns"), str(columns + beside), Words(f"从此处到右边只有 {columns} 列，{beside} 列未读取", f"go {beside} past the last column; they are not read"), remedy))
    return faults
