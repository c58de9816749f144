"""From lines to a document: title, headings, paragraphs put together again, tables, annexes.

Plans come as text copied from Word, web pages and scans: indents missing, lines broken in mid-sentence, tables as runs
of tabs. A line is judged by its own shape; only the wrap width looks at the whole text.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shuangkong.plan.reading.normalise import Passage, passage
from shuangkong.plan.reading.title import FIRST_LINES, title_in

Span = tuple[int, int]

_NUMERAL = "[一二三四五六七八九十]{1,3}"
# 一、总体要求 ; 第一章 总则 ; 第一部分 …
_PART = re.compile(rf"(?:(?P<plain>{_NUMERAL})[、.]|第(?P<chapter>{_NUMERAL})(?:章|部分|篇)[：、 ]?) *(?P<rest>.*)$")
# （一）指导思想。… ; ㈠… ; 第一节 …
_CLAUSE = re.compile(rf"(?:（(?P<plain>{_NUMERAL})）、?|(?P<ringed>[㈠-㈩])|第(?P<section>{_NUMERAL})节[：、 ]?) *(?P<rest>.+)$")
# 第一条 …
_ARTICLE = re.compile(r"第(?P<number>[一二三四五六七八九十百]{1,5})条[：、 ]? *(?P<rest>.+)$")
# 1.标题 ; 1、标题 ; （1）标题 — never 1.3 or 12%
_ITEM = re.compile(r"(?:(?P<plain>\d{1,2})(?:[.、]|．)|（(?P<ringed>\d{1,2})）) *(?=[^\d.%）])(?P<rest>.+)$")
# 附件1 ; 附件 ; 附表2 各县区… — the list “附件：1.…” at the end of the text is not one
_ANNEX = re.compile(r"附[件表录] *(?P<number>\d{1,2}|[一二三四五六七八九十]{0,2}) *(?P<colon>[：、.]?) *(?P<rest>.*)$")
# What stands on pages but in no clause: page numbers, who printed it, whom it was copied to.
_OF_THE_PAGE = re.compile(r"第? *\d{1,3} *页?(?:[ ，]*共 *\d{1,3} *页)?$|[—~\-·]+ *\d{1,3} *[—~\-·]+$|(?:抄送|主办|承办)：.*$|.{0,30}20\d\d年\d{1,2}月\d{1,2}日印发$")
_DUTY_LINE = re.compile(r"(?:牵头|责任|配合|负责|参与)(?:单位|部门)：")
_ANNEX_LIST = re.compile(r"附[件表录]：? *\d{1,2}[.、]")
_TOC_LINE = re.compile(r"^[^，。]{2,40}?(?:\.{3,}|…+|·{3,}) *\d* *$|^目 *录$")
# A heading glued to the end of the text before it: “…负责）（二）园区节能工程。”
_GLUED_CLAUSE = re.compile(rf"(?<=[。）])（{_NUMERAL}）(?=[^，。；（）]{{2,36}}。)")
_GLUED_PART = re.compile(rf"(?<=[。）]){_NUMERAL}、(?=[^，。；（）]{{2,20}}（一）)")
_GLUED_FIRST = re.compile(rf"(?:^|(?<=[。）])) *{_NUMERAL}、[^，。；（）]{{2,20}}(?=（一）)")
_SENTENCE_END = tuple("。；！？：）】”")
_TABLE_CAPTION = re.compile(r"表 ?\d{1,2}|专栏 ?\d{1,2}|单位：")


@dataclass(slots=True)
class Table:
    """Rows of cells found at one place (表格)."""

    title: str
    rows: list[list[str]]
    annex: str = ""


@dataclass(slots=True)
class Section:
    """A numbered stretch of text (条款正文): headings, paragraphs, tables under it."""

    number: str
    title: str
    title_span: Span = (0, 0)
    paragraphs: list[Passage] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    is_clause: bool = True


@dataclass(slots=True)
class Document:
    """The whole text, laid out (文本结构)."""

    title: str
    edition: str
    sections: list[Section]
    annexes: list[Table]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its span and text without outer blanks, and the raw line that tells indents and tabs."""

    start: int
    end: int
    text: str
    raw: str


def lay_out(text: str) -> Document:
    """Return the document that a normalised text describes (版面分析)."""
    lines = list(_lines(text))
    width = _wrap_width(lines)
    body, annex_lines = _split_annexes(lines)
    title, edition = title_in([line.text for line in body if line.text][:FIRST_LINES], _opens_text)
    sections = _Sections(text, width).read(body)
    annexes = []
    for number, chunk in annex_lines:
        table, rest = _annex(number, chunk)
        if table.rows:
            annexes.append(table)
        elif rest:
            section = Section(f"附件{number}", table.title, is_clause=False)
            section.paragraphs = _paragraphs(text, rest, width)
            sections.append(section)
    return Document(title, edition, sections, annexes)


def _lines(text: str) -> Iterator[Line]:
    """Cut into lines, also before headings glued to the text in front of them."""
    start = 0
    for raw in text.split("\n"):
        glued = {found.start() for rule in (_GLUED_CLAUSE, _GLUED_PART) for found in rule.finditer(raw)}
        glued |= {found.end() for found in _GLUED_FIRST.finditer(raw)}
        cuts = [0, *sorted(glued), len(raw)]
        for left, right in itertools.pairwise(cuts):
            piece = raw[left:right]
            lead = len(piece) - len(piece.lstrip())
            stripped = piece.strip()
            yield Line(start + left + lead, start + left + lead + len(stripped), stripped, piece)
        start += len(raw) + 1


def _wrap_width(lines: Sequence[Line]) -> int:
    """Return the width at which the text was broken into lines, 0 when each line is a paragraph."""
    lengths = sorted(len(line.text) for line in lines if len(line.text) > 8 and "\t" not in line.text)
    if len(lengths) < 6:
        return 0
    broken = sum(1 for line in lines if len(line.text) > 8 and not line.text.endswith(_SENTENCE_END))
    widest = lengths[len(lengths) * 4 // 5]
    return widest if broken * 5 > len(lengths) * 2 and widest <= 90 else 0


def _split_annexes(lines: Sequence[Line]) -> tuple[list[Line], list[tuple[str, list[Line]]]]:
    """Separate the body from the annexes behind it."""
    body: list[Line] = []
    annexes: list[tuple[str, list[Line]]] = []
    for place, line in enumerate(lines):
        number = _annex_number(line, lines[place + 1 : place + 7], behind=place > 0)
        if number is not None:
            annexes.append((number or str(len(annexes) + 1), []))
            rest = _ANNEX.match(line.text)
            if rest and rest["rest"]:
                at = line.end - len(rest["rest"])
                annexes[-1][1].append(Line(at, line.end, rest["rest"], rest["rest"]))
        elif annexes:
            annexes[-1][1].append(line)
        else:
            body.append(line)
    return _plan_taken_back(body, annexes)


def _plan_taken_back(body: list[Line], annexes: list[tuple[str, list[Line]]]) -> tuple[list[Line], list[tuple[str, list[Line]]]]:
    """A plan is often itself the “附件” of the notice that issues it: what has parts and clauses is body."""
    for place, (_, chunk) in enumerate(annexes):
        has_parts = sum(1 for line in chunk if _PART.match(line.text)) >= 2
        if has_parts and any(_CLAUSE.match(line.text) or _ITEM.match(line.text) for line in chunk):
            own = annexes[place + 1 :]
            return [*body, *chunk], [(number if number.isdigit() else str(at + 1), lines) for at, (number, lines) in enumerate(own)]
    return body, annexes


def _annex_number(line: Line, following: Sequence[Line], *, behind: bool) -> str | None:
    """Return the number of the annex that starts here, "" when it has none, None when none starts."""
    if not behind or len(line.text) > 60 or "。" in line.text or _ANNEX_LIST.match(line.text):
        return None
    found = _ANNEX.match(line.text)
    if not found:
        return None
    number = found["number"]
    if number and not number.isdigit():
        number = str("一二三四五六七八九十".find(number) + 1)
    if not found["rest"]:
        return number
    if any(_ANNEX.fullmatch(other.text) and not _ANNEX.fullmatch(other.text)["rest"] for other in following):  # type: ignore[index]
        return None
    has_table = sum(1 for other in following if is_row(other.raw, in_annex=True)) >= 2
    return number if has_table or (found["number"] and not found["colon"]) else None


def cells(raw: str) -> list[str]:
    """Return the cells of a table line: by tabs, bars, or runs of blanks."""
    if "|" in raw:
        bare = raw.strip()
        framed = len(bare) > 1 and bare[0] == bare[-1] == "|"
        return [cell.strip() for cell in (bare[1:-1] if framed else bare).split("|")]
    if "\t" in raw:
        return [cell.strip() for cell in raw.strip("\n").split("\t")]
    return re.split(r" +", raw.strip())


def is_row(raw: str, *, in_annex: bool) -> bool:
    """Tell whether a line is a row of a table."""
    stripped = raw.strip()
    if "。" in stripped or len(stripped) > 160:
        return False
    if "|" in stripped or (stripped and "\t" in stripped):
        return True
    if in_annex:
        return raw.startswith("\t") or bool(re.search(r"[^ ] +[^ ]", stripped) and re.search(r"\d", stripped)) or stripped.count(" ") >= 2
    return len(re.split(r" {2,}", stripped)) >= 3


def rows_of(lines: Sequence[Line]) -> list[list[str]]:
    """Return the rows of consecutive table lines; with one cell a line, an empty line ends the row."""
    one_cell_lines = sum(1 for line in lines if line.raw.startswith("\t") and "\t" not in line.raw[1:])
    filled = [line for line in lines if line.text or line.raw]
    if not one_cell_lines or one_cell_lines * 2 < len(filled):
        return [cells(line.raw) for line in lines if line.raw.strip(" ") and not re.fullmatch(r"[|:\- ]+", line.text)]
    rows: list[list[str]] = [[]]
    for line in lines:
        if line.raw.startswith("\t"):
            rows[-1].extend(cells(line.raw[1:]) if "\t" in line.raw[1:] else [line.text])
        elif line.text:
            rows.extend([[line.text], []])
        elif rows[-1]:
            rows.append([])
    return [row for row in rows if row]


def _annex(number: str, lines: list[Line]) -> tuple[Table, list[Line]]:
    """Read an annex: title lines, then its table; without a table, its text is handed back."""
    rows = [place for place, line in enumerate(lines) if is_row(line.raw, in_annex=True)]
    if len(rows) < 2:
        filled = [line for line in lines if line.text]
        return Table(filled[0].text if filled else "", [], number), filled
    first = rows[0]
    title = "".join(line.text for line in lines[:first] if not _TABLE_CAPTION.match(line.text.lstrip("（")))
    captions = [[line.text] for line in lines[:first] if line.text.lstrip("（").startswith("单位：")]
    notes = re.compile(r"[注备说][：: 明]|备注")
    end = next((first + at for at, line in enumerate(lines[first:]) if notes.match(line.text)), len(lines))
    return Table(title.replace(" ", ""), captions + rows_of(lines[first:end]), number), []


def _opens_text(text: str) -> bool:
    return bool(_PART.match(text) or _CLAUSE.match(text))


def _paragraphs(text: str, lines: Sequence[Line], width: int) -> list[Passage]:
    """Put lines together to paragraphs: a line that does not end a sentence goes on in the next."""
    paragraphs: list[Passage] = []
    spans: list[Span] = []
    for line in lines:
        if not line.text:
            continue
        if spans and (line.raw.startswith("  ") or _ITEM.match(line.text) or _DUTY_LINE.match(line.text)):
            paragraphs.append(passage(text, spans))
            spans = []
        spans.append((line.start, line.end))
        is_short = not width or len(line.text) < width - 1
        ended = (_DUTY_LINE.match(line.text) and is_short) or bool(_ITEM.match(line.text) and "。" not in line.text and len(line.text) <= 30) or (line.text.endswith(_SENTENCE_END) and not (width and len(line.text) >= width - 1 and line.text[-1] in "）”：；"))
        if ended:
            paragraphs.append(passage(text, spans))
            spans = []
    if spans:
        paragraphs.append(passage(text, spans))
    return paragraphs


class _Sections:
    """Reads the body: walks the lines once, opens a section at each heading."""

    def __init__(self, text: str, width: int) -> None:
        self._text = text
        self._width = width
        self._sections: list[Section] = [Section("", "", is_clause=False)]
        self._lines: list[Line] = []
        self._rows: list[Line] = []
        self._part = ""
        self._part_title = ""
        self._carried: Line | None = None
        self._in_annex_list = False

    def read(self, lines: Sequence[Line]) -> list[Section]:
        """Return the sections in order; parts that hold clauses of their own are not sections."""
        items_are_clauses = self._parts_without_clauses(lines)
        for line in lines:
            if _TOC_LINE.search(line.text) or (_OF_THE_PAGE.match(line.text) and "\t" not in line.raw):
                continue
            if is_row(line.raw, in_annex=False):
                self._rows.append(line)
                continue
            if self._rows and not line.text:
                continue
            self._close_table()
            if _ANNEX_LIST.match(line.text):
                self._in_annex_list = True
            if not self._open(self._with_carried(line), items_are_clauses) and not self._in_annex_list:
                self._lines.append(line)
        self._close_table()
        self._close()
        return self._merged()

    def _with_carried(self, line: Line) -> Line:
        """A wrapped heading goes on in this line."""
        if self._carried is None or not line.text:
            return line
        first, self._carried = self._carried, None
        return Line(first.start, line.end, first.text + line.text, first.raw)

    def _parts_without_clauses(self, lines: Sequence[Line]) -> set[str]:
        """Return the parts whose “1.” headings stand where others have （一）."""
        part, with_clauses, with_items = "", set(), set()
        for line in lines:
            if found := _PART.match(line.text):
                part = found["plain"] or found["chapter"]
            elif _CLAUSE.match(line.text) or _ARTICLE.match(line.text):
                with_clauses.add(part)
            elif _ITEM.match(line.text):
                with_items.add(part)
        return with_items - with_clauses

    def _open(self, line: Line, items_are_clauses: set[str]) -> bool:
        """Open what a heading line opens; False for plain text."""
        wrapped = bool(self._width) and len(line.text) * 20 >= self._width * 17 and "。" not in line.text
        if (part := _PART.match(line.text)) and len(part["rest"].split("。")[0]) <= 40:
            self._close()
            self._part = part["plain"] or part["chapter"]
            self._start(self._part, part["rest"], line, is_clause=False)
            return True
        number = ""
        if clause := _CLAUSE.match(line.text):
            ringed = "一二三四五六七八九十"["㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩".index(clause["ringed"])] if clause["ringed"] else ""
            number, rest = f"{self._part}({clause['plain'] or clause['section'] or ringed})", clause["rest"]
        elif article := _ARTICLE.match(line.text):
            number, rest = f"第{article['number']}条", article["rest"]
        elif (item := _ITEM.match(line.text)) and self._part in items_are_clauses:
            digits = item["plain"] or item["ringed"]
            number, rest = (f"{self._part}({digits})" if self._part else digits), item["rest"]
        if not number:
            return False
        if wrapped and self._carried is None:
            self._carried = line
            return True
        self._close()
        self._start(number, rest, line, is_clause=True)
        return True

    def _start(self, number: str, rest: str, line: Line, *, is_clause: bool) -> None:
        title, body = _title_and_body(rest)
        start = line.end - len(rest)
        unbroken = line.end - line.start == len(line.text)
        span = (start, start + len(title)) if unbroken else (0, 0)
        self._sections.append(Section(number, title, span, is_clause=is_clause))
        self._in_annex_list = False
        if body:
            self._lines.append(Line(line.end - len(body), line.end, body, body))

    def _close(self) -> None:
        self._sections[-1].paragraphs.extend(_paragraphs(self._text, self._lines, self._width))
        self._lines = []

    def _close_table(self) -> None:
        if len(self._rows) >= 2:
            caption = self._lines.pop().text if self._lines and not self._lines[-1].text.endswith("。") else ""
            self._close()
            self._sections[-1].tables.append(Table(caption, rows_of(self._rows)))
        else:
            self._lines.extend(self._rows)
        self._rows = []

    def _merged(self) -> list[Section]:
        """A part without clauses is itself the clause; a heading of the table of contents is dropped."""
        kept: list[Section] = []
        filled = {section.number for section in self._sections if section.paragraphs or section.tables}
        for place, section in enumerate(self._sections):
            has_text = bool(section.paragraphs or section.tables)
            if not has_text and (section.number in filled or not section.is_clause):
                continue
            following = self._sections[place + 1] if place + 1 < len(self._sections) else None
            holds_clauses = following is not None and following.is_clause
            if section.number and not section.is_clause and not holds_clauses:
                section.is_clause = True
            kept.append(section)
        return kept


def _title_and_body(rest: str) -> tuple[str, str]:
    """Split “标题。正文”; a heading alone on its line is all title."""
    first, stop, body = rest.partition("。")
    if stop and len(first) <= 40 and not re.search(r"\d+(?:\.\d+)?(?:%|万?吨)", first):
        return first.strip(), body.strip()
    for mark in ("：", " "):
        head, found, tail = rest.partition(mark)
        if found and stop and len(head) <= 20 and len(tail) > len(head) and not re.search("[，；]", head):
            return head.strip(), tail.strip()
    if not stop and len(rest) <= 60 and not re.search(r"\d+(?:\.\d+)?(?:%|万?吨)", rest):
        bracket = re.search(r"（[^（）]*(?:（[^（）]*）[^（）]*)*(?:责任|牵头|负责)[^（）]*(?:（[^（）]*）[^（）]*)*）$", rest)
        return (rest[: bracket.start()].strip(), bracket.group()) if bracket else (rest.strip(), "")
    return "", rest
