"""The rules as pages show them: every parameter with document, clause, dates, whether verified, and what rests on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shuangkong.assessment.rubric import PLACE, rubric_ids
from shuangkong.indicators.formula import Step
from shuangkong.kernel.language import Words
from shuangkong.rules import RuleBook, RuleValue
from shuangkong.services import clock
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.recomputation import Supposed, parts_of, suppose
from shuangkong.services.reports.workings import rule_line
from shuangkong.services.rule_wording import part_in_words, value_in_words
from shuangkong.services.scoring_tables import scoring_book
from shuangkong.services.standing import board_as_known

LATELY_DAYS = 730
_SHORT = 80
AREAS: Mapping[str, Words] = {
    "assessment": Words("考核", "assessment"), "checks": Words("数据检查", "checks"), "energy": Words("能源", "energy"),
    "pollution": Words("污染物", "pollution"), "projects": Words("项目", "projects"), "returns": Words("报表", "returns"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it holds on the day (规则一览的一行); `line` is the first to come where none holds yet."""

    path: str
    name: Words
    unit: str
    line: RuleValue
    shown: str
    told: Words
    is_in_force: bool
    is_new: bool
    used_by: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class RuleList:
    """The rules found (规则一览)."""

    rows: tuple[RuleRow, ...]
    count: int
    unverified: int
    areas: Mapping[str, int]
    day: date


@dataclass(frozen=True, slots=True)
class RulePage:
    """One rule with its dated lines and what rests on it (规则页面)."""

    row: RuleRow
    lines: tuple[tuple[RuleValue, Words], ...]
    parts: tuple[tuple[str, Decimal, Words], ...]
    years: tuple[int, ...]
    year: int
    supposed: Supposed | None


def list_rules(*, area: str = "", search: str = "", only: str = "", as_of: date | None = None) -> RuleList:
    """Return the rules of an area that answer to a search (规则一览).

    Parameters
    ----------
    area : str
        First part of the path; all where empty.
    search : str
        In name, path, document, clause or value.
    only : str
        `unverified`, `changed` lately, or all.
    as_of : date, optional
        What held on this day; today where none is given.
    """
    day = as_of or clock.today()
    rules, used = _rules(), _uses()
    rows = [_row(rules, path, day, used.get(path, ())) for path in sorted(rules.rules)]
    areas: dict[str, int] = {}
    for row in rows:
        areas[row.path.partition(".")[0]] = areas.get(row.path.partition(".")[0], 0) + 1
    wanted = search.strip().casefold()
    found = [
        row for row in rows
        if (not area or row.path.startswith(f"{area}."))
        and (only != "unverified" or not row.line.verified)
        and (only != "changed" or row.is_new)
        and (not wanted or wanted in " ".join((*row.name, row.path, str(row.line.citation), row.shown, *row.told)).casefold())
    ]  # fmt: skip
    return RuleList(tuple(found), len(rows), sum(not row.line.verified for row in rows), areas, day)


def show_rule(*, path: str, as_of: date | None = None, part: str = "", told: str = "", year: int | None = None) -> RulePage:
    """Return one rule; with `told`, what would change if it said that (规则页面).

    Raises
    ------
    UnknownRule, CannotSuppose
        If there is no such rule, or it cannot be supposed to say so.
    """
    day = as_of or clock.today()
    rules = _rules()
    rule = rules.rule(path)
    row = _row(rules, path, day, _uses().get(path, ()))
    base = city().defaults.base_year
    years = tuple(range(base + 1, max((one.target_year for one in city().plan.targets if one.target_year), default=base + 1) + 1))
    chosen = year if year in years else board_as_known(as_of=as_of).year
    return RulePage(
        row=row, lines=tuple((line, value_in_words(line)) for line in reversed(rule.lines)), parts=tuple((part, held, part_in_words(part)) for part, held in parts_of(row.line.value)), years=years, year=chosen,
        supposed=suppose(path=path, part=part, told=told, year=chosen, as_of=as_of) if told.strip() else None,
    )  # fmt: skip


def rubric_name(code: str) -> Words:
    """Return the name of a scoring table, its code where there is none (计分表名称)."""
    rules = _rules()
    names = dict(zip(rubric_ids(rules), (rule.name for rule in rules.below(PLACE).values()), strict=True))
    return names.get(code, Words(code, code))


def _rules() -> RuleBook:
    return scoring_book(city().folder)[0]


def _row(rules: RuleBook, path: str, day: date, used_by: tuple[Words, ...]) -> RuleRow:
    rule = rules.rule(path)
    held = rule.at(day)
    line = held or rule.lines[0]
    shown = rule_line(line).shown
    is_new = day - timedelta(days=LATELY_DAYS) < line.valid_from <= day
    return RuleRow(path, rule.name, rule.unit, line, shown if len(shown) <= _SHORT else shown[:_SHORT] + "…", value_in_words(line), held is not None, is_new, used_by)


def _uses() -> Mapping[str, tuple[Words, ...]]:
    """Return what rests on each rule: indicators by their formulas, targets by figure and light, assessments by their table."""
    used: dict[str, dict[str, Words]] = {}
    for indicator in catalogue().indicators.values():
        for node in indicator.tree.walk():
            if node.step is Step.RULE:
                used.setdefault(node.literal, {})[indicator.code] = indicator.declaration.name
    for line in board_as_known().lines:
        for rule in line.rules:
            used.setdefault(rule.path, {})[line.target.id] = Words(f"{line.target.id} {line.target.name.zh}", f"{line.target.id} {line.target.name.en}")
    for path in _rules().below(PLACE):
        used.setdefault(f"{PLACE}.{path}", {})["assessment"] = Words("考核计分", "scores of the assessment")
    return {path: tuple(told.values()) for path, told in used.items()}
