"""The calendar of completeness."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shuangkong.access.roles import Permission
from shuangkong.services.completeness_pages import DayGrade, calendar_page
from shuangkong.web.monitoring.asked import day_in, text_in
from shuangkong.web.page import as_of
from shuangkong.web.security.policies import policy

_YEARS = range(2000, 2101)


@policy(Permission.FIGURES_READ)
@require_GET
def show_calendar(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show how complete the days of a year are (完整率日历)."""
    told = text_in(request.GET, "year")
    year = int(told) if told.isascii() and told.isdecimal() and len(told) < 5 and int(told) in _YEARS else None
    page = calendar_page(who=request.member, code=code, year=year, day=day_in(request.GET, "day"), as_of=as_of(request))
    return render(request, "monitoring/calendar.html", {"page": page, "numbers": range(1, 32), "grades": [one for one in DayGrade if one is not DayGrade.NOT_DUE]})
