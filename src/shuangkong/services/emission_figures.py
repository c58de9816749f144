"""Emission figures of outlets, units, counties and the city (排放量汇总): kept up with the readings, and asked for by day, month or year.

`refresh_emissions` works out again what new readings, marks, notices, registrations or rules touch: an outlet from the quarter of the first day touched on,
since capture rate and windows of a quarter hang on every hour of it.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Max

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.lake.emissions import (
    DayFigures,
    EmissionGrain,
    EmissionRow,
    Touched,
    find_emissions,
    held_days,
    hour_over,
    keep_days,
    open_emissions,
    stored,
    touched_days,
    type_of_days,
)
from shuangkong.lake.outlet_readings import first_heard
from shuangkong.lake.readings import READINGS
from shuangkong.lake.table import LakeTable
from shuangkong.pollution.outlet_days import OutletDay
from shuangkong.rules import at as rules_on
from shuangkong.rules import book
from shuangkong.services import clock
from shuangkong.services.lake_rows import city_lake
from shuangkong.services.monitoring_kinds import OUTLETS, factor_words
from shuangkong.services.organisations import Tree, newest_version, tree_known
from shuangkong.services.outlet_checks import checked_since
from shuangkong.services.outlet_facts import OutletFacts, facts_of, local
from shuangkong.services.outlet_hours import FactorHours, quarter_start, worked_out
from shuangkong.store.models import (
    DeviceVersion,
    LaboratoryFinding,
    MonitorCheck,
    MonitoringPoint,
    MonitoringPointVersion,
    OperatorMark,
    ShutdownNotice,
)

GRACE = timedelta(minutes=5)
_AT_ONCE, _AT_ONCE_QUICK = 8, 128  # outlets whose hours are held in memory together: of a quarter, of two days
_DAY = timedelta(days=1)
_RULES = ("pollution.data_validity", "pollution.missing_data", "pollution.monitoring", "pollution.gas_conversion")


@dataclass
class Standing:
    """How far a process has looked (已处理至): what the table of readings, the register and the rules were. Lost with the process; then all is compared anew."""

    version: int = -1
    files: frozenset[str] = frozenset()
    heard: int = 0
    register: tuple[int, ...] = ()
    until: datetime | None = None
    begun: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did (更新结果): outlets worked out again, figures of days written."""

    outlets: int = 0
    days: int = 0


_standing = Standing()


def refresh_emissions(now: datetime, *, standing: Standing | None = None) -> Refreshed:
    """Bring the emission figures up to what readings and register say (更新排放量); a round without news looks at two numbers and ends."""
    held = _standing if standing is None else standing
    until = hour_over(now, grace=GRACE)
    register = _register()
    with city_lake() as (lake, engine):
        lake.readings.refresh()
        version = lake.readings.version
        if (version, register, until) == (held.version, held.register, held.until):
            return Refreshed()
        table = open_emissions(lake.folder)
        codes = outlet_codes()
        if held.version < 0:
            held.heard, held.until = table.transaction_version("heard") or 0, _moment(table.transaction_version("until"))
            held.register = tuple(table.transaction_version(name) or 0 for name in _REGISTER)
        files = lake.readings.files()
        fresh = [one for one in files if str(one.path) not in held.files]
        touched = touched_days(fresh, engine, points=codes, heard=held.heard, until=until, shape=READINGS)
        if touched.days.keys() - held.begun.keys() or not held.begun:
            held.begun = first_heard(lake, engine, points=codes)
        held.begun |= {code: min(held.begun[code], datetime.combine(day, time())) for code, day in touched.days.items() if code in held.begun}
    days = dict(touched.days)
    for code, day in _touched_by_register(held, register, codes):
        days[code] = min(day, days.get(code, day))
    if held.until is not None and held.until < until:  # an hour has passed: whoever is silent has one missing more
        for code in held.begun.keys() & codes:
            days[code] = min((until - timedelta(hours=1)).date(), held.until.date(), days.get(code, date.max))
    done = _work_out(days, held, until, now, _sources(register, touched, until))
    held.version, held.files, held.heard, held.register, held.until = version, frozenset(str(one.path) for one in files), touched.heard, register, until
    return done


def outlet_codes() -> frozenset[str]:
    """Return the codes of all outlets that are registered (排放口编码)."""
    return frozenset(MonitoringPoint.objects.filter(kind__in=[kind.name for kind in OUTLETS]).values_list("code", flat=True))


def _sources(register: Sequence[int], touched: Touched, until: datetime) -> dict[str, int]:
    return dict(zip(_REGISTER, register, strict=True)) | {"heard": touched.heard, "until": int((until - datetime(1970, 1, 1)).total_seconds())}  # noqa: DTZ001


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001


_REGISTER = ("rules", "marks", "notices", "points", "devices", "checks", "results")
_ENTERED = (OperatorMark, ShutdownNotice, MonitoringPointVersion, DeviceVersion, MonitorCheck, LaboratoryFinding)  # in this order


def _register() -> tuple[int, ...]:
    rules = zlib.crc32(repr([(path, rule.lines) for root in _RULES for path, rule in sorted(book().below(root).items())]).encode())
    return (rules, *(int(model.objects.aggregate(last=Max("id"))["last"] or 0) for model in _ENTERED))


def _touched_by_register(held: Standing, register: Sequence[int], codes: frozenset[str]) -> Iterator[tuple[str, date]]:
    """The outlets and first days that changed rules, marks, notices and registrations touch."""
    before = held.register or (0,) * len(register)
    if before[0] != register[0]:
        yield from ((code, begun.date()) for code, begun in held.begun.items())
        return
    for code, day in _registered_since(before):
        if code in codes:
            yield code, day


def _registered_since(before: Sequence[int]) -> Iterator[tuple[str, date]]:
    said: tuple[tuple[Any, int], ...] = ((OperatorMark, before[1]), (LaboratoryFinding, before[6]))
    for model, last in said:
        for one in model.objects.filter(pk__gt=last).select_related("point", "replaces"):
            yield one.point.code, local(min(row.start for row in (one, one.replaces) if row)).date()
    yield from checked_since(before[5])
    for notice in ShutdownNotice.objects.filter(pk__gt=before[2]).select_related("point", "organisation", "replaces"):
        day = local(min(row.start for row in (notice, notice.replaces) if row)).date()
        codes = [notice.point.code] if notice.point else MonitoringPoint.objects.filter(organisation=notice.organisation).values_list("code", flat=True)
        yield from ((code, day) for code in codes)
    for model, last in ((MonitoringPointVersion, before[3]), (DeviceVersion, before[4])):
        yield from model.objects.filter(pk__gt=last).values_list("point__code", "valid_from")


def _work_out(days: Mapping[str, date], held: Standing, until: datetime, now: datetime, sources: dict[str, int]) -> Refreshed:
    """Work outlets out again, a few at a time, and write the days that came out otherwise."""
    facts = facts_of(days.keys()) if days else {}
    some = {code: facts[code] for code, day in days.items() if code in held.begun and code in facts and datetime.combine(day, time()) < until}
    recent = datetime.combine(until.date() - _DAY, time())
    quick = [one for code, one in some.items() if datetime.combine(days[code], time()) >= recent and held.begun[code] < recent]
    outlets, written = len(some), 0
    for batch in _batches(quick, _AT_ONCE_QUICK):
        done, count = _ended_well(batch, recent, until, now)
        written += count
        some = {code: one for code, one in some.items() if code not in done}
    by_start: dict[datetime, list[OutletFacts]] = {}
    for code, one in sorted(some.items()):
        by_start.setdefault(max(quarter_start(datetime.combine(days[code], time())), quarter_start(held.begun[code])), []).append(one)
    batches = [(start, batch) for start, all_of_it in by_start.items() for batch in _batches(all_of_it, _AT_ONCE)]
    for start, batch in batches:
        written += _write(batch, start, until, dict(_made(worked_out(batch, start, until, only_weighed=True))), now)
    with city_lake() as (lake, engine):
        keep_days(open_emissions(lake.folder), engine, {}, now=now, sources=sources if written else None)
    return Refreshed(outlets, written)


def _batches(some: Sequence[OutletFacts], most: int) -> Iterator[Sequence[OutletFacts]]:
    return (some[at : at + most] for at in range(0, len(some), most))


def _write(batch: Sequence[OutletFacts], start: datetime, until: datetime, made: type_of_days, now: datetime) -> int:
    with city_lake() as (lake, engine):
        table = open_emissions(lake.folder)
        known = held_days(table, engine, points=[one.code for one in batch], start=start.date(), end=until.date() + _DAY)
        gone = {key: NOTHING for key in known.keys() - made.keys() if known[key] != NOTHING}
        changed = {key: figures for key, figures in made.items() if known.get(key) != figures} | gone
        keep_days(table, engine, changed, now=now)
    return len(changed)


def _ended_well(batch: Sequence[OutletFacts], start: datetime, until: datetime, now: datetime) -> tuple[frozenset[str], int]:
    """Write the last two days of outlets of which nothing but valid hours came; nothing earlier hangs on these. Returns which outlets, and how many days."""
    told = worked_out(batch, start, until, only_weighed=True, is_alone=True)
    first = quarter_start(start).date()
    with city_lake() as (lake, engine):
        known = held_days(open_emissions(lake.folder), engine, points=[one.code for one in batch], start=first, end=until.date() + _DAY)
    before: dict[tuple[str, str], list[tuple[date, DayFigures]]] = {}
    for (point, factor, day), figures in known.items():
        before.setdefault((point, factor), []).append((day, figures))
    made = dict(_made(told))
    bounds = rules_on(until.date()).get("pollution.missing_data.gas").value
    well = []
    for one in batch:
        mine = {key: figures for key, figures in made.items() if key[0] == one.code}
        last = [figures for key, figures in known.items() if key[0] == one.code and key[2] >= start.date()]
        if not mine or any(figures.hours_invalid or figures.hours_missing for figures in (*mine.values(), *last)):
            continue
        if all(_rank(old, bounds) == _rank(_with(old, mine, factor), bounds) for (point, factor), old in before.items() if point == one.code):
            well.append(one)
    codes = frozenset(one.code for one in well)
    return codes, _write(well, start, until, {key: figures for key, figures in made.items() if key[0] in codes}, now) if well else 0


def _with(old: Sequence[tuple[date, DayFigures]], mine: type_of_days, factor: str) -> list[tuple[date, DayFigures]]:
    new = {key[2]: figures for key, figures in mine.items() if key[1] == factor}
    return [*((day, figures) for day, figures in old if day not in new), *new.items()]


def _rank(some: Iterable[tuple[date, DayFigures]], bounds: Mapping[str, Decimal]) -> int:
    """In which row of the table of substitution a quarter stands: by its capture rate."""
    rows = [figures for _, figures in some]
    running = sum(one.hours_due - one.hours_stopped for one in rows)
    measured = sum(one.hours_measured for one in rows) * 100
    return sum(measured >= bound * running for bound in (bounds["lowest_rate_pct"], bounds["full_rate_pct"])) if running else 0


NOTHING = DayFigures(None, None, None, None, 0, 0, 0, 0, 0, 0, 0)


def _made(told: Mapping[str, Iterable[FactorHours]]) -> Iterator[tuple[tuple[str, str, date], DayFigures]]:
    for point, factors in told.items():
        for factor in factors:
            short: dict[date, int] = {}
            for hour in factor.hours:
                if hour.filled.is_short_history:
                    short[hour.own.start.date()] = short.get(hour.own.start.date(), 0) + 1
            for day in factor.days:
                yield (point, factor.factor, day.day), _figures(day, short.get(day.day, day.hours_substituted if day.is_short_history else 0))


def _figures(day: OutletDay, short: int) -> DayFigures:
    return DayFigures(
        stored(day.kg), stored(day.substituted_kg), stored(day.volume_m3), stored(day.mean), day.hours_due, day.hours_measured, day.hours_stopped, day.hours_invalid,
        day.hours_missing, day.hours_substituted, short,
    )  # fmt: skip


class NodeEmission(NamedTuple):
    """What one outlet, unit, county or the city emitted of a factor in a period (排放量), and what stands behind it. [kg]"""

    factor: str
    start: date
    kg: Decimal | None
    substituted_kg: Decimal
    hours_due: int
    hours_measured: int
    hours_stopped: int
    hours_invalid: int
    hours_missing: int
    hours_substituted: int
    hours_short: int
    days_without: int
    points: tuple[str, ...]
    as_of: datetime

    @property
    def name(self) -> Words:
        """The factor's name."""
        return factor_words(self.factor)

    @property
    def capture_pct(self) -> Decimal | None:
        """The share of the hours in which outlets ran that were measured. [%]"""
        running = self.hours_due - self.hours_stopped
        return Decimal(self.hours_measured) * 100 / running if running else None

    @property
    def coverage_pct(self) -> Decimal | None:
        """The share of the hours in which outlets ran that have a figure, measured or substituted. [%]"""
        running = self.hours_due - self.hours_stopped
        return Decimal(self.hours_measured + self.hours_substituted) * 100 / running if running else None

    @property
    def substituted_pct(self) -> Decimal | None:
        """The share of the mass that was not measured. [%]"""
        return self.substituted_kg * 100 / self.kg if self.kg else None


def emission_of(
    node: str, grain: EmissionGrain, period: Period, *, factors: Sequence[str] = (), as_of: datetime | None = None
) -> list[NodeEmission]:  # fmt: skip
    """Return what an outlet, a unit, a park, a county or the city emitted, by factor and day, month or year (排放量).

    Who belongs to whom is that of each day. Nothing is left out in silence: hours without a figure are counted beside the sum.
    """
    return list(_summed(emission_rows(node, grain, period, factors=factors, as_of=as_of)))


def emission_rows(node: str, grain: EmissionGrain, period: Period, *, factors: Sequence[str] = (), as_of: datetime | None = None) -> list[EmissionRow]:
    """Return the same outlet by outlet (逐排放口排放量)."""
    rows: list[EmissionRow] = []
    stays = list(_points_of(node, period))
    with city_lake() as (lake, engine):
        table: LakeTable = open_emissions(lake.folder)
        for start, end, points in stays:
            rows += find_emissions(table, engine, points=points, grain=grain, start=start, end=end, as_of=as_of, factors=factors)
    return rows


def _points_of(node: str, period: Period) -> Iterator[tuple[date, date, tuple[str, ...]]]:
    """The outlets of a node, for each run of days in which the tree is one."""
    outlets = dict(MonitoringPoint.objects.filter(kind__in=[kind.name for kind in OUTLETS]).values_list("code", "organisation__code"))
    end = min(period.end, clock.today() + _DAY)
    if node in outlets:
        yield period.start, end, (node,)
        return
    newest, tree, first = newest_version(), None, period.start
    day = period.start
    while day <= end:
        here: Tree | None = tree_known(day, newest) if day < end else None
        if tree is not None and here is not tree:
            yield first, day, tuple(code for code, home in outlets.items() if tree.covers(node, home))
            first = day
        tree, day = here, day + _DAY


def _summed(rows: Iterable[EmissionRow]) -> Iterator[NodeEmission]:
    by_key: dict[tuple[str, date], list[EmissionRow]] = {}
    for row in rows:
        by_key.setdefault((row.factor, row.start), []).append(row)
    for (factor, start), some in sorted(by_key.items()):
        masses = [row.kg for row in some if row.kg is not None]
        yield NodeEmission(
            factor, start, sum(masses, Decimal(0)) if masses else None, sum((row.substituted_kg for row in some if row.substituted_kg is not None), Decimal(0)),
            points=tuple(sorted({row.point for row in some})), as_of=max(row.as_of for row in some), **{name: sum(getattr(row, name) for row in some) for name in _COUNTED},
        )  # fmt: skip


_COUNTED = ("hours_due", "hours_measured", "hours_stopped", "hours_invalid", "hours_missing", "hours_substituted", "hours_short", "days_without")

