"""The checksum and its wrong variants."""

import pytest

from shuangkong.hj212.crc import Variant, crc_of, crc_text, variant_of
from unit.hj212.hj212_definition import defined_crc, modbus_crc


@pytest.mark.parametrize(
    ("segment", "crc"),
    [
        (b"", b"FFFF"),
        (b"\0", b"4040"),
        (b"123456789", b"2F80"),
        (b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&", b"1C80"),
        (b"QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&", b"2200"),
    ],
)
def test_check_values(segment: bytes, crc: bytes) -> None:
    assert (crc_text(segment), defined_crc(segment)) == (crc, crc)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 63, 64, 65, 127, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 4099, 9999])
def test_every_length_folds_to_the_definition(length: int) -> None:
    segment = bytes((place * 167 + length) & 0xFF for place in range(length))
    assert crc_text(segment) == defined_crc(segment)


def test_every_single_byte_matches_the_definition() -> None:
    assert [crc_text(bytes([byte])) for byte in range(256)] == [defined_crc(bytes([byte])) for byte in range(256)]


def test_only_256_values_exist_so_a_match_proves_little() -> None:
    assert len({crc_text(bytes([high, low])) for high in range(256) for low in range(256)}) == 256


def test_the_same_change_eight_bytes_apart_is_not_seen() -> None:
    assert crc_text(b"A1234567A1234567") == crc_text(b"B1234567B1234567")


@pytest.mark.parametrize(
    ("received", "variant"),
    [
        (b"2F80", Variant.HJ212), (b"2f80", Variant.HJ212), (b"4B37", Variant.MODBUS), (b"374b", Variant.MODBUS_SWAPPED), (b"0000", None), (b"2F8", None), (b"", None),
        (b"+F80", None), (b" F80", None),
    ],
)  # fmt: skip
def test_the_variant_is_told_apart(received: bytes, variant: Variant | None) -> None:
    assert variant_of(b"123456789", received) is variant


def test_what_is_sent_to_a_device_is_the_variant_it_expects() -> None:
    modbus = modbus_crc(b"123456789")
    assert modbus == b"4B37"
    assert [crc_of(variant, b"123456789") for variant in Variant] == [b"2F80", modbus, b"374B"]
