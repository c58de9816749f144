"""W5 rural sewage (农村生活污水治理)."""

from decimal import Decimal

from shuangkong.pollution.reduction import TONNES_PER_G, Reduction, State, shown

DAYS_PER_YEAR = Decimal(365)


def household_sewage_treated(
    *,
    population: Decimal,
    load_g_per_person_day: Decimal,
    collection_pct: Decimal,
    removal_pct: Decimal,
    days: Decimal = DAYS_PER_YEAR,
) -> Reduction:
    """Return what newly treated villages no longer discharge (农村生活污水减排量).

    Parameters
    ----------
    population : Decimal
        Resident people connected. [人]
    load_g_per_person_day : Decimal
        Load per head. [g/(人·d)]
    collection_pct, removal_pct : Decimal
        Collected share of the load, and removed share of what is collected. [%]
    days : Decimal
        Days of operation; a year is 365 by convention. [d]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）农村生活污水部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> household_sewage_treated(population=Decimal(10000), load_g_per_person_day=Decimal(40),
    ...                          collection_pct=Decimal(80), removal_pct=Decimal(75)).reduction_t
    Decimal('87.600000')
    """
    generated_t = population * load_g_per_person_day * days * TONNES_PER_G
    removed_t = generated_t * collection_pct * removal_pct / 10000
    people, load, collected, removed, span = shown(population, load_g_per_person_day, collection_pct, removal_pct, days)
    return Reduction(
        State.treated(generated_t=generated_t, removed_t=Decimal(0)),
        State.treated(generated_t=generated_t, removed_t=removed_t),
        "P × g × k × η × d × 10⁻⁶",
        f"{people} × {load} × {collected}% × {removed}% × {span} × 10⁻⁶",
    )
