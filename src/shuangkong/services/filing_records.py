"""What stands in a filing: its cells as typed, as submitted, and as plain content to seal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shuangkong.evidence.canonical import Plain, from_canonical
from shuangkong.returns.entries import NOT_APPLICABLE, Entry
from shuangkong.returns.form import CellKey, EntryKind, Form
from shuangkong.store.models import Filing, Submission


def entry_stored(form: Form, key: CellKey, text: str) -> Entry:
    """Return the entry that a stored text stands for (读取填报值)."""
    cell = form.cell(key)
    if text == NOT_APPLICABLE:
        return Entry(is_not_applicable=True)
    if cell is not None and cell.kind is EntryKind.NUMBER:
        return Entry(number=Decimal(text))
    return Entry(text=text)


def draft_entries(form: Form, filing: Filing) -> dict[CellKey, Entry]:
    """Return what is typed into a filing so far (草稿内容)."""
    return {
        key: entry_stored(form, key, text)
        for raw, text in filing.cells.values_list("key", "text")
        if form.cell(key := CellKey.parse(raw)) is not None
    }


def filing_content(form: Form, filing: Filing, entries: Mapping[CellKey, Entry], attachments: Mapping[str, str]) -> dict[str, Plain]:
    """Return a filing as plain content to seal: form, organisation, period, every cell, digests of attachments (上报内容)."""
    return {
        "attachments": dict(attachments), "cells": {str(key): entry.stored() for key, entry in sorted(entries.items())}, "edition": form.edition,
        "form": form.code, "organisation": filing.organisation.code, "period": filing.period, "round": filing.round,
    }  # fmt: skip


def submitted_entries(form: Form, submission: Submission) -> dict[CellKey, Entry]:
    """Return what was submitted (上报内容)."""
    content: Any = from_canonical(bytes(submission.content))
    return {key: entry_stored(form, key, text) for raw, text in content["cells"].items() if form.cell(key := CellKey.parse(raw)) is not None}


def subject_of(filing: Filing) -> str:
    """Return the lasting name of a filing in the chain: all its rounds are one thing (存证对象)."""
    return f"return/{filing.form}/{filing.organisation.code}/{filing.period}"
