"""Energy review of projects: which level reviews, what it concluded, and the conditions it set."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RuleBook, RulesOnDay, RuleValue
from shuangkong.rules.naming import entries_named

THRESHOLDS = "projects.review_thresholds"


class UnknownReviewRules(Refusal):
    """No review measures have this name, or none held on the day (节能审查办法未知)."""

    def __init__(self, asked: str, known: tuple[str, ...]) -> None:
        super().__init__(
            thing=Words("节能审查办法", "review measures"),
            value=asked,
            rule=Words("不在规则库中", "are not in the rules"),
            remedy=Words(f"改为 {'、'.join(known)} 之一", f"use one of {', '.join(known)}"),
        )


class MissingReviewFigure(Refusal):
    """The exemption depends on a figure that was not given (免审条件缺数)."""

    def __init__(self, thing: Words) -> None:
        super().__init__(
            thing=thing,
            value="",
            rule=Words("是否免于审查取决于此，但未给出", "decides the exemption and is missing"),
            remedy=Words("填写年消费量", "give the annual consumption"),
        )


class NegativeConsumption(Refusal):
    """Consumption below zero (消费量为负)."""

    def __init__(self, thing: Words, figure: Decimal) -> None:
        super().__init__(
            thing=thing, value=plain(figure), rule=Words("不应为负", "cannot be negative"), remedy=Words("核对数据", "check the figure")
        )


class ReviewLevel(Enum):
    """Who reviews (审查权限)."""

    EXEMPT = "exempt"
    CITY = "city"
    PROVINCIAL = "provincial"
    NATIONAL = "national"

    @property
    def words(self) -> Words:
        """The level in words."""
        return {
            "exempt": Words("不单独进行节能审查", "no separate review"),
            "city": Words("省级以下审查（由省规定，一般为市级）", "below the province, as it rules: usually the city"),
            "provincial": Words("省级审查", "provincial review"),
            "national": Words("国家审查", "national review"),
        }[self.value]


@dataclass(frozen=True, slots=True)
class ReviewAuthority:
    """Who reviews a project, and on what proviso (审查权限判定)."""

    level: ReviewLevel
    rule: RuleValue
    proviso: Words | None = None


def review_rules_named(book: RuleBook, rule_set: str) -> RuleValue:
    """Return the review measures by their id or a usual name (按名称取节能审查办法).

    Raises
    ------
    UnknownReviewRules
        If no measures have this name.

    Source
    ------
    国家发展改革委2016年第44号令、2023年第2号令、2025年第31号令.

    Examples
    --------
    >>> from shuangkong import rules
    >>> review_rules_named(rules.book(), "2号令").path
    'projects.review_thresholds.order_2_2023'
    """
    listed = book.below(THRESHOLDS)
    keys = entries_named(listed, rule_set)
    if len(keys) != 1:
        raise UnknownReviewRules(rule_set, tuple(key.replace("_", "-") for key in listed))
    return listed[keys[0]].lines[-1]


def review_rules_on(rules: RulesOnDay) -> RuleValue:
    """Return the review measures that held on the day (按日期取节能审查办法).

    Raises
    ------
    UnknownReviewRules
        If none held yet.

    Source
    ------
    国家发展改革委2016年第44号令、2023年第2号令、2025年第31号令.

    Examples
    --------
    >>> from shuangkong import rules
    >>> review_rules_on(rules.at(date(2023, 5, 31))).path, review_rules_on(rules.at(date(2023, 6, 1))).path
    ('projects.review_thresholds.order_44_2016', 'projects.review_thresholds.order_2_2023')
    """
    listed = rules.book.below(THRESHOLDS)
    held = [line for rule in listed.values() if (line := rule.at(rules.day)) is not None]
    if not held:
        raise UnknownReviewRules(rules.day.isoformat(), tuple(key.replace("_", "-") for key in listed))
    return max(held, key=lambda line: line.valid_from)


def review_authority(
    *, rule_set: RuleValue, energy_tce: Decimal, electricity_kwh: Decimal | None = None, coal_t: Decimal | None = None
) -> ReviewAuthority:
    """Return which level reviews a project's energy (节能审查权限).

    Parameters
    ----------
    rule_set : RuleValue
        From `review_rules_named` or `review_rules_on`.
    energy_tce : Decimal
        Annual energy, calorific value: see `reviewed_energy_tce`. [tce]
    electricity_kwh, coal_t : Decimal, optional
        Annual power and coal; the one the measures ask for decides the exemption. [kWh; t]

    Returns
    -------
    ReviewAuthority
        Where the measures ask for coal and none is stated, an exemption carries that proviso.

    Raises
    ------
    MissingReviewFigure, NegativeConsumption
        If power decides and is missing, or a figure is negative.

    Source
    ------
    国家发展改革委2016年第44号令、2023年第2号令、2025年第31号令.

    Examples
    --------
    >>> from shuangkong import rules
    >>> measures = review_rules_named(rules.book(), "order-2-2023")
    >>> [review_authority(rule_set=measures, energy_tce=Decimal(tce), electricity_kwh=Decimal(kwh)).level.value
    ...  for tce, kwh in ((999, 4999999), (999, 5000000), (9999, 0), (10000, 0))]
    ['exempt', 'city', 'city', 'provincial']
    """
    for thing, figure in ((Words("年综合能源消费量", "annual energy"), energy_tce), (Words("年用电量", "annual power"), electricity_kwh), (Words("年煤炭消费量", "annual coal"), coal_t)):
        if figure is not None and figure < 0:
            raise NegativeConsumption(thing, figure)
    limits = rule_set.value
    if limits["national_from_tce"] is not None and energy_tce >= limits["national_from_tce"]:
        return ReviewAuthority(ReviewLevel.NATIONAL, rule_set)
    if energy_tce >= limits["provincial_from_tce"]:
        return ReviewAuthority(ReviewLevel.PROVINCIAL, rule_set)
    if energy_tce >= limits["exempt_below_tce"]:
        return ReviewAuthority(ReviewLevel.CITY, rule_set)
    if limits["exempt_below_kwh"] is not None:
        if electricity_kwh is None:
            raise MissingReviewFigure(Words("年用电量", "annual power"))
        if electricity_kwh >= limits["exempt_below_kwh"]:
            return ReviewAuthority(ReviewLevel.CITY, rule_set)
    coal_limit_t = limits["exempt_below_coal_t"]
    if coal_limit_t is None:
        return ReviewAuthority(ReviewLevel.EXEMPT, rule_set)
    if coal_t is None:
        limit = plain(coal_limit_t)
        proviso = Words(f"以年煤炭消费量不足 {limit} 吨为前提，该数未给出", f"provided coal stays below {limit} t a year, which was not stated")
        return ReviewAuthority(ReviewLevel.EXEMPT, rule_set, proviso)
    return ReviewAuthority(ReviewLevel.CITY if coal_t >= coal_limit_t else ReviewLevel.EXEMPT, rule_set)


def reviewed_energy_tce(*, after_tce: Decimal, before_tce: Decimal, is_rebuilt_in_place: bool) -> Decimal:
    """Return the energy that a review looks at (节能审查的能耗口径). [tce]

    A rebuilt project on the same site with the same process and equipment counts by its increment, any other by the whole.

    Source
    ------
    国家发展改革委2023年第2号令 第九条.

    Examples
    --------
    >>> reviewed_energy_tce(after_tce=Decimal(12000), before_tce=Decimal(9000), is_rebuilt_in_place=True)
    Decimal('3000')
    """
    return max(after_tce - before_tce, Decimal(0)) if is_rebuilt_in_place else after_tce


class ReviewOutcome(Enum):
    """What a review concluded (节能审查意见)."""

    APPROVED = "通过"
    CONDITIONAL = "有条件通过"
    REFUSED = "不予通过"


@dataclass(frozen=True, slots=True)
class ReviewCondition:
    """Something the review asks for, with its date (审查条件)."""

    text: Words
    due_on: date
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewConclusion:
    """The conclusion of an energy review (节能审查结论)."""

    document_number: str
    issued_on: date
    outcome: ReviewOutcome
    approved_tce: Decimal | None
    conditions: tuple[ReviewCondition, ...] = ()

    def open_conditions(self, day: date) -> tuple[ReviewCondition, ...]:
        """Return the conditions not met by `day` (未落实条件)."""
        return tuple(item for item in self.conditions if item.met_on is None or item.met_on > day)

    def overdue_conditions(self, day: date) -> tuple[ReviewCondition, ...]:
        """Return the open conditions whose date has passed (逾期条件)."""
        return tuple(item for item in self.open_conditions(day) if item.due_on < day)
