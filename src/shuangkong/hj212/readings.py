"""The data area as typed values, in bulk (监测数据).

Packets of one device carry the same keys in the same order, day after day. So the keys, all together, are looked up as one `Shape`, found out once: which
columns are figures, which mark goes with each, where the time stands. What remains to do for a packet is one cut at the separators and one look-up for
each figure, since figures as devices print them repeat.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from shuangkong.hj212 import segment as grammar
from shuangkong.hj212.editions import is_figure

_NUMBER = re.compile(rb"[+-]?(?:[0-9]{1,24}(?:\.[0-9]{0,24})?|\.[0-9]{1,24})(?:[eE][+-]?[0-9]{1,2})?")
_REMEMBERED_NUMBERS, _REMEMBERED_SHAPES, _REMEMBERED_TIMES = 1 << 14, 1 << 12, 1 << 10
# An area can be cut at every separator at once if "=" and "," or ";" take turns and nothing in it needs a second look: blanks, log texts, Chinese.
_ALIKE = bytes.maketrans(b",;", b"==")
_COMMA_TO_SEMICOLON = bytes.maketrans(b",", b";")
_HARMLESS = bytes(byte for byte in range(0x21, 0x7F) if byte not in b"=,;/")
_TAKING_TURNS = {b"=;" * count + b"=" for count in range(512)}
_WHERE_FACTORS_BEGIN = slice(23, 33)  # after DataTime=20260301100000
_MARK = "Flag"
_MISSING = -1

_Picker = Callable[[list[bytes]], tuple[bytes, ...]]


class Column(NamedTuple):
    """One figure of a data area by its key: factor and field, ``w01018`` and ``Avg`` (列)."""

    factor: str
    field: str


class Reading(NamedTuple):
    """One figure with its mark (一个监测值). `value` is None where the text is no number: empty, ``--``, ``NaN``."""

    factor: str
    field: str
    value: Decimal | None
    mark: str | None
    text: str


class Readings(NamedTuple):
    """The figures of one packet, column by column (一包监测值).

    `time` is what the packet calls DataTime, in China Standard Time: the start of the period, or the instant of a real-time value.
    """

    time: datetime | None
    columns: tuple[Column, ...]
    values: tuple[Decimal | None, ...]
    marks: tuple[bytes, ...]
    texts: tuple[bytes, ...]

    def rows(self) -> Iterator[Reading]:
        """Yield the figures one by one (逐个取值)."""
        for column, value, mark, text in zip(self.columns, self.values, self.marks, self.texts, strict=True):
            yield Reading(*column, value, mark.decode() or None, text.decode())


class _Numbers(dict[bytes, Decimal | None]):
    """Numbers by their text, remembered up to a limit; those that are asked for again outlast the others."""

    def __init__(self) -> None:
        self._before: dict[bytes, Decimal | None] = {}

    def __missing__(self, text: bytes) -> Decimal | None:
        if len(self) >= _REMEMBERED_NUMBERS:
            self._before = dict(self)
            self.clear()
        known = self._before.get(text)
        number = self[text] = known or (Decimal(text.decode()) if _NUMBER.fullmatch(text) else None)
        return number


_number_of = _Numbers().__getitem__
_new = tuple.__new__  # half the time of a NamedTuple's own call


class _Shape(NamedTuple):
    """What the keys of an area, in their order, say of its texts: which are figures, which their marks, where the time stands."""

    columns: tuple[Column, ...]
    figures_of: _Picker
    marks_of: _Picker
    time_place: int


_newest: dict[bytes, tuple[list[bytes], _Shape]] = {}


def number(text: bytes) -> Decimal | None:
    """Return the number a device printed, None where it is none (数值).

    Examples
    --------
    >>> number(b"+20.40"), number(b"1.5E3"), number(b"--"), number(b"NaN")
    (Decimal('20.40'), Decimal('1.5E+3'), None, None)
    """
    return _number_of(text.strip())


def readings(area: bytes) -> Readings:
    """Return the figures of a data area, typed (监测数据).

    Of a repeated key the last counts. A mark stands beside every figure of its factor.

    Source
    ------
    HJ 212-2017 6.3.3, 表4, 表8.

    Examples
    --------
    >>> found = readings(b"DataTime=20260301100000;w01018-Avg=20.4,w01018-Max=--,w01018-Flag=N")
    >>> found.time.isoformat(), [tuple(row) for row in found.rows()]
    ('2026-03-01T10:00:00', [('w01018', 'Avg', Decimal('20.4'), 'N', '20.4'), ('w01018', 'Max', None, 'N', '--')])
    """
    if area.translate(_COMMA_TO_SEMICOLON, _HARMLESS) in _TAKING_TURNS:
        tokens = area.translate(_ALIKE).split(b"=")
        keys, texts = tokens[::2], tokens[1::2]
    else:
        encoded = [(key.encode(), value.encode()) for key, value in grammar.pairs(grammar.decoded(area)[0])]
        keys, texts = [key for key, _ in encoded], [value for _, value in encoded]
    supposed = _newest.get(area[_WHERE_FACTORS_BEGIN])
    if supposed is None or supposed[0] != keys:  # comparing costs half of hashing
        supposed = _newest[area[_WHERE_FACTORS_BEGIN]] = keys, _shape(tuple(keys))
        if len(_newest) > _REMEMBERED_SHAPES:
            _newest.clear()
    columns, figures_of, marks_of, time_place = supposed[1]
    texts.append(b"")  # what the place of a missing thing finds
    figures = figures_of(texts)
    return _new(Readings, (_time(texts[time_place]), columns, tuple(map(_number_of, figures)), marks_of(texts), figures))


@lru_cache(_REMEMBERED_SHAPES)
def _shape(keys: tuple[bytes, ...]) -> _Shape:
    place_of = {key.decode(): place for place, key in enumerate(keys)}  # the last of repeated ones
    figures = [(Column(factor, field), place) for key, place in place_of.items() for factor, dash, field in [key.partition("-")] if is_figure(field)]
    return _Shape(
        columns=tuple(column for column, _ in figures),
        figures_of=_picker([place for _, place in figures]),
        marks_of=_picker([place_of.get(f"{column.factor}-{_MARK}", _MISSING) for column, _ in figures]),
        time_place=place_of.get("DataTime", _MISSING),
    )


def _picker(places: list[int]) -> _Picker:
    match places:
        case []:
            return lambda texts: ()
        case [only]:
            return lambda texts: (texts[only],)
    return itemgetter(*places)


@lru_cache(_REMEMBERED_TIMES)
def _time(text: bytes) -> datetime | None:
    if not text.isdigit() or len(text) not in (14, 17):
        return None
    try:
        return datetime.fromisoformat(f"{text[:8].decode()}T{text[8:14].decode()}")
    except ValueError:
        return None
