"""The register of meters (计量台账) as the platform holds it: points of kind METER with their dated facts, made into what the roll-up must know.

Each version of a point holds from its day on. A version with another serial number, first reading or time of fitting is another meter in the same place;
the last reading of the meter it replaces stands with it, for that is when somebody reads it. A meter below another (its main meter) has figures of its own
and is no part of the sums of its unit, which would count it twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shuangkong.energy.coal_equivalent import CarrierTable, EnergyCarrier
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.lake.readings import EARLIEST
from shuangkong.lake.rollup import OPEN_END, MeterRow, PlaceRow, Registers
from shuangkong.rules import at, book
from shuangkong.services import clock
from shuangkong.services.deployment import city
from shuangkong.services.filing_observations import end_of
from shuangkong.services.monitoring_kinds import METER_TRAITS, TRAITS, MeterFlow, MeterPurpose, PointKind
from shuangkong.services.organisations import Tree, newest_version, trees_known
from shuangkong.services.readings import conventions_on, factors_of
from shuangkong.store.models import ChainLink, MonitoringPointVersion
from shuangkong.timeseries.formula import formula_in

Mark = tuple[int, str]
_MEDIA = "energy.metered_media"
_FITTED = ("serial", "fitted_at", "first_reading", "last_reading")  # what makes it another meter


@dataclass(frozen=True, slots=True)
class MeteredCarrier:
    """What a meter counts (计量品种): an energy carrier, or a medium without coal equivalent."""

    key: str
    name: Words
    unit: str
    energy: EnergyCarrier | None


@dataclass(frozen=True, slots=True)
class Meter:
    """A metering point as it is on a day (计量点)."""

    code: str
    organisation: str
    name: Words
    carrier: MeteredCarrier
    flow: MeterFlow
    purpose: MeterPurpose | None
    parent_meter: str | None
    serial: str
    is_closed: bool
    is_simulated: bool


def metered_carrier(text: str) -> MeteredCarrier:
    """Return the carrier or medium of a name (计量品种).

    Raises
    ------
    UnknownCarrier, AmbiguousCarrier
        If it is neither.

    Examples
    --------
    >>> metered_carrier("电力").unit, metered_carrier("中水").key, metered_carrier("cooling").energy
    ('kWh', 'reclaimed_water', None)
    """
    told = text.strip().lower()
    for path, rule in book().below(_MEDIA).items():
        aliases: Any = rule.labels["aliases"]
        if told in (path, rule.name.zh, rule.name.en, *aliases):
            return MeteredCarrier(path, rule.name, str(rule.lines[-1].value), None)
    found = _carriers().find(text)
    return MeteredCarrier(found.key, found.name, found.physical_unit, found)


@lru_cache(maxsize=1)
def _carriers() -> CarrierTable:
    return CarrierTable(at(max(line.valid_from for line in book().rule("energy.coal_equivalent.electricity_calorific").lines)))


def meter_faults(code: str, traits: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong in the facts of a meter (计量表登记校验) beyond what each fact alone asks for."""
    try:
        metered_carrier(str(traits.get("carrier", "")))
    except InputRefused as refused:
        yield from refused.faults
    if formula := traits.get("formula"):
        try:
            formula_in(str(formula))
        except Refusal as refused:
            yield from refused.faults
    multiplier = traits.get("multiplier")
    if multiplier and TRAITS["multiplier"].rule_broken(multiplier) is None and not Decimal(multiplier):
        yield Fault(TRAITS["multiplier"].name, multiplier, Words("应大于零", "must be above zero"), Words("改正倍率", "correct it"))
    if traits.get("parent_meter") == code:
        yield Fault(TRAITS["parent_meter"].name, code, Words("不能是自己", "cannot be itself"), Words("填写总表的编码，或留空", "give the code of the main meter, or none"))


def meters_on(day: date | None = None, *, as_of: date | None = None) -> tuple[Meter, ...]:
    """Return the metering points of a day, as known at the end of another (某日计量点), in order of code; closed ones too."""
    held = day or as_of or clock.today()
    latest = {code: some for code, versions in _histories(_newest(as_of)).items() if (some := [one for one in versions if one.valid_from <= held])}
    return tuple(_meter(code, some[-1]) for code, some in latest.items())


def registers_on(day: date | None = None, *, as_of: date | None = None) -> Registers:
    """Return what the roll-up must know of all meters (汇总用台账): every installation ever, who belonged where and when, all dated factors.

    Of meters, what was registered by the end of `as_of`. A unit that is gone lies where it lay last.
    """
    return _registers(_newest(as_of), newest_version(), day or clock.today())


def known_meters() -> Mapping[str, tuple[str, str]]:
    """Return code and organisation of each metering point in use (在用计量点), by its code and by a serial number that is its alone."""
    return _known(_newest(), clock.today())


def _newest(as_of: date | None = None) -> Mark:
    """Return the newest version, by a day where one is given, with the digest of its link: keys alone may be given again after a roll-back."""
    rows = MonitoringPointVersion.objects.filter(point__kind=PointKind.METER.name)
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    last = rows.order_by("-id").values_list("id", "link").first()
    if last is None:
        return (0, "")
    return (int(last[0]), str(ChainLink.objects.filter(pk=last[1]).values_list("digest", flat=True).first() or ""))


@dataclass(frozen=True, slots=True)
class _Version:
    """What a version says, and of whose point."""

    organisation: str
    valid_from: date
    name: Words
    traits: Mapping[str, Any]
    is_closed: bool
    is_simulated: bool


@lru_cache(maxsize=4)
def _histories(newest: Mark) -> Mapping[str, Sequence[_Version]]:
    """The versions of each metering point, in order of their days; of two of one day the later counts."""
    found: dict[str, dict[date, _Version]] = {}
    rows = MonitoringPointVersion.objects.filter(point__kind=PointKind.METER.name, id__lte=newest[0]).select_related("point__organisation")
    for row in rows.order_by("point__code", "valid_from", "id").iterator(chunk_size=2000):
        told = _Version(row.point.organisation.code, row.valid_from, Words(row.name_zh, row.name_en or row.name_zh), row.traits, row.is_closed, row.point.is_simulated)
        found.setdefault(row.point.code, {})[row.valid_from] = told
    return {code: list(versions.values()) for code, versions in found.items()}


@lru_cache(maxsize=2)
def _known(newest: Mark, day: date) -> Mapping[str, tuple[str, str]]:
    """Point and organisation by code and by serial."""
    known: dict[str, tuple[str, str]] = {}
    serials: dict[str, list[str]] = {}
    for code, versions in _histories(newest).items():
        held = [one for one in versions if one.valid_from <= day] or versions[:1]
        if not held[-1].is_closed:
            known[code] = (code, held[-1].organisation)
            serials.setdefault(str(held[-1].traits.get("serial", "")), []).append(code)
    return {serial: known[codes[0]] for serial, codes in serials.items() if serial and len(codes) == 1} | known


@lru_cache(maxsize=4)
def _registers(newest: Mark, tree: int | None, day: date) -> Registers:
    histories, trees = _histories(newest), trees_known(tree)
    meters = [row for code, versions in histories.items() if not versions[-1].traits.get("formula") for row in _installations(code, versions)]
    carriers = {one.carrier: energy for one in meters if (energy := metered_carrier(one.carrier).energy) is not None}
    longest = int(conventions_on(day).longest_span.total_seconds())
    ancestry = [row for unit in sorted({one.unit for one in meters} - {""}) for row in _ancestry(unit, trees)]
    return Registers(meters, ancestry, factors_of(carriers.values(), grid_region=city().defaults.grid_region), longest)


def _ancestry(unit: str, trees: Sequence[tuple[date, Tree]]) -> Iterator[PlaceRow]:
    """The places of a unit, as they were from day to day; before it was there the first, once it is gone the last."""
    told = [(day, _places(unit, held)) for day, held in trees if unit in held]
    runs = [(day, places) for number, (day, places) in enumerate(told) if not number or places != told[number - 1][1]] or [(date.min, [unit])]
    starts = [EARLIEST, *(datetime.combine(day, time()) for day, _ in runs[1:]), OPEN_END]
    for number, (_, places) in enumerate(runs):
        yield from (PlaceRow(unit, place, starts[number], starts[number + 1]) for place in places)


def _places(unit: str, tree: Tree) -> list[str]:
    seen: dict[str, None] = {}
    waiting = [unit]
    while waiting:
        here = waiting.pop(0)
        node = tree.get(here)
        if here not in seen and node is not None:
            waiting += [part for part in (node.parent, node.park) if part]
        seen[here] = None
    return list(seen)


def _installations(code: str, versions: Sequence[_Version]) -> Iterable[MeterRow]:
    """One row an installation: versions that change nothing of the meter go on with it."""
    rows: list[tuple[_Version, datetime, datetime, Decimal | None, bool]] = []
    starts = [_start(one) for one in versions]
    before: _Version | None = None
    for one, start, end in zip(versions, starts, [*starts[1:], OPEN_END], strict=True):
        if one.is_closed:
            if rows and before is not None and not before.is_closed:
                rows[-1] = (*rows[-1][:3], _figure(one.traits, "last_reading"), rows[-1][4])
        elif before is None or before.is_closed:
            rows.append((one, start, end, None, True))
        elif _facts(one, METER_TRAITS) == _facts(before, METER_TRAITS):
            rows[-1] = (rows[-1][0], rows[-1][1], end, None, rows[-1][4])
        else:
            is_another = _facts(one, _FITTED) != _facts(before, _FITTED)
            if is_another:
                rows[-1] = (*rows[-1][:3], _figure(one.traits, "last_reading"), rows[-1][4])
            rows.append((one, start, end, None, is_another))
        before = one
    for number, (told, start, end, last, is_fitted) in enumerate(rows, start=1):
        yield _row(code, number, told, start, end, last, is_fitted)


def _start(one: _Version) -> datetime:
    return datetime.combine(one.valid_from, time.fromisoformat(one.traits.get("fitted_at") or "00:00"))


def _facts(one: _Version, names: Iterable[str]) -> list[Any]:
    return [one.traits.get(name) or None for name in names]


def _figure(traits: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(traits[name]) if traits.get(name) else None


def _row(code: str, number: int, told: _Version, start: datetime, end: datetime, last: Decimal | None, is_fitted: bool) -> MeterRow:
    traits = told.traits
    return MeterRow(
        meter=f"{code}#{number}", point=code, unit="" if traits.get("parent_meter") else told.organisation, carrier=metered_carrier(traits["carrier"]).key, flow=_flow(traits).key,
        multiplier=_figure(traits, "multiplier") or Decimal(1), valid_from=start, valid_to=end, register_span=_figure(traits, "register_span"),
        limit_per_hour=_figure(traits, "limit_per_hour"), first_reading=_figure(traits, "first_reading") if is_fitted else None, last_reading=last,
    )  # fmt: skip


def _flow(traits: Mapping[str, Any]) -> MeterFlow:
    return MeterFlow(traits["flow"]) if traits.get("flow") else MeterFlow.CONSUMPTION


def _meter(code: str, held: _Version) -> Meter:
    traits = held.traits
    return Meter(
        code, held.organisation, held.name, metered_carrier(traits["carrier"]), _flow(traits), MeterPurpose(traits["purpose"]) if traits.get("purpose") else None,
        traits.get("parent_meter") or None, traits.get("serial", ""), held.is_closed, held.is_simulated,
    )  # fmt: skip

