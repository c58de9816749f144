"""A target over its years: what was, the planned path, what is still required (轨迹图)."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from shuangkong.kernel.language import Language, Words
from shuangkong.services.documents.charts.canvas import (
    ACCENT,
    INK,
    LIGHT_INK,
    MUTED,
    PAPER,
    Canvas,
    Place,
    Scale,
    spread,
    text_width,
)
from shuangkong.services.documents.report import Trajectory, TrajectoryPoint
from shuangkong.services.documents.wording import number_text, unit_text

_WIDTH, _HEIGHT = 400, 236
_RIGHT, _TOP, _FOOT = 108, 14, 208
_SMALL_WIDTH, _SMALL_HEIGHT = 180, 112
_THIN = Decimal("1.4")


def draw_trajectory(trajectory: Trajectory, language: Language) -> Markup:
    """Return the chart of one target: actual line, planned path, required rate, target; a missing year is a gap."""
    canvas = Canvas(
        width=_WIDTH, height=_HEIGHT, key=f"chart-{trajectory.key}", title=trajectory.finding.in_language(language),
        description=_described(trajectory, language),
    )  # fmt: skip
    years = _years(trajectory)
    up = Scale.over(_figures([trajectory]), start=_FOOT, end=_TOP)
    printed = [number_text(tick, up.tick_decimals) for tick in up.ticks]
    left = int(max(text_width(words, 11) for words in printed)) + 8
    across = Scale(Decimal(years[0]), Decimal(years[-1]), Decimal(1), Decimal(left + 8), Decimal(_WIDTH - _RIGHT))
    for tick, words in zip(up.ticks, printed, strict=True):
        canvas.line((left, up.place(tick)), (_WIDTH - _RIGHT, up.place(tick)))
        canvas.text(left - 6, up.place(tick) + 4, words, size=11, colour=MUTED, anchor="end")
    for year in years:
        canvas.text(across.place(Decimal(year)), _FOOT + 18, str(year), size=11, colour=MUTED, anchor="middle")
    _paths(canvas, trajectory, across, up, stroke=Decimal("2.4"))
    _note_gaps(canvas, trajectory, across, language)
    _labels(canvas, trajectory, across, up, language)
    return canvas.finish()


def draw_small(trajectory: Trajectory, together: Sequence[Trajectory], language: Language) -> Markup:
    """Return one of many small charts, all on the scale of the whole set (小型多图)."""
    canvas = Canvas(
        width=_SMALL_WIDTH, height=_SMALL_HEIGHT, key=f"small-{trajectory.key}", title=trajectory.finding.in_language(language),
        description=_described(trajectory, language),
    )  # fmt: skip
    years = _years(trajectory)
    newest = max((one.latest.year for one in together if one.latest), default=years[-1])
    across = Scale(Decimal(years[0]), Decimal(years[-1]), Decimal(1), Decimal(16), Decimal(_SMALL_WIDTH - 44))
    up = Scale.over(_figures(together), start=_SMALL_HEIGHT - 20, end=26)
    canvas.sign(trajectory.light, 8, 10, Decimal("4.5"))
    canvas.text(18, 14, trajectory.place.in_language(language), size=12, weight=600)
    canvas.line((16, up.place(up.low)), (_SMALL_WIDTH - 44, up.place(up.low)))
    for year in (years[0], years[-1]):
        canvas.text(across.place(Decimal(year)), _SMALL_HEIGHT - 6, str(year), size=10, colour=MUTED, anchor="middle")
    _paths(canvas, trajectory, across, up, stroke=Decimal(2))
    latest = trajectory.latest
    if latest is None or latest.actual is None:
        canvas.text(40, 60, Words("○ 无数据", "○ no data").in_language(language), size=11, colour=MUTED)
    else:
        x, y = across.place(Decimal(latest.year)), up.place(latest.actual)
        canvas.text(x + 6, y + 4, number_text(latest.actual, trajectory.decimals), size=11, colour=LIGHT_INK[trajectory.light], weight=600, has_halo=True)
        if latest.year < newest:
            canvas.text(x + 6, y + 16, str(latest.year), size=10, colour=MUTED, has_halo=True)
    return canvas.finish()


def _years(trajectory: Trajectory) -> list[int]:
    return [point.year for point in trajectory.points]


def _figures(together: Sequence[Trajectory]) -> list[Decimal]:
    found = [figure for one in together for point in one.points for figure in (point.actual, point.planned) if figure is not None]
    return found + [one.target for one in together if one.target is not None]


def _paths(canvas: Canvas, trajectory: Trajectory, across: Scale, up: Scale, *, stroke: Place) -> None:
    def at(point: TrajectoryPoint, figure: Decimal) -> tuple[Decimal, Decimal]:
        return across.place(Decimal(point.year)), up.place(figure)

    if trajectory.target is not None:
        level = up.place(trajectory.target)
        canvas.line((across.start, level), (across.end, level), INK, stroke_dasharray="2 3")
    planned = [at(point, point.planned) for point in trajectory.points if point.planned is not None]
    if len(planned) > 1:
        canvas.run(planned, MUTED, stroke_width=_THIN, stroke_dasharray="6 4")
    latest = trajectory.latest
    if latest is not None and latest.actual is not None and trajectory.target is not None and latest.year < trajectory.target_year:
        end = (across.place(Decimal(trajectory.target_year)), up.place(trajectory.target))
        canvas.run([at(latest, latest.actual), end], LIGHT_INK[trajectory.light], stroke_width=_THIN, stroke_dasharray="1.5 3.5")
    for stretch in _unbroken(trajectory):
        places = [at(point, point.actual) for point in stretch if point.actual is not None]
        if len(places) > 1:
            canvas.run(places, ACCENT, stroke_width=stroke)
        for (x, y), point in zip(places, stretch, strict=True):
            hollow = bool(point.marks)
            canvas.dot(x, y, Decimal("3.2"), PAPER if hollow else ACCENT, stroke=ACCENT, stroke_width=Decimal("1.6"))


def _unbroken(trajectory: Trajectory) -> list[list[TrajectoryPoint]]:
    stretches: list[list[TrajectoryPoint]] = [[]]
    for point in trajectory.points:
        if point.actual is not None:
            stretches[-1].append(point)
        elif stretches[-1]:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]


def _note_gaps(canvas: Canvas, trajectory: Trajectory, across: Scale, language: Language) -> None:
    latest = trajectory.latest
    for point in trajectory.points:
        if point.actual is None and latest is not None and point.year < latest.year:
            words = Words("缺数据", "no data").in_language(language)
            canvas.text(across.place(Decimal(point.year)), _FOOT - 6, words, size=10, colour=LIGHT_INK[trajectory.light], anchor="middle")


def _labels(canvas: Canvas, trajectory: Trajectory, across: Scale, up: Scale, language: Language) -> None:
    """Name each line at its end, pushed apart where they meet."""
    named: list[tuple[Decimal, str, str, int]] = []
    decimals = trajectory.decimals
    if trajectory.target is not None:
        words = Words(f"目标 {number_text(trajectory.target, decimals)}", f"target {number_text(trajectory.target, decimals)}")
        named.append((up.place(trajectory.target), words.in_language(language), INK, 400))
    latest = trajectory.latest
    planned = next((p.planned for p in reversed(trajectory.points) if p.planned is not None and (latest is None or p.year <= latest.year)), None)
    if planned is not None and planned != trajectory.target:
        words = Words(f"计划 {number_text(planned, decimals)}", f"plan {number_text(planned, decimals)}")
        named.append((up.place(planned), words.in_language(language), MUTED, 400))
    if latest is not None and latest.actual is not None:
        words = Words(f"实际 {number_text(latest.actual, decimals)}", f"actual {number_text(latest.actual, decimals)}")
        named.append((up.place(latest.actual), words.in_language(language), ACCENT, 600))
        if trajectory.required is not None and trajectory.target is not None:
            between = up.place((latest.actual + trajectory.target) / 2)
            named.append((between, trajectory.required.in_language(language), LIGHT_INK[trajectory.light], 400))
    for y, (_, words_, colour, weight) in zip(spread([one[0] for one in named], 15, _TOP, _FOOT), named, strict=True):
        canvas.text(_WIDTH - _RIGHT + 9, y + 4, words_, size=12, colour=colour, weight=weight)
    if not named:
        reason = trajectory.missing or Words("暂无数据", "no data yet")
        canvas.text(60, (_TOP + _FOOT) // 2, reason.in_language(language), size=12, colour=MUTED)


def _described(trajectory: Trajectory, language: Language) -> str:
    unit = unit_text(trajectory.unit, language)
    missing = Words("缺", "none").in_language(language)
    told = [
        f"{point.year}: {number_text(point.actual, trajectory.decimals) + unit if point.actual is not None else missing}"
        for point in trajectory.points
    ]
    return f"{trajectory.place.in_language(language)} {trajectory.indicator.in_language(language)} — " + "; ".join(told)
