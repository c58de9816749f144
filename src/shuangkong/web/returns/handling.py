"""What is done to a return: acts, discussion, requests for correction and their answers."""

from enum import Enum

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuangkong.access.roles import Permission
from shuangkong.checks.lifecycle import FindingAct
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import day_named
from shuangkong.returns.states import ReturnAct
from shuangkong.services import filings
from shuangkong.services.amendments import ask_amendment, decide_amendment
from shuangkong.services.check_waivers import waive_check
from shuangkong.services.filing_pages import show_filing
from shuangkong.services.people import NotPermitted
from shuangkong.services.remarks import add_remark
from shuangkong.web.page import language_of
from shuangkong.web.returns.asked import file_in, one_of, version_in
from shuangkong.web.returns.views import answer_return
from shuangkong.web.security.policies import policy


class _Answer(Enum):
    CONSENT = "同意"
    DECLINE = "不同意"


@policy(Permission.FIGURES_READ)
@require_POST
def act(request: HttpRequest, filing: int) -> HttpResponse:
    """Submit, withdraw, accept, send back, review, approve or lock (办理); what stands in the way is shown on the page itself."""
    done = one_of(ReturnAct, request.POST.get("act", ""), Words("办理动作", "act"))
    version = version_in(request)
    try:
        filings.act_on_filing(filing_id=filing, act=done, version=version, who=request.member, reason=request.POST.get("reason", "").strip())
    except NotPermitted:
        raise
    except InputRefused as refused:
        if filings.was_just_done(filing_id=filing, act=done, version=version, who=request.member):
            messages.info(request, f"已{done.value}，无需重复办理" if language_of(request) == "zh" else f"Done already: {done.words.en}")
            return HttpResponseRedirect(reverse("return", args=[filing]))
        status = 409 if isinstance(refused, filings.ChangedMeanwhile) else 422
        return answer_return(request, show_filing(filing_id=filing, who=request.member), faults=refused.faults, status=status)
    messages.success(request, f"已{done.value}" if language_of(request) == "zh" else f"Done: {done.words.en}")
    return HttpResponseRedirect(reverse("return", args=[filing]))


@policy(Permission.DISCUSS)
@require_POST
def remark(request: HttpRequest, filing: int) -> HttpResponse:
    """Say something of a return or of a cell (讨论)."""
    add_remark(filing_id=filing, text=request.POST.get("text", ""), key=request.POST.get("key", ""), who=request.member)
    return HttpResponseRedirect(f"{reverse('return', args=[filing])}#discussion")


@policy(Permission.FINDING_EXPLAIN, Permission.FINDING_JUDGE, Permission.FINDING_WAIVE)
@require_POST
def waive_finding(request: HttpRequest, filing: int) -> HttpResponse:
    """Ask for the waiver of a check, give it, decline it or take it back (上报前豁免)."""
    told = request.POST
    done, until = one_of(FindingAct, told.get("act", ""), Words("处理动作", "act")), told.get("until", "").strip()
    waive_check(
        filing_id=filing, finding=told.get("finding", ""), act=done, who=request.member, reason=told.get("reason", ""), until=day_named(until) if until else None
    )
    messages.success(request, "已存证" if language_of(request) == "zh" else "Sealed")
    return HttpResponseRedirect(f"{reverse('return', args=[filing])}#check-waivers")


@policy(Permission.AMENDMENT_ASK)
@require_POST
def ask(request: HttpRequest, filing: int) -> HttpResponse:
    """Ask for a correction of a locked return (申请更正)."""
    name, content = file_in(request)
    ask_amendment(filing_id=filing, reason=request.POST.get("reason", ""), name=name, content=content, who=request.member)
    messages.success(request, "已申请更正，等待主管部门答复" if language_of(request) == "zh" else "Asked; the agency in charge will answer")
    return HttpResponseRedirect(reverse("return", args=[filing]))


@policy(Permission.AMENDMENT_CONSENT)
@require_POST
def decide(request: HttpRequest, amendment: int) -> HttpResponse:
    """Consent to a correction or decline it (答复更正)."""
    answer = one_of(_Answer, request.POST.get("answer", ""), Words("答复", "answer"))
    opened = decide_amendment(amendment_id=amendment, consents=answer is _Answer.CONSENT, reason=request.POST.get("reason", ""), who=request.member)
    messages.success(request, "已答复" if language_of(request) == "zh" else "Answered")
    return HttpResponseRedirect(reverse("return", args=[opened]) if opened else reverse("my-work"))
