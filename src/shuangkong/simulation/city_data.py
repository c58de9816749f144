"""Everything simulated about a city from one fixed seed, as rows of observations; regenerated, the file is the same to the byte.

What was published goes in first and is never written again. Every row made here has the grade SIMULATED (模拟).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.simulation.economy import economy
from shuangkong.simulation.energy_use import CONSUMED, energy_use
from shuangkong.simulation.profile import Figures, Profile, read_profile
from shuangkong.simulation.quarters import quarters
from shuangkong.simulation.reduction_projects import Project, reduction_projects, register_rows
from shuangkong.simulation.sectors import sectors
from shuangkong.simulation.splitting import split

OBSERVATIONS_FILE = "simulated.csv"
REGISTER_FILE = "reduction_projects.csv"
COLUMNS = (
    "element", "org", "period", "value", "unit", "grade", "source", "reported_by", "approved_by", "recorded_at", "note",
)  # fmt: skip
ENERGY_RETURN = frozenset({
    CONSUMED, "feedstock_energy_tce", "separate_listing_tce", "renewable_power_10k_kwh", "non_fossil_energy_tce",
    "electricity_consumption_10k_kwh", "net_imported_electricity_10k_kwh", "coal_consumed_t", "raw_coal_t", "coke_t", "gasoline_t",
    "diesel_t", "lpg_t", "natural_gas_10k_m3", "above_scale_industry_energy_tce",
})  # fmt: skip
COUNTED = {"COD": "cod_counted_t", "NH3-N": "nh3_n_counted_t", "NOx": "nox_counted_t", "VOCs": "vocs_counted_t"}


@dataclass(frozen=True, slots=True)
class CityFiles:
    """The two files of a simulated city, as text (模拟城市数据)."""

    observations: str
    register: str


def simulate_city(pack: Path) -> CityFiles:
    """Return the simulated observations and register of a city pack (生成模拟数据).

    Parameters
    ----------
    pack : Path
        The city pack: its profiles and published figures in `data/`, its elements in `indicators/elements.yaml`.

    Returns
    -------
    CityFiles
        The same text for the same pack, always.
    """
    profile = read_profile(pack / "data")
    elements = {one["code"]: one for one in yaml.safe_load((pack / "indicators/elements.yaml").read_text("utf-8"))["elements"]}
    projects = reduction_projects(profile, pack / "data")
    figures, constant = economy(profile)
    figures.update(energy_use(profile, constant))
    figures.update(sectors(profile))
    figures.update(_counted(profile, projects))
    figures.update(_allocated(profile))
    figures.update(quarters(profile, figures))
    rows = sorted(_rows(profile, figures, elements, constant), key=lambda row: (list(elements).index(row[0]), *row[1:3], row[9]))
    places = profile.stated["places"]
    return CityFiles(_csv([list(COLUMNS), *rows]), _csv(register_rows(projects, places)))


def _csv(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _counted(profile: Profile, projects: list[Project]) -> Figures:
    """The year's counted tonnes of each place: sums of the register, zero where the register has none."""
    figures: Figures = {
        (element, place, str(year)): Decimal(0)
        for element in COUNTED.values() for place in profile.places for year in profile.years[1:]
    }  # fmt: skip
    for project in projects:
        counted = project.counted_t
        if counted:  # one rejected because it was finished before the plan began has no year here
            figures[COUNTED[project.pollutant], project.place, str(project.finished_on.year)] += counted
    return figures


def _allocated(profile: Profile) -> Figures:
    span = f"{profile.years[1]}-{profile.years[-1]}"
    return {
        (element, place, span): part
        for element, stated in profile.stated["allocated"].items()
        for place, part in split(Decimal(stated["total"]), profile.weights(stated["by"]), decimals=1).items()
    }


def _rows(
    profile: Profile, figures: Figures, elements: Mapping[str, Any], constant: Mapping[tuple[str, int], Decimal]
) -> Iterator[list[str]]:
    planted = profile.stated["planted"]
    for (element, org, period), figure in figures.items():
        if (element, org, period) in profile.published or _left_out(planted, element, org, period):
            continue
        row = _Row(profile, elements[element], org, period)
        late = planted["late"]
        if (org, period) == (late["place"], str(late["year"])) and element in ENERGY_RETURN:
            yield row.cells(figure, recorded_on=late["recorded_on"], note=late["note"])
            continue
        first = _first_version(profile, figures, element, org, period)
        if first is None:
            yield row.cells(figure)
            continue
        yield row.cells(first)
        yield row.cells(figure, recorded_on=planted["revised"]["revised_on"], note=planted["revised"]["note"])
    for element, reason in profile.stated["not_applicable"].items():
        for year in profile.years:
            yield _Row(profile, elements[element], profile.city, str(year)).cells(None, note=reason)


def _left_out(planted: Mapping[str, Any], element: str, org: str, period: str) -> bool:
    missing, stopped = planted["missing_year"], planted["stopped"]
    if org == missing["place"] and period == str(missing["year"]) and element in ENERGY_RETURN:
        return True
    # The register and the tasks are kept by the city, so that they go on where a zone falls silent.
    is_own = element not in COUNTED.values() and not element.endswith(("allocated_t", "scheduled_pct", "_set_pct", "_set_t", "_set_tce"))
    return org == stopped["place"] and is_own and int(period[:4]) > stopped["after"]


def _first_version(profile: Profile, figures: Figures, element: str, org: str, period: str) -> Decimal | None:
    """What was told before the planted revision, for the place and for the city that sums it."""
    revised = profile.stated["planted"]["revised"]
    if element != revised["element"] or period != str(revised["year"]) or org not in (revised["place"], profile.city):
        return None
    number = profile.years.index(revised["year"])
    stated_fall = Decimal(profile.stated["places"][revised["place"]]["fall"][number - 1])
    final = figures[element, revised["place"], period]
    first = round_gbt8170(final * (100 - Decimal(revised["first_fall_pct"])) / (100 - stated_fall), 0)
    return first if org == revised["place"] else figures[element, org, period] - (final - first)


@dataclass(frozen=True, slots=True)
class _Row:
    """Writes one figure as a row: who told it, who approved it, when it was heard."""

    profile: Profile
    element: Mapping[str, Any]
    org: str
    period: str

    def cells(self, figure: Decimal | None, *, recorded_on: str | None = None, note: str = "") -> list[str]:
        agency = self.element["agency"]
        place = "市" if self.org == self.profile.city else self.profile.stated["places"][self.org]["name"]
        moment = f"{recorded_on or self._heard().isoformat()}T{9 + len(self.element['code']) % 8:02d}:00:00+08:00"
        return [
            self.element["code"], self.org, self.period, "" if figure is None else plain(figure), self.element["unit"],
            DataGrade.SIMULATED.name, f"模拟（种子{self.profile.stated['seed']}）", f"{place}{agency.removeprefix('市')}填报岗",
            f"{agency}审核岗", moment, note,
        ]  # fmt: skip

    def _heard(self) -> date:
        """Annual figures by the end of the next March, quarters a month on, yearly targets in the March of their year."""
        day = 8 + sum(map(ord, self.element["code"] + self.org)) % 20
        year = int(self.period[:4])
        if "Q" in self.period:
            quarter = int(self.period[-1])
            return date(year + quarter // 4, quarter * 3 % 12 + 1, day)
        if "-" in self.period:
            return date(year, 11, day)
        is_told_ahead = self.element["code"].endswith(("_set_pct", "_set_tce", "_set_t", "scheduled_pct"))
        return date(year, 3, day) if is_told_ahead else date(year + 1, 3, day)

