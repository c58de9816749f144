"""The assessment as a Word document: order of an official report, three-line tables, a sheet for each place, the same bytes."""

import io
from dataclasses import replace
from datetime import date

from docx import Document
from docx.table import Table

from shuangkong.kernel.language import Language
from shuangkong.services.documents.assessment_docx import assessment_docx
from shuangkong.services.documents.assessment_report import AssessmentReport
from unit.services.documents.assessment_sample import sample_results


def text(report: AssessmentReport, language: Language = "zh") -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(assessment_docx(report, language))).paragraphs)


def tables(report: AssessmentReport, language: Language = "zh") -> list[Table]:
    return list(Document(io.BytesIO(assessment_docx(report, language))).tables)


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_title_number_body_signature_and_annexes_follow_in_order() -> None:
    found = text(sample_results())
    order = [
        "示例市2022年度\n考核结果", "〔20××〕", "根据示例方案", "一、考核依据", "计分表。【未核实】", "二、考核结果", "表1", "三、异议和复核",
        "附件：1.各县区得分明细", "4.目标中期评估表", "（发文机关署名）\n2023年6月30日", "附件1\n各县区得分明细", "附件4\n目标中期评估表",
    ]  # fmt: skip
    places = [found.index(words) for words in order]
    assert places == sorted(places)


def test_the_table_of_the_body_shows_scores_before_and_after_and_who_is_vetoed_exempt_or_open() -> None:
    assert cells(tables(sample_results())[0]) == [
        ["县区", "调整前", "得分", "已评满分", "等次", "否决、封顶", "免于考核", "标记"],
        ["东山区", "70.00", "70.00", "100", "未完成", "目标未完成", "", "模拟、未核实"],
        ["石桥县", "80.12", "81.62", "100", "完成", "", "免于考核总量", "模拟、未核实"],
        ["河口县", "40.12", "40.12", "60", "未评定", "", "", "模拟、未核实"],
    ]


def test_each_place_has_its_sheet_with_reason_and_citation_of_every_line() -> None:
    report = sample_results()
    sheets = [cells(table) for table in tables(report)[1:4]]
    assert sheets[0][1] == ["A1", "能耗强度", "40.12", "60", "下降 2.6%", "示例计分表 A1", "模拟"]
    assert sheets[2][2] == ["A4", "煤炭", "—", "40", "缺少数据：河口县2022年缺“煤炭消费总量”", "示例计分表 A4", ""]
    found = text(report)
    for words in (
        "东山区　70.00 分　未完成", "否决：目标未完成（示例计分表 否决一）", "免于考核：免于考核总量（方案三（一））",
        "调整 ＋1.5 分：跨周期折算（示例文件 第2条）", "暂不评定等次，缺少数据：煤炭", "主要污染物减排另行评分：61.50 分，合格（氨氮未达进度）",
    ):  # fmt: skip
        assert words in found


def test_pollutants_adjustments_and_proposals_have_their_annexes() -> None:
    pollutants, adjustments, warned, collect = (cells(table) for table in tables(sample_results())[4:])
    assert pollutants[1][:7] == ["石桥县", "61.50", "合格", "120.0", "100.00", "23.0", "23.04"]
    assert adjustments[1] == ["石桥县", "＋1.5", "跨周期折算", "示例文件 第2条", "80.12", "81.62"]
    assert warned[1] == ["T050", "二(一)", "能耗强度降低率", "约束性", "1.6", "≥ 12", "%", "31.4", "2025", "3.84", "进度为应达的 31.4%", "模拟、未核实"]
    assert (collect[1][4], collect[1][9]) == ("—", "—")


def test_what_is_not_there_has_no_annex() -> None:
    report = sample_results()
    bare = replace(report, groups=(), places=(report.places[0],))
    assert "附件：1.各县区得分明细" in text(bare)
    assert "附件2" not in text(bare)


def test_a_sheet_of_a_place_stays_on_one_page_and_its_last_row_lets_go() -> None:
    sheet = tables(sample_results())[1]
    held = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in sheet.rows]
    assert held == [True, True, True, None]


def test_english_speaks_english_but_for_citations() -> None:
    found = text(sample_results(), "en")
    assert "Dongshan　70.00 points　not met" in found
    assert "Annex 1. Score sheets of the jurisdictions" in found
    assert cells(tables(sample_results(), "en")[0])[1][7] == "simulated, unverified"


def test_the_same_results_give_the_same_bytes_and_the_day_is_that_of_the_knowledge() -> None:
    assert assessment_docx(sample_results(), "zh") == assessment_docx(sample_results(), "zh")
    properties = Document(io.BytesIO(assessment_docx(sample_results(), "zh"))).core_properties
    assert (properties.title, properties.created and properties.created.date()) == ("示例市2022年度考核结果", date(2023, 6, 30))


def test_without_any_data_the_document_is_dated_by_the_year_assessed() -> None:
    assert "2022年12月31日" in text(replace(sample_results(), as_of=None))
