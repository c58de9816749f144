"""Organisations: the tree of a day, what held of each from when; a unit is registered, moves, joins a park, is renamed, closes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import day_named
from shuangkong.services import clock, organisation_changes
from shuangkong.services.organisation_register import register, register_form
from shuangkong.services.organisations import OrganisationKind
from shuangkong.web.page import as_of, language_of, page_number
from shuangkong.web.returns.asked import one_of
from shuangkong.web.security.policies import policy


@policy(Permission.FIGURES_READ)
@require_GET
def show_organisations(request: HttpRequest) -> HttpResponse:
    """Show the organisations of a day, or those a search finds (组织)."""
    page = organisation_changes.tree_page(day=as_of(request), asked=request.GET.get("q", "").strip(), number=page_number(request))
    told = {"q": page.asked, **({"as_of": request.GET["as_of"]} if request.GET.get("as_of") else {})}
    return render(request, "places/organisations.html", {"page": page, "query": urlencode(told), "register": register_form(who=request.member)})


@policy(Permission.FIGURES_READ)
@require_GET
def show_organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Show what held of an organisation from when (沿革)."""
    page = organisation_changes.history_page(code=code, who=request.member)
    return render(request, "places/organisation.html", {"page": page, "today": clock.today()})


@policy(Permission.WINDOW_MANAGE)
@require_POST
def register_organisation(request: HttpRequest) -> HttpResponse:
    """Enter a unit or a park (登记组织)."""
    told = request.POST
    register(
        code=told.get("code", ""), kind=one_of(OrganisationKind, told.get("kind", ""), Words("组织类别", "kind")), name_zh=told.get("name_zh", ""),
        name_en=told.get("name_en", ""), parent=told.get("parent", ""), park=told.get("park", ""), credit_code=told.get("credit_code", "").strip().upper(),
        trade=told.get("trade", ""), tags=set(told.getlist("tag")), valid_from=day_named(told.get("valid_from", "")), who=request.member, reason=told.get("reason", ""),
    )  # fmt: skip
    messages.success(request, "Registered" if language_of(request) == "en" else "已登记")
    return HttpResponseRedirect(reverse("organisation", args=[told.get("code", "").strip().upper()]))


@policy(Permission.WINDOW_MANAGE)
@require_POST
def change_organisation(request: HttpRequest) -> HttpResponse:
    """Let something else hold of an organisation from a day on (机构变更)."""
    told = request.POST
    code = told.get("code", "")
    organisation_changes.change(
        code=code, name_zh=told.get("name_zh", ""), name_en=told.get("name_en", ""), parent=told.get("parent", ""), park=told.get("park", ""),
        is_closed=told.get("is_closed") == "1", valid_from=day_named(told.get("valid_from", "")), who=request.member, reason=told.get("reason", ""),
        trade=told.get("trade"), tags=set(told.getlist("tag")) if told.get("tags_told") else None,
    )  # fmt: skip
    pending = organisation_changes.pending_of(code) if told.get("is_closed") == "1" else ()
    zh, en = "已变更", "Changed"
    if pending:
        zh, en = f"已变更；还有 {len(pending)} 份报表未办结，仍由报告期所属县区办理，见下", f"Changed; returns pending: {len(pending)}. They stay with the jurisdiction of their period, see below"
    messages.success(request, en if language_of(request) == "en" else zh)
    return HttpResponseRedirect(reverse("organisation", args=[code]))
