"""The dual-high catalogue: what counts as a dual-high project, and its stage as dated entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Fault, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue
from shuangkong.rules.naming import entries_named, folded
from shuangkong.rules.schema import Rule

SECTORS = "projects.dual_high_sectors"
SUBSECTORS = "projects.dual_high_subsectors"
THRESHOLDS = "projects.dual_high_thresholds"


class MissingSubsector(Refusal):
    """The sub-sector decides and was not given (缺少行业小类)."""

    def __init__(self, sector: str) -> None:
        super().__init__(
            thing=Words("行业小类", "sub-sector"),
            value=sector,
            rule=Words("该能耗规模是否属于两高取决于行业小类，但未给出", "decides at this size, and is missing"),
            remedy=Words("补充行业小类，如 水泥、氮肥、铁合金", "give it, such as cement, nitrogen fertiliser, ferro-alloys"),
        )


class NegativeProjectEnergy(Refusal):
    """Energy of a project below zero (项目能耗为负)."""

    def __init__(self, energy_tce: Decimal) -> None:
        super().__init__(
            thing=Words("项目年综合能耗", "annual energy of the project"),
            value=plain(energy_tce),
            rule=Words("不应为负", "cannot be negative"),
            remedy=Words("核对能耗", "check the figure"),
        )


@dataclass(frozen=True, slots=True)
class DualHighFinding:
    """Whether a project is dual-high, its class, and why (两高判定)."""

    is_dual_high: bool
    project_class: str | None
    reason: Words
    rules: tuple[RuleValue, ...]


def dual_high_finding(
    sector: str, *, subsector: str | None, equivalent_tce: Decimal, rules: RulesOnDay
) -> DualHighFinding:
    """Return whether a project belongs to the dual-high catalogue (两高项目判定).

    Parameters
    ----------
    sector : str
        Name or GB/T 4754 code; the name of a listed sub-sector will do.
    subsector : str or None
        Name or GB/T 4754 code. Decides between the two thresholds.
    equivalent_tce : Decimal
        Annual energy at the **equivalent** value; of a rebuilt project, after the change. [tce]
    rules : RulesOnDay
        The day decides the catalogue.

    Returns
    -------
    DualHighFinding
        Class "1", "2" or None.

    Raises
    ------
    MissingSubsector, NegativeProjectEnergy, NoRuleOnDay
        If the sub-sector decides and is missing, energy is negative, or no catalogue held.

    Source
    ------
    河南省“两高”项目管理目录（2021年）.

    Examples
    --------
    >>> from shuangkong import rules
    >>> on = rules.at(date(2023, 6, 30))
    >>> [dual_high_finding("建材", subsector="水泥", equivalent_tce=Decimal(tce), rules=on).project_class for tce in (9999, 10000, 49999, 50000)]
    [None, '2', '2', '1']
    """
    if equivalent_tce < 0:
        raise NegativeProjectEnergy(equivalent_tce)
    first, second = rules.get(f"{THRESHOLDS}.class_1"), rules.get(f"{THRESHOLDS}.class_2")
    sectors, subsectors = rules.book.below(SECTORS), rules.book.below(SUBSECTORS)
    steps = _classified(subsectors, sector if subsector is None else subsector)
    owner = next(iter(_classified(sectors, sector) or _owners(subsectors, steps) or _owners(subsectors, _classified(subsectors, sector))), None)
    if equivalent_tce < second.number:
        return DualHighFinding(False, None, Words(f"年综合能耗低于 {plain(second.number)} tce", f"below {plain(second.number)} tce"), (second,))
    if owner is None:
        return DualHighFinding(False, None, Words("不在目录所列行业", "the sector is not in the catalogue"), (first, second))
    if equivalent_tce >= first.number:
        rule = rules.get(f"{SECTORS}.{owner}")
        return DualHighFinding(
            True, rule.value, Words(f"{rule.name.zh}行业，达到 {plain(first.number)} tce", f"{rule.name.en}, {plain(first.number)} tce or more"), (rule, first)
        )
    if steps:
        rule = rules.get(f"{SUBSECTORS}.{steps[0]}")
        by_code = (subsector or sector).strip().lstrip("CcDd").isdigit()
        wider = Words("（按行业代码判断，须核对具体工序）", " (by code: check the very process)") if by_code else Words("", "")
        reason = Words(f"{rule.name.zh}，{plain(second.number)} tce 及以上{wider.zh}", f"{rule.name.en}, {plain(second.number)} tce or more{wider.en}")
        return DualHighFinding(True, rule.value, reason, (rule, first, second))
    if subsector is None:
        raise MissingSubsector(sector)
    return DualHighFinding(False, None, Words("不在目录所列小类", "the sub-sector is not in the catalogue"), (first, second))


def _classified(entries: Mapping[str, Rule], text: str) -> tuple[str, ...]:
    """Keys that a name means, or that a GB/T 4754 code falls under: a listed code covers the longer ones below it."""
    named = entries_named(entries, text)
    code = folded(text).removeprefix("c").removeprefix("d")
    if named or not code.isdigit():
        return named
    return tuple(key for key, rule in entries.items() if any(code.startswith(listed) for listed in rule.labels["gbt4754"]))


def _owners(subsectors: Mapping[str, Rule], steps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(subsectors[step].labels["sector"]) for step in steps)


class ProjectStage(Enum):
    """Where a project stands (项目状态)."""

    PROPOSED = "拟建"
    BUILDING = "在建"
    EXISTING = "存量"

    @property
    def order(self) -> int:
        """Its place on the way from proposal to operation."""
        return list(ProjectStage).index(self)


class StageGoesBack(Refusal):
    """A stage entry contradicts an earlier one (项目状态倒退)."""

    def __init__(self, project_id: str, stage: ProjectStage, day: date) -> None:
        super().__init__(
            thing=Words(f"项目 {project_id} 状态", f"stage of project {project_id}"),
            value=f"{stage.value} {day.isoformat()}",
            rule=Words("状态只能按 拟建→在建→存量 前进，日期不早于上一条", "moves only from proposed to building to existing, in order of dates"),
            remedy=Words("核对日期；登记有误时以更正记录说明原因", "check the date; an entry made in error is corrected with a reason"),
        )


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A stage from a day on, with the reason of the change (状态记录)."""

    stage: ProjectStage
    effective_date: date
    reason: str


@dataclass(frozen=True, slots=True)
class DualHighProject:
    """A project of the register: its stages are appended, never rewritten (两高项目)."""

    project_id: str
    name: str
    sector: str
    subsector: str | None
    equivalent_tce: Decimal
    stages: tuple[StageEntry, ...] = ()
    consents: frozenset[str] = frozenset()

    def moved(self, entry: StageEntry) -> "DualHighProject":
        """Return the project with one more stage entry; raise `StageGoesBack`."""
        last = self.stages[-1] if self.stages else None
        if last is not None and (entry.stage.order <= last.stage.order or entry.effective_date < last.effective_date):
            raise StageGoesBack(self.project_id, entry.stage, entry.effective_date)
        return DualHighProject(
            self.project_id, self.name, self.sector, self.subsector, self.equivalent_tce, (*self.stages, entry), self.consents
        )

    def stage_on(self, day: date) -> ProjectStage | None:
        """Return the stage that held on `day`, None before the first entry."""
        held = [entry.stage for entry in self.stages if entry.effective_date <= day]
        return held[-1] if held else None

    def joint_review_faults(self, needed: frozenset[str]) -> tuple[Fault, ...]:
        """Return what the joint review (会商联审) still lacks: one red flag per agency without consent."""
        return tuple(
            Fault(
                Words(f"项目 {self.project_id} 会商联审", f"joint review of project {self.project_id}"), agency,
                Words("未出具联审意见", "has given no consent"), Words("补办会商联审", "obtain it"),
            )
            for agency in sorted(needed - self.consents)
        )
