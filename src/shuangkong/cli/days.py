"""A day on the command line, in the forms people write."""

from datetime import date

import click

from shuangkong.kernel.period import day_named


class Day(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A date; a bare month or year means its last day."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; what names none is refused in one line, as any input is."""
        return value if isinstance(value, date) else day_named(value)


DAY = Day()
