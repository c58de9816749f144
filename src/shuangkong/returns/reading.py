"""From a plain mapping, as read from a file of the city pack, to a checked `Form`; every fault collected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain
from shuangkong.kernel.provenance import Citation, Confidence
from shuangkong.kernel.quantity import ConversionBasis
from shuangkong.kernel.units import Unit, UnknownUnit, unit
from shuangkong.returns.form import Column, Deadline, EntryKind, FilerKind, Form, Row, Table, TableKind
from shuangkong.returns.soundness import form_faults

FORM_FIELDS = frozenset(
    {"code", "edition", "name", "name_en", "filer", "filers", "agency", "grain", "due", "basis", "confidence", "verified", "valid_from", "valid_to",
     "needs_attachment", "purpose", "purpose_en", "clause", "conversion", "columns", "tables"}
)  # fmt: skip
TABLE_FIELDS = frozenset({"code", "name", "name_en", "kind", "columns", "rows", "max_rows", "sparse", "prefix", "note", "note_en", "required"})
COLUMN_FIELDS = frozenset(
    {"code", "name", "name_en", "kind", "unit", "decimals", "meaning", "meaning_en", "formula", "prefill", "required", "not_applicable", "choices", "choices_en", "tags", "group", "from_city"}
)
ROW_FIELDS = frozenset(
    {"code", "element", "name", "name_en", "number", "unit", "decimals", "meaning", "meaning_en", "tags", "cell_tags", "group", "without", "formula", "formulas", "elements",
     "required", "level", "org", "target"}
)  # fmt: skip
DUE_FIELDS = frozenset({"working_days", "month", "day", "moves", "from_start", "grace"})
BASIS_FIELDS = frozenset({"document", "clause", "read_at"})
MOST_LIST_ROWS = 2000
MOST_DECIMALS = 10
_PER_ROW = "/row"  # a column's unit such as tce/row is tce per unit of its row
_DEFAULT_COLUMN = "value"
_COUNTED = frozenset({"count", "person"})
Chosen = TypeVar("Chosen", bound=Enum)


@dataclass(frozen=True, slots=True)
class DeclaredElement:
    """What the city already says of an element (数据元素), so that a row need only name it."""

    name: Words
    unit: Unit
    meaning: Words
    tags: frozenset[str] = frozenset()
    group: str = ""


def form_from(raw: Mapping[str, Any], *, where: Words, faults: list[Fault], known: Mapping[str, DeclaredElement]) -> Form | None:
    """Read a declared return (报表声明), noting faults.

    Parameters
    ----------
    raw : Mapping
        As in `returns/*.yaml` of a city pack.
    where : Words
        The file, for the faults.
    faults : list of Fault
        Added to.
    known : Mapping
        The elements of the city, by code. A row written as a bare code, or with `element`, takes name, unit and meaning from here.

    Returns
    -------
    Form or None
        None when a fault was noted.
    """
    before = len(faults)
    fields = _Fields(raw, where, faults, FORM_FIELDS)
    shared = {str(name): fields.mappings(columns, f"columns.{name}") for name, columns in fields.mapping("columns").items()}
    basis = fields.within("basis", BASIS_FIELDS)
    conversion = fields.choice("conversion", ConversionBasis, is_optional=True)
    form = Form(
        code=fields.text("code"), edition=fields.text("edition"), name=fields.words("name"), purpose=fields.words("purpose", is_optional=True),
        filer=fields.choice("filer", FilerKind) or FilerKind.UNIT, filers=fields.tags("filers"), agency=fields.text("agency"),
        grain=fields.choice("grain", Grain) or Grain.YEAR, deadline=_deadline(fields),
        basis=Citation(basis.text("document"), basis.text("clause", fallback=""), basis.text("read_at", fallback="")),
        confidence=fields.choice("confidence", Confidence) or Confidence.MEMORY, verified=fields.flag("verified"),
        valid_from=fields.day("valid_from") or date.min, valid_to=fields.day("valid_to", is_optional=True),
        needs_attachment=fields.flag("needs_attachment"), clause=fields.text("clause", fallback=""), conversion=conversion,
        tables=tuple(_Tables(fields, shared, known).read()),
    )  # fmt: skip
    if len(faults) == before:
        faults += form_faults(form, where)
    return form if len(faults) == before else None


def _deadline(fields: "_Fields") -> Deadline:
    due = fields.within("due", DUE_FIELDS)
    working_days, month, day = due.integer("working_days", low=1, high=250), due.integer("month", low=1, high=12), due.integer("day", low=1, high=31)
    if (working_days is None) == (day is None) or (month is not None and day is None):
        fields.fault("due", fields.raw.get("due"), Words("应写 working_days，或 day，或 month 和 day", "needs working_days, or day, or month and day"))
    elif day is not None and month is not None and day > _days_of(month):
        fields.fault("due", f"{month}-{day}", Words("没有这一天", "is no day of any year"))
    return Deadline(
        working_days=working_days, month=month, day=day, moves_to_working_day=due.flag("moves", fallback=True),
        is_from_start=due.flag("from_start"), grace_working_days=due.integer("grace", low=0, high=250) or 0,
    )  # fmt: skip


def _days_of(month: int) -> int:
    """Days of a month in every year, leap or not."""
    following = date(2001 + month // 12, month % 12 + 1, 1)
    return (following - date(2001, month, 1)).days


class _Tables:
    """Reads the tables of one form."""

    def __init__(self, fields: "_Fields", shared: Mapping[str, Sequence[Mapping[str, Any]]], known: Mapping[str, DeclaredElement]) -> None:
        self._fields, self._shared, self._known = fields, shared, known

    def read(self) -> list[Table]:
        raw = self._fields.mappings(self._fields.raw.get("tables"), "tables")
        if not raw:
            self._fields.fault("tables", "", Words("至少要有一张表", "needs at least one table"))
        return [self._table(each) for each in raw]

    def _table(self, raw: Mapping[str, Any]) -> Table:
        fields = self._fields.inner(raw, TABLE_FIELDS, Words("表", "table"))
        kind = {"grid": TableKind.GRID, "list": TableKind.LIST}.get(str(raw.get("kind", "grid")))
        if kind is None:
            fields.fault("kind", raw.get("kind"), Words("应为 grid 或 list", "must be grid or list"))
        columns = self._columns(fields)
        rows = tuple(self._row(fields, each, columns) for each in fields.items("rows"))
        return Table(
            code=fields.text("code"), name=fields.words("name"), kind=kind or TableKind.GRID, columns=tuple(column for column, _ in columns), rows=rows,
            max_rows=fields.integer("max_rows", low=1, high=MOST_LIST_ROWS) or 0, is_sparse=fields.flag("sparse"),
            note=fields.words("note", is_optional=True),
        )  # fmt: skip

    def _columns(self, fields: "_Fields") -> list[tuple[Column, Unit | None]]:
        """Return the columns, each with the unit that is counted per unit of the row, where it is."""
        told = fields.raw.get("columns")
        if isinstance(told, str):
            if told not in self._shared:
                fields.fault("columns", told, Words("不在 columns 中", "is not among the shared columns"))
            told = self._shared.get(told, ())
        if told is None:
            return [(Column(code=_DEFAULT_COLUMN, name=Words("本期", "this period"), is_required=fields.flag("required")), None)]
        return [self._column(fields, each) for each in fields.mappings(told, "columns")]

    def _column(self, parent: "_Fields", raw: Mapping[str, Any]) -> tuple[Column, Unit | None]:
        fields = parent.inner(raw, COLUMN_FIELDS, Words("栏", "column"))
        said = fields.text("unit", fallback="")
        per_row = fields.unit(said.removesuffix(_PER_ROW)) if said.endswith(_PER_ROW) else None
        kind = fields.choice("kind", EntryKind, is_optional=True) or EntryKind.NUMBER
        return Column(
            code=fields.text("code"), name=fields.words("name"), kind=kind, unit=fields.unit(said) if said and per_row is None else None,
            decimals=_or(fields.integer("decimals", low=0, high=MOST_DECIMALS), 2), meaning=fields.words("meaning", is_optional=True),
            formula=fields.text("formula", fallback=""), prefill=fields.text("prefill", fallback=""), is_required=fields.flag("required"),
            allows_not_applicable=fields.flag("not_applicable", fallback=True), choices=fields.texts("choices"), choices_en=fields.texts("choices_en"), tags=fields.tags("tags"),
            group=fields.text("group", fallback=""), is_given=fields.flag("from_city"),
        ), per_row  # fmt: skip

    def _row(self, parent: "_Fields", given: Any, columns: Sequence[tuple[Column, Unit | None]]) -> Row:
        raw = {"element": given} if isinstance(given, str) else given
        if not isinstance(raw, Mapping):
            parent.fault("rows", given, Words("应为代码或键值表", "must be a code or a mapping"))
            raw = {}
        fields = parent.inner(raw, ROW_FIELDS, Words("行", "row"))
        code = fields.text("element", fallback="")
        said = self._known.get(code)
        if code and said is None:
            fields.fault("element", code, Words("不在城市包的数据元素中", "is no element of the city pack"))
        own_unit = fields.unit(fields.text("unit")) if "unit" in raw else said.unit if said else None
        elements = {str(name): str(element) for name, element in fields.mapping("elements").items()}
        formulas = {str(name): str(formula) for name, formula in fields.mapping("formulas").items()}
        elements = {**_default_elements(parent.text("prefix", fallback=""), code, str(raw.get("code", "")), columns), **elements}
        if "formula" in raw and columns:
            formulas = {columns[0][0].code: fields.text("formula"), **formulas}
        decimals = fields.integer("decimals", low=0, high=MOST_DECIMALS)
        if decimals is None and own_unit is not None and len(own_unit.dimension) == 1 and own_unit.dimension[0][0] in _COUNTED:
            decimals = 0 if own_unit.scale == 1 else None
        return Row(
            code=fields.text("code", fallback=code or None), name=fields.words("name", known=said.name if said else None),
            number=fields.text("number", fallback=""), unit=own_unit, decimals=decimals, level=fields.integer("level", low=0, high=5) or 0,
            units={column.code: per.per(own_unit) for column, per in columns if per is not None and own_unit is not None},
            meaning=fields.words("meaning", is_optional=True, known=said.meaning if said else None), tags=fields.tags("tags") if "tags" in raw or said is None else said.tags,
            cell_tags={str(name): frozenset(str(tags).split()) for name, tags in fields.mapping("cell_tags").items()},
            group=fields.text("group", fallback=said.group if said else ""), without=fields.tags("without"), formulas=formulas, elements=elements,
            is_required=fields.flag("required"), org=fields.text("org", fallback=""), target=fields.text("target", fallback=""),
        )  # fmt: skip


def _default_elements(prefix: str, element: str, row: str, columns: Sequence[tuple[Column, Unit | None]]) -> dict[str, str]:
    """Name the elements of a row: the city's own in its first column; else row and column, behind the table's prefix."""
    numbers = [column.code for column, _ in columns if column.kind is EntryKind.NUMBER]
    start = f"{prefix}_" if prefix else ""
    named = {code: f"{start}{row or element}" if code == _DEFAULT_COLUMN else f"{start}{row or element}_{code}" for code in numbers}
    return {**named, columns[0][0].code: element} if element and columns else named


def _or(figure: int | None, otherwise: int) -> int:
    return otherwise if figure is None else figure


class _Fields:
    """Reads the fields of one mapping and notes what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any], where: Words, faults: list[Fault], allowed: frozenset[str]) -> None:
        self.raw, self._where, self._faults = raw, where, faults
        for name in sorted({str(name) for name in raw} - allowed):
            self.fault(name, raw.get(name), Words("不是声明的字段", "is not a field of the declaration"))

    def inner(self, raw: Mapping[str, Any], allowed: frozenset[str], kind: Words) -> "_Fields":
        code = raw.get("code", raw.get("element", "?"))
        place = Words(f"{self._where.zh} {kind.zh} {code}", f"{self._where.en} {kind.en} {code}")
        return _Fields(raw, place, self._faults, allowed)

    def within(self, name: str, allowed: frozenset[str]) -> "_Fields":
        return _Fields(self.mapping(name), Words(f"{self._where.zh} {name}", f"{self._where.en} {name}"), self._faults, allowed)

    def fault(self, name: str, value: object, rule: Words) -> None:
        remedy = Words("修改该声明", "mend the declaration")
        self._faults.append(Fault(Words(f"字段 {name}", f"field {name}"), "" if value is None else str(value), rule, remedy, self._where))

    def text(self, name: str, *, fallback: str | None = None) -> str:
        raw = self.raw.get(name)
        if raw is None and fallback is not None:
            return fallback
        if raw is None or isinstance(raw, Mapping | list) or not str(raw).strip():
            self.fault(name, raw, Words("缺少或不是文字", "is missing or no text"))
            return ""
        return str(raw).strip()

    def words(self, name: str, *, is_optional: bool = False, known: Words | None = None) -> Words:
        if (is_optional or known is not None) and name not in self.raw:
            return known or Words("", "")
        return Words(self.text(name), self.text(f"{name}_en"))

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(str(item).strip() for item in self.items(name))

    def tags(self, name: str) -> frozenset[str]:
        """Words parted by spaces, or a list of them."""
        raw = self.raw.get(name)
        return frozenset(raw.split() if isinstance(raw, str) else self.texts(name))

    def items(self, name: str) -> list[Any]:
        raw = self.raw.get(name)
        if raw is not None and not isinstance(raw, list):
            self.fault(name, raw, Words("应为列表", "must be a list"))
            return []
        return raw or []

    def mapping(self, name: str) -> Mapping[str, Any]:
        raw = self.raw.get(name)
        if raw is not None and not isinstance(raw, Mapping):
            self.fault(name, raw, Words("应为键值表", "must be a mapping"))
            return {}
        return raw or {}

    def mappings(self, raw: Any, name: str) -> list[Mapping[str, Any]]:
        if raw is not None and not (isinstance(raw, list) and all(isinstance(each, Mapping) for each in raw)):
            self.fault(name, raw, Words("应为键值表的列表", "must be a list of mappings"))
            return []
        return raw or []

    def unit(self, symbol: str) -> Unit | None:
        try:
            return unit(symbol) if symbol else None
        except UnknownUnit as refused:
            self._faults.extend(fault.at(self._where) for fault in refused.faults)
            return None

    def choice(self, name: str, kind: type[Chosen], *, is_optional: bool = False) -> Chosen | None:
        """A member by its name in small letters or its Chinese value."""
        raw = self.raw.get(name)
        if raw is None and is_optional:
            return None
        for member in kind:
            if str(raw) in (member.name.lower(), member.value):
                return member
        listed = "、".join(member.name.lower() for member in kind)
        self.fault(name, raw, Words(f"应为 {listed} 之一", f"must be one of {listed}"))
        return None

    def integer(self, name: str, *, low: int, high: int) -> int | None:
        raw = self.raw.get(name)
        if raw is None or (isinstance(raw, int) and not isinstance(raw, bool) and low <= raw <= high):
            return raw
        self.fault(name, raw, Words(f"应为 {low} 到 {high} 的整数", f"must be a whole number from {low} to {high}"))
        return None

    def flag(self, name: str, *, fallback: bool = False) -> bool:
        raw = self.raw.get(name)
        if raw is None or isinstance(raw, bool):
            return fallback if raw is None else raw
        self.fault(name, raw, Words("应为 true 或 false", "must be true or false"))
        return fallback

    def day(self, name: str, *, is_optional: bool = False) -> date | None:
        raw = self.raw.get(name)
        if isinstance(raw, str):
            try:
                return date.fromisoformat(raw)
            except ValueError:
                pass
        if (raw is None and is_optional) or isinstance(raw, date):
            return raw
        self.fault(name, raw, Words("应为 2021-01-01 这样的日期", "must be a day such as 2021-01-01"))
        return None
