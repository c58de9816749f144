"""Parameters of law, with dates. `at(day)` answers what held on a day."""

from shuangkong.rules.loader import NoRuleOnDay, RuleBook, RulesOnDay, UnknownRule, at, book, load
from shuangkong.rules.schema import Rule, RuleValue

__all__ = ["NoRuleOnDay", "Rule", "RuleBook", "RuleValue", "RulesOnDay", "UnknownRule", "at", "book", "load"]
