"""Operations of pollution: standard state, hourly mass, substitution, collection, progress of reduction."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise

from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.text import number_in
from shuangkong.pollution import conversions, emission, progress, sewage_collection, substitution, voc_rates
from shuangkong.pollution.reduction import equals
from shuangkong.rules import RulesOnDay, at
from shuangkong.services.compute.operation import Inputs, Operation, Outcome


def _rules(inputs: Inputs) -> RulesOnDay:
    """Return the rules of the day asked for, else the newest: these operations name no period."""
    return at(inputs.day("on") if inputs.has("on") else date.max)


_GAS_STATE = ("pollution.gas_conversion.standard_temperature_k", "pollution.gas_conversion.standard_pressure_pa")


def _gas_state(inputs: Inputs) -> dict[str, Decimal]:
    # 30–120 kPa holds every barometer on land; a figure in kPa or hPa falls outside and is refused.
    return {
        "barometric_pa": inputs.decimal("barometric_pa", low=30000, high=120000),
        "static_pa": inputs.decimal("static_pa", low=-100000, high=100000),
        "temperature_c": inputs.decimal("temperature_c", low=-100, high=2000),
        "moisture_pct": inputs.decimal("moisture_pct", low=0, high=100),
    }


def _state_shown(state: Mapping[str, Decimal]) -> list[str]:
    figures = [state[name] for name in ("barometric_pa", "static_pa", "temperature_c", "moisture_pct")]
    return [f"({plain(figure)})" if figure < 0 else plain(figure) for figure in figures]


def gas_standard_concentration(inputs: Inputs) -> Outcome:
    """标干浓度 / concentration at dry standard state."""
    concentration = inputs.decimal("concentration_mg_m3", low=0)
    state = _gas_state(inputs)
    rules = _rules(inputs)
    inputs.done()
    dry = conversions.gas_standard_concentration(concentration_mg_m3=concentration, rules=rules, **state)
    ba, ps, ts, xsw = _state_shown(state)
    used = [rules.get(path) for path in _GAS_STATE]
    zero, standard = (plain(rule.number) for rule in used)
    working = (
        f"C × {standard} ÷ (Ba + Ps) × ({zero} + ts) ÷ {zero} ÷ (1 − Xsw) = {plain(concentration)} × {standard} ÷ ({ba} + {ps})"
        f" × ({zero} + {ts}) ÷ {zero} ÷ (1 − {xsw}%) {equals(dry)} mg/m³"
    )
    return Outcome({"standard_dry_mg_m3": dry}, working, used)


def gas_standard_flow(inputs: Inputs) -> Outcome:
    """标干流量 / flow at dry standard state."""
    flow = inputs.decimal("flow_m3_h", low=0)
    state = _gas_state(inputs)
    rules = _rules(inputs)
    inputs.done()
    dry = conversions.gas_standard_flow(flow_m3_h=flow, rules=rules, **state)
    ba, ps, ts, xsw = _state_shown(state)
    used = [rules.get(path) for path in _GAS_STATE]
    zero, standard = (plain(rule.number) for rule in used)
    working = (
        f"Q × {zero} ÷ ({zero} + ts) × (Ba + Ps) ÷ {standard} × (1 − Xsw) = {plain(flow)} × {zero} ÷ ({zero} + {ts})"
        f" × ({ba} + {ps}) ÷ {standard} × (1 − {xsw}%) {equals(dry)} m³/h"
    )
    return Outcome({"standard_dry_m3_h": dry}, working, used)


def oxygen_correction(inputs: Inputs) -> Outcome:
    """基准含氧量折算浓度 / concentration at reference oxygen."""
    concentration = inputs.decimal("concentration_mg_m3", low=0)
    oxygen = inputs.decimal("oxygen_pct", low=0, high=100)
    reference = inputs.decimal("reference_oxygen_pct", low=0, high=100)
    rules = _rules(inputs)
    inputs.done()
    air = rules.get("pollution.gas_conversion.air_oxygen_pct")
    if oxygen >= air.number:  # a stack at rest draws air: nothing to convert, the measured figure stays
        reason = f"含氧量 {plain(oxygen)}% 不低于 {plain(air.number)}%，不能折算，保留实测浓度 {plain(concentration)} mg/m³"
        return Outcome({"corrected_mg_m3": None, "reason": reason}, reason, [air])
    corrected = conversions.oxygen_corrected(
        concentration_mg_m3=concentration, oxygen_pct=oxygen, reference_oxygen_pct=reference, rules=rules
    )
    top = plain(air.number)
    working = f"{plain(concentration)} × ({top} − {plain(reference)}) ÷ ({top} − {plain(oxygen)}) {equals(corrected)} mg/m³"
    return Outcome({"corrected_mg_m3": corrected}, working, [air])


def nox_from_ppm(inputs: Inputs) -> Outcome:
    """由体积浓度求氮氧化物质量浓度 / NOx as NO2 from ppm."""
    no_ppm, no2_ppm = inputs.decimal("no_ppm", low=0), inputs.decimal("no2_ppm", low=0)
    rules = _rules(inputs)
    inputs.done()
    used = [rules.get(f"pollution.gas_conversion.{name}") for name in ("no2_g_per_mol", "molar_volume_l_per_mol")]
    nox = conversions.nox_from_ppm(no_ppm=no_ppm, no2_ppm=no2_ppm, rules=rules)
    mass, volume = (plain(rule.number) for rule in used)
    return Outcome({"nox_mg_m3": nox}, f"({plain(no_ppm)} + {plain(no2_ppm)}) × {mass} ÷ {volume} {equals(nox)} mg/m³", used)


def hourly_mass(inputs: Inputs) -> Outcome:
    """小时排放量 / mass per hour."""
    concentration, flow = inputs.decimal("concentration_mg_m3", low=0), inputs.decimal("flow_m3_h", low=0)
    inputs.done()
    kg_h = emission.hourly_mass(concentration_mg_m3=concentration, flow_m3_h=flow)
    return Outcome({"kg_h": kg_h}, f"{plain(concentration)} × {plain(flow)} × 10⁻⁶ {equals(kg_h)} kg/h（浓度为实测标干浓度，不折算含氧量）")


def substitute_missing(inputs: Inputs) -> Outcome:
    """缺失时段排放量替代 / emission of missing hours."""
    rate_pct = substitution.valid_rate_pct(inputs.decimal("valid_rate", low=0, high=100))
    missing_hours = inputs.decimal("missing_hours", low=0, high=8784)
    windows = (Decimal(180), Decimal(720), Decimal(2160))
    named = {window: inputs.optional_decimal(f"max_{window}_kg_h", low=0) for window in windows}
    rules = _rules(inputs)
    inputs.done()
    found = substitution.substitute_missing(
        rate_pct=rate_pct, missing_hours=missing_hours, rules=rules,
        maximum_kg_h={window: kg_h for window, kg_h in named.items() if kg_h is not None},
    )  # fmt: skip
    if found.substituted_kg is None or found.hourly_kg is None:
        return Outcome({"kg": None, "reason": found.reason.zh}, found.reason.zh, found.rules)
    working = (
        f"有效数据率 {plain(rate_pct)}%，缺失 {plain(missing_hours)} h，{found.reason.zh}："
        f"{plain(found.hourly_kg)} × {plain(missing_hours)} {equals(found.substituted_kg)} kg"
    )
    return Outcome({"kg": found.substituted_kg, "hourly_kg": found.hourly_kg, "window_hours": found.window_hours}, working, found.rules)


def collection_rate(inputs: Inputs) -> Outcome:
    """生活污水集中收集率 / share of people's load collected."""
    flow, bod = inputs.decimal("flow_m3_d", low=0), inputs.decimal("bod_in_mg_l", low=0)
    population = _positive(inputs, "population")
    rules = _rules(inputs)
    usual = rules.get("pollution.sewage_collection.bod_g_per_person_day")
    is_stated = inputs.has("load_g_per_person_day")
    load = _positive(inputs, "load_g_per_person_day") if is_stated else usual.number
    inputs.done()
    collected = sewage_collection.collection_pct(flow_m3_d=flow, bod_in_mg_l=bod, population=population, load_g_per_person_day=load)
    working = f"{plain(flow)} × {plain(bod)} ÷ ({plain(population)} × {plain(load)}) × 100% {equals(collected)}%"
    if collected > 100:
        working += "（大于100%：核对工业废水和外水渗入）"
    return Outcome({"collection_pct": collected}, working, () if is_stated else [usual])


def carbon_adsorption_cap(inputs: Inputs) -> Outcome:
    """活性炭更换周期与吸附上限 / life of a carbon charge and the most it removes."""
    named = {name: _positive(inputs, name) for name in ("carbon_kg", "concentration_mg_m3", "flow_m3_h")}
    named["hours_per_day"] = _positive(inputs, "hours_per_day", high=24)
    rules = _rules(inputs)
    usual = rules.get("pollution.voc_carbon.dynamic_adsorption_pct")
    is_stated = inputs.has("adsorption_pct")
    named["adsorption_pct"] = _positive(inputs, "adsorption_pct", high=100) if is_stated else usual.number
    refills = inputs.decimal("refills", low=0)
    inputs.done()
    cap = voc_rates.carbon_adsorption_cap(refills=refills, **named)
    mass, share, concentration, flow, hours = (
        plain(named[name]) for name in ("carbon_kg", "adsorption_pct", "concentration_mg_m3", "flow_m3_h", "hours_per_day")
    )
    working = (
        f"{mass} × {share}% ÷ ({concentration} × 10⁻⁶ × {flow} × {hours}) {equals(cap.interval_days)} d；"
        f"{mass} × {share}% × {plain(refills)} ÷ 1000 {equals(cap.cap_t)} t"
    )
    return Outcome({"interval_days": cap.interval_days, "cap_t": cap.cap_t}, working, () if is_stated else [usual])


def reduction_progress(inputs: Inputs) -> Outcome:
    """减排量进度 / counted tonnes against an even schedule."""
    target = _positive(inputs, "target_t")
    years_total = inputs.integer("years_total", low=1, high=100)
    counted = inputs.decimals("counted_t")
    rules = _rules(inputs)
    inputs.done()
    made = progress.reduction_progress(target_t=target, years_total=years_total, counted_t=counted, rules=rules)
    working = (
        f"应完成 {plain(target)} × {len(counted)} ÷ {years_total} {equals(made.scheduled_t)} t；"
        f"累计 {' + '.join(plain(each) for each in counted)} = {plain(made.cumulative_t)} t；比值 {equals(made.ratio)}"
    )
    outputs = {"scheduled_t": made.scheduled_t, "cumulative_t": made.cumulative_t, "ratio": made.ratio, "light": made.light.name}
    return Outcome(outputs, working, made.rules)


def yearly_attribution(inputs: Inputs) -> Outcome:
    """逐年减排量 / what each year reduced."""
    raw = inputs.raw("state_t")
    states = _states(inputs, raw) if raw is not None else {}
    inputs.done()
    by_year = progress.yearly_attribution(states)
    years = sorted(states)
    total = states[years[0]] - states[years[-1]]
    steps = "；".join(
        f"{year}：{plain(states[before])} − {plain(states[year])} = {plain(by_year[year])} t" for before, year in pairwise(years)
    )
    reduction_t = {str(year): tonnes for year, tonnes in by_year.items()}
    return Outcome({"reduction_t": reduction_t, "total_t": total}, f"{steps}；合计 {plain(total)} t")


def _states(inputs: Inputs, raw: object) -> dict[int, Decimal]:
    remedy = Words("写成 {2020: 100, 2021: 90}", "write {2020: 100, 2021: 90}")
    if not isinstance(raw, Mapping):
        inputs.fault("state_t", raw, Words("应为年份到吨数的键值表", "must map years to tonnes"), remedy)
        return {}
    states: dict[int, Decimal] = {}
    for key, cell in raw.items():
        year, tonnes = str(key).strip().removesuffix("年"), None if isinstance(cell, bool) else number_in(str(cell))
        if not (len(year) == 4 and year.isdecimal()) or tonnes is None or tonnes < 0:
            inputs.fault("state_t", f"{key}: {cell}", Words("年份或吨数不对", "is no year with tonnes of zero or more"), remedy)
        elif int(year) in states:
            inputs.fault("state_t", key, Words("年份重复", "is a year given twice"), remedy)
        else:
            states[int(year)] = tonnes
    return states


def _positive(inputs: Inputs, name: str, *, high: int | None = None) -> Decimal:
    figure = inputs.decimal(name, low=0, high=high)
    if figure == 0:
        inputs.fault(name, figure, Words("应大于零", "must be above zero"), Words("核对该数", "check the figure"))
        return Decimal(1)
    return figure


OPS: dict[str, Operation] = {
    operation.__name__: operation
    for operation in (
        gas_standard_concentration, gas_standard_flow, oxygen_correction, nox_from_ppm, hourly_mass, substitute_missing,
        collection_rate, carbon_adsorption_cap, reduction_progress, yearly_attribution,
    )
}  # fmt: skip
