"""Group commit (成组提交): frames of all connections go to disk together, and only then is any of them answered."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from shuangkong.services.telemetry_frames import KIND, batches_of

LINGER_SECONDS = 0.002
_TELL_EVERY_SECONDS = 10.0
_BODY_BYTES = 8 << 20
_Result = TypeVar("_Result")
_log = logging.getLogger("shuangkong.gateway")


class Store(Protocol):
    """Where frames are kept (存储): `append` returns when they are on disk."""

    def append(self, *, kind: str, body: bytes, received_at: datetime) -> object: ...
    def close(self) -> None: ...


class Waiting(Protocol):
    """Whoever waits for a commit (等待提交者)."""

    def settled(self, answers: bytes, size: int, *, is_kept: bool) -> None:
        """Hear that so many bytes are on disk, and what may be answered now; or that they are not."""


class Commits:
    """Collects records and commits them one group after the other on a thread of its own (提交者).

    While one group is on its way to the disk the next one gathers: the more comes in, the larger the groups, at the same number of flushes.
    """

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._open_store = open_store
        self._thread = ThreadPoolExecutor(1, "commit")
        self._store: Store | None = None
        self._records: list[bytes] = []
        self._answers: dict[Waiting, tuple[list[bytes], int]] = {}
        self._busy: asyncio.Task[None] | None = None
        self.gathered = 0  # bytes not yet on their way
        self.failures = 0
        self._told_at = float("-inf")

    async def open(self) -> None:
        """Open the store, on the thread that will use it."""
        self._store = await self.on_thread(self._open_store)

    async def on_thread(self, run: Callable[[], _Result]) -> _Result:
        """Run something where the store is used, between two commits."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    def add(self, waiting: Waiting, records: list[bytes], answers: list[bytes], size: int) -> None:
        """Take records of one connection, and what to answer when they are on disk."""
        self._records += records
        self.gathered += size
        held = self._answers.get(waiting)
        if held is None:
            self._answers[waiting] = (answers, size)
        else:
            held[0].extend(answers)
            self._answers[waiting] = (held[0], held[1] + size)
        if self._busy is None:
            self._busy = asyncio.get_running_loop().create_task(self._commit_all())

    async def flush(self) -> None:
        """Return when everything taken so far has been settled."""
        while self._busy is not None:
            await asyncio.wait([self._busy])

    async def close(self) -> None:
        """Flush and close the store."""
        await self.flush()
        if self._store is not None:
            await self.on_thread(self._store.close)
        self._thread.shutdown()

    async def _commit_all(self) -> None:
        await asyncio.sleep(LINGER_SECONDS)
        try:
            while self._records:
                await self._commit()
        finally:
            self._busy = None

    async def _commit(self) -> None:
        records, self._records = self._records, []
        answers, self._answers = self._answers, {}
        self.gathered = 0
        try:
            await self.on_thread(lambda: self._write(records))
            is_kept = True
        except Exception as trouble:  # disk full, inbox full, database gone: nothing is answered, the loggers send it again
            is_kept = False
            self._failed(trouble)
        for waiting, (told, size) in answers.items():
            waiting.settled(b"".join(told) if is_kept else b"", size, is_kept=is_kept)

    def _write(self, records: list[bytes]) -> None:
        if self._store is None:  # the last commit failed, perhaps its connection is dead
            self._store = self._open_store()
        try:
            for body in batches_of(records, bytes_most=_BODY_BYTES):
                self._store.append(kind=KIND, body=body, received_at=datetime.now(UTC))
        except Exception:
            broken, self._store = self._store, None
            with suppress(Exception):
                broken.close()
            raise

    def _failed(self, trouble: Exception) -> None:
        """Count, and tell now and then: a full disk fails hundreds of times a second."""
        self.failures += 1
        now = time.monotonic()
        if now - self._told_at > _TELL_EVERY_SECONDS:
            self._told_at = now
            _log.error("commit failed, nothing is answered (%s so far): %s", self.failures, trouble)
