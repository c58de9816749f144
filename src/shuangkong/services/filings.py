"""A return from draft to lock: open, type, submit, withdraw, accept, send back, review, approve, lock. One function, one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import canonical
from shuangkong.evidence.digest import Digest
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry, entry_from
from shuangkong.returns.form import Cell, CellKey, FilerKind, Form
from shuangkong.returns.formula import CellResult
from shuangkong.returns.states import EDITABLE, ReturnAct, ReturnState, state_after
from shuangkong.services import clock
from shuangkong.services.chain import Actor, seal
from shuangkong.services.filing_checks import Found, check_filing, hindering
from shuangkong.services.filing_forms import form_of, missing_cells, whole_return, worked_out
from shuangkong.services.filing_observations import observe
from shuangkong.services.filing_records import draft_entries, filing_content, subject_of, submitted_entries
from shuangkong.services.organisations import Node, tree_on
from shuangkong.services.people import Member, actor_of
from shuangkong.services.windows import require_open
from shuangkong.store.models import DraftCell, Filing, FilingAct, FindingRecord, Submission

_KINDS = {
    ReturnAct.SUBMIT: ActKind.SUBMISSION, ReturnAct.WITHDRAW: ActKind.WITHDRAWAL, ReturnAct.ACCEPT: ActKind.ACCEPTANCE,
    ReturnAct.SEND_BACK: ActKind.SENDING_BACK, ReturnAct.REVIEW: ActKind.REVIEW, ReturnAct.APPROVE: ActKind.APPROVAL, ReturnAct.LOCK: ActKind.LOCKING,
}  # fmt: skip
_PERMISSIONS = {
    ReturnAct.SUBMIT: Permission.RETURN_FILE, ReturnAct.WITHDRAW: Permission.RETURN_FILE, ReturnAct.ACCEPT: Permission.RETURN_REVIEW,
    ReturnAct.SEND_BACK: Permission.RETURN_SEND_BACK, ReturnAct.REVIEW: Permission.RETURN_REVIEW, ReturnAct.APPROVE: Permission.RETURN_APPROVE,
    ReturnAct.LOCK: Permission.RETURN_LOCK,
}  # fmt: skip
MAX_CELLS_A_SAVE = 20_000


class ChangedMeanwhile(Refusal):
    """Somebody acted on the filing after this page was loaded (版本已变化)."""

    def __init__(self, filing: Filing) -> None:
        last = filing.acts.order_by("-id").select_related("person").first()
        who = last.person.full_name if last and last.person else "系统"
        what = ReturnAct[last.act].value if last else ""
        state = ReturnState[filing.state]
        super().__init__(
            thing=Words("报表", "return"), value=f"{filing.organisation.code} {filing.form} {filing.period}",
            rule=Words(f"在您打开之后已由{who}{what}，现为“{state.value}”", f"was changed by {who} after you opened it; it is now {state.words.en}"),
            remedy=Words("刷新后查看新版本再办理", "reload, look at the new version, and act again"),
        )  # fmt: skip


class NotEditable(Refusal):
    """The filing is in no state to be edited (不能修改)."""

    def __init__(self, state: ReturnState) -> None:
        super().__init__(
            thing=Words("报表", "return"), value=state.value, rule=Words("已不在填报中", "is no longer a draft"),
            remedy=Words("受理前可撤回；锁定后申请更正", "withdraw it before acceptance; ask for an amendment after lock"),
        )  # fmt: skip


class SameHands(Refusal):
    """One person may not both submit and approve (上报人与核定人相同)."""

    def __init__(self, name: str, act: ReturnAct, earlier: ReturnAct) -> None:
        super().__init__(
            thing=Words("办理人", "person"), value=name, rule=Words(f"已{earlier.value}本表，不能再{act.value}", f"did '{earlier.words.en}', so may not '{act.words.en}'"),
            remedy=Words("由另一人办理", "let somebody else do it"),
        )  # fmt: skip


class NotAFiler(Refusal):
    """The organisation is not asked for this form (不是填报单位)."""

    def __init__(self, node: Node, form: Form) -> None:
        super().__init__(
            thing=Words("填报单位", "organisation"), value=node.name.zh, rule=Words(f"不填报“{form.name.zh}”", f"does not file '{form.name.en}'"),
            remedy=Words("核对填报单位名录", "check the list of filers"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving cells did (保存结果): keys kept, faults by key, what follows from them."""

    version: int
    saved: tuple[str, ...]
    faults: Mapping[str, Fault]
    computed: Mapping[CellKey, CellResult] = field(default_factory=dict)


def files(form: Form, node: Node) -> bool:
    """Tell whether an organisation is asked for a form (是否填报)."""
    return FilerKind[node.filer] is form.filer and form.filers <= node.tags and (form.filer is not FilerKind.AGENCY or node.code == form.agency)


def open_filing(*, form: str, organisation: str, period: str, who: Member) -> int:
    """Open the return of an organisation, or find the one that is open (开始填报); returns its key.

    Raises
    ------
    NotPermitted, NotAFiler, WindowClosed
        Naming who may, who files, or when.
    """
    with transaction.atomic():
        actor_of(who, Permission.RETURN_FILE, organisation)
        found = Filing.objects.filter(form=form, organisation__code=organisation, period=period).order_by("-round").first()
        if found:
            return int(found.pk)
        declared = form_of(form, Period.parse(period))
        node = tree_on(clock.today()).find(organisation)
        if not files(declared, node):
            raise NotAFiler(node, declared)
        require_open(declared, period, organisation)
        made = Filing.objects.create(
            form=form, edition=declared.edition, organisation_id=node.pk, period=str(Period.parse(period)), state=ReturnState.DRAFT.name,
            opened_at=clock.now(), is_simulated=node.is_simulated,
        )  # fmt: skip
    return int(made.pk)


def save_cells(*, filing_id: int, version: int, texts: Mapping[str, str], who: Member) -> Saved:
    """Keep what was typed; sound cells are saved, the others told, and nothing typed is lost (保存填报内容).

    Parameters
    ----------
    filing_id, version : int
        The filing and the version its page was loaded with.
    texts : mapping of "table.row.column" to text
        As typed or pasted; an empty text empties the cell.
    who : Member
        Who types.

    Raises
    ------
    ChangedMeanwhile, NotEditable, NotPermitted
        With who acted, what to do.
    """
    with transaction.atomic():
        filing = Filing.objects.select_for_update().select_related("organisation").get(pk=filing_id)
        actor_of(who, Permission.RETURN_FILE, filing.organisation.code)
        _require_editable(filing, version)
        form = form_of(filing.form, Period.parse(filing.period))
        kept, faults = _read(form, texts)
        moment = clock.now()
        emptied = [key for key, entry in kept.items() if entry is None]
        filing.cells.filter(key__in=emptied).delete()
        DraftCell.objects.bulk_create(
            [
                DraftCell(filing=filing, key=key, text=entry.stored(), updated_by_id=who.pk, updated_at=moment)
                for key, entry in kept.items() if entry is not None
            ],
            update_conflicts=True, unique_fields=["filing", "key"], update_fields=["text", "updated_by", "updated_at"],
        )  # fmt: skip
    return Saved(filing.version, tuple(kept), faults, worked_out(form, filing, draft_entries(form, filing)))


def _read(form: Form, texts: Mapping[str, str]) -> tuple[dict[str, Entry | None], dict[str, Fault]]:
    if len(texts) > MAX_CELLS_A_SAVE:
        raise TooManyCells(len(texts))
    kept: dict[str, Entry | None] = {}
    faults: dict[str, Fault] = {}
    for raw, text in texts.items():
        cell = _cell(form, raw)
        if cell is None or cell.is_computed:
            faults[raw] = _no_input(raw, cell)
            continue
        entry = entry_from(cell, text)
        if isinstance(entry, Fault):
            faults[raw] = entry
        else:
            kept[raw] = entry
    return kept, faults


class TooManyCells(Refusal):
    """More cells at once than any form has (单元格过多)."""

    def __init__(self, count: int) -> None:
        super().__init__(
            thing=Words("单元格", "cells"), value=count, rule=Words(f"一次最多 {MAX_CELLS_A_SAVE} 个", f"at most {MAX_CELLS_A_SAVE} at once"),
            remedy=Words("分次保存，或用 Excel 上传", "save in parts, or upload a workbook"),
        )  # fmt: skip


def _cell(form: Form, raw: str) -> Cell | None:
    try:
        return form.cell(CellKey.parse(raw))
    except ValueError:
        return None


def _no_input(raw: str, cell: Cell | None) -> Fault:
    if cell is None:
        return Fault(Words("单元格", "cell"), raw, Words("本表没有", "is not in the form"), Words("刷新页面", "reload the page"))
    return Fault(cell.name, raw, Words("由系统计算，不能填写", "is computed and cannot be typed"), Words("填写它所依据的数", "fill in what it rests on"))


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
        actor = actor_of(who, Permission.RETURN_FILE, filing.organisation.code)
        state_after(ReturnState[filing.state], ReturnAct.SUBMIT)
        _require_version(filing, version)
        form = form_of(filing.form, Period.parse(filing.period))
        require_open(form, filing.period, filing.organisation.code, is_amendment=filing.round > 1)
        entries = whole_return(form, filing, draft_entries(form, filing))
        faults = [*missing_cells(form, entries)]
        if form.needs_attachment and not filing.attachments.exists():
            faults.append(_no_attachment(form))
        found = check_filing(form, filing, entries)
        faults += list(hindering(found))
        if faults:
            raise InputRefused(faults)
        content = canonical(filing_content(form, filing, entries, dict(filing.attachments.values_list("name", "digest"))))
        return _act(filing, ReturnAct.SUBMIT, actor, content=content, reason=statement, findings=found)


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
        state_after(ReturnState[filing.state], act, reason=reason)
        _require_version(filing, version)
        _require_other_hands(filing, act, who)
        return _act(filing, act, actor, reason=reason)


def actor_for(filing: Filing, act: ReturnAct, who: Member) -> Actor:
    """Return the post in which a person may do an act to a filing (办理岗位); raise `NotPermitted`.

    The filer's own people submit and withdraw; those of the level above accept, review and approve; the city agency in
    charge of the form locks. What no county stands above is reviewed and approved by the agency too.
    """
    form = form_of(filing.form, Period.parse(filing.period))
    tree = tree_on(clock.today())
    code = filing.organisation.code
    permission = _PERMISSIONS[act]
    if act in (ReturnAct.SUBMIT, ReturnAct.WITHDRAW):
        return actor_of(who, permission, code)
    in_charge = {form.agency, tree.city.code}
    county = tree.jurisdiction_of(code)
    above = {county.code} if county is not None and county.code != code else in_charge
    among = in_charge if act is ReturnAct.LOCK else above | in_charge if act is ReturnAct.SEND_BACK and filing.state == ReturnState.APPROVED.name else above
    return actor_of(who, permission, code, among=among)


def acts_open_to(filing: Filing, who: Member) -> tuple[ReturnAct, ...]:
    """Return what a person can do to a filing now (可办理动作), for the buttons of its page."""
    possible = []
    for act in ReturnAct:
        try:
            state_after(ReturnState[filing.state], act, reason="—")
            actor_for(filing, act, who)
            _require_other_hands(filing, act, who)
        except Refusal:
            continue
        possible.append(act)
    return tuple(possible)


def _act(filing: Filing, act: ReturnAct, actor: Actor, *, content: bytes | None = None, reason: str = "", findings: Sequence[Found] = ()) -> int:
    """Change the state if it still is what it was, and write down who did it, sealed."""
    before = ReturnState[filing.state]
    after = state_after(before, act, reason=reason or "—")
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
        FindingRecord.objects.bulk_create([one.as_row(filing, submission, sealed.recorded_at) for one in findings])
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


def _require_editable(filing: Filing, version: int) -> None:
    if ReturnState[filing.state] not in EDITABLE:
        raise NotEditable(ReturnState[filing.state])
    _require_version(filing, version)


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


