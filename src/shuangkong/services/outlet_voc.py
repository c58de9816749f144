"""Three rates of a VOC treatment from readings (VOCs 三率): what reaches it, what it takes away, whether it runs when production does, by hour, day and span.

The outlet names by its facts which signals say that production and treatment run; inlets name the outlet they are treated for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.pollution.judged_hours import HOUR
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.pollution.voc_rates import ControlHour, ControlledSpan, controlled_span
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.filing_observations import end_of
from shuangkong.services.monitoring_kinds import PointKind
from shuangkong.services.monitoring_points import Point, UnknownPoint, points_on
from shuangkong.services.organisations import tree_on
from shuangkong.services.outlet_facts import facts_of, local
from shuangkong.services.outlet_hours import FactorHours, worked_out
from shuangkong.services.outlet_pages import OutletAsked, OutletSpan
from shuangkong.services.people import Member, NotPermitted

VOC = "a24088"
SPANS = (OutletSpan.DAY, OutletSpan.MONTH, OutletSpan.QUARTER)
NAMES = {"collection": Words("收集率", "collection"), "removal": Words("处理效率", "removal"), "uptime": Words("运行率", "running")}


@dataclass(frozen=True, slots=True)
class VocPage:
    """The three rates of an outlet with VOC treatment (VOCs 三率页); times are naive China Standard Time."""

    point: Point
    home: Words
    inlets: tuple[Point, ...]
    asked: OutletAsked
    first: date
    after: date
    whole: ControlledSpan
    days: tuple[tuple[date, ControlledSpan], ...]
    hours: tuple[tuple[datetime, ControlHour], ...]

    @property
    def name(self) -> Words:
        """The span as it is named."""
        return self.asked.span.named(self.first)

    @property
    def previous(self) -> date:
        """A day of the span before."""
        return self.first - timedelta(days=1)

    @property
    def missing(self) -> tuple[Words, ...]:
        """Which facts are not registered, without which a rate cannot be told."""
        needed = (
            (bool(self.inlets), Words("治理设施进口监测点", "a point at the inlet")), ("treatment_signal" in self.point.traits, Words("治理设施运行信号", "the signal of the treatment")),
            ("production_signal" in self.point.traits, Words("生产运行信号", "the signal of production")), ("voc_generated_kg_h" in self.point.traits, Words("VOCs 产生量", "the VOC generated")),
        )  # fmt: skip
        return tuple(words for is_there, words in needed if not is_there)

    @property
    def rates(self) -> list[tuple[Words, Any]]:
        """The three rates of the whole span by name."""
        return [(words, getattr(self.whole, name)) for name, words in NAMES.items()]


def voc_page(*, code: str, who: Member, asked: OutletAsked, as_of: date | None = None) -> VocPage:
    """Return the three rates of an outlet in a span of a quarter at most (VOCs 三率页).

    Raises
    ------
    UnknownPoint
        If no gas outlet has the code.
    NotPermitted
        If the person may not see its organisation.
    """
    asked = asked if asked.span in SPANS else OutletAsked(OutletSpan.QUARTER, asked.day)
    first, after = asked.span.around(asked.day or as_of or clock.today())
    moment = end_of(as_of) if as_of else None
    day = min(after - timedelta(days=1), as_of or clock.today())
    point = next(iter(points_on(day=day, as_of=as_of, point__code=code, point__kind=PointKind.GAS_OUTLET.name)), None)
    if point is None:
        raise UnknownPoint(code)
    tree = tree_on(as_of or clock.today())
    if not who.sees(point.organisation, tree):
        raise NotPermitted(Permission.FIGURES_READ, point.organisation)
    inlets = tuple(one for one in points_on(day=day, as_of=as_of, point__kind=PointKind.GAS_INLET.name) if one.traits.get("treated_at") == code and not one.is_closed)
    hours = control_hours(point, inlets, datetime.combine(first, time()), datetime.combine(after, time()), as_of=moment)
    by_day: dict[date, list[ControlHour]] = {}
    for start, hour in hours:
        by_day.setdefault(start.date(), []).append(hour)
    home = tree.get(point.organisation)
    return VocPage(
        point, home.name if home else Words(point.organisation, point.organisation), inlets, asked, first, after, _span(point, [hour for _, hour in hours], day),
        tuple((one, _span(point, some, one)) for one, some in sorted(by_day.items())), hours if asked.span is OutletSpan.DAY else (),
    )  # fmt: skip


def _span(point: Point, hours: Sequence[ControlHour], day: date) -> ControlledSpan:
    told = point.traits.get("voc_generated_kg_h")
    return controlled_span(hours, generated_kg_h=Decimal(told) if told else None, rules=at(day))


def control_hours(
    outlet: Point, inlets: Sequence[Point], start: datetime, end: datetime, *, as_of: datetime | None = None
) -> tuple[tuple[datetime, ControlHour], ...]:  # fmt: skip
    """Return the hours of a treatment that are over (治理设施小时): signals of the outlet, masses of its inlets together and of itself, valid ones alone."""
    facts = facts_of([outlet.code, *(one.code for one in inlets)], as_of=as_of)
    last = min(end, local(as_of or clock.now()).replace(minute=0, second=0, microsecond=0))
    told = worked_out(list(facts.values()), start, last, as_of=as_of, is_alone=True)
    by_point = {code: {one.factor: one for one in factors} for code, factors in told.items()}
    own = by_point.get(outlet.code, {})
    outgoing, incoming = _masses(own.get(VOC)), [_masses(by_point.get(one.code, {}).get(VOC)) for one in inlets]
    signals = [_signal(own, outlet.traits, name) for name in ("production", "treatment")]

    def together(moment: datetime) -> Decimal | None:
        masses = [one[moment] for one in incoming if moment in one]
        return sum(masses, Decimal(0)) if masses and len(masses) == len(incoming) else None

    moments = [start + HOUR * place for place in range(max(0, (last - start) // HOUR))]
    begun = min((hour.own.start for factors in told.values() for one in factors for hour in one.hours), default=last)
    return tuple((one, ControlHour(signals[0].get(one), signals[1].get(one), together(one), outgoing.get(one))) for one in moments if one >= begun)


def _masses(one: FactorHours | None) -> dict[datetime, Decimal]:
    return {hour.own.start: hour.own.kg for hour in (one.hours if one else ()) if hour.own.kg is not None and hour.own.state is HourState.VALID}


def _signal(own: Mapping[str, FactorHours], traits: Mapping[str, Any], name: str) -> dict[datetime, bool]:
    factor = own.get(str(traits.get(f"{name}_signal", "")))
    least = Decimal(traits.get(f"{name}_runs_from") or 0)
    valid = [hour.own for hour in (factor.hours if factor else ()) if hour.own.state is HourState.VALID]
    return {hour.start: hour.mean >= least if least else hour.mean > 0 for hour in valid if hour.mean is not None}


def voc_chart(page: VocPage, language: Language) -> dict[str, Any] | None:
    """Return the rates by day for a chart (三率曲线), None of a single day."""
    if len(page.days) < 2:
        return None
    return {"unit": "%", "periods": [f"{day:%m-%d}" for day, _ in page.days], "series": [
        {"name": words.in_language(language), "values": list(_shown(page.days, name))} for name, words in NAMES.items()
    ]}  # fmt: skip


def _shown(days: Sequence[tuple[date, ControlledSpan]], name: str) -> Iterator[str | None]:
    for _, span in days:
        pct = getattr(span, name).pct
        yield None if pct is None else plain(round_gbt8170(pct, 1))
