"""The same tree for people, in either language: as a formula with names, and as a worked calculation with figures."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shuangkong.indicators.catalogue import Catalogue, Indicator
from shuangkong.indicators.declaration import IndicatorDeclaration
from shuangkong.indicators.formula import ATOM, Step, precedence
from shuangkong.indicators.unit_check import TypedExpression
from shuangkong.indicators.working import NOT_APPLICABLE, WHOLE, OrgTree, Worked, period_zh
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import DataGrade, Trace
from shuangkong.kernel.rounding import plain, round_gbt8170

MOST_TERMS = 20
INNER_DECIMALS = 6
_SIGNS = {
    Step.ADD: "+", Step.SUBTRACT: "−", Step.MULTIPLY: "×", Step.DIVIDE: "÷", Step.LESS: "＜", Step.AT_MOST: "≤", Step.MORE: "＞",
    Step.AT_LEAST: "≥", Step.EQUAL: "＝", Step.UNEQUAL: "≠",
}
# How a step of one or more parts reads; `previous` and `same` depend on the length of the period.
_READS = {
    Step.CUMULATIVE: Words("{since}年以来累计{0}", "sum since {since} of {0}"), Step.YEAR_TO_DATE: Words("年初以来累计{0}", "sum since the year's start of {0}"),
    Step.SUM_CHILDREN: Words("所辖合计{0}", "sum over the places below of {0}"), Step.OWN_OR_CHILDREN: Words("{0}〔本级或所辖合计〕", "{0} 〔own, or the sum of the places below〕"),
}
_PREVIOUS = {True: Words("上年{0}", "last year's {0}"), False: Words("上期{0}", "{0} of the period before")}
_BASE = {True: Words("{year}年{0}", "{0} of {year}"), False: Words("{year}年同期{0}", "{0} of the same period of {year}")}
_CHAIN = Words("{base} × 逐年连乘（1 + {growth} ÷ 100）", "{base} × yearly product of （1 + {growth} ÷ 100）")
_IF = Words("（若 {0}，则 {1}，否则 {2}）", "（if {0}, then {1}, else {2}）")
_COMMA = Words("，", ", ")
_FIRST, _SMALLER, _LARGER = Words("首个有数", "first known of "), Words("取小", "smaller of "), Words("取大", "larger of ")
_ASCII = str.maketrans({"（": "(", "）": ")", "〔": "[", "〕": "]", "＜": "<", "＞": ">", "＝": "="})
_PRODUCT = precedence(Step.MULTIPLY)
_SUM = precedence(Step.ADD)


class _Phrase(NamedTuple):
    """A piece of text and how tightly it binds, as `formula.precedence`; 0 is bracketed wherever it is nested."""

    text: str
    binds: int = ATOM

    def within(self, level: int) -> str:
        return self.text if self.binds >= level else f"（{self.text}）"


class Telling(NamedTuple):
    """What a working is told with (计算过程的说法): names, and the language."""

    catalogue: Catalogue
    orgs: OrgTree
    language: Language = "zh"

    def said(self, words: Words) -> str:
        """Return words in the language of the telling."""
        return words.in_language(self.language)

    def set_in(self, text: str) -> str:
        """Return a finished text with the brackets and signs of the language."""
        return text if self.language == "zh" else text.translate(_ASCII)

    def noted(self, text: str, note: str) -> str:
        """Return a text with a note in brackets behind it."""
        return f"{text}（{note}）" if self.language == "zh" else f"{text} ({note})"

    def period(self, period: Period) -> str:
        """Return a period as the language prints it."""
        return period_zh(period) if self.language == "zh" else str(period)


def formula_in_words(indicator: Indicator, catalogue: Catalogue) -> Words:
    """Return the formula with the names of its elements (指标公式).

    Conversions between scales of one unit are left out: names carry no unit.
    """
    declaration, nowhere = indicator.declaration, OrgTree({})
    zh, en = (
        told.set_in(f"{told.said(declaration.name)} = {_named(indicator.tree, declaration, told).text}")
        for told in (Telling(catalogue, nowhere, "zh"), Telling(catalogue, nowhere, "en"))
    )
    return Words(zh, en)


def trace_of(working: Worked, declaration: IndicatorDeclaration, told: Telling, *, written: set[int] | None = None) -> Trace:
    """Return the working of an indicator as a tree (计算过程): indicators it rests on, then figures and rules read.

    Parameters
    ----------
    working : Worked
        The root step.
    declaration : IndicatorDeclaration
        Of the indicator the root belongs to.
    told : Telling
        For names.
    written : set, optional
        Workings already written out; one met again is only named with its result.
    """
    written = set() if written is None else written
    catalogue = told.catalogue
    label = _of(told, declaration.name, working)
    result = _result(working, declaration, told)
    if id(working) in written:
        return Trace(label, "", "", result)
    written.add(id(working))
    parts: list[Trace] = []
    for leaf in _leaves(working):
        node = leaf.node
        if node.literal in catalogue.indicators and leaf.parts:
            parts.append(trace_of(leaf.parts[0], catalogue.indicators[node.literal].declaration, told, written=written))
        else:
            parts.append(_read(leaf, told))
    formula = _named(catalogue.indicator(declaration.code).tree, declaration, told).text
    rules = tuple(dict.fromkeys(step.rule.path for step in working.walk() if step.rule is not None))
    return Trace(label, told.set_in(formula), told.set_in(_figured(working, told).text), result, rules, tuple(dict.fromkeys(parts)))


def _of(told: Telling, name: Words, step: Worked) -> str:
    whose, when = told.said(told.orgs.name(step.org)), told.period(step.period)
    return told.noted(told.said(name), f"{whose}{told.said(_COMMA)}{when}")


def _leaves(working: Worked) -> list[Worked]:
    """The names and rules of this formula, without those inside the indicators it names."""
    found: list[Worked] = []
    for part in working.parts:
        if part.node.step in (Step.NAME, Step.RULE):
            found.append(part)
        else:
            found.extend(_leaves(part))
    return [working] if working.node.step in (Step.NAME, Step.RULE) and not found else found


def _read(leaf: Worked, told: Telling) -> Trace:
    unit = leaf.node.unit.shown(told.language) if leaf.node.unit else ""
    shown = f"{plain(leaf.figure)} {unit}".rstrip() if leaf.figure is not None else _gap(leaf, told)
    if leaf.rule is not None:
        # The text that a rule cites has a Chinese title; in English the rule's own line names it.
        cited = f"（{leaf.rule.citation}）{leaf.rule.stamp}" if told.language == "zh" else "" if leaf.rule.verified else " (unverified)"
        return Trace(told.said(leaf.rule.name), "", "", shown + cited, (leaf.rule.path,))
    if leaf.node.step is Step.RULE:
        return Trace(told.said(told.catalogue.rules.rule(leaf.node.literal).name), "", "", shown)
    grade = leaf.observation.grade if leaf.observation else None
    is_marked = grade not in (None, DataGrade.MEASURED, DataGrade.REPORTED)
    mark = (f"〔{grade.value}〕" if told.language == "zh" else f" [{grade.words.en}]") if grade and is_marked else ""
    return Trace(_of(told, told.catalogue.name(leaf.node.literal), leaf), "", "", shown + mark)


def _result(working: Worked, declaration: IndicatorDeclaration, told: Telling) -> str:
    if working.figure is None:
        return told.noted(_gap(working, told), told.said(working.reason)) if working.reason else _gap(working, told)
    shown = f"{format(round_gbt8170(working.figure, declaration.decimals), 'f')} {declaration.unit.shown(told.language)}".rstrip()
    return shown if working.coverage == WHOLE else told.noted(shown, f"{told.said(Words('覆盖', 'coverage'))} {working.coverage}")


def _gap(working: Worked, told: Telling) -> str:
    return told.said(Words("不适用", "not applicable") if working.coverage == NOT_APPLICABLE else Words("缺", "missing"))


def _named(node: TypedExpression, declaration: IndicatorDeclaration, told: Telling) -> _Phrase:
    parts = [_named(part, declaration, told) for part in node.parts]
    year, is_yearly = declaration.base_year, declaration.grain is Grain.YEAR
    match node.step:
        case Step.NUMBER:
            return _Phrase(node.literal)
        case Step.NAME:
            return _Phrase(told.said(told.catalogue.name(node.literal)))
        case Step.RULE:
            return _Phrase(told.said(told.catalogue.rules.rule(node.literal).name))
        case Step.SCALE_UP | Step.SCALE_DOWN | Step.POINTS:
            return parts[0]
        case Step.PREVIOUS:
            return _Phrase(told.said(_PREVIOUS[is_yearly]).format(parts[0].within(ATOM)))
        case Step.BASE:
            return _Phrase(told.said(_BASE[is_yearly]).format(parts[0].within(ATOM), year=year))
        case Step.CUMULATIVE | Step.YEAR_TO_DATE | Step.SUM_CHILDREN | Step.OWN_OR_CHILDREN:
            return _Phrase(told.said(_READS[node.step]).format(parts[0].within(ATOM), since=(year or 0) + 1))
        case Step.CHAIN:
            base = told.said(_BASE[True]).format(parts[0].within(ATOM), year=year)
            return _Phrase(told.said(_CHAIN).format(base=base, growth=parts[1].within(_PRODUCT)), _PRODUCT)
        case Step.IF:
            return _Phrase(told.said(_IF).format(*(part.text for part in parts)))
        case Step.COALESCE:
            return _Phrase(_among(_FIRST, parts, told))
    return _arranged(node, parts, told)


def _among(words: Words, parts: Sequence[_Phrase], told: Telling) -> str:
    return f"{told.said(words)}（{told.said(_COMMA).join(part.text for part in parts)}）"


def _figured(working: Worked, told: Telling) -> _Phrase:
    node = working.node
    if node.step is Step.NAME or not working.parts:
        is_read = working.observation is not None or node.step in (Step.NUMBER, Step.RULE)
        return _figure(working.figure, _gap(working, told), is_read=is_read)
    parts = [_figured(part, told) for part in working.parts]
    match node.step:
        case Step.PREVIOUS | Step.BASE | Step.COALESCE | Step.POINTS:
            return parts[0]
        case Step.IF:
            return parts[-1]
        case Step.CUMULATIVE | Step.YEAR_TO_DATE | Step.SUM_CHILDREN | Step.OWN_OR_CHILDREN:
            return _summed(parts, told)
        case Step.CHAIN:
            factors = [f"（1 + {growth.within(ATOM)} ÷ 100）" for growth in parts[1:]]
            return _Phrase(" × ".join([parts[0].within(_PRODUCT), *factors]), _PRODUCT) if factors else parts[0]
        case Step.SCALE_UP | Step.SCALE_DOWN:
            sign = "×" if node.step is Step.SCALE_UP else "÷"
            return _Phrase(f"{parts[0].within(_PRODUCT)} {sign} {plain(node.figure or Decimal(1))}", _PRODUCT)
    return _arranged(node, parts, told)


def _figure(figure: Decimal | None, gap: str, *, is_read: bool) -> _Phrase:
    if figure is None:
        return _Phrase(gap)
    shown = plain(figure if is_read else _shortened(figure))
    return _Phrase(shown.replace("-", "−"), 0 if figure < 0 else ATOM)


def _shortened(figure: Decimal) -> Decimal:
    """Keep six decimals of a figure that was itself computed, or six digits where it is small."""
    return round_gbt8170(figure, max(INNER_DECIMALS, INNER_DECIMALS - 1 - figure.adjusted())) if figure else figure


def _summed(parts: Sequence[_Phrase], told: Telling) -> _Phrase:
    if len(parts) == 1:
        return parts[0]
    terms = [part.within(_SUM) for part in parts]
    if len(terms) > MOST_TERMS:
        terms = [*terms[: MOST_TERMS - 1], "…", f"{terms[-1]}（{told.said(Words('共 {} 项', '{} terms')).format(len(parts))}）"]
    return _Phrase(" + ".join(terms), _SUM)


def _arranged(node: TypedExpression, parts: Sequence[_Phrase], told: Telling) -> _Phrase:
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
            return _Phrase(_among(_SMALLER if node.step is Step.MIN else _LARGER, parts, told))
    level = precedence(node.step)
    return _Phrase(f"{parts[0].within(level)} {_SIGNS[node.step]} {parts[1].within(level + 1)}", level)
