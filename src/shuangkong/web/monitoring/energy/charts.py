"""Energy of meters as the data of charts: figures rounded once, missing as gaps, estimated ones marked."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.services.carrier_flows import Link
from shuangkong.services.documents.report import Mark
from shuangkong.services.documents.wording import number_text, unit_text
from shuangkong.services.energy_load import Load, heat_of
from shuangkong.services.meter_differences import UNMETERED, Difference
from shuangkong.services.place_energy import PlacePart
from shuangkong.timeseries.thinning import thinned

_ESTIMATED = "ESTIMATED"
_DIFFERENCES_DRAWN = 15


def flow_of(links: Sequence[Link], language: Language, marks: Sequence[Mark]) -> dict[str, Any] | None:
    """Return the flows of energy by carrier and purpose (能流图), None where there are none."""
    if not links:
        return None
    targets = {link.target for link in links}
    sources = {link.source for link in links}
    names = dict.fromkeys(end for link in links for end in (link.source, link.target))

    def kind(name: Words) -> str:
        return "loss" if name == UNMETERED else "source" if name not in targets else "conversion" if name in sources else "use"

    return {
        "unit": unit_text("tce", language), "nodes": [{"name": name.in_language(language), "kind": kind(name)} for name in names],
        "links": [
            {"source": link.source.in_language(language), "target": link.target.in_language(language), "value": _rounded(link.tce, 3), "text": number_text(link.tce, 1),
             "mark": marks[0].name if marks else None}
            for link in links
        ],
    }  # fmt: skip


def heat(load: Load, unit: str, language: Language) -> dict[str, Any]:
    """Return the load of each hour of each day (负荷热力图)."""
    days, values, estimated = heat_of(load)
    return {
        "unit": unit_text(unit, language), "columns": [day.isoformat()[5:] for day in days], "rows": [f"{hour:02d}:00" for hour in range(24)],
        "values": [[_rounded(value, 0) for value in row] for row in values], "marks": [[row, column, _ESTIMATED] for row, column in estimated], "low": "0",
    }  # fmt: skip


def curve(load: Load, unit: str, language: Language) -> dict[str, Any]:
    """Return the load over time, thinned so that no peak and no gap is lost (负荷曲线)."""
    places = thinned(load.loads)
    names = {place: f"{load.hours[place]:%Y-%m-%d %H:%M}" for place in places}
    marks = {names[place]: _ESTIMATED for place in places if place in load.estimated} if len(places) < 800 else {}
    series = {"name": Words("负荷", "load").in_language(language), "values": [_rounded(load.loads[place], 1) for place in places], "marks": marks}
    target = load.summary.base
    base = {"name": Words("基荷", "base load").in_language(language), "value": _rounded(target, 1)} if target is not None else None
    return {"unit": unit_text(unit, language), "zero": True, "periods": list(names.values()), "series": [series], **({"target": base} if base else {})}


def duration(load: Load, unit: str, language: Language) -> dict[str, Any]:
    """Return the load that is reached in a share of the hours (负荷持续曲线)."""
    name = Words("负荷", "load").in_language(language)
    return {"unit": unit_text(unit, language), "zero": True, "periods": [f"{share}%" for share, _ in load.duration], "series": [{"name": name, "values": [_rounded(value, 1) for _, value in load.duration]}]}


def differences(found: Sequence[Difference], names: Mapping[str, Words], language: Language) -> dict[str, Any] | None:
    """Return the main meters by their difference to the sub-meters, the largest first (总分表差)."""
    told = [one for one in found if one.found.pct is not None][:_DIFFERENCES_DRAWN]
    rows = [
        {"name": f"{names[one.main.organisation].in_language(language)} {one.main.name.in_language(language)}", "value": _rounded(one.found.pct, 2), "text": f"{number_text(one.found.pct, 1)}%"} for one in told if one.found.pct is not None
    ]
    return {"unit": "%", "rows": rows} if rows else None


def parts_of(parts: Sequence[PlacePart], language: Language, marks: Sequence[Mark]) -> dict[str, Any] | None:
    """Return what lies in a place by its energy (下级用能), None where nothing can be told."""
    rows = [
        {"name": one.node.name.in_language(language), "value": _rounded(one.use.tce, 2), "text": number_text(one.use.tce, 0), "mark": marks[0].name if marks else None}
        for one in parts if one.use is not None and one.use.tce is not None
    ]  # fmt: skip
    return {"unit": unit_text("tce", language), "rows": rows[:_DIFFERENCES_DRAWN]} if rows else None


def _rounded(figure: Decimal | None, decimals: int) -> str | None:
    return None if figure is None else plain(round_gbt8170(figure, decimals))
