"""The score of the four pollutants beside the energy score of a jurisdiction (主要污染物减排考核)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.campaign import CampaignScore, PollutantScore, campaign_score
from shuangkong.pollution.reduction import MajorPollutant
from shuangkong.services.assessment_facts import FactSource, plan_span

_COUNTED_AND_ALLOTTED: Mapping[MajorPollutant, tuple[str, str]] = {
    MajorPollutant.COD: ("cod_key_project_reduction_t", "cod_allocated_t"),
    MajorPollutant.NH3_N: ("nh3_n_key_project_reduction_t", "nh3_n_allocated_t"),
    MajorPollutant.NOX: ("nox_key_project_reduction_t", "nox_allocated_t"),
    MajorPollutant.VOCS: ("vocs_key_project_reduction_t", "vocs_allocated_t"),
}


@dataclass(frozen=True, slots=True)
class PollutantResult:
    """The score of a jurisdiction's four pollutants and what marks its tonnes and rules carry (减排考核结果)."""

    score: CampaignScore
    marks: tuple[str, ...]

    @property
    def pollutants(self) -> tuple[PollutantScore, ...]:
        """One score for each pollutant with an allotted task."""
        return self.score.pollutants


def pollutant_result(source: FactSource, org: str) -> PollutantResult | None:
    """Score the four pollutants against the tonnes allotted to the jurisdiction; None where none are allotted.

    Source
    ------
    分年度任务按方案期直线分摊，为本系统约定.
    """
    base, last = plan_span(source.city)
    elapsed = Decimal(min(source.year, last) - base)
    cumulative: dict[MajorPollutant, Decimal | None] = {}
    scheduled: dict[MajorPollutant, Decimal] = {}
    marks: list[str] = []
    for pollutant, (counted, allotted) in _COUNTED_AND_ALLOTTED.items():
        task = source.reported(allotted, org, Period.years(base + 1, last))
        if task is None or task.figure <= 0:
            continue
        scheduled[pollutant] = task.to("t").figure * elapsed / (last - base)
        cumulative[pollutant] = source.figure(counted, org, source.year)
        marks += source.fact(counted, org).marks
    if not scheduled:
        return None
    fraud = source.fact("data_fraud_count", org)
    score = campaign_score(
        cumulative_t=cumulative, scheduled_t=scheduled, is_fraud_proved=bool(fraud.figure), rules=source.book.at(date(source.year, 12, 31)),
    )  # fmt: skip
    stamps = [rule.stamp for rule in score.rules if rule.stamp]
    return PollutantResult(score, tuple(dict.fromkeys([*marks, *fraud.marks, *stamps])))


def pollutants_json(result: PollutantResult | None) -> dict[str, Any] | None:
    """Return the result in the shape of the formats page."""
    if result is None:
        return None
    score = result.score
    return {
        "points": None if score.points is None else plain(score.points),
        "grade": score.grade,
        "vetoed": score.is_vetoed,
        "reason": score.reason.zh,
        "items": [
            {
                "pollutant": each.pollutant.value,
                "points": None if each.points is None else plain(each.points),
                "completion": None if each.completion is None else plain(each.completion),
                "failing": each.is_failing,
                "reason": each.reason.zh,
            }
            for each in score.pollutants
        ],
        "marks": list(result.marks),
    }
