"""What a check sees and says: plain figures of any form, and findings.

Nothing here knows a particular form. Elements carry tags (`flow`, `coal`, `opening` …) and a group (one energy carrier, one
asset); checks ask for tags. A `Dossier` is one return laid beside all that it can be judged by.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from shuangkong.checks.robust import as_float64
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import Unit


class Severity(Enum):
    """What a finding stops (严重程度), the gravest first."""

    BLOCKS_SAVE = "不能保存"
    BLOCKS_SUBMISSION = "不能上报"
    NEEDS_EXPLANATION = "需要说明"
    NOTICE = "提示"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Figure:
    """One reported figure (填报数). `value` is in `unit`; None with `is_not_applicable` says 不适用, alone: left empty."""

    element: str
    org: str
    period: Period
    value: Decimal | None
    unit: Unit
    is_not_applicable: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Trait:
    """What a check needs to know of an element (指标特征): name, unit, tags, and the group it forms with others."""

    code: str
    name: Words
    unit: Unit
    tags: frozenset[str]
    group: str = ""


class Layout:
    """The elements of a form by tag (表式); answers are kept, since every return of a form asks the same."""

    def __init__(self, traits: Iterable[Trait]) -> None:
        self.traits: dict[str, Trait] = {trait.code: trait for trait in traits}
        self.groups: tuple[str, ...] = tuple(dict.fromkeys(trait.group for trait in self.traits.values() if trait.group))
        self._found: dict[tuple[str, str | None], tuple[str, ...]] = {}
        self.bound: dict[str, Any] = {}  # what each check binds to

    def select(self, expression: str, group: str | None = None) -> tuple[str, ...]:
        """Return the elements with all tags named and none of those after `!`, in the order of the form.

        Examples
        --------
        >>> from shuangkong.kernel.units import unit
        >>> def trait(code, *tags): return Trait(code, Words(code, code), unit("t"), frozenset(tags))
        >>> layout = Layout([trait("coal", "energy", "flow"), trait("stock", "energy")])
        >>> layout.select("energy"), layout.select("energy !flow")
        (('coal', 'stock'), ('stock',))
        """
        key = (expression, group)
        if key not in self._found:
            wanted = {token for token in expression.split() if token[0] != "!"}
            barred = {token[1:] for token in expression.split() if token[0] == "!"}
            self._found[key] = tuple(
                trait.code
                for trait in self.traits.values()
                if wanted <= trait.tags and not barred & trait.tags and (group is None or trait.group == group)
            )
        return self._found[key]


@dataclass(frozen=True, slots=True)
class TargetFigure:
    """A target a figure is held to (目标值), in the element's unit; `is_ceiling` when lower is better."""

    value: Decimal
    is_ceiling: bool


@dataclass(frozen=True, slots=True)
class PrintedRange:
    """The range a standard or list prints for an element (依据给出的区间); a None end is open. `document` says where."""

    low: Decimal | None
    high: Decimal | None
    document: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What the other units reported for one period (同期各单位): org → element → value; org → kind of trade."""

    figures: Mapping[str, Mapping[str, Decimal]]
    trades: Mapping[str, str] = field(default_factory=dict)
    kept: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def with_value(self, element: str, value: Decimal) -> tuple[str, ...]:
        """Return the orgs whose figure of the element is exactly this."""
        index = self.kept.get(element)
        if index is None:
            made: dict[Decimal, list[str]] = {}
            for org, reported in self.figures.items():
                if element in reported:
                    made.setdefault(reported[element], []).append(org)
            index = self.kept[element] = made
        return tuple(index.get(value, ()))


NO_PEERS = Holding({})
Reported = Mapping[str, Figure]


@dataclass(frozen=True)
class Dossier:
    """One return with all it can be judged by (审核卷).

    `history` holds the earlier returns of the same length, oldest first and without gaps: `history[-1]` is the period just
    before, a period without a return an empty mapping. `versions` are superseded versions of figures, oldest first, by
    (element, period). `children` are the returns of the level below for this period, `children_expected` how many are due.
    `coefficients` are the coefficients the unit itself declared, `ranges` what is printed for them (key `coefficient:…`) and
    for elements. `targets` bind elements. `due` and `filed_at` are None where unknown.
    """

    org: str
    name: Words
    period: Period
    layout: Layout
    figures: Reported
    history: Sequence[Reported] = ()
    versions: Mapping[tuple[str, Period], Sequence[Figure]] = field(default_factory=dict)
    meters: Reported = field(default_factory=dict)
    peers: Holding = NO_PEERS
    children: Mapping[str, Reported] = field(default_factory=dict)
    children_expected: int | None = None
    targets: Mapping[str, TargetFigure] = field(default_factory=dict)
    coefficients: Mapping[str, Decimal] = field(default_factory=dict)
    ranges: Mapping[str, PrintedRange] = field(default_factory=dict)
    due: date | None = None
    filed_at: datetime | None = None
    kept: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)  # what several checks work out once

    @property
    def per_year(self) -> int:
        """How many such periods make a year; 0 when the period is no part of one."""
        months = self.period.months
        return 12 // months if months and 12 % months == 0 else 0

    @property
    def closes_year(self) -> bool:
        """Whether the year ends with this period."""
        return self.period.end.month == 1 and self.period.end.day == 1

    def value(self, element: str) -> Decimal | None:
        """Return the figure of this return; None when empty, not applicable or not reported."""
        figure = self.figures.get(element)
        return None if figure is None else figure.value

    def is_not_applicable(self, element: str) -> bool:
        """Tell whether the return says 不适用."""
        figure = self.figures.get(element)
        return figure is not None and figure.is_not_applicable

    def series(self, element: str) -> list[Decimal | None]:
        """Return the figures of all periods, oldest first, this return's last."""
        held: list[Decimal | None] | None = self.kept.get(element)
        if held is None:
            held = [figure.value if (figure := reported.get(element)) else None for reported in self.history]
            held.append(self.value(element))
            self.kept[element] = held
        return held

    def numbers(self, element: str) -> list[float | None]:
        """Return the series as float64, for statistics alone."""
        held: list[float | None] | None = self.kept.get(("numbers", element))
        if held is None:
            held = [None if figure is None else as_float64(figure) for figure in self.series(element)]
            self.kept["numbers", element] = held
        return held

    def called(self, element: str) -> Words:
        """Return the name of an element."""
        return self.layout.traits[element].name

    def said(self, element: str, figure: Decimal | None = None) -> str:
        """Return a figure of the element with its unit; that of this return when none is given."""
        told = self.value(element) if figure is None else figure
        return "—" if told is None else f"{plain(told)} {self.layout.traits[element].unit}"


@dataclass(frozen=True, slots=True)
class FindingPlace:
    """Where a finding stands (位置): return and elements."""

    org: str
    period: Period
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found (核查发现): what is odd and by how much, what is usual, what to do, on which figures it rests."""

    code: str
    severity: Severity
    where: FindingPlace
    odd: Words
    usual: Words
    remedy: Words
    evidence: tuple[tuple[str, Decimal], ...] = ()
