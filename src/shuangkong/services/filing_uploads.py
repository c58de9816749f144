"""A return by workbook (模板与上传): the template to fill in away from the screen, the dry run of what came back, and what is then applied.

Nothing is written before it is applied. What would be written goes to the page and comes back signed: it cannot be altered on the way,
belongs to one return and one person, and grows old with the page.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing

from shuangkong.access.roles import Permission
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.services import clock
from shuangkong.services.chain import record_export
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.return_workbook.found import CellReading, Change, WorkbookReading
from shuangkong.services.documents.return_workbook.pasting import read_pasted
from shuangkong.services.documents.return_workbook.reading import read_return_workbook
from shuangkong.services.documents.return_workbook.rejects import rejects_workbook
from shuangkong.services.documents.return_workbook.template import return_template
from shuangkong.services.filing_cells import Known, Saved, known_now, require_editable, save_cells
from shuangkong.services.filing_forms import LaidOut, form_of, laid_out
from shuangkong.services.filing_records import draft_entries, subject_of
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import Member, actor_of
from shuangkong.services.windows import window_of
from shuangkong.store.models import Filing

_SALT, _LASTS_SECONDS = "shuangkong.filing-upload", 8 * 3600
_MEGABYTE = 1024 * 1024
_LARGEST_FILE = 32 * _MEGABYTE  # the reader has its own, smaller limit; this one is before the bytes are looked at


class UploadExpired(Refusal):
    """What was read is not what comes back, or is too old (预检已失效)."""

    def __init__(self) -> None:
        super().__init__(
            thing=Words("上传预检", "upload"), value="", rule=Words("已失效或不属于本报表", "has expired or belongs to another return"),
            remedy=Words("重新上传文件", "upload the file again"),
        )  # fmt: skip


class NoFile(Refusal):
    """No file, or one too large to look at (没有文件)."""

    def __init__(self, name: str, rule: Words) -> None:
        super().__init__(
            thing=Words("文件", "file"), value=name[:60], rule=rule, remedy=Words("选择填好的 .xlsx 模板后重试", "choose the filled-in .xlsx template and try again")
        )


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a workbook or a paste would do (预检): nothing is written yet; `ticket` applies it, `rejects` is the workbook of what cannot be taken."""

    filing: Filing
    form: Form
    name: str
    reading: WorkbookReading
    ticket: str
    rejects: str

    @property
    def organisation(self) -> Words:
        """Whose return it is."""
        code = self.filing.organisation.code
        node = Membership().node(code, Period.parse(self.filing.period))
        return node.name if node else Words(code, code)

    def of(self, *changes: Change) -> tuple[CellReading, ...]:
        """Return the cells with these changes."""
        return tuple(cell for cell in self.reading.cells if cell.change in changes)

    @property
    def touched(self) -> tuple[CellReading, ...]:
        """The cells that would be written."""
        return self.of(Change.ADDED, Change.CHANGED, Change.REMOVED)

    @property
    def unchanged(self) -> int:
        """How many cells stay as they are."""
        return len(self.of(Change.UNCHANGED))


def template_of(*, filing_id: int, who: Member, language: Language = "zh") -> tuple[str, bytes]:
    """Return the workbook of a return, filled as far as the return is, with its file name (下载模板); taking it out is sealed.

    Raises
    ------
    NotPermitted
        If the person does not file for the organisation.
    """
    filing, form = _of(filing_id, who)
    actor = actor_of(who, Permission.RETURN_FILE, filing.organisation.code, among=[filing.organisation.code])
    laid = laid_out(form, filing, draft_entries(form, filing))
    node, window = tree_on(clock.today()).find(filing.organisation.code), window_of(form.code, filing.period)
    content = return_template(
        form, organisation_code=node.code, organisation_name=node.name.in_language(language), period=Period.parse(filing.period),
        entries={**_results(laid), **laid.typed}, previous=laid.previous, prefilled=_prefilled(laid), marks=(Mark.SIMULATED,) if filing.is_simulated else (),
        due=window.due_on if window else None, language=language,
    )  # fmt: skip
    record_export(what=subject_of(filing), actor=actor, content={"as": "template"}, is_simulated=filing.is_simulated)
    return f"{form.code}_{node.code}_{filing.period}.xlsx", content


def _results(laid: LaidOut) -> dict[CellKey, Entry]:
    return {key: one.entry for key, one in laid.results.items() if one.entry is not None and key not in laid.prefilled}


def _prefilled(laid: LaidOut) -> dict[CellKey, Entry]:
    return {key: one.entry for key, one in laid.prefilled.items() if one.entry is not None}


def try_workbook(*, filing_id: int, version: int | str, name: str, content: bytes, who: Member) -> DryRun:
    """Read a workbook against the return and write nothing (上传预检).

    Raises
    ------
    UnreadableWorkbook, InputRefused, NoFile, NotEditable, ChangedMeanwhile, NotPermitted
        With what is wrong and the way out.
    """
    filing, form = _of(filing_id, who)
    require_editable(filing, Known.parse(version).version)
    if not content:
        raise NoFile(name, Words("是空的", "is empty"))
    if len(content) > _LARGEST_FILE:
        size, most = -(-len(content) // _MEGABYTE), _LARGEST_FILE // _MEGABYTE
        raise NoFile(name, Words(f"过大：超过 {most} MB（约 {size} MB）", f"is too large: over {most} MB (some {size} MB)"))
    laid = laid_out(form, filing, draft_entries(form, filing))
    reading = read_return_workbook(
        content, form=form, organisation_code=filing.organisation.code, period=Period.parse(filing.period), entries=laid.typed, prefilled=_prefilled(laid), name=name
    )
    return _dry_run(filing, form, name, reading, who)


def try_paste(*, filing_id: int, version: int | str, table: str, row: str, column: str, text: str, who: Member) -> DryRun:
    """Read a block pasted from a spreadsheet against the return and write nothing (粘贴预检); for browsers without scripts.

    Raises
    ------
    PasteRefused, NotEditable, ChangedMeanwhile, NotPermitted
        With what is wrong and the way out.
    """
    filing, form = _of(filing_id, who)
    require_editable(filing, Known.parse(version).version)
    reading = read_pasted(text, form=form, table=table, first_row=row, first_column=column, entries=draft_entries(form, filing))
    return _dry_run(filing, form, "", reading, who)


def _dry_run(filing: Filing, form: Form, name: str, reading: WorkbookReading, who: Member) -> DryRun:
    cells = {str(key): entry.stored() if entry else "" for key, entry in reading.changes.items()}
    ticket = _signed({"cells": cells, "filing": filing.pk, "known": str(known_now(filing)), "who": who.pk})
    rejects = "" if reading.is_clean else _signed({
        "filing": filing.pk, "who": who.pk, "workbook": base64.b64encode(rejects_workbook(reading, told_on=clock.today())).decode("ascii"),
    })  # fmt: skip
    return DryRun(filing, form, name, reading, ticket, rejects)


def apply_upload(*, filing_id: int, ticket: str, who: Member) -> Saved:
    """Write what a dry run showed (应用上传).

    Raises
    ------
    UploadExpired, NotEditable, ChangedMeanwhile, NotPermitted
        If the ticket is not of this return and person; if the return is no draft any more.
    """
    told = _opened(ticket, "cells", filing_id, who)
    cells: Mapping[str, str] = told["cells"]
    return save_cells(filing_id=filing_id, version=told["known"], texts=cells, who=who)


def rejects_of(*, filing_id: int, ticket: str, who: Member) -> bytes:
    """Return the workbook of what could not be taken (未通过清单), the export sealed; raise `UploadExpired`."""
    filing, _ = _of(filing_id, who)
    content = base64.b64decode(_opened(ticket, "workbook", filing_id, who)["workbook"])
    actor = actor_of(who, Permission.RETURN_FILE, filing.organisation.code, among=[filing.organisation.code])
    record_export(what=subject_of(filing), actor=actor, content={"as": "rejects"}, is_simulated=filing.is_simulated)
    return content


def _signed(told: Mapping[str, object]) -> str:
    return signing.dumps(dict(told), salt=_SALT, compress=True)


def _opened(ticket: str, holds: str, filing_id: int, who: Member) -> dict[str, Any]:
    try:
        told: dict[str, Any] = signing.loads(ticket, salt=_SALT, max_age=_LASTS_SECONDS)
    except signing.BadSignature as wrong:
        raise UploadExpired from wrong
    if holds not in told or told.get("filing") != filing_id or told.get("who") != who.pk:
        raise UploadExpired
    return told


def _of(filing_id: int, who: Member) -> tuple[Filing, Form]:
    filing = Filing.objects.select_related("organisation").get(pk=filing_id)
    actor_of(who, Permission.RETURN_FILE, filing.organisation.code, among=[filing.organisation.code])
    return filing, form_of(filing.form, Period.parse(filing.period))
