"""Water and air as the lake holds them (环境质量读数): means of a month of water, valid days of air; as they hold or as they were known at a moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.lake.engine import quoted, type_of_engine
from shuangkong.lake.readings import READINGS
from shuangkong.lake.table import DataFile, rows_of
from shuangkong.pollution.ambient.air_quality import AirIndex, air_day, air_quality_index, ozone_day
from shuangkong.rules import RulesOnDay, at
from shuangkong.services.ambient_factors import AIR_CODES, AIR_ITEMS, HOUR, LAB, VALID_FLAGS, WATER_CODES, WATER_ITEMS
from shuangkong.services.lake_rows import city_lake

_HOURS = 24
_KEPT = 2000


@dataclass(frozen=True, slots=True)
class WaterValue:
    """The figure of one item in a month (项目月均值): a laboratory's where there is one, else the mean of the station's hours; how many, when last heard."""

    value: Decimal
    is_lab: bool
    count: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AirDay:
    """A day of air (空气日): means by `PM25.day`, `O3.day` …, None where too few hours are valid; valid hours; index."""

    day: date
    means: Mapping[str, Decimal | None]
    hours: Mapping[str, int]
    found: AirIndex


def _known(as_of: datetime | None) -> str:
    if as_of is None:
        return "superseded_at IS NULL"
    moment = f"TIMESTAMPTZ {quoted(as_of.astimezone(UTC).isoformat())}"
    return f"recorded_at <= {moment} AND (superseded_at IS NULL OR superseded_at > {moment})"


def _in(names: Collection[str]) -> str:
    return f"({', '.join(map(quoted, sorted(names)))})"


def water_means(points: Collection[str], *, first: Period, last: Period, as_of: datetime | None = None) -> dict[tuple[str, Period], dict[str, WaterValue]]:
    """Return the figures of points by month and item (断面水源逐月数据), from the first to the last month.

    Parameters
    ----------
    points : collection of str
        River sections and sources.
    first, last : Period
        Months, both counted.
    as_of : datetime, optional
        What was known then.
    """
    if not points:
        return {}
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        files = [one for one in lake.readings.files() if one.rows and first.start <= one.partition["day"] < last.end]
        if not files:
            return {}
        rows: list[Any] = engine.execute(
            f"SELECT point, year(ts), month(ts), factor, kind, sum(value), count(*), epoch_us(max(recorded_at)) FROM ({rows_of(READINGS, files)})"
            f" WHERE point IN {_in(points)} AND kind IN {_in((LAB, HOUR))} AND factor IN {_in(WATER_CODES.values())} AND flag IN {_in(VALID_FLAGS)}"
            f" AND {_known(as_of)} GROUP BY ALL ORDER BY kind"
        ).fetchall()
    found: dict[tuple[str, Period], dict[str, WaterValue]] = {}
    for point, year, month, factor, kind, total, count, heard in rows:  # kinds in order: a laboratory's figure takes the place of the station's
        held = WaterValue(Decimal(total) / count, kind == LAB, count, datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=heard))
        found.setdefault((point, Period.month(year, month)), {})[WATER_ITEMS[factor]] = held
    return found


def air_days(points: Sequence[str], *, first: date, last: date, as_of: datetime | None = None) -> dict[str, list[AirDay]]:
    """Return the days of air stations, both ends counted (空气站逐日数据); a day without any hour is left out.

    What a month says follows from its files alone, and a file never changes: months that were read once are kept, and only those that are new or
    got other files are read, all in one query.
    """
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        files = [one for one in lake.readings.files() if one.rows and first <= one.partition["day"] <= last]
        months: dict[date, list[DataFile]] = {}
        for one in files:
            months.setdefault(one.partition["day"].replace(day=1), []).append(one)
        near = {(point, month): [one for one in some if one.least["point"] <= point <= one.greatest["point"]] for month, some in sorted(months.items()) for point in points}
        keys = {place: (*place, as_of, tuple(str(one.path) for one in some)) for place, some in near.items() if some}
        unread = [place for place, key in keys.items() if key not in _read]
        if unread:
            told = _days_of(engine, {point for point, _ in unread}, {str(one.path): one for place in unread for one in near[place]}.values(), as_of)
            while len(_read) > _KEPT - len(unread):
                del _read[next(iter(_read))]
            for point, month in unread:
                _read[keys[point, month]] = tuple(judged_day(day, hours, rules=at(day)) for (owner, day), hours in told.items() if owner == point and day.replace(day=1) == month)
        return {point: [one for (owner, _), key in keys.items() if owner == point for one in _read[key]] for point in points}


_read: dict[tuple[str, date, datetime | None, tuple[str, ...]], tuple[AirDay, ...]] = {}  # touched while `city_lake` lets in one at a time


def _days_of(engine: type_of_engine, points: Collection[str], files: Iterable[DataFile], as_of: datetime | None) -> dict[tuple[str, date], dict[str, list[Decimal | None]]]:
    """Return the hours of each day of stations by item, None where one is missing."""
    rows: list[Any] = engine.execute(
        f"SELECT point, CAST(ts AS DATE) AS held, factor, list(hour(ts)), list(value) FROM ({rows_of(READINGS, list(files))}) WHERE point IN {_in(points)} AND kind = {quoted(HOUR)}"
        f" AND factor IN {_in(AIR_CODES.values())} AND flag IN {_in(VALID_FLAGS)} AND {_known(as_of)} GROUP BY point, held, factor ORDER BY held"
    ).fetchall()
    found: dict[tuple[str, date], dict[str, list[Decimal | None]]] = {}
    for point, day, factor, hours, values in rows:
        held: list[Decimal | None] = [None] * _HOURS
        for hour, value in zip(hours, values, strict=True):
            held[hour] = value
        found.setdefault((point, day), {})[AIR_ITEMS[factor]] = held
    return found


def judged_day(day: date, hours: Mapping[str, Sequence[Decimal | None]], *, rules: RulesOnDay) -> AirDay:
    """Return a day from the hourly means of each item (空气日评价): means by HJ 663, rounded as reported, and the index of them.

    Examples
    --------
    >>> found = judged_day(date(2024, 1, 5), {"PM25": [Decimal("95.4")] * 24, "O3": [Decimal(130)] * 5 + [None] * 19}, rules=at(date(2024, 1, 5)))
    >>> found.means, found.found.index, found.found.band.zh
    ({'PM25.day': Decimal('95'), 'O3.day': None}, 125, '轻度污染')
    """
    means: dict[str, Decimal | None] = {}
    for item, told in hours.items():
        mean = ozone_day(told, rules=rules).maximum if item == "O3" else air_day(told, rules=rules).mean
        means[f"{item}.day"] = None if mean is None else reported(item, mean)
    valid = {item: sum(one is not None for one in told) for item, told in hours.items()}
    return AirDay(day, means, valid, air_quality_index(means, rules=rules))


def reported(item: str, figure: Decimal) -> Decimal:
    """Return a mean of air as it is reported (修约): whole µg/m³, CO to one decimal.

    Examples
    --------
    >>> reported("CO", Decimal("1.25")), reported("PM25", Decimal("35.5"))
    (Decimal('1.2'), Decimal('36'))
    """
    return round_gbt8170(figure, 1 if item == "CO" else 0)


def city_day(day: date, stations: Sequence[AirDay], *, rules: RulesOnDay) -> AirDay:
    """Return the day of the city, or of a county: the mean of its stations, item by item (城市日均值).

    Source
    ------
    HJ 663-2013，凭记忆，未核实.

    Examples
    --------
    >>> rules = at(date(2024, 1, 5))
    >>> each = [judged_day(date(2024, 1, 5), {"PM25": [Decimal(figure)] * 24}, rules=rules) for figure in (40, 50)]
    >>> city_day(date(2024, 1, 5), each, rules=rules).means
    {'PM25.day': Decimal('45')}
    """
    means: dict[str, Decimal | None] = {}
    for mean in dict.fromkeys(name for one in stations for name in one.means):
        told = [value for one in stations if (value := one.means.get(mean)) is not None]
        means[mean] = reported(mean.split(".")[0], sum(told, Decimal(0)) / len(told)) if told else None
    hours = {item: sum(one.hours.get(item, 0) for one in stations) for item in dict.fromkeys(name for one in stations for name in one.hours)}
    return AirDay(day, means, hours, air_quality_index(means, rules=rules))


def newest_hour(points: Sequence[str], *, now: datetime) -> dict[str, tuple[datetime, dict[str, Decimal]]]:
    """Return the newest hour of the last day of each station, by item (最新小时值). `now` is naive China Standard Time."""
    since = datetime.combine(now.date(), time()) - timedelta(days=1)
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        files = [one for one in lake.readings.files() if one.rows and one.partition["day"] >= since.date()]
        if not files or not points:
            return {}
        rows: list[Any] = engine.execute(
            f"SELECT point, ts, factor, value FROM ({rows_of(READINGS, files)}) WHERE point IN {_in(points)} AND kind = {quoted(HOUR)} AND factor IN {_in(AIR_CODES.values())}"
            f" AND flag IN {_in(VALID_FLAGS)} AND superseded_at IS NULL AND ts <= TIMESTAMP {quoted(now)} QUALIFY ts = max(ts) OVER (PARTITION BY point)"
        ).fetchall()
    found: dict[str, tuple[datetime, dict[str, Decimal]]] = {}
    for point, ts, factor, value in rows:
        found.setdefault(point, (ts, {}))[1][AIR_ITEMS[factor]] = value
    return found
