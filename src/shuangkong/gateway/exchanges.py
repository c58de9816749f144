"""Requests to devices (平台请求): one at a time for each, sent again when nothing is heard, settled by what the device says.

    request → 9011 accepted? → [data] → 9012 executed

What a device says before the 9012 under the request's own command is its answer, kept beside the request; so is why it did not do it.
Clocks are set when a device asks for it (1013) or is seen to be wrong; everything else is asked for by rows of `device_requests`.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from shuangkong.gateway.commits import Commits
from shuangkong.gateway.hall import Hall, Line
from shuangkong.hj212 import Packet
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.services.device_requests import SET_CLOCK, DeviceRequest, RequestBook, RequestState, Settlement

CLOCK_EVERY_SECONDS = 3600.0
_TRIES, _ANSWER_SECONDS, _EXECUTION_SECONDS = 3, 10.0, 300.0
_ACCEPTANCE, _EXECUTION, _CLOCK_WANTED = "9011", "9012", "1013"
_GOOD = "1"
_SAID_MOST = 200  # items of one answer
_ANSWER = 1


@dataclass(slots=True)
class _Open:
    """A request under way."""

    request: DeviceRequest
    request_id: str
    tries: int
    until: float
    is_accepted: bool = False
    said: list[tuple[str, str]] = field(default_factory=list)


class Exchanges:
    """What is being asked of whom (请求往来)."""

    def __init__(self, hall: Hall, commits: Commits) -> None:
        self._hall, self._commits = hall, commits
        self._book: RequestBook | None = None
        self._open: dict[str, _Open] = {}
        self._settled: list[Settlement] = []
        self._clocks: dict[str, float] = {}  # whose clock was asked to be set, and when
        self._clocks_wanted: set[str] = set()
        hall.interaction = self.heard

    async def open(self, path: Path) -> None:
        """Open the book of requests on the thread of the commits."""
        self._book = await self._commits.on_thread(partial(RequestBook, path))

    async def close(self) -> None:
        """Note what is settled, close the book; what is under way waits for the next gateway."""
        if self._book is not None:
            await self._commits.on_thread(partial(self._book.settle, self._settled))
            await self._commits.on_thread(self._book.close)
            self._book = None

    @property
    def is_busy(self) -> bool:
        """Whether a request is under way (有请求在途)."""
        return bool(self._open)

    @property
    def clocks_wanted(self) -> int:
        """How many clocks are to be set at the next turn (待校时)."""
        return len(self._clocks_wanted)

    async def turn(self) -> None:
        """Send what is due, send again or give up what is overdue (轮询)."""
        book = self._book
        if book is None:
            return
        now = asyncio.get_running_loop().time()
        self._look_at_clocks(now)
        wanted, self._clocks_wanted = self._clocks_wanted, set()
        settled, self._settled = self._settled, []
        try:
            waiting = await self._commits.on_thread(partial(_exchanged, book, settled, wanted))
        except BaseException:
            self._settled, self._clocks_wanted = settled + self._settled, wanted | self._clocks_wanted
            raise
        over = {one.request for one in self._settled}
        for request in waiting:
            if request.id not in over and request.mn not in self._open and self._hall.by_mn.get(request.mn):
                self._send(request, now, tries=1)
        for one in list(self._open.values()):
            if now > one.until:
                self._overdue(one, now)

    def heard(self, line: Line, packet: Packet) -> None:
        """Take what a device says of a request, or asks for (收到交互)."""
        mn, command = line.mn, packet.command_code
        if mn is None:
            return
        if command == _CLOCK_WANTED:
            self._clocks_wanted.add(mn)
            return
        one = self._open.get(mn)
        if one is None:
            return
        if command == one.request.command:  # some devices give it a request id of their own
            one.said += packet.pairs[: _SAID_MOST - len(one.said)]
            return
        if packet.request_id not in (one.request_id, None):
            return
        told = packet.other
        if command in (_ACCEPTANCE, _EXECUTION):
            one.said += [(key, told[key]) for key in ("QnRtn", "ExeRtn") if told.get(key, _GOOD) != _GOOD]
        if command == _ACCEPTANCE and told.get("QnRtn", _GOOD) != _GOOD:
            self._settle(one, RequestState.REFUSED)
        elif command == _ACCEPTANCE:
            one.is_accepted = True
            one.until = asyncio.get_running_loop().time() + _EXECUTION_SECONDS
        elif command == _EXECUTION:
            self._settle(one, RequestState.DONE if told.get("ExeRtn") == _GOOD else RequestState.FAILED)

    def _look_at_clocks(self, now: float) -> None:
        for sighting in self._hall.sightings.wrong_clocks():
            if now - self._clocks.get(sighting.mn, -CLOCK_EVERY_SECONDS) >= CLOCK_EVERY_SECONDS:
                self._clocks[sighting.mn] = now
                self._clocks_wanted.add(sighting.mn)

    def _send(self, request: DeviceRequest, now: float, *, tries: int) -> None:
        line = self._hall.by_mn[request.mn][-1]
        moment = datetime.now(CHINA_STANDARD_TIME) + timedelta(seconds=self._hall.sightings.behind_s())
        request_id = f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03}"
        area = f"SystemTime={moment:%Y%m%d%H%M%S}" if request.command == SET_CLOCK else request.area
        if line.header is None or not line.send(line.header._replace(
            request_id=request_id, command_code=request.command, flag=(line.header.flag or 0) & ~3 | _ANSWER, packet_count=None, packet_number=None, retransmitted=None,
            parameters=area.encode(),
        )):  # fmt: skip
            return
        self._open[request.mn] = _Open(request, request_id, tries, now + _ANSWER_SECONDS)

    def _overdue(self, one: _Open, now: float) -> None:
        if one.is_accepted or one.tries >= _TRIES:
            self._settle(one, RequestState.SILENT)
        elif self._hall.by_mn.get(one.request.mn):
            self._send(one.request, now, tries=one.tries + 1)
        else:
            del self._open[one.request.mn]  # it has hung up: asked again when it is back

    def _settle(self, one: _Open, state: RequestState) -> None:
        self._settled.append(Settlement(one.request.id, state, tuple(one.said)))
        del self._open[one.request.mn]
        if one.request.command == SET_CLOCK and state is RequestState.DONE:
            self._hall.sightings.of(one.request.mn, is_known=True).forget_drift()


def _exchanged(book: RequestBook, settled: list[Settlement], clocks: set[str]) -> list[DeviceRequest]:
    book.settle(settled)
    for mn in clocks:
        book.ask(mn=mn, command=SET_CLOCK, reason="clock")
    return book.waiting()
