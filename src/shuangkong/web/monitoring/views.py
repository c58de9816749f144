"""The register of monitoring: points, limits, devices, marks, notices of shutdown, who has automatic monitors."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.hj212.crc import Variant
from shuangkong.hj212.editions import editions
from shuangkong.kernel.language import Words
from shuangkong.pollution.monitoring_coverage import MonitorStage
from shuangkong.services import clock, monitoring_pages
from shuangkong.services.monitoring_kinds import (
    MARKS,
    SETTINGS,
    STAGE_WORDS,
    TRAITS,
    PointKind,
    Statistic,
    factors_for,
    mark_words,
)
from shuangkong.services.monitoring_marks import notify_shutdown, set_mark
from shuangkong.services.monitoring_register import Entries, record
from shuangkong.web.monitoring.asked import device_in, key_in, limit_in, moment_in, point_in, text_in
from shuangkong.web.page import as_of, language_of, page_number
from shuangkong.web.returns.asked import NotUnderstood
from shuangkong.web.security.policies import policy

CHECKSUMS = {
    Variant.HJ212: Words("HJ 212 标准算法", "HJ 212, as the standard has it"), Variant.MODBUS: Words("Modbus CRC16，高字节在前", "Modbus CRC16, high byte first"),
    Variant.MODBUS_SWAPPED: Words("Modbus CRC16，低字节在前", "Modbus CRC16, low byte first"),
}  # fmt: skip


@policy(Permission.FIGURES_READ)
@require_GET
def show_points(request: HttpRequest) -> HttpResponse:
    """Show the points by place, filtered (监测点)."""
    told = {name: text_in(request.GET, name)[:60] for name in ("kind", "place", "stage", "q")}
    asked = monitoring_pages.Asked(PointKind.__members__.get(told["kind"]), told["place"], MonitorStage.__members__.get(told["stage"]), told["q"])
    page = monitoring_pages.points_page(who=request.member, asked=asked, number=page_number(request), as_of=as_of(request))
    query = urlencode({name: text for name, text in (told | {"as_of": request.GET.get("as_of", "")}).items() if text})
    return render(request, "monitoring/points.html", {"page": page, "stages": STAGE_WORDS, "query": query})


@policy(Permission.FIGURES_READ)
@require_GET
def show_point(request: HttpRequest, code: str) -> HttpResponse:
    """Show a point with what is registered of it (监测点页)."""
    page = monitoring_pages.point_page(code=code, who=request.member, as_of=as_of(request))
    return render(request, "monitoring/point.html", {"page": page, "factors": factors_for(page.point.kind), **choices()})


def choices() -> dict[str, Any]:
    """Return what the forms of the register choose from (可选项)."""
    return {
        "traits": TRAITS, "statistics": list(Statistic), "marks": {mark: mark_words(mark) for mark in MARKS}, "settings": SETTINGS, "checksums": CHECKSUMS,
        "editions": [one.name for one in editions()], "today": clock.today(), "blank": monitoring_pages.NO_SETUP,
    }  # fmt: skip


@policy(Permission.MONITORING_MANAGE)
@require_GET
def new_point(request: HttpRequest) -> HttpResponse:
    """Show the form of a new point (登记监测点)."""
    context = {"homes": monitoring_pages.homes_for(request.member), "home": request.GET.get("organisation", ""), "kinds": list(PointKind), **choices()}
    return render(request, "monitoring/new_point.html", context)


@policy(Permission.MONITORING_MANAGE)
@require_POST
@sensitive_post_parameters("password", "key")
def enter(request: HttpRequest, what: str) -> HttpResponse:
    """Enter a point, a limit or a device (登记)."""
    told = request.POST
    if what == "point":
        entries = Entries(points=[point_in(told)])
    elif what == "limit":
        entries = Entries(limits=[limit_in(told)])
    elif what == "device":
        entries = Entries(devices=[device_in(told)])
    else:
        raise NotUnderstood(Words("登记事项", "entry"), what)
    link = record(entries, who=request.member, reason=text_in(told, "reason"))
    return _done(request, link, next(iter(entries.named)), "#devices" if what == "device" else "#limits" if what == "limit" else "")


@policy(Permission.MONITORING_REPORT)
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Mark the readings of some time, or take a mark back (运维标记)."""
    told = request.POST
    start, end = moment_in(told, "start"), moment_in(told, "end")
    if start is None or end is None:
        raise NotUnderstood(Words("时段", "window"), "")
    link = set_mark(
        point=text_in(told, "code"), mark=text_in(told, "mark"), factor=text_in(told, "factor").split(" ")[0], start=start, end=end, who=request.member,
        reason=text_in(told, "reason"), replaces=key_in(told, "replaces"), is_withdrawn=told.get("is_withdrawn") == "1",
    )  # fmt: skip
    return _done(request, link, text_in(told, "code"), "#marks")


@policy(Permission.MONITORING_REPORT)
@require_POST
def notice(request: HttpRequest) -> HttpResponse:
    """Tell of a shutdown, or correct what was told (停产通知)."""
    told = request.POST
    start = moment_in(told, "start")
    if start is None:
        raise NotUnderstood(Words("开始时刻", "start"), "")
    link = notify_shutdown(
        organisation=text_in(told, "organisation"), point=text_in(told, "code") if told.get("scope") == "POINT" else "", start=start, end=moment_in(told, "end"),
        who=request.member, reason=text_in(told, "reason"), replaces=key_in(told, "replaces"), is_withdrawn=told.get("is_withdrawn") == "1",
    )  # fmt: skip
    return _done(request, link, text_in(told, "code"), "#notices")


def _done(request: HttpRequest, link: int, code: str, where: str) -> HttpResponse:
    messages.success(request, f"已登记，存证 #{link}" if language_of(request) == "zh" else f"Entered, sealed as #{link}")
    return HttpResponseRedirect(reverse("monitoring-point", args=[code]) + where)


@policy(Permission.FIGURES_READ)
@require_GET
def show_coverage(request: HttpRequest) -> HttpResponse:
    """Show who must have automatic monitors, and who has them (自动监测覆盖)."""
    of_all, of_voc = monitoring_pages.coverage_page(who=request.member, as_of=as_of(request))
    return render(request, "monitoring/coverage.html", {"of_all": of_all, "of_voc": of_voc})
