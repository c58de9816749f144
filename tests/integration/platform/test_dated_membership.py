"""Who belonged where, and when: a zone carved out, a unit that moved or closed; the past keeps its sums, its checks and its readers."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest
from filing_steps import FORM, PERIOD, Person, carried, open_window, submitted
from unit_steps import burned, moved, observed

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.states import ReturnAct
from shuangkong.services.aggregates import place_sums, seen_of, tree_of, unit_values
from shuangkong.services.attachments import attach_file, open_attachment
from shuangkong.services.chain import system_actor
from shuangkong.services.figure_pages import figure_page
from shuangkong.services.filing_dossiers import dossier
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_lists import my_work, progress
from shuangkong.services.filing_pages import show_filing
from shuangkong.services.filings import acts_open_to, open_filing
from shuangkong.services.finding_cases import list_findings
from shuangkong.services.observation_queries import seen_observations
from shuangkong.services.openings import open_figure
from shuangkong.services.organisations import (
    OrganisationFacts,
    OrganisationKind,
    change_organisation,
    register_organisation,
    tree_on,
)
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.place_pages import place_page, places_page
from shuangkong.services.unit_standing import Filed
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


def closed(code: str, day: date) -> None:
    """Close a unit from a day on."""
    node = tree_on(date(2020, 1, 1)).find(code)
    facts = OrganisationFacts(name=node.name, parent=node.parent, tags=node.tags, is_closed=True)
    change_organisation(code=code, facts=facts, valid_from=day, actor=system_actor("411700"), reason="注销")


def test_the_attachments_of_a_moved_unit_open_as_the_return_does(person: Person) -> None:
    open_window()
    filing = open_filing(form=FORM, organisation="U001", period=PERIOD, who=person(Role.REPORTER, "U001"))
    attached = attach_file(filing_id=filing, name="盖章页.pdf", content=b"%PDF-1.4 stamped", who=person(Role.REPORTER, "U001"))
    moved("U001", SHANGCAI, date(2026, 3, 1))
    for place in (XIPING, SHANGCAI):
        assert open_attachment(attachment_id=attached, who=person(Role.REVIEWER, place)).content == b"%PDF-1.4 stamped"
    with pytest.raises(NotPermitted):
        open_attachment(attachment_id=attached, who=person(Role.REVIEWER, "411723"))


@pytest.mark.parametrize("leaves", [lambda: moved("U001", SHANGCAI, date(2026, 3, 1)), lambda: closed("U001", date(2026, 3, 1)), lambda: closed("U001", date(2025, 11, 1))])
def test_a_pending_return_waits_for_the_county_of_its_period(person: Person, leaves: Callable[[], None]) -> None:
    open_window()
    filing = submitted(person)
    leaves()
    before, after, city = person(Role.REVIEWER, XIPING), person(Role.REVIEWER, SHANGCAI), person(Role.APPROVER, "statistics")
    assert [(work.filing_id, work.act) for work in my_work(who=before)] == [(filing, ReturnAct.ACCEPT)]
    assert my_work(who=after) == ()
    assert acts_open_to(Filing.objects.get(pk=filing), after) == ()
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE)
    assert [(work.filing_id, work.act) for work in my_work(who=city)] == [(filing, ReturnAct.LOCK)]
    carried(filing, person, ReturnAct.LOCK)


def test_findings_stay_with_the_county_of_their_period(person: Person) -> None:
    open_window()
    filing = submitted(person, **{"output.value_added_10k_yuan.value": "1"})  # C056 asks why
    moved("U001", SHANGCAI, date(2026, 3, 1))
    found = list_findings(who=person(Role.REVIEWER, "statistics"), place=XIPING)
    assert found
    assert {one.record.filing_id for one in found} == {filing}
    assert list_findings(who=person(Role.REVIEWER, "statistics"), place=SHANGCAI) == ()
    for place in (XIPING, SHANGCAI):
        assert [one.record.pk for one in list_findings(who=person(Role.REVIEWER, place))] == [one.record.pk for one in found]
    assert list_findings(who=person(Role.REVIEWER, "411723")) == ()


def test_progress_counts_a_unit_where_it_belonged(person: Person) -> None:
    for year in ("2024", "2025"):
        open_window(period=year)
    moved("U001", SHANGCAI, date(2025, 7, 1))
    city = person(Role.REVIEWER, "statistics")
    told = {one.window.period: {place.place.code: place.asked for place in one.places} for one in progress(who=city, form=FORM)}
    assert told == {"2024": {XIPING: 1, SHANGCAI: 1}, "2025": {SHANGCAI: 2}}
    assert {one.window.period: one.asked for one in progress(who=person(Role.REVIEWER, XIPING), form=FORM)} == {"2024": 1}
    assert {one.window.period: one.asked for one in progress(who=city, form=FORM, place=SHANGCAI)} == {"2024": 1, "2025": 2}


def test_a_closed_unit_owes_what_ended_before(person: Person) -> None:
    for year in ("2024", "2025"):
        open_window(period=year)
    closed("U001", date(2025, 7, 1))
    assert {work.period for work in my_work(who=person(Role.REPORTER, "U001")) if work.form.code == FORM} == {"2024"}
    assert {one.window.period: one.asked for one in progress(who=person(Role.REVIEWER, "statistics"), form=FORM)} == {"2024": 2, "2025": 1}
    assert open_filing(form=FORM, organisation="U001", period="2024", who=person(Role.REPORTER, "U001"))


def test_figures_asked_for_are_told_by_the_county_of_their_period(person: Person) -> None:
    moved("U001", SHANGCAI, date(2025, 7, 1))
    for year in ("2024", "2025"):
        observed("U001", ELEMENT, "100", year)
    told = {place: [row.period for row in seen_observations(who=person(Role.REVIEWER, place), org="U001")] for place in (XIPING, SHANGCAI, "411723")}
    assert told == {XIPING: ["2024"], SHANGCAI: ["2024", "2025"], "411723": []}


@pytest.mark.parametrize("is_carved", [False, True])
def test_the_page_of_a_county_keeps_its_past(person: Person, is_carved: bool) -> None:
    """Xiping had the unit in 2023 and not in 2024, moved to a neighbour or carved out with a new zone."""
    if is_carved:
        carve_out()
    else:
        moved("U001", SHANGCAI, date(2024, 7, 1))
    after = ZONE if is_carved else SHANGCAI
    city = person(Role.REVIEWER, "statistics")
    for year in (2023, 2024):
        open_window(period=str(year))
        burned("U001", "1000", "100", str(year))
    was, then = (place_page(code=XIPING, who=city, year=year) for year in (2023, 2024))
    assert ([row.node.code for row in was.units], [row.node.code for row in then.units]) == (["U001"], [])
    assert (was.energy.value, then.energy.value) == (Decimal("810.61"), None)
    assert (bool(was.structure.links), bool(then.structure.links)) == (True, False)
    assert {one.code: one.value for one in _units_of(city, 2023)}[XIPING] == Decimal("810.61")
    assert {one.code: one.value for one in _units_of(city, 2024)}.get(after) == (None if is_carved else Decimal("810.61"))  # the pack knows no such zone
    asked = {year: {place.place.code for place in one.places} for one in progress(who=city, form=FORM) for year in [one.window.period]}
    assert (XIPING in asked["2023"], XIPING in asked["2024"], after in asked["2024"]) == (True, False, True)
    assert (was.filed, then.filed) == (Filed(0, 1), Filed(0, 0))
    assert ({one.node.code for one in was.overdue}, {one.node.code for one in then.overdue}) == (set(), set())


class _Sum(NamedTuple):
    code: str
    value: Decimal | None


def _units_of(who: Member, year: int) -> list[_Sum]:
    return [_Sum(row.figures.code, row.units.value) for row in places_page(who=who, year=year).rows]
