"""The life of findings (问题处理): explained by whoever filed, judged by others; each step sealed, none taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from shuangkong.access.roles import Permission
from shuangkong.checks.catalogue import Check
from shuangkong.checks.lifecycle import FINDING_STATES, FindingAct, FindingLife, FindingState, acted, waived
from shuangkong.checks.model import Severity
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.filing_checks import catalogue_now
from shuangkong.services.filing_forms import form_of
from shuangkong.services.membership import Membership
from shuangkong.services.people import Member, NotPermitted, actor_of
from shuangkong.store.models import CheckWaiver, Filing, FindingRecord, FindingStep, Submission

_KINDS = {FindingAct.CLOSE: ActKind.FINDING_CLOSURE, FindingAct.WAIVE: ActKind.WAIVER, FindingAct.REVOKE: ActKind.WAIVER}
_OF_THE_CITY = "city_statistics"  # as the catalogue says it: the waiver belongs to the agency of the city, not of the county


class OwnFinding(Refusal):
    """Nobody judges a finding about the own return (不能处理本单位的问题)."""

    def __init__(self, name: str, act: FindingAct) -> None:
        super().__init__(
            thing=Words("办理人", "person"), value=name, rule=Words(f"填报或上报了本表，不能{act.value}其问题", f"filled in or submitted the return and may not {act.name.lower()} its findings"),
            remedy=Words("由另一人办理", "let somebody else do it"),
        )  # fmt: skip


def life_of(finding: FindingRecord) -> FindingLife:
    """Return where a finding stands by its last step (处理情况)."""
    return life_at(finding.steps.order_by("-id").first())


def life_at(step: FindingStep | CheckWaiver | None) -> FindingLife:
    """Return where a finding stands after its last step, of a draft or a submission (处理情况)."""
    return FindingLife() if step is None else FindingLife(FindingState[step.state_after], step.reason, step.waived_until)


def lives_of(findings: Iterable[int]) -> dict[int, FindingLife]:
    """Return where findings stand, by key (处理情况)."""
    keys = list(findings)
    newest = FindingStep.objects.filter(finding_id__in=keys).values("finding_id").annotate(last=Max("id")).values_list("last", flat=True)
    known = {step.finding_id: life_at(step) for step in FindingStep.objects.filter(pk__in=list(newest))}
    return {key: known.get(key, FindingLife()) for key in keys}


def rectified_by(filing: Filing, found: Iterable[FindingRecord]) -> list[FindingRecord]:
    """Return what earlier submissions had open and these findings have no more (已整改问题)."""
    now = {(one.code, *one.elements) for one in found}
    earlier = [one for one in filing.findings.order_by("pk") if (one.code, *one.elements) not in now]
    lives = lives_of(one.pk for one in earlier)
    return [one for one in earlier if lives[one.pk].state in (FindingState.OPEN, FindingState.EXPLAINED)]


def keep_findings(*, submission: Submission, found: Sequence[FindingRecord], rectified: Iterable[FindingRecord]) -> None:
    """Keep what the checks found in a submission and what it rectified, both sealed with it (登记问题)."""
    for one in found:
        one.submission, one.recorded_at = submission, submission.recorded_at
    FindingRecord.objects.bulk_create(found)
    FindingStep.objects.bulk_create([
        FindingStep(finding=one, act=FindingAct.RECTIFY.name, state_after=FindingState.RECTIFIED.name, reason=f"第{submission.number}次上报后不再出现",
                    person_id=submission.person_id, recorded_at=submission.recorded_at)
        for one in rectified
    ])  # fmt: skip


def current_findings() -> "QuerySet[FindingRecord]":
    """Return the findings that count (有效问题): those of the last submission of each return, and all that were acted on."""
    last = Submission.objects.values("filing_id").annotate(last=Max("id")).values_list("last", flat=True)
    return FindingRecord.objects.filter(submission_id__in=last) | FindingRecord.objects.filter(steps__isnull=False)


def unexplained(filing: Filing) -> list[FindingRecord]:
    """Return the findings of the last submission that ask for an explanation or a waiver and have none that stands (待说明问题)."""
    last = filing.submissions.order_by("-number").first()
    asks = Q(severity=Severity.NEEDS_EXPLANATION.name) | Q(severity=Severity.BLOCKS_SUBMISSION.name, steps__act=FindingAct.WAIVE.name)
    asking = [] if last is None else list(last.findings.filter(asks).distinct().order_by("id"))
    lives, today = lives_of(one.pk for one in asking), clock.today()
    return [one for one in asking if lives[one.pk].holds_back(today)]


def require_explained(filing: Filing) -> None:
    """Refuse to review a return while a finding waits for its explanation or waiver (审核前须说明).

    Raises
    ------
    InputRefused
        With every such finding.
    """
    faults = [
        Fault(
            Words(f"{one.code} 问题", f"finding {one.code}"), one.odd_zh, Words("尚未说明或豁免，不能审核", "is neither explained nor waived"),
            Words("请填报单位说明，或退回修改", "ask the filer to explain it, or send the return back"), Words("、".join(one.elements), ", ".join(one.elements)),
        )
        for one in unexplained(filing)
    ]  # fmt: skip
    if faults:
        raise InputRefused(faults)


def act_on_finding(*, finding_id: int, act: FindingAct, who: Member, reason: str, until: date | None = None) -> FindingState:
    """Explain, reject, rectify, close, waive, revoke or reopen a finding (处理问题); returns where it stands then.

    Parameters
    ----------
    finding_id : int
        The finding.
    act : FindingAct
        The filer explains; everything else is done by those in charge, never by who submitted.
    who : Member
        Who acts.
    reason : str
        Sealed with the step.
    until : date, optional
        Of a waiver: the day from which it no longer holds.

    Raises
    ------
    NotPermitted, OwnFinding, ActNotAllowed, ReasonMissing, WaiverNotAllowed
        With who may, what can be done.
    """
    with transaction.atomic():
        finding = FindingRecord.objects.select_related("filing__organisation").get(pk=finding_id)
        Filing.objects.select_for_update().get(pk=finding.filing_id)
        actor = actor_on_finding(finding, act, who)
        life, today = life_of(finding), clock.today()
        if act is FindingAct.WAIVE and until is not None:
            months = check_of(finding).waived_months if finding.code in catalogue_now() else 0
            after = waived(life, day=today, until=until, reason=reason, longest_months=months)
        else:
            after = acted(life, act, day=today, reason=reason)
        keep_step(finding, act, after, actor)
    return after.state


def keep_step(finding: FindingRecord, act: FindingAct, after: FindingLife, actor: Actor, *, is_repeated: bool = False) -> None:
    """Seal and keep a step of a finding's life (登记处理); one that is said again of a new submission waives and closes nothing anew."""
    told = after.reason or act.value
    sealed = seal(
        kind=ActKind.VERIFICATION if is_repeated else kind_of(act), subject=f"finding/{finding.code}/{finding.org}/{finding.period}/{finding.pk}",
        content={
            "act": act.name, "code": finding.code, "finding": finding.pk, "reason": told, "state_after": after.state.name,
            "waived_until": after.waived_until.isoformat() if after.waived_until else None,
        },
        actor=actor, reason=told, is_simulated=finding.filing.is_simulated,
    )  # fmt: skip
    FindingStep.objects.create(
        finding=finding, act=act.name, state_after=after.state.name, reason=told, waived_until=after.waived_until, person_id=actor.person_id,
        recorded_at=sealed.recorded_at, link=sealed.link,
    )  # fmt: skip


def kind_of(act: FindingAct) -> ActKind:
    """Return how an act on a finding is sealed (存证类别)."""
    return _KINDS.get(act, ActKind.VERIFICATION)


def actor_on_finding(finding: FindingRecord, act: FindingAct, who: Member) -> Actor:
    """Return the post in which a person may do an act to a finding (办理岗位); raise `NotPermitted` or `OwnFinding`."""
    org = finding.filing.organisation.code
    if act is FindingAct.EXPLAIN:
        return actor_of(who, Permission.FINDING_EXPLAIN, org, among=[org])
    period, membership = Period.parse(finding.filing.period), Membership()
    tree = membership.in_charge(org, period)
    form = form_of(finding.filing.form, period)
    permission = Permission.FINDING_WAIVE if act in (FindingAct.WAIVE, FindingAct.REVOKE) else Permission.FINDING_JUDGE
    above = {post.organisation for post in who.posts_over(permission, org, tree)} - {org}
    if act is FindingAct.WAIVE and finding.code in catalogue_now() and check_of(finding).waived_by == _OF_THE_CITY:
        above &= {form.agency, membership.today.city.code}
    if not above:
        raise NotPermitted(permission, org)
    if finding.submission is not None and finding.submission.person_id == who.pk:
        raise OwnFinding(who.full_name, act)
    return actor_of(who, permission, org, among=above, tree=tree)


def acts_open_on(finding: FindingRecord, who: Member) -> tuple[FindingAct, ...]:
    """Return what a person can do to a finding now (可办理动作)."""
    state = life_of(finding).on(clock.today())
    possible = []
    for act in FindingAct:
        try:
            actor_on_finding(finding, act, who)
        except Refusal:
            continue
        if (state, act) in FINDING_STATES.steps and (act is not FindingAct.WAIVE or (finding.code in catalogue_now() and check_of(finding).waived_months)):
            possible.append(act)
    return tuple(possible)


def check_of(finding: FindingRecord) -> Check:
    """Return the line of the catalogue that found it (核查项); KeyError where it is no more."""
    return catalogue_now()[finding.code]


def latest_end(code: str) -> date | None:
    """Return the last day until which a check may be waived today (最长豁免期限), None where it may not."""
    check = catalogue_now().get(code)
    if check is None or not check.waived_months:
        return None
    today = clock.today()
    year, month = divmod(today.year * 12 + today.month - 1 + check.waived_months, 12)
    return date(year, month + 1, min(today.day, 28))


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A finding in a list, with where it stands (问题清单的一行)."""

    record: FindingRecord
    name: Words
    place: Words
    life: FindingLife
    state: FindingState
    severity: Severity


def list_findings(*, who: Member, state: str = "", severity: str = "", code: str = "", place: str = "", period: str = "", most: int = 500) -> tuple[ListedFinding, ...]:
    """Return the findings a person may see, the gravest and newest first (问题清单).

    Parameters
    ----------
    state, severity, code, place, period : str
        Filters as the address says them; what is unknown finds nothing.
    most : int
        How many at most.
    """
    membership, today, names = Membership(), clock.today(), catalogue_now()
    rows = current_findings().filter(org__in=membership.perhaps_seen(who))
    wanted: Mapping[str, str] = {"severity": severity, "code": code, "period": period}
    rows = rows.filter(**{name: said for name, said in wanted.items() if said}).select_related("filing__organisation", "submission").distinct()
    held = list(islice((one for one in rows.order_by("-id").iterator(chunk_size=2000) if _is_wanted(one, who, membership, place)), most * 4))
    lives = lives_of(one.pk for one in held)
    told = [
        ListedFinding(one, names[one.code].name if one.code in names else Words(one.code, one.code), _place_name(one, membership), lives[one.pk], lives[one.pk].on(today), Severity[one.severity])
        for one in held
    ]
    found = [one for one in told if not state or one.state.name == state]
    return tuple(sorted(found, key=lambda one: (one.severity.rank, -one.record.pk))[:most])


def _is_wanted(finding: FindingRecord, who: Member, membership: Membership, place: str) -> bool:
    """A finding lies where the organisation belonged when its period ended."""
    period = Period.parse(finding.period)
    return (not place or membership.of(finding.org, period).covers(place, finding.org)) and membership.sees(who, finding.org, period)


def _place_name(finding: FindingRecord, membership: Membership) -> Words:
    node = membership.node(finding.org, Period.parse(finding.period))
    return node.name if node else Words(finding.org, finding.org)
