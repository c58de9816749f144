"""Savings, unit consumption, elasticity, certificates, coal and key users: the short formulas."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.energy.coal_cap import CoalCapCheck, CoalOutlet, coal_replacement_faults
from shuangkong.energy.elasticity import energy_elasticity
from shuangkong.energy.green_certificate import NegativeCertificates, certificate_power_kwh, green_certificate_limit
from shuangkong.energy.key_energy_user import key_energy_user
from shuangkong.energy.savings import energy_savings_tce
from shuangkong.energy.unit_product import (
    LimitCheck,
    NegativeEnergy,
    NoOutput,
    energy_per_value_added,
    unit_product_energy,
)

ON = rules.at(date(2024, 12, 31))


def _saved(*figures: str) -> Decimal:
    names = ("reference_tce", "reference_output", "current_tce", "current_output")
    return energy_savings_tce(**{name: Decimal(figure) for name, figure in zip(names, figures, strict=True)})


def test_savings_count_at_the_output_of_now() -> None:
    assert _saved("1000", "100", "1800", "200") == 200
    assert _saved("1000", "100", "2200", "200") == -200


@pytest.mark.parametrize("figures", [("1", "0", "1", "1"), ("1", "1", "1", "0"), ("1", "-1", "1", "1")])
def test_no_savings_without_output(figures: tuple[str, ...]) -> None:
    with pytest.raises(NoOutput):
        _saved(*figures)


def test_no_savings_of_negative_energy() -> None:
    with pytest.raises(NegativeEnergy, match="报告期"):
        _saved("1", "1", "-1", "1")


def test_unit_energy_may_be_negative_but_needs_output() -> None:
    assert unit_product_energy(energy_kgce=Decimal(-300), qualified_output=Decimal(10)) == -30
    with pytest.raises(NoOutput):
        unit_product_energy(energy_kgce=Decimal(1), qualified_output=Decimal(0))
    with pytest.raises(NoOutput):
        energy_per_value_added(comprehensive_energy_consumption_tce=Decimal(1), value_added_10k_yuan=Decimal(0))


def test_a_limit_is_kept_up_to_itself() -> None:
    kept = LimitCheck(unit_energy=Decimal(117), unit_energy_limit=Decimal(117))
    assert (kept.is_kept, kept.margin) == (True, 0)
    assert not LimitCheck(unit_energy=Decimal("117.1"), unit_energy_limit=Decimal(117)).is_kept


@pytest.mark.parametrize("gdp", ["0", "-1"])
def test_no_elasticity_without_growth(gdp: str) -> None:
    found = energy_elasticity(energy_growth_pct=Decimal(3), gdp_growth_pct=Decimal(gdp))
    assert found.elasticity is None
    assert found.reason is not None


def test_elasticity_may_be_negative() -> None:
    assert energy_elasticity(energy_growth_pct=Decimal(-3), gdp_growth_pct=Decimal(6)).elasticity == Decimal("-0.5")


@pytest.mark.parametrize(
    ("needed", "held", "usable"), [("1000", "499", "499"), ("1000", "500", "500"), ("1000", "501", "500"), ("0", "10", "0"), ("-5", "10", "0")]
)
def test_certificates_count_up_to_half_of_what_is_needed(needed: str, held: str, usable: str) -> None:
    found = green_certificate_limit(needed_saving_tce=Decimal(needed), certificate_tce=Decimal(held), rules=ON)
    assert found.usable_tce == Decimal(usable)


def test_certificates_are_not_negative_and_stand_for_power() -> None:
    with pytest.raises(NegativeCertificates):
        green_certificate_limit(needed_saving_tce=Decimal(1), certificate_tce=Decimal(-1), rules=ON)
    assert certificate_power_kwh(3, rules=ON) == 3000


def test_coal_cap() -> None:
    assert (CoalCapCheck(Decimal(100), Decimal(100)).is_kept, CoalCapCheck(Decimal(101), Decimal(100)).excess) == (True, 1)


def test_coal_outlets_serve_once() -> None:
    one, other = CoalOutlet("甲厂", Decimal(100)), CoalOutlet("乙厂", Decimal(50))
    assert coal_replacement_faults(project_coal_t=Decimal(100), ratio=Decimal("1.5"), outlets=[one, other], used_outlet_ids=[]) == ()
    twice = coal_replacement_faults(project_coal_t=Decimal(100), ratio=Decimal("1.5"), outlets=[one, one], used_outlet_ids=[])
    assert [fault.value for fault in twice] == ["甲厂", "100"]


@pytest.mark.parametrize(
    ("tce", "tier"), [("3000000", "百家企业"), ("2999999", "千家企业"), ("500000", "千家企业"), ("499999", "万家企业"), ("10000", "万家企业")]
)
def test_tiers_of_key_users(tce: str, tier: str) -> None:
    found = key_energy_user(comprehensive_energy_consumption_tce=Decimal(tce), is_designated=False, rules=ON)
    assert found.tier is not None
    assert found.tier.zh == tier
