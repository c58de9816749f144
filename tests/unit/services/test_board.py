"""The board: figures in the unit of the target, the official light for energy intensity, pace for the rest, reasons for grey."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from shuangkong.plan.trajectory import GreyReason, Light
from shuangkong.services.board import Board, BoardLine, board, latest_year
from shuangkong.services.cities import City, open_city
from unit.services.invented_city import CITY, FIRST_DAY, LATER, XIPING, ZHENGYANG, indicators_with, intensity_of


@pytest.fixture(scope="module")
def city() -> City:
    return open_city()


def board_of(city: City, told: Mapping[tuple[str, str, int], str], year: int = 2022) -> Board:
    return board(city=city, indicators=indicators_with(city, told), year=year, as_of=LATER)


def line_of(found: Board, target_id: str) -> BoardLine:
    line = found.line(target_id)
    assert line is not None
    return line


@pytest.mark.parametrize(
    ("energy_2022", "light"),
    [
        # After two years 1 − 0.88^(2/5) = 4.9848 % is asked for; yellow reaches a tenth below that, 4.4863 %.
        ("950150", Light.GREEN),
        ("950160", Light.YELLOW),
        ("955130", Light.YELLOW),
        ("955140", Light.RED),
    ],
)
def test_energy_intensity_takes_the_official_light(city: City, energy_2022: str, light: Light) -> None:
    line = line_of(board_of(city, intensity_of(CITY, {2020: "1000000", 2021: "975000", 2022: energy_2022})), "T001")
    assert line.light is light
    assert line.current == (1 - Decimal(energy_2022) / 1000000) * 100
    assert "4.98" in line.pace.working.zh
    assert [rule.path for rule in line.pace.rules] == ["energy.warning.band"]


def test_pace_of_other_targets_is_share_done_over_share_of_time(city: City) -> None:
    told = {("green_factories_created_count", place.code, year): "0" for place in city.jurisdictions.partition(CITY) for year in (2021, 2022)}
    told[("green_factories_created_count", XIPING, 2021)] = "3"
    told[("green_factories_created_count", XIPING, 2022)] = "1"
    line = line_of(board_of(city, told), "T007")
    assert (line.current, line.pace.pace_pct, line.light) == (4, 100, Light.GREEN)
    assert line.result is not None
    assert str(line.result.coverage) == "26/26"


def test_grey_lines_say_why(city: City) -> None:
    found = board_of(city, intensity_of(CITY, {2020: "1000000", 2021: "975000"}))
    reasons = {target: line_of(found, target).pace.reason for target in ("T001", "T002", "T034")}
    assert reasons == {"T001": GreyReason.NO_DATA, "T002": GreyReason.QUALITATIVE, "T034": GreyReason.WAITING_VALUE}
    missing = line_of(found, "T001").reason
    assert missing is not None
    assert missing.zh == "2022 年未报送；最近为 2021 年 2.5 %"
    assert {line.light for line in found.lines} == {Light.GREY}


def test_a_target_to_hold_every_year_fails_with_one_failed_year(city: City) -> None:
    told = {("source_water_samples_count", CITY, year): "10" for year in (2021, 2022)}
    told |= {("source_water_good_count", CITY, 2021): "9", ("source_water_good_count", CITY, 2022): "10"}
    line = line_of(board_of(city, told), "T033")
    assert (line.current, line.light) == (100, Light.RED)
    assert line.reason is not None
    assert line.reason.zh == "2021 年未达到"


def test_of_an_either_or_pair_the_better_one_counts(city: City) -> None:
    told = {}
    for year, collected in ((2020, "55"), (2021, "58"), (2022, "60")):
        told[("county_sewage_bod_generated_t", CITY, year)] = "100"
        told[("county_sewage_bod_collected_t", CITY, year)] = collected
    found = board_of(city, told)
    level, increase = line_of(found, "T037"), line_of(found, "T038")
    assert (increase.current, increase.light) == (5, Light.GREEN)
    assert (level.current, level.light) == (60, Light.GREEN)
    assert level.reason is not None
    assert level.reason.zh == "二选一，以 T038 为准"


def test_the_ranking_goes_by_distance_to_the_path_and_keeps_those_without_data(city: City) -> None:
    told = intensity_of(XIPING, {2020: "1000000", 2022: "940000"}) | intensity_of(ZHENGYANG, {2020: "1000000", 2022: "970000"})
    for org in (XIPING, ZHENGYANG):
        told[("gdp_growth_pct", org, 2021)] = "0"
    ranked = board_of(city, told).ranking()
    assert len(ranked) == 13
    assert [(one.rank, one.line.target.scope) for one in ranked[:3]] == [(1, XIPING), (2, ZHENGYANG), (None, "411702")]
    first = ranked[0].line.ahead
    assert first is not None
    assert round(first, 4) == Decimal("1.0152")


def test_equal_places_share_a_rank(city: City) -> None:
    told = intensity_of(XIPING, {2020: "1000000", 2022: "940000"}) | intensity_of(ZHENGYANG, {2020: "500000", 2022: "470000"})
    for org in (XIPING, ZHENGYANG):
        told[("gdp_growth_pct", org, 2021)] = "0"
    assert [one.rank for one in board_of(city, told).ranking()[:3]] == [1, 1, None]


def test_nothing_recorded_later_is_taken(city: City) -> None:
    indicators = indicators_with(city, intensity_of(CITY, {2020: "1000000", 2021: "975000", 2022: "950000"}))
    before = board(city=city, indicators=indicators, year=2022, as_of=date(2023, 2, 28))
    assert line_of(before, "T001").current is None
    assert latest_year(city=city, indicators=indicators, as_of=FIRST_DAY) == 2022
    assert latest_year(city=city, indicators=indicators, as_of=date(2023, 2, 28)) == 2021
