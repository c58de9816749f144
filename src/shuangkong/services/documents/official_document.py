"""Sets official documents (公文): faces, sizes and margins after GB/T 9704, tables with three lines, annexes on landscape pages."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.archive import settled
from shuangkong.services.documents.wording import day_text

_LATIN = "Times New Roman"
_TITLE_FACE, _BODY_FACE, _HEAD_FACE, _SUBHEAD_FACE, _PLAIN_FACE = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"
_BODY_SIZE, _TITLE_SIZE, _ANNEX_SIZE, _LEGEND_SIZE, _TABLE_SIZE, _PAGE_SIZE = Pt(16), Pt(22), Pt(18), Pt(12), Pt(9), Pt(14)
_TABLE_SPACING = Pt(12)
_NUMERALS = "一二三四五六七八九十"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CENTRE = WD_ALIGN_PARAGRAPH.CENTER
NUMBER_LINE = Words("××〔20××〕××号", "Document No. ____")
_ISSUING_BODY = Words("（发文机关署名）", "(issuing body)")


@dataclass(frozen=True, slots=True)
class ThreeLineTable:
    """A table: columns, rows, widths in millimetres, which columns hold figures (三线表)."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths_mm: Sequence[int]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class AnnexPart:
    """A table of an annex, with what stands over it (附件的一部分); a short one may be kept on one page."""

    table: ThreeLineTable
    heading: str = ""
    notes: Sequence[str] = ()
    is_kept_whole: bool = False


@dataclass(frozen=True, slots=True)
class Annex:
    """A numbered annex: its name and its tables (附件)."""

    name: Words
    parts: Sequence[AnnexPart]


class OfficialDocument:
    """A document set from top to bottom (公文): title, number, headed paragraphs, signature, annexes; then `content` gives the bytes.

    A title may hold a line break. Nothing depends on the clock: `told_on` is the date of the file and of the signature.
    """

    def __init__(self, *, title: Words, language: Language, author: str, subject: str, told_on: date) -> None:
        self._language = language
        self._told_on = told_on
        self._document = Document()
        self._headings = 0
        self._set_properties(title, author, subject)
        self._set_page()
        self._line(title.in_language(language), _TITLE_FACE, _TITLE_SIZE, _CENTRE, outline=0, spacing=Pt(33))
        self._line(NUMBER_LINE.in_language(language), _BODY_FACE, _BODY_SIZE, _CENTRE)
        self.blank_line()

    def blank_line(self) -> Paragraph:
        """Leave a line empty."""
        return self._line("", _BODY_FACE, _BODY_SIZE)

    def heading(self, words: Words) -> None:
        """Set a first-order heading with the next ordinal: 一、…"""
        self._headings += 1
        told = f"{ordinal(self._headings)}、{words.zh}" if self._language == "zh" else words.en
        self._line(told, _HEAD_FACE, _BODY_SIZE, indent=True, outline=1).paragraph_format.keep_with_next = True

    def paragraph(self, words: Words, *, lead: Words | None = None) -> None:
        """Set a body paragraph, with a lead in another face where given."""
        paragraph = self._document.add_paragraph()
        shape = paragraph.paragraph_format
        shape.first_line_indent = _BODY_SIZE * 2
        shape.line_spacing_rule, shape.line_spacing, shape.space_after = WD_LINE_SPACING.EXACTLY, Pt(28), Pt(0)
        if lead:
            _face(paragraph.add_run(_clean(lead.in_language(self._language))), _SUBHEAD_FACE, _BODY_SIZE)
        _face(paragraph.add_run(_clean(words.in_language(self._language))), _BODY_FACE, _BODY_SIZE)

    def table(self, table: ThreeLineTable, *, legend: Words | None = None, is_kept_whole: bool = False) -> None:
        """Set a table with a strong line above and below and a thin one under its head (三线表)."""
        if legend:
            self._line(legend.in_language(self._language), _HEAD_FACE, _LEGEND_SIZE, _CENTRE).paragraph_format.keep_with_next = True
        set_table = self._document.add_table(rows=0, cols=len(table.columns))
        set_table.autofit = False
        for order, words in enumerate([table.columns, *table.rows]):
            row = set_table.add_row()
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if order == 0:
                properties.append(OxmlElement("w:tblHeader"))
            is_held = order == 0 or (is_kept_whole and order < len(table.rows))
            for index, cell in enumerate(row.cells):
                cell.width = Mm(table.widths_mm[index])
                _set_cell(cell, words[index], is_head=order == 0, is_right=index in table.right, is_held=is_held)
        for index, width in enumerate(table.widths_mm):
            set_table.columns[index].width = Mm(width)
        borders = OxmlElement("w:tblBorders")
        borders.extend([_edge("top", 12), _edge("bottom", 12)])
        set_table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")

    def picture(self, content: bytes, *, width_mm: int) -> None:
        """Set a picture in the middle of its line (图)."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = _CENTRE
        paragraph.add_run().add_picture(io.BytesIO(content), width=Mm(width_mm))

    def signature(self, annexes: Sequence[Annex]) -> None:
        """List the annexes, then sign with body and date at the right (附件说明、落款), all on one page."""
        self.blank_line()
        for order, annex in enumerate(annexes, start=1):
            label = f"{'附件：' if order == 1 else '　　　'}{order}." if self._language == "zh" else f"Annex {order}. "
            listed = self._line(label + annex.name.in_language(self._language), _BODY_FACE, _BODY_SIZE, indent=True)
            listed.paragraph_format.keep_with_next = True
        self.blank_line().paragraph_format.keep_with_next = True
        body = self._line(_ISSUING_BODY.in_language(self._language), _BODY_FACE, _BODY_SIZE, WD_ALIGN_PARAGRAPH.RIGHT)
        body.paragraph_format.keep_with_next = True
        day = self._line(day_text(self._told_on, self._language), _BODY_FACE, _BODY_SIZE, WD_ALIGN_PARAGRAPH.RIGHT)
        for signed in (body, day):
            signed.paragraph_format.right_indent = Pt(64)

    def annexes(self, annexes: Sequence[Annex]) -> None:
        """Set each annex from a new landscape page on, numbered in order (附件)."""
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(22), Mm(20), Mm(15), Mm(15)
        for order, annex in enumerate(annexes, start=1):
            label = self._line(f"附件{order}" if self._language == "zh" else f"Annex {order}", _HEAD_FACE, _BODY_SIZE, outline=1)
            label.paragraph_format.page_break_before = order > 1
            label.paragraph_format.keep_with_next = True
            name = self._line(annex.name.in_language(self._language), _TITLE_FACE, _ANNEX_SIZE, _CENTRE)
            name.paragraph_format.keep_with_next = True
            name.paragraph_format.space_after = Pt(6)
            for part in annex.parts:
                self._annex_part(part)

    def content(self) -> bytes:
        """Return the file; the same words give the same bytes."""
        buffer = io.BytesIO()
        self._document.save(buffer)
        return settled(buffer.getvalue(), {"word/fontTable.xml": _with_fallback})

    def _annex_part(self, part: AnnexPart) -> None:
        lines = [(part.heading, _HEAD_FACE)] if part.heading else []
        for order, (words, face) in enumerate([*lines, *((note, _SUBHEAD_FACE) for note in part.notes)]):
            line = self._line(words, face, _LEGEND_SIZE, spacing=Pt(18))
            line.paragraph_format.space_before = Pt(14 if order == 0 else 0)
            line.paragraph_format.space_after = Pt(3)
            line.paragraph_format.keep_with_next = True
        self.table(part.table, is_kept_whole=part.is_kept_whole)

    def _set_properties(self, title: Words, author: str, subject: str) -> None:
        told = datetime(self._told_on.year, self._told_on.month, self._told_on.day)  # noqa: DTZ001 (a property of the file, without zone)
        properties = self._document.core_properties
        properties.author = properties.last_modified_by = author
        properties.title, properties.comments = title.in_language(self._language).replace("\n", ""), subject
        properties.created = properties.modified = told
        properties.language = "zh-CN" if self._language == "zh" else "en"
        normal = self._document.styles["Normal"]
        normal.font.size = _BODY_SIZE
        _faces(normal.element.get_or_add_rPr(), _BODY_FACE)

    def _set_page(self) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
        footer = section.footer.paragraphs[0]
        footer.alignment = _CENTRE
        for part in ("— ", "PAGE", " —"):
            run = footer.add_run("" if part == "PAGE" else part)
            _face(run, _PLAIN_FACE, _PAGE_SIZE)
            if part == "PAGE":
                _field(run, "PAGE")

    def _line(
        self, words: str, face: str, size: Pt, align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT, *,
        indent: bool = False, outline: int | None = None, spacing: Pt | None = None,
    ) -> Paragraph:  # fmt: skip
        paragraph = self._document.add_paragraph()
        paragraph.alignment = align
        shape = paragraph.paragraph_format
        shape.line_spacing_rule, shape.line_spacing, shape.space_after = WD_LINE_SPACING.EXACTLY, spacing or Pt(28), Pt(0)
        if indent:
            shape.first_line_indent = _BODY_SIZE * 2
        if outline is not None:
            level = OxmlElement("w:outlineLvl")
            level.set(qn("w:val"), str(outline))
            paragraph._p.get_or_add_pPr().append(level)
        _face(paragraph.add_run(_clean(words)), face, size)
        return paragraph


def ordinal(number: int) -> str:
    """Return 1 … 99 as a Chinese ordinal.

    Examples
    --------
    >>> ordinal(9), ordinal(10), ordinal(12), ordinal(30)
    ('九', '十', '十二', '三十')
    """
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else _NUMERALS[tens - 1] + "十") + (_NUMERALS[ones - 1] if ones else "")


def _with_fallback(fonts: str) -> str:
    """Name the face to use where the title face is not installed."""
    entry = f'<w:font w:name="{_TITLE_FACE}"><w:altName w:val="{_PLAIN_FACE}"/></w:font>'
    return fonts.replace("</w:fonts>", entry + "</w:fonts>")


def _set_cell(cell: _Cell, words: str, *, is_head: bool, is_right: bool, is_held: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_right else WD_ALIGN_PARAGRAPH.LEFT
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(2)
    # Exact: else the mark at the paragraph's end, in body size, sets the height of the row.
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, _TABLE_SPACING
    shape.keep_with_next = is_held or None
    _face(paragraph.add_run(_clean(words)), _HEAD_FACE if is_head else _PLAIN_FACE, _TABLE_SIZE)
    if is_head:
        edges = OxmlElement("w:tcBorders")
        edges.append(_edge("bottom", 6))
        cell._tc.get_or_add_tcPr().append(edges)


def _edge(side: str, eighths: int) -> Any:
    edge = OxmlElement(f"w:{side}")
    for name, told in (("val", "single"), ("sz", str(eighths)), ("space", "0"), ("color", "000000")):
        edge.set(qn(f"w:{name}"), told)
    return edge


def _clean(words: str) -> str:
    return _CONTROL.sub("", words)


def _face(run: Run, face: str, size: Pt) -> None:
    run.font.size = size
    _faces(run._r.get_or_add_rPr(), face)


def _faces(properties: Any, face: str) -> None:
    """Set Latin and East Asian face; theme faces would go before them and are removed."""
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for kind, told in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", face), ("cs", _LATIN)):
        fonts.set(qn(f"w:{kind}"), told)


def _field(run: Run, code: str) -> None:
    for kind, words in (("begin", ""), ("", code), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = words
        run._r.append(element)
