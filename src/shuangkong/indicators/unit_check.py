"""Expression tree → typed tree: every node has a unit, conversions between scales of one dimension are put in.

A ratio, a percentage and a difference in percentage points are three dimensions; `pct`, `fraction` and `points` are the
only ways between them. Growth rates and index numbers are not summed, and stocks not over time.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, localcontext

from shuangkong.indicators.declaration import ElementKind
from shuangkong.indicators.formula import COMPARISONS, Expression, Step, to_text
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import ONE, Unit, UnknownUnit, unit
from shuangkong.rules import RuleBook, UnknownRule

PRECISION = 28
PERCENT = unit("%")
PERCENTAGE_POINT = unit("百分点")
ONE_UNIT_STEPS = frozenset({Step.ADD, Step.SUBTRACT, Step.MIN, Step.MAX, Step.COALESCE})
SUMS_OVER_TIME = frozenset({Step.CUMULATIVE, Step.YEAR_TO_DATE})
SUMS_OVER_PLACES = frozenset({Step.SUM_CHILDREN, Step.OWN_OR_CHILDREN})
NEEDS_BASE_YEAR = frozenset({Step.BASE, Step.CUMULATIVE, Step.CHAIN})
_TRUTHS = frozenset(COMPARISONS.values())


@dataclass(frozen=True, slots=True)
class TypedExpression:
    """One node whose unit is known (带单位的公式节点); `unit` is None for a comparison.

    `figure` is the number of a NUMBER, and the factor or divisor of a conversion between scales.
    """

    step: Step
    unit: Unit | None
    parts: tuple["TypedExpression", ...] = ()
    literal: str = ""
    figure: Decimal | None = None

    def walk(self) -> Iterator["TypedExpression"]:
        """Yield the node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class Nameable:
    """What a code in a formula stands for: its unit, and its kind when it is an element."""

    unit: Unit
    kind: ElementKind | None = None


class UnknownCode(Refusal):
    """The formula names something undeclared (公式引用了未声明的代码)."""

    def __init__(self, code: str, known: Mapping[str, Nameable]) -> None:
        near = difflib.get_close_matches(code, known)
        super().__init__(
            thing=Words("公式中的代码", "code in the formula"),
            value=code,
            rule=Words("既不是数据元素也不是指标", "is neither a data element nor an indicator"),
            remedy=Words(f"是否为 {'、'.join(near)}" if near else "先声明该代码", f"perhaps {', '.join(near)}" if near else "declare it first"),
        )


class UnitMismatch(Refusal):
    """A formula's units do not fit (公式单位不符)."""

    def __init__(self, expression: Expression, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("公式单位", "units of the formula"), value=to_text(expression), rule=rule, remedy=remedy)


class NoBaseYear(Refusal):
    """The formula looks back to a base year that is not declared (未声明基准年)."""

    def __init__(self, expression: Expression) -> None:
        super().__init__(
            thing=Words("公式", "formula"),
            value=to_text(expression),
            rule=Words("用到基准年，而指标未声明 base_year", "needs a base year, and the indicator declares none"),
            remedy=Words("在声明中写明 base_year", "declare base_year"),
        )


def unit_checked(
    expression: Expression, *, known: Mapping[str, Nameable], rules: RuleBook, declared: Unit, base_year: int | None
) -> TypedExpression:
    """Return the typed tree of a formula, in the declared unit (单位检查).

    Parameters
    ----------
    expression : Expression
        As parsed.
    known : Mapping
        Every code a formula may name.
    rules : RuleBook
        For the units of `rule("…")`.
    declared : Unit
        What the formula must come out in; another scale of it is converted.
    base_year : int or None
        None refuses `base`, `cumulative` and `chain`.

    Returns
    -------
    TypedExpression
        With conversions put in.

    Raises
    ------
    UnknownCode, UnknownRule, UnitMismatch, NoBaseYear
        For the first thing found wrong.

    Examples
    --------
    >>> from shuangkong.indicators.formula import parse
    >>> from shuangkong.rules import book
    >>> known = {"coal": Nameable(unit("万t")), "ash": Nameable(unit("t"))}
    >>> tree = unit_checked(parse("coal + ash"), known=known, rules=book(), declared=unit("t"), base_year=None)
    >>> tree.step, tree.figure, tree.parts[0].parts[1].figure
    (<Step.SCALE_UP: 'scale_up'>, Decimal('10000'), Decimal('0.0001'))
    """
    checker = _Checker(known, rules, base_year)
    tree = checker.typed(expression)
    if tree.unit is None:
        raise UnitMismatch(expression, Words("结果是判断而不是数", "comes out as a comparison, not a figure"), Words("用 if( ) 取数", "use if( )"))
    if _is_zero(tree):
        return TypedExpression(Step.NUMBER, declared, (), tree.literal, tree.figure)
    if tree.unit.dimension != declared.dimension:
        rule = Words(f"结果单位为 {tree.unit}，声明为 {declared}", f"comes out in {tree.unit}, declared as {declared}")
        raise UnitMismatch(expression, rule, _way(tree.unit, declared))
    return scaled(tree, declared)


def scaled(tree: TypedExpression, to: Unit) -> TypedExpression:
    """Return the node converted to another scale of its dimension, by the exact one of factor and divisor."""
    if tree.unit is None or tree.unit.scale == to.scale:
        return tree
    step, figure = conversion(tree.unit, to)
    return TypedExpression(step, to, (tree,), figure=figure)


def conversion(one: Unit, other: Unit) -> tuple[Step, Decimal]:
    """Return how a figure changes scale: multiplied by an exact factor, else divided by an exact divisor (量级换算).

    Examples
    --------
    >>> conversion(unit("kJ"), unit("kWh"))
    (<Step.SCALE_DOWN: 'scale_down'>, Decimal('3600'))
    """
    with localcontext(Context(prec=PRECISION)) as context:
        factor = one.factor_to(other)
        if not context.flags[Inexact]:
            return Step.SCALE_UP, factor
        context.clear_flags()
        divisor = other.factor_to(one)
        return (Step.SCALE_UP, factor) if context.flags[Inexact] else (Step.SCALE_DOWN, divisor)


class _Checker:
    """Checks one formula bottom-up."""

    def __init__(self, known: Mapping[str, Nameable], rules: RuleBook, base_year: int | None) -> None:
        self._known = known
        self._rules = rules
        self._base_year = base_year

    def typed(self, expression: Expression) -> TypedExpression:
        step = expression.step
        if step in NEEDS_BASE_YEAR and self._base_year is None:
            raise NoBaseYear(expression)
        parts = tuple(self.typed(part) for part in expression.parts)
        match step:
            case Step.NUMBER:
                return TypedExpression(step, ONE, (), expression.literal, Decimal(expression.literal))
            case Step.NAME:
                if expression.literal not in self._known:
                    raise UnknownCode(expression.literal, self._known)
                return TypedExpression(step, self._known[expression.literal].unit, (), expression.literal)
            case Step.RULE:
                return self._rule(expression)
            case Step.IF:
                return self._choice(expression, parts)
        for part, written in zip(parts, expression.parts, strict=True):
            if part.unit is None:
                rule = Words("这里要数，而它是判断", "a figure is needed here, not a comparison")
                raise UnitMismatch(written, rule, Words("用 if( ) 取数", "use if( )"))
        if step in ONE_UNIT_STEPS:
            alike = self._alike(expression, parts)
            return TypedExpression(step, alike[0].unit, alike)
        if step in _TRUTHS:
            return TypedExpression(step, None, self._alike(expression, parts))
        return self._of_figures(expression, parts)

    def _of_figures(self, expression: Expression, parts: tuple[TypedExpression, ...]) -> TypedExpression:
        step = expression.step
        first = _unit_of(parts[0])
        match step:
            case Step.MULTIPLY:
                return TypedExpression(step, first.times(_unit_of(parts[1])), parts)
            case Step.DIVIDE:
                return TypedExpression(step, first.per(_unit_of(parts[1])), parts)
            case Step.PCT:
                self._needs(expression, parts[0], ONE)
                return TypedExpression(step, PERCENT, (scaled(parts[0], ONE),))
            case Step.FRACTION:
                self._needs(expression, parts[0], PERCENT)
                return TypedExpression(step, ONE, parts)
            case Step.POINTS:
                self._needs(expression, parts[0], PERCENT)
                return TypedExpression(step, PERCENTAGE_POINT, parts)
            case Step.CHAIN:
                self._needs(expression.parts[1], parts[1], PERCENT)
        if step in SUMS_OVER_TIME | SUMS_OVER_PLACES:
            self._additive(expression, parts[0])
        return TypedExpression(step, first, parts)

    def _rule(self, expression: Expression) -> TypedExpression:
        rule = self._rules.rule(expression.literal)
        if any(not isinstance(line.value, Decimal) for line in rule.lines):
            raise UnknownRule(f"{expression.literal}（不是单个数）")
        try:
            return TypedExpression(Step.RULE, unit(rule.unit) if rule.unit else ONE, (), expression.literal)
        except UnknownUnit as refused:
            told = Words(f"规则的单位“{rule.unit}”不在计量单位表中", f"the rule's unit '{rule.unit}' is not in the table")
            raise UnitMismatch(expression, told, Words("修改规则的单位", "mend the rule's unit")) from refused

    def _choice(self, expression: Expression, parts: tuple[TypedExpression, ...]) -> TypedExpression:
        condition, chosen, otherwise = parts
        if condition.unit is not None:
            rule = Words("if 的第一项应为判断", "the first argument of if must be a comparison")
            raise UnitMismatch(expression, rule, Words("写成 a > b 之类", "write something like a > b"))
        if chosen.unit is None or otherwise.unit is None:
            rule = Words("if 的结果应为数", "the results of if must be figures")
            raise UnitMismatch(expression, rule, Words("换成数", "use figures"))
        alike = self._alike(expression, (chosen, otherwise))
        return TypedExpression(Step.IF, alike[0].unit, (condition, *alike))

    def _alike(self, expression: Expression, parts: tuple[TypedExpression, ...]) -> tuple[TypedExpression, ...]:
        """Bring parts to the first one's unit; a bare 0 fits any."""
        leading = next((part for part in parts if not _is_zero(part)), parts[0])
        one = _unit_of(leading)
        alike = []
        for part in parts:
            if _is_zero(part):
                alike.append(TypedExpression(Step.NUMBER, one, (), part.literal, part.figure))
                continue
            other = _unit_of(part)
            if other.dimension != one.dimension:
                rule = Words(f"{one} 与 {other} 不能相加或比较", f"{one} and {other} cannot be added or compared")
                raise UnitMismatch(expression, rule, _way(other, one))
            alike.append(scaled(part, one))
        return tuple(alike)

    def _needs(self, expression: Expression, part: TypedExpression, wanted: Unit) -> None:
        found = _unit_of(part)
        if found.dimension != wanted.dimension:
            rule = Words(f"{expression.step.value} 要的单位是 {wanted}，得到 {found}", f"{expression.step.value} wants {wanted}, got {found}")
            raise UnitMismatch(expression, rule, _way(found, wanted))

    def _additive(self, expression: Expression, part: TypedExpression) -> None:
        kind = self._known[part.literal].kind if part.step is Step.NAME else None
        is_over_time = expression.step in SUMS_OVER_TIME
        if kind is None or kind is ElementKind.FLOW or (kind is ElementKind.STOCK and not is_over_time):
            return
        over = Words("跨时期", "over time") if is_over_time else Words("跨地区", "over places")
        rule = Words(f"{kind.value} 类元素不能{over.zh}相加", f"an element of kind {kind.value} does not add up {over.en}")
        raise UnitMismatch(expression, rule, Words("改用可相加的元素计算", "compute it from elements that add up"))


def _unit_of(tree: TypedExpression) -> Unit:
    if tree.unit is None:
        raise TypeError("a comparison has no unit")
    return tree.unit


def _is_zero(tree: TypedExpression) -> bool:
    return tree.step is Step.NUMBER and not tree.figure


def _way(found: Unit, wanted: Unit) -> Words:
    ways = {
        (ONE.dimension, PERCENT.dimension): "pct( )",
        (PERCENT.dimension, ONE.dimension): "fraction( )",
        (PERCENT.dimension, PERCENTAGE_POINT.dimension): "points( )",
    }
    function = ways.get((found.dimension, wanted.dimension))
    if function:
        return Words(f"用 {function} 换算", f"convert with {function}")
    if found.dimension == wanted.dimension:
        return Words(f"相差 {plain(found.factor_to(wanted))} 倍", f"a factor of {plain(found.factor_to(wanted))} apart")
    return Words("核对公式和声明的单位", "check the formula and the declared unit")
