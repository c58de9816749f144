"""Class of surface water by its worst item, and the share of good sections and drinking-water sources (地表水类别)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.rules import RulesOnDay, RuleValue

TABLE = "pollution.ambient.surface_water"
_STEPS = ("first", "second", "third", "fourth", "fifth")


class WaterClass(Enum):
    """The classes of surface water, best first (水质类别)."""

    I = "Ⅰ类"  # noqa: E741
    II = "Ⅱ类"
    III = "Ⅲ类"
    IV = "Ⅳ类"
    V = "Ⅴ类"
    BELOW_V = "劣Ⅴ类"


CLASSES = tuple(WaterClass)
GRADES: Mapping[WaterClass, Words] = {
    WaterClass.I: Words("优", "excellent"),
    WaterClass.II: Words("优", "excellent"),
    WaterClass.III: Words("良好", "good"),
    WaterClass.IV: Words("轻度污染", "lightly polluted"),
    WaterClass.V: Words("中度污染", "moderately polluted"),
    WaterClass.BELOW_V: Words("重度污染", "heavily polluted"),
}


class UnknownWaterItem(Refusal):
    """The item has no limit (水质项目未知)."""

    def __init__(self, item: str) -> None:
        super().__init__(
            thing=Words("水质项目", "item"),
            value=item,
            rule=Words("表中没有该项目的限值", "has no limit in the table"),
            remedy=Words("核对项目代码", "check its code"),
        )


@dataclass(frozen=True, slots=True)
class ItemClass:
    """One item's class (单项类别), and by how many times it exceeds class III, None when it does not or cannot be said."""

    item: str
    figure: Decimal
    water_class: WaterClass
    times_over_third: Decimal | None
    rule: RuleValue


@dataclass(frozen=True, slots=True)
class SectionClass:
    """A section's class (断面类别): that of the worst item; None when no item that counts was measured.

    `left_out` were measured but do not count by rule; `unmeasured` count but were not measured.
    """

    water_class: WaterClass | None
    items: tuple[ItemClass, ...]
    worst: tuple[str, ...]
    left_out: tuple[str, ...]
    unmeasured: tuple[str, ...]
    rules: tuple[RuleValue, ...]

    @property
    def grade(self) -> Words | None:
        """The class in words."""
        return None if self.water_class is None else GRADES[self.water_class]


@dataclass(frozen=True, slots=True)
class GoodShare:
    """Share of good sections or sources (优良比例); None without one judged. [%]"""

    pct: Decimal | None
    good: int
    judged: int
    not_good: tuple[str, ...]
    without_data: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Tell whether every one was judged."""
        return not self.without_data


def item_class(*, item: str, figure: Decimal, is_lake: bool, rules: RulesOnDay) -> ItemClass:
    """Return the class of one item (单项水质类别).

    Parameters
    ----------
    item : str
        Code of the table, such as `NH3_N`; total phosphorus of a lake has its own limits.
    figure : Decimal
        In the unit of the table. [mg/L]
    is_lake : bool
        A lake or reservoir.
    rules : RulesOnDay
        For the limits.

    Returns
    -------
    ItemClass
        Where classes share a limit the better one stands; a figure on its limit meets it.

    Raises
    ------
    UnknownWaterItem
        If the item has no limit.

    Source
    ------
    GB 3838-2002 表1，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> rules = at(date(2023, 12, 31))
    >>> [item_class(item="COD", figure=Decimal(x), is_lake=False, rules=rules).water_class.name for x in (15, 16, 20, 21, 41)]
    ['I', 'III', 'III', 'IV', 'BELOW_V']
    """
    own = f"{TABLE}.limits.{item}_LAKE"
    path = own if is_lake and own in rules.book.rules else f"{TABLE}.limits.{item}"
    if path not in rules.book.rules:
        raise UnknownWaterItem(item)
    rule = rules.get(path)
    if "lowest" in rule.value:
        inside = rule.value["lowest"] <= figure <= rule.value["highest"]
        return ItemClass(item, figure, WaterClass.I if inside else WaterClass.BELOW_V, None, rule)
    less_is_worse = rule.value["worst"] == "low"
    limits = [rule.value[step] for step in _STEPS]
    met = [figure >= limit if less_is_worse else figure <= limit for limit in limits]
    third = limits[CLASSES.index(WaterClass.III)]
    over = None if less_is_worse or figure <= third else (figure - third) / third
    return ItemClass(item, figure, CLASSES[met.index(True)] if any(met) else WaterClass.BELOW_V, over, rule)


def section_class(figures: Mapping[str, Decimal | None], *, is_lake: bool, rules: RulesOnDay) -> SectionClass:
    """Return the class of a section by its worst item (断面水质类别，单因子评价).

    Parameters
    ----------
    figures : mapping of str to Decimal or None
        By item; None was not measured. [mg/L]
    is_lake : bool
        A lake or reservoir.
    rules : RulesOnDay
        For the limits and the items left out.

    Returns
    -------
    SectionClass

    Raises
    ------
    UnknownWaterItem
        If an item that counts has no limit.

    Source
    ------
    环办〔2011〕22号、GB 3838-2002，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> figures = {"pH": Decimal("7.6"), "DO": Decimal("6.4"), "COD": Decimal(18), "TP": Decimal("0.24"), "TN": Decimal(9)}
    >>> found = section_class(figures, is_lake=False, rules=at(date(2023, 12, 31)))
    >>> found.water_class.name, found.worst, found.left_out
    ('IV', ('TP',), ('TN',))
    """
    out = rules.get(f"{TABLE}.left_out")
    counted = {item: figure for item, figure in figures.items() if item not in out.value and figure is not None}
    items = tuple(item_class(item=item, figure=figure, is_lake=is_lake, rules=rules) for item, figure in counted.items())
    worst = max((CLASSES.index(each.water_class) for each in items), default=None)
    due = [name for name in rules.book.below(f"{TABLE}.limits") if not name.endswith("_LAKE") and name not in out.value]
    return SectionClass(
        water_class=None if worst is None else CLASSES[worst],
        items=items,
        worst=tuple(each.item for each in items if CLASSES.index(each.water_class) == worst),
        left_out=tuple(item for item, figure in figures.items() if item in out.value and figure is not None),
        unmeasured=tuple(item for item in due if item not in counted),
        rules=(out, *(each.rule for each in items)),
    )


def is_good(water_class: WaterClass, *, rules: RulesOnDay) -> bool:
    """Tell whether a class is good (是否优良).

    Parameters
    ----------
    water_class : WaterClass
        Of a section or source.
    rules : RulesOnDay
        For the lowest class that is good.

    Returns
    -------
    bool

    Source
    ------
    环办〔2011〕22号，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> [is_good(each, rules=at(date(2023, 12, 31))) for each in (WaterClass.III, WaterClass.IV)]
    [True, False]
    """
    return CLASSES.index(water_class) <= CLASSES.index(WaterClass[rules.get(f"{TABLE}.good_from").value])


def beyond_source_limits(figures: Mapping[str, Decimal | None], *, rules: RulesOnDay) -> tuple[str, ...]:
    """Return the supplementary items of a drinking-water source that are beyond their limit (水源地补充项目超标).

    Parameters
    ----------
    figures : mapping of str to Decimal or None
        By item, others are passed over. [mg/L]
    rules : RulesOnDay
        For the limits.

    Returns
    -------
    tuple of str

    Source
    ------
    GB 3838-2002 表2，凭记忆，未核实；表3 的特定项目未列.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> beyond_source_limits({"FE": Decimal("0.31"), "MN": Decimal("0.1")}, rules=at(date(2023, 12, 31)))
    ('FE',)
    """
    limits = rules.book.below("pollution.ambient.drinking_water.limits")
    return tuple(
        item
        for item, figure in figures.items()
        if item in limits and figure is not None and figure > rules.get(f"pollution.ambient.drinking_water.limits.{item}").number
    )


def good_share(judged: Mapping[str, bool | None]) -> GoodShare:
    """Return the share of good sections or sources (水质优良比例).

    Parameters
    ----------
    judged : mapping of str to bool or None
        By name; None has no data, enters no share and is named.

    Returns
    -------
    GoodShare
        Unrounded. [%]

    Source
    ------
    环办〔2011〕22号，凭记忆，未核实.

    Examples
    --------
    >>> found = good_share({"板桥水库": True, "薄山水库": True, "宋家场水库": None})
    >>> found.pct, found.is_whole, found.without_data
    (Decimal('100'), False, ('宋家场水库',))
    """
    told = {name: good for name, good in judged.items() if good is not None}
    good = sum(told.values())
    return GoodShare(
        pct=Decimal(good) * 100 / len(told) if told else None,
        good=good,
        judged=len(told),
        not_good=tuple(name for name, each in told.items() if not each),
        without_data=tuple(name for name, each in judged.items() if each is None),
    )


def stays_good(shares: Sequence[GoodShare], *, rules: RulesOnDay) -> bool | None:
    """Tell whether the sources were all good in every period (水源地优良比例是否保持).

    Parameters
    ----------
    shares : sequence of GoodShare
        One per period.
    rules : RulesOnDay
        For the share to keep.

    Returns
    -------
    bool or None
        False at once when a period falls short; None when none does but data are missing.

    Source
    ------
    驻马店市“十四五”节能减排综合工作方案（征求意见稿）二（七）.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> stays_good([good_share({"板桥水库": True}), good_share({"板桥水库": False})], rules=at(date(2023, 12, 31)))
    False
    """
    least = rules.get("pollution.ambient.drinking_water.good_share").number
    if any(share.pct is not None and share.pct < least for share in shares):
        return False
    return True if shares and all(share.is_whole and share.pct is not None for share in shares) else None
