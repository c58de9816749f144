"""No sum that is told gives away a unit that the reader may not see."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.services.aggregates import aggregate, hidden_in, is_safe, told_parts

UNITS = [f"U{number}" for number in range(9)]
figures = st.dictionaries(st.sampled_from(UNITS), st.integers(0, 50).map(Decimal), max_size=9)
parts_of_places = st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=len(UNITS), max_size=len(UNITS))
seen_units = st.sets(st.sampled_from(UNITS))


@given(figures, seen_units)
def test_a_sum_is_told_only_beside_none_or_three_that_are_hidden(values: dict[str, Decimal], seen: set[str]) -> None:
    told = aggregate(values, expected=9, seen=seen)
    hidden = {org for org, value in values.items() if value and org not in seen}
    if told.value is None:
        assert not values or len(hidden) in (1, 2)
    else:
        assert told.value == sum(values.values())
        assert len(hidden) not in (1, 2)
    assert (told.reported, told.is_suppressed) == (len(values), bool(values) and told.value is None)


@given(figures, parts_of_places, seen_units, st.sets(st.sampled_from(["A", "D"])))
def test_the_whole_less_any_parts_that_are_told_isolates_nobody(values: dict[str, Decimal], homes: list[str], seen: set[str], untold: set[str]) -> None:
    parts = {place: {org: value for org, value in values.items() if homes[UNITS.index(org)] == place} for place in "ABCD"}
    told = told_parts(parts, seen=seen, untold=untold)
    assert not told & untold
    whole = hidden_in(values, seen)
    is_whole_told = is_safe(len(whole))
    for count in range(len(told) + 1):
        for some in combinations(sorted(told), count):
            inside = frozenset[str]().union(*(hidden_in(parts[name], seen) for name in some))
            assert is_safe(len(inside))
            if is_whole_told:
                assert is_safe(len(whole - inside))


@given(st.dictionaries(st.sampled_from(["coal", "gas", "oil", "power"]), figures, max_size=4), seen_units)
def test_parts_that_share_units_leave_a_rest_of_none_or_three(parts: dict[str, dict[str, Decimal]], seen: set[str]) -> None:
    told = told_parts(parts, seen=seen)
    rest = frozenset[str]().union(*(hidden_in(values, seen) for name, values in parts.items() if name not in told))
    everyone = frozenset[str]().union(*(hidden_in(values, seen) for values in parts.values()))
    assert all(is_safe(len(hidden_in(parts[name], seen))) for name in told)
    assert is_safe(len(rest)) or not any(hidden_in(parts[name], seen) for name in told)
    if is_safe(len(everyone)):
        assert is_safe(len(rest))


@given(figures, st.sets(st.sampled_from(UNITS)))
def test_who_sees_all_is_told_all(values: dict[str, Decimal], some: set[str]) -> None:
    parts = {"A": {org: value for org, value in values.items() if org in some}, "B": {org: value for org, value in values.items() if org not in some}}
    assert told_parts(parts, seen=UNITS) == {"A", "B"}
