"""The conversion chain, where it ends and what it keeps."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong.pollution.conversions import (
    ImpossibleGasState,
    OxygenOutOfRange,
    dry_concentration,
    duct_velocity,
    excess_air_corrected,
    gas_standard_concentration,
    gas_standard_flow,
    mass_concentration,
    nox_from_mass,
    oxygen_corrected,
    standard_state_concentration,
    wet_flow,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


@pytest.mark.parametrize("wrong", [{"barometric_pa": Decimal(300)}, {"temperature_c": Decimal(-273)}, {"moisture_pct": Decimal(100)}])
def test_a_gas_that_cannot_be_is_refused(wrong: dict[str, Decimal]) -> None:
    state = {"barometric_pa": Decimal(101325), "static_pa": Decimal(-300), "temperature_c": Decimal(20), "moisture_pct": Decimal(5)} | wrong
    with pytest.raises(ImpossibleGasState):
        gas_standard_flow(flow_m3_h=Decimal(1), rules=RULES, **state)


def test_concentration_and_flow_keep_the_mass() -> None:
    state = {"barometric_pa": Decimal(100500), "static_pa": Decimal(-300), "temperature_c": Decimal(130), "moisture_pct": Decimal(8)}
    concentration = gas_standard_concentration(concentration_mg_m3=Decimal(50), rules=RULES, **state)
    flow = gas_standard_flow(flow_m3_h=Decimal(200000), rules=RULES, **state)
    assert abs(concentration * flow - Decimal(50) * Decimal(200000)) < Decimal("1e-15")


@pytest.mark.parametrize(("oxygen", "reference"), [("21", "6"), ("25", "6"), ("8", "21"), ("-1", "6")])
def test_oxygen_of_air_has_no_conversion(oxygen: str, reference: str) -> None:
    with pytest.raises(OxygenOutOfRange):
        oxygen_corrected(concentration_mg_m3=Decimal(30), oxygen_pct=Decimal(oxygen), reference_oxygen_pct=Decimal(reference), rules=RULES)
    oxygen_corrected(concentration_mg_m3=Decimal(30), oxygen_pct=Decimal("20.9"), reference_oxygen_pct=Decimal(6), rules=RULES)


def test_standard_then_dry_is_both_at_once() -> None:
    state = {"barometric_pa": Decimal(100500), "static_pa": Decimal(-300), "temperature_c": Decimal(130)}
    standard = standard_state_concentration(concentration_mg_m3=Decimal(50), rules=RULES, **state)
    at_once = gas_standard_concentration(concentration_mg_m3=Decimal(50), moisture_pct=Decimal(8), rules=RULES, **state)
    assert abs(dry_concentration(wet=standard, moisture_pct=Decimal(8)) - at_once) < Decimal("1e-20")


def test_so2_of_a_hundred_ppm() -> None:
    assert mass_concentration(ppm=Decimal(100), molar_mass_g_mol=Decimal(64), rules=RULES).quantize(Decimal("0.01")) == Decimal("285.71")


def test_nox_from_mass_counts_no_as_no2() -> None:
    # 60.012 x 46.005 / 30.006 = 92.01; and 8 of NO2 on top
    assert nox_from_mass(no_mg_m3=Decimal("60.012"), no2_mg_m3=Decimal(8), rules=RULES) == Decimal("100.01")


def test_excess_air_is_refused_at_the_oxygen_of_air() -> None:
    with pytest.raises(OxygenOutOfRange):
        excess_air_corrected(concentration_mg_m3=Decimal(30), oxygen_pct=Decimal(21), reference_excess_air=Decimal(1), rules=RULES)


def test_all_water_is_no_gas() -> None:
    with pytest.raises(ImpossibleGasState):
        dry_concentration(wet=Decimal(1), moisture_pct=Decimal(100))


def test_flow_from_the_probe() -> None:
    assert wet_flow(section_m2=Decimal("12.5"), velocity_m_s=duct_velocity(measured_m_s=Decimal(8), field_factor=Decimal("0.9"))) == 324000
