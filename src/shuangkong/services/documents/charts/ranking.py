"""The jurisdictions in order, against the target line (点图), and as tiles on a schematic map (方格图)."""

from decimal import Decimal

from markupsafe import Markup

from shuangkong.kernel.language import Language
from shuangkong.plan.trajectory import Light
from shuangkong.services.documents.charts.canvas import (
    INK,
    LIGHT_INK,
    LIGHT_TINT,
    MUTED,
    RULE,
    Canvas,
    Scale,
    text_width,
)
from shuangkong.services.documents.report import Ranking, RankingRow
from shuangkong.services.documents.wording import figure_text, number_text, unit_text

_WIDTH, _ROW, _TOP, _RIGHT = 400, 23, 40, 52
_TILE_WIDTH, _TILE_HEIGHT, _GAP = 74, 58, 6


def draw_ranking(ranking: Ranking, language: Language) -> Markup:
    """Return the dot plot: one row a place, best first; the distance to the target is drawn, places without data keep their row."""
    rows = ranking.rows
    height = _TOP + _ROW * len(rows) + 26
    canvas = Canvas(
        width=_WIDTH, height=height, key="chart-ranking", title=ranking.finding.in_language(language),
        description=f"{ranking.indicator.in_language(language)} {ranking.period}: " + "; ".join(_told(row, language) for row in rows),
    )  # fmt: skip
    targets = sorted({row.target.number for row in rows if row.target.number is not None})
    known = [row.current.number for row in rows if row.current.number is not None]
    left = int(max((text_width(row.name.in_language(language), 12) for row in rows), default=Decimal(60))) + 34
    across = Scale.over([*known, *targets], start=left + 28, end=_WIDTH - _RIGHT)
    foot = _TOP + _ROW * len(rows)
    for tick in across.ticks:
        canvas.line((across.place(tick), _TOP - 6), (across.place(tick), foot))
        canvas.text(across.place(tick), foot + 16, number_text(tick, across.tick_decimals), size=11, colour=MUTED, anchor="middle")
    unit = next((unit_text(row.current.unit, language) for row in rows), "")
    canvas.text(_WIDTH - _RIGHT + 14, foot + 16, unit, size=11, colour=MUTED)
    shared = targets[0] if len(targets) == 1 else None
    if shared is not None:
        x = across.place(shared)
        canvas.line((x, _TOP - 12), (x, foot), INK, stroke_dasharray="2 3")
        named = figure_text(next(row.target for row in rows if row.target.number is not None), language, with_unit=True)
        canvas.text(x, _TOP - 18, ("目标 " if language == "zh" else "target ") + named, size=12, anchor="middle")
    for index, row in enumerate(rows):
        _row(canvas, row, _TOP + _ROW * index + _ROW // 2, left, across, language)
    return canvas.finish()


def _row(canvas: Canvas, row: RankingRow, y: int, left: int, across: Scale, language: Language) -> None:
    canvas.text(18, y + 4, str(row.rank) if row.rank is not None else "—", size=11, colour=MUTED, anchor="end")
    canvas.text(26, y + 4, row.name.in_language(language), size=12)
    if row.current.number is None:
        reason = row.reason.in_language(language) if row.reason else row.light.words.in_language(language)
        canvas.sign(Light.GREY, left + 6, y)
        canvas.text(left + 16, y + 4, reason, size=11, colour=LIGHT_INK[Light.GREY])
        return
    x = across.place(row.current.number)
    if row.target.number is not None:
        canvas.line((across.place(row.target.number), y), (x, y), LIGHT_INK[row.light], stroke_width=2, stroke_opacity="0.45")
    canvas.sign(row.light, x, y)
    is_left = row.target.number is not None and row.current.number < row.target.number
    canvas.text(x - 10 if is_left else x + 10, y + 4, figure_text(row.current, language), size=12, anchor="end" if is_left else "start", weight=600)


def draw_tiles(ranking: Ranking, language: Language) -> Markup:
    """Return the jurisdictions as tiles where they roughly lie, each with name, figure, and light as shape and word."""
    columns = max((row.tile[0] for row in ranking.rows), default=0) + 1
    lines = max((row.tile[1] for row in ranking.rows), default=0) + 1
    canvas = Canvas(
        width=columns * (_TILE_WIDTH + _GAP) + _GAP, height=lines * (_TILE_HEIGHT + _GAP) + _GAP, key="chart-tiles",
        title=ranking.finding.in_language(language), description="; ".join(_told(row, language) for row in ranking.rows),
    )  # fmt: skip
    for row in ranking.rows:
        x, y = _GAP + row.tile[0] * (_TILE_WIDTH + _GAP), _GAP + row.tile[1] * (_TILE_HEIGHT + _GAP)
        look = {"stroke_dasharray": "3 3"} if row.current.number is None else {}
        canvas.box((x, y), _TILE_WIDTH, _TILE_HEIGHT, LIGHT_TINT[row.light], stroke=LIGHT_INK[row.light], rx=2, **look)
        name = row.name.in_language(language)
        size = 13 if text_width(name, 13) <= _TILE_WIDTH - 8 else 10
        canvas.text(x + _TILE_WIDTH // 2, y + 18, name, size=size, anchor="middle", weight=600)
        canvas.text(x + _TILE_WIDTH // 2, y + 35, figure_text(row.current, language, with_unit=True), size=13, anchor="middle")
        words = row.light.words.in_language(language)
        start = x + _TILE_WIDTH // 2 - text_width(words, 11) / 2
        canvas.sign(row.light, start - 3, y + 46, Decimal(4))
        canvas.text(start + 5, y + 50, words, size=11, colour=LIGHT_INK[row.light])
    if not ranking.rows:
        canvas.line((0, 0), (0, 0), RULE)
    return canvas.finish()


def _told(row: RankingRow, language: Language) -> str:
    return f"{row.name.in_language(language)} {figure_text(row.current, language, with_unit=True)} {row.light.words.in_language(language)}"
