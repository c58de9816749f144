"""Days of air and months of water, with figures written out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.pollution.monitoring_coverage import MonitorStage
from shuangkong.pollution.self_monitoring import Completion
from shuangkong.rules import at
from shuangkong.services.ambient_alarms import air_facts, water_facts
from shuangkong.services.ambient_figures import air_year_of, judged_month, share_of, sources_kept
from shuangkong.services.ambient_intake import ToldRow, readings_of_row
from shuangkong.services.ambient_pages import calendar_of
from shuangkong.services.ambient_readings import AirDay, WaterValue, city_day, judged_day
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point
from shuangkong.services.self_monitoring_pages import span_of, together

DAY = date(2024, 1, 5)
RULES = at(DAY)
HEARD = datetime(2024, 2, 3, tzinfo=UTC)
MONTH = Period.parse("2024-01")


def point(kind: PointKind, **traits: object) -> Point:
    return Point(1, "P1", "411721", kind, Words("试", "trial"), traits, MonitorStage.NONE, date(2020, 1, 1), False, True)


def month_of(kind: PointKind, figures: dict[str, str], **traits: object):
    values = {item: WaterValue(Decimal(figure), True, 1, HEARD) for item, figure in figures.items()}
    return judged_month(point(kind, **traits), MONTH, values, rules=RULES)


def day_of(day: date = DAY, **hours: int) -> AirDay:
    return judged_day(day, {item: [Decimal(figure)] * 24 for item, figure in hours.items()}, rules=RULES)


def test_a_day_is_as_bad_as_its_worst_pollutant() -> None:
    found = day_of(PM25=95, PM10=120, NO2=40)
    assert (found.found.index, found.found.primary, found.found.band.zh) == (125, ("PM25.day",), "轻度污染")


def test_nineteen_hours_make_no_day() -> None:
    found = judged_day(DAY, {"PM25": [Decimal(30)] * 19 + [None] * 5}, rules=RULES)
    assert (found.means, found.found.index, found.hours) == ({"PM25.day": None}, None, {"PM25": 19})


def test_ozone_counts_by_its_highest_eight_hours() -> None:
    hours = [Decimal(40)] * 10 + [Decimal(200)] * 8 + [Decimal(40)] * 6
    found = judged_day(DAY, {"O3": hours}, rules=RULES)
    assert (found.means, found.found.index) == ({"O3.day": Decimal(200)}, 137)  # 100 + (200 - 160) × 50 / 55, rounded up


def test_the_city_is_the_mean_of_its_stations_item_by_item() -> None:
    found = city_day(DAY, [day_of(PM25=70, SO2=10), day_of(PM25=81)], rules=RULES)
    assert (found.means, found.found.index) == ({"PM25.day": Decimal(76), "SO2.day": Decimal(10)}, 102)


def test_a_year_counts_days_by_band() -> None:
    year = air_year_of([day_of(date(2024, 1, number), PM25=figure) for number, figure in enumerate((20, 60, 100, 160), start=1)], year=2024)
    assert {band.en: count for band, count in year.bands.items()} == {"excellent": 1, "good": 1, "lightly polluted": 1, "heavily polluted": 1}
    assert (year.good, year.judged, year.good_pct, year.mean_so_far, year.primary) == (2, 4, Decimal(50), Decimal(85), {"PM25": 3})
    assert year.means["PM25"].mean is None  # four days are no year
    assert calendar_of(year)["values"][0][:5] == ["29", "82", "132", "210", None]


def test_a_section_is_as_bad_as_its_worst_item_and_nitrogen_is_left_out() -> None:
    found = month_of(PointKind.RIVER_SECTION, {"COD": "18", "TP": "0.24", "TN": "9"}, target_class="III")
    assert (found.found.water_class.name, found.found.worst, found.beyond_target, found.good, found.meets_target) == ("IV", ("TP",), ("TP",), False, False)
    assert water_facts(found)["en"] == "2024-01 class IV, target III: TP worse than the target"


def test_phosphorus_of_a_lake_has_its_own_limits() -> None:
    assert [month_of(PointKind.WATER_SOURCE, {"TP": "0.06"}, **told).good for told in ({}, {"is_lake": True})] == [True, False]


def test_a_source_must_meet_its_supplementary_items() -> None:
    found = month_of(PointKind.WATER_SOURCE, {"COD": "12", "FE": "0.31"}, target_class="III")
    assert (found.found.water_class.name, found.beyond_source, found.good) == ("I", ("FE",), False)
    assert water_facts(found)["items"] == ["FE"]
    assert water_facts(month_of(PointKind.WATER_SOURCE, {"COD": "12", "FE": "0.3"}, target_class="III")) is None


@pytest.mark.parametrize(("iron", "kept"), [("0.1", True), ("0.4", False)])
def test_sources_are_to_be_good_in_every_month(iron: str, kept: bool) -> None:
    good, other = (month_of(PointKind.WATER_SOURCE, {"COD": "12", "FE": figure}) for figure in ("0.1", iron))
    assert sources_kept({MONTH: [good], Period.parse("2024-02"): [other]}) is kept
    assert share_of([good]).pct == Decimal(100)


def test_a_month_without_figures_is_neither_good_nor_bad() -> None:
    none = month_of(PointKind.WATER_SOURCE, {})
    assert (none.good, none.meets_target, sources_kept({MONTH: [none]})) == (None, None, None)


def test_heavy_pollution_begins_above_two_hundred() -> None:
    assert air_facts(day_of(PM25=150)) is None  # index 200
    assert air_facts(day_of(PM25=151))["index"] == "201"


@pytest.mark.parametrize(
    ("time", "figures", "told"),
    [
        ("2024-03", {"COD": "18.5"}, [("w01018", "Lab", "2024-03-01 00:00:00", "18.5", "")]),
        ("2024/3/5", {"NH3_N": "0.02L"}, [("w21003", "Lab", "2024-03-05 00:00:00", "0.010", "L")]),
        ("2024-03-05 08:20", {"DO": "7"}, [("w01009", "Hour-Avg", "2024-03-05 08:00:00", "7", "")]),
    ],
)
def test_a_row_of_water(time: str, figures: dict[str, str], told: list[tuple[str, ...]]) -> None:
    found, faults = readings_of_row(ToldRow(Words("", ""), "P1", time, figures), point(PointKind.RIVER_SECTION), now=datetime(2025, 1, 1, tzinfo=UTC))
    assert [one[1:] for one in found] == told
    assert faults == []


@pytest.mark.parametrize(
    ("time", "figures", "rule"),
    [
        ("三月", {"COD": "1"}, "cannot be read"), ("2025-06", {"COD": "1"}, "is still to come"), ("2024-03", {"COD": "-1"}, "is below zero"),
        ("2024-03", {"PM25": "1"}, "is not measured at such a point"), ("2024-03", {}, "the row has none"), ("2024-03", {"pH": "15"}, "must be from 0 to 14"),
        ("2024-03", {"COD": "没测"}, "is no number (below detection: 0.05L)"),
    ],
)  # fmt: skip
def test_what_a_row_may_not_say(time: str, figures: dict[str, str], rule: str) -> None:
    _, faults = readings_of_row(ToldRow(Words("", ""), "P1", time, figures), point(PointKind.RIVER_SECTION), now=datetime(2025, 1, 1, tzinfo=UTC))
    assert [fault.rule.en for fault in faults] == [rule]


def test_a_day_of_air_is_refused_since_days_are_worked_out() -> None:
    _, faults = readings_of_row(ToldRow(Words("", ""), "P1", "2024-03-05", {"PM25": "30"}), point(PointKind.AIR_STATION), now=datetime(2025, 1, 1, tzinfo=UTC))
    assert [fault.rule.en for fault in faults] == ["air is told by the hour"]


def test_only_whole_months_are_due() -> None:
    assert [span_of(2024, today=day).end for day in (date(2024, 5, 20), date(2025, 2, 1))] == [date(2024, 5, 1), date(2025, 1, 1)]
    assert together([Completion(4, 3, Decimal(75), ()), Completion(0, 0, None, ())]).pct == Decimal(75)
