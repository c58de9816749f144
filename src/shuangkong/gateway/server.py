"""The server (网关服务): listens, looks after its connections, learns of changed devices, ends with everything committed."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from shuangkong.gateway.commits import Commits, Store
from shuangkong.gateway.exchanges import Exchanges
from shuangkong.gateway.hall import Hall
from shuangkong.gateway.limits import USUAL_LIMITS, Limits
from shuangkong.gateway.peer import Peer
from shuangkong.gateway.sightings import DRIFT_MOST_SECONDS
from shuangkong.services.device_states import StateBook

if TYPE_CHECKING:
    from pathlib import Path

    from shuangkong.services.monitoring_devices import DeviceSettings

TICK_SECONDS, SWEEP_SECONDS, RELOAD_SECONDS, STATE_SECONDS = 0.1, 1.0, 5.0, 5.0
_BACKLOG = 4096
_log = logging.getLogger("shuangkong.gateway")


class Gateway:
    """Takes packets from loggers (数采仪接入网关).

    Parameters
    ----------
    open_store : callable
        Opens where frames are kept, called once on the thread that commits.
    changed_devices : callable
        Returns the devices in use by MN, None where they are as they were; called every few seconds on a thread.
    state_file : Path, optional
        Where the states of devices are kept; nowhere if left out.
    """

    def __init__(
        self, *, open_store: Callable[[], Store], changed_devices: "Callable[[], Mapping[str, DeviceSettings] | None]", state_file: "Path | None" = None, limits: Limits = USUAL_LIMITS
    ) -> None:  # fmt: skip
        self.limits = limits
        self._commits = Commits(open_store)
        self._changed_devices, self._state_file = changed_devices, state_file
        self._book: StateBook | None = None
        self._peers: set[Peer] = set()
        self._servers: list[asyncio.Server] = []
        self._chores: list[asyncio.Task[None]] = []
        self._behind_s = 0.0  # as it was told last
        self.hall: Hall
        self.exchanges: Exchanges

    async def start(self, listener: socket.socket, *, tls: ssl.SSLContext | None = None) -> None:
        """Take connections from a bound socket (开始接入)."""
        loop = asyncio.get_running_loop()
        self.hall = Hall(commits=self._commits, limits=self.limits, now=loop.time())
        self.exchanges = Exchanges(self.hall, self._commits)
        await self._commits.open()
        if self._state_file is not None:
            await self.exchanges.open(self._state_file)
            self._book = await self._commits.on_thread(partial(StateBook, self._state_file))
        await _once_it_can(self.reload)  # who dials meanwhile waits in the backlog
        server = await loop.create_server(self._peer, sock=listener, backlog=_BACKLOG, ssl=tls, ssl_handshake_timeout=self.limits.handshake_s if tls else None)
        self._servers.append(server)
        every = ((TICK_SECONDS, self._look_after), (SWEEP_SECONDS, self._sweep), (RELOAD_SECONDS, self.reload), (STATE_SECONDS, self._save_states), (SWEEP_SECONDS, self.exchanges.turn))
        self._chores = [loop.create_task(_every(seconds, chore)) for seconds, chore in every]

    async def stop(self) -> None:
        """Take nothing more, commit what is there, answer it, end (停止)."""
        if not self._chores:
            return
        chores, self._chores = self._chores, []
        for server in self._servers:
            server.close()
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        for peer in self._peers:
            peer.stop_reading()
        await self._commits.flush()
        for peer in list(self._peers):
            peer.end()
        await asyncio.sleep(0)  # the connections are lost now; what was whole but for its line end is kept
        await self._save_states()
        await self.exchanges.close()
        if self._book is not None:
            await self._commits.on_thread(self._book.close)
        await self._commits.close()

    def _peer(self) -> asyncio.Protocol:
        # With TLS a connection is one of ours only after its handshake; whoever never gets so far is none.
        return _Refused() if len(self._peers) >= self.limits.connections_most else Peer(self.hall, self._peers)

    async def _look_after(self) -> None:
        now = asyncio.get_running_loop().time()
        for peer in [one for one in self.hall.unfinished if isinstance(one, Peer)]:
            peer.look_after(now)

    async def _sweep(self) -> None:
        now = asyncio.get_running_loop().time()
        for peer in list(self._peers):
            if now - peer.heard_at > self.limits.idle_s or (peer.mn is None and now - peer.begun_at > self.limits.introduction_s):
                peer.end()

    @property
    def commit_failures(self) -> int:
        """How often a commit has failed so far (提交失败次数)."""
        return self._commits.failures

    async def reload(self) -> None:
        """Learn of devices that have changed (更新设备)."""
        changed = await asyncio.get_running_loop().run_in_executor(None, self._changed_devices)
        if changed is None:
            return
        self.hall.devices = changed
        for peer in list(self._peers):
            peer.devices_changed()

    async def _save_states(self) -> None:
        if self._book is not None and (news := list(self.hall.sightings.news())):
            behind_s = self.hall.sightings.behind_s()
            if abs(behind_s - self._behind_s) > DRIFT_MOST_SECONDS:
                self._behind_s = behind_s
                _log.error("the clock of this machine is %.0f s behind those of most devices", behind_s)
            await self._commits.on_thread(partial(self._book.add, news, behind_s=behind_s))


class _Refused(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


async def _once_it_can(chore: Callable[[], Awaitable[None]]) -> None:
    """Do a chore; while it fails, a database being away, try again."""
    while True:
        try:
            return await chore()
        except Exception as trouble:
            _log.warning("%s", trouble)
        await asyncio.sleep(SWEEP_SECONDS)


async def _every(seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
    """Do a chore for ever; one that fails is told of and tried again."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await chore()
        except Exception as trouble:
            _log.warning("%s", trouble)
