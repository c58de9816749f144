"""Reads the tree of rule files once and answers "what held on this day".

A parameter file has `name`, `unit` and `values` (date → line); its path is its place in the tree. A table file has
`entries`, each a parameter of its own under the file's path; `unit`, `fields`, `source`, `confidence` and `verified`
stated beside `entries` (or in an entry) hold for every line below that states none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import Citation
from shuangkong.rules.schema import CONFIDENCE_WORDS, Rule, RuleValue, typed

_INHERITED = ("unit", "fields", "source", "confidence", "verified", "note")
_RESERVED = {*_INHERITED, "name", "name_en", "values", "entries"}


class UnknownRule(Refusal):
    """No rule has this path (规则不存在)."""

    def __init__(self, path: str) -> None:
        super().__init__(
            thing=Words("规则", "rule"),
            value=path,
            rule=Words("规则库中没有这一项", "is not in the rules"),
            remedy=Words("核对名称，或在 rules/data 中补充", "check the name, or add it under rules/data"),
        )


class NoRuleOnDay(Refusal):
    """The rule says nothing on this day (该日无适用规则)."""

    def __init__(self, rule: Rule, day: date) -> None:
        first = rule.lines[0].valid_from
        super().__init__(
            thing=Words(rule.name.zh, rule.name.en),
            value=day.isoformat(),
            rule=Words(f"当日无适用规则，最早一条自 {first} 起", f"no line held on that day; the first is from {first}"),
            remedy=Words("改用其后的日期，或补充更早的规则并注明出处", "use a later day, or add the earlier line with its source"),
        )


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule by path (规则库)."""

    rules: Mapping[str, Rule]

    def rule(self, path: str) -> Rule:
        """Return a rule with all its dated lines, or raise `UnknownRule`."""
        if path not in self.rules:
            raise UnknownRule(path)
        return self.rules[path]

    def below(self, prefix: str) -> dict[str, Rule]:
        """Return the rules whose path lies under `prefix`, keyed by the rest of the path."""
        start = prefix + "."
        return {path.removeprefix(start): rule for path, rule in self.rules.items() if path.startswith(start)}

    def at(self, day: date) -> "RulesOnDay":
        """Return the rules as they held on `day`."""
        return RulesOnDay(self, day)


@dataclass(frozen=True, slots=True)
class RulesOnDay:
    """The rule book as it held on one day; a path may be walked as attributes (某日适用的规则).

    Examples
    --------
    >>> at(date(2023, 6, 30)).energy.coal_equivalent.electricity_calorific.number
    Decimal('0.1229')
    """

    book: RuleBook
    day: date
    prefix: str = ""

    def get(self, path: str) -> RuleValue:
        """Return what the rule said on the day; raise `UnknownRule` or `NoRuleOnDay`."""
        rule = self.book.rule(path)
        line = rule.at(self.day)
        if line is None:
            raise NoRuleOnDay(rule, self.day)
        return line

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path = f"{self.prefix}.{name}" if self.prefix else name
        if path in self.book.rules:
            return self.get(path)
        if any(known.startswith(path + ".") for known in self.book.rules):
            return RulesOnDay(self.book, self.day, path)
        raise UnknownRule(path)


def load(root: Traversable) -> RuleBook:
    """Read every YAML file below `root`; raise `InputRefused` with all faults found."""
    faults: list[Fault] = []
    rules: dict[str, Rule] = {}
    for path, document in _documents(root, ""):
        for rule in rules_in(path, document, faults):
            if rule.path in rules:
                faults.append(_fault(rule.path, rule.path, "重复声明", "is declared twice"))
            rules[rule.path] = rule
    if faults:
        raise InputRefused(faults)
    return RuleBook(rules)


@lru_cache(maxsize=1)
def book() -> RuleBook:
    """Return the rules that come with the package, read once."""
    return load(files("shuangkong.rules") / "data")


def at(day: date) -> RulesOnDay:
    """Return the package's rules as they held on `day`."""
    return book().at(day)


def _documents(folder: Traversable, prefix: str) -> Iterator[tuple[str, Any]]:
    for child in sorted(folder.iterdir(), key=lambda item: item.name):
        if child.is_dir():
            yield from _documents(child, f"{prefix}{child.name}.")
        elif child.name.endswith(".yaml"):
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            yield prefix + child.name.removesuffix(".yaml"), yaml.load(child.read_text("utf-8"), loader)


def rules_in(path: str, document: Any, faults: list[Fault]) -> Iterator[Rule]:
    """Yield the rules of one document under `path`, collecting faults (读规则文件)."""
    if not isinstance(document, Mapping) or not ({"values", "entries"} & set(document)):
        faults.append(_fault(path, "", "缺少 values 或 entries", "has neither values nor entries"))
        return
    if "values" in document:
        yield _rule(path, document, {}, faults)
        return
    shared = {key: document[key] for key in _INHERITED if key in document}
    for key, entry in document["entries"].items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("values"), Mapping):
            faults.append(_fault(f"{path}.{key}", str(entry), "缺少 values", "has no values"))
            continue
        yield _rule(f"{path}.{key}", entry, shared, faults)


def _rule(path: str, entry: Mapping[str, Any], shared: Mapping[str, Any], faults: list[Fault]) -> Rule:
    stated = {**shared, **{key: entry[key] for key in _INHERITED if key in entry}}
    name = Words(str(entry.get("name", path)), str(entry.get("name_en", entry.get("name", path))))
    labels = {key: value for key, value in entry.items() if key not in _RESERVED}
    days = sorted(entry.get("values") or {}, key=str)
    if not days or not all(isinstance(day, date) and isinstance(entry["values"][day], Mapping) for day in days):
        faults.append(_fault(path, str(days), "values 应以日期为键、以键值表为值，且不为空", "values must be mappings keyed by dates, and not be empty"))
        return Rule(path, name, "", (), labels)
    ends: list[date | None] = [*days[1:], None]
    lines = tuple(
        _line(path, name, day, end, {**stated, **entry["values"][day]}, labels, faults)
        for day, end in zip(days, ends, strict=True)
    )
    return Rule(path, name, str(stated.get("unit", "")), lines, labels)


def _line(
    path: str, name: Words, day: date, end: date | None, raw: Mapping[str, Any], labels: Mapping[str, Any], faults: list[Fault]
) -> RuleValue:
    where = f"{path}@{day}"
    for missing in {"value", "source", "confidence", "verified"} - set(raw):
        faults.append(_fault(where, missing, "缺少此项", "is missing"))
    for unknown in set(raw) - {*_INHERITED, "value", "valid_to"}:
        faults.append(_fault(where, unknown, "不是规则的字段", "is not a field of a rule line"))
    if raw.get("confidence", "memory") not in CONFIDENCE_WORDS:
        faults.append(_fault(where, str(raw["confidence"]), "可信程度未知", "is an unknown confidence"))
    source = raw.get("source") or {}
    citation = Citation(str(source.get("document", "")), str(source.get("clause", "")), str(source.get("read_at", "")))
    if not citation.document:
        faults.append(_fault(where, "document", "未注明依据文件", "cites no document"))
    return RuleValue(
        path=path,
        name=name,
        value=typed(raw.get("value"), raw.get("fields", "decimal"), where, faults),
        unit=str(raw.get("unit", "")),
        valid_from=day,
        valid_to=raw.get("valid_to") or end,
        citation=citation,
        confidence=CONFIDENCE_WORDS.get(str(raw.get("confidence")), CONFIDENCE_WORDS["memory"]),
        verified=bool(raw.get("verified", False)),
        note=str(raw.get("note", "")),
        labels=labels,
    )


def _fault(where: str, value: str, zh: str, en: str) -> Fault:
    return Fault(
        Words("规则", "rule"), value, Words(zh, en), Words("修改该规则文件", "mend the rule file"), Words(where, where)
    )
