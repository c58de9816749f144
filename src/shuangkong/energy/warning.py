"""Early warning of the energy-saving situation: one light for intensity, one for the total."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.energy.progress import UnusableTarget
from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay, RuleValue

BAND = "energy.warning.band"


class WarningLight(Enum):
    """The three lights (晴雨表灯号), by level."""

    RED = 1
    YELLOW = 2
    GREEN = 3

    @property
    def words(self) -> Words:
        """The light in words."""
        return {1: Words("红灯", "red"), 2: Words("黄灯", "yellow"), 3: Words("绿灯", "green")}[self.value]

    @property
    def situation(self) -> Words:
        """What the light says of the situation."""
        return {1: Words("十分严峻", "very severe"), 2: Words("比较严峻", "rather severe"), 3: Words("总体顺利", "on course")}[self.value]


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """A light with the shortfall behind it (预警结果). Shortfall and band in the unit of the target."""

    light: WarningLight
    shortfall: Decimal
    band: Decimal
    rule: RuleValue

    @property
    def level(self) -> int:
        """1 the worst, 3 the best."""
        return self.light.value


def intensity_warning(*, target_reduction_pct: Decimal, actual_reduction_pct: Decimal, rules: RulesOnDay) -> EarlyWarning:
    """Return the light of energy intensity (能耗强度预警).

    Parameters
    ----------
    target_reduction_pct : Decimal
        Progress target of the period, above zero. [%]
    actual_reduction_pct : Decimal
        Fall reached so far; negative when intensity rose. [%]
    rules : RulesOnDay
        Gives the width of the yellow band.

    Returns
    -------
    EarlyWarning

    Raises
    ------
    UnusableTarget
        If the target is not within (0, 100).

    Source
    ------
    发改办环资〔2020〕901号 能耗双控目标完成情况晴雨表.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> intensity_warning(target_reduction_pct=Decimal(3), actual_reduction_pct=Decimal("2.7"), rules=rules.at(date(2023, 6, 30))).light.name
    'YELLOW'
    """
    if not 0 < target_reduction_pct < 100:
        raise UnusableTarget(target_reduction_pct)
    shortfall = target_reduction_pct - actual_reduction_pct
    return _lit(shortfall, target_reduction_pct, rules)


def total_warning(*, target_growth: Decimal, actual_growth: Decimal, rules: RulesOnDay) -> EarlyWarning:
    """Return the light of total energy (能源消费总量预警).

    Parameters
    ----------
    target_growth, actual_growth : Decimal
        Growth, or increment, allowed and reached in the period, both in one unit. [% or tce]
    rules : RulesOnDay
        Gives the width of the yellow band.

    Returns
    -------
    EarlyWarning
        Red at once when a target of zero or less is exceeded: no band can be taken of it.

    Source
    ------
    发改办环资〔2020〕901号；总量的偏离幅度原文未定义，按目标增幅的同一比例取.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> total_warning(target_growth=Decimal(2), actual_growth=Decimal(2), rules=rules.at(date(2023, 6, 30))).light.name
    'GREEN'
    """
    return _lit(actual_growth - target_growth, max(target_growth, Decimal(0)), rules)


def _lit(shortfall: Decimal, target: Decimal, rules: RulesOnDay) -> EarlyWarning:
    rule = rules.get(BAND)
    band = target * rule.number / 100
    light = WarningLight.GREEN if shortfall <= 0 else WarningLight.YELLOW if shortfall <= band else WarningLight.RED
    return EarlyWarning(light=light, shortfall=shortfall, band=band, rule=rule)
