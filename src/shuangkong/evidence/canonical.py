"""The one byte form of a plain value: equal values give equal bytes, and the bytes give the value back.

The form is JSON that any reader takes, held to one spelling:

    value   = "null" | "true" | "false" | int | text | list | map | tagged
    int     = "0" | ["-"] digit-but-0 digits             at most 1000 digits
    text    = '"' characters '"'                         UTF-8, normal form C; only " \\ and U+0000–U+001F are escaped,
                                                         as \\" \\\\ \\b \\t \\n \\f \\r or \\u00xx in lower case
    list    = "[" [value {"," value}] "]"
    map     = "{" [text ":" value {"," text ":" value}] "}"   keys rise by code point, none twice, none begins with "$"
    tagged  = '{"$decimal":"' plain notation, no exponent, no superfluous zeros '"}'
            | '{"$date":"' YYYY-MM-DD '"}'
            | '{"$moment":"' YYYY-MM-DDThh:mm:ss[.ffffff]Z '"}'   UTC; six digits of a second or none
            | '{"$digest":"' algorithm ":" hex '"}'               of bytes, which never stand here themselves

No spaces, no byte order mark, at most 32 levels. A binary float has no place: it is refused, never rounded.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from json.encoder import encode_basestring as _quoted
from typing import Any, TypeAlias

from shuangkong.evidence.digest import Digest
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain

Plain: TypeAlias = "bool | int | str | Decimal | date | datetime | Digest | Sequence[Plain] | Mapping[str, Plain] | None"

MAX_DEPTH = 32
MAX_DIGITS = 1000
_LARGEST_INT = 10**MAX_DIGITS


class NoCanonicalForm(Refusal):
    """The value has no canonical form (无规范形式)."""

    def __init__(self, what: object, rule: Words, remedy: Words) -> None:
        super().__init__(thing=Words("存证内容", "evidence value"), value=what, rule=rule, remedy=remedy)


class NotCanonical(Refusal):
    """The bytes are not the canonical form of any value (不是规范形式)."""

    def __init__(self, content: bytes, rule: Words) -> None:
        shown = content[:57].decode("utf-8", "replace")
        super().__init__(
            thing=Words("规范形式", "canonical form"), value=shown, rule=rule,
            remedy=Words("使用原样导出的文件，不要编辑或重排", "use the file as exported, neither edited nor reformatted"),
        )  # fmt: skip


def canonical(given: Plain) -> bytes:
    """Return the canonical bytes of a plain value (规范形式).

    Parameters
    ----------
    given : Plain
        None, bool, int, str, Decimal, date, aware datetime, `Digest`, and lists and string-keyed maps of them. Text is brought
        to normal form C, moments to UTC.

    Raises
    ------
    NoCanonicalForm
        For a float, raw bytes, a moment without zone, a number that is not finite or too long, two keys that become one,
        a key beginning with `$`, a half surrogate, or more than 32 levels.

    Examples
    --------
    >>> canonical({"b": Decimal("1.50"), "a": [date(2024, 3, 1), None]}).decode()
    '{"a":[{"$date":"2024-03-01"},null],"b":{"$decimal":"1.5"}}'
    """
    text = _written(given, 0)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise NoCanonicalForm(ascii(text), Words("含半个代理字符", "holds half a surrogate pair"), Words("改正该文字", "mend the text")) from None


def _written(given: Any, depth: int) -> str:
    kind = type(given)
    simple = _SIMPLE.get(kind)
    if simple is not None:
        written: str = simple(given)
        return written
    if kind is list or kind is tuple:
        below = _deeper(depth)
        return "[" + ",".join([_written(one, below) for one in given]) + "]"
    if isinstance(given, Mapping):
        return _map(given, _deeper(depth))
    raise NoCanonicalForm(
        repr(given), Words(f"类型 {kind.__name__} 不能存证", f"of type {kind.__name__} cannot be evidence"),
        Words("小数用 Decimal，文件用其摘要", "use Decimal for fractions, a digest for bytes"),
    )  # fmt: skip


def _deeper(depth: int) -> int:
    if depth == MAX_DEPTH:
        raise NoCanonicalForm(f"> {MAX_DEPTH}", Words("层次过多", "is nested too deep"), Words("减少层次", "use fewer levels"))
    return depth + 1


def _text(given: str) -> str:
    return _quoted(given if given.isascii() else unicodedata.normalize("NFC", given))


def _map(given: Mapping[Any, Any], depth: int) -> str:
    parts: dict[str, str] = {}
    for key in given:
        if type(key) is not str or key.startswith("$"):
            raise NoCanonicalForm(repr(key), Words("键须为文字且不以 $ 开头", "keys must be text not beginning with $"), Words("改名", "rename it"))
        name = key if key.isascii() else unicodedata.normalize("NFC", key)
        if name in parts:
            raise NoCanonicalForm(name, Words("两个键写法不同而实为同一个", "is one key in two spellings"), Words("只留一个", "keep one"))
        parts[name] = _written(given[key], depth)
    return "{" + ",".join([f"{_quoted(name)}:{parts[name]}" for name in sorted(parts)]) + "}"


def _int(given: int) -> str:
    if not -_LARGEST_INT < given < _LARGEST_INT:
        raise _too_long(f"{given.bit_length()} bit")
    return str(given)


def _decimal(given: Decimal) -> str:
    if not given.is_finite():
        raise NoCanonicalForm(given, Words("不是有限数", "is not a finite number"), Words("缺失用空值并说明原因", "use null with a reason for what is missing"))
    _, digits, exponent = given.as_tuple()
    if not isinstance(exponent, int) or len(digits) + abs(exponent) > MAX_DIGITS:
        raise _too_long(str(given)[:40])
    return f'{{"$decimal":"{plain(given)}"}}'


def _too_long(shown: str) -> NoCanonicalForm:
    return NoCanonicalForm(shown, Words(f"超过{MAX_DIGITS}位", f"has more than {MAX_DIGITS} digits"), Words("核对数值", "check the figure"))


def _moment(given: datetime) -> str:
    if given.utcoffset() is None:
        raise NoCanonicalForm(given.isoformat(), Words("时刻没有时区", "has no time zone"), Words("注明时区，如 +08:00", "state the zone, such as +08:00"))
    try:
        moment = given.astimezone(UTC)
    except OverflowError:
        raise NoCanonicalForm(given.isoformat(), Words("超出历法范围", "lies outside the calendar"), Words("核对时刻", "check the moment")) from None
    return f'{{"$moment":"{moment.replace(tzinfo=None).isoformat()}Z"}}'


_SIMPLE: Mapping[type, Any] = {
    type(None): lambda _: "null",
    str: _text,
    bool: lambda given: "true" if given else "false",
    int: _int,
    Decimal: _decimal,
    date: lambda given: f'{{"$date":"{given.isoformat()}"}}',
    datetime: _moment,
    Digest: lambda given: f'{{"$digest":"{given}"}}',
}


def from_canonical(content: bytes) -> Plain:
    """Return the value whose canonical form the bytes are (还原).

    Raises
    ------
    NotCanonical
        If they are any other spelling, even of a sound value: one value has one form, or a digest would mean nothing.

    Examples
    --------
    >>> from_canonical(b'{"a":{"$decimal":"1.5"}}')
    {'a': Decimal('1.5')}
    """
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_unpacked, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NotCanonical(content, Words("不是规范的 JSON", "is no canonical JSON")) from None
    try:
        again = canonical(found)
    except NoCanonicalForm as refused:
        raise NotCanonical(content, refused.faults[0].rule) from None
    if again != content:
        raise NotCanonical(content, Words("同一内容另有规范写法", "is spelled otherwise than its canonical form"))
    value: Plain = found
    return value


def _refuse(written: str) -> None:
    raise ValueError(written)


def _unpacked(pairs: list[tuple[str, Any]]) -> Any:
    if len(pairs) == 1 and pairs[0][0].startswith("$"):
        tag, written = pairs[0]
        return _tagged(tag, written)
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _tagged(tag: str, written: Any) -> Decimal | date | Digest:
    if not isinstance(written, str):
        raise ValueError(tag)
    match tag:
        case "$decimal" if written.strip("-.0123456789") == "" and len(written) <= MAX_DIGITS + 2:
            return _parsed_decimal(written)
        case "$date":
            return date.fromisoformat(written)
        case "$moment" if written.endswith("Z"):
            return datetime.fromisoformat(written)
        case "$digest":
            return Digest.parse(written)
    raise ValueError(tag)


def _parsed_decimal(written: str) -> Decimal:
    try:
        return Decimal(written)
    except ArithmeticError:
        raise ValueError(written) from None


