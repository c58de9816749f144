"""Main meters against their sub-meters (总分表差), virtual meters (虚拟表), and the flows from one to the next (能流)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.services.carrier_flows import Link
from shuangkong.services.energy_figures import NO_FIGURES, MeteredUse
from shuangkong.services.energy_meters import CONSUMPTION, VirtualMeter
from shuangkong.services.meter_registers import Meter
from shuangkong.services.monitoring_kinds import MeterFlow
from shuangkong.timeseries.quality import Aggregate, combined
from shuangkong.timeseries.virtual_meters import MainSubDifference, VirtualTotal, main_sub_difference, virtual_total

UNMETERED = Words("未装分表或线损", "beyond sub-meters, or lost")
MeterUses = Mapping[str, Mapping[tuple[str, str], MeteredUse]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A main meter and what stands below it (总分表): `weight` is the difference in coal equivalent, for the order. [kgce]"""

    main: Meter
    subs: tuple[Meter, ...]
    total: Aggregate
    below: Aggregate
    found: MainSubDifference
    weight: Decimal

    @property
    def coverage_pct(self) -> Decimal | None:
        """The least coverage of its meters, by which the difference is to be judged. [%]"""
        told = [one.coverage_pct for one in (self.total, self.below)]
        return min((pct for pct in told if pct is not None), default=None) if None not in told else None


@dataclass(frozen=True, slots=True)
class VirtualReading:
    """A virtual meter over a span (虚拟表用量)."""

    meter: VirtualMeter
    total: VirtualTotal


def use_of(meter: Meter, uses: MeterUses) -> MeteredUse | None:
    """Return what a meter counted (表计用量), None where it has no figure."""
    return uses.get(meter.code, {}).get((meter.carrier.key, meter.flow.key))


def quantity_of(meter: Meter, uses: MeterUses) -> Aggregate:
    """Return what a meter counted, with its quality (表计用量)."""
    use = use_of(meter, uses)
    return NO_FIGURES if use is None else use.quantity


def differences_of(meters: Iterable[Meter], uses: MeterUses) -> tuple[Difference, ...]:
    """Return every main meter against its sub-meters of the same carrier (总分表差), the largest first, those that cannot be told last."""
    every = {one.code: one for one in meters}
    below = children_of(every.values())
    found = []
    for code, subs in below.items():
        main = every.get(code)
        alike = tuple(one for one in subs if main is not None and one.carrier.key == main.carrier.key)
        if main is None or not alike:
            continue
        total, parts = quantity_of(main, uses), {one.code: quantity_of(one, uses) for one in alike}
        difference = main_sub_difference(total, parts)
        found.append(Difference(main, alike, total, combined(parts.values()), difference, _weight(difference, use_of(main, uses))))
    return tuple(sorted(found, key=lambda one: (one.found.difference is None, -one.weight, -abs(one.found.pct or Decimal(0)), one.main.code)))


def _weight(difference: MainSubDifference, main: MeteredUse | None) -> Decimal:
    if difference.difference is None or main is None or not main.quantity.amount or main.kgce is None:
        return Decimal(0)
    return abs(difference.difference * main.kgce / main.quantity.amount)


def children_of(meters: Iterable[Meter]) -> dict[str, list[Meter]]:
    """Return the sub-meters of each main meter (分表)."""
    below: dict[str, list[Meter]] = defaultdict(list)
    for one in meters:
        if one.parent_meter:
            below[one.parent_meter].append(one)
    return below


def virtual_readings(virtual: Sequence[VirtualMeter], meters: Iterable[Meter], uses: MeterUses) -> tuple[VirtualReading, ...]:
    """Return the virtual meters over a span, by their formulas of today (虚拟表用量)."""
    totals = {one.code: quantity_of(one, uses) for one in meters}
    return tuple(VirtualReading(one, virtual_total(one.formula, totals)) for one in virtual)


def meter_links(meters: Sequence[Meter], uses: MeterUses) -> tuple[Link, ...]:
    """Return the flows from carrier over main meters to purposes, and the rest beyond the sub-meters (能流), in tce; what has no coal equivalent is left out."""
    below = children_of(meters)
    amounts: dict[tuple[Words, Words], Decimal] = defaultdict(Decimal)
    mains = [one for one in meters if not one.parent_meter and one.flow.key in (CONSUMPTION, MeterFlow.SUPPLY.key)]
    for main in mains:
        use = use_of(main, uses)
        if use is not None and use.kgce:
            _follow(main, main.carrier.name, use.kgce, below, uses, amounts)
    return tuple(Link(source, target, kgce / 1000) for (source, target), kgce in amounts.items() if kgce > 0)


def _follow(
    meter: Meter, here: Words, kgce: Decimal, below: Mapping[str, Sequence[Meter]], uses: MeterUses, amounts: dict[tuple[Words, Words], Decimal], depth: int = 0
) -> None:
    """Share out what a meter counted among those below it; a register in a ring ends at the depth that nothing real has."""
    rest = kgce
    for sub in below.get(meter.code, ()) if depth < 6 else ():
        use = use_of(sub, uses)
        if use is None or not use.kgce:
            continue
        name = _place_of(sub, has_subs=sub.code in below)
        if name != here:
            amounts[here, name] += use.kgce
        rest -= use.kgce
        if sub.code in below:
            _follow(sub, name, use.kgce, below, uses, amounts, depth + 1)
    if rest > 0:
        amounts[here, UNMETERED] += rest


def _place_of(meter: Meter, *, has_subs: bool) -> Words:
    return meter.name if has_subs or meter.purpose is None else meter.purpose.words
