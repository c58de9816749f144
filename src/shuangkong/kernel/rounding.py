"""Rounding by GB/T 8170 and plain printing. Called once, when a figure is reported."""

from decimal import ROUND_HALF_EVEN, Decimal


def round_gbt8170(figure: Decimal, decimals: int) -> Decimal:
    """Round to a number of decimals, half to even (数值修约).

    Parameters
    ----------
    figure : Decimal
        The unrounded figure; never one that was rounded before (GB/T 8170 forbids rounding twice).
    decimals : int
        Places kept after the point; negative to round to tens, hundreds …

    Returns
    -------
    Decimal
        The rounded figure.

    Source
    ------
    GB/T 8170-2008 3.2（四舍六入五成双）.

    Examples
    --------
    >>> [str(round_gbt8170(Decimal(x), 1)) for x in ("12.15", "12.25", "12.2501", "-0.04")]
    ['12.2', '12.2', '12.3', '0.0']
    """
    rounded = figure.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    return rounded if rounded else abs(rounded)


def plain(figure: Decimal) -> str:
    """Return a Decimal in plain notation, without exponent or superfluous zeros (普通记数).

    Examples
    --------
    >>> plain(Decimal("1.20E+3")), plain(Decimal("0.1000")), plain(Decimal("-0"))
    ('1200', '0.1', '0')
    """
    text = format(figure, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def grouped(figure: Decimal, decimals: int) -> str:
    """Round and print with thousands separators (千位分隔).

    Examples
    --------
    >>> grouped(Decimal("14798.126"), 2)
    '14,798.13'
    """
    return format(round_gbt8170(figure, decimals), ",f")
