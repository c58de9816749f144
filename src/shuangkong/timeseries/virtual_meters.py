"""Meters made of others, and a main meter against its sub-meters (虚拟表与总分表差).

Import and export, storage in and out are separate registers with separate signs; a formula of signs makes net figures of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.timeseries.quality import Aggregate, combined


@dataclass(frozen=True, slots=True)
class VirtualTotal:
    """A virtual meter's total (虚拟表用量), None when a meter of its formula has none; those are named."""

    amount: Decimal | None
    missing: tuple[str, ...]
    quality: Aggregate


@dataclass(frozen=True, slots=True)
class MainSubDifference:
    """Main meter less its sub-meters (总分表差), None when one of them has no total; share in % of the main meter."""

    difference: Decimal | None
    pct: Decimal | None
    missing: tuple[str, ...]


def virtual_total(formula: Mapping[str, Decimal], totals: Mapping[str, Aggregate]) -> VirtualTotal:
    """Return the total of a virtual meter over one span (虚拟表用量).

    Parameters
    ----------
    formula : mapping of str to Decimal
        Factor by meter: 1 adds, -1 takes away, a share apportions.
    totals : mapping of str to Aggregate
        By meter, over the same span.

    Returns
    -------
    VirtualTotal
        `quality` tells coverage and as-of over all meters of the formula, its estimated part without signs. Unrounded.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from datetime import timedelta
    >>> hour = timedelta(hours=1)
    >>> totals = {"进线": Aggregate(Decimal(100), hour, hour), "外供": Aggregate(Decimal(30), hour, hour)}
    >>> virtual_total({"进线": Decimal(1), "外供": Decimal(-1)}, totals).amount
    Decimal('70')
    >>> virtual_total({"进线": Decimal(1), "光伏": Decimal(1)}, totals).missing
    ('光伏',)
    """
    amounts = {name: totals[name].amount for name in formula if name in totals}
    missing = tuple(name for name in formula if amounts.get(name) is None)
    quality = combined(totals[name] for name in formula if name in totals)
    told = sum((factor * amount for name, factor in formula.items() if (amount := amounts.get(name)) is not None), Decimal(0))
    return VirtualTotal(None if missing or not formula else told, missing, quality)


def main_sub_difference(main: Aggregate, subs: Mapping[str, Aggregate]) -> MainSubDifference:
    """Return what the main meter counts beyond its sub-meters (总分表差).

    Parameters
    ----------
    main : Aggregate
        Of the main meter.
    subs : mapping of str to Aggregate
        Of the sub-meters, over the same span and in the same unit.

    Returns
    -------
    MainSubDifference
        Negative when the sub-meters count more. Unrounded. [%]

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from datetime import timedelta
    >>> hour = timedelta(hours=1)
    >>> subs = {"一车间": Aggregate(Decimal(60), hour, hour), "二车间": Aggregate(Decimal(36), hour, hour)}
    >>> found = main_sub_difference(Aggregate(Decimal(100), hour, hour), subs)
    >>> found.difference, found.pct
    (Decimal('4'), Decimal('4'))
    """
    missing = tuple(name for name, total in subs.items() if total.amount is None)
    if main.amount is None or missing:
        return MainSubDifference(None, None, missing)
    difference = main.amount - sum((total.amount for total in subs.values() if total.amount is not None), Decimal(0))
    return MainSubDifference(difference, difference * 100 / main.amount if main.amount else None, ())
