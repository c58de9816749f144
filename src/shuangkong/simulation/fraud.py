"""Plants invention and slips in clean simulated returns, in known places (模拟造假与差错).

Each pattern is one function that changes the copy of one unit's returns, or what a place reports. A cheat who fills in a form lets
the form add up, so totals are computed again unless the pattern is about totals: arithmetic gives nobody away here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import exp
from random import Random

from shuangkong.kernel.language import Words
from shuangkong.simulation.returns import (
    CAPACITY,
    COAL,
    COMPREHENSIVE,
    DIESEL,
    ELECTRICITY,
    ENERGY_YTD,
    GAS,
    HEAT,
    MONTHS_A_YEAR,
    OUTPUT,
    RECOVERED,
    RENEWABLE,
    TOTAL,
    TRANSFORMED,
    TRANSFORMED_IN,
    UNIT_ENERGY,
    VALUE_ADDED,
    CityReturns,
    UnitReturns,
    complete,
    county_figures,
    sum_up,
)  # fmt: skip

LEAST_HISTORY = 18
STEADY = (OUTPUT, ELECTRICITY, COAL, GAS)
FUELS = (ELECTRICITY, COAL, GAS)
DEDUCTED = (TRANSFORMED_IN, TRANSFORMED, RECOVERED)


class _NoPlace(Exception):
    """The unit drawn cannot carry this pattern; another is drawn."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted pattern (一处植入): where, and the changed returns. A finding of an expected code there is a hit."""

    pattern: str
    org: str
    months: tuple[int, ...]
    elements: tuple[str, ...]
    changed: Mapping[str, UnitReturns] = field(repr=False)
    edited: Mapping[tuple[str, int, str], Decimal] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of invention or slip (造假或差错模式): its name, the checks meant to find it, how it is planted."""

    code: str
    name: Words
    expected: tuple[str, ...]
    plant: Callable[["Bench"], Plant]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a pattern works with: the clean city, a source of chance, the unit drawn and a month of it."""

    pattern: str
    city: CityReturns
    random: Random
    unit: UnitReturns
    month: int

    def element(self, among: tuple[str, ...] = FUELS, *, least: int = 20) -> str:
        """Draw an element that the unit uses in earnest; refuse the unit when it has none."""
        told = self.unit.months[self.month]
        used = [code for code in among if (figure := told.get(code)) is not None and figure >= least]
        if not used:
            raise _NoPlace
        return self.random.choice(used)

    def run(self, length: int) -> range:
        """Return the months up to and including the drawn one; refuse where the unit did not work all along."""
        months = range(self.month - length + 1, self.month + 1)
        outputs = [self.unit.months[number].get(OUTPUT) if number >= 0 else None for number in months]
        if not all(outputs):
            raise _NoPlace
        return months

    def december(self) -> int:
        """Return the last December with a full year of work before it that the drawn month has reached."""
        month = self.month // MONTHS_A_YEAR * MONTHS_A_YEAR + 11
        if month >= self.city.month_count:
            raise _NoPlace
        return month

    def done(self, unit: UnitReturns, months: range | tuple[int, ...], elements: tuple[str, ...], *, recompute: bool = True) -> Plant:
        """Close the forms again and say where it stands."""
        if recompute:
            for number in range(min(months), _year_end(max(months), self.city)):
                if unit.months[number]:
                    complete(unit, number)
        return Plant(self.pattern, unit.org, tuple(months), elements, {unit.org: unit})


def _year_end(month: int, city: CityReturns) -> int:
    return min((month // MONTHS_A_YEAR + 1) * MONTHS_A_YEAR, city.month_count)


def _slip(factor: int) -> Callable[[Bench], Plant]:
    def plant(bench: Bench) -> Plant:
        bench.run(6)
        code = bench.element(STEADY)
        unit = bench.unit.copy()
        told = _figure(unit, bench.month, code)
        up = bench.random.random() < 0.6 or told / factor < 1  # what shrinks to nothing is no slip but a nought
        unit.months[bench.month][code] = _as_printed(told * factor if up else told / factor, told)
        return bench.done(unit, (bench.month,), (code,))

    return plant


def _figure(unit: UnitReturns, month: int, code: str) -> Decimal:
    figure = unit.months[month].get(code)
    if not figure:
        raise _NoPlace
    return figure


def _as_printed(figure: Decimal, like: Decimal) -> Decimal:
    exponent = like.as_tuple().exponent
    least = exponent if isinstance(exponent, int) else 0
    return figure.quantize(Decimal(1).scaleb(min(least, 0)))


def _sign(bench: Bench) -> Plant:
    code, unit = bench.element(STEADY), bench.unit.copy()
    unit.months[bench.month][code] = -_figure(unit, bench.month, code)
    return bench.done(unit, (bench.month,), (code,))


def _missing(bench: Bench) -> Plant:
    bench.run(8)
    code, unit = bench.element((OUTPUT, ELECTRICITY, COAL, GAS, VALUE_ADDED)), bench.unit.copy()
    del unit.months[bench.month][code]
    return bench.done(unit, (bench.month,), (code,))


def _not_applicable(bench: Bench) -> Plant:
    bench.run(8)
    code, unit = bench.element((COAL, GAS)), bench.unit.copy()
    for number in range(bench.month, min(bench.month + 3, bench.city.month_count)):
        if unit.months[number]:
            unit.months[number][code] = None
    return bench.done(unit, (bench.month,), (code,))


def _stock(bench: Bench) -> Plant:
    bench.element((COAL,))
    unit = bench.unit.copy()
    closing = unit.months[bench.month]["coal_closing_t"] or Decimal(0)
    unit.months[bench.month]["coal_closing_t"] = closing + (_figure(unit, bench.month, COAL) * Decimal(bench.random.randrange(3, 30)) / 100).quantize(Decimal("0.1"))
    return bench.done(unit, (bench.month,), ("coal_closing_t",))


def _opening(bench: Bench) -> Plant:
    bench.run(2)
    bench.element((COAL,))
    unit, told = bench.unit.copy(), bench.unit.months[bench.month]
    off = (_figure(bench.unit, bench.month, COAL) * Decimal(bench.random.randrange(5, 40)) / 100).quantize(Decimal("0.1"))
    unit.months[bench.month].update(coal_opening_t=(told["coal_opening_t"] or Decimal(0)) + off, coal_closing_t=(told["coal_closing_t"] or Decimal(0)) + off)
    return bench.done(unit, (bench.month,), ("coal_opening_t",))


def _total(bench: Bench) -> Plant:
    unit = bench.unit.copy()
    code = bench.random.choice((TOTAL, COMPREHENSIVE, ENERGY_YTD))
    told = _figure(unit, bench.month, code)
    unit.months[bench.month][code] = (told * Decimal(bench.random.choice((85, 90, 94, 97, 104, 110))) / 100).quantize(Decimal("0.01"))
    return bench.done(unit, (bench.month,), (code,), recompute=False)


def _part(bench: Bench) -> Plant:
    unit = bench.unit.copy()
    if bench.random.random() < 0.5 and unit.months[bench.month].get(COAL):
        part, whole = "coal_feedstock_t", COAL
    else:
        part, whole = RENEWABLE, ELECTRICITY
    told = _figure(unit, bench.month, whole)
    unit.months[bench.month][part] = _as_printed(told * Decimal(bench.random.randrange(102, 160)) / 100, told)
    return bench.done(unit, (bench.month,), (part,), recompute=False)


def _coefficient(bench: Bench) -> Plant:
    code, unit = bench.element((COAL, GAS)), bench.unit.copy()
    wrong = (unit.coefficients[code] * Decimal(bench.random.choice((40, 50, 75, 140, 160))) / 100).quantize(Decimal("0.0001"))
    if code == COAL and Decimal("0.4") <= wrong <= Decimal("0.95"):
        wrong = Decimal("0.3571")
    unit.coefficients[code] = wrong
    return bench.done(unit, (bench.month,), (code,))


def _flat(bench: Bench) -> Plant:
    months = bench.run(bench.random.randint(6, 12))
    code, unit = bench.element(STEADY, least=100), bench.unit.copy()
    told = _figure(unit, months[0], code)
    for number in months:
        wobble = 1 + (bench.random.randint(-2, 2) if bench.random.random() < 0.5 else 0) * Decimal("0.001")
        unit.months[number][code] = _as_printed(told * wobble, told)
    return bench.done(unit, months, (code,))


def _equal_steps(bench: Bench) -> Plant:
    months = bench.run(bench.random.randint(8, 12))
    code, unit = bench.element(STEADY, least=500), bench.unit.copy()
    told = _figure(unit, months[0], code)
    step = _as_printed(told * Decimal(bench.random.choice((-15, -10, 10, 15, 20))) / 1000, told)
    for place, number in enumerate(months):
        unit.months[number][code] = told + step * place
    return bench.done(unit, months, (code,))


def _last_year(bench: Bench) -> Plant:
    months = bench.run(bench.random.randint(6, 12))
    code, unit = bench.element(STEADY, least=100), bench.unit.copy()
    for number in months:
        unit.months[number][code] = _figure(bench.unit, number - MONTHS_A_YEAR, code)
    return bench.done(unit, months, (code,))


def _scaled_last_year(bench: Bench) -> Plant:
    months = bench.run(bench.random.randint(7, 12))
    code, unit = bench.element(STEADY, least=500), bench.unit.copy()
    factor = Decimal(bench.random.choice((95, 97, 102, 103, 105, 108))) / 100
    for number in months:
        told = _figure(bench.unit, number - MONTHS_A_YEAR, code)
        unit.months[number][code] = _as_printed(told * factor, told)
    return bench.done(unit, months, (code,))


def _month_before(bench: Bench) -> Plant:
    bench.run(2)
    unit = bench.unit.copy()
    for code in (*STEADY, VALUE_ADDED, DIESEL):
        if unit.months[bench.month - 1].get(code):
            unit.months[bench.month][code] = unit.months[bench.month - 1][code]
    return bench.done(unit, (bench.month,), (OUTPUT, ELECTRICITY))


def _peer(bench: Bench) -> Plant:
    unit = bench.unit.copy()
    others = [one for one in bench.city.units if one.trade == unit.trade and one.org != unit.org and one.months[bench.month].get(OUTPUT)]
    if not others:
        raise _NoPlace
    source = bench.random.choice(others).months[bench.month]
    copied = [code for code in (*STEADY, VALUE_ADDED) if source.get(code) and unit.months[bench.month].get(code)]
    for code in copied:
        unit.months[bench.month][code] = source[code]
    return bench.done(unit, (bench.month,), tuple(copied))


def _round(bench: Bench) -> Plant:
    months = bench.run(12)
    code, unit = bench.element(STEADY, least=200), bench.unit.copy()
    if code == COAL and unit.decimals[COAL] < 0:
        raise _NoPlace
    for number in months:
        told = _figure(bench.unit, number, code)
        unit.months[number][code] = _as_printed(Decimal(f"{float(told):.2g}"), told)
    return bench.done(unit, months, (code,))


def _last_digits(bench: Bench) -> Plant:
    months = range(bench.december() - 11, bench.december() + 1)
    unit, liked = bench.unit.copy(), bench.random.sample(range(10), 2)
    for number in months:
        for code in (*STEADY, VALUE_ADDED):
            told = _figure(bench.unit, number, code) if unit.months[number].get(code) else None
            if told is not None and bench.random.random() < 0.8:
                exponent = told.as_tuple().exponent
                step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
                last = int(told / step) % 10
                unit.months[number][code] = told + (bench.random.choice(liked) - last) * step
    if sum(bool(unit.months[number].get(code)) for number in months for code in (*STEADY, VALUE_ADDED)) < 45:
        raise _NoPlace
    return bench.done(unit, months, ())


def _nice_steps(bench: Bench) -> Plant:
    months = range(bench.december() - 11, bench.december() + 1)
    unit, drawn = bench.unit.copy(), 0
    for code in (*STEADY, VALUE_ADDED):
        if not all((unit.months[number].get(code) or 0) >= 100 for number in (months[0] - 1, *months)):
            continue
        drawn += 1
        told = _figure(unit, months[0] - 1, code)
        size = Decimal(1).scaleb(told.adjusted() - 2)
        for number in months:
            told = max(told + bench.random.choice((-1, 1)) * bench.random.choice((1, 2, 5)) * size, size)
            unit.months[number][code] = told
    if drawn < 3:
        raise _NoPlace
    return bench.done(unit, months, ())


def _on_target(bench: Bench) -> Plant:
    december = bench.december()
    target = bench.unit.targets.get(december // MONTHS_A_YEAR)
    if not target:
        raise _NoPlace
    unit = bench.unit.copy()
    for number in range(december - 11, december + 1):
        _figure(unit, number, OUTPUT)
    told = _figure(unit, december, UNIT_ENERGY)
    if not Decimal("0.88") <= target / told <= 1:
        raise _NoPlace  # who is well off the mark invents elsewhere; who is on it need not
    # Production is booked until the year's unit energy stands on the target.
    wanted = 1000 * _figure(unit, december, ENERGY_YTD) / (target - Decimal("0.005"))
    running = sum((_figure(unit, number, OUTPUT) for number in range(december - 11, december + 1)), Decimal(0))
    share = wanted / running
    for number in range(december - 11, december + 1):
        unit.months[number][OUTPUT] = (_figure(unit, number, OUTPUT) * share).quantize(Decimal("0.1"))
        sum_up(unit, number)
    if _figure(unit, december, UNIT_ENERGY) > target:
        raise _NoPlace
    return bench.done(unit, (december,), (UNIT_ENERGY,))


def _bunched(bench: Bench) -> Plant:
    december, edge = bench.december(), Decimal(bench.random.choice((10000, 5000)))
    near = [
        one for one in bench.city.units
        if (told := one.months[december].get(ENERGY_YTD)) and edge * Decimal("0.85") <= told <= edge * Decimal("1.25") and all(one.months[december - 11 : december])
    ]  # fmt: skip
    least = max(len(bench.city.units) // 25, 8)
    if len(near) < least:
        raise _NoPlace
    changed = {}
    for one in bench.random.sample(near, least):
        unit = one.copy()
        wanted = edge * Decimal(bench.random.randrange(9910, 9999)) / 10000
        share = wanted / _figure(one, december, ENERGY_YTD)
        for number in range(december - 11, december + 1):
            for code in (*FUELS, HEAT, DIESEL, *DEDUCTED):
                told = unit.months[number].get(code)
                if told:
                    unit.months[number][code] = _as_printed(told * share, told)
            complete(unit, number)
        changed[unit.org] = unit
    org = next(iter(changed))
    return Plant(bench.pattern, org, (december,), (ENERGY_YTD,), changed)


def _december_cut(bench: Bench) -> Plant:
    december = bench.december()
    code, unit = Bench(bench.pattern, bench.city, bench.random, bench.unit, december).element(FUELS, least=50), bench.unit.copy()
    _working(unit, range(december - 11, december + 1))
    told = _figure(unit, december, code)
    unit.months[december][code] = _as_printed(told * Decimal(bench.random.choice((45, 50, 55, 60, 155, 170))) / 100, told)
    return bench.done(unit, (december,), (code,))


def _reversal(bench: Bench) -> Plant:
    december = bench.december()
    if december + 1 >= bench.city.month_count:
        raise _NoPlace
    code, unit = Bench(bench.pattern, bench.city, bench.random, bench.unit, december).element(FUELS, least=50), bench.unit.copy()
    _working(unit, range(december - 11, december + 2))
    told = _figure(unit, december, code)
    moved = _as_printed(told * Decimal(bench.random.randrange(28, 45)) / 100, told)
    unit.months[december][code], unit.months[december + 1][code] = told - moved, _figure(unit, december + 1, code) + moved
    return bench.done(unit, (december, december + 1), (code,))


def _working(unit: UnitReturns, months: range) -> None:
    """Refuse a unit that stood still in one of the months: nobody moves figures of an empty month."""
    outputs = sorted(_figure(unit, number, OUTPUT) for number in months)
    if outputs[0] < outputs[len(outputs) // 2] * Decimal("0.65"):
        raise _NoPlace


def _spike(bench: Bench) -> Plant:
    unit = bench.unit.copy()
    told = _figure(unit, bench.month, HEAT)
    for number in bench.run(7):
        if unit.months[number].get(HEAT) != told:
            raise _NoPlace
    unit.months[bench.month][HEAT] = _as_printed(told * Decimal(bench.random.choice((80, 88, 93, 107, 112, 125, 160))) / 100, told)
    return bench.done(unit, (bench.month,), (HEAT,))


def _smooth(bench: Bench) -> Plant:
    months = bench.run(24)[12:]
    code, unit = bench.element(FUELS, least=200), bench.unit.copy()
    _working(unit, range(months[0] - 6, months[-1] + 1))
    used, made = (sum((_figure(unit, number, each) for number in months), Decimal(0)) for each in (code, OUTPUT))
    rate = used / made
    for number in months:
        told = _figure(bench.unit, number, code)
        unit.months[number][code] = _as_printed(_figure(unit, number, OUTPUT) * rate * Decimal(repr(exp(bench.random.gauss(0, 0.003)))), told)
    return bench.done(unit, months, (code,))


def _constant_ratio(bench: Bench) -> Plant:
    """Written to the last digit; a ratio rounded to tens of tonnes looks like any other."""
    months = bench.run(bench.random.randint(6, 12))
    code, unit = bench.element(FUELS, least=100), bench.unit.copy()
    if unit.decimals.get(code, 0) < 0 or _figure(unit, bench.month, code) < 400 * Decimal(1).scaleb(-unit.decimals.get(code, 0)):
        raise _NoPlace
    _working(unit, months)
    rate = (_figure(unit, months[0], code) / _figure(unit, months[0], OUTPUT)).quantize(Decimal("1E-8"))
    for number in months:
        unit.months[number][code] = _as_printed(_figure(unit, number, OUTPUT) * rate, _figure(bench.unit, number, code))
    return bench.done(unit, months, (code,))


def _impossible_load(bench: Bench) -> Plant:
    unit = bench.unit.copy()
    most = _figure(unit, bench.month, CAPACITY) * 744 / 10000
    unit.months[bench.month][ELECTRICITY] = (most * Decimal(bench.random.randrange(102, 130)) / 100).quantize(Decimal("0.01"))
    return bench.done(unit, (bench.month,), (ELECTRICITY,))


def _off_meter(bench: Bench) -> Plant:
    code = bench.element((ELECTRICITY, COAL, GAS))
    unit = bench.unit.copy()
    told = _figure(unit, bench.month, code)
    off = bench.random.choice((82, 86, 112, 118) if code != ELECTRICITY else (85, 90, 94, 106, 112))
    unit.months[bench.month][code] = _as_printed(told * off / 100, told)
    return bench.done(unit, (bench.month,), (code,))


def _under_reported(bench: Bench) -> Plant:
    """Energy understated with the meters bent to fit; output is what it was."""
    months = bench.run(bench.random.randint(3, 6))
    unit = bench.unit.copy()
    _working(unit, range(months[0] - 6, months[-1] + 1))
    code = bench.element(FUELS, least=50)
    share = Decimal(bench.random.randrange(50, 68)) / 100
    for number in months:
        told = _figure(bench.unit, number, code)
        unit.months[number][code] = _as_printed(told * share, told)
        unit.meters[number].pop(code, None)
    return bench.done(unit, months, (code,))


def _value_added(bench: Bench) -> Plant:
    months = bench.run(3)
    unit = bench.unit.copy()
    _working(unit, range(months[0] - 6, months[-1] + 1))
    for number in months:
        unit.months[number][VALUE_ADDED] = (_figure(unit, number, VALUE_ADDED) * Decimal(bench.random.randrange(210, 300)) / 100).quantize(Decimal("0.1"))
    return bench.done(unit, months, (VALUE_ADDED, COMPREHENSIVE))


def _cumulative_falls(bench: Bench) -> Plant:
    if bench.month % MONTHS_A_YEAR == 0:
        raise _NoPlace
    bench.run(2)
    unit = bench.unit.copy()
    before = _figure(unit, bench.month - 1, ENERGY_YTD)
    unit.months[bench.month][ENERGY_YTD] = (before * Decimal(bench.random.randrange(80, 99)) / 100).quantize(Decimal("0.01"))
    return bench.done(unit, (bench.month,), (ENERGY_YTD,), recompute=False)


def _revised_often(bench: Bench) -> Plant:
    code, unit = bench.element(STEADY), bench.unit.copy()
    told = _figure(unit, bench.month, code)
    unit.versions[code, bench.month] = [
        _as_printed(told * Decimal(bench.random.randrange(93, 108)) / 100, told) for _ in range(bench.random.randint(3, 5))
    ]
    unit.revised_after_days[code, bench.month] = 60
    return bench.done(unit, (bench.month,), (code,), recompute=False)


def _revised_late(bench: Bench) -> Plant:
    code, unit = bench.element(STEADY), bench.unit.copy()
    told = _figure(unit, bench.month, code)
    unit.versions[code, bench.month] = [_as_printed(told * Decimal(bench.random.choice((75, 85, 112, 120, 130))) / 100, told)]
    unit.revised_after_days[code, bench.month] = bench.random.randint(170, 400)
    return bench.done(unit, (bench.month,), (code,), recompute=False)


def _revised_to_target(bench: Bench) -> Plant:
    """The year missed its target; some months' energy is revised down until it is met."""
    december, unit = bench.december(), bench.unit.copy()
    year, target = december // MONTHS_A_YEAR, bench.unit.targets.get(december // MONTHS_A_YEAR)
    if not target or not Decimal("0.92") <= target / _figure(unit, december, UNIT_ENERGY) < 1:
        raise _NoPlace
    _working(unit, range(december - 11, december + 1))
    share = target / _figure(unit, december, UNIT_ENERGY) * Decimal("0.992")
    revised = sorted(bench.random.sample(range(year * MONTHS_A_YEAR, december + 1), 7))
    for number in revised:
        for code in FUELS:
            told = unit.months[number].get(code)
            if told:
                unit.versions[code, number] = [told]
                unit.revised_after_days[code, number] = 90
                unit.months[number][code] = _as_printed(told * (1 - (1 - share) * 12 / 7), told)
    plant = bench.done(unit, range(december - 11, december + 1), ())
    if _figure(unit, december, UNIT_ENERGY) > target:
        raise _NoPlace
    return Plant(plant.pattern, plant.org, (december,), (), plant.changed)


def _late(bench: Bench) -> Plant:
    unit = bench.unit.copy()
    unit.filed_after_days[bench.month] = bench.random.randint(11, 60)
    return bench.done(unit, (bench.month,), (), recompute=False)


def _county_shaved(bench: Bench) -> Plant:
    code = bench.random.choice((COMPREHENSIVE, ELECTRICITY, VALUE_ADDED))
    told = county_figures(bench.city.of_county(bench.unit.county), bench.month)[code]
    share = Decimal(bench.random.choice((80, 88, 93, 97, 104, 110))) / 100
    return Plant(bench.pattern, bench.unit.county, (bench.month,), (code,), {}, {(bench.unit.county, bench.month, code): told * share})


def _place_below_units(bench: Bench) -> Plant:
    sums = county_figures(bench.city.of_county(bench.unit.county), bench.month)
    lowered = (sums["place_energy_tce"] * Decimal(bench.random.randrange(55, 69)) / 100).quantize(Decimal("0.01"))
    # The city takes what the county says; the county's own sheet is where it shows.
    if lowered >= sums[COMPREHENSIVE]:
        lowered = (sums[COMPREHENSIVE] * Decimal("0.95")).quantize(Decimal("0.01"))
    return Plant(bench.pattern, bench.unit.county, (bench.month,), ("place_energy_tce",), {}, {(bench.unit.county, bench.month, "place_energy_tce"): lowered})


def _county_invented(bench: Bench) -> Plant:
    """A county writes its units' figures itself, and as people do begins too many with high digits."""
    december, members = bench.december(), bench.city.of_county(bench.unit.county)
    changed = {}
    for one in members:
        if not one.months[december]:
            continue
        unit = one.copy()
        for code in (ELECTRICITY, VALUE_ADDED, COMPREHENSIVE):
            told = unit.months[december].get(code)
            if told and bench.random.random() < 0.8:
                first = told.scaleb(-told.adjusted())
                unit.months[december][code] = _as_printed(told / first * (bench.random.randint(4, 9) + first % 1), told)
        changed[unit.org] = unit
    if len(changed) < 20:
        raise _NoPlace
    return Plant(bench.pattern, bench.unit.county, (december,), (), changed)


_TABLE: tuple[tuple[str, str, str, tuple[str, ...], Callable[[Bench], Plant]], ...] = (
    ("slip_10", "小数点错一位", "a slip of one decimal", ("C033",), _slip(10)),
    ("slip_100", "小数点错两位", "a slip of two decimals", ("C034",), _slip(100)),
    ("slip_1000", "千倍单位差错", "a slip of a thousand", ("C035",), _slip(1000)),
    ("slip_10000", "万倍单位差错", "a slip of ten thousand", ("C036",), _slip(10000)),
    ("sign", "正负号错", "a wrong sign", ("C012",), _sign),
    ("missing", "漏填", "left empty", ("C018", "C019"), _missing),
    ("not_applicable", "以“不适用”隐瞒", "hidden as not applicable", ("C020",), _not_applicable),
    ("stock_identity", "库存不平", "stock identity broken", ("C004",), _stock),
    ("opening_stock", "期初库存改动", "opening stock changed", ("C008",), _opening),
    ("total_broken", "合计改动", "a total changed", ("C001", "C002", "C003", "C021", "C022", "C023"), _total),
    ("part_over_whole", "其中项大于合计", "a part above its whole", ("C005", "C025"), _part),
    ("coefficient", "折标系数越界", "a coefficient out of range", ("C016", "C017"), _coefficient),
    ("cumulative_falls", "累计数减少", "a cumulative figure falls", ("C022",), _cumulative_falls),
    ("impossible_load", "不可能的负荷", "an impossible load", ("C027",), _impossible_load),
    ("off_meter", "与计量不符", "off the meters", ("C028", "C029"), _off_meter),
    ("under_reported", "少报能耗", "energy under-reported", ("C043", "C044", "C045"), _under_reported),
    ("value_added", "虚增增加值", "value added inflated", ("C042", "C046"), _value_added),
    ("flat", "数列不变", "a flat series", ("C057",), _flat),
    ("equal_steps", "逐期等差", "equal steps", ("C058",), _equal_steps),
    ("copied_last_year", "照抄上年", "copied from last year", ("C059",), _last_year),
    ("scaled_last_year", "上年乘一个数", "last year times one factor", ("C060",), _scaled_last_year),
    ("copied_month", "照抄上月", "copied from the month before", ("C061",), _month_before),
    ("copied_peer", "照抄他厂", "copied from another unit", ("C062",), _peer),
    ("round", "整数", "round figures", ("C063",), _round),
    ("last_digits", "尾数偏好", "bias of last digits", ("C064",), _last_digits),
    ("nice_steps", "逐期加减整步", "even steps up and down", ("C065",), _nice_steps),
    ("on_target", "恰好达标", "exactly on target", ("C067",), _on_target),
    ("bunching", "门槛旁扎堆", "bunching below a threshold", ("C075", "C076"), _bunched),
    ("december_jump", "年末突变", "a jump at the year's end", ("C068",), _december_cut),
    ("december_reversal", "年末少报、年初冲回", "December taken back in January", ("C070",), _reversal),
    ("spike_on_flat", "平稳数列上的尖峰", "a spike on a flat series", ("C071",), _spike),
    ("smoothed", "抹平波动", "scatter smoothed away", ("C072", "C074"), _smooth),
    ("constant_ratio", "按比例编造", "computed from another figure", ("C074",), _constant_ratio),
    ("revised_often", "反复修订", "revised again and again", ("C086",), _revised_often),
    ("revised_late", "迟后大幅修订", "revised late and much", ("C087",), _revised_late),
    ("revised_to_target", "修订趋向目标", "revised toward the target", ("C088",), _revised_to_target),
    ("late", "迟报", "filed late", ("C085",), _late),
    ("county_sum", "县级数与单位之和不符", "county off the sum of its units", ("C078",), _county_shaved),
    ("county_invented", "县里代编各单位数", "a county writes its units' figures", ("C066",), _county_invented),
    ("place_below_units", "辖区数小于所属单位之和", "a place below its units", ("C079",), _place_below_units),
)  # fmt: skip
PATTERNS: dict[str, Pattern] = {code: Pattern(code, Words(zh, en), expected, plant) for code, zh, en, expected, plant in _TABLE}
TRIES = 4000


def plants(city: CityReturns, *, seed: int, per_pattern: int, only: tuple[str, ...] = ()) -> Iterator[Plant]:
    """Yield plants of every pattern in units and months drawn by the seed (植入).

    Each plant stands by itself: it changes copies, so the city stays clean and several patterns may visit one unit.

    Parameters
    ----------
    city : CityReturns
        Clean returns.
    seed : int
        The same seed plants the same things in the same places of the same city.
    per_pattern : int
        How many of each; fewer where the city is too small to carry them.
    only : tuple of str
        Codes of patterns; empty means all.
    """
    for code, pattern in PATTERNS.items():
        if only and code not in only:
            continue
        random, planted = Random(f"{seed}/fraud/{code}"), 0
        for _ in range(TRIES):
            if planted == per_pattern:
                break
            unit, month = random.choice(city.units), random.randrange(LEAST_HISTORY, city.month_count)
            if not _is_ready(unit, month):
                continue
            try:
                yield pattern.plant(Bench(code, city, random, unit, month))
            except _NoPlace:
                continue
            planted += 1


def _is_ready(unit: UnitReturns, month: int) -> bool:
    """Tell whether the unit reported and worked that month and the year and a half before."""
    return bool(unit.months[month].get(OUTPUT)) and all(unit.months[month - LEAST_HISTORY : month])
