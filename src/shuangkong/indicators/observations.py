"""Observations: what was reported about an element, of whom, for when, and when we heard it.

A store only grows. A correction is a later version of the same (element, organisation, period); what was known at the end
of a past day can always be asked again, and later versions never change that answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.units import Unit

Key = tuple[str, str, Period]


class MomentWithoutZone(Refusal):
    """The moment of recording has no time zone (记录时间缺少时区)."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(
            thing=Words("记录时间", "recorded_at"),
            value=moment.isoformat(),
            rule=Words("没有时区，无法与其他记录排序", "has no time zone and cannot be ordered"),
            remedy=Words("注明时区，如 +08:00", "state the zone, such as +08:00"),
        )


@dataclass(frozen=True, slots=True)
class Observation:
    """One version of one reported figure (观测值).

    `value` is in `unit`; None says that the element was reported as not applicable (不适用), which is not the same as
    nothing reported. `recorded_at` is the moment this version was heard, always with a time zone.
    """

    element: str
    org: str
    period: Period
    value: Decimal | None
    unit: Unit
    grade: DataGrade
    source: str
    reported_by: str
    approved_by: str
    recorded_at: datetime
    note: str = ""

    def __post_init__(self) -> None:
        if self.recorded_at.tzinfo is None:
            raise MomentWithoutZone(self.recorded_at)

    @property
    def key(self) -> Key:
        """Which figure this is a version of."""
        return (self.element, self.org, self.period)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The observations as known at one moment (某日所知的数据). Made by `ObservationStore.as_known`."""

    as_of: date | None
    newest_recorded_at: datetime | None
    held: dict[Key, tuple[Observation, ...]] = field(repr=False)

    def get(self, element: str, org: str, period: Period) -> Observation | None:
        """Return the version in force, or None when nothing was reported."""
        versions = self.held.get((element, org, period))
        return versions[-1] if versions else None

    def versions(self, element: str, org: str, period: Period) -> tuple[Observation, ...]:
        """Return every version known, oldest first."""
        return self.held.get((element, org, period), ())

    def current(self) -> Iterator[Observation]:
        """Yield the version in force of every figure."""
        for versions in self.held.values():
            yield versions[-1]

    def periods(self, element: str, org: str) -> tuple[Period, ...]:
        """Return the periods an organisation reported an element for, in order."""
        return tuple(sorted(key[2] for key in self.held if key[0] == element and key[1] == org))


class ObservationStore:
    """Append-only observations (观测值库); several versions of a figure stand side by side.

    Examples
    --------
    >>> from shuangkong.kernel.units import unit
    >>> def told(day, figure):
    ...     return Observation("coal_t", "411721", Period.year(2023), Decimal(figure), unit("t"), DataGrade.REPORTED,
    ...                        "年报", "西平县", "市统计局", datetime(2024, 3, day, 8, tzinfo=CHINA_STANDARD_TIME))
    >>> store = ObservationStore([told(1, "100"), told(9, "104")])
    >>> [store.as_known(date(2024, 3, day)).get("coal_t", "411721", Period.year(2023)).value for day in (1, 9)]
    [Decimal('100'), Decimal('104')]
    """

    def __init__(self, observations: Iterable[Observation] = ()) -> None:
        self._observations: list[Observation] = list(observations)

    def append(self, observation: Observation) -> None:
        """Add one version."""
        self._observations.append(observation)

    def extend(self, observations: Iterable[Observation]) -> None:
        """Add many versions."""
        self._observations.extend(observations)

    def __len__(self) -> int:
        return len(self._observations)

    def __iter__(self) -> Iterator[Observation]:
        return iter(self._observations)

    def as_known(self, as_of: date | None) -> Snapshot:
        """Return what was known at the end of a day, China Standard Time (截至某日所知).

        Parameters
        ----------
        as_of : date or None
            The day; None takes everything recorded.

        Returns
        -------
        Snapshot
            The version recorded last wins; of two recorded at one moment, the one appended later.
        """
        known = self._observations
        if as_of is not None:
            midnight = datetime.combine(as_of + timedelta(days=1), time(), CHINA_STANDARD_TIME)
            known = [observation for observation in known if observation.recorded_at < midnight]
        held: dict[Key, list[Observation]] = {}
        for observation in known:
            held.setdefault(observation.key, []).append(observation)
        for versions in held.values():
            versions.sort(key=lambda version: version.recorded_at)
        newest = max((observation.recorded_at for observation in known), default=None)
        return Snapshot(as_of, newest, {key: tuple(versions) for key, versions in held.items()})
