"""Alarms of ambient quality (环境质量报警): a class worse than its target, a source beyond its limits, a day of heavy pollution."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.pollution.alarm_life import AlarmKind
from shuangkong.rules import at
from shuangkong.services.alarm_records import cases_of, end, raise_alarm, with_state
from shuangkong.services.ambient_factors import water_name
from shuangkong.services.ambient_figures import WATERS, WaterMonth, ambient_points, water_months
from shuangkong.services.ambient_readings import AirDay, air_days
from shuangkong.services.demo_city.ambient import load_ambient_history
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point

_DAYS_BACK = 3
_loaded: set[str] = set()  # by this process


def keep_ambient(now: datetime) -> None:
    """Tell a demo its past of water and air once, and raise what the figures give cause for (环境质量例行处理). Done again, it changes nothing."""
    if settings.IS_DEMO and str(settings.DATA) not in _loaded:
        load_ambient_history()
        _loaded.add(str(settings.DATA))
    raise_ambient_alarms(now)


def raise_ambient_alarms(now: datetime) -> int:
    """Raise the alarms of this and the last month of water and of the last days of air (环境质量报警); returns how many there are."""
    today = now.astimezone(CHINA_STANDARD_TIME).date()
    month = Period.month(today.year, today.month)
    waters = ambient_points(*WATERS)
    count = 0
    if waters:
        for some in water_months(waters, first=month.previous(), last=month).values():
            count += sum(_of_water(one, now) for one in some)
    stations = ambient_points(PointKind.AIR_STATION)
    if stations:
        days = air_days([one.code for one in stations], first=today - timedelta(days=_DAYS_BACK), last=today)
        count += sum(_of_air(one, day) for one in stations for day in days[one.code] if day.day < today)
    return count


def _start(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), CHINA_STANDARD_TIME)


def _of_water(one: WaterMonth, now: datetime) -> int:
    """A station's month is judged once it is over, a laboratory's at once; what was corrected since has ended."""
    told = water_facts(one) if one.is_lab or one.month.end <= now.astimezone(CHINA_STANDARD_TIME).date() else None
    start = _start(one.month.start)
    if told is not None:
        raise_alarm(kind=AlarmKind.AMBIENT, start=start, facts=told, point=one.point.code, part="water")
    else:
        for case in cases_of(with_state().filter(kind=AlarmKind.AMBIENT.name, point__code=one.point.code, start=start)):
            end(case, at=now, why="corrected")
    return int(told is not None)


def water_facts(one: WaterMonth) -> dict[str, Any] | None:
    """Return what is wrong with a month of a section or source, None where nothing is (水质报警事实)."""
    is_source = one.point.kind is PointKind.WATER_SOURCE
    bad = tuple(dict.fromkeys((*one.beyond_target, *one.beyond_source)))
    if one.found.water_class is None or not (bad or (is_source and one.good is False)):
        return None
    names = _joined([water_name(item, one.month.end - timedelta(days=1)) for item in bad or one.found.worst])
    reached = one.found.water_class
    aim = one.target
    zh = f"{one.month} {reached.value}" + (f"，目标{aim.value}" if aim else "") + f"：{names.zh}" + ("；水源地超标" if is_source else "劣于目标")
    en = f"{one.month} class {reached.name}" + (f", target {aim.name}" if aim else "") + f": {names.en}" + ("; a source beyond its limits" if is_source else " worse than the target")
    return {"zh": zh, "en": en, "month": str(one.month), "class": reached.name, "target": aim.name if aim else "", "items": list(bad)}


def _joined(names: Sequence[Words]) -> Words:
    return Words("、".join(one.zh for one in names), ", ".join(one.en for one in names))


def _of_air(point: Point, day: AirDay) -> int:
    told = air_facts(day)
    if told is not None:
        raise_alarm(kind=AlarmKind.AMBIENT, start=_start(day.day), facts=told, point=point.code, part="air")
    return int(told is not None)


def air_facts(day: AirDay) -> Mapping[str, Any] | None:
    """Return what is wrong with a day of air, None unless it is heavily polluted or worse (空气报警事实)."""
    most = at(day.day).get("pollution.ambient.air_quality_index.band_top.MODERATE").number
    index, band = day.found.index, day.found.band
    if index is None or band is None or index <= most:
        return None
    primary = ", ".join(mean.split(".")[0] for mean in day.found.primary)
    return {"zh": f"{day.day} 空气质量指数 {index}，{band.zh}，首要污染物 {primary}", "en": f"{day.day}: air quality index {index}, {band.en}, {primary}", "index": str(index)}
