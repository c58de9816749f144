"""The calendar of completeness (完整率日历): of a year each day of a point or a place, by how much of what was due came and is valid; of a day what is missing.

An hour is due of every factor that a point sends or has a limit for, from when the point was first heard until an hour ago, unless a notice says that it
stands still; what came nevertheless counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from shuangkong.access.roles import Permission
from shuangkong.hj212.editions import command
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.lake.outlet_readings import first_heard
from shuangkong.lake.received import KINDS, ReceivedDay, received_days
from shuangkong.pollution.capture import TransmissionRates, transmission_rates
from shuangkong.pollution.monitoring_validity import HourState, state_of_mark
from shuangkong.rules import at
from shuangkong.services import clock
from shuangkong.services.backfill import stopped_windows
from shuangkong.services.device_requests import DeviceRequest, read_requests
from shuangkong.services.device_states import INBOX_FILE
from shuangkong.services.filing_observations import end_of
from shuangkong.services.lake_rows import city_lake, readings_between
from shuangkong.services.monitoring_kinds import MARKS, PointKind, factor_words
from shuangkong.services.monitoring_pages import seen_points, setups_on
from shuangkong.services.monitoring_points import Point, UnknownPoint, limits_on
from shuangkong.services.organisations import Node, OrganisationKind, tree_on
from shuangkong.services.outlet_facts import local
from shuangkong.services.people import Member, NotPermitted
from shuangkong.timeseries.gaps import Gap, gaps

_HOUR, _HOURS = timedelta(hours=1), 24
_WHOLE_DAY = (1 << _HOURS) - 1
_LATE_AFTER = timedelta(hours=3)
_REQUESTS_READ = 2000
_TIMES = "%Y%m%d%H%M%S"


class DayGrade(Enum):
    """How complete a day is (完整率等级): its letter on the calendar."""

    FULL = "齐"
    GOOD = "好"
    LOW = "低"
    POOR = "差"
    NONE = "缺"
    STOPPED = "停"
    NOT_DUE = ""

    @property
    def letter(self) -> Words:
        """The letter of the day."""
        return Words(self.value, "" if self is DayGrade.NOT_DUE else self.name[0] if self is not DayGrade.NONE else "0")


@dataclass(frozen=True, slots=True)
class Share:
    """How much of what was due came and is valid (完整率); hours times factors. `stopped` were not due because of a notice."""

    due: int = 0
    received: int = 0
    valid: int = 0
    stopped: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.due + other.due, self.received + other.received, self.valid + other.valid, self.stopped + other.stopped)

    @property
    def rates(self) -> TransmissionRates:
        """Transmission, validity and effective transmission rate."""
        return transmission_rates(due=self.due, received=self.received, valid=self.valid)

    def grade(self, goals: tuple[Decimal, Decimal]) -> DayGrade:
        """How complete it is, by a low and a high goal of the effective transmission rate. [%]"""
        if not self.due:
            return DayGrade.STOPPED if self.stopped else DayGrade.NOT_DUE
        if not self.received:
            return DayGrade.NONE
        (low, high), effective = goals, Decimal(self.valid) * 100 / self.due
        if self.valid == self.due:
            return DayGrade.FULL
        return DayGrade.GOOD if effective >= high else DayGrade.LOW if effective >= low else DayGrade.POOR


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day on the calendar (日历日); `is_partial` is today."""

    day: date
    share: Share
    grade: DayGrade
    is_partial: bool


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """A point or a place with its year and months (一行), months in which nothing was due None."""

    code: str
    name: Words
    year: Share
    months: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class MissingSpan:
    """A span that did not come (缺数时段): of which factors."""

    gap: Gap
    factors: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a device was asked for (补传请求): the command by name, from when to when."""

    request: DeviceRequest
    name: Words
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class DayDetail:
    """A day of a point (日明细): what is missing, what was asked for, what was sent again and when."""

    day: date
    share: Share
    missing: tuple[MissingSpan, ...]
    asked: tuple[Asked, ...]
    late: tuple[tuple[datetime, int], ...]


@dataclass(frozen=True)
class CalendarPage:
    """The calendar of a point, a place or the city (完整率日历)."""

    code: str
    name: Words
    point: Point | None
    place: Node | None
    year: int
    years: tuple[int, ...]
    whole: Share
    months: tuple[tuple[int, tuple[CalendarDay | None, ...]], ...]
    lines: tuple[CalendarLine, ...]
    detail: DayDetail | None
    day: date | None
    goals: tuple[Decimal, Decimal]


def calendar_page(*, who: Member, code: str = "", year: int | None = None, day: date | None = None, as_of: date | None = None) -> CalendarPage:
    """Return the calendar of a year, of a point, of a place, of all that a person may see where no code is given (完整率日历).

    Raises
    ------
    UnknownPoint
        If the code is neither a point nor a county or zone.
    NotPermitted
        If the person may not see the point.
    """
    today = as_of or clock.today()
    year = day.year if day else year or today.year
    tree, every = tree_on(today), {one.code: one for one in seen_points(who, as_of=as_of) if one.kind is not PointKind.METER}
    places = {node.code: node for node in tree.of_kind(OrganisationKind.COUNTY, OrganisationKind.ZONE)}
    home = {one.code: node.code if (node := tree.jurisdiction_of(one.organisation)) else "" for one in every.values()}
    if code and code not in places and code not in every:
        if any(one.point == code for one in setups_on(day=today)):
            raise NotPermitted(Permission.FIGURES_READ, code)
        raise UnknownPoint(code)
    chosen = [one for one in every if code in ("", one, home[one])]
    shares, begun = _shares(chosen, date(year, 1, 1), date(year + 1, 1, 1), as_of=as_of)
    by_day = _by_day(shares, chosen)
    point = every.get(code)
    if point is not None:
        lines: Iterable[CalendarLine] = ()
    elif code:
        lines = (_line(one, _named(every[one], tree.find(every[one].organisation).name), _by_day(shares, [one])) for one in chosen)
    else:
        lines = (_line(one, node.name, _by_day(shares, some)) for one, node in places.items() if (some := [each for each in chosen if home[each] == one]))
    place = places.get(code) or places.get(home.get(code, ""))
    name = _named(point, tree.find(point.organisation).name) if point else places[code].name if code else Words("全市", "the city")
    return CalendarPage(
        code, name, point, place, year, tuple(range(today.year - 4, today.year + 1)), sum(by_day.values(), Share()), tuple(_months(year, by_day, today)), tuple(lines),
        _detail(code, day, shares.get(code, {}).get(day, Share()), begun.get(code), as_of) if point and day else None, day, _goals(min(today, date(year, 12, 31))),
    )  # fmt: skip


def _named(point: Point, home: Words) -> Words:
    return point.name if home.zh in point.name.zh else Words(f"{home.zh} {point.name.zh}", f"{home.en} {point.name.en}")


def _line(code: str, name: Words, by_day: Mapping[date, Share]) -> CalendarLine:
    months = tuple(sum((share for day, share in by_day.items() if day.month == month), Share()) for month in range(1, 13))
    return CalendarLine(code, name, sum(months, Share()), months)


@lru_cache(maxsize=4)
def _begun(folder: Path, hour: datetime) -> dict[str, datetime | None]:
    """When points were first heard, filled as it is asked for and forgotten with the hour."""
    return {}


def _goals(day: date) -> tuple[Decimal, Decimal]:
    told = at(day).get("pollution.monitoring.transmission.effective_rate_goal").value
    return Decimal(str(told["low"])), Decimal(str(told["high"]))


def _months(year: int, by_day: Mapping[date, Share], today: date) -> Iterable[tuple[int, tuple[CalendarDay | None, ...]]]:
    goals = _goals(min(today, date(year, 12, 31)))
    for month in range(1, 13):
        days: list[CalendarDay | None] = []
        for number in range(31):
            day = date(year, month, 1) + timedelta(days=number)
            share = by_day.get(day, Share())
            days.append(CalendarDay(day, share, share.grade(goals), day == today) if day.month == month else None)
        yield month, tuple(days)


def _by_day(shares: Mapping[str, Mapping[date, Share]], points: Iterable[str]) -> dict[date, Share]:
    found: dict[date, Share] = {}
    for point in points:
        for day, share in shares.get(point, {}).items():
            found[day] = found[day] + share if day in found else share
    return found


def _shares(points: Sequence[str], first: date, after: date, *, as_of: date | None) -> tuple[dict[str, dict[date, Share]], dict[str, datetime]]:
    """How complete each day of each point is, days before it was first heard and to come left out; and the hour in which it was."""
    moment = end_of(as_of) if as_of else None
    until = local(moment or clock.now()).replace(minute=0, second=0, microsecond=0) - _HOUR
    rules = at(min(after - timedelta(days=1), until.date()))
    valid = ["", *(mark for mark in ("N", *MARKS) if state_of_mark(mark, rules=rules) is HourState.VALID)]
    with city_lake() as (lake, engine):
        rows = received_days(lake, engine, points=points, first=first, after=after, valid_marks=valid, as_of=moment) if points else []
        known: dict[str, datetime | None] = _begun(Path(settings.DATA), until) if moment is None else {}
        there = {row.point for row in rows}
        if asked := [point for point in points if point not in known or (known[point] is None and point in there)]:
            known |= dict.fromkeys(asked) | first_heard(lake, engine, points=asked, as_of=moment)
        begun = {point: begin.replace(minute=0, second=0, microsecond=0) for point in points if (begin := known[point])}
    limited: dict[str, set[str]] = {}
    for limit in limits_on(as_of=as_of):
        limited.setdefault(limit.point, set()).add(limit.factor)
    by_point: dict[str, list[ReceivedDay]] = {}
    for row in rows:
        by_point.setdefault(row.point, []).append(row)
    stopped = stopped_windows(until=moment)
    found = {}
    for point, begin in begun.items():
        factors = {row.factor for row in by_point.get(point, ())} | limited.get(point, set())
        found[point] = day_shares(
            by_point.get(point, ()), factors=len(factors), start=max(datetime.combine(first, time()), begin),
            end=min(datetime.combine(after, time()), until), stopped=stopped.get(point, ()),
        )  # fmt: skip
    return found, begun


def day_shares(
    rows: Iterable[ReceivedDay], *, factors: int, start: datetime, end: datetime, stopped: Sequence[tuple[datetime, datetime]] = ()
) -> dict[date, Share]:
    """Return how complete the days in [start, end) are (逐日完整率), naive China Standard Time, whole hours.

    Parameters
    ----------
    rows : iterable of ReceivedDay
        Of one point.
    factors : int
        How many are due.
    start, end : datetime
        Between which hours are due.
    stopped : sequence of (datetime, datetime)
        An hour that begins in one is not due, unless it came.

    Examples
    --------
    >>> day = date(2026, 3, 1)
    >>> some = [ReceivedDay("P", "a", day, 0b0111, 0b0011)]
    >>> found = day_shares(some, factors=1, start=datetime(2026, 3, 1), end=datetime(2026, 3, 1, 5), stopped=[(datetime(2026, 3, 1, 4), datetime(2026, 3, 2))])
    >>> found[day]
    Share(due=4, received=3, valid=2, stopped=1)
    """
    held: dict[date, list[ReceivedDay]] = {}
    for row in rows:
        held.setdefault(row.day, []).append(row)
    found: dict[date, Share] = {}
    day = start.date()
    while datetime.combine(day, time()) < end:
        within = _bits(day, start, end)
        still = 0
        for begin, until in stopped:
            still |= _bits(day, begin, until)
        some = held.get(day, ())
        told = [(row.received & within, row.valid & within) for row in some] + [(0, 0)] * (factors - len(some))
        due = sum((within & ~still | received).bit_count() for received, _ in told)
        found[day] = Share(due, sum(one.bit_count() for one, _ in told), sum(one.bit_count() for _, one in told), sum((within & still & ~one).bit_count() for one, _ in told))
        day += timedelta(days=1)
    return found


def _bits(day: date, start: datetime, end: datetime) -> int:
    """The hours of a day that begin in [start, end), as bits."""
    midnight = datetime.combine(day, time())
    first = max(0, -(-(start - midnight) // _HOUR))
    after = min(_HOURS, -(-(end - midnight) // _HOUR)) if end - midnight < timedelta(days=2) else _HOURS
    return (_WHOLE_DAY >> first << first) & ((1 << max(0, after)) - 1) if first < _HOURS else 0


def _detail(code: str, day: date, share: Share, begun: datetime | None, as_of: date | None) -> DayDetail:
    start = datetime.combine(day, time())
    moment = end_of(as_of) if as_of else None
    end = min(start + timedelta(days=1), local(moment or clock.now()).replace(minute=0, second=0, microsecond=0) - _HOUR)
    readings = readings_between([code], start, start + timedelta(days=1), kinds=KINDS, as_of=moment)
    seen: dict[str, set[datetime]] = {one.factor: set() for one in limits_on(as_of=as_of, point__code=code)}
    late: dict[datetime, set[datetime]] = {}
    for one in readings:
        seen.setdefault(one.factor, set()).add(one.ts.replace(minute=0, second=0))
        heard = local(one.recorded_at)
        if heard > one.ts + _HOUR + _LATE_AFTER:
            late.setdefault(heard.replace(second=0, microsecond=0), set()).add(one.ts)
    missing: dict[Gap, list[str]] = {}
    zoned = [(begin.replace(tzinfo=CHINA_STANDARD_TIME), until.replace(tzinfo=CHINA_STANDARD_TIME)) for begin, until in stopped_windows(until=moment).get(code, ())]
    for factor, moments in seen.items():
        told = gaps(
            [one.replace(tzinfo=CHINA_STANDARD_TIME) for one in moments], start=max(start, begun or end).replace(tzinfo=CHINA_STANDARD_TIME), end=end.replace(tzinfo=CHINA_STANDARD_TIME),
            interval=_HOUR, stopped=zoned,
        )  # fmt: skip
        for gap in told:
            missing.setdefault(gap, []).append(factor)
    return DayDetail(
        day, share,
        tuple(MissingSpan(gap, tuple(factor_words(one) for one in sorted(some))) for gap, some in sorted(missing.items(), key=lambda pair: pair[0].start)),
        tuple(_asked_for(code, day)), tuple((heard, len(hours)) for heard, hours in sorted(late.items())),
    )  # fmt: skip


def _asked_for(code: str, day: date) -> Iterable[Asked]:
    """The requests for history that touch a day of a point, the newest first."""
    start, end = datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time())
    for setup in setups_on(point__code=code):
        for request in read_requests(Path(settings.DATA) / INBOX_FILE, mn=setup.mn, most=_REQUESTS_READ):
            told = dict(part.split("=", 1) for part in request.area.split(";") if "=" in part)
            if not {"BeginTime", "EndTime"} <= told.keys():
                continue
            first, last = (datetime.strptime(told[name], _TIMES) for name in ("BeginTime", "EndTime"))  # noqa: DTZ007  # as the readings
            if first < end and start <= last:
                known = command(request.command)
                yield Asked(request, Words(known.zh, known.en) if known else Words(request.command, request.command), first, last)
