"""How much one connection, one device, all strangers together may ask for (接入限制), and how that is held.

Whoever sends too fast is read more slowly, nothing of it is thrown away: the sender's own TCP window fills, and nobody else waits.
"""

from typing import NamedTuple


class Limits(NamedTuple):
    """Bounds in seconds, bytes and frames (限值). The largest honest burst is a back-fill after an outage."""

    connections_most: int = 20_000
    unknown_most: int = 2_000  # connections from which nothing valid has come yet; the oldest goes
    per_device_most: int = 3  # a logger that dials again before its dead connection is noticed; the oldest goes
    handshake_s: float = 10.0  # of TLS
    introduction_s: float = 30.0  # until the first valid packet
    idle_s: float = 7200.0  # real-time intervals go up to an hour
    settle_s: float = 0.15  # pause after which a frame without line end is whole
    frame_s: float = 20.0  # for the rest of a frame
    refused_most: int = 200  # refused frames one after the other
    device_frames_per_s: float = 1_000.0
    device_frames_burst: float = 20_000.0
    device_bytes_per_s: float = 1_000_000.0
    device_bytes_burst: float = 20_000_000.0
    strangers_per_s: float = 200.0  # frames that nobody can be told to own, of all together
    strangers_burst: float = 2_000.0
    unanswered_bytes: int = 1 << 20  # of one connection, before it is read on
    waiting_bytes: int = 4 << 20  # of all together: whoever comes next waits for so much to be on disk


USUAL_LIMITS = Limits()


class Bucket:
    """What may still be asked for (令牌桶): refilled at a rate up to a burst; what is owed has to be waited for.

    Examples
    --------
    >>> bucket = Bucket(rate=10.0, burst=20.0, now=0.0)
    >>> bucket.take(20, now=0.0), bucket.take(5, now=0.0), bucket.take(0, now=0.25)
    (0.0, 0.5, 0.25)
    """

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, *, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._left, self._at = rate, burst, burst, now

    def take(self, amount: float, *, now: float) -> float:
        """Take, and return for how many seconds to wait before more is taken (取用)."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - amount
        self._at = now
        return max(0.0, -self._left / self._rate)
