"""One figure as a page (数据页): its versions and what each changed, its sum of units against it, and what rests on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from shuangkong.access.roles import Permission
from shuangkong.indicators.formula import Step
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.plan.model import Target
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.documents.report import MARK_OF_GRADE, Mark
from shuangkong.services.documents.wording import number_text, unit_text
from shuangkong.services.filing_forms import form_of, forms
from shuangkong.services.membership import Membership
from shuangkong.services.openings import LEAST_IN_AGGREGATE, Opened, Parts, open_figure
from shuangkong.services.organisations import Node, Tree
from shuangkong.services.people import Member, NotPermitted
from shuangkong.store.models import ObservationRow

GRADE_WORDS = {
    DataGrade.MEASURED: Words("实测", "measured"), DataGrade.REPORTED: Words("填报", "reported"), DataGrade.ESTIMATED: Words("估算", "estimated"),
    DataGrade.SUBSTITUTED: Words("替代", "substituted"), DataGrade.SIMULATED: Words("模拟", "simulated"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a figure and what it changed (版本)."""

    row: ObservationRow
    change: Decimal | None
    told: Words

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What must be shown beside it."""
        mark = MARK_OF_GRADE.get(DataGrade[self.row.grade])
        return (mark,) if mark else ()


@dataclass(frozen=True, slots=True)
class FigurePage:
    """Everything of a figure that its page shows (数据页); `opened` is None where nothing was reported by the day."""

    element: str
    name: Words
    definition: Words
    node: Node
    period: Period
    opened: Opened | None
    versions: tuple[Version, ...]
    signed: Mapping[str, Words]
    decimals: int | None
    grade: Words | None
    sum_told: Words | None
    indicators: tuple[tuple[str, Words], ...]
    targets: tuple[Target, ...]

    @property
    def is_known(self) -> bool:
        """Whether there is such a figure, be it not reported yet."""
        return self.opened is not None or self.element in catalogue().elements


def figure_page(*, element: str, org: str, period: str, who: Member, as_of: date | None = None) -> FigurePage:
    """Return a figure with all that is behind it and all that rests on it (数据页).

    Raises
    ------
    NotPermitted
        If the person may not read the organisation's figures.
    """
    membership, at = Membership(), Period.parse(period)
    node = membership.node(org, at) or membership.today.find(org)
    if not membership.sees(who, org, at):
        raise NotPermitted(Permission.FIGURES_READ, org)
    opened = open_figure(element=element, org=org, period=period, who=who, as_of=as_of)
    declared = catalogue().elements.get(element)
    used = used_by(element)
    served = {told for code in used for told in (code, catalogue().indicators[code].declaration.evidence_for)}
    return FigurePage(
        element=element, name=opened.name if opened else declared.name if declared else Words(element, element),
        definition=opened.definition if opened else declared.definition if declared else Words("", ""), node=node, period=Period.parse(period), opened=opened,
        versions=_versions(opened) if opened else (), signed=_signed(opened, membership.today, membership.at_end(at)) if opened else {},
        decimals=_decimals(opened) if opened else None, grade=GRADE_WORDS.get(DataGrade[opened.row.grade]) if opened else None,
        sum_told=_sum_told(opened, opened.made_of) if opened and opened.made_of else None,
        indicators=tuple((code, catalogue().name(code)) for code in used),
        targets=tuple(target for target in city().plan.targets if target.indicator in served and target.scope in (org, city().code)),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def used_by(element: str) -> tuple[str, ...]:
    """Return the indicators whose formula reads an element, by itself or through another (被引用指标)."""
    known: set[str] = {element}
    for code, indicator in catalogue().indicators.items():  # each comes after those it rests on
        if any(node.step is Step.NAME and node.literal in known for node in indicator.tree.walk()):
            known.add(code)
    return tuple(code for code in catalogue().indicators if code in known)


def _decimals(opened: Opened) -> int | None:
    """Return how many decimals the form asks for, None where the figure came by no return: it is shown as published."""
    filing = opened.row.filing
    form = form_of(filing.form, opened.period) if filing and filing.form in forms() else None
    cell = form.figure(opened.element, opened.row.org) if form else None
    return cell.decimals if cell else None


def _signed(opened: Opened, today: Tree, then: Tree) -> dict[str, Words]:
    """Return every hand the figure went through as it is read: organisations by name, as rows keep their code."""
    told = {hand for row in opened.versions for hand in (row.reported_by, row.approved_by)} | {step.organisation for step in opened.steps}
    return {hand: (today if hand.partition(" ")[0] in today else then).signed(hand) for hand in told}


def _versions(opened: Opened) -> tuple[Version, ...]:
    """The newest first."""
    told = [Version(opened.versions[0], None, Words("首次报送", "first report"))]
    for before, row in zip(opened.versions, opened.versions[1:], strict=False):
        told.append(_changed(before, row))
    return tuple(reversed(told))


def _changed(before: ObservationRow, row: ObservationRow) -> Version:
    if before.unit == row.unit and before.value is not None and row.value is not None and before.value != row.value:
        return Version(row, row.value - before.value, Words("数值修订", "value revised"))
    if before.unit != row.unit:
        return Version(row, None, Words(f"计量单位由 {before.unit} 改为 {row.unit}", f"unit changed from {before.unit} to {row.unit}"))
    if row.value is None and before.value is not None:
        return Version(row, None, Words("改为不适用", "now does not apply"))
    if before.value is None and row.value is not None:
        return Version(row, None, Words("由不适用改为有数", "did not apply before"))
    if before.grade != row.grade:
        one, other = GRADE_WORDS[DataGrade[before.grade]], GRADE_WORDS[DataGrade[row.grade]]
        return Version(row, None, Words(f"数据等级由{one.zh}改为{other.zh}", f"grade changed from {one.en} to {other.en}"))
    return Version(row, None, Words("数值未变", "value unchanged"))


def _sum_told(opened: Opened, parts: Parts) -> Words:
    """Say how the sum of the units stands against the figure."""
    if not parts.reported:
        return Words(f"{parts.expected} 家单位均未报送该期数据", f"none of {parts.expected} units has reported")
    covered = Words(f"{parts.reported}/{parts.expected} 家单位已报", f"{parts.reported} of {parts.expected} units reported")
    figure = opened.row.value
    if not parts.is_shown:
        return Words(
            f"{covered.zh}；其中您不能查看的不足 {LEAST_IN_AGGREGATE} 家，合计会推算出单个单位的数，不予显示",
            f"{covered.en}; fewer than {LEAST_IN_AGGREGATE} of them are closed to you, and a sum would give a single one away: not shown",
        )
    if parts.total is None or not figure:
        return covered
    gap, share, unit = parts.total - figure, parts.total * 100 / figure, opened.row.unit
    zh, en = f"{covered.zh}，合计 {number_text(parts.total, 2)} {unit_text(unit)}", f"{covered.en}, {number_text(parts.total, 2)} {unit_text(unit, 'en')} together"
    if not parts.rule.is_whole:
        return Words(f"{zh}，占本数 {number_text(share, 1)}%（单位只是其中一部分）", f"{en}, {number_text(share, 1)}% of the figure (units are only a part of it)")
    if not gap:
        return Words(f"{zh}，与本数一致", f"{en}, which is the figure")
    size = number_text(abs(gap), 2)
    return Words(
        f"{zh}，比本数{'多' if gap > 0 else '少'} {size} {unit_text(unit)}（{number_text(abs(share - 100), 1)}%）",
        f"{en}, {size} {unit_text(unit, 'en')} {'more' if gap > 0 else 'less'} than the figure ({number_text(abs(share - 100), 1)}%)",
    )
