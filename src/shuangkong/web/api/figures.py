"""Operations of reported figures: observations, one figure opened, what changed."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.plan.trajectory import Light
from shuangkong.services.observation_queries import seen_observations
from shuangkong.services.openings import open_figure
from shuangkong.services.what_changed import what_changed
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import (
    AsText,
    ByName,
    Day,
    Exact,
    Listed,
    Paging,
    Short,
    Told,
    Year,
    answers,
)
from shuangkong.web.refusals import not_found

router = Router()
_P = Permission


class ObservationShape(Schema):
    """The version in force of a figure (观测值)."""

    element: str
    org: str
    period: str
    value: Exact | None
    unit: str
    grade: str
    source: str
    reported_by: str
    approved_by: str
    recorded_at: datetime
    note: str
    filing: int | None = Field(alias="filing_id")
    link: int | None


class VersionShape(Schema):
    """One version of a figure (数值版本)."""

    value: Exact | None
    recorded_at: datetime
    link: int | None


class StepShape(Schema):
    """Through whose hands a figure went (经手)."""

    act: Told
    person: str
    post: str
    organisation: str
    recorded_at: datetime
    link: int


class LinkShape(Schema):
    """A link of the chain (链环)."""

    index: int
    digest: str


class PartShape(Schema):
    """What one organisation adds (组成)."""

    org: str = Field(alias="node.code")
    name: Told = Field(alias="node.name")
    value: Exact


class PartsShape(Schema):
    """What a sum is made of (汇总组成); `hidden` ones are not for the reader, and then often the total neither."""

    element: str = Field(alias="rule.of")
    total: Exact | None
    reported: int
    expected: int
    hidden: int
    parts: list[PartShape]


class MonitoredShape(Schema):
    """One thing that a figure by monitors or meters was made of (监测计量构成), as known when it was recorded."""

    name: Told
    period: str
    value: Exact | None
    unit: str
    coverage_pct: Exact | None
    told: Told
    code: str


class FigureShape(Schema):
    """A reported figure with its versions, hands and link (数据溯源)."""

    element: str
    name: Told
    definition: Told
    org: str = Field(alias="node.code")
    period: AsText
    value: Exact | None = Field(alias="row.value")
    unit: str = Field(alias="row.unit")
    grade: str = Field(alias="row.grade")
    source: str = Field(alias="row.source")
    reported_by: str = Field(alias="row.reported_by")
    approved_by: str = Field(alias="row.approved_by")
    recorded_at: datetime = Field(alias="row.recorded_at")
    filing: int | None = Field(alias="filing_id")
    versions: list[VersionShape]
    steps: list[StepShape]
    link: LinkShape | None
    made_of: PartsShape | None
    monitored: list[MonitoredShape]


class LockedShape(Schema):
    """A return that was locked (新锁定的报表)."""

    filing: int = Field(alias="filing_id")
    form: Told
    organisation: str = Field(alias="node.code")
    period: str
    recorded_at: datetime
    link: int


class TurnedShape(Schema):
    """A light that turned (灯号变化)."""

    target: str = Field(alias="target.id")
    name: Told = Field(alias="target.name")
    before: Annotated[Light, ByName]
    after: Annotated[Light, ByName]


class OpenedShape(Schema):
    """A finding that was opened (新问题)."""

    filing: int = Field(alias="filing_id")
    code: str
    organisation: str = Field(alias="node.code")
    period: str
    odd: Told
    recorded_at: datetime


class ChangesShape(Schema):
    """What changed since (变化)."""

    since: datetime
    locked: list[LockedShape]
    turned: list[TurnedShape]
    opened: list[OpenedShape]
    more: bool


@router.get("/figures", auth=Allowed(_P.FIGURES_READ), response=answers(FigureShape), summary="打开一个数 / a figure opened")
def read_figure(request: HttpRequest, element: Short, org: Short, period: Short, as_of: Day | None = None) -> Any:
    """A reported figure with its versions, hands and link (数据溯源)."""
    opened = open_figure(element=element, org=org, period=period, who=request.member, as_of=as_of)
    return not_found(request) if opened is None else opened


@router.get("/observations", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[ObservationShape]), summary="观测值 / observations")
def read_observations(
    request: HttpRequest, page: Query[Paging], element: Short = "", org: Short = "", period: Short = "", as_of: Day | None = None
) -> Any:
    """The versions in force that the reader may see, by element, organisation and period, as known on a day (观测值查询); name at least one."""
    return page.of(seen_observations(who=request.member, element=element, org=org, period=period, as_of=as_of))


@router.get("/changes", auth=Allowed(_P.FIGURES_READ), response=answers(ChangesShape), summary="变化 / what changed")
def read_changes(request: HttpRequest, since: Day | None = None, year: Year | None = None, as_of: Day | None = None) -> Any:
    """What was locked, which lights turned, which findings came since a day (变化)."""
    return what_changed(who=request.member, since=since, year=year, as_of=as_of)
