"""Splits a total over places so that the parts, rounded, add up to it exactly."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal


def split(total: Decimal, weights: Mapping[str, Decimal], *, decimals: int, caps: Mapping[str, Decimal] | None = None) -> dict[str, Decimal]:
    """Return the parts of a total by weight, rounded by largest remainder (最大余数分解).

    Parameters
    ----------
    total : Decimal
        What the parts add up to; a multiple of the last decimal kept.
    weights : Mapping
        Place → weight, not negative, their sum positive.
    decimals : int
        Decimals of the parts.
    caps : Mapping, optional
        Place → what its part may not exceed; the caps together are at least the total.

    Returns
    -------
    dict
        Place → part, in the order of `weights`.

    Examples
    --------
    >>> {place: str(part) for place, part in split(Decimal(10), {"a": Decimal(1), "b": Decimal(2)}, decimals=0).items()}
    {'a': '3', 'b': '7'}
    """
    step = Decimal(1).scaleb(-decimals)
    exact = _poured(total, weights, caps)
    parts = {place: (part / step).to_integral_value(ROUND_FLOOR) * step for place, part in exact.items()}
    left = int((total - sum(parts.values())) / step)
    by_remainder = sorted(exact, key=lambda place: (parts[place] - exact[place], place))
    while left > 0:
        before = left
        for place in by_remainder:
            if left and (caps is None or parts[place] + step <= caps[place]) and weights[place]:
                parts[place] += step
                left -= 1
        if left == before:
            raise ValueError("the caps are below the total")
    return parts


def _poured(total: Decimal, weights: Mapping[str, Decimal], caps: Mapping[str, Decimal] | None) -> dict[str, Decimal]:
    """Pour the total by weight; what a full place cannot take flows on to the others."""
    if caps is None:
        whole = sum(weights.values())
        return {place: total * weight / whole for place, weight in weights.items()}
    poured = dict.fromkeys(weights, Decimal(0))
    open_places = [place for place, weight in weights.items() if weight]
    left = total
    while left > 0 and open_places:
        whole = sum(weights[place] for place in open_places)
        shares = {place: left * weights[place] / whole for place in open_places}
        full = [place for place in open_places if poured[place] + shares[place] >= caps[place]]
        if not full:
            return {place: poured[place] + shares.get(place, Decimal(0)) for place in poured}
        for place in full:
            left -= caps[place] - poured[place]
            poured[place] = caps[place]
        open_places = [place for place in open_places if place not in full]
    return poured


def reduced_by(figure: Decimal, fall_pct: Decimal) -> Decimal:
    """Return a figure after a fall in percent."""
    return figure * (100 - fall_pct) / 100


def grown_by(figure: Decimal, growth_pct: Decimal) -> Decimal:
    """Return a figure after a growth in percent."""
    return figure * (100 + growth_pct) / 100
