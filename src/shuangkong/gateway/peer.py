"""One connection (一个连接): bytes to frames, each judged, on disk with all others, then answered.

What a device sends is the same header but for the request id, packet after packet: once a header has been judged it is known again by its bytes,
and so is its answer, until the register of devices changes.
"""

import asyncio
from typing import NamedTuple, cast

from shuangkong.gateway.hall import Hall
from shuangkong.gateway.limits import Bucket
from shuangkong.gateway.sightings import Sighting
from shuangkong.hj212 import NEED_DATA, Connection, Frame, Packet, Skipped, Status, Unsendable, Variant, acknowledgement
from shuangkong.hj212.crc import crc_of
from shuangkong.services.telemetry_frames import Verdict, frame_of, judged, record

READ_BYTES, READ_BYTES_REFUSED = 1 << 14, 1 << 11  # thirty packets, or five of one who sends what has to be looked at twice: then it is another's turn
_KNOWN_HEADERS_MOST = 64
_INTERACTION, _DATA = ("1", "3", "9"), "2"
_NO_ID = b"\1" * 17  # stands in no packet
_OK = Status.OK
_COMMIT, _RATE, _WRITING = "commit", "rate", "writing"


class _Answer(NamedTuple):
    """An answer but for the request id that it repeats; none at all where `before` is empty."""

    before: bytes
    after: bytes
    variant: Variant

    def to(self, request_id: bytes) -> bytes:
        segment = self.before + request_id + self.after
        return b"##%04d%b%b\r\n" % (len(segment), segment, crc_of(self.variant, segment))


_SILENCE = _Answer(b"", b"", Variant.HJ212)


class Peer(asyncio.Protocol):
    """One connection of a logger (数采仪连接)."""

    def __init__(self, hall: Hall, peers: "set[Peer]") -> None:
        self._peers = peers
        self._hall, self._codec, self._loop = hall, Connection(), asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._known: dict[bytes, _Answer] = {}
        self._key: bytes | None = None
        self._variant = Variant.HJ212
        self._unanswered = self._refused_running = 0
        self._held_back: set[str] = set()
        self._allowance: tuple[Bucket, Bucket] | None = None
        self._sighting: Sighting | None = None
        self._unfinished_at: float | None = None
        self.begun_at = self.heard_at = self._loop.time()
        self.mn: str | None = None
        self.header: Packet | None = None  # of its first packet: what a request to it looks like

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=READ_BYTES)
        self._read_at_most(READ_BYTES)
        self._peers.add(self)
        self._hall.arrived(self)

    def connection_lost(self, trouble: Exception | None) -> None:
        """End; a frame that had come whole but for its line end is kept."""
        if self._sighting:
            self._sighting.connections -= 1
            self._sighting.is_new = True
        self._codec.receive_bytes(b"")
        self._take()
        self._transport = None
        self._hall.left(self)
        self._peers.discard(self)

    def data_received(self, received: bytes) -> None:
        """Take what has come."""
        self.heard_at = self._loop.time()
        self._codec.receive_bytes(received)
        self._take(len(received))

    def pause_writing(self) -> None:
        """Read no more from somebody who does not read his answers."""
        self._hold_back(_WRITING)

    def resume_writing(self) -> None:
        """Read on."""
        self._go_on(_WRITING)

    def settled(self, answers: bytes, size: int, *, is_kept: bool) -> None:
        """Answer what is on disk now."""
        self._unanswered -= size
        if self._transport is not None:
            if answers:
                self._transport.write(answers)
            self._go_on(_COMMIT)

    def send(self, packet: Packet) -> bool:
        """Write a packet of our own, with the checksum that this device expects; False where that cannot be done (下发)."""
        if self._transport is None or self._transport.is_closing():
            return False
        try:
            self._transport.write(Connection(crc_variant=self._variant).send(packet))
        except Unsendable:
            return False
        return True

    def end(self) -> None:
        """Close the connection, answers that wait included (断开)."""
        if self._transport is not None:
            self._hall.left(self)
            self._transport.close()

    def stop_reading(self) -> None:
        """Take nothing more (停止接收)."""
        self._hold_back("stopping")

    def devices_changed(self) -> None:
        """Judge anew: the register of devices has changed (设备登记变更)."""
        self._known.clear()
        if self.mn is not None:
            device = self._hall.devices.get(self.mn)
            if device is None:
                self.end()
            else:
                self._use(device.key, device.checksum)

    def look_after(self, now: float) -> None:
        """Tell whole frames without line end after a pause, and give up the rest of a frame that does not come (等待超时)."""
        limits = self._hall.limits
        if self._unfinished_at is None or self._transport is None:
            return
        if now - self._unfinished_at > limits.frame_s:
            self._codec.give_up()
            self._unfinished_at = now
        elif now - self.heard_at > limits.settle_s:
            self._codec.settle()
        else:
            return
        self._take()

    def _take(self, size: int = 0) -> None:
        """Judge the frames at hand, hand them to the commit, and see whether to read on."""
        records: list[bytes] = []
        answers: list[bytes] = []
        strangers, request_id, known, next_event = 0, None, self._known, self._codec.next_event
        while isinstance(event := next_event(), Frame | Skipped):
            if isinstance(event, Skipped):
                continue
            segment = event.segment
            if event.status is _OK and segment[:3] == b"QN=" and (answer := known.get(segment[20 : segment.find(b"CP=&&")])) is not None:
                request_id = segment[3:20]
                if request_id.isdigit():
                    records.append(record(Verdict.ACCEPTED, event.raw))
                    if answer.before:
                        answers.append(answer.to(request_id))
                    continue
            strangers += self._judge(event, records, answers)
        self._account(records, answers, size, strangers, request_id)
        self._mark_unfinished(event is NEED_DATA and self._codec.held > 0)

    def _judge(self, frame: Frame, records: list[bytes], answers: list[bytes]) -> int:
        """Judge a frame whose header is not known yet; returns 1 where nobody can be told to own it."""
        packet = frame.packet
        device = self._hall.devices.get(packet.mn or "")
        if device and self.mn in (None, device.mn) and device.key != self._key:
            self._use(device.key, device.checksum)
            frame = frame_of(frame.raw, sm4_key=device.key) or frame
            packet = frame.packet
        verdict = judged(frame, self._hall.devices)
        if verdict is Verdict.ACCEPTED and self.mn not in (None, packet.mn):
            verdict = Verdict.OTHER_MN
        records.append(record(verdict, frame.raw))
        if verdict is not Verdict.ACCEPTED or device is None:
            return self._refuse(verdict, packet.mn)
        if self.mn is None:
            self._introduce(device.mn, device.checksum)
        if self.header is None and (packet.command_code or "").startswith(_DATA):
            self.header = packet
        self._refused_running = 0
        answer = _answer(packet, self._variant)
        if answer.before:
            answers.append(answer.to((packet.request_id or "").encode()))
        command = packet.command_code or ""
        if command.startswith(_INTERACTION):
            self._loop.call_soon(self._hall.interaction, self, packet)
        else:
            self._remember(frame, packet, answer)
        return 0

    def _remember(self, frame: Frame, packet: Packet, answer: _Answer) -> None:
        segment = frame.segment
        if frame.status is _OK and segment[:3] == b"QN=" and packet.request_id == segment[3:20].decode("ascii", "replace") and segment[20:21] == b";":
            if len(self._known) >= _KNOWN_HEADERS_MOST:
                self._known.clear()
            self._known[segment[20 : segment.find(b"CP=&&")]] = answer

    def _refuse(self, verdict: Verdict, mn: str | None) -> int:
        is_owned = verdict in (Verdict.BAD_CHECKSUM, Verdict.BAD_STRUCTURE) and self._sighting is not None
        sighting = self._sighting if is_owned else self._hall.sightings.of(mn, is_known=mn in self._hall.devices) if mn and verdict is not Verdict.BAD_STRUCTURE else None
        if sighting:
            sighting.refused += 1
            sighting.reason = verdict.name
            sighting.is_new = True
            if not sighting.is_known:  # of a device that is known, a stranger's packet proves nothing
                sighting.heard(0, None)
                sighting.address = self._address()
        self._read_at_most(READ_BYTES_REFUSED)
        self._refused_running += 1
        if self._refused_running > self._hall.limits.refused_most:
            self.end()
        return not is_owned

    def _read_at_most(self, size: int) -> None:
        """Bound what one read may bring, of thousands of connections at once."""
        if self._transport is not None and hasattr(self._transport, "max_size"):  # not over TLS
            self._transport.max_size = size

    def _introduce(self, mn: str, variant: Variant) -> None:
        self.mn, self._variant = mn, variant
        self._allowance = self._hall.allowance(mn, now=self.heard_at)
        self._sighting = self._hall.sightings.of(mn, is_known=True)
        self._sighting.connections += 1
        self._sighting.address = self._address()
        self._hall.introduced(self, mn)

    def _use(self, key: bytes | None, variant: Variant) -> None:
        self._variant = variant
        if key != self._key:
            self._key = key
            self._codec.decipher_with(key)

    def _account(self, records: list[bytes], answers: list[bytes], size: int, strangers: int, request_id: bytes | None) -> None:
        hall, now = self._hall, self.heard_at
        if records:
            kept = sum(map(len, records))
            self._unanswered += kept
            hall.commits.add(self, records, answers, kept)
            if self._unanswered > hall.limits.unanswered_bytes or hall.commits.gathered > hall.limits.waiting_bytes:
                self._hold_back(_COMMIT)
        waits = [hall.strangers.take(strangers, now=now)] if strangers else []
        if self._allowance and self._sighting:
            frames, some_bytes = self._allowance
            waits += [frames.take(len(records) - strangers, now=now), some_bytes.take(size, now=now)]
            if records:
                self._sighting.heard(len(records), request_id)
        if (wait := max(waits, default=0.0)) > 0:
            self._hold_back(_RATE)
            self._loop.call_later(wait, self._go_on, _RATE)

    def _mark_unfinished(self, is_unfinished: bool) -> None:
        if not is_unfinished:
            self._unfinished_at = None
            self._hall.unfinished.discard(self)
        elif self._unfinished_at is None:
            self._unfinished_at = self.heard_at
            self._hall.unfinished.add(self)

    def _hold_back(self, reason: str) -> None:
        if not self._held_back and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._held_back.add(reason)

    def _go_on(self, reason: str) -> None:
        self._held_back.discard(reason)
        if not self._held_back and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _address(self) -> str:
        found = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(found[0]) if found else ""


def _answer(packet: Packet, variant: Variant) -> _Answer:
    """What to answer to a packet and to all like it, whatever their request id."""
    template = packet._replace(request_id=_NO_ID.decode()) if packet.request_id else packet
    answer = acknowledgement(template)
    if answer is None:
        return _SILENCE
    try:
        before, _, after = answer.segment.partition(_NO_ID) if packet.request_id else (answer.segment, b"", b"")
    except Unsendable:
        return _SILENCE
    return _Answer(before, after, variant)
