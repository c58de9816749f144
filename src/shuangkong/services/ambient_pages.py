"""Pages of ambient water and air (环境质量页): the city at a glance, a section or source by month, a station or the city by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Period
from shuangkong.pollution.ambient.surface_water import CLASSES, GoodShare, ItemClass
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.ambient_factors import AIR_NAMES, WATER_CODES, air_unit, water_name, water_unit
from shuangkong.services.ambient_figures import (
    WATERS,
    AirNow,
    AirYear,
    WaterMonth,
    air_now,
    ambient_points,
    mean_of_stations,
    share_of,
    sources_kept,
    station_years,
    water_months,
)
from shuangkong.services.ambient_intake import SUBJECT
from shuangkong.services.ambient_readings import AirDay
from shuangkong.services.deployment import city
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point, UnknownPoint
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.standing import city_indicators
from shuangkong.store.models import ChainLink

SHOWN_MONTHS = 14
_DAYS_ACROSS = 31
_CITY = "city"
_SOURCE_SHARE = "drinking_water_source_good_share_pct"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class WaterLine:
    """A section or source in the list of a month (断面水源一行), and a year before."""

    now: WaterMonth
    before: WaterMonth | None
    place: Words


@dataclass(frozen=True, slots=True)
class StationLine:
    """An air station in the list (空气站一行)."""

    point: Point
    place: Words
    year: AirYear
    now: AirNow | None


@dataclass(frozen=True, slots=True)
class AmbientPage:
    """The city's water in a month and air in its year (环境质量)."""

    month: Period
    months: tuple[Period, ...]
    sections: tuple[WaterLine, ...]
    sources: tuple[WaterLine, ...]
    section_share: GoodShare
    section_share_before: GoodShare
    source_share: GoodShare
    source_shares: tuple[tuple[Period, GoodShare], ...]
    sources_kept: bool | None
    reported_pct: Decimal | None
    reported_target: str
    stations: tuple[StationLine, ...]
    air: AirYear
    yesterday: AirDay | None
    pm25_limit: Decimal
    may_report: bool
    is_simulated: bool

    @property
    def source_ratings(self) -> GoodShare:
        """All ratings of the sources in the year so far: as the plan's indicator counts them."""
        good, judged = (sum(getattr(share, name) for _, share in self.source_shares) for name in ("good", "judged"))
        return GoodShare(Decimal(good) * 100 / judged if judged else None, good, judged, (), ())


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of water over the months (水质项目逐月)."""

    item: str
    name: Words
    unit: str
    classes: tuple[tuple[Period, ItemClass | None, Decimal | None, bool], ...]


@dataclass(frozen=True, slots=True)
class WaterPage:
    """A section or source by month (断面水源页)."""

    point: Point
    place: Words
    months: tuple[WaterMonth, ...]
    items: tuple[ItemLine, ...]
    reported: Mapping[datetime, tuple[str, str, int]]
    good: GoodShare

    @property
    def newest(self) -> WaterMonth | None:
        """The newest month with a class."""
        return next((one for one in reversed(self.months) if one.found.water_class), None)


@dataclass(frozen=True, slots=True)
class AirPage:
    """A station, or the mean of the city, over a year (空气站页)."""

    code: str
    name: Words
    point: Point | None
    place: Words
    year: AirYear
    years: tuple[int, ...]
    now: AirNow | None
    pm25_limit: Decimal
    stations: int
    is_simulated: bool


def water_names(day: date) -> dict[str, Words]:
    """Return the names of all items of water (水质项目名称)."""
    return {item: water_name(item, day) for item in WATER_CODES}


def _require_figures(who: Member) -> None:
    if not who.may(Permission.FIGURES_READ):
        raise NotPermitted(Permission.FIGURES_READ)


def _place(point: Point, tree: Tree) -> Words:
    node = tree.jurisdiction_of(point.organisation) or tree.get(point.organisation)
    return node.name if node else Words(point.organisation, point.organisation)


def _months(last: Period, count: int) -> list[Period]:
    found = [last]
    while len(found) < count:
        found.append(found[-1].previous())
    return found[::-1]


def ambient_page(*, who: Member, month: Period | None = None, as_of: date | None = None) -> AmbientPage:
    """Return the city's water in a month and its air in that year (环境质量).

    Parameters
    ----------
    who : Member
        Who looks.
    month : Period, optional
        The newest with figures where none is given.
    as_of : date, optional
        As known at the end of that day.

    Raises
    ------
    NotPermitted
        If the person may not read figures.
    """
    _require_figures(who)
    today = as_of or clock.today()
    tree, waters = tree_on(today), ambient_points(*WATERS, as_of=as_of)
    newest = Period.month(today.year, today.month)
    chosen = month if month is not None and month.start <= newest.start else None
    held = water_months(waters, first=_months(chosen or newest, SHOWN_MONTHS)[0], last=chosen or newest, as_of=as_of)
    chosen = chosen or max((one.month for some in held.values() for one in some if one.values), key=lambda one: one.start, default=newest)
    at_month = {code: {one.month: one for one in some} for code, some in held.items()}
    lines = [WaterLine(at_month[one.code][chosen], at_month[one.code].get(chosen.year_on_year()), _place(one, tree)) for one in waters]
    sections, sources = ([line for line in lines if line.now.point.kind is kind] for kind in WATERS)
    since = {one: [at_month[line.now.point.code][one] for line in sources] for one in _months(chosen, chosen.start.month)} if sources else {}
    stations = ambient_points(PointKind.AIR_STATION, as_of=as_of)
    years, now = station_years(stations, year=chosen.start.year, as_of=as_of), air_now(stations) if as_of is None else {}
    air = mean_of_stations(list(years.values()), year=chosen.start.year)
    return AmbientPage(
        chosen, tuple(reversed(_months(newest, SHOWN_MONTHS))), tuple(sections), tuple(sources), share_of([line.now for line in sections]),
        share_of([line.before for line in sections if line.before]), share_of([line.now for line in sources]), tuple((one, share_of(some)) for one, some in since.items()),
        sources_kept(since) if since else None, *_reported_share(chosen.start.year, as_of), tuple(StationLine(one, _place(one, tree), years[one.code], now.get(one.code)) for one in stations),
        air, next((one for one in reversed(air.days) if one.day < today), None), _pm25_limit(chosen.start.year), who.may(Permission.MONITORING_REPORT),
        any(one.is_simulated for one in (*waters, *stations)),
    )  # fmt: skip


def _reported_share(year: int, as_of: date | None) -> tuple[Decimal | None, str]:
    """Return the share of good sources as the agency filed it for the year, and the target of the plan that rests on it (填报口径)."""
    pack = city()
    target = next((one.id for one in pack.plan.targets if one.indicator == _SOURCE_SHARE), "")
    if not target:
        return None, ""
    return city_indicators().evaluator(as_of=as_of).evaluate(_SOURCE_SHARE, org=pack.code, period=Period.year(year)).value, target


def _pm25_limit(year: int) -> Decimal:
    told: Decimal = at(date(year, 12, 31)).get("pollution.ambient.air_limits.PM25.year").value["second"]
    return told


def water_page(*, code: str, who: Member, as_of: date | None = None) -> WaterPage:
    """Return a section or source by month (断面水源页); raise `UnknownPoint`, `NotPermitted`."""
    _require_figures(who)
    today = as_of or clock.today()
    point = next((one for one in ambient_points(*WATERS, as_of=as_of) if one.code == code), None)
    if point is None:
        raise UnknownPoint(code)
    last = Period.month(today.year, today.month)
    months = water_months([point], first=_months(last, SHOWN_MONTHS)[0], last=last, as_of=as_of)[code]
    names = water_names(today)
    found = {one.month: {item.item: item for item in one.found.items} for one in months}
    items = [
        ItemLine(item, names[item], water_unit(item), tuple(
            (one.month, found[one.month].get(item), one.values[item].value if item in one.values else None, one.values[item].is_lab if item in one.values else False) for one in months
        ))
        for item in WATER_CODES if any(item in one.values for one in months)
    ]  # fmt: skip
    by_month = share_by_month(months)
    return WaterPage(point, _place(point, tree_on(today)), tuple(months), tuple(items), reporters(months), by_month)


def share_by_month(months: Sequence[WaterMonth]) -> GoodShare:
    """Return in how large a share of months one place was good (各月优良比例)."""
    told = {str(one.month): one.good for one in months}
    judged = {name: good for name, good in told.items() if good is not None}
    good = sum(judged.values())
    return GoodShare(
        Decimal(good) * 100 / len(judged) if judged else None, good, len(judged), tuple(name for name, one in judged.items() if not one),
        tuple(name for name, one in told.items() if one is None),
    )  # fmt: skip


def reporters(months: Sequence[WaterMonth]) -> dict[datetime, tuple[str, str, int]]:
    """Return who handed over the figures heard at each moment, and the link of that act (填报人); a station's own figures have none."""
    moments = {value.recorded_at for one in months for value in one.values.values() if value.is_lab}
    rows = ChainLink.objects.filter(recorded_at__in=moments, subject__startswith=SUBJECT)
    return {row.recorded_at: (row.actor, row.organisation, row.index) for row in rows}


def air_page(*, code: str, who: Member, year: int | None = None, as_of: date | None = None) -> AirPage:
    """Return a station, or the mean of the city under the code `city`, over a year (空气站页); raise `UnknownPoint`, `NotPermitted`."""
    _require_figures(who)
    today = as_of or clock.today()
    stations = ambient_points(PointKind.AIR_STATION, as_of=as_of)
    asked = year if year is not None and today.year - SHOWN_MONTHS < year <= today.year else today.year
    some = stations if code == _CITY else [one for one in stations if one.code == code]
    if not some:
        raise UnknownPoint(code)
    years = station_years(some, year=asked, as_of=as_of)
    point = None if code == _CITY else some[0]
    held = mean_of_stations(list(years.values()), year=asked) if point is None else years[code]
    now = air_now(some).get(code) if point is not None and as_of is None else None
    pack = city()
    home = pack.jurisdictions.find(pack.code).name
    place = _place(point, tree_on(today)) if point else home
    return AirPage(
        code, point.name if point else Words(f"{home.zh}（各站平均）", f"{home.en} (mean of stations)"), point, place, held, tuple(range(today.year, today.year - 3, -1)), now,
        _pm25_limit(asked), len(some), any(one.is_simulated for one in some),
    )  # fmt: skip


def calendar_of(year: AirYear, *, language: Language = "zh") -> dict[str, object]:
    """Return the heat calendar of a year of indices: months down, days across (空气质量日历)."""
    by_day = {one.day: one.found.index for one in year.days}
    months = range(1, 13)
    values = [
        [None if (day := _day(year.year, month, number)) is None or by_day.get(day) is None else str(by_day[day]) for number in range(1, _DAYS_ACROSS + 1)] for month in months
    ]  # fmt: skip
    return {"unit": "AQI", "rows": [Words(f"{month}月", MONTHS[month - 1]).in_language(language) for month in months], "columns": [str(number) for number in range(1, _DAYS_ACROSS + 1)], "values": values, "low": "0", "high": "200"}


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def trend_of(months: Sequence[WaterMonth], *, language: Language = "zh") -> dict[str, object]:
    """Return the class of a section by month as a line, 1 to 6 (类别走势), beside the target."""
    told = [str(CLASSES.index(one.found.water_class) + 1) if one.found.water_class else None for one in months]
    target = next((one.target for one in reversed(months) if one.target), None)
    shown: dict[str, object] = {"unit": Words("类", "").in_language(language), "periods": [str(one.month) for one in months], "series": [{"name": Words("类别", "class").in_language(language), "values": told}]}
    return shown | ({"target": str(CLASSES.index(target) + 1)} if target else {})


__all__ = ["AIR_NAMES", "AirPage", "AmbientPage", "WaterPage", "air_page", "air_unit", "ambient_page", "calendar_of", "trend_of", "water_names", "water_page"]
