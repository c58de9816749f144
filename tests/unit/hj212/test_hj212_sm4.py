"""SM4 against the standard's own example, and enciphered areas."""

import pytest

from shuangkong.hj212.encryption import deciphered, enciphered, looks_plain
from shuangkong.hj212.sm4 import Sm4

EXAMPLE = bytes.fromhex("0123456789abcdeffedcba9876543210")


def test_the_standards_example() -> None:
    cipher = Sm4(EXAMPLE)
    secret = bytes.fromhex("681edf34d206965e86b3e94f536e4246")
    assert cipher.encrypted(EXAMPLE) == secret
    assert cipher.decrypted(secret) == EXAMPLE


def test_a_thousand_rounds_and_back() -> None:
    cipher, block = Sm4(EXAMPLE), EXAMPLE
    for _ in range(1000):
        block = cipher.encrypted(block)
    for _ in range(1000):
        block = cipher.decrypted(block)
    assert block == EXAMPLE


@pytest.mark.parametrize("key", [b"", b"0" * 15, b"0" * 17])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Sm4(key)


@pytest.mark.parametrize("length", [0, 15, 16, 17, 31, 32, 100])
def test_length_stays_and_the_rest_of_a_block_stays_plain(length: int) -> None:
    cipher = Sm4(b"0" * 16)
    area = (b"DataTime=20260301100000;" * 5)[:length]
    plain = b"ST=31;CN=2011;CP=&&" + area + b"&&"
    secret = enciphered(plain, cipher)
    assert len(secret) == len(plain)
    assert secret[19 : 19 + length // 16 * 16] == cipher.encrypted(area[: length // 16 * 16])
    assert secret[19 + length // 16 * 16 :] == plain[19 + length // 16 * 16 :]
    assert deciphered(secret, cipher) == plain


def test_a_plain_area_begins_with_a_key() -> None:
    assert looks_plain(b"CP=&&DataTime=20260301100000&&")
    assert looks_plain(b"CP=&&&&")
    assert not looks_plain(b"CP=&&\xe4\x3e##&&\r\n12345678901234&&")
