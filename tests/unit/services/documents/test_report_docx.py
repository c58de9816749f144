"""The Word report: official faces, three-line tables, annexes in order, the same bytes again."""

import io
import zipfile
from dataclasses import replace

from docx import Document
from docx.oxml.ns import qn

from shuangkong.kernel.language import Words
from shuangkong.services.documents.report import Report
from shuangkong.services.documents.report_docx import report_docx


def part(report: Report, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(report_docx(report, "zh"))).read(name).decode()


def lines(report: Report) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(report_docx(report, "zh"))).paragraphs]


def test_title_number_body_signature_and_annexes_follow_in_order(report: Report) -> None:
    found = "\n".join(lines(report))
    order = [
        "示例市“十四五”节能减排综合工作方案2024年度进展情况报告", "〔20××〕", "一、总体情况", "8 项指标：顺利 3", "（一）主要目标", "三、县区进展",
        "附件：1.指标一览表", "（发文机关署名）\n2025年12月31日", "附件1\n指标一览表", "附件5\n数据来源",
    ]  # fmt: skip
    places = [found.index(words) for words in order]
    assert places == sorted(places)


def test_every_run_names_its_east_asian_face_and_no_theme_face(report: Report) -> None:
    document = Document(io.BytesIO(report_docx(report, "zh")))
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    faces = {run._r.rPr.rFonts.get(qn("w:eastAsia")) for run in runs}
    assert faces == {"方正小标宋简体", "仿宋", "黑体", "楷体"}
    title = runs[0]
    assert (title.font.size.pt, title._r.rPr.rFonts.get(qn("w:ascii"))) == (22, "Times New Roman")
    assert "Theme" not in "".join(name for run in runs for name in run._r.rPr.rFonts.attrib)
    assert '<w:font w:name="方正小标宋简体"><w:altName w:val="宋体"/></w:font>' in part(report, "word/fontTable.xml")


def test_tables_have_three_lines_a_repeated_head_and_rows_that_do_not_break(report: Report) -> None:
    table = Document(io.BytesIO(report_docx(report, "zh"))).tables[0]
    xml = table._tbl.xml
    assert xml.count("<w:tblHeader/>") == 1
    assert xml.count("<w:cantSplit/>") == len(table.rows) == 9
    edges = table._tbl.tblPr.find(qn("w:tblBorders"))
    assert [(edge.tag, edge.get(qn("w:sz"))) for edge in edges] == [(qn("w:top"), "12"), (qn("w:bottom"), "12")]
    names = [child.tag for child in table._tbl.tblPr]
    assert names.index(qn("w:tblBorders")) < names.index(qn("w:tblLook"))


def test_signs_are_full_width_and_marks_are_kept(report: Report) -> None:
    tables = Document(io.BytesIO(report_docx(report, "zh"))).tables
    gaps = [row.cells[4].text for row in tables[1].rows[1:]]
    assert (gaps[0], gaps[-2], gaps[-1]) == ("＋5.2", "－4.4", "—")
    assert "模拟、未核实" in [row.cells[9].text for row in tables[0].rows]


def test_pages_are_numbered_and_the_first_is_a4(report: Report) -> None:
    document = Document(io.BytesIO(report_docx(report, "zh")))
    assert "PAGE" in document.sections[0].footer._element.xml
    assert (round(document.sections[0].page_width.mm), round(document.sections[0].top_margin.mm)) == (210, 37)


def test_control_characters_do_not_break_the_file(report: Report) -> None:
    assert "坏字" in "\n".join(lines(replace(report, findings=(Words("坏\x07字", "bad"),))))


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert report_docx(report, "zh") == report_docx(report, "zh")
    assert "2025-12-31T00:00:00Z" in part(report, "docProps/core.xml")
