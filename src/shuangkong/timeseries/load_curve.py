"""Load over time: curve, mean, peak, base load, load factor (负荷曲线)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shuangkong.rules import RulesOnDay, RuleValue

_TICK = timedelta(microseconds=1)
_HOUR_TICKS = Decimal(timedelta(hours=1) // _TICK)


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """Mean power of a slot (负荷点). [kW] from kWh; any other unit per hour."""

    start: datetime
    load: Decimal


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load curve says (负荷特征); every figure None without a point. Load factor in %."""

    peak: LoadPoint | None
    base: Decimal | None
    mean: Decimal | None
    load_factor_pct: Decimal | None
    rules: tuple[RuleValue, ...]


def load_curve(amounts: Mapping[datetime, Decimal | None], *, step: timedelta) -> tuple[LoadPoint, ...]:
    """Return the mean power of every slot that has an amount (负荷曲线).

    Parameters
    ----------
    amounts : mapping of datetime to Decimal or None
        By start of the slot. Slots only partly covered should be left out. [kWh]
    step : timedelta
        Of the grid.

    Returns
    -------
    tuple of LoadPoint
        In order of time. Unrounded. [kW]

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> load_curve({datetime(2023, 5, 1, 8): Decimal(25), datetime(2023, 5, 1, 8, 15): None}, step=timedelta(minutes=15))[0].load
    Decimal('100')
    """
    ticks = Decimal(step // _TICK)
    return tuple(LoadPoint(start, amount * _HOUR_TICKS / ticks) for start, amount in sorted(amounts.items()) if amount is not None)


def load_summary(curve: Sequence[LoadPoint], *, rules: RulesOnDay) -> LoadSummary:
    """Return peak, base load, mean and load factor (峰荷、基荷、平均负荷、负荷率).

    Parameters
    ----------
    curve : sequence of LoadPoint
        Of even slots. [kW]
    rules : RulesOnDay
        For the share of the lowest loads that base load stands above.

    Returns
    -------
    LoadSummary
        The first of equal peaks. Unrounded. [kW]

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> curve = [LoadPoint(datetime(2023, 5, 1, hour), Decimal(load)) for hour, load in enumerate((40, 100, 60))]
    >>> found = load_summary(curve, rules=at(date(2023, 12, 31)))
    >>> found.peak.load, found.base, found.load_factor_pct.quantize(Decimal("0.01"))
    (Decimal('100'), Decimal('40'), Decimal('66.67'))
    """
    share = rules.get("energy.metering.base_load_pct")
    if not curve:
        return LoadSummary(None, None, None, None, (share,))
    ordered = sorted(point.load for point in curve)
    total = sum(ordered, Decimal(0))
    peak = max(curve, key=lambda point: (point.load, -(point.start - curve[0].start)))
    base = ordered[int((len(ordered) - 1) * share.number / 100)]
    factor = total * 100 / (len(ordered) * peak.load) if peak.load else None
    return LoadSummary(peak, base, total / len(ordered), factor, (share,))


def duration_curve(curve: Sequence[LoadPoint]) -> tuple[Decimal, ...]:
    """Return the loads from highest to lowest (负荷持续曲线).

    Parameters
    ----------
    curve : sequence of LoadPoint
        Of even slots. [kW]

    Returns
    -------
    tuple of Decimal
        [kW]

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> duration_curve([LoadPoint(datetime(2023, 5, 1, hour), Decimal(load)) for hour, load in enumerate((40, 100, 60))])
    (Decimal('100'), Decimal('60'), Decimal('40'))
    """
    return tuple(sorted((point.load for point in curve), reverse=True))
