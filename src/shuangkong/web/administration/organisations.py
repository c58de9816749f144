"""Organisations: a unit moves, is renamed, closes; from a day on, and the past keeps what it was."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import day_named
from shuangkong.services import organisation_changes
from shuangkong.web.page import language_of
from shuangkong.web.security.policies import policy


@policy(Permission.WINDOW_MANAGE)
@require_GET
def show_organisations(request: HttpRequest) -> HttpResponse:
    """Show the organisations a person may change (组织)."""
    return render(request, "administration/organisations.html", {"page": organisation_changes.changeable(who=request.member, code=request.GET.get("code", ""))})


@policy(Permission.WINDOW_MANAGE)
@require_POST
def change_organisation(request: HttpRequest) -> HttpResponse:
    """Let something else hold of an organisation from a day on (机构变更)."""
    told = request.POST
    code = told.get("code", "")
    organisation_changes.change(
        code=code, name_zh=told.get("name_zh", ""), name_en=told.get("name_en", ""), parent=told.get("parent", ""), park=told.get("park", ""),
        is_closed=told.get("is_closed") == "1", valid_from=day_named(told.get("valid_from", "")), who=request.member, reason=told.get("reason", ""),
    )  # fmt: skip
    messages.success(request, "Changed" if language_of(request) == "en" else "已变更")
    return HttpResponseRedirect(f"{reverse('organisations')}?code={code}")
