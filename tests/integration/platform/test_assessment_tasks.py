"""What an assessment waits for stands in the work of whoever it waits for, by due day, and leads to where it is done."""

from datetime import date
from typing import Any

import pytest
from cycle_steps import CITY, COUNTY, OTHER_COUNTY, REFORM, Person, acted, decided_cycle, evaluated, frozen, started
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.assessment.rubric import Cycle
from shuangkong.services.appeals import file_appeal
from shuangkong.services.assessment_cycles import start_cycle
from shuangkong.services.assessment_tasks import assessment_tasks
from shuangkong.services.deployment import city
from shuangkong.services.hand_over import hand_over_result
from shuangkong.services.people import Member
from shuangkong.services.platform_demo import load_pack_observations
from shuangkong.services.self_evaluations import OwnItem, evaluate_self
from shuangkong.store.models import AssessmentCycle


def waits(who: Member) -> list[tuple[str, str, str]]:
    """Return act, jurisdiction and due day of what waits."""
    return [(one.act.name, one.jurisdiction, str(one.due_on or "")) for one in assessment_tasks(who=who)]


@pytest.fixture
def january(still_clock: Any) -> None:
    still_clock.set("2026-01-12")


def test_a_jurisdiction_evaluates_itself_and_signs_each_in_its_turn(january: None, person: Person) -> None:
    load_pack_observations(city().folder / "data")
    key = start_cycle(cycle=Cycle.ANNUAL, year=2025, rubric="", as_of=date(2026, 1, 11), who=person(Role.ASSESSOR, REFORM))
    cycle = AssessmentCycle.objects.get(pk=key)
    reporter, head, assessor = person(Role.REPORTER, COUNTY), person(Role.FIRST_RESPONSIBLE, COUNTY), person(Role.ASSESSOR, REFORM)
    assert (waits(reporter), waits(head), waits(assessor), waits(person(Role.REPORTER, "U001"))) == ([("EVALUATE", COUNTY, "2026-01-31")], [], [], [])
    page = signed_in(reporter).get("/work").content.decode()
    assert f'href="/assessments/{cycle.pk}/{COUNTY}/self-evaluation"' in page
    assert "自评待提交 1" in page
    evaluate_self(cycle_id=cycle.pk, jurisdiction=COUNTY, before=None, items={"A1": OwnItem("18", "完成")}, summary="总体", who=reporter)
    assert (waits(reporter), waits(head)) == ([], [("SIGN", COUNTY, "2026-01-31")])
    assert f'href="/assessments/{cycle.pk}/{COUNTY}"' in signed_in(head).get("/work").content.decode()


def test_a_cycle_begun_after_the_day_of_the_calendar_is_not_late_from_its_first_day(person: Person) -> None:
    started(person)
    assert waits(person(Role.REPORTER, COUNTY)) == [("EVALUATE", COUNTY, "")]


def test_each_step_after_waits_for_its_own_post_and_leads_there(person: Person) -> None:
    cycle = started(person, year=2025)
    evaluated(cycle, person)
    assessor = person(Role.ASSESSOR, REFORM)
    acted(cycle, person, CycleAct.REVIEW)
    assert waits(assessor) == [("ANNOUNCE", "", "2026-03-10")]
    acted(cycle, person, CycleAct.ANNOUNCE)
    assert waits(assessor) == []
    file_appeal(cycle_id=cycle.pk, jurisdiction=COUNTY, item="A1", reason="口径不同", who=person(Role.FIRST_RESPONSIBLE, COUNTY))
    assert waits(assessor) == [("ANSWER", COUNTY, "2026-03-23")]  # fifteen working days after the second
    page = signed_in(assessor).get("/work").content.decode()
    assert (f'href="/assessments/{cycle.pk}#appeals"' in page, "口径不同" in page) == (True, True)
    assert waits(person(Role.REPORTER, OTHER_COUNTY)) == []


def test_the_freeze_the_publication_and_the_hand_over_wait_for_their_posts(person: Person) -> None:
    cycle = decided_cycle(person)
    assessor, government, recipient = person(Role.ASSESSOR, REFORM), person(Role.GOVERNMENT, CITY), person(Role.RECIPIENT, CITY)
    assert (waits(government), waits(assessor), waits(recipient)) == ([("FREEZE", "", "2026-03-30")], [], [])  # twenty working days after the second
    assert f'href="/assessments/{cycle.pk}/freeze"' in signed_in(government).get("/work").content.decode()
    frozen(cycle, person)
    assert (waits(government), waits(assessor)) == ([], [("PUBLISH", "", "")])
    acted(cycle, person, CycleAct.PUBLISH)
    assert waits(assessor) == [("HAND_OVER", "", "")]
    hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=assessor)
    assert (waits(assessor), waits(recipient)) == ([], [("RECEIVE", "", "")])
    assert 'href="/results"' in signed_in(recipient).get("/work").content.decode()


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_the_city_government_takes_out_what_it_froze_before_anybody_publishes_it(person: Person, form: str) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    government = signed_in(person(Role.GOVERNMENT, CITY))
    assert "Word" in government.get(f"/assessments/{cycle.pk}/frozen").content.decode()
    answer = government.post(f"/assessments/{cycle.pk}/export", {"form": form})
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert signed_in(person(Role.FIRST_RESPONSIBLE, COUNTY)).post(f"/assessments/{cycle.pk}/export", {"form": form}).status_code == 403
