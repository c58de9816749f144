"""Files that go with a return (附件): the stamped page, evidence of an amendment. Known by their content, never by their name."""

from typing import NamedTuple

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.digest import digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.states import EDITABLE, ReturnState
from shuangkong.services import clock
from shuangkong.services.chain import algorithm, record_export
from shuangkong.services.filing_records import subject_of
from shuangkong.services.filing_refusals import NotEditable
from shuangkong.services.handling_limits import handling_limit
from shuangkong.services.membership import Membership
from shuangkong.services.people import Member, actor_of
from shuangkong.store.models import Attachment, Filing

_KINDS = (
    (b"%PDF-", "application/pdf", ".pdf"), (b"\x89PNG\r\n\x1a\n", "image/png", ".png"), (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)  # fmt: skip
_BYTES_A_MB = 1024 * 1024
_LONGEST_NAME = 120


class AttachmentRefused(Refusal):
    """The file cannot be attached (不能作附件)."""

    def __init__(self, name: str, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("附件", "attachment"), value=name[:60], rule=rule, remedy=remedy)


class Handed(NamedTuple):
    """A file as it is handed out (下载附件)."""

    name: str
    media_type: str
    content: bytes


def sniffed(content: bytes, name: str) -> tuple[str, str]:
    """Return media type and ending of a file by its first bytes (识别文件类型).

    Raises
    ------
    AttachmentRefused
        If it is neither PDF, PNG nor JPEG.
    """
    for begins, media_type, ending in _KINDS:
        if content.startswith(begins):
            return media_type, ending
    raise AttachmentRefused(
        name, Words("不是 PDF、PNG 或 JPEG", "is no PDF, PNG or JPEG by its content"), Words("把盖章页扫描或拍照成 PDF、PNG 或 JPG 再上传", "scan the stamped page as PDF, PNG or JPEG")
    )


def fit_file(name: str, content: bytes) -> tuple[str, str]:
    """Return the name to keep a file by and what it is (核对附件); raise `AttachmentRefused` for what cannot be kept."""
    most_mb = handling_limit("attachment_mb")
    plain = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable()).strip() or "附件"
    if not content:
        raise AttachmentRefused(plain, Words("是空文件", "is empty"), Words("重新选择文件", "choose the file again"))
    if len(content) > most_mb * _BYTES_A_MB:
        raise AttachmentRefused(plain, Words(f"超过 {most_mb} MB", f"is larger than {most_mb} MB"), Words("降低扫描分辨率后再上传", "scan at a lower resolution"))
    media_type, ending = sniffed(content, plain)
    return f"{plain.rsplit('.', 1)[0][:_LONGEST_NAME] or '附件'}{ending}", media_type


def attach_file(*, filing_id: int, name: str, content: bytes, who: Member) -> int:
    """Attach a file to a draft (上传附件); returns its key.

    Raises
    ------
    AttachmentRefused, NotEditable, NotPermitted
        If it is too large or of another kind, if the return is no draft, if the person does not file for the organisation.
    """
    with transaction.atomic():
        filing = Filing.objects.select_for_update().select_related("organisation").get(pk=filing_id)
        actor_of(who, Permission.RETURN_FILE, filing.organisation.code, among=[filing.organisation.code])
        if ReturnState[filing.state] not in EDITABLE:
            raise NotEditable(ReturnState[filing.state])
        return keep_file(filing=filing, name=name, content=content, who=who).pk


def keep_file(*, filing: Filing, name: str, content: bytes, who: Member) -> Attachment:
    """Keep a file with a return (保存附件); must run in the transaction of what it belongs to."""
    most = handling_limit("attachments_most")
    shown, media_type = fit_file(name, content)
    stem, _, ending = shown.rpartition(".")
    if filing.attachments.count() >= most:
        raise AttachmentRefused(shown, Words(f"本表附件已有 {most} 个", f"the return has {most} already"), Words("合并成一个 PDF", "merge them into one PDF"))
    taken = set(filing.attachments.values_list("name", flat=True))
    number = 1
    while shown in taken:
        number += 1
        shown = f"{stem}（{number}）.{ending}"
    return Attachment.objects.create(
        filing=filing, name=shown, media_type=media_type, content=content, digest=str(digest(content, algorithm())), person_id=who.pk, recorded_at=clock.now()
    )


def open_attachment(*, attachment_id: int, who: Member) -> Handed:
    """Return a file to those over the organisation, today or in the period of the return (下载附件); taking it out is sealed.

    Raises
    ------
    NotPermitted
        If the person has no post over it.
    """
    row = Attachment.objects.select_related("filing__organisation").get(pk=attachment_id)
    code = row.filing.organisation.code
    # A scanned page of any organisation holds names and stamps: it is for those over it, not for all who may read its figures.
    actor = Membership().reader(who, Permission.FIGURES_READ, code, Period.parse(row.filing.period))
    record_export(what=subject_of(row.filing), actor=actor, content={"attachment": row.digest}, is_simulated=row.filing.is_simulated)
    return Handed(row.name, row.media_type, bytes(row.content))
