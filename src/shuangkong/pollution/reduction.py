"""One reduction: the states before and after, what is generated, removed and discharged in each.

Results below zero are kept and flagged, never clipped; nothing is rounded here.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.kernel.text import narrow
from shuangkong.rules import RuleValue

TONNES_PER_10K_M3_MG_L = Decimal("0.01")  # 万m³ × mg/L
TONNES_PER_KG = Decimal("0.001")
TONNES_PER_G = Decimal("0.000001")


class UnknownPollutant(Refusal):
    """The text names none of the four controlled pollutants (非主要污染物)."""

    def __init__(self, text: str, rule: Words | None = None) -> None:
        super().__init__(
            thing=Words("污染物", "pollutant"),
            value=text,
            rule=rule or Words("不是四项主要污染物之一", "is none of the four major pollutants"),
            remedy=Words("改为 COD、NH3-N、NOx 或 VOCs", "write COD, NH3-N, NOx or VOCs"),
        )


class MajorPollutant(Enum):
    """The four pollutants under total emission control (主要污染物); the value is the printed form.

    氨 (NH3 to air) is not 氨氮 (NH3-N in water) and is no member: see `methods.livestock`.
    """

    COD = "COD"
    NH3_N = "NH3-N"
    NOX = "NOx"
    VOCS = "VOCs"

    @property
    def label(self) -> Words:
        """The name in both languages."""
        return _LABELS[self]

    @classmethod
    def parse(cls, text: str) -> "MajorPollutant":
        """Return the pollutant printed as `text`.

        Raises
        ------
        UnknownPollutant
            If it is none of the four; ammonia to air is told apart by name.

        Examples
        --------
        >>> MajorPollutant.parse("氨氮").value, MajorPollutant.parse("nox").value, MajorPollutant.parse("CODcr").value
        ('NH3-N', 'NOx', 'COD')
        """
        folded = re.sub(r"[\s_\-()]", "", narrow(str(text))).casefold()
        if folded in {"nh3", "氨", "大气氨"}:
            raise UnknownPollutant(text, Words("氨（NH3，排入大气）不是氨氮，不得并入", "is ammonia to air, which is never NH3-N"))
        if folded not in _ALIASES:
            raise UnknownPollutant(text)
        return _ALIASES[folded]


_LABELS = {
    MajorPollutant.COD: Words("化学需氧量", "chemical oxygen demand"),
    MajorPollutant.NH3_N: Words("氨氮", "ammonia nitrogen"),
    MajorPollutant.NOX: Words("氮氧化物", "nitrogen oxides"),
    MajorPollutant.VOCS: Words("挥发性有机物", "volatile organic compounds"),
}
_ALIASES = {
    **dict.fromkeys(("cod", "codcr", "化学需氧量", "化学需氧量cod"), MajorPollutant.COD),
    **dict.fromkeys(("nh3n", "nh4n", "氨氮", "氨氮nh3n"), MajorPollutant.NH3_N),
    **dict.fromkeys(("nox", "氮氧化物", "氮氧化物nox"), MajorPollutant.NOX),
    **dict.fromkeys(("vocs", "voc", "挥发性有机物", "挥发性有机物vocs", "挥发性有机化合物"), MajorPollutant.VOCS),
}


@dataclass(frozen=True, slots=True)
class State:
    """One source at one time, per year (状态): 产生量, 去除量 and 排放量, all [t/a].

    `generated_t` and `removed_t` are None where the method measures only what leaves (missing is not zero).
    """

    discharged_t: Decimal
    generated_t: Decimal | None = None
    removed_t: Decimal | None = None

    @classmethod
    def treated(cls, *, generated_t: Decimal, removed_t: Decimal) -> "State":
        """Return the state whose discharge is what is generated less what is removed."""
        return cls(generated_t - removed_t, generated_t, removed_t)


@dataclass(frozen=True, slots=True)
class Reduction:
    """One reduction (减排量) of one pollutant by one project, both states on the same boundary of activity.

    `formula` is the general form, `working` the same with the figures put in; `remarks` say what was assumed.
    """

    before: State
    after: State
    formula: str
    working: str
    remarks: tuple[Words, ...] = ()
    rules: tuple[RuleValue, ...] = ()

    @property
    def reduction_t(self) -> Decimal:
        """Discharged before less discharged after; negative when it rose. [t/a]"""
        return self.before.discharged_t - self.after.discharged_t

    def explained(self) -> str:
        """Return formula, figures and result on one line."""
        return f"R = {self.formula} = {self.working} {equals(self.reduction_t)} t"


def shown(*figures: Decimal) -> tuple[str, ...]:
    """Return figures as they stand in a working: plain, unrounded (算式中的数).

    Source
    ------
    本系统显示约定：算式不修约.

    Examples
    --------
    >>> shown(Decimal("1E+3"), Decimal("0.50"))
    ('1000', '0.5')
    """
    return tuple(plain(figure) for figure in figures)


_LEGIBLE_DECIMALS, _CUT_DECIMALS = 12, 6


def equals(figure: Decimal) -> str:
    """Return the result at the end of a working, said to be rounded where its digits do not end (算式的结果).

    Parameters
    ----------
    figure : Decimal
        Unrounded, and unrounded it stays wherever it is not shown in a working.

    Returns
    -------
    str
        With its sign of equality.

    Source
    ------
    本系统显示约定：算式末尾除不尽的数修约至六位小数，以“≈”标明.

    Examples
    --------
    >>> equals(Decimal("2.50")), equals(Decimal(1000) / 3)
    ('= 2.5', '≈ 333.333333')
    """
    cut = round_gbt8170(figure, _CUT_DECIMALS)
    if not cut or round_gbt8170(figure, _LEGIBLE_DECIMALS) == figure:
        return f"= {plain(figure)}"
    return f"≈ {plain(cut)}"
