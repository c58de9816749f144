"""A finding, and the catalogue it comes from, as their pages show them (问题页面、核查目录)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shuangkong.access.roles import Permission
from shuangkong.checks.catalogue import Check
from shuangkong.checks.lifecycle import FindingAct, FindingLife, FindingState
from shuangkong.checks.model import Severity
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.rounding import plain
from shuangkong.returns.form import Cell, Form
from shuangkong.services import clock
from shuangkong.services.check_wording import kind_in_words, limits_in_words
from shuangkong.services.documents.wording import unit_text
from shuangkong.services.filing_checks import catalogue_now
from shuangkong.services.filing_forms import UNFINISHED, form_of
from shuangkong.services.filing_observations import current_rows, subject_org
from shuangkong.services.filing_records import submitted_at
from shuangkong.services.finding_cases import acts_open_on, latest_end, life_of
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node
from shuangkong.services.people import Member, NotPermitted
from shuangkong.store.models import FindingRecord, FindingStep, Submission

_SERIES_MOST = 24
WAIVERS = {"county_statistics": Words("县区审批岗或主管部门", "the county's approver or the agency"), "city_statistics": Words("市主管部门", "the agency of the city"), "": Words("不可豁免", "nobody")}


@dataclass(frozen=True, slots=True)
class EvidenceFigure:
    """A figure that a finding rests on (证据): its name, and where it opens: a cell, or the meters of the unit; neither where it is worked out."""

    name: Words
    value: str
    unit: str
    cell: Cell | None
    is_metered: bool = False


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A figure of a period (序列点)."""

    period: str
    value: Decimal | None
    is_here: bool


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A finding with all that is known of it (问题页面)."""

    record: FindingRecord
    form: Form
    node: Node
    check: Check | None
    life: FindingLife
    state: FindingState
    severity: Severity
    steps: tuple[tuple[FindingStep, Words, Words], ...]
    possible: tuple[FindingAct, ...]
    evidence: tuple[EvidenceFigure, ...]
    series_of: Cell | None
    series: tuple[SeriesPoint, ...]
    is_current: bool
    waived_by: Words | None
    latest_end: date | None

    def chart(self, language: Language) -> dict[str, object]:
        """Return the series as a line chart is given it (历期曲线)."""
        assert self.series_of is not None
        values = [None if one.value is None else plain(one.value) for one in self.series]
        return {
            "unit": unit_text(str(self.series_of.unit or ""), language), "periods": [one.period for one in self.series], "zero": True,
            "series": [{"name": self.series_of.name.in_language(language), "values": values}],
        }  # fmt: skip


def show_finding(*, finding_id: int, who: Member) -> ShownCase:
    """Return a finding with what is odd, its figures, its past, its steps and what can be done (问题页面).

    Raises
    ------
    NotPermitted
        If the person may not see the organisation's figures.
    """
    record = FindingRecord.objects.select_related("filing__organisation", "submission").get(pk=finding_id)
    membership, today, period = Membership(), clock.today(), Period.parse(record.filing.period)
    if not membership.sees(who, record.org, period):
        raise NotPermitted(Permission.FIGURES_READ, record.org)
    form = form_of(record.filing.form, Period.parse(record.filing.period))
    check, life = catalogue_now().get(record.code), life_of(record)
    last = record.filing.submissions.order_by("-number").values_list("pk", flat=True).first()
    cells = [cell for element in record.elements if (cell := form.by_element.get(element)) is not None]
    steps = tuple(
        (step, Words(FindingAct[step.act].value, step.act.lower()), Words(FindingState[step.state_after].value, step.state_after.lower()))
        for step in record.steps.select_related("person").order_by("id")
    )  # fmt: skip
    return ShownCase(
        record=record, form=form, node=membership.node(record.org, period) or membership.today.find(record.org), check=check, life=life, state=life.on(today), severity=Severity[record.severity], steps=steps,
        possible=acts_open_on(record, who), evidence=tuple(_evidence(form, name, value) for name, value in record.evidence.items()),
        series_of=cells[0] if cells else None, series=_series(form, record, cells[0]) if cells else (), is_current=last == record.submission_id,
        waived_by=WAIVERS.get(check.waived_by, Words(check.waived_by, check.waived_by)) if check else None,
        latest_end=latest_end(record.code),
    )  # fmt: skip


def _evidence(form: Form, name: str, value: str) -> EvidenceFigure:
    kind, _, element = name.rpartition(":")
    cell = form.by_element.get(element)
    told = {"sum": Words("下级之和：", "sum of those below: "), "target": Words("目标：", "target: "), "coefficient": Words("折标系数：", "coefficient: "), "meter": Words("计量：", "by the meters: ")}
    before = told.get(kind, Words(f"{kind}：", f"{kind}: ") if kind else Words("", ""))
    called = cell.name if cell else Words(element, element)
    return EvidenceFigure(Words(before.zh + called.zh, before.en + called.en), f"{Decimal(value):,f}", str(cell.unit or "") if cell else "", cell if not kind else None, kind == "meter")


def _series(form: Form, record: FindingRecord, cell: Cell) -> tuple[SeriesPoint, ...]:
    """Return the figure through the periods: locked ones, else submitted ones; this one as it was found."""
    told: dict[str, Decimal | None] = {}
    rows = (
        Submission.objects.filter(filing__form=record.filing.form, filing__organisation=record.filing.organisation).exclude(filing__state__in=UNFINISHED)
        .order_by("filing__round", "number").values_list("filing__period", "pk", "digest")
    )  # fmt: skip
    for period, pk, digest in rows:
        entry = submitted_at(form_of(record.filing.form, Period.parse(period)), pk, digest).get(cell.key)
        told[period] = entry.number if entry else None
    for row in current_rows(org=subject_org(form, record.filing), element=cell.element):
        if Period.parse(row.period).grain is form.grain:
            told[row.period] = row.value
    own = record.evidence.get(cell.element)
    if own is not None:
        told[record.period] = Decimal(own)
    ordered = sorted(told.items(), key=lambda one: Period.parse(one[0]).start)
    return tuple(SeriesPoint(period, value, period == record.period) for period, value in ordered[-_SERIES_MOST:])


@dataclass(frozen=True, slots=True)
class ListedCheck:
    """A check as the catalogue shows it (核查目录的一行)."""

    check: Check
    kind: Words
    limits: Words
    waived_by: Words


def list_checks() -> tuple[ListedCheck, ...]:
    """Return the catalogue in words, with who may waive (核查目录)."""
    return tuple(
        ListedCheck(check, kind_in_words(check), limits_in_words(check.limits), WAIVERS.get(check.waived_by, Words(check.waived_by, check.waived_by)))
        for check in catalogue_now().values()
    )
