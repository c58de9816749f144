"""Correcting what is locked (更正): one person asks with reason and evidence, another consents, and a new round begins with what was locked.

The locked round stays as it is. On lock of the new one only figures that changed get a new version, under an act that names the digest
of the content it takes the place of.
"""

from dataclasses import dataclass

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.digest import Digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.states import ReturnState
from shuangkong.services import clock
from shuangkong.services.attachments import keep_file
from shuangkong.services.chain import Actor, seal
from shuangkong.services.filing_forms import form_of, laid_out
from shuangkong.services.filing_records import subject_of, submitted_entries
from shuangkong.services.membership import Membership
from shuangkong.services.people import Member, actor_of
from shuangkong.store.models import Amendment, AmendmentDecision, DraftCell, Filing


class AmendmentNotPossible(Refusal):
    """The return cannot be amended now (不能更正)."""

    def __init__(self, filing: Filing, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("更正", "amendment"), value=f"{filing.organisation.code} {filing.form} {filing.period}", rule=rule, remedy=remedy)


class SameAsker(Refusal):
    """Who asks does not decide (申请人与答复人相同)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            thing=Words("办理人", "person"), value=name, rule=Words("提出了本次更正申请，不能自己答复", "asked for the amendment and may not decide it"),
            remedy=Words("由另一人答复", "let somebody else decide"),
        )  # fmt: skip


def ask_amendment(*, filing_id: int, reason: str, name: str, content: bytes, who: Member) -> int:
    """Ask that a locked return be corrected (申请更正); returns the key of the request.

    Parameters
    ----------
    filing_id : int
        The locked round.
    reason : str
        Why; sealed.
    name, content : str, bytes
        The evidence: PDF, PNG or JPEG.
    who : Member
        The reporter, who files for the organisation.

    Raises
    ------
    AmendmentNotPossible, AttachmentRefused, NotPermitted
        If it is not locked, is being corrected already, has no reason or no evidence.
    """
    with transaction.atomic():
        filing = Filing.objects.select_for_update().select_related("organisation").get(pk=filing_id)
        actor = actor_of(who, Permission.AMENDMENT_ASK, filing.organisation.code, among=[filing.organisation.code])
        _require_amendable(filing)
        if not reason.strip():
            raise AmendmentNotPossible(filing, Words("没有写理由", "has no reason"), Words("写明更正的理由", "state the reason"))
        evidence = keep_file(filing=filing, name=name, content=content, who=who)
        locked = filing.submissions.order_by("-number").first()
        told = reason.strip()
        sealed = seal(
            kind=ActKind.AMENDMENT, subject=subject_of(filing), actor=actor, reason=told, previous=Digest.parse(locked.digest), is_simulated=filing.is_simulated,
            content={"evidence": evidence.digest, "filing": filing.pk, "reason": told, "step": "ask"},
        )  # fmt: skip
        made = Amendment.objects.create(
            filing=filing, reason=told, evidence=evidence, person_id=who.pk, recorded_at=sealed.recorded_at, link=sealed.link
        )
    return int(made.pk)


def decide_amendment(*, amendment_id: int, consents: bool, reason: str, who: Member) -> int | None:
    """Answer a request for correction; consent opens a new round that holds what was locked (答复更正); returns the new filing's key.

    Raises
    ------
    AmendmentNotPossible, SameAsker, NotPermitted
        If it was answered already or has no reason; if the asker answers; if the person is not of the agency in charge.
    """
    with transaction.atomic():
        asked = Amendment.objects.select_related("filing__organisation").get(pk=amendment_id)
        filing = Filing.objects.select_for_update().select_related("organisation").get(pk=asked.filing_id)
        form = form_of(filing.form, Period.parse(filing.period))
        actor = _consenter(filing, form, who)
        if asked.person_id == who.pk:
            raise SameAsker(who.full_name)
        if AmendmentDecision.objects.filter(amendment=asked).exists():
            raise AmendmentNotPossible(filing, Words("已经答复", "was answered already"), Words("刷新页面查看", "reload the page"))
        if not reason.strip():
            raise AmendmentNotPossible(filing, Words("答复没有写理由", "the answer has no reason"), Words("写明理由", "state the reason"))
        locked = filing.submissions.order_by("-number").first()
        told = reason.strip()
        sealed = seal(
            kind=ActKind.AMENDMENT, subject=subject_of(filing), actor=actor, reason=told, previous=Digest.parse(locked.digest), is_simulated=filing.is_simulated,
            content={"amendment": asked.pk, "is_consented": consents, "reason": told, "step": "decide"},
        )  # fmt: skip
        opened = _new_round(filing, who) if consents else None
        AmendmentDecision.objects.create(
            amendment=asked, is_consented=consents, reason=told, person_id=who.pk, new_filing=opened, recorded_at=sealed.recorded_at, link=sealed.link
        )
    return int(opened.pk) if opened else None


def _new_round(filing: Filing, who: Member) -> Filing:
    """Open the next round with the inputs of the locked one; what is computed or filled in beforehand follows from them again."""
    form = form_of(filing.form, Period.parse(filing.period))
    opened = Filing.objects.create(
        form=filing.form, edition=form.edition, organisation=filing.organisation, period=filing.period, round=filing.round + 1,
        state=ReturnState.DRAFT.name, opened_at=clock.now(), is_simulated=filing.is_simulated,
    )  # fmt: skip
    held = submitted_entries(form, filing.submissions.order_by("-number").first())
    inputs = {key: entry for key, entry in held.items() if (cell := form.cell(key)) is not None and not cell.is_computed}
    bare = {key: entry for key, entry in inputs.items() if not _prefills(form, key)}
    guessed = laid_out(form, opened, bare).prefilled
    typed = {key: entry for key, entry in inputs.items() if key in bare or key not in guessed or guessed[key].entry != entry}
    moment = clock.now()
    DraftCell.objects.bulk_create(
        [DraftCell(filing=opened, key=str(key), text=entry.stored(), updated_by_id=None, updated_at=moment) for key, entry in typed.items()]
    )
    return opened


def _prefills(form: Form, key: CellKey) -> bool:
    cell = form.cell(key)
    return cell is not None and bool(cell.prefill)


def _require_amendable(filing: Filing) -> None:
    if filing.state != ReturnState.LOCKED.name:
        raise AmendmentNotPossible(filing, Words("尚未锁定", "is not locked"), Words("未锁定的报表可以退回修改", "a return that is not locked can be sent back"))
    rounds = Filing.objects.filter(form=filing.form, organisation=filing.organisation, period=filing.period)
    if rounds.filter(round__gt=filing.round).exists():
        raise AmendmentNotPossible(filing, Words("已有新一轮更正", "has a later round"), Words("到最新一轮办理", "go to the newest round"))
    if filing.amendments.filter(decision=None).exists():
        raise AmendmentNotPossible(filing, Words("已有更正申请等待答复", "has a request that waits for an answer"), Words("等待答复", "wait for the answer"))


@dataclass(frozen=True, slots=True)
class ShownAmendment:
    """A request with its answer (更正申请显示); `may_decide` for whoever looks at it."""

    request: Amendment
    decision: AmendmentDecision | None
    may_decide: bool


def may_ask(filing: Filing, who: Member) -> bool:
    """Tell whether a person can ask for a correction now (可否申请更正)."""
    try:
        actor_of(who, Permission.AMENDMENT_ASK, filing.organisation.code, among=[filing.organisation.code])
        _require_amendable(filing)
    except Refusal:
        return False
    return True


def amendments_of(filing: Filing, who: Member) -> tuple[ShownAmendment, ...]:
    """Return the requests about a return, of all its rounds, in order (更正申请)."""
    rows = Amendment.objects.filter(filing__form=filing.form, filing__organisation=filing.organisation, filing__period=filing.period)
    decided = {one.amendment_id: one for one in AmendmentDecision.objects.filter(amendment__in=rows).select_related("person")}
    shown = []
    for row in rows.select_related("person", "evidence", "filing__organisation").order_by("id"):
        decision = decided.get(row.pk)
        shown.append(ShownAmendment(row, decision, decision is None and may_decide(row, who)))
    return tuple(shown)


def _consenter(filing: Filing, form: Form, who: Member) -> Actor:
    """Return the post of the agency in charge or of the city in which a person answers, for who has closed too."""
    membership = Membership()
    among = [form.agency, membership.today.city.code]
    return membership.handler(who, Permission.AMENDMENT_CONSENT, filing.organisation.code, Period.parse(filing.period), among=among)


def may_decide(asked: Amendment, who: Member) -> bool:
    """Tell whether a person can answer a request (可否答复)."""
    form = form_of(asked.filing.form, Period.parse(asked.filing.period))
    try:
        _consenter(asked.filing, form, who)
    except Refusal:
        return False
    return asked.person_id != who.pk
