"""Elasticity of energy against GDP, which has a meaning only while GDP grows."""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.language import Words


@dataclass(frozen=True, slots=True)
class Elasticity:
    """An elasticity, or the reason why there is none (弹性系数)."""

    elasticity: Decimal | None
    reason: Words | None = None


def energy_elasticity(*, energy_growth_pct: Decimal, gdp_growth_pct: Decimal) -> Elasticity:
    """Return energy growth per unit of GDP growth (能源消费弹性系数); for power, the growth of power.

    Parameters
    ----------
    energy_growth_pct, gdp_growth_pct : Decimal
        Growth in the same year, GDP at constant prices. [%]

    Returns
    -------
    Elasticity
        None with a reason when GDP did not grow.

    Source
    ------
    国家统计局 能源消费弹性系数指标解释.

    Examples
    --------
    >>> energy_elasticity(energy_growth_pct=Decimal("2.4"), gdp_growth_pct=Decimal(6)).elasticity
    Decimal('0.4')
    >>> print(energy_elasticity(energy_growth_pct=Decimal("2.4"), gdp_growth_pct=Decimal(0)).reason)
    GDP未增长，弹性系数无意义
    """
    if gdp_growth_pct <= 0:
        return Elasticity(None, Words("GDP未增长，弹性系数无意义", "GDP did not grow: the elasticity has no meaning"))
    return Elasticity(energy_growth_pct / gdp_growth_pct)
