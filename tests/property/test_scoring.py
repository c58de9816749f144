"""More is never worth less: points rise with completion, progress and shares, and fall with excess and violations."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shuangkong import rules
from shuangkong.assessment.rubric import Cycle, Item, Rubric, find_rubric, rubric_ids
from shuangkong.assessment.scorecard import grade_of, score_item

DAY = date(2024, 1, 1)
TABLES = [find_rubric(rules.book(), asked, DAY) for asked in rubric_ids(rules.book())]
BETTER_WHEN_HIGHER = {"actual_reduction_pct", "progress_pct", "share_pct"}
BETTER_WHEN_LOWER = {"actual_tce", "actual_t", "violations", "target_pct"}
figures = st.decimals(min_value=-50, max_value=300, places=2)
positive = st.decimals(min_value="0.01", max_value=300, places=2)
LINES = [(table, item) for table in TABLES for item in table.items]


@given(line=st.sampled_from(LINES), facts=st.data(), low=positive, high=positive)
def test_points_are_monotone_and_within_bounds(line: tuple[Rubric, Item], facts: st.DataObject, low: Decimal, high: Decimal) -> None:
    table, item = line
    low, high = sorted((low, high))
    names = list(item.asked(Cycle.ANNUAL))
    fixed = {name: facts.draw(positive, label=name) for name in names}
    varied = facts.draw(st.sampled_from(names), label="varied")
    worse, better = (
        score_item(table, item, {**fixed, varied: figure}, Cycle.ANNUAL).points
        for figure in ((high, low) if varied in BETTER_WHEN_LOWER else (low, high))
    )
    assert worse is not None
    assert better is not None
    assert worse >= 0
    if varied in BETTER_WHEN_HIGHER | BETTER_WHEN_LOWER or item.criteria:
        assert worse <= better
    most = item.max + item.parameters.get("bonus_max", Decimal(0))
    assert better <= most


@given(one=figures, other=figures, asked=st.sampled_from(TABLES))
def test_a_higher_score_never_has_a_lower_grade(one: Decimal, other: Decimal, asked: Rubric) -> None:
    low, high = sorted((one, other))
    order = [band.name for band in asked.grades]
    grades = [order.index(grade_of(asked, score=score, is_target_met=True)) for score in (low, high)]
    assert grades[1] <= grades[0]
