"""What monitored outlets of a place emitted becomes observations (在线监测排放量观测值): of months, quarters and years that are over, for indicators to use.

A period is taken up once its data may no longer be corrected by the operators; what changes later adds a version. All of one day is sealed as one table.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from shuangkong.evidence.act import ActKind
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.rounding import plain
from shuangkong.lake.emissions import EmissionGrain
from shuangkong.rules import at
from shuangkong.services.chain import seal, system_actor
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.emission_figures import NodeEmission, emission_of
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.indicators import COLUMNS
from shuangkong.store.models import MonitoringPoint, ObservationRow

ELEMENTS = {"w01018": "cod_monitored_t", "w21003": "nh3_n_monitored_t", "a21002": "nox_monitored_t", "a24088": "vocs_monitored_t"}
_DUE = "pollution.monitoring.transmission.evidence_due_day_of_next_month"
_KG_PER_T = 1000
_MONTHS_BACK = 15
_YEAR_MONTHS, _QUARTER_MONTHS = 12, 3
_SOURCE, _BY = "在线监测汇总", "监测平台"
_last: dict[str, date] = {}


class _Figure(NamedTuple):
    element: str
    org: str
    period: str
    value: Decimal
    grade: DataGrade
    note: str


def observe_emissions(now: datetime) -> int:
    """Take up what monitored outlets emitted in periods that are over, once a day (形成在线监测观测值); returns how many figures are new."""
    today = now.astimezone(CHINA_STANDARD_TIME).date()
    if _last.get("day") == today or not set(ELEMENTS.values()) <= catalogue().elements.keys():
        return 0
    made = list(_figures(today))
    known = {(row.element, row.org, row.period): row.value for row in current_rows(element__in=list(ELEMENTS.values()))}
    fresh = [one for one in made if known.get((one.element, one.org, one.period)) != one.value]
    if fresh:
        _record(fresh, now, today)
    _last["day"] = today
    return len(fresh)


def _figures(today: date) -> Iterator[_Figure]:
    months = list(_months(today))
    if not months:
        return
    simulated = set(MonitoringPoint.objects.filter(is_simulated=True).values_list("code", flat=True))
    for place in city().jurisdictions:
        by_key: dict[tuple[str, date], NodeEmission] = {}
        for one in emission_of(place.code, EmissionGrain.MONTH, Period(months[0].start, months[-1].end), factors=list(ELEMENTS)):
            by_key[one.factor, one.start] = one
        for period in _periods(months):
            for factor, element in ELEMENTS.items():
                some = [by_key[factor, month.start] for month in months if period.start <= month.start < period.end and (factor, month.start) in by_key]
                masses = [one.kg for one in some if one.kg is not None]
                if masses:
                    yield _Figure(element, place.code, str(period), sum(masses, Decimal(0)) / _KG_PER_T, _grade(some, simulated), _note(some))


def _grade(some: list[NodeEmission], simulated: set[str]) -> DataGrade:
    if any(simulated & set(one.points) for one in some):
        return DataGrade.SIMULATED
    return DataGrade.SUBSTITUTED if any(one.hours_substituted for one in some) else DataGrade.MEASURED


def _note(some: list[NodeEmission]) -> str:
    points = {point for one in some for point in one.points}
    due, measured, substituted = (sum(getattr(one, name) for one in some) for name in ("hours_due", "hours_measured", "hours_substituted"))
    return f"排放口 {len(points)} 个，应有 {due} 时，实测 {measured}，替代 {substituted}"


def _months(today: date) -> Iterator[Period]:
    """The months that are over and past correction, oldest first."""
    due = int(at(today).get(_DUE).number)
    first = Period.month(today.year, today.month)
    over = [first]
    for _ in range(_MONTHS_BACK):
        over.append(over[-1].previous())
    for month in reversed(over[1:]):
        if today > month.end + timedelta(days=due - 1):
            yield month


def _periods(months: list[Period]) -> Iterator[Period]:
    yield from months
    last = months[-1].end
    for month in months:
        if month.end.month % _QUARTER_MONTHS == 1:
            quarter = Period(date(month.start.year, month.start.month - 2, 1), month.end)
            if quarter.start >= months[0].start:
                yield quarter
        if month.start.month == _YEAR_MONTHS and Period.year(month.start.year).start >= months[0].start and month.end <= last:
            yield Period.year(month.start.year)


def _record(fresh: list[_Figure], now: datetime, today: date) -> None:
    moment = now.astimezone(UTC).replace(microsecond=0)
    with io.StringIO(newline="") as text:
        table = csv.writer(text, lineterminator="\n")
        table.writerow([column.key for column in COLUMNS])
        table.writerows([one.element, one.org, one.period, plain(one.value), "t", one.grade.name, _SOURCE, _BY, _BY, moment.isoformat(), one.note] for one in fresh)
        content = text.getvalue().encode()
    with transaction.atomic():
        sealed = seal(
            kind=ActKind.LOADING, subject=f"data/monitored-{today:%Y-%m-%d}.csv", content=content, actor=system_actor(city().code), reason="在线监测排放量汇总",
            is_simulated=any(one.grade is DataGrade.SIMULATED for one in fresh),
        )  # fmt: skip
        ObservationRow.objects.bulk_create(
            [
                ObservationRow(
                    element=one.element, org=one.org, period=one.period, value=one.value, unit="t", grade=one.grade.name, source=_SOURCE, reported_by=_BY, approved_by=_BY,
                    recorded_at=moment, note=one.note, link=sealed.link,
                )
                for one in fresh
            ],
            batch_size=500,
        )  # fmt: skip
