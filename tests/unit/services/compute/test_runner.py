import json
from decimal import Decimal
from pathlib import Path

import pytest

from shuangkong.kernel.faults import InputRefused
from shuangkong.services.compute.operation import Inputs
from shuangkong.services.compute.runner import compute_file, jsonable, operations

# The operations that the formats page names; a missing one would be a broken promise.
PROMISED = ["coal_equivalent_factor", "intensity_change", "implied_growth", "cumulative_reduction", "progress", "annual_rate", "remaining_rate", "annual_totals", "warning", "elasticity", "savings", "dual_control_scope", "green_certificate_limit", "lmdi", "structural_shift", "benchmark_gap", "price_step", "capacity_swap", "review_authority", "dual_high", "co2_factor", "score_item", "grade", "gas_standard_concentration", "gas_standard_flow", "oxygen_correction", "nox_from_ppm", "hourly_mass", "substitute_missing", "collection_rate", "carbon_adsorption_cap", "reduction_progress", "yearly_attribution"]


def _file(folder: Path, entries: object) -> Path:
    path = folder / "cases.json"
    path.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    return path


def test_every_promised_operation_is_there() -> None:
    assert set(PROMISED) <= set(operations())


def test_every_operation_says_what_it_does() -> None:
    assert [name for name, operation in operations().items() if not operation.__doc__] == []


def test_a_file_of_cases_is_computed_in_order(tmp_path: Path) -> None:
    results = compute_file(
        path=_file(
            tmp_path,
            [
                {"id": "b", "op": "intensity_change", "inputs": {"energy_growth_pct": 2, "gdp_growth_pct": 7.2}},
                {"id": "a", "op": "cumulative_reduction", "inputs": {"annual_change_pct": [-3, -2]}},
            ],
        )
    )
    assert [result.id for result in results] == ["b", "a"]
    assert Decimal(results[1].as_json()["outputs"]["cumulative_reduction_pct"]) == Decimal("4.94")


def test_whole_numbers_are_text_as_all_numbers_are(tmp_path: Path) -> None:
    warned = {"id": "a", "op": "warning", "inputs": {"target_reduction_pct": "2.5", "actual_reduction_pct": "2.25"}}
    (result,) = compute_file(path=_file(tmp_path, [warned]))
    assert result.as_json()["outputs"]["level"] == "2"
    assert jsonable({"met": True, "years": [2021]}) == {"met": True, "years": ["2021"]}


def test_faults_of_every_entry_come_together(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        compute_file(
            path=_file(
                tmp_path,
                [
                    {"id": "一", "op": "intensity_chang", "inputs": {}},
                    {"id": "二", "op": "intensity_change", "inputs": {"energy_growth_pct": "很多", "gdp_groth_pct": 3}},
                ],
            )
        )
    told = [fault.line() for fault in refused.value.faults]
    assert any("intensity_change" in line and "第1项" in line for line in told)
    assert any("很多" in line for line in told)
    assert any("gdp_groth_pct" in line for line in told)
    assert any("gdp_growth_pct" in line and "缺少" in line for line in told)


@pytest.mark.parametrize("content", ["[]", "3", '"甲"', "{}", "[1]", '[{"op": "elasticity", "inputs": 3}]'])
def test_what_is_no_list_of_cases_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cases.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputRefused):
        compute_file(path=path)


def test_inputs_read_full_width_numbers_and_keep_json_decimals_exact() -> None:
    inputs = Inputs({"one": "１，２００．５", "two": Decimal("0.1"), "three": 3})
    assert (inputs.decimal("one"), inputs.decimal("two"), inputs.integer("three")) == (Decimal("1200.5"), Decimal("0.1"), 3)
    inputs.done()


@pytest.mark.parametrize("word", [True, "是", "yes", "ON", "1", 1])
def test_a_yes_has_many_words(word: object) -> None:
    assert Inputs({"key_region": word}).flag("key_region") is True


def test_a_choice_is_found_whatever_its_case() -> None:
    assert Inputs({"unit": "KJ"}).text("unit", among=("kcal", "kJ")) == "kJ"


def test_inputs_out_of_range_are_told_with_their_bounds() -> None:
    inputs = Inputs({"oxygen_pct": 21.5})
    inputs.decimal("oxygen_pct", low=0, high=21)
    with pytest.raises(InputRefused, match=r"\[0, 21\]"):
        inputs.done()
