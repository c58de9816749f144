"""N8 loose coal replaced by clean heating (散煤清洁取暖替代)."""

from decimal import Decimal

from shuangkong.pollution.reduction import TONNES_PER_KG, Reduction, State, shown


def loose_coal_replaced(
    *, households: Decimal, coal_t_per_household: Decimal, factor_kg_per_t: Decimal
) -> Reduction:
    """Return the emission of household coal no longer burnt (散煤替代减排量).

    Parameters
    ----------
    households : Decimal
        On the list of households changed over. [户]
    coal_t_per_household : Decimal
        Burnt per household and year before. [t/(户·a)]
    factor_kg_per_t : Decimal
        Emission factor of household coal. [kg/t]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）清洁能源替代部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> loose_coal_replaced(households=Decimal(20000), coal_t_per_household=Decimal("1.5"),
    ...                     factor_kg_per_t=Decimal("1.6")).reduction_t
    Decimal('48.00000')
    """
    count, coal, factor = shown(households, coal_t_per_household, factor_kg_per_t)
    return Reduction(
        State(TONNES_PER_KG * households * coal_t_per_household * factor_kg_per_t),
        State(Decimal(0)),
        "n × m × EF × 10⁻³",
        f"{count} × {coal} × {factor} × 10⁻³",
    )
