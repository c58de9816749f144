from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.projects.capacity_swap import (
    MissingSwapFact,
    NegativeCapacity,
    NoSwapRatio,
    RetiredLine,
    SwapRequirement,
    capacity_swap,
    swap_faults,
)


def _swap(product: str, key: bool | None, special: bool | None, day: date = date(2023, 6, 30), new: int = 100) -> SwapRequirement:
    return capacity_swap(
        product, new_capacity=Decimal(new), is_key_region=key, is_restricted_or_cross_province=special, rules=rules.at(day)
    )


@pytest.mark.parametrize(
    ("product", "key", "special", "required"),
    [
        ("水泥熟料", True, False, 200), ("clinker", False, False, 150), ("熟料", False, True, 200), ("clinker", True, True, 200),
        ("平板玻璃", True, False, 125), ("flat_glass", False, True, 100), ("光伏压延玻璃", None, None, 0),
    ],
)
def test_ratios_of_the_2021_measures(product: str, key: bool | None, special: bool | None, required: int) -> None:
    assert _swap(product, key, special).required_retired_capacity == required


def test_what_changes_nothing_need_not_be_said() -> None:
    # 2:1 both ways: in a key region, and for the restricted class anywhere.
    assert _swap("clinker", True, None).ratio == 2
    assert _swap("clinker", None, True).ratio == 2
    assert _swap("flat_glass", False, None).ratio == 1


def test_the_day_decides_the_measures() -> None:
    assert _swap("clinker", True, True, date(2021, 7, 31)).ratio == Decimal("1.5")
    assert _swap("clinker", True, True, date(2021, 8, 1)).ratio == 2
    assert _swap("clinker", False, False, date(2021, 7, 31)).ratio == Decimal("1.25")


def test_what_decides_must_be_said() -> None:
    with pytest.raises(MissingSwapFact, match="重点区域"):
        _swap("clinker", None, False)
    with pytest.raises(MissingSwapFact, match="跨省"):
        _swap("clinker", False, None)
    with pytest.raises(MissingSwapFact, match="重点区域"):
        _swap("flat_glass", None, True)
    with pytest.raises(NoSwapRatio):
        _swap("粗钢", True, False)
    with pytest.raises(NegativeCapacity):
        _swap("clinker", True, False, new=-1)


def test_a_retired_line_serves_one_swap_only() -> None:
    need = _swap("clinker", False, False)
    line, other = RetiredLine("甲线", Decimal(150)), RetiredLine("乙线", Decimal(149))
    assert swap_faults(need, retired=[line], used_line_ids=[]) == ()
    assert [fault.value for fault in swap_faults(need, retired=[other], used_line_ids=[])] == ["149"]
    assert [fault.value for fault in swap_faults(need, retired=[line], used_line_ids=["甲线"])] == ["甲线", "0"]
    assert [fault.value for fault in swap_faults(need, retired=[other, other], used_line_ids=[])] == ["乙线", "149"]
