"""The methods by code: what each computes, for which pollutants, from which inputs.

A method may have several forms; a form is chosen by the inputs that mark it, the first being taken when none is marked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.pollution.methods import (
    boiler,
    clean_heating,
    closure,
    industrial_wastewater,
    ldar,
    leachate,
    livestock,
    reclaimed_water,
    rural_sewage,
    stack_treatment,
    tank,
    vapour_recovery,
    vehicle,
    voc_source,
    wastewater_cover,
    wastewater_plant,
)
from shuangkong.pollution.reduction import MajorPollutant, Reduction


class UnknownMethod(Refusal):
    """No method has this code (核算方法未知)."""

    def __init__(self, code: str) -> None:
        super().__init__(
            thing=Words("核算方法", "method"),
            value=code,
            rule=Words("不在方法表中", "is not in the table of methods"),
            remedy=Words(f"改为 {'、'.join(METHODS)} 之一", f"use one of {', '.join(METHODS)}"),
        )


class WrongPollutant(Refusal):
    """The method does not account this pollutant (方法与污染物不符)."""

    def __init__(self, code: str, pollutant: MajorPollutant) -> None:
        allowed = [each.value for each in METHODS[code].pollutants]
        super().__init__(
            thing=Words("污染物", "pollutant"),
            value=pollutant.value,
            rule=Words(f"不由方法 {code} 核算", f"is not accounted by method {code}"),
            remedy=Words(f"改为 {'、'.join(allowed)}，或改用其他方法", f"use {', '.join(allowed)}, or another method"),
        )


@dataclass(frozen=True, slots=True)
class Form:
    """One way a method takes its inputs (输入形式)."""

    compute: Callable[..., Reduction]
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    together: tuple[str, ...] = ()  # optional ones that mean nothing alone
    unless_zero: str = ""  # the optional input that, given and not zero, makes the other optional ones necessary
    renamed: Mapping[str, str] | None = None
    needs_rules: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every input of the form."""
        return (*self.required, *self.optional, *self.together)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the accounting guide (核算方法)."""

    code: str
    pollutants: tuple[MajorPollutant, ...]
    forms: tuple[Form, ...]


_WATER = (MajorPollutant.COD, MajorPollutant.NH3_N)
_NOX = (MajorPollutant.NOX,)
_VOCS = (MajorPollutant.VOCS,)

_TREATMENT_NAMES = (
    ("volume_after_10k_m3", "influent_after_mg_l", "effluent_after_mg_l"),
    ("volume_before_10k_m3", "influent_before_mg_l", "effluent_before_mg_l"),
)
_TREATMENT = Form(wastewater_plant.treatment_gained, *_TREATMENT_NAMES, unless_zero="volume_before_10k_m3")
_LEACHATE = Form(leachate.treatment_gained, *_TREATMENT_NAMES, unless_zero="volume_before_10k_m3")
_CLOSURE = Form(closure.closed, ("base_emission_t",), ("closed_share_pct", "replacement_emission_t"))
_PRODUCT_NAMES = ("output_before_t", "output_after_t", "intensity_before_kg_per_t", "intensity_after_kg_per_t")
_PER_PRODUCT = Form(industrial_wastewater.per_product, _PRODUCT_NAMES, marks=_PRODUCT_NAMES)
_STACK = Form(
    stack_treatment.by_concentration,
    ("flue_gas_nm3", "concentration_before_mg_m3", "concentration_after_mg_m3"),
    marks=("flue_gas_nm3", "concentration_before_mg_m3", "concentration_after_mg_m3"),
    together=("oxygen_pct", "reference_oxygen_pct"),
    needs_rules=True,
)
_FACTORS = ("factor_before", "factor_after")
_STACK_GAS = Form(stack_treatment.by_factor, ("gas_10k_m3", *_FACTORS), marks=("gas_10k_m3",), renamed={"gas_10k_m3": "fuel"})
_STACK_COAL = Form(stack_treatment.by_factor, ("fuel_t", *_FACTORS), marks=("fuel_t", *_FACTORS), renamed={"fuel_t": "fuel"})
_BOILER_NAMES = ("fuel_t", "factor_kg_per_t", "control_before_pct")
_RATES = (
    "collection_before_pct", "collection_after_pct", "removal_before_pct", "removal_after_pct",
    "uptime_before_pct", "uptime_after_pct",
)  # fmt: skip
_GATE = ("concentration_before_mg_l", "concentration_after_mg_l")
_PLANT = ("plant_effluent_before_mg_l", "plant_effluent_after_mg_l")

METHODS: Mapping[str, Method] = {
    method.code: method
    for method in (
        Method("W1", _WATER, (_TREATMENT,)),
        Method("W2", _WATER, (Form(
            wastewater_plant.upgraded,
            ("volume_before_10k_m3", "volume_after_10k_m3", "effluent_before_mg_l", "effluent_after_mg_l"),
        ),)),
        Method("W3", _WATER, (_TREATMENT,)),
        Method("W4", _WATER, (Form(
            reclaimed_water.reused, ("reused_10k_m3", "effluent_mg_l"), ("ecological_10k_m3",), needs_rules=True,
        ),)),
        Method("W5", _WATER, (Form(
            rural_sewage.household_sewage_treated, ("population", "load_g_per_person_day", "collection_pct", "removal_pct"), ("days",),
        ),)),
        Method("W6", _WATER, (Form(
            livestock.manure_treated, ("head", "load_kg_per_head", "removal_before_pct", "removal_after_pct"),
        ),)),
        Method("W7", _WATER, (
            Form(industrial_wastewater.direct, ("volume_10k_m3", *_GATE)),
            Form(industrial_wastewater.indirect, ("volume_10k_m3", *_GATE, *_PLANT), marks=_PLANT),
            _PER_PRODUCT,
        )),
        Method("W8", _WATER, (_CLOSURE,)),
        Method("W9", _WATER, (_LEACHATE,)),
        Method("N1", _NOX, (Form(boiler.eliminated, _BOILER_NAMES, ("replacement_emission_t",)),)),
        Method("N2", _NOX, (Form(boiler.coal_to_gas, (*_BOILER_NAMES, "gas_10k_m3", "gas_factor_kg_per_10k_m3")),)),
        Method("N3", _NOX, (Form(boiler.electrified, _BOILER_NAMES, ("replacement_emission_t",)),)),
        Method("N4", _NOX, (_STACK, _STACK_GAS, _STACK_COAL)),
        Method("N5", _NOX, (_STACK, _STACK_GAS, _STACK_COAL, _PER_PRODUCT)),
        Method("N6", _NOX, (_CLOSURE,)),
        Method("N7", _NOX, (Form(vehicle.scrapped, ("vehicles", "distance_km", "factor_g_per_km")),)),
        Method("N8", _NOX, (Form(
            clean_heating.loose_coal_replaced, ("households", "coal_t_per_household", "factor_kg_per_t"),
        ),)),
        Method("V1", _VOCS, (Form(voc_source.substituted, (
            "use_before_t", "use_after_t", "voc_before_pct", "voc_after_pct", "collection_pct", "removal_pct", "uptime_pct",
        )),)),
        Method("V2", _VOCS, (Form(voc_source.control_improved, ("generated_t", *_RATES)),)),
        Method("V3", _VOCS, (Form(voc_source.source_and_control, ("generated_before_t", "generated_after_t", *_RATES)),)),
        Method("V4", _VOCS, (Form(ldar.repaired, ("components", "hours"), needs_rules=True),)),
        Method("V5", _VOCS, (Form(tank.tank_rebuilt, ("emission_before_t", "emission_after_t")),)),
        Method("V6", _VOCS, (Form(
            vapour_recovery.vapour_recovered, ("throughput_t", "factor_kg_per_t", "control_before_pct", "control_after_pct"),
        ),)),
        Method("V7", _VOCS, (Form(
            wastewater_cover.covered, ("wastewater_m3", "factor_kg_per_m3", "collection_pct", "removal_pct"),
        ),)),
        Method("V8", _VOCS, (_CLOSURE,)),
    )
}  # fmt: skip


def method(code: str) -> Method:
    """Return the method of a code, in either case (核算方法).

    Parameters
    ----------
    code : str
        W1–W9, N1–N8, V1–V8.

    Returns
    -------
    Method

    Raises
    ------
    UnknownMethod
        If there is none.

    Source
    ------
    2021年主要污染物总量减排核算技术指南 附件1、附件2 的项目类别；代码为本系统所编.

    Examples
    --------
    >>> [each.value for each in method("w1").pollutants]
    ['COD', 'NH3-N']
    """
    found = METHODS.get(code.strip().upper())
    if found is None:
        raise UnknownMethod(code)
    return found
