import pytest

import indicator_packs as packs
from shuangkong.indicators.declaration import Missing
from shuangkong.indicators.evaluate import Evaluator
from shuangkong.indicators.rendering import formula_in_words
from shuangkong.kernel.language import Language
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import DataGrade


@pytest.mark.parametrize(
    ("formula", "unit", "zh", "en"),
    [
        ("x / (y + z)", "1", "x名 ÷ （y名 + z名）", "x ÷ (y + z)"),
        ("x - (y - x)", "t", "x名 − （y名 − x名）", "x − (y − x)"),
        ("pct(1 - x / base(x))", "%", "（1 − x名 ÷ 2020年x名） × 100%", "(1 − x ÷ x of 2020) × 100%"),
        ("prev(x + y)", "t", "上年（x名 + y名）", "last year's (x + y)"),
        ("chain(x, g)", "t", "2020年x名 × 逐年连乘（1 + g名 ÷ 100）", "x of 2020 × yearly product of (1 + g ÷ 100)"),
        ("cumulative(x)", "t", "2021年以来累计x名", "sum since 2021 of x"),
        ("sum_children(x) + ytd(y)", "t", "所辖合计x名 + 年初以来累计y名", "sum over the places below of x + sum since the year's start of y"),
        ("own_or_children(x)", "t", "x名〔本级或所辖合计〕", "x [own, or the sum of the places below]"),
        ("x * fraction(g)", "t", "x名 × （g名 ÷ 100）", "x × (g ÷ 100)"),
        ("-abs(x - y)", "t", "−|x名 − y名|", "−|x − y|"),
        ("if(x >= y, min(x, y), max(x, 0))", "t", "（若 x名 ≥ y名，则 取小（x名，y名），否则 取大（x名，0））", "(if x ≥ y, then smaller of (x, y), else larger of (x, 0))"),
        ("coalesce(x, y)", "t", "首个有数（x名，y名）", "first known of (x, y)"),
        ("points(g - g)", "百分点", "g名 − g名", "g − g"),
        ("wan / 2", "t", "wan名 ÷ 2", "wan ÷ 2"),
    ],
)
def test_a_formula_reads_in_both_languages(formula: str, unit: str, zh: str, en: str) -> None:
    checked = packs.checked(packs.indicator("one", formula, unit), packs.indicator("wan", "x", "万t"))
    assert formula_in_words(checked.indicator("one"), checked) == (f"one名 = {zh}", f"one = {en}")


def test_shorter_grains_say_so() -> None:
    checked = packs.checked(packs.indicator("one", "prev(x) + base(x)", "t", grain=Grain.MONTH))
    told = formula_in_words(checked.indicator("one"), checked)
    assert told == ("one名 = 上期x名 + 2020年同期x名", "one = x of the period before + x of the same period of 2020")


def lines(formula: str, unit: str, *told, org: str = "city", missing: Missing = Missing.PARTIAL, language: Language = "zh") -> list[str]:
    checked = packs.checked(packs.indicator("one", formula, unit, missing=missing), packs.indicator("half", "x / 2", "t"))
    evaluator = Evaluator(checked, packs.store(*told).as_known(None), packs.ORGS)
    return evaluator.evaluate("one", org=org, period=Period.year(2021)).trace(language).text().splitlines()


def test_a_worked_calculation_shows_figures_gaps_coverage_and_marks() -> None:
    told = [packs.told("x", "a", "2021", "12.50"), packs.told("x", "b", "2021", "-2", grade=DataGrade.SIMULATED)]
    assert lines("sum_children(x) * 2", "kg", *told) == [
        "one名（某市，2021年） = 所辖合计x名 × 2 = （12.5 + （−2） + 缺） × 2 × 1000 = 21000.00 kg（覆盖 2/3）",
        "  x名（甲县，2021年） = 12.5 t",
        "  x名（乙县，2021年） = -2 t〔模拟〕",
        "  x名（高新区，2021年） = 缺",
    ]


def test_the_calculation_in_english_names_the_same_steps() -> None:
    told = [packs.told("x", "a", "2021", "12.50"), packs.told("x", "b", "2021", "-2", grade=DataGrade.SIMULATED)]
    assert lines("sum_children(x) * 2", "kg", *told, language="en") == [
        "one (City, 2021) = sum over the places below of x × 2 = (12.5 + (−2) + missing) × 2 × 1000 = 21000.00 kg (coverage 2/3)",
        "  x (County A, 2021) = 12.5 t",
        "  x (County B, 2021) = -2 t [simulated]",
        "  x (Zone, 2021) = missing",
    ]


def test_an_indicator_below_is_opened_once() -> None:
    told = [packs.told("x", "b", "2021", "9")]
    assert lines("half + half", "t", *told, org="b") == [
        "one名（乙县，2021年） = half名 + half名 = 4.5 + 4.5 = 9.00 t",
        "  half名（乙县，2021年） = x名 ÷ 2 = 9 ÷ 2 = 4.50 t",
        "    x名（乙县，2021年） = 9 t",
        "  half名（乙县，2021年） = 4.50 t",
    ]


def test_a_chain_is_written_year_by_year_and_a_choice_by_the_branch_taken() -> None:
    told = [packs.told("x", "b", "2020", "100"), packs.told("g", "b", "2021", "-5", "%")]
    assert lines("chain(x, g)", "t", *told, org="b")[0].endswith("= 100 × （1 + （−5） ÷ 100） = 95.00 t")
    assert lines("if(base(x) > 0, base(x), 0)", "t", *told, org="b")[0].endswith("= 100 = 100.00 t")


def test_a_missing_figure_says_why() -> None:
    assert lines("x", "t", org="b")[0] == "one名（乙县，2021年） = x名 = 缺 = 缺（乙县2021年缺“x名”）"
    assert lines("x", "t", packs.told("x", "b", "2021", None), org="b")[0].endswith("= 不适用（乙县2021年“x名”不适用）")
