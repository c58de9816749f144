"""What stands in the cells of a return (填报内容): a figure, a text, 不适用, or nothing; three different things.

`entry_from` reads what people type or paste, and guesses nothing: what could mean two things is refused with the remedy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.kernel.text import narrow, number_in
from shuangkong.kernel.units import Unit, unit
from shuangkong.returns.form import Cell, CellKey, EntryKind

NOT_APPLICABLE = "不适用"
MOST_DIGITS = 15  # before the point: what Excel keeps exact
LONGEST_TEXT = 500
_SAID_NOT_APPLICABLE = frozenset({NOT_APPLICABLE, "n/a", "na", "#n/a", "-", "--", "/"})
_DASHES = str.maketrans(dict.fromkeys("−–—―﹣", "-"))
_FIGURE = re.compile(r"(?P<figure>[-+]?[\d,. ]*\d\.?(?:[eE][-+]?\d+)?)\s*(?P<unit>\D.*)?")
_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d*)?")
_DAY = re.compile(r"(?P<year>\d{4})(?:[-/.年])(?P<month>\d{1,2})(?:[-/.月])(?P<day>\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?(?:\.0+)?)?")
_COMPACT_DAY = re.compile(r"(?P<year>(?:19|20|21)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_SERIAL = re.compile(r"(?P<days>[2-7]\d{4})(?:\.0+)?")
EXCEL_EPOCH = date(1899, 12, 30)
_WRITE_FIGURE = Words("只填数字，如 1234.5", "write the number alone, such as 1234.5")


@dataclass(frozen=True, slots=True)
class Entry:
    """One filled cell (填报值): a number, or a text (choice, date in ISO form), or 不适用. An empty cell has no entry.

    Examples
    --------
    >>> Entry(number=Decimal("12.50")).stored(), Entry(is_not_applicable=True).stored()
    ('12.50', '不适用')
    """

    number: Decimal | None = None
    text: str = ""
    is_not_applicable: bool = False

    def stored(self) -> str:
        """Return the one text it is kept and sealed as (存储形式)."""
        if self.is_not_applicable:
            return NOT_APPLICABLE
        return self.text if self.number is None else format(self.number, "f")


Entries = Mapping[CellKey, Entry]


def entry_from(cell: Cell, text: str) -> Entry | Fault | None:
    """Read what was typed or pasted into a cell (读入填报值).

    Parameters
    ----------
    cell : Cell
        The cell meant.
    text : str
        As typed, pasted, or stored by `Entry.stored`.

    Returns
    -------
    Entry, Fault or None
        None for an empty cell; a fault, placed at the cell, says what is wrong and how to mend it.

    Examples
    --------
    >>> from shuangkong.kernel.units import unit
    >>> cell = Cell(key=CellKey("t", "r", "c"), name=Words("产量", "output"), kind=EntryKind.NUMBER, unit=unit("t"), decimals=2, meaning=Words("", ""),
    ...             formula="", prefill="", element="", is_required=False, allows_not_applicable=True, choices=(), tags=frozenset(), group="")
    >>> entry_from(cell, "１，２３４.5 吨").stored(), entry_from(cell, "—").stored(), entry_from(cell, " ")
    ('1234.5', '不适用', None)
    >>> entry_from(cell, "1.5万t").remedy.zh
    '折算后填 15000（单位 t）'
    """
    said = " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())
    typed = narrow(said).strip().lstrip("'").strip()
    if not typed:
        return None
    if cell.given:
        return _refused(cell, said, Words("由市里下达，不能填写", "is given by the city and cannot be typed"), Words("有误的请市里更正", "ask the city to correct it"))
    if cell.is_computed:
        return _refused(cell, said, Words("是计算栏，不能填写", "is computed and cannot be typed"), Words("改它所依据的数", "change what it rests on"))
    if typed.startswith("="):
        return _refused(cell, said, Words("是公式，不是数", "is a formula, not a value"), Words("粘贴为数值", "paste values only"))
    is_dash = cell.kind is not EntryKind.TEXT and typed.lower().translate(_DASHES) in _SAID_NOT_APPLICABLE
    if is_dash or typed.lower() in (NOT_APPLICABLE, "n/a", "#n/a"):
        if cell.allows_not_applicable:
            return Entry(is_not_applicable=True)
        return _refused(cell, said, Words("此项不能填“不适用”", "cannot be not applicable"), Words("填报实际值", "give the actual value"))
    match cell.kind:
        case EntryKind.NUMBER:
            return _number(cell, said, typed)
        case EntryKind.DATE:
            return _day(cell, said, typed)
        case EntryKind.CHOICE:
            return _choice(cell, said, typed)
        case EntryKind.TEXT:
            if len(said) > LONGEST_TEXT:
                return _refused(cell, said, Words(f"超过 {LONGEST_TEXT} 个字", f"is longer than {LONGEST_TEXT} characters"), Words("缩短，详情作附件", "shorten it; attach the rest"))
            return Entry(text=said)


def _refused(cell: Cell, said: str, rule: Words, remedy: Words) -> Fault:
    return Fault(cell.name, said, rule, remedy, Words(str(cell.key), str(cell.key)))


def _number(cell: Cell, said: str, typed: str) -> Entry | Fault:
    found = _FIGURE.fullmatch(typed.replace("−", "-").replace("–", "-").replace("—", "-"))
    written = found["figure"].strip() if found else ""
    figure = None if " " in written and not _SPACED.fullmatch(written) else number_in(written)
    if found is None or figure is None:
        return _refused(cell, said, Words("不是数", "is no number"), _WRITE_FIGURE)
    if not figure.is_finite() or figure.adjusted() >= MOST_DIGITS:
        return _refused(cell, said, Words(f"整数超过 {MOST_DIGITS} 位", f"has more than {MOST_DIGITS} digits before the point"), Words("核对小数点和计量单位", "check the point and the unit"))
    suffix = (found["unit"] or "").strip()
    if suffix and (fault := _unit_fault(cell, said, figure, suffix)) is not None:
        return fault
    figure = _cut(figure, cell.decimals)
    if -_exponent(figure) > cell.decimals:
        return _refused(
            cell, said, Words(f"小数超过 {cell.decimals} 位", f"has more than {cell.decimals} decimals"),
            Words(f"保留 {cell.decimals} 位小数" if cell.decimals else "填整数", f"keep {cell.decimals} decimals" if cell.decimals else "give a whole number"),
        )  # fmt: skip
    return Entry(number=figure)


def _exponent(figure: Decimal) -> int:
    """The power of ten of the last digit written; a finite figure has one."""
    return int(figure.as_tuple().exponent)


def _cut(figure: Decimal, decimals: int) -> Decimal:
    """Return the figure in plain digits, without the noughts that Excel writes beyond the decimals asked for."""
    if _exponent(figure) < -MOST_DIGITS * 2:
        figure = figure.normalize()
        if _exponent(figure) < -MOST_DIGITS * 2:
            return figure
    digits = format(figure, "f")
    while "." in digits and len(digits.partition(".")[2]) > decimals and digits[-1] in "0.":
        digits = digits[:-1]
    return abs(Decimal(digits)) if not figure else Decimal(digits)


def _unit_fault(cell: Cell, said: str, figure: Decimal, suffix: str) -> Fault | None:
    """Return what is wrong with a unit typed behind the figure; None when it is the cell's own."""
    asked = cell.unit
    try:
        given: Unit | None = unit(suffix)
    except InputRefused:
        given = None
    if given is None:
        return _refused(cell, said, Words(f"数字后有“{suffix}”", f"has '{suffix}' behind the figure"), _WRITE_FIGURE)
    if asked is None or given.dimension != asked.dimension:
        wanted = asked.symbol if asked else "1"
        return _refused(cell, said, Words(f"此栏单位是 {wanted}，不是 {given}", f"is in {given}, the cell in {wanted}"), Words(f"按 {wanted} 填数", f"give it in {wanted}"))
    if given.scale == asked.scale:
        return None
    turned = plain(figure * given.scale / asked.scale)
    return _refused(cell, said, Words(f"此栏单位是 {asked}，不是 {given}", f"is in {given}, the cell in {asked}"), Words(f"折算后填 {turned}（单位 {asked}）", f"write {turned} ({asked})"))


def _day(cell: Cell, said: str, typed: str) -> Entry | Fault:
    serial = _SERIAL.fullmatch(typed)
    if serial is not None:  # a date that Excel gave as its number of days
        return Entry(text=(EXCEL_EPOCH + timedelta(days=int(serial["days"]))).isoformat())
    found = _DAY.fullmatch(typed) or _COMPACT_DAY.fullmatch(typed)
    if found is None:
        return _refused(cell, said, Words("不是完整的年月日", "is no full date"), Words("写成 2024-03-05", "write 2024-03-05"))
    try:
        return Entry(text=date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat())
    except ValueError:
        return _refused(cell, said, Words("日历上没有这一天", "is no day of the calendar"), Words("核对年月日", "check the date"))


def _choice(cell: Cell, said: str, typed: str) -> Entry | Fault:
    for label in cell.choices:
        if narrow(label).casefold() == typed.casefold():
            return Entry(text=label)
    listed = "、".join(cell.choices)
    return _refused(cell, said, Words("不在选项中", "is none of the choices"), Words(f"选 {listed} 之一", f"choose one of {listed}"))
