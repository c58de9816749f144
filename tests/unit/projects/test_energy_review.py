from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.kernel.language import Words
from shuangkong.projects.energy_review import (
    MissingReviewFigure,
    NegativeConsumption,
    ReviewConclusion,
    ReviewCondition,
    ReviewOutcome,
    UnknownReviewRules,
    review_authority,
    review_rules_named,
    review_rules_on,
    reviewed_energy_tce,
)


def _level(measures: str, tce: str, kwh: str | None = None, coal: str | None = None) -> str:
    found = review_authority(
        rule_set=review_rules_named(rules.book(), measures),
        energy_tce=Decimal(tce),
        electricity_kwh=Decimal(kwh) if kwh else None,
        coal_t=Decimal(coal) if coal else None,
    )
    return found.level.value


@pytest.mark.parametrize(
    ("measures", "tce", "kwh", "level"),
    [
        ("order-44-2016", "999.9", "4999999", "exempt"), ("order-44-2016", "1000", "4999999", "city"), ("44号令", "999.9", "5000000", "city"),
        ("2016", "4999.9", None, "city"), ("order-44-2016", "5000", None, "provincial"),
        ("2号令", "5000", None, "city"), ("Order 2 of 2023", "9999.9", "1", "city"), ("2023", "10000", None, "provincial"),
        ("order-2-2023", "600000", None, "provincial"),
        ("NDRC Order 2", "10000", None, "provincial"), ("国家发展改革委2016年第44号令", "5000", None, "provincial"),
        ("31号令", "999", "9000000", "exempt"), ("2025", "10000", None, "provincial"), ("order-31-2025", "500000", None, "national"),
    ],
)
def test_levels_on_the_thresholds(measures: str, tce: str, kwh: str | None, level: str) -> None:
    assert _level(measures, tce, kwh) == level


def test_coal_decides_under_the_2025_measures() -> None:
    assert _level("2025", "999", coal="999") == "exempt"
    assert _level("2025", "999", coal="1000") == "city"
    unsaid = review_authority(rule_set=review_rules_named(rules.book(), "2025"), energy_tce=Decimal(999))
    assert unsaid.proviso is not None
    assert "1000" in unsaid.proviso.zh


def test_power_must_be_said_where_it_decides() -> None:
    with pytest.raises(MissingReviewFigure):
        _level("2023", "999")
    with pytest.raises(NegativeConsumption):
        _level("2023", "-1", "1")
    with pytest.raises(UnknownReviewRules, match="order-2-2023"):
        _level("99号令", "1", "1")


def test_the_day_decides_the_measures() -> None:
    assert review_rules_on(rules.at(date(2025, 9, 1))).path.endswith("order_31_2025")
    with pytest.raises(UnknownReviewRules):
        review_rules_on(rules.at(date(2016, 12, 31)))


def test_only_a_project_rebuilt_in_place_counts_its_increment() -> None:
    assert reviewed_energy_tce(after_tce=Decimal(12), before_tce=Decimal(9), is_rebuilt_in_place=False) == 12
    assert reviewed_energy_tce(after_tce=Decimal(8), before_tce=Decimal(9), is_rebuilt_in_place=True) == 0


def test_conditions_are_open_until_met_and_overdue_after_their_day() -> None:
    early = ReviewCondition(Words("安装计量器具", "fit meters"), date(2023, 6, 30), met_on=date(2023, 5, 1))
    late = ReviewCondition(Words("落实煤炭替代", "replace coal"), date(2023, 6, 30))
    conclusion = ReviewConclusion("豫发改能评〔2023〕1号", date(2023, 1, 5), ReviewOutcome.CONDITIONAL, Decimal(12000), (early, late))
    assert conclusion.open_conditions(date(2023, 4, 30)) == (early, late)
    assert conclusion.overdue_conditions(date(2023, 6, 30)) == ()
    assert conclusion.overdue_conditions(date(2023, 7, 1)) == (late,)
