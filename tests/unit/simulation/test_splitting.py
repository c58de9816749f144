"""Parts add up exactly, stay under their caps, and follow the weights."""

from decimal import Decimal

import pytest

from shuangkong.simulation.splitting import grown_by, reduced_by, split


def test_largest_remainders_take_what_rounding_leaves():
    weights = {"a": Decimal(1), "b": Decimal(1), "c": Decimal(1)}
    assert list(split(Decimal("10.00"), weights, decimals=2).values()) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]


def test_what_a_full_place_cannot_take_flows_to_the_others():
    weights = {"a": Decimal(9), "b": Decimal(1), "c": Decimal(1)}
    caps = {"a": Decimal(4), "b": Decimal(50), "c": Decimal(50)}
    assert split(Decimal(10), weights, decimals=0, caps=caps) == {"a": Decimal(4), "b": Decimal(3), "c": Decimal(3)}


def test_caps_that_just_hold_the_total_are_all_filled():
    caps = {"a": Decimal(4), "b": Decimal(6)}
    assert split(Decimal(10), {"a": Decimal(1), "b": Decimal(1)}, decimals=0, caps=caps) == caps


def test_a_total_above_the_caps_is_refused():
    with pytest.raises(ValueError, match="below the total"):
        split(Decimal(11), {"a": Decimal(1)}, decimals=0, caps={"a": Decimal(10)})


def test_nothing_to_split_leaves_zeros():
    assert split(Decimal(0), {"a": Decimal(2), "b": Decimal(3)}, decimals=0) == {"a": Decimal(0), "b": Decimal(0)}


def test_growth_and_fall_in_percent():
    assert grown_by(Decimal(200), Decimal("5.5")) == Decimal("211")
    assert reduced_by(Decimal(200), Decimal("-0.6")) == Decimal("201.2")
