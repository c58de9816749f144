"""A filled workbook read back: what changes, what is rejected, and what people do to the sheets in between."""

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from openpyxl import Workbook

from return_form_sample import FILER, FILER_NAME, PERIOD, sample_form
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entries, Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.services.documents.return_workbook.found import Change, WorkbookReading
from shuangkong.services.documents.return_workbook.pasting import PasteRefused, read_pasted
from shuangkong.services.documents.return_workbook.reading import read_return_workbook
from shuangkong.services.documents.return_workbook.rejects import rejects_workbook
from shuangkong.services.documents.return_workbook.template import return_template

ENERGY, BASICS, EQUIPMENT = "能源购进与消费", "基本情况", "主要用能设备"
COAL = CellKey("energy", "raw_coal", "used")
ENTRIES: Entries = {
    COAL: Entry(number=Decimal("2900.25")), CellKey("energy", "raw_coal", "bought"): Entry(number=Decimal(3000)),
    CellKey("energy", "washed_coal", "used"): Entry(is_not_applicable=True), CellKey("basics", "used_share", "value"): Entry(number=Decimal(12)),
    CellKey("equipment", "1", "name"): Entry(text="+1号锅炉"), CellKey("equipment", "2", "name"): Entry(text="空压机"),
    CellKey("equipment", "2", "started"): Entry(text="2019-05-01"),
}  # fmt: skip
SAMPLE = sample_form(list_rows=60)


def template(form: Form = SAMPLE, filer: str = FILER, period: Period = PERIOD) -> bytes:
    return return_template(form, organisation_code=filer, organisation_name=FILER_NAME, period=period, entries=ENTRIES, previous={})


def read(content: bytes) -> WorkbookReading:
    return read_return_workbook(content, form=SAMPLE, organisation_code=FILER, period=PERIOD, entries=ENTRIES)


def after(edit: Callable[[Workbook], object]) -> WorkbookReading:
    book = openpyxl.load_workbook(io.BytesIO(template()))
    edit(book)
    file = io.BytesIO()
    book.save(file)
    return read(file.getvalue())


def filled(**values: object) -> WorkbookReading:
    """Read after some cells of the first table were written: G8 the coal used, E10 an impossible one."""

    def edit(book: Workbook) -> None:
        for place, value in values.items():
            book[ENERGY][place] = value

    return after(edit)


def rule(reading: WorkbookReading) -> list[str]:
    return [cell.fault.line() for cell in reading.rejected if cell.fault]


def told(reading: WorkbookReading) -> list[str]:
    return [fault.line() for fault in reading.faults]


def test_a_template_sent_back_changes_nothing() -> None:
    reading = read(template())
    assert reading.changes == {}
    assert reading.counts == {Change.UNCHANGED: 7, Change.CHANGED: 0, Change.ADDED: 0, Change.REMOVED: 0, Change.REJECTED: 0}
    assert reading.is_clean


def test_changed_added_and_emptied_cells_are_told_apart() -> None:
    reading = filled(G8="2,901.5", E8=0, F8=None)
    assert reading.changes == {
        COAL: Entry(number=Decimal("2901.5")), CellKey("energy", "raw_coal", "opening"): Entry(number=Decimal(0)),
        CellKey("energy", "raw_coal", "bought"): None,
    }  # fmt: skip
    changed = {cell.change: cell for cell in reading.cells}
    assert changed[Change.CHANGED].place.zh == "工作表“能源购进与消费”G8"
    assert changed[Change.CHANGED].old == Entry(number=Decimal("2900.25"))
    assert (changed[Change.ADDED].key.column, changed[Change.REMOVED].key.column) == ("opening", "bought")


def test_a_formula_in_an_input_is_refused_and_one_in_a_computed_cell_is_not_read() -> None:
    reading = filled(G8="=F8-100", H8="=1")
    assert rule(reading) == ["工作表“能源购进与消费”G8：原煤·消费量“=F8-100”——是公式，不是数值；复制后在原处“选择性粘贴—数值”"]
    assert reading.changes == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2024, 1, 2), "被表格软件当成了日期"),
        ("约三千", "不是数"),
        (True, "不是数"),
    ],
)
def test_what_is_no_number_is_rejected_alone(value: object, expected: str) -> None:
    reading = filled(G8=value, E8=5)
    assert [expected in line for line in rule(reading)] == [True]
    assert reading.changes == {CellKey("energy", "raw_coal", "opening"): Entry(number=Decimal(5))}


def test_an_error_value_is_no_figure() -> None:
    def edit(book: Workbook) -> None:
        book[ENERGY]["G8"] = "#DIV/0!"  # written as an error, as a paste of values leaves it

    assert "是计算错误" in rule(after(edit))[0]


def test_a_percentage_is_what_it_shows_where_per_cent_is_the_unit() -> None:
    def edit(book: Workbook) -> None:
        book[BASICS]["E11"], book[BASICS]["E9"] = 0.125, 0.125
        book[BASICS]["E11"].number_format = book[BASICS]["E9"].number_format = "0.0%"

    reading = after(edit)
    assert reading.changes == {CellKey("basics", "used_share", "value"): Entry(number=Decimal("12.5"))}
    assert "是百分数，本格的单位不是 %" in rule(reading)[0]


def test_dates_come_as_days_as_serial_numbers_and_as_text() -> None:
    def edit(book: Workbook) -> None:
        sheet = book[EQUIPMENT]
        sheet["E8"], sheet["E9"], sheet["E10"], sheet["C10"] = 45000, datetime(2021, 3, 4), "2020年5月6日", "电机"  # noqa: DTZ001 (a cell has no zone)
        sheet["E8"].number_format = "General"

    changes = after(edit).changes
    assert [changes[CellKey("equipment", row, "started")] for row in "123"] == [Entry(text="2023-03-15"), Entry(text="2021-03-04"), Entry(text="2020-05-06")]


def test_a_long_number_in_a_text_cell_has_lost_its_end() -> None:
    def edit(book: Workbook) -> None:
        book[EQUIPMENT]["C8"], book[EQUIPMENT]["C9"] = 911700123456789012, 4117

    reading = after(edit)
    assert "超过 15 位，末几位已被表格软件改为 0" in rule(reading)[0]
    assert reading.changes == {CellKey("equipment", "2", "name"): Entry(text="4117")}


def test_a_cell_that_is_not_filled_in_takes_nothing() -> None:
    assert told(filled(E10=7)) == ["工作表“能源购进与消费”E10：不填的格“7”——此处不填报，未读取；清空此格"]


def test_only_the_first_of_merged_cells_counts_and_the_others_are_told() -> None:
    def edit(book: Workbook) -> None:
        book[ENERGY]["G8"] = 5000
        book[ENERGY].merge_cells("G8:G9")

    reading = after(edit)
    assert reading.changes == {COAL: Entry(number=Decimal(5000))}
    assert ["G9" in line and "合并单元格" in line for line in rule(reading)] == [True]


def test_renamed_hidden_and_moved_sheets_and_rows_read_the_same() -> None:
    def edit(book: Workbook) -> None:
        sheet = book[ENERGY]
        sheet.title, sheet.sheet_state = "煤", "hidden"
        book.move_sheet(sheet, 2)
        sheet.insert_rows(3, 4)
        sheet.insert_cols(2, 2)
        first, last = [[cell.value for cell in sheet[number]] for number in (12, 14)]
        for number, values in ((12, last), (14, first)):
            for index, value in enumerate(values, start=1):
                sheet.cell(number, index).value = value

    reading = after(edit)
    assert reading.changes == {}
    assert reading.faults == ()
    assert [notice.zh for notice in reading.notices] == ["工作表“煤”被隐藏，已照常读取"]


def test_rows_sorted_without_their_codes_are_not_taken_for_others() -> None:
    reading = filled(C8="电力", C10="原煤", G8=1)
    assert next(line for line in told(reading) if "对不上" in line).startswith("工作表“能源购进与消费”第8行：行“电力”——与隐藏的行代码（原煤）对不上")
    assert reading.changes == {}


def test_a_row_too_many_in_a_grid_is_told_and_in_a_list_is_added() -> None:
    def edit(book: Workbook) -> None:
        book[ENERGY]["G11"] = 5
        book[EQUIPMENT]["C60"] = "新增风机"  # under the 52 rows prepared
        book[EQUIPMENT].insert_rows(9)
        book[EQUIPMENT]["C9"] = "插入水泵"

    reading = after(edit)
    assert told(reading) == ["工作表“能源购进与消费”第11行：行“”——不是本表的行，未读取；固定行的表不能加行；其他内容写在附件中"]
    assert reading.changes == {CellKey("equipment", "3", "name"): Entry(text="插入水泵"), CellKey("equipment", "4", "name"): Entry(text="新增风机")}


def test_a_row_deleted_from_a_list_is_emptied_and_one_from_a_grid_stays() -> None:
    def edit(book: Workbook) -> None:
        book[EQUIPMENT].delete_rows(9)
        book[ENERGY].delete_rows(8)

    reading = after(edit)
    assert reading.changes == {CellKey("equipment", "2", "name"): None, CellKey("equipment", "2", "started"): None}
    assert [line for line in told(reading) if "缺少的行“原煤”" in line]


def test_more_rows_than_the_list_takes_are_told_once() -> None:
    def edit(book: Workbook) -> None:
        for number in range(8, 88):
            book[EQUIPMENT].cell(number, 3).value = f"设备{number}"

    reading = after(edit)
    assert told(reading) == ["工作表“主要用能设备”第68行：行“20”——超过本表 60 行的上限，共 20 行未读取；合并或删去多余的行"]
    assert len(reading.changes) == 60


def test_deleted_markers_say_what_to_do() -> None:
    def edit(book: Workbook) -> None:
        book[ENERGY].delete_rows(7)
        book[BASICS]["E7"] = None
        del book[EQUIPMENT]

    reading = after(edit)
    assert told(reading) == [
        "工作表“能源购进与消费”：隐藏的栏目标记行“能源购进与消费”——已被删除，本表未读取；重新下载模板，把数值粘贴进去后上传",
        "工作表“基本情况”：栏目“本期”——标记已被删除，本栏未读取，原有内容不变；重新下载模板，把数值粘贴进去后上传",
    ]
    assert [notice.zh for notice in reading.notices] == ["文件中没有表“主要用能设备”，原有内容不变"]
    assert reading.changes == {}


def test_a_table_on_two_sheets_is_not_guessed() -> None:
    def edit(book: Workbook) -> None:
        book[ENERGY]["G8"] = 1
        book.copy_worksheet(book[ENERGY]).title = "备份"

    reading = after(edit)
    assert told(reading) == ["表“能源购进与消费”“能源购进与消费、备份”——有多张工作表，不知以哪张为准；只留一张"]
    assert reading.changes == {}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (template(filer="91410000MA0000002Y"), "填报单位代码“91410000MA0000002Y”——与当前填报的“91411700MA0000001X”不符"),
        (template(period=Period.year(2023)), "报告期“2023”——与当前填报的“2024”不符"),
        (template(form=sample_form(edition="2021", list_rows=60)), "报表版本“2021”——与当前填报的“2024”不符；报表已更新，下载新模板"),
    ],
)
def test_a_file_of_another_return_is_refused_and_names_both(content: bytes, line: str) -> None:
    with pytest.raises(InputRefused) as trouble:
        read(content)
    assert line in trouble.value.faults[0].line()


def test_rejected_cells_come_back_as_a_workbook_that_runs_nothing() -> None:
    reading = filled(G8="=HYPERLINK(1)", G9="@约三千", E10="-x")
    book = openpyxl.load_workbook(io.BytesIO(rejects_workbook(reading, told_on=date(2025, 3, 1))))
    rows = [[cell.value for cell in row] for row in book["未通过"].iter_rows(min_row=3)]
    assert rows == [
        ["位置", "项目", "原填内容", "问题", "改正办法", "单元格代码"],
        [f"工作表“{ENERGY}”G8", "原煤·消费量", "'=HYPERLINK(1)", "是公式，不是数值", "复制后在原处“选择性粘贴—数值”", "energy.raw_coal.used"],
        [f"工作表“{ENERGY}”G9", "洗精煤·消费量", "'@约三千", "不是数", rows[2][4], "energy.washed_coal.used"],
        [f"工作表“{ENERGY}”E10", "不填的格", "'-x", "此处不填报，未读取", "清空此格", None],
    ]
    assert "f" not in {cell.data_type for row in book["未通过"].iter_rows() for cell in row}


def pasted(text: str, at: str, table: str = "energy") -> WorkbookReading:
    row, column = at.split(".")
    return read_pasted(text, form=SAMPLE, table=table, first_row=row, first_column=column, entries=ENTRIES)


def test_a_pasted_block_goes_right_and_down_and_passes_over_what_is_computed() -> None:
    reading = pasted("1\t2\t3\t-4\r\n5\t\t不适用\t0\r\n", "raw_coal.opening")
    assert {str(key): entry.stored() if entry else None for key, entry in reading.changes.items()} == {
        "energy.raw_coal.opening": "1", "energy.raw_coal.bought": "2", "energy.raw_coal.used": "3", "energy.washed_coal.opening": "5",
    }  # fmt: skip
    assert [notice.zh for notice in reading.notices] == ["计算栏 2 格由系统计算，未读取：原煤·期末库存、洗精煤·期末库存"]
    assert reading.cells[0].place.zh == "粘贴内容第1行第1列"


def test_a_blank_pasted_over_a_figure_empties_it() -> None:
    assert pasted("\n7", "raw_coal.used").changes == {COAL: None, CellKey("energy", "washed_coal", "used"): Entry(number=Decimal(7))}


def test_quoted_cells_hold_lines_tabs_and_quotes() -> None:
    reading = pasted('"一号\n""大""炉"\t2级\n5" 管\t3级', "3.name", "equipment")
    assert [entry.stored() for entry in reading.changes.values() if entry] == ['一号 "大"炉', "2级", '5" 管', "3级"]
    unpaired = pasted('"一号炉\t2级\n二号炉\t3级', "3.name", "equipment")
    assert [entry.stored() for entry in unpaired.changes.values() if entry] == ['"一号炉', "2级", "二号炉", "3级"]


def test_a_block_larger_than_the_table_is_told() -> None:
    reading = pasted("1\t2\n3\t4\n5\t6", "washed_coal.closing")
    assert told(reading) == [
        "粘贴的行“3”——从此处到表尾只有 2 行，1 行未读取；从更靠左上的格粘贴，或删去多余部分",
        "粘贴的列“2”——从此处到右边只有 1 列，1 列未读取；从更靠左上的格粘贴，或删去多余部分",
        "粘贴内容第2行第1列：不填的格“3”——此处不填报，未读取；清空此格",
    ]


@pytest.mark.parametrize(("text", "at"), [("1", "raw_coal.nothing"), ("1", "nothing.used"), ("1" * 2_000_001, "raw_coal.used"), ("\n" * 20_002, "raw_coal.used")])
def test_a_paste_that_fits_nowhere_is_refused(text: str, at: str) -> None:
    with pytest.raises(PasteRefused):
        pasted(text, at)
