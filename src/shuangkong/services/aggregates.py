"""Sums over units (汇总): with coverage, and told only where no single unit can be worked out of them by who may not see it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.units import unit
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.openings import LEAST_IN_AGGREGATE
from shuangkong.services.organisations import Node, OrganisationKind, Tree
from shuangkong.services.organisations import tree_of as tree_of
from shuangkong.services.people import Member

SUPPRESSED = Words(
    f"由此数可推算出您不能查看的单个单位（不足 {LEAST_IN_AGGREGATE} 家）的数，不予显示",
    f"a single one of the units closed to you could be worked out of it (fewer than {LEAST_IN_AGGREGATE}), so it is not shown",
)
NONE_REPORTED = Words("没有单位报送", "no unit has reported")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A sum over units (汇总数): `value` is None where none reported, or where it may not be told."""

    value: Decimal | None
    reported: int
    expected: int
    is_suppressed: bool = False

    @property
    def coverage(self) -> Words:
        """How many of the units it holds."""
        return Words(f"{self.reported}/{self.expected} 家", f"{self.reported} of {self.expected} units")

    @property
    def why(self) -> Words | None:
        """Why there is no sum, None where there is one."""
        return None if self.value is not None else SUPPRESSED if self.is_suppressed else NONE_REPORTED


def is_safe(hidden: int) -> bool:
    """Tell whether a sum over so many units that one may not see gives none of them away (汇总是否安全).

    Examples
    --------
    >>> [is_safe(count) for count in (0, 1, 2, 3)]
    [True, False, False, True]
    """
    return not hidden or hidden >= LEAST_IN_AGGREGATE


def hidden_in(values: Mapping[str, Decimal], seen: Collection[str]) -> frozenset[str]:
    """Return the units that a sum would tell of though one may not see them (不可见单位); nought tells nothing.

    Examples
    --------
    >>> sorted(hidden_in({"U1": Decimal(5), "U2": Decimal(0), "U3": Decimal(7)}, {"U1"}))
    ['U3']
    """
    return frozenset(org for org, value in values.items() if value and org not in seen)


def aggregate(values: Mapping[str, Decimal], *, expected: int, seen: Collection[str], is_told: bool = True) -> Aggregate:
    """Return the sum of what units reported (汇总).

    Parameters
    ----------
    values : mapping of str to Decimal
        By unit, in one unit of measure.
    expected : int
        How many units were asked.
    seen : collection of str
        The units whose own figures the reader may see.
    is_told : bool
        False where another sum beside this one forbids it, see `told_parts`.

    Examples
    --------
    >>> told = {"U1": Decimal(5), "U2": Decimal(6), "U3": Decimal(7)}
    >>> aggregate(told, expected=4, seen={"U1"}).value, aggregate(told, expected=4, seen=set()).value
    (None, Decimal('18'))
    """
    if not values:
        return Aggregate(None, 0, expected)
    hidden = len(hidden_in(values, seen))
    if hidden and not (is_told and is_safe(hidden)):
        return Aggregate(None, len(values), expected, is_suppressed=True)
    return Aggregate(sum(values.values(), Decimal(0)), len(values), expected)


def told_parts(parts: Mapping[str, Mapping[str, Decimal]], *, seen: Collection[str], untold: Collection[str] = ()) -> frozenset[str]:
    """Return the parts of a whole whose sums may be told beside the sum of the whole (可公布的分项).

    What is not told can be worked out as the whole less what is: where that would be one or two units, the part with the
    fewest units, of these the smallest, is held back as well (互补抑制).

    Parameters
    ----------
    parts : mapping of str to mapping of str to Decimal
        What each unit adds to each part.
    seen : collection of str
        The units whose own figures the reader may see.
    untold : collection of str
        Parts that are not told anyhow, such as what is left of a county outside its parks.

    Examples
    --------
    >>> def of(*units):
    ...     return {unit: Decimal(1) for unit in units}
    >>> sorted(told_parts({"coal": of("U1", "U2", "U3"), "gas": of("U4", "U5", "U6", "U7"), "oil": of("U1")}, seen=set()))
    ['gas']
    """
    hidden = {name: hidden_in(values, seen) for name, values in parts.items()}
    told = {name for name, units in hidden.items() if name not in untold and is_safe(len(units))}
    while True:
        rest = frozenset[str]().union(*(units for name, units in hidden.items() if name not in told))
        given_away = sorted((name for name in told if hidden[name]), key=lambda name: (len(hidden[name]), sum(parts[name].values()), name))
        if is_safe(len(rest)) or not given_away:
            return frozenset(told)
        told.remove(given_away[0])


def seen_of(who: Member, tree: Tree) -> frozenset[str]:
    """Return the units whose own figures a person may read (可见单位)."""
    units = tree.of_kind(OrganisationKind.UNIT)
    return frozenset(node.code for node in units if who.sees(node.code, tree))


def unit_values(element: str, *, period: Period, measure: str, as_of: date | None = None) -> dict[str, Decimal]:
    """Return a figure of all units that reported it, in one unit of measure (各单位数)."""
    target = unit(measure)
    return {
        row.org: row.value * unit(row.unit).factor_to(target)
        for row in current_rows(as_of=as_of, element=element, period=str(period)) if row.value is not None
    }  # fmt: skip


def is_settled(values: Mapping[str, Decimal], now: Mapping[str, Decimal], seen: Collection[str]) -> bool:
    """Tell whether what units one may not see had reported by a day is what they report now (数据是否已稳定).

    Else two days of the time machine, one report or revision apart, would give a single unit away.

    Examples
    --------
    >>> is_settled({"U1": Decimal(5)}, {"U1": Decimal(5), "U2": Decimal(6)}, {"U2"}), is_settled({"U1": Decimal(5)}, {"U1": Decimal(7)}, {"U2"})
    (True, False)
    """
    return all(values.get(org) == now.get(org) for org in (values.keys() | now.keys()) - set(seen))


def place_sums(
    values: Mapping[str, Decimal], *, tree: Tree, seen: Collection[str], tags: frozenset[str] = frozenset(), is_told: bool = True
) -> dict[str, Aggregate]:
    """Return the sums of every jurisdiction and park over its units of a day (县区和园区汇总), safe beside each other and beside the city's.

    Parameters
    ----------
    values : mapping of str to Decimal
        By unit, see `unit_values`.
    tree : Tree
        The organisations as they belonged when the period ended, see `tree_of`.
    seen : collection of str
        The units whose own figures the reader may see.
    tags : frozenset of str
        Which units were asked: those that bear all of these.
    is_told : bool
        False where no sum that holds a hidden unit may be told, see `is_settled`.
    """
    asked = [node for node in tree.of_kind(OrganisationKind.UNIT) if tags <= node.tags]
    lying: dict[str, list[Node]] = {node.code: [] for node in tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE)}
    tenants: dict[str, list[Node]] = {node.code: [] for node in tree.of_kind(OrganisationKind.PARK)}
    for node in asked:
        home = tree.jurisdiction_of(node.code)
        if home is not None:
            lying[home.code].append(node)
        if node.park is not None and node.park in tenants:
            tenants[node.park].append(node)
    told = told_parts({place: _held(values, nodes) for place, nodes in lying.items()}, seen=seen)
    for place, nodes in lying.items():
        parks = {park: held for park, held in tenants.items() if (home := tree.jurisdiction_of(park)) is not None and home.code == place}
        told |= _told_parks(values, nodes, parks, seen=seen, is_place_told=place in told)
    return {
        code: aggregate(_held(values, nodes), expected=len(nodes), seen=seen, is_told=is_told and code in told)
        for code, nodes in (*lying.items(), *tenants.items())
    }  # fmt: skip


def _held(values: Mapping[str, Decimal], nodes: Iterable[Node]) -> dict[str, Decimal]:
    return {node.code: values[node.code] for node in nodes if node.code in values}


def _told_parks(
    values: Mapping[str, Decimal], nodes: Sequence[Node], parks: Mapping[str, Sequence[Node]], *, seen: Collection[str], is_place_told: bool
) -> frozenset[str]:
    """Which parks of a place may be told beside it: what is left of the place outside them must be safe too."""
    mine = {node.code for node in nodes}
    parts = {park: _held(values, held) for park, held in parks.items()}
    parts[""] = _held(values, [node for node in nodes if node.park not in parks])
    foreign = {park for park, held in parks.items() if any(node.code not in mine for node in held)}
    found = told_parts(parts, seen=seen, untold={"", *foreign})
    return found if is_place_told else frozenset(park for park in found if not hidden_in(parts[park], seen))
