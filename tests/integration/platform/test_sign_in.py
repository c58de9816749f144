"""Signing in as an attacker would try it: names that do not exist, links, sessions, passwords."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth import hashers
from django.test import Client, override_settings
from security_steps import FAR, GOOD, HOME, OTHER, MovingClock, client_of, code_now, enter, with_factor, with_password

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.services import clock
from shuangkong.services.chain import system_actor
from shuangkong.services.passwords import set_password
from shuangkong.services.people import Member, appoint
from shuangkong.services.security_limits import limit
from shuangkong.services.sessions import open_sessions
from shuangkong.services.signing_in import PASSWORD, one_time_token
from shuangkong.store.models import Appointment, AppointmentEnd, PasswordPast, Person, SignInToken
from shuangkong.web.security import signed_in

People = Callable[..., Member]


@pytest.fixture
def wheel(person: People, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    held = MovingClock()
    monkeypatch.setattr(clock, "now", held)
    return held


def test_name_and_password_let_a_reporter_in_and_lead_where_it_was_going(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    client = Client()
    assert client.get("/returns").headers["Location"] == "/sign-in?next=%2Freturns"
    assert enter(client, who.sign_in_name, GOOD, where="/returns").headers["Location"] == "/returns"
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "\thttps://evil.example"])
def test_after_signing_in_nobody_is_sent_elsewhere(person: People, wheel: MovingClock, where: str) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    assert enter(Client(), who.sign_in_name, GOOD, where=where).headers["Location"] == "/"


def test_the_answer_does_not_tell_whether_the_name_exists(person: People, wheel: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    known = with_password(person(Role.REPORTER, "U001"))
    without = person(Role.REVIEWER, "411721")
    gone = with_password(person(Role.REVIEWER, "411722"))
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    hasher = hashers.get_hasher()
    work: list[str] = []
    once = type(hasher).encode
    monkeypatch.setattr(type(hasher), "encode", lambda self, *told, **named: work.append("hash") or once(self, *told, **named))
    pages, works = [], []
    for name in (known.sign_in_name, "nobody-here", without.sign_in_name, gone.sign_in_name):
        work.clear()
        answer = enter(Client(), name, GOOD if name == gone.sign_in_name else OTHER)
        works.append(len(work))
        text = answer.content.decode().replace(name, "NAME")
        pages.append((answer.status_code, text[text.index("alert-danger") : text.index("</ul>")]))
    assert set(works) == {1}
    assert len(set(pages)) == 1
    assert pages[0][0] == 422


def test_signing_in_gives_a_new_key_and_drops_what_was_there(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    client = Client()
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    enter(client, who.sign_in_name, GOOD)
    assert client.session.session_key != planted
    assert "planted" not in client.session
    assert Client(headers={"cookie": f"sessionid={planted}"}).get("/account").status_code == 302


def test_a_password_alone_opens_nothing_for_an_approver(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    client = Client()
    assert enter(client, who.sign_in_name, GOOD).headers["Location"] == "/sign-in/step"
    assert client.get("/account").status_code == 302
    page = client.get("/sign-in/step").content.decode()
    assert "<svg" in page
    assert "style=" not in page


def test_half_a_sign_in_does_not_last(person: People, wheel: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    client = Client()
    enter(client, who.sign_in_name, GOOD)
    late = signed_in.present() + limit("step_minutes") * 60 + 1
    monkeypatch.setattr("shuangkong.web.people.views.present", lambda: late)
    assert client.get("/sign-in/step").headers["Location"] == "/sign-in"


def test_code_then_in_and_the_same_code_not_again(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    secret = with_factor(who, wheel)
    client = Client()
    enter(client, who.sign_in_name, GOOD)
    assert client.post("/sign-in/step", {"code": "000000"}, REMOTE_ADDR=HOME).status_code == 422
    code = code_now(secret)
    assert client.post("/sign-in/step", {"code": code}, REMOTE_ADDR=HOME).headers["Location"] == "/"
    second = Client()
    enter(second, who.sign_in_name, GOOD)
    assert second.post("/sign-in/step", {"code": code}, REMOTE_ADDR=HOME).status_code == 422
    assert second.get("/account").status_code == 302


def test_who_becomes_an_approver_in_mid_session_signs_in_anew(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REVIEWER, "411721"))
    client = Client()
    enter(client, who.sign_in_name, GOOD)
    assert client.get("/account").status_code == 200
    appoint(person_id=who.pk, role=Role.APPROVER, organisation="411722", valid_from=date(2026, 1, 1), actor=system_actor("411700"), reason="测试")
    assert client.get("/account").status_code == 302


def test_the_session_ends_when_the_posts_end(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    client = Client()
    enter(client, who.sign_in_name, GOOD)
    AppointmentEnd.objects.create(appointment=Appointment.objects.get(person_id=who.pk), ended_on=date(2026, 3, 2), reason="测试", recorded_at=clock.now())
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize(("idle", "later"), [(1790, 200), (1810, 302)])
def test_an_idle_session_ends(person: People, monkeypatch: pytest.MonkeyPatch, idle: int, later: int) -> None:
    client = client_of(person(Role.REPORTER, "U001"))
    begun = signed_in.present()
    monkeypatch.setattr(signed_in, "present", lambda: begun + idle)
    assert client.get("/account").status_code == later


def test_a_session_in_use_ends_after_a_working_day_all_the_same(person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(person(Role.REPORTER, "U001"))
    begun = signed_in.present()
    answers = []
    for passed in range(1500, 30_000, 1500):
        monkeypatch.setattr(signed_in, "present", lambda passed=passed: begun + passed)
        answers.append(client.post("/session/keep").status_code)
    assert answers == [200] * 19
    monkeypatch.setattr(signed_in, "present", lambda: begun + 8 * 3600 + 1)
    assert client.post("/session/keep").status_code == 302


def test_own_sessions_are_seen_and_ended_and_no_key_stands_on_the_page(person: People) -> None:
    who = person(Role.REPORTER, "U001")
    one, two, three = client_of(who), client_of(who), client_of(who)
    page = one.get("/account").content.decode()
    assert not any(client.session.session_key in page for client in (one, two, three))
    mark = next(told.mark for told in open_sessions(person_id=who.pk, this=two.session.session_key) if told.is_this)
    one.post("/account/sessions/end", {"mark": mark})
    assert [client.get("/account").status_code for client in (one, two, three)] == [200, 302, 200]
    one.post("/account/sessions/end")
    assert [client.get("/account").status_code for client in (one, three)] == [200, 302]


def test_nobody_ends_the_session_of_another(person: People) -> None:
    mine, theirs = client_of(person(Role.REPORTER, "U001")), client_of(person(Role.REPORTER, "U002"))
    other = person(Role.REPORTER, "U002")
    (told,) = open_sessions(person_id=other.pk)
    mine.post("/account/sessions/end", {"mark": told.mark})
    assert theirs.get("/account").status_code == 200


def test_a_new_password_ends_all_other_sessions(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    here, there = client_of(who), client_of(who)
    key = here.session.session_key
    told = {"current": GOOD, "password": OTHER, "again": OTHER}
    assert here.post("/account/password", told).status_code == 302
    assert here.session.session_key != key
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 302)


@pytest.mark.parametrize(
    "told",
    [
        {"current": "wrong", "password": OTHER, "again": OTHER}, {"current": GOOD, "password": OTHER, "again": OTHER + "x"},
        {"current": GOOD, "password": "short", "again": "short"}, {"current": GOOD, "password": GOOD, "again": GOOD}, {},
    ],
)  # fmt: skip
def test_the_own_password_is_not_changed_without_the_present_one_or_to_a_bad_one(person: People, wheel: MovingClock, told: dict[str, str]) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    before = Person.objects.get(pk=who.pk).password
    assert client_of(who).post("/account/password", told).status_code == 422
    assert Person.objects.get(pk=who.pk).password == before


def test_the_last_passwords_do_not_come_back(person: People, wheel: MovingClock) -> None:
    who = person(Role.REPORTER, "U001")
    many = [f"lantern-{word}-umbrella" for word in ("ba", "ce", "di", "fo", "gu", "ha")]
    for password in many:
        set_password(person_id=who.pk, password=password)
    for password in many[1:]:
        with pytest.raises(InputRefused):
            set_password(person_id=who.pk, password=password)
    set_password(person_id=who.pk, password=many[0])
    assert PasswordPast.objects.filter(person_id=who.pk).count() == 7


def test_an_old_password_must_be_changed_before_anything_else(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    wheel.pass_by(days=91)
    client = Client()
    assert enter(client, who.sign_in_name, GOOD).headers["Location"] == "/sign-in/step"
    assert client.get("/account").status_code == 302
    assert client.post("/sign-in/step", {"password": GOOD, "again": GOOD}).status_code == 422
    assert client.post("/sign-in/step", {"password": OTHER, "again": OTHER}).headers["Location"] == "/"
    assert client.get("/account").status_code == 200


def test_with_a_second_factor_an_old_password_is_changed_only_after_the_code(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    secret = with_factor(who, wheel)
    wheel.pass_by(days=91)
    client = Client()
    enter(client, who.sign_in_name, GOOD)
    assert client.post("/sign-in/step", {"password": OTHER, "again": OTHER}, REMOTE_ADDR=HOME).status_code == 422
    client.post("/sign-in/step", {"code": code_now(secret)}, REMOTE_ADDR=HOME)
    assert client.post("/sign-in/step", {"password": OTHER, "again": OTHER}, REMOTE_ADDR=HOME).headers["Location"] == "/"


def test_a_password_link_works_once_and_a_bad_password_does_not_use_it_up(person: People, wheel: MovingClock) -> None:
    who = person(Role.REPORTER, "U001")
    link = "/password/" + one_time_token(person_id=who.pk, purpose=PASSWORD, lasts=timedelta(hours=24))
    assert Client().get(link).status_code == 200
    assert Client().post(link, {"password": "short", "again": "short"}).status_code == 422
    assert Client().post(link, {"password": GOOD, "again": GOOD}).headers["Location"] == "/sign-in?set=1"
    assert Client().post(link, {"password": OTHER, "again": OTHER}).status_code == 422
    assert enter(Client(), who.sign_in_name, GOOD).status_code == 302


def test_a_link_too_old_of_another_purpose_or_of_somebody_who_left_is_refused(person: People, wheel: MovingClock) -> None:
    who = person(Role.REPORTER, "U001")
    told = {"password": GOOD, "again": GOOD}
    sign_in = one_time_token(person_id=who.pk, purpose="sign-in", lasts=timedelta(hours=24))
    assert Client().post(f"/password/{sign_in}", told).status_code == 422
    link = one_time_token(person_id=who.pk, purpose=PASSWORD, lasts=timedelta(hours=24))
    assert Client().post(f"/sign-in/{link}").status_code == 422
    Person.objects.filter(pk=who.pk).update(is_active=False)
    assert Client().post(f"/password/{link}", told).status_code == 422
    Person.objects.filter(pk=who.pk).update(is_active=True)
    wheel.pass_by(hours=25)
    assert Client().post(f"/password/{link}", told).status_code == 422


def test_no_token_is_kept_as_it_is(person: People) -> None:
    token = one_time_token(person_id=person(Role.REPORTER, "U001").pk, purpose=PASSWORD, lasts=timedelta(hours=1))
    assert not SignInToken.objects.filter(digest__contains=token[:8]).exists()


@pytest.mark.parametrize(("is_demo", "address", "status"), [(True, "127.0.0.1", 302), (True, FAR, 422), (False, "127.0.0.1", 422)])
def test_demo_links_sign_in_with_demo_data_on_this_machine_only(person: People, is_demo: bool, address: str, status: int) -> None:
    token = one_time_token(person_id=person(Role.REPORTER, "U001").pk, purpose="sign-in", lasts=timedelta(hours=1))
    with override_settings(IS_DEMO=is_demo):
        assert Client().post(f"/sign-in/{token}", REMOTE_ADDR=address).status_code == status


def test_who_comes_through_a_proxy_is_not_this_machine(person: People) -> None:
    token = one_time_token(person_id=person(Role.REPORTER, "U001").pk, purpose="sign-in", lasts=timedelta(hours=1))
    assert Client().post(f"/sign-in/{token}", HTTP_X_FORWARDED_FOR=f"127.0.0.1, {FAR}").status_code == 422


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"])
def test_passwords_are_kept_as_argon2(person: People) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    assert Person.objects.get(pk=who.pk).password.startswith("argon2$argon2id$")


def test_the_settings_of_a_deployment_hash_with_argon2() -> None:
    from shuangkong.config import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_signing_out_ends_the_session_and_needs_a_post(person: People) -> None:
    client = client_of(person(Role.REPORTER, "U001"))
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/account").status_code == 302
