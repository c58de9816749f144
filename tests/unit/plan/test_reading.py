"""Whole plans, invented for these tests, with every trap of layout and wording; expected by hand, not by the reader."""

import json
from pathlib import Path
from typing import Any

import pytest

from shuangkong.plan.reading import DraftPlan, DraftTarget, read_plan

PLANS = Path(__file__).parent / "plans"
NAMES = ("yunchuan", "beiling", "nanpu")


def _plan(name: str) -> DraftPlan:
    return read_plan((PLANS / f"{name}.txt").read_text(encoding="utf-8"))


def _expected(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PLANS / f"{name}.expected.json").read_text(encoding="utf-8"))
    return loaded


def _numeric(plan: DraftPlan) -> list[DraftTarget]:
    return [target for target in plan.targets if target.value is not None]


@pytest.mark.parametrize("name", NAMES)
def test_title_and_edition(name: str) -> None:
    plan, expected = _plan(name), _expected(name)
    assert (plan.title, plan.edition) == (expected["title"], expected["edition"])


@pytest.mark.parametrize("name", NAMES)
def test_clauses_with_all_bodies(name: str) -> None:
    found = [
        {"number": c.number, "title": c.title, "lead": list(c.lead), "support": list(c.support), "implied": list(c.implied)}
        for c in _plan(name).clauses
    ]
    assert found == _expected(name)["clauses"]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_found_and_none_invented(name: str) -> None:
    wanted = _expected(name)["numeric"]
    found = [{key: getattr(target, key) for key in wanted[0]} for target in _numeric(_plan(name))]
    order = lambda entry: json.dumps(entry, ensure_ascii=False, sort_keys=True)  # noqa: E731
    assert sorted(found, key=order) == sorted(wanted, key=order)


@pytest.mark.parametrize("name", NAMES)
def test_stated_outcomes(name: str) -> None:
    found = {(target.clause, target.operator, target.indicator) for target in _plan(name).targets if target.value is None}
    assert found == {tuple(entry) for entry in _expected(name)["stated"]}


@pytest.mark.parametrize("name", NAMES)
def test_doubts_carry_their_phrase(name: str) -> None:
    phrases = {doubt.phrase for doubt in _plan(name).unsure}
    assert all(any(wanted in phrase for phrase in phrases) for wanted in _expected(name)["doubted"])


@pytest.mark.parametrize("name", NAMES)
def test_phrases_are_printed_text(name: str) -> None:
    printed = "".join((PLANS / f"{name}.txt").read_text(encoding="utf-8").split())
    for target in _plan(name).targets:
        if not target.clause.startswith("附件"):
            assert "".join(target.phrase.split()) in printed
            assert len(target.phrase) <= 80
