"""What a connection tells (事件): frozen values, read lazily.

An event holds the bytes as they came and what was found out in cutting them. What the bytes *say* is read when somebody asks, by `Frame.packet`: a gateway
that stores frames first and reads them later pays only for what it uses.
"""

from enum import Enum, StrEnum
from typing import Final, Literal, NamedTuple

from shuangkong.hj212.crc import Variant
from shuangkong.hj212.packets import Packet


class Status(StrEnum):
    """What became of a frame (帧状态). Only `OK` and `LENGTH_ERROR_RECOVERABLE` carry the right checksum and a data area."""

    OK = "ok"
    CRC_ERROR = "crc_error"
    LENGTH_ERROR_RECOVERABLE = "length_error_recoverable"
    STRUCTURE_ERROR = "structure_error"


class Frame(NamedTuple):
    """One frame (通信包), right or wrong.

    `segment` is the plain data segment; `raw` is every byte as it came, from ``##`` to the line end, for a quarantine and for replay.
    `crc_received` is empty where the end of the frame was not found.
    """

    segment: bytes
    status: Status
    crc_variant: Variant | None
    crc_received: bytes
    crc_expected: bytes
    declared_length: int
    tail_crlf: bool
    raw: bytes

    @property
    def crc_ok(self) -> bool:
        """Whether the standard's own checksum matches; a Modbus one may be accepted from a device registered for it (校验通过)."""
        return self.crc_variant is Variant.HJ212

    @property
    def length_ok(self) -> bool:
        """Whether the frame declared its true length (长度正确)."""
        return self.declared_length == len(self.segment)

    @property
    def packet(self) -> Packet:
        """What the frame says (包内容), read anew at every call."""
        return Packet.read(self.segment)


class Skipped(NamedTuple):
    """Bytes that belong to no frame (跳过的字节): modem texts, blank lines, the rest of a frame cut short; a long run comes in pieces."""

    raw: bytes


class Closed(NamedTuple):
    """The stream has ended (连接结束); `leftover` is the beginning of a frame that never came whole."""

    leftover: bytes


class _NeedData(Enum):
    NEED_DATA = "NEED_DATA"

    def __repr__(self) -> str:
        return self.value


NEED_DATA: Final = _NeedData.NEED_DATA
"""No event can be told before more bytes arrive (数据不足)."""

Event = Frame | Skipped | Closed | Literal[_NeedData.NEED_DATA]
