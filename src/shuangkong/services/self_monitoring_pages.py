"""Pages of self-monitoring (自行监测页): an outlet with plan and results beside its automatic record, and how far the plans are done by county."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.lake.engine import quoted
from shuangkong.lake.readings import READINGS
from shuangkong.lake.table import rows_of
from shuangkong.pollution.self_monitoring import (
    Compared,
    Completion,
    PlannedTest,
    ResultSource,
    compared,
    completion,
    is_too_rare,
    preferred,
)
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.ambient_factors import HOUR, VALID_FLAGS
from shuangkong.services.filing_observations import end_of
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.monitoring_kinds import PointKind, factor_words
from shuangkong.services.monitoring_pages import seen_points
from shuangkong.services.monitoring_points import Limit, Point, UnknownPoint, limits_on
from shuangkong.services.organisations import OrganisationKind, tree_on
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.self_monitoring import (
    FREQUENCY_WORDS,
    KINDS,
    SOURCE_WORDS,
    as_results,
    outlets_named,
    plans_in_force,
    results_in_force,
    stops_by_point,
)

RESULTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of the plan in force (方案一行), and how far it is done this year."""

    test: PlannedTest
    name: Words
    frequency: Words
    document: str
    link: int
    done: Completion
    too_rare: bool


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A laboratory's result beside what the monitor said at that time (结果一行)."""

    row: Any
    name: Words
    source: Words
    automatic: Decimal | None
    beside: Compared | None
    used: ResultSource | None
    used_words: Words
    is_beyond: bool | None


@dataclass(frozen=True, slots=True)
class OutletTests:
    """An outlet's self-monitoring (排放口自行监测)."""

    point: Point
    home: Words
    year: int
    plan: tuple[PlanLine, ...]
    results: tuple[ResultLine, ...]
    whole: Completion
    may_report: bool


@dataclass(frozen=True, slots=True)
class PlaceTests:
    """How far the plans of a place are done (县区完成率)."""

    code: str
    name: Words
    units: int
    outlets: int
    done: Completion


@dataclass(frozen=True, slots=True)
class UnitTests:
    """How far the plan of a unit is done (单位完成率)."""

    code: str
    name: Words
    place: Words
    outlets: tuple[str, ...]
    done: Completion


@dataclass(frozen=True, slots=True)
class CompletionPage:
    """Self-monitoring of the city in a year (自行监测完成情况)."""

    year: int
    until: date
    whole: Completion
    places: tuple[PlaceTests, ...]
    units: tuple[UnitTests, ...]


def span_of(year: int, *, today: date) -> Period:
    """Return the part of a year that has passed, whole months (已过月份).

    Examples
    --------
    >>> [str(span_of(2024, today=day)) for day in (date(2024, 5, 20), date(2025, 2, 1))]
    ['2024-01-01/2024-05-01', '2024']
    """
    end = min(date(year + 1, 1, 1), today.replace(day=1))
    return Period(date(year, 1, 1), max(end, date(year, 1, 1) + timedelta(days=1)))


def least_kind(point: Point) -> str:
    """Return the row of the rules for the least frequency of an outlet (最低频次类别): must it have a monitor, its discharger is a key one."""
    medium = "water" if point.kind is PointKind.WATER_OUTLET else "gas"
    return f"{medium}_key_main" if point.traits.get("must_monitor") else f"{medium}_other"


def outlet_tests(*, code: str, who: Member, year: int | None = None, as_of: date | None = None) -> OutletTests:
    """Return an outlet's plan and results (排放口自行监测).

    Raises
    ------
    UnknownPoint
        If it is no outlet or boundary point in use.
    NotPermitted
        If the person may not see its organisation.
    """
    today = as_of or clock.today()
    tree, point = tree_on(today), outlets_named([code]).get(code)
    if point is None:
        raise UnknownPoint(code)
    if not who.sees(point.organisation, tree):
        raise NotPermitted(Permission.FIGURES_READ, point.organisation)
    asked = year or today.year
    rows = list(results_in_force(until=end_of(as_of) if as_of else None).filter(point__code=code, start__gte=_moment(date(asked - 1, 1, 1)), start__lt=_moment(date(asked + 1, 1, 1))))
    told, within, stopped = as_results(rows), span_of(asked, today=today), stops_by_point([point], as_of=as_of).get(code, [])
    plan = [one for one in plans_in_force(points=[code], as_of=as_of) if one[0].valid_from < within.end and (one[0].valid_to is None or one[0].valid_to > within.start)]
    rules = at(today)
    lines = tuple(
        PlanLine(test, factor_words(test.factor), FREQUENCY_WORDS[test.frequency], row.document, row.link, completion([test], told, within=within, stopped=stopped),
                 is_too_rare(test, kind=least_kind(point), rules=rules))
        for test, row in plan
    )  # fmt: skip
    whole = completion([test for test, _ in plan], told, within=within, stopped=stopped)
    home = tree.get(point.organisation)
    shown = rows[:RESULTS_SHOWN]
    return OutletTests(
        point, home.name if home else Words(point.organisation, point.organisation), asked, lines, tuple(_result_lines(shown, limits_on(day=today, as_of=as_of, point__code=code))),
        whole, bool(who.posts_over(Permission.MONITORING_REPORT, point.organisation, tree)),
    )  # fmt: skip


def _moment(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), CHINA_STANDARD_TIME)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)


def _result_lines(rows: Sequence[Any], limits: Sequence[Limit]) -> Iterable[ResultLine]:
    automatic = automatic_beside(rows)
    highest = {limit.factor: limit.high for limit in limits if limit.high is not None and not limit.is_converted}
    for row in rows:
        rules = at(_naive(row.start).date())
        values = automatic.get(row.pk, [])
        beside = compared(manual=row.value, automatic=values, start=_naive(row.start), end=_naive(row.end), rules=rules)
        mean = sum((value for _, value in values), Decimal(0)) / len(values) if values else None
        used = preferred({ResultSource[row.source]: row.value, ResultSource.AUTOMATIC: mean}, rules=rules)
        source = used[0] if used else None
        limit = highest.get(row.factor)
        yield ResultLine(
            row, factor_words(row.factor), SOURCE_WORDS[ResultSource[row.source]], mean, beside, source, SOURCE_WORDS[source] if source else Words("—", "—"),
            None if limit is None else row.value > limit,
        )  # fmt: skip


def automatic_beside(rows: Sequence[Any]) -> dict[int, list[tuple[datetime, Decimal]]]:
    """Return the valid hours of the monitor during the sampling of each result, by its key (同期自动监测小时值)."""
    if not rows:
        return {}
    days = {_naive(moment).date() for row in rows for moment in (row.start, row.end)}
    windows = ", ".join(
        f"({row.pk}, {quoted(row.point.code)}, {quoted(row.factor)}, TIMESTAMP {quoted(_naive(row.start).replace(minute=0, second=0))}, TIMESTAMP {quoted(_naive(row.end))})" for row in rows
    )
    flags = ", ".join(map(quoted, VALID_FLAGS))
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        files = [one for one in lake.readings.files() if one.rows and one.partition["day"] in days]
        if not files:
            return {}
        found: list[Any] = engine.execute(
            f"SELECT sampled.key, held.ts, held.value FROM ({rows_of(READINGS, files)}) AS held JOIN (VALUES {windows}) AS sampled(key, point, factor, begun, ended)"
            " ON held.point = sampled.point AND held.factor = sampled.factor AND held.ts >= sampled.begun AND held.ts < sampled.ended"
            f" WHERE held.kind = {quoted(HOUR)} AND held.flag IN ({flags}) AND held.superseded_at IS NULL ORDER BY ALL"
        ).fetchall()
    told: dict[int, list[tuple[datetime, Decimal]]] = {}
    for key, ts, value in found:
        told.setdefault(key, []).append((ts, value))
    return told


def completion_page(*, who: Member, year: int | None = None, as_of: date | None = None) -> CompletionPage:
    """Return how far the plans are done, of the units a person may see, by county (自行监测完成情况).

    Raises
    ------
    NotPermitted
        If the person may not read figures.
    """
    if not who.may(Permission.FIGURES_READ):
        raise NotPermitted(Permission.FIGURES_READ)
    today = as_of or clock.today()
    asked = year or today.year
    tree, within = tree_on(today), span_of(asked, today=today)
    points = {one.code: one for one in seen_points(who, as_of=as_of, point__kind__in=[kind.name for kind in KINDS])}
    plans: dict[str, list[PlannedTest]] = {}
    for test, row in plans_in_force(as_of=as_of):
        if row.point.code in points:
            plans.setdefault(row.point.code, []).append(test)
    rows = results_in_force(until=end_of(as_of) if as_of else None).filter(point__code__in=list(plans), start__gte=_moment(within.start), start__lt=_moment(within.end))
    told: dict[str, list[Any]] = {}
    for result in as_results(rows):
        told.setdefault(result.outlet, []).append(result)
    stopped = stops_by_point([points[code] for code in plans], as_of=as_of)
    done = {code: completion(tests, told.get(code, []), within=within, stopped=stopped.get(code, [])) for code, tests in plans.items()}
    by_unit: dict[str, list[str]] = {}
    for code in done:
        by_unit.setdefault(points[code].organisation, []).append(code)
    units, by_place = [], dict[str, list[UnitTests]]()
    for code, outlets in by_unit.items():
        node, place = tree.get(code), tree.jurisdiction_of(code)
        unit = UnitTests(code, node.name if node else Words(code, code), place.name if place else Words("—", "—"), tuple(sorted(outlets)), together([done[one] for one in outlets]))
        units.append(unit)
        by_place.setdefault(place.code if place else "", []).append(unit)
    places = tuple(
        PlaceTests(node.code, node.name, len(by_place[node.code]), sum(len(one.outlets) for one in by_place[node.code]), together([one.done for one in by_place[node.code]]))
        for node in tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE) if node.code in by_place
    )  # fmt: skip
    units.sort(key=lambda one: (one.done.pct is None, one.done.pct or Decimal(0), one.code))
    return CompletionPage(asked, within.end - timedelta(days=1), together(list(done.values())), places, tuple(units))


def together(some: Sequence[Completion]) -> Completion:
    """Return the completion of several plans (合计完成率): tests done of tests due.

    Examples
    --------
    >>> found = together([Completion(4, 3, Decimal(75), ()), Completion(1, 1, Decimal(100), ())])
    >>> found.due, found.done, found.pct
    (5, 4, Decimal('80'))
    """
    due, done = sum(one.due for one in some), sum(one.done for one in some)
    return Completion(due, done, Decimal(done) * 100 / due if due else None, tuple(missed for one in some for missed in one.missed))
