from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.energy.price_steps import (
    MissingPriceInput,
    NoPriceSteps,
    PriceCircumstances,
    Surcharge,
    UnknownPriceCategory,
    power_surcharge,
)


def _charge(sector: str, year: int, unit_consumption: str | None, **others: Decimal | str) -> Surcharge:
    return power_surcharge(
        sector,
        unit_consumption=None if unit_consumption is None else Decimal(unit_consumption),
        circumstances=PriceCircumstances(**others),
        rules=rules.at(date(year, 6, 30)),
    )


@pytest.mark.parametrize(
    ("year", "consumption", "expected"),
    [
        (2014, "13700", "0"), (2014, "13700.1", "0.02"), (2021, "13800", "0.02"), (2021, "13800.1", "0.08"),
        (2022, "13650", "0"), (2022, "13650.1", "0.01"), (2022, "13670", "0.01"), (2022, "13671", "0.02"), (2022, "13700", "0.03"),
        (2023, "13450", "0"), (2023, "13650", "0.1"), (2025, "13301", "0.01"),
    ],
)
def test_aluminium_on_each_step(year: int, consumption: str, expected: str) -> None:
    assert _charge("electrolytic_aluminium", year, consumption).yuan_per_kwh == Decimal(expected)


@pytest.mark.parametrize(
    ("share", "weight", "unpaid", "expected"),
    [
        ("15", "10", "90", "0.1"), ("15.9", "10", "0", "0.1"), ("16", "10", "0", "0.099"), ("20", "20", "0", "0.095"),
        ("20", "20.1", "0", "0.1"), ("20", "18", "91", "0.1425"),
    ],
)
def test_renewables_relieve_and_arrears_add(share: str, weight: str, unpaid: str, expected: str) -> None:
    found = _charge(
        "electrolytic_aluminium", 2022, "13850",
        non_hydro_renewable_pct=Decimal(share), incentive_weight_pct=Decimal(weight), unpaid_days=Decimal(unpaid),
    )
    assert found.yuan_per_kwh == Decimal(expected)
    assert found.steps[-1].yuan_per_kwh == found.yuan_per_kwh


def test_the_total_is_charge_times_power() -> None:
    assert _charge("electrolytic_aluminium", 2022, "13700").total_yuan(Decimal(1000)) == 30


def test_relief_needs_the_weight() -> None:
    with pytest.raises(MissingPriceInput, match="权重"):
        _charge("electrolytic_aluminium", 2022, "13850", non_hydro_renewable_pct=Decimal(20))


@pytest.mark.parametrize(
    ("category", "expected"), [("淘汰类", "0.5"), ("eliminated", "0.5"), ("限制类", "0.1"), ("淘汰", "0.5"), ("未完成化解过剩产能任务", "0.5")]
)
def test_steel_by_category(category: str, expected: str) -> None:
    found = _charge("steel", 2018, None, category=category)
    assert (found.yuan_per_kwh, found.rule.verified) == (Decimal(expected), True)


@pytest.mark.parametrize(("energy", "expected"), [("370", "0"), ("371", "0.05"), ("435", "0.05"), ("436", "0.1")])
def test_other_steel_by_process_energy(energy: str, expected: str) -> None:
    found = _charge("steel", 2018, energy, category="其他", admission_level=Decimal(370), limit_level=Decimal(435))
    assert (found.yuan_per_kwh, found.rule.verified) == (Decimal(expected), False)


def test_what_the_rule_needs_is_asked_for() -> None:
    with pytest.raises(MissingPriceInput):
        _charge("electrolytic_aluminium", 2022, None)
    with pytest.raises(MissingPriceInput, match="类别"):
        _charge("steel", 2018, None)
    with pytest.raises(MissingPriceInput, match="准入值"):
        _charge("steel", 2018, "500")
    with pytest.raises(UnknownPriceCategory, match="淘汰类"):
        _charge("steel", 2018, None, category="鼓励类")


def test_cement_is_refused_until_a_source_is_loaded() -> None:
    with pytest.raises(NoPriceSteps, match="未找到依据"):
        _charge("cement", 2018, "80")


def test_no_rule_before_the_first_line() -> None:
    with pytest.raises(rules.NoRuleOnDay):
        _charge("electrolytic_aluminium", 2013, "13900")
