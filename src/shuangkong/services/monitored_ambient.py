"""Ambient water and air of closed periods (环境质量观测值): ratings of sources and sections, days of air; each opens to a section's month or a city's day.

Only what the catalogue of the city declares is told. A quarter or year is told where each of its months has a rating; air by the validity of HJ 663.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.indicators.declaration import Scope
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.ambient_figures import AirYear, WaterMonth, air_year_of, ambient_points, water_months
from shuangkong.services.ambient_readings import AirDay, air_days, city_day
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.monitored_figures import (
    MonitoredFigure,
    MonitoredInput,
    closed_months,
    closed_periods,
    since_last_year,
)
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point
from shuangkong.services.organisations import tree_on

# Of each kind of water, how many ratings there were and how many of them were good.
WATER = {
    PointKind.WATER_SOURCE: ("source_water_monitored_ratings_count", "source_water_monitored_good_count"),
    PointKind.RIVER_SECTION: ("section_monitored_ratings_count", "section_monitored_good_count"),
}  # fmt: skip
DAYS, GOOD_DAYS, PM25, OZONE = "air_monitored_days_count", "air_monitored_good_days_count", "pm25_monitored_mg_m3", "ozone_p90_monitored_mg_m3"
AIR = (DAYS, GOOD_DAYS, PM25, OZONE)
ELEMENTS = (*(element for pair in WATER.values() for element in pair), *AIR)
_COUNT, _CONCENTRATION, _UG_PER_MG = "个", "mg/m3", 1000
_SOURCES = {PointKind.WATER_SOURCE: "水源地水质监测", PointKind.RIVER_SECTION: "地表水断面监测", PointKind.AIR_STATION: "环境空气监测"}
_WATER_RULE, _AIR_RULE = "按 GB 3838 逐月评价", "按 HJ 663 和 GB 3095 逐日评价"


def ambient_figures(today: date) -> Iterator[MonitoredFigure]:
    """Yield the ratings of water and the days of air of closed periods (环境质量观测值)."""
    months = closed_months(today, first=since_last_year(today))
    if not months:
        return
    for kind, pair in WATER.items():
        if catalogue().elements.keys() & set(pair):
            yield from _water_figures(kind, months)
    if catalogue().elements.keys() & set(AIR):
        yield from _air_figures(months)


def _water_figures(kind: PointKind, months: Sequence[Period]) -> Iterator[MonitoredFigure]:
    points = ambient_points(kind)
    rated = water_months(points, first=months[0], last=months[-1])
    for place, some in _by_place(points):
        for period in closed_periods(months):
            of_period = [one for point in some for one in rated[point.code] if period.start <= one.month.start < period.end]
            for element, value in zip(WATER[kind], ratings_of(of_period, months=len(_months_of(period))), strict=False):
                if _is_declared(element, place):
                    note = f"点位 {len(some)} 个，应评 {len(of_period)} 次，已评 {sum(one.good is not None for one in of_period)} 次；{_WATER_RULE}"
                    yield MonitoredFigure(element, place, period, value, _COUNT, _grade(some), _SOURCES[kind], note)


def ratings_of(some: Sequence[WaterMonth], *, months: int) -> tuple[Decimal, Decimal] | tuple[()]:
    """Return how many ratings there were, and how many of them good (评价次数与优良次数); nothing where a month has none."""
    judged = [one for one in some if one.good is not None]
    if len({one.month for one in judged}) < months:
        return ()
    return Decimal(len(judged)), Decimal(sum(one.good is True for one in judged))


def _air_figures(months: Sequence[Period]) -> Iterator[MonitoredFigure]:
    stations = ambient_points(PointKind.AIR_STATION)
    every = air_days([one.code for one in stations], first=months[0].start, last=months[-1].end - timedelta(days=1))
    for place, some in _by_place(stations):
        days = days_of_place([every[one.code] for one in some])
        for period in closed_periods(months):
            held = [one for one in days if period.start <= one.day < period.end]
            year = air_year_of(held, year=period.start.year)
            whole = (period.end - period.start).days
            note = f"站点 {len(some)} 个，应有 {whole} 天，有效 {year.judged} 天；{_AIR_RULE}"
            for element, value in air_told(year, is_year=period.grain is Grain.YEAR).items():
                if _is_declared(element, place):
                    yield MonitoredFigure(element, place, period, value, _COUNT if element in (DAYS, GOOD_DAYS) else _CONCENTRATION, _grade(some), _SOURCES[PointKind.AIR_STATION], note)


def air_told(found: AirYear, *, is_year: bool) -> dict[str, Decimal]:
    """Return what the days of a period tell, by element (空气质量要素): of a year only valid means, ozone only of a year."""
    if not found.judged:
        return {}
    pm25 = found.means["PM25"].mean if is_year else found.mean_so_far
    ozone = found.percentiles["O3"] if is_year and found.means["O3"].mean is not None else None
    told = {DAYS: Decimal(found.judged), GOOD_DAYS: Decimal(found.good)}
    return told | {element: value / _UG_PER_MG for element, value in ((PM25, pm25), (OZONE, ozone)) if value is not None}


def days_of_place(stations: Sequence[Sequence[AirDay]]) -> list[AirDay]:
    """Return the days of a place from those of its stations (区域逐日空气质量)."""
    by_day: dict[date, list[AirDay]] = {}
    for days in stations:
        for one in days:
            by_day.setdefault(one.day, []).append(one)
    return [city_day(day, some, rules=at(day)) for day, some in sorted(by_day.items())]


def ambient_inputs(element: str, org: str, period: Period, moment: datetime) -> list[MonitoredInput]:
    """Return the months of sections, or the days of air, behind a figure, as known at a moment (断面月、空气日构成)."""
    if element in AIR:
        return _air_inputs(element, org, period, moment)
    kind = next(kind for kind, pair in WATER.items() if element in pair)
    points = dict(_by_place(ambient_points(kind))).get(org, [])
    months = _months_of(period)
    rated = water_months(points, first=months[0], last=months[-1], as_of=moment)
    return [_of_month(one) for some in rated.values() for one in some]


def _of_month(one: WaterMonth) -> MonitoredInput:
    reached = one.found.water_class
    told = Words("没有数据", "no figure") if reached is None else Words(f"{reached.value}{'' if one.good else '，未达优良'}", f"class {reached.name}{'' if one.good else ', not good'}")
    return MonitoredInput(one.point.name, str(one.month), told, None if one.good is None else Decimal(int(one.good)), "", None, "ambient-water", one.point.code, "")


def _air_inputs(element: str, org: str, period: Period, moment: datetime) -> list[MonitoredInput]:
    stations = dict(_by_place(ambient_points(PointKind.AIR_STATION))).get(org, [])
    every = air_days([one.code for one in stations], first=period.start, last=period.end - timedelta(days=1), as_of=moment)
    return [_of_day(station, day, element) for station in stations for day in every[station.code]]


def _of_day(station: Point, day: AirDay, element: str) -> MonitoredInput:
    item = {PM25: "PM25", OZONE: "O3"}.get(element)
    value = day.means.get(f"{item}.day") if item else None if day.found.index is None else Decimal(day.found.index)
    told = day.found.band or Words("无效", "not valid")
    return MonitoredInput(station.name, day.day.isoformat(), told, value, "µg/m³" if item else "", None, "ambient-air", station.code, f"year={day.day.year}")


def _months_of(period: Period) -> list[Period]:
    months = [Period.month(period.start.year, period.start.month)]
    while months[-1].end < period.end:
        months.append(Period.month(months[-1].end.year, months[-1].end.month))
    return months


def _by_place(points: Sequence[Point]) -> Iterator[tuple[str, list[Point]]]:
    """The points of the city and of each jurisdiction that has any."""
    tree = tree_on(clock.today())
    for place in city().jurisdictions:
        some = [one for one in points if tree.covers(place.code, one.organisation)]
        if some:
            yield place.code, some


def _is_declared(element: str, place: str) -> bool:
    """A figure that only the city has is told of no county."""
    held = catalogue().elements.get(element)
    return held is not None and (held.scope is not Scope.CITY or place == city().code)


def _grade(points: Sequence[Point]) -> DataGrade:
    return DataGrade.SIMULATED if any(one.is_simulated for one in points) else DataGrade.MEASURED
