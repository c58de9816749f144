"""Operations of `compute` on coefficients of energy."""

from shuangkong.energy.carbon import co2_factor as co2_per_unit
from shuangkong.energy.coal_equivalent import coal_equivalent_factor as factor_of
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, book
from shuangkong.services.compute.operation import Inputs, Operation, Outcome

_STANDARD_COAL = "energy.coal_equivalent.standard_coal"


def coal_equivalent_factor(inputs: Inputs) -> Outcome:
    """折标准煤系数 / coal equivalent of a unit of this net calorific value."""
    net_calorific_value = inputs.decimal("net_calorific_value")
    if net_calorific_value <= 0:
        inputs.fault("net_calorific_value", net_calorific_value, Words("应大于零", "must be above zero"), Words("核对热值", "check the figure"))
    heat_unit = inputs.text("unit", among=("kcal", "kJ"))
    # A kilocalorie is the same in both editions; only a figure in kJ has to name its own.
    edition = inputs.text("edition", among=("2008", "2020")) if heat_unit == "kJ" or inputs.has("edition") else "2020"
    inputs.done()
    rules = _rules_of_edition(edition)
    divisor = rules.get(f"{_STANDARD_COAL}.{heat_unit.lower()}_per_kgce")
    kgce = factor_of(net_calorific_value, "kJ" if heat_unit == "kJ" else "kcal", rules=rules)
    return Outcome({"kgce": kgce}, f"{plain(net_calorific_value)} ÷ {plain(divisor.number)} = {plain(kgce)} kgce", [divisor])


def co2_factor(inputs: Inputs) -> Outcome:
    """单位燃料二氧化碳排放 / CO2 of burning a unit of fuel."""
    net_calorific_value_gj = inputs.decimal("net_calorific_value_gj", low=0)
    carbon_t_per_gj = inputs.decimal("carbon_t_per_gj", low=0)
    oxidation = inputs.decimal("oxidation", low=0, high=1)
    inputs.done()
    t_co2 = co2_per_unit(net_calorific_value_gj=net_calorific_value_gj, carbon_t_per_gj=carbon_t_per_gj, oxidation=oxidation)
    shown = " × ".join(plain(each) for each in (net_calorific_value_gj, carbon_t_per_gj, oxidation))
    return Outcome({"t_co2_per_unit": t_co2}, f"{shown} × 44 ÷ 12 = {plain(t_co2)} tCO2")


def _rules_of_edition(edition: str) -> RulesOnDay:
    lines = book().rule(f"{_STANDARD_COAL}.kj_per_kgce").lines
    return book().at(next(line.valid_from for line in lines if line.citation.document.endswith(edition)))


OPS: dict[str, Operation] = {"coal_equivalent_factor": coal_equivalent_factor, "co2_factor": co2_factor}
