"""Statistics on float64: the only place of this room where a figure stops being a Decimal.

Nothing computed here is ever stored or summed; it only decides whether a figure is odd and says by how much.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import exp, lgamma, log, log10, sqrt
from statistics import median as _median

from shuangkong.kernel.rounding import plain

NORMAL_SCALE = 1.4826  # the median absolute deviation of a normal sample × this is its standard deviation
BENFORD = tuple(log10(1 + 1 / digit) for digit in range(1, 10))
BENFORD_SECOND = tuple(sum(log10(1 + 1 / (10 * first + digit)) for first in range(1, 10)) for digit in range(10))
UNIFORM_TEN = (0.1,) * 10


def as_float64(figure: Decimal) -> float:
    """Return the nearest float64."""
    return float(figure)


def logs(figures: Sequence[float | None]) -> list[float]:
    """Return natural logarithms of the positive figures, leaving out the others."""
    return [log(figure) for figure in figures if figure is not None and figure > 0]


def log_ratios(tops: Sequence[float | None], bottoms: Sequence[float | None]) -> list[float | None]:
    """Return ln(top ÷ bottom) place by place; None where either is missing or not positive."""
    return [
        log(top / bottom) if top is not None and bottom is not None and top > 0 and bottom > 0 else None
        for top, bottom in zip(tops, bottoms, strict=True)
    ]


def present(figures: Sequence[float | None]) -> list[float]:
    """Return the figures that are there."""
    return [figure for figure in figures if figure is not None]


def median(figures: Sequence[float]) -> float:
    """Return the median of at least one figure."""
    return _median(figures)


def spread(figures: Sequence[float], centre: float | None = None) -> float:
    """Return the robust standard deviation, from the median absolute deviation; 0 when most figures agree.

    Examples
    --------
    >>> spread([100.0, 100.0, 100.0, 130.0]), round(spread([98.0, 99.0, 100.0, 101.0, 102.0]), 4)
    (0.0, 1.4826)
    """
    middle = _median(figures) if centre is None else centre
    return NORMAL_SCALE * _median([abs(figure - middle) for figure in figures])


def root_mean_square(figures: Sequence[float]) -> float:
    """Return the root of the mean square of at least one figure.

    Examples
    --------
    >>> root_mean_square([3.0, 3.0, -3.0]), root_mean_square([1.0, 7.0])
    (3.0, 5.0)
    """
    return sqrt(sum(figure * figure for figure in figures) / len(figures))


def chi_square(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the chi-square distance of counts from expected shares.

    Examples
    --------
    >>> chi_square([10, 10], [0.5, 0.5]), chi_square([20, 0], [0.5, 0.5])
    (0.0, 20.0)
    """
    total = sum(counts)
    return sum((count - total * share) ** 2 / (total * share) for count, share in zip(counts, shares, strict=True))


def poisson_tail_log10(count: int, expected: float) -> float:
    """Return log10 of the chance of `count` or more where `expected` are expected.

    Examples
    --------
    >>> round(poisson_tail_log10(1, 0.1), 3), poisson_tail_log10(0, 0.1)
    (-1.022, 0.0)
    """
    if count <= 0:
        return 0.0
    chance = sum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(count, count + 60))
    return log10(min(max(chance, 1e-300), 1.0))


def shown(figure: float) -> str:
    """Return a statistic with four significant digits, in plain notation.

    Examples
    --------
    >>> shown(1234567.0), shown(0.123456)
    ('1235000', '0.1235')
    """
    return plain(Decimal(f"{figure:.4g}"))
