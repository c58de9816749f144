"""The limits of signing in and of the log, from the dated rules."""

from shuangkong import rules
from shuangkong.services import clock


def limit(name: str) -> int:
    """Return a limit as it holds today (安全限值), such as `password_days`."""
    return int(rules.at(clock.today()).get(f"security.limits.{name}").number)


def common_words() -> tuple[str, ...]:
    """Return the words that many passwords are made of, the longest first (常见口令用词)."""
    return tuple(sorted(rules.at(clock.today()).get("security.common_words").value, key=len, reverse=True))
