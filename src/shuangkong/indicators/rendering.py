"""The same tree for people: as a Chinese formula with names, and as a worked calculation with figures."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shuangkong.indicators.catalogue import Catalogue, Indicator
from shuangkong.indicators.declaration import IndicatorDeclaration
from shuangkong.indicators.formula import ATOM, Step, precedence
from shuangkong.indicators.unit_check import TypedExpression
from shuangkong.indicators.working import NOT_APPLICABLE, WHOLE, OrgTree, Worked, period_zh
from shuangkong.kernel.period import Grain
from shuangkong.kernel.provenance import DataGrade, Trace
from shuangkong.kernel.rounding import plain, round_gbt8170

MOST_TERMS = 20
INNER_DECIMALS = 6
_SIGNS = {
    Step.ADD: "+", Step.SUBTRACT: "−", Step.MULTIPLY: "×", Step.DIVIDE: "÷", Step.LESS: "＜", Step.AT_MOST: "≤", Step.MORE: "＞",
    Step.AT_LEAST: "≥", Step.EQUAL: "＝", Step.UNEQUAL: "≠",
}
_PRODUCT = precedence(Step.MULTIPLY)
_SUM = precedence(Step.ADD)


class _Phrase(NamedTuple):
    """A piece of text and how tightly it binds, as `formula.precedence`; 0 is bracketed wherever it is nested."""

    text: str
    binds: int = ATOM

    def within(self, level: int) -> str:
        return self.text if self.binds >= level else f"（{self.text}）"


def formula_zh(indicator: Indicator, catalogue: Catalogue) -> str:
    """Return the formula in Chinese, with the names of its elements (指标公式).

    Conversions between scales of one unit are left out: names carry no unit.
    """
    return f"{indicator.declaration.name.zh} = {_named(indicator.tree, indicator.declaration, catalogue).text}"


def worked_zh(working: Worked) -> str:
    """Return the formula with its figures put in (计算式)."""
    return _figured(working).text


def trace_of(
    working: Worked, declaration: IndicatorDeclaration, *, catalogue: Catalogue, orgs: OrgTree, told: set[int] | None = None
) -> Trace:
    """Return the working of an indicator as a tree (计算过程): indicators it rests on, then figures and rules read.

    Parameters
    ----------
    working : Worked
        The root step.
    declaration : IndicatorDeclaration
        Of the indicator the root belongs to.
    catalogue, orgs
        For names.
    told : set, optional
        Workings already written out; one met again is only named with its result.
    """
    told = set() if told is None else told
    label = f"{declaration.name.zh}（{orgs.name(working.org)}，{period_zh(working.period)}）"
    result = _result(working, declaration)
    if id(working) in told:
        return Trace(label, "", "", result)
    told.add(id(working))
    parts: list[Trace] = []
    for leaf in _leaves(working):
        node = leaf.node
        if node.literal in catalogue.indicators and leaf.parts:
            inner = catalogue.indicators[node.literal].declaration
            parts.append(trace_of(leaf.parts[0], inner, catalogue=catalogue, orgs=orgs, told=told))
        else:
            parts.append(_read(leaf, catalogue, orgs))
    formula = _named(catalogue.indicator(declaration.code).tree, declaration, catalogue).text
    rules = tuple(dict.fromkeys(step.rule.path for step in working.walk() if step.rule is not None))
    return Trace(label, formula, worked_zh(working), result, rules, tuple(dict.fromkeys(parts)))


def _leaves(working: Worked) -> list[Worked]:
    """The names and rules of this formula, without those inside the indicators it names."""
    found: list[Worked] = []
    for part in working.parts:
        if part.node.step in (Step.NAME, Step.RULE):
            found.append(part)
        else:
            found.extend(_leaves(part))
    return [working] if working.node.step in (Step.NAME, Step.RULE) and not found else found


def _read(leaf: Worked, catalogue: Catalogue, orgs: OrgTree) -> Trace:
    unit = str(leaf.node.unit)
    told = f"{plain(leaf.figure)} {unit}".removesuffix(" 1") if leaf.figure is not None else _gap(leaf)
    if leaf.rule is not None:
        return Trace(leaf.rule.name.zh, "", "", f"{told}（{leaf.rule.citation}）{leaf.rule.stamp}", (leaf.rule.path,))
    if leaf.node.step is Step.RULE:
        return Trace(catalogue.rules.rule(leaf.node.literal).name.zh, "", "", told)
    grade = leaf.observation.grade if leaf.observation else None
    mark = f"〔{grade.value}〕" if grade not in (None, DataGrade.MEASURED, DataGrade.REPORTED) else ""
    return Trace(f"{catalogue.name(leaf.node.literal).zh}（{orgs.name(leaf.org)}，{period_zh(leaf.period)}）", "", "", told + mark)


def _result(working: Worked, declaration: IndicatorDeclaration) -> str:
    if working.figure is None:
        return f"{_gap(working)}（{working.reason.zh}）" if working.reason else _gap(working)
    shown = f"{format(round_gbt8170(working.figure, declaration.decimals), 'f')} {declaration.unit}".removesuffix(" 1")
    return shown if working.coverage == WHOLE else f"{shown}（覆盖 {working.coverage}）"


def _gap(working: Worked) -> str:
    return "不适用" if working.coverage == NOT_APPLICABLE else "缺"


def _named(node: TypedExpression, declaration: IndicatorDeclaration, catalogue: Catalogue) -> _Phrase:
    parts = [_named(part, declaration, catalogue) for part in node.parts]
    base_year = declaration.base_year
    match node.step:
        case Step.NUMBER:
            return _Phrase(node.literal)
        case Step.NAME:
            return _Phrase(catalogue.name(node.literal).zh)
        case Step.RULE:
            return _Phrase(catalogue.rules.rule(node.literal).name.zh)
        case Step.SCALE_UP | Step.SCALE_DOWN | Step.POINTS:
            return parts[0]
        case Step.PREVIOUS:
            return _Phrase(("上年" if declaration.grain is Grain.YEAR else "上期") + parts[0].within(ATOM))
        case Step.BASE:
            return _Phrase(f"{base_year}年{'' if declaration.grain is Grain.YEAR else '同期'}{parts[0].within(ATOM)}")
        case Step.CUMULATIVE:
            return _Phrase(f"{(base_year or 0) + 1}年以来累计{parts[0].within(ATOM)}")
        case Step.YEAR_TO_DATE:
            return _Phrase(f"年初以来累计{parts[0].within(ATOM)}")
        case Step.SUM_CHILDREN:
            return _Phrase(f"所辖合计{parts[0].within(ATOM)}")
        case Step.OWN_OR_CHILDREN:
            return _Phrase(f"{parts[0].within(ATOM)}〔本级或所辖合计〕")
        case Step.CHAIN:
            return _Phrase(f"{base_year}年{parts[0].within(ATOM)} × 逐年连乘（1 + {parts[1].within(_PRODUCT)} ÷ 100）", _PRODUCT)
        case Step.IF:
            return _Phrase(f"（若 {parts[0].text}，则 {parts[1].text}，否则 {parts[2].text}）")
        case Step.COALESCE:
            return _Phrase(f"首个有数（{'，'.join(part.text for part in parts)}）")
    return _arranged(node, parts)


def _figured(working: Worked) -> _Phrase:
    node = working.node
    if node.step is Step.NAME or not working.parts:
        is_read = working.observation is not None or node.step in (Step.NUMBER, Step.RULE)
        return _figure(working.figure, _gap(working), is_read=is_read)
    parts = [_figured(part) for part in working.parts]
    match node.step:
        case Step.PREVIOUS | Step.BASE | Step.COALESCE | Step.POINTS:
            return parts[0]
        case Step.IF:
            return parts[-1]
        case Step.CUMULATIVE | Step.YEAR_TO_DATE | Step.SUM_CHILDREN | Step.OWN_OR_CHILDREN:
            return _summed(parts)
        case Step.CHAIN:
            factors = [f"（1 + {growth.within(ATOM)} ÷ 100）" for growth in parts[1:]]
            return _Phrase(" × ".join([parts[0].within(_PRODUCT), *factors]), _PRODUCT) if factors else parts[0]
        case Step.SCALE_UP | Step.SCALE_DOWN:
            sign = "×" if node.step is Step.SCALE_UP else "÷"
            return _Phrase(f"{parts[0].within(_PRODUCT)} {sign} {plain(node.figure or Decimal(1))}", _PRODUCT)
    return _arranged(node, parts)


def _figure(figure: Decimal | None, gap: str, *, is_read: bool) -> _Phrase:
    if figure is None:
        return _Phrase(gap)
    shown = plain(figure if is_read else _shortened(figure))
    return _Phrase(shown.replace("-", "−"), 0 if figure < 0 else ATOM)


def _shortened(figure: Decimal) -> Decimal:
    """Keep six decimals of a figure that was itself computed, or six digits where it is small."""
    return round_gbt8170(figure, max(INNER_DECIMALS, INNER_DECIMALS - 1 - figure.adjusted())) if figure else figure


def _summed(parts: Sequence[_Phrase]) -> _Phrase:
    if len(parts) == 1:
        return parts[0]
    terms = [part.within(_SUM) for part in parts]
    if len(terms) > MOST_TERMS:
        terms = [*terms[: MOST_TERMS - 1], "…", f"{terms[-1]}（共 {len(parts)} 项）"]
    return _Phrase(" + ".join(terms), _SUM)


def _arranged(node: TypedExpression, parts: Sequence[_Phrase]) -> _Phrase:
    match node.step:
        case Step.NEGATE:
            return _Phrase(f"−{parts[0].within(ATOM)}", 0)
        case Step.PCT:
            return _Phrase(f"{parts[0].within(_PRODUCT)} × 100%", _PRODUCT)
        case Step.FRACTION:
            return _Phrase(f"{parts[0].within(_PRODUCT)} ÷ 100", _PRODUCT)
        case Step.ABS:
            return _Phrase(f"|{parts[0].text}|")
        case Step.MIN | Step.MAX:
            return _Phrase(f"{'取小' if node.step is Step.MIN else '取大'}（{'，'.join(part.text for part in parts)}）")
    level = precedence(node.step)
    return _Phrase(f"{parts[0].within(level)} {_SIGNS[node.step]} {parts[1].within(level + 1)}", level)
