"""Lays simulated returns out as dossiers: each return beside its past, its meters, its peers and its targets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from shuangkong.checks.model import Dossier, Figure, Holding, Layout, PrintedRange, Reported, TargetFigure, Trait
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.units import unit
from shuangkong.rules import RulesOnDay
from shuangkong.simulation.returns import (
    MONTHS_A_YEAR,
    UNIT_ENERGY,
    CityReturns,
    UnitReturns,
    city_figures,
    county_figures,
    month_start,
)

ELEMENTS, RANGES = "checks.elements", "checks.coefficient_ranges"
DEPTH = 36  # months of history that any check looks at
DUE_AFTER_DAYS = 9
CITY = "模拟市"


def traits(rules: RulesOnDay) -> dict[str, Trait]:
    """Return the elements the checks know, by code (指标特征)."""
    known = {}
    for code in rules.book.below(ELEMENTS):
        said = rules.get(f"{ELEMENTS}.{code}")
        known[code] = Trait(code, said.name, unit(said.value["unit"]), frozenset(said.value["tags"].split()), said.value["group"] or "")
    return known


def coefficient_ranges(rules: RulesOnDay) -> dict[str, PrintedRange]:
    """Return the ranges declared coefficients must lie in, keyed as a dossier wants them (折标系数区间)."""
    return {
        f"coefficient:{code}": PrintedRange(said.value["low"], said.value["high"], str(said.citation))
        for code in rules.book.below(RANGES)
        if (said := rules.get(f"{RANGES}.{code}"))
    }


@dataclass
class Shelf:
    """Simulated returns ready to be examined (审核卷架). Figures are laid out once; dossiers of the clean units share peers."""

    city: CityReturns
    rules: RulesOnDay
    known: dict[str, Trait] = field(init=False)
    unit_layout: Layout = field(init=False)
    place_layout: Layout = field(init=False)
    ranges: dict[str, PrintedRange] = field(init=False)
    holdings: list[Holding] = field(init=False)
    periods: list[Period] = field(init=False)

    def __post_init__(self) -> None:
        self.known, self.ranges = traits(self.rules), coefficient_ranges(self.rules)
        reported = {code for one in self.city.units for month in one.months for code in month}
        self.unit_layout = Layout(self.known[code] for code in self.known if code in reported)
        first = county_figures(list(self.city.units), self.city.month_count - 1)
        self.place_layout = Layout(self.known[code] for code in self.known if code in first)
        self.periods = [Period.month(month_start(number).year, month_start(number).month) for number in range(self.city.month_count)]
        trades = {one.org: one.trade for one in self.city.units}
        self.holdings = [
            Holding({one.org: _told(one.months[number]) for one in self.city.units if one.months[number]}, trades)
            for number in range(self.city.month_count)
        ]

    def holding(self, month: int, changed: Mapping[str, UnitReturns]) -> Holding:
        """Return the peers of a month with some units' returns replaced."""
        if not changed:
            return self.holdings[month]
        clean = self.holdings[month]
        figures = {org: _told(changed[org].months[month]) if org in changed else told for org, told in clean.figures.items()}
        return Holding(figures, clean.trades)

    def of_unit(
        self, one: UnitReturns, months: Sequence[int] | None = None, *, changed: Mapping[str, UnitReturns] | None = None
    ) -> Iterator[Dossier]:
        """Yield the dossiers of a unit's returns, oldest first."""
        laid = [self._laid(one, number) for number in range(self.city.month_count)]
        meters = [
            {code: self._figure(one.org, number, code, figure, 0) for code, figure in read.items()} for number, read in enumerate(one.meters)
        ]
        began = next((number for number, told in enumerate(one.months) if told), 0)
        versions = {
            (code, self.periods[number]): tuple(self._figure(one.org, number, code, figure, 0) for figure in told)
            for (code, number), told in one.versions.items()
        }
        for number in range(self.city.month_count) if months is None else months:
            if not one.months[number]:
                continue
            target = one.targets.get(number // MONTHS_A_YEAR)
            yield Dossier(
                org=one.org, name=Words(one.org, one.org), period=self.periods[number], layout=self.unit_layout, figures=laid[number],
                history=laid[max(began, number - DEPTH) : number], versions=versions, meters=meters[number],
                peers=self.holding(number, changed or {}), coefficients=one.coefficients, ranges=self.ranges,
                targets={UNIT_ENERGY: TargetFigure(target, is_ceiling=True)} if target else {},
                due=self.periods[number].end + timedelta(days=DUE_AFTER_DAYS),
                filed_at=_moment(self.periods[number].end + timedelta(days=one.filed_after_days.get(number, 0))),
            )  # fmt: skip

    def of_places(
        self, months: Sequence[int], *, changed: Mapping[str, UnitReturns] | None = None, edited: Mapping[tuple[str, int, str], Decimal] | None = None
    ) -> Iterator[Dossier]:
        """Yield the dossiers of the counties and the city; `edited` replaces what a place reports for (org, month, element)."""
        units = [(changed or {}).get(one.org, one) for one in self.city.units]
        by_county: dict[str, list[UnitReturns]] = {}
        for one in units:
            by_county.setdefault(one.county, []).append(one)
        reach = range(max(0, min(months) - DEPTH), max(months) + 1)
        figures: dict[tuple[str, int], Reported] = {}
        for number in reach:
            told = {county: _edited(county, number, county_figures(members, number), edited or {}) for county, members in by_county.items()}
            told[CITY] = _edited(CITY, number, city_figures(told), edited or {})
            for org, sums in told.items():
                figures[org, number] = {code: self._figure(org, number, code, figure, 0) for code, figure in sums.items()}
        for number in months:
            for org in (*by_county, CITY):
                below = {county: figures[county, number] for county in by_county} if org == CITY else {
                    one.org: self._laid(one, number) for one in by_county[org] if one.months[number]
                }
                yield Dossier(
                    org=org, name=Words(org, org), period=self.periods[number], layout=self.place_layout, figures=figures[org, number],
                    history=[figures[org, earlier] for earlier in reach if earlier < number], children=below, children_expected=len(below),
                )  # fmt: skip

    def _laid(self, one: UnitReturns, number: int) -> Reported:
        return {
            code: self._figure(one.org, number, code, figure, one.revised_after_days.get((code, number), 0))
            for code, figure in one.months[number].items()
        }

    def _figure(self, org: str, number: int, code: str, figure: Decimal | None, revised_after: int) -> Figure:
        recorded = _moment(self.periods[number].end + timedelta(days=5 + revised_after))
        return Figure(code, org, self.periods[number], figure, self.known[code].unit, figure is None, recorded)


def _told(month: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    return {code: figure for code, figure in month.items() if figure is not None}


def _edited(org: str, number: int, sums: dict[str, Decimal], edited: Mapping[tuple[str, int, str], Decimal]) -> dict[str, Decimal]:
    return {code: edited.get((org, number, code), figure) for code, figure in sums.items()}


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(9), CHINA_STANDARD_TIME)
