"""LMDI leaves no residual, whatever the table, zeros included."""

from decimal import Decimal
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.energy.decomposition import LmdiForm, SectorEnergy, intensity_decomposition, lmdi

FACTORS = st.decimals(min_value="0.001", max_value="100000", places=3)
WITH_ZERO = st.one_of(st.just(Decimal(0)), FACTORS)


def _pairs(factors: st.SearchStrategy[Decimal]) -> st.SearchStrategy[tuple[list[list[Decimal]], list[list[Decimal]]]]:
    return st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda shape: st.tuples(*[
            st.lists(st.lists(factors, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])
        ] * 2)
    )


def _total(table: list[list[Decimal]]) -> Decimal:
    return sum((prod(row, start=Decimal(1)) for row in table), Decimal(0))


@given(_pairs(WITH_ZERO))
def test_additive_effects_sum_to_the_change(tables: tuple[list[list[Decimal]], list[list[Decimal]]]) -> None:
    early, late = tables
    found = lmdi(base_factors=early, end_factors=late, form=LmdiForm.ADDITIVE)
    scale = max(_total(early), _total(late), Decimal(1))
    assert abs(sum(found.effects, Decimal(0)) - (_total(late) - _total(early))) <= scale * Decimal("1e-24")
    for row, one, other in zip(found.by_category, early, late, strict=True):
        assert abs(sum(row, Decimal(0)) - (prod(other, start=Decimal(1)) - prod(one, start=Decimal(1)))) <= scale * Decimal("1e-24")


@given(_pairs(FACTORS))
def test_multiplicative_effects_multiply_to_the_ratio(tables: tuple[list[list[Decimal]], list[list[Decimal]]]) -> None:
    early, late = tables
    found = lmdi(base_factors=early, end_factors=late, form=LmdiForm.MULTIPLICATIVE)
    ratio = _total(late) / _total(early)
    assert abs(prod(found.effects, start=Decimal(1)) / ratio - 1) < Decimal("1e-20")


@given(_pairs(WITH_ZERO))
def test_the_way_back_undoes_the_way_there(tables: tuple[list[list[Decimal]], list[list[Decimal]]]) -> None:
    there = lmdi(base_factors=tables[0], end_factors=tables[1], form=LmdiForm.ADDITIVE)
    back = lmdi(base_factors=tables[1], end_factors=tables[0], form=LmdiForm.ADDITIVE)
    scale = max(_total(tables[0]), _total(tables[1]), Decimal(1))
    assert all(abs(one + other) <= scale * Decimal("1e-24") for one, other in zip(there.effects, back.effects, strict=True))


SECTOR = st.builds(SectorEnergy, FACTORS, FACTORS)


@given(st.lists(st.tuples(SECTOR, SECTOR), min_size=1, max_size=5), st.tuples(FACTORS, FACTORS))
def test_structure_efficiency_and_households_make_up_the_change(
    sectors: list[tuple[SectorEnergy, SectorEnergy]], households: tuple[Decimal, Decimal]
) -> None:
    early = {str(number): pair[0] for number, pair in enumerate(sectors)} | {"居民": SectorEnergy(households[0], None)}
    late = {str(number): pair[1] for number, pair in enumerate(sectors)} | {"居民": SectorEnergy(households[1], None)}
    found = intensity_decomposition(base_sectors=early, end_sectors=late)
    assert abs(found.structure + found.efficiency + found.residential - found.total) <= Decimal("1e-12")
