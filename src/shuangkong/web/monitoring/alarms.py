"""Alarms of monitoring: the list, one of them, answered, closed, sent back; files of an answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import day_named
from shuangkong.pollution.alarm_life import AlarmAct, AlarmKind, AlarmState
from shuangkong.services.alarm_pages import ALL, OPEN, AlarmsAsked, alarm_page, alarms_page
from shuangkong.services.alarms import answer_alarm, close_alarm, open_alarm_file, send_back_alarm
from shuangkong.web.monitoring.asked import text_in
from shuangkong.web.page import as_of, language_of, page_number
from shuangkong.web.returns.asked import one_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_STATES = (OPEN, *AlarmState.__members__, ALL)


@policy(Permission.FIGURES_READ)
@require_GET
def show_alarms(request: HttpRequest) -> HttpResponse:
    """Show the alarms a person may see, filtered (报警)."""
    told = {name: text_in(request.GET, name)[:60] for name in ("state", "kind", "place", "day", "q")}
    asked = AlarmsAsked(
        told["state"] if told["state"] in _STATES else OPEN, AlarmKind.__members__.get(told["kind"]), told["place"], day_named(told["day"]) if told["day"] else None, told["q"]
    )
    page = alarms_page(who=request.member, asked=asked, number=page_number(request), as_of=as_of(request))
    query = urlencode({name: text for name, text in (told | {"as_of": request.GET.get("as_of", "")}).items() if text})
    return render(request, "monitoring/alarms.html", {"page": page, "kinds": list(AlarmKind), "states": list(AlarmState), "query": query})


@policy(Permission.FIGURES_READ)
@require_GET
def show_alarm(request: HttpRequest, alarm: int) -> HttpResponse:
    """Show one alarm with its hours, its life, and the forms of whoever may act (报警页)."""
    page = alarm_page(alarm_id=alarm, who=request.member)
    return render(request, "monitoring/alarm.html", {"page": page, "chart": page.chart(language_of(request))})


@policy(Permission.MONITORING_REPORT, Permission.MONITORING_MANAGE)
@require_POST
def act(request: HttpRequest, alarm: int) -> HttpResponse:
    """Answer, close or send back (办理报警)."""
    told = request.POST
    done = one_of(AlarmAct, told.get("act", ""), Words("办理动作", "act"))
    if done is AlarmAct.CLOSE:
        state = close_alarm(alarm_id=alarm, reason=text_in(told, "reason"), who=request.member)
    elif done is AlarmAct.SEND_BACK:
        state = send_back_alarm(alarm_id=alarm, reason=text_in(told, "reason"), who=request.member)
    else:
        files = [(one.name or "", one.read()) for one in request.FILES.getlist("files")]
        state = answer_alarm(alarm_id=alarm, cause=text_in(told, "cause"), measure=text_in(told, "measure"), who=request.member, files=files)
    messages.success(request, f"已存证，报警{state.value}" if language_of(request) == "zh" else f"Done; the alarm is {state.words.en}")
    return HttpResponseRedirect(reverse("alarm", args=[alarm]))


@policy(Permission.FIGURES_READ)
@require_POST
@hands_out
def take_file(request: HttpRequest, file: int) -> HttpResponse:
    """Hand out a file of an answer (下载报警附件); sealed, and therefore no GET."""
    told = open_alarm_file(file_id=file, who=request.member)
    return handed(told.content, name=told.name, media_type=told.media_type)
