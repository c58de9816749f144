"""Hours of an outlet from the lake, judged, converted, weighed and filled where the rules fill them (排放口小时数据).

Everything is worked out anew from readings, marks, notices, limits and dated rules as they hold, or as they were known at a moment.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.language import Words
from shuangkong.lake.outlet_readings import first_heard, heard_hours
from shuangkong.pollution.emission import hourly_mass
from shuangkong.pollution.judged_hours import (
    HOUR,
    JudgedHour,
    MeasuredFactor,
    judged_hour,
    type_of_hours,
    volume_of,
    with_converted,
)
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.pollution.outlet_days import OutletDay, gas_day, gas_quarter, water_days
from shuangkong.pollution.substitution import NO_HISTORY, FilledHour, ManualFigure
from shuangkong.rules import RulesOnDay, at
from shuangkong.services import clock
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.monitoring_kinds import OUTLETS, factor_words
from shuangkong.services.monitoring_points import Limit, Point, UnknownPoint
from shuangkong.services.outlet_facts import OutletFacts, facts_of, local, measured_factor

# How far before a quarter, or a day of water, valid hours are looked for; then, where too few are found, how far at most.
_NEAR, _FAR = timedelta(days=45), timedelta(days=400)


@dataclass(frozen=True, slots=True)
class FactorHour:
    """One factor in one hour (小时数据): what was heard, what counts, and what replaces it, side by side."""

    own: JudgedHour
    filled: FilledHour
    limit: Limit | None

    @property
    def kg(self) -> Decimal | None:
        """What the hour adds to a sum. [kg]"""
        return self.filled.substituted_kg if self.filled.substituted_kg is not None else self.own.kg if self.filled.kg is None else self.filled.kg

    @property
    def is_missing(self) -> bool:
        """Tell whether nothing was heard."""
        return self.own.heard_at is None

    @property
    def held_against(self) -> Decimal | None:
        """The concentration that the limit is for: converted or measured; None of an hour that does not count."""
        if self.own.state.name != "VALID":
            return None
        return self.own.converted if self.limit and self.limit.is_converted else self.own.mean


@dataclass(frozen=True, slots=True)
class Quarter:
    """The capture rate of a quarter, or of what is over of it (季度有效数据捕集率). [%]"""

    start: date
    capture_pct: Decimal | None


@dataclass(frozen=True, slots=True)
class FactorHours:
    """The hours and days of one factor (因子小时数据)."""

    factor: str
    name: Words
    unit: str
    is_weighed: bool
    hours: tuple[FactorHour, ...]
    days: tuple[OutletDay, ...]
    quarters: tuple[Quarter, ...]


@dataclass(frozen=True, slots=True)
class OutletHours:
    """The hours of an outlet (排放口小时数据), naive China Standard Time, those that are over; none before it was first heard of."""

    point: Point
    start: datetime
    end: datetime
    as_of: datetime | None
    factors: tuple[FactorHours, ...]

    def of(self, factor: str) -> FactorHours | None:
        """Return one factor, None where nothing was heard of it and no limit asks for it."""
        return next((one for one in self.factors if one.factor == factor), None)


def outlet_hours(point: str, start: datetime, end: datetime, *, as_of: datetime | None = None) -> OutletHours:
    """Return the hours of an outlet in [start, end), naive China Standard Time, as they hold or as they were known at a moment (排放口小时数据).

    Days in the answer are whole where the span covers them.

    Raises
    ------
    UnknownPoint
        If no outlet has the code.
    """
    facts = facts_of([point], as_of=as_of).get(point)
    last = min(end, local(as_of or clock.now()).replace(minute=0, second=0, microsecond=0))
    known = facts.point_on(max(start, last - HOUR).date()) or facts.point_on(end.date()) if facts else None
    if facts is None or known is None or facts.kind not in OUTLETS:
        raise UnknownPoint(point)
    return OutletHours(known, start, end, as_of, worked_out([facts], start, last, as_of=as_of)[point])


def worked_out(
    outlets: Collection[OutletFacts], start: datetime, end: datetime, *, as_of: datetime | None = None, only_weighed: bool = False, is_alone: bool = False
) -> dict[str, tuple[FactorHours, ...]]:  # fmt: skip
    """Return the hours of outlets in [start, end), both whole hours that are over (排放口小时数据).

    Windows reach back some weeks; only where they find too few valid hours are older readings read. Hours that stand alone are not filled rightly and
    have a capture rate of their own: they serve to see that there is nothing to fill.
    """
    told: dict[str, tuple[FactorHours, ...]] = {one.code: () for one in outlets}
    if start >= end:
        return told
    codes = [one.code for one in outlets]
    with city_lake() as (lake, engine):
        begun = first_heard(lake, engine, points=codes, as_of=as_of)
        waiting = [one for one in outlets if one.code in begun]
        for reach in (_NEAR, _FAR):
            first = start if is_alone else quarter_start(start) - reach
            heard = heard_hours(lake, engine, points=[one.code for one in waiting], start=first, end=end, as_of=as_of)
            for one in waiting:
                since = max(first, begun[one.code].replace(minute=0, second=0, microsecond=0))
                told[one.code] = _Outlet(one, heard.pop(one.code), since, end).told(start, only_weighed=only_weighed)
            waiting = [one for one in waiting if not is_alone and begun[one.code] < first and any(_is_short(factor) for factor in told[one.code])]
            if not waiting:
                break
    return told


def _is_short(factor: FactorHours) -> bool:
    return any(hour.filled.is_short_history or hour.filled.reason is NO_HISTORY for hour in factor.hours) or any(
        day.is_short_history or (day.replaced is not None and day.replaced.substituted_kg is None) for day in factor.days
    )


def quarter_start(moment: datetime) -> datetime:
    """Return when the quarter of a moment began (季初)."""
    return datetime(moment.year, (moment.month - 1) // 3 * 3 + 1, 1)  # noqa: DTZ001  # as the readings


def _quarters(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    first = quarter_start(start)
    while first < end:
        following = quarter_start(first + timedelta(days=95))
        yield first, following
        first = following


class _Outlet:
    """One outlet with all that was heard of it since a moment."""

    def __init__(self, facts: OutletFacts, heard: type_of_hours, since: datetime, end: datetime) -> None:
        self.facts, self.heard, self.since, self.end = facts, heard, since, end
        self.starts = [since + HOUR * number for number in range(max(0, (end - since) // HOUR))]
        self.rules: dict[date, RulesOnDay] = {day: at(day) for day in {start.date() for start in self.starts}}
        flow = facts.traits_on(since.date()).flow
        spans = [span for which, span in facts.spans if which == flow]
        self.flows = {start: volume_of(start, heard, traits=facts.traits_on(start.date()), rules=self.rules[start.date()], spans=spans) for start in self.starts}

    def told(self, start: datetime, *, only_weighed: bool) -> tuple[FactorHours, ...]:
        """Return the hours from a moment on, by factor."""
        codes = {factor for factor, moment in self.heard if moment >= start} | self.facts.limited_on(max(start, self.end - HOUR).date())
        codes = {code for code in codes if not only_weighed or measured_factor(code).mg is not None}
        return tuple(self._factor(code, start) for code in sorted(codes)) if self.starts else ()

    def _factor(self, code: str, start: datetime) -> FactorHours:
        factor, spans = measured_factor(code), self.facts.spans_of(code)
        every = [
            judged_hour(
                one, factor, self.heard, flow=self.flows[one], traits=self.facts.traits_on(one.date()), spans=[span for span in spans if span.start < one + HOUR and one < span.end],
                rules=self.rules[one.date()],
            )
            for one in self.starts
        ]  # fmt: skip
        is_weighed = factor.mg is not None
        filled, days, quarters = (self._gas if self.facts.traits_on(start.date()).is_gas else self._water)(every, start, factor, is_weighed=is_weighed)
        shown = [hour for hour in every if hour.start >= start]
        hours = tuple(FactorHour(self._converted(hour, is_weighed), filled(hour), self.facts.limit_on(code, hour.start.date())) for hour in shown)
        known = factor_by_code().get(code)
        return FactorHours(code, factor_words(code), known.concentration_unit if known else "", is_weighed, hours, tuple(days), tuple(quarters))

    def _converted(self, hour: JudgedHour, is_weighed: bool) -> JudgedHour:
        day = hour.start.date()
        return with_converted(hour, self.heard, traits=self.facts.traits_on(day), rules=self.rules[day]) if is_weighed else hour

    def _by_hand(self, every: Sequence[JudgedHour], code: str) -> dict[datetime, ManualFigure]:
        """What samples of its day say of each hour that does not count and has a flow."""
        sampled = self.facts.sampled_by_day(code)
        return {
            hour.start: ManualFigure(hourly_mass(concentration_mg_m3=told.mean_mg, flow_m3_h=hour.flow_m3), told.start, told.end, len(told.found_mg))
            for hour in every if hour.state is not HourState.VALID and hour.flow_m3 is not None and (told := sampled.get(hour.start.date()))
        }  # fmt: skip

    def _gas(self, every: Sequence[JudgedHour], start: datetime, factor: MeasuredFactor, *, is_weighed: bool) -> "tuple[Callable[[JudgedHour], FilledHour], list[OutletDay], list[Quarter]]":
        filled: dict[datetime, FilledHour] = {}
        quarters, passed, manual = [], self.facts.passed_of(factor.code), self._by_hand(every, factor.code) if is_weighed else {}
        for first, following in _quarters(start, self.end):
            begins, ends = max(first, self.since), min(following, self.end)
            if begins >= ends:
                continue
            some = [hour for hour in every if hour.start < ends]
            made = gas_quarter(
                some if is_weighed else [_unweighed(hour) for hour in some], start=begins, end=ends, pollutant=factor.pollutant, rules=self.rules[(ends - HOUR).date()],
                calibrations=passed, manual=manual,
            )  # fmt: skip
            quarters.append(Quarter(first.date(), made.capture_pct))
            if is_weighed:
                filled |= {hour.start: hour for hour in made.hours}
        days = [gas_day(day, some, filled, rules=self.rules[day]) for day, some in _by_day(every, start)]
        return (lambda hour: filled.get(hour.start) or _plain(hour)), days, quarters

    def _water(self, every: Sequence[JudgedHour], start: datetime, factor: MeasuredFactor, *, is_weighed: bool) -> "tuple[Callable[[JudgedHour], FilledHour], list[OutletDay], list[Quarter]]":
        made = water_days(
            every, over_before=self.end, is_weighed=is_weighed, rules=self.rules[(self.end - HOUR).date()], passed_checks=[moment.date() for moment in self.facts.passed_of(factor.code)],
            manual={day: told.found_mg for day, told in self.facts.sampled_by_day(factor.code).items()},
        )  # fmt: skip
        quarters = []
        for first, following in _quarters(start, self.end):
            some = [day for day in made.days if first <= datetime.combine(day.day, time()) < following]
            running = sum(day.hours_due - day.hours_stopped for day in some)
            quarters.append(Quarter(first.date(), Decimal(sum(day.hours_measured for day in some)) * 100 / running if running else None))
        return (lambda hour: made.hours[hour.start]), [day for day in made.days if day.day >= start.date()], quarters


def _plain(hour: JudgedHour) -> FilledHour:
    return FilledHour(hour.start, hour.state, hour.kg)


def _unweighed(hour: JudgedHour) -> JudgedHour:
    """A factor without a mass counts for the capture rate by its state alone."""
    return JudgedHour(hour.start, hour.state, kg=Decimal(0))


def _by_day(hours: Sequence[JudgedHour], start: datetime) -> Iterator[tuple[date, list[JudgedHour]]]:
    """The hours by day, of days that begin before `start` those after it."""
    found: dict[date, list[JudgedHour]] = {}
    for hour in hours:
        if hour.start >= start:
            found.setdefault(hour.start.date(), []).append(hour)
    yield from found.items()
