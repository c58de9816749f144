"""Municipal sewage plants: W1 new or expanded, W2 upgraded, W3 sewers extended (城镇污水处理厂)."""

from decimal import Decimal

from shuangkong.pollution.reduction import TONNES_PER_10K_M3_MG_L, Reduction, State, shown


def treatment_gained(
    *,
    volume_after_10k_m3: Decimal,
    influent_after_mg_l: Decimal,
    effluent_after_mg_l: Decimal,
    volume_before_10k_m3: Decimal = Decimal(0),
    influent_before_mg_l: Decimal = Decimal(0),
    effluent_before_mg_l: Decimal = Decimal(0),
) -> Reduction:
    """Return what a new or expanded plant, or a longer sewer, removes in addition (新扩建污水处理减排量).

    The boundary of both states is the sewage that arrives afterwards: before, it was removed only as far as the old
    works could. A new plant has no volume before.

    Parameters
    ----------
    volume_after_10k_m3, volume_before_10k_m3 : Decimal
        Metered influent. [万m³/a]
    influent_after_mg_l, effluent_after_mg_l, influent_before_mg_l, effluent_before_mg_l : Decimal
        Mean concentrations. [mg/L]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）水污染物部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> treatment_gained(volume_after_10k_m3=Decimal(1000), influent_after_mg_l=Decimal(300), effluent_after_mg_l=Decimal(30),
    ...     volume_before_10k_m3=Decimal(600), influent_before_mg_l=Decimal(250), effluent_before_mg_l=Decimal(50)).reduction_t
    Decimal('1500.00')
    """
    arriving_t = TONNES_PER_10K_M3_MG_L * volume_after_10k_m3 * influent_after_mg_l
    removed_before_t = TONNES_PER_10K_M3_MG_L * volume_before_10k_m3 * (influent_before_mg_l - effluent_before_mg_l)
    removed_after_t = TONNES_PER_10K_M3_MG_L * volume_after_10k_m3 * (influent_after_mg_l - effluent_after_mg_l)
    q1, i1, e1, q0, i0, e0 = shown(
        volume_after_10k_m3, influent_after_mg_l, effluent_after_mg_l,
        volume_before_10k_m3, influent_before_mg_l, effluent_before_mg_l,
    )
    return Reduction(
        State.treated(generated_t=arriving_t, removed_t=removed_before_t),
        State.treated(generated_t=arriving_t, removed_t=removed_after_t),
        "0.01 × [Q1 × (Ci1 − Ce1) − Q0 × (Ci0 − Ce0)]",
        f"0.01 × [{q1} × ({i1} − {e1}) − {q0} × ({i0} − {e0})]",
    )


def upgraded(
    *,
    volume_before_10k_m3: Decimal,
    volume_after_10k_m3: Decimal,
    effluent_before_mg_l: Decimal,
    effluent_after_mg_l: Decimal,
) -> Reduction:
    """Return what a plant raised to a stricter effluent no longer discharges (提标改造减排量).

    The smaller of the two volumes stands for both states, so that growth is no reduction and decline no treatment.

    Parameters
    ----------
    volume_before_10k_m3, volume_after_10k_m3 : Decimal
        Metered volume. [万m³/a]
    effluent_before_mg_l, effluent_after_mg_l : Decimal
        Mean effluent concentration. [mg/L]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）水污染物部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> upgraded(volume_before_10k_m3=Decimal(1000), volume_after_10k_m3=Decimal(1200),
    ...          effluent_before_mg_l=Decimal(50), effluent_after_mg_l=Decimal(30)).reduction_t
    Decimal('200.00')
    """
    volume = min(volume_before_10k_m3, volume_after_10k_m3)
    q0, q1, e0, e1 = shown(volume_before_10k_m3, volume_after_10k_m3, effluent_before_mg_l, effluent_after_mg_l)
    return Reduction(
        State(TONNES_PER_10K_M3_MG_L * volume * effluent_before_mg_l),
        State(TONNES_PER_10K_M3_MG_L * volume * effluent_after_mg_l),
        "0.01 × min(Q0, Q1) × (Ce0 − Ce1)",
        f"0.01 × min({q0}, {q1}) × ({e0} − {e1})",
    )
