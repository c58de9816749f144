"""Operations of administration: people, posts, sign-in, access log, state of the system; none tells a figure."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission, Role
from shuangkong.services import access_log, administration, clock, people_lists, stand_ins
from shuangkong.services.health import system_state
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import (
    ByName,
    Counted,
    Day,
    Key,
    Keyed,
    Listed,
    Number,
    Paging,
    Reason,
    Said,
    Short,
    Told,
    answers,
    file_answers,
)
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_EITHER = (_P.PEOPLE_MANAGE, _P.APPOINTMENTS_MANAGE, _P.SECURITY_MANAGE)


class PostShape(Schema):
    """A post that is or was held (任职)."""

    post: int = Field(alias="pk")
    role: Annotated[Role, ByName]
    organisation: str
    valid_from: date
    valid_to: date | None
    ended_on: date | None
    stands_in_for: str
    reason: str


class PersonLine(Schema):
    """A person (人员)."""

    person: int = Field(alias="pk")
    sign_in_name: str
    full_name: str
    title: str
    is_active: bool
    is_simulated: bool
    posts: list[PostShape]


class PersonShape(Schema):
    """A person, how the person signs in, and no figure (人员详情)."""

    person: PersonLine = Field(alias="line")
    has_password: bool
    password_changed_at: datetime | None
    needs_second_factor: bool
    has_second_factor: bool
    recovery_codes_left: int
    failures: int
    open_sessions: int

    @staticmethod
    def resolve_open_sessions(one: Any) -> int:
        """Count them."""
        return len(one.sessions)


class HandoverShape(Schema):
    """What a person who leaves has open (交接清单)."""

    work: list[dict[str, str | None]]
    tasks: list[dict[str, str | None]]
    posts: list[dict[str, str]]

    @staticmethod
    def resolve_work(one: Any) -> list[dict[str, str | None]]:
        """Tell what waits."""
        return [{"form": each.form.code, "organisation": each.node.code, "period": each.period, "act": each.act.name} for each in one.work]

    @staticmethod
    def resolve_tasks(one: Any) -> list[dict[str, str | None]]:
        """Tell what waits in assessments."""
        return [{"assessment": str(each.line.row.pk), "act": each.act.name, "jurisdiction": each.jurisdiction or None} for each in one.tasks]

    @staticmethod
    def resolve_posts(one: Any) -> list[dict[str, str]]:
        """Tell the posts."""
        return [{"role": post.role.name, "organisation": post.organisation} for post in one.posts]


class Registering(Schema):
    """Whom to register (登记人员)."""

    sign_in_name: Short
    full_name: Short
    title: Short = ""
    reason: Said


class Appointing(Schema):
    """Which post to give (任职); from today where no day is named."""

    role: Annotated[Role, ByName]
    organisation: Short
    valid_from: Day | None = None
    valid_to: Day | None = None
    reason: Said


class StandingIn(Schema):
    """Who stands in for a person in one post, and until when (代办)."""

    stand_in: Number
    role: Annotated[Role, ByName]
    organisation: Short
    valid_from: Day | None = None
    valid_to: Day
    reason: Said


class OneTimeLink(Schema):
    """A one-time link to set a password, told this once (一次性链接)."""

    token: str


class LogLine(Schema):
    """A line of the access log (操作记录)."""

    recorded_at: datetime
    kind: Told
    sign_in_name: str
    address: str
    path: str
    said: str


class LogShape(Schema):
    """A page of the access log, the newest first; pages of two hundred (操作记录)."""

    count: int
    number: int
    pages: int
    items: list[LogLine] = Field(alias="lines")


class LogAsked(Schema):
    """Which lines (筛选)."""

    kind: Annotated[access_log.AccessKind, ByName] | None = None
    name: Short = ""
    address: Short = ""
    begin: Day | None = None
    end: Day | None = None

    def chosen(self) -> access_log.LogFilter:
        """Return it as the log wants it."""
        return access_log.LogFilter(self.kind, self.name.strip(), self.address.strip(), self.begin, self.end)


class HealthCheck(Schema):
    """One thing that must be well (健康检查)."""

    name: Told
    is_well: bool
    said: str


class SystemShape(Schema):
    """How the deployment stands (系统状况)."""

    checks: list[HealthCheck]
    version: str
    rules_digest: str
    pack: Told
    pack_digest: str
    plan: str
    database: str
    links: int
    head_published_on: str
    told_at: datetime


@router.get("/people", auth=Allowed(*_EITHER), response=answers(Listed[PersonLine]), summary="人员 / people")
def read_people(request: HttpRequest, page: Query[Paging], q: Short = "") -> Any:
    """Who is registered, with their posts; a page at a time (人员)."""
    return page.of(people_lists.everybody(asked=q.strip()))


@router.post("/people", auth=Allowed(_P.PEOPLE_MANAGE), response=answers(Keyed), summary="登记人员 / register a person")
def register(request: HttpRequest, told: Registering) -> Any:
    """Register a person, who has no post yet (登记人员)."""
    key = administration.register(sign_in_name=told.sign_in_name.strip(), full_name=told.full_name, title=told.title, who=request.member, reason=told.reason)
    return {"key": key}


@router.get("/people/{int:person}", auth=Allowed(*_EITHER), response=answers(PersonShape), summary="人员详情 / a person")
def read_person(request: HttpRequest, person: Key) -> Any:
    """A person with posts past and present (人员详情)."""
    return people_lists.person_page(person_id=person)


@router.get("/people/{int:person}/hand-over", auth=Allowed(*_EITHER), response=answers(HandoverShape), summary="交接清单 / what is handed over")
def read_hand_over(request: HttpRequest, person: Key) -> Any:
    """What a person who leaves has open (交接清单)."""
    return stand_ins.hand_over(person_id=person)


@router.post("/people/{int:person}/link", auth=Allowed(_P.PEOPLE_MANAGE), response=answers(OneTimeLink), summary="发放一次性链接 / issue a one-time link")
def issue_link(request: HttpRequest, person: Key, told: Reason) -> Any:
    """A one-time link to set a password (发放一次性链接)."""
    return {"token": administration.issue_link(person_id=person, who=request.member, reason=told.reason)}


@router.post("/people/{int:person}/deactivate", auth=Allowed(_P.PEOPLE_MANAGE), response=answers(Counted), summary="停用 / deactivate")
def deactivate(request: HttpRequest, person: Key, told: Reason) -> Any:
    """Let a person leave; counts the posts that ended (停用)."""
    return {"count": administration.deactivate(person_id=person, who=request.member, reason=told.reason)}


@router.post("/people/{int:person}/reactivate", auth=Allowed(_P.PEOPLE_MANAGE), response=answers(Keyed), summary="恢复 / reactivate")
def reactivate(request: HttpRequest, person: Key, told: Reason) -> Any:
    """Let a person come back, without posts (恢复)."""
    administration.reactivate(person_id=person, who=request.member, reason=told.reason)
    return {"key": person}


@router.post("/people/{int:person}/posts", auth=Allowed(_P.APPOINTMENTS_MANAGE), response=answers(Keyed), summary="任职 / appoint")
def appoint(request: HttpRequest, person: Key, told: Appointing) -> Any:
    """Appoint a person to a post (任职)."""
    key = administration.grant(
        person_id=person, role=told.role, organisation=told.organisation, valid_from=told.valid_from or clock.today(), valid_to=told.valid_to, who=request.member,
        reason=told.reason,
    )  # fmt: skip
    return {"key": key}


@router.post("/people/{int:person}/stand-in", auth=Allowed(_P.APPOINTMENTS_MANAGE), response=answers(Keyed), summary="代办 / appoint a stand-in")
def appoint_stand_in(request: HttpRequest, person: Key, told: StandingIn) -> Any:
    """Let somebody else stand in for a person in one post (代办)."""
    key = stand_ins.appoint_stand_in(
        absent=person, stand_in=told.stand_in, role=told.role, organisation=told.organisation, valid_from=told.valid_from or clock.today(), valid_to=told.valid_to,
        who=request.member, reason=told.reason,
    )  # fmt: skip
    return {"key": key}


@router.post("/posts/{int:post}/end", auth=Allowed(_P.APPOINTMENTS_MANAGE), response=answers(Keyed), summary="免职 / end a post")
def end_post(request: HttpRequest, post: Key, told: Reason) -> Any:
    """End a post today; the key is that of the person (免职)."""
    return {"key": administration.end_post(appointment_id=post, who=request.member, reason=told.reason)}


@router.post("/people/{int:person}/second-factor/reset", auth=Allowed(_P.SECURITY_MANAGE), response=answers(Keyed), summary="重置动态口令 / reset a second factor")
def reset_second_factor(request: HttpRequest, person: Key, told: Reason) -> Any:
    """Remove a lost second factor (重置动态口令)."""
    administration.reset_second_factor(person_id=person, who=request.member, reason=told.reason)
    return {"key": person}


@router.post("/people/{int:person}/unlock", auth=Allowed(_P.SECURITY_MANAGE), response=answers(Counted), summary="解锁 / unlock")
def unlock(request: HttpRequest, person: Key, told: Reason) -> Any:
    """Forget the failed attempts at a name (解锁)."""
    return {"count": administration.unlock(person_id=person, who=request.member, reason=told.reason)}


@router.post("/people/{int:person}/sessions/end", auth=Allowed(_P.SECURITY_MANAGE), response=answers(Counted), summary="强制下线 / end all sessions")
def end_sessions(request: HttpRequest, person: Key, told: Reason) -> Any:
    """End every session of a person (强制下线)."""
    return {"count": administration.end_all_sessions(person_id=person, who=request.member, reason=told.reason)}


@router.get("/access-log", auth=Allowed(_P.AUDIT_LOG_READ), response=answers(LogShape), summary="操作记录 / access log")
def read_log(request: HttpRequest, asked: Query[LogAsked], number: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Any:
    """Who came, what was refused, carried out or administered (操作记录)."""
    return access_log.page_of_log(asked=asked.chosen(), number=number)


@router.post("/access-log/export", auth=Allowed(_P.AUDIT_LOG_READ), summary="导出操作记录 / export the access log", **file_answers("text/csv"))
@hands_out
def export_log(request: HttpRequest, asked: Query[LogAsked]) -> Any:
    """The log as CSV; sealed as an export (导出操作记录)."""
    return handed(access_log.export_log(who=request.member, asked=asked.chosen()), name=f"access-log-{clock.today()}.csv", media_type="text/csv")


@router.get("/system", auth=Allowed(_P.SYSTEM_MANAGE), response=answers(SystemShape), summary="系统状况 / state of the system")
def read_system(request: HttpRequest) -> Any:
    """How the deployment stands (系统状况)."""
    return system_state()
