"""Scoring as operations: one line of a table, and the grade of a score."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from shuangkong import rules
from shuangkong.assessment.rubric import Criterion, Cycle, Item, Rubric, find_rubric
from shuangkong.assessment.scorecard import grade_of
from shuangkong.assessment.scorecard import score_item as score_one
from shuangkong.energy.progress import progress
from shuangkong.kernel.rounding import plain
from shuangkong.services.compute.operation import Inputs, Operation, Outcome

# Other words for the same input, so that the outputs of one operation can be put into the next.
_ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "actual_reduction_pct": ("reduction_pct", "actual_pct", "annual_reduction_pct"),
    "target_pct": ("target_reduction_pct", "annual_target_pct"),
    "progress_pct": ("progress_log_pct", "cumulative_progress_pct", "saving_progress_pct"),
    "time_progress_pct": ("time_pct", "due_pct"),
    "actual_tce": ("energy_tce", "actual_energy_tce", "actual"),
    "target_tce": ("total_target_tce", "target", "cap_tce"),
    "actual_t": ("coal_t", "actual"),
    "target_t": ("coal_target_t", "coal_cap_t", "target", "cap_t"),
    "violations": ("violation_count", "count"),
    "share_pct": ("completion_pct", "met_share_pct"),
    "completion_pct": ("completion_ratio_pct", "ratio_pct"),
}
_WHOLE = Decimal(100)
_NEVER_NEGATIVE = {"violations", "actual_tce", "target_tce", "actual_t", "target_t", "time_progress_pct", "share_pct"}


def score_item(inputs: Inputs) -> Outcome:
    """单项计分 / points of one line of a scoring table."""
    rubric = _rubric(inputs)
    item = rubric.item(inputs.text("item"))
    cycle = Cycle(inputs.optional_text("cycle", among=[cycle.value for cycle in Cycle]) or Cycle.ANNUAL.value)
    facts = _facts(inputs, item, cycle)
    inputs.done()
    score = score_one(rubric, item, facts, cycle)
    vetoed = score.is_met is False and any(veto.missed == (item.code,) for veto in rubric.vetoes)
    return Outcome(
        {"points": score.points, "max": score.max_points, "vetoed": vetoed, "reason": score.reason.zh, "met": score.is_met},
        f"{rubric.name.zh}第{item.code}项“{item.name.zh}”：{score.reason.zh}，得 {'—' if score.points is None else plain(score.points)} 分（满分 {plain(score.max_points)}）",
        [rubric.rule],
    )


def grade(inputs: Inputs) -> Outcome:
    """评定等次 / grade of a score."""
    rubric = _rubric(inputs)
    score, is_target_met = inputs.decimal("score", low=0), inputs.flag("target_met")
    inputs.done()
    name = grade_of(rubric, score=score, is_target_met=is_target_met)
    bands = "，".join(f"{band.name}≥{plain(band.at_least)}" for band in rubric.grades)
    return Outcome({"grade": name}, f"{plain(score)} 分，约束性目标{'完成' if is_target_met else '未完成（否决）'}；{bands}：{name}", [rubric.rule])


def _rubric(inputs: Inputs) -> Rubric:
    day = inputs.day("on") if inputs.has("on") else date.max
    return find_rubric(rules.book(), inputs.text("rubric"), day)


def _facts(inputs: Inputs, item: Item, cycle: Cycle) -> dict[str, Decimal | None]:
    if item.criteria:
        return {part.input: _criterion(inputs, part, is_met_or_not=item.rule == "criteria") for part in item.criteria}
    asked = item.asked(cycle)
    for name, fact in asked.items():
        inputs.also_called(name, *_ALSO_CALLED.get(name, ()), fact)
    known = _derived(inputs, asked)
    return {name: known[name] if name in known else inputs.decimal(name, low=0 if name in _NEVER_NEGATIVE else None) for name in asked}


def _derived(inputs: Inputs, asked: Mapping[str, str]) -> dict[str, Decimal]:
    """Return what the table looks at where the caller gives the ratio, the excess, the verdict or the years instead."""
    known: dict[str, Decimal] = {}
    if {"actual_reduction_pct", "progress_pct"} <= set(asked):
        known |= _verdict(inputs, "year_met", "actual_reduction_pct", "target_pct")
        known |= _verdict(inputs, "cumulative_met", "progress_pct", "time_progress_pct")
    elif "actual_reduction_pct" in asked:
        inputs.also_called("completion_pct", *_ALSO_CALLED["completion_pct"])
        if inputs.has("completion_pct"):
            known |= {"actual_reduction_pct": inputs.decimal("completion_pct"), "target_pct": _WHOLE}
    for actual, target in (("actual_tce", "target_tce"), ("actual_t", "target_t")):
        if actual in asked and inputs.has("excess_pct"):
            known |= {actual: _WHOLE + inputs.decimal("excess_pct", low=-_WHOLE), target: _WHOLE}
    if "progress_pct" in asked and "progress_pct" not in known and inputs.has("cumulative_reduction_pct"):
        known |= _measured(inputs)
    elif "time_progress_pct" in asked and "time_progress_pct" not in known and inputs.has("years_elapsed"):
        known["time_progress_pct"] = inputs.decimal("years_elapsed", low=0) / inputs.decimal("years_total", low=1) * _WHOLE
    return known


def _verdict(inputs: Inputs, name: str, actual: str, target: str) -> dict[str, Decimal]:
    """A yes or no stands for all or nothing of its target."""
    return {actual: _WHOLE * inputs.flag(name), target: _WHOLE} if inputs.has(name) else {}


def _measured(inputs: Inputs) -> dict[str, Decimal]:
    found = progress(
        cumulative_reduction_pct=inputs.decimal("cumulative_reduction_pct"),
        target_pct=inputs.decimal("five_year_target_pct" if inputs.has("five_year_target_pct") else "target_pct"),
        years_elapsed=inputs.decimal("years_elapsed"),
        years_total=inputs.decimal("years_total"),
    )
    return {"progress_pct": found.progress_log_pct, "time_progress_pct": found.time_progress_pct}


def _criterion(inputs: Inputs, part: Criterion, *, is_met_or_not: bool) -> Decimal | None:
    inputs.also_called(part.input, part.code, *part.name)
    if not inputs.has(part.input):
        return None
    if is_met_or_not and (part.at_least_pct is None or inputs.says_yes_or_no(part.input)):
        return inputs.flag(part.input) * (part.at_least_pct or Decimal(1))
    return inputs.decimal(part.input)


OPS: dict[str, Operation] = {"score_item": score_item, "grade": grade}
