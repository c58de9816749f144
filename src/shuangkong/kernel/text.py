"""Text as Excel and WPS in China write it: full-width digits, thousands separators, odd minus signs."""

import re
import unicodedata
from decimal import Decimal

_WIDE = {ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９．－＋％，　", "0123456789.-+%, ", strict=True)}
_MINUS = {ord(dash): "-" for dash in "−–—﹣"}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


def narrow(text: str) -> str:
    """Return the text with full-width digits, signs and letters made half-width (全角转半角).

    Examples
    --------
    >>> narrow("１２．５％ ＡＢ")
    '12.5% AB'
    """
    return unicodedata.normalize("NFKC", text.translate(_WIDE)) if not text.isascii() else text


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
