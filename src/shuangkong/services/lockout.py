"""Lockout by sign-in name and by address, made so that it cannot be used as a weapon (登录锁定).

A county sits behind one address and must not be locked out by one careless person; a person must not be locked out by somebody
elsewhere who types the name. So failures count for a name at an address first; a name that is guessed at from many addresses is
locked only where it has not signed in lately, and an address that guesses at many names is locked only for those who have not signed
in there. An attempt during a lock is neither checked nor counted: a lock ends when its failures have grown old.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.access_log import AccessKind, log
from shuangkong.services.security_limits import limit
from shuangkong.store.models import AccessEntry, SignInFailure

_IPV6_SITE_BITS = 64  # whoever has one address of a site has them all
_KEPT = timedelta(days=1)


class LockedOut(Refusal):
    """Too many failures; the answer is the same whether the name exists or not (暂时锁定)."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            thing=Words("登录", "signing in"), value="", rule=Words("失败次数过多，暂时锁定", "failed too often and is locked for a while"),
            remedy=Words(f"{minutes} 分钟后再试，或请安全管理员解锁", f"try again in {minutes} minutes, or ask the security administrator"),
        )  # fmt: skip


def place_of(address: str) -> str:
    """Return what an address counts as (地址归并): itself, or the site of an IPv6 address.

    Examples
    --------
    >>> place_of("192.0.2.7"), place_of("2001:db8:1:2:3:4:5:6"), place_of("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::', '192.0.2.7')
    """
    told = ip_address(address)
    if isinstance(told, IPv6Address):
        if told.ipv4_mapped:
            return str(told.ipv4_mapped)
        return str(ip_network((told, _IPV6_SITE_BITS), strict=False).network_address)
    return str(told)


def begin_attempt(*, sign_in_name: str, address: str) -> None:
    """Count an attempt as failed before it is checked, so that many at once gain nothing (登记尝试).

    Raises
    ------
    LockedOut
        If name or address is locked.
    """
    present, place, name = clock.now(), place_of(address), sign_in_name[:60]
    SignInFailure.objects.filter(recorded_at__lt=present - _KEPT).delete()
    made = SignInFailure.objects.create(sign_in_name=name, address=place, recorded_at=present)
    minutes = _locked_minutes(name, place)
    if minutes:
        made.delete()
        log(AccessKind.LOCKED_OUT, name=name, address=address)
        raise LockedOut(minutes)


def _locked_minutes(name: str, place: str) -> int:
    """Return for how many minutes at most it is locked, the attempt just counted included; 0 when it is not."""
    if _has_more_than("pair", sign_in_name=name, address=place):
        return limit("lock_pair_minutes")
    by_address, by_name = _has_more_than("address", address=place), bool(name) and _has_more_than("name", sign_in_name=name)
    if (by_address or by_name) and not _is_home(name, place):
        return max(limit("lock_address_minutes") if by_address else 0, limit("lock_name_minutes") if by_name else 0)
    return 0


def _has_more_than(kind: str, **which: str) -> bool:
    if kind == "pair" and not which["sign_in_name"]:
        return False  # one-time links carry no name
    since = clock.now() - timedelta(minutes=limit(f"lock_{kind}_minutes"))
    return bool(SignInFailure.objects.filter(recorded_at__gt=since, **which).count() > limit(f"lock_{kind}_attempts"))


def _is_home(name: str, place: str) -> bool:
    if not name:
        return False
    since = clock.now() - timedelta(days=limit("home_days"))
    rows = AccessEntry.objects.filter(kind=AccessKind.SIGNED_IN.name, sign_in_name=name, recorded_at__gt=since)
    return any(place_of(address) == place for address in rows.exclude(address=None).values_list("address", flat=True).distinct())


def attempt_succeeded(*, sign_in_name: str, address: str) -> None:
    """Forget the failures of a name at an address (清除失败)."""
    SignInFailure.objects.filter(sign_in_name=sign_in_name[:60], address=place_of(address)).delete()


def unlock(*, sign_in_name: str) -> int:
    """Forget every failure of a name, and return how many there were (解锁)."""
    forgotten, _ = SignInFailure.objects.filter(sign_in_name=sign_in_name).delete()
    return int(forgotten)


def failures_of(*, sign_in_name: str) -> int:
    """Return how many failures count against a name (失败次数)."""
    since = clock.now() - timedelta(minutes=limit("lock_name_minutes"))
    return int(SignInFailure.objects.filter(sign_in_name=sign_in_name, recorded_at__gt=since).count())
