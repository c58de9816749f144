"""Text as Excel and WPS in China write it: full-width digits, thousands separators, odd minus signs."""

import re
import unicodedata
from decimal import Decimal

_WIDE = {ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９．－＋％，　", "0123456789.-+%, ", strict=True)}
_MINUS = {ord(dash): "-" for dash in "−–—﹣"}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
# Raised, lowered and ringed digits and fractions behind a digit or at the very beginning: a note's mark or a power, never part of the figure.
_MARKS = re.compile("((?:(?<=[0-9])|^\\s*)[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2080-\u2089\u2150-\u215f\u2460-\u249b\u24ea\u3251-\u325f\u32b1-\u32bf]+)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


def narrow(text: str) -> str:
    """Return the text with full-width digits, signs and letters made half-width (全角转半角).

    Examples
    --------
    >>> narrow("１２．５％ ＡＢ"), narrow("m³"), narrow("１２①")
    ('12.5% AB', 'm3', '12①')
    """
    if text.isascii():
        return text
    parts = _MARKS.split(text.translate(_WIDE))  # every second part is a mark, and left as it is
    return "".join(part if place % 2 else unicodedata.normalize("NFKC", part) for place, part in enumerate(parts))


def number_in(text: str) -> Decimal | None:
    """Read a whole cell as a number, however Excel in China wrote it (读数); None when it is not one.

    Examples
    --------
    >>> number_in("１，２３４．５"), number_in(" 1,234 "), number_in("－3"), number_in("1,2,3"), number_in("nan")
    (Decimal('1234.5'), Decimal('1234'), Decimal('-3'), None, None)
    """
    cell = narrow(text).translate(_MINUS).strip().replace(" ", "")
    if _GROUPED.fullmatch(cell):
        cell = cell.replace(",", "")
    return Decimal(cell) if _NUMBER.fullmatch(cell) else None
