"""Signing in and out."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services import signing_in
from shuangkong.services.access_log import AccessKind, log
from shuangkong.services.deployment import city
from shuangkong.services.lockout import LockedOut
from shuangkong.services.passwords import set_password
from shuangkong.services.people import member
from shuangkong.services.second_factor import begin_enrolment, confirm_enrolment, shown_replacement
from shuangkong.services.security_limits import limit
from shuangkong.services.signing_in import Step
from shuangkong.web.page import language_of
from shuangkong.web.security.address import address_of
from shuangkong.web.security.policies import PUBLIC, SIGNED_IN, policy
from shuangkong.web.security.signed_in import present, sign_in, sign_out

PENDING = "pending"
_TOO_MANY, _UNPROCESSABLE = 429, 422
_TITLE = Words("双控", "Shuangkong")


@policy(PUBLIC)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def enter_by_password(request: HttpRequest) -> HttpResponse:
    """Ask for name and password (登录页)."""
    if request.method != "POST":
        return render(request, "people/sign_in.html", {"next": request.GET.get("next", "/")})
    told = request.POST
    try:
        person = signing_in.enter(sign_in_name=told.get("sign_in_name", ""), password=told.get("password", ""), address=address_of(request))
    except InputRefused as refused:
        return _again(request, "people/sign_in.html", refused, next=told.get("next", "/"), sign_in_name=told.get("sign_in_name", ""))
    request.session.flush()
    request.session[PENDING] = {"person": person, "since": present(), "next": told.get("next", "/"), "code": False}
    return _go_on(request)


@policy(PUBLIC)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def finish_step(request: HttpRequest) -> HttpResponse:
    """Ask for what is still due once the password was right: the code, a new password, a second factor (登录后续步骤)."""
    pending = request.session.get(PENDING)
    if not pending or present() - pending["since"] > limit("step_minutes") * 60:
        request.session.flush()
        return HttpResponseRedirect(reverse("sign-in"))
    due = signing_in.step_due(person_id=pending["person"], code_was_right=pending["code"])
    if due is None:
        return _go_on(request)
    return _STEPS[due](request, pending["person"])


def _code(request: HttpRequest, person: int) -> HttpResponse:
    if request.method != "POST":
        return render(request, "people/code.html")
    try:
        signing_in.give_code(person_id=person, code=request.POST.get("code", ""), address=address_of(request))
    except InputRefused as refused:
        return _again(request, "people/code.html", refused)
    request.session[PENDING] = {**request.session[PENDING], "code": True}
    return _go_on(request)


def _expired_password(request: HttpRequest, person: int) -> HttpResponse:
    shown = {"is_expired": True, "length": limit("password_length_least")}
    if request.method != "POST":
        return render(request, "people/new_password.html", shown)
    try:
        set_password(person_id=person, password=typed_twice(request))
    except InputRefused as refused:
        return _again(request, "people/new_password.html", refused, **shown)
    return _go_on(request)


def _enrolment(request: HttpRequest, person: int) -> HttpResponse:
    return enrol(request, person, lambda: _complete(request, is_strong=True))


_STEPS: dict[Step, Callable[[HttpRequest, int], HttpResponse]] = {
    Step.CODE: _code, Step.PASSWORD: _expired_password, Step.ENROLMENT: _enrolment,
}  # fmt: skip


def enrol(request: HttpRequest, person: int, then: Callable[[], str]) -> HttpResponse:
    """Show the QR code, take the first code, show the recovery codes once (启用动态口令)."""
    if request.method == "POST" and "code" in request.POST:
        try:
            codes = confirm_enrolment(person_id=person, code=request.POST["code"])
        except InputRefused as refused:
            return _again(request, "people/enrolment.html", refused, enrolment=_shown(request, person))
        log(AccessKind.SECOND_FACTOR, name=member(person).sign_in_name, address=address_of(request), said="启用")
        return render(request, "people/recovery_codes.html", {"codes": codes, "next": then()})
    return render(request, "people/enrolment.html", {"enrolment": _shown(request, person)})


def _shown(request: HttpRequest, person: int) -> Any:
    return begin_enrolment(person_id=person, title=_title(request))


def shown_to_new(request: HttpRequest) -> Any:
    """Return what the new telephone of whoever asks is shown (新设备的二维码)."""
    return shown_replacement(person_id=request.member.pk, title=_title(request))


def _title(request: HttpRequest) -> str:
    language = language_of(request)
    return f"{_TITLE.in_language(language)} {city().name.in_language(language)}"


def _go_on(request: HttpRequest) -> HttpResponse:
    pending = request.session[PENDING]
    if signing_in.step_due(person_id=pending["person"], code_was_right=pending["code"]) is not None:
        return HttpResponseRedirect(reverse("sign-in-step"))
    return HttpResponseRedirect(_complete(request, is_strong=pending["code"]))


def _complete(request: HttpRequest, *, is_strong: bool) -> str:
    pending = request.session[PENDING]
    sign_in(request, pending["person"], is_strong=is_strong, how="口令＋动态口令" if is_strong else "口令")
    return _safe(request, pending["next"])


@policy(PUBLIC)
@require_http_methods(["GET", "POST"])
def use_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a one-time link of the demo: the page asks, the button does it, so that a scanner of links uses nothing up (演示登录)."""
    if request.method != "POST":
        return render(request, "people/use_link.html", {"next": request.GET.get("next", "/")})
    person = signing_in.enter_by_link(token=token, address=address_of(request))
    sign_in(request, person, is_strong=True, how="演示链接")
    return HttpResponseRedirect(_safe(request, request.POST.get("next", "/")))


@policy(PUBLIC)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def set_first_password(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password with a one-time link (用链接设定口令)."""
    shown = {"is_expired": False, "length": limit("password_length_least")}
    if request.method != "POST":
        return render(request, "people/new_password.html", shown)
    try:
        signing_in.set_password_by_link(token=token, password=typed_twice(request), address=address_of(request))
    except InputRefused as refused:
        return _again(request, "people/new_password.html", refused, **shown)
    request.session.flush()
    return HttpResponseRedirect(f"{reverse('sign-in')}?set=1")


class TypedDifferently(InputRefused):
    """The two entries of a new password differ (两次输入不一致)."""


def typed_twice(request: HttpRequest) -> str:
    """Return the new password if both entries agree (两次输入)."""
    first, second = request.POST.get("password", ""), request.POST.get("again", "")
    if first != second:
        raise TypedDifferently([Fault(Words("新口令", "new password"), "", Words("两次输入不一致", "was typed differently the second time"), Words("重新输入", "type it again"))])
    return str(first)


@policy(SIGNED_IN)
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out (退出)."""
    log(AccessKind.SIGNED_OUT, name=request.member.sign_in_name, address=address_of(request))
    sign_out(request)
    return HttpResponseRedirect("/")


def _again(request: HttpRequest, template: str, refused: InputRefused, **shown: Any) -> HttpResponse:
    status = _TOO_MANY if isinstance(refused, LockedOut) else _UNPROCESSABLE
    return render(request, template, {**shown, "faults": refused.faults}, status=status)


def _safe(request: HttpRequest, where: str) -> str:
    return where if url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()}, require_https=request.is_secure()) else "/"
