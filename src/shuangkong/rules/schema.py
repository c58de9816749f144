"""What a rule is: a dated parameter of law, and how a file declares it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import Citation, Confidence

_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")

CONFIDENCE_WORDS: Mapping[str, Confidence] = {
    "published": Confidence.PUBLISHED,
    "secondary": Confidence.SECONDARY,
    "derived": Confidence.DERIVED,
    "memory": Confidence.MEMORY,
    "design": Confidence.DESIGN,
}


@dataclass(frozen=True, slots=True)
class RuleValue:
    """What a rule says on a day (规则取值).

    `path` is dotted, such as `energy.coal_equivalent.fuels.raw_coal`; `value` is a Decimal, a text, or a mapping or list
    of them as the file's `fields` declare. `valid_to` is exclusive and None while the line is the newest.
    """

    path: str
    name: Words
    value: Any
    unit: str
    valid_from: date
    valid_to: date | None
    citation: Citation
    confidence: Confidence
    verified: bool
    note: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> Decimal:
        """The value, which must be a single number. [unit]"""
        if not isinstance(self.value, Decimal):
            raise TypeError(f"{self.path} is not a single number")
        return self.value

    @property
    def stamp(self) -> str:
        """`未核实` when nobody has verified the line, else empty."""
        return "" if self.verified else "未核实"

    def cited(self) -> dict[str, str | bool]:
        """Return the rule as plain values for a report or JSON."""
        return {
            "rule": self.path,
            "name": self.name.zh,
            "valid_from": self.valid_from.isoformat(),
            "document": self.citation.document,
            "clause": self.citation.clause,
            "source": self.citation.source,
            "confidence": self.confidence.value,
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """One parameter with all its dated lines, oldest first (规则)."""

    path: str
    name: Words
    unit: str
    lines: tuple[RuleValue, ...]
    labels: Mapping[str, Any] = field(default_factory=dict)

    def at(self, day: date) -> RuleValue | None:
        """Return the line that held on `day`, or None before the first."""
        held = [line for line in self.lines if line.valid_from <= day and (line.valid_to is None or day < line.valid_to)]
        return held[-1] if held else None


def typed(raw: Any, spec: Any, where: str, faults: list[Fault]) -> Any:
    """Turn a YAML value into its declared type, collecting faults.

    `spec` is `decimal`, `text`, `flag` or `date`, a list with one spec, or a mapping of field names to specs. Decimals must
    be quoted in the file, so that no binary float ever stands between.
    """
    if raw is None:
        return None
    match spec:
        case "decimal":
            if isinstance(raw, str) and _DECIMAL.fullmatch(raw):
                return Decimal(raw)
            return _wrong(where, raw, "应为加引号的十进制数", "must be a quoted decimal number", faults)
        case "text":
            return raw if isinstance(raw, str) else _wrong(where, raw, "应为文字", "must be text", faults)
        case "flag":
            return raw if isinstance(raw, bool) else _wrong(where, raw, "应为 true 或 false", "must be true or false", faults)
        case "date":
            return raw if isinstance(raw, date) else _wrong(where, raw, "应为日期", "must be a date", faults)
        case [inner]:
            if not isinstance(raw, Sequence) or isinstance(raw, str):
                return _wrong(where, raw, "应为列表", "must be a list", faults)
            return tuple(typed(item, inner, f"{where}[{index}]", faults) for index, item in enumerate(raw))
        case {"*": inner}:
            if not isinstance(raw, Mapping):
                return _wrong(where, raw, "应为键值表", "must be a mapping", faults)
            return {str(key): typed(item, inner, f"{where}.{key}", faults) for key, item in raw.items()}
        case dict():
            if not isinstance(raw, Mapping):
                return _wrong(where, raw, "应为键值表", "must be a mapping", faults)
            for key in set(raw) - set(spec):
                _wrong(f"{where}.{key}", raw[key], "未在 fields 中声明", "is not declared in fields", faults)
            return {key: typed(raw.get(key), inner, f"{where}.{key}", faults) for key, inner in spec.items()}
    return _wrong(where, spec, "fields 中的类型未知", "is an unknown type in fields", faults)


def _wrong(where: str, raw: object, zh: str, en: str, faults: list[Fault]) -> None:
    faults.append(
        Fault(Words(where, where), str(raw), Words(zh, en), Words("修改该规则文件", "mend the rule file"), Words("规则", "rules"))
    )
