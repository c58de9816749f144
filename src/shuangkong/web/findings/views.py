"""Findings: the list, one of them, what is done to it; the catalogue of checks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.checks.lifecycle import FindingAct, FindingState
from shuangkong.checks.model import Severity
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import day_named
from shuangkong.services.finding_cases import act_on_finding, list_findings
from shuangkong.services.finding_pages import list_checks, show_finding
from shuangkong.web.page import language_of
from shuangkong.web.returns.asked import one_of
from shuangkong.web.security.policies import policy

_FILTERS = ("state", "severity", "code", "place", "period")


@policy(Permission.FIGURES_READ)
@require_GET
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the findings that a filter in the address asks for (问题清单)."""
    asked = {name: request.GET.get(name, "").strip()[:40] for name in _FILTERS}
    told = {"findings": list_findings(who=request.member, **asked), "asked": asked, "states": list(FindingState), "severities": list(Severity)}
    return render(request, "findings/list.html", told)


@policy(Permission.FIGURES_READ)
@require_GET
def show_one(request: HttpRequest, finding: int) -> HttpResponse:
    """Show a finding (问题)."""
    shown = show_finding(finding_id=finding, who=request.member)
    chart = shown.chart(language_of(request)) if len(shown.series) > 1 else None
    return render(request, "findings/finding.html", {"shown": shown, "chart": chart})


@policy(Permission.FINDING_EXPLAIN, Permission.FINDING_JUDGE, Permission.FINDING_WAIVE)
@require_POST
def act(request: HttpRequest, finding: int) -> HttpResponse:
    """Explain, reject, rectify, close, waive, revoke or reopen (处理问题)."""
    told = request.POST
    done = one_of(FindingAct, told.get("act", ""), Words("处理动作", "act"))
    until = told.get("until", "").strip()
    act_on_finding(finding_id=finding, act=done, who=request.member, reason=told.get("reason", ""), until=day_named(until) if until else None)
    messages.success(request, f"已{done.value}" if language_of(request) == "zh" else f"Done: {done.name.lower()}")
    return HttpResponseRedirect(reverse("finding", args=[finding]))


@policy(Permission.FIGURES_READ)
@require_GET
def show_checks(request: HttpRequest) -> HttpResponse:
    """Show the catalogue of checks (核查目录)."""
    return render(request, "findings/checks.html", {"checks": list_checks()})
