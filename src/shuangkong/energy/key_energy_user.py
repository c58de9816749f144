"""Which units are key energy users, and of which tier."""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay, RuleValue

THRESHOLDS = "energy.key_energy_users"


@dataclass(frozen=True, slots=True)
class KeyEnergyUser:
    """Whether a unit is a key energy user, and its tier (重点用能单位分级)."""

    is_key: bool
    tier: Words | None
    rules: tuple[RuleValue, ...]


def key_energy_user(*, comprehensive_energy_consumption_tce: Decimal, is_designated: bool, rules: RulesOnDay) -> KeyEnergyUser:
    """Return whether a unit is a key energy user (重点用能单位认定).

    Parameters
    ----------
    comprehensive_energy_consumption_tce : Decimal
        Of the legal person in the year. [tce]
    is_designated : bool
        Named by a State Council department or the provincial energy-saving department.
    rules : RulesOnDay
        Gives the thresholds.

    Returns
    -------
    KeyEnergyUser

    Source
    ------
    重点用能单位节能管理办法（2018年第15号令）第二条；节约能源法第五十二条.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> [key_energy_user(comprehensive_energy_consumption_tce=Decimal(tce), is_designated=designated, rules=rules.at(date(2023, 12, 31))).is_key
    ...  for tce, designated in ((10000, False), (9999, False), (5000, True), (4999, True))]
    [True, False, True, False]
    """
    energy = comprehensive_energy_consumption_tce
    line = rules.get(f"{THRESHOLDS}.key")
    designated = rules.get(f"{THRESHOLDS}.designated")
    if energy < line.number and not (is_designated and energy >= designated.number):
        return KeyEnergyUser(False, None, (line, designated))
    tiers = [rules.get(f"{THRESHOLDS}.{tier}") for tier in ("tier_hundred", "tier_thousand", "tier_ten_thousand")]
    held = next(tier for tier in tiers if energy >= tier.number)
    return KeyEnergyUser(True, held.name, (line, designated, held))
