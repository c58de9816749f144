"""The assessment as a workbook: sheets in order, numbers as numbers, missing as a dash, the same bytes."""

import io
from dataclasses import replace

import pytest
from openpyxl import Workbook, load_workbook

from shuangkong.kernel.language import Language
from shuangkong.services.documents.assessment_report import AssessmentReport
from shuangkong.services.documents.assessment_xlsx import assessment_xlsx
from unit.services.documents.assessment_sample import sample_results


def opened(report: AssessmentReport, language: Language = "zh") -> Workbook:
    return load_workbook(io.BytesIO(assessment_xlsx(report, language)))


def rows(book: Workbook, sheet: str) -> list[dict[object, object]]:
    head, *body = ([cell.value for cell in row] for row in book[sheet].iter_rows(min_row=3))
    return [dict(zip(head, row, strict=True)) for row in body]


def test_the_sheets_stand_in_order_and_the_mid_term_only_where_due() -> None:
    report = sample_results()
    assert opened(report).sheetnames == ["说明", "总表", "得分明细", "污染物减排", "调整项", "中期评估"]
    assert opened(replace(report, groups=())).sheetnames == ["说明", "总表", "得分明细", "污染物减排", "调整项"]


def test_scores_are_numbers_unrounded_and_shown_with_two_decimals() -> None:
    book = opened(sample_results())
    second = rows(book, "总表")[1]
    assert (second["调整前得分"], second["调整分"], second["得分"], second["已评满分"]) == (80.125, 1.5, 81.625, 100)
    assert book["总表"]["D5"].number_format == "#,##0.00"
    assert book["总表"]["D3"].alignment.horizontal == "right"


def test_no_adjustment_and_no_points_are_dashes_never_zero() -> None:
    book = opened(sample_results())
    assert (rows(book, "总表")[0]["调整分"], rows(book, "总表")[0]["污染物得分"]) == ("—", "—")
    open_item = rows(book, "得分明细")[-1]
    assert (open_item["县区"], open_item["项目"], open_item["得分"]) == ("河口县", "A4", "—")
    assert "缺“煤炭消费总量”" in str(open_item["理由"])


def test_vetoes_carry_their_citation_and_every_row_its_marks() -> None:
    book = opened(sample_results())
    assert rows(book, "总表")[0]["否决"] == "目标未完成（示例计分表 否决一）"
    assert {row["标记"] for row in rows(book, "总表")} == {"模拟、未核实"}


def test_pollutants_and_proposals_are_listed_line_by_line() -> None:
    book = opened(sample_results())
    assert [(row["污染物"], row["完成率（%）"], row["得分"]) for row in rows(book, "污染物减排")] == [("化学需氧量", 120, 100), ("氨氮", 23.04, 23.04)]
    first = rows(book, "中期评估")[0]
    assert (first["建议"], first["现状"], first["预计值"]) == ("约束性目标不调整，预警督办", 1.5951937, 3.84)


def test_without_adjustments_the_sheet_says_so() -> None:
    report = sample_results()
    assert opened(replace(report, places=(report.places[0],)))["调整项"]["A1"].value == "没有申报的调整项"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_results_give_the_same_bytes(language: Language) -> None:
    assert assessment_xlsx(sample_results(), language) == assessment_xlsx(sample_results(), language)
