"""A unit as a page (单位页): where it belonged when, its energy by carrier and year, its products, what it owes; and the list of units."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from shuangkong.energy.meters import MeterFitting, MeterLevel, check_meter_fitting
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.form import Form, Row
from shuangkong.rules import at as rules_at
from shuangkong.services import clock
from shuangkong.services.alarm_pages import AlarmLine, alarms_of
from shuangkong.services.carrier_flows import (
    ACCOUNT,
    COMPREHENSIVE,
    CarrierUse,
    Co2,
    Link,
    UnitEnergy,
    co2_of,
    energy_elements,
    energy_of_rows,
    links_of,
)
from shuangkong.services.documents.report import MARK_OF_GRADE, Mark
from shuangkong.services.documents.wording import number_text
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.organisation_changes import Version, history_of, seen_place
from shuangkong.services.organisations import Node, OrganisationKind, tree_on
from shuangkong.services.people import Member
from shuangkong.services.place_pages import UnitRow, unit_rows
from shuangkong.services.product_levels import REPORT, KeyReport, ProductLine, key_reports, product_lines
from shuangkong.services.standing import moment_of, plan_years
from shuangkong.services.trades import TAG_WORDS, trade_code, trade_name, trades_of
from shuangkong.services.unit_standing import Due, OpenFinding, open_findings, returns_due
from shuangkong.store.models import ObservationRow

_OUTPUT, _PER_PRODUCT, _PER_VALUE = "output_t", "unit_energy_kgce_per_t", "energy_per_output_value_tce_per_10k_yuan"
_SAVING_TARGET, _SAVING_DONE = "key_saving_target_tce", "key_saving_done_tce"
_SINGLE = (COMPREHENSIVE, _OUTPUT, _PER_PRODUCT, _PER_VALUE, _SAVING_TARGET, _SAVING_DONE)
_LEVELS = {"unit": MeterLevel.WHOLE_UNIT, "part": MeterLevel.MAIN_SUB_UNIT, "device": MeterLevel.MAIN_EQUIPMENT}
LEVEL_WORDS = {MeterLevel.WHOLE_UNIT: Words("用能单位", "whole unit"), MeterLevel.MAIN_SUB_UNIT: Words("主要次级用能单位", "main sub-units"), MeterLevel.MAIN_EQUIPMENT: Words("主要用能设备", "main equipment")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitYear:
    """One year of a unit (单位年度数据): energy by carrier, single figures by element, the county it was counted in."""

    year: int
    energy: UnitEnergy | None
    figures: dict[str, ObservationRow]
    home: Version | None
    co2: Co2 | None

    def value(self, element: str) -> Decimal | None:
        """Return a single figure of the year."""
        row = self.figures.get(element)
        return row.value if row else None

    @property
    def comprehensive(self) -> Decimal | None:
        """Comprehensive energy. [tce]"""
        return self.value(COMPREHENSIVE)

    @property
    def output(self) -> Decimal | None:
        """Output of the main product. [t]"""
        return self.value(_OUTPUT)

    @property
    def per_product(self) -> Decimal | None:
        """Comprehensive energy of a tonne. [kgce/t]"""
        return self.value(_PER_PRODUCT)

    @property
    def per_value(self) -> Decimal | None:
        """Comprehensive energy of output value. [tce/万元]"""
        return self.value(_PER_VALUE)

    @property
    def saving_target(self) -> Decimal | None:
        """The saving asked of it. [tce]"""
        return self.value(_SAVING_TARGET)

    @property
    def saving_done(self) -> Decimal | None:
        """The saving it reports. [tce]"""
        return self.value(_SAVING_DONE)

    @property
    def saving_pct(self) -> Decimal | None:
        """What was saved of what was asked. [%]"""
        return self.saving_done * 100 / self.saving_target if self.saving_target and self.saving_done is not None else None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What must be shown beside its figures."""
        grades = {row.grade for row in self.figures.values()}
        return tuple(dict.fromkeys([*(MARK_OF_GRADE[grade] for grade in MARK_OF_GRADE if grade.name in grades), *(self.energy.marks if self.energy else ())]))


@dataclass(frozen=True, slots=True)
class MeterLine:
    """Meters of one kind of energy at one level (计量器具配备)."""

    name: Words
    level: Words
    required: int
    fitted: int
    fitting: MeterFitting
    element: str


@dataclass(frozen=True, slots=True)
class Manager:
    """Somebody of the unit's energy management (能源管理岗位)."""

    name: str
    post: str
    title: str
    appointed: str
    filed: str
    phone: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A form over the years (报送情况的一行): the returns of each year, empty where none was asked."""

    form: Form
    years: tuple[tuple[Due, ...], ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Everything of a unit that its page shows (单位页)."""

    node: Node
    finding: Words
    year: int
    known_on: date
    history: tuple[Version, ...]
    tags: tuple[Words, ...]
    years: tuple[UnitYear, ...]
    chosen: UnitYear | None
    links: tuple[Link, ...]
    carriers: tuple[CarrierUse, ...]
    products: tuple[ProductLine, ...]
    report: KeyReport | None
    managers: tuple[Manager, ...]
    meters: tuple[MeterLine, ...]
    grid: tuple[GridRow, ...]
    grid_years: tuple[int, ...]
    findings: tuple[OpenFinding, ...]
    forms: tuple[Form, ...]
    alarms: tuple[AlarmLine, ...] = ()

    @property
    def has_account(self) -> bool:
        """Whether it is asked for the account of its energy."""
        return any(form.code == ACCOUNT for form in self.forms)

    @property
    def targeted(self) -> tuple[UnitYear, ...]:
        """The years for which a saving was asked of it."""
        return tuple(one for one in self.years if one.saving_target is not None)

    @property
    def is_closed(self) -> bool:
        """Whether it has closed by the day."""
        return bool(self.history) and any(one.is_closed and one.held_on(self.known_on) for one in self.history)

    @property
    def contact(self) -> tuple[tuple[Words, str], ...]:
        """What its yearly report says of it."""
        told = (("address", Words("地址", "Address")), ("representative", Words("法定代表人", "Legal representative")), ("department", Words("能源管理机构", "Energy department")),
                ("trade", Words("行业", "Trade")), ("main_products", Words("主要产品", "Main products")), ("management_system", Words("能源管理体系认证", "Certificate")))  # fmt: skip
        return tuple((name, text) for row, name in told if self.report and (text := self.report.text("profile", row, "value")))


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """The units a person may see (单位一览)."""

    year: int
    known_on: date
    asked: str
    rows: tuple[UnitRow, ...]
    names: dict[str, Words]
    years: tuple[int, ...]


def units_page(*, who: Member, asked: str = "", year: int | None = None, as_of: date | None = None) -> UnitsPage:
    """Return the units a person may see, the largest first (单位一览)."""
    moment, day = moment_of(year=year, as_of=as_of), as_of or clock.today()
    tree, words = tree_on(day), asked.lower().split()
    trades = trades_of(tree, day)
    nodes = [
        node for node in tree.of_kind(OrganisationKind.UNIT)
        if all(word in f"{node.code} {node.name.zh} {node.name.en} {' '.join(trades.get(node.code, ()))}".lower() for word in words) and who.sees(node.code, tree)
    ]  # fmt: skip
    due, findings = returns_due(nodes, year=moment.year, as_of=as_of), open_findings([node.code for node in nodes], as_of=as_of)
    names = {node.code: node.name for node in tree if node.kind is not OrganisationKind.UNIT}
    return UnitsPage(moment.year, moment.as_of, asked, unit_rows(nodes, due, findings, year=moment.year, as_of=as_of), names, tuple(plan_years()))


def unit_page(*, code: str, who: Member, year: int | None = None, as_of: date | None = None) -> UnitPage:
    """Return a unit as known on a day (单位页); the newest year it has energy of where none is asked for.

    Raises
    ------
    UnknownOrganisation, NotPermitted
        If there is no such unit, or the person may not read its figures.
    """
    day = as_of or clock.today()
    node = seen_place(code, who, kind=OrganisationKind.UNIT, day=day)
    history = history_of(code)
    by_year = _years(code, history, as_of)
    known = [one for one in by_year if one.energy is not None]
    chosen = next((one for one in by_year if one.year == year), None) if year else known[-1] if known else None
    shown = chosen.year if chosen else year or moment_of(as_of=as_of).year
    report = key_reports([code], year=shown, as_of=as_of).get(code)
    due = returns_due([node], as_of=as_of)
    return UnitPage(
        node=node, finding=_finding(node, by_year, chosen, due), year=shown, known_on=day, history=history, tags=_tags(node, date(shown, 12, 31)),
        years=by_year, chosen=chosen, links=links_of([chosen.energy], is_whole=True) if chosen and chosen.energy else (), carriers=_carriers(by_year),
        products=product_lines(report) if report else (), report=report, managers=_managers(report), meters=_meters(code, shown, as_of), findings=open_findings([code], as_of=as_of),
        grid=_grid(due), grid_years=_grid_years(due), forms=tuple({one.form.code: one.form for one in due}.values()), alarms=alarms_of(code, as_of=as_of),
    )  # fmt: skip


def _tags(node: Node, day: date) -> tuple[Words, ...]:
    trade = trade_name(trade_code(node.tags), day)
    return (*((trade,) if trade else ()), *(told for tag, told in TAG_WORDS.items() if tag in node.tags))


@lru_cache(maxsize=1)
def _wanted() -> tuple[str, ...]:
    """The elements of the page, in whatever edition of the forms."""
    years = plan_years()
    return tuple(dict.fromkeys([*(element for year in range(years[0] - 1, years[-1] + 2) for element in energy_elements(year)), *_SINGLE]))


def _years(code: str, history: tuple[Version, ...], as_of: date | None) -> tuple[UnitYear, ...]:
    rows: dict[int, list[ObservationRow]] = defaultdict(list)
    for row in current_rows(as_of=as_of, org=code, element__in=_wanted()):
        if len(row.period) == 4:
            rows[int(row.period)].append(row)
    found = []
    for year in sorted(rows):
        energy = energy_of_rows(rows[year], year=year).get(code)
        energy = energy if energy and energy.carriers else None
        figures = {row.element: row for row in rows[year] if row.element in _SINGLE}
        home = next((one for one in history if one.held_on(date(year, 12, 31))), None)
        if energy or figures:
            found.append(UnitYear(year, energy, figures, home, co2_of([energy], year=year) if energy else None))
    return tuple(found)


def _finding(node: Node, years: tuple[UnitYear, ...], chosen: UnitYear | None, due: tuple[Due, ...]) -> Words:
    if not years and due and all(one.form.code != ACCOUNT for one in due):
        filed = sum(one.is_filed for one in due)
        return Words(f"{node.name.zh}不填报205-1，其他报表已报 {filed}/{len(due)}", f"{node.name.en} files no 205-1; of its other returns {filed} of {len(due)} are filed")
    if chosen is None or chosen.comprehensive is None:
        return Words(f"{node.name.zh}尚无锁定的能源数据", f"{node.name.en} has no locked energy figures yet")
    now = number_text(chosen.comprehensive, 0)
    zh, en = f"{node.name.zh} {chosen.year} 年综合能源消费量 {now} 吨标准煤", f"{node.name.en} used {now} tce in {chosen.year}"
    before = next((one.comprehensive for one in years if one.year == chosen.year - 1), None)
    if not before:
        return Words(zh, en)
    change = (chosen.comprehensive / before - 1) * 100
    told = number_text(abs(change), 1)
    return Words(f"{zh}，较上年{'上升' if change > 0 else '下降'} {told}%", f"{en}, {told}% {'more' if change > 0 else 'less'} than the year before")


def _carriers(years: tuple[UnitYear, ...]) -> tuple[CarrierUse, ...]:
    """One use of each carrier ever used, the largest of the last year first."""
    found = {use.code: use for one in years if one.energy for use in one.energy.carriers}
    return tuple(sorted(found.values(), key=lambda use: -use.consumed_tce))


def _managers(report: KeyReport | None) -> tuple[Manager, ...]:
    if report is None:
        return ()
    columns = ("name", "post", "title", "appointed", "filed", "phone")
    return tuple(Manager(*(report.text("posts", row, column) for column in columns)) for row in report.rows("posts"))


def _meters(code: str, year: int, as_of: date | None) -> tuple[MeterLine, ...]:
    form, rules = form_of(REPORT, Period.year(year)), rules_at(date(year, 12, 31))
    rows = {row.element: row for row in current_rows(as_of=as_of, org=code, period=str(year), element__startswith="key_meters_")}

    def line(row: Row, prefix: str, level: MeterLevel) -> MeterLine | None:
        asked, fitted = rows.get(f"key_meters_{row.code}_{prefix}_required"), rows.get(f"key_meters_{row.code}_{prefix}_fitted")
        if asked is None or fitted is None or not asked.value or fitted.value is None:
            return None
        try:
            held = check_meter_fitting(energy=row.code, level=level, fitted=int(fitted.value), required=int(asked.value), rules=rules)
        except Refusal:
            return None
        return MeterLine(row.name, LEVEL_WORDS[level], int(asked.value), int(fitted.value), held, fitted.element)

    found = (line(row, prefix, level) for row in form.table("meters").rows for prefix, level in _LEVELS.items())
    return tuple(one for one in found if one is not None)


def _grid_years(due: tuple[Due, ...]) -> tuple[int, ...]:
    return tuple(sorted({Period.parse(one.window.period).last_year for one in due}))


def _grid(due: tuple[Due, ...]) -> tuple[GridRow, ...]:
    held: dict[str, dict[int, list[Due]]] = defaultdict(lambda: defaultdict(list))
    for one in due:
        held[one.form.code][Period.parse(one.window.period).last_year].append(one)
    newest = {one.form.code: one.form for one in due}
    years = _grid_years(due)
    return tuple(GridRow(newest[code], tuple(tuple(by_year.get(year, ())) for year in years)) for code, by_year in sorted(held.items()))
