"""Scoring tables and adjustments of a city pack: its own `rubrics/` beside the package's, and `adjustments.yaml`."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from shuangkong.assessment.item_rules import ITEM_RULES, score_points
from shuangkong.assessment.rubric import PLACE, Cycle, Item, rubric_of
from shuangkong.assessment.scorecard import Adjustment
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import Citation
from shuangkong.kernel.rounding import plain
from shuangkong.plan.organisations import Jurisdictions
from shuangkong.rules import RuleBook, RuleValue, book
from shuangkong.rules.loader import rules_in
from shuangkong.services.documents.structured import read_structured

ADJUSTMENTS_FILE = "adjustments.yaml"
RUBRICS_FOLDER = "rubrics"
AdjustmentKey = tuple[str, int, Cycle]
_WRITTEN_LIKE = Words("写法见 rules/data/assessment/rubrics.yaml", "write it like rules/data/assessment/rubrics.yaml")


def scoring_book(folder: Path, rule_book: RuleBook | None = None) -> tuple[RuleBook, tuple[RuleValue, ...]]:
    """Return the rules with a pack's own scoring tables among them (计分表), and the lines that are the pack's own.

    `rule_book` takes the place of the package's rules where one is given.

    Raises
    ------
    InputRefused
        With every fault of `rubrics/*.yaml`.
    """
    paths = sorted((folder / RUBRICS_FOLDER).glob("*.yaml"))
    given = rule_book or book()
    if not paths:
        return given, ()
    faults: list[Fault] = []
    rules = dict(given.rules)
    own: list[RuleValue] = []
    for path in paths:
        name = f"{RUBRICS_FOLDER}/{path.name}"
        where = Words(name, name)
        try:
            document = read_structured(path)
        except InputRefused as refused:
            faults += [fault.at(where) for fault in refused.faults]
            continue
        if not isinstance(document, Mapping) or not isinstance(document.get("entries"), Mapping) or not document["entries"]:
            faults.append(Fault(Words("计分表", "scoring table"), path.name, Words("没有 entries", "has no entries"), _WRITTEN_LIKE, where))
            continue
        found: list[Fault] = []
        for rule in rules_in(PLACE, {"fields": _fields(), **document}, found):
            if rule.path in rules:
                found.append(Fault(Words("计分表", "scoring table"), rule.path.rpartition(".")[2], Words("与已有的同名", "is the name of another"), Words("换一个名称", "use another name")))
            rules[rule.path] = rule
            own += rule.lines
        faults += [fault.at(Words(f"{name} {fault.where.zh}", f"{name} {fault.where.en}") if fault.where else where) for fault in found]
    if faults:
        raise InputRefused(faults)
    return RuleBook(rules), tuple(own)


def table_faults(line: RuleValue, facts: Collection[str]) -> list[Fault]:
    """Return what does not hold together in a scoring table (计分表检查).

    Parameters
    ----------
    line : RuleValue
        The table as it holds from a day.
    facts : collection of str
        What its inputs may name: the pack's indicators and what the engine derives.
    """
    name = f"{RUBRICS_FOLDER} {line.path.rpartition('.')[2]}@{line.valid_from}"
    where = Words(name, name)
    if not isinstance(line.value, Mapping) or not all(line.value.get(part) for part in ("items", "grades", "total")):
        return [Fault(Words("计分表", "scoring table"), name, Words("缺 items、grades 或 total", "lacks items, grades or total"), _WRITTEN_LIKE, where)]
    faults: list[Fault] = []
    for raw in line.value["items"]:
        lacking = [part for part in ("code", "name", "max", "rule", "clause") if raw.get(part) is None]
        if lacking:
            faults.append(Fault(Words("计分项", "item"), str(raw.get("code")), Words(f"缺 {'、'.join(lacking)}", f"lacks {', '.join(lacking)}"), _WRITTEN_LIKE, where))
    lacking_bounds = [raw for raw in line.value["grades"] if not raw.get("name") or raw.get("at_least") is None]
    if lacking_bounds or faults:
        faults += [Fault(Words("等次", "grade"), str(raw.get("name")), Words("缺 name 或 at_least", "lacks name or at_least"), _WRITTEN_LIKE, where) for raw in lacking_bounds]
        return faults
    rubric = rubric_of(line.path, line)
    for item in rubric.items:
        thing = Words(f"计分项 {item.code}", f"item {item.code}")
        if item.rule not in ITEM_RULES:
            known = "、".join(sorted(ITEM_RULES))
            faults.append(Fault(thing, item.rule, Words("没有这种算法", "is no kind of rule"), Words(f"改为 {known} 之一", f"use one of {known}"), where))
        elif lacking_input := _lacking_input(item):
            faults.append(Fault(thing, lacking_input, Words(f"算法 {item.rule} 需要这一项", f"is asked for by the rule {item.rule}"), _WRITTEN_LIKE, where))
        for fact in sorted({fact for cycle in Cycle for fact in item.asked(cycle).values()} - set(facts)):
            faults.append(Fault(thing, fact, Words("没有这个指标", "is no indicator"), Words("改为本包的指标代码", "use the code of an indicator of the pack"), where))
    summed = sum((item.max for item in rubric.items), Decimal(0))
    if summed != line.value["total"]:
        faults.append(Fault(
            Words("满分", "total"), plain(line.value["total"]), Words(f"各项满分之和为 {plain(summed)}", f"the items add up to {plain(summed)}"),
            Words("改正 total 或各项 max", "mend total or the items"), where,
        ))  # fmt: skip
    return faults


def _lacking_input(item: Item) -> str | None:
    """Try the item's arithmetic on figures of one: what it asks for and the table does not give, it names."""
    for cycle in Cycle:
        try:
            score_points(item, item.max_points(cycle), dict.fromkeys(item.asked(cycle), Decimal(1)))
        except KeyError as lacking:
            return str(lacking.args[0])
    return None


def read_adjustments(folder: Path, jurisdictions: Jurisdictions) -> dict[AdjustmentKey, list[Adjustment]]:
    """Return the declared adjustments of 四（二） (经济形势和跨周期调整): who, year, cycle, points, reason, document and clause.

    Raises
    ------
    InputRefused
        With every fault of `adjustments.yaml`.
    """
    path = folder / ADJUSTMENTS_FILE
    if not path.exists():
        return {}
    document = read_structured(path) or []
    if not isinstance(document, list):
        rule = Words("不是列表", "is no list")
        raise InputRefused([Fault(Words("调整项", "adjustments"), path.name, rule, _ADJUSTMENT_KEYS, Words(ADJUSTMENTS_FILE, ADJUSTMENTS_FILE))])
    found: dict[AdjustmentKey, list[Adjustment]] = {}
    faults: list[Fault] = []
    for number, raw in enumerate(document, start=1):
        where = Words(f"{ADJUSTMENTS_FILE} 第{number}项", f"{ADJUSTMENTS_FILE} entry {number}")
        try:
            key, adjustment = _adjustment(raw, jurisdictions)
            found.setdefault(key, []).append(adjustment)
        except InputRefused as refused:
            faults += [fault.at(where) for fault in refused.faults]
        except (KeyError, ValueError, TypeError, ArithmeticError):
            faults.append(Fault(Words("调整项", "adjustment"), str(raw), Words("缺项或取值不合法", "is incomplete or invalid"), _ADJUSTMENT_KEYS, where))
    if faults:
        raise InputRefused(faults)
    return found


_ADJUSTMENT_KEYS = Words(
    "写全 jurisdiction、year、cycle（annual、midterm、five-year）、points、reason、document、clause",
    "give jurisdiction, year, cycle (annual, midterm, five-year), points, reason, document, clause",
)


def _adjustment(raw: Any, jurisdictions: Jurisdictions) -> tuple[AdjustmentKey, Adjustment]:
    one = jurisdictions.find(str(raw["jurisdiction"]))
    points = Decimal(str(raw["points"]))
    if not points.is_finite() or not all(isinstance(raw[part], str) and raw[part] for part in ("reason", "document", "clause")):
        raise ValueError
    reason = Words(raw["reason"], str(raw.get("reason_en", raw["reason"])))
    return (one.code, int(raw["year"]), Cycle(raw["cycle"])), Adjustment(points, reason, Citation(raw["document"], raw["clause"]))


@lru_cache(maxsize=1)
def _fields() -> Any:
    """Return how the package's own scoring tables are typed; a pack's are typed the same."""
    text = (files("shuangkong.rules") / "data" / "assessment" / "rubrics.yaml").read_text("utf-8")
    return yaml.safe_load(text)["fields"]
