"""Sub-packets: cut, and missed."""

import pytest

from shuangkong.hj212 import Groups, Packet, Unsendable, split


def sub_packet(number: int, *, count: int = 3, mn: str = "A1", time: str = "20260301110000") -> Packet:
    return Packet("1", "32", "2051", "9", mn, 7, count, number, None, f"DataTime={time};a-Avg={number}".encode())


def long_packet(factors: int) -> Packet:
    pairs = [("DataTime", "20260301110000")]
    for number in range(factors):
        pairs += [(f"w{number:05d}-{field}", "12.3") for field in ("Min", "Avg", "Max")] + [(f"w{number:05d}-Flag", "N")]
    return Packet.of(command_code="2051", mn="A1", password="9", system_code="32", request_id="20260301235959999", flag=5, pairs=pairs)


def test_a_packet_that_fits_stays_as_it_is() -> None:
    packet = long_packet(3)
    assert split(packet) == [packet]


def test_a_long_packet_is_cut_between_factors_and_each_part_carries_the_time() -> None:
    packet = long_packet(40)
    parts = split(packet)
    assert [(part.packet_count, part.packet_number, part.flag) for part in parts] == [(len(parts), number + 1, 7) for number in range(len(parts))]
    assert len(parts) == 3
    assert all(len(part.parameters or b"") <= 950 for part in parts)
    assert all(part.other == {"DataTime": "20260301110000"} for part in parts)
    together: dict[str, dict[str, str]] = {}
    for part in parts:
        assert not together.keys() & part.factors.keys()
        together |= part.factors
    assert together == packet.factors
    assert [part.request_id for part in parts] == ["20260301235959999", "20260302000000000", "20260302000000001"]


def test_one_factor_too_long_is_refused() -> None:
    with pytest.raises(Unsendable):
        split(Packet.of(command_code="3020", mn="A1", password="9", system_code="32", pairs=[("i-Info", "x" * 951)]))


def test_a_request_id_that_is_no_time_cannot_count_up() -> None:
    with pytest.raises(Unsendable):
        split(long_packet(40)._replace(request_id="1"))


def test_a_group_is_over_when_all_have_arrived_in_whatever_order() -> None:
    groups = Groups()
    assert groups.add(sub_packet(3)) == []
    assert groups.add(sub_packet(1)) == []
    assert groups.add(sub_packet(1)) == []
    [group] = groups.open()
    assert (group.mn, group.packet_count, group.missing) == ("A1", 3, frozenset({2}))
    [over] = groups.add(sub_packet(2))
    assert (over.data_time, over.missing) == ("20260301110000", frozenset())
    assert list(groups.open()) == []


def test_messages_of_other_devices_and_times_are_other_groups() -> None:
    groups = Groups()
    for packet in (sub_packet(1), sub_packet(2, mn="A2"), sub_packet(3, time="20260301120000"), sub_packet(1, count=4)):
        assert groups.add(packet) == []
    assert len(list(groups.open())) == 4


def test_only_so_many_groups_are_kept_and_the_oldest_tells_what_it_lacks() -> None:
    groups = Groups(most=2)
    assert groups.add(sub_packet(1, mn="A1")) == []
    assert groups.add(sub_packet(1, mn="A2")) == []
    [pushed_out] = groups.add(sub_packet(1, mn="A3"))
    assert (pushed_out.mn, pushed_out.missing) == ("A1", frozenset({2, 3}))


@pytest.mark.parametrize("packet", [sub_packet(1)._replace(packet_count=None), sub_packet(1)._replace(packet_number=None), sub_packet(4), sub_packet(0), sub_packet(1, count=100_000)])
def test_what_is_no_sub_packet_opens_no_group(packet: Packet) -> None:
    groups = Groups()
    assert groups.add(packet) == []
    assert list(groups.open()) == []
