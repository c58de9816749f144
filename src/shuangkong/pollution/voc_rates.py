"""Three rates of VOC control from monitored hours, and what a charge of activated carbon can hold (VOCs 三率与活性炭)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CarbonCap:
    """What a charge of activated carbon can hold (活性炭吸附上限)."""

    interval_days: Decimal
    cap_t: Decimal


def carbon_adsorption_cap(
    *,
    carbon_kg: Decimal,
    adsorption_pct: Decimal,
    concentration_mg_m3: Decimal,
    flow_m3_h: Decimal,
    hours_per_day: Decimal,
    refills: Decimal,
) -> CarbonCap:
    """Return how long a charge lasts, and the most its refills can have removed (活性炭更换周期与吸附上限).

    Parameters
    ----------
    carbon_kg : Decimal
        Carbon per charge. [kg]
    adsorption_pct : Decimal
        Dynamic adsorption, mass of VOC per mass of carbon. [%]
    concentration_mg_m3, flow_m3_h, hours_per_day : Decimal
        VOC removed, gas treated, running time. [mg/m³], [m³/h], [h/d]
    refills : Decimal
        Charges used in the year. [-]

    Returns
    -------
    CarbonCap
        Unrounded. [d], [t]

    Source
    ------
    佛山市活性炭更换周期公式（转引）；上限按物料平衡推算.

    Examples
    --------
    >>> carbon_adsorption_cap(carbon_kg=Decimal(2000), adsorption_pct=Decimal(10), concentration_mg_m3=Decimal(50),
    ...     flow_m3_h=Decimal(20000), hours_per_day=Decimal(10), refills=Decimal(12))
    CarbonCap(interval_days=Decimal('20'), cap_t=Decimal('2.4'))
    """
    held_kg = carbon_kg * adsorption_pct / 100
    daily_kg = concentration_mg_m3 * flow_m3_h * hours_per_day / 1000000
    return CarbonCap(held_kg / daily_kg, held_kg * refills / 1000)


@dataclass(frozen=True, slots=True)
class ControlHour:
    """One hour of a production line and its control device (治理设施小时); a mass not measured is None. [kg]"""

    is_producing: bool
    is_treating: bool
    inlet_kg: Decimal | None = None
    outlet_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VocRates:
    """Collection, removal and running rate (收集率、去除率、运行率) and their product; each in % and None when not told."""

    collection_pct: Decimal | None
    removal_pct: Decimal | None
    uptime_pct: Decimal | None

    @property
    def controlled_pct(self) -> Decimal | None:
        """The share of what is generated that is destroyed. Unrounded. [%]"""
        if self.collection_pct is None or self.removal_pct is None or self.uptime_pct is None:
            return None
        return self.collection_pct * self.removal_pct * self.uptime_pct / 10000


def voc_rates(hours: Sequence[ControlHour], *, generated_kg: Decimal | None) -> VocRates:
    """Return the three rates of a span (VOCs 收集率、去除率、运行率).

    Parameters
    ----------
    hours : sequence of ControlHour
        Of the span. A device that runs while nothing is made adds to no rate of running.
    generated_kg : Decimal or None
        VOC generated in the span, by balance of materials. [kg]

    Returns
    -------
    VocRates
        Collection is what reached the device against what was generated; removal uses hours in which the device ran and both
        ends were measured; running is device hours within hours of production. Unrounded. [%]

    Source
    ------
    2020年挥发性有机物治理攻坚方案（环大气〔2020〕33号）的“三率”；算式为本系统推算.

    Examples
    --------
    >>> hours = [ControlHour(True, True, Decimal(8), Decimal(2))] * 3 + [ControlHour(True, False, Decimal(8), Decimal(8))]
    >>> found = voc_rates(hours, generated_kg=Decimal(40))
    >>> found.collection_pct, found.removal_pct, found.uptime_pct, found.controlled_pct
    (Decimal('80'), Decimal('75'), Decimal('75'), Decimal('45'))
    """
    producing = [hour for hour in hours if hour.is_producing]
    inlet = [hour.inlet_kg for hour in hours if hour.inlet_kg is not None]
    both = [(hour.inlet_kg, hour.outlet_kg) for hour in hours if hour.is_treating and hour.inlet_kg is not None and hour.outlet_kg is not None]
    entered = sum((one for one, _ in both), Decimal(0))
    left = sum((other for _, other in both), Decimal(0))
    return VocRates(
        collection_pct=sum(inlet, Decimal(0)) * 100 / generated_kg if generated_kg and inlet else None,
        removal_pct=(entered - left) * 100 / entered if entered else None,
        uptime_pct=Decimal(sum(hour.is_treating for hour in producing)) * 100 / len(producing) if producing else None,
    )
