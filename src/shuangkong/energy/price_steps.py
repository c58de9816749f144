"""Tiered and differential power prices: the surcharge of a unit consumption, with every step.

A rule is either a table of steps, a charge per step above a threshold, or a charge by category; which one it is stands
in the data. Where no sourced step is loaded the answer is refused, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue

PRICE_STEPS = "energy.price_steps"
OTHER = ("其他", "other")  # the category that the consumption decides


class NoPriceSteps(Refusal):
    """The steps of this sector are not in the rules (未找到分档依据)."""

    def __init__(self, rule: RuleValue) -> None:
        super().__init__(
            thing=Words(rule.name.zh, rule.name.en),
            value=rule.valid_from.isoformat(),
            rule=Words("未找到依据：分档标准和加价水平尚无出处", "no sourced steps and surcharges are loaded"),
            remedy=Words("取得文件后在 rules/data/energy/price_steps 中补充", "add them under rules/data/energy/price_steps with their document"),
        )


class MissingPriceInput(Refusal):
    """The rule needs something that was not given (阶梯电价输入不足)."""

    def __init__(self, thing: Words) -> None:
        super().__init__(
            thing=thing,
            value="",
            rule=Words("本规则需要，但未给出", "is needed by this rule and missing"),
            remedy=Words("补充该输入项", "give it"),
        )


class UnknownPriceCategory(Refusal):
    """The category is not in the rule (差别电价类别未知)."""

    def __init__(self, category: str, known: tuple[str, ...]) -> None:
        super().__init__(
            thing=Words("类别", "category"),
            value=category,
            rule=Words("不在本规则的类别中", "is not a category of this rule"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step of the working (加价步骤). `yuan_per_kwh` is the surcharge after it."""

    label: Words
    yuan_per_kwh: Decimal


@dataclass(frozen=True, slots=True)
class Surcharge:
    """The surcharge with its steps (加价结果)."""

    yuan_per_kwh: Decimal
    steps: tuple[PriceStep, ...]
    rule: RuleValue

    def total_yuan(self, electricity_kwh: Decimal) -> Decimal:
        """Return the surcharge on so much power. [元]"""
        return self.yuan_per_kwh * electricity_kwh


@dataclass(frozen=True, slots=True)
class PriceCircumstances:
    """What, beside the unit consumption, moves a surcharge (加价的其他条件). None where not given."""

    non_hydro_renewable_pct: Decimal | None = None
    incentive_weight_pct: Decimal | None = None
    unpaid_days: Decimal | None = None
    category: str | None = None
    admission_level: Decimal | None = None
    limit_level: Decimal | None = None


def power_surcharge(
    sector: str, *, unit_consumption: Decimal | None, circumstances: PriceCircumstances, rules: RulesOnDay
) -> Surcharge:
    """Return the surcharge on the power price of a sector (阶梯电价、差别电价加价).

    Parameters
    ----------
    sector : str
        Key of a rule below `energy.price_steps`.
    unit_consumption : Decimal or None
        Last year's consumption in the unit of the rule; not needed where the category decides. [rule's unit]
    circumstances : PriceCircumstances
        Share of renewables, arrears, category.
    rules : RulesOnDay
        The day decides table or formula.

    Returns
    -------
    Surcharge
        [元/kWh]

    Raises
    ------
    NoPriceSteps, MissingPriceInput, UnknownPriceCategory
        If no step is sourced, an input the rule needs is missing, or the category is unknown.

    Source
    ------
    发改价格〔2013〕2530号、〔2021〕1239号（电解铝），〔2016〕2803号（钢铁），〔2016〕75号（水泥）.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> power_surcharge("electrolytic_aluminium", unit_consumption=Decimal(13701), circumstances=PriceCircumstances(),
    ...                 rules=rules.at(date(2022, 6, 30))).yuan_per_kwh
    Decimal('0.03')
    """
    rule = rules.get(f"{PRICE_STEPS}.{sector}")
    if rule.value["categories"]:
        if circumstances.category is not None and circumstances.category.strip().lower() not in OTHER:
            return _by_category(rule, circumstances.category)
        rule = rules.get(f"{PRICE_STEPS}.{rule.labels['otherwise']}")
    terms: Mapping[str, object] = rule.value
    if terms["levels"]:
        return _by_levels(rule, unit_consumption, circumstances)
    if unit_consumption is None and (terms["breakpoints"] or terms["threshold"]):
        raise MissingPriceInput(Words("单位产品用电量", "unit consumption"))
    if terms["breakpoints"]:
        return _by_table(rule, unit_consumption or Decimal(0))
    if terms["threshold"]:
        return _by_formula(rule, unit_consumption or Decimal(0), circumstances)
    raise NoPriceSteps(rule)


def _by_category(rule: RuleValue, category: str) -> Surcharge:
    folded = category.strip().lower()
    for listed in rule.value["categories"]:
        if folded in {listed["key"], listed["zh"], listed["zh"].removesuffix("类")}:
            label = Words(f"{listed['zh']}：加价 {plain(listed['surcharge'])} 元/kWh", f"{listed['key']}: +{plain(listed['surcharge'])} yuan/kWh")
            return Surcharge(listed["surcharge"], (PriceStep(label, listed["surcharge"]),), rule)
    raise UnknownPriceCategory(category, (*(listed["zh"] for listed in rule.value["categories"]), OTHER[0]))


def _by_levels(rule: RuleValue, unit_consumption: Decimal | None, circumstances: PriceCircumstances) -> Surcharge:
    """Steps whose limits are those of a standard, given by the caller: the admission level and the limit."""
    levels = {"admission_level": circumstances.admission_level, "limit_level": circumstances.limit_level}
    names = {"admission_level": Words("准入值", "admission level"), "limit_level": Words("限定值", "limit level")}
    if unit_consumption is None:
        raise MissingPriceInput(Words("类别，或工序能耗", "category, or process energy"))
    charge = Decimal(0)
    steps = []
    for level in rule.value["levels"]:
        above = levels[level["above"]]
        if above is None:
            raise MissingPriceInput(names[level["above"]])
        name = names[level["above"]]
        if unit_consumption > above:
            charge = level["surcharge"]
            steps.append(PriceStep(Words(f"高于{name.zh} {plain(above)}", f"above the {name.en} {plain(above)}"), charge))
    return Surcharge(charge, tuple(steps) or (_none(unit_consumption),), rule)


def _by_table(rule: RuleValue, unit_consumption: Decimal) -> Surcharge:
    charge = Decimal(0)
    steps = []
    for point in rule.value["breakpoints"]:
        if unit_consumption > point["above"]:
            charge = point["surcharge"]
            text = f"{plain(unit_consumption)} > {plain(point['above'])}"
            steps.append(PriceStep(Words(f"{text}：加价 {plain(charge)}", f"{text}: +{plain(charge)}"), charge))
    return Surcharge(charge, tuple(steps) or (_none(unit_consumption),), rule)


def _by_formula(rule: RuleValue, unit_consumption: Decimal, circumstances: PriceCircumstances) -> Surcharge:
    terms = rule.value
    over = unit_consumption - terms["threshold"]
    if over <= 0:
        return Surcharge(Decimal(0), (_none(unit_consumption),), rule)
    count = (over / terms["step"]).to_integral_value(ROUND_CEILING)
    charge = count * terms["surcharge_per_step"]
    text = f"⌈({plain(unit_consumption)} − {plain(terms['threshold'])}) ÷ {plain(terms['step'])}⌉ = {plain(count)}"
    steps = [PriceStep(Words(f"超出 {text} 档，每档 {plain(terms['surcharge_per_step'])}", f"{text} steps of {plain(terms['surcharge_per_step'])}"), charge)]
    relief_pct = _relief_pct(terms, circumstances)
    if relief_pct:
        charge = charge * (100 - relief_pct) / 100
        steps.append(PriceStep(Words(f"非水可再生能源占比，减 {plain(relief_pct)}%", f"non-hydro renewables: −{plain(relief_pct)} %"), charge))
    if circumstances.unpaid_days is not None and circumstances.unpaid_days > terms["unpaid_after_days"]:
        charge = charge * terms["unpaid_factor"]
        text = plain(terms["unpaid_factor"])
        steps.append(PriceStep(Words(f"逾期 {plain(circumstances.unpaid_days)} 天，× {text}", f"unpaid {plain(circumstances.unpaid_days)} days, × {text}"), charge))
    return Surcharge(charge, tuple(steps), rule)


def _relief_pct(terms: Mapping[str, Decimal], circumstances: PriceCircumstances) -> Decimal:
    """Whole percentage points of renewables above the threshold, each worth its cut of the charge."""
    share = circumstances.non_hydro_renewable_pct
    if share is None or share <= terms["renewable_above_pct"]:
        return Decimal(0)
    if circumstances.incentive_weight_pct is None:
        raise MissingPriceInput(Words("所在省上年度非水可再生能源激励性权重", "the province's incentive weight of the year before"))
    if share < circumstances.incentive_weight_pct:
        return Decimal(0)
    points = (share - terms["renewable_above_pct"]).to_integral_value(ROUND_FLOOR)
    return min(points * terms["renewable_cut_pct_per_point"], Decimal(100))


def _none(unit_consumption: Decimal) -> PriceStep:
    return PriceStep(Words(f"{plain(unit_consumption)} 未超过分档值，不加价", f"{plain(unit_consumption)} is not above any step"), Decimal(0))
