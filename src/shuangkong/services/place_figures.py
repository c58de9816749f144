"""Figures of the jurisdictions that are the same for every reader (县区公共数据): path, intensity, total, four pollutants, rank, grade."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shuangkong.indicators.evaluate import IndicatorResult
from shuangkong.indicators.observations import Observation
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.units import unit
from shuangkong.plan.organisations import Jurisdiction
from shuangkong.services.board import INTENSITY, Board
from shuangkong.services.board_pages import BoardPage, PageRow, board_page
from shuangkong.services.documents.report import MARK_OF_GRADE, Mark
from shuangkong.services.filing_observations import end_of
from shuangkong.services.frozen_results import RESULT
from shuangkong.services.reports.workings import marks_of
from shuangkong.services.standing import Moment
from shuangkong.store.models import FrozenFile

LEVEL, TOTAL, TOTAL_ELEMENT = "energy_intensity_tce_per_10k_yuan", "total_energy_consumption_tce", "energy_consumed_tce"
_POLLUTANTS = (
    ("cod", Words("化学需氧量", "COD")), ("nh3_n", Words("氨氮", "NH3-N")), ("nox", Words("氮氧化物", "NOx")), ("vocs", Words("挥发性有机物", "VOCs")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pollutant:
    """One pollutant in one place (减排量): tonnes counted since the base year against those allotted for the five years."""

    name: Words
    counted: IndicatorResult
    element: str
    allotted: Observation | None

    @property
    def allotted_t(self) -> Decimal | None:
        """The task of the five years. [t]"""
        if self.allotted is None or self.allotted.value is None:
            return None
        return self.allotted.value * self.allotted.unit.factor_to(unit("t"))

    @property
    def share_pct(self) -> Decimal | None:
        """What was counted of what was allotted. [%]"""
        task = self.allotted_t
        return self.counted.value * 100 / task if task and self.counted.value is not None else None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What must be shown beside both."""
        of_task = MARK_OF_GRADE.get(self.allotted.grade) if self.allotted else None
        return tuple(dict.fromkeys([*marks_of(self.counted), *([of_task] if of_task else [])]))


@dataclass(frozen=True, slots=True)
class TrendYear:
    """Intensity and total of one year (年度走势)."""

    year: int
    intensity: IndicatorResult
    total: IndicatorResult


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """What is known of a jurisdiction (县区数据). `lead` is its intensity target, `targets` all that are its own."""

    place: Jurisdiction
    rank: int | None
    lead: PageRow | None
    targets: tuple[PageRow, ...]
    pollutants: tuple[Pollutant, ...]
    trend: tuple[TrendYear, ...]

    @property
    def code(self) -> str:
        """Its code."""
        return self.place.code

    @property
    def name(self) -> Words:
        """Its name."""
        return self.place.name

    @property
    def now(self) -> TrendYear:
        """The year asked for."""
        return self.trend[-1]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What must be shown beside intensity and total."""
        return tuple(dict.fromkeys([*marks_of(self.now.intensity), *marks_of(self.now.total)]))


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade a jurisdiction was given last (考核等级), as the city government froze it; None where it was left open."""

    year: int
    cycle: str
    grade: str | None
    score: Decimal | None


def places_at(moment: Moment) -> Mapping[str, PlaceFigures]:
    """Return the jurisdictions at a moment, those ahead of their path first (县区数据)."""
    return _places(moment)


@lru_cache(maxsize=16)
def _places(moment: Moment) -> Mapping[str, PlaceFigures]:
    page = board_page(year=moment.year, as_of=moment.as_of)
    board = page.board
    ranked = {one.line.target.scope: (place, one.rank) for place, one in enumerate(board.ranking())}
    places = [one for one in board.city.jurisdictions if one.code != board.city.code and one.parent == board.city.code]
    places.sort(key=lambda one: (ranked.get(one.code, (len(places), None))[0], one.code))
    return {one.code: _figures(page, one, ranked.get(one.code, (0, None))[1]) for one in places}


def _figures(page: BoardPage, place: Jurisdiction, rank: int | None) -> PlaceFigures:
    board = page.board
    targets = tuple(one for one in page.rows if one.target.scope == place.code)
    evaluator = board.indicators.evaluator(as_of=board.as_of)
    first = board.city.defaults.base_year
    trend = tuple(
        TrendYear(
            year, evaluator.evaluate(LEVEL, org=place.code, period=Period.year(year)), evaluator.evaluate(TOTAL, org=place.code, period=Period.year(year))
        )
        for year in range(first, board.year + 1)
    )
    lead = next((one for one in targets if one.target.indicator == INTENSITY), None)
    return PlaceFigures(place, rank, lead, targets, tuple(_pollutant(board, place.code, *one) for one in _POLLUTANTS), trend)


def _pollutant(board: Board, org: str, code: str, name: Words) -> Pollutant:
    counted = board.indicators.evaluator(as_of=board.as_of).evaluate(f"{code}_key_project_reduction_t", org=org, period=Period.year(board.year))
    first = board.city.defaults.base_year + 1
    last = max((target.target_year or 0 for target in board.plan.targets), default=first)
    allotted = board.indicators.snapshot(board.as_of).get(f"{code}_allocated_t", org, Period.years(first, max(first, last)))
    return Pollutant(name, counted, f"{code}_counted_t", allotted)


def grades_on(as_of: date | None) -> Mapping[str, Grade]:
    """Return the grade of each jurisdiction in the last result that was frozen by a day (最近一次考核等级)."""
    files = FrozenFile.objects.filter(name=RESULT).order_by("-frozen__cycle__year", "-frozen_id")
    if as_of is not None:
        files = files.filter(frozen__recorded_at__lt=end_of(as_of))
    key = files.values_list("pk", flat=True).first()
    return _grades(key) if key is not None else {}


@lru_cache(maxsize=8)
def _grades(key: int) -> Mapping[str, Grade]:
    file = FrozenFile.objects.select_related("frozen__cycle").get(pk=key)
    told: Any = json.loads(bytes(file.content))
    cycle = file.frozen.cycle
    return {one["code"]: Grade(cycle.year, cycle.cycle, one["grade"], None if one["score"] is None else Decimal(str(one["score"]))) for one in told["result"]["jurisdictions"]}
