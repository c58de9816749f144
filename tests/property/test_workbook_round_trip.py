"""Whatever stands in a return comes back from its workbook as it was, also after a program that keeps values only has saved it."""

import io
import string
import zipfile
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from return_form_sample import FILER, FILER_NAME, PERIOD, sample_form
from shuangkong.returns.entries import Entry, entry_from
from shuangkong.returns.form import Cell, CellKey, EntryKind
from shuangkong.services.documents.neutral_text import neutralised, restored
from shuangkong.services.documents.return_workbook.reading import read_return_workbook
from shuangkong.services.documents.return_workbook.template import return_template
from shuangkong.services.documents.workbook_values import ValueKind, open_workbook

FORM = sample_form(list_rows=60)
LIST_KEYS = [CellKey("equipment", row, column) for row in ("1", "2", "57") for column in ("name", "level", "started", "power", "hours")]
CELLS = [cell for cell in (*FORM.fixed_cells.values(), *(FORM.cell(key) for key in LIST_KEYS)) if cell is not None and not cell.is_computed]
LETTERS = st.sampled_from(string.ascii_letters + string.digits + " '\"=+-@<>&;_%号锅炉①Ⅱ（）\U00020000")


def typed(cell: Cell) -> st.SearchStrategy[str]:
    match cell.kind:
        case EntryKind.NUMBER:
            return st.one_of(st.decimals(-(10**14), 10**14, places=cell.decimals).map(str), st.just("不适用"), st.just("0"))
        case EntryKind.CHOICE:
            return st.sampled_from((*cell.choices, "不适用"))
        case EntryKind.DATE:
            return st.dates().map(str)
        case EntryKind.TEXT:
            return st.text(LETTERS, min_size=1, max_size=40)


@st.composite
def returns(draw: st.DrawFn) -> dict[CellKey, Entry]:
    entries = {}
    for cell in draw(st.lists(st.sampled_from(CELLS), unique_by=lambda cell: cell.key)):
        entry = entry_from(cell, draw(typed(cell)))
        if isinstance(entry, Entry):
            entries[cell.key] = entry
    return entries


def workbook(entries: dict[CellKey, Entry]) -> bytes:
    return return_template(FORM, organisation_code=FILER, organisation_name=FILER_NAME, period=PERIOD, entries=entries, previous={})


def changes(content: bytes, entries: dict[CellKey, Entry]) -> dict[CellKey, Entry | None]:
    reading = read_return_workbook(content, form=FORM, organisation_code=FILER, period=PERIOD, entries=entries)
    assert reading.is_clean, [cell.fault for cell in reading.rejected]
    return dict(reading.changes)


def saved_elsewhere(content: bytes) -> bytes:
    """Write the values alone, as a program might that drops styles, validations, shared texts and the order of the parts."""
    book = open_workbook(content)
    file = io.BytesIO()
    listed = relations = ""
    with zipfile.ZipFile(file, "w") as archive:
        for number, sheet in enumerate(book.sheets):
            rows = "".join(
                f'<row r="{row}">' + "".join(_cell(column, value.kind, value.text) for column, value in cells.items()) + "</row>"
                for row, cells in book.rows_of(sheet)
            )
            archive.writestr(f"xl/worksheets/s{number}.xml", f"<worksheet><sheetData>{rows}</sheetData></worksheet>")
            listed += f'<sheet name="s{number}" r:id="i{number}"/>'
            relations += f'<Relationship Id="i{number}" Type="t/worksheet" Target="worksheets/s{number}.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>")
        archive.writestr("xl/workbook.xml", f'<workbook xmlns:r="r"><sheets>{listed}</sheets></workbook>')
        archive.writestr("[Content_Types].xml", "<Types/>")
    return file.getvalue()


def _cell(column: int, kind: ValueKind, text: str) -> str:
    place = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column - 1]
    if kind is ValueKind.NUMBER:
        return f'<c r="{place}1"><v>{text}</v></c>'
    if kind is ValueKind.FORMULA:
        return f'<c r="{place}1" t="str"><f>{escape(text[1:])}</f><v>1</v></c>'
    return f'<c r="{place}1" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


@settings(max_examples=40, deadline=None)
@given(returns())
def test_a_template_filled_and_sent_back_holds_the_same_entries(entries: dict[CellKey, Entry]) -> None:
    content = workbook(entries)
    assert changes(content, {}) == entries
    assert changes(content, entries) == {}


@settings(max_examples=15, deadline=None)
@given(returns())
def test_values_alone_are_enough(entries: dict[CellKey, Entry]) -> None:
    assert changes(saved_elsewhere(workbook(entries)), {}) == entries


@given(st.text(LETTERS))
def test_neutral_text_is_harmless_and_comes_back(text: str) -> None:
    assert restored(neutralised(text)) == text
    assert not neutralised(text).startswith(("=", "+", "-", "@"))
