"""The board, its targets, the figures under them."""

from dataclasses import fields

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import day_named
from shuangkong.services import clock
from shuangkong.services.assessment_tasks import assessment_tasks
from shuangkong.services.board_exports import BOARD_FORMS, export_of
from shuangkong.services.board_pages import BoardFilter, board_page, counted
from shuangkong.services.figure_pages import figure_page
from shuangkong.services.filing_lists import my_work
from shuangkong.services.people import responsible_people
from shuangkong.services.target_pages import target_page
from shuangkong.services.what_changed import what_changed
from shuangkong.web.board.charts import dots_of, tiles_of, trajectory_of
from shuangkong.web.board.rows import told_rows
from shuangkong.web.page import as_of, language_of
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy


def _year(request: HttpRequest) -> int | None:
    year = request.GET.get("year", "")
    return int(year) if year.isascii() and year.isdecimal() and len(year) < 6 else None


def _asked(request: HttpRequest) -> BoardFilter:
    return BoardFilter(**{one.name: request.GET.get(one.name, "").strip() for one in fields(BoardFilter)})


@policy(Permission.FIGURES_READ)
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    """Show how the plan stands, who is behind, what is due, what changed (总览)."""
    if any(not told for told in request.GET.values()):  # a form sends what was left empty; a link to be sent on should not
        kept = request.GET.copy()
        for name in [name for name, told in kept.items() if not told]:
            del kept[name]
        return HttpResponseRedirect(f"{request.path}?{kept.urlencode()}" if kept else request.path)
    asked, known, language = _asked(request), as_of(request), language_of(request)
    page = board_page(year=_year(request), as_of=known)
    heads = responsible_people(page.moment.as_of)
    context = {
        "page": page, "asked": asked, "chosen_answer": counted(page.chosen(asked)), "known_on": page.moment.as_of, "rows": told_rows(page, asked, language=language, as_of=known),
        "work": my_work(who=request.member), "tasks": assessment_tasks(who=request.member), "changes": what_changed(who=request.member, year=page.moment.year, as_of=known), "today": clock.today(),
        "tiles": tiles_of(page, language, known, heads=heads), "dots": dots_of(page, language, known), "may_export": request.member.may(Permission.EXPORT),
        "heads": heads,
    }  # fmt: skip
    return render(request, "board/board.html", context)


@policy(Permission.EXPORT)
@require_POST
@hands_out
def export_board(request: HttpRequest, form: str) -> HttpResponse:
    """Send the rows that the address asks for as a file (导出); sealed, and therefore no GET."""
    if form not in BOARD_FORMS:
        raise ObjectDoesNotExist(form)
    file = export_of(form=form, asked=_asked(request), year=_year(request), as_of=as_of(request), who=request.member, language=language_of(request))
    return HttpResponse(file.content, headers={"Content-Type": file.media_type, "Content-Disposition": f'attachment; filename="{file.name}"'})


@policy(Permission.FIGURES_READ)
@require_GET
def show_changes(request: HttpRequest) -> HttpResponse:
    """Show what changed since a day, or since the person last came (变化)."""
    since = request.GET.get("since", "")
    told = what_changed(who=request.member, since=day_named(since) if since else None, year=_year(request), as_of=as_of(request))
    return render(request, "board/changes.html", {"changes": told})


@policy(Permission.FIGURES_READ)
@require_GET
def show_target(request: HttpRequest, target: str) -> HttpResponse:
    """Show one target, opened down to its inputs (目标)."""
    page = target_page(target=target, year=_year(request), as_of=as_of(request), who=request.member)
    context = {"page": page, "known_on": page.board.as_of, "chart": trajectory_of(page, language_of(request))}
    return render(request, "board/target.html", context)


@policy(Permission.FIGURES_READ)
@require_GET
def show_figure(request: HttpRequest, element: str, org: str, period: str) -> HttpResponse:
    """Show one figure with all that is behind it (数据)."""
    page = figure_page(element=element, org=org, period=period, who=request.member, as_of=as_of(request))
    return render(request, "board/figure.html", {"page": page}, status=200 if page.is_known else 404)
