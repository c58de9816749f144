"""Zhumadian with only the figures a test gives it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from shuangkong.indicators.observations import Observation, ObservationStore
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.services.cities import City, open_city
from shuangkong.services.indicators import CityIndicators, load_indicators

CITY, XIPING, ZHENGYANG = "411700", "411721", "411724"
FIRST_DAY = date(2023, 3, 1)
LATER = date(2024, 3, 1)



@cache
def loaded(folder: Path) -> CityIndicators:
    return load_indicators(folder=folder, jurisdictions=open_city(folder).jurisdictions, observations=ObservationStore())


def indicators_with(city: City, told: Mapping[tuple[str, str, int], str], *, day: date = FIRST_DAY) -> CityIndicators:
    empty = loaded(city.folder)
    elements = empty.catalogue.elements
    store = ObservationStore(
        Observation(
            element, org, Period.year(year), Decimal(figure), elements[element].unit, DataGrade.REPORTED, "示例", "甲", "乙",
            datetime(day.year, day.month, day.day, 9, tzinfo=CHINA_STANDARD_TIME),
        )
        for (element, org, year), figure in told.items()
    )
    return replace(empty, store=store, _snapshots={})


def intensity_of(org: str, energy_by_year: Mapping[int, str]) -> dict[tuple[str, str, int], str]:
    """GDP stays 100 亿元 at constant prices, so that intensity falls as energy does."""
    told = {("gdp_current_100m_yuan", org, 2020): "100"}
    for year, energy in energy_by_year.items():
        told[("energy_consumed_tce", org, year)] = energy
        told[("feedstock_energy_tce", org, year)] = "0"
        if year > 2020:
            told[("gdp_growth_pct", org, year)] = "0"
    return told
