"""From the inbox to the table (入湖): what is there is taken, at most one Delta commit in two seconds, and no crash loses or doubles a reading.

The commit that holds the readings of some batches says so itself, by the inbox's name and the last id. A drain that died before it starts again from
the inbox; one that died after it finds the id in the log and only clears the inbox.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

import duckdb
from arro3.core import Array, DataType, Table

from shuangkong.lake.inbox import Batch
from shuangkong.lake.readings import Lake, Merged, Reading, merge, take_in

# A parser yields readings, and as bytes what it cannot split or attribute.
type_of_parse = Callable[[Batch], Iterable[Reading | bytes]]

COMMIT_SECONDS = 2.0
COMPACT_COMMITS = 200  # a steady stream makes a file of each of its days with every commit
BATCHES_MOST, BYTES_MOST = 5_000, 16 << 20  # some 40 000 packets a second, and 200 MB of what is split


class TryLater(Exception):
    """What is needed to read a batch is away for now, a database perhaps (暂不能解析): no fault of the batch, which waits."""


class Source(Protocol):
    """Where batches wait (批的来源): the inbox, or one that does more before it forgets."""

    @property
    def name(self) -> str: ...
    def waiting(self, *, after: int, batches_most: int, bytes_most: int) -> list[Batch]: ...
    def forget(self, *, through: int) -> None: ...


class _SteadyClock:
    """The machine's clock, but that it goes on where the other is set back: what devices say of the present is then no time to come."""

    def __init__(self) -> None:
        self._told, self._at = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        at = time.monotonic()
        self._told, self._at = max(datetime.now(UTC), self._told + timedelta(seconds=at - self._at)), at
        return self._told


def drain_once(lake: Lake, inbox: Source, parse: type_of_parse, *, now: datetime, present: datetime | None = None) -> Merged | None:
    """Take what waits, up to a bound, into the lake; None when nothing waits (入湖一次).

    Parameters
    ----------
    lake, inbox, parse
        Where to, where from, and how a batch is read.
    now : datetime
        When it was heard, with a zone.
    present : datetime, optional
        What the times of readings are held against, where that is later: the clock may have been set back.
    """
    with lake.writing() as engine, lake.readings.all_or_nothing(), lake.quarantine.all_or_nothing():
        held = lake.readings.transaction_version(inbox.name) or 0
        inbox.forget(through=held)
        batches = inbox.waiting(after=held, batches_most=BATCHES_MOST, bytes_most=BYTES_MOST)
        if not batches:
            return None
        readings: list[Reading] = []
        unread: list[tuple[str, bytes]] = []
        for batch in batches:
            _split(batch, parse, readings, unread)
        stage(engine, readings)
        take_in(lake, engine, "SELECT * FROM told", now=max(now, present or now))
        last = batches[-1].id
        merged = merge(lake, engine, now=now, origin=f"{inbox.name}:{batches[0].id}-{last}", source=(inbox.name, last), raw=unread)
    inbox.forget(through=last)
    return merged


def drain(lake: Lake, inbox: Source, parse: type_of_parse, *, stop: Event, heard: Callable[[Merged], object] = lambda merged: None) -> None:
    """Drain until told to stop, merging small files every so many commits; an empty inbox costs one look at it (入湖进程)."""
    clock, commits, is_new = _SteadyClock(), 0, True  # what a drain that died has left is looked at once
    while not stop.is_set():
        begun = time.monotonic()
        if is_new or inbox.waiting(after=lake.readings.transaction_version(inbox.name) or 0, batches_most=1, bytes_most=1):
            is_new = False
            merged = drain_once(lake, inbox, parse, now=datetime.now(UTC), present=clock.now())
            if merged:
                heard(merged)
                commits += 1
        if commits == COMPACT_COMMITS:
            lake.compact()
            lake.vacuum()
            commits = 0
        stop.wait(max(0.0, COMMIT_SECONDS - (time.monotonic() - begun)))


def _split(batch: Batch, parse: type_of_parse, readings: list[Reading], unread: list[tuple[str, bytes]]) -> None:
    """Add what a batch says; one that the parser stumbles over is set aside whole and harms no other."""
    origin = f"{batch.kind}:{batch.id}"
    try:
        split = list(parse(batch))
    except TryLater:
        raise
    except Exception:  # whatever a stranger's bytes can do to a parser
        unread.append((origin, batch.body))
        return
    readings += [one for one in split if isinstance(one, Reading)]
    unread += [(origin, one) for one in split if isinstance(one, bytes)]


def stage(engine: duckdb.DuckDBPyConnection, readings: Sequence[Reading]) -> None:
    """Hand the rows to the engine as the table `told`, in order of arrival."""
    columns = {name: Array([getattr(one, name) for one in readings], DataType.string()) for name in Reading._fields}
    told = Table.from_pydict({**columns, "seq": Array(range(len(readings)), DataType.int64())})
    engine.register("arrived", told)
    engine.execute("CREATE TABLE told AS SELECT * FROM arrived")
    engine.unregister("arrived")
