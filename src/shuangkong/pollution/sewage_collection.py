"""The share of people's sewage load that reaches the plant (生活污水集中收集率)."""

from decimal import Decimal


def collection_pct(*, flow_m3_d: Decimal, bod_in_mg_l: Decimal, population: Decimal, load_g_per_person_day: Decimal) -> Decimal:
    """Return the share of people's load that reaches the sewage plant (生活污水集中收集率).

    Parameters
    ----------
    flow_m3_d, bod_in_mg_l : Decimal
        Influent of the plant. [m³/d], [mg/L]
    population : Decimal
        Resident people served. [人]
    load_g_per_person_day : Decimal
        BOD per head. [g/(人·d)]

    Returns
    -------
    Decimal
        Above 100 when industrial or seeping water is in it, which the caller should look into. Unrounded. [%]

    Source
    ------
    城镇污水处理提质增效三年行动方案（2019—2021年）的集中收集率口径，凭记忆，未核实.

    Examples
    --------
    >>> collection_pct(flow_m3_d=Decimal(90000), bod_in_mg_l=Decimal(100), population=Decimal(400000),
    ...                load_g_per_person_day=Decimal(45))
    Decimal('50')
    """
    return flow_m3_d * bod_in_mg_l * 100 / (population * load_g_per_person_day)
