"""The checks of an outlet's monitors: what was done, what is due, what a failed one took away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.pollution.instrument_checks import CheckKind, CheckOutcome
from shuangkong.services.monitoring_kinds import factors_for
from shuangkong.services.outlet_check_pages import checks_page
from shuangkong.services.outlet_checks import CheckEntry
from shuangkong.services.self_monitoring import enter_self_monitoring
from shuangkong.web.monitoring.asked import figure_in, key_in, moment_in, text_in
from shuangkong.web.page import as_of, language_of
from shuangkong.web.returns.asked import NotUnderstood, one_of
from shuangkong.web.security.policies import policy


@policy(Permission.FIGURES_READ)
@require_GET
def show_checks(request: HttpRequest, code: str) -> HttpResponse:
    """Show the checks of an outlet's monitors (仪器检查)."""
    page = checks_page(code=code, who=request.member, as_of=as_of(request))
    context = {"page": page, "factors": factors_for(page.point.kind), "outcomes": (CheckOutcome.PASSED, CheckOutcome.FAILED)}
    return render(request, "monitoring/checks.html", context)


@policy(Permission.MONITORING_REPORT)
@require_POST
def enter_check(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a check, or take one back (登记检查)."""
    told = request.POST
    moment = moment_in(told, "at")
    if moment is None:
        raise NotUnderstood(Words("检查时刻", "moment of the check"), "")
    entry = CheckEntry(
        point=code, factor=text_in(told, "factor").split(" ")[0], kind=one_of(CheckKind, text_in(told, "kind"), Words("检查类别", "kind of check")), at=moment,
        reference=figure_in(told, "reference"), result=figure_in(told, "result"), full_scale=figure_in(told, "full_scale"),
        outcome=one_of(CheckOutcome, text, Words("结论", "outcome")) if (text := text_in(told, "outcome")) else None, replaces=key_in(told, "replaces"),
        is_withdrawn=told.get("is_withdrawn") == "1",
    )  # fmt: skip
    link = enter_self_monitoring(checks=[entry], who=request.member, reason=text_in(told, "reason"))
    messages.success(request, f"已登记，存证 #{link}" if language_of(request) == "zh" else f"Entered, sealed as #{link}")
    return HttpResponseRedirect(reverse("monitoring-checks", args=[code]))
