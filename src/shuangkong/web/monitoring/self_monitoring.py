"""Manual self-monitoring: an outlet's plan and results, how far the plans are done, tables handed in, reports handed out."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.language import Words
from shuangkong.pollution.self_monitoring import Frequency, ResultSource
from shuangkong.services import clock, self_monitoring, self_monitoring_list, self_monitoring_pages
from shuangkong.services.monitoring_kinds import factors_for
from shuangkong.services.self_monitoring_list import ListKind
from shuangkong.web.monitoring.asked import day_in, figure_in, key_in, moment_in, text_in
from shuangkong.web.page import as_of, language_of
from shuangkong.web.returns.asked import NotUnderstood, file_in, one_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_ROWS_SHOWN = 500


def _year(request: HttpRequest) -> int | None:
    text = request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 and 2000 < int(text) <= clock.today().year else None


@policy(Permission.FIGURES_READ)
@require_GET
def show_completion(request: HttpRequest) -> HttpResponse:
    """Show how far the plans are done, by county and unit (自行监测完成情况)."""
    page = self_monitoring_pages.completion_page(who=request.member, year=_year(request), as_of=as_of(request))
    today = clock.today()
    return render(request, "monitoring/self_completion.html", {"page": page, "years": range(today.year, today.year - 3, -1)})


@policy(Permission.FIGURES_READ)
@require_GET
def show_outlet_tests(request: HttpRequest, code: str) -> HttpResponse:
    """Show an outlet's plan and results beside its automatic record (排放口自行监测)."""
    page = self_monitoring_pages.outlet_tests(code=code, who=request.member, year=_year(request), as_of=as_of(request))
    context = {
        "page": page, "frequencies": self_monitoring.FREQUENCY_WORDS, "sources": {one: self_monitoring.SOURCE_WORDS[one] for one in self_monitoring.TOLD_BY},
        "factors": factors_for(page.point.kind), "today": clock.today(), "years": range(clock.today().year, clock.today().year - 3, -1),
    }  # fmt: skip
    return render(request, "monitoring/self_outlet.html", context)


@policy(Permission.MONITORING_REPORT)
@require_POST
def enter_test(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a line of the plan (登记方案)."""
    told = request.POST
    first = day_in(told, "valid_from")
    times = text_in(told, "times")
    if first is None or not (times.isascii() and times.isdecimal() and len(times) < 4):
        raise NotUnderstood(Words("生效日和次数", "first day and times"), times)
    entry = self_monitoring.PlanEntry(
        point=code, factor=text_in(told, "factor").split(" ")[0], frequency=one_of(Frequency, text_in(told, "frequency"), Words("频次", "frequency")), times=int(times),
        valid_from=first, document=text_in(told, "document")[:120],
    )  # fmt: skip
    link = self_monitoring.enter_self_monitoring(tests=[entry], who=request.member, reason=text_in(told, "reason"))
    return _done(request, link, code)


@policy(Permission.MONITORING_REPORT)
@require_POST
def enter_result(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a laboratory's result, with its report as a file (登记监测结果)."""
    told = request.POST
    start = moment_in(told, "start")
    value, factor = figure_in(told, "value"), text_in(told, "factor").split(" ")[0]
    if start is None or value is None:
        raise NotUnderstood(Words("采样时间和监测值", "sampling and value"), text_in(told, "value"))
    known = factor_by_code().get(factor)
    entry = self_monitoring.FindingEntry(
        point=code, factor=factor, start=start, end=moment_in(told, "end") or start + timedelta(hours=1), value=value,
        unit=text_in(told, "unit") or (known.concentration_unit if known else ""), report_number=text_in(told, "report_number"), laboratory=text_in(told, "laboratory")[:120],
        is_below=told.get("is_below") == "1", source=one_of(ResultSource, text_in(told, "source") or "MANUAL", Words("来源", "source")), replaces=key_in(told, "replaces"),
    )  # fmt: skip
    link = self_monitoring.enter_result(entry, who=request.member, reason=text_in(told, "reason"), file=_file(request))
    return _done(request, link, code)


def _file(request: HttpRequest) -> tuple[str, bytes] | None:
    return file_in(request) if request.FILES.get("file") else None


def _done(request: HttpRequest, link: int, code: str) -> HttpResponse:
    messages.success(request, f"已登记，存证 #{link}" if language_of(request) == "zh" else f"Entered, sealed as #{link}")
    return HttpResponseRedirect(reverse("self-monitoring-outlet", args=[code]))


@policy(Permission.FIGURES_READ)
@require_POST
@hands_out
def take_report(request: HttpRequest, result: int) -> HttpResponse:
    """Hand out the report of a result (下载监测报告); sealed, and therefore no GET."""
    found = self_monitoring.open_report(result_id=result, who=request.member)
    return handed(found.content, name=found.name, media_type=found.media_type)


@policy(Permission.MONITORING_REPORT)
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Show how tables are handed in (清单)."""
    return render(request, "monitoring/self_list.html", {"run": None, "kinds": list(ListKind)})


@policy(Permission.MONITORING_REPORT)
@require_POST
@hands_out
def template(request: HttpRequest) -> HttpResponse:
    """Hand out the table to fill in (下载清单)."""
    kind, language = one_of(ListKind, request.POST.get("kind", ""), Words("清单类别", "kind of list")), language_of(request)
    content = self_monitoring_list.template_of(kind=kind, who=request.member, language=language)
    return handed(content, name=f"{kind.value}.csv" if language == "zh" else f"self-monitoring-{kind.name.lower()}.csv", media_type="text/csv")


@policy(Permission.MONITORING_REPORT)
@require_POST
def try_it(request: HttpRequest) -> HttpResponse:
    """Show what a table would enter, and enter nothing (预检)."""
    name, content = file_in(request)
    run = self_monitoring_list.try_list(kind=one_of(ListKind, request.POST.get("kind", ""), Words("清单类别", "kind of list")), name=name, content=content, who=request.member)
    return render(request, "monitoring/self_list.html", {"run": run, "rejected": run.rejected[:_ROWS_SHOWN], "kinds": list(ListKind)})


@policy(Permission.MONITORING_REPORT)
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Enter all that the dry run showed (登记清单)."""
    link, count = self_monitoring_list.apply_list(ticket=request.POST.get("ticket", ""), reason=request.POST.get("reason", ""), who=request.member)
    messages.success(request, f"已登记 {count} 行，存证 #{link}" if language_of(request) == "zh" else f"{count} rows entered, sealed as #{link}")
    return HttpResponseRedirect(reverse("self-monitoring"))
