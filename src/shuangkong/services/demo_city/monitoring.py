"""Points, limits and devices of the demo city (演示监测点): the largest sources, sewage works, stations, sections and sources, in one act; all 模拟."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.access.roles import Role
from shuangkong.hj212.crc import Variant
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services import clock
from shuangkong.services.chain import Actor
from shuangkong.services.demo_city.self_monitoring import load_self_monitoring
from shuangkong.services.demo_city.staff import Staff
from shuangkong.services.demo_city.units import SHOWN_UNIT, UnitCity
from shuangkong.services.monitoring_kinds import PointKind, Statistic
from shuangkong.services.monitoring_marks import notify_shutdown, set_mark
from shuangkong.services.monitoring_register import DeviceEntry, Entries, LimitEntry, PointEntry, enter
from shuangkong.services.organisations import Tree
from shuangkong.services.people import member
from shuangkong.simulation.organisations import SimulatedUnit, simulated_parks

_TIGHTENED = date(2024, 1, 1)
_DAYS = {"installed_on": date(2022, 3, 1), "accepted_on": date(2022, 9, 1), "connected_on": date(2022, 11, 1)}
# How far the monitor of a source is, by the last digits of its number; all others are connected.
_STAGES = {7: 0, 13: 1, 19: 2}
_CYCLE = 20
_EDITIONS = {3: "2005", 4: "2005", 9: "2025"}
_CHECKSUMS = {5: Variant.MODBUS, 15: Variant.MODBUS_SWAPPED}


def load_monitoring(shown: UnitCity, *, staff: Staff, tree: Tree, actor: Actor) -> int:
    """Register the points of the demo city, and let its unit mark and notify once (载入监测登记); returns how many points."""
    stated = shown.profile.stated.get("monitoring")
    if not stated:
        return 0
    points: list[PointEntry] = []
    limits: list[LimitEntry] = []
    for unit, is_monitored in _sources(shown, stated["largest"]):
        made = list(_points_of(unit, stated, is_monitored=is_monitored))
        points += made
        limits += [limit for point in made for limit in _limits_of(unit, point, stated)]
    points += _stations(shown, stated, tree)
    _treat(points, stated)
    devices = [_device(number, point) for number, point in enumerate((one for one in points if "installed_on" in one.traits), start=1)]
    enter(Entries(points, limits, devices), actor=actor, reason="演示监测登记", is_simulated=True)
    load_self_monitoring(actor)
    _said_by_the_unit(staff, {one.code for one in points})
    return len(points)


def _sources(shown: UnitCity, largest: int) -> Iterator[tuple[SimulatedUnit, bool]]:
    """The sources that still run, those with monitors first."""
    last = shown.profile.years[-1]
    there = [unit for unit in shown.units if unit.place_in(last) and {"pollution_source", "central_facility"} & unit.tags]
    yield from ((unit, True) for unit in there if "central_facility" in unit.tags)
    sources = [unit for unit in there if "pollution_source" in unit.tags]
    sources.sort(key=lambda unit: (-shown.years[unit.code, last].energy_tce, unit.code))
    yield from ((unit, place < largest) for place, unit in enumerate(sources))


def _points_of(unit: SimulatedUnit, stated: Mapping[str, Any], *, is_monitored: bool) -> Iterator[PointEntry]:
    number = int(unit.code[1:])
    traits: dict[str, Any] = {"permit": f"{unit.credit_code}001P"}
    if is_monitored:
        reached = _STAGES.get(number % _CYCLE, len(_DAYS))
        traits |= {"must_monitor": True, **{name: day.isoformat() for name, day in list(_DAYS.items())[:reached]}}
    source = stated["sources"].get(unit.kind, {})
    first = stated["from"]
    for place, (zh, en) in enumerate(zip(source.get("outlets", ()), source.get("outlets_en", ()), strict=True), start=1):
        is_vent = _is_vent(source, place)
        more = {"oxygen_pct": source["oxygen"]} if "oxygen" in source and not is_vent else {"is_voc_key": True} if is_vent and is_monitored else {}
        yield PointEntry(code=f"{unit.code}.DA{place:03}", organisation=unit.code, kind=PointKind.GAS_OUTLET, name=Words(zh, en), valid_from=first, traits=traits | more)
    if unit.kind in stated["water_trades"] or "central_facility" in unit.tags:
        yield PointEntry(
            code=f"{unit.code}.DW001", organisation=unit.code, kind=PointKind.WATER_OUTLET, name=Words("废水总排口", "main waste-water outlet"), valid_from=first, traits=traits
        )


def _is_vent(source: Mapping[str, Any], place: int) -> bool:
    return "voc" in source and place == len(source["outlets"])


def _limits_of(unit: SimulatedUnit, point: PointEntry, stated: Mapping[str, Any]) -> Iterator[LimitEntry]:
    first, source = stated["from"], stated["sources"].get(unit.kind, {})
    held = {"point": point.code, "document": stated["document"], "low": None}
    if point.kind is PointKind.WATER_OUTLET:
        low, high = stated["water"]["ph"]
        yield LimitEntry(**held | {"low": Decimal(low)}, factor="w01001", statistic=Statistic.DAY, high=Decimal(high), unit="1", valid_from=first)
        for factor, limit in stated["water"]["sewage" if "central_facility" in unit.tags else "works"].items():
            yield LimitEntry(**held, factor=factor, statistic=Statistic.DAY, high=Decimal(limit), unit="mg/L", valid_from=first)
    elif point.traits.get("is_voc_key") or "oxygen_pct" not in point.traits:
        yield LimitEntry(**held, factor="a24088", statistic=Statistic.HOUR, high=Decimal(source["voc"]), unit="mg/m3", valid_from=first)
    else:
        for day, some in ((first, source.get("before", {})), (_TIGHTENED if "before" in source else first, source["limits"])):
            for factor, limit in some.items():
                yield LimitEntry(**held, factor=factor, statistic=Statistic.HOUR, high=Decimal(limit), unit="mg/m3", is_converted=True, valid_from=day)


def _stations(shown: UnitCity, stated: Mapping[str, Any], tree: Tree) -> Iterator[PointEntry]:
    connected = {name: day.isoformat() for name, day in _DAYS.items()}
    for kind, some in ((PointKind.WATER_SOURCE, stated["water_sources"]), (PointKind.RIVER_SECTION, stated["river_sections"])):
        for one in some:
            yield _station(one["code"], one["place"], kind, Words(one["name"], one["name_en"]), stated, connected | {"target_class": one["target"]} | ({"is_lake": True} if one.get("is_lake") else {}))
    for place in shown.profile.stated["places"]:
        name = tree.find(place).name
        yield _station(f"{place}.AQ01", place, PointKind.AIR_STATION, Words(f"{name.zh}模拟空气站", f"Simulated air station, {name.en}"), stated, connected)
    for park in simulated_parks(shown.profile):
        yield _station(f"{park.code}.PS01", park.code, PointKind.PARK_STATION, Words("园区模拟监测站", "Simulated park station"), stated, connected)


def _treat(points: list[PointEntry], stated: Mapping[str, Any]) -> None:
    """Give one VOC outlet its signals and a monitored inlet, and one place a filling station with vapour recovery."""
    told, pump = dict(stated["treatment"]), stated["filling_station"]
    name = Words(told.pop("inlet"), told.pop("inlet_en"))
    found = next((place for place, one in enumerate(points) if one.traits.get("is_voc_key") and "connected_on" in one.traits), None)
    if found is not None:
        outlet = points[found]
        points[found] = replace(outlet, traits={**outlet.traits, **told})
        connected = {day: outlet.traits[day] for day in _DAYS}
        points.append(PointEntry(
            code=outlet.code.replace(".DA", ".DI"), organisation=outlet.organisation, kind=PointKind.GAS_INLET, name=name, valid_from=outlet.valid_from,
            traits=connected | {"treated_at": outlet.code},
        ))  # fmt: skip
    points.append(_station(f"{pump['place']}.VR01", pump["place"], PointKind.VAPOUR_STATION, Words(pump["name"], pump["name_en"]), stated, {name: day.isoformat() for name, day in _DAYS.items()}))


def _station(code: str, organisation: str, kind: PointKind, name: Words, stated: Mapping[str, Any], traits: Mapping[str, Any]) -> PointEntry:
    return PointEntry(code=code, organisation=organisation, kind=kind, name=name, valid_from=stated["from"], traits=traits)


def _device(number: int, point: PointEntry) -> DeviceEntry:
    """A logger; its secrets are drawn anew for each demo, and known to nobody but its simulator."""
    edition = _EDITIONS.get(number % _CYCLE, "2017")
    return DeviceEntry(
        mn=f"{point.organisation[:6]:0<6}SIM{number:015}", point=point.code, edition=edition, checksum=_CHECKSUMS.get(number % _CYCLE, Variant.HJ212),
        valid_from=date.fromisoformat(point.traits["installed_on"]), settings={"realtime_s": 60, "minute_min": 10, "silent_min": 30},
        password=secrets.token_hex(3), key=secrets.token_hex(16) if edition == "2025" else "",
    )  # fmt: skip


def _said_by_the_unit(staff: Staff, codes: Sequence[str] | set[str]) -> None:
    reporter, outlet = staff.get((Role.REPORTER, SHOWN_UNIT)), f"{SHOWN_UNIT}.DA001"
    if reporter is None or outlet not in codes:
        return
    who = member(reporter.person_id)
    day = datetime.combine(clock.today(), datetime.min.time(), CHINA_STANDARD_TIME) - timedelta(days=5)
    set_mark(point=outlet, mark="M", start=day + timedelta(hours=9), end=day + timedelta(hours=12), who=who, reason="更换采样探头滤芯（模拟）")
    notify_shutdown(organisation=SHOWN_UNIT, point=f"{SHOWN_UNIT}.DA002", start=day + timedelta(days=9), end=day + timedelta(days=12), who=who, reason="计划检修（模拟）")
