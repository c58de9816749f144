"""The SM3 hash (SM3 密码杂凑算法), from the text of the standard, for where the machine's own library lacks it.

Slow beside a compiled one, and meant as the reference that the compiled one is held against.
"""

import struct

_BLOCK = 64
_MASK = 0xFFFFFFFF
_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def _turned(word: int, places: int) -> int:
    return ((word << places) | (word >> (32 - places))) & _MASK


# The round constant, turned by the round's number beforehand.
_CONSTANTS = tuple(_turned(0x79CC4519 if turn < 16 else 0x7A879D8A, turn % 32) for turn in range(64))


def _expanded(block: bytes) -> list[int]:
    words = list(struct.unpack(">16I", block))
    for place in range(16, 68):
        mixed = words[place - 16] ^ words[place - 9] ^ _turned(words[place - 3], 15)
        permuted = mixed ^ _turned(mixed, 15) ^ _turned(mixed, 23)
        words.append(permuted ^ _turned(words[place - 13], 7) ^ words[place - 6])
    return words


def _compressed(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = _expanded(block)
    a, b, c, d, e, f, g, h = state
    for turn in range(64):
        a_turned = _turned(a, 12)
        first = _turned((a_turned + e + _CONSTANTS[turn]) & _MASK, 7)
        second = first ^ a_turned
        if turn < 16:
            of_abc, of_efg = a ^ b ^ c, e ^ f ^ g
        else:
            of_abc, of_efg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        left = (of_abc + d + second + (words[turn] ^ words[turn + 4])) & _MASK
        right = (of_efg + h + first + words[turn]) & _MASK
        d, c, b, a = c, _turned(b, 9), a, left
        h, g, f = g, _turned(f, 19), e
        e = right ^ _turned(right, 9) ^ _turned(right, 17)
    return tuple(before ^ after for before, after in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3(content: bytes) -> bytes:
    """Return the 32 octets of the SM3 hash (杂凑值).

    Source
    ------
    GB/T 32905-2016 4–5.

    Examples
    --------
    >>> sm3(b"abc").hex()[:16]
    '66c7f0f462eeedd9'
    """
    padded = content + b"\x80" + bytes(-(len(content) + 9) % _BLOCK) + struct.pack(">Q", 8 * len(content))
    state: tuple[int, ...] = _START
    for start in range(0, len(padded), _BLOCK):
        state = _compressed(state, padded[start : start + _BLOCK])
    return struct.pack(">8I", *state)
