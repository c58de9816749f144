"""Rates of monitoring: capture of a quarter, transmission, and our figures against the device's (捕集率与传输率)."""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay, RuleValue


class ImpossibleCount(Refusal):
    """A part larger than the whole, or below zero (数量不合理)."""

    def __init__(self, part: int, whole: int) -> None:
        super().__init__(
            thing=Words("数据个数", "count"),
            value=f"{part}/{whole}",
            rule=Words("部分不得大于整体，也不得为负", "a part cannot exceed the whole, nor be negative"),
            remedy=Words("核对应收、实收、有效和停运数", "check what was due, received, valid and stopped"),
        )


@dataclass(frozen=True, slots=True)
class TransmissionRates:
    """What arrived of what was due, and what of it is valid (传输率); each in % and None when nothing was due or came."""

    transmission_pct: Decimal | None
    validity_pct: Decimal | None
    effective_pct: Decimal | None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The device's figure against ours (复算偏差): in % of the device's, None when that is zero or absent."""

    difference_pct: Decimal | None
    is_alarm: bool
    rule: RuleValue


def capture_pct(*, due: int, invalid: int, stopped: int) -> Decimal | None:
    """Return the valid capture rate of a quarter (季度有效数据捕集率).

    Parameters
    ----------
    due, invalid, stopped : int
        Hours of the quarter, those not valid, those in which the source stood still. [h]

    Returns
    -------
    Decimal or None
        None when the source stood still all the time: there is no rate. Unrounded. [%]

    Raises
    ------
    ImpossibleCount
        If invalid and stopped hours exceed those due, or a count is negative.

    Source
    ------
    HJ 75-2017 12，公式见公开审核平台实现.

    Examples
    --------
    >>> capture_pct(due=2184, invalid=184, stopped=184), capture_pct(due=2184, invalid=0, stopped=2184)
    (Decimal('90.8'), None)
    """
    if min(due, invalid, stopped) < 0 or invalid + stopped > due:
        raise ImpossibleCount(invalid + stopped, due)
    return Decimal(due - invalid - stopped) * 100 / Decimal(due - stopped) if due > stopped else None


def transmission_rates(*, due: int, received: int, valid: int) -> TransmissionRates:
    """Return transmission, validity and effective transmission rate (传输率、有效率、有效传输率).

    Parameters
    ----------
    due, received, valid : int
        Values of the period; one received twice counts once.

    Returns
    -------
    TransmissionRates
        Unrounded. [%]

    Raises
    ------
    ImpossibleCount
        If more came than was due, or more is valid than came.

    Source
    ------
    国家平台自动监控培训材料（转引）.

    Examples
    --------
    >>> transmission_rates(due=200, received=180, valid=150).effective_pct
    Decimal('75')
    """
    if not 0 <= valid <= received <= due:
        raise ImpossibleCount(max(valid, received), due)
    return TransmissionRates(
        transmission_pct=Decimal(received) * 100 / due if due else None,
        validity_pct=Decimal(valid) * 100 / received if received else None,
        effective_pct=Decimal(valid) * 100 / due if due else None,
    )


def recomputed(*, device: Decimal | None, own: Decimal | None, rules: RulesOnDay) -> Recomputed:
    """Return how far the device's statistic is from ours (设备统计值与复算值偏差).

    Parameters
    ----------
    device, own : Decimal or None
        Of one period, in one unit.
    rules : RulesOnDay
        For what is borne.

    Returns
    -------
    Recomputed
        An alarm beyond the bound, and where only one of the two is zero. Unrounded. [%]

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> found = recomputed(device=Decimal(200), own=Decimal(197), rules=at(date(2023, 12, 31)))
    >>> found.difference_pct, found.is_alarm
    (Decimal('1.5'), True)
    """
    rule = rules.get("pollution.monitoring.transmission.own_recomputation_difference_most_pct")
    if device is None or own is None:
        return Recomputed(None, False, rule)
    if device == 0:
        return Recomputed(None, own != 0, rule)
    difference = abs(own - device) * 100 / abs(device)
    return Recomputed(difference, difference > rule.number, rule)
