"""What every page needs: who looks at it, in which language, as known on which day, and where it can go."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import day_named
from shuangkong.services.deployment import city


class Door(NamedTuple):
    """An entry of the menu (菜单项): route, words, the letter after `g`, who sees it."""

    route: str
    words: Words
    letter: str
    permissions: tuple[Permission, ...]


_P = Permission
DOORS = (
    Door("board", Words("总览", "Board"), "b", (_P.FIGURES_READ,)),
    Door("places", Words("县区", "Places"), "c", (_P.FIGURES_READ,)),
    Door("units", Words("单位", "Units"), "n", (_P.FIGURES_READ,)),
    Door("monitoring", Words("监测", "Monitoring"), "m", (_P.FIGURES_READ,)),
    Door("my-work", Words("我的工作", "My work"), "w", (_P.FIGURES_READ, _P.RESULT_RECEIVE)),
    Door("returns", Words("报表", "Returns"), "r", (_P.FIGURES_READ,)),
    Door("findings", Words("问题", "Findings"), "f", (_P.FIGURES_READ,)),
    Door("windows", Words("填报期", "Windows"), "t", (_P.WINDOW_MANAGE,)),
    Door("assessments", Words("考核", "Assessment"), "a", (_P.FIGURES_READ,)),
    Door("rules", Words("规则", "Rules"), "u", (_P.RULES_READ,)),
    Door("results", Words("移交结果", "Results"), "h", (_P.RESULT_RECEIVE,)),
    Door("people", Words("人员", "People"), "p", (_P.PEOPLE_MANAGE, _P.APPOINTMENTS_MANAGE, _P.SECURITY_MANAGE)),
    Door("access-log", Words("操作记录", "Access log"), "l", (_P.AUDIT_LOG_READ,)),
    Door("system", Words("系统", "System"), "s", (_P.SYSTEM_MANAGE,)),
    Door("organisations", Words("组织", "Organisations"), "o", (_P.FIGURES_READ,)),
    Door("audit", Words("审计", "Audit"), "e", (_P.EVIDENCE_READ,)),
    Door("tokens", Words("接口", "API"), "t", (_P.TOKEN_MANAGE,)),
)


def language_of(request: HttpRequest) -> Language:
    """Return the language of a request: `?lang=`, then the cookie, then Chinese (界面语言)."""
    asked = request.GET.get("lang") or request.COOKIES.get("lang")
    return "en" if asked == "en" else "zh"


class LanguageKept:
    """Keeps the language that was chosen with `?lang=` (记住语言)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        response = self.get_response(request)
        if "lang" in request.GET and language_of(request) != request.COOKIES.get("lang", "zh"):
            response.set_cookie("lang", language_of(request), max_age=31_536_000, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")
        return response


def as_of(request: HttpRequest) -> date | None:
    """Return the day whose knowledge is asked for, None for now (截至); raise `InputRefused` for what is no day."""
    text = request.GET.get("as_of", "")
    return day_named(text) if text else None


def page_number(request: HttpRequest) -> int:
    """Return which page of a list is asked for, the first for what is no number (页码)."""
    told = request.GET.get("page", "1")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 9 else 1


def page(request: HttpRequest) -> dict[str, Any]:
    """Give every template what every page shows (页面上下文)."""
    who = getattr(request, "member", None)
    try:
        known = as_of(request)
    except ValueError:
        known = None
    return {
        "language": language_of(request), "member": who, "city": city(), "is_demo": settings.IS_DEMO, "as_of": known, "idle_seconds": settings.SESSION_IDLE_SECONDS,
        "sees_figures": bool(who and who.may(Permission.FIGURES_READ)),
        "doors": [{"href": reverse(door.route), "words": door.words, "letter": door.letter, "is_here": request.path == reverse(door.route)}
                  for door in DOORS if who and any(who.may(one) for one in door.permissions)],
    }  # fmt: skip
