"""What simulated units report of a year (模拟年报): energy that adds up to its share of the county's, and returns that add up themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.simulation.organisations import SimulatedUnit, UnitsProfile

Stated = Mapping[tuple[str, int], Decimal]  # place, year
Cells = dict[CellKey, Entry]
NOT_APPLICABLE = Entry(is_not_applicable=True)
FRAUDS = ("spike", "copied", "slip")
_STOCKED = ("raw_coal", "diesel")
_SPIKE = Decimal("2.3")


@dataclass(frozen=True, slots=True)
class UnitYear:
    """One year of an industrial unit (单位年度): comprehensive energy and value added. [tce, 万元]"""

    energy_tce: Decimal
    value_added_10k_yuan: Decimal


@dataclass(frozen=True, slots=True)
class YearReports:
    """The returns of an industrial unit for a year as typed (年报填报值): 205-1, and 205-2 where it transforms energy."""

    consumption: Cells
    transformation: Cells


def unit_years(profile: UnitsProfile, units: tuple[SimulatedUnit, ...], *, energy: Stated, value_added: Stated) -> dict[tuple[str, int], UnitYear]:
    """Return energy and value added of the industrial units by year (单位年度用能).

    Those of a place add up to the stated coverage of its own figures; where the place told none, of the year before. A unit with a
    path of its own keeps it wherever it lies, and the others of the place share the rest.

    Parameters
    ----------
    profile, units
        The simulated units.
    energy, value_added
        What the places report of above-scale industry. [tce, 亿元]
    """
    found: dict[tuple[str, int], UnitYear] = {}
    for place in profile.stated["places"]:
        cover = Decimal(profile.stated["places"][place]["coverage_pct"]) / 100
        told_energy = told_added = Decimal(0)
        for year in profile.years:
            told_energy, told_added = energy.get((place, year), told_energy), value_added.get((place, year), told_added)
            here = [one for one in units if one.is_industrial and one.place_in(year) == place]
            used = _shared(profile, here, year, told_energy * cover)
            added = {one.code: used[one.code] * Decimal(profile.stated["trades"][one.kind]["value_added_per_tce"]) for one in here}
            scale = told_added * 10000 * cover / sum(added.values())
            found |= {(code, year): UnitYear(tce, round_gbt8170(added[code] * scale, 0)) for code, tce in used.items()}
    return found


def _shared(profile: UnitsProfile, units: list[SimulatedUnit], year: int, total: Decimal) -> dict[str, Decimal]:
    own = {one.code: one.own_path_tce * _wander(profile, one, year, 3) for one in units if one.own_path_tce is not None}
    weights = {one.code: one.weight * _wander(profile, one, year, 4) for one in units if one.own_path_tce is None}
    rest, whole = total - sum(own.values()), sum(weights.values())
    return own | {code: rest * weight / whole for code, weight in weights.items()}


def _wander(profile: UnitsProfile, unit: SimulatedUnit, year: int, pct: int) -> Decimal:
    """A factor near one that is the unit's own in that year."""
    return 1 + Decimal(profile.random(f"{unit.code} {year}").randint(-100 * pct, 100 * pct)) / 10000


def bent(profile: UnitsProfile, units: tuple[SimulatedUnit, ...], *, seed: int, near: str) -> dict[str, str]:
    """Return which units invent their last year, and how (植入的造假): the spike in the place `near`, the others anywhere."""
    random = profile.random(f"fraud {seed}")
    industrial = [one for one in units if one.is_industrial and not one.changes and "transforms_energy" not in one.tags and one.code != units[0].code]
    first = random.choice([one.code for one in industrial if one.place == near])
    others = random.sample([one.code for one in industrial if one.code != first], len(FRAUDS) - 1)
    return dict(zip((first, *others), FRAUDS, strict=True))


def industrial_reports(
    profile: UnitsProfile, unit: SimulatedUnit, year: int, amount: UnitYear, *, factors: Mapping[str, Decimal], before: YearReports | None, fraud: str = ""
) -> YearReports:
    """Return what an industrial unit types for a year (模拟工业单位年报).

    Parameters
    ----------
    profile, unit, year
        Whose, and which.
    amount : UnitYear
        Energy and value added it must come to.
    factors : Mapping
        Coefficients by carrier. [tce per unit of the form]
    before : YearReports, optional
        Of the year before, for the opening stocks.
    fraud : str
        How the last year is bent: `spike`, `copied` or `slip`; a `spike` stands on figures that hardly moved in all years.
    """
    is_last = year == profile.years[-1]
    if fraud == "copied" and is_last and before is not None:
        return YearReports(_copied(before.consumption), before.transformation)
    sheet = _Sheet(profile, unit, year, amount, factors, before, is_flat=fraud == "spike")
    made = sheet.reports()
    if is_last and fraud in ("spike", "slip"):
        factor = _SPIKE if fraud == "spike" else Decimal(10)
        for column in ("consumed", "purchased", "industrial"):
            key = CellKey("energy", "electricity", column)
            figure = made.consumption[key].number
            if figure is not None and not (fraud == "slip" and column == "industrial"):
                made.consumption[key] = Entry(number=round_gbt8170(figure * factor, 2))
        if fraud == "spike":
            _balance_electricity(made.consumption)
    return made


def _copied(told: Cells) -> Cells:
    """The year before once more; who copies makes the stocks fit."""
    cells = dict(told)
    for carrier in _STOCKED:
        if CellKey("energy", carrier, "closing") in told:
            cells[CellKey("energy", carrier, "opening")] = told[CellKey("energy", carrier, "closing")]
            cells[CellKey("energy", carrier, "purchased")] = told[CellKey("energy", carrier, "consumed")]
    return cells


def _balance_electricity(cells: Cells) -> None:
    parts = [cells[CellKey("energy", "electricity", column)].number or Decimal(0) for column in ("industrial", "non_industrial")]
    for column in ("consumed", "purchased"):
        cells[CellKey("energy", "electricity", column)] = Entry(number=sum(parts, Decimal(0)))


@dataclass
class _Sheet:
    """The figures of one unit and year being laid out."""

    profile: UnitsProfile
    unit: SimulatedUnit
    year: int
    amount: UnitYear
    factors: Mapping[str, Decimal]
    before: YearReports | None
    is_flat: bool

    def reports(self) -> YearReports:
        trade = self.profile.stated["trades"][self.unit.kind]
        shares = self._shares(trade)
        efficiency = Decimal(trade.get("transforms", "0"))
        coal = shares.get("raw_coal", Decimal(0))
        industrial = self.amount.energy_tce / (1 - efficiency * coal)
        cells: Cells = {}
        for carrier, share in shares.items():
            self._carrier(cells, carrier, industrial * share, trade)
        transformation = self._transformation(cells, efficiency) if efficiency else {}
        output = CellKey("total", "transformation_output_tce", "value")
        cells[output] = transformation.pop(output) if transformation else NOT_APPLICABLE
        cells[CellKey("total", "recovered_tce", "value")] = NOT_APPLICABLE
        self._output(cells, trade)
        return YearReports(cells, transformation)

    def _shares(self, trade: Mapping[str, Mapping[str, str]]) -> dict[str, Decimal]:
        """Shares of the unit, which lean a little to this or that fuel, always the same way, and waver with the years."""
        own = self.profile.random(f"fuels {self.unit.code}")
        lean = {carrier: Decimal(own.randint(85, 115)) / 100 for carrier in trade["fuels"]}
        if not self.is_flat:
            yearly = self.profile.random(f"fuels {self.unit.code} {self.year}")
            lean = {carrier: one * Decimal(yearly.randint(980, 1020)) / 1000 for carrier, one in lean.items()}
        raw = {carrier: Decimal(share) * lean[carrier] for carrier, share in trade["fuels"].items()}
        whole = sum(raw.values())
        return {carrier: share / whole for carrier, share in raw.items()}

    def _carrier(self, cells: Cells, carrier: str, tce: Decimal, trade: Mapping[str, Mapping[str, str]]) -> None:
        draw = self.profile.random(f"{carrier} {self.unit.code} {self.year}")

        def put(column: str, figure: Decimal) -> Decimal:
            cells[CellKey("energy", carrier, column)] = Entry(number=figure)
            return figure

        coefficient = self._coefficient(carrier)
        if self.is_flat and carrier == "electricity":
            tce = self._level(carrier, tce)
        industrial = put("industrial", round_gbt8170(tce / coefficient, 2))
        other = put("non_industrial", round_gbt8170(industrial * Decimal("0.04"), 2) if carrier == "electricity" else Decimal(0))
        consumed = put("consumed", industrial + other)
        closing = opening = Decimal(0)
        if carrier in _STOCKED:
            told = self.before.consumption.get(CellKey("energy", carrier, "closing")) if self.before else None
            opening = put("opening", told.number if told and told.number is not None else round_gbt8170(consumed * draw.randint(30, 70) / 1000, 2))
            closing = put("closing", round_gbt8170(consumed * draw.randint(30, 70) / 1000, 2))
        bought = put("purchased", consumed + closing - opening)
        price = Decimal(self.profile.stated["prices"][carrier]) * (1 + Decimal(draw.randint(-60, 60)) / 1000)
        put("cost", round_gbt8170(bought * price, 2))
        if carrier == "raw_coal":
            put("purchased_outside", round_gbt8170(bought * draw.randint(20, 75) / 100, 2))
            put("coefficient", coefficient)
        if carrier == "diesel":
            put("transport", round_gbt8170(consumed * Decimal("0.82"), 2))
        part = Decimal(trade.get("feedstock", {}).get(carrier, "0"))
        if part:
            put("feedstock", round_gbt8170(industrial * part, 2))
        elif carrier not in ("heat", "electricity"):
            cells[CellKey("energy", carrier, "feedstock")] = NOT_APPLICABLE

    def _level(self, carrier: str, tce: Decimal) -> Decimal:
        """A figure that hardly moves: that of the year before, a few parts in ten thousand off."""
        told = self.before.consumption.get(CellKey("energy", carrier, "industrial")) if self.before else None
        if told is None or told.number is None:
            return tce
        off = self.profile.random(f"flat {self.unit.code} {self.year}").randint(-8, 8)
        return told.number * self._coefficient(carrier) * (1 + Decimal(off) / 10000)

    def _coefficient(self, carrier: str) -> Decimal:
        """Three units in ten measure their coal; the others take the printed coefficient."""
        draw = self.profile.random(f"coal {self.unit.code}")
        if carrier == "raw_coal" and draw.random() < 0.3:
            return Decimal(draw.randint(6600, 7600)) / 10000
        return self.factors[carrier]

    def _transformation(self, cells: Cells, efficiency: Decimal) -> Cells:
        burned = cells[CellKey("energy", "raw_coal", "industrial")].number or Decimal(0)
        draw = self.profile.random(f"heat {self.unit.code} {self.year}")
        came = burned * self._coefficient("raw_coal") * efficiency
        heat = round_gbt8170(came * draw.randint(68, 74) / 100 / self.factors["heat"], 2)
        power = round_gbt8170((came - heat * self.factors["heat"]) / self.factors["electricity"], 2)
        for_power = round_gbt8170(burned * Decimal("0.4"), 2)
        made: Cells = {
            CellKey("energy", "raw_coal", "input"): Entry(number=burned), CellKey("energy", "raw_coal", "power"): Entry(number=for_power),
            CellKey("energy", "raw_coal", "heating"): Entry(number=burned - for_power),
            CellKey("energy", "raw_coal", "coefficient"): Entry(number=self._coefficient("raw_coal")),
        }  # fmt: skip
        for carrier, figure in (("heat", heat), ("electricity", power)):
            made |= {
                CellKey("energy", carrier, "input"): NOT_APPLICABLE, CellKey("energy", carrier, "output"): Entry(number=figure),
                CellKey("energy", carrier, "recovered"): NOT_APPLICABLE,
            }  # fmt: skip
        total = heat * self.factors["heat"] + power * self.factors["electricity"]
        parts = [(entry.number or Decimal(0)) * self._coefficient(key.row) for key, entry in cells.items() if key.column == "industrial"]
        made[CellKey("total", "industrial_use_stated_tce", "value")] = Entry(number=round_gbt8170(sum(parts, Decimal(0)), 2))
        made[CellKey("total", "transformation_output_tce", "value")] = Entry(number=round_gbt8170(total, 2))
        return made

    def _output(self, cells: Cells, trade: Mapping[str, str]) -> None:
        draw = self.profile.random(f"output {self.unit.code} {self.year}")
        years = self.year - self.profile.years[0]
        own = Decimal(self.profile.random(f"level {self.unit.code}").randint(850, 1200)) / 1000
        rate = Decimal(trade["kgce_per_t"]) * own * (1 - Decimal("0.013") * years) * (1 + Decimal(draw.randint(-12, 12)) / 1000)
        made = round_gbt8170(self.amount.energy_tce * 1000 / rate, 0)
        worth = round_gbt8170(self.amount.value_added_10k_yuan * 100 / Decimal(trade["ratio"]), 0)
        capacity = round_gbt8170(self.amount.energy_tce * 1000 / Decimal(trade["kgce_per_t"]) / own * Decimal("1.35"), -2)
        for row, figure in (("output_t", made), ("output_capacity_t", max(capacity, made)), ("output_value_10k_yuan", worth), ("value_added_10k_yuan", self.amount.value_added_10k_yuan)):
            cells[CellKey("output", row, "value")] = Entry(number=figure)


def institution_report(profile: UnitsProfile, unit: SimulatedUnit, year: int) -> Cells:
    """Return what a public institution types for a year (模拟公共机构年报)."""
    draw, own = profile.random(f"institution {unit.code} {year}"), profile.random(f"institution {unit.code}")
    people, years = own.randint(60, 1800), year - profile.years[0]
    area = people * own.randint(16, 34)
    power = round_gbt8170(Decimal(area) * own.randint(38, 66) / 10000 * (1 - Decimal("0.011") * years) * (1 + Decimal(draw.randint(-20, 20)) / 1000), 4)
    gas = round_gbt8170(Decimal(people) * own.randint(14, 32) / 10000 * (1 - Decimal("0.012") * years) * (1 + Decimal(draw.randint(-25, 25)) / 1000), 4)
    cells: Cells = {}
    for carrier, used, price in (("electricity", power, "6100"), ("natural_gas", gas, "29500")):
        cells[CellKey("energy", carrier, "consumed")] = Entry(number=used)
        cells[CellKey("energy", carrier, "cost")] = Entry(number=round_gbt8170(used * Decimal(price), 2))
    water = Decimal(people * own.randint(17, 29)) * (1 - Decimal("0.015") * years) * (1 + Decimal(draw.randint(-20, 20)) / 1000)
    for row, figure in (
        ("institution_water_m3", round_gbt8170(water, 0)), ("floor_area_m2", Decimal(area)), ("energy_users_count", Decimal(people + draw.randint(-4, 4))),
    ):
        cells[CellKey("total", row, "value")] = Entry(number=figure)
    return cells
