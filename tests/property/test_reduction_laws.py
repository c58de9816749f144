"""What holds for every reduction, whatever the figures."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shuangkong.pollution.methods import voc_source, wastewater_plant
from shuangkong.pollution.progress import Attribution, credited_by_year, yearly_attribution
from shuangkong.pollution.reduction import MajorPollutant, Reduction, State
from shuangkong.pollution.register import RegisterEntry, count
from shuangkong.pollution.verification import VerificationFinding, verify
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))
figures = st.decimals(min_value=0, max_value=10**6, places=3, allow_nan=False, allow_infinity=False)
shares = st.decimals(min_value=0, max_value=100, places=1, allow_nan=False, allow_infinity=False)


@given(volume=figures, influent=figures, effluent=figures, stale=figures)
def test_w1_without_volume_before_is_a_new_plant(volume: Decimal, influent: Decimal, effluent: Decimal, stale: Decimal) -> None:
    after = {"volume_after_10k_m3": volume, "influent_after_mg_l": influent, "effluent_after_mg_l": effluent}
    new = wastewater_plant.treatment_gained(**after)
    zero = wastewater_plant.treatment_gained(**after, volume_before_10k_m3=Decimal(0), influent_before_mg_l=stale)
    assert new.reduction_t == zero.reduction_t == Decimal("0.01") * volume * (influent - effluent)


@given(before=figures, after=figures, effluent=figures, better=figures, best=figures)
def test_a_cleaner_effluent_never_reduces_less(
    before: Decimal, after: Decimal, effluent: Decimal, better: Decimal, best: Decimal
) -> None:
    low, high = sorted((better, best))
    made = [
        wastewater_plant.upgraded(
            volume_before_10k_m3=before, volume_after_10k_m3=after, effluent_before_mg_l=effluent, effluent_after_mg_l=each
        ).reduction_t
        for each in (low, high)
    ]
    assert made[0] >= made[1]


@given(generated=figures, rates=st.tuples(*[shares] * 6))
def test_v2_is_v3_with_the_same_generation(generated: Decimal, rates: tuple[Decimal, ...]) -> None:
    names = [f"{rate}_{state}_pct" for rate in ("collection", "removal", "uptime") for state in ("before", "after")]
    named = dict(zip(names, rates, strict=True))
    alone = voc_source.control_improved(generated_t=generated, **named)
    both = voc_source.source_and_control(generated_before_t=generated, generated_after_t=generated, **named)
    assert alone.reduction_t == both.reduction_t


@given(st.dictionaries(st.integers(2020, 2035), figures, min_size=2))
def test_years_telescope(state_t: dict[int, Decimal]) -> None:
    first, last = state_t[min(state_t)], state_t[max(state_t)]
    assert sum(yearly_attribution(state_t).values()) == first - last


@given(st.lists(figures, min_size=2, max_size=6))
def test_projects_on_one_unit_telescope(states: list[Decimal]) -> None:
    entries = [
        RegisterEntry(
            f"p{number}", "N4", MajorPollutant.NOX, Reduction(State(states[0]), State(after), "", ""),
            unit_key="u", finished_on=date(2021, 1, number),
        )
        for number, after in enumerate(states[1:], start=1)
    ]  # fmt: skip
    assert sum(each.countable_t for each in count(entries, rules=RULES)) == states[0] - states[-1]


@given(reduction_t=figures, stable_on=st.dates(date(2021, 1, 1), date(2025, 12, 31)), attribution=st.sampled_from(Attribution))
def test_what_is_credited_over_the_years_is_the_whole(reduction_t: Decimal, stable_on: date, attribution: Attribution) -> None:
    credited = credited_by_year(reduction_t=reduction_t, stable_on=stable_on, attribution=attribution)
    assert sum(credited.values()) == reduction_t


@given(claimed=figures, codes=st.lists(st.tuples(st.sampled_from(sorted(RULES.book.below("pollution.deductions"))), shares)))
def test_claimed_verified_counted_never_rise(claimed: Decimal, codes: list[tuple[str, Decimal]]) -> None:
    found = verify(claimed_t=claimed, findings=[VerificationFinding(code, figure) for code, figure in codes], rules=RULES)
    assert found.claimed_t >= found.verified_t >= found.counted_t
