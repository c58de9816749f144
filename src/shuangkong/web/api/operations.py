"""The JSON API: the use cases of the pages, for programs (接口). Each operation says which permission it needs."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from ninja import NinjaAPI, Schema
from ninja.security import HttpBearer

from shuangkong import __version__
from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import day_named
from shuangkong.kernel.rounding import plain
from shuangkong.returns.states import ReturnAct
from shuangkong.services import filings
from shuangkong.services.api_tokens import bearer
from shuangkong.services.deployment import catalogue
from shuangkong.services.filing_lists import my_work, progress
from shuangkong.services.filing_pages import show_filing
from shuangkong.services.indicators import explain_indicator, list_indicators
from shuangkong.services.openings import open_figure
from shuangkong.services.people import NotPermitted
from shuangkong.services.standing import board_as_known, city_indicators
from shuangkong.web.refusals import not_found, refused


class Allowed(HttpBearer):
    """Lets in the bearer of a token whose owner and scope allow an operation (令牌校验)."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the member, or None for 401; raise for 403."""
        who = bearer(token)
        if who is None:
            return None
        if not who.may(self.permission):
            raise NotPermitted(self.permission)
        request.member = who
        return who


api = NinjaAPI(
    title="双控 / Shuangkong", version=__version__, urls_namespace="api", docs_url=None,
    description="与页面同一套用例；数值为不取整的十进制字符串。 The same use cases as the pages; figures are unrounded decimal strings.",
)  # fmt: skip
_P = Permission


def _told(words: Words | None) -> dict[str, str] | None:
    return None if words is None else {"zh": words.zh, "en": words.en}


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


@api.exception_handler(InputRefused)
def _refused(request: HttpRequest, trouble: InputRefused) -> Any:
    return refused(request, trouble)


@api.exception_handler(ObjectDoesNotExist)
def _unknown(request: HttpRequest, trouble: ObjectDoesNotExist) -> Any:
    return not_found(request, trouble)


@api.get("/board", auth=Allowed(_P.FIGURES_READ), summary="全部指标 / every target")
def read_board(request: HttpRequest, year: int | None = None, as_of: str | None = None) -> Any:
    """Every target with value, light and pace, as known on a day (指标一览)."""
    told = board_as_known(year=year, as_of=day_named(as_of) if as_of else None)
    return {
        "year": told.year, "as_of": told.as_of.isoformat(), "plan": told.plan.id,
        "targets": [
            {
                "id": line.target.id, "name": _told(line.target.name), "clause": line.target.clause, "indicator": line.target.indicator or None,
                "scope": line.target.scope, "unit": line.target.unit, "operator": line.target.operator.value, "target": _figure(line.target.value),
                "target_year": line.target.target_year, "current": _figure(line.current), "milestone": _figure(line.pace.milestone),
                "pace_pct": _figure(line.pace.pace_pct), "light": line.light.value, "reason": _told(line.reason),
                "coverage": str(line.result.coverage) if line.result else None, "marks": list(line.result.marks) if line.result else [],
            }
            for line in told.lines
        ],
    }  # fmt: skip


@api.get("/indicators", auth=Allowed(_P.FIGURES_READ), summary="指标目录 / indicators")
def read_indicators(request: HttpRequest) -> Any:
    """Every indicator with its formula (指标目录)."""
    return list_indicators(checked=catalogue())


@api.get("/indicators/{code}", auth=Allowed(_P.FIGURES_READ), summary="指标解释 / an indicator explained")
def read_indicator(request: HttpRequest, code: str, org: str, period: str, as_of: str | None = None) -> Any:
    """A figure with formula, working, rules and inputs (指标解释)."""
    return explain_indicator(indicators=city_indicators(), code=code, org=org, period=period, as_of=day_named(as_of) if as_of else None)


@api.get("/figures", auth=Allowed(_P.FIGURES_READ), summary="打开一个数 / a figure opened")
def read_figure(request: HttpRequest, element: str, org: str, period: str, as_of: str | None = None) -> Any:
    """A reported figure with its versions, hands and link (数据溯源)."""
    opened = open_figure(element=element, org=org, period=period, who=request.member, as_of=day_named(as_of) if as_of else None)
    if opened is None:
        return not_found(request)
    parts = opened.made_of
    return {
        "element": opened.element, "name": _told(opened.name), "org": opened.node.code, "period": str(opened.period), "value": _figure(opened.row.value),
        "unit": opened.row.unit, "grade": opened.row.grade, "source": opened.row.source, "reported_by": opened.row.reported_by,
        "approved_by": opened.row.approved_by, "recorded_at": opened.row.recorded_at.isoformat(), "filing": opened.filing_id,
        "versions": [{"value": _figure(row.value), "recorded_at": row.recorded_at.isoformat(), "link": row.link} for row in opened.versions],
        "steps": [{"act": _told(step.act), "person": step.person, "post": step.post, "organisation": step.organisation,
                   "recorded_at": step.recorded_at.isoformat(), "link": step.link} for step in opened.steps],
        "link": {"index": opened.link.index, "digest": opened.link.digest} if opened.link else None,
        "made_of": None if parts is None else {
            "element": parts.rule.of, "total": _figure(parts.total), "reported": parts.reported, "expected": parts.expected, "hidden": parts.hidden,
            "parts": [{"org": part.node.code, "name": _told(part.node.name), "value": _figure(part.value)} for part in parts.parts],
        },
    }  # fmt: skip


@api.get("/work", auth=Allowed(_P.FIGURES_READ), summary="待办 / what waits for me")
def read_work(request: HttpRequest) -> Any:
    """What waits for the token's owner (我的工作)."""
    return [
        {"form": one.form.code, "organisation": one.node.code, "period": one.period, "state": one.state.name if one.state else None, "act": one.act.name,
         "due_on": one.due_on.isoformat() if one.due_on else None, "filing": one.filing_id}
        for one in my_work(who=request.member)
    ]  # fmt: skip


@api.get("/returns/progress", auth=Allowed(_P.FIGURES_READ), summary="填报进度 / filing progress")
def read_progress(request: HttpRequest, form: str | None = None, period: str | None = None) -> Any:
    """How far each window has come (填报进度)."""
    return [
        {"form": one.form.code, "period": one.window.period, "due_on": one.window.due_on.isoformat(), "asked": one.asked, "filed": one.filed,
         "waived": one.waived, "missing": [node.code for node in one.missing]}
        for one in progress(who=request.member, form=form, period=period)
    ]  # fmt: skip


class Opening(Schema):
    """Which return to open (开始填报)."""

    form: str
    organisation: str
    period: str


class Cells(Schema):
    """Cells as typed, by `table.row.column` (填报内容)."""

    version: int
    cells: dict[str, str]


class Acting(Schema):
    """What to do to a version of a return (办理)."""

    act: ReturnAct
    version: int
    reason: str = ""


@api.post("/returns", auth=Allowed(_P.RETURN_FILE), summary="开始填报 / open a return")
def open_return(request: HttpRequest, told: Opening) -> Any:
    """Open the return of an organisation, or find the one that is open (开始填报)."""
    return {"filing": filings.open_filing(form=told.form, organisation=told.organisation, period=told.period, who=request.member)}


@api.get("/returns/{int:filing}", auth=Allowed(_P.FIGURES_READ), summary="报表 / a return")
def read_return(request: HttpRequest, filing: int) -> Any:
    """A return with its cells, acts and what can be done (报表)."""
    shown = show_filing(filing_id=filing, who=request.member)
    return {
        "filing": shown.filing.pk, "form": shown.form.code, "organisation": shown.node.code, "period": shown.filing.period, "round": shown.filing.round,
        "state": shown.state.name, "version": shown.filing.version, "possible": [act.name for act in shown.possible],
        "cells": {
            str(at.cell.key): at.text for one in shown.tables for row in one.rows for at in row.cells if at is not None and at.text
        },
        "acts": [{"act": act.act, "state": act.state_after, "version": act.version_after, "reason": act.reason, "recorded_at": act.recorded_at.isoformat(),
                  "link": act.link} for act in shown.acts],
    }  # fmt: skip


@api.post("/returns/{int:filing}/cells", auth=Allowed(_P.RETURN_FILE), summary="保存 / save cells")
def save_cells(request: HttpRequest, filing: int, told: Cells) -> Any:
    """Keep cells; sound ones are saved, the others told (保存)."""
    saved = filings.save_cells(filing_id=filing, version=told.version, texts=told.cells, who=request.member)
    return {
        "version": saved.version, "saved": list(saved.saved), "faults": {key: fault.line() for key, fault in saved.faults.items()},
        "computed": {str(key): one.entry.stored() if one.entry else None for key, one in saved.computed.items()},
    }  # fmt: skip


@api.post("/returns/{int:filing}/acts", auth=Allowed(_P.FIGURES_READ), summary="办理 / act on a return")
def act_on_return(request: HttpRequest, filing: int, told: Acting) -> Any:
    """Submit, withdraw, accept, send back, review, approve or lock (办理)."""
    return {"version": filings.act_on_filing(filing_id=filing, act=told.act, version=told.version, who=request.member, reason=told.reason)}
