"""What arrives, right and wrong, and what is told of it: section by section of how devices fail."""

import pytest

from shuangkong.hj212 import NEED_DATA, Closed, Connection, Event, Frame, Skipped, Status, Variant
from shuangkong.hj212.connection import LONGEST_SKIPPED
from shuangkong.hj212.encryption import enciphered
from shuangkong.hj212.sm4 import Sm4
from unit.hj212.hj212_definition import defined_crc, framed, modbus_crc

HEADER = b"QN=20260301100000123;ST=32;CN=2011;PW=123456;MN=4117000000000000000A0001;Flag=5;"
GOOD = HEADER + b"CP=&&DataTime=20260301100000;w01018-Rtd=20.4,w01018-Flag=N&&"
OTHER = GOOD.replace(b"20.4", b"21.5")
LOG = HEADER + b"CP=&&DataTime=20260301100000;i11001-Info=//a,b;c=d##0101e&&1C80\r\n&&//&&"


def told(*chunks: bytes, key: bytes | None = None) -> list[Event]:
    """Return every event of a stream that ends."""
    connection = Connection(sm4_key=key)
    events: list[Event] = []
    for chunk in [*filter(None, chunks), b""]:
        connection.receive_bytes(chunk)
        events += connection.events()
    return events


def outline(*chunks: bytes, key: bytes | None = None) -> list[tuple[str, bytes]]:
    """Return each event as a word and its bytes: the segment, the skipped, the left over."""
    found = []
    for event in told(*chunks, key=key):
        match event:
            case Frame():
                found.append((event.status.value, event.segment))
            case Skipped(raw):
                found.append(("skipped", raw))
            case Closed(leftover):
                found.append(("closed", leftover))
    return found


END = ("closed", b"")
CASES = {
    "one frame": (framed(GOOD), [("ok", GOOD), END]),
    "two in one read": (framed(GOOD) + framed(OTHER), [("ok", GOOD), ("ok", OTHER), END]),
    "empty area": (framed(HEADER + b"CP=&&&&"), [("ok", HEADER + b"CP=&&&&"), END]),
    "modem text before": (b"AT+OK\r\n\0" + framed(GOOD), [("skipped", b"AT+OK\r\n\0"), ("ok", GOOD), END]),
    "a third number sign": (b"#" + framed(GOOD), [("skipped", b"#"), ("ok", GOOD), END]),
    "number signs without length": (b"##ab##12 " + framed(GOOD), [("skipped", b"##ab##12 "), ("ok", GOOD), END]),
    "line ends and zeros between": (framed(GOOD) + b"\r\n\0\0\n" + framed(OTHER), [("ok", GOOD), ("ok", OTHER), END]),
    "line feed only": (framed(GOOD, tail=b"\n") + framed(OTHER), [("ok", GOOD), ("ok", OTHER), END]),
    "no line end": (framed(GOOD, tail=b"") + framed(OTHER, tail=b""), [("ok", GOOD), ("ok", OTHER), END]),
    "text between": (framed(GOOD) + b"\r\nNO CARRIER" + framed(OTHER), [("ok", GOOD), ("skipped", b"NO CARRIER"), ("ok", OTHER), END]),
    "lower-case checksum": (framed(GOOD, crc=defined_crc(GOOD).lower()), [("ok", GOOD), END]),
    "wrong checksum": (framed(GOOD, crc=b"0001") + framed(OTHER), [("crc_error", GOOD), ("ok", OTHER), END]),
    "checksum that is no number": (framed(GOOD, crc=b"B2G1") + framed(OTHER), [("crc_error", GOOD), ("ok", OTHER), END]),
    "a digit changed": (framed(GOOD, crc=defined_crc(OTHER)) + framed(OTHER), [("crc_error", GOOD), ("ok", OTHER), END]),
    "length too short": (framed(GOOD, length=b"0137") + framed(OTHER), [("length_error_recoverable", GOOD), ("ok", OTHER), END]),
    "length with header and line end": (framed(GOOD, length=b"0146") + framed(OTHER), [("length_error_recoverable", GOOD), ("ok", OTHER), END]),
    "length absurd": (framed(GOOD, length=b"9999") + framed(OTHER), [("length_error_recoverable", GOOD), ("ok", OTHER), END]),
    "length of two frames": (framed(GOOD, length=b"0292") + framed(OTHER), [("length_error_recoverable", GOOD), ("ok", OTHER), END]),
    "length of two frames, the first damaged": (framed(GOOD, length=b"0292", crc=b"0001") + framed(OTHER), [("crc_error", GOOD), ("ok", OTHER), END]),
    "length no number": (framed(GOOD, length=b"1x40") + framed(OTHER), [("skipped", framed(GOOD, length=b"1x40")), ("ok", OTHER), END]),
    "wrong length, no line end": (framed(GOOD, length=b"0100", tail=b"") + framed(OTHER), [("length_error_recoverable", GOOD), ("ok", OTHER), END]),
    "wrong length at the very end": (framed(GOOD, length=b"0200", tail=b""), [("length_error_recoverable", GOOD), END]),
    "cut short": (framed(GOOD)[:80] + framed(OTHER), [("structure_error", framed(GOOD)[6:80]), ("ok", OTHER), END]),
    "only a head": (b"##0140" + framed(OTHER), [("structure_error", b""), ("ok", OTHER), END]),
    "cut short at the end": (framed(OTHER) + framed(GOOD)[:80], [("ok", OTHER), ("closed", framed(GOOD)[:80])]),
    "one number sign at the end": (framed(OTHER) + b"#", [("ok", OTHER), ("closed", b"#")]),
    "without area": (framed(b"ST=32;CN=2011;MN=A1") + framed(OTHER), [("structure_error", b"ST=32;CN=2011;MN=A1"), ("ok", OTHER), END]),
    "area not closed": (framed(b"CN=2011;CP=&&a-Rtd=1") + framed(OTHER), [("structure_error", b"CN=2011;CP=&&a-Rtd=1"), ("ok", OTHER), END]),
    "area opened and no more": (framed(b"CN=2011;CP=&&"), [("structure_error", b"CN=2011;CP=&&"), END]),
    "anything in a log text": (framed(LOG) + framed(OTHER), [("ok", LOG), ("ok", OTHER), END]),
    "anything in a log text, wrong length": (framed(LOG.replace(b"##0101", b"##x"), length=b"0300") + framed(OTHER), [
        ("length_error_recoverable", LOG.replace(b"##0101", b"##x")), ("ok", OTHER), END]),
    "nothing but noise": (b"\xff\xfe hello", [("skipped", b"\xff\xfe hello"), END]),
    "nothing": (b"", [END]),
    "1623 bytes in one frame": (framed(long := HEADER + b"CP=&&" + b"w01018-Rtd=20.4;" * 95 + b"&&") + framed(OTHER), [("ok", long), ("ok", OTHER), END]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_arrives_and_what_is_told(name: str) -> None:
    stream, expected = CASES[name]
    assert outline(stream) == expected


@pytest.mark.parametrize("name", CASES)
def test_the_same_byte_by_byte(name: str) -> None:
    stream, expected = CASES[name]
    assert outline(*(bytes([byte]) for byte in stream)) == expected


@pytest.mark.parametrize("name", CASES)
def test_no_byte_is_lost(name: str) -> None:
    stream, _ = CASES[name]
    kept = b"".join(event.leftover if isinstance(event, Closed) else event.raw for event in told(stream))  # type: ignore[union-attr]
    assert kept.translate(None, b"\r\n\0") == stream.translate(None, b"\r\n\0")


@pytest.mark.parametrize(
    ("crc", "variant", "status"),
    [
        (modbus_crc(GOOD), Variant.MODBUS, Status.CRC_ERROR),
        (modbus_crc(GOOD)[2:] + modbus_crc(GOOD)[:2], Variant.MODBUS_SWAPPED, Status.CRC_ERROR),
        (defined_crc(GOOD), Variant.HJ212, Status.OK),
        (b"0001", None, Status.CRC_ERROR),
    ],
)
def test_which_checksum_it_was_is_recorded(crc: bytes, variant: Variant | None, status: Status) -> None:
    frame = told(framed(GOOD, crc=crc))[0]
    assert isinstance(frame, Frame)
    assert (frame.crc_variant, frame.status, frame.crc_ok, frame.crc_received, frame.crc_expected) == (
        variant, status, variant is Variant.HJ212, crc, defined_crc(GOOD),
    )  # fmt: skip


def test_a_frame_keeps_every_byte_as_it_came() -> None:
    raw = framed(GOOD, length=b"0137")
    frame = told(raw)[0]
    assert isinstance(frame, Frame)
    assert (frame.raw, frame.declared_length, frame.length_ok, frame.tail_crlf) == (raw, 137, False, True)


def test_half_a_frame_waits_until_the_caller_gives_up() -> None:
    connection = Connection()
    connection.receive_bytes(framed(GOOD)[:80])
    assert connection.next_event() is NEED_DATA
    connection.settle()
    assert connection.next_event() is NEED_DATA
    connection.give_up()
    assert [(event.status.value, event.raw) for event in connection.events() if isinstance(event, Frame)] == [("structure_error", framed(GOOD)[:80])]
    connection.receive_bytes(framed(OTHER))
    assert [event.segment for event in connection.events() if isinstance(event, Frame)] == [OTHER]


@pytest.mark.parametrize("raw", [framed(GOOD, tail=b""), framed(GOOD, tail=b"\r"), framed(GOOD, length=b"0300"), framed(GOOD, length=b"0100", tail=b"")])
def test_a_pause_is_enough_for_a_frame_that_is_whole_but_for_its_tail_or_length(raw: bytes) -> None:
    connection = Connection()
    connection.receive_bytes(raw)
    assert connection.next_event() is NEED_DATA
    connection.settle()
    frame = connection.next_event()
    assert isinstance(frame, Frame)
    assert (frame.crc_ok, frame.segment, frame.tail_crlf) == (True, GOOD, raw.endswith(b"\r\n"))
    connection.receive_bytes(b"\n" + framed(OTHER))
    assert [event.segment for event in connection.events() if isinstance(event, Frame)] == [OTHER]


def test_endless_noise_is_told_in_pieces_and_never_piles_up() -> None:
    connection = Connection()
    sizes = []
    for _ in range(100):
        connection.receive_bytes(b"x" * 1000)
        sizes += [len(event.raw) for event in connection.events() if isinstance(event, Skipped)]
    connection.receive_bytes(b"")
    sizes += [len(event.raw) for event in connection.events() if isinstance(event, Skipped)]
    assert sizes == [LONGEST_SKIPPED] * 24 + [100_000 - 24 * LONGEST_SKIPPED]


def test_a_length_that_never_comes_true_is_not_waited_for_beyond_the_longest_frame() -> None:
    connection = Connection()
    connection.receive_bytes(b"##9999" + b"x" * 20_000)
    frame, skipped = connection.next_event(), connection.next_event()
    assert isinstance(frame, Frame)
    assert isinstance(skipped, Skipped)
    assert (frame.status, len(frame.raw)) == (Status.STRUCTURE_ERROR, 10_011)


def test_bytes_after_the_end_are_a_mistake_of_the_caller() -> None:
    connection = Connection()
    connection.receive_bytes(b"")
    connection.receive_bytes(b"")
    with pytest.raises(ValueError, match="after the end"):
        connection.receive_bytes(b"#")


KEY = b"0" * 16
PLAIN_2025 = GOOD.replace(b"Flag=5", b"Flag=9")


def test_an_enciphered_area_is_read_with_the_key_and_carries_the_plain_checksum() -> None:
    secret = enciphered(PLAIN_2025, Sm4(KEY))
    raw = framed(secret, crc=defined_crc(PLAIN_2025))
    assert outline(raw + framed(OTHER), key=KEY) == [("ok", PLAIN_2025), ("ok", OTHER), END]
    assert outline(raw + framed(OTHER)) == [("crc_error", secret), ("ok", OTHER), END]
    assert outline(raw + framed(OTHER), key=b"1" * 16) == [("crc_error", secret), ("ok", OTHER), END]


def test_an_enciphered_frame_of_wrong_length_is_found_again() -> None:
    secret = enciphered(PLAIN_2025, Sm4(KEY))
    assert outline(framed(secret, crc=defined_crc(PLAIN_2025), length=b"0150") + framed(OTHER), key=KEY) == [
        ("length_error_recoverable", PLAIN_2025), ("ok", OTHER), END,
    ]  # fmt: skip
