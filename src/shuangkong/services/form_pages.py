"""A form as its page explains it (指标解释): every figure with its meaning, unit, formula, and on what the form rests."""

from dataclasses import dataclass

from shuangkong.kernel.language import Words
from shuangkong.returns.form import Cell, CellKey, Form, Row, Table, TableKind
from shuangkong.services import clock
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import forms
from shuangkong.services.return_forms import UnknownForm, form_on


@dataclass(frozen=True, slots=True)
class ExplainedTable:
    """A table with its cells (一张表的解释): of a grid by row, of a list its columns."""

    table: Table
    rows: tuple[tuple[Row | None, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class ExplainedForm:
    """A form with the meaning of everything in it (报表说明)."""

    form: Form
    tables: tuple[ExplainedTable, ...]
    agency: Words


def listed_forms() -> tuple[ExplainedForm, ...]:
    """Return every form of the pack, without its cells (报表目录)."""
    return tuple(ExplainedForm(form, (), _agency(form)) for form in forms().values())


def shown_form(code: str) -> ExplainedForm:
    """Return a form in the edition of today, the newest where none serves today (报表说明).

    Raises
    ------
    UnknownForm
        If the pack declares none such.
    """
    try:
        form = form_on(code, clock.today(), folder=city().folder)
    except UnknownForm:
        if code not in forms():
            raise
        form = forms()[code]
    return ExplainedForm(form, tuple(_explained(form, table) for table in form.tables), _agency(form))


def _explained(form: Form, table: Table) -> ExplainedTable:
    if table.kind is TableKind.LIST:
        cells = [form.cell(CellKey(table.code, "1", column.code)) for column in table.columns]
        return ExplainedTable(table, ((None, tuple(cell for cell in cells if cell is not None)),))
    rows: dict[str, list[Cell]] = {}
    for cell in form.fixed_cells.values():
        if cell.key.table == table.code:
            rows.setdefault(cell.key.row, []).append(cell)
    return ExplainedTable(table, tuple((row, tuple(rows.get(row.code, ()))) for row in table.rows))


def _agency(form: Form) -> Words:
    return next((one.name for one in city().agencies if one.code == form.agency), Words(form.agency, form.agency))
