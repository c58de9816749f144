"""Where a series goes if its years go on as they did (趋势外推): a band, no point, and nothing where too few years are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

LEAST_CHANGES = 3  # a spread of fewer says nothing


@dataclass(frozen=True, slots=True)
class Forecast:
    """A band by year (预测区间), one spread either side of the mean change; `changes` is how many yearly changes it rests on."""

    band: Mapping[int, tuple[Decimal, Decimal]]
    changes: int
    is_logarithmic: bool


def forecast_band(levels: Mapping[int, Decimal], *, until: int) -> Forecast | None:
    """Return where the levels go if the yearly changes keep their mean and their spread (预测区间).

    Changes are logarithmic where every level is positive, else plain differences. After n years the middle has moved by n means and the band
    is one sample standard deviation times √n wide on either side. It is an extrapolation, not a probability.

    Parameters
    ----------
    levels : Mapping
        Year → level; only the unbroken run of years up to the newest counts. [any unit]
    until : int
        Last year of the band.

    Returns
    -------
    Forecast or None
        Low and high by year from the newest known year, where both are the level itself; None with fewer than three changes or nothing ahead.

    Source
    ------
    本系统约定：历年变化的均值与离散外推，仅作参考.

    Examples
    --------
    >>> steady = {2020 + n: Decimal(100) * Decimal("0.97") ** n for n in range(4)}
    >>> [str(round(end, 2)) for end in forecast_band(steady, until=2025).band[2025]]
    ['85.87', '85.87']
    """
    run = _run(levels)
    if len(run) <= LEAST_CHANGES or until <= max(run):
        return None
    newest, is_logarithmic = max(run), all(level > 0 for level in run.values())
    scaled = {year: level.ln() if is_logarithmic else level for year, level in run.items()}
    changes = [scaled[year] - scaled[year - 1] for year in sorted(run) if year - 1 in run]
    mean = sum(changes, Decimal(0)) / len(changes)
    spread = (sum(((change - mean) ** 2 for change in changes), Decimal(0)) / (len(changes) - 1)).sqrt()
    band = {newest: (run[newest], run[newest])}
    for ahead in range(1, until - newest + 1):
        middle, half = scaled[newest] + ahead * mean, spread * Decimal(ahead).sqrt()
        low, high = middle - half, middle + half
        band[newest + ahead] = (low.exp(), high.exp()) if is_logarithmic else (low, high)
    return Forecast(band, len(changes), is_logarithmic)


def _run(levels: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Return the unbroken years up to the newest."""
    run: dict[int, Decimal] = {}
    year = max(levels, default=0)
    while year in levels:
        run[year] = levels[year]
        year -= 1
    return run
