"""The checksum as the standard writes it, bit by bit, and frames made with it, apart from the code under test; and frames with something wrong."""

import random


def defined_crc(segment: bytes) -> bytes:
    """Return the checksum of HJ 212-2017 6.3.1 as four hexadecimal digits."""
    crc = 0xFFFF
    for byte in segment:
        crc = (crc >> 8) ^ byte
        for _ in range(8):
            low = crc & 1
            crc >>= 1
            if low:
                crc ^= 0xA001
    return b"%04X" % crc


def modbus_crc(segment: bytes) -> bytes:
    """Return CRC-16/MODBUS, high byte first: what some devices take it for."""
    crc = 0xFFFF
    for byte in segment:
        crc ^= byte
        for _ in range(8):
            low = crc & 1
            crc >>= 1
            if low:
                crc ^= 0xA001
    return b"%04X" % crc


def framed(segment: bytes, *, length: bytes | None = None, crc: bytes | None = None, tail: bytes = b"\r\n") -> bytes:
    """Return a frame, right unless told otherwise."""
    return b"##" + (length if length is not None else b"%04d" % len(segment)) + segment + (crc if crc is not None else defined_crc(segment)) + tail


def damaged(dice: random.Random, raw: bytes) -> bytes:
    """Return a frame with something wrong: bytes changed, put in, left out, cut off, a false length, a lost tail."""
    place, kind = dice.randrange(len(raw)), dice.randrange(6)
    match kind:
        case 0:
            return raw[:place] + dice.randbytes(1) + raw[place + 1 :]
        case 1:
            return raw[:place] + dice.randbytes(3) + raw[place:]
        case 2:
            return raw[:place] + raw[place + dice.randrange(1, 9) :]
        case 3:
            return raw[:place]
        case 4:
            return raw[:2] + b"%04d" % dice.randrange(10_000) + raw[6:]
    return raw[: -dice.randrange(1, 8)]
