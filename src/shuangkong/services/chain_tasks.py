"""Verifying the chain in the background: asked for on a page, done by the worker, its progress told while it runs."""

import json
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.documents.placing import put_in_place

_PROGRESS = "chain-verification.json"
_UNDER_WAY = ("READY", "RUNNING")
_MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class VerificationTold:
    """Where the last verification stands (最近一次校验): under way with its progress, or finished with what it found."""

    is_under_way: bool
    asked_at: datetime | None
    finished_at: datetime | None
    step: Words | None
    done: int
    total: int
    result: dict[str, Any] | None
    has_failed: bool

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What the last finished one found."""
        return [one for check in (self.result or {}).get("checks", ()) for one in check["findings"]][:_MOST_FINDINGS]


@task()
def verify_stored_chain() -> dict[str, Any]:
    """Verify the stored chain and keep what was found with the task (后台校验)."""
    last = 0.0

    def told(step: Words, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1 or done == total:
            last = time.monotonic()
            put_in_place(_place(), json.dumps({"zh": step.zh, "en": step.en, "done": done, "total": total}).encode())

    return {**verify_chain(told=told).as_plain(), "verified_at": clock.now().isoformat()}


def ask_for_verification() -> None:
    """Have the chain verified, unless that is under way (发起校验)."""
    if not _tasks().filter(status__in=_UNDER_WAY).exists():
        verify_stored_chain.enqueue()


def last_verification() -> VerificationTold:
    """Return where the last verification stands (校验状态)."""
    newest = _tasks().order_by("-enqueued_at").first()
    finished = _tasks().filter(status="SUCCESSFUL").order_by("-enqueued_at").first()
    is_under_way = newest is not None and newest.status in _UNDER_WAY
    told = _progress() if is_under_way and newest.status == "RUNNING" else {}
    return VerificationTold(
        is_under_way=is_under_way, asked_at=newest.enqueued_at if newest else None, finished_at=finished.finished_at if finished else None,
        step=Words(told["zh"], told["en"]) if told else None, done=told.get("done", 0), total=told.get("total", 0),
        result=finished.return_value if finished else None, has_failed=newest is not None and newest.status == "FAILED",
    )  # fmt: skip


def _tasks() -> Any:
    return DBTaskResult.objects.filter(task_path=verify_stored_chain.module_path)


def _place() -> Path:
    return Path(settings.DATA) / _PROGRESS


def _progress() -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(_place().read_bytes())
    except (OSError, ValueError):
        return {}
    return told
