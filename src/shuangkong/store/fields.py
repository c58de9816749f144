"""Column types that keep what they are given: exact decimals, on every engine."""

from decimal import Decimal
from typing import Any

from django.db import models


class ExactDecimalField(models.TextField):
    """A Decimal of any precision, kept as plain text (精确小数): SQLite would make a double of it.

    Nothing is added up or compared in SQL; arithmetic belongs to the domain.
    """

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Decimal | None:
        """Return the figure as it was written."""
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        """Return a Decimal from what a form or fixture holds."""
        return value if value is None or isinstance(value, Decimal) else Decimal(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Return the text stored."""
        return None if value is None else format(Decimal(value), "f")
