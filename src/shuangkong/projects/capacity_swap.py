"""Replacement ratios for new capacity, and retired capacity that is used only once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Fault, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue
from shuangkong.rules.naming import entries_named

RATIOS = "projects.capacity_swap"


class NoSwapRatio(Refusal):
    """No replacement ratio is set for the product (产品无置换比例)."""

    def __init__(self, product: str, known: tuple[str, ...]) -> None:
        super().__init__(
            thing=Words("产品", "product"),
            value=product,
            rule=Words("没有产能置换比例", "has no capacity swap ratio"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


class MissingSwapFact(Refusal):
    """The ratio depends on something that was not said (置换条件未说明)."""

    def __init__(self, thing: Words) -> None:
        super().__init__(
            thing=thing,
            value="",
            rule=Words("置换比例取决于此，但未给出", "decides the ratio and is missing"),
            remedy=Words("填写是或否", "give true or false"),
        )


class NegativeCapacity(Refusal):
    """Capacity below zero (产能为负)."""

    def __init__(self, capacity: Decimal) -> None:
        super().__init__(
            thing=Words("新建产能", "new capacity"),
            value=plain(capacity),
            rule=Words("不应为负", "cannot be negative"),
            remedy=Words("核对产能", "check the capacity"),
        )


@dataclass(frozen=True, slots=True)
class SwapRequirement:
    """What must be retired for new capacity (置换要求). `required_retired_capacity` in the unit of the new capacity."""

    required_retired_capacity: Decimal
    ratio: Decimal
    rule: RuleValue


def capacity_swap(
    product: str,
    *,
    new_capacity: Decimal,
    is_key_region: bool | None,
    is_restricted_or_cross_province: bool | None,
    rules: RulesOnDay,
) -> SwapRequirement:
    """Return the capacity that must be retired for new capacity (产能置换).

    Parameters
    ----------
    product : str
        Clinker, flat glass or PV rolled glass, by any of their names.
    new_capacity : Decimal
        [any]
    is_key_region : bool or None
        The new line stands in a key region of air-pollution control; None where not said.
    is_restricted_or_cross_province : bool or None
        The retired line is of the restricted class, or clinker capacity crosses provinces; None where not said.
    rules : RulesOnDay
        The day decides the measures.

    Returns
    -------
    SwapRequirement
        New capacity × ratio; the stricter ratio where two apply.

    Raises
    ------
    NoSwapRatio, MissingSwapFact, NegativeCapacity
        If the product has no ratio, a fact that changes it is missing, or capacity is negative.

    Source
    ------
    水泥玻璃行业产能置换实施办法（2021年8月起）.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> capacity_swap("水泥熟料", new_capacity=Decimal(100), is_key_region=False, is_restricted_or_cross_province=False,
    ...               rules=rules.at(date(2023, 6, 30))).required_retired_capacity
    Decimal('150.0')
    """
    if new_capacity < 0:
        raise NegativeCapacity(new_capacity)
    listed = rules.book.below(RATIOS)
    keys = entries_named(listed, product)
    if len(keys) != 1:
        raise NoSwapRatio(product, tuple(next(iter(rule.labels["aliases"])) for rule in listed.values()))
    rule = rules.get(f"{RATIOS}.{keys[0]}")
    ratio = _ratio(rule.value, is_key_region, is_restricted_or_cross_province)
    return SwapRequirement(new_capacity * ratio, ratio, rule)


def _ratio(stated: Mapping[str, Decimal | None], is_key_region: bool | None, is_special: bool | None) -> Decimal:
    """The ratio that holds whatever was left unsaid; where that changes it, the unsaid fact is asked for."""
    unsaid = (True, False)
    regions = unsaid if is_key_region is None else (is_key_region,)
    specials = unsaid if is_special is None else (is_special,)
    table = {(region, special): _stricter(stated, region, special) for region in regions for special in specials}
    if len(set(table.values())) == 1:
        return next(iter(table.values()))
    if any(len({table[region, special] for region in regions}) > 1 for special in specials):
        raise MissingSwapFact(Words("是否大气污染防治重点区域", "whether in a key region"))
    raise MissingSwapFact(Words("是否限制类或跨省置换", "whether restricted class or cross-province"))


def _stricter(stated: Mapping[str, Decimal | None], is_key_region: bool, is_special: bool) -> Decimal:
    own = stated["key_region" if is_key_region else "other_region"]
    special = stated["restricted_or_cross_province"] if is_special else None
    return max(ratio for ratio in (own, special) if ratio is not None)


@dataclass(frozen=True, slots=True)
class RetiredLine:
    """A retired production line offered for a swap (退出生产线)."""

    line_id: str
    capacity: Decimal


def swap_faults(
    requirement: SwapRequirement, *, retired: Sequence[RetiredLine], used_line_ids: Iterable[str]
) -> tuple[Fault, ...]:
    """Return what is wrong with the lines offered for a swap (产能置换核对).

    Parameters
    ----------
    requirement : SwapRequirement
        From `capacity_swap`.
    retired : sequence of RetiredLine
        Lines offered.
    used_line_ids : iterable of str
        Lines that served another swap already (已使用产能).

    Returns
    -------
    tuple of Fault
        Empty when the swap holds.

    Source
    ------
    水泥玻璃行业产能置换实施办法：已使用的产能不得重复置换.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> need = capacity_swap("光伏玻璃", new_capacity=Decimal(100), is_key_region=None, is_restricted_or_cross_province=None, rules=rules.at(date(2023, 6, 30)))
    >>> swap_faults(need, retired=[], used_line_ids=[])
    ()
    """
    used = set(used_line_ids)
    faults = []
    offered = Decimal(0)
    for line in retired:
        if line.line_id in used:
            faults.append(
                Fault(
                    Words("退出生产线", "retired line"), line.line_id,
                    Words("产能已用于置换", "has served a swap already"), Words("更换退出产能", "offer another line"),
                )
            )
            continue
        used.add(line.line_id)
        offered += line.capacity
    if offered < requirement.required_retired_capacity:
        faults.append(
            Fault(
                Words("退出产能", "retired capacity"), plain(offered),
                Words(f"少于应退出的 {plain(requirement.required_retired_capacity)}", f"is below the {plain(requirement.required_retired_capacity)} required"),
                Words("补足退出产能", "offer more"),
            )
        )
    return tuple(faults)
