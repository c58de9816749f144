"""W6 manure of large farms to water, and their ammonia to air, a pollutant of its own (规模畜禽养殖).

Ammonia to air (NH3) is never added to NH3-N: the two are different pollutants with different targets.
"""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.pollution.reduction import TONNES_PER_KG, Reduction, State, shown
from shuangkong.rules import RulesOnDay, RuleValue

AMMONIA_TO_AIR = "NH3"


class UnknownAnimal(Refusal):
    """No excretion and loss rates for this animal (畜种未知)."""

    def __init__(self, animal: str, known: list[str]) -> None:
        super().__init__(
            thing=Words("畜种", "animal"),
            value=animal,
            rule=Words("没有氮排泄量和损失率", "has no excretion and loss rates"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


def manure_treated(
    *, head: Decimal, load_kg_per_head: Decimal, removal_before_pct: Decimal, removal_after_pct: Decimal
) -> Reduction:
    """Return the reduction of better manure treatment or use on one farm (规模养殖粪污治理减排量).

    Parameters
    ----------
    head : Decimal
        Marketed in the year for pigs, broilers and beef cattle; kept for dairy cattle and layers. [头]
    load_kg_per_head : Decimal
        Generated per head, by a factor of this pollutant: COD factors do not serve for NH3-N. [kg/(头·a)]
    removal_before_pct, removal_after_pct : Decimal
        Removed or used on land. [%]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）畜禽养殖部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> manure_treated(head=Decimal(10000), load_kg_per_head=Decimal(36), removal_before_pct=Decimal(60),
    ...                removal_after_pct=Decimal(90)).reduction_t
    Decimal('108.000')
    """
    generated_t = TONNES_PER_KG * head * load_kg_per_head
    count, load, before, after = shown(head, load_kg_per_head, removal_before_pct, removal_after_pct)
    return Reduction(
        State.treated(generated_t=generated_t, removed_t=generated_t * removal_before_pct / 100),
        State.treated(generated_t=generated_t, removed_t=generated_t * removal_after_pct / 100),
        "N × e × (η1 − η0) × 10⁻³",
        f"{count} × {load} × ({after}% − {before}%) × 10⁻³",
    )


@dataclass(frozen=True, slots=True)
class AmmoniaMeasures:
    """What a farm does against ammonia, as the cut of each stage's loss (控氨措施). [%]"""

    housing_cut_pct: Decimal = Decimal(0)
    storage_cut_pct: Decimal = Decimal(0)
    spreading_cut_pct: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AmmoniaEmission:
    """Ammonia to air of one herd by stage (大气氨排放量). [t NH3/a]"""

    housing_t: Decimal
    storage_t: Decimal
    spreading_t: Decimal
    rules: tuple[RuleValue, ...]

    @property
    def ammonia_t(self) -> Decimal:
        """The three stages together. [t NH3/a]"""
        return self.housing_t + self.storage_t + self.spreading_t


def ammonia_to_air(
    *, animal: str, head: Decimal, measures: AmmoniaMeasures | None = None, rules: RulesOnDay
) -> AmmoniaEmission:
    """Return the ammonia a herd loses to air in housing, storage and spreading (规模养殖场大气氨排放量).

    Ammoniacal nitrogen flows through the three stages: what one stage loses does not reach the next, so a cut in housing
    leaves more to lose in storage.

    Parameters
    ----------
    animal : str
        Key of the table of excretion and losses, such as `fattening_pig`.
    head : Decimal
        Animals kept on average. [头]
    measures : AmmoniaMeasures, optional
        Cuts of each stage's loss; none when not stated.
    rules : RulesOnDay
        For excretion, share of ammoniacal nitrogen and losses.

    Returns
    -------
    AmmoniaEmission
        Unrounded. [t NH3/a]

    Raises
    ------
    UnknownAnimal
        If the table has no such animal.

    Source
    ------
    大气氨源排放清单编制技术指南（试行）的氮流思路；损失率取自 EMEP/EEA 指南第3.B章，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> herd = ammonia_to_air(animal="fattening_pig", head=Decimal(10000), rules=at(date(2023, 12, 31)))
    >>> herd.housing_t > herd.storage_t
    True
    """
    table = rules.book.below("pollution.ammonia.animals")
    if animal not in table:
        raise UnknownAnimal(animal, sorted(table))
    rates = rules.get(f"pollution.ammonia.animals.{animal}")
    mass_ratio = rules.get("pollution.ammonia.conversion.ammonia_per_nitrogen")
    cuts = measures or AmmoniaMeasures()
    nitrogen_t = TONNES_PER_KG * head * rates.value["excretion_kg_n_per_head"] * rates.value["ammoniacal_share_pct"] / 100
    lost_t = []
    for stage, cut_pct in (
        ("housing", cuts.housing_cut_pct), ("storage", cuts.storage_cut_pct), ("spreading", cuts.spreading_cut_pct),
    ):
        loss_t = nitrogen_t * rates.value[f"{stage}_loss_pct"] / 100 * (100 - cut_pct) / 100
        nitrogen_t -= loss_t
        lost_t.append(loss_t * mass_ratio.number)
    housing_t, storage_t, spreading_t = lost_t
    return AmmoniaEmission(housing_t, storage_t, spreading_t, (rates, mass_ratio))


def is_farm_at_scale(*, animal: str, head: Decimal, rules: RulesOnDay) -> RuleValue | None:
    """Return the threshold that makes a farm one at scale, None when it stays below (是否规模养殖场).

    Parameters
    ----------
    animal : str
        Key of the table of thresholds: pig, dairy_cattle, beef_cattle, layer, broiler.
    head : Decimal
        Marketed or kept, as the threshold's label says. [头]
    rules : RulesOnDay
        For the threshold.

    Returns
    -------
    RuleValue or None
        The rule reached, so that the answer carries its citation.

    Raises
    ------
    UnknownAnimal
        If the table has no such animal.

    Source
    ------
    第二次全国污染源普查规模养殖场规模标准，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 12, 31))
    >>> [is_farm_at_scale(animal="pig", head=Decimal(head), rules=rules) is not None for head in (499, 500)]
    [False, True]
    """
    table = rules.book.below("pollution.scale_farm")
    if animal not in table:
        raise UnknownAnimal(animal, sorted(table))
    threshold = rules.get(f"pollution.scale_farm.{animal}")
    return threshold if head >= threshold.number else None
