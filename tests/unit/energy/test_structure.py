from decimal import Decimal

import pytest

from shuangkong.energy.intensity import ImpossibleChange, NonPositiveIntensity
from shuangkong.energy.structure import NoPlaces, PlaceGrowth, structural_shift


def _place(energy: int, gdp: int, end_gdp: int) -> PlaceGrowth:
    return PlaceGrowth(Decimal(energy), Decimal(gdp), Decimal(end_gdp))


def test_equal_growth_gives_exactly_the_fall_of_the_places() -> None:
    shift = structural_shift([_place(100, 70, 91), _place(33, 130, 169)], reduction_pct=Decimal(12))
    assert (shift.city_reduction_pct, shift.structural_effect_points, shift.is_missed) == (12, 0, False)


def test_growth_towards_the_intensive_place_makes_the_city_miss() -> None:
    # base 300/200 = 1.5; end (200 x 2 + 100) x 0.88 / 300 = 440/300; fall 1 - 440/450 = 2.2222 %
    shift = structural_shift([_place(200, 100, 200), _place(100, 100, 100)], reduction_pct=Decimal(12))
    assert round(shift.city_reduction_pct, 10) == Decimal("2.2222222222")
    assert shift.is_missed


def test_growth_away_from_it_helps() -> None:
    shift = structural_shift([_place(200, 100, 100), _place(100, 100, 200)], reduction_pct=Decimal(12))
    assert shift.structural_effect_points > 0


def test_what_cannot_be_shifted() -> None:
    with pytest.raises(NoPlaces):
        structural_shift([], reduction_pct=Decimal(12))
    for place in (_place(1, 0, 1), _place(1, 1, 0), _place(-1, 1, 1), _place(0, 1, 1)):
        with pytest.raises(NonPositiveIntensity):
            structural_shift([place], reduction_pct=Decimal(12))
    with pytest.raises(ImpossibleChange):
        structural_shift([_place(1, 1, 1)], reduction_pct=Decimal(101))
