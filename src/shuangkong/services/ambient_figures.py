"""Figures of ambient water and air (环境质量数据): classes by month, share of good sections and sources, air by day and year."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.pollution.ambient.air_quality import AirIndex, AirMean, air_quality_index, air_year, percentile
from shuangkong.pollution.ambient.surface_water import (
    CLASSES,
    GoodShare,
    SectionClass,
    WaterClass,
    beyond_source_limits,
    good_share,
    is_good,
    section_class,
    stays_good,
)
from shuangkong.rules import RulesOnDay, at
from shuangkong.services import clock
from shuangkong.services.ambient_factors import AIR_CODES
from shuangkong.services.ambient_readings import (
    AirDay,
    WaterValue,
    air_days,
    city_day,
    newest_hour,
    reported,
    water_means,
)
from shuangkong.services.filing_observations import end_of
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point, points_on

WATERS = (PointKind.RIVER_SECTION, PointKind.WATER_SOURCE)


@dataclass(frozen=True, slots=True)
class WaterMonth:
    """A section or source in a month (断面水源月评价): its figures, its class, what is worse than its target, what is beyond the limits of a source."""

    point: Point
    month: Period
    values: Mapping[str, WaterValue]
    found: SectionClass
    target: WaterClass | None
    beyond_target: tuple[str, ...]
    beyond_source: tuple[str, ...]
    good: bool | None

    @property
    def is_lab(self) -> bool:
        """Whether a laboratory told any of it."""
        return any(one.is_lab for one in self.values.values())

    @property
    def meets_target(self) -> bool | None:
        """Whether the class is no worse than the target; None where either is not known."""
        return None if self.target is None or self.found.water_class is None else not self.beyond_target

    @property
    def recorded_at(self) -> datetime | None:
        """When the newest of its figures was heard."""
        return max((one.recorded_at for one in self.values.values()), default=None)


@dataclass(frozen=True, slots=True)
class AirYear:
    """A year of air (空气年评价): its days, how many of each band, the means of the year, percentiles, against the second grade."""

    year: int
    days: tuple[AirDay, ...]
    bands: Mapping[Words, int]
    primary: Mapping[str, int]
    good: int
    judged: int
    means: Mapping[str, AirMean]
    percentiles: Mapping[str, Decimal | None]
    mean_so_far: Decimal | None

    @property
    def good_pct(self) -> Decimal | None:
        """Share of good days. [%]"""
        return Decimal(self.good) * 100 / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class AirNow:
    """The newest hour of a station (空气站实时)."""

    at: datetime
    values: Mapping[str, Decimal]
    found: AirIndex


def ambient_points(*kinds: PointKind, as_of: date | None = None) -> list[Point]:
    """Return the points of some kinds that are in use (环境质量监测点)."""
    return [one for one in points_on(as_of=as_of, point__kind__in=[kind.name for kind in kinds]) if not one.is_closed]


def target_of(point: Point) -> WaterClass | None:
    """Return the class that a point is to reach (水质目标)."""
    told = point.traits.get("target_class")
    return WaterClass[told] if told else None


def judged_month(point: Point, month: Period, values: Mapping[str, WaterValue], *, rules: RulesOnDay) -> WaterMonth:
    """Return what the figures of a month say of a section or source (月评价). A source is good when its class is and no supplementary item is beyond its limit."""
    figures = {item: one.value for item, one in values.items()}
    water = {item: figure for item, figure in figures.items() if f"pollution.ambient.drinking_water.limits.{item}" not in rules.book.rules}
    is_lake = bool(point.traits.get("is_lake"))
    found = section_class(water, is_lake=is_lake, rules=rules)
    target = target_of(point)
    beyond_target = tuple(one.item for one in found.items if target is not None and CLASSES.index(one.water_class) > CLASSES.index(target))
    beyond_source = beyond_source_limits(figures, rules=rules) if point.kind is PointKind.WATER_SOURCE else ()
    good = None if found.water_class is None else is_good(found.water_class, rules=rules) and not beyond_source
    return WaterMonth(point, month, dict(values), found, target, beyond_target, beyond_source, good)


def water_months(points: Sequence[Point], *, first: Period, last: Period, as_of: date | datetime | None = None) -> dict[str, list[WaterMonth]]:
    """Return every month of sections and sources, the oldest first (逐月评价); a month without a figure has no class.

    Parameters
    ----------
    points : sequence of Point
        Sections and sources.
    first, last : Period
        Months, both counted.
    as_of : date or datetime, optional
        As known at the end of that day, or at that moment.
    """
    moment = as_of if as_of is None or isinstance(as_of, datetime) else end_of(as_of)
    means = water_means([one.code for one in points], first=first, last=last, as_of=moment)
    found: dict[str, list[WaterMonth]] = {one.code: [] for one in points}
    month = first
    while month.start <= last.start:
        rules = at(month.end - timedelta(days=1))
        for point in points:
            found[point.code].append(judged_month(point, month, means.get((point.code, month), {}), rules=rules))
        month = Period.month(month.end.year, month.end.month)
    return found


def share_of(months: Sequence[WaterMonth]) -> GoodShare:
    """Return the share of good ones among sections or sources of one month (优良比例)."""
    return good_share({one.point.code: one.good for one in months})


def sources_kept(by_month: Mapping[Period, Sequence[WaterMonth]]) -> bool | None:
    """Tell whether the sources were all good in every month (水源地是否各期 100%)."""
    last = max(by_month, key=lambda month: month.start)
    return stays_good([share_of(some) for some in by_month.values()], rules=at(last.end - timedelta(days=1)))


def air_year_of(days: Sequence[AirDay], *, year: int) -> AirYear:
    """Return the year of a station or of the city from its days (空气年评价).

    Examples
    --------
    >>> from shuangkong.services.ambient_readings import judged_day
    >>> days = [judged_day(date(2024, 1, n), {"PM25": [Decimal(figure)] * 24}, rules=at(date(2024, 1, n))) for n, figure in enumerate((30, 60, 90), start=1)]
    >>> found = air_year_of(days, year=2024)
    >>> {band.zh: count for band, count in found.bands.items()}, found.good, found.mean_so_far, found.means["PM25"].mean
    ({'优': 1, '良': 1, '轻度污染': 1}, 2, Decimal('60'), None)
    """
    rules = at(date(year, 12, 31))
    good_most = rules.get("pollution.ambient.air_quality_index.band_top.GOOD").number
    indexed = [one for one in days if one.found.index is not None]
    by_item = {item: [one.means.get(f"{item}.day") for one in days] for item in AIR_CODES}
    told = [figure for figure in by_item["PM25"] if figure is not None]
    ranks = {item: [figure for figure in figures if figure is not None] for item, figures in by_item.items()}
    return AirYear(
        year, tuple(days), _in_order(Counter(one.found.band for one in indexed if one.found.band)),
        dict(Counter(mean.split(".")[0] for one in indexed for mean in one.found.primary).most_common()),
        sum(one.found.index <= good_most for one in indexed if one.found.index is not None), len(indexed),
        {item: air_year(figures, rules=rules) for item, figures in by_item.items()},
        {item: percentile(some, pct=rules.get(f"pollution.ambient.air_validity.percentile.{item}").number) for item, some in ranks.items()},
        reported("PM25", sum(told, Decimal(0)) / len(told)) if told else None,
    )  # fmt: skip


def _in_order(counted: Mapping[Words, int]) -> dict[Words, int]:
    order = ["优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"]
    return dict(sorted(counted.items(), key=lambda pair: order.index(pair[0].zh)))


def station_years(stations: Sequence[Point], *, year: int, as_of: date | None = None) -> dict[str, AirYear]:
    """Return the year of each station, as far as it has come (各站年评价)."""
    last = min(date(year, 12, 31), as_of or clock.today())
    found = air_days([one.code for one in stations], first=date(year, 1, 1), last=last, as_of=end_of(as_of) if as_of else None)
    return {code: air_year_of(days, year=year) for code, days in found.items()}


def mean_of_stations(years: Sequence[AirYear], *, year: int) -> AirYear:
    """Return the year of a place from those of its stations, day by day (城市年评价)."""
    by_day: dict[date, list[AirDay]] = {}
    for one in years:
        for day in one.days:
            by_day.setdefault(day.day, []).append(day)
    return air_year_of([city_day(day, some, rules=at(day)) for day, some in sorted(by_day.items())], year=year)


def air_now(stations: Sequence[Point]) -> dict[str, AirNow]:
    """Return the newest hour of each station with its index (实时空气质量); particles are held against the break points of the day."""
    now = clock.now().astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)
    found = {}
    for code, (moment, values) in newest_hour([one.code for one in stations], now=now).items():
        means: dict[str, Decimal | None] = {f"{item}.{'day' if item.startswith('PM') else 'hour'}": reported(item, value) for item, value in values.items()}
        found[code] = AirNow(moment, values, air_quality_index(means, rules=at(moment.date())))
    return found
