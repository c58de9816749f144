"""Sets board and ranking as plain text for a terminal (文本指标一览)."""

from collections.abc import Sequence

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.report import Report
from shuangkong.services.documents.text_table import cut, text_table
from shuangkong.services.documents.wording import (
    MISSING,
    coverage_text,
    figure_text,
    marks_text,
    target_text,
    unit_text,
)

_NAME_WIDTH = 44


def report_text(report: Report, language: Language) -> str:
    """Return the answer, the board and the ranking."""
    head = [
        f"{report.city.in_language(language)}  {report.plan_title.in_language(language)}（{report.edition.in_language(language)}）",
        Words(f"评价年度 {report.year}，数据截至 {report.as_of}", f"year {report.year}, as known on {report.as_of}").in_language(language),
        "",
        report.answer.in_language(language),
        *(f"  - {one.in_language(language)}" for one in report.findings),
    ]
    if report.steps:
        head += ["", Words("下一步", "What to do next").in_language(language), *(f"  - {one.in_language(language)}" for one in report.steps)]
    if report.banner:
        head += ["", f"【{Words('模拟', 'simulated').in_language(language)}】{report.banner.in_language(language)}"]
    return "\n".join([*head, "", _board(report, language), report.legend.in_language(language), *_ranking(report, language)]) + "\n"


def _board(report: Report, language: Language) -> str:
    columns = Words("编号|指标|状态|现状|目标|单位|进度%|覆盖|标记|原因", "id|target|light|now|aim|unit|pace %|cover|marks|reason").in_language(language).split("|")
    rows: list[Sequence[str]] = []
    for part in report.parts:
        rows.append((f"{part.number} {part.title.in_language(language)}",))
        rows += [
            (
                row.target_id, cut(" ".join(filter(None, (row.name.in_language(language), row.scope.in_language(language)))), _NAME_WIDTH),
                row.light.label(language), figure_text(row.current, language), target_text(row.operator, row.target, language),
                unit_text(row.target.unit or row.current.unit, language), figure_text(row.pace_pct, language), coverage_text(row.coverage),
                marks_text(row.marks, language), row.reason.in_language(language) if row.reason else "",
            )
            for row in part.rows
        ]  # fmt: skip
    return text_table(columns, rows, right={3, 4, 6, 7})


def _ranking(report: Report, language: Language) -> list[str]:
    if report.ranking is None:
        return []
    columns = Words("名次|县区|现状%|目标%|与进度相差|状态|标记|原因", "rank|jurisdiction|now %|aim %|against path|light|marks|reason").in_language(language).split("|")
    rows = [
        (
            str(row.rank) if row.rank is not None else MISSING, row.name.in_language(language), figure_text(row.current, language), figure_text(row.target, language),
            figure_text(row.gap, language), row.light.label(language), marks_text(row.marks, language),
            row.reason.in_language(language) if row.reason else "",
        )
        for row in report.ranking.rows
    ]  # fmt: skip
    heading = f"{report.ranking.indicator.in_language(language)} {report.ranking.period} — {report.ranking.finding.in_language(language)}"
    return ["", heading, text_table(columns, rows, right={0, 2, 3, 4})]
