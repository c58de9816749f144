"""Rows that somebody hands over, into the lake in one commit (批量入湖): all of them or none."""

from collections.abc import Sequence
from datetime import datetime

from shuangkong.lake.drain import stage
from shuangkong.lake.readings import Lake, Merged, Reading, merge, take_in


def bring_in(lake: Lake, readings: Sequence[Reading], *, now: datetime, origin: str) -> Merged:
    """Bring readings into the lake (入湖); the same ones again change nothing, others of the same key are corrections.

    Parameters
    ----------
    lake : Lake
        Where to.
    readings : sequence of Reading
        Of two with one key the later counts.
    now : datetime
        When we heard, with a zone: by it the rows lead back to the act that brought them.
    origin : str
        Where they come from, kept with what goes to quarantine.
    """
    with lake.writing() as engine:
        stage(engine, readings)
        take_in(lake, engine, "SELECT * FROM told", now=now)
        return merge(lake, engine, now=now, origin=origin)
