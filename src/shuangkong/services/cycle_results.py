"""What a cycle of assessment comes to: computed, then with the lines that people decided. Kept in memory, since one run is the same again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.assessment.rubric import Cycle, Item
from shuangkong.assessment.scorecard import Decision
from shuangkong.evidence.digest import digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.rounding import plain
from shuangkong.services.assessments import Assessment, Decisions, run_assessment
from shuangkong.services.chain import algorithm
from shuangkong.services.deployment import city
from shuangkong.services.evidence import rule_lines
from shuangkong.services.indicators import CityIndicators
from shuangkong.services.scoring_tables import scoring_book
from shuangkong.services.standing import city_indicators
from shuangkong.services.verdicts import confirmed_verdicts, newest_decision
from shuangkong.store.models import AppealAnswer, AssessmentCycle, ChainContent

_MOST_KEPT = 64


class PointsOutOfRange(Refusal):
    """The points do not fit the line (得分超出范围)."""

    def __init__(self, told: str, most: Decimal) -> None:
        super().__init__(
            thing=Words("得分", "points"), value=told, rule=Words(f"应为 0 至 {plain(most)} 之间的数", f"must be a number from 0 to {plain(most)}"),
            remedy=Words("改正后重新提交", "correct it and try again"),
        )  # fmt: skip


@dataclass(slots=True)
class _Kept:
    """Runs over one set of observations; another set begins anew."""

    over: CityIndicators | None = None
    runs: dict[tuple[Any, ...], Assessment] = field(default_factory=dict)


_kept = _Kept()


def computed(cycle: AssessmentCycle) -> Assessment:
    """Return the assessment as the arithmetic gives it (计算结果), the same as `shuangkong assess` on the same figures."""
    return _run(cycle, ())


def decided(cycle: AssessmentCycle) -> Assessment:
    """Return the assessment with the lines that people judged and the appeals that were upheld (核定结果)."""
    return _run(cycle, decided_lines(cycle))


def decided_lines(cycle: AssessmentCycle) -> tuple[tuple[str, str, str, str], ...]:
    """Return every line decided by a person: jurisdiction, item, points, why; an appeal upheld goes before a judgement."""
    lines = {(one.jurisdiction, one.item): (one.points, f"评判：{one.reason}") for one in cycle.judgements.order_by("id")}
    upheld = AppealAnswer.objects.filter(appeal__cycle=cycle, is_upheld=True).select_related("appeal").order_by("id")
    lines |= {(one.appeal.jurisdiction, one.appeal.item): (one.points, f"申诉成立：{one.reason}") for one in upheld}
    return tuple((*key, *told) for key, told in sorted(lines.items()))


def _run(cycle: AssessmentCycle, lines: tuple[tuple[str, str, str, str], ...]) -> Assessment:
    indicators = city_indicators()
    if _kept.over is not indicators or len(_kept.runs) > _MOST_KEPT:
        _kept.over, _kept.runs = indicators, {}
    key = (cycle.cycle, cycle.year, cycle.rubric, cycle.as_of, lines, newest_decision())
    if key not in _kept.runs:
        decisions: dict[str, dict[str, Decision]] = {}
        for jurisdiction, item, points, why in lines:
            decisions.setdefault(jurisdiction, {})[item] = Decision(Decimal(points), Words(why, why))
        _kept.runs[key] = run_at(cycle, indicators, decisions)
    return _kept.runs[key]


def run_at(cycle: AssessmentCycle, indicators: CityIndicators, decisions: Decisions | None = None) -> Assessment:
    """Run the assessment of a cycle, without looking at what is kept (重新计算)."""
    return run_assessment(
        city=city(), indicators=indicators, cycle=Cycle(cycle.cycle), year=cycle.year, as_of=cycle.as_of, rubric_id=cycle.rubric, decisions=decisions,
        verdicts=confirmed_verdicts(year=cycle.year, as_of=cycle.as_of),
    )  # fmt: skip


def rules_in_force(year: int) -> bytes:
    """Return the rules in force at the end of a year, the pack's scoring tables among them (适用规则)."""
    return rule_lines(scoring_book(city().folder)[0], date(year, 12, 31))


def rules_digest(year: int) -> str:
    """Return the digest of the rules in force (规则摘要)."""
    return str(digest(rules_in_force(year), algorithm()))


def keep_files(files: Mapping[str, bytes]) -> None:
    """Keep the files that a docket lists beside what the chain keeps (保存案卷文件), so that the chain verifies down to them."""
    ChainContent.objects.bulk_create(
        [ChainContent(digest=str(digest(content, algorithm())), content=content) for content in files.values()], ignore_conflicts=True
    )


def is_simulated(cycle: AssessmentCycle) -> bool:
    """Tell whether any figure known to the cycle is made up (模拟)."""
    return any(one.grade is DataGrade.SIMULATED for one in city_indicators().snapshot(cycle.as_of).current())


def points_told(told: str, item: Item, cycle: Cycle) -> str:
    """Return points as they are kept (得分), bonus included.

    Raises
    ------
    PointsOutOfRange
        If they are no number, or more than the line can give.
    """
    most = item.max_points(cycle) + item.parameters.get("bonus_max", Decimal(0))
    try:
        points = Decimal(told.strip())
    except ArithmeticError:
        raise PointsOutOfRange(told, most) from None
    if not points.is_finite() or not 0 <= points <= most or len(points.as_tuple().digits) > 12:
        raise PointsOutOfRange(told, most)
    return plain(points)
