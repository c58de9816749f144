"""Milestones and pace; every expected figure worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong.kernel.language import Words
from shuangkong.plan.model import Operator, Target, TargetKind
from shuangkong.plan.trajectory import (
    GreyReason,
    Light,
    NoYearsBetween,
    Pace,
    best_of,
    cumulative_sum,
    held_every_year,
    is_bound,
    is_met,
    milestones_geometric,
    milestones_linear,
    pace,
    relative_reduction_pct,
    required_path,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


def target(kind: TargetKind, operator: str, value: str | None, **stated: object) -> Target:
    fixed: dict[str, object] = {
        "id": "T", "clause": "二(一)", "indicator": "x", "name": Words("指标", "indicator"), "kind": kind,
        "operator": Operator(operator), "value": Decimal(value) if value is not None else None, "unit": "%", "target_year": 2025,
    }  # fmt: skip
    return Target(**{**fixed, **stated})  # type: ignore[arg-type]


def paced(aim: Target, actual: str | None, year: int, base: str | None = None) -> Pace:
    return pace(
        aim, actual=Decimal(actual) if actual is not None else None, year=year, plan_base_year=2020, rules=RULES,
        base_observed=Decimal(base) if base is not None else None,
    )  # fmt: skip


COD = target(TargetKind.CUMULATIVE_SUM, ">=", "14798", unit="t")
CLINKER = target(TargetKind.LEVEL, "<=", "104", base_value=Decimal(106), base_year=2020, unit="kgce/t")


def test_a_straight_way_asks_for_equal_steps() -> None:
    way = milestones_linear(base_value=Decimal(106), target_value=Decimal(104), base_year=2020, target_year=2025)
    assert [str(way[year]) for year in range(2020, 2026)] == ["106", "105.6", "105.2", "104.8", "104.4", "104"]


@pytest.mark.parametrize(("reduction", "first"), [("12", "2.5242"), ("15", "3.1981"), ("6", "1.2299")])
def test_an_even_rate_asks_for_the_fifth_root(reduction: str, first: str) -> None:
    way = milestones_geometric(reduction_pct=Decimal(reduction), base_year=2020, target_year=2025)
    assert way[2020] == 0
    assert abs(way[2021] - Decimal(first)) < Decimal("0.0001")
    assert way[2025] == Decimal(reduction)


@pytest.mark.parametrize("target_year", [2020, 2019])
def test_a_way_needs_years(target_year: int) -> None:
    with pytest.raises(NoYearsBetween, match="2020"):
        milestones_linear(base_value=Decimal(0), target_value=Decimal(1), base_year=2020, target_year=target_year)


@pytest.mark.parametrize(
    ("actual", "light"),
    [("5919.2", Light.GREEN), ("5919.19", Light.YELLOW), ("5327.28", Light.YELLOW), ("5327.27", Light.RED), ("-1", Light.RED)],
)
def test_lights_on_each_threshold_and_one_step_below(actual: str, light: Light) -> None:
    # Two of five years: 14798 × 2/5 = 5919.2 is pace 100, nine tenths of it, 5327.28, is pace 90.
    assert paced(COD, actual, 2022).light is light


def test_pace_says_its_shares_and_its_milestone() -> None:
    found = paced(COD, "5919.2", 2022)
    assert (found.achieved_share_pct, found.elapsed_share_pct, found.pace_pct) == (40, 40, 100)
    assert found.milestone == Decimal("5919.2")
    assert [rule.path for rule in found.rules] == ["assessment.pace.green", "assessment.pace.yellow"]


def test_a_falling_level_is_measured_from_its_base() -> None:
    assert paced(CLINKER, "105.2", 2022).pace_pct == 100
    assert paced(CLINKER, "106.4", 2022).pace_pct == -50
    assert paced(CLINKER, "106.4", 2022).light is Light.RED


def test_after_the_target_year_the_whole_way_is_due() -> None:
    assert paced(CLINKER, "105", 2026).pace_pct == 50
    assert paced(CLINKER, "104", 2026).light is Light.GREEN


@pytest.mark.parametrize(
    ("aim", "actual", "reason"),
    [
        (COD, None, GreyReason.NO_DATA),
        (target(TargetKind.LEVEL, ">=", "45"), "30", GreyReason.NO_BASE),
        (target(TargetKind.EXTERNAL, "external", None), "30", GreyReason.WAITING_VALUE),
        (target(TargetKind.QUALITATIVE, "qualitative", None), None, GreyReason.QUALITATIVE),
        (target(TargetKind.BENCHMARK_LEVEL, "qualitative", None), None, GreyReason.QUALITATIVE),
    ],
)
def test_grey_always_has_a_reason(aim: Target, actual: str | None, reason: GreyReason) -> None:
    found = paced(aim, actual, 2022)
    assert (found.light, found.reason, found.pace_pct) == (Light.GREY, reason, None)


def test_nothing_is_due_in_the_base_year() -> None:
    assert paced(COD, "10", 2020).reason is GreyReason.NOT_BEGUN


def test_an_observed_base_stands_in_for_one_not_printed() -> None:
    # (36 − 30) ÷ (45 − 30) ÷ (2 ÷ 5) = 1
    assert paced(target(TargetKind.LEVEL, ">=", "45"), "36", 2022, base="30").pace_pct == 100


@pytest.mark.parametrize(("actual", "light"), [("1.29", Light.GREEN), ("1.3", Light.RED)])
def test_a_strict_bound_is_met_or_not(actual: str, light: Light) -> None:
    assert paced(target(TargetKind.LEVEL, "<", "1.3"), actual, 2021).light is light


@pytest.mark.parametrize(("actual", "light"), [("93", Light.GREEN), ("92.9", Light.RED)])
def test_what_must_hold_every_year_has_no_way_to_go(actual: str, light: Light) -> None:
    aim = target(TargetKind.LEVEL, ">=", "93", hold_every_year=True)
    assert is_bound(aim)
    assert paced(aim, actual, 2021).light is light


def test_holding_every_year_fails_with_one_year_and_waits_for_an_unknown_one() -> None:
    aim = target(TargetKind.LEVEL, ">=", "93", hold_every_year=True)
    years = (2021, 2022)
    assert held_every_year(aim, {2021: Decimal(93), 2022: Decimal(94)}, years) is True
    assert held_every_year(aim, {2021: Decimal(92), 2022: None}, years) is False
    assert held_every_year(aim, {2021: Decimal(93)}, years) is None


@pytest.mark.parametrize(("actual", "met"), [("6080", True), ("6079.9", False), ("6720", True), ("6720.1", False)])
def test_about_means_within_the_tolerance_edges_included(actual: str, met: bool) -> None:
    aim = target(TargetKind.LEVEL, "~=", "6400", tolerance_pct=Decimal(5), unit="t/d")
    assert is_met(aim, Decimal(actual)) is met


def test_an_approximate_target_overshot_is_a_warning_not_a_success() -> None:
    aim = target(TargetKind.LEVEL, "~=", "6400", tolerance_pct=Decimal(5), base_value=Decimal(4000), unit="t/d")
    assert paced(aim, "6100", 2025).light is Light.GREEN
    assert paced(aim, "7000", 2025).light is Light.YELLOW


def test_a_base_that_already_meets_the_target_only_has_to_be_kept() -> None:
    aim = target(TargetKind.LEVEL, ">=", "40", base_value=Decimal(42))
    assert paced(aim, "41", 2022).light is Light.GREEN
    assert paced(aim, "39", 2022).light is Light.RED


def test_of_an_either_or_group_the_better_counts() -> None:
    level = target(TargetKind.LEVEL, ">=", "70", base_value=Decimal(50), id="T037")
    rise = target(TargetKind.POINT_CHANGE, ">=", "5", id="T038", unit="百分点")
    standings = [(level, paced(level, "56", 2025)), (rise, paced(rise, "6", 2025))]
    assert best_of(standings)[0].id == "T038"
    waiting = [(level, paced(level, None, 2025)), (rise, paced(rise, "1", 2025))]
    assert best_of(waiting)[0].id == "T038"


def test_sums_leave_out_the_base_year_and_wait_for_a_missing_one() -> None:
    by_year = {2020: Decimal(99), 2021: Decimal(10), 2022: Decimal(12)}
    assert cumulative_sum(by_year, base_year=2020, year=2022) == 22
    assert cumulative_sum(by_year, base_year=2020, year=2023) is None


def test_a_relative_fall_needs_a_base() -> None:
    assert relative_reduction_pct(base=Decimal(200), actual=Decimal(190)) == 5
    assert relative_reduction_pct(base=Decimal(0), actual=Decimal(1)) is None


def test_lights_have_shape_and_word() -> None:
    assert [light.label() for light in Light] == ["● 顺利", "▲ 预警", "■ 滞后", "○ 无数据"]
    assert Light.RED.label("en") == "■ behind"


def test_what_is_required_leads_from_now_to_the_target() -> None:
    sum_up = target(TargetKind.CUMULATIVE_SUM, ">=", "100", target_year=2025)
    assert required_path(sum_up, actual=Decimal(40), year=2023) == {2023: Decimal(40), 2024: Decimal(70), 2025: Decimal(100)}
    assert required_path(sum_up, actual=Decimal(40), year=2025) == {}
    fall = target(TargetKind.RELATIVE_CHANGE, ">=", "19", target_year=2022)
    # from 100 to 81 in two years of one rate: 90 between
    assert {year: round(figure, 9) for year, figure in required_path(fall, actual=Decimal(0), year=2020).items()} == {2020: 0, 2021: 10, 2022: 19}
