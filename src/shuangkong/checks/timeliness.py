"""Kinds of rule about when: late returns, repeated, late and aimed revisions."""

from decimal import Decimal

from shuangkong.checks.arithmetic import HUNDRED
from shuangkong.checks.catalogue import Binding, Check, Findings, Kind
from shuangkong.checks.model import Dossier, Figure
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.rounding import plain


def late(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """The return came after its day (迟报)."""
    if dossier.due is None or dossier.filed_at is None:
        return
    days = (dossier.filed_at.astimezone(CHINA_STANDARD_TIME).date() - dossier.due).days
    if days > check.limits["grace_days"]:
        yield check.finding(
            dossier, bound.many("figure"), evidence={},
            odd=Words(f"迟报 {days} 天", f"{days} days late"), usual=Words(f"{dossier.due} 前报出", f"due {dossier.due}"),
        )  # fmt: skip


def revised(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    """A figure revised often, late and much, or all revisions of a year toward the target (反复、迟后、趋向目标的修订)."""
    if not dossier.versions:
        return
    match check.options["how"]:
        case "often":
            yield from _often(check, bound.one("figure"), dossier)
        case "late":
            yield from _late_and_much(check, bound.one("figure"), dossier)
        case "toward_target":
            yield from _toward_target(check, bound, dossier)


def _often(check: Check, code: str, dossier: Dossier) -> Findings:
    versions = dossier.versions.get((code, dossier.period), ())
    if len(versions) >= check.limits["most_revisions"]:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code,),
            odd=Words(f"{name.zh}已修订 {len(versions)} 次", f"{name.en} was revised {len(versions)} times"),
            usual=Words(f"少于 {plain(check.limits['most_revisions'])} 次", f"fewer than {plain(check.limits['most_revisions'])}"),
        )  # fmt: skip


def _late_and_much(check: Check, code: str, dossier: Dossier) -> Findings:
    versions, now = dossier.versions.get((code, dossier.period), ()), dossier.figures.get(code)
    if not versions or now is None or now.value is None or not versions[0].value:
        return
    days = (now.recorded_at - versions[0].recorded_at).days
    moved_pct = HUNDRED * (now.value - versions[0].value) / abs(versions[0].value)
    if days > check.limits["days"] and abs(moved_pct) > check.limits["most_change_pct"]:
        name, said = dossier.called(code), plain(moved_pct.quantize(Decimal("0.1")))
        yield check.finding(
            dossier, (code,),
            odd=Words(f"{name.zh}在首报 {days} 天后修订 {said}%", f"{name.en} was revised by {said}% {days} days after it was first filed"),
            usual=Words(
                f"{plain(check.limits['days'])} 天后的修订不超过 {plain(check.limits['most_change_pct'])}%",
                f"at most {plain(check.limits['most_change_pct'])}% after {plain(check.limits['days'])} days",
            ),
        )  # fmt: skip


def _toward_target(check: Check, bound: Binding, dossier: Dossier) -> Findings:
    code = bound.one("figure")
    target, figure = dossier.targets.get(code), dossier.value(code)
    if target is None or figure is None or not dossier.closes_year or not dossier.per_year:
        return
    is_met = figure <= target.value if target.is_ceiling else figure >= target.value
    toward = away = 0
    first = last = Decimal(0)
    for element in bound.many("moved"):
        for period, now in _year_of(dossier, element):
            earlier = dossier.versions.get((element, period), ())
            if now.value is None:
                continue
            began = earlier[0].value if earlier and earlier[0].value is not None else now.value
            first, last = first + began, last + now.value
            is_down = now.value < began
            toward += bool(earlier) and is_down == target.is_ceiling and now.value != began
            away += bool(earlier) and is_down != target.is_ceiling and now.value != began
    if not last or toward < check.limits["least_revisions"] or HUNDRED * toward < check.limits["least_share_pct"] * (toward + away):
        return
    unrevised = figure * first / last
    was_met = unrevised <= target.value if target.is_ceiling else unrevised >= target.value
    if is_met and not was_met:
        name = dossier.called(code)
        yield check.finding(
            dossier, (code, *bound.many("moved")), evidence={code: figure, f"target:{code}": target.value},
            odd=Words(
                f"全年 {toward + away} 次修订中 {toward} 次有利于目标；不修订时{name.zh}约为 {plain(unrevised.quantize(Decimal('0.01')))}，修订后 {plain(figure)} 恰好达标",
                f"{toward} of {toward + away} revisions of the year help the target; without them {name.en} would be {plain(unrevised.quantize(Decimal('0.01')))}, now {plain(figure)} meets it",
            ),
            usual=Words("修订有增有减", "revisions go both ways"),
        )  # fmt: skip


def _year_of(dossier: Dossier, element: str) -> list[tuple[Period, Figure]]:
    period, told = dossier.period, []
    for reported in (dossier.figures, *reversed(dossier.history[-(dossier.per_year - 1) :] if dossier.per_year > 1 else ())):
        figure = reported.get(element)
        if figure is not None:
            told.append((period, figure))
        period = period.previous()
    return told


KINDS = {
    "late": Kind(late, ("figure",), ("grace_days",)),
    "revised": Kind(
        revised, ("figure",), (), ("moved",), ("most_revisions", "days", "most_change_pct", "least_revisions", "least_share_pct"),
        {"how": ("often", "late", "toward_target")},
    ),
}  # fmt: skip
