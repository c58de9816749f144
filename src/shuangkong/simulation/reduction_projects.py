"""The simulated register of reduction projects: inputs are drawn, tonnes are computed by the accounting methods."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml

from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.pollution.methods.catalogue import METHODS
from shuangkong.pollution.methods.ldar import Component
from shuangkong.rules import at
from shuangkong.simulation.profile import Profile

REDUCTION_PROFILE_FILE = "reduction_profile.yaml"
COLUMNS = (
    "id", "name", "jurisdiction", "facility", "unit_key", "pollutant", "method", "plan_clause", "stage", "finished_on",
    "recognition_year", "inputs", "offset_t", "rights_sold_t", "claimed_t", "county_verified_t", "city_verified_t",
    "province_verified_t", "counted_t", "evidence", "grade", "note",
)  # fmt: skip
COUNTED_STAGE = "认定"
_EVIDENCE = {
    "W": "验收材料;排污许可证;进出水在线数据;电耗和药剂记录", "N": "拆除或改造照片;监测报告;用气用电凭证;排污许可变更",
    "V": "工程合同;进出口监测报告;耗材更换记录;排污许可变更",
}  # fmt: skip


@dataclass(slots=True)
class Project:
    """One simulated project of one pollutant (模拟减排项目)."""

    kind: Mapping[str, Any]
    pollutant: str
    place: str
    serial: int
    finished_on: date
    inputs: dict[str, Any]
    kept_share: Decimal
    number: int = 0
    stage: str = COUNTED_STAGE
    note: str = ""
    offset_t: Decimal = Decimal(0)
    rights_sold_t: Decimal = Decimal(0)
    levels_t: list[Decimal] = field(default_factory=list)

    @property
    def counted_t(self) -> Decimal | None:
        """What the state recognised, None before it did. [t]"""
        if self.stage == "剔除":
            return Decimal(0)
        return self.levels_t[-1] if self.stage == COUNTED_STAGE else None


def reduction_projects(profile: Profile, folder: Path) -> list[Project]:
    """Return the simulated projects, their tonnes computed by their methods (模拟减排项目台账)."""
    stated = yaml.safe_load((folder / REDUCTION_PROFILE_FILE).read_text("utf-8"))
    random = profile.random("reduction projects")
    projects = [project for kind in stated["kinds"] for project in _of_kind(profile, stated, kind, random)]
    for number, project in enumerate(projects, 1):
        project.number = number
    _plant(stated["planted"], projects)
    for pollutant, counted in stated["counted_t"].items():
        _stretch([each for each in projects if each.pollutant == pollutant], Decimal(counted))
    for project in projects:
        project.levels_t = _levels(project, stated["level_cut_pct"], random)
    return projects


def register_rows(projects: list[Project], places: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the register's rows, header first (台账各行)."""
    yield list(COLUMNS)
    for each in projects:
        name = places[each.place]["name"]
        facility = f"{name}{each.kind['label']}{each.serial}号（模拟）"
        counted = each.counted_t
        yield [
            f"R{each.number:03d}", f"{name}{each.kind['label']}项目{each.serial}", each.place, facility,
            f"{each.place}-{each.kind['method']}-{each.serial:02d}-{each.kind['unit']}", each.pollutant, each.kind["method"],
            each.kind["clause"], each.stage, each.finished_on.isoformat(),
            str(each.finished_on.year) if counted is not None else "",
            json.dumps(each.inputs, ensure_ascii=False), plain(each.offset_t), plain(each.rights_sold_t),
            *[str(level) for level in each.levels_t[:-1]], "" if counted is None else str(counted),
            _EVIDENCE[each.kind["method"][0]], "模拟", each.note,
        ]  # fmt: skip


def computed_t(method: str, inputs: Mapping[str, Any]) -> Decimal:
    """Return the reduction that the method finds from inputs as the register keeps them. [t/a]"""
    forms = METHODS[method].forms
    form = next((one for one in forms if any(mark in inputs for mark in one.marks)), forms[0])
    told: dict[str, Any] = {}
    for name, figure in inputs.items():
        spelled = (form.renamed or {}).get(name, name)
        if name == "components":
            told[spelled] = tuple(
                Component(one["type"], Decimal(one["count"]), Decimal(one["factor_kg_per_h"])) for one in figure
            )
        else:
            told[spelled] = Decimal(figure)
    if form.needs_rules:
        told["rules"] = at(date(2025, 12, 31))
    return form.compute(**told).reduction_t


def _of_kind(profile: Profile, stated: Mapping[str, Any], kind: Mapping[str, Any], random: Random) -> Iterator[Project]:
    weights = profile.weights(kind["by"])
    places = random.choices(list(weights), [float(weight) for weight in weights.values()], k=kind["count"])
    spread = [year for year, share in stated["finish_share"].items() for _ in range(share)]
    first = random.randrange(len(spread))
    for serial, place in enumerate(places, 1):
        # Spread over the years by their shares, from a drawn start, so that no kind bunches in one year.
        year = spread[(first + len(spread) * (serial - 1) // kind["count"]) % len(spread)]
        finished = date(year, 1, 20) + timedelta(days=random.randint(0, 330))
        kept = Decimal(random.randint(955, 1000)) / 1000
        shared: dict[str, str] = {}
        for pollutant, ranges in kind["pollutants"].items():
            inputs: dict[str, Any] = {name: _drawn(random, span) for name, span in ranges.items()}
            if kind.get("shared"):  # one plant: the second pollutant flows in the same water
                shared = shared or {name: figure for name, figure in inputs.items() if "volume" in name}
                inputs.update(shared)
            if kind.get("leak"):
                inputs["components"] = [
                    {"type": one["type"], "count": _drawn(random, one["count"]), "factor_kg_per_h": one["factor_kg_per_h"]}
                    for one in stated["leak_components"]
                ]
            yield Project(kind, pollutant, place, serial, finished, inputs, kept)


def _drawn(random: Random, span: list[Any]) -> str:
    low, high, decimals = Decimal(str(span[0])), Decimal(str(span[1])), int(span[2])
    step = Decimal(1).scaleb(-decimals)
    return plain(low + step * random.randint(0, int((high - low) / step)))


def _plant(planted: Mapping[str, Any], projects: list[Project]) -> None:
    """Give chosen projects another fate; the pollutants of one facility share it."""
    for project in projects:
        for case in ("unfinished", "in_review"):
            if project.number % planted[case]["every"] == 0:
                for each in _of_one_facility(project, projects):
                    each.stage, each.note = planted[case]["stage"], planted[case]["note"]
                    each.finished_on = each.finished_on.replace(year=2025)
    for case in planted["rejected"]:
        for each in _of_one_facility(projects[case["number"] - 1], projects):
            each.stage, each.note = "剔除", case["note"]
            each.finished_on = case.get("finished_on", each.finished_on)
    for case in [*planted["offset"], *planted["rights_sold"]]:
        project = projects[case["number"] - 1]
        project.note = case["note"]
        project.offset_t = Decimal(case.get("offset_t", 0))
        project.rights_sold_t = Decimal(case.get("rights_sold_t", 0))


def _of_one_facility(project: Project, projects: list[Project]) -> list[Project]:
    return [each for each in projects if each.kind is project.kind and (each.place, each.serial) == (project.place, project.serial)]


def _stretch(projects: list[Project], counted_t: Decimal) -> None:
    """Scale the extensive inputs so that what will be counted comes near the figure wanted."""
    counting = [each for each in projects if each.stage == COUNTED_STAGE]
    fixed = sum((_kept(each) for each in counting if not each.kind.get("scaled")), Decimal(0))
    scaled = sum((_kept(each) for each in counting if each.kind.get("scaled")), Decimal(0))
    factor = (counted_t - fixed) / scaled
    for project in projects:
        if project.kind.get("scaled"):
            ranges = project.kind["pollutants"][project.pollutant]
            for name in project.kind["scales"]:
                grown = Decimal(project.inputs[name]) * factor
                project.inputs[name] = plain(round_gbt8170(grown, int(ranges[name][2])))


def _kept(project: Project) -> Decimal:
    return computed_t(project.kind["method"], project.inputs) * project.kept_share - project.offset_t - project.rights_sold_t


def _levels(project: Project, cut_pct: list[int], random: Random) -> list[Decimal]:
    """Claimed, county, city, province, counted: each level keeps what the one below told, or less."""
    claimed = round_gbt8170(computed_t(project.kind["method"], project.inputs), 2)
    counted = round_gbt8170(claimed * project.kept_share, 2)
    cuts = sorted((Decimal(random.randint(*cut_pct)) / 4 for _ in range(3)), reverse=False)
    between = [claimed - (claimed - counted) * min(cut, Decimal(1)) for cut in cuts]
    net = counted - project.offset_t - project.rights_sold_t
    return [claimed, *[round_gbt8170(level, 2) for level in between], net]
