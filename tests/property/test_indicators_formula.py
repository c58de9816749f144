"""Formulas survive being written out; units that do not fit are never let through; a city's sum is that of its parts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import indicator_packs as packs
from shuangkong.indicators.declaration import Missing
from shuangkong.indicators.evaluate import Evaluator
from shuangkong.indicators.formula import COMPARISONS, FUNCTIONS, Expression, Step, UnreadableFormula, parse, to_text
from shuangkong.indicators.unit_check import Nameable, UnitMismatch, unit_checked
from shuangkong.kernel.period import Period
from shuangkong.kernel.quantity import Quantity
from shuangkong.kernel.units import unit
from shuangkong.rules import book

leaves = st.one_of(
    st.builds(lambda text: Expression(Step.NAME, literal=text), st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda text: text not in {step.value for step in FUNCTIONS} | {"rule"})),
    st.builds(lambda text: Expression(Step.NUMBER, literal=text), st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,4})?", fullmatch=True)),
    st.builds(lambda text: Expression(Step.RULE, literal=text), st.from_regex(r"[a-z.]{1,12}", fullmatch=True)),
)
ARITHMETIC = (Step.ADD, Step.SUBTRACT, Step.MULTIPLY, Step.DIVIDE)


def _joined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    comparisons = st.builds(lambda step, *parts: Expression(step, parts), st.sampled_from(list(COMPARISONS.values())), inner, inner)
    return st.one_of(
        st.builds(lambda step, *parts: Expression(step, parts), st.sampled_from(ARITHMETIC), inner, inner),
        st.builds(lambda part: Expression(Step.NEGATE, (part,)), inner),
        st.builds(lambda condition, *parts: Expression(Step.IF, (condition, *parts)), comparisons, inner, inner),
        comparisons,
        *(
            st.lists(inner, min_size=fewest, max_size=min(most, 4)).map(lambda parts, step=step: Expression(step, tuple(parts)))
            for step, (fewest, most) in FUNCTIONS.items()
        ),
    )


@given(st.recursive(leaves, _joined, max_leaves=15))
def test_what_is_written_out_is_read_back(expression: Expression) -> None:
    assert parse(to_text(expression)) == expression


@given(st.text(alphabet="ab01.+-*/()<>=!,\" prev_rule（）×÷", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except UnreadableFormula:
        return
    assert parse(to_text(expression)) == expression


SYMBOLS = ["t", "kg", "万t", "tce", "kgce", "kWh", "GJ", "万元", "%", "百分点", "1"]
figures = st.decimals(min_value=-1000, max_value=1000, places=2, allow_nan=False)


@given(st.sampled_from(SYMBOLS), st.sampled_from(SYMBOLS), st.sampled_from(["+", "-"]), figures, figures)
def test_a_sum_is_let_through_exactly_when_quantities_would_add(one: str, other: str, sign: str, left: Decimal, right: Decimal) -> None:
    known = {"a": Nameable(unit(one)), "b": Nameable(unit(other))}
    formula = parse(f"a {sign} b")
    if unit(one).dimension != unit(other).dimension:
        with pytest.raises(UnitMismatch):
            unit_checked(formula, known=known, rules=book(), declared=unit(one), base_year=None)
        return
    by_hand = Quantity(left, unit(one)) + Quantity(right if sign == "+" else -right, unit(other))
    checked = packs.catalogue(
        elements=[packs.element("a", one), packs.element("b", other)], indicators=[packs.indicator("c", f"a {sign} b", one)], rules=book()
    )
    told = packs.store(packs.told("a", "b", "2023", str(left), one), packs.told("b", "b", "2023", str(right), other))
    result = Evaluator(checked, told.as_known(None), packs.ORGS).evaluate("c", org="b", period=Period.year(2023))
    assert result.value == by_hand.figure


@given(st.lists(st.one_of(st.none(), figures), min_size=3, max_size=3))
def test_a_partial_sum_is_that_of_the_parts_there(parts: list[Decimal | None]) -> None:
    told = [packs.told("x", org, "2023", str(part)) for org, part in zip(("a", "b", "zone"), parts, strict=True) if part is not None]
    for missing in Missing:
        checked = packs.checked(packs.indicator("total", "sum_children(x)", "t", missing=missing))
        result = Evaluator(checked, packs.store(*told).as_known(None), packs.ORGS).evaluate("total", org="city", period=Period.year(2023))
        stands = told and (missing is Missing.PARTIAL or len(told) == 3)
        assert result.value == (sum(part for part in parts if part is not None) if stands else None)
        assert result.coverage == (len(told) if stands else 0, 3)


@given(st.lists(st.tuples(st.integers(0, 20), figures), min_size=1, max_size=12), st.integers(0, 20))
def test_what_is_heard_later_never_changes_what_was_known(heard: list[tuple[int, Decimal]], day: int) -> None:
    versions = [packs.told("x", "b", "2023", str(figure), at=packs.HEARD + timedelta(days=after)) for after, figure in heard]
    until = packs.HEARD.date() + timedelta(days=day)
    known_then = [version for version in versions if version.recorded_at.date() <= until]
    checked = packs.checked(packs.indicator("one", "x * 2", "t"))

    def figure(store: packs.ObservationStore, as_of: date) -> tuple[Decimal | None, int]:
        snapshot = store.as_known(as_of)
        result = Evaluator(checked, snapshot, packs.ORGS).evaluate("one", org="b", period=Period.year(2023))
        return result.value, len(snapshot.versions("x", "b", Period.year(2023)))

    assert figure(packs.store(*versions), until) == figure(packs.store(*known_then), until)
