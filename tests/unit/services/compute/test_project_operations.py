from decimal import Decimal
from typing import Any

import pytest

from shuangkong.kernel.faults import InputRefused
from shuangkong.services.compute.operation import Inputs, Outcome
from shuangkong.services.compute.projects import OPS


def _run(op: str, **inputs: Any) -> Outcome:
    return OPS[op](Inputs(inputs))


def test_gap_names_level_and_unit() -> None:
    outputs = _run("benchmark_gap", product="水泥熟料", unit_energy=106, output=1000000, on="2023-12-31").outputs
    assert outputs["level"] == "between"
    assert (outputs["gap_to_benchmark_tce"], outputs["gap_to_baseline_tce"]) == (6000, -11000)
    assert outputs["unit"] == "kgce/t"


def test_swap_without_a_day_uses_the_newest_rule_and_says_so() -> None:
    found = _run("capacity_swap", product="水泥熟料", new_capacity=5000, key_region="是", restricted_or_cross_province="否")
    assert found.outputs["required_retired_capacity"] == 10000
    assert "2021-08-01" in found.working
    dated = _run("capacity_swap", product="水泥熟料", new_capacity=5000, key_region=False, restricted_or_cross_province=False, on="2020")
    assert dated.outputs == {"required_retired_capacity": Decimal(6250), "ratio": Decimal("1.25")}


def test_review_authority_gives_level_and_words() -> None:
    outputs = _run("review_authority", rule_set="order-2-2023", tce=10000, kwh=1).outputs
    assert (outputs["level"], outputs["level_zh"]) == ("provincial", "省级审查")


def test_dual_high_gives_class_or_none() -> None:
    inside = _run("dual_high", sector="建材", subsector="水泥", tce=20000, on="2023-06-30").outputs
    outside = _run("dual_high", sector="纺织", subsector=None, tce=20000, on="2023-06-30").outputs
    assert (inside["dual_high"], inside["class"], outside["dual_high"], outside["class"]) == (True, "2", False, None)


@pytest.mark.parametrize("op", sorted(OPS))
def test_no_input_at_all_is_refused_by_name(op: str) -> None:
    with pytest.raises(InputRefused, match="缺少"):
        _run(op)
