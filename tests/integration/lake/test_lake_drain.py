"""From the inbox to the table: nothing lost, nothing twice, whenever the drain dies."""

import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from lake_steps import HEARD, held, lake_at, lines_of

from integration.gateway.gateway_steps import set_back
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake import drain as draining
from shuangkong.lake.drain import drain, drain_once
from shuangkong.lake.inbox import open_inbox
from shuangkong.lake.readings import Merged

BODIES = (
    b"P1,2025-01-01 00:00:00,1.5\nP1,2025-01-01 00:01:00,2.5\n!who is this",
    b"P1,2025-01-01 00:00:00,1.5\nP2,2025-01-02 00:00:00,7\nP3,2099-01-01 00:00:00,1",
    b"P2,2025-01-02 00:01:00,1.1234567\nP2,2025-01-02 00:02:00,8",
)
VALUES = [
    ("P1", "2025-01-01 00:00:00", "1.500000"), ("P1", "2025-01-01 00:01:00", "2.500000"),
    ("P2", "2025-01-02 00:00:00", "7.000000"), ("P2", "2025-01-02 00:02:00", "8.000000"),
]  # fmt: skip
ASIDE = [("", "", "unread"), ("P2", "1.1234567", "value"), ("P3", "1", "clock")]
# The drain in a process of its own that is killed before or after the named step, the n-th time it comes.
CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {steps!r})
from lake_steps import HEARD, lake_at, lines_of
from shuangkong.lake import drain, table
from shuangkong.lake.inbox import Inbox, open_inbox
owner = {{"write": table.LakeTable, "commit": table.LakeTable, "forget": Inbox}}[{step!r}]
inner, left = getattr(owner, {step!r}), [{times}]
def deadly(*given, **named):
    left[0] -= 1
    if not left[0] and {when!r} == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = inner(*given, **named)
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(owner, {step!r}, deadly)
drain.drain_once(lake_at(Path({folder!r})), open_inbox(Path({folder!r}) / "inbox.db"), lines_of, now=HEARD)
"""


def test_values_are_split_and_retransmissions_left_out(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db")
    for body in BODIES:
        inbox.append(kind="lines", body=body, received_at=HEARD)
    assert drain_once(lake, inbox, lines_of, now=HEARD) == Merged(new=4, corrected=0, same=1, quarantined=3)
    assert drain_once(lake, inbox, lines_of, now=HEARD) is None
    assert held(lake, lake.readings, "point, ts, value") == VALUES
    assert held(lake, lake.readings, "day") == [("2025-01-01",)] * 2 + [("2025-01-02",)] * 2
    assert held(lake, lake.quarantine, "point, value, fault") == ASIDE
    inbox.close()


@pytest.mark.parametrize(
    ("step", "when", "times"),
    [("write", "before", 1), ("write", "after", 1), ("commit", "before", 1), ("commit", "after", 1), ("write", "after", 2), ("commit", "before", 2), ("commit", "after", 2),
     ("forget", "before", 2), ("forget", "after", 2)],
)  # fmt: skip
def test_a_drain_killed_anywhere_loses_and_doubles_nothing(tmp_path: Path, step: str, when: str, times: int) -> None:
    inbox = open_inbox(tmp_path / "inbox.db")
    for body in BODIES:
        inbox.append(kind="lines", body=body, received_at=HEARD)
    child = CHILD.format(steps=str(Path(__file__).parent), step=step, when=when, times=times, folder=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", child], check=False, timeout=60).returncode == -signal.SIGKILL
    inbox.append(kind="lines", body=b"P1,2025-01-01 00:02:00,3.5", received_at=HEARD)
    lake = lake_at(tmp_path)
    drain_once(lake, inbox, lines_of, now=HEARD + timedelta(minutes=1))
    assert held(lake, lake.readings, "point, ts, value") == [*VALUES[:2], ("P1", "2025-01-01 00:02:00", "3.500000"), *VALUES[2:]]
    assert held(lake, lake.quarantine, "point, value, fault") == ASIDE
    assert inbox.waiting(after=0, batches_most=9, bytes_most=1 << 20) == []
    inbox.close()


def test_a_commit_says_which_batches_it_holds(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db")
    number = [inbox.append(kind="lines", body=body, received_at=HEARD) for body in BODIES][-1]
    drain_once(lake, inbox, lines_of, now=HEARD)
    lake.readings.refresh()
    assert lake.readings.transaction_version(inbox.name) == number
    inbox.close()


def test_a_replayed_batch_does_not_undo_a_correction(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db")
    inbox.append(kind="lines", body=b"P1,2025-01-01 00:00:00,1.5", received_at=HEARD)
    drain_once(lake, inbox, lines_of, now=HEARD)
    inbox.append(kind="lines", body=b"P1,2025-01-01 00:00:00,1.6", received_at=HEARD)
    assert drain_once(lake, inbox, lines_of, now=HEARD + timedelta(hours=1)) == Merged(corrected=1)
    assert held(lake, lake.readings, "value, superseded_at") == [("1.500000", "2026-01-01 09:00:00+08"), ("1.600000", None)]
    inbox.close()


def test_a_clock_set_back_puts_no_correction_before_what_it_corrects(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db")
    inbox.append(kind="lines", body=b"P1,2025-01-01 00:00:00,1.5", received_at=HEARD)
    drain_once(lake, inbox, lines_of, now=HEARD)
    inbox.append(kind="lines", body=b"P1,2025-01-01 00:00:00,1.6", received_at=HEARD)
    drain_once(lake, inbox, lines_of, now=HEARD - timedelta(hours=1))
    inbox.append(kind="lines", body=b"P1,2025-01-01 00:01:00,1.7", received_at=HEARD)
    drain_once(lake, inbox, lines_of, now=HEARD - timedelta(hours=1))
    assert held(lake, lake.readings, "value, recorded_at, superseded_at") == [
        ("1.500000", "2026-01-01 08:00:00+08", "2026-01-01 08:00:00+08"), ("1.600000", "2026-01-01 08:00:00+08", None), ("1.700000", "2026-01-01 07:00:00+08", None),
    ]  # fmt: skip
    inbox.close()


def test_a_batch_that_no_parser_can_read_is_kept_whole_and_harms_no_other(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db")
    for body in (b"!!\x00\xff", b"P1,2025-01-01 00:00:00,1.5"):
        inbox.append(kind="lines", body=body, received_at=HEARD)
    assert drain_once(lake, inbox, lines_of, now=HEARD) == Merged(new=1, quarantined=1)
    assert held(lake, lake.quarantine, "raw, fault") == [("!!\\x00\\xFF", "unread")]
    inbox.close()


def test_the_drain_goes_on_until_it_is_told_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "COMMIT_SECONDS", 0.01)
    lake, inbox, stop = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db"), Event()
    inbox.append(kind="lines", body=BODIES[0], received_at=HEARD)
    told: list[Merged] = []

    def heard(merged: Merged) -> None:
        told.append(merged)
        if len(told) == 2:
            stop.set()
        inbox.append(kind="lines", body=BODIES[2], received_at=HEARD)

    drain(lake, inbox, lines_of, stop=stop, heard=heard)
    assert told == [Merged(new=2, quarantined=1), Merged(new=1, quarantined=1)]
    inbox.close()


def test_what_devices_say_of_the_present_is_taken_though_the_clock_is_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, inbox, stop, told = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db"), Event(), []
    present = f"{datetime.now(CHINA_STANDARD_TIME):%Y-%m-%d %H:%M:%S}"
    monkeypatch.setattr(draining, "COMMIT_SECONDS", 0.01)

    def heard(merged: Merged) -> None:
        told.append(merged)
        if len(told) == 2:
            stop.set()
        set_back(monkeypatch, draining)
        inbox.append(kind="lines", body=f"P1,{present},1".encode(), received_at=HEARD)

    inbox.append(kind="lines", body=BODIES[0], received_at=HEARD)
    draining.drain(lake, inbox, lines_of, stop=stop, heard=heard)
    assert told == [Merged(new=2, quarantined=1), Merged(new=1)]
    inbox.close()


def test_small_files_are_merged_and_old_months_retired(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db")
    for minute in range(4):
        inbox.append(kind="lines", body=f"P1,2025-01-31 00:0{minute}:00,1\nP1,2025-02-01 00:0{minute}:00,2".encode(), received_at=HEARD)
        drain_once(lake, inbox, lines_of, now=HEARD)
    before = held(lake, lake.readings, "point, ts, value, recorded_at")
    assert len(lake.readings.files()) == 8
    assert lake.compact() == 8
    assert len(lake.readings.files()) == 2
    assert held(lake, lake.readings, "point, ts, value, recorded_at") == before
    assert lake.retire(before=HEARD.date().replace(year=2025, month=2, day=15)) == 4
    assert held(lake, lake.readings, "day") == [("2025-02-01",)] * 4
    assert lake.readings.vacuum(hours=0) == 9
    inbox.close()
