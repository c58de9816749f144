from datetime import date
from decimal import Decimal

import pytest

from shuangkong.energy.coal_equivalent import CarrierTable, NoEquivalentValue, net_coal_rate
from shuangkong.energy.regional_total import RegionalTotal, Supply, regional_total
from shuangkong.kernel.quantity import ConversionBasis, MixedBases, Quantity
from shuangkong.rules import at

RULES = at(date(2023, 6, 30))
TABLE = CarrierTable(RULES)
EQUIVALENT = ConversionBasis.EQUIVALENT
FINAL = (("原煤", "10000", "t"), ("电力", "1000", "万kWh"))


def flows(*rows: tuple[str, str, str]) -> list[tuple[object, Quantity]]:
    return [(TABLE.find(name), Quantity.of(figure, unit)) for name, figure, unit in rows]


def total(
    *, final: tuple[tuple[str, str, str], ...] = FINAL, loss: str | None = "100", other: str | None = "50",
    year: int = 2022, low_grade: bool = False, supply: Supply | None = None,
) -> RegionalTotal:
    return regional_total(
        final=flows(*final),  # type: ignore[arg-type]  # built of carriers
        transformation_loss=Quantity.of(loss, "tce", EQUIVALENT) if loss else None,
        other_loss=Quantity.of(other, "tce", EQUIVALENT) if other else None,
        coal_rate=net_coal_rate(year=year, table="national_supply", rules=RULES),
        include_low_grade=low_grade, rules=RULES, supply=supply,
    )


def codes(found: RegionalTotal) -> list[str]:
    return [finding.code for finding in found.findings]


def test_total_is_final_use_and_both_losses_at_the_coal_rate_of_the_year() -> None:
    found = total()
    assert found.final_tce == Decimal("10158")  # 7143 + 3015
    assert found.total_energy_consumption_tce == Decimal("10308")
    assert codes(found) == []
    assert not found.verified


def test_an_unreported_loss_leaves_the_total_open() -> None:
    found = total(other=None)
    assert found.total_energy_consumption_tce is None
    assert codes(found) == ["LOSS_NOT_REPORTED"]


def test_a_stand_in_rate_is_told() -> None:
    assert codes(total(year=2024)) == ["COAL_RATE_STAND_IN"]


def test_low_grade_fuels_count_only_where_the_system_includes_them() -> None:
    rows = (*FINAL, ("生物质", "1000", "t"))
    assert total(final=rows).final_tce == Decimal("10158")
    assert codes(total(final=rows)) == ["LEFT_OUT"]
    assert total(final=rows, low_grade=True).final_tce == Decimal("10658")


def test_media_and_sum_rows_never_count() -> None:
    found = total(final=(*FINAL, ("新水", "1000", "t"), ("能源合计", "9", "tce")))
    assert (found.final_tce, codes(found)) == (Decimal("10158"), ["NOT_ENERGY", "NOT_ENERGY"])


@pytest.mark.parametrize(("imported", "told"), [("3165", []), ("3268", []), ("3269", ["STATISTICAL_DIFFERENCE"]), ("3061", ["STATISTICAL_DIFFERENCE"])])
def test_supply_is_compared_within_one_percent(imported: str, told: list[str]) -> None:
    supply = Supply(
        produced=flows(("原煤", "20000", "t")), imported=flows(("电力", imported, "tce")), drawn_from_stock=flows(("原煤", "-10000", "t"))  # type: ignore[arg-type]
    )
    assert codes(total(supply=supply)) == told


def test_net_import_of_power_weighs_the_coal_rate() -> None:
    assert total(supply=Supply(imported=flows(("电力", "1", "万kWh")))).supplied_tce == Decimal("3.015")  # type: ignore[arg-type]


def test_heat_in_joules_and_losses_on_another_basis_are_refused() -> None:
    with pytest.raises(NoEquivalentValue):
        total(final=(("热力", "1", "GJ"),))
    with pytest.raises(MixedBases):
        regional_total(
            final=[], transformation_loss=Quantity.of(1, "tce", ConversionBasis.CALORIFIC), other_loss=None,
            coal_rate=net_coal_rate(year=2022, table="national_supply", rules=RULES), include_low_grade=False, rules=RULES,
        )


def test_a_negative_total_is_told() -> None:
    assert codes(total(final=(("原煤", "-10000", "t"),))) == ["NEGATIVE_TOTAL"]
