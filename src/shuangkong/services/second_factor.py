"""The second factor: a code of the moment (TOTP), each once; recovery codes for the day the telephone is lost."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import pyotp
import segno
from django.conf import settings
from django.db import transaction

from shuangkong.access.roles import Permission, Role, allowed
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.sealed_secret import opened, sealed
from shuangkong.services.security_limits import limit
from shuangkong.store.models import Person, RecoveryCode, TotpSecret

_STEP_SECONDS = 30
_DRIFT = (0, -1, 1)  # clocks of telephones are a step off at times
_DECIDES = (Permission.RETURN_APPROVE, Permission.RETURN_LOCK, Permission.ASSESSMENT_FREEZE)


class WrongCode(Refusal):
    """The code is not the one of this moment, or was used (动态口令不正确)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("动态口令", "code"), value="", rule=Words("不正确或已用过", "is not right or was used already"),
            remedy=Words("等下一个六位数再输入；手机遗失可用恢复码", "enter the next six digits; without the telephone use a recovery code"),
        )  # fmt: skip


class FactorInPlace(Refusal):
    """A second factor is in place (已启用动态口令)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("动态口令", "second factor"), value="", rule=Words("已经启用", "is in place"),
            remedy=Words("更换手机请安全管理员重置", "for a new telephone ask the security administrator to reset it"),
        )  # fmt: skip


class Enrolment(NamedTuple):
    """What the person's telephone is shown (启用动态口令): the QR code as SVG, and the secret to type in."""

    svg: str
    secret: str


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Tell whether who holds the roles must use a second factor: who approves, locks, freezes or administers (是否必须启用)."""
    held = list(roles)
    return any(allowed(held, permission) for permission in _DECIDES) or any(role.is_administrator for role in held)


def has_second_factor(*, person_id: int) -> bool:
    """Tell whether a second factor is in place (是否启用)."""
    return bool(TotpSecret.objects.filter(person_id=person_id, is_confirmed=True).exists())


def recovery_codes_left(*, person_id: int) -> int:
    """Return how many recovery codes are unused (剩余恢复码)."""
    return int(RecoveryCode.objects.filter(person_id=person_id, used_at=None).count())


def begin_enrolment(*, person_id: int, title: str) -> Enrolment:
    """Show the secret to be taken into the telephone; the same one until it is confirmed (开始启用).

    Raises
    ------
    FactorInPlace
        If one is confirmed already.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        held = TotpSecret.objects.filter(person=person).first()
        if held is None:
            told = sealed(pyotp.random_base32(), owner=_owner(person_id))
            held = TotpSecret.objects.create(person=person, sealed_secret=told, recorded_at=clock.now())
        if held.is_confirmed:
            raise FactorInPlace
    secret = opened(held.sealed_secret, owner=_owner(person_id))
    address = pyotp.TOTP(secret).provisioning_uri(name=person.sign_in_name, issuer_name=title)
    return Enrolment(segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="sk-qr"), secret)


def confirm_enrolment(*, person_id: int, code: str) -> tuple[str, ...]:
    """Put the second factor in place and return the recovery codes, shown this once (确认启用).

    Raises
    ------
    WrongCode
        If the telephone shows another code.
    """
    with transaction.atomic():
        if not _use_code(person_id, code, is_confirmed=False):
            raise WrongCode
        TotpSecret.objects.filter(person_id=person_id).update(is_confirmed=True)
        return _new_recovery_codes(person_id)


def renew_recovery_codes(*, person_id: int, code: str) -> tuple[str, ...]:
    """Make new recovery codes and void the old (重新生成恢复码).

    Raises
    ------
    WrongCode
        If the code is not right.
    """
    with transaction.atomic():
        if not _use_code(person_id, code, is_confirmed=True):
            raise WrongCode
        return _new_recovery_codes(person_id)


def check_code(*, person_id: int, code: str) -> bool:
    """Use a code of the moment or a recovery code up, and tell whether it was right (校验动态口令)."""
    typed = "".join(code.split()).replace("-", "").upper()
    if typed.isdecimal():
        return _use_code(person_id, typed, is_confirmed=True)
    used = RecoveryCode.objects.filter(person_id=person_id, encoded=_encoded(person_id, typed), used_at=None).update(used_at=clock.now())
    return bool(used)


def forget_second_factor(*, person_id: int) -> None:
    """Remove the second factor and its recovery codes (重置动态口令)."""
    TotpSecret.objects.filter(person_id=person_id).delete()
    RecoveryCode.objects.filter(person_id=person_id).delete()


def step_of(moment: datetime) -> int:
    """Return the number of the half minute a code belongs to (时间步)."""
    return int(moment.timestamp()) // _STEP_SECONDS


def _use_code(person_id: int, code: str, *, is_confirmed: bool) -> bool:
    held = TotpSecret.objects.filter(person_id=person_id, is_confirmed=is_confirmed).first()
    typed = "".join(code.split())
    if held is None or not (typed.isascii() and typed.isdecimal()):
        return False
    made, present = pyotp.TOTP(opened(held.sealed_secret, owner=_owner(person_id))), step_of(clock.now())
    for step in (present + drift for drift in _DRIFT):
        if hmac.compare_digest(made.generate_otp(step), typed):
            return bool(TotpSecret.objects.filter(pk=held.pk, last_step__lt=step).update(last_step=step))
    return False


def _new_recovery_codes(person_id: int) -> tuple[str, ...]:
    RecoveryCode.objects.filter(person_id=person_id).delete()
    codes = tuple(pyotp.random_base32(32)[:16] for _ in range(limit("recovery_codes")))
    RecoveryCode.objects.bulk_create(RecoveryCode(person_id=person_id, encoded=_encoded(person_id, code)) for code in codes)
    return tuple("-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes)


def _encoded(person_id: int, code: str) -> str:
    """Return the digest a recovery code is kept by; its 80 bits of chance need no slow hash."""
    return hmac.new(settings.SECRET_KEY.encode(), f"recovery/{person_id}/{code}".encode(), "sha256").hexdigest()


def _owner(person_id: int) -> str:
    return f"person/{person_id}"
