"""Headings, brackets of responsible bodies, annex tables in all their printed forms."""

import pytest

from shuangkong.plan.reading import DraftClause, read_plan
from shuangkong.plan.reading.agencies import read_duties

TITLE = "江川市“十四五”节能减排综合工作方案\n"


@pytest.mark.parametrize(
    ("bracket", "lead", "support"),
    [
        ("责任单位：市发改委、市工信局", ["市发改委", "市工信局"], []),
        ("责任单位：市发改委、市工信局等", ["市发改委", "市工信局"], []),
        ("市发改委、市工信局等按职责分工负责", ["市发改委", "市工信局"], []),
        ("责任单位：市发改委、市工信局牵头，市财政局、市公安局等配合", ["市发改委", "市工信局"], ["市财政局", "市公安局"]),
        ("牵头单位：市发改委；配合单位：市财政局、各县（市、区）人民政府", ["市发改委"], ["市财政局", "各县（市、区）人民政府"]),
        ("市发改委会同市住房和城乡建设局负责", ["市发改委"], ["市住房和城乡建设局"]),
        ("市发改委牵头，市财政局和市公安局参与", ["市发改委"], ["市财政局", "市公安局"]),
        ("由市住建局牵头，会同市发改委落实", ["市住建局"], ["市发改委"]),
    ],
)
def test_forms_of_the_bracket(bracket: str, lead: list[str], support: list[str]) -> None:
    duties = read_duties(bracket)
    assert duties is not None
    assert (duties.lead, duties.support) == (lead, support)


@pytest.mark.parametrize("content", ["征求意见稿", "PUE", "达到95%以上", "区、市", "2021—2025年", "以下简称“双控”"])
def test_other_brackets_are_left_alone(content: str) -> None:
    assert read_duties(content, ends_clause=True) is None


def test_implied_bodies_hold_from_their_clause_on() -> None:
    plan = read_plan(
        TITLE + "一、任务\n（一）甲工程。推进一。（责任单位：市发改委）\n（二）乙工程。推进二。（责任单位：市工信局，各县（区）政府，"
        "以下均需各地政府（管委会）落实，不再列出）\n（三）丙工程。推进三。（责任单位：市财政局）\n"
    )
    assert [(clause.lead, clause.implied) for clause in plan.clauses] == [
        (("市发改委",), ()), (("市工信局",), ("各县（区）政府",)), (("市财政局",), ("各县（区）政府",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("一、总则\n（一）甲。推进一。\n（二）乙。推进二。\n", ["一(一)", "一(二)"]),
        ("一、总则\n(一)甲\n推进一。\n(二)乙\n推进二。\n", ["一(一)", "一(二)"]),
        ("一、总则\n1.甲\n推进一。\n2.乙\n推进二。\n", ["一(1)", "一(2)"]),
        ("第一章 总则\n第一条 推进节能工作。\n第二条 推进减排工作。\n", ["第一条", "第二条"]),
        ("一、主要目标\n推进节能。\n二、任务\n（一）甲。推进一。\n", ["一", "二(一)"]),
        ("一、总则(一)甲工程.占比为0.二、保障(一)丙工程.推进一.\n", ["一(一)", "二(一)"]),
        ("一、总则（一）甲工程。推进一。（二）乙工程。推进二。二、保障（一）丙工程。推进三。\n", ["一(一)", "一(二)", "二(一)"]),
    ],
)
def test_numbering(text: str, numbers: list[str]) -> None:
    assert [clause.number for clause in read_plan(TITLE + text).clauses] == numbers


@pytest.mark.parametrize(
    ("lines", "lead", "support"),
    [
        ("市水利局牵头，市林业局配合", ["市水利局"], ["市林业局"]),
        ("市水利局、市林业局按职责分工负责", ["市水利局", "市林业局"], []),
        ("责任单位：市水利局、市林业局\n2.造林\n推进造林。", ["市水利局", "市林业局"], []),
        ("责任单位：市水利局\n— 3 —\n主办：市林业局\n市政府办公室  2022年6月9日印发", ["市水利局"], []),
        ("（责任单位：市水利局，市林业局。列第一位的为牵头单位，下同）", ["市水利局", "市林业局"], []),
        ("（责任单位：市水利局，各县（市、区）政府及江北新区管委会负责落实）", ["市水利局", "各县（市、区）政府", "江北新区管委会"], []),
    ],
)
def test_responsible_bodies_outside_brackets_and_what_stands_on_pages(lines: str, lead: list[str], support: list[str]) -> None:
    (clause,) = read_plan(TITLE + f"一、任务\n（一）治水\n1.护岸\n推进护岸。\n{lines}\n").clauses
    assert (list(clause.lead), list(clause.support)) == (lead, support)


def test_sentence_that_trails_off_is_no_line_of_contents() -> None:
    assert [c.number for c in read_plan(TITLE + "一、总则\n推进节能，推进减排...\n二、任务\n推进治水。\n").clauses] == ["一", "二"]


def test_title_broken_before_its_last_word() -> None:
    assert read_plan("江政办〔2022〕5号\n江川市“十四五”节能减排综合工作\n实施方案\n一、总则\n推进节能。\n").title == "江川市“十四五”节能减排综合工作实施方案"


def test_table_of_contents_is_skipped() -> None:
    text = "目录\n一、总则……1\n（一）甲工程……2\n一、总则\n（一）甲工程\n推进一。\n"
    assert read_plan(TITLE + text).clauses == (DraftClause("一(一)", "甲工程"),)


ANNEX_TABS = "指标\t单位\t2020年\t2025年\n非化石能源占比\t%\t11\t16\n供电煤耗\t克标准煤/千瓦时\t304\t301\n"


@pytest.mark.parametrize(
    "table",
    [
        ANNEX_TABS,
        ANNEX_TABS.replace("\t", " | "),
        "\n".join(f"| {line} |" for line in ANNEX_TABS.strip().replace("\t", " | ").split("\n")) + "\n",
        ANNEX_TABS.replace("\t", "  "),
        "\n".join("\n".join(f"\t{cell}" for cell in line.split("\t")) + "\n" for line in ANNEX_TABS.strip().split("\n")),
    ],
    ids=["tabs", "bars", "framed bars", "blanks", "one cell a line"],
)
def test_annex_table_in_any_layout(table: str) -> None:
    plan = read_plan(TITLE + "一、总则\n（一）甲。推进一。\n\n附件1\n\n主要节能指标\n" + table)
    assert [(t.clause, t.indicator, t.operator, t.value, t.unit, t.base_year, t.base_value, t.target_year) for t in plan.targets] == [
        ("附件1", "非化石能源占比", ">=", "16", "%", 2020, "11", 2025),
        ("附件1", "供电煤耗", "<=", "301", "克标准煤/千瓦时", 2020, "304", 2025),
    ]


def test_table_inside_a_clause_with_nature_column() -> None:
    text = "一、目标\n（一）指标体系。主要指标如下。\n指标名称\t单位\t2025年\t属性\n能耗强度下降\t%\t14\t约束性\n森林覆盖率\t%\t30\t预期性\n"
    found = read_plan(TITLE + text).targets
    assert [(t.clause, t.indicator, t.operator, t.value, t.commitment) for t in found] == [
        ("一(一)", "能耗强度下降", ">=", "14", "binding"), ("一(一)", "森林覆盖率", ">=", "30", None),
    ]  # fmt: skip


def _annex(table: str) -> list[tuple[str, str, str, str | None, str, str | None]]:
    plan = read_plan(TITLE + "一、总则\n（一）甲。推进一。\n\n附件1\n\n" + table)
    return [(t.scope, t.indicator, t.operator, t.value, t.unit, t.base_value) for t in plan.targets]


def test_two_units_above_the_table_and_a_base_for_each_indicator() -> None:
    table = "空气质量目标\n单位：微克/立方米，%\n地区\t2020年PM2.5\t2025年PM2.5\t2020年优良天数比例\t2025年优良天数比例\n东山县\t46\t40\t70.5\t76\n"
    assert _annex(table) == [("东山县", "PM2.5", "<=", "40", "微克/立方米", "46"), ("东山县", "优良天数比例", ">=", "76", "%", "70.5")]


def test_total_row_that_lost_its_number_and_a_fall_beside_a_level() -> None:
    table = "煤炭目标\n序号\t县区\t2020年消费量（万吨）\t2025年控制目标（万吨）\t下降比例（%）\n1\t东山县\t300\t270\t10\n合计\t300\t270\t10\n"
    assert _annex(table) == [
        ("东山县", "控制目标", "<=", "270", "万吨", "300"), ("东山县", "下降比例", ">=", "10", "%", None),
        ("全市", "控制目标", "<=", "270", "万吨", "300"), ("全市", "下降比例", ">=", "10", "%", None),
    ]  # fmt: skip


def test_annex_announced_right_in_front_of_itself() -> None:
    plan = read_plan(TITLE + "一、总则\n推进节能。\n附件：能耗强度目标\n附件\n能耗强度目标\n单位：%\n地区 “十四五”下降目标 2021—2023年累计下降目标\n东山县 14 8.5\n西山县 13 8\n")
    assert [(t.clause, t.scope, t.indicator, t.value, t.target_year) for t in plan.targets] == [
        ("附件1", "东山县", "“十四五”下降目标", "14", 2025), ("附件1", "东山县", "累计下降目标", "8.5", 2023),
        ("附件1", "西山县", "“十四五”下降目标", "13", 2025), ("附件1", "西山县", "累计下降目标", "8", 2023),
    ]  # fmt: skip


def test_square_brackets_of_any_shape_hold_a_change() -> None:
    table = "主要指标\n指标\t单位\t2020年\t2025年\t年均〔累计〕\n能耗强度降低\t%\t—\t—\t〔14〕\n森林覆盖率\t%\t30\t31\t—\n"
    assert _annex(table) == [("全市", "能耗强度降低", ">=", "14", "%", None), ("全市", "森林覆盖率", ">=", "31", "%", "30")]


def test_a_list_of_projects_is_no_table_of_targets() -> None:
    table = "重点项目清单\n序号\t项目名称\t建设规模\t计划投资（万元）\t完成时限\n1\t热电改造\t2×350MW\t45000\t2024年6月\n2\t污水厂\t3万吨/日\t12000\t2024年9月\n"
    assert _annex(table) == []


def test_places_by_pollutants_with_the_unit_above_the_table() -> None:
    text = "一、总则\n（一）甲。推进一。\n\n附件\n各县区主要污染物减排目标表\n单位：吨\n县区\t化学需氧量\t氨氮\n东山县\t120\t6.5\n合计\t120\t6.5\n"
    found = read_plan(TITLE + text).targets
    assert [(t.scope, t.indicator, t.value, t.unit) for t in found] == [
        ("东山县", "化学需氧量", "120", "吨"), ("东山县", "氨氮", "6.5", "吨"), ("全市", "化学需氧量", "120", "吨"), ("全市", "氨氮", "6.5", "吨"),
    ]  # fmt: skip
