"""The simulated units and parks of a city (模拟单位): who they are, where they belong, what happened to three of them; from a seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml

from shuangkong.kernel.language import Words

PROFILE_FILE = "organisations_profile.yaml"


@dataclass(frozen=True, slots=True)
class UnitsProfile:
    """The assumptions that units, their returns and posts are made from (模拟单位设定), as its file states them."""

    stated: Mapping[str, Any]

    @property
    def years(self) -> list[int]:
        """First the base year."""
        return list(self.stated["years"])

    def random(self, purpose: str) -> Random:
        """Return the seeded source for one purpose."""
        return Random(f"{self.stated['seed']}/{purpose}")


@dataclass(frozen=True, slots=True)
class Change:
    """What holds of a unit from a day on (变更): where it lies, its park, whether it closed."""

    on: date
    place: str
    park: str | None
    is_closed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SimulatedUnit:
    """A unit that does not exist (模拟单位). `weight` is its size beside other units; changes are dated, the oldest first."""

    code: str
    kind: str
    name: Words
    place: str
    park: str | None
    tags: frozenset[str]
    credit_code: str
    weight: Decimal
    changes: tuple[Change, ...] = ()
    own_path_tce: Decimal | None = None

    @property
    def is_industrial(self) -> bool:
        """Whether it is an industrial unit."""
        return "industrial" in self.tags

    def place_in(self, year: int) -> str | None:
        """Return where it lies when a year ends, None when it has closed by then (年末隶属)."""
        place: str | None = self.place
        for change in self.changes:
            if change.on <= date(year, 12, 31):
                place = None if change.is_closed else change.place
        return place


@dataclass(frozen=True, slots=True)
class SimulatedPark:
    """A park that does not exist (模拟园区)."""

    code: str
    name: Words
    place: str
    kinds: frozenset[str]


def read_units_profile(folder: Path) -> UnitsProfile | None:
    """Return the profile of a pack's data folder, None where the pack simulates no units (读取模拟单位设定)."""
    path = folder / PROFILE_FILE
    return UnitsProfile(yaml.safe_load(path.read_text("utf-8"))) if path.is_file() else None


def simulated_parks(profile: UnitsProfile) -> tuple[SimulatedPark, ...]:
    """Return the parks (模拟园区)."""
    return tuple(
        SimulatedPark(one["code"], Words(one["name"], one["name_en"]), one["place"], frozenset(one["kinds"])) for one in profile.stated["parks"]
    )


def simulated_units(profile: UnitsProfile) -> tuple[SimulatedUnit, ...]:
    """Return the units, the same for the same profile (模拟单位名录).

    Their credit codes begin with letters that no real one holds, and end without a check digit.
    """
    events = profile.stated["events"]
    made, taken = [], set[str]()
    for number, (place, kind) in enumerate(_slots(profile), start=1):
        unit = _unit(profile, number, place, kind)
        for event, stated in events.items():
            if event not in taken and (stated["place"], stated["kind"]) == (place, kind):
                unit = _with(unit, event, stated)
                taken.add(event)
                break
        made.append(unit)
    return tuple(made)


def _slots(profile: UnitsProfile) -> Iterator[tuple[str, str]]:
    for place, stated in profile.stated["places"].items():
        for kind, count in stated["units"].items():
            yield from ((place, kind) for _ in range(count))


def _unit(profile: UnitsProfile, number: int, place: str, kind: str) -> SimulatedUnit:
    random = profile.random(f"unit {number}")
    trade = profile.stated["trades"].get(kind)
    stated = trade or profile.stated["others"][kind]
    tags = frozenset(stated["tags"]) | ({"industrial", "above_scale", f"trade:{trade['division']}"} if trade else set()) | ({"transforms_energy"} if trade and "transforms" in trade else set())
    name = Words(f"模拟{stated['suffix']}{number:03}", f"Simulated {stated['name_en']} {number:03}")
    park = next((one.code for one in simulated_parks(profile) if one.place == place and kind in one.kinds and random.random() < 0.7), None)
    size = Decimal(str(round(random.lognormvariate(0, 0.55), 4)))
    weight = Decimal(trade["weight"]) * size if trade else size
    return SimulatedUnit(f"U{number:03}", kind, name, place, park, tags, f"SIM{place}{number:09}", weight)


def _with(unit: SimulatedUnit, event: str, stated: Mapping[str, Any]) -> SimulatedUnit:
    on, reason = stated["day"], stated["reason"]
    change = {
        "moved": Change(on, stated.get("to", ""), None, False, reason),
        "closed": Change(on, unit.place, unit.park, True, reason),
        "joined": Change(on, unit.place, stated.get("park"), False, reason),
    }[event]
    own = Decimal(stated["tce"]) if "tce" in stated else None
    return SimulatedUnit(
        unit.code, unit.kind, unit.name, unit.place, None if event == "joined" else unit.park, unit.tags, unit.credit_code, unit.weight, (change,), own
    )
