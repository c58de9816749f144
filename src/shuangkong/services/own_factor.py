"""A new telephone in the place of the old, by the person alone (自行更换动态口令设备): an act of its own in the chain."""

from django.contrib.auth.hashers import check_password
from django.db import transaction

from shuangkong.evidence.act import ActKind
from shuangkong.services import clock
from shuangkong.services.access_log import AccessKind, log
from shuangkong.services.chain import Actor, seal
from shuangkong.services.lockout import attempt_succeeded, begin_attempt
from shuangkong.services.people import Member
from shuangkong.services.second_factor import WrongCode, begin_replacement, check_code, confirm_replacement
from shuangkong.services.sessions import end_sessions
from shuangkong.services.signing_in import SignInRefused
from shuangkong.store.models import Person


def begin_own_replacement(*, who: Member, password: str, code: str, address: str) -> None:
    """Begin with a new telephone: the password, and a code of the old one or a recovery code (开始更换); the old one goes on until the new is confirmed.

    Raises
    ------
    SignInRefused, WrongCode, LockedOut, NoReplacement
        If either is not right, was tried too often, or no second factor is in place.
    """
    name = who.sign_in_name
    begin_attempt(sign_in_name=name, address=address)
    if not check_password(password, Person.objects.get(pk=who.pk).password):
        log(AccessKind.SIGN_IN_FAILED, name=name, address=address, said="更换动态口令设备")
        raise SignInRefused
    if not check_code(person_id=who.pk, code=code):
        log(AccessKind.SIGN_IN_FAILED, name=name, address=address, said="更换动态口令设备：动态口令")
        raise WrongCode
    attempt_succeeded(sign_in_name=name, address=address)
    begin_replacement(person_id=who.pk)


def replace_own_device(*, who: Member, code: str, address: str, session: str) -> tuple[str, ...]:
    """Put the new telephone in the place of the old and return new recovery codes, shown this once (确认更换).

    The old telephone and the old recovery codes are dead at once, all other sessions end, and the act is sealed.

    Raises
    ------
    WrongCode, LockedOut, NoReplacement
        If the new telephone shows another code, was tried too often, or none was begun with.
    """
    name = who.sign_in_name
    begin_attempt(sign_in_name=name, address=address)
    post = who.posts[0]
    with transaction.atomic():
        codes = confirm_replacement(person_id=who.pk, code=code)
        end_sessions(person_id=who.pk, keep=session)
        seal(
            kind=ActKind.ROLE_CHANGE, subject=f"person/{name}", actor=Actor(who.pk, who.full_name, post.role, post.organisation, post.stands_in_for),
            reason="本人更换设备", is_simulated=who.is_simulated, content={"act": "replace-second-factor", "person": name, "full_name": who.full_name, "recorded_on": clock.today()},
        )  # fmt: skip
    attempt_succeeded(sign_in_name=name, address=address)
    log(AccessKind.SECOND_FACTOR, name=name, address=address, said="本人更换设备")
    return codes
