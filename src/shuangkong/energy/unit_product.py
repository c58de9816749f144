"""Energy per unit of product or of value added, and whether it keeps a limit."""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain


class NoOutput(Refusal):
    """Output from which no unit consumption follows (产量不可用)."""

    def __init__(self, period: Words, output: Decimal) -> None:
        super().__init__(
            thing=Words(f"{period.zh}产量", f"output of the {period.en}"),
            value=plain(output),
            rule=Words("应大于零，否则单位能耗无意义", "must be above zero, else unit consumption has no meaning"),
            remedy=Words("填写合格品产量；停产期不计算", "give the qualified output; a period at rest is left out"),
        )


class NegativeEnergy(Refusal):
    """An energy below zero (能耗为负)."""

    def __init__(self, period: Words, energy: Decimal) -> None:
        super().__init__(
            thing=Words(f"{period.zh}能耗", f"energy of the {period.en}"),
            value=plain(energy),
            rule=Words("不应为负", "cannot be negative"),
            remedy=Words("核对能耗数据", "check the figure"),
        )


def energy_refused_unless(energy: Decimal, output: Decimal, period: Words) -> None:
    """Refuse an output of zero or less, and a negative energy (校验能耗与产量).

    Source
    ------
    GB/T 12723：单位能耗以合格品产量为分母.

    Examples
    --------
    >>> energy_refused_unless(Decimal(1), Decimal(1), Words("报告期", "current period"))
    """
    if output <= 0:
        raise NoOutput(period, output)
    if energy < 0:
        raise NegativeEnergy(period, energy)


def unit_product_energy(*, energy_kgce: Decimal, qualified_output: Decimal) -> Decimal:
    """Return energy per unit of product (单位产品能耗).

    Parameters
    ----------
    energy_kgce : Decimal
        Energy within the boundary of the product standard; negative where a process gives more than it takes. [kgce]
    qualified_output : Decimal
        [t, 重量箱, m2 …]

    Returns
    -------
    Decimal
        [kgce per unit]

    Raises
    ------
    NoOutput
        If the output is not above zero.

    Source
    ------
    GB/T 12723 单位产品能源消耗限额编制通则.

    Examples
    --------
    >>> unit_product_energy(energy_kgce=Decimal(1060), qualified_output=Decimal(10))
    Decimal('106')
    """
    if qualified_output <= 0:
        raise NoOutput(Words("报告期", "current period"), qualified_output)
    return energy_kgce / qualified_output


def energy_per_value_added(*, comprehensive_energy_consumption_tce: Decimal, value_added_10k_yuan: Decimal) -> Decimal:
    """Return energy per unit of industrial value added (单位工业增加值能耗).

    Parameters
    ----------
    comprehensive_energy_consumption_tce : Decimal
        Of above-scale industry, calorific basis. [tce]
    value_added_10k_yuan : Decimal
        At constant prices. [万元]

    Returns
    -------
    Decimal
        [tce/万元]

    Raises
    ------
    NoOutput, NegativeEnergy
        If value added is not above zero or energy is negative.

    Source
    ------
    国家统计局 规模以上工业单位增加值能耗指标解释.

    Examples
    --------
    >>> energy_per_value_added(comprehensive_energy_consumption_tce=Decimal(90), value_added_10k_yuan=Decimal(100))
    Decimal('0.9')
    """
    energy_refused_unless(comprehensive_energy_consumption_tce, value_added_10k_yuan, Words("报告期", "current period"))
    return comprehensive_energy_consumption_tce / value_added_10k_yuan


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """Whether a unit consumption keeps its limit (限额对标): margin is positive while it does."""

    unit_energy: Decimal
    unit_energy_limit: Decimal

    @property
    def is_kept(self) -> bool:
        """The limit itself still keeps."""
        return self.unit_energy <= self.unit_energy_limit

    @property
    def margin(self) -> Decimal:
        """Limit less actual. [as the limit]"""
        return self.unit_energy_limit - self.unit_energy
