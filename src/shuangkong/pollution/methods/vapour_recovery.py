"""V6 loading, depots and filling stations (油气回收)."""

from decimal import Decimal

from shuangkong.pollution.reduction import TONNES_PER_KG, Reduction, State, shown


def vapour_recovered(
    *, throughput_t: Decimal, factor_kg_per_t: Decimal, control_before_pct: Decimal, control_after_pct: Decimal
) -> Reduction:
    """Return the vapour no longer lost when loading or filling (油气回收减排量).

    Parameters
    ----------
    throughput_t : Decimal
        Product loaded or sold. [t/a]
    factor_kg_per_t : Decimal
        Uncontrolled loss. [kg/t]
    control_before_pct, control_after_pct : Decimal
        Share recovered or destroyed. [%]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）油品储运销部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> vapour_recovered(throughput_t=Decimal(50000), factor_kg_per_t=Decimal("2.3"),
    ...                  control_before_pct=Decimal(20), control_after_pct=Decimal(90)).reduction_t
    Decimal('80.5000')
    """
    generated_t = TONNES_PER_KG * throughput_t * factor_kg_per_t
    turnover, factor, before, after = shown(throughput_t, factor_kg_per_t, control_before_pct, control_after_pct)
    return Reduction(
        State.treated(generated_t=generated_t, removed_t=generated_t * control_before_pct / 100),
        State.treated(generated_t=generated_t, removed_t=generated_t * control_after_pct / 100),
        "T × EF × (η1 − η0) × 10⁻³",
        f"{turnover} × {factor} × ({after}% − {before}%) × 10⁻³",
    )
