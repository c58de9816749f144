"""Waste water: values below detection, effective means, and what replaces a missing day of emission (废水数据有效性).

An analyser gives one value a cycle; it holds until the next. A daily emission may be replaced, a concentration or a flow never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue


@dataclass(frozen=True, slots=True)
class RepairedValue:
    """A concentration as statistics take it (统计用浓度): the repair value where the measured one is below detection. [mg/L]"""

    original_mg_l: Decimal
    used_mg_l: Decimal
    is_repaired: bool
    rules: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class WeighedValue:
    """A concentration with the water it stands for (带水量的浓度); None when invalid. [mg/L], [m³]"""

    concentration_mg_l: Decimal | None
    volume_m3: Decimal


@dataclass(frozen=True, slots=True)
class EffectiveMean:
    """An effective daily or monthly mean (有效均值), None when too few values are valid or no water flowed. [mg/L]"""

    mean_mg_l: Decimal | None
    valid_count: int
    due_count: int
    rules: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class WaterDay:
    """One day of an outlet and a pollutant (废水日排放).

    `kg` is None when no daily mean was possible; `manual_kg` are daily emissions by single manual measurements.
    """

    day: date
    kg: Decimal | None
    was_sampling_due: bool = True
    manual_kg: tuple[Decimal, ...] = ()
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class FilledDay:
    """A day after substitution (替代后日排放), the original beside what replaced it. [kg]"""

    day: date
    original_kg: Decimal | None
    substituted_kg: Decimal | None
    rule_path: str
    window_start: date | None
    window_end: date | None
    is_short_history: bool
    reason: Words

    @property
    def kg(self) -> Decimal | None:
        """What the day adds to a sum. [kg]"""
        return self.substituted_kg if self.original_kg is None else self.original_kg




def repaired(*, concentration_mg_l: Decimal, factor: str, rules: RulesOnDay, detection_limit_mg_l: Decimal | None = None) -> RepairedValue:
    """Return a concentration as statistics take it (低于检出限的修补).

    Parameters
    ----------
    concentration_mg_l : Decimal
        As measured and judged valid; zero and small negatives included. [mg/L]
    factor : str
        COD, NH3_N, TP or TN; others are taken as they are.
    rules : RulesOnDay
        For repair values and usual detection limits.
    detection_limit_mg_l : Decimal, optional
        Of this analyser; else the usual one. [mg/L]

    Returns
    -------
    RepairedValue
        [mg/L]

    Source
    ------
    HJ 356-2019 6，凭记忆，未核实.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> [repaired(concentration_mg_l=Decimal(x), factor="COD", rules=at(date(2023, 12, 31))).used_mg_l for x in ("-1", "3.9", "4")]
    [Decimal('2'), Decimal('2'), Decimal('4')]
    """
    known = rules.book.rules
    if f"pollution.monitoring.water_quality.repair.{factor}" not in known:
        return RepairedValue(concentration_mg_l, concentration_mg_l, False, ())
    repair = rules.get(f"pollution.monitoring.water_quality.repair.{factor}")
    usual = rules.get(f"pollution.monitoring.water_quality.detection.{factor}")
    limit = usual.number if detection_limit_mg_l is None else detection_limit_mg_l
    if concentration_mg_l < limit:
        return RepairedValue(concentration_mg_l, repair.number, True, (repair, usual))
    return RepairedValue(concentration_mg_l, concentration_mg_l, False, (usual,))


def held_values(samples: Sequence[tuple[datetime, Decimal]], *, starts: Sequence[datetime], longest: timedelta) -> tuple[Decimal | None, ...]:
    """Return what an analyser's last result says at the start of each slice (结果保持).

    Parameters
    ----------
    samples : sequence of (datetime, Decimal)
        Instant of sampling and result, in any order. [mg/L]
    starts : sequence of datetime
        Of the slices.
    longest : timedelta
        After which a result says nothing any more: the cycle of the analyser.

    Returns
    -------
    tuple of Decimal or None
        One per slice. [mg/L]

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> hour = lambda number: datetime(2023, 5, 1, number)
    >>> held_values([(hour(8), Decimal(30))], starts=[hour(7), hour(8), hour(9), hour(11)], longest=timedelta(hours=2))
    (None, Decimal('30'), Decimal('30'), None)
    """
    ordered = sorted(samples)
    told: list[Decimal | None] = []
    for start in starts:
        last = next(((at, found) for at, found in reversed(ordered) if at <= start), None)
        told.append(last[1] if last and start - last[0] < longest else None)
    return tuple(told)


def effective_mean(values: Sequence[WeighedValue], *, rules: RulesOnDay) -> EffectiveMean:
    """Return the flow-weighted mean of the valid values (有效日均值、有效月均值).

    Parameters
    ----------
    values : sequence of WeighedValue
        All due in the day, or the days of the month; those without flow are invalid. [mg/L], [m³]
    rules : RulesOnDay
        For the share that must be valid.

    Returns
    -------
    EffectiveMean
        Unrounded. [mg/L]

    Source
    ------
    HJ 356-2019 7，凭记忆，未核实.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> values = [WeighedValue(Decimal(30), Decimal(60)), WeighedValue(Decimal(15), Decimal(120))]
    >>> effective_mean(values, rules=at(date(2023, 12, 31))).mean_mg_l
    Decimal('20')
    """
    share = rules.get("pollution.monitoring.water_quality.valid_share_least_pct")
    valid = [(value.concentration_mg_l, value.volume_m3) for value in values if value.concentration_mg_l is not None and value.volume_m3 > 0]
    water = sum((volume for _, volume in valid), Decimal(0))
    enough = bool(valid) and len(valid) * 100 >= share.number * len(values)
    mean = sum((mg_l * volume for mg_l, volume in valid), Decimal(0)) / water if enough else None
    return EffectiveMean(mean, len(valid), len(values), (share,))


def fill_days(days: Sequence[WaterDay], *, passed_checks: Sequence[date], rules: RulesOnDay) -> tuple[FilledDay, ...]:
    """Return days of emission with the missing ones replaced (废水日排放量替代).

    Parameters
    ----------
    days : sequence of WaterDay
        In order, history first. A day replaced feeds no window. [kg]
    passed_checks : sequence of date
        Days of passed checks; the window ends before the last one, or before the day itself where there is none.
    rules : RulesOnDay
        For the length of the window and how many manual measurements make a day.

    Returns
    -------
    tuple of FilledDay
        One per day, unrounded. [kg]

    Source
    ------
    HJ 356-2019 8，凭记忆，未核实；“历史不足”标记为本系统设计.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> days = [WaterDay(date(2023, 5, 1), Decimal(40)), WaterDay(date(2023, 5, 2), Decimal(50)), WaterDay(date(2023, 5, 3), None)]
    >>> fill_days(days, passed_checks=[date(2023, 5, 2)], rules=at(date(2023, 12, 31)))[2].kg
    Decimal('40')
    """
    window_rule = rules.get("pollution.missing_data.water_days")
    manual_rule = rules.get("pollution.monitoring.water_quality.manual_per_day_least")
    history = sorted((day.day, day.kg) for day in days if day.kg is not None and not day.is_stopped)
    return tuple(_filled(day, history, passed_checks, window_rule, manual_rule) for day in days)


def _filled(
    day: WaterDay, history: Sequence[tuple[date, Decimal]], passed_checks: Sequence[date], window_rule: RuleValue, manual_rule: RuleValue
) -> FilledDay:
    if day.kg is not None:
        return FilledDay(day.day, day.kg, None, "", None, None, False, Words("", ""))
    if day.is_stopped:
        return FilledDay(day.day, None, Decimal(0), "", None, None, False, Words("停产，无排放", "stopped, nothing discharged"))
    if not day.was_sampling_due and len(day.manual_kg) >= manual_rule.number:
        mean = sum(day.manual_kg, Decimal(0)) / len(day.manual_kg)
        reason = Words(f"取 {len(day.manual_kg)} 次手工监测均值", f"mean of {len(day.manual_kg)} manual measurements")
        return FilledDay(day.day, None, mean, manual_rule.path, None, None, False, reason)
    anchor = max((check for check in passed_checks if check <= day.day), default=day.day)
    wanted = int(window_rule.number)
    window = [each for each in history if each[0] < anchor][-wanted:]
    if not window:
        reason = Words("此前没有有效日，无从替代", "no valid day before, nothing to replace it by")
        return FilledDay(day.day, None, None, window_rule.path, None, None, False, reason)
    reason = Words(f"取前 {plain(window_rule.number)} 个有效日最大值", f"maximum of the last {plain(window_rule.number)} valid days")
    return FilledDay(
        day.day, None, max(kg for _, kg in window), window_rule.path, window[0][0], window[-1][0] + timedelta(days=1), len(window) < wanted, reason
    )


@dataclass(frozen=True, slots=True)
class AcidityDay:
    """pH of a period (pH 统计): no quantity comes of it; least, greatest and the one in the middle."""

    least: Decimal
    greatest: Decimal
    median: Decimal


def acidity(values: Sequence[Decimal]) -> AcidityDay | None:
    """Return least, greatest and median pH of a period (pH 统计).

    Parameters
    ----------
    values : sequence of Decimal
        Valid ones, in any order. [-]

    Returns
    -------
    AcidityDay or None
        None without a value. [-]

    Source
    ------
    HJ 356-2019 7，凭记忆，未核实.

    Examples
    --------
    >>> acidity([Decimal("7.1"), Decimal("6.4"), Decimal("8.0"), Decimal("7.3")])
    AcidityDay(least=Decimal('6.4'), greatest=Decimal('8.0'), median=Decimal('7.2'))
    """
    if not values:
        return None
    ordered = sorted(values)
    half = len(ordered) // 2
    median = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    return AcidityDay(ordered[0], ordered[-1], median)
