"""Formula text → expression tree, and back.

    comparison := sum [("<" | "<=" | ">" | ">=" | "=" | "!=") sum]
    sum        := product {("+" | "-") product}
    product    := signed {("*" | "/") signed}
    signed     := "-" signed | atom
    atom       := number | code | function "(" comparison {"," comparison} ")" | "(" comparison ")"

A code names an element or an indicator; `rule("path")` reads a dated rule. What units come out is `unit_check`'s business.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words

LONGEST_FORMULA = 4000
MOST_TOKENS = 400
DEEPEST_NESTING = 60


class Step(Enum):
    """One kind of step in a formula (运算). The value is how it is written."""

    NUMBER = "number"
    NAME = "name"
    RULE = "rule"
    NEGATE = "negate"
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "="
    UNEQUAL = "!="
    PREVIOUS = "prev"
    BASE = "base"
    CUMULATIVE = "cumulative"
    YEAR_TO_DATE = "ytd"
    CHAIN = "chain"
    SUM_CHILDREN = "sum_children"
    OWN_OR_CHILDREN = "own_or_children"
    PCT = "pct"
    FRACTION = "fraction"
    POINTS = "points"
    MIN = "min"
    MAX = "max"
    ABS = "abs"
    IF = "if"
    COALESCE = "coalesce"
    SCALE_UP = "scale_up"
    SCALE_DOWN = "scale_down"


ADDITIVE = {"+": Step.ADD, "-": Step.SUBTRACT}
MULTIPLICATIVE = {"*": Step.MULTIPLY, "/": Step.DIVIDE}
COMPARISONS = {
    "<": Step.LESS, "<=": Step.AT_MOST, ">": Step.MORE, ">=": Step.AT_LEAST, "=": Step.EQUAL, "==": Step.EQUAL, "!=": Step.UNEQUAL,
}
# function -> fewest and most arguments
FUNCTIONS: Mapping[Step, tuple[int, int]] = {
    Step.PREVIOUS: (1, 1), Step.BASE: (1, 1), Step.CUMULATIVE: (1, 1), Step.YEAR_TO_DATE: (1, 1), Step.CHAIN: (2, 2),
    Step.SUM_CHILDREN: (1, 1), Step.OWN_OR_CHILDREN: (1, 1), Step.PCT: (1, 1), Step.FRACTION: (1, 1), Step.POINTS: (1, 1),
    Step.MIN: (2, 20), Step.MAX: (2, 20), Step.ABS: (1, 1), Step.IF: (3, 3), Step.COALESCE: (2, 20),
}
_NAMED_FUNCTIONS = {step.value: step for step in FUNCTIONS}
RESERVED = frozenset({*_NAMED_FUNCTIONS, Step.RULE.value})

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w.])|(?P<word>[^\W\d]\w*)|(?P<text>\"[^\"]*\")|(?P<sign><=|>=|==|!=|[-+*/(),<>=])|(?P<end>\Z))"
)
# As typed on a Chinese keyboard.
_TYPED = str.maketrans({"×": "*", "÷": "/", "（": "(", "）": ")", "，": ",", "－": "-", "＋": "+", "“": '"', "”": '"'})
_PRECEDENCE = {
    **dict.fromkeys(COMPARISONS.values(), 1), Step.ADD: 2, Step.SUBTRACT: 2, Step.MULTIPLY: 3, Step.DIVIDE: 3, Step.NEGATE: 4,
}
ATOM = 5


@dataclass(frozen=True, slots=True)
class Expression:
    """One node of a formula (公式节点): its step, its parts, and for a leaf the text it stands for.

    `literal` is the digits of a number, a code, or a rule's path. `position` counts characters from 1 and is no part of
    the expression's identity.
    """

    step: Step
    parts: tuple["Expression", ...] = ()
    literal: str = ""
    position: int = field(default=0, compare=False)


class UnreadableFormula(Refusal):
    """The formula cannot be read (公式无法识别)."""

    def __init__(self, formula: str, position: int, rule: Words, remedy: Words) -> None:
        excerpt = formula[max(position - 11, 0) : position + 19]
        super().__init__(
            thing=Words("公式", "formula"),
            value=excerpt,
            rule=Words(f"第 {position} 个字符处{rule.zh}", f"at character {position}: {rule.en}"),
            remedy=remedy,
        )


def precedence(step: Step) -> int:
    """Return how tightly a step binds: 1 comparison … 5 a number, code or function."""
    return _PRECEDENCE.get(step, ATOM)


def parse(formula: str) -> Expression:
    """Read a formula (公式解析).

    Parameters
    ----------
    formula : str
        In the language of this module; signs typed on a Chinese keyboard are understood.

    Returns
    -------
    Expression
        The tree, unchecked for units and names.

    Raises
    ------
    UnreadableFormula
        Naming the position and what was expected there.

    Examples
    --------
    >>> parse("pct(1 - energy / base(energy))").step
    <Step.PCT: 'pct'>
    """
    return _Reader(formula).formula()


def to_text(expression: Expression) -> str:
    """Write an expression in the language it was read from, with no needless parenthesis (公式还原).

    Examples
    --------
    >>> to_text(parse("a-(b-(c))*2"))
    'a - (b - c) * 2'
    """
    step, parts = expression.step, expression.parts
    match step:
        case Step.NUMBER | Step.NAME:
            return expression.literal
        case Step.RULE:
            return f'rule("{expression.literal}")'
        case Step.NEGATE:
            return "-" + _within(parts[0], precedence(step))
        case _ if step in FUNCTIONS:
            return f"{step.value}({', '.join(to_text(part) for part in parts)})"
    level = precedence(step)
    left = _within(parts[0], level if level > 1 else level + 1)
    return f"{left} {step.value} {_within(parts[1], level + 1)}"


def _within(expression: Expression, level: int) -> str:
    text = to_text(expression)
    return text if precedence(expression.step) >= level else f"({text})"


class _Reader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, formula: str) -> None:
        self._formula = formula
        self._source = formula.replace("≥", ">=").replace("≤", "<=").translate(_TYPED)
        self._depth = 0
        self._at = self._tokens = 0
        self._kind = self._token = ""
        self._start = 0
        if len(formula) > LONGEST_FORMULA:
            raise self._refused(f"过长，超过 {LONGEST_FORMULA} 个字符", f"longer than {LONGEST_FORMULA} characters", 1)
        self._advance()

    def formula(self) -> Expression:
        tree = self._comparison()
        if self._kind != "end":
            raise self._refused(f"多出“{self._token}”", f"unexpected '{self._token}'")
        return tree

    def _comparison(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise self._refused("嵌套过深", "nested too deeply")
        left = self._sum()
        if self._token in COMPARISONS and self._kind == "sign":
            step, position = COMPARISONS[self._token], self._start
            self._advance()
            left = Expression(step, (left, self._sum()), position=position)
        self._depth -= 1
        return left

    def _sum(self) -> Expression:
        left = self._product()
        while self._kind == "sign" and self._token in ADDITIVE:
            step, position = ADDITIVE[self._token], self._start
            self._advance()
            left = Expression(step, (left, self._product()), position=position)
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while self._kind == "sign" and self._token in MULTIPLICATIVE:
            step, position = MULTIPLICATIVE[self._token], self._start
            self._advance()
            left = Expression(step, (left, self._signed()), position=position)
        return left

    def _signed(self) -> Expression:
        negations = []
        while self._kind == "sign" and self._token == "-":
            negations.append(self._start)
            if len(negations) > DEEPEST_NESTING:
                raise self._refused("嵌套过深", "nested too deeply")
            self._advance()
        inner = self._atom()
        for position in reversed(negations):
            inner = Expression(Step.NEGATE, (inner,), position=position)
        return inner

    def _atom(self) -> Expression:
        kind, token, position = self._kind, self._token, self._start
        if kind == "number":
            self._advance()
            return Expression(Step.NUMBER, literal=token, position=position)
        if kind == "word":
            self._advance()
            if self._token == "(" and self._kind == "sign":
                return self._call(token, position)
            if token in RESERVED:
                raise self._refused(f"函数“{token}”后缺少“(”", f"function '{token}' lacks its '('")
            return Expression(Step.NAME, literal=token, position=position)
        if token == "(":
            self._advance()
            inner = self._comparison()
            self._expect(")")
            return inner
        found = f"而不是“{token}”" if token else "，公式却到此为止"
        raise self._refused(f"应为数、代码或括号{found}", f"expected a number, a code or '(', found '{token or 'the end'}'")

    def _call(self, name: str, position: int) -> Expression:
        self._expect("(")
        if name == Step.RULE.value:
            path = self._token.strip('"')
            if self._kind != "text" or not path:
                raise self._refused("rule 的参数应为带引号的路径", "rule takes one quoted path")
            self._advance()
            self._expect(")")
            return Expression(Step.RULE, literal=path, position=position)
        step = _NAMED_FUNCTIONS.get(name)
        if step is None:
            known = "、".join(sorted(RESERVED))
            raise self._refused(f"没有函数“{name}”，可用 {known}", f"there is no function '{name}'; use {known}", position)
        parts = [self._comparison()]
        while self._token == "," and self._kind == "sign":
            self._advance()
            parts.append(self._comparison())
        self._expect(")")
        fewest, most = FUNCTIONS[step]
        if not fewest <= len(parts) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest}–{most}"
            raise self._refused(f"{name} 应有 {wanted} 个参数，实有 {len(parts)}", f"{name} takes {wanted} arguments, not {len(parts)}", position)
        return Expression(step, tuple(parts), position=position)

    def _expect(self, sign: str) -> None:
        if self._kind != "sign" or self._token != sign:
            raise self._refused(f"缺少“{sign}”", f"'{sign}' is missing")
        self._advance()

    def _advance(self) -> None:
        found = _TOKEN.match(self._source, self._at)
        if found is None:
            self._start = self._at + len(self._source[self._at :]) - len(self._source[self._at :].lstrip()) + 1
            unread = self._source[self._start - 1]
            raise self._refused(f"不认识“{unread}”", f"cannot read '{unread}'")
        self._tokens += 1
        self._kind = found.lastgroup or "end"
        self._token = found[self._kind]
        self._start = found.start(self._kind) + 1
        self._at = found.end()
        if self._tokens > MOST_TOKENS:
            raise self._refused(f"过长，超过 {MOST_TOKENS} 个记号；拆成几个指标", f"more than {MOST_TOKENS} tokens; split it")

    def _refused(self, zh: str, en: str, position: int | None = None) -> UnreadableFormula:
        remedy = Words("按公式语言改写", "rewrite it in the formula language")
        return UnreadableFormula(self._formula, position or self._start, Words(zh, en), remedy)
