"""Every step over columns, on whole, sparse and partly inapplicable data, against the single evaluator and by hand."""

import random
from decimal import Decimal

import pytest

import indicator_packs as packs
from shuangkong.indicators.catalogue import UnknownIndicator
from shuangkong.indicators.columns import evaluate_columns, snapshot_source
from shuangkong.indicators.declaration import Missing
from shuangkong.indicators.evaluate import Evaluator
from shuangkong.indicators.observations import Snapshot
from shuangkong.kernel.period import Grain, Period

PLACES = ("city", "a", "b", "zone", "a1", "a2")
YEARS = [Period.year(year) for year in range(2019, 2024)]
MONTHS = [Period.month(2021 + month // 12, month % 12 + 1) for month in range(18)]
FORMULAS = [
    "x + z", "x - y * 2", "-x", "x / (y / x - 1)", "(x + y) / (x / z)", "fraction(pct(x / y)) * y", "x / 0 * 1",
    "prev(x)", "prev(x + y)", "base(x)", "base(x / y) * x", "cumulative(x)", "cumulative(x - y)", "ytd(y) + cumulative(x)", "ytd(x)", "ytd(prev(x))",
    "chain(x, g)", "chain(below, pct(y / x))", "chain(x, g) / chain(y, g) * x", "chain(sum_children(x), g)",
    "sum_children(x)", "sum_children(sum_children(x))", "sum_children(own_or_children(x))", "own_or_children(x)",
    "own_or_children(x / y * x)", "own_or_children(sum_children(x))", "sum_children(x) / own_or_children(y) * x",
    "own_or_children(x) + own_or_children(y) / (own_or_children(y) / x)", "sum_children(x) / (y - y) * x + sum_children(sum_children(y))",
    "cumulative(sum_children(x))", "cumulative(own_or_children(x)) - own_or_children(y)", "own_or_children(cumulative(x))",
    "min(x, y)", "max(x, 0, z)", "abs(x - y)", "min(sum_children(x), y)",
    "if(x > y, x, y)", "if(sum_children(x) >= y, sum_children(y), x)", "if(x / y = 1, x * y / (y - y), sum_children(y))",
    "coalesce(x, y)", "coalesce(sum_children(x), below, 0)", "coalesce(x, x * y / (y - y))", "below + base(below) - prev(below)",
]  # fmt: skip


def _snapshot(kind: str, periods: list[Period]) -> Snapshot:
    chance = random.Random(7)
    needed = sorted({*periods, *(period.previous() for period in periods), *(period.year_on_year() for period in periods)})
    told = []
    for code in "xyzg":
        for org in PLACES:
            for period in needed:
                draw = chance.random()
                if kind != "whole" and draw < 0.25:
                    continue
                figure = None if kind == "inapplicable" and draw > 0.6 else str(Decimal(chance.randrange(-20, 90)) / 8)
                told.append(packs.told(code, org, str(period), figure, "%" if code == "g" else "t"))
    return packs.store(*told).as_known(None)


@pytest.mark.parametrize("kind", ["whole", "sparse", "inapplicable"])
@pytest.mark.parametrize("missing", Missing)
@pytest.mark.parametrize("periods", [YEARS, MONTHS], ids=["years", "months"])
def test_every_step_gives_the_figure_and_coverage_of_the_single_evaluator(kind: str, missing: Missing, periods: list[Period]) -> None:
    grain = Grain.YEAR if periods is YEARS else Grain.MONTH
    declarations = [
        packs.indicator(f"i{place}", formula, "t", missing=missing, grain=grain) for place, formula in enumerate(FORMULAS)
    ]
    checked = packs.checked(packs.indicator("below", "own_or_children(y)", "t", missing=Missing.PARTIAL), *declarations)
    snapshot = _snapshot(kind, periods)
    single = Evaluator(checked, snapshot, packs.ORGS)
    made = evaluate_columns(checked=checked, orgs=packs.ORGS, source=snapshot_source(snapshot), over=PLACES, periods=periods)
    for indicator in made:
        for org in PLACES:
            for period in periods:
                alone = single.evaluate(indicator.code, org=org, period=period)
                formula = checked.indicator(indicator.code).declaration.formula
                assert indicator.at(org, period) == (alone.value, alone.coverage), (formula, org, str(period))


def test_only_what_is_asked_is_computed_and_read() -> None:
    checked = packs.checked(packs.indicator("wanted", "prev(x)", "t"), packs.indicator("other", "y", "t"))
    snapshot = packs.store(packs.told("x", "b", "2022", "5")).as_known(None)
    asked = []

    def source(element, orgs, periods):
        asked.append((element.code, tuple(orgs), [str(period) for period in periods]))
        return snapshot_source(snapshot)(element, orgs, periods)

    made = list(evaluate_columns(
        checked=checked, orgs=packs.ORGS, source=source, over=["b"], periods=[Period.year(2023)], codes=["wanted"]
    ))  # fmt: skip
    assert [(one.code, one.column.figures) for one in made] == [("wanted", [Decimal(5)])]
    assert asked == [("x", ("b",), ["2022"])]


def test_nothing_asked_gives_nothing_and_an_unknown_code_is_refused() -> None:
    checked = packs.checked(packs.indicator("wanted", "x", "t"))
    source = snapshot_source(packs.store().as_known(None))
    assert list(evaluate_columns(checked=checked, orgs=packs.ORGS, source=source, over=[], periods=YEARS)) == []
    with pytest.raises(UnknownIndicator):
        list(evaluate_columns(checked=checked, orgs=packs.ORGS, source=source, over=["b"], periods=YEARS, codes=["wnated"]))
