"""What a return is (报表制度): a form declared as data. Tables of rows and columns; each figure a cell with a meaning and an element.

A form knows nothing of who fills it in, of states or of storage. Everything that handles returns (grid, workbook, checks,
observations) goes over `Form.cells`, so that a new form is a file of the city pack and no code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain
from shuangkong.kernel.provenance import Citation, Confidence
from shuangkong.kernel.quantity import ConversionBasis
from shuangkong.kernel.units import Unit

_NOTHING = Words("", "")


class FilerKind(Enum):
    """What files a form (填报单位类别)."""

    UNIT = "用能单位"
    PARK = "园区"
    JURISDICTION = "县区"
    AGENCY = "部门"
    CITY = "市"


class EntryKind(Enum):
    """What goes into a cell (数据类型)."""

    NUMBER = "数值"
    TEXT = "文字"
    CHOICE = "选项"
    DATE = "日期"


class TableKind(Enum):
    """A grid has the rows of the form; a list has as many as the filer adds (表式)."""

    GRID = "固定行"
    LIST = "可增行"


class CellKey(NamedTuple):
    """Where a figure stands in a return (单元格): codes of table, row and column. A list's rows are "1", "2" …"""

    table: str
    row: str
    column: str

    def __str__(self) -> str:
        return ".".join(self)

    @classmethod
    def parse(cls, text: str) -> "CellKey":
        """Read `table.row.column`.

        Examples
        --------
        >>> CellKey.parse("energy.raw_coal.opening")
        CellKey(table='energy', row='raw_coal', column='opening')
        """
        table, row, column = text.split(".")
        return cls(table, row, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column (栏目). `unit` is None where the rows give it, or where no figure stands.

    `prefill` is a formula that fills an empty cell until something is typed; `formula` computes a cell that is never typed. What the
    city states of the filer (`is_given`) is never typed either.
    """

    code: str
    name: Words
    kind: EntryKind = EntryKind.NUMBER
    unit: Unit | None = None
    decimals: int = 2
    meaning: Words = _NOTHING
    formula: str = ""
    prefill: str = ""
    is_required: bool = False
    allows_not_applicable: bool = True
    choices: tuple[str, ...] = ()
    choices_en: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    group: str = ""
    is_given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a grid (指标行). `without` names columns that make no sense here (×); `formulas` computes its cells by column.

    `units` and `decimals` go before what the column says; `cell_tags` are those of single cells, by column. Where the figures of a row
    are about another organisation than the filer, `org` is its code. `target` is the indicator whose target in the plan is given where
    nothing else is.
    """

    code: str
    name: Words
    number: str = ""
    unit: Unit | None = None
    units: Mapping[str, Unit] = field(default_factory=dict)
    decimals: int | None = None
    meaning: Words = _NOTHING
    tags: frozenset[str] = frozenset()
    group: str = ""
    cell_tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    formulas: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = False
    level: int = 0
    org: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a form (表). In a sparse grid a row left wholly empty says that there is none of it (空行即无)."""

    code: str
    name: Words
    kind: TableKind
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    max_rows: int = 0
    is_sparse: bool = False
    note: Words = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a return (单元格), with all that its row and column say together.

    `element` is the code under which its figure becomes an observation; empty for text, choices, dates and rows of lists.
    A cell with a `formula` is computed and never typed. One that is `given` shows the element of that name that the city states of the
    filer, or the plan's `target`, and makes no observation itself. An element `code@org` is one about another organisation.
    """

    key: CellKey
    name: Words
    kind: EntryKind
    unit: Unit | None
    decimals: int
    meaning: Words
    formula: str
    prefill: str
    element: str
    is_required: bool
    allows_not_applicable: bool
    choices: tuple[str, ...]
    choices_en: tuple[str, ...] = ()
    tags: frozenset[str]
    group: str
    given: str = ""
    target: str = ""

    def choice(self, label: str) -> Words:
        """Return a choice, or that a cell does not apply, as it is shown (选项); it is filed by its Chinese label."""
        return Words(label, {**dict(zip(self.choices, self.choices_en, strict=False)), "不适用": "not applicable"}.get(label, label))

    @property
    def is_computed(self) -> bool:
        """Whether the figure is worked out from others, or given; not typed either way."""
        return bool(self.formula or self.given)

    def about(self, filer: str) -> tuple[str, str]:
        """Return the element it becomes and the organisation that is about (所属), the filer's own unless the row names another."""
        element, _, other = self.element.partition("@")
        return element, other or filer


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When a return is due (报送期限), counted from the end of its period.

    Either `working_days` after it, or the first calendar day `month`-`day` after it (the `day` of the next month where no month
    is given). A calendar day that is no working day moves to the next one where `moves_to_working_day`. What is planned is due
    within its period and counts from its start (`is_from_start`). The window closes `grace_working_days` after the due date.
    """

    working_days: int | None = None
    month: int | None = None
    day: int | None = None
    moves_to_working_day: bool = True
    is_from_start: bool = False
    grace_working_days: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """A declared return (报表): who files it, for what length of period, by when, on what basis, and its tables.

    `filers` holds tags that an organisation must bear to be asked for it (all of them); `agency` is the city agency in charge.
    `edition` tells apart declarations that follow one another; `valid_from` is the first day of the first period it serves.
    `conversion` is the basis of the coefficients that its formulas ask for.
    """

    code: str
    edition: str
    name: Words
    filer: FilerKind
    agency: str
    grain: Grain
    deadline: Deadline
    basis: Citation
    confidence: Confidence
    verified: bool
    tables: tuple[Table, ...]
    valid_from: date
    valid_to: date | None = None
    filers: frozenset[str] = frozenset()
    needs_attachment: bool = False
    purpose: Words = _NOTHING
    clause: str = ""
    conversion: ConversionBasis | None = None

    @cached_property
    def fixed_cells(self) -> Mapping[CellKey, Cell]:
        """Every cell of the grids, in the order of the form."""
        return {cell.key: cell for table in self.tables if table.kind is TableKind.GRID for cell in _grid_cells(table)}

    @cached_property
    def by_element(self) -> Mapping[str, Cell]:
        """The cells that become observations, by element."""
        return {cell.element: cell for cell in self.fixed_cells.values() if cell.element}

    def figure(self, element: str, org: str) -> Cell | None:
        """Return the cell that states an element of an organisation, None where none does (数据所在单元格)."""
        return self.by_element.get(f"{element}@{org}") or self.by_element.get(element)

    def table(self, code: str) -> Table:
        """Return a table by its code; KeyError when the form has none such."""
        for table in self.tables:
            if table.code == code:
                return table
        raise KeyError(code)

    def cell(self, key: CellKey) -> Cell | None:
        """Return the cell with a key, also in a list; None when the form has none there (取单元格)."""
        if key in self.fixed_cells:
            return self.fixed_cells[key]
        table = next((table for table in self.tables if table.code == key.table and table.kind is TableKind.LIST), None)
        if table is None or not key.row.isdecimal() or not 1 <= int(key.row) <= table.max_rows:
            return None
        column = next((column for column in table.columns if column.code == key.column), None)
        return None if column is None else _list_cell(table, key.row, column)


def _grid_cells(table: Table) -> Iterator[Cell]:
    for row in table.rows:
        for column in table.columns:
            if column.code not in row.without:
                yield _grid_cell(table, row, column)


def _grid_cell(table: Table, row: Row, column: Column) -> Cell:
    is_only_column = len(table.columns) == 1
    name = row.name if is_only_column else Words(f"{row.name.zh}·{column.name.zh}", f"{row.name.en}: {column.name.en}")
    is_number = column.kind is EntryKind.NUMBER
    formula = row.formulas.get(column.code, column.formula)
    element = f"{column.code}@{row.org}" if row.org else row.elements.get(column.code, f"{row.code}_{column.code}")
    return Cell(
        key=CellKey(table.code, row.code, column.code), name=name, kind=column.kind,
        unit=row.units.get(column.code) or column.unit or (row.unit if is_number else None),
        decimals=column.decimals if row.decimals is None else row.decimals,
        meaning=Words(*(" ".join(filter(None, both)) for both in zip(row.meaning, column.meaning, strict=True))),
        formula=formula, prefill="" if formula else column.prefill,
        element=element if is_number and not column.is_given else "", given=element if column.is_given else "", target=row.target if column.is_given else "",
        is_required=(row.is_required or column.is_required) and not formula, allows_not_applicable=column.allows_not_applicable,
        choices=column.choices, choices_en=column.choices_en, tags=row.tags | column.tags | row.cell_tags.get(column.code, frozenset()), group=row.group or column.group,
    )  # fmt: skip


def _list_cell(table: Table, row: str, column: Column) -> Cell:
    return Cell(
        key=CellKey(table.code, row, column.code), name=Words(f"第{row}行·{column.name.zh}", f"row {row}: {column.name.en}"), kind=column.kind,
        unit=column.unit, decimals=column.decimals, meaning=column.meaning, formula=column.formula, prefill=column.prefill, element="",
        is_required=column.is_required and not column.formula, allows_not_applicable=column.allows_not_applicable, choices=column.choices, choices_en=column.choices_en,
        tags=column.tags, group=column.group,
    )  # fmt: skip
