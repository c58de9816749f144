"""The list of points, limits and devices as a workbook (监测清单工作簿): written to be filled in, and read back row by row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.neutral_text import restored
from shuangkong.services.documents.official_workbook import Cover, WorkbookSheet, official_workbook
from shuangkong.services.documents.workbook_values import UntrustedWorkbook, Value, ValueKind, open_workbook

_HEADER_ROWS = 20  # a heading stands above the names of the columns; people put notes there
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListSheet:
    """A sheet of the list (清单工作表): its key and name, its columns by key; the first column tells the thing."""

    key: str
    name: Words
    columns: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row as it was filled in (清单行)."""

    sheet: ListSheet
    number: int
    cells: Cells
    faults: tuple[Fault, ...]

    @property
    def place(self) -> Words:
        """Where it stands."""
        return Words(f"{self.sheet.name.zh} 第{self.number}行", f"{self.sheet.name.en} row {self.number}")


def monitoring_workbook(sheets: Sequence[ListSheet], rows: Mapping[str, Iterable[Cells]], *, notes: Sequence[Words], told_on: date, language: Language) -> bytes:
    """Return the list to be filled in, with what is registered already (监测清单).

    Parameters
    ----------
    sheets : sequence of ListSheet
        In order.
    rows : mapping of str to iterable of cells
        What stands already, by key of the sheet.
    notes : sequence of Words
        For the cover.
    told_on : date
        Date of the file.
    language : Language
        Of the headings; both are read back.
    """

    def said(words: Words) -> str:
        return words.in_language(language)

    title = said(Words("监测点、限值和设备清单", "List of points, limits and devices"))
    told = [
        WorkbookSheet(
            said(one.name), said(one.name), [said(name) for name in one.columns.values()],
            [[cells.get(key, "") for key in one.columns] for cells in rows.get(one.key, ())], widest=24,
        ) for one in sheets
    ]  # fmt: skip
    cover = Cover(said(Words("说明", "Notes")), [(title, ""), *((str(number), said(note)) for number, note in enumerate(notes, start=1))])
    return official_workbook(cover, told, title=title, author="shuangkong", told_on=told_on, language=language)


def read_monitoring_workbook(content: bytes, sheets: Sequence[ListSheet], *, name: str = "") -> list[ListRow]:
    """Return the filled rows of every sheet of the list (回读监测清单).

    Raises
    ------
    UnreadableWorkbook
        If it is no workbook that can be read safely.
    InputRefused
        If no sheet is one of the list.
    """
    book = open_workbook(content, name=name)
    found: list[ListRow] = []
    known = False
    for sheet in sheets:
        for held in book.sheets:
            if normalize("NFKC", held.name).strip() in sheet.name:
                known = True
                found += _rows_of(book, held, sheet)
    if not known:
        names = Words("、".join(one.name.zh for one in sheets), ", ".join(one.name.en for one in sheets))
        rule = Words(f"没有名为“{names.zh}”的工作表", f"has no sheet named {names.en}")
        raise InputRefused([Fault(Words("文件", "file"), name or ".xlsx", rule, Words("下载清单模板，填好后上传", "download the list, fill it in and upload that"))])
    return found


def _rows_of(book: UntrustedWorkbook, held: object, sheet: ListSheet) -> Iterable[ListRow]:
    headers = {normalize("NFKC", text).strip(): key for key, name in sheet.columns.items() for text in (key, *name)}
    columns: dict[int, str] = {}
    first = next(iter(sheet.columns))
    for number, cells in book.rows_of(held):  # type: ignore[arg-type]  # a sheet of this book
        if not columns:
            told = {column: headers[text] for column, value in cells.items() if (text := normalize("NFKC", value.text).strip()) in headers}
            if first in told.values() and len(told) > 1:
                columns = told
            elif number > _HEADER_ROWS:
                raise InputRefused([_no_header(sheet)])
            continue
        told_cells = {columns[column]: _text(value) for column, value in cells.items() if column in columns}
        if any(told_cells.values()):
            faults = tuple(_unusable(sheet.columns[columns[column]], value) for column, value in cells.items() if column in columns and value.kind in _UNUSABLE)
            yield ListRow(sheet, number, told_cells, faults)
    if not columns:
        raise InputRefused([_no_header(sheet)])


_UNUSABLE = (ValueKind.FORMULA, ValueKind.ERROR)


def _text(value: Value) -> str:
    if value.kind is ValueKind.BOOLEAN:
        return "是" if value.text == "TRUE" else "否"
    return normalize("NFC", restored(value.text)).strip()


def _unusable(column: Words, value: Value) -> Fault:
    return Fault(column, value.text[:60], Words("是公式或错误值", "is a formula or an error"), Words("复制后在原处“选择性粘贴—数值”", "copy it and paste values only in its place"))


def _no_header(sheet: ListSheet) -> Fault:
    return Fault(Words("工作表", "sheet"), sheet.name.zh, Words("找不到表头行", "has no row of column names"), Words("按模板保留表头", "keep the column names of the template"))
