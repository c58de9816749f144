"""Devices as alarms (设备报警): silence, a wrong clock, errors of transmission; one outage is one alarm, and what a notice of shutdown covers is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.alarm_life import AlarmKind, SilentDevice, outages_of
from shuangkong.pollution.monitoring_coverage import MonitorStage
from shuangkong.services import clock
from shuangkong.services.alarm_records import Case, alarm_rule, end, grow, raise_alarm, standing
from shuangkong.services.device_states import INBOX_FILE, DeviceState, read_states
from shuangkong.services.monitoring_devices import versions_on
from shuangkong.services.monitoring_marks import notices_in_force
from shuangkong.services.monitoring_points import points_on
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.store.models import DeviceVersion

_PAUSE = timedelta(minutes=10)  # whoever has not looked for so long begins to listen anew


@dataclass
class _Watch:
    """Since when this process has been listening, and which clocks it found wrong since when (值守情况)."""

    since: datetime
    looked_at: datetime
    drifting: dict[str, datetime] = field(default_factory=dict)


_watches: dict[Path, _Watch] = {}


@dataclass(frozen=True, slots=True)
class _Watched:
    """A device in use with its state and place."""

    setup: DeviceVersion
    state: DeviceState | None
    place: str
    is_stopped: bool
    is_connected: bool

    @property
    def mn(self) -> str:
        return str(self.setup.device.mn)

    @property
    def point(self) -> str:
        return str(self.setup.point.code)

    def heard_at(self, since: datetime) -> datetime:
        """When it was last heard of, or could have been."""
        return max(since, self.state.last_seen if self.state else self.setup.recorded_at)


def device_alarms(*, data: Path, now: datetime) -> None:
    """Raise and end alarms of devices by what the gateway has seen (设备报警); none where no gateway has run."""
    states = {state.mn: state for state in read_states(data / INBOX_FILE)}
    if not states:
        return
    watch = _watches.get(data)
    if watch is None or now - watch.looked_at > _PAUSE:
        watch = _watches[data] = _Watch(now, now)
    watch.looked_at = now
    tree = tree_on(clock.today())
    devices = {one.mn: one for one in _devices(states, tree, now)}
    silences = standing(AlarmKind.SILENCE)
    _end_silences(silences, devices)
    _silence(devices, tree, watch, now)
    _clocks(devices, watch, now)
    _errors(devices, now)


def _devices(states: Mapping[str, DeviceState], tree: Tree, now: datetime) -> list[_Watched]:
    points = {one.code: one for one in points_on() if not one.is_closed and one.organisation in tree}
    stopped = {(notice.organisation.code, notice.point.code if notice.point else "") for notice in notices_in_force() if notice.start <= now and (notice.end is None or now < notice.end)}
    found = []
    for row in versions_on(clock.today()).values():
        point = points.get(row.point.code)
        if row.is_retired or point is None:
            continue
        place = tree.jurisdiction_of(point.organisation)
        is_stopped = (point.organisation, "") in stopped or (point.organisation, point.code) in stopped
        found.append(_Watched(row, states.get(row.device.mn), place.code if place else tree.city.code, is_stopped, point.stage is MonitorStage.CONNECTED))
    return found


def _patience(one: _Watched) -> timedelta:
    return timedelta(minutes=int(one.setup.settings.get("silent_min") or alarm_rule("silent_after").number))


def _end_silences(cases: Sequence[Case], devices: Mapping[str, _Watched]) -> None:
    for case in cases:
        one = devices.get(case.alarm.device.mn if case.alarm.device else "")
        if one is None:
            end(case, at=clock.now(), why="retired")
        elif one.state is not None and one.state.last_seen > case.alarm.start:
            end(case, at=one.state.last_seen, why="heard")
        elif one.is_stopped:
            end(case, at=clock.now(), why="stopped")


def _silence(devices: Mapping[str, _Watched], tree: Tree, watch: _Watch, now: datetime) -> None:
    awaited = [one for one in devices.values() if not one.is_stopped and (one.state is not None or one.is_connected)]
    share = alarm_rule("outage_quiet_share").number
    quiet = {one.mn: now - one.heard_at(watch.since) for one in awaited}
    silent = {one.mn for one in awaited if quiet[one.mn] > _patience(one)}
    going_on = {case.alarm.device.mn for case in standing(AlarmKind.SILENCE) if case.alarm.device and case.ended_at is None}
    going_on |= _outages(devices, silent, going_on, tree)
    rest = [one for one in awaited if one.mn not in going_on and quiet[one.mn] * 100 > _patience(one) * int(share)]
    at: dict[str, int] = {}
    for one in awaited:
        at[one.place] = at.get(one.place, 0) + 1
    told = outages_of(
        [SilentDevice(one.mn, one.place, _since(one)) for one in rest], devices_at=at, city=tree.city.code, least=int(alarm_rule("outage_devices_least").number),
        share_pct=alarm_rule("outage_share_least").number,
    )  # fmt: skip
    joined: set[str] = set()
    for place, some in told.items():
        if any(one.mn in silent for one in some):
            raise_alarm(kind=AlarmKind.OUTAGE, start=min(one.since for one in some), facts=_listed({one.mn: one.since.isoformat() for one in some}), place=place)
            joined |= {one.mn for one in some}
    for one in rest:
        if one.mn in silent and one.mn not in joined:
            since = _since(one)
            raise_alarm(kind=AlarmKind.SILENCE, start=since, facts={"since": since.isoformat(), "never": one.state is None}, point=one.point, device=one.mn)


def _since(one: _Watched) -> datetime:
    moment: datetime = one.state.last_seen if one.state else one.setup.recorded_at
    return moment.replace(microsecond=0)


def _listed(devices: Mapping[str, str]) -> dict[str, Any]:
    return {"devices": dict(sorted(devices.items())), "since": min(devices.values())}


def _outages(devices: Mapping[str, _Watched], silent: set[str], alone: set[str], tree: Tree) -> set[str]:
    """Grow outages by what fell silent since, end those whose devices are back; return the devices that stand in one."""
    held: set[str] = set()
    for case in standing(AlarmKind.OUTAGE):
        if case.ended_at is not None:
            continue
        listed = dict(case.facts.get("devices", {}))
        still = {mn for mn in listed if mn in silent}
        if len(still) * 100 < alarm_rule("outage_share_least").number * len(listed):
            end(case, at=clock.now(), why="heard")
            continue
        more = {mn for mn in silent - alone - held if mn in devices and (case.home == tree.city.code or devices[mn].place == case.home)}
        listed |= {mn: _since(devices[mn]).isoformat() for mn in more - listed.keys()}
        grow(case, {**case.facts, **_listed(listed)})
        held |= set(listed)
    return held


def _clocks(devices: Mapping[str, _Watched], watch: _Watch, now: datetime) -> None:
    most, patience = alarm_rule("clock_drift_most").number, timedelta(minutes=int(alarm_rule("clock_drift_for").number))
    known = {case.alarm.device.mn: case for case in standing(AlarmKind.CLOCK) if case.alarm.device and case.ended_at is None}
    for one in devices.values():
        drift = one.state.drift_s if one.state else None
        if drift is None or abs(drift) <= most:
            watch.drifting.pop(one.mn, None)
            if one.mn in known and drift is not None:
                end(known[one.mn], at=now, why="within")
            continue
        first = watch.drifting.setdefault(one.mn, now)
        if one.mn not in known and now - first >= patience and not one.is_stopped:
            facts = {"drift": f"{drift:.0f}", "most": plain(most), "since": first.isoformat()}
            raise_alarm(kind=AlarmKind.CLOCK, start=first.replace(microsecond=0), facts=facts, point=one.point, device=one.mn)
    for mn in known.keys() - devices.keys():
        end(known[mn], at=now, why="retired")


def _errors(devices: Mapping[str, _Watched], now: datetime) -> None:
    most, least = alarm_rule("errors_most").number, int(alarm_rule("errors_packets_least").number)
    today = f"{now.astimezone(CHINA_STANDARD_TIME):%Y-%m-%d}"
    known = {case.alarm.device.mn: case for case in standing(AlarmKind.ERRORS) if case.alarm.device and case.ended_at is None}
    for one in devices.values():
        rate = error_rate(one.state) if one.state and one.state.day == today and one.state.frames + one.state.refused >= least else None
        if rate is None or one.state is None:
            continue
        if rate <= most:
            if one.mn in known:
                end(known[one.mn], at=now, why="within")
        elif one.mn not in known:
            start = datetime.combine(now.astimezone(CHINA_STANDARD_TIME).date(), time(), CHINA_STANDARD_TIME)
            facts = {"refused": one.state.refused, "packets": one.state.frames + one.state.refused, "most": plain(most), "reason": one.state.reason, "day": today}
            raise_alarm(kind=AlarmKind.ERRORS, start=start, facts=facts, point=one.point, device=one.mn)
    for mn in known.keys() - devices.keys():
        end(known[mn], at=now, why="retired")


def error_rate(state: DeviceState) -> Decimal | None:
    """Return how many of a hundred packets of a day were refused (错误率), None where none came. [%]"""
    packets = state.frames + state.refused
    return Decimal(state.refused) * 100 / packets if packets else None
