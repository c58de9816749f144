"""How far a unit consumption is from the benchmark (标杆) and the baseline (基准)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue
from shuangkong.rules.naming import entries_named

LEVELS = "projects.efficiency_levels"
OIL_EQUIVALENT = "projects.oil_equivalent.coal_equivalent"
ELECTRICITY = "energy.coal_equivalent.electricity_calorific"


class UnknownProduct(Refusal):
    """No level is listed for the product (产品无能效水平)."""

    def __init__(self, product: str) -> None:
        super().__init__(
            thing=Words("产品", "product"),
            value=product,
            rule=Words("不在能效标杆水平和基准水平目录中", "is not in the list of benchmark and baseline levels"),
            remedy=Words("核对产品名称，如 水泥熟料、电石、电解铝", "check the name, such as cement clinker, calcium carbide"),
        )


class AmbiguousProduct(Refusal):
    """The name covers several listed products (产品名称不唯一)."""

    def __init__(self, product: str, choices: tuple[str, ...]) -> None:
        super().__init__(
            thing=Words("产品", "product"),
            value=product,
            rule=Words("对应多个能效水平", "has several levels"),
            remedy=Words(f"写明 {'、'.join(choices)} 之一", f"say which of {', '.join(choices)}"),
        )


class NegativeOutput(Refusal):
    """Output below zero (产量为负)."""

    def __init__(self, output: Decimal) -> None:
        super().__init__(
            thing=Words("产量", "output"),
            value=plain(output),
            rule=Words("不应为负", "cannot be negative"),
            remedy=Words("核对产量", "check the output"),
        )


class EfficiencyLevel(Enum):
    """Where a unit consumption stands (能效水平)."""

    BENCHMARK = "benchmark"
    BETWEEN = "between"
    BELOW_BASELINE = "below_baseline"

    @property
    def words(self) -> Words:
        """The level in words."""
        return {
            "benchmark": Words("达到标杆水平", "at benchmark or better"),
            "between": Words("介于标杆与基准之间", "between benchmark and baseline"),
            "below_baseline": Words("低于基准水平", "below baseline"),
        }[self.value]


@dataclass(frozen=True, slots=True)
class EfficiencyGap:
    """A unit consumption against both levels (能效对标). Unit consumptions in the unit of the rule."""

    level: EfficiencyLevel
    unit_energy: Decimal
    benchmark_level: Decimal
    baseline_level: Decimal
    tce_per_unit: Decimal
    output: Decimal
    rules: tuple[RuleValue, ...]

    @property
    def gap_to_benchmark_tce(self) -> Decimal:
        """Energy above what the benchmark would take; negative when better. [tce]"""
        return (self.unit_energy - self.benchmark_level) * self.output * self.tce_per_unit

    @property
    def gap_to_baseline_tce(self) -> Decimal:
        """Energy above what the baseline would take; negative when better. [tce]"""
        return (self.unit_energy - self.baseline_level) * self.output * self.tce_per_unit


def efficiency_gap(product: str, *, unit_energy: Decimal, output: Decimal, rules: RulesOnDay) -> EfficiencyGap:
    """Return level and distance of a product's unit consumption (能效标杆水平、基准水平对标).

    Parameters
    ----------
    product : str
        Chinese or English name, or the key of the rule.
    unit_energy : Decimal
        In the unit of the listed level; negative for a process that gives energy, such as the converter. [kgce/t …]
    output : Decimal
        Of the period, in the unit below the line. [t, 重量箱, m2 …]
    rules : RulesOnDay
        The day decides the edition.

    Returns
    -------
    EfficiencyGap
        Lower is better; the level itself is reached. Gaps are signed and never clipped: below zero is what is to spare.

    Raises
    ------
    UnknownProduct, AmbiguousProduct, NegativeOutput, NoRuleOnDay
        If the product is not listed, its name covers several, output is negative, or no list held.

    Source
    ------
    发改产业〔2021〕1609号；发改产业〔2023〕723号.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> gap = efficiency_gap("水泥熟料", unit_energy=Decimal(106), output=Decimal(500000), rules=rules.at(date(2023, 12, 31)))
    >>> gap.level.name, gap.gap_to_benchmark_tce, gap.gap_to_baseline_tce
    ('BETWEEN', Decimal('3000.000'), Decimal('-5500.000'))
    """
    if output < 0:
        raise NegativeOutput(output)
    listed = rules.book.below(LEVELS)
    keys = entries_named(listed, product)
    if not keys:
        raise UnknownProduct(product)
    if len(keys) > 1:
        raise AmbiguousProduct(product, tuple(listed[key].name.zh for key in keys))
    rule = rules.get(f"{LEVELS}.{keys[0]}")
    tce_per_unit, conversion = _tce_per_unit(rule, rules)
    benchmark, baseline = rule.value["benchmark"], rule.value["baseline"]
    level = (
        EfficiencyLevel.BENCHMARK if unit_energy <= benchmark
        else EfficiencyLevel.BETWEEN if unit_energy <= baseline
        else EfficiencyLevel.BELOW_BASELINE
    )
    return EfficiencyGap(level, unit_energy, benchmark, baseline, tce_per_unit, output, (rule, *conversion))


def _tce_per_unit(rule: RuleValue, rules: RulesOnDay) -> tuple[Decimal, tuple[RuleValue, ...]]:
    """tce in one of what the level is stated in, with the rules that say so."""
    kilogram = Decimal("0.001")
    match rule.unit.partition("/")[0]:
        case "kWh":
            electricity = rules.get(ELECTRICITY)
            return electricity.number * kilogram, (electricity,)
        case "kgoe":
            oil = rules.get(OIL_EQUIVALENT)
            return oil.number * kilogram, (oil,)
    return kilogram, ()
