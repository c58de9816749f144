from decimal import Decimal

import pytest

from shuangkong.indicators.declaration import ElementKind
from shuangkong.indicators.formula import Step, parse
from shuangkong.indicators.unit_check import (
    Nameable,
    NoBaseYear,
    TypedExpression,
    UnitMismatch,
    UnknownCode,
    unit_checked,
)
from shuangkong.kernel.units import unit
from shuangkong.rules import UnknownRule, book

KNOWN = {
    "t": Nameable(unit("t"), ElementKind.FLOW), "kg": Nameable(unit("kg"), ElementKind.FLOW),
    "wan_t": Nameable(unit("万t"), ElementKind.FLOW), "heat": Nameable(unit("kJ"), ElementKind.FLOW),
    "tce": Nameable(unit("tce"), ElementKind.FLOW), "gdp": Nameable(unit("亿元"), ElementKind.FLOW),
    "growth": Nameable(unit("%"), ElementKind.RATE), "heads": Nameable(unit("头"), ElementKind.STOCK),
    "index": Nameable(unit("1"), ElementKind.INDEX), "share": Nameable(unit("%")), "power": Nameable(unit("kWh")),
}  # fmt: skip


def tree(formula: str, declared: str, base_year: int | None = 2020) -> TypedExpression:
    return unit_checked(parse(formula), known=KNOWN, rules=book(), declared=unit(declared), base_year=base_year)


@pytest.mark.parametrize(
    ("formula", "declared"),
    [
        ("t + kg + wan_t", "t"), ("tce / gdp", "tce/万元"), ("pct(t / wan_t)", "%"), ("points(share - base(share))", "百分点"),
        ("t * fraction(growth)", "t"), ("growth / share", "1"), ("chain(gdp, growth)", "亿元"), ("max(t - kg, 0)", "t"),
        ("0", "t"), ("if(t > 0, pct(kg / t), 0)", "%"), ("sum_children(heads)", "头"), ("cumulative(share)", "%"),
        ('power * rule("energy.coal_equivalent.electricity_calorific")', "tce"), ("coalesce(0, t)", "kg"),
    ],
)  # fmt: skip
def test_units_that_fit_are_accepted(formula: str, declared: str) -> None:
    assert tree(formula, declared).unit.scale == unit(declared).scale


@pytest.mark.parametrize(
    ("formula", "declared", "told"),
    [
        ("t + tce", "t", "cannot be added"), ("t + 1", "t", "cannot be added"), ("t > gdp", "t", "cannot be added"),
        ("t / kg", "%", "convert with pct( )"), ("growth", "1", "convert with fraction( )"),
        ("growth", "百分点", "convert with points( )"), ("pct(t)", "%", "wants 1, got t"), ("fraction(t / kg)", "1", "wants %"),
        ("points(t / kg)", "百分点", "wants %"), ("chain(gdp, t)", "亿元", "wants %"), ("growth + points(growth)", "%", "cannot be added"),
        ("t * growth", "t", "declared as t"), ("tce / gdp", "tce", "declared as tce"), ("t > kg", "t", "not a figure"),
        ("(t > kg) + 1", "1", "not a comparison"), ("if(t, kg, kg)", "t", "must be a comparison"),
        ("if(t > 0, t > 0, t)", "t", "must be figures"), ("if(t > 0, t, tce)", "t", "cannot be added"),
        ("sum_children(growth)", "%", "over places"), ("own_or_children(index)", "1", "over places"),
        ("cumulative(heads)", "头", "over time"), ("ytd(growth)", "%", "over time"), ("cumulative(index)", "1", "over time"),
    ],
)  # fmt: skip
def test_units_that_do_not_fit_are_refused(formula: str, declared: str, told: str) -> None:
    with pytest.raises(UnitMismatch) as refused:
        tree(formula, declared)
    assert told in refused.value.faults[0].line("en")


def test_an_unknown_code_is_refused_with_near_misses() -> None:
    with pytest.raises(UnknownCode, match="是否为 power"):
        tree("powre", "kWh")
    with pytest.raises(UnknownCode, match="先声明"):
        tree("nothing_like_it", "t")


def test_an_unknown_rule_and_a_structured_one_are_refused() -> None:
    with pytest.raises(UnknownRule):
        tree('rule("energy.no_such")', "t")


@pytest.mark.parametrize("formula", ["base(t)", "cumulative(t)", "chain(t, growth)"])
def test_looking_back_needs_a_base_year(formula: str) -> None:
    with pytest.raises(NoBaseYear):
        tree(formula, "t", base_year=None)


def test_scales_convert_by_the_exact_one_of_factor_and_divisor() -> None:
    up = tree("wan_t", "t")
    assert (up.step, up.figure) == (Step.SCALE_UP, Decimal(10000))
    down = tree("heat", "kWh")  # 1/3600 has no end, 3600 has
    assert (down.step, down.figure) == (Step.SCALE_DOWN, Decimal(3600))
    assert tree("t", "t").step is Step.NAME
