"""W7 industrial treatment upgraded (工业废水深度治理): direct, indirect through a sewage plant, or per tonne of product."""

from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.pollution.reduction import TONNES_PER_10K_M3_MG_L, TONNES_PER_KG, Reduction, State, shown


def direct(
    *, volume_10k_m3: Decimal, concentration_before_mg_l: Decimal, concentration_after_mg_l: Decimal
) -> Reduction:
    """Return the reduction at an outlet that discharges to the environment (直接排放工业废水减排量).

    Parameters
    ----------
    volume_10k_m3 : Decimal
        Wastewater, the same for both states. [万m³/a]
    concentration_before_mg_l, concentration_after_mg_l : Decimal
        At the outlet. [mg/L]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）工业部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> direct(volume_10k_m3=Decimal(50), concentration_before_mg_l=Decimal(120),
    ...        concentration_after_mg_l=Decimal(40)).reduction_t
    Decimal('40.00')
    """
    q, c0, c1 = shown(volume_10k_m3, concentration_before_mg_l, concentration_after_mg_l)
    return Reduction(
        State(TONNES_PER_10K_M3_MG_L * volume_10k_m3 * concentration_before_mg_l),
        State(TONNES_PER_10K_M3_MG_L * volume_10k_m3 * concentration_after_mg_l),
        "0.01 × Q × (C0 − C1)",
        f"0.01 × {q} × ({c0} − {c1})",
    )


def indirect(
    *,
    volume_10k_m3: Decimal,
    concentration_before_mg_l: Decimal,
    concentration_after_mg_l: Decimal,
    plant_effluent_before_mg_l: Decimal,
    plant_effluent_after_mg_l: Decimal,
) -> Reduction:
    """Return the part of a gain at the factory gate that reaches the environment (间接排放工业废水减排量).

    A factory behind a sewage plant emits its volume at the plant's effluent concentration. What it removes at its own
    gate counts only as far as that emission falls; a fall beyond the gain at the gate is the plant's own work (W2).

    Parameters
    ----------
    volume_10k_m3 : Decimal
        Wastewater sent to the plant, the same for both states. [万m³/a]
    concentration_before_mg_l, concentration_after_mg_l : Decimal
        At the factory gate. [mg/L]
    plant_effluent_before_mg_l, plant_effluent_after_mg_l : Decimal
        Of the plant that receives it. [mg/L]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    按物料平衡推算：间接排放单位的排放量为水量乘以污水处理厂出水浓度；防止 W1 与 W7 重复计算.

    Examples
    --------
    >>> indirect(volume_10k_m3=Decimal(50), concentration_before_mg_l=Decimal(400), concentration_after_mg_l=Decimal(200),
    ...          plant_effluent_before_mg_l=Decimal(50), plant_effluent_after_mg_l=Decimal(48)).reduction_t
    Decimal('1.00')
    """
    gate_gain_mg_l = concentration_before_mg_l - concentration_after_mg_l
    environment_gain_mg_l = plant_effluent_before_mg_l - plant_effluent_after_mg_l
    gain_mg_l = min(gate_gain_mg_l, environment_gain_mg_l)
    discharged_before_t = TONNES_PER_10K_M3_MG_L * volume_10k_m3 * plant_effluent_before_mg_l
    q, c0, c1, p0, p1 = shown(
        volume_10k_m3, concentration_before_mg_l, concentration_after_mg_l,
        plant_effluent_before_mg_l, plant_effluent_after_mg_l,
    )
    at_gate, reaching = shown(
        TONNES_PER_10K_M3_MG_L * volume_10k_m3 * gate_gain_mg_l, TONNES_PER_10K_M3_MG_L * volume_10k_m3 * gain_mg_l
    )
    remark = Words(
        f"间接排放：厂界削减 {at_gate} t，只计排入环境的变化 {reaching} t",
        f"indirect discharge: {at_gate} t at the gate, {reaching} t of it changes what reaches the environment",
    )
    return Reduction(
        State(discharged_before_t),
        State(discharged_before_t - TONNES_PER_10K_M3_MG_L * volume_10k_m3 * gain_mg_l),
        "0.01 × Q × min(C0 − C1, Cp0 − Cp1)",
        f"0.01 × {q} × min({c0} − {c1}, {p0} − {p1})",
        (remark,),
    )


def per_product(
    *,
    output_before_t: Decimal,
    output_after_t: Decimal,
    intensity_before_kg_per_t: Decimal,
    intensity_after_kg_per_t: Decimal,
) -> Reduction:
    """Return the reduction from less discharge per tonne of product (单位产品排放强度下降减排量).

    The smaller output stands for both states. Serves W7 and N5.

    Parameters
    ----------
    output_before_t, output_after_t : Decimal
        Product. [t/a]
    intensity_before_kg_per_t, intensity_after_kg_per_t : Decimal
        Discharge per tonne of product. [kg/t]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）工业部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> per_product(output_before_t=Decimal(100000), output_after_t=Decimal(120000),
    ...             intensity_before_kg_per_t=Decimal("1.2"), intensity_after_kg_per_t=Decimal("0.7")).reduction_t
    Decimal('50.0000')
    """
    output_t = min(output_before_t, output_after_t)
    a0, a1, e0, e1 = shown(output_before_t, output_after_t, intensity_before_kg_per_t, intensity_after_kg_per_t)
    return Reduction(
        State(TONNES_PER_KG * output_t * intensity_before_kg_per_t),
        State(TONNES_PER_KG * output_t * intensity_after_kg_per_t),
        "min(A0, A1) × (e0 − e1) × 10⁻³",
        f"min({a0}, {a1}) × ({e0} − {e1}) × 10⁻³",
    )
