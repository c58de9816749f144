"""What Excel itself asks of an input (数据验证): a hint from the meaning of the figure, choices to pick, numbers where numbers belong.

Only a help to whoever fills it in: LibreOffice drops some of it, a paste overrules all of it, and the reader trusts none of it.
"""

from collections.abc import Iterator
from itertools import groupby

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from shuangkong.returns.entries import NOT_APPLICABLE
from shuangkong.returns.form import Cell, EntryKind, Form, TableKind
from shuangkong.services.documents.neutral_text import neutralised
from shuangkong.services.documents.return_workbook.layout import FIRST_ROW, SheetLayout, cell_at

_TITLE_LIMIT, _PROMPT_LIMIT = 30, 250  # letters; Excel takes 32 and 255


class Choices:
    """The lists that inputs choose from, on one hidden sheet: written into the validation itself, they may not pass 255 letters."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._lists: dict[tuple[str, ...], int] = {}
        self._sheet: Worksheet | None = None

    def range_of(self, choices: tuple[str, ...]) -> str:
        """Return where a list will stand."""
        column = get_column_letter(self._lists.setdefault(choices, len(self._lists) + 1))
        return f"choices!${column}$1:${column}${len(choices)}"

    def write(self) -> None:
        """Add the sheet, if any list was asked for."""
        if not self._lists:
            return
        sheet = self._book.create_sheet("choices")
        for choices, column in self._lists.items():
            for row, choice in enumerate(choices, start=1):
                sheet.cell(row, column, neutralised(choice))
        sheet.sheet_state = "hidden"


def add_validations(sheet: Worksheet, layout: SheetLayout, form: Form, choices: Choices) -> None:
    """Give every input of a sheet its validation (设置数据验证)."""
    for area, first, cell in _areas(layout, form):
        validation = _validation(cell, first, choices)
        validation.promptTitle, validation.prompt = cell.name.zh[:_TITLE_LIMIT], _prompt(cell)
        validation.showInputMessage = validation.showErrorMessage = True
        validation.add(area)
        sheet.add_data_validation(validation)


def _areas(layout: SheetLayout, form: Form) -> Iterator[tuple[str, str, Cell]]:
    """Yield ranges of inputs that are asked the same, with their first cell: a column of a list, a run of cells in the row of a grid."""
    if layout.table.kind is TableKind.LIST:
        for index, column in enumerate(layout.table.columns, start=layout.first_input):
            cell = cell_at(form, layout.table, "1", column)
            if cell is not None and not cell.is_computed:
                letter = get_column_letter(index)
                yield f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + layout.table.max_rows - 1}", f"{letter}{FIRST_ROW}", cell
        return
    for number, row in enumerate(layout.rows, start=FIRST_ROW):
        cells = [(index, cell_at(form, layout.table, row, column)) for index, column in enumerate(layout.table.columns, start=layout.first_input)]
        inputs = [(index, cell) for index, cell in cells if cell is not None and not cell.is_computed]
        for _, run in groupby(enumerate(inputs), key=lambda one: (one[1][0] - one[0], one[1][1].kind, one[1][1].meaning, one[1][1].choices,
                                                                   one[1][1].allows_not_applicable)):  # fmt: skip
            members = [one for _, one in run]
            first, last = get_column_letter(members[0][0]), get_column_letter(members[-1][0])
            yield f"{first}{number}:{last}{number}", f"{first}{number}", members[0][1]


def _validation(cell: Cell, first: str, choices: Choices) -> DataValidation:
    otherwise = f',{first}="{NOT_APPLICABLE}"' if cell.allows_not_applicable else ""
    not_applicable = f"，或“{NOT_APPLICABLE}”" if cell.allows_not_applicable else ""
    match cell.kind:
        case EntryKind.CHOICE:
            offered = (*cell.choices, *((NOT_APPLICABLE,) if cell.allows_not_applicable and NOT_APPLICABLE not in cell.choices else ()))
            return DataValidation(type="list", formula1=choices.range_of(offered), allow_blank=True, error="请从下拉列表中选择")
        case EntryKind.NUMBER:
            return DataValidation(type="custom", formula1=f"OR(ISNUMBER({first}){otherwise})", allow_blank=True, error=f"请填数字{not_applicable}；没有数据请留空")
        case EntryKind.DATE:
            error = f"请填日期，如 2024-06-30{not_applicable}"
            return DataValidation(type="custom", formula1=f"OR(ISNUMBER({first}),LEN({first})=10{otherwise})", allow_blank=True, error=error)
        case EntryKind.TEXT:
            return DataValidation(allow_blank=True)


def _prompt(cell: Cell) -> str:
    unit = f"（{cell.unit.symbol}）" if cell.unit else ""
    required = "必填。" if cell.is_required else ""
    return f"{required}{cell.meaning.zh}{unit}"[:_PROMPT_LIMIT] or cell.name.zh[:_PROMPT_LIMIT]
