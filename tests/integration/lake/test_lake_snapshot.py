"""A copy of the lake is of one moment, whatever goes on, and says whether it is whole."""

from datetime import date
from pathlib import Path

from lake_steps import HEARD, held, lake_at, lines_of

from shuangkong.lake.drain import drain_once
from shuangkong.lake.inbox import open_inbox
from shuangkong.lake.snapshot import copy_lake, is_whole


def test_what_was_acknowledged_is_in_the_copy_once_and_what_came_later_is_not(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path / "lake"), open_inbox(tmp_path / "inbox.db")
    for minute in range(3):
        inbox.append(kind="lines", body=f"P1,2025-03-10 08:0{minute}:00,{minute}".encode(), received_at=HEARD)
        if minute < 2:  # the third waits
            drain_once(lake, inbox, lines_of, now=HEARD)
    versions = copy_lake(lake, tmp_path / "inbox.db", tmp_path / "copy")
    inbox.append(kind="lines", body=b"P1,2025-03-10 08:09:00,9", received_at=HEARD)
    drain_once(lake, inbox, lines_of, now=HEARD)
    lake.retire(before=date(2026, 1, 1))
    assert is_whole(tmp_path / "copy" / "lake", versions)
    restored, waiting = lake_at(tmp_path / "copy" / "lake"), open_inbox(tmp_path / "copy" / "inbox.db")
    assert held(restored, restored.readings, "ts, value") == [("2025-03-10 08:00:00", "0.000000"), ("2025-03-10 08:01:00", "1.000000")]
    drain_once(restored, waiting, lines_of, now=HEARD)
    assert [value for (value,) in held(restored, restored.readings, "value")] == ["0.000000", "1.000000", "2.000000"]
    restored.readings.files()[0].path.unlink()
    assert not is_whole(tmp_path / "copy" / "lake", {"readings": restored.readings.version})


def test_a_place_without_inbox_is_copied_too(tmp_path: Path) -> None:
    versions = copy_lake(lake_at(tmp_path / "lake"), tmp_path / "inbox.db", tmp_path / "copy")
    assert versions == {"quarantine": 0, "readings": 0}
    assert is_whole(tmp_path / "copy" / "lake", versions)
