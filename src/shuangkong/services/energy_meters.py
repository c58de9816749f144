"""Meters as the energy pages take them (用能计量表): real ones in use below their main meters, and virtual ones that are a formula over others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.meter_registers import Meter, MeteredCarrier, metered_carrier, meters_on
from shuangkong.services.monitoring_kinds import MeterFlow, PointKind
from shuangkong.services.monitoring_points import points_on
from shuangkong.timeseries.formula import formula_in

ELECTRICITY, FRESH_WATER, RECLAIMED_WATER, COOLING = "electricity", "fresh_water", "reclaimed_water", "cooling"
CONSUMPTION = MeterFlow.CONSUMPTION.key


@dataclass(frozen=True, slots=True)
class VirtualMeter:
    """A meter that is a formula over others (虚拟表): a point of the register, so that it is dated and sealed as they are."""

    code: str
    organisation: str
    name: Words
    carrier: MeteredCarrier
    formula: Mapping[str, Decimal]
    text: str
    valid_from: date
    is_simulated: bool


def energy_meters(*, organisations: Collection[str] | None = None, day: date | None = None, as_of: date | None = None) -> list[Meter]:
    """Return the meters in use on a day that have a device, as known at the end of another (某日实表), in order of code."""
    virtual = {one.code for one in virtual_meters(day=day, as_of=as_of)}
    return [one for one in meters_on(day, as_of=as_of) if not one.is_closed and one.code not in virtual and (organisations is None or one.organisation in organisations)]


def virtual_meters(*, organisations: Collection[str] | None = None, day: date | None = None, as_of: date | None = None) -> list[VirtualMeter]:
    """Return the virtual meters of a day (某日虚拟表), in order of code; what cannot be read is refused on entry and left out here."""
    found = []
    for point in points_on(day=day or as_of or clock.today(), as_of=as_of, point__kind=PointKind.METER.name, traits__has_key="formula"):
        text = str(point.traits["formula"])
        if point.is_closed or not text or (organisations is not None and point.organisation not in organisations):
            continue
        try:
            formula, carrier = formula_in(text), metered_carrier(str(point.traits["carrier"]))
        except Refusal:
            continue
        found.append(VirtualMeter(point.code, point.organisation, point.name, carrier, formula, text, point.valid_from, point.is_simulated))
    return found


def carrier_words(key: str) -> tuple[Words, str]:
    """Return what a carrier or medium is called, and the unit it is counted in (品种名称与单位); its key where it is unknown.

    Examples
    --------
    >>> carrier_words("electricity")[1], carrier_words("unheard of")
    ('kWh', (Words(zh='unheard of', en='unheard of'), ''))
    """
    try:
        held = metered_carrier(key)
    except Refusal:
        return Words(key, key), ""
    return held.name, held.unit


def flow_words(key: str) -> Words:
    """Return what a direction is called (方向名称)."""
    return MeterFlow[key.upper()].words if key.upper() in MeterFlow.__members__ else Words(key, key)
