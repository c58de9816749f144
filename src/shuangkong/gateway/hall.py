"""What the connections of one gateway share (网关共用)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from shuangkong.gateway.commits import Commits
from shuangkong.gateway.limits import Bucket, Limits
from shuangkong.gateway.sightings import Sightings
from shuangkong.hj212 import Packet

if TYPE_CHECKING:
    from shuangkong.services.monitoring_devices import DeviceSettings


class Line(Protocol):
    """A connection, for those who may end it or write to it (连接)."""

    mn: str | None
    header: Packet | None

    def end(self) -> None: ...
    def send(self, packet: Packet) -> bool: ...


def _nobody(line: Line, packet: Packet) -> None:
    """Nobody asks."""


class Hall:
    """Devices in use, bounds, the commit, who is connected (共用状态)."""

    def __init__(self, *, commits: Commits, limits: Limits, now: float) -> None:
        self.commits, self.limits, self.sightings = commits, limits, Sightings()
        self.devices: Mapping[str, DeviceSettings] = {}
        self.strangers = Bucket(rate=limits.strangers_per_s, burst=limits.strangers_burst, now=now)
        self.unknown: dict[Line, None] = {}  # in order of arrival
        self.by_mn: dict[str, list[Line]] = {}
        self.unfinished: set[Line] = set()
        self.interaction: Callable[[Line, Packet], None] = _nobody
        self._buckets: dict[str, tuple[Bucket, Bucket]] = {}

    def arrived(self, line: Line) -> None:
        """Take note of a new connection; of too many unknown ones the oldest goes (新连接)."""
        self.unknown[line] = None
        if len(self.unknown) > self.limits.unknown_most:
            next(iter(self.unknown)).end()

    def introduced(self, line: Line, mn: str) -> None:
        """Take note of whose connection it is; of too many of one device the oldest goes (表明身份)."""
        self.unknown.pop(line, None)
        lines = self.by_mn.setdefault(mn, [])
        lines.append(line)
        if len(lines) > self.limits.per_device_most:
            lines[0].end()

    def left(self, line: Line) -> None:
        """Forget a connection that is no more (连接结束)."""
        self.unknown.pop(line, None)
        self.unfinished.discard(line)
        if line.mn is not None and line in (lines := self.by_mn.get(line.mn, [])):
            lines.remove(line)
            if not lines:
                del self.by_mn[line.mn]

    def allowance(self, mn: str, *, now: float) -> tuple[Bucket, Bucket]:
        """Return the buckets of a device, frames and bytes, that all its connections share (设备限额)."""
        if mn not in self._buckets:
            limits = self.limits
            self._buckets[mn] = (
                Bucket(rate=limits.device_frames_per_s, burst=limits.device_frames_burst, now=now),
                Bucket(rate=limits.device_bytes_per_s, burst=limits.device_bytes_burst, now=now),
            )
        return self._buckets[mn]
