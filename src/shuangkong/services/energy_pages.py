"""A unit's energy from its meters as a page (单位能耗页): by carrier beside its coverage, its flows, its load, against other periods and its returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Grain, Period
from shuangkong.kernel.quantity import Quantity
from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.kernel.units import unit
from shuangkong.lake.figures import FigureGrain, FigureLevel
from shuangkong.plan.model import Target
from shuangkong.rules import at as rules_at
from shuangkong.services import clock
from shuangkong.services.carrier_flows import CarrierUse, Link, unit_energy
from shuangkong.services.deployment import city
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.wording import number_text
from shuangkong.services.energy_figures import (
    MeteredUse,
    Span,
    figures_between,
    span_of,
    total_of,
    uses_between,
)
from shuangkong.services.energy_load import Load, load_of
from shuangkong.services.energy_meters import CONSUMPTION, carrier_words, energy_meters, flow_words, virtual_meters
from shuangkong.services.filing_observations import end_of
from shuangkong.services.meter_differences import (
    Difference,
    VirtualReading,
    differences_of,
    meter_links,
    virtual_readings,
)
from shuangkong.services.meter_registers import Meter, metered_carrier
from shuangkong.services.monitoring_kinds import MeterFlow
from shuangkong.services.organisation_changes import seen_place
from shuangkong.services.organisations import Node, OrganisationKind, tree_on
from shuangkong.services.people import Member
from shuangkong.services.product_levels import ProductLine, key_reports, product_lines
from shuangkong.services.readings import co2_rule_path
from shuangkong.services.site_energy import SiteFacts, site_facts

SUPPLY = MeterFlow.SUPPLY.key
_PUE = "new_data_center_pue"
_PEER_LEAST_PCT = Decimal(80)  # of coverage: a change between periods is told only where both were heard of this much


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """A carrier in one direction (分品种一行): now, the period before, the same of last year; `coal_rule` and `co2_rule` open the factors."""

    use: MeteredUse
    name: Words
    unit: str
    flow: Words
    before: MeteredUse | None
    last_year: MeteredUse | None
    comparable: MeteredUse | None
    coal_rule: str
    co2_rule: str

    @property
    def change_pct(self) -> Decimal | None:
        """Against the period before. Unrounded. [%]"""
        return change_pct(self.comparable, self.before)

    @property
    def yearly_change_pct(self) -> Decimal | None:
        """Against the same period of last year. Unrounded. [%]"""
        return change_pct(self.comparable, self.last_year)


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A carrier as metered beside the 205-1 of the same year (表计与报表)."""

    name: Words
    unit: str
    metered: Decimal | None
    coverage_pct: Decimal | None
    reported: Decimal | None
    element: str

    @property
    def gap_pct(self) -> Decimal | None:
        """How far the meters are from the return. Unrounded. [%]"""
        return None if self.metered is None or not self.reported else (self.metered - self.reported) * 100 / self.reported


@dataclass(frozen=True, slots=True)
class UnitEnergyPage:
    """Everything that the page of a unit's energy shows (单位能耗页)."""

    node: Node
    span: Span
    finding: Words
    rows: tuple[CarrierRow, ...]
    total: MeteredUse | None
    before: MeteredUse | None
    last_year: MeteredUse | None
    links: tuple[Link, ...]
    load: Load | None
    carrier: str
    carriers: tuple[tuple[str, Words], ...]
    load_unit: str
    returns: tuple[ReturnRow, ...]
    products: tuple[ProductLine, ...]
    differences: tuple[Difference, ...]
    virtual: tuple[VirtualReading, ...]
    facts: SiteFacts
    pue_target: Target | None
    names: dict[str, Words]
    meters: int
    years: tuple[int, ...]
    marks: tuple[Mark, ...]

    @property
    def as_of(self) -> datetime | None:
        """When the newest reading behind it was recorded."""
        return max((row.use.quantity.as_of for row in self.rows if row.use.quantity.as_of is not None), default=None)


def change_pct(now: MeteredUse | None, then: MeteredUse | None) -> Decimal | None:
    """Return the change between two periods (变化率), None where either was not heard of enough to be compared. Unrounded. [%]"""
    if now is None or then is None or any((one.quantity.coverage_pct or Decimal(0)) < _PEER_LEAST_PCT for one in (now, then)):
        return None
    a, b = now.quantity.amount, then.quantity.amount
    return (a - b) * 100 / b if a is not None and b else None


def unit_energy_page(*, code: str, who: Member, period: Period | None = None, carrier: str = "electricity", as_of: date | None = None) -> UnitEnergyPage:
    """Return what a unit used by its meters, as known at the end of a day (单位能耗页); this year where no period is asked for.

    Raises
    ------
    UnknownOrganisation, NotPermitted
        If there is no such unit, or the person may not read its figures.
    """
    today = as_of or clock.today()
    node = seen_place(code, who, kind=OrganisationKind.UNIT, day=today)
    span = span_of(period or Period.year(today.year), as_of=as_of)
    now, comparable = uses_by_day(code, span.start, span.end, span, as_of=as_of)
    before, last_year = (uses_by_day(code, *span.beside(one), None, as_of=as_of)[0] for one in (span.period.previous(), year_back(span.period)))
    meters, virtual = energy_meters(organisations=[code], as_of=as_of), virtual_meters(organisations=[code], as_of=as_of)
    by_meter = uses_between([one.code for one in meters], span.start, span.end, level=FigureLevel.METER, as_of=as_of)
    moment = clock.now() if as_of is None else min(clock.now(), end_of(as_of))
    rows = tuple(carrier_row(use, before.get(key), last_year.get(key), comparable.get(key)) for key, use in sorted(now.items(), key=lambda one: -(one[1].kgce or Decimal(0))))
    flows = flows_taken(now)
    chosen = carrier if carrier in flows else next(iter(flows), carrier)
    totals = [total_of(one for key, one in held.items() if flows.get(key[0]) == key[1] and is_weighed(key[0])) for held in (now, before, last_year, comparable)]
    return UnitEnergyPage(
        node, span, _finding(node, span, totals[0], change_pct(totals[3], totals[2]), bool(meters)), rows, totals[0], totals[1], totals[2], meter_links(meters, by_meter),
        load_of(code, span, carrier=chosen, flow=flows.get(chosen, CONSUMPTION), until=moment.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None), as_of=as_of), chosen,
        tuple((key, carrier_words(key)[0]) for key in flows), load_unit(chosen), _returns(code, span, now, as_of), _products(code, span, as_of), differences_of(meters, by_meter),
        virtual_readings(virtual, meters, by_meter), site_facts(meters, by_meter, rules=rules_at(span.last_day), site=code, is_one_site=True), pue_target(), {code: node.name},
        len(meters), years_metered(), marks_of(meters),
    )  # fmt: skip


def flows_taken(uses: Mapping[tuple[str, str], MeteredUse]) -> dict[str, str]:
    """Return the direction in which a unit's own use of each carrier is metered (用量方向): as consumed, else as supplied to it."""
    found = {carrier: SUPPLY for carrier, flow in uses if flow == SUPPLY}
    return found | {carrier: CONSUMPTION for carrier, flow in uses if flow == CONSUMPTION}


def is_weighed(carrier: str) -> bool:
    """Tell whether a carrier counts in a sum of energy (是否计入综合能耗): a medium such as water does not, the energy that made it is metered."""
    try:
        energy = metered_carrier(carrier).energy
    except Refusal:
        return False
    return energy is not None and not energy.is_energy_consumed_medium


def pue_target() -> Target | None:
    """Return the plan's target for the PUE of data centres (PUE 目标), None where it has none."""
    return next((one for one in city().plan.targets if one.indicator == _PUE), None)


def uses_by_day(
    code: str, start: date, end: date, span: Span | None, *, as_of: date | None = None
) -> tuple[dict[tuple[str, str], MeteredUse], dict[tuple[str, str], MeteredUse]]:
    """Return what a place or unit used, and the part of it in days that are over where the period still runs (区间用量)."""
    used = uses_between([code], start, end, level=FigureLevel.PLACE, as_of=as_of)[code]
    return used, uses_between([code], start, span.whole_end, level=FigureLevel.PLACE, as_of=as_of)[code] if span and span.is_running else used


def carrier_row(use: MeteredUse, before: MeteredUse | None, last_year: MeteredUse | None, comparable: MeteredUse | None) -> CarrierRow:
    """Return a carrier beside other periods (分品种一行)."""
    name, measure = carrier_words(use.carrier)
    try:
        energy = metered_carrier(use.carrier).energy
    except Refusal:
        energy = None
    co2 = co2_rule_path(energy, city().defaults.grid_region) if energy and use.kgco2 is not None else ""
    return CarrierRow(use, name, measure, flow_words(use.flow), before, last_year, comparable, energy.rule_path if energy and use.kgce is not None and is_weighed(use.carrier) else "", co2)


def _finding(node: Node, span: Span, total: MeteredUse | None, change: Decimal | None, is_metered: bool) -> Words:
    if not is_metered:
        return Words(f"{node.name.zh}还没有登记计量表", f"{node.name.en} has no meter registered")
    return finding_of(node.name, span.period, total, change)


def finding_of(name: Words, period: Period, total: MeteredUse | None, change: Decimal | None) -> Words:
    """Return what was used, and how that compares with a year before (用能结论)."""
    told = Words(str(period.start.year) + "年" + (f"{period.start.month}月" if period.grain is Grain.MONTH else ""), str(period))
    if total is None or total.tce is None:
        return Words(f"{name.zh} {told.zh}没有可折标的表计用能", f"{name.en}: no metered energy in {told.en}")
    amount = number_text(total.tce, 1)
    zh, en = f"{name.zh} {told.zh}计量用能 {amount} 吨标准煤", f"{name.en} used {amount} tce in {told.en} by its meters"
    if change is None:
        return Words(zh, en)
    size = round_gbt8170(abs(change), 1)
    if not size:
        return Words(f"{zh}，与上年同期持平", f"{en}, as much as a year before")
    return Words(f"{zh}，较上年同期{'上升' if change > 0 else '下降'} {size}%", f"{en}, {size}% {'more' if change > 0 else 'less'} than a year before")


def year_back(period: Period) -> Period:
    """Return the same period a year earlier (上年同期).

    Examples
    --------
    >>> str(year_back(Period.month(2024, 2))), str(year_back(Period.year(2024)))
    ('2023-02', '2023')
    """
    first = period.start.replace(year=period.start.year - 1, day=min(period.start.day, 28))
    last = period.end.replace(year=period.end.year - 1, day=min(period.end.day, 28))
    return Period(first, last)


def load_unit(carrier: str) -> str:
    """Return in what a load is told (负荷单位): kW of electricity, else the unit an hour.

    Examples
    --------
    >>> load_unit("electricity"), load_unit("heat")
    ('kW', 'MJ/h')
    """
    measure = carrier_words(carrier)[1]
    return measure.removesuffix("h") if measure.endswith("Wh") else f"{measure}/h"


def years_metered() -> tuple[int, ...]:
    """Return the years for which the city has figures of meters (有表计数据的年份), the newest first."""
    tree = tree_on(clock.today())
    found = figures_between([tree.city.code], date(2000, 1, 1), date(clock.today().year + 1, 1, 1), level=FigureLevel.PLACE, grain=FigureGrain.YEAR)[tree.city.code]
    return tuple(sorted({one.start_at.year for one in found if one.quantity is not None}, reverse=True))


def marks_of(meters: Sequence[Meter]) -> tuple[Mark, ...]:
    """Return 模拟 where a meter is simulated (标记)."""
    return (Mark.SIMULATED,) if any(one.is_simulated for one in meters) else ()


def _returns(code: str, span: Span, now: Mapping[tuple[str, str], MeteredUse], as_of: date | None) -> tuple[ReturnRow, ...]:
    """The 205-1 of the year beside the meters; a part of a year has no return of its own."""
    if span.period.grain is not Grain.YEAR:
        return ()
    energy = unit_energy([code], year=span.period.start.year, as_of=as_of).get(code)
    filed = {} if energy is None else {one.code: one for one in energy.carriers}
    found = []
    for (key, flow), use in now.items():
        held = metered_carrier(key) if flow == CONSUMPTION else None
        if held is None or held.energy is None or not held.energy.nbs_code or held.energy.nbs_code not in filed:
            continue
        row = filed[held.energy.nbs_code]
        reported = _in_unit(row, held.unit)
        if reported is not None:
            found.append(ReturnRow(held.name, held.unit, use.quantity.amount, use.quantity.coverage_pct, reported, row.elements.get("consumed", "")))
    return tuple(found)


def _in_unit(row: CarrierUse, measure: str) -> Decimal | None:
    try:
        return Quantity.of(row.amount("consumed"), row.symbol).to(unit(measure)).figure
    except (Refusal, ValueError):
        return None


def _products(code: str, span: Span, as_of: date | None) -> tuple[ProductLine, ...]:
    report = key_reports([code], year=span.period.start.year, as_of=as_of).get(code) if span.period.grain is Grain.YEAR else None
    return product_lines(report) if report else ()
