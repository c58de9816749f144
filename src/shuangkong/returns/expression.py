"""Formulas of computed cells (表内公式): text to a small tree, and which cells it rests on.

    sum     := product {("+" | "-") product}
    product := signed {("*" | "/") signed}
    signed  := "-" signed | atom
    atom    := number | cell | "previous(" cell ")" | "factor(" row ")" | "sum(" table "," column ["*" column] [choice] ")" | "(" sum ")"
    cell    := "[" column "]" | "[" row "." column "]" | "[" table "." row "." column "]"
    choice  := "," first ".." last | "," {"#" tag | "!" tag} | "," column "=" label

A cell named by column alone stands in the same row, one named by row and column in the same table. `factor(row)` is the coal
equivalent of the row the formula stands in; another row's code asks for that row's. The last choice is for lists: the rows where
a column of choices says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.returns.form import CellKey, Form, TableKind

LONGEST_FORMULA = 500
DEEPEST_NESTING = 20
OWN_ROW = "row"
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<cell>\[[^\[\]]*\])|(?P<call>previous|factor|sum)\s*\((?P<inside>[^()]*)\)|(?P<sign>[-+*/()])|(?P<end>\Z))"
)
_TYPED = str.maketrans({"×": "*", "÷": "/", "（": "(", "）": ")", "，": ",", "－": "-", "−": "-", "＋": "+", "！": "!", "＃": "#"})
_CODE = re.compile(r"[a-z0-9_]+")


class UnreadableCellFormula(Refusal):
    """The formula of a cell cannot be read (表内公式无法识别)."""

    def __init__(self, formula: str, rule: Words) -> None:
        super().__init__(
            thing=Words("表内公式", "formula"), value=formula, rule=rule,
            remedy=Words("写成如 [row.column] * factor(row)、sum(table, column)", "write such as [row.column] * factor(row), sum(table, column)"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written (常数)."""

    figure: Decimal


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell (单元格引用); an empty table or row means that of the formula. `is_previous` takes it from the return before."""

    table: str
    row: str
    column: str
    is_previous: bool = False

    def key(self, at: CellKey) -> CellKey:
        """Return the cell meant by a formula that stands at `at`."""
        return CellKey(self.table or at.table, self.row or at.row, self.column)


@dataclass(frozen=True, slots=True)
class Factor:
    """The coal equivalent of a row's carrier (折标系数); an empty row means that of the formula."""

    row: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum down a column (纵向合计), over all rows, a range of rows, or those whose cells bear tags and not others.

    With `times`, each cell is multiplied by the one of that column in its row. Of a list, only the rows whose cell in the column
    `sorted_by` says `label`.
    """

    table: str
    column: str
    times: str = ""
    first: str = ""
    last: str = ""
    wanted: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    sorted_by: str = ""
    label: str = ""

    def keys(self, form: Form) -> Iterator[CellKey]:
        """Yield the cells added up, in the order of the form; nothing for a list, whose rows stand in the return."""
        is_inside = not self.first
        for row in form.table(self.table).rows:
            is_inside = is_inside or row.code == self.first
            cell = form.fixed_cells.get(CellKey(self.table, row.code, self.column)) if is_inside else None
            if cell is not None and self.wanted <= cell.tags and not self.barred & cell.tags:
                yield cell.key
            if self.last and row.code == self.last:
                return


@dataclass(frozen=True, slots=True)
class Negation:
    """A node with its sign turned (取负)."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Operation:
    """Two nodes and the sign between (四则运算)."""

    sign: str
    left: "Node"
    right: "Node"


Node = Number | Reference | Factor | Total | Negation | Operation


@lru_cache(maxsize=4096)
def parse(formula: str) -> Node:
    """Read the formula of a cell (公式解析).

    Raises
    ------
    UnreadableCellFormula
        Saying what is wrong.

    Examples
    --------
    >>> parse("[opening] + [coal.bought]").right
    Reference(table='', row='coal', column='bought', is_previous=False)
    >>> parse("sum(energy, tce, #coal !own)").barred
    frozenset({'own'})
    """
    return _Reader(formula).read()


def leaves(node: Node) -> Iterator[Number | Reference | Factor | Total]:
    """Yield what a formula rests on, left to right (公式要素).

    Examples
    --------
    >>> [type(leaf).__name__ for leaf in leaves(parse("-([a] + 2) * factor(row)"))]
    ['Reference', 'Number', 'Factor']
    """
    match node:
        case Negation(part):
            yield from leaves(part)
        case Operation(_, left, right):
            yield from leaves(left)
            yield from leaves(right)
        case _:
            yield node


def operands(node: Node, at: CellKey, form: Form) -> tuple[CellKey, ...]:
    """Return the cells of this return that a formula at `at` rests on (公式引用); a list's column has the row `*`.

    Where `at` stands in a list, its row is `*` too: all its rows are computed alike.
    """
    found: list[CellKey] = []
    for leaf in leaves(node):
        if isinstance(leaf, Reference) and not leaf.is_previous:
            found.append(leaf.key(at))
        elif isinstance(leaf, Total):
            is_list = form.table(leaf.table).kind is TableKind.LIST
            keys = [CellKey(leaf.table, "*", leaf.column)] if is_list else list(leaf.keys(form))
            found += keys
            found += [key._replace(column=leaf.times) for key in keys if leaf.times]
    return tuple(found)


class _Reader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, formula: str) -> None:
        self._formula, self._source = formula, formula.translate(_TYPED)
        self._at = self._depth = 0
        if len(formula) > LONGEST_FORMULA:
            raise self._refused(f"超过 {LONGEST_FORMULA} 个字符", f"is longer than {LONGEST_FORMULA} characters")
        self._advance()

    def read(self) -> Node:
        node = self._sum()
        if self._token["end"] is None:
            raise self._refused(f"第 {self._at} 个字符处多出内容", f"has something left over at character {self._at}")
        return node

    def _refused(self, zh: str, en: str) -> UnreadableCellFormula:
        return UnreadableCellFormula(self._formula, Words(zh, en))

    def _advance(self) -> None:
        found = _TOKEN.match(self._source, self._at)
        if found is None:
            raise self._refused(f"第 {self._at + 1} 个字符起无法识别", f"cannot be read from character {self._at + 1}")
        self._token, self._at = found, found.end()

    def _sum(self) -> Node:
        node = self._product()
        while (sign := self._token["sign"]) in ("+", "-"):
            self._advance()
            node = Operation(sign, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._signed()
        while (sign := self._token["sign"]) in ("*", "/"):
            self._advance()
            node = Operation(sign, node, self._signed())
        return node

    def _signed(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise self._refused("嵌套过深", "is nested too deeply")
        node: Node
        if self._token["sign"] == "-":
            self._advance()
            node = Negation(self._signed())
        else:
            node = self._atom()
        self._depth -= 1
        return node

    def _atom(self) -> Node:
        token = self._token
        if token["sign"] == "(":
            self._advance()
            node = self._sum()
            if self._token["sign"] != ")":
                raise self._refused("缺少右括号", "lacks a closing parenthesis")
            self._advance()
            return node
        self._advance_past_atom()
        if token["number"]:
            return Number(Decimal(token["number"]))
        if token["cell"]:
            return self._reference(token["cell"])
        match token["call"]:
            case "previous":
                named = self._reference(token["inside"])
                return Reference(named.table, named.row, named.column, is_previous=True)
            case "factor":
                return self._factor(token["inside"].strip())
            case _:
                return self._total(token["inside"])

    def _advance_past_atom(self) -> None:
        if self._token["end"] is not None or self._token["sign"]:
            raise self._refused(f"第 {self._at} 个字符处缺少数或单元格", f"lacks a number or a cell at character {self._at}")
        self._advance()

    def _reference(self, text: str) -> Reference:
        inside = text.strip()
        parts = inside[1:-1].replace(" ", "").split(".") if inside.startswith("[") and inside.endswith("]") else []
        if not 1 <= len(parts) <= len(CellKey._fields) or not all(_CODE.fullmatch(part) for part in parts):
            raise self._refused(f"“{inside}”不是单元格", f"has '{inside}', which is no cell")
        table, row, column = ("", "", *parts)[-3:]
        return Reference(table, row, column)

    def _factor(self, row: str) -> Factor:
        if not _CODE.fullmatch(row):
            raise self._refused(f"factor 中“{row}”不是行", f"has '{row}' in factor, which is no row")
        return Factor("" if row == OWN_ROW else row)

    def _total(self, inside: str) -> Total:
        parts = [part.strip() for part in inside.split(",")]
        columns = [column.strip() for column in parts[1].split("*")] if len(parts) > 1 else []
        if len(parts) not in (2, 3) or len(columns) not in (1, 2) or not all(_CODE.fullmatch(code) for code in (parts[0], *columns)):
            raise self._refused("sum 应写 sum(表, 栏) 或再加行范围、标签", "needs sum(table, column), and perhaps a range or tags")
        table, column, times = parts[0], columns[0], columns[1] if len(columns) > 1 else ""
        if len(parts) == 2:
            return Total(table, column, times)
        first, dots, last = parts[2].partition("..")
        if dots and _CODE.fullmatch(first) and _CODE.fullmatch(last):
            return Total(table, column, times, first, last)
        column_said, equals, label = (piece.strip() for piece in parts[2].partition("="))
        if equals and label and _CODE.fullmatch(column_said):
            return Total(table, column, times, sorted_by=column_said, label=label)
        words = parts[2].split()
        if not words or not all(word[0] in "#!" and _CODE.fullmatch(word[1:]) for word in words):
            raise self._refused(f"“{parts[2]}”不是行范围或标签", f"has '{parts[2]}', which is no range and no tags")
        wanted, barred = ({word[1:] for word in words if word[0] == sign} for sign in "#!")
        return Total(table, column, times, wanted=frozenset(wanted), barred=frozenset(barred))
