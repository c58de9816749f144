"""What the meters of a site say together (站点能效): own power used on the spot, water lost and used again, data centres, cooling plants."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay
from shuangkong.services.energy_meters import COOLING, ELECTRICITY, FRESH_WATER, RECLAIMED_WATER
from shuangkong.services.meter_differences import MeterUses, quantity_of
from shuangkong.services.meter_registers import Meter
from shuangkong.services.monitoring_kinds import MeterFlow, MeterPurpose
from shuangkong.timeseries.quality import Aggregate, combined
from shuangkong.timeseries.site_efficiency import (
    LocalConsumption,
    cooling_plant_efficiency,
    local_consumption,
    power_usage_effectiveness,
)
from shuangkong.timeseries.water_balance import DistrictBalance, Leakage, NetworkYear, district_balance, network_leakage

_MJ_PER_KWH = Decimal("3.6")
_PER_10K = 10000
_OWN_POWER = (MeterFlow.GENERATION, MeterFlow.EXPORT, MeterFlow.STORAGE_IN, MeterFlow.STORAGE_OUT)


@dataclass(frozen=True, slots=True)
class OwnPower:
    """How a site uses the power it generates (就地消纳), with the totals it is made of; `found` None with the reason where it cannot be told."""

    flows: tuple[tuple[MeterFlow, Aggregate], ...]
    found: LocalConsumption | None
    why: Words | None
    quality: Aggregate


@dataclass(frozen=True, slots=True)
class WaterDistrict:
    """Water of a metered district (供水分区): balance of its meters, leakage by CJJ 92 without the corrections nobody told, reclaimed water by purpose. [m³]"""

    supplied: Aggregate
    used: Aggregate
    balance: DistrictBalance
    leakage: Leakage | None
    quality: Aggregate


@dataclass(frozen=True, slots=True)
class SiteRatio:
    """A ratio of two totals of one organisation (站点比值): PUE of a data centre, efficiency of a cooling plant. [-]"""

    organisation: str
    top: Aggregate
    bottom: Aggregate
    ratio: Decimal | None
    why: Words | None
    quality: Aggregate


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """All that the meters of a site say together (站点能效)."""

    own_power: OwnPower | None
    water: WaterDistrict | None
    reclaimed: tuple[tuple[Words, Aggregate], ...]
    data_centres: tuple[SiteRatio, ...]
    cooling_plants: tuple[SiteRatio, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing of the kind."""
        return not (self.own_power or self.water or self.reclaimed or self.data_centres or self.cooling_plants)


def site_facts(meters: Sequence[Meter], uses: MeterUses, *, rules: RulesOnDay, site: str, is_one_site: bool) -> SiteFacts:
    """Return what meters say together over a span (站点能效).

    Parameters
    ----------
    site : str
        Whose figures these are: where it meters the water of its users itself, theirs below are not counted again.
    is_one_site : bool
        Whether power generated at one place of it can be used at another: of a unit or a park, not of a county.
    """
    own = [one for one in meters if one.organisation == site]
    reads_users = any(one.carrier.key == FRESH_WATER and one.flow is MeterFlow.CONSUMPTION for one in own)
    return SiteFacts(
        _own_power(meters, uses) if is_one_site else None, _water(own if reads_users or not is_one_site else meters, uses, rules), _reclaimed(meters, uses),
        tuple(_ratios(meters, uses, MeterPurpose.IT)), tuple(_ratios(meters, uses, MeterPurpose.COOLING_PLANT)),
    )  # fmt: skip


def _of(meters: Iterable[Meter], uses: MeterUses, *, carrier: str, flows: Collection[MeterFlow], is_main: bool = True) -> Aggregate | None:
    """The sum of the meters of a carrier and direction, None where there is no such meter; one that says nothing makes it unknown."""
    parts = [quantity_of(one, uses) for one in meters if one.carrier.key == carrier and one.flow in flows and (not is_main or not one.parent_meter)]
    return _whole(parts) if parts else None


def _whole(parts: Sequence[Aggregate]) -> Aggregate:
    found = combined(parts)
    return found if all(one.amount is not None for one in parts) else Aggregate(None, found.covered, found.due, found.estimated, found.as_of)


def _own_power(meters: Sequence[Meter], uses: MeterUses) -> OwnPower | None:
    held = {flow: _of(meters, uses, carrier=ELECTRICITY, flows=[flow], is_main=flow not in _OWN_POWER) for flow in MeterFlow}
    generated = held[MeterFlow.GENERATION]
    if generated is None:
        return None
    taken = MeterFlow.SUPPLY if held[MeterFlow.SUPPLY] is not None else MeterFlow.CONSUMPTION
    told = tuple((flow, total) for flow in (taken, *_OWN_POWER) if (total := held[flow]) is not None)
    quality = combined(total for _, total in told)
    amounts = {flow: total.amount for flow, total in told}
    if None in amounts.values():
        return OwnPower(told, None, Words("有表没有数据", "a meter has no figure"), quality)
    kwh = {flow: amounts.get(flow) or Decimal(0) for flow in MeterFlow}
    try:
        found = local_consumption(
            generated_kwh=kwh[MeterFlow.GENERATION], exported_kwh=kwh[MeterFlow.EXPORT], imported_kwh=kwh[taken], stored_in_kwh=kwh[MeterFlow.STORAGE_IN],
            stored_out_kwh=kwh[MeterFlow.STORAGE_OUT],
        )  # fmt: skip
    except Refusal as refused:
        return OwnPower(told, None, refused.faults[0].rule, quality)
    return OwnPower(told, found, None, quality)


def _water(meters: Sequence[Meter], uses: MeterUses, rules: RulesOnDay) -> WaterDistrict | None:
    def amounts(flow: MeterFlow) -> dict[str, Aggregate]:
        # Users may stand below the meter of their district: of a chain the lowest ones are its users.
        mains = {one.parent_meter for one in meters if one.flow is flow}
        return {one.code: quantity_of(one, uses) for one in meters if one.carrier.key == FRESH_WATER and one.flow is flow and one.code not in mains}

    inlets, outlets, users = amounts(MeterFlow.SUPPLY), amounts(MeterFlow.EXPORT), amounts(MeterFlow.CONSUMPTION)
    if not inlets or not users:
        return None
    balance = district_balance(**{name: {code: one.amount for code, one in held.items()} for name, held in (("inlets", inlets), ("outlets", outlets), ("users", users))})
    supplied, used = _whole([*inlets.values()]), _whole([*users.values()])
    exported = _whole([*outlets.values()]).amount if outlets else Decimal(0)
    leakage = None
    if supplied.amount and used.amount is not None and exported is not None and supplied.amount > exported:
        leakage = network_leakage(NetworkYear((supplied.amount - exported) / _PER_10K, used.amount / _PER_10K), rules=rules)
    return WaterDistrict(supplied, used, balance, leakage, combined([*inlets.values(), *outlets.values(), *users.values()]))


def _reclaimed(meters: Sequence[Meter], uses: MeterUses) -> tuple[tuple[Words, Aggregate], ...]:
    held: dict[Words, list[Aggregate]] = {}
    for one in meters:
        if one.carrier.key == RECLAIMED_WATER and one.flow is MeterFlow.CONSUMPTION and one.purpose is not None:
            held.setdefault(one.purpose.words, []).append(quantity_of(one, uses))
    return tuple((name, combined(parts)) for name, parts in held.items())


def _ratios(meters: Sequence[Meter], uses: MeterUses, purpose: MeterPurpose) -> Iterable[SiteRatio]:
    """PUE of who has meters of computers, efficiency of who has a metered cooling plant."""
    for organisation in sorted({one.organisation for one in meters if one.purpose is purpose and one.carrier.key == ELECTRICITY}):
        own = [one for one in meters if one.organisation == organisation]
        part = _whole([quantity_of(one, uses) for one in own if one.purpose is purpose and one.carrier.key == ELECTRICITY])
        if purpose is MeterPurpose.IT:
            whole = _of(own, uses, carrier=ELECTRICITY, flows=[MeterFlow.CONSUMPTION]) or _of(own, uses, carrier=ELECTRICITY, flows=[MeterFlow.SUPPLY])
        else:
            whole = _of(own, uses, carrier=COOLING, flows=list(MeterFlow), is_main=False)
        if whole is not None:
            yield _ratio(organisation, whole, part, purpose)


def _ratio(organisation: str, whole: Aggregate, part: Aggregate, purpose: MeterPurpose) -> SiteRatio:
    quality = combined([whole, part])
    if whole.amount is None or part.amount is None:
        return SiteRatio(organisation, whole, part, None, Words("有表没有数据", "a meter has no figure"), quality)
    try:
        if purpose is MeterPurpose.IT:
            ratio = power_usage_effectiveness(total_kwh=whole.amount, it_kwh=part.amount)
        else:
            ratio = cooling_plant_efficiency(cooling_kwh=whole.amount / _MJ_PER_KWH, electricity_kwh=part.amount)
    except Refusal as refused:
        return SiteRatio(organisation, whole, part, None, refused.faults[0].rule, quality)
    return SiteRatio(organisation, whole, part, ratio, None, quality)

