"""A virtual meter as text (虚拟表公式): factors and meters, with signs.

`U001.E01 - U001.E02 + 0.5 * U001.E03` takes the second from the first and half of the third with them.
"""

from collections.abc import Mapping
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.text import number_in

_SIGNS = {"+": Decimal(1), "-": Decimal(-1), "−": Decimal(-1), "－": Decimal(-1), "＋": Decimal(1)}
_TIMES = frozenset("*×")


class UnreadableFormula(Refusal):
    """A formula that cannot be read (公式无法识别)."""

    def __init__(self, text: str, rule: Words) -> None:
        super().__init__(thing=Words("虚拟表公式", "formula"), value=text, rule=rule, remedy=Words("写成：U001.E01 - U001.E02 + 0.5 * U001.E03", "write U001.E01 - U001.E02 + 0.5 * U001.E03"))


def formula_in(text: str) -> Mapping[str, Decimal]:
    """Return the factor of each meter (虚拟表公式).

    Parameters
    ----------
    text : str
        Terms with spaces between them: a meter, or a factor, `*` and a meter, joined by `+` and `-`.

    Returns
    -------
    mapping of str to Decimal
        In the order of the text.

    Raises
    ------
    UnreadableFormula
        For what is no formula, or names a meter twice.

    Source
    ------
    本系统设计.

    Examples
    --------
    >>> formula_in("U001.E01 - U001.E02 + 0.5 * U001.E03")
    {'U001.E01': Decimal('1'), 'U001.E02': Decimal('-1'), 'U001.E03': Decimal('0.5')}
    """
    found: dict[str, Decimal] = {}
    words = text.split()
    sign: Decimal | None = Decimal(1)
    at = 0
    if words and words[0] in _SIGNS:
        sign, at = _SIGNS[words[0]], 1
    while at < len(words):
        if sign is None:
            if words[at] not in _SIGNS:
                raise UnreadableFormula(text, Words(f"“{words[at]}”前应有 + 或 -", f"needs + or - before {words[at]}"))
            sign, at = _SIGNS[words[at]], at + 1
            continue
        factor = Decimal(1)
        if at + 2 < len(words) and words[at + 1] in _TIMES:
            told = number_in(words[at])
            if told is None:
                raise UnreadableFormula(text, Words(f"“{words[at]}”不是数", f"has {words[at]}, which is no number"))
            factor, at = told, at + 2
        meter = words[at]
        if meter in found or meter in _SIGNS or meter in _TIMES or number_in(meter) is not None:
            raise UnreadableFormula(text, Words(f"“{meter}”不是计量点，或重复出现", f"has {meter}, which is no meter, or twice"))
        found[meter], sign, at = sign * factor, None, at + 1
    if not found or sign is not None:
        raise UnreadableFormula(text, Words("缺计量点", "lacks a meter"))
    return found
