from decimal import Decimal
from typing import Any

import pytest

from shuangkong.kernel.faults import InputRefused
from shuangkong.services.compute.assessment import OPS
from shuangkong.services.compute.operation import Inputs


def _outputs(op: str, **inputs: Any) -> Any:
    return OPS[op](Inputs(inputs)).outputs


@pytest.mark.parametrize(
    ("rubric", "item", "year_met", "cumulative_met", "points", "vetoed"),
    [
        ("sector", "target", True, True, 60, False),
        ("sector", "1", False, True, 55, False),
        ("table-c", "target", "是", "否", 40, False),
        ("sector", "节能目标（年度与累计）", False, False, 0, True),
        ("key-unit", "1", True, True, 35, False),
        ("key-unit", "unit consumption", False, True, 20, False),
        ("Key Unit", "单耗下降", True, False, 10, False),
        ("key_unit", "unit_consumption", False, False, 0, False),
    ],
)
def test_year_and_cumulative_may_be_told_as_verdicts(
    rubric: str, item: str, year_met: object, cumulative_met: object, points: int, vetoed: bool
) -> None:
    found = _outputs("score_item", rubric=rubric, item=item, year_met=year_met, cumulative_met=cumulative_met)
    assert (found["points"], found["vetoed"]) == (points, vetoed)


@pytest.mark.parametrize(
    ("rubric", "item", "excess_pct", "points"),
    [
        ("city-default", "A3", "-1", 10), ("city-default", "A3", "5", 5), ("city-default", "A3", "10", 0), ("city-default", "A3", "11", 0),
        ("city-default", "A4", "0", 5), ("city-default", "A4", "0.1", 0),
        ("key-unit", "2", "0", 15), ("key-unit", "2", "9.99", 10), ("key-unit", "2", "10", 5), ("key-unit", "2", "19.9", 5), ("key-unit", "2", "20", 0),
    ],
)
def test_a_cap_may_be_told_by_its_excess(rubric: str, item: str, excess_pct: str, points: int) -> None:
    assert _outputs("score_item", rubric=rubric, item=item, excess_pct=excess_pct)["points"] == points


@pytest.mark.parametrize(("elapsed", "points"), [(2, 41), ("2.5", 40), (3, 0)])
def test_time_progress_may_be_told_in_years(elapsed: object, points: int) -> None:
    found = _outputs("score_item", rubric="transport", item="saving", saving_progress_pct=50, years_elapsed=elapsed, years_total=5)
    assert found["points"] == points  # after two years 50 % is 10 points above the 40 % due: one point more


def test_progress_may_be_told_by_reduction_and_target() -> None:
    # ln(1 - 5 %) / ln(1 - 12 %) = 40.125 % after two of five years
    inputs = {"cumulative_reduction_pct": 5, "target_pct": 12, "years_elapsed": 2, "years_total": 5}
    assert _outputs("score_item", rubric="city-default", item="A2", **inputs)["points"] == 20
    short = _outputs("score_item", rubric="city-default", item="A2", **{**inputs, "years_elapsed": 3})["points"]
    assert short.quantize(Decimal("0.001")) == Decimal("13.375")


def test_facts_of_the_assessment_are_inputs_too() -> None:
    found = _outputs("score_item", rubric="A", item=1, energy_intensity_annual_reduction_pct="2.5", target_annual_reduction_pct="2.5")
    assert (found["points"], found["max"], found["vetoed"]) == (40, 40, False)


@pytest.mark.parametrize(
    ("inputs", "points"),
    [
        ({"4.1": True, "4.2": "否", "project_energy_review_done": "是", "4.4": 100}, 16),
        ({"4.1": "0.5", "4.2": "-0.1", "4.3": 1, "outdated_capacity_completion_pct": "99.9"}, 8),
        ({"service share of GDP up": "yes", "高技术产业占工业增加值比重上升": True, "4.3": False, "4.4": True}, 16),
        ({"4.1": True}, None),
    ],
)
def test_parts_of_an_item_are_met_or_measured(inputs: dict[str, object], points: int | None) -> None:
    assert _outputs("score_item", rubric="state-council-2007", item="4", **inputs)["points"] == points


def test_the_same_figure_twice_is_a_fault() -> None:
    with pytest.raises(InputRefused, match="reduction_pct"):
        _outputs("score_item", rubric="A", item="1", actual_reduction_pct=2, reduction_pct=3, target_pct=2)


@pytest.mark.parametrize(("score", "grade"), [("59.99", "未完成"), (60, "基本完成"), ("79.99", "基本完成"), (80, "完成"), ("94.99", "完成"), (95, "超额完成")])
@pytest.mark.parametrize("rubric", ["city-default", "STATE-COUNCIL-2007", "Table B"])
def test_grade_bands(rubric: str, score: object, grade: str) -> None:
    assert _outputs("grade", rubric=rubric, score=score, target_met=True)["grade"] == grade
    assert _outputs("grade", rubric=rubric, score=score, target_met=False)["grade"] == "未完成"


@pytest.mark.parametrize(("violations", "points"), [(0, 12), (1, 9), (4, 0), (5, 0)])
def test_violations_cost_points_down_to_none(violations: int, points: int) -> None:
    assert _outputs("score_item", rubric="city-default", item="B1", violations=violations)["points"] == points


def test_a_negative_count_earns_nothing() -> None:
    with pytest.raises(InputRefused, match="violations"):
        _outputs("score_item", rubric="city-default", item="B1", violations=-1)


def test_unknown_table_and_item_are_told_the_known_ones() -> None:
    with pytest.raises(InputRefused, match="city-default"):
        _outputs("grade", rubric="nope", score=1, target_met=True)
    with pytest.raises(InputRefused, match="A1、A2"):
        _outputs("score_item", rubric="city-default", item="Z9")
