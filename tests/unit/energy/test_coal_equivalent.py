from datetime import date
from decimal import Decimal

import pytest

from shuangkong.energy.coal_equivalent import (
    AmbiguousCarrier,
    CarrierFamily,
    CarrierTable,
    CarrierUnitMismatch,
    NoEquivalentValue,
    NonPositiveCalorificValue,
    StatedBasisMismatch,
    UnknownCarrier,
    check_stated_basis,
    coal_equivalent_factor,
    conversion_factor,
    net_coal_rate,
    printed_range,
    to_coal_equivalent,
)
from shuangkong.kernel.quantity import ConversionBasis, MixedBases, Quantity
from shuangkong.rules import NoRuleOnDay, at

CALORIFIC, EQUIVALENT = ConversionBasis.CALORIFIC, ConversionBasis.EQUIVALENT
RULES = at(date(2023, 6, 30))
TABLE = CarrierTable(RULES)


def tce(figure: str, unit: str, carrier: str, basis: ConversionBasis = CALORIFIC) -> Decimal:
    return to_coal_equivalent(Quantity.of(figure, unit), TABLE.find(carrier), basis=basis, rules=RULES).tce


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("原煤", "raw_coal"), ("raw coal", "raw_coal"), ("RAW_COAL", "raw_coal"), ("01", "raw_coal"), ("1", "raw_coal"),
        ("０１", "raw_coal"), ("电力", "electricity"), ("电", "electricity"), ("electricity", "electricity"), ("33", "electricity"),
        ("热力", "heat"), ("heat", "heat"), ("32", "heat"), ("天然气", "natural_gas"), ("天然气（气态）", "natural_gas"),
        ("natural gas", "natural_gas"), ("15", "natural_gas"), ("LNG", "liquefied_natural_gas"), ("洗中煤", "middlings"),
        ("煤泥", "coal_slime"), ("粗苯", "crude_benzol"), ("氮气(主产品)", "nitrogen_main_product"), ("新水", "fresh_water"),
        ("自来水", "fresh_water"), ("甲醇", "methanol"), ("40", "energy_total"), ("other fuels", "other_fuels"), ("37", "waste_heat"),
        ("其他洗煤（洗中煤）", "middlings"), ("其它洗煤-煤泥", "coal_slime"),
    ],
)  # fmt: skip
def test_finds_by_chinese_name_english_name_and_code(text: str, key: str) -> None:
    assert TABLE.find(text).key == key


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("07", ["其他洗煤-洗中煤", "其他洗煤-煤泥"]), ("10", ["煤焦油", "粗苯"]), ("14", ["发生炉煤气", "水煤气"]),
        ("煤炭", ["原煤", "无烟煤"]), ("coal", ["原煤"]), ("氮气", ["氮气(副产品)", "氮气(主产品)"]), ("蒸汽", ["热力", "蒸汽(低压)"]),
    ],
)  # fmt: skip
def test_refuses_a_word_of_several_meanings_naming_them(text: str, choices: list[str]) -> None:
    with pytest.raises(AmbiguousCarrier) as refused:
        TABLE.find(text)
    assert all(choice in str(refused.value) for choice in choices)


@pytest.mark.parametrize(("text", "near"), [("原媒", "是否指 原煤"), ("重油", "是否指 燃料油"), ("柴由", "柴油"), ("dieseI", "柴油")])
def test_suggests_what_a_near_miss_may_mean(text: str, near: str) -> None:
    with pytest.raises(UnknownCarrier, match=near):
        TABLE.find(text)


@pytest.mark.parametrize("text", ["99", "00", "铀", "", "zzzz"])
def test_refuses_what_is_no_carrier(text: str) -> None:
    with pytest.raises(UnknownCarrier):
        TABLE.find(text)


@pytest.mark.parametrize(
    ("figure", "unit", "carrier", "expected"),
    [
        ("1", "万kWh", "电力", "1.229"), ("1000", "kWh", "电力", "0.1229"), ("1", "t", "原煤", "0.7143"), ("2.5", "万t", "原煤", "17857.5"),
        ("500", "kg", "原煤", "0.35715"), ("1", "GJ", "热力", "0.03412"), ("1", "百万千焦", "热力", "0.03412"), ("1000", "MJ", "热力", "0.03412"),
        ("1", "万m3", "天然气", "13.3"), ("3", "t", "柴油", "4.3713"), ("100", "t", "新水", "0.02571"), ("7", "tce", "其他燃料", "7"),
        ("700", "kgce", "原煤", "0.7"), ("0", "t", "原煤", "0"), ("1", "万m3", "高炉煤气", "1.286"), ("1", "t", "无烟煤", "0.9428"),
    ],
)  # fmt: skip
def test_converts_exactly_on_the_calorific_basis(figure: str, unit: str, carrier: str, expected: str) -> None:
    assert tce(figure, unit, carrier) == Decimal(expected)


def test_fuels_weigh_the_same_on_both_bases_and_power_does_not() -> None:
    assert tce("1", "t", "原煤", EQUIVALENT) == tce("1", "t", "原煤", CALORIFIC)
    assert tce("1", "万kWh", "电力", EQUIVALENT) == Decimal("3.015")  # 2022's rate for a day of 2023


def test_media_answer_with_their_equivalent_value_on_either_basis() -> None:
    water = TABLE.find("新水")
    assert conversion_factor(water, basis=CALORIFIC, rules=RULES).basis is EQUIVALENT
    assert conversion_factor(water, basis=EQUIVALENT, rules=RULES).figure == Decimal("0.2571")


def test_heat_has_no_equivalent_value_but_tce_passes() -> None:
    with pytest.raises(NoEquivalentValue):
        tce("1", "GJ", "热力", EQUIVALENT)
    assert tce("1", "tce", "热力", EQUIVALENT) == 1


@pytest.mark.parametrize(("day", "expected", "stand_in"), [("2024-01-01", "0.3031", False), ("2023-12-31", "0.3015", False), ("2025-03-01", "0.3031", True), ("2016-05-01", "0.315", False)])
def test_equivalent_power_takes_the_rate_of_the_year_before(day: str, expected: str, stand_in: bool) -> None:
    factor = conversion_factor(TABLE.find("33"), basis=EQUIVALENT, rules=at(date.fromisoformat(day)))
    assert (factor.figure, factor.is_stand_in, factor.verified) == (Decimal(expected), stand_in, False)


def test_a_year_before_the_first_known_rate_is_refused() -> None:
    with pytest.raises(NoRuleOnDay):
        conversion_factor(TABLE.find("33"), basis=EQUIVALENT, rules=at(date(2015, 12, 31)))


def test_zhumadian_has_a_rate_of_its_own() -> None:
    assert net_coal_rate(year=2020, table="zhumadian_supply", rules=RULES).rule.number == Decimal("0.304")


@pytest.mark.parametrize(("unit", "carrier"), [("t", "电力"), ("万kWh", "原煤"), ("m3", "柴油"), ("GJ", "天然气"), ("%", "原煤"), ("L", "汽油"), ("m3", "新水"), ("t", "能源合计")])
def test_refuses_a_unit_of_another_dimension(unit: str, carrier: str) -> None:
    with pytest.raises(CarrierUnitMismatch):
        tce("1", unit, carrier)


def test_refuses_tce_tagged_with_the_other_basis() -> None:
    stated = Quantity.of("1", "tce", EQUIVALENT)
    with pytest.raises(MixedBases):
        to_coal_equivalent(stated, TABLE.find("电力"), basis=CALORIFIC, rules=RULES)


def test_a_measured_calorific_value_goes_before_the_reference_coefficient() -> None:
    measured = to_coal_equivalent(
        Quantity.of(10, "t"), TABLE.find("原煤"), basis=CALORIFIC, rules=RULES, net_calorific_value=Quantity.of(5600, "kcal/kg")
    )
    assert measured.tce == 8
    in_kj = to_coal_equivalent(
        Quantity.of(10, "t"), TABLE.find("原煤"), basis=CALORIFIC, rules=RULES, net_calorific_value=Quantity.of("23446.08", "kJ/kg")
    )
    assert abs(in_kj.tce - 8) < Decimal("1e-20")


def test_editions_print_different_joules_and_equal_coefficients() -> None:
    in_2008, in_2020 = at(date(2021, 3, 31)), at(date(2021, 4, 1))
    assert in_2008.get("energy.coal_equivalent.net_calorific_value.raw_coal").value["low"] == 20908
    assert in_2020.get("energy.coal_equivalent.net_calorific_value.raw_coal").value["low"] == 20934
    old, new = coal_equivalent_factor(Decimal(20908), "kJ", rules=in_2008), coal_equivalent_factor(Decimal(20934), "kJ", rules=in_2020)
    assert (f"{old:.4f}", f"{new:.4f}") == ("0.7143", "0.7143")
    assert in_2008.get("energy.coal_equivalent.fuels.raw_coal").number == in_2020.get("energy.coal_equivalent.fuels.raw_coal").number


@pytest.mark.parametrize("figure", ["0", "-5000"])
def test_refuses_a_calorific_value_of_zero_or_less(figure: str) -> None:
    with pytest.raises(NonPositiveCalorificValue):
        coal_equivalent_factor(Decimal(figure), "kcal", rules=RULES)


def test_new_fuels_of_2020_did_not_exist_before() -> None:
    with pytest.raises(NoRuleOnDay):
        conversion_factor(TABLE.find("甲醇"), basis=CALORIFIC, rules=at(date(2021, 3, 31)))


def test_ranges_are_shown_where_the_standard_prints_one() -> None:
    def bounds(name: str, day: date) -> tuple[Decimal, Decimal] | None:
        rules = at(day)
        return printed_range(conversion_factor(TABLE.find(name), basis=CALORIFIC, rules=rules), rules=rules)

    assert bounds("天然气", date(2023, 6, 30)) == (Decimal("1.1"), Decimal("1.33"))
    assert bounds("天然气", date(2020, 6, 30)) == (Decimal("1.2143"), Decimal("1.33"))
    assert bounds("焦炉煤气", date(2023, 6, 30)) == (Decimal("0.5714"), Decimal("0.6143"))
    assert bounds("原煤", date(2023, 6, 30)) is None


def test_every_reference_default_lies_in_its_range() -> None:
    for key, rule in RULES.book.below("energy.coal_equivalent.fuels_range").items():
        for line in rule.lines:
            default = RULES.book.rule(f"energy.coal_equivalent.fuels.{key}").at(line.valid_from)
            assert default is not None
            assert line.value["low"] <= default.number <= line.value["high"]


@pytest.mark.parametrize(("text", "basis", "is_refused"), [
    ("电力(当量值)", EQUIVALENT, True), ("电力（等价值）", CALORIFIC, True), ("电力(等价值)", EQUIVALENT, False),
    ("electricity, calorific value", EQUIVALENT, True), ("电力", EQUIVALENT, False),
])  # fmt: skip
def test_a_name_that_states_its_basis_must_agree(text: str, basis: ConversionBasis, is_refused: bool) -> None:
    if not is_refused:
        check_stated_basis(text, basis)
        return
    with pytest.raises(StatedBasisMismatch):
        check_stated_basis(text, basis)


def test_verified_follows_what_was_read() -> None:
    told = {name: conversion_factor(TABLE.find(name), basis=CALORIFIC, rules=RULES).verified for name in ("原煤", "电力", "无烟煤", "热力", "新水", "软化水")}
    assert told == {"原煤": True, "电力": True, "无烟煤": False, "热力": False, "新水": True, "软化水": False}


def test_the_table_has_every_row_of_form_205_1() -> None:
    codes = {carrier.nbs_code for carrier in TABLE.energy_carriers.values()}
    assert {f"{number:02}" for number in range(1, 41)} <= codes
    families = [carrier.family for carrier in TABLE.energy_carriers.values()]
    assert (families.count(CarrierFamily.ENERGY_CONSUMED_MEDIUM), families.count(CarrierFamily.ELECTRICITY)) == (11, 1)
