"""The platform's chain verified from its database: every link, content, head and the rows that hang on them.

    python benchmarks/chain_rows.py [RETURNS]

Size: 20 000 invented returns carried from draft to lock on SQLite: 100 000 links, 120 000 rows of steps and submissions, 200 000 figures.
The floor, in the same run: the same rows read and one SHA-256 over each link and content. Budget: 25 times the floor, on whatever machine;
600 MB of memory beyond what was there.
"""

import hashlib
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import Any

RETURNS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
BUDGET_RATIO = 25
BUDGET_MEMORY_MB = 600
BATCH = 500
FORM, UNIT, PERIOD, FIGURES = "205-1", "B001", "2025", 10
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def fill(count: int) -> None:
    """Write the chain and its rows in bulk, as the use cases would leave them."""
    from django.core.management import call_command
    from django.db import transaction

    from shuangkong.kernel.period import Period
    from shuangkong.services.filing_forms import form_of
    from shuangkong.store.models import Organisation, Person

    call_command("migrate", verbosity=0, interactive=False)
    form = form_of(FORM, Period.parse(PERIOD))
    unit = Organisation.objects.create(code=UNIT, kind="UNIT", recorded_at=_BEGIN)
    person = Person.objects.create(sign_in_name="b", full_name="经办人", recorded_at=_BEGIN)
    cells = [cell for cell in form.by_element.values() if form.cell(cell.key) is not None][:FIGURES]
    last = None
    for first in range(0, count, BATCH):
        with transaction.atomic():
            last = _batch(range(first, min(first + BATCH, count)), form, unit, person, cells, last)


def _batch(numbers: range, form: Any, unit: Any, person: Any, cells: list[Any], last: Any) -> Any:
    from decimal import Decimal

    from shuangkong.evidence.act import Act, ActKind
    from shuangkong.evidence.canonical import canonical
    from shuangkong.evidence.chain import append
    from shuangkong.evidence.digest import Algorithm, digest
    from shuangkong.store.models import ChainContent, ChainLink, Filing, FilingAct, ObservationRow, Submission

    way = (
        (ActKind.SUBMISSION, "SUBMIT", "DRAFT", "SUBMITTED"), (ActKind.ACCEPTANCE, "ACCEPT", "SUBMITTED", "ACCEPTED"),
        (ActKind.REVIEW, "REVIEW", "ACCEPTED", "REVIEWED"), (ActKind.APPROVAL, "APPROVE", "REVIEWED", "APPROVED"), (ActKind.LOCKING, "LOCK", "APPROVED", "LOCKED"),
    )  # fmt: skip
    rows: dict[Any, list[Any]] = {model: [] for model in (Filing, ChainContent, ChainLink, Submission, FilingAct, ObservationRow)}
    for number in numbers:
        content = canonical({
            "attachments": {}, "cells": {str(cell.key): str(number) for cell in cells}, "edition": form.edition, "form": FORM, "organisation": UNIT,
            "period": PERIOD, "round": number + 1,
        })  # fmt: skip
        told = digest(content, Algorithm.SHA256)
        rows[Filing].append(Filing(pk=number + 1, form=FORM, edition=form.edition, organisation=unit, period=PERIOD, round=number + 1, state="LOCKED", version=5, opened_at=_BEGIN))
        rows[ChainContent].append(ChainContent(digest=str(told), content=content))
        for place, (kind, act_name, before, after) in enumerate(way):
            moment = _BEGIN + timedelta(seconds=5 * number + place)
            act = Act(kind=kind, actor="经办人", post="审核人", organisation=UNIT, recorded_at=moment, subject=f"return/{FORM}/{UNIT}/{PERIOD}", content=told)
            last = append(act, after=last, algorithm=Algorithm.SHA256)
            rows[ChainLink].append(ChainLink(
                index=last.index, digest=str(last.digest), sealed=last.to_bytes(), kind=kind.code, subject=act.subject, actor=act.actor, organisation=UNIT,
                content_digest=str(told), recorded_at=moment,
            ))  # fmt: skip
            if place == 0:
                rows[Submission].append(Submission(pk=number + 1, filing_id=number + 1, number=1, content=content, digest=str(told), person=person, recorded_at=moment))
            rows[FilingAct].append(FilingAct(
                filing_id=number + 1, act=act_name, state_before=before, state_after=after, version_after=place + 1, person=person, role="REVIEWER",
                organisation=UNIT, submission_id=number + 1, recorded_at=moment, link=last.index,
            ))  # fmt: skip
        rows[ObservationRow].extend(
            ObservationRow(
                element=cell.element, org=UNIT, period=PERIOD, value=Decimal(number), unit=str(cell.unit or "1"), grade="REPORTED",
                source=f"{form.name.zh}（{form.code}）", reported_by="b", approved_by=f"{UNIT} 经办人", recorded_at=moment, filing_id=number + 1, link=last.index,
            )
            for cell in cells
        )  # fmt: skip
    for model, some in rows.items():
        model.objects.bulk_create(some, batch_size=1000)
    return last


def floor() -> float:
    """Read the rows and hash links and contents, nothing else; return the seconds."""
    from shuangkong.store.models import ChainContent, ChainLink, FilingAct, ObservationRow, Submission

    begun = time.perf_counter()
    for model, column in ((ChainLink, "sealed"), (ChainContent, "content"), (Submission, "content")):
        for content in model.objects.values_list(column, flat=True).iterator(chunk_size=2000):
            hashlib.sha256(bytes(content)).digest()
    for model in (FilingAct, ObservationRow):
        for _ in model.objects.values_list().iterator(chunk_size=2000):
            pass
    return time.perf_counter() - begun


def main() -> int:
    """Measure; return 1 when over budget or when the chain is not sound."""
    with tempfile.TemporaryDirectory(prefix="shuangkong-bench-") as folder:
        os.environ.update(SHUANGKONG_DATA=folder, SHUANGKONG_DEMO="1", DJANGO_SETTINGS_MODULE="shuangkong.config.settings")
        os.environ.pop("SHUANGKONG_DATABASE", None)
        import django

        django.setup()
        from shuangkong.services.chain_verification import verify_chain

        begun = time.perf_counter()
        fill(RETURNS)
        print(f"{'write in bulk':34} {time.perf_counter() - begun:8.1f} s")
        bare = floor()
        print(f"{'floor: read and hash':34} {bare:8.1f} s")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        check = verify_chain()
        taken = time.perf_counter() - begun
        links = RETURNS * 5
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"{'verify chain and rows':34} {taken:8.1f} s   {links / taken:10,.0f} links/s   {taken / bare:.1f} times the floor, {grown:.0f} MB more")
        for finding in check.findings[:5]:
            print(finding.line())
        return int(not check.is_sound or taken > BUDGET_RATIO * bare or grown > BUDGET_MEMORY_MB)


if __name__ == "__main__":
    sys.exit(main())
