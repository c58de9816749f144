"""Which mean is held against which limit of the permit, and when that is an exceedance (超标判定).

A gas mean is the one converted to reference oxygen where the limit names one, a water mean the flow-weighted one of the day. What
is not valid, or stands in for something missing, is never evidence of an exceedance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import china_day
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.rules import RulesOnDay, RuleValue


class MeanSpan(Enum):
    """Over what a mean runs (均值时段)."""

    HOUR = "小时"
    DAY = "日"
    MONTH = "月"


class MeanKind(Enum):
    """What was averaged, and how (均值口径)."""

    MEASURED = "实测"
    CONVERTED = "折算"
    WEIGHTED = "流量加权"
    ARITHMETIC = "算术"


@dataclass(frozen=True, slots=True)
class PermitLimit:
    """A limit of the permit (许可限值), from `valid_from` until before `valid_to`; pH has two ends, others a highest."""

    factor: str
    span: MeanSpan
    kind: MeanKind
    highest: Decimal | None
    lowest: Decimal | None = None
    valid_from: date = date.min
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the limit is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class OutletMean:
    """A mean of an outlet (排放口均值): factor, span, kind, start, figure or None, and whether the span counts."""

    factor: str
    span: MeanSpan
    kind: MeanKind
    start: datetime
    figure: Decimal | None
    state: HourState = HourState.VALID


@dataclass(frozen=True, slots=True)
class Exceedance:
    """A mean beyond its limit (超标); `times` is by how many times the limit it is exceeded, None for a lower end."""

    mean: OutletMean
    limit: PermitLimit
    times: Decimal | None

    @property
    def words(self) -> Words:
        """The exceedance in one line."""
        span, kind = self.mean.span, self.mean.kind
        return Words(f"{span.value}{kind.value}均值超出许可限值", f"{kind.name.lower()} mean of the {span.name.lower()} beyond the permit")


def usual_comparison(*, medium: str, sector: str, rules: RulesOnDay) -> tuple[MeanSpan, MeanKind, RuleValue]:
    """Return which mean a limit is held against where the permit does not say (判定口径).

    Parameters
    ----------
    medium : str
        `gas` or `water`.
    sector : str
        Such as `waste_incineration`; one without a row of its own takes `usual`.
    rules : RulesOnDay
        For the table.

    Returns
    -------
    tuple of MeanSpan, MeanKind, RuleValue
        The rule says whether it is verified.

    Raises
    ------
    UnknownRule
        If the medium has no row.

    Source
    ------
    HJ 75-2017、HJ 356-2019 与各行业排放标准，凭记忆，未核实.

    Examples
    --------
    >>> from shuangkong.rules import at
    >>> span, kind, _ = usual_comparison(medium="gas", sector="waste_incineration", rules=at(date(2023, 12, 31)))
    >>> span.name, kind.name
    ('DAY', 'CONVERTED')
    """
    path = f"pollution.monitoring.comparison.{medium}.{sector}"
    rule = rules.get(path if path in rules.book.rules else f"pollution.monitoring.comparison.{medium}.usual")
    return MeanSpan[rule.value["span"].upper()], MeanKind[rule.value["kind"].upper()], rule


def exceedances(means: Iterable[OutletMean], *, limits: Sequence[PermitLimit]) -> tuple[Exceedance, ...]:
    """Return the means beyond the limit of their factor, span and kind (超标记录).

    Parameters
    ----------
    means : iterable of OutletMean
        Of one outlet, unrounded.
    limits : sequence of PermitLimit
        Of its permit, in the units of the means.

    Returns
    -------
    tuple of Exceedance
        In the order of the means. A mean equal to its limit meets it.

    Source
    ------
    排污许可证载明的许可排放浓度；无效数据不作超标证据见生态环境部公告2022年第21号.

    Examples
    --------
    >>> limit = PermitLimit("NOX", MeanSpan.HOUR, MeanKind.CONVERTED, Decimal(50))
    >>> mean = OutletMean("NOX", MeanSpan.HOUR, MeanKind.CONVERTED, datetime(2023, 5, 1, 8), Decimal(60))
    >>> [found.times for found in exceedances([mean], limits=[limit])]
    [Decimal('0.2')]
    """
    found: list[Exceedance] = []
    for mean in means:
        if mean.figure is None or mean.state is not HourState.VALID:
            continue
        for limit in limits:
            if (limit.factor, limit.span, limit.kind) != (mean.factor, mean.span, mean.kind) or not limit.holds_on(china_day(mean.start)):
                continue
            if limit.highest is not None and mean.figure > limit.highest:
                found.append(Exceedance(mean, limit, (mean.figure - limit.highest) / limit.highest if limit.highest else None))
            elif limit.lowest is not None and mean.figure < limit.lowest:
                found.append(Exceedance(mean, limit, None))
    return tuple(found)
