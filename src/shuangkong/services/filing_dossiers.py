"""What a filing is judged by: its past and how it was revised, its peers, the level below, targets, printed ranges (审核卷).

Rows are append-only, so everything read is kept under the newest row it was read at, and read again only when something was added.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from shuangkong.checks.model import NO_PEERS, Dossier, Figure, Holding, PrintedRange, TargetFigure
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.units import unit
from shuangkong.plan.model import Operator
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, FilerKind, Form
from shuangkong.returns.states import ReturnState
from shuangkong.services import clock
from shuangkong.services.deployment import city
from shuangkong.services.filing_forms import UNFINISHED, form_of, forms
from shuangkong.services.filing_observations import current_rows, subject_org
from shuangkong.services.filing_records import submitted_at
from shuangkong.services.meter_registers import metered_carrier
from shuangkong.services.metered_use import metered_use
from shuangkong.services.openings import Composition, compositions
from shuangkong.services.organisations import Node, OrganisationKind, Tree, tree_of
from shuangkong.services.return_forms import form_coefficients, form_layout, form_ranges
from shuangkong.services.trades import trade_code
from shuangkong.services.windows import window_of
from shuangkong.store.models import ChainLink, Filing, ObservationRow, Submission

_HISTORY = 36
_METERED = frozenset({"consumption", "energy"})
_CEILINGS = (Operator.AT_MOST, Operator.LESS_THAN)
Reported = dict[str, Figure]
Mark = tuple[int, str]


def dossier(form: Form, filing: Filing, entries: Mapping[CellKey, Entry]) -> Dossier:
    """Lay a filing beside its history, its peers and the level below (审核卷)."""
    org, period, moment = filing.organisation.code, Period.parse(filing.period), clock.now()
    newest, submitted = _newest_row(), _newest_submission(form, period)
    subject = subject_org(form, filing)
    versions = _versions(form, subject, newest)
    tree = tree_of(period)
    node, window = tree.get(org), window_of(form.code, filing.period)
    children, expected = _children(form, tree.get(subject), period, tree, is_whole=True, newest=newest)
    return Dossier(
        org=org, name=node.name if node else Words(org, org), period=period, layout=form_layout(form),
        figures=_figures(form, org, period, entries, moment), history=_history(form, filing, versions),
        versions=_superseded(versions, filing), peers=_peers(form, str(period), newest, submitted).without(org), children=children, children_expected=expected,
        targets=_targets(form, subject, period), coefficients=form_coefficients(form, entries), ranges=_ranges(form, period.start), meters=_meters(form, org, period, moment),
        due=window.due_on if window else None, filed_at=moment,
    )  # fmt: skip


def _meters(form: Form, org: str, period: Period, moment: datetime) -> Reported:
    """Return what the meters of a unit say of what it reports as consumed, by the elements of the form."""
    cells = [cell for cell in form.by_element.values() if cell.key.column == "consumed" and cell.tags >= _METERED and cell.unit is not None]
    used = metered_use(org, period) if form.filer is FilerKind.UNIT and cells else {}
    return {
        cell.element: Figure(cell.element, org, period, used[cell.key.row].quantity, unit(metered_carrier(cell.key.row).unit), False, moment)
        for cell in cells if cell.key.row in used
    }  # fmt: skip


def partial_dossier(form: Form, filing: Filing, laid: Dossier) -> Dossier | None:
    """Return the same with those below that are only some of what a figure covers (部分下级); None where there are none."""
    tree = tree_of(laid.period)
    children, expected = _children(form, tree.get(subject_org(form, filing)), laid.period, tree, is_whole=False, newest=_newest_row())
    return replace(laid, children=children, children_expected=expected) if children else None


def _figures(form: Form, org: str, period: Period, entries: Mapping[CellKey, Entry], moment: datetime) -> Reported:
    return {
        cell.element: Figure(cell.element, org, period, entry.number, cell.unit or unit("1"), entry.is_not_applicable, moment)
        for key, entry in entries.items() if (cell := form.cell(key)) is not None and cell.element
    }  # fmt: skip


@lru_cache(maxsize=4096)
def _submitted_figures(form: Form, org: str, period: Period, submission: int, digest: str, moment: datetime) -> Reported:
    """Return the figures of a submission, which never changes."""
    return _figures(form, org, period, submitted_at(form, submission, digest), moment)


Versions = Mapping[str, Mapping[str, Sequence[Figure]]]


@lru_cache(maxsize=512)
def _versions(form: Form, org: str, newest: Mark) -> Versions:
    """Return every version of every figure of a form for an organisation, oldest first, by period and element."""
    found: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for row in ObservationRow.objects.filter(org=org, element__in=list(form.by_element)).order_by("recorded_at", "id"):
        found[row.period][row.element].append(_figure(row))
    return {period: dict(figures) for period, figures in found.items()}


def _history(form: Form, filing: Filing, versions: Versions) -> list[Reported]:
    """Return the earlier periods without gaps, oldest first: what was locked, else what was submitted."""
    period = Period.parse(filing.period)
    waiting: dict[str, Reported] = {}
    rows = (
        Submission.objects.filter(filing__form=form.code, filing__organisation_id=filing.organisation_id)
        .exclude(filing__state__in=UNFINISHED).exclude(filing__period=filing.period)
        .order_by("filing__round", "number").values_list("filing__period", "pk", "digest", "recorded_at")
    )  # fmt: skip
    for at, pk, digest, moment in rows:
        earlier = Period.parse(at)
        waiting[at] = _submitted_figures(form_of(form.code, earlier), filing.organisation.code, earlier, pk, digest, moment)
    told: list[Reported] = []
    before = period.previous()
    for _ in range(_HISTORY):
        locked = {element: figures[-1] for element, figures in versions.get(str(before), {}).items()}
        told.append(waiting.get(str(before), {}) | locked)
        before = before.previous()
    while told and not told[-1]:
        told.pop()
    return list(reversed(told))


def _superseded(versions: Versions, filing: Filing) -> dict[tuple[str, Period], Sequence[Figure]]:
    """Return the versions that are no longer in force; those of this period all give way to what is filed now."""
    found: dict[tuple[str, Period], Sequence[Figure]] = {}
    for at, figures in versions.items():
        period = Period.parse(at)
        for element, told in figures.items():
            earlier = told if at == filing.period else told[:-1]
            if earlier:
                found[element, period] = earlier
    return found


class Peers(Holding):
    """What all filers of a form reported for a period (同期各单位)."""

    def without(self, org: str) -> Holding:
        """Return the others."""
        if org not in self.figures:
            return self
        return Holding({code: told for code, told in self.figures.items() if code != org}, self.trades)


@lru_cache(maxsize=64)
def _peers(form: Form, period: str, newest: Mark, submitted: Mark) -> Peers:
    if form.filer not in (FilerKind.UNIT, FilerKind.PARK):
        return Peers(NO_PEERS.figures)
    told: dict[str, dict[str, Decimal]] = defaultdict(dict)
    elements = [code for code, cell in form.by_element.items() if "typed" in cell.tags]
    for org, entries in _submitted(form.code, Period.parse(period)):
        told[org] = {cell.element: entry.number for key, entry in entries.items()
                     if entry.number is not None and (cell := form.cell(key)) is not None and cell.element in form.by_element and "typed" in cell.tags}  # fmt: skip
    for row in current_rows(period=period, element__in=elements):
        if row.value is not None:
            told[row.org][row.element] = row.value
    trades = {node.code: trade_code(node.tags) for node in tree_of(Period.parse(period))}
    return Peers(dict(told), {org: trade for org, trade in trades.items() if trade})


def _newest_row() -> Mark:
    """Return the newest observation with the digest of its link: keys alone may be given again after a roll-back."""
    last = ObservationRow.objects.order_by("-pk").values_list("pk", "link").first()
    if last is None:
        return (0, "")
    return (int(last[0]), str(ChainLink.objects.filter(pk=last[1]).values_list("digest", flat=True).first() or ""))


def _newest_submission(form: Form, period: Period) -> Mark:
    last = Submission.objects.filter(filing__form=form.code, filing__period=str(period)).order_by("-pk").values_list("pk", "digest").first()
    return (int(last[0]), str(last[1])) if last else (0, "")


def _submitted(form: str, period: Period) -> Iterator[tuple[str, Mapping[CellKey, Entry]]]:
    """Yield what was submitted of a form and not yet locked, the last of each filer."""
    rows = (
        Submission.objects.filter(filing__form=form, filing__period=str(period)).exclude(filing__state__in=(*UNFINISHED, ReturnState.LOCKED.name))
        .order_by("filing__round", "number").values_list("filing__organisation__code", "pk", "digest")
    )  # fmt: skip
    declared = form_of(form, period)
    for org, pk, digest in {row[0]: row for row in rows}.values():
        yield org, submitted_at(declared, pk, digest)


def _children(form: Form, node: Node | None, period: Period, tree: Tree, *, is_whole: bool, newest: Mark) -> tuple[dict[str, Reported], int | None]:
    """Return what the level below says of the form's figures: counties of the city, units of a county by the pack's composition."""
    if node is None or not (node.kind is OrganisationKind.CITY or node.kind.is_jurisdiction):
        return {}, None
    if node.kind is OrganisationKind.CITY:
        counties = [one.code for one in tree if one.kind.is_jurisdiction]
        return (_below(form, {code: code for code in form.by_element}, counties, period, newest), len(counties)) if is_whole else ({}, None)
    rules = [rule for rule in compositions().values() if rule.element in form.by_element and rule.is_whole is is_whole]
    if not rules:
        return {}, None
    asked = _asked(rules, node, tree)
    found = _below(form, {rule.of: rule.element for rule in rules}, asked, period, newest)
    # Where those below are only some of the whole, the whole is never said to be complete.
    return found, len(asked) if is_whole else len(asked) + 1


def _asked(rules: Sequence[Composition], node: Node, tree: Tree) -> list[str]:
    units = [one for one in tree if one.kind is OrganisationKind.UNIT and tree.covers(node.code, one.code)]
    return [one.code for one in units if any(rule.tags <= one.tags for rule in rules)]


def _below(form: Form, renamed: Mapping[str, str], orgs: Sequence[str], period: Period, newest: Mark) -> dict[str, Reported]:
    """Return figures of organisations under the names of the form: locked ones, else those submitted."""
    found: dict[str, Reported] = defaultdict(dict)
    wanted = set(orgs)
    for declared in _forms_with(tuple(sorted(renamed)), period):
        for org, entries in _submitted(declared.code, period):
            if org in wanted:
                told = _figures(declared, org, period, entries, clock.now())
                found[org] |= {renamed[code]: figure for code, figure in told.items() if code in renamed}
    for row in current_rows(period=str(period), element__in=list(renamed), org__in=list(wanted)):
        found[row.org][renamed[row.element]] = _figure(row)
    return {org: told for org, told in found.items() if told and any(_fits(form, told))}


def _fits(form: Form, told: Reported) -> Iterator[bool]:
    """Leave out figures of another dimension than the form's own."""
    for code, figure in list(told.items()):
        own = form.by_element[code].unit
        if own is None or own.dimension != figure.unit.dimension:
            del told[code]
        else:
            yield True


@lru_cache(maxsize=128)
def _forms_with(elements: tuple[str, ...], period: Period) -> tuple[Form, ...]:
    found = []
    for code, declared in forms().items():
        if declared.grain is not period.grain or declared.filer not in (FilerKind.UNIT, FilerKind.JURISDICTION):
            continue
        try:
            edition = form_of(code, period)
        except InputRefused:
            continue
        if any(element in edition.by_element for element in elements):
            found.append(edition)
    return tuple(found)


@lru_cache(maxsize=512)
def _targets(form: Form, org: str, period: Period) -> dict[str, TargetFigure]:
    """Return the plan's targets that bind elements of the form themselves, for their year."""
    found = {}
    for target in city().plan.targets:
        cell = form.by_element.get(target.indicator or "")
        if cell is None or cell.unit is None or target.scope != org or target.value is None or target.target_year != period.last_year:
            continue
        given = unit(target.unit)
        if given.dimension == cell.unit.dimension:
            found[cell.element] = TargetFigure(target.value * given.factor_to(cell.unit), target.operator in _CEILINGS)
    return found


@lru_cache(maxsize=256)
def _ranges(form: Form, day: date) -> dict[str, PrintedRange]:
    return form_ranges(form, day)


def _figure(row: ObservationRow) -> Figure:
    return Figure(row.element, row.org, Period.parse(row.period), row.value, unit(row.unit), row.value is None, row.recorded_at)
