"""From an assessment to the official report of its results (编成考核结果报告)."""

from collections.abc import Iterable

from shuangkong.assessment.evaluation import ProposalKind
from shuangkong.assessment.rubric import Cycle
from shuangkong.assessment.scorecard import Finding
from shuangkong.indicators.catalogue import Catalogue
from shuangkong.kernel.language import Words
from shuangkong.plan.model import Nature
from shuangkong.services.assessment_pollutants import PollutantResult
from shuangkong.services.assessments import AssessedJurisdiction, Assessment, EvaluatedTarget
from shuangkong.services.documents.assessment_report import (
    AdjustmentLine,
    AssessmentReport,
    CitedReason,
    PlaceResult,
    PollutantLine,
    PollutantSheet,
    ProposalGroup,
    TargetEvaluation,
)
from shuangkong.services.documents.report import Figure
from shuangkong.services.documents.wording import day_text, decimals_of
from shuangkong.services.reports.assessment_words import answer_of, sections_of
from shuangkong.services.reports.scores import SCORE_DECIMALS, card_of, grade_words, marks_in_order, total_of

# Those that ask for a decision first, those that ask for nothing last.
_ORDER = (
    ProposalKind.WARN, ProposalKind.REVISE, ProposalKind.STRENGTHEN, ProposalKind.RAISE, ProposalKind.KEEP, ProposalKind.COLLECT, ProposalKind.JUDGE,
)  # fmt: skip
_EDITION_EN = {"征求意见稿": "draft for comment", "印发稿": "issued"}


def compose_results(assessed: Assessment, *, catalogue: Catalogue, inputs_name: str | None = None) -> AssessmentReport:
    """Return the official report of an assessment (考核结果报告、中期评估报告).

    Parameters
    ----------
    assessed : Assessment
        The run.
    catalogue : Catalogue
        Gives the decimals an indicator is printed with.
    inputs_name : str, optional
        Name of the file that took the place of the city's observations: a reader must know.
    """
    plan = assessed.city.plan
    edition = Words(plan.edition, _EDITION_EN.get(plan.edition, plan.edition))
    known = (day_text(assessed.as_of), str(assessed.as_of)) if assessed.as_of else ("现在", "now")
    span = Words(f"{assessed.year}年度", str(assessed.year)) if assessed.cycle is Cycle.ANNUAL else Words(
        f"{assessed.city.defaults.base_year + 1}年至{assessed.year}年", f"{assessed.city.defaults.base_year + 1} to {assessed.year}"
    )  # fmt: skip
    places = tuple(_place(one, assessed) for one in assessed.jurisdictions)
    groups = _groups(assessed, catalogue)
    marks = {word for one in assessed.jurisdictions for word in one.marks} | ({assessed.rubric.rule.stamp} - {""})
    return AssessmentReport(
        city=assessed.city.name,
        title=_title(assessed),
        plan_title=plan.title,
        cycle=assessed.cycle.words,
        year=assessed.year,
        as_of=assessed.as_of,
        engine=assessed.engine,
        rubric=assessed.rubric.name,
        opening=Words(
            f"根据《{plan.title}》（{edition.zh}）和《{assessed.rubric.name.zh}》，以截至{known[0]}所知数据，对各县区{span.zh}节能目标责任落实情况进行了{assessed.cycle.words.zh}。现将结果报告如下。",
            f"On the plan '{plan.title}' ({edition.en}), the scoring table '{assessed.rubric.name.en}' and what was known on {known[1]}, the jurisdictions were assessed for {span.en}. The results are as follows.",
        ),
        answer=answer_of(assessed),
        sections=sections_of(assessed, groups, inputs_name=inputs_name),
        places=places,
        groups=groups,
        marks=marks_in_order(marks),
    )


def _title(assessed: Assessment) -> Words:
    city = assessed.city.name
    return {
        Cycle.ANNUAL: Words(f"{city.zh}{assessed.year}年度\n节能目标责任评价考核结果", f"{city.en}: results of the energy-saving assessment, {assessed.year}"),
        Cycle.MIDTERM: Words(f"{city.zh}“十四五”节能减排中期评估报告", f"{city.en}: mid-term evaluation of the 14th Five-Year energy-saving and emission-reduction plan"),
        Cycle.FIVE_YEAR: Words(f"{city.zh}“十四五”\n节能目标责任五年考核结果", f"{city.en}: results of the five-year energy-saving assessment"),
    }[assessed.cycle]


def _place(one: AssessedJurisdiction, assessed: Assessment) -> PlaceResult:
    card = one.card
    total = total_of(card)
    return PlaceResult(
        card=card_of(one, assessed.rubric, assessed.cycle),
        before=Figure(card.score_before_adjustment if card.max_scored else None, "分", SCORE_DECIMALS, total.reason),
        max_scored=Figure(card.max_scored, "分", decimals_of(card.max_scored)),
        grade_reason=card.grade_reason,
        is_open=card.grade is None,
        vetoes=_cited(card.vetoes),
        caps=_cited(card.caps),
        exemptions=_cited(card.exemptions),
        adjustments=tuple(
            AdjustmentLine(Figure(each.points, "分", max(decimals_of(each.points), 1), is_change=True), each.reason, str(each.citation))
            for each in card.adjustments
        ),
        pollutants=_pollutants(one.pollutants) if one.pollutants else None,
        marks=marks_in_order(one.marks),
    )


def _cited(findings: Iterable[Finding]) -> tuple[CitedReason, ...]:
    return tuple(CitedReason(each.reason, str(each.citation)) for each in findings)


def _pollutants(result: PollutantResult) -> PollutantSheet:
    score = result.score
    return PollutantSheet(
        score=Figure(score.points, "分", SCORE_DECIMALS, score.reason),
        grade=grade_words(score.grade),
        reason=score.reason,
        lines=tuple(
            PollutantLine(
                name=Words(each.pollutant.label.zh, each.pollutant.value),
                completion_pct=Figure(None if each.completion is None else each.completion * 100, "%", 1, each.reason),
                points=Figure(each.points, "分", SCORE_DECIMALS, each.reason),
                reason=each.reason,
            )
            for each in score.pollutants
        ),
        marks=marks_in_order(result.marks),
    )


def _groups(assessed: Assessment, catalogue: Catalogue) -> tuple[ProposalGroup, ...]:
    found = ((kind, [one for one in assessed.evaluated if one.proposal.kind is kind]) for kind in _ORDER)
    return tuple(ProposalGroup(kind.words, tuple(_evaluation(one, assessed, catalogue) for one in several)) for kind, several in found if several)


def _evaluation(one: EvaluatedTarget, assessed: Assessment, catalogue: Catalogue) -> TargetEvaluation:
    target, proposal = one.line.target, one.proposal
    declared = catalogue.indicators.get(target.indicator) if one.line.result else None
    decimals = declared.declaration.decimals if declared else decimals_of(target.value)
    place = assessed.city.jurisdictions.get(target.scope)
    is_said = place is None or target.scope == assessed.city.code or target.name.zh.startswith(place.name.zh)
    scope = Words("", "") if is_said or place is None else place.name
    return TargetEvaluation(
        target_id=target.id, clause=target.clause, name=target.name, scope=scope,
        nature=Words("约束性", "binding") if target.nature is Nature.BINDING else Words("预期性", "indicative"),
        actual=Figure(proposal.actual, target.unit, decimals, proposal.reason), operator=target.operator.value,
        aim=Figure(target.value, target.unit, decimals_of(target.value)), target_year=target.target_year,
        pace_pct=Figure(proposal.pace.pace_pct, "%", 1), expected=Figure(proposal.expected, target.unit, decimals),
        reason=one.line.reason if one.line.reason and proposal.actual is None else proposal.reason, marks=marks_in_order(one.marks),
    )  # fmt: skip
