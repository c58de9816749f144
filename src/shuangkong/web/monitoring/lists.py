"""The list of monitoring in Excel: taken away, looked at, entered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.services import monitoring_list
from shuangkong.web.page import language_of
from shuangkong.web.returns.asked import file_in
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@policy(Permission.MONITORING_MANAGE)
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Show how the list is taken away and sent in (监测清单)."""
    return render(request, "monitoring/list.html", {"run": None})


@policy(Permission.MONITORING_MANAGE)
@require_POST
@hands_out
def template(request: HttpRequest) -> HttpResponse:
    """Hand out the list with what is registered (下载清单); sealed, and therefore no GET."""
    language = language_of(request)
    content = monitoring_list.template_of(who=request.member, language=language)
    return handed(content, name="监测清单.xlsx" if language == "zh" else "monitoring-list.xlsx", media_type=_WORKBOOK)


@policy(Permission.MONITORING_MANAGE)
@require_POST
def try_it(request: HttpRequest) -> HttpResponse:
    """Show what a list would do, and enter nothing (清单预检)."""
    name, content = file_in(request)
    return render(request, "monitoring/list.html", {"run": monitoring_list.try_list(name=name, content=content, who=request.member)})


@policy(Permission.MONITORING_MANAGE)
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Enter all that the dry run showed (登记清单)."""
    told = request.POST
    link, count = monitoring_list.apply_list(ticket=told.get("ticket", ""), reason=told.get("reason", ""), who=request.member)
    messages.success(request, f"已登记 {count} 行，存证 #{link}" if language_of(request) == "zh" else f"{count} rows entered, sealed as #{link}")
    return HttpResponseRedirect(reverse("monitoring"))


@policy(Permission.MONITORING_MANAGE)
@require_POST
@hands_out
def rejects(request: HttpRequest) -> HttpResponse:
    """Hand out the workbook of what could not be taken (未通过清单)."""
    language = language_of(request)
    content = monitoring_list.rejects_of(ticket=request.POST.get("ticket", ""), who=request.member, language=language)
    return handed(content, name="监测清单未通过.xlsx" if language == "zh" else "monitoring-list-rejects.xlsx", media_type=_WORKBOOK)
