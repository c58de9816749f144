"""The SM4 block cipher (SM4分组密码算法), from the text of the standard, for lack of one in Python's own library.

Slow beside a compiled one (some thousands of blocks a second), which is enough for a city of loggers. The substitution box is computed from its definition:
an inversion in GF(2^8) between two affine maps; four tables then hold box and linear map together, as is usual.
"""

from collections.abc import Sequence

BLOCK = 16
_FIELD = 0x1F5  # x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1
_MATRIX_ROW, _CONSTANT = 0xA7, 0xD3  # of the affine map; the matrix is circulant
_MASK = 0xFFFFFFFF
_FAMILY_KEY = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)


def _product(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0x100:
            left ^= _FIELD
        right >>= 1
    return product


def _affine(value: int) -> int:
    result = _CONSTANT
    for place in range(8):
        row = (_MATRIX_ROW << place | _MATRIX_ROW >> (8 - place)) & 0xFF
        result ^= ((row & value).bit_count() & 1) << place
    return result


def _inverse(value: int) -> int:
    """The inverse is the 254th power: the product of the squares, and of theirs, seven times. Zero stays zero."""
    power = 1
    for _ in range(7):
        value = _product(value, value)
        power = _product(power, value)
    return power


def _turned(word: int, places: int) -> int:
    return (word << places | word >> (32 - places)) & _MASK


_BOX = [_affine(_inverse(_affine(value))) for value in range(256)]
_ROUND = [[_turned(box ^ _turned(box, 2) ^ _turned(box, 10) ^ _turned(box, 18) ^ _turned(box, 24), 8 * place) for box in _BOX] for place in range(4)]
_EXPANSION = [[_turned(box ^ _turned(box, 13) ^ _turned(box, 23), 8 * place) for box in _BOX] for place in range(4)]
_CONSTANTS = [sum((4 * turn + place) * 7 % 256 << 8 * (3 - place) for place in range(4)) for turn in range(32)]


def _mapped(word: int, tables: list[list[int]]) -> int:
    return tables[0][word & 0xFF] ^ tables[1][word >> 8 & 0xFF] ^ tables[2][word >> 16 & 0xFF] ^ tables[3][word >> 24]


class Sm4:
    """SM4 under one key, block by block without chaining (电子密码本方式).

    Source
    ------
    GB/T 32907-2016 6–7.

    Examples
    --------
    >>> block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    >>> Sm4(block).encrypted(block).hex()
    '681edf34d206965e86b3e94f536e4246'
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != BLOCK:
            raise ValueError(f"an SM4 key has {BLOCK} bytes, not {len(key)}")
        words = [int.from_bytes(key[4 * place : 4 * place + 4], "big") ^ _FAMILY_KEY[place] for place in range(4)]
        for turn in range(32):
            words.append(words[turn] ^ _mapped(words[turn + 1] ^ words[turn + 2] ^ words[turn + 3] ^ _CONSTANTS[turn], _EXPANSION))
        self._forward = tuple(words[4:])
        self._backward = self._forward[::-1]

    def encrypted(self, blocks: bytes) -> bytes:
        """Return whole blocks enciphered (加密)."""
        return _ciphered(blocks, self._forward)

    def decrypted(self, blocks: bytes) -> bytes:
        """Return whole blocks deciphered (解密)."""
        return _ciphered(blocks, self._backward)


def _ciphered(blocks: bytes, round_keys: Sequence[int]) -> bytes:
    low, second, third, high = _ROUND
    result = bytearray()
    for start in range(0, len(blocks), BLOCK):
        a, b, c, d = (int.from_bytes(blocks[place : place + 4], "big") for place in range(start, start + BLOCK, 4))
        for key in round_keys:
            word = b ^ c ^ d ^ key
            a, b, c, d = b, c, d, a ^ low[word & 0xFF] ^ second[word >> 8 & 0xFF] ^ third[word >> 16 & 0xFF] ^ high[word >> 24]
        for word in (d, c, b, a):
            result += word.to_bytes(4, "big")
    return bytes(result)
