"""What monitoring and meters tell becomes observations (监测计量观测值): of months, quarters and years that are over, for indicators to use.

A period is taken up once its data may no longer be corrected by the operators; what changes later adds a version. All of one day is sealed as one table.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from django.db import transaction

from shuangkong.evidence.act import ActKind
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.rounding import plain
from shuangkong.services import monitored_ambient, monitored_emissions, monitored_meters
from shuangkong.services.chain import seal, system_actor
from shuangkong.services.deployment import city
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.indicators import COLUMNS
from shuangkong.services.monitored_figures import MonitoredFigure, MonitoredInput
from shuangkong.store.models import ObservationRow

_BY = "监测平台"
_TELLERS: tuple[Callable[[date], Iterator[MonitoredFigure]], ...] = (
    monitored_emissions.emission_figures, monitored_ambient.ambient_figures, monitored_meters.meter_figures,
)  # fmt: skip
_OPENERS: Mapping[str, Callable[[str, str, Period, datetime], list[MonitoredInput]]] = (
    dict.fromkeys(monitored_emissions.ELEMENTS.values(), monitored_emissions.emission_inputs)
    | dict.fromkeys(monitored_ambient.ELEMENTS, monitored_ambient.ambient_inputs)
    | dict.fromkeys(monitored_meters.ELEMENTS, monitored_meters.meter_inputs)
)
_last: dict[str, date] = {}


def observe_monitored(now: datetime) -> int:
    """Take up what monitoring and meters tell of periods that are over, once a day (形成监测计量观测值); returns how many figures are new."""
    today = now.astimezone(CHINA_STANDARD_TIME).date()
    if _last.get("day") == today:
        return 0
    count = take_up([one for tell in _TELLERS for one in tell(today)], now=now)
    _last["day"] = today
    return count


def take_up(made: Sequence[MonitoredFigure], *, now: datetime) -> int:
    """Add a version of every figure that is new or says something else than before, sealed (记录观测值); returns how many."""
    known = {(row.element, row.org, row.period): (row.value, row.note) for row in current_rows(element__in=list(_OPENERS))}
    fresh = [one for one in made if known.get(one.key) != (one.value, one.note)]
    if fresh:
        _record(fresh, now)
    return len(fresh)


def inputs_behind(row: ObservationRow) -> list[MonitoredInput]:
    """Return what a figure was made of, as it was known when it was recorded (观测值构成); nothing where it came by no monitor."""
    opened = _OPENERS.get(row.element)
    return opened(row.element, row.org, Period.parse(row.period), row.recorded_at) if opened and row.filing_id is None else []


def _record(fresh: Sequence[MonitoredFigure], now: datetime) -> None:
    moment = now.astimezone(UTC).replace(microsecond=0)
    with io.StringIO(newline="") as text:
        table = csv.writer(text, lineterminator="\n")
        table.writerow([column.key for column in COLUMNS])
        table.writerows([*one.key, plain(one.value), one.unit, one.grade.name, one.source, _BY, _BY, moment.isoformat(), one.note] for one in fresh)
        content = text.getvalue().encode()
    with transaction.atomic():
        sealed = seal(
            kind=ActKind.LOADING, subject=f"data/monitored-{now.astimezone(CHINA_STANDARD_TIME):%Y-%m-%d}.csv", content=content, actor=system_actor(city().code),
            reason="监测计量数据汇总", is_simulated=any(one.grade is DataGrade.SIMULATED for one in fresh),
        )  # fmt: skip
        ObservationRow.objects.bulk_create(
            [
                ObservationRow(
                    element=one.element, org=one.org, period=str(one.period), value=one.value, unit=one.unit, grade=one.grade.name, source=one.source, reported_by=_BY,
                    approved_by=_BY, recorded_at=moment, note=one.note, link=sealed.link,
                )
                for one in fresh
            ],
            batch_size=500,
        )  # fmt: skip
