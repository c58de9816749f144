"""Figures as counts of their own smallest step, and kinds of rule about the digits that end and begin them."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from shuangkong.checks.catalogue import Binding, Check, Findings, Kind
from shuangkong.checks.model import Dossier
from shuangkong.checks.robust import BENFORD, BENFORD_SECOND, UNIFORM_TEN, chi_square, shown
from shuangkong.kernel.language import Words


def significant_digits(figure: Decimal) -> int:
    """Return how many digits a figure says, without zeros at either end.

    Examples
    --------
    >>> significant_digits(Decimal("1200")), significant_digits(Decimal("0.0450")), significant_digits(Decimal("1234.50"))
    (2, 2, 5)
    """
    digits = "".join(map(str, figure.as_tuple().digits)).strip("0")
    return len(digits)


def graduated(dossier: Dossier, code: str) -> list[int | None]:
    """Return the series as whole numbers of the finest step any of its figures shows (按最小刻度计).

    Worked out once per return and element.
    """
    held: list[int | None] | None = dossier.kept.get(("steps", code))
    if held is None:
        series = dossier.series(code)
        exponents = [exponent for figure in series if figure is not None and isinstance(exponent := figure.as_tuple().exponent, int)]
        finest = min(min(exponents, default=0), 0)
        held = [None if figure is None else int(figure.scaleb(-finest)) for figure in series]
        dossier.kept["steps", code] = held
    return held


def habit_step(steps: Sequence[int]) -> int:
    """Return the power of ten that divides nine in ten of the distinct figures: how coarsely this unit measures.

    Fewer than four distinct figures say nothing: a series that stands still is not a coarse one.

    Examples
    --------
    >>> habit_step([120, 340, 560, 780]), habit_step([120, 341, 562, 783])
    (10, 1)
    """
    distinct, habit = set(steps), 1
    if len(distinct) < 4:
        return 1
    while habit < 10**6 and 10 * sum(step % (habit * 10) == 0 for step in distinct) >= 9 * len(distinct):
        habit *= 10
    return habit


def fineness(dossier: Dossier, code: str, periods: int = 1) -> int:
    """Return in how many steps of this unit's own weighing the smallest of the last figures is read (分辨程度).

    A figure of 120 t from a weighbridge that reads in tens says 12 steps: that it repeats means little.
    """
    steps = graduated(dossier, code)
    recent, earlier = [step for step in steps[-periods:] if step], [step for step in steps[:-periods] if step]
    return min(recent, default=0) // (habit_step(earlier) if len(earlier) >= 6 else 1)


def digit_bias(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Last digits, second digits of the changes, or first digits over the children, that chance does not give (尾数、首位偏好).

    Who makes a series up by adding and taking away even amounts shows it in the second digit of the changes, which is then 0.
    """
    if not dossier.closes_year:
        return
    position, codes = check.options["position"], bound.many("figure")
    window = int(check.limits["periods"])
    if position == "first_of_children":
        counts, earlier = _first_of_children(dossier, codes), [0] * 9
    else:
        counts, earlier = _counted(dossier, codes, position, window, 0), _counted(dossier, codes, position, window, window)
    shares = {"last": UNIFORM_TEN, "step": BENFORD_SECOND, "first_of_children": BENFORD}[position]
    if sum(counts) < check.limits["least_count"]:
        return
    distance = chi_square(counts, shares)
    if distance <= check.near["chi_square"]:
        return
    if sum(earlier) >= check.limits["least_count"] and chi_square(earlier, shares) > check.near["chi_square"]:
        return  # the unit's weighing always had this habit
    worst = max(range(len(counts)), key=lambda place: counts[place] - sum(counts) * shares[place])
    digit = worst + (position == "first_of_children")
    what = {
        "last": Words("末位", "last digit"), "step": Words("逐期变化的第二位", "second digit of the changes"),
        "first_of_children": Words("下级各数的首位", "first digit of the figures below"),
    }[position]  # fmt: skip
    yield check.finding(
        dossier, codes, evidence={},
        odd=Words(
            f"{sum(counts)} 个数的{what.zh}分布异常，{digit} 有 {counts[worst]} 个（χ²={shown(distance)}）",
            f"{what.en} of {sum(counts)} figures: {digit} stands {counts[worst]} times (χ² = {shown(distance)})",
        ),
        usual=Words(f"{digit} 约 {shown(sum(counts) * shares[worst])} 个", f"{digit} about {shown(sum(counts) * shares[worst])} times"),
    )  # fmt: skip


def _counted(dossier: Dossier, codes: Sequence[str], position: str, window: int, back: int) -> list[int]:
    counts = [0] * 10
    for code in codes:
        steps = graduated(dossier, code)
        end = len(steps) - back
        looked = steps[max(end - window - (position == "step"), 0) : max(end, 0)]
        told = [step for step in looked if step is not None and step >= 100]
        if not told:
            continue
        past = [step for step in steps[: max(end - window, 0)][-24:] if step]
        habit = habit_step(past if len(past) >= 6 else told)
        if position == "last":
            for step in told:
                if step // habit >= 100:
                    counts[step // habit % 10] += 1
            continue
        for before, after in pairwise(told):
            if abs(after - before) >= 10 * habit:
                counts[int(str(abs(after - before))[1])] += 1
    return counts


def _first_of_children(dossier: Dossier, codes: Sequence[str]) -> list[int]:
    counts = [0] * 9
    for reported in dossier.children.values():
        for code in codes:
            figure = reported.get(code)
            if figure is not None and figure.value is not None and figure.value > 0:
                counts[next(digit for digit in figure.value.as_tuple().digits if digit) - 1] += 1
    return counts


KINDS = {
    "digit_bias": Kind(
        digit_bias, ("figure",), ("periods", "least_count", "chi_square"),
        choices={"position": ("last", "step", "first_of_children")},
    )
}  # fmt: skip
