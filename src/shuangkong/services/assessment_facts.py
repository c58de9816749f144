"""The facts a scoring table asks for: indicators of a jurisdiction, and figures that follow from its plan target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shuangkong.assessment.rubric import Cycle
from shuangkong.energy.coal_equivalent import CarrierTable, to_coal_equivalent
from shuangkong.energy.dual_control_scope import EnergyYear, dual_control_scope, rule_set_named, rule_set_on
from shuangkong.energy.progress import annual_rate_pct, annual_totals, progress
from shuangkong.indicators.evaluate import Evaluator, IndicatorResult
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.quantity import ConversionBasis, Quantity
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.plan.model import Plan, Target
from shuangkong.plan.trajectory import milestones_geometric
from shuangkong.rules import RuleBook
from shuangkong.services.cities import City
from shuangkong.services.indicators import CityIndicators

INTENSITY = "energy_intensity_reduction_pct"
Given = Mapping[tuple[str, str, int], Decimal]
_ELECTRICITY = "电力"
_NO_TARGET = Words("方案未给该县区下达能耗强度目标", "the plan sets no intensity target for it")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact (考核数据项): its figure, or why there is none; marks 模拟, 未核实; a note on how it was derived."""

    figure: Decimal | None
    why: Words | None = None
    marks: tuple[str, ...] = ()
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class FactSource:
    """Answers "what is this fact of this jurisdiction in this year" (考核取数), as known on a day.

    `given` holds facts stated outright by an input file, by (name, organisation, year); they go before anything computed.
    """

    city: City
    indicators: CityIndicators
    evaluator: Evaluator
    as_of: date | None
    book: RuleBook
    cycle: Cycle
    year: int
    given: Given = field(default_factory=dict)

    def fact(self, name: str, org: str) -> Fact:
        """Return a fact by the name a scoring table uses."""
        stated = self.given.get((name, org, self.year))
        if stated is not None:
            return Fact(stated)
        derived = _DERIVED.get(name)
        if derived is not None:
            found = derived(self, org)
            if found.figure is not None or not self.has(name):
                return found
        if self.has(name):
            return _fact(self.indicator(name, org))
        return Fact(None, Words(f"数据包中没有指标 {name}", f"the pack has no indicator {name}"))

    def has(self, code: str) -> bool:
        """Tell whether the pack declares an indicator."""
        return code in self.indicators.catalogue.indicators

    def reported(self, code: str, org: str, period: Period) -> Quantity | None:
        """Return what was reported of an element, None where nothing was or it does not apply."""
        observation = self.indicators.snapshot(self.as_of).get(code, org, period)
        return None if observation is None or observation.value is None else Quantity(observation.value, observation.unit)

    def indicator(self, code: str, org: str, year: int | None = None) -> IndicatorResult:
        """Return an indicator of the assessed year, or of another."""
        return self.evaluator.evaluate(code, org=org, period=Period.year(self.year if year is None else year))

    def target(self, org: str) -> Target | None:
        """Return the intensity target of a jurisdiction, the city's where it has none of its own."""
        return _target_of(self.city.plan, org) or _target_of(self.city.plan, self.city.code)

    def figure(self, code: str, org: str, year: int) -> Decimal | None:
        """Return an indicator's figure where it was stated, or the pack has the indicator and the figure is known."""
        stated = self.given.get((code, org, year))
        if stated is not None:
            return stated
        return self.indicator(code, org, year).value if self.has(code) else None


def plan_span(city: City) -> tuple[int, int]:
    """Return the base year and the last target year of the city's plan (方案起止年)."""
    base = city.defaults.base_year
    return base, max((target.target_year for target in city.plan.targets if target.target_year), default=base)


def _target_of(plan: Plan, org: str) -> Target | None:
    return next((target for target in plan.targets if target.indicator == INTENSITY and target.scope == org), None)


def _fact(result: IndicatorResult) -> Fact:
    return Fact(result.value, result.reason if result.value is None else None, result.marks)


def _span(source: FactSource, org: str) -> tuple[Decimal, int, int] | None:
    target = source.target(org)
    if target is None or target.value is None or target.target_year is None:
        return None
    return target.value, target.base_year or source.city.defaults.base_year, target.target_year


def _time_progress(source: FactSource, org: str) -> Fact:
    span = _span(source, org)
    if span is None:
        return Fact(None, _NO_TARGET)
    _, base, last = span
    return Fact(Decimal(min(source.year, last) - base) / (last - base) * 100)


def _annual_target(source: FactSource, org: str) -> Fact:
    """The target set for the year where one was, else the equal annual rate of the five-year target."""
    set_for_year = source.indicator("intensity_target_pct", org) if source.has("intensity_target_pct") else None
    if set_for_year is not None and set_for_year.value is not None:
        return Fact(set_for_year.value, marks=set_for_year.marks, note=Words("按当年下达目标", "as set for the year"))
    span = _span(source, org)
    if span is None:
        return Fact(None, _NO_TARGET)
    value, base, last = span
    rate = annual_rate_pct(target_pct=value, years=Decimal(last - base))
    return Fact(rate, note=Words("按五年目标等比折算", "equal annual rate of the five-year target"))


def _scheduled_target(source: FactSource, org: str) -> Fact:
    span = _span(source, org)
    if span is None:
        return Fact(None, _NO_TARGET)
    value, base, last = span
    return Fact(milestones_geometric(reduction_pct=value, base_year=base, target_year=last)[min(source.year, last)])


def _log_progress(source: FactSource, org: str) -> Fact:
    span = _span(source, org)
    if span is None:
        return Fact(None, _NO_TARGET)
    value, base, last = span
    reduction = source.fact(INTENSITY, org)
    if reduction.figure is None:
        return reduction
    found = progress(
        cumulative_reduction_pct=reduction.figure, target_pct=value, years_elapsed=Decimal(min(source.year, last) - base),
        years_total=Decimal(last - base),
    )  # fmt: skip
    linear = plain(round_gbt8170(found.progress_linear_pct, 2))
    return Fact(found.progress_log_pct, marks=reduction.marks, note=Words(f"对数法；线性法为 {linear}%", f"logarithmic; linear {linear} %"))


def _energy_year(source: FactSource, org: str, year: int) -> EnergyYear | None:
    energy, gdp = source.figure("total_energy_consumption_tce", org, year), source.figure("gdp_constant_2020_100m_yuan", org, year)
    if energy is None or gdp is None:
        return None
    # A deduction is granted on declaration only: none declared is none deducted.
    return EnergyYear(
        total_energy_consumption_tce=energy,
        gdp=gdp,
        feedstock_energy_tce=_claimed_tce(source, "feedstock_energy_tce", org, year),
        renewable_tce=_renewable_tce(source, org, year),
        non_fossil_tce=_claimed_tce(source, "non_fossil_energy_tce", org, year),
        renewable_above_incentive_tce=Decimal(0),
        certificate_tce=Decimal(0),
        separate_listing_tce=_claimed_tce(source, "separate_listing_tce", org, year),
    )


def _claimed_tce(source: FactSource, element: str, org: str, year: int) -> Decimal:
    claimed = source.reported(element, org, Period.year(year))
    return Decimal(0) if claimed is None else claimed.to("tce").figure


def _renewable_tce(source: FactSource, org: str, year: int) -> Decimal:
    power = source.reported("renewable_power_10k_kwh", org, Period.year(year))
    if power is None:
        return Decimal(0)
    on = source.book.at(date(year, 12, 31))
    carrier = CarrierTable(on).find(_ELECTRICITY)
    return to_coal_equivalent(power, carrier, basis=ConversionBasis.EQUIVALENT, rules=on).tce


def _total_for_assessment(source: FactSource, org: str) -> Fact:
    current = _energy_year(source, org, source.year)
    base = _energy_year(source, org, source.city.defaults.base_year)
    raw = source.indicator("total_energy_consumption_tce", org)
    if current is None or base is None:
        return _fact(raw)
    day = date(source.year, 12, 31)
    named = source.city.defaults.dual_control_on(day)
    rule = rule_set_named(source.book, named) if named else rule_set_on(source.book.at(day))
    try:
        scope = dual_control_scope(rule_set=rule, current=current, base=base)
    except InputRefused as refused:
        fault = refused.faults[0]
        return Fact(None, Words(fault.line("zh"), fault.line("en")))
    marks = raw.marks if rule.verified or "未核实" in raw.marks else (*raw.marks, "未核实")
    return Fact(scope.energy_for_total_tce, marks=marks, note=Words(f"口径 {rule.path.rpartition('.')[2]}", f"rule set {rule.path.rpartition('.')[2]}"))


def _total_target(source: FactSource, org: str) -> Fact:
    """The total set for the year where one was, else last year's total grown by actual GDP growth and the annual target."""
    stated = source.indicator("total_target_tce", org) if source.has("total_target_tce") else None
    if stated is not None and stated.value is not None:
        return _fact(stated)
    before = source.figure("total_energy_consumption_tce", org, source.year - 1)
    gdp, gdp_before = (source.figure("gdp_constant_2020_100m_yuan", org, year) for year in (source.year, source.year - 1))
    target = _annual_target(source, org)
    if before is None or gdp is None or not gdp_before or target.figure is None:
        return Fact(None, Words("未下达年度总量目标，上年能耗或GDP缺失，无法推算", "no total was set, and last year's energy or GDP is missing"))
    (allowed,) = annual_totals(before, [(gdp / gdp_before - 1) * 100], target_pct=target.figure)
    return Fact(allowed, note=Words("按上年总量、实际增速和年度强度目标推算", "from last year's total, actual growth and the annual target"))


_DERIVED: Mapping[str, Callable[[FactSource, str], Fact]] = {
    "time_progress_pct": _time_progress,
    "target_annual_reduction_pct": _annual_target,
    "target_scheduled_reduction_pct": _scheduled_target,
    "intensity_progress_log_pct": _log_progress,
    "total_for_assessment_tce": _total_for_assessment,
    "total_target_tce": _total_target,
}
DERIVED_FACTS: Mapping[str, str] = {name: "tce" if name.endswith("_tce") else "%" for name in _DERIVED}
