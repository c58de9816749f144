"""The report of an outlet as a workbook (导出排放口报表): hours, days, exceedances, corrections; every export is sealed."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from shuangkong import __version__
from shuangkong.access.roles import Permission
from shuangkong.evidence.canonical import Plain
from shuangkong.kernel.language import Language, Words
from shuangkong.services import clock
from shuangkong.services.chain import record_export
from shuangkong.services.documents.neutral_text import neutralised
from shuangkong.services.documents.official_workbook import Cover, Entry, WorkbookSheet, official_workbook
from shuangkong.services.documents.report import Figure
from shuangkong.services.monitoring_kinds import unit_shown
from shuangkong.services.outlet_facts import local
from shuangkong.services.outlet_pages import OutletAsked, OutletPage, outlet_page
from shuangkong.services.outlet_reports import HourReport, ReportColumn, hour_report, said_of
from shuangkong.services.people import Member, actor_of

_DECIMALS = 4


class OutletFile(NamedTuple):
    """A file to be sent (导出文件)."""

    name: str
    content: bytes


def outlet_workbook(*, code: str, who: Member, asked: OutletAsked, as_of: date | None, language: Language) -> OutletFile:
    """Return the hours and days of an outlet as a workbook, and seal that they were taken (导出排放口报表).

    Raises
    ------
    UnknownPoint
        If no outlet has the code.
    NotPermitted
        If the person may not see its organisation, or not export.
    """
    page = outlet_page(code=code, who=who, asked=asked, as_of=as_of)
    actor = actor_of(who, Permission.EXPORT, page.point.organisation)
    report = hour_report(page.factors)
    title = Words(f"{page.home.zh} {page.point.name.zh} {page.name.zh}", f"{page.home.en} {page.point.name.en} {page.name.en}").in_language(language)
    sheets = [
        WorkbookSheet(Words("小时", "Hours").in_language(language), title, _hour_columns(report, language), list(_hour_rows(report, language))),
        WorkbookSheet(Words("日月", "Days").in_language(language), title, _day_columns(page, language), list(_day_rows(page))),
        WorkbookSheet(Words("超标", "Exceedances").in_language(language), title, [one.in_language(language) for one in _BEYOND], list(_beyond_rows(page, language)), widest=60),
        WorkbookSheet(Words("更正", "Corrections").in_language(language), title, [one.in_language(language) for one in _CORRECTED], list(_corrected_rows(page, language)), widest=60),
    ]  # fmt: skip
    known = as_of or clock.today()
    about = [
        (title, ""), (Words("时点", "Known").in_language(language), f"{known}"),
        (Words("口径", "Basis").in_language(language), Words("质量按实测浓度和标干流量；替代的小时另行注明，原值不改。规则未核实之处见规则页。", "Masses from measured concentrations and dry standard flow; substituted hours say so, what was measured stays. What is not verified of the rules stands on their page.").in_language(language)),
    ]  # fmt: skip
    if page.point.is_simulated:
        about.append((Words("模拟", "Simulated").in_language(language), Words("全部数据为模拟数据。", "All data are simulated.").in_language(language)))
    content = official_workbook(
        Cover(Words("说明", "About").in_language(language), about), sheets, title=title, author=f"双控 Shuangkong {__version__}", told_on=known, language=language
    )
    what: dict[str, Plain] = {"as_of": known, "first": page.first, "rows": len(report.starts), "span": page.asked.span.name}
    record_export(what=f"monitoring/{code}", content=what, actor=actor, is_simulated=page.point.is_simulated)
    return OutletFile(f"shuangkong-{code}-{page.asked.span.name.lower()}-{page.first}.xlsx", content)


def _head(column: ReportColumn, language: Language) -> str:
    unit = f" {column.unit}" if column.unit else ""
    return f"{column.name.in_language(language)} {column.kind.words.in_language(language)}".strip() + unit


def _hour_columns(report: HourReport, language: Language) -> list[str]:
    return [Words("时间", "Hour").in_language(language), *(_head(one, language) for one in report.columns), Words("说明", "Notes").in_language(language)]


def _hour_rows(report: HourReport, language: Language) -> Iterator[list[Entry]]:
    for start, cells in report.rows:
        notes = []
        for column, cell in zip(report.columns, cells, strict=True):
            stands_in = Words("替代", "substituted").in_language(language) if cell.is_substituted else ""
            if said := " ".join(filter(None, (stands_in, said_of(cell, language)))):
                notes.append(f"{_head(column, language)}: {said}")
        yield [f"{start:%Y-%m-%d %H:%M}", *(Figure(cell.value, decimals=_DECIMALS) for cell in cells), neutralised("; ".join(dict.fromkeys(notes)))]


def _day_columns(page: OutletPage, language: Language) -> list[str]:
    heads = [Words("日期", "Day").in_language(language)]
    for one in page.factors:
        name = one.name.in_language(language)
        heads.append(f"{name} {Words('均值', 'mean').in_language(language)} {unit_shown(one.unit)}".strip())
        if one.is_weighed:
            heads += [f"{name} kg", f"{name} {Words('其中替代', 'substituted').in_language(language)} kg"]
        heads += [f"{name} {Words('有效小时', 'valid hours').in_language(language)}"]
    return heads


def _day_rows(page: OutletPage) -> Iterator[list[Entry]]:
    for day, totals in page.totals:
        row: list[Entry] = [day.isoformat()]
        for one, total in zip(page.factors, totals, strict=True):
            row.append(Figure(total.mean, decimals=_DECIMALS))
            if one.is_weighed:
                row += [Figure(total.kg, decimals=_DECIMALS), Figure(total.substituted_kg, decimals=_DECIMALS)]
            row.append(total.measured)
        yield row


_BEYOND = (Words("时间", "From"), Words("因子", "Factor"), Words("时段", "Span"), Words("均值", "Mean"), Words("限值", "Limit"), Words("超标倍数", "Times above"), Words("依据", "Document"))


def _beyond_rows(page: OutletPage, language: Language) -> Iterator[list[Entry]]:
    for one in page.beyond:
        limit = one.limit
        end = limit.high if limit.high is not None and one.mean > limit.high else limit.low
        yield [f"{one.start:%Y-%m-%d %H:%M}", one.name.in_language(language), limit.statistic.words.in_language(language), Figure(one.mean, decimals=_DECIMALS), Figure(end, decimals=_DECIMALS), Figure(one.times, decimals=2), neutralised(limit.document)]


_CORRECTED = (
    Words("时间", "Time"), Words("因子", "Factor"), Words("类型", "Kind"), Words("原值", "Was"), Words("原标记", "Mark"), Words("收到", "Heard"), Words("更正于", "Corrected"),
    Words("现值", "Now"), Words("现标记", "Mark"),
)  # fmt: skip


def _corrected_rows(page: OutletPage, language: Language) -> Iterator[list[Entry]]:
    for factor, kind, one in page.corrected:
        yield [
            f"{one.ts:%Y-%m-%d %H:%M}", factor.in_language(language), kind.in_language(language), Figure(one.value, decimals=6), one.flag, f"{local(one.heard_at):%Y-%m-%d %H:%M:%S}",
            f"{local(one.held_until):%Y-%m-%d %H:%M:%S}", Figure(one.then_value, decimals=6), one.then_flag,
        ]  # fmt: skip
