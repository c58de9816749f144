"""The page of an outlet's checks (仪器检查页): records, what they made of the hours, what is due; as it holds or as it was known on a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.pollution.instrument_checks import CheckKind, CheckOutcome, CheckVerdict, kinds_for
from shuangkong.services import clock
from shuangkong.services.filing_observations import end_of
from shuangkong.services.monitoring_kinds import OUTLETS, PointKind, factor_words
from shuangkong.services.monitoring_points import Point, UnknownPoint
from shuangkong.services.organisations import tree_on
from shuangkong.services.outlet_checks import CheckDue, checks_due, checks_in_force, entry_from, verdict_of
from shuangkong.services.outlet_facts import OutletFacts, OutOfControl, facts_of, monitor_group
from shuangkong.services.people import Member, NotPermitted

CHECKS_SHOWN = 300


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check with its verdict (检查一行)."""

    row: Any
    name: Words
    kind: CheckKind
    outcome: CheckOutcome
    verdict: CheckVerdict | None


@dataclass(frozen=True, slots=True)
class LossLine:
    """A time out of control with the checks behind it (失控时段一行)."""

    told: OutOfControl
    lines: tuple[CheckLine, ...]

    @property
    def name(self) -> Words:
        """The factor's name."""
        return factor_words(self.told.factor)

    @property
    def is_open(self) -> bool:
        """Whether no check has passed since."""
        return self.told.span.end.year == 9999


@dataclass(frozen=True, slots=True)
class ChecksPage:
    """An outlet's checks (仪器检查)."""

    point: Point
    home: Words
    lines: tuple[CheckLine, ...]
    losses: tuple[LossLine, ...]
    due: tuple[CheckDue, ...]
    kinds: tuple[CheckKind, ...]
    may_report: bool

    @property
    def overdue(self) -> tuple[CheckDue, ...]:
        """What should have been done."""
        return tuple(one for one in self.due if one.overdue_days)


def checks_page(*, code: str, who: Member, as_of: date | None = None) -> ChecksPage:
    """Return an outlet's checks (仪器检查页).

    Raises
    ------
    UnknownPoint
        If no outlet has the code.
    NotPermitted
        If the person may not see its organisation.
    """
    today = as_of or clock.today()
    moment = end_of(as_of) if as_of else None
    tree, facts = tree_on(today), facts_of([code], as_of=moment).get(code)
    point = facts.point_on(today) if facts else None
    if facts is None or point is None or point.kind not in OUTLETS:
        raise UnknownPoint(code)
    if not who.sees(point.organisation, tree):
        raise NotPermitted(Permission.FIGURES_READ, point.organisation)
    rows = list(checks_in_force(until=moment).filter(point__code=code))
    home = tree.get(point.organisation)
    return ChecksPage(
        point, home.name if home else Words(point.organisation, point.organisation), tuple(map(line_of, rows[:CHECKS_SHOWN])), tuple(loss_lines(facts.losses)),
        due_on(facts, point, rows, today), kinds_for(monitor_group("w" if point.kind is PointKind.WATER_OUTLET else "a")),
        bool(who.posts_over(Permission.MONITORING_REPORT, point.organisation, tree)),
    )  # fmt: skip


def due_on(facts: OutletFacts, point: Point, rows: list[Any], today: date) -> tuple[CheckDue, ...]:
    """Return what is due at an outlet whose monitor is accepted or connected (应检清单); of others nothing is."""
    since = next((point.traits[name] for name in ("accepted_on", "connected_on") if name in point.traits), None)
    return checks_due(rows, factors=facts.limited_on(today), since=date.fromisoformat(since), today=today) if since and not point.is_closed else ()


def line_of(row: Any) -> CheckLine:
    """Return a row as a page shows it (检查一行)."""
    name = factor_words(row.factor) if row.factor else Words("全部因子", "all factors")
    return CheckLine(row, name, CheckKind[row.kind], CheckOutcome[row.outcome], verdict_of(entry_from(row)))


def loss_lines(losses: Iterable[OutOfControl]) -> Iterator[LossLine]:
    """Yield times out of control as pages show them (失控时段), the newest first."""
    for one in sorted(losses, key=lambda one: one.span.start, reverse=True):
        yield LossLine(one, tuple(map(line_of, one.failed)))
