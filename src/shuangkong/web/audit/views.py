"""The audit: who did what, the state of the chain, one act and its proof, published heads and approval sheets."""

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.period import day_named
from shuangkong.services import audit_pages
from shuangkong.services.publication import published_heads
from shuangkong.web.page import language_of
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@policy(Permission.EVIDENCE_READ)
@require_GET
def show_acts(request: HttpRequest) -> HttpResponse:
    """Show who did what (办理记录)."""
    asked, told = _asked(request.GET), request.GET.copy()
    told.pop("page", None)
    number = request.GET.get("page", "1")
    shown = audit_pages.page_of_acts(who=request.member, asked=asked, number=int(number) if number.isdecimal() else 1)
    return render(request, "audit/acts.html", {"shown": shown, "asked": asked, "kinds": tuple(ActKind), "query": told.urlencode()})


def _asked(told: QueryDict) -> audit_pages.ActFilter:
    kind = told.get("kind", "")
    return audit_pages.ActFilter(
        person=told.get("person", "").strip(), kind=ActKind[kind] if kind in ActKind.__members__ else None, subject=told.get("subject", "").strip(),
        begin=_day(told.get("begin", "")), end=_day(told.get("end", "")),
    )  # fmt: skip


def _day(text: str) -> date | None:
    return day_named(text) if text else None


@policy(Permission.EVIDENCE_READ)
@require_GET
def show_chain(request: HttpRequest) -> HttpResponse:
    """Show the state of the chain (链状态); the part alone where the page asks for it again."""
    template = "audit/chain_state.html" if getattr(request, "htmx", False) else "audit/chain.html"
    return render(request, template, {"state": audit_pages.chain_state(who=request.member)})


@policy(Permission.EVIDENCE_READ)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Have the chain verified (立即校验)."""
    audit_pages.verify_in_background(who=request.member)
    return HttpResponseRedirect(reverse("audit-chain"))


@policy(Permission.EVIDENCE_READ)
@require_GET
def show_act(request: HttpRequest, index: int) -> HttpResponse:
    """Show one act and its proof (查看一环)."""
    return render(request, "audit/act.html", {"shown": audit_pages.show_act(who=request.member, index=index)})


@policy(Permission.EVIDENCE_READ)
@require_POST
@hands_out
def take_bundle(request: HttpRequest, index: int) -> HttpResponse:
    """Hand out the proof bundle of an act (下载存证包)."""
    return _file(audit_pages.bundle_of_act(who=request.member, index=index), "application/zip", f"evidence-{index}.zip")


@policy(Permission.EVIDENCE_READ)
@require_GET
def show_heads(request: HttpRequest) -> HttpResponse:
    """Show the published heads (公布的链头)."""
    return render(request, "audit/heads.html", {"heads": published_heads()[::-1]})


@policy(Permission.EVIDENCE_READ)
@require_GET
@hands_out
def take_head(request: HttpRequest, digest: str) -> HttpResponse:
    """Hand out a published head as text (链头文本)."""
    return _file(audit_pages.head_as_text(told=digest).encode("utf-8"), "text/plain; charset=utf-8", f"head-{digest[-12:]}.txt")


@policy(Permission.EVIDENCE_READ)
@require_POST
@hands_out
def take_sheet(request: HttpRequest) -> HttpResponse:
    """Hand out the approval sheet of a return or assessment (审批单)."""
    content = audit_pages.sheet_of_subject(who=request.member, subject=request.POST.get("subject", ""), language=language_of(request))
    return _file(content, _WORD, "approval-sheet.docx")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
