"""How fast indicators are evaluated, beside the same formulas written by hand on columns.

    python benchmarks/indicators.py            both sizes
    python benchmarks/indicators.py --small    the city only

Size and budget:

- city: the 13 jurisdictions and the city × all indicators of the Zhumadian pack × 2020–2025, single figures with working
  and marks, and once more as columns. Budget 1 s each.
- country: 3,000 jurisdictions (30 provinces of 99 counties each) × 60 months × 100 indicators = 18 million exact Decimal
  figures with coverage; in three of seven elements the provinces are summed from their counties and one county figure in a
  hundred is missing. Budget 10 minutes and 2 GiB; aim one minute. The floor is list comprehensions over lists of Decimal,
  written by hand for the same formulas and the same gaps, without coverage.

Every figure of the country is compared with the floor's.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from shuangkong.indicators.catalogue import Catalogue, catalogue
from shuangkong.indicators.columns import Column, evaluate_columns, snapshot_source
from shuangkong.indicators.declaration import Element, ElementKind, IndicatorDeclaration, Missing, Scope
from shuangkong.indicators.evaluate import ZERO
from shuangkong.indicators.working import OrgTree
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.units import unit
from shuangkong.rules import book
from shuangkong.services.cities import open_city
from shuangkong.services.indicators import load_indicators

CITY_BUDGET_S = 1
COUNTRY_BUDGET_S = 600
COUNTRY_BUDGET_GIB = 2
PROVINCES, COUNTIES = 30, 99
MONTHS = [Period.month(2021 + month // 12, month % 12 + 1) for month in range(60)]
SETS = 10  # of ten formulas each, every set over elements of its own
Figures = list[Decimal | None]
SUMMED = "abg"  # reported by counties, with gaps


def main() -> int:
    """Run the sizes asked for; return 1 when a budget is exceeded."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--small", action="store_true")
    asked = arguments.parse_args()
    is_within = city()
    if not asked.small:
        is_within = country() and is_within
    return 0 if is_within else 1


def city() -> bool:
    """Evaluate a whole city pack."""
    pack = open_city()
    loaded = load_indicators(folder=pack.folder, jurisdictions=pack.jurisdictions)
    root = pack.jurisdictions.root().code
    orgs = [root, *(one.code for one in pack.jurisdictions.partition(root))]
    years = [Period.year(year) for year in range(2020, 2026)]
    snapshot = loaded.snapshot(None)
    evaluator = loaded.evaluator(as_of=None)

    def singly() -> int:
        found = [evaluator.evaluate(code, org=org, period=year) for code in loaded.catalogue.indicators for org in orgs for year in years]
        return sum(result.value is not None and result.marks is not None for result in found)

    def as_columns() -> int:
        made = evaluate_columns(
            checked=loaded.catalogue, orgs=loaded.orgs, source=snapshot_source(snapshot), over=orgs, periods=years
        )
        return sum(figure is not None for one in made for figure in one.column.figures)

    single, single_s = timed(singly)
    columns, columns_s = timed(as_columns)
    cells = len(loaded.catalogue.indicators) * len(orgs) * len(years)
    print(f"city: {cells:,} figures asked, {single:,} stand (columns: {columns:,})")
    print(f"  singly with working and marks  {single_s:6.2f} s   budget {CITY_BUDGET_S} s")
    print(f"  as columns                     {columns_s:6.2f} s   ratio {single_s / columns_s:.1f}")
    return single == columns and max(single_s, columns_s) < CITY_BUDGET_S


def country() -> bool:
    """Evaluate a country and check every figure against formulas written by hand."""
    provinces = [f"p{province:02}" for province in range(PROVINCES)]
    tree = OrgTree({province: tuple(f"{province}c{county:02}" for county in range(COUNTIES)) for province in provinces})
    orgs = tree.closure(provinces)
    checked = declared()
    made_up = {letter: invented(seed, orgs, has_gaps=letter in SUMMED) for seed, letter in enumerate("abcdefg")}
    floor_s = engine_s = 0.0
    cells = differing = covered = standing = 0
    begun = time.perf_counter()
    made = evaluate_columns(checked=checked, orgs=tree, source=source(made_up), over=orgs, periods=MONTHS)
    for index in range(SETS):
        started = time.perf_counter()
        ours = [next(made) for _ in range(10)]
        engine_s += time.perf_counter() - started
        started = time.perf_counter()
        by_hand = {f"s{index}_{name}": figures for name, figures in floor(inputs(made_up, index), orgs)}
        floor_s += time.perf_counter() - started
        for one in ours:
            cells += len(one.column.figures)
            covered += sum(coverage.present for coverage in one.column.all_coverages())
            standing += sum(figure is not None for figure in one.column.figures)
            differing += one.column.figures != by_hand[one.code]
        print(f"  {index + 1}/{SETS} sets, {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"country: {cells:,} figures of {len(orgs):,} jurisdictions × {len(MONTHS)} months, {differing} columns differ from the floor")
    print(f"  {standing:,} figures stand, resting on {covered:,} that are covered")
    print(f"  engine, exact, with coverage   {engine_s:6.1f} s   budget {COUNTRY_BUDGET_S} s; {cells / engine_s / 1e6:.2f} million/s")
    print(f"  floor, by hand on columns      {floor_s:6.1f} s   ratio {engine_s / floor_s:.2f}")
    print(f"  peak memory (both together)    {peak_gib:6.2f} GiB budget {COUNTRY_BUDGET_GIB} GiB")
    return not differing and covered > standing and engine_s < COUNTRY_BUDGET_S and peak_gib < COUNTRY_BUDGET_GIB


def declared() -> Catalogue:
    """Ten sets of the formulas that plans really use, each over seven elements of its own."""
    symbols = {"a": "t", "b": "tce", "c": "万tce", "d": "亿元", "e": "%", "f": "万kWh", "g": "t"}
    elements, indicators = [], []
    for index in range(SETS):
        for letter, symbol in symbols.items():
            kind = ElementKind.RATE if symbol == "%" else ElementKind.FLOW
            name = Words(f"元素{index}{letter}", f"element {index}{letter}")
            elements.append(Element(f"s{index}_{letter}", name, unit(symbol), kind, Scope.BOTH))
        for name, symbol, formula in FORMULAS:
            for local in (*symbols, *(known for known, _, _ in FORMULAS)):
                formula = formula.replace(f"[{local}]", f"s{index}_{local}")
            indicators.append(IndicatorDeclaration(
                f"s{index}_{name}", Words(name, name), unit(symbol), 2, formula, Missing.PARTIAL, 2020, Grain.MONTH, Scope.BOTH
            ))  # fmt: skip
    return catalogue(elements=elements, indicators=indicators, rules=book())


FORMULAS = [
    ("energy", "tce", "own_or_children([b])"),
    ("net_energy", "tce", "[energy] - [c] - [f] * [energy] / [f] / 4"),
    ("intensity", "tce/万元", "[energy] / [d]"),
    ("reduction_pct", "%", "pct(1 - [intensity] / base([intensity]))"),
    ("change_pct", "%", "pct([intensity] / prev([intensity]) - 1)"),
    ("reduced_t", "t", "cumulative(own_or_children([a]))"),
    ("reduced_ytd_t", "t", "ytd([a]) + [g]"),
    ("output", "亿元", "chain([d], [e])"),
    ("share_pct", "%", "pct(own_or_children([a]) / (own_or_children([a]) + own_or_children([g])))"),
    ("removed_t", "t", "max([a] - [g], 0) + [g] * fraction([e])"),
]


def needed() -> list[Period]:
    """The months read: those asked, the month before the first, and the base year."""
    return [Period.month(2020, month) for month in range(1, 13)] + MONTHS


def invented(seed: int, orgs: Sequence[str], *, has_gaps: bool) -> list[int | None]:
    """Whole numbers that look like data, the same in every run; gaps in the counties and nothing of the provinces."""
    state = 12345 + seed * 7919
    figures: list[int | None] = []
    for org in orgs:
        for _ in needed():
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            is_gap = has_gaps and ("c" not in org or (state >> 8) % 100 == 0)
            figures.append(None if is_gap else 1000 + (state >> 8) % 90000)
    return figures


def inputs(made_up: dict[str, list[int | None]], index: int) -> dict[str, Figures]:
    """The seven elements of one set, over all months read."""
    scale = {letter: Decimal("0.0001") if letter == "e" else Decimal(index + 1) / 128 for letter in made_up}
    return {
        letter: [None if figure is None else figure * scale[letter] for figure in figures] for letter, figures in made_up.items()
    }


def source(made_up: dict[str, list[int | None]]) -> Callable[[Element, Sequence[str], Sequence[Period]], Column]:
    """Give the engine the same figures as the floor."""
    months = {month: place for place, month in enumerate(needed())}

    def read(element: Element, orgs: Sequence[str], periods: Sequence[Period]) -> Column:
        index, letter = int(element.code[1 : element.code.index("_")]), element.code[-1]
        figures = inputs({letter: made_up[letter]}, index)[letter]
        places = [months[period] for period in periods]
        picked = [figures[start + place] for start in range(0, len(figures), len(months)) for place in places]
        return Column(picked, None, letter not in SUMMED)

    return read


def floor(given: dict[str, Figures], orgs: Sequence[str]) -> Iterator[tuple[str, Figures]]:
    """The ten formulas by hand: columns of Decimal in, columns out, None where a figure lacks."""
    width, asked = len(needed()), len(MONTHS)
    starts = range(0, len(orgs) * width, width)

    def cut(column: Figures, first: int) -> Figures:
        return [figure for start in starts for figure in column[start + first : start + first + asked]]

    def summed(column: Figures, months: int) -> Figures:
        whole = [*column]
        for last in range(COUNTIES, len(orgs), COUNTIES + 1):
            counties = [column[row * months : (row + 1) * months] for row in range(last - COUNTIES, last)]
            sums = [sum([figure for figure in cells if figure is not None], ZERO) for cells in zip(*counties, strict=True)]
            whole[last * months : (last + 1) * months] = sums
        return whole

    a, c, e, f, g = (cut(given[letter], 12) for letter in "acefg")
    hundred, ten_thousand = Decimal(100), Decimal(10000)
    every = summed(given["b"], width)
    b = cut(every, 12)
    yield "energy", b
    yield "net_energy", [None if y is None else y - z * ten_thousand - w * y / w / 4 for y, z, w in zip(b, c, f, strict=True)]
    every = [None if y is None else y / z * Decimal("0.0001") for y, z in zip(every, given["d"], strict=True)]
    intensity = cut(every, 12)
    yield "intensity", intensity
    base = [figure for start in starts for figure in every[start : start + 12] * 5]
    yield "reduction_pct", [None if x is None or y is None else (1 - x / y) * hundred for x, y in zip(intensity, base, strict=True)]
    yield "change_pct", [None if x is None or y is None else (x / y - 1) * hundred for x, y in zip(intensity, cut(every, 11), strict=True)]
    all_a, all_g = summed(a, asked), summed(g, asked)
    yield "reduced_t", running(all_a, asked)
    yield "reduced_ytd_t", [None if x is None or y is None else x + y for x, y in zip(running(a, 12), g, strict=True)]
    grown = [1 + pct / hundred for pct in e]
    output: Figures = []
    for row, start in enumerate(starts):
        levels = given["d"][start : start + 12]
        for month in range(asked):
            levels.append(levels[month] * grown[row * asked + month])
        output += levels[12:]
    yield "output", output
    yield "share_pct", [None if x is None or y is None else x / (x + y) * hundred for x, y in zip(all_a, all_g, strict=True)]
    yield "removed_t", [None if x is None or y is None else max(x - y, ZERO) + y * (z / hundred) for x, y, z in zip(a, g, e, strict=True)]


def running(column: Figures, months: int) -> Figures:
    """Sums of what is there, begun anew every so many months; nothing while nothing is there."""
    totals: Figures = []
    for place, figure in enumerate(column):
        if place % months == 0:
            total: Decimal | None = None
        total = total if figure is None else figure if total is None else total + figure
        totals.append(total)
    return totals


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """Run once and take the time."""
    started = time.perf_counter()
    found = work()
    return found, time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
