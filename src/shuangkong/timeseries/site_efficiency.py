"""Figures of a site made of its meters: PUE, cooling plant, local consumption of a park (站点能效)."""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain


class PartAboveWhole(Refusal):
    """A part of the energy is more than the whole (部分大于整体)."""

    def __init__(self, thing: Words, part: Decimal, whole: Decimal) -> None:
        super().__init__(
            thing=thing,
            value=f"{plain(part)} / {plain(whole)} kWh",
            rule=Words("部分不得大于整体", "a part cannot exceed the whole"),
            remedy=Words("核对表计接线、倍率和方向", "check wiring, multiplier and direction of the meters"),
        )


@dataclass(frozen=True, slots=True)
class LocalConsumption:
    """How a park uses what it generates (就地消纳): consumed on site of generated, and of all consumed. [%]"""

    local_kwh: Decimal
    consumption_kwh: Decimal
    local_pct: Decimal | None
    self_supply_pct: Decimal | None


def power_usage_effectiveness(*, total_kwh: Decimal, it_kwh: Decimal) -> Decimal | None:
    """Return the power usage effectiveness of a data centre (电能利用效率 PUE).

    Parameters
    ----------
    total_kwh, it_kwh : Decimal
        All electricity of the centre, and that of its computers, over the same span, a year for the figure of record. [kWh]

    Returns
    -------
    Decimal or None
        None when the computers used nothing. Unrounded. [-]

    Raises
    ------
    PartAboveWhole
        If the computers used more than the centre.

    Source
    ------
    GB 40879-2021，凭记忆，未核实.

    Examples
    --------
    >>> power_usage_effectiveness(total_kwh=Decimal(1250), it_kwh=Decimal(1000))
    Decimal('1.25')
    """
    if it_kwh > total_kwh:
        raise PartAboveWhole(Words("信息设备用电", "electricity of computers"), it_kwh, total_kwh)
    return total_kwh / it_kwh if it_kwh else None


def cooling_plant_efficiency(*, cooling_kwh: Decimal, electricity_kwh: Decimal) -> Decimal | None:
    """Return the cold a plant makes of its electricity (制冷站能效比).

    Parameters
    ----------
    cooling_kwh : Decimal
        Cold delivered. [kWh]
    electricity_kwh : Decimal
        Of chillers, pumps and towers. [kWh]

    Returns
    -------
    Decimal or None
        None without electricity. Unrounded. [kWh/kWh]

    Source
    ------
    绿色高效制冷行动方案（2019），凭记忆，未核实.

    Examples
    --------
    >>> cooling_plant_efficiency(cooling_kwh=Decimal(5000), electricity_kwh=Decimal(1000))
    Decimal('5')
    """
    return cooling_kwh / electricity_kwh if electricity_kwh else None


def local_consumption(
    *, generated_kwh: Decimal, exported_kwh: Decimal, imported_kwh: Decimal, stored_in_kwh: Decimal, stored_out_kwh: Decimal
) -> LocalConsumption:
    """Return how much of its own power a park consumes (园区就地消纳率).

    Parameters
    ----------
    generated_kwh, exported_kwh, imported_kwh : Decimal
        Generated on site, sent to the grid, taken from it. [kWh]
    stored_in_kwh, stored_out_kwh : Decimal
        Into and out of storage; what stays in it, and its losses, are not consumption. [kWh]

    Returns
    -------
    LocalConsumption
        Shares None when nothing was generated or consumed. Unrounded. [kWh], [%]

    Raises
    ------
    PartAboveWhole
        If more was exported than was generated, imported and drawn from storage.

    Source
    ------
    工业绿色微电网口径，凭记忆，未核实；储能的处理为本系统设计.

    Examples
    --------
    >>> found = local_consumption(generated_kwh=Decimal(1000), exported_kwh=Decimal(200), imported_kwh=Decimal(1300),
    ...                           stored_in_kwh=Decimal(100), stored_out_kwh=Decimal(0))
    >>> found.local_pct, found.self_supply_pct
    (Decimal('80'), Decimal('40'))
    """
    net_stored = stored_in_kwh - stored_out_kwh
    consumption = generated_kwh + imported_kwh - exported_kwh - net_stored
    if consumption < 0:
        raise PartAboveWhole(Words("外送电量", "electricity exported"), exported_kwh, generated_kwh + imported_kwh - net_stored)
    local = max(Decimal(0), generated_kwh - exported_kwh)
    return LocalConsumption(
        local_kwh=local,
        consumption_kwh=consumption,
        local_pct=local * 100 / generated_kwh if generated_kwh else None,
        self_supply_pct=min(Decimal(100), local * 100 / consumption) if consumption else None,
    )
