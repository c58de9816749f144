"""Operations of findings and of the catalogue of checks."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.checks.lifecycle import FindingAct, FindingState
from shuangkong.checks.model import Severity
from shuangkong.services.finding_cases import act_on_finding, list_findings
from shuangkong.services.finding_pages import list_checks, show_finding
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import ByName, Day, Exact, Key, Listed, Paging, Said, Short, Told, answers

router = Router()
_P = Permission


class FindingsAsked(Schema):
    """Which findings (筛选)."""

    state: Annotated[FindingState, ByName] | None = None
    severity: Annotated[Severity, ByName] | None = None
    code: Short = ""
    place: Short = ""
    period: Short = ""


class FindingLine(Schema):
    """A finding in the list (问题)."""

    finding: int = Field(alias="record.pk")
    filing: int = Field(alias="record.filing_id")
    code: str = Field(alias="record.code")
    org: str = Field(alias="record.org")
    period: str = Field(alias="record.period")
    name: Told
    place: Told
    severity: Annotated[Severity, ByName]
    state: Annotated[FindingState, ByName]
    recorded_at: datetime = Field(alias="record.recorded_at")


class FindingStepShape(Schema):
    """A step of a finding's life (处理记录)."""

    act: Annotated[FindingAct, ByName]
    state: Annotated[FindingState, ByName]
    reason: str
    person: str | None
    waived_until: date | None
    recorded_at: datetime
    link: int | None


class FindingEvidence(Schema):
    """A figure that a finding rests on (证据)."""

    name: Told
    value: str
    unit: str


class SeriesPoint(Schema):
    """The figure in a period (序列)."""

    period: str
    value: Exact | None
    is_here: bool


class Finding(Schema):
    """A finding with all that is known of it (问题)."""

    finding: int = Field(alias="record.pk")
    filing: int = Field(alias="record.filing_id")
    code: str = Field(alias="record.code")
    org: str = Field(alias="record.org")
    period: str = Field(alias="record.period")
    elements: list[str] = Field(alias="record.elements")
    severity: Annotated[Severity, ByName]
    state: Annotated[FindingState, ByName]
    odd: Told
    usual: Told
    remedy: Told
    evidence: list[FindingEvidence]
    series: list[SeriesPoint]
    steps: list[FindingStepShape]
    possible: list[Annotated[FindingAct, ByName]]
    is_current: bool
    waived_by: Told | None
    latest_end: date | None

    @staticmethod
    def resolve_odd(one: Any) -> dict[str, str]:
        """Tell what is odd."""
        return {"zh": one.record.odd_zh, "en": one.record.odd_en}

    @staticmethod
    def resolve_usual(one: Any) -> dict[str, str]:
        """Tell what is usual."""
        return {"zh": one.record.usual_zh, "en": one.record.usual_en}

    @staticmethod
    def resolve_remedy(one: Any) -> dict[str, str]:
        """Tell what to do."""
        return {"zh": one.record.remedy_zh, "en": one.record.remedy_en}

    @staticmethod
    def resolve_steps(one: Any) -> list[dict[str, Any]]:
        """Tell what was done."""
        return [
            {
                "act": step.act, "state": step.state_after, "reason": step.reason, "person": step.person.full_name if step.person else None,
                "waived_until": step.waived_until, "recorded_at": step.recorded_at, "link": step.link,
            }
            for step, _, _ in one.steps
        ]  # fmt: skip


class FindingActing(Schema):
    """What to do to a finding (处理); `until` is the last day of a waiver."""

    act: Annotated[FindingAct, ByName]
    reason: Said = ""
    until: Day | None = None


class Standing(Schema):
    """Where a finding stands now (处理情况)."""

    state: Annotated[FindingState, ByName]


class CheckShape(Schema):
    """A check of the catalogue (核查规则)."""

    code: str
    name: Told
    kind: str
    kind_in_words: Told
    severity: Annotated[Severity, ByName]
    remedy: Told
    limits: dict[str, Exact]
    limits_in_words: Told
    basis: str
    waived_by: Told
    waived_months: int


@router.get("/findings", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[FindingLine]), summary="问题清单 / findings")
def read_findings(request: HttpRequest, asked: Query[FindingsAsked], page: Query[Paging]) -> Any:
    """The findings that the reader may see, the gravest first, at most 2,000 (问题清单)."""
    found = list_findings(
        who=request.member, state=asked.state.name if asked.state else "", severity=asked.severity.name if asked.severity else "", code=asked.code, place=asked.place,
        period=asked.period, most=2000,
    )  # fmt: skip
    return page.of(found)


@router.get("/findings/{int:finding}", auth=Allowed(_P.FIGURES_READ), response=answers(Finding), summary="问题 / a finding")
def read_finding(request: HttpRequest, finding: Key) -> Any:
    """What is odd, what is usual, the figures, the steps and what can be done (问题)."""
    return show_finding(finding_id=finding, who=request.member)


@router.post(
    "/findings/{int:finding}/acts", auth=Allowed(_P.FINDING_EXPLAIN, _P.FINDING_JUDGE, _P.FINDING_WAIVE), response=answers(Standing),
    summary="处理问题 / act on a finding",
)  # fmt: skip
def act(request: HttpRequest, finding: Key, told: FindingActing) -> Any:
    """Explain, reject, rectify, close, waive, revoke or reopen (处理问题)."""
    return {"state": act_on_finding(finding_id=finding, act=told.act, who=request.member, reason=told.reason, until=told.until)}


@router.get("/checks", auth=Allowed(_P.FIGURES_READ), response=answers(Listed[CheckShape]), summary="核查目录 / checks")
def read_checks(request: HttpRequest, page: Query[Paging]) -> Any:
    """The catalogue of checks with severity, limits, basis and who may waive (核查目录)."""
    return page.of([
        {
            "code": one.check.code, "name": one.check.name, "kind": one.check.kind, "kind_in_words": one.kind, "severity": one.check.severity, "remedy": one.check.remedy,
            "limits": one.check.limits, "limits_in_words": one.limits, "basis": str(one.check.basis.citation), "waived_by": one.waived_by,
            "waived_months": one.check.waived_months,
        }
        for one in list_checks()
    ])  # fmt: skip
