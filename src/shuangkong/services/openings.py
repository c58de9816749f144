"""A figure opened (数据溯源): its versions, the return it came in, who reported and approved it, its link, and what it is made of."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.units import unit
from shuangkong.returns.states import ReturnAct
from shuangkong.services.composition import Composition as Composition
from shuangkong.services.composition import read_composition
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.filing_observations import current_rows, end_of
from shuangkong.services.membership import Membership
from shuangkong.services.monitored_figures import MonitoredInput
from shuangkong.services.monitored_observations import inputs_behind
from shuangkong.services.organisations import Node
from shuangkong.services.people import Member, NotPermitted
from shuangkong.store.models import ChainLink, FilingAct, ObservationRow

LEAST_IN_AGGREGATE = 3  # what is left of a sum after the parts one sees: of fewer, a single unit could be worked out


@dataclass(frozen=True, slots=True)
class Step:
    """One hand that the figure went through (经手): what, who, as what, when, sealed where."""

    act: Words
    person: str
    post: str
    organisation: str
    recorded_at: Any
    link: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's share of a figure (构成部分)."""

    node: Node
    row: ObservationRow
    value: Decimal


@dataclass(frozen=True, slots=True)
class Parts:
    """What a figure is made of (构成): the units' sum in the figure's unit, how many of those due reported."""

    rule: Composition
    parts: tuple[Part, ...]
    hidden: int
    total: Decimal | None
    reported: int
    expected: int

    @property
    def is_shown(self) -> bool:
        """Tell whether the sum may be told: nothing hidden, or too many hidden for one to be worked out."""
        return not self.hidden or self.hidden >= LEAST_IN_AGGREGATE

    @property
    def share_pct(self) -> Decimal | None:
        """Reporting units among those asked. [%]"""
        return Decimal(100) * self.reported / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure with all that is behind it (打开的数据)."""

    element: str
    name: Words
    definition: Words
    node: Node
    period: Period
    row: ObservationRow
    versions: tuple[ObservationRow, ...]
    filing_id: int | None
    form_name: Words | None
    steps: tuple[Step, ...]
    link: ChainLink | None
    made_of: Parts | None
    monitored: tuple[MonitoredInput, ...]


@lru_cache(maxsize=1)
def compositions() -> dict[str, Composition]:
    """Return the pack's rules of composition by element (构成规则)."""
    return read_composition(city().folder)


def open_figure(*, element: str, org: str, period: str, who: Member, as_of: date | None = None) -> Opened | None:
    """Return a figure with all that is behind it, None where nothing was reported by then (打开数据).

    Raises
    ------
    NotPermitted
        If the person may not read the organisation's figures.
    """
    membership, at = Membership(), Period.parse(period)
    if not membership.sees(who, org, at):  # whose sums it stood in may read it on
        raise NotPermitted(Permission.FIGURES_READ, org)
    rows = ObservationRow.objects.filter(element=element, org=org, period=str(Period.parse(period))).select_related("filing")
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    versions = tuple(rows.order_by("recorded_at", "id"))
    if not versions:
        return None
    last = versions[-1]
    name, definition = _called(element, last)
    form = form_of(last.filing.form, Period.parse(last.period)) if last.filing and last.filing.form in forms() else None
    return Opened(
        element=element, name=name, definition=definition, node=membership.node(org, at) or membership.today.find(org), period=Period.parse(period), row=last, versions=versions,
        filing_id=last.filing_id, form_name=form.name if form else None, steps=_steps(last),
        link=ChainLink.objects.filter(pk=last.link).first() if last.link is not None else None,
        made_of=_made_of(element, org, last, membership, who, as_of),
        monitored=tuple(one for one in inputs_behind(last) if not one.organisation or membership.sees(who, one.organisation, at)),
    )  # fmt: skip


def _called(element: str, row: ObservationRow) -> tuple[Words, Words]:
    known = catalogue().elements.get(element)
    if known is not None:
        return known.name, known.definition
    if row.filing is not None and row.filing.form in forms():
        cell = form_of(row.filing.form, Period.parse(row.period)).figure(element, row.org)
        if cell is not None:
            return cell.name, cell.meaning
    return Words(element, element), Words("", "")


def _steps(row: ObservationRow) -> tuple[Step, ...]:
    if row.filing_id is None:
        return ()
    acts = FilingAct.objects.filter(filing_id=row.filing_id).select_related("person").order_by("id")
    return tuple(
        Step(ReturnAct[act.act].words, act.person.full_name if act.person else "系统", act.role, act.organisation, act.recorded_at, act.link, act.reason)
        for act in acts
    )


def _made_of(element: str, org: str, row: ObservationRow, membership: Membership, who: Member, as_of: date | None) -> Parts | None:
    rule = compositions().get(element)
    if rule is None:
        return None
    then = membership.at_end(Period.parse(row.period))  # as they belonged on its last day, not as they do today
    asked = {node.code: node for node in then if node.kind.name == "UNIT" and rule.tags <= node.tags and then.covers(org, node.code)}
    target = unit(row.unit)
    parts = []
    for found in current_rows(as_of=as_of, element=rule.of, period=row.period, org__in=list(asked)):
        if found.value is not None:
            parts.append(Part(asked[found.org], found, found.value * unit(found.unit).factor_to(target)))
    shown = tuple(sorted((part for part in parts if membership.sees(who, part.node.code, Period.parse(row.period))), key=lambda part: -part.value))
    made = Parts(rule, shown, len(parts) - len(shown), None, len(parts), len(asked))
    return replace(made, total=sum((part.value for part in parts), Decimal(0))) if parts and made.is_shown else made
