"""Two draft plans compared, clause by clause and target by target (规划比对).

Editions of one plan and plans of two cities are compared alike: clauses pair by title, targets by indicator within their
scope. Figures are compared as quantities, so 0.12万吨 equals 1200吨; a name printed differently is no difference by itself.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Literal, TypeVar

from shuangkong.plan.reading import DraftClause, DraftPlan, DraftTarget

Change = Literal["same", "changed", "moved", "added", "dropped"]
Item = TypeVar("Item")

# How alike two names must be to mean one thing: design choices of this comparison, not policy.
ALIKE_PCT = 62
ALIKE_ELSEWHERE_PCT = 85

_SCALES = {"": 0, "百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}
_SCALED = re.compile(r"^(?P<scale>百万|千万|万亿|[百千万亿]?)(?P<unit>(?!分点)\D.*)$")
_TARGET_FIELDS = (
    "operator", "scope", "target_year", "base_year", "base_value", "stretch_value", "commitment", "hold_every_year"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after (字段变化)."""

    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """What became of a clause (条款变化)."""

    change: Change
    old: DraftClause | None
    new: DraftClause | None
    fields: dict[str, FieldChange] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetChange:
    """What became of a target (目标变化)."""

    change: Change
    old: DraftTarget | None
    new: DraftTarget | None
    fields: dict[str, FieldChange] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes from the old plan to the new one (比对结果)."""

    title: FieldChange
    edition: FieldChange
    clauses: tuple[ClauseChange, ...]
    targets: tuple[TargetChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two plans say the same."""
        return all(clause.change == "same" for clause in self.clauses) and all(target.change == "same" for target in self.targets)


def compare(old: DraftPlan, new: DraftPlan) -> Difference:
    """Return what changed from `old` to `new` (规划比对).

    Examples
    --------
    >>> before = DraftPlan("", targets=(DraftTarget("", "氨氮减排量", ">=", "0.12", "万吨"), DraftTarget("", "秸秆利用率", ">=", "93", "%")))
    >>> after = DraftPlan("", targets=(DraftTarget("", "氨氮减排量", ">=", "1200", "吨"), DraftTarget("", "秸秆利用率", ">=", "95", "%")))
    >>> [(c.change, {name: (f.old, f.new) for name, f in c.fields.items()}) for c in compare(before, after).targets]
    [('same', {}), ('changed', {'value': ('93', '95')})]
    """
    return Difference(
        title=FieldChange(old.title, new.title),
        edition=FieldChange(old.edition, new.edition),
        clauses=tuple(_clause_changes(old.clauses, new.clauses)),
        targets=tuple(_target_changes(old, new)),
    )


def quantity_of(figure: str | None, unit: str) -> tuple[Decimal, str] | None:
    """Return a printed figure as (number, unit without 万), None when it is no number (量值归一).

    Examples
    --------
    >>> quantity_of("0.12", "万吨")
    (Decimal('1200'), '吨')
    """
    if figure is None or not re.fullmatch(r"-?\d+(?:\.\d+)?", figure):
        return None
    scaled = _SCALED.match(unit)
    if not scaled or unit.startswith("百分"):
        return Decimal(figure).normalize(), unit
    number = Decimal(figure).scaleb(_SCALES[scaled["scale"]])
    return (number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()), scaled["unit"]


def _clause_changes(old: Sequence[DraftClause], new: Sequence[DraftClause]) -> list[ClauseChange]:
    pairs = _pairs(
        old, new,
        keys=(lambda clause: (clause.number, clause.title), lambda clause: clause.title or None),
        likeness=lambda one, other: _alike_pct(one.title, other.title) + (20 if one.number == other.number else 0),
        enough=ALIKE_PCT + 10,
    )  # fmt: skip
    changes = []
    for one, other in pairs:
        fields = {
            name: FieldChange(getattr(one, name), getattr(other, name))
            for name in ("title", "lead", "support", "implied")
            if one and other and _bodies(getattr(one, name)) != _bodies(getattr(other, name))
        }
        moved = bool(one and other and one.number != other.number)
        changes.append(ClauseChange(_change(one, other, moved=moved, fields=fields), one, other, fields))
    return changes


def _bodies(names: Any) -> Any:
    """Bodies compare as a set: their order says nothing."""
    return sorted(names) if isinstance(names, tuple) else names


def _target_changes(old: DraftPlan, new: DraftPlan) -> list[TargetChange]:
    repeated = Counter(target.indicator for target in old.targets) | Counter(target.indicator for target in new.targets)

    def likeness(one: DraftTarget, other: DraftTarget) -> int:
        if (one.value is None) != (other.value is None) or _dimension(one) != _dimension(other):
            return 0
        alike = _alike_pct(_plain(one), _plain(other))
        if one.scope != other.scope and (alike < ALIKE_ELSEWHERE_PCT or repeated[one.indicator] > 1 or repeated[other.indicator] > 1):
            return 0
        return alike + (5 if one.clause == other.clause else 0) + (5 if one.value == other.value else 0)

    keys: tuple[Callable[[DraftTarget], Hashable | None], ...] = (
        lambda target: (target.clause, target.scope, target.indicator, target.target_year, quantity_of(target.value, target.unit)),
        lambda target: (target.clause, target.phrase, target.target_year, quantity_of(target.value, target.unit)) if target.phrase else None,
        lambda target: (target.scope, target.indicator, target.target_year, _dimension(target)),
    )
    bodies = [{clause.number: clause for clause in plan.clauses} for plan in (old, new)]
    changes = []
    for one, other in _pairs(old.targets, new.targets, keys=keys, likeness=likeness, enough=ALIKE_PCT):
        fields = _target_fields(one, other, *bodies) if one and other else {}
        moved = bool(one and other and one.clause != other.clause)
        changes.append(TargetChange(_change(one, other, moved=moved, fields=fields), one, other, fields))
    return changes


def _target_fields(one: DraftTarget, other: DraftTarget, old_clauses: dict[str, DraftClause], new_clauses: dict[str, DraftClause]) -> dict[str, FieldChange]:
    fields: dict[str, FieldChange] = {}
    if quantity_of(one.value, one.unit) != quantity_of(other.value, other.unit):
        for name in ("value", "unit"):
            if getattr(one, name) != getattr(other, name):
                fields[name] = FieldChange(getattr(one, name), getattr(other, name))
    for name in _TARGET_FIELDS:
        before, after = getattr(one, name), getattr(other, name)
        same = quantity_of(before, one.unit) == quantity_of(after, other.unit) if name.endswith("_value") else before == after
        if not same:
            fields[name] = FieldChange(before, after)
    if (one.alt_group is None) != (other.alt_group is None):
        fields["alt_group"] = FieldChange(one.alt_group, other.alt_group)
    first, second = old_clauses.get(one.clause), new_clauses.get(other.clause)
    for name in ("lead", "support"):
        before, after = (getattr(clause, name) if clause else () for clause in (first, second))
        if _bodies(before) != _bodies(after):
            fields[name] = FieldChange(before, after)
    return fields


def _change(one: object | None, other: object | None, *, moved: bool, fields: dict[str, FieldChange]) -> Change:
    if one is None:
        return "added"
    if other is None:
        return "dropped"
    return "changed" if fields else "moved" if moved else "same"


def _plain(target: DraftTarget) -> str:
    """The indicator without words that only name its scope or form."""
    return re.sub(r"^全[市省县区州]|（[^）]*）|[、和与及的]|率$", "", target.indicator)


def _dimension(target: DraftTarget) -> str:
    """What kind of unit a figure has; 5% and 5个百分点 may be one target in two editions."""
    found = quantity_of(target.value, target.unit)
    return found[1].replace("百分点", "%") if found else ""


def _alike_pct(one: str, other: str) -> int:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return int(matcher.ratio() * 100) if matcher.real_quick_ratio() * 2 > 1 and matcher.quick_ratio() * 2 > 1 else 0


def _pairs(
    old: Sequence[Item],
    new: Sequence[Item],
    *,
    keys: Sequence[Callable[[Item], Hashable | None]],
    likeness: Callable[[Item, Item], int],
    enough: int,
) -> list[tuple[Item | None, Item | None]]:
    """Pair what is equal by a key first, then what is most alike; old order, added ones at the end."""
    partner: dict[int, int] = {}
    free = dict.fromkeys(range(len(new)))
    for key in keys:
        waiting: dict[Hashable, list[int]] = {}
        for place in free:
            waiting.setdefault(key(new[place]), []).append(place)
        for place, item in enumerate(old):
            places = waiting.get(key(item)) if place not in partner and key(item) is not None else None
            if places:
                partner[place] = places.pop(0)
                free.pop(partner[place])
    open_places = [place for place in range(len(old)) if place not in partner]
    scored = sorted(
        ((likeness(old[place], new[other]), -place, -other) for place in open_places for other in free), reverse=True
    )
    for score, minus_place, minus_other in scored:
        if score < enough:
            break
        if -minus_place not in partner and -minus_other in free:
            partner[-minus_place] = -minus_other
            free.pop(-minus_other)
    pairs: list[tuple[Item | None, Item | None]] = [
        (item, new[partner[place]] if place in partner else None) for place, item in enumerate(old)
    ]
    return pairs + [(None, new[place]) for place in free]
