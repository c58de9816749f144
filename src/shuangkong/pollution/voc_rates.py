"""Three rates of VOC control from monitored hours, and what a charge of activated carbon can hold (VOCs 三率与活性炭)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.rules import RulesOnDay, RuleValue


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
    """One hour of a production line and its control device (治理设施小时); a mass not measured, a signal not heard is None. [kg]"""

    is_producing: bool | None
    is_treating: bool | None
    inlet_kg: Decimal | None = None
    outlet_kg: Decimal | None = None

    @property
    def removal_pct(self) -> Decimal | None:
        """What the device took away of what reached it, None unless it ran and both ends are told. Unrounded. [%]"""
        if not self.is_treating or not self.inlet_kg or self.outlet_kg is None:
            return None
        return (self.inlet_kg - self.outlet_kg) * 100 / self.inlet_kg


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
    producing = [hour for hour in hours if hour.is_producing and hour.is_treating is not None]
    inlet = [hour.inlet_kg for hour in hours if hour.inlet_kg is not None]
    both = [(hour.inlet_kg, hour.outlet_kg) for hour in hours if hour.is_treating and hour.inlet_kg is not None and hour.outlet_kg is not None]
    entered = sum((one for one, _ in both), Decimal(0))
    left = sum((other for _, other in both), Decimal(0))
    return VocRates(
        collection_pct=sum(inlet, Decimal(0)) * 100 / generated_kg if generated_kg and inlet else None,
        removal_pct=(entered - left) * 100 / entered if entered else None,
        uptime_pct=Decimal(sum(bool(hour.is_treating) for hour in producing)) * 100 / len(producing) if producing else None,
    )


class RateLight(Enum):
    """How a rate stands to its target (达标情况); GREY where it is not told or nothing is asked of it."""

    GREEN = "达标"
    RED = "未达标"
    GREY = "不评价"


@dataclass(frozen=True, slots=True)
class JudgedRate:
    """A rate beside its target (三率及目标). [%]"""

    pct: Decimal | None
    least_pct: Decimal
    light: RateLight
    rule: RuleValue


@dataclass(frozen=True, slots=True)
class ControlledSpan:
    """A span of a treatment facility (治理设施时段): its rates with their targets, the masses, and in how many of its hours what was told. [kg]"""

    collection: JudgedRate
    removal: JudgedRate
    uptime: JudgedRate
    controlled_pct: Decimal | None
    inlet_kg: Decimal | None
    outlet_kg: Decimal | None
    hours: int
    hours_signalled: int
    hours_producing: int
    hours_measured: int

    @property
    def coverage_pct(self) -> Decimal | None:
        """The share of the hours that tell both signals and both masses. [%]"""
        return Decimal(min(self.hours_signalled, self.hours_measured)) * 100 / self.hours if self.hours else None


def controlled_span(hours: Sequence[ControlHour], *, generated_kg_h: Decimal | None, rules: RulesOnDay) -> ControlledSpan:
    """Return a span of a treatment facility with its three rates held against their targets (三率评价).

    Parameters
    ----------
    hours : sequence of ControlHour
        All of the span. [kg]
    generated_kg_h : Decimal or None
        VOC generated in an hour of production, by balance of materials; hours without a measured inlet count on neither side. [kg/h]
    rules : RulesOnDay
        For the targets, and from which rate of emission removal is asked for.

    Returns
    -------
    ControlledSpan
        Unrounded.

    Source
    ------
    “三率”见环大气〔2020〕33号；去除率见 GB 37822-2019 10.3，凭记忆，未核实；时段覆盖的计法为本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> hours = [ControlHour(True, True, Decimal(8), Decimal(2))] * 3 + [ControlHour(True, False, None, None)]
    >>> found = controlled_span(hours, generated_kg_h=Decimal(10), rules=at(date(2026, 3, 1)))
    >>> [(one.pct, one.light.name) for one in (found.collection, found.removal, found.uptime)]
    [(Decimal('80'), 'GREEN'), (Decimal('75'), 'RED'), (Decimal('75'), 'RED')]
    """
    measured = [hour for hour in hours if hour.inlet_kg is not None]
    generated = None if generated_kg_h is None else generated_kg_h * sum(bool(hour.is_producing) for hour in measured)
    rates = voc_rates(hours, generated_kg=generated)
    treated = [hour.inlet_kg for hour in measured if hour.is_treating and hour.inlet_kg is not None]
    outlet = [hour.outlet_kg for hour in hours if hour.outlet_kg is not None]
    collection, removal, uptime = (rules.get(f"pollution.voc_rates.{name}") for name in ("collection", "removal", "uptime"))
    least_kg_h = rules.get("pollution.voc_rates.removal_from_kg_h").number
    is_asked = bool(treated) and sum(treated, Decimal(0)) >= least_kg_h * len(treated)
    return ControlledSpan(
        _judged(rates.collection_pct, collection), _judged(rates.removal_pct, removal, is_asked=is_asked), _judged(rates.uptime_pct, uptime), rates.controlled_pct,
        sum((hour.inlet_kg for hour in measured if hour.inlet_kg is not None), Decimal(0)) if measured else None, sum(outlet, Decimal(0)) if outlet else None, len(hours),
        sum(hour.is_producing is not None and hour.is_treating is not None for hour in hours), sum(bool(hour.is_producing) for hour in hours),
        sum(hour.outlet_kg is not None for hour in measured),
    )  # fmt: skip


def _judged(pct: Decimal | None, rule: RuleValue, *, is_asked: bool = True) -> JudgedRate:
    light = RateLight.GREY if pct is None or not is_asked else RateLight.GREEN if pct >= rule.number else RateLight.RED
    return JudgedRate(pct, rule.number, light, rule)
