"""N1 boilers eliminated, N2 coal to gas, N3 coal to electricity (燃煤锅炉淘汰与清洁能源替代)."""

from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.pollution.reduction import TONNES_PER_KG, Reduction, State, shown


def _coal_state(fuel_t: Decimal, factor_kg_per_t: Decimal, control_before_pct: Decimal) -> State:
    generated_t = TONNES_PER_KG * fuel_t * factor_kg_per_t
    return State.treated(generated_t=generated_t, removed_t=generated_t * control_before_pct / 100)


def eliminated(
    *,
    fuel_t: Decimal,
    factor_kg_per_t: Decimal,
    control_before_pct: Decimal,
    replacement_emission_t: Decimal | None = None,
) -> Reduction:
    """Return the reduction of a boiler taken down or joined to another heat source (锅炉拆除并网减排量).

    Parameters
    ----------
    fuel_t : Decimal
        Fuel burnt before. [t/a]
    factor_kg_per_t : Decimal
        Generation factor of the fuel and furnace. [kg/t]
    control_before_pct : Decimal
        Removal by the control in place before. [%]
    replacement_emission_t : Decimal, optional
        Emission caused at the heat source that took over; only surplus heat causes none. Not stated is taken as none
        and remarked. [t/a]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）大气污染物部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> eliminated(fuel_t=Decimal(10000), factor_kg_per_t=Decimal("2.94"), control_before_pct=Decimal(30),
    ...            replacement_emission_t=Decimal(5)).reduction_t
    Decimal('15.58000')
    """
    before = _coal_state(fuel_t, factor_kg_per_t, control_before_pct)
    replacing_t = replacement_emission_t or Decimal(0)
    fuel, factor, control, replacing = shown(fuel_t, factor_kg_per_t, control_before_pct, replacing_t)
    remark = Words(
        "未注明接替热源排放，按余热接替计为无；否则应补报", "no emission of the succeeding heat source stated; right only for surplus heat"
    )
    return Reduction(
        before,
        State(replacing_t),
        "A × EF × (1 − η0) × 10⁻³ − Enew",
        f"{fuel} × {factor} × (1 − {control}%) × 10⁻³ − {replacing}",
        (remark,) if replacement_emission_t is None else (),
    )


def electrified(
    *,
    fuel_t: Decimal,
    factor_kg_per_t: Decimal,
    control_before_pct: Decimal,
    replacement_emission_t: Decimal | None = None,
) -> Reduction:
    """Return the reduction of a boiler replaced by electricity or a heat pump (煤改电减排量).

    The emission of the grid is not counted on the local account, so a stated replacement is set aside and remarked.

    Parameters
    ----------
    fuel_t, factor_kg_per_t, control_before_pct, replacement_emission_t : Decimal
        As for `eliminated`.

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    按属地口径推算：电网排放不计入本地.

    Examples
    --------
    >>> electrified(fuel_t=Decimal(1000), factor_kg_per_t=Decimal(3), control_before_pct=Decimal(0)).reduction_t
    Decimal('3.000')
    """
    fuel, factor, control = shown(fuel_t, factor_kg_per_t, control_before_pct)
    remark = Words("煤改电：电网排放不计入本地，未扣接替排放", "electrified: grid emission is not counted locally, nothing subtracted")
    return Reduction(
        _coal_state(fuel_t, factor_kg_per_t, control_before_pct),
        State(Decimal(0)),
        "A × EF × (1 − η0) × 10⁻³",
        f"{fuel} × {factor} × (1 − {control}%) × 10⁻³",
        (remark,) if replacement_emission_t else (),
    )


def coal_to_gas(
    *,
    fuel_t: Decimal,
    factor_kg_per_t: Decimal,
    control_before_pct: Decimal,
    gas_10k_m3: Decimal,
    gas_factor_kg_per_10k_m3: Decimal,
) -> Reduction:
    """Return the reduction of a boiler changed from coal to gas (煤改气减排量).

    Parameters
    ----------
    fuel_t, factor_kg_per_t, control_before_pct : Decimal
        Coal before, as for `eliminated`.
    gas_10k_m3 : Decimal
        Gas burnt afterwards, metered. [万m³/a]
    gas_factor_kg_per_10k_m3 : Decimal
        Emission factor of the gas boiler. [kg/万m³]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）清洁能源替代部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> coal_to_gas(fuel_t=Decimal(10000), factor_kg_per_t=Decimal("2.94"), control_before_pct=Decimal(0),
    ...             gas_10k_m3=Decimal(600), gas_factor_kg_per_10k_m3=Decimal("6.97")).reduction_t
    Decimal('25.21800')
    """
    fuel, factor, control, gas, gas_factor = shown(
        fuel_t, factor_kg_per_t, control_before_pct, gas_10k_m3, gas_factor_kg_per_10k_m3
    )
    return Reduction(
        _coal_state(fuel_t, factor_kg_per_t, control_before_pct),
        State(TONNES_PER_KG * gas_10k_m3 * gas_factor_kg_per_10k_m3),
        "Ac × EFc × (1 − η0) × 10⁻³ − Ag × EFg × 10⁻³",
        f"{fuel} × {factor} × (1 − {control}%) × 10⁻³ − {gas} × {gas_factor} × 10⁻³",
    )


def gas_by_heat_balance_10k_m3(
    *,
    fuel_t: Decimal,
    coal_kj_per_kg: Decimal,
    gas_kj_per_m3: Decimal,
    efficiency_before_pct: Decimal,
    efficiency_after_pct: Decimal,
) -> Decimal:
    """Return the gas that gives the same useful heat as the coal, where no meter tells (按热平衡估算用气量).

    Parameters
    ----------
    fuel_t : Decimal
        Coal burnt before. [t/a]
    coal_kj_per_kg, gas_kj_per_m3 : Decimal
        Net calorific values. [kJ/kg], [kJ/m³]
    efficiency_before_pct, efficiency_after_pct : Decimal
        Boiler efficiencies. [%]

    Returns
    -------
    Decimal
        Unrounded. [万m³/a]

    Source
    ------
    按热平衡推算.

    Examples
    --------
    >>> gas_by_heat_balance_10k_m3(fuel_t=Decimal(1000), coal_kj_per_kg=Decimal(20000), gas_kj_per_m3=Decimal(40000),
    ...                            efficiency_before_pct=Decimal(72), efficiency_after_pct=Decimal(90))
    Decimal('40')
    """
    useful_kj = fuel_t * 1000 * coal_kj_per_kg * efficiency_before_pct
    return useful_kj / (gas_kj_per_m3 * efficiency_after_pct) / 10000
