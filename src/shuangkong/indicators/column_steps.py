"""Every step of a formula over columns. Figures and coverage are those of `evaluate`, cell by cell and digit by digit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache, reduce
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from shuangkong.indicators.catalogue import Catalogue, Indicator
from shuangkong.indicators.column_code import FUSED, HUNDRED, Figures, code_of
from shuangkong.indicators.declaration import Missing
from shuangkong.indicators.evaluate import ZERO, arithmetic
from shuangkong.indicators.formula import Step
from shuangkong.indicators.periods import accumulated, same_part
from shuangkong.indicators.unit_check import TypedExpression
from shuangkong.indicators.working import GAP, NOT_APPLICABLE, WHOLE, Coverage, OrgTree, worse, worst
from shuangkong.kernel.period import Period

Cell = tuple[Decimal | None, Coverage]
_NOTHING: Cell = (None, GAP)
T = TypeVar("T")


@dataclass(slots=True)
class Column:
    """Figures of all organisations, one after the other, each over the same periods (列).

    `coverages` is None while it would only repeat the figures: 1/1 where one stands, 0/1 where none. `is_whole` promises
    that no figure is None.
    """

    figures: Figures
    coverages: list[Coverage] | None
    is_whole: bool

    @classmethod
    def of_cells(cls, cells: Sequence[Cell]) -> "Column":
        """Return the column of figures with their coverages."""
        figures = [figure for figure, _ in cells]
        is_plain = all(coverage in (WHOLE, GAP) for _, coverage in cells)
        return cls(figures, None if is_plain else [coverage for _, coverage in cells], all(figure is not None for figure in figures))

    def coverage(self, place: int) -> Coverage:
        """Return the coverage of one cell."""
        if self.coverages is not None:
            return self.coverages[place]
        return GAP if self.figures[place] is None else WHOLE

    def all_coverages(self) -> list[Coverage]:
        """Return the coverage of every cell."""
        if self.coverages is not None:
            return self.coverages
        return [GAP if figure is None else WHOLE for figure in self.figures]

    def row(self, row: int, width: int) -> list[Cell]:
        """Return one organisation's cells."""
        return [(self.figures[place], self.coverage(place)) for place in range(row * width, (row + 1) * width)]

    def rows(self, rows: Sequence[int], width: int) -> "Column":
        """Return only the rows of some organisations, in the order given."""
        places = [row * width + place for row in rows for place in range(width)]
        coverages = None if self.coverages is None else [self.coverages[place] for place in places]
        return Column([self.figures[place] for place in places], coverages, self.is_whole)

    def periods(self, places: Sequence[int], width: int) -> "Column":
        """Return the periods at `places` of every organisation, which has `width` of them."""
        if list(places) == list(range(width)):
            return self
        coverages = None if self.coverages is None else _picked(self.coverages, places, width)
        return Column(_picked(self.figures, places, width), coverages, self.is_whole)


def _picked(cells: list[T], places: Sequence[int], width: int) -> list[T]:
    starts = range(0, len(cells), width)
    first, count = places[0], len(places)
    if list(places) == list(range(first, first + count)):
        return list(chain.from_iterable(cells[start + first : start + first + count] for start in starts))
    if count == 1:
        return [cells[start + first] for start in starts]
    take: Callable[[list[T]], tuple[T, ...]] = itemgetter(*places)
    return list(chain.from_iterable(take(cells[start : start + width]) for start in starts))


@dataclass(slots=True)
class Place:
    """Where columns are worked (计算场): the organisations, parts before wholes, and the columns known so far."""

    checked: Catalogue
    orgs: tuple[str, ...]
    row: Mapping[str, int]
    tree: OrgTree
    columns: dict[str, Column]
    known_periods: dict[str, dict[Period, int]]

    def hold(self, code: str, periods: Sequence[Period], column: Column) -> None:
        """Keep a column until it is dropped."""
        self.columns[code] = column
        self.known_periods[code] = {period: place for place, period in enumerate(periods)}

    def drop(self, code: str) -> None:
        """Forget a column."""
        del self.columns[code], self.known_periods[code]

    def read(self, code: str, periods: Iterable[Period]) -> Column:
        """Return a known column at some periods; an indicator at those its formula is worked at."""
        known = self.known_periods[code]
        named = self.checked.indicators.get(code)
        places = [known[period if named is None else named.effective_period(period)] for period in periods]
        return self.columns[code].periods(places, len(known))

    def children(self, org: str) -> list[int]:
        """Return the rows of an organisation's parts."""
        return [self.row[child] for child in self.tree.below(org)]


def vector(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    """Return a step's column over the periods (一步的列)."""
    step = _fused if node.step in FUSED else _STEPS.get(node.step, _by_cell)
    return step(place, indicator, node, periods)


def _at(place: Place, indicator: Indicator, node: TypedExpression, wanted: Sequence[Period]) -> Column:
    """Work a step once for each period among those wanted, which may repeat."""
    once = tuple(sorted(set(wanted)))
    places = {period: index for index, period in enumerate(once)}
    return vector(place, indicator, node, once).periods([places[period] for period in wanted], len(once))


@lru_cache(maxsize=65536)
def _coverage(present: int, expected: int) -> Coverage:
    """One object for each coverage, so that equal ones are seen to be equal at a glance."""
    return Coverage(present, expected)


def _merged(columns: Sequence[Column]) -> list[Coverage] | None:
    """The poorest coverage of each cell, of columns without gaps."""
    told = [column.coverages for column in columns if column.coverages is not None]
    if not told:
        return None
    return reduce(lambda one, other: [a if a is b else worse(a, b) for a, b in zip(one, other, strict=True)], told)


def _fused(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    if node.step is Step.NUMBER:
        return Column([node.figure] * (len(place.orgs) * len(periods)), None, True)
    code = code_of(node)
    inputs = [vector(place, indicator, part, periods) for part in code.inputs]
    figures = [column.figures for column in inputs]
    if inputs and all(column.is_whole for column in inputs):
        try:
            return Column(code.whole(figures), _merged(inputs), True)
        except ArithmeticError:
            pass  # a divisor is zero somewhere: test every cell
    if not inputs:
        return _by_cell(place, indicator, node, periods)
    found = code.checked(figures)
    merged = _merged(inputs)
    if merged is None:
        return Column(found, None, False)
    coverages = [*merged]
    columns = dict(zip(code.inputs, inputs, strict=True))
    leaves = {id(part): columns[part] for part in node.walk() if part in columns}
    for at, figure in enumerate(found):
        if figure is None:
            coverages[at] = _cell(node, at, leaves)[1]
    return Column(found, coverages, False)


def _cell(node: TypedExpression, at: int, leaves: Mapping[int, Column]) -> Cell:
    """Work one cell of an arithmetic step by step: the coverage of a gap depends on the step where it arose."""
    column = leaves.get(id(node))
    if column is not None:
        return column.figures[at], column.coverage(at)
    if node.step is Step.NUMBER:
        return node.figure, WHOLE
    parts = [_cell(part, at, leaves) for part in node.parts]
    return _elementwise(node, [figure for figure, _ in parts], worst(coverage for _, coverage in parts))


def _elementwise(node: TypedExpression, cells: Sequence[Decimal | None], coverage: Coverage) -> Cell:
    known = [figure for figure in cells if figure is not None]
    if len(known) < len(cells):
        return None, coverage
    if node.step is Step.DIVIDE and not known[1]:
        return None, _coverage(0, coverage.expected)
    return arithmetic(node, known), coverage


def _by_cell(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    """Work one elementwise step cell by cell: where coverage differs, or no code was generated."""
    parts = [vector(place, indicator, part, periods) for part in node.parts]
    is_plain = all(part.coverages is None for part in parts)
    told = zip(*(part.all_coverages() for part in parts), strict=True)
    worked = [
        _elementwise(node, cells, worst(covered))
        for cells, covered in zip(zip(*(part.figures for part in parts), strict=True), told, strict=True)
    ]
    return Column([figure for figure, _ in worked], None if is_plain else [coverage for _, coverage in worked], False)


def _name(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    return place.read(node.literal, periods)


def _rule(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    rule = place.checked.rules.rule(node.literal)
    lines = [rule.at(period.end - timedelta(days=1)) for period in periods]
    figures = [None if line is None else line.number for line in lines]
    return Column(figures * len(place.orgs), None, None not in lines)


def _previous(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    return _at(place, indicator, node.parts[0], [period.previous() for period in periods])


def _base(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    base_year = indicator.declaration.base_year or 0
    return _at(place, indicator, node.parts[0], [same_part(period, base_year) for period in periods])


def _accumulated(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    told = indicator.declaration
    runs = [accumulated(period, step=node.step, base_year=told.base_year, grain=told.grain) for period in periods]
    once = tuple(sorted({part for run in runs for part in run}))
    if not once:
        return Column([None] * (len(place.orgs) * len(periods)), None, False)
    known = {period: index for index, period in enumerate(once)}
    inner = vector(place, indicator, node.parts[0], once)
    plan = _plan(runs, known)
    if inner.is_whole and inner.coverages is None and all(runs):
        figures: Figures = []
        for start in range(0, len(inner.figures), len(once)):
            figures += _running(inner.figures, start, plan)
        spans = [_coverage(len(run), len(run)) for run in runs]
        return Column(figures, None if all(len(run) == 1 for run in runs) else spans * len(place.orgs), True)
    cells: list[Cell] = []
    covered = inner.all_coverages()
    for start in range(0, len(inner.figures), len(once)):
        cells += _running_cells(inner.figures, covered, start, plan, told.missing)
    return Column.of_cells(cells)


def _plan(runs: Sequence[Sequence[Period]], known: Mapping[Period, int]) -> list[tuple[bool, list[int]]]:
    """Tell for each run whether it carries on from the one before, and what it adds."""
    plan = []
    before: Sequence[Period] = ()
    for run in runs:
        carries_on = bool(before) and run[: len(before)] == before
        plan.append((carries_on, [known[part] for part in (run[len(before) :] if carries_on else run)]))
        before = run
    return plan


def _running(figures: Figures, start: int, plan: Sequence[tuple[bool, list[int]]]) -> Figures:
    totals: Figures = []
    total: Any = ZERO
    for carries_on, added in plan:
        if not carries_on:
            total = ZERO
        for place in added:
            total = total + figures[start + place]
        totals.append(total)
    return totals


def _running_cells(
    figures: Figures, coverages: list[Coverage], start: int, plan: Sequence[tuple[bool, list[int]]], missing: Missing
) -> list[Cell]:
    """As `_running`, where something lacks or covers more than itself."""
    cells: list[Cell] = []
    sum_so_far = _Sum()
    for carries_on, added in plan:
        if not carries_on:
            sum_so_far = _Sum()
        for place in added:
            sum_so_far.add(figures[start + place], coverages[start + place])
        cells.append(sum_so_far.cell(missing) if added or carries_on else _NOTHING)
    return cells


def _chain(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    base_year = indicator.declaration.base_year or 0
    paths = [_path(period, base_year) for period in periods]
    base_at = tuple(sorted({path[0] for path in paths if path}))
    growth_at = tuple(sorted({part for path in paths for part in path[1:]}))
    if not base_at:
        return Column([None] * (len(place.orgs) * len(periods)), None, False)
    base = vector(place, indicator, node.parts[0], base_at)
    growth = vector(place, indicator, node.parts[1], growth_at) if growth_at else Column([], None, True)
    factors: Figures = [None if pct is None else 1 + pct / HUNDRED for pct in growth.figures]
    is_plain = base.coverages is None and growth.coverages is None and all(paths)
    plan = _climbs(paths, base_at, growth_at)
    figures: Figures = []
    coverages: list[Coverage] = []
    for row in range(len(place.orgs)):
        levels = base.figures[row * len(base_at) : (row + 1) * len(base_at)]
        covered = [] if is_plain else [base.coverage(row * len(base_at) + at) for at in range(len(base_at))]
        start = row * len(growth_at)
        for below, growths in plan:
            level = levels[below] if below >= 0 else None
            for at in growths:
                factor = factors[start + at]
                level = None if level is None or factor is None else level * factor
            levels.append(level)
            if not is_plain:
                cells = [covered[below], *(growth.coverage(start + at) for at in growths)] if below >= 0 else [GAP]
                covered.append(worst(cells))
        figures += levels[len(base_at) :]
        coverages += covered[len(base_at) :]
    return Column(figures, None if is_plain else coverages, base.is_whole and growth.is_whole and all(paths))


def _path(period: Period, base_year: int) -> tuple[Period, ...]:
    """Return the base period and the same part of each year up to this one; nothing before the base year."""
    return tuple(same_part(period, year) for year in range(base_year, period.last_year + 1))


def _climbs(
    paths: Sequence[tuple[Period, ...]], base_at: Sequence[Period], growth_at: Sequence[Period]
) -> list[tuple[int, list[int]]]:
    """Tell for each path which level it starts from, the base or one reached before, and the growths it goes through.

    Levels are numbered the bases first, then the paths; -1 starts from nothing.
    """
    reached: dict[tuple[Period, ...], int] = {(period,): at for at, period in enumerate(base_at)}
    growths = {period: at for at, period in enumerate(growth_at)}
    plan = []
    for number, path in enumerate(paths):
        known = next((length for length in range(len(path), 0, -1) if path[:length] in reached), 0)
        plan.append((reached[path[:known]] if known else -1, [growths[part] for part in path[known:]]))
        if path:
            reached.setdefault(path, len(base_at) + number)
    return plan


def _sum_children(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    inner = vector(place, indicator, node.parts[0], periods)
    width, missing = len(periods), indicator.declaration.missing
    cells: list[Cell] = []
    for org in place.orgs:
        children = place.children(org)
        if not children:
            cells += [_NOTHING] * width
        elif inner.is_whole and inner.coverages is None:
            rows = [inner.figures[child * width : (child + 1) * width] for child in children]
            coverage = _coverage(len(children), len(children))
            cells += [(sum(column, ZERO), coverage) for column in zip(*rows, strict=True)]
        else:
            parts = zip(*(inner.row(child, width) for child in children), strict=True)
            cells += [_total(column, missing) for column in parts]
    return Column.of_cells(cells)


def _own_or_children(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    inner = vector(place, indicator, node.parts[0], periods)
    if inner.is_whole:
        return inner
    width, missing = len(periods), indicator.declaration.missing
    figures, coverages = [*inner.figures], [*inner.all_coverages()]
    is_plain = inner.coverages is None
    for org in place.orgs:
        children = place.children(org)
        start = place.row[org] * width
        for at in range(start, start + width) if children else ():
            if figures[at] is None and coverages[at] != NOT_APPLICABLE:
                parts = [child * width + at - start for child in children]
                figures[at], coverages[at] = _total([(figures[part], coverages[part]) for part in parts], missing)
                is_plain = False
    return Column(figures, None if is_plain else coverages, all(figure is not None for figure in figures))


class _Sum:
    """A sum of what applies; a gap blanks it when strict and lessens its coverage when partial."""

    __slots__ = ("expected", "has_figure", "has_gap", "present", "total")

    def __init__(self) -> None:
        self.total, self.present, self.expected = ZERO, 0, 0
        self.has_figure = self.has_gap = False

    def add(self, figure: Decimal | None, coverage: Coverage) -> None:
        present, expected = coverage
        self.present += present
        self.expected += expected
        if figure is not None:
            self.total = self.total + figure
            self.has_figure = True
        elif expected:
            self.has_gap = True

    def cell(self, missing: Missing) -> Cell:
        if not self.has_figure or (self.has_gap and missing is Missing.STRICT):
            return None, _coverage(0, self.expected)
        return self.total, _coverage(self.present, self.expected)


def _total(cells: Iterable[Cell], missing: Missing) -> Cell:
    total = _Sum()
    for figure, coverage in cells:
        total.add(figure, coverage)
    return total.cell(missing)


def _if(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    condition, chosen, otherwise = (vector(place, indicator, part, periods) for part in node.parts)
    cells: list[Cell] = []
    for at, holds in enumerate(condition.figures):
        coverage = condition.coverage(at)
        if holds is None:
            cells.append((None, coverage))
            continue
        taken = chosen if holds else otherwise
        cells.append((taken.figures[at], worse(coverage, taken.coverage(at))))
    return Column.of_cells(cells)


def _coalesce(place: Place, indicator: Indicator, node: TypedExpression, periods: Sequence[Period]) -> Column:
    parts = [vector(place, indicator, part, periods) for part in node.parts]
    cells: list[Cell] = []
    for at in range(len(parts[0].figures)):
        found = next((part for part in parts if part.figures[at] is not None), None)
        if found is None:
            cells.append((None, worst(part.coverage(at) for part in parts)))
        else:
            cells.append((found.figures[at], found.coverage(at)))
    return Column.of_cells(cells)


StepOverColumns = Callable[[Place, Indicator, TypedExpression, Sequence[Period]], Column]
_STEPS: Mapping[Step, StepOverColumns] = {
    Step.NAME: _name,
    Step.RULE: _rule,
    Step.PREVIOUS: _previous,
    Step.BASE: _base,
    Step.CUMULATIVE: _accumulated,
    Step.YEAR_TO_DATE: _accumulated,
    Step.CHAIN: _chain,
    Step.SUM_CHILDREN: _sum_children,
    Step.OWN_OR_CHILDREN: _own_or_children,
    Step.IF: _if,
    Step.COALESCE: _coalesce,
}
