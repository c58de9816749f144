from datetime import date
from decimal import Decimal

import pytest

from shuangkong.energy.carbon import (
    CarbonAccount,
    GreenPowerExceedsImport,
    NonPositiveCarbonBase,
    carbon_intensity_reduction_pct,
    carbon_intensity_t_per_10k_yuan,
    co2_factor,
    energy_co2,
    grid_factor,
)
from shuangkong.energy.coal_equivalent import CarrierTable
from shuangkong.kernel.quantity import Quantity
from shuangkong.rules import NoRuleOnDay, at

RULES = at(date(2023, 6, 30))
TABLE = CarrierTable(RULES)


def account(*burned: tuple[str, str, str], imported: str | None = "0", green: str = "0", year: int = 2023) -> CarbonAccount:
    return energy_co2(
        burned=[(TABLE.find(name), Quantity.of(figure, unit)) for name, figure, unit in burned],
        imported_kwh=None if imported is None else Decimal(imported), green_power_kwh=Decimal(green),
        grid=grid_factor(region="henan", year=year, rules=RULES), rules=RULES,
    )


def test_fuels_by_their_three_parameters_gas_per_ten_thousand_cubic_metres() -> None:
    assert f"{account(('无烟煤', '1', 't')).known_co2_t:.4f}" == "2.3228"
    assert f"{account(('天然气', '1', '万m3')).known_co2_t:.4f}" == "21.6219"
    assert f"{account(('天然气', '10000', 'm3')).known_co2_t:.4f}" == "21.6219"
    assert account(("热力", "10", "GJ")).known_co2_t == Decimal("1.1")


def test_the_guideline_calorific_value_of_lng_is_not_that_of_the_coal_equivalent() -> None:
    assert f"{account(('液化天然气', '1', 't')).known_co2_t:.4f}" == "2.3253"
    assert co2_factor(net_calorific_value_gj=Decimal("51.498"), carbon_t_per_gj=Decimal("0.0153"), oxidation=Decimal("0.99")) > Decimal("2.8")


def test_power_by_the_factor_of_its_year_green_power_apart_at_zero() -> None:
    found = account(imported="1000000", green="400000", year=2022)
    assert found.electricity_co2_t == Decimal("363.48")  # 600 MWh × 0.6058
    assert found.green_power_kwh == 400000


@pytest.mark.parametrize(
    ("region", "year", "factor", "is_stand_in", "verified"),
    [
        ("henan", 2023, "0.5897", False, False), ("henan", 2025, "0.5897", True, False), ("national", 2023, "0.5306", False, True),
        ("national", 2022, "0.5366", False, True), ("national", 2024, "0.5306", True, False), ("central_china", 2012, "0.5257", False, False),
        ("central_china", 2015, "0.5257", True, False), ("central_china", 2023, "0.5271", False, True), ("national_corporate", 2022, "0.5703", False, False),
    ],
)  # fmt: skip
def test_grid_factors_by_region_and_year(region: str, year: int, factor: str, is_stand_in: bool, verified: bool) -> None:
    found = grid_factor(region=region, year=year, rules=RULES)
    assert (found.rule.number, found.is_stand_in, found.verified) == (Decimal(factor), is_stand_in, verified)


def test_a_year_before_the_first_factor_is_refused() -> None:
    with pytest.raises(NoRuleOnDay):
        grid_factor(region="henan", year=2020, rules=RULES)


def test_a_carrier_without_factor_is_missing_and_lowers_coverage() -> None:
    found = account(("无烟煤", "75", "t"), ("炼焦烟煤", "100", "t"))
    assert [each.carrier.key for each in found.missing] == ["coking_bituminous_coal"]
    assert not found.is_complete
    assert f"{found.coverage_pct:.4f}" == "43.9985"  # 70.71 of 160.71 tce
    assert f"{found.known_co2_t:.4f}" == "174.2076"


def test_fuel_stated_in_coal_equivalent_has_no_co2() -> None:
    found = account(("无烟煤", "10", "tce"))
    assert (found.by_carrier, found.missing[0].reason.zh) == ((), "按标准煤填报，缺实物量")


def test_unreported_power_leaves_the_account_open() -> None:
    found = account(("无烟煤", "1", "t"), imported=None)
    assert found.electricity_co2_t is None
    assert not found.is_complete
    assert account().coverage_pct is None


def test_green_power_cannot_exceed_the_import() -> None:
    assert account(imported="5", green="5").electricity_co2_t == 0
    with pytest.raises(GreenPowerExceedsImport):
        account(imported="5", green="6")
    with pytest.raises(GreenPowerExceedsImport):
        account(imported="-5", green="1")


def test_a_net_export_is_negative() -> None:
    assert account(imported="-1000").electricity_co2_t == Decimal("-0.5897")


def test_intensity_and_its_fall() -> None:
    assert carbon_intensity_t_per_10k_yuan(co2_t=Decimal(500), gdp_10k_yuan=Decimal(400)) == Decimal("1.25")
    assert carbon_intensity_reduction_pct(base_t_per_10k_yuan=Decimal("1.25"), current_t_per_10k_yuan=Decimal("1.3")) == -4


@pytest.mark.parametrize("figure", ["0", "-1"])
def test_intensity_needs_a_base(figure: str) -> None:
    with pytest.raises(NonPositiveCarbonBase):
        carbon_intensity_t_per_10k_yuan(co2_t=Decimal(1), gdp_10k_yuan=Decimal(figure))
    with pytest.raises(NonPositiveCarbonBase):
        carbon_intensity_reduction_pct(base_t_per_10k_yuan=Decimal(figure), current_t_per_10k_yuan=Decimal(1))
