"""From an assessment to its score sheet in a report."""

from collections import Counter
from collections.abc import Iterable

from shuangkong.assessment.rubric import Cycle, Rubric
from shuangkong.assessment.scorecard import Score
from shuangkong.assessment.scorecard import Scorecard as Card
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.services.assessments import AssessedJurisdiction
from shuangkong.services.assessments import Assessment as Assessed
from shuangkong.services.documents.report import Assessment, Figure, Mark, Scorecard, ScoreLine
from shuangkong.services.documents.wording import decimals_of, figure_text
from shuangkong.services.reports.workings import MARK_OF_WORD

SCORE_DECIMALS = 2
_GRADE_EN = {
    "超额完成": "exceeded", "完成": "met", "基本完成": "basically met", "未完成": "not met",
    "优秀": "excellent", "良好": "good", "合格": "passed", "不合格": "failed",
}  # fmt: skip
_OPEN = Words("未评定", "open")


def score_sheet(assessed: Assessed) -> Assessment:
    """Return the score sheet (考核得分表): every jurisdiction, every item with its reason and citation."""
    cards = tuple(card_of(one, assessed.rubric, assessed.cycle) for one in assessed.jurisdictions)
    told = grade_counts(assessed)
    finding = Words(
        f"{assessed.year} 年{assessed.cycle.words.zh}：" + "，".join(f"{grade.zh} {count}" for grade, count in told),
        f"{assessed.cycle.words.en}, {assessed.year}: " + ", ".join(f"{count} {grade.en}" for grade, count in told),
    )
    words = {word for one in assessed.jurisdictions for word in one.marks} | {assessed.rubric.rule.stamp} - {""}
    return Assessment(finding, assessed.cycle.words, assessed.year, assessed.rubric.name, cards, marks_in_order(words))


def grade_counts(assessed: Assessed) -> list[tuple[Words, int]]:
    """Return how many jurisdictions have which grade, best first, those without a grade last; grades of nobody are left out."""
    counts = Counter(one.card.grade for one in assessed.jurisdictions)
    return [(grade_words(name), counts[name]) for name in (*(band.name for band in assessed.rubric.grades), None) if counts[name]]


def grade_words(grade: str | None) -> Words:
    """Return a grade in both languages; without one the jurisdiction stays open (未评定)."""
    return Words(grade, _GRADE_EN.get(grade, grade)) if grade else _OPEN


def marks_in_order(words: Iterable[str]) -> tuple[Mark, ...]:
    """Return marks by their Chinese words, each once, in the order of `Mark`."""
    found = {MARK_OF_WORD[word] for word in words}
    return tuple(mark for mark in Mark if mark in found)


def card_of(one: AssessedJurisdiction, rubric: Rubric, cycle: Cycle) -> Scorecard:
    """Return the score sheet of one jurisdiction (得分单); each line carries the marks of the facts it rests on."""
    card = one.card
    return Scorecard(
        code=one.jurisdiction.code, name=one.jurisdiction.name, score=total_of(card), grade=grade_words(card.grade),
        items=tuple(_line(score, one, rubric, cycle) for score in card.items),
        vetoes=tuple(each.reason for each in (*card.vetoes, *card.caps)), exemptions=tuple(each.reason for each in card.exemptions),
        note=_note(one, card),
    )  # fmt: skip


def total_of(card: Card) -> Figure:
    """Return the total of a card; none where no item could be scored, which is not a zero."""
    return Figure(card.score if card.max_scored else None, "分", SCORE_DECIMALS, card.grade_reason)


def _line(score: Score, one: AssessedJurisdiction, rubric: Rubric, cycle: Cycle) -> ScoreLine:
    facts = (one.facts[name] for name in rubric.item(score.code).asked(cycle).values() if name in one.facts)
    return ScoreLine(
        code=score.code, name=score.name, points=Figure(score.points, "分", SCORE_DECIMALS, score.reason if score.points is None else None),
        max_points=Figure(score.max_points, "分", decimals_of(score.max_points)), reason=score.reason, citation=str(score.citation),
        marks=marks_in_order(mark for fact in facts for mark in fact.marks),
    )  # fmt: skip


def _note(one: AssessedJurisdiction, card: Card) -> Words | None:
    """Say what the table does not: why a grade was not simply read off the score, adjustments, the pollutants beside it."""
    is_plain = card.grade is not None and not card.vetoes and not card.caps
    zh, en = ([], []) if is_plain else ([card.grade_reason.zh], [card.grade_reason.en])
    before = figure_text(Figure(card.score_before_adjustment, "分", SCORE_DECIMALS))
    for each in card.adjustments:
        zh.append(f"调整 {plain(each.points)} 分：{each.reason.zh}（{each.citation}），调整前 {before} 分")
        en.append(f"adjusted by {plain(each.points)}: {each.reason.en} ({each.citation}), before {before}")
    if one.pollutants is not None:
        score = one.pollutants.score
        points, grade = figure_text(Figure(score.points, "分", SCORE_DECIMALS)), grade_words(score.grade)
        zh.append(f"主要污染物减排另行评分：{points} 分，{grade.zh}（{score.reason.zh}）")
        en.append(f"pollutants scored apart: {points}, {grade.en} ({score.reason.en})")
    return Words("；".join(zh), "; ".join(en)) if zh else None
