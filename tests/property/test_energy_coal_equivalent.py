from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuangkong.energy.balance import CarrierRow, stock_residual, unit_balance
from shuangkong.energy.coal_equivalent import (
    CarrierFamily,
    CarrierTable,
    CarrierUnitMismatch,
    EnergyCarrier,
    to_coal_equivalent,
)
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.units import symbols, unit
from shuangkong.rules import at

RULES = at(date(2023, 6, 30))
TABLE = CarrierTable(RULES)
CALORIFIC, EQUIVALENT = ConversionBasis.CALORIFIC, ConversionBasis.EQUIVALENT
carriers = st.sampled_from(list(TABLE.energy_carriers.values()))
fuels = st.sampled_from([each for each in TABLE.energy_carriers.values() if each.family is CarrierFamily.FUEL])
figures = st.decimals(0, 10**9, places=3)


def tce(quantity: Quantity, carrier: EnergyCarrier, basis: ConversionBasis = CALORIFIC) -> Decimal:
    return to_coal_equivalent(quantity, carrier, basis=basis, rules=RULES).tce


@given(carriers, figures, figures)
def test_converting_a_sum_is_summing_the_conversions(carrier: EnergyCarrier, one: Decimal, other: Decimal) -> None:
    first, second = Quantity.of(one, carrier.physical_unit), Quantity.of(other, carrier.physical_unit)
    assert tce(first + second, carrier) == tce(first, carrier) + tce(second, carrier)


@given(fuels, figures)
def test_a_fuel_weighs_the_same_on_both_bases(carrier: EnergyCarrier, figure: Decimal) -> None:
    quantity = Quantity.of(figure, carrier.physical_unit)
    assert tce(quantity, carrier, CALORIFIC) == tce(quantity, carrier, EQUIVALENT)


@given(carriers, st.sampled_from(symbols()), figures)
def test_only_units_of_the_carrier_or_of_coal_equivalent_convert(carrier: EnergyCarrier, symbol: str, figure: Decimal) -> None:
    quantity = Quantity.of(figure, symbol)
    if unit(symbol).dimension in (unit(carrier.physical_unit).dimension, unit("tce").dimension):
        assert tce(quantity, carrier) >= 0
        return
    with pytest.raises(CarrierUnitMismatch):
        tce(quantity, carrier)


@given(carriers)
def test_every_name_and_key_finds_its_carrier(carrier: EnergyCarrier) -> None:
    assert all(TABLE.find(name).key == carrier.key for name in (carrier.key, *carrier.name, carrier.name.zh.upper()))


@given(fuels, figures, figures, figures)
def test_a_closing_stock_from_the_identity_leaves_nothing_over(carrier: EnergyCarrier, opening: Decimal, purchased: Decimal, used: Decimal) -> None:
    row = CarrierRow(
        carrier, unit(carrier.physical_unit), opening=opening, purchased=purchased, industrial=used, closing=opening + purchased - used
    )
    assert stock_residual(row) == 0
    found = unit_balance([row], basis=CALORIFIC, include_non_industrial=False, rules=RULES)
    assert found.comprehensive_energy_consumption == tce(Quantity(used, row.unit), carrier)
    assert "STOCK_RESIDUAL" not in [finding.code for finding in found.findings]
