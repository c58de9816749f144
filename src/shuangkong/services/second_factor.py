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
            remedy=Words("更换手机在“我的账户”办理；手机和恢复码都遗失的，请安全管理员重置", "change the telephone under My account; if the recovery codes are lost too, ask the security administrator"),
        )  # fmt: skip


class NoReplacement(Refusal):
    """No new telephone was begun with (未开始更换)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("动态口令", "second factor"), value="", rule=Words("没有正在更换的设备", "no new device was begun with"),
            remedy=Words("先输入口令和动态口令", "first give the password and a code"),
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
    return _enrolment(person, opened(held.sealed_secret, owner=_owner(person_id)), title)


def _enrolment(person: Person, secret: str, title: str) -> Enrolment:
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


def begin_replacement(*, person_id: int) -> None:
    """Make the secret of a new telephone beside that of the old one, which goes on until it is confirmed (开始更换)."""
    told = sealed(pyotp.random_base32(), owner=_owner(person_id))
    if not TotpSecret.objects.filter(person_id=person_id, is_confirmed=True).update(sealed_next=told):
        raise NoReplacement


def shown_replacement(*, person_id: int, title: str) -> Enrolment:
    """Return the secret of the new telephone (更换中的密钥); raise `NoReplacement`."""
    held = TotpSecret.objects.select_related("person").filter(person_id=person_id, is_confirmed=True).exclude(sealed_next="").first()
    if held is None:
        raise NoReplacement
    return _enrolment(held.person, opened(held.sealed_next, owner=_owner(person_id)), title)


def confirm_replacement(*, person_id: int, code: str) -> tuple[str, ...]:
    """Put the new telephone in the place of the old, which is dead at once, and return new recovery codes, shown this once (确认更换).

    Raises
    ------
    WrongCode, NoReplacement
        If the new telephone shows another code, or none was begun with.
    """
    with transaction.atomic():
        held = TotpSecret.objects.select_for_update().filter(person_id=person_id, is_confirmed=True).exclude(sealed_next="").first()
        if held is None:
            raise NoReplacement
        step = _step_shown(opened(held.sealed_next, owner=_owner(person_id)), code)
        if step is None:
            raise WrongCode
        held.sealed_secret, held.sealed_next, held.last_step, held.recorded_at = held.sealed_next, "", step, clock.now()
        held.save(update_fields=["sealed_secret", "sealed_next", "last_step", "recorded_at"])
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
    step = None if held is None else _step_shown(opened(held.sealed_secret, owner=_owner(person_id)), code)
    return step is not None and bool(TotpSecret.objects.filter(pk=held.pk, last_step__lt=step).update(last_step=step))


def _step_shown(secret: str, code: str) -> int | None:
    """Return the half minute at which a telephone with the secret shows the code, None where it shows another."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdecimal()):
        return None
    made, present = pyotp.TOTP(secret), step_of(clock.now())
    return next((step for step in (present + drift for drift in _DRIFT) if hmac.compare_digest(made.generate_otp(step), typed)), None)


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
