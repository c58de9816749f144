"""Passing by a check before submission (上报前豁免): what truly is so may be filed although a check forbids it, if those in charge say so.

A finding that blocks submission lives on the draft as any finding lives on a submission, by the same table: the filer explains it and so
asks for the waiver, those in charge waive it until a day, turn the explanation down, or take the waiver back. All of it holds for the very
figures of the finding; changed ones are another finding and need another waiver.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import transaction
from django.db.models import F

from shuangkong.access.roles import Permission
from shuangkong.checks.lifecycle import (
    FINDING_STATES,
    ActNotAllowed,
    FindingAct,
    FindingLife,
    FindingState,
    WaiverNotAllowed,
    acted,
    waived,
)
from shuangkong.checks.model import Severity
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.form import Form
from shuangkong.returns.states import EDITABLE, ReturnAct, ReturnState
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.filing_checks import Found, catalogue_now, check_filing, likeness
from shuangkong.services.filing_forms import form_of, whole_return
from shuangkong.services.filing_records import draft_entries
from shuangkong.services.filing_refusals import NotEditable
from shuangkong.services.finding_cases import OwnFinding, actor_on_finding, keep_step, kind_of, life_at
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node
from shuangkong.services.people import Member, NotPermitted
from shuangkong.store.models import CheckWaiver, Filing, FilingAct, FindingRecord, Submission

_ACTS = (FindingAct.EXPLAIN, FindingAct.WAIVE, FindingAct.REJECT, FindingAct.REVOKE)
_MOST_ASKED = 50


class FindingGone(Refusal):
    """The finding does not stand, or no longer with these figures (问题已变化)."""

    def __init__(self, said: str) -> None:
        super().__init__(
            thing=Words("阻止上报的问题", "finding that blocks submission"), value=said[:40], rule=Words("现在没有，或所依据的数已改动", "does not stand now, or its figures have changed"),
            remedy=Words("刷新报表，按现在的数办理", "reload the return and act on the figures as they are now"),
        )  # fmt: skip


def waive_check(*, filing_id: int, finding: str, act: FindingAct, who: Member, reason: str, until: date | None = None) -> FindingState:
    """Ask that a finding which blocks submission be waived, waive it, decline or take the waiver back (上报前豁免); returns where it stands then.

    Parameters
    ----------
    filing_id : int
        A return that is being filled in.
    finding : str
        The likeness of the finding as it was seen: another figure is another finding.
    act : FindingAct
        The filer explains, which asks; those in charge waive, reject or revoke.
    who : Member
        Never who typed, submitted or asked, unless to explain.
    reason : str
        Sealed with the step.
    until : date, optional
        Of a waiver: the day from which it no longer holds.

    Raises
    ------
    NotPermitted, OwnFinding, NotEditable, FindingGone, ActNotAllowed, ReasonMissing, WaiverNotAllowed
        With who may, what can be done.
    """
    with transaction.atomic():
        filing = Filing.objects.select_for_update().select_related("organisation").get(pk=filing_id)
        code, period = filing.organisation.code, Period.parse(filing.period)
        if not Membership().sees(who, code, period):
            raise NotPermitted(Permission.FIGURES_READ, code)
        if ReturnState[filing.state] not in EDITABLE:
            raise NotEditable(ReturnState[filing.state])
        row = _standing(form_of(filing.form, period), filing, finding)
        actor = _actor(filing, row.code, act, who)
        after = _after(life_at(steps_on(filing).get(finding)), row.code, act, reason=reason, until=until)
        sealed = seal(
            kind=kind_of(act), subject=f"check-waiver/{filing.form}/{code}/{filing.period}/{row.code}", actor=actor, reason=after.reason, is_simulated=filing.is_simulated,
            content={
                "act": act.name, "code": row.code, "elements": row.elements, "evidence": row.evidence, "form": filing.form, "organisation": code, "period": filing.period,
                "reason": after.reason, "state_after": after.state.name, "waived_until": after.waived_until.isoformat() if after.waived_until else None,
            },
        )  # fmt: skip
        CheckWaiver.objects.create(
            form=filing.form, organisation=filing.organisation, period=filing.period, code=row.code, elements=row.elements, evidence=row.evidence, act=act.name,
            state_after=after.state.name, reason=after.reason, waived_until=after.waived_until, person_id=who.pk, recorded_at=sealed.recorded_at, link=sealed.link,
        )  # fmt: skip
    return after.state


def steps_on(filing: Filing) -> Mapping[str, CheckWaiver]:
    """Return the last step of each finding that was ever asked to be waived on a return, by likeness (豁免办理)."""
    rows = CheckWaiver.objects.filter(form=filing.form, period=filing.period, organisation_id=filing.organisation_id)
    return {likeness(row.code, row.elements, row.evidence): row for row in rows.select_related("person").order_by("id")}


def waived_now(steps: Mapping[str, CheckWaiver]) -> frozenset[str]:
    """Return the findings whose waiver holds today (现行豁免), by likeness."""
    today = clock.today()
    return frozenset(like for like, step in steps.items() if life_at(step).on(today) is FindingState.WAIVED)


def keep_waivers(*, submission: Submission, actor: Actor) -> None:
    """Let the findings of a submission that were waived before it stand as waived (沿用豁免), sealed as the act of who submits."""
    blocking = list(submission.findings.filter(severity=Severity.BLOCKS_SUBMISSION.name).select_related("filing").order_by("pk"))
    steps = steps_on(submission.filing) if blocking else {}
    for finding in blocking:
        step = steps.get(likeness(finding.code, finding.elements, finding.evidence))
        if step is not None:
            told = f"沿用上报前的豁免（{step.person.full_name}，存证第 {step.link} 环）：{step.reason}"
            keep_step(finding, FindingAct.WAIVE, FindingLife(FindingState.WAIVED, told, step.waived_until), actor, is_repeated=True)


def acts_open_on_check(filing: Filing, code: str, life: FindingLife, who: Member) -> tuple[FindingAct, ...]:
    """Return what a person can do to a finding of a draft (可办理动作)."""
    if not _longest(code):
        return ()
    possible, state = [], life.on(clock.today())
    for act in (act for act in _ACTS if (state, act) in FINDING_STATES.steps):
        with suppress(Refusal):
            _actor(filing, code, act, who)
            possible.append(act)
    return tuple(possible)


@dataclass(frozen=True, slots=True)
class AskedWaiver:
    """A waiver that was asked for and waits for those in charge (待办豁免)."""

    filing: Filing
    form: Form
    node: Node
    name: Words
    step: CheckWaiver


def asked_waivers(*, who: Member) -> tuple[AskedWaiver, ...]:
    """Return the waivers that wait for a person (待办豁免), the first asked first; what the draft shows no more is left out."""
    if not (who.may(Permission.FINDING_WAIVE) or who.may(Permission.FINDING_JUDGE)):
        return ()
    told = sorted(islice(_asked(who), _MOST_ASKED), key=lambda one: one.step.pk)
    return tuple(told)


def _asked(who: Member) -> Iterator[AskedWaiver]:
    drafts = Filing.objects.filter(
        state__in=[state.name for state in EDITABLE], organisation__check_waivers__form=F("form"), organisation__check_waivers__period=F("period"),
        organisation__check_waivers__state_after=FindingState.EXPLAINED.name,
    )  # fmt: skip
    membership = Membership()
    for filing in drafts.select_related("organisation").distinct().order_by("pk"):
        steps = {like: step for like, step in steps_on(filing).items() if life_at(step).state is FindingState.EXPLAINED}
        mine = {like: step for like, step in steps.items() if acts_open_on_check(filing, step.code, life_at(step), who)}
        node = membership.node(filing.organisation.code, Period.parse(filing.period)) if mine else None
        if node is not None:
            form = form_of(filing.form, Period.parse(filing.period))
            yield from (AskedWaiver(filing, form, node, one.name, mine[one.likeness]) for one in _found(form, filing) if one.likeness in mine)


def _found(form: Form, filing: Filing) -> Sequence[Found]:
    return check_filing(form, filing, whole_return(form, filing, draft_entries(form, filing)))


def _standing(form: Form, filing: Filing, like: str) -> FindingRecord:
    for one in _found(form, filing):
        if one.finding.severity is Severity.BLOCKS_SUBMISSION and one.likeness == like:
            return one.as_row(filing)
    raise FindingGone(like)


def _actor(filing: Filing, code: str, act: FindingAct, who: Member) -> Actor:
    actor = actor_on_finding(FindingRecord(filing=filing, code=code), act, who)
    if act is not FindingAct.EXPLAIN and _had_a_hand(filing, who):
        raise OwnFinding(who.full_name, act)
    return actor


def _had_a_hand(filing: Filing, who: Member) -> bool:
    """Tell whether a person typed, submitted or asked, in any round."""
    ours = {"form": filing.form, "period": filing.period, "organisation_id": filing.organisation_id}
    return (
        filing.cells.filter(updated_by_id=who.pk).exists()
        or FilingAct.objects.filter(act=ReturnAct.SUBMIT.name, person_id=who.pk, **{f"filing__{name}": told for name, told in ours.items()}).exists()
        or CheckWaiver.objects.filter(act=FindingAct.EXPLAIN.name, person_id=who.pk, **ours).exists()
    )  # fmt: skip


def _after(life: FindingLife, code: str, act: FindingAct, *, reason: str, until: date | None) -> FindingLife:
    months = _longest(code)
    if not months:
        raise WaiverNotAllowed(code, Words("本项核查不可豁免", "this check cannot be waived"))
    if act is FindingAct.WAIVE and until is not None:
        return waived(life, day=clock.today(), until=until, reason=reason, longest_months=months)
    if act not in _ACTS:
        raise ActNotAllowed(life.state, act)
    return acted(life, act, day=clock.today(), reason=reason)


def _longest(code: str) -> int:
    return catalogue_now()[code].waived_months if code in catalogue_now() else 0
