"""Returns of the past brought in by the batch (历史报表载入): one sealed act for all of a form and period, rows inserted in bulk.

What was done before the platform ran cannot be sealed at the time it was done. So the batch is sealed when it is brought in, and what
it says of each return (hands, moments, digest of what was submitted) is its content; the moments of steps and figures are those told,
in the past, that a question "as known on a day" finds them, while the chain keeps its own. Only this loading may do so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models

from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain, canonical
from shuangkong.evidence.digest import digest
from shuangkong.kernel.provenance import DataGrade
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.returns.states import RETURN_STATES, ReturnAct, ReturnState
from shuangkong.services.chain import Actor, Sealed, algorithm, seal
from shuangkong.services.chain_loaded import SUBJECT, figures_org
from shuangkong.store.models import Attachment, DraftCell, Filing, FilingAct, ObservationRow, Submission

_CHUNK = 5000
_PLAIN = frozenset({str, int, type(None)})  # what every database takes as it is


@dataclass(frozen=True, slots=True)
class PastStep:
    """One step of a past return (历史办理记录): who, as what, when."""

    act: ReturnAct
    person_id: int
    name: str
    role: str
    organisation: str
    recorded_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PastFile:
    """A file that went with a past return (历史附件)."""

    name: str
    media_type: str
    content: bytes
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReturn:
    """A return as it came to stand (历史报表). `entries` are whole; `typed` is kept as draft where it may still be edited.

    Where `makes_figures` is False its figures are observations already, loaded with the table that states them.
    """

    organisation: str
    organisation_id: int
    entries: Mapping[CellKey, Entry]
    steps: tuple[PastStep, ...] = ()
    typed: Mapping[CellKey, Entry] | None = None
    round: int = 1
    makes_figures: bool = True
    files: tuple[PastFile, ...] = ()
    opened_at: datetime | None = None

    @property
    def state(self) -> ReturnState:
        """Where its steps have brought it."""
        state = ReturnState.DRAFT
        for step in self.steps:
            state = RETURN_STATES.after(state, step.act, reason=step.reason or "—")
        return state

    @property
    def last(self) -> PastStep | None:
        """The last step."""
        return self.steps[-1] if self.steps else None


def load_returns(*, form: Form, period: str, returns: Sequence[PastReturn], actor: Actor) -> dict[tuple[str, int], int]:
    """Load the returns of a form and period as one sealed act, in the transaction of the caller (载入历史报表).

    Returns
    -------
    dict
        The key of the filing by organisation and round.
    """
    filings = [_filing(form, period, one) for one in returns]
    Filing.objects.bulk_create(filings)
    handled = [(filing, one) for filing, one in zip(filings, returns, strict=True) if one.steps]
    if handled:
        _load_handled(form, period, handled, actor)
    drafts = [
        DraftCell(filing=filing, key=str(key), text=entry.stored(), updated_at=filing.opened_at)
        for filing, one in zip(filings, returns, strict=True) for key, entry in (one.typed or {}).items()
    ]  # fmt: skip
    insert_rows(DraftCell, drafts)
    return {(one.organisation, one.round): int(filing.pk) for filing, one in zip(filings, returns, strict=True)}


def _filing(form: Form, period: str, one: PastReturn) -> Filing:
    opened = one.opened_at or one.steps[0].recorded_at
    return Filing(
        form=form.code, edition=form.edition, organisation_id=one.organisation_id, period=period, round=one.round, state=one.state.name,
        version=len(one.steps), opened_at=opened, is_simulated=True,
    )  # fmt: skip


def _load_handled(form: Form, period: str, handled: list[tuple[Filing, PastReturn]], actor: Actor) -> None:
    contents = [canonical(_content(form, period, one)) for _, one in handled]
    digests = [str(digest(content, algorithm())) for content in contents]
    told: list[Plain] = [_told(one, stated) for (_, one), stated in zip(handled, digests, strict=True)]
    sealed = seal(
        kind=ActKind.LOADING, subject=f"{SUBJECT}{form.code}/{period}", actor=actor, reason="载入历史报表", is_simulated=True,
        content={"edition": form.edition, "form": form.code, "period": period, "returns": told},
    )  # fmt: skip
    submissions = [
        Submission(filing=filing, number=1, content=content, digest=stated, person_id=one.steps[0].person_id, recorded_at=one.steps[0].recorded_at)
        for (filing, one), content, stated in zip(handled, contents, digests, strict=True)
    ]  # fmt: skip
    Submission.objects.bulk_create(submissions)
    insert_rows(FilingAct, (row for (filing, one), submission in zip(handled, submissions, strict=True) for row in _acts(filing, one, submission, sealed)))
    insert_rows(ObservationRow, (row for filing, one in handled for row in _figures(form, filing, one, sealed)))
    insert_rows(Attachment, (row for filing, one in handled for row in _files(filing, one)))


def _content(form: Form, period: str, one: PastReturn) -> dict[str, Plain]:
    files = {file.name: str(digest(file.content, algorithm())) for file in one.files}
    cells = {str(key): entry.stored() for key, entry in sorted(one.entries.items())}
    return {"attachments": files, "cells": cells, "edition": form.edition, "form": form.code, "organisation": one.organisation, "period": period, "round": one.round}


def _told(one: PastReturn, stated: str) -> dict[str, Plain]:
    return {
        "figures": one.makes_figures and one.state is ReturnState.LOCKED, "organisation": one.organisation, "round": one.round, "submission": stated,
        "steps": [
            {"act": step.act.name, "at": step.recorded_at.astimezone(UTC), "by": step.name, "organisation": step.organisation, "role": step.role, "why": step.reason}
            for step in one.steps
        ],
    }  # fmt: skip


def _acts(filing: Filing, one: PastReturn, submission: Submission, sealed: Sealed) -> Iterator[FilingAct]:
    before = ReturnState.DRAFT
    for number, step in enumerate(one.steps, start=1):
        after = RETURN_STATES.after(before, step.act, reason=step.reason or "—")
        yield FilingAct(
            filing=filing, act=step.act.name, state_before=before.name, state_after=after.name, version_after=number, person_id=step.person_id,
            role=step.role, organisation=step.organisation, reason=step.reason, submission=submission, recorded_at=step.recorded_at, link=sealed.link,
        )  # fmt: skip
        before = after


def _figures(form: Form, filing: Filing, one: PastReturn, sealed: Sealed) -> Iterator[ObservationRow]:
    if not one.makes_figures or one.state is not ReturnState.LOCKED or one.last is None:
        return
    for key, entry in one.entries.items():
        cell = form.cell(key)
        if cell is None or not cell.element:
            continue
        yield ObservationRow(
            element=cell.element, org=figures_org(form, one.organisation), period=filing.period, value=entry.number, unit=str(cell.unit or "1"),
            grade=DataGrade.SIMULATED.name, source=f"{form.name.zh}（{form.code}）", reported_by=f"{one.organisation} {one.steps[0].name}",
            approved_by=f"{one.last.organisation} {one.last.name}", recorded_at=one.last.recorded_at, filing=filing, link=sealed.link,
        )  # fmt: skip


def _files(filing: Filing, one: PastReturn) -> Iterator[Attachment]:
    for file in one.files:
        yield Attachment(
            filing=filing, name=file.name, media_type=file.media_type, content=file.content, digest=str(digest(file.content, algorithm())),
            person_id=file.person_id, recorded_at=one.steps[0].recorded_at,
        )  # fmt: skip


def insert_rows(model: type[models.Model], rows: Iterable[Any]) -> int:
    """Insert many rows with one prepared statement (批量写入); their keys are not read back. Returns how many."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"
    count = 0
    some: list[list[Any]] = []
    with connection.cursor() as cursor:
        for row in rows:
            told = row.__dict__
            some.append([value if type(value := told[field.attname]) in _PLAIN else field.get_db_prep_save(value, connection) for field in fields])
            if len(some) == _CHUNK:
                cursor.executemany(statement, some)
                count, some = count + len(some), []
        if some:
            cursor.executemany(statement, some)
    return count + len(some)
