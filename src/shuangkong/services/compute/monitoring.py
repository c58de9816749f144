"""Operations of monitoring: conversions, means of water, capture, quarters filled, ambient class and index, meters of a site."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain
from shuangkong.pollution import capture, conversions, emission, station_vapour
from shuangkong.pollution.ambient import air_quality, surface_water
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.pollution.reduction import equals
from shuangkong.pollution.substitution import FilledHour, OutletHour, fill_quarter
from shuangkong.rules import RulesOnDay, at, book
from shuangkong.services.compute.operation import Inputs, Operation, Outcome
from shuangkong.timeseries import site_efficiency, water_balance

_HOUR = timedelta(hours=1)
_YEAR_HOURS = 8784
_CORRECTIONS = {"per_household": "抄表到户", "pipe_length": "管长", "pressure": "压力", "frost": "冻土"}
_STATES = tuple(state.name for state in HourState if state is not HourState.VALID)


def _rules(inputs: Inputs) -> RulesOnDay:
    """Return the rules of the day asked for, else the newest: these operations name no period."""
    return at(inputs.day("on") if inputs.has("on") else date.max)


def mass_concentration(inputs: Inputs) -> Outcome:
    """由体积浓度求质量浓度 / mass concentration from ppm."""
    ppm, molar_mass = inputs.decimal("ppm", low=0), inputs.decimal("molar_mass_g_mol", low=1, high=1000)
    rules = _rules(inputs)
    inputs.done()
    volume = rules.get("pollution.gas_conversion.molar_volume_l_per_mol")
    found = conversions.mass_concentration(ppm=ppm, molar_mass_g_mol=molar_mass, rules=rules)
    return Outcome({"mg_m3": found}, f"{plain(ppm)} × {plain(molar_mass)} ÷ {plain(volume.number)} {equals(found)} mg/m³", [volume])


def dry_concentration(inputs: Inputs) -> Outcome:
    """干基浓度 / wet to dry."""
    wet, moisture = inputs.decimal("wet", low=0), inputs.decimal("moisture_pct", low=0, high=100)
    inputs.done()
    found = conversions.dry_concentration(wet=wet, moisture_pct=moisture)
    return Outcome({"dry": found}, f"{plain(wet)} ÷ (1 − {plain(moisture)}%) {equals(found)}")


def nox_from_mass(inputs: Inputs) -> Outcome:
    """由两种气体的质量浓度求氮氧化物 / NOx as NO2 from masses."""
    no, no2 = inputs.decimal("no_mg_m3", low=0), inputs.decimal("no2_mg_m3", low=0)
    rules = _rules(inputs)
    inputs.done()
    used = [rules.get(f"pollution.gas_conversion.{name}") for name in ("no2_g_per_mol", "no_g_per_mol")]
    found = conversions.nox_from_mass(no_mg_m3=no, no2_mg_m3=no2, rules=rules)
    heavy, light = (plain(rule.number) for rule in used)
    return Outcome({"nox_mg_m3": found}, f"{plain(no)} × {heavy} ÷ {light} + {plain(no2)} {equals(found)} mg/m³", used)


def excess_air_correction(inputs: Inputs) -> Outcome:
    """过量空气系数折算浓度 / concentration at reference excess air."""
    concentration = inputs.decimal("concentration_mg_m3", low=0)
    oxygen = inputs.decimal("oxygen_pct", low=0, high=100)
    reference = inputs.decimal("reference_excess_air", low=1)
    rules = _rules(inputs)
    inputs.done()
    air = rules.get("pollution.gas_conversion.air_oxygen_pct")
    found = conversions.excess_air_corrected(concentration_mg_m3=concentration, oxygen_pct=oxygen, reference_excess_air=reference, rules=rules)
    top = plain(air.number)
    return Outcome({"corrected_mg_m3": found}, f"{plain(concentration)} × {top} ÷ ({top} − {plain(oxygen)}) ÷ {plain(reference)} {equals(found)} mg/m³", [air])


def water_means(inputs: Inputs) -> Outcome:
    """废水时段水量、排放量与两种均值 / volume, mass and both means of waste water."""
    volumes, concentrations = inputs.decimals("volume_m3"), inputs.decimals("concentration_mg_l")
    if len(volumes) != len(concentrations):
        rule = Words("与 volume_m3 个数不同", "has not as many figures as volume_m3")
        inputs.fault("concentration_mg_l", len(concentrations), rule, Words("逐段对应填写", "give one per slice"))
    inputs.done()
    found = emission.water_means([emission.WaterSlice(*pair) for pair in zip(volumes, concentrations, strict=True)])
    terms = " + ".join(f"{plain(volume)} × {plain(concentration)}" for volume, concentration in zip(volumes, concentrations, strict=True))
    outputs = {
        "volume_m3": found.volume_m3, "mass_kg": found.mass_kg,
        "weighted_mg_l": found.weighted_mg_l, "arithmetic_mg_l": found.arithmetic_mg_l,
    }  # fmt: skip
    mass = Decimal(0) if found.mass_kg is None else found.mass_kg
    return Outcome(outputs, f"({terms}) × 10⁻³ {equals(mass)} kg；水量 {plain(found.volume_m3)} m³；排放量用流量加权均值")


def capture_rate(inputs: Inputs) -> Outcome:
    """季度有效数据捕集率 / valid capture rate of a quarter."""
    due, invalid, stopped = (inputs.integer(name, low=0, high=_YEAR_HOURS) for name in ("hours", "invalid_hours", "stop_hours"))
    rules = _rules(inputs)
    inputs.done()
    least = rules.get("pollution.data_validity.quarterly_capture_pct")
    found = capture.capture_pct(due=due, invalid=invalid, stopped=stopped)
    if found is None:
        return Outcome({"capture_pct": None, "meets": None}, "全季停运，无捕集率", [least])
    working = f"({due} − {invalid} − {stopped}) ÷ ({due} − {stopped}) × 100% {equals(found)}%"
    return Outcome({"capture_pct": found, "meets": found >= least.number}, working, [least])


def transmission_rate(inputs: Inputs) -> Outcome:
    """传输率、有效率与有效传输率 / transmission, validity, effective transmission."""
    due, received, valid = (inputs.integer(name, low=0) for name in ("due", "received", "valid"))
    inputs.done()
    found = capture.transmission_rates(due=due, received=received, valid=valid)
    outputs = {"transmission_pct": found.transmission_pct, "validity_pct": found.validity_pct, "effective_pct": found.effective_pct}
    return Outcome(outputs, f"{received} ÷ {due}；{valid} ÷ {received}；{valid} ÷ {due}")


def fill_missing_hours(inputs: Inputs) -> Outcome:
    """按小时替代缺失排放量 / hours of a quarter with the missing ones replaced."""
    pollutant = inputs.text("pollutant", among=("SO2", "NOX", "PM"))
    raw = inputs.raw("hours")
    calibrations = inputs.decimals("calibration_hours") if inputs.has("calibration_hours") else ()
    rules = _rules(inputs)
    start = datetime(2000, 1, 1, tzinfo=CHINA_STANDARD_TIME)  # only the order of the hours matters
    hours = _hours(inputs, raw, start)
    inputs.done()
    found = fill_quarter(
        hours=hours, start=start, end=start + _HOUR * len(hours), pollutant=pollutant,
        calibrations=[start + _HOUR * int(hour) for hour in calibrations], manual={}, rules=rules,
    )  # fmt: skip
    replaced = [(place, hour) for place, hour in enumerate(found.hours) if hour.state not in (HourState.VALID, HourState.STOPPED)]
    shown = [] if found.capture_pct is None else [f"捕集率 {equals(found.capture_pct)}%"]
    shown += [f"第{place}小时 {_told(hour)}" for place, hour in replaced]
    outputs = {
        "capture_pct": found.capture_pct, "kg": [hour.kg for hour in found.hours], "replaced_hours": [place for place, _ in replaced],
        "short_history_hours": [place for place, hour in replaced if hour.is_short_history],
    }  # fmt: skip
    return Outcome(outputs, "；".join(shown) or "无缺失小时", [found.rule])


def _told(hour: FilledHour) -> str:
    figure = "空缺" if hour.kg is None else f"{plain(hour.kg)} kg"
    return f"{figure}（{hour.reason.zh}{'，历史不足' if hour.is_short_history else ''}）"


def _hours(inputs: Inputs, raw: Any, start: datetime) -> list[OutletHour]:
    if raw is None:
        return []
    remedy = Words(f"每项写排放量，或 {'、'.join(_STATES)} 之一", f"write a mass or one of {', '.join(_STATES)} each")
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not 0 < len(raw) <= _YEAR_HOURS:
        inputs.fault("hours", raw, Words("应为不超过一年的小时列表", "must be a list of hours, at most a year"), remedy)
        return []
    hours: list[OutletHour] = []
    for place, item in enumerate(raw):
        moment = start + _HOUR * place
        word = str(item).strip().upper()
        if word in _STATES:
            hours.append(OutletHour(moment, HourState[word], None))
            continue
        one = Inputs({"kg": item})
        kg = one.decimal("kg", low=0)
        if one.faults:
            inputs.fault(f"hours[{place}]", item, Words("不是排放量，也不是时段状态", "is neither a mass nor a state"), remedy)
        hours.append(OutletHour(moment, HourState.VALID, kg))
    return hours


def air_quality_index(inputs: Inputs) -> Outcome:
    """空气质量指数 / air quality index."""
    names = [name.removeprefix("breakpoints.") for name in book().below(air_quality.INDEX) if name.startswith("breakpoints.")]
    means = {name: inputs.optional_decimal(name.replace(".", "_"), low=0) for name in names}
    rules = _rules(inputs)
    inputs.done()
    found = air_quality.air_quality_index(means, rules=rules)
    parts = {name.replace(".", "_"): part for name, part in found.parts.items()}
    primary = [name.replace(".", "_") for name in found.primary]
    outputs = {"index": found.index, "band": found.band.zh if found.band else None, "primary": primary, "parts": parts}
    return Outcome(outputs, "；".join(f"{name}：{part}" for name, part in parts.items()) or "没有可用的浓度", found.rules)


def water_class(inputs: Inputs) -> Outcome:
    """地表水类别 / class of surface water by its worst item."""
    raw = inputs.raw("items")
    is_lake = bool(inputs.optional_flag("is_lake"))
    rules = _rules(inputs)
    figures: dict[str, Decimal | None] = {}
    if isinstance(raw, Mapping):
        items = Inputs({str(item): figure for item, figure in raw.items()})
        figures = {str(item): items.decimal(str(item), low=0) for item, figure in raw.items() if figure is not None}
        inputs.faults.extend(items.faults)
    elif raw is not None:
        inputs.fault("items", raw, Words("应为项目到浓度的键值表", "must map items to figures"), Words("写成 {COD: 18}", "write {COD: 18}"))
    inputs.done()
    found = surface_water.section_class(figures, is_lake=is_lake, rules=rules)
    outputs = {
        "class": found.water_class.value if found.water_class else None, "worst": list(found.worst), "left_out": list(found.left_out),
        "unmeasured": list(found.unmeasured), "classes": {each.item: each.water_class.value for each in found.items},
    }  # fmt: skip
    return Outcome(outputs, "；".join(f"{each.item} {plain(each.figure)}：{each.water_class.value}" for each in found.items) or "没有参评项目", found.rules)


def air_to_liquid_ratio(inputs: Inputs) -> Outcome:
    """加油气液比 / air-to-liquid ratio of a filling."""
    vapour, liquid = inputs.decimal("vapour_l", low=0), inputs.decimal("liquid_l", low=0)
    rules = _rules(inputs)
    inputs.done()
    found = station_vapour.air_to_liquid_ratio(vapour_l=vapour, liquid_l=liquid)
    meets = station_vapour.meets_ratio(found, rules=rules)
    return Outcome({"ratio": found, "meets": meets}, f"{plain(vapour)} ÷ {plain(liquid)} {equals(found)}", [rules.get("pollution.vapour_recovery.ratio")])


def network_leakage(inputs: Inputs) -> Outcome:
    """供水管网漏损率 / leakage of a water network."""
    year = water_balance.NetworkYear(
        supplied_10k_m3=inputs.decimal("supplied_10k_m3", low=0), registered_10k_m3=inputs.decimal("registered_10k_m3", low=0),
        **{name: inputs.optional_decimal(name, low=0) for name in ("per_household_10k_m3", "pipe_km", "pressure_mpa", "frost_depth_m")},
    )  # fmt: skip
    rules = _rules(inputs)
    inputs.done()
    found = water_balance.network_leakage(year, rules=rules)
    shown = "".join(f" − {plain(points)}（{_CORRECTIONS[name]}）" for name, points in found.corrections.items())
    working = (
        f"({plain(year.supplied_10k_m3)} − {plain(year.registered_10k_m3)}) ÷ {plain(year.supplied_10k_m3)} × 100% {equals(found.loss_pct)}%；"
        f"{plain(found.loss_pct)}{shown} {equals(found.leakage_pct)}%"
    )
    outputs = {"loss_pct": found.loss_pct, "leakage_pct": found.leakage_pct, "corrections": found.corrections, "meets_first": found.meets_first}
    return Outcome(outputs, working, found.rules)


def power_usage_effectiveness(inputs: Inputs) -> Outcome:
    """电能利用效率 / power usage effectiveness."""
    total, computers = inputs.decimal("total_kwh", low=0), inputs.decimal("it_kwh", low=0)
    inputs.done()
    found = site_efficiency.power_usage_effectiveness(total_kwh=total, it_kwh=computers)
    if found is None:
        return Outcome({"pue": None}, "信息设备未用电，无电能利用效率")
    return Outcome({"pue": found}, f"{plain(total)} ÷ {plain(computers)} {equals(found)}")


def local_consumption(inputs: Inputs) -> Outcome:
    """园区就地消纳率 / local consumption of a park."""
    given = {name: inputs.decimal(name, low=0) for name in ("generated_kwh", "exported_kwh", "imported_kwh")}
    stored = {name: inputs.optional_decimal(name, low=0) or Decimal(0) for name in ("stored_in_kwh", "stored_out_kwh")}
    inputs.done()
    found = site_efficiency.local_consumption(**given, **stored)
    outputs = {
        "local_kwh": found.local_kwh, "consumption_kwh": found.consumption_kwh,
        "local_pct": found.local_pct, "self_supply_pct": found.self_supply_pct,
    }  # fmt: skip
    generated, exported, imported = (plain(figure) for figure in given.values())
    into, out = (plain(figure) for figure in stored.values())
    working = f"自用 {generated} − {exported} = {plain(found.local_kwh)}；用电 {generated} + {imported} − {exported} − ({into} − {out}) = {plain(found.consumption_kwh)} kWh"
    return Outcome(outputs, working)


OPS: dict[str, Operation] = {
    operation.__name__: operation
    for operation in (
        mass_concentration, dry_concentration, nox_from_mass, excess_air_correction, water_means, capture_rate, transmission_rate,
        fill_missing_hours, air_quality_index, water_class, air_to_liquid_ratio, network_leakage, power_usage_effectiveness, local_consumption,
    )
}  # fmt: skip
