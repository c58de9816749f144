from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services.documents.tabular import COLUMN_LIMIT, Column, UnreadableTable, read_table

COLUMNS = (
    Column("carrier", Words("品种", "carrier"), ("能源品种",)),
    Column("quantity", Words("数量", "quantity"), ("消费量",), numeric=True),
    Column("unit", Words("单位", "unit"), ("计量单位",)),
)
PLAIN = "carrier,quantity,unit\n原煤,100,t\n"


def write(folder: Path, content: str | bytes, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(folder: Path, rows: list[list[object]], merge: str = "", name: str = "in.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    if merge:
        book.worksheets[0].merge_cells(merge)
    book.save(folder / name)
    return folder / name


def refusal(path: Path, unknown: str = "ignore") -> str:
    with pytest.raises(InputRefused) as refused:
        read_table(path, columns=COLUMNS, unknown="refuse" if unknown == "refuse" else "ignore").refuse_if_faulty()
    return str(refused.value)


def test_reads_plain_utf8_without_notice(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, PLAIN), columns=COLUMNS)
    assert [(row.number_in_file, dict(row.cells)) for row in table.rows] == [
        (2, {"carrier": "原煤", "quantity": "100", "unit": "t"})
    ]
    assert table.notice is None


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8-sig", "UTF-8 BOM"), ("gbk", "GBK"), ("gb18030", "GBK"), ("utf-16", "UTF-16")]
)
def test_reads_the_encodings_of_excel_with_one_notice(tmp_path: Path, encoding: str, told: str) -> None:
    table = read_table(write(tmp_path, PLAIN.encode(encoding)), columns=COLUMNS)
    assert table.rows[0]["carrier"] == "原煤"
    assert table.notice is not None
    assert told in table.notice.zh


def test_a_superscript_is_no_sign_of_gbk(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "carrier,quantity,unit\nnatural gas,1,m³\n"), columns=COLUMNS)
    assert (table.rows[0]["unit"], table.notice) == ("m³", None)


@pytest.mark.parametrize(
    "text",
    [
        "品种,数量,单位\n原煤,100,t\n",
        "能源品种\t消费量\t计量单位\n原煤\t100\tt\n",
        "Carrier;Quantity;Unit\n原煤;100;t\n",
        '"unit","carrier","quantity"\r\n"t","原煤","100"\r\n',
        " Ｃａｒｒｉｅｒ , quantity ,unit\n原煤 , 100, t\n",
        "ｃａｒｒｉｅｒ，ｑｕａｎｔｉｔｙ，ｕｎｉｔ\n原煤，100，t\n",
        "carrier,quantity,unit,,\n原煤,100,t,,\n",
    ],
)
def test_headers_delimiters_and_order_are_free(tmp_path: Path, text: str) -> None:
    row = read_table(write(tmp_path, text), columns=COLUMNS).rows[0]
    assert (row["carrier"], row.number("quantity"), row["unit"]) == ("原煤", Decimal(100), "t")


def test_wide_digits_and_separators_are_read_with_a_notice(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, 'carrier,quantity,unit\n原煤,"1,234.5",t\n柴油,１２．５,t\n'), columns=COLUMNS)
    assert [row.number("quantity") for row in table.rows] == [Decimal("1234.5"), Decimal("12.5")]
    assert table.notice is not None
    assert "千位分隔" in table.notice.zh


@pytest.mark.parametrize("row", ["０１,100,t", "原煤,100,ｔ"])
def test_wide_letters_and_codes_are_told_too(tmp_path: Path, row: str) -> None:
    notice = read_table(write(tmp_path, f"carrier,quantity,unit\n{row}\n"), columns=COLUMNS).notice
    assert notice is not None
    assert "全角" in notice.zh


def test_wide_brackets_in_a_name_need_no_notice(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "carrier,quantity,unit\n天然气（气态）,100,m3\n"), columns=COLUMNS).notice is None


def test_blank_rows_are_left_out_and_numbers_kept(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "carrier,quantity,unit\n\n原煤,1,t\n,,\n柴油,2,t\n\n"), columns=COLUMNS)
    assert [row.number_in_file for row in table.rows] == [3, 5]


def test_short_rows_are_padded_and_long_rows_are_faults(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "carrier,quantity,unit\n原煤,1\n柴油,1,234,t\n"), columns=COLUMNS)
    assert table.rows[0]["unit"] == ""
    assert [str(fault.where) for fault in table.faults] == ["第3行"]
    assert "加引号" in table.faults[0].line()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "为空"),
        (b"\n \n", "为空"),
        (b"carrier,quantity,unit\n", "没有数据行"),
        (b"%PDF-1.7\n%abc", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "旧版"),
        (b"PK\x03\x04broken", "工作簿"),
        (b"<html><table></table></html>", "网页"),
        (b"\x1f\x8b\x08aa", "压缩包"),
        (bytes(range(256)) * 40_000, "二进制"),
        (b"\x81" * 100_001, "二进制"),
        ("原煤,100,t\n".encode(), "缺少列"),
        (b"carrier,quantity\n1,2\n", "缺少列 unit"),
        (b"carrier,quantity,unit,Quantity\n1,2,3,4\n", "重复"),
        ("carrier,quantity,unit,品种\n1,2,3,4\n".encode(), "重复"),
        (b"carrier,quantity,unit,\n1,2,t,4\n", "表头为空"),
        (b'carrier,quantity,unit\n"1,2,t\n', "引号"),
        (b"carrier,quantity,unit\n" + b"x" * 200_000, "过长"),
        (b"x" * 10_000_000, "过长"),
    ],
)
def test_refuses_what_is_no_table(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in refusal(write(tmp_path, content))


def test_refuses_missing_file_folder_and_oversize(tmp_path: Path) -> None:
    assert "不存在" in refusal(tmp_path / "none.csv")
    assert "文件夹" in refusal(tmp_path)
    assert "20 MB" in refusal(write(tmp_path, b"x" * (20 * 1024 * 1024 + 1)))


def test_unknown_columns_are_named_or_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "carrier,quantity,unit,备注\n原煤,1,t,无\n")
    table = read_table(path, columns=COLUMNS)
    assert table.notice == Words("未使用的列：备注", "columns not used: 备注")
    assert "备注" in refusal(path, "refuse")


def test_reads_xlsx_by_content_whatever_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["品种", "数量", "单位"], ["原煤", 0.1 + 0.2, "t"], [None, None, None], ["柴油", 7, "t"]])
    named_csv = path.rename(tmp_path / "in.csv")
    table = read_table(named_csv, columns=COLUMNS)
    assert [(row.number_in_file, row["quantity"]) for row in table.rows] == [(2, "0.3"), (4, "7")]
    assert table.columns == ("carrier", "quantity", "unit")


def test_refuses_merged_cells_by_their_address(tmp_path: Path) -> None:
    assert "A1:B1" in refusal(workbook(tmp_path, [["品种", None, "单位"], ["原煤", 1, "t"]], merge="A1:B1"))


def test_refuses_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "in.csv", "w") as archive:
        archive.writestr("word/document.xml", "x")
    with pytest.raises(UnreadableTable, match="压缩包"):
        read_table(tmp_path / "in.csv", columns=COLUMNS)


def test_an_empty_workbook_is_refused_and_other_sheets_are_told(tmp_path: Path) -> None:
    assert "为空" in refusal(workbook(tmp_path, []))
    path = workbook(tmp_path, [["品种", "数量", "单位"], ["原煤", 1, "t"]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("备查").append(["x"])
    book.save(path)
    table = read_table(path, columns=COLUMNS)
    assert table.notice is not None
    assert "其余 1 张" in table.notice.zh


def test_long_lists_of_faults_are_cut_and_say_so(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, PLAIN), columns=COLUMNS)
    fault = Fault(Words("数量", "quantity"), "x", Words("不是数", "is not a number"), Words("填数", "give a number"))
    table.refuse_if_faulty([])
    with pytest.raises(InputRefused) as refused:
        table.refuse_if_faulty([fault] * 250)
    assert len(refused.value.faults) == 201
    assert "另有 50 处" in refused.value.faults[-1].line()


def test_a_line_of_thousands_of_cells_is_refused_and_empty_ones_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("carrier,quantity,unit" + "," * 2000 + "\n原煤,1,t" + "," * 2000 + "\n", "utf-8")
    assert len(read_table(file, columns=COLUMNS).rows) == 1
    file.write_text("目标，" * (COLUMN_LIMIT + 1) + "\n", "utf-8")
    with pytest.raises(UnreadableTable, match=f"超过 {COLUMN_LIMIT} 列的上限"):
        read_table(file, columns=COLUMNS)
