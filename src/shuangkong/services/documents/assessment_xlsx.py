"""Sets the report of an assessment as a workbook (考核结果工作簿)."""

from collections.abc import Iterable, Sequence

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.assessment_report import AssessmentReport, CitedReason
from shuangkong.services.documents.official_workbook import Cover, Entry, WorkbookSheet, columns_of, official_workbook
from shuangkong.services.documents.report import Figure
from shuangkong.services.documents.wording import OPERATORS, marks_text, unit_text

_NO_ADJUSTMENTS = Words("没有申报的调整项", "no adjustments were declared")


def assessment_xlsx(report: AssessmentReport, language: Language) -> bytes:
    """Return the report as a workbook in `language`; the same report gives the same bytes."""
    sheets = [_results(report, language), _items(report, language), _pollutants(report, language), _adjustments(report, language)]
    if report.groups:
        sheets.append(_evaluation(report, language))
    title = f"{report.title.in_language(language)} · {report.told_on}".replace("\n", "")
    return official_workbook(_cover(report, language), sheets, title=title, author=report.engine, told_on=report.told_on, language=language)


def _cover(report: AssessmentReport, language: Language) -> Cover:
    def said(words: Words) -> str:
        return words.in_language(language)

    before = [
        (said(report.city), said(report.title).replace("\n", "")),
        (said(Words("结论", "answer")), said(report.answer)),
        (said(Words("考核周期", "cycle")), f"{said(report.cycle)} {report.year}"),
        (said(Words("计分表", "scoring table")), said(report.rubric)),
        (said(Words("数据截至", "as known on")), str(report.as_of or "")),
        (said(Words("标记", "marks")), marks_text(report.marks, language)),
        (said(Words("生成", "made by")), report.engine),
    ]
    after = [(f"{said(section.heading)} · {said(passage.lead)}", said(passage.text)) for section in report.sections for passage in section.passages]
    return Cover(said(Words("说明", "Notes")), before, after)


def _results(report: AssessmentReport, language: Language) -> WorkbookSheet:
    columns = columns_of(
        "代码|县区|等次|调整前得分|调整分|得分|已评满分|否决|封顶|免于考核|等次说明|污染物得分|污染物等次|标记",
        "code|jurisdiction|grade|before|adjustment|score|scored of|veto|cap|exempt|why this grade|pollutants|pollutant grade|marks", language,
    )  # fmt: skip
    rows: Iterable[Sequence[Entry]] = (
        (
            place.card.code, place.card.name.in_language(language), place.card.grade.in_language(language), place.before, place.adjusted_by, place.card.score,
            place.max_scored, _reasons(place.vetoes, language), _reasons(place.caps, language), _reasons(place.exemptions, language),
            place.grade_reason.in_language(language), place.pollutants.score if place.pollutants else Figure(None),
            place.pollutants.grade.in_language(language) if place.pollutants else "", marks_text(place.marks, language),
        )
        for place in report.places
    )
    return WorkbookSheet(Words("总表", "Results").in_language(language), report.answer.in_language(language), columns, rows, 2, widest=20)


def _items(report: AssessmentReport, language: Language) -> WorkbookSheet:
    columns = columns_of(
        "代码|县区|项目|名称|得分|满分|理由|依据|标记", "code|jurisdiction|item|name|points|maximum|reason|citation|marks", language
    )
    rows: Iterable[Sequence[Entry]] = (
        (
            place.card.code, place.card.name.in_language(language), item.code, item.name.in_language(language), item.points, item.max_points,
            item.reason.in_language(language), item.citation, marks_text(item.marks, language),
        )
        for place in report.places
        for item in place.card.items
    )
    heading = Words(f"每项得分的理由和依据 · {report.rubric.zh}", f"reason and citation of every score · {report.rubric.en}")
    return WorkbookSheet(Words("得分明细", "Items").in_language(language), heading.in_language(language), columns, rows, 4)


def _pollutants(report: AssessmentReport, language: Language) -> WorkbookSheet:
    columns = columns_of(
        "代码|县区|污染物|完成率（%）|得分|说明|总分|等次|标记", "code|jurisdiction|pollutant|done (%)|points|remark|score|grade|marks", language
    )
    rows: Iterable[Sequence[Entry]] = (
        (
            place.card.code, place.card.name.in_language(language), line.name.in_language(language), line.completion_pct, line.points,
            line.reason.in_language(language), sheet.score, sheet.grade.in_language(language), marks_text(sheet.marks, language),
        )
        for place in report.places
        if (sheet := place.pollutants) is not None
        for line in sheet.lines
    )
    heading = Words("主要污染物减排另行评分，不计入节能得分", "pollutants are scored apart and are no part of the energy score")
    return WorkbookSheet(Words("污染物减排", "Pollutants").in_language(language), heading.in_language(language), columns, rows, 3)


def _adjustments(report: AssessmentReport, language: Language) -> WorkbookSheet:
    columns = columns_of(
        "代码|县区|调整分|理由|依据|调整前得分|调整后得分", "code|jurisdiction|points|reason|citation|before|after", language
    )
    rows: Iterable[Sequence[Entry]] = (
        (
            place.card.code, place.card.name.in_language(language), each.points, each.reason.in_language(language), each.citation,
            place.before, place.card.score,
        )
        for place in report.adjusted
        for each in place.adjustments
    )
    heading = Words("申报的经济形势和跨周期调整分", "points declared for economic situation and cross-cycle factors") if report.adjusted else _NO_ADJUSTMENTS
    return WorkbookSheet(Words("调整项", "Adjustments").in_language(language), heading.in_language(language), columns, rows, 2)


def _evaluation(report: AssessmentReport, language: Language) -> WorkbookSheet:
    columns = columns_of(
        "建议|编号|条款|目标|范围|性质|现状|算子|目标值|单位|进度（%）|目标年|预计值|理由|标记",
        "proposal|id|clause|target|scope|nature|now|operator|aim|unit|pace (%)|by|expected|reason|marks", language,
    )  # fmt: skip
    rows: Iterable[Sequence[Entry]] = (
        (
            group.proposal.in_language(language), one.target_id, one.clause, one.name.in_language(language), one.scope.in_language(language),
            one.nature.in_language(language), one.actual, OPERATORS[one.operator].in_language(language), one.aim, unit_text(one.aim.unit, language),
            one.pace_pct, str(one.target_year or ""), one.expected, one.reason.in_language(language), marks_text(one.marks, language),
        )
        for group in report.groups
        for one in group.targets
    )
    heading = Words("建议在批准之前不改变任何目标", "a proposal changes no target until it is approved")
    return WorkbookSheet(Words("中期评估", "Mid-term").in_language(language), heading.in_language(language), columns, rows, 4)


def _reasons(several: Sequence[CitedReason], language: Language) -> str:
    mark = "；" if language == "zh" else "; "
    return mark.join(f"{each.reason.in_language(language)}（{each.citation}）" for each in several)
