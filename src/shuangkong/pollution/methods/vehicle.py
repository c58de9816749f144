"""N7 vehicles and mobile machines taken off the road (移动源淘汰)."""

from decimal import Decimal

from shuangkong.pollution.reduction import TONNES_PER_G, Reduction, State, shown


def scrapped(*, vehicles: Decimal, distance_km: Decimal, factor_g_per_km: Decimal) -> Reduction:
    """Return the emission of vehicles scrapped (机动车淘汰减排量).

    Only scrapping counts: a vehicle sold to another city still emits, and the new-energy vehicle that replaces it earns
    no second credit.

    Parameters
    ----------
    vehicles : Decimal
        Scrapped with certificate and deregistered. [辆]
    distance_km : Decimal
        Driven per vehicle and year. [km/a]
    factor_g_per_km : Decimal
        Emission factor of type and stage. [g/km]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）移动源部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> scrapped(vehicles=Decimal(500), distance_km=Decimal(60000), factor_g_per_km=Decimal("7.934")).reduction_t
    Decimal('238.020000000')
    """
    count, distance, factor = shown(vehicles, distance_km, factor_g_per_km)
    return Reduction(
        State(vehicles * distance_km * factor_g_per_km * TONNES_PER_G),
        State(Decimal(0)),
        "n × VKT × EF × 10⁻⁶",
        f"{count} × {distance} × {factor} × 10⁻⁶",
    )
