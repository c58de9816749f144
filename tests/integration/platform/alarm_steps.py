"""An outlet whose readings stand in a lake of their own, and a gateway that has seen devices."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.readings import Reading, merge, take_in
from shuangkong.services import clock
from shuangkong.services.device_states import INBOX_FILE, DeviceState, StateBook
from shuangkong.services.readings import conventions_on, open_lake

SO2 = "a21026"


def hours(point: str, first: str, *values: str, factor: str = SO2, flag: str = "N") -> list[Reading]:
    """Return hourly means of a factor, one after the other from an hour of China Standard Time."""
    start = datetime.fromisoformat(first)
    return [Reading(point, factor, "Hour-Avg", (start + timedelta(hours=at)).isoformat(sep=" "), value, flag) for at, value in enumerate(values)]


def heard(readings: list[Reading]) -> None:
    """Bring readings into the lake of the test's data folder, as heard now."""
    now = clock.now()
    lake = open_lake(Path(settings.DATA), conventions=conventions_on(now.date()))
    with lake.writing() as engine:
        engine.execute("CREATE OR REPLACE TABLE told (point VARCHAR, factor VARCHAR, kind VARCHAR, ts VARCHAR, value VARCHAR, flag VARCHAR, seq BIGINT)")
        engine.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?)", [[*one, at] for at, one in enumerate(readings)])
        take_in(lake, engine, "SELECT * FROM told", now=now)
        merge(lake, engine, now=now, origin="test")


def seen(*states: tuple[str, datetime], drift_s: float | None = None, refused: int = 0) -> None:
    """Let the gateway have seen devices, each at a moment."""
    book = StateBook(Path(settings.DATA) / INBOX_FILE)
    book.add(
        [
            DeviceState(mn, True, 1, "127.0.0.1", at, at, f"{at.astimezone(CHINA_STANDARD_TIME):%Y-%m-%d}", 200, refused, "BAD_CHECKSUM" if refused else "", drift_s)
            for mn, at in states
        ]
    )
    book.close()

