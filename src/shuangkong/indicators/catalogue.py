"""The indicators of a city, checked as a whole: names, units, and no formula that rests on itself."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from shuangkong.indicators.declaration import Element, IndicatorDeclaration
from shuangkong.indicators.formula import RESERVED, Step, parse
from shuangkong.indicators.unit_check import NEEDS_BASE_YEAR, Nameable, TypedExpression, unit_checked
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.rules import RuleBook

# Steps stacked on one another, formulas of the indicators below included; recursion follows them.
DEEPEST_WORKING = 200
T = TypeVar("T")


class UnknownIndicator(Refusal):
    """No indicator has this code (指标不存在)."""

    def __init__(self, code: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(code, list(known))
        super().__init__(
            thing=Words("指标", "indicator"),
            value=code,
            rule=Words("没有这个指标", "there is no such indicator"),
            remedy=Words(
                f"是否为 {'、'.join(near)}" if near else "用 indicators list 查看全部指标",
                f"perhaps {', '.join(near)}" if near else "see them all with indicators list",
            ),
        )


class CircularIndicators(Refusal):
    """Formulas that rest on one another in a ring (指标循环引用)."""

    def __init__(self, loop: tuple[str, ...]) -> None:
        super().__init__(
            thing=Words("指标公式", "indicator formulas"),
            value=loop[0],
            rule=Words(f"循环引用：{' → '.join(loop)}", f"refer to one another in a ring: {' → '.join(loop)}"),
            remedy=Words("拆开其中一个公式", "break one of the formulas"),
        )


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator whose formula was checked (已检查的指标): its declaration and the typed tree of its formula.

    `looks_to_base_year` tells whether the formula itself is counted from the base year.
    """

    declaration: IndicatorDeclaration
    tree: TypedExpression
    looks_to_base_year: bool

    @property
    def code(self) -> str:
        """The declared code."""
        return self.declaration.code

    def effective_period(self, period: Period) -> Period:
        """Return the period the formula is worked at.

        A formula counted from the base year stands, over a span of years that follows the base year, at its last year.
        """
        if not self.looks_to_base_year or period.start.year - 1 != self.declaration.base_year:
            return period
        return Period.year(period.last_year) if period.grain is Grain.YEARS else period


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Elements and checked indicators by code, indicators after those they rest on (指标目录)."""

    elements: Mapping[str, Element]
    indicators: Mapping[str, Indicator]
    rules: RuleBook

    def indicator(self, code: str) -> Indicator:
        """Return an indicator, or raise `UnknownIndicator` with near misses."""
        if code not in self.indicators:
            raise UnknownIndicator(code, self.indicators)
        return self.indicators[code]

    def name(self, code: str) -> Words:
        """Return the name of an element or indicator."""
        if code in self.indicators:
            return self.indicators[code].declaration.name
        return self.elements[code].name


def catalogue(*, elements: Iterable[Element], indicators: Iterable[IndicatorDeclaration], rules: RuleBook) -> Catalogue:
    """Check all declarations together (指标目录检查).

    Parameters
    ----------
    elements, indicators : iterable
        As declared.
    rules : RuleBook
        What `rule("…")` reads.

    Returns
    -------
    Catalogue
        Indicators in an order in which each comes after all it rests on.

    Raises
    ------
    InputRefused
        With every fault: code declared twice, unreadable formula, unknown name, units that do not fit, a ring.
    """
    faults: list[Fault] = []
    declared_elements = _once(((element.code, element) for element in elements), faults)
    declarations = _once(((indicator.code, indicator) for indicator in indicators), faults)
    for code in sorted(set(declared_elements) & set(declarations)):
        faults.append(_clash(code, Words("既是数据元素又是指标", "is both an element and an indicator")))
    for code in sorted({*declared_elements, *declarations} & RESERVED):
        faults.append(_clash(code, Words("是函数名", "is the name of a function")))
    known = {code: Nameable(element.unit, element.kind) for code, element in declared_elements.items()}
    known.update({code: Nameable(declaration.unit) for code, declaration in declarations.items()})
    checked: dict[str, Indicator] = {}
    for code, declaration in declarations.items():
        try:
            tree = unit_checked(
                parse(declaration.formula), known=known, rules=rules, declared=declaration.unit, base_year=declaration.base_year
            )
            checked[code] = Indicator(declaration, tree, any(node.step in NEEDS_BASE_YEAR for node in tree.walk()))
        except InputRefused as refused:
            faults.extend(fault.at(Words(f"指标 {code}", f"indicator {code}")) for fault in refused.faults)
        beside = declarations.get(declaration.evidence_for)
        if declaration.evidence_for and (beside is None or beside.unit != declaration.unit):
            faults.append(Fault(Words(f"指标 {code}", f"indicator {code}"), declaration.evidence_for, Words("不是同单位的指标", "is no indicator of its unit"), Words("改正 evidence_for", "correct evidence_for")))
    if faults:
        raise InputRefused(faults)
    return Catalogue(declared_elements, _in_order(checked), rules)


def _once(pairs: Iterable[tuple[str, T]], faults: list[Fault]) -> dict[str, T]:
    found: dict[str, T] = {}
    for code, declared in pairs:
        if code in found:
            faults.append(_clash(code, Words("重复声明", "is declared twice")))
        found[code] = declared
    return found


def _clash(code: str, rule: Words) -> Fault:
    return Fault(Words("代码", "code"), code, rule, Words("换一个代码", "use another code"))


def _in_order(checked: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """Order indicators so that each follows those it names; refuse a ring, and a working stacked too high to follow."""
    ordered: dict[str, Indicator] = {}
    depth: dict[str, int] = {}

    def place(code: str, above: tuple[str, ...]) -> int:
        if code in above:
            raise CircularIndicators((*above[above.index(code) :], code))
        if code in depth:
            return depth[code]
        tree = checked[code].tree
        named = sorted({node.literal for node in tree.walk() if node.step is Step.NAME} & set(checked))
        below = max((place(other, (*above, code)) for other in named), default=0) if len(above) < DEEPEST_WORKING else DEEPEST_WORKING
        depth[code] = _height(tree) + below
        if depth[code] > DEEPEST_WORKING:
            rule = Words(f"层层叠算超过 {DEEPEST_WORKING} 步", f"is stacked more than {DEEPEST_WORKING} steps high")
            raise InputRefused([Fault(Words("指标", "indicator"), code, rule, Words("简化公式", "simplify the formulas"))])
        ordered[code] = checked[code]
        return depth[code]

    for code in checked:
        place(code, ())
    return ordered


def _height(tree: TypedExpression) -> int:
    return 1 + max((_height(part) for part in tree.parts), default=0)
