"""Sets the report of an assessment as an official document (考核结果报告、中期评估报告)."""

from collections.abc import Sequence

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.assessment_report import (
    AssessmentReport,
    CitedReason,
    PlaceResult,
    PollutantSheet,
    ProposalGroup,
)
from shuangkong.services.documents.official_document import Annex, AnnexPart, OfficialDocument, ThreeLineTable
from shuangkong.services.documents.wording import MISSING, figure_text, marks_text, target_text, unit_text

_RESULTS = Words("表1　各县区得分和等次", "Table 1. Scores and grades of the jurisdictions")


def assessment_docx(report: AssessmentReport, language: Language) -> bytes:
    """Return the report as a Word document in `language`; the same report gives the same bytes."""
    document = OfficialDocument(title=report.title, language=language, author=report.engine, subject=report.plan_title, told_on=report.told_on)
    annexes = _annexes(report, language)
    document.paragraph(report.opening)
    for section in report.sections:
        document.heading(section.heading)
        for passage in section.passages:
            document.paragraph(passage.text, lead=Words(f"{passage.lead.zh}。", f"{passage.lead.en[:1].upper()}{passage.lead.en[1:]}. "))
        if section.has_results:
            document.table(_results(report, language), legend=_RESULTS)
    document.signature(annexes)
    document.annexes(annexes)
    return document.content()


def _results(report: AssessmentReport, language: Language) -> ThreeLineTable:
    columns = Words("县区|调整前|得分|已评满分|等次|否决、封顶|免于考核|标记", "jurisdiction|before|score|scored of|grade|veto, cap|exempt|marks")
    rows = [
        (
            place.card.name.in_language(language), figure_text(place.before, language), figure_text(place.card.score, language),
            figure_text(place.max_scored, language), place.card.grade.in_language(language), _reasons((*place.vetoes, *place.caps), language),
            _reasons(place.exemptions, language), marks_text(place.marks, language),
        )
        for place in report.places
    ]  # fmt: skip
    widths = (18, 15, 15, 17, 18, 30, 27, 16) if language == "zh" else (24, 14, 14, 15, 20, 26, 23, 20)
    return ThreeLineTable(columns.in_language(language).split("|"), rows, widths, frozenset({1, 2, 3}))


def _annexes(report: AssessmentReport, language: Language) -> list[Annex]:
    found = [Annex(Words("各县区得分明细", "Score sheets of the jurisdictions"), [_card(place, language) for place in report.places])]
    if report.with_pollutants:
        found.append(Annex(Words("主要污染物减排评分表", "Scores of the pollutants"), [AnnexPart(_pollutants(report, language))]))
    if report.adjusted:
        found.append(Annex(Words("申报的调整项", "Declared adjustments"), [AnnexPart(_adjustments(report, language))]))
    if report.groups:
        found.append(Annex(Words("目标中期评估表", "Evaluation of the targets"), [_group(group, language) for group in report.groups]))
    return found


def _card(place: PlaceResult, language: Language) -> AnnexPart:
    card = place.card
    columns = Words("项目|名称|得分|满分|理由|依据|标记", "item|name|points|of|reason|citation|marks").in_language(language).split("|")
    rows = [
        (
            item.code, item.name.in_language(language), figure_text(item.points, language), figure_text(item.max_points, language),
            item.reason.in_language(language), item.citation, marks_text(item.marks, language),
        )
        for item in card.items
    ]  # fmt: skip
    total = Words("合计", "total").in_language(language)
    rows.append(("", total, figure_text(place.before, language), figure_text(place.max_scored, language), "", "", ""))
    heading = "　".join((card.name.in_language(language), f"{figure_text(card.score, language, with_unit=True)}", card.grade.in_language(language)))
    return AnnexPart(
        ThreeLineTable(columns, rows, (14, 38, 15, 13, 97, 66, 24), frozenset({2, 3})), heading, _card_notes(place, language), is_kept_whole=True,
    )  # fmt: skip


def _card_notes(place: PlaceResult, language: Language) -> list[str]:
    def told(words: Words, several: Sequence[CitedReason]) -> list[str]:
        mark = "：" if language == "zh" else ": "
        return [f"{words.in_language(language)}{mark}{each.reason.in_language(language)}（{each.citation}）" for each in several]

    return [
        *([place.grade_reason.in_language(language)] if place.is_open else []),
        *told(Words("否决", "veto"), place.vetoes),
        *told(Words("封顶", "cap"), place.caps),
        *told(Words("免于考核", "exempt"), place.exemptions),
        *(
            f"{Words('调整', 'adjusted').in_language(language)} {figure_text(each.points, language, is_formal=True, with_unit=True)}：{each.reason.in_language(language)}（{each.citation}）"
            for each in place.adjustments
        ),
        *([_beside(place.pollutants, language)] if place.pollutants else []),
    ]


def _beside(sheet: PollutantSheet, language: Language) -> str:
    """Say the pollutant score on the sheet of the jurisdiction, which may be handed to it by itself."""
    score = figure_text(sheet.score, language, with_unit=True)
    zh = f"主要污染物减排另行评分：{score}，{sheet.grade.zh}（{sheet.reason.zh}）"
    return Words(zh, f"pollutants scored apart: {score}, {sheet.grade.en} ({sheet.reason.en})").in_language(language)


def _pollutants(report: AssessmentReport, language: Language) -> ThreeLineTable:
    names = [line.name for line in max((place.pollutants.lines for place in report.places if place.pollutants), key=len)]
    columns = [Words("县区", "jurisdiction"), Words("得分", "score"), Words("等次", "grade")]
    for name in names:
        columns += [Words(f"{name.zh}完成率（%）", f"{name.en} done (%)"), Words(f"{name.zh}得分", f"{name.en} points")]
    columns += [Words("说明", "remark"), Words("标记", "marks")]
    rows = []
    for place in report.places:
        sheet = place.pollutants
        if sheet is None:
            continue
        lines = {line.name: line for line in sheet.lines}
        cells = []
        for name in names:
            line = lines.get(name)
            cells += [figure_text(line.completion_pct, language), figure_text(line.points, language)] if line else [MISSING, MISSING]
        rows.append((
            place.card.name.in_language(language), figure_text(sheet.score, language), sheet.grade.in_language(language), *cells,
            sheet.reason.in_language(language), marks_text(sheet.marks, language),
        ))  # fmt: skip
    widths = (18, 15, 16, *([18, 16] * len(names)), 194 - 34 * len(names), 24)
    return ThreeLineTable([words.in_language(language) for words in columns], rows, widths, frozenset({1, *range(3, 3 + 2 * len(names))}))


def _adjustments(report: AssessmentReport, language: Language) -> ThreeLineTable:
    columns = Words("县区|调整分|理由|依据|调整前|调整后", "jurisdiction|points|reason|citation|before|after").in_language(language).split("|")
    rows = [
        (
            place.card.name.in_language(language), figure_text(each.points, language, is_formal=True), each.reason.in_language(language),
            each.citation, figure_text(place.before, language), figure_text(place.card.score, language),
        )
        for place in report.adjusted
        for each in place.adjustments
    ]  # fmt: skip
    return ThreeLineTable(columns, rows, (26, 20, 109, 72, 20, 20), frozenset({1, 4, 5}))


def _group(group: ProposalGroup, language: Language) -> AnnexPart:
    columns = Words(
        "编号|条款|目标|性质|现状|目标值|单位|进度%|目标年|预计值|理由|标记", "id|clause|target|nature|now|aim|unit|pace %|by|expected|reason|marks"
    ).in_language(language).split("|")  # fmt: skip
    rows = [
        (
            one.target_id, one.clause, " ".join(filter(None, (one.name.in_language(language), one.scope.in_language(language)))),
            one.nature.in_language(language), figure_text(one.actual, language), target_text(one.operator, one.aim, language),
            unit_text(one.aim.unit, language), figure_text(one.pace_pct, language), str(one.target_year or MISSING),
            figure_text(one.expected, language), one.reason.in_language(language), marks_text(one.marks, language),
        )
        for one in group.targets
    ]  # fmt: skip
    heading = Words(f"{group.proposal.zh}（{len(group.targets)} 项）", f"{group.proposal.en} ({len(group.targets)})").in_language(language)
    widths = (13, 15, 53, 15, 18, 20, 24, 14, 15, 18, 38, 24)
    return AnnexPart(ThreeLineTable(columns, rows, widths, frozenset({4, 5, 7, 9})), heading)


def _reasons(several: Sequence[CitedReason], language: Language) -> str:
    return ("；" if language == "zh" else "; ").join(each.reason.in_language(language) for each in several)
