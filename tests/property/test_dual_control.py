"""Deductions never raise what counts, and a shift of GDP without growth differences changes nothing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shuangkong import rules
from shuangkong.energy.dual_control_scope import EnergyYear, dual_control_scope, rule_set_named
from shuangkong.energy.structure import PlaceGrowth, structural_shift

SETS = st.sampled_from(["DC21", "DC22a", "DC22b", "DC24", "DC24f"])
ENERGY = st.decimals(min_value=1000, max_value=10**7, places=2)
PART = st.decimals(min_value=0, max_value=200, places=2)
GDP = st.decimals(min_value=1, max_value=10**6, places=2)


def _scope(rule_set: str, energy: Decimal, parts: tuple[Decimal, Decimal, Decimal]):
    feedstock, renewable, listed = parts
    return dual_control_scope(
        rule_set=rule_set_named(rules.book(), rule_set),
        current=EnergyYear(energy, Decimal(1200), feedstock_energy_tce=feedstock, renewable_tce=renewable, separate_listing_tce=listed),
        base=EnergyYear(Decimal(1000), Decimal(1000), feedstock_energy_tce=Decimal(50), renewable_tce=Decimal(60)),
    )


@given(SETS, ENERGY, st.tuples(PART, PART, PART))
def test_what_counts_is_never_more_than_what_was_used(rule_set: str, energy: Decimal, parts: tuple[Decimal, Decimal, Decimal]) -> None:
    found = _scope(rule_set, energy, parts)
    assert 0 <= found.energy_for_total_tce <= energy
    assert found.energy_for_total_tce <= found.energy_for_intensity_tce <= energy


@given(SETS, ENERGY, st.tuples(PART, PART, PART), st.decimals(min_value="0.01", max_value=100, places=2))
def test_more_energy_is_more_intensity(rule_set: str, energy: Decimal, parts: tuple[Decimal, Decimal, Decimal], more: Decimal) -> None:
    assert _scope(rule_set, energy, parts).intensity_change_pct < _scope(rule_set, energy + more, parts).intensity_change_pct


@given(st.lists(st.tuples(ENERGY, GDP), min_size=1, max_size=6), st.decimals(min_value="0.5", max_value=3, places=2), st.decimals(min_value=0, max_value=50, places=2))
def test_equal_growth_everywhere_has_no_structural_effect(places: list[tuple[Decimal, Decimal]], growth: Decimal, fall: Decimal) -> None:
    shift = structural_shift([PlaceGrowth(energy, gdp, gdp * growth) for energy, gdp in places], reduction_pct=fall)
    assert (shift.city_reduction_pct, shift.structural_effect_points) == (fall, 0)
