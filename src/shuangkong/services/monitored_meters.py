"""What meters tell of closed periods (计量观测值): data centres, cooling plants, own power of parks, water of districts, reclaimed water; by jurisdiction.

A site is counted only where all its meters were fitted all the time and heard of enough, so that half a year is never taken for the whole.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.lake.figures import FigureGrain, FigureLevel
from shuangkong.rules import at
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.energy_figures import figures_between, uses_of
from shuangkong.services.energy_meters import RECLAIMED_WATER, energy_meters
from shuangkong.services.meter_differences import MeterUses, quantity_of
from shuangkong.services.meter_registers import Meter
from shuangkong.services.monitored_figures import (
    MonitoredFigure,
    MonitoredInput,
    closed_months,
    closed_periods,
    since_last_year,
)
from shuangkong.services.monitoring_kinds import MeterFlow
from shuangkong.services.organisations import OrganisationKind, Tree, tree_of
from shuangkong.services.site_energy import SiteFacts, site_facts
from shuangkong.timeseries.quality import Aggregate, combined

_PUE = ("data_center_metered_power_10k_kwh", "data_center_metered_it_power_10k_kwh")
_COOLING = ("cooling_plant_metered_cooling_gj", "cooling_plant_metered_power_10k_kwh")
_OWN = ("park_metered_generation_10k_kwh", "park_metered_local_10k_kwh")
_WATER = ("water_district_metered_supply_10k_m3", "water_district_metered_use_10k_m3")
_RECLAIMED = ("reclaimed_water_metered_10k_m3",)
ELEMENTS = (*_PUE, *_COOLING, *_OWN, *_WATER, *_RECLAIMED)
_UNITS = dict.fromkeys((*_PUE, *_COOLING, *_OWN), "万kWh") | dict.fromkeys((*_WATER, *_RECLAIMED), "万m3") | {_COOLING[0]: "GJ"}
_SOURCE, _LEAST = "计量表汇总", "energy.metering.return_coverage_least_pct"
_PER_10K, _MJ_PER_GJ = 10000, 1000
_UNSAID = Words("", "")


class Site(NamedTuple):
    """A data centre, plant, park, district or user of reclaimed water in a period (计量站点): its amounts by element, None where they cannot be told."""

    elements: tuple[str, ...]
    organisation: str
    amounts: tuple[Decimal, ...] | None
    quality: Aggregate
    told: Words
    is_simulated: bool

    def is_whole(self, period: Period) -> bool:
        """Whether its meters were fitted all the time and heard of enough."""
        least = at(period.start).get(_LEAST).number
        whole = period.end - period.start
        return self.amounts is not None and bool(self.quality.due) and not self.quality.due % whole and (self.quality.coverage_pct or Decimal(0)) >= least


def meter_figures(today: date) -> Iterator[MonitoredFigure]:
    """Yield what meters tell of closed periods, by jurisdiction (计量观测值)."""
    months = closed_months(today, first=since_last_year(today))
    if not months or not catalogue().elements.keys() & set(ELEMENTS):
        return
    codes = {one.code for period in (months[0], months[-1]) for one in energy_meters(day=_last_day(period))}
    held = figures_between(codes, months[0].start, months[-1].end, level=FigureLevel.METER, grain=FigureGrain.MONTH)
    for period in closed_periods(months):
        tree, meters = tree_of(period), [one for one in energy_meters(day=_last_day(period)) if held.get(one.code)]
        uses = {code: uses_of(one for one in figures if period.start <= one.start_at.date() < period.end) for code, figures in held.items()}
        for place in city().jurisdictions:
            some = list(sites_of(place.code, meters, uses, period=period, tree=tree))
            for elements in dict.fromkeys(one.elements for one in some):
                yield from _of_sites([one for one in some if one.elements == elements], place.code, period)


def _of_sites(some: Sequence[Site], place: str, period: Period) -> Iterator[MonitoredFigure]:
    """The sum of the sites that can be told, by element."""
    whole = [one for one in some if one.is_whole(period)]
    if not whole:
        return
    quality = combined(one.quality for one in whole)
    coverage, estimated = (plain(round_gbt8170(told, 1)) for told in (quality.coverage_pct or Decimal(0), quality.estimated_pct or Decimal(0)))
    note = f"站点 {len(whole)}/{len(some)} 个，覆盖 {coverage}%，估算 {estimated}%；覆盖不足 {plain(at(period.start).get(_LEAST).number)}% 的不计"
    grade = DataGrade.SIMULATED if any(one.is_simulated for one in whole) else DataGrade.ESTIMATED if quality.estimated else DataGrade.MEASURED
    for place_of, element in enumerate(whole[0].elements):
        if element in catalogue().elements:
            value = sum((one.amounts[place_of] for one in whole if one.amounts is not None), Decimal(0))
            yield MonitoredFigure(element, place, period, value, _UNITS[element], grade, _SOURCE, note)


def sites_of(place: str, meters: Sequence[Meter], uses: MeterUses, *, period: Period, tree: Tree) -> Iterator[Site]:
    """Yield the sites of a place with what their meters say of a period (区域计量站点)."""
    own = [one for one in meters if tree.covers(place, one.organisation)]
    if not own:
        return
    facts = _facts(own, uses, period, site=place)
    simulated = {one.organisation for one in own if one.is_simulated}
    yield from _of_ratios(facts, simulated)
    for park in tree.of_kind(OrganisationKind.PARK):
        inside = [one for one in own if tree.covers(park.code, one.organisation)] if tree.covers(place, park.code) else []
        if inside:
            yield from _of_park(park.code, inside, uses, period)
    if facts.water is not None:
        loss, used = facts.water.balance.loss, facts.water.used.amount
        told = _percent(facts.water.leakage.leakage_pct) if facts.water.leakage else _UNSAID
        water = None if loss is None or used is None or facts.water.leakage is None else ((used + loss) / _PER_10K, used / _PER_10K)
        yield Site(_WATER, place, water, facts.water.quality, told, place in simulated)
    reclaimed: dict[str, list[Aggregate]] = {}
    for meter in own:
        if meter.carrier.key == RECLAIMED_WATER and meter.flow is MeterFlow.CONSUMPTION and not meter.parent_meter:
            reclaimed.setdefault(meter.organisation, []).append(quantity_of(meter, uses))
    for organisation, parts in reclaimed.items():
        known = [one.amount for one in parts if one.amount is not None]
        amounts = (sum(known, Decimal(0)) / _PER_10K,) if len(known) == len(parts) else None
        yield Site(_RECLAIMED, organisation, amounts, combined(parts), _UNSAID, organisation in simulated)


def _of_ratios(facts: SiteFacts, simulated: Collection[str]) -> Iterator[Site]:
    for elements, scale, ratios in ((_PUE, _PER_10K, facts.data_centres), (_COOLING, _MJ_PER_GJ, facts.cooling_plants)):
        for one in ratios:
            top, bottom = one.top.amount, one.bottom.amount
            amounts = None if one.ratio is None or top is None or bottom is None else (top / scale, bottom / _PER_10K)
            told = one.why or _UNSAID if one.ratio is None else _ratio(one.ratio)
            yield Site(elements, one.organisation, amounts, one.quality, told, one.organisation in simulated)


def _of_park(park: str, inside: Sequence[Meter], uses: MeterUses, period: Period) -> Iterator[Site]:
    power = _facts(inside, uses, period, site=park, is_one_site=True).own_power
    if power is not None:
        generated = dict(power.flows)[MeterFlow.GENERATION].amount
        amounts = None if power.found is None or generated is None else (generated / _PER_10K, power.found.local_kwh / _PER_10K)
        told = _percent(power.found.local_pct) if power.found and power.found.local_pct is not None else power.why or _UNSAID
        yield Site(_OWN, park, amounts, power.quality, told, any(one.is_simulated for one in inside))


def meter_inputs(element: str, org: str, period: Period, moment: datetime) -> list[MonitoredInput]:
    """Return the sites behind a figure, as known at a moment (站点构成); each opens its energy of the period on that day."""
    day = moment.astimezone(CHINA_STANDARD_TIME).date()
    tree, meters = tree_of(period), energy_meters(day=_last_day(period), as_of=day)
    held = figures_between([one.code for one in meters], period.start, period.end, level=FigureLevel.METER, grain=FigureGrain.DAY, is_summed=True, as_of=day)
    uses = {code: uses_of(figures) for code, figures in held.items()}
    found = []
    for one in sites_of(org, meters, uses, period=period, tree=tree):
        if element in one.elements:
            node = tree.find(one.organisation)
            route = "unit-energy" if node.kind is OrganisationKind.UNIT else "place-energy"
            amount = None if one.amounts is None else one.amounts[one.elements.index(element)]
            told = one.told if one.is_whole(period) else Words(f"{one.told.zh} 不计：覆盖不足".strip(), f"{one.told.en} not counted: too little was heard".strip())
            found.append(MonitoredInput(node.name, str(period), told, amount, _UNITS[element], one.quality.coverage_pct, route, one.organisation, f"period={period}&as_of={day}", one.organisation))
    return found


def _facts(meters: Sequence[Meter], uses: MeterUses, period: Period, *, site: str, is_one_site: bool = False) -> SiteFacts:
    return site_facts(meters, uses, rules=at(_last_day(period)), site=site, is_one_site=is_one_site)


def _ratio(told: Decimal) -> Words:
    text = plain(round_gbt8170(told, 3))
    return Words(f"比值 {text}", f"ratio {text}")


def _percent(told: Decimal) -> Words:
    text = f"{plain(round_gbt8170(told, 1))}%"
    return Words(text, text)


def _last_day(period: Period) -> date:
    return period.end - timedelta(days=1)
