"""The trade of a unit (行业): a division of GB/T 4754, kept as a dated tag of the organisation, so that a past year keeps what it was."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from shuangkong.kernel.language import Words
from shuangkong.rules import at as rules_at
from shuangkong.services.carrier_flows import Link, UnitEnergy, links_of
from shuangkong.services.organisations import Node

TAG = "trade:"
DIVISIONS = "energy.industry_divisions"
# What else a unit is: by these forms choose who files them, and sums whom they count.
TAG_WORDS: Mapping[str, Words] = {
    "key_energy_user": Words("重点用能单位", "key energy user"), "above_scale": Words("规模以上", "above scale"), "industrial": Words("工业", "industrial"),
    "transforms_energy": Words("加工转换", "transforms energy"), "pollution_source": Words("污染源", "pollution source"),
    "public_institution": Words("公共机构", "public institution"), "transport_operator": Words("运输", "transport"), "building_operator": Words("楼宇", "buildings"),
    "central_facility": Words("集中处理设施", "central facility"),
}  # fmt: skip
UNTOLD = Words("未登记行业", "trade not registered")


@dataclass(frozen=True, slots=True)
class TradeSum:
    """What the units of one trade used (分行业能源)."""

    name: Words
    units: int
    tce: Decimal


def trade_code(tags: Iterable[str]) -> str:
    """Return the division among the tags of a unit, "" where none is told (行业代码).

    Examples
    --------
    >>> trade_code({"industrial", "trade:26"}), trade_code({"industrial"})
    ('26', '')
    """
    return next((tag.removeprefix(TAG) for tag in sorted(tags) if tag.startswith(TAG)), "")


@lru_cache(maxsize=8)
def trades_on(day: date) -> Mapping[str, Words]:
    """Return the divisions by code, as they held on a day (行业大类)."""
    found: dict[str, Words] = {}
    for rule in rules_at(day).book.below(DIVISIONS).values():
        line = rule.at(day)
        if line is not None:
            found[str(line.value)] = rule.name
    return found


def trade_name(code: str, day: date) -> Words | None:
    """Return a division by name, its code before it, None where no trade is told (行业名称)."""
    if not code:
        return None
    name = trades_on(day).get(code)
    return Words(f"{code} {name.zh}", f"{code} {name.en}") if name else Words(code, code)


def links_by_trade(several: Iterable[UnitEnergy], trades: Mapping[str, Words]) -> tuple[Link, ...]:
    """Return the flows from carriers through trades to uses, the largest first (分行业能流); nothing where no trade is told.

    Parameters
    ----------
    several : iterable of UnitEnergy
        The units, each open to the reader.
    trades : mapping of str to Words
        The trade of each unit by its code.
    """
    groups = _by_trade(several, trades)
    if set(groups) <= {UNTOLD}:
        return ()
    sums: dict[tuple[Words, Words], Decimal] = defaultdict(Decimal)
    for trade, units in groups.items():
        for link in links_of(units):
            sums[link.source, trade] += link.tce
            sums[trade, link.target] += link.tce
    return tuple(sorted((Link(*ends, tce) for ends, tce in sums.items()), key=lambda link: -link.tce))


def sums_by_trade(several: Iterable[UnitEnergy], trades: Mapping[str, Words]) -> tuple[TradeSum, ...]:
    """Return the comprehensive energy of each trade, the largest first (分行业综合能源消费量)."""
    found = [TradeSum(trade, len(units), sum((one.comprehensive_tce or Decimal(0) for one in units), Decimal(0))) for trade, units in _by_trade(several, trades).items()]
    return tuple(sorted(found, key=lambda one: -one.tce))


def trades_of(nodes: Iterable[Node], day: date) -> dict[str, Words]:
    """Return the trades of units by their code (各单位行业)."""
    return {node.code: name for node in nodes if (name := trade_name(trade_code(node.tags), day)) is not None}


def _by_trade(several: Iterable[UnitEnergy], trades: Mapping[str, Words]) -> dict[Words, list[UnitEnergy]]:
    groups: dict[Words, list[UnitEnergy]] = defaultdict(list)
    for one in several:
        groups[trades.get(one.org, UNTOLD)].append(one)
    return groups
