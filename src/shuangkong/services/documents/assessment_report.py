"""What the official report of an assessment says, decided before anything is set (考核结果报告内容)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.services.documents.report import Figure, Mark, Scorecard


@dataclass(frozen=True, slots=True)
class CitedReason:
    """A veto, cap or exemption that holds, with its citation (否决、封顶、免于考核)."""

    reason: Words
    citation: str


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """Points declared for the economic situation or cross-cycle factors, with the document they rest on (调整项)."""

    points: Figure
    reason: Words
    citation: str


@dataclass(frozen=True, slots=True)
class PollutantLine:
    """One pollutant of one jurisdiction (单项污染物得分)."""

    name: Words
    completion_pct: Figure
    points: Figure
    reason: Words


@dataclass(frozen=True, slots=True)
class PollutantSheet:
    """The pollutant score that stands beside the energy score and is no part of it (污染物减排得分)."""

    score: Figure
    grade: Words
    reason: Words
    lines: tuple[PollutantLine, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceResult:
    """The result of one jurisdiction (县区考核结果): its card, and what moved score and grade away from the sum of its items.

    `is_open` where no grade is given yet (未评定).
    """

    card: Scorecard
    before: Figure
    max_scored: Figure
    grade_reason: Words
    is_open: bool = False
    vetoes: tuple[CitedReason, ...] = ()
    caps: tuple[CitedReason, ...] = ()
    exemptions: tuple[CitedReason, ...] = ()
    adjustments: tuple[AdjustmentLine, ...] = ()
    pollutants: PollutantSheet | None = None
    marks: tuple[Mark, ...] = ()

    @property
    def adjusted_by(self) -> Figure:
        """The declared points together; none declared is none, not zero. [points]"""
        declared = [each.points.number for each in self.adjustments if each.points.number is not None]
        return Figure(sum(declared, Decimal(0)) if declared else None, "分", 2, is_change=True)


@dataclass(frozen=True, slots=True)
class TargetEvaluation:
    """One target half-way (中期评估的一项): where it stands, where the pace leads, why this is proposed."""

    target_id: str
    clause: str
    name: Words
    scope: Words
    nature: Words
    actual: Figure
    operator: str
    aim: Figure
    target_year: int | None
    pace_pct: Figure
    expected: Figure
    reason: Words
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalGroup:
    """The targets with one proposal (同一建议的目标)."""

    proposal: Words
    targets: tuple[TargetEvaluation, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with the words that lead it (段落)."""

    lead: Words
    text: Words


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of the body (正文的一部分); `has_results` is where the table of the jurisdictions stands."""

    heading: Words
    passages: tuple[Passage, ...]
    has_results: bool = False


@dataclass(frozen=True, slots=True)
class AssessmentReport:
    """Everything the official report of an assessment says, in reading order (考核结果报告)."""

    city: Words
    title: Words
    plan_title: str
    cycle: Words
    year: int
    as_of: date | None
    engine: str
    rubric: Words
    opening: Words
    answer: Words
    sections: tuple[Section, ...]
    places: tuple[PlaceResult, ...]
    groups: tuple[ProposalGroup, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def told_on(self) -> date:
        """The date of the document: what was known that day is in it; without any data the end of the year assessed."""
        return self.as_of or date(self.year, 12, 31)

    @property
    def adjusted(self) -> Sequence[PlaceResult]:
        """The jurisdictions with declared adjustments."""
        return [place for place in self.places if place.adjustments]

    @property
    def with_pollutants(self) -> Sequence[PlaceResult]:
        """The jurisdictions with a pollutant score."""
        return [place for place in self.places if place.pollutants]
