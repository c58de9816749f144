"""What is seen of each device between two savings of its state (接入见闻)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services.device_states import DeviceState

STRANGERS_MOST = 5_000
DRIFT_MOST_SECONDS = 60.0
_DRIFT_WINDOW_SECONDS = 600
_WITNESSES_LEAST = 5


class Sighting:
    """One device as it is seen (见闻).

    A packet is heard at some time after it was stamped, never before: of many, the one that seems the most ahead tells the clock best, and packets
    held back on their way or sent again do not count.
    """

    __slots__ = ("_ahead", "_ahead_before", "_window", "address", "connections", "first_seen", "frames", "is_known", "is_new", "last_seen", "mn", "reason", "refused")

    def __init__(self, mn: str, *, is_known: bool) -> None:
        self.mn, self.is_known, self.is_new = mn, is_known, True
        self.address, self.reason = "", ""
        self.connections = self.frames = self.refused = 0
        self.first_seen = self.last_seen = datetime.now(UTC)
        self._window = self.first_seen
        self._ahead: float | None = None
        self._ahead_before: float | None = None

    @property
    def drift_s(self) -> float | None:
        """How far its clock is ahead in seconds, None where it has never told the time (时钟偏差)."""
        return max((one for one in (self._ahead, self._ahead_before) if one is not None), default=None)

    def forget_drift(self) -> None:
        """Its clock has been set (已校时)."""
        self._ahead = self._ahead_before = None

    def heard(self, count: int, request_id: bytes | None) -> None:
        """Note frames that have come now, the last of them stamped so (收到)."""
        now = datetime.now(UTC)
        self.frames += count
        self.last_seen, self.is_new = now, True
        stamped = _moment(request_id) if request_id else None
        if stamped is None:
            return
        if abs((now - self._window).total_seconds()) > _DRIFT_WINDOW_SECONDS:
            self._window, self._ahead_before, self._ahead = now, self._ahead, None
        ahead = (stamped - now).total_seconds()
        if self._ahead is None or ahead > self._ahead:
            self._ahead = ahead

    def told(self, *, ours_s: float) -> DeviceState:
        """Return what was seen, and begin anew (取出); its clock is held against the right time where ours is `ours_s` behind."""
        drift_s = None if self.drift_s is None else self.drift_s - ours_s
        state = DeviceState(
            self.mn, self.is_known, self.connections, self.address, self.first_seen, self.last_seen, f"{self.last_seen.astimezone(CHINA_STANDARD_TIME):%Y-%m-%d}",
            self.frames, self.refused, self.reason, drift_s,
        )  # fmt: skip
        self.frames = self.refused = 0
        self.reason, self.is_new = "", False
        return state


class Sightings:
    """All devices seen, strangers up to a number (全部见闻)."""

    def __init__(self) -> None:
        self._by_mn: dict[str, Sighting] = {}
        self._strangers = 0
        self._begun, self._begun_at = datetime.now(UTC), time.monotonic()

    def of(self, mn: str, *, is_known: bool) -> Sighting:
        """Return that of a device; one beyond the number of strangers is not kept."""
        found = self._by_mn.get(mn)
        if found is None:
            found = Sighting(mn, is_known=is_known)
            if is_known or self._strangers < STRANGERS_MOST:
                self._by_mn[mn] = found
                self._strangers += not is_known
        elif is_known and not found.is_known:
            found.is_known = True
            self._strangers -= 1
        return found

    def behind_s(self) -> float:
        """Return how far our own clock is behind, 0 where nothing says so (本机时钟偏差).

        Most devices do not err by the same all at once: then the clock of this machine does. Where it has been set by as much, one is enough to say so.
        """
        drifts = sorted(one.drift_s for one in self._by_mn.values() if one.is_known and one.drift_s is not None)
        supposed, enough = -self._leapt_s(), 1
        if not _is_off(supposed):
            supposed, enough = drifts[len(drifts) // 2] if drifts else 0.0, _WITNESSES_LEAST
        witnesses = sum(not _is_off(one - supposed) for one in drifts)
        return supposed if _is_off(supposed) and witnesses >= enough and witnesses * 2 >= len(drifts) else 0.0

    def wrong_clocks(self) -> Iterator[Sighting]:
        """Yield the connected devices whose clock is wrong (时钟偏差过大), and not ours."""
        behind_s, leapt_s = self.behind_s(), self._leapt_s()
        for one in self._by_mn.values():
            if one.is_known and one.connections and one.drift_s is not None and all(_is_off(one.drift_s - ours) for ours in (0.0, behind_s, -leapt_s)):
                yield one

    def _leapt_s(self) -> float:
        """How far our clock has been set forward since we began."""
        return (datetime.now(UTC) - self._begun).total_seconds() - (time.monotonic() - self._begun_at)

    def news(self) -> Iterator[DeviceState]:
        """Yield those of which there is something new (有变化的)."""
        ours_s = self.behind_s()
        for one in self._by_mn.values():
            if one.is_new:
                yield one.told(ours_s=ours_s)


def _is_off(seconds: float) -> bool:
    return abs(seconds) > DRIFT_MOST_SECONDS


def _moment(request_id: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{request_id[:8].decode()}T{request_id[8:14].decode()}.{request_id[14:17].decode()}").replace(tzinfo=CHINA_STANDARD_TIME)
    except ValueError:
        return None
