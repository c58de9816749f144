from decimal import Decimal

import pytest

from shuangkong.energy.decomposition import (
    LmdiForm,
    NoRatio,
    SectorEnergy,
    UnmatchedShapes,
    intensity_decomposition,
    lmdi,
)
from shuangkong.energy.intensity import NonPositiveIntensity
from shuangkong.kernel.faults import InputRefused


def _table(*rows: list[int]) -> list[list[Decimal]]:
    return [[Decimal(factor) for factor in row] for row in rows]


def test_one_factor_moved_takes_all_of_the_change() -> None:
    found = lmdi(base_factors=_table([2, 3]), end_factors=_table([2, 5]), form=LmdiForm.ADDITIVE)
    assert [round(effect, 20) for effect in found.effects] == [0, 4]
    assert found.total == 4


def test_two_factors_that_double_share_alike() -> None:
    # 1 x 1 -> 2 x 2: the change of 3 falls in halves, the ratio of 4 is 2 x 2
    additive = lmdi(base_factors=_table([1, 1]), end_factors=_table([2, 2]), form=LmdiForm.ADDITIVE)
    assert additive.effects == (Decimal("1.5"), Decimal("1.5"))
    ratio = lmdi(base_factors=_table([1, 1]), end_factors=_table([2, 2]), form=LmdiForm.MULTIPLICATIVE)
    assert [round(effect, 20) for effect in ratio.effects] == [2, 2]
    assert ratio.total == 4


def test_a_category_that_appears_by_one_factor_is_that_factor_s_effect() -> None:
    found = lmdi(base_factors=_table([0, 5], [1, 1]), end_factors=_table([3, 4], [1, 1]), form=LmdiForm.ADDITIVE)
    assert found.by_category == ((12, 0), (0, 0))
    assert found.total == 12


def test_a_category_that_goes_by_two_factors_splits_evenly() -> None:
    found = lmdi(base_factors=_table([3, 4]), end_factors=_table([0, 0]), form=LmdiForm.ADDITIVE)
    assert found.effects == (-6, -6)


def test_zero_in_both_periods_has_no_effect() -> None:
    found = lmdi(base_factors=_table([0, 5], [2, 2]), end_factors=_table([7, 0], [2, 2]), form=LmdiForm.ADDITIVE)
    assert found.effects == (0, 0)


def test_a_ratio_handles_a_zero_category() -> None:
    found = lmdi(base_factors=_table([0, 5], [2, 5]), end_factors=_table([2, 5], [2, 5]), form=LmdiForm.MULTIPLICATIVE)
    assert [round(effect, 20) for effect in found.effects] == [2, 1]


def test_a_total_of_zero_has_no_ratio() -> None:
    with pytest.raises(NoRatio):
        lmdi(base_factors=_table([0, 5]), end_factors=_table([2, 5]), form=LmdiForm.MULTIPLICATIVE)


@pytest.mark.parametrize(
    ("early", "late"), [([], []), ([[1, 2]], [[1]]), ([[1]], [[1], [2]]), ([[]], [[]]), ([[1, 2], [1]], [[1, 2], [1]])]
)
def test_shapes_must_match(early: list[list[int]], late: list[list[int]]) -> None:
    with pytest.raises(UnmatchedShapes):
        lmdi(base_factors=_table(*early), end_factors=_table(*late), form=LmdiForm.ADDITIVE)


def test_every_negative_factor_is_named() -> None:
    with pytest.raises(InputRefused) as refused:
        lmdi(base_factors=_table([-1, 2]), end_factors=_table([1, -2]), form=LmdiForm.ADDITIVE)
    assert len(refused.value.faults) == 2


def test_efficiency_alone_when_shares_stand_still() -> None:
    found = intensity_decomposition(
        base_sectors={"工业": SectorEnergy(Decimal(80), Decimal(100)), "居民": SectorEnergy(Decimal(10), None)},
        end_sectors={"工业": SectorEnergy(Decimal(60), Decimal(100)), "居民": SectorEnergy(Decimal(12), None)},
    )
    assert (found.structure, round(found.efficiency, 20), round(found.residential, 20)) == (0, Decimal("-0.2"), Decimal("0.02"))
    assert found.total == Decimal("-0.18")


def test_a_new_sector_is_structure() -> None:
    found = intensity_decomposition(
        base_sectors={"农业": SectorEnergy(Decimal(10), Decimal(100)), "数据中心": SectorEnergy(Decimal(0), Decimal(0))},
        end_sectors={"农业": SectorEnergy(Decimal(10), Decimal(100)), "数据中心": SectorEnergy(Decimal(90), Decimal(100))},
    )
    assert round(found.efficiency, 20) == 0
    assert round(found.structure, 20) == found.total == Decimal("0.4")


def test_sectors_must_match_and_make_value() -> None:
    one = {"工业": SectorEnergy(Decimal(1), Decimal(1))}
    with pytest.raises(UnmatchedShapes, match="农业"):
        intensity_decomposition(base_sectors=one, end_sectors={**one, "农业": SectorEnergy(Decimal(1), Decimal(1))})
    with pytest.raises(NonPositiveIntensity):
        intensity_decomposition(base_sectors={"居民": SectorEnergy(Decimal(1), None)}, end_sectors={"居民": SectorEnergy(Decimal(1), None)})
    with pytest.raises(NonPositiveIntensity, match="农业"):
        intensity_decomposition(
            base_sectors={**one, "农业": SectorEnergy(Decimal(1), Decimal(0))}, end_sectors={**one, "农业": SectorEnergy(Decimal(1), Decimal(1))}
        )
