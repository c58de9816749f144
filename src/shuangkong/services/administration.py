"""Administration of people (人员管理): three administrators, none of whom can do it alone, and none sees a figure.

The system administrator registers people and hands out links to set a password; the security administrator says what they may do and
resets second factors; the audit administrator reads what both did. Every change is an official act in the chain.
"""

import re
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from shuangkong.access.roles import Permission, Role
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock, lockout
from shuangkong.services.access_log import AccessKind, log
from shuangkong.services.chain import Actor, seal, system_actor
from shuangkong.services.deployment import city
from shuangkong.services.people import Member, actor_of, appoint, end_appointment, member, register_person
from shuangkong.services.platform_demo import load_organisations
from shuangkong.services.second_factor import (
    forget_second_factor,
)
from shuangkong.services.security_limits import limit
from shuangkong.services.sessions import end_sessions
from shuangkong.services.signing_in import PASSWORD, one_time_token
from shuangkong.store.models import ApiToken, Appointment, Organisation, Person, SignInToken

_ACTS = {
    "register": "登记", "issue-link": "发放一次性链接", "deactivate": "停用", "reactivate": "恢复", "unlock": "解锁", "end-sessions": "强制下线",
    "reset-second-factor": "重置动态口令",
}  # fmt: skip
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


class BadSignInName(Refusal):
    """The sign-in name cannot be used (登录名不合规)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            thing=Words("登录名", "sign-in name"), value=name,
            rule=Words("应为 3 至 40 个小写字母、数字、点、横线，以字母或数字开头", "is 3 to 40 lower-case letters, digits, dots or dashes, a letter or digit first"),
            remedy=Words("改正后再登记", "correct it"),
        )  # fmt: skip


class NothingSaid(Refusal):
    """Something must be said (缺少内容)."""

    def __init__(self, thing: Words) -> None:
        super().__init__(thing=thing, value="", rule=Words("不能为空", "must not be empty"), remedy=Words("填写后再提交", "fill it in"))


class OwnAccount(Refusal):
    """Nobody does this to the own account (不得自行办理)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("本人账户", "own account"), value="", rule=Words("管理员不得为自己办理", "is not for the administrator's own hand"),
            remedy=Words("由另一位管理员办理", "ask another administrator"),
        )  # fmt: skip


class BadTerm(Refusal):
    """An appointment cannot begin in the past or end before it begins (任职期限不成立)."""

    def __init__(self, valid_from: date, valid_to: date | None) -> None:
        super().__init__(
            thing=Words("任职期限", "term"), value=f"{valid_from}—{valid_to or ''}", rule=Words("不得早于今日开始，结束应晚于开始", "begins today or later and ends after it begins"),
            remedy=Words("改正日期", "correct the days"),
        )  # fmt: skip


class PersonLeft(Refusal):
    """The person has left (已停用)."""

    def __init__(self, person: Person) -> None:
        super().__init__(
            thing=Words("人员", "person"), value=person.sign_in_name, rule=Words("已停用", "has left"), remedy=Words("请系统管理员先恢复", "let the system administrator reactivate first"),
        )  # fmt: skip


class PostOver(Refusal):
    """The post has ended already (岗位已结束)."""

    def __init__(self, role: Role) -> None:
        super().__init__(thing=Words("岗位", "post"), value=role.value, rule=Words("已经结束", "has ended already"), remedy=Words("刷新页面", "reload the page"))


class RoleHeld(Refusal):
    """Somebody holds the role already (岗位已有人)."""

    def __init__(self, role: Role, holder: str) -> None:
        super().__init__(
            thing=Words("首任管理员", "first administrator"), value=role.value, rule=Words(f"已由 {holder} 担任", f"is held by {holder}"),
            remedy=Words("用 user reset 重发链接，或由安全管理员任命", "use `user reset` for a new link, or let the security administrator appoint"),
        )  # fmt: skip


class UnknownPerson(Refusal):
    """Nobody signs in under this name (没有此人)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            thing=Words("登录名", "sign-in name"), value=name, rule=Words("没有登记", "is not registered"), remedy=Words("用 user list 查看", "see `user list`"),
        )  # fmt: skip


def register(*, sign_in_name: str, full_name: str, title: str, who: Member, reason: str) -> int:
    """Register a person, who can do nothing yet (登记人员); returns the key.

    Raises
    ------
    BadSignInName, NameTaken, NothingSaid, NotPermitted
        If it cannot be.
    """
    if not _NAME.fullmatch(sign_in_name):
        raise BadSignInName(sign_in_name)
    if not full_name.strip():
        raise NothingSaid(Words("姓名", "name"))
    with transaction.atomic():
        actor = _actor(who, Permission.PEOPLE_MANAGE)
        key = register_person(sign_in_name=sign_in_name, full_name=full_name.strip()[:60], title=title.strip()[:60])
        _seal_change(key, "register", actor, reason)
    return key


def issue_link(*, person_id: int, who: Member, reason: str) -> str:
    """Return a token to set a password with, shown this once; earlier ones are void (发放一次性链接)."""
    with transaction.atomic():
        actor = _actor(who, Permission.PEOPLE_MANAGE)
        not_oneself(who, person_id)
        _seal_change(person_id, "issue-link", actor, reason)
        return _fresh_link(person_id)


def deactivate(*, person_id: int, who: Member, reason: str) -> int:
    """Let a person leave (停用): all posts end today, all sessions end; returns how many posts ended."""
    with transaction.atomic():
        actor = _actor(who, Permission.PEOPLE_MANAGE)
        not_oneself(who, person_id)
        return _leave(person_id, actor, reason)


def reactivate(*, person_id: int, who: Member, reason: str) -> None:
    """Let a person come back (恢复): without any post, until the security administrator appoints."""
    with transaction.atomic():
        actor = _actor(who, Permission.PEOPLE_MANAGE)
        not_oneself(who, person_id)
        Person.objects.filter(pk=person_id).update(is_active=True)
        _seal_change(person_id, "reactivate", actor, reason)


def grant(*, person_id: int, role: Role, organisation: str, valid_from: date, valid_to: date | None, who: Member, reason: str) -> int:
    """Appoint a person to a post (任职); the person signs in anew.

    Raises
    ------
    IncompatiblePosts, OwnAccount, BadTerm, PersonLeft, NotPermitted
        If it cannot be.
    """
    with transaction.atomic():
        actor = actor_of(who, Permission.APPOINTMENTS_MANAGE, organisation)
        not_oneself(who, person_id)
        check_term(person_id, valid_from, valid_to)
        made = appoint(person_id=person_id, role=role, organisation=organisation, valid_from=valid_from, valid_to=valid_to, actor=actor, reason=reason)
        end_sessions(person_id=person_id)
        _log_change(person_id, f"任职 {role.value} {organisation}", actor)
    return made


def end_post(*, appointment_id: int, who: Member, reason: str) -> int:
    """End a post today (免职); the person's sessions end; returns whose it was."""
    with transaction.atomic():
        held = Appointment.objects.select_related("organisation").get(pk=appointment_id)
        actor = actor_of(who, Permission.APPOINTMENTS_MANAGE, held.organisation.code)
        not_oneself(who, held.person_id)
        if hasattr(held, "end"):
            raise PostOver(Role[held.role])
        end_appointment(appointment_id=appointment_id, ended_on=clock.today(), actor=actor, reason=reason)
        end_sessions(person_id=held.person_id)
        _log_change(held.person_id, f"免职 {Role[held.role].value} {held.organisation.code}", actor)
    return int(held.person_id)


def reset_second_factor(*, person_id: int, who: Member, reason: str) -> None:
    """Remove a lost second factor (重置动态口令); at the next sign-in a new one is put in place."""
    with transaction.atomic():
        actor = _actor(who, Permission.SECURITY_MANAGE)
        not_oneself(who, person_id)
        _drop_factor(person_id, actor, reason)


def unlock(*, person_id: int, who: Member, reason: str) -> int:
    """Forget the failed attempts at a name (解锁), and return how many there were."""
    with transaction.atomic():
        actor = _actor(who, Permission.SECURITY_MANAGE)
        _seal_change(person_id, "unlock", actor, reason)
        return lockout.unlock(sign_in_name=Person.objects.get(pk=person_id).sign_in_name)


def end_all_sessions(*, person_id: int, who: Member, reason: str) -> int:
    """End every session and API token of a person (强制下线), and return how many sessions there were."""
    with transaction.atomic():
        actor = _actor(who, Permission.SECURITY_MANAGE)
        _seal_change(person_id, "end-sessions", actor, reason)
        return _sign_out_everywhere(person_id)


def first_administrator(*, sign_in_name: str, full_name: str, role: Role) -> str:
    """Make the first of the three administrators of a kind, and return the token to set the password with (首任管理员).

    Only for whoever has the machine's command line, and only while nobody holds the role. In an empty database the chain is opened and
    the jurisdictions and agencies of the city pack are registered first.

    Raises
    ------
    RoleHeld, BadSignInName, NameTaken
        If it cannot be.
    """
    if not _NAME.fullmatch(sign_in_name):
        raise BadSignInName(sign_in_name)
    actor, reason = system_actor(city().code), "设立首任管理员"
    with transaction.atomic():
        if not Organisation.objects.exists():
            seal(kind=ActKind.CHAIN_OPENING, subject=f"city/{city().code}", content={"city": city().code, "plan": city().plan.id}, actor=actor)
            load_organisations()
        for person in Person.objects.filter(appointments__role=role.name).distinct():
            if role in member(person.pk).roles:
                raise RoleHeld(role, person.sign_in_name)
        key = register_person(sign_in_name=sign_in_name, full_name=full_name or sign_in_name)
        _seal_change(key, "register", actor, reason)
        appoint(person_id=key, role=role, organisation=city().code, valid_from=clock.today(), actor=actor, reason=reason)
        return _fresh_link(key)


def reset_on_the_machine(*, sign_in_name: str, reason: str, with_second_factor: bool) -> str:
    """Return a token to set a new password with, for whoever has the machine's command line (命令行重置)."""
    actor = system_actor(city().code)
    with transaction.atomic():
        key = key_of(sign_in_name)
        _seal_change(key, "issue-link", actor, reason)
        if with_second_factor:
            _drop_factor(key, actor, reason)
        _sign_out_everywhere(key)
        lockout.unlock(sign_in_name=sign_in_name)
        return _fresh_link(key)


def end_on_the_machine(*, sign_in_name: str, reason: str) -> int:
    """Let a person leave, for whoever has the machine's command line (命令行停用); returns how many posts ended."""
    with transaction.atomic():
        return _leave(key_of(sign_in_name), system_actor(city().code), reason)


def not_oneself(who: Member, person_id: int) -> None:
    """Refuse an administrator's own account (不得自行办理)."""
    if who.pk == person_id:
        raise OwnAccount


def check_term(person_id: int, valid_from: date, valid_to: date | None) -> None:
    """Refuse a term that begins in the past or ends before it begins, and anybody who has left (核对任职期限)."""
    if valid_from < clock.today() or (valid_to is not None and valid_to <= valid_from):
        raise BadTerm(valid_from, valid_to)
    person = Person.objects.get(pk=person_id)
    if not person.is_active:
        raise PersonLeft(person)


def key_of(sign_in_name: str) -> int:
    """Return the key of whoever signs in under a name (按登录名查人); raise `UnknownPerson`."""
    found = Person.objects.filter(sign_in_name=sign_in_name).values_list("pk", flat=True).first()
    if found is None:
        raise UnknownPerson(sign_in_name)
    return int(found)


def _actor(who: Member, permission: Permission) -> Actor:
    return actor_of(who, permission, city().code)


def _fresh_link(person_id: int) -> str:
    SignInToken.objects.filter(person_id=person_id, purpose=PASSWORD, used_at=None).delete()
    return one_time_token(person_id=person_id, purpose=PASSWORD, lasts=timedelta(hours=limit("link_hours")))


def _sign_out_everywhere(person_id: int) -> int:
    ApiToken.objects.filter(person_id=person_id, revoked_at=None).update(revoked_at=clock.now())
    return end_sessions(person_id=person_id)


def _drop_factor(person_id: int, actor: Actor, reason: str) -> None:
    forget_second_factor(person_id=person_id)
    end_sessions(person_id=person_id)
    _seal_change(person_id, "reset-second-factor", actor, reason)


def _leave(person_id: int, actor: Actor, reason: str) -> int:
    today = clock.today()
    ended = 0
    for row in Appointment.objects.filter(person_id=person_id, end=None).filter(Q(valid_to=None) | Q(valid_to__gt=today)).order_by("id"):
        end_appointment(appointment_id=row.pk, ended_on=today, actor=actor, reason=reason)
        ended += 1
    Person.objects.filter(pk=person_id).update(is_active=False)
    SignInToken.objects.filter(person_id=person_id, used_at=None).delete()
    _sign_out_everywhere(person_id)
    _seal_change(person_id, "deactivate", actor, reason)
    return ended


def _seal_change(person_id: int, act: str, actor: Actor, reason: str) -> None:
    person = Person.objects.get(pk=person_id)
    seal(
        kind=ActKind.ROLE_CHANGE, subject=f"person/{person.sign_in_name}", actor=actor, reason=reason, is_simulated=person.is_simulated,
        content={"act": act, "person": person.sign_in_name, "full_name": person.full_name, "title": person.title, "recorded_on": clock.today()},
    )  # fmt: skip
    _log_change(person_id, _ACTS[act], actor)


def _log_change(person_id: int, act: str, actor: Actor) -> None:
    by = Person.objects.filter(pk=actor.person_id).values_list("sign_in_name", flat=True).first() or actor.name
    log(AccessKind.ADMINISTERED, name=by, said=f"{act}：{Person.objects.get(pk=person_id).sign_in_name}")
