"""The page of one's own tokens: made here and shown once, listed, revoked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import InputRefused
from shuangkong.services import api_tokens
from shuangkong.services.people import NotPermitted
from shuangkong.web.page import language_of
from shuangkong.web.security.policies import policy

_UNPROCESSABLE = 422


@policy(Permission.TOKEN_MANAGE)
@require_GET
def show_tokens(request: HttpRequest) -> HttpResponse:
    """Show the own tokens (接口令牌)."""
    return _page(request)


@policy(Permission.TOKEN_MANAGE)
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Make a token and show it this once (签发令牌); the answer is no redirect, so that the token stands nowhere but on it."""
    told = request.POST
    days = told.get("days", "")
    scopes = [Permission[name] for name in told.getlist("scope") if name in Permission.__members__]
    try:
        token = api_tokens.issue_token(
            who=request.member, name=told.get("name", ""), scopes=scopes, days=int(days) if days.isascii() and days.isdecimal() and len(days) < 6 else 0
        )
    except NotPermitted:
        raise
    except InputRefused as refused:
        return _page(request, faults=refused.faults, status=_UNPROCESSABLE)
    response = _page(request, token=token)
    response["Cache-Control"] = "no-store"
    return response


@policy(Permission.TOKEN_MANAGE)
@require_POST
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    """End a token at once (吊销令牌)."""
    api_tokens.revoke_token(who=request.member, token_id=token)
    messages.success(request, "Revoked" if language_of(request) == "en" else "已吊销")
    return HttpResponseRedirect(reverse("tokens"))


def _page(request: HttpRequest, *, token: str = "", faults: object = (), status: int = 200) -> HttpResponse:
    who = request.member
    shown = {
        "tokens": api_tokens.tokens_of(who=who), "made": token, "faults": faults, "longest": api_tokens.LONGEST_DAYS,
        "scopes": api_tokens.scopes_open_to(who),
    }  # fmt: skip
    return render(request, "api/tokens.html", shown, status=status)
