"""A certificate for `localhost` that its own key has signed, made anew for each run: no key lies in the repository and no program is needed."""

import base64
import hashlib
import secrets
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

# P-256: its prime, order, and base point; a is -3.
P, N = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
EC_KEY, P256, ECDSA_SHA256, COMMON_NAME, OTHER_NAMES = "2a8648ce3d0201", "2a8648ce3d030107", "2a8648ce3d040302", "550403", "551d11"
Point = tuple[int, int] | None


def add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    rise, run = (3 * one[0] ** 2 - 3, 2 * one[1]) if one == other else (other[1] - one[1], other[0] - one[0])
    slope = rise * pow(run, -1, P) % P
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number: int) -> tuple[int, int]:
    """Return so many times the base point."""
    total: Point = None
    power: Point = BASE
    while number:
        total = add(total, power) if number & 1 else total
        power, number = add(power, power), number >> 1
    assert total
    return total


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + len(body).to_bytes(2, "big")
    return bytes([tag]) + length + body


def integer(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(told: str) -> bytes:
    return der(6, bytes.fromhex(told))


def pem(name: str, body: bytes) -> str:
    return f"-----BEGIN {name}-----\n{base64.encodebytes(body).decode()}-----END {name}-----\n"


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return TLS for a server that is called localhost, and for clients that believe it alone."""
    key = secrets.randbelow(N - 1) + 1
    public = der(3, b"\0\4" + b"".join(one.to_bytes(32, "big") for one in times(key)))
    name = der(0x30, der(0x31, der(0x30, oid(COMMON_NAME), der(12, b"localhost"))))
    algorithm = der(0x30, oid(ECDSA_SHA256))
    span = der(0x30, *(der(23, f"{datetime.now(UTC) + timedelta(days=days):%y%m%d%H%M%SZ}".encode()) for days in (-1, 1)))
    others = der(0xA3, der(0x30, der(0x30, oid(OTHER_NAMES), der(4, der(0x30, der(0x82, b"localhost"))))))
    told = der(0x30, der(0xA0, integer(2)), integer(1), algorithm, name, span, name, der(0x30, der(0x30, oid(EC_KEY), oid(P256)), public), others)
    once = secrets.randbelow(N - 1) + 1
    r = times(once)[0] % N
    s = pow(once, -1, N) * (int.from_bytes(hashlib.sha256(told).digest(), "big") + r * key) % N
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_text(pem("CERTIFICATE", der(0x30, told, algorithm, der(3, b"\0" + der(0x30, integer(r), integer(s))))))
    private.write_text(pem("EC PRIVATE KEY", der(0x30, integer(1), der(4, key.to_bytes(32, "big")), der(0xA0, oid(P256)), der(0xA1, public))))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, private)
    return server, ssl.create_default_context(cafile=str(certificate))
