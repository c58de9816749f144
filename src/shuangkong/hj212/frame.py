"""Cutting frames out of a stream of bytes (分帧).

    frame = "##" length segment crc [CR LF]        length: 4 digits, of the segment alone; crc: 4 hexadecimal digits

A frame is cut by its declared length and never by looking for what might end it: log texts and ciphertext contain anything. Only when there is no right checksum
at the declared place is the end looked for, before the next head; and only a right checksum makes what is found there a frame to be trusted.

What is decided depends on the bytes alone, not on how they were cut into pieces on their way: what is needed for a decision is waited for, up to a
limit, unless the caller says that there is no more to wait for.
"""

import re
from enum import Enum

from shuangkong.hj212.crc import Variant, crc_text, variant_of
from shuangkong.hj212.encryption import deciphered, looks_plain
from shuangkong.hj212.events import Frame, Status
from shuangkong.hj212.segment import is_delimited, without_log_texts
from shuangkong.hj212.sm4 import Sm4

LINE_END = b"\r\n"
HEAD = re.compile(rb"##[0-9]{4}")
HEAD_LENGTH, CRC_LENGTH = 6, 4
LONGEST_FRAME = HEAD_LENGTH + 9999 + CRC_LENGTH + len(LINE_END)

_PARTIAL_HEAD = re.compile(rb"#(?:#[0-9]{0,3})?\Z")
_MOST_ENDS_TRIED = 16
_new = tuple.__new__  # half the time of a NamedTuple's own call
_OK, _HJ212 = Status.OK, Variant.HJ212  # looking members up costs a tenth of a microsecond each
_HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{4}")
_END = re.compile(rb"&&(?P<crc>[0-9A-Fa-f]{4})(?=\r\n|\r[^\n]|\n|##)")
_END_OR_NOTHING_MORE = re.compile(rb"&&(?P<crc>[0-9A-Fa-f]{4})(?=[\r\n]|##|\Z)")


class Patience(Enum):
    """What may be waited for (等待)."""

    MORE_COMES = "more bytes may come at any moment"
    PAUSED = "the sender has paused: a frame that is whole but for its line end is taken"
    GIVEN_UP = "a frame that is not whole by now is rejected"
    ENDED = "nothing more will come"


def as_printed(buffer: bytes, start: int, cipher: Sm4 | None) -> Frame | None:
    """Return the frame at `start` if it is as it should be (取正常帧): the quick way. `cut` would say the same, and says the rest.

    Examples
    --------
    >>> as_printed(b"##0007CP=&&&&F781" + LINE_END, 0, None).status
    <Status.OK: 'ok'>
    """
    end = start + HEAD_LENGTH + int(buffer[start + 2 : start + HEAD_LENGTH])
    segment = buffer[start + HEAD_LENGTH : end]
    received = buffer[end : end + CRC_LENGTH]
    if (
        buffer[end + CRC_LENGTH : end + CRC_LENGTH + 2] != LINE_END
        or received != crc_text(segment)
        or segment[-2:] != b"&&"
        or b"#" in segment
        or not 0 <= segment.find(b"CP=&&") <= len(segment) - 7
        or not (cipher is None or looks_plain(segment))
    ):
        return None
    return _new(Frame, (segment, _OK, _HJ212, received, received, end - start - HEAD_LENGTH, True, buffer[start : end + CRC_LENGTH + 2]))


def cut(buffer: bytes, start: int, *, patience: Patience, cipher: Sm4 | None) -> Frame | None:
    """Return the frame whose head stands at `start` of the buffer, None while it is incomplete (取一帧).

    Its `raw` is what it takes up. A frame whose end cannot be found is returned up to the next head, rejected.

    Source
    ------
    HJ 212-2017 6.3.1.

    Examples
    --------
    >>> cut(b"##0021CP=&&RtdInterval=30&&2F80", 0, patience=Patience.MORE_COMES, cipher=None) is None
    True
    >>> cut(b"##0021CP=&&RtdInterval=30&&2F80", 0, patience=Patience.PAUSED, cipher=None).status
    <Status.CRC_ERROR: 'crc_error'>
    """
    window = buffer[start : start + LONGEST_FRAME]
    may_lack_line_end = patience is not Patience.MORE_COMES
    end = HEAD_LENGTH + int(window[2:HEAD_LENGTH])
    frame = None
    if len(window) >= end + CRC_LENGTH + (0 if may_lack_line_end else len(LINE_END)):
        frame = _at_declared_place(window, end, cipher)
        if frame and frame.crc_variant:
            return frame
    elif not may_lack_line_end:
        return None
    if frame:  # well formed, but for its checksum: perhaps a shorter one is right
        return _recovered(window, _ends(window[:end], _END), cipher) or frame
    return _looked_for(window, patience, cipher)


def _at_declared_place(window: bytes, end: int, cipher: Sm4 | None) -> Frame | None:
    """The frame that its length field declares, if two of three say that it ends there: ``&&`` before, a hexadecimal checksum, a line end or head after."""
    segment, received, after = window[HEAD_LENGTH:end], window[end : end + CRC_LENGTH], window[end + CRC_LENGTH : end + CRC_LENGTH + 2]
    is_hexadecimal = _HEXADECIMAL.fullmatch(received) is not None
    if (segment[-2:] == b"&&") + is_hexadecimal + (after[:1] in (b"", b"\r", b"\n") or after == b"##") < 2:
        return None
    frame = _judged(window, end, cipher)
    # A head inside means that the length is wrong and reaches into the next frame. In a frame that is right, log texts may hold what looks like one.
    inside = without_log_texts(frame.segment) if frame.crc_variant else segment
    return None if b"##" in inside and HEAD.search(inside) else frame


def _looked_for(window: bytes, patience: Patience, cipher: Sm4 | None) -> Frame | None:
    """The frame of which the declared end is wrong, by its true end if that is found before the next head."""
    next_head = HEAD.search(window, HEAD_LENGTH)
    limit = next_head.start() if next_head else len(window)
    is_over = next_head or patience is not Patience.MORE_COMES
    ends = _ends(window[:limit], _END_OR_NOTHING_MORE if is_over else _END)
    recovered = _recovered(window, ends, cipher)
    if recovered:
        return recovered
    if not next_head:
        if len(window) < LONGEST_FRAME and patience in (Patience.MORE_COMES, Patience.PAUSED):
            return None
        if len(window) < LONGEST_FRAME and patience is Patience.ENDED and not ends:
            return None
        limit -= partial_head(window)
    if ends:
        return _judged(window, ends[-1], cipher)
    segment = window[HEAD_LENGTH:limit]
    return Frame(segment, Status.STRUCTURE_ERROR, None, b"", crc_text(segment), int(window[2:HEAD_LENGTH]), False, window[:limit])


def _ends(window: bytes, pattern: re.Pattern[bytes]) -> list[int]:
    return [found.start("crc") for found in pattern.finditer(window, HEAD_LENGTH)]


def _recovered(window: bytes, ends: list[int], cipher: Sm4 | None) -> Frame | None:
    frames = (_judged(window, end, cipher) for end in ends[:_MOST_ENDS_TRIED])
    return next((frame for frame in frames if frame.crc_ok), None)


def _judged(window: bytes, end: int, cipher: Sm4 | None) -> Frame:
    """The frame that ends there, whatever its checksum says of it."""
    received = window[end : end + CRC_LENGTH]
    segment, variant = _deciphered(window[HEAD_LENGTH:end], received, cipher)
    declared = int(window[2:HEAD_LENGTH])
    has_tail = window[end + CRC_LENGTH : end + CRC_LENGTH + 2] == LINE_END
    if variant is not Variant.HJ212:
        status = Status.CRC_ERROR
    elif not is_delimited(segment):
        status = Status.STRUCTURE_ERROR
    else:
        status = Status.OK if declared == len(segment) else Status.LENGTH_ERROR_RECOVERABLE
    raw = window[: end + CRC_LENGTH + (2 if has_tail else 0)]
    return Frame(segment, status, variant, received, crc_text(segment), declared, has_tail, raw)


def _deciphered(segment: bytes, received: bytes, cipher: Sm4 | None) -> tuple[bytes, Variant | None]:
    """The segment as its checksum knows it. One checksum in 256 matches by chance, so the looks of the area decide which is tried first."""
    if cipher is None:
        return segment, variant_of(segment, received)
    plain = deciphered(segment, cipher)
    as_it_came = (segment, variant_of(segment, received))
    as_deciphered = (plain, variant_of(plain, received) if looks_plain(plain) else None)
    first, second = (as_it_came, as_deciphered) if looks_plain(segment) else (as_deciphered, as_it_came)
    return first if first[1] else second if second[1] else as_it_came


def partial_head(buffer: bytes) -> int:
    """Return how many of the last bytes may be the beginning of a head (残缺包头).

    Examples
    --------
    >>> partial_head(b"OK#"), partial_head(b"OK##01"), partial_head(b"OK##x")
    (1, 4, 0)
    """
    found = _PARTIAL_HEAD.search(buffer, max(0, len(buffer) - HEAD_LENGTH))
    return len(buffer) - found.start() if found else 0


def framed(segment: bytes, *, crc: bytes, length: int) -> bytes:
    """Return a segment as a frame (组帧).

    Examples
    --------
    >>> framed(b"CP=&&&&", crc=b"1C80", length=7)[:-2]
    b'##0007CP=&&&&1C80'
    """
    return b"##%04d" % length + segment + crc + LINE_END
