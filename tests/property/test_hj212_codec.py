"""Laws of the HJ 212 codec: the folded checksum is the defined one, reading undoes writing, cuts do not matter, damage harms nobody else."""

import string
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shuangkong.hj212 import Closed, Connection, Event, Frame, Packet, Skipped, Status, Variant, split
from shuangkong.hj212.crc import crc_text, variant_of
from shuangkong.hj212.encryption import deciphered, enciphered
from shuangkong.hj212.segment import decoded, pairs
from shuangkong.hj212.sm4 import Sm4
from unit.hj212.hj212_definition import defined_crc, framed, modbus_crc

unhurried = settings(deadline=None)  # the machine may be busy
KEY = b"0123456789abcdef"
words = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=24)
numerals = st.integers(1, 9999)
codes = st.sampled_from(["w01018", "w21003", "a21026", "01", "S01", "SB1", "x"])
suffixes = st.sampled_from(["Rtd", "Min", "Avg", "Max", "Cou", "ZsAvg", "Flag", "EFlag", "Odd"])
values = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-10**9, max_value=10**9).map(str),
    st.sampled_from(["N", "D", "", "--", "NaN", "+1.5", "1E2", "超标", "//a;b=c,d&&##0101e//", "////"]),
)
items = st.one_of(st.tuples(st.tuples(codes, suffixes).map("-".join), values), st.tuples(st.sampled_from(["DataTime", "PolId", "QnRtn"]), words))
packets = st.builds(
    lambda header, pairs_of_area, encoding: Packet.of(
        request_id=header[0], system_code=header[1], command_code=header[2], password=header[3], mn=header[4], flag=header[5], pairs=pairs_of_area, encoding=encoding
    )._replace(packet_count=header[6], packet_number=header[6], retransmitted=header[7]),
    st.tuples(st.none() | words, words, words, words, words, st.none() | st.integers(0, 255), st.none() | numerals, st.none() | st.just(1)),
    st.lists(items, max_size=12), st.sampled_from(["utf-8", "gbk"]),
)  # fmt: skip
noise = st.binary(max_size=30).map(lambda raw: raw.replace(b"#", b"."))
streams = st.lists(st.one_of(packets.map(lambda packet: framed(packet.segment)), noise, st.binary(max_size=40), packets.map(lambda packet: framed(packet.segment)[:40])), max_size=6)


def told(chunks: list[bytes], *, key: bytes | None = None) -> list[Event]:
    """Return every event of a stream that ends."""
    connection = Connection(sm4_key=key)
    events: list[Event] = []
    for chunk in chunks:
        if chunk:
            connection.receive_bytes(chunk)
            events += connection.events()
    connection.receive_bytes(b"")
    return events + list(connection.events())


def cut_at(stream: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:end] for start, end in pairwise(bounds)]


@unhurried
@given(st.binary(max_size=1300))
def test_the_folded_checksum_is_the_defined_one(segment: bytes) -> None:
    assert crc_text(segment) == defined_crc(segment)
    assert variant_of(segment, defined_crc(segment).lower()) is Variant.HJ212
    assert variant_of(segment, modbus_crc(segment)) in (Variant.MODBUS, Variant.HJ212)


@unhurried
@given(packets)
def test_reading_undoes_writing(packet: Packet) -> None:
    raw = Connection().send(packet)
    frame, closed = told([raw])
    assert isinstance(frame, Frame)
    assert (frame.packet, frame.raw, frame.status, frame.tail_crlf, closed) == (packet, raw, Status.OK, True, Closed(b""))
    assert Packet.read(packet.segment) == packet
    assert raw == framed(packet.segment)


@unhurried
@given(packets)
def test_reading_undoes_enciphering(packet: Packet) -> None:
    cipher = Sm4(KEY)
    assert deciphered(enciphered(packet.segment, cipher), cipher) == packet.segment
    raw = Connection(sm4_key=KEY).send(packet, encipher=True)
    assert len(raw) == len(packet.segment) + 12
    frame = told([raw], key=KEY)[0]
    assert isinstance(frame, Frame)
    assert (frame.packet, frame.status) == (packet, Status.OK)


@unhurried
@given(streams, st.lists(st.integers(0, 5000), max_size=8))
def test_cuts_do_not_matter(stream: list[bytes], places: list[int]) -> None:
    joined = b"".join(stream)
    whole = told([joined])
    assert told(cut_at(joined, places)) == whole
    assert told([joined[place : place + 1] for place in range(len(joined))]) == whole


@unhurried
@given(streams)
def test_no_byte_is_lost_or_made(stream: list[bytes]) -> None:
    joined = b"".join(stream)
    kept = b"".join(event.leftover if isinstance(event, Closed) else event.raw for event in told([joined]) if isinstance(event, Frame | Skipped | Closed))
    assert kept.translate(None, b"\r\n\0") == joined.translate(None, b"\r\n\0")


@st.composite
def damages(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Return a frame, damaged: bytes changed, put in, left out, or the end cut off; its first bytes too."""
    raw = bytearray(framed(draw(packets).segment))
    before = bytes(raw)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(raw) - 1)))
        kind = draw(st.sampled_from(["change", "digit", "insert", "delete", "cut"]))
        if kind == "change" and raw:
            raw[place] = draw(st.integers(0, 255))
        elif kind == "digit" and len(raw) > 5:
            raw[draw(st.integers(2, 5))] = draw(st.integers(0x30, 0x39))
        elif kind == "insert":
            raw[place:place] = draw(st.binary(max_size=8))
        elif kind == "delete":
            del raw[place : place + draw(st.integers(1, 8))]
        elif kind == "cut":
            del raw[place:]
    return before, bytes(raw)


@unhurried
@given(damages(), st.lists(packets, min_size=1, max_size=3))
def test_damage_loses_no_good_frame_that_follows(damaged: tuple[bytes, bytes], following: list[Packet]) -> None:
    _, raw = damaged
    events = told([raw + b"".join(framed(packet.segment) for packet in following)])
    good = [event.packet for event in events if isinstance(event, Frame) and event.status is Status.OK]
    assert good[-len(following) :] == following


@unhurried
@given(st.binary(max_size=400))
def test_anything_at_all_is_read_without_falling(raw: bytes) -> None:
    for event in told([raw, raw[::-1]], key=KEY):
        if isinstance(event, Frame):
            packet = event.packet
            assert (packet.pairs, packet.factors, packet.other, list(packet.readings.rows()), packet.command, packet.edition, packet.encoding) is not None


@unhurried
@given(st.binary(max_size=200))
def test_any_area_at_all_is_read_alike_the_quick_way_and_the_careful_way(area: bytes) -> None:
    packet = Packet.read(b"CN=2011;CP=&&" + area + b"&&")
    found = pairs(decoded(packet.parameters or b"")[0])
    texts = {key: value.encode() for key, value in found}
    readings = packet.readings
    assert [texts[f"{column.factor}-{column.field}"] for column in readings.columns] == list(readings.texts)


@unhurried
@given(st.lists(items, max_size=12))
def test_texts_and_figures_are_of_the_same_items(pairs_of_area: list[tuple[str, str]]) -> None:
    packet = Packet.of(command_code="2051", mn="A1", password="1", system_code="32", pairs=pairs_of_area)
    assert packet.pairs == pairs_of_area
    for row in packet.readings.rows():
        assert (row.text, row.mark) == (packet.factors[row.factor][row.field], packet.factors[row.factor].get("Flag") or None)


@unhurried
@given(st.lists(items, min_size=1, max_size=40))
def test_sub_packets_hold_every_factor_and_fit(pairs_of_area: list[tuple[str, str]]) -> None:
    packet = Packet.of(command_code="2051", mn="A1", password="1", system_code="32", request_id="20260301120000000", flag=5, pairs=pairs_of_area)
    if any("//" in value for _, value in pairs_of_area):
        return
    parts = split(packet, longest_area=950)
    assert all(len(part.parameters or b"") <= 950 for part in parts)
    together = sorted(pair for part in parts for pair in part.pairs if "-" in pair[0])
    assert together == sorted(pair for pair in packet.pairs if "-" in pair[0])
