"""Who belonged where, and when: a zone carved out, a unit that moved or closed; the past keeps its sums, its checks and its readers."""

from datetime import date
from decimal import Decimal

import pytest
from filing_steps import Person, carried, open_window, submitted
from unit_steps import moved, observed

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.states import ReturnAct
from shuangkong.services.aggregates import place_sums, seen_of, tree_of, unit_values
from shuangkong.services.chain import system_actor
from shuangkong.services.figure_pages import figure_page
from shuangkong.services.filing_dossiers import dossier
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_lists import my_work, progress
from shuangkong.services.filing_pages import show_filing
from shuangkong.services.openings import open_figure
from shuangkong.services.organisations import (
    OrganisationFacts,
    OrganisationKind,
    change_organisation,
    register_organisation,
    tree_on,
)
from shuangkong.services.people import NotPermitted
from shuangkong.store.models import Filing, Organisation

XIPING, SHANGCAI, ZONE, ELEMENT = "411721", "411722", "4117Z9", "comprehensive_energy_tce"
CARVED = date(2024, 1, 1)


def carve_out() -> None:
    """Register a zone from 2024 on and give it two units, of two counties."""
    facts = OrganisationFacts(name=Words("模拟新区", "Simulated new zone"), parent="411700")
    register_organisation(code=ZONE, kind=OrganisationKind.ZONE, facts=facts, valid_from=CARVED, actor=system_actor("411700"), reason="设立", is_simulated=True)
    for unit in ("U001", "U002"):
        moved(unit, ZONE, CARVED)


def test_a_zone_carved_out_leaves_the_sums_of_the_past(person: Person) -> None:
    city = person(Role.REVIEWER, "statistics")
    carve_out()
    for year in ("2023", "2024"):
        observed("U001", ELEMENT, "100", year)
        observed("U002", ELEMENT, "30", year)
    told = {}
    for year in (2023, 2024):
        period = Period.year(year)
        sums = place_sums(unit_values(ELEMENT, period=period, measure="tce"), tree=tree_of(period), seen=seen_of(city, tree_on(date(2026, 3, 2))))
        told[year] = {place: sums[place].value for place in (XIPING, SHANGCAI, ZONE) if place in sums}
    assert told == {2023: {XIPING: Decimal(100), SHANGCAI: Decimal(30)}, 2024: {XIPING: None, SHANGCAI: None, ZONE: Decimal(130)}}


def below(place: str, year: str) -> set[str]:
    form: Form = form_of("county-energy", Period.parse(year))
    filing = Filing(form=form.code, edition=form.edition, organisation=Organisation.objects.get(code=place), period=year, state="DRAFT")
    element = next(code for code in form.by_element if code == "above_scale_industry_energy_tce")
    entries: dict[CellKey, Entry] = {form.by_element[element].key: Entry(number=Decimal(100))}
    return set(dossier(form, filing, entries).children)


def test_a_county_is_checked_against_the_units_it_had(person: Person) -> None:
    person(Role.REVIEWER, "statistics")
    carve_out()
    for year in ("2023", "2024"):
        observed("U001", ELEMENT, "100", year)
    assert (below(XIPING, "2023"), below(XIPING, "2024"), below(ZONE, "2024")) == ({"U001"}, set(), {"U001"})


def test_nobody_owes_returns_of_periods_that_ended_before_it_was_there(person: Person) -> None:
    carve_out()
    for year in ("2023", "2024"):
        open_window("county-energy", year)
    reporter = person(Role.REPORTER, ZONE)
    assert {work.period for work in my_work(who=reporter) if work.form.code == "county-energy"} == {"2024"}
    counts = {one.window.period: one.asked for one in progress(who=person(Role.REVIEWER, "statistics"), form="county-energy")}
    assert counts["2024"] == counts["2023"] + 1


def test_a_return_stays_open_to_the_county_it_was_filed_in(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
    moved("U001", SHANGCAI, date(2026, 3, 1))
    before, after, other = person(Role.REVIEWER, XIPING), person(Role.REVIEWER, SHANGCAI), person(Role.REVIEWER, "411723")
    for who in (before, after):
        assert show_filing(filing_id=filing, who=who).filing.pk == filing
        assert open_figure(element=ELEMENT, org="U001", period="2025", who=who) is not None
        assert figure_page(element=ELEMENT, org="U001", period="2025", who=who).opened is not None
    with pytest.raises(NotPermitted):
        show_filing(filing_id=filing, who=other)
    with pytest.raises(NotPermitted):
        open_figure(element=ELEMENT, org="U001", period="2026", who=before)


def test_the_returns_of_a_unit_that_closed_can_still_be_read(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
    node = tree_on(date(2026, 3, 2)).find("U001")
    facts = OrganisationFacts(name=node.name, parent=XIPING, tags=node.tags, is_closed=True)
    change_organisation(code="U001", facts=facts, valid_from=date(2026, 3, 1), actor=system_actor("411700"), reason="注销")
    for who in (person(Role.REVIEWER, XIPING), person(Role.AUDITOR, "411700")):
        assert show_filing(filing_id=filing, who=who).node.code == "U001"
        assert figure_page(element=ELEMENT, org="U001", period="2025", who=who).opened is not None
