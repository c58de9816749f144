"""Energy saved against a reference period, at the output of the current one."""

from decimal import Decimal

from shuangkong.energy.unit_product import energy_refused_unless
from shuangkong.kernel.language import Words


def energy_savings_tce(
    *, reference_tce: Decimal, reference_output: Decimal, current_tce: Decimal, current_output: Decimal
) -> Decimal:
    """Return the energy saved against the reference period (节能量).

    Parameters
    ----------
    reference_tce, current_tce : Decimal
        Energy of the reference period and of the current one, on one basis. [tce]
    reference_output, current_output : Decimal
        Qualified output, or value added at constant prices, of the two. [any one unit]

    Returns
    -------
    Decimal
        (e_ref − e_cur) × current output; negative when more was used. [tce]

    Raises
    ------
    NoOutput, NegativeEnergy
        If an output is not above zero, or an energy is negative.

    Source
    ------
    GB/T 13234 企业节能量计算方法：产品节能量.

    Examples
    --------
    >>> energy_savings_tce(reference_tce=Decimal(1060), reference_output=Decimal(10), current_tce=Decimal(1248), current_output=Decimal(12))
    Decimal('24')
    """
    energy_refused_unless(reference_tce, reference_output, Words("基期", "reference period"))
    energy_refused_unless(current_tce, current_output, Words("报告期", "current period"))
    return reference_tce * current_output / reference_output - current_tce
