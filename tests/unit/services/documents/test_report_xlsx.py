"""The workbook: numbers are numbers, text is never a formula, the same report is the same bytes."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from shuangkong.kernel.language import Words
from shuangkong.services.documents.report import Report
from shuangkong.services.documents.report_xlsx import report_xlsx


def opened(report: Report) -> Workbook:
    return load_workbook(io.BytesIO(report_xlsx(report, "zh")))


def column(book: Workbook, sheet: str, heading: str) -> list[object]:
    head = [cell.value for cell in book[sheet][3]]
    return [row[head.index(heading)].value for row in book[sheet].iter_rows(min_row=4)]


def test_the_sheets_stand_in_order(report: Report) -> None:
    assert opened(report).sheetnames == ["目录与说明", "指标一览", "县区排名", "各县区指标", "计算过程", "数据来源", "考核得分"]


def test_figures_are_numbers_with_the_decimals_of_their_indicator(report: Report) -> None:
    book = opened(report)
    assert column(book, "指标一览", "现状")[:4] == [10.3, 11240.5, 120.4, 9]
    head = [cell.value for cell in book["指标一览"][3]]
    formats = [book["指标一览"].cell(row, head.index("现状") + 1).number_format for row in (4, 7)]
    assert formats == ["#,##0.0", "#,##0"]
    gap = [cell.value for cell in book["县区排名"][3]].index("与进度相差（个百分点）") + 1
    assert book["县区排名"].cell(4, gap).number_format == "+#,##0.0;-#,##0.0;#,##0.0"


def test_a_missing_figure_is_a_dash_with_its_reason_never_zero(report: Report) -> None:
    book = opened(report)
    assert column(book, "县区排名", "现状")[-1] == "—"
    assert column(book, "县区排名", "原因")[-1] == "未报送 2023 年数据"


def test_marks_lights_and_the_unrounded_figure_are_carried(report: Report) -> None:
    book = opened(report)
    assert column(book, "指标一览", "标记")[1] == "模拟、未核实"
    assert column(book, "指标一览", "状态")[:3] == ["● 顺利", "▲ 预警", "■ 滞后"]
    assert "612.345678" in column(book, "计算过程", "数值（未修约）")


def test_sheets_freeze_their_head_and_print_on_a4_across(report: Report) -> None:
    sheet = opened(report)["指标一览"]
    assert sheet.freeze_panes == "D4"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$3:$3"


def test_text_that_looks_like_a_formula_stays_text(report: Report) -> None:
    hostile = replace(report, findings=(Words('=HYPERLINK("http://x")\x07', "="),))
    sheet = opened(hostile)["目录与说明"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("'=HYPERLINK"))
    assert cell.data_type == "s"
    assert str(cell.value).endswith('")')


def test_more_digits_than_a_cell_keeps_are_rounded_openly(report: Report) -> None:
    assert report.comparison is not None
    place = report.comparison.rows[0]
    longer = replace(place.figures[0], number=Decimal("123.4567890123456789"))
    kept = replace(report, comparison=replace(report.comparison, rows=(replace(place, figures=(longer, *place.figures[1:])),)))
    assert column(opened(kept), "各县区指标", "能源消费总量（万吨标准煤）") == [123.456789012346]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_report_gives_the_same_bytes(report: Report, language: str) -> None:
    assert report_xlsx(report, "zh" if language == "zh" else "en") == report_xlsx(report, "zh" if language == "zh" else "en")
