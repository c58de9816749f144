"""The checks applied to a filing: what it is judged by, what hinders its submission."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shuangkong.checks.examine import examine
from shuangkong.checks.model import NO_PEERS, Dossier, Figure, Finding, Holding, Severity
from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import unit
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.services import clock
from shuangkong.services.checks import checks_on
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.organisations import tree_on
from shuangkong.services.return_forms import form_layout
from shuangkong.services.windows import window_of
from shuangkong.store.models import Filing, FindingRecord, ObservationRow, Submission

_HISTORY = 36
_STOPS = (Severity.BLOCKS_SAVE, Severity.BLOCKS_SUBMISSION)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about a filing, with the check's own name (核查发现)."""

    finding: Finding
    name: Words

    def as_row(self, filing: Filing, submission: Submission, moment: datetime) -> FindingRecord:
        """Return the row that keeps it."""
        told = self.finding
        return FindingRecord(
            filing=filing, submission=submission, code=told.code, severity=told.severity.name, org=told.where.org, period=str(told.where.period),
            elements=list(told.where.elements), odd_zh=told.odd.zh, odd_en=told.odd.en, usual_zh=told.usual.zh, usual_en=told.usual.en,
            remedy_zh=told.remedy.zh, remedy_en=told.remedy.en, evidence={name: plain(figure) for name, figure in told.evidence}, recorded_at=moment,
        )  # fmt: skip


def check_filing(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> tuple[Found, ...]:
    """Return what the checks find in a filing as it stands, the gravest first (核查报表)."""
    checks = checks_on(None)
    names = {check.code: check.name for check in checks}
    found = examine(dossier(form, filing, entries), checks)
    return tuple(Found(one, names[one.code]) for one in sorted(found, key=lambda one: (one.severity.rank, one.code)))


def hindering(found: Sequence[Found]) -> Iterator[Fault]:
    """Yield the findings that stop a submission, as faults (阻止上报的问题)."""
    for one in found:
        told = one.finding
        if told.severity in _STOPS:
            yield Fault(
                Words(f"{told.code} {one.name.zh}", f"{told.code} {one.name.en}"), told.odd.zh, told.usual, told.remedy,
                Words("、".join(told.where.elements), ", ".join(told.where.elements)),
            )  # fmt: skip


def dossier(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> Dossier:
    """Lay a filing beside its history, its peers and the level below (审核卷)."""
    org, period = filing.organisation.code, Period.parse(filing.period)
    layout = form_layout(form)
    moment = clock.now()
    figures = {
        cell.element: Figure(cell.element, org, period, entry.number, cell.unit or unit("1"), entry.is_not_applicable, moment)
        for key, entry in entries.items() if (cell := form.cell(key)) is not None and cell.element
    }  # fmt: skip
    past: dict[str, dict[str, Figure]] = {}
    for row in current_rows(org=org, element__in=list(form.by_element)):
        past.setdefault(row.period, {})[row.element] = _figure(row)
    history: list[Mapping[str, Figure]] = []
    before = period.previous()
    while len(history) < _HISTORY and str(before) in past:
        history.append(past[str(before)])
        before = before.previous()
    window = window_of(form.code, filing.period)
    node = tree_on(clock.today()).get(org)
    return Dossier(
        org=org, name=node.name if node else Words(org, org), period=period, layout=layout, figures=figures, history=list(reversed(history)),
        peers=_peers(form, filing), due=window.due_on if window else None, filed_at=moment,
    )  # fmt: skip


def _peers(form: Form, filing: Filing) -> Holding:
    others: dict[str, dict[str, Decimal]] = {}
    elements = [code for code, cell in form.by_element.items() if "typed" in cell.tags]
    for row in current_rows(period=filing.period, element__in=elements):
        if row.org != filing.organisation.code and row.value is not None:
            others.setdefault(row.org, {})[row.element] = row.value
    return Holding(others) if others else NO_PEERS


def _figure(row: ObservationRow) -> Figure:
    return Figure(row.element, row.org, Period.parse(row.period), row.value, unit(row.unit), row.value is None, row.recorded_at)
