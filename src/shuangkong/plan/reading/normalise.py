"""One spelling for all texts: simplified, full-width Chinese punctuation, half-width digits, one character for one.

Every replacement keeps the length, so an offset into the normalised text is an offset into the printed one. What must
be deleted (spaces inside numbers, line breaks inside sentences, thousands separators) is deleted later, by `Passage`,
which remembers where each remaining character stood.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

# Characters that vanish when lines become a passage; the separator of thousands is marked with THOUSANDS first.
THOUSANDS = "\u066c"
_BLANKS = frozenset(" \t\n\r" + THOUSANDS)

_WIDE_ASCII = {0xFF01 + i: 0x21 + i for i in range(94)}
_ODD_SIGNS = {
    ord(odd): plain
    for odd, plain in zip(
        "₀₁₂₃₄₅₆₇₈₉\u3000\u00a0\u2002\u2003\u2009\u200b\ufeff﹪≦≧｡､﹐﹒﹔﹕〜∼﹣−‐‑‒–―─「」『』﹝﹞", "0123456789       %≤≥。、，.；：~~-----———“”“”（）", strict=True
    )
}
_HALF_PUNCTUATION = {ord(half): wide for half, wide in zip(",;:()?!", "，；：（）？！", strict=True)}
_SIGNS = _WIDE_ASCII | _ODD_SIGNS

# 14,798 or １４，７９８: one to three digits, then groups of exactly three, also when a line breaks inside one.
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d\s?\d\s?\d)+(?!,?\d)")
# A full stop typed as a point: behind a word, not inside a number; not behind the numeral of a heading; behind a figure
# only in front of a heading.
_POINT_AS_STOP = re.compile(
    r"(?<=[\u4e00-\u9fff%”）])(?<![\n ][一二三四五六七八九十])\.(?![\d.])|(?<=\d)\.(?=[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)"
)


# Traditional characters whose simplified form depends on the word; all others convert one by one, which is ten times faster.
_NEEDS_WORDS = re.compile("[乾瞭俱徵藉鍾么麼畫於昇]")


@dataclass(frozen=True, slots=True)
class Passage:
    """Text without line breaks and blanks, each character knowing its place in the printed text."""

    text: str
    origin: tuple[int, ...]

    def slice(self, start: int, end: int) -> "Passage":
        """Return a part of the passage."""
        return Passage(self.text[start:end], self.origin[start:end])


def normalise(printed: str) -> str:
    """Return the text in one spelling, character for character (文本规范化).

    Examples
    --------
    >>> normalise("能耗下降１４．５％,減排量達到1,200噸.")
    '能耗下降14.5%，减排量达到1٬200吨。'
    """
    wide_commas = "，" in printed
    text = printed.translate(_SIGNS if not wide_commas else _signs_keeping_wide_commas(printed))
    text = _GROUPED.sub(lambda match: match.group().replace(",", THOUSANDS), text)
    text = text.translate(_HALF_PUNCTUATION)
    text = _POINT_AS_STOP.sub("。", text)
    return simplified(text)


def _signs_keeping_wide_commas(printed: str) -> dict[int, Any]:
    """A full-width comma groups thousands only between full-width digits; elsewhere it separates values."""
    if re.search(r"[０-９]，[０-９]{3}(?![０-９])", printed):
        return _SIGNS
    return {code: sign for code, sign in _SIGNS.items() if code != ord("，")}


def simplified(text: str) -> str:
    """Return the text in simplified characters, of the same length (繁转简).

    Examples
    --------
    >>> simplified("單位地區生產總值能耗強度顯著降低")
    '单位地区生产总值能耗强度显著降低'
    """
    if text.isascii():
        return text
    odd = {ord(char): _simple(char) for char in set(text) if char > "\u2e80" and _simple(char) != char}
    if not odd:
        return text
    return "\n".join(_by_words(line) or line.translate(odd) for line in text.split("\n"))


def _by_words(line: str) -> str:
    """Convert a line by words where a character alone does not tell (乾縣, 瞭解); "" when it does or the length would change."""
    if not _NEEDS_WORDS.search(line):
        return ""
    converted: str = _converter().convert(line)
    return converted if len(converted) == len(line) else ""


@cache
def _simple(char: str) -> str:
    converted: str = _converter().convert(char)
    return converted if len(converted) == 1 else char


@cache
def _converter() -> Any:
    """Load the dictionaries only when a text needs them."""
    from opencc import OpenCC

    return OpenCC("t2s")


def passage(text: str, spans: Iterable[tuple[int, int]]) -> Passage:
    """Join spans of the normalised text, without blanks and line breaks."""
    places = [place for start, end in spans for place in range(start, end) if text[place] not in _BLANKS]
    return Passage("".join([text[place] for place in places]), tuple(places))


def as_printed(printed: str, part: Passage) -> str:
    """Return the printed text of a passage; a line break inside it, with its indent, closes up."""
    if not part.origin:
        return ""
    return re.sub(r"\s*\n\s*", "", printed[part.origin[0] : part.origin[-1] + 1])
