"""The score of one jurisdiction: items, exemptions, vetoes, caps, declared adjustments, grade. Everything says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from shuangkong.assessment.item_rules import Facts, score_points
from shuangkong.assessment.rubric import Condition, Cycle, Item, Rubric
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import Citation
from shuangkong.kernel.rounding import plain, round_gbt8170


class AdjustmentTooLarge(Refusal):
    """A declared adjustment is above the table's cap (调整分超出上限)."""

    def __init__(self, points: Decimal, cap: Decimal) -> None:
        super().__init__(
            thing=Words("经济形势和跨周期调整分", "economic and cross-cycle adjustment"),
            value=plain(points),
            rule=Words(f"绝对值合计不得超过 {plain(cap)} 分", f"must not exceed {plain(cap)} points in all"),
            remedy=Words("减少调整分，或先修订计分表", "declare less, or revise the scoring table first"),
        )


@dataclass(frozen=True, slots=True)
class Score:
    """One scored line (单项得分): points, maximum, reason in words, citation."""

    code: str
    name: Words
    points: Decimal | None
    max_points: Decimal
    reason: Words
    citation: Citation
    is_veto: bool
    is_met: bool | None
    is_exempt: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A veto, cap or exemption that holds (否决、封顶、免考)."""

    code: str
    reason: Words
    citation: Citation


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points for the economic situation or cross-cycle factors (四（二）), declared, capped and cited."""

    points: Decimal
    reason: Words
    citation: Citation


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a jurisdiction scored (得分单).

    `score` is the sum of the items that could be scored, adjustments included; `score_before_adjustment` without them;
    `grade` is None where a missing item leaves it open and no veto decides. `max_scored` is what the scored items are worth.
    """

    jurisdiction: str
    rubric: str
    items: tuple[Score, ...]
    vetoes: tuple[Finding, ...]
    caps: tuple[Finding, ...]
    exemptions: tuple[Finding, ...]
    adjustments: tuple[Adjustment, ...]
    score_before_adjustment: Decimal
    score: Decimal
    max_scored: Decimal
    grade: str | None
    grade_reason: Words


@dataclass(frozen=True, slots=True)
class Decision:
    """A line decided by a person instead of by its arithmetic (裁定): a qualitative line judged, or an appeal upheld."""

    points: Decimal
    reason: Words


def score_item(rubric: Rubric, item: Item, facts: Facts, cycle: Cycle) -> Score:
    """Return one line of the card (单项计分)."""
    worth = item.max_points(cycle)
    earned = score_points(item, worth, facts)
    return Score(
        code=item.code,
        name=item.name,
        points=earned.points,
        max_points=worth,
        reason=earned.reason,
        citation=Citation(rubric.rule.citation.document, item.clause, rubric.rule.citation.source),
        is_veto=item.is_veto,
        is_met=earned.is_met,
    )


def score_jurisdiction(
    rubric: Rubric, *, jurisdiction: str, facts: Facts, cycle: Cycle, adjustments: Sequence[Adjustment] = (), decisions: Mapping[str, Decision] | None = None
) -> Scorecard:
    """Return the score of one jurisdiction in a cycle (县区计分).

    Parameters
    ----------
    rubric : Rubric
        The scoring table.
    jurisdiction : str
        Its code.
    facts : mapping of fact name to Decimal or None
        Every fact that `rubric.facts(cycle)` names; a missing one is None. [unit as the name says]
    cycle : Cycle
        Annual, mid-term or five-year.
    adjustments : sequence of Adjustment
        Declared points; their absolute sum is capped by the table.
    decisions : mapping of item code to Decision, optional
        Lines decided by a person; exemptions, vetoes, caps and the grade follow from them as from any other.

    Returns
    -------
    Scorecard

    Raises
    ------
    AdjustmentTooLarge
        If the adjustments exceed the cap.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）四（二）.
    """
    if sum((abs(adjustment.points) for adjustment in adjustments), Decimal(0)) > rubric.adjustment_cap_points:
        raise AdjustmentTooLarge(sum((abs(each.points) for each in adjustments), Decimal(0)), rubric.adjustment_cap_points)
    told = decisions or {}
    scores = [
        _decided(score_item(rubric, item, {name: facts.get(fact) for name, fact in item.asked(cycle).items()}, cycle), told.get(item.code))
        for item in rubric.items
        if item.max_points(cycle)
    ]
    met = {score.code: score.is_met for score in scores}
    exemptions = [condition for condition in rubric.exemptions if _holds(condition, met, facts)]
    scores = [_exempted(score, exemptions, cycle) for score in scores]
    vetoes = [condition for condition in rubric.vetoes if _holds(condition, met, facts)]
    caps = [condition for condition in rubric.caps if _holds(condition, met, facts)]
    before = sum((score.points for score in scores if score.points is not None), Decimal(0))
    after = before + sum((adjustment.points for adjustment in adjustments), Decimal(0))
    grade, reason = _graded(rubric, cycle, after, scores, vetoes, caps)
    return Scorecard(
        jurisdiction=jurisdiction,
        rubric=rubric.id,
        items=tuple(scores),
        vetoes=_found(vetoes, rubric, cycle),
        caps=_found(caps, rubric, cycle),
        exemptions=_found(exemptions, rubric, cycle),
        adjustments=tuple(adjustments),
        score_before_adjustment=before,
        score=after,
        max_scored=sum((score.max_points for score in scores if score.points is not None), Decimal(0)),
        grade=grade,
        grade_reason=reason,
    )


def grade_of(rubric: Rubric, *, score: Decimal, is_target_met: bool) -> str:
    """Return the grade of a score (评定等次).

    Parameters
    ----------
    rubric : Rubric
        Gives the bands and the grade of a veto.
    score : Decimal
        Total, bonus included. [points]
    is_target_met : bool
        False when the binding target was missed: the veto decides whatever the score.

    Returns
    -------
    str
        超额完成, 完成, 基本完成 or 未完成.

    Source
    ------
    考核等次：≥95、80–95、60–80、<60（各计分表的 grades）.
    """
    if not is_target_met:
        decided = [veto.grade for veto in rubric.vetoes if veto.missed and veto.grade]
        if decided:
            return decided[0]
    return next((band.name for band in rubric.grades if score >= band.at_least), rubric.grades[-1].name)


def _holds(condition: Condition, met: Mapping[str, bool | None], facts: Facts) -> bool:
    if condition.input:
        figure = facts.get(condition.input)
        return figure is not None and figure > 0
    # An item not assessed in this cycle neither saves nor condemns.
    missed = [met[code] for code in condition.missed if code in met]
    reached = [met[code] for code in condition.met if code in met]
    if (condition.missed and not missed) or (condition.met and not reached):
        return False
    return all(state is False for state in missed) and all(state is True for state in reached)


def _decided(score: Score, decision: Decision | None) -> Score:
    """A line that decides over veto or exemption counts as met with full points, and keeps what it was otherwise."""
    if decision is None:
        return score
    reason = Words(f"{decision.reason.zh}（原：{score.reason.zh}）", f"{decision.reason.en} (was: {score.reason.en})")
    is_met = decision.points >= score.max_points if score.is_met is not None or score.is_veto else None
    return replace(score, points=decision.points, reason=reason, is_met=is_met)


def _exempted(score: Score, exemptions: Sequence[Condition], cycle: Cycle) -> Score:
    for exemption in exemptions:
        if exemption.item == score.code:
            said = exemption.said(cycle)
            reason = Words(f"{said.zh}（原：{score.reason.zh}）", f"{said.en} (was: {score.reason.en})")
            return replace(score, points=score.max_points, reason=reason, is_exempt=True)
    return score


def _graded(
    rubric: Rubric, cycle: Cycle, total: Decimal, scores: Sequence[Score], vetoes: Sequence[Condition], caps: Sequence[Condition]
) -> tuple[str | None, Words]:
    for veto in vetoes:
        if veto.grade:
            return veto.grade, Words(f"否决：{veto.said(cycle).zh}", f"veto: {veto.said(cycle).en}")
    unscored = [score for score in scores if score.points is None]
    if unscored:
        names = "、".join(score.name.zh for score in unscored)
        return None, Words(f"暂不评定等次，缺少数据：{names}", f"no grade yet, no data for {', '.join(score.name.en for score in unscored)}")
    grade = grade_of(rubric, score=total, is_target_met=True)
    order = [band.name for band in rubric.grades]
    for cap in caps:
        if cap.grade and order.index(grade) < order.index(cap.grade):
            return cap.grade, Words(f"封顶：{cap.said(cycle).zh}", f"capped: {cap.said(cycle).en}")
    shown = format(round_gbt8170(total, 2), "f")
    return grade, Words(f"总分 {shown}", f"total {shown}")


def _found(conditions: Sequence[Condition], rubric: Rubric, cycle: Cycle) -> tuple[Finding, ...]:
    return tuple(
        Finding(condition.code, condition.said(cycle), Citation(rubric.rule.citation.document, condition.clause, rubric.rule.citation.source))
        for condition in conditions
    )


