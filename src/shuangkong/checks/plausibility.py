"""Kinds of rule that hold a figure against the unit's own past, its trade, its meters and its capacity."""

from collections.abc import Sequence
from decimal import Decimal
from math import exp, log

from shuangkong.checks.arithmetic import HUNDRED, added, share_pct
from shuangkong.checks.catalogue import Binding, Check, Findings, Kind
from shuangkong.checks.model import Dossier, Finding
from shuangkong.checks.robust import log_ratios, logs, median, present, shown, spread
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.units import unit

YEAR = 12


def usual_log(dossier: Dossier, code: str) -> tuple[float, float, int]:
    """Return the median log of the year before, its robust spread, and on how many periods they rest."""
    held: tuple[float, float, int] | None = dossier.kept.get(("usual", code))
    if held is None:
        past = logs(dossier.numbers(code)[-1 - YEAR : -1])
        held = (median(past), spread(past), len(past)) if past else (0, 0, 0)
        dossier.kept["usual", code] = held
    return held


def moved(dossier: Dossier, code: str) -> float | None:
    """Return ln(this figure ÷ its usual), None without both."""
    figure = dossier.numbers(code)[-1]
    centre, _, count = usual_log(dossier, code)
    return log(figure) - centre if figure is not None and figure > 0 and count else None


def slip(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A figure `factor` times or one `factor`-th of the usual, which nothing else in the return shares (量级差错)."""
    code, near = bound.one("figure"), check.near
    figure = dossier.numbers(code)[-1]
    if figure is None or figure <= 0:
        return
    jump = moved(dossier, code)
    _, wide, count = usual_log(dossier, code)
    if jump is None or count < near["least_history"] or wide > near["widest_spread"]:
        return
    step = log(near["factor"])
    if abs(abs(jump) - step) > near["nearness"]:
        return
    for driver in bound.many("driver"):
        shared = moved(dossier, driver)
        stopped = dossier.value(driver) == 0
        if stopped or (shared is not None and shared * jump > 0 and abs(shared) > abs(jump) / 3):
            return
    factor, times, before = plain(check.limits["factor"]), shown(exp(jump)), shown(exp(usual_log(dossier, code)[0]))
    yield check.finding(
        dossier, (code,),
        odd=Words(
            f"{dossier.called(code).zh} {dossier.said(code)} 是平常的 {times} 倍，疑为 {factor} 倍的单位差错",
            f"{dossier.called(code).en} {dossier.said(code)} is {times} times the usual: a slip of unit by {factor}?",
        ),
        usual=Words(f"近一年中位数 {before}", f"median of the year before {before}"),
    )  # fmt: skip


def change(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A change against the year or the period before, beyond `most_ratio` and the unit's own past, that its activity does not
    share (同比、环比异常)."""
    code, near = bound.one("figure"), check.near
    lag = dossier.per_year if check.options["against"] == "year" else 1
    numbers = dossier.numbers(code)
    if not lag or len(numbers) <= lag:
        return
    turn = _turn(numbers, lag, len(numbers) - 1)
    if turn is None or abs(turn) < log(near["most_ratio"]):
        return
    past = present([_turn(numbers, lag, place) for place in range(max(lag, len(numbers) - 25), len(numbers) - 1)])
    if len(past) < near["least_history"]:
        return
    shares = present([_turn(dossier.numbers(driver), lag, len(numbers) - 1) for driver in bound.many("driver")])
    if bound.many("driver") and not shares:
        return  # nothing to compare with: the activity stood still then or now
    explained = min(shares, key=lambda share: abs(turn - share), default=0)
    allowed = max(log(near["most_ratio"]), near["spread_times"] * spread(past))
    off = moved(dossier, code)
    if off is not None and (off * turn <= 0 or abs(off) < allowed / 2):
        return  # the figure is as usual: it was the one before that stood out, and was a finding then
    if abs(turn - explained) > allowed:
        what = Words("同比", "year on year") if check.options["against"] == "year" else Words("环比", "on the period before")
        yield check.finding(
            dossier, (code,),
            odd=Words(
                f"{dossier.called(code).zh}{what.zh}变为 {shown(exp(turn))} 倍，活动水平为 {shown(exp(explained))} 倍",
                f"{dossier.called(code).en} is {shown(exp(turn))} times {what.en}, activity {shown(exp(explained))} times",
            ),
            usual=Words(f"扣除活动变化后在 1/{shown(exp(allowed))} 至 {shown(exp(allowed))} 倍之间", f"within {shown(exp(allowed))} times either way after activity"),
        )  # fmt: skip


def _turn(numbers: Sequence[float | None], lag: int, place: int) -> float | None:
    if place < lag or place >= len(numbers):
        return None
    now, then = numbers[place], numbers[place - lag]
    return log(now / then) if now is not None and then is not None and now > 0 and then > 0 else None


def ratio(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Top per bottom against the unit's own past or against its trade (单耗、比例合理性).

    The role `beside` only says which forms are meant: a place's mix of units shifts in ways a unit's does not.
    """
    top, bottom = bound.told("top", dossier), bound.told("bottom", dossier)
    if dossier.value(top) is None or dossier.value(bottom) is None:
        return
    if check.options["usual"] == "peers":
        yield from _ratio_of_trade(check, dossier, top, bottom)
        return
    near, bottoms = check.near, dossier.numbers(bottom)
    now = bottoms[-1]
    depth = int(check.limits["periods"])
    working = present(bottoms[-1 - depth : -1])
    if not working or now is None or now < near["bottom_least_pct"] / 100 * median(working):
        return  # at a standstill the base load rules and the ratio says nothing
    floor = near["bottom_least_pct"] / 100 * median(working)
    ratios = log_ratios(dossier.numbers(top)[-1 - depth :], bottoms[-1 - depth :])
    past = [each for each, below in zip(ratios[:-1], bottoms[-1 - depth : -1], strict=True) if each is not None and below is not None and below >= floor]
    if ratios[-1] is None or len(past) < near["least_history"]:
        return
    centre = median(past[-YEAR:])
    allowed = max(near["spread_times"] * spread(past), log(1 + near["least_change_pct"] / 100))
    if abs(ratios[-1] - centre) > allowed:
        yield _ratio_finding(check, dossier, top, bottom, ratios[-1], centre, allowed, Words("近一年", "the year before"))


def _ratio_of_trade(check: Check, dossier: Dossier, top: str, bottom: str) -> Findings:
    trade = dossier.peers.trades.get(dossier.org, "")
    key = (check.code, top, bottom, trade)
    held = dossier.peers.kept.get(key)
    if held is None:
        same = [one for org, one in dossier.peers.figures.items() if dossier.peers.trades.get(org, "") == trade]
        ratios = [log(one[top] / one[bottom]) for one in same if one.get(top, 0) > 0 and one.get(bottom, 0) > 0]
        held = (median(ratios), spread(ratios), len(ratios)) if ratios else (0, 0, 0)
        dossier.peers.kept[key] = held
    centre, wide, count = held
    above, below = dossier.numbers(top)[-1], dossier.numbers(bottom)[-1]
    if count < check.near["least_history"] or not above or not below or above < 0 or below < 0:
        return
    allowed = max(check.near["spread_times"] * wide, log(1 + check.near["least_change_pct"] / 100))
    if abs(log(above / below) - centre) > allowed:
        yield _ratio_finding(check, dossier, top, bottom, log(above / below), centre, allowed, Words("同行业", "its trade"))


def _ratio_finding(
    check: Check, dossier: Dossier, top: str, bottom: str, now: float, centre: float, allowed: float, among: Words
) -> Finding:
    off = shown(abs(exp(now - centre) - 1) * 100)
    more = Words("高", "above") if now > centre else Words("低", "below")
    return check.finding(
        dossier, (top, bottom),
        odd=Words(
            f"每单位{dossier.called(bottom).zh}的{dossier.called(top).zh}为 {shown(exp(now))}，比{among.zh}中位数{more.zh} {off}%",
            f"{dossier.called(top).en} per {dossier.called(bottom).en} is {shown(exp(now))}, {off}% {more.en} the median of {among.en}",
        ),
        usual=Words(
            f"{shown(exp(centre - allowed))} 至 {shown(exp(centre + allowed))}", f"{shown(exp(centre - allowed))} to {shown(exp(centre + allowed))}"
        ),
    )  # fmt: skip


def density(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Top ÷ bottom within absolute bounds (人均、单位面积等限度), exact."""
    top, bottom = bound.told("top", dossier), bound.told("bottom", dossier)
    above, below = dossier.value(top), dossier.value(bottom)
    if above is None or not below:
        return
    quotient = check.limits["scale"] * above / below
    least, most = check.limits.get("least"), check.limits.get("most")
    if (least is not None and quotient < least) or (most is not None and quotient > most):
        low, high = ("—" if end is None else plain(end) for end in (least, most))
        said = plain(quotient.quantize(Decimal("0.0001")))
        yield check.finding(
            dossier, (top, bottom),
            odd=Words(
                f"{dossier.called(top).zh} ÷ {dossier.called(bottom).zh} = {said}", f"{dossier.called(top).en} ÷ {dossier.called(bottom).en} = {said}"
            ),
            usual=Words(f"{low} 至 {high}", f"{low} to {high}"),
        )  # fmt: skip


def load(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Energy used ≤ capacity × hours of the period (不可能的负荷), exact."""
    used, capacity = bound.told("used", dossier), bound.told("capacity", dossier)
    drawn, able = dossier.value(used), dossier.value(capacity)
    if drawn is None or not able or able < 0:
        return
    hours = (dossier.period.end - dossier.period.start).days * 24
    drawn_kwh = drawn * dossier.layout.traits[used].unit.factor_to(unit("kWh"))
    able_kwh = able * dossier.layout.traits[capacity].unit.factor_to(unit("kW")) * hours
    if drawn_kwh > able_kwh * check.limits["most_pct"] / HUNDRED:
        yield check.finding(
            dossier, (used, capacity),
            odd=Words(
                f"{dossier.called(used).zh}相当于满负荷运行 {plain((drawn_kwh * hours / able_kwh).quantize(Decimal(1)))} 小时，本期只有 {hours} 小时",
                f"{dossier.called(used).en} takes {plain((drawn_kwh * hours / able_kwh).quantize(Decimal(1)))} hours at full load; the period has {hours}",
            ),
            usual=Words(f"不超过容量×时间的 {plain(check.limits['most_pct'])}%", f"at most {plain(check.limits['most_pct'])}% of capacity × hours"),
        )  # fmt: skip


def one_without_other(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A figure at nought while what drives it runs as usual (有产无耗、有耗无产)."""
    code, near = bound.one("figure"), check.near
    if dossier.value(code) != 0 or usual_log(dossier, code)[2] < near["least_history"]:
        return
    for driver in bound.many("driver"):
        shared = moved(dossier, driver)
        if shared is not None and shared > log(near["driver_least_pct"] / 100):
            yield check.finding(
                dossier, (code, driver),
                odd=Words(
                    f"{dossier.called(code).zh}为 0，而{dossier.called(driver).zh}仍为平常的 {shown(100 * exp(shared))}%",
                    f"{dossier.called(code).en} is 0 while {dossier.called(driver).en} is {shown(100 * exp(shared))}% of the usual",
                ),
                usual=Words("两者同时发生", "they go together"),
            )  # fmt: skip
            return


def accumulates(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A cumulative figure never falls within the year, and equals the one before plus this period's (累计数)."""
    code = bound.told("cumulative", dossier)
    now = dossier.value(code)
    if now is None or not dossier.per_year:
        return
    opens_year = dossier.period.start.month == 1
    before = Decimal(0) if opens_year else (dossier.series(code)[-2] if dossier.history else None)
    if before is None:
        return
    allowed = max(abs(now) * check.limits["tolerance_pct"] / HUNDRED, check.limits["tolerance_least"])
    name = dossier.called(code)
    if check.options["expect"] == "not_falling":
        if now < before - allowed:
            yield check.finding(
                dossier, (code,),
                odd=Words(f"{name.zh} {dossier.said(code)} 比上期少 {plain(before - now)}", f"{name.en} {dossier.said(code)} fell by {plain(before - now)}"),
                usual=Words("年内累计数不减少", "a cumulative figure does not fall within the year"),
            )  # fmt: skip
        return
    flow = added(check, dossier, bound.many("flow"), code) if any(dossier.value(each) is not None for each in bound.many("flow")) else None
    if flow is not None and abs(now - before - flow) > allowed:
        yield check.finding(
            dossier, (code, *bound.many("flow")),
            odd=Words(
                f"{name.zh}比上期增加 {plain(now - before)}，本期数为 {plain(flow)}", f"{name.en} grew by {plain(now - before)}, this period's figure is {plain(flow)}"
            ),
            usual=Words("本期累计 = 上期累计 + 本期数", "cumulative = the one before + this period"),
        )  # fmt: skip


def against_meter(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """The figure against the total of the meters (填报与计量器具)."""
    code = bound.one("figure")
    reported, meter = dossier.value(code), dossier.meters.get(code)
    if reported is None or meter is None or meter.value is None:
        return
    metered = meter.value * meter.unit.factor_to(dossier.layout.traits[code].unit)
    gap = reported - metered
    if abs(gap) > max(abs(metered) * check.limits["tolerance_pct"] / HUNDRED, check.limits["tolerance_least"]):
        yield check.finding(
            dossier, (code,), evidence={code: reported, f"meter:{code}": metered},
            odd=Words(
                f"{dossier.called(code).zh} {dossier.said(code)} 与计量 {dossier.said(code, metered)} 相差 {share_pct(gap, metered)}",
                f"{dossier.called(code).en} {dossier.said(code)} is {share_pct(gap, metered)} off the meters, {dossier.said(code, metered)}",
            ),
            usual=Words(f"相差不超过 {plain(check.limits['tolerance_pct'])}%", f"within {plain(check.limits['tolerance_pct'])}%"),
        )  # fmt: skip


_SUM = ("tolerance_pct", "tolerance_least")
KINDS = {
    "slip": Kind(slip, ("figure",), ("factor", "nearness", "least_history", "widest_spread"), ("driver",)),
    "change": Kind(
        change, ("figure",), ("most_ratio", "spread_times", "least_history"), ("driver",), choices={"against": ("year", "period")}
    ),
    "ratio": Kind(
        ratio, ("top", "bottom"), ("spread_times", "least_change_pct", "least_history"), ("beside",), ("periods", "bottom_least_pct"),
        {"usual": ("own", "peers")},
    ),
    "density": Kind(density, ("top", "bottom"), ("scale",), (), ("least", "most")),
    "load": Kind(load, ("used", "capacity"), ("most_pct",)),
    "one_without_other": Kind(one_without_other, ("figure", "driver"), ("driver_least_pct", "least_history")),
    "accumulates": Kind(accumulates, ("cumulative",), _SUM, ("flow",), choices={"expect": ("not_falling", "sum")}),
    "against_meter": Kind(against_meter, ("figure",), _SUM),
}  # fmt: skip
