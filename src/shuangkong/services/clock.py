"""The edge where time comes in: one function, put in by tests and by nobody else."""

from datetime import UTC, date, datetime

from shuangkong.kernel.period import CHINA_STANDARD_TIME


def now() -> datetime:
    """Return the present moment, UTC (当前时刻)."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day, China Standard Time (当日)."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day a moment lies in, China Standard Time."""
    return moment.astimezone(CHINA_STANDARD_TIME).date()
