"""Which earlier periods a step of a formula reads."""

from datetime import date

from shuangkong.indicators.formula import Step
from shuangkong.kernel.period import Grain, Period

SHORTER = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}


def same_part(period: Period, year: int) -> Period:
    """Return the same part of another year; a span of years becomes that year (同期).

    Examples
    --------
    >>> str(same_part(Period.parse("2023Q2"), 2020)), str(same_part(Period.parse("2021-2025"), 2020))
    ('2020Q2', '2020')
    """
    if period.grain is Grain.YEARS:
        return Period.year(year)
    back = period.start.year - year
    return Period(period.start.replace(year=year), period.end.replace(year=period.end.year - back))


def years_of(period: Period) -> tuple[Period, ...]:
    """Return the calendar years of a span."""
    return tuple(Period.year(year) for year in range(period.start.year, period.last_year + 1))


def accumulated(period: Period, *, step: Step, base_year: int | None, grain: Grain) -> tuple[Period, ...]:
    """Return the periods that `cumulative` or `ytd` adds up, in order (累计时段).

    `cumulative` takes all periods of the same length after the base year up to this one; `ytd` those of the indicator's
    grain from 1 January of the year. None lie before the base year's end: then there are none.

    Examples
    --------
    >>> at = Period.parse("2023Q2")
    >>> [str(part) for part in accumulated(at, step=Step.YEAR_TO_DATE, base_year=None, grain=Grain.MONTH)][-1]
    '2023-06'
    >>> [str(part) for part in accumulated(Period.year(2022), step=Step.CUMULATIVE, base_year=2020, grain=Grain.YEAR)]
    ['2021', '2022']
    """
    if step is Step.CUMULATIVE and base_year is not None:
        last = Period.year(period.last_year) if period.grain is Grain.YEARS else period
        return _run(date(base_year + 1, 1, 1), last.end, last.months)
    year_start = date(period.last_year, 1, 1)
    return _run(year_start, period.end, min(SHORTER.get(grain, 12), period.months))


def _run(start: date, end: date, months: int) -> tuple[Period, ...]:
    run: list[Period] = []
    while months and start < end:
        carried = start.year * 12 + start.month - 1 + months
        after = date(carried // 12, carried % 12 + 1, 1)
        if after > end:
            return ()
        run.append(Period(start, after))
        start = after
    return tuple(run)
