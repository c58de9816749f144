"""A long series thinned for a chart (曲线抽稀): of every stretch as wide as a pixel its lowest and its highest value stay, so that no peak and no gap is lost.

Pages that draw a year of 15-minute figures thin here, on the server, before anything is sent: `thinned(values, most=...)` gives the places that stay, and the
caller takes moments, values and marks of these places alone. A series short enough stays whole. Zooming in is asking for a narrower period.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

POINTS_MOST = 1600  # of a chart on a wide screen: two to a pixel


def thinned(values: Sequence[Decimal | None], *, most: int = POINTS_MOST, kept: Collection[int] = ()) -> tuple[int, ...]:
    """Return the places in a series that a chart must draw (抽稀后保留的位置), in order.

    Parameters
    ----------
    values : sequence of Decimal or None
        At equal steps; None is a gap, and a stretch that holds one keeps one, so that the line is broken there.
    most : int
        About how many places may stay; a stretch with a gap keeps one more.
    kept : collection of int
        Places that stay whatever their value, such as substituted hours.

    Returns
    -------
    tuple of int
        All places where the series is short enough.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> thinned([Decimal(n) for n in (1, 9, 2, 3, 0, 3, 4, 4)], most=4)
    (0, 1, 4, 6)
    >>> thinned([Decimal(1), None, Decimal(2), Decimal(3), None, None, None, None], most=4)
    (0, 1, 3, 4)
    >>> thinned([Decimal(1), None], most=4)
    (0, 1)
    """
    if len(values) <= most:
        return tuple(range(len(values)))
    stretches = max(1, most // 2)
    stays: set[int] = {place for place in kept if 0 <= place < len(values)}
    for number in range(stretches):
        first, last = number * len(values) // stretches, (number + 1) * len(values) // stretches
        low = high = gap = -1
        lowest: Decimal | None = None
        highest: Decimal | None = None
        for place in range(first, last):
            value = values[place]
            if value is None:
                gap = place if gap < 0 else gap
            elif lowest is None or highest is None:
                low, lowest, high, highest = place, value, place, value
            elif value < lowest:
                low, lowest = place, value
            elif value > highest:
                high, highest = place, value
        stays.update(place for place in (low, high, gap) if place >= 0)
    return tuple(sorted(stays))
