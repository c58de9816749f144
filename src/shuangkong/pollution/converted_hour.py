"""An hour's concentration at reference oxygen, by both readings of the text (折算小时值)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shuangkong.pollution.conversions import oxygen_corrected
from shuangkong.rules import RulesOnDay, RuleValue


@dataclass(frozen=True, slots=True)
class ConvertedHour:
    """An hour's concentration at reference oxygen by both readings of the text (折算小时值), and the one used.

    `from_means` converts the hourly mean by the hourly oxygen, `from_minutes` averages converted minutes; either is None where it
    cannot be. `minutes_without` had oxygen of air or more.
    """

    from_means: Decimal | None
    from_minutes: Decimal | None
    used: Decimal | None
    minutes_without: int
    rule: RuleValue


def converted_hour(
    minutes: Sequence[tuple[Decimal, Decimal]], *, concentration: Decimal | None, oxygen_pct: Decimal | None, reference_oxygen_pct: Decimal, rules: RulesOnDay
) -> ConvertedHour:
    """Return an hour's concentration at reference oxygen (折算小时值).

    Parameters
    ----------
    minutes : sequence of (Decimal, Decimal)
        Valid concentrations and oxygen by minute. [mg/m³], [%]
    concentration, oxygen_pct : Decimal or None
        The hour's means. [mg/m³], [%]
    reference_oxygen_pct : Decimal
        Of the outlet's permit. [%]
    rules : RulesOnDay
        For the oxygen of air, the minutes needed, and which of the two is used.

    Returns
    -------
    ConvertedHour
        Unrounded. [mg/m³]

    Source
    ------
    HJ 212-2017 附录D 式28；先平均还是先折算条文未明，两值并存，所用者为本系统设计.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> minutes = [(Decimal(30), Decimal(6))] * 30 + [(Decimal(30), Decimal(11))] * 30
    >>> found = converted_hour(minutes, concentration=Decimal(30), oxygen_pct=Decimal("8.5"), reference_oxygen_pct=Decimal(6), rules=at(date(2023, 12, 31)))
    >>> found.from_means, found.from_minutes, found.used
    (Decimal('36'), Decimal('37.5'), Decimal('36'))
    """
    air_pct = rules.get("pollution.gas_conversion.air_oxygen_pct").number
    needed = rules.get("pollution.data_validity.minutes_per_hour").number
    rule = rules.get("pollution.monitoring.comparison.converted_from")

    def at_reference(figure: Decimal, oxygen: Decimal) -> Decimal:
        return oxygen_corrected(concentration_mg_m3=figure, oxygen_pct=oxygen, reference_oxygen_pct=reference_oxygen_pct, rules=rules)

    converted = [at_reference(figure, oxygen) for figure, oxygen in minutes if 0 <= oxygen < air_pct]
    from_means = None
    if concentration is not None and oxygen_pct is not None and 0 <= oxygen_pct < air_pct:
        from_means = at_reference(concentration, oxygen_pct)
    from_minutes = sum(converted, Decimal(0)) / len(converted) if len(converted) >= needed else None
    used = from_means if rule.value == "means" else from_minutes
    return ConvertedHour(from_means, from_minutes, used, len(minutes) - len(converted), rule)
