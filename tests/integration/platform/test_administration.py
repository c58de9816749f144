"""The three administrators: what each may do, what none may do, and that all of it is in the chain."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from cycle_steps import started
from django.test import Client
from filing_steps import carried, open_window, submitted
from security_steps import GOOD, HOME, OTHER, client_of, enter, with_password

from shuangkong.access.roles import GRANTS, Permission, Role
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.evidence.act import IncompleteAct
from shuangkong.returns.states import ReturnAct
from shuangkong.services import administration
from shuangkong.services.administration import BadSignInName, BadTerm, OwnAccount, PersonLeft, PostOver
from shuangkong.services.chain import content_of, links, system_actor
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filings import SameHands, act_on_filing
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import (
    IncompatiblePosts,
    Member,
    NameTaken,
    NotPermitted,
    appoint,
    member,
    register_person,
)
from shuangkong.services.stand_ins import NoSuchPost, StandInTooLong, appoint_stand_in, hand_over
from shuangkong.store.models import Appointment, Filing, FilingAct, Person, SignInToken

People = Callable[..., Member]
TODAY = date(2026, 3, 2)
CITY = "411700"


def system(person: People) -> Member:
    return person(Role.SYSTEM_ADMINISTRATOR, CITY)


def security(person: People) -> Member:
    return person(Role.SECURITY_ADMINISTRATOR, CITY)


def last_act() -> tuple[str, str, bytes]:
    link = list(links())[-1]
    return link.act.kind.code, link.act.reason, content_of(link.act) or b""


def test_from_registration_to_the_first_sign_in(person: People) -> None:
    admin = client_of(system(person))
    answer = admin.post("/people/register", {"sign_in_name": "wang.fang", "full_name": "王芳", "reason": "新入职"})
    key = int(answer.headers["Location"].rpartition("/")[2])
    assert last_act()[:2] == ("role_change", "新入职")
    assert member(key).posts == ()
    page = admin.post(f"/people/{key}/link", {"reason": "首次设定"}).content.decode()
    token = page.partition("/password/")[2].partition("<")[0]
    assert token not in last_act()[2].decode()
    assert Client().post(f"/password/{token}", {"password": GOOD, "again": GOOD}).status_code == 302
    assert enter(Client(), "wang.fang", GOOD).status_code == 422  # no post yet
    told = {"role": "REPORTER", "organisation": "U001", "reason": "任命"}
    assert admin.post(f"/people/{key}/appoint", told).status_code == 403
    assert client_of(security(person)).post(f"/people/{key}/appoint", told).status_code == 302
    assert last_act()[:2] == ("role_change", "任命")
    assert enter(Client(), "wang.fang", GOOD).status_code == 302
    assert verify_chain().is_sound


def test_none_of_the_three_may_do_the_work_of_another(person: People) -> None:
    who, other = person(Role.REPORTER, "U001"), person(Role.AUDIT_ADMINISTRATOR, CITY)
    for wrong in (security(person), other):
        for forbidden in (administration.issue_link, administration.deactivate, administration.reactivate):
            with pytest.raises(NotPermitted):
                forbidden(person_id=who.pk, who=wrong, reason="越权")
    for wrong in (system(person), other):
        for forbidden in (administration.reset_second_factor, administration.unlock, administration.end_all_sessions):
            with pytest.raises(NotPermitted):
                forbidden(person_id=who.pk, who=wrong, reason="越权")
        with pytest.raises(NotPermitted):
            administration.grant(person_id=who.pk, role=Role.REVIEWER, organisation="411721", valid_from=TODAY, valid_to=None, who=wrong, reason="越权")
        with pytest.raises(NotPermitted):
            administration.end_post(appointment_id=Appointment.objects.get(person_id=who.pk).pk, who=wrong, reason="越权")


@pytest.mark.parametrize("role", [role for role in Role if role.is_administrator])
def test_no_administrator_sees_a_figure(person: People, role: Role) -> None:
    client = client_of(person(role, CITY))
    assert Permission.FIGURES_READ not in GRANTS[role]
    assert [client.get(page).status_code for page in ("/returns", "/work", "/targets/x")] == [403, 403, 403]
    assert client.get("/").headers["Location"] in ("/people", "/access-log")


def test_nobody_administers_the_own_account(person: People) -> None:
    one, two = system(person), security(person)
    for act in (administration.issue_link, administration.deactivate, administration.reactivate):
        with pytest.raises(OwnAccount):
            act(person_id=one.pk, who=one, reason="自办")
    with pytest.raises(OwnAccount):
        administration.reset_second_factor(person_id=two.pk, who=two, reason="自办")
    with pytest.raises(OwnAccount):
        administration.grant(person_id=two.pk, role=Role.SECURITY_ADMINISTRATOR, organisation=CITY, valid_from=TODAY, valid_to=None, who=two, reason="自办")
    with pytest.raises(OwnAccount):
        administration.end_post(appointment_id=Appointment.objects.get(person_id=two.pk).pk, who=two, reason="自办")


@pytest.mark.parametrize(
    ("held", "place", "wanted"),
    [
        (Role.REPORTER, "U001", Role.APPROVER), (Role.REVIEWER, "411721", Role.SYSTEM_ADMINISTRATOR), (Role.SYSTEM_ADMINISTRATOR, CITY, Role.AUDIT_ADMINISTRATOR),
        (Role.AUDITOR, CITY, Role.REVIEWER), (Role.ASSESSOR, CITY, Role.GOVERNMENT),
    ],
)  # fmt: skip
def test_incompatible_posts_are_refused(person: People, held: Role, place: str, wanted: Role) -> None:
    who = person(held, place, name="-x")
    with pytest.raises(IncompatiblePosts):
        administration.grant(person_id=who.pk, role=wanted, organisation=CITY, valid_from=TODAY, valid_to=None, who=security(person), reason="试")


def test_a_post_that_clashes_with_one_that_begins_later_is_refused_too(person: People) -> None:
    who, admin = person(Role.REVIEWER, "411721"), security(person)
    later = TODAY + timedelta(days=30)
    administration.grant(person_id=who.pk, role=Role.APPROVER, organisation="411721", valid_from=later, valid_to=None, who=admin, reason="下月起")
    with pytest.raises(IncompatiblePosts):
        administration.grant(person_id=who.pk, role=Role.REPORTER, organisation="411721", valid_from=TODAY, valid_to=None, who=admin, reason="试")
    administration.grant(person_id=who.pk, role=Role.REPORTER, organisation="411721", valid_from=TODAY, valid_to=later, who=admin, reason="至下月")


def test_a_term_neither_begins_in_the_past_nor_ends_before_it_begins(person: People) -> None:
    who, admin = person(Role.REVIEWER, "411721"), security(person)
    for begin, end in ((TODAY - timedelta(days=1), None), (TODAY, TODAY), (TODAY, TODAY - timedelta(days=1))):
        with pytest.raises(BadTerm):
            administration.grant(person_id=who.pk, role=Role.VERIFIER, organisation="411721", valid_from=begin, valid_to=end, who=admin, reason="试")


def test_a_reason_is_needed_and_nothing_happens_without(person: People) -> None:
    who = person(Role.REPORTER, "U001")
    with pytest.raises(IncompleteAct):
        administration.deactivate(person_id=who.pk, who=system(person), reason=" ")
    assert Person.objects.get(pk=who.pk).is_active
    with pytest.raises(IncompleteAct):
        administration.issue_link(person_id=who.pk, who=system(person), reason="")
    assert not SignInToken.objects.filter(person_id=who.pk).exists()


@pytest.mark.parametrize("name", ["", "ab", "Wang.Fang", "王芳", "a b c", "-abc", "a" * 41, "root\n", "admin​", "а-cyrillic", "../etc"])
def test_sign_in_names_that_could_be_taken_for_another_are_refused(person: People, name: str) -> None:
    with pytest.raises(BadSignInName):
        administration.register(sign_in_name=name, full_name="某人", title="", who=system(person), reason="试")


def test_a_name_is_not_given_twice(person: People) -> None:
    administration.register(sign_in_name="wang.fang", full_name="王芳", title="", who=system(person), reason="试")
    with pytest.raises(NameTaken):
        administration.register(sign_in_name="wang.fang", full_name="王芳", title="", who=system(person), reason="试")


def test_a_fresh_link_voids_the_one_before(person: People) -> None:
    who, admin = person(Role.REPORTER, "U001"), system(person)
    first = administration.issue_link(person_id=who.pk, who=admin, reason="一")
    second = administration.issue_link(person_id=who.pk, who=admin, reason="二")
    assert Client().post(f"/password/{first}", {"password": GOOD, "again": GOOD}).status_code == 422
    assert Client().post(f"/password/{second}", {"password": GOOD, "again": GOOD}).status_code == 302


def test_who_leaves_is_out_at_once_and_comes_back_without_posts(person: People) -> None:
    who, admin = with_password(person(Role.REPORTER, "U001")), system(person)
    client = client_of(who)
    link = administration.issue_link(person_id=who.pk, who=admin, reason="试")
    assert administration.deactivate(person_id=who.pk, who=admin, reason="调离") == 1
    assert client.get("/account").status_code == 302
    assert enter(Client(), who.sign_in_name, GOOD).status_code == 422
    assert Client().post(f"/password/{link}", {"password": OTHER, "again": OTHER}).status_code == 422
    with pytest.raises(PersonLeft):
        administration.grant(person_id=who.pk, role=Role.REPORTER, organisation="U001", valid_from=TODAY, valid_to=None, who=security(person), reason="试")
    administration.reactivate(person_id=who.pk, who=admin, reason="返回")
    assert member(who.pk).posts == ()
    assert member(who.pk, day=date(2026, 1, 1)).roles == {Role.REPORTER}


def test_a_post_ends_once_and_the_sessions_with_it(person: People) -> None:
    who, admin = person(Role.REPORTER, "U001"), security(person)
    client, post = client_of(who), Appointment.objects.get(person_id=who.pk).pk
    administration.end_post(appointment_id=post, who=admin, reason="调岗")
    assert client.get("/account").status_code == 302
    with pytest.raises(PostOver):
        administration.end_post(appointment_id=post, who=admin, reason="再来")


def test_a_stand_in_acts_under_the_own_name_and_it_says_for_whom(person: People) -> None:
    open_window()
    filing = submitted(person)
    reviewer, helper = person(Role.REVIEWER, "411721"), person(Role.VERIFIER, "411721", name="-helper")
    appoint_stand_in(
        absent=reviewer.pk, stand_in=helper.pk, role=Role.REVIEWER, organisation="411721", valid_from=TODAY, valid_to=TODAY + timedelta(days=10), who=security(person), reason="出差"
    )
    act_on_filing(filing_id=filing, act=ReturnAct.ACCEPT, version=1, who=member(helper.pk))
    act = list(links())[-1].act
    assert (act.actor, act.post) == (helper.full_name, f"审核人（代{reviewer.full_name}）")
    assert member(helper.pk, day=TODAY + timedelta(days=10)).roles == {Role.VERIFIER}


def test_a_stand_in_for_an_approver_does_not_approve_what_was_submitted_or_reviewed_by_the_same_hands(person: People) -> None:
    open_window()
    filing = submitted(person)
    reporter, approver = person(Role.REPORTER, "U001"), person(Role.APPROVER, "411721")
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW)
    admin, until = security(person), TODAY + timedelta(days=10)
    told = {"absent": approver.pk, "role": Role.APPROVER, "organisation": "411721", "valid_from": TODAY, "valid_to": until, "who": admin, "reason": "出差"}
    with pytest.raises(IncompatiblePosts):
        appoint_stand_in(stand_in=reporter.pk, **told)
    administration.end_post(appointment_id=Appointment.objects.get(person_id=reporter.pk).pk, who=admin, reason="调岗")
    reviewer = person(Role.REVIEWER, "411721")
    for hands in (reporter, reviewer):
        appoint_stand_in(stand_in=hands.pk, **told)
        version = Filing.objects.get(pk=filing).version
        with pytest.raises(SameHands):
            act_on_filing(filing_id=filing, act=ReturnAct.APPROVE, version=version, who=member(hands.pk))
    assert not FilingAct.objects.filter(filing=filing, act="APPROVE").exists()


def test_a_stand_in_is_for_a_post_that_is_held_and_for_a_limited_time(person: People) -> None:
    reviewer, helper, admin = person(Role.REVIEWER, "411721"), person(Role.VERIFIER, "411721"), security(person)
    told = {"absent": reviewer.pk, "stand_in": helper.pk, "organisation": "411721", "valid_from": TODAY, "who": admin, "reason": "出差"}
    with pytest.raises(NoSuchPost):
        appoint_stand_in(role=Role.APPROVER, valid_to=TODAY + timedelta(days=1), **told)
    with pytest.raises(NoSuchPost):
        appoint_stand_in(role=Role.REVIEWER, valid_to=TODAY + timedelta(days=1), **{**told, "stand_in": reviewer.pk})
    with pytest.raises(StandInTooLong):
        appoint_stand_in(role=Role.REVIEWER, valid_to=TODAY + timedelta(days=91), **told)
    appoint_stand_in(role=Role.REVIEWER, valid_to=TODAY + timedelta(days=90), **told)
    with pytest.raises(NoSuchPost):  # nobody stands in for a stand-in
        appoint_stand_in(
            role=Role.REVIEWER, valid_to=TODAY + timedelta(days=1),
            **{**told, "absent": helper.pk, "stand_in": person(Role.VERIFIER, "411722").pk},
        )  # fmt: skip


def test_handing_over_lists_and_moves_nothing(person: People) -> None:
    open_window()
    filing = submitted(person)
    reviewer = person(Role.REVIEWER, "411721")
    before = Filing.objects.values("version", "state").get(pk=filing)
    (work,) = hand_over(person_id=reviewer.pk).work
    assert (work.filing_id, work.act) == (filing, ReturnAct.ACCEPT)
    page = client_of(system(person)).get(f"/people/{reviewer.pk}/hand-over").content.decode()
    assert "模拟厂U001" in page
    assert "1020" not in page
    assert Filing.objects.values("version", "state").get(pk=filing) == before


def test_handing_over_lists_the_steps_of_assessments_too(person: People) -> None:
    cycle = started(person)
    head = person(Role.REPORTER, "411721")
    (task,) = hand_over(person_id=head.pk).tasks
    assert (task.line.row.pk, task.act, task.jurisdiction) == (cycle.pk, CycleAct.EVALUATE, "411721")
    page = client_of(system(person)).get(f"/people/{head.pk}/hand-over").content.decode()
    assert "自评待提交" in page
    assert "2024年度评价" in page


def test_a_county_reviewer_moves_a_unit_of_the_county_within_reach_only(person: People) -> None:
    client = client_of(person(Role.REVIEWER, "411721"))
    told = {"code": "U001", "name_zh": "新名厂", "parent": "411721", "valid_from": "2026-04-01", "reason": "更名"}
    assert client.post("/organisations/change", told).status_code == 302
    assert tree_on(date(2026, 4, 1)).find("U001").name.zh == "新名厂"
    assert tree_on(date(2026, 3, 31)).find("U001").name.zh == "模拟厂U001"
    assert client.post("/organisations/change", {**told, "parent": "411722"}).status_code == 403
    assert client.post("/organisations/change", {**told, "code": "U002"}).status_code == 403
    assert client.post("/organisations/change", {**told, "code": "411721", "parent": CITY}).status_code == 422
    city = client_of(person(Role.REVIEWER, "statistics"))
    assert city.post("/organisations/change", {**told, "parent": "411722", "valid_from": "2026-05-01"}).status_code == 302
    assert tree_on(date(2026, 5, 1)).find("U001").parent == "411722"
    assert verify_chain().is_sound


def test_unlocking_and_resetting_are_sealed(person: People) -> None:
    who, admin = with_password(person(Role.REPORTER, "U001")), client_of(security(person))
    for _ in range(6):
        enter(Client(), who.sign_in_name, OTHER)
    assert enter(Client(), who.sign_in_name, GOOD).status_code == 429
    admin.post(f"/people/{who.pk}/unlock", {"reason": "本人来电"})
    assert last_act()[1] == "本人来电"
    assert enter(Client(), who.sign_in_name, GOOD, HOME).status_code == 302
    client = client_of(who)
    admin.post(f"/people/{who.pk}/second-factor", {"reason": "手机遗失"})
    assert b"reset-second-factor" in last_act()[2]
    assert client.get("/account").status_code == 302


def test_names_on_a_page_are_text(person: People) -> None:
    key = administration.register(sign_in_name="x-y-z", full_name="<script>alert(1)</script>", title='"><img src=x>', who=system(person), reason="试")
    page = client_of(system(person)).get(f"/people/{key}").content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page


def test_the_first_administrator_is_made_once(person: People) -> None:
    token = administration.first_administrator(sign_in_name="zhang.wei", full_name="张伟", role=Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(administration.RoleHeld):
        administration.first_administrator(sign_in_name="li.si", full_name="李四", role=Role.SYSTEM_ADMINISTRATOR)
    assert Client().post(f"/password/{token}", {"password": GOOD, "again": GOOD}).status_code == 302
    client = Client()
    assert enter(client, "zhang.wei", GOOD).headers["Location"] == "/sign-in/step"
    assert last_act()[0] == "role_change"


def test_the_way_back_in_from_the_machine(person: People) -> None:
    who = with_password(person(Role.SECURITY_ADMINISTRATOR, CITY))
    client = client_of(who)
    token = administration.reset_on_the_machine(sign_in_name=who.sign_in_name, reason="口令遗忘", with_second_factor=True)
    assert client.get("/account").status_code == 302
    assert Client().post(f"/password/{token}", {"password": OTHER, "again": OTHER}).status_code == 302
    assert administration.end_on_the_machine(sign_in_name=who.sign_in_name, reason="调离") == 1
    with pytest.raises(administration.UnknownPerson):
        administration.reset_on_the_machine(sign_in_name="nobody", reason="试", with_second_factor=False)


def test_appointing_through_the_system_still_refuses_two_incompatible_posts(person: People) -> None:
    who = person(Role.REPORTER, "U001")
    with pytest.raises(IncompatiblePosts):
        appoint(person_id=who.pk, role=Role.APPROVER, organisation="411721", valid_from=date(2020, 1, 1), actor=system_actor(CITY), reason="试")


def names_on(page: str) -> set[str]:
    return set(re.findall(r'href="/people/\d+">([^<]+)</a>', page))


def test_people_are_found_by_name_post_and_organisation_page_by_page(person: People) -> None:
    client = client_of(system(person))
    for number in range(60):
        register_person(sign_in_name=f"clerk-{number:02}", full_name=f"职员{number:02}", title="统计员" if number else "科长")
    person(Role.REVIEWER, "411721"), person(Role.REVIEWER, "411722"), person(Role.REPORTER, "U001")
    first, second = client.get("/people?q=职员").content.decode(), client.get("/people?q=职员&page=2").content.decode()
    assert (len(names_on(first)), len(names_on(second)), names_on(first) & names_on(second)) == (50, 10, set())
    assert 'rel="next" href="?q=%E8%81%8C%E5%91%98&amp;page=2"' in first
    assert 'rel="next"' not in second
    assert names_on(client.get("/people?q=职员 科长").content.decode()) == {"clerk-00"}
    assert names_on(client.get("/people?role=REVIEWER").content.decode()) == {"reviewer-411721", "reviewer-411722"}
    assert names_on(client.get("/people?role=REVIEWER&organisation=西平").content.decode()) == {"reviewer-411721"}
    assert names_on(client.get("/people?organisation=U001").content.decode()) == {"reporter-U001"}
    assert client.get("/people?page=x").status_code == 200
