"""The means of an outlet that its limits are for (判定均值): hours, days and months, measured, converted or weighted by flow, in the unit of the limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from shuangkong.hj212.editions import factor_by_code
from shuangkong.pollution.alarm_life import next_start
from shuangkong.pollution.exceedance import MeanKind, MeanSpan, OutletMean, PermitLimit
from shuangkong.pollution.judged_hours import (
    HOUR,
    JudgedHour,
    MeasuredFactor,
    judged_hour,
    type_of_hours,
    volume_of,
    with_converted,
)
from shuangkong.pollution.monitoring_validity import HourState, Sample, day_mean, month_mean
from shuangkong.pollution.water_validity import WeighedValue, acidity, effective_mean
from shuangkong.rules import RulesOnDay, at
from shuangkong.services.alarm_records import alarm_rule
from shuangkong.services.outlet_facts import OutletFacts
from shuangkong.store.models import EmissionLimit

DAY = timedelta(days=1)
ACIDITY = "w01001"
_PER_MG = {"mg/m3": Decimal(1), "ug/m3": Decimal(1000), "ng/m3": Decimal(1_000_000), "mg/L": Decimal(1), "ug/L": Decimal(1000)}

Means = Mapping[datetime, OutletMean]


@dataclass(frozen=True, slots=True)
class LimitKey:
    """What a limit is for (限值口径): factor, span, kind of mean, unit."""

    factor: str
    span: MeanSpan
    kind: MeanKind
    unit: str

    @property
    def part(self) -> str:
        """What tells it from other limits of the factor."""
        return f"{self.span.name}-{self.kind.name}"

    @classmethod
    def of(cls, row: EmissionLimit, facts: OutletFacts) -> "LimitKey":
        """Return what a limit is for."""
        span = MeanSpan[row.statistic]
        if row.is_converted:
            kind = MeanKind.CONVERTED
        elif row.factor == ACIDITY:
            kind = MeanKind.MEASURED if span is MeanSpan.HOUR else MeanKind.ARITHMETIC
        else:
            kind = MeanKind.MEASURED if span is MeanSpan.HOUR or facts.traits_on(row.valid_from).is_gas else MeanKind.WEIGHTED
        return cls(row.factor, span, kind, row.unit)


def permit_limits(facts: OutletFacts, day: date) -> dict[LimitKey, PermitLimit]:
    """Return the limits of an outlet on a day by what they are for (当日限值); the latest entry counts."""
    found: dict[LimitKey, PermitLimit] = {}
    for row in facts.limits:
        key = LimitKey.of(row, facts)
        if row.valid_from > day:
            continue
        found.pop(key, None)
        if not (row.low is None and row.high is None) and (row.valid_to is None or day < row.valid_to):
            found[key] = PermitLimit(key.factor, key.span, key.kind, row.high, row.low)
    return found


def means_of(facts: OutletFacts, heard: type_of_hours, first: datetime, end: datetime) -> dict[LimitKey, Means]:
    """Return the means of an outlet in [first, end), naive China Standard Time, by what a limit is for (判定均值).

    `first` begins a day; days, and months of which all days lie in the span, are there once they are over and settled.
    """
    keys = {LimitKey.of(row, facts) for row in facts.limits}
    starts = [first + HOUR * number for number in range(max(0, (end - first) // HOUR))]
    if not keys or not starts or not heard:
        return {}
    rules = {day: at(day) for day in {start.date() for start in starts}}
    traits = facts.traits_on(starts[-1].date())
    flows = {
        start: volume_of(start, heard, traits=facts.traits_on(start.date()), rules=rules[start.date()], spans=facts.spans_of(traits.flow)) for start in starts
    }  # fmt: skip
    told: dict[LimitKey, Means] = {}
    for factor in {key.factor for key in keys}:
        spans = facts.spans_of(factor)
        hours = []
        for start in starts:
            held, day_rules = facts.traits_on(start.date()), rules[start.date()]
            # Without a mass asked of it: an hour whose flow is missing has its concentration all the same.
            one = judged_hour(start, MeasuredFactor(factor, mg=None), heard, flow=flows[start], traits=held, spans=spans, rules=day_rules)
            hours.append(with_converted(one, heard, traits=held, rules=day_rules))
        for key in (key for key in keys if key.factor == factor):
            scale = _scale(key)
            made = _MADE[key.span](hours, key, end, rules)
            told[key] = {mean.start: mean if mean.figure is None else _scaled(mean, scale) for mean in made}
    return told


def _scale(key: LimitKey) -> Decimal:
    known = factor_by_code().get(key.factor)
    own = known.concentration_unit if known else key.unit
    return _PER_MG[key.unit] / _PER_MG[own] if own in _PER_MG and key.unit in _PER_MG else Decimal(1)


def _scaled(mean: OutletMean, scale: Decimal) -> OutletMean:
    return OutletMean(mean.factor, mean.span, mean.kind, mean.start, mean.figure * scale if mean.figure is not None else None, mean.state)


def _figure(hour: JudgedHour, kind: MeanKind) -> Decimal | None:
    """What of an hour counts; an hour without flow has a concentration all the same."""
    return hour.converted if kind is MeanKind.CONVERTED else hour.mean


def _hour_means(hours: Sequence[JudgedHour], key: LimitKey, end: datetime, rules: Mapping[date, RulesOnDay]) -> list[OutletMean]:
    return [OutletMean(key.factor, key.span, key.kind, hour.start, _figure(hour, key.kind), hour.state) for hour in hours]


def _day_means(hours: Sequence[JudgedHour], key: LimitKey, end: datetime, rules: Mapping[date, RulesOnDay]) -> list[OutletMean]:
    return [_mean(key, datetime.combine(day, time()), some, _day_figure(some, key, rules[day])) for day, some in _over(hours, MeanSpan.DAY, end)]


def _month_means(hours: Sequence[JudgedHour], key: LimitKey, end: datetime, rules: Mapping[date, RulesOnDay]) -> list[OutletMean]:
    """Months are made of their days: a mean of valid ones, of water weighted by what flowed, of pH the one in the middle."""
    found = []
    for month, every in _over(hours, MeanSpan.MONTH, end):
        start = datetime.combine(month, time())
        if every[0].start != start:
            continue
        last = rules[every[-1].start.date()]
        days = [(_day_figure(some, key, rules[day]), sum((hour.flow_m3 or Decimal(0) for hour in some), Decimal(0))) for day, some in _over(every, MeanSpan.DAY, end)]
        if key.kind is MeanKind.WEIGHTED:
            figure = effective_mean([WeighedValue(mean, water) for mean, water in days if water], rules=last).mean_mg_l
        elif key.factor == ACIDITY:
            told = acidity([mean for mean, _ in days if mean is not None])
            figure = told.median if told else None
        else:
            figure = month_mean([Sample(mean) for mean, _ in days], rules=last).mean
        found.append(_mean(key, start, every, figure))
    return found


_MADE = {MeanSpan.HOUR: _hour_means, MeanSpan.DAY: _day_means, MeanSpan.MONTH: _month_means}


def _over(hours: Sequence[JudgedHour], span: MeanSpan, end: datetime) -> list[tuple[date, list[JudgedHour]]]:
    """The hours by day or month, of those that are over and settled."""
    settles = timedelta(hours=int(alarm_rule("day_settles_after").number))
    found: dict[date, list[JudgedHour]] = {}
    for hour in hours:
        day = hour.start.date()
        found.setdefault(day.replace(day=1) if span is MeanSpan.MONTH else day, []).append(hour)
    return [(first, some) for first, some in found.items() if next_start(datetime.combine(first, time()), span) + settles <= end]


def _mean(key: LimitKey, start: datetime, hours: Sequence[JudgedHour], figure: Decimal | None) -> OutletMean:
    is_stopped = all(hour.state is HourState.STOPPED for hour in hours)
    return OutletMean(key.factor, key.span, key.kind, start, figure, HourState.STOPPED if is_stopped else HourState.VALID if figure is not None else HourState.INVALID)


def _day_figure(hours: Sequence[JudgedHour], key: LimitKey, rules: RulesOnDay) -> Decimal | None:
    valid = [(_figure(hour, key.kind) if hour.state is HourState.VALID else None, hour.flow_m3) for hour in hours]
    if key.kind is MeanKind.WEIGHTED:
        return effective_mean([WeighedValue(figure, flow or Decimal(0)) for figure, flow in valid], rules=rules).mean_mg_l
    if key.factor == ACIDITY:
        told = acidity([figure for figure, _ in valid if figure is not None])
        return told.median if told else None
    return day_mean([Sample(figure) for figure, _ in valid], rules=rules).mean
