"""The checksum of a data segment (CRC校验), as the standard defines it, quickly; and the wrong ones that devices send.

    crc = 0xFFFF
    for each byte b:  crc = (crc >> 8) ^ b, then eight times: shift right, and ^ 0xA001 when the bit shifted out was 1

This is not CRC-16/MODBUS (`crc ^= b`): the old low byte is thrown away, so that the state is one byte, the high one, and a step is
``state = L(state ^ b)`` with L linear over GF(2). The eighth power of L is the identity. The checksum therefore depends on the bytes only through
eight lanes: the XOR of all bytes at the same distance, modulo 8, from the end. Folding a long integer onto its last 64 bits makes all lanes at
once, and tables of two lanes each finish the sum. A property test holds this against the definition above.

Only 256 values exist: one random error in 256 goes unseen, and the same change made twice, 8 bytes apart, always does. A checksum that matches is
no proof, which is why `frame` looks at the structure as well.
"""

from array import array
from enum import StrEnum
from functools import cache
from struct import unpack

_POLYNOMIAL = 0xA001
_START = 0xFF  # the high byte of 0xFFFF; the low one never matters, except in the checksum of nothing
_OF_NOTHING = b"FFFF"


class Variant(StrEnum):
    """Which checksum a frame carries (校验算法): the right one, or Modbus with its high or its low byte first."""

    HJ212 = "hj212"
    MODBUS = "modbus"
    MODBUS_SWAPPED = "modbus_swapped"


def _eight_steps(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ _POLYNOMIAL if value & 1 else value >> 1
    return value


_STEPS = [_eight_steps(byte) for byte in range(256)]
_TEXTS = [b"%04X" % crc for crc in _STEPS]

# _POWERS[d] takes a byte d places before the end to its share of the state just before the last eight steps: L to the power d.
_POWERS = [list(range(256))]
for _ in range(7):
    _POWERS.append([_STEPS[state] >> 8 for state in _POWERS[-1]])

_EVERY_BYTE = int.from_bytes(b"\1" * 256, "big")


def _two_lanes(lane: int) -> bytes:
    """The same for two lanes at once, indexed by 16 bits of the folded integer: 64 KiB, made row by row."""
    row = int.from_bytes(bytes(_POWERS[lane]), "big")
    return b"".join((row ^ high * _EVERY_BYTE).to_bytes(256, "big") for high in _POWERS[lane + 1])


_LANES_01, _LANES_23, _LANES_45, _LANES_67 = (_two_lanes(lane) for lane in (0, 2, 4, 6))
# The start value is XORed to the first byte; its distance from the end is one less than the length.
_START_BY_LENGTH = [_POWERS[(length - 1) % 8][_START] for length in range(8)]

_FOLDED_BITS = 4096
_512, _1024, _2048 = ((1 << bits) - 1 for bits in (512, 1024, 2048))
_64 = (1 << 64) - 1


def crc_text(segment: bytes) -> bytes:
    """Return the checksum as a frame carries it: four upper-case hexadecimal digits (CRC校验码).

    Source
    ------
    HJ 212-2017 6.3.1, 附录A.

    Examples
    --------
    >>> crc_text(b"123456789"), crc_text(b"")
    (b'2F80', b'FFFF')
    """
    length = len(segment)
    if not length:
        return _OF_NOTHING
    folded = int.from_bytes(segment, "big")
    if length > 512:
        folded = _narrowed(folded)
    folded = (folded >> 2048) ^ (folded & _2048)
    folded = (folded >> 1024) ^ (folded & _1024)
    folded = (folded >> 512) ^ (folded & _512)
    folded ^= folded >> 256  # from here on, masking once at the end is enough
    folded ^= folded >> 128
    folded = (folded ^ (folded >> 64)) & _64
    return _TEXTS[
        _LANES_01[folded & 0xFFFF] ^ _LANES_23[folded >> 16 & 0xFFFF] ^ _LANES_45[folded >> 32 & 0xFFFF] ^ _LANES_67[folded >> 48]
        ^ _START_BY_LENGTH[length & 7]
    ]  # fmt: skip


def _narrowed(folded: int) -> int:
    """Fold a long segment onto 4096 bits, in steps of whole lanes."""
    while (bits := folded.bit_length()) > _FOLDED_BITS:
        half = (bits // 128 + 1) * 64
        folded = (folded >> half) ^ (folded & ((1 << half) - 1))
    return folded


def variant_of(segment: bytes, received: bytes) -> Variant | None:
    """Return which algorithm yields the received checksum, in either case of letters; None when none does or it is no number.

    Source
    ------
    HJ 212-2017 6.3.1; the Modbus ones as seen in logs of devices.

    Examples
    --------
    >>> variant_of(b"123456789", b"2f80"), variant_of(b"123456789", b"374B")
    (<Variant.HJ212: 'hj212'>, <Variant.MODBUS_SWAPPED: 'modbus_swapped'>)
    """
    received = received.upper()
    if received == crc_text(segment):
        return Variant.HJ212
    modbus = _modbus_text(segment)
    if received == modbus:
        return Variant.MODBUS
    return Variant.MODBUS_SWAPPED if received == modbus[2:] + modbus[:2] else None


def crc_of(variant: Variant, segment: bytes) -> bytes:
    """Return the checksum that a device of this variant sends and expects (按算法校验)."""
    if variant is Variant.HJ212:
        return crc_text(segment)
    modbus = _modbus_text(segment)
    return modbus if variant is Variant.MODBUS else modbus[2:] + modbus[:2]


def _modbus_text(segment: bytes) -> bytes:
    crc, two_bytes = 0xFFFF, _two_bytes()
    for word in unpack(f"<{len(segment) // 2}H", segment[: len(segment) & ~1]):
        crc = two_bytes[crc ^ word]
    if len(segment) & 1:
        crc = _modbus_step(crc ^ segment[-1])
    return b"%04X" % crc


@cache
def _two_bytes() -> "array[int]":
    """What two steps of the Modbus checksum make of its state, two bytes XORed to it; most devices never need it."""
    return array("H", (_modbus_step(_modbus_step(state)) for state in range(1 << 16)))


def _modbus_step(state: int) -> int:
    return (state >> 8) ^ _STEPS[state & 0xFF]
