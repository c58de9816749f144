"""Returns: what waits, how far filing has come, the entry grid, the meaning of a form's figures."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.checks.model import Severity
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.formula import CellResult
from shuangkong.services import clock, filings
from shuangkong.services.filing_cells import Saved
from shuangkong.services.filing_checks import Found, told_cells
from shuangkong.services.filing_forms import forms
from shuangkong.services.filing_lists import progress
from shuangkong.services.filing_pages import ShownFiling, change_cells, filled_of, form_of_filing, show_filing
from shuangkong.services.form_pages import listed_forms, shown_form
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import NotPermitted
from shuangkong.services.waivers import may_waive
from shuangkong.services.work_pages import work_page
from shuangkong.web.page import language_of
from shuangkong.web.returns.asked import cells_in
from shuangkong.web.security.policies import policy
from shuangkong.web.templatetags.shuangkong import moment


@policy(Permission.FIGURES_READ, Permission.RESULT_RECEIVE)
@require_GET
def show_work(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person (我的工作)."""
    return render(request, "returns/work.html", {"page": work_page(who=request.member), "today": clock.today()})


@policy(Permission.FIGURES_READ)
@require_GET
def show_returns(request: HttpRequest) -> HttpResponse:
    """Show how far each window has come, as the filter in the address asks (填报进度)."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("form", "period", "place")}
    tree = tree_on(clock.today())
    rows = progress(who=request.member, form=asked["form"] or None, period=asked["period"] or None, place=asked["place"] or None)
    told = {
        "progress": rows, "may_waive": any(may_waive(one.form, request.member) for one in rows),
        "asked": asked, "forms": forms().values(), "places": [node for node in tree if node.kind.is_jurisdiction], "is_one": bool(asked["form"] and asked["period"]),
    }  # fmt: skip
    return render(request, "returns/progress.html", told)


@policy(Permission.FIGURES_READ)
@require_GET
def list_forms(request: HttpRequest) -> HttpResponse:
    """Show every form that the city asks for (报表目录)."""
    return render(request, "returns/forms.html", {"forms": listed_forms()})


@policy(Permission.FIGURES_READ)
@require_GET
def show_form(request: HttpRequest, form: str) -> HttpResponse:
    """Show what every figure of a form means (指标解释)."""
    return render(request, "returns/form.html", {"form": shown_form(form)})


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
    """Show a return: the entry grid to who fills it in, else what needs eyes first (报表)."""
    return answer_return(request, show_filing(filing_id=filing, who=request.member))


def answer_return(request: HttpRequest, shown: ShownFiling, *, faults: Any = (), status: int = 200) -> HttpResponse:
    """Return the page of a return, with what stood in the way of the act just asked for."""
    template = "returns/entry.html" if shown.is_editable else "returns/review.html"
    return render(request, template, {"shown": shown, "faults": faults, "today": clock.today()}, status=status)


@policy(Permission.RETURN_FILE)
@require_POST
def save_cells(request: HttpRequest, filing: int) -> HttpResponse:
    """Keep what was typed and answer with what follows from it (保存)."""
    language = language_of(request)
    try:
        version, cells = cells_in(request)
        saved = filings.save_cells(filing_id=filing, version=version, texts=cells, who=request.member)
    except InputRefused as refused:
        status = 403 if isinstance(refused, NotPermitted) else 400
        return JsonResponse({"message": "；".join(fault.line(language) for fault in refused.faults)}, status=status)
    if saved.clashes:
        told = [{"key": one.key, "value": one.text, "who": one.who, "when": moment(one.moment)} for one in saved.clashes]
        return JsonResponse({"version": saved.known, "conflicts": told}, status=409)
    return JsonResponse(_answer(saved, form_of_filing(filing), language))


def _answer(saved: Saved, form: Form, language: Language) -> Mapping[str, Any]:
    changed = {f"change:{key}": {"value": text, "text": text or "—", "working": ""} for key, text in change_cells(form, saved.previous, saved.whole).items()}
    return {
        "version": saved.known, "saved": list(saved.saved), "filled": asdict(filled_of(form, saved)),
        "computed": {str(key): _computed(form, key, one, language) for key, one in saved.computed.items()} | changed,
        "faults": [{"key": key, "message": fault.line(language)} for key, fault in saved.faults.items()],
        "findings": [_finding(form, one, saved.waiver_of(one), language) for one in saved.found],
    }


def _finding(form: Form, found: Found, waiver: Words | None, language: Language) -> dict[str, str]:
    """Tell a finding as the grid shows it; one that is waived no longer shows as what blocks."""
    told = found.finding
    said = [one.in_language(language) for one in (told.odd, told.usual, told.remedy, *([waiver] if waiver else ()))]
    severity = Severity.NOTICE if waiver else told.severity
    return {"key": next(iter(told_cells(form, found)), ""), "severity": severity.name, "code": told.code, "text": ("；" if language == "zh" else "; ").join(said)}


def _computed(form: Form, key: CellKey, one: CellResult, language: Language) -> dict[str, str]:
    cell, entry, working = form.cell(key), one.entry, one.working.in_language(language)
    if entry is None:
        return {"value": "", "text": "—", "working": working}
    shown = entry.stored() if entry.number is None or cell is None else f"{round_gbt8170(entry.number, cell.decimals):,f}"
    return {"value": entry.stored(), "text": shown, "working": working}
