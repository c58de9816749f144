"""Ambient air: validity, ozone, index, on the break points."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong.pollution.ambient.air_quality import (
    UnknownAirMean,
    air_quality_index,
    eight_hour_means,
    meets_air_limit,
    ozone_day,
    percentile,
    sub_index,
)
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


@pytest.mark.parametrize(
    ("mean", "figure", "index"),
    [
        ("PM25.day", "115", 150), ("PM25.day", "116", 152), ("PM25.day", "0", 0), ("PM10.day", "100", 75), ("PM10.day", "101", 76),
        ("SO2.hour", "800", 200), ("SO2.hour", "801", None), ("O3.day", "800", 300), ("O3.day", "801", None), ("O3.hour", "1300", 500),
        ("CO.day", "3.0", 75), ("NO2.day", "60", 75),
    ],
)  # fmt: skip
def test_index_of_a_mean(mean: str, figure: str, index: int | None) -> None:
    assert sub_index(mean, Decimal(figure), rules=RULES) == index


def test_no_primary_pollutant_when_the_air_is_excellent() -> None:
    found = air_quality_index({"PM25.day": Decimal(35), "O3.day": Decimal(60)}, rules=RULES)
    assert (found.index, found.primary, found.band) == (50, (), ("优", "excellent"))


def test_two_may_be_primary_together() -> None:
    found = air_quality_index({"PM25.day": Decimal(75), "PM10.day": Decimal(150), "O3.day": Decimal(100)}, rules=RULES)
    assert (found.index, found.primary) == (100, ("PM25.day", "PM10.day"))


@pytest.mark.parametrize(("figure", "band"), [(75, "良"), (76, "轻度污染"), (150, "中度污染"), (250, "重度污染"), (251, "严重污染")])
def test_bands(figure: int, band: str) -> None:
    found = air_quality_index({"PM25.day": Decimal(figure)}, rules=RULES)
    assert found.band is not None
    assert found.band.zh == band


def test_nothing_measured_has_no_index() -> None:
    assert air_quality_index({"PM25.day": None}, rules=RULES).index is None


def test_an_unknown_mean_is_refused() -> None:
    with pytest.raises(UnknownAirMean, match=r"NH3\.day"):
        sub_index("NH3.day", Decimal(1), rules=RULES)


def test_eight_hours_need_six() -> None:
    hours: list[Decimal | None] = [None, None, *[Decimal(60)] * 6, *[None] * 16]
    assert eight_hour_means(hours, rules=RULES)[:4] == (60, 60, 60, None)


def test_a_day_of_ozone_needs_14_means_unless_it_exceeds() -> None:
    low: list[Decimal | None] = [Decimal(100)] * 18 + [None] * 6
    # ends 8 … 20 are valid: 18 o'clock full, 19 and 20 with seven and six hours
    assert ozone_day(low, rules=RULES).means_valid == 13
    assert ozone_day(low, rules=RULES).maximum is None
    assert ozone_day([Decimal(100)] * 19 + [None] * 5, rules=RULES).maximum == 100
    assert ozone_day([Decimal(161)] * 18 + [None] * 6, rules=RULES).maximum == 161
    assert ozone_day([Decimal(160)] * 18 + [None] * 6, rules=RULES).maximum is None


def test_percentile_between_neighbours() -> None:
    # n = 11, p = 95 %: k = 1 + 10 × 0.95 = 10.5, half way between the tenth and the eleventh
    assert percentile([Decimal(each) for each in range(1, 12)], pct=Decimal(95)) == Decimal("10.5")
    assert percentile([Decimal(7)], pct=Decimal(95)) == 7
    assert percentile([], pct=Decimal(95)) is None


def test_limits_of_both_grades() -> None:
    assert [meets_air_limit("PM25.year", Decimal(35), grade=grade, rules=RULES) for grade in ("first", "second")] == [False, True]
