"""What the charts of places and units are given, in the shapes that `static/shuangkong/js/chart-kinds.js` draws."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.plan.trajectory import Light
from shuangkong.services.aggregates import Aggregate
from shuangkong.services.carrier_flows import BOUGHT, OUTPUT, OWN, STOCK_DRAWN, CarrierUse, Link
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.wording import number_text, unit_text
from shuangkong.services.place_pages import PlacePage, PlaceRow, PlacesPage
from shuangkong.services.reports.workings import marks_of
from shuangkong.services.unit_pages import UnitPage

_SOURCES = (BOUGHT, OWN, STOCK_DRAWN)
_GAPS_SHOWN = 15


def tiles_of(page: PlacesPage, language: Language, as_of: date | None) -> dict[str, Any] | None:
    """Return the schematic map, None where the pack places none (方格图)."""
    tiles = [
        {"code": row.figures.code, "name": row.figures.name.in_language(language), "row": row.figures.place.tile[1], "column": row.figures.place.tile[0], **_lead(row, "%"),
         "url": _place(row, page, as_of), "head": str(row.head or "")}
        for row in page.rows if row.figures.place.tile
    ]  # fmt: skip
    return {"tiles": tiles} if tiles else None


def dots_of(page: PlacesPage, language: Language, as_of: date | None) -> dict[str, Any] | None:
    """Return the ranking by cumulative fall of intensity (排名图)."""
    rows = []
    for row in page.rows:
        lead = row.figures.lead
        told = {"name": row.figures.name.in_language(language), **_lead(row, ""), "url": _place(row, page, as_of)}
        rows.append(told | {"value": _exact(lead.line.current if lead else None), "planned": _exact(lead.line.pace.milestone if lead else None)})
    return {"unit": "%", "rows": rows} if any(row["value"] is not None for row in rows) else None


def _lead(row: PlaceRow, suffix: str) -> dict[str, Any]:
    lead = row.figures.lead
    current = lead.line.current if lead else None
    return {
        "light": lead.row.light.value if lead else Light.GREY.value, "text": None if current is None else number_text(current, 1) + suffix,
        "mark": _mark(lead.row.marks if lead else ()),
    }  # fmt: skip


def _place(row: PlaceRow, page: PlacesPage, as_of: date | None) -> str:
    query = {"year": str(page.moment.year)} | ({"as_of": as_of.isoformat()} if as_of else {})
    return f"{reverse('place', args=[row.figures.code])}?{urlencode(query)}"


def intensity_of(page: PlacePage, language: Language) -> dict[str, Any] | None:
    """Return intensity by year with the planned path (强度走势)."""
    trend = page.figures.trend
    if all(one.intensity.value is None for one in trend):
        return None
    return {
        "unit": unit_text("tce/万元", language), "periods": [str(one.year) for one in trend],
        "series": [{"name": "能耗强度" if language == "zh" else "intensity", "values": [_rounded(one.intensity.value, 4) for one in trend],
                    "marks": {str(one.year): mark for one in trend if one.intensity.value is not None and (mark := _mark(marks_of(one.intensity)))}}],
    }  # fmt: skip


def total_of(page: PlacePage, language: Language) -> dict[str, Any] | None:
    """Return total consumption by year in 万 tce (总量走势)."""
    trend = page.figures.trend
    if all(one.total.value is None for one in trend):
        return None
    return {
        "unit": "万吨标准煤" if language == "zh" else "10k tce", "zero": True, "periods": [str(one.year) for one in trend],
        "series": [{"name": "能源消费总量" if language == "zh" else "total", "values": [_rounded(one.total.value and one.total.value / 10000, 2) for one in trend],
                    "marks": {str(one.year): mark for one in trend if one.total.value is not None and (mark := _mark(marks_of(one.total)))}}],
    }  # fmt: skip


def pollutants_of(page: PlacePage, language: Language) -> dict[str, Any] | None:
    """Return what was counted of each pollutant's task (减排完成率)."""
    known = [one for one in page.figures.pollutants if one.share_pct is not None]
    rows = [
        {"name": one.name.in_language(language), "value": _exact(one.share_pct), "text": f"{number_text(one.share_pct, 1)}%", "mark": _mark(one.marks)}
        for one in known if one.share_pct is not None
    ]  # fmt: skip
    return {"unit": "%", "rows": rows, "target": {"name": "五年任务" if language == "zh" else "five-year task", "value": "100"}} if rows else None


def sankey_of(links: Sequence[Link], language: Language, marks: Sequence[Mark]) -> dict[str, Any] | None:
    """Return the flows of energy, None where there are none (能流图)."""
    if not links:
        return None
    sources, targets = {link.source for link in links}, {link.target for link in links}
    names = dict.fromkeys(end for link in links for end in (link.source, link.target))

    def kind(name: Words) -> str:
        if name in _SOURCES:
            return "source"
        if name in sources:
            return "conversion" if name in targets else "source"
        return "conversion" if name == OUTPUT else "use"

    return {
        "unit": "吨标准煤" if language == "zh" else "tce", "nodes": [{"name": name.in_language(language), "kind": kind(name)} for name in names],
        "links": [
            {"source": link.source.in_language(language), "target": link.target.in_language(language), "value": _rounded(link.tce, 2), "text": number_text(link.tce, 0), "mark": _mark(marks)}
            for link in links
        ],
    }  # fmt: skip


def carriers_of(carriers: Sequence[tuple[Words, Aggregate]], language: Language) -> dict[str, Any] | None:
    """Return energy by carrier where the flows may not be told (分品种)."""
    rows = [
        {"name": name.in_language(language), "value": _rounded(held.value, 2), "text": number_text(held.value, 0)} for name, held in carriers if held.value is not None
    ]
    return {"unit": "吨标准煤" if language == "zh" else "tce", "rows": rows} if rows else None


def gaps_of(page: PlacePage, language: Language) -> dict[str, Any] | None:
    """Return the products furthest from the benchmark (能效差距)."""
    light = {"BENCHMARK": Light.GREEN, "BETWEEN": Light.YELLOW, "BELOW_BASELINE": Light.RED}
    rows = [
        {"name": f"{page.names[line.org].in_language(language) if line.org in page.names else line.org} {line.product}", "value": _rounded(line.gap.gap_to_benchmark_tce, 2),
         "text": number_text(line.gap.gap_to_benchmark_tce, 0), "light": light[line.gap.level.name].value, "mark": _mark(line.marks)}
        for line in page.products if line.gap is not None
    ]  # fmt: skip
    return {"unit": "吨标准煤" if language == "zh" else "tce", "rows": rows[:_GAPS_SHOWN]} if rows else None


class CarrierRow(NamedTuple):
    """A carrier over the years (分品种逐年): the use of each year, None where there was none."""

    use: CarrierUse
    years: tuple[tuple[int, CarrierUse | None], ...]


def carrier_rows(page: UnitPage) -> tuple[CarrierRow, ...]:
    """Return the unit's carriers over its years (分品种逐年表)."""
    rows = []
    for use in page.carriers:
        years = tuple((one.year, next((held for held in one.energy.carriers if held.code == use.code), None) if one.energy else None) for one in page.years)
        rows.append(CarrierRow(use, years))
    return tuple(rows)


def years_of(page: UnitPage, language: Language) -> dict[str, Any] | None:
    """Return the unit's carriers by year, one line each (分品种走势)."""
    rows = carrier_rows(page)[:5]
    if len(page.years) < 2 or not rows:
        return None
    return {
        "unit": "吨标准煤" if language == "zh" else "tce", "zero": True, "periods": [str(one.year) for one in page.years],
        "series": [
            {"name": row.use.name.in_language(language), "values": [_rounded(held.consumed_tce, 2) if held else None for _, held in row.years],
             "marks": {str(year): mark for year, held in row.years if held and (mark := _mark(held.marks))}}
            for row in rows
        ],
    }  # fmt: skip


def _mark(marks: Sequence[Mark]) -> str | None:
    return marks[0].name if marks else None


def _exact(figure: Decimal | None) -> str | None:
    return None if figure is None else plain(figure)


def _rounded(figure: Decimal | None, decimals: int) -> str | None:
    return None if figure is None else plain(round_gbt8170(figure, decimals))
