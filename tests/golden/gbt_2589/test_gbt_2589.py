from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from shuangkong.energy.carbon import co2_factor
from shuangkong.energy.coal_equivalent import CarrierTable, coal_equivalent_factor
from shuangkong.rules import at

HERE = Path(__file__).parent
EDITIONS = {"2008": at(date(2020, 12, 31)), "2020": at(date(2023, 6, 30))}


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text("utf-8"))["cases"]
    return found


@pytest.mark.parametrize("case", cases("coefficients.yaml"), ids=lambda case: f"{case['edition']}-{case['fuel']}-{case['net_calorific_value']}")
def test_printed_coefficients_follow_from_printed_calorific_values(case: dict[str, Any]) -> None:
    kgce = coal_equivalent_factor(Decimal(case["net_calorific_value"]), case["unit"], rules=EDITIONS[case["edition"]])
    assert abs(kgce - Decimal(case["kgce"])) <= Decimal(case["tolerance"])


@pytest.mark.parametrize("case", cases("co2.yaml"), ids=lambda case: case["fuel"])
def test_printed_co2_follows_from_the_three_parameters_and_the_rules_hold_them(case: dict[str, Any]) -> None:
    t_per_unit = co2_factor(**{name: Decimal(case[name]) for name in ("net_calorific_value_gj", "carbon_t_per_gj", "oxidation")})
    kg_per_unit = t_per_unit * 1000 / Decimal(case["units_per_physical"])
    assert abs(kg_per_unit - Decimal(case["kg_per_unit"])) <= Decimal("0.00005")
    rules = EDITIONS["2020"]
    key = CarrierTable(rules).find(case["fuel"]).key
    assert co2_factor(**rules.get(f"energy.carbon.fuels.{key}").value) == t_per_unit
