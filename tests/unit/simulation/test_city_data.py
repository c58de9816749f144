"""The simulated city: the same to the byte, marked, consistent with what was published, its register recomputable."""

import csv
import json
from collections import defaultdict
from decimal import Decimal

import pytest

from shuangkong.services.cities import packaged_city
from shuangkong.simulation.city_data import COUNTED, CityFiles, simulate_city
from shuangkong.simulation.reduction_projects import computed_t

DATA = packaged_city() / "data"
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made() -> CityFiles:
    return simulate_city(packaged_city())


@pytest.fixture(scope="module")
def observations(made: CityFiles) -> Rows:
    return list(csv.DictReader(made.observations.splitlines()))


@pytest.fixture(scope="module")
def register(made: CityFiles) -> Rows:
    return list(csv.DictReader(made.register.splitlines()))


def test_the_committed_files_are_what_the_generator_makes(made: CityFiles) -> None:
    assert (DATA / "simulated.csv").read_bytes() == made.observations.encode("utf-8")
    assert (DATA / "reduction_projects.csv").read_bytes() == made.register.encode("utf-8")


def test_a_second_run_gives_the_same_bytes(made: CityFiles) -> None:
    assert simulate_city(packaged_city()) == made


def test_every_row_is_marked_simulated(observations: Rows, register: Rows) -> None:
    assert {row["grade"] for row in observations} == {"SIMULATED"}
    assert all(row["source"].startswith("模拟") for row in observations)
    assert {row["grade"] for row in register} == {"模拟"}
    assert all("模拟" in row["facility"] for row in register)


def test_nothing_published_is_made_again(observations: Rows) -> None:
    rows = csv.DictReader((DATA / "published.csv").read_text("utf-8").splitlines())
    published = {(row["element"], row["org"], row["period"]) for row in rows}
    assert len(published) == 98
    assert not published & {(row["element"], row["org"], row["period"]) for row in observations}


def test_posts_stand_where_people_would(observations: Rows) -> None:
    assert all(row["reported_by"].endswith("填报岗") and row["approved_by"].endswith("审核岗") for row in observations)


def test_register_tonnes_are_recomputed_by_the_methods(register: Rows) -> None:
    for row in register:
        exact = computed_t(row["method"], json.loads(row["inputs"]))
        assert abs(exact - Decimal(row["claimed_t"])) <= Decimal("0.005"), row["id"]


def test_each_level_counts_no_more_than_the_one_below(register: Rows) -> None:
    for row in register:
        levels = [row["claimed_t"], row["county_verified_t"], row["city_verified_t"], row["province_verified_t"], row["counted_t"]]
        told = [Decimal(level) for level in levels if level]
        assert told == sorted(told, reverse=True), row["id"]
        assert (row["counted_t"] == "") == (row["stage"] in ("在建", "核查"))


def test_counted_elements_are_the_sums_of_the_register(observations: Rows, register: Rows) -> None:
    summed: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in register:
        if row["counted_t"]:
            summed[COUNTED[row["pollutant"]], row["jurisdiction"], row["recognition_year"]] += Decimal(row["counted_t"])
    told = {(row["element"], row["org"], row["period"]): Decimal(row["value"]) for row in observations if row["element"] in COUNTED.values()}
    assert len(told) == 4 * 13 * 5
    assert all(told[key] == summed.pop(key, Decimal(0)) for key in told)
    assert not any(summed.values())


def test_all_methods_and_pollutants_are_there(register: Rows) -> None:
    methods = {f"W{number}" for number in range(1, 10)} | {f"N{number}" for number in range(1, 9)} | {f"V{number}" for number in range(1, 9)}
    assert {row["method"] for row in register} == methods
    assert {row["pollutant"] for row in register} == set(COUNTED)


def test_tasks_of_the_places_add_up_to_the_plan(observations: Rows) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in observations:
        if row["element"].endswith("_allocated_t"):
            totals[row["element"]] += Decimal(row["value"])
    assert totals == {
        "cod_allocated_t": Decimal(14798), "nh3_n_allocated_t": Decimal(215), "nox_allocated_t": Decimal(6226), "vocs_allocated_t": Decimal(2556),
    }  # fmt: skip
