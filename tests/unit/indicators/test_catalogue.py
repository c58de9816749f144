import pytest

import indicator_packs as packs
from shuangkong.indicators.catalogue import CircularIndicators, UnknownIndicator, catalogue
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.period import Period
from shuangkong.rules import book


def test_indicators_follow_what_they_rest_on() -> None:
    checked = packs.checked(packs.indicator("third", "second + x", "t"), packs.indicator("second", "first", "t"), packs.indicator("first", "x", "t"))
    assert list(checked.indicators) == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("formulas", "loop"),
    [
        ({"p": "q", "q": "r + x", "r": "prev(q)"}, "q → r → q"),
        ({"p": "prev(p) + x"}, "p → p"),
    ],
)
def test_a_ring_is_refused_naming_it(formulas: dict[str, str], loop: str) -> None:
    with pytest.raises(CircularIndicators, match=loop):
        packs.checked(*(packs.indicator(code, formula, "t") for code, formula in formulas.items()))


def test_a_working_stacked_too_high_is_refused() -> None:
    stack = [packs.indicator("n0", "x", "t"), *(packs.indicator(f"n{level}", f"n{level - 1}", "t") for level in range(1, 201))]
    with pytest.raises(InputRefused, match="层层叠算超过 200 步"):
        packs.checked(*stack)
    assert len(packs.checked(*stack[:200]).indicators) == 200


def test_all_faults_are_told_at_once_with_the_indicator() -> None:
    with pytest.raises(InputRefused) as refused:
        packs.checked(packs.indicator("one", "x +", "t"), packs.indicator("two", "x + gdp", "t"), packs.indicator("three", "nix", "t"))
    lines = [fault.line("en") for fault in refused.value.faults]
    assert [line.split(":")[0] for line in lines] == ["indicator one", "indicator two", "indicator three"]


def test_codes_are_used_once_and_never_those_of_functions() -> None:
    with pytest.raises(InputRefused) as refused:
        catalogue(
            elements=[packs.element("x", "t"), packs.element("x", "t"), packs.element("prev", "t")],
            indicators=[packs.indicator("x", "prev(x)", "t")], rules=book(),
        )  # fmt: skip
    told = [fault.rule.en for fault in refused.value.faults]
    assert told == ["is declared twice", "is both an element and an indicator", "is the name of a function"]


def test_an_unknown_indicator_is_refused_with_near_misses() -> None:
    with pytest.raises(UnknownIndicator, match="是否为 intensity"):
        packs.checked(packs.indicator("intensity", "x", "t")).indicator("intensty")
    with pytest.raises(UnknownIndicator, match="indicators list"):
        packs.checked().indicator("zzz")


@pytest.mark.parametrize(
    ("formula", "asked", "worked"),
    [
        ("base(x)", "2021-2025", "2025"), ("base(x)", "2021-2023", "2023"), ("base(x)", "2022-2025", "2022-2025"),
        ("base(x)", "2021", "2021"), ("base(x)", "2021Q2", "2021Q2"), ("prev(x)", "2021-2025", "2021-2025"),
    ],
)  # fmt: skip
def test_a_span_after_the_base_year_is_worked_at_its_last_year(formula: str, asked: str, worked: str) -> None:
    indicator = packs.checked(packs.indicator("one", formula, "t")).indicator("one")
    assert str(indicator.effective_period(Period.parse(asked))) == worked
