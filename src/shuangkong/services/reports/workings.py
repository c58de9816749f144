"""The working behind a figure as plain lines: formula, calculation, dated rules, inputs."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.indicators.evaluate import IndicatorResult
from shuangkong.indicators.observations import Observation
from shuangkong.indicators.rendering import formula_in_words
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RuleValue
from shuangkong.services.board import BoardLine
from shuangkong.services.documents.report import MARK_OF_GRADE, Figure, InputLine, Mark, RuleLine, Working
from shuangkong.services.indicators import CityIndicators

MARK_OF_WORD: Mapping[str, Mark] = {mark.value.zh: mark for mark in Mark}


def marks_of(result: IndicatorResult | None) -> tuple[Mark, ...]:
    """Return what must be shown beside the figure."""
    return tuple(MARK_OF_WORD[word] for word in result.marks) if result else ()


def working_of_line(line: BoardLine, *, anchor: str, indicators: CityIndicators) -> Working:
    """Return the working of a target: its figure, then how the light follows from it (指标计算过程)."""
    result = line.result
    assert result is not None  # a target without an indicator has no working to open
    target = line.target
    told = working_of(
        result, anchor=anchor, title=Words(f"{target.id} {target.name.zh} {target.scope_name}", f"{target.id} {target.name.en}"), indicators=indicators
    )
    goal = "" if target.value is None else f"{target.operator.value} {plain(target.value)} {target.unit}"
    judged = Words(f"\n目标 {goal}；{line.light.label()}", f"\ngoal {goal}; {line.light.label('en')}")
    if line.pace.working.zh:
        judged = Words(f"{judged.zh}：{line.pace.working.zh}", f"{judged.en}: {line.pace.working.en}")
    figure = Figure(line.current, target.unit or str(result.unit), told.result.decimals, told.result.reason)
    remarks = Words("；".join(words.zh for words in target.remarks), "; ".join(words.en for words in target.remarks))
    rules = {rule.path: rule for rule in (*told.rules, *map(rule_line, line.pace.rules))}
    return Working(anchor, told.title, told.formula, Words(told.worked.zh + judged.zh, told.worked.en + judged.en), figure, tuple(rules.values()), told.inputs, remarks if remarks.zh else None)


def working_of(result: IndicatorResult, *, anchor: str, title: Words, indicators: CityIndicators) -> Working:
    """Return the working of one indicator of one place."""
    indicator = indicators.catalogue.indicator(result.code)
    return Working(
        anchor=anchor,
        title=title,
        formula=formula_in_words(indicator, indicators.catalogue),
        worked=Words(result.trace().text(), result.trace("en").text()),
        result=Figure(result.value, str(result.unit), indicator.declaration.decimals, result.reason),
        rules=tuple(rule_line(rule) for rule in result.rules),
        inputs=tuple(input_line(one, indicators) for one in result.inputs),
        note=indicator.declaration.definition if indicator.declaration.definition.zh else None,
    )


def input_line(one: Observation, indicators: CityIndicators) -> InputLine:
    """Return one observation, with who reported and approved it and when it was heard."""
    mark = MARK_OF_GRADE.get(one.grade)
    reason = Words(one.note or "不适用", one.note or "does not apply") if one.value is None else None
    return InputLine(
        element=one.element, name=indicators.catalogue.name(one.element), org=indicators.orgs.name(one.org), period=str(one.period),
        figure=Figure(one.value, str(one.unit), 2, reason), source=one.source, reported_by=one.reported_by, approved_by=one.approved_by,
        recorded_at=f"{one.recorded_at.astimezone(CHINA_STANDARD_TIME):%Y-%m-%d %H:%M}", marks=(mark,) if mark else (),
    )  # fmt: skip


def rule_line(rule: RuleValue) -> RuleLine:
    """Return one dated rule as printed."""
    return RuleLine(
        path=rule.path, name=rule.name, shown=f"{_shown(rule.value)} {rule.unit}".strip(), valid_from=rule.valid_from, document=rule.citation.document,
        clause=rule.citation.clause, confidence=rule.confidence.value, is_verified=rule.verified,
    )  # fmt: skip


def rules_relied_on(workings: Iterable[Working]) -> tuple[RuleLine, ...]:
    """Return every rule under the figures once, by path and date."""
    found: dict[tuple[str, date], RuleLine] = {(rule.path, rule.valid_from): rule for one in workings for rule in one.rules}
    return tuple(found[key] for key in sorted(found))


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "；".join(f"{name} {_shown(one)}" for name, one in value.items() if one is not None)
    if isinstance(value, tuple | list):
        return "、".join(_shown(one) for one in value)
    return str(value)
