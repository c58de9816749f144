"""Vapour recovery of filling stations from readings (加油站油气回收): ratios by nozzle and day, pressure of tanks, an alarm for a day that calls for one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.pollution.alarm_life import AlarmKind
from shuangkong.pollution.monitoring_validity import HourState, state_of_mark
from shuangkong.pollution.station_vapour import StationDay, station_day
from shuangkong.rules import RuleValue, at
from shuangkong.services import clock
from shuangkong.services.alarm_records import cases_of, end, raise_alarm, with_state
from shuangkong.services.filing_observations import end_of
from shuangkong.services.lake_rows import readings_between
from shuangkong.services.monitoring_kinds import FUEL, PRESSURE, VAPOUR, PointKind
from shuangkong.services.monitoring_points import Point, UnknownPoint, points_on
from shuangkong.services.organisations import tree_on
from shuangkong.services.outlet_facts import local
from shuangkong.services.outlet_pages import OutletAsked, OutletSpan
from shuangkong.services.people import Member, NotPermitted
from shuangkong.store.models import DeviceVersion

_SUM, _MEAN = "Min-Cou", "Min-Avg"
_STEP_MIN, _DAY_MIN = 10, 24 * 60
_DAY = timedelta(days=1)
_DAYS_BACK = 3
_PART = "vapour"
_looked: dict[Path, datetime] = {}  # the hour for which this process has looked


@dataclass(frozen=True, slots=True)
class VapourPage:
    """A filling station in a month (油气回收页): its days, the chosen one in detail."""

    point: Point
    home: Words
    asked: OutletAsked
    first: date
    after: date
    days: tuple[tuple[date, StationDay], ...]
    chosen: tuple[date, StationDay] | None
    rules: tuple[RuleValue, ...]

    @property
    def name(self) -> Words:
        """The month as it is named."""
        return self.asked.span.named(self.first)

    @property
    def previous(self) -> date:
        """A day of the month before."""
        return self.first - _DAY

    @property
    def warned(self) -> int:
        """How many days call for something."""
        return sum(day.light.name == "WARNING" for _, day in self.days)


def vapour_page(*, code: str, who: Member, day: date | None = None, as_of: date | None = None) -> VapourPage:
    """Return a filling station in the month of a day (油气回收页); without a day, today's month and its last day with readings.

    Raises
    ------
    UnknownPoint
        If no station has the code.
    NotPermitted
        If the person may not see its organisation.
    """
    today = as_of or clock.today()
    first, after = OutletSpan.MONTH.around(day or today)
    point = next(iter(points_on(day=min(after - _DAY, today), as_of=as_of, point__code=code, point__kind=PointKind.VAPOUR_STATION.name)), None)
    if point is None:
        raise UnknownPoint(code)
    tree = tree_on(today)
    if not who.sees(point.organisation, tree):
        raise NotPermitted(Permission.FIGURES_READ, point.organisation)
    days = tuple(station_days([code], first, min(after, today + _DAY), as_of=end_of(as_of) if as_of else None)[code].items())
    chosen = next((one for one in days if one[0] == day), days[-1] if days and day is None else None)
    home = tree.get(point.organisation)
    limits = tuple(at(after - _DAY).get(f"pollution.vapour_recovery.{name}") for name in ("online_ratio", "online_outside_most_pct", "zero_pressure_pa", "zero_pressure_most_h"))
    return VapourPage(
        point, home.name if home else Words(point.organisation, point.organisation), OutletAsked(OutletSpan.MONTH, day), first, after, days, chosen, limits
    )


def station_days(codes: Collection[str], first: date, after: date, *, as_of: datetime | None = None) -> dict[str, dict[date, StationDay]]:
    """Return the days of stations that have readings, by station (加油站逐日)."""
    start, until = datetime.combine(first, time()), datetime.combine(after, time())
    steps = _steps(codes)
    fuel: dict[tuple[str, date, str], dict[datetime, dict[str, Decimal]]] = {}
    gauges: dict[tuple[str, date, str], dict[datetime, Decimal]] = {}
    for row in readings_between(codes, start, until, kinds=(_SUM, _MEAN), as_of=as_of) if codes and start < until else ():
        what, number, day = row.factor[: len(FUEL)], row.factor[len(FUEL) :], row.ts.date()
        if state_of_mark(row.flag or "N", rules=at(day)) is not HourState.VALID:
            continue
        if what == PRESSURE and row.kind == _MEAN:
            gauges.setdefault((row.point, day, number), {})[row.ts] = row.value
        elif what in (VAPOUR, FUEL) and row.kind == _SUM:
            fuel.setdefault((row.point, day, number), {}).setdefault(row.ts, {})[what] = row.value
    found: dict[str, dict[date, StationDay]] = {code: {} for code in codes}
    for code, day in sorted({key[:2] for key in (*fuel, *gauges)}):
        midnight, step = datetime.combine(day, time()), timedelta(minutes=steps[code])
        slots = [midnight + step * place for place in range(_DAY_MIN // steps[code])]
        found[code][day] = station_day(
            fillings={key[2]: [(one[VAPOUR], one[FUEL]) for one in some.values() if len(one) == 2] for key, some in fuel.items() if key[:2] == (code, day)},
            pressures={key[2]: [some.get(slot) for slot in slots] for key, some in gauges.items() if key[:2] == (code, day)}, step_min=Decimal(steps[code]), rules=at(day),
        )  # fmt: skip
    return found


def _steps(codes: Collection[str]) -> Mapping[str, int]:
    told = dict.fromkeys(codes, _STEP_MIN)
    for row in DeviceVersion.objects.filter(point__code__in=list(codes)).select_related("point").order_by("valid_from", "id"):
        told[row.point.code] = int(row.settings.get("minute_min", _STEP_MIN))
    return told


def vapour_alarms(*, data: Path, now: datetime) -> None:
    """Raise the alarms of the last days that are over, once an hour (油气回收报警); what was corrected since has ended."""
    hour = local(now).replace(minute=0, second=0, microsecond=0)
    if _looked.get(data) == hour:
        return
    today = hour.date()
    codes = [one.code for one in points_on(point__kind=PointKind.VAPOUR_STATION.name) if not one.is_closed]
    for code, days in station_days(codes, today - _DAY * _DAYS_BACK, today).items():
        for day, told in days.items():
            _of_day(code, day, told, now)
    _looked[data] = hour


def _of_day(code: str, day: date, told: StationDay, now: datetime) -> None:
    start = datetime.combine(day, time(), CHINA_STANDARD_TIME)
    if told.light.name == "WARNING":
        raise_alarm(kind=AlarmKind.VAPOUR, start=start, facts=vapour_facts(day, told), point=code, part=_PART)
        return
    for case in cases_of(with_state().filter(kind=AlarmKind.VAPOUR.name, point__code=code, start=start)):
        end(case, at=now, why="corrected")


def vapour_facts(day: date, told: StationDay) -> dict[str, Any]:
    """Return what is wrong with a day of a station (报警事实)."""
    parts = list(_said(told))
    return {
        "zh": f"{day}：" + "；".join(one.zh for one in parts), "en": f"{day}: " + "; ".join(one.en for one in parts), "nozzles": [one.number for one in told.warned_nozzles],
        "tanks": [one.number for one in told.warned_tanks],
    }  # fmt: skip


def _said(told: StationDay) -> Iterator[Words]:
    for one in told.warned_nozzles:
        ratio = plain(round_gbt8170(one.ratio, 2)) if one.ratio is not None else "—"
        yield Words(
            f"{one.number} 号枪气液比 {ratio}，{one.found.fillings} 次加油中 {one.found.outside} 次超出范围", f"nozzle {one.number}: ratio {ratio}, {one.found.outside} of {one.found.fillings} fillings out of range"
        )
    for tank in told.warned_tanks:
        hours = plain(round_gbt8170(tank.found.longest_flat_min / 60, 1))
        yield Words(f"{tank.number} 号罐零压持续 {hours} 小时", f"tank {tank.number} without pressure for {hours} h")
