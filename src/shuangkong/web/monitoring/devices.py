"""Devices: how they are doing, one of them, commands to it, those nobody knew taken in with their history."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services import clock, device_care, device_pages
from shuangkong.web.monitoring.asked import device_in, moment_in, text_in
from shuangkong.web.monitoring.views import choices
from shuangkong.web.page import as_of, language_of, page_number
from shuangkong.web.security.policies import policy


@policy(Permission.FIGURES_READ)
@require_GET
def show_devices(request: HttpRequest) -> HttpResponse:
    """Show how the devices of the points a person may see are doing (设备)."""
    asked = {name: text_in(request.GET, name)[:60] for name in ("q", "condition")}
    page = device_pages.devices_page(who=request.member, text=asked["q"], condition=asked["condition"], number=page_number(request), as_of=as_of(request))
    query = urlencode({name: text for name, text in (asked | {"as_of": request.GET.get("as_of", "")}).items() if text})
    return render(request, "monitoring/devices.html", {"page": page, "asked": asked, "conditions": list(device_pages.Condition), "query": query})


@policy(Permission.FIGURES_READ)
@require_GET
def show_device(request: HttpRequest, mn: str) -> HttpResponse:
    """Show a device from its beginning, with its state, commands and the form that changes it (设备页)."""
    care = device_pages.device_care_page(mn=mn, who=request.member)
    first, last = (f"{one.astimezone(CHINA_STANDARD_TIME):%Y-%m-%dT%H:%M}" for one in device_pages.span_of_last_day(clock.now()))
    return render(request, "monitoring/device.html", {"care": care, "page": care.held, "first": first, "last": last, **choices()})


@policy(Permission.MONITORING_MANAGE)
@require_POST
def ask(request: HttpRequest, mn: str) -> HttpResponse:
    """Send a device a command as soon as it is connected (下发命令)."""
    told = request.POST
    link = device_care.ask_device(
        mn=mn, command=text_in(told, "command"), who=request.member, reason=text_in(told, "reason"), start=moment_in(told, "start"), end=moment_in(told, "end"),
        factor=text_in(told, "factor").split(" ")[0],
    )  # fmt: skip
    messages.success(request, f"已提交，设备在线即下发，存证 #{link}" if language_of(request) == "zh" else f"Asked; it is sent once the device is connected, sealed as #{link}")
    return HttpResponseRedirect(reverse("monitoring-device", args=[mn]) + "#requests")


@policy(Permission.MONITORING_MANAGE)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password", "key")
def adopt(request: HttpRequest, mn: str) -> HttpResponse:
    """Show the form that takes in an unknown device, and take it in (认领设备)."""
    if request.method == "GET":
        state, setup = device_pages.stranger_page(mn=mn, who=request.member)
        return render(request, "monitoring/adopt.html", {"state": state, "setup": setup, **choices()})
    link = device_care.adopt_device(entry=device_in(request.POST), who=request.member, reason=text_in(request.POST, "reason"))
    return _adopting(request, mn, link)


@policy(Permission.MONITORING_MANAGE)
@require_POST
def bring_history(request: HttpRequest, mn: str) -> HttpResponse:
    """Bring in what a device sent before it was registered (接纳历史数据)."""
    return _adopting(request, mn, device_care.bring_history(mn=mn, who=request.member, reason=text_in(request.POST, "reason")))


def _adopting(request: HttpRequest, mn: str, link: int) -> HttpResponse:
    messages.success(request, f"已登记，存证 #{link}；登记前的数据正在接纳" if language_of(request) == "zh" else f"Entered, sealed as #{link}; what it sent before is being brought in")
    return HttpResponseRedirect(reverse("monitoring-device", args=[mn]))


@policy(Permission.MONITORING_MANAGE)
@require_GET
def adoption(request: HttpRequest, mn: str) -> HttpResponse:
    """Tell how far bringing in the history is (接纳进度)."""
    device_pages.device_care_page(mn=mn, who=request.member)
    held = device_care.adoption_of(mn)
    state = "done" if held is None else "running" if held.is_under_way else "failed" if held.state == "FAILED" else "done"
    return JsonResponse({"state": state, "done": None, "total": None, "remaining_s": None, "message": held.words.in_language(language_of(request)) if held else "", "url": ""})
