"""A total and what stands behind it: coverage, estimated share, as-of (汇总质量).

A total over nothing is None, not zero. A node without meters is owed nothing, so that it takes nothing from its parent's coverage
and never holds it up; a node whose meters are silent does take from it, and is named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

_TICK = timedelta(microseconds=1)
NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A total over time and meters (汇总值): amount, time covered and due summed over meters, amount estimated, as-of."""

    amount: Decimal | None
    covered: timedelta
    due: timedelta
    estimated: Decimal = Decimal(0)
    as_of: datetime | None = None

    @property
    def coverage_pct(self) -> Decimal | None:
        """Time covered of time due, None when nothing is due. Unrounded. [%]"""
        return Decimal(self.covered // _TICK) * 100 / Decimal(self.due // _TICK) if self.due else None

    @property
    def estimated_pct(self) -> Decimal | None:
        """Estimated part of the amount, None when that is none or zero. Unrounded. [%]"""
        return self.estimated * 100 / self.amount if self.amount else None


@dataclass(frozen=True, slots=True)
class Gathered:
    """A node made of its children (节点汇总); `silent` are owed something and gave nothing, `unmetered` are owed nothing."""

    total: Aggregate
    silent: tuple[str, ...]
    unmetered: tuple[str, ...]


def combined(parts: Iterable[Aggregate]) -> Aggregate:
    """Return the sum of totals, of hours to a day or of meters to a unit (合并汇总).

    Parameters
    ----------
    parts : iterable of Aggregate
        That do not overlap, in one unit.

    Returns
    -------
    Aggregate
        A roll-up of roll-ups is the roll-up of all. Unrounded.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> hour = timedelta(hours=1)
    >>> found = combined([Aggregate(Decimal(6), hour, hour), Aggregate(Decimal(2), hour / 2, hour, Decimal(2)), Aggregate(None, NOTHING, hour)])
    >>> found.amount, found.coverage_pct, found.estimated_pct
    (Decimal('8'), Decimal('50'), Decimal('25'))
    """
    every = list(parts)
    told = [part.amount for part in every if part.amount is not None]
    return Aggregate(
        amount=sum(told, Decimal(0)) if told else None,
        covered=sum((part.covered for part in every), NOTHING),
        due=sum((part.due for part in every), NOTHING),
        estimated=sum((part.estimated for part in every), Decimal(0)),
        as_of=max((part.as_of for part in every if part.as_of is not None), default=None),
    )


def gathered(children: Mapping[str, Aggregate]) -> Gathered:
    """Return a node of the tree from its children (节点汇总).

    Parameters
    ----------
    children : mapping of str to Aggregate
        By name; one without meters has nothing due.

    Returns
    -------
    Gathered
        Unrounded.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> hour = timedelta(hours=1)
    >>> found = gathered({"遂平县": Aggregate(Decimal(5), hour, hour), "西平县": Aggregate(None, NOTHING, NOTHING), "汝南县": Aggregate(None, NOTHING, hour)})
    >>> found.total.amount, found.total.coverage_pct, found.silent, found.unmetered
    (Decimal('5'), Decimal('50'), ('汝南县',), ('西平县',))
    """
    return Gathered(
        combined(children.values()),
        silent=tuple(name for name, part in children.items() if part.due and part.amount is None),
        unmetered=tuple(name for name, part in children.items() if not part.due),
    )
