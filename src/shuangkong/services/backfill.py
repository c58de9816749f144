"""Gaps that devices are asked to fill (补传): found in the lake, asked for by the gateway, a few times and no more.

A gap lies between two readings of a span: it is asked for when the device reports again, since before that nobody would hear. What a shutdown notice
covers is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.readings import READINGS, Lake
from shuangkong.lake.table import rows_of
from shuangkong.services.device_requests import HISTORY, RequestBook
from shuangkong.services.monitoring_devices import DeviceSettings
from shuangkong.services.monitoring_marks import notices_in_force

LOOK_BACK = timedelta(days=7)
LONGEST_REQUEST = timedelta(days=1)
TIMES_MOST = 3
REQUESTS_MOST = 500  # of one round
_SPANS = {"2051": "Min-", "2061": "Hour-", "2031": "Day-"}
_TIMES = "%Y%m%d%H%M%S"
# Consecutive starts further apart than the span, whatever the seconds of a clock; in naive China Standard Time as the readings.
_GAPS = """
SELECT point, ts + {step} AS first, following - {step} AS last
FROM (SELECT point, ts, lead(ts) OVER (PARTITION BY point ORDER BY ts) AS following
      FROM (SELECT DISTINCT point, time_bucket({step}, ts) AS ts FROM ({rows}) WHERE superseded_at IS NULL AND starts_with(kind, '{span}') AND ts BETWEEN {since} AND {now}))
WHERE following - ts > {step}
ORDER BY point, first
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Starts of periods that are missing at a point, from the first to the last (缺失时段), naive China Standard Time."""

    point: str
    command: str
    first: datetime
    last: datetime


def find_gaps(lake: Lake, *, now: datetime) -> list[Gap]:
    """Return the gaps of the last days in minute, hourly and daily data (查找缺失)."""
    local = now.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None, microsecond=0)
    since = local - LOOK_BACK
    lake.readings.refresh()
    files = [one for one in lake.readings.files() if one.partition["day"] >= since.date()]
    found: list[Gap] = []
    if files:
        with lake.engine() as engine:
            for command, step in HISTORY.items():
                told = _GAPS.format(
                    rows=rows_of(READINGS, files), span=_SPANS[command], step=f"INTERVAL {int(step.total_seconds())} SECOND", now=f"TIMESTAMP '{local}'", since=f"TIMESTAMP '{since}'"
                )
                found += [Gap(point, command, first, last) for point, first, last in engine.execute(told).fetchall() if last >= first]
    return found


def ask_for_gaps(*, lake: Lake, book: RequestBook, devices: Mapping[str, DeviceSettings], now: datetime) -> int:
    """Ask the devices of points with gaps for what is missing; returns how many requests were added (请求补传)."""
    mn_of = {one.point: mn for mn, one in sorted(devices.items())}
    stopped = stopped_windows()
    asked = 0
    for gap in find_gaps(lake, now=now):
        if gap.point not in mn_of or any(start <= gap.first and gap.last <= end for start, end in stopped.get(gap.point, ())):
            continue
        for first, last in _parts(gap):
            area = f"BeginTime={first:{_TIMES}};EndTime={last:{_TIMES}}"
            asked += book.ask(mn=mn_of[gap.point], command=gap.command, area=area, reason="gap", times_most=TIMES_MOST)
            if asked >= REQUESTS_MOST:
                return asked
    return asked


def ask_for_gaps_once(*, lake: Lake, requests: Path, devices: Mapping[str, DeviceSettings], now: datetime) -> int:
    """Open the book of requests and ask (请求补传一次)."""
    book = RequestBook(requests)
    try:
        return ask_for_gaps(lake=lake, book=book, devices=devices, now=now)
    finally:
        book.close()


def stopped_windows(*, until: datetime | None = None) -> Mapping[str, Sequence[tuple[datetime, datetime]]]:
    """Return the windows of shutdown notices by point, naive China Standard Time, as known at a moment (停产时段); a notice of a unit holds for all its points."""
    told: dict[str, list[tuple[datetime, datetime]]] = {}
    for notice in notices_in_force(until=until):
        points = [notice.point.code] if notice.point else list(notice.organisation.monitoring_points.values_list("code", flat=True))
        window = (_local(notice.start), _local(notice.end) if notice.end else datetime.max)  # noqa: DTZ901  # naive, as the readings
        for point in points:
            told.setdefault(point, []).append(window)
    return told


def _local(moment: datetime) -> datetime:
    return moment.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)


def _parts(gap: Gap) -> Iterator[tuple[datetime, datetime]]:
    """A long gap in requests of a day each."""
    first, step = gap.first, HISTORY[gap.command]
    longest = max(LONGEST_REQUEST, step)
    while first <= gap.last:
        yield first, min(gap.last, first + longest - step)
        first += longest
