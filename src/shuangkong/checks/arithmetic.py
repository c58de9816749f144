"""Kinds of rule that need no history: sums, parts, carried stocks, bounds, empty cells, quotients. All exact."""

from decimal import Decimal

from shuangkong.checks.catalogue import Binding, Check, Findings, Kind
from shuangkong.checks.model import Dossier, Finding
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain

ZERO, HUNDRED = Decimal(0), Decimal(100)


def share_pct(part: Decimal, whole: Decimal) -> str:
    """Return part ÷ whole in percent for a message, one decimal; `—` of nothing."""
    return plain((HUNDRED * part / abs(whole)).quantize(Decimal("0.1"))) + "%" if whole else "—"


def added(check: Check, dossier: Dossier, elements: tuple[str, ...], into: str) -> Decimal | None:
    """Return the sum of elements in the unit of `into`; None when a cell is empty or a coefficient missing.

    An element that the return does not have, or reports as not applicable, adds nothing.
    """
    target = dossier.layout.traits[into].unit
    total = ZERO
    for code in elements:
        if code not in dossier.figures or dossier.is_not_applicable(code):
            continue
        figure = dossier.value(code)
        if figure is None:
            return None
        if check.options.get("by") == "coefficient":
            coefficient = dossier.coefficients.get(code)
            if coefficient is None:
                return None
            total += figure * coefficient
        else:
            total += figure * dossier.layout.traits[code].unit.factor_to(target)
    return total


def balance(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Total = Σ plus − Σ minus (平衡), within `tolerance_pct` of the role `scale` (else of the total) or `tolerance_least`."""
    into = bound.told("total", dossier)
    if all(dossier.value(code) is None for code in bound.many("total")):
        return
    total, plus, minus, scale = (added(check, dossier, bound.many(role), into) for role in ("total", "plus", "minus", "scale"))
    if check.options.get("by") == "coefficient":
        total = dossier.value(into)
    if total is None or plus is None or minus is None:
        return
    gap = total - (plus - minus)
    allowed = max(check.limits["tolerance_pct"] * abs(scale or total) / HUNDRED, check.limits["tolerance_least"])
    if abs(gap) > allowed:
        yield check.finding(
            dossier, (*bound.many("total"), *(code for code in (*bound.many("plus"), *bound.many("minus")) if code in dossier.figures)),
            odd=Words(
                f"{dossier.called(into).zh}与各项算得的 {plain(plus - minus)} 相差 {plain(gap)}（{share_pct(gap, total)}）",
                f"{dossier.called(into).en} differs by {plain(gap)} ({share_pct(gap, total)}) from its parts, {plain(plus - minus)}",
            ),
            usual=Words(f"差额不超过 {plain(allowed)}", f"at most {plain(allowed)}"),
        )  # fmt: skip


def within_whole(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Σ part ≤ Σ whole (其中项不大于合计)."""
    into = bound.told("whole", dossier)
    if dossier.value(into) is None:
        return
    part, whole = added(check, dossier, bound.many("part"), into), added(check, dossier, bound.many("whole"), into)
    if part is None or whole is None:
        return
    if part > whole + max(whole * check.limits["tolerance_pct"] / HUNDRED, check.limits["tolerance_least"]):
        first = dossier.called(bound.one("part"))
        yield check.finding(
            dossier, (*bound.many("part"), *bound.many("whole")),
            odd=Words(
                f"{first.zh}等合计 {plain(part)} 大于{dossier.called(into).zh} {plain(whole)}，多 {plain(part - whole)}",
                f"{first.en} and the like, {plain(part)}, exceed {dossier.called(into).en}, {plain(whole)}, by {plain(part - whole)}",
            ),
            usual=Words("其中项不大于合计", "a part is at most its whole"),
        )  # fmt: skip


def carried_over(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """This opening = last closing (期初等于上期期末)."""
    opening, closing = bound.told("opening", dossier), bound.told("closing", dossier)
    now = dossier.value(opening)
    before = dossier.series(closing)[-2] if dossier.history else None
    if now is None or before is None:
        return
    if abs(now - before) > max(abs(before) * check.limits["tolerance_pct"] / HUNDRED, check.limits["tolerance_least"]):
        yield check.finding(
            dossier, (opening, closing),
            odd=Words(
                f"{dossier.called(opening).zh} {dossier.said(opening)} 与上期期末 {dossier.said(closing, before)} 相差 {plain(now - before)}",
                f"{dossier.called(opening).en} {dossier.said(opening)} differs from last closing {dossier.said(closing, before)} by {plain(now - before)}",
            ),
            usual=Words("期初库存等于上期期末库存", "a period opens with what the last one closed with"),
        )  # fmt: skip


def within_bounds(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A figure, or the coefficient declared for it, between `least` and `most` or within the printed range (界限)."""
    code = bound.one("figure")
    is_coefficient = check.options.get("of") == "coefficient"
    figure = dossier.coefficients.get(code) if is_coefficient else dossier.value(code)
    if figure is None:
        return
    least, most, said = check.limits.get("least"), check.limits.get("most"), ""
    if check.options.get("bounds") == "printed":
        printed = dossier.ranges.get(f"coefficient:{code}" if is_coefficient else code)
        if printed is None:
            return
        margin = check.limits.get("margin_pct", ZERO) / HUNDRED
        least = None if printed.low is None else printed.low * (1 - margin)
        most = None if printed.high is None else printed.high * (1 + margin)
        said = printed.document
    if (least is None or figure >= least) and (most is None or figure <= most):
        return
    edge = least if least is not None and figure < least else most
    low, high = ("—" if end is None else plain(end) for end in (least, most))
    name = dossier.called(code)
    what = Words("折标系数", "coefficient of ") if is_coefficient else Words("", "")
    yield check.finding(
        dossier, (code,), evidence={code: figure},
        odd=Words(
            f"{name.zh}{what.zh} {plain(figure)} 越出界限 {plain(figure - (edge or ZERO))}",
            f"{what.en}{name.en} {plain(figure)} is {plain(figure - (edge or ZERO))} beyond the bound",
        ),
        usual=Words(f"{low} 至 {high} {said}".strip(), f"{low} to {high} {said}".strip()),
    )  # fmt: skip


def absence(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """An empty cell, or 不适用 against the unit's own past (缺报、不适用), while the unit is at work."""
    code, expect = bound.one("figure"), check.options["expect"]
    figure = dossier.figures.get(code)
    is_silent = figure is None or (figure.value is None and not figure.is_not_applicable)
    if expect == "required":
        if is_silent and not (figure is None and not dossier.figures):
            yield _absent(check, dossier, code, Words("应填未填", "is required and empty"), Words("必填项", "a required figure"))
        return
    is_odd = is_silent if expect == "reported_before" else dossier.is_not_applicable(code)
    if not is_odd or not dossier.figures:
        return
    window = dossier.series(code)[-1 - int(check.limits["periods"]) : -1]
    told = sum(value is not None and value > 0 for value in window)
    at_work = not bound.many("driver") or any(dossier.value(driver) for driver in bound.many("driver"))
    if told >= check.limits["least_reported"] and at_work:
        odd = Words("本期为空", "is empty now") if is_silent else Words("本期填“不适用”", "is called not applicable now")
        yield _absent(check, dossier, code, odd, Words(
            f"前 {len(window)} 期中有 {told} 期报了数", f"reported in {told} of the {len(window)} periods before"
        ))


def _absent(check: Check, dossier: Dossier, code: str, odd: Words, usual: Words) -> Finding:
    name = dossier.called(code)
    return check.finding(dossier, (code,), odd=Words(f"{name.zh}{odd.zh}", f"{name.en} {odd.en}"), usual=usual)


def quotient(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """Result = top ÷ bottom × `scale` (比值与分子分母一致)."""
    result = bound.told("result", dossier)
    reported = dossier.value(result)
    top, bottom = (added(check, dossier, bound.many(role), bound.told(role, dossier)) for role in ("top", "bottom"))
    if reported is None or not top or not bottom:
        return
    computed = check.limits["scale"] * top / bottom
    allowed = max(abs(computed) * check.limits["tolerance_pct"] / HUNDRED, check.limits["tolerance_least"])
    if abs(reported - computed) > allowed:
        shown = computed.quantize(Decimal("0.0001"))
        yield check.finding(
            dossier, (result, *bound.many("top"), *bound.many("bottom")),
            odd=Words(
                f"{dossier.called(result).zh} {plain(reported)} 与分子分母算得的 {plain(shown)} 不符",
                f"{dossier.called(result).en} {plain(reported)} is not the {plain(shown)} its parts give",
            ),
            usual=Words(f"相差不超过 {plain(allowed.quantize(Decimal('0.0001')))}", f"within {plain(allowed.quantize(Decimal('0.0001')))}"),
        )  # fmt: skip


_SUM = ("tolerance_pct", "tolerance_least")
KINDS = {
    "balance": Kind(balance, ("total", "plus"), _SUM, ("minus", "scale"), choices={"by": ("coefficient",)}),
    "within_whole": Kind(within_whole, ("part", "whole"), _SUM),
    "carried_over": Kind(carried_over, ("opening", "closing"), _SUM),
    "within_bounds": Kind(
        within_bounds, ("figure",), (), (), ("least", "most", "margin_pct"),
        {"of": ("coefficient",), "bounds": ("printed",)},
    ),
    "absence": Kind(
        absence, ("figure",), (), ("driver",), ("periods", "least_reported"),
        {"expect": ("required", "reported_before", "not_applicable")},
    ),
    "quotient": Kind(quotient, ("result", "top", "bottom"), ("scale", *_SUM)),
}  # fmt: skip
