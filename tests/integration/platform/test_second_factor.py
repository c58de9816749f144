"""The second factor: each code once, the secret sealed at rest, recovery codes, and what an altered row does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from security_steps import GOOD, HOME, MovingClock, client_of, code_now, enter, with_factor, with_password

from shuangkong.access.roles import Role
from shuangkong.services import clock
from shuangkong.services.people import Member
from shuangkong.services.sealed_secret import SecretUnreadable, opened, sealed
from shuangkong.services.second_factor import (
    FactorInPlace,
    WrongCode,
    begin_enrolment,
    check_code,
    confirm_enrolment,
    needs_second_factor,
    recovery_codes_left,
    renew_recovery_codes,
)
from shuangkong.store.models import RecoveryCode, TotpSecret

People = Callable[..., Member]


@pytest.fixture
def wheel(person: People, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    held = MovingClock()
    monkeypatch.setattr(clock, "now", held)
    return held


def test_who_approves_locks_freezes_or_administers_must_use_one() -> None:
    assert {role.name for role in Role if needs_second_factor([role])} == {
        "APPROVER", "GOVERNMENT", "SYSTEM_ADMINISTRATOR", "SECURITY_ADMINISTRATOR", "AUDIT_ADMINISTRATOR",
    }  # fmt: skip


def test_each_code_once_also_a_step_earlier(person: People, wheel: MovingClock) -> None:
    who = person(Role.APPROVER, "411721")
    secret = with_factor(who, wheel)
    earlier = code_now(secret)
    wheel.pass_by(seconds=30)
    code = code_now(secret)
    assert check_code(person_id=who.pk, code=code)
    assert not check_code(person_id=who.pk, code=code)
    assert not check_code(person_id=who.pk, code=earlier)
    wheel.pass_by(seconds=30)
    assert check_code(person_id=who.pk, code=f" {code_now(secret)[:3]} {code_now(secret)[3:]} ")


def test_a_code_two_steps_old_is_no_good(person: People, wheel: MovingClock) -> None:
    who = person(Role.APPROVER, "411721")
    secret = with_factor(who, wheel)
    old = code_now(secret)
    wheel.pass_by(seconds=61)
    assert not check_code(person_id=who.pk, code=old)


@pytest.mark.parametrize("code", ["", "０１２３４５", "12345", "1234567", "abcdef", "-1", "0x1234", "١٢٣٤٥٦", "💥"])
def test_what_is_no_code_is_refused_quietly(person: People, wheel: MovingClock, code: str) -> None:
    who = person(Role.APPROVER, "411721")
    with_factor(who, wheel)
    assert not check_code(person_id=who.pk, code=code)


def test_an_unconfirmed_secret_lets_nobody_in(person: People, wheel: MovingClock) -> None:
    who = person(Role.APPROVER, "411721")
    secret = begin_enrolment(person_id=who.pk, title="测试").secret
    assert not check_code(person_id=who.pk, code=code_now(secret))
    assert begin_enrolment(person_id=who.pk, title="测试").secret == secret
    with pytest.raises(WrongCode):
        confirm_enrolment(person_id=who.pk, code="000000")
    confirm_enrolment(person_id=who.pk, code=code_now(secret))
    with pytest.raises(FactorInPlace):
        begin_enrolment(person_id=who.pk, title="测试")


def test_one_in_place_is_not_replaced_over_half_a_sign_in(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    with_factor(who, wheel)
    before = TotpSecret.objects.get(person_id=who.pk).sealed_secret
    client = Client()
    enter(client, who.sign_in_name, GOOD)
    assert "<svg" not in client.get("/sign-in/step").content.decode()
    assert TotpSecret.objects.get(person_id=who.pk).sealed_secret == before


def test_recovery_codes_work_once_each_and_are_not_kept(person: People, wheel: MovingClock) -> None:
    who, other = person(Role.APPROVER, "411721"), person(Role.APPROVER, "411722")
    with_factor(who, wheel)
    secret = begin_enrolment(person_id=other.pk, title="测试").secret
    codes = confirm_enrolment(person_id=other.pk, code=code_now(secret))
    assert len(codes) == len(set(codes)) == 10
    assert not check_code(person_id=who.pk, code=codes[0])
    assert check_code(person_id=other.pk, code=codes[0].lower().replace("-", " "))
    assert not check_code(person_id=other.pk, code=codes[0])
    assert recovery_codes_left(person_id=other.pk) == 9
    kept = " ".join(RecoveryCode.objects.values_list("encoded", flat=True))
    assert not any(code.replace("-", "") in kept for code in codes)
    wheel.pass_by(seconds=30)
    renewed = renew_recovery_codes(person_id=other.pk, code=code_now(secret))
    assert not check_code(person_id=other.pk, code=codes[1])
    assert check_code(person_id=other.pk, code=renewed[0])


def test_new_recovery_codes_need_a_code_of_the_moment(person: People, wheel: MovingClock) -> None:
    who = person(Role.APPROVER, "411721")
    with_factor(who, wheel)
    assert client_of(who).post("/account/recovery-codes", {"code": "000000"}).status_code == 422


def test_the_database_alone_gives_no_code(person: People, wheel: MovingClock) -> None:
    who = person(Role.APPROVER, "411721")
    secret = with_factor(who, wheel)
    row = TotpSecret.objects.get(person_id=who.pk)
    assert secret not in row.sealed_secret
    with override_settings(SECRET_KEY="another"), pytest.raises(SecretUnreadable):
        check_code(person_id=who.pk, code=code_now(secret))


def test_a_secret_moved_to_another_person_or_altered_is_refused(person: People, wheel: MovingClock) -> None:
    who, victim = person(Role.APPROVER, "411721"), with_password(person(Role.APPROVER, "411722"))
    secret = with_factor(who, wheel)
    with_factor(victim, wheel)
    TotpSecret.objects.filter(person_id=victim.pk).update(sealed_secret=TotpSecret.objects.get(person_id=who.pk).sealed_secret)
    client = Client()
    enter(client, victim.sign_in_name, GOOD)
    assert client.post("/sign-in/step", {"code": code_now(secret)}, REMOTE_ADDR=HOME).status_code == 422
    assert client.get("/account").status_code == 302


def test_sealing_round_trips_and_never_twice_alike() -> None:
    one, other = sealed("JBSWY3DPEHPK3PXP" * 3, owner="person/1"), sealed("JBSWY3DPEHPK3PXP" * 3, owner="person/1")
    assert one != other
    assert opened(one, owner="person/1") == "JBSWY3DPEHPK3PXP" * 3
    spoilt = one[:30] + ("A" if one[30] != "A" else "B") + one[31:]
    for wrong, owner in ((one, "person/2"), (spoilt, "person/1"), (one[:-8], "person/1"), ("", "person/1"), ("%%%", "person/1"), ("é", "person/1")):
        with pytest.raises(SecretUnreadable):
            opened(wrong, owner=owner)


def test_at_the_first_sign_in_an_approver_puts_it_in_place_and_is_in(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.GOVERNMENT, "411700"))
    client = Client()
    enter(client, who.sign_in_name, GOOD, where="/returns")
    client.get("/sign-in/step")
    secret = begin_enrolment(person_id=who.pk, title="测试").secret
    assert client.post("/sign-in/step", {"code": "000000"}).status_code == 422
    page = client.post("/sign-in/step", {"code": code_now(secret)})
    assert page.status_code == 200
    assert page.content.decode().count("<li><code>") == 10
    assert 'href="/returns"' in page.content.decode()
    assert client.get("/account").status_code == 200
    wheel.pass_by(seconds=timedelta(minutes=2).seconds)
    again = Client()
    enter(again, who.sign_in_name, GOOD)
    assert again.post("/sign-in/step", {"code": code_now(secret)}, REMOTE_ADDR=HOME).headers["Location"] == "/"
