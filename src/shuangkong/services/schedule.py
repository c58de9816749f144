"""The daily schedule: chores that are due once a day from an hour on, made up for when the machine was off, tried again when they fail.

What was done when stands in `schedule.json` beside the data, for the health page and for the next start.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services import clock
from shuangkong.services.backups import make_scheduled_backup
from shuangkong.services.publication import NothingSealed, publish_head
from shuangkong.store.models import SignInToken
from shuangkong.store.sessions import SessionStore

RETRY = timedelta(minutes=10)
_LOOK_SECONDS = 20
_log = logging.getLogger("shuangkong.schedule")


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done once a day (日常任务): its name, from which hour of China Standard Time, and what it does, returning what came of it."""

    name: str
    hour: int
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Done:
    """When a chore was last tried, whether it worked, and what came of it (办理结果)."""

    tried_at: str
    done_on: str = ""
    said: str = ""

    @property
    def tried(self) -> datetime:
        """The moment of the last attempt."""
        return datetime.fromisoformat(self.tried_at)

    @property
    def is_done(self) -> bool:
        """Whether the last attempt worked."""
        return bool(self.done_on) and self.tried.astimezone(CHINA_STANDARD_TIME).date().isoformat() == self.done_on


def chores(*, backup_to: Path | None, backup_keep: int) -> tuple[Chore, ...]:
    """Return the chores of a deployment (日常任务): the head of the day before, clean-up, and a backup where a folder is given."""
    told = [Chore("head", 0, _publish), Chore("clean-up", 3, _clean_up)]
    if backup_to is not None:
        told.insert(1, Chore("backup", 1, lambda: str(make_scheduled_backup(folder=backup_to, keep=backup_keep).path)))
    return tuple(told)


def _publish() -> str:
    try:
        return str(publish_head(day=clock.today() - timedelta(days=1)).digest)
    except NothingSealed:
        return "—"


def _clean_up() -> str:
    SessionStore.clear_expired()
    SignInToken.objects.filter(expires_at__lt=clock.now()).delete()
    call_command("prune_db_task_results", verbosity=0)
    return "sessions, links, tasks"


def is_due(chore: Chore, last: Done | None, moment: datetime) -> bool:
    """Tell whether a chore is to be done now (是否到期): not yet done today, its hour come, and not tried a moment ago."""
    local = moment.astimezone(CHINA_STANDARD_TIME)
    if local.hour < chore.hour or (last and last.done_on == local.date().isoformat()):
        return False
    return last is None or last.is_done or abs(moment - last.tried) >= RETRY


def _file() -> Path:
    return Path(settings.DATA) / "schedule.json"


def done() -> Mapping[str, Done]:
    """Return what was done when, by chore (办理情况)."""
    try:
        return {name: Done(**told) for name, told in json.loads(_file().read_text("utf-8")).items()}
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def keep_house(all_chores: tuple[Chore, ...]) -> None:
    """Do every chore that is due, and write down what came of it (办理日常任务)."""
    for chore in all_chores:
        before = done()
        last, moment = before.get(chore.name), clock.now()
        if not is_due(chore, last, moment):
            continue
        try:
            said = chore.run()
        except Exception as trouble:  # whatever it was, the other chores go on and this one is tried again
            _log.error("%s: %s: %s", chore.name, type(trouble).__name__, trouble)
            result = Done(moment.isoformat(), last.done_on if last else "", f"{type(trouble).__name__}: {trouble}"[:300])
        else:
            result = Done(moment.isoformat(), moment.astimezone(CHINA_STANDARD_TIME).date().isoformat(), said)
        aside = _file().with_suffix(".new")
        aside.write_text(json.dumps({name: asdict(one) for name, one in {**before, chore.name: result}.items()}, ensure_ascii=False, indent=1), "utf-8")
        aside.replace(_file())


def keep_house_daily(all_chores: tuple[Chore, ...]) -> None:
    """Look every few seconds whether something is due, for ever (日程)."""
    os.nice(10)
    while True:
        keep_house(all_chores)
        connections.close_all()
        time.sleep(_LOOK_SECONDS)
