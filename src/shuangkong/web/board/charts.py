"""What the charts of the board are given, in the shapes that `static/shuangkong/js/chart-kinds.js` draws."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from shuangkong.kernel.language import Language
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.services.board_pages import BoardPage
from shuangkong.services.documents.report import Mark, RankingRow
from shuangkong.services.documents.wording import number_text, unit_text
from shuangkong.services.target_pages import TargetPage


def tiles_of(page: BoardPage, language: Language, as_of: date | None, *, heads: Mapping[str, object]) -> dict[str, Any] | None:
    """Return the schematic map of the jurisdictions with who is first responsible, None where the pack places none (方格图)."""
    rows = [row for row in page.ranking.rows if row.tile] if page.ranking else []
    return {
        "tiles": [
            {"code": row.code, "name": row.name.in_language(language), "row": row.tile[1], "column": row.tile[0], "light": row.light.value,
             "text": _told(row.current.number, row.current.decimals, "%"), "mark": _mark(row.marks), "url": _target(row, as_of, page), "head": str(heads.get(row.code, ""))}
            for row in rows
        ]
    } if rows else None  # fmt: skip


def dots_of(page: BoardPage, language: Language, as_of: date | None) -> dict[str, Any] | None:
    """Return the ranking of the jurisdictions with the path of the year (排名图)."""
    if page.ranking is None:
        return None
    paths = {one.target.scope: one.line.pace.milestone for one in page.rows if one.line.pace.milestone is not None}
    asked = [paths[row.code] for row in page.ranking.rows if row.code in paths]
    same = asked[0] if asked and len(set(asked)) == 1 else None
    rows = [
        {"name": row.name.in_language(language), "value": _exact(row.current.number), "text": _told(row.current.number, row.current.decimals, ""), "light": row.light.value,
         "mark": _mark(row.marks), "url": _target(row, as_of, page), "planned": None if same is not None else _exact(paths.get(row.code))}
        for row in page.ranking.rows
    ]  # fmt: skip
    named = "进度要求" if language == "zh" else "path"
    return {"unit": "%", "rows": rows, "target": {"name": named, "value": _exact(same), "text": _told(same, 1, "")} if same is not None else None}


def trajectory_of(page: TargetPage, language: Language) -> dict[str, Any] | None:
    """Return a target over its years: actual, planned, required, forecast (轨迹图)."""
    points = page.points
    if not any(one.actual is not None or one.planned is not None for one in points):
        return None
    target = page.line.target
    told: dict[str, Any] = {
        "unit": unit_text(target.unit, language), "periods": [str(one.year) for one in points], "actual": [_shown(one.actual, page.decimals) for one in points],
        "planned": [_shown(one.planned, page.decimals) for one in points], "marks": {str(one.year): _mark(one.marks) for one in points if one.marks},
    }  # fmt: skip
    if target.value is not None:
        told["target"] = {"name": "目标" if language == "zh" else "target", "value": plain(target.value)}
    if any(one.required is not None for one in points):
        told["required"] = [_shown(one.required, page.decimals) for one in points]
    if page.forecast is not None:
        told["forecast"] = {"low": [_shown(one.low, page.decimals) for one in points], "high": [_shown(one.high, page.decimals) for one in points]}
    return told


def _target(row: RankingRow, as_of: date | None, page: BoardPage) -> str:
    target = row.anchor.removeprefix("w-")
    query = {"year": str(page.moment.year)} | ({"as_of": as_of.isoformat()} if as_of else {})
    return f"{reverse('target', args=[target])}?{urlencode(query)}"


def _mark(marks: tuple[Mark, ...]) -> str | None:
    return marks[0].name if marks else None


def _exact(figure: Decimal | None) -> str | None:
    return None if figure is None else plain(figure)


def _shown(figure: Decimal | None, decimals: int) -> str | None:
    return None if figure is None else plain(round_gbt8170(figure, decimals))


def _told(figure: Decimal | None, decimals: int, unit: str) -> str | None:
    return None if figure is None else number_text(figure, decimals) + unit
