"""A return from draft to lock: who may, what is sealed, what becomes of its figures."""

from datetime import date
from decimal import Decimal

import pytest
from filing_steps import FORM, PERIOD, STATISTICS, Person, carried, fill, open_window, submitted

from shuangkong.access.roles import Role
from shuangkong.returns.states import ActNotPossible, ReturnAct
from shuangkong.services.amendments import ask_amendment
from shuangkong.services.attachments import attach_file
from shuangkong.services.chain import system_actor
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.filing_pages import show_filing
from shuangkong.services.filings import (
    ChangedMeanwhile,
    NotEditable,
    SameHands,
    act_on_filing,
    open_filing,
    save_cells,
    submit_filing,
)
from shuangkong.services.people import NotPermitted, appoint, member
from shuangkong.services.windows import WindowClosed
from shuangkong.store.models import Filing, FilingAct

WHOLE_WAY = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)


def test_from_draft_to_lock_every_step_is_sealed_and_the_figures_are_observed(person: Person) -> None:
    open_window()
    filing = submitted(person)
    assert not list(current_rows(org="U001"))
    carried(filing, person, *WHOLE_WAY)
    assert Filing.objects.get(pk=filing).state == "LOCKED"
    kinds = list(FilingAct.objects.filter(filing=filing).order_by("id").values_list("act", "state_after"))
    assert kinds == [("SUBMIT", "SUBMITTED"), ("ACCEPT", "ACCEPTED"), ("REVIEW", "REVIEWED"), ("APPROVE", "APPROVED"), ("LOCK", "LOCKED")]
    (row,) = current_rows(org="U001", element="raw_coal_consumed")
    assert (row.value, row.unit, row.period, row.grade) == (Decimal("1020"), "t", "2025", "SIMULATED")
    assert row.link == FilingAct.objects.get(filing=filing, act="LOCK").link
    assert verify_chain().is_sound


def test_sent_back_with_a_reason_mended_and_submitted_again(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.SEND_BACK)
    fill(filing, person(Role.REPORTER, "U001"), **{"energy.raw_coal.cost": "81"})
    submit_filing(filing_id=filing, version=3, who=person(Role.REPORTER, "U001"))
    carried(filing, person, *WHOLE_WAY)
    assert [row.value for row in current_rows(org="U001", element="raw_coal_cost")] == [Decimal("81")]


def test_withdrawn_before_acceptance_and_not_after(person: Person) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, ReturnAct.WITHDRAW)
    assert Filing.objects.get(pk=filing).state == "DRAFT"
    submit_filing(filing_id=filing, version=2, who=person(Role.REPORTER, "U001"))
    carried(filing, person, ReturnAct.ACCEPT)
    with pytest.raises(ActNotPossible):
        carried(filing, person, ReturnAct.WITHDRAW)


def test_who_acts_on_a_version_that_has_changed_is_told_who_changed_it(person: Person) -> None:
    open_window()
    filing = submitted(person)
    reviewer = person(Role.REVIEWER, "411721")
    act_on_filing(filing_id=filing, act=ReturnAct.ACCEPT, version=1, who=reviewer)
    with pytest.raises(ChangedMeanwhile) as told:
        act_on_filing(filing_id=filing, act=ReturnAct.SEND_BACK, version=1, who=reviewer, reason="晚了一步")
    assert reviewer.full_name in str(told.value)
    with pytest.raises(NotEditable):
        save_cells(filing_id=filing, version=2, texts={"energy.raw_coal.cost": "1"}, who=person(Role.REPORTER, "U001"))


@pytest.mark.parametrize(
    ("role", "place", "act"),
    [
        (Role.REVIEWER, "411722", ReturnAct.ACCEPT), (Role.APPROVER, "411721", ReturnAct.ACCEPT), (Role.AUDITOR, "411700", ReturnAct.ACCEPT),
        (Role.SYSTEM_ADMINISTRATOR, "411700", ReturnAct.ACCEPT), (Role.REVIEWER, "transport", ReturnAct.ACCEPT),
    ],
)  # fmt: skip
def test_nobody_acts_outside_role_and_place(person: Person, role: Role, place: str, act: ReturnAct) -> None:
    open_window()
    filing = submitted(person)
    with pytest.raises(NotPermitted):
        act_on_filing(filing_id=filing, act=act, version=1, who=person(role, place))


def test_who_reviews_does_not_approve(person: Person) -> None:
    open_window()
    filing = submitted(person)
    both = person(Role.REVIEWER, "411721")
    appoint(person_id=both.pk, role=Role.APPROVER, organisation="411721", valid_from=date(2020, 1, 1), actor=system_actor("411700"), reason="兼任")
    carried(filing, person, ReturnAct.ACCEPT, ReturnAct.REVIEW)
    with pytest.raises(SameHands):
        act_on_filing(filing_id=filing, act=ReturnAct.APPROVE, version=3, who=member(both.pk))


def test_no_window_no_filing(person: Person) -> None:
    with pytest.raises(WindowClosed):
        open_filing(form=FORM, organisation="U001", period=PERIOD, who=person(Role.REPORTER, "U001"))


@pytest.mark.parametrize("place", ["411721", "agriculture_rural", STATISTICS])
def test_a_return_is_filed_by_the_people_of_its_own_organisation_alone(person: Person, place: str) -> None:
    open_window()
    stranger = person(Role.REPORTER, place)
    with pytest.raises(NotPermitted):
        open_filing(form=FORM, organisation="U001", period=PERIOD, who=stranger)
    filing = submitted(person)
    with pytest.raises(NotPermitted):
        act_on_filing(filing_id=filing, act=ReturnAct.WITHDRAW, version=1, who=stranger, reason="不是本单位的人")
    carried(filing, person, ReturnAct.WITHDRAW)
    with pytest.raises(NotPermitted):
        save_cells(filing_id=filing, version=2, texts={"energy.raw_coal.cost": "1"}, who=stranger)
    with pytest.raises(NotPermitted):
        attach_file(filing_id=filing, name="盖章页.pdf", content=b"%PDF-1.4 stamped", who=stranger)
    with pytest.raises(NotPermitted):
        submit_filing(filing_id=filing, version=2, who=stranger)
    shown = show_filing(filing_id=filing, who=stranger)
    assert not shown.is_editable
    with pytest.raises(NotPermitted):
        ask_amendment(filing_id=filing, reason="不是本单位的人", name="佐证.pdf", content=b"%PDF-1.4 proof", who=stranger)
