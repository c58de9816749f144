"""The page of an outlet with its readings, and its report as a workbook."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.services import outlet_exports, outlet_pages, outlet_voc, vapour_stations
from shuangkong.services.outlet_pages import OutletAsked, OutletSpan
from shuangkong.services.outlet_reports import chart_of, hour_report, said_of
from shuangkong.web.monitoring.asked import day_in, text_in
from shuangkong.web.monitoring.walls import shown
from shuangkong.web.page import as_of, language_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@policy(Permission.FIGURES_READ)
@require_GET
def show_outlet(request: HttpRequest, code: str) -> HttpResponse:
    """Show the readings of an outlet (排放口数据)."""
    language = language_of(request)
    page = outlet_pages.outlet_page(code=code, who=request.member, asked=_asked(request), as_of=as_of(request))
    report = hour_report(page.factors) if page.asked.span is OutletSpan.DAY else None
    rows = [
        (start, max((cell.late_at for cell in cells if cell.late_at), default=None), [(cell, shown(cell.value), said_of(cell, language)) for cell in cells])
        for start, cells in (report.rows if report else ())
    ]  # fmt: skip
    return render(request, "monitoring/outlet.html", {"page": page, "spans": list(OutletSpan), "chart": chart_of(page, language), "report": report, "rows": rows})


@policy(Permission.FIGURES_READ)
@require_GET
def show_voc(request: HttpRequest, code: str) -> HttpResponse:
    """Show the three rates of an outlet with VOC treatment (VOCs 三率)."""
    asked = _asked(request)
    page = outlet_voc.voc_page(code=code, who=request.member, asked=asked if "span" in request.GET else OutletAsked(OutletSpan.MONTH, asked.day), as_of=as_of(request))
    return render(request, "monitoring/voc.html", {"page": page, "spans": outlet_voc.SPANS, "chart": outlet_voc.voc_chart(page, language_of(request))})


@policy(Permission.FIGURES_READ)
@require_GET
def show_vapour(request: HttpRequest, code: str) -> HttpResponse:
    """Show the vapour recovery of a filling station (油气回收)."""
    page = vapour_stations.vapour_page(code=code, who=request.member, day=day_in(request.GET, "day"), as_of=as_of(request))
    return render(request, "monitoring/vapour.html", {"page": page, "spans": [OutletSpan.MONTH]})


@policy(Permission.EXPORT)
@require_POST
@hands_out
def export_outlet(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the report of an outlet as a workbook (导出排放口报表); sealed, and therefore no GET."""
    told = outlet_exports.outlet_workbook(code=code, who=request.member, asked=_asked(request), as_of=as_of(request), language=language_of(request))
    return handed(told.content, name=told.name, media_type=_WORKBOOK)


def _asked(request: HttpRequest) -> OutletAsked:
    told = request.GET
    return OutletAsked(OutletSpan.__members__.get(text_in(told, "span"), OutletSpan.DAY), day_in(told, "day"), text_in(told, "factor")[:60])
