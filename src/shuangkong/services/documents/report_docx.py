"""Sets a report as an official document (公文格式报告)."""

from collections.abc import Collection, Sequence

from shuangkong.kernel.language import Language, Words
from shuangkong.plan.trajectory import Light
from shuangkong.services.documents.official_document import Annex, AnnexPart, OfficialDocument, ThreeLineTable, ordinal
from shuangkong.services.documents.report import BoardRow, Ranking, RankingRow, Report
from shuangkong.services.documents.wording import (
    MISSING,
    coverage_text,
    day_text,
    figure_text,
    listed_text,
    marks_text,
    target_text,
    unit_text,
)

_UNSAID = Words("", "")


def report_docx(report: Report, language: Language) -> bytes:
    """Return the report as a Word document in `language`; the same report gives the same bytes."""
    title = Words(
        f"{report.city.zh}“十四五”节能减排综合工作方案{report.year}年度进展情况报告",
        f"{report.city.en}: progress of the 14th Five-Year energy-saving and emission-reduction plan, {report.year}",
    )
    document = OfficialDocument(title=title, language=language, author=report.engine, subject=report.plan_title.in_language(language), told_on=report.as_of)
    annexes = _annexes(report, language)
    _body(document, report)
    document.signature(annexes)
    document.annexes(annexes)
    return document.content()


def _body(document: OfficialDocument, report: Report) -> None:
    document.paragraph(Words(
        f"依据《{report.plan_title.zh}》（{report.edition.zh}）及截至{day_text(report.as_of)}所知数据，现将{report.year}年度进展情况报告如下。",
        f"On the plan '{report.plan_title.en}' ({report.edition.en}) and what was known on {report.as_of}, the progress of {report.year} is as follows.",
    ))
    document.heading(Words("总体情况", "Overall"))
    document.paragraph(_ended(report.answer))
    for one in report.findings:
        document.paragraph(one)
    if report.banner:
        document.paragraph(report.banner, lead=Words("【模拟】", "[simulated] "))
    document.heading(Words("各部分指标", "By part of the plan"))
    for order, part in enumerate(report.parts, start=1):
        lights = [(light.words, part.lights[light]) for light in Light if part.lights[light]]
        told = Words(
            f"共 {len(part.rows)} 项：" + "，".join(f"{words.zh} {count}" for words, count in lights) + "。",
            f"{len(part.rows)} {'target' if len(part.rows) == 1 else 'targets'}: " + ", ".join(f"{words.en} {count}" for words, count in lights) + ".",
        )
        document.paragraph(told, lead=Words(f"（{ordinal(order)}）{part.title.zh}（{part.number}）。", f"({order}) {part.title.en} ({part.number}). "))
    if report.ranking:
        document.heading(Words("县区进展", "Jurisdictions"))
        document.paragraph(_ended(report.ranking.finding, Words("（附件2）", " (annex 2)")))
    if report.decomposition:
        document.heading(Words("原因分解", "Causes"))
        document.paragraph(_ended(report.decomposition.finding))
        if report.decomposition.note:
            document.paragraph(report.decomposition.note)
    if report.assessments:
        document.heading(Words("考核结果", "Assessment"))
        for assessed in report.assessments:
            document.paragraph(_ended(assessed.finding, Words("（附件3）", " (annex 3)")))
    if report.steps:
        document.heading(Words("下一步", "What to do next"))
        for one in report.steps:
            document.paragraph(one)
    document.heading(Words("数据说明", "Data notes"))
    for note in report.notes:
        document.paragraph(note.text, lead=Words(f"{note.title.zh}。", f"{note.title.en}. "))


def _ended(words: Words, after: Words = _UNSAID) -> Words:
    """Return the words as a sentence."""
    return Words(f"{words.zh}{after.zh}。", f"{words.en}{after.en}.")


def _annexes(report: Report, language: Language) -> list[Annex]:
    found = [_board(report, language)]
    if report.ranking:
        found.append(_ranking(report.ranking, language))
    if report.assessments:
        found.append(_scores(report, language))
    remarks = [(str(one.number), one.clause, one.text.in_language(language)) for one in report.remarks]
    found.append(_annex(Words("方案文本提示", "Remarks on the plan"), _columns("序号|条款|内容", "no.|clause|remark", language), remarks, (16, 30, 220)))
    sources = [(one.title, str(one.used), one.periods, marks_text(one.marks, language)) for one in report.sources]
    columns = _columns("来源|引用次数|时期|标记", "source|used|periods|marks", language)
    found.append(_annex(Words("数据来源", "Sources"), columns, sources, (176, 24, 36, 30), {1}))
    return found


def _board(report: Report, language: Language) -> Annex:
    rows = [
        (
            row.target_id, " ".join(filter(None, [row.name.in_language(language), row.scope.in_language(language)])),
            _light(row, language), figure_text(row.current, language, is_formal=True), target_text(row.operator, row.target, language),
            unit_text(row.target.unit or row.current.unit, language), figure_text(row.pace_pct, language),
            row.period, coverage_text(row.coverage), marks_text(row.marks, language), listed_text(row.lead, language),
        )
        for row in report.rows
    ]  # fmt: skip
    columns = _columns(
        "编号|指标|状态|现状|目标|单位|进度%|时期|覆盖|标记|牵头单位", "id|target|light|now|aim|unit|pace %|period|cover|marks|lead", language
    )
    return _annex(Words("指标一览表", "The board"), columns, rows, (14, 56, 30, 22, 22, 24, 15, 16, 14, 20, 33), {3, 4, 6, 8})


def _ranking(ranking: Ranking, language: Language) -> Annex:
    rows = [
        (
            str(row.rank) if row.rank is not None else MISSING, row.name.in_language(language), figure_text(row.current, language),
            figure_text(row.target, language), figure_text(row.gap, language, is_formal=True), _light(row, language), marks_text(row.marks, language),
        )
        for row in ranking.rows
    ]  # fmt: skip
    columns = _columns(
        "名次|县区|现状（%）|目标（%）|与进度相差（个百分点）|状态|标记", "rank|jurisdiction|now (%)|target (%)|against path (pp)|light|marks", language
    )
    return _annex(Words("县区排名表", "Ranking of the jurisdictions"), columns, rows, (16, 44, 32, 32, 42, 60, 40), {2, 3, 4})


def _scores(report: Report, language: Language) -> Annex:
    rows = [
        (
            assessed.cycle.in_language(language), card.name.in_language(language), figure_text(card.score, language), card.grade.in_language(language),
            "；".join(f"{item.code} {figure_text(item.points, language)}/{figure_text(item.max_points, language)}" for item in card.items),
            "；".join(words.in_language(language) for words in (*card.vetoes, *card.exemptions)),
        )
        for assessed in report.assessments
        for card in assessed.cards
    ]  # fmt: skip
    columns = _columns("考核|县区|总分|等级|各项得分|否决与免于考核", "cycle|jurisdiction|score|grade|items|vetoes and exemptions", language)
    return _annex(Words("考核得分表", "Scores"), columns, rows, (26, 30, 18, 24, 108, 60), {2})


def _light(row: BoardRow | RankingRow, language: Language) -> str:
    return row.light.label(language) + (f"：{row.reason.in_language(language)}" if row.reason else "")


def _columns(zh: str, en: str, language: Language) -> list[str]:
    return (zh if language == "zh" else en).split("|")


def _annex(
    name: Words, columns: Sequence[str], rows: Sequence[Sequence[str]], widths_mm: Sequence[int], right: Collection[int] = ()
) -> Annex:
    return Annex(name, [AnnexPart(ThreeLineTable(columns, rows, widths_mm, frozenset(right)))])
