"""The catalogue of checks in words: what kind of rule each is, and its limits as an official would say them (核查规则和限值的说法)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from shuangkong.checks.catalogue import Check
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain

KINDS = {
    "absence": Words("该填的填了没有", "a figure that should be there"),
    "accumulates": Words("累计数与前期相接", "a cumulative figure follows on"),
    "against_meter": Words("与计量数对照", "against the meter"),
    "balance": Words("各部分相加等于合计", "parts add up to the total"),
    "between_children": Words("总体介于各部分之间", "the whole lies between its parts"),
    "bunching": Words("门槛旁是否扎堆", "bunching beside a threshold"),
    "carried_over": Words("期初与上期期末相接", "opening follows the last closing"),
    "change": Words("与以往各期对照", "against earlier periods"),
    "children_sum": Words("与下级之和对照", "against the sum of those below"),
    "constant_ratio": Words("两数之比是否不变", "a ratio that never moves"),
    "copied": Words("是否照抄", "copied figures"),
    "coverage": Words("下级覆盖面", "coverage of those below"),
    "density": Words("两数之比的上下限", "bounds of a ratio"),
    "digit_bias": Words("数字分布是否自然", "natural spread of digits"),
    "flat_run": Words("数列是否一成不变", "a series that never moves"),
    "late": Words("是否按期", "filed in time"),
    "load": Words("是否超过满负荷", "within full load"),
    "on_target": Words("是否恰好达标", "exactly on target"),
    "one_without_other": Words("两数是否只有其一", "one figure without the other"),
    "period_end": Words("期末是否突变", "a jump at the period's end"),
    "quotient": Words("比值等于两数相除", "a ratio equals its two figures"),
    "ratio": Words("两数之比与以往或同行业对照", "a ratio against its past or its trade"),
    "revised": Words("修订是否异常", "unusual revisions"),
    "round_figures": Words("整数是否偏多", "too many round figures"),
    "slip": Words("量级、小数点是否错位", "a slip of the order of size"),
    "spike_on_flat": Words("平稳数列上的尖峰", "a spike on a flat series"),
    "volatility": Words("波动是否突变", "a sudden change of scatter"),
    "within_bounds": Words("在上下限之内", "within bounds"),
    "within_whole": Words("部分不大于总体", "a part is at most the whole"),
}
LIMITS = {
    "tolerance_pct": Words("允许误差 {}%", "tolerance {}%"),
    "tolerance_least": Words("相差 {} 以内不计", "differences up to {} are let pass"),
    "least": Words("不小于 {}", "at least {}"),
    "most": Words("不大于 {}", "at most {}"),
    "least_pct": Words("不低于 {}%", "at least {}%"),
    "most_pct": Words("不高于 {}%", "at most {}%"),
    "margin_pct": Words("界外留 {}% 余地", "{}% beyond the bounds is let pass"),
    "scale": Words("换算倍数 {}", "conversion factor {}"),
    "periods": Words("看最近 {} 期", "over the last {} periods"),
    "least_history": Words("有 {} 期以上可比才判断", "judged from {} comparable periods on"),
    "least_reported": Words("其中 {} 期以上有数", "{} or more of them reported"),
    "factor": Words("疑似相差 {} 倍", "off by a factor of about {}"),
    "nearness": Words("与该倍数的对数差在 {} 以内", "within {} of that factor, by logarithm"),
    "widest_spread": Words("以往离散度不大于 {}", "past spread at most {}"),
    "most_ratio": Words("变化不超过 {} 倍", "changes by at most a factor of {}"),
    "spread_times": Words("超出以往离散度 {} 倍", "beyond {} times the past spread"),
    "least_change_pct": Words("变化不到 {}% 不计", "changes below {}% are let pass"),
    "most_change_pct": Words("变化不超过 {}%", "changes by at most {}%"),
    "bottom_least_pct": Words("分母不到常年 {}% 的不比", "not compared where the divisor is below {}% of usual"),
    "driver_least_pct": Words("对照数在常年 {}% 以上", "the other figure stands above {}% of usual"),
    "within_pct": Words("相差 {}% 以内", "within {}%"),
    "least_steps": Words("不少于 {} 个最小分度", "{} smallest steps or more"),
    "least_step_pct": Words("每期变化不到 {}% 不计", "steps below {}% are let pass"),
    "least_equal": Words("相同的达 {} 项", "{} or more are the same"),
    "least_digits_each": Words("每个数至少 {} 位有效数字", "{} or more significant digits each"),
    "least_digits": Words("有效数字合计至少 {} 位", "{} or more significant digits together"),
    "least_hundreds": Words("整百数达 {} 个", "{} or more multiples of a hundred"),
    "least_tens": Words("整十数达 {} 个", "{} or more multiples of ten"),
    "least_count": Words("有 {} 个数以上才判断", "judged from {} figures on"),
    "chi_square": Words("卡方值大于 {}", "chi-square above {}"),
    "flat_pct": Words("以往起伏不超过 {}%", "the past moves by at most {}%"),
    "least_resolution": Words("数值在最小分度的 {} 倍以上", "a figure of {} smallest steps or more"),
    "times": Words("波动变化达 {} 倍", "scatter changes by a factor of {}"),
    "floor_pct": Words("波动按不低于 {}% 计", "scatter counted as {}% or more"),
    "edge": Words("门槛 {}", "threshold {}"),
    "band_pct": Words("紧靠门槛 {}% 以内", "within {}% of the threshold"),
    "around_pct": Words("与附近 {}% 以内的疏密比较", "against the density within {}%"),
    "least_expected": Words("预期至少按 {} 家计", "{} units or more expected"),
    "rarity_log10": Words("巧合的机会小于 10 的负 {} 次方", "chance below 10 to the minus {}"),
    "least_children": Words("下级达 {} 个才判断", "judged from {} parts on"),
    "grace_days": Words("宽限 {} 日", "{} days of grace"),
    "most_revisions": Words("修订不超过 {} 次", "at most {} revisions"),
    "least_revisions": Words("修订达 {} 次才判断", "judged from {} revisions on"),
    "days": Words("期末后超过 {} 日", "more than {} days after the period"),
    "least_share_pct": Words("朝目标方向的占 {}% 以上", "{}% or more of them toward the target"),
}


def kind_in_words(check: Check) -> Words:
    """Return what kind of rule a check is (规则种类)."""
    return KINDS.get(check.kind, check.name)


def limits_in_words(limits: Mapping[str, Decimal]) -> Words:
    """Return the limits of a check in one sentence (限值); empty where it has none.

    A tolerance of nothing is said as what it means: to be exact.

    Examples
    --------
    >>> limits_in_words({"tolerance_pct": Decimal("0.2"), "tolerance_least": Decimal(1)}).zh
    '允许误差 0.2%，相差 1 以内不计'
    >>> limits_in_words({"tolerance_pct": Decimal(0), "tolerance_least": Decimal(0)})
    Words(zh='不允许误差', en='no tolerance')
    """
    told = tuple(_told(limits))
    return Words("，".join(one.zh for one in told), ", ".join(one.en for one in told))


def _told(limits: Mapping[str, Decimal]) -> Iterator[Words]:
    tolerances = [limits[name] for name in ("tolerance_pct", "tolerance_least") if name in limits]
    if tolerances and not any(tolerances):
        yield Words("不允许误差", "no tolerance")
    for name, limit in limits.items():
        if (name.startswith("tolerance_") and not limit) or (name == "scale" and limit == 1):
            continue
        yield _limit(name, limit)


def _limit(name: str, limit: Decimal) -> Words:
    pattern = LIMITS[name]
    return Words(pattern.zh.format(plain(limit)), pattern.en.format(plain(limit)))
