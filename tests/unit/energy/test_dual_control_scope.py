from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.energy.dual_control_scope import (
    Deduction,
    DeductionsExceedEnergy,
    EnergyYear,
    UnknownRuleSet,
    dual_control_scope,
    rule_set_named,
    rule_set_on,
    total_assessment_exemption,
)
from shuangkong.energy.intensity import NonPositiveIntensity
from shuangkong.kernel.faults import InputRefused


def _year(energy: int, gdp: int, **others: int) -> EnergyYear:
    return EnergyYear(Decimal(energy), Decimal(gdp), **{name: Decimal(tce) for name, tce in others.items()})


CURRENT = _year(
    1100, 1200, feedstock_energy_tce=100, renewable_tce=90, separate_listing_tce=30, certificate_tce=10, renewable_above_incentive_tce=7
)
BASE = _year(1050, 1000, feedstock_energy_tce=50, renewable_tce=40)


@pytest.mark.parametrize(
    ("rule_set", "for_total", "for_intensity", "base_for_intensity"),
    [
        ("DC21", 1100 - 30 - 7, 1100, 1050),
        ("DC22a", 1100 - 30 - 100, 1100 - 100, 1050 - 50),
        ("DC22b", 1100 - 30 - 100 - 50, 1100 - 100, 1050 - 50),
        ("DC24", 1100 - 30 - 100 - 50 - 10, 1100 - 100 - 50 - 10, 1050 - 50),
        ("DC24f", 1100 - 30 - 100 - 90, 1100 - 100 - 90, 1050 - 50 - 40),
    ],
)
def test_what_each_rule_set_takes_out(rule_set: str, for_total: int, for_intensity: int, base_for_intensity: int) -> None:
    found = dual_control_scope(rule_set=rule_set_named(rules.book(), rule_set), current=CURRENT, base=BASE)
    assert found.energy_for_total_tce == for_total
    assert found.energy_for_intensity_tce == for_intensity
    assert found.base_energy_for_intensity_tce == base_for_intensity
    expected = (Decimal(for_intensity) / 1200) / (Decimal(base_for_intensity) / 1000) * 100 - 100
    assert round(found.intensity_change_pct, 20) == round(expected, 20)


def test_renewables_stay_in_the_intensity_of_dc22b() -> None:
    found = dual_control_scope(rule_set=rule_set_named(rules.book(), "DC22b"), current=CURRENT, base=BASE)
    assert Deduction.NEW_RENEWABLE_POWER not in {item.deduction for item in found.deductions if item.where.en != "total"}


def test_less_renewable_power_than_in_the_base_year_adds_nothing() -> None:
    current = _year(1100, 1200, feedstock_energy_tce=100, renewable_tce=39)
    found = dual_control_scope(rule_set=rule_set_named(rules.book(), "DC22b"), current=current, base=BASE)
    assert found.energy_for_total_tce == 1000


def test_every_missing_figure_is_named_and_none_taken_for_zero() -> None:
    with pytest.raises(InputRefused) as refused:
        dual_control_scope(rule_set=rule_set_named(rules.book(), "DC22b"), current=_year(1, 1), base=_year(1, 1))
    assert len(refused.value.faults) == 4


def test_a_set_does_not_ask_for_what_it_does_not_use() -> None:
    found = dual_control_scope(rule_set=rule_set_named(rules.book(), "DC21"), current=_year(90, 100), base=_year(100, 100))
    assert (found.energy_for_total_tce, found.intensity_change_pct, found.deductions) == (90, -10, ())


def test_impossible_years_are_refused() -> None:
    feedstock = rule_set_named(rules.book(), "DC22a")
    with pytest.raises(NonPositiveIntensity, match="GDP"):
        dual_control_scope(rule_set=feedstock, current=_year(1, 0), base=BASE)
    with pytest.raises(DeductionsExceedEnergy):
        dual_control_scope(rule_set=feedstock, current=_year(10, 1, feedstock_energy_tce=11), base=BASE)
    with pytest.raises(NonPositiveIntensity, match="基年"):
        dual_control_scope(rule_set=feedstock, current=CURRENT, base=_year(50, 1, feedstock_energy_tce=50))


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2021, 9, 11), "DC21"), (date(2022, 10, 26), "DC21"), (date(2022, 10, 27), "DC22a"), (date(2022, 12, 31), "DC22b"),
        (date(2024, 3, 31), "DC24"), (date(2025, 12, 31), "DC24f"),
    ],
)
def test_the_day_decides_the_rule_set(day: date, held: str) -> None:
    assert rule_set_on(rules.at(day)).path.endswith(f".{held}")


def test_no_rule_set_before_the_first_and_none_by_a_wrong_name() -> None:
    with pytest.raises(UnknownRuleSet):
        rule_set_on(rules.at(date(2021, 9, 10)))
    with pytest.raises(UnknownRuleSet, match="DC22b"):
        rule_set_named(rules.book(), "DC23")


def test_the_total_is_exempt_only_when_intensity_is_met() -> None:
    on = rules.at(date(2023, 12, 31))
    met, missed = (total_assessment_exemption(intensity_target_met=held, rules=on) for held in (True, False))
    assert (met.is_exempt, missed.is_exempt) == (True, False)
    assert "免于考核" in met.reason.zh
    assert met.citation.clause == "三(一)"
