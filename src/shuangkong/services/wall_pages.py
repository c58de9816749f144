"""The live wall (监测实况): every point a person may see with its newest values against its limits, by county; what a page asks for again every few seconds.

A light says what is known now: an hour or day beyond its limit is red, a newest value beyond it or a marked one yellow, silence grey. Nothing here is
the official judgement of an exceedance: that is made of valid means and has an alarm.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings

from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.newest import NewestReading, NewestReadings
from shuangkong.plan.trajectory import Light
from shuangkong.pollution.alarm_life import AlarmState
from shuangkong.pollution.conversions import oxygen_corrected
from shuangkong.pollution.monitoring_validity import HourState, state_of_mark
from shuangkong.rules import RulesOnDay, at
from shuangkong.services import clock
from shuangkong.services.alarm_records import with_state
from shuangkong.services.ambient_factors import AIR_ITEMS, AIR_NAMES, WATER_ITEMS, air_unit, water_name, water_unit
from shuangkong.services.device_states import INBOX_FILE, read_states
from shuangkong.services.energy_meters import carrier_words
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.monitoring_kinds import PointKind, Statistic, factor_unit, factor_words
from shuangkong.services.monitoring_marks import notices_in_force
from shuangkong.services.monitoring_pages import seen_points, setups_on
from shuangkong.services.monitoring_points import Limit, Point, limits_on
from shuangkong.services.organisations import Node, OrganisationKind, Tree, tree_on
from shuangkong.services.people import Member

REFRESH_SECONDS = 10
SILENT_AFTER = timedelta(minutes=60)  # where the device's register does not say
OXYGEN, METER = "a19001", "meter"
_NOW, _HOUR, _DAY = ("Rtd", "Min-Avg", METER), "Hour-Avg", "Day-Avg"
_SENT_CONVERTED = {"Hour-Avg": "Hour-ZsAvg", "Min-Avg": "Min-ZsAvg", "Rtd": "ZsRtd", "Day-Avg": "Day-ZsAvg"}
_WITHIN = {
    "Rtd": timedelta(hours=2), "ZsRtd": timedelta(hours=2), "Min-Avg": timedelta(hours=2), "Min-ZsAvg": timedelta(hours=2), METER: timedelta(hours=26),
    "Hour-Avg": timedelta(hours=26), "Hour-ZsAvg": timedelta(hours=26), "Day-Avg": timedelta(days=3), "Day-ZsAvg": timedelta(days=3),
}  # fmt: skip


class WallState(Enum):
    """How a point is doing (实况状态); the first of several that hold is told."""

    STOPPED = "停产"
    SILENT = "失联"
    EXCEEDED = "均值超限"
    ABOVE = "实时超限"
    MARKED = "数据带标记"
    NORMAL = "正常"

    @property
    def words(self) -> Words:
        """The state as it is shown."""
        return Words(self.value, _ENGLISH[self])

    @property
    def light(self) -> Light:
        """Its light."""
        return _LIGHTS[self]


_ENGLISH = {
    WallState.STOPPED: "shut down", WallState.EXCEEDED: "mean above limit", WallState.SILENT: "silent", WallState.ABOVE: "now above limit", WallState.MARKED: "values marked",
    WallState.NORMAL: "normal",
}  # fmt: skip
_URGENCY = {state: place for place, state in enumerate((WallState.EXCEEDED, WallState.ABOVE, WallState.SILENT, WallState.MARKED, WallState.STOPPED, WallState.NORMAL))}
_LIGHTS = {
    WallState.STOPPED: Light.GREY, WallState.EXCEEDED: Light.RED, WallState.SILENT: Light.GREY, WallState.ABOVE: Light.YELLOW, WallState.MARKED: Light.YELLOW,
    WallState.NORMAL: Light.GREEN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WallFigure:
    """The newest value of a factor beside its limit (实况值); as converted where the limit asks for that."""

    factor: str
    name: Words
    unit: str
    value: Decimal | None
    is_converted: bool
    flag: str
    at: datetime
    limit: Limit | None
    is_beyond: bool
    has_exceeded: bool

    @property
    def limit_pct(self) -> Decimal | None:
        """How much of the limit it is, None where there is no highest or a lowest as well. Unrounded. [%]"""
        limit = self.limit
        return self.value * 100 / limit.high if self.value is not None and limit and limit.high and limit.low is None else None


@dataclass(frozen=True, slots=True)
class Tile:
    """A point on the wall (实况牌): its state, since when nothing was heard, its figures, those with a limit first, how many alarms are open on it."""

    point: Point
    home: Words
    place: str
    state: WallState
    heard_at: datetime | None
    figures: tuple[WallFigure, ...]
    alarms: int

    def minutes_since(self, now: datetime) -> int | None:
        """How long ago it was heard; 0 for a clock that is ahead. [min]"""
        return None if self.heard_at is None else max(0, int((now - self.heard_at).total_seconds() // 60))


@dataclass(frozen=True, slots=True)
class WallAsked:
    """Which points (筛选)."""

    kind: PointKind | None = None
    place: str = ""
    state: WallState | None = None
    text: str = ""


@dataclass(frozen=True)
class Wall:
    """The live wall (监测实况), `now` in naive China Standard Time."""

    asked: WallAsked
    now: datetime
    tiles: tuple[Tile, ...]
    total: int
    counts: Mapping[WallState, int]
    places: tuple[Node, ...]

    @property
    def alarms(self) -> int:
        """How many alarms are open on its tiles."""
        return sum(tile.alarms for tile in self.tiles)

    @cached_property
    def groups(self) -> tuple[tuple[Words, tuple[Tile, ...]], ...]:
        """The tiles by place."""
        by_place: dict[str, list[Tile]] = {}
        for tile in self.tiles:
            by_place.setdefault(tile.place, []).append(tile)
        names = {node.code: node.name for node in self.places}
        return tuple((names.get(place, Words("其他", "elsewhere")), tuple(some)) for place, some in sorted(by_place.items()))


class _Told(NamedTuple):
    """The newest readings by point, when each MN was heard, how many alarms are open by point."""

    readings: Mapping[str, Sequence[NewestReading]]
    heard: Mapping[str, datetime]
    alarms: Mapping[str, int]


class _Newest:
    """The newest readings of the deployment's lake, when devices were heard and open alarms, looked at again after some seconds at most, one by one (本进程缓存)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._folder: Path | None = None
        self._readings = NewestReadings(_WITHIN)
        self._told: _Told = _Told({}, {}, {})
        self._asked_at = float("-inf")

    def told(self, now: datetime) -> _Told:
        """Return what is known now."""
        folder = Path(settings.DATA)
        with self._lock:
            if folder != self._folder:
                self._folder, self._readings, self._asked_at = folder, NewestReadings(_WITHIN), float("-inf")
            if time.monotonic() - self._asked_at >= REFRESH_SECONDS / 2:
                with city_lake() as (lake, engine):
                    found: Collection[NewestReading] = self._readings.update(lake, engine, now=now)
                by_point: dict[str, list[NewestReading]] = {}
                for one in found:
                    by_point.setdefault(one.point, []).append(one)
                open_on = with_state().exclude(state=AlarmState.CLOSED.name).filter(point__isnull=False).values_list("point__code", flat=True)
                self._told = _Told(by_point, {one.mn: local(one.last_seen) for one in read_states(folder / INBOX_FILE)}, Counter(open_on))
                self._asked_at = time.monotonic()
            return self._told


_newest = _Newest()


def local(moment: datetime) -> datetime:
    """Return a moment as readings carry it (东八区本地时刻): naive China Standard Time."""
    return moment.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)


def wall(*, who: Member, asked: WallAsked) -> Wall:
    """Return the live wall for a person (监测实况)."""
    now, day = local(clock.now()), clock.today()
    tree, points = tree_on(day), seen_points(who)
    readings, heard, alarms = _newest.told(now)
    limits: dict[str, list[Limit]] = {}
    for limit in limits_on(day=day):
        limits.setdefault(limit.point, []).append(limit)
    devices: dict[str, list[tuple[datetime | None, timedelta]]] = {}
    for one in setups_on(day=day):
        if not one.is_retired:
            minutes = one.settings.get("silent_min")
            devices.setdefault(one.point, []).append((heard.get(one.mn), timedelta(minutes=minutes) if minutes else SILENT_AFTER))
    stopped, rules = _stopped_now(), at(day)
    tiles = []
    for point in points:
        place = tree.jurisdiction_of(point.organisation)
        figures = figures_of(point, readings.get(point.code, ()), limits.get(point.code, ()), rules=rules)
        seen, silent_after = _heard(devices.get(point.code, ()), figures)
        is_silent = seen is None or now - seen > silent_after
        is_stopped = point.code in stopped or point.organisation in stopped
        if point.code in devices or figures:
            state = state_of(figures, is_silent=is_silent, is_stopped=is_stopped, rules=rules)
            tiles.append(Tile(point, tree.find(point.organisation).name, place.code if place else "", state, seen, figures, alarms.get(point.code, 0)))
    shown = [tile for tile in tiles if _takes(asked, tile)]
    return Wall(asked, now, tuple(sorted(shown, key=lambda tile: (tile.place, _URGENCY[tile.state], tile.point.code))), len(tiles), Counter(tile.state for tile in shown), _places(tree, tiles))


def _takes(asked: WallAsked, tile: Tile) -> bool:
    told = " ".join((tile.point.code, *tile.point.name, *tile.home)).lower()
    return (
        (asked.kind is None or tile.point.kind is asked.kind) and asked.place in ("", tile.place) and (asked.state is None or tile.state is asked.state)
        and all(word in told for word in asked.text.lower().split())
    )  # fmt: skip


def _places(tree: Tree, tiles: Iterable[Tile]) -> tuple[Node, ...]:
    there = {tile.place for tile in tiles}
    return tuple(node for node in tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE) if node.code in there)


def _stopped_now() -> set[str]:
    """The points and units that a notice says stand still now."""
    now = clock.now()
    rows: Iterable[Any] = notices_in_force().filter(start__lte=now)
    return {row.point.code if row.point else row.organisation.code for row in rows if row.end is None or now < row.end}


def _heard(devices: Sequence[tuple[datetime | None, timedelta]], figures: Sequence[WallFigure]) -> tuple[datetime | None, timedelta]:
    """When a point was last heard, and after how long it is silent: by its devices where the gateway knows them, else by its newest value."""
    heard = [moment for moment, _ in devices if moment is not None] or [figure.at for figure in figures]
    return max(heard, default=None), max((after for _, after in devices), default=SILENT_AFTER)


def state_of(figures: Sequence[WallFigure], *, is_silent: bool, is_stopped: bool, rules: RulesOnDay) -> WallState:
    """Return how a point with these figures is doing (实况状态)."""
    if is_stopped:
        return WallState.STOPPED
    if is_silent:
        return WallState.SILENT
    if any(figure.has_exceeded for figure in figures):
        return WallState.EXCEEDED
    if any(figure.is_beyond for figure in figures):
        return WallState.ABOVE
    return WallState.MARKED if any(not is_valid(figure.flag, rules) for figure in figures) else WallState.NORMAL


def is_valid(flag: str, rules: RulesOnDay) -> bool:
    """Tell whether a value with this mark counts; meters and some stations send none (标记是否有效)."""
    return flag == "" or state_of_mark(flag, rules=rules) is HourState.VALID


def figures_of(point: Point, readings: Sequence[NewestReading], limits: Sequence[Limit], *, rules: RulesOnDay) -> tuple[WallFigure, ...]:
    """Return the newest value of each factor of a point beside its limit (实况值), those with a limit first."""
    held = {(one.factor, one.kind): one for one in readings}
    found = []
    for factor in sorted({one.factor for one in readings}):
        some = [held[factor, kind] for kind in (*_NOW, _HOUR, _DAY) if (factor, kind) in held]
        if not some:
            continue
        newest = max(some, key=lambda one: one.ts)
        own = [one for one in limits if one.factor == factor]
        limit = min(own, key=lambda one: (list(Statistic).index(one.statistic), not one.is_converted), default=None)
        value, is_converted = _as_limited(newest, limit, held, point, rules)
        exceeded = any(one.is_broken_by(_as_limited(held[factor, kind], one, held, point, rules)[0]) and is_valid(held[factor, kind].flag, rules)
                       for one in own for kind in (_HOUR,) * (one.statistic is Statistic.HOUR) + (_DAY,) * (one.statistic is Statistic.DAY) if (factor, kind) in held)  # fmt: skip
        found.append(WallFigure(
            factor, *_called(point, factor, limit, rules), value, is_converted, newest.flag, newest.ts, limit, bool(limit and limit.is_broken_by(value)) and is_valid(newest.flag, rules), exceeded,
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.limit is None, one.factor)))


def _called(point: Point, factor: str, limit: Limit | None, rules: RulesOnDay) -> tuple[Words, str]:
    """Name and unit of a factor: of air and water as the lake holds them, of a meter what its register counts."""
    if point.kind is PointKind.METER:
        name, unit = carrier_words(str(point.traits.get("carrier", "")))
        return Words(f"{name.zh}示数", f"register, {name.en}"), unit if point.traits.get("multiplier") in (None, "", "1") else ""
    if point.kind is PointKind.AIR_STATION and factor in AIR_ITEMS:
        return AIR_NAMES[AIR_ITEMS[factor]], air_unit(AIR_ITEMS[factor])
    if point.kind in (PointKind.RIVER_SECTION, PointKind.WATER_SOURCE) and factor in WATER_ITEMS:
        return water_name(WATER_ITEMS[factor], rules.day), water_unit(WATER_ITEMS[factor])
    return factor_words(factor), limit.unit if limit else factor_unit(factor)


_SCALES = {"mg": Decimal(1), "ug": Decimal("0.001"), "ng": Decimal("0.000001")}


def _as_limited(
    one: NewestReading, limit: Limit | None, held: Mapping[tuple[str, str], NewestReading], point: Point, rules: RulesOnDay
) -> tuple[Decimal | None, bool]:
    """The value in the unit and on the basis of its limit; None where it cannot be converted, and whether it was."""
    value: Decimal | None = one.value
    is_converted = bool(limit and limit.is_converted)
    if is_converted:
        value = _converted(one, held, point, rules)
    if limit is not None and value is not None:
        known = factor_by_code().get(one.factor)
        sent, asked = (unit.partition("/")[0] for unit in (known.concentration_unit if known else limit.unit, limit.unit))
        if sent != asked and sent in _SCALES and asked in _SCALES:
            value = value * _SCALES[sent] / _SCALES[asked]
    return value, is_converted


def _converted(one: NewestReading, held: Mapping[tuple[str, str], NewestReading], point: Point, rules: RulesOnDay) -> Decimal | None:
    sent = held.get((one.factor, _SENT_CONVERTED.get(one.kind, "")))
    if sent is not None and sent.ts == one.ts:
        return sent.value
    oxygen, reference = held.get((OXYGEN, one.kind)), point.traits.get("oxygen_pct")
    if oxygen is None or reference is None or not 0 <= oxygen.value < rules.get("pollution.gas_conversion.air_oxygen_pct").number:
        return None
    return oxygen_corrected(concentration_mg_m3=one.value, oxygen_pct=oxygen.value, reference_oxygen_pct=Decimal(reference), rules=rules)
