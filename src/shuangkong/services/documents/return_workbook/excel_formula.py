"""The formula of a computed cell as one of Excel (表内公式转 Excel 公式), where it rests on nothing but cells of the workbook.

It only helps whoever fills it in: what counts is worked out by `returns.formula` when the return comes back. It says the same: an empty
cell leaves the result empty, 不适用 is left out of sums and carries through products.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from openpyxl.utils.cell import coordinate_from_string

from shuangkong.kernel.rounding import plain
from shuangkong.returns.entries import NOT_APPLICABLE
from shuangkong.returns.expression import Factor, Negation, Node, Number, Operation, Reference, Total, leaves, parse
from shuangkong.returns.form import Cell, CellKey, Form, TableKind
from shuangkong.services.documents.return_workbook.layout import SheetLayout
from shuangkong.services.documents.return_workbook.markers import NO_CELL

LONGEST = 2_000  # letters; Excel takes 8 192, but nobody reads them


def excel_formula(cell: Cell, *, form: Form, layouts: Mapping[str, SheetLayout]) -> str | None:
    """Return the formula to stand in a computed cell; None where it asks for more than the workbook holds."""
    if not cell.formula:  # given by the city
        return None
    node = parse(cell.formula)
    places = _Places(cell.key, form, layouts)
    try:
        written, lacks = places.written(node, in_sum=False), list(dict.fromkeys(places.lacks(node)))
    except _NotSimple:
        return None
    otherwise = "" if "/" in written else NOT_APPLICABLE  # no cell is empty by then: what fails is a product with 不适用, or a division
    whole = f'=IF(OR({",".join(lacks)}),"",IFERROR({written},"{otherwise}"))'
    return whole if lacks and len(whole) <= LONGEST else None


class _NotSimple(Exception):
    """The formula needs a coefficient, or a figure that is not in the workbook."""


class _Places:
    """Formulas and addresses as seen from one cell."""

    def __init__(self, at: CellKey, form: Form, layouts: Mapping[str, SheetLayout]) -> None:
        self._at, self._form, self._layouts = at, form, layouts

    def written(self, node: Node, *, in_sum: bool) -> str:
        match node:
            case Number(figure):
                return plain(figure)
            case Reference():
                address = self._of(node.key(self._at), is_previous=node.is_previous)
                return f"N({address})" if in_sum else address
            case Total():
                function = "SUMPRODUCT" if node.times else "SUM"
                if not node.times:
                    return f"{function}({','.join(self._ranges(node, node.column))})"
                pairs = zip(self._ranges(node, node.column), self._ranges(node, node.times), strict=True)
                return f"({'+'.join(f'{function}({one},{other})' for one, other in pairs)})"
            case Negation(part):
                return f"-({self.written(part, in_sum=in_sum)})"
            case Operation(sign, left, right):
                is_sum = sign in "+-"
                return f"({self.written(left, in_sum=is_sum)}{sign}{self.written(right, in_sum=is_sum)})"
            case Factor():
                raise _NotSimple

    def lacks(self, node: Node) -> Iterator[str]:
        """Yield the conditions under which there is no result: an empty cell, or nothing to add up."""
        for leaf in leaves(node):
            if isinstance(leaf, Reference):
                yield f'{self._of(leaf.key(self._at), is_previous=leaf.is_previous)}=""'
            elif isinstance(leaf, Total):
                columns = [column for column in (leaf.column, leaf.times) if column]
                yield f"COUNT({','.join(self._ranges(leaf, leaf.column))})=0"
                is_sparse = self._form.table(leaf.table).is_sparse
                yield from (one for column in columns for one in (self._gaps(leaf, column) if is_sparse else self._blanks(leaf, column)))

    def _blanks(self, total: Total, column: str) -> Iterator[str]:
        yield from (f"COUNTBLANK({one})>0" for one in self._ranges(total, column))

    def _gaps(self, total: Total, column: str) -> Iterator[str]:
        """Yield, for a sparse table, whether a cell is empty in a row that is used: one where anything was typed."""
        typed = [one.code for one in self._form.table(total.table).columns if not one.formula and not one.prefill]
        for run, *others in zip(self._ranges(total, column), *(self._ranges(total, code) for code in typed), strict=True):
            used = "+".join(f'({one}<>"")*({one}<>"{NO_CELL}")' for one in others)
            yield f'SUMPRODUCT(({run}="")*(({used})>0))>0'

    def _of(self, key: CellKey, *, is_previous: bool = False) -> str:
        address = self._layouts[key.table].address(key, is_previous=is_previous)
        if address is None or self._form.cell(key) is None:
            raise _NotSimple
        return self._from_here(key.table, address)

    def _ranges(self, total: Total, column: str) -> list[str]:
        """Return the cells of a total as ranges of neighbours, of the column added up or of the one it is multiplied by."""
        if self._form.table(total.table).kind is TableKind.LIST:
            raise _NotSimple  # rows added below the prepared ones would be left out
        keys = [key for key in total.keys(self._form) if not total.times or self._form.cell(key._replace(column=total.times)) is not None]
        addresses = [self._layouts[total.table].address(key._replace(column=column)) for key in keys]
        if not addresses:
            raise _NotSimple
        return [self._from_here(total.table, one) for one in _runs(address for address in addresses if address is not None)]

    def _from_here(self, table: str, address: str) -> str:
        return address if table == self._at.table else f"'{self._layouts[table].title}'!{address}"


def _runs(addresses: Iterable[str]) -> Iterator[str]:
    """Yield addresses of one column with neighbours drawn together: E5, E6, E7, E9 are E5:E7 and E9."""
    rows = [coordinate_from_string(address) for address in addresses]
    for _, members in groupby(enumerate(rows), key=lambda one: one[1][1] - one[0]):
        run = [f"{letter}{row}" for _, (letter, row) in members]
        yield run[0] if len(run) == 1 else f"{run[0]}:{run[-1]}"
