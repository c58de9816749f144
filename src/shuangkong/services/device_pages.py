"""Devices as pages show them (设备状态页): who is on line, who is silent since when, whose clock is wrong, who is not known; one device with its requests."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path

from django.conf import settings

from shuangkong.access.roles import Permission
from shuangkong.hj212.editions import codes, factor_by_code, keys, suffixes
from shuangkong.hj212.editions import command as command_of
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.alarm_devices import error_rate
from shuangkong.services.alarm_records import alarm_rule
from shuangkong.services.alarm_wording import reason_words
from shuangkong.services.device_care import Adoption, DeviceCommand, adoption_of, commands_for
from shuangkong.services.device_requests import DeviceRequest, RequestState, read_answers, read_requests
from shuangkong.services.device_states import INBOX_FILE, DeviceState, read_clock, read_states
from shuangkong.services.monitoring_marks import notices_in_force
from shuangkong.services.monitoring_pages import NO_SETUP, DevicePage, Setup, device_page, seen_points, setups_on
from shuangkong.services.monitoring_points import UnknownPoint
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.slices import Slice, slice_of
from shuangkong.store.models import Device

_MOST = 200
_CODES = {"QnRtn": "request_results", "ExeRtn": "execution_results"}


class Condition(Enum):
    """How a device is doing (设备状态)."""

    ONLINE = "在线"
    SILENT = "失联"
    STOPPED = "停产"
    NEVER = "从未上线"
    RETIRED = "停用"

    @property
    def words(self) -> Words:
        """The condition as it is shown."""
        return Words(self.value, {"ONLINE": "on line", "SILENT": "silent", "STOPPED": "plant stopped", "NEVER": "never seen", "RETIRED": "retired"}[self.name])

    @property
    def tone(self) -> str:
        """Its tone on a page."""
        return {"ONLINE": "good", "SILENT": "bad"}.get(self.name, "wait")


_ORDER = (Condition.SILENT, Condition.NEVER, Condition.ONLINE, Condition.STOPPED, Condition.RETIRED)


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device with what the gateway has seen of it (设备一行)."""

    setup: Setup
    state: DeviceState | None
    condition: Condition
    drifts: bool
    errs: bool

    @property
    def drift(self) -> str | None:
        """How far its clock is ahead, None where that is not known. [s]"""
        return None if self.state is None or self.state.drift_s is None else f"{self.state.drift_s:+.0f}"

    @property
    def error_pct(self) -> Decimal | None:
        """How many of a hundred packets of its last day were refused."""
        return error_rate(self.state) if self.state else None

    @property
    def reason(self) -> Words | None:
        """Why the last of them was."""
        return reason_words(self.state.reason) if self.state and self.state.reason else None


@dataclass(frozen=True, slots=True)
class DevicesPage:
    """The devices a person may see, by what is wrong with them (设备)."""

    lines: Slice[DeviceLine]
    counts: tuple[tuple[Condition, int], ...]
    drifting: int
    erring: int
    total: int
    strangers: tuple[DeviceState, ...]
    may_manage: bool
    clock_behind: str | None

    @property
    def online(self) -> int:
        """How many are on line."""
        return dict(self.counts).get(Condition.ONLINE, 0)


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request to a device as it is shown (对设备的请求), with what the device said: names and values."""

    row: DeviceRequest
    name: Words
    state: Words
    said: tuple[tuple[Words, Words], ...]

    @property
    def link(self) -> int | None:
        """The place in the chain of who asked, None of what the platform asks by itself."""
        told = self.row.reason.removeprefix("#")
        return int(told) if told != self.row.reason and told.isdecimal() else None


@dataclass(frozen=True, slots=True)
class DeviceCarePage:
    """A device with its state, requests, commands and registration (设备页)."""

    held: DevicePage
    line: DeviceLine
    requests: tuple[ShownRequest, ...]
    commands: tuple[DeviceCommand, ...]
    adoption: Adoption | None


_STATES = {
    RequestState.WAITING: "waiting", RequestState.DONE: "done", RequestState.REFUSED: "refused by the device", RequestState.FAILED: "failed", RequestState.SILENT: "no answer",
    RequestState.EXPIRED: "never sent",
}  # fmt: skip


def _inbox() -> Path:
    return Path(settings.DATA) / INBOX_FILE


def devices_page(*, who: Member, text: str = "", condition: str = "", number: int = 1, as_of: date | None = None) -> DevicesPage:
    """Return a page of the devices at points a person may see (设备); `condition` is one by name, `DRIFT` or `ERRORS`."""
    states = {state.mn: state for state in read_states(_inbox())}
    lines = _lines(who, states, as_of)
    found = _found(lines, text, condition)
    counted = Counter(one.condition for one in lines)
    may_manage = who.may(Permission.MONITORING_MANAGE)
    strangers = _strangers(states) if may_manage else ()
    return DevicesPage(
        slice_of(found, number), tuple((one, counted[one]) for one in _ORDER if counted[one]), sum(one.drifts for one in lines), sum(one.errs for one in lines), len(lines), strangers,
        may_manage, f"{behind_s:+.0f}" if (behind_s := read_clock(_inbox())) else None,
    )  # fmt: skip


def device_lines(*, who: Member, text: str = "", condition: str = "") -> list[DeviceLine]:
    """Return all devices at points a person may see, those that are silent first (设备状态)."""
    return _found(_lines(who, {state.mn: state for state in read_states(_inbox())}, None), text, condition)


def _lines(who: Member, states: dict[str, DeviceState], as_of: date | None) -> list[DeviceLine]:
    points, stopped = {one.code: one.organisation for one in seen_points(who, as_of=as_of)}, _stopped()
    return [
        _line(one, states.get(one.mn), (points[one.point], one.point) in stopped or (points[one.point], "") in stopped) for one in setups_on(as_of=as_of) if one.point in points
    ]


def _found(lines: list[DeviceLine], text: str, condition: str) -> list[DeviceLine]:
    words = text.lower().split()
    found = [one for one in lines if _is_asked(one, condition) and all(word in f"{one.setup.mn} {one.setup.point}".lower() for word in words)]
    return sorted(found, key=lambda one: (_ORDER.index(one.condition), not (one.drifts or one.errs), one.setup.point, one.setup.mn))


def _strangers(states: dict[str, DeviceState]) -> tuple[DeviceState, ...]:
    unknown = [state for state in states.values() if not state.is_known]
    registered = set(Device.objects.filter(mn__in=[state.mn for state in unknown]).values_list("mn", flat=True))
    return tuple(sorted((state for state in unknown if state.mn not in registered), key=lambda state: state.last_seen, reverse=True)[:_MOST])


def _stopped() -> set[tuple[str, str]]:
    now = clock.now()
    return {(one.organisation.code, one.point.code if one.point else "") for one in notices_in_force() if one.start <= now and (one.end is None or now < one.end)}


def _is_asked(line: DeviceLine, condition: str) -> bool:
    return {"": True, "DRIFT": line.drifts, "ERRORS": line.errs}.get(condition, line.condition.name == condition)


def _line(setup: Setup, state: DeviceState | None, is_stopped: bool) -> DeviceLine:
    patience = timedelta(minutes=int(setup.settings.get("silent_min") or alarm_rule("silent_after").number))
    if setup.is_retired:
        condition = Condition.RETIRED
    elif state is None:
        condition = Condition.NEVER
    elif state.is_silent(now=clock.now(), after=patience):
        condition = Condition.STOPPED if is_stopped else Condition.SILENT
    else:
        condition = Condition.ONLINE
    drifts = state is not None and state.drift_s is not None and abs(state.drift_s) > alarm_rule("clock_drift_most").number
    rate = error_rate(state) if state and state.frames + state.refused >= alarm_rule("errors_packets_least").number else None
    return DeviceLine(setup, state, condition, drifts and not setup.is_retired, rate is not None and rate > alarm_rule("errors_most").number and not setup.is_retired)


def device_care_page(*, mn: str, who: Member) -> DeviceCarePage:
    """Return a device from its beginning, with its state and what was asked of it (设备页); raise `UnknownPoint`, `NotPermitted`."""
    held = device_page(mn=mn, who=who)
    state = next((one for one in read_states(_inbox()) if one.mn == mn), None)
    stopped = _stopped()
    line = _line(held.now, state, bool({(held.point.organisation, ""), (held.point.organisation, held.point.code)} & stopped))
    asked = read_requests(_inbox(), mn=mn, most=50)
    said = read_answers(_inbox(), asked)
    requests = tuple(_request(one, said.get(one.id, ())) for one in asked)
    return DeviceCarePage(held, line, requests, commands_for(held.now.edition) if held.may_manage and not held.now.is_retired else (), adoption_of(mn) if held.may_manage else None)


def _request(row: DeviceRequest, said: Iterable[tuple[str, str]]) -> ShownRequest:
    known = command_of(row.command)
    name = Words(known.zh, known.en) if known else Words(row.command, row.command)
    return ShownRequest(row, name, Words(row.state.value, _STATES[row.state]), tuple(_said(*one) for one in said))


def _said(key: str, value: str) -> tuple[Words, Words]:
    """An item of an answer: its name by the tables of the standard, times and codes readable, the rest as the device wrote it."""
    code, dash, suffix = key.partition("-")
    field, factor = (suffixes() if dash else keys()).get(suffix if dash else key), factor_by_code().get(code) if dash else None
    name = Words(field.zh, field.en) if field else Words(suffix or key, suffix or key)
    if dash:
        name = Words(f"{factor.zh} {name.zh}", f"{factor.en} {name.en}") if factor else Words(f"{code} {name.zh}", f"{code} {name.en}")
    meaning = codes(_CODES[key]).get(value) if key in _CODES else None
    if meaning:
        return name, Words(f"{value} {meaning.zh}", f"{value} {meaning.en}")
    shown = _time(value) if field and field.kind == "time" else value
    return name, Words(shown, shown)


def _time(value: str) -> str:
    try:
        return datetime.fromisoformat(f"{value[:8]}T{value[8:]}").isoformat(" ")
    except ValueError:
        return value


def stranger_page(*, mn: str, who: Member) -> tuple[DeviceState, Setup]:
    """Return a device that nobody has registered, and the setup its form begins with (认领设备).

    Raises
    ------
    NotPermitted, UnknownPoint
        If the person registers nothing; if the gateway has not seen it, or it is registered.
    """
    if not who.may(Permission.MONITORING_MANAGE):
        raise NotPermitted(Permission.MONITORING_MANAGE)
    found = next((one for one in _strangers({state.mn: state for state in read_states(_inbox()) if state.mn == mn})), None)
    if found is None:
        raise UnknownPoint(mn)
    return found, Setup(mn, "", NO_SETUP.valid_from, "2017", "hj212", {}, has_password=False, has_key=False, is_retired=False, reason="", link=0)


def span_of_last_day(now: datetime) -> tuple[datetime, datetime]:
    """Return the span a back-fill is offered for: the last whole day of hours (默认补传时段)."""
    end = now.replace(minute=0, second=0, microsecond=0)
    return end - timedelta(days=1), end
