"""What would change if a rule said something else: board and assessment before and after, in memory, nothing kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.assessment.rubric import Cycle
from shuangkong.kernel.faults import InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.plan.trajectory import Light
from shuangkong.rules import Rule, RuleBook, RuleValue, book
from shuangkong.services import clock
from shuangkong.services.assessments import Assessment, run_assessment
from shuangkong.services.board import Board, board
from shuangkong.services.deployment import city
from shuangkong.services.indicators import CityIndicators, load_catalogue
from shuangkong.services.scoring_tables import scoring_book
from shuangkong.services.standing import city_indicators

MOST_DIGITS = 20


class CannotSuppose(Refusal):
    """The rule cannot be supposed to say this (不能这样假设)."""

    def __init__(self, path: str, told: str, rule: Words) -> None:
        super().__init__(
            thing=Words(f"规则 {path}", f"rule {path}"), value=told, rule=rule, remedy=Words("改填一个数", "give another number"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangedTarget:
    """A target whose figure or light would change (受影响的目标)."""

    target_id: str
    name: Words
    unit: str
    before: Decimal | None
    after: Decimal | None
    light_before: Light
    light_after: Light


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """A jurisdiction whose score or grade would change (受影响的县区)."""

    code: str
    name: Words
    before: Decimal
    after: Decimal
    grade_before: str | None
    grade_after: str | None


@dataclass(frozen=True, slots=True)
class Supposed:
    """What would change (假设重算结果)."""

    path: str
    part: str
    held: Decimal
    supposed: Decimal
    year: int
    as_of: date
    targets: tuple[ChangedTarget, ...]
    places: tuple[ChangedPlace, ...]
    compared_targets: int
    compared_places: int
    why_no_scores: Words | None

    @property
    def is_without_effect(self) -> bool:
        """Whether nothing would change."""
        return not self.targets and not self.places


def parts_of(value: Any, place: str = "") -> Iterator[tuple[str, Decimal]]:
    """Yield the numbers in a rule's value with their place in it (规则中的数); a single number has no place.

    Examples
    --------
    >>> list(parts_of({"a": Decimal(1), "b": (Decimal(2), "x")}))
    [('a', Decimal('1')), ('b.0', Decimal('2'))]
    """
    if isinstance(value, Decimal):
        yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from parts_of(one, f"{place}.{key}".strip("."))
    elif isinstance(value, tuple | list):
        for number, one in enumerate(value):
            yield from parts_of(one, f"{place}.{number}".strip("."))


def suppose(*, path: str, part: str, told: str, year: int, as_of: date | None = None) -> Supposed:
    """Recompute board and annual assessment of a year with another value of a rule (假设重算).

    Parameters
    ----------
    path, part : str
        The rule, and the place of the number in its value; empty where it is a single number.
    told : str
        The number to suppose.
    year : int
        The line of the rule that holds at the end of this year is the one changed.
    as_of : date, optional
        Whose knowledge is used; today where none is given.

    Raises
    ------
    UnknownRule, CannotSuppose
        If there is no such rule, number or line.
    """
    day = as_of or clock.today()
    rules = scoring_book(city().folder)[0]
    line = rules.rule(path).at(date(year, 12, 31))
    if line is None:
        raise CannotSuppose(path, str(year), Words("该年末尚无规定", "held nothing at the end of that year"))
    known = dict(parts_of(line.value))
    if part not in known:
        raise CannotSuppose(path, part, Words("该规则没有这一项数值", "holds no such number"))
    supposed = _number(path, told)
    other = _with(rules, line, part, supposed)
    before, after = _run(None, city_indicators(), year, day), _run(_only_packaged(other), _indicators_over(other), year, day)
    first, second = before[1], after[1]
    why = next((each for each in (first, second) if isinstance(each, Words)), None)
    places = tuple(_changed_places(first, second)) if isinstance(first, Assessment) and isinstance(second, Assessment) else ()
    return Supposed(
        path=path, part=part, held=known[part], supposed=supposed, year=year, as_of=day, targets=tuple(_changed_targets(before[0], after[0])), places=places,
        compared_targets=len(before[0].lines), compared_places=len(first.jurisdictions) if isinstance(first, Assessment) else 0, why_no_scores=why,
    )  # fmt: skip


def _number(path: str, told: str) -> Decimal:
    try:
        found = Decimal(told.strip())
    except ArithmeticError:
        raise CannotSuppose(path, told, Words("不是数", "is no number")) from None
    _, digits, exponent = found.as_tuple()
    if not isinstance(exponent, int) or len(digits) > MOST_DIGITS or abs(exponent) > MOST_DIGITS:
        raise CannotSuppose(path, told, Words(f"须为不超过 {MOST_DIGITS} 位的数", f"must be a number of at most {MOST_DIGITS} digits"))
    return found


def _with(rules: RuleBook, line: RuleValue, part: str, supposed: Decimal) -> RuleBook:
    """Return the rules with one number of one line another (规则假设)."""
    rule = rules.rule(line.path)
    changed = replace(line, value=_put(line.value, part.split(".") if part else [], supposed))
    lines = tuple(changed if each is line else each for each in rule.lines)
    return RuleBook({**rules.rules, rule.path: Rule(rule.path, rule.name, rule.unit, lines, rule.labels)})


def _put(value: Any, place: list[str], supposed: Decimal) -> Any:
    if not place:
        return supposed
    if isinstance(value, Mapping):
        # A key may hold dots itself: the longest that fits counts.
        key = next(key for size in range(len(place), 0, -1) if (key := ".".join(place[:size])) in value)
        return {**value, key: _put(value[key], place[key.count(".") + 1 :], supposed)}
    return tuple(_put(one, place[1:], supposed) if str(number) == place[0] else one for number, one in enumerate(value))


def _only_packaged(rules: RuleBook) -> RuleBook:
    """Return the rules without the pack's own scoring tables, which a run adds by itself."""
    return RuleBook({path: rule for path, rule in rules.rules.items() if path in book().rules})


def _indicators_over(rules: RuleBook) -> CityIndicators:
    known = city_indicators()
    return CityIndicators(load_catalogue(city().folder, rules=rules), known.store, known.orgs, known.jurisdictions)


def _run(rules: RuleBook | None, indicators: CityIndicators, year: int, day: date) -> tuple[Board, Assessment | Words]:
    told = board(city=city(), indicators=indicators, year=year, as_of=day, rule_book=rules)
    try:
        return told, run_assessment(city=city(), indicators=indicators, cycle=Cycle.ANNUAL, year=year, as_of=day, rule_book=rules)
    except InputRefused as refused:
        return told, Words(refused.faults[0].line("zh"), refused.faults[0].line("en"))


def _changed_targets(before: Board, after: Board) -> Iterator[ChangedTarget]:
    for one, other in zip(before.lines, after.lines, strict=True):
        if (one.current, one.light) != (other.current, other.light):
            yield ChangedTarget(one.target.id, one.target.name, one.target.unit, one.current, other.current, one.light, other.light)


def _changed_places(before: Assessment, after: Assessment) -> Iterator[ChangedPlace]:
    for one, other in zip(before.jurisdictions, after.jurisdictions, strict=True):
        if (one.card.score, one.card.grade) != (other.card.score, other.card.grade):
            yield ChangedPlace(one.jurisdiction.code, one.jurisdiction.name, one.card.score, other.card.score, one.card.grade, other.card.grade)
