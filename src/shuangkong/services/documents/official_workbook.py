"""Sets official workbooks (工作簿): a cover that says what the sheets hold, numbers that stay numbers, sheets that print on A4."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from shuangkong.kernel.language import Language, Words
from shuangkong.plan.trajectory import Light
from shuangkong.services.documents.archive import settled
from shuangkong.services.documents.neutral_text import neutralised
from shuangkong.services.documents.report import Figure
from shuangkong.services.documents.text_table import display_width
from shuangkong.services.documents.wording import MISSING

_FACE = "微软雅黑"
_INK, _RULE = Side("medium", color="1C2733"), Side("thin", color="D6DCE2")
_LINE = Border(bottom=_RULE)
_TEXT, _RIGHT = Alignment(wrap_text=True, vertical="top"), Alignment(horizontal="right", vertical="top", indent=1)
_LIGHT_COLOUR = {Light.GREEN: "1D7239", Light.YELLOW: "8F5600", Light.RED: "B3261E", Light.GREY: "5F6B76"}
# Named once and referred to by name: styling each cell by itself takes ten times as long.
_STYLES = {
    "双控 标题": {"font": Font(name=_FACE, size=14, bold=True)},
    "双控 表头": {
        "font": Font(name=_FACE, size=10, bold=True), "fill": PatternFill("solid", fgColor="F1F4F7"), "border": Border(top=_INK, bottom=_RULE),
        "alignment": Alignment(wrap_text=True, vertical="center"),
    },
    "双控 数值表头": {
        "font": Font(name=_FACE, size=10, bold=True), "fill": PatternFill("solid", fgColor="F1F4F7"), "border": Border(top=_INK, bottom=_RULE),
        "alignment": Alignment(wrap_text=True, horizontal="right", vertical="center", indent=1),
    },
    "双控 题目": {"font": Font(name=_FACE, size=10, bold=True), "alignment": _TEXT},
    "双控 链接": {"font": Font(name=_FACE, size=10, bold=True, color="1F4E8C", underline="single"), "alignment": _TEXT},
    "双控 文字": {"font": Font(name=_FACE, size=10), "border": _LINE, "alignment": _TEXT},
    "双控 数值": {"font": Font(name=_FACE, size=10), "border": _LINE, "alignment": _RIGHT},
    **{
        f"双控 {light.words.zh}": {"font": Font(name=_FACE, size=10, bold=light is not Light.GREY, color=colour), "border": _LINE, "alignment": _TEXT}
        for light, colour in _LIGHT_COLOUR.items()
    },
}  # fmt: skip
_EXACT_DIGITS = Context(prec=15)
_TOP_ROW, _PADDING = 3, 3
_NAME_WIDTH, _WORDS_WIDTH = 24, 100
WIDEST, LINE_HEIGHT, TALLEST = 34, 15, 400

Entry = str | int | Figure | Light | None


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """One sheet: its name, what it says, its columns, its rows, how wide a column may be (工作表)."""

    name: str
    heading: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Entry]]
    fixed_columns: int = 1
    widest: int = WIDEST


@dataclass(frozen=True, slots=True)
class Cover:
    """The first sheet (目录与说明): lines of name and words before and after the list of sheets; the first line is the title."""

    name: str
    before: Sequence[tuple[str, str]]
    after: Sequence[tuple[str, str]] = ()


def official_workbook(
    cover: Cover, sheets: Sequence[WorkbookSheet], *, title: str, author: str, told_on: date, language: Language
) -> bytes:
    """Return the workbook; the same words give the same bytes.

    Parameters
    ----------
    cover : Cover
        Set first, with a link to every sheet.
    sheets : sequence of WorkbookSheet
        In order.
    title, author : str
        Properties of the file; the title also stands in the footer.
    told_on : date
        Date of the file; the clock is not asked.
    language : Language
        Of the words on lights; all other words come in it already.
    """
    book = Workbook()
    for name, look in _STYLES.items():
        book.add_named_style(NamedStyle(name, **look))  # type: ignore[arg-type]  # the stubs want each argument by itself
    first = book.active
    assert isinstance(first, Worksheet)
    _set_cover(first, cover, sheets)
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), sheet, language)
    for each in book.worksheets:
        print_setup(each, title)
    return finished(book, title=title, author=author, told_on=told_on)


def finished(book: Workbook, *, title: str, author: str, told_on: date) -> bytes:
    """Return the file of a workbook with its properties; the clock is not asked (成文)."""
    told = datetime(told_on.year, told_on.month, told_on.day)  # noqa: DTZ001 (a property of the file, without zone)
    book.properties.creator, book.properties.title = author, title
    book.properties.created = told
    buffer = io.BytesIO()
    book.save(buffer)
    stamp = re.compile(r"(<dcterms:modified[^>]*>)[^<]*")
    return settled(buffer.getvalue(), {"docProps/core.xml": lambda text: stamp.sub(rf"\g<1>{told:%Y-%m-%dT%H:%M:%SZ}", text)})


def columns_of(zh: str, en: str, language: Language) -> list[str]:
    """Return column names written as one text with bars between them."""
    return Words(zh, en).in_language(language).split("|")


def _set_cover(sheet: Worksheet, cover: Cover, sheets: Sequence[WorkbookSheet]) -> None:
    sheet.title = cover.name
    sheet.sheet_view.showGridLines = False
    lines = [*cover.before, *((one.name, one.heading) for one in sheets), *cover.after]
    links = range(len(cover.before) + 1, len(cover.before) + len(sheets) + 1)
    for index, (name, words) in enumerate(lines, start=1):
        _put(_cell(sheet, index, 1), name, "双控 标题" if index == 1 else "双控 题目")
        _put(_cell(sheet, index, 2), words, "双控 标题" if index == 1 else "双控 文字")
        if index in links:
            _cell(sheet, index, 1).hyperlink = f"#'{name}'!A1"
            _cell(sheet, index, 1).style = "双控 链接"  # a hyperlink brings a style of its own
        _fit_height(sheet, index, [(name, _NAME_WIDTH), (words, _WORDS_WIDTH)])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _NAME_WIDTH, _WORDS_WIDTH


def _write(sheet: Worksheet, told: WorkbookSheet, language: Language) -> None:
    sheet.sheet_view.showGridLines = False
    _put(_cell(sheet, 1, 1), told.heading, "双控 标题")
    widths = [_width(name) for name in told.columns]
    for index, name in enumerate(told.columns, start=1):
        _put(_cell(sheet, _TOP_ROW, index), name, "双控 表头")
    last = _TOP_ROW
    shown: list[list[str]] = []
    with_figures: set[int] = set()
    for last, row in enumerate(told.rows, start=_TOP_ROW + 1):
        shown.append([_enter(_cell(sheet, last, index), entry, language) for index, entry in enumerate(row, start=1)])
        with_figures.update(index for index, entry in enumerate(row, start=1) if isinstance(entry, Figure | int))
        widths = [width if width >= told.widest else max(width, _width(words)) for width, words in zip(widths, shown[-1], strict=True)]
    for index in with_figures:
        _cell(sheet, _TOP_ROW, index).style = "双控 数值表头"
    widths = [min(width, told.widest) for width in widths]
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[_cell(sheet, _TOP_ROW, index).column_letter].width = width
    for number, words_of_row in enumerate(shown, start=_TOP_ROW + 1):
        _fit_height(sheet, number, list(zip(words_of_row, widths, strict=True)))
    sheet.freeze_panes = _cell(sheet, _TOP_ROW + 1, told.fixed_columns + 1)
    sheet.auto_filter.ref = f"A{_TOP_ROW}:{_cell(sheet, _TOP_ROW, len(told.columns)).column_letter}{last}"
    sheet.print_title_rows = f"{_TOP_ROW}:{_TOP_ROW}"


def _enter(cell: Cell, entry: Entry, language: Language) -> str:
    """Write one entry; return it as shown, for the width of the column."""
    if isinstance(entry, Light):
        return _put(cell, entry.label(language), f"双控 {entry.words.zh}")
    if isinstance(entry, Figure):
        return _number(cell, entry)
    if isinstance(entry, int):
        cell.value = entry
        cell.style = "双控 数值"
        return str(entry)
    return _put(cell, entry or "", "双控 文字")


def _number(cell: Cell, figure: Figure) -> str:
    if figure.number is None:
        return _put(cell, MISSING, "双控 数值")
    cell.value = _as_stored(figure.number)
    cell.style = "双控 数值"
    plain = "#,##0" + ("." + "0" * figure.decimals if figure.decimals else "")
    cell.number_format = f"+{plain};-{plain};{plain}" if figure.is_change else plain
    return f"{figure.number:,.{figure.decimals}f}+"


def _as_stored(number: Decimal) -> Decimal:
    """Excel keeps 15 digits: more are rounded here, openly, and stand in full on the sheet of workings."""
    return _EXACT_DIGITS.plus(number)


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # nothing is merged here
    return cell


def _put(cell: Cell, words: str, style: str) -> str:
    """Write text as text, never as a formula; return it."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", neutralised(words))
    if cell.data_type == "f":
        cell.data_type = "s"
    cell.style = style
    return words


def _fit_height(sheet: Worksheet, row: int, cells: Sequence[tuple[str, int]]) -> None:
    """Give a row with wrapped text its height: not every program finds it by itself."""
    lines = max(sum(-(-_width(line) // width) for line in words.split("\n")) for words, width in cells)
    if lines > 1:
        sheet.row_dimensions[row].height = min(LINE_HEIGHT * lines, TALLEST)


def print_setup(sheet: Worksheet, footer_text: str) -> None:
    """Set a sheet to print across A4, with a footer (打印设置)."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    footer = HeaderFooterItem()
    footer.left.text = footer_text.replace("&", "&&")
    footer.right.text = "&P / &N"
    sheet.oddFooter = footer


def _width(text: str) -> int:
    return max((display_width(line) for line in text.split("\n")), default=0) + _PADDING
