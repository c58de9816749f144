"""Health: each thing the service stands on is looked at; a stranger hears only that all is well or is not."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import CITY, Clock
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django_tasks_db.models import DBTaskResult

from shuangkong.access.roles import Role
from shuangkong.kernel.language import Words
from shuangkong.services import background, clock, health, schedule
from shuangkong.services.chain import open_chain
from shuangkong.services.people import Member
from shuangkong.services.publication import published_heads
from shuangkong.services.schedule import Chore, Done, chores, is_due, keep_house
from shuangkong.services.signing_in import one_time_token
from shuangkong.store.models import ChainLink

pytestmark = pytest.mark.django_db
UNWELL = (503, {"status": "unwell"})


@pytest.fixture(autouse=True)
def worker_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    background.beat()
    return


def asked() -> tuple[int, dict[str, str]]:
    answer = Client().get("/healthz")
    return answer.status_code, answer.json()


def what_is_wrong() -> list[str]:
    return [one.name.zh for one in health.checks() if not one.is_well]


def test_all_is_well() -> None:
    open_chain()
    assert asked() == (200, {"status": "ok"})
    assert next(one.name for one in health.checks()) == Words("数据库", "database")


def test_a_table_that_is_not_there_yet(db: None) -> None:
    MigrationRecorder(connection).record_unapplied("store", "0002_append_only")
    assert (asked(), what_is_wrong()) == (UNWELL, ["数据表"])


def test_tables_of_a_newer_version(db: None) -> None:
    MigrationRecorder(connection).record_applied("store", "9999_of_tomorrow")
    assert (asked(), what_is_wrong()) == (UNWELL, ["数据表"])


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=health.DISK_FREE_LEAST_MIB * (1 << 20) - 1))
    assert (asked(), what_is_wrong()) == (UNWELL, ["磁盘可用空间"])


def test_a_tail_that_is_no_link() -> None:
    ChainLink.objects.create(index=0, digest="sha256:00", sealed=b"{}", kind="x", subject="x", actor="x", organisation="x", reason="", content_digest="", recorded_at=clock.now())
    assert (asked(), what_is_wrong()) == (UNWELL, ["存证链尾"])


def test_a_worker_that_fell_silent_unless_it_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (asked(), what_is_wrong()) == (UNWELL, ["后台进程"])
    DBTaskResult.objects.create(task_path="x", backend_name="default", args_kwargs={"args": [], "kwargs": {}}, status="RUNNING", started_at=later)
    assert asked()[0] == 200


def test_an_interrupted_task_is_taken_up_again_but_not_for_ever() -> None:
    def left(*workers: str) -> DBTaskResult:
        return DBTaskResult.objects.create(
            task_path="x", backend_name="default", args_kwargs={"args": [], "kwargs": {}}, status="RUNNING", started_at=clock.now(), worker_ids=list(workers)
        )

    once, often = left("serve"), left("serve", "serve", "serve")
    assert background.take_up_again() == 1
    assert [DBTaskResult.objects.get(pk=one.pk).status for one in (once, often)] == ["READY", "FAILED"]


def signed_in(who: Member) -> Client:
    client = Client()
    client.post(f"/sign-in/{one_time_token(person_id=who.pk, purpose='sign-in', lasts=timedelta(hours=1))}")
    return client


def test_the_system_page_is_for_the_system_administrator(person: Callable[[Role, str], Member]) -> None:
    page = signed_in(person(Role.SYSTEM_ADMINISTRATOR, CITY)).get("/system")
    assert page.status_code == 200
    text = page.content.decode()
    for told in ("系统状况", "规则摘要", "城市包", "后台任务", "尚无定期备份"):
        assert told in text
    assert signed_in(person(Role.SECURITY_ADMINISTRATOR, CITY)).get("/system").status_code == 403
    assert Client().get("/system").status_code == 302


def at(told: str) -> datetime:
    return datetime.fromisoformat(f"{told}+08:00")


@pytest.mark.parametrize(("last", "moment", "due"), [
    (None, "2026-03-02 00:59", False), (None, "2026-03-02 01:00", True), (None, "2026-03-02 23:59", True),
    (("2026-03-02 01:00", "2026-03-02"), "2026-03-02 23:59", False), (("2026-03-02 01:00", "2026-03-02"), "2026-03-03 00:59", False),
    (("2026-03-02 01:00", "2026-03-02"), "2026-03-03 01:00", True), (("2026-03-02 01:00", "2026-03-01"), "2026-03-02 01:09", False),
    (("2026-03-02 01:00", "2026-03-01"), "2026-03-02 01:10", True), (("2026-03-09 01:00", "2026-03-09"), "2026-03-02 01:00", True),
])  # fmt: skip
def test_when_a_chore_is_due(last: tuple[str, str] | None, moment: str, due: bool) -> None:
    before = Done(at(last[0]).isoformat(), last[1]) if last else None
    assert is_due(Chore("backup", 1, str), before, at(moment)) is due


def test_a_day_of_the_house(small_city: None, still_clock: Clock, tmp_path: Path) -> None:
    still_clock.set("2026-03-03")
    house = chores(backup_to=None, backup_keep=2)
    keep_house(house)
    assert {name: one.is_done for name, one in schedule.done().items()} == {"head": True, "clean-up": True}
    assert [str(head.day) for head in published_heads()] == ["2026-03-02"]


def test_a_chore_that_fails_is_told_and_tried_again(still_clock: Clock) -> None:
    answers = iter([OSError(28, "No space left on device"), "done"])

    def run() -> str:
        told = next(answers)
        if isinstance(told, OSError):
            raise told
        return told

    house = (Chore("backup", 1, run),)
    keep_house(house)
    keep_house(house)  # too soon
    assert (schedule.done()["backup"].is_done, "No space left" in schedule.done()["backup"].said) == (False, True)
    still_clock.moment += timedelta(minutes=10)
    keep_house(house)
    assert (schedule.done()["backup"].is_done, schedule.done()["backup"].said) == (True, "done")
