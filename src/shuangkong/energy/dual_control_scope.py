"""What counts in dual control: feedstock, new renewable power, non-fossil energy, separately listed projects.

A rule set is data: a line of `energy.dual_control` names what leaves the total and what leaves the intensity. The plan
period saw five of them; a figure is only comparable with another under the same one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import Enum

from shuangkong.energy.intensity import WORKING_DIGITS, NonPositiveIntensity
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import Citation
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RuleBook, RulesOnDay, RuleValue

RULE_SETS = "energy.dual_control"
EXEMPTIONS = "energy.dual_control_exemption"


class UnknownRuleSet(Refusal):
    """No rule set has this id, or none held on the day (双控口径未知)."""

    def __init__(self, asked: str, known: tuple[str, ...]) -> None:
        super().__init__(
            thing=Words("双控口径", "dual-control rule set"),
            value=asked,
            rule=Words("不在规则库中", "is not in the rules"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


class DeductionsExceedEnergy(Refusal):
    """More is deducted than was consumed (扣减超过能耗)."""

    def __init__(self, thing: Words, left: Decimal) -> None:
        super().__init__(
            thing=thing,
            value=plain(left),
            rule=Words("扣减后为负", "is negative after the deductions"),
            remedy=Words("核对各扣减项与能耗是否同一口径、同一单位", "check that deductions and energy share basis and unit"),
        )


class Deduction(Enum):
    """What a rule set takes out (扣减项)."""

    FEEDSTOCK = "feedstock"
    NEW_RENEWABLE_POWER = "new_renewable_power"
    NON_FOSSIL = "non_fossil"
    RENEWABLE_ABOVE_INCENTIVE = "renewable_above_incentive"
    CERTIFICATES = "certificates"
    SEPARATE_LISTING = "separate_listing"

    @property
    def words(self) -> Words:
        """The deduction in words."""
        return _DEDUCTION_WORDS[self.value]


_DEDUCTION_WORDS: Mapping[str, Words] = {
    "feedstock": Words("原料用能", "feedstock energy"),
    "new_renewable_power": Words("新增可再生能源电力", "new renewable power"),
    "non_fossil": Words("非化石能源", "non-fossil energy"),
    "renewable_above_incentive": Words("超激励性权重的可再生能源", "renewables above the incentive weight"),
    "certificates": Words("跨省绿证净购入", "net cross-province certificates"),
    "separate_listing": Words("国家重大项目单列", "separately listed projects"),
}


@dataclass(frozen=True, slots=True)
class EnergyYear:
    """Energy and GDP of a year with what may be deducted, all on the equivalent basis (年度能耗与可扣减量).

    None where not known. GDP at constant prices, any one money unit; the rest in tce.
    """

    total_energy_consumption_tce: Decimal
    gdp: Decimal
    feedstock_energy_tce: Decimal | None = None
    renewable_tce: Decimal | None = None
    non_fossil_tce: Decimal | None = None
    renewable_above_incentive_tce: Decimal | None = None
    certificate_tce: Decimal | None = None
    separate_listing_tce: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AppliedDeduction:
    """One deduction made (已作扣减)."""

    deduction: Deduction
    where: Words
    tce: Decimal
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class DualControlScope:
    """Energy as the rule set counts it (双控核算口径下的能耗)."""

    rule: RuleValue
    energy_for_total_tce: Decimal
    energy_for_intensity_tce: Decimal
    base_energy_for_intensity_tce: Decimal
    intensity_change_pct: Decimal
    deductions: tuple[AppliedDeduction, ...]


def rule_set_named(book: RuleBook, rule_set: str) -> RuleValue:
    """Return a rule set by its id, such as DC22b (按编号取双控口径).

    Raises
    ------
    UnknownRuleSet
        If no set has this id.

    Source
    ------
    发改环资〔2021〕1310号及其后各口径文件.

    Examples
    --------
    >>> from shuangkong import rules
    >>> rule_set_named(rules.book(), "dc22B").path
    'energy.dual_control.DC22b'
    """
    sets = book.below(RULE_SETS)
    for name, rule in sets.items():
        if name.lower() == rule_set.strip().lower():
            return rule.lines[-1]
    raise UnknownRuleSet(rule_set, tuple(sets))


def rule_set_on(rules: RulesOnDay) -> RuleValue:
    """Return the rule set that held on the day (按日期取双控口径).

    Raises
    ------
    UnknownRuleSet
        If none held yet.

    Source
    ------
    发改环资〔2021〕1310号及其后各口径文件.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> rule_set_on(rules.at(date(2023, 6, 30))).path
    'energy.dual_control.DC22b'
    """
    sets = rules.book.below(RULE_SETS)
    held = [line for rule in sets.values() if (line := rule.at(rules.day)) is not None]
    if not held:
        raise UnknownRuleSet(rules.day.isoformat(), tuple(sets))
    return max(held, key=lambda line: line.valid_from)


def dual_control_scope(*, rule_set: RuleValue, current: EnergyYear, base: EnergyYear) -> DualControlScope:
    """Return energy and change of intensity as a rule set counts them (能耗双控核算).

    Feedstock leaves both years and GDP stays as it is. Renewable power counts as added against the base year and never
    below zero. A listed project is deducted where one is declared, under every set: it needs a listing document, so that
    none declared means none.

    Parameters
    ----------
    rule_set : RuleValue
        From `rule_set_named` or `rule_set_on`.
    current, base : EnergyYear
        The year judged, and the base year.

    Returns
    -------
    DualControlScope
        Every deduction with its place. [tce; %]

    Raises
    ------
    NonPositiveIntensity, DeductionsExceedEnergy, InputRefused
        If GDP or base energy is not above zero, deductions exceed energy, or a figure the set needs is missing.

    Source
    ------
    发改环资〔2021〕1310号、〔2022〕803号，发改运行〔2022〕1258号，发改环资〔2024〕113号，国发〔2024〕12号.

    Examples
    --------
    >>> from shuangkong import rules
    >>> found = dual_control_scope(
    ...     rule_set=rule_set_named(rules.book(), "DC22b"),
    ...     current=EnergyYear(Decimal(1100), Decimal(1200), feedstock_energy_tce=Decimal(100), renewable_tce=Decimal(90)),
    ...     base=EnergyYear(Decimal(1050), Decimal(1000), feedstock_energy_tce=Decimal(50), renewable_tce=Decimal(40)))
    >>> found.energy_for_total_tce, found.energy_for_intensity_tce, round(found.intensity_change_pct, 4)
    (Decimal('950'), Decimal('1000'), Decimal('-16.6667'))
    """
    for thing, gdp in ((Words("GDP（不变价）", "GDP at constant prices"), current.gdp), (Words("基年GDP", "base GDP"), base.gdp)):
        if gdp <= 0:
            raise NonPositiveIntensity(thing, gdp)
    total_set = [Deduction(name) for name in rule_set.value["total"]]
    intensity_set = [Deduction(name) for name in rule_set.value["intensity"]]
    _refuse_missing({*total_set, *intensity_set}, current=current, base=base)
    deductions = [
        *_deducted(total_set, Words("总量", "total"), current, base),
        *_deducted(intensity_set, Words("强度", "intensity"), current, base),
        *_deducted_from_base(intensity_set, base),
    ]

    def left(energy_tce: Decimal, where: str, thing: Words) -> Decimal:
        remainder = energy_tce - sum((item.tce for item in deductions if item.where.en == where), Decimal(0))
        if remainder < 0:
            raise DeductionsExceedEnergy(thing, remainder)
        return remainder

    for_total = left(current.total_energy_consumption_tce, "total", Words("计入总量的能耗", "energy for the total"))
    for_intensity = left(current.total_energy_consumption_tce, "intensity", Words("计入强度的能耗", "energy for intensity"))
    base_for_intensity = left(base.total_energy_consumption_tce, "base", Words("基年计入强度的能耗", "base energy for intensity"))
    if base_for_intensity <= 0:
        raise NonPositiveIntensity(Words("基年计入强度的能耗", "base energy for intensity"), base_for_intensity)
    with localcontext(prec=WORKING_DIGITS):
        change = (for_intensity * base.gdp) / (base_for_intensity * current.gdp) * 100 - 100
    return DualControlScope(
        rule=rule_set,
        energy_for_total_tce=for_total,
        energy_for_intensity_tce=for_intensity,
        base_energy_for_intensity_tce=base_for_intensity,
        intensity_change_pct=+change,
        deductions=tuple(deductions),
    )


@dataclass(frozen=True, slots=True)
class AssessmentExemption:
    """Whether the total is exempt from assessment, and why (免于考核)."""

    is_exempt: bool
    reason: Words
    citation: Citation
    rule: RuleValue


def total_assessment_exemption(*, intensity_target_met: bool, rules: RulesOnDay) -> AssessmentExemption:
    """Return whether a county's total is exempt because its intensity target is met (总量免于考核).

    Parameters
    ----------
    intensity_target_met : bool
        The target the city set is completed.
    rules : RulesOnDay
        Gives the exemption and its clause.

    Returns
    -------
    AssessmentExemption

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）三（一）.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> found = total_assessment_exemption(intensity_target_met=True, rules=rules.at(date(2023, 12, 31)))
    >>> found.is_exempt, found.citation.clause
    (True, '三(一)')
    """
    rule = rules.get(f"{EXEMPTIONS}.city")
    is_exempt = bool(rule.value["exempt_when_intensity_met"]) and intensity_target_met
    reason = (
        Words("能耗强度降低目标已完成，能源消费总量免于考核", "the intensity target is met: the total is exempt from assessment")
        if is_exempt
        else Words("能耗强度降低目标未完成，能源消费总量照常考核", "the intensity target is not met: the total is assessed")
    )
    return AssessmentExemption(is_exempt, reason, rule.citation, rule)


def _deducted(taken: list[Deduction], where: Words, current: EnergyYear, base: EnergyYear) -> Iterator[AppliedDeduction]:
    for deduction in taken:
        note = None
        match deduction:
            case Deduction.NEW_RENEWABLE_POWER:
                now, then = current.renewable_tce or Decimal(0), base.renewable_tce or Decimal(0)
                tce = max(now - then, Decimal(0))
                less = Words("少于基年，按0计", "below the base year, counted 0") if now < then else None
                note = less or Words(f"{plain(now)} − {plain(then)}", f"{plain(now)} − {plain(then)}")
            case Deduction.CERTIFICATES if current.certificate_tce is not None:
                tce = current.certificate_tce
            case _:
                stated = _stated(deduction, current)
                if stated is None:
                    continue
                tce = stated
        yield AppliedDeduction(deduction, where, tce, note)


def _deducted_from_base(taken: list[Deduction], base: EnergyYear) -> Iterator[AppliedDeduction]:
    for deduction in taken:
        stated = _stated(deduction, base) if deduction in {Deduction.FEEDSTOCK, Deduction.NON_FOSSIL} else None
        if stated is not None:
            yield AppliedDeduction(deduction, Words("基年强度", "base"), stated)


def _stated(deduction: Deduction, year: EnergyYear) -> Decimal | None:
    match deduction:
        case Deduction.FEEDSTOCK:
            return year.feedstock_energy_tce
        case Deduction.NON_FOSSIL:
            return year.non_fossil_tce if year.non_fossil_tce is not None else year.renewable_tce
        case Deduction.RENEWABLE_ABOVE_INCENTIVE:
            return year.renewable_above_incentive_tce
        case Deduction.CERTIFICATES:
            return year.certificate_tce
        case Deduction.SEPARATE_LISTING:
            return year.separate_listing_tce
        case Deduction.NEW_RENEWABLE_POWER:
            return year.renewable_tce


def _refuse_missing(taken: set[Deduction], *, current: EnergyYear, base: EnergyYear) -> None:
    """Refuse where a set needs a figure that is not known; declared entitlements may be absent."""
    needed = {Deduction.FEEDSTOCK, Deduction.NEW_RENEWABLE_POWER, Deduction.NON_FOSSIL} & taken
    faults = [
        Fault(
            Words(f"{label.zh}{deduction.words.zh}", f"{deduction.words.en} of the {label.en}"), "",
            Words("本口径需要，但未给出", "is needed under this rule set and missing"),
            Words("补充该数；确为零时填 0", "give it; write 0 where it is truly zero"),
        )
        for deduction in Deduction
        if deduction in needed
        for label, year in ((Words("报告年", "year"), current), (Words("基年", "base year"), base))
        if _stated(deduction, year) is None
    ]
    if faults:
        raise InputRefused(faults)
