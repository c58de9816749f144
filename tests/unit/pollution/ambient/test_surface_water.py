"""Class by the worst item, on the limits and one step beside."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong.pollution.ambient.surface_water import (
    UnknownWaterItem,
    WaterClass,
    good_share,
    item_class,
    section_class,
    stays_good,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


@pytest.mark.parametrize(
    ("item", "figure", "name"),
    [
        ("NH3_N", "0.15", "I"), ("NH3_N", "0.16", "II"), ("NH3_N", "1.0", "III"), ("NH3_N", "1.01", "IV"), ("NH3_N", "2.0", "V"), ("NH3_N", "2.01", "BELOW_V"),
        ("DO", "7.5", "I"), ("DO", "7.4", "II"), ("DO", "5", "III"), ("DO", "4.9", "IV"), ("DO", "2", "V"), ("DO", "1.9", "BELOW_V"),
        ("pH", "6", "I"), ("pH", "9", "I"), ("pH", "5.9", "BELOW_V"), ("pH", "9.1", "BELOW_V"),
        ("F", "1.0", "I"), ("F", "1.1", "IV"), ("CODMN", "6", "III"), ("BOD5", "3", "I"), ("HG", "0.0001", "III"),
    ],
)  # fmt: skip
def test_an_item_on_its_limit_meets_it(item: str, figure: str, name: str) -> None:
    assert item_class(item=item, figure=Decimal(figure), is_lake=False, rules=RULES).water_class.name == name


def test_phosphorus_of_a_reservoir_has_its_own_limits() -> None:
    figure = Decimal("0.04")
    assert item_class(item="TP", figure=figure, is_lake=False, rules=RULES).water_class is WaterClass.II
    assert item_class(item="TP", figure=figure, is_lake=True, rules=RULES).water_class is WaterClass.III


def test_the_excess_is_told_against_class_three() -> None:
    assert item_class(item="COD", figure=Decimal(25), is_lake=False, rules=RULES).times_over_third == Decimal("0.25")


def test_items_left_out_do_not_spoil_the_class_and_are_named() -> None:
    figures = {"COD": Decimal(12), "TN": Decimal(30), "FC": Decimal(10**6), "TEMPERATURE": Decimal(35), "DO": None}
    found = section_class(figures, is_lake=True, rules=RULES)
    assert (found.water_class, found.left_out) == (WaterClass.I, ("TN", "FC", "TEMPERATURE"))
    assert "DO" in found.unmeasured
    assert "COD" not in found.unmeasured
    assert len(found.unmeasured) == 20


def test_before_2011_no_rule_says_what_is_left_out() -> None:
    with pytest.raises(ValueError, match="2010-12-31"):
        section_class({"COD": Decimal(1)}, is_lake=False, rules=at(date(2010, 12, 31)))


def test_a_section_without_data_has_no_class() -> None:
    found = section_class({"COD": None}, is_lake=False, rules=RULES)
    assert (found.water_class, found.worst, found.grade) == (None, (), None)


def test_an_unknown_item_is_refused() -> None:
    with pytest.raises(UnknownWaterItem, match="XYZ"):
        section_class({"XYZ": Decimal(1)}, is_lake=False, rules=RULES)


def test_a_share_over_what_was_judged() -> None:
    found = good_share({"a": True, "b": False, "c": True, "d": None})
    assert (found.good, found.judged, found.not_good, found.is_whole) == (2, 3, ("b",), False)
    assert good_share({"a": None}).pct is None


def test_hundred_per_cent_holds_in_every_period_or_not() -> None:
    whole, short, open_ = good_share({"a": True}), good_share({"a": False}), good_share({"a": None})
    assert [stays_good(shares, rules=RULES) for shares in ([whole, whole], [whole, short], [whole, open_], [open_, short], [])] == [True, False, None, False, None]
