"""The arithmetic of scoring items, one function per kind of rule. All take the item and its inputs, none knows a policy number.

Values between two steps take the lower step. Points never fall below zero. An input that is missing leaves the item without
points: None, never zero.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from shuangkong.assessment.rubric import Criterion, Item
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain, round_gbt8170

Facts = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Points:
    """What an item earned and why (得分与理由). `points` is None where an input is missing; `is_met` is None where not asked."""

    points: Decimal | None
    reason: Words
    is_met: bool | None = None


def score_points(item: Item, max_points: Decimal, facts: Facts) -> Points:
    """Return the points of an item (单项得分).

    Parameters
    ----------
    item : Item
        The line of the table.
    max_points : Decimal
        What it is worth in the cycle. [points]
    facts : mapping of input name to Decimal
        A yes is 1, a no is 0; None is missing. [%, t or tce as the name says]

    Returns
    -------
    Points
        Unrounded.
    """
    if item.criteria:
        return _CRITERIA_RULES[item.rule](item, facts)
    missing = [name for name in item.inputs if facts.get(name) is None]
    if missing:
        listed = "、".join(missing)
        return Points(None, Words(f"缺少数据：{listed}", f"missing: {', '.join(missing)}"))
    return _RULES[item.rule](item, max_points, {name: figure for name, figure in facts.items() if figure is not None})


def _shown(figure: Decimal) -> str:
    return plain(round_gbt8170(figure, 2))


def _completion_pct(facts: Mapping[str, Decimal]) -> Decimal | None:
    target = facts["target_pct"]
    return facts["actual_reduction_pct"] / target * 100 if target > 0 else None


def _no_target(facts: Mapping[str, Decimal]) -> Points:
    return Points(None, Words(f"目标值 {_shown(facts['target_pct'])}% 不大于零，无法计算完成率", "the target is not above zero"))


def _bonus(item: Item, ahead: Decimal, step: Decimal) -> Decimal:
    if "bonus_points" not in item.parameters or ahead < step:
        return Decimal(0)
    steps = (ahead / step).to_integral_value(ROUND_FLOOR)
    return min(steps * item.parameters["bonus_points"], item.parameters["bonus_max"])


def _said_completion(facts: Mapping[str, Decimal], completion: Decimal) -> tuple[str, str]:
    actual, target = _shown(facts["actual_reduction_pct"]), _shown(facts["target_pct"])
    return (
        f"下降 {actual}%，目标 {target}%，完成率 {_shown(completion)}%",
        f"fell {actual} % against {target} %, completion {_shown(completion)} %",
    )


def _completion_steps(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    completion = _completion_pct(facts)
    if completion is None:
        return _no_target(facts)
    reached = [step["points"] for step in item.steps if completion >= step["at_least_pct"]]
    bonus = _bonus(item, completion - 100, item.parameters.get("bonus_step_pct", Decimal(100)))
    points = max(reached, default=Decimal(0)) + bonus
    zh, en = _said_completion(facts, completion)
    return Points(
        points,
        Words(f"{zh}，按低档取 {plain(points - bonus)} 分" + (f"，超额加 {plain(bonus)} 分" if bonus else ""),
              f"{en}, lower step {plain(points - bonus)}" + (f", bonus {plain(bonus)}" if bonus else "")),
        completion >= 100,
    )


def _completion_pass(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    completion = _completion_pct(facts)
    if completion is None:
        return _no_target(facts)
    met = completion >= 100
    bonus = _bonus(item, completion - 100, item.parameters.get("bonus_step_pct", Decimal(100)))
    zh, en = _said_completion(facts, completion)
    return Points((max_points if met else Decimal(0)) + bonus, Words(zh, en), met)


def _completion_linear(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    completion = _completion_pct(facts)
    if completion is None:
        return _no_target(facts)
    zh, en = _said_completion(facts, completion)
    share = min(max(completion, Decimal(0)), Decimal(100)) / 100
    return Points(max_points * share, Words(f"{zh}，按比例得分", f"{en}, in proportion"), completion >= 100)


def _progress(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    progress, time = facts["progress_pct"], facts["time_progress_pct"]
    met = progress >= time
    points = max_points if met else max(max_points * progress / time, Decimal(0))
    zh = f"累计进度 {_shown(progress)}%，时间进度 {_shown(time)}%" + ("，达到进度" if met else "，按比例得分")
    en = f"progress {_shown(progress)} % against elapsed {_shown(time)} %" + (", on course" if met else ", in proportion")
    return Points(points, Words(zh, en), met)


def _progress_pass(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    progress, time = facts["progress_pct"], facts["time_progress_pct"]
    met = progress >= time
    bonus = _bonus(item, progress - time, item.parameters.get("bonus_step_points", Decimal(100)))
    return Points(
        (max_points if met else Decimal(0)) + bonus,
        Words(f"累计进度 {_shown(progress)}%，应达 {_shown(time)}%", f"progress {_shown(progress)} %, due {_shown(time)} %"),
        met,
    )


def _year_and_cumulative(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    year = facts["actual_reduction_pct"] >= facts["target_pct"]
    cumulative = facts["progress_pct"] >= facts["time_progress_pct"]
    outcome = "both" if year and cumulative else "year_only" if year else "cumulative_only" if cumulative else "neither"
    zh = {"both": "年度和累计均完成", "year_only": "年度完成、累计未完成", "cumulative_only": "年度未完成、累计完成", "neither": "年度和累计均未完成"}
    en = {"both": "year and cumulative met", "year_only": "only the year met", "cumulative_only": "only cumulative met", "neither": "both missed"}
    figures = f"{_shown(facts['actual_reduction_pct'])}% / {_shown(facts['target_pct'])}%, {_shown(facts['progress_pct'])}% / {_shown(facts['time_progress_pct'])}%"
    return Points(item.outcomes[outcome], Words(f"{zh[outcome]}（{figures}）", f"{en[outcome]} ({figures})"), year or cumulative)


def _excess_pct(facts: Mapping[str, Decimal]) -> Decimal | None:
    target = facts["target_tce"]
    return (facts["actual_tce"] / target - 1) * 100 if target > 0 else None


def _excess_linear(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    excess = _excess_pct(facts)
    if excess is None:
        return Points(None, Words("总量目标不大于零", "the total target is not above zero"))
    if excess <= 0:
        return Points(max_points, Words(f"未超出总量目标，低 {_shown(-excess)}%", f"{_shown(-excess)} % below the total allowed"), True)
    points = max_points * max(1 - excess / item.parameters["zero_at_excess_pct"], Decimal(0))
    return Points(points, Words(f"超出总量目标 {_shown(excess)}%，按比例扣分", f"over the total by {_shown(excess)} %"), False)


def _excess_steps(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    excess = _excess_pct(facts)
    if excess is None:
        return Points(None, Words("总量目标不大于零", "the total target is not above zero"))
    if excess <= 0:
        return Points(max_points, Words(f"未超出总量目标，低 {_shown(-excess)}%", f"{_shown(-excess)} % below the total allowed"), True)
    step = next(step for step in sorted(item.steps, key=lambda step: -step["at_least_pct"]) if excess >= step["at_least_pct"])
    return Points(step["points"], Words(f"超出总量目标 {_shown(excess)}%", f"over the total by {_shown(excess)} %"), False)


def _not_exceeded(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    met = facts["actual_t"] <= facts["target_t"]
    figures = f"{_shown(facts['actual_t'])} / {_shown(facts['target_t'])}"
    return Points(
        max_points if met else Decimal(0),
        Words(f"{'未超出' if met else '超出'}控制目标（{figures}）", f"{'within' if met else 'over'} the cap ({figures})"),
        met,
    )


def _deduct(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    slips = facts["violations"]
    points = max(max_points - slips * item.parameters["points_each"], Decimal(0))
    each = plain(item.parameters["points_each"])
    return Points(points, Words(f"{plain(slips)} 件，每件扣 {each} 分", f"{plain(slips)} cases, {each} points each"), slips == 0)


def _share(item: Item, max_points: Decimal, facts: Mapping[str, Decimal]) -> Points:
    share = facts["share_pct"]
    return Points(
        max_points * min(max(share, Decimal(0)), Decimal(100)) / 100, Words(f"完成 {_shown(share)}%", f"{_shown(share)} % done"), share >= 100
    )


def _criterion_points(criterion: Criterion, figure: Decimal) -> Decimal:
    if criterion.at_least_pct is None:
        return criterion.points if figure >= 1 else Decimal(0)
    if figure >= criterion.at_least_pct:
        return criterion.points
    if criterion.otherwise_at_least_pct is not None and figure >= criterion.otherwise_at_least_pct:
        return criterion.otherwise_points or Decimal(0)
    return Decimal(0)


def _shared_points(criterion: Criterion, figure: Decimal) -> Decimal:
    return criterion.points * min(max(figure, Decimal(0)), Decimal(100)) / 100


def _criteria(earn: Callable[[Criterion, Decimal], Decimal]) -> Callable[[Item, Facts], Points]:
    def summed(item: Item, facts: Facts) -> Points:
        zh, en, points, missing = [], [], Decimal(0), False
        for criterion in item.criteria:
            figure = facts.get(criterion.input)
            if figure is None:
                missing = True
                zh.append(f"{criterion.name.zh}：无数据")
                en.append(f"{criterion.name.en}: no data")
                continue
            earned = earn(criterion, figure)
            points += earned
            zh.append(f"{criterion.name.zh}：{_shown(earned)}/{plain(criterion.points)}")
            en.append(f"{criterion.name.en}: {_shown(earned)}/{plain(criterion.points)}")
        full = sum((criterion.points for criterion in item.criteria), Decimal(0))
        return Points(None if missing else points, Words("；".join(zh), "; ".join(en)), None if missing else points == full)

    return summed


_RULES: Mapping[str, Callable[[Item, Decimal, Mapping[str, Decimal]], Points]] = {
    "completion_steps": _completion_steps,
    "completion_pass": _completion_pass,
    "completion_linear": _completion_linear,
    "progress": _progress,
    "progress_pass": _progress_pass,
    "year_and_cumulative": _year_and_cumulative,
    "excess_linear": _excess_linear,
    "excess_steps": _excess_steps,
    "not_exceeded": _not_exceeded,
    "deduct": _deduct,
    "share": _share,
}
_CRITERIA_RULES: Mapping[str, Callable[[Item, Facts], Points]] = {
    "criteria": _criteria(_criterion_points),
    "shares": _criteria(_shared_points),
}
ITEM_RULES = frozenset({*_RULES, *_CRITERIA_RULES})
"""The kinds of rule an item may name (计分算法)."""
