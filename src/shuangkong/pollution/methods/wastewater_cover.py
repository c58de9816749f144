"""V7 wastewater and sludge basins covered (废水集输与处理密闭收集)."""

from decimal import Decimal

from shuangkong.pollution.reduction import TONNES_PER_KG, Reduction, State, shown


def covered(
    *, wastewater_m3: Decimal, factor_kg_per_m3: Decimal, collection_pct: Decimal, removal_pct: Decimal
) -> Reduction:
    """Return the vapour of open basins that is now collected and removed (废水加盖收集减排量).

    Parameters
    ----------
    wastewater_m3 : Decimal
        Water treated. [m³/a]
    factor_kg_per_m3 : Decimal
        VOC lost from open basins. [kg/m³]
    collection_pct, removal_pct : Decimal
        Collected share, and removed share of what is collected. [%]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）VOCs 部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> covered(wastewater_m3=Decimal(1000000), factor_kg_per_m3=Decimal("0.005"),
    ...         collection_pct=Decimal(90), removal_pct=Decimal(80)).reduction_t
    Decimal('3.600000')
    """
    generated_t = TONNES_PER_KG * wastewater_m3 * factor_kg_per_m3
    water, factor, collected, removed = shown(wastewater_m3, factor_kg_per_m3, collection_pct, removal_pct)
    return Reduction(
        State.treated(generated_t=generated_t, removed_t=Decimal(0)),
        State.treated(generated_t=generated_t, removed_t=generated_t * collection_pct * removal_pct / 10000),
        "Q × EF × c × r × 10⁻³",
        f"{water} × {factor} × {collected}% × {removed}% × 10⁻³",
    )
