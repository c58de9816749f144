"""The declared returns of a city pack (报表声明): read, dated, and laid beside coefficients, checks and working days."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import chinese_calendar

from shuangkong.checks.model import Layout, PrintedRange, Trait
from shuangkong.energy.coal_equivalent import (
    KGCE_PER_TCE,
    CarrierTable,
    EnergyCarrier,
    conversion_factor,
    printed_range,
)
from shuangkong.indicators.declaration import ElementKind
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.units import ONE, unit
from shuangkong.returns.entries import Entries
from shuangkong.returns.expression import Factor, leaves, parse
from shuangkong.returns.form import Cell, CellKey, Form, Row
from shuangkong.returns.formula import CoalFactor
from shuangkong.returns.reading import DeclaredElement, form_from
from shuangkong.returns.soundness import every_cell
from shuangkong.rules import at, book
from shuangkong.services.check_dossiers import traits
from shuangkong.services.documents.structured import read_structured
from shuangkong.services.indicators import load_catalogue

FORMS_FOLDER = "returns"
_COUNTIES = frozenset({"DISTRICT", "COUNTY", "FUNCTIONAL_ZONE"})
_KNOWN_YEARS = frozenset(day.year for day in chinese_calendar.constants.holidays)


class UnknownForm(Refusal):
    """The pack declares no such return, or none that serves the day (没有该报表)."""

    def __init__(self, code: str, day: date | None = None) -> None:
        super().__init__(
            thing=Words("表号", "form"), value=code,
            rule=Words("没有声明", "is not declared") if day is None else Words(f"没有适用于 {day} 的版本", f"has no edition that serves {day}"),
            remedy=Words("查看城市包 returns 文件夹", "see the folder returns of the city pack"),
        )  # fmt: skip


def read_forms(folder: Path) -> tuple[dict[str, tuple[Form, ...]], list[Fault]]:
    """Read every declared return of a pack (读取报表声明): editions by code, oldest first, and everything wrong."""
    faults: list[Fault] = []
    editions: dict[str, list[Form]] = {}
    known = declared_elements(folder)
    for path in sorted((folder / FORMS_FOLDER).glob("*.yaml")):
        where = Words(f"{FORMS_FOLDER}/{path.name}", f"{FORMS_FOLDER}/{path.name}")
        try:
            raw = read_structured(path)
        except InputRefused as refused:
            faults += [fault.at(where) for fault in refused.faults]
            continue
        if not isinstance(raw, Mapping):
            faults.append(Fault(Words("报表", "form"), path.name, Words("内容不是键值表", "is not a mapping"), Words("写成 键: 值", "write key: value"), where))
            continue
        form = form_from(_with_counties(raw, folder), where=where, faults=faults, known=known)
        if form is not None:
            editions.setdefault(form.code, []).append(form)
    dated = {code: tuple(sorted(forms, key=lambda form: form.valid_from)) for code, forms in editions.items()}
    return dated, faults + [fault for forms in dated.values() for fault in _edition_faults(forms)]


def _with_counties(raw: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Return a declaration in which `rows: jurisdictions` has become a row for each county, whose figures are about it."""
    tables = raw.get("tables")
    if not isinstance(tables, list) or not any(isinstance(table, Mapping) and table.get("rows") == "jurisdictions" for table in tables):
        return raw
    rows = [
        {"code": f"j{str(one['code']).lower()}", "name": one["name"], "name_en": one["name_en"], "org": str(one["code"])}
        for one in read_structured(folder / "jurisdictions.yaml")["jurisdictions"] if one["kind"] in _COUNTIES
    ]  # fmt: skip
    return {**raw, "tables": [{**table, "rows": rows} if table.get("rows") == "jurisdictions" else table for table in tables]}


def _edition_faults(forms: tuple[Form, ...]) -> list[Fault]:
    return [
        Fault(Words("表号", "form"), f"{later.code} {later.edition}", Words("与另一版本同时有效", "is valid beside another edition"),
              Words("改 valid_from 或给前一版 valid_to", "mend valid_from, or give the one before a valid_to"))
        for earlier, later in pairwise(forms)
        if later.valid_from == earlier.valid_from or (earlier.valid_to is not None and earlier.valid_to >= later.valid_from)
    ]  # fmt: skip


def declared_elements(folder: Path) -> dict[str, DeclaredElement]:
    """Return what a pack says of its data elements, with the tags the checks know them by (数据元素与标签)."""
    try:
        elements = load_catalogue(folder).elements
    except InputRefused:
        return {}  # told by the check of the indicators
    tagged = traits(book().at(date.max))
    return {
        code: DeclaredElement(one.name, one.unit, one.definition, _tags(one.kind, tagged.get(code)), tagged[code].group if code in tagged else "")
        for code, one in elements.items()
    }


def _tags(kind: ElementKind, trait: Trait | None) -> frozenset[str]:
    if trait is not None:
        return trait.tags
    return frozenset({ElementKind.FLOW: ("flow", "typed"), ElementKind.STOCK: ("stock",)}.get(kind, ("rate",)))


@lru_cache(maxsize=8)
def load_editions(folder: Path) -> Mapping[str, tuple[Form, ...]]:
    """Return every edition of every declared return, by code, oldest first (全部版本).

    Raises
    ------
    InputRefused
        With every fault of the declarations.
    """
    editions, faults = read_forms(folder)
    if faults:
        raise InputRefused(faults)
    return editions


def load_forms(folder: Path) -> Mapping[str, Form]:
    """Return the newest edition of every declared return, by code (报表目录)."""
    return {code: forms[-1] for code, forms in load_editions(folder).items()}


def form_on(code: str, day: date, *, folder: Path) -> Form:
    """Return the edition of a return that serves a period beginning on the day (适用版本).

    Raises
    ------
    UnknownForm
        If the pack declares none such.
    """
    forms = load_editions(folder).get(code)
    if forms is None:
        raise UnknownForm(code)
    for form in reversed(forms):
        if form.valid_from <= day and (form.valid_to is None or day <= form.valid_to):
            return form
    raise UnknownForm(code, day)


@lru_cache(maxsize=256)
def form_factors(form: Form, day: date) -> Mapping[str, CoalFactor]:
    """Return the coefficients that a form's formulas ask for, by row (折标系数): on its basis, of the day, in tce per unit of the row.

    A row whose carrier has none on that basis is left out; what rests on it stays empty and says so.
    """
    if form.conversion is None:
        return {}
    rules = at(day)
    carriers = CarrierTable(rules).energy_carriers
    found: dict[str, CoalFactor] = {}
    for row in _converted_rows(form):
        try:
            factor = conversion_factor(carriers[row.code], basis=form.conversion, rules=rules)
        except InputRefused:
            continue
        scale = _physical_units(row, carriers[row.code]) / KGCE_PER_TCE
        paths = tuple(rule.path for rule in factor.rules)
        found[row.code] = CoalFactor(factor.figure * scale, paths, factor.verified, factor.is_stand_in)
    return found


def _physical_units(row: Row, carrier: EnergyCarrier) -> Decimal:
    """Physical units of the carrier in one unit of the row."""
    return (row.unit or ONE).factor_to(unit(carrier.physical_unit))


def _converted_rows(form: Form) -> Iterator[Row]:
    """Yield the rows for which some formula asks a coefficient: of its own table, or of any where another row is named."""
    asked: set[tuple[str, str]] = set()
    for cell in every_cell(form):
        for formula in filter(None, (cell.formula, cell.prefill)):
            asked |= {("", leaf.row) if leaf.row else cell.key[:2] for leaf in leaves(parse(formula)) if isinstance(leaf, Factor)}
    yield from (row for table in form.tables for row in table.rows if not asked.isdisjoint({(table.code, row.code), ("", row.code)}))


def factor_faults(form: Form, day: date) -> list[Fault]:
    """Return the rows that ask for a coefficient and name no carrier, or one measured otherwise (折标系数核对)."""
    carriers = CarrierTable(at(day)).energy_carriers
    faults: list[Fault] = []
    for row in _converted_rows(form):
        thing = Words(f"报表 {form.code} 行 {row.code}", f"form {form.code}, row {row.code}")
        if row.code not in carriers:
            faults.append(Fault(thing, row.code, Words("不在折标系数表中", "is no carrier of the coefficients"), Words("改用品种代码", "use the code of a carrier")))
            continue
        try:
            _physical_units(row, carriers[row.code])
        except InputRefused as refused:
            faults += [Fault(thing, fault.value, fault.rule, fault.remedy) for fault in refused.faults]
    return faults


def form_layout(form: Form) -> Layout:
    """Return a form as the checks see it (核查表式): its elements with unit, tags and group.

    A required cell of a sparse table is required only in a row that was begun, which `completeness` sees to and no check.
    """
    held = _LAYOUTS.get(form)
    if held is None:
        sparse = {table.code for table in form.tables if table.is_sparse}
        held = _LAYOUTS[form] = Layout(
            Trait(cell.element, cell.name, cell.unit or ONE, cell.tags | ({"required"} if cell.is_required and cell.key.table not in sparse else set()), cell.group)
            for cell in form.by_element.values()
        )
    return held


_LAYOUTS: WeakKeyDictionary[Form, Layout] = WeakKeyDictionary()


def form_coefficients(form: Form, entries: Entries) -> dict[str, Decimal]:
    """Return the coefficients a return declares, by the element of consumption they belong to (填报的折标系数), as a dossier wants them."""
    return {
        code: entry.number
        for code, cell in form.by_element.items()
        if "consumption" in cell.tags and (key := _coefficient_of(form, cell)) is not None
        and (entry := entries.get(key)) is not None and entry.number is not None
    }  # fmt: skip


def form_ranges(form: Form, day: date) -> dict[str, PrintedRange]:
    """Return the ranges the standard prints for the coefficients of a form (折标系数区间), as a dossier wants them."""
    rules, found = at(day), {}
    carriers = CarrierTable(rules).energy_carriers
    rows = {row.code: row for row in _converted_rows(form) if row.code in carriers}
    for code, cell in form.by_element.items():
        if "consumption" not in cell.tags or cell.key.row not in rows or form.conversion is None:
            continue
        factor = conversion_factor(carriers[cell.key.row], basis=form.conversion, rules=rules)
        printed = printed_range(factor, rules=rules)
        if printed is not None:
            scale = _physical_units(rows[cell.key.row], carriers[cell.key.row]) / KGCE_PER_TCE
            found[f"coefficient:{code}"] = PrintedRange(printed[0] * scale, printed[1] * scale, str(factor.rules[0].citation))
    return found


def _coefficient_of(form: Form, cell: Cell) -> CellKey | None:
    keys = (other.key for other in form.fixed_cells.values() if other.key[:2] == cell.key[:2] and "coefficient" in other.tags)
    return next(keys, None)


class CalendarDay(NamedTuple):
    """Whether a day is worked (是否工作日); `is_known` is False where the holidays of its year have not been published to us."""

    is_worked: bool
    is_known: bool


@lru_cache(maxsize=4096)
def calendar_day(day: date) -> CalendarDay:
    """Return whether a day is worked, by the published holidays and make-up days (工作日历); Monday to Friday in years not known.

    Examples
    --------
    >>> calendar_day(date(2024, 2, 12)), calendar_day(date(2024, 2, 18)), calendar_day(date(2099, 1, 5))
    (CalendarDay(is_worked=False, is_known=True), CalendarDay(is_worked=True, is_known=True), CalendarDay(is_worked=True, is_known=False))
    """
    if day.year in _KNOWN_YEARS:
        return CalendarDay(bool(chinese_calendar.is_workday(day)), is_known=True)
    return CalendarDay(day.isoweekday() <= 5, is_known=False)


def is_working_day(day: date) -> bool:
    """Tell whether a day is worked (是否工作日); see `calendar_day`.

    Examples
    --------
    >>> is_working_day(date(2024, 10, 1)), is_working_day(date(2024, 10, 12))
    (False, True)
    """
    return calendar_day(day).is_worked
