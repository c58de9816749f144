"""Pages of the register of monitoring (监测登记页): the list, a point, a device, who must have monitors and has them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Words
from shuangkong.pollution.monitoring_coverage import MonitorStage
from shuangkong.services import clock
from shuangkong.services.alarm_pages import AlarmLine, alarms_at
from shuangkong.services.filing_observations import end_of
from shuangkong.services.monitoring_kinds import TRAITS, PointKind, mark_words
from shuangkong.services.monitoring_marks import marks_in_force, notices_in_force
from shuangkong.services.monitoring_points import (
    Coverage,
    Limit,
    Point,
    UnknownPoint,
    coverage_of,
    limit_from,
    limits_on,
    point_from,
    points_on,
)
from shuangkong.services.organisations import Node, OrganisationKind, Tree, tree_on
from shuangkong.services.people import Member, NotPermitted
from shuangkong.services.slices import Slice, slice_of
from shuangkong.store.models import DeviceVersion, EmissionLimit, MonitoringPointVersion

_HOMES = (OrganisationKind.COUNTY, OrganisationKind.ZONE, OrganisationKind.PARK, OrganisationKind.UNIT)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which points a list is asked for (筛选)."""

    kind: PointKind | None = None
    place: str = ""
    stage: MonitorStage | None = None
    text: str = ""

    def takes(self, point: Point, place: str, told: str) -> bool:
        """Tell whether a point is among them."""
        return (
            (self.kind is None or point.kind is self.kind) and self.place in ("", place) and (self.stage is None or point.stage is self.stage)
            and all(word in told.lower() for word in self.text.lower().split())
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PointLine:
    """A point in the list (监测点一行)."""

    point: Point
    home: Words
    place: str
    place_name: Words
    devices: tuple[str, ...]
    limits: int


@dataclass(frozen=True, slots=True)
class PointsPage:
    """The points a person may see that answer to a filter (监测点)."""

    asked: Asked
    lines: Slice[PointLine]
    total: int
    connected: int
    places: tuple[Node, ...]
    kinds: tuple[tuple[PointKind, int], ...]
    may_manage: bool

    @property
    def present(self) -> tuple[tuple[PointKind, int], ...]:
        """The kinds that there are."""
        return tuple((kind, count) for kind, count in self.kinds if count)


@dataclass(frozen=True, slots=True)
class Setup:
    """How a device is set up from a day on (设备登记); of its secrets only whether there are any."""

    mn: str
    point: str
    valid_from: date
    edition: str
    checksum: str
    settings: Mapping[str, Any]
    has_password: bool
    has_key: bool
    is_retired: bool
    reason: str
    link: int


NO_SETUP = Setup("", "", date.min, "", "", {}, has_password=False, has_key=False, is_retired=False, reason="", link=0)


@dataclass(frozen=True, slots=True)
class PointPage:
    """A point with all that is registered of it (监测点页)."""

    point: Point
    home: Words
    home_kind: OrganisationKind | None
    place: Node | None
    facts: tuple[tuple[Words, str | bool], ...]
    history: tuple[tuple[Point, str, int], ...]
    limits: tuple[Limit, ...]
    past_limits: tuple[Limit, ...]
    devices: tuple[Setup, ...]
    past_devices: tuple[Setup, ...]
    marks: tuple[tuple[Any, Words], ...]
    notices: tuple[Any, ...]
    may_manage: bool
    may_report: bool
    alarms: tuple[AlarmLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DevicePage:
    """A device from its beginning (设备页)."""

    now: Setup
    point: Point
    history: tuple[Setup, ...]
    may_manage: bool


def _may(who: Member, permission: Permission, organisation: str, tree: Tree) -> bool:
    return bool(who.posts_over(permission, organisation, tree))


def seen_points(who: Member, *, as_of: date | None = None, **which: Any) -> list[Point]:
    """Return the points a person may see, closed ones left out (可见监测点)."""
    tree = tree_on(as_of or clock.today())
    return [one for one in points_on(as_of=as_of, **which) if not one.is_closed and one.organisation in tree and who.sees(one.organisation, tree)]


def point_lines(*, who: Member, asked: Asked, as_of: date | None = None) -> list[PointLine]:
    """Return the points a person may see that answer to a filter, by place (监测点清单)."""
    day = as_of or clock.today()
    return _lines(seen_points(who, as_of=as_of), asked, day, as_of)


def _lines(points: Sequence[Point], asked: Asked, day: date, as_of: date | None) -> list[PointLine]:
    tree = tree_on(day)
    setups: dict[str, list[str]] = {}
    for one in setups_on(day=day, as_of=as_of):
        if not one.is_retired:
            setups.setdefault(one.point, []).append(one.mn)
    limits = Counter(one.point for one in limits_on(day=day, as_of=as_of))
    lines = []
    for point in points:
        home, place = tree.find(point.organisation), tree.jurisdiction_of(point.organisation)
        if asked.takes(point, place.code if place else "", " ".join((point.code, *point.name, *home.name, *setups.get(point.code, ())))):
            lines.append(PointLine(point, home.name, place.code if place else "", place.name if place else Words("—", "—"), tuple(setups.get(point.code, ())), limits[point.code]))
    return sorted(lines, key=lambda line: (line.place, line.point.code))


def points_page(*, who: Member, asked: Asked, number: int = 1, as_of: date | None = None) -> PointsPage:
    """Return a page of the points a person may see that answer to a filter (监测点)."""
    day = as_of or clock.today()
    points = seen_points(who, as_of=as_of)
    counted = Counter(point.kind for point in points)
    return PointsPage(
        asked, slice_of(_lines(points, asked, day, as_of), number), len(points), sum(point.stage is MonitorStage.CONNECTED for point in points),
        tree_on(day).of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE), tuple((kind, counted[kind]) for kind in PointKind), who.may(Permission.MONITORING_MANAGE),
    )  # fmt: skip


def coverage_page(*, who: Member, as_of: date | None = None) -> tuple[tuple[Coverage, ...], tuple[Coverage, ...]]:
    """Return who must have automatic monitors and has them, of all permit holders and of VOC key dischargers (自动监测覆盖).

    Raises
    ------
    NotPermitted
        If the person may not read figures.
    """
    if not who.may(Permission.FIGURES_READ):
        raise NotPermitted(Permission.FIGURES_READ)
    tree, points = tree_on(as_of or clock.today()), points_on(as_of=as_of)
    return tuple(coverage_of(points, tree, only_voc_key=False)), tuple(coverage_of(points, tree, only_voc_key=True))


def setups_on(*, day: date | None = None, as_of: date | None = None, **which: Any) -> list[Setup]:
    """Return the version of each device that holds on a day (某日设备登记), retired ones too."""
    rows = DeviceVersion.objects.filter(valid_from__lte=day or as_of or clock.today()).select_related("device", "point").order_by("device__mn", "valid_from", "id")
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of(as_of))
    latest = {row.device_id: row for row in rows.filter(**which).iterator(chunk_size=2000)}
    return [_setup(row) for row in latest.values()]


def _setup(row: DeviceVersion) -> Setup:
    return Setup(
        row.device.mn, row.point.code, row.valid_from, row.edition, row.checksum, row.settings, bool(row.sealed_password), bool(row.sealed_key), row.is_retired, row.reason, row.link
    )


def _known(rows: Any, until: datetime | None) -> Any:
    return rows.filter(recorded_at__lt=until) if until else rows


def point_page(*, code: str, who: Member, as_of: date | None = None) -> PointPage:
    """Return a point with what is registered of it (监测点页).

    Raises
    ------
    UnknownPoint
        If it is not registered.
    NotPermitted
        If the person may not see its organisation.
    """
    day, until = as_of or clock.today(), end_of(as_of) if as_of else None
    tree = tree_on(day)
    rows = list(_known(MonitoringPointVersion.objects.filter(point__code=code), until).select_related("point__organisation").order_by("valid_from", "id"))
    held = [row for row in rows if row.valid_from <= day] or rows
    if not held:
        raise UnknownPoint(code)
    point = point_from(held[-1], day)
    if not who.sees(point.organisation, tree):
        raise NotPermitted(Permission.FIGURES_READ, point.organisation)
    home = tree.get(point.organisation)
    limits = limits_on(day=day, as_of=as_of, point__code=code)
    every_limit = [limit_from(row) for row in _known(EmissionLimit.objects.filter(point__code=code), until).select_related("point").order_by("-valid_from", "-id")]
    mns = DeviceVersion.objects.filter(point__code=code).values_list("device__mn", flat=True)
    devices = [one for one in setups_on(day=day, as_of=as_of, device__mn__in=list(mns)) if one.point == code and not one.is_retired]
    every_setup = [_setup(row) for row in _known(DeviceVersion.objects.filter(point__code=code), until).select_related("device", "point").order_by("-valid_from", "-id")]
    return PointPage(
        point, home.name if home else Words(point.organisation, point.organisation), home.kind if home else None, tree.jurisdiction_of(point.organisation),
        tuple((TRAITS[name].name, value) for name, value in _in_order(point.traits) if name in TRAITS),
        tuple((point_from(row, day), row.reason, row.link) for row in reversed(rows)),
        tuple(limits), tuple(one for one in every_limit if one not in limits), tuple(devices), tuple(one for one in every_setup if one not in devices),
        tuple((row, mark_words(row.mark)) for row in marks_in_force(until=until).filter(point__code=code)[:50]),
        tuple(row for row in notices_in_force(until=until).filter(organisation__code=point.organisation)[:50] if row.point is None or row.point.code == code),
        _may(who, Permission.MONITORING_MANAGE, point.organisation, tree), _may(who, Permission.MONITORING_REPORT, point.organisation, tree), alarms_at(code, as_of=as_of, most=10),
    )  # fmt: skip


def _in_order(traits: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    return [(name, traits[name]) for name in TRAITS if name in traits]


def device_page(*, mn: str, who: Member) -> DevicePage:
    """Return a device from its beginning (设备页); raise `UnknownPoint`, `NotPermitted`."""
    rows = [_setup(row) for row in DeviceVersion.objects.filter(device__mn=mn).select_related("device", "point").order_by("valid_from", "id")]
    if not rows:
        raise UnknownPoint(mn)
    today = clock.today()
    now = ([one for one in rows if one.valid_from <= today] or rows)[-1]
    page = point_page(code=now.point, who=who)
    return DevicePage(now, page.point, tuple(reversed(rows)), page.may_manage)


def homes_for(who: Member) -> tuple[Node, ...]:
    """Return the organisations for which a person may register points (可登记单位)."""
    tree = tree_on(clock.today())
    return tuple(node for node in tree.of_kind(*_HOMES) if _may(who, Permission.MONITORING_MANAGE, node.code, tree))
