"""One side of a connection (连接): bytes in, events out, and packets to bytes. It owns no socket, no clock and no thread.

    connection.receive_bytes(...)      what a socket, a file or a test has read; no bytes at all mean the end
    connection.next_event()            Frame, Skipped, NEED_DATA or Closed; call it until NEED_DATA or Closed
    connection.send(packet)            the bytes to write

Time is the caller's. Where a frame lacks its line end, or declares a length that is too long, it cannot be told from one whose bytes are still on
their way; the caller, who has a clock, says `settle()` after a short pause and `give_up()` after a long one. Without these two calls the same bytes
yield the same events however they were cut into pieces.

At most one frame and one read are kept in memory.
"""

from collections.abc import Iterator

from shuangkong.hj212.crc import Variant, crc_of
from shuangkong.hj212.encryption import enciphered
from shuangkong.hj212.events import NEED_DATA, Closed, Event, Frame, Skipped
from shuangkong.hj212.frame import HEAD, Patience, as_printed, cut, framed, partial_head
from shuangkong.hj212.packets import Packet
from shuangkong.hj212.sm4 import Sm4

LONGEST_SKIPPED = 4096
_TAIL = b"\r\n\0"


class Connection:
    """Bytes to events and packets to bytes (编解码连接).

    Parameters
    ----------
    sm4_key : bytes, optional
        Deciphers what is enciphered; plain packets are read all the same.
    crc_variant : Variant
        What `send` puts on frames: a device that sends Modbus checksums expects them.

    Examples
    --------
    >>> connection = Connection()
    >>> connection.receive_bytes(b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Fl")
    >>> connection.next_event()
    NEED_DATA
    >>> connection.receive_bytes(b"ag=5;CP=&&RtdInterval=30&&1C80\\r\\n")
    >>> frame = connection.next_event()
    >>> frame.status.value, frame.packet.command.zh, frame.packet.pairs
    ('ok', '设置实时数据间隔', [('RtdInterval', '30')])
    """

    def __init__(self, *, sm4_key: bytes | None = None, crc_variant: Variant = Variant.HJ212) -> None:
        self._cipher = Sm4(sm4_key) if sm4_key is not None else None
        self._crc_variant = crc_variant
        self._buffer = b""
        self._start = 0
        self._after_frame = False
        self._patience = Patience.MORE_COMES

    def receive_bytes(self, received: bytes) -> None:
        """Take what has been read; nothing means that the stream has ended (接收字节)."""
        if self._patience is Patience.ENDED:
            if received:
                raise ValueError("bytes after the end of the stream")
            return
        self._buffer = self._buffer[self._start :] + received
        self._start = 0
        self._patience = Patience.MORE_COMES if received else Patience.ENDED

    def decipher_with(self, sm4_key: bytes | None) -> None:
        """Decipher what comes from here on with another key, or none: whose connection it is is known only from its first packet (换密钥)."""
        self._cipher = Sm4(sm4_key) if sm4_key is not None else None

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of a frame (待续字节数)."""
        return len(self._buffer) - self._start

    def settle(self) -> None:
        """Say that the sender has paused, for a tenth of a second or so: a whole frame without line end, or with a wrong length, is then told (短停)."""
        if self._patience is Patience.MORE_COMES:
            self._patience = Patience.PAUSED

    def give_up(self) -> None:
        """Say that the rest of a frame has been waited for long enough: it is rejected (放弃等待)."""
        if self._patience is not Patience.ENDED:
            self._patience = Patience.GIVEN_UP

    def next_event(self) -> Event:
        """Return what comes next (下一事件)."""
        buffer, start = self._buffer, self._start
        if self._after_frame:
            while start < len(buffer) and buffer[start] in _TAIL:
                start += 1
            self._start = start
            self._after_frame = start == len(buffer)
        if HEAD.match(buffer, start):
            frame = as_printed(buffer, start, self._cipher) or cut(buffer, start, patience=self._patience, cipher=self._cipher)
            if frame:
                self._start = start + len(frame.raw)
                self._after_frame = True
                return frame
        elif skipped := self._skipped():
            return skipped
        return Closed(self._buffer[self._start :]) if self._patience is Patience.ENDED else NEED_DATA

    def events(self) -> Iterator[Frame | Skipped | Closed]:
        """Yield what there is to tell so far; `Closed` is the last of a stream (现有事件)."""
        while (event := self.next_event()) is not NEED_DATA:
            yield event
            if isinstance(event, Closed):
                return

    def send(self, packet: Packet, *, encipher: bool = False) -> bytes:
        """Return the packet as bytes to write; checksum and length are those of the plain segment (编码发送).

        Raises
        ------
        Unsendable
            If the packet cannot stand in a frame.
        """
        segment = packet.segment
        crc = crc_of(self._crc_variant, segment)
        if encipher:
            if self._cipher is None:
                raise ValueError("no key to encipher with")
            segment = enciphered(segment, self._cipher)
        return framed(segment, crc=crc, length=len(segment))

    def _skipped(self) -> Skipped | None:
        """What stands before the next head: told when that head is here, or in pieces of a fixed size, so that it never piles up."""
        head = HEAD.search(self._buffer, self._start)
        end = head.start() if head else len(self._buffer) - partial_head(self._buffer[self._start :])
        length = min(end - self._start, LONGEST_SKIPPED)
        is_over = head or self._patience in (Patience.GIVEN_UP, Patience.ENDED)
        if not length or not (is_over or length == LONGEST_SKIPPED):
            return None
        self._start += length
        return Skipped(self._buffer[self._start - length : self._start])
