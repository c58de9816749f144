"""Whether the service lives, for whoever watches it; and how it stands, for whoever keeps it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from shuangkong.access.roles import Permission
from shuangkong.services.health import checks, system_state
from shuangkong.web.security.policies import PUBLIC, policy

_UNWELL = 503


@policy(PUBLIC)
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503, and tell a stranger no more (健康检查)."""
    is_well = all(one.is_well for one in checks())
    return JsonResponse({"status": "ok" if is_well else "unwell"}, status=200 if is_well else _UNWELL)


@policy(Permission.SYSTEM_MANAGE)
@require_GET
def show_system(request: HttpRequest) -> HttpResponse:
    """Show how the deployment stands (系统状况)."""
    return render(request, "administration/system.html", {"state": system_state()})
