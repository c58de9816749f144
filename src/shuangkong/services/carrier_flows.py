"""Energy of units by carrier, from their locked 205-1 and 205-2 (分品种能源): where it comes from, what it is used for, its CO2."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from shuangkong.energy.carbon import GridFactor, energy_co2, grid_factor
from shuangkong.energy.coal_equivalent import CarrierTable, EnergyCarrier
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.quantity import Quantity
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.kernel.units import unit
from shuangkong.returns.form import CellKey
from shuangkong.rules import at as rules_at
from shuangkong.services.deployment import city
from shuangkong.services.documents.report import MARK_OF_GRADE, Mark
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_observations import current_rows
from shuangkong.store.models import ObservationRow

ACCOUNT, CONVERSION = "205-1", "205-2"
COMPREHENSIVE = "comprehensive_energy_tce"
GRID_FACTORS, NATIONAL = "energy.grid_factors", "national"
ELECTRICITY, HEAT = "electricity", "heat"
_ZERO = Decimal(0)
_STANDS_IN = {"raw_coal": "steam_bituminous_coal"}  # as energy.carbon_of_region counts raw coal: the guideline has no factor of its own for it
_COLUMNS = {
    ACCOUNT: ("opening", "purchased", "produced", "consumed", "industrial", "feedstock", "non_industrial", "passed_on", "closing", "coefficient", "coal_equivalent"),
    CONVERSION: ("input", "output", "recovered"),
}
BOUGHT, OWN, STOCK_DRAWN = Words("购进", "bought"), Words("自产和回收", "own production"), Words("库存减少", "drawn from stock")
PROCESS, FEEDSTOCK, OTHER_USE = Words("工业生产燃料动力", "industrial fuel and power"), Words("原材料", "feedstock"), Words("非工业生产", "other use")
TRANSFORMED, PASSED_ON, STOCK_BUILT = Words("加工转换投入", "transformed"), Words("拨出及损失", "passed on or lost"), Words("库存增加", "put into stock")
OUTPUT, LOSS = Words("转换产出", "transformation output"), Words("转换损失", "transformation loss")


@dataclass(frozen=True, slots=True)
class Link:
    """A flow of a Sankey (流), tce."""

    source: Words
    target: Words
    tce: Decimal


@dataclass(frozen=True, slots=True)
class CarrierUse:
    """One carrier of one unit in one year (分品种收支): amounts as filed, by column of the forms; `elements` opens them."""

    code: str
    name: Words
    symbol: str
    amounts: Mapping[str, Decimal]
    elements: Mapping[str, str]
    marks: tuple[Mark, ...] = ()

    def amount(self, column: str) -> Decimal:
        """Return an amount, nought where none was filed. [unit of the carrier]"""
        return self.amounts.get(column, _ZERO)

    def tce(self, column: str) -> Decimal:
        """Return an amount in standard coal by the unit's own coefficient, calorific. [tce]"""
        return self.amount(column) * self.amount("coefficient")

    @property
    def consumed_tce(self) -> Decimal:
        """What was consumed of it. [tce]"""
        return self.tce("consumed")

    @property
    def links(self) -> tuple[Link, ...]:
        """Where it came from and went; what transformation takes is a part of industrial use."""
        drawn = self.tce("opening") - self.tce("closing")
        into, feedstock = self.tce("input"), self.tce("feedstock")
        found = (
            Link(BOUGHT, self.name, self.tce("purchased")), Link(OWN, self.name, self.tce("produced")), Link(STOCK_DRAWN, self.name, drawn),
            Link(self.name, PROCESS, self.tce("industrial") - into - feedstock), Link(self.name, TRANSFORMED, into), Link(self.name, FEEDSTOCK, feedstock),
            Link(self.name, OTHER_USE, self.tce("non_industrial")), Link(self.name, PASSED_ON, self.tce("passed_on")), Link(self.name, STOCK_BUILT, -drawn),
        )  # fmt: skip
        return tuple(link for link in found if link.tce > 0)


@dataclass(frozen=True, slots=True)
class UnitEnergy:
    """The energy of one unit in one year (单位能源)."""

    org: str
    year: int
    carriers: tuple[CarrierUse, ...]
    comprehensive_tce: Decimal | None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What must be shown beside it."""
        return tuple(dict.fromkeys(mark for one in self.carriers for mark in one.marks))


@lru_cache(maxsize=32)
def energy_elements(year: int) -> Mapping[str, tuple[str, str]]:
    """Return the elements that tell of energy by carrier, with carrier and column, in the order of the form (分品种数据元素)."""
    found: dict[str, tuple[str, str]] = {}
    for code, columns in _COLUMNS.items():
        form = form_of(code, Period.year(year))
        for row in form.table("energy").rows:
            for column in columns:
                cell = form.fixed_cells.get(CellKey("energy", row.code, column))
                if cell is not None and cell.element:
                    found[cell.element] = (row.code, column)
    return found


@lru_cache(maxsize=32)
def _names(year: int) -> Mapping[str, tuple[Words, str]]:
    return {row.code: (row.name, str(row.unit)) for row in form_of(ACCOUNT, Period.year(year)).table("energy").rows}


def unit_energy(orgs: Iterable[str], *, year: int, as_of: date | None = None) -> dict[str, UnitEnergy]:
    """Return the energy of units in a year, of those whose 205-1 is locked (单位能源)."""
    wanted = [*energy_elements(year), COMPREHENSIVE]
    return energy_of_rows(current_rows(as_of=as_of, org__in=list(orgs), period=str(year), element__in=wanted), year=year)


def energy_of_rows(rows: Iterable[ObservationRow], *, year: int) -> dict[str, UnitEnergy]:
    """Return the energy that rows of one year tell of, by unit (单位能源)."""
    elements, names = energy_elements(year), _names(year)
    amounts: dict[str, dict[str, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    origins: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    grades: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    totals: dict[str, Decimal] = {}
    for row in rows:
        if row.value is None:
            continue
        if row.element == COMPREHENSIVE:
            totals[row.org] = row.value
        elif row.element in elements:
            carrier, column = elements[row.element]
            amounts[row.org][carrier][column] = row.value
            origins[row.org][carrier][column] = row.element
            grades[row.org][carrier].add(row.grade)
    found = {}
    for org in sorted(amounts.keys() | totals.keys()):
        uses = tuple(
            CarrierUse(carrier, *names[carrier], amounts[org][carrier], origins[org][carrier], _marks(grades[org][carrier]))
            for carrier in names if amounts[org].get(carrier)
        )
        found[org] = UnitEnergy(org, year, uses, totals.get(org))
    return found


def _marks(grades: Iterable[str]) -> tuple[Mark, ...]:
    return tuple(mark for grade in DataGrade if grade.name in set(grades) and (mark := MARK_OF_GRADE.get(grade)))


def links_of(several: Iterable[UnitEnergy], *, is_whole: bool = False) -> tuple[Link, ...]:
    """Return the flows of some units together, largest first (能流).

    `is_whole` adds what comes before the carriers and after transformation: for one unit; over many it would only add clutter.
    """
    sums: dict[tuple[Words, Words], Decimal] = defaultdict(Decimal)
    into = out = _ZERO
    for one in several:
        for use in one.carriers:
            for link in use.links:
                if is_whole or (link.source == use.name and link.target not in (PASSED_ON, STOCK_BUILT)):
                    sums[link.source, link.target] += link.tce
            into, out = into + use.tce("input"), out + use.tce("output")
    if is_whole and into > 0:
        sums[TRANSFORMED, OUTPUT] = min(out, into)
        sums[TRANSFORMED, LOSS] = into - min(out, into)
    return tuple(sorted((Link(*ends, tce) for ends, tce in sums.items() if tce > 0), key=lambda link: -link.tce))


def flow_finding(links: Iterable[Link]) -> Words | None:
    """Say where most of the energy comes from and where most of it goes (能流要点); None where nothing flows.

    Examples
    --------
    >>> flow_finding([Link(Words("原煤", "raw coal"), PROCESS, Decimal(90)), Link(Words("电力", "power"), OTHER_USE, Decimal(10))])
    Words(zh='原煤占 90%，工业生产燃料动力占 90%', en='90% comes from raw coal, 90% goes to industrial fuel and power')
    """
    out: dict[Words, Decimal] = defaultdict(Decimal)
    into: dict[Words, Decimal] = defaultdict(Decimal)
    for link in links:
        out[link.source] += link.tce
        into[link.target] += link.tce
    roots, leaves = {name: tce for name, tce in out.items() if name not in into}, {name: tce for name, tce in into.items() if name not in out}
    if sum(roots.values()) <= 0 or sum(leaves.values()) <= 0:
        return None
    (source, share), (use, part) = _largest(roots), _largest(leaves)
    return Words(f"{source.zh}占 {share}%，{use.zh}占 {part}%", f"{share}% comes from {source.en}, {part}% goes to {use.en}")


def _largest(several: Mapping[Words, Decimal]) -> tuple[Words, str]:
    name, tce = max(several.items(), key=lambda one: one[1])
    return name, plain(round_gbt8170(tce / sum(several.values(), _ZERO) * 100, 0))


@dataclass(frozen=True, slots=True)
class Co2:
    """CO2 of the energy of some units (能源活动二氧化碳): what is known of it, and of how much of the energy. [t]"""

    known_t: Decimal
    coverage_pct: Decimal | None
    missing: tuple[Words, ...]
    verified: bool
    is_substituted: bool

    @property
    def marks(self) -> tuple[Mark, ...]:
        """未核实 where a factor is not verified, 替代 where one carrier or year stands in for another."""
        return (*((Mark.SUBSTITUTED,) if self.is_substituted else ()), *(() if self.verified else (Mark.UNVERIFIED,)))


def co2_of(several: Iterable[UnitEnergy], *, year: int) -> Co2 | None:
    """Return the CO2 of fuels burned, and of power and heat bought (能源活动二氧化碳); None where nothing was reported.

    Feedstock is left out. Raw coal counts as steam coal, marked 替代; a carrier without a factor is named as missing and not guessed.
    """
    rules = rules_at(date(year, 12, 31))
    carriers = _carriers(year)
    burned: dict[str, Decimal] = defaultdict(Decimal)
    symbols: dict[str, str] = {}
    power: Decimal | None = None
    for one in several:
        for use in one.carriers:
            symbols[use.code] = use.symbol
            if use.code == ELECTRICITY:
                power = (power or _ZERO) + use.amount("purchased") * unit(use.symbol).factor_to(unit("kWh"))
            elif use.code == HEAT:
                burned[use.code] += use.amount("purchased")
            else:
                burned[use.code] += use.amount("consumed") - use.amount("feedstock")
    pairs: list[tuple[EnergyCarrier, Quantity]] = [
        (carriers[_STANDS_IN.get(code, code)], Quantity.of(amount, symbols[code])) for code, amount in burned.items() if amount > 0
    ]
    if not pairs and power is None:
        return None
    grid, is_earlier = _grid(year)
    account = energy_co2(burned=pairs, imported_kwh=power or _ZERO, green_power_kwh=_ZERO, grid=grid, rules=rules)
    missing = tuple(one.carrier.name for one in account.missing)
    stands_in = is_earlier or grid.is_stand_in or any(burned.get(code) for code in _STANDS_IN)
    return Co2(account.known_co2_t, account.coverage_pct, missing, account.verified, stands_in)


@lru_cache(maxsize=32)
def _grid(year: int) -> tuple[GridFactor, bool]:
    """The grid factor of the city's region; before the first known one that stands in, and it is said."""
    rules = rules_at(date(year, 12, 31))
    listed = rules.book.below(GRID_FACTORS)
    region = next((key for key, rule in listed.items() if city().defaults.grid_region in rule.name.zh), NATIONAL)
    first = listed[region].lines[0].valid_from.year
    return grid_factor(region=region, year=max(year, first), rules=rules), year < first


@lru_cache(maxsize=32)
def _carriers(year: int) -> Mapping[str, EnergyCarrier]:
    return CarrierTable(rules_at(date(year, 12, 31))).energy_carriers
