"""What a data segment says (数据包), as a value that is read and written alike."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple, Self

from shuangkong.hj212 import segment as grammar
from shuangkong.hj212.editions import Command, Edition, command, edition_of
from shuangkong.hj212.readings import Readings, readings

ANSWER_WANTED, NUMBERED = 1, 2  # bits of Flag; the others are the edition
SYSTEM_INTERACTION = "91"
DATA_RECEIVED, NOTICE_RECEIVED, HEARTBEAT = "9014", "9013", "9015"
LONGEST_AREA = 950
_LONGEST_NUMBER = 9
_REMEMBERED_HEADERS = 1 << 14
LONGEST_SEGMENT = 9999
_FIRST_INTERACTION = "9000"
_new = tuple.__new__  # half the time of a NamedTuple's own call
_FORBIDDEN = frozenset(";=& \t\r\n#")


class Unsendable(ValueError):
    """What was given cannot stand in a frame (不能编码)."""


class Packet(NamedTuple):
    """One packet: its header, and its data area as bytes (数据包).

    Fields are None where the packet does not carry them. A number that is no number is None as well; the segment keeps the text.
    `parameters` is None where the area is not delimited.
    """

    request_id: str | None
    system_code: str | None
    command_code: str | None
    password: str | None
    mn: str | None
    flag: int | None
    packet_count: int | None
    packet_number: int | None
    retransmitted: int | None
    parameters: bytes | None

    @classmethod
    def read(cls, segment: bytes) -> Self:
        """Read a data segment (解析数据段).

        Source
        ------
        HJ 212-2017 6.3.2.

        Examples
        --------
        >>> packet = Packet.read(b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&")
        >>> packet.mn, packet.edition.name, packet.answer_wanted, packet.pairs
        ('010000A8900016F000169DC0', '2017', True, [('RtdInterval', '30')])
        """
        header_end, start, end = grammar.bounds(segment)
        area = segment[start:end] if start <= end else None
        if segment[:3] == b"QN=" and segment[20:21] == b";" and segment[3:20].isdigit():
            # All but the request id is the same in every packet of a device: it is remembered.
            fields = _fields(segment[21:header_end])
            return _new(cls, (fields[0] or segment[3:20].decode(), *fields[1:], area))
        return cls(*_fields(segment[:header_end]), area)

    @classmethod
    def of(
        cls, *, command_code: str, mn: str, password: str, system_code: str, request_id: str | None = None, flag: int | None = None,
        pairs: Iterable[tuple[str, str]] = (), encoding: str = "utf-8",
    ) -> Self:  # fmt: skip
        """Return a packet with these items, each group of one factor joined by commas (构造数据包).

        Examples
        --------
        >>> Packet.of(command_code="1062", mn="A1", password="123456", system_code="32", flag=5, pairs=[("RtdInterval", "30")]).segment
        b'ST=32;CN=1062;PW=123456;MN=A1;Flag=5;CP=&&RtdInterval=30&&'
        """
        area = ";".join(items(pairs)).encode(encoding)
        return cls(request_id, system_code, command_code, password, mn, flag, None, None, None, area)

    @property
    def segment(self) -> bytes:
        """The data segment, in the printed order (数据段).

        Raises
        ------
        Unsendable
            If a header field holds a separator or is not ASCII, there is no data area, or the segment is longer than its length field can say.
        """
        header = [None if value is None else str(value) for value in self[:-1]]
        for name, text in zip(grammar.HEADER_NAMES, header, strict=True):
            if text is not None and (not text.isascii() or not _FORBIDDEN.isdisjoint(text)):
                raise Unsendable(f"{name}={text!r} holds a separator or is not ASCII")
        if self.parameters is None:
            raise Unsendable("a packet without data area")
        segment = grammar.written(header, self.parameters)
        if len(segment) > LONGEST_SEGMENT:
            raise Unsendable(f"a segment of {len(segment)} bytes; its length field holds four digits")
        return segment

    @property
    def version_bits(self) -> int | None:
        """The edition as the Flag says it: 0, 1, 2; None without a Flag (标准版本号)."""
        return None if self.flag is None else self.flag >> 2

    @property
    def edition(self) -> Edition | None:
        """The edition of the standard; a packet without Flag is of 2005; None where the Flag names none (标准版本)."""
        return edition_of(self.version_bits or 0)

    @property
    def answer_wanted(self) -> bool:
        """Whether the Flag asks for an answer (要求应答). See `acknowledgement` for whether to give one."""
        return bool((self.flag or 0) & ANSWER_WANTED)

    @property
    def numbered(self) -> bool:
        """Whether the Flag announces PNUM and PNO (有包号). They count where they stand, whatever the Flag says."""
        return bool((self.flag or 0) & NUMBERED)

    @property
    def command(self) -> Command | None:
        """The command with its names (命令); None for an unknown one, which is stored and answered all the same."""
        return command(self.command_code or "", self.edition)

    @property
    def encoding(self) -> str | None:
        """The encoding of the data area: ascii, utf-8, gbk; None for none of them, or no area (字符编码)."""
        return None if self.parameters is None else grammar.decoded(self.parameters)[1]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every item of the data area as text, in its order, repeated ones too (数据区键值)."""
        return [] if self.parameters is None else grammar.pairs(grammar.decoded(self.parameters)[0])

    @property
    def factors(self) -> dict[str, dict[str, str]]:
        """The texts by factor and field; the last of repeated ones (因子)."""
        by_factor: dict[str, dict[str, str]] = {}
        for key, value in self.pairs:
            factor, dash, field = key.partition("-")
            if dash:
                by_factor.setdefault(factor, {})[field] = value
        return by_factor

    @property
    def other(self) -> dict[str, str]:
        """The items that belong to no factor, such as DataTime (其他参数)."""
        return {key: value for key, value in self.pairs if "-" not in key}

    @property
    def readings(self) -> Readings:
        """The data area as typed values, quickly (监测数据)."""
        return readings(self.parameters or b"")


def acknowledgement(packet: Packet) -> Packet | None:
    """Return what a host answers to a packet, once it is durably stored; None where it must not answer (应答).

    Never to an interaction, or two machines answer each other for ever; only the heartbeat is one and is answered.

    Source
    ------
    HJ 212-2017 6.6, 附录C.

    Examples
    --------
    >>> upload = Packet.of(command_code="2011", mn="A1", password="123456", system_code="32", request_id="20260301100000123", flag=5)
    >>> acknowledgement(upload).segment
    b'QN=20260301100000123;ST=91;CN=9014;PW=123456;MN=A1;Flag=4;CP=&&&&'
    """
    code = packet.command_code or ""
    if code != HEARTBEAT and (not packet.answer_wanted or code >= _FIRST_INTERACTION):
        return None
    known = packet.command
    is_notice = known is not None and known.is_notice
    answer = NOTICE_RECEIVED if is_notice else DATA_RECEIVED
    area = b""
    version = packet.version_bits or 0
    if not version and packet.request_id:  # the 2005 edition names what it answers inside the area
        area = b"QN=" + packet.request_id.encode()
    header_id = packet.request_id if version else None
    return Packet(header_id, SYSTEM_INTERACTION, answer, packet.password, packet.mn, version << 2, None, None, None, area)


def items(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield keys and values as the items of a data area, what follows each other of one factor as one item (数据区条目).

    Examples
    --------
    >>> list(items([("DataTime", "20260301100000"), ("a-Avg", "1.0"), ("a-Flag", "N"), ("b-Avg", "2.0")]))
    ['DataTime=20260301100000', 'a-Avg=1.0,a-Flag=N', 'b-Avg=2.0']
    """
    for factor, group in groupby(pairs, key=lambda pair: pair[0].partition("-")[0] if "-" in pair[0] else None):
        together = [f"{key}={value}" for key, value in group]
        yield from [",".join(together)] if factor else together


_Fields = tuple[str | None, str | None, str | None, str | None, str | None, int | None, int | None, int | None, int | None]


@lru_cache(_REMEMBERED_HEADERS)
def _fields(header: bytes) -> _Fields:
    qn, st, cn, pw, mn, flag, pnum, pno, rf = grammar.fields(header)
    return qn, st, cn, pw, mn, _number(flag), _number(pnum), _number(pno), _number(rf)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None
