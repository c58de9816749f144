"""Signing in: one-time links; passwords, second factors and lockout stand beside."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.store.models import Person, SignInToken


class TokenRefused(Refusal):
    """The one-time link is of no use (一次性链接无效)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("一次性链接", "one-time link"), value="", rule=Words("不存在、已用过或已过期", "is unknown, used or expired"),
            remedy=Words("请管理员重新生成", "ask the administrator for a new one"),
        )  # fmt: skip


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
