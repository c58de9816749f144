"""A scoring table as values: items, grade bands, vetoes, caps, exemptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.rules import Rule, RuleBook, RuleValue
from shuangkong.rules.naming import entries_named, folded

PLACE = "assessment.rubrics"


class Cycle(Enum):
    """What an assessment looks at (考核周期)."""

    ANNUAL = "annual"
    MIDTERM = "midterm"
    FIVE_YEAR = "five-year"

    @property
    def is_cumulative(self) -> bool:
        """Tell whether only the cumulative result counts."""
        return self is not Cycle.ANNUAL

    @property
    def words(self) -> Words:
        """The cycle in words."""
        return {
            "annual": Words("年度评价", "annual evaluation"),
            "midterm": Words("中期评估", "mid-term evaluation"),
            "five-year": Words("五年考核", "five-year assessment"),
        }[self.value]


class UnknownRubric(Refusal):
    """No scoring table has this id (计分表不存在)."""

    def __init__(self, asked: str, known: list[str]) -> None:
        super().__init__(
            thing=Words("计分表", "rubric"),
            value=asked,
            rule=Words("没有这张计分表", "is no known scoring table"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


class UnknownItem(Refusal):
    """The scoring table has no such item (计分项不存在)."""

    def __init__(self, asked: str, known: list[str]) -> None:
        super().__init__(
            thing=Words("计分项", "item"),
            value=asked,
            rule=Words("该计分表没有这一项", "is not in this scoring table"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


@dataclass(frozen=True, slots=True)
class Criterion:
    """A part of an item (子项): met or not, or a share of its points."""

    code: str
    name: Words
    points: Decimal
    input: str
    at_least_pct: Decimal | None = None
    otherwise_at_least_pct: Decimal | None = None
    otherwise_points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a scoring table (计分项).

    `rule` names the arithmetic; `inputs` maps what that arithmetic asks for to a fact of the jurisdiction, and
    `inputs_cumulative` does so in the mid-term and five-year cycles.
    """

    code: str
    name: Words
    max: Decimal
    max_cumulative: Decimal
    rule: str
    is_veto: bool
    inputs: Mapping[str, str]
    inputs_cumulative: Mapping[str, str]
    steps: tuple[Mapping[str, Decimal], ...]
    outcomes: Mapping[str, Decimal]
    parameters: Mapping[str, Decimal]
    criteria: tuple[Criterion, ...]
    clause: str

    def asked(self, cycle: Cycle) -> Mapping[str, str]:
        """Return input name → fact, criteria included."""
        own = self.inputs_cumulative if cycle.is_cumulative and self.inputs_cumulative else self.inputs
        return {**own, **{criterion.input: criterion.input for criterion in self.criteria}}

    def max_points(self, cycle: Cycle) -> Decimal:
        """Return the points the item is worth in a cycle."""
        return self.max_cumulative if cycle.is_cumulative else self.max


@dataclass(frozen=True, slots=True)
class Condition:
    """A veto, cap or exemption (否决、封顶、免考): when it holds, what follows.

    `name_cumulative` says it where only the cumulative result counts, and no single year.
    """

    code: str
    name: Words
    name_cumulative: Words
    missed: tuple[str, ...]
    met: tuple[str, ...]
    input: str | None
    grade: str | None
    item: str | None
    clause: str

    def said(self, cycle: Cycle) -> Words:
        """Return its name in a cycle."""
        return self.name_cumulative if cycle.is_cumulative else self.name


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and the score it takes (等次)."""

    name: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Rubric:
    """A scoring table as it held on a day (计分表)."""

    id: str
    name: Words
    rule: RuleValue
    items: tuple[Item, ...]
    grades: tuple[Grade, ...]
    vetoes: tuple[Condition, ...]
    caps: tuple[Condition, ...]
    exemptions: tuple[Condition, ...]
    adjustment_cap_points: Decimal

    def item(self, code: str) -> Item:
        """Return an item by its code, its name or its place in the table, or raise `UnknownItem`."""
        for item in self.items:
            if folded(code) in {folded(item.code), *map(folded, item.name)}:
                return item
        if code.isdecimal() and 0 < int(code) <= len(self.items):
            return self.items[int(code) - 1]
        raise UnknownItem(code, [item.code for item in self.items])

    def applying(self, conditions: Sequence[Condition], cycle: Cycle) -> tuple[Condition, ...]:
        """Return the conditions that can hold in a cycle: those whose items are assessed in it."""
        assessed = {item.code for item in self.items if item.max_points(cycle)}
        return tuple(
            one for one in conditions
            if (not one.missed or assessed.intersection(one.missed)) and (not one.met or assessed.intersection(one.met))
        )  # fmt: skip

    def facts(self, cycle: Cycle) -> tuple[str, ...]:
        """Return the names of every fact the table looks at in a cycle, in order."""
        named = [fact for item in self.items if item.max_points(cycle) for fact in item.asked(cycle).values()]
        named += [veto.input for veto in self.vetoes if veto.input]
        return tuple(dict.fromkeys(named))


def rubric_ids(book: RuleBook) -> list[str]:
    """Return the id of every scoring table: the first alias of each."""
    return [_id(rule) for rule in book.below(PLACE).values()]


def find_rubric(book: RuleBook, asked: str, day: date) -> Rubric:
    """Return the scoring table named `asked`, as it held on `day` (查找计分表).

    Raises
    ------
    UnknownRubric
        If no table has this id or alias.
    NoRuleOnDay
        If the table did not hold yet.
    """
    listed = book.below(PLACE)
    keys = entries_named(listed, asked)
    if len(keys) != 1:
        raise UnknownRubric(asked, rubric_ids(book))
    rule = listed[keys[0]]
    return rubric_of(_id(rule), book.at(day).get(rule.path))


def _id(rule: Rule) -> str:
    return str(rule.labels.get("aliases", [rule.path.rpartition(".")[2]])[0])


def rubric_of(id_: str, line: RuleValue) -> Rubric:
    """Return the scoring table that a dated line holds (计分表)."""
    table = line.value
    return Rubric(
        id=id_,
        name=line.name,
        rule=line,
        items=tuple(_item(raw) for raw in table["items"]),
        grades=tuple(Grade(raw["name"], raw["at_least"]) for raw in table["grades"]),
        vetoes=tuple(_condition(raw) for raw in table["vetoes"] or ()),
        caps=tuple(_condition(raw) for raw in table["caps"] or ()),
        exemptions=tuple(_condition(raw) for raw in table["exemptions"] or ()),
        adjustment_cap_points=table["adjustment_cap_points"],
    )


def _item(raw: Mapping[str, Any]) -> Item:
    return Item(
        code=raw["code"],
        name=Words(raw["name"], raw["name_en"]),
        max=raw["max"],
        max_cumulative=raw["max"] if raw["max_cumulative"] is None else raw["max_cumulative"],
        rule=raw["rule"],
        is_veto=bool(raw["is_veto"]),
        inputs=raw["inputs"] or {},
        inputs_cumulative=raw["inputs_cumulative"] or {},
        steps=raw["steps"] or (),
        outcomes=raw["outcomes"] or {},
        parameters=raw["parameters"] or {},
        criteria=tuple(
            Criterion(
                code=part["code"],
                name=Words(part["name"], part["name_en"]),
                points=part["points"],
                input=part["input"],
                at_least_pct=part["at_least_pct"],
                otherwise_at_least_pct=part["otherwise_at_least_pct"],
                otherwise_points=part["otherwise_points"],
            )
            for part in raw["criteria"] or ()
        ),
        clause=raw["clause"],
    )


def _condition(raw: Mapping[str, Any]) -> Condition:
    name = Words(raw["name"], raw["name_en"])
    return Condition(
        code=raw["code"],
        name=name,
        name_cumulative=Words(raw.get("name_cumulative") or name.zh, raw.get("name_cumulative_en") or name.en),
        missed=tuple(raw.get("missed") or ()),
        met=tuple(raw.get("met") or ()),
        input=raw.get("input"),
        grade=raw.get("grade"),
        item=raw.get("item"),
        clause=raw["clause"],
    )
