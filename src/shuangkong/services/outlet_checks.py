"""Checks of automatic monitors as they are told (仪器检查记录): judged by the rule of their day, what they touch, what is due; never overwritten."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.evidence.canonical import Plain
from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.pollution.instrument_checks import (
    CheckKind,
    CheckOutcome,
    CheckVerdict,
    check_verdict,
    interval_of,
    kinds_for,
)
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.monitoring_kinds import PointKind, factor_words
from shuangkong.services.outlet_facts import local, measured_factor, monitor_group
from shuangkong.store.models import MonitorCheck

_ACIDITY = "w01001"
_MOST = Decimal(10) ** 9
_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEntry:
    """A check as it is told (检查一行). `outcome` is stated only where no rule judges it; `replaces` is the key of the one it corrects or takes back."""

    point: str
    factor: str
    kind: CheckKind
    at: datetime
    reference: Decimal | None = None
    result: Decimal | None = None
    full_scale: Decimal | None = None
    outcome: CheckOutcome | None = None
    replaces: int | None = None
    is_withdrawn: bool = False
    where: Words | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others: point, factor, kind, moment."""
        return self.point, self.factor, self.kind, self.at


def verdict_of(entry: CheckEntry) -> CheckVerdict | None:
    """Return how a check came out by the rule of its day (检查判定), None where none judges it."""
    if entry.reference is None or entry.result is None:
        return None
    pollutant = "PH" if entry.factor == _ACIDITY else measured_factor(entry.factor).pollutant
    return check_verdict(
        kind=entry.kind, group=monitor_group(entry.factor), pollutant=pollutant, reference=entry.reference, result=entry.result, full_scale=entry.full_scale,
        rules=at(local(entry.at).date()),
    )  # fmt: skip


def outcome_of(entry: CheckEntry) -> CheckOutcome | None:
    """Return the outcome of a check (检查结论): the rule's, else the stated one."""
    verdict = verdict_of(entry)
    return verdict.outcome if verdict else entry.outcome


def check_faults(entry: CheckEntry, kind_of_point: PointKind | None) -> Iterator[Fault]:
    """Yield what is wrong with a check, apart from its point and factor (校验)."""
    fits = kinds_for(monitor_group(entry.factor or ("w" if kind_of_point is PointKind.WATER_OUTLET else "a")))
    if entry.kind not in fits:
        told = Words("、".join(one.value for one in fits), ", ".join(one.words.en for one in fits))
        yield Fault(Words("检查类别", "kind of check"), entry.kind.value, Words(f"该因子的检查为 {told.zh}", f"of this factor it is one of {told.en}"), Words("改选类别", "choose another"))
    if bool(entry.factor) is (entry.kind is CheckKind.REVIEW):
        yield Fault(Words("因子", "factor"), entry.factor, Words("数据审核不分因子，其他检查须写明因子", "a review has none, every other check has one"), Words("改正", "correct it"))
    if entry.at > clock.now() or entry.at.year < 2000:
        yield Fault(Words("检查时刻", "moment"), f"{local(entry.at):%Y-%m-%d %H:%M}", Words("不得在将来，年份须合理", "must not lie in the future, nor before 2000"), Words("核对记录", "check the record"))
    for name, figure in ((Words("参比值", "reference"), entry.reference), (Words("测定值", "result"), entry.result), (Words("量程", "full scale"), entry.full_scale)):
        if figure is not None and (not figure.is_finite() or abs(figure) >= _MOST or int(figure.as_tuple().exponent) < -_PLACES):
            yield Fault(name, str(figure), Words("应为小数不超过 6 位的数", "must be a number with 6 decimals at most"), Words("核对记录", "check the record"))
    if outcome_of(entry) is None and not entry.is_withdrawn:
        yield Fault(
            Words("结论", "outcome"), "", Words("没有规则可判（漂移须写量程，比对须写参比值和测定值）", "no rule judges it: drift needs the full scale, others reference and result"),
            Words("补齐数值，或写明合格、不合格", "give them, or state passed or failed"),
        )  # fmt: skip


def check_content(one: CheckEntry) -> Plain:
    """Return a check as it is sealed (存证内容)."""
    return {
        "point": one.point, "factor": one.factor, "kind": one.kind.name, "at": one.at.astimezone(UTC), "reference": one.reference, "result": one.result,
        "full_scale": one.full_scale, "outcome": _kept(one), "replaces": one.replaces, "is_withdrawn": one.is_withdrawn,
    }  # fmt: skip


def check_row(one: CheckEntry, **hung: Any) -> MonitorCheck:
    """Return a check as it is kept (数据行)."""
    return MonitorCheck(
        factor=one.factor, kind=one.kind.name, at=one.at, reference=one.reference, result=one.result, full_scale=one.full_scale, outcome=_kept(one), replaces_id=one.replaces,
        is_withdrawn=one.is_withdrawn, **hung,
    )  # fmt: skip


def _kept(one: CheckEntry) -> str:
    outcome = outcome_of(one)
    return outcome.name if outcome else ""


def checks_in_force(*, until: datetime | None = None) -> Any:
    """Return the checks that hold, as known at a moment (有效检查记录), the newest first."""
    rows = MonitorCheck.objects.filter(recorded_at__lt=until) if until else MonitorCheck.objects.all()
    return rows.filter(is_withdrawn=False).exclude(pk__in=rows.filter(replaces__isnull=False).values("replaces")).select_related("point__organisation", "person").order_by("-at", "factor", "-id")


def entry_from(row: MonitorCheck) -> CheckEntry:
    """Return a row as it was told (读检查记录)."""
    return CheckEntry(
        point=row.point.code, factor=row.factor, kind=CheckKind[row.kind], at=row.at, reference=row.reference, result=row.result, full_scale=row.full_scale,
        outcome=CheckOutcome[row.outcome] if row.outcome else None,
    )  # fmt: skip


def checked_since(last: int) -> Iterator[tuple[str, date]]:
    """Yield points and the first day that checks entered after a row touch (受影响的起始日): from the last passed one before on, or by the interval."""
    firsts: dict[tuple[str, str, str], datetime] = {}
    for row in MonitorCheck.objects.filter(pk__gt=last).exclude(kind=CheckKind.REVIEW.name).select_related("point", "replaces"):
        key, moment = (row.point.code, row.factor, row.kind), min(one.at for one in (row, row.replaces) if one)
        firsts[key] = min(moment, firsts.get(key, moment))
    for (point, factor, kind), moment in firsts.items():
        passed = checks_in_force().filter(point__code=point, factor=factor, kind=kind, outcome=CheckOutcome.PASSED.name, at__lt=moment).first()
        begun = local(moment)
        yield point, local(passed.at).date() if passed else (begun - interval_of(CheckKind[kind], group=monitor_group(factor), rules=at(begun.date()))).date()


@dataclass(frozen=True, slots=True)
class CheckDue:
    """When a check is due (应检), and since how many days it should have been; `last` is None where none is on record."""

    factor: str
    kind: CheckKind
    last: datetime | None
    due: date
    overdue_days: int

    @property
    def name(self) -> Words:
        """The factor's name, of a review nothing."""
        return factor_words(self.factor) if self.factor else Words("全部因子", "all factors")


def checks_due(rows: Sequence[MonitorCheck], *, factors: Collection[str], since: date, today: date) -> tuple[CheckDue, ...]:
    """Return which checks of an outlet are due when (应检清单), the most overdue first.

    Parameters
    ----------
    rows : sequence of MonitorCheck
        Those in force.
    factors : collection of str
        What the monitors of the outlet measure that has a limit.
    since : date
        From when checks are asked for: the monitor was accepted, or connected.
    today : date
        [d]
    """
    last: dict[tuple[str, str], datetime] = {}
    for row in rows:
        last[row.factor, row.kind] = max(row.at, last.get((row.factor, row.kind), row.at))
    found = []
    for factor, kind in _asked(factors):
        done = last.get((factor, kind.name))
        due = (local(done).date() if done else since) + _interval(kind, factor, today)
        found.append(CheckDue(factor, kind, done, due, max(0, (today - due).days)))
    return tuple(sorted(found, key=lambda one: (-one.overdue_days, one.due, one.factor, one.kind.name)))


def _asked(factors: Iterable[str]) -> Iterator[tuple[str, CheckKind]]:
    some = sorted(factors)
    for factor in some:
        for kind in kinds_for(monitor_group(factor)):
            if kind is not CheckKind.REVIEW and not (factor == _ACIDITY and kind is CheckKind.STANDARD):
                yield factor, kind
    if some:
        yield "", CheckKind.REVIEW


def _interval(kind: CheckKind, factor: str, day: date) -> timedelta:
    return interval_of(kind, group=monitor_group(factor), rules=at(day))
