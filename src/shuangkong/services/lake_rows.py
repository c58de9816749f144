"""The deployment's lake as pages and chores read it (本部署的数据湖): opened once in a process, looked at anew each time.

A process must not fork once it has touched the lake; the web server does so before, since nothing here runs on import.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.conf import settings

from shuangkong.lake.engine import type_of_engine
from shuangkong.lake.found import FoundReading, find_readings
from shuangkong.lake.readings import Lake
from shuangkong.services import clock
from shuangkong.services.readings import conventions_on, open_lake

_one_at_a_time = Lock()


@lru_cache(maxsize=1)
def _opened(data: Path) -> Lake:
    return open_lake(data, conventions=conventions_on(clock.today()))


@contextmanager
def city_lake() -> Iterator[tuple[Lake, type_of_engine]]:
    """Yield the lake of this deployment with an engine of its own, one user in a process at a time (数据湖)."""
    with _one_at_a_time:
        lake = _opened(Path(settings.DATA))
        with lake.engine() as engine:
            yield lake, engine


def readings_between(
    points: Collection[str], start: datetime, end: datetime, *, kinds: Collection[str] = (), factors: Collection[str] = (), as_of: datetime | None = None
) -> list[FoundReading]:
    """Return the readings of points in [start, end), naive China Standard Time, as they hold or as they were known at `as_of` (监测值)."""
    with city_lake() as (lake, engine):
        return find_readings(lake, engine, points=points, start=start, end=end, kinds=kinds, factors=factors, as_of=as_of)
