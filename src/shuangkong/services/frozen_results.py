"""The result of a cycle, frozen by the city government: sealed whole, shown and exported from what was sealed, compared with a fresh run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CYCLE_STATES, CycleAct, CycleState
from shuangkong.assessment.scorecard import Decision
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain, canonical, from_canonical
from shuangkong.evidence.digest import digest
from shuangkong.evidence.docket import docket
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain
from shuangkong.services.assessment_cycles import (
    CycleChanged,
    fixed_of,
    held_cycle,
    require_version,
    result_digest,
    subject_of,
    take_step,
)
from shuangkong.services.assessments import Assessment
from shuangkong.services.chain import Actor, algorithm, seal
from shuangkong.services.cycle_results import (
    computed,
    decided,
    decided_lines,
    is_simulated,
    keep_files,
    rules_digest,
    rules_in_force,
    run_at,
)
from shuangkong.services.deployment import city
from shuangkong.services.documents.assessment_docx import assessment_docx
from shuangkong.services.documents.assessment_report import AssessmentReport, Passage, Section
from shuangkong.services.documents.assessment_xlsx import assessment_xlsx
from shuangkong.services.documents.report_record import record_of, report_of_record
from shuangkong.services.evidence import observation_lines
from shuangkong.services.people import Member, NotPermitted, actor_of, responsible_people
from shuangkong.services.reports.assessment_results import compose_results
from shuangkong.services.self_evaluations import latest_evaluations
from shuangkong.services.standing import city_indicators
from shuangkong.store.models import AssessmentCycle, FrozenFile, FrozenResult, PublishedHead

RESULT, OBSERVATIONS, RULES = "result.json", "observations.jsonl", "rules.jsonl"
RESULT_FORMAT = "shuangkong-assessment-result-1"
_MOST_DIFFERENCES = 50


class RulesChanged(Refusal):
    """The rules are not those of the announcement any more (规则已变化)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("规则库", "rules"), value="", rule=Words("与公示时不同，县区所见的不是将冻结的", "differ from those of the announcement; what would be frozen is not what was announced"),
            remedy=Words("退回审核，重新公示", "go back to the review and announce again"),
        )  # fmt: skip


class NotFrozen(Refusal):
    """The city government has not frozen the result (未经市政府冻结)."""

    def __init__(self, cycle: AssessmentCycle) -> None:
        super().__init__(
            thing=Words("考核结果", "result"), value=f"{cycle.year} {cycle.cycle}",
            rule=Words("未经市政府审定冻结", "was not decided and frozen by the city government"),
            remedy=Words("先由市政府岗位冻结，再公布、移交", "let the post of the city government freeze it first; then publish and hand over"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen result as it is read (冻结结果)."""

    row: FrozenResult
    told: Mapping[str, Any]
    report: AssessmentReport

    @property
    def cycle(self) -> AssessmentCycle:
        """The cycle it is of."""
        return self.row.cycle


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a fresh run says otherwise (重算差异)."""

    place: str
    frozen: str
    now: str


def freeze_cycle(*, cycle_id: int, version: int, seen: str, who: Member, reason: str) -> int:
    """Freeze the result of a cycle (冻结考核结果); there is no way back. Returns the new version.

    Parameters
    ----------
    cycle_id, version : int
        The cycle and the version its page was loaded with.
    seen : str
        Digest of the result as the page showed it: what was seen is what is frozen.
    who : Member
        The city government's own post, and no other.
    reason : str
        The minutes or the document of the decision.

    Raises
    ------
    NotPermitted, CycleActNotPossible, ReasonMissing, CycleChanged, RulesChanged
        With who may, what can be done.
    """
    with transaction.atomic():
        cycle = held_cycle(cycle_id)
        actor = actor_of(who, Permission.ASSESSMENT_FREEZE, city().code, among=[city().code])
        CYCLE_STATES.after(CycleState[cycle.state], CycleAct.FREEZE, reason=reason)
        require_version(cycle, version)
        if rules_digest(cycle.year) != cycle.rules_digest:
            raise RulesChanged
        if result_digest(decided(cycle)) != seen:
            raise CycleChanged(cycle)
        files = _files(cycle, actor)
        listed = docket(files, algorithm())
        keep_files(files)
        sealed = take_step(cycle, CycleAct.FREEZE, actor, kind=ActKind.ASSESSMENT_FREEZE, content=listed, reason=reason.strip())
        row = FrozenResult.objects.create(
            cycle=cycle, content=listed, digest=str(sealed.digest), person_id=actor.person_id, recorded_at=sealed.recorded_at, link=sealed.link
        )
        FrozenFile.objects.bulk_create(
            [FrozenFile(frozen=row, name=name, content=content, digest=str(digest(content, algorithm()))) for name, content in files.items()]
        )
    return int(cycle.version)


def _files(cycle: AssessmentCycle, actor: Actor) -> dict[str, bytes]:
    indicators = city_indicators()
    run = decided(cycle)
    known = indicators.snapshot(cycle.as_of)
    people = {code: str(one) for code, one in responsible_people(cycle.as_of).items()}
    report = compose_results(run, catalogue=indicators.catalogue)
    report = replace(report, sections=(*report.sections, _responsible(run, people, cycle)))
    result: dict[str, Plain] = {
        "format": RESULT_FORMAT, "city": city().code, "assessment": fixed_of(cycle), "engine": run.engine, "frozen_by": {"name": actor.name, "post": actor.post},
        "plan": {"id": city().plan.id, "edition": city().plan.edition, "title": city().plan.title},
        "targets": [
            {"id": one.id, "scope": one.scope, "indicator": one.indicator, "operator": one.operator.value, "value": one.value, "unit": one.unit, "year": one.target_year}
            for one in city().plan.targets
        ],
        "rules_digest": cycle.rules_digest, "known_until": known.newest_recorded_at, "observations": sum(1 for _ in known.current()),
        "computed": computed(cycle).as_json(), "result": run.as_json(), "decided_lines": [list(line) for line in decided_lines(cycle)],
        "first_responsible": people, "self_evaluations": list(_evaluations(cycle)), "appeals": list(_appeals(cycle)), "report": record_of(report),
    }  # fmt: skip
    return {RESULT: canonical(result), OBSERVATIONS: observation_lines(known), RULES: rules_in_force(cycle.year)}


def _evaluations(cycle: AssessmentCycle) -> Iterator[Plain]:
    for code, one in sorted(latest_evaluations(cycle).items()):
        signature = getattr(one, "signature", None)
        yield {
            "jurisdiction": code, "items": one.items, "summary": one.summary, "by": one.person.full_name, "link": one.link,
            "signed_by": signature.person.full_name if signature else None, "signed_at": signature.recorded_at if signature else None,
            "signature_link": signature.link if signature else None,
        }  # fmt: skip


def _appeals(cycle: AssessmentCycle) -> Iterator[Plain]:
    for one in cycle.appeals.select_related("answer", "person").order_by("id"):
        yield {
            "jurisdiction": one.jurisdiction, "item": one.item, "reason": one.reason, "by": one.person.full_name, "link": one.link,
            "is_upheld": one.answer.is_upheld, "points": one.answer.points, "answer": one.answer.reason, "answer_link": one.answer.link,
        }  # fmt: skip


def _responsible(run: Assessment, people: Mapping[str, str], cycle: AssessmentCycle) -> Section:
    signed = {code: one for code, one in latest_evaluations(cycle).items() if hasattr(one, "signature")}

    def told(code: str) -> Words:
        head = people.get(code, "")
        row = signed.get(code)
        return Words(
            f"第一责任人 {head or '（未登记）'}；自评" + (f"由 {row.signature.person.full_name} 签署" if row else "未签署"),
            f"first responsible person: {head or '(not registered)'}; self-evaluation " + (f"signed by {row.signature.person.full_name}" if row else "not signed"),
        )

    return Section(Words("第一责任人和自评签署", "First responsible persons"), tuple(Passage(one.jurisdiction.name, told(one.jurisdiction.code)) for one in run.jurisdictions))


def frozen_result(cycle: AssessmentCycle) -> Frozen:
    """Return the frozen result of a cycle, read from what was sealed (读取冻结结果).

    Raises
    ------
    NotFrozen
        Naming who freezes.
    """
    row = FrozenResult.objects.select_related("cycle", "person").filter(cycle=cycle).first()
    if row is None:
        raise NotFrozen(cycle)
    told, report = _read(bytes(FrozenFile.objects.values_list("content", flat=True).get(frozen=row, name=RESULT)))
    return Frozen(row, told, report)


@lru_cache(maxsize=8)
def _read(content: bytes) -> tuple[Mapping[str, Any], AssessmentReport]:
    told: Any = from_canonical(content)
    return told, report_of_record(told["report"])


def compare_frozen(frozen: Frozen) -> tuple[Difference, ...]:
    """Run the assessment anew on the same day of knowledge and say where it differs from what is frozen (重算比对); nothing where it agrees."""
    decisions: dict[str, dict[str, Decision]] = {}
    for jurisdiction, item, points, why in frozen.told["decided_lines"]:
        decisions.setdefault(jurisdiction, {})[item] = Decision(Decimal(points), Words(why, why))
    anew = run_at(frozen.cycle, city_indicators(), decisions).as_json()
    found = [one for one in _differences("", frozen.told["result"], anew) if one.place != "engine"]
    return tuple(found[:_MOST_DIFFERENCES])


def _differences(place: str, before: Any, now: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            yield from _differences(f"{place}.{key}".strip("."), before.get(key), now.get(key))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (one, other) in enumerate(zip(before, now, strict=True)):
            name = one.get("code", number) if isinstance(one, Mapping) else number
            yield from _differences(f"{place}[{name}]", one, other)
    elif before != now:
        yield Difference(place, _text(before), _text(now))


def _text(one: Any) -> str:
    return plain(one) if isinstance(one, Decimal) else "—" if one is None else str(one)


def sealed_report(frozen: Frozen) -> AssessmentReport:
    """Return the report with its place in the chain and the newest published head (报告和存证)."""
    row = frozen.row
    head = PublishedHead.objects.order_by("-count", "-pk").first()
    covered = head is not None and head.count > row.link
    passages = (
        Passage(
            Words("冻结", "Freeze"),
            Words(
                f"本结果由 {row.person.full_name} 于 {row.recorded_at:%Y-%m-%d %H:%M} UTC 冻结，存证于第 {row.link} 环，内容摘要 {row.digest}。",
                f"Frozen by {row.person.full_name} on {row.recorded_at:%Y-%m-%d %H:%M} UTC; link {row.link} of the evidence chain; digest {row.digest}.",
            ),
        ),
        Passage(
            Words("链头", "Head"),
            Words(f"{head.day} 公布的链头（{head.count} 环）{head.digest}。", f"Head published on {head.day} ({head.count} links): {head.digest}.")
            if head is not None and covered else Words("覆盖本环的链头待公布。", "No head covering this link has been published yet."),
        ),
    )  # fmt: skip
    return replace(frozen.report, sections=(*frozen.report.sections, Section(Words("存证", "Evidence"), passages)))


def export_frozen(*, cycle_id: int, form: str, who: Member, language: Language = "zh") -> bytes:
    """Return the frozen result as a Word document or a workbook (导出); the export is sealed.

    Raises
    ------
    NotPermitted, NotFrozen
        Before publication only the assessing agency and the city government, which froze it, may.
    """
    cycle = AssessmentCycle.objects.get(pk=cycle_id)
    actor = _exporter(cycle, who)
    frozen = frozen_result(cycle)
    write = assessment_xlsx if form == "xlsx" else assessment_docx
    content = write(sealed_report(frozen), language)
    with transaction.atomic():
        seal(
            kind=ActKind.EXPORT, subject=subject_of(cycle), actor=actor, is_simulated=is_simulated(cycle),
            content={"of": frozen.row.digest, "form": form, "language": language, "file": digest(content, algorithm())},
        )  # fmt: skip
    return content


def _exporter(cycle: AssessmentCycle, who: Member) -> Actor:
    if who.may(Permission.ASSESSMENT_FREEZE):
        return actor_of(who, Permission.ASSESSMENT_FREEZE, city().code, among=[city().code])
    if not CycleState[cycle.state].is_public:
        return actor_of(who, Permission.EXPORT, city().code)
    for post in who.posts:
        if who.may(Permission.EXPORT) and post.allows(Permission.EXPORT):
            return Actor(who.pk, who.full_name, post.role, post.organisation, post.stands_in_for)
    raise NotPermitted(Permission.EXPORT, city().code)
