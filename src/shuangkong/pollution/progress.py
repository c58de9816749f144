"""How far the counted tonnes are along the schedule, and how they spread over the years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay, RuleValue


class Light(Enum):
    """Light of progress (灯号)."""

    GREEN = "绿"
    YELLOW = "黄"
    RED = "红"


class TooFewStates(Refusal):
    """One state is no reduction (状态不足)."""

    def __init__(self, count: int) -> None:
        super().__init__(
            thing=Words("各年状态", "states by year"),
            value=str(count),
            rule=Words("至少要有两个年份", "need at least two years"),
            remedy=Words("补充基年或其后年份的排放量", "add the base year or a later one"),
        )


class YearsOutOfPlan(Refusal):
    """More years counted than the plan has, or none (年数超出规划期)."""

    def __init__(self, elapsed: int, years_total: int) -> None:
        super().__init__(
            thing=Words("已过年数", "years elapsed"),
            value=str(elapsed),
            rule=Words(f"应在 1 至 {years_total} 之间", f"must lie between 1 and {years_total}"),
            remedy=Words("每年一个数，核对规划期年数", "give one figure a year; check the years of the plan"),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """Counted tonnes against the linear schedule (减排进度)."""

    scheduled_t: Decimal
    cumulative_t: Decimal
    ratio: Decimal
    light: Light
    rules: tuple[RuleValue, ...]


def reduction_progress(
    *, target_t: Decimal, years_total: int, counted_t: Sequence[Decimal], rules: RulesOnDay
) -> Progress:
    """Return cumulative counted tonnes against an even schedule (减排量进度).

    For a cut target more is better: the ratio is not capped here, the score caps it.

    Parameters
    ----------
    target_t : Decimal
        Key-project reduction to reach by the end of the plan; above zero. [t]
    years_total : int
        Years of the plan. [a]
    counted_t : sequence of Decimal, one per elapsed year
        Counted in each year. [t]
    rules : RulesOnDay
        For the lights.

    Returns
    -------
    Progress
        Unrounded. [t], [t], [-]

    Raises
    ------
    YearsOutOfPlan
        If there is no year counted, or more than the plan has.

    Source
    ------
    本系统约定：按年平均安排进度.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> made = reduction_progress(target_t=Decimal(14798), years_total=5, counted_t=[Decimal(2500), Decimal(3000)],
    ...                           rules=at(date(2023, 12, 31)))
    >>> made.scheduled_t, made.cumulative_t, made.light.name
    (Decimal('5919.2'), Decimal('5500'), 'YELLOW')
    """
    elapsed = len(counted_t)
    if not 1 <= elapsed <= years_total:
        raise YearsOutOfPlan(elapsed, years_total)
    green = rules.get("pollution.progress.green_ratio")
    yellow = rules.get("pollution.progress.yellow_ratio")
    scheduled_t = target_t * elapsed / years_total
    cumulative_t = sum(counted_t, Decimal(0))
    # Compared as products: a ratio rounded at its last digit must not change the light.
    if cumulative_t >= green.number * scheduled_t:
        light = Light.GREEN
    else:
        light = Light.YELLOW if cumulative_t >= yellow.number * scheduled_t else Light.RED
    return Progress(scheduled_t, cumulative_t, cumulative_t / scheduled_t, light, (green, yellow))


def yearly_attribution(state_t: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Return what each year reduced, against the state recognised before it (逐年减排量).

    The years telescope: their sum is the first state less the last. A year without a state takes no part; what fell
    since the state before counts in the next year that has one.

    Parameters
    ----------
    state_t : mapping of int to Decimal
        Discharge of one unit at the end of each year, base year included. [t/a]

    Returns
    -------
    dict of int to Decimal
        By year in order, the base year left out; negative where discharge rose. [t/a]

    Raises
    ------
    TooFewStates
        If fewer than two years are given.

    Source
    ------
    按“逐年相对上一认定状态”的口径推算.

    Examples
    --------
    >>> yearly_attribution({2020: Decimal(100), 2021: Decimal(80), 2023: Decimal(50)})
    {2021: Decimal('20'), 2023: Decimal('30')}
    """
    years = sorted(state_t)
    if len(years) < 2:
        raise TooFewStates(len(years))
    return {year: state_t[previous] - state_t[year] for previous, year in pairwise(years)}


class Attribution(Enum):
    """How the first year is credited (首年认定方式)."""

    FULL_CAPACITY = "full_capacity"
    MONTHS_PRORATED = "months_prorated"


def credited_by_year(*, reduction_t: Decimal, stable_on: date, attribution: Attribution) -> dict[int, Decimal]:
    """Return the years in which a project's tonnes are credited (认定年度与翘尾).

    By capacity, all in the year the project runs stably. By months, the whole months left of that year, and the rest
    carried over (翘尾) to the next; a project stable on the first of a month has that month.

    Parameters
    ----------
    reduction_t : Decimal
        Countable reduction of a full year. [t/a]
    stable_on : date
        First day of stable running.
    attribution : Attribution
        The setting in force.

    Returns
    -------
    dict of int to Decimal
        Sums to `reduction_t`. [t]

    Source
    ------
    按重点工程减排量的“减排能力”定义推算；按月口径为本系统的另一设置.

    Examples
    --------
    >>> credited_by_year(reduction_t=Decimal(120), stable_on=date(2022, 9, 15), attribution=Attribution.MONTHS_PRORATED)
    {2022: Decimal('30'), 2023: Decimal('90')}
    >>> credited_by_year(reduction_t=Decimal(120), stable_on=date(2022, 9, 15), attribution=Attribution.FULL_CAPACITY)
    {2022: Decimal('120')}
    """
    if attribution is Attribution.FULL_CAPACITY:
        return {stable_on.year: reduction_t}
    months = 12 - stable_on.month + (1 if stable_on.day == 1 else 0)
    first_t = reduction_t * months / 12
    return {stable_on.year: first_t, stable_on.year + 1: reduction_t - first_t}
