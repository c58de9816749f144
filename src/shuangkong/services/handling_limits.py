"""The limits of handling returns, from the dated rules."""

from shuangkong import rules
from shuangkong.services import clock

_PLACE = "returns.handling"


def handling_limit(name: str) -> int:
    """Return a limit as it holds today (办理限值), such as `attachment_mb`."""
    return int(rules.at(clock.today()).get(f"{_PLACE}.{name}").number)


def reminder_days() -> tuple[int, ...]:
    """Return how many working days before the due day somebody is reminded, the most first (提醒天数)."""
    return tuple(sorted((int(day) for day in rules.at(clock.today()).get(f"{_PLACE}.reminder_days").value), reverse=True))
