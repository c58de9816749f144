"""Declarations of returns: what is read from them, and every way in which they may be wrong."""

from datetime import date
from typing import Any

import pytest
from declared import KNOWN, column, faults_of, form_of, grid, listing, raw_form, row

from shuangkong.kernel.period import Grain
from shuangkong.kernel.provenance import Confidence
from shuangkong.kernel.units import unit
from shuangkong.returns.form import CellKey, EntryKind, FilerKind

TABLE = grid("energy", [column("used"), column("rate", unit="tce/row", decimals=4)], [row("coal"), row("power", unit="万kWh")])


def test_a_form_is_read_with_its_cells() -> None:
    form = form_of(raw_form(TABLE, filers="industrial key_energy_user"))
    assert (form.filer, form.grain, form.confidence, form.verified) == (FilerKind.UNIT, Grain.YEAR, Confidence.MEMORY, False)
    assert form.filers == {"industrial", "key_energy_user"}
    assert form.valid_from == date(2021, 1, 1)
    assert [str(key) for key in form.fixed_cells] == ["energy.coal.used", "energy.coal.rate", "energy.power.used", "energy.power.rate"]
    power = form.fixed_cells[CellKey("energy", "power", "rate")]
    assert (str(power.unit), power.decimals, power.element, power.name.zh) == ("tce/万kWh", 4, "power_rate", "POWER·RATE")


def test_a_bare_code_takes_everything_from_the_element_of_the_city() -> None:
    form = form_of(raw_form({"code": "t", "name": "表", "name_en": "t", "rows": ["gdp"]}))
    cell = form.fixed_cells[CellKey("t", "gdp", "value")]
    assert (cell.name.zh, cell.unit, cell.meaning.zh, cell.element, cell.tags) == ("生产总值", unit("亿元"), "全部生产活动的最终成果。", "gdp", {"flow"})


def test_a_prefix_keeps_two_forms_of_one_filer_apart() -> None:
    form = form_of(raw_form(grid("t", [column("used")], [row("coal", elements={"used": "city_coal"}), row("oil")], prefix="key")))
    assert list(form.by_element) == ["city_coal", "key_oil_used"]


def test_tags_of_column_row_and_cell_meet() -> None:
    form = form_of(raw_form(grid("t", [column("used", tags="flow typed"), column("left")], [row("coal", tags="coal", cell_tags={"used": "activity"})])))
    assert form.fixed_cells[CellKey("t", "coal", "used")].tags == {"flow", "typed", "coal", "activity"}
    assert form.fixed_cells[CellKey("t", "coal", "left")].tags == {"coal"}


def test_counts_are_whole_and_other_figures_keep_two_decimals() -> None:
    form = form_of(raw_form(grid("t", [column("value")], [row("cars", unit="辆"), row("people", unit="万人"), row("coal")])))
    assert [cell.decimals for cell in form.fixed_cells.values()] == [0, 2, 2]


def test_a_list_has_cells_for_every_row_it_allows_and_no_elements() -> None:
    form = form_of(raw_form(listing("projects", [column("name", kind="text"), column("saving", unit="tce")], max_rows=2)))
    cell = form.cell(CellKey("projects", "2", "saving"))
    assert cell is not None
    assert (cell.name.zh, cell.element) == ("第2行·SAVING", "")
    assert form.cell(CellKey("projects", "3", "saving")) is None
    assert form.cell(CellKey("projects", "0", "saving")) is None
    assert form.cell(CellKey("projects", "x", "saving")) is None
    assert form.by_element == {}


def test_a_column_of_texts_has_no_unit_and_no_element() -> None:
    form = form_of(raw_form(grid("t", [column("value"), column("note", kind="text")], [row("coal")])))
    note = form.fixed_cells[CellKey("t", "coal", "note")]
    assert (note.kind, note.unit, note.element) == (EntryKind.TEXT, None, "")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "red"}, "字段 colour“red”——不是声明的字段"),
        ({"filer": "village"}, "字段 filer“village”——应为 unit、park、jurisdiction、agency、city 之一"),
        ({"grain": "week"}, "字段 grain“week”——应为 day、month、quarter、half、year、years 之一"),
        ({"grain": "day"}, "报告期“日”——报表不按日报送"),
        ({"due": {}}, "字段 due“{}”——应写 working_days，或 day，或 month 和 day"),
        ({"due": {"working_days": 5, "day": 3}}, "应写 working_days，或 day，或 month 和 day"),
        ({"due": {"month": 2, "day": 30}}, "字段 due“2-30”——没有这一天"),
        ({"due": {"month": 13, "day": 1}}, "字段 month“13”——应为 1 到 12 的整数"),
        ({"due": {"day": True}}, "字段 day“True”——应为 1 到 31 的整数"),
        ({"due": "soon"}, "字段 due“soon”——应为键值表"),
        ({"valid_from": "2021-02-30"}, "字段 valid_from“2021-02-30”——应为 2021-01-01 这样的日期"),
        ({"valid_to": "2020-01-01"}, "有效期“2020-01-01”——早于开始日"),
        ({"verified": "no"}, "字段 verified“no”——应为 true 或 false"),
        ({"confidence": "sure"}, "字段 confidence“sure”"),
        ({"name": ""}, "字段 name“”——缺少或不是文字"),
        ({"code": "X 1"}, "表号“X 1”——只能用小写字母、数字和短横"),
        ({"tables": []}, "字段 tables“”——至少要有一张表"),
        ({"tables": "many"}, "字段 tables“many”——应为键值表的列表"),
        ({"tables": [TABLE, TABLE]}, "表“energy”——出现 2 次"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_named(change: dict[str, Any], told: str) -> None:
    assert any(told in line for line in faults_of({**raw_form(TABLE), **change})), faults_of({**raw_form(TABLE), **change})


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (grid("t", [column("a")], []), "固定行表应有 rows"),
        (grid("t", [], [row("r")]), "没有栏"),
        (grid("t", [column("a"), column("a")], [row("r")]), "表 t 的栏“a”——出现 2 次"),
        (grid("t", [column("a")], [row("r"), row("r")]), "表 t 的行“r”——出现 2 次"),
        (grid("t", [column("A b")], [row("r")]), "代码只能用小写字母"),
        (grid("t", [column("a")], [row("r", unit="furlong")]), "计量单位“furlong”——不在计量单位表中"),
        (grid("t", [{"code": "a", "name": "A", "name_en": "a"}], [row("r")]), "单元格 t.r.a“”——没有指标解释"),
        (grid("t", [column("a")], [{"code": "r", "name": "R", "name_en": "r"}]), "单元格 t.r.a“”——没有计量单位"),
        (grid("t", [column("a")], [row("r", without=["b"])]), "行 r“b”——不是该表的栏"),
        (grid("t", [column("a")], [row("r", without=["a"], formulas={"a": "1"})]), "该栏已写明不填"),
        (grid("t", [column("a")], [row("r", elements={"a": "e"}), row("s", elements={"a": "e"})]), "数据元素“e”——由 2 个单元格填报"),
        (grid("t", [column("a")], ["nothing"]), "字段 element“nothing”——不在城市包的数据元素中"),
        (grid("t", [column("a")], [7]), "字段 rows“7”——应为代码或键值表"),
        (grid("t", [column("a", kind="choice")], [row("r")]), "选项类必须有选项"),
        (grid("t", [column("a", choices=["是"])], [row("r")]), "选项类必须有选项"),
        (grid("t", [column("a", kind="text", formula="1")], [row("r")]), "只有数值才能计算"),
        (grid("t", [column("a", decimals=11)], [row("r")]), "字段 decimals“11”"),
        ({**grid("t", [column("a")], [row("r")]), "columns": "shared"}, "字段 columns“shared”——不在 columns 中"),
        ({**grid("t", [column("a")], [row("r")]), "kind": "cube"}, "字段 kind“cube”——应为 grid 或 list"),
        (listing("t", [column("a", unit="t")], max_rows=0), "字段 max_rows“0”"),
        ({**listing("t", [column("a", unit="t")]), "rows": [row("r")]}, "可增行表应有 max_rows"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_is_named(table: dict[str, Any], told: str) -> None:
    assert any(told in line for line in faults_of(raw_form(table))), faults_of(raw_form(table))


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("[b]", "“t.r.b”——不是本表的数值单元格"),
        ("[other.a]", "“t.other.a”——不是本表的数值单元格"),
        ("sum(x, a)", "“x, a”——没有可加的单元格"),
        ("sum(t, z)", "“t, z”——没有可加的单元格"),
        ("sum(t, a, #gold)", "“t, a”——没有可加的单元格"),
        ("sum(t, a, r..z)", "“r..z”——不是该表的行"),
        ("sum(t, a, kind=是)", "“kind=是”——不是可增行表的选项"),
        ("factor(gold) * 2", "“gold”——不是行，没有折标系数"),
        ("factor(row) * 2", "用到折标系数，须写明当量值或等价值"),
        ("[a", "第 1 个字符起无法识别"),
        ("1 +", "缺少数或单元格"),
        ("(1", "缺少右括号"),
        ("1 2", "多出内容"),
        ("exp(1)", "无法识别"),
        ("-" * 30 + "1", "嵌套过深"),
        ("1" * 501, "超过 500 个字符"),
        ("[a.b.c.d]", "不是单元格"),
    ],
)
def test_a_formula_that_leads_nowhere_is_named(formula: str, told: str) -> None:
    table = grid("t", [column("a"), column("c", formula=formula)], [row("r"), row("s")])
    assert any(told in line for line in faults_of(raw_form(table))), faults_of(raw_form(table))


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("sum(t, a, r..s)", "t / 万kWh"), ("[r.a] + [s.a]", "t / 万kWh"), ("[r.a] - [k.a]", "t / kg"), ("[r.a] * [s.a] + [r.a]", "t·万kWh / t"),
        ("sum(t, a * w, r..s)", ""), ("2 * [r.a] + [s.a] / 3", ""), ("[r.a] / [s.a]", ""), ("sum(t, a * w, r..k) - [r.w] * [r.a]", ""),
    ],
)  # fmt: skip
def test_figures_of_different_units_are_not_added(formula: str, told: str) -> None:
    rows = [row("r"), row("s", unit="万kWh"), row("k", unit="kg"), row("all", unit="tce", formulas={"a": formula})]
    lines = faults_of(raw_form(grid("t", [column("a"), column("w", unit="tce/row")], rows)))
    assert lines == ([f"returns/x.yaml：单元格 t.all.a 的公式“{told}”——把计量单位不同的数相加；修改该声明"] if told else [])


def test_formulas_in_a_circle_are_shown_as_a_circle() -> None:
    table = grid("t", [column("a", formula="[b] + 1"), column("b", formula="[a] * 2")], [row("r")])
    assert faults_of(raw_form(table)) == ["returns/x.yaml：公式“t.r.a → t.r.b → t.r.a”——互相引用，无法计算；修改该声明"]


def test_a_sum_that_holds_itself_is_a_circle() -> None:
    table = grid("t", [column("a")], [row("r"), row("all", formula="sum(t, a)")])
    assert ["互相引用" in line for line in faults_of(raw_form(table))] == [True]


def test_the_cell_of_the_period_before_makes_no_circle() -> None:
    table = grid("t", [column("a"), column("b", formula="previous([b]) + [a]")], [row("r")])
    assert form_of(raw_form(table)).fixed_cells[CellKey("t", "r", "b")].is_computed


def test_a_computed_cell_of_a_required_column_is_not_required() -> None:
    table = grid("t", [column("a", required=True)], [row("r"), row("all", formula="[r.a]")])
    assert [cell.is_required for cell in form_of(raw_form(table)).fixed_cells.values()] == [True, False]


def test_every_fault_is_told_at_once() -> None:
    lines = faults_of({**raw_form(grid("t", [column("a")], [row("r", unit="furlong"), 7])), "filer": "village", "grain": "week"})
    assert len(lines) >= 4
    assert KNOWN.keys() == {"gdp"}
