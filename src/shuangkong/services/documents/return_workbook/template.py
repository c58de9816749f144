"""Writes the workbook in which a return is filled in away from the screen (填报模板): one sheet a table, a first sheet of instructions.

Input cells are open, everything else is locked without a password: the lock guards against slips, the reader against everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.worksheet import Worksheet

from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import NOT_APPLICABLE, Entries, Entry
from shuangkong.returns.form import Cell, CellKey, Column, EntryKind, Form, Row, Table, TableKind
from shuangkong.services.documents.neutral_text import neutralised
from shuangkong.services.documents.official_workbook import LINE_HEIGHT, finished, print_setup
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.return_workbook.excel_formula import excel_formula
from shuangkong.services.documents.return_workbook.found import as_prefilled
from shuangkong.services.documents.return_workbook.instructions import INSTRUCTIONS, instruction_lines
from shuangkong.services.documents.return_workbook.layout import (
    CODE_COLUMN,
    COLUMNS_ROW,
    FILER_ROW,
    FIRST_ROW,
    GROUP_ROW,
    HEADER_ROW,
    MARKER_ROW,
    NAME_COLUMN,
    NOTE_ROW,
    NUMBER_COLUMN,
    TITLE_ROW,
    SheetLayout,
    cell_at,
    common_unit,
    layouts,
)
from shuangkong.services.documents.return_workbook.markers import (
    COLUMNS,
    NAME,
    NO_CELL,
    SheetIdentity,
    column_marker,
    row_marker,
)
from shuangkong.services.documents.return_workbook.validation import Choices, add_validations
from shuangkong.services.documents.text_table import display_width
from shuangkong.services.documents.wording import marks_text, unit_text

_FACE = "微软雅黑"
_THIN = Side("thin", color="B8C1CA")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_GREY, _PALE = PatternFill("solid", fgColor="E4E8EC"), PatternFill("solid", fgColor="F1F4F7")
_TEXT, _RIGHT = Alignment(wrap_text=True, vertical="center"), Alignment(horizontal="right", vertical="center")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_OPEN = Protection(locked=False)
_PLAIN, _SOFT = Font(name=_FACE, size=10), Font(name=_FACE, size=10, color="5F6B76")
_STYLES = {
    "填报 标题": {"font": Font(name=_FACE, size=14, bold=True), "alignment": Alignment(vertical="center")},
    "填报 说明": {"font": _SOFT, "alignment": Alignment(vertical="center")},
    "填报 名称": {"font": Font(name=_FACE, size=10, bold=True), "alignment": Alignment(wrap_text=True, vertical="top")},
    "填报 正文": {"font": _PLAIN, "alignment": Alignment(wrap_text=True, vertical="top")},
    "填报 表头": {"font": Font(name=_FACE, size=10, bold=True), "fill": _PALE, "border": _BOX, "alignment": _CENTRE},
    "填报 栏组": {"font": Font(name=_FACE, size=10, bold=True), "fill": _PALE, "border": _BOX, "alignment": Alignment(horizontal="centerContinuous")},
    "填报 代码": {"font": _SOFT, "border": _BOX, "alignment": _CENTRE},
    "填报 不填": {"font": _SOFT, "fill": _GREY, "border": _BOX, "alignment": _CENTRE},
    "填报 文字": {"font": _PLAIN, "border": _BOX, "alignment": _TEXT, "protection": _OPEN, "number_format": "@"},
    "填报 选项": {"font": _PLAIN, "border": _BOX, "alignment": _TEXT, "protection": _OPEN},
    "填报 日期": {"font": _PLAIN, "border": _BOX, "alignment": _TEXT, "protection": _OPEN, "number_format": "yyyy-mm-dd"},
}  # fmt: skip
_NAME_WIDTH, _WORDS_WIDTH = 26, 100
_NARROW, _WIDE, _ROW_HEIGHT = 14, 42, 19
_PAGE_WIDTH = 200  # wider, the print is too small to read: the period before is left out of it
_EXACT_DIGITS = Context(prec=15)
_NONE: Entries = {}
_LOCKED_BUT = ("formatColumns", "formatRows")
_LOCKED_BUT_IN_LISTS = (*_LOCKED_BUT, "insertRows", "deleteRows", "sort", "autoFilter")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheets:
    """All that the sheets of one template share."""

    form: Form
    organisation_code: str
    organisation_name: str
    period: Period
    entries: Entries
    previous: Entries
    prefilled: Entries
    marks: str
    language: Language
    layouts: Mapping[str, SheetLayout]


def return_template(
    form: Form, *, organisation_code: str, organisation_name: str, period: Period, entries: Entries, previous: Entries, prefilled: Entries = _NONE,
    marks: tuple[Mark, ...] = (), due: date | None = None, language: Language = "zh",
) -> bytes:  # fmt: skip
    """Return the workbook of a return, filled as far as the return is (填报模板); the same input gives the same bytes.

    Parameters
    ----------
    form : Form
        The declared return.
    organisation_code, organisation_name : str
        Who files; the code is checked when the file comes back.
    period : Period
        What it is about.
    entries, previous : Entries
        What stands in the return now, computed cells too where they are known, and in the one before.
    prefilled : Entries
        What stands in empty inputs until something is typed (`formula.prefilled`); give the reader the same.
    marks : tuple of Mark
        Shown on every sheet and in print, 模拟 above all.
    due : date, optional
        When it is due; without it the rule of the form is told.
    """
    told = _Sheets(
        form=form, organisation_code=organisation_code, organisation_name=organisation_name, period=period, entries=entries, previous=previous,
        prefilled=prefilled, marks=marks_text(marks, language), language=language, layouts=layouts(form, entries=entries, previous=previous, language=language),
    )  # fmt: skip
    book = Workbook()
    for name, look in _STYLES.items():
        book.add_named_style(NamedStyle(name, **look))  # type: ignore[arg-type]  # the stubs want each argument by itself
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = INSTRUCTIONS.in_language(language)
    lines = instruction_lines(form, organisation=f"{organisation_name}（{organisation_code}）", period=period, marks=told.marks, due=due, language=language)
    _write_instructions(first, lines)
    choices = Choices(book)
    for table in form.tables:
        _write_table(book.create_sheet(told.layouts[table.code].title), table, told, choices)
    choices.write()
    title = " · ".join(part for part in (form.name.in_language(language), organisation_name, str(period), told.marks) if part)
    for sheet in book.worksheets:
        print_setup(sheet, title)
    return finished(book, title=title, author="shuangkong", told_on=period.start)


def _write_instructions(sheet: Worksheet, lines: list[tuple[str, str]]) -> None:
    sheet.sheet_view.showGridLines = False
    for index, (name, words) in enumerate(lines, start=1):
        _put_text(_at(sheet, index, 1), name, "填报 标题" if index == 1 else "填报 名称")
        _put_text(_at(sheet, index, 2), words, "填报 标题" if index == 1 else "填报 正文")
        height = max(-(-display_width(line) // _WORDS_WIDTH) or 1 for line in words.split("\n")) + words.count("\n")
        height = max(height, -(-display_width(name) // _NAME_WIDTH))
        if height > 1:
            sheet.row_dimensions[index].height = LINE_HEIGHT * height
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _NAME_WIDTH, _WORDS_WIDTH
    sheet.protection.sheet = True


def _write_table(sheet: Worksheet, table: Table, told: _Sheets, choices: Choices) -> None:
    layout = told.layouts[table.code]
    sheet.sheet_view.showGridLines = False
    _write_heading(sheet, layout, told)
    _write_header(sheet, layout, told)
    rows = {row.code: row for row in table.rows}
    for index, code in enumerate(layout.rows):
        _write_row(sheet, FIRST_ROW + index, layout, code, rows.get(code), told)
    _set_widths(sheet, layout, told)
    add_validations(sheet, layout, told.form, choices)
    sheet.row_dimensions[MARKER_ROW].hidden = sheet.row_dimensions[COLUMNS_ROW].hidden = True
    sheet.column_dimensions[get_column_letter(CODE_COLUMN)].hidden = True
    sheet.freeze_panes = f"{get_column_letter(layout.first_input)}{FIRST_ROW}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    printed = layout.last_column if _total_width(sheet, layout) <= _PAGE_WIDTH else layout.last_input
    sheet.print_area = f"B{TITLE_ROW}:{get_column_letter(printed)}{layout.last_row}"
    if told.marks:
        header = HeaderFooterItem()
        header.right.text = told.marks.replace("&", "&&")
        sheet.oddHeader = header
    sheet.protection.sheet = True
    for allowed in _LOCKED_BUT_IN_LISTS if table.kind is TableKind.LIST else _LOCKED_BUT:
        setattr(sheet.protection, allowed, False)


def _write_heading(sheet: Worksheet, layout: SheetLayout, told: _Sheets) -> None:
    table, language = layout.table, told.language
    identity = SheetIdentity(
        form=told.form.code, edition=told.form.edition, organisation=told.organisation_code, period=str(told.period), table=table.code
    )
    _at(sheet, MARKER_ROW, CODE_COLUMN).value = identity.marker()
    title = f"{told.form.name.in_language(language)} · {table.name.in_language(language)}"
    _put_text(_at(sheet, TITLE_ROW, NUMBER_COLUMN), f"{title} · {told.marks}" if told.marks else title, "填报 标题")
    filer = Words(
        f"填报单位：{told.organisation_name}（{told.organisation_code}）　报告期：{told.period}　表号：{told.form.code}",
        f"filed by {told.organisation_name} ({told.organisation_code}), period {told.period}, form {told.form.code}",
    )
    _put_text(_at(sheet, FILER_ROW, NUMBER_COLUMN), filer.in_language(language), "填报 说明")
    hint = Words(
        f"白格填写，灰格自动计算或不填；没有此项业务填“{NOT_APPLICABLE}”，未掌握的留空，零填 0。",
        f"Fill the white cells; grey ones are computed or left alone. Write {NOT_APPLICABLE} where it does not apply, nothing where unknown, 0 for zero.",
    )
    note = f"{hint.in_language(language)}{table.note.in_language(language)}"
    _put_text(_at(sheet, NOTE_ROW, NUMBER_COLUMN), note, "填报 说明")


def _write_header(sheet: Worksheet, layout: SheetLayout, told: _Sheets) -> None:
    language, table = told.language, layout.table
    is_list = table.kind is TableKind.LIST
    _at(sheet, COLUMNS_ROW, CODE_COLUMN).value = COLUMNS
    number = Words("代码", "code") if any(row.number for row in table.rows) else Words("序号", "No.")
    _put_text(_at(sheet, HEADER_ROW, NUMBER_COLUMN), number.in_language(language), "填报 表头")
    if not is_list:
        _put_text(_at(sheet, HEADER_ROW, NAME_COLUMN), Words("指标名称", "figure").in_language(language), "填报 表头")
        _at(sheet, COLUMNS_ROW, NAME_COLUMN).value = NAME
    if layout.has_units:
        _put_text(_at(sheet, HEADER_ROW, layout.first_input - 1), Words("计量单位", "unit").in_language(language), "填报 表头")
    for index, column in enumerate(table.columns, start=layout.first_input):
        _put_text(_at(sheet, HEADER_ROW, index), _heading(column, layout, told), "填报 表头")
        _at(sheet, COLUMNS_ROW, index).value = column_marker(column.code)
    before = told.period.previous()
    for index, column in enumerate(layout.previous, start=layout.last_input + 1):
        name = Words(f"上期 {before}", f"before: {before}").in_language(language)
        _put_text(_at(sheet, HEADER_ROW, index), name if len(table.columns) == 1 else f"{name}\n{_heading(column, layout, told)}", "填报 表头")
    if any(column.group for column in table.columns):
        _write_groups(sheet, layout)


def _heading(column: Column, layout: SheetLayout, told: _Sheets) -> str:
    name = column.name.in_language(told.language)
    given_by_row = layout.has_units and column.unit is None
    unit = "" if given_by_row else common_unit(cell_at(told.form, layout.table, row, column) for row in layout.rows)
    shown = unit_text(unit, told.language) if unit else ""
    return f"{name}\n（{shown}）" if shown else name


def _write_groups(sheet: Worksheet, layout: SheetLayout) -> None:
    """Set the name of a group over its columns: centred across them, for merged cells stand in the way of everything."""
    before = ""
    for index, column in enumerate(layout.table.columns, start=layout.first_input):
        _put_text(_at(sheet, GROUP_ROW, index), column.group if column.group != before else "", "填报 栏组")
        before = column.group


def _write_row(sheet: Worksheet, number: int, layout: SheetLayout, code: str, row: Row | None, told: _Sheets) -> None:
    language = told.language
    _at(sheet, number, CODE_COLUMN).value = row_marker(code)
    numbered = any(row.number for row in layout.table.rows)
    shown = code if row is None else row.number if numbered else str(number - FIRST_ROW + 1)
    _put_text(_at(sheet, number, NUMBER_COLUMN), shown, "填报 代码")
    if row is not None:
        _put_text(_at(sheet, number, NAME_COLUMN), row.name.in_language(language), _style_of_level(sheet, row.level))
    if row is not None and layout.has_units:
        unit = row.unit.symbol if row.unit else common_unit(cell_at(told.form, layout.table, code, column) for column in layout.table.columns)
        _put_text(_at(sheet, number, layout.first_input - 1), unit_text(unit or "", language), "填报 代码")
    for index, column in enumerate(layout.table.columns, start=layout.first_input):
        cell = cell_at(told.form, layout.table, code, column)
        place = _at(sheet, number, index)
        if cell is None:
            _put_text(place, NO_CELL, "填报 不填")
        elif cell.is_computed:
            _put_computed(sheet, place, cell, told)
        else:
            _put_entry(place, told.entries.get(cell.key) or as_prefilled(cell, told.prefilled), _style_of(sheet, cell, "填写"))
    for index, column in enumerate(layout.previous, start=layout.last_input + 1):
        cell = cell_at(told.form, layout.table, code, column)
        known = told.previous.get(CellKey(layout.table.code, code, column.code))
        if cell is None:
            _put_text(_at(sheet, number, index), NO_CELL, "填报 不填")
        else:
            _put_entry(_at(sheet, number, index), known, _style_of(sheet, cell, "上期"))


def _put_computed(sheet: Worksheet, place: SheetCell, cell: Cell, told: _Sheets) -> None:
    formula = excel_formula(cell, form=told.form, layouts=told.layouts)
    style = _style_of(sheet, cell, "计算")
    if formula is None:
        _put_entry(place, told.entries.get(cell.key), style)
    else:
        place.value = formula
        place.style = style


def _put_entry(place: SheetCell, entry: Entry | None, style: str) -> None:
    """Write what stands in a cell: a number that a spreadsheet keeps exactly as a number, all else as text."""
    if entry is not None and entry.number is not None and _is_kept(entry.number):
        place.value = entry.number
        place.style = style
    elif entry is not None and style == "填报 日期" and (day := _day_in(entry.text)):
        place.value = day
        place.style = style
    else:
        _put_text(place, entry.stored() if entry else "", style)


def _at(sheet: Worksheet, row: int, column: int) -> SheetCell:
    place = sheet.cell(row, column)
    assert isinstance(place, SheetCell)  # nothing is merged here
    return place


def _put_text(place: SheetCell, words: str, style: str) -> None:
    """Write text as text, never as a formula."""
    if words:
        place.value = ILLEGAL_CHARACTERS_RE.sub("", neutralised(words))
        place.data_type = "s"
    place.style = style


def _is_kept(number: Decimal) -> bool:
    return _EXACT_DIGITS.plus(number) == number


def _day_in(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= 1901 else None  # Excel counts days from 1900, and wrongly in its first months


def _style_of(sheet: Worksheet, cell: Cell, role: str) -> str:
    """Return the style of a figure in a role, made when first asked for."""
    if role == "填写" and cell.kind is not EntryKind.NUMBER:
        return {EntryKind.TEXT: "填报 文字", EntryKind.CHOICE: "填报 选项", EntryKind.DATE: "填报 日期"}[cell.kind]
    name = f"填报 {role} {cell.decimals}"
    number_format = "#,##0" + ("." + "0" * cell.decimals if cell.decimals else "")
    look = {"font": _SOFT if role == "上期" else _PLAIN, "border": _BOX, "alignment": _RIGHT, "number_format": number_format}
    if role == "计算":
        look["fill"] = _GREY
    elif role == "填写":
        look["protection"] = _OPEN
    return _named(sheet, name, look)


def _style_of_level(sheet: Worksheet, level: int) -> str:
    return _named(sheet, f"填报 行名 {level}", {"font": _PLAIN, "border": _BOX, "alignment": Alignment("left", "center", wrap_text=True, indent=level)})


def _named(sheet: Worksheet, name: str, look: Mapping[str, object]) -> str:
    book = sheet.parent
    assert isinstance(book, Workbook)
    if name not in book.named_styles:
        book.add_named_style(NamedStyle(name, **look))  # type: ignore[arg-type]  # as above
    return name


def _total_width(sheet: Worksheet, layout: SheetLayout) -> float:
    return sum(sheet.column_dimensions[get_column_letter(index)].width for index in range(NUMBER_COLUMN, layout.last_column + 1))


def _set_widths(sheet: Worksheet, layout: SheetLayout, told: _Sheets) -> None:
    widths = {NUMBER_COLUMN: 8}
    if layout.table.kind is TableKind.GRID:
        names = [display_width(row.name.in_language(told.language)) + 2 * row.level for row in layout.table.rows]
        widths[NAME_COLUMN] = min(max(names, default=0) + 4, _WIDE)
    if layout.has_units:
        widths[layout.first_input - 1] = _NARROW
    heights = [1]
    for index in range(layout.first_input, layout.last_column + 1):
        lines = str(_at(sheet, HEADER_ROW, index).value or "").split("\n")
        is_text = index <= layout.last_input and layout.table.columns[index - layout.first_input].kind is EntryKind.TEXT
        widths[index] = max(_NARROW, min(max(map(display_width, lines)) + 3, 22), 24 if is_text else 0)
        heights.append(sum(-(-display_width(line) // (widths[index] - 2)) for line in lines))
    for index, width in widths.items():
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.row_dimensions[HEADER_ROW].height = LINE_HEIGHT * max(heights) + 4
    sheet.row_dimensions[TITLE_ROW].height = 2 * LINE_HEIGHT
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _ROW_HEIGHT, True
    if layout.table.kind is TableKind.LIST:
        for index in range(layout.first_input, layout.last_input + 1):
            sheet.column_dimensions[get_column_letter(index)].protection = _OPEN  # rows below the prepared ones are filled in too
