"""What must be achieved, by whom: a plan with its clauses, targets, tasks, remarks, annexes and links."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.language import Words

UNSAID = Words("", "")


class Operator(Enum):
    """How a target's figure binds (目标算子)."""

    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"
    EQUAL = "="
    ABOUT = "~="
    QUALITATIVE = "qualitative"
    EXTERNAL = "external"


class TargetKind(Enum):
    """What the figure of a target is (目标类型)."""

    LEVEL = "水平"
    RELATIVE_CHANGE = "相对变化率"
    POINT_CHANGE = "百分点变化"
    CUMULATIVE_SUM = "累计量"
    INCREMENT = "新增量"
    COUNT = "个数"
    SHARE = "占比"
    QUALITATIVE = "定性"
    EXTERNAL = "上级下达"
    BENCHMARK_LEVEL = "标杆水平"

    @property
    def starts_at_zero(self) -> bool:
        """Tell whether the figure itself counts from the base year, so that the way begins at 0."""
        return self in _FROM_ZERO


_FROM_ZERO = frozenset(
    {
        TargetKind.RELATIVE_CHANGE, TargetKind.POINT_CHANGE, TargetKind.CUMULATIVE_SUM,
        TargetKind.INCREMENT, TargetKind.COUNT,
    }
)  # fmt: skip


class Nature(Enum):
    """How hard a target binds (目标性质); whether it is a stretch (力争) is said apart from it."""

    BINDING = "约束性"
    INDICATIVE = "预期性"


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered clause (条款): agencies by code, `implied` the jurisdictions bound without being printed.

    `is_lead_derived` marks lead agencies that the clause does not name (推定).
    """

    number: str
    title: str
    part: str = ""
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    is_lead_derived: bool = False
    title_en: str = ""

    @property
    def heading(self) -> Words:
        """The title in both languages; the printed one stands in where no translation is given."""
        return Words(self.title, self.title_en or self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target (目标) in its true kind.

    `value` [unit] is None for a qualitative target and for one that a higher level has not set yet; a target of kind
    RELATIVE_CHANGE, POINT_CHANGE, CUMULATIVE_SUM, INCREMENT or COUNT counts from the base year, so its way begins at 0.
    `base_year` is None where the plan prints none. `same_as` names the target that says the same thing elsewhere.
    """

    id: str
    clause: str
    indicator: str
    name: Words
    kind: TargetKind
    operator: Operator
    value: Decimal | None = None
    unit: str = ""
    scope: str = ""
    scope_name: str = ""
    base_year: int | None = None
    base_value: Decimal | None = None
    target_year: int | None = None
    tolerance_pct: Decimal | None = None
    hold_every_year: bool = False
    alt_group: str | None = None
    nature: Nature = Nature.INDICATIVE
    is_stretch: bool = False
    stretch_value: Decimal | None = None
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    is_lead_derived: bool = False
    phrase: str = ""
    remarks: tuple[Words, ...] = ()
    same_as: str | None = None

    @property
    def is_numeric(self) -> bool:
        """Tell whether there is a figure to compare with."""
        return self.value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One ordered action with its own object (任务), in our own words."""

    id: str
    clause: str
    title: str
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    due: date | None = None
    is_lead_derived: bool = False
    title_en: str = ""

    @property
    def heading(self) -> Words:
        """The title in both languages."""
        return Words(self.title, self.title_en or self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something odd found in the plan, shown beside what it touches (备注)."""

    id: str
    text: Words
    clauses: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A dated reference of the plan to something outside it, or a threshold it quotes (引用)."""

    id: str
    clause: str
    kind: str
    name: Words
    quoted: str
    unit: str = ""
    valid_from: date | None = None
    note: Words = UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """An annexed table as data (附件)."""

    number: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    title_en: str = ""

    @property
    def heading(self) -> Words:
        """The title in both languages."""
        return Words(self.title, self.title_en or self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Another edition of the same plan (版本), loadable beside this one."""

    id: str
    edition: str
    document_number: str = ""
    issued_on: date | None = None
    note: Words = UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One edition of a plan (规划、方案). `targets_note` says how its targets are counted."""

    id: str
    city: str
    title: str
    title_en: str = ""
    edition: str = ""
    document_number: str = ""
    issued_on: date | None = None
    clauses: tuple[Clause, ...] = ()
    targets: tuple[Target, ...] = ()
    tasks: tuple[Task, ...] = ()
    remarks: tuple[Remark, ...] = ()
    links: tuple[Link, ...] = ()
    annexes: tuple[Annex, ...] = ()
    editions: tuple[Edition, ...] = ()
    targets_note: Words = UNSAID

    @property
    def heading(self) -> Words:
        """The title in both languages."""
        return Words(self.title, self.title_en or self.title)

    def clause(self, number: str) -> Clause | None:
        """Return the clause of this number, or None (an annex is no clause)."""
        return next((clause for clause in self.clauses if clause.number == number), None)

    def target(self, target_id: str) -> Target | None:
        """Return the target of this id, or None."""
        return next((target for target in self.targets if target.id == target_id), None)

    def remarks_on(self, target: Target) -> tuple[Words, ...]:
        """Return what a reader of the target must know: its own remarks, then the plan's that name it."""
        return (*target.remarks, *(remark.text for remark in self.remarks if target.id in remark.targets))

    def alternatives(self, target: Target) -> tuple[Target, ...]:
        """Return every target of the either-or group (二选一) this one stands in, itself alone when in none."""
        if target.alt_group is None:
            return (target,)
        return tuple(other for other in self.targets if other.alt_group == target.alt_group)
