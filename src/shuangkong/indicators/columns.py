"""Many organisations and periods at once: the same figures as `evaluate`, column by column.

A column holds one element or indicator for all organisations and the periods somebody needs of it. Columns are made in the
order of dependence, handed out one by one and dropped after their last use, so that a whole country fits in memory. A
working is not kept: `evaluate` gives it on demand for any one figure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from shuangkong.indicators.catalogue import Catalogue, Indicator
from shuangkong.indicators.column_steps import Column, Place, vector
from shuangkong.indicators.declaration import Element, ElementKind
from shuangkong.indicators.evaluate import ZERO, figure_of
from shuangkong.indicators.formula import Step
from shuangkong.indicators.observations import Snapshot
from shuangkong.indicators.periods import accumulated, same_part, years_of
from shuangkong.indicators.unit_check import PRECISION, TypedExpression
from shuangkong.indicators.working import GAP, NOT_APPLICABLE, WHOLE, Coverage, OrgTree
from shuangkong.kernel.period import Grain, Period

ColumnSource = Callable[[Element, Sequence[str], Sequence[Period]], Column]
Needs = dict[str, set[Period]]


@dataclass(frozen=True, slots=True)
class IndicatorColumn:
    """One indicator of many organisations and periods (指标列), organisation by organisation."""

    code: str
    orgs: tuple[str, ...]
    periods: tuple[Period, ...]
    column: Column

    def at(self, org: str, period: Period) -> tuple[Decimal | None, Coverage]:
        """Return one figure, unrounded in the declared unit, with its coverage."""
        place = self.orgs.index(org) * len(self.periods) + self.periods.index(period)
        return self.column.figures[place], self.column.coverage(place)


def evaluate_columns(
    *, checked: Catalogue, orgs: OrgTree, source: ColumnSource, over: Iterable[str], periods: Iterable[Period],
    codes: Iterable[str] | None = None,
) -> Iterator[IndicatorColumn]:  # fmt: skip
    """Yield indicators as columns (批量计算), each as soon as it is known.

    Parameters
    ----------
    checked : Catalogue
        The checked declarations.
    orgs : OrgTree
        Who is summed for whom; parts of those in `over` are read as well.
    source : callable
        Gives an element's column for the organisations and periods asked, in the element's unit.
    over : iterable of str
        The organisations wanted.
    periods : iterable of Period
        The periods wanted.
    codes : iterable of str, optional
        The indicators wanted; all without it.

    Yields
    ------
    IndicatorColumn
        In order of dependence; none for no organisation or period. Holding on to all of them holds them all in memory.

    Raises
    ------
    UnknownIndicator
        For a code that is not declared.
    """
    wanted_orgs, wanted_periods = tuple(over), tuple(periods)
    if not wanted_orgs or not wanted_periods:
        return
    wanted = {code: checked.indicator(code) for code in (checked.indicators if codes is None else codes)}
    needs = _needs(checked, wanted, wanted_periods)
    last_use = _last_use(checked, needs)
    everyone = orgs.closure(wanted_orgs)
    place = Place(checked, everyone, {org: row for row, org in enumerate(everyone)}, orgs, {}, {})
    rows = None if everyone == wanted_orgs else [place.row[org] for org in wanted_orgs]
    for code, indicator in checked.indicators.items():
        if code not in needs:
            continue
        with localcontext(Context(prec=PRECISION)):
            for name in _named(indicator.tree):
                if name in checked.elements and name not in place.columns:
                    ordered = tuple(sorted(needs[name]))
                    place.hold(name, ordered, source(checked.elements[name], everyone, ordered))
            ordered = tuple(sorted(needs[code]))
            place.hold(code, ordered, vector(place, indicator, indicator.tree, ordered))
        if code in wanted:
            column = place.read(code, wanted_periods)
            column = column if rows is None else column.rows(rows, len(wanted_periods))
            yield IndicatorColumn(code, wanted_orgs, wanted_periods, column)
        for name in [name for name in place.columns if last_use.get(name, code) == code]:
            place.drop(name)


def snapshot_source(snapshot: Snapshot) -> ColumnSource:
    """Return a source that reads columns from observations as known at one moment (观测值列)."""

    def read(element: Element, orgs: Sequence[str], periods: Sequence[Period]) -> Column:
        return Column.of_cells([_cell(snapshot, element, org, period) for org in orgs for period in periods])

    return read


def _cell(snapshot: Snapshot, element: Element, org: str, period: Period) -> tuple[Decimal | None, Coverage]:
    observation = snapshot.get(element.code, org, period)
    if observation is not None:
        figure = figure_of(observation, element)
        return figure, NOT_APPLICABLE if figure is None else WHOLE
    if period.grain is not Grain.YEARS or element.kind is not ElementKind.FLOW:
        return None, GAP
    cells = [_cell(snapshot, element, org, year) for year in years_of(period)]
    expected = sum(coverage.expected for _, coverage in cells)
    known = [figure for figure, _ in cells if figure is not None]
    if not known or len(known) < expected:
        return None, Coverage(0, expected)
    return sum(known, ZERO), Coverage(expected, expected)


def _needs(checked: Catalogue, wanted: Mapping[str, Indicator], periods: Sequence[Period]) -> Needs:
    """Return for every code the periods that somebody reads of it."""
    needs: Needs = {}
    for code, indicator in reversed([*checked.indicators.items()]):
        if code in wanted:
            needs.setdefault(code, set()).update(indicator.effective_period(period) for period in periods)
        if code in needs:
            _read_by(checked, indicator, indicator.tree, needs[code], needs)
    return needs


def _read_by(checked: Catalogue, indicator: Indicator, node: TypedExpression, at: set[Period], needs: Needs) -> None:
    if node.step is Step.NAME:
        named = checked.indicators.get(node.literal)
        needs.setdefault(node.literal, set()).update(at if named is None else map(named.effective_period, at))
        return
    declaration = indicator.declaration
    base_year = declaration.base_year or 0
    match node.step:
        case Step.PREVIOUS:
            at = {period.previous() for period in at}
        case Step.BASE:
            at = {same_part(period, base_year) for period in at}
        case Step.CUMULATIVE | Step.YEAR_TO_DATE:
            at = {
                part
                for period in at
                for part in accumulated(period, step=node.step, base_year=declaration.base_year, grain=declaration.grain)
            }
        case Step.CHAIN:
            _read_by(checked, indicator, node.parts[0], {same_part(period, base_year) for period in at}, needs)
            years = {same_part(period, year) for period in at for year in range(base_year + 1, period.last_year + 1)}
            _read_by(checked, indicator, node.parts[1], years, needs)
            return
    for part in node.parts:
        _read_by(checked, indicator, part, at, needs)


def _last_use(checked: Catalogue, needs: Needs) -> dict[str, str]:
    """Return for every code the last indicator that reads it."""
    last: dict[str, str] = {}
    for code, indicator in checked.indicators.items():
        if code in needs:
            last.update(dict.fromkeys(_named(indicator.tree), code))
    return last


def _named(tree: TypedExpression) -> dict[str, None]:
    return dict.fromkeys(node.literal for node in tree.walk() if node.step is Step.NAME)
