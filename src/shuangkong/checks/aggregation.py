"""Kinds of rule between levels: units and county, counties and city."""

from decimal import Decimal

from shuangkong.checks.arithmetic import HUNDRED, share_pct
from shuangkong.checks.catalogue import Binding, Check, Findings, Kind
from shuangkong.checks.model import Dossier
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain


def _told(dossier: Dossier, code: str) -> dict[str, Decimal]:
    return {
        org: figure.value * figure.unit.factor_to(dossier.layout.traits[code].unit)
        for org, reported in dossier.children.items()
        if (figure := reported.get(code)) is not None and figure.value is not None
    }


def children_sum(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """The figure against the sum of the level below (上下级汇总): equal, and never below the sum of those who have reported."""
    code = bound.one("figure")
    figure, told = dossier.value(code), _told(dossier, code)
    if figure is None or not told:
        return
    total = sum(told.values(), Decimal(0))
    is_whole = dossier.children_expected is None or len(told) >= dossier.children_expected
    allowed = max(abs(total) * check.limits["tolerance_pct"] / HUNDRED, check.limits["tolerance_least"])
    gap = figure - total
    if gap < -allowed or (is_whole and gap > allowed):
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,), evidence={code: figure, f"sum:{code}": total},
            odd=Words(
                f"{name.zh} {dossier.said(code)} 与 {len(told)} 个下级之和 {plain(total)} 相差 {plain(gap)}（{share_pct(gap, total)}）",
                f"{name.en} {dossier.said(code)} is {plain(gap)} ({share_pct(gap, total)}) off the sum of {len(told)} below, {plain(total)}",
            ),
            usual=Words("等于下级之和；未报齐时不小于", "the sum of those below; at least that while some are missing"),
        )  # fmt: skip


def coverage(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """How many of those due have reported (填报覆盖面)."""
    code, expected = bound.one("figure"), dossier.children_expected
    if not expected or dossier.value(code) is None:
        return
    told = len(_told(dossier, code))
    if not told:
        return  # the level below has no such figure
    if HUNDRED * told / expected < check.limits["least_pct"]:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,),
            odd=Words(f"{name.zh}只有 {told}/{expected} 个下级填报", f"{name.en}: only {told} of {expected} below have reported"),
            usual=Words(f"不低于 {plain(check.limits['least_pct'])}%", f"at least {plain(check.limits['least_pct'])}%"),
        )  # fmt: skip


def between_children(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A rate of the whole lies between the lowest and the highest of its parts (总体比率介于各部分之间)."""
    code = bound.one("figure")
    figure, told = dossier.value(code), _told(dossier, code)
    is_whole = dossier.children_expected is None or len(told) >= dossier.children_expected
    if figure is None or len(told) < check.limits["least_children"] or not is_whole:
        return
    low, high = min(told.values()), max(told.values())
    margin = (high - low) * check.limits["margin_pct"] / HUNDRED
    if not low - margin <= figure <= high + margin:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,),
            odd=Words(f"{name.zh} {dossier.said(code)} 不在下级 {plain(low)} 至 {plain(high)} 之间", f"{name.en} {dossier.said(code)} is outside {plain(low)} to {plain(high)} of those below"),
            usual=Words("总体比率介于各部分之间", "a whole's rate lies between its parts'"),
        )  # fmt: skip


KINDS = {
    "children_sum": Kind(children_sum, ("figure",), ("tolerance_pct", "tolerance_least")),
    "coverage": Kind(coverage, ("figure",), ("least_pct",)),
    "between_children": Kind(between_children, ("figure",), ("least_children", "margin_pct")),
}
