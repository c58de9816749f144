"""Reads one row of a reduction project: what it names, the inputs of its method, the columns of the register.

A row names `id`, `method`, `pollutant` and the inputs of its method, each in a column or all in one cell `inputs` as JSON.
The columns of a register may stand beside them: what only describes (`name`, `facility` …), `unit_key`, `stage`, `share`,
`finished_on`, `design_10k_m3`, the tonnes each level recognised (`claimed_t` … `counted_t`), and for the CO2 of the same
activity `fuel` (carrier burnt before) or `base_co2_t` (of what was closed).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from typing import Any, TypeVar

from shuangkong.energy.carbon import co2_factor
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.co_benefit import co2_reduction_t
from shuangkong.pollution.methods.catalogue import Form, Method, WrongPollutant, method
from shuangkong.pollution.methods.ldar import Component
from shuangkong.pollution.reduction import MajorPollutant, Reduction
from shuangkong.pollution.register import RegisterEntry
from shuangkong.pollution.verification import ReductionStage, automatic_checks, reversed_levels
from shuangkong.rules import RulesOnDay, RuleValue
from shuangkong.services.compute.operation import Inputs

_T = TypeVar("_T")
# Beyond these no city's figure lies: a slip of unit or of keys. By the end of the name, the first that fits.
_MOST_BY_UNIT = {
    "_pct": Decimal(100), "days": Decimal(366), "_mg_l": Decimal(10) ** 6, "_ppmv": Decimal(10) ** 6, "_mg_m3": Decimal(10) ** 7,
    "_10k_m3": Decimal(10) ** 9,  # more than any river carries
    "_km": Decimal(10) ** 6, "population": Decimal(10) ** 10, "head": Decimal(10) ** 10, "vehicles": Decimal(10) ** 10,
    "households": Decimal(10) ** 10, "_t": Decimal(10) ** 11, "": Decimal(10) ** 13,
}  # fmt: skip
DESCRIPTIONS = ("name", "jurisdiction", "facility", "plan_clause", "recognition_year", "evidence", "monitored_point", "monitored_before", "monitored_after", "grade", "note")
_LEVELS = {
    "claimed_t": "申报", "county_verified_t": "县级", "city_verified_t": "市级", "province_verified_t": "省级", "counted_t": "计入",
}  # fmt: skip
_CENT_T = Decimal("0.01")  # registers print project tonnes to two decimals
REGISTER_COLUMNS = (
    *DESCRIPTIONS, "inputs", "unit_key", "stage", "share", "finished_on", "design_10k_m3", "fuel", "base_co2_t", "offset_t", "rights_sold_t", *_LEVELS,
)  # fmt: skip
@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row, read and computed (已读项目行): its entry, what looks wrong, and the CO2 of the same activity."""

    entry: RegisterEntry
    warnings: tuple[Words, ...]
    co2_t: Decimal | None
    co2_rules: tuple[RuleValue, ...]
    texts: Mapping[str, str]


def read_row(raw: Mapping[str, Any], where: Words, rules: RulesOnDay) -> ReadRow:
    """Read and compute one row; raise `InputRefused` with all its faults (读取一行)."""
    raw = _unpacked(raw, where)
    given = Inputs(raw, where)
    project_id = given.text("id")
    pollutant = _named(given, where, "pollutant", MajorPollutant.parse)
    chosen = _named(given, where, "method", method)
    if chosen is None:
        raise InputRefused(given.faults)  # without a method nobody knows which inputs belong
    if pollutant is not None and pollutant not in chosen.pollutants:
        given.faults.extend(fault.at(where) for fault in WrongPollutant(chosen.code, pollutant).faults)
    form = _form(chosen, raw)
    figures, components = _figures(form, given)
    entry_of = _register_fields(given)
    design_10k_m3 = given.optional_decimal("design_10k_m3", low=0)
    fuel = given.optional_text("fuel") if "fuel_t" in form.names or chosen.code == "N8" else None
    base_co2_t = given.optional_decimal("base_co2_t", low=0) if "base_emission_t" in form.names else None
    levels = {name: given.optional_decimal(name) for name in _LEVELS}
    texts = {name: str(raw[name]) for name in DESCRIPTIONS if given.has(name)}
    _note_strangers(chosen, form, raw, given)
    given.done()
    assert pollutant is not None  # or `done` had raised
    try:
        reduction = _reduction(form, figures, components, rules)
        co2_t, co2_rules = _co2(chosen, figures, fuel, base_co2_t, rules)
    except DecimalException:
        raise InputRefused([_no_arithmetic(project_id, where)]) from None
    warnings = automatic_checks(
        method=chosen.code, pollutant=pollutant, inputs=figures, reduction=reduction, design_10k_m3=design_10k_m3, rules=rules
    )
    entry = entry_of(project_id, chosen.code, pollutant, reduction)
    warnings = (*reduction.remarks, *warnings, *_level_warnings(levels, reduction.reduction_t * entry.share))
    return ReadRow(entry, warnings, co2_t, co2_rules, texts)


def _unpacked(raw: Mapping[str, Any], where: Words) -> Mapping[str, Any]:
    """Return the row with the inputs of its one cell `inputs`, where it has one, standing beside the others."""
    packed = raw.get("inputs")
    if packed in (None, ""):
        return raw
    if isinstance(packed, str):
        try:
            packed = json.loads(packed, parse_float=Decimal, parse_constant=str)
        except (json.JSONDecodeError, RecursionError):
            packed = None
    others = {name: cell for name, cell in raw.items() if name != "inputs" and cell not in (None, "")}
    if not isinstance(packed, Mapping) or set(packed) & set(others):
        raise InputRefused([Fault(
            Words("输入项 inputs", "input inputs"), str(raw["inputs"]),
            Words("应为键值表，且不与其他列重复", "must be a mapping that repeats no column"),
            Words('写成 {"fuel_t": 100, …}', 'write {"fuel_t": 100, …}'), where,
        )])  # fmt: skip
    return others | {str(name): cell for name, cell in packed.items()}


def _level_warnings(levels: Mapping[str, Decimal | None], computed_t: Decimal) -> tuple[Words, ...]:
    claimed_t = levels["claimed_t"]
    over: tuple[Words, ...] = ()
    if claimed_t is not None and claimed_t - computed_t >= _CENT_T:
        claimed, computed = plain(claimed_t), plain(computed_t)
        over = (Words(f"申报 {claimed} t 大于核算 {computed} t", f"claimed {claimed} t exceeds computed {computed} t"),)
    return (*reversed_levels([(_LEVELS[name], tonnes) for name, tonnes in levels.items()]), *over)


def _named(given: Inputs, where: Words, name: str, read: Callable[[str], _T]) -> _T | None:
    """Return what a name stands for, None with the fault noted when it is missing or stands for nothing."""
    text = given.text(name)
    if not given.has(name):
        return None
    try:
        return read(text)
    except InputRefused as refused:
        given.faults.extend(fault.at(where) for fault in refused.faults)
        return None


def _register_fields(given: Inputs) -> Callable[[str, str, MajorPollutant, Reduction], RegisterEntry]:
    offset_t = given.optional_decimal("offset_t", low=0) or Decimal(0)
    rights_sold_t = given.optional_decimal("rights_sold_t", low=0) or Decimal(0)
    share = given.optional_decimal("share", low=0, high=1)
    unit_key = given.optional_text("unit_key")
    finished_on = given.day("finished_on") if given.has("finished_on") else None
    stage = given.optional_text("stage", among=[each.value for each in ReductionStage])
    return lambda project_id, code, pollutant, reduction: RegisterEntry(
        project_id=project_id, method=code, pollutant=pollutant, reduction=reduction,
        offset_t=offset_t, rights_sold_t=rights_sold_t, share=Decimal(1) if share is None else share,
        unit_key=unit_key, finished_on=finished_on, stage=None if stage is None else ReductionStage(stage),
    )  # fmt: skip


def _form(chosen: Method, raw: Mapping[str, Any]) -> Form:
    stated = {name for name, cell in raw.items() if cell is not None and cell != ""}
    return next((form for form in chosen.forms if stated & set(form.marks)), chosen.forms[0])


def _note_strangers(chosen: Method, form: Form, raw: Mapping[str, Any], given: Inputs) -> None:
    """Note every input that is of another form or method; the remedy names this form's own inputs only."""
    known = {"id", "method", "pollutant", *REGISTER_COLUMNS, *form.names}
    other_forms = {name for other in chosen.forms for name in other.names}
    remedy = Words(f"删除，或改为 {'、'.join(form.names)} 之一", f"remove it, or use one of {', '.join(form.names)}")
    for name in sorted(set(raw) - known):
        if not given.has(name):
            continue
        rule = Words(f"不是方法 {chosen.code} 的输入", f"is not an input of {chosen.code}")
        if name in other_forms:
            rule = Words(f"属于方法 {chosen.code} 的另一种输入形式，不得混填", f"belongs to another form of {chosen.code}: give one form only")
        given.fault(name, raw[name], rule, remedy)


def _figures(form: Form, given: Inputs) -> tuple[dict[str, Decimal], tuple[Component, ...]]:
    figures = {name: _figure(given, name) for name in form.required if name != "components"}
    is_needed = bool(form.unless_zero) and given.has(form.unless_zero) and _figure(given, form.unless_zero) != 0
    for name in form.optional:
        if given.has(name) or is_needed:
            figures[name] = _figure(given, name)
    stated = [name for name in form.together if given.has(name)]
    if stated:
        figures |= {name: _figure(given, name) for name in form.together}
    return figures, _components(given) if "components" in form.required else ()


def _figure(given: Inputs, name: str) -> Decimal:
    return given.decimal(name, low=0, high=_most(name))


def _most(name: str) -> Decimal:
    return next(most for unit, most in _MOST_BY_UNIT.items() if name.endswith(unit))


def _components(given: Inputs) -> tuple[Component, ...]:
    raw = given.raw("components")
    if raw is None:
        return ()
    if isinstance(raw, str):
        try:
            raw = json.loads(raw, parse_float=Decimal, parse_constant=str)
        except (json.JSONDecodeError, RecursionError):
            raw = None
    if not isinstance(raw, list) or not raw or not all(isinstance(each, Mapping) for each in raw):
        given.fault(
            "components", raw or "", Words("应为密封点的列表", "must be a list of components"),
            Words('写成 [{"type": "valve_gas", "count": 10, "factor_kg_per_h": 0.00597}]', "write a list of mappings with type and count"),
        )
        return ()
    return tuple(_component(each, number, given) for number, each in enumerate(raw, start=1))


def _component(raw: Mapping[str, Any], number: int, given: Inputs) -> Component:
    point = Inputs({str(key): cell for key, cell in raw.items()})
    is_screened = point.has("screening_before_ppmv") or point.has("screening_after_ppmv")
    # A factor of its own needs no type: the type only finds a factor or a correlation.
    kind = point.optional_text("type") if point.has("factor_kg_per_h") else point.text("type")
    counted = _figure(point, "count") if point.has("count") or not is_screened else Decimal(1)
    factor = before = after = None
    if is_screened:
        before, after = (_figure(point, f"screening_{state}_ppmv") for state in ("before", "after"))
    elif point.has("factor_kg_per_h"):
        factor = _figure(point, "factor_kg_per_h")
    try:
        point.done()
    except InputRefused as refused:
        for fault in refused.faults:
            thing = Words(f"components 第{number}项 {fault.thing.zh}", f"components {number}, {fault.thing.en}")
            given.faults.append(replace(fault, thing=thing))
    return Component(kind or "", counted, factor, before, after)


def _reduction(form: Form, figures: Mapping[str, Decimal], components: tuple[Component, ...], rules: RulesOnDay) -> Reduction:
    renamed = form.renamed or {}
    arguments: dict[str, Any] = {renamed.get(name, name): figure for name, figure in figures.items()}
    if components:
        arguments["components"] = components
    if form.needs_rules:
        arguments["rules"] = rules
    return form.compute(**arguments)


def _co2(
    chosen: Method, figures: Mapping[str, Decimal], fuel: str | None, base_co2_t: Decimal | None, rules: RulesOnDay
) -> tuple[Decimal | None, tuple[RuleValue, ...]]:
    """Return the CO2 of the same activity where it follows, else None: a missing factor is not zero."""
    if base_co2_t is not None:
        return base_co2_t * figures.get("closed_share_pct", Decimal(100)) / 100, ()
    if fuel is None or chosen.code not in {"N1", "N2", "N3", "N8"} or figures.get("replacement_emission_t"):
        return None, ()
    saved_t = figures["fuel_t"] if "fuel_t" in figures else figures["households"] * figures["coal_t_per_household"]
    coal = _carbon_line(fuel, rules)
    if "gas_10k_m3" not in figures:
        return co2_reduction_t(fuel_saved=saved_t, factor_saved_t=_co2_factor(coal)), (coal,)
    gas = rules.get("energy.carbon.fuels.natural_gas")
    factors = _co2_factor(coal), _co2_factor(gas)
    saved = co2_reduction_t(
        fuel_saved=saved_t, factor_saved_t=factors[0], fuel_added=figures["gas_10k_m3"], factor_added_t=factors[1]
    )
    return saved, (coal, gas)


def _carbon_line(fuel: str, rules: RulesOnDay) -> RuleValue:
    known = {key: rule for key, rule in rules.book.below("energy.carbon.fuels").items() if rule.labels.get("physical_unit") == "t"}
    for key, rule in known.items():
        if fuel in (key, *rule.name, *rule.labels["aliases"]):
            return rules.get(rule.path)
    raise InputRefused([Fault(
        Words("输入项 fuel", "input fuel"), fuel, Words("没有二氧化碳排放因子", "has no CO2 factor"),
        Words(f"改为 {'、'.join(rule.labels['aliases'][0] for rule in known.values())} 之一，或留空", f"use one of {', '.join(known)}, or leave it blank"),
    )])  # fmt: skip


def _co2_factor(line: RuleValue) -> Decimal:
    return co2_factor(**line.value)


def _no_arithmetic(project_id: str, where: Words) -> Fault:
    return Fault(
        Words("项目", "project"), project_id, Words("数值过大或除以零，无法计算", "cannot be computed: figures too large, or division by zero"),
        Words("核对各输入项和单位", "check inputs and units"), where,
    )
