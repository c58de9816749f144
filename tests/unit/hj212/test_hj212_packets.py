"""Packets and their bytes: one list reads and writes; then what is only read."""

from decimal import Decimal
from pathlib import Path

import pytest

from shuangkong import hj212
from shuangkong.hj212 import Connection, Frame, Packet, Unsendable, Variant, acknowledgement
from shuangkong.hj212.packets import items
from unit.hj212.hj212_definition import framed, modbus_crc

MN = "4117000000000000000A0001"
PAIRS = [  # what it says, and how that is written: the reader is held against the second, the writer against the first
    (
        Packet("20160801085857223", "32", "1062", "100000", "010000A8900016F000169DC0", 5, None, None, None, b"RtdInterval=30"),
        b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n",
    ),
    (
        Packet("20240601085857223", "32", "1011", "123456", "010000A8900016F000169DC0", 9, None, None, None, b""),
        b"##0087QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&2200\r\n",
    ),
    (
        Packet("20260301111003001", "32", "2051", "123456", MN, 7, 2, 1, None,
               b"DataTime=20260301110000;w00000-Cou=20.9,w00000-Min=33.0,w00000-Avg=34.8,w00000-Max=36.2,w00000-Flag=N"),
        (b"##0201QN=20260301111003001;ST=32;CN=2051;PW=123456;MN=4117000000000000000A0001;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20260301110000;"
        b"w00000-Cou=20.9,w00000-Min=33.0,w00000-Avg=34.8,w00000-Max=36.2,w00000-Flag=N&&4980\r\n"),
    ),
    (
        Packet("20260301120000123", "32", "3020", "123456", MN, 5, None, None, None, "DataTime=20260301115900;PolId=w21003;i11001-Info=//更换试剂//".encode()),
        "##0152QN=20260301120000123;ST=32;CN=3020;PW=123456;MN=4117000000000000000A0001;Flag=5;"
        "CP=&&DataTime=20260301115900;PolId=w21003;i11001-Info=//更换试剂//&&60C0\r\n".encode(),
    ),
    (
        Packet(None, "31", "2011", "123456", "41170000000001", None, None, None, None, b"DataTime=20260301100000;01-Rtd=4.2,01-Flag=N;02-Rtd=18.5,02-Flag=N;"
               b"03-Rtd=41.0,03-Flag=N;S01-Rtd=7.9,S01-Flag=N;B02-Rtd=38.2,B02-Flag=N"),
        (b"##0184ST=31;CN=2011;PW=123456;MN=41170000000001;CP=&&DataTime=20260301100000;01-Rtd=4.2,01-Flag=N;02-Rtd=18.5,02-Flag=N;"
        b"03-Rtd=41.0,03-Flag=N;S01-Rtd=7.9,S01-Flag=N;B02-Rtd=38.2,B02-Flag=N&&AA01\r\n"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("packet", "raw"), PAIRS, ids=lambda one: one.command_code if isinstance(one, Packet) else "")
def test_reading_yields_the_packet(packet: Packet, raw: bytes) -> None:
    connection = Connection()
    connection.receive_bytes(raw)
    frame = connection.next_event()
    assert isinstance(frame, Frame)
    assert (frame.packet, frame.raw, frame.status.value) == (packet, raw, "ok")


@pytest.mark.parametrize(("packet", "raw"), PAIRS, ids=lambda one: one.command_code if isinstance(one, Packet) else "")
def test_writing_yields_the_bytes(packet: Packet, raw: bytes) -> None:
    assert Connection().send(packet) == raw


def test_writing_for_a_device_that_takes_modbus_checksums() -> None:
    packet, raw = PAIRS[0]
    assert Connection(crc_variant=Variant.MODBUS).send(packet) == raw[:-6] + modbus_crc(raw[6:-6]) + b"\r\n"


def test_enciphering_needs_a_key_and_keeps_length_and_checksum() -> None:
    packet, raw = PAIRS[2]
    secret = Connection(sm4_key=b"0" * 16).send(packet, encipher=True)
    assert (len(secret), secret[:6], secret[-6:], secret == raw) == (len(raw), raw[:6], raw[-6:], False)
    with pytest.raises(ValueError, match="no key"):
        Connection().send(packet, encipher=True)


@pytest.mark.parametrize("change", [
    {"mn": "A;B"}, {"mn": "A=B"}, {"password": "a b"}, {"mn": "编号"}, {"mn": "A&&"}, {"parameters": None}, {"parameters": b"x" * 9999},
])  # fmt: skip
def test_what_cannot_stand_in_a_frame_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Unsendable):
        Connection().send(PAIRS[0][0]._replace(**change))  # type: ignore[arg-type]


HEADERS = {
    "another order": (b"MN=A1;CN=2011;Flag=5;ST=32;PW=1;QN=2;", ("2", "32", "2011", "1", "A1", 5, None, None, None)),
    "no semicolon before CP": (b"ST=32;CN=2011;PW=1;MN=A1;Flag=5", (None, "32", "2011", "1", "A1", 5, None, None, None)),
    "blanks": (b" ST = 32 ; CN=2011;MN= A1 ;Flag=5; ", (None, "32", "2011", None, "A1", 5, None, None, None)),
    "late packet": (b"ST=32;CN=2011;PW=1;MN=A1;Flag=9;RF=1;", (None, "32", "2011", "1", "A1", 9, None, None, 1)),
    "sub-packet without the bit": (b"ST=32;CN=2011;PW=1;MN=A1;Flag=5;PNUM=3;PNO=2;", (None, "32", "2011", "1", "A1", 5, 3, 2, None)),
    "the bit without sub-packet": (b"ST=32;CN=2011;PW=1;MN=A1;Flag=7;", (None, "32", "2011", "1", "A1", 7, None, None, None)),
    "a Flag that is no number": (b"ST=32;CN=2011;PW=1;MN=A1;Flag=x;", (None, "32", "2011", "1", "A1", None, None, None, None)),
    "unknown and empty fields": (b"ST=;CN=2011;XX=3;MN=a_b;;", (None, "", "2011", None, "a_b", None, None, None, None)),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_read_by_name(name: str) -> None:
    header, expected = HEADERS[name]
    assert Packet.read(header + b"CP=&&a-Rtd=1&&") == Packet(*expected, b"a-Rtd=1")


AREAS = {
    "empty": (b"", []),
    "a blank": (b" ", []),
    "commas and semicolons alike": (b"BeginTime=1,EndTime=2;PolId=w", [("BeginTime", "1"), ("EndTime", "2"), ("PolId", "w")]),
    "blanks and superfluous separators": (b" a-Rtd = 1 ;; b-Rtd=2 ,", [("a-Rtd", "1"), ("b-Rtd", "2")]),
    "empty value, no value": (b"a-Rtd=,b-Rtd;c=3", [("a-Rtd", ""), ("b-Rtd", ""), ("c", "3")]),
    "two equals signs": (b"a=1=2;b=3", [("a", "1=2"), ("b", "3")]),
    "repeated": (b"a-Rtd=1,a-Rtd=2", [("a-Rtd", "1"), ("a-Rtd", "2")]),
    "log text": (b"i-Info=//a;b=1,c&&##//;d=2", [("i-Info", "//a;b=1,c&&##//"), ("d", "2")]),
    "empty log text": (b"i-Info=////,d=2", [("i-Info", "////"), ("d", "2")]),
    "address in a log text": (b"i-Info=//see http://x;y//", [("i-Info", "//see http://x;y//")]),
    "log text never closed": (b"i-Info=//a;b=2", [("i-Info", "//a"), ("b", "2")]),
    "two log texts": (b"i-Info=//a;//;j-Info=//b//", [("i-Info", "//a;//"), ("j-Info", "//b//")]),
    "gbk": (b"i-Info=//\xb8\xfc\xbb\xbb;\xca\xd4\xbc\xc1//", [("i-Info", "//更换;试剂//")]),
    "utf-8": ("i-Info=//更换//".encode(), [("i-Info", "//更换//")]),
}


@pytest.mark.parametrize("name", AREAS)
def test_items_of_an_area(name: str) -> None:
    area, expected = AREAS[name]
    assert Packet.read(b"CN=2011;CP=&&" + area + b"&&").pairs == expected


def test_an_area_ends_at_the_last_closing() -> None:
    packet = Packet.read(b"CN=3020;CP=&&i-Info=//a&&b//&&")
    assert (packet.parameters, packet.pairs) == (b"i-Info=//a&&b//", [("i-Info", "//a&&b//")])


def test_of_repeated_keys_the_last_counts() -> None:
    packet = Packet.read(b"CN=2011;CP=&&a-Rtd=1,a-Flag=D;a-Rtd=2;DataTime=3;DataTime=4&&")
    assert (packet.factors, packet.other) == ({"a": {"Rtd": "2", "Flag": "D"}}, {"DataTime": "4"})


@pytest.mark.parametrize(("area", "encoding"), [(b"", "ascii"), (b"a=1", "ascii"), ("更".encode(), "utf-8"), ("更".encode("gbk"), "gbk"), (b"\xff", None)])
def test_the_encoding_is_told(area: bytes, encoding: str | None) -> None:
    assert Packet.read(b"CN=2011;CP=&&" + area + b"&&").encoding == encoding


@pytest.mark.parametrize(
    ("flag", "edition", "answer_wanted", "numbered"),
    [(None, "2005", False, False), (3, "2005", True, True), (4, "2017", False, False), (5, "2017", True, False), (6, "2017", False, True), (9, "2025", True, False), (255, None, True, True)],
)  # fmt: skip
def test_what_the_flag_says(flag: int | None, edition: str | None, answer_wanted: bool, numbered: bool) -> None:
    packet = PAIRS[0][0]._replace(flag=flag)
    assert (packet.edition and packet.edition.name, packet.answer_wanted, packet.numbered) == (edition, answer_wanted, numbered)


@pytest.mark.parametrize(
    ("command_code", "flag", "answer"),
    [
        ("2011", 5, b"QN=1;ST=91;CN=9014;PW=9;MN=A;Flag=4;CP=&&&&"),
        ("2011", 4, None),
        ("2011", None, None),
        ("2011", 1, b"ST=91;CN=9014;PW=9;MN=A;Flag=0;CP=&&QN=1&&"),
        ("2061", 11, b"QN=1;ST=91;CN=9014;PW=9;MN=A;Flag=8;CP=&&&&"),
        ("1013", 5, b"QN=1;ST=91;CN=9013;PW=9;MN=A;Flag=4;CP=&&&&"),
        ("7777", 5, b"QN=1;ST=91;CN=9014;PW=9;MN=A;Flag=4;CP=&&&&"),
        ("9014", 5, None),
        ("9011", 5, None),
        ("9015", 8, b"QN=1;ST=91;CN=9013;PW=9;MN=A;Flag=8;CP=&&&&"),
    ],
)
def test_what_is_answered(command_code: str, flag: int | None, answer: bytes | None) -> None:
    answered = acknowledgement(Packet("1", "32", command_code, "9", "A", flag, None, None, None, b"a-Rtd=1"))
    assert (answered and answered.segment) == answer


def test_items_of_one_factor_are_joined_by_commas() -> None:
    pairs = [("DataTime", "1"), ("a-Avg", "2"), ("a-Flag", "N"), ("PolId", "a"), ("b-Avg", "3")]
    assert list(items(pairs)) == ["DataTime=1", "a-Avg=2,a-Flag=N", "PolId=a", "b-Avg=3"]
    assert Packet.of(command_code="2051", mn="A", password="1", system_code="32", pairs=pairs).pairs == pairs


def test_the_ten_lines_of_the_readme() -> None:
    import doctest

    readme = Path(hj212.__file__).parent / "README.md"
    assert doctest.testfile(str(readme), module_relative=False).failed == 0


def test_readings_are_typed_by_their_field() -> None:
    area = (
        b"DataTime=20260301100000;w01018-Cou=0.51,w01018-Avg=+24.4,w01018-Max=,w01018-Flag=N;w00000-Rtd=--;w21003-ZsRtd=1.5E1,w21003-Flag=T;"
        b"x1-Odd=7;SB1-RS=1;SB1-RT=3.5;w99-Rtd=NaN"
    )
    readings = Packet.read(b"CN=2051;CP=&&" + area + b"&&").readings
    assert readings.time is not None
    assert readings.time.isoformat() == "2026-03-01T10:00:00"
    assert [tuple(row) for row in readings.rows()] == [
        ("w01018", "Cou", Decimal("0.51"), "N", "0.51"),
        ("w01018", "Avg", Decimal("24.4"), "N", "+24.4"),
        ("w01018", "Max", None, "N", ""),
        ("w00000", "Rtd", None, None, "--"),
        ("w21003", "ZsRtd", Decimal("15"), "T", "1.5E1"),
        ("SB1", "RT", Decimal("3.5"), None, "3.5"),
        ("w99", "Rtd", None, None, "NaN"),
    ]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"20260301100000", "2026-03-01T10:00:00"), (b"20260301100000123", "2026-03-01T10:00:00"), (b" 20260301100000", "2026-03-01T10:00:00"),
        (b"20261301100000", None), (b"2026030110", None), (b"", None), (b"--", None), (b"2026-03-01 10:00", None),
    ],
)  # fmt: skip
def test_times(text: bytes, moment: str | None) -> None:
    time = Packet.read(b"CN=2051;CP=&&DataTime=" + text + b";a-Rtd=1&&").readings.time
    assert (time and time.isoformat()) == moment


@pytest.mark.parametrize("text", [b"1_000", b"Infinity", b"0x10", b"1e999999999", b"\xa3\xb1", b"1 2", b".", b"+", b"9" * 25, b"1,5"[:1] + b"'"])
def test_no_number(text: bytes) -> None:
    [row] = Packet.read(b"CN=2051;CP=&&a-Rtd=" + text + b"&&").readings.rows()
    assert row.value is None


def test_a_raw_frame_can_be_read_after_it_was_stored() -> None:
    stored = framed(PAIRS[2][0].segment)
    connection = Connection()
    connection.receive_bytes(stored)
    [frame] = [event for event in connection.events() if isinstance(event, Frame)]
    assert frame.packet.readings.values == (Decimal("20.9"), Decimal("33.0"), Decimal("34.8"), Decimal("36.2"))
