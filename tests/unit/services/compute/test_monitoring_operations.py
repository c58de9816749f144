"""The monitoring operations of `compute`: names of outputs, and inputs refused."""

from decimal import Decimal
from typing import Any

import pytest

from shuangkong.kernel.faults import InputRefused
from shuangkong.services.compute.monitoring import OPS
from shuangkong.services.compute.operation import Inputs


def run(op: str, **inputs: Any) -> dict[str, Any]:
    return dict(OPS[op](Inputs(inputs)).outputs)


@pytest.mark.parametrize(
    ("op", "inputs", "expected"),
    [
        ("mass_concentration", {"ppm": 35, "molar_mass_g_mol": 64}, {"mg_m3": Decimal(100)}),
        ("dry_concentration", {"wet": 46, "moisture_pct": 8}, {"dry": Decimal(50)}),
        ("nox_from_mass", {"no_mg_m3": "30.006", "no2_mg_m3": 4}, {"nox_mg_m3": Decimal("50.005")}),
        ("excess_air_correction", {"concentration_mg_m3": 30, "oxygen_pct": 9, "reference_excess_air": "1.4"}, {"corrected_mg_m3": Decimal("37.5")}),
        ("capture_rate", {"hours": 2184, "invalid_hours": 184, "stop_hours": 184}, {"capture_pct": Decimal("90.8"), "meets": True}),
        ("capture_rate", {"hours": 24, "invalid_hours": 0, "stop_hours": 24}, {"capture_pct": None, "meets": None}),
        ("transmission_rate", {"due": 200, "received": 180, "valid": 150},
         {"transmission_pct": Decimal(90), "validity_pct": Decimal(15000) / 180, "effective_pct": Decimal(75)}),
        ("air_quality_index", {"PM25_day": 95, "O3_day": 130},
         {"index": 125, "band": "轻度污染", "primary": ["PM25_day"], "parts": {"PM25_day": 125, "O3_day": 75}}),
        ("air_to_liquid_ratio", {"vapour_l": 33, "liquid_l": 30}, {"ratio": Decimal("1.1"), "meets": True}),
        ("network_leakage", {"supplied_10k_m3": 1000, "registered_10k_m3": 850, "pressure_mpa": "0.6"},
         {"loss_pct": Decimal(15), "leakage_pct": Decimal(14), "corrections": {"pressure": Decimal(1)}, "meets_first": False}),
        ("power_usage_effectiveness", {"total_kwh": 1250, "it_kwh": 1000}, {"pue": Decimal("1.25")}),
        ("local_consumption", {"generated_kwh": 1000, "exported_kwh": 200, "imported_kwh": 1300, "stored_in_kwh": 100},
         {"local_kwh": Decimal(800), "consumption_kwh": Decimal(2000), "local_pct": Decimal(80), "self_supply_pct": Decimal(40)}),
    ],
)  # fmt: skip
def test_outputs_by_name(op: str, inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert run(op, **inputs) == expected


def test_missing_hours_are_filled_and_told() -> None:
    outcome = OPS["fill_missing_hours"](Inputs({"pollutant": "NOx", "hours": [*([5] * 30), 9, *([4] * 8), "MAINTENANCE", "stopped"]}))
    assert outcome.outputs["capture_pct"] == Decimal("97.5")
    assert outcome.outputs["kg"][-2:] == [9, 0]
    assert (outcome.outputs["replaced_hours"], outcome.outputs["short_history_hours"]) == ([39], [39])
    assert "历史不足" in outcome.working


def test_class_of_a_section() -> None:
    found = run("water_class", items={"COD": 18, "NH3_N": "1.2", "TN": 9})
    assert (found["class"], found["worst"], found["left_out"]) == ("Ⅳ类", ["NH3_N"], ["TN"])
    assert run("water_class", items={"TP": "0.04"}, is_lake=True)["class"] == "Ⅲ类"


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        ("water_means", {"volume_m3": [1, 2], "concentration_mg_l": [1]}),
        ("capture_rate", {"hours": 10, "invalid_hours": 6, "stop_hours": 5}),
        ("fill_missing_hours", {"pollutant": "NOX", "hours": [1, "坏"]}),
        ("fill_missing_hours", {"pollutant": "NOX", "hours": 3}),
        ("fill_missing_hours", {"pollutant": "VOCS", "hours": [1]}),
        ("water_class", {"items": {"COD": "abc"}}),
        ("water_class", {"items": {"QQ": 1}}),
        ("water_class", {"items": 3}),
        ("air_quality_index", {"NH3_day": 1}),
        ("air_to_liquid_ratio", {"vapour_l": 1, "liquid_l": 0}),
        ("power_usage_effectiveness", {"total_kwh": 1, "it_kwh": 2}),
    ],
)
def test_bad_inputs_are_refused(op: str, inputs: dict[str, Any]) -> None:
    with pytest.raises(InputRefused):
        run(op, **inputs)
