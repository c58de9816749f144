from decimal import Decimal

import pytest

from shuangkong.kernel.quantity import ConversionBasis, MixedBases, PriceBasis, Quantity
from shuangkong.kernel.units import IncompatibleUnits


def test_adding_converts_to_the_left_unit() -> None:
    assert str(Quantity.of("1", "tce") + Quantity.of("500", "kgce")) == "1.5 tce"


def test_adding_another_dimension_is_refused() -> None:
    with pytest.raises(IncompatibleUnits):
        Quantity.of("1", "tce") + Quantity.of("1", "t")


def test_adding_percent_and_percentage_points_is_refused() -> None:
    with pytest.raises(IncompatibleUnits):
        Quantity.of("12", "%") + Quantity.of("1", "百分点")


def test_adding_another_basis_is_refused() -> None:
    with pytest.raises(MixedBases, match="当量值 / 等价值"):
        Quantity.of("1", "tce", ConversionBasis.CALORIFIC) + Quantity.of("1", "tce", ConversionBasis.EQUIVALENT)


def test_comparing_a_stated_basis_with_none_is_refused() -> None:
    with pytest.raises(MixedBases, match="未注明"):
        assert Quantity.of("1", "亿元", PriceBasis.CURRENT) < Quantity.of("2", "亿元")


def test_dividing_makes_a_unit_of_its_own() -> None:
    intensity = Quantity.of("5000", "tce") / Quantity.of("1", "亿元", PriceBasis.CONSTANT_2020).to("万元")
    assert intensity.figure == Decimal("0.5")
    assert str(intensity.unit) == "tce/万元"


def test_equal_across_scales_and_hash_agree() -> None:
    assert Quantity.of("1", "tce") == Quantity.of("1000", "kgce")
    assert hash(Quantity.of("1", "tce")) == hash(Quantity.of("1000", "kgce"))
