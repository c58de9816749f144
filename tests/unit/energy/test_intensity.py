from decimal import Decimal

import pytest

from shuangkong.energy.intensity import (
    ImpossibleChange,
    NonPositiveIntensity,
    constant_price_gdp,
    cumulative_reduction_pct,
    energy_intensity_tce_per_10k_yuan,
    implied_energy_growth_pct,
    implied_gdp_growth_pct,
    intensity_change_pct,
    intensity_reduction_pct,
)


def test_equal_growth_leaves_intensity_exactly_where_it_was() -> None:
    assert intensity_change_pct(energy_growth_pct=Decimal("6.3"), gdp_growth_pct=Decimal("6.3")) == 0


def test_change_divides_and_does_not_subtract() -> None:
    # 1.02 / 1.0625 = 0.96, not 1 + 2 % - 6.25 %
    assert intensity_change_pct(energy_growth_pct=Decimal(2), gdp_growth_pct=Decimal("6.25")) == -4


@pytest.mark.parametrize("gdp", ["-100", "-150"])
def test_gdp_cannot_vanish(gdp: str) -> None:
    with pytest.raises(ImpossibleChange, match="GDP"):
        intensity_change_pct(energy_growth_pct=Decimal(1), gdp_growth_pct=Decimal(gdp))


def test_energy_may_vanish_but_no_more_than_that() -> None:
    assert intensity_change_pct(energy_growth_pct=Decimal(-100), gdp_growth_pct=Decimal(5)) == -100
    with pytest.raises(ImpossibleChange):
        intensity_change_pct(energy_growth_pct=Decimal("-100.1"), gdp_growth_pct=Decimal(5))


def test_each_growth_follows_from_the_other_two() -> None:
    assert implied_energy_growth_pct(gdp_growth_pct=Decimal("6.25"), intensity_change_pct=Decimal(-4)) == 2
    assert implied_gdp_growth_pct(energy_growth_pct=Decimal(2), intensity_change_pct=Decimal(-4)) == Decimal("6.25")


def test_years_multiply() -> None:
    assert cumulative_reduction_pct([Decimal(-10), Decimal(-10)]) == 19
    assert cumulative_reduction_pct([Decimal(-10), Decimal(10)]) == 1
    assert cumulative_reduction_pct([Decimal(2)]) == -2


def test_a_year_cannot_fall_by_all_there_is() -> None:
    with pytest.raises(ImpossibleChange):
        cumulative_reduction_pct([Decimal(-3), Decimal(-100)])


def test_gdp_is_chained_from_the_base_year() -> None:
    assert constant_price_gdp(Decimal(200), [Decimal(10), Decimal(10)]) == (220, 242)


def test_intensity_needs_gdp_and_a_base() -> None:
    with pytest.raises(NonPositiveIntensity, match="GDP"):
        energy_intensity_tce_per_10k_yuan(total_energy_consumption_tce=Decimal(1), gdp_10k_yuan=Decimal(0))
    with pytest.raises(NonPositiveIntensity):
        energy_intensity_tce_per_10k_yuan(total_energy_consumption_tce=Decimal(-1), gdp_10k_yuan=Decimal(1))
    with pytest.raises(NonPositiveIntensity):
        intensity_reduction_pct(base_tce_per_10k_yuan=Decimal(0), current_tce_per_10k_yuan=Decimal(1))
