"""The data segment (数据段): header fields by name, then the data area.

Grammar of HJ 212-2017 6.3.2, in the order printed:

    segment   = "QN=" … ";ST=" … ";CN=" … ";PW=" … ";MN=" … ";Flag=" … ";" ["PNUM=" … ";PNO=" … ";"] ["RF=1;"] "CP=&&" area "&&"
    area      = [item *((";" / ",") item)]
    item      = key "=" value
    value     = "//" text "//" / *(any but ";" and ",")

Devices change the order, leave fields out and put blanks in: everything is read by name.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable

HEADER_NAMES = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF")

_AREA_OPENING = re.compile(rb"CP\s*=\s*&&")
_LOG_CLOSING = re.compile(r"//(?=\s*(?:[;,]|\Z))")
_LOG_TEXT = re.compile(rb"=\s*//.*?//(?=\s*(?:[;,]|\Z))", re.DOTALL)


def fields(header: bytes) -> list[str | None]:
    """Return the texts of a header in the order of `HEADER_NAMES`, None where absent; of a repeated field the last (数据段字段).

    Source
    ------
    HJ 212-2017 6.3.2.

    Examples
    --------
    >>> fields(b"ST=32;CN=2011; MN=A1; ")
    [None, '32', '2011', None, 'A1', None, None, None, None]
    """
    by_name = {}
    for field in header.decode("ascii", "backslashreplace").split(";"):
        name, equals, text = field.partition("=")
        if equals:
            by_name[name.strip()] = text.strip()
    return [by_name.get(name) for name in HEADER_NAMES]


def bounds(segment: bytes) -> tuple[int, int, int]:
    """Return where the header ends, the data area begins and ends; its end lies before its beginning where it is not delimited (数据区位置).

    It begins after the first ``CP=&&`` and ends at the last ``&&``: a log text may contain ``&&``.
    """
    place = segment.find(b"CP=&&")
    if place >= 0:
        return place, place + 5, segment.rfind(b"&&")
    opening = _AREA_OPENING.search(segment)
    return (opening.start(), opening.end(), segment.rfind(b"&&")) if opening else (len(segment), len(segment), -1)


def decoded(area: bytes) -> tuple[str, str | None]:
    """Return the area as text, and its encoding: ascii, utf-8, gbk, or None where it is none of them (字符编码).

    Examples
    --------
    >>> decoded(bytes.fromhex("b8fcbbbb")), decoded(bytes([255]))
    (('更换', 'gbk'), ('\\\\xff', None))
    """
    if area.isascii():
        return area.decode("ascii"), "ascii"
    for encoding in ("utf-8", "gbk"):
        try:
            return area.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return area.decode("ascii", "backslashreplace"), None


def pairs(text: str) -> list[tuple[str, str]]:
    """Return the items of a data area in their order, repeated ones too (数据区键值).

    ``,`` and ``;`` are alike; a log text between ``//`` is opaque; an item without ``=`` is kept with an empty value.

    Examples
    --------
    >>> pairs("a-Rtd=1.0,a-Flag=N; b-Info=//x;y=&&//;")
    [('a-Rtd', '1.0'), ('a-Flag', 'N'), ('b-Info', '//x;y=&&//')]
    """
    if "//" in text:
        return _pairs_with_log_texts(text)
    split = (item.partition("=") for item in text.replace(";", ",").split(","))
    return [(key.strip(), value.strip()) for key, equals, value in split if equals or key.strip()]


def _pairs_with_log_texts(text: str) -> list[tuple[str, str]]:
    closings = [found.start() for found in _LOG_CLOSING.finditer(text)]
    found = []
    place = 0
    while place < len(text):
        end = _item_end(text, place)
        key, equals, value = text[place:end].partition("=")
        if value.lstrip().startswith("//"):
            opening = text.index("//", place)
            closing = bisect_left(closings, opening + 2)
            if closing < len(closings):
                end = closings[closing] + 2
                value = text[opening:end]
                end = _item_end(text, end)
        if equals or key.strip():
            found.append((key.strip(), value.strip()))
        place = end + 1
    return found


def _item_end(text: str, place: int) -> int:
    comma, semicolon = text.find(",", place), text.find(";", place)
    if comma < 0 or semicolon < 0:
        end = max(comma, semicolon)
        return end if end >= 0 else len(text)
    return min(comma, semicolon)


def is_delimited(segment: bytes) -> bool:
    """Say whether the segment has a data area, however empty (有数据区)."""
    _, start, end = bounds(segment)
    return start <= end


def without_log_texts(segment: bytes) -> bytes:
    """Return the segment less its log texts, in which anything may stand (去掉日志文本)."""
    _, start, end = bounds(segment)
    return segment[:start] + _LOG_TEXT.sub(b"", segment[start:end]) + segment[end:] if b"//" in segment and start <= end else segment


def written(header: Iterable[str | None], area: bytes) -> bytes:
    """Return the segment of these parts, in the printed order (组成数据段).

    Examples
    --------
    >>> written([None, "32", "9014", "123456", "A1", "4", None, None, None], b"")
    b'ST=32;CN=9014;PW=123456;MN=A1;Flag=4;CP=&&&&'
    """
    fields = "".join(f"{name}={text};" for name, text in zip(HEADER_NAMES, header, strict=True) if text is not None)
    return fields.encode("ascii") + b"CP=&&" + area + b"&&"
