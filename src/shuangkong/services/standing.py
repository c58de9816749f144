"""Where the plan stands, from the observations of the database: kept in memory and only ever added to."""

from datetime import date
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from shuangkong.indicators.observations import ObservationStore
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.board import Board, board, latest_year
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.filing_observations import as_observation, newest_id
from shuangkong.services.indicators import CityIndicators, org_tree
from shuangkong.services.verdicts import confirmed_verdicts, newest_decision
from shuangkong.store.models import ObservationRow


class YearOutOfPlan(Refusal):
    """The plan says nothing of the year (年度不在方案期内)."""

    def __init__(self, year: int, known: range) -> None:
        super().__init__(
            thing=Words("年度", "year"), value=year, rule=Words("不在方案期内", "is not within the plan"),
            remedy=Words(f"改为 {known[0]} 至 {known[-1]} 年", f"use {known[0]} to {known[-1]}"),
        )  # fmt: skip


class Moment(NamedTuple):
    """What a board depends on, and all that it depends on (看板时点): newest row, year, day of knowledge, newest answer to a verdict. A cache hangs on it."""

    newest: int
    year: int
    as_of: date
    judged: int = 0


class _Kept:
    """The figures of the city and its jurisdictions as read so far (水位之前的观测值); rows are append-only, so only newer ones are read.

    Rows are added under the lock of the chain, so keys become visible in order and none is passed over.
    """

    def __init__(self) -> None:
        self.seen = 0
        self.newest = 0
        self.indicators: CityIndicators | None = None
        self._store = ObservationStore()
        self._lock = Lock()

    def read_on(self) -> CityIndicators:
        """Return the indicators over everything recorded by now."""
        with self._lock:
            present = newest_id()
            if present != self.seen or self.indicators is None:
                self._read(present)
            assert self.indicators is not None
            return self.indicators

    def _read(self, present: int) -> None:
        orgs = [one.code for one in city().jurisdictions]
        rows = list(ObservationRow.objects.filter(pk__gt=self.seen, pk__lte=present, org__in=orgs, element__in=list(catalogue().elements)).order_by("pk"))
        self.seen = present
        if rows or self.indicators is None:
            self._store.extend(as_observation(row) for row in rows)
            self.newest = rows[-1].pk if rows else self.newest
            self.indicators = CityIndicators(catalogue(), self._store, org_tree(city().jurisdictions), city().jurisdictions)


_kept = _Kept()


def forget_standing() -> None:
    """Forget what was read, for another database (清除缓存)."""
    global _kept
    _kept = _Kept()
    _board.cache_clear()
    _latest_year.cache_clear()


def city_indicators() -> CityIndicators:
    """Return the city's indicators over the observations of the database (城市指标)."""
    return _kept.read_on()


def moment_of(*, year: int | None = None, as_of: date | None = None) -> Moment:
    """Return the moment that a year and a day stand for now (看板时点); the newest year and everything recorded where none is given.

    Raises
    ------
    YearOutOfPlan
        If the plan says nothing of the year.
    """
    city_indicators()
    if year is not None and year not in plan_years():
        raise YearOutOfPlan(year, plan_years())
    return Moment(_kept.newest, year or _latest_year(_kept.newest, as_of), min(as_of or clock.today(), clock.today()), newest_decision())


def plan_years() -> range:
    """Return the years that can be asked for (方案年度)."""
    last = max((target.target_year or 0 for target in city().plan.targets), default=0)
    return range(city().defaults.base_year + 1, max(last, city().defaults.base_year + 1) + 1)


def board_at(moment: Moment) -> Board:
    """Return every target at a moment (指标一览)."""
    return _board(*moment)


def board_as_known(*, year: int | None = None, as_of: date | None = None) -> Board:
    """Return every target as it stood in a year, as known on a day (指标一览); the newest year and everything recorded where none is given."""
    return board_at(moment_of(year=year, as_of=as_of))


@lru_cache(maxsize=32)
def _board(newest: int, year: int, as_of: date, judged: int) -> Board:
    return board(city=city(), indicators=city_indicators(), year=year, as_of=as_of, verdicts=confirmed_verdicts(year=year, as_of=as_of))


@lru_cache(maxsize=64)
def _latest_year(newest: int, as_of: date | None) -> int:
    return latest_year(city=city(), indicators=city_indicators(), as_of=as_of)
