"""What is registered of outlets, as known at a moment, for reading their hours (排放口登记事项): traits, limits, marks, notices of shutdown, checks, samples."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Q

from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.pollution.instrument_checks import (
    GASEOUS,
    PARTICULATE,
    WATER,
    CheckKind,
    CheckOutcome,
    control_losses,
    interval_of,
)
from shuangkong.pollution.judged_hours import MeasuredFactor, OutletTraits
from shuangkong.pollution.monitoring_validity import FAILED_CHECK, HourState, InstrumentCheck, StateSpan, state_of_mark
from shuangkong.pollution.self_monitoring import ResultSource, preferred
from shuangkong.rules import at
from shuangkong.services.monitoring_kinds import MARKS, PointKind, Statistic, mark_words
from shuangkong.services.monitoring_points import Limit, Point, limit_from, point_from
from shuangkong.store.models import (
    DeviceVersion,
    EmissionLimit,
    LaboratoryFinding,
    MonitorCheck,
    MonitoringPointVersion,
    OperatorMark,
    ShutdownNotice,
)

SHUTDOWN = "停产通知"
_POLLUTANTS = {"a21026": "SO2", "a21002": "NOX", "a34013": "PM", "w01018": "COD", "w21003": "NH3_N", "w21011": "TP", "w21001": "TN"}
_MG = {"mg/m3": Decimal(1), "mg/L": Decimal(1), "ug/m3": Decimal("0.001"), "ug/L": Decimal("0.001")}
_FLOWS = {
    PointKind.GAS_OUTLET: ("a00000", "m3/s"), PointKind.WATER_OUTLET: ("w00000", "L/s"), PointKind.GAS_INLET: ("a00000", "m3/s"), PointKind.FUGITIVE: ("a00000", "m3/s"),
}  # fmt: skip
_MINUTES = 10
_NO_END = datetime(9999, 12, 31)  # noqa: DTZ001  # as the readings


@dataclass(frozen=True, slots=True)
class OutOfControl:
    """A time in which the monitor of a factor was out of control (失控时段), and the failed checks behind it."""

    factor: str
    kind: CheckKind
    span: StateSpan
    failed: tuple[MonitorCheck, ...]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What samples of a day found of a factor (当日手工监测): concentrations in mg/m³ or mg/L, from when to when; naive China Standard Time."""

    found_mg: tuple[Decimal, ...]
    start: datetime
    end: datetime

    @property
    def mean_mg(self) -> Decimal:
        """Their mean. Unrounded."""
        return sum(self.found_mg, Decimal(0)) / len(self.found_mg)


@dataclass(frozen=True)
class OutletFacts:
    """All that is registered of one outlet (排放口登记事项), as known at a moment."""

    code: str
    kind: PointKind
    versions: tuple[MonitoringPointVersion, ...]
    limits: tuple[EmissionLimit, ...] = ()
    spans: tuple[tuple[str, StateSpan], ...] = ()
    losses: tuple[OutOfControl, ...] = ()
    passed: tuple[tuple[str, datetime], ...] = ()
    results: tuple[LaboratoryFinding, ...] = ()
    block_min: int = _MINUTES
    _held: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def point_on(self, day: date) -> Point | None:
        """Return the outlet as it is on a day, None before it was there."""
        held = [row for row in self.versions if row.valid_from <= day]
        return point_from(held[-1], day) if held else None

    def traits_on(self, day: date) -> OutletTraits:
        """Return what is needed to read its hours of a day (排放口参数)."""
        if day not in self._held:
            told = next((row.traits for row in reversed(self.versions) if row.valid_from <= day), self.versions[0].traits)
            flow, unit = _FLOWS[self.kind]
            oxygen = told.get("oxygen_pct")
            self._held[day] = OutletTraits(
                is_gas=self.kind is not PointKind.WATER_OUTLET, flow=flow, reference_oxygen_pct=Decimal(oxygen) if oxygen else None, flow_unit=told.get("flow_unit") or unit,
                is_flow_wet=bool(told.get("is_flow_wet")), block_min=self.block_min,
            )  # fmt: skip
        held: OutletTraits = self._held[day]
        return held

    def limit_on(self, factor: str, day: date) -> Limit | None:
        """Return the limit that an hour is held against on a day (限值): that of the hour, else of the day, else of the month."""
        key = (factor, day)
        if key not in self._held:
            latest = {(row.statistic, row.is_converted): row for row in self.limits if row.factor == factor and row.valid_from <= day}
            held = [limit_from(row) for row in latest.values() if not (row.low is None and row.high is None) and (row.valid_to is None or day < row.valid_to)]
            self._held[key] = min(held, key=lambda one: list(Statistic).index(one.statistic), default=None)
        found: Limit | None = self._held[key]
        return found

    def limited_on(self, day: date) -> frozenset[str]:
        """Return the factors that have a limit on a day (受限因子)."""
        return frozenset(factor for factor in {row.factor for row in self.limits} if self.limit_on(factor, day))

    def spans_of(self, factor: str) -> tuple[StateSpan, ...]:
        """Return what was marked or told of a factor (标记时段)."""
        return tuple(span for which, span in self.spans if which in ("", factor))

    def passed_of(self, factor: str) -> list[datetime]:
        """Return when the monitor of a factor passed a check (合格检查时刻)."""
        return [moment for which, moment in self.passed if which == factor]

    def sampled_by_day(self, factor: str) -> dict[date, Sampled]:
        """Return what samples found of a factor, by the day they were begun on (手工监测): of several sources the one the rule prefers."""
        found: dict[date, dict[ResultSource, list[tuple[Decimal, datetime, datetime]]]] = {}
        for row in self.results:
            if row.factor == factor and row.unit in _MG:
                start = local(row.start)
                found.setdefault(start.date(), {}).setdefault(ResultSource[row.source], []).append((row.value * _MG[row.unit], start, local(row.end)))
        return {day: _preferred(sources, day) for day, sources in found.items()}


def facts_of(codes: Collection[str] | None = None, *, as_of: datetime | None = None) -> dict[str, OutletFacts]:
    """Return what is registered of outlets, all of them where none are named, as known at a moment (排放口登记事项)."""
    known: Q = Q(recorded_at__lte=as_of) if as_of else Q()
    mine = Q(point__kind__in=[kind.name for kind in _FLOWS]) & (Q(point__code__in=codes) if codes is not None else Q())
    versions = _by_point(MonitoringPointVersion.objects.filter(mine & known).select_related("point__organisation").order_by("valid_from", "id"))
    limits = _by_point(EmissionLimit.objects.filter(mine & known).select_related("point").order_by("valid_from", "id"))
    checks = _by_point(_in_force(MonitorCheck, known, "at").filter(mine).select_related("point", "person"))
    results = _by_point(_in_force(LaboratoryFinding, known).filter(mine).select_related("point"))
    devices = _by_point(DeviceVersion.objects.filter(mine & known).select_related("point").order_by("valid_from", "id"))
    marks = _by_point(_in_force(OperatorMark, known).filter(mine).select_related("point"))
    notices: dict[tuple[str, str], list[ShutdownNotice]] = {}
    for row in _in_force(ShutdownNotice, known).select_related("organisation", "point"):
        notices.setdefault((row.organisation.code, row.point.code if row.point else ""), []).append(row)
    found = {}
    for code, rows in versions.items():
        home = rows[0].point.organisation.code
        losses = tuple(_out_of_control(checks.get(code, ())))
        stops = [*notices.get((home, ""), ()), *notices.get((home, code), ())]
        found[code] = OutletFacts(
            code, PointKind[rows[0].point.kind], tuple(rows), tuple(limits.get(code, ())),
            (*((row.factor, _marked(row)) for row in marks.get(code, ())), *(("", StateSpan(local(row.start), local(row.end), HourState.STOPPED, SHUTDOWN)) for row in stops),
             *((one.factor, one.span) for one in losses)),
            losses, tuple((row.factor, local(row.at)) for row in checks.get(code, ()) if _tells(row) and row.outcome == CheckOutcome.PASSED.name), tuple(results.get(code, ())),
            int((devices[code][-1].settings if code in devices else {}).get("minute_min", _MINUTES)),
        )  # fmt: skip
    return found


def _by_point(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.point.code, []).append(row)
    return found


def _in_force(model: Any, known: Q, by: str = "start") -> Any:
    rows = model.objects.filter(known)
    return rows.filter(is_withdrawn=False).exclude(pk__in=rows.filter(replaces__isnull=False).values("replaces")).order_by(by, "id")


def _preferred(sources: dict[ResultSource, list[tuple[Decimal, datetime, datetime]]], day: date) -> Sampled:
    used = preferred({source: some[0][0] for source, some in sources.items()}, rules=at(day))
    some = sources[used[0]] if used else next(iter(sources.values()))
    return Sampled(tuple(mg for mg, _, _ in some), min(start for _, start, _ in some), max(end for _, _, end in some))


def _tells(row: MonitorCheck) -> bool:
    """Whether a check says that the monitor is in control or not: one that asks for adjusting and a review say neither."""
    return row.kind != CheckKind.REVIEW.name and row.outcome != CheckOutcome.ADJUST.name


def _out_of_control(rows: Sequence[MonitorCheck]) -> Iterator[OutOfControl]:
    by_kind: dict[tuple[str, str], list[MonitorCheck]] = {}
    for row in rows:
        if _tells(row):
            by_kind.setdefault((row.factor, row.kind), []).append(row)
    for (factor, name), some in by_kind.items():
        kind, checks = CheckKind[name], [InstrumentCheck(local(row.at), row.outcome == CheckOutcome.PASSED.name) for row in some]
        reach = interval_of(kind, group=monitor_group(factor), rules=at(checks[0].at.date()))
        for loss in control_losses(checks, interval=reach, end=_NO_END):
            yield OutOfControl(factor, kind, loss.span, tuple(some[place] for place in loss.failed))


def _marked(row: OperatorMark) -> StateSpan:
    start, end = local(row.start), local(row.end)
    return StateSpan(start, end, state_of_mark(row.mark, rules=at(start.date())), row.mark)


def local(moment: datetime | None) -> datetime:
    """Return a moment as readings carry it: China Standard Time without zone; no end is the last there is (本地时刻)."""
    return _NO_END if moment is None else moment.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)


def span_words(source: str) -> Words:
    """Return what a span is called (时段名称): a notice of shutdown, or the operator's mark."""
    if source == SHUTDOWN:
        return Words("停产", "shut down")
    if source == FAILED_CHECK:
        return Words("失控", "out of control")
    return Words(f"{source} {mark_words(source).zh}", f"{source} {mark_words(source).en}") if source in MARKS else Words(source, source)


def monitor_group(factor: str) -> str:
    """Return which rules of checks hold for the monitor of a factor (监测仪类别)."""
    return WATER if factor.startswith("w") else PARTICULATE if _POLLUTANTS.get(factor) == "PM" else GASEOUS


@cache
def measured_factor(code: str) -> MeasuredFactor:
    """Return how a factor of HJ 212 makes a mass (监测因子)."""
    known = factor_by_code().get(code)
    return MeasuredFactor(code, _POLLUTANTS.get(code, ""), _MG.get(known.concentration_unit) if known and known.total_unit == "kg" else None)
