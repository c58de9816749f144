"""A band goes on as the years went, and says nothing where too few are known."""

from decimal import Decimal

import pytest

from shuangkong.plan.forecast import forecast_band


def levels(*figures: str, first: int = 2020) -> dict[int, Decimal]:
    return {first + n: Decimal(figure) for n, figure in enumerate(figures)}


def test_the_band_begins_at_the_newest_figure_and_widens_with_the_root_of_the_years() -> None:
    found = forecast_band(levels("0", "10", "30", "40"), until=2027)
    assert found is not None
    assert (found.changes, found.is_logarithmic) == (3, False)  # a zero has no logarithm
    # changes 10, 20, 10: mean 40/3, sample deviation 10/√3 = 5.7735
    assert found.band[2023] == (40, 40)
    low, high = found.band[2027]
    assert round((low + high) / 2, 6) == Decimal("93.333333")
    assert round(high - low, 4) == Decimal("23.0940")  # 2 × 5.7735 × √4


def test_positive_levels_change_by_their_logarithm() -> None:
    found = forecast_band(levels("100", "90", "81", "72.9"), until=2024)
    assert found is not None
    assert found.is_logarithmic
    assert [round(end, 9) for end in found.band[2024]] == [Decimal("65.61"), Decimal("65.61")]


@pytest.mark.parametrize("known", [levels(), levels("1", "2", "3"), {2019: Decimal(1), 2021: Decimal(2), 2022: Decimal(3), 2023: Decimal(4)}])
def test_too_few_years_in_a_row_give_no_band(known: dict[int, Decimal]) -> None:
    assert forecast_band(known, until=2025) is None


def test_nothing_is_forecast_for_the_past() -> None:
    assert forecast_band(levels("1", "2", "3", "4"), until=2023) is None
