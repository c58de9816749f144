"""A return from draft to lock: open, type, submit, withdraw, accept, send back, review, approve, lock. One function, one transaction."""

from django.db import transaction
from django.db.models import Max

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import canonical
from shuangkong.evidence.digest import Digest
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.form import FilerKind, Form
from shuangkong.returns.states import RETURN_STATES, ReturnAct, ReturnState
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.check_waivers import keep_waivers, steps_on, waived_now
from shuangkong.services.explanations import keep_explanations
from shuangkong.services.filing_cells import Saved as Saved
from shuangkong.services.filing_cells import save_cells as save_cells
from shuangkong.services.filing_checks import check_filing, hindering
from shuangkong.services.filing_forms import form_of, missing_cells, whole_return
from shuangkong.services.filing_observations import observe
from shuangkong.services.filing_records import draft_entries, filing_content, subject_of, submitted_entries
from shuangkong.services.filing_refusals import ChangedMeanwhile as ChangedMeanwhile
from shuangkong.services.filing_refusals import NotAFiler as NotAFiler
from shuangkong.services.filing_refusals import NotEditable as NotEditable
from shuangkong.services.filing_refusals import SameHands as SameHands
from shuangkong.services.finding_cases import keep_findings, rectified_by, require_explained
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node
from shuangkong.services.people import Member, actor_of
from shuangkong.services.windows import require_open
from shuangkong.store.models import Filing, FilingAct, Submission

_KINDS = {
    ReturnAct.SUBMIT: ActKind.SUBMISSION, ReturnAct.WITHDRAW: ActKind.WITHDRAWAL, ReturnAct.ACCEPT: ActKind.ACCEPTANCE,
    ReturnAct.SEND_BACK: ActKind.SENDING_BACK, ReturnAct.REVIEW: ActKind.REVIEW, ReturnAct.APPROVE: ActKind.APPROVAL, ReturnAct.LOCK: ActKind.LOCKING,
}  # fmt: skip
_PERMISSIONS = {
    ReturnAct.SUBMIT: Permission.RETURN_FILE, ReturnAct.WITHDRAW: Permission.RETURN_FILE, ReturnAct.ACCEPT: Permission.RETURN_REVIEW,
    ReturnAct.SEND_BACK: Permission.RETURN_SEND_BACK, ReturnAct.REVIEW: Permission.RETURN_REVIEW, ReturnAct.APPROVE: Permission.RETURN_APPROVE,
    ReturnAct.LOCK: Permission.RETURN_LOCK,
}  # fmt: skip


def files(form: Form, node: Node) -> bool:
    """Tell whether an organisation is asked for a form (是否填报)."""
    return form.filers <= node.tags and FilerKind[node.filer] is form.filer and (form.filer is not FilerKind.AGENCY or node.code == form.agency)


def open_filing(*, form: str, organisation: str, period: str, who: Member) -> int:
    """Open the return of an organisation, or find the one that is open (开始填报); returns its key.

    Raises
    ------
    NotPermitted, NotAFiler, WindowClosed
        Naming who may, who files, or when.
    """
    with transaction.atomic():
        actor_of(who, Permission.RETURN_FILE, organisation, among=[organisation])
        at = Period.parse(period)
        found = Filing.objects.filter(form=form, organisation__code=organisation, period=str(at)).order_by("-round").first()
        if found:
            return int(found.pk)
        declared = form_of(form, at)
        membership = Membership()
        node = membership.node(organisation, at) or membership.today.find(organisation)
        if not files(declared, node):
            raise NotAFiler(node, declared)
        require_open(declared, period, organisation)
        made = Filing.objects.create(
            form=form, edition=declared.edition, organisation_id=node.pk, period=str(at), state=ReturnState.DRAFT.name,
            opened_at=clock.now(), is_simulated=node.is_simulated,
        )  # fmt: skip
    return int(made.pk)


def submit_filing(*, filing_id: int, version: int, who: Member, statement: str = "") -> int:
    """Submit a return: complete, checked, frozen, sealed (上报); returns the new version.

    Raises
    ------
    InputRefused
        Every required cell that is empty, every finding that blocks.
    ChangedMeanwhile, ActNotPossible, NotPermitted, WindowClosed
        With who acted, what can be done.
    """
    with transaction.atomic():
        filing = Filing.objects.select_for_update().select_related("organisation").get(pk=filing_id)
        actor = actor_of(who, Permission.RETURN_FILE, filing.organisation.code, among=[filing.organisation.code])
        RETURN_STATES.after(ReturnState[filing.state], ReturnAct.SUBMIT)
        _require_version(filing, version)
        form = form_of(filing.form, Period.parse(filing.period))
        require_open(form, filing.period, filing.organisation.code, is_asked_for=is_asked_again(filing))
        entries = whole_return(form, filing, draft_entries(form, filing))
        faults = [*missing_cells(form, entries)]
        if form.needs_attachment and not filing.attachments.exists():
            faults.append(_no_attachment(form))
        found = check_filing(form, filing, entries)
        told = {fault.where for fault in faults}
        faults += [fault for fault in hindering(form, found, waived_now(steps_on(filing))) if fault.where not in told]  # an empty cell is told once
        if faults:
            raise InputRefused(faults)
        findings = [one.as_row(filing) for one in found]
        rectified = rectified_by(filing, findings)
        files = dict(filing.attachments.values_list("name", "digest"))
        content = canonical(filing_content(form, filing, entries, attachments=files, findings=findings, rectified=rectified))
        after = _act(filing, ReturnAct.SUBMIT, actor, content=content, reason=statement)
        submission = filing.submissions.order_by("-number").first()
        keep_findings(submission=submission, found=findings, rectified=rectified)
        keep_explanations(submission=submission, actor=actor)
        keep_waivers(submission=submission, actor=actor)
        return after


def is_asked_again(filing: Filing) -> bool:
    """Tell whether those in charge asked for it, by consent to a correction or by sending it back (要求重报); it needs no window then."""
    return bool(filing.round > 1 or filing.state == ReturnState.SENT_BACK.name)


def _no_attachment(form: Form) -> Fault:
    return Fault(
        Words("附件", "attachment"), form.name.zh, Words("须附盖章扫描件", "needs the stamped page"), Words("上传后再上报", "upload it, then submit"),
    )  # fmt: skip


def act_on_filing(*, filing_id: int, act: ReturnAct, version: int, who: Member, reason: str = "") -> int:
    """Withdraw, accept, send back, review, approve or lock a return (办理报表); returns the new version.

    Raises
    ------
    ChangedMeanwhile, ActNotPossible, ReasonMissing, NotPermitted, SameHands
        With who acted, what can be done, who may.
    """
    if act is ReturnAct.SUBMIT:
        return submit_filing(filing_id=filing_id, version=version, who=who, statement=reason)
    with transaction.atomic():
        filing = Filing.objects.select_for_update().select_related("organisation").get(pk=filing_id)
        actor = actor_for(filing, act, who)
        RETURN_STATES.after(ReturnState[filing.state], act, reason=reason)
        _require_version(filing, version)
        _require_other_hands(filing, act, who)
        if act is ReturnAct.REVIEW:
            require_explained(filing)
        if act is ReturnAct.WITHDRAW:  # what is withdrawn must be able to come again
            require_open(form_of(filing.form, Period.parse(filing.period)), filing.period, filing.organisation.code, is_asked_for=filing.round > 1)
        return _act(filing, act, actor, reason=reason)


def actor_for(filing: Filing, act: ReturnAct, who: Member, *, membership: Membership | None = None) -> Actor:
    """Return the post in which a person may do an act to a filing (办理岗位); raise `NotPermitted`.

    The filer's own people submit and withdraw; those of the level above accept, review and approve, as it was at the end of
    the period: also of who has moved or closed since. The city agency in charge of the form locks. What no county stands
    above is reviewed and approved by the agency too. Who asks of many gives the `membership`.
    """
    period = Period.parse(filing.period)
    form, membership = form_of(filing.form, period), membership or Membership()
    code = filing.organisation.code
    permission = _PERMISSIONS[act]
    if act in (ReturnAct.SUBMIT, ReturnAct.WITHDRAW):
        return actor_of(who, permission, code, among=[code], tree=membership.today)
    tree = membership.in_charge(code, period)
    in_charge = {form.agency, membership.today.city.code}
    county = tree.jurisdiction_of(code)
    above = {county.code} if county is not None and county.code != code else in_charge
    among = in_charge if act is ReturnAct.LOCK else above | in_charge if act is ReturnAct.SEND_BACK and filing.state == ReturnState.APPROVED.name else above
    return actor_of(who, permission, code, among=among, tree=tree)


def acts_open_to(filing: Filing, who: Member) -> tuple[ReturnAct, ...]:
    """Return what a person can do to a filing now (可办理动作), for the buttons of its page."""
    possible, membership = [], Membership()
    for act in ReturnAct:
        try:
            RETURN_STATES.after(ReturnState[filing.state], act, reason="—")
            actor_for(filing, act, who, membership=membership)
            _require_other_hands(filing, act, who)
        except Refusal:
            continue
        possible.append(act)
    return tuple(possible)


def was_just_done(*, filing_id: int, act: ReturnAct, version: int, who: Member) -> bool:
    """Tell whether a person has done this very act to this very version already (是否已办): the second of two clicks lost to the first."""
    return FilingAct.objects.filter(filing_id=filing_id, act=act.name, version_after=version + 1, person_id=who.pk).exists()


def _act(filing: Filing, act: ReturnAct, actor: Actor, *, content: bytes | None = None, reason: str = "") -> int:
    """Change the state if it still is what it was, and write down who did it, sealed."""
    before = ReturnState[filing.state]
    after = RETURN_STATES.after(before, act, reason=reason or "—")
    changed = Filing.objects.filter(pk=filing.pk, version=filing.version, state=before.name).update(state=after.name, version=filing.version + 1)
    if not changed:
        filing.refresh_from_db()
        raise ChangedMeanwhile(filing)
    last = filing.submissions.order_by("-number").first()
    octets = content if content is not None else bytes(last.content)
    is_amendment = act is ReturnAct.LOCK and filing.round > 1
    sealed = seal(
        kind=ActKind.AMENDMENT if is_amendment else _KINDS[act], subject=subject_of(filing), content=octets, actor=actor,
        reason=reason or ("更正后锁定" if is_amendment else ""), previous=_locked_before(filing) if is_amendment else None, is_simulated=filing.is_simulated,
    )  # fmt: skip
    submission = last
    if content is not None:
        number = (filing.submissions.aggregate(Max("number"))["number__max"] or 0) + 1
        submission = Submission.objects.create(
            filing=filing, number=number, content=content, digest=str(sealed.digest), person_id=actor.person_id, recorded_at=sealed.recorded_at
        )
    FilingAct.objects.create(
        filing=filing, act=act.name, state_before=before.name, state_after=after.name, version_after=filing.version + 1, person_id=actor.person_id,
        role=actor.role_code, organisation=actor.organisation, reason=reason, submission=submission, recorded_at=sealed.recorded_at, link=sealed.link,
    )  # fmt: skip
    if act is ReturnAct.LOCK:
        form = form_of(filing.form, Period.parse(filing.period))
        observe(form, filing, submitted_entries(form, submission), actor, sealed)
    return int(filing.version + 1)


def _locked_before(filing: Filing) -> Digest:
    earlier = Submission.objects.filter(
        filing__form=filing.form, filing__organisation=filing.organisation, filing__period=filing.period, filing__round__lt=filing.round
    ).order_by("-filing__round", "-number").first()  # fmt: skip
    return Digest.parse(earlier.digest)


def _require_version(filing: Filing, version: int) -> None:
    if filing.version != version:
        raise ChangedMeanwhile(filing)


def _require_other_hands(filing: Filing, act: ReturnAct, who: Member) -> None:
    """The submitter never accepts, reviews, approves or locks; who reviewed does not approve."""
    barred = {
        ReturnAct.ACCEPT: (ReturnAct.SUBMIT,), ReturnAct.REVIEW: (ReturnAct.SUBMIT,), ReturnAct.APPROVE: (ReturnAct.SUBMIT, ReturnAct.REVIEW),
        ReturnAct.LOCK: (ReturnAct.SUBMIT,),
    }.get(act, ())  # fmt: skip
    done = set(filing.acts.filter(person_id=who.pk, submission=filing.submissions.order_by("-number").first()).values_list("act", flat=True))
    for earlier in barred:
        if earlier.name in done:
            raise SameHands(who.full_name, act, earlier)
