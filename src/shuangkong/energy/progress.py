"""How far a place is on its way to an intensity target, by the logarithmic and the linear yardstick."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from shuangkong.energy.intensity import WORKING_DIGITS, ImpossibleChange
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain


class UnusableTarget(Refusal):
    """A target from which no progress follows (目标不可用)."""

    def __init__(self, target_pct: Decimal) -> None:
        super().__init__(
            thing=Words("下降目标", "reduction target"),
            value=plain(target_pct),
            rule=Words("应大于0且小于100", "must lie above 0 and below 100"),
            remedy=Words("按下降百分数填写，如 12", "give the fall in per cent, such as 12"),
        )


class UnusableYears(Refusal):
    """Years from which no rate or progress follows (年数不可用)."""

    def __init__(self, years: str) -> None:
        super().__init__(
            thing=Words("年数", "years"),
            value=years,
            rule=Words("总年数和剩余年数应大于0，已过年数应在0与总年数之间", "whole and remaining years must be above 0, elapsed years between 0 and the whole"),
            remedy=Words("核对已过年数、总年数、剩余年数", "check elapsed, total and remaining years"),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress to a reduction target on both yardsticks (进度). [%]; `ahead` in points."""

    progress_log_pct: Decimal
    progress_linear_pct: Decimal
    time_progress_pct: Decimal

    @property
    def ahead_log_points(self) -> Decimal:
        """How far the logarithmic progress runs ahead of time (超前为正). [百分点]"""
        return self.progress_log_pct - self.time_progress_pct

    @property
    def ahead_linear_points(self) -> Decimal:
        """How far the linear progress runs ahead of time (超前为正). [百分点]"""
        return self.progress_linear_pct - self.time_progress_pct


def progress(*, cumulative_reduction_pct: Decimal, target_pct: Decimal, years_elapsed: Decimal, years_total: Decimal) -> Progress:
    """Return the progress of a cumulative reduction towards its target (完成进度).

    Parameters
    ----------
    cumulative_reduction_pct : Decimal
        Fall since the base year; negative when intensity rose. [%]
    target_pct : Decimal
        Fall to be reached at the end. [%]
    years_elapsed, years_total : Decimal
        Years since the base year, and of the whole plan. [a]

    Returns
    -------
    Progress
        Logarithmic ln(1−R)/ln(1−R*), linear R/R*, and time.

    Raises
    ------
    UnusableTarget, UnusableYears, ImpossibleChange
        If the target is not within (0, 100), the years do not fit, or the fall is 100 % or more.

    Source
    ------
    国家发展改革委对各省2016年能耗强度进度的评价（河南数据只与对数法相符）.

    Examples
    --------
    >>> found = progress(cumulative_reduction_pct=Decimal("7.64"), target_pct=Decimal(16), years_elapsed=Decimal(1), years_total=Decimal(5))
    >>> round(found.progress_log_pct, 2), found.progress_linear_pct, found.time_progress_pct
    (Decimal('45.58'), Decimal('47.7500'), Decimal('20'))
    """
    if years_total <= 0 or not 0 <= years_elapsed <= years_total:
        raise UnusableYears(f"{plain(years_elapsed)} / {plain(years_total)}")
    whole = _logarithm_left(_target(target_pct))
    with localcontext(prec=WORKING_DIGITS):
        logarithmic = _logarithm_left(cumulative_reduction_pct) / whole * 100
    return Progress(
        progress_log_pct=+logarithmic,
        progress_linear_pct=cumulative_reduction_pct / target_pct * 100,
        time_progress_pct=100 * years_elapsed / years_total,
    )


def annual_rate_pct(*, target_pct: Decimal, years: Decimal) -> Decimal:
    """Return the equal annual fall that reaches a target in so many years (年均下降率).

    Parameters
    ----------
    target_pct : Decimal
        Fall to be reached. [%]
    years : Decimal
        [a]

    Returns
    -------
    Decimal
        1 − (1−R*)^(1/n). [%]

    Raises
    ------
    ImpossibleChange, UnusableYears
        If the target is 100 % or more, or years are not above zero.

    Source
    ------
    五年目标按等比折算为年度目标.

    Examples
    --------
    >>> round(annual_rate_pct(target_pct=Decimal(12), years=Decimal(5)), 4)
    Decimal('2.5243')
    """
    return remaining_rate_pct(target_pct=target_pct, cumulative_reduction_pct=Decimal(0), years_left=years)


def remaining_rate_pct(*, target_pct: Decimal, cumulative_reduction_pct: Decimal, years_left: Decimal) -> Decimal:
    """Return the equal annual fall still needed (剩余年份年均需下降).

    Parameters
    ----------
    target_pct, cumulative_reduction_pct : Decimal
        Fall to be reached, and fall so far. [%]
    years_left : Decimal
        [a]

    Returns
    -------
    Decimal
        1 − ((1−R*)/(1−R))^(1/n); negative when the target is passed already: the rise it leaves room for. [%]

    Raises
    ------
    ImpossibleChange, UnusableYears
        If a fall is 100 % or more, or no year is left.

    Source
    ------
    由五年目标和累计降低率推算.

    Examples
    --------
    >>> remaining_rate_pct(target_pct=Decimal(19), cumulative_reduction_pct=Decimal(10), years_left=Decimal(1))
    Decimal('10.0')
    """
    if years_left <= 0:
        raise UnusableYears(plain(years_left))
    for thing, fall in ((Words("下降目标", "target"), target_pct), (Words("累计降低率", "fall so far"), cumulative_reduction_pct)):
        if fall >= 100:
            raise ImpossibleChange(thing, fall)
    with localcontext(prec=WORKING_DIGITS):
        ratio = (100 - target_pct) / (100 - cumulative_reduction_pct)
        rate = (1 - (ratio if years_left == 1 else ratio ** (1 / years_left))) * 100
    return +rate


def annual_totals(
    base_energy: Decimal, gdp_growth_pct: Sequence[Decimal], *, target_pct: Decimal, years: Decimal | None = None
) -> tuple[Decimal, ...]:
    """Return the yearly totals that growth and an intensity target allow (年度能耗总量目标).

    Called with planned growth it gives the planned path; with actual growth, the re-based one.

    Parameters
    ----------
    base_energy : Decimal
        Energy of the base year. [any unit]
    gdp_growth_pct : sequence of Decimal
        Real growth of each year. [%]
    target_pct : Decimal
        Fall of intensity to be reached. [%]
    years : Decimal, optional
        Years the target spans; as many as growth rates where not given. [a]

    Returns
    -------
    tuple of Decimal
        E(t) = E(t−1)(1+g)(1−r), one per growth rate. [as base_energy]

    Raises
    ------
    ImpossibleChange, UnusableYears
        As `annual_rate_pct`; or GDP falls by 100 %.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）三（一）：按GDP增速和强度目标推算总量.

    Examples
    --------
    >>> [f"{total:.3f}" for total in annual_totals(Decimal(1000), [Decimal(10), Decimal(0)], target_pct=Decimal(19))]
    ['990.000', '891.000']
    """
    totals = [base_energy]
    with localcontext(prec=WORKING_DIGITS):
        rate = annual_rate_pct(target_pct=target_pct, years=Decimal(len(gdp_growth_pct)) if years is None else years)
        for growth in gdp_growth_pct:
            if growth <= -100:
                raise ImpossibleChange(Words("GDP增长率", "GDP growth"), growth)
            totals.append(totals[-1] * (1 + growth / 100) * (1 - rate / 100))
    return tuple(+total for total in totals[1:])


def increment_cap_left_tce(*, increment_cap_tce: Decimal, increments_tce: Sequence[Decimal]) -> Decimal:
    """Return what is left of a five-year cap on the increment (能耗增量控制剩余空间).

    Parameters
    ----------
    increment_cap_tce : Decimal
        Cap of the whole plan. [tce]
    increments_tce : sequence of Decimal
        Growth of energy in each year so far, falls negative. [tce]

    Returns
    -------
    Decimal
        Negative when overdrawn. [tce]

    Source
    ------
    “十三五”能耗增量控制目标做法，年均为五分之一.

    Examples
    --------
    >>> increment_cap_left_tce(increment_cap_tce=Decimal(500), increments_tce=[Decimal(120), Decimal(90)])
    Decimal('290')
    """
    return increment_cap_tce - sum(increments_tce, Decimal(0))


def _target(target_pct: Decimal) -> Decimal:
    if not 0 < target_pct < 100:
        raise UnusableTarget(target_pct)
    return target_pct


def _logarithm_left(fall_pct: Decimal) -> Decimal:
    if fall_pct >= 100:
        raise ImpossibleChange(Words("累计降低率", "cumulative fall"), fall_pct)
    with localcontext(prec=WORKING_DIGITS):
        return (1 - fall_pct / 100).ln()
