"""Each method against figures worked by hand beside the case."""

from datetime import date
from decimal import Decimal

import pytest

from shuangkong.pollution.conversions import OxygenOutOfRange
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
from shuangkong.pollution.methods.catalogue import METHODS, UnknownMethod, method
from shuangkong.pollution.reduction import MajorPollutant, UnknownPollutant
from shuangkong.rules import at

RULES = at(date(2023, 12, 31))


def test_w1_counts_what_the_expansion_removes_in_addition() -> None:
    found = wastewater_plant.treatment_gained(
        volume_after_10k_m3=Decimal(1825), influent_after_mg_l=Decimal(280), effluent_after_mg_l=Decimal(20),
        volume_before_10k_m3=Decimal(1095), influent_before_mg_l=Decimal(240), effluent_before_mg_l=Decimal(40),
    )  # fmt: skip
    # 0.01 × (1825 × 260 − 1095 × 200) = 4745 − 2190
    assert found.reduction_t == Decimal(2555)
    assert found.before.generated_t == found.after.generated_t == Decimal(5110)
    assert (found.before.removed_t, found.after.removed_t) == (Decimal(2190), Decimal(4745))


def test_w1_of_a_new_plant_has_nothing_before() -> None:
    found = wastewater_plant.treatment_gained(volume_after_10k_m3=Decimal(730), influent_after_mg_l=Decimal(30), effluent_after_mg_l=Decimal(2))
    assert found.reduction_t == Decimal("204.4")


def test_w2_takes_the_smaller_volume_and_says_so() -> None:
    found = wastewater_plant.upgraded(
        volume_before_10k_m3=Decimal(1200), volume_after_10k_m3=Decimal(900), effluent_before_mg_l=Decimal(45), effluent_after_mg_l=Decimal(25)
    )
    assert found.reduction_t == Decimal(180)  # 0.01 × 900 × 20
    assert found.working == "0.01 × min(1200, 900) × (45 − 25)"


def test_w4_leaves_out_ecological_replenishment() -> None:
    found = reclaimed_water.reused(reused_10k_m3=Decimal(365), ecological_10k_m3=Decimal(65), effluent_mg_l=Decimal(40), rules=RULES)
    assert found.reduction_t == Decimal(120)  # 0.01 × 300 × 40
    assert "65" in found.remarks[0].zh
    plain_reuse = reclaimed_water.reused(reused_10k_m3=Decimal(300), effluent_mg_l=Decimal(40), rules=RULES)
    assert plain_reuse.explained() == "R = 0.01 × Qr × Ce = 0.01 × 300 × 40 = 120 t"
    with pytest.raises(reclaimed_water.PartExceedsWhole):
        reclaimed_water.reused(reused_10k_m3=Decimal(1), ecological_10k_m3=Decimal("1.1"), effluent_mg_l=Decimal(40), rules=RULES)


def test_w5_uses_a_year_of_365_days_unless_told() -> None:
    year = rural_sewage.household_sewage_treated(
        population=Decimal(5000), load_g_per_person_day=Decimal(50), collection_pct=Decimal(60), removal_pct=Decimal(80)
    )
    assert year.reduction_t == Decimal("43.8")  # 5000 × 50 × 365 × 0.48 ÷ 10⁶
    half = rural_sewage.household_sewage_treated(
        population=Decimal(5000), load_g_per_person_day=Decimal(50), collection_pct=Decimal(60), removal_pct=Decimal(80), days=Decimal(73)
    )
    assert half.reduction_t == Decimal("8.76")


def test_w6_counts_the_gain_in_removal() -> None:
    found = livestock.manure_treated(head=Decimal(20000), load_kg_per_head=Decimal(26), removal_before_pct=Decimal(70), removal_after_pct=Decimal(95))
    assert found.reduction_t == Decimal(130)


def test_w7_direct_and_per_product() -> None:
    direct = industrial_wastewater.direct(
        volume_10k_m3=Decimal(80), concentration_before_mg_l=Decimal(150), concentration_after_mg_l=Decimal(60)
    )
    assert direct.reduction_t == Decimal(72)
    product = industrial_wastewater.per_product(
        output_before_t=Decimal(50000), output_after_t=Decimal(40000), intensity_before_kg_per_t=Decimal(3), intensity_after_kg_per_t=Decimal(2)
    )
    assert product.reduction_t == Decimal(40)  # the smaller output
    assert product.working == "min(50000, 40000) × (3 − 2) × 10⁻³"
    assert direct.remarks == product.remarks == ()


@pytest.mark.parametrize(
    ("gate", "plant", "expected"),
    [
        (("500", "300"), ("50", "50"), "0"),  # the plant lets out the same: nothing reaches the environment
        (("500", "300"), ("50", "45"), "5"),  # limited by what the plant lets out
        (("52", "50"), ("50", "40"), "2"),  # limited by what the factory did
        (("500", "300"), ("50", "55"), "-5"),  # the plant got worse: kept below zero
    ],
)
def test_w7_indirect_counts_only_what_reaches_the_environment(
    gate: tuple[str, str], plant: tuple[str, str], expected: str
) -> None:
    found = industrial_wastewater.indirect(
        volume_10k_m3=Decimal(100), concentration_before_mg_l=Decimal(gate[0]), concentration_after_mg_l=Decimal(gate[1]),
        plant_effluent_before_mg_l=Decimal(plant[0]), plant_effluent_after_mg_l=Decimal(plant[1]),
    )  # fmt: skip
    assert found.reduction_t == Decimal(expected)


def test_closure_takes_the_share_less_the_replacement() -> None:
    assert closure.closed(base_emission_t=Decimal(80), closed_share_pct=Decimal(75), replacement_emission_t=Decimal(12)).reduction_t == Decimal(48)
    whole = closure.closed(base_emission_t=Decimal(80))
    assert whole.reduction_t == Decimal(80)
    assert len(whole.remarks) == 2


def test_w9_is_the_balance_of_w1() -> None:
    found = leachate.treatment_gained(volume_after_10k_m3=Decimal("7.3"), influent_after_mg_l=Decimal(8000), effluent_after_mg_l=Decimal(100))
    assert found.reduction_t == Decimal("576.7")


def test_n1_subtracts_the_heat_source_that_took_over() -> None:
    known = boiler.eliminated(
        fuel_t=Decimal(20000), factor_kg_per_t=Decimal("2.94"), control_before_pct=Decimal(50), replacement_emission_t=Decimal("4.4")
    )
    assert known.reduction_t == Decimal(25)  # 58.8 × 0.5 − 4.4
    assert known.remarks == ()
    unknown = boiler.eliminated(fuel_t=Decimal(20000), factor_kg_per_t=Decimal("2.94"), control_before_pct=Decimal(50))
    assert unknown.reduction_t == Decimal("29.4")
    assert len(unknown.remarks) == 1


def test_n2_may_come_out_below_zero() -> None:
    good = boiler.coal_to_gas(
        fuel_t=Decimal(8000), factor_kg_per_t=Decimal("2.94"), control_before_pct=Decimal(0), gas_10k_m3=Decimal(500), gas_factor_kg_per_10k_m3=Decimal("6.97")
    )
    assert good.reduction_t == Decimal("20.035")
    bad = boiler.coal_to_gas(
        fuel_t=Decimal(1000), factor_kg_per_t=Decimal(2), control_before_pct=Decimal(90), gas_10k_m3=Decimal(100), gas_factor_kg_per_10k_m3=Decimal("18.71")
    )
    assert bad.reduction_t == Decimal("-1.671")


def test_n3_does_not_count_the_grid() -> None:
    found = boiler.electrified(
        fuel_t=Decimal(5000), factor_kg_per_t=Decimal(3), control_before_pct=Decimal(20), replacement_emission_t=Decimal(7)
    )
    assert found.reduction_t == Decimal(12)
    assert len(found.remarks) == 1


def test_n4_on_measured_and_on_reference_oxygen() -> None:
    gas = {"flue_gas_nm3": Decimal(500000000), "concentration_before_mg_m3": Decimal(180), "concentration_after_mg_m3": Decimal(45)}
    assert stack_treatment.by_concentration(**gas, rules=RULES).reduction_t == Decimal("67.5")
    # At 9 % reference, measured at 11 %: volume × (21 − 11) ÷ (21 − 9)
    on_reference = stack_treatment.by_concentration(**gas, oxygen_pct=Decimal(11), reference_oxygen_pct=Decimal(9), rules=RULES)
    assert on_reference.reduction_t == Decimal("56.25")
    endless = stack_treatment.by_concentration(**gas, oxygen_pct=Decimal(11), reference_oxygen_pct=Decimal(10), rules=RULES)
    assert endless.explained().endswith(" ≈ 61.363636 t")
    assert endless.reduction_t > Decimal("61.36363636363636363636")
    assert stack_treatment.by_concentration(**gas, oxygen_pct=Decimal(9), reference_oxygen_pct=Decimal(9), rules=RULES).reduction_t == Decimal("67.5")
    with pytest.raises(OxygenOutOfRange):
        stack_treatment.by_concentration(**gas, oxygen_pct=Decimal(21), reference_oxygen_pct=Decimal(9), rules=RULES)


def test_n4_by_factor() -> None:
    assert stack_treatment.by_factor(fuel=Decimal(600), factor_before=Decimal("18.71"), factor_after=Decimal("6.97")).reduction_t == Decimal("7.044")


def test_n7_and_n8() -> None:
    assert vehicle.scrapped(vehicles=Decimal(1000), distance_km=Decimal(50000), factor_g_per_km=Decimal("5.554")).reduction_t == Decimal("277.7")
    heating = clean_heating.loose_coal_replaced(households=Decimal(30000), coal_t_per_household=Decimal("1.2"), factor_kg_per_t=Decimal("1.5"))
    assert heating.reduction_t == Decimal(54)


def test_v1_to_v3() -> None:
    substituted = voc_source.substituted(
        use_before_t=Decimal(200), use_after_t=Decimal(220), voc_before_pct=Decimal(50), voc_after_pct=Decimal(15),
        collection_pct=Decimal(90), removal_pct=Decimal(80), uptime_pct=Decimal(100),
    )  # fmt: skip
    assert substituted.reduction_t == Decimal("18.76")  # (100 − 33) × (1 − 0.72)
    rates = {
        "collection_before_pct": Decimal(40), "removal_before_pct": Decimal(30), "uptime_before_pct": Decimal(90),
        "collection_after_pct": Decimal(90), "removal_after_pct": Decimal(85), "uptime_after_pct": Decimal(95),
    }  # fmt: skip
    improved = voc_source.control_improved(generated_t=Decimal(60), **rates)
    assert improved.reduction_t == Decimal("37.125")  # 60 × (0.72675 − 0.108)
    both = voc_source.source_and_control(generated_before_t=Decimal(60), generated_after_t=Decimal(20), **rates)
    assert both.reduction_t == Decimal("48.055")  # 60 × 0.892 − 20 × 0.27325


def test_v4_by_factor_by_default_factor_and_by_screening() -> None:
    stated = ldar.Component("任意类型", Decimal(50), factor_kg_per_h=Decimal("0.01"))
    assert ldar.repaired(components=(stated,), hours=Decimal(8000), rules=RULES).reduction_t == Decimal(4)
    default = ldar.repaired(components=(ldar.Component("轻液泵", Decimal(10)),), hours=Decimal(1000), rules=RULES)
    assert default.reduction_t == Decimal("0.199")
    assert [rule.verified for rule in default.rules] == [False]
    screened = ldar.Component("connector", screening_before_ppmv=Decimal(10000), screening_after_ppmv=Decimal(0))
    found = ldar.repaired(components=(screened,), hours=Decimal(1000), rules=RULES).reduction_t
    # 3.05e-6 × 10000^0.885 = 3.05e-6 × 3467.3685 = 0.0105754739 kg/h
    assert abs(found - Decimal("0.0105754739")) < Decimal("0.0000000005")


@pytest.mark.parametrize(
    ("kinds", "kg_h"),
    [
        (("valve_gas", "gas valve", "Valves (gas/vapor)", "GAS-VALVE", "气体阀门", "阀门(气体)", "阀门（气体/蒸气）"), "0.00597"),
        (("valve_light_liquid", "light-liquid valve", "轻液阀门", "阀门(轻质液体)"), "0.00403"),
        (("pump seal", "pump_seal_light_liquid", "light liquid pump", "泵", "泵密封", "泵（轻液）"), "0.0199"),
        (("connector", "Flanges", "法兰", "接头"), "0.00183"),
    ],
)
def test_v4_knows_a_component_however_written(kinds: tuple[str, ...], kg_h: str) -> None:
    for kind in kinds:
        found = ldar.repaired(components=(ldar.Component(kind, Decimal(1)),), hours=Decimal(1000), rules=RULES)
        assert found.reduction_t == Decimal(kg_h), kind


def test_v4_refuses_a_kind_without_factor_or_correlation() -> None:
    with pytest.raises(ldar.UnknownComponent):
        ldar.repaired(components=(ldar.Component("烟囱", Decimal(1)),), hours=Decimal(1), rules=RULES)
    compressor = ldar.Component("compressor", screening_before_ppmv=Decimal(1), screening_after_ppmv=Decimal(0))
    with pytest.raises(ldar.UnknownComponent):
        ldar.repaired(components=(compressor,), hours=Decimal(1), rules=RULES)


def test_v5_to_v7() -> None:
    assert tank.tank_rebuilt(emission_before_t=Decimal("8.4"), emission_after_t=Decimal("1.9")).reduction_t == Decimal("6.5")
    loading = vapour_recovery.vapour_recovered(
        throughput_t=Decimal(80000), factor_kg_per_t=Decimal("1.5"), control_before_pct=Decimal(0), control_after_pct=Decimal(95)
    )
    assert loading.reduction_t == Decimal(114)
    cover = wastewater_cover.covered(
        wastewater_m3=Decimal(500000), factor_kg_per_m3=Decimal("0.02"), collection_pct=Decimal(85), removal_pct=Decimal(70)
    )
    assert cover.reduction_t == Decimal("5.95")


def test_two_stages_in_series() -> None:
    assert voc_source.two_stage_removal_pct(first_pct=Decimal(20), second_pct=Decimal(20)) == Decimal(36)


def test_ammonia_flows_through_the_stages() -> None:
    herd = livestock.ammonia_to_air(animal="fattening_pig", head=Decimal(1000), rules=RULES)
    # 1000 × 12.1 kg N × 70 % = 8.47 t; housing 27 %, storage 11 % of the rest, spreading 40 % of that rest, × 1.214
    assert herd.housing_t == Decimal("8.47") * Decimal("0.27") * Decimal("1.214")
    assert herd.storage_t == Decimal("8.47") * Decimal("0.73") * Decimal("0.11") * Decimal("1.214")
    assert herd.spreading_t == Decimal("8.47") * Decimal("0.73") * Decimal("0.89") * Decimal("0.40") * Decimal("1.214")
    assert herd.ammonia_t == herd.housing_t + herd.storage_t + herd.spreading_t
    assert not any(rule.verified for rule in herd.rules)


def test_a_cut_in_housing_leaves_more_for_storage() -> None:
    plain = livestock.ammonia_to_air(animal="layer", head=Decimal(10000), rules=RULES)
    cut = livestock.ammonia_to_air(
        animal="layer", head=Decimal(10000), measures=livestock.AmmoniaMeasures(housing_cut_pct=Decimal(50)), rules=RULES
    )
    assert cut.housing_t * 2 == plain.housing_t
    assert cut.storage_t > plain.storage_t
    assert cut.ammonia_t < plain.ammonia_t
    with pytest.raises(livestock.UnknownAnimal):
        livestock.ammonia_to_air(animal="dragon", head=Decimal(1), rules=RULES)


@pytest.mark.parametrize("text", ["NH3", "氨", "nh3"])
def test_ammonia_to_air_is_never_nh3_n(text: str) -> None:
    with pytest.raises(UnknownPollutant, match="不是氨氮"):
        MajorPollutant.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("cod", "COD"), ("化学需氧量", "COD"), ("NH3-N", "NH3-N"), ("NH3_N", "NH3-N"), ("氨氮", "NH3-N"), ("NOX", "NOx"),
     ("氮氧化物", "NOx"), ("VOC", "VOCs"), ("ＶＯＣs", "VOCs")],
)  # fmt: skip
def test_pollutants_are_read_as_people_write_them(text: str, expected: str) -> None:
    assert MajorPollutant.parse(text).value == expected


def test_sulphur_dioxide_left_the_list() -> None:
    with pytest.raises(UnknownPollutant):
        MajorPollutant.parse("SO2")


def test_the_catalogue_holds_every_method_and_each_has_its_rule() -> None:
    assert list(METHODS) == [f"W{n}" for n in range(1, 10)] + [f"N{n}" for n in range(1, 9)] + [f"V{n}" for n in range(1, 9)]
    assert all(not RULES.get(f"pollution.methods.{code}").verified for code in METHODS)
    with pytest.raises(UnknownMethod):
        method("W10")
