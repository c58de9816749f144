"""What evaluating a formula leaves behind: each step with its figure, its coverage and, where it has none, the reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shuangkong.indicators.observations import Observation
from shuangkong.indicators.unit_check import TypedExpression
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.rules import RuleValue

REASONS_SHOWN = 3


class Coverage(NamedTuple):
    """How many of the expected figures are there (覆盖): 12/13.

    A missing figure has present 0. Expected 0 says not applicable (不适用), which is a gap in nothing.
    """

    present: int
    expected: int

    def __str__(self) -> str:
        return f"{self.present}/{self.expected}"


WHOLE = Coverage(1, 1)
GAP = Coverage(0, 1)
NOT_APPLICABLE = Coverage(0, 0)


def worse(one: Coverage, other: Coverage) -> Coverage:
    """Return the poorer of two coverages (覆盖取差).

    A gap is poorer than not applicable, which is poorer than a figure; of figures the smaller share, of equal shares the
    one that expected more.

    Examples
    --------
    >>> str(worse(Coverage(12, 13), Coverage(1, 1))), worse(GAP, NOT_APPLICABLE)
    ('12/13', Coverage(present=0, expected=1))
    """
    return one if one is other or _rank(one, other) <= 0 else other


def _rank(one: Coverage, other: Coverage) -> int:
    if one.present and other.present:
        difference = one.present * other.expected - other.present * one.expected
        return difference or other.expected - one.expected
    if one.present or other.present:
        return 1 if one.present else -1
    return other.expected - one.expected


def worst(coverages: Iterable[Coverage]) -> Coverage:
    """Return the poorest coverage."""
    found: Coverage | None = None
    for coverage in coverages:
        found = coverage if found is None else worse(found, coverage)
    return found or WHOLE


def together(coverages: Iterable[Coverage]) -> Coverage:
    """Return the coverage of a sum: what is there of what was expected, added up.

    Examples
    --------
    >>> str(together([WHOLE, GAP, NOT_APPLICABLE]))
    '1/2'
    """
    present = expected = 0
    for coverage in coverages:
        present += coverage.present
        expected += coverage.expected
    return Coverage(present, expected)


@dataclass(frozen=True, slots=True)
class OrgTree:
    """Who is made up of whom, and their names (组织树). `children` is a partition: it neither overlaps nor leaves out."""

    children: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Words] = field(default_factory=dict)

    def name(self, org: str) -> Words:
        """Return the printed name, or the code where none is known."""
        return self.names.get(org, Words(org, org))

    def below(self, org: str) -> tuple[str, ...]:
        """Return the parts, none for the lowest level."""
        return self.children.get(org, ())

    def closure(self, orgs: Iterable[str]) -> tuple[str, ...]:
        """Return the organisations and all below them, each after its parts."""
        found: dict[str, None] = {}

        def add(org: str) -> None:
            if org not in found:
                for child in self.below(org):
                    add(child)
                found[org] = None

        for org in orgs:
            add(org)
        return tuple(found)


class Worked(NamedTuple):
    """One step with its figure (计算步骤). A tuple, because one command makes a hundred thousand of them.

    `figure` is in the node's unit; a comparison gives 1 or 0. `reason` says why there is no figure. `parts` are the steps
    it was made from, only those really used; `observation` or `rule` stands where the figure was read.
    """

    node: TypedExpression
    org: str
    period: Period
    figure: Decimal | None
    coverage: Coverage
    reason: Words | None = None
    parts: tuple["Worked", ...] = ()
    observation: Observation | None = None
    rule: RuleValue | None = None

    def walk(self) -> Iterator["Worked"]:
        """Yield every step below once, this one first."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            step = waiting.pop()
            if id(step) not in seen:
                seen.add(id(step))
                yield step
                waiting.extend(reversed(step.parts))

    def gaps(self) -> tuple[Words, ...]:
        """Return where figures are first missing below, also where a sum above them stands."""
        return self._origins(are_gaps=True)

    def why(self) -> Words | None:
        """Return why there is no figure, the first few causes named and the rest counted."""
        if self.figure is not None:
            return None
        found = self._origins(are_gaps=True) or self._origins(are_gaps=False)
        zh, en = "；".join(words.zh for words in found[:REASONS_SHOWN]), "; ".join(words.en for words in found[:REASONS_SHOWN])
        rest = len(found) - REASONS_SHOWN
        return Words(f"{zh}；另有 {rest} 处", f"{en}; and {rest} more") if rest > 0 else Words(zh, en)

    def _origins(self, *, are_gaps: bool) -> tuple[Words, ...]:
        origins = (step for step in self.walk() if step.figure is None and all(part.figure is not None for part in step.parts))
        return tuple(dict.fromkeys(
            step.reason for step in origins if step.reason is not None and (step.coverage != NOT_APPLICABLE) is are_gaps
        ))  # fmt: skip


def first_reason(parts: Iterable[Worked]) -> Words | None:
    """Return the reason of the first part without a figure, a gap before what does not apply."""
    lacking = [part for part in parts if part.figure is None]
    gaps = [part for part in lacking if part.coverage != NOT_APPLICABLE]
    return next((part.reason for part in gaps or lacking), None)


@lru_cache(maxsize=4096)
def period_zh(period: Period) -> str:
    """Return a period as Chinese prints it (时期).

    Examples
    --------
    >>> period_zh(Period.parse("2023")), period_zh(Period.parse("2023-05")), period_zh(Period.parse("2021-2025"))
    ('2023年', '2023年5月', '2021—2025年')
    """
    match period.grain:
        case Grain.YEAR:
            return f"{period}年"
        case Grain.MONTH:
            return f"{period.start.year}年{period.start.month}月"
        case Grain.QUARTER:
            return f"{period.start.year}年{period.start.month // 3 + 1}季度"
        case Grain.HALF:
            return f"{period.start.year}年{'上' if period.start.month == 1 else '下'}半年"
        case Grain.YEARS:
            return f"{period.start.year}—{period.last_year}年"
    return str(period)
