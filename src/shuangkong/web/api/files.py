"""Operations with files of a return: template, upload with dry run, rejects, attachments."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Form, Router, Schema

from shuangkong.access.roles import Permission
from shuangkong.services import filing_uploads
from shuangkong.services.attachments import attach_file, open_attachment
from shuangkong.services.documents.return_workbook.found import Change
from shuangkong.services.filing_uploads import DryRun
from shuangkong.web.api.filing import SAVING, told_saved
from shuangkong.web.api.gate import Allowed, upload
from shuangkong.web.api.shapes import Key, Keyed, Sent, Short, Told, answers, file_answers
from shuangkong.web.page import language_of
from shuangkong.web.returns.files import handed
from shuangkong.web.security.logged import hands_out

router = Router()
_P = Permission
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ANY = "application/octet-stream"


class CellFound(Schema):
    """What would become of a cell (单元格预检)."""

    key: str
    name: Told
    place: Told
    change: str
    value: str
    old: str | None
    new: str | None
    fault: str | None

    @staticmethod
    def resolve_key(one: Any) -> str:
        """Name the cell."""
        return str(one.key)

    @staticmethod
    def resolve_change(one: Any) -> str:
        """Name the change."""
        return str(one.change.name)

    @staticmethod
    def resolve_old(one: Any) -> str | None:
        """Tell what stands there."""
        return one.old.stored() if one.old else None

    @staticmethod
    def resolve_new(one: Any) -> str | None:
        """Tell what would stand there."""
        return one.new.stored() if one.new else None

    @staticmethod
    def resolve_fault(one: Any) -> str | None:
        """Tell what is wrong."""
        return one.fault.line() if one.fault else None


class Trial(Schema):
    """What an upload would do; nothing was written (上传预检)."""

    ticket: str = Field(description="应用时送回 / send back to apply")
    rejects: str = Field(description="下载未通过清单时送回 / send back for the workbook of rejects")
    unchanged: int
    cells: list[CellFound]
    faults: list[str]
    notices: list[Told]


class Pasting(Schema):
    """A block as copied from a spreadsheet, and the cell it begins at (粘贴)."""

    version: Short
    table: Short
    row: Short
    column: Short
    text: str = Field(max_length=1_000_000)


class Ticket(Schema):
    """The ticket of a dry run (预检凭据)."""

    ticket: str = Field(max_length=6_000_000)


def _trial(run: DryRun) -> dict[str, Any]:
    return {
        "ticket": run.ticket, "rejects": run.rejects, "unchanged": run.unchanged, "faults": [fault.line() for fault in run.reading.faults], "notices": run.reading.notices,
        "cells": run.of(Change.CHANGED, Change.ADDED, Change.REMOVED, Change.REJECTED),
    }  # fmt: skip


@router.post("/returns/{int:filing}/template", auth=Allowed(_P.RETURN_FILE), summary="下载模板 / download the template", **file_answers(_WORKBOOK))
@hands_out
def template(request: HttpRequest, filing: Key) -> Any:
    """The template, filled as far as the return is; the export is sealed, hence no GET (下载模板)."""
    name, content = filing_uploads.template_of(filing_id=filing, who=request.member, language=language_of(request))
    return handed(content, name=name, media_type=_WORKBOOK)


@router.post("/returns/{int:filing}/upload", auth=Allowed(_P.RETURN_FILE), response=answers(Trial), summary="上传预检 / try an upload")
def try_upload(request: HttpRequest, filing: Key, version: Form[Short], file: Sent) -> Any:
    """What a workbook would do, cell by cell; nothing is written (上传预检)."""
    name, content = upload(request, file)
    return _trial(filing_uploads.try_workbook(filing_id=filing, version=version, name=name, content=content, who=request.member))


@router.post("/returns/{int:filing}/paste", auth=Allowed(_P.RETURN_FILE), response=answers(Trial), summary="粘贴预检 / try a paste")
def try_paste(request: HttpRequest, filing: Key, told: Pasting) -> Any:
    """What a pasted block would do; nothing is written (粘贴预检)."""
    return _trial(filing_uploads.try_paste(filing_id=filing, who=request.member, **told.dict()))


@router.post("/returns/{int:filing}/apply", auth=Allowed(_P.RETURN_FILE), response=SAVING, summary="应用上传 / apply an upload")
def apply(request: HttpRequest, filing: Key, told: Ticket) -> Any:
    """Write what the dry run showed (应用上传)."""
    return told_saved(request, filing_uploads.apply_upload(filing_id=filing, ticket=told.ticket, who=request.member))


@router.post("/returns/{int:filing}/rejects", auth=Allowed(_P.RETURN_FILE), summary="未通过清单 / what was rejected", **file_answers(_WORKBOOK))
@hands_out
def rejects(request: HttpRequest, filing: Key, told: Ticket) -> Any:
    """The workbook of what could not be taken (未通过清单)."""
    content = filing_uploads.rejects_of(filing_id=filing, ticket=told.ticket, who=request.member)
    return handed(content, name="未通过清单.xlsx", media_type=_WORKBOOK)


@router.post("/returns/{int:filing}/attachments", auth=Allowed(_P.RETURN_FILE), response=answers(Keyed), summary="上传附件 / attach a file")
def attach(request: HttpRequest, filing: Key, file: Sent) -> Any:
    """Attach a scanned page (上传附件)."""
    name, content = upload(request, file)
    return {"key": attach_file(filing_id=filing, name=name, content=content, who=request.member)}


@router.post("/attachments/{int:attachment}", auth=Allowed(_P.FIGURES_READ), summary="下载附件 / download an attachment", **file_answers(_ANY))
@hands_out
def download(request: HttpRequest, attachment: Key) -> Any:
    """An attachment (下载附件)."""
    told = open_attachment(attachment_id=attachment, who=request.member)
    return handed(told.content, name=told.name, media_type=_ANY)
