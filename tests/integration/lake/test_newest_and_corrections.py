"""What pages ask of the lake: the newest reading by reading new files alone, which hours came, what a corrected one was before."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from shuangkong.lake.corrections import corrections_between
from shuangkong.lake.newest import NewestReadings
from shuangkong.lake.readings import Lake, merge, take_in
from shuangkong.lake.received import received_days

HEARD = datetime(2026, 3, 2, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12)  # noqa: DTZ001  # as the readings


def tell(lake: Lake, hour: int, value: str, *, flag: str = "N", later: int = 0) -> None:
    now = HEARD + timedelta(minutes=later)
    row = f"SELECT 'P' AS point, 'a' AS factor, 'Hour-Avg' AS kind, '2026-03-02 {hour:02}:00:00' AS ts, '{value}' AS value, '{flag}' AS flag, 0 AS seq"
    with lake.writing() as engine:
        take_in(lake, engine, row, now=now)
        merge(lake, engine, now=now, origin="test")


def test_what_pages_ask_of_the_lake(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", clock_ahead_most=timedelta(hours=1))
    newest = NewestReadings({"Hour-Avg": timedelta(hours=26)})
    tell(lake, 5, "20")
    tell(lake, 7, "30", flag="D", later=1)
    with lake.engine() as engine:
        assert [(one.ts.hour, one.value) for one in newest.update(lake, engine, now=NOON)] == [(7, Decimal(30))]
    tell(lake, 5, "40", later=2)
    tell(lake, 7, "31", later=3)
    with lake.engine() as engine:
        assert [(one.ts.hour, one.value, one.flag) for one in newest.update(lake, engine, now=NOON)] == [(7, Decimal(31), "N")]
        assert not newest.update(lake, engine, now=NOON + timedelta(days=2))
        day = date(2026, 3, 2)
        (came,) = received_days(lake, engine, points=["P"], first=day, after=day + timedelta(days=1), valid_marks=["N"])
        assert (came.received, came.valid) == (1 << 5 | 1 << 7, 1 << 5 | 1 << 7)
        (then,) = received_days(lake, engine, points=["P"], first=day, after=day + timedelta(days=1), valid_marks=["N"], as_of=HEARD + timedelta(minutes=1))
        assert (then.received, then.valid) == (1 << 5 | 1 << 7, 1 << 5)
        start = datetime(2026, 3, 2)  # noqa: DTZ001
        found = corrections_between(lake, engine, point="P", start=start, end=start + timedelta(days=1), kinds=["Hour-Avg"])
        assert [(one.ts.hour, one.value, one.then_value, one.held_until) for one in found] == [
            (7, Decimal(30), Decimal(31), HEARD + timedelta(minutes=3)), (5, Decimal(20), Decimal(40), HEARD + timedelta(minutes=2)),
        ]  # fmt: skip
