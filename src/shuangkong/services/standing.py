"""Where the plan stands, from the observations of the database: kept in memory and only ever added to."""

from datetime import date
from functools import lru_cache
from threading import Lock

from shuangkong.indicators.observations import ObservationStore
from shuangkong.services import clock
from shuangkong.services.board import Board, board, latest_year
from shuangkong.services.deployment import catalogue, city
from shuangkong.services.filing_observations import as_observation
from shuangkong.services.indicators import CityIndicators, org_tree
from shuangkong.store.models import ObservationRow


class _Kept:
    """The figures of the city and its jurisdictions as read so far (水位之前的观测值); rows are append-only, so only newer ones are read."""

    def __init__(self) -> None:
        self.newest = 0
        self.indicators: CityIndicators | None = None
        self._store = ObservationStore()
        self._lock = Lock()

    def read_on(self) -> CityIndicators:
        """Return the indicators over everything recorded by now."""
        with self._lock:
            orgs = [one.code for one in city().jurisdictions]
            rows = list(ObservationRow.objects.filter(pk__gt=self.newest, org__in=orgs, element__in=list(catalogue().elements)).order_by("pk"))
            if rows or self.indicators is None:
                self._store.extend(as_observation(row) for row in rows)
                self.newest = rows[-1].pk if rows else self.newest
                self.indicators = CityIndicators(catalogue(), self._store, org_tree(city().jurisdictions), city().jurisdictions)
            return self.indicators


_kept = _Kept()


def forget_standing() -> None:
    """Forget what was read, for another database (清除缓存)."""
    global _kept
    _kept = _Kept()
    _board.cache_clear()


def city_indicators() -> CityIndicators:
    """Return the city's indicators over the observations of the database (城市指标)."""
    return _kept.read_on()


def board_as_known(*, year: int | None = None, as_of: date | None = None) -> Board:
    """Return every target as it stood in a year, as known on a day (指标一览); the newest year and everything recorded where none is given."""
    indicators = city_indicators()
    return _board(_kept.newest, year or latest_year(city=city(), indicators=indicators, as_of=as_of), as_of or clock.today())


@lru_cache(maxsize=32)
def _board(newest: int, year: int, as_of: date) -> Board:
    return board(city=city(), indicators=city_indicators(), year=year, as_of=as_of)
