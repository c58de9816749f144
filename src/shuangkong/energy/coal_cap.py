"""Coal: the cap sent from above, and what a coal-using project must replace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain


@dataclass(frozen=True, slots=True)
class CoalCapCheck:
    """Coal consumed against its cap, both in physical tonnes or both in standard coal (煤炭消费总量控制)."""

    consumed: Decimal
    coal_cap: Decimal

    @property
    def is_kept(self) -> bool:
        """The cap itself still keeps."""
        return self.consumed <= self.coal_cap

    @property
    def excess(self) -> Decimal:
        """How much the cap is exceeded; 0 when kept."""
        return max(self.consumed - self.coal_cap, Decimal(0))


@dataclass(frozen=True, slots=True)
class CoalOutlet:
    """A closed or converted coal use whose coal a new project may take (煤炭替代来源)."""

    outlet_id: str
    coal_t: Decimal


def coal_replacement_faults(
    *, project_coal_t: Decimal, ratio: Decimal, outlets: Sequence[CoalOutlet], used_outlet_ids: Iterable[str]
) -> tuple[Fault, ...]:
    """Return what is wrong with a project's coal replacement (煤炭减量替代核对).

    Parameters
    ----------
    project_coal_t : Decimal
        Coal the project will use in a year. [t]
    ratio : Decimal
        Replaced coal per tonne used: 1 equal, above 1 reduction; set by the province.
    outlets : sequence of CoalOutlet
        Closed uses offered.
    used_outlet_ids : iterable of str
        Outlets other projects took already: each is usable once.

    Returns
    -------
    tuple of Fault
        Empty when the replacement holds.

    Source
    ------
    市“十四五”节能减排综合工作方案（征求意见稿）二（八）：煤炭减量替代.

    Examples
    --------
    >>> faults = coal_replacement_faults(project_coal_t=Decimal(100), ratio=Decimal("1.5"), outlets=[CoalOutlet("A", Decimal(150))], used_outlet_ids=["A"])
    >>> [fault.thing.en for fault in faults]
    ['coal outlet', 'replaced coal']
    """
    used = set(used_outlet_ids)
    faults = []
    offered = Decimal(0)
    for outlet in outlets:
        if outlet.outlet_id in used:
            faults.append(
                Fault(
                    Words("煤炭替代来源", "coal outlet"), outlet.outlet_id,
                    Words("已被使用，不能重复使用", "was used before and is usable once"), Words("更换替代来源", "offer another"),
                )
            )
            continue
        used.add(outlet.outlet_id)
        offered += outlet.coal_t
    if offered < project_coal_t * ratio:
        faults.append(
            Fault(
                Words("替代量", "replaced coal"), plain(offered),
                Words(f"少于 {plain(project_coal_t)} × {plain(ratio)} t", f"is below {plain(project_coal_t)} × {plain(ratio)} t"),
                Words("补足替代量", "offer more"),
            )
        )
    return tuple(faults)
