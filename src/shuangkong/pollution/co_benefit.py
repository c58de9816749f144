"""CO2 that the same activity saves (减污降碳协同): it stands beside the pollutant's tonnes and is never added to them."""

from decimal import Decimal


def co2_reduction_t(
    *,
    fuel_saved: Decimal,
    factor_saved_t: Decimal,
    fuel_added: Decimal = Decimal(0),
    factor_added_t: Decimal = Decimal(0),
) -> Decimal:
    """Return the CO2 of fuel no longer burnt, less that of the fuel that replaced it (协同减碳量).

    Parameters
    ----------
    fuel_saved, fuel_added : Decimal
        Burnt before and no longer; burnt instead. [t/a] or [万m³/a]
    factor_saved_t, factor_added_t : Decimal
        CO2 per unit of that fuel. A carrier without a factor has no result: do not pass zero for it. [tCO2 per unit]

    Returns
    -------
    Decimal
        Unrounded. [tCO2/a]

    Source
    ------
    按燃料平衡推算.

    Examples
    --------
    >>> co2_reduction_t(fuel_saved=Decimal(1000), factor_saved_t=Decimal(2), fuel_added=Decimal(50), factor_added_t=Decimal(21))
    Decimal('950')
    """
    return fuel_saved * factor_saved_t - fuel_added * factor_added_t
