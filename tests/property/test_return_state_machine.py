"""Whatever is done to a return, in whatever order, by whomever: locked content stays, one round is open, no hands meet, all is sealed."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shuangkong.access.roles import Role
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.period import Period
from shuangkong.returns.states import EDITABLE, RETURN_STATES, ReturnAct, ReturnState
from shuangkong.services import clock
from shuangkong.services.amendments import ask_amendment, decide_amendment
from shuangkong.services.chain import seal, system_actor
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filings import act_on_filing, open_filing, save_cells
from shuangkong.services.people import Member, appoint, member, register_person
from shuangkong.services.platform_demo import load_organisations
from shuangkong.services.standing import forget_standing
from shuangkong.services.windows import set_window
from shuangkong.store.models import Amendment, ChainLink, Filing, FilingAct, ObservationRow, Submission

CITY, COUNTY, FORM, PERIOD, BEGIN = "411700", "411721", "county-energy-quarter", "2025Q4", date(2020, 1, 1)
CELLS = {"gdp": "100", "growth": "5"}
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def hands(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A county with two reporters, and those who handle what it files; some hold several posts."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 1, tzinfo=UTC))
    forget_standing()
    actor = system_actor(CITY)
    with transaction.atomic():
        seal(kind=ActKind.CHAIN_OPENING, subject=f"city/{CITY}", content={"city": CITY}, actor=actor)
    load_organisations()
    agency = form_of(FORM, Period.parse(PERIOD)).agency
    posts = {
        "reporter": ((Role.REPORTER, COUNTY),), "second": ((Role.REPORTER, COUNTY), (Role.REVIEWER, agency)), "reviewer": ((Role.REVIEWER, agency),),
        "both": ((Role.REVIEWER, agency), (Role.APPROVER, agency)), "approver": ((Role.APPROVER, agency),), "stranger": ((Role.REPORTER, "411722"),),
    }  # fmt: skip
    keys = {}
    for name, held in posts.items():
        keys[name] = register_person(sign_in_name=name, full_name=name)
        for role, place in held:
            appoint(person_id=keys[name], role=role, organisation=place, valid_from=BEGIN, actor=actor, reason="测试任职")
    set_window(form=form_of(FORM, Period.parse(PERIOD)), period=Period.parse(PERIOD), opens_on=BEGIN, due_on=date(2026, 4, 30), closes_on=None, actor=actor, reason="测试填报期")
    return keys


def machine(keys: dict[str, int]) -> type[RuleBasedStateMachine]:
    """Return a machine over the people made, each run of it in a transaction that is rolled back."""
    form = form_of(FORM, Period.parse(PERIOD))
    inputs = [cell for cell in form.fixed_cells.values() if not cell.is_computed]
    names = st.sampled_from(sorted(keys))

    class Returns(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.atomic = transaction.atomic()
            self.atomic.__enter__()
            self.people: dict[str, Member] = {name: member(key) for name, key in keys.items()}
            self.locked: dict[int, tuple[str, tuple[tuple[str, str], ...]]] = {}
            self.filing = open_filing(form=FORM, organisation=COUNTY, period=PERIOD, who=self.people["reporter"])

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

        def attempt(self, do: Callable[[], object]) -> None:
            """Do it, or be refused with nothing changed."""
            before = self.picture()
            is_refused = False
            try:
                with transaction.atomic():
                    do()
            except InputRefused:
                is_refused = True
            assert not is_refused or self.picture() == before

        def picture(self) -> object:
            return (
                list(Filing.objects.order_by("pk").values_list("pk", "state", "version")), FilingAct.objects.count(), ChainLink.objects.count(),
                Submission.objects.count(), ObservationRow.objects.count(), Amendment.objects.count(),
            )  # fmt: skip

        def newest(self) -> Filing:
            return Filing.objects.order_by("-round")[0]

        @rule(name=names, figure=st.sampled_from(["101", "102.5", "", "不适用", "x"]), which=st.integers(0, 3), stale=st.booleans())
        def types(self, name: str, figure: str, which: int, stale: bool) -> None:
            filing = self.newest()
            key = str(inputs[which % len(inputs)].key)
            self.attempt(lambda: save_cells(filing_id=filing.pk, version=filing.version - stale, texts={key: figure}, who=self.people[name]))

        @rule(name=st.sampled_from(["reporter", "second"]))
        def fills_in(self, name: str) -> None:
            filing = self.newest()
            texts = {str(cell.key): "100" if cell.unit and cell.unit.symbol != "%" else "5" for cell in inputs}
            self.attempt(lambda: save_cells(filing_id=filing.pk, version=filing.version, texts=texts, who=self.people[name]))

        @rule(name=names, act=st.sampled_from(ReturnAct), stale=st.booleans(), reason=st.sampled_from(["", "理由"]))
        def acts(self, name: str, act: ReturnAct, stale: bool, reason: str) -> None:
            filing = self.newest()
            self.attempt(lambda: act_on_filing(filing_id=filing.pk, act=act, version=filing.version - stale, who=self.people[name], reason=reason))

        @rule()
        def goes_on(self) -> None:
            """The next step of the usual way, so that runs reach the lock."""
            filing = self.newest()
            usual = {ReturnState.DRAFT: (ReturnAct.SUBMIT, "reporter"), ReturnState.SENT_BACK: (ReturnAct.SUBMIT, "reporter"), ReturnState.SUBMITTED: (ReturnAct.ACCEPT, "reviewer"),
                     ReturnState.ACCEPTED: (ReturnAct.REVIEW, "reviewer"), ReturnState.REVIEWED: (ReturnAct.APPROVE, "approver"), ReturnState.APPROVED: (ReturnAct.LOCK, "approver")}  # fmt: skip
            if ReturnState[filing.state] in usual:
                act, name = usual[ReturnState[filing.state]]
                self.attempt(lambda: act_on_filing(filing_id=filing.pk, act=act, version=filing.version, who=self.people[name]))

        @rule(name=names)
        def asks(self, name: str) -> None:
            self.attempt(lambda: ask_amendment(filing_id=self.newest().pk, reason="更正", name="a.pdf", content=PDF, who=self.people[name]))

        @rule(name=names, consents=st.booleans())
        def decides(self, name: str, consents: bool) -> None:
            request = Amendment.objects.order_by("-pk").first()
            if request is not None:
                self.attempt(lambda: decide_amendment(amendment_id=request.pk, consents=consents, reason="答复", who=self.people[name]))

        @invariant()
        def what_is_locked_never_changes(self) -> None:
            for filing in Filing.objects.filter(state="LOCKED"):
                held = (filing.submissions.order_by("-number")[0].digest, tuple(filing.cells.order_by("key").values_list("key", "text")))
                assert self.locked.setdefault(filing.pk, held) == held

        @invariant()
        def one_round_at_most_is_open(self) -> None:
            states = list(Filing.objects.order_by("round").values_list("state", flat=True))
            assert all(state == "LOCKED" for state in states[:-1])

        @invariant()
        def acts_follow_one_another_each_with_its_link(self) -> None:
            for filing in Filing.objects.all():
                state = ReturnState.DRAFT
                acts = list(filing.acts.order_by("id"))
                assert [act.version_after for act in acts] == list(range(1, filing.version + 1))
                for act in acts:
                    assert ReturnState[act.state_before] is state
                    state = RETURN_STATES.steps[state, ReturnAct[act.act]]
                    link = ChainLink.objects.get(pk=act.link)
                    assert link.subject == f"return/{FORM}/{COUNTY}/{PERIOD}"
                    assert act.submission is not None
                    assert link.content_digest == act.submission.digest
                assert state is ReturnState[filing.state]
                assert state in EDITABLE or acts

        @invariant()
        def who_submitted_never_handles_it_and_who_reviewed_does_not_approve(self) -> None:
            for submission in Submission.objects.all():
                by = {act: set(FilingAct.objects.filter(submission=submission, act=act).values_list("person_id", flat=True)) for act in ("SUBMIT", "REVIEW", "APPROVE", "ACCEPT", "LOCK")}
                assert not by["SUBMIT"] & (by["ACCEPT"] | by["REVIEW"] | by["APPROVE"] | by["LOCK"])
                assert not by["REVIEW"] & by["APPROVE"]

        @invariant()
        def figures_are_observed_when_locked_and_only_then(self) -> None:
            assert ObservationRow.objects.exclude(filing__state="LOCKED").count() == 0
            if not Filing.objects.filter(state="LOCKED").exists():
                assert ObservationRow.objects.count() == 0

    return Returns


def test_the_states_of_a_return(hands: dict[str, int]) -> None:
    run_state_machine_as_test(
        machine(hands), settings=settings(max_examples=15, stateful_step_count=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    )


def test_the_usual_way_and_a_correction_is_reached_by_the_machine(hands: dict[str, int]) -> None:
    run = machine(hands)()
    try:
        for _ in range(2):
            run.fills_in("reporter")  # type: ignore[attr-defined]
            for _ in range(5):
                run.goes_on()  # type: ignore[attr-defined]
            run.asks("reporter")  # type: ignore[attr-defined]
            run.decides("approver", True)  # type: ignore[attr-defined]
        assert list(Filing.objects.order_by("round").values_list("state", flat=True)) == ["LOCKED", "LOCKED", "DRAFT"]
    finally:
        run.teardown()
