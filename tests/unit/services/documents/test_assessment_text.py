"""The assessment on a terminal: the places first, details only when asked for."""

from shuangkong.services.documents.assessment_text import assessment_text
from shuangkong.services.documents.text_table import display_width
from unit.services.documents.assessment_sample import sample_results


def test_the_table_of_places_comes_with_marks_and_a_way_to_the_details() -> None:
    lines = assessment_text(sample_results(), "zh", has_details=False).splitlines()
    assert lines[0] == "示例市2022年度考核结果【模拟】"
    assert lines[1].endswith("【未核实】")
    assert "3 个县区：完成 1 个" in lines
    assert next(line for line in lines if line.startswith("东山区")).split()[:5] == ["东山区", "70.00", "70.00", "100", "未完成"]
    assert lines[-1].startswith("加 --details")


def test_columns_stand_under_their_heads_by_the_width_of_characters() -> None:
    lines = assessment_text(sample_results(), "zh", has_details=False).splitlines()
    table = [line for line in lines if line.startswith(("县区", "东山区", "石桥县", "河口县"))]
    ends = {display_width(line[: line.index(told) + len(told)]) for line, told in zip(table, ("得分", "70.00  70.00", "81.62", "40.12  40.12"), strict=True)}
    assert len(ends) == 1


def test_details_show_every_line_with_reason_and_citation_and_every_target() -> None:
    told = assessment_text(sample_results(), "zh", has_details=True)
    assert "■ 河口县  40.12 / 60  未评定" in told
    assert "缺少数据：河口县2022年缺“煤炭消费总量”" in told
    assert "示例计分表 A4" in told
    assert "■ 先补齐数据（1 项）" in told
    assert "--details" not in told
