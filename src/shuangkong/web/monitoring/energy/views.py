"""Energy from meters: of a unit, of a place with what lies in it, main meters against their sub-meters."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.services.energy_load import heat_of
from shuangkong.services.energy_pages import unit_energy_page
from shuangkong.services.park_assessment import park_assessment
from shuangkong.services.place_energy import differences_page, place_energy_page
from shuangkong.web.monitoring.asked import text_in
from shuangkong.web.monitoring.energy import charts
from shuangkong.web.page import as_of, language_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy


def period_in(request: HttpRequest) -> Period | None:
    """Return the period that is asked for, None where none is; raise `UnreadablePeriod`."""
    month, text = text_in(request.GET, "month"), text_in(request.GET, "period")
    return Period.parse(month or text) if month or text else None


@policy(Permission.FIGURES_READ)
@require_GET
def show_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a unit used by its meters (单位能耗)."""
    language = language_of(request)
    page = unit_energy_page(code=code, who=request.member, period=period_in(request), carrier=text_in(request.GET, "carrier") or "electricity", as_of=as_of(request))
    load = page.load
    context: dict[str, Any] = {"page": page, "flow": charts.flow_of(page.links, language, page.marks), "known_on": page.as_of}
    if load is not None:
        days, values, _ = heat_of(load)
        context |= {
            "load": load, "curve": charts.curve(load, page.load_unit, language), "heat": charts.heat(load, page.load_unit, language),
            "duration": charts.duration(load, page.load_unit, language), "grid": [(day, [row[number] for row in values]) for number, day in enumerate(days)], "clock": range(24),
        }  # fmt: skip
    return render(request, "monitoring/energy_unit.html", context)


@policy(Permission.FIGURES_READ)
@require_GET
def show_place(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show what a place used by its meters, with what lies in it (区域能耗)."""
    page = place_energy_page(code=code, who=request.member, period=period_in(request), as_of=as_of(request))
    language = language_of(request)
    return render(request, "monitoring/energy_place.html", {"page": page, "known_on": page.as_of, "parts": charts.parts_of(page.parts, language, page.marks)})


@policy(Permission.FIGURES_READ)
@require_GET
def show_differences(request: HttpRequest) -> HttpResponse:
    """Show main meters against their sub-meters and virtual meters (总分表差)."""
    page = differences_page(who=request.member, period=period_in(request), as_of=as_of(request))
    return render(request, "monitoring/energy_differences.html", {"page": page, "chart": charts.differences(page.differences, page.names, language_of(request))})


@policy(Permission.EXPORT)
@require_POST
@hands_out
def take_assessment(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the yearly assessment of a park as Word (园区年度能源利用评估); sealed, and therefore no GET."""
    period = Period.parse(text_in(request.POST, "year"))
    found = park_assessment(code=code, year=period.start.year, who=request.member, language=language_of(request))
    return handed(found.content, name=found.name, media_type=found.media_type)
