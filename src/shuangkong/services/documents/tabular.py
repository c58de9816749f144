"""The one tolerant reader of tables: CSV as Excel and WPS in China write it, and xlsx.

The content of a file decides what it is, never its name. What can be read safely is read, with a notice; what cannot is
refused with the way out. Faults of single rows do not stop the reading: the caller reports them together with its own.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.text import narrow, number_in
from shuangkong.services.documents.content import decoded, read_content

SIZE_LIMIT_MB = 20
UNPACKED_LIMIT_MB = 200
ROW_LIMIT = 200_000
COLUMN_LIMIT = 1_000
FAULTS_SHOWN = 200

_SAVE_AS = Words("用 Excel 或 WPS 另存为 .xlsx 或 CSV 后重试", "save it as .xlsx or CSV in Excel or WPS and try again")
_DELIMITERS = ",\t;，；"
_FORMULA = re.compile(rb"<f[ >]")
_WIDE_LETTER = re.compile("[０-９Ａ-Ｚａ-ｚ]")


class UnreadableTable(Refusal):
    """The file is no table that can be read (表格无法读取)."""

    def __init__(self, path: Path, rule: Words, remedy: Words | None = None) -> None:
        super().__init__(thing=Words("文件", "file"), value=path.name or str(path), rule=rule, remedy=remedy or _SAVE_AS)


@dataclass(frozen=True, slots=True)
class Column:
    """A column the caller wants (列): its key, printed name, other headers accepted, and what must stand in it.

    `numeric` only makes the reader notice thousands separators and odd signs; the figure is read by `Row.number`.
    """

    key: str
    name: Words
    aliases: tuple[str, ...] = ()
    required: bool = True
    numeric: bool = False

    def headers(self) -> Iterator[str]:
        """Yield every header that means this column."""
        yield from (self.key, *self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table (行): its number in the file, the header being in row 1, and its cells by column key."""

    number_in_file: int
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")

    def number(self, key: str) -> Decimal | None:
        """Return the cell as a number, None when it is none."""
        return number_in(self[key])

    @property
    def place(self) -> Words:
        """Where the row stands, for a fault."""
        return row_place(self.number_in_file)


@dataclass(frozen=True, slots=True)
class Table:
    """What was read (表): rows, the columns found, notices for stderr, and the faults of single rows."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    notices: tuple[Words, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def notice(self) -> Words | None:
        """All notices as one line, None when there is nothing to say."""
        if not self.notices:
            return None
        return Words("；".join(each.zh for each in self.notices), "; ".join(each.en for each in self.notices))

    def refuse_if_faulty(self, more: Iterable[Fault] = ()) -> None:
        """Raise `InputRefused` with the faults of rows and those of the caller; long lists are cut, and say so."""
        faults = (*self.faults, *more)
        if len(faults) > FAULTS_SHOWN:
            rest = len(faults) - FAULTS_SHOWN
            faults = (*faults[:FAULTS_SHOWN], Fault(
                Words("问题总数", "number of faults"), str(len(faults)),
                Words(f"另有 {rest} 处未列出", f"{rest} more are not listed"),
                Words("先改正以上各处", "mend the ones above first"),
            ))
        if faults:
            raise InputRefused(faults)


def row_place(number: int) -> Words:
    """Return the words for a row of the file."""
    return Words(f"第{number}行", f"row {number}")


def read_table(path: Path | str, *, columns: Sequence[Column], unknown: Literal["refuse", "ignore"] = "ignore") -> Table:
    """Read a CSV or xlsx table with one header row (读表).

    Parameters
    ----------
    path : Path or str
        UTF-8, GBK, UTF-16 text separated by commas, tabs or semicolons, or an xlsx workbook (first sheet with content).
    columns : sequence of Column
        Columns wanted; headers are matched without regard to case, width, blanks and underscores.
    unknown : "refuse" or "ignore"
        What to do with headers of no wanted column; ignored ones are named in a notice.

    Returns
    -------
    Table
        Blank rows are left out; cells are stripped text, "" when blank. Faults of single rows are carried along.

    Raises
    ------
    UnreadableTable
        If the file is missing, empty, too large or not a table.
    InputRefused
        If the header is missing, merged, doubled or lacks a required column.
    """
    path = Path(path)
    return _table(path, _sheet(path), columns, unknown)


def read_header(path: Path | str) -> tuple[str, ...]:
    """Return the first filled row of a table as printed (表头), for callers whose columns depend on it.

    Raises
    ------
    UnreadableTable
        If the file is missing, empty, too large or not a table.
    """
    return next((tuple(cells) for _, cells in _sheet(Path(path)).rows if any(cells)), ())


@dataclass(slots=True)
class _Sheet:
    """Cells as text, before the header is understood; `broken` holds faults that end the reading."""

    rows: list[tuple[int, list[str]]]
    notices: list[Words]
    faults: list[Fault]


def _sheet(path: Path) -> _Sheet:
    raw = read_content(path, limit_mb=SIZE_LIMIT_MB, refuse=UnreadableTable)
    return _workbook_rows(path, raw) if raw.startswith(b"PK\x03\x04") else _text_rows(path, raw)


def _text_rows(path: Path, raw: bytes) -> _Sheet:
    read = decoded(raw)
    if read is None:
        raise UnreadableTable(path, Words("是二进制内容，不是表格", "is binary, not a table"))
    text, notices = read
    if not text.strip():
        raise UnreadableTable(path, Words("文件为空", "is empty"), Words("填写表头和数据行", "write a header and rows"))
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max(_DELIMITERS, key=lambda mark: re.sub(r'"[^"]*"', "", first).count(mark))
    rows: list[tuple[int, list[str]]] = []
    faults: list[Fault] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            _within_limits(path, number, cells)
            rows.append((number, [cell.strip() for cell in cells]))
    except csv.Error as trouble:
        faults.append(Fault(
            Words("行", "row"), str(trouble), Words("引号不成对或单元格过长", "has unpaired quotes or an overlong cell"),
            Words("改正该行的引号", "mend the quotes of the row"), row_place(number + 1),
        ))
    return _Sheet(rows, notices, faults)


def _workbook_rows(path: Path, raw: bytes) -> _Sheet:
    import openpyxl  # slow to load, and most tables are text

    unreadable = UnreadableTable(path, Words("不是可读的 .xlsx 工作簿", "is not a readable .xlsx workbook"))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableTable(path, Words("实为压缩包或 Word 文档，不是表格", "is an archive or a Word document, not a table"))
            if sum(item.file_size for item in archive.infolist()) > UNPACKED_LIMIT_MB * 1024 * 1024:
                raise UnreadableTable(path, Words(f"展开后超过 {UNPACKED_LIMIT_MB} MB 的上限", f"unpacks to more than {UNPACKED_LIMIT_MB} MB"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    except UnreadableTable:
        raise
    except Exception:  # openpyxl raises many unrelated types on a damaged workbook
        raise unreadable from None
    filled = [sheet for sheet in workbook.worksheets if any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row)]
    if not filled:
        raise UnreadableTable(path, Words("工作簿为空", "is an empty workbook"), Words("填写表头和数据行", "write a header and rows"))
    sheet = next((sheet for sheet in filled if sheet.sheet_state == "visible"), filled[0])
    faults = [
        Fault(
            Words("单元格", "cells"), str(merged), Words("是合并单元格，无法逐行读取", "are merged and cannot be read row by row"),
            Words("取消合并，每格填写自己的内容", "unmerge them and fill each cell"), Words(f"工作表“{sheet.title}”", f"sheet {sheet.title}"),
        )
        for merged in sorted(map(str, sheet.merged_cells.ranges))
    ]
    faults += _uncomputed(raw, sheet)
    if faults:
        raise InputRefused(faults)
    rows = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        _within_limits(path, number, cells)
        rows.append((number, [_cell_text(cell) for cell in cells]))
    notices = []
    if len(filled) > 1:
        notices.append(Words(f"只读取工作表“{sheet.title}”，其余 {len(filled) - 1} 张未读", f"only sheet {sheet.title} is read, {len(filled) - 1} more are not"))
    return _Sheet(rows, notices, [])


def _uncomputed(raw: bytes, sheet: Any) -> list[Fault]:
    """Return formulas whose result the file does not hold: read as they are, their cells would pass for blank."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if not any(_FORMULA.search(archive.read(name)) for name in archive.namelist() if name.startswith("xl/worksheets/")):
            return []
    import openpyxl  # on demand, as above

    written = openpyxl.load_workbook(io.BytesIO(raw))[sheet.title]
    return [
        Fault(
            Words("公式", "formula"), str(cell.value), Words("没有保存计算结果", "has no saved result"),
            Words("在 Excel 或 WPS 中打开并保存，或粘贴为数值", "open and save it in Excel or WPS, or paste the figure"),
            Words(f"第{cell.row}行 {cell.coordinate}", f"row {cell.row}, {cell.coordinate}"),
        )
        for row in written.iter_rows() for cell in row
        if cell.data_type == "f" and sheet[cell.coordinate].value is None
    ][:FAULTS_SHOWN]  # fmt: skip


def _within_limits(path: Path, number: int, cells: Sequence[object]) -> None:
    if number > ROW_LIMIT:
        raise UnreadableTable(
            path, Words(f"超过 {ROW_LIMIT} 行的上限", f"has more than {ROW_LIMIT} rows"), Words("分成几个文件", "split it into several files"),
        )
    width = sum(cell not in (None, "") for cell in cells) if len(cells) > COLUMN_LIMIT else 0
    if width > COLUMN_LIMIT:
        raise UnreadableTable(
            path, Words(f"第{number}行有 {width} 格，超过 {COLUMN_LIMIT} 列的上限", f"has {width} cells in row {number}, more than {COLUMN_LIMIT} columns"),
            Words("核对是否选错文件", "check that it is the right file"),
        )  # fmt: skip


def _cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return format(cell, ".15g")  # what Excel itself keeps and shows; the binary tail beyond is noise
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _folded(header: str) -> str:
    return re.sub(r"[\s_\-\ufeff]", "", narrow(header)).casefold()


def _table(path: Path, sheet: _Sheet, columns: Sequence[Column], unknown: str) -> Table:
    filled = [(number, cells) for number, cells in sheet.rows if any(cells)]
    if not filled:
        raise InputRefused(sheet.faults or UnreadableTable(path, Words("没有任何内容", "has no content")).faults)
    (header_row, header), *body = filled
    positions, notices = _positions(header, row_place(header_row), columns, unknown, [cells for _, cells in body])
    if not body and not sheet.faults:
        raise UnreadableTable(path, Words("只有表头，没有数据行", "has a header and no rows"), Words("填写数据行", "write rows"))
    faults = [*_overlong(body, len(header)), *sheet.faults]
    wide = False
    rows = []
    for number, cells in body:
        found = {column.key: cells[index] if index < len(cells) else "" for column, index in positions}
        wide = wide or any(_is_odd(found[column.key], column) for column, _ in positions)
        rows.append(Row(number, found))
    if wide:
        notices.append(Words("全角字符、千位分隔符已按普通数字和字母读取", "full-width characters and thousands separators read as plain ones"))
    return Table(tuple(rows), tuple(column.key for column, _ in positions), (*sheet.notices, *notices), tuple(faults))


def _is_odd(cell: str, column: Column) -> bool:
    """Tell whether a cell was read as something other than it is written."""
    if column.numeric:
        return (not cell.isascii() or "," in cell) and number_in(cell) is not None
    return _WIDE_LETTER.search(cell) is not None


def _overlong(body: Sequence[tuple[int, list[str]]], width: int) -> Iterator[Fault]:
    for number, cells in body:
        if any(cells[width:]):
            yield Fault(
                Words("行", "row"), ",".join(cells),
                Words(f"有 {len(cells)} 格，表头只有 {width} 列", f"has {len(cells)} cells under {width} headers"),
                Words("删去多余的格；带千位分隔的数字加引号", "remove the extra cells; put numbers with separators in quotes"), row_place(number),
            )


def _positions(
    header: Sequence[str], place: Words, columns: Sequence[Column], unknown: str, body: Sequence[Sequence[str]]
) -> tuple[list[tuple[Column, int]], list[Words]]:
    meant = {_folded(name): column for column in columns for name in column.headers()}
    found: dict[str, tuple[Column, int]] = {}
    faults: list[Fault] = []
    others: list[str] = []
    for index, printed in enumerate(header):
        column = meant.get(_folded(printed))
        if column is None and not printed:
            if any(index < len(cells) and cells[index] for cells in body):
                faults.append(_header_fault(f"第{index + 1}列", Words("表头为空，下面却有内容", "is blank above filled cells"), place))
        elif column is None:
            others.append(printed)
        elif column.key in found:
            faults.append(_header_fault(printed, Words(f"与“{header[found[column.key][1]]}”重复", f"repeats {header[found[column.key][1]]}"), place))
        else:
            found[column.key] = (column, index)
    if others and unknown == "refuse":
        faults.extend(_header_fault(each, Words("不是本表的列", "is no column of this table"), place) for each in others)
    missing = [column for column in columns if column.required and column.key not in found]
    if missing:
        zh, en = "、".join(f"{each.key}（{each.name.zh}）" for each in missing), ", ".join(each.key for each in missing)
        faults.append(_header_fault(",".join(header), Words(f"缺少列 {zh}", f"lacks {en}"), place))
    if faults:
        raise InputRefused(faults)
    notices = [Words(f"未使用的列：{'、'.join(others)}", f"columns not used: {', '.join(others)}")] if others else []
    return list(found.values()), notices


def _header_fault(value: str, rule: Words, place: Words) -> Fault:
    return Fault(
        Words("表头", "header"), value, rule, Words("第一行写列名，每列一个，不合并、不重复", "name each column once in the first row, unmerged"), place
    )
