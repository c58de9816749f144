"""Packets too long for one frame: cut into sub-packets, and which of them have arrived (分包).

Every sub-packet is a packet of its own, with its own time, and is stored at once without waiting for the others. What a host keeps is who is missing.
The sub-packets of one message carry different request ids, in the standard's own examples; so they belong together by device, system, command, time and count.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from shuangkong.hj212.packets import LONGEST_AREA, NUMBERED, Packet, Unsendable, items

_MILLISECONDS = 1000
_MOST_PACKETS = 9999


_Key = tuple[str | None, str | None, str | None, str | None, int]


class Group(NamedTuple):
    """One message in several packets (分包组) and the numbers that have not arrived."""

    mn: str | None
    system_code: str | None
    command_code: str | None
    data_time: str | None
    packet_count: int
    missing: frozenset[int]


class Groups:
    """Which sub-packets have arrived (分包登记), of at most so many messages at a time.

    Examples
    --------
    >>> groups = Groups()
    >>> first, second = (Packet.read(b"CN=2051;MN=A1;Flag=7;PNUM=2;PNO=%d;CP=&&DataTime=20260301110000&&" % number) for number in (1, 2))
    >>> groups.add(first), [sorted(group.missing) for group in groups.open()]
    ([], [[2]])
    >>> [sorted(group.missing) for group in groups.add(second)], list(groups.open())
    ([[]], [])
    """

    def __init__(self, *, most: int = 256) -> None:
        self._most = most
        self._arrived: dict[_Key, set[int]] = {}

    def add(self, packet: Packet) -> list[Group]:
        """Note a sub-packet; return the groups that are over by it: complete, or pushed out by newer ones and lacking some (登记分包)."""
        count, number = packet.packet_count, packet.packet_number
        if not count or not number or not number <= count <= _MOST_PACKETS:
            return []
        key = (packet.mn, packet.system_code, packet.command_code, packet.other.get("DataTime"), count)
        arrived = self._arrived.setdefault(key, set())
        arrived.add(number)
        if len(arrived) == count:
            over = key
        elif len(self._arrived) > self._most:
            over = next(iter(self._arrived))
        else:
            return []
        return [_group(over, self._arrived.pop(over))]

    def open(self) -> Iterator[Group]:
        """Yield the groups that still lack some, oldest first (未齐分包)."""
        for key, arrived in self._arrived.items():
            yield _group(key, arrived)


def _group(key: _Key, arrived: set[int]) -> Group:
    return Group(*key, frozenset(range(1, key[-1] + 1)) - arrived)


def split(packet: Packet, *, longest_area: int = LONGEST_AREA) -> list[Packet]:
    """Return the packet in as many sub-packets as it needs, one if it fits (拆包).

    Each begins with what belongs to no factor, so that it can be stored alone; a factor's items stay together; request ids count up by a millisecond.

    Raises
    ------
    Unsendable
        If one factor alone is too long.

    Source
    ------
    HJ 212-2017 6.3.2, 附录C.

    Examples
    --------
    >>> packet = Packet.read(b"QN=20260301111003999;CN=2051;MN=A1;Flag=5;CP=&&DataTime=20260301110000;a-Avg=1,a-Flag=N;b-Avg=2,b-Flag=N&&")
    >>> for part in split(packet, longest_area=45):
    ...     print(part.segment.decode())
    QN=20260301111003999;CN=2051;MN=A1;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20260301110000;a-Avg=1,a-Flag=N&&
    QN=20260301111004000;CN=2051;MN=A1;Flag=7;PNUM=2;PNO=2;CP=&&DataTime=20260301110000;b-Avg=2,b-Flag=N&&
    """
    area = packet.parameters or b""
    if len(area) <= longest_area:
        return [packet]
    encoding = packet.encoding or "utf-8"
    head = ";".join(items(pair for pair in packet.pairs if "-" not in pair[0])).encode(encoding)
    areas: list[bytes] = []
    for item in items(pair for pair in packet.pairs if "-" in pair[0]):
        encoded = item.encode(encoding)
        if areas and len(areas[-1]) + 1 + len(encoded) <= longest_area:
            areas[-1] += b";" + encoded
        elif len(head) + 1 + len(encoded) <= longest_area:
            areas.append(head + b";" + encoded if head else encoded)
        else:
            raise Unsendable(f"an item of {len(encoded)} bytes does not fit an area of {longest_area}")
    return [
        packet._replace(
            request_id=_later(packet.request_id, number), flag=(packet.flag or 0) | NUMBERED, packet_count=len(areas), packet_number=number + 1, parameters=one
        )
        for number, one in enumerate(areas)
    ]


def _later(request_id: str | None, milliseconds: int) -> str | None:
    if request_id is None or not milliseconds:
        return request_id
    try:
        first = datetime.fromisoformat(f"{request_id[:8]}T{request_id[8:14]}.{request_id[14:]}")
    except ValueError as wrong:
        raise Unsendable(f"QN={request_id} is no time to count from") from wrong
    moment = first + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // _MILLISECONDS:03d}"
