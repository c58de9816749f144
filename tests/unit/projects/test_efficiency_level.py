from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.projects.efficiency_level import (
    LEVELS,
    AmbiguousProduct,
    EfficiencyLevel,
    NegativeOutput,
    UnknownProduct,
    efficiency_gap,
)

ON = rules.at(date(2024, 6, 30))


@pytest.mark.parametrize(
    ("unit_energy", "level"),
    [
        ("99.9", EfficiencyLevel.BENCHMARK), ("100", EfficiencyLevel.BENCHMARK), ("100.1", EfficiencyLevel.BETWEEN),
        ("117", EfficiencyLevel.BETWEEN), ("117.1", EfficiencyLevel.BELOW_BASELINE),
    ],
)
def test_clinker_on_its_levels(unit_energy: str, level: EfficiencyLevel) -> None:
    assert efficiency_gap("水泥熟料", unit_energy=Decimal(unit_energy), output=Decimal(1), rules=ON).level is level


def test_gaps_are_signed() -> None:
    # (120 - 100) and (120 - 117) kgce/t on 1 Mt
    gap = efficiency_gap("clinker", unit_energy=Decimal(120), output=Decimal(1000000), rules=ON)
    assert (gap.gap_to_benchmark_tce, gap.gap_to_baseline_tce) == (20000, 3000)
    better = efficiency_gap("clinker", unit_energy=Decimal(90), output=Decimal(1000000), rules=ON)
    assert (better.gap_to_benchmark_tce, better.gap_to_baseline_tce) == (-10000, -27000)


def test_a_process_that_gives_energy_has_a_negative_benchmark() -> None:
    gap = efficiency_gap("转炉工序", unit_energy=Decimal(-20), output=Decimal(1000), rules=ON)
    assert (gap.level, gap.gap_to_benchmark_tce) == (EfficiencyLevel.BETWEEN, 10)
    assert efficiency_gap("转炉工序", unit_energy=Decimal(-31), output=Decimal(1000), rules=ON).level is EfficiencyLevel.BENCHMARK


def test_power_and_oil_are_converted_with_their_rules() -> None:
    aluminium = efficiency_gap("电解铝", unit_energy=Decimal(13400), output=Decimal(1000), rules=ON)
    assert aluminium.gap_to_benchmark_tce == Decimal("49.16")  # 400 kWh/t x 1000 t x 0.1229 kgce
    assert len(aluminium.rules) == 2
    refining = efficiency_gap("oil refining", unit_energy=Decimal("8.5"), output=Decimal(1000), rules=ON)
    assert refining.gap_to_benchmark_tce == Decimal("1.4286")


@pytest.mark.parametrize("name", ["flat glass > 800 t/d", "flat glass > 800", "平板玻璃（大于800吨/天）", "flat_glass_over_800", "ＦＬＡＴ glass >800 t/d"])
def test_a_product_has_many_spellings(name: str) -> None:
    assert efficiency_gap(name, unit_energy=Decimal(9), output=Decimal(1), rules=ON).benchmark_level == 8


def test_a_family_is_asked_which() -> None:
    with pytest.raises(AmbiguousProduct, match="褐煤"):
        efficiency_gap("甲醇", unit_energy=Decimal(1), output=Decimal(1), rules=ON)


def test_what_is_not_listed_is_refused() -> None:
    with pytest.raises(UnknownProduct):
        efficiency_gap("衬衫", unit_energy=Decimal(1), output=Decimal(1), rules=ON)
    with pytest.raises(NegativeOutput):
        efficiency_gap("电石", unit_energy=Decimal(1), output=Decimal(-1), rules=ON)
    with pytest.raises(rules.NoRuleOnDay):
        efficiency_gap("电石", unit_energy=Decimal(1), output=Decimal(1), rules=rules.at(date(2021, 12, 31)))


def test_every_benchmark_is_better_than_its_baseline_and_every_name_is_its_own() -> None:
    listed = rules.book().below(LEVELS)
    assert len(listed) == 30
    for rule in listed.values():
        for line in rule.lines:
            assert line.value["benchmark"] < line.value["baseline"]
        for name in (*rule.name, *rule.labels.get("aliases", ())):
            assert efficiency_gap(name, unit_energy=Decimal(0), output=Decimal(0), rules=ON).rules[0].path == rule.path
