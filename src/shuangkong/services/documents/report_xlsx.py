"""Sets a report as a workbook (Excel 报告)."""

from collections.abc import Iterable, Sequence

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.official_workbook import Cover, Entry, WorkbookSheet, columns_of, official_workbook
from shuangkong.services.documents.report import Figure, Report
from shuangkong.services.documents.wording import (
    OPERATORS,
    coverage_text,
    listed_text,
    marks_text,
    unit_text,
    unrounded,
)


def report_xlsx(report: Report, language: Language) -> bytes:
    """Return the report as a workbook in `language`; the same report gives the same bytes."""
    sheets = [sheet for sheet in _sheets(report, language) if sheet is not None]
    title = f"{report.city.in_language(language)} · {report.as_of}"
    return official_workbook(_cover(report, language), sheets, title=title, author=report.engine, told_on=report.as_of, language=language)


def _cover(report: Report, language: Language) -> Cover:
    before: list[tuple[str, str]] = [
        (report.city.in_language(language), report.plan_title.in_language(language)),
        (_named("结论", "answer", language), report.answer.in_language(language)),
        *((_named("要点", "finding", language), one.in_language(language)) for one in report.findings),
        *((_named("下一步", "next", language), one.in_language(language)) for one in report.steps),
        (_named("评价年度", "year", language), str(report.year)),
        (_named("数据截至", "as known on", language), report.as_of.isoformat()),
        (_named("方案版本", "edition", language), f"{report.edition.in_language(language)} {report.document_number}".strip()),
        (_named("生成", "made by", language), report.engine),
        (_named("进度与状态", "pace and light", language), report.legend.in_language(language)),
    ]
    if report.banner:
        before.append((_named("模拟", "simulated", language), report.banner.in_language(language)))
    after = [(one.title.in_language(language), one.text.in_language(language)) for one in report.notes]
    after += [(f"{_named('方案提示', 'remark', language)} {one.number}（{one.clause}）", one.text.in_language(language)) for one in report.remarks]
    return Cover(_named("目录与说明", "Contents", language), before, after)


def _sheets(report: Report, language: Language) -> list[WorkbookSheet | None]:
    return [
        _board(report, language), _ranking(report, language), _comparison(report, language), _workings(report, language),
        _sources(report, language), _scores(report, language),
    ]  # fmt: skip


def _board(report: Report, language: Language) -> WorkbookSheet:
    columns = columns_of(
        "编号|条款|指标|范围|状态|现状|算子|目标|单位|进度（%）|时期|基期|覆盖|标记|原因|性质|牵头单位|原文",
        "id|clause|target|scope|light|now|operator|aim|unit|pace (%)|period|base|coverage|marks|reason|nature|lead|phrase", language,
    )
    rows: Iterable[Sequence[Entry]] = (
        (
            row.target_id, row.clause, row.name.in_language(language), row.scope.in_language(language), row.light, row.current,
            _operator(row.operator, language), row.target, unit_text(row.target.unit or row.current.unit, language), row.pace_pct, row.period, row.base,
            coverage_text(row.coverage), marks_text(row.marks, language), _said(row.reason, language), row.nature.in_language(language),
            listed_text(row.lead, language), row.phrase,
        )
        for row in report.rows
    )
    return WorkbookSheet(_named("指标一览", "Board", language), report.answer.in_language(language), columns, rows, 3)


def _ranking(report: Report, language: Language) -> WorkbookSheet | None:
    if report.ranking is None:
        return None
    columns = columns_of("名次|代码|县区|现状|目标|单位|与进度相差（个百分点）|状态|标记|原因", "rank|code|jurisdiction|now|target|unit|against the path (pp)|light|marks|reason", language)
    rows: Iterable[Sequence[Entry]] = (
        (
            row.rank if row.rank is not None else Figure(None), row.code, row.name.in_language(language), row.current, row.target,
            unit_text(row.current.unit, language), row.gap, row.light, marks_text(row.marks, language), _said(row.reason, language),
        )
        for row in report.ranking.rows
    )
    heading = f"{report.ranking.finding.in_language(language)} · {report.ranking.indicator.in_language(language)} · {report.ranking.period}"
    return WorkbookSheet(_named("县区排名", "Ranking", language), heading, columns, rows, 3)


def _comparison(report: Report, language: Language) -> WorkbookSheet | None:
    found = report.comparison
    if found is None:
        return None
    units = [(column.name.in_language(language), unit_text(column.unit, language)) for column in found.columns]
    columns = [_named("代码", "code", language), _named("县区", "jurisdiction", language), *(f"{name}（{unit}）" if unit else name for name, unit in units)]
    rows: Iterable[Sequence[Entry]] = ((row.code, row.name.in_language(language), *row.figures, marks_text(row.marks, language)) for row in found.rows)
    return WorkbookSheet(
        _named("各县区指标", "Jurisdictions", language), f"{found.finding.in_language(language)} · {found.period}",
        [*columns, _named("标记", "marks", language)], rows, 2,
    )  # fmt: skip


def _workings(report: Report, language: Language) -> WorkbookSheet:
    columns = columns_of(
        "指标|类别|内容|数值（未修约）|单位|时期|来源或文件、条款|填报|核定|记录时间或起始日期|标记",
        "target|kind|content|figure, unrounded|unit|period|source, or document and clause|reported by|approved by|recorded at, or valid from|marks", language,
    )
    return WorkbookSheet(
        _named("计算过程", "Workings", language), _named("公式、代入、规则、输入；数不修约", "formula, figures, rules, inputs; nothing rounded", language),
        columns, _working_rows(report, language), 2,
    )  # fmt: skip


def _working_rows(report: Report, language: Language) -> Iterable[Sequence[Entry]]:
    for one in report.workings:
        title = one.title.in_language(language)
        unit = unit_text(one.result.unit, language)
        yield title, _named("公式", "formula", language), one.formula.in_language(language), "", "", "", "", "", "", "", ""
        yield title, _named("代入", "with figures", language), one.worked.in_language(language), unrounded(one.result), unit, "", "", "", "", "", ""
        if one.note:
            yield title, _named("说明", "note", language), one.note.in_language(language), "", "", "", "", "", "", "", ""
        for rule in one.rules:
            stamp = "" if rule.is_verified else _named("未核实", "unverified", language)
            yield (
                title, _named("规则", "rule", language), f"{rule.name.in_language(language)}（{rule.path}）", rule.shown, "", "",
                f"{rule.document} {rule.clause}", "", "", rule.valid_from.isoformat(), stamp,
            )  # fmt: skip
        for line in one.inputs:
            yield (
                title, _named("输入", "input", language), f"{line.org.in_language(language)} {line.name.in_language(language)}（{line.element}）", unrounded(line.figure),
                unit_text(line.figure.unit, language), line.period, line.source, line.reported_by, line.approved_by, line.recorded_at,
                marks_text(line.marks, language),
            )  # fmt: skip


def _sources(report: Report, language: Language) -> WorkbookSheet:
    columns = columns_of("来源|引用次数|时期|标记", "source|used|periods|marks", language)
    rows: Iterable[Sequence[Entry]] = ((one.title, one.used, one.periods, marks_text(one.marks, language)) for one in report.sources)
    return WorkbookSheet(_named("数据来源", "Sources", language), _named("观测数据的来源", "where the observations come from", language), columns, rows)


def _scores(report: Report, language: Language) -> WorkbookSheet | None:
    if not report.assessments:
        return None
    columns = columns_of(
        "考核|年度|县区|总分|等级|项目|名称|得分|满分|理由|依据|标记|否决|免于考核",
        "cycle|year|jurisdiction|score|grade|item|name|points|maximum|reason|citation|marks|vetoes|exemptions", language,
    )
    rows: Iterable[Sequence[Entry]] = (
        (
            one.cycle.in_language(language), one.year, card.name.in_language(language), card.score, card.grade.in_language(language), item.code,
            item.name.in_language(language), item.points, item.max_points, item.reason.in_language(language), item.citation,
            marks_text((*one.marks, *item.marks), language), _joined(card.vetoes, language), _joined(card.exemptions, language),
        )
        for one in report.assessments
        for card in one.cards
        for item in card.items
    )
    heading = " / ".join(one.finding.in_language(language) for one in report.assessments)
    return WorkbookSheet(_named("考核得分", "Scores", language), heading, columns, rows, 3)


def _operator(told: str, language: Language) -> str:
    return OPERATORS[told].in_language(language) if told in OPERATORS else told


def _said(words: Words | None, language: Language) -> str:
    return words.in_language(language) if words else ""


def _joined(several: Sequence[Words], language: Language) -> str:
    return "；".join(words.in_language(language) for words in several)


def _named(zh: str, en: str, language: Language) -> str:
    return zh if language == "zh" else en
