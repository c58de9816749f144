"""Operations of the rules: list, one with its lines, what would change."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.kernel.provenance import Confidence
from shuangkong.plan.trajectory import Light
from shuangkong.services import rule_pages
from shuangkong.web.api.gate import Allowed
from shuangkong.web.api.shapes import ByName, Day, Exact, Listed, Paging, Short, Told, Year, answers

router = Router()
_P = Permission


class RuleLine(Schema):
    """A rule as it holds on the day (规则)."""

    path: str
    name: Told
    unit: str
    shown: str
    valid_from: date = Field(alias="line.valid_from")
    document: str = Field(alias="line.citation.document")
    clause: str = Field(alias="line.citation.clause")
    confidence: Annotated[Confidence, ByName] = Field(alias="line.confidence")
    verified: bool = Field(alias="line.verified")
    is_in_force: bool
    used_by: list[Told]


class Rules(Listed[RuleLine]):
    """The rules found (规则一览)."""

    unverified: int
    areas: dict[str, int]
    day: Day


class DatedLine(Schema):
    """What a rule says from a day on (规则版本)."""

    valid_from: date
    valid_to: date | None
    shown: str
    document: str
    clause: str
    confidence: Annotated[Confidence, ByName]
    verified: bool
    note: str


class Part(Schema):
    """A number within a rule that can be supposed otherwise (可试算的数)."""

    part: str
    number: Exact


class ChangedTarget(Schema):
    """A target that would stand otherwise (变化的指标)."""

    target: str = Field(alias="target_id")
    name: Told
    unit: str
    before: Exact | None
    after: Exact | None
    light_before: Annotated[Light, ByName]
    light_after: Annotated[Light, ByName]


class ChangedPlace(Schema):
    """A jurisdiction that would score otherwise (变化的得分)."""

    code: str
    name: Told
    before: Exact
    after: Exact
    grade_before: str | None
    grade_after: str | None


class Supposed(Schema):
    """What would change if the rule said otherwise (试算); nothing is kept."""

    part: str
    held: Exact
    supposed: Exact
    year: int
    targets: list[ChangedTarget]
    places: list[ChangedPlace]
    compared_targets: int
    compared_places: int
    why_no_scores: Told | None


class Rule(Schema):
    """A rule with its dated lines (规则)."""

    rule: RuleLine = Field(alias="row")
    lines: list[DatedLine]
    parts: list[Part]
    years: list[int]
    year: int
    supposed: Supposed | None

    @staticmethod
    def resolve_lines(one: Any) -> list[dict[str, Any]]:
        """Tell what it says from when."""
        return [
            {
                "valid_from": line.valid_from, "valid_to": line.valid_to, "shown": shown.zh, "document": line.citation.document, "clause": line.citation.clause,
                "confidence": line.confidence, "verified": line.verified, "note": line.note,
            }
            for line, shown in one.lines
        ]  # fmt: skip

    @staticmethod
    def resolve_parts(one: Any) -> list[dict[str, Any]]:
        """Tell the numbers in it."""
        return [{"part": part, "number": number} for part, number, _ in one.parts]


@router.get("/rules", auth=Allowed(_P.RULES_READ), response=answers(Rules), summary="规则 / rules")
def read_rules(
    request: HttpRequest, page: Query[Paging], area: Short = "", q: Short = "", only: Literal["", "unverified", "changed"] = "", as_of: Day | None = None
) -> Any:
    """Every rule with document, clause, dates, whether it is verified, and what rests on it (规则)."""
    found = rule_pages.list_rules(area=area, search=q, only=only, as_of=as_of)
    return {**page.of(found.rows), "unverified": found.unverified, "areas": found.areas, "day": found.day}


@router.get("/rules/{code}", auth=Allowed(_P.RULES_READ), response=answers(Rule), summary="一条规则 / one rule")
def read_rule(request: HttpRequest, code: str, part: Short = "", supposed: Annotated[Short, Query(description="试算值 / what it is supposed to say")] = "",
              year: Year | None = None, as_of: Day | None = None) -> Any:  # fmt: skip
    """A rule with its lines; with `supposed`, what would change, by a recomputation that is not kept (规则与试算)."""
    return rule_pages.show_rule(path=code, as_of=as_of, part=part, told=supposed, year=year)
