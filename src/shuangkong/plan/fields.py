"""Typed reading of a declared entry: every fault noted, a stand-in of the right type returned."""

import reprlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.text import number_in

Choice = TypeVar("Choice", bound=Enum)
Found = TypeVar("Found")
_SHOWN = reprlib.Repr()
_SHOWN.maxlevel, _SHOWN.maxstring, _SHOWN.maxother, _SHOWN.maxlong = 2, 60, 60, 60
LONGEST_TEXT = 2000


class Fields:
    """One entry of a pack file (声明条目): a getter notes what is wrong and goes on; `done` notes names never asked for."""

    def __init__(self, raw: Any, where: Words, faults: list[Fault]) -> None:
        self._raw: Mapping[Any, Any] = raw if isinstance(raw, Mapping) else {}
        self._where = where
        self._faults = faults
        self._asked: set[str] = set()
        if not isinstance(raw, Mapping):
            self.fault("", raw, Words("应为键值表", "must be a mapping"), Words("写成 键: 值", "write key: value"))

    def has(self, name: str) -> bool:
        """Tell whether something stands there."""
        self._asked.add(name)
        return self._raw.get(name) is not None

    def raw(self, name: str) -> Any:
        """Return what stands there, untyped."""
        self._asked.add(name)
        return self._raw.get(name)

    def text(self, name: str, *, required: bool = True) -> str:
        """Return a text; a missing one that is not required is empty."""
        found = self.raw(name)
        if found is None or found == "":
            if required:
                self.fault(name, "", Words("缺少", "is missing"), Words("补充该项", "give it"))
            return ""
        if not isinstance(found, str):
            # An unquoted 411702 or 1.3 was read as a number, and an unquoted `no` as false.
            self.fault(name, found, Words("应为文字", "must be text"), Words("加引号", "quote it"))
            return ""
        if len(found) > LONGEST_TEXT:
            self.fault(name, found, Words(f"超过{LONGEST_TEXT}字", f"has more than {LONGEST_TEXT} characters"), Words("缩短", "shorten it"))
        return found

    def words(self, name: str, *, required: bool = True) -> Words:
        """Return `name` and `name_en`; the Chinese stands in where no English is given."""
        chinese = self.text(name, required=required)
        return Words(chinese, self.text(f"{name}_en", required=False) or chinese)

    def decimal(self, name: str) -> Decimal | None:
        """Return an exact number, which must be quoted, or None."""
        found = self.raw(name)
        if found is None or found == "":
            return None
        figure = number_in(found) if isinstance(found, str) else None
        if figure is None:
            self.fault(name, found, Words("应为加引号的十进制数", "must be a quoted decimal number"), Words('写成 "12"', 'write "12"'))
        return figure

    def year(self, name: str) -> int | None:
        """Return a year, or None."""
        found = self.raw(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int) or not date.min.year < found < date.max.year:
            self.fault(name, found, Words("不是年份", "is no year"), Words("写成 2025", "write 2025"))
            return None
        return found

    def day(self, name: str) -> date | None:
        """Return a date, or None."""
        found = self.raw(name)
        if found is None:
            return None
        if isinstance(found, str):
            try:
                return date.fromisoformat(found)
            except ValueError:
                found = str(found)
        if not isinstance(found, date) or hasattr(found, "hour"):
            self.fault(name, found, Words("不是日期", "is no date"), Words("写成 2025-12-31", "write 2025-12-31"))
            return None
        return found

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return yes or no."""
        found = self.raw(name)
        if found is None:
            return default
        if not isinstance(found, bool):
            self.fault(name, found, Words("应为 true 或 false", "must be true or false"), Words("改为 true 或 false", "use true or false"))
            return default
        return found

    def choice(self, name: str, kind: type[Choice], *, by_name: bool = True, default: Choice | None = None) -> Choice:
        """Return a member of an enumeration, by its name or by its printed value."""
        found = self.raw(name)
        if found is None and default is not None:
            return default
        known = {(member.name if by_name else str(member.value)): member for member in kind}
        if not isinstance(found, str) or found not in known:
            listed = " ".join(known)
            self.fault(name, found, Words("不在可选值中", "is not one of the choices"), Words(f"改为其中之一：{listed}", f"use one of: {listed}"))
            return default or next(iter(kind))
        return known[found]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty when missing."""
        found = self.raw(name)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.fault(name, found, Words("应为文字的列表", "must be a list of texts"), Words('写成 [甲, "12"]', 'write [one, "12"]'))
            return ()
        return tuple(found)

    def entries(self, name: str, read: Callable[["Fields"], Found]) -> tuple[Found, ...]:
        """Return a list of entries, each read by `read`."""
        found = self.raw(name)
        if found is None:
            return ()
        if not isinstance(found, list):
            self.fault(name, found, Words("应为列表", "must be a list"), Words("每项以 - 开头", "start each item with -"))
            return ()
        return tuple(_read_all(found, name, read, self._where, self._faults))

    def fault(self, name: str, found: object, rule: Words, remedy: Words) -> None:
        """Note what is wrong with one field."""
        shown = found if isinstance(found, str) else _SHOWN.repr(found) if found is not None else ""
        self._faults.append(Fault(Words(f"{name or '条目'}", f"{name or 'entry'}"), shown, rule, remedy, self._where))

    def done(self) -> None:
        """Note every name never asked for."""
        for name in self._raw:
            if name not in self._asked:
                self.fault(
                    str(name), self._raw[name], Words("不是这里的字段", "is not a field here"),
                    Words("删除，或核对拼写", "remove it, or check the spelling"),
                )


def _read_all(
    found: list[Any], name: str, read: Callable[[Fields], Found], where: Words, faults: list[Fault]
) -> Iterator[Found]:
    for index, raw in enumerate(found, start=1):
        label = _label(raw)
        place = Words(
            f"{where.zh} {name} 第{index}项{f'（{label}）' if label else ''}", f"{where.en} {name} item {index}{f' ({label})' if label else ''}"
        )
        fields = Fields(raw, place, faults)
        one = read(fields)
        fields.done()
        yield one


def _label(raw: Any) -> str:
    named = [raw.get(key) for key in ("id", "code", "number")] if isinstance(raw, Mapping) else []
    return next((text for text in named if isinstance(text, str)), "")
