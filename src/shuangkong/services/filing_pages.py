"""A filing as its page shows it: every table with figure, previous period, change, working, finding; what needs eyes; what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shuangkong.access.roles import Permission, holders
from shuangkong.checks.lifecycle import FindingAct, FindingLife, FindingState
from shuangkong.checks.model import Severity
from shuangkong.kernel.faults import Fault, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import Cell, CellKey, EntryKind, Form, Row, Table, TableKind
from shuangkong.returns.formula import CellResult
from shuangkong.returns.states import EDITABLE, ReturnAct, ReturnState
from shuangkong.services import clock
from shuangkong.services.amendments import ShownAmendment, amendments_of, may_ask
from shuangkong.services.chain_rows import stood_in_for
from shuangkong.services.check_waivers import acts_open_on_check, steps_on
from shuangkong.services.filing_cells import Saved, known_now
from shuangkong.services.filing_checks import Found, catalogue_now, check_filing, told_cells
from shuangkong.services.filing_differences import Difference, change_text, differences, entry_text
from shuangkong.services.filing_forms import form_of, laid_out, missing_cells, previous_entries
from shuangkong.services.filing_observations import subject_org
from shuangkong.services.filing_records import draft_entries, submitted_at
from shuangkong.services.filings import acts_open_to
from shuangkong.services.finding_cases import latest_end, life_at, lives_of
from shuangkong.services.handling_limits import handling_limit
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node, UnknownOrganisation
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.services.remarks import ShownRemark, remarks_on
from shuangkong.services.windows import Window, window_of
from shuangkong.store.models import Attachment, CheckWaiver, Filing, FilingAct, FindingRecord

_OPEN = FindingLife()
_MOST_NAMED = 6
_NOTHING = Words("", "")
NEXT_PERMISSION = {
    ReturnState.DRAFT: Permission.RETURN_FILE, ReturnState.SENT_BACK: Permission.RETURN_FILE, ReturnState.SUBMITTED: Permission.RETURN_REVIEW,
    ReturnState.ACCEPTED: Permission.RETURN_REVIEW, ReturnState.REVIEWED: Permission.RETURN_APPROVE, ReturnState.APPROVED: Permission.RETURN_LOCK,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell with what stands in it (单元格显示)."""

    cell: Cell
    entry: Entry | None
    previous: Entry | None
    working: Words = _NOTHING
    severity: str = ""
    finding: Words = _NOTHING
    prefill: str = ""

    @property
    def text(self) -> str:
        """What is shown in the input."""
        return self.entry.stored() if self.entry else ""

    @property
    def shown(self) -> str:
        """What is shown where nothing is typed."""
        return entry_text(self.cell, self.entry)

    @property
    def previous_text(self) -> str:
        """What stood there in the period before."""
        return entry_text(self.cell, self.previous)

    @property
    def change_text(self) -> str:
        """The change against the period before, absolute and in percent."""
        return change_text(self.cell, self.previous, self.entry)

    @property
    def is_number(self) -> bool:
        """Whether a figure stands here."""
        return self.cell.kind is EntryKind.NUMBER

    @property
    def note(self) -> Words:
        """What is told when the cell is gone to: meaning, unit, the period before, the change."""
        zh, en = self.cell.meaning
        unit = self.cell.unit
        parts = [Words(zh.rstrip("。；"), en.rstrip(".")), Words(f"单位：{unit}", f"unit: {unit.shown('en')}") if unit else _NOTHING,
                 Words("必填", "required") if self.cell.is_required else _NOTHING,
                 Words(f"未填时用 {self.prefill}", f"{self.cell.choice(self.prefill).en} while nothing is typed") if self.prefill else _NOTHING,
                 Words(f"上期 {self.previous_text}", f"period before: {self.cell.choice(self.previous_text).en}") if self.previous else _NOTHING,
                 Words(f"变化 {self.change_text}", f"change: {self.change_text}") if self.change_text else _NOTHING]  # fmt: skip
        return Words("；".join(part.zh for part in parts if part.zh), "; ".join(part.en for part in parts if part.en))


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its cells in the order of the columns; None where the form has ×."""

    code: str
    name: Words
    number: str
    level: int
    cells: tuple[ShownCell | None, ...]
    unit: str = ""

    @property
    def is_used(self) -> bool:
        """Whether anything stands in it."""
        return any(at is not None and at.entry is not None for at in self.cells)


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table of the page; one with a single column of figures shows the period before and the change beside the input."""

    table: Table
    rows: tuple[ShownRow, ...]

    @property
    def is_single(self) -> bool:
        """Whether it has one column alone."""
        return len(self.table.columns) == 1


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding beside its cells (问题显示): of a draft as found now, of a submission as kept."""

    severity: Severity
    code: str
    name: Words
    odd: Words
    usual: Words
    remedy: Words
    keys: tuple[str, ...]
    cells: tuple[Words, ...]
    record_id: int | None = None
    life: FindingLife = _OPEN
    state: FindingState = FindingState.OPEN
    likeness: str = ""
    step: CheckWaiver | None = None
    possible: tuple[FindingAct, ...] = ()
    latest_end: date | None = None

    @property
    def doors(self) -> tuple[tuple[str, Words], ...]:
        """The first cells it speaks of: key and name."""
        return tuple(zip(self.keys, self.cells, strict=False))[:_MOST_NAMED]


@dataclass(frozen=True, slots=True)
class Filled:
    """How far a return is filled in (填报进度): inputs filled of all, required ones filled of those asked for."""

    filled: int
    inputs: int
    required_filled: int
    required: int
    missing: int = 0


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
    stood_in: Mapping[int, str]
    findings: tuple[FindingRecord, ...]
    possible: tuple[ReturnAct, ...]
    is_editable: bool
    known: str = ""
    shown_findings: tuple[ShownFinding, ...] = ()
    missing: tuple[Fault, ...] = ()
    filled: Filled = Filled(0, 0, 0, 0)
    large: tuple[Difference, ...] = ()
    since_sent_back: tuple[Difference, ...] = ()
    since_locked: tuple[Difference, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    remarks: tuple[ShownRemark, ...] = ()
    amendments: tuple[ShownAmendment, ...] = ()
    rounds: tuple[Filing, ...] = ()
    may_ask_amendment: bool = False
    may_discuss: bool = False
    next_roles: tuple[Words, ...] = ()
    large_from_pct: int = 0
    figures_of: str = ""

    @property
    def waivable(self) -> tuple[ShownFinding, ...]:
        """The findings that block the draft and have a life there: they can be waived, or somebody asked."""
        return tuple(one for one in self.shown_findings if one.possible or one.step)


def show_filing(*, filing_id: int, who: Member) -> ShownFiling:
    """Return a filing with everything its page shows (报表页面).

    Raises
    ------
    NotPermitted
        If the person may not see the organisation's figures.
    """
    filing = Filing.objects.select_related("organisation").get(pk=filing_id)
    membership, period = Membership(), Period.parse(filing.period)
    code = filing.organisation.code
    if not membership.sees(who, code, period):  # whose sums it stood in may read it on
        raise NotPermitted(Permission.FIGURES_READ, code)
    form, state = form_of(filing.form, period), ReturnState[filing.state]
    last = filing.submissions.defer("content").order_by("-number").first()
    records = tuple(last.findings.order_by("id")) if last else ()
    results: Mapping[CellKey, CellResult] = {}
    prefills: Mapping[CellKey, Entry] = {}
    missing: tuple[Fault, ...] = ()
    before = previous_entries(form, filing)
    is_draft = state in EDITABLE or last is None
    if is_draft:
        laid = laid_out(form, filing, draft_entries(form, filing))
        results, prefills = laid.results, {key: one.entry for key, one in laid.prefilled.items() if one.entry is not None}
        entries = {**{key: one.entry for key, one in results.items() if one.entry is not None and key not in prefills}, **laid.typed}
        missing, whole = missing_cells(form, laid.whole), laid.whole
        told = _found_now(form, filing, check_filing(form, filing, whole), who)
    else:
        entries = dict(submitted_at(form, last.pk, last.digest))
        whole, told = entries, _found_then(form, records)
    possible, acts = acts_open_to(filing, who), tuple(filing.acts.select_related("person").order_by("id"))
    marks = _marks(told)
    rounds = tuple(Filing.objects.filter(form=filing.form, organisation=filing.organisation, period=filing.period).order_by("round"))
    large_pct = handling_limit("change_large_pct")
    return ShownFiling(
        filing=filing, form=form, node=_there(membership, code, period), state=state, window=window_of(form.code, filing.period),
        tables=tuple(_shown(form, table, _Beside(entries, before, results, prefills, marks)) for table in form.tables),
        acts=acts, stood_in=stood_in_for(one.link for one in acts), findings=records, possible=possible,
        is_editable=state in EDITABLE and _may_file(who, code), known=str(known_now(filing)), shown_findings=told, missing=missing, filled=_filled(form, entries, missing),
        large=tuple(one for one in differences(form, before, whole) if one.after is not None and (one.change_pct is not None and abs(one.change_pct) >= large_pct)),
        since_sent_back=_since_sent_back(form, filing, whole), since_locked=_since_locked(form, filing, rounds, whole),
        attachments=tuple(filing.attachments.defer("content").select_related("person").order_by("id")), remarks=remarks_on(filing, form),
        amendments=amendments_of(filing, who), rounds=rounds, may_ask_amendment=may_ask(filing, who), may_discuss=_may_discuss(who, membership, code, period),
        next_roles=tuple(role.words for role in holders(NEXT_PERMISSION[state])) if state in NEXT_PERMISSION else (), large_from_pct=large_pct, figures_of=subject_org(form, filing),
    )  # fmt: skip


def _there(membership: Membership, code: str, period: Period) -> Node:
    node = membership.node(code, period)
    if node is None:
        raise UnknownOrganisation(code)
    return node


def _may_file(who: Member, code: str) -> bool:
    try:
        actor_of(who, Permission.RETURN_FILE, code, among=[code])
    except Refusal:
        return False
    return True


def _may_discuss(who: Member, membership: Membership, code: str, period: Period) -> bool:
    try:
        membership.reader(who, Permission.DISCUSS, code, period)
    except Refusal:
        return False
    return True


def _found_now(form: Form, filing: Filing, found: Sequence[Found], who: Member) -> tuple[ShownFinding, ...]:
    steps, today, shown = steps_on(filing), clock.today(), []
    for one in found:
        told, keys = one.finding, told_cells(form, one)
        step = steps.get(one.likeness) if told.severity is Severity.BLOCKS_SUBMISSION else None
        life = life_at(step)
        may_act = told.severity is Severity.BLOCKS_SUBMISSION and ReturnState[filing.state] in EDITABLE
        possible = acts_open_on_check(filing, told.code, life, who) if may_act else ()
        shown.append(ShownFinding(
            told.severity, told.code, one.name, told.odd, told.usual, told.remedy, keys, _names(form, keys), None, life, life.on(today), one.likeness, step, possible,
            latest_end(told.code) if possible else None,
        ))  # fmt: skip
    return tuple(shown)


def _found_then(form: Form, records: Sequence[FindingRecord]) -> tuple[ShownFinding, ...]:
    lives, today, names = lives_of(one.pk for one in records), clock.today(), catalogue_now()
    shown = []
    for one in records:
        keys = tuple(str(cell.key) for element in one.elements if (cell := form.by_element.get(element)) is not None)
        name = names[one.code].name if one.code in names else Words(one.code, one.code)
        shown.append(ShownFinding(
            Severity[one.severity], one.code, name, Words(one.odd_zh, one.odd_en), Words(one.usual_zh, one.usual_en), Words(one.remedy_zh, one.remedy_en), keys,
            _names(form, keys), one.pk, lives[one.pk], lives[one.pk].on(today),
        ))  # fmt: skip
    return tuple(sorted(shown, key=lambda one: (one.severity.rank, one.code)))


def _names(form: Form, keys: Sequence[str]) -> tuple[Words, ...]:
    return tuple(cell.name for key in keys if (cell := form.cell(CellKey.parse(key))) is not None)


def _marks(found: Sequence[ShownFinding]) -> dict[str, tuple[str, Words]]:
    """Return the gravest finding of each cell."""
    marks: dict[str, tuple[str, Words]] = {}
    for one in found:
        if len(one.keys) <= _MOST_MARKED:
            for key in one.keys:
                marks.setdefault(key, (one.severity.name, Words(f"{one.code} {one.odd.zh}；{one.remedy.zh}", f"{one.code} {one.odd.en}; {one.remedy.en}")))
    return marks


_MOST_MARKED = 12  # a finding about the whole return is told above it, and marks no cell


@dataclass(frozen=True, slots=True)
class _Beside:
    entries: Mapping[CellKey, Entry]
    before: Mapping[CellKey, Entry]
    results: Mapping[CellKey, CellResult]
    prefills: Mapping[CellKey, Entry]
    marks: Mapping[str, tuple[str, Words]]


def _shown(form: Form, table: Table, beside: _Beside) -> ShownTable:
    rows = table.rows if table.kind is TableKind.GRID else _list_rows(table, beside.entries)
    shown = []
    for row in rows:
        cells: list[ShownCell | None] = []
        for column in table.columns:
            key = CellKey(table.code, row.code, column.code)
            cell = form.cell(key)
            if cell is None:
                cells.append(None)
                continue
            severity, text = beside.marks.get(str(key), ("", _NOTHING))
            working = beside.results[key].working if key in beside.results else _NOTHING
            guessed = beside.prefills.get(key)
            cells.append(ShownCell(cell, beside.entries.get(key), beside.before.get(key), working, severity, text, entry_text(cell, guessed)))
        shown.append(ShownRow(row.code, row.name, row.number, row.level, tuple(cells), str(row.unit or "")))
    return ShownTable(table, tuple(shown))


def _list_rows(table: Table, entries: Mapping[CellKey, Entry]) -> tuple[Row, ...]:
    """A list shows its filled rows and one more, at least five."""
    last = max((int(key.row) for key in entries if key.table == table.code), default=0)
    count = min(table.max_rows, max(5, last + 1))
    return tuple(Row(code=str(number), name=Words(str(number), str(number))) for number in range(1, count + 1))


def _filled(form: Form, entries: Mapping[CellKey, Entry], missing: Sequence[Fault]) -> Filled:
    inputs = [cell for cell in form.fixed_cells.values() if not cell.is_computed]
    sparse = {table.code for table in form.tables if table.is_sparse}
    required = [cell for cell in inputs if cell.is_required and cell.key.table not in sparse]
    return Filled(
        sum(key in entries for key in (cell.key for cell in inputs)), len(inputs), sum(cell.key in entries for cell in required), len(required), len(missing)
    )


def filled_of(form: Form, saved: Saved) -> Filled:
    """Return how far a return is filled in after saving (填报进度)."""
    return _filled(form, saved.typed, missing_cells(form, saved.whole))


def _since_sent_back(form: Form, filing: Filing, whole: Mapping[CellKey, Entry]) -> tuple[Difference, ...]:
    """Return how what stands now differs from what was sent back or withdrawn last."""
    rows = list(filing.submissions.order_by("-number").values_list("pk", "digest")[:2])
    earlier = rows[:1] if ReturnState[filing.state] in EDITABLE else rows[1:2]
    return tuple(differences(form, submitted_at(form, *earlier[0]), whole)) if earlier else ()


def _since_locked(form: Form, filing: Filing, rounds: Sequence[Filing], whole: Mapping[CellKey, Entry]) -> tuple[Difference, ...]:
    """Return how a correction differs from the round before."""
    before = next((one for one in rounds if one.round == filing.round - 1), None)
    last = before.submissions.order_by("-number").values_list("pk", "digest").first() if before else None
    return tuple(differences(form, submitted_at(form, *last), whole)) if last else ()


def change_cells(form: Form, previous: Mapping[CellKey, Entry], whole: Mapping[CellKey, Entry]) -> dict[str, str]:
    """Return the changes shown beside the inputs of single-column tables, by key of the cell (变化栏)."""
    single = {table.code for table in form.tables if len(table.columns) == 1}
    return {str(key): change_text(cell, previous.get(key), whole.get(key)) for key, cell in form.fixed_cells.items() if key.table in single}


def form_of_filing(filing_id: int) -> Form:
    """Return the edition of the form that a filing is of (报表的表式)."""
    code, period = Filing.objects.values_list("form", "period").get(pk=filing_id)
    return form_of(code, Period.parse(period))
