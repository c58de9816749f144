"""Frames in the inbox (待入湖的通信包): how a batch holds them, and whether a frame may be attributed to a device.

A batch of kind `KIND` is records one after the other: a verdict (1 byte), a length (2 bytes), the frame as it came. What the gateway has accepted
is answered for and stays accepted; what it has refused stays refused with its reason until somebody replays it as `UNJUDGED`.
"""

import hmac
import struct
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

from shuangkong.hj212 import Connection, Frame, Status
from shuangkong.kernel.language import Words

if TYPE_CHECKING:  # the rules here are used without a database as well
    from shuangkong.services.monitoring_devices import DeviceSettings

KIND = "hj212"
_HEAD = struct.Struct(">BH")
_SOUND = (Status.OK, Status.LENGTH_ERROR_RECOVERABLE)


class Verdict(IntEnum):
    """What becomes of a frame (接收结论). The number stands in stored bytes and never changes its meaning."""

    ACCEPTED = 0
    UNJUDGED = 1
    BAD_CHECKSUM = 2
    BAD_STRUCTURE = 3
    UNKNOWN_MN = 4
    WRONG_PASSWORD = 5
    OTHER_MN = 6
    NO_TIME = 7

    @property
    def words(self) -> Words:
        """Its name."""
        return _WORDS[self]


_WORDS = {
    Verdict.ACCEPTED: Words("已接收", "accepted"),
    Verdict.UNJUDGED: Words("待判定", "to be judged"),
    Verdict.BAD_CHECKSUM: Words("校验错误", "wrong checksum"),
    Verdict.BAD_STRUCTURE: Words("结构错误", "wrong structure"),
    Verdict.UNKNOWN_MN: Words("未登记的设备", "unknown MN"),
    Verdict.WRONG_PASSWORD: Words("密码不符", "wrong password"),
    Verdict.OTHER_MN: Words("与本连接的设备不同", "another MN than that of its connection"),
    Verdict.NO_TIME: Words("没有数据时间", "no DataTime"),
}


def record(verdict: Verdict, raw: bytes) -> bytes:
    """Return a frame as a record of a batch (批内记录).

    Examples
    --------
    >>> list(records(record(Verdict.ACCEPTED, b"##0007CP=&&&&F781") + record(Verdict.BAD_CHECKSUM, b"##")))
    [(<Verdict.ACCEPTED: 0>, b'##0007CP=&&&&F781'), (<Verdict.BAD_CHECKSUM: 2>, b'##')]
    """
    return _HEAD.pack(verdict, len(raw)) + raw


def records(body: bytes) -> Iterator[tuple[Verdict, bytes]]:
    """Yield the frames of a batch with what was said of them (读批内记录)."""
    place = 0
    while place < len(body):
        verdict, length = _HEAD.unpack_from(body, place)
        place += _HEAD.size
        if place + length > len(body):
            raise ValueError("a batch that is cut short")
        yield Verdict(verdict), body[place : place + length]
        place += length


def set_aside(verdict: Verdict, raw: bytes) -> bytes:
    """Return what quarantine keeps of a frame: its reason, a line end, the frame (隔离内容)."""
    return verdict.name.lower().encode() + b"\n" + raw


def was_set_aside(kept: bytes) -> tuple[Verdict, bytes] | None:
    """Return the reason and the frame of what quarantine keeps, None where it is no frame (读隔离内容).

    Examples
    --------
    >>> was_set_aside(set_aside(Verdict.UNKNOWN_MN, b"##0007CP=&&&&F781"))
    (<Verdict.UNKNOWN_MN: 4>, b'##0007CP=&&&&F781')
    """
    name, line_end, raw = kept.partition(b"\n")
    found = Verdict.__members__.get(name.decode("ascii", "replace").upper())
    return (found, raw) if line_end and found is not None else None


def frame_of(raw: bytes, *, sm4_key: bytes | None = None) -> Frame | None:
    """Read one frame anew (重读一帧); None where the bytes are none."""
    connection = Connection(sm4_key=sm4_key)
    connection.receive_bytes(raw)
    connection.receive_bytes(b"")
    event = connection.next_event()
    return event if isinstance(event, Frame) else None


def frame_for(raw: bytes, devices: "Mapping[str, DeviceSettings]") -> Frame | None:
    """Read one frame anew, deciphered where its device has a key (按设备密钥重读)."""
    frame = frame_of(raw)
    device = devices.get(frame.packet.mn or "") if frame else None
    return frame_of(raw, sm4_key=device.key) if device and device.key else frame


def judged(frame: Frame, devices: "Mapping[str, DeviceSettings]") -> Verdict:
    """Say whether a frame is sound and from the device that it names (判定).

    A Modbus checksum counts only from a device that is registered for it; an empty password is not asked for.

    Source
    ------
    HJ 212-2017 6.3, 附录A.
    """
    if frame.status is Status.STRUCTURE_ERROR:
        return Verdict.BAD_STRUCTURE
    packet = frame.packet
    device = devices.get(packet.mn or "")
    if frame.status not in _SOUND and not (device and frame.crc_variant is not None and frame.crc_variant is device.checksum):
        return Verdict.BAD_CHECKSUM
    if packet.parameters is None:
        return Verdict.BAD_STRUCTURE
    if device is None:
        return Verdict.UNKNOWN_MN
    if device.password and not hmac.compare_digest(device.password.encode(), (packet.password or "").encode()):
        return Verdict.WRONG_PASSWORD
    return Verdict.ACCEPTED


def batches_of(told: Iterable[bytes], *, bytes_most: int) -> Iterator[bytes]:
    """Yield records joined to bodies of at most so many bytes (组批)."""
    held: list[bytes] = []
    size = 0
    for one in told:
        if held and size + len(one) > bytes_most:
            yield b"".join(held)
            held, size = [], 0
        held.append(one)
        size += len(one)
    if held:
        yield b"".join(held)
