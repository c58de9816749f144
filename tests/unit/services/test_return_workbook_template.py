"""The template as whoever fills it in sees it: what is open, what is computed, what is asked, what prints."""

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl import Workbook

from return_form_sample import FILER, FILER_NAME, PERIOD, sample_form
from shuangkong.kernel.language import Language, Words
from shuangkong.returns.entries import Entries, Entry
from shuangkong.returns.form import CellKey, Column, Row, Table, TableKind
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.return_workbook.reading import read_return_workbook
from shuangkong.services.documents.return_workbook.template import return_template

USED, BOUGHT = CellKey("energy", "raw_coal", "used"), CellKey("energy", "raw_coal", "bought")
ENTRIES: Entries = {
    USED: Entry(number=Decimal("2900.25")), BOUGHT: Entry(is_not_applicable=True), CellKey("equipment", "1", "name"): Entry(text="=cmd|' /C calc'!A0"),
    CellKey("equipment", "1", "started"): Entry(text="2019-05-01"),
    CellKey("basics", "output_value", "value"): Entry(number=Decimal("12345678901234.5678")),
}  # fmt: skip
PREVIOUS: Entries = {USED: Entry(number=Decimal("2800"))}


def template(language: Language = "zh", marks: tuple[Mark, ...] = (Mark.SIMULATED,)) -> bytes:
    return return_template(
        sample_form(), organisation_code=FILER, organisation_name=FILER_NAME, period=PERIOD, entries=ENTRIES, previous=PREVIOUS, marks=marks, language=language
    )


@pytest.fixture(scope="module")
def book() -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(template()))


def test_a_sheet_for_each_table_after_the_instructions(book: Workbook) -> None:
    assert book.sheetnames == ["填报说明", "能源购进与消费", "基本情况", "主要用能设备", "choices"]
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"] == ["choices"]


def test_the_instructions_tell_filer_deadline_and_every_meaning(book: Workbook) -> None:
    lines = {str(row[0].value): str(row[1].value) for row in book["填报说明"].iter_rows()}
    assert lines["填报单位"] == "示例水泥有限公司（91411700MA0000001X）"
    assert lines["报送期限"] == "期后3月31日前，遇非工作日顺延"
    assert lines["依据"] == "示例报表制度 第一条（未核实）"
    assert lines["标记"] == "模拟"
    assert (lines["01 原煤"], lines["额定功率"], lines["工业总产值"]) == ("未经洗选的煤炭。（吨）", "铭牌功率。（kW）", "必填。按现价计算。（万元）")


def test_inputs_are_open_and_all_else_is_locked_without_a_password(book: Workbook) -> None:
    sheet = book["能源购进与消费"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    opened = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert opened == {"E8", "F8", "G8", "E9", "F9", "G9", "F10", "G10"}
    assert not book["主要用能设备"].column_dimensions["C"].protection.locked  # rows below the prepared ones
    assert not book["主要用能设备"].protection.insertRows


def test_computed_cells_hold_a_formula_and_impossible_ones_a_cross(book: Workbook) -> None:
    sheet = book["能源购进与消费"]
    assert sheet["H8"].value == '=IF(OR(E8="",F8="",G8=""),"",IFERROR(((N(E8)+N(F8))-N(G8)),"不适用"))'
    assert (sheet["E10"].value, sheet["H10"].value) == ("×", "×")
    assert book["基本情况"]["E10"].value == '=IF(OR(COUNT(E8:E9)=0,COUNTBLANK(E8:E9)>0),"",IFERROR(SUM(E8:E9),"不适用"))'
    assert book["主要用能设备"]["H8"].value == '=IF(OR(F8="",G8=""),"",IFERROR((F8*G8),"不适用"))'


def test_a_total_of_a_sparse_table_leaves_out_rows_not_used_and_what_excel_cannot_know() -> None:
    columns = (
        Column(code="used", name=Words("消费量", "used")), Column(code="factor", name=Words("系数", "factor"), prefill="factor(row)", decimals=4),
        Column(code="tce", name=Words("折标准煤", "tce"), formula="[used] * [factor]"),
    )  # fmt: skip
    rows = (Row(code="coal", name=Words("原煤", "coal")), Row(code="coke", name=Words("焦炭", "coke")), Row(code="gas", name=Words("燃气", "gas")))
    total = Row(code="all", name=Words("合计", "all"), formulas={"value": "sum(energy, used * factor)", "rate": "factor(coal)"})
    energy = Table(code="energy", name=Words("能源", "energy"), kind=TableKind.GRID, columns=columns, rows=rows, is_sparse=True)
    totals = Table(
        code="totals", name=Words("合计", "totals"), kind=TableKind.GRID, rows=(total,),
        columns=(Column(code="value", name=Words("合计", "value")), Column(code="rate", name=Words("系数", "rate"))),
    )  # fmt: skip
    form = replace(sample_form(), tables=(energy, totals))
    factors: Entries = {CellKey("energy", "coal", "factor"): Entry(number=Decimal("0.714298"))}
    entries: Entries = {CellKey("totals", "all", "rate"): Entry(number=Decimal("0.71"))}
    content = return_template(form, organisation_code=FILER, organisation_name=FILER_NAME, period=PERIOD, entries=entries, previous={}, prefilled=factors)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert (book["能源"]["E8"].value, book["能源"]["F8"].value) == (0.7143, '=IF(OR(D8="",E8=""),"",IFERROR((D8*E8),"不适用"))')
    used = "(('能源'!D8:D10<>\"\")*('能源'!D8:D10<>\"×\"))>0"
    assert book["合计"]["D8"].value == (
        f"=IF(OR(COUNT('能源'!D8:D10)=0,SUMPRODUCT(('能源'!D8:D10=\"\")*({used}))>0,SUMPRODUCT(('能源'!E8:E10=\"\")*({used}))>0),\"\","
        "IFERROR((SUMPRODUCT('能源'!D8:D10,'能源'!E8:E10)),\"不适用\"))"
    )
    assert book["合计"]["E8"].value == 0.71
    kept = read_return_workbook(content, form=form, organisation_code=FILER, period=PERIOD, entries={}, prefilled=factors)
    assert (kept.cells, kept.faults) == ((), ())
    typed = read_return_workbook(content, form=form, organisation_code=FILER, period=PERIOD, entries={})
    assert typed.changes == {CellKey("energy", "coal", "factor"): Entry(number=Decimal("0.7143"))}


def test_the_unit_stands_once_and_the_period_before_beside(book: Workbook) -> None:
    heading = [str(cell.value) for cell in book["能源购进与消费"][6][1:]]
    assert heading == [
        "代码", "指标名称", "计量单位", "期初库存", "购进量", "消费量", "期末库存", "上期 2023\n期初库存", "上期 2023\n购进量", "上期 2023\n消费量", "上期 2023\n期末库存",
    ]  # fmt: skip
    assert book["能源购进与消费"]["K8"].value == 2800
    assert [cell.value for cell in book["基本情况"][6][1:]] == ["序号", "指标名称", "计量单位", "本期"]
    assert book["主要用能设备"]["F6"].value == "额定功率\n（kW）"


def test_figures_keep_their_decimals_and_more_digits_than_excel_holds_are_text(book: Workbook) -> None:
    energy, basics = book["能源购进与消费"], book["基本情况"]
    assert (energy["G8"].value, energy["G8"].number_format, energy["F8"].value) == (2900.25, "#,##0.00", "不适用")
    assert (basics["E8"].value, basics["E8"].number_format) == ("12345678901234.5678", "#,##0.0000")
    assert str(book["主要用能设备"]["E8"].value) == "2019-05-01 00:00:00"


def test_text_that_a_spreadsheet_would_run_is_made_harmless(book: Workbook) -> None:
    cell = book["主要用能设备"]["C8"]
    assert (cell.value, cell.data_type) == ("'=cmd|' /C calc'!A0", "s")


def test_inputs_are_checked_and_choices_offered(book: Workbook) -> None:
    asked = {str(one.sqref): one for one in book["主要用能设备"].data_validations.dataValidation}
    assert (asked["D8:D207"].type, asked["D8:D207"].formula1) == ("list", "choices!$A$1:$A$4")
    assert [row[0].value for row in book["choices"].iter_rows()] == ["1级", "2级", "3级", "不适用"]
    assert asked["F8:F207"].formula1 == 'OR(ISNUMBER(F8),F8="不适用")'
    assert asked["F8:F207"].prompt == "铭牌功率。（kW）"


def test_markers_are_hidden_and_the_head_stays(book: Workbook) -> None:
    sheet = book["能源购进与消费"]
    assert (sheet.row_dimensions[1].hidden, sheet.row_dimensions[7].hidden, sheet.column_dimensions["A"].hidden) == (True, True, True)
    assert sheet.freeze_panes == "E8"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_rows) == ("landscape", 9, "$6:$6")
    assert sheet["B2"].value == "示例能源年报 · 能源购进与消费 · 模拟"
    assert "模拟" in str(sheet.oddFooter.left.text)


def test_the_same_return_gives_the_same_bytes() -> None:
    assert template() == template()
    assert template("en") == template("en")
    plain = openpyxl.load_workbook(io.BytesIO(template("en", ())))
    assert plain.sheetnames == ["Instructions", "energy bought and used", "basics", "equipment", "choices"]
