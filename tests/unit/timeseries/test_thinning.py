"""A year of 15-minute figures thinned for a chart: nothing that the eye must see goes missing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.timeseries.thinning import POINTS_MOST, thinned

QUARTERS_OF_A_YEAR = 35_040


def test_a_year_of_quarters_keeps_a_single_peak_and_a_single_gap() -> None:
    values: list[Decimal | None] = [Decimal(10)] * QUARTERS_OF_A_YEAR
    values[17_017], values[29_001], values[29_500] = Decimal(99), Decimal(1), None
    places = thinned(values)
    assert {17_017, 29_001, 29_500} <= set(places)
    assert len(places) <= POINTS_MOST + 1


def test_what_must_be_seen_stays_and_what_lies_outside_is_left() -> None:
    assert set(thinned([Decimal(1)] * 100, most=10, kept=[33, 34, 500])) >= {33, 34}
    assert max(thinned([Decimal(1)] * 100, most=10, kept=[500])) < 100


@given(st.lists(st.one_of(st.none(), st.decimals(-5, 5, places=1)), min_size=1, max_size=300), st.integers(2, 40))
def test_ends_of_the_scale_stay_and_the_rest_is_bounded(values: list[Decimal | None], most: int) -> None:
    places = thinned(values, most=most)
    known = [value for value in values if value is not None]
    assert list(places) == sorted(set(places))
    assert len(places) <= max(most, 3 * max(1, most // 2))
    if known:
        seen = [values[place] for place in places if values[place] is not None]
        assert (min(seen), max(seen)) == (min(known), max(known))
    assert (None in values) == any(values[place] is None for place in places)
