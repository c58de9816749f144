"""The bulk engine gives, digit for digit, what the single evaluator gives."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

import indicator_packs as packs
from shuangkong.indicators.columns import evaluate_columns, snapshot_source
from shuangkong.indicators.declaration import Missing
from shuangkong.indicators.evaluate import Evaluator
from shuangkong.kernel.period import Grain, Period

PLACES = ("city", "a", "b", "zone", "a1", "a2")
YEARS = [Period.year(year) for year in (2020, 2021, 2022, 2023)]
MONTHS = [Period.month(year, month) for year in (2021, 2022) for month in (1, 2, 3, 11, 12)]
SPANS = [Period.years(2021, 2022), Period.years(2022, 2023)]

ratios = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["0.5", "3", "0"]),
        st.builds("({} / {})".format, tonnes, tonnes),
        st.builds("fraction({})".format, percents),
        st.builds("(1 - {})".format, ratios),
    )
)
percents = st.deferred(lambda: st.one_of(st.just("g"), st.builds("pct({})".format, ratios)))
tonnes = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["x", "y", "z", "below"]),
        st.builds(
            "{}({})".format,
            st.sampled_from(["prev", "base", "cumulative", "ytd", "sum_children", "own_or_children", "abs", "-"]),
            tonnes,
        ),
        st.builds("({} {} {})".format, tonnes, st.sampled_from("+-"), tonnes),
        st.builds("({} {} {})".format, tonnes, st.sampled_from("*/"), ratios),
        st.builds("chain({}, {})".format, tonnes, percents),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "coalesce"]), tonnes, tonnes),
        st.builds("if({} {} {}, {}, {})".format, tonnes, st.sampled_from(["<", ">=", "!="]), tonnes, tonnes, tonnes),
        st.just("(z * rule(\"energy.coal_equivalent.electricity_calorific\") / rule(\"energy.coal_equivalent.electricity_calorific\"))"),
    )
)
below = st.sampled_from(["own_or_children(x)", "sum_children(y)", "x + y", "x / fraction(g)"])
observations = st.lists(
    st.builds(
        packs.told,
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from(PLACES),
        st.sampled_from([str(period) for period in YEARS + MONTHS]),
        st.sampled_from(["0", "1", "2.5", "-3", "700.125", None]),
    )
    | st.builds(
        packs.told, st.just("g"), st.sampled_from(PLACES), st.sampled_from([str(period) for period in YEARS + MONTHS]),
        st.sampled_from(["5", "-1.5", "0"]), st.just("%"),
    ),
    max_size=120,
)  # fmt: skip
dense = st.just([
    packs.told(code, org, str(period), str(3 + index % 7), "%" if code == "g" else "t")
    for index, (code, org, period) in enumerate(
        (code, org, period) for code in "xyzg" for org in PLACES for period in YEARS + MONTHS
    )
])  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    formula=tonnes, below=below, told=observations | dense, missing=st.sampled_from(Missing), missing_below=st.sampled_from(Missing),
    base_year=st.sampled_from([2020, 2021]), over=st.sampled_from([("city",), ("b", "a"), PLACES]),
    periods=st.sampled_from([YEARS, MONTHS, SPANS, [*YEARS[2:], *SPANS]]),
)  # fmt: skip
def test_columns_equal_the_single_evaluator(formula, below, told, missing, missing_below, base_year, over, periods) -> None:
    grain = Grain.MONTH if periods is MONTHS else Grain.YEAR
    checked = packs.checked(
        packs.indicator("top", formula, "t", missing=missing, base_year=base_year, grain=grain),
        packs.indicator("below", below, "t", missing=missing_below, base_year=base_year),
    )
    snapshot = packs.store(*told).as_known(None)
    single = Evaluator(checked, snapshot, packs.ORGS)
    made = evaluate_columns(checked=checked, orgs=packs.ORGS, source=snapshot_source(snapshot), over=over, periods=periods)
    seen = set()
    for indicator in made:
        seen.add(indicator.code)
        for org in over:
            for period in periods:
                alone = single.evaluate(indicator.code, org=org, period=period)
                assert indicator.at(org, period) == (alone.value, alone.coverage), (org, str(period))
    assert seen == {"top", "below"}


@given(told=observations)
def test_a_figure_stands_exactly_where_something_is_covered(told) -> None:
    checked = packs.checked(packs.indicator("total", "sum_children(x)", "t", missing=Missing.PARTIAL))
    snapshot = packs.store(*told).as_known(None)
    for period in YEARS:
        result = Evaluator(checked, snapshot, packs.ORGS).evaluate("total", org="city", period=period)
        held = [snapshot.get("x", child, period) for child in packs.ORGS.below("city")]
        figures = [one.value for one in held if one is not None and one.value is not None]
        applies = [one for one in held if one is None or one.value is not None]
        assert result.value == (sum(figures, Decimal(0)) if figures else None)
        assert result.coverage == (len(figures), len(applies))
