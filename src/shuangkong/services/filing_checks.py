"""The checks applied to a filing: what they find, in which cells, and what hinders its submission."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shuangkong.checks.catalogue import Binding, Check, Kind
from shuangkong.checks.examine import applying, examine_bound
from shuangkong.checks.model import Finding, Severity
from shuangkong.evidence.canonical import canonical
from shuangkong.evidence.digest import Algorithm, digest
from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.services.checks import checks_on
from shuangkong.services.filing_dossiers import dossier, partial_dossier
from shuangkong.services.return_forms import form_layout
from shuangkong.store.models import Filing, FindingRecord, Submission

STOPS = (Severity.BLOCKS_SAVE, Severity.BLOCKS_SUBMISSION)
_LIKENESS = 24  # hexadecimal digits: findings of one return are told apart, nothing is proved
_NOT_BELOW = "children_sum"  # the one kind of rule that still holds where those below are only some of what a figure covers


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about a filing, with the check's own name (核查发现)."""

    finding: Finding
    name: Words

    def as_row(self, filing: Filing, submission: Submission | None = None, moment: datetime | None = None) -> FindingRecord:
        """Return the row that keeps it; of which submission and when is told once that is sealed."""
        told = self.finding
        return FindingRecord(
            filing=filing, submission=submission, code=told.code, severity=told.severity.name, org=told.where.org, period=str(told.where.period),
            elements=list(told.where.elements), odd_zh=told.odd.zh, odd_en=told.odd.en, usual_zh=told.usual.zh, usual_en=told.usual.en,
            remedy_zh=told.remedy.zh, remedy_en=told.remedy.en, evidence={name: plain(figure) for name, figure in told.evidence}, recorded_at=moment,
        )  # fmt: skip

    @property
    def likeness(self) -> str:
        """What tells it from any other finding of the return, figures included."""
        return likeness(self.finding.code, self.finding.where.elements, {name: plain(figure) for name, figure in self.finding.evidence})

    def as_fault(self, form: Form | None = None) -> Fault:
        """Return it as a fault, placed at its first cell where the form is given."""
        told = self.finding
        where = Words("、".join(told.where.elements), ", ".join(told.where.elements))
        keys = told_cells(form, self) if form is not None else ()
        return Fault(
            Words(f"{told.code} {self.name.zh}", f"{told.code} {self.name.en}"), told.odd.zh, told.usual, told.remedy, Words(keys[0], keys[0]) if keys else where
        )


def likeness(code: str, elements: Sequence[str], evidence: Mapping[str, str]) -> str:
    """Return what two findings share that have the same code, the same elements and the same figures (同一问题).

    Examples
    --------
    >>> likeness("C010", ["a"], {"a": "1"}) == likeness("C010", ["a"], {"a": "1"}), likeness("C010", ["a"], {"a": "1"}) == likeness("C010", ["a"], {"a": "2"})
    (True, False)
    """
    return digest(canonical([code, list(elements), dict(evidence)]), Algorithm.SHA256).octets.hex()[:_LIKENESS]


@lru_cache(maxsize=1)
def catalogue_now() -> Mapping[str, Check]:
    """Return the newest catalogue by code (核查目录); the rules do not change while the program runs."""
    return {check.code: check for check in checks_on(None)}


@lru_cache(maxsize=128)
def _bound(form: Form) -> tuple[tuple[Check, Kind, Binding], ...]:
    return applying(catalogue_now().values(), form_layout(form))


def check_filing(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> tuple[Found, ...]:
    """Return what the checks find in a filing as it stands, the gravest first (核查报表)."""
    bound = _bound(form)
    laid = dossier(form, filing, entries)
    found = list(examine_bound(laid, bound))
    partial = partial_dossier(form, filing, laid)
    if partial is not None:
        found += examine_bound(partial, [one for one in bound if one[0].kind == _NOT_BELOW])
    names = catalogue_now()
    return tuple(Found(one, names[one.code].name) for one in sorted(found, key=lambda one: (one.severity.rank, one.code)))


def told_cells(form: Form, found: Found) -> tuple[str, ...]:
    """Return the keys of the cells a finding speaks of (所涉单元格), those that are typed first."""
    cells = [cell for element in found.finding.where.elements if (cell := form.by_element.get(element)) is not None]
    return tuple(str(cell.key) for cell in sorted(cells, key=lambda cell: cell.is_computed))


def hindering(form: Form, found: Sequence[Found], waived: Collection[str] = ()) -> Iterator[Fault]:
    """Yield the findings that stop a submission, as faults (阻止上报的问题); those waived, by likeness, do not, unless they forbid saving."""
    for one in found:
        if one.finding.severity in STOPS and (one.finding.severity is Severity.BLOCKS_SAVE or one.likeness not in waived):
            yield one.as_fault(form)
