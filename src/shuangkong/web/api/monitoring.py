"""Operations of the register of monitoring: points, limits, devices, marks, notices, the list; a secret goes in and never comes out."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime, BeforeValidator

from shuangkong.access.roles import Permission
from shuangkong.hj212.crc import Variant
from shuangkong.kernel.language import Words
from shuangkong.pollution.monitoring_coverage import MonitorStage
from shuangkong.services import monitoring_list
from shuangkong.services.meter_readings import ROWS_MOST, MeterVerdict, ToldReading, take_readings
from shuangkong.services.monitoring_kinds import PointKind, Statistic
from shuangkong.services.monitoring_marks import notify_shutdown, set_mark
from shuangkong.services.monitoring_pages import Asked, coverage_page, point_lines, point_page
from shuangkong.services.monitoring_register import DeviceEntry, Entries, LimitEntry, PointEntry, record
from shuangkong.web.api.files import Ticket
from shuangkong.web.api.gate import Allowed, upload
from shuangkong.web.api.shapes import (
    ByName,
    Day,
    Exact,
    Keyed,
    Listed,
    Number,
    Paging,
    Said,
    Sent,
    Short,
    Told,
    answers,
    file_answers,
)
from shuangkong.web.page import language_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Traits = dict[str, str | bool]


def _as_text(told: Any) -> Any:
    return str(told) if isinstance(told, (int, float)) and not isinstance(told, bool) else told


class MonitoringPointLine(Schema):
    """A point in the list (监测点)."""

    code: str = Field(alias="point.code")
    kind: Annotated[PointKind, ByName] = Field(alias="point.kind")
    name: Told = Field(alias="point.name")
    organisation: str = Field(alias="point.organisation")
    organisation_name: Told = Field(alias="home")
    place: str
    stage: Annotated[MonitorStage, ByName] = Field(alias="point.stage")
    devices: list[str]
    limits: int
    is_simulated: bool = Field(alias="point.is_simulated")


class MonitoringLimit(Schema):
    """A limit (限值)."""

    factor: str
    name: Told
    statistic: Annotated[Statistic, ByName]
    low: Exact | None
    high: Exact | None
    unit: str
    is_converted: bool
    document: str
    clause: str
    valid_from: date
    valid_to: date | None
    reason: str
    link: int


class MonitoringDevice(Schema):
    """A device as it is set up (设备); of its secrets only whether there are any."""

    mn: str
    point: str
    valid_from: date
    edition: str
    checksum: str
    settings: dict[str, int]
    has_password: bool
    has_key: bool
    is_retired: bool
    reason: str
    link: int


class MonitoringVersion(Schema):
    """What held of a point from a day on (监测点沿革)."""

    valid_from: date
    name: Told
    traits: _Traits
    is_closed: bool
    reason: str
    link: int


class MonitoringMark(Schema):
    """An operator's mark in force (运维标记)."""

    mark_id: int
    mark: str
    meaning: Told
    factor: str
    start: datetime
    end: datetime
    reason: str
    link: int


class MonitoringNotice(Schema):
    """A notice of shutdown in force (停产通知)."""

    notice_id: int = Field(alias="pk")
    organisation: str = Field(alias="organisation.code")
    point: str | None
    start: datetime
    end: datetime | None
    reason: str
    link: int

    @staticmethod
    def resolve_point(one: Any) -> str | None:
        """Tell the point, None for the whole unit."""
        return one.point.code if one.point else None


class MonitoringPointShape(Schema):
    """A point with all that is registered of it (监测点)."""

    code: str = Field(alias="point.code")
    kind: Annotated[PointKind, ByName] = Field(alias="point.kind")
    name: Told = Field(alias="point.name")
    organisation: str = Field(alias="point.organisation")
    stage: Annotated[MonitorStage, ByName] = Field(alias="point.stage")
    is_closed: bool = Field(alias="point.is_closed")
    is_simulated: bool = Field(alias="point.is_simulated")
    traits: _Traits = Field(alias="point.traits")
    limits: list[MonitoringLimit]
    past_limits: list[MonitoringLimit]
    devices: list[MonitoringDevice]
    past_devices: list[MonitoringDevice]
    marks: list[MonitoringMark]
    notices: list[MonitoringNotice]
    history: list[MonitoringVersion]

    @staticmethod
    def resolve_marks(one: Any) -> list[dict[str, Any]]:
        """Tell the marks with their meaning."""
        return [
            {"mark_id": row.pk, "mark": row.mark, "meaning": told, "factor": row.factor, "start": row.start, "end": row.end, "reason": row.reason, "link": row.link}
            for row, told in one.marks
        ]  # fmt: skip

    @staticmethod
    def resolve_history(one: Any) -> list[dict[str, Any]]:
        """Tell what held, the newest first."""
        return [
            {"valid_from": held.valid_from, "name": held.name, "traits": held.traits, "is_closed": held.is_closed, "reason": reason, "link": link}
            for held, reason, link in one.history
        ]  # fmt: skip


class MonitoringAsked(Schema):
    """Which points (筛选)."""

    kind: Annotated[PointKind, ByName] | None = None
    place: Short = ""
    stage: Annotated[MonitorStage, ByName] | None = None
    text: Short = ""


class PointTold(Schema):
    """What is to hold of a point from a day on (监测点登记)."""

    code: Short
    organisation: Short
    kind: Annotated[PointKind, ByName]
    name_zh: Short
    name_en: Short = ""
    traits: _Traits = Field({}, max_length=40)
    is_closed: bool = False
    valid_from: Day

    def entry(self) -> PointEntry:
        """Return the entry of the register."""
        name = Words(self.name_zh, self.name_en or self.name_zh)
        return PointEntry(code=self.code, organisation=self.organisation, kind=self.kind, name=name, traits=self.traits, is_closed=self.is_closed, valid_from=self.valid_from)


class LimitTold(Schema):
    """A limit from a day on (限值登记); neither end: none any more."""

    point: Short
    factor: Short
    statistic: Annotated[Statistic, ByName]
    low: Exact | None = None
    high: Exact | None = None
    unit: Short
    is_converted: bool = False
    document: Short = ""
    clause: Short = ""
    valid_from: Day
    valid_to: Day | None = None


class DeviceTold(Schema):
    """A device from a day on (设备登记); a secret that is null stays, an empty one is taken away."""

    mn: Short
    point: Short
    edition: Short
    checksum: Annotated[Variant, ByName] = Variant.HJ212
    password: Short | None = None
    key: Short | None = None
    settings: dict[str, Number] = Field({}, max_length=20)
    is_retired: bool = False
    valid_from: Day


class EntriesTold(Schema):
    """A list that is entered as one act (登记清单)."""

    points: list[PointTold] = Field([], max_length=5000)
    limits: list[LimitTold] = Field([], max_length=20000)
    devices: list[DeviceTold] = Field([], max_length=5000)
    reason: Said


class MarkTold(Schema):
    """A mark of some time (运维标记); `replaces` names the one it corrects or takes back."""

    mark: Short
    factor: Short = ""
    start: AwareDatetime
    end: AwareDatetime
    reason: Said
    replaces: Number | None = None
    is_withdrawn: bool = False


class NoticeTold(Schema):
    """A notice of shutdown (停产通知); without a point it is the whole unit's."""

    organisation: Short
    point: Short = ""
    start: AwareDatetime
    end: AwareDatetime | None = None
    reason: Said
    replaces: Number | None = None
    is_withdrawn: bool = False


class CoverageLine(Schema):
    """How many permit holders of a place are how far (自动监测覆盖)."""

    place: str
    name: Told
    only_voc_key: bool
    holders: int = Field(alias="counted.holders")
    obliged: int = Field(alias="counted.obliged")
    installed: int = Field(alias="counted.installed")
    accepted: int = Field(alias="counted.accepted")
    connected: int = Field(alias="counted.connected")
    connected_pct: Exact | None = Field(alias="counted.connected_pct")
    connected_of_holders_pct: Exact | None = Field(alias="counted.connected_of_holders_pct")


class ListTrial(Schema):
    """What a list would do; nothing was entered (清单预检)."""

    ticket: str = Field(description="登记时送回；加密 / send back to enter; enciphered")
    added: int
    changed: int
    unchanged: int
    faults: list[str]


class ListTicket(Ticket):
    """The ticket of a list that was looked at, and why it is entered (清单凭据)."""

    reason: Said


class ReadingTold(Schema):
    """A cumulative reading (累计示数): of a metering point by its code, or by the serial number of its meter."""

    point: Short = ""
    meter: Short = ""
    ts: Short = Field(description="时刻，无时区则为北京时间 / moment, China Standard Time where it has no zone")
    reading: Annotated[str, BeforeValidator(_as_text)] = Field(max_length=40, description="示数，数或文本；位数多时用文本 / register, as number or text; text where it is long")


class ReadingsTold(Schema):
    """Readings in any order; the same again is harmless, another one for its time is a correction (上报读数)."""

    readings: list[ReadingTold] = Field(min_length=1, max_length=ROWS_MOST)


class ReadingsTaken(Schema):
    """What became of each reading, in the order sent; what is ACCEPTED is on disk (接收结果)."""

    accepted: int
    batch: int | None = Field(description="收件箱批号 / number in the inbox")
    verdicts: list[Annotated[MeterVerdict, ByName]]


@router.post("/monitoring/readings", auth=Allowed(_P.READINGS_SEND), response=answers(ReadingsTaken), summary="上报计量读数 / send readings of meters")
def send_readings(request: HttpRequest, told: ReadingsTold) -> Any:
    """Take cumulative readings of meters of one's own organisations; each row is judged for itself (上报读数)."""
    return take_readings([ToldReading(one.point or one.meter, one.ts, one.reading) for one in told.readings], who=request.member)


@router.get("/monitoring/points", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[MonitoringPointLine]), summary="监测点 / points of monitoring")
def list_points(request: HttpRequest, page: Query[Paging], asked: Query[MonitoringAsked], as_of: Day | None = None) -> Any:
    """The points a token's owner may see, by place (监测点)."""
    return page.of(point_lines(who=request.member, asked=Asked(asked.kind, asked.place, asked.stage, asked.text), as_of=as_of))


@router.get("/monitoring/points/{code}", auth=Allowed(_P.FIGURES_READ), response=answers(MonitoringPointShape), summary="一个监测点 / one point")
def read_point(request: HttpRequest, code: str, as_of: Day | None = None) -> Any:
    """A point with limits, devices, marks, notices and history (监测点)."""
    return point_page(code=code, who=request.member, as_of=as_of)


@router.get("/monitoring/coverage", auth=Allowed(_P.FIGURES_READ), response=answers(list[CoverageLine]), summary="自动监测覆盖 / coverage")
def read_coverage(request: HttpRequest, as_of: Day | None = None) -> Any:
    """Who must have automatic monitors and has them installed, accepted, connected (覆盖)."""
    of_all, of_voc = coverage_page(who=request.member, as_of=as_of)
    return [*of_all, *of_voc]


@router.post("/monitoring/entries", auth=Allowed(_P.MONITORING_MANAGE), response=answers(Keyed), summary="登记 / enter in the register")
def enter(request: HttpRequest, told: EntriesTold) -> Any:
    """Enter points, limits and devices; the whole list is sealed as one act (登记)."""
    entries = Entries([one.entry() for one in told.points], [LimitEntry(**dict(one)) for one in told.limits], [DeviceEntry(**dict(one)) for one in told.devices])
    return {"key": record(entries, who=request.member, reason=told.reason)}


@router.post("/monitoring/points/{code}/marks", auth=Allowed(_P.MONITORING_REPORT), response=answers(Keyed), summary="运维标记 / mark readings")
def mark(request: HttpRequest, code: str, told: MarkTold) -> Any:
    """Mark the readings of some time; sealed (运维标记)."""
    return {"key": set_mark(point=code, who=request.member, **told.dict())}


@router.post("/monitoring/notices", auth=Allowed(_P.MONITORING_REPORT), response=answers(Keyed), summary="停产通知 / tell of a shutdown")
def notify(request: HttpRequest, told: NoticeTold) -> Any:
    """Tell that a unit or a point does not run; sealed (停产通知)."""
    return {"key": notify_shutdown(who=request.member, **told.dict())}


@router.post("/monitoring/list/template", auth=Allowed(_P.MONITORING_MANAGE), summary="下载清单 / take the list", **file_answers(_WORKBOOK))
@hands_out
def template(request: HttpRequest) -> Any:
    """The list with what is registered; the export is sealed, hence no GET (下载清单)."""
    return handed(monitoring_list.template_of(who=request.member, language=language_of(request)), name="monitoring-list.xlsx", media_type=_WORKBOOK)


@router.post("/monitoring/list/try", auth=Allowed(_P.MONITORING_MANAGE), response=answers(ListTrial), summary="清单预检 / try a list")
def try_list(request: HttpRequest, file: Sent) -> Any:
    """What a list would do, row by row; nothing is entered (清单预检)."""
    name, content = upload(request, file)
    run = monitoring_list.try_list(name=name, content=content, who=request.member)
    counts = {words.en: count for words, count in run.counts.items()}
    faults = [fault.line() for row in run.rejected for fault in row.faults]
    return {"ticket": run.ticket, "added": counts["added"], "changed": counts["changed"], "unchanged": counts["unchanged"], "faults": faults}


@router.post("/monitoring/list/apply", auth=Allowed(_P.MONITORING_MANAGE), response=answers(Keyed), summary="登记清单 / enter a list")
def apply_list(request: HttpRequest, told: ListTicket) -> Any:
    """Enter all that the dry run showed, or nothing (登记清单)."""
    return {"key": monitoring_list.apply_list(ticket=told.ticket, reason=told.reason, who=request.member)[0]}
