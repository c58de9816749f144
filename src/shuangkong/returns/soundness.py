"""What is wrong with a form as a whole (报表声明核对): codes met twice, figures without meaning, formulas that lead nowhere or round."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain
from shuangkong.kernel.units import Unit
from shuangkong.returns.expression import Factor, Negation, Node, Operation, Reference, Total, leaves, operands, parse
from shuangkong.returns.form import Cell, CellKey, EntryKind, Form, Table, TableKind

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_FORM_CODE = re.compile(r"[a-z0-9][a-z0-9-]*")
_REMEDY = Words("修改该声明", "mend the declaration")
ANY_ROW = "*"
ROUNDING_OF_SCALES = Decimal("0.000001")


def form_faults(form: Form, where: Words) -> list[Fault]:
    """Return everything wrong with a form that was read field by field (整表核对)."""
    return [fault.at(where) for fault in (*_code_faults(form), *_table_faults(form), *_cell_faults(form), *_formula_faults(form))]


def every_cell(form: Form) -> Iterator[Cell]:
    """Yield the cells of the grids, and one of each column of a list, its row `*` (全部单元格)."""
    yield from form.fixed_cells.values()
    for table in form.tables:
        if table.kind is TableKind.LIST:
            for column in table.columns:
                yield Cell(
                    key=CellKey(table.code, ANY_ROW, column.code), name=column.name, kind=column.kind, unit=column.unit, decimals=column.decimals,
                    meaning=column.meaning, formula=column.formula, prefill=column.prefill, element="", is_required=column.is_required,
                    allows_not_applicable=column.allows_not_applicable, choices=column.choices, choices_en=column.choices_en, tags=column.tags, group=column.group,
                )  # fmt: skip


def _fault(thing: Words, value: object, rule: Words) -> Fault:
    return Fault(thing, str(value), rule, _REMEDY)


def _code_faults(form: Form) -> Iterator[Fault]:
    if not _FORM_CODE.fullmatch(form.code):
        yield _fault(Words("表号", "code of the form"), form.code, Words("只能用小写字母、数字和短横", "may hold small letters, digits and hyphens only"))
    if form.grain in (Grain.DAY,):
        yield _fault(Words("报告期", "grain"), form.grain.value, Words("报表不按日报送", "no return is filed by the day"))
    if form.valid_to is not None and form.valid_to < form.valid_from:
        yield _fault(Words("有效期", "validity"), form.valid_to, Words("早于开始日", "ends before it begins"))
    yield from _repeated(Words("表", "table"), (table.code for table in form.tables))
    for table in form.tables:
        yield from _repeated(Words(f"表 {table.code} 的栏", f"column of table {table.code}"), (column.code for column in table.columns))
        yield from _repeated(Words(f"表 {table.code} 的行", f"row of table {table.code}"), (row.code for row in table.rows))
    elements = Counter(cell.element for cell in form.fixed_cells.values() if cell.element)
    for element, count in elements.items():
        if count > 1:
            yield _fault(Words("数据元素", "element"), element, Words(f"由 {count} 个单元格填报，只能一个", f"is filed in {count} cells, may be in one"))


def _repeated(thing: Words, codes: Iterable[str]) -> Iterator[Fault]:
    for code, count in Counter(codes).items():
        if not _CODE.fullmatch(code):
            yield _fault(thing, code, Words("代码只能用小写字母、数字和下划线，字母开头", "must begin with a small letter and hold small letters, digits, underscores"))
        if count > 1:
            yield _fault(thing, code, Words(f"出现 {count} 次", f"is met {count} times"))


def _table_faults(form: Form) -> Iterator[Fault]:
    for table in form.tables:
        thing = Words(f"表 {table.code}", f"table {table.code}")
        for column in table.columns:
            if column.is_given and (column.formula or column.prefill or column.is_required or column.kind is not EntryKind.NUMBER or table.kind is TableKind.LIST):
                yield _fault(thing, column.code, Words("市里给定的栏应为固定行表的数值，不写公式、预填和必填", "is given by the city: a figure of a grid without formula, prefill or required"))
        if not table.columns:
            yield _fault(thing, "", Words("没有栏", "has no column"))
        if table.kind is TableKind.GRID and (not table.rows or table.max_rows):
            yield _fault(thing, "", Words("固定行表应有 rows，不写 max_rows", "is a grid: needs rows and no max_rows"))
        if table.kind is TableKind.LIST and (table.rows or not table.max_rows or table.is_sparse):
            yield _fault(thing, "", Words("可增行表应有 max_rows，不写 rows 和 sparse", "is a list: needs max_rows, no rows and no sparse"))
        yield from _row_faults(table, thing)


def _row_faults(table: Table, thing: Words) -> Iterator[Fault]:
    columns = {column.code for column in table.columns}
    for row in table.rows:
        place = Words(f"{thing.zh} 行 {row.code}", f"{thing.en} row {row.code}")
        for code in sorted({*row.without, *row.formulas, *row.elements, *row.cell_tags} - columns):
            yield _fault(place, code, Words("不是该表的栏", "is no column of the table"))
        for code in sorted(row.without & {*row.formulas, *row.cell_tags}):
            yield _fault(place, code, Words("该栏已写明不填", "names a column it goes without"))


def _cell_faults(form: Form) -> Iterator[Fault]:
    for cell in every_cell(form):
        thing = Words(f"单元格 {cell.key}", f"cell {cell.key}")
        if cell.kind is EntryKind.NUMBER:
            if cell.unit is None:
                yield _fault(thing, "", Words("没有计量单位", "has no unit"))
            if not cell.meaning.zh:
                yield _fault(thing, "", Words("没有指标解释", "has no meaning"))
        elif cell.formula or cell.prefill:
            yield _fault(thing, cell.formula or cell.prefill, Words("只有数值才能计算", "is no number and cannot be computed"))
        if (cell.kind is EntryKind.CHOICE) != bool(cell.choices):
            yield _fault(thing, "、".join(cell.choices), Words("选项类必须有选项，其他不写", "needs choices if it is a choice, and only then"))


def _formula_faults(form: Form) -> Iterator[Fault]:
    trees: dict[CellKey, Node] = {}
    for cell in every_cell(form):
        for formula in (cell.formula, cell.prefill):
            if not formula:
                continue
            try:
                node = parse(formula)
            except InputRefused as refused:
                yield from (_fault(Words(f"单元格 {cell.key} 的公式", f"formula of cell {cell.key}"), fault.value, fault.rule) for fault in refused.faults)
                continue
            bad = [*_leaf_faults(form, cell, node)]
            if not bad:
                _unit_of(form, cell, node, bad)
            yield from bad
            if not bad:
                trees[cell.key] = node
    yield from _circles(form, trees)


def _leaf_faults(form: Form, cell: Cell, node: Node) -> Iterator[Fault]:
    thing = Words(f"单元格 {cell.key} 的公式", f"formula of cell {cell.key}")
    rows = {row.code for table in form.tables for row in table.rows}
    for leaf in leaves(node):
        match leaf:
            case Reference():
                named = _named(form, leaf.key(cell.key))
                if named is None or named.kind is not EntryKind.NUMBER:
                    yield _fault(thing, leaf.key(cell.key), Words("不是本表的数值单元格", "is no cell of this form that holds a number"))
            case Total():
                table = next((table for table in form.tables if table.code == leaf.table), None)
                is_column = table is not None and any(column.code == leaf.column for column in table.columns)
                if table is None or not is_column or not _has(table, leaf.times) or (table.kind is TableKind.GRID and not any(leaf.keys(form))):
                    yield _fault(thing, f"{leaf.table}, {leaf.column}", Words("没有可加的单元格", "has no cell to add up"))
                elif leaf.sorted_by and not _is_choice(table, leaf.sorted_by, leaf.label):
                    yield _fault(thing, f"{leaf.sorted_by}={leaf.label}", Words("不是可增行表的选项", "is no choice of a list"))
                elif leaf.first and not {leaf.first, leaf.last} <= {row.code for row in table.rows}:
                    yield _fault(thing, f"{leaf.first}..{leaf.last}", Words("不是该表的行", "are no rows of the table"))
            case Factor():
                row = leaf.row or cell.key.row
                if row not in rows:
                    yield _fault(thing, row, Words("不是行，没有折标系数", "is no row and has no coefficient"))
                if form.conversion is None:
                    yield _fault(thing, "conversion", Words("用到折标系数，须写明当量值或等价值", "needs a coefficient: declare conversion"))


def _has(table: Table, column: str) -> bool:
    return not column or any(each.code == column for each in table.columns)


def _is_choice(table: Table, column: str, label: str) -> bool:
    return table.kind is TableKind.LIST and any(each.code == column and label in each.choices for each in table.columns)


def _named(form: Form, key: CellKey) -> Cell | None:
    if key.row == ANY_ROW:
        return form.cell(CellKey(key.table, "1", key.column))
    return form.fixed_cells.get(key)


def _unit_of(form: Form, cell: Cell, node: Node, faults: list[Fault]) -> Unit | None:
    """Return the unit of a formula, None where numbers leave it open; note where unlike figures are added."""
    match node:
        case Reference():
            named = _named(form, node.key(cell.key))
            return named.unit if named else None
        case Total():
            return _alike(cell, [_product(form, key, node.times) for key in _added(node, form)], faults)
        case Negation(part):
            return _unit_of(form, cell, part, faults)
        case Operation(sign, left, right):
            one, other = _unit_of(form, cell, left, faults), _unit_of(form, cell, right, faults)
            if sign in "+-":
                return _alike(cell, [one, other], faults)
            return None if one is None or other is None else one.times(other) if sign == "*" else one.per(other)
        case _:
            return None


def _added(node: Total, form: Form) -> list[CellKey]:
    is_list = form.table(node.table).kind is TableKind.LIST
    return [CellKey(node.table, ANY_ROW, node.column)] if is_list else list(node.keys(form))


def _product(form: Form, key: CellKey, times: str) -> Unit | None:
    cell, other = _named(form, key), _named(form, key._replace(column=times)) if times else None
    if cell is None or cell.unit is None or not times:
        return cell.unit if cell else None
    return cell.unit.times(other.unit) if other is not None and other.unit is not None else None


def _alike(cell: Cell, units: Sequence[Unit | None], faults: list[Fault]) -> Unit | None:
    told = [unit for unit in units if unit is not None]
    for other in told[1:]:
        if other.dimension != told[0].dimension or abs(other.scale / told[0].scale - 1) > ROUNDING_OF_SCALES:
            thing = Words(f"单元格 {cell.key} 的公式", f"formula of cell {cell.key}")
            faults.append(_fault(thing, f"{told[0]} / {other}", Words("把计量单位不同的数相加", "adds figures of different units")))
            return None
    return told[0] if told else None


def _circles(form: Form, trees: dict[CellKey, Node]) -> Iterator[Fault]:
    rests_on = {key: operands(node, key, form) for key, node in trees.items()}
    done: set[CellKey] = set()
    for start in rests_on:
        trail: list[CellKey] = []
        yield from _walk(start, rests_on, done, trail)


def _walk(key: CellKey, rests_on: dict[CellKey, tuple[CellKey, ...]], done: set[CellKey], trail: list[CellKey]) -> Iterator[Fault]:
    if key in done or key not in rests_on:
        return
    if key in trail:
        circle = " → ".join(str(each) for each in (*trail[trail.index(key) :], key))
        yield _fault(Words("公式", "formulas"), circle, Words("互相引用，无法计算", "refer to each other in a circle"))
        return
    trail.append(key)
    for other in rests_on[key]:
        yield from _walk(other, rests_on, done, trail)
    trail.pop()
    done.add(key)
