"""The board: every target of a plan with its figure, pace and light, and the jurisdictions ranked by energy intensity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shuangkong.energy.progress import progress
from shuangkong.energy.warning import WarningLight, intensity_warning
from shuangkong.indicators.evaluate import Evaluator, IndicatorResult
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.kernel.units import unit
from shuangkong.plan.model import Operator, Plan, Target, TargetKind
from shuangkong.plan.trajectory import (
    GreyReason,
    Light,
    Pace,
    best_of,
    held_every_year,
    is_bound,
    milestones_geometric,
    milestones_linear,
    pace,
)
from shuangkong.plan.verdict import Verdict
from shuangkong.rules import RuleBook, RulesOnDay, RuleValue
from shuangkong.rules import book as packaged_rules
from shuangkong.services.cities import City
from shuangkong.services.indicators import CityIndicators

INTENSITY = "energy_intensity_reduction_pct"
_LIGHT_OF_WARNING = {WarningLight.GREEN: Light.GREEN, WarningLight.YELLOW: Light.YELLOW, WarningLight.RED: Light.RED}
_REASON: Mapping[GreyReason, Words] = {
    GreyReason.NO_DATA: Words("无数据", "no data"),
    GreyReason.NO_BASE: Words("无基期值，不能算进度", "no base value, no pace"),
    GreyReason.WAITING_VALUE: Words("待上级下达目标值", "waits for its value from above"),
    GreyReason.QUALITATIVE: Words("定性，待评判", "qualitative, to be judged"),
    GreyReason.NOT_BEGUN: Words("尚未起算", "not begun"),
}


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One target in one year (指标一览的一行): `current` and `base` in the unit of the target, unrounded."""

    target: Target
    year: int
    result: IndicatorResult | None
    current: Decimal | None
    base: Decimal | None
    pace: Pace
    reason: Words | None = None
    verdict: Verdict | None = None

    @property
    def light(self) -> Light:
        """How the target stands."""
        return self.pace.light

    @property
    def ahead(self) -> Decimal | None:
        """How far the figure is ahead of what the year asks for, behind is negative. [unit of the target]"""
        if self.current is None or self.pace.milestone is None:
            return None
        gap = self.current - self.pace.milestone
        return -gap if self.target.operator in (Operator.AT_MOST, Operator.LESS_THAN) else gap

    @property
    def rules(self) -> tuple[RuleValue, ...]:
        """The dated rules under figure and light."""
        return (*(self.result.rules if self.result else ()), *self.pace.rules)


@dataclass(frozen=True, slots=True)
class RankedLine:
    """A jurisdiction in the ranking (排名的一行): rank 1 is furthest ahead of its path, None without data."""

    rank: int | None
    line: BoardLine


@dataclass(frozen=True, slots=True)
class Board:
    """The state of a plan in one year, as known on one day (指标一览)."""

    city: City
    plan: Plan
    year: int
    as_of: date
    lines: tuple[BoardLine, ...]
    indicators: CityIndicators

    def line(self, target_id: str) -> BoardLine | None:
        """Return the line of this target."""
        return next((line for line in self.lines if line.target.id == target_id), None)

    def lead(self) -> BoardLine | None:
        """Return the line of the city's own energy intensity."""
        return next((line for line in self.lines if line.target.indicator == INTENSITY and line.target.scope == self.city.code), None)

    def ranking(self) -> tuple[RankedLine, ...]:
        """Return the jurisdictions by how far their energy intensity is ahead of its path (县区排名); equal ones share a rank."""
        lines = [line for line in self.lines if line.target.indicator == INTENSITY and line.target.scope != self.city.code]
        known = sorted((line for line in lines if line.ahead is not None), key=lambda line: (-(line.ahead or 0), line.target.scope))
        ranked: list[RankedLine] = []
        for place, line in enumerate(known, start=1):
            is_equal = bool(ranked) and ranked[-1].line.ahead == line.ahead
            ranked.append(RankedLine(ranked[-1].rank if is_equal else place, line))
        missing = sorted((line for line in lines if line.ahead is None), key=lambda line: line.target.scope)
        return (*ranked, *(RankedLine(None, line) for line in missing))


def latest_year(*, city: City, indicators: CityIndicators, as_of: date | None) -> int:
    """Return the newest year the city's energy intensity is known for (最新有数年度); the plan's first where it never is."""
    evaluator = indicators.evaluator(as_of=as_of)
    lead = next((target for target in city.plan.targets if target.indicator == INTENSITY and target.scope == city.code), None)
    first = city.defaults.base_year + 1
    last = (lead.target_year if lead else None) or first
    for year in range(last, first, -1):
        if lead and evaluator.evaluate(INTENSITY, org=city.code, period=Period.year(year)).value is not None:
            return year
    return first


def board(
    *, city: City, indicators: CityIndicators, year: int, as_of: date, rule_book: RuleBook | None = None, verdicts: Sequence[Verdict] = ()
) -> Board:
    """Return every target of the city's plan as it stood in a year (指标一览).

    Parameters
    ----------
    city : City
        An opened pack; its default plan is read.
    indicators : CityIndicators
        Declarations and observations of the pack.
    year : int
        The year judged.
    as_of : date
        What was known at the end of this day is taken, nothing later.
    rule_book : RuleBook, optional
        Takes the place of the package's rules.
    verdicts : sequence of Verdict
        What people said of targets without a figure, in force on the day, the earliest year first.
    """
    reader = Reader(city, indicators.evaluator(as_of=as_of), (rule_book or packaged_rules()).at(date(year, 12, 31)))
    said = {one.target: one for one in verdicts if one.year <= year}
    lines = [_judged(reader.line(target, year), said.get(target.id)) for target in city.plan.targets]
    return Board(city, city.plan, year, as_of, _with_alternatives(lines), indicators)


class Reader:
    """Reads targets of one city over one snapshot: figures in the unit of the target, pace, light."""

    def __init__(self, city: City, evaluator: Evaluator, rules: RulesOnDay) -> None:
        self._city = city
        self._evaluator = evaluator
        self._rules = rules

    def line(self, target: Target, year: int) -> BoardLine:
        """Return one target in one year."""
        result = self.result(target, year)
        current = _in_unit(result, target)
        base = self.base(target)
        if target.indicator == INTENSITY and target.value is not None and current is not None:
            found = self._intensity_pace(target, current, year)
        else:
            plan_base = self._city.defaults.base_year
            found = pace(target, actual=current, year=year, plan_base_year=plan_base, rules=self._rules, base_observed=base)
        line = BoardLine(target, year, result, current, base, found, _REASON[found.reason] if found.reason else None)
        if found.reason is GreyReason.NO_DATA:
            line = replace(line, reason=self._why_missing(target, result, year))
        return self._held(line) if target.hold_every_year and current is not None else line

    def result(self, target: Target, year: int) -> IndicatorResult | None:
        """Return the indicator of the target in a year; None when the target has none."""
        if not target.indicator or target.operator is Operator.QUALITATIVE:
            return None
        return self._evaluator.evaluate(target.indicator, org=target.scope or self._city.code, period=Period.year(year))

    def figure(self, target: Target, year: int) -> Decimal | None:
        """Return the figure of a year in the unit of the target."""
        return _in_unit(self.result(target, year), target)

    def base(self, target: Target) -> Decimal | None:
        """Return the level in the base year, printed or observed; None for what counts from zero."""
        if target.base_value is not None or target.kind.starts_at_zero or target.value is None:
            return target.base_value
        return self.figure(target, self.base_year(target))

    def base_year(self, target: Target) -> int:
        """Return the target's base year, else the plan's."""
        return target.base_year or self._city.defaults.base_year

    def milestones(self, target: Target) -> dict[int, Decimal]:
        """Return the planned path (计划路径) by year; empty where there is no way to go."""
        base_year, target_year = self.base_year(target), target.target_year
        if target.value is None or target_year is None or target_year <= base_year or is_bound(target):
            return {}
        if target.kind is TargetKind.RELATIVE_CHANGE:
            return milestones_geometric(reduction_pct=target.value, base_year=base_year, target_year=target_year)
        base = Decimal(0) if target.kind.starts_at_zero else self.base(target)
        if base is None:
            return {}
        return milestones_linear(base_value=base, target_value=target.value, base_year=base_year, target_year=target_year)

    def _intensity_pace(self, target: Target, current: Decimal, year: int) -> Pace:
        """Energy intensity has an official light: what the year asks for against what was reached."""
        base_year, target_year = self.base_year(target), target.target_year or year
        if year <= base_year or target.value is None:
            return Pace(Light.GREY, GreyReason.NOT_BEGUN)
        path = milestones_geometric(reduction_pct=target.value, base_year=base_year, target_year=target_year)
        milestone = path[min(year, target_year)]
        warned = intensity_warning(target_reduction_pct=milestone, actual_reduction_pct=current, rules=self._rules)
        done = progress(
            cumulative_reduction_pct=current, target_pct=target.value, years_elapsed=Decimal(min(year, target_year) - base_year),
            years_total=Decimal(target_year - base_year),
        )  # fmt: skip
        due = f"1−(1−{plain(target.value)}%)^({min(year, target_year) - base_year}/{target_year - base_year})"
        working = Words(
            f"{year}年应累计下降 {_two(milestone)}%（{due}），实际 {_two(current)}%，相差 {_two(current - milestone)} 个百分点；"
            f"进度（对数法）{_two(done.progress_log_pct)}%，时间进度 {_two(done.time_progress_pct)}%；{warned.light.words.zh}",
            f"due by {year}: down {_two(milestone)}% ({due}), actual {_two(current)}%, {_two(current - milestone)} pp apart; "
            f"progress (by logarithm) {_two(done.progress_log_pct)}%, time passed {_two(done.time_progress_pct)}%; {warned.light.words.en}",
        )
        return Pace(
            light=_LIGHT_OF_WARNING[warned.light], is_met=current >= target.value, achieved_share_pct=done.progress_log_pct,
            elapsed_share_pct=done.time_progress_pct, pace_pct=done.progress_log_pct * 100 / done.time_progress_pct,
            milestone=milestone, working=working, rules=(warned.rule,),
        )  # fmt: skip

    def _held(self, line: BoardLine) -> BoardLine:
        """A target to be held every year fails with its first failed year."""
        years = range(self.base_year(line.target) + 1, line.year + 1)
        by_year = {year: self.figure(line.target, year) for year in years}
        if held_every_year(line.target, by_year, years) is not False:
            return line
        failed = [str(year) for year in years if held_every_year(line.target, by_year, [year]) is False]
        reason = Words(f"{'、'.join(failed)} 年未达到", f"not met in {', '.join(failed)}")
        return replace(line, pace=replace(line.pace, light=Light.RED, is_met=False), reason=reason)

    def _why_missing(self, target: Target, result: IndicatorResult | None, year: int) -> Words:
        for before in range(year - 1, self.base_year(target) - 1, -1):
            known = self.figure(target, before)
            if known is not None and result is not None:
                printed = f"{_two(known)} {target.unit}"
                return Words(f"{year} 年未报送；最近为 {before} 年 {printed}", f"{year} not reported; last known {before}: {printed}")
        return (result.reason if result else None) or _REASON[GreyReason.NO_DATA]


def _judged(line: BoardLine, verdict: Verdict | None) -> BoardLine:
    """Give a line without a figure the light that people gave it; a verdict on an earlier year is told and gives none."""
    if verdict is None or line.pace.reason is not GreyReason.QUALITATIVE:
        return line
    word = verdict.word.words
    if verdict.year < line.year:
        return replace(line, reason=Words(f"{line.year} 年待评判；{verdict.year} 年评判为{word.zh}", f"{line.year} to be judged; judged {word.en} in {verdict.year}"))
    return replace(line, pace=verdict.pace, verdict=verdict, reason=Words(f"定性，评判为{word.zh}", f"qualitative, judged {word.en}"))


def _with_alternatives(lines: Sequence[BoardLine]) -> tuple[BoardLine, ...]:
    """Of an either-or group (二选一) the one that stands best speaks for all."""
    told: list[BoardLine] = []
    for line in lines:
        group = [other for other in lines if line.target.alt_group and other.target.alt_group == line.target.alt_group]
        if len(group) > 1:
            best, _ = best_of([(other.target, other.pace) for other in group])
            if best.id != line.target.id:
                light = next(other.light for other in group if other.target.id == best.id)
                reason = Words(f"二选一，以 {best.id} 为准", f"either-or: {best.id} counts")
                line = replace(line, pace=replace(line.pace, light=light), reason=reason)
        told.append(line)
    return tuple(told)


def _in_unit(result: IndicatorResult | None, target: Target) -> Decimal | None:
    if result is None or result.value is None:
        return None
    return result.value if not target.unit else result.value * result.unit.factor_to(unit(target.unit))


def _two(figure: Decimal) -> str:
    return plain(round_gbt8170(figure, 2))
