"""The live wall: shown once, then asked for again every few seconds by the page itself."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shuangkong.access.roles import Permission
from shuangkong.kernel.language import Language, Words
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.services import wall_pages
from shuangkong.services.monitoring_kinds import MARKS, OUTLETS, PointKind, mark_words, unit_shown
from shuangkong.services.wall_pages import REFRESH_SECONDS, Tile, Wall, WallAsked, WallFigure, WallState
from shuangkong.web.monitoring.asked import text_in
from shuangkong.web.page import language_of
from shuangkong.web.security.policies import policy

_MINUTES_OF_AN_HOUR, _MINUTES_OF_A_DAY = 60, 24 * 60
# Where the readings of a point open; of others, and of boundary and park stations, the page of the point.
_ROUTES = dict.fromkeys(OUTLETS, "monitoring-data") | {PointKind.RIVER_SECTION: "ambient-water", PointKind.WATER_SOURCE: "ambient-water", PointKind.AIR_STATION: "ambient-air"}
_FIGURES_MOST = 6  # on one tile; the rest stands on the page of the point


@policy(Permission.FIGURES_READ)
@require_GET
def show_wall(request: HttpRequest) -> HttpResponse:
    """Show the live wall (监测实况)."""
    told = _told(request)
    wall = wall_pages.wall(who=request.member, asked=_asked(told))
    language = language_of(request)
    groups = [(name, [_tile(tile, wall.now, language) for tile in tiles]) for name, tiles in wall.groups]
    query = urlencode({name: text for name, text in told.items() if text})
    return render(request, "monitoring/wall.html", {
        "wall": wall, "answer": _answer(wall, language), "groups": groups, "query": query, "kinds": list(PointKind), "states": list(WallState), "seconds": REFRESH_SECONDS,
    })  # fmt: skip


@policy(Permission.FIGURES_READ)
@require_GET
@never_cache
def newest(request: HttpRequest) -> HttpResponse:
    """Answer what the tiles say now (实况更新)."""
    wall = wall_pages.wall(who=request.member, asked=_asked(_told(request)))
    language = language_of(request)
    return JsonResponse({"at": f"{wall.now:%H:%M:%S}", "answer": _answer(wall, language), "tiles": [_tile(tile, wall.now, language) for tile in wall.tiles]})


def _told(request: HttpRequest) -> dict[str, str]:
    return {name: text_in(request.GET, name)[:60] for name in ("kind", "place", "state", "q")}


def _asked(told: dict[str, str]) -> WallAsked:
    return WallAsked(PointKind.__members__.get(told["kind"]), told["place"], WallState.__members__.get(told["state"]), told["q"])


def _answer(wall: Wall, language: Language) -> str:
    counted = [state.words.in_language(language) + f" {wall.counts[state]}" for state in reversed(WallState) if wall.counts[state]]
    head = Words(f"在看 {len(wall.tiles)} 个监测点：", f"{len(wall.tiles)} points: ").in_language(language)
    if wall.alarms:
        counted.append(Words(f"未办结报警 {wall.alarms}", f"open alarms {wall.alarms}").in_language(language))
    return head + ("，" if language == "zh" else ", ").join(counted) if counted else Words("没有符合条件的监测点", "No point answers to the filter").in_language(language)


def _tile(tile: Tile, now: datetime, language: Language) -> dict[str, Any]:
    figures = [_figure(one, language) for one in tile.figures[:_FIGURES_MOST]]
    name = tile.point.name.in_language(language)
    home = tile.home.in_language(language)
    return {
        "code": tile.point.code, "name": name if home in name else f"{home} {name}", "light": tile.state.light.value, "state": tile.state.words.in_language(language),
        "age": _age(tile.minutes_since(now)).in_language(language), "figures": figures, "route": _ROUTES.get(tile.point.kind, "monitoring-point"), "alarms": tile.alarms,
        "alarms_told": Words(f"报警 {tile.alarms}", f"alarms {tile.alarms}").in_language(language), "is_simulated": tile.point.is_simulated,
    }  # fmt: skip


def _figure(one: WallFigure, language: Language) -> dict[str, Any]:
    limit = one.limit
    ends = "" if limit is None else plain(limit.high) if limit.low is None and limit.high is not None else f"{_end(limit.low)}–{_end(limit.high)}"
    basis = Words("折算", "converted").in_language(language) if one.is_converted else ""
    share = "" if one.limit_pct is None else f"{round_gbt8170(one.limit_pct, 0)}%"
    mark = mark_words(one.flag).in_language(language) if one.flag in MARKS else one.flag if one.flag not in ("", "N") else ""
    return {
        "name": one.name.in_language(language), "value": shown(one.value), "limit": ends, "unit": unit_shown(one.unit), "basis": basis, "share": share,
        "mark": f"{one.flag} {mark}" if mark else "", "is_beyond": one.is_beyond or one.has_exceeded, "is_aside": limit is None,
    }  # fmt: skip


def _end(figure: Decimal | None) -> str:
    return "" if figure is None else plain(figure)


def shown(figure: Decimal | None) -> str:
    """Return a measured value rounded once for reading: three places below one, two below a hundred, one above (监测值显示).

    Examples
    --------
    >>> [shown(Decimal(text)) for text in ("0.12345", "12.3456", "123.456")], shown(None)
    (['0.123', '12.35', '123.5'], '—')
    """
    if figure is None:
        return "—"
    return plain(round_gbt8170(figure, 3 if abs(figure) < 1 else 2 if abs(figure) < 100 else 1))


def _age(minutes: int | None) -> Words:
    if minutes is None:
        return Words("没有数据", "nothing heard")
    if minutes <= 1:
        return Words("刚刚", "just now")
    if minutes < _MINUTES_OF_AN_HOUR:
        return Words(f"{minutes} 分钟前", f"{minutes} min ago")
    if minutes < _MINUTES_OF_A_DAY:
        return Words(f"{minutes // _MINUTES_OF_AN_HOUR} 小时前", f"{minutes // _MINUTES_OF_AN_HOUR} h ago")
    return Words(f"{minutes // _MINUTES_OF_A_DAY} 天前", f"{minutes // _MINUTES_OF_A_DAY} days ago")
