"""A past of simulated outlets (模拟历史小时数据): hours only, told to the lake in one go before the simulated loggers begin; all of it 模拟.

Made by the database engine from point, factor and hour alone. Some outlets stood in maintenance, some monitors failed for days, so that there is something
to replace and something that may not be replaced.
"""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.readings import Merged, merge, take_in
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_kinds import OUTLETS, PointKind
from shuangkong.services.readings import conventions_on, open_lake
from shuangkong.services.simulated_loggers import limited_levels, simulated_signals
from shuangkong.simulation.loggers import FLOW, STEADY, usual_levels
from shuangkong.store.models import Device, MonitoringPoint

_told: set[Path] = set()  # by this process
_SOURCE = ("simulated-past", 1)
_DAYS = 100
_TOLD_LIVE = timedelta(hours=27)  # what the loggers tell themselves when they begin
_SYSTEM = {PointKind.GAS_OUTLET: "31", PointKind.WATER_OUTLET: "32", PointKind.GAS_INLET: "31"}
# dice(…) is a number that follows from what it is given. Every eleventh outlet stood in maintenance for some hours of each month, every thirteenth lost its
# monitor for three days of it, every seventeenth for twelve.
_PAST = """
SELECT point, factor, kind, ts, CAST(round(value, places) AS DECIMAL(18,6)) AS value, mark AS flag, row_number() OVER () AS seq FROM (
    SELECT point, factor, kind, ts, places,
           level * (spread_from + dice(point || factor || ts) % spread) / 1000 * CASE WHEN NOT is_steady AND dice(factor || point || ts) % 900 = 0 THEN 2 ELSE 1 END AS value,
           CASE WHEN place % 11 = 5 AND dice(point || month) % 600 BETWEEN hour_of_month - 30 AND hour_of_month THEN 'M'
                WHEN place % 13 = 6 AND dice(point || month) % 600 BETWEEN hour_of_month - 72 AND hour_of_month THEN 'D'
                WHEN place % 17 = 8 AND dice(point || month) % 300 BETWEEN hour_of_month - 288 AND hour_of_month THEN 'D'
                WHEN dice(point || ts) % 300 = 0 THEN 'D' ELSE 'N' END AS mark
    FROM told, (SELECT ts, date_trunc('month', ts) AS month, CAST(date_part('day', ts) * 24 + date_part('hour', ts) AS BIGINT) AS hour_of_month
                FROM (SELECT unnest(range(TIMESTAMP '{start}', TIMESTAMP '{end}', INTERVAL 1 HOUR)) AS ts)))
"""


def tell_simulated_past(now: datetime) -> None:
    """Tell the lake of a demo its past, once (载入模拟历史); anywhere else nothing happens."""
    data = Path(settings.DATA)
    if settings.IS_DEMO and data not in _told:
        load_simulated_past(data=data, now=now)
        _told.add(data)


def load_simulated_past(*, data: Path, now: datetime) -> Merged:
    """Tell the lake some hundred days of hours of the simulated outlets, once (载入模拟历史); nothing where it was told or nothing is simulated."""
    lake = open_lake(data, conventions=conventions_on(now.date()))
    lake.readings.refresh()
    rows = _levels()
    if not rows or lake.readings.transaction_version(_SOURCE[0]) is not None:
        return Merged()
    end = (now.astimezone(CHINA_STANDARD_TIME) - _TOLD_LIVE).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    start = (end - timedelta(days=_DAYS)).replace(hour=0)
    with lake.writing() as engine:
        engine.execute("CREATE MACRO dice(told) AS CAST(hash(told) % 1000003 AS BIGINT)")
        engine.execute(
            "CREATE TABLE told (point VARCHAR, place BIGINT, factor VARCHAR, kind VARCHAR, level DOUBLE, spread_from BIGINT, spread BIGINT, places INTEGER, is_steady BOOLEAN)"
        )
        engine.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        take_in(lake, engine, _PAST.format(start=start, end=end), now=now, ts="ts", value="value")
        return merge(lake, engine, now=now, origin="模拟历史", source=_SOURCE)


def _levels() -> list[list[object]]:
    """Around what each factor of each simulated outlet lies, as its logger tells it."""
    simulated = set(Device.objects.filter(is_simulated=True).values_list("mn", flat=True))
    kinds = {code: PointKind[kind] for code, kind in MonitoringPoint.objects.filter(is_simulated=True).values_list("code", "kind")}
    levels = limited_levels()
    told = {one.point for mn, one in device_settings().items() if mn in simulated and kinds.get(one.point) in _SYSTEM}
    points, signals = sorted(told, key=lambda code: (kinds[code] not in OUTLETS, code)), simulated_signals()
    rows: list[list[object]] = []
    for place, point in enumerate(points):
        system = _SYSTEM[kinds[point]]
        steady = STEADY[system]
        for factor, level in (levels.get(point) or usual_levels(system)).items():
            if factor not in steady:
                rows.append([point, place, factor, "Hour-Avg", level, 350, 400, 3, False])
        rows += [[point, place, factor, "Hour-Avg", level, 960, 80, 2, True] for factor, level in (*steady.items(), *signals.get(point, {}).items())]
        rows.append([point, place, FLOW[system], "Hour-Cou", 10_000 if system == "31" else 100, 900, 200, 1, True])
    return rows
