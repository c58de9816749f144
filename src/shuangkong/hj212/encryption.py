"""The enciphered data area of the 2025 edition (数据区加密).

SM4 without chaining or padding over the whole blocks of the area; a rest shorter than a block stays plain, so that no length changes. Checksum and length
belong to the plain segment. The ciphertext is raw bytes, in which ``##``, ``&&`` and line ends occur.

Source: HJ 212-2025 as quoted by public implementations; the text itself was not at hand (未核实).
"""

import re

from shuangkong.hj212.segment import bounds
from shuangkong.hj212.sm4 import BLOCK, Sm4

_PLAIN_BEGINNING = re.compile(rb"\s*[A-Za-z0-9_-]+\s*=")


def enciphered(segment: bytes, cipher: Sm4) -> bytes:
    """Return the segment with the whole blocks of its area enciphered (加密数据区)."""
    _, start, end = bounds(segment)
    end = start + (end - start) // BLOCK * BLOCK
    return segment[:start] + cipher.encrypted(segment[start:end]) + segment[end:] if end > start else segment


def deciphered(segment: bytes, cipher: Sm4) -> bytes:
    """Return the segment with the whole blocks of its area deciphered (解密数据区).

    The area ends at the two last bytes, never at a ``&&`` that was looked for.

    Examples
    --------
    >>> cipher, plain = Sm4(b"0" * 16), b"CN=2011;CP=&&DataTime=20260301100000;w01018-Rtd=20.4&&"
    >>> deciphered(enciphered(plain, cipher), cipher) == plain
    True
    """
    _, start, _ = bounds(segment)
    end = start + (len(segment) - 2 - start) // BLOCK * BLOCK
    return segment[:start] + cipher.decrypted(segment[start:end]) + segment[end:] if end > start else segment


def looks_plain(segment: bytes) -> bool:
    """Say whether the area is too short for a block or begins with a key, as no ciphertext does but one in thousands (像明文)."""
    _, start, _ = bounds(segment)
    return len(segment) - 2 - start < BLOCK or _PLAIN_BEGINNING.match(segment, start) is not None
