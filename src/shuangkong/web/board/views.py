"""The board and its targets."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shuangkong.access.roles import Permission
from shuangkong.services.standing import board_as_known
from shuangkong.web.page import as_of
from shuangkong.web.security.policies import policy


@policy(Permission.FIGURES_READ)
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    """Show every target with its light (总览)."""
    year = request.GET.get("year", "")
    told = board_as_known(year=int(year) if year.isdecimal() else None, as_of=as_of(request))
    return render(request, "board/board.html", {"board": told})


@policy(Permission.FIGURES_READ)
@require_GET
def show_target(request: HttpRequest, target: str) -> HttpResponse:
    """Show one target, opened (目标)."""
    told = board_as_known(as_of=as_of(request))
    return render(request, "board/target.html", {"board": told, "line": told.line(target)})
