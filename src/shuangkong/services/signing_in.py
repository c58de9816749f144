"""Signing in: name and password, then what else is due, before a session begins; one-time links for the first password and the demo."""

import hashlib
import secrets
from datetime import timedelta
from enum import Enum
from ipaddress import ip_address
from unicodedata import normalize

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.access_log import AccessKind, log
from shuangkong.services.lockout import attempt_succeeded, begin_attempt
from shuangkong.services.passwords import is_expired, set_password
from shuangkong.services.people import member
from shuangkong.services.second_factor import WrongCode, check_code, has_second_factor, needs_second_factor
from shuangkong.store.models import Person, SignInToken

SIGN_IN, PASSWORD = "sign-in", "password"
_NOBODY = "!"  # no password fits it, and finding that out takes as long as with any other


class TokenRefused(Refusal):
    """The one-time link is of no use (一次性链接无效)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("一次性链接", "one-time link"), value="", rule=Words("不存在、已用过或已过期", "is unknown, used or expired"),
            remedy=Words("请管理员重新生成", "ask the administrator for a new one"),
        )  # fmt: skip


class SignInRefused(Refusal):
    """Name and password do not fit; which of the two is not told (登录名或口令不正确)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("登录名或口令", "name or password"), value="", rule=Words("不正确", "is not right"),
            remedy=Words("核对后再试；忘记口令请系统管理员发一次性链接", "check them; a forgotten password is set anew with a link from the system administrator"),
        )  # fmt: skip


class Step(Enum):
    """What is still due once the password was right (登录步骤)."""

    CODE = "输入动态口令"
    PASSWORD = "更换过期口令"
    ENROLMENT = "启用动态口令"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def one_time_token(*, person_id: int, purpose: str, lasts: timedelta) -> str:
    """Return a fresh token that signs a person in once, or lets a password be set (一次性令牌); only its digest is kept."""
    token = secrets.token_urlsafe(24)
    SignInToken.objects.create(digest=_digest(token), person_id=person_id, purpose=purpose, expires_at=clock.now() + lasts)
    return token


def redeem_token(*, token: str, purpose: str) -> int:
    """Use a token up and return whose it is (兑换令牌).

    Raises
    ------
    TokenRefused
        If it is unknown, used, expired or for something else.
    """
    with transaction.atomic():
        moment = clock.now()
        used = SignInToken.objects.filter(digest=_digest(token), purpose=purpose, used_at=None, expires_at__gt=moment).update(used_at=moment)
        if not used:
            raise TokenRefused
        person = SignInToken.objects.get(digest=_digest(token)).person
        if not person.is_active:
            raise TokenRefused
        Person.objects.filter(pk=person.pk).update(last_activity_seen=moment)
    return int(person.pk)


def enter_by_link(*, token: str, address: str) -> int:
    """Sign in with a one-time link of the demo and return who it is (演示登录): demo data only, from this machine only.

    Raises
    ------
    TokenRefused
        For any other deployment or address, and for a link of no use.
    LockedOut
        If too many links that are none came from the address.
    """
    if not (settings.IS_DEMO and ip_address(address).is_loopback):
        raise TokenRefused
    return _redeemed(token, SIGN_IN, address)


def set_password_by_link(*, token: str, password: str, address: str) -> None:
    """Set a password with a one-time link, which is used up only when the password is good (用链接设定口令).

    Raises
    ------
    TokenRefused, LockedOut, InputRefused
        If the link is of no use, the address is locked, or the password is not good.
    """
    begin_attempt(sign_in_name="", address=address)
    with transaction.atomic():
        person = redeem_token(token=token, purpose=PASSWORD)
        attempt_succeeded(sign_in_name="", address=address)
        set_password(person_id=person, password=password)
    log(AccessKind.PASSWORD_SET, name=member(person).sign_in_name, address=address)


def _redeemed(token: str, purpose: str, address: str) -> int:
    begin_attempt(sign_in_name="", address=address)
    person = redeem_token(token=token, purpose=purpose)
    attempt_succeeded(sign_in_name="", address=address)
    return person


def enter(*, sign_in_name: str, password: str, address: str) -> int:
    """Return who has this name and password (登录); what else is due, `step_due` tells.

    Raises
    ------
    SignInRefused
        If they do not fit: with the same answer, after the same work, whether the name exists or not.
    LockedOut
        If name or address failed too often.
    """
    name = normalize("NFKC", sign_in_name).strip()[:60]
    begin_attempt(sign_in_name=name, address=address)
    person = Person.objects.filter(sign_in_name=name).first()
    fits = check_password(password, person.password if person else _NOBODY)
    if not (fits and person and person.is_active and member(person.pk).posts):
        log(AccessKind.SIGN_IN_FAILED, name=name, address=address)
        raise SignInRefused
    if not has_second_factor(person_id=person.pk):
        attempt_succeeded(sign_in_name=name, address=address)
    return int(person.pk)


def step_due(*, person_id: int, code_was_right: bool) -> Step | None:
    """Return what must come before the session begins, None when nothing more (下一步)."""
    if has_second_factor(person_id=person_id):
        if not code_was_right:
            return Step.CODE
    elif needs_second_factor(member(person_id).roles):
        return Step.PASSWORD if is_expired(Person.objects.get(pk=person_id)) else Step.ENROLMENT
    return Step.PASSWORD if is_expired(Person.objects.get(pk=person_id)) else None


def give_code(*, person_id: int, code: str, address: str) -> None:
    """Check the code that follows the password (第二步); failures count as those of the password do.

    Raises
    ------
    WrongCode, LockedOut
        If it is not right, or was tried too often.
    """
    name = member(person_id).sign_in_name
    begin_attempt(sign_in_name=name, address=address)
    if not check_code(person_id=person_id, code=code):
        log(AccessKind.SIGN_IN_FAILED, name=name, address=address, said="动态口令")
        raise WrongCode
    attempt_succeeded(sign_in_name=name, address=address)


def change_password(*, person_id: int, current: str, password: str, address: str, session: str = "") -> None:
    """Change one's own password, the present one given, and end all other sessions (修改口令).

    Raises
    ------
    SignInRefused, LockedOut, InputRefused
        If the present one is not right, was tried too often, or the new one is not good.
    """
    person = Person.objects.get(pk=person_id)
    begin_attempt(sign_in_name=person.sign_in_name, address=address)
    if not check_password(current, person.password):
        log(AccessKind.SIGN_IN_FAILED, name=person.sign_in_name, address=address, said="修改口令")
        raise SignInRefused
    attempt_succeeded(sign_in_name=person.sign_in_name, address=address)
    set_password(person_id=person_id, password=password, keep=session)
    log(AccessKind.PASSWORD_SET, name=person.sign_in_name, address=address)


def session_began(*, person_id: int, address: str, how: str) -> None:
    """Log that a person has signed in (登录成功)."""
    moment = clock.now()
    Person.objects.filter(pk=person_id).update(last_activity_seen=moment)
    log(AccessKind.SIGNED_IN, name=member(person_id).sign_in_name, address=address, said=how)
