"""The access log, read by the audit administrator and the auditor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import day_named
from shuangkong.services import access_log, clock
from shuangkong.services.access_log import AccessKind, LogFilter
from shuangkong.services.security_limits import limit
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy


def _asked(request: HttpRequest) -> LogFilter:
    told = request.GET
    begin, end = told.get("begin", ""), told.get("end", "")
    return LogFilter(
        AccessKind.__members__.get(told.get("kind", "")), told.get("name", "").strip(), told.get("address", "").strip(),
        day_named(begin) if begin else None, day_named(end) if end else None,
    )  # fmt: skip


@policy(Permission.AUDIT_LOG_READ)
@require_GET
def show_log(request: HttpRequest) -> HttpResponse:
    """Show the access log (操作记录)."""
    asked, number = _asked(request), request.GET.get("page", "1")
    shown = access_log.page_of_log(asked=asked, number=int(number) if number.isdecimal() else 1)
    return render(request, "administration/access_log.html", {
        "shown": shown, "asked": asked, "kinds": list(AccessKind), "months": limit("log_months"), "query": urlencode(asked.told()),
    })  # fmt: skip


@policy(Permission.AUDIT_LOG_READ)
@require_POST
@hands_out
def export_log(request: HttpRequest) -> HttpResponse:
    """Hand out the log, or what of it may be archived, as CSV; sealed as an export (导出操作记录)."""
    octets = access_log.export_log(who=request.member, asked=None if request.GET.get("expired") else _asked(request))
    name = f"access-log-{clock.today()}.csv"
    return HttpResponse(octets, headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'})
