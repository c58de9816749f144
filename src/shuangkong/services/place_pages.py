"""The jurisdictions as pages (县区页): how each stands, who answers for it, what its energy is made of, what its units owe."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.plan.trajectory import Light
from shuangkong.services import clock
from shuangkong.services.aggregates import (
    Aggregate,
    aggregate,
    is_settled,
    place_sums,
    seen_of,
    told_parts,
    tree_of,
    unit_values,
)
from shuangkong.services.carrier_flows import COMPREHENSIVE, Co2, Link, UnitEnergy, co2_of, links_of, unit_energy
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.wording import number_text
from shuangkong.services.filing_observations import newest_id
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node, OrganisationKind, Tree, UnknownOrganisation, tree_on
from shuangkong.services.people import FirstResponsible, Member, responsible_people
from shuangkong.services.place_figures import Grade, PlaceFigures, grades_on, places_at
from shuangkong.services.product_levels import ProductLine, key_reports, product_lines
from shuangkong.services.reports.comparisons import finding_of
from shuangkong.services.reports.findings import standing
from shuangkong.services.standing import Moment, moment_of, plan_years
from shuangkong.services.trades import TradeSum, links_by_trade, sums_by_trade, trade_code, trade_name, trades_of
from shuangkong.services.unit_standing import (
    Due,
    Filed,
    OpenFinding,
    filed_by_place,
    open_findings,
    returns_due,
)
from shuangkong.services.what_changed import Changes, what_changed

REST = Words("其余品种", "other carriers")
_INDUSTRIAL = "industrial"  # who files 205-1


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One jurisdiction in the list (县区一览的一行)."""

    figures: PlaceFigures
    head: FirstResponsible | None
    units: Aggregate
    filed: Filed
    findings: int
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class PlacesPage:
    """The jurisdictions side by side (县区一览)."""

    moment: Moment
    answer: Words
    rows: tuple[PlaceRow, ...]
    years: tuple[int, ...]

    @property
    def furthest(self) -> Words | None:
        """Who has come furthest and who least (首尾), None where fewer than two have a figure."""
        known = [(lead.line.current, row.figures.name) for row in self.rows if (lead := row.figures.lead) and lead.line.current is not None]
        if len(known) < 2:
            return None
        (most, first), (least, last) = max(known, key=lambda one: one[0]), min(known, key=lambda one: one[0])
        high, low = number_text(most, 1), number_text(least, 1)
        return Words(f"{first.zh}最快 {high}%，{last.zh}最慢 {low}%", f"{first.en} furthest at {high}%, {last.en} least at {low}%")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in the list of a place (单位的一行)."""

    node: Node
    energy_tce: Decimal | None
    marks: tuple[Mark, ...]
    filed: Filed
    findings: int
    trade: Words | None


@dataclass(frozen=True, slots=True)
class ParkRow:
    """A park in the list of a place (园区的一行)."""

    node: Node
    tenants: int
    energy: Aggregate


@dataclass(frozen=True, slots=True)
class Structure:
    """What the energy of some units is made of (能源结构): flows, by trade too, where every unit is open to the reader, else sums by carrier that are safe."""

    links: tuple[Link, ...]
    carriers: tuple[tuple[Words, Aggregate], ...]
    co2: Co2 | None
    is_co2_told: bool
    marks: tuple[Mark, ...]
    by_trade: tuple[Link, ...] = ()
    trades: tuple[TradeSum, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacePage:
    """Everything of a jurisdiction that its page shows (县区页)."""

    moment: Moment
    figures: PlaceFigures
    finding: Words
    sentence: Words | None
    head: FirstResponsible | None
    grade: Grade | None
    energy: Aggregate
    structure: Structure
    products: tuple[ProductLine, ...]
    gap: Aggregate
    due: tuple[Due, ...]
    filed: Filed
    overdue: tuple[Due, ...]
    findings: tuple[OpenFinding, ...]
    units: tuple[UnitRow, ...]
    hidden_units: int
    parks: tuple[ParkRow, ...]
    changes: Changes
    names: Mapping[str, Words]
    years: tuple[int, ...]

    @property
    def gap_told(self) -> Words | None:
        """How the products with a benchmark stand against it together."""
        if self.gap.value is None:
            return self.gap.why
        size = number_text(abs(self.gap.value), 0)
        zh, en = ("多用", "more than") if self.gap.value > 0 else ("少用", "less than")
        return Words(
            f"有标杆的产品合计比标杆{zh} {size} 吨标准煤，覆盖 {self.gap.coverage.zh}重点用能单位",
            f"products with a benchmark together use {size} tce {en} the benchmark, covering {self.gap.coverage.en}",
        )


def places_page(*, who: Member, year: int | None = None, as_of: date | None = None) -> PlacesPage:
    """Return the jurisdictions of the city side by side (县区一览).

    Raises
    ------
    YearOutOfPlan
        If the plan says nothing of the year.
    """
    moment, day = moment_of(year=year, as_of=as_of), as_of or clock.today()
    figures, membership = places_at(moment), Membership(as_of=as_of)
    tree, sums = membership.today, sums_at(moment, who, as_of)
    kinds = (OrganisationKind.COUNTY, OrganisationKind.ZONE, OrganisationKind.UNIT)
    asked = {node.code: node for held in (membership.at_end(Period.year(moment.year)), tree) for node in held.of_kind(*kinds)}
    filed = filed_by_place(returns_due(asked.values(), year=moment.year, as_of=as_of), membership)
    open_now: Counter[str] = Counter()
    for one in open_findings(membership.perhaps_seen(who), as_of=as_of):
        period = Period.parse(one.period)
        home = membership.home(one.org, period)
        open_now[home.code if home else ""] += membership.sees(who, one.org, period)
    heads, grades = responsible_people(day), grades_on(as_of)
    rows = tuple(
        PlaceRow(one, heads.get(code), sums.get(code, Aggregate(None, 0, 0)), filed.get(code, Filed()), open_now[code], grades.get(code))
        for code, one in figures.items() if code in tree
    )
    return PlacesPage(moment, _answer(rows), rows, tuple(plan_years()))


def _answer(rows: Sequence[PlaceRow]) -> Words:
    lights = Counter(row.figures.lead.row.light if row.figures.lead else Light.GREY for row in rows)
    told = [light for light in (Light.GREEN, Light.YELLOW, Light.RED, Light.GREY) if lights[light]]
    behind = [row.figures.name for row in rows if row.figures.lead and row.figures.lead.row.light is Light.RED]
    zh = f"{len(rows)} 个县区：" + "，".join(f"{light.words.zh} {lights[light]}" for light in told)
    en = f"{len(rows)} jurisdictions: " + ", ".join(f"{light.words.en} {lights[light]}" for light in told)
    if not behind:
        return Words(zh, en)
    return Words(f"{zh}；落后的是{'、'.join(name.zh for name in behind)}", f"{en}; behind: {', '.join(name.en for name in behind)}")


def sums_at(moment: Moment, who: Member, as_of: date | None) -> dict[str, Aggregate]:
    """Return the comprehensive energy of the units of every jurisdiction and park, as far as a person may be told (综合能源消费量汇总)."""
    then = tree_of(Period.year(moment.year))
    newest, seen = newest_id(element=COMPREHENSIVE), seen_then(who, then, as_of)
    values = _values(newest, moment.year, as_of)
    is_told = as_of is None or is_settled(values, _values(newest, moment.year, None), seen)
    return place_sums(values, tree=then, seen=seen, tags=frozenset({_INDUSTRIAL}), is_told=is_told)


@lru_cache(maxsize=16)
def _values(newest: int, year: int, as_of: date | None) -> Mapping[str, Decimal]:
    return unit_values(COMPREHENSIVE, period=Period.year(year), measure="tce", as_of=as_of)


@lru_cache(maxsize=64)
def _energies(newest: int, orgs: tuple[str, ...], year: int, as_of: date | None) -> Mapping[str, UnitEnergy]:
    return unit_energy(orgs, year=year, as_of=as_of)


def energies_of(nodes: Iterable[Node], *, year: int, as_of: date | None) -> Mapping[str, UnitEnergy]:
    """Return the energy of some units in a year, read once as long as nothing is added (单位能源)."""
    return _energies(newest_id(), tuple(sorted(node.code for node in nodes)), year, as_of)


def seen_then(who: Member, then: Tree, as_of: date | None) -> frozenset[str]:
    """Return the units of an earlier day that a person may read today; of one that has closed, those who could when it was there (可见单位)."""
    now = tree_on(as_of or clock.today())
    gone = {node.code for node in then.of_kind(OrganisationKind.UNIT) if node.code not in now and who.sees(node.code, then)}
    return seen_of(who, now) | gone


def units_in(tree: Tree, place: str) -> tuple[Node, ...]:
    """Return the units that lie in a jurisdiction (辖区单位)."""
    return tuple(node for node in tree.of_kind(OrganisationKind.UNIT) if (home := tree.jurisdiction_of(node.code)) is not None and home.code == place)


def units_ever_in(membership: Membership, place: str, year: Period) -> tuple[Node, ...]:
    """Return the units that lay in a jurisdiction at the end of some month of a year, or lie there today (年内辖区单位)."""
    trees = dict.fromkeys((*(membership.at_end(Period.month(year.last_year, month)) for month in range(1, 13)), membership.today))
    return tuple({node.code: node for tree in trees for node in units_in(tree, place)}.values())


def units_listed(then: Sequence[Node], here: Sequence[Node], tree: Tree) -> tuple[Node, ...]:
    """Return the units of a year, and of those here today the ones that came into being since (列出的单位)."""
    return (*then, *(node for node in here if node.code not in tree))


def is_of(place: str, org: str, period: str, membership: Membership) -> bool:
    """Tell whether what an organisation reported for a period belongs to a jurisdiction (是否归属)."""
    home = membership.home(org, Period.parse(period))
    return home is not None and home.code == place


def structure_of(nodes: Sequence[Node], *, who: Member, year: int, as_of: date | None, is_sum_told: bool, is_by_carrier: bool = True) -> Structure:
    """Return what the energy of some units is made of (能源结构), as far as a person may be told.

    Who may not see each unit is told carriers alone, and of these only what is safe beside the other jurisdictions and carriers.
    """
    then = tree_of(Period.year(year))
    seen, energies = seen_then(who, then, as_of), energies_of(nodes, year=year, as_of=as_of)
    known = tuple(energies.values())
    marks = tuple(dict.fromkeys(mark for one in known for mark in one.marks))
    is_open = all(one.org in seen for one in known)
    is_sum_told = is_sum_told and as_of is None  # days one report apart would give it away
    co2 = co2_of(known, year=year) if is_open or is_sum_told else None
    if is_open:
        trades = trades_of(nodes, date(year, 12, 31))
        by_trade = links_by_trade(known, trades)
        return Structure(links_of(known), (), co2, True, marks, by_trade, sums_by_trade(known, trades) if by_trade else ())
    if not (is_sum_told and is_by_carrier):
        return Structure((), (), co2, is_sum_told, marks)
    return Structure((), _carriers(known, sum(_INDUSTRIAL in node.tags for node in nodes), then, seen, as_of), co2, True, marks)


def _carriers(known: Sequence[UnitEnergy], expected: int, then: Tree, seen: frozenset[str], as_of: date | None) -> tuple[tuple[Words, Aggregate], ...]:
    everywhere = energies_of(then.of_kind(OrganisationKind.UNIT), year=known[0].year, as_of=as_of)
    by_carrier: dict[Words, dict[str, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for one in everywhere.values():
        home = then.jurisdiction_of(one.org)
        for use in one.carriers:
            by_carrier[use.name][home.code if home else ""][one.org] = use.consumed_tce
    here = then.jurisdiction_of(known[0].org)
    place = here.code if here else ""
    parts = {name.zh: places.get(place, {}) for name, places in by_carrier.items() if places.get(place)}
    names = {name.zh: name for name in by_carrier}
    untold = {name.zh for name, places in by_carrier.items() if place not in told_parts(places, seen=seen)}
    told = told_parts(parts, seen=seen, untold=untold)
    rows = [(names[name], aggregate(values, expected=expected, seen=seen)) for name, values in parts.items() if name in told]
    rows.sort(key=lambda row: -(row[1].value or 0))
    rest: dict[str, Decimal] = defaultdict(Decimal)
    for name, values in parts.items():
        if name not in told:
            for org, tce in values.items():
                rest[org] += tce
    return (*rows, *([(REST, aggregate(rest, expected=expected, seen=seen))] if rest else []))


def place_page(*, code: str, who: Member, year: int | None = None, as_of: date | None = None) -> PlacePage:
    """Return a jurisdiction as it stood in a year, known on a day (县区页).

    Raises
    ------
    UnknownOrganisation
        If it is no county or zone on that day.
    """
    moment, day = moment_of(year=year, as_of=as_of), as_of or clock.today()
    membership, figures = Membership(as_of=as_of), places_at(moment).get(code)
    tree = membership.today
    if figures is None or not tree.find(code).kind.is_jurisdiction:
        raise UnknownOrganisation(code)
    whole = Period.year(moment.year)
    then, ever = units_in(membership.at_end(whole), code), units_ever_in(membership, code, whole)
    sums = sums_at(moment, who, as_of)
    energy = sums.get(code, Aggregate(None, 0, 0))
    listed = units_listed(then, units_in(tree, code), membership.at_end(whole))
    seen = frozenset(node.code for node in listed if membership.sees(who, node.code, whole))
    due = tuple(one for one in returns_due((tree.find(code), *ever), year=moment.year, as_of=as_of) if is_of(code, one.node.code, one.window.period, membership))
    findings = tuple(
        one for one in open_findings({code, *(node.code for node in ever)} | membership.perhaps_seen(who), as_of=as_of)
        if is_of(code, one.org, one.period, membership) and (one.org == code or membership.sees(who, one.org, Period.parse(one.period)))
    )
    products, gap = products_of(then, who=who, year=moment.year, as_of=as_of)
    lead, heads = figures.lead, responsible_people(day)
    return PlacePage(
        moment=moment, figures=figures, finding=_once(finding_of(lead.line, figures.name, 1), figures.name) if lead else figures.name,
        sentence=_once(told, figures.name) if lead and (told := standing(lead.line, figures.name)) else None,
        head=heads.get(code), grade=grades_on(as_of).get(code), energy=energy,
        structure=structure_of(then, who=who, year=moment.year, as_of=as_of, is_sum_told=energy.value is not None), products=products, gap=gap,
        due=tuple(one for one in due if one.node.code == code), filed=filed_by_place(due, membership).get(code, Filed()),
        overdue=tuple(one for one in due if one.is_overdue(day) and (one.node.code == code or membership.sees(who, one.node.code, Period.parse(one.window.period)))), findings=findings,
        units=unit_rows([node for node in listed if node.code in seen], due, findings, year=moment.year, as_of=as_of), hidden_units=len(listed) - len(seen),
        parks=tuple(ParkRow(node, sum(1 for one in listed if one.park == node.code), sums.get(node.code, Aggregate(None, 0, 0))) for node in tree.of_kind(OrganisationKind.PARK) if node.parent == code),
        changes=what_changed(who=who, year=moment.year, as_of=as_of, within=code), names={node.code: node.name for node in tree}, years=tuple(plan_years()),
    )  # fmt: skip


def _once(told: Words, place: Words) -> Words:
    """Name the place once: the plan's own name of a target begins with it."""
    return Words(told.zh.replace(place.zh * 2, place.zh, 1), told.en.replace(f"{place.en}, {place.en}", place.en, 1))


def products_of(nodes: Iterable[Node], *, who: Member, year: int, as_of: date | None) -> tuple[tuple[ProductLine, ...], Aggregate]:
    """Return the products of key units a person may see, furthest from the benchmark first, and the sum of the gaps (单位产品能耗对标). [tce]"""
    keys = [node.code for node in nodes if "key_energy_user" in node.tags]
    lines = [line for report in key_reports(keys, year=year, as_of=as_of).values() for line in product_lines(report)]
    seen = seen_then(who, tree_of(Period.year(year)), as_of)
    gaps: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.gap is not None:
            gaps[line.org] += line.gap.gap_to_benchmark_tce
    lines.sort(key=lambda line: (line.gap is None, -(line.gap.gap_to_benchmark_tce if line.gap else 0), line.org))
    return tuple(line for line in lines if line.org in seen), aggregate(gaps, expected=len(keys), seen=seen, is_told=as_of is None)


def unit_rows(nodes: Sequence[Node], due: Iterable[Due], findings: Iterable[OpenFinding], *, year: int, as_of: date | None) -> tuple[UnitRow, ...]:
    """Return units with their energy, what they filed and what was found, the largest first (单位一览)."""
    energies = energies_of(nodes, year=year, as_of=as_of)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in due:
        if not one.is_waived:
            counts[one.node.code][0] += one.is_filed
            counts[one.node.code][1] += 1
    odd = Counter(one.org for one in findings)
    rows = []
    for node in nodes:
        held = energies.get(node.code)
        rows.append(UnitRow(node, held.comprehensive_tce if held else None, held.marks if held else (), Filed(*counts[node.code]), odd[node.code], trade_name(trade_code(node.tags), date(year, 12, 31))))
    return tuple(sorted(rows, key=lambda row: (-(row.energy_tce or Decimal(-1)), row.node.code)))

