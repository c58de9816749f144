"""What is done to an assessment: each parses, calls one use case, and goes back to the page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.assessment.rubric import Cycle
from shuangkong.kernel.period import day_named
from shuangkong.services import appeals, assessment_cycles, cycle_pages, frozen_results, self_evaluations
from shuangkong.services import hand_over as handing
from shuangkong.services.assessment_cycles import UnreadableForm
from shuangkong.web.assessments.views import as_file
from shuangkong.web.page import language_of
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_P = Permission
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@policy(_P.ASSESSMENT_RUN)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a cycle (启动考核)."""
    told = request.POST
    try:
        asked = Cycle(told.get("cycle", ""))
    except ValueError:
        raise UnreadableForm("cycle", told.get("cycle", "")) from None
    key = assessment_cycles.start_cycle(
        cycle=asked, year=_number(told.get("year", ""), "year"), rubric=told.get("rubric", ""), as_of=day_named(told.get("as_of", "")), who=request.member,
    )  # fmt: skip
    return _to("assessment", key)


@policy(_P.ASSESSMENT_RUN, _P.ASSESSMENT_FREEZE, _P.ASSESSMENT_PUBLISH)
@require_POST
def act(request: HttpRequest, cycle: int) -> HttpResponse:
    """Go on, or one step back (办理)."""
    told = request.POST
    named = told.get("act", "")
    if named not in CycleAct.__members__:
        raise UnreadableForm("act", named)
    assessment_cycles.act_on_cycle(cycle_id=cycle, act=CycleAct[named], version=_version(request), who=request.member, reason=told.get("reason", ""))
    return _to("assessment", cycle)


@policy(_P.ASSESSMENT_FREEZE)
@require_http_methods(["GET", "POST"])
def freeze(request: HttpRequest, cycle: int) -> HttpResponse:
    """Show what exactly would be frozen, and freeze it (冻结)."""
    if request.method == "GET":
        return render(request, "assessments/freeze.html", {"page": cycle_pages.show_cycle(cycle_id=cycle, who=request.member)})
    told = request.POST
    frozen_results.freeze_cycle(cycle_id=cycle, version=_version(request), seen=told.get("seen", ""), who=request.member, reason=told.get("reason", ""))
    return _to("frozen-assessment", cycle)


@policy(_P.EXPORT, _P.ASSESSMENT_FREEZE)
@require_POST
@hands_out
def export(request: HttpRequest, cycle: int) -> HttpResponse:
    """Send the frozen result as Word or Excel (导出)."""
    form = "xlsx" if request.POST.get("form") == "xlsx" else "docx"
    content = frozen_results.export_frozen(cycle_id=cycle, form=form, who=request.member, language=language_of(request))
    return as_file(content, f"assessment-{cycle}.{form}", _MEDIA[form])


@policy(_P.ASSESSMENT_PUBLISH)
@require_POST
def hand_over(request: HttpRequest, cycle: int) -> HttpResponse:
    """Hand the result over (移交)."""
    handing.hand_over_result(cycle_id=cycle, version=_version(request), who=request.member)
    return _to("assessment", cycle)


@policy(_P.RESULT_RECEIVE)
@require_POST
def receive(request: HttpRequest, cycle: int) -> HttpResponse:
    """Give receipt (回执)."""
    handing.receive_result(cycle_id=cycle, version=_version(request), who=request.member)
    return _to("results")


@policy(_P.SELF_EVALUATE)
@require_http_methods(["GET", "POST"])
def evaluate(request: HttpRequest, cycle: int, jurisdiction: str) -> HttpResponse:
    """Write the self-evaluation of a jurisdiction (自评)."""
    if request.method == "GET":
        page = cycle_pages.evaluation_form(cycle_id=cycle, jurisdiction=jurisdiction, who=request.member)
        return render(request, "assessments/self_evaluation.html", {"page": page})
    told = request.POST
    items = {
        code: self_evaluations.OwnItem(
            points=told.get(f"points.{code}", ""), statement=told.get(f"statement.{code}", ""), kept=tuple(told.getlist(f"kept.{code}")),
            files=tuple(self_evaluations.File(one.name or "", one.read()) for one in request.FILES.getlist(f"files.{code}")),
        )
        for code in told.getlist("item")
    }  # fmt: skip
    before = told.get("before", "")
    self_evaluations.evaluate_self(
        cycle_id=cycle, jurisdiction=jurisdiction, before=_number(before, "before") if before else None, items=items, summary=told.get("summary", ""), who=request.member,
    )  # fmt: skip
    return _to("score-sheet", cycle, jurisdiction)


@policy(_P.SELF_EVALUATION_SIGN)
@require_POST
def sign(request: HttpRequest, cycle: int, jurisdiction: str) -> HttpResponse:
    """Sign the self-evaluation (签署)."""
    key = _number(request.POST.get("evaluation", ""), "evaluation")
    self_evaluations.sign_self_evaluation(cycle_id=cycle, jurisdiction=jurisdiction, evaluation=key, who=request.member)
    return _to("score-sheet", cycle, jurisdiction)


@policy(_P.ASSESSMENT_RUN)
@require_POST
def judge(request: HttpRequest, cycle: int, jurisdiction: str, item: str) -> HttpResponse:
    """Judge a line that no figure decides (评判)."""
    told = request.POST
    assessment_cycles.judge_line(
        cycle_id=cycle, jurisdiction=jurisdiction, item=item, points=told.get("points", ""), reason=told.get("reason", ""), who=request.member,
    )  # fmt: skip
    return _to("score-sheet", cycle, jurisdiction)


@policy(_P.APPEAL)
@require_POST
def appeal(request: HttpRequest, cycle: int, jurisdiction: str, item: str) -> HttpResponse:
    """Contest a line (申诉)."""
    appeals.file_appeal(cycle_id=cycle, jurisdiction=jurisdiction, item=item, reason=request.POST.get("reason", ""), who=request.member)
    return _to("score-sheet", cycle, jurisdiction)


@policy(_P.APPEAL_ANSWER)
@require_POST
def answer(request: HttpRequest, cycle: int, appeal: int) -> HttpResponse:
    """Answer an appeal (答复)."""
    told = request.POST
    appeals.answer_appeal(
        cycle_id=cycle, appeal=appeal, is_upheld=told.get("decision") == "upheld", points=told.get("points", ""), reason=told.get("reason", ""), who=request.member,
    )  # fmt: skip
    return _to("assessment", cycle)


def _version(request: HttpRequest) -> int:
    return _number(request.POST.get("version", ""), "version")


def _number(told: str, name: str) -> int:
    if not (told.isascii() and told.isdecimal()) or len(told) > 12:
        raise UnreadableForm(name, told)
    return int(told)


def _to(route: str, *args: object) -> HttpResponse:
    return HttpResponseRedirect(reverse(route, args=args))
