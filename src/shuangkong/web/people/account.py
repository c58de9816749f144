"""The own account: password, second factor, sessions, posts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuangkong.kernel.faults import InputRefused
from shuangkong.services import clock, own_factor, signing_in
from shuangkong.services.access_log import AccessKind, log
from shuangkong.services.people_lists import person_page
from shuangkong.services.second_factor import NoReplacement, renew_recovery_codes
from shuangkong.services.security_limits import limit
from shuangkong.services.sessions import end_sessions, open_sessions
from shuangkong.web.page import language_of
from shuangkong.web.people.views import enrol, shown_to_new, typed_twice
from shuangkong.web.security.address import address_of
from shuangkong.web.security.policies import SIGNED_IN, policy
from shuangkong.web.security.signed_in import IS_STRONG, keep_only_this

_UNPROCESSABLE = 422
_REPLACING = "replacing"


@policy(SIGNED_IN)
@require_POST
def keep_session(request: HttpRequest) -> HttpResponse:
    """Hear from a page that is still in use, so that the session does not end as idle (保持登录)."""
    return JsonResponse({"status": "ok"})


@policy(SIGNED_IN)
@require_GET
def show_account(request: HttpRequest) -> HttpResponse:
    """Show the own account (我的账户)."""
    return _account(request)


def _account(request: HttpRequest, refused: InputRefused | None = None) -> HttpResponse:
    who = request.member
    account = person_page(person_id=who.pk)
    shown = {
        "account": account, "held": [post for post in account.line.posts if post.is_held(clock.today())],
        "length": limit("password_length_least"), "faults": refused.faults if refused else (),
        "sessions": open_sessions(person_id=who.pk, this=request.session.session_key),
    }  # fmt: skip
    return render(request, "people/account.html", shown, status=_UNPROCESSABLE if refused else 200)


@policy(SIGNED_IN)
@require_POST
@sensitive_post_parameters()
def change_own_password(request: HttpRequest) -> HttpResponse:
    """Change the own password (修改口令); all other sessions end."""
    try:
        signing_in.change_password(
            person_id=request.member.pk, current=request.POST.get("current", ""), password=typed_twice(request), address=address_of(request),
            session=request.session.session_key,
        )  # fmt: skip
    except InputRefused as refused:
        return _account(request, refused)
    request.session.cycle_key()
    return _done(request, "口令已修改，其他会话已结束", "The password is changed; all other sessions have ended")


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def own_second_factor(request: HttpRequest) -> HttpResponse:
    """Put a second factor in place of one's own accord (启用动态口令)."""

    def then() -> str:
        request.session[IS_STRONG] = True
        request.session.cycle_key()
        return reverse("account")

    return enrol(request, request.member.pk, then)


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def replace_own_device(request: HttpRequest) -> HttpResponse:
    """Put a new telephone in the place of the old (更换动态口令设备): who it is, then its first code, then new recovery codes.

    The secret of the new one is shown in the session alone in which password and code were given.
    """
    who, told, address = request.member, request.POST, address_of(request)
    is_known = bool(request.session.get(_REPLACING))
    try:
        if request.method == "POST" and is_known and told.get("step") == "confirm":
            codes = own_factor.replace_own_device(who=who, code=told.get("code", ""), address=address, session=request.session.session_key)
            del request.session[_REPLACING]
            request.session[IS_STRONG] = True
            request.session.cycle_key()
            return render(request, "people/recovery_codes.html", {"codes": codes, "next": reverse("account")})
        if request.method == "POST":
            own_factor.begin_own_replacement(who=who, password=told.get("current", ""), code=told.get("code", ""), address=address)
            request.session[_REPLACING] = True
            return HttpResponseRedirect(reverse("replace-own-device"))
    except InputRefused as refused:
        return render(request, "people/replacement.html", {"faults": refused.faults, "enrolment": _begun(request)}, status=_UNPROCESSABLE)
    return render(request, "people/replacement.html", {"enrolment": _begun(request)})


def _begun(request: HttpRequest) -> Any:
    """Return what the new telephone is shown, None where this session began with none or it is over."""
    try:
        return shown_to_new(request) if request.session.get(_REPLACING) else None
    except NoReplacement:
        del request.session[_REPLACING]
        return None


@policy(SIGNED_IN)
@require_POST
@sensitive_post_parameters()
def own_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes (重新生成恢复码)."""
    try:
        codes = renew_recovery_codes(person_id=request.member.pk, code=request.POST.get("code", ""))
    except InputRefused as refused:
        return _account(request, refused)
    log(AccessKind.SECOND_FACTOR, name=request.member.sign_in_name, address=address_of(request), said="重新生成恢复码")
    return render(request, "people/recovery_codes.html", {"codes": codes, "next": reverse("account")})


@policy(SIGNED_IN)
@require_POST
def end_own_sessions(request: HttpRequest) -> HttpResponse:
    """End one other session by its mark, or all others (结束会话)."""
    mark = request.POST.get("mark", "")
    ended = end_sessions(person_id=request.member.pk, keep=request.session.session_key, mark=mark) if mark else keep_only_this(request)
    log(AccessKind.SESSIONS_ENDED, name=request.member.sign_in_name, address=address_of(request), said=str(ended))
    return _done(request, f"已结束 {ended} 个会话", f"Sessions ended: {ended}")


def _done(request: HttpRequest, zh: str, en: str) -> HttpResponse:
    messages.success(request, en if language_of(request) == "en" else zh)
    return HttpResponseRedirect(reverse("account"))
