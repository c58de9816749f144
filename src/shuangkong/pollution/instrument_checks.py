"""Checks of automatic monitors: whether one is passed, when the next is due, and which hours a failed one takes away (监测仪器校准、校验、比对).

A check of one kind is made good by a passed one of the same kind alone. Drift has two limits: beyond the first the monitor is adjusted, beyond the second
it was out of control.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.language import Words
from shuangkong.pollution.monitoring_validity import InstrumentCheck, StateSpan, out_of_control_spans
from shuangkong.rules import RulesOnDay, RuleValue

_RULES = "pollution.monitoring.instrument_checks"
WATER, PARTICULATE, GASEOUS = "water", "particulate", "gaseous"


class CheckKind(Enum):
    """What was done (检查类别)."""

    ZERO_DRIFT = "零点校准"
    SPAN_DRIFT = "量程校准"
    VERIFICATION = "参比校验"
    STANDARD = "标样核查"
    COMPARISON = "水样比对"
    REVIEW = "有效数据审核"

    @property
    def words(self) -> Words:
        """The kind as it is shown."""
        return Words(self.value, _KINDS[self.name])


_KINDS = {
    "ZERO_DRIFT": "zero calibration", "SPAN_DRIFT": "span calibration", "VERIFICATION": "verification by the reference method", "STANDARD": "standard sample",
    "COMPARISON": "comparison with water samples", "REVIEW": "review of the data",
}  # fmt: skip


class CheckOutcome(Enum):
    """How a check came out (检查结论)."""

    PASSED = "合格"
    ADJUST = "超限须调整"
    FAILED = "不合格"

    @property
    def words(self) -> Words:
        """The outcome as it is shown."""
        return Words(self.value, {"PASSED": "passed", "ADJUST": "beyond its limit, to be adjusted", "FAILED": "failed"}[self.name])


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """How far a result lies from its reference (检查判定): `deviation` and `limit` in % where `is_share`, else in the unit of the factor."""

    outcome: CheckOutcome
    deviation: Decimal
    limit: Decimal
    is_share: bool
    rule: RuleValue


@dataclass(frozen=True, slots=True)
class ControlLoss:
    """A time out of control (失控时段), and the failed checks that say so, by their place in what was given."""

    span: StateSpan
    failed: tuple[int, ...]


def kinds_for(group: str) -> tuple[CheckKind, ...]:
    """Return the kinds of checks of a monitor (适用检查): of water its own two, of gas the others; the review of either.

    Source
    ------
    HJ 75-2017、HJ 355-2019，凭记忆，未核实.

    Examples
    --------
    >>> [kind.name for kind in kinds_for(WATER)]
    ['STANDARD', 'COMPARISON', 'REVIEW']
    """
    own = (CheckKind.STANDARD, CheckKind.COMPARISON) if group == WATER else (CheckKind.ZERO_DRIFT, CheckKind.SPAN_DRIFT, CheckKind.VERIFICATION)
    return (*own, CheckKind.REVIEW)


def check_verdict(
    *, kind: CheckKind, group: str, pollutant: str, reference: Decimal, result: Decimal, full_scale: Decimal | None, rules: RulesOnDay
) -> CheckVerdict | None:  # fmt: skip
    """Return how a check came out by the rule of its day (检查判定).

    Parameters
    ----------
    kind : CheckKind
        Which check.
    group : str
        `water`, `particulate` or `gaseous`.
    pollutant : str
        Key of the rules such as `COD`, `PH`; empty for one without a row of its own.
    reference, result : Decimal
        What it should have read, and what it read; of several pairs their means. [unit of the factor]
    full_scale : Decimal or None
        The span of the monitor, of which drift is a share. [unit of the factor]
    rules : RulesOnDay
        Of the day of the check.

    Returns
    -------
    CheckVerdict or None
        None where no rule judges it: a review, a drift without span, a water factor without a row, a share of nothing. Unrounded.

    Source
    ------
    HJ 75-2017、HJ 355-2019，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> found = check_verdict(kind=CheckKind.SPAN_DRIFT, group=GASEOUS, pollutant="SO2", reference=Decimal(160), result=Decimal(166),
    ...                       full_scale=Decimal(200), rules=at(date(2026, 3, 1)))
    >>> found.outcome.name, found.deviation, found.limit
    ('ADJUST', Decimal('3'), Decimal('2.5'))
    """
    off = abs(result - reference)
    if kind in (CheckKind.ZERO_DRIFT, CheckKind.SPAN_DRIFT):
        if not full_scale or group == WATER:
            return None
        rule = rules.get(f"pollution.monitoring.gas_quality.drift.{group}_{'zero' if kind is CheckKind.ZERO_DRIFT else 'span'}")
        share, limit, worst = off * 100 / full_scale, rule.value["limit_pct"], rule.value["out_of_control_pct"]
        outcome = CheckOutcome.PASSED if share <= limit else CheckOutcome.ADJUST if share <= worst else CheckOutcome.FAILED
        return CheckVerdict(outcome, share, worst if outcome is CheckOutcome.FAILED else limit, True, rule)
    path = _accuracy_path(kind, group, pollutant, rules)
    if path is None:
        return None
    rule = rules.get(path)
    band = next(one for one in rule.value if one["below"] is None or abs(reference) < one["below"])
    is_share = band["basis"] == "pct"
    if is_share and not reference:
        return None
    deviation = off * 100 / abs(reference) if is_share else off
    return CheckVerdict(CheckOutcome.PASSED if deviation <= band["limit"] else CheckOutcome.FAILED, deviation, band["limit"], is_share, rule)


def _accuracy_path(kind: CheckKind, group: str, pollutant: str, rules: RulesOnDay) -> str | None:
    if kind is CheckKind.REVIEW:
        return None
    if kind is CheckKind.STANDARD:
        return f"{_RULES}.standard_sample"
    own = f"{_RULES}.accuracy.{pollutant}"
    return own if own in rules.book.rules else None if group == WATER else f"{_RULES}.accuracy.other_gas"


def interval_of(kind: CheckKind, *, group: str, rules: RulesOnDay) -> timedelta:
    """Return how long after one check of a kind the next is due (检查周期).

    Parameters
    ----------
    kind : CheckKind
        One that the group has.
    group : str
        `water`, `particulate` or `gaseous`.
    rules : RulesOnDay
        Of the day.

    Returns
    -------
    timedelta

    Source
    ------
    HJ 75-2017、HJ 355-2019，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> interval_of(CheckKind.ZERO_DRIFT, group=PARTICULATE, rules=at(date(2026, 3, 1))).days
    15
    """
    days = rules.get(f"{_RULES}.interval.review").number if kind is CheckKind.REVIEW else rules.get(f"{_RULES}.interval.{group}").value[kind.name]
    return timedelta(days=int(days))


def control_losses(checks: Sequence[InstrumentCheck], *, interval: timedelta, end: datetime) -> tuple[ControlLoss, ...]:
    """Return when the monitor was out of control by checks of one kind (失控时段).

    Parameters
    ----------
    checks : sequence of InstrumentCheck
        Of one factor and one kind, passed or failed, in any order.
    interval : timedelta
        How far a failed check reaches back where no passed one is on record before it.
    end : datetime
        Where none has passed since.

    Returns
    -------
    tuple of ControlLoss
        By time.

    Source
    ------
    HJ 75-2017 12，凭记忆，未核实；同类检查合格方告恢复、无记录时追溯一个周期为本系统读法.

    Examples
    --------
    >>> day = lambda number: datetime(2026, 3, number)
    >>> checks = [InstrumentCheck(day(1), True), InstrumentCheck(day(8), False), InstrumentCheck(day(9), True)]
    >>> [(loss.span.start.day, loss.span.end.day, loss.failed) for loss in control_losses(checks, interval=timedelta(days=7), end=day(31))]
    [(1, 9, (1,))]
    """
    failed = [check.at for check in checks if not check.passed]
    if not failed:
        return ()
    spans = out_of_control_spans(checks, start=min(failed) - interval, end=end)
    return tuple(
        ControlLoss(span, tuple(place for place, check in enumerate(checks) if not check.passed and span.start <= check.at <= span.end)) for span in spans
    )
