"""Scores worked out by hand from the tables of the reference: thresholds and one step either side."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.assessment.rubric import Cycle, Rubric, UnknownItem, UnknownRubric, find_rubric, rubric_ids
from shuangkong.assessment.scorecard import Adjustment, AdjustmentTooLarge, grade_of, score_item, score_jurisdiction
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import Citation

DAY = date(2024, 1, 1)


def _rubric(asked: str) -> Rubric:
    return find_rubric(rules.book(), asked, DAY)


def _points(rubric: str, item: str, cycle: Cycle = Cycle.ANNUAL, **facts: str) -> Decimal | None:
    table = _rubric(rubric)
    return score_item(table, table.item(item), {name: Decimal(figure) for name, figure in facts.items()}, cycle).points


def full_facts(**changed: str | None) -> dict[str, Decimal | None]:
    """Return facts that earn every point of the city's default table."""
    facts = {
        "energy_intensity_annual_reduction_pct": "2.6", "target_annual_reduction_pct": "2.5",
        "intensity_progress_log_pct": "61", "time_progress_pct": "60",
        "total_for_assessment_tce": "900", "total_target_tce": "1000", "coal_consumption_t": "10", "coal_cap_t": "10",
        "project_control_violation_count": "0", "key_unit_targets_met_pct": "100", "key_unit_reports_on_time_pct": "100",
        "energy_managers_filed_pct": "100", "meters_fitted_pct": "100", "industrial_intensity_progress_pct": "100",
        "benchmark_capacity_progress_pct": "100", "upgrade_completion_pct": "100", "green_building_standard_pct": "100",
        "new_energy_bus_taxi_pct": "100", "public_institution_completion_pct": "100", "statistics_slip_count": "0",
        "data_fraud_count": "0", "refused_project_built_count": "0",
    }  # fmt: skip
    chosen: Mapping[str, str | None] = {**facts, **changed}
    return {name: None if figure is None else Decimal(figure) for name, figure in chosen.items()}


@pytest.mark.parametrize(
    ("actual", "points"),
    [("4.00", "40"), ("3.99", "36"), ("3.60", "36"), ("3.59", "32"), ("2.00", "20"), ("1.99", "0"), ("-1", "0"),
     ("4.39", "40"), ("4.40", "43"), ("4.79", "43"), ("4.80", "46"), ("5.20", "49"), ("9.00", "49")],
)  # fmt: skip
def test_the_scheme_of_2007_takes_the_lower_step_and_gives_a_bonus(actual: str, points: str) -> None:
    assert _points("state-council-2007", "1", actual_reduction_pct=actual, target_pct="4") == Decimal(points)


@pytest.mark.parametrize(
    ("progress", "points"), [("60", "20"), ("60.01", "20"), ("30", "10"), ("0", "0"), ("-5", "0")]
)
def test_progress_scores_in_proportion_below_time(progress: str, points: str) -> None:
    assert _points("city-default", "A2", progress_pct=progress, time_progress_pct="60") == Decimal(points)


@pytest.mark.parametrize(("actual", "points"), [("1000", "10"), ("1050", "5"), ("1100", "0"), ("1200", "0"), ("1", "10")])
def test_the_total_falls_to_nothing_at_ten_per_cent_over(actual: str, points: str) -> None:
    assert _points("city-default", "A3", actual_tce=actual, target_tce="1000") == Decimal(points)


@pytest.mark.parametrize(("actual", "points"), [("100", "15"), ("100.1", "10"), ("109.9", "10"), ("110", "5"), ("119.9", "5"), ("120", "0")])
def test_a_key_unit_over_its_cap_scores_by_steps(actual: str, points: str) -> None:
    assert _points("key-unit", "total_cap", actual_tce=actual, target_tce="100") == Decimal(points)


@pytest.mark.parametrize(
    ("year", "progress", "points"), [("3", "40", "60"), ("2", "40", "55"), ("3", "39.9", "40"), ("2", "39.9", "0")]
)
def test_sectors_look_at_the_year_and_at_cumulative(year: str, progress: str, points: str) -> None:
    facts = {"actual_reduction_pct": year, "target_pct": "2.5", "progress_pct": progress, "time_progress_pct": "40"}
    assert _points("sector", "target", **facts) == Decimal(points)


@pytest.mark.parametrize(("share", "points"), [("100", "8"), ("80", "6"), ("79.9", "4")])
def test_a_criterion_with_a_second_step(share: str, points: str) -> None:
    facts = {"key_unit_targets_met_pct": "100", "monitoring_plan_run": "1", "building_standard_completion_pct": share}
    assert _points("A", "7", **facts) == Decimal(points)


def test_a_perfect_year() -> None:
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="411721", facts=full_facts(), cycle=Cycle.ANNUAL)
    assert (card.score, card.grade, card.vetoes) == (Decimal(100), "超额完成", ())
    assert [finding.code for finding in card.exemptions] == ["E1"]


def test_meeting_intensity_waives_an_exceeded_total() -> None:
    facts = full_facts(total_for_assessment_tce="1200")
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="411721", facts=facts, cycle=Cycle.ANNUAL)
    total = next(score for score in card.items if score.code == "A3")
    assert (total.points, total.is_exempt) == (Decimal(10), True)
    assert "超出总量目标" in total.reason.zh


def test_missing_only_the_year_is_capped_and_the_total_is_not_waived() -> None:
    facts = full_facts(energy_intensity_annual_reduction_pct="2.4", total_for_assessment_tce="1010")
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="411721", facts=facts, cycle=Cycle.ANNUAL)
    assert (card.score, card.grade) == (Decimal("98.2"), "基本完成")
    assert card.exemptions == ()


def test_missing_year_and_cumulative_is_a_veto() -> None:
    facts = full_facts(energy_intensity_annual_reduction_pct="2.4", intensity_progress_log_pct="59.9")
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="411721", facts=facts, cycle=Cycle.ANNUAL)
    assert (card.grade, [veto.code for veto in card.vetoes]) == ("未完成", ["V1"])


@pytest.mark.parametrize("fact", ["data_fraud_count", "refused_project_built_count"])
def test_fraud_and_refused_projects_are_vetoes_whatever_the_score(fact: str) -> None:
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="411721", facts=full_facts(**{fact: "1"}), cycle=Cycle.ANNUAL)
    assert (card.score, card.grade) == (Decimal(100), "未完成")


def test_missing_data_leave_points_and_grade_open() -> None:
    facts = full_facts(coal_consumption_t=None, meters_fitted_pct=None)
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="411723", facts=facts, cycle=Cycle.ANNUAL)
    assert [score.code for score in card.items if score.points is None] == ["A4", "B2"]
    assert (card.grade, card.score, card.max_scored) == (None, Decimal(83), Decimal(83))
    assert "煤炭消费总量" in card.grade_reason.zh


def test_a_reason_reads_rounded_while_the_score_stays_exact() -> None:
    # B2.1: 2/3 of the units met their targets, worth 4 points: 4 × 66.666 % short of full by 1.33336.
    facts = full_facts(key_unit_targets_met_pct="66.666", coal_consumption_t="99.12345", coal_cap_t="100.98765")
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="411721", facts=facts, cycle=Cycle.ANNUAL)
    assert (card.score, card.grade_reason.zh) == (Decimal("98.66664"), "总分 98.67")
    assert "99.12 / 100.99" in next(score for score in card.items if score.code == "A4").reason.zh


def test_a_veto_decides_even_where_data_are_missing() -> None:
    facts = full_facts(coal_consumption_t=None, data_fraud_count="1")
    assert score_jurisdiction(_rubric("city-default"), jurisdiction="1", facts=facts, cycle=Cycle.ANNUAL).grade == "未完成"


def test_the_midterm_looks_only_at_cumulative() -> None:
    facts = full_facts(energy_intensity_annual_reduction_pct=None, target_annual_reduction_pct=None)
    card = score_jurisdiction(_rubric("city-default"), jurisdiction="1", facts=facts, cycle=Cycle.MIDTERM)
    assert "A1" not in [score.code for score in card.items]
    assert next(score for score in card.items if score.code == "A2").max_points == Decimal(40)
    assert (card.score, card.grade) == (Decimal(100), "超额完成")


def _adjustment(points: str) -> Adjustment:
    return Adjustment(Decimal(points), Words("重大项目投产", "a major project began"), Citation("市政府纪要", "第3条"))


def test_declared_adjustments_show_before_and_after() -> None:
    facts = full_facts(statistics_slip_count="5")
    card = score_jurisdiction(
        _rubric("city-default"), jurisdiction="1", facts=facts, cycle=Cycle.ANNUAL, adjustments=[_adjustment("2"), _adjustment("-1")]
    )
    assert (card.score_before_adjustment, card.score) == (Decimal(95), Decimal(96))


@pytest.mark.parametrize("points", [["3.01"], ["2", "-2"]])
def test_adjustments_beyond_the_cap_are_refused(points: list[str]) -> None:
    with pytest.raises(AdjustmentTooLarge, match="不得超过 3 分"):
        score_jurisdiction(
            _rubric("city-default"), jurisdiction="1", facts=full_facts(), cycle=Cycle.ANNUAL, adjustments=[_adjustment(one) for one in points]
        )


@pytest.mark.parametrize(
    ("score", "grade"), [("95", "超额完成"), ("94.99", "完成"), ("80", "完成"), ("79.99", "基本完成"), ("60", "基本完成"), ("59.99", "未完成"), ("0", "未完成")]
)
def test_grade_bands(score: str, grade: str) -> None:
    assert grade_of(_rubric("city-default"), score=Decimal(score), is_target_met=True) == grade


def test_a_missed_binding_target_decides_the_grade() -> None:
    assert grade_of(_rubric("A"), score=Decimal(99), is_target_met=False) == "未完成"


@pytest.mark.parametrize("asked", ["city-default", "table-a", "A", "2007", "sector", "C", "B", "transport", "key-unit"])
def test_tables_are_found_by_id_and_alias(asked: str) -> None:
    table = _rubric(asked)
    assert table.id in rubric_ids(rules.book())


def test_the_items_of_every_table_add_up_to_its_total() -> None:
    for asked in rubric_ids(rules.book()):
        table = _rubric(asked)
        assert sum(item.max for item in table.items) == table.rule.value["total"], asked
        assert sum(item.max_cumulative for item in table.items) == table.rule.value["total"], asked
        for item in table.items:
            assert not item.criteria or sum(part.points for part in item.criteria) == item.max, item.code


def test_an_unknown_table_or_item_names_the_known_ones() -> None:
    with pytest.raises(UnknownRubric, match="city-default"):
        _rubric("无")
    with pytest.raises(UnknownItem, match="A1"):
        _rubric("city-default").item("Z9")


def test_a_veto_speaks_of_the_single_year_only_where_the_year_is_assessed() -> None:
    table = _rubric("city-default")
    facts = full_facts(energy_intensity_annual_reduction_pct="1", intensity_progress_log_pct="10")
    said = {cycle: score_jurisdiction(table, jurisdiction="1", facts=facts, cycle=cycle).grade_reason.zh for cycle in Cycle}
    assert said == {
        Cycle.ANNUAL: "否决：能耗强度年度和累计目标均未完成",
        Cycle.MIDTERM: "否决：能耗强度累计目标未完成",
        Cycle.FIVE_YEAR: "否决：能耗强度累计目标未完成",
    }


def test_a_cap_on_the_single_year_does_not_apply_to_a_cumulative_cycle() -> None:
    table = _rubric("city-default")
    assert [each.code for each in table.applying(table.caps, Cycle.ANNUAL)] == ["C1"]
    assert table.applying(table.caps, Cycle.MIDTERM) == ()
    assert [each.code for each in table.applying(table.vetoes, Cycle.MIDTERM)] == ["V1", "V2", "V3"]
