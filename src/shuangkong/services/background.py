"""Work in the background: what takes longer than an answer may, done by one process that says it lives."""

import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django_tasks_db.compat import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

ATTEMPTS_MOST = 3
_PAUSE_SECONDS = 1
_WORKER = "serve"


class Interrupted(RuntimeError):
    """The task was under way when its worker ended, more than once (任务多次中断)."""


def work() -> None:
    """Do what is queued, for ever (后台任务); SIGTERM ends it after the task under way."""
    worker = Worker(
        queue_names=["*"], interval=0, batch=True, backend_name=DEFAULT_TASK_BACKEND_ALIAS, startup_delay=False, max_tasks=None, worker_id=_WORKER,
        excluded_queue_names=[],
    )  # fmt: skip
    worker.configure_signals()
    logging.getLogger("django_tasks_db").setLevel(logging.ERROR)
    take_up_again()
    while worker.running:
        beat()
        worker.run()
        time.sleep(_PAUSE_SECONDS)


def take_up_again() -> int:
    """Queue again what was under way when the worker before was ended, and return how much (任务续办).

    A task must bear being done twice; one that has ended its worker a few times is given up.
    """
    count = 0
    for left in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        if len(left.worker_ids) >= ATTEMPTS_MOST:
            left.set_failed(Interrupted(str(left.id)))
            continue
        count += DBTaskResult.objects.filter(pk=left.pk).update(status=TaskResultStatus.READY)
    return count


def _beat_file() -> Path:
    return Path(settings.DATA) / "worker.beat"


def beat() -> None:
    """Say that the worker lives (心跳)."""
    _beat_file().touch(mode=0o600)


def last_beat() -> datetime | None:
    """Return when the worker last said so, None where it never did (最近心跳)."""
    try:
        return datetime.fromtimestamp(_beat_file().stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def is_at_work(moment: datetime, *, within: timedelta) -> bool:
    """Tell whether a task was begun lately and is not done (正在办理)."""
    return bool(DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__gt=moment - within).exists())


def queue_counts() -> dict[str, int]:
    """Return how many tasks stand in each state (任务数)."""
    return {state: DBTaskResult.objects.filter(status=state).count() for state in TaskResultStatus.values}
