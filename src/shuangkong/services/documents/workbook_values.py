"""Reads the values of a sent workbook, and nothing else (读取数值): whatever wrote it, whatever else stands in it.

Styles (but for telling dates and percentages), drawings, links, validations and extensions are what Excel, WPS and LibreOffice each
write in their own way; a reader that needs none of them cannot stumble over any. Rows come as they are asked for.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from enum import Enum
from typing import NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import range_boundaries

from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.services.documents.untrusted_workbook import (
    CELL_LIMIT,
    ELEMENT_LIMIT,
    ROW_LIMIT,
    SHEET_LIMIT,
    SPLIT,
    TEXT_LIMIT,
    UnreadableWorkbook,
    damaged,
    open_archive,
    parse_whole,
    parsed,
)

_EXACT_DIGITS = Context(prec=15)  # what Excel keeps and shows; the binary tail beyond is noise
_CHINESE_DATE_FORMATS = frozenset((*range(27, 37), *range(50, 59)))  # built in where Excel is Chinese, and named nowhere in the file
_ESCAPED_CONTROL = re.compile(r"_x00([01][0-9A-Fa-f])_")


class ValueKind(Enum):
    """What a cell holds (单元格内容类型)."""

    NUMBER = "数值"
    PERCENT = "百分数"
    DATE = "日期"
    TEXT = "文字"
    BOOLEAN = "逻辑值"
    ERROR = "错误值"
    FORMULA = "公式"


class Value(NamedTuple):
    """The content of one cell (单元格内容): a plain number, an ISO date, a text, the text of a formula."""

    kind: ValueKind
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet of the workbook (工作表)."""

    name: str
    is_hidden: bool
    part: str


@dataclass(slots=True)
class SheetRows:
    """The filled rows of a sheet, read as they are asked for (逐行读取): pairs of row number and cells by column, both from 1.

    `merged` holds (first column, first row, last column, last row), and is complete only when the rows are used up.
    """

    rows: Iterator[tuple[int, Mapping[int, Value]]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, Mapping[int, Value]]]:
        return self.rows


@dataclass(frozen=True, slots=True)
class UntrustedWorkbook:
    """An opened workbook (已打开的工作簿): its sheets, and what of it is not read."""

    name: str
    archive: zipfile.ZipFile
    sheets: tuple[Sheet, ...]
    notices: tuple[Words, ...]
    _strings: tuple[str, ...]
    _kinds: tuple["ValueKind", ...]
    _first_day: datetime

    def rows_of(self, sheet: Sheet) -> SheetRows:
        """Return the rows of a sheet; raises `UnreadableWorkbook` while they are read, at the first limit passed."""
        found = SheetRows(iter(()))
        found.rows = self._rows(sheet, found.merged)
        return found

    def _rows(self, sheet: Sheet, merged: list[tuple[int, int, int, int]]) -> Iterator[tuple[int, Mapping[int, Value]]]:
        parser = _SheetParser(self, sheet, merged)
        filled_rows = filled_cells = 0
        for _ in parsed(self.archive, sheet.part, parser.start, parser.end, parser.text, self.name):
            done, parser.done = parser.done, []
            for number, cells in done:
                filled_rows += 1
                filled_cells += len(cells)
                if filled_rows > ROW_LIMIT:
                    raise _too_much(self.name, sheet, f"{ROW_LIMIT} 行", f"{ROW_LIMIT} rows")
                if filled_cells > CELL_LIMIT:
                    raise _too_much(self.name, sheet, f"{CELL_LIMIT} 个单元格", f"{CELL_LIMIT} cells")
                yield number, cells

    def value(self, *, kind: str, style: str, text: str) -> Value | None:
        """Return what a cell means, by the type and the style that the file gives it; None where it is blank."""
        if kind == "s":
            text = self._strings[int(text)] if text else ""
        if kind in ("s", "inlineStr", "str"):
            text = _ESCAPED_CONTROL.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n").strip() if text else ""
            return Value(ValueKind.TEXT, text[:TEXT_LIMIT]) if text else None
        text = text.strip()
        if not text:
            return None
        if kind == "b":
            return Value(ValueKind.BOOLEAN, "TRUE" if text == "1" else "FALSE")
        if kind == "e":
            return Value(ValueKind.ERROR, text)
        if kind == "d":
            return Value(ValueKind.DATE, text.removesuffix("T00:00:00"))
        return self._number(text, self._kinds[int(style)] if style.isdecimal() and int(style) < len(self._kinds) else ValueKind.NUMBER)

    def _number(self, text: str, kind: ValueKind) -> Value:
        try:
            number = _EXACT_DIGITS.create_decimal(text)
        except InvalidOperation:
            return Value(ValueKind.TEXT, text)
        if not number.is_finite() or abs(number.adjusted()) > 308:  # beyond what a spreadsheet can hold
            return Value(ValueKind.ERROR, text)
        if kind is ValueKind.DATE:
            day = _day_text(number, self._first_day)
            return Value(kind, day) if day else Value(ValueKind.NUMBER, plain(number))
        return Value(kind, plain(number))


def open_workbook(content: bytes, *, name: str = "") -> UntrustedWorkbook:
    """Open an .xlsx, whatever wrote it, after its limits are checked (打开工作簿).

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Name of the file, for refusals only.

    Raises
    ------
    UnreadableWorkbook
        If it cannot be read safely; see `open_archive`.
    """
    archive = open_archive(content, name=name)
    parts = {part.lower(): part for part in archive.namelist()}
    book_part = _parts_named(archive, parts, "", name).get("/officeDocument", [("", "xl/workbook.xml")])[0][1]
    listed: list[dict[str, str]] = []
    properties: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            listed.append(attributes)
        elif tag.rpartition(":")[2] == "workbookPr":
            properties.update(attributes)

    parse_whole(archive, book_part, start, name)
    related = _parts_named(archive, parts, book_part, name)
    sheet_parts = dict(related.get("/worksheet", []))
    sheets = tuple(
        Sheet(attributes.get("name", ""), attributes.get("state", "visible") != "visible", sheet_parts[identity])
        for attributes in listed
        for identity in [next((value for key, value in attributes.items() if key.endswith(":id")), "")]
        if identity in sheet_parts
    )
    if not sheets:
        raise damaged(name)
    if len(sheets) > SHEET_LIMIT:
        raise UnreadableWorkbook(name, Words(f"超过 {SHEET_LIMIT} 张工作表", f"has more than {SHEET_LIMIT} sheets"), SPLIT)
    strings = next((_strings(archive, part, name) for _, part in related.get("/sharedStrings", [])), ())
    kinds = next((_kinds(archive, part, name) for _, part in related.get("/styles", [])), ())
    starts_1904 = properties.get("date1904", "0") in ("1", "true")
    first_day = datetime(1904, 1, 1) if starts_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 (the day a serial number counts from)
    return UntrustedWorkbook(name, archive, sheets, tuple(_left_out(parts)), strings, kinds, first_day)


def _left_out(parts: Mapping[str, str]) -> Iterator[Words]:
    if any("/externallinks/" in part for part in parts):
        yield Words("引用其他文件的链接未读取", "links to other files are not followed")
    if any("/media/" in part or "/embeddings/" in part for part in parts):
        yield Words("图片和嵌入的文件未读取；附件请另行上传", "pictures and embedded files are not read; attachments are uploaded by themselves")


def _parts_named(archive: zipfile.ZipFile, parts: Mapping[str, str], source: str, name: str) -> dict[str, list[tuple[str, str]]]:
    """Return what a part refers to inside the file: by the last word of the relation, its identity and the name of the part."""
    folder, last = posixpath.split(source)
    relations = parts.get(posixpath.join(folder, "_rels", f"{last}.rels").lower())
    found: dict[str, list[tuple[str, str]]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
        if target.lower() in parts:
            kind = "/" + attributes.get("Type", "").rpartition("/")[2]
            found.setdefault(kind, []).append((attributes.get("Id", ""), parts[target.lower()]))

    if relations:
        parse_whole(archive, relations, start, name)
    return found


def _strings(archive: zipfile.ZipFile, part: str, name: str) -> tuple[str, ...]:
    found: list[str] = []
    pieces: list[str] = []
    state = {"depth": 0, "is_text": False}  # depth counts phonetic guides (rPh), whose text is not content

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["depth"] += 1
        state["is_text"] = tag == "t" and not state["depth"]

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "si":
            found.append("".join(pieces))
        elif tag == "rPh":
            state["depth"] -= 1
        state["is_text"] = False

    def text(piece: str) -> None:
        if state["is_text"]:
            pieces.append(piece)

    for _ in parsed(archive, part, start, end, text, name):
        if len(found) > CELL_LIMIT:
            raise UnreadableWorkbook(name, Words(f"超过 {CELL_LIMIT} 段文字", f"has more than {CELL_LIMIT} texts"), SPLIT)
    return tuple(found)


def _kinds(archive: zipfile.ZipFile, part: str, name: str) -> tuple[ValueKind, ...]:
    """Return, for each style that cells refer to, what its number format makes of a number."""
    own: dict[int, str] = {}
    used: list[int] = []
    sections: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "xf" and sections[-1:] == ["cellXfs"]:
            number = attributes.get("numFmtId", "0")
            used.append(int(number) if number.isdecimal() else 0)
        sections.append(tag)

    def end(tag: str) -> None:
        sections.pop()

    for _ in parsed(archive, part, start, end, lambda piece: None, name):
        pass
    return tuple(_kind(number, own.get(number, "")) for number in used)


def _kind(number: int, own_format: str) -> ValueKind:
    told = own_format or BUILTIN_FORMATS.get(number, "")
    if (not own_format and number in _CHINESE_DATE_FORMATS) or (told and is_date_format(told)):
        return ValueKind.DATE
    return ValueKind.PERCENT if "%" in told else ValueKind.NUMBER


class _SheetParser:
    """Turns the elements of one sheet into rows, a piece at a time."""

    def __init__(self, book: UntrustedWorkbook, sheet: Sheet, merged: list[tuple[int, int, int, int]]) -> None:
        self.book, self.sheet, self.merged = book, sheet, merged
        self.done: list[tuple[int, dict[int, Value]]] = []
        self._row, self._column, self._elements, self._phonetic = 0, 0, 0, 0
        self._cells: dict[int, Value] = {}
        self._kind, self._style, self._taken = "n", "", ""
        self._pieces: list[str] = []
        self._formula: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("c", "row"):
            self._elements += 1
            if self._elements > ELEMENT_LIMIT:
                raise _too_much(self.book.name, self.sheet, f"{ELEMENT_LIMIT} 个行和单元格", f"{ELEMENT_LIMIT} rows and cells")
        if tag == "c":
            place = attributes.get("r", "")
            self._column = _column_number(place) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._pieces, self._formula = [], None
        elif tag == "row":
            self._row = int(attributes["r"]) if attributes.get("r") else self._row + 1
            self._column, self._cells = 0, {}
        elif tag == "f":
            self._formula = []
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "mergeCell" and len(self.merged) < ROW_LIMIT:
            columns_and_rows = range_boundaries(attributes.get("ref", "A1"))
            if None not in columns_and_rows:
                self.merged.append(columns_and_rows)  # type: ignore[arg-type]  # looked at just above
        self._taken = tag

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        self._taken = ""
        if tag == "c":
            if self._formula is not None:
                value: Value | None = Value(ValueKind.FORMULA, "=" + "".join(self._formula)[:TEXT_LIMIT])
            else:
                value = self.book.value(kind=self._kind, style=self._style, text="".join(self._pieces)) if self._pieces else None
            if value is not None:
                self._cells[self._column] = value
        elif tag == "row":
            if self._cells:
                self.done.append((self._row, self._cells))
        elif tag == "rPh":
            self._phonetic -= 1

    def text(self, piece: str) -> None:
        if self._taken == "v" or (self._taken == "t" and not self._phonetic):
            self._pieces.append(piece)
        elif self._taken == "f" and self._formula is not None:
            self._formula.append(piece)


def _column_number(place: str) -> int:
    number = 0
    for letter in place:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number


def _day_text(serial: Decimal, first_day: datetime) -> str:
    try:
        moment = first_day + timedelta(seconds=int(serial * 86400))
    except OverflowError:
        return ""
    return moment.date().isoformat() if serial == int(serial) else moment.isoformat(sep=" ")


def _too_much(name: str, sheet: Sheet, zh: str, en: str) -> UnreadableWorkbook:
    return UnreadableWorkbook(name, Words(f"工作表“{sheet.name}”超过 {zh}的上限", f"has more than {en} on sheet {sheet.name}"), SPLIT)
