"""Bad days, really had: processes killed, disks full, connections cut, clocks that jump, two people at once."""

import json
import os
import random
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Clock
from django.db import DatabaseError, OperationalError
from django.test import RequestFactory
from filing_steps import Person, carried, fill, open_window, submitted
from own_deployment import Deployment, fresh

from shuangkong.access.roles import Role
from shuangkong.returns.states import ReturnAct
from shuangkong.services import filing_cells
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filings import NotEditable, open_filing, save_cells, submit_filing
from shuangkong.services.storage_faults import storage_refusal
from shuangkong.store.models import ChainLink, DraftCell, FilingAct
from shuangkong.web.refusals import Refusals

WHOLE_WAY = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
UNITS = 6
# A page limit is SQLite's own; a fault at commit, and a connection cut there, need PostgreSQL.
TROUBLES = ("commit", "cut") if os.environ.get("SHUANGKONG_DATABASE") else ("full",)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    made = fresh(tmp_path_factory.mktemp("prepared") / "data", "prepared_bad_days")
    made.run("prepare", UNITS)
    return made


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_nothing_is_half_done(prepared: Deployment, tmp_path: Path, seed: int) -> None:
    place = prepared.copy(tmp_path / "data", f"bad_days_kill_{seed}")
    chance = random.Random(seed)
    told = 0
    for _ in range(3):
        child = place.start("travel", 0, UNITS)
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(chance.randrange(1, 6))]
        child.kill()
        said += child.communicate()[0].splitlines()
        told += sum(line[:1].isdigit() for line in said)
    done = int(place.run("verify").rsplit(maxsplit=1)[1])
    assert told <= done <= told + 3  # an act may be done and its line not yet told
    place.run("travel", 0, UNITS)
    assert f"acts {UNITS * 5}" in place.run("verify")


@pytest.mark.parametrize("trouble", TROUBLES)
def test_storage_that_fails_during_approval_is_told_and_changes_nothing(prepared: Deployment, tmp_path: Path, trouble: str) -> None:
    place = prepared.copy(tmp_path / "data", f"bad_days_{trouble}")
    place.run("travel", 0, UNITS, 3)
    said = place.run("approve", 0, UNITS, trouble).splitlines()
    assert len(said) == (UNITS if place.database else len(said)) > 0
    words = "连接中断，您的操作没有生效" if trouble == "cut" else "磁盘已满，您的操作没有生效"
    assert all(words in line and line.endswith("True") for line in said), said
    done = int(place.run("verify").rsplit(maxsplit=1)[1])
    assert done == UNITS * 4 - len(said)


def test_two_processes_submit_one_return_and_one_is_told(prepared: Deployment, tmp_path: Path) -> None:
    place = prepared.copy(tmp_path / "data", "bad_days_double")
    for number in range(3):
        pair = [place.start("submit", f"K{number:03d}") for _ in range(2)]
        for one in pair:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        said = [one.communicate("go\n") for one in pair]
        assert [trouble for _, trouble in said] == ["", ""]
        done, refused = sorted(told for told, _ in said)
        assert done == "done 1\n"
        assert refused.startswith(("refused ChangedMeanwhile", "refused ActNotPossible")), refused
    assert "acts 3" in place.run("verify")


def test_many_processes_submit_at_once_and_none_meets_a_lock(prepared: Deployment, tmp_path: Path) -> None:
    place = prepared.copy(tmp_path / "data", "bad_days_many")
    many = [place.start("submit", f"K{number:03d}") for number in range(UNITS)]
    for one in many:
        assert one.stdout is not None
        one.stdout.readline()
    assert [one.communicate("go\n") for one in many] == [("done 1\n", "")] * UNITS
    assert f"acts {UNITS}" in place.run("verify")


def test_a_clock_that_jumps_leaves_the_order_to_the_chain(person: Person, still_clock: Clock) -> None:
    open_window()
    filing = submitted(person)
    for act, jump in zip(WHOLE_WAY, (timedelta(hours=-3), timedelta(days=20), timedelta(days=-20), timedelta(0)), strict=True):
        still_clock.moment += jump
        carried(filing, person, act)
    moments = list(FilingAct.objects.filter(filing=filing).order_by("link").values_list("recorded_at", flat=True))
    assert moments == sorted(set(moments))
    assert list(FilingAct.objects.filter(filing=filing).order_by("recorded_at").values_list("act", flat=True)) == ["SUBMIT", *(act.name for act in WHOLE_WAY)]
    assert verify_chain().is_sound


def test_two_people_edit_one_return_and_neither_loses_a_cell(person: Person) -> None:
    open_window()
    first, second = person(Role.REPORTER, "U001"), person(Role.REPORTER, "U001", "乙")
    filing = open_filing(form="205-1", organisation="U001", period="2025", who=first)
    fill(filing, first)
    save_cells(filing_id=filing, version=0, texts={"energy.raw_coal.cost": "82"}, who=first)
    save_cells(filing_id=filing, version=0, texts={"energy.electricity.cost": "351"}, who=second)
    kept = dict(DraftCell.objects.filter(filing=filing).values_list("key", "text"))
    assert (kept["energy.raw_coal.cost"], kept["energy.electricity.cost"]) == ("82", "351")
    submit_filing(filing_id=filing, version=0, who=second)
    with pytest.raises(NotEditable):
        save_cells(filing_id=filing, version=0, texts={"energy.raw_coal.cost": "83"}, who=first)


def test_what_is_saved_while_another_saving_is_checked_is_part_of_what_both_are_told(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    open_window()
    first, second = person(Role.REPORTER, "U001"), person(Role.REPORTER, "U001", "乙")
    filing = open_filing(form="205-1", organisation="U001", period="2025", who=first)
    check, crossing = filing_cells.check_filing, iter(["7"])

    def slow(*told: object) -> object:
        for text in crossing:
            save_cells(filing_id=filing, version=0, texts={"energy.raw_coal.cost": text}, who=second)
        return check(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(filing_cells, "check_filing", slow)
    saved = save_cells(filing_id=filing, version=0, texts={"energy.electricity.cost": "5"}, who=first)
    assert {str(key): str(entry.number) for key, entry in saved.typed.items()} == {"energy.raw_coal.cost": "7", "energy.electricity.cost": "5"}
    assert list(DraftCell.objects.filter(filing=filing).order_by("updated_at").values_list("key", flat=True)) == ["energy.raw_coal.cost", "energy.electricity.cost"]


def test_what_fails_inside_the_transaction_of_an_act_undoes_all_of_it(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    open_window()
    filing = submitted(person)
    carried(filing, person, *WHOLE_WAY[:3])
    person(Role.APPROVER, "statistics")
    before = (ChainLink.objects.count(), FilingAct.objects.count())

    def fail(*told: object) -> int:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("shuangkong.services.filings.observe", fail)
    with pytest.raises(OperationalError):
        carried(filing, person, ReturnAct.LOCK)
    assert (ChainLink.objects.count(), FilingAct.objects.count()) == before
    assert verify_chain().is_sound


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (OperationalError("database or disk is full"), "磁盘已满"), (OperationalError("database is locked"), "正忙"),
        (OperationalError("server closed the connection unexpectedly"), "连接中断"), (OSError(28, "No space left on device"), "磁盘已满"),
        (OperationalError("attempt to write a readonly database"), "不可写"),
    ],
)  # fmt: skip
def test_the_reader_of_a_page_is_told_what_storage_could_not_do(db: None, trouble: Exception, words: str) -> None:
    assert storage_refusal(DatabaseError("no such column")) is None
    request = RequestFactory().get("/api/returns", headers={"Accept": "application/json"})
    answer = Refusals(lambda _: None).process_exception(request, trouble)  # type: ignore[arg-type, return-value]
    assert answer is not None
    assert answer.status_code == 503
    assert words in json.loads(answer.content)["faults"][0]
