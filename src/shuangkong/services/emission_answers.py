"""Emission figures as they are answered to programs and shown by the command line (排放数据查询): hours of an outlet, figures of a node."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.lake.emissions import EmissionGrain
from shuangkong.pollution.outlet_days import OutletDay
from shuangkong.services import clock
from shuangkong.services.emission_figures import NodeEmission, emission_of
from shuangkong.services.monitoring_points import points_on
from shuangkong.services.organisations import tree_on
from shuangkong.services.outlet_hours import FactorHour, OutletHours, outlet_hours
from shuangkong.services.people import Member, NotPermitted

_LONGEST = timedelta(days=93)


class TooLong(Refusal):
    """More hours than are worked out at once (时段过长)."""

    def __init__(self, days: int) -> None:
        super().__init__(
            thing=Words("时段", "span"), value=f"{days} d", rule=Words(f"一次最多 {_LONGEST.days} 天小时数据", f"hours of {_LONGEST.days} days at most"),
            remedy=Words("缩短时段，或查日、月数据", "ask for less, or for days or months"),
        )  # fmt: skip


def hours_in(point: str, period: Period, *, as_of: datetime | None = None) -> OutletHours:
    """Return the hours of an outlet in a period (排放口小时数据).

    Raises
    ------
    TooLong
        If the period is longer than a quarter.
    """
    if period.end - period.start > _LONGEST:
        raise TooLong((period.end - period.start).days)
    return outlet_hours(point, datetime.combine(period.start, time()), datetime.combine(period.end, time()), as_of=as_of)


def seen_hours(point: str, period: Period, *, who: Member, as_of: datetime | None = None) -> dict[str, Any]:
    """Return the hours of an outlet to a person who may see it (排放口小时数据).

    Raises
    ------
    NotPermitted
        Unless the person sees the outlet's organisation.
    """
    _may_see(point, who, period)
    return hours_json(hours_in(point, period, as_of=as_of))


def seen_emission(node: str, grain: EmissionGrain, period: Period, *, who: Member, as_of: datetime | None = None) -> list[NodeEmission]:
    """Return the figures of a node to a person who may see it (排放量).

    Raises
    ------
    NotPermitted
        Unless the person sees it.
    """
    _may_see(node, who, period)
    return emission_of(node, grain, period, as_of=as_of)


def seen_node(node: str) -> str:
    """Return a code of an outlet or an organisation as it is, of a name the organisation's code (查询对象)."""
    tree = tree_on(clock.today())
    if node in tree or any(True for _ in points_on(point__code=node)):
        return node
    return next((one.code for one in tree if node in (one.name.zh, one.name.en)), None) or tree.find(node).code


def _may_see(node: str, who: Member, period: Period) -> None:
    day = min(period.end - timedelta(days=1), clock.today())
    point = next(iter(points_on(day=max(day, period.start), point__code=node)), None)
    if not who.sees(point.organisation if point else tree_on(day).find(node).code, tree_on(day)):
        raise NotPermitted(Permission.FIGURES_READ)


def hours_json(told: OutletHours) -> dict[str, Any]:
    """Return the hours of an outlet as plain values, figures unrounded (小时数据)."""
    return {
        "point": told.point.code, "name": told.point.name.zh, "is_simulated": told.point.is_simulated, "as_of": told.as_of.isoformat() if told.as_of else None,
        "factors": [
            {
                "factor": one.factor, "name": one.name.zh, "unit": one.unit, "capture_pct": {quarter.start.isoformat(): _text(quarter.capture_pct) for quarter in one.quarters},
                "hours": [_hour(hour) for hour in one.hours], "days": [_day(day) for day in one.days],
            }
            for one in told.factors
        ],
    }  # fmt: skip


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else plain(figure)


def _moment(moment: datetime | date | None) -> str | None:
    return None if moment is None else moment.isoformat(" ") if isinstance(moment, datetime) else moment.isoformat()


def _hour(hour: FactorHour) -> dict[str, Any]:
    own, filled, limit = hour.own, hour.filled, hour.limit
    return {
        "start": _moment(own.start), "state": own.state.name, "mark": own.mark, "marked_by": own.said, "mean": _text(own.mean), "converted": _text(own.converted),
        "device_converted": _text(own.device_converted), "flow_m3": _text(own.flow_m3), "kg": _text(own.kg), "device_kg": _text(own.device_kg),
        "substituted_kg": _text(filled.substituted_kg), "rule": filled.rule_path, "window_start": _moment(filled.window_start), "window_end": _moment(filled.window_end),
        "window_hours": filled.window_hours, "is_short_history": filled.is_short_history, "reason": filled.reason.zh or own.reason.zh,
        "limit": _text(limit.high) if limit else None, "limit_low": _text(limit.low) if limit else None, "limit_is_converted": limit.is_converted if limit else None,
        "from_minutes": own.from_minutes, "is_missing": hour.is_missing,
    }  # fmt: skip


def _day(day: OutletDay) -> dict[str, Any]:
    return {
        "day": _moment(day.day), "mean": _text(day.mean), "kg": _text(day.kg), "substituted_kg": _text(day.substituted_kg), "volume_m3": _text(day.volume_m3),
        "hours_due": day.hours_due, "hours_measured": day.hours_measured, "hours_stopped": day.hours_stopped, "hours_invalid": day.hours_invalid,
        "hours_missing": day.hours_missing, "hours_substituted": day.hours_substituted, "is_short_history": day.is_short_history,
        "replaced_by": day.replaced.reason.zh if day.replaced else "",
    }  # fmt: skip


def emission_json(one: NodeEmission) -> dict[str, Any]:
    """Return a figure as plain values, unrounded (排放量)."""
    return {
        "factor": one.factor, "name": one.name.zh, "start": one.start.isoformat(), "kg": _text(one.kg), "substituted_kg": _text(one.substituted_kg),
        "substituted_pct": _text(one.substituted_pct), "capture_pct": _text(one.capture_pct), "coverage_pct": _text(one.coverage_pct), "hours_due": one.hours_due,
        "hours_measured": one.hours_measured, "hours_stopped": one.hours_stopped, "hours_invalid": one.hours_invalid, "hours_missing": one.hours_missing,
        "hours_substituted": one.hours_substituted, "hours_short_history": one.hours_short, "outlet_days_without": one.days_without, "outlets": list(one.points),
        "as_of": one.as_of.isoformat(),
    }  # fmt: skip
