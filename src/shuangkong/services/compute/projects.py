"""Operations of dual-high projects: efficiency levels, capacity swap, energy review, the catalogue."""

from decimal import Decimal

from shuangkong import rules
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.projects.capacity_swap import RATIOS, capacity_swap
from shuangkong.projects.catalogue import dual_high_finding
from shuangkong.projects.efficiency_level import efficiency_gap
from shuangkong.projects.energy_review import review_authority, review_rules_named
from shuangkong.services.compute.energy import bracketed, rules_for
from shuangkong.services.compute.operation import Inputs, Operation, Outcome


def _benchmark_gap(inputs: Inputs) -> Outcome:
    """能效标杆与基准对标 / distance to benchmark and baseline."""
    product, unit_energy = inputs.text("product"), inputs.decimal("unit_energy")
    output, on = inputs.decimal("output", low=0), inputs.day("on")
    inputs.done()
    gap = efficiency_gap(product, unit_energy=unit_energy, output=output, rules=rules.at(on))
    rule = gap.rules[0]
    gaps = "；".join(
        f"{name} = ({plain(unit_energy)} − {level}) × {plain(output)} × {plain(gap.tce_per_unit)} = {plain(gap_tce)} tce"
        for name, level, gap_tce in (
            ("距标杆", bracketed(gap.benchmark_level), gap.gap_to_benchmark_tce), ("距基准", bracketed(gap.baseline_level), gap.gap_to_baseline_tce),
        )
    )
    working = (
        f"{rule.name.zh} {plain(unit_energy)} {rule.unit}，标杆 {plain(gap.benchmark_level)}，基准 {plain(gap.baseline_level)}：{gap.level.words.zh}；"
        f"{gaps}（负值为优于该水平）"
    )
    return Outcome(
        {
            "level": gap.level.value,
            "level_zh": gap.level.words.zh,
            "gap_to_benchmark_tce": gap.gap_to_benchmark_tce,
            "gap_to_baseline_tce": gap.gap_to_baseline_tce,
            "unit": rule.unit,
        },
        working,
        gap.rules,
    )


def _capacity_swap(inputs: Inputs) -> Outcome:
    """产能置换 / capacity that must be retired."""
    product, new = inputs.text("product"), inputs.decimal("new_capacity", low=0)
    key_region = inputs.optional_flag("key_region")
    special = inputs.optional_flag("restricted_or_cross_province")
    on, note = rules_for(inputs, RATIOS)
    inputs.done()
    found = capacity_swap(product, new_capacity=new, is_key_region=key_region, is_restricted_or_cross_province=special, rules=on)
    return Outcome(
        {"required_retired_capacity": found.required_retired_capacity, "ratio": found.ratio},
        f"{found.rule.name.zh}：{plain(new)} × {plain(found.ratio)} = {plain(found.required_retired_capacity)}{note}",
        [found.rule],
    )


def _review_authority(inputs: Inputs) -> Outcome:
    """节能审查权限 / which level reviews a project."""
    named, energy = inputs.text("rule_set"), inputs.decimal("tce", low=0)
    kwh, coal = inputs.optional_decimal("kwh", low=0), inputs.optional_decimal("coal_t", low=0)
    inputs.done()
    measures = review_rules_named(rules.book(), named)
    found = review_authority(rule_set=measures, energy_tce=energy, electricity_kwh=kwh, coal_t=coal)
    figures = [f"年综合能源消费量（当量值）{plain(energy)} tce"]
    figures += [f"年用电量 {plain(kwh)} kWh"] if kwh is not None else []
    figures += [f"年煤炭消费量 {plain(coal)} t"] if coal is not None else []
    proviso = f"；{found.proviso.zh}" if found.proviso else ""
    return Outcome(
        {"level": found.level.value, "level_zh": found.level.words.zh, "proviso": found.proviso.zh if found.proviso else None},
        f"{measures.name.zh}：{'，'.join(figures)} → {found.level.words.zh}{proviso}",
        [measures],
    )


def _dual_high(inputs: Inputs) -> Outcome:
    """两高项目判定 / whether a project is dual-high, and its class."""
    sector, subsector = inputs.text("sector"), inputs.optional_text("subsector")
    energy: Decimal = inputs.decimal("tce", low=0)
    on = inputs.day("on")
    inputs.done()
    found = dual_high_finding(sector, subsector=subsector, equivalent_tce=energy, rules=rules.at(on))
    verdict = f"属于第{'一' if found.project_class == '1' else '二'}类两高项目" if found.is_dual_high else "不属于两高项目"
    place = f"{sector}/{subsector}" if subsector else sector
    return Outcome(
        {"dual_high": found.is_dual_high, "class": found.project_class, "reason": found.reason.zh},
        f"{place}，年综合能耗（等价值）{plain(round_gbt8170(energy, 6))} tce：{found.reason.zh}，{verdict}",
        found.rules,
    )


OPS: dict[str, Operation] = {
    "benchmark_gap": _benchmark_gap,
    "capacity_swap": _capacity_swap,
    "review_authority": _review_authority,
    "dual_high": _dual_high,
}
