"""Products of key units against the benchmark and the baseline (单位产品能耗对标), from their locked yearly reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.projects.efficiency_level import EfficiencyGap, efficiency_gap
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey
from shuangkong.returns.states import ReturnAct
from shuangkong.rules import at as rules_at
from shuangkong.services.documents.report import Mark
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_observations import end_of
from shuangkong.services.filing_records import submitted_at
from shuangkong.store.models import FilingAct, Submission

REPORT = "key-unit-report"
_SIMULATED = "（模拟）"
_TONNE = frozenset({"t", "吨"})
NO_LEVEL = Words("国家能效水平目录没有此产品", "the national list has no level for it")
OTHER_MEASURE = Words("目录的计量方式不同，不能比较", "the list measures it otherwise")


@dataclass(frozen=True, slots=True)
class KeyReport:
    """The locked yearly report of a key unit (能源利用状况报告)."""

    filing_id: int
    org: str
    year: int
    entries: Mapping[CellKey, Entry]

    def text(self, table: str, row: str, column: str) -> str:
        """Return a text of it, empty where there is none."""
        entry = self.entries.get(CellKey(table, row, column))
        return "" if entry is None else entry.text or ""

    def number(self, table: str, row: str, column: str) -> Decimal | None:
        """Return a figure of it."""
        entry = self.entries.get(CellKey(table, row, column))
        return None if entry is None else entry.number

    def rows(self, table: str) -> tuple[str, ...]:
        """Return the rows that a list holds."""
        return tuple(sorted({key.row for key in self.entries if key.table == table}, key=lambda row: (len(row), row)))


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One product of one unit (产品对标): its unit consumption, and its gap to the levels or why there is none."""

    org: str
    filing_id: int
    product: str
    output: Decimal
    output_unit: str
    unit_energy_kgce: Decimal
    gap: EfficiencyGap | None
    reason: Words | None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """未核实 where a level is not verified."""
        return (Mark.UNVERIFIED,) if self.gap and not all(rule.verified for rule in self.gap.rules) else ()


def key_reports(orgs: Iterable[str], *, year: int, as_of: date | None = None) -> dict[str, KeyReport]:
    """Return the locked yearly reports of units (能源利用状况报告), by unit; the last round where it was amended."""
    acts = FilingAct.objects.filter(
        act=ReturnAct.LOCK.name, filing__form=REPORT, filing__period=str(year), filing__organisation__code__in=list(orgs)
    )
    if as_of is not None:
        acts = acts.filter(recorded_at__lt=end_of(as_of))
    filings = dict(acts.order_by("id").values_list("filing__organisation__code", "filing_id"))
    kept = {
        filing: (key, digest)
        for filing, key, digest in Submission.objects.filter(filing_id__in=list(filings.values())).order_by("number").values_list("filing_id", "pk", "digest")
    }
    form = form_of(REPORT, Period.year(year))
    return {org: KeyReport(filing, org, year, submitted_at(form, *kept[filing])) for org, filing in filings.items() if filing in kept}


def product_lines(report: KeyReport) -> tuple[ProductLine, ...]:
    """Return the products of a report against the levels of its year (单位产品能耗对标)."""
    found = []
    for row in report.rows("products"):
        output, energy = report.number("products", row, "output"), report.number("products", row, "energy_tce")
        product, measure = report.text("products", row, "product"), report.text("products", row, "output_unit")
        if output and energy is not None:
            found.append(_line(report, product, output, measure, energy * 1000 / output))
    return tuple(found)


def _line(report: KeyReport, product: str, output: Decimal, measure: str, unit_energy: Decimal) -> ProductLine:
    def made(gap: EfficiencyGap | None, reason: Words | None) -> ProductLine:
        return ProductLine(report.org, report.filing_id, product, output, measure, unit_energy, gap, reason)

    try:
        gap = efficiency_gap(product.removesuffix(_SIMULATED), unit_energy=unit_energy, output=output, rules=rules_at(date(report.year, 12, 31)))
    except Refusal:
        return made(None, NO_LEVEL)
    energy, _, per = gap.rules[0].unit.partition("/")
    same = per == measure or {per, measure} <= _TONNE
    return made(gap, None) if energy == "kgce" and same else made(None, OTHER_MEASURE)
