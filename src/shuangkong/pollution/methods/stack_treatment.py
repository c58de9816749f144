"""N4 low-NOx burners, SCR, SNCR, ultra-low retrofit; N5 kilns and coking (烟气脱硝与超低排放改造)."""

from decimal import Decimal

from shuangkong.pollution.conversions import oxygen_corrected
from shuangkong.pollution.reduction import TONNES_PER_KG, Reduction, State, shown
from shuangkong.rules import RulesOnDay

TONNES_PER_MG = Decimal("0.000000001")


def by_concentration(
    *,
    flue_gas_nm3: Decimal,
    concentration_before_mg_m3: Decimal,
    concentration_after_mg_m3: Decimal,
    oxygen_pct: Decimal | None = None,
    reference_oxygen_pct: Decimal | None = None,
    rules: RulesOnDay,
) -> Reduction:
    """Return the reduction from stack concentrations (按烟气浓度核算的减排量).

    Volume and concentrations must be on one oxygen basis. Where the concentrations are at reference oxygen, the volume,
    measured at `oxygen_pct`, is brought to it: mass is the same on either basis.

    Parameters
    ----------
    flue_gas_nm3 : Decimal
        Dry flue gas at standard state, as measured. [Nm³/a]
    concentration_before_mg_m3, concentration_after_mg_m3 : Decimal
        Both measured, or both at reference oxygen. [mg/Nm³]
    oxygen_pct, reference_oxygen_pct : Decimal, optional
        Given together where the concentrations are at reference oxygen. [%]
    rules : RulesOnDay
        For the oxygen of air.

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Raises
    ------
    OxygenOutOfRange
        If either oxygen is that of air or more.

    Source
    ------
    按物料平衡推算；含氧量换算见 HJ 212-2017 附录D 式28.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> by_concentration(flue_gas_nm3=Decimal(800000000), concentration_before_mg_m3=Decimal(200),
    ...                  concentration_after_mg_m3=Decimal(50), rules=at(date(2023, 12, 31))).reduction_t
    Decimal('120.000000000')
    """
    before_t = flue_gas_nm3 * concentration_before_mg_m3 * TONNES_PER_MG
    after_t = flue_gas_nm3 * concentration_after_mg_m3 * TONNES_PER_MG
    gas, c0, c1 = shown(flue_gas_nm3, concentration_before_mg_m3, concentration_after_mg_m3)
    if oxygen_pct is None or reference_oxygen_pct is None:
        return Reduction(State(before_t), State(after_t), "V × (C0 − C1) × 10⁻⁹", f"{gas} × ({c0} − {c1}) × 10⁻⁹")
    oxygens = {"oxygen_pct": reference_oxygen_pct, "reference_oxygen_pct": oxygen_pct}  # exchanged: a volume goes the other way
    before_t, after_t = (oxygen_corrected(concentration_mg_m3=each, **oxygens, rules=rules) for each in (before_t, after_t))
    air = rules.get("pollution.gas_conversion.air_oxygen_pct")
    o, ref, top = shown(oxygen_pct, reference_oxygen_pct, air.number)
    return Reduction(
        State(before_t),
        State(after_t),
        "V × (21 − O2) ÷ (21 − O2ref) × (C0 − C1) × 10⁻⁹",
        f"{gas} × ({top} − {o}) ÷ ({top} − {ref}) × ({c0} − {c1}) × 10⁻⁹",
        rules=(air,),
    )


def by_factor(*, fuel: Decimal, factor_before: Decimal, factor_after: Decimal) -> Reduction:
    """Return the reduction from emission factors per unit of fuel (按排放系数核算的减排量).

    Parameters
    ----------
    fuel : Decimal
        Fuel burnt, the same in both states. [t/a] or [万m³/a]
    factor_before, factor_after : Decimal
        Emission per unit of that fuel, after the control of each state. [kg/t] or [kg/万m³]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    按物料平衡推算.

    Examples
    --------
    >>> by_factor(fuel=Decimal(1000), factor_before=Decimal("18.71"), factor_after=Decimal("6.97")).reduction_t
    Decimal('11.74000')
    """
    burnt, ef0, ef1 = shown(fuel, factor_before, factor_after)
    return Reduction(
        State(TONNES_PER_KG * fuel * factor_before),
        State(TONNES_PER_KG * fuel * factor_after),
        "A × (EF0 − EF1) × 10⁻³",
        f"{burnt} × ({ef0} − {ef1}) × 10⁻³",
    )
