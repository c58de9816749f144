"""Sums of units by place: where a unit counts, and what is not told."""

from datetime import date
from decimal import Decimal

import pytest
from filing_steps import Person
from unit_steps import burned, moved, observed, park_of, unit_of

from shuangkong.access.roles import Role
from shuangkong.kernel.period import Period
from shuangkong.services.aggregates import Aggregate, place_sums, seen_of, tree_of, unit_values
from shuangkong.services.openings import open_figure
from shuangkong.services.organisations import tree_on
from shuangkong.services.park_pages import park_page
from shuangkong.services.people import Member
from shuangkong.services.place_pages import place_page, places_page

XIPING, SHANGCAI, PINGYU = "411721", "411722", "411723"
ELEMENT = "comprehensive_energy_tce"


def sums(who: Member, year: int = 2025, as_of: date | None = None) -> dict[str, Aggregate]:
    period = Period.year(year)
    values = unit_values(ELEMENT, period=period, measure="tce", as_of=as_of)
    return place_sums(values, tree=tree_of(period), seen=seen_of(who, tree_on(date(2026, 3, 2))))


@pytest.mark.parametrize("day", [date(2025, 7, 1), date(2025, 1, 1), date(2025, 12, 31)])
def test_a_unit_that_moves_leaves_its_past_figures_where_it_was(person: Person, day: date) -> None:
    city = person(Role.REVIEWER, "statistics")
    moved("U001", SHANGCAI, day)
    for period, value in (("2024", "100"), ("2025", "130")):
        observed("U001", ELEMENT, value, period)
        for county in (XIPING, SHANGCAI):
            observed(county, "energy_consumed_tce", "1000", period)
    assert (sums(city, 2024)[XIPING].value, sums(city, 2024)[SHANGCAI].value) == (Decimal(100), None)
    assert (sums(city, 2025)[XIPING].value, sums(city, 2025)[SHANGCAI].value) == (None, Decimal(130))
    for county, period, total in ((XIPING, "2024", 100), (SHANGCAI, "2024", None), (XIPING, "2025", None), (SHANGCAI, "2025", 130)):
        opened = open_figure(element="energy_consumed_tce", org=county, period=period, who=city)
        assert opened is not None
        assert opened.made_of is not None
        assert opened.made_of.total == total


def test_a_move_on_new_years_day_is_of_the_new_year(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    moved("U001", SHANGCAI, date(2026, 1, 1))
    observed("U001", ELEMENT, "130", "2025")
    observed(XIPING, "energy_consumed_tce", "1000", "2025")
    assert sums(city)[XIPING].value == 130
    opened = open_figure(element="energy_consumed_tce", org=XIPING, period="2025", who=city)
    assert opened is not None
    assert opened.made_of is not None
    assert opened.made_of.total == 130


def test_sums_know_their_coverage_and_their_day(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    unit_of("U003", XIPING)
    observed("U001", ELEMENT, "100", day="2026-02-01")
    observed("U001", ELEMENT, "104", day="2026-02-20")
    observed("U003", ELEMENT, "50", day="2026-02-10")
    assert sums(city)[XIPING] == Aggregate(Decimal(154), 2, 2)
    assert sums(city, as_of=date(2026, 2, 15))[XIPING] == Aggregate(Decimal(150), 2, 2)
    assert sums(city, as_of=date(2026, 2, 5))[XIPING] == Aggregate(Decimal(100), 1, 2)
    page = places_page(who=city, year=2025, as_of=date(2026, 2, 15))
    assert next(row.units.value for row in page.rows if row.figures.code == XIPING) == 150


def test_a_stranger_cannot_work_out_a_unit_from_the_sums_of_the_places(person: Person) -> None:
    """Xiping has two units: its sum is not told, and neither is the smallest of the others, or the city's would give it away."""
    for code, county in (("U003", XIPING), ("U010", PINGYU), ("U011", PINGYU), ("U012", PINGYU), ("U020", SHANGCAI), ("U021", SHANGCAI), ("U022", SHANGCAI), ("U023", SHANGCAI)):
        unit_of(code, county)
    for code in ("U001", "U003", "U010", "U011", "U012", "U020", "U021", "U022", "U023"):
        observed(code, ELEMENT, "7")
    stranger = person(Role.REPORTER, "U002")
    told = sums(stranger)
    assert {code: held.value for code, held in told.items() if held.reported} == {XIPING: None, PINGYU: None, SHANGCAI: Decimal(28)}
    assert told[XIPING].is_suppressed
    assert told[PINGYU].is_suppressed
    assert {held.value for code, held in sums(person(Role.REVIEWER, "statistics")).items() if held.reported} == {Decimal(14), Decimal(21), Decimal(28)}
    assert sums(person(Role.REVIEWER, XIPING))[XIPING].value == 14


def test_a_park_is_not_told_where_the_rest_of_its_county_is_one_unit(person: Person) -> None:
    park_of("P01", SHANGCAI)
    for code in ("U010", "U011", "U012"):
        unit_of(code, SHANGCAI, "P01")
        observed(code, ELEMENT, "9")
    observed("U002", ELEMENT, "5")
    stranger, city = person(Role.REPORTER, "U001"), person(Role.REVIEWER, "statistics")
    assert (sums(stranger)[SHANGCAI].value, sums(stranger)["P01"].value) == (Decimal(32), None)
    assert (sums(city)["P01"].value, sums(city)["P01"].expected) == (Decimal(27), 3)
    assert park_page(code="P01", who=stranger, year=2025).energy.is_suppressed
    assert park_page(code="P01", who=city, year=2025).energy.value == 27


def test_carriers_that_give_a_unit_away_stand_among_the_others(person: Person) -> None:
    for number in range(10, 14):
        unit_of(f"U0{number}", SHANGCAI)
        burned(f"U0{number}", "100", "10")
    burned("U002", "100", "10")
    observed("U010", "diesel_consumed", "8", unit="t")
    observed("U010", "diesel_coefficient", "1.4571", unit="tce/t")
    stranger, city = person(Role.REPORTER, "U001"), person(Role.REVIEWER, "statistics")
    told = place_page(code=SHANGCAI, who=stranger, year=2025).structure
    assert told.links == ()
    assert [(name.zh, held.value) for name, held in told.carriers] == [("原煤", Decimal("350.0")), ("其余品种", Decimal("5") * Decimal("12.29") + Decimal("11.6568"))]
    assert told.co2 is not None
    seen = place_page(code=SHANGCAI, who=city, year=2025).structure
    assert {(link.source.zh, link.target.zh): link.tce for link in seen.links} == {
        ("原煤", "工业生产燃料动力"): Decimal(350), ("电力", "工业生产燃料动力"): Decimal("55.305"), ("电力", "非工业生产"): Decimal("6.145"),
    }  # fmt: skip


def test_one_of_two_hidden_units_tells_nothing(person: Person) -> None:
    burned("U002", "100", "10")
    stranger = person(Role.REPORTER, "U001")
    told = place_page(code=SHANGCAI, who=stranger, year=2025)
    assert (told.energy.value, told.structure.links, told.structure.carriers, told.structure.co2, told.units, told.hidden_units) == (None, (), (), None, (), 1)


def test_the_time_machine_gives_no_single_report_away(person: Person) -> None:
    """Three units had reported by the 10th and a fourth on the 20th: the sums of both days would tell of the fourth."""
    for code in ("U010", "U011", "U012"):
        unit_of(code, SHANGCAI)
        observed(code, ELEMENT, "9", day="2026-02-05")
    observed("U002", ELEMENT, "5", day="2026-02-20")
    stranger, city = person(Role.REPORTER, "U001"), person(Role.REVIEWER, "statistics")

    def told(who: Member, as_of: date | None) -> Decimal | None:
        return place_page(code=SHANGCAI, who=who, year=2025, as_of=as_of).energy.value

    assert [told(stranger, day) for day in (None, date(2026, 2, 25), date(2026, 2, 10))] == [32, 32, None]
    assert [told(city, day) for day in (None, date(2026, 2, 25), date(2026, 2, 10))] == [32, 32, 27]
