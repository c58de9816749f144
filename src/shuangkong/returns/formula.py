"""Works out the computed cells of a return (计算栏): figures from figures, missing from missing, each with its working.

An empty cell that a formula rests on leaves the result empty and says which. 不适用 is left out of sums and differences and
carries through products and quotients. A wholly empty row of a sparse grid is no part of a sum.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.returns.entries import Entries, Entry
from shuangkong.returns.expression import Factor, Negation, Node, Number, Operation, Reference, Total, parse
from shuangkong.returns.form import Cell, CellKey, Form, TableKind

_ATOM, _PRODUCT, _SUM = 3, 2, 1
_SIGNS = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " − "}
COEFFICIENT_DECIMALS = 5
_NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class CoalFactor:
    """What one unit of a row weighs in standard coal (折标系数), with the dated rules it comes from. [tce per unit of the row]"""

    figure: Decimal
    rules: tuple[str, ...] = ()
    is_verified: bool = False
    is_stand_in: bool = False


@dataclass(frozen=True, slots=True)
class CellResult:
    """What a computed cell comes to (计算结果): the entry, or None with the reason; the working as one line."""

    entry: Entry | None
    working: Words
    reason: Words | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """A step: its figure (None with a reason when it has none), and how it reads."""

    figure: Decimal | None
    text: Words
    level: int = _ATOM
    reason: Words | None = None

    @property
    def is_absent(self) -> bool:
        """Whether it is 不适用: neither a figure nor missing."""
        return self.figure is None and self.reason is None


def computed(form: Form, entries: Entries, *, factors: Mapping[str, CoalFactor], previous: Entries | None = None) -> dict[CellKey, CellResult]:
    """Work out every computed cell of a return (表内计算).

    Parameters
    ----------
    form : Form
        The form as declared.
    entries : Entries
        What was typed; anything typed into a computed cell is disregarded.
    factors : Mapping
        Coefficients by row code.
    previous : Entries, optional
        The return of the period before, computed cells included.

    Returns
    -------
    dict
        By cell, in the order of the form; figures unrounded.
    """
    sheet = _Sheet(form, entries, factors, previous or {})
    return {cell.key: sheet.result(cell) for cell in sheet.cells() if cell.formula}


def prefilled(form: Form, entries: Entries, *, factors: Mapping[str, CoalFactor], previous: Entries | None = None) -> dict[CellKey, CellResult]:
    """Return what stands in cells left empty until something is typed (预填值), such as the coefficient or last year's stock."""
    sheet = _Sheet(form, entries, factors, previous or {})
    found = {cell.key: sheet.guess(cell) for cell in sheet.cells() if cell.prefill and cell.key not in entries}
    return {key: result for key, result in found.items() if result.entry is not None}


def completed(form: Form, entries: Entries, *, factors: Mapping[str, CoalFactor], previous: Entries | None = None) -> dict[CellKey, Entry]:
    """Return a return as it stands in full (完整报表): typed, filled in beforehand where its row is used, and computed.

    This is what is shown, checked and turned into observations.
    """
    sheet = _Sheet(form, entries, factors, previous or {})
    whole: dict[CellKey, Entry] = {}
    for cell in sheet.cells():
        entry = sheet.entry(cell)
        if entry is not None and (cell.formula or cell.key in entries or sheet.is_used(cell.key)):
            whole[cell.key] = entry
    return whole


@dataclass
class _Sheet:
    """One return being worked out; each cell once."""

    form: Form
    entries: Entries
    factors: Mapping[str, CoalFactor]
    previous: Entries
    results: dict[CellKey, CellResult] = field(default_factory=dict)
    under_way: set[CellKey] = field(default_factory=set)
    begun: set[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.begun = {(key.table, key.row) for key in self.entries}

    def cells(self) -> list[Cell]:
        """Every cell of the grids, and those of the rows that lists have, table by table."""
        found: list[Cell] = []
        for table in self.form.tables:
            if table.kind is TableKind.GRID:
                found += [cell for cell in self.form.fixed_cells.values() if cell.key.table == table.code]
                continue
            for row in self.list_rows(table.code):
                keys = (CellKey(table.code, row, column.code) for column in table.columns)
                found += [cell for key in keys if (cell := self.form.cell(key)) is not None]
        return found

    def list_rows(self, table: str) -> list[str]:
        return sorted((row for begun, row in self.begun if begun == table and row.isdecimal()), key=int)

    def is_used(self, key: CellKey) -> bool:
        """Whether anything was typed in the row of a cell, or its table keeps empty rows as empty."""
        return (key.table, key.row) in self.begun or not self.form.table(key.table).is_sparse

    def entry(self, cell: Cell) -> Entry | None:
        if cell.formula:
            return self.result(cell).entry
        if cell.key in self.entries or not cell.prefill:
            return self.entries.get(cell.key)
        return self.guess(cell).entry

    def result(self, cell: Cell) -> CellResult:
        return self._worked(cell, cell.formula)

    def guess(self, cell: Cell) -> CellResult:
        return self._worked(cell, cell.prefill)

    def _worked(self, cell: Cell, formula: str) -> CellResult:
        key = cell.key
        if key in self.results:
            return self.results[key]
        if key in self.under_way:
            reason = Words("公式互相引用", "the formulas refer to each other")
            return CellResult(None, reason, reason)
        self.under_way.add(key)
        part = _Worker(self, cell).part(parse(formula))
        self.under_way.discard(key)
        name, why, text = cell.name, part.reason, part.text
        if why is not None:
            made = CellResult(None, Words(f"{name.zh}：{why.zh}，暂不计算", f"{name.en}: {why.en}, not worked out yet"), why)
        elif part.figure is None:
            made = CellResult(Entry(is_not_applicable=True), Words(f"{name.zh}：各项均不适用", f"{name.en}: none of its parts applies"))
        else:
            made = CellResult(Entry(number=part.figure), Words(f"{name.zh} = {text.zh}", f"{name.en} = {text.en}"))
        self.results[key] = made
        return made


class _Worker:
    """Works out the formula of one cell."""

    def __init__(self, sheet: _Sheet, cell: Cell) -> None:
        self.sheet, self.cell = sheet, cell

    def part(self, node: Node) -> _Part:
        match node:
            case Number(figure):
                return _Part(figure, Words(plain(figure), plain(figure)))
            case Reference():
                return self._reference(node)
            case Factor(row):
                return self._factor(row or self.cell.key.row)
            case Total():
                return self._total(node)
            case Negation(inner):
                part = self.part(inner)
                return _Part(None if part.figure is None else -part.figure, _each("−{}", _within(part, _ATOM)), _PRODUCT, part.reason)
            case Operation(sign, left, right):
                return _joined(sign, self.part(left), self.part(right))

    def _reference(self, node: Reference) -> _Part:
        key = node.key(self.cell.key)
        named = self.sheet.form.cell(key)
        if named is None:
            return _missing(Words(f"没有单元格 {key}", f"there is no cell {key}"))
        entry = self.sheet.previous.get(key) if node.is_previous else self.sheet.entry(named)
        if node.is_previous:
            called = self._called(named)
            return self._told(entry, named, Words(f"上期{called.zh}", f"{called.en} of the period before"), is_own=False)
        return self._told(entry, named, self._called(named))

    def _told(self, entry: Entry | None, cell: Cell, label: Words, *, is_own: bool = True) -> _Part:
        if entry is not None and entry.number is not None:
            figure = round_gbt8170(entry.number, cell.decimals) if cell.formula else entry.number
            return _Part(entry.number, _each(f"{{}} {plain(figure)}", label))
        if entry is not None and entry.is_not_applicable:
            return _Part(None, Words(f"{label.zh} 不适用", f"{label.en} n/a"))
        if is_own and cell.formula and (inner := self.sheet.result(cell).reason) is not None:
            return _missing(inner)
        if not is_own:
            return _missing(Words(f"上期没有“{cell.name.zh}”", f"the period before has no '{cell.name.en}'"))
        return _missing(Words(f"缺“{cell.name.zh}”", f"'{cell.name.en}' is missing"))

    def _called(self, other: Cell) -> Words:
        """The shortest name that tells a cell from the one computed: its column in the same row, its row in the same column."""
        table = self.sheet.form.table(other.key.table)
        if other.key.row == self.cell.key.row and other.key.table == self.cell.key.table and len(table.columns) > 1:
            return next(column.name for column in table.columns if column.code == other.key.column)
        return other.name

    def _factor(self, row: str) -> _Part:
        factor = self.sheet.factors.get(row)
        if factor is None:
            return _missing(Words(f"没有“{row}”的折标系数", f"there is no coefficient of '{row}'"))
        shown = plain(round_gbt8170(factor.figure, COEFFICIENT_DECIMALS))
        return _Part(factor.figure, Words(f"折标系数 {shown}", f"coefficient {shown}"))

    def _total(self, node: Total) -> _Part:
        form = self.sheet.form
        table = form.table(node.table)
        is_list = table.kind is TableKind.LIST
        keys = [CellKey(node.table, row, node.column) for row in self.sheet.list_rows(node.table)] if is_list else list(node.keys(form))
        used = [key for key in keys if self.sheet.is_used(key)]
        if not used:
            return _missing(Words(f"“{table.name.zh}”尚未填写", f"'{table.name.en}' is empty"))
        if node.sorted_by:
            used = [key for key in used if self._says(key._replace(column=node.sorted_by), node.label)]
        rows = {row.code: row.name for row in table.rows}
        whole: _Part | None = None
        for key in used:
            part = self._item(key, rows.get(key.row) or Words(f"第{key.row}行", f"row {key.row}"), node.times)
            if part.reason is not None:
                return part
            if not part.is_absent:
                whole = part if whole is None else _joined("+", whole, part)
        return whole or _Part(None, _NOTHING)

    def _says(self, key: CellKey, label: str) -> bool:
        entry = self.sheet.entries.get(key)
        return entry is not None and entry.text == label

    def _item(self, key: CellKey, label: Words, times: str) -> _Part:
        cell = self.sheet.form.cell(key)
        other = self.sheet.form.cell(key._replace(column=times)) if times else None
        if cell is None or (times and other is None):
            return _Part(None, _NOTHING)
        part = self._told(self.sheet.entry(cell), cell, label)
        if other is None or part.figure is None:
            return part
        by = self._told(self.sheet.entry(other), other, _NOTHING)
        return _joined("*", part, _Part(by.figure, Words(by.text.zh.strip(), by.text.en.strip()), reason=by.reason))


def _missing(reason: Words) -> _Part:
    return _Part(None, _NOTHING, reason=reason)


def _within(part: _Part, level: int) -> Words:
    return part.text if part.level >= level else _each("({})", part.text)


def _each(pattern: str, *parts: Words) -> Words:
    """The same pattern in both languages."""
    return Words(pattern.format(*(part.zh for part in parts)), pattern.format(*(part.en for part in parts)))


def _divided(left: Decimal, right: Decimal) -> Decimal:
    return left / right


_WORK: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda left, right: left + right, "-": lambda left, right: left - right, "*": lambda left, right: left * right, "/": _divided,
}  # fmt: skip


def _joined(sign: str, left: _Part, right: _Part) -> _Part:
    reason = left.reason or right.reason
    if reason is not None:
        return _missing(reason)
    is_sum = sign in "+-"
    level = _SUM if is_sum else _PRODUCT
    if left.figure is None or right.figure is None:
        if not is_sum or (left.is_absent and (right.is_absent or sign == "-")):  # nothing is taken from what does not apply
            return _Part(None, _NOTHING)
        return right if left.figure is None else left
    if sign == "/" and right.figure == 0:
        return _missing(Words("除数为零", "the divisor is nought"))
    text = _each(f"{{}}{_SIGNS[sign]}{{}}", _within(left, level), _within(right, level + (sign in "-/")))
    return _Part(_WORK[sign](left.figure, right.figure), text, level)
