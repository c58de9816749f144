"""A plan's published text → a draft plan with every number and duty found (规划文本识别).

Layers, each ignorant of the next: `normalise` (one spelling, same length) → `layout` (headings, paragraphs, tables) →
`agencies` (who) and `sentences` → `quantities` → `phrases` → `enumeration` → `binding` and `drafting` (what, how much, by when), with
`outcomes` for targets without a figure and `annexes` for tables. `words` is the lexicon.
"""

import re
from dataclasses import replace

from shuangkong.plan.reading.agencies import Duties, duties_in
from shuangkong.plan.reading.annexes import read_table
from shuangkong.plan.reading.binding import ClauseReader, Findings
from shuangkong.plan.reading.draft import Doubt, DraftClause, DraftPlan, DraftTarget, RawTable
from shuangkong.plan.reading.layout import Section, lay_out
from shuangkong.plan.reading.normalise import Passage, as_printed, normalise
from shuangkong.plan.reading.sentences import Horizon, horizon_of, issue_year

__all__ = ["Doubt", "DraftClause", "DraftPlan", "DraftTarget", "RawTable", "read_plan"]


def read_plan(text: str) -> DraftPlan:
    """Return the draft plan that a published text describes (规划文本识别).

    Parameters
    ----------
    text : str
        The whole text, tables as tab, bar or blank separated lines.

    Returns
    -------
    DraftPlan
        Clauses with responsible bodies, targets, tables, and what a person should look at.

    Examples
    --------
    >>> plan = read_plan("某市“十四五”节能工作方案\\n一、目标\\n（一）主要目标。到2025年，城市再生水利用率力争达到30%。")
    >>> [(t.clause, t.indicator, t.operator, t.value, t.unit, t.target_year, t.commitment) for t in plan.targets]
    [('一(一)', '城市再生水利用率', '>=', '30', '%', 2025, 'stretch')]
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    normal = normalise(text)
    document = lay_out(normal)
    horizon = replace(horizon_of(normal, document.title), issued=issue_year(normal))
    whole_scope, own_name = _whole_scope(document.title, normal)
    reader = _Reader(text, horizon, whole_scope, own_name)
    for section in document.sections:
        reader.section(section)
    for table in document.annexes:
        reader.annex(f"附件{table.annex}", read_table(table, clause=f"附件{table.annex}", horizon=horizon, whole_scope=reader.whole_scope))
    tables = [table for section in document.sections for table in section.tables] + document.annexes
    return DraftPlan(
        title=_printed_title(text, normal, document.title),
        edition=document.edition,
        clauses=tuple(reader.clauses),
        targets=tuple(reader.targets),
        annexes=tuple(RawTable(f"附件{table.annex}" if table.annex else "", table.title, tuple(map(tuple, table.rows))) for table in tables),
        unsure=tuple(dict.fromkeys(reader.doubts)),
    )


class _Reader:
    """Collects clauses, targets and doubts; remembers which bodies are implied from a clause on."""

    def __init__(self, printed: str, horizon: Horizon, whole_scope: str, own_name: str) -> None:
        self._printed = printed
        self._own_name = own_name
        self._horizon = horizon
        self.whole_scope = whole_scope
        self.clauses: list[DraftClause] = []
        self.targets: list[DraftTarget] = []
        self.doubts: list[Doubt] = []
        self._implied: tuple[str, ...] = ()

    def section(self, section: Section) -> None:
        """Read one section: duties, then targets of its text and tables."""
        duties = Duties()
        reader = ClauseReader(
            printed=self._printed, clause=section.number, title=section.title, horizon=self._horizon, whole_scope=self.whole_scope
        )
        for paragraph in section.paragraphs:
            found = duties_in(paragraph.text)
            for start, end, listed in found:
                duties.add(_as_printed(listed, self._printed, paragraph.slice(start, end)))
            rest = _without(paragraph, [(start, end) for start, end, _ in found])
            if rest.text:
                reader.read(rest)
        if duties.implied_from_here:
            self._implied = tuple(duties.implied_from_here)
        if section.is_clause:
            start, end = section.title_span
            title = self._printed[start:end] if end else section.title
            self.clauses.append(DraftClause(section.number, title, tuple(duties.lead), tuple(duties.support), self._implied))
        self._take(reader.findings)
        for table in section.tables:
            self.annex(section.number, read_table(table, clause=section.number, horizon=self._horizon, whole_scope=self.whole_scope))

    def annex(self, clause: str, targets: list[DraftTarget]) -> None:
        """Take in the targets of a table."""
        self._take(Findings(targets))

    def _take(self, findings: Findings) -> None:
        self.targets.extend(
            replace(target, scope=self.whole_scope) if target.scope and target.scope == self._own_name else target for target in findings.targets
        )
        self.doubts.extend(findings.doubts)
        self.doubts.extend(
            Doubt(target.clause, target.phrase, target.note or "请核对") for target in findings.targets if target.confidence_pct < 75 and target.value
        )


def _without(paragraph: Passage, spans: list[tuple[int, int]]) -> Passage:
    """Return the paragraph without the brackets of agencies; a full stop stays in their place."""
    text, origin, at = "", [], 0
    for start, end in spans:
        text += paragraph.text[at:start] + "。"
        origin.extend([*paragraph.origin[at:start], paragraph.origin[start]])
        at = end
    return Passage(text + paragraph.text[at:], (*origin, *paragraph.origin[at:]))


def _as_printed(duties: Duties, printed: str, part: Passage) -> Duties:
    """Return the same duties with names as printed (traditional characters stay)."""

    def name(found: str) -> str:
        at = part.text.find(found)
        return re.sub(r"\s", "", as_printed(printed, part.slice(at, at + len(found)))) if at >= 0 else found

    return Duties([name(body) for body in duties.lead], [name(body) for body in duties.support], [name(body) for body in duties.implied_from_here])


def _whole_scope(title: str, text: str) -> tuple[str, str]:
    """Return what “the whole” is called (全市, 全省 …) and its own name; from the title, else the word used most."""
    place = re.match(r"[^“”（）]{1,12}?(?P<kind>自治区|省|市|县|区|州|盟|旗)", title)
    if place:
        return ("全区" if place["kind"] == "自治区" else f"全{place['kind']}"), place.group()
    words = re.findall(r"全[市省县区州盟旗国]", text)
    return (max(sorted(set(words)), key=words.count) if words else ""), ""


def _printed_title(printed: str, normal: str, title: str) -> str:
    """Return the title as printed, where it stands on one line."""
    at = normal.find(title) if title else -1
    return printed[at : at + len(title)] if at >= 0 else title
