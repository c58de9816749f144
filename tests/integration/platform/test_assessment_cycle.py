"""A year's assessment from start to publication: who may, what is sealed, what can no longer change."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from click.testing import CliRunner
from cycle_steps import (
    AS_OF,
    CITY,
    COUNTY,
    OTHER_COUNTY,
    REFORM,
    STATISTICS,
    Person,
    acted,
    decided_cycle,
    evaluated,
    frozen,
    started,
)

from shuangkong.access.roles import Role
from shuangkong.assessment.cycle_states import CycleAct, CycleActNotPossible
from shuangkong.assessment.rubric import Cycle
from shuangkong.cli.assess import assess
from shuangkong.kernel.state_table import ReasonMissing
from shuangkong.services.appeals import (
    AnsweredBefore,
    AppealedBefore,
    AppealTooLate,
    LessThanBefore,
    answer_appeal,
    file_appeal,
)
from shuangkong.services.assessment_cycles import (
    AppealsOpen,
    CycleChanged,
    CycleExists,
    DayNotOver,
    NotAQualitativeLine,
    SomebodyUnheard,
    act_on_cycle,
    appeal_last_day,
    judge_line,
    result_digest,
    start_cycle,
)
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.cycle_results import PointsOutOfRange, computed, decided
from shuangkong.services.frozen_results import RulesChanged, compare_frozen, export_frozen, freeze_cycle, frozen_result
from shuangkong.services.people import NotPermitted
from shuangkong.services.self_evaluations import File as Sent
from shuangkong.services.self_evaluations import (
    NothingToSign,
    OwnItem,
    UnfitEvidence,
    evaluate_self,
    latest_evaluation,
    sign_self_evaluation,
)
from shuangkong.store.models import AssessmentCycle, AssessmentStep, ChainLink, ObservationRow, SelfEvaluation

PDF = b"%PDF-1.4 a scanned page"


def test_the_result_is_the_one_of_the_command_line(person: Person) -> None:
    cycle = started(person)
    told = CliRunner().invoke(assess, ["--cycle", "annual", "--year", "2024", "--as-of", AS_OF.isoformat(), "--format", "json"])
    assert computed(cycle).as_json() == json.loads(told.stdout)


def test_every_step_is_sealed_under_one_subject(person: Person) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    acted(cycle, person, CycleAct.PUBLISH)
    steps = list(AssessmentStep.objects.filter(cycle=cycle).order_by("version_after"))
    assert [one.act for one in steps] == ["START", "EVALUATE", "SIGN", "REVIEW", "ANNOUNCE", "CLOSE", "FREEZE", "PUBLISH"]
    assert [one.version_after for one in steps] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (cycle.state, cycle.version) == ("PUBLISHED", 8)
    subject = f"assessment/{CITY}/annual/2024/city-default"
    assert set(ChainLink.objects.filter(index__in=[one.link for one in steps]).values_list("subject", flat=True)) == {subject}
    kinds = list(ChainLink.objects.filter(subject=subject).order_by("index").values_list("kind", flat=True))
    assert kinds == ["assessment_run", "self_evaluation", "self_evaluation", "assessment_run", "assessment_run", "assessment_run", "assessment_freeze", "publication"]
    assert verify_chain().is_sound


def test_only_an_assessor_starts_and_only_once_and_on_a_day_that_is_over(person: Person) -> None:
    started(person)
    with pytest.raises(NotPermitted, match="考核人"):
        start_cycle(cycle=Cycle.ANNUAL, year=2023, rubric="", as_of=AS_OF, who=person(Role.REVIEWER, STATISTICS))
    with pytest.raises(CycleExists):
        start_cycle(cycle=Cycle.ANNUAL, year=2024, rubric="default", as_of=AS_OF, who=person(Role.ASSESSOR, REFORM))
    with pytest.raises(DayNotOver):
        start_cycle(cycle=Cycle.ANNUAL, year=2023, rubric="", as_of=date(2026, 3, 2), who=person(Role.ASSESSOR, REFORM))


def test_two_assessors_at_once_of_whom_one_is_refused(person: Person) -> None:
    cycle = started(person)
    one, other = person(Role.ASSESSOR, REFORM, "甲"), person(Role.ASSESSOR, REFORM, "乙")
    act_on_cycle(cycle_id=cycle.pk, act=CycleAct.REVIEW, version=1, who=one, reason="期限已到")
    with pytest.raises((CycleChanged, CycleActNotPossible)):
        act_on_cycle(cycle_id=cycle.pk, act=CycleAct.REVIEW, version=1, who=other, reason="期限已到")
    with pytest.raises(CycleChanged, match="甲转入审核"):
        act_on_cycle(cycle_id=cycle.pk, act=CycleAct.ANNOUNCE, version=1, who=other)
    cycle.refresh_from_db()
    assert (cycle.state, cycle.version, cycle.steps.count()) == ("REVIEWING", 2, 2)


def test_a_freeze_names_what_it_rests_on(person: Person) -> None:
    cycle = decided_cycle(person)
    with pytest.raises(ReasonMissing):
        freeze_cycle(cycle_id=cycle.pk, reason=" ", version=cycle.version, seen=result_digest(decided(cycle)), who=person(Role.GOVERNMENT, CITY))


def test_what_passes_over_somebody_needs_a_reason(person: Person) -> None:
    cycle = started(person)
    evaluated(cycle, person)
    cycle.refresh_from_db()
    with pytest.raises(SomebodyUnheard, match="12 个县区未签署"):
        act_on_cycle(cycle_id=cycle.pk, act=CycleAct.REVIEW, version=cycle.version, who=person(Role.ASSESSOR, REFORM))
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE)
    assert appeal_last_day(cycle) == date(2026, 3, 9)
    with pytest.raises(SomebodyUnheard, match="2026-03-09"):
        act_on_cycle(cycle_id=cycle.pk, act=CycleAct.CLOSE, version=cycle.version, who=person(Role.ASSESSOR, REFORM))


def test_a_self_evaluation_with_evidence_is_signed_by_the_head_and_by_no_other(person: Person) -> None:
    cycle = started(person)
    sent = {"A1": OwnItem("19.5", "超额完成", (Sent("佐证.pdf", PDF),)), "B1": OwnItem("", "待核")}
    key = evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=None, items=sent, summary="完成", who=person(Role.REPORTER, COUNTY))
    row = SelfEvaluation.objects.get(pk=key)
    assert row.items["A1"]["points"] == "19.5"
    assert row.items["B1"]["points"] == ""
    (kept,) = cycle.evidence.all()
    assert (row.items["A1"]["evidence"], kept.media_type, bytes(kept.content)) == ([kept.digest], "application/pdf", PDF)
    with pytest.raises(NotPermitted, match="第一责任人"):
        sign_self_evaluation(cycle_id=cycle.pk, jurisdiction=COUNTY, evaluation=key, who=person(Role.REPORTER, COUNTY))
    with pytest.raises(NotPermitted):
        sign_self_evaluation(cycle_id=cycle.pk, jurisdiction=COUNTY, evaluation=key, who=person(Role.FIRST_RESPONSIBLE, OTHER_COUNTY))
    sign_self_evaluation(cycle_id=cycle.pk, jurisdiction=COUNTY, evaluation=key, who=person(Role.FIRST_RESPONSIBLE, COUNTY))
    with pytest.raises(NothingToSign):
        sign_self_evaluation(cycle_id=cycle.pk, jurisdiction=COUNTY, evaluation=key, who=person(Role.FIRST_RESPONSIBLE, COUNTY))
    assert verify_chain().is_sound


def test_a_later_self_evaluation_takes_the_place_and_must_be_signed_anew(person: Person) -> None:
    cycle = started(person)
    key = evaluated(cycle, person, COUNTY, A1=OwnItem("18", "", (Sent("a.pdf", PDF),)))
    digest = SelfEvaluation.objects.get(pk=key).items["A1"]["evidence"][0]
    with pytest.raises(CycleChanged):
        evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=None, items={}, summary="", who=person(Role.REPORTER, COUNTY))
    again = {"A1": OwnItem("17", "", (), (digest, "sha256:" + "0" * 64))}
    second = evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=key, items=again, summary="", who=person(Role.REPORTER, COUNTY))
    last = latest_evaluation(cycle, COUNTY)
    assert last is not None
    assert last.pk == second
    assert not hasattr(last, "signature")
    assert last.items["A1"]["evidence"] == [digest]
    with pytest.raises(CycleChanged):
        sign_self_evaluation(cycle_id=cycle.pk, jurisdiction=COUNTY, evaluation=key, who=person(Role.FIRST_RESPONSIBLE, COUNTY))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b""), ("a.pdf", b"MZ\x90\x00"), ("a.docx", b"PK\x03\x04 xl/vbaProject.bin"), ("a.zip", b"PK\x03\x04 some.txt"), ("a.pdf", b"%PDF-" + b"0" * 10_485_760)],
    ids=["empty", "program", "macros", "archive", "too large"],
)
def test_evidence_is_judged_by_its_content(person: Person, name: str, content: bytes) -> None:
    cycle = started(person)
    items = {"A1": OwnItem("18", "", (Sent(name, content),))}
    with pytest.raises(UnfitEvidence):
        evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=None, items=items, summary="", who=person(Role.REPORTER, COUNTY))
    assert not cycle.evidence.exists()
    assert not cycle.self_evaluations.exists()


@pytest.mark.parametrize(("role", "place"), [(Role.REPORTER, OTHER_COUNTY), (Role.REPORTER, "U001"), (Role.REPORTER, STATISTICS), (Role.ASSESSOR, REFORM)])
def test_nobody_else_evaluates_a_county(person: Person, role: Role, place: str) -> None:
    cycle = started(person)
    with pytest.raises(NotPermitted):
        evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=None, items={}, summary="", who=person(role, place))


@pytest.mark.parametrize("points", ["-1", "20.01", "NaN", "Infinity", "十", "1e400", "0.1234567890123"])
def test_points_fit_their_line(person: Person, points: str) -> None:
    cycle = started(person)
    with pytest.raises(PointsOutOfRange):
        evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=None, items={"A1": OwnItem(points)}, summary="", who=person(Role.REPORTER, COUNTY))


def test_a_line_without_figures_is_judged_with_a_reason_and_one_with_figures_is_not(person: Person) -> None:
    cycle = started(person, rubric="state-council-2007")
    acted(cycle, person, CycleAct.REVIEW)
    without = next(one for one in computed(cycle).jurisdictions if one.card.items[1].points is None)
    code, item, who = without.jurisdiction.code, without.card.items[1].code, person(Role.ASSESSOR, REFORM)
    judge_line(cycle_id=cycle.pk, jurisdiction=code, item=item, points="1.5", reason="查阅文件：机构健全", who=who)
    line = next(one for one in decided(cycle).jurisdictions if one.jurisdiction.code == code).card.items[1]
    assert line.points == Decimal("1.5")
    assert line.reason.zh.startswith("评判：查阅文件：机构健全（原：建立统计")
    with pytest.raises(NotAQualitativeLine):
        judge_line(cycle_id=cycle.pk, jurisdiction=code, item="1", points="40", reason="否决项不能评判", who=who)
    with pytest.raises(NotAQualitativeLine):
        judge_line(cycle_id=cycle.pk, jurisdiction=COUNTY, item=item, points="1", reason="已有数据", who=who)
    with pytest.raises(ReasonMissing):
        judge_line(cycle_id=cycle.pk, jurisdiction=code, item=item, points="1", reason=" ", who=who)
    with pytest.raises(NotPermitted):
        judge_line(cycle_id=cycle.pk, jurisdiction=code, item=item, points="1", reason="理由", who=person(Role.GOVERNMENT, CITY))


def test_an_appeal_upheld_decides_the_line_and_one_rejected_does_not(person: Person) -> None:
    cycle = started(person)
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE)
    head, assessor = person(Role.FIRST_RESPONSIBLE, COUNTY), person(Role.ASSESSOR, REFORM)
    first = file_appeal(cycle_id=cycle.pk, jurisdiction=COUNTY, item="B1", reason="违规项目已整改", who=head)
    second = file_appeal(cycle_id=cycle.pk, jurisdiction=COUNTY, item="B5", reason="报送不算迟", who=person(Role.REVIEWER, COUNTY))
    with pytest.raises(AppealedBefore):
        file_appeal(cycle_id=cycle.pk, jurisdiction=COUNTY, item="B1", reason="再次", who=head)
    with pytest.raises(NotPermitted):
        file_appeal(cycle_id=cycle.pk, jurisdiction=OTHER_COUNTY, item="B1", reason="替别县", who=head)
    with pytest.raises(AppealsOpen):
        acted(cycle, person, CycleAct.CLOSE)
    with pytest.raises(NotPermitted):
        answer_appeal(cycle_id=cycle.pk, appeal=first, is_upheld=True, points="12", reason="自己答复自己", who=head)
    before = {one.jurisdiction.code: one.card for one in computed(cycle).jurisdictions}[COUNTY]
    with pytest.raises(LessThanBefore):
        answer_appeal(cycle_id=cycle.pk, appeal=first, is_upheld=True, points="1", reason="少给", who=assessor)
    answer_appeal(cycle_id=cycle.pk, appeal=first, is_upheld=True, points="12", reason="已核实整改", who=assessor)
    answer_appeal(cycle_id=cycle.pk, appeal=second, is_upheld=False, points="", reason="规定日期未改", who=assessor)
    with pytest.raises(AnsweredBefore):
        answer_appeal(cycle_id=cycle.pk, appeal=first, is_upheld=False, points="", reason="改口", who=assessor)
    after = {one.jurisdiction.code: one.card for one in decided(cycle).jurisdictions}[COUNTY]
    lines = {score.code: (score.points, other.points) for score, other in zip(before.items, after.items, strict=True)}
    assert lines["B1"][1] == Decimal(12)
    assert lines["B5"][0] == lines["B5"][1]
    assert after.score - before.score == Decimal(12) - (lines["B1"][0] or 0)
    acted(cycle, person, CycleAct.CLOSE)
    assert cycle.state == "DECIDED"
    assert verify_chain().is_sound


def test_appeals_end_with_their_last_working_day(person: Person, still_clock: "object") -> None:
    cycle = started(person)
    acted(cycle, person, CycleAct.REVIEW, CycleAct.ANNOUNCE)
    still_clock.set("2026-03-10")  # type: ignore[attr-defined]
    with pytest.raises(AppealTooLate, match="2026-03-09"):
        file_appeal(cycle_id=cycle.pk, jurisdiction=COUNTY, item="B1", reason="晚了", who=person(Role.FIRST_RESPONSIBLE, COUNTY))


@pytest.mark.parametrize(
    ("role", "place"), [(Role.ASSESSOR, REFORM), (Role.ASSESSOR, CITY), (Role.FIRST_RESPONSIBLE, COUNTY), (Role.AUDITOR, CITY), (Role.GOVERNMENT, COUNTY), (Role.GOVERNMENT, REFORM)]
)
def test_nobody_but_the_city_government_freezes(person: Person, role: Role, place: str) -> None:
    cycle = decided_cycle(person)
    with pytest.raises(NotPermitted, match="市政府"):
        freeze_cycle(cycle_id=cycle.pk, reason="市政府常务会议纪要", version=cycle.version, seen=result_digest(decided(cycle)), who=person(role, place))
    with pytest.raises(CycleActNotPossible):
        act_on_cycle(cycle_id=cycle.pk, act=CycleAct.FREEZE, version=cycle.version, who=person(Role.ASSESSOR, REFORM))
    assert AssessmentCycle.objects.get(pk=cycle.pk).state == "DECIDED"


def test_after_the_freeze_nothing_changes_the_result(person: Person) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    before = frozen_result(cycle)
    with pytest.raises(CycleActNotPossible, match="已冻结"):
        freeze_cycle(cycle_id=cycle.pk, reason="市政府常务会议纪要", version=cycle.version, seen=result_digest(decided(cycle)), who=person(Role.GOVERNMENT, CITY))
    with pytest.raises(CycleActNotPossible, match="不能更改"):
        file_appeal(cycle_id=cycle.pk, jurisdiction=COUNTY, item="B1", reason="冻结后", who=person(Role.FIRST_RESPONSIBLE, COUNTY))
    with pytest.raises(CycleActNotPossible):
        evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=None, items={}, summary="", who=person(Role.REPORTER, COUNTY))
    with pytest.raises(CycleActNotPossible):
        act_on_cycle(cycle_id=cycle.pk, act=CycleAct.RETURN, version=cycle.version, who=person(Role.ASSESSOR, REFORM), reason="反悔")
    row = ObservationRow.objects.filter(org=COUNTY, element="project_violations_count", period="2024").latest("recorded_at")
    row.pk, row.value, row.recorded_at = None, row.value + 3, datetime(2026, 3, 2, 1, tzinfo=UTC)
    row.save()
    after = frozen_result(cycle)
    assert after.told == before.told
    assert compare_frozen(after) == ()


def test_a_freeze_of_what_was_not_seen_or_under_other_rules_is_refused(person: Person) -> None:
    cycle = decided_cycle(person)
    government = person(Role.GOVERNMENT, CITY)
    with pytest.raises(CycleChanged):
        freeze_cycle(cycle_id=cycle.pk, reason="市政府常务会议纪要", version=cycle.version, seen="sha256:" + "0" * 64, who=government)
    with pytest.raises(CycleChanged):
        freeze_cycle(cycle_id=cycle.pk, reason="市政府常务会议纪要", version=cycle.version - 1, seen=result_digest(decided(cycle)), who=government)
    AssessmentCycle.objects.filter(pk=cycle.pk).update(rules_digest="sha256:" + "0" * 64)
    with pytest.raises(RulesChanged):
        freeze_cycle(cycle_id=cycle.pk, reason="市政府常务会议纪要", version=cycle.version, seen=result_digest(decided(cycle)), who=government)
    act_on_cycle(cycle_id=cycle.pk, act=CycleAct.RETURN, version=cycle.version, who=government, reason="规则有更新")
    acted(cycle, person, CycleAct.ANNOUNCE, CycleAct.CLOSE)
    frozen(cycle, person)
    assert cycle.state == "FROZEN"


def test_a_fresh_run_over_altered_figures_is_told_apart_from_what_is_frozen(person: Person) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    row = ObservationRow.objects.filter(org=COUNTY, element="project_violations_count", period="2024").latest("recorded_at")
    row.pk, row.value, row.recorded_at = None, row.value + 3, datetime(2026, 2, 28, 1, tzinfo=UTC)
    row.save()
    assert any(COUNTY in one.place for one in compare_frozen(frozen_result(cycle)))


def test_word_and_workbook_come_from_what_is_frozen_and_the_export_is_sealed(person: Person) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    with pytest.raises(NotPermitted):
        export_frozen(cycle_id=cycle.pk, form="docx", who=person(Role.REPORTER, COUNTY))
    word = export_frozen(cycle_id=cycle.pk, form="docx", who=person(Role.ASSESSOR, REFORM))
    sheet = export_frozen(cycle_id=cycle.pk, form="xlsx", who=person(Role.ASSESSOR, REFORM))
    assert word[:2] == sheet[:2] == b"PK"
    assert ChainLink.objects.filter(kind="export").count() == 2
    acted(cycle, person, CycleAct.PUBLISH)
    assert export_frozen(cycle_id=cycle.pk, form="docx", who=person(Role.REPORTER, COUNTY)) == word
    assert verify_chain().is_sound
