"""Changes of years chain, progress grows with the fall, and the pace that is still needed lands on the target."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from shuangkong.energy.intensity import (
    cumulative_reduction_pct,
    implied_energy_growth_pct,
    implied_gdp_growth_pct,
    intensity_change_pct,
)
from shuangkong.energy.progress import annual_rate_pct, annual_totals, progress, remaining_rate_pct

CLOSE = Decimal("1e-18")
CHANGES = st.decimals(min_value=-30, max_value=30, places=3)
TARGETS = st.decimals(min_value="0.5", max_value=60, places=2)


@given(st.lists(CHANGES, min_size=1, max_size=8), st.integers(0, 8))
def test_the_fall_of_all_years_is_the_product_of_its_parts(changes: list[Decimal], cut: int) -> None:
    first, second = changes[:cut], changes[cut:]
    left = (1 - cumulative_reduction_pct(first) / 100) * (1 - cumulative_reduction_pct(second) / 100)
    assert abs((1 - left) * 100 - cumulative_reduction_pct(changes)) < CLOSE


@given(CHANGES, CHANGES)
def test_each_of_three_rates_gives_back_the_others(energy: Decimal, gdp: Decimal) -> None:
    change = intensity_change_pct(energy_growth_pct=energy, gdp_growth_pct=gdp)
    assert abs(implied_energy_growth_pct(gdp_growth_pct=gdp, intensity_change_pct=change) - energy) < CLOSE
    assert abs(implied_gdp_growth_pct(energy_growth_pct=energy, intensity_change_pct=change) - gdp) < CLOSE


@given(CHANGES, CHANGES, TARGETS)
def test_progress_grows_with_the_fall(one: Decimal, other: Decimal, target: Decimal) -> None:
    assume(one < other)
    worse, better = (
        progress(cumulative_reduction_pct=fall, target_pct=target, years_elapsed=Decimal(2), years_total=Decimal(5)) for fall in (one, other)
    )
    assert worse.progress_log_pct < better.progress_log_pct
    assert worse.progress_linear_pct < better.progress_linear_pct


@given(TARGETS, st.integers(1, 5))
def test_equal_years_are_on_time_by_logarithm(target: Decimal, elapsed: int) -> None:
    rate = annual_rate_pct(target_pct=target, years=Decimal(5))
    fall = cumulative_reduction_pct([-rate] * elapsed)
    found = progress(cumulative_reduction_pct=fall, target_pct=target, years_elapsed=Decimal(elapsed), years_total=Decimal(5))
    assert abs(found.ahead_log_points) < CLOSE


@given(TARGETS, CHANGES, st.integers(1, 5))
def test_the_remaining_pace_lands_on_the_target(target: Decimal, change: Decimal, left: int) -> None:
    fall = cumulative_reduction_pct([change])
    rate = remaining_rate_pct(target_pct=target, cumulative_reduction_pct=fall, years_left=Decimal(left))
    assert abs(cumulative_reduction_pct([change, *[-rate] * left]) - target) < CLOSE


@given(st.lists(CHANGES, min_size=1, max_size=6), TARGETS)
def test_the_last_total_holds_exactly_the_target(growth: list[Decimal], target: Decimal) -> None:
    gdp = Decimal(1)
    for rate in growth:
        gdp *= 1 + rate / 100
    last = annual_totals(Decimal(1000), growth, target_pct=target)[-1]
    assert abs(last / 1000 / gdp - (1 - target / 100)) < CLOSE
