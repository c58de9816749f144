"""What still hinders the submission of a return (填报完整性): required cells left empty, rows begun and not finished."""

from collections.abc import Iterator

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.returns.entries import NOT_APPLICABLE, Entries
from shuangkong.returns.form import Cell, CellKey, Form, Table, TableKind


def hindrances(form: Form, entries: Entries) -> Iterator[Fault]:
    """Yield what must be mended before a return can be submitted (上报障碍), in the order of the form.

    A required cell of a list or of a sparse grid is asked for only in rows that were begun. A row of a list with nothing in its
    required cells but 不适用 is no row. A return without any entry is refused as a whole.
    """
    if not entries:
        yield Fault(Words("报表", "return"), form.name.zh, Words("一个数也没有填", "is empty"), Words("填报后再上报", "fill it in first"))
        return
    for table in form.tables:
        yield from _of_list(form, table, entries) if table.kind is TableKind.LIST else _of_grid(form, table, entries)


def _of_grid(form: Form, table: Table, entries: Entries) -> Iterator[Fault]:
    begun = {key.row for key in entries if key.table == table.code}
    for cell in form.fixed_cells.values():
        if cell.key.table == table.code and cell.is_required and cell.key not in entries and (not table.is_sparse or cell.key.row in begun):
            yield _empty(cell)


def _of_list(form: Form, table: Table, entries: Entries) -> Iterator[Fault]:
    for row in sorted({key.row for key in entries if key.table == table.code}, key=lambda text: (len(text), text)):
        cells = [cell for column in table.columns if (cell := form.cell(CellKey(table.code, row, column.code))) is not None]
        required = [cell for cell in cells if cell.is_required]
        said = [entries[cell.key] for cell in required if cell.key in entries]
        yield from (_empty(cell) for cell in required if cell.key not in entries)
        if required and said and all(entry.is_not_applicable for entry in said):
            place = Words(table.name.zh, table.name.en)
            yield Fault(Words(f"第{row}行", f"row {row}"), NOT_APPLICABLE, Words("整行不适用", "is not applicable throughout"), Words("删除该行", "remove the row"), place)


def _empty(cell: Cell) -> Fault:
    what = "填报数值" if not cell.choices else "选择一项"
    ask = Words(f"{what}；确实没有的填“{NOT_APPLICABLE}”" if cell.allows_not_applicable else what, "fill it in" + (", or say 不适用" if cell.allows_not_applicable else ""))
    return Fault(cell.name, "", Words("必填，尚未填写", "is required and empty"), ask, Words(str(cell.key), str(cell.key)))
