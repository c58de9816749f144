"""The packaged catalogue, and what is refused in a broken one."""

from datetime import date
from pathlib import Path

import pytest

from check_returns import RULES, checks
from shuangkong.checks.catalogue import bindings
from shuangkong.checks.examine import KINDS, catalogue
from shuangkong.checks.model import Layout, Severity
from shuangkong.kernel.faults import InputRefused
from shuangkong.rules import load
from shuangkong.services.check_dossiers import traits
from shuangkong.simulation.fraud import PATTERNS

TREE = """
fields: {{kind: text, each: text, over: {{"*": text}}, options: {{"*": text}}, severity: text, waived_by: text, waived_months: decimal}}
entries:
  C001:
    name: 试
    values:
      2021-01-01: {{value: {{kind: {kind}, each: {each}, over: {over}, options: {options}, severity: {severity}, waived_by: "", waived_months: "0"}}, source: {{document: 某法}}, confidence: design, verified: false}}
"""
LIMITS = """
fields: {{"*": decimal}}
entries:
  C001: {{name: 试, values: {{2021-01-01: {{value: {limits}, source: {{document: 某法}}, confidence: design, verified: false}}}}}}
"""
SOUND = {"kind": "slip", "each": "element", "over": "{figure: flow}", "options": "{}", "severity": "NOTICE"}
SOUND_LIMITS = '{factor: "10", nearness: "0.7", least_history: "4", widest_spread: "0.5"}'


def test_sixty_and_more_checks_of_every_kind_and_severity() -> None:
    held = checks().values()
    assert len(held) >= 60
    assert {check.kind for check in held} == set(KINDS)
    assert {check.severity for check in held} == set(Severity)


def test_every_check_says_name_remedy_basis_and_waiver() -> None:
    for check in checks().values():
        assert all([*check.name, *check.remedy, check.basis.citation.document, check.basis.citation.clause]), check.code
        assert bool(check.waived_by) == bool(check.waived_months), check.code


def test_every_check_meets_some_element_and_every_tag_asked_for_exists() -> None:
    known = traits(RULES)
    tags = {tag for trait in known.values() for tag in trait.tags}
    layout = Layout(known.values())
    for check in checks().values():
        assert bindings(check, layout), check.code
        for expression in check.over.values():
            assert {token.lstrip("!?") for token in expression.split()} <= tags, check.code


def test_every_pattern_of_fraud_has_a_check_meant_for_it() -> None:
    assert len(PATTERNS) >= 15
    assert all(set(pattern.expected) <= set(checks()) for pattern in PATTERNS.values())


def test_a_line_does_not_hold_before_its_day() -> None:
    held = {check.code for check in catalogue(RULES.book.at(date(2021, 1, 1)))}
    assert "C001" in held
    assert "C048" not in held  # rests on the levels of 2023


def _written(folder: Path, limits: str = SOUND_LIMITS, **changed: str) -> Path:
    (folder / "checks").mkdir()
    (folder / "checks" / "catalogue.yaml").write_text(TREE.format(**SOUND | changed), "utf-8")
    (folder / "checks" / "thresholds.yaml").write_text(LIMITS.format(limits=limits), "utf-8")
    return folder


def test_a_sound_line_is_read(tmp_path: Path) -> None:
    (check,) = catalogue(load(_written(tmp_path)).at(date(2024, 1, 1)))
    assert (check.code, check.kind, str(check.limits["factor"])) == ("C001", "slip", "10")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "guess"}, "guess"), ({"severity": "FATAL"}, "FATAL"), ({"each": "page"}, "page"), ({"over": "{}"}, "figure"),
        ({"over": "{figure: flow, colour: red}"}, "colour"), ({"options": "{mood: bad}"}, "bad"), ({"limits": '{factor: "10"}'}, "nearness"),
        ({"limits": SOUND_LIMITS[:-1] + ', hope: "1"}'}, "hope"),
    ],
)  # fmt: skip
def test_a_broken_line_is_refused_by_code(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    with pytest.raises(InputRefused) as refused:
        catalogue(load(_written(tmp_path, **changed)).at(date(2024, 1, 1)))
    assert any(fault.value == said and fault.where is not None and fault.where.zh == "C001" for fault in refused.value.faults)


def test_a_check_without_limits_is_refused(tmp_path: Path) -> None:
    folder = _written(tmp_path)
    (folder / "checks" / "thresholds.yaml").write_text(LIMITS.format(limits=SOUND_LIMITS).replace("C001", "C002"), "utf-8")
    with pytest.raises(InputRefused, match=r"thresholds\.C001"):
        catalogue(load(folder).at(date(2024, 1, 1)))
