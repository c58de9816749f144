"""The register of reduction projects (减排项目台账): what of each project counts when all stand side by side.

Offsets and rights sold come off the project that produced them. Two projects on one unit never count the same tonnes:
the later one counts the further step only. Shares of a joint project add up to one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shuangkong.kernel.faults import InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.reduction import MajorPollutant, Reduction, equals
from shuangkong.pollution.verification import ReductionStage
from shuangkong.rules import RulesOnDay, RuleValue


class SharesDoNotAddUp(Refusal):
    """The shares of a joint project are not one together (分摊比例之和不为1)."""

    def __init__(self, project_id: str, total: Decimal) -> None:
        super().__init__(
            thing=Words(f"项目 {project_id} 分摊比例之和", f"shares of project {project_id}"),
            value=plain(total),
            rule=Words("各县分摊比例之和须等于 1", "must add up to 1"),
            remedy=Words("核对各行 share", "check `share` in each row"),
        )


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One project of the register with its computed reduction (台账条目).

    `unit_key` names facility and process unit; `share` is the county's part of a joint project.
    """

    project_id: str
    method: str
    pollutant: MajorPollutant
    reduction: Reduction
    offset_t: Decimal = Decimal(0)
    rights_sold_t: Decimal = Decimal(0)
    share: Decimal = Decimal(1)
    unit_key: str | None = None
    finished_on: date | None = None
    stage: ReductionStage | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What of an entry counts (计入量) and why not the rest; `working` where anything came off. [t/a]"""

    entry: RegisterEntry
    countable_t: Decimal
    working: str = ""
    warnings: tuple[Words, ...] = ()
    rules: tuple[RuleValue, ...] = ()


def countable_t(*, reduction_t: Decimal, offset_t: Decimal, rights_sold_t: Decimal) -> Decimal:
    """Return what is left of a reduction after offsets and rights sold (可计入减排量).

    Parameters
    ----------
    reduction_t : Decimal
        Computed. [t/a]
    offset_t, rights_sold_t : Decimal
        Given to new projects, and sold or used for substitution. [t/a]

    Returns
    -------
    Decimal
        Below zero when more was given away than reduced; kept and flagged. [t/a]

    Source
    ------
    2021年主要污染物总量减排核算技术指南：扣除区域削减；同一吨不得既抵又卖又计.

    Examples
    --------
    >>> countable_t(reduction_t=Decimal(100), offset_t=Decimal(15), rights_sold_t=Decimal(5))
    Decimal('80')
    """
    return reduction_t - offset_t - rights_sold_t


def count(entries: Sequence[RegisterEntry], *, rules: RulesOnDay) -> list[Counted]:
    """Return what counts of each entry, in the order given (台账计入量).

    Parameters
    ----------
    entries : sequence of RegisterEntry
        The whole register, so that meetings on one unit are seen.
    rules : RulesOnDay
        For the first day and the exclusive pairs.

    Returns
    -------
    list of Counted
        One per entry. Unrounded.

    Raises
    ------
    InputRefused
        If the shares of a joint project are not one together; all such projects are named.

    Source
    ------
    本系统防止重复计算约定；只计 2020 年底以后新增的减排能力.

    Examples
    --------
    >>> from shuangkong.pollution.reduction import State
    >>> from shuangkong.rules import at
    >>> halved = Reduction(State(Decimal(100)), State(Decimal(50)), "E0 − E1", "100 − 50")
    >>> entry = RegisterEntry(project_id="一污", method="W2", pollutant=MajorPollutant.COD, reduction=halved, offset_t=Decimal(20))
    >>> [each.countable_t for each in count([entry], rules=at(date(2023, 12, 31)))]
    [Decimal('30')]
    """
    _refuse_bad_shares(entries)
    counted = [_alone(entry, rules) for entry in entries]
    for positions in _meetings(entries).values():
        _settle(positions, counted, rules)
    return [_flag_negative(each) for each in _flag_pairs(counted, rules)]


def key_project_reduction_t(counted: Sequence[Counted]) -> dict[MajorPollutant, Decimal]:
    """Return what all projects together count, by pollutant (重点工程减排量).

    Parameters
    ----------
    counted : sequence of Counted
        As `count` returns them.

    Returns
    -------
    dict of MajorPollutant to Decimal
        In the order of the plan; only pollutants that have a project. Unrounded. [t/a]

    Source
    ------
    2021年主要污染物总量减排核算技术指南：各重点工程减排量之和.

    Examples
    --------
    >>> key_project_reduction_t([])
    {}
    """
    totals: dict[MajorPollutant, Decimal] = defaultdict(Decimal)
    for each in counted:
        totals[each.entry.pollutant] += each.countable_t
    return {pollutant: totals[pollutant] for pollutant in MajorPollutant if pollutant in totals}


def exclusive_pair(one: str, other: str, *, rules: RulesOnDay) -> RuleValue | None:
    """Return the rule that keeps two methods apart on one unit, None when there is none (互斥组合).

    Parameters
    ----------
    one, other : str
        Codes of two methods, in either order.
    rules : RulesOnDay
        For the table of pairs.

    Returns
    -------
    RuleValue or None
        How the pair is settled, and why.

    Source
    ------
    本系统防止重复计算约定.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> exclusive_pair("V2", "V1", rules=at(date(2023, 12, 31))).name.zh
    'V1 与 V2'
    """
    for rule in rules.book.below("pollution.exclusivity").values():
        line = rules.get(rule.path)
        if {one, other} == {line.value["one"], line.value["other"]}:
            return line
    return None


def _refuse_bad_shares(entries: Sequence[RegisterEntry]) -> None:
    shares: dict[tuple[str, str, MajorPollutant], Decimal] = defaultdict(Decimal)
    for entry in entries:
        shares[entry.project_id, entry.method, entry.pollutant] += entry.share
    refused = [SharesDoNotAddUp(project_id, total) for (project_id, _, _), total in shares.items() if total != 1]
    if len(refused) == 1:
        raise refused[0]
    if refused:
        raise InputRefused(fault for each in refused for fault in each.faults)


def _alone(entry: RegisterEntry, rules: RulesOnDay) -> Counted:
    first = rules.get("pollution.register.first_day")
    if entry.finished_on is not None and entry.finished_on < first.value:
        early = Words(f"{entry.finished_on} 完工，早于 {first.value}，不予认定", f"finished {entry.finished_on}, before {first.value}: rejected")
        return Counted(entry, Decimal(0), warnings=(early,), rules=(first,))
    if entry.stage is not None and not entry.stage.is_finished:
        stage = entry.stage.value
        return Counted(entry, Decimal(0), warnings=(Words(f"阶段为{stage}，不计入", f"stage {stage}: nothing counts"),))
    return Counted(entry, *_less_deductions(entry, entry.reduction.reduction_t))


def _less_deductions(entry: RegisterEntry, tonnes: Decimal) -> tuple[Decimal, str]:
    """Return what is left of the tonnes of a project for this entry, with the working where anything came off."""
    left_t = countable_t(reduction_t=tonnes * entry.share, offset_t=entry.offset_t, rights_sold_t=entry.rights_sold_t)
    letters, figures = "R", plain(tonnes)
    if entry.share != 1:
        letters, figures = f"{letters} × s", f"{figures} × {plain(entry.share)}"
    for letter, off_t in (("Eo", entry.offset_t), ("Es", entry.rights_sold_t)):
        if off_t:
            letters, figures = f"{letters} − {letter}", f"{figures} − {plain(off_t)}"
    return left_t, "" if letters == "R" else f"Rc = {letters} = {figures} {equals(left_t)} t"


def _meetings(entries: Sequence[RegisterEntry]) -> Mapping[tuple[str, MajorPollutant], list[int]]:
    """Return the positions of entries that meet on one unit, each list in the order of finishing."""
    found: dict[tuple[str, MajorPollutant], list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        if entry.unit_key:
            found[entry.unit_key, entry.pollutant].append(position)
    return {
        unit: sorted(positions, key=lambda position: (entries[position].finished_on or date.max, position))
        for unit, positions in found.items()
        if len({_claim(entries[position]) for position in positions}) > 1
    }


def _claim(entry: RegisterEntry) -> tuple[str, str]:
    return entry.project_id, entry.method


def _settle(positions: Sequence[int], counted: list[Counted], rules: RulesOnDay) -> None:
    """Let each later project on a unit count only what goes beyond the one recognised before it."""
    recognised = [position for position in positions if _is_counting(counted[position].entry, rules)]
    standing = recognised[0] if recognised else 0
    for later in recognised[1:]:
        if _claim(counted[standing].entry) == _claim(counted[later].entry):
            continue  # two places' shares of one project
        counted[later], is_settled = _further(counted[standing].entry, counted[later], rules)
        standing = later if is_settled else standing


def _further(before: RegisterEntry, later: Counted, rules: RulesOnDay) -> tuple[Counted, bool]:
    """Return what the later entry counts beyond the earlier one, and whether the two could be compared."""
    entry = later.entry
    rule = exclusive_pair(before.method, entry.method, rules=rules)
    is_once = rule is not None and rule.value["settlement"] == "once"
    step_t = None if is_once else _further_step_t(before, entry)
    one, other = f"{before.project_id}（{before.method}）", f"{entry.project_id}（{entry.method}）"
    why = Words(f"，{rule.value['reason']}", f": {rule.value['reason_en']}") if rule else Words("", "")
    used = (*later.rules, rule) if rule else later.rules
    if step_t is None:
        warning = Words(
            f"{one} 与 {other} 在同一单元重复{why.zh}，后者待核定，暂不计入",
            f"{one} and {other} overlap on one unit{why.en}; the later counts nothing until settled",
        )
        return replace(later, countable_t=Decimal(0), working="", warnings=(*later.warnings, warning), rules=used), False
    warning = Words(
        f"{one} 与 {other} 在同一单元{why.zh}，后者只计进一步削减 {plain(step_t)} t",
        f"{one} and {other} are on one unit{why.en}; the later counts the further {plain(step_t)} t",
    )
    left_t, working = _less_deductions(entry, step_t)
    return replace(later, countable_t=left_t, working=working, warnings=(*later.warnings, warning), rules=used), True


def _is_counting(entry: RegisterEntry, rules: RulesOnDay) -> bool:
    first: date = rules.get("pollution.register.first_day").value
    is_in_time = entry.finished_on is None or entry.finished_on >= first
    return is_in_time and (entry.stage is None or entry.stage.is_finished)


_BY_REMOVAL = ("W1", "W3", "W9")


def _further_step_t(before: RegisterEntry, entry: RegisterEntry) -> Decimal | None:
    """Return how far the later project goes beyond the earlier one's state; None where the two cannot be compared."""
    earlier, later = before.reduction.after, entry.reduction.after
    if before.method in _BY_REMOVAL and entry.method in _BY_REMOVAL:
        if earlier.removed_t is None or later.removed_t is None:
            return None
        return later.removed_t - earlier.removed_t
    if before.method in _BY_REMOVAL or entry.method in _BY_REMOVAL or "W4" in (before.method, entry.method):
        return None
    return earlier.discharged_t - later.discharged_t


def _flag_pairs(counted: Sequence[Counted], rules: RulesOnDay) -> list[Counted]:
    """Warn where one project claims by two methods that may count the same tonnes, and no unit says whether they do."""
    claimed: dict[tuple[str, MajorPollutant], list[str]] = defaultdict(list)
    flagged: list[Counted] = []
    for each in counted:
        entry = each.entry
        methods = claimed[entry.project_id, entry.pollutant]
        pairs = () if entry.unit_key else ((one, exclusive_pair(one, entry.method, rules=rules)) for one in methods)
        warnings = tuple(
            Words(
                f"{one} 与 {entry.method} 在同一项目可能重复计算：{rule.value['reason']}；同一单元的各行填写相同的 unit_key",
                f"{one} and {entry.method} of one project may count twice: {rule.value['reason_en']}; give both rows the same unit_key if so",
            )
            for one, rule in pairs
            if rule is not None
        )
        methods.append(entry.method)
        flagged.append(replace(each, warnings=(*each.warnings, *warnings)))
    return flagged


def _flag_negative(counted: Counted) -> Counted:
    if counted.countable_t >= 0 or counted.entry.reduction.reduction_t < 0:
        return counted
    warning = Words("可计入量为负：抵扣和出让多于减排量", "below zero: more was offset or sold than reduced")
    return replace(counted, warnings=(*counted.warnings, warning))
