"""The conversion chain and the substitution of missing hours, on the thresholds and beside them."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong.pollution.monitoring_validity import (
    ImpossibleGasState,
    OxygenOutOfRange,
    WindowMissing,
    gas_standard_concentration,
    gas_standard_flow,
    oxygen_corrected,
    substitute_missing,
    valid_rate_pct,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))
MAXIMA = {Decimal(180): Decimal(5), Decimal(720): Decimal(6), Decimal(2160): Decimal(7)}


@pytest.mark.parametrize(
    ("rate", "hours", "expected"),
    [("90", 24, 120), ("90", 25, 150), ("89.9", 24, 168), ("89.9", 25, 175), ("75", 1, 7), ("100", 1, 5), ("74.9", 1, None), ("90", 0, 0)],
)
def test_windows_by_rate_and_length(rate: str, hours: int, expected: int | None) -> None:
    found = substitute_missing(rate_pct=Decimal(rate), missing_hours=Decimal(hours), maximum_kg_h=MAXIMA, rules=RULES)
    assert found.substituted_kg == expected


def test_the_window_asked_for_must_be_given() -> None:
    with pytest.raises(WindowMissing, match="720"):
        substitute_missing(rate_pct=Decimal(95), missing_hours=Decimal(30), maximum_kg_h={Decimal(180): Decimal(5)}, rules=RULES)


@pytest.mark.parametrize(("given", "expected"), [("0.9", "90"), ("1", "100"), ("90", "90"), ("0", "0"), ("1.01", "1.01")])
def test_rate_as_fraction_or_per_cent(given: str, expected: str) -> None:
    assert valid_rate_pct(Decimal(given)) == Decimal(expected)


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
