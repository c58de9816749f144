"""The score of the four pollutants, a part of the campaign-effectiveness scheme (主要污染物减排考核)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.reduction import MajorPollutant
from shuangkong.rules import RulesOnDay, RuleValue


class NoSchedule(Refusal):
    """Nothing was to be reduced, so nothing can be completed (无减排任务)."""

    def __init__(self, pollutant: MajorPollutant) -> None:
        super().__init__(
            thing=Words(f"{pollutant.label.zh}计划减排量", f"scheduled reduction of {pollutant.value}"),
            value="0",
            rule=Words("须大于 0", "must be above 0"),
            remedy=Words("补充任务量；没有任务的污染物不列入", "give the task; leave out a pollutant without one"),
        )


@dataclass(frozen=True, slots=True)
class PollutantScore:
    """One pollutant's completion and points (单项得分); points None when no tonnes are known."""

    pollutant: MajorPollutant
    completion: Decimal | None
    points: Decimal | None
    bonus: Decimal | None
    is_failing: bool | None
    reason: Words


@dataclass(frozen=True, slots=True)
class CampaignScore:
    """The weighted mean of the pollutants with bonus, grade and flags (减排考核得分)."""

    points: Decimal | None
    max_points: Decimal
    grade: str | None
    is_vetoed: bool
    failing: tuple[MajorPollutant, ...]
    pollutants: tuple[PollutantScore, ...]
    reason: Words
    rules: tuple[RuleValue, ...]


FAILED_GRADE = "不合格"


def campaign_score(
    *,
    cumulative_t: Mapping[MajorPollutant, Decimal | None],
    scheduled_t: Mapping[MajorPollutant, Decimal],
    is_fraud_proved: bool,
    rules: RulesOnDay,
) -> CampaignScore:
    """Return the score of the completed key-project reduction (主要污染物减排得分).

    Completion is cumulative recognised over cumulative scheduled tonnes, capped. Points are proportional up to the
    schedule; what lies between the schedule and the cap earns bonus. The place's points are the weighted mean, and any
    pollutant behind schedule is flagged. Proved fraud fails the place whatever its points.

    Parameters
    ----------
    cumulative_t : mapping of MajorPollutant to Decimal or None
        Recognised so far; None or absent when not known, which leaves the whole score open. [t]
    scheduled_t : mapping of MajorPollutant to Decimal
        To be recognised by now; the pollutants scored. [t]
    is_fraud_proved : bool
        Whether falsified monitoring or accounting was proved.
    rules : RulesOnDay
        For weights, cap, bonus and grades.

    Returns
    -------
    CampaignScore
        Unrounded; `points` None when any pollutant's tonnes are not known.

    Raises
    ------
    NoSchedule
        If a scheduled reduction is not above zero.

    Source
    ------
    本系统默认考核约定；等级分数线见规则.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> half = {MajorPollutant.COD: Decimal(110), MajorPollutant.NOX: Decimal(90)}
    >>> full = {MajorPollutant.COD: Decimal(100), MajorPollutant.NOX: Decimal(100)}
    >>> score = campaign_score(cumulative_t=half, scheduled_t=full, is_fraud_proved=False, rules=at(date(2023, 12, 31)))
    >>> score.points, [each.value for each in score.failing], score.grade
    (Decimal('96.25'), ['NOx'], '优秀')
    """
    weights, cap, full, bonus, bands = (
        rules.get(f"pollution.campaign.{name}")
        for name in ("weights", "completion_cap", "full_points", "bonus_points", "grade_bands")
    )
    scored = tuple(
        _pollutant_score(pollutant, cumulative_t.get(pollutant), scheduled, cap.number, full.number, bonus.number)
        for pollutant, scheduled in scheduled_t.items()
    )
    failing = tuple(each.pollutant for each in scored if each.is_failing)
    weight_sum = sum((weights.value[each.pollutant.value] for each in scored), Decimal(0))
    points: Decimal | None = None
    if scored and weight_sum and all(each.points is not None for each in scored):
        weighted = sum(
            (weights.value[each.pollutant.value] * ((each.points or 0) + (each.bonus or 0)) for each in scored), Decimal(0)
        )
        points = weighted / weight_sum
    grade = None if points is None else _grade(points, bands)
    reason = _reason(points, failing, is_fraud_proved)
    return CampaignScore(
        points, full.number + bonus.number, FAILED_GRADE if is_fraud_proved else grade, is_fraud_proved, failing, scored,
        reason, (weights, cap, full, bonus, bands),
    )  # fmt: skip


def _pollutant_score(
    pollutant: MajorPollutant, cumulative: Decimal | None, scheduled: Decimal, cap: Decimal, full: Decimal, most_bonus: Decimal
) -> PollutantScore:
    if scheduled <= 0:
        raise NoSchedule(pollutant)
    if cumulative is None:
        return PollutantScore(pollutant, None, None, None, None, Words("无认定减排量数据", "no recognised tonnes known"))
    completion = min(cumulative / scheduled, cap)
    points = full * max(min(completion, Decimal(1)), Decimal(0))
    bonus = most_bonus * max(completion - 1, Decimal(0)) / (cap - 1)
    done, planned = plain(cumulative), plain(scheduled)
    return PollutantScore(
        pollutant, completion, points, bonus, cumulative < scheduled,
        Words(f"累计认定 {done} t，进度要求 {planned} t", f"{done} t recognised, {planned} t scheduled"),
    )  # fmt: skip


def _grade(points: Decimal, bands: RuleValue) -> str:
    reached = [name for name, least in bands.value.items() if points >= least]
    return str(max(reached, key=lambda name: bands.value[name])) if reached else FAILED_GRADE


def _reason(points: Decimal | None, failing: tuple[MajorPollutant, ...], is_fraud_proved: bool) -> Words:
    if is_fraud_proved:
        return Words("查实弄虚作假，一票否决", "proved fraud: vetoed")
    if points is None:
        return Words("有污染物缺少认定减排量，暂不计分", "the tonnes of a pollutant are not known: not scored")
    if failing:
        names = "、".join(each.label.zh for each in failing)
        return Words(f"{names}未达进度", f"behind schedule: {', '.join(each.value for each in failing)}")
    return Words("各项均达进度", "all on schedule")
