"""Clean monthly returns of invented units (模拟): what honest figures look like, noise and all.

Honest does not mean smooth: seasons, the dip of the spring festival, maintenance stops, new lines, closures, units that start late,
a weighbridge that reads in tens, coal bought by the trainload, meters a percent off, and figures put right a few weeks later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import cos, exp, pi
from random import Random

from shuangkong.rules import at

FIRST_YEAR = 2020
MONTHS_A_YEAR = 12
COUNTIES = tuple(f"模拟县{number:02}" for number in range(1, 14))
ELECTRICITY, COAL, GAS, DIESEL, HEAT = (
    "electricity_consumed_10k_kwh", "coal_consumed_t", "gas_consumed_10k_m3", "diesel_consumed_t", "heat_consumed_gj",
)  # fmt: skip
OUTPUT, VALUE_ADDED, CAPACITY, RENEWABLE = "output_t", "value_added_10k_yuan", "power_capacity_kw", "renewable_power_used_10k_kwh"
TOTAL, INDUSTRIAL, OTHER_USE = "energy_total_tce", "energy_industrial_tce", "energy_non_industrial_tce"
TRANSFORMED_IN, TRANSFORMED, RECOVERED = "transformation_input_tce", "transformation_output_tce", "recovered_tce"
COMPREHENSIVE, ENERGY_YTD, OUTPUT_YTD, UNIT_ENERGY = "comprehensive_energy_tce", "energy_ytd_tce", "output_ytd_t", "unit_energy_ytd_kgce_per_t"
CARRIERS = (ELECTRICITY, COAL, GAS, DIESEL, HEAT)
ADDED_UP = (ELECTRICITY, COMPREHENSIVE, VALUE_ADDED)
LEAST_UNITS_A_COUNTY = 15
HONEST_REVISION_SHARE = 0.01
CENT = Decimal("0.01")
Month = dict[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of industry (行业): kgce per tonne, shares of carriers, swing of the seasons, value added per tonne."""

    name: str
    kgce_per_t: float
    coal: float
    gas: float
    season: float
    peak_month: int
    yuan_per_t: float


TRADES = (
    Trade("水泥", 95, 0.75, 0.0, 0.22, 5, 90), Trade("化肥", 620, 0.7, 0.05, 0.10, 3, 700),
    Trade("铸造", 420, 0.1, 0.35, 0.06, 10, 1500), Trade("食品", 60, 0.0, 0.45, 0.18, 11, 900),
    Trade("纺织", 380, 0.1, 0.15, 0.07, 9, 4000), Trade("造纸", 330, 0.55, 0.1, 0.05, 6, 800),
    Trade("化工", 510, 0.4, 0.25, 0.05, 4, 1900), Trade("机械", 140, 0.0, 0.2, 0.08, 12, 5200),
)  # fmt: skip


@dataclass
class UnitReturns:
    """All returns of one unit (一家单位的历次报表), by month from January of the first year; an empty month has no return."""

    org: str
    county: str
    trade: str
    coefficients: dict[str, Decimal]
    months: list[Month] = field(default_factory=list)
    meters: list[dict[str, Decimal]] = field(default_factory=list)
    versions: dict[tuple[str, int], list[Decimal]] = field(default_factory=dict)  # superseded, oldest first
    revised_after_days: dict[tuple[str, int], int] = field(default_factory=dict)
    filed_after_days: dict[int, int] = field(default_factory=dict)  # after the month's end
    targets: dict[int, Decimal] = field(default_factory=dict)  # year → unit energy
    decimals: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "UnitReturns":
        """Return a copy whose figures can be changed."""
        return UnitReturns(
            self.org, self.county, self.trade, dict(self.coefficients), [dict(month) for month in self.months],
            [dict(month) for month in self.meters], {key: list(told) for key, told in self.versions.items()},
            dict(self.revised_after_days), dict(self.filed_after_days), dict(self.targets), dict(self.decimals),
        )  # fmt: skip


@dataclass(frozen=True)
class CityReturns:
    """The returns of a simulated city (全市模拟报表)."""

    seed: int
    years: int
    units: tuple[UnitReturns, ...]

    @property
    def month_count(self) -> int:
        """Months covered."""
        return self.years * MONTHS_A_YEAR

    def of_county(self, county: str) -> list[UnitReturns]:
        """Return the units of a county."""
        return [one for one in self.units if one.county == county]


def month_start(number: int) -> date:
    """Return the first day of a month by its number from the first January."""
    return date(FIRST_YEAR + number // MONTHS_A_YEAR, number % MONTHS_A_YEAR + 1, 1)


def clean_returns(*, seed: int, units: int, years: int = 6) -> CityReturns:
    """Return invented honest returns, the same for the same seed (干净的模拟报表).

    Parameters
    ----------
    seed : int
    units : int
        How many units, in 8 trades; spread over 13 counties, over fewer where a county would have a handful.
    years : int
        From 2020 on.

    Returns
    -------
    CityReturns
        Each unit's draws have a source of their own, so a larger city holds the returns of the smaller.
    """
    counties = COUNTIES[: max(units // LEAST_UNITS_A_COUNTY, 1)]
    made = [_unit(seed, number, years * MONTHS_A_YEAR, counties[number % len(counties)]) for number in range(units)]
    return CityReturns(seed, years, tuple(made))


def _coefficients(random: Random) -> dict[str, Decimal]:
    rules = at(date(FIRST_YEAR + 2, 1, 1))
    fuels = {name: rules.get(f"energy.coal_equivalent.fuels.{name}").number for name in ("raw_coal", "natural_gas", "diesel")}
    measured_coal = Decimal(random.randrange(6200, 8000)) / 10000
    return {
        ELECTRICITY: rules.get("energy.coal_equivalent.electricity_calorific").number * 10,
        COAL: measured_coal if random.random() < 0.5 else fuels["raw_coal"],
        GAS: fuels["natural_gas"] * 10, DIESEL: fuels["diesel"],
        HEAT: rules.get("energy.coal_equivalent.heat_calorific.heat").number,
    }  # fmt: skip


def _unit(seed: int, number: int, months: int, county: str) -> UnitReturns:
    random = Random(f"{seed}/unit/{number}")
    trade = TRADES[number % len(TRADES)]
    unit = UnitReturns(f"S{number:04}", county, trade.name, _coefficients(random))
    _fill(unit, trade, random, months)
    for month in range(months):
        complete(unit, month)
    _set_targets(unit, random, months)
    _revise_honestly(unit, random)
    return unit


def _fill(unit: UnitReturns, trade: Trade, random: Random, months: int) -> None:
    yearly_tce = exp(random.gauss(8.6, 1.0))
    kgce_per_t = trade.kgce_per_t * exp(random.gauss(0, 0.12))
    level = yearly_tce * 1000 / kgce_per_t / MONTHS_A_YEAR
    activity = _activity(random, trade, months)
    has_heat, has_solar, has_cogeneration, has_recovery = (random.random() < share for share in (0.2, 0.25, 0.12, 0.12))
    coal_share, gas_share = trade.coal, trade.gas
    tce = yearly_tce / MONTHS_A_YEAR
    shares = {COAL: coal_share, GAS: gas_share, ELECTRICITY: 1 - coal_share - gas_share}
    usual = {code: tce * share / float(unit.coefficients[code]) for code, share in shares.items()}
    unit.decimals = {
        OUTPUT: 0 if level > 2000 else 1, ELECTRICITY: 2, GAS: 2, COAL: -1 if random.random() < 0.15 else 0 if usual[COAL] > 500 else 1, DIESEL: 1,
    }  # fmt: skip
    peak: float = max((rate for rate in activity if rate is not None), default=1.0)
    capacity = Decimal(round(usual[ELECTRICITY] * 10000 * peak / 730 / random.uniform(0.55, 0.8) / 50 + 1) * 50)
    heat = Decimal(random.randrange(80, 900) * 5)
    drift, drawn = random.gauss(-0.015, 0.01), _Drawn(random, Decimal(0))
    for month in range(months):
        rate = activity[month]
        if rate is None:
            unit.months.append({})
            unit.meters.append({})
            continue
        if has_heat and random.random() < 0.002:
            heat += Decimal(random.randrange(10, 40) * 5)
        worn = exp(drift * month / MONTHS_A_YEAR)
        told: Month = {
            OUTPUT: _rounded(level * rate, unit.decimals[OUTPUT]),
            ELECTRICITY: _rounded(usual[ELECTRICITY] * (0.15 + 0.85 * rate) * worn * exp(random.gauss(0, 0.025)), 2),
            CAPACITY: capacity,
            GAS: _rounded(usual[GAS] * (0.08 + 0.92 * rate) * worn * exp(random.gauss(0, 0.03)), 2) if gas_share else None,
            DIESEL: _rounded(max(tce * 0.01 / 1.4571 * exp(random.gauss(0, 0.2)), 0.1), 1),
            HEAT: heat if has_heat else None,
            VALUE_ADDED: _rounded(level * rate * trade.yuan_per_t / 10000 * exp(random.gauss(0, 0.06)), 1),
            RENEWABLE: None,
        }  # fmt: skip
        if has_solar:
            sun = 0.6 + 0.4 * cos(2 * pi * (month % MONTHS_A_YEAR - 6) / MONTHS_A_YEAR)
            told[RENEWABLE] = _rounded(usual[ELECTRICITY] * 0.06 * sun * exp(random.gauss(0, 0.08)), 2)
        coal = _rounded(usual[COAL] * (0.06 + 0.94 * rate) * worn * exp(random.gauss(0, 0.035)), unit.decimals[COAL]) if coal_share else None
        drawn.coal(told, coal, usual[COAL], is_chemical=trade.name in ("化肥", "化工"))
        told[TRANSFORMED_IN] = Decimal("0.3") if has_cogeneration else None
        told[RECOVERED] = Decimal("0.04") if has_recovery else None
        unit.months.append(told)
        unit.meters.append(_meters(random, told))
        unit.filed_after_days[month] = random.randint(3, 9)


class _Drawn:
    """Keeps a coal yard: bought by the trainload, carried over to the penny-weight."""

    def __init__(self, random: Random, stock: Decimal) -> None:
        self.random, self.stock, self.price = random, stock, random.uniform(700, 1000)

    def coal(self, told: Month, consumed: Decimal | None, usual: float, *, is_chemical: bool) -> None:
        names = ("coal_opening_t", "coal_purchased_t", "coal_purchase_10k_yuan", "coal_feedstock_t", "coal_closing_t")
        told[COAL] = consumed
        if consumed is None:
            told.update(dict.fromkeys(names))
            return
        train = _rounded(max(usual * 0.25, 10), -1)
        wanted = Decimal(round(usual * self.random.uniform(0.6, 1.4))) - self.stock + consumed
        trains = int(wanted // train) + 1 if wanted > 0 else 0
        bought = trains * train + (self.random.randrange(0, 9) if trains else 0)
        self.price *= exp(self.random.gauss(0, 0.03) - 0.05 * (self.price / 850 - 1))
        closing = self.stock + bought - consumed
        feedstock = _rounded(float(consumed) * self.random.uniform(0.3, 0.4), 0) if is_chemical else Decimal(0)
        told.update(zip(names, (self.stock, bought, _rounded(float(bought) * self.price / 10000, 2), min(feedstock, consumed), closing), strict=True))
        self.stock = closing


def _activity(random: Random, trade: Trade, months: int) -> list[float | None]:
    """Return how much the unit works, 1 being usual; None while it does not report."""
    start = random.randrange(1, months - 30) if random.random() < 0.1 and months > 40 else 0
    end = random.randrange(30, months) if random.random() < 0.05 and months > 40 else months
    new_line = random.randrange(12, months) if random.random() < 0.2 else None
    grown, growth, swell = random.uniform(1.25, 1.7), random.gauss(0.02, 0.03), 0.0
    stops = {random.randrange(months): random.uniform(0.25, 0.75) for _ in range(months // MONTHS_A_YEAR) if random.random() < 0.6}
    long_stop = random.randrange(6, months) if random.random() < 0.08 else None
    told: list[float | None] = []
    for month in range(months):
        swell = 0.6 * swell + random.gauss(0, 0.05)
        rate = exp(growth * month / MONTHS_A_YEAR + swell)
        rate *= 1 + trade.season * cos(2 * pi * (month % MONTHS_A_YEAR + 1 - trade.peak_month) / MONTHS_A_YEAR)
        rate *= random.uniform(0.7, 0.9) if month % MONTHS_A_YEAR == 1 else 1
        rate *= stops.get(month, 1)
        if long_stop is not None and long_stop <= month < long_stop + 3:
            rate *= 0 if month < long_stop + 2 else 0.5
        if new_line is not None and month >= new_line:
            rate *= 1 + (grown - 1) * min((month - new_line + 1) / 3, 1)
        told.append(rate if start <= month < end else None)
    return told


def _meters(random: Random, told: Month) -> dict[str, Decimal]:
    read = {}
    for code, error in ((ELECTRICITY, 0.004), (COAL, 0.015), (GAS, 0.006)):
        figure = told.get(code)
        if figure:
            read[code] = _rounded(float(figure) * exp(random.gauss(0, error)), 3)
    return read


def complete(unit: UnitReturns, month: int) -> None:
    """Compute what a form computes: totals, comprehensive energy, sums to date, unit energy (汇总栏).

    Shares of transformation and recovery are read from the draft of the month the first time and kept as tonnes after.
    """
    told = unit.months[month]
    if not told:
        return
    total = sum((figure * unit.coefficients[code] for code in CARRIERS if (figure := told.get(code)) is not None), Decimal(0))
    total, other = total.quantize(CENT), (total * Decimal("0.03")).quantize(CENT)
    industrial = total - other
    told.update({TOTAL: total, OTHER_USE: other, INDUSTRIAL: industrial})
    if TRANSFORMED not in told:
        share_in, share_back = told.get(TRANSFORMED_IN), told.get(RECOVERED)
        told[TRANSFORMED_IN] = None if share_in is None else (industrial * share_in).quantize(CENT)
        told[TRANSFORMED] = None if share_in is None else (industrial * share_in * Decimal("0.8")).quantize(CENT)
        told[RECOVERED] = None if share_back is None else (industrial * share_back).quantize(CENT)
    told[COMPREHENSIVE] = industrial - (told[TRANSFORMED] or 0) - (told[RECOVERED] or 0)
    sum_up(unit, month)


def sum_up(unit: UnitReturns, month: int) -> None:
    """Compute sums to date and unit energy of a month from the month before (累计栏)."""
    told = unit.months[month]
    before = unit.months[month - 1] if month % MONTHS_A_YEAR else {}
    for code, running in ((COMPREHENSIVE, ENERGY_YTD), (OUTPUT, OUTPUT_YTD)):
        told[running] = (told.get(code) or Decimal(0)) + (before.get(running) or Decimal(0))
    energy, output = told[ENERGY_YTD], told[OUTPUT_YTD]
    told[UNIT_ENERGY] = (1000 * energy / output).quantize(CENT) if energy and output else None


def _set_targets(unit: UnitReturns, random: Random, months: int) -> None:
    for year in range(1, months // MONTHS_A_YEAR):
        before = unit.months[year * MONTHS_A_YEAR - 1].get(UNIT_ENERGY)
        if before:
            unit.targets[year] = (before * Decimal(random.randrange(960, 990)) / 1000).quantize(Decimal("0.1"))


def _revise_honestly(unit: UnitReturns, random: Random) -> None:
    """A figure in a hundred was first filed a little wrong and put right some weeks later."""
    for month, told in enumerate(unit.months):
        for code in (OUTPUT, ELECTRICITY, COAL, GAS, VALUE_ADDED):
            figure = told.get(code)
            if figure and random.random() < HONEST_REVISION_SHARE:
                first = _rounded(float(figure) * (1 + random.gauss(0, 0.02)), unit.decimals.get(code, 1))
                if first != figure:
                    unit.versions[code, month] = [first]
                    unit.revised_after_days[code, month] = random.randint(15, 100)


def county_figures(units: Sequence[UnitReturns], month: int) -> dict[str, Decimal]:
    """Return what a county reports: the sums of its units, and its whole energy, which holds smaller users too (县区数)."""
    sums = _summed((unit.months[month] for unit in units), ADDED_UP)
    random = Random(f"{units[0].county}/{month}" if units else "")
    if COMPREHENSIVE in sums:
        sums["place_energy_tce"] = (sums[COMPREHENSIVE] * Decimal(random.randrange(135, 165)) / 100).quantize(CENT)
    return sums


def city_figures(counties: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Return what the city reports: the sums of its counties (全市数)."""
    return _summed(counties.values(), (*ADDED_UP, "place_energy_tce"))


def _summed(reported: Iterable[Mapping[str, Decimal | None]], codes: Sequence[str]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in reported:
        for code in codes:
            figure = one.get(code)
            if figure is not None:
                sums[code] = sums.get(code, Decimal(0)) + figure
    return sums


def _rounded(figure: float, decimals: int) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    counted = Decimal(repr(figure)).quantize(step)
    return Decimal(f"{counted:f}")
