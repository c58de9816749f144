"""Ambient water and air: the city at a glance, a section, a source, a station; figures handed over as a table."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.pollution.ambient.surface_water import CLASSES, GRADES
from shuangkong.services import ambient_intake, ambient_pages
from shuangkong.web.page import as_of, language_of
from shuangkong.web.returns.asked import file_in
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_ROWS_SHOWN = 500


@policy(Permission.FIGURES_READ)
@require_GET
def show_ambient(request: HttpRequest) -> HttpResponse:
    """Show the city's water in a month and its air (环境质量)."""
    asked = request.GET.get("month", "")
    page = ambient_pages.ambient_page(who=request.member, month=Period.parse(asked) if asked else None, as_of=as_of(request))
    names = ambient_pages.water_names(page.month.end - timedelta(days=1))
    return render(request, "monitoring/ambient.html", {"page": page, "names": names, "air_names": ambient_pages.AIR_NAMES, "grades": GRADES})


@policy(Permission.FIGURES_READ)
@require_GET
def show_water(request: HttpRequest, code: str) -> HttpResponse:
    """Show a section or source by month (断面水源页)."""
    page = ambient_pages.water_page(code=code, who=request.member, as_of=as_of(request))
    context = {"page": page, "names": {line.item: line.name for line in page.items}, "trend": ambient_pages.trend_of(page.months, language=language_of(request)), "classes": CLASSES, "grades": GRADES}
    return render(request, "monitoring/ambient_water.html", context)


@policy(Permission.FIGURES_READ)
@require_GET
def show_air(request: HttpRequest, code: str) -> HttpResponse:
    """Show a station, or the city, over a year (空气站页)."""
    asked = request.GET.get("year", "")
    page = ambient_pages.air_page(code=code, who=request.member, year=int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else None, as_of=as_of(request))
    items = {item: (name, ambient_pages.air_unit(item)) for item, name in ambient_pages.AIR_NAMES.items()}
    return render(request, "monitoring/ambient_air.html", {"page": page, "items": items, "means": [f"{item}.day" for item in items], "calendar": ambient_pages.calendar_of(page.year, language=language_of(request))})


@policy(Permission.MONITORING_REPORT)
@require_GET
def show_import(request: HttpRequest) -> HttpResponse:
    """Show how figures are handed over (数据导入)."""
    return render(request, "monitoring/ambient_import.html", {"run": None})


@policy(Permission.MONITORING_REPORT)
@require_POST
@hands_out
def template(request: HttpRequest) -> HttpResponse:
    """Hand out the table to fill in (下载模板); sealed, and therefore no GET."""
    language = language_of(request)
    content = ambient_intake.template_of(who=request.member, language=language)
    return handed(content, name="水质月报.csv" if language == "zh" else "water-monthly.csv", media_type="text/csv")


@policy(Permission.MONITORING_REPORT)
@require_POST
def try_it(request: HttpRequest) -> HttpResponse:
    """Show what a table would bring, and write nothing (导入预检)."""
    name, content = file_in(request)
    run = ambient_intake.try_import(name=name, content=content, who=request.member)
    return render(request, "monitoring/ambient_import.html", {"run": run, "rejected": run.rejected[:_ROWS_SHOWN]})


@policy(Permission.MONITORING_REPORT)
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Bring in all that the dry run showed (导入)."""
    link, merged = ambient_intake.apply_import(ticket=request.POST.get("ticket", ""), who=request.member, reason=request.POST.get("reason", ""))
    zh = f"已导入：新增 {merged.new}，更正 {merged.corrected}，未变 {merged.same}；存证 #{link}"
    en = f"Brought in: {merged.new} new, {merged.corrected} corrected, {merged.same} unchanged; sealed as #{link}"
    messages.success(request, zh if language_of(request) == "zh" else en)
    return HttpResponseRedirect(reverse("ambient"))
