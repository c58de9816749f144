"""The roll-up of the deployment's meters (计量汇总) by the platform's own register: a chore's step, and a command."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.rollup import RolledUp
from shuangkong.services import clock
from shuangkong.services.meter_registers import registers_on
from shuangkong.services.readings import conventions_on, open_lake, roll_up_on


def roll_up_meters(now: datetime | None = None, *, spark_master: str | None = None) -> RolledUp:
    """Bring the figures of meters, units, parks, counties and the city up to what readings and register say (汇总); without news it does next to nothing."""
    held = (now or clock.now()).astimezone(CHINA_STANDARD_TIME).date()
    return roll_up_on(spark_master, open_lake(Path(settings.DATA), conventions=conventions_on(held)), registers_on(held))
