"""Splitting never loses or makes anything, whatever the weights."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.simulation.splitting import split

weights = st.lists(st.integers(1, 10_000), min_size=1, max_size=15)


@given(total=st.integers(0, 10**9), parts=weights, decimals=st.integers(0, 3))
def test_parts_add_up_to_the_total_and_none_is_negative(total: int, parts: list[int], decimals: int) -> None:
    whole = Decimal(total).scaleb(-decimals)
    drawn = split(whole, {str(number): Decimal(weight) for number, weight in enumerate(parts)}, decimals=decimals)
    assert sum(drawn.values()) == whole
    assert all(part >= 0 and part == part.quantize(Decimal(1).scaleb(-decimals)) for part in drawn.values())


@given(caps=st.lists(st.integers(0, 10_000), min_size=1, max_size=15), share=st.integers(0, 1000), data=st.data())
def test_no_part_exceeds_its_cap(caps: list[int], share: int, data: st.DataObject) -> None:
    total = Decimal(sum(caps) * share // 1000)
    leaning = data.draw(st.lists(st.integers(1, 100), min_size=len(caps), max_size=len(caps)))
    limits = {str(number): Decimal(cap) for number, cap in enumerate(caps)}
    drawn = split(total, {str(number): Decimal(weight) for number, weight in enumerate(leaning)}, decimals=0, caps=limits)
    assert sum(drawn.values()) == total
    assert all(drawn[place] <= limits[place] for place in limits)
