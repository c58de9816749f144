"""What a plan's text says, before anyone has checked it: the draft plan."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DraftClause:
    """A clause as printed (条款草稿): number `二(一)`, title, bodies of its responsibility brackets."""

    number: str
    title: str
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftTarget:
    """A target as printed (目标草稿): figures stay text, so that nothing is converted before a person has looked."""

    clause: str
    indicator: str
    operator: str
    value: str | None = None
    unit: str = ""
    base_year: int | None = None
    base_value: str | None = None
    target_year: int | None = None
    scope: str = ""
    stretch_value: str | None = None
    commitment: str | None = None
    alt_group: str | None = None
    hold_every_year: bool = False
    phrase: str = ""
    confidence_pct: int = 100
    value_high: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as printed (附表): rows of cells, empty cells kept."""

    number: str
    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person should look at (存疑): the phrase and why."""

    clause: str
    phrase: str
    reason: str


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """All that was found in a plan's text (规划草稿)."""

    title: str
    edition: str = ""
    clauses: tuple[DraftClause, ...] = ()
    targets: tuple[DraftTarget, ...] = ()
    annexes: tuple[RawTable, ...] = ()
    unsure: tuple[Doubt, ...] = field(default=())
