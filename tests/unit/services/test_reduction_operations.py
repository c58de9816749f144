"""The pollution operations of `compute`: names of outputs, and inputs refused."""

from decimal import Decimal
from typing import Any

import pytest

from shuangkong.kernel.faults import InputRefused
from shuangkong.services.compute.operation import Inputs
from shuangkong.services.compute.pollution import OPS

STATE = {"barometric_pa": 101325, "static_pa": 0, "temperature_c": 273, "moisture_pct": 20}


def run(op: str, **inputs: Any) -> dict[str, Any]:
    return dict(OPS[op](Inputs(inputs)).outputs)


@pytest.mark.parametrize(
    ("op", "inputs", "expected"),
    [
        ("gas_standard_concentration", {"concentration_mg_m3": 100, **STATE}, {"standard_dry_mg_m3": Decimal(250)}),
        ("gas_standard_flow", {"flow_m3_h": 1000, **STATE}, {"standard_dry_m3_h": Decimal(400)}),
        ("oxygen_correction", {"concentration_mg_m3": 100, "oxygen_pct": 13, "reference_oxygen_pct": 9}, {"corrected_mg_m3": Decimal(150)}),
        ("nox_from_ppm", {"no_ppm": 100, "no2_ppm": 12}, {"nox_mg_m3": Decimal("230.025")}),
        ("hourly_mass", {"concentration_mg_m3": 50, "flow_m3_h": 100000}, {"kg_h": Decimal(5)}),
        ("collection_rate", {"flow_m3_d": 90000, "bod_in_mg_l": 80, "population": 400000, "load_g_per_person_day": 45}, {"collection_pct": Decimal(40)}),
        ("carbon_adsorption_cap",
         {"carbon_kg": 2000, "adsorption_pct": 10, "concentration_mg_m3": 50, "flow_m3_h": 20000, "hours_per_day": 10, "refills": 12},
         {"interval_days": Decimal(20), "cap_t": Decimal("2.4")}),
        ("reduction_progress", {"target_t": 1000, "years_total": 5, "counted_t": [100, 250]},
         {"scheduled_t": Decimal(400), "cumulative_t": Decimal(350), "ratio": Decimal("0.875"), "light": "YELLOW"}),
        ("yearly_attribution", {"state_t": {2020: 100, "2021": "90.5", 2022: 95}},
         {"reduction_t": {"2021": Decimal("9.5"), "2022": Decimal("-4.5")}, "total_t": Decimal(5)}),
        ("substitute_missing", {"valid_rate": 0.8, "missing_hours": 3, "max_2160_kg_h": 7},
         {"kg": Decimal(21), "hourly_kg": Decimal(7), "window_hours": Decimal(2160)}),
    ],
)  # fmt: skip
def test_outputs_by_name(op: str, inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert run(op, **inputs) == expected


def test_below_the_lowest_rate_nothing_stands_in() -> None:
    found = run("substitute_missing", valid_rate=70, missing_hours=3, max_180_kg_h=1)
    assert found["kg"] is None
    assert "75%" in found["reason"]


@pytest.mark.parametrize(("oxygen", "corrected"), [("20.9", Decimal(4500)), ("21", None), ("21.3", None)])
def test_at_the_oxygen_of_air_the_measured_figure_stays(oxygen: str, corrected: Decimal | None) -> None:
    found = run("oxygen_correction", concentration_mg_m3=30, oxygen_pct=oxygen, reference_oxygen_pct=6)
    assert found["corrected_mg_m3"] == corrected
    assert ("reason" in found) == (corrected is None)


def test_the_working_is_legible() -> None:
    state = STATE | {"static_pa": -300, "temperature_c": 130, "moisture_pct": 8}
    working = OPS["gas_standard_flow"](Inputs({"flow_m3_h": 200000, **state, "barometric_pa": 100500})).working
    assert working.endswith("200000 × 273 ÷ (273 + 130) × (100500 + (-300)) ÷ 101325 × (1 − 8%) ≈ 123261.240181 m³/h")


def test_a_percentage_may_carry_its_sign() -> None:
    whole = {"concentration_mg_m3": 100, **STATE}
    assert run("gas_standard_concentration", **whole | {"moisture_pct": "20%"}) == run("gas_standard_concentration", **whole)
    assert run("gas_standard_concentration", **whole | {"moisture_pct": "２０ ％"}) == run("gas_standard_concentration", **whole)
    with pytest.raises(InputRefused):
        run("hourly_mass", concentration_mg_m3="50%", flow_m3_h=1)


def test_a_default_is_cited() -> None:
    outcome = OPS["collection_rate"](Inputs({"flow_m3_d": 90000, "bod_in_mg_l": 100, "population": 400000}))
    assert outcome.outputs["collection_pct"] == Decimal(50)
    assert [rule.path for rule in outcome.rules] == ["pollution.sewage_collection.bod_g_per_person_day"]


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        ("gas_standard_flow", {"flow_m3_h": 1000, **STATE, "barometric_pa": "101.325"}),  # kPa
        ("gas_standard_flow", {"flow_m3_h": -1, **STATE}),
        ("gas_standard_flow", {"flow_m3_h": 1, **STATE, "moisture_pct": 100}),
        ("oxygen_correction", {"concentration_mg_m3": 30, "oxygen_pct": 8, "reference_oxygen_pct": 21}),
        ("oxygen_correction", {"concentration_mg_m3": 30, "oxygen_pct": 101, "reference_oxygen_pct": 6}),
        ("collection_rate", {"flow_m3_d": 1, "bod_in_mg_l": 1, "population": 0}),
        ("carbon_adsorption_cap", {"carbon_kg": 1, "concentration_mg_m3": 1, "flow_m3_h": 0, "hours_per_day": 1, "refills": 1}),
        ("carbon_adsorption_cap", {"carbon_kg": 1, "concentration_mg_m3": 1, "flow_m3_h": 1, "hours_per_day": 25, "refills": 1}),
        ("reduction_progress", {"target_t": 0, "years_total": 5, "counted_t": [1]}),
        ("reduction_progress", {"target_t": 1, "years_total": 1, "counted_t": [1, 1]}),
        ("reduction_progress", {"target_t": 1, "years_total": 5, "counted_t": []}),
        ("yearly_attribution", {"state_t": {2020: 1}}),
        ("yearly_attribution", {"state_t": {"明年": 1, 2020: 2}}),
        ("yearly_attribution", {"state_t": {2020: -1, 2021: 2}}),
        ("yearly_attribution", {"state_t": [1, 2]}),
        ("substitute_missing", {"valid_rate": 101, "missing_hours": 1}),
        ("substitute_missing", {"valid_rate": 95, "missing_hours": 1}),
        ("hourly_mass", {"concentration_mg_m3": 1, "flow_m3_h": 1, "oxygen_pct": 8}),  # the corrected value never enters a mass
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(op: str, inputs: dict[str, Any]) -> None:
    with pytest.raises(InputRefused):
        run(op, **inputs)
