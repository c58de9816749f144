"""A filing as its page shows it: every table with figure, previous period, working, finding; the acts so far; what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import Cell, CellKey, Form, Row, Table, TableKind
from shuangkong.returns.states import EDITABLE, ReturnAct, ReturnState
from shuangkong.services import clock
from shuangkong.services.filing_forms import form_of, previous_entries, worked_out
from shuangkong.services.filing_records import draft_entries, submitted_entries
from shuangkong.services.filings import acts_open_to
from shuangkong.services.organisations import Node, tree_on
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.windows import Window, window_of
from shuangkong.store.models import Filing, FilingAct, FindingRecord


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell with what stands in it (单元格显示)."""

    cell: Cell
    entry: Entry | None
    previous: Entry | None
    working: str = ""

    @property
    def text(self) -> str:
        """What is shown in the input."""
        return self.entry.stored() if self.entry else ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its cells in the order of the columns; None where the form has ×."""

    code: str
    name: Words
    number: str
    level: int
    cells: tuple[ShownCell | None, ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table of the page."""

    table: Table
    rows: tuple[ShownRow, ...]


@dataclass(frozen=True, slots=True)
class ShownFiling:
    """A filing as shown (报表页面)."""

    filing: Filing
    form: Form
    node: Node
    state: ReturnState
    window: Window | None
    tables: tuple[ShownTable, ...]
    acts: tuple[FilingAct, ...]
    findings: tuple[FindingRecord, ...]
    possible: tuple[ReturnAct, ...]
    is_editable: bool


def show_filing(*, filing_id: int, who: Member) -> ShownFiling:
    """Return a filing with everything its page shows (报表页面).

    Raises
    ------
    NotPermitted
        If the person may not see the organisation's figures.
    """
    filing = Filing.objects.select_related("organisation").get(pk=filing_id)
    tree = tree_on(clock.today())
    code = filing.organisation.code
    if not who.sees(code, tree):
        raise NotPermitted(Permission.FIGURES_READ, code)
    form = form_of(filing.form, Period.parse(filing.period))
    state = ReturnState[filing.state]
    last = filing.submissions.order_by("-number").first()
    workings: Mapping[CellKey, str] = {}
    if state in EDITABLE or last is None:
        entries = draft_entries(form, filing)
        results = worked_out(form, filing, entries)
        entries |= {key: one.entry for key, one in results.items() if one.entry is not None}
        workings = {key: one.working for key, one in results.items()}
    else:
        entries = submitted_entries(form, last)
    before = previous_entries(form, filing)
    possible = acts_open_to(filing, who)
    return ShownFiling(
        filing=filing, form=form, node=tree.find(code), state=state, window=window_of(form.code, filing.period),
        tables=tuple(_shown(form, table, entries, before, workings) for table in form.tables),
        acts=tuple(filing.acts.select_related("person").order_by("id")),
        findings=tuple(last.findings.order_by("id")) if last else (), possible=possible,
        is_editable=state in EDITABLE and ReturnAct.SUBMIT in possible,
    )  # fmt: skip


def _shown(form: Form, table: Table, entries: Mapping[CellKey, Entry], before: Mapping[CellKey, Entry], workings: Mapping[CellKey, str]) -> ShownTable:
    rows = table.rows if table.kind is TableKind.GRID else _list_rows(table, entries)
    shown = []
    for row in rows:
        cells = []
        for column in table.columns:
            key = CellKey(table.code, row.code, column.code)
            cell = form.cell(key)
            cells.append(None if cell is None else ShownCell(cell, entries.get(key), before.get(key), workings.get(key, "")))
        shown.append(ShownRow(row.code, row.name, row.number, row.level, tuple(cells)))
    return ShownTable(table, tuple(shown))


def _list_rows(table: Table, entries: Mapping[CellKey, Entry]) -> tuple[Row, ...]:
    """A list shows its filled rows and one more, at least five."""
    last = max((int(key.row) for key in entries if key.table == table.code), default=0)
    count = min(table.max_rows, max(5, last + 1))
    return tuple(Row(code=str(number), name=Words(str(number), str(number))) for number in range(1, count + 1))
