"""What monitored outlets of a place emitted in closed periods (在线监测排放量), and the outlets behind it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.lake.emissions import EmissionGrain, EmissionRow
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.emission_figures import NodeEmission, emission_of, emission_rows
from shuangkong.services.monitored_figures import MonitoredFigure, MonitoredInput, closed_months, closed_periods
from shuangkong.services.monitoring_points import Point, points_on
from shuangkong.store.models import MonitoringPoint

ELEMENTS = {"w01018": "cod_monitored_t", "w21003": "nh3_n_monitored_t", "a21002": "nox_monitored_t", "a24088": "vocs_monitored_t"}
_KG_PER_T = 1000
_MONTHS_BACK = 15


def emission_figures(today: date) -> Iterator[MonitoredFigure]:
    """Yield what monitored outlets emitted in closed periods, by place (在线监测排放量)."""
    factors = [factor for factor, element in ELEMENTS.items() if element in catalogue().elements]
    first = Period.month(today.year, today.month)
    for _ in range(_MONTHS_BACK):
        first = first.previous()
    months = closed_months(today, first=first)
    if not months or not factors:
        return
    simulated = set(MonitoringPoint.objects.filter(is_simulated=True).values_list("code", flat=True))
    for place in city().jurisdictions:
        by_key: dict[tuple[str, date], NodeEmission] = {}
        for one in emission_of(place.code, EmissionGrain.MONTH, Period(months[0].start, months[-1].end), factors=factors):
            by_key[one.factor, one.start] = one
        for period in closed_periods(months):
            for factor in factors:
                some = [by_key[factor, month.start] for month in months if period.start <= month.start < period.end and (factor, month.start) in by_key]
                masses = [one.kg for one in some if one.kg is not None]
                if masses:
                    value = sum(masses, Decimal(0)) / _KG_PER_T
                    yield MonitoredFigure(ELEMENTS[factor], place.code, period, value, "t", _grade(some, simulated), "在线监测汇总", _note(some))


def emission_inputs(element: str, org: str, period: Period, moment: datetime) -> list[MonitoredInput]:
    """Return the outlets behind a figure, as known at a moment (排放口构成)."""
    factor = next(factor for factor, told in ELEMENTS.items() if told == element)
    by_point: dict[str, list[EmissionRow]] = {}
    for row in emission_rows(org, EmissionGrain.MONTH, period, factors=[factor], as_of=moment):
        by_point.setdefault(row.point, []).append(row)
    return [_input(one, by_point[one.code], period) for one in points_on(point__code__in=list(by_point))]


def _input(point: Point, some: Sequence[EmissionRow], period: Period) -> MonitoredInput:
    masses = [one.kg for one in some if one.kg is not None]
    due, measured, substituted = _hours(some)
    told = Words(f"应有 {due} 时，实测 {measured}，替代 {substituted}", f"{due} hours due, {measured} measured, {substituted} substituted")
    coverage = Decimal(measured + substituted) * 100 / due if due else None
    return MonitoredInput(
        point.name, str(period), told, sum(masses, Decimal(0)) / _KG_PER_T if masses else None, "t", coverage, "monitoring-data", point.code, "", point.organisation,
    )  # fmt: skip


def _grade(some: list[NodeEmission], simulated: set[str]) -> DataGrade:
    if any(simulated & set(one.points) for one in some):
        return DataGrade.SIMULATED
    return DataGrade.SUBSTITUTED if any(one.hours_substituted for one in some) else DataGrade.MEASURED


def _note(some: list[NodeEmission]) -> str:
    due, measured, substituted = _hours(some)
    return f"排放口 {len({point for one in some for point in one.points})} 个，应有 {due} 时，实测 {measured}，替代 {substituted}"


def _hours(some: Sequence[NodeEmission] | Sequence[EmissionRow]) -> tuple[int, int, int]:
    return sum(one.hours_due for one in some), sum(one.hours_measured for one in some), sum(one.hours_substituted for one in some)
