"""What an operation of `compute` is, and how its inputs are read: every fault collected, none guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import UnreadablePeriod, day_named
from shuangkong.kernel.text import narrow, number_in
from shuangkong.rules import RuleValue

_MISSING = object()
_YES_OR_NO = {
    word: told
    for told, words in {True: ("true", "是", "yes", "y", "on", "1"), False: ("false", "否", "no", "n", "off", "0")}.items()
    for word in words
}


class Inputs:
    """Named inputs from YAML, JSON or a row (输入项): typed reading, faults collected until `done`.

    A getter of something faulty notes the fault and returns a stand-in of the right type, so that all faults of one input
    are found in one go; call `done` before computing. A name never asked for is a fault too.
    """

    def __init__(self, raw: Mapping[str, Any], where: Words | None = None) -> None:
        self._raw = {key: value for key, value in raw.items() if value is not None and value != ""}
        self._asked: set[str] = set()
        self._where = where
        self.faults: list[Fault] = []

    def has(self, name: str) -> bool:
        """Tell whether the input is given."""
        self._asked.add(name)
        return name in self._raw

    def also_called(self, name: str, *others: str) -> None:
        """Take what is given under one of `others` as `name`, unless that is given itself."""
        for other in others:
            if name not in self._raw and other in self._raw:
                self._raw[name] = self._raw.pop(other)

    def decimal(self, name: str, *, low: Decimal | int | None = None, high: Decimal | int | None = None) -> Decimal:
        """Return a number within [low, high]."""
        raw = self._take(name)
        if raw is _MISSING:
            return Decimal(1)
        is_percentage = isinstance(raw, str) and name.endswith("_pct")
        figure = _number(narrow(raw).strip().removesuffix("%") if is_percentage else raw)
        if figure is None:
            self.fault(name, raw, Words("不是数", "is not a number"), Words("填写一个数", "give a number"))
            return Decimal(1)
        if (low is not None and figure < low) or (high is not None and figure > high):
            bounds = f"[{low if low is not None else '-∞'}, {high if high is not None else '+∞'}]"
            self.fault(name, raw, Words(f"超出范围 {bounds}", f"is outside {bounds}"), Words("核对数值和单位", "check figure and unit"))
            return Decimal(1)
        return figure

    def optional_decimal(self, name: str, *, low: Decimal | int | None = None, high: Decimal | int | None = None) -> Decimal | None:
        """Return a number, or None when not given."""
        return self.decimal(name, low=low, high=high) if self.has(name) else None

    def integer(self, name: str, *, low: int | None = None, high: int | None = None) -> int:
        """Return a whole number."""
        figure = self.decimal(name, low=low, high=high)
        if figure != figure.to_integral_value():
            self.fault(name, figure, Words("应为整数", "must be a whole number"), Words("填写整数", "give a whole number"))
            return 1
        return int(figure)

    def decimals(self, name: str) -> tuple[Decimal, ...]:
        """Return a list of numbers, at least one."""
        raw = self._take(name)
        if raw is _MISSING:
            return (Decimal(1),)
        items = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else None
        figures = [_number(item) for item in items] if items else []
        if not figures or any(figure is None for figure in figures):
            self.fault(name, raw, Words("应为数的列表", "must be a list of numbers"), Words("写成 [1.2, 3.4]", "write [1.2, 3.4]"))
            return (Decimal(1),)
        return tuple(figure for figure in figures if figure is not None)

    def text(self, name: str, *, among: Sequence[str] | None = None) -> str:
        """Return a text, one of `among` where given, as spelt there."""
        raw = self._take(name)
        if raw is _MISSING:
            return among[0] if among else ""
        text = str(raw).strip()
        if among is None:
            return text
        for choice in among:
            if choice.casefold() == narrow(text).casefold():
                return choice
        listed = "、".join(among)
        self.fault(name, text, Words("不在可选值中", "is not one of the choices"), Words(f"改为 {listed} 之一", f"use one of {listed}"))
        return among[0]

    def optional_text(self, name: str, *, among: Sequence[str] | None = None) -> str | None:
        """Return a text, or None when not given."""
        return self.text(name, among=among) if self.has(name) else None

    def flag(self, name: str) -> bool:
        """Return yes or no, in the words of `_YES_OR_NO`."""
        raw = self._take(name)
        if raw is _MISSING:
            return False
        told = _YES_OR_NO.get(str(raw).strip().lower())
        if told is None:
            self.fault(name, raw, Words("应为是或否", "must be true or false"), Words("填 true 或 false", "give true or false"))
        return bool(told)

    def says_yes_or_no(self, name: str) -> bool:
        """Tell whether the input is a plain yes or no; a bare 1 or 0 is taken for a figure."""
        word = str(self._raw.get(name, "")).strip().lower()
        return word in _YES_OR_NO and not word.isdecimal()

    def optional_flag(self, name: str) -> bool | None:
        """Return yes or no, or None when not given."""
        return self.flag(name) if self.has(name) else None

    def day(self, name: str) -> date:
        """Return a date; a bare month or year means its last day."""
        raw = self._take(name)
        if raw is _MISSING:
            return date(2020, 1, 1)
        if isinstance(raw, date):
            return raw
        try:
            return day_named(str(raw))
        except UnreadablePeriod:
            self.fault(name, raw, Words("不是日期", "is not a date"), Words("写成 2023-06-30", "write 2023-06-30"))
            return date(2020, 1, 1)

    def raw(self, name: str) -> Any:
        """Return a structured input as given (None when missing, which is noted)."""
        raw = self._take(name)
        return None if raw is _MISSING else raw

    def fault(self, name: str, value: object, rule: Words, remedy: Words) -> None:
        """Note a fault of one input."""
        self.faults.append(Fault(Words(f"输入项 {name}", f"input {name}"), str(value), rule, remedy, self._where))

    def done(self) -> None:
        """Raise `InputRefused` with every fault found, names never asked for included."""
        for name in sorted(set(self._raw) - self._asked):
            self.fault(
                name, self._raw[name], Words("不是本项的输入", "is not an input of this operation"),
                Words(f"删除，或改为 {'、'.join(sorted(self._asked))} 之一", f"remove it, or use one of {', '.join(sorted(self._asked))}"),
            )
        if self.faults:
            raise InputRefused(self.faults)

    def _take(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._raw:
            self.fault(name, "", Words("缺少", "is missing"), Words("补充该输入项", "give it"))
            return _MISSING
        return self._raw[name]


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float | Decimal):
        figure = Decimal(str(raw))
        return figure if figure.is_finite() else None
    return number_in(str(raw))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation found (计算结果): outputs by name, rules used, the working in words and figures."""

    outputs: Mapping[str, Any]
    working: str
    rules: Sequence[RuleValue] = field(default=())


Operation = Callable[[Inputs], Outcome]
