"""Kinds of rule that look for figures nobody measured: repeated, copied, rounded, aimed, smoothed.

Measured figures wander; invented ones wander too little, too evenly, or stop where a number ends. Each rule here compares a
figure with how the same unit's figures behaved before, so that a coarse weighbridge or a fixed contract is no finding.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import exp, log

from shuangkong.checks.catalogue import Binding, Check, Findings, Kind
from shuangkong.checks.digits import fineness, graduated, habit_step, significant_digits
from shuangkong.checks.model import Dossier
from shuangkong.checks.robust import log_ratios, median, poisson_tail_log10, present, root_mean_square, shown, spread
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain

YEAR = 12


def flat_run(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """The last `periods` figures, or their steps, are the same within `within_pct` (数列不变、等差)."""
    code, near = bound.one("figure"), check.near
    is_step = check.options["of"] == "step"
    length = int(check.limits["periods"]) + is_step
    run = dossier.numbers(code)[-length:]
    if len(run) < length or any(figure is None or figure <= 0 for figure in run):
        return
    told = present(run)
    looked = [after - before for before, after in pairwise(told)] if is_step else told
    centre = median(looked)
    least_step = near["least_step_pct"] / 100 * median(told) if is_step else 0
    if abs(centre) <= least_step or max(looked) - min(looked) > near["within_pct"] / 100 * abs(centre):
        return
    if fineness(dossier, code, length) < check.limits["least_steps"]:
        return
    name, periods = dossier.called(code), int(check.limits["periods"])
    what = Words(f"每期相差 {shown(centre)}", f"steps of {shown(centre)}") if is_step else Words(f"都约为 {shown(centre)}", f"all about {shown(centre)}")
    yield check.finding(
        dossier, (code,),
        odd=Words(f"{name.zh}连续 {periods} 期{what.zh}，相差不到 {shown(near['within_pct'])}%", f"{name.en}: {periods} periods, {what.en}, within {shown(near['within_pct'])}%"),
        usual=Words("实测数逐期有起伏", "measured figures wander"),
    )  # fmt: skip


def copied(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Figures equal to, or one factor times, those of last year; of the period before; of another unit (照抄)."""
    match check.options["source"]:
        case "last_year":
            yield from _copied_from_last_year(check, bound.one("figure"), dossier)
        case "scaled_last_year":
            yield from _scaled_from_last_year(check, bound.one("figure"), dossier)
        case "period_before":
            yield from _copied_from_before(check, bound, dossier)
        case "peer":
            yield from _copied_from_peer(check, bound, dossier)


def _copied_from_last_year(check: Check, code: str, dossier: Dossier) -> Findings:
    series, window, lag = dossier.series(code), int(check.limits["periods"]), dossier.per_year
    if not lag or len(series) < lag + window:
        return
    if series[-1] is None or series[-1] != series[-1 - lag]:
        return
    digits = [
        significant_digits(figure) for place in range(1, window + 1)
        if (figure := series[-place]) is not None and figure == series[-place - lag] and significant_digits(figure) >= check.limits["least_digits_each"]
    ]  # fmt: skip
    same = len(digits)
    if same >= check.limits["least_equal"] and sum(digits) >= check.limits["least_digits"]:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,),
            odd=Words(f"{name.zh}近 {window} 期中有 {same} 期与上年同期完全相同", f"{name.en}: {same} of the last {window} periods equal the year before to the digit"),
            usual=Words("同月相同的实测数很少见", "measured figures hardly ever repeat"),
        )  # fmt: skip


def _scaled_from_last_year(check: Check, code: str, dossier: Dossier) -> Findings:
    numbers, window, lag = dossier.numbers(code), int(check.limits["periods"]), dossier.per_year
    if not lag or len(numbers) < lag + window:
        return
    ratios = log_ratios(numbers[-window:], numbers[-window - lag : -lag])
    told = present(ratios)
    if len(told) < window or max(told) - min(told) > check.near["within_pct"] / 100 + 2 / check.near["least_steps"]:
        return
    steps = fineness(dossier, code, window)
    if steps >= check.limits["least_steps"] and max(told) - min(told) <= check.near["within_pct"] / 100 + 2 / steps:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,),
            odd=Words(
                f"{name.zh}连续 {window} 期都是上年同期的 {shown(exp(median(told)))} 倍", f"{name.en}: {window} periods all {shown(exp(median(told)))} times the year before"
            ),
            usual=Words("同比逐月不同", "the ratio to last year differs from month to month"),
        )  # fmt: skip


def _copied_from_before(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    same = [
        code for code in bound.many("figure")
        if dossier.history and (figure := dossier.value(code)) is not None and figure == dossier.series(code)[-2]
        and significant_digits(figure) >= check.limits["least_digits_each"]
    ]  # fmt: skip
    if len(same) >= check.limits["least_equal"]:
        yield check.finding(
            dossier, tuple(same),
            odd=Words(f"{len(same)} 项与上期完全相同", f"{len(same)} figures equal the period before to the digit"),
            usual=Words("各项同时不变的实测数很少见", "measured figures do not stand still together"),
        )  # fmt: skip


def _copied_from_peer(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    shared: dict[str, list[str]] = {}
    for code in bound.many("figure"):
        figure = dossier.value(code)
        if figure is None or significant_digits(figure) < check.limits["least_digits_each"]:
            continue
        for org in dossier.peers.with_value(code, figure):
            if org != dossier.org:
                shared.setdefault(org, []).append(code)
    for org, codes in shared.items():
        digits = sum(significant_digits(figure) for code in codes if (figure := dossier.value(code)) is not None)
        # A figure that agrees to the digit counts for its digits, and once more for being another agreement.
        if len(codes) >= check.limits["least_equal"] and digits + len(codes) >= check.limits["least_digits"]:
            yield check.finding(
                dossier, tuple(codes),
                odd=Words(f"{len(codes)} 项与单位 {org} 同期完全相同", f"{len(codes)} figures equal those of {org} to the digit"),
                usual=Words("两个单位不会有多项实测数相同", "two units do not share several measured figures"),
            )  # fmt: skip


def round_figures(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """More round figures in a year than chance and the unit's own weighing allow (整数偏多)."""
    code = bound.one("figure")
    steps = graduated(dossier, code)
    if len(steps) < int(check.limits["periods"]) + int(check.limits["least_history"]):
        return
    recent, earlier = steps[-int(check.limits["periods"]) :], steps[: -int(check.limits["periods"])]
    told = [step for step in earlier if step]
    if len(told) < check.limits["least_history"] or len(set(told)) < 4:
        return  # how coarsely the unit measures is not known yet
    habit = habit_step(told)
    for zeros, least_name in ((100, "least_hundreds"), (10, "least_tens")):
        large = [step // habit for step in recent if step and step // habit >= 10 * zeros and step % habit == 0]
        count = sum(step % zeros == 0 for step in large)
        if count >= check.limits[least_name]:
            name, share = dossier.called(code), plain((Decimal(100) / zeros).normalize())
            yield check.finding(
                dossier, (code,),
                odd=Words(
                    f"{name.zh}近 {len(recent)} 期中有 {count} 期末 {len(str(zeros)) - 1} 位为零", f"{name.en}: {count} of {len(recent)} figures end in {len(str(zeros)) - 1} zeros"
                ),
                usual=Words(f"实测数约 {share}% 如此", f"about {share}% of measured figures do"),
            )  # fmt: skip
            return


def on_target(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A year's figure exactly on its target, or better by no more than `within_pct` (恰好达标)."""
    code = bound.one("figure")
    target, figure = dossier.targets.get(code), dossier.value(code)
    if target is None or figure is None or not target.value or not dossier.closes_year:
        return
    better = target.value - figure if target.is_ceiling else figure - target.value
    steps = graduated(dossier, code)[-1] or 0
    finest = abs(figure) / steps if steps else Decimal(0)
    if steps >= check.limits["least_steps"] and 0 <= better <= max(abs(target.value) * check.limits["within_pct"] / 100, finest):
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,), evidence={code: figure, f"target:{code}": target.value},
            odd=Words(
                f"{name.zh} {dossier.said(code)} 与目标 {dossier.said(code, target.value)} 只差 {plain(better)}",
                f"{name.en} {dossier.said(code)} is {plain(better)} from the target {dossier.said(code, target.value)}",
            ),
            usual=Words(f"落在目标 {plain(check.limits['within_pct'])}% 之内很少见", f"within {plain(check.limits['within_pct'])}% of a target is rare"),
        )  # fmt: skip


def period_end(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """The last period of the year off its activity, or taken back in the first of the next (年末突变、跨年冲回)."""
    code, near, numbers = bound.one("figure"), check.near, dossier.numbers(bound.one("figure"))
    is_reversal = check.options["shape"] == "reversal"
    if not (dossier.period.start.month == 1 if is_reversal else dossier.closes_year) or not dossier.per_year:
        return
    tail = 2 if is_reversal else 1
    for driver in bound.many("driver")[:1]:
        shares = log_ratios(numbers, dossier.numbers(driver))
        past, ends = present(shares[-tail - 2 * YEAR : -tail]), shares[-tail:]
        working = present(dossier.numbers(driver)[-tail - YEAR :])
        if not working or min(working[-tail:]) < near["driver_least_pct"] / 100 * median(working):
            return  # near a standstill the base load rules
        recent = present(shares[-tail - YEAR + 1 : -tail])
        if len(past) < near["least_history"] or len(recent) < near["least_history"] or None in ends:
            return
        centre = median(recent)
        allowed = max(near["spread_times"] * spread(past), log(1 + near["least_change_pct"] / 100))
        offs = [end - centre for end in present(ends)]
        if is_reversal and not (offs[0] * offs[1] < 0 and min(abs(off) for off in offs) > allowed):
            return
        if not is_reversal and abs(offs[0]) <= allowed:
            return
        name, first = dossier.called(code), shown((exp(offs[0]) - 1) * 100)
        then = shown((exp(offs[-1]) - 1) * 100)
        yield check.finding(
            dossier, (code, driver),
            odd=Words(
                f"{name.zh}按活动水平计，12 月偏离 {first}%" + (f"，1 月反向 {then}%" if is_reversal else ""),
                f"{name.en} per activity was {first}% off in December" + (f" and {then}% in January" if is_reversal else ""),
            ),
            usual=Words(f"年内其他月份偏离不超过 {shown((exp(allowed) - 1) * 100)}%", f"other months stay within {shown((exp(allowed) - 1) * 100)}%"),
        )  # fmt: skip


def spike_on_flat(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A figure that leaves a series which stood still (平稳数列上的尖峰).

    A deviation score fails here: in a short flat series the spike itself makes the standard deviation, and a median deviation
    of nought divides by nought. So the series is called flat when three in four figures stand at the median, and the distance is taken in percent of it,
    with the resolution of the figures as floor.
    """
    code, near = bound.one("figure"), check.near
    figure = dossier.numbers(code)[-1]
    past = present(dossier.numbers(code)[-1 - YEAR : -1])
    if figure is None or len(past) < near["least_history"]:
        return
    centre = median(past)
    still = sum(abs(each - centre) <= near["flat_pct"] / 100 * centre for each in past)
    if centre <= 0 or 4 * still < 3 * len(past):
        return
    steps = graduated(dossier, code)
    told = [step for step in steps[-1 - YEAR : -1] if step is not None]
    off = abs((steps[-1] or 0) - median(told))
    before = dossier.numbers(code)[-2]
    if before is not None and abs(figure - before) <= near["flat_pct"] / 100 * centre:
        return  # a new level that stays was a finding when it came
    if fineness(dossier, code) < check.limits["least_resolution"]:
        return
    if abs(figure - centre) > near["least_change_pct"] / 100 * centre and off > near["least_steps"]:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,),
            odd=Words(
                f"{name.zh} {dossier.said(code)} 偏离一向平稳的 {shown(centre)} 达 {shown(100 * abs(figure / centre - 1))}%",
                f"{name.en} {dossier.said(code)} leaves the steady {shown(centre)} by {shown(100 * abs(figure / centre - 1))}%",
            ),
            usual=Words(f"近一年 {len(past)} 期几乎不变", f"{len(past)} periods of the year before hardly moved"),
        )  # fmt: skip


def volatility(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """The scatter of figure per activity grew or shrank `times` over within a year (波动突变)."""
    code, near = bound.one("figure"), check.near
    window = int(check.limits["periods"])
    for driver in bound.many("driver")[:1]:
        shares = _at_work(dossier, code, driver, near["driver_least_pct"] / 100)
        now, before = _steps(shares[-window:]), _steps(shares[-3 * window : -window])
        if len(now) < window - 4 or len(before) < near["least_history"]:
            return
        # The side that should be small is judged by all its steps: a median of few is small by luck now and then.
        is_calm = check.options["turn"] == "calmer"
        scatter_now = max(root_mean_square(now) if is_calm else spread(now, 0), near["floor_pct"] / 100)
        all_before, usual_before = root_mean_square(before), spread(before, 0)
        scatter_before = max(min(all_before, usual_before) if is_calm else all_before, near["floor_pct"] / 100)
        times = scatter_before / scatter_now if is_calm else scatter_now / scatter_before
        if times > near["times"]:
            name, turned = dossier.called(code), Words("缩小到", "shrank to") if is_calm else Words("扩大到", "grew to")
            yield check.finding(
                dossier, (code, driver),
                odd=Words(
                    f"{name.zh}与{dossier.called(driver).zh}之比的波动由 {shown(100 * scatter_before)}% {turned.zh} {shown(100 * scatter_now)}%",
                    f"the scatter of {name.en} per {dossier.called(driver).en} {turned.en} {shown(100 * scatter_now)}% from {shown(100 * scatter_before)}%",
                ),
                usual=Words(f"一年内变化不超过 {shown(near['times'])} 倍", f"changes less than {shown(near['times'])} times in a year"),
            )  # fmt: skip


def _at_work(dossier: Dossier, code: str, driver: str, least_share: float) -> list[float | None]:
    """Return ln(figure ÷ driver), None where the driver nearly stands still: the base load would be taken for scatter."""
    drivers = dossier.numbers(driver)
    told = present(drivers)
    least = least_share * median(told) if told else 0
    ratios = log_ratios(dossier.numbers(code), drivers)
    return [share if below is not None and below >= least else None for share, below in zip(ratios, drivers, strict=True)]


def _steps(shares: Sequence[float | None]) -> list[float]:
    return [after - before for before, after in pairwise(shares) if before is not None and after is not None]


def constant_ratio(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Two figures in one fixed ratio over `periods`: one was computed from the other (比例不变)."""
    code, window = bound.one("figure"), int(check.limits["periods"])
    for driver in bound.many("driver"):
        shares = present(log_ratios(dossier.numbers(code)[-window:], dossier.numbers(driver)[-window:]))
        if len(shares) < window or max(shares) - min(shares) > check.near["within_pct"] / 100 + 2 / check.near["least_steps"]:
            continue
        mine, theirs = fineness(dossier, code, window), fineness(dossier, driver, window)
        if min(mine, theirs) < check.limits["least_steps"] or len(set(dossier.series(driver)[-window:])) < window:
            continue
        if max(shares) - min(shares) <= 1 / mine + 1 / theirs + check.near["within_pct"] / 100:
            name, other = dossier.called(code), dossier.called(driver)
            yield check.finding(
                dossier, (code, driver),
                odd=Words(
                    f"{name.zh}与{other.zh}连续 {window} 期之比都是 {shown(exp(median(shares)))}", f"{name.en} per {other.en} is {shown(exp(median(shares)))} in {window} periods on end"
                ),
                usual=Words("实测的单耗逐期有起伏", "measured ratios wander"),
            )  # fmt: skip


def bunching(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """This unit and suspiciously many others stand just on one side of a threshold (门槛旁扎堆)."""
    code = bound.one("figure")
    figure, edge = dossier.value(code), check.limits["edge"]
    if figure is None or not dossier.closes_year:
        return
    narrow, wide = edge * check.limits["band_pct"] / 100, edge * check.limits["around_pct"] / 100
    low, high = (edge - narrow, edge) if check.options["side"] == "below" else (edge, edge + narrow)
    if not low <= figure < high:
        return
    key = (check.code, code)
    held = dossier.peers.kept.get(key)
    if held is None:
        told = [one[code] for one in dossier.peers.figures.values() if code in one]
        inside = sum(low <= each < high for each in told)
        around = sum(edge - wide <= each < edge + wide for each in told) - inside
        expected = max(around * check.near["band_pct"] / (2 * check.near["around_pct"] - check.near["band_pct"]), check.near["least_expected"])
        held = dossier.peers.kept[key] = (inside, expected, poisson_tail_log10(inside, expected))
    inside, expected, chance = held
    if chance < -check.near["rarity_log10"]:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,),
            odd=Words(
                f"{name.zh} {dossier.said(code)} 紧靠 {plain(edge)}，同在此处的有 {inside} 家", f"{name.en} {dossier.said(code)} stands beside {plain(edge)} with {inside} units in all"
            ),
            usual=Words(f"按附近疏密应有约 {shown(expected)} 家", f"about {shown(expected)} by the density around"),
        )  # fmt: skip


_FIGURE = ("figure",)
KINDS = {
    "flat_run": Kind(
        flat_run, _FIGURE, ("periods", "within_pct", "least_steps"), (), ("least_step_pct",), {"of": ("figure", "step")}
    ),
    "copied": Kind(
        copied, _FIGURE, ("least_equal",), (),
        ("periods", "least_steps", "within_pct", "least_digits", "least_digits_each"),
        {"source": ("last_year", "scaled_last_year", "period_before", "peer")},
    ),
    "round_figures": Kind(round_figures, _FIGURE, ("periods", "least_history", "least_hundreds", "least_tens")),
    "on_target": Kind(on_target, _FIGURE, ("within_pct", "least_steps")),
    "period_end": Kind(
        period_end, ("figure", "driver"), ("spread_times", "least_change_pct", "least_history", "driver_least_pct"), choices={"shape": ("jump", "reversal")}
    ),
    "spike_on_flat": Kind(spike_on_flat, _FIGURE, ("least_history", "flat_pct", "least_change_pct", "least_steps", "least_resolution")),
    "volatility": Kind(
        volatility, ("figure", "driver"), ("periods", "least_history", "times", "floor_pct", "driver_least_pct"), choices={"turn": ("calmer", "wilder")}
    ),
    "constant_ratio": Kind(constant_ratio, ("figure", "driver"), ("periods", "least_steps", "within_pct")),
    "bunching": Kind(bunching, _FIGURE, ("edge", "band_pct", "around_pct", "least_expected", "rarity_log10"), choices={"side": ("below", "above")}),
}  # fmt: skip
