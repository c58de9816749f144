"""Files that are not what they should be: each refused with its reason and the way out, before it costs anything."""

import io
import struct
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest

from return_form_sample import FILER, PERIOD, sample_form
from shuangkong.services.documents.return_workbook.reading import read_return_workbook
from shuangkong.services.documents.untrusted_workbook import ROW_LIMIT, UnreadableWorkbook
from shuangkong.services.documents.workbook_values import ValueKind, open_workbook

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="一" sheetId="1" r:id="r1"/></sheets></workbook>'
)
RELATIONS = '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
HEAD, TAIL = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>', "</sheetData></worksheet>"
CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'


def packed(sheet: str, others: Mapping[str, str | bytes] | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        parts: dict[str, str | bytes] = {
            "[Content_Types].xml": TYPES, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/worksheets/sheet1.xml": sheet,
        }  # fmt: skip
        for name, body in {**parts, **(others or {})}.items():
            archive.writestr(name, body)
    return file.getvalue()


def read(content: bytes) -> list[tuple[int, dict[int, tuple[ValueKind, str]]]]:
    book = open_workbook(content, name="上报.xlsx")
    return [(number, {index: (value.kind, value.text) for index, value in cells.items()}) for number, cells in book.rows_of(book.sheets[0])]


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableWorkbook) as trouble:
        read(content)
    return trouble.value.faults[0].line()


@pytest.mark.parametrize(
    ("content", "rule", "remedy"),
    [
        (b"", "文件为空", "重新保存"),
        (b"\x00" * 500, "文件为空", "重新保存"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + "Workbook".encode("utf-16-le"), "旧版 .xls", "另存为"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "旧版 .xls", "另存为"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + "EncryptedPackage".encode("utf-16-le"), "打开密码", "清除打开密码"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页或 XML", "另存为"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "网页或 XML", "另存为"),
        ("原煤,120.5\n".encode(), "CSV 等文本", "粘贴进去"),
        ("原煤\t120.5\n".encode("utf-16"), "CSV 等文本", "粘贴进去"),
        (b"%PDF-1.7\n", "PDF", "附件"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "不是 .xlsx 工作簿", "另存为"),
        (b"PK\x05\x06" + b"\x00" * 18, "实为压缩包", "另存为"),
        (packed(HEAD + CELL + TAIL)[:-200], "不完整或已损坏", "重新保存"),
        (packed(HEAD + "<row><c><v>1</v>"), "不完整或已损坏", "重新保存"),
        (packed(HEAD + CELL + TAIL, {"xl/workbook.xml": "<workbook/>"}), "不完整或已损坏", "重新保存"),
        (packed(HEAD + CELL + TAIL, {"xl/vbaProject.bin": b"macro"}), "含有宏", "不含宏"),
        (packed(HEAD + CELL + TAIL, {"xl/macrosheets/sheet1.xml": "<x/>"}), "含有宏", "不含宏"),
        (packed(HEAD + CELL + TAIL, {"content.xml": "<office/>"}), ".ods", "另存为"),
        (packed(HEAD + CELL + TAIL, {"xl/workbook.bin": b"1"}), ".xlsb", "另存为"),
        (packed(HEAD + CELL + TAIL, {"word/document.xml": "<w/>"}), "Word 文档", "另存为"),
    ],
)
def test_another_kind_of_file_is_refused_with_the_way_out(content: bytes, rule: str, remedy: str) -> None:
    line = refused(content)
    assert rule in line
    assert remedy in line


def test_entities_are_refused_wherever_they_stand() -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + HEAD + CELL + TAIL
    assert "实体声明" in refused(packed(laughs))
    assert "实体声明" in refused(packed(HEAD + CELL + TAIL, {"xl/workbook.xml": '<!DOCTYPE w SYSTEM "file:///etc/hosts">' + BOOK}))
    wide = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY a "ha">]>' + HEAD + CELL + TAIL).encode("utf-16")
    assert "实体声明" in refused(packed(HEAD + CELL + TAIL, {"xl/worksheets/sheet1.xml": wide}))


def test_a_bomb_is_refused_by_its_directory() -> None:
    assert "压缩比超过 200 倍" in refused(packed(HEAD + CELL + " " * 20_000_000 + TAIL))
    assert "展开后超过 100 MB" in refused(packed(HEAD + CELL + TAIL, {f"xl/media/{number}.bin": bytes(30_000_000) for number in range(4)}))
    assert "超过 2000 个部件" in refused(packed(HEAD + CELL + TAIL, {f"xl/media/{number}.bin": b"1" for number in range(2000)}))
    assert "超过 20 MB" in refused(b"PK\x03\x04" + b"1" * (20 * 1024 * 1024))


def test_a_bomb_within_a_workbook_is_never_opened() -> None:
    inner = packed(HEAD + " " * 3_000_000 + TAIL)
    assert read(packed(HEAD + CELL + TAIL, {"xl/embeddings/inner.zip": inner})) == [(1, {1: (ValueKind.NUMBER, "1")})]


def test_a_directory_that_lies_about_sizes_is_damage() -> None:
    content = bytearray(packed(HEAD + CELL + "<row/>" * 1000 + TAIL))
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46  # the entry of the directory before its name
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    assert "不完整或已损坏" in refused(bytes(content))


def test_a_hundred_thousand_rows_are_refused_before_they_are_read() -> None:
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>{number}</v></c></row>' for number in range(1, 100_001))
    content = packed(HEAD + rows + TAIL)
    assert f"超过 {ROW_LIMIT} 行" in refused(content)
    book = open_workbook(content)
    assert next(iter(book.rows_of(book.sheets[0])))[0] == 1  # the first row comes without the others


def test_blank_padding_to_the_last_row_is_no_content() -> None:
    padding = '<row r="2"><c r="A2" s="1"/><c r="XFD2"/></row><row r="1048576"/>'
    assert read(packed(HEAD + CELL + padding + TAIL)) == [(1, {1: (ValueKind.NUMBER, "1")})]


def test_values_of_every_kind_without_places_styles_or_shared_texts() -> None:
    """As some writers leave them: no addresses, inline strings, results of formulas beside them, phonetic guides, odd prefixes."""
    cells = (
        '<x:row><x:c><x:v>0.30000000000000004</x:v></x:c><x:c t="inlineStr"><x:is><x:r><x:t>原</x:t></x:r><x:r><x:t>煤</x:t></x:r>'
        '<x:rPh sb="0" eb="1"><x:t>げんたん</x:t></x:rPh></x:is></x:c><x:c t="b"><x:v>1</x:v></x:c><x:c t="e"><x:v>#DIV/0!</x:v></x:c>'
        '<x:c><x:f>A1*2</x:f><x:v>0.6</x:v></x:c><x:c t="str"><x:v>文_x000D_字</x:v></x:c><x:c t="d"><x:v>2024-06-30T00:00:00</x:v></x:c>'
        "<x:c><x:v>1.5E-3</x:v></x:c><x:c/></x:row>"
    )
    head, tail = HEAD.replace("<", "<x:").replace("xmlns=", "xmlns:x="), TAIL.replace("</", "</x:")
    assert read(packed(head + cells + tail)) == [
        (1, {
            1: (ValueKind.NUMBER, "0.3"), 2: (ValueKind.TEXT, "原煤"), 3: (ValueKind.BOOLEAN, "TRUE"), 4: (ValueKind.ERROR, "#DIV/0!"),
            5: (ValueKind.FORMULA, "=A1*2"), 6: (ValueKind.TEXT, "文\r字"), 7: (ValueKind.DATE, "2024-06-30"), 8: (ValueKind.NUMBER, "0.0015"),
        })
    ]  # fmt: skip


def test_dates_of_either_calendar_are_days() -> None:
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="31"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>'
    )
    relations = RELATIONS.replace("</R", '<Relationship Id="r2" Type="x/styles" Target="/xl/styles.xml"/></R')
    cells = "<row>" + "".join(f'<c s="{style}"><v>{text}</v></c>' for style, text in ((0, 45000), (1, 45000), (2, 45000.5), (3, 0.12))) + "</row>"
    others = {"xl/styles.xml": styles, "xl/_rels/workbook.xml.rels": relations}
    told = [value for _, value in read(packed(HEAD + cells + TAIL, others))[0][1].items()]
    expected = [(ValueKind.NUMBER, "45000"), (ValueKind.DATE, "2023-03-15"), (ValueKind.DATE, "2023-03-15 12:00:00"), (ValueKind.PERCENT, "0.12")]
    assert told == expected
    since_1904 = BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert read(packed(HEAD + cells + TAIL, {**others, "xl/workbook.xml": since_1904}))[0][1][2] == (ValueKind.DATE, "2027-03-16")


def test_links_and_pictures_are_left_aside_and_told() -> None:
    book = open_workbook(packed(HEAD + CELL + TAIL, {"xl/externalLinks/externalLink1.xml": "<x/>", "xl/media/image1.png": b"png"}))
    assert [notice.zh for notice in book.notices] == ["引用其他文件的链接未读取", "图片和嵌入的文件未读取；附件请另行上传"]


def test_a_workbook_of_somebody_elses_has_no_marker() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"] = "原煤"
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(ValueError, match="找不到，不是本系统的填报模板或标记已删；重新下载模板"):
        read_return_workbook(file.getvalue(), form=sample_form(), organisation_code=FILER, period=PERIOD, entries={})
