"""Yearly milestones between base year and target year, and how a target stands against them.

Pace is the achieved share of the way from base to target over the elapsed share of the time. A bound, and a target to be
held every year, has no way to go: it is met or not. Energy intensity has an official warning rule of its own, which is
not here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.plan.model import Operator, Target, TargetKind
from shuangkong.rules import RulesOnDay, RuleValue

_HUNDRED = Decimal(100)
_UNSAID = Words("", "")


class Light(Enum):
    """The light of a target (灯号): colour, shape and word together."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    GREY = "GREY"

    @property
    def mark(self) -> str:
        """The shape, for those who do not see the colour."""
        return {"GREEN": "●", "YELLOW": "▲", "RED": "■", "GREY": "○"}[self.value]

    @property
    def words(self) -> Words:
        """The word beside the shape."""
        return {
            "GREEN": Words("顺利", "on course"), "YELLOW": Words("预警", "warning"),
            "RED": Words("滞后", "behind"), "GREY": Words("无数据", "no data"),
        }[self.value]  # fmt: skip

    def label(self, language: Language = "zh") -> str:
        """Return shape and word, such as `● 顺利`."""
        return f"{self.mark} {self.words.in_language(language)}"


class GreyReason(Enum):
    """Why a target has no coloured light (无灯号原因)."""

    NO_DATA = "无数据"
    NO_BASE = "无基期值"
    WAITING_VALUE = "目标值待上级下达"
    QUALITATIVE = "定性目标，由人依据佐证评判"
    NOT_BEGUN = "尚未起算"


class NoYearsBetween(Refusal):
    """The target year does not lie after the base year (目标年不晚于基准年)."""

    def __init__(self, base_year: int, target_year: int) -> None:
        super().__init__(
            thing=Words("基准年至目标年", "base year to target year"),
            value=f"{base_year}-{target_year}",
            rule=Words("目标年应晚于基准年", "the target year must lie after the base year"),
            remedy=Words("核对两个年份", "check both years"),
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """How a target stands in a year (进度).

    `achieved_share_pct`, `elapsed_share_pct` and `pace_pct` are None where no way from base to target can be measured;
    `milestone` [unit of the target] is what the straight way asks for in the year. `working` says it in figures, unrounded
    except in print. `rules` are the dated thresholds used.
    """

    light: Light
    reason: GreyReason | None = None
    is_met: bool | None = None
    achieved_share_pct: Decimal | None = None
    elapsed_share_pct: Decimal | None = None
    pace_pct: Decimal | None = None
    milestone: Decimal | None = None
    working: Words = _UNSAID
    rules: tuple[RuleValue, ...] = ()


def milestones_linear(
    *, base_value: Decimal, target_value: Decimal, base_year: int, target_year: int
) -> dict[int, Decimal]:
    """Return what each year asks for on a straight way from base to target (直线年度目标).

    Parameters
    ----------
    base_value, target_value : Decimal
        Level in the base year and in the target year. [unit of the target]
    base_year, target_year : int
        First and last year of the way.

    Returns
    -------
    dict[int, Decimal]
        Year → level, base year included. [unit of the target]

    Raises
    ------
    NoYearsBetween
        If the target year does not lie after the base year.

    Source
    ------
    本系统约定；用于无官方年度分解的指标.

    Examples
    --------
    >>> way = milestones_linear(base_value=Decimal(0), target_value=Decimal(14798), base_year=2020, target_year=2025)
    >>> [str(way[year]) for year in (2021, 2025)]
    ['2959.6', '14798']
    """
    years = _years_between(base_year, target_year)
    return {
        base_year + passed: base_value + (target_value - base_value) * passed / years for passed in range(years + 1)
    }


def milestones_geometric(*, reduction_pct: Decimal, base_year: int, target_year: int) -> dict[int, Decimal]:
    """Return the cumulative fall each year asks for when every year falls by one rate (等比年度目标).

    Parameters
    ----------
    reduction_pct : Decimal
        Fall to be reached in the target year against the base year; negative for a rise. [%]
    base_year, target_year : int
        First and last year of the way.

    Returns
    -------
    dict[int, Decimal]
        Year → cumulative fall against the base year; the target year exactly as given. [%]

    Raises
    ------
    NoYearsBetween
        If the target year does not lie after the base year.

    Source
    ------
    年均下降率按几何平均计算，1-(1-d)^(1/n).

    Examples
    --------
    >>> way = milestones_geometric(reduction_pct=Decimal(12), base_year=2020, target_year=2025)
    >>> str(round(way[2021], 2)), str(way[2025])
    ('2.52', '12')
    """
    years = _years_between(base_year, target_year)
    kept = 1 - reduction_pct / _HUNDRED
    way = {base_year + passed: (1 - kept ** (Decimal(passed) / years)) * _HUNDRED for passed in range(years)}
    return {**way, target_year: reduction_pct}


def required_path(target: Target, *, actual: Decimal, year: int) -> dict[int, Decimal]:
    """Return what each year left must reach for the target to be met (还需路径): geometric for a relative change, else straight.

    Parameters
    ----------
    target : Target
        With a value and a target year.
    actual : Decimal
        Where it stands. [unit of the target]
    year : int
        The year of `actual`.

    Returns
    -------
    dict[int, Decimal]
        Year → figure, `year` included; empty where no year is left, or no figure is to be reached. [unit of the target]

    Source
    ------
    本系统约定；相对变化率按剩余年均下降率相等推算.

    Examples
    --------
    >>> fall = Target(id="T001", clause="一(二)", indicator="e", name=Words("强度降低率", "fall"), unit="%", kind=TargetKind.RELATIVE_CHANGE,
    ...               operator=Operator.AT_LEAST, value=Decimal(12), target_year=2025)
    >>> {year: str(round(figure, 2)) for year, figure in required_path(fall, actual=Decimal(8), year=2023).items()}
    {2023: '8.00', 2024: '10.02', 2025: '12.00'}
    """
    if target.value is None or target.target_year is None or target.target_year <= year:
        return {}
    if target.kind is TargetKind.RELATIVE_CHANGE and actual < _HUNDRED:
        kept = 1 - actual / _HUNDRED
        rest_pct = (1 - (1 - target.value / _HUNDRED) / kept) * _HUNDRED
        way = milestones_geometric(reduction_pct=rest_pct, base_year=year, target_year=target.target_year)
        return {at: (1 - kept * (1 - fall / _HUNDRED)) * _HUNDRED for at, fall in way.items()}
    return milestones_linear(base_value=actual, target_value=target.value, base_year=year, target_year=target.target_year)


def is_met(target: Target, actual: Decimal) -> bool | None:
    """Tell whether a figure satisfies the target (是否达到); None when the target has no figure.

    An approximate target (左右) is met within its tolerance, both edges included.

    Examples
    --------
    >>> pue = Target(id="T062", clause="附件2", indicator="pue", name=Words("电能利用效率", "PUE"),
    ...              kind=TargetKind.LEVEL, operator=Operator.LESS_THAN, value=Decimal("1.3"))
    >>> is_met(pue, Decimal("1.3")), is_met(pue, Decimal("1.29"))
    (False, True)
    """
    if target.value is None:
        return None
    match target.operator:
        case Operator.MORE_THAN:
            return actual > target.value
        case Operator.AT_MOST:
            return actual <= target.value
        case Operator.LESS_THAN:
            return actual < target.value
        case Operator.EQUAL:
            return actual == target.value
        case Operator.ABOUT:
            allowed = abs(target.value) * (target.tolerance_pct or Decimal(0)) / _HUNDRED
            return abs(actual - target.value) <= allowed
    return actual >= target.value


def is_bound(target: Target) -> bool:
    """Tell whether the target is a line not to be crossed rather than a way to go (界限型目标).

    Strict bounds are, a ceiling without a base value is, and whatever must hold in every year is.
    """
    if target.hold_every_year or target.operator in (Operator.MORE_THAN, Operator.LESS_THAN):
        return True
    return target.operator is Operator.AT_MOST and target.base_value is None and not target.kind.starts_at_zero


def pace(
    target: Target,
    *,
    actual: Decimal | None,
    year: int,
    plan_base_year: int,
    rules: RulesOnDay,
    base_observed: Decimal | None = None,
) -> Pace:
    """Return how the target stands in a year (指标进度与灯号).

    Parameters
    ----------
    target : Target
        Its own base year and base value go before the two below.
    actual : Decimal or None
        The indicator in `year`, None when unknown. [unit of the target]
    year : int
        The year looked at; after the target year the whole way is due.
    plan_base_year : int
        Base year of the plan, for targets that print none.
    rules : RulesOnDay
        Holds `assessment.pace.green` and `.yellow`.
    base_observed : Decimal or None
        The indicator as observed in the base year, for targets that print no base value. [unit of the target]

    Returns
    -------
    Pace
        Light, reason where grey, shares and pace unrounded. [%]

    Raises
    ------
    NoYearsBetween
        If the target year does not lie after the base year.

    Source
    ------
    本系统指标进度灯号约定（assessment.pace）.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> cod = Target(id="T003", clause="一(二)", indicator="cod_t", name=Words("化学需氧量", "COD"), unit="t",
    ...              kind=TargetKind.CUMULATIVE_SUM, operator=Operator.AT_LEAST, value=Decimal(14798), target_year=2025)
    >>> found = pace(cod, actual=Decimal(5800), year=2022, plan_base_year=2020, rules=at(date(2022, 12, 31)))
    >>> found.light.label(), str(round(found.pace_pct, 2))
    ('▲ 预警', '97.99')
    """
    grey = _grey(target, actual)
    if grey is not None or actual is None or target.value is None:
        return Pace(Light.GREY, grey or GreyReason.NO_DATA)
    met = is_met(target, actual)
    if is_bound(target):
        compared = f"{plain(actual)} {target.operator.value} {plain(target.value)}"
        working = Words(f"{compared}：{'达到' if met else '未达到'}", f"{compared}: {'met' if met else 'not met'}")
        return Pace(Light.GREEN if met else Light.RED, is_met=met, working=working)
    base = _base_of(target, base_observed)
    if base is None:
        return Pace(Light.GREY, GreyReason.NO_BASE, is_met=met)
    base_year = target.base_year or plan_base_year
    target_year = target.target_year or base_year
    total, passed = _years_between(base_year, target_year), min(year, target_year) - base_year
    if passed <= 0:
        return Pace(Light.GREY, GreyReason.NOT_BEGUN, is_met=met)
    return _measured(target, actual=actual, base=base, passed=passed, total=total, met=bool(met), rules=rules)


def _measured(
    target: Target, *, actual: Decimal, base: Decimal, passed: int, total: int, met: bool, rules: RulesOnDay
) -> Pace:
    goal = target.value or Decimal(0)
    way = goal - base
    elapsed_pct = _HUNDRED * passed / total
    if not way or (is_met(target, base) and target.operator is not Operator.ABOUT):
        # Nothing was left to go when the plan began: what counts is that the level is kept.
        working = Words(f"基期 {plain(base)} 已达 {plain(goal)}，现为 {plain(actual)}", f"the base {plain(base)} had met {plain(goal)}, now {plain(actual)}")
        return Pace(Light.GREEN if met else Light.RED, is_met=met, elapsed_share_pct=elapsed_pct, milestone=goal, working=working)
    used = (rules.get("assessment.pace.green"), rules.get("assessment.pace.yellow"))
    # One division, so that a figure standing exactly on a threshold is not thrown off it.
    pace_pct = (actual - base) * total * _HUNDRED / (way * passed)
    light = _light(pace_pct, used)
    overshot = target.operator in (Operator.ABOUT, Operator.EQUAL) and not met and (actual - base) / way > 1
    if overshot:
        light = Light.YELLOW
    elif met:
        light = Light.GREEN
    figures = (
        f"({plain(actual)} − {plain(base)}) ÷ ({plain(goal)} − {plain(base)}) ÷ ({passed} ÷ {total})"
        f" = {plain(round_gbt8170(pace_pct, 2))}%"
    )
    return Pace(
        light=light,
        is_met=met,
        achieved_share_pct=(actual - base) * _HUNDRED / way,
        elapsed_share_pct=elapsed_pct,
        pace_pct=pace_pct,
        milestone=base + way * passed / total,
        working=Words(figures, figures),
        rules=used,
    )


def best_of(paces: Sequence[tuple[Target, Pace]]) -> tuple[Target, Pace]:
    """Return the one of an either-or group (二选一) that stands best: met first, then the higher pace, grey last.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）二（十）：两项达到其一.
    """
    order = {Light.GREEN: 3, Light.YELLOW: 2, Light.RED: 1, Light.GREY: 0}
    return max(
        paces,
        key=lambda pair: (
            bool(pair[1].is_met) and pair[1].light is not Light.GREY,
            order[pair[1].light],
            pair[1].pace_pct is not None,
            pair[1].pace_pct or Decimal(0),
        ),
    )


def held_every_year(target: Target, by_year: Mapping[int, Decimal | None], years: Iterable[int]) -> bool | None:
    """Tell whether a hold-every-year target (稳定保持) held: False as soon as one year failed, None while one is unknown."""
    known = [(year, by_year.get(year)) for year in years]
    if any(actual is not None and is_met(target, actual) is False for _, actual in known):
        return False
    return None if not known or any(actual is None for _, actual in known) else True


def cumulative_sum(by_year: Mapping[int, Decimal | None], *, base_year: int, year: int) -> Decimal | None:
    """Return the sum of the years after the base year up to `year` (累计量); None while one of them is missing."""
    parts = [by_year.get(each) for each in range(base_year + 1, year + 1)]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if parts and len(known) == len(parts) else None


def relative_reduction_pct(*, base: Decimal, actual: Decimal) -> Decimal | None:
    """Return the fall against the base (下降率) [%], positive when it fell; None when the base is zero.

    Examples
    --------
    >>> str(relative_reduction_pct(base=Decimal("0.5"), actual=Decimal("0.44")))
    '12.0'
    """
    return (base - actual) * _HUNDRED / base if base else None


def _grey(target: Target, actual: Decimal | None) -> GreyReason | None:
    if target.value is None:
        external = target.operator is Operator.EXTERNAL or target.kind is TargetKind.EXTERNAL
        return GreyReason.WAITING_VALUE if external else GreyReason.QUALITATIVE
    return GreyReason.NO_DATA if actual is None else None


def _base_of(target: Target, base_observed: Decimal | None) -> Decimal | None:
    if target.kind.starts_at_zero:
        return Decimal(0)
    return target.base_value if target.base_value is not None else base_observed


def _light(pace_pct: Decimal, used: tuple[RuleValue, RuleValue]) -> Light:
    green, yellow = used
    if pace_pct >= green.number:
        return Light.GREEN
    return Light.YELLOW if pace_pct >= yellow.number else Light.RED


def _years_between(base_year: int, target_year: int) -> int:
    if target_year <= base_year:
        raise NoYearsBetween(base_year, target_year)
    return target_year - base_year
