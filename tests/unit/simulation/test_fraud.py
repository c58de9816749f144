"""Simulated returns are honest, reproducible and planted where they say."""

from decimal import Decimal

import pytest

from shuangkong.simulation.fraud import PATTERNS, plants
from shuangkong.simulation.returns import (
    CARRIERS,
    COAL,
    COMPREHENSIVE,
    ENERGY_YTD,
    TOTAL,
    clean_returns,
    county_figures,
)

CITY = clean_returns(seed=1001, units=24, years=4)


def test_the_same_seed_gives_the_same_returns_and_another_gives_others() -> None:
    again, other = clean_returns(seed=1001, units=24, years=4), clean_returns(seed=1002, units=24, years=4)
    assert [unit.months for unit in again.units] == [unit.months for unit in CITY.units]
    assert [unit.months for unit in other.units] != [unit.months for unit in CITY.units]


def test_a_larger_city_holds_the_smaller() -> None:
    assert [unit.months for unit in clean_returns(seed=1001, units=8, years=4).units] == [unit.months for unit in CITY.units[:8]]


def test_clean_forms_add_up() -> None:
    for unit in CITY.units:
        running = closing = None
        for number, told in enumerate(unit.months):
            if not told:
                running = closing = None
                continue
            total = sum((told[code] or Decimal(0)) * unit.coefficients[code] for code in CARRIERS)
            assert abs((told[TOTAL] or Decimal(0)) - total) <= Decimal("0.005")
            so_far = Decimal(0) if number % 12 == 0 or running is None else running
            assert told[ENERGY_YTD] == so_far + (told[COMPREHENSIVE] or Decimal(0))
            running = told[ENERGY_YTD]
            if told[COAL] is not None:
                assert closing is None or told["coal_opening_t"] == closing
                closing = told["coal_closing_t"]
                assert closing == (told["coal_opening_t"] or 0) + (told["coal_purchased_t"] or 0) - told[COAL]
                assert closing >= 0


def test_a_county_is_the_sum_of_its_units() -> None:
    units = CITY.of_county(CITY.units[0].county)
    told = county_figures(units, 30)
    assert told[COMPREHENSIVE] == sum((unit.months[30].get(COMPREHENSIVE) or Decimal(0) for unit in units), Decimal(0))
    assert told["place_energy_tce"] > told[COMPREHENSIVE]


def test_planting_is_reproducible_and_leaves_the_city_clean() -> None:
    before = [[dict(month) for month in unit.months] for unit in CITY.units]
    first, again = (list(plants(CITY, seed=5, per_pattern=1)) for _ in range(2))
    assert [unit.months for unit in CITY.units] == before
    assert [(plant.pattern, plant.org, plant.months, plant.elements) for plant in first] == [(plant.pattern, plant.org, plant.months, plant.elements) for plant in again]
    assert [(plant.pattern, plant.org, plant.months) for plant in plants(CITY, seed=6, per_pattern=1)] != [(plant.pattern, plant.org, plant.months) for plant in first]


def test_every_pattern_but_those_of_a_crowd_fits_into_a_small_city() -> None:
    planted = {plant.pattern for plant in plants(CITY, seed=5, per_pattern=1)}
    assert set(PATTERNS) - planted <= {"bunching", "county_invented"}


@pytest.mark.parametrize("pattern", sorted(set(PATTERNS) - {"bunching", "county_invented", "coefficient", "off_meter"}))
def test_a_plant_changes_something_in_the_months_it_names(pattern: str) -> None:
    for plant in plants(CITY, seed=7, per_pattern=2, only=(pattern,)):
        if plant.org not in plant.changed:
            assert plant.edited
            continue
        clean, changed = next(unit for unit in CITY.units if unit.org == plant.org), plant.changed[plant.org]
        changed_months = {number for number in range(CITY.month_count) if changed.months[number] != clean.months[number]}
        has_acts = changed.versions != clean.versions or changed.filed_after_days != clean.filed_after_days
        assert has_acts or changed_months & set(plant.months)
        first = min([*plant.months, *(number for _, number in changed.versions)])
        assert all(number >= first - first % 12 for number in changed_months)
