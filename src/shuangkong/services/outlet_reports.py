"""The reports of an outlet (排放口报表): hours by factors as the daily report of the field has them, and the tracks a chart draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.pollution.judged_hours import HOUR
from shuangkong.pollution.monitoring_validity import HourState
from shuangkong.services.monitoring_kinds import MARKS, mark_words, unit_shown
from shuangkong.services.outlet_facts import local, span_words
from shuangkong.services.outlet_hours import FactorHour, FactorHours
from shuangkong.services.outlet_pages import FLOWS, OutletPage, is_substituted
from shuangkong.timeseries.thinning import thinned

_LATE_AFTER = 2 * HOUR  # after the end of an hour: what comes later was sent again, or held back
STATE_WORDS = {
    HourState.VALID: Words("有效", "valid"), HourState.INVALID: Words("无效", "invalid"), HourState.MAINTENANCE: Words("维护", "maintenance"),
    HourState.OUT_OF_CONTROL: Words("失控", "out of control"), HourState.STOPPED: Words("停运", "stopped"),
}  # fmt: skip


class ColumnKind(Enum):
    """What a column of the daily report holds (报表列)."""

    MEASURED = "实测"
    CONVERTED = "折算"
    MASS = "排放量"
    VOLUME = "流量"
    PLAIN = ""

    @property
    def words(self) -> Words:
        """The kind as it is shown."""
        return Words(self.value, {"MEASURED": "measured", "CONVERTED": "converted", "MASS": "mass", "VOLUME": "flow", "PLAIN": ""}[self.name])


@dataclass(frozen=True, slots=True)
class ReportCell:
    """A figure of an hour (报表单元): its state, the mark it came with, whether it stands in for one that was not measured, when it came late."""

    value: Decimal | None
    state: HourState
    mark: str
    is_substituted: bool
    is_beyond: bool
    late_at: datetime | None
    why: Words

    @property
    def counts(self) -> bool:
        """Whether it enters means: a valid figure that is there."""
        return self.value is not None and self.state is HourState.VALID and not self.is_substituted


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of the daily report (报表列) with its last lines: mean, highest and lowest of valid figures, how many, sum of the day."""

    factor: str
    name: Words
    kind: ColumnKind
    unit: str
    cells: tuple[ReportCell, ...]

    @property
    def counting(self) -> list[Decimal]:
        """The figures that enter means."""
        return [cell.value for cell in self.cells if cell.value is not None and cell.counts]

    @property
    def mean(self) -> Decimal | None:
        """The mean of valid figures, none for masses and volumes. Unrounded."""
        some = self.counting
        return sum(some, Decimal(0)) / len(some) if some else None

    @property
    def highest(self) -> Decimal | None:
        """The highest valid figure."""
        return max(self.counting, default=None)

    @property
    def lowest(self) -> Decimal | None:
        """The lowest valid figure."""
        return min(self.counting, default=None)

    @property
    def total(self) -> Decimal | None:
        """The sum of a mass or a volume, with what was substituted."""
        known = [cell.value for cell in self.cells if cell.value is not None]
        return sum(known, Decimal(0)) if known and self.kind in (ColumnKind.MASS, ColumnKind.VOLUME) else None


@dataclass(frozen=True)
class HourReport:
    """The daily report of an outlet (日报表), or the hours of a longer span."""

    starts: tuple[datetime, ...]
    columns: tuple[ReportColumn, ...]

    @property
    def rows(self) -> list[tuple[datetime, list[ReportCell]]]:
        """Hour by hour."""
        return [(start, [column.cells[place] for column in self.columns]) for place, start in enumerate(self.starts)]


def hour_report(factors: Sequence[FactorHours]) -> HourReport:
    """Return hours by factors (日报表): of a pollutant what was measured, converted and emitted, of a flow its volume, of the rest its mean."""
    starts = tuple(sorted({hour.own.start for one in factors for hour in one.hours}))
    columns = []
    for one in factors:
        held = {hour.own.start: hour for hour in one.hours}
        for kind in _kinds(one):
            unit = "kg" if kind is ColumnKind.MASS else "m³" if kind is ColumnKind.VOLUME else unit_shown(one.unit)
            columns.append(ReportColumn(one.factor, one.name, kind, unit, tuple(_cell(held.get(start), kind) for start in starts)))
    return HourReport(starts, tuple(columns))


def _kinds(one: FactorHours) -> list[ColumnKind]:
    if one.factor in FLOWS:
        return [ColumnKind.VOLUME]
    if not one.is_weighed:
        return [ColumnKind.PLAIN]
    is_converted = any(hour.own.converted is not None for hour in one.hours)
    return [ColumnKind.MEASURED, *([ColumnKind.CONVERTED] if is_converted else []), ColumnKind.MASS]


_FIGURES: dict[ColumnKind, Callable[[FactorHour], Decimal | None]] = {
    ColumnKind.MEASURED: lambda hour: hour.own.mean, ColumnKind.PLAIN: lambda hour: hour.own.mean, ColumnKind.CONVERTED: lambda hour: hour.own.converted,
    ColumnKind.MASS: lambda hour: hour.kg, ColumnKind.VOLUME: lambda hour: hour.own.flow_m3,
}  # fmt: skip
_NOTHING = ReportCell(None, HourState.INVALID, "", is_substituted=False, is_beyond=False, late_at=None, why=Words("没有数据", "nothing heard"))


def _cell(hour: FactorHour | None, kind: ColumnKind) -> ReportCell:
    if hour is None:
        return _NOTHING
    own, limit = hour.own, hour.limit
    value = _FIGURES[kind](hour)
    stands_in = kind is ColumnKind.MASS and is_substituted(hour)
    basis = ColumnKind.CONVERTED if limit and limit.is_converted else ColumnKind.MEASURED
    is_beyond = limit is not None and kind in (basis, ColumnKind.PLAIN) and limit.is_broken_by(hour.held_against)
    late = own.heard_at if own.heard_at and local(own.heard_at) > own.start + HOUR + _LATE_AFTER else None
    why = hour.filled.reason if stands_in else own.reason if own.reason.zh else _why(hour)
    return ReportCell(value, own.state, "" if own.mark == "N" else own.mark, stands_in, is_beyond, late, why)


def _why(hour: FactorHour) -> Words:
    if hour.is_missing:
        return _NOTHING.why
    return STATE_WORDS[hour.own.state] if hour.own.state is not HourState.VALID else Words("", "")


def said_of(cell: ReportCell, language: Language) -> str:
    """Return what is told of a figure beside it (数据说明): its mark, state, substitution, lateness."""
    parts = []
    if cell.mark:
        parts.append(f"{cell.mark} {mark_words(cell.mark).in_language(language)}" if cell.mark in MARKS else cell.mark)
    if cell.state is not HourState.VALID:
        parts.append(STATE_WORDS[cell.state].in_language(language))
    if cell.why.zh and cell.why not in STATE_WORDS.values():
        parts.append(cell.why.in_language(language))
    if cell.late_at is not None:
        parts.append(Words(f"{local(cell.late_at):%m-%d %H:%M} 补传", f"sent again {local(cell.late_at):%m-%d %H:%M}").in_language(language))
    return ("；" if language == "zh" else "; ").join(parts)


def chart_of(page: OutletPage, language: Language) -> dict[str, Any] | None:
    """Return the tracks of the chosen factor for a chart (曲线数据): concentration with its limit, mass, flow; marks and notices as spans.

    Every series is thinned by itself. Times are milliseconds, as if China Standard Time were UTC.
    """
    one = page.chosen
    if one is None or not one.hours:
        return None

    def series(name: Words, style: str, figures: Sequence[Decimal | None]) -> dict[str, Any]:
        return {"name": name.in_language(language), "style": style, "points": [
            [_ms(one.hours[place].own.start), None if (figure := figures[place]) is None else plain(round_gbt8170(figure, 4))] for place in thinned(figures)
        ]}  # fmt: skip

    hours = one.hours
    as_limited = [hour.own.converted if hour.limit and hour.limit.is_converted else hour.own.mean for hour in hours]
    kept = [value if hour.own.state is HourState.VALID else None for hour, value in zip(hours, as_limited, strict=True)]
    others = [None if hour.own.state is HourState.VALID else value for hour, value in zip(hours, as_limited, strict=True)]
    basis = Words("折算浓度", "converted") if any(hour.limit and hour.limit.is_converted for hour in hours) else Words("实测值", "measured")
    first = [series(basis, "plain", kept)]
    if any(value is not None for value in others):
        first.append(series(Words("不作数", "not counted"), "other", others))
    for end, name in (("high", Words("上限", "limit")), ("low", Words("下限", "lowest"))):
        ends: list[Decimal | None] = [getattr(hour.limit, end) if hour.limit else None for hour in hours]
        if told := [value for value in ends if value is not None]:
            first.append(series(Words(f"{name.zh} {plain(told[-1])}", f"{name.en} {plain(told[-1])}"), "limit", ends))
    tracks = [{"name": one.name.in_language(language), "unit": unit_shown(one.unit), "zero": False, "series": first}]
    if one.is_weighed:
        tracks.append({"name": Words("小时排放量", "mass by hour").in_language(language), "unit": "kg", "zero": True, "series": [
            series(Words("实测", "measured"), "plain", [None if is_substituted(hour) else hour.kg for hour in hours]),
            *([series(Words("替代", "substituted"), "substituted", [hour.filled.substituted_kg for hour in hours])] if page.counted.substituted else []),
        ]})  # fmt: skip
    if any(hour.own.flow_m3 is not None for hour in hours):
        tracks.append({"name": Words("小时流量", "flow by hour").in_language(language), "unit": "m³", "zero": False, "series": [series(Words("流量", "flow"), "plain", [hour.own.flow_m3 for hour in hours])]})
    first_at, last_at = hours[0].own.start, hours[-1].own.start + HOUR
    spans = [
        {"from": _ms(max(span.start, first_at)), "to": _ms(min(span.end, last_at)), "name": span_words(span.source).in_language(language)}
        for factor, span in page.spans if factor in ("", one.factor) and span.start < last_at and first_at < span.end
    ]  # fmt: skip
    return {"from": _ms(first_at), "to": _ms(last_at), "tracks": tracks, "spans": spans}


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # as the readings


def _ms(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds()) * 1000
