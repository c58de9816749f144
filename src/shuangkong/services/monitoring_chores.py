"""Chores of monitoring (监测例行处理): what is kept up with the readings every minute or so, by one process beside the web server."""

import logging
import os
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event

from django.db import connections

from shuangkong.services import clock
from shuangkong.services.alarms import raise_alarms
from shuangkong.services.ambient_alarms import keep_ambient
from shuangkong.services.emission_figures import refresh_emissions
from shuangkong.services.meter_adoption import adopt_meter_readings
from shuangkong.services.meter_rollup import roll_up_meters
from shuangkong.services.monitored_observations import observe_monitored
from shuangkong.services.simulated_meters import tell_simulated_meters
from shuangkong.services.simulated_past import tell_simulated_past

PAUSE_SECONDS = 30.0
Step = Callable[[datetime], object]
# Each on its own: one that fails is told of and tried again in the next round, the others are done.
STEPS: tuple[Step, ...] = (
    tell_simulated_past, raise_alarms, tell_simulated_meters, adopt_meter_readings, roll_up_meters, refresh_emissions, keep_ambient, observe_monitored,
)  # fmt: skip
_log = logging.getLogger("shuangkong.monitoring")


def keep_figures(stop: Event) -> None:
    """Do the chores round after round until told to stop (例行处理)."""
    os.nice(5)  # pages come first
    while not stop.wait(PAUSE_SECONDS):
        do_chores()


def do_chores(steps: tuple[Step, ...] = STEPS) -> None:
    """Do every chore once (处理一轮)."""
    for step in steps:
        begun = time.monotonic()
        try:
            step(clock.now())
        except Exception:
            _log.exception("%s failed", step.__name__)
        finally:
            connections.close_all()
        _log.debug("%s took %.1f s", step.__name__, time.monotonic() - begun)
