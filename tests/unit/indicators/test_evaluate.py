from datetime import date, timedelta
from decimal import Decimal

import pytest

import indicator_packs as packs
from shuangkong.indicators.declaration import Missing
from shuangkong.indicators.evaluate import Evaluator, IndicatorResult
from shuangkong.indicators.observations import Observation
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import DataGrade

X = [packs.told("x", "b", str(year), str(figure)) for year, figure in ((2020, 100), (2021, 90), (2022, 99), (2023, 80))]
GROWTH = [packs.told("g", "b", str(year), figure, "%") for year, figure in ((2021, "10"), (2022, "-5"), (2023, "2"))]


def worked(
    formula: str, *told: Observation, unit: str = "t", org: str = "b", period: str = "2023", missing: Missing = Missing.STRICT,
    grain: Grain = Grain.YEAR, base_year: int = 2020,
) -> IndicatorResult:  # fmt: skip
    checked = packs.checked(packs.indicator("one", formula, unit, missing=missing, grain=grain, base_year=base_year))
    return Evaluator(checked, packs.store(*told).as_known(None), packs.ORGS).evaluate("one", org=org, period=Period.parse(period))


@pytest.mark.parametrize(
    ("formula", "unit", "expected"),
    [
        ("x", "t", "80"), ("x", "kg", "80000"), ("-x", "t", "-80"), ("prev(x)", "t", "99"), ("base(x)", "t", "100"),
        ("cumulative(x)", "t", "269"), ("ytd(x)", "t", "80"), ("pct(1 - x / base(x))", "%", "20"), ("pct(x / prev(x) - 1)", "%", "-19.1919191919191919191919191900"),
        ("chain(x, g)", "t", "106.59"), ("points(g - prev(g))", "百分点", "7"), ("x * fraction(g)", "t", "1.6"),
        ("min(x, prev(x))", "t", "80"), ("max(x, prev(x), 0)", "t", "99"), ("abs(x - base(x))", "t", "20"),
        ("if(x < prev(x), 1, 0)", "1", "1"), ("if(x = base(x) * 0.8, x, 0)", "t", "80"), ("if(x != base(x) * 0.8, 0, x)", "t", "80"),
        ("if(x <= base(x) * 0.8, 1, 2)", "1", "1"), ("if(x > base(x) * 0.8, 1, 2)", "1", "2"), ("if(x >= base(x) * 0.8, 1, 2)", "1", "1"), ("coalesce(y, x)", "t", "80"),
    ],
)  # fmt: skip
def test_each_step_gives_the_figure_worked_by_hand(formula: str, unit: str, expected: str) -> None:
    result = worked(formula, *X, *GROWTH, unit=unit)
    assert result.value == Decimal(expected)
    assert result.reason is None


def test_shorter_periods_look_back_in_kind() -> None:
    told = [packs.told("x", "b", f"{year}-{month:02}", str(year - 2019) + str(month)) for year in (2020, 2021) for month in range(1, 13)]
    assert worked("prev(x)", *told, period="2021-01").value == Decimal(112)
    assert worked("base(x)", *told, period="2021-05").value == Decimal(15)
    assert worked("ytd(x)", *told, period="2021-03").value == Decimal(21 + 22 + 23)
    assert worked("ytd(x)", *told, period="2021Q1", grain=Grain.MONTH).value == Decimal(21 + 22 + 23)
    assert worked("cumulative(x)", *told, period="2021-02").value == Decimal(21 + 22)
    assert worked("ytd(x)", *told, period="2021", grain=Grain.MONTH).coverage == (12, 12)


def test_a_flow_over_a_span_is_the_sum_of_its_years() -> None:
    assert worked("x", *X, period="2022-2023").value == Decimal(179)
    assert worked("x", *X, period="2022-2024").reason.zh == "乙县2024年缺“x名”"
    assert worked("g", *GROWTH, unit="%", period="2022-2023").reason.zh == "乙县2022—2023年缺“g名”"


def test_a_formula_from_the_base_year_stands_over_a_span_at_its_last_year() -> None:
    assert worked("pct(1 - x / base(x))", *X, unit="%", period="2021-2023").value == Decimal(20)
    assert worked("pct(1 - x / base(x))", *X, unit="%", period="2022-2023").value == Decimal(-79)  # 179 of two years


@pytest.mark.parametrize("formula", ["cumulative(x)", "chain(x, g)"])
def test_nothing_is_counted_before_the_base_year(formula: str) -> None:
    result = worked(formula, *X, *GROWTH, period="2019")
    assert result.value is None
    assert result.reason.zh == "2019年不在基准年 2020 之后"
    assert worked("chain(x, g)", *X, period="2020").value == Decimal(100)


def test_a_gap_names_the_element_whose_and_when() -> None:
    result = worked("x - prev(y)", *X)
    assert (result.value, result.coverage, result.reason.zh) == (None, (0, 1), "乙县2022年缺“y名”")
    assert result.reason.en == "y of County B for 2022 is missing"


def test_division_by_zero_is_a_gap_with_a_reason() -> None:
    assert worked("x / (x - x) * 1", *X, unit="1").reason.zh == "2023年除数为零"


CHILDREN = [packs.told("x", "a", "2023", "1"), packs.told("x", "b", "2023", "2")]


def test_a_strict_sum_waits_for_every_child_and_a_partial_one_tells_its_coverage() -> None:
    strict = worked("sum_children(x)", *CHILDREN, org="city")
    assert (strict.value, strict.coverage, strict.reason.zh) == (None, (0, 3), "高新区2023年缺“x名”")
    partial = worked("sum_children(x)", *CHILDREN, org="city", missing=Missing.PARTIAL)
    assert (partial.value, str(partial.coverage), partial.reason) == (Decimal(3), "2/3", None)
    assert [gap.zh for gap in partial.gaps] == ["高新区2023年缺“x名”"]


def test_no_child_with_a_figure_is_a_gap_even_when_partial() -> None:
    assert worked("sum_children(x)", org="city", missing=Missing.PARTIAL).value is None


def test_what_does_not_apply_is_waited_for_by_no_sum() -> None:
    result = worked("sum_children(x)", *CHILDREN, packs.told("x", "zone", "2023", None), org="city")
    assert (result.value, result.coverage) == (Decimal(3), (2, 2))
    alone = worked("x", packs.told("x", "b", "2023", None))
    assert (alone.value, alone.coverage, alone.reason.zh) == (None, (0, 0), "乙县2023年“x名”不适用")


def test_the_lowest_level_has_nothing_to_sum() -> None:
    assert worked("sum_children(x)", *X).reason.zh == "乙县没有下级可以汇总"


def test_an_own_figure_goes_before_the_sum_of_parts_at_every_level() -> None:
    told = [packs.told("x", "a1", "2023", "5"), packs.told("x", "a2", "2023", "6"), packs.told("x", "b", "2023", "2"), packs.told("x", "zone", "2023", "1")]
    assert worked("own_or_children(x)", *told, org="city").value == Decimal(14)
    assert worked("own_or_children(x)", *told, packs.told("x", "a", "2023", "10"), org="city").value == Decimal(13)
    assert worked("own_or_children(x)", *told, packs.told("x", "city", "2023", "99"), org="city").coverage == (1, 1)


def test_the_poorest_part_covers_a_ratio() -> None:
    result = worked("sum_children(x) / own_or_children(x)", *CHILDREN, unit="1", org="city", missing=Missing.PARTIAL)
    assert (result.value, result.coverage) == (Decimal(1), (2, 3))


def test_an_indicator_uses_its_own_base_year_and_missing_strategy() -> None:
    checked = packs.checked(
        packs.indicator("parts", "sum_children(x)", "t", missing=Missing.PARTIAL, base_year=None),
        packs.indicator("since", "base(x)", "t", base_year=2022),
        packs.indicator("top", "parts + since", "t"),
    )
    snapshot = packs.store(*CHILDREN, packs.told("x", "city", "2022", "7")).as_known(None)
    assert Evaluator(checked, snapshot, packs.ORGS).evaluate("top", org="city", period=Period.year(2023)).value == Decimal(10)


def test_a_rule_is_read_as_it_held_at_the_end_of_the_period() -> None:
    told = packs.told("energy", "b", "2023", "1", "tce")
    formula = 'energy / rule("energy.coal_equivalent.electricity_calorific")'
    result = worked(formula, told, unit="万kWh")
    assert result.value.quantize(Decimal("0.0001")) == Decimal("0.8137")  # 1000 kgce ÷ 0.1229 kgce/kWh = 8136.7 kWh
    assert [rule.path for rule in result.rules] == ["energy.coal_equivalent.electricity_calorific"]
    early = worked(formula, packs.told("energy", "b", "1900", "1", "tce"), unit="万kWh", period="1900")
    assert "尚无规定" in early.reason.zh


def test_marks_follow_the_inputs_really_used() -> None:
    simulated = packs.told("y", "b", "2023", "1", grade=DataGrade.SIMULATED)
    estimated = packs.told("z", "b", "2023", "1", "kg", grade=DataGrade.ESTIMATED)
    assert worked("x + y", *X, simulated).marks == ("模拟",)
    assert worked("x + y + z", *X, simulated, estimated).marks == ("模拟", "估算")
    assert worked("coalesce(x, y)", *X, simulated).marks == ()
    assert worked("if(x > 0, x, y)", *X, simulated).grades == {DataGrade.REPORTED}


def test_a_reported_unit_of_another_scale_is_converted() -> None:
    assert worked("x", packs.told("x", "b", "2023", "1.5", "万t")).value == Decimal(15000)


def test_a_later_version_is_seen_only_from_its_day() -> None:
    first = packs.told("x", "b", "2023", "1")
    second = packs.told("x", "b", "2023", "2", at=packs.HEARD + timedelta(days=30))
    checked = packs.checked(packs.indicator("one", "x", "t"))
    for day, expected in ((date(2024, 2, 29), None), (date(2024, 3, 1), "1"), (date(2024, 3, 30), "1"), (date(2024, 3, 31), "2")):
        snapshot = packs.store(second, first).as_known(day)
        result = Evaluator(checked, snapshot, packs.ORGS).evaluate("one", org="b", period=Period.year(2023))
        assert result.value == (None if expected is None else Decimal(expected))
