from decimal import Decimal
from typing import Any

import pytest

from shuangkong.kernel.faults import InputRefused
from shuangkong.services.compute.energy import OPS
from shuangkong.services.compute.operation import Inputs, Outcome


def _run(op: str, **inputs: Any) -> Outcome:
    return OPS[op](Inputs(inputs))


def test_the_working_shows_the_figures_put_in() -> None:
    found = _run("intensity_change", energy_growth_pct=2, gdp_growth_pct="6.25")
    assert found.outputs == {"intensity_change_pct": Decimal(-4)}
    assert found.working == "能耗强度变化率 = (1 + 2%) ÷ (1 + 6.25%) − 1 = -4%"


@pytest.mark.parametrize(
    ("given", "missing", "figure"),
    [
        ({"energy_growth_pct": 2, "gdp_growth_pct": "6.25"}, "intensity_change_pct", "-4"),
        ({"energy_growth_pct": 2, "intensity_change_pct": -4}, "gdp_growth_pct", "6.25"),
        ({"gdp_growth_pct": "6.25", "intensity_change_pct": -4}, "energy_growth_pct", "2"),
    ],
)
def test_implied_growth_gives_the_third(given: dict[str, Any], missing: str, figure: str) -> None:
    assert _run("implied_growth", **given).outputs == {missing: Decimal(figure)}


@pytest.mark.parametrize("given", [{}, {"gdp_growth_pct": 5}, {"energy_growth_pct": 2, "gdp_growth_pct": 6, "intensity_change_pct": -4}])
def test_implied_growth_needs_exactly_two(given: dict[str, Any]) -> None:
    with pytest.raises(InputRefused, match="恰好给出两项"):
        _run("implied_growth", **given)


def test_totals_are_planned_and_rebased() -> None:
    found = _run("annual_totals", base_energy=1000, gdp_growth_pct=[10, 10], target_pct=19, actual_gdp_growth_pct=[0])
    assert [round(total, 15) for total in found.outputs["totals"]] == [990, Decimal("980.1")]
    assert [round(total, 15) for total in found.outputs["rebased_totals"]] == [900, 891]
    with pytest.raises(InputRefused, match="年数多于计划"):
        _run("annual_totals", base_energy=1000, gdp_growth_pct=[10], target_pct=19, actual_gdp_growth_pct=[0, 0])


def test_the_target_may_span_more_years_than_are_listed() -> None:
    assert _run("annual_totals", base_energy=1000, gdp_growth_pct=[0], target_pct=19, years=2).outputs["totals"] == (900,)


def test_the_light_has_level_colour_and_words() -> None:
    outputs = _run("warning", target_reduction_pct=3, actual_reduction_pct="2.7").outputs
    assert (outputs["level"], outputs["light"], outputs["light_zh"], outputs["text_zh"]) == (2, "YELLOW", "黄灯", "比较严峻")


def test_no_elasticity_says_why() -> None:
    outputs = _run("elasticity", energy_growth_pct=3, gdp_growth_pct=-1).outputs
    assert outputs["elasticity"] is None
    assert outputs["reason"]


def test_scope_by_name_or_by_day_but_not_by_neither() -> None:
    plain_year = {"energy_tce": 90, "gdp": 100, "base_energy_tce": 100, "base_gdp": 100}
    assert _run("dual_control_scope", rule_set="DC21", **plain_year).outputs["rule_set"] == "DC21"
    assert _run("dual_control_scope", on="2022-01-31", **plain_year).outputs["rule_set"] == "DC21"
    with pytest.raises(InputRefused, match="缺少口径"):
        _run("dual_control_scope", **plain_year)


def test_a_result_on_an_unverified_rule_can_be_told() -> None:
    found = _run("price_step", sector="电解铝", on="2023-06-30", unit_consumption=13500)
    assert [rule.verified for rule in found.rules] == [False]


def test_every_fault_of_a_table_is_found_in_one_go() -> None:
    with pytest.raises(InputRefused) as refused:
        _run("lmdi", base=[[1, "x"], ["y", 1]], end="none", form="other")
    assert len(refused.value.faults) == 4


def test_every_fault_of_a_list_of_places_is_found_in_one_go() -> None:
    with pytest.raises(InputRefused) as refused:
        _run("structural_shift", places=[{"energy": -1, "gdp": 1, "end_gdp": 1}, {"energy": 1, "gdp": 1, "population": 3, 7: 7}], reduction_pct="x")
    assert len(refused.value.faults) == 5
    with pytest.raises(InputRefused, match="非空列表"):
        _run("structural_shift", places={}, reduction_pct=12)


@pytest.mark.parametrize(
    ("sector", "inputs", "expected"),
    [
        ("steel", {"class": "restricted"}, "0.1"),
        ("钢铁", {"category": "淘汰"}, "0.5"),
        ("电解铝", {"unit_consumption": 13691, "renewable_share_pct": 25, "incentive_weight_pct": 15}, "0.027"),
        ("电解铝", {"unit_consumption": 13691, "overdue_days": 91}, "0.045"),
    ],
)
def test_price_inputs_go_by_several_names(sector: str, inputs: dict[str, Any], expected: str) -> None:
    assert _run("price_step", sector=sector, on="2022-06", **inputs).outputs["surcharge_yuan_per_kwh"] == Decimal(expected)


def test_a_rise_is_shown_without_two_signs() -> None:
    risen = _run("progress", cumulative_reduction_pct=-3, target_pct=12, years_elapsed=2, years_total=5).working
    assert risen.startswith("对数进度 = ln(1 + 3%) ÷ ln(1 − 12%) = -23.122915%")
    assert "2.5 − (-1) = 3.5" in _run("warning", target_reduction_pct="2.5", actual_reduction_pct=-1).working


def test_an_unknown_sector_is_told_the_known_ones() -> None:
    with pytest.raises(InputRefused, match="电解铝"):
        _run("price_step", sector="纺织", on="2023-06-30", unit_consumption=1)


@pytest.mark.parametrize("op", sorted(OPS))
def test_no_input_at_all_is_refused_by_name(op: str) -> None:
    with pytest.raises(InputRefused):
        _run(op)
    with pytest.raises(InputRefused, match="不是本项的输入"):
        _run(op, surprise=1)
