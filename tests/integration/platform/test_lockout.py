"""Lockout by name and address, and that it is no weapon."""

from collections.abc import Callable

import pytest
from django.test import Client
from security_steps import FAR, GOOD, HOME, OTHER, MovingClock, enter, with_factor, with_password

from shuangkong.access.roles import Role
from shuangkong.services import clock
from shuangkong.services.lockout import LockedOut, begin_attempt
from shuangkong.services.people import Member
from shuangkong.services.security_limits import limit
from shuangkong.store.models import AccessEntry, SignInFailure

People = Callable[..., Member]


@pytest.fixture
def wheel(person: People, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    held = MovingClock()
    monkeypatch.setattr(clock, "now", held)
    return held


def tried(name: str, address: str, times: int, password: str = OTHER) -> list[int]:
    return [enter(Client(), name, password, address).status_code for _ in range(times)]


def test_five_failures_lock_the_name_at_that_address_even_for_the_right_password(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    assert tried(who.sign_in_name, HOME, 6) == [422] * 5 + [429]
    assert tried(who.sign_in_name, HOME, 1, GOOD) == [429]
    assert tried(who.sign_in_name, FAR, 1, GOOD) == [302]
    wheel.pass_by(minutes=16)
    assert tried(who.sign_in_name, HOME, 1, GOOD) == [302]


def test_a_name_that_does_not_exist_is_locked_just_the_same(person: People, wheel: MovingClock) -> None:
    assert tried("nobody-here", HOME, 7) == [422] * 5 + [429] * 2


def test_hammering_during_a_lock_does_not_make_it_longer(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    tried(who.sign_in_name, HOME, 5)
    for _ in range(14):
        wheel.pass_by(minutes=1)
        assert tried(who.sign_in_name, HOME, 1) == [429]
    assert SignInFailure.objects.count() == 5
    wheel.pass_by(minutes=2)
    assert tried(who.sign_in_name, HOME, 1, GOOD) == [302]


def test_one_hostile_address_never_locks_a_name_elsewhere_however_long_it_goes_on(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    assert limit("lock_pair_attempts") * -(-limit("lock_name_minutes") // limit("lock_pair_minutes")) < limit("lock_name_attempts")
    for _ in range(24):
        tried(who.sign_in_name, FAR, 6)
        wheel.pass_by(minutes=5)
    assert tried(who.sign_in_name, HOME, 1, GOOD) == [302]


def test_many_hostile_addresses_lock_a_name_only_where_it_is_not_at_home(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.REPORTER, "U001"))
    assert tried(who.sign_in_name, HOME, 1, GOOD) == [302]
    for last in range(1, 9):
        tried(who.sign_in_name, f"203.0.113.{last}", 4)
    assert tried(who.sign_in_name, "203.0.113.99", 1, GOOD) == [429]
    assert tried(who.sign_in_name, HOME, 1, GOOD) == [302]
    wheel.pass_by(minutes=61)
    assert tried(who.sign_in_name, "203.0.113.99", 1, GOOD) == [302]


def test_who_guesses_at_many_names_locks_the_address_but_not_those_at_home_there(person: People, wheel: MovingClock) -> None:
    colleague, stranger = with_password(person(Role.REPORTER, "U001")), with_password(person(Role.REPORTER, "U002"))
    assert tried(colleague.sign_in_name, HOME, 1, GOOD) == [302]
    for number in range(20):
        tried(f"guess-{number}", HOME, 3)
    assert tried("guess-99", HOME, 1) == [429]
    assert tried(stranger.sign_in_name, HOME, 1, GOOD) == [429]
    assert tried(colleague.sign_in_name, HOME, 1, GOOD) == [302]
    assert tried(stranger.sign_in_name, FAR, 1, GOOD) == [302]


def test_an_ipv6_site_is_one_address(person: People, wheel: MovingClock) -> None:
    name = with_password(person(Role.REPORTER, "U001")).sign_in_name
    answers = [tried(name, f"2001:db8:1:2::{number:x}", 1)[0] for number in range(1, 8)]
    assert answers == [422] * 5 + [429] * 2


def test_codes_cannot_be_guessed_at_once_the_password_is_known(person: People, wheel: MovingClock) -> None:
    who = with_password(person(Role.APPROVER, "411721"))
    with_factor(who, wheel)
    answers = []
    for _ in range(5):
        client = Client()
        enter(client, who.sign_in_name, GOOD, FAR)
        answers.append(client.post("/sign-in/step", {"code": "000000"}, REMOTE_ADDR=FAR).status_code)
    assert answers == [422, 422, 429, 302, 302]


def test_an_attempt_counts_before_it_is_checked(person: People, wheel: MovingClock) -> None:
    for _ in range(5):
        begin_attempt(sign_in_name="somebody", address=HOME)
    with pytest.raises(LockedOut):
        begin_attempt(sign_in_name="somebody", address=HOME)


def test_guessing_at_links_locks_the_address_for_links(person: People, wheel: MovingClock) -> None:
    answers = [Client().post(f"/password/guess{number}", {"password": GOOD, "again": GOOD}, REMOTE_ADDR=FAR).status_code for number in range(62)]
    assert answers == [422] * 60 + [429] * 2


def test_what_anybody_can_bring_about_fills_the_log_only_so_fast(person: People, wheel: MovingClock) -> None:
    for number in range(50):
        tried(f"guess-{number}", FAR, 1)
    assert AccessEntry.objects.filter(kind="SIGN_IN_FAILED").count() == limit("noise_per_minute")


def test_an_address_is_that_of_the_trusted_proxy_not_one_that_is_written_by_hand(person: People, wheel: MovingClock) -> None:
    name = with_password(person(Role.REPORTER, "U001")).sign_in_name

    def through(told: str, connection: str) -> int:
        return Client().post("/sign-in", {"sign_in_name": name, "password": OTHER}, REMOTE_ADDR=connection, HTTP_X_FORWARDED_FOR=told).status_code

    assert [through(f"10.0.0.{number}, {FAR}", "127.0.0.1") for number in range(6)] == [422] * 5 + [429]
    assert [through(f"10.0.1.{number}", HOME) for number in range(6)] == [422] * 5 + [429]
    assert through("not-an-address", "127.0.0.1") == 422
