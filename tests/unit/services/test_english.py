"""Everything that is shown by a name has its English, and none of it is Chinese."""

import re
from collections.abc import Callable, Iterator

import pytest

from shuangkong.access.roles import Permission, Role
from shuangkong.evidence.act import ActKind
from shuangkong.indicators.rendering import formula_in_words
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.units import symbol_en, symbols
from shuangkong.returns.soundness import every_cell
from shuangkong.returns.states import ReturnState
from shuangkong.rules import book
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.wording import unit_text
from shuangkong.services.filing_forms import forms
from shuangkong.services.finding_pages import list_checks
from shuangkong.services.rule_wording import value_in_words

HAN = re.compile(r"[一-鿿：；，。（）、]")


def _of_enumerations() -> Iterator[tuple[str, Words]]:
    for permission in Permission:
        yield f"permission {permission.name}", permission.words
    for role in Role:
        yield f"role {role.name}", role.words
    for kind in ActKind:
        yield f"act {kind.name}", kind.words
    for grade in DataGrade:
        yield f"grade {grade.name}", grade.words
    for state in ReturnState:
        yield f"state {state.name}", state.words
    for mark in Mark:
        yield f"mark {mark.name}", mark.value


def _of_the_plan() -> Iterator[tuple[str, Words]]:
    plan = city().plan
    for clause in plan.clauses:
        yield f"clause {clause.number}", clause.heading
    for target in plan.targets:
        yield f"target {target.id}", target.name
    for task in plan.tasks:
        yield f"task {task.id}", task.heading
    for annex in plan.annexes:
        yield f"annex {annex.number}", annex.heading


def _of_indicators() -> Iterator[tuple[str, Words]]:
    known = catalogue()
    for code, element in known.elements.items():
        yield f"{code} name", element.name
        yield f"{code} definition", element.definition
    for code, indicator in known.indicators.items():
        yield f"{code} name", indicator.declaration.name
        yield f"{code} definition", indicator.declaration.definition
        yield f"{code} formula", formula_in_words(indicator, known)


def _of_returns() -> Iterator[tuple[str, Words]]:
    for form in forms().values():
        yield f"{form.code} name", form.name
        yield f"{form.code} purpose", form.purpose
        for table in form.tables:
            yield f"{form.code} {table.code}", table.name
            yield f"{form.code} {table.code} note", table.note
        for cell in every_cell(form):
            yield f"{form.code} {cell.key}", cell.name
            yield f"{form.code} {cell.key} meaning", cell.meaning
            for choice in cell.choices:
                yield f"{form.code} {cell.key} {choice}", cell.choice(choice)


def _of_checks() -> Iterator[tuple[str, Words]]:
    for one in list_checks():
        yield f"{one.check.code} name", one.check.name
        yield f"{one.check.code} kind", one.kind
        yield f"{one.check.code} limits", one.limits
        yield f"{one.check.code} waiver", one.waived_by


def _of_rules() -> Iterator[tuple[str, Words]]:
    for path, rule in book().rules.items():
        if path == "security.common_words":  # what people type, kept as they type it
            continue
        yield f"{path} name", rule.name
        for line in rule.lines:
            yield f"{path} {line.valid_from}", value_in_words(line)


@pytest.mark.parametrize("told", [_of_enumerations, _of_the_plan, _of_indicators, _of_returns, _of_checks, _of_rules])
def test_what_is_shown_has_english(told: Callable[[], Iterator[tuple[str, Words]]]) -> None:
    lacking = [place for place, words in told() if bool(words.zh) != bool(words.en) or HAN.search(words.en)]
    assert lacking == []


def test_every_unit_is_written_in_latin_letters() -> None:
    declared = {str(cell.unit) for form in forms().values() for cell in every_cell(form) if cell.unit}
    assert [one for one in {*symbols(), *declared} if HAN.search(symbol_en(one)) or HAN.search(unit_text(one, "en"))] == []
