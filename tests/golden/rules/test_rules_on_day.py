"""What the rules answer on chosen days, held to figures read by hand off the documents, and laws every line obeys."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from shuangkong import rules
from shuangkong.kernel.provenance import Confidence
from shuangkong.rules import NoRuleOnDay, RuleValue

CASES = yaml.safe_load((Path(__file__).parent / "rules_on_day.yaml").read_text("utf-8"))["cases"]
LINES = [line for rule in rules.book().rules.values() for line in rule.lines]
BY_YEAR_DESCRIBED = ("energy.grid_factors.", "energy.coal_rates.")  # a year's figure is published after the year it holds for


def part_of(found: Any, steps: str) -> Any:
    for step in filter(None, steps.split(".")):
        found = found[step] if isinstance(found, Mapping) else found[int(step)]
    return found


def as_written(found: Any) -> Any:
    return format(found, "f") if isinstance(found, Decimal) else list(found) if isinstance(found, tuple) else found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['path']}@{case['day']}")
def test_a_rule_answers_what_the_document_said_on_the_day(case: dict[str, Any]) -> None:
    on_day = rules.at(case["day"])
    if case["is"] == "none":
        with pytest.raises(NoRuleOnDay):
            on_day.get(case["path"])
        return
    held = on_day.get(case["path"])
    assert as_written(part_of(held.value, case.get("part", ""))) == case["is"]
    assert case.get("document", held.citation.document) == held.citation.document


def where(line: RuleValue) -> str:
    return f"{line.path}@{line.valid_from}"


def test_every_line_cites_a_clause_and_every_line_read_somewhere_says_where() -> None:
    assert [where(line) for line in LINES if not line.citation.clause] == []
    assert [where(line) for line in LINES if not line.citation.source and (line.verified or line.confidence is Confidence.SECONDARY)] == []


def test_published_lines_and_no_others_are_verified() -> None:
    assert [where(line) for line in LINES if line.verified != (line.confidence is Confidence.PUBLISHED)] == []


def test_no_line_holds_before_its_document() -> None:
    early = [
        where(line)
        for line in LINES
        if (year := re.search(r"〔(\d{4})〕|[A-Z/T\d ]-(\d{4})$|（(\d{4})年|^(\d{4})年", line.citation.document))
        and line.valid_from < date(int(next(filter(None, year.groups()))), 1, 1)
        and not line.path.startswith(BY_YEAR_DESCRIBED)
    ]
    assert early == []


def test_no_line_ends_before_it_begins_or_after_the_next_begins() -> None:
    for rule in rules.book().rules.values():
        for line, following in zip(rule.lines, [*rule.lines[1:], None], strict=True):
            assert line.valid_to is None or line.valid_from < line.valid_to, where(line)
            assert following is None or (line.valid_to or following.valid_from) <= following.valid_from, where(line)


def test_a_document_is_spelt_one_way() -> None:
    plain: dict[str, set[str]] = {}
    for line in LINES:
        document = line.citation.document
        plain.setdefault(re.sub(r"[\s“”\"'（）()〔〕\[\]]", "", document), set()).add(document)
    assert [sorted(spellings) for spellings in plain.values() if len(spellings) > 1] == []
