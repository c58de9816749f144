"""Energy per unit of GDP and its fall, at constant prices. Changes of years multiply, they never add."""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain

WORKING_DIGITS = 50  # of chains, roots and logarithms; the result is cut once to the caller's precision


class NonPositiveIntensity(Refusal):
    """Energy or GDP from which no intensity follows (能耗强度无法计算)."""

    def __init__(self, thing: Words, figure: Decimal) -> None:
        super().__init__(
            thing=thing,
            value=plain(figure),
            rule=Words("应大于零，否则能耗强度无意义", "must be above zero, else intensity has no meaning"),
            remedy=Words("核对能耗与不变价GDP", "check energy and GDP at constant prices"),
        )


class ImpossibleChange(Refusal):
    """A fall of 100 % or more of something that still exists (变化率不可能)."""

    def __init__(self, thing: Words, figure: Decimal) -> None:
        super().__init__(
            thing=thing,
            value=plain(figure),
            rule=Words("降幅应小于100%", "a fall must stay below 100 %"),
            remedy=Words("按百分数填写，下降为负，如 -3.2", "give per cent, falls negative, such as -3.2"),
        )


def energy_intensity_tce_per_10k_yuan(*, total_energy_consumption_tce: Decimal, gdp_10k_yuan: Decimal) -> Decimal:
    """Return energy per unit of GDP (能耗强度，单位GDP能耗).

    Parameters
    ----------
    total_energy_consumption_tce : Decimal
        Energy on the equivalent basis. [tce]
    gdp_10k_yuan : Decimal
        GDP at constant prices, never at current ones. [万元]

    Returns
    -------
    Decimal
        [tce/万元]

    Raises
    ------
    NonPositiveIntensity
        If GDP is not above zero or energy is negative.

    Source
    ------
    国家统计局 单位GDP能耗指标解释.

    Examples
    --------
    >>> energy_intensity_tce_per_10k_yuan(total_energy_consumption_tce=Decimal(880), gdp_10k_yuan=Decimal(2000))
    Decimal('0.44')
    """
    if gdp_10k_yuan <= 0:
        raise NonPositiveIntensity(Words("GDP（不变价）", "GDP at constant prices"), gdp_10k_yuan)
    if total_energy_consumption_tce < 0:
        raise NonPositiveIntensity(Words("能源消费总量", "total energy consumption"), total_energy_consumption_tce)
    return total_energy_consumption_tce / gdp_10k_yuan


def intensity_reduction_pct(*, base_tce_per_10k_yuan: Decimal, current_tce_per_10k_yuan: Decimal) -> Decimal:
    """Return the fall in energy intensity against the base year (能耗强度降低率).

    Parameters
    ----------
    base_tce_per_10k_yuan, current_tce_per_10k_yuan : Decimal
        Energy per unit of GDP, both at the same constant prices. [tce/万元]

    Returns
    -------
    Decimal
        Positive when intensity fell. Unrounded. [%]

    Raises
    ------
    NonPositiveIntensity
        If the base is zero or less.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）一（二）.

    Examples
    --------
    >>> intensity_reduction_pct(base_tce_per_10k_yuan=Decimal("0.5000"), current_tce_per_10k_yuan=Decimal("0.4402"))
    Decimal('11.9600')
    """
    if base_tce_per_10k_yuan <= 0:
        raise NonPositiveIntensity(Words("基年能耗强度", "base-year intensity"), base_tce_per_10k_yuan)
    return (base_tce_per_10k_yuan - current_tce_per_10k_yuan) / base_tce_per_10k_yuan * 100


def constant_price_gdp(base_gdp: Decimal, growth_pct: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return GDP of each year at the prices of the base year (不变价GDP).

    Parameters
    ----------
    base_gdp : Decimal
        GDP of the base year at its own prices. [any money unit]
    growth_pct : sequence of Decimal
        Real growth of each following year. [%]

    Returns
    -------
    tuple of Decimal
        One figure per growth rate. [as base_gdp]

    Raises
    ------
    ImpossibleChange
        If a year falls by 100 % or more.

    Source
    ------
    国家统计局 国内生产总值核算：GDPc(t) = GDPc(t−1)×(1+g).

    Examples
    --------
    >>> constant_price_gdp(Decimal(1000), [Decimal(5), Decimal(-2)])
    (Decimal('1050.00'), Decimal('1029.0000'))
    """
    levels = [base_gdp]
    for growth in growth_pct:
        levels.append(levels[-1] * _factor(growth, Words("GDP增长率", "GDP growth")))
    return tuple(levels[1:])


def intensity_change_pct(*, energy_growth_pct: Decimal, gdp_growth_pct: Decimal) -> Decimal:
    """Return the change of intensity that follows from two growth rates (能耗强度变化率).

    Parameters
    ----------
    energy_growth_pct, gdp_growth_pct : Decimal
        Growth of energy and real growth of GDP in the same year. [%]

    Returns
    -------
    Decimal
        Negative when intensity falls. [%]

    Raises
    ------
    ImpossibleChange
        If either falls by 100 % or more (energy may fall by exactly 100 %).

    Source
    ------
    ΔI = (1+e)/(1+g) − 1，与历年分省能耗公报一致.

    Examples
    --------
    >>> intensity_change_pct(energy_growth_pct=Decimal("2.9"), gdp_growth_pct=Decimal("5"))
    Decimal('-2')
    """
    if energy_growth_pct < -100:
        raise ImpossibleChange(Words("能耗增长率", "energy growth"), energy_growth_pct)
    gdp = _factor(gdp_growth_pct, Words("GDP增长率", "GDP growth"))
    with localcontext(prec=WORKING_DIGITS):
        change = (100 + energy_growth_pct) / gdp - 100
    return +change


def implied_energy_growth_pct(*, gdp_growth_pct: Decimal, intensity_change_pct: Decimal) -> Decimal:
    """Return the energy growth that a GDP growth and an intensity change allow (推算能耗增长率).

    Parameters
    ----------
    gdp_growth_pct, intensity_change_pct : Decimal
        Real growth of GDP; change of intensity, a fall negative. [%]

    Returns
    -------
    Decimal
        [%]

    Raises
    ------
    ImpossibleChange
        If either falls by 100 % or more.

    Source
    ------
    1+e = (1+g)(1+ΔI).

    Examples
    --------
    >>> implied_energy_growth_pct(gdp_growth_pct=Decimal("5"), intensity_change_pct=Decimal("-2"))
    Decimal('2.9000')
    """
    change = _factor(intensity_change_pct, Words("能耗强度变化率", "intensity change"))
    return (_factor(gdp_growth_pct, Words("GDP增长率", "GDP growth")) * change - 1) * 100


def implied_gdp_growth_pct(*, energy_growth_pct: Decimal, intensity_change_pct: Decimal) -> Decimal:
    """Return the GDP growth that an energy growth and an intensity change imply (推算GDP增长率).

    Parameters
    ----------
    energy_growth_pct, intensity_change_pct : Decimal
        Growth of energy; change of intensity, a fall negative. [%]

    Returns
    -------
    Decimal
        [%]

    Raises
    ------
    ImpossibleChange
        If either falls by 100 % or more.

    Source
    ------
    1+g = (1+e)/(1+ΔI).

    Examples
    --------
    >>> implied_gdp_growth_pct(energy_growth_pct=Decimal("2.9"), intensity_change_pct=Decimal("-2"))
    Decimal('5.0')
    """
    energy = _factor(energy_growth_pct, Words("能耗增长率", "energy growth"))
    change = _factor(intensity_change_pct, Words("能耗强度变化率", "intensity change"))
    with localcontext(prec=WORKING_DIGITS):
        growth = 100 * energy / change - 100
    return +growth


def cumulative_reduction_pct(annual_change_pct: Sequence[Decimal]) -> Decimal:
    """Return the fall of intensity over several years (累计降低率): a product, not a sum.

    Parameters
    ----------
    annual_change_pct : sequence of Decimal
        Change of each year, falls negative. [%]

    Returns
    -------
    Decimal
        Positive when intensity fell. [%]

    Raises
    ------
    ImpossibleChange
        If a year falls by 100 % or more.

    Source
    ------
    R = 1 − Π(1+ΔI).

    Examples
    --------
    >>> cumulative_reduction_pct([Decimal("-3"), Decimal("-2"), Decimal("1")])
    Decimal('3.989400')
    """
    with localcontext(prec=WORKING_DIGITS):
        left = Decimal(1)
        for change in annual_change_pct:
            left *= _factor(change, Words("能耗强度年变化率", "annual change of intensity"))
        fall = (1 - left) * 100
    return +fall


def _factor(change_pct: Decimal, thing: Words) -> Decimal:
    if change_pct <= -100:
        raise ImpossibleChange(thing, change_pct)
    return 1 + change_pct / 100
