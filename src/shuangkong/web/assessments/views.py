"""The assessment as it is read: list, cycle, score sheet, frozen result, results handed over."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.services import cycle_pages
from shuangkong.services.hand_over import handed_over, handed_over_bundle
from shuangkong.web.page import language_of
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_READS = (Permission.FIGURES_READ,)
_RECEIVES = (Permission.RESULT_RECEIVE, Permission.ASSESSMENT_PUBLISH)


@policy(*_READS)
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Show the cycles and what comes next (考核列表)."""
    may_start = request.member.may(Permission.ASSESSMENT_RUN)
    return render(request, "assessments/list.html", {"cycles": cycle_pages.list_cycles(), "start": cycle_pages.start_choices() if may_start else None})


@policy(*_READS)
@require_GET
def show_cycle(request: HttpRequest, cycle: int) -> HttpResponse:
    """Show a cycle: ranking, self-evaluations, appeals, what can be done (考核页面)."""
    page = cycle_pages.show_cycle(cycle_id=cycle, who=request.member)
    chart = cycle_pages.ranking_chart(page.places, language_of(request), lambda place: reverse("score-sheet", args=[cycle, place.code]))
    return render(request, "assessments/cycle.html", {"page": page, "chart": chart})


@policy(*_READS)
@require_GET
def show_sheet(request: HttpRequest, cycle: int, jurisdiction: str) -> HttpResponse:
    """Show the score sheet of a jurisdiction, each line opened (得分单)."""
    page = cycle_pages.show_sheet(cycle_id=cycle, jurisdiction=jurisdiction, who=request.member)
    return render(request, "assessments/sheet.html", {"page": page})


@policy(*_READS)
@require_GET
def show_frozen(request: HttpRequest, cycle: int) -> HttpResponse:
    """Show what was frozen, and a fresh run beside it (冻结结果)."""
    page = cycle_pages.show_frozen(cycle_id=cycle, who=request.member)
    return render(request, "assessments/frozen.html", {"page": page})


@policy(*_READS)
@require_POST
@hands_out
def send_evidence(request: HttpRequest, cycle: int, evidence: int) -> HttpResponse:
    """Send a file of a self-evaluation, never to be opened in the page (佐证文件)."""
    found = cycle_pages.evidence_file(cycle_id=cycle, evidence=evidence, who=request.member)
    return as_file(bytes(found.content), found.name, found.media_type)


@policy(*_RECEIVES)
@require_GET
def show_results(request: HttpRequest) -> HttpResponse:
    """Show what was handed over (移交结果)."""
    return render(request, "assessments/results.html", {"results": cycle_pages.list_results(who=request.member)})


@policy(*_RECEIVES)
@require_POST
@hands_out
def send_bundle(request: HttpRequest, cycle: int) -> HttpResponse:
    """Send the bundle that was handed over (移交存证包)."""
    sent = handed_over(who=request.member)
    row = next((one.frozen.cycle for one in sent if one.frozen.cycle_id == cycle), None)
    name = f"{row.year}-{row.cycle}-{row.rubric}.zip" if row else f"{cycle}.zip"
    return as_file(handed_over_bundle(cycle_id=cycle, who=request.member), name, "application/zip")


def as_file(content: bytes, name: str, media_type: str) -> HttpResponse:
    """Return a file to be saved (下载)."""
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})
