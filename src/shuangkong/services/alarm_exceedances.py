"""Exceedances of permit limits as alarms (超标报警): hours, days and months of outlets and boundary points against the limits in force, joined where one follows the other.

Only what is new is worked out: files of the lake that were not there before, marks, notices and limits entered since. A process that has just begun looks
back over the days of the rule; what it finds again was raised already and changes nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Max

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain
from shuangkong.lake.engine import quoted, type_of_engine
from shuangkong.lake.outlet_readings import heard_hours
from shuangkong.lake.readings import READINGS
from shuangkong.lake.table import DataFile, rows_of
from shuangkong.pollution.alarm_life import AlarmAct, AlarmKind, AlarmState, ExceedanceRun, next_start, runs_of
from shuangkong.pollution.exceedance import MeanSpan, OutletMean, exceedances
from shuangkong.pollution.judged_hours import type_of_hours
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.services.alarm_means import DAY, LimitKey, Means, means_of, permit_limits
from shuangkong.services.alarm_records import (
    ENDED,
    Case,
    alarm_rule,
    cases_of,
    end,
    grow,
    noted,
    raise_alarm,
    standing,
    with_state,
)
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.monitoring_kinds import OUTLETS, PointKind, Statistic
from shuangkong.services.outlet_facts import OutletFacts, facts_of, local
from shuangkong.store.models import EmissionLimit, MonitorCheck, OperatorMark, ShutdownNotice

_ENTERED = (EmissionLimit, MonitorCheck, OperatorMark, ShutdownNotice)
_CHUNK, _CHUNK_OF_MONTH = 200, 20  # points whose days, whose months are held in memory together
_TOUCHED = "SELECT point, min(ts) FROM ({rows}) WHERE (kind IN ('Hour-Avg', 'Hour-ZsAvg') OR kind = 'Min-Avg' AND ts < TIMESTAMP {hour}) AND ts >= TIMESTAMP {since} GROUP BY point"


@dataclass
class _Seen:
    """What this process has worked out already (已处理): files of the lake, newest rows of the register, until which hour."""

    files: frozenset[Path] = frozenset()
    entered: tuple[Any, ...] = ()
    hour: datetime = datetime.min  # noqa: DTZ901  # naive, as the readings


_seen: dict[Path, _Seen] = {}


def exceedance_alarms(*, data: Path, now: datetime) -> None:
    """Raise, grow and end alarms of what is new (超标报警)."""
    rows = EmissionLimit.objects.filter(point__kind__in=[kind.name for kind in (*OUTLETS, PointKind.FUGITIVE)])
    limited = set(rows.values_list("point__code", flat=True))
    if not limited:
        return
    by_month = set(rows.filter(statistic=Statistic.MONTH.name).values_list("point__code", flat=True))
    held, hour = _seen.get(data, _Seen()), local(now).replace(minute=0, second=0, microsecond=0)
    since = datetime.combine((hour - timedelta(days=int(alarm_rule("look_back").number))).date(), time())
    entered = tuple(model.objects.aggregate(newest=Max("pk"))["newest"] for model in _ENTERED)
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        files = [one for one in lake.readings.files() if one.rows and one.greatest["ts"] >= since]
        touched = _touched(engine, files if entered != held.entered else [one for one in files if one.path not in held.files], since, hour)
        if hour != held.hour:
            touched |= _due(limited, touched, hour)
        points = sorted(limited & touched.keys())
        of_month = [point for point in points if point in by_month and touched[point] < hour.replace(day=1, hour=0)]
        for some in (*_chunks([point for point in points if point not in of_month], _CHUNK), *_chunks(of_month, _CHUNK_OF_MONTH)):
            going_on = _by_point(standing(AlarmKind.EXCEEDANCE, points=some))
            first = max(since, min(min(touched[point], *(_first(case) for case in going_on.get(point, ()))) if point in going_on else touched[point] for point in some) - DAY)
            first = datetime.combine(first.date().replace(day=1) if some[0] in of_month else first.date(), time())
            heard = heard_hours(lake, engine, points=some, start=first, end=hour)
            for point, facts in facts_of(some).items():
                _judge(facts, heard[point], first, hour, going_on.get(point, ()))
    _seen[data] = _Seen(frozenset(one.path for one in files), entered, hour)


def _chunks(points: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    return (points[at : at + most] for at in range(0, len(points), most))


def _touched(engine: type_of_engine, files: Sequence[DataFile], since: datetime, hour: datetime) -> dict[str, datetime]:
    """Since when a point has something new: an hour of its own, or minutes of an hour that is over."""
    return dict(engine.execute(_TOUCHED.format(rows=rows_of(READINGS, files), since=quoted(since), hour=quoted(hour))).fetchall()) if files else {}


def _due(limited: Collection[str], touched: Mapping[str, datetime], hour: datetime) -> dict[str, datetime]:
    """What an hour that has passed makes due: its minutes, days whose mean can be judged, exceedances that may be over though nothing comes."""
    told = dict.fromkeys(limited, hour - timedelta(hours=1))
    midnight = datetime.combine(hour.date(), time())
    if hour == midnight + timedelta(hours=int(alarm_rule("day_settles_after").number)):
        told = dict.fromkeys(limited, midnight - DAY)
    told |= {case.alarm.point.code: _first(case) for case in standing(AlarmKind.EXCEEDANCE) if case.ended_at is None and case.alarm.point}
    return {point: min(first, touched.get(point, first)) for point, first in told.items()}


def _by_point(cases: Sequence[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        if case.alarm.point:
            found.setdefault(case.alarm.point.code, []).append(case)
    return found


def _first(case: Case) -> datetime:
    return datetime.fromisoformat(case.facts["first"])


def _last(case: Case) -> datetime:
    return datetime.fromisoformat(case.facts["last"])


def _judge(facts: OutletFacts, heard: type_of_hours, first: datetime, hour: datetime, going_on: Sequence[Case]) -> None:
    """Hold one outlet's means since a moment against its limits, and bring its alarms up to what they say."""
    told = {key: means for key, means in means_of(facts, heard, first, hour).items() if means}
    closed: list[Case] | None = None
    for key, means in told.items():
        found = [one for day, some in _by_day(means).items() for one in exceedances(some, limits=[permit_limits(facts, day)[key]] if key in permit_limits(facts, day) else [])]
        mine = [case for case in going_on if _part(case) == (key.factor, key.part)]
        if not found and not mine:
            continue
        if closed is None:
            rows = with_state().filter(kind=AlarmKind.EXCEEDANCE.name, point__code=facts.code, state=AlarmState.CLOSED.name, start__gte=_moment(first) - timedelta(days=31))
            closed = cases_of(rows)
        covered = [(_first(case), _last(case)) for case in closed if _part(case) == (key.factor, key.part)]
        fresh = [one for one in found if not any(begins <= one.mean.start <= ends for begins, ends in covered)]
        _reconcile(facts, key, runs_of(fresh, span=key.span), means, mine, hour)


def _part(case: Case) -> tuple[str, str]:
    return case.alarm.factor, str(case.facts.get("part", ""))


def _by_day(means: Means) -> dict[date, list[OutletMean]]:
    found: dict[date, list[OutletMean]] = {}
    for start, mean in means.items():
        found.setdefault(start.date(), []).append(mean)
    return found


def _reconcile(facts: OutletFacts, key: LimitKey, runs: Sequence[ExceedanceRun], means: Means, mine: Sequence[Case], hour: datetime) -> None:
    """Grow the alarm that a run touches, raise one where none does; two that a late hour has joined become one."""
    left = sorted(mine, key=_first)
    for run in runs:
        touching = [case for case in left if _first(case) <= next_start(run.last, key.span) and next_start(_last(case), key.span) >= run.first]
        left = [case for case in left if case not in touching]
        said = _said(facts, key, run) | _ended(next_start(run.last, key.span), key.span, means, hour)
        if not touching:
            raise_alarm(kind=AlarmKind.EXCEEDANCE, start=_moment(run.first), facts=said, point=facts.code, factor=key.factor, part=key.part)
            continue
        grow(touching[0], said)
        for other in touching[1:]:
            noted(other, AlarmAct.DROP, {**other.facts, ENDED: said.get(ENDED) or _moment(next_start(run.last, key.span)).isoformat(), "why_ended": "merged", "merged_into": touching[0].pk})
    for case in left:
        if min(means) <= _first(case):
            end(case, at=_moment(next_start(_last(case), key.span)), why="corrected")


def _said(facts: OutletFacts, key: LimitKey, run: ExceedanceRun) -> dict[str, Any]:
    peak = run.peak
    held = next(row for row in reversed(facts.limits) if LimitKey.of(row, facts) == key and row.valid_from <= peak.mean.start.date())
    return {
        "part": key.part, "span": key.span.name, "mean": peak.mean.kind.name, "unit": key.unit, "high": _text(peak.limit.highest), "low": _text(peak.limit.lowest),
        "document": held.document, "clause": held.clause, "count": len(run.means), "first": run.first.isoformat(), "last": run.last.isoformat(),
        "peak": _text(peak.mean.figure), "peak_at": peak.mean.start.isoformat(),
    }  # fmt: skip


def _text(figure: Any) -> str | None:
    return None if figure is None else plain(figure)


def _ended(following: datetime, span: MeanSpan, means: Means, hour: datetime) -> dict[str, str]:
    """Whether the next mean says that it is over: within the limit, not running, or nothing for long."""
    after = means.get(following)
    if after is not None and after.figure is not None and after.state is HourState.VALID:
        return {ENDED: _moment(following).isoformat(), "why_ended": "within"}
    if after is not None and after.state is HourState.STOPPED:
        return {ENDED: _moment(following).isoformat(), "why_ended": "stopped"}
    if hour - next_start(following, span) > timedelta(hours=int(alarm_rule("over_without_readings").number)):
        return {ENDED: _moment(following).isoformat(), "why_ended": "no_readings"}
    return {}


def _moment(naive: datetime) -> datetime:
    return naive.replace(tzinfo=CHINA_STANDARD_TIME)
