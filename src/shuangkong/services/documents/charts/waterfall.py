"""A change split into its causes, bars from zero (瀑布图)."""

from decimal import Decimal
from itertools import accumulate, pairwise

from markupsafe import Markup

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.charts.canvas import ACCENT, INK, MUTED, RULE, Canvas, Scale, text_width
from shuangkong.services.documents.report import Decomposition
from shuangkong.services.documents.wording import number_text, unit_text

_WIDTH, _ROW, _TOP, _BAR, _RIGHT = 400, 30, 34, 16, 64
_WORSE = "#a2550f"


def draw_waterfall(decomposition: Decomposition, language: Language) -> Markup:
    """Return the effects one after another, each bar starting where the one above ended; the last row is their sum."""
    rows = len(decomposition.steps) + 1
    canvas = Canvas(
        width=_WIDTH, height=_TOP + _ROW * rows + 24, key="chart-decomposition", title=decomposition.finding.in_language(language),
        description="; ".join(
            f"{step.name.in_language(language)} {_printed(step.effect, decomposition)}" for step in decomposition.steps
        ),
    )  # fmt: skip
    running = [Decimal(0), *accumulate(step.effect for step in decomposition.steps)]
    total = Words("合计变化", "total change").in_language(language)
    names = [*(step.name.in_language(language) for step in decomposition.steps), total]
    left = int(max(text_width(name, 12) for name in names)) + 12
    across = Scale.over(running, start=left + 44, end=_WIDTH - _RIGHT, about=4)
    foot = _TOP + _ROW * rows
    for tick in across.ticks:
        canvas.line((across.place(tick), _TOP - 4), (across.place(tick), foot), INK if tick == 0 else RULE)
        canvas.text(across.place(tick), foot + 16, number_text(tick, across.tick_decimals), size=10, colour=MUTED, anchor="middle")
    heading = Words(
        f"{decomposition.start_name.zh} {_level(decomposition.start, decomposition)} → {decomposition.end_name.zh} {_level(decomposition.end, decomposition)}",
        f"{decomposition.start_name.en} {_level(decomposition.start, decomposition)} → {decomposition.end_name.en} {_level(decomposition.end, decomposition)}",
    )
    canvas.text(0, 14, f"{heading.in_language(language)} {unit_text(decomposition.unit, language)}", size=12, colour=MUTED)
    bars = [*pairwise(running), (Decimal(0), running[-1])]
    for index, ((before, after), name) in enumerate(zip(bars, names, strict=True)):
        y = _TOP + _ROW * index
        is_total = index == rows - 1
        one, other = sorted((across.place(before), across.place(after)))
        colour = INK if is_total else ACCENT if after <= before else _WORSE
        canvas.text(0, y + 18, name, size=12, weight=600 if is_total else 400)
        canvas.box((one, y + 6), max(other - one, Decimal(1)), _BAR, colour)
        is_left = after < before
        canvas.text(one - 5 if is_left else other + 5, y + 18, _printed(after - before, decomposition), size=11, anchor="end" if is_left else "start")
        if not is_total:
            canvas.line((across.place(after), y + 6 + _BAR), (across.place(after), y + _ROW + 6), MUTED, stroke_dasharray="2 2")
    return canvas.finish()


def _printed(effect: Decimal, decomposition: Decomposition) -> str:
    return number_text(effect, decomposition.decimals, is_change=True)


def _level(level: Decimal, decomposition: Decomposition) -> str:
    return number_text(level, decomposition.decimals)
