"""One indicator of one organisation for one period: its figure, its coverage, and every step that led there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Context, Decimal, localcontext

from shuangkong.indicators.catalogue import Catalogue, Indicator
from shuangkong.indicators.declaration import Element, ElementKind, Missing
from shuangkong.indicators.formula import COMPARISONS, Step
from shuangkong.indicators.observations import Observation, Snapshot
from shuangkong.indicators.periods import accumulated, same_part, years_of
from shuangkong.indicators.rendering import Telling, trace_of
from shuangkong.indicators.unit_check import PRECISION, TypedExpression, conversion
from shuangkong.indicators.working import (
    GAP,
    NOT_APPLICABLE,
    WHOLE,
    Coverage,
    OrgTree,
    Worked,
    first_reason,
    period_zh,
    together,
    worst,
)
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import DataGrade, Trace
from shuangkong.kernel.units import Unit
from shuangkong.rules import RuleValue

HUNDRED = Decimal(100)
ZERO = Decimal(0)
GRADES_MARKED = (DataGrade.SIMULATED, DataGrade.ESTIMATED, DataGrade.SUBSTITUTED)
UNVERIFIED = "未核实"


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """The figure of one indicator (指标结果), unrounded, in the declared unit, with all it rests on."""

    code: str
    org: str
    period: Period
    value: Decimal | None
    unit: Unit
    coverage: Coverage
    working: Worked = field(repr=False, compare=False)
    _catalogue: Catalogue = field(repr=False, compare=False)
    _orgs: OrgTree = field(repr=False, compare=False)

    @property
    def reason(self) -> Words | None:
        """Why there is no figure; None when there is one."""
        return self.working.why()

    @property
    def inputs(self) -> tuple[Observation, ...]:
        """The observations the figure rests on, in the order the formula reads them."""
        read = (step.observation for step in self.working.walk())
        return tuple(dict.fromkeys(observation for observation in read if observation is not None))

    @property
    def rules(self) -> tuple[RuleValue, ...]:
        """The dated rules the figure rests on."""
        read = (step.rule for step in self.working.walk())
        return tuple({(rule.path, rule.valid_from): rule for rule in read if rule is not None}.values())

    @property
    def grades(self) -> frozenset[DataGrade]:
        """How the inputs were obtained."""
        return frozenset(observation.grade for observation in self.inputs)

    @property
    def marks(self) -> tuple[str, ...]:
        """What must be shown beside the figure: 模拟, 估算, 替代, 未核实."""
        steps = list(self.working.walk())
        grades = {step.observation.grade for step in steps if step.observation is not None}
        marks = [grade.value for grade in GRADES_MARKED if grade in grades]
        return (*marks, UNVERIFIED) if any(step.rule is not None and not step.rule.verified for step in steps) else tuple(marks)

    @property
    def gaps(self) -> tuple[Words, ...]:
        """What was missing below, also where the figure stands."""
        return self.working.gaps()

    def trace(self, language: Language = "zh") -> Trace:
        """Return the working as a tree of formula, figures and result (计算过程)."""
        return trace_of(self.working, self._catalogue.indicator(self.code).declaration, Telling(self._catalogue, self._orgs, language))


class Evaluator:
    """Evaluates indicators over one snapshot (指标计算), remembering what it has worked out.

    Parameters
    ----------
    catalogue : Catalogue
        The checked declarations, and the rules they read.
    snapshot : Snapshot
        The observations as known at one moment.
    orgs : OrgTree
        Who is summed for whom.
    """

    def __init__(self, catalogue: Catalogue, snapshot: Snapshot, orgs: OrgTree) -> None:
        self._catalogue = catalogue
        self._snapshot = snapshot
        self._orgs = orgs
        self._known: dict[tuple[str, str, Period], Worked] = {}

    def evaluate(self, code: str, *, org: str, period: Period) -> IndicatorResult:
        """Return the indicator's figure (指标计算).

        Parameters
        ----------
        code : str
            A declared indicator.
        org : str
            An organisation's code.
        period : Period
            A year, half, quarter, month or span of years.

        Returns
        -------
        IndicatorResult
            Where inputs lack, `value` is None and `reason` names the element, whose and when.

        Raises
        ------
        UnknownIndicator
            With near misses.
        """
        indicator = self._catalogue.indicator(code)
        with localcontext(Context(prec=PRECISION)):
            worked = self._indicator(indicator, org, period)
        unit = indicator.declaration.unit
        return IndicatorResult(
            code, org, period, worked.figure, unit, worked.coverage, worked, self._catalogue, self._orgs
        )

    def _indicator(self, indicator: Indicator, org: str, period: Period) -> Worked:
        at = indicator.effective_period(period)
        key = (indicator.code, org, at)
        if key not in self._known:
            self._known[key] = self._work(indicator, indicator.tree, org, at)
        return self._known[key]

    def _work(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        step = node.step
        if step is Step.NUMBER:
            return Worked(node, org, period, node.figure, WHOLE)
        special = _SPECIAL.get(step)
        if special is not None:
            return special(self, indicator, node, org, period)
        parts = tuple(self._work(indicator, part, org, period) for part in node.parts)
        return _elementwise(node, org, period, parts)

    def _name(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        named = self._catalogue.indicators.get(node.literal)
        if named is not None:
            inner = self._indicator(named, org, period)
            return Worked(node, org, period, inner.figure, inner.coverage, inner.reason, (inner,))
        element = self._catalogue.elements[node.literal]
        observation = self._snapshot.get(element.code, org, period)
        if observation is None and period.grain is Grain.YEARS and element.kind is ElementKind.FLOW:
            years = tuple(self._name(indicator, node, org, year) for year in years_of(period))
            return _total(node, org, period, years, Missing.STRICT)
        return self._observed(node, element, org, period, observation)

    def _observed(
        self, node: TypedExpression, element: Element, org: str, period: Period, observation: Observation | None
    ) -> Worked:
        whose, when = self._orgs.name(org), period_zh(period)
        if observation is None:
            reason = Words(f"{whose.zh}{when}缺“{element.name.zh}”", f"{element.name.en} of {whose.en} for {period} is missing")
            return Worked(node, org, period, None, GAP, reason)
        figure = figure_of(observation, element)
        if figure is None:
            reason = Words(f"{whose.zh}{when}“{element.name.zh}”不适用", f"{element.name.en} does not apply to {whose.en} for {period}")
            return Worked(node, org, period, None, NOT_APPLICABLE, reason, observation=observation)
        return Worked(node, org, period, figure, WHOLE, observation=observation)

    def _rule(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        rule = self._catalogue.rules.rule(node.literal)
        line = rule.at(period.end - timedelta(days=1))
        if line is None:
            reason = Words(f"{period_zh(period)}末“{rule.name.zh}”尚无规定", f"no rule '{rule.name.en}' held at the end of {period}")
            return Worked(node, org, period, None, GAP, reason)
        return Worked(node, org, period, line.number, WHOLE, rule=line)

    def _previous(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        return _same(node, org, period, self._work(indicator, node.parts[0], org, period.previous()))

    def _base(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        at = same_part(period, _base_year(indicator))
        return _same(node, org, period, self._work(indicator, node.parts[0], org, at))

    def _accumulated(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        declaration = indicator.declaration
        run = accumulated(period, step=node.step, base_year=declaration.base_year, grain=declaration.grain)
        if not run:
            return Worked(node, org, period, None, GAP, _not_after(period, declaration.base_year))
        parts = tuple(self._work(indicator, node.parts[0], org, at) for at in run)
        return _total(node, org, period, parts, declaration.missing)

    def _chain(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        base_year = _base_year(indicator)
        if period.last_year < base_year:
            return Worked(node, org, period, None, GAP, _not_after(period, base_year))
        based, growth = node.parts
        parts = [self._work(indicator, based, org, same_part(period, base_year))]
        for year in range(base_year + 1, period.last_year + 1):
            parts.append(self._work(indicator, growth, org, same_part(period, year)))
        coverage = worst(part.coverage for part in parts)
        figures = [part.figure for part in parts if part.figure is not None]
        if len(figures) < len(parts):
            return Worked(node, org, period, None, coverage, first_reason(parts), tuple(parts))
        level = figures[0]
        for growth_pct in figures[1:]:
            level = level * (1 + growth_pct / HUNDRED)
        return Worked(node, org, period, level, coverage, None, tuple(parts))

    def _children(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        children = self._orgs.below(org)
        if not children:
            whose = self._orgs.name(org)
            return Worked(node, org, period, None, GAP, Words(f"{whose.zh}没有下级可以汇总", f"{whose.en} has no parts to sum"))
        parts = tuple(self._work(indicator, node.parts[0], child, period) for child in children)
        return _total(node, org, period, parts, indicator.declaration.missing)

    def _own_or_children(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        own = self._work(indicator, node.parts[0], org, period)
        children = self._orgs.below(org)
        if own.figure is not None or own.coverage == NOT_APPLICABLE or not children:
            return _same(node, org, period, own)
        parts = tuple(self._work(indicator, node, child, period) for child in children)
        return _total(node, org, period, parts, indicator.declaration.missing)

    def _if(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        condition = self._work(indicator, node.parts[0], org, period)
        if condition.figure is None:
            return Worked(node, org, period, None, condition.coverage, condition.reason, (condition,))
        chosen = self._work(indicator, node.parts[1] if condition.figure else node.parts[2], org, period)
        coverage = worse_of(condition, chosen)
        return Worked(node, org, period, chosen.figure, coverage, chosen.reason, (condition, chosen))

    def _coalesce(self, indicator: Indicator, node: TypedExpression, org: str, period: Period) -> Worked:
        tried: list[Worked] = []
        for part in node.parts:
            tried.append(self._work(indicator, part, org, period))
            if tried[-1].figure is not None:
                return _same(node, org, period, tried[-1])
        coverage = worst(part.coverage for part in tried)
        return Worked(node, org, period, None, coverage, first_reason(tried), tuple(tried))


Special = Callable[[Evaluator, Indicator, TypedExpression, str, Period], Worked]
_SPECIAL: Mapping[Step, Special] = {
    Step.NAME: Evaluator._name,
    Step.RULE: Evaluator._rule,
    Step.PREVIOUS: Evaluator._previous,
    Step.BASE: Evaluator._base,
    Step.CUMULATIVE: Evaluator._accumulated,
    Step.YEAR_TO_DATE: Evaluator._accumulated,
    Step.CHAIN: Evaluator._chain,
    Step.SUM_CHILDREN: Evaluator._children,
    Step.OWN_OR_CHILDREN: Evaluator._own_or_children,
    Step.IF: Evaluator._if,
    Step.COALESCE: Evaluator._coalesce,
}


def figure_of(observation: Observation, element: Element) -> Decimal | None:
    """Return an observation's figure in the element's unit, None where it does not apply (观测值换算).

    Raises
    ------
    IncompatibleUnits
        If it was reported in a unit of another dimension.
    """
    told = observation.value
    if told is None or (observation.unit.scale == element.unit.scale and observation.unit.dimension == element.unit.dimension):
        return told
    step, scale = conversion(observation.unit, element.unit)
    return told * scale if step is Step.SCALE_UP else told / scale


def worse_of(one: Worked, other: Worked) -> Coverage:
    """Return the poorer coverage of two steps."""
    return worst((one.coverage, other.coverage))


def _elementwise(node: TypedExpression, org: str, period: Period, parts: tuple[Worked, ...]) -> Worked:
    coverage = worst(part.coverage for part in parts)
    figures = [part.figure for part in parts if part.figure is not None]
    if len(figures) < len(parts):
        return Worked(node, org, period, None, coverage, first_reason(parts), parts)
    if node.step is Step.DIVIDE and not figures[1]:
        reason = Words(f"{period_zh(period)}除数为零", f"division by zero for {period}")
        return Worked(node, org, period, None, Coverage(0, coverage.expected), reason, parts)
    return Worked(node, org, period, arithmetic(node, figures), coverage, None, parts)


def arithmetic(node: TypedExpression, figures: Sequence[Decimal]) -> Decimal:
    """Return the figure of one elementwise step; a comparison gives 1 or 0 (一步运算)."""
    first = figures[0]
    match node.step:
        case Step.ADD:
            return first + figures[1]
        case Step.SUBTRACT:
            return first - figures[1]
        case Step.MULTIPLY:
            return first * figures[1]
        case Step.DIVIDE:
            return first / figures[1]
        case Step.NEGATE:
            return -first
        case Step.PCT:
            return first * HUNDRED
        case Step.FRACTION:
            return first / HUNDRED
        case Step.POINTS:
            return first
        case Step.MIN:
            return min(figures)
        case Step.MAX:
            return max(figures)
        case Step.ABS:
            return abs(first)
        case Step.SCALE_UP:
            return first * (node.figure or ZERO)
        case Step.SCALE_DOWN:
            return first / (node.figure or ZERO)
    return Decimal(holds(node.step, first, figures[1]))


def holds(step: Step, left: Decimal, right: Decimal) -> bool:
    """Tell whether a comparison holds (比较)."""
    match step:
        case Step.LESS:
            return left < right
        case Step.AT_MOST:
            return left <= right
        case Step.MORE:
            return left > right
        case Step.AT_LEAST:
            return left >= right
        case Step.EQUAL:
            return left == right
        case Step.UNEQUAL:
            return left != right
    raise ValueError(f"{step} compares nothing; comparisons are {', '.join(COMPARISONS)}")


def _total(node: TypedExpression, org: str, period: Period, parts: tuple[Worked, ...], missing: Missing) -> Worked:
    """Sum what applies; a gap blanks a strict sum and lessens a partial one."""
    figures = [part.figure for part in parts if part.figure is not None]
    has_gap = any(part.figure is None and part.coverage != NOT_APPLICABLE for part in parts)
    coverage = together(part.coverage for part in parts)
    if not figures or (has_gap and missing is Missing.STRICT):
        return Worked(node, org, period, None, Coverage(0, coverage.expected), first_reason(parts), parts)
    return Worked(node, org, period, sum(figures, ZERO), coverage, None, parts)


def _same(node: TypedExpression, org: str, period: Period, inner: Worked) -> Worked:
    return Worked(node, org, period, inner.figure, inner.coverage, inner.reason, (inner,))


def _base_year(indicator: Indicator) -> int:
    base_year = indicator.declaration.base_year
    if base_year is None:
        raise TypeError(f"{indicator.code} was not unit-checked: it declares no base year")
    return base_year


def _not_after(period: Period, base_year: int | None) -> Words:
    return Words(f"{period_zh(period)}不在基准年 {base_year} 之后", f"{period} is not after the base year {base_year}")
