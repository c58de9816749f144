"""Arithmetic of a formula as one generated Python function over columns, so that no step makes a column of its own.

The generated text holds only names made here (`a0`, `k0`, `d0`) and operators; nothing of a declaration is ever executed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shuangkong.indicators.formula import Step
from shuangkong.indicators.unit_check import TypedExpression

Figures = list[Decimal | None]
HUNDRED = Decimal(100)
_OPERATORS = {Step.ADD: "+", Step.SUBTRACT: "-", Step.MULTIPLY: "*", Step.DIVIDE: "/"}
_FUNCTIONS = {Step.MIN: "min", Step.MAX: "max", Step.ABS: "abs"}
FUSED = frozenset(
    {*_OPERATORS, *_FUNCTIONS, Step.NEGATE, Step.PCT, Step.FRACTION, Step.POINTS, Step.SCALE_UP, Step.SCALE_DOWN, Step.NUMBER}
)


@dataclass(slots=True)
class ColumnCode:
    """The arithmetic at the top of a tree as code (列式代码): its inputs, its constants, its text.

    `tests` are what must be true of a cell's divisors before `tested` may be computed; `untested` is the same arithmetic
    without them.
    """

    inputs: list[TypedExpression] = field(default_factory=list)
    constants: list[Decimal] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    tested: str = ""
    untested: str = ""

    def whole(self, columns: Sequence[Figures]) -> Figures:
        """Return the result of columns without gaps; raises `ArithmeticError` where a divisor is zero."""
        found: Figures = self._run(f"[{self.untested} {self._loop()}]", columns)
        return found

    def checked(self, columns: Sequence[Figures]) -> Figures:
        """Return the result of columns with gaps, None where an input lacks or a divisor is zero."""
        present = [f"a{place} is not None" for place in range(len(self.inputs))]
        condition = " and ".join([*present, *self.tests]) or "True"
        found: Figures = self._run(f"[{self.tested} if {condition} else None {self._loop()}]", columns)
        return found

    def _loop(self) -> str:
        names = ", ".join(f"a{place}" for place in range(len(self.inputs)))
        source = ", ".join(f"A{place}" for place in range(len(self.inputs)))
        return f"for {names} in {source}" if len(self.inputs) == 1 else f"for {names} in zip({source})"

    def _run(self, body: str, columns: Sequence[Figures]) -> Any:
        parameters = [f"A{place}" for place in range(len(self.inputs))] + [f"k{place}" for place in range(len(self.constants))]
        return _compiled(", ".join(parameters), body)(*columns, *self.constants)


def code_of(tree: TypedExpression) -> ColumnCode:
    """Return the code of the arithmetic at the top of a tree; what lies below it becomes its inputs.

    Examples
    --------
    >>> from shuangkong.kernel.units import ONE
    >>> x, y = (TypedExpression(Step.NAME, ONE, (), name) for name in "xy")
    >>> code = code_of(TypedExpression(Step.DIVIDE, ONE, (x, TypedExpression(Step.ADD, ONE, (x, y)))))
    >>> code.untested, code.tested, code.tests
    ('(a0 / (a0 + a1))', '(a0 / d0)', ['(d0 := (a0 + a1))'])
    """
    code = ColumnCode()
    code.untested, code.tested = _written(tree, code)
    return code


def _written(node: TypedExpression, code: ColumnCode) -> tuple[str, str]:
    """Return a node's text without and with its divisors tested."""
    step = node.step
    if step not in FUSED:
        if node not in code.inputs:
            code.inputs.append(node)
        place = f"a{code.inputs.index(node)}"
        return place, place
    if step is Step.NUMBER:
        constant = _constant(code, node.figure)
        return constant, constant
    if step in _FUNCTIONS:
        written = [_written(part, code) for part in node.parts]
        return tuple(f"{_FUNCTIONS[step]}({', '.join(texts)})" for texts in zip(*written, strict=True))  # type: ignore[return-value]
    plain, tested = _written(node.parts[0], code)
    match step:
        case Step.NEGATE:
            return f"(-{plain})", f"(-{tested})"
        case Step.POINTS:
            return plain, tested
        case Step.PCT | Step.FRACTION | Step.SCALE_UP | Step.SCALE_DOWN:
            sign = "*" if step in (Step.PCT, Step.SCALE_UP) else "/"
            constant = _constant(code, HUNDRED if step in (Step.PCT, Step.FRACTION) else node.figure)
            return f"({plain} {sign} {constant})", f"({tested} {sign} {constant})"
    plain_right, tested_right = _written(node.parts[1], code)
    if step is Step.DIVIDE:
        tested_right = _divisor(tested_right, code)
    return f"({plain} {_OPERATORS[step]} {plain_right})", f"({tested} {_OPERATORS[step]} {tested_right})"


def _constant(code: ColumnCode, figure: Decimal | None) -> str:
    if figure is None:
        raise TypeError("a number or conversion without its figure was not unit-checked")
    code.constants.append(figure)
    return f"k{len(code.constants) - 1}"


def _divisor(written: str, code: ColumnCode) -> str:
    """Note that a divisor must not be zero; one that is itself computed gets a name, and is computed once."""
    name = written if written.isidentifier() else f"d{len(code.tests)}"
    code.tests.append(written if name == written else f"({name} := {written})")
    return name


@lru_cache(maxsize=4096)
def _compiled(parameters: str, body: str) -> Callable[..., Any]:
    made: Callable[..., Any] = eval(f"lambda {parameters}: {body}", {"__builtins__": {"zip": zip, "min": min, "max": max, "abs": abs}})
    return made
