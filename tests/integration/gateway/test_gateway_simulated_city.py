"""A simulated city against the gateway: whatever goes wrong on the way, the lake holds what was answered, once."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from gateway_steps import drained, rows, running, values

from shuangkong.gateway.simulator import Play, Tally, simulate
from shuangkong.services.device_states import read_states
from shuangkong.services.monitoring_devices import DeviceSettings
from shuangkong.simulation.loggers import Mishap, invented_loggers

BEGIN = datetime(2026, 3, 1, 0)  # noqa: DTZ001
LOGGERS = invented_loggers(seed=212, count=12)
DEVICES = {one.mn: DeviceSettings(one.mn, one.mn, one.edition, one.checksum, one.password, one.key) for one in LOGGERS}


def test_a_city_with_mishaps_ends_whole_in_the_lake(tmp_path: Path) -> None:
    async def play() -> Tally:
        async with running(tmp_path, devices=DEVICES) as place:
            return await simulate(LOGGERS, Play("127.0.0.1", place.port, BEGIN, BEGIN + timedelta(hours=6)))

    tally = asyncio.run(play())
    assert tally.answered == tally.sent
    assert tally.unanswered == 0
    assert all(tally.mishaps[one] for one in Mishap)
    lake = drained(tmp_path, DEVICES)
    assert {row[0] for row in values(lake)} == set(DEVICES)
    keys = [row[:4] for row in rows(lake, lake.readings, "point, factor, kind, ts, superseded_at") if row[4] is None]  # a clock that is set says some things anew
    assert len(keys) == len(set(keys))
    assert {bytes(raw).partition(b"\n")[0] for (raw,) in rows(lake, lake.quarantine, "raw") if raw} == {b"bad_checksum"}
    states = {one.mn: one for one in read_states(tmp_path / "inbox.db")}
    assert {mn for mn, one in states.items() if one.is_known} == set(DEVICES)


def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    assert invented_loggers(seed=212, count=12) == LOGGERS
    assert {one.edition for one in LOGGERS} == {"2005", "2017", "2025"}
