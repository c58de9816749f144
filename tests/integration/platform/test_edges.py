"""Edges: the last moment of a day, a return that agencies carry alone, quarters and five years, 不适用 from cell to figure."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from filing_steps import Person, carried, fill, open_window, sound_cells
from signed_client import signed_in

from shuangkong.access.roles import Role
from shuangkong.kernel.period import Period
from shuangkong.returns.states import ReturnAct
from shuangkong.services.filing_forms import form_of, previous_entries
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.filings import act_on_filing, open_filing, save_cells, submit_filing
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.standing import board_as_known
from shuangkong.services.windows import usual_window
from shuangkong.store.models import Filing, ObservationRow, Submission

ALL = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)


def version(filing: int) -> int:
    return Filing.objects.get(pk=filing).version


def filled(form: str, organisation: str, period: str, who: Member, **texts: str) -> int:
    """A return whose every required cell is 1 unless said otherwise, submitted."""
    declared = form_of(form, Period.parse(period))
    filing = open_filing(form=form, organisation=organisation, period=period, who=who)
    cells = {str(cell.key): "1" for cell in declared.fixed_cells.values() if cell.is_required and not cell.is_computed} | texts
    assert save_cells(filing_id=filing, version=version(filing), texts=cells, who=who).faults == {}
    submit_filing(filing_id=filing, version=version(filing), who=who)
    return filing


@pytest.mark.parametrize(("moment", "known"), [("2026-03-10T15:59:59.999999+00:00", True), ("2026-03-10T16:00:00+00:00", False)])
def test_what_was_locked_at_the_last_moment_of_a_day_was_known_on_it(person: Person, still_clock: "object", moment: str, known: bool) -> None:
    open_window()
    reporter = person(Role.REPORTER, "U001")
    filing = open_filing(form="205-1", organisation="U001", period="2025", who=reporter)
    fill(filing, reporter)
    submit_filing(filing_id=filing, version=version(filing), who=reporter)
    carried(filing, person, *ALL[:3])
    person(Role.APPROVER, "statistics")  # appointed before: each link of the chain has a moment of its own
    still_clock.moment = datetime.fromisoformat(moment)  # type: ignore[attr-defined]
    carried(filing, person, ReturnAct.LOCK)
    assert {row.recorded_at for row in current_rows(org="U001")} == {datetime.fromisoformat(moment).astimezone(UTC)}
    assert bool(list(current_rows(as_of=date(2026, 3, 10), org="U001"))) is known
    assert list(current_rows(as_of=date(2026, 3, 11), org="U001"))
    assert not list(current_rows(as_of=date(2026, 3, 9), org="U001"))


def test_an_agencys_return_is_carried_by_its_own_people_and_moves_the_board(person: Person) -> None:
    form, agency = "agency-housing", "housing_construction"
    open_window(form, "2024")
    reporter, reviewer, approver = (person(role, agency) for role in (Role.REPORTER, Role.REVIEWER, Role.APPROVER))
    filing = filled(form, agency, "2024", reporter, **{"building.green_building_new_area_10k_m2.value": "80", "building.new_building_area_10k_m2.value": "100"})
    with pytest.raises(NotPermitted):
        act_on_filing(filing_id=filing, act=ReturnAct.ACCEPT, version=version(filing), who=person(Role.REVIEWER, "411721"))
    with pytest.raises(NotPermitted):
        act_on_filing(filing_id=filing, act=ReturnAct.ACCEPT, version=version(filing), who=person(Role.REVIEWER, "statistics"))
    for act, who in zip(ALL, (reviewer, reviewer, approver, approver), strict=True):
        act_on_filing(filing_id=filing, act=act, version=version(filing), who=who)
    assert set(ObservationRow.objects.filter(filing=filing).values_list("org", flat=True)) == {"411700"}
    share = next(line for line in board_as_known(year=2024).lines if line.target.indicator == "green_building_new_share_pct")
    assert share.current == Decimal(80)


def test_a_quarter_looks_back_to_the_quarter_before_also_over_new_year(person: Person) -> None:
    declared = form_of("county-energy-quarter", Period.parse("2026Q1"))
    reporter = person(Role.REPORTER, "411721")
    for period in ("2025Q4", "2026Q1"):
        open_window("county-energy-quarter", period)
    earlier = filled("county-energy-quarter", "411721", "2025Q4", reporter)
    now = open_filing(form="county-energy-quarter", organisation="411721", period="2026Q1", who=reporter)
    told = previous_entries(declared, Filing.objects.get(pk=now))
    assert told
    assert Submission.objects.filter(filing=earlier).count() == 1


@pytest.mark.parametrize(("form", "period", "opens", "due"), [
    ("county-energy-quarter", "2025Q4", date(2026, 1, 1), date(2026, 1, 19)), ("county-plan-five-year", "2026-2030", date(2026, 1, 1), date(2026, 12, 31)),
])  # fmt: skip
def test_when_quarters_and_five_years_open_and_are_due(form: str, period: str, opens: date, due: date) -> None:
    window = usual_window(form_of(form, Period.parse(period)), Period.parse(period))
    assert (window.opens_on, window.due_on) == (opens, due)


def test_not_applicable_is_neither_empty_nor_nought_from_the_cell_to_the_figure(person: Person) -> None:
    open_window()
    reporter = person(Role.REPORTER, "U001")
    filing = open_filing(form="205-1", organisation="U001", period="2025", who=reporter)
    key = "energy.electricity.transport"
    fill(filing, reporter, **{**sound_cells(), key: "不适用", "energy.electricity.non_industrial": "20"})
    submit_filing(filing_id=filing, version=version(filing), who=reporter)
    assert f'"{key}":"不适用"' in bytes(Submission.objects.get(filing=filing).content).decode()
    carried(filing, person, *ALL)
    told = {row.element: row.value for row in current_rows(org="U001")}
    assert told["electricity_transport"] is None
    assert told["raw_coal_transport"] == Decimal(0)
    assert "natural_gas_transport" not in told
    page = signed_in(person(Role.REVIEWER, "411721")).get("/figures/electricity_transport/U001/2025")
    assert page.status_code == 200
    assert "不适用" in page.content.decode()
