"""Operations of dual control: each reads its inputs, calls one domain function, and shows the figures put in."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shuangkong import rules
from shuangkong.energy.decomposition import LmdiForm, lmdi
from shuangkong.energy.dual_control_scope import EnergyYear, dual_control_scope, rule_set_named, rule_set_on
from shuangkong.energy.elasticity import energy_elasticity
from shuangkong.energy.green_certificate import LIMIT, green_certificate_limit
from shuangkong.energy.intensity import (
    cumulative_reduction_pct,
    implied_energy_growth_pct,
    implied_gdp_growth_pct,
    intensity_change_pct,
)
from shuangkong.energy.price_steps import PRICE_STEPS, PriceCircumstances, power_surcharge
from shuangkong.energy.progress import annual_rate_pct, annual_totals, progress, remaining_rate_pct
from shuangkong.energy.savings import energy_savings_tce
from shuangkong.energy.structure import PlaceGrowth, structural_shift
from shuangkong.energy.warning import BAND, intensity_warning
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.rules import RulesOnDay
from shuangkong.rules.naming import entries_named
from shuangkong.services.compute.operation import Inputs, Operation, Outcome

YARDSTICK = "energy.progress.yardstick"


def shown(figure: Decimal) -> str:
    """Return a figure for a line of working, cut to six decimals (过程中的数)."""
    return plain(round_gbt8170(figure, 6))


def factor(change_pct: Decimal) -> str:
    """Return a rate as the factor it multiplies by (变化率写成乘数).

    Examples
    --------
    >>> factor(Decimal("-2.5"))
    '(1 − 2.5%)'
    """
    return f"(1 {'−' if change_pct < 0 else '+'} {plain(abs(change_pct))}%)"


def bracketed(figure: Decimal) -> str:
    """Return a figure that follows a sign, a negative one in brackets (负数加括号)."""
    return f"({plain(figure)})" if figure < 0 else plain(figure)


def rules_for(inputs: Inputs, path: str) -> tuple[RulesOnDay, str]:
    """Return the rules of the day `on`; without it those of the newest line at or below `path`, and words that say so."""
    if inputs.has("on"):
        return rules.at(inputs.day("on")), ""
    book = rules.book()
    found = [book.rules[path]] if path in book.rules else book.below(path).values()
    newest = max(rule.lines[-1].valid_from for rule in found)
    return rules.at(newest), f"（未给日期，用 {newest.isoformat()} 起的最新规则）"


def _intensity_change(inputs: Inputs) -> Outcome:
    """能耗强度变化率 / change of intensity from two growth rates."""
    energy, gdp = inputs.decimal("energy_growth_pct"), inputs.decimal("gdp_growth_pct")
    inputs.done()
    change = intensity_change_pct(energy_growth_pct=energy, gdp_growth_pct=gdp)
    return Outcome(
        {"intensity_change_pct": change},
        f"能耗强度变化率 = {factor(energy)} ÷ {factor(gdp)} − 1 = {shown(change)}%",
    )


def _implied_growth(inputs: Inputs) -> Outcome:
    """能耗、GDP、强度三个变化率知二求一 / the third of three rates from two."""
    names = ("energy_growth_pct", "gdp_growth_pct", "intensity_change_pct")
    given = {name: inputs.decimal(name) for name in names if inputs.has(name)}
    if len(given) != 2:
        inputs.fault(
            "、".join(names), len(given), Words("三项中应恰好给出两项", "exactly two of the three must be given"), Words("给出已知的两项", "give the two that are known")
        )
    inputs.done()
    missing = next(name for name in names if name not in given)
    if missing == "intensity_change_pct":
        energy, gdp = given["energy_growth_pct"], given["gdp_growth_pct"]
        found = intensity_change_pct(energy_growth_pct=energy, gdp_growth_pct=gdp)
        working = f"能耗强度变化率 = {factor(energy)} ÷ {factor(gdp)} − 1"
    elif missing == "gdp_growth_pct":
        energy, change = given["energy_growth_pct"], given["intensity_change_pct"]
        found = implied_gdp_growth_pct(energy_growth_pct=energy, intensity_change_pct=change)
        working = f"GDP增长率 = {factor(energy)} ÷ {factor(change)} − 1"
    else:
        gdp, change = given["gdp_growth_pct"], given["intensity_change_pct"]
        found = implied_energy_growth_pct(gdp_growth_pct=gdp, intensity_change_pct=change)
        working = f"能耗增长率 = {factor(gdp)} × {factor(change)} − 1"
    return Outcome({missing: found}, f"{working} = {shown(found)}%")


def _cumulative_reduction(inputs: Inputs) -> Outcome:
    """累计降低率（连乘） / fall over several years, a product."""
    changes = inputs.decimals("annual_change_pct")
    inputs.done()
    fall = cumulative_reduction_pct(changes)
    factors = " × ".join(factor(change) for change in changes)
    return Outcome({"cumulative_reduction_pct": fall}, f"累计降低率 = 1 − {factors} = {shown(fall)}%")


def _progress(inputs: Inputs) -> Outcome:
    """完成进度：对数与线性 / progress by logarithm and linear, against time."""
    fall, target = inputs.decimal("cumulative_reduction_pct"), inputs.decimal("target_pct")
    elapsed, total = inputs.decimal("years_elapsed"), inputs.decimal("years_total")
    inputs.done()
    found = progress(cumulative_reduction_pct=fall, target_pct=target, years_elapsed=elapsed, years_total=total)
    working = (
        f"对数进度 = ln{factor(-fall)} ÷ ln{factor(-target)} = {shown(found.progress_log_pct)}%；"
        f"线性进度 = {plain(fall)} ÷ {plain(target)} = {shown(found.progress_linear_pct)}%；"
        f"时间进度 = {plain(elapsed)} ÷ {plain(total)} = {shown(found.time_progress_pct)}%；"
        f"对数进度超前 {shown(found.ahead_log_points)} 个百分点"
    )
    return Outcome(
        {
            "progress_log_pct": found.progress_log_pct,
            "progress_linear_pct": found.progress_linear_pct,
            "time_progress_pct": found.time_progress_pct,
            "ahead_log_points": found.ahead_log_points,
            "ahead_linear_points": found.ahead_linear_points,
        },
        working,
        [rules.book().rule(YARDSTICK).lines[-1]],
    )


def _annual_rate(inputs: Inputs) -> Outcome:
    """年均降低率 / equal annual fall that reaches a target."""
    target, years = inputs.decimal("target_pct"), inputs.decimal("years")
    inputs.done()
    rate = annual_rate_pct(target_pct=target, years=years)
    return Outcome({"annual_rate_pct": rate}, f"年均降低率 = 1 − {factor(-target)}^(1/{plain(years)}) = {shown(rate)}%")


def _remaining_rate(inputs: Inputs) -> Outcome:
    """剩余年份年均降低率 / annual fall still needed."""
    target, fall = inputs.decimal("target_pct"), inputs.decimal("cumulative_reduction_pct")
    left = inputs.decimal("years_left")
    inputs.done()
    rate = remaining_rate_pct(target_pct=target, cumulative_reduction_pct=fall, years_left=left)
    met = "；目标已完成，负值为可回升的空间" if rate < 0 else ""
    working = f"剩余年均降低率 = 1 − [{factor(-target)} ÷ {factor(-fall)}]^(1/{plain(left)}) = {shown(rate)}%{met}"
    return Outcome({"annual_rate_pct": rate}, working)


def _annual_totals(inputs: Inputs) -> Outcome:
    """年度能耗总量目标 / yearly totals from growth and an intensity target."""
    start, growth = inputs.decimal("base_energy", low=0), inputs.decimals("gdp_growth_pct")
    target, given_years = inputs.decimal("target_pct"), inputs.optional_decimal("years")
    actual = inputs.decimals("actual_gdp_growth_pct") if inputs.has("actual_gdp_growth_pct") else ()
    if len(actual) > len(growth):
        inputs.fault(
            "actual_gdp_growth_pct", len(actual), Words("年数多于计划", "has more years than the plan"), Words("与 gdp_growth_pct 逐年对应", "one per year of gdp_growth_pct")
        )
    inputs.done()
    years = Decimal(len(growth)) if given_years is None else given_years
    rate = annual_rate_pct(target_pct=target, years=years)
    totals = annual_totals(start, growth, target_pct=target, years=years)
    outputs: dict[str, Any] = {"totals": totals, "annual_rate_pct": rate}
    steps = "；".join(f"第{year}年 {shown(total)}" for year, total in enumerate(totals, 1))
    working = f"E(t) = E(t−1)(1 + g)(1 − r)，r = 1 − {factor(-target)}^(1/{plain(years)}) = {shown(rate)}%，E(0) = {plain(start)}：{steps}"
    if given_years is None:
        working += f"；目标年数按所列 {len(growth)} 年计"
    if actual:
        rebased = annual_totals(start, (*actual, *growth[len(actual):]), target_pct=target, years=years)
        outputs["rebased_totals"] = rebased
        working += "；按实际GDP增速重算：" + "；".join(f"第{year}年 {shown(total)}" for year, total in enumerate(rebased, 1))
    return Outcome(outputs, working)


def _warning(inputs: Inputs) -> Outcome:
    """能耗强度预警灯 / official early warning of intensity."""
    target, actual = inputs.decimal("target_reduction_pct"), inputs.decimal("actual_reduction_pct")
    on, note = rules_for(inputs, BAND)
    inputs.done()
    found = intensity_warning(target_reduction_pct=target, actual_reduction_pct=actual, rules=on)
    gap = f"差距 = {plain(target)} − {bracketed(actual)} = {plain(found.shortfall)} 个百分点"
    held = f"{gap}，已完成" if found.level == 3 else f"{gap}，{'大于' if found.level == 1 else '不大于'}目标的 {plain(found.rule.number)}%（{plain(found.band)}）"
    return Outcome(
        {
            "level": found.level,
            "light": found.light.name,
            "light_zh": found.light.words.zh,
            "text_zh": found.light.situation.zh,
            "shortfall_points": found.shortfall,
        },
        f"{held}：{found.level}级，{found.light.words.zh}，形势{found.light.situation.zh}{note}",
        [found.rule],
    )


def _elasticity(inputs: Inputs) -> Outcome:
    """能源消费弹性系数 / energy growth per GDP growth."""
    energy, gdp = inputs.decimal("energy_growth_pct"), inputs.decimal("gdp_growth_pct")
    inputs.done()
    found = energy_elasticity(energy_growth_pct=energy, gdp_growth_pct=gdp)
    if found.elasticity is None:
        reason = str(found.reason)
        return Outcome({"elasticity": None, "reason": reason}, f"GDP增长率 {plain(gdp)}%：{reason}")
    return Outcome({"elasticity": found.elasticity}, f"弹性系数 = {plain(energy)}% ÷ {plain(gdp)}% = {shown(found.elasticity)}")


def _savings(inputs: Inputs) -> Outcome:
    """节能量 / energy saved against a reference period."""
    reference_tce, reference_output = inputs.decimal("reference_tce"), inputs.decimal("reference_output")
    current_tce, current_output = inputs.decimal("current_tce"), inputs.decimal("current_output")
    inputs.done()
    saved = energy_savings_tce(
        reference_tce=reference_tce, reference_output=reference_output, current_tce=current_tce, current_output=current_output
    )
    working = (
        f"节能量 = ({plain(reference_tce)} ÷ {plain(reference_output)} − {plain(current_tce)} ÷ {plain(current_output)})"
        f" × {plain(current_output)} = {shown(saved)} tce"
    )
    return Outcome({"savings_tce": saved}, working)


def _dual_control_scope(inputs: Inputs) -> Outcome:
    """能耗双控核算口径 / what counts under a dual-control rule set."""
    named = inputs.optional_text("rule_set")
    if named is None and not inputs.has("on"):
        inputs.fault("rule_set", "", Words("缺少口径", "no rule set"), Words("给出 rule_set 或日期 on", "give rule_set, or the date on"))
    current = EnergyYear(
        total_energy_consumption_tce=inputs.decimal("energy_tce", low=0),
        gdp=inputs.decimal("gdp"),
        feedstock_energy_tce=inputs.optional_decimal("feedstock_tce", low=0),
        renewable_tce=inputs.optional_decimal("renewable_tce", low=0),
        non_fossil_tce=inputs.optional_decimal("non_fossil_tce", low=0),
        renewable_above_incentive_tce=inputs.optional_decimal("renewable_above_incentive_tce", low=0),
        certificate_tce=inputs.optional_decimal("certificate_tce"),
        separate_listing_tce=inputs.optional_decimal("listed_tce", low=0),
    )
    before = EnergyYear(
        total_energy_consumption_tce=inputs.decimal("base_energy_tce", low=0),
        gdp=inputs.decimal("base_gdp"),
        feedstock_energy_tce=inputs.optional_decimal("base_feedstock_tce", low=0),
        renewable_tce=inputs.optional_decimal("base_renewable_tce", low=0),
        non_fossil_tce=inputs.optional_decimal("base_non_fossil_tce", low=0),
    )
    inputs.done()
    rule_set = rule_set_named(rules.book(), named) if named is not None else rule_set_on(rules.at(inputs.day("on")))
    found = dual_control_scope(rule_set=rule_set, current=current, base=before)
    listed = "；".join(
        f"{item.where.zh}扣减{item.deduction.words.zh} {plain(item.tce)}" + (f"（{item.note.zh}）" if item.note else "") for item in found.deductions
    )
    working = (
        f"{rule_set.name.zh}：{listed or '无扣减'}；计入总量 {plain(found.energy_for_total_tce)} tce，计入强度 {plain(found.energy_for_intensity_tce)} tce；"
        f"强度变化率 = ({plain(found.energy_for_intensity_tce)} ÷ {plain(current.gdp)}) ÷ "
        f"({plain(found.base_energy_for_intensity_tce)} ÷ {plain(before.gdp)}) − 1 = {shown(found.intensity_change_pct)}%"
    )
    return Outcome(
        {
            "energy_for_total_tce": found.energy_for_total_tce,
            "energy_for_intensity_tce": found.energy_for_intensity_tce,
            "intensity_change_pct": found.intensity_change_pct,
            "base_energy_for_intensity_tce": found.base_energy_for_intensity_tce,
            "rule_set": rule_set.path.rpartition(".")[2],
        },
        working,
        [rule_set],
    )


def _green_certificate_limit(inputs: Inputs) -> Outcome:
    """跨省绿证抵扣上限 / usable part of cross-province certificates."""
    needed, held = inputs.decimal("needed_saving_tce"), inputs.decimal("certificate_tce", low=0)
    on, note = rules_for(inputs, LIMIT)
    inputs.done()
    found = green_certificate_limit(needed_saving_tce=needed, certificate_tce=held, rules=on)
    working = (
        f"可抵扣 = min({plain(held)}, max({plain(needed)}, 0) × {plain(found.rule.number)}%) = {plain(found.usable_tce)} tce{note}"
    )
    return Outcome({"usable_tce": found.usable_tce, "limit_tce": found.limit_tce}, working, [found.rule])


def _lmdi(inputs: Inputs) -> Outcome:
    """LMDI因素分解 / effects of factors without residual."""
    early, late = _matrix(inputs, "base"), _matrix(inputs, "end")
    form = LmdiForm(inputs.text("form", among=[form.value for form in LmdiForm]).lower())
    inputs.done()
    found = lmdi(base_factors=early, end_factors=late, form=form)
    joined = (" + " if form is LmdiForm.ADDITIVE else " × ").join(shown(effect) for effect in found.effects)
    words = "加法：各因素效应之和 = 总变化" if form is LmdiForm.ADDITIVE else "乘法：各因素效应之积 = 总比值"
    return Outcome(
        {"effects": found.effects, "by_category": found.by_category, "total": found.total},
        f"LMDI{words}：{joined} = {shown(found.total)}",
    )


def _structural_shift(inputs: Inputs) -> Outcome:
    """结构性偏移检查 / what the city reaches when every place reaches the same."""
    raw = inputs.raw("places")
    fall = inputs.decimal("reduction_pct")
    places: list[PlaceGrowth] = []
    if not isinstance(raw, list) or not raw or not all(isinstance(item, Mapping) for item in raw):
        if raw is not None:
            inputs.fault("places", raw, Words("应为非空列表", "must be a list, not empty"), Words("每地写 {energy, gdp, end_gdp}", "one {energy, gdp, end_gdp} per place"))
    else:
        for number, item in enumerate(raw, 1):
            place = Inputs({str(key): figure for key, figure in item.items()}, Words(f"第{number}个地区", f"place {number}"))
            place.optional_text("name")
            places.append(PlaceGrowth(place.decimal("energy", low=0), place.decimal("gdp"), place.decimal("end_gdp")))
            inputs.faults.extend(_faults_of(place))
    inputs.done()
    found = structural_shift(places, reduction_pct=fall)
    verdict = "各地达标而全市不达标" if found.is_missed else "全市达标"
    working = (
        f"各地均降 {plain(fall)}%，全市降低率 = 1 − (ΣE′÷ΣG′) ÷ (ΣE÷ΣG) = {shown(found.city_reduction_pct)}%；"
        f"结构影响 {shown(found.structural_effect_points)} 个百分点：{verdict}"
    )
    return Outcome(
        {
            "city_reduction_pct": found.city_reduction_pct,
            "structural_effect_points": found.structural_effect_points,
            "city_misses": found.is_missed,
        },
        working,
    )


_PRICE_WORDS: Mapping[str, tuple[str, ...]] = {
    "category": ("class", "enterprise_class", "kind"),
    "non_hydro_renewable_pct": ("non_hydro_share_pct", "renewable_share_pct", "renewable_pct"),
    "incentive_weight_pct": ("incentive_pct",),
    "unpaid_days": ("days_unpaid", "overdue_days"),
}


def _price_step(inputs: Inputs) -> Outcome:
    """阶梯电价、差别电价加价 / surcharge on the power price."""
    sector, on = inputs.text("sector"), inputs.day("on")
    consumption = inputs.optional_decimal("unit_consumption", low=0)
    for name, others in _PRICE_WORDS.items():
        inputs.also_called(name, *others)
    circumstances = PriceCircumstances(
        non_hydro_renewable_pct=inputs.optional_decimal("non_hydro_renewable_pct", low=0, high=100),
        incentive_weight_pct=inputs.optional_decimal("incentive_weight_pct", low=0, high=100),
        unpaid_days=inputs.optional_decimal("unpaid_days", low=0),
        category=inputs.optional_text("category"),
        admission_level=inputs.optional_decimal("admission_level"),
        limit_level=inputs.optional_decimal("limit_level"),
    )
    kwh = inputs.optional_decimal("kwh", low=0)
    listed = rules.book().below(PRICE_STEPS)
    keys = entries_named(listed, sector)
    if len(keys) != 1 and inputs.has("sector"):
        names = "、".join(rule.labels["aliases"][0] for rule in listed.values())
        inputs.fault("sector", sector, Words("没有该行业的阶梯电价规则", "has no price steps in the rules"), Words(f"改为 {names} 之一", f"use one of {', '.join(listed)}"))
    inputs.done()
    found = power_surcharge(keys[0], unit_consumption=consumption, circumstances=circumstances, rules=rules.at(on))
    steps = "；".join(f"{step.label.zh} → {plain(step.yuan_per_kwh)}" for step in found.steps)
    outputs: dict[str, Any] = {
        "surcharge_yuan_per_kwh": found.yuan_per_kwh,
        "steps": [{"step": step.label.zh, "yuan_per_kwh": step.yuan_per_kwh} for step in found.steps],
    }
    working = f"{found.rule.name.zh}：{steps} 元/kWh"
    if kwh is not None:
        outputs["surcharge_yuan"] = found.total_yuan(kwh)
        working += f"；加价电费 = {plain(found.yuan_per_kwh)} × {plain(kwh)} = {plain(found.total_yuan(kwh))} 元"
    return Outcome(outputs, working, [found.rule])


def _matrix(inputs: Inputs, name: str) -> list[tuple[Decimal, ...]]:
    """Read a table of numbers, one list per category."""
    raw = inputs.raw(name)
    if raw is None:
        return []
    if not isinstance(raw, list) or not raw:
        inputs.fault(name, raw, Words("应为二维表", "must be a table"), Words("写成 [[类1因素…], [类2因素…]]", "write [[factors of 1], [factors of 2]]"))
        return []
    rows = Inputs({str(number): row for number, row in enumerate(raw, 1)}, Words(f"输入项 {name}", f"input {name}"))
    table = [rows.decimals(str(number)) for number in range(1, len(raw) + 1)]
    inputs.faults.extend(_faults_of(rows))
    return table


def _faults_of(nested: Inputs) -> list[Any]:
    """Return every fault of a nested reader, unknown names included."""
    try:
        nested.done()
    except ValueError:
        return nested.faults
    return []


OPS: dict[str, Operation] = {
    "intensity_change": _intensity_change,
    "implied_growth": _implied_growth,
    "cumulative_reduction": _cumulative_reduction,
    "progress": _progress,
    "annual_rate": _annual_rate,
    "remaining_rate": _remaining_rate,
    "annual_totals": _annual_totals,
    "warning": _warning,
    "elasticity": _elasticity,
    "savings": _savings,
    "dual_control_scope": _dual_control_scope,
    "green_certificate_limit": _green_certificate_limit,
    "lmdi": _lmdi,
    "structural_shift": _structural_shift,
    "price_step": _price_step,
}
