"""Tokens of the JSON API: made once, shown once, limited in what and how long; only a digest is kept."""

import hashlib
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.people import Member, NotPermitted, member
from shuangkong.services.security_limits import limit
from shuangkong.store.models import AccessEntry, ApiToken

PREFIX = "sk_"
LONGEST_DAYS = 366
_NEVER = frozenset({Permission.ASSESSMENT_FREEZE})  # the city government freezes in person, with the second factor
_SEEN_EVERY = timedelta(minutes=5)


class BadToken(Refusal):
    """The token asked for cannot be made (令牌不成立)."""

    def __init__(self, value: object, rule: Words) -> None:
        super().__init__(thing=Words("接口令牌", "API token"), value=value, rule=rule, remedy=Words("改正后重新申请", "correct it and ask again"))


class OutOfScope(Refusal):
    """The token was not made for this (令牌范围不含此操作)."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            thing=Words("接口令牌", "API token"), value=permission.name, rule=Words(f"范围不含“{permission.words.zh}”", f"its scope does not hold '{permission.words.en}'"),
            remedy=Words("另申请含此范围的令牌", "make a token of that scope"),
        )  # fmt: skip


class TooManyCalls(Refusal):
    """A token was used more often than it may be (接口调用过于频繁)."""

    def __init__(self, most: int) -> None:
        super().__init__(
            thing=Words("接口调用", "calls of the API"), value="", rule=Words(f"每分钟超过 {most} 次", f"more than {most} a minute"),
            remedy=Words("一分钟后再试；列表可加大 limit", "try again in a minute; lists take a larger limit"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as its owner sees it (令牌一览): never the token itself."""

    pk: int
    name: str
    scopes: tuple[Permission, ...]
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    @property
    def is_good(self) -> bool:
        """Whether it can be used now."""
        return self.revoked_at is None and self.expires_at > clock.now()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def scopes_open_to(who: Member) -> tuple[Permission, ...]:
    """Return what a token of a person may be made for (可选权限): what the person may do, but for what no program ever does."""
    return tuple(one for one in Permission if one not in _NEVER and who.may(one))


def issue_token(*, who: Member, name: str, scopes: Iterable[Permission], days: int) -> str:
    """Return a new token of a person, shown this once (签发令牌).

    Parameters
    ----------
    who : Member
        Whose; a token can do no more than its owner can when it is used.
    name : str
        What it is for.
    scopes : iterable of Permission
        What it may be used for.
    days : int
        How long it lasts, at most a year.

    Raises
    ------
    NotPermitted, BadToken
        If the person may have none, or asks for what the person may not do.
    """
    wanted = sorted(set(scopes), key=lambda one: one.name)
    if not who.may(Permission.TOKEN_MANAGE):
        raise NotPermitted(Permission.TOKEN_MANAGE)
    if not name.strip() or len(name) > 60:
        raise BadToken(name, Words("名称应为1至60字", "its name must have 1 to 60 characters"))
    if not 1 <= days <= LONGEST_DAYS:
        raise BadToken(days, Words(f"有效期应为1至{LONGEST_DAYS}天", f"must last 1 to {LONGEST_DAYS} days"))
    beyond = [one.value for one in wanted if one not in scopes_open_to(who)]
    if beyond or not wanted:
        raise BadToken("、".join(beyond), Words("权限为空、超出本人权限或不得由程序行使", "has no scope, or one beyond its owner's or that no program may use"))
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        moment = clock.now()
        ApiToken.objects.create(
            digest=_digest(token), person_id=who.pk, name=name.strip(), scopes=[one.name for one in wanted], expires_at=moment + timedelta(days=days),
            recorded_at=moment,
        )  # fmt: skip
        AccessEntry.objects.create(kind="token-issued", sign_in_name=who.sign_in_name, said=name.strip(), recorded_at=moment)
    return token


def tokens_of(*, who: Member) -> tuple[TokenLine, ...]:
    """Return a person's tokens, the newest first (令牌一览)."""
    return tuple(
        TokenLine(row.pk, row.name, tuple(Permission[name] for name in row.scopes), row.expires_at, row.revoked_at, row.last_used_at)
        for row in ApiToken.objects.filter(person_id=who.pk).order_by("-id")
    )


def revoke_token(*, who: Member, token_id: int) -> None:
    """End a token of one's own at once (吊销令牌)."""
    with transaction.atomic():
        moment = clock.now()
        ended = ApiToken.objects.filter(pk=token_id, person_id=who.pk, revoked_at=None).update(revoked_at=moment)
        if not ended:
            raise BadToken(token_id, Words("不存在或已吊销", "is unknown or revoked"))
        AccessEntry.objects.create(kind="token-revoked", sign_in_name=who.sign_in_name, said=str(token_id), recorded_at=moment)


def bearer(token: str) -> Member | None:
    """Return whose token it is, limited to its scopes; None for one unknown, expired or revoked (令牌持有人)."""
    moment = clock.now()
    row = ApiToken.objects.filter(digest=_digest(token), revoked_at=None, expires_at__gt=moment).first()
    if row is None:
        return None
    if row.last_used_at is None or moment - row.last_used_at > _SEEN_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=moment)
    return replace(member(row.person_id), scopes=frozenset(Permission[name] for name in row.scopes))


class _Calls:
    """When each token was used within the last minute, in this process: a count in the database would make every read a write."""

    def __init__(self) -> None:
        self._of: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def count(self, key: str, moment: datetime, most: int) -> bool:
        """Count a call, and tell whether it may be made."""
        since = moment - timedelta(minutes=1)
        with self._lock:
            calls = self._of.setdefault(key, deque())
            while calls and calls[0] <= since:
                calls.popleft()
            if len(calls) >= most:
                return False
            calls.append(moment)
            for other in [other for other, made in self._of.items() if not made or made[-1] <= since]:
                del self._of[other]
        return True


_calls = _Calls()


def count_call(token: str) -> None:
    """Count a call with a token that is good (接口限频).

    Raises
    ------
    TooManyCalls
        If it is one more than may be made in a minute; that one is not counted.
    """
    most = limit("api_calls_per_minute")
    if not _calls.count(_digest(token), clock.now(), most):
        raise TooManyCalls(most)
