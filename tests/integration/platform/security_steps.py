"""Steps that tests of signing in take."""

from datetime import UTC, datetime, timedelta

import pyotp
from django.test import Client

from shuangkong.services import clock
from shuangkong.services.passwords import set_password
from shuangkong.services.people import Member
from shuangkong.services.second_factor import begin_enrolment, confirm_enrolment
from shuangkong.services.signing_in import one_time_token

GOOD = "河边三只白鹭在等雨停下来"
OTHER = "tractor-umbrella-lantern"
HOME, FAR = "192.0.2.10", "198.51.100.7"


class MovingClock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **told: int) -> None:
        """Let time pass."""
        self.moment += timedelta(**told)


def with_password(who: Member, password: str = GOOD) -> Member:
    """Give somebody a password."""
    set_password(person_id=who.pk, password=password)
    return who


def with_factor(who: Member, wheel: MovingClock) -> str:
    """Put a second factor in place and return its secret; the codes of this moment are used up."""
    secret = begin_enrolment(person_id=who.pk, title="测试").secret
    confirm_enrolment(person_id=who.pk, code=code_now(secret))
    wheel.pass_by(seconds=90)
    return secret


def code_now(secret: str) -> str:
    """Return what the telephone shows."""
    return pyotp.TOTP(secret).at(clock.now())


def enter(client: Client, name: str, password: str, address: str = HOME, where: str = "/") -> object:
    """Type name and password."""
    return client.post("/sign-in", {"sign_in_name": name, "password": password, "next": where}, REMOTE_ADDR=address)


def client_of(who: Member) -> Client:
    """Return a browser in which somebody is signed in, by a one-time link of the demo."""
    client = Client()
    token = one_time_token(person_id=who.pk, purpose="sign-in", lasts=timedelta(hours=1))
    assert client.post(f"/sign-in/{token}").status_code == 302
    return client
