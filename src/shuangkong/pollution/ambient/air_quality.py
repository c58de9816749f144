"""Ambient air: valid hours, days and years, ozone by eight hours, limits, and the air quality index (环境空气质量)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay, RuleValue

VALIDITY = "pollution.ambient.air_validity"
INDEX = "pollution.ambient.air_quality_index"
_BANDS = ("EXCELLENT", "GOOD", "LIGHT", "MODERATE", "HEAVY")
_BEYOND = Words("严重污染", "severely polluted")


class UnknownAirMean(Refusal):
    """No break points for this mean (空气指标未知)."""

    def __init__(self, mean: str) -> None:
        super().__init__(
            thing=Words("空气指标", "mean"),
            value=mean,
            rule=Words("没有该指标的分指数限值", "has no break points"),
            remedy=Words("写成 PM25.day、O3.hour 等", "write PM25.day, O3.hour and so on"),
        )


@dataclass(frozen=True, slots=True)
class AirMean:
    """A mean of ambient air (空气均值), None when too few values are valid."""

    mean: Decimal | None
    valid_count: int
    rule: RuleValue


@dataclass(frozen=True, slots=True)
class OzoneDay:
    """The highest eight-hour mean of a day (臭氧日最大8小时均值), None when it does not count. [µg/m³]"""

    maximum: Decimal | None
    means_valid: int
    rules: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class AirIndex:
    """The air quality index of a time (空气质量指数): index, its parts, primary pollutants, band; None without any part."""

    index: int | None
    parts: Mapping[str, int]
    primary: tuple[str, ...]
    band: Words | None
    rules: tuple[RuleValue, ...]


def _mean(values: Sequence[Decimal | None], rule: RuleValue) -> AirMean:
    valid = [value for value in values if value is not None]
    return AirMean(sum(valid, Decimal(0)) / len(valid) if len(valid) >= rule.number else None, len(valid), rule)


def air_hour(minutes: Sequence[Decimal | None], *, rules: RulesOnDay) -> AirMean:
    """Return the hourly mean of an air station (小时均值).

    Parameters
    ----------
    minutes : sequence of Decimal or None
        Up to sixty, None when not valid.
    rules : RulesOnDay
        For how many are needed.

    Returns
    -------
    AirMean
        Unrounded, in the unit of the minutes.

    Source
    ------
    GB 3095-2012 表4，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [air_hour([Decimal(8)] * count, rules=at(date(2023, 12, 31))).mean for count in (44, 45)]
    [None, Decimal('8')]
    """
    return _mean(minutes, rules.get(f"{VALIDITY}.minutes_per_hour"))


def air_day(hours: Sequence[Decimal | None], *, rules: RulesOnDay) -> AirMean:
    """Return the mean of a day of all pollutants but ozone (24小时均值).

    Parameters
    ----------
    hours : sequence of Decimal or None
        Up to twenty-four.
    rules : RulesOnDay
        For how many are needed.

    Returns
    -------
    AirMean
        Unrounded, in the unit of the hours.

    Source
    ------
    GB 3095-2012 表4、HJ 663-2013，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [air_day([Decimal(8)] * count, rules=at(date(2023, 12, 31))).mean for count in (19, 20)]
    [None, Decimal('8')]
    """
    return _mean(hours, rules.get(f"{VALIDITY}.hours_per_day"))


def air_month(days: Sequence[Decimal | None], *, is_february: bool, rules: RulesOnDay) -> AirMean:
    """Return the mean of a month (月均值).

    Parameters
    ----------
    days : sequence of Decimal or None
        Daily means.
    is_february : bool
        The short month asks for fewer.
    rules : RulesOnDay
        For how many are needed.

    Returns
    -------
    AirMean
        Unrounded, in the unit of the days.

    Source
    ------
    GB 3095-2012 表4，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [air_month([Decimal(8)] * 26, is_february=each, rules=at(date(2023, 12, 31))).mean for each in (False, True)]
    [None, Decimal('8')]
    """
    return _mean(days, rules.get(f"{VALIDITY}.days_per_february" if is_february else f"{VALIDITY}.days_per_month"))


def air_year(days: Sequence[Decimal | None], *, rules: RulesOnDay) -> AirMean:
    """Return the mean of a year (年均值).

    Parameters
    ----------
    days : sequence of Decimal or None
        Daily means.
    rules : RulesOnDay
        For how many are needed.

    Returns
    -------
    AirMean
        Unrounded, in the unit of the days.

    Source
    ------
    GB 3095-2012 表4，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [air_year([Decimal(8)] * count, rules=at(date(2023, 12, 31))).mean for count in (323, 324)]
    [None, Decimal('8')]
    """
    return _mean(days, rules.get(f"{VALIDITY}.days_per_year"))


def percentile(values: Sequence[Decimal], *, pct: Decimal) -> Decimal | None:
    """Return the value below which a share of the days lies (百分位数), between neighbours by proportion.

    Parameters
    ----------
    values : sequence of Decimal
        Daily values, in any order.
    pct : Decimal
        [%]

    Returns
    -------
    Decimal or None
        Unrounded, in the unit of the values.

    Source
    ------
    HJ 663-2013 附录A，凭记忆，未核实：k = 1 + (n − 1) × p.

    Examples
    --------
    >>> percentile([Decimal(each) for each in (10, 20, 30, 40, 50)], pct=Decimal(90))
    Decimal('46.0')
    """
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * pct / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def eight_hour_means(hours: Sequence[Decimal | None], *, rules: RulesOnDay) -> tuple[Decimal | None, ...]:
    """Return the running eight-hour means of ozone that end within a day (臭氧8小时滑动均值).

    Parameters
    ----------
    hours : sequence of Decimal or None
        The 24 hourly means of the day, the one of 0 to 1 o'clock first. [µg/m³]
    rules : RulesOnDay
        For the first end and how many hours are needed.

    Returns
    -------
    tuple of Decimal or None
        Those ending at 8, 9 … 24 o'clock. Unrounded. [µg/m³]

    Source
    ------
    HJ 663-2013，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> means = eight_hour_means([Decimal(n) for n in range(24)], rules=at(date(2023, 12, 31)))
    >>> len(means), means[0], means[-1]
    (17, Decimal('3.5'), Decimal('19.5'))
    """
    first = int(rules.get(f"{VALIDITY}.first_eight_hour_end").number)
    needed = rules.get(f"{VALIDITY}.hours_per_8_hours")
    return tuple(_mean(hours[max(0, end - 8) : end], needed).mean for end in range(first, len(hours) + 1))


def ozone_day(hours: Sequence[Decimal | None], *, rules: RulesOnDay) -> OzoneDay:
    """Return the highest eight-hour mean of ozone of a day (臭氧日最大8小时均值).

    Parameters
    ----------
    hours : sequence of Decimal or None
        As for `eight_hour_means`. [µg/m³]
    rules : RulesOnDay
        For how many means are needed, and the limit beyond which fewer will do.

    Returns
    -------
    OzoneDay
        Unrounded. [µg/m³]

    Source
    ------
    HJ 663-2013，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> ozone_day([Decimal(n) for n in range(24)], rules=at(date(2023, 12, 31))).maximum
    Decimal('19.5')
    """
    needed = rules.get(f"{VALIDITY}.eight_hour_means_per_day")
    limit = rules.get("pollution.ambient.air_limits.O3.day")
    means = [mean for mean in eight_hour_means(hours, rules=rules) if mean is not None]
    highest = max(means, default=None)
    counts = highest is not None and (len(means) >= needed.number or highest > limit.value["second"])
    return OzoneDay(highest if counts else None, len(means), (needed, limit))


def sub_index(mean: str, figure: Decimal, *, rules: RulesOnDay) -> int | None:
    """Return the index of one mean (空气质量分指数).

    Parameters
    ----------
    mean : str
        Pollutant and span, such as `PM25.day` or `O3.hour`.
    figure : Decimal
        As reported: whole µg/m³, CO to one decimal. [µg/m³], CO [mg/m³]
    rules : RulesOnDay
        For the break points.

    Returns
    -------
    int or None
        Rounded up; at most the highest index; None where the standard gives none for so high a mean.

    Raises
    ------
    UnknownAirMean
        If there are no break points for it.

    Source
    ------
    HJ 633-2012，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [sub_index("PM25.day", Decimal(each), rules=at(date(2023, 12, 31))) for each in (35, 36, 75, 600)]
    [50, 52, 100, 500]
    """
    path = f"{INDEX}.breakpoints.{mean}"
    if path not in rules.book.rules:
        raise UnknownAirMean(mean)
    points: Sequence[Decimal] = rules.get(path).value
    levels: Sequence[Decimal] = rules.get(f"{INDEX}.index").value
    for (low, high), (bottom, top) in zip(pairwise(points), pairwise(levels), strict=False):
        if figure <= high:
            exact = (top - bottom) * (figure - low) / (high - low) + bottom
            return int(exact.to_integral_value(rounding=ROUND_CEILING))
    return int(levels[-1]) if len(points) == len(levels) else None


def air_quality_index(means: Mapping[str, Decimal | None], *, rules: RulesOnDay) -> AirIndex:
    """Return the air quality index, its primary pollutants and its band (空气质量指数).

    Parameters
    ----------
    means : mapping of str to Decimal or None
        By pollutant and span, as for `sub_index`; None is missing.
    rules : RulesOnDay
        For break points and bands.

    Returns
    -------
    AirIndex
        The highest of the parts.

    Raises
    ------
    UnknownAirMean
        If a mean has no break points.

    Source
    ------
    HJ 633-2012，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> found = air_quality_index({"PM25.day": Decimal(95), "O3.day": Decimal(130), "CO.day": None}, rules=at(date(2023, 12, 31)))
    >>> found.index, found.primary, found.band.zh
    (125, ('PM25.day',), '轻度污染')
    """
    told = {mean: sub_index(mean, figure, rules=rules) for mean, figure in means.items() if figure is not None}
    parts = {mean: part for mean, part in told.items() if part is not None}
    used = tuple(rules.get(f"{INDEX}.breakpoints.{mean}") for mean in parts)
    if not parts:
        return AirIndex(None, {}, (), None, used)
    index = max(parts.values())
    named = index > rules.get(f"{INDEX}.primary_above").number
    tops = [rules.get(f"{INDEX}.band_top.{band}") for band in _BANDS]
    words = [Words(name.zh.removesuffix("的指数上限"), name.en.removeprefix("highest index of ")) for name in (top.name for top in tops)]
    band = next((word for word, top in zip(words, tops, strict=True) if index <= top.number), _BEYOND)
    primary = tuple(mean for mean, part in parts.items() if part == index) if named else ()
    return AirIndex(index, parts, primary, band, (*used, *tops))


def meets_air_limit(mean: str, figure: Decimal, *, grade: str, rules: RulesOnDay) -> bool:
    """Tell whether a mean meets the limit of a grade (是否达标).

    Parameters
    ----------
    mean : str
        Pollutant and span, such as `PM25.year`.
    figure : Decimal
        As reported. [µg/m³], CO [mg/m³]
    grade : str
        `first` or `second`.
    rules : RulesOnDay
        For the limits.

    Returns
    -------
    bool

    Raises
    ------
    UnknownRule
        If the mean has no limit.

    Source
    ------
    GB 3095-2012 表1，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [meets_air_limit("PM25.day", Decimal(each), grade="second", rules=at(date(2023, 12, 31))) for each in (75, 76)]
    [True, False]
    """
    return bool(figure <= rules.get(f"pollution.ambient.air_limits.{mean}").value[grade])
