"""The board as a file (导出): the rows asked for, as CSV or as a workbook, with day, source of truth and marks; every export is sealed."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from shuangkong import __version__
from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.services.board_pages import BoardFilter, BoardPage, PageRow, board_page, counted
from shuangkong.services.chain import Actor, record_export
from shuangkong.services.deployment import city
from shuangkong.services.documents.neutral_text import neutralised
from shuangkong.services.documents.official_workbook import Cover, Entry, WorkbookSheet, official_workbook
from shuangkong.services.documents.report import Figure
from shuangkong.services.documents.wording import (
    MISSING,
    coverage_text,
    listed_text,
    marks_text,
    target_text,
    unit_text,
)
from shuangkong.services.people import Member, NotPermitted

BOARD_FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
COLUMNS = (
    Words("编号", "No."), Words("条款", "Clause"), Words("指标", "Target"), Words("范围", "Scope"), Words("性质", "Nature"), Words("年度", "Year"), Words("现值", "Now"),
    Words("目标", "Goal"), Words("单位", "Unit"), Words("状态", "State"), Words("进度（%）", "Pace (%)"), Words("覆盖", "Coverage"), Words("标记", "Marks"),
    Words("牵头单位", "Lead"), Words("说明", "Note"),
)  # fmt: skip


class ExportedFile(NamedTuple):
    """A file to be sent (导出文件)."""

    name: str
    media_type: str
    content: bytes


def export_of(*, form: str, asked: BoardFilter, year: int | None, as_of: date | None, who: Member, language: Language = "zh") -> ExportedFile:
    """Return the rows asked for as a file, and seal that they were taken (导出总览).

    Raises
    ------
    NotPermitted
        If the person may not export.
    """
    actor = _exporter(who)
    page = board_page(year=year, as_of=as_of)
    rows = page.chosen(asked)
    content = _csv(page, rows, language) if form == "csv" else _xlsx(page, rows, language)
    record_export(what="table/board", content={"as_of": page.moment.as_of, "filter": dict(asked.asked), "form": form, "rows": len(rows), "year": page.moment.year}, actor=actor)
    return ExportedFile(f"shuangkong-board-{page.moment.year}-{page.moment.as_of}.{form}", BOARD_FORMS[form], content)


def _exporter(who: Member) -> Actor:
    """The board is of the whole city and all may read it: any post that exports will do."""
    for post in who.posts:
        if who.may(Permission.EXPORT) and post.allows(Permission.EXPORT):
            return Actor(who.pk, who.full_name, post.role, post.organisation, post.stands_in_for)
    raise NotPermitted(Permission.EXPORT, city().code)


def _heading(page: BoardPage, rows: Sequence[PageRow]) -> tuple[Words, ...]:
    board = page.board
    return (
        Words(f"{board.city.name.zh} {board.year} 年指标一览", f"{board.city.name.en}, targets in {board.year}"), counted([*rows]),
        Words(f"截至 {board.as_of} 所知；{board.plan.heading.zh}", f"As known on {board.as_of}; {board.plan.heading.en}"), page.legend,
    )  # fmt: skip


def _entries(page: BoardPage, one: PageRow, language: Language) -> tuple[Entry, ...]:
    row = one.row
    note = row.reason.in_language(language) if row.reason else ""
    return (
        row.target_id, row.clause, row.name.in_language(language), row.scope.in_language(language), row.nature.in_language(language), page.moment.year, row.current,
        target_text(row.operator, row.target, language), unit_text(row.target.unit, language), one.state_words.in_language(language), row.pace_pct,
        coverage_text(row.coverage), marks_text(row.marks, language), listed_text(row.lead, language), note,
    )  # fmt: skip


def _csv(page: BoardPage, rows: Sequence[PageRow], language: Language) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([neutralised(line.in_language(language))] for line in _heading(page, rows))
    writer.writerow([column.in_language(language) for column in COLUMNS])
    writer.writerows([_cell(entry) for entry in _entries(page, one, language)] for one in rows)
    return text.getvalue().encode("utf-8-sig")  # the mark at the start tells Excel what it is


def _cell(entry: Entry) -> str:
    if isinstance(entry, Figure):
        return MISSING if entry.number is None else plain(round_gbt8170(entry.number, entry.decimals))
    return neutralised(str(entry)) if isinstance(entry, str) else str(entry)


def _xlsx(page: BoardPage, rows: Sequence[PageRow], language: Language) -> bytes:
    title, answer, known, legend = (line.in_language(language) for line in _heading(page, rows))
    name, about = (Words("总览", "Board"), Words("说明", "About"))
    sheet = WorkbookSheet(
        name=name.in_language(language), heading=answer, columns=[column.in_language(language) for column in COLUMNS], fixed_columns=3,
        rows=[[neutralised(entry) if isinstance(entry, str) else entry for entry in _entries(page, one, language)] for one in rows],
    )  # fmt: skip
    told = (Words("结论", "Answer"), Words("时点", "Known"), Words("灯号", "Lights"))
    cover = Cover(about.in_language(language), ((title, ""), *zip((one.in_language(language) for one in told), (answer, known, legend), strict=True)))
    return official_workbook(cover, [sheet], title=title, author=f"双控 Shuangkong {__version__}", told_on=page.moment.as_of, language=language)
