"""Simulated units and what they report: the same from the same seed, and adding up."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import shuangkong.cities
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.simulation.key_unit_reports import key_unit_report
from shuangkong.simulation.organisations import UnitsProfile, read_units_profile, simulated_parks, simulated_units
from shuangkong.simulation.unit_reports import (
    UnitYear,
    YearReports,
    bent,
    industrial_reports,
    institution_report,
    unit_years,
)

DATA = Path(shuangkong.cities.__file__).parent / "zhumadian/data"
FACTORS = {name: Decimal(figure) for name, figure in {
    "raw_coal": "0.7143", "natural_gas": "13.3", "diesel": "1.4571", "heat": "0.03412", "electricity": "1.229",
}.items()}  # fmt: skip
AMOUNT = UnitYear(Decimal("20000"), Decimal("9000"))


@pytest.fixture(scope="module")
def profile() -> UnitsProfile:
    found = read_units_profile(DATA)
    assert found is not None
    return found


def told(reports: YearReports, row: str, column: str) -> Decimal:
    number = reports.consumption[CellKey("energy", row, column)].number
    assert number is not None
    return number


def test_a_pack_without_a_profile_has_no_units(tmp_path: Path) -> None:
    assert read_units_profile(tmp_path) is None


def test_there_are_300_in_13_places_always_the_same(profile: UnitsProfile) -> None:
    units = simulated_units(profile)
    assert len(units) == 300
    assert len({unit.code for unit in units}) == 300
    assert len({unit.credit_code for unit in units}) == 300
    assert len({unit.place for unit in units}) == 13
    assert simulated_units(profile) == units
    assert units[0].code == "U001"
    assert units[0].name.zh == "模拟水泥厂001"
    assert units[0].place == "411721"
    assert Counter(unit.kind for unit in units)["cement"] == 7
    assert {unit.park for unit in units if unit.park} <= {park.code for park in simulated_parks(profile)}


def test_the_dated_changes_are_one_move_one_end_one_park(profile: UnitsProfile) -> None:
    changed = {unit.code: unit for unit in simulated_units(profile) if unit.changes}
    assert sorted(changed) == ["U086", "U153", "U239"]
    assert [changed["U086"].place_in(year) for year in (2022, 2023)] == ["411722", "411727"]
    assert [changed["U239"].place_in(year) for year in (2022, 2023)] == ["411729", None]
    assert changed["U153"].changes[0].park == "P02"


def test_energy_of_a_place_comes_to_its_stated_share_and_a_missing_year_takes_the_one_before(profile: UnitsProfile) -> None:
    units = simulated_units(profile)
    energy = {(place, 2020): Decimal(400_000) for place in profile.stated["places"]}
    years = unit_years(profile, units, energy=energy, value_added={key: Decimal(50) for key in energy})
    for year in (2020, 2021):
        here = [years[unit.code, year] for unit in units if unit.is_industrial and unit.place_in(year) == "411721"]
        assert abs(sum(one.energy_tce for one in here) - Decimal(360_000)) < Decimal("0.01")
        assert abs(sum(one.value_added_10k_yuan for one in here) - Decimal(450_000)) < 20


def test_a_year_opens_with_the_stock_the_last_one_closed_with(profile: UnitsProfile) -> None:
    unit = simulated_units(profile)[0]
    first = industrial_reports(profile, unit, 2020, AMOUNT, factors=FACTORS, before=None)
    second = industrial_reports(profile, unit, 2021, AMOUNT, factors=FACTORS, before=first)
    assert told(second, "raw_coal", "opening") == told(first, "raw_coal", "closing")
    came = told(second, "raw_coal", "opening") + told(second, "raw_coal", "purchased")
    assert came == told(second, "raw_coal", "consumed") + told(second, "raw_coal", "closing")


def test_a_plant_that_transforms_takes_off_what_it_made(profile: UnitsProfile) -> None:
    unit = next(unit for unit in simulated_units(profile) if unit.kind == "power")
    made = industrial_reports(profile, unit, 2022, AMOUNT, factors=FACTORS, before=None)
    output = made.consumption[CellKey("total", "transformation_output_tce", "value")].number
    heat, power = (made.transformation[CellKey("energy", row, "output")].number for row in ("heat", "electricity"))
    assert output is not None
    assert heat is not None
    assert power is not None
    assert abs(heat * FACTORS["heat"] + power * FACTORS["electricity"] - output) <= Decimal("0.005")


def test_the_bent_units_depend_on_the_seed_and_the_spike_lies_near(profile: UnitsProfile) -> None:
    units = simulated_units(profile)
    assert bent(profile, units, seed=1, near="411721") == bent(profile, units, seed=1, near="411721")
    seeds = [bent(profile, units, seed=seed, near="411721") for seed in range(8)]
    assert len({tuple(one) for one in seeds}) > 4
    place = {unit.code: unit.place for unit in units}
    assert all(place[next(code for code, how in one.items() if how == "spike")] == "411721" for one in seeds)


def test_each_way_of_inventing_does_what_it_says(profile: UnitsProfile) -> None:
    unit = next(unit for unit in simulated_units(profile) if unit.kind == "machinery")
    before = industrial_reports(profile, unit, 2024, AMOUNT, factors=FACTORS, before=None)
    other = UnitYear(Decimal("21000"), Decimal("9100"))
    honest = industrial_reports(profile, unit, 2025, other, factors=FACTORS, before=before)
    copied = industrial_reports(profile, unit, 2025, other, factors=FACTORS, before=before, fraud="copied")
    assert copied.consumption[CellKey("output", "output_t", "value")] == before.consumption[CellKey("output", "output_t", "value")]
    assert told(copied, "electricity", "cost") == told(before, "electricity", "cost")
    assert told(copied, "diesel", "opening") == told(copied, "diesel", "closing") == told(before, "diesel", "closing")
    slip = industrial_reports(profile, unit, 2025, other, factors=FACTORS, before=before, fraud="slip")
    assert told(slip, "electricity", "consumed") == 10 * told(honest, "electricity", "consumed")
    spike = industrial_reports(profile, unit, 2025, other, factors=FACTORS, before=before, fraud="spike")
    assert told(spike, "electricity", "consumed") > 2 * told(before, "electricity", "consumed")
    assert told(spike, "electricity", "consumed") == told(spike, "electricity", "industrial") + told(spike, "electricity", "non_industrial")


def test_a_key_user_reports_the_same_physical_figures(profile: UnitsProfile) -> None:
    unit = simulated_units(profile)[0]
    made = industrial_reports(profile, unit, 2023, AMOUNT, factors=FACTORS, before=None)
    report = key_unit_report(profile, unit, 2023, made, AMOUNT)
    assert report[CellKey("structure", "raw_coal", "consumed")] == made.consumption[CellKey("energy", "raw_coal", "consumed")]
    parts = [report[CellKey("balance", "raw_coal", column)].number for column in ("process", "auxiliary")]
    assert sum(part for part in parts if part is not None) == told(made, "raw_coal", "consumed")


def test_an_institution_uses_less_by_and_by(profile: UnitsProfile) -> None:
    unit = replace(simulated_units(profile)[0], kind="institution")
    power = [institution_report(profile, unit, year)[CellKey("energy", "electricity", "consumed")] for year in (2020, 2025)]
    assert all(isinstance(one, Entry) and one.number for one in power)
    assert (power[1].number or 0) < (power[0].number or 0)
