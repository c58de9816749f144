"""What stands in a filing: its cells as typed, as submitted, and as plain content to seal."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shuangkong.evidence.canonical import Plain, from_canonical
from shuangkong.kernel.period import Period
from shuangkong.returns.entries import NOT_APPLICABLE, Entry
from shuangkong.returns.form import CellKey, EntryKind, Form
from shuangkong.services.deployment import city
from shuangkong.services.return_forms import form_on
from shuangkong.store.models import DraftCell, Filing, FindingRecord, Submission

FINDING_COLUMNS = ("code", "elements", "evidence", "odd_en", "odd_zh", "org", "period", "remedy_en", "remedy_zh", "severity", "usual_en", "usual_zh")


def form_of(code: str, period: Period) -> Form:
    """Return the edition of a form that serves a period (适用表式)."""
    return form_on(code, period.start, folder=city().folder)


def entry_stored(form: Form, key: CellKey, text: str) -> Entry:
    """Return the entry that a stored text stands for (读取填报值)."""
    cell = form.cell(key)
    if text == NOT_APPLICABLE:
        return Entry(is_not_applicable=True)
    if cell is not None and cell.kind is EntryKind.NUMBER:
        return Entry(number=Decimal(text))
    return Entry(text=text)


def entries_of_cells(form: Form, cells: Iterable[DraftCell]) -> dict[CellKey, Entry]:
    """Return what rows of a draft hold; an emptied cell keeps its row, so that it stays known who emptied it, and holds nothing (草稿内容)."""
    return {key: entry_stored(form, key, cell.text) for cell in cells if cell.text and form.cell(key := CellKey.parse(cell.key)) is not None}


def draft_entries(form: Form, filing: Filing) -> dict[CellKey, Entry]:
    """Return what is typed into a filing so far (草稿内容)."""
    return entries_of_cells(form, filing.cells.all())


def filing_content(
    form: Form, filing: Filing, entries: Mapping[CellKey, Entry], *, attachments: Mapping[str, str], findings: Iterable[FindingRecord], rectified: Iterable[FindingRecord]
) -> dict[str, Plain]:
    """Return a filing as plain content to seal: form, organisation, period, every cell, digests of attachments, what the checks found and no longer find (上报内容)."""
    return {
        "findings": [finding_content(one) for one in findings], "rectified": sorted(one.pk for one in rectified),
        "attachments": dict(attachments), "cells": {str(key): entry.stored() for key, entry in sorted(entries.items())}, "edition": form.edition,
        "form": form.code, "organisation": filing.organisation.code, "period": filing.period, "round": filing.round,
    }  # fmt: skip


def finding_content(row: FindingRecord) -> dict[str, Plain]:
    """Return a finding as plain content to seal (问题内容)."""
    return {name: getattr(row, name) for name in FINDING_COLUMNS}


def submitted_entries(form: Form, submission: Submission) -> dict[CellKey, Entry]:
    """Return what was submitted (上报内容)."""
    return _entries(form, bytes(submission.content))


@lru_cache(maxsize=1024)
def submitted_at(form: Form, submission_id: int, digest: str) -> Mapping[CellKey, Entry]:
    """Return what was submitted, by the key of the submission and its digest (上报内容); kept, since a submission never changes."""
    return _entries(form, bytes(Submission.objects.values_list("content", flat=True).get(pk=submission_id)))


def _entries(form: Form, octets: bytes) -> dict[CellKey, Entry]:
    content: Any = from_canonical(octets)
    return {key: entry_stored(form, key, text) for raw, text in content["cells"].items() if form.cell(key := CellKey.parse(raw)) is not None}


def subject_of(filing: Filing) -> str:
    """Return the lasting name of a filing in the chain: all its rounds are one thing (存证对象)."""
    return f"return/{filing.form}/{filing.organisation.code}/{filing.period}"
