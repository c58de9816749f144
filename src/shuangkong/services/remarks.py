"""The discussion of a return or of one of its cells (讨论): sealed and kept as said, beside the figures."""

from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.form import CellKey, Form
from shuangkong.services.chain import seal
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_records import subject_of
from shuangkong.services.handling_limits import handling_limit
from shuangkong.services.membership import Membership
from shuangkong.services.people import Member
from shuangkong.store.models import Filing, Remark


class BadRemark(Refusal):
    """The remark cannot be kept (讨论不成立)."""

    def __init__(self, value: str, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("讨论", "remark"), value=value[:60], rule=rule, remedy=remedy)


@dataclass(frozen=True, slots=True)
class ShownRemark:
    """A remark as shown (讨论显示): who, when, on which cell."""

    who: str
    moment: datetime
    key: str
    cell: Words | None
    text: str


def add_remark(*, filing_id: int, text: str, who: Member, key: str = "") -> int:
    """Say something of a return, of a cell where `key` names one, and seal it (讨论); returns its key.

    Raises
    ------
    BadRemark, NotPermitted
        If it is empty or too long or names no cell; if the person has no post over the organisation that allows it.
    """
    filing = Filing.objects.select_related("organisation").get(pk=filing_id)
    actor = Membership().reader(who, Permission.DISCUSS, filing.organisation.code, Period.parse(filing.period))
    said, most = "\n".join(line.strip() for line in normalize("NFC", text).strip().splitlines()), handling_limit("remark_letters")
    if not said:
        raise BadRemark("", Words("是空的", "is empty"), Words("写下要说的话", "write something"))
    if len(said) > most:
        raise BadRemark(said, Words(f"超过 {most} 个字", f"is longer than {most} letters"), Words("分成几条，或作附件", "say it in parts"))
    form = form_of(filing.form, Period.parse(filing.period))
    if key and _cell_name(form, key) is None:
        raise BadRemark(key, Words("本表没有这一格", "names no cell of the return"), Words("从格旁发起讨论", "start it from the cell"))
    with transaction.atomic():
        sealed = seal(
            kind=ActKind.REMARK, subject=subject_of(filing), actor=actor, content={"filing": filing.pk, "key": key, "text": said}, is_simulated=filing.is_simulated
        )
        made = Remark.objects.create(filing=filing, key=key, text=said, person_id=actor.person_id, recorded_at=sealed.recorded_at, link=sealed.link)
    return int(made.pk)


def remarks_on(filing: Filing, form: Form) -> tuple[ShownRemark, ...]:
    """Return the discussion of a return, in order (讨论)."""
    rows = filing.remarks.select_related("person").order_by("id")
    return tuple(ShownRemark(row.person.full_name, row.recorded_at, row.key, _cell_name(form, row.key), row.text) for row in rows)


def _cell_name(form: Form, key: str) -> Words | None:
    try:
        cell = form.cell(CellKey.parse(key)) if key else None
    except ValueError:
        return None
    return cell.name if cell else None
