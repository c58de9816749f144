"""Verdicts: proposed in a form, answered on the page of the target; their evidence."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.plan.verdict import VerdictAct, VerdictWord
from shuangkong.services.verdict_pages import verdict_form
from shuangkong.services.verdicts import answer_verdict, open_verdict_evidence, propose_verdict
from shuangkong.web.page import language_of
from shuangkong.web.returns.asked import one_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy


@policy(Permission.TASK_REPORT)
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, target: str, year: int) -> HttpResponse:
    """Show the form of a verdict, and propose what was filled in (提出评判)."""
    if request.method == "GET":
        return render(request, "verdicts/form.html", {"page": verdict_form(target=target, year=year, who=request.member)})
    told = request.POST
    propose_verdict(
        target=target, year=year, word=one_of(VerdictWord, told.get("word", ""), Words("评判结论", "verdict")), statement=told.get("statement", ""), who=request.member,
        files=[(one.name or "", one.read()) for one in request.FILES.getlist("files")], kept=told.getlist("kept"),
    )  # fmt: skip
    messages.success(request, "已提出，由核定人认定" if language_of(request) == "zh" else "Proposed; an approver confirms it")
    return _to_target(target, year)


@policy(Permission.TASK_REPORT, Permission.VERDICT_CONFIRM)
@require_POST
def act(request: HttpRequest, verdict: int) -> HttpResponse:
    """Confirm, send back or withdraw (办理评判)."""
    done = one_of(VerdictAct, request.POST.get("act", ""), Words("办理动作", "act"))
    answered = answer_verdict(verdict_id=verdict, act=done, who=request.member, reason=request.POST.get("reason", ""))
    messages.success(request, answered.state.words.in_language(language_of(request)))
    return _to_target(answered.target, answered.year)


@policy(Permission.FIGURES_READ)
@require_POST
@hands_out
def take_evidence(request: HttpRequest, evidence: int) -> HttpResponse:
    """Hand out a file of evidence (下载评判佐证); sealed, and therefore no GET."""
    told = open_verdict_evidence(evidence_id=evidence, who=request.member)
    return handed(told.content, name=told.name, media_type=told.media_type)


def _to_target(target: str, year: int) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('target', args=[target])}?year={year}#verdict")
