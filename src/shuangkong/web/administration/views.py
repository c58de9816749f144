"""Administration of people: what each of the administrators may do, and no figure."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission, Role
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import day_named
from shuangkong.services import administration, clock, people_lists, stand_ins
from shuangkong.services.organisations import tree_on
from shuangkong.services.security_limits import limit
from shuangkong.web.page import language_of, page_number
from shuangkong.web.security.policies import policy

_EITHER = (Permission.PEOPLE_MANAGE, Permission.APPOINTMENTS_MANAGE, Permission.SECURITY_MANAGE)


class UnknownRole(Refusal):
    """There is no such role (没有此岗位)."""

    def __init__(self, name: str) -> None:
        super().__init__(thing=Words("岗位", "role"), value=name, rule=Words("不存在", "does not exist"), remedy=Words("从列表中选择", "choose from the list"))


@policy(*_EITHER)
@require_GET
def show_people(request: HttpRequest) -> HttpResponse:
    """Show who is registered, with their posts (人员)."""
    told = request.GET
    asked = {name: told.get(name, "").strip() for name in ("q", "role", "organisation")}
    found = people_lists.people(asked=asked["q"], role=Role.__members__.get(asked["role"]), organisation=asked["organisation"], number=page_number(request))
    shown = {"people": found, "asked": asked, "roles": list(Role), "query": urlencode({name: text for name, text in asked.items() if text}), **_may(request)}
    return render(request, "administration/people.html", shown)


@policy(*_EITHER)
@require_GET
def show_person(request: HttpRequest, person: int) -> HttpResponse:
    """Show a person: posts, how the person signs in, what may be done (人员详情)."""
    today = clock.today()
    opened = people_lists.person_page(person_id=person)
    shown = {
        "opened": opened, "today": today, "roles": list(Role), "organisations": sorted(tree_on(today), key=lambda node: (node.kind.name, node.code)),
        "held": [post for post in opened.line.posts if post.is_held(today)], "past": [post for post in opened.line.posts if not post.is_held(today)],
        "stand_in_days": limit("stand_in_days"),
        "is_oneself": person == request.member.pk, **_may(request),
    }  # fmt: skip
    return render(request, "administration/person.html", shown)


@policy(*_EITHER)
@require_GET
def show_hand_over(request: HttpRequest, person: int) -> HttpResponse:
    """Show what a person who leaves has open (交接清单)."""
    return render(request, "administration/hand_over.html", {"left": stand_ins.hand_over(person_id=person), "person": person, "today": clock.today()})


@policy(Permission.PEOPLE_MANAGE)
@require_POST
def register_person(request: HttpRequest) -> HttpResponse:
    """Register a person (登记人员)."""
    told = request.POST
    key = administration.register(
        sign_in_name=told.get("sign_in_name", "").strip(), full_name=told.get("full_name", ""), title=told.get("title", ""), who=request.member,
        reason=told.get("reason", ""),
    )  # fmt: skip
    return _back(request, key, "已登记；下一步发放一次性链接，并请安全管理员任命", "Registered. Now issue a one-time link; the security administrator appoints.")


@policy(Permission.PEOPLE_MANAGE)
@require_POST
def issue_link(request: HttpRequest, person: int) -> HttpResponse:
    """Issue a link to set a password with, shown this once (发放一次性链接)."""
    token = administration.issue_link(person_id=person, who=request.member, reason=request.POST.get("reason", ""))
    link = request.build_absolute_uri(reverse("password-link", args=[token]))
    return render(request, "administration/link.html", {"link": link, "person": person, "hours": limit("link_hours")})


@policy(Permission.PEOPLE_MANAGE)
@require_POST
def deactivate_person(request: HttpRequest, person: int) -> HttpResponse:
    """Let a person leave (停用)."""
    ended = administration.deactivate(person_id=person, who=request.member, reason=request.POST.get("reason", ""))
    return _back(request, person, f"已停用，结束岗位 {ended} 个", f"Deactivated; posts ended: {ended}")


@policy(Permission.PEOPLE_MANAGE)
@require_POST
def reactivate_person(request: HttpRequest, person: int) -> HttpResponse:
    """Let a person come back, without posts (恢复)."""
    administration.reactivate(person_id=person, who=request.member, reason=request.POST.get("reason", ""))
    return _back(request, person, "已恢复，岗位须重新任命", "Reactivated; posts have to be given anew")


@policy(Permission.APPOINTMENTS_MANAGE)
@require_POST
def appoint_person(request: HttpRequest, person: int) -> HttpResponse:
    """Appoint a person to a post (任职)."""
    told = request.POST
    administration.grant(
        person_id=person, role=_role(told.get("role", "")), organisation=told.get("organisation", ""), valid_from=_day(told.get("valid_from", "")) or clock.today(),
        valid_to=_day(told.get("valid_to", "")), who=request.member, reason=told.get("reason", ""),
    )  # fmt: skip
    return _back(request, person, "已任职", "Appointed")


@policy(Permission.APPOINTMENTS_MANAGE)
@require_POST
def appoint_stand_in(request: HttpRequest, person: int) -> HttpResponse:
    """Let somebody else stand in for a person in one post (代办)."""
    told = request.POST
    role, _, organisation = told.get("post", "").partition(" ")
    begin = _day(told.get("valid_from", "")) or clock.today()
    stand_ins.appoint_stand_in(
        absent=person, stand_in=administration.key_of(told.get("stand_in", "").strip()), role=_role(role), organisation=organisation, valid_from=begin,
        valid_to=_day(told.get("valid_to", "")) or begin, who=request.member, reason=told.get("reason", ""),
    )  # fmt: skip
    return _back(request, person, "已安排代办", "The stand-in is appointed")


@policy(Permission.APPOINTMENTS_MANAGE)
@require_POST
def end_post(request: HttpRequest, post: int) -> HttpResponse:
    """End a post today (免职)."""
    person = administration.end_post(appointment_id=post, who=request.member, reason=request.POST.get("reason", ""))
    return _back(request, person, "岗位已结束", "The post has ended")


@policy(Permission.SECURITY_MANAGE)
@require_POST
def reset_second_factor(request: HttpRequest, person: int) -> HttpResponse:
    """Remove a lost second factor (重置动态口令)."""
    administration.reset_second_factor(person_id=person, who=request.member, reason=request.POST.get("reason", ""))
    return _back(request, person, "动态口令已重置，下次登录时重新启用", "The second factor is reset; a new one is put in place at the next sign-in")


@policy(Permission.SECURITY_MANAGE)
@require_POST
def unlock_person(request: HttpRequest, person: int) -> HttpResponse:
    """Forget the failed attempts at a name (解锁)."""
    forgotten = administration.unlock(person_id=person, who=request.member, reason=request.POST.get("reason", ""))
    return _back(request, person, f"已解锁，清除失败 {forgotten} 次", f"Unlocked; failures forgotten: {forgotten}")


@policy(Permission.SECURITY_MANAGE)
@require_POST
def end_sessions(request: HttpRequest, person: int) -> HttpResponse:
    """End every session of a person (强制下线)."""
    ended = administration.end_all_sessions(person_id=person, who=request.member, reason=request.POST.get("reason", ""))
    return _back(request, person, f"已结束 {ended} 个会话", f"Sessions ended: {ended}")


def _may(request: HttpRequest) -> dict[str, bool]:
    may = request.member.may
    return {
        "may_people": may(Permission.PEOPLE_MANAGE), "may_posts": may(Permission.APPOINTMENTS_MANAGE), "may_security": may(Permission.SECURITY_MANAGE),
    }  # fmt: skip


def _role(name: str) -> Role:
    if name not in Role.__members__:
        raise UnknownRole(name)
    return Role[name]


def _day(text: str) -> date | None:
    return day_named(text) if text else None


def _back(request: HttpRequest, person: int, zh: str, en: str) -> HttpResponse:
    messages.success(request, en if language_of(request) == "en" else zh)
    return HttpResponseRedirect(reverse("person", args=[person]))
