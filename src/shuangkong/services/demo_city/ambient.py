"""Past of water and air in the demo city (演示环境质量数据): laboratory figures since the year before began, a year of hours of some air stations; all 模拟.

The lake may not be touched before a process forks: this runs in a child, once, after the city is there.
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.lake.readings import Reading
from shuangkong.services import clock
from shuangkong.services.ambient_factors import AIR_CODES, HOUR, LAB, WATER_CODES
from shuangkong.services.ambient_figures import WATERS, ambient_points
from shuangkong.services.ambient_intake import SUBJECT, bring_in_sealed
from shuangkong.services.chain import system_actor
from shuangkong.services.deployment import city
from shuangkong.services.monitored_figures import since_last_year
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point
from shuangkong.store.models import ChainLink

_SEED, _DAYS, _STATIONS = 20211, 365, 3
_HOURS_LIVE = 27  # the simulated loggers tell the rest
_WATER_NAME, _AIR_NAME = "模拟水质月报", "模拟空气小时值"
# By item: usual figure of a source, of a river, how far it swings. [mg/L]
_USUAL: Mapping[str, tuple[float, float, float]] = {
    "pH": (7.6, 7.7, 0.3), "DO": (8.2, 7.6, 1.0), "CODMN": (2.9, 4.4, 1.2), "COD": (11, 16, 4.5), "BOD5": (1.8, 3.2, 0.6), "NH3_N": (0.12, 0.5, 0.22), "TP": (0.026, 0.13, 0.05),
    "TN": (0.9, 3.1, 0.7), "F": (0.3, 0.6, 0.1), "OIL": (0.01, 0.02, 0.005), "PHENOL": (0.0004, 0.0008, 0.0002),
}  # fmt: skip
_SUPPLEMENTARY: Mapping[str, tuple[float, float]] = {"SO4": (31, 5), "CL": (12, 2), "NO3_N": (0.7, 0.2), "FE": (0.06, 0.02), "MN": (0.02, 0.008)}
_FOULED = {"NH3_N": 3.4, "TP": 2.2}  # what happened last month at the first section, so that there is an alarm
_WORSE = 1.35  # how much dirtier a river is whose target is class IV
# By item: figure of summer and of winter. [µg/m³, CO mg/m³]
_AIR: Mapping[str, tuple[float, float]] = {"PM25": (15, 58), "PM10": (36, 92), "SO2": (7, 14), "NO2": (13, 36), "CO": (0.5, 1.1), "O3": (104, 44)}


def load_ambient_history() -> int:
    """Bring the past of water and air into the lake, once (载入环境质量历史数据); returns how many figures."""
    count = 0
    for name, tell in ((_WATER_NAME, _water), (_AIR_NAME, _air)):
        if not ChainLink.objects.filter(subject=SUBJECT + name).exists():
            readings = list(tell())
            if readings:
                actor = system_actor(city().code)
                bring_in_sealed(readings, content=_sealed_of(name, readings), name=name, actor=actor, reason="演示环境质量数据", is_simulated=True)
            count += len(readings)
    return count


def _sealed_of(name: str, readings: list[Reading]) -> bytes:
    """What is sealed: the figures of laboratories in full, of the hours how they were made."""
    if name == _AIR_NAME:
        return f"{name} {_SEED} {len(readings)} {readings[0].ts} {readings[-1].ts}".encode()
    text = io.StringIO()
    csv.writer(text).writerows([Reading._fields, *readings])
    return text.getvalue().encode()


def _water() -> Iterator[Reading]:
    today = clock.today()
    month, last = since_last_year(today), Period.month(today.year, today.month)
    points = ambient_points(*WATERS)
    fouled = next((one.code for one in points if one.kind is PointKind.RIVER_SECTION), "")
    while month.start <= last.start:
        for point in points:
            yield from _sampled(point, month, fouled=_FOULED if month.end == last.start and point.code == fouled else {})
        month = Period.month(month.end.year, month.end.month)


def _sampled(point: Point, month: Period, *, fouled: Mapping[str, float]) -> Iterator[Reading]:
    dice = Random(f"{_SEED}/{point.code}/{month}")
    is_source = point.kind is PointKind.WATER_SOURCE
    heavy = _WORSE if point.traits.get("target_class") == "IV" and not is_source else 1.0
    for item, (source, river, swing) in _USUAL.items():
        usual = source if is_source else river * (heavy if item not in ("pH", "DO") else 1 / heavy if item == "DO" else 1)
        if point.traits.get("is_lake") and not is_source and item == "TP":
            usual = 0.08
        figure = (usual + dice.gauss(0, 0.5) * swing * (usual / river)) * fouled.get(item, 1)
        yield _reading(point, WATER_CODES[item], LAB, month.start.isoformat(), max(figure, usual / 3), 4 if usual < 0.1 else 2)
    if is_source:
        for item, (usual, swing) in _SUPPLEMENTARY.items():
            yield _reading(point, WATER_CODES[item], LAB, month.start.isoformat(), max(usual + dice.gauss(0, 0.5) * swing, usual / 3), 3)


def _air() -> Iterator[Reading]:
    end = (clock.now().astimezone(CHINA_STANDARD_TIME) - timedelta(hours=_HOURS_LIVE)).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    for place, point in enumerate(ambient_points(PointKind.AIR_STATION)[:_STATIONS]):
        yield from _hours(point, end - timedelta(days=_DAYS), end, Random(f"{_SEED}/{point.code}"), 1 + (place - 1) / 20)


def _hours(point: Point, start: datetime, end: datetime, dice: Random, more: float) -> Iterator[Reading]:
    """Winter carries particles, summer afternoons ozone; weather lasts some days; now and then a station is silent."""
    weather, hour = 1.0, start
    silent_until = start
    while hour < end:
        if hour.hour == 0:
            weather = min(max(0.6 * weather + 0.4 * dice.lognormvariate(0, 0.7), 0.3), 4.2)
            if dice.random() < 0.012:
                silent_until = hour + timedelta(hours=dice.randrange(6, 22))
        if hour >= silent_until:
            winter = (1 + math.cos(2 * math.pi * (hour.timetuple().tm_yday - 15) / 365)) / 2
            noon = max(0.0, math.sin(math.pi * (hour.hour - 7) / 14)) if 7 <= hour.hour <= 21 else 0.0
            for item, (summer, cold) in _AIR.items():
                level = summer + (cold - summer) * winter
                shape = (0.35 + 1.0 * noon) if item == "O3" else (1.15 - 0.25 * noon)
                figure = level * shape * (weather**0.3 if item == "O3" else weather) * more * dice.uniform(0.9, 1.1)
                yield _reading(point, AIR_CODES[item], HOUR, hour.isoformat(sep=" "), figure, 1 if item == "CO" else 0)
        hour += timedelta(hours=1)


def _reading(point: Point, factor: str, kind: str, ts: str, figure: float, digits: int) -> Reading:
    return Reading(point.code, factor, kind, ts if " " in ts else f"{ts} 00:00:00", f"{figure:.{digits}f}", "N" if kind == HOUR else "")
