"""Operations of alarms and of devices as they are doing: list, one, answer, close, send back; commands."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from shuangkong.access.roles import Permission
from shuangkong.pollution.alarm_life import AlarmAct, AlarmKind, AlarmState
from shuangkong.services.alarm_pages import ALL, OPEN, AlarmsAsked, alarm_lines, alarm_page
from shuangkong.services.alarms import answer_alarm, close_alarm, open_alarm_file, send_back_alarm
from shuangkong.services.device_care import ask_device
from shuangkong.services.device_pages import Condition, device_lines
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.self_evaluations import FileTold
from shuangkong.web.api.shapes import (
    ByName,
    Exact,
    Key,
    Keyed,
    Listed,
    Paging,
    Said,
    Short,
    Told,
    answers,
    file_answers,
)
from shuangkong.web.api.verdicts import decoded
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_ANY = "application/octet-stream"


class AlarmLineShape(Schema):
    """An alarm in the list (报警)."""

    alarm: int = Field(alias="case.pk")
    kind: Annotated[AlarmKind, ByName] = Field(alias="case.kind")
    state: Annotated[AlarmState, ByName] = Field(alias="case.state")
    told: Told
    point: str | None
    device: str | None
    factor: str = Field(alias="case.alarm.factor")
    organisation: str = Field(alias="case.home")
    start: datetime = Field(alias="case.alarm.start")
    ended_at: datetime | None = Field(alias="case.ended_at")
    due_at: datetime | None
    is_late: bool
    is_simulated: bool

    @staticmethod
    def resolve_point(one: Any) -> str | None:
        """Tell the point, None for an outage."""
        return one.case.alarm.point.code if one.case.alarm.point else None

    @staticmethod
    def resolve_device(one: Any) -> str | None:
        """Tell the device, None where it is about none."""
        return one.case.alarm.device.mn if one.case.alarm.device else None


class AlarmStepShape(Schema):
    """A step of an alarm's life (办理经过)."""

    act: Annotated[AlarmAct, ByName]
    state: Annotated[AlarmState, ByName]
    cause: str
    measure: str
    reason: str = Field(alias="row.reason")
    person: str | None
    files: list[int]
    recorded_at: datetime = Field(alias="row.recorded_at")
    link: int | None = Field(alias="row.link")

    @staticmethod
    def resolve_cause(one: Any) -> str:
        """Tell the cause that was answered."""
        return str(one.row.facts.get("cause", ""))

    @staticmethod
    def resolve_measure(one: Any) -> str:
        """Tell what was done, as it was answered."""
        return str(one.row.facts.get("measure", ""))

    @staticmethod
    def resolve_person(one: Any) -> str | None:
        """Tell who acted, None for the system."""
        return one.row.person.full_name if one.row.person else None

    @staticmethod
    def resolve_files(one: Any) -> list[int]:
        """Tell the files that the caller may open."""
        return [key for _, key in one.files if key]


class AlarmMean(Schema):
    """A mean beside its limit (均值), China Standard Time without zone."""

    start: datetime
    figure: Exact | None
    is_beyond: bool


class AlarmShape(Schema):
    """An alarm with all there is to it (报警)."""

    line: AlarmLineShape
    steps: list[AlarmStepShape]
    means: list[AlarmMean]
    possible: list[Annotated[AlarmAct, ByName]] = Field(alias="acts")


class AlarmsFilter(Schema):
    """Which alarms (筛选); without a state those that are not closed."""

    state: Annotated[AlarmState, ByName] | None = None
    all: bool = False
    kind: Annotated[AlarmKind, ByName] | None = None
    place: Short = ""
    day: date | None = None
    text: Short = ""

    def asked(self) -> AlarmsAsked:
        """Return it as the pages ask."""
        return AlarmsAsked(self.state.name if self.state else ALL if self.all else OPEN, self.kind, self.place, self.day, self.text)


class AlarmAnswer(Schema):
    """An answer to an alarm (答复)."""

    cause: Said
    measure: Said
    files: list[FileTold] = Field([], max_length=20)


class AlarmReason(Schema):
    """Why it is closed or sent back (核实意见)."""

    reason: Said = ""


class AlarmStanding(Schema):
    """Where an alarm stands now (报警状态)."""

    state: Annotated[AlarmState, ByName]


class DeviceLineShape(Schema):
    """How a device is doing (设备状态)."""

    mn: str = Field(alias="setup.mn")
    point: str = Field(alias="setup.point")
    condition: Annotated[Condition, ByName]
    last_seen: datetime | None
    drift_s: str | None = Field(alias="drift")
    error_pct: Exact | None
    has_wrong_clock: bool = Field(alias="drifts")
    has_many_errors: bool = Field(alias="errs")

    @staticmethod
    def resolve_last_seen(one: Any) -> datetime | None:
        """Tell when it was last heard of."""
        return one.state.last_seen if one.state else None


class CommandTold(Schema):
    """A command to a device (下发命令); a span for a back-fill."""

    command: Short
    reason: Said
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    factor: Short = ""


@router.get("/monitoring/alarms", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[AlarmLineShape]), summary="报警 / alarms")
def list_alarms(request: HttpRequest, page: Query[Paging], asked: Query[AlarmsFilter]) -> Any:
    """The alarms a token's owner may see, the newest first (报警)."""
    return page.of(alarm_lines(who=request.member, asked=asked.asked()))


@router.get("/monitoring/alarms/{int:alarm}", auth=Allowed(_P.FIGURES_READ), response=answers(AlarmShape), summary="一条报警 / one alarm")
def read_alarm(request: HttpRequest, alarm: Key) -> Any:
    """An alarm with its means, its life and what can be done (报警)."""
    return alarm_page(alarm_id=alarm, who=request.member)


@router.post("/monitoring/alarms/{int:alarm}/answer", auth=Allowed(_P.MONITORING_REPORT), response=answers(AlarmStanding), summary="答复报警 / answer an alarm")
def answer(request: HttpRequest, alarm: Key, told: AlarmAnswer) -> Any:
    """Answer an alarm with its cause and what was done; sealed (答复)."""
    return {"state": answer_alarm(alarm_id=alarm, cause=told.cause, measure=told.measure, who=request.member, files=[decoded(one) for one in told.files])}


@router.post("/monitoring/alarms/{int:alarm}/close", auth=Allowed(_P.MONITORING_MANAGE), response=answers(AlarmStanding), summary="办结报警 / close an alarm")
def close(request: HttpRequest, alarm: Key, told: AlarmReason) -> Any:
    """Close an alarm whose answer holds; never who answered it (办结)."""
    return {"state": close_alarm(alarm_id=alarm, reason=told.reason, who=request.member)}


@router.post("/monitoring/alarms/{int:alarm}/send-back", auth=Allowed(_P.MONITORING_MANAGE), response=answers(AlarmStanding), summary="退回答复 / send an answer back")
def send_back(request: HttpRequest, alarm: Key, told: AlarmReason) -> Any:
    """Send an answer back, with the reason (退回)."""
    return {"state": send_back_alarm(alarm_id=alarm, reason=told.reason, who=request.member)}


@router.post("/monitoring/alarms/files/{int:file}", auth=Allowed(_P.FIGURES_READ), summary="报警附件 / a file of an answer", **file_answers(_ANY))
@hands_out
def take_alarm_file(request: HttpRequest, file: Key) -> Any:
    """A file of an answer; taking it out is sealed, hence no GET (附件)."""
    told = open_alarm_file(file_id=file, who=request.member)
    return handed(told.content, name=told.name, media_type=_ANY)


@router.get("/monitoring/devices", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[DeviceLineShape]), summary="设备状态 / how devices are doing")
def list_devices(request: HttpRequest, page: Query[Paging], condition: Short = "", text: Short = "") -> Any:
    """The devices a token's owner may see, those that are silent first (设备)."""
    return page.of(device_lines(who=request.member, text=text, condition=condition))


@router.post("/monitoring/devices/{mn}/commands", auth=Allowed(_P.MONITORING_MANAGE), response=answers(Keyed), summary="下发命令 / send a command")
def command(request: HttpRequest, mn: str, told: CommandTold) -> Any:
    """Send a device a command once it is connected; sealed (下发命令)."""
    return {"key": ask_device(mn=mn, who=request.member, **told.dict())}
