"""Signing in and out."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from shuangkong.services.signing_in import redeem_token
from shuangkong.web.security.policies import PUBLIC, SIGNED_IN, policy
from shuangkong.web.security.signed_in import sign_in, sign_out


@policy(PUBLIC)
@require_GET
def show_sign_in(request: HttpRequest) -> HttpResponse:
    """Show how to sign in (登录页)."""
    return render(request, "people/sign_in.html", {"next": request.GET.get("next", "/")})


@policy(PUBLIC)
def use_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a one-time link: the page asks, the button does it, so that a scanner of links uses nothing up (一次性登录)."""
    if request.method != "POST":
        return render(request, "people/use_link.html", {"next": request.GET.get("next", "/")})
    sign_in(request, redeem_token(token=token, purpose="sign-in"))
    return HttpResponseRedirect(_safe(request, request.POST.get("next", "/")))


@policy(SIGNED_IN)
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out (退出)."""
    sign_out(request)
    return HttpResponseRedirect("/")


def _safe(request: HttpRequest, where: str) -> str:
    return where if url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()}, require_https=request.is_secure()) else "/"
