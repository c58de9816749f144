"""Returns: what waits, what was filed, the entry grid, the acts."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.returns.states import ReturnAct
from shuangkong.services import clock, filings
from shuangkong.services.filing_lists import my_work, progress
from shuangkong.services.filing_pages import show_filing
from shuangkong.web.page import language_of
from shuangkong.web.security.policies import policy


@policy(Permission.FIGURES_READ)
@require_GET
def show_work(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person (我的工作)."""
    return render(request, "returns/work.html", {"work": my_work(who=request.member), "today": clock.today()})


@policy(Permission.FIGURES_READ)
@require_GET
def show_returns(request: HttpRequest) -> HttpResponse:
    """Show how far each window has come (填报进度)."""
    return render(request, "returns/progress.html", {"progress": progress(who=request.member)})


@policy(Permission.RETURN_FILE)
@require_POST
def open_return(request: HttpRequest) -> HttpResponse:
    """Open a return to fill it in (开始填报)."""
    told = request.POST
    key = filings.open_filing(form=told.get("form", ""), organisation=told.get("organisation", ""), period=told.get("period", ""), who=request.member)
    return HttpResponseRedirect(reverse("return", args=[key]))


@policy(Permission.FIGURES_READ)
@require_GET
def show_return(request: HttpRequest, filing: int) -> HttpResponse:
    """Show a return (报表)."""
    return render(request, "returns/return.html", {"shown": show_filing(filing_id=filing, who=request.member)})


@policy(Permission.RETURN_FILE)
@require_POST
def save_cells(request: HttpRequest, filing: int) -> HttpResponse:
    """Keep what was typed and answer with what follows from it (保存)."""
    language = language_of(request)
    told = json.loads(request.body)
    saved = filings.save_cells(filing_id=filing, version=int(told["version"]), texts=dict(told["cells"]), who=request.member)
    return JsonResponse(
        {
            "version": saved.version, "saved": list(saved.saved),
            "computed": {
                str(key): {"value": one.entry.stored() if one.entry else "", "text": one.entry.stored() if one.entry else "—", "working": one.working}
                for key, one in saved.computed.items()
            },
            "faults": [{"key": key, "message": fault.line(language)} for key, fault in saved.faults.items()],
            "findings": [],
        }
    )  # fmt: skip


@policy(Permission.FIGURES_READ)
@require_POST
def act(request: HttpRequest, filing: int) -> HttpResponse:
    """Submit, withdraw, accept, send back, review, approve or lock (办理)."""
    told = request.POST
    done = ReturnAct[told.get("act", "")]
    filings.act_on_filing(filing_id=filing, act=done, version=int(told.get("version", "-1")), who=request.member, reason=told.get("reason", ""))
    messages.success(request, f"已{done.value}" if language_of(request) == "zh" else f"Done: {done.words.en}")
    return HttpResponseRedirect(reverse("return", args=[filing]))
