"""Who was in charge of whom when a return's period ended (期末归属): what was reported belongs to that jurisdiction for good.

Its people open and handle it, whatever the organisation belongs to today; the people of today may read it too.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Count

from shuangkong.access.roles import Permission
from shuangkong.kernel.period import Period
from shuangkong.services import clock
from shuangkong.services.chain import Actor
from shuangkong.services.organisations import Node, Tree, newest_version, tree_known
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.store.models import OrganisationVersion


class Membership:
    """The organisations of today and at the end of any period (归属), read once however many returns are asked of."""

    def __init__(self, *, as_of: date | None = None) -> None:
        self._newest = newest_version()
        self.today = tree_known(as_of or clock.today(), self._newest)

    def at_end(self, period: Period) -> Tree:
        """Return the organisations as they belonged on the last day of a period (期末组织树)."""
        return tree_known(period.end - timedelta(days=1), self._newest)

    def of(self, code: str, period: Period) -> Tree:
        """Return the same; for who closed within the period that of its last day there, for who came later that of today (归属所在组织树)."""
        then = self.at_end(period)
        if code in then:
            return then
        ended = max((day for day in self._ends.get(code, ()) if day < period.end), default=None)
        return tree_known(ended - timedelta(days=1), self._newest) if ended else self.today

    @cached_property
    def _ends(self) -> Mapping[str, tuple[date, ...]]:
        found: dict[str, tuple[date, ...]] = {}
        for code, day in OrganisationVersion.objects.filter(is_closed=True).values_list("organisation__code", "valid_from"):
            found[code] = (*found.get(code, ()), day)
        return found

    def node(self, code: str, period: Period) -> Node | None:
        """Return an organisation as it is today, or as it was at the end of the period (组织)."""
        return self.today.get(code) or self.of(code, period).get(code)

    def home(self, code: str, period: Period) -> Node | None:
        """Return the jurisdiction a return of the period belongs to; that of today where it is no more (归属县区)."""
        return self.in_charge(code, period).jurisdiction_of(code)

    def sees(self, who: Member, code: str, period: Period) -> bool:
        """Tell whether a person may read what an organisation reported for a period: today's people, and those of the period (可否查看)."""
        return who.sees(code, self.today) or who.sees(code, self.of(code, period))

    def perhaps_seen(self, who: Member) -> frozenset[str]:
        """Return all that a person may read something of: what is seen today, and whatever ever changed (可能可见); `sees` decides."""
        changed = OrganisationVersion.objects.values("organisation__code").annotate(times=Count("id")).filter(times__gt=1)
        return frozenset(changed.values_list("organisation__code", flat=True)) | {node.code for node in self.today if who.sees(node.code, self.today)}

    def reader(self, who: Member, permission: Permission, code: str, period: Period) -> Actor:
        """Return the post over the organisation, today or in the period, in which a person may do it (查看岗位); raise `NotPermitted`."""
        try:
            return actor_of(who, permission, code, tree=self.today)
        except NotPermitted:
            return actor_of(who, permission, code, tree=self.of(code, period))

    def handler(self, who: Member, permission: Permission, code: str, period: Period, *, among: Iterable[str] = ()) -> Actor:
        """Return the post over the organisation in the period in which a person may do it (办理岗位); raise `NotPermitted`."""
        return actor_of(who, permission, code, among=among, tree=self.in_charge(code, period))

    def in_charge(self, code: str, period: Period) -> Tree:
        """Return the organisations by which it is told who handles a return: of the period, as long as its jurisdiction is there (办理归属)."""
        then = self.of(code, period)
        home = then.jurisdiction_of(code)
        return then if home is None or home.code in self.today or code not in self.today else self.today
