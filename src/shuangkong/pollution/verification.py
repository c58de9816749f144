"""核查: what a claim is worth after checking — accepted, adjusted with a reason, or rejected.

Automatic checks return warnings for people to look into; deductions are decided by people and applied here. What is
claimed is never less than what is verified, nor that than what is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.reduction import MajorPollutant, Reduction
from shuangkong.rules import RulesOnDay, RuleValue


class ReductionStage(Enum):
    """Where a reduction project stands (项目阶段)."""

    PLANNED = "谋划"
    PREPARED = "前期"
    BUILDING = "在建"
    COMPLETED = "完工"
    RUNNING = "运行"
    VERIFYING = "核查"
    RECOGNISED = "认定"
    REMOVED = "剔除"

    @property
    def is_finished(self) -> bool:
        """Whether the project can have reduced anything."""
        return self not in _UNFINISHED and self is not ReductionStage.REMOVED


_UNFINISHED = (ReductionStage.PLANNED, ReductionStage.PREPARED, ReductionStage.BUILDING)


class UnknownDeduction(Refusal):
    """The deduction is not in the table (扣减规则未知)."""

    def __init__(self, code: str, known: Sequence[str]) -> None:
        super().__init__(
            thing=Words("扣减规则", "deduction"),
            value=code,
            rule=Words("不在扣减规则表中", "is not in the table of deductions"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


class DeductionNeedsFigure(Refusal):
    """The deduction says nothing without its figure (扣减缺少数值)."""

    def __init__(self, rule: RuleValue) -> None:
        super().__init__(
            thing=rule.name,
            value="",
            rule=Words("须给出非负的数值", "needs a figure of zero or more"),
            remedy=Words("上限或扣减填吨数，按比例填 0–100", "tonnes for a cap or a subtraction, 0–100 for a share"),
        )


@dataclass(frozen=True, slots=True)
class VerificationFinding:
    """One thing found by the verifiers (核查发现): the code of the rule and, where it needs one, its figure.

    `figure` is the most tonnes left for a cap, the share taken off for a share [%], or the tonnes of a subtraction.
    """

    code: str
    figure: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Deduction:
    """Tonnes taken off, with reason and rule (扣减)."""

    code: str
    deducted_t: Decimal
    reason: Words
    rule: RuleValue


@dataclass(frozen=True, slots=True)
class Verified:
    """A claim after verification (核查结果): 申报 ≥ 核定 ≥ 计入."""

    claimed_t: Decimal
    verified_t: Decimal
    counted_t: Decimal
    deductions: tuple[Deduction, ...]
    is_pending: bool
    is_removed: bool


_STEPS = ("zero", "remove", "pending", "cap", "share", "subtract")


def verify(*, claimed_t: Decimal, findings: Sequence[VerificationFinding], rules: RulesOnDay) -> Verified:
    """Return what a claim is worth after the findings (减排量核查).

    What voids the claim goes first, then caps, then shares, then subtractions. `verified_t` is what stands as a fact
    after the first three; offsets, rights sold and what is counted elsewhere come off `counted_t` only. A negative
    claim is kept as it is.

    Parameters
    ----------
    claimed_t : Decimal
        As reported. [t/a]
    findings : sequence of VerificationFinding
        What the verifiers found.
    rules : RulesOnDay
        For the table of deductions.

    Returns
    -------
    Verified
        Unrounded, every deduction with its reason. [t/a]

    Raises
    ------
    UnknownDeduction, DeductionNeedsFigure
        If a finding cannot be applied.

    Source
    ------
    本系统核查扣减约定；区域削减与排污权扣除见 2021年主要污染物总量减排核算技术指南.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> found = [VerificationFinding("effluent_above_standard", Decimal(10)), VerificationFinding("offset_given", Decimal(20))]
    >>> checked = verify(claimed_t=Decimal(100), findings=found, rules=at(date(2023, 12, 31)))
    >>> checked.verified_t, checked.counted_t
    (Decimal('90'), Decimal('70'))
    """
    applied = sorted(
        ((_deduction_rule(finding, rules), finding) for finding in findings), key=lambda pair: _STEPS.index(pair[0].value["effect"])
    )
    verified_t = counted_t = claimed_t
    deductions: list[Deduction] = []
    for rule, finding in applied:
        figure = finding.figure if finding.figure is not None else Decimal(0)
        left_t = _left(rule.value["effect"], counted_t, figure)
        if rule.value["effect"] != "subtract":
            verified_t = left_t
        deductions.append(Deduction(finding.code, counted_t - left_t, rule.name, rule))
        counted_t = left_t
    effects = {rule.value["effect"] for rule, _ in applied}
    return Verified(claimed_t, verified_t, counted_t, tuple(deductions), "pending" in effects, "remove" in effects)


def _deduction_rule(finding: VerificationFinding, rules: RulesOnDay) -> RuleValue:
    known = rules.book.below("pollution.deductions")
    if finding.code not in known:
        raise UnknownDeduction(finding.code, sorted(known))
    rule = rules.get(f"pollution.deductions.{finding.code}")
    needs_figure = rule.value["effect"] in {"cap", "share", "subtract"}
    is_share = rule.value["effect"] == "share"
    if needs_figure and (finding.figure is None or finding.figure < 0 or (is_share and finding.figure > 100)):
        raise DeductionNeedsFigure(rule)
    return rule


def _left(effect: str, standing_t: Decimal, figure: Decimal) -> Decimal:
    if effect in {"zero", "remove", "pending"}:
        return min(standing_t, Decimal(0))
    if effect == "cap":
        return min(standing_t, figure)
    if effect == "share":
        return standing_t - max(standing_t, Decimal(0)) * figure / 100
    return standing_t - figure


def reversed_levels(recognised_t: Sequence[tuple[str, Decimal | None]]) -> tuple[Words, ...]:
    """Return a flag for each level that recognised more than the one before it (逐级认定倒挂).

    Parameters
    ----------
    recognised_t : sequence of (level, tonnes)
        From the enterprise upwards; None where a level has not decided. [t]

    Returns
    -------
    tuple of Words
        Empty when claimed ≥ county ≥ city ≥ province ≥ state.

    Source
    ------
    本系统约定：上级认定量不大于下级.

    Examples
    --------
    >>> [flag.zh for flag in reversed_levels([("企业", Decimal(10)), ("县", None), ("市", Decimal(12))])]
    ['市认定 12 t 大于企业的 10 t']
    """
    decided = [(level, tonnes) for level, tonnes in recognised_t if tonnes is not None]
    return tuple(
        Words(f"{upper}认定 {plain(more)} t 大于{lower}的 {plain(less)} t", f"{upper}: {plain(more)} t exceeds {lower}: {plain(less)} t")
        for (lower, less), (upper, more) in pairwise(decided)
        if more > less
    )


_MUNICIPAL = ("W1", "W3")
_SMALL_SHARES = ("voc_before_pct", "voc_after_pct", "oxygen_pct", "reference_oxygen_pct")  # below 1 % in good order
_NAMED_REMOVALS = ("removal_pct", "removal_before_pct", "removal_after_pct", "control_before_pct", "control_after_pct")


def automatic_checks(
    *,
    method: str,
    pollutant: MajorPollutant,
    inputs: Mapping[str, Decimal],
    reduction: Reduction,
    design_10k_m3: Decimal | None,
    rules: RulesOnDay,
) -> tuple[Words, ...]:
    """Return what looks wrong in one project's figures (自动校核); warnings, never a refusal.

    Parameters
    ----------
    method : str
        Code of the method.
    pollutant : MajorPollutant
        What is accounted.
    inputs : mapping of str to Decimal
        The figures by their names.
    reduction : Reduction
        The result.
    design_10k_m3 : Decimal or None
        Design volume of the works, where known. [万m³/a]
    rules : RulesOnDay
        For the thresholds.

    Returns
    -------
    tuple of Words

    Source
    ------
    本系统减排量自动校核约定.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.pollution.reduction import State
    >>> from shuangkong.rules import at
    >>> rise = Reduction(State(Decimal(3)), State(Decimal(5)), "E0 − E1", "3 − 5")
    >>> found = automatic_checks(method="V5", pollutant=MajorPollutant.VOCS, inputs={}, reduction=rise, design_10k_m3=None,
    ...                          rules=at(date(2023, 12, 31)))
    >>> [warning.en for warning in found]
    ['negative: discharge rose; kept and flagged']
    """
    found: list[Words] = []
    if reduction.reduction_t < 0:
        found.append(Words("减排量为负，保留并标记：改造后排放高于改造前", "negative: discharge rose; kept and flagged"))
    elif reduction.reduction_t == 0:
        found.append(Words("减排量为零", "no reduction at all"))
    if method in _MUNICIPAL and pollutant is MajorPollutant.COD:
        found.extend(_influent_warnings(inputs, rules))
    if inputs.get("influent_before_mg_l") and "volume_before_10k_m3" not in inputs:
        found.append(Words("给了改造前浓度而无改造前水量，按新建计", "concentrations before but no volume before: taken as a new plant"))
    found.extend(
        Words(f"{name} 为 {plain(share)}%，是否误填小数？百分数按 0–100 填写", f"{name} is {plain(share)} %: a fraction by mistake? Write 0–100")
        for name, share in inputs.items()
        if 0 < share < 1 and name.endswith("_pct") and name not in _SMALL_SHARES
    )
    found.extend(_removal_warnings(method, inputs, rules))
    hours_most = rules.get("pollution.checks.hours_per_year").number
    if inputs.get("hours", Decimal(0)) > hours_most:
        found.append(Words(f"年运行小时数大于 {plain(hours_most)}", f"more than {plain(hours_most)} hours a year"))
    load_most = rules.get("pollution.checks.design_load_most").number
    volume = inputs.get("volume_after_10k_m3", inputs.get("volume_10k_m3"))
    if design_10k_m3 and volume is not None and volume > design_10k_m3 * load_most:
        found.append(Words(f"处理水量大于设计规模的 {plain(load_most)} 倍", f"volume above {plain(load_most)} times the design"))
    return tuple(found)


def _influent_warnings(inputs: Mapping[str, Decimal], rules: RulesOnDay) -> list[Words]:
    least = rules.get("pollution.checks.cod_influent_least_mg_l").number
    most = rules.get("pollution.checks.cod_influent_most_mg_l").number
    bounds = f"{plain(least)}–{plain(most)} mg/L"
    return [
        Words(f"进水COD {plain(inputs[name])} mg/L 不在 {bounds} 内", f"influent COD {plain(inputs[name])} mg/L outside {bounds}")
        for name in ("influent_before_mg_l", "influent_after_mg_l")
        if inputs.get(name) and not least <= inputs[name] <= most
    ]


def _removal_warnings(method: str, inputs: Mapping[str, Decimal], rules: RulesOnDay) -> list[Words]:
    limit = rules.get("pollution.checks.removal_limit_pct").number
    found = [
        Words(f"去除率 {plain(inputs[name])}% 不低于 {plain(limit)}%", f"removal of {plain(inputs[name])} % is not below {plain(limit)} %")
        for name in _NAMED_REMOVALS
        if inputs.get(name, Decimal(0)) >= limit
    ]
    for state, zh in (("before", "改造前"), ("after", "改造后")):
        influent, effluent = inputs.get(f"influent_{state}_mg_l"), inputs.get(f"effluent_{state}_mg_l")
        if not influent or effluent is None:
            continue
        if effluent > influent:
            found.append(Words(f"{zh}出水浓度高于进水", f"{state}: effluent above influent"))
        elif (influent - effluent) * 100 >= limit * influent:
            found.append(Words(f"{zh}去除率不低于 {plain(limit)}%", f"{state}: removal is not below {plain(limit)} %"))
    return found
