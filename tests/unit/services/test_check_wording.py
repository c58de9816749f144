"""Words for every kind and limit that the catalogue of checks names; no machine word on a page."""

from decimal import Decimal

from shuangkong.checks.catalogue import CATALOGUE, THRESHOLDS
from shuangkong.rules import book
from shuangkong.services.check_wording import KINDS, LIMITS, limits_in_words
from shuangkong.services.rule_wording import part_in_words, value_in_words


def test_every_limit_and_kind_of_the_catalogue_has_words() -> None:
    rules = book()
    limits = {name for path in rules.below(THRESHOLDS) for line in rules.rule(f"{THRESHOLDS}.{path}").lines for name in line.value}
    kinds = {line.value["kind"] for path in rules.below(CATALOGUE) for line in rules.rule(f"{CATALOGUE}.{path}").lines}
    assert limits <= set(LIMITS)
    assert kinds <= set(KINDS)


def test_limits_are_said_as_an_official_would() -> None:
    told = limits_in_words({"most_ratio": Decimal(2), "spread_times": Decimal(7), "least_history": Decimal(3)})
    assert told.zh == "变化不超过 2 倍，超出以往离散度 7 倍，有 3 期以上可比才判断"
    assert told.en == "changes by at most a factor of 2, beyond 7 times the past spread, judged from 3 comparable periods on"
    assert limits_in_words({}) == ("", "")


def test_a_rule_says_its_fields_by_name() -> None:
    line = book().rule("energy.coal_cap.replacement_ratio").lines[0]
    told = value_in_words(line)
    assert told.zh.startswith("等量 ")
    assert "reduction_low" not in told.zh + told.en
    assert value_in_words(book().rule(f"{CATALOGUE}.C001").lines[0]) == ("各部分相加等于合计；不能上报", "parts add up to the total; blocks submission")
    assert part_in_words("reduction_high") == ("减量上限", "reduction, high")
