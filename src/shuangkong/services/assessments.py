"""Runs an assessment of a city's jurisdictions: annual, mid-term or five-year, as known on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shuangkong import __version__
from shuangkong.assessment.evaluation import Proposal, propose, settled_alternatives
from shuangkong.assessment.rubric import Cycle, Rubric, find_rubric
from shuangkong.assessment.scorecard import Adjustment, Decision, Score, Scorecard, score_jurisdiction
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.provenance import Citation
from shuangkong.kernel.rounding import plain
from shuangkong.plan.organisations import Jurisdiction
from shuangkong.plan.verdict import Verdict
from shuangkong.rules import RuleBook, RuleValue
from shuangkong.services.assessment_facts import Fact, FactSource, Given, plan_span
from shuangkong.services.assessment_pollutants import PollutantResult, pollutant_result, pollutants_json
from shuangkong.services.board import BoardLine, board
from shuangkong.services.cities import City
from shuangkong.services.indicators import CityIndicators
from shuangkong.services.scoring_tables import read_adjustments, scoring_book

MIDTERM_YEARS_AFTER_BASE = 2
Decisions = Mapping[str, Mapping[str, Decision]]


class YearOutsidePlan(Refusal):
    """The cycle does not look at this year (考核年度不符)."""

    def __init__(self, cycle: Cycle, year: int, allowed: Sequence[int]) -> None:
        listed = "、".join(str(each) for each in allowed)
        super().__init__(
            thing=Words(f"{cycle.words.zh}年度", f"year of the {cycle.words.en}"),
            value=year,
            rule=Words(f"应为 {listed}", f"must be {listed}"),
            remedy=Words(f"改用 --year {allowed[-1]}", f"use --year {allowed[-1]}"),
        )


@dataclass(frozen=True, slots=True)
class AssessedJurisdiction:
    """A jurisdiction with its card, its facts and its pollutant score beside it (县区考核结果)."""

    jurisdiction: Jurisdiction
    card: Scorecard
    facts: Mapping[str, Fact]
    pollutants: PollutantResult | None
    table: RuleValue

    @property
    def marks(self) -> tuple[str, ...]:
        """模拟, 估算, 未核实 of anything the score rests on, the scoring table included."""
        marks = [mark for fact in self.facts.values() for mark in fact.marks]
        return tuple(dict.fromkeys([*marks, *([self.table.stamp] if self.table.stamp else [])]))


@dataclass(frozen=True, slots=True)
class EvaluatedTarget:
    """A target half-way (中期评估的一项): its line on the board and what is proposed."""

    line: BoardLine
    proposal: Proposal

    @property
    def marks(self) -> tuple[str, ...]:
        """模拟, 估算, 未核实 of the figure and of the steps the proposal rests on; none where there is no figure."""
        if self.line.current is None or self.line.result is None:
            return ()
        stamps = [rule.stamp for rule in self.proposal.rules if rule.stamp]
        return tuple(dict.fromkeys([*self.line.result.marks, *stamps]))


@dataclass(frozen=True, slots=True)
class Assessment:
    """One run of an assessment (考核). `as_of` is the day whose knowledge was used; the mid-term also evaluates every target."""

    city: City
    cycle: Cycle
    year: int
    as_of: date | None
    rubric: Rubric
    jurisdictions: tuple[AssessedJurisdiction, ...]
    evaluated: tuple[EvaluatedTarget, ...] = ()

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """What the mid-term proposes for each target; a proposal changes nothing until it is approved."""
        return tuple(one.proposal for one in self.evaluated)

    @property
    def engine(self) -> str:
        """Name and version of what computed it."""
        return f"shuangkong {__version__}"

    def as_json(self) -> dict[str, Any]:
        """Return the assessment in the shape of the formats page."""
        return {
            "cycle": self.cycle.value,
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "rubric": self.rubric.id,
            "rubric_name": self.rubric.name.zh,
            "rubric_rule": self.rubric.rule.cited(),
            "engine": self.engine,
            "city": self.city.name.zh,
            "jurisdictions": [_as_json(one) for one in self.jurisdictions],
            **({"evaluation": [_evaluated_json(one) for one in self.evaluated]} if self.cycle is Cycle.MIDTERM else {}),
        }


def run_assessment(
    *,
    city: City,
    indicators: CityIndicators,
    cycle: Cycle,
    year: int,
    as_of: date | None,
    rubric_id: str | None = None,
    given: Given | None = None,
    decisions: Decisions | None = None,
    rule_book: RuleBook | None = None,
    verdicts: Sequence[Verdict] = (),
) -> Assessment:
    """Assess every jurisdiction of the city's partition (节能目标责任评价考核).

    Parameters
    ----------
    city : City
        The opened pack.
    indicators : CityIndicators
        Its declarations with the observations to use.
    cycle : Cycle
        Annual for any year of the plan; the mid-term looks at the second year, the five-year at the last.
    year : int
        The year assessed.
    as_of : date or None
        Knowledge at the end of that day; None takes the newest recorded.
    rubric_id : str, optional
        The pack's default where none is given.
    given : mapping of (fact, jurisdiction, year) to Decimal, optional
        Facts stated outright; they go before computed ones.
    decisions : mapping of jurisdiction to item to Decision, optional
        Lines decided by a person.
    rule_book : RuleBook, optional
        Takes the place of the package's own.
    verdicts : sequence of Verdict, optional
        Confirmed verdicts on qualitative targets, for the mid-term evaluation; without one a target is to be judged.

    Returns
    -------
    Assessment
        Jurisdictions in the order of their codes.

    Raises
    ------
    UnknownRubric, YearOutsidePlan, InputRefused
        If the table is unknown, the cycle does not look at the year, or declared adjustments are faulty.
    """
    _check_year(city, cycle, year)
    book, _ = scoring_book(city.folder, rule_book)
    rubric = find_rubric(book, rubric_id or city.defaults.rubric, date(year, 12, 31))
    source = FactSource(
        city=city, indicators=indicators, evaluator=indicators.evaluator(as_of=as_of), as_of=as_of, book=book, cycle=cycle, year=year,
        given=given or {},
    )  # fmt: skip
    adjustments = read_adjustments(city.folder, city.jurisdictions)
    assessed = tuple(
        _assessed(one, rubric, source, adjustments.get((one.code, year, cycle), ()), (decisions or {}).get(one.code, {}))
        for one in sorted(city.jurisdictions.partition(city.code), key=lambda one: one.code)
    )
    evaluated = _evaluated(city, indicators, year, as_of, book, verdicts) if cycle is Cycle.MIDTERM else ()
    return Assessment(city, cycle, year, as_of or _newest(indicators), rubric, assessed, evaluated)


def _evaluated(
    city: City, indicators: CityIndicators, year: int, as_of: date | None, book: RuleBook, verdicts: Sequence[Verdict]
) -> tuple[EvaluatedTarget, ...]:
    """Evaluate every target of the plan half-way."""
    known = as_of or _newest(indicators) or date(year, 12, 31)
    lines = board(city=city, indicators=indicators, year=year, as_of=known, rule_book=book, verdicts=verdicts).lines
    on = book.at(date(year, 12, 31))
    proposals = settled_alternatives([propose(line.target, actual=line.current, pace=line.pace, rules=on) for line in lines])
    return tuple(EvaluatedTarget(line, proposal) for line, proposal in zip(lines, proposals, strict=True))


def _assessed(
    one: Jurisdiction, rubric: Rubric, source: FactSource, adjustments: Sequence[Adjustment], decisions: Mapping[str, Decision]
) -> AssessedJurisdiction:
    facts = {name: source.fact(name, one.code) for name in rubric.facts(source.cycle)}
    card = score_jurisdiction(
        rubric, jurisdiction=one.code, facts={name: fact.figure for name, fact in facts.items()}, cycle=source.cycle,
        adjustments=adjustments if rubric.adjustment_cap_points else (), decisions=decisions,
    )  # fmt: skip
    items = tuple(_reasoned(score, rubric, source.cycle, facts) for score in card.items)
    return AssessedJurisdiction(one, replace(card, items=items), facts, pollutant_result(source, one.code), rubric.rule)


def _reasoned(score: Score, rubric: Rubric, cycle: Cycle, facts: Mapping[str, Fact]) -> Score:
    """Say after the reason why a figure is missing, or how it was derived."""
    asked = [facts[fact] for fact in rubric.item(score.code).asked(cycle).values()]
    said = [fact.why for fact in asked if fact.why] if score.points is None else [fact.note for fact in asked if fact.note]
    said = list(dict.fromkeys(said))
    if not said:
        return score
    zh, en = "；".join(each.zh for each in said if each), "; ".join(each.en for each in said if each)
    if score.points is None:
        return replace(score, reason=Words(f"缺少数据：{zh}", f"missing: {en}"))
    return replace(score, reason=Words(f"{score.reason.zh}（{zh}）", f"{score.reason.en} ({en})"))


def _check_year(city: City, cycle: Cycle, year: int) -> None:
    base, last = plan_span(city)
    allowed = {
        Cycle.ANNUAL: range(base + 1, last + 1),
        Cycle.MIDTERM: [base + MIDTERM_YEARS_AFTER_BASE],
        Cycle.FIVE_YEAR: [last],
    }[cycle]
    if year not in allowed:
        raise YearOutsidePlan(cycle, year, list(allowed))


def _newest(indicators: CityIndicators) -> date | None:
    newest = indicators.snapshot(None).newest_recorded_at
    return newest.astimezone(CHINA_STANDARD_TIME).date() if newest else None


def _as_json(one: AssessedJurisdiction) -> dict[str, Any]:
    card = one.card
    return {
        "jurisdiction": one.jurisdiction.name.zh,
        "code": one.jurisdiction.code,
        "score": plain(card.score),
        "score_before_adjustment": plain(card.score_before_adjustment),
        "max_scored": plain(card.max_scored),
        "grade": card.grade,
        "grade_reason": card.grade_reason.zh,
        "veto": [_finding(each.code, each.reason, each.citation) for each in card.vetoes],
        "caps": [_finding(each.code, each.reason, each.citation) for each in card.caps],
        "exemptions": [_finding(each.code, each.reason, each.citation) for each in card.exemptions],
        "adjustments": [
            {"points": plain(each.points), "reason": each.reason.zh, "citation": str(each.citation)} for each in card.adjustments
        ],
        "items": [
            {
                "code": score.code,
                "name": score.name.zh,
                "points": None if score.points is None else plain(score.points),
                "max": plain(score.max_points),
                "reason": score.reason.zh,
                "citation": str(score.citation),
                "met": score.is_met,
                "exempt": score.is_exempt,
            }
            for score in card.items
        ],
        "pollutants": pollutants_json(one.pollutants),
        "marks": list(one.marks),
    }


def _evaluated_json(evaluated: EvaluatedTarget) -> dict[str, Any]:
    one = evaluated.proposal
    return {
        "target": one.target.id,
        "name": one.target.name.zh,
        "clause": one.target.clause,
        "actual": None if one.actual is None else plain(one.actual),
        "value": None if one.target.value is None else plain(one.target.value),
        "unit": one.target.unit,
        "pace_pct": None if one.pace.pace_pct is None else plain(one.pace.pace_pct),
        "expected": None if one.expected is None else plain(one.expected),
        "proposal": one.kind.words.zh,
        "reason": one.reason.zh,
        "marks": list(evaluated.marks),
    }


def _finding(code: str, reason: Words, citation: Citation) -> dict[str, str]:
    return {"code": code, "reason": reason.zh, "citation": str(citation)}
