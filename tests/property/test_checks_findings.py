"""Laws of the checks: order and scale of what they see do not matter, judging changes nothing, silence is never an accusation."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from check_returns import COAL, ELECTRICITY, OUTPUT, checks, found, months, returned
from shuangkong.checks.digits import habit_step, significant_digits
from shuangkong.checks.examine import examine
from shuangkong.checks.lifecycle import (
    FINDING_STATES,
    ActNotAllowed,
    FindingAct,
    FindingLife,
    FindingState,
    acted,
)
from shuangkong.checks.robust import chi_square, median, spread

figures = st.decimals(min_value=0, max_value=10**7, places=2)
cells = st.one_of(st.none(), st.just("不适用"), figures)


@given(st.dictionaries(st.sampled_from([ELECTRICITY, COAL, OUTPUT, "coal_opening_t", "coal_closing_t", "energy_total_tce", "value_added_10k_yuan"]), cells), st.integers(0, 14))
@settings(max_examples=60, deadline=None)
def test_any_return_is_judged_alike_twice_and_stays_as_it_was(told: dict[str, object], depth: int) -> None:
    dossier = returned(told, history=[told] * depth, period="2024-12")
    before = dict(dossier.figures)
    first = examine(dossier, checks().values())
    assert examine(dossier, checks().values()) == first
    assert dossier.figures == before
    assert [finding.severity.rank for finding in first] == sorted(finding.severity.rank for finding in first)


@given(st.integers(0, 20))
def test_an_empty_return_is_accused_of_nothing(depth: int) -> None:
    assert examine(returned({}, history=[{}] * depth), checks().values()) == ()


@given(opening=figures, bought=figures, used=figures)
def test_a_yard_that_adds_up_is_never_odd(opening: Decimal, bought: Decimal, used: Decimal) -> None:
    stock = {"coal_opening_t": opening, "coal_purchased_t": bought, COAL: used, "coal_closing_t": opening + bought - used}
    assert found("C004", returned(stock)) == ()


@given(used=st.decimals(min_value=100, max_value=10**6, places=1), off=st.decimals(min_value="0.011", max_value="0.9", places=4), sign=st.sampled_from([-1, 1]))
def test_a_yard_off_by_more_than_one_percent_is_always_odd(used: Decimal, off: Decimal, sign: int) -> None:
    stock = {"coal_opening_t": used * 2, "coal_purchased_t": 0, COAL: used, "coal_closing_t": used + sign * used * off}
    assert len(found("C004", returned(stock))) == 1


@given(level=st.integers(100, 10**6), power=st.sampled_from([1, 2, 3, 4]), is_up=st.booleans())
def test_a_slip_is_found_whatever_the_size_of_the_works(level: int, power: int, is_up: bool) -> None:
    history = months(ELECTRICITY, [level] * 12, output_t=[500] * 12)
    slipped = Decimal(level).scaleb(power if is_up else -power)
    codes = [code for code in ("C033", "C034", "C035", "C036") if found(code, returned({ELECTRICITY: slipped, OUTPUT: 500}, history=history))]
    assert codes == [f"C0{32 + power}"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(-1e5, 1e5))
def test_scatter_does_not_mind_order_nor_level(figures: list[float], shift: float) -> None:
    shuffled = sorted(figures)
    assert spread(shuffled) == spread(figures)
    assert abs(spread([figure + shift for figure in figures]) - spread(figures)) <= 1e-6 * (1 + abs(shift) + max(map(abs, figures)))
    assert min(figures) <= median(figures) <= max(figures)


@given(st.lists(st.integers(1, 200), min_size=2, max_size=10))
def test_counts_as_expected_have_no_distance_and_others_have(counts: list[int]) -> None:
    shares = [count / sum(counts) for count in counts]
    assert chi_square(counts, shares) <= 1e-9 * sum(counts)
    assert chi_square([counts[0] + 1, *counts[1:]], shares) > 0


@given(st.integers(1, 10**9), st.integers(-4, 6))
def test_significant_digits_do_not_depend_on_the_unit(figure: int, power: int) -> None:
    assert significant_digits(Decimal(figure)) == significant_digits(Decimal(figure).scaleb(power)) == len(str(figure).strip("0"))


@given(st.sets(st.integers(1, 9999), min_size=4, max_size=30), st.integers(0, 3))
def test_a_habit_divides_what_it_was_read_from(steps: set[int], zeros: int) -> None:
    habit = habit_step([step * 10**zeros for step in steps])
    assert habit >= 10**zeros
    assert 10 * sum(step * 10**zeros % habit == 0 for step in steps) >= 9 * len(steps)


@given(st.lists(st.sampled_from(FindingAct), max_size=12))
def test_no_walk_leaves_the_table(acts: list[FindingAct]) -> None:
    life = FindingLife()
    for act in acts:
        allowed = (life.state, act) in FINDING_STATES.steps and act is not FindingAct.WAIVE
        if not allowed:
            continue
        after = acted(life, act, day=date(2024, 1, 1), reason="理由" if act in FINDING_STATES.need_reason else "")
        assert after.state is FINDING_STATES.steps[life.state, act]
        life = after
    assert life.state in FindingState
    for act in FindingAct:
        if (life.state, act) not in FINDING_STATES.steps and act is not FindingAct.WAIVE:
            with pytest.raises(ActNotAllowed):
                acted(life, act, day=date(2024, 1, 1), reason="理由")
