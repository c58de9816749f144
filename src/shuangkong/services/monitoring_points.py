"""Points of monitoring as they are on a day (监测点): what holds of each, its limits, as known then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.pollution.monitoring_coverage import (
    MonitoredDischarger,
    MonitoringCoverage,
    MonitorStage,
    monitoring_coverage,
)
from shuangkong.services import clock
from shuangkong.services.filing_observations import end_of
from shuangkong.services.monitoring_kinds import OUTLETS, STAGE_WORDS, PointKind, Statistic, factor_words, stage_on
from shuangkong.services.organisations import Tree
from shuangkong.store.models import EmissionLimit, MonitoringPointVersion


class UnknownPoint(Refusal):
    """No point has this code on this day (未知监测点)."""

    def __init__(self, code: str) -> None:
        super().__init__(
            thing=Words("监测点", "point"), value=code, rule=Words("当日没有登记", "is not registered on that day"), remedy=Words("核对编码和日期", "check the code and the day")
        )


@dataclass(frozen=True, slots=True)
class Point:
    """A point as it is on a day (监测点)."""

    pk: int
    code: str
    organisation: str
    kind: PointKind
    name: Words
    traits: Mapping[str, Any]
    stage: MonitorStage
    valid_from: date
    is_closed: bool
    is_simulated: bool

    @property
    def stage_words(self) -> Words:
        """How far its monitor is, in words."""
        return STAGE_WORDS[self.stage]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that holds (限值)."""

    point: str
    factor: str
    statistic: Statistic
    low: Decimal | None
    high: Decimal | None
    unit: str
    is_converted: bool
    document: str
    clause: str
    valid_from: date
    valid_to: date | None
    reason: str
    link: int

    @property
    def name(self) -> Words:
        """The factor's name."""
        return factor_words(self.factor)

    def is_broken_by(self, mean: Decimal | None) -> bool:
        """Tell whether a mean lies beyond either end (是否超限); one that is not there does not, one equal to an end meets it."""
        return mean is not None and ((self.high is not None and mean > self.high) or (self.low is not None and mean < self.low))


def point_from(row: MonitoringPointVersion, day: date) -> Point:
    """Return what a version says of its point (读监测点)."""
    point = row.point
    return Point(
        point.pk, point.code, point.organisation.code, PointKind[point.kind], Words(row.name_zh, row.name_en or row.name_zh), row.traits, stage_on(row.traits, day),
        row.valid_from, row.is_closed, point.is_simulated,
    )  # fmt: skip


def points_on(*, day: date | None = None, as_of: date | None = None, **which: Any) -> list[Point]:
    """Return the points of a day, as known at the end of another (某日监测点), in order of code; closed ones too.

    Parameters
    ----------
    day : date, optional
        Today where none is given.
    as_of : date, optional
        What was entered later is left out.
    **which
        Fields of the rows, such as `point__kind="METER"`.
    """
    held = day or as_of or clock.today()
    rows = MonitoringPointVersion.objects.filter(valid_from__lte=held, **which).select_related("point__organisation").order_by("point__code", "valid_from", "id")
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    latest = {row.point_id: row for row in rows.iterator(chunk_size=2000)}
    return [point_from(row, held) for row in latest.values()]


def limits_on(*, day: date | None = None, as_of: date | None = None, **which: Any) -> list[Limit]:
    """Return the limits that hold on a day, as known at the end of another (某日限值): the latest entry of each factor and span."""
    held = day or as_of or clock.today()
    rows = EmissionLimit.objects.filter(valid_from__lte=held, **which).select_related("point").order_by("point__code", "factor", "valid_from", "id")
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    latest = {(row.point_id, row.factor, row.statistic, row.is_converted): row for row in rows.iterator(chunk_size=2000)}
    return [limit_from(row) for row in latest.values() if (row.low, row.high) != (None, None) and (row.valid_to is None or held < row.valid_to)]


def limit_from(row: EmissionLimit) -> Limit:
    """Return what a row says (读限值)."""
    return Limit(
        row.point.code, row.factor, Statistic[row.statistic], row.low, row.high, row.unit, row.is_converted, row.document, row.clause, row.valid_from, row.valid_to,
        row.reason, row.link,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who must have automatic monitors, and who has (自动监测覆盖): of a place, of all permit holders or of VOC key dischargers."""

    place: str
    name: Words
    only_voc_key: bool
    counted: MonitoringCoverage


def coverage_of(points: Iterable[Point], tree: Tree, *, only_voc_key: bool) -> Iterator[Coverage]:
    """Yield the coverage of the city and then of each jurisdiction that has permit holders (覆盖率).

    A permit holder is an organisation with an outlet that has a permit number; a VOC key discharger is one with such an outlet.
    """
    held: dict[str, list[Point]] = {}
    for point in points:
        if point.kind in OUTLETS and not point.is_closed and point.organisation in tree:
            held.setdefault(point.organisation, []).append(point)
    by_place: dict[str, list[MonitoredDischarger]] = {}
    for code, some in held.items():
        if not any(one.traits.get("permit") for one in some):
            continue
        is_voc_key = any(one.traits.get("is_voc_key") for one in some)
        stages = tuple(one.stage for one in some if one.traits.get("must_monitor") and (one.traits.get("is_voc_key") or not only_voc_key))
        place = tree.jurisdiction_of(code)
        for where in (tree.city.code, place.code if place else ""):
            by_place.setdefault(where, []).append(MonitoredDischarger(code, stages, is_voc_key))
    for where in sorted(by_place.keys() - {""}, key=lambda code: (code != tree.city.code, code)):
        yield Coverage(where, tree.find(where).name, only_voc_key, monitoring_coverage(by_place[where], only_voc_key=only_voc_key))
