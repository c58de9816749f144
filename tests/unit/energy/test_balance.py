from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shuangkong.energy.balance import (
    CarrierRow,
    Severity,
    TransformationProcess,
    UnitBalance,
    stock_residual,
    unit_balance,
)
from shuangkong.energy.coal_equivalent import CarrierTable
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.units import unit
from shuangkong.rules import at

RULES = at(date(2023, 6, 30))
TABLE = CarrierTable(RULES)
COKING = TransformationProcess.COKING


def row(name: str, symbol: str = "t", **figures: object) -> CarrierRow:
    given = {key: Decimal(figure) if isinstance(figure, str) else figure for key, figure in figures.items()}
    return CarrierRow(TABLE.find(name), unit(symbol), **given)  # type: ignore[arg-type]  # columns by name


def balance(*rows: CarrierRow, include_non_industrial: bool = False) -> UnitBalance:
    return unit_balance(rows, basis=ConversionBasis.CALORIFIC, include_non_industrial=include_non_industrial, rules=RULES)


def codes(found: UnitBalance) -> list[str]:
    return [finding.code for finding in found.findings]


COAL = row("原煤", opening="10", purchased="100", industrial="90", closing="20")


def test_plain_consumption_is_quantity_times_coefficient() -> None:
    power = row("电力", "万kWh", purchased="50", industrial="40", non_industrial="10")
    found = balance(COAL, power)
    assert found.comprehensive_energy_consumption == Decimal("113.447")  # 90 × 0.7143 + 40 × 1.229
    assert found.energy_total_tce == Decimal("125.737")
    assert balance(COAL, power, include_non_industrial=True).comprehensive_energy_consumption == Decimal("125.737")
    assert codes(found) == []
    assert found.verified


def test_a_coking_plant_takes_out_what_it_made_and_recovered() -> None:
    washed = row("洗精煤", opening="0", purchased="1000", industrial="1000", closing="0", transformation_input={COKING: Decimal(1000)})
    coke = row("焦炭", opening="0", purchased="0", produced="700", industrial="0", sold="700", closing="0", transformation_output={COKING: Decimal(700)})
    gas = row("焦炉煤气", "万m3", opening="0", purchased="0", produced="20", industrial="20", closing="0", transformation_output={COKING: Decimal(20)})
    steam = row("余热余压", "GJ", industrial="100", recovered="100", is_recovery_consumed=True)
    found = balance(washed, coke, gas, steam)
    # in: 900 + 114.28 + 3.412; out: 679.98 + 114.28; recovered 3.412
    assert found.comprehensive_energy_consumption == Decimal("220.02")
    assert found.energy_total_tce == Decimal("1017.692")
    assert found.loss_tce == {COKING: Decimal("105.74")}
    assert f"{found.efficiency[COKING]:.4f}" == "0.8825"
    assert codes(found) == []


def test_recovery_that_was_never_entered_is_not_subtracted() -> None:
    found = balance(row("余热余压", "GJ", recovered="100"))
    assert (found.recovered_tce, codes(found)) == (0, ["RECOVERY_NOT_CONSUMED"])


@pytest.mark.parametrize(("closing", "told"), [("19.10", []), ("19.09", ["STOCK_RESIDUAL"]), ("20.90", []), ("20.91", ["STOCK_RESIDUAL"])])
def test_stock_residual_is_told_above_one_percent_of_consumption(closing: str, told: list[str]) -> None:
    assert codes(balance(replace(COAL, closing=Decimal(closing)))) == told


def test_stock_residual_counts_every_flow_and_needs_the_told_ones() -> None:
    full = row("焦炭", opening="5", purchased="10", produced="20", industrial="12", non_industrial="3", sold="6", lost="4", closing="9")
    assert stock_residual(full) == 1
    assert stock_residual(replace(full, closing=None)) is None
    assert stock_residual(replace(full, industrial=None, non_industrial=None)) is None
    assert codes(balance(replace(full, opening=None))) == ["STOCK_NOT_CHECKED"]


def test_any_residual_without_consumption_is_told() -> None:
    assert codes(balance(row("原煤", opening="0", purchased="1", industrial="0", closing="0"))) == ["STOCK_RESIDUAL"]


def test_media_count_only_when_bought() -> None:
    bought = row("新水", purchased="100", industrial="100")
    made = row("压缩空气", "m3", produced="5000", industrial="5000")
    found = balance(bought, made)
    assert found.media_tce == Decimal("0.02571")
    assert found.comprehensive_energy_consumption == Decimal("0.02571")
    assert codes(found) == ["MEDIUM_EQUIVALENT", "MEDIUM_MADE_ON_SITE"]


@pytest.mark.parametrize(("out", "told"), [("1000", []), ("1001", ["EFFICIENCY"]), ("0", ["EFFICIENCY"])])
def test_efficiency_lies_above_zero_and_at_most_one(out: str, told: list[str]) -> None:
    power = TransformationProcess.THERMAL_POWER
    fuel = row("其他燃料", "tce", opening="0", purchased="1000", industrial="1000", closing="0", transformation_input={power: Decimal(1000)})
    made = row("热力", "tce", transformation_output={power: Decimal(out)})
    assert codes(balance(fuel, made)) == told


def test_a_heat_pump_may_give_more_than_it_takes() -> None:
    pump = TransformationProcess.HEAT_PUMP
    found = balance(row("电力", "tce", industrial="10", transformation_input={pump: Decimal(10)}), row("热力", "tce", transformation_output={pump: Decimal(30)}))
    assert (found.efficiency[pump], codes(found)) == (3, [])


def test_a_process_with_one_side_only_is_told() -> None:
    assert codes(balance(row("电力", "tce", industrial="10", transformation_input={COKING: Decimal(10)}))) == ["EFFICIENCY_NOT_CHECKED"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"feedstock": "91"}, "FEEDSTOCK_ABOVE_INDUSTRIAL"),
        ({"transport": "91"}, "TRANSPORT_ABOVE_CONSUMPTION"),
        ({"sold": "-1", "lost": "1"}, "NEGATIVE"),
    ],
)
def test_parts_above_the_whole_and_negative_figures_disqualify(change: dict[str, str], code: str) -> None:
    found = balance(replace(COAL, **{key: Decimal(figure) for key, figure in change.items()}))  # type: ignore[arg-type]  # columns by name
    assert codes(found) == [code]
    assert found.findings[0].severity is Severity.DISQUALIFICATION


def test_parts_equal_to_the_whole_pass() -> None:
    found = balance(replace(COAL, feedstock=Decimal(90), transport=Decimal(90)))
    assert (codes(found), found.feedstock_tce) == ([], Decimal("64.287"))


def test_heading_and_sum_rows_are_checked_and_not_counted() -> None:
    anthracite = row("无烟煤", opening="0", purchased="60", industrial="60", closing="0")
    lignite = row("褐煤", opening="0", purchased="30", industrial="30", closing="0")
    found = balance(COAL, anthracite, lignite, row("能源合计", "tce", industrial="69.426"))
    assert found.comprehensive_energy_consumption == Decimal("69.426")  # 60 × 0.9428 + 30 × 0.4286
    assert codes(found) == []
    assert codes(balance(replace(COAL, industrial=Decimal(91), closing=Decimal(19)), anthracite, lignite)) == ["HEADING_SUM"]


def test_a_carrier_in_two_rows_is_told() -> None:
    assert codes(balance(COAL, COAL)) == ["DOUBLE_ROW"]


def test_measured_calorific_value_is_used_in_the_balance() -> None:
    found = balance(replace(COAL, net_calorific_value=Quantity.of(7000, "kcal/kg")))
    assert found.comprehensive_energy_consumption == 90
