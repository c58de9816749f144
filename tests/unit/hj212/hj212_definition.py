"""The checksum as the standard writes it, bit by bit, and frames made with it, apart from the code under test."""


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
