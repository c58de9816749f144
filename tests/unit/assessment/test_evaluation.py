from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.assessment.evaluation import Proposal, ProposalKind, propose, settled_alternatives
from shuangkong.kernel.language import Words
from shuangkong.plan.model import Nature, Operator, Target, TargetKind
from shuangkong.plan.trajectory import pace
from shuangkong.plan.verdict import Verdict, VerdictWord

RULES = rules.at(date(2022, 12, 31))


def _target(nature: Nature = Nature.INDICATIVE, *, operator: Operator = Operator.AT_LEAST, value: str | None = "20") -> Target:
    return Target(
        id="T", clause="二(一)", indicator="share_pct", name=Words("比重", "share"), kind=TargetKind.LEVEL, operator=operator,
        value=None if value is None else Decimal(value), unit="%", base_year=2020, base_value=Decimal(10), target_year=2025, nature=nature,
    )  # fmt: skip


def _proposal(actual: str | None, target: Target | None = None) -> Proposal:
    target = target or _target()
    figure = None if actual is None else Decimal(actual)
    return propose(target, actual=figure, pace=pace(target, actual=figure, year=2022, plan_base_year=2020, rules=RULES), rules=RULES)


@pytest.mark.parametrize(
    ("actual", "kind"),
    [
        ("16", ProposalKind.RAISE),  # 60 % of the way in 40 % of the time: pace 150
        ("15.9", ProposalKind.KEEP),
        ("14", ProposalKind.KEEP),
        ("13.9", ProposalKind.STRENGTHEN),
        ("12.4", ProposalKind.STRENGTHEN),
        ("12.3", ProposalKind.REVISE),
        (None, ProposalKind.COLLECT),
    ],
)
def test_an_indicative_target_by_its_pace(actual: str | None, kind: ProposalKind) -> None:
    assert _proposal(actual).kind is kind


def test_a_binding_target_is_never_proposed_downwards() -> None:
    assert _proposal("10.5", _target(Nature.BINDING)).kind is ProposalKind.WARN


def test_the_pace_seen_leads_where_it_leads() -> None:
    # 10 in 2020, 12 in 2022: one a year, so 15 in 2025.
    assert _proposal("12").expected == Decimal(15)


def test_a_qualitative_target_is_judged_by_people() -> None:
    assert _proposal(None, _target(operator=Operator.QUALITATIVE, value=None)).kind is ProposalKind.JUDGE


@pytest.mark.parametrize(
    ("word", "nature", "kind"),
    [
        (VerdictWord.MET, Nature.BINDING, ProposalKind.KEEP),
        (VerdictWord.ON_COURSE, Nature.INDICATIVE, ProposalKind.KEEP),
        (VerdictWord.WARNING, Nature.INDICATIVE, ProposalKind.STRENGTHEN),
        (VerdictWord.NOT_MET, Nature.BINDING, ProposalKind.WARN),
    ],
)
def test_a_verdict_decides_what_no_figure_does(word: VerdictWord, nature: Nature, kind: ProposalKind) -> None:
    judged = propose(_target(nature, operator=Operator.QUALITATIVE, value=None), actual=None, pace=Verdict("T", 2022, word).pace, rules=RULES)
    assert judged.kind is kind
    assert word.value in judged.reason.zh


def test_a_strict_bound_not_met_is_strengthened() -> None:
    assert _proposal("21", _target(operator=Operator.LESS_THAN)).kind is ProposalKind.STRENGTHEN
    assert _proposal("19", _target(operator=Operator.LESS_THAN)).kind is ProposalKind.KEEP


@pytest.mark.parametrize(("actual", "expected"), [("45", "97.5"), ("46", "100"), ("100", "100")])
def test_a_part_of_the_whole_is_not_expected_above_it(actual: str, expected: str) -> None:
    # From 10 in 2020: 45 in 2022 is 17.5 a year, so 97.5 in 2025; 46 would lead to exactly 100, 100 beyond it.
    assert _proposal(actual, _target(value="90")).expected == Decimal(expected)


def test_of_an_either_or_pair_the_one_on_course_speaks_for_both() -> None:
    one, other = (replace(_target(), id=id_, alt_group="pair") for id_ in ("T1", "T2"))
    behind, kept = settled_alternatives([_proposal("12.3", one), _proposal("14", other)])
    assert (behind.kind, kept.kind) == (ProposalKind.KEEP, ProposalKind.KEEP)
    assert behind.reason.zh.startswith("二选一，以 T2 为准")


def test_an_either_or_pair_that_is_behind_in_both_is_not_excused() -> None:
    one, other = (replace(_target(), id=id_, alt_group="pair") for id_ in ("T1", "T2"))
    assert [each.kind for each in settled_alternatives([_proposal("12.3", one), _proposal("12.4", other)])] == [
        ProposalKind.REVISE, ProposalKind.STRENGTHEN,
    ]  # fmt: skip
