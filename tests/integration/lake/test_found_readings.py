"""Readings are found by point, time and kind; as they hold, and as they were known."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from lake_steps import HEARD, lake_at, lines_of

from shuangkong.lake.drain import drain_once
from shuangkong.lake.found import find_readings
from shuangkong.lake.inbox import open_inbox

START, END = datetime(2025, 1, 1), datetime(2025, 1, 3)  # noqa: DTZ001


def test_a_correction_holds_and_the_earlier_value_is_found_as_known(tmp_path: Path) -> None:
    lake, inbox = lake_at(tmp_path), open_inbox(tmp_path / "inbox.db")
    later = HEARD + timedelta(days=1)
    for body, heard in ((b"P1,2025-01-01 00:00:00,1.5\nP2,2025-01-02 23:59:00,4\nP2,2025-01-03 00:00:00,5", HEARD), (b"P1,2025-01-01 00:00:00,1.75", later)):
        inbox.append(kind="lines", body=body, received_at=heard)
        drain_once(lake, inbox, lines_of, now=heard)

    def told(points: tuple[str, ...], as_of: datetime | None = None, **which: tuple[str, ...]) -> list[tuple[str, Decimal, datetime]]:
        with lake.engine() as engine:
            found = find_readings(lake, engine, points=points, start=START, end=END, as_of=as_of, **which)
        return [(one.point, one.value, one.recorded_at) for one in found]

    assert told(("P1", "P2")) == [("P1", Decimal("1.750000"), later), ("P2", Decimal(4), HEARD)]
    assert told(("P1",), as_of=HEARD) == [("P1", Decimal("1.500000"), HEARD)]
    assert told(("P1",), as_of=HEARD - timedelta(seconds=1)) == []
    assert told(("P1",), kinds=("hour",)) == told(("P9",)) == told(()) == []
    assert told(("P2",), kinds=("minute",), factors=("a01",)) == [("P2", Decimal(4), HEARD)]
    inbox.close()
