"""The second factor: each code once, the secret sealed at rest, recovery codes, and what an altered row does."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from security_steps import GOOD, HOME, MovingClock, client_of, code_now, enter, with_factor, with_password

from shuangkong.access.roles import Role
from shuangkong.evidence.act import ActKind
from shuangkong.services import clock
from shuangkong.services.chain_verification import verify_chain
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
from shuangkong.store.models import AccessEntry, ChainLink, RecoveryCode, TotpSecret

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


def begun(client: Client, password: str, code: str) -> int:
    return client.post("/account/second-factor/replace", {"current": password, "code": code}).status_code


def new_secret(client: Client) -> str:
    return re.findall(r"<code>([A-Z2-7]{32})</code>", client.get("/account/second-factor/replace").content.decode())[0]


def test_a_person_changes_the_device_alone(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    old = with_factor(who, wheel)
    recovery = renew_recovery_codes(person_id=who.pk, code=code_now(old))
    wheel.pass_by(seconds=30)
    client, elsewhere = client_of(who), client_of(who)
    assert begun(client, GOOD, code_now(old)) == 302
    secret = new_secret(client)
    assert secret != old
    assert secret not in elsewhere.get("/account/second-factor/replace").content.decode()
    told = client.post("/account/second-factor/replace", {"step": "confirm", "code": code_now(secret)}).content.decode()
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", told)
    assert len(codes) == 10
    wheel.pass_by(seconds=30)
    assert not check_code(person_id=who.pk, code=code_now(old))
    assert not check_code(person_id=who.pk, code=recovery[0])
    assert check_code(person_id=who.pk, code=code_now(secret))
    assert check_code(person_id=who.pk, code=codes[0])
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    link = ChainLink.objects.order_by("-index").first()
    assert (link.kind, link.subject) == (ActKind.ROLE_CHANGE.code, f"person/{who.sign_in_name}")
    assert AccessEntry.objects.filter(kind="SECOND_FACTOR", sign_in_name=who.sign_in_name, said="本人更换设备").count() == 1
    assert verify_chain().is_sound


def test_a_recovery_code_is_enough_where_the_old_device_is_lost(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    secret = begin_enrolment(person_id=who.pk, title="测试").secret
    codes = confirm_enrolment(person_id=who.pk, code=code_now(secret))
    client = client_of(who)
    assert begun(client, GOOD, codes[0]) == 302
    wheel.pass_by(seconds=60)
    fresh = new_secret(client)
    assert client.post("/account/second-factor/replace", {"step": "confirm", "code": code_now(fresh)}).status_code == 200
    assert begun(client, GOOD, codes[1]) == 422


def test_password_and_code_are_both_needed_and_the_old_device_stays_until_then(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    old = with_factor(who, wheel)
    client = client_of(who)
    assert begun(client, "wrong", code_now(old)) == 422
    assert begun(client, GOOD, "000000") == 422
    assert client.post("/account/second-factor/replace", {"step": "confirm", "code": code_now(old)}).status_code == 422
    assert begun(client, GOOD, code_now(old)) == 302
    fresh = new_secret(client)
    assert client.post("/account/second-factor/replace", {"step": "confirm", "code": "000000"}).status_code == 422
    wheel.pass_by(seconds=30)
    assert check_code(person_id=who.pk, code=code_now(old))
    assert not check_code(person_id=who.pk, code=code_now(fresh))


def test_replacing_counts_as_attempts(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    with_factor(who, wheel)
    client = client_of(who)
    for _ in range(10):
        begun(client, "wrong", "000000")
    assert "锁定" in client.post("/account/second-factor/replace", {"current": GOOD, "code": "000000"}).content.decode()
