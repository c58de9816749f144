"""Windows of filing and releases from it, for those in charge."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period, day_named
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.waivers import waive_period
from shuangkong.services.windows import change_window, early_notice, managed_windows, may_manage
from shuangkong.web.page import language_of
from shuangkong.web.security.policies import policy


@policy(Permission.WINDOW_MANAGE)
@require_GET
def show_windows(request: HttpRequest) -> HttpResponse:
    """Show when each form may be filed, and let those in charge move it (填报期)."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("form", "period")}
    told = {
        "windows": managed_windows(who=request.member, forms=forms().values(), **asked), "asked": asked, "forms": forms().values(),
        "mine": [form for form in forms().values() if may_manage(form, request.member)],
    }  # fmt: skip
    return render(request, "returns/windows.html", told)


@policy(Permission.WINDOW_MANAGE)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Open, extend or close a window (调整填报期)."""
    told, closes = request.POST, request.POST.get("closes_on", "").strip()
    period = Period.parse(told.get("period", ""))
    change_window(
        form=form_of(told.get("form", ""), period), period=period, opens_on=day_named(told.get("opens_on", "")), due_on=day_named(told.get("due_on", "")),
        closes_on=day_named(closes) if closes else None, who=request.member, reason=told.get("reason", "").strip(),
    )  # fmt: skip
    language = language_of(request)
    messages.success(request, "填报期已调整" if language == "zh" else "The window was changed")
    notice = early_notice(period, day_named(told.get("opens_on", "")))
    if notice is not None:
        messages.warning(request, notice.in_language(language))
    return HttpResponseRedirect(reverse("windows"))


@policy(Permission.PERIOD_WAIVE)
@require_POST
def waive(request: HttpRequest) -> HttpResponse:
    """Release a filer from a period, or take that back (豁免填报)."""
    told = request.POST
    period = Period.parse(told.get("period", ""))
    form = form_of(told.get("form", ""), period)
    is_waived = told.get("act") != "withdraw"
    waive_period(form=form, period=period, organisation=told.get("organisation", ""), who=request.member, reason=told.get("reason", "").strip(), is_waived=is_waived)
    messages.success(request, ("已豁免" if is_waived else "已撤回豁免") if language_of(request) == "zh" else "Done")
    return HttpResponseRedirect(f"{reverse('returns')}?form={form.code}&period={period}")
