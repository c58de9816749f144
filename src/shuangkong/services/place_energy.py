"""Energy from meters of a place with what lies in it (区域能耗): city, county, zone or park; sums with coverage, told only where they give no single unit away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.lake.figures import FigureLevel
from shuangkong.plan.model import Target
from shuangkong.rules import at as rules_at
from shuangkong.services import clock
from shuangkong.services.aggregates import SUPPRESSED, is_safe
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.wording import number_text
from shuangkong.services.energy_figures import MeteredUse, Span, span_of, total_of, uses_between
from shuangkong.services.energy_meters import CONSUMPTION, energy_meters, virtual_meters
from shuangkong.services.energy_pages import (
    CarrierRow,
    carrier_row,
    change_pct,
    finding_of,
    is_weighed,
    marks_of,
    pue_target,
    uses_by_day,
    year_back,
    years_metered,
)
from shuangkong.services.meter_differences import Difference, VirtualReading, differences_of, virtual_readings
from shuangkong.services.meter_registers import Meter
from shuangkong.services.organisations import Node, OrganisationKind, Tree, UnknownOrganisation, tree_on
from shuangkong.services.people import Member
from shuangkong.services.site_energy import SiteFacts, site_facts
from shuangkong.timeseries.quality import NOTHING, Aggregate, gathered

_PLACES = frozenset({OrganisationKind.CITY, OrganisationKind.COUNTY, OrganisationKind.ZONE, OrganisationKind.PARK})


@dataclass(frozen=True, slots=True)
class PlacePart:
    """What lies in a place, as metered (下级用能): `is_hidden` where its sum would give a single unit away."""

    node: Node
    use: MeteredUse | None
    units: int
    is_hidden: bool

    @property
    def is_metered(self) -> bool:
        """Whether anything of it is owed: a place without meters takes nothing from the coverage of the whole."""
        return self.use is not None and self.use.quantity.due > NOTHING


@dataclass(frozen=True, slots=True)
class PlaceEnergyPage:
    """Everything that the page of a place's energy shows (区域能耗页)."""

    node: Node
    above: Node | None
    span: Span
    finding: Words
    rows: tuple[CarrierRow, ...]
    total: MeteredUse | None
    last_year: MeteredUse | None
    is_hidden: bool
    parts: tuple[PlacePart, ...]
    silent: tuple[Words, ...]
    unmetered: tuple[Words, ...]
    facts: SiteFacts | None
    names: dict[str, Words]
    pue_target: Target | None
    meters: int
    units: int
    years: tuple[int, ...]
    marks: tuple[Mark, ...]

    @property
    def as_of(self) -> datetime | None:
        """When the newest reading behind it was recorded."""
        return max((row.use.quantity.as_of for row in self.rows if row.use.quantity.as_of is not None), default=None)

    @property
    def why_hidden(self) -> Words:
        """Why a sum is not told."""
        return SUPPRESSED


@dataclass(frozen=True, slots=True)
class DifferencesPage:
    """Main meters against their sub-meters, and virtual meters, of all whom a person may see (总分表差)."""

    span: Span
    finding: Words
    differences: tuple[Difference, ...]
    virtual: tuple[VirtualReading, ...]
    names: dict[str, Words]
    years: tuple[int, ...]


def place_energy_page(*, code: str, who: Member, period: Period | None = None, as_of: date | None = None) -> PlaceEnergyPage:
    """Return what a place used by its meters, as known at the end of a day (区域能耗页); the whole city where no code is given, this year where no period is.

    Raises
    ------
    UnknownOrganisation
        If there is no such place on the day.
    """
    today = as_of or clock.today()
    tree, span = tree_on(today), span_of(period or Period.year(today.year), as_of=as_of)
    node = tree.find(code) if code else tree.city
    past = tree_on(min(today, span.last_day))
    tree = past if node.code in past else tree  # who belonged to it by the end of the period
    if node.kind not in _PLACES:
        raise UnknownOrganisation(code)
    meters = [one for one in energy_meters(as_of=as_of) if tree.covers(node.code, one.organisation)]
    seen = [one for one in meters if who.sees(one.organisation, tree)]
    is_hidden = _is_hidden(meters, who, tree)
    now, comparable = uses_by_day(node.code, span.start, span.end, span, as_of=as_of)
    before, last_year = ({}, {}) if is_hidden else (uses_by_day(node.code, *span.beside(one), None, as_of=as_of)[0] for one in (span.period.previous(), year_back(span.period)))
    rows = () if is_hidden else tuple(
        carrier_row(use, before.get(key), last_year.get(key), comparable.get(key)) for key, use in sorted(now.items(), key=lambda one: -(one[1].kgce or Decimal(0)))
    )
    total, year_before, alike = (consumed(held) for held in (now, last_year, comparable))
    parts = _parts(node, meters, who, tree, span, as_of)
    told = gathered({part.node.code: Aggregate(None, NOTHING, NOTHING) if part.use is None else part.use.quantity for part in parts})
    facts = None
    if len(seen) == len(meters):
        uses = uses_between([one.code for one in meters], span.start, span.end, level=FigureLevel.METER, as_of=as_of)
        facts = site_facts(meters, uses, rules=rules_at(span.last_day), site=node.code, is_one_site=node.kind is OrganisationKind.PARK)
    return PlaceEnergyPage(
        node, tree.get(node.parent or ""), span, finding_of(node.name, span.period, None if is_hidden else total, change_pct(alike, year_before)), rows, None if is_hidden else total,
        year_before, is_hidden, parts, _named(told.silent, tree), _named(told.unmetered, tree), facts, {one.organisation: tree.find(one.organisation).name for one in seen},
        pue_target(), len(meters), len(_units(meters)), years_metered(), marks_of(meters),
    )  # fmt: skip


def differences_page(*, who: Member, period: Period | None = None, as_of: date | None = None) -> DifferencesPage:
    """Return every main meter with sub-meters that a person may see, the largest difference first, as known at the end of a day (总分表差)."""
    today = as_of or clock.today()
    tree, span = tree_on(today), span_of(period or Period.year(today.year), as_of=as_of)
    seen = [one for one in energy_meters(as_of=as_of) if who.sees(one.organisation, tree)]
    virtual = [one for one in virtual_meters(as_of=as_of) if who.sees(one.organisation, tree)]
    of_formulas = {code for one in virtual for code in one.formula}
    parents = {one.parent_meter for one in seen}
    concerned = [one for one in seen if one.parent_meter or one.code in parents or one.code in of_formulas]
    uses = uses_between([one.code for one in concerned], span.start, span.end, level=FigureLevel.METER, as_of=as_of)
    found = differences_of(concerned, uses)
    names = {code: tree.find(code).name for code in {*(one.organisation for one in concerned), *(one.organisation for one in virtual)}}
    return DifferencesPage(span, _difference_finding(found, names), found, virtual_readings(virtual, concerned, uses), names, years_metered())


def consumed(uses: dict[tuple[str, str], MeteredUse]) -> MeteredUse | None:
    """Return what was consumed of all carriers that are weighed in coal equivalent (综合用能), None of none."""
    return total_of(one for (carrier, flow), one in uses.items() if flow == CONSUMPTION and is_weighed(carrier))


def _units(meters: Sequence[Meter]) -> frozenset[str]:
    """Who has a main meter of consumption, whose energy a sum is made of."""
    return frozenset(one.organisation for one in meters if not one.parent_meter and one.flow.key == CONSUMPTION)


def _is_hidden(meters: Sequence[Meter], who: Member, tree: Tree) -> bool:
    """Whether the sum over a place would give a single unit away."""
    return not is_safe(sum(not who.sees(code, tree) for code in _units(meters)))


def _parts(node: Node, meters: Sequence[Meter], who: Member, tree: Tree, span: Span, as_of: date | None) -> tuple[PlacePart, ...]:
    """Of a city its jurisdictions; of others its parks and whatever unit has meters and may be seen."""
    below = [one for one in tree.below(node.code) if one.kind.is_jurisdiction] if node.kind is OrganisationKind.CITY else [
        one for one in tree.below(node.code)
        if one.kind is OrganisationKind.PARK or (one.kind is OrganisationKind.UNIT and who.sees(one.code, tree) and any(meter.organisation == one.code for meter in meters))
    ]
    uses = uses_between([one.code for one in below], span.start, span.end, level=FigureLevel.PLACE, as_of=as_of)
    parts = []
    for one in below:
        inside = [meter for meter in meters if tree.covers(one.code, meter.organisation)]
        is_hidden = _is_hidden(inside, who, tree)
        parts.append(PlacePart(one, None if is_hidden else consumed(uses[one.code]), len(_units(inside)), is_hidden))
    return tuple(sorted(parts, key=lambda part: (part.node.kind is OrganisationKind.UNIT, -((part.use and part.use.kgce) or Decimal(-1)), part.node.code)))


def _named(codes: Sequence[str], tree: Tree) -> tuple[Words, ...]:
    return tuple(tree.find(code).name for code in codes)


def _difference_finding(found: Sequence[Difference], names: Mapping[str, Words]) -> Words:
    told = [one for one in found if one.found.pct is not None]
    if not told:
        return Words("没有可以比较的总表和分表", "No main meter can be compared with its sub-meters")
    first = told[0]
    assert first.found.pct is not None
    share, home = number_text(first.found.pct, 1, is_change=True), names[first.main.organisation]
    return Words(
        f"{len(told)} 块总表可与分表比较，差额最大：{home.zh}{first.main.name.zh} {share}%", f"{len(told)} main meters can be compared; the largest difference: {home.en}, {first.main.name.en} {share}%"
    )
