"""What changed since somebody last looked (上次查看以来的变化): returns locked, lights that turned, findings opened."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.plan.model import Target
from shuangkong.plan.trajectory import Light
from shuangkong.returns.states import ReturnAct
from shuangkong.services import clock
from shuangkong.services.access_log import AccessKind
from shuangkong.services.filing_forms import forms
from shuangkong.services.filing_observations import end_of
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node
from shuangkong.services.people import Member
from shuangkong.services.standing import Moment, board_at, moment_of
from shuangkong.store.models import AccessEntry, FilingAct, FindingRecord

LISTED_AT_MOST = 50
FIRST_LOOK = timedelta(days=30)  # how far back one who never came before is told of


@dataclass(frozen=True, slots=True)
class Locked:
    """A return that became official (新锁定的报表)."""

    filing_id: int
    form: Words
    node: Node
    period: str
    recorded_at: datetime
    link: int


@dataclass(frozen=True, slots=True)
class Turned:
    """A target whose light turned (灯号变化)."""

    target: Target
    before: Light
    after: Light


@dataclass(frozen=True, slots=True)
class Opened:
    """A finding of the checks (新发现的问题)."""

    filing_id: int
    code: str
    node: Node
    period: str
    odd: Words
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a moment (变化); each list holds the newest, `more` tells whether there are others."""

    since: datetime
    is_first_look: bool
    locked: tuple[Locked, ...]
    turned: tuple[Turned, ...]
    opened: tuple[Opened, ...]
    more: bool

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changed."""
        return not (self.locked or self.turned or self.opened)


def what_changed(*, who: Member, since: date | None = None, year: int | None = None, as_of: date | None = None, within: str | None = None) -> Changes:
    """Return what changed since a day, or since the person last came (上次查看以来的变化).

    Parameters
    ----------
    who : Member
        Returns and findings of organisations whose figures the person may not read are left out.
    since : date, optional
        Begin with this day; the person's sign-in before the present one where none is given.
    year, as_of : int, date, optional
        The board whose lights are compared, and the day up to which is told.
    within : str, optional
        A jurisdiction or park: only what is of it or belongs to it.
    """
    last = _last_look(who) if since is None else datetime.combine(since, time(), CHINA_STANDARD_TIME)
    begin = last or clock.now() - FIRST_LOOK
    membership = Membership()

    def is_told(org: str, period: str) -> bool:
        at = Period.parse(period)
        return (within is None or membership.of(org, at).covers(within, org)) and membership.sees(who, org, at)

    seen = membership.perhaps_seen(who)
    locked, opened = _locked(begin, as_of, seen, membership, is_told), _opened(begin, as_of, seen, membership, is_told)
    turned = _turned(begin, moment_of(year=year, as_of=as_of))
    return Changes(
        since=begin, is_first_look=last is None, locked=locked[:LISTED_AT_MOST], turned=tuple(one for one in turned if within in (None, one.target.scope)),
        opened=opened[:LISTED_AT_MOST], more=len(locked) > LISTED_AT_MOST or len(opened) > LISTED_AT_MOST,
    )  # fmt: skip


def _last_look(who: Member) -> datetime | None:
    """The sign-in before the present one: whoever came then has seen what stood before."""
    came = AccessEntry.objects.filter(sign_in_name=who.sign_in_name, kind=AccessKind.SIGNED_IN.name).order_by("-id").values_list("recorded_at", flat=True)
    return next(iter(came[1:2]), None)


def _locked(begin: datetime, as_of: date | None, seen: Collection[str], membership: Membership, is_told: Callable[[str, str], bool]) -> tuple[Locked, ...]:
    rows = FilingAct.objects.filter(act=ReturnAct.LOCK.name, recorded_at__gte=begin, filing__organisation__code__in=seen)
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    found = rows.order_by("-id").values_list("filing_id", "filing__form", "filing__organisation__code", "filing__period", "recorded_at", "link")
    return tuple(
        Locked(filing, forms()[form].name if form in forms() else Words(form, form), node, period, recorded_at, sealed)
        for filing, form, code, period, recorded_at, sealed in islice((one for one in found.iterator() if is_told(one[2], one[3])), LISTED_AT_MOST + 1)
        if (node := membership.node(code, Period.parse(period)))
    )  # fmt: skip


def _opened(begin: datetime, as_of: date | None, seen: Collection[str], membership: Membership, is_told: Callable[[str, str], bool]) -> tuple[Opened, ...]:
    rows = FindingRecord.objects.filter(recorded_at__gte=begin, org__in=seen)
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    return tuple(
        Opened(one.filing_id, one.code, node, one.period, Words(one.odd_zh, one.odd_en), one.recorded_at)
        for one in islice((one for one in rows.order_by("-id").iterator() if is_told(one.org, one.period)), LISTED_AT_MOST + 1)
        if (node := membership.node(one.org, Period.parse(one.period)))
    )  # fmt: skip


def _turned(begin: datetime, present: Moment) -> tuple[Turned, ...]:
    """Compare with what was known the evening before: a day holds the knowledge of its whole."""
    earlier = board_at(present._replace(as_of=min(clock.day_of(begin) - timedelta(days=1), present.as_of)))
    before = {line.target.id: line.light for line in earlier.lines}
    return tuple(Turned(line.target, before[line.target.id], line.light) for line in board_at(present).lines if before[line.target.id] is not line.light)
