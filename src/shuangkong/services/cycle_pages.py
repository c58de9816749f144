"""What the pages of the assessment show, to whom: cycles, ranking, the score sheet opened down to figures, what waits for whom."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.assessment.cycle_states import CycleAct, CycleState
from shuangkong.assessment.rubric import Cycle, rubric_ids
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.rules import book
from shuangkong.services import clock
from shuangkong.services.appeals import appeals_of
from shuangkong.services.assessment_cycles import (
    UnknownJurisdiction,
    acts_open_to,
    appeal_last_day,
    result_digest,
    subject_of,
)
from shuangkong.services.assessments import AssessedJurisdiction
from shuangkong.services.chain import record_export
from shuangkong.services.cycle_results import computed, decided, is_simulated, rules_digest
from shuangkong.services.deployment import city
from shuangkong.services.documents.assessment_report import AssessmentReport, PlaceResult
from shuangkong.services.documents.report import InputLine, ScoreLine, Working
from shuangkong.services.filing_observations import end_of
from shuangkong.services.frozen_results import Difference, Frozen, compare_frozen, frozen_result
from shuangkong.services.hand_over import handed_over, receipts_of
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.services.people import Member, NotPermitted, reader_of, responsible_people
from shuangkong.services.reports.assessment_results import compose_results
from shuangkong.services.reports.workings import working_of
from shuangkong.services.self_evaluations import latest_evaluation, latest_evaluations
from shuangkong.services.standing import city_indicators
from shuangkong.store.models import (
    Appeal,
    AssessmentCycle,
    AssessmentStep,
    HandOver,
    LineJudgement,
    ObservationRow,
    SelfEvaluation,
    SelfEvaluationEvidence,
)

_DERIVED = {
    "time_progress_pct": Words("时间进度", "elapsed share of the plan"), "target_annual_reduction_pct": Words("年度降低目标", "target of the year"),
    "target_scheduled_reduction_pct": Words("应达累计降低率", "reduction due by now"), "intensity_progress_log_pct": Words("累计进度（对数法）", "progress, logarithmic"),
    "total_for_assessment_tce": Words("考核口径能源消费总量", "total energy as assessed"), "total_target_tce": Words("总量目标", "target of total energy"),
}  # fmt: skip
_DERIVED_DECIMALS = 2  # of a rate, as the yearly targets are handed down


@dataclass(frozen=True, slots=True)
class CycleLine:
    """A cycle in the list (考核列表的一行)."""

    row: AssessmentCycle
    name: Words
    state: CycleState


@dataclass(frozen=True, slots=True)
class Place:
    """A jurisdiction on the page of a cycle (县区一览的一行); `rank` None where it has no score or may not be seen."""

    code: str
    name: Words
    head: str
    result: PlaceResult | None
    rank: int | None
    own: SelfEvaluation | None
    appeals: int
    is_opened: bool

    @property
    def is_signed(self) -> bool:
        """Whether the first responsible person has signed."""
        return self.own is not None and hasattr(self.own, "signature")

    @property
    def own_total(self) -> Decimal | None:
        """The sum of its own points, None where it gave none."""
        told = [Decimal(one["points"]) for one in (self.own.items.values() if self.own else ()) if one["points"]]
        return sum(told, Decimal(0)) if told else None


@dataclass(frozen=True, slots=True)
class StepLine:
    """One act of a cycle in words (办理记录的一行)."""

    row: AssessmentStep
    told: Words


@dataclass(frozen=True, slots=True)
class CyclePage:
    """The page of a cycle (考核页面)."""

    line: CycleLine
    report: AssessmentReport | None
    places: tuple[Place, ...]
    appeals: tuple[Appeal, ...]
    steps: tuple[StepLine, ...]
    possible: tuple[CycleAct, ...]
    last_day: date | None
    digest: str
    are_rules_changed: bool
    may_freeze: bool
    may_hand_over: bool
    may_answer: bool
    may_export: bool
    receipts: Mapping[bool, HandOver]

    @property
    def is_announced(self) -> bool:
        """Whether the ranking is shown to all."""
        return self.line.state.is_announced

    @property
    def without_signature(self) -> int:
        """How many jurisdictions have not signed."""
        return sum(not place.is_signed for place in self.places)

    @property
    def unanswered(self) -> int:
        """How many appeals wait for their answer."""
        return sum(not hasattr(one, "answer") for one in self.appeals)


@dataclass(frozen=True, slots=True)
class SheetInput:
    """An observation under a fact, with the return it came in and the link that proves it (输入数据)."""

    line: InputLine
    filing_id: int | None
    link: int | None
    reported_by: Words
    approved_by: Words


@dataclass(frozen=True, slots=True)
class SheetFact:
    """A fact that a line asks for, opened (考核数据项)."""

    name: Words
    figure: Decimal | None
    decimals: int
    unit: str
    why: Words | None
    note: Words | None
    marks: tuple[str, ...]
    working: Working | None
    inputs: tuple[SheetInput, ...]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the score sheet (得分单的一行): own, computed, decided; `final` is what counts."""

    code: str
    final: ScoreLine
    computed: Decimal | None
    computed_reason: Words
    own: Mapping[str, Any] | None
    evidence: tuple[SelfEvaluationEvidence, ...]
    judgement: LineJudgement | None
    appeals: tuple[Appeal, ...]
    facts: tuple[SheetFact, ...]
    may_judge: bool
    may_appeal: bool

    @property
    def own_points(self) -> Decimal | None:
        """The jurisdiction's own points."""
        return Decimal(self.own["points"]) if self.own and self.own["points"] else None

    @property
    def difference(self) -> Decimal | None:
        """Own less computed."""
        return None if self.own_points is None or self.computed is None else self.own_points - self.computed

    @property
    def is_decided(self) -> bool:
        """Whether a person decided it."""
        return self.final.points.number != self.computed


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The score sheet of a jurisdiction (得分单)."""

    line: CycleLine
    place: PlaceResult
    code: str
    head: str
    own: SelfEvaluation | None
    lines: tuple[SheetLine, ...]
    may_evaluate: bool
    may_sign: bool
    may_answer: bool
    last_day: date | None


def _is_over(who: Member, jurisdiction: str, tree: Tree) -> bool:
    """Tell whether a person holds a post over a jurisdiction: results before their publication are for its own people and the city's."""
    return bool(who.posts_over(Permission.FIGURES_READ, jurisdiction, tree))


def list_cycles() -> list[CycleLine]:
    """Return the cycles, newest first (考核列表)."""
    return [cycle_line(row) for row in AssessmentCycle.objects.select_related("started_by").order_by("-year", "-id")]


def cycle_line(row: AssessmentCycle) -> CycleLine:
    """Return a cycle with its name and state."""
    words = Cycle(row.cycle).words
    return CycleLine(row, Words(f"{row.year}{'' if words.zh.startswith('年') else '年'}{words.zh}", f"{words.en} {row.year}"), CycleState[row.state])


def start_choices() -> dict[str, Any]:
    """Return what a cycle can be started with (启动选项)."""
    plan = [one.target_year for one in city().plan.targets if one.target_year]
    base = city().defaults.base_year
    return {
        "cycles": list(Cycle), "years": list(range(max(plan, default=base + 1), base, -1)), "rubrics": rubric_ids(book()),
        "rubric": city().defaults.rubric, "as_of": clock.today() - timedelta(days=1),
    }  # fmt: skip


def show_cycle(*, cycle_id: int, who: Member) -> CyclePage:
    """Return the page of a cycle (考核页面): before the announcement everybody sees only what they see anyway."""
    row = AssessmentCycle.objects.select_related("started_by").get(pk=cycle_id)
    line = cycle_line(row)
    tree, people, own = tree_on(clock.today()), responsible_people(row.as_of), latest_evaluations(row)
    appeals = [one for one in appeals_of(row) if line.state.is_public or _is_over(who, one.jurisdiction, tree)]
    report = report_of(row)
    order = sorted((place for place in report.places if place.card.score.number is not None), key=lambda place: -(place.card.score.number or 0))
    ranks = {place.card.code: number for number, place in enumerate(order, start=1)}
    places = []
    for place in report.places:
        code = place.card.code
        sees = _is_over(who, code, tree)
        is_shown = sees or line.state.is_announced
        places.append(Place(
            code, place.card.name, str(people.get(code, "")), place if is_shown else None, ranks.get(code) if line.state.is_announced else None,
            own.get(code), sum(one.jurisdiction == code for one in appeals), sees or line.state.is_public,
        ))  # fmt: skip
    places.sort(key=lambda one: (one.rank is None, one.rank or 0, one.code))
    is_assessor = who.may(Permission.ASSESSMENT_RUN)
    return CyclePage(
        line=line, report=report if line.state.is_announced else None, places=tuple(places), appeals=tuple(appeals),
        steps=tuple(StepLine(one, CycleAct[one.act].words) for one in row.steps.select_related("person").order_by("version_after")), possible=acts_open_to(row, who),
        last_day=appeal_last_day(row), digest=result_digest(decided(row)), are_rules_changed=not line.state.is_frozen and rules_digest(row.year) != row.rules_digest,
        may_freeze=line.state is CycleState.DECIDED and who.may(Permission.ASSESSMENT_FREEZE),
        may_hand_over=line.state is CycleState.PUBLISHED and who.may(Permission.ASSESSMENT_PUBLISH),
        may_answer=line.state is CycleState.APPEALING and who.may(Permission.APPEAL_ANSWER),
        may_export=line.state.is_frozen and (who.may(Permission.ASSESSMENT_FREEZE) or (who.may(Permission.EXPORT) and (is_assessor or line.state.is_public))), receipts=receipts_of(row),
    )  # fmt: skip


def report_of(row: AssessmentCycle) -> AssessmentReport:
    """Return the report of a cycle: the frozen one where there is one, else as it stands (考核结果报告)."""
    if CycleState[row.state].is_frozen:
        return frozen_result(row).report
    return compose_results(decided(row), catalogue=city_indicators().catalogue)


@dataclass(frozen=True, slots=True)
class FrozenPage:
    """What was frozen, with the fresh run beside it (冻结结果页面)."""

    line: CycleLine
    frozen: Frozen
    differences: tuple[Difference, ...]
    receipts: Mapping[bool, HandOver]
    may_export: bool
    subject: str


def show_frozen(*, cycle_id: int, who: Member) -> FrozenPage:
    """Return the frozen result and where a fresh run differs from it (冻结结果页面).

    Raises
    ------
    NotFrozen, NotPermitted
        Before publication only those who assess, freeze or look over the whole city see it.
    """
    row = AssessmentCycle.objects.get(pk=cycle_id)
    line = cycle_line(row)
    if not line.state.is_public and not _is_over(who, city().code, tree_on(clock.today())):
        raise NotPermitted(Permission.FIGURES_READ, line.name.zh)
    frozen = frozen_result(row)
    may_export = who.may(Permission.EXPORT) or who.may(Permission.ASSESSMENT_FREEZE)
    return FrozenPage(line, frozen, compare_frozen(frozen), receipts_of(row), may_export, subject_of(row))


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A result that was handed over (移交结果的一行)."""

    line: CycleLine
    sent: HandOver
    receipt: HandOver | None
    report: AssessmentReport
    may_receive: bool


def list_results(*, who: Member) -> list[ResultLine]:
    """Return the results handed over, newest first (移交结果); raise `NotPermitted` for others."""
    found = []
    for sent in handed_over(who=who):
        row = sent.frozen.cycle
        line = cycle_line(row)
        may_receive = line.state is CycleState.HANDED_OVER and who.may(Permission.RESULT_RECEIVE)
        found.append(ResultLine(line, sent, receipts_of(row).get(True), frozen_result(row).report, may_receive))
    return found


def show_sheet(*, cycle_id: int, jurisdiction: str, who: Member) -> SheetPage:
    """Return the score sheet of a jurisdiction, opened (得分单页面).

    Raises
    ------
    NotPermitted
        For others before the result is published.
    UnknownJurisdiction
        If it is not assessed.
    """
    row = AssessmentCycle.objects.get(pk=cycle_id)
    line, tree = cycle_line(row), tree_on(clock.today())
    place = next((one for one in report_of(row).places if one.card.code == jurisdiction), None)
    if place is None:
        raise UnknownJurisdiction(jurisdiction)
    if not line.state.is_public and not _is_over(who, jurisdiction, tree):
        raise NotPermitted(Permission.FIGURES_READ, place.card.name.zh)
    own = latest_evaluation(row, jurisdiction)
    at_home = {permission for permission in Permission if any(post.allows(permission) and post.organisation == jurisdiction for post in who.posts)}
    last = appeal_last_day(row)
    may_appeal = line.state is CycleState.APPEALING and Permission.APPEAL in at_home and last is not None and clock.today() <= last
    is_open = line.state is CycleState.SELF_EVALUATING
    return SheetPage(
        line=line, place=place, code=jurisdiction, head=str(responsible_people(row.as_of).get(jurisdiction, "")), own=own,
        lines=_lines(row, jurisdiction, place, own, may_appeal=may_appeal, may_judge=line.state is CycleState.REVIEWING and who.may(Permission.ASSESSMENT_RUN)),
        may_evaluate=is_open and Permission.SELF_EVALUATE in at_home,
        may_sign=is_open and Permission.SELF_EVALUATION_SIGN in at_home and own is not None and not hasattr(own, "signature"),
        may_answer=line.state is CycleState.APPEALING and who.may(Permission.APPEAL_ANSWER), last_day=last,
    )  # fmt: skip


def _lines(
    row: AssessmentCycle, jurisdiction: str, place: PlaceResult, own: SelfEvaluation | None, *, may_appeal: bool, may_judge: bool
) -> tuple[SheetLine, ...]:
    run = computed(row)
    one = next(each for each in run.jurisdictions if each.jurisdiction.code == jurisdiction)
    scores = {score.code: score for score in one.card.items}
    judged = {each.item: each for each in row.judgements.filter(jurisdiction=jurisdiction).order_by("id")}
    appeals = [each for each in appeals_of(row) if each.jurisdiction == jurisdiction]
    files = list(row.evidence.filter(jurisdiction=jurisdiction).defer("content"))
    links = _rows_under(row, jurisdiction)
    found = []
    for line in place.card.items:
        score = scores[line.code]
        told = own.items.get(line.code) if own else None
        found.append(SheetLine(
            code=line.code, final=line, computed=score.points, computed_reason=score.reason, own=told,
            evidence=tuple(each for each in files if told and each.item == line.code and each.digest in told["evidence"]),
            judgement=judged.get(line.code), appeals=tuple(each for each in appeals if each.item == line.code),
            facts=_facts(row, one, run.rubric.item(line.code).asked(run.cycle).values(), links),
            may_judge=may_judge and score.points is None and not score.is_veto,
            may_appeal=may_appeal and not any(each.item == line.code for each in appeals),
        ))  # fmt: skip
    return tuple(found)


def _facts(row: AssessmentCycle, one: AssessedJurisdiction, names: Iterable[str], links: Mapping[tuple[str, str, str], ObservationRow]) -> tuple[SheetFact, ...]:
    indicators = city_indicators()
    evaluator, tree = indicators.evaluator(as_of=row.as_of), tree_on(clock.today())
    told = []
    for name in dict.fromkeys(names):
        fact = one.facts[name]
        declared = indicators.catalogue.indicators.get(name)
        working: Working | None = None
        inputs: tuple[SheetInput, ...] = ()
        if declared is not None and (name not in _DERIVED or fact.figure is None):
            result = evaluator.evaluate(name, org=one.jurisdiction.code, period=Period.year(row.year))
            working = working_of(result, anchor=name, title=declared.declaration.name, indicators=indicators)
            inputs = tuple(
                SheetInput(line, at.filing_id if at else None, at.link if at else None, tree.signed(line.reported_by), tree.signed(line.approved_by))
                for line, each in zip(working.inputs, result.inputs, strict=True) for at in (links.get((each.element, each.org, str(each.period))),)
            )
        label = _DERIVED.get(name) or (declared.declaration.name if declared else Words(name, name))
        unit = str(declared.declaration.unit) if declared else "tce" if name.endswith("_tce") else "%"
        decimals = declared.declaration.decimals if declared else _DERIVED_DECIMALS if unit == "%" else 0
        told.append(SheetFact(label, fact.figure, decimals, unit, fact.why, fact.note, fact.marks, working, inputs))
    return tuple(told)


def _rows_under(row: AssessmentCycle, jurisdiction: str) -> dict[tuple[str, str, str], ObservationRow]:
    """Return the version in force of each figure of a jurisdiction, for its return and its link."""
    rows = ObservationRow.objects.filter(org=jurisdiction, recorded_at__lt=end_of(row.as_of)).only("element", "org", "period", "filing_id", "link")
    return {(one.element, one.org, one.period): one for one in rows.order_by("recorded_at", "id")}


def evaluation_form(*, cycle_id: int, jurisdiction: str, who: Member) -> SheetPage:
    """Return what the form of a self-evaluation shows (自评表)."""
    page = show_sheet(cycle_id=cycle_id, jurisdiction=jurisdiction, who=who)
    if not page.may_evaluate:
        raise NotPermitted(Permission.SELF_EVALUATE, page.place.card.name.zh)
    return page


def evidence_file(*, cycle_id: int, evidence: int, who: Member) -> SelfEvaluationEvidence:
    """Return a file of a self-evaluation (佐证文件), the export sealed; others see it once the result is published.

    Raises
    ------
    NotPermitted
        Naming who may.
    """
    found = SelfEvaluationEvidence.objects.select_related("cycle").get(pk=evidence, cycle_id=cycle_id)
    if not CycleState[found.cycle.state].is_public and not _is_over(who, found.jurisdiction, tree_on(clock.today())):
        raise NotPermitted(Permission.FIGURES_READ, found.jurisdiction)
    record_export(what=subject_of(found.cycle), actor=reader_of(who, Permission.FIGURES_READ), content={"evidence": found.digest}, is_simulated=is_simulated(found.cycle))
    return found


def ranking_chart(places: Sequence[Place], language: Language, sheet_address: Callable[[Place], str]) -> dict[str, Any]:
    """Return the ranking as the data of a dot plot (排名图数据); a score that is not whole is no point on it."""
    rows = []
    for one in places:
        if one.result is None or one.result.card.score.number is None:
            continue
        is_made_up = any(mark.name == "SIMULATED" for mark in one.result.marks)
        rows.append({
            "name": one.name.in_language(language), "value": plain(one.result.card.score.number),
            "text": f"{round_gbt8170(one.result.card.score.number, 2):f} {one.result.card.grade.in_language(language)}",
            **({"mark": "SIMULATED"} if is_made_up else {}), **({"url": sheet_address(one)} if one.is_opened else {}),
        })  # fmt: skip
    return {"unit": Words("分", "points").in_language(language), "rows": rows}
