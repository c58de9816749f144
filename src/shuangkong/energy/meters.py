"""Fitting rates of energy meters against what GB 17167 requires (计量器具配备率)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay, RuleValue


class MeterLevel(Enum):
    """Where meters stand (计量级别)."""

    WHOLE_UNIT = "进出用能单位"
    MAIN_SUB_UNIT = "进出主要次级用能单位"
    MAIN_EQUIPMENT = "主要用能设备"


class ImplausibleMeterCount(Refusal):
    """More meters fitted than required, or a negative count (计量器具数量不合理)."""

    def __init__(self, fitted: int, required: int) -> None:
        super().__init__(
            thing=Words("计量器具数", "meters"), value=f"{fitted}/{required}",
            rule=Words("应配数、实配数不为负，实配数不大于应配数", "counts must not be negative, nor fitted above required"),
            remedy=Words("核对应配和实配数", "check both counts"),
        )


@dataclass(frozen=True, slots=True)
class MeterFitting:
    """One fitting rate and its requirement (配备率核对结果).

    `required_pct` is None where the standard asks for nothing; `meets` is None where nothing can be said.
    """

    fitting_pct: Decimal | None
    required_pct: Decimal | None
    meets: bool | None
    rule: RuleValue


def meter_fitting_pct(*, fitted: int, required: int) -> Decimal | None:
    """Return the fitting rate of meters (计量器具配备率), None when none is required.

    Parameters
    ----------
    fitted, required : int
        Meters fitted, and meters the standard asks for.

    Returns
    -------
    Decimal or None
        Unrounded. [%]

    Raises
    ------
    ImplausibleMeterCount
        If a count is negative or more are fitted than required.

    Source
    ------
    GB 17167 4.3.2.

    Examples
    --------
    >>> meter_fitting_pct(fitted=19, required=20)
    Decimal('95')
    """
    if fitted < 0 or required < 0 or fitted > required:
        raise ImplausibleMeterCount(fitted, required)
    return Decimal(fitted) * 100 / Decimal(required) if required else None


def check_meter_fitting(*, energy: str, level: MeterLevel, fitted: int, required: int, rules: RulesOnDay) -> MeterFitting:
    """Compare a fitting rate with the required one (核对计量器具配备率).

    Parameters
    ----------
    energy : str
        Row of the rules, such as `electricity`, `coal_coke`, `steam`.
    level : MeterLevel
        Whole unit, main sub-unit or main equipment.
    fitted, required : int
        Meters fitted, and meters the standard asks for.
    rules : RulesOnDay
        The day whose edition applies.

    Returns
    -------
    MeterFitting
        With the rule, which says whether it is verified. [%]

    Raises
    ------
    UnknownRule
        If the standard has no such row.

    Source
    ------
    GB 17167-2006 表3, from memory.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> check_meter_fitting(
    ...     energy="steam", level=MeterLevel.MAIN_SUB_UNIT, fitted=79, required=100, rules=at(date(2023, 6, 30))
    ... ).meets
    False
    """
    rule = rules.get(f"energy.meter_fitting.rates.{energy}")
    required_pct: Decimal | None = rule.value[level.name.lower()]
    fitting_pct = meter_fitting_pct(fitted=fitted, required=required)
    meets = None if fitting_pct is None or required_pct is None else fitting_pct >= required_pct
    return MeterFitting(fitting_pct, required_pct, meets, rule)
