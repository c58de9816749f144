"""Years against a path, places against each other, a change against its causes: the figures behind the charts."""

from decimal import Decimal

from shuangkong.energy.decomposition import LmdiForm, lmdi
from shuangkong.energy.progress import remaining_rate_pct
from shuangkong.indicators.evaluate import IndicatorResult
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.units import unit
from shuangkong.plan.model import Nature
from shuangkong.plan.trajectory import Light
from shuangkong.rules import at as rules_at
from shuangkong.services.board import INTENSITY, Board, BoardLine, Reader
from shuangkong.services.documents.report import (
    Column,
    Comparison,
    Decomposition,
    Figure,
    Mark,
    PlaceRow,
    Step,
    Trajectory,
    TrajectoryPoint,
)  # fmt: skip
from shuangkong.services.documents.wording import number_text, unit_text
from shuangkong.services.reports.workings import marks_of

LEAD_CHARTS = 9
# Shown by place, in the unit the field prints; indicators a pack does not declare are left out.
COMPARED = (
    ("gdp_constant_2020_100m_yuan", "亿元"),
    ("total_energy_consumption_tce", "万tce"),
    ("energy_intensity_tce_per_10k_yuan", "tce/万元"),
    ("energy_intensity_annual_reduction_pct", "%"),
    (INTENSITY, "%"),
    ("co2_energy_t", "万tCO2"),
    ("co2_intensity_t_per_10k_yuan", "tCO2/万元"),
    ("co2_intensity_annual_reduction_pct", "%"),
)
OUTPUT, LEVEL = "gdp_constant_2020_100m_yuan", "energy_intensity_tce_per_10k_yuan"


def trajectories_of(board: Board) -> tuple[Trajectory, ...]:
    """Return the city's binding targets and those behind, the city's intensity first, then the jurisdictions' small ones (轨迹)."""
    reader = Reader(board.city, board.indicators.evaluator(as_of=board.as_of), rules_at(Period.year(board.year).start))
    city = [line for line in board.lines if line.target.scope == board.city.code and line.target.value is not None and reader.milestones(line.target)]
    first = [line for line in city if line.target.nature is Nature.BINDING]
    rest = [line for line in city if line not in first and line.current is not None]
    order = {Light.RED: 0, Light.YELLOW: 1, Light.GREEN: 2, Light.GREY: 3}
    chosen = (first + sorted(rest, key=lambda line: order[line.light]))[:LEAD_CHARTS]
    places = [line for line in board.lines if line.target.indicator == INTENSITY and line.target.scope != board.city.code]
    drawn = [(line, True) for line in chosen] + [(line, False) for line in places]
    return tuple(_trajectory(board, reader, line, is_lead=is_lead) for line, is_lead in drawn)


def _trajectory(board: Board, reader: Reader, line: BoardLine, *, is_lead: bool) -> Trajectory:
    target = line.target
    path = reader.milestones(target)
    decimals = board.indicators.catalogue.indicators[target.indicator].declaration.decimals
    points = []
    for year, planned in path.items():
        result = reader.result(target, year) if year <= board.year else None
        starts = target.kind.starts_at_zero and year == reader.base_year(target)
        actual = Decimal(0) if starts else target.base_value if year == reader.base_year(target) and target.base_value is not None else None
        if actual is None and year <= board.year:
            actual = reader.figure(target, year)
        points.append(TrajectoryPoint(year, actual, planned, () if starts else marks_of(result)))
    place = board.city.jurisdictions.get(target.scope)
    name = place.name if place else Words(target.scope_name, target.scope_name)
    return Trajectory(
        key=target.id, place=name, finding=finding_of(line, name, min(decimals, 1)),
        indicator=target.name if is_lead else board.indicators.catalogue.name(target.indicator), unit=target.unit, decimals=min(decimals, 1 if is_lead else 2),
        target=target.value, target_year=target.target_year or board.year, points=tuple(points), required=required_of(line, decimals), light=line.light,
        missing=line.reason, is_lead=is_lead, anchor=f"w-{target.id}",
    )  # fmt: skip


def finding_of(line: BoardLine, place: Words, decimals: int) -> Words:
    """Return the title of a chart: what it shows, in words (图题)."""
    name = line.target.name
    if line.current is None or line.ahead is None:
        reason = line.reason or line.light.words
        return Words(f"{name.zh}：{reason.zh}", f"{name.en}: {reason.en}")
    is_share = line.target.unit in ("%", "百分点")
    gap = number_text(abs(line.ahead), decimals)
    zh = f"{gap} 个百分点" if is_share else f"{gap} {unit_text(line.target.unit)}"
    en = f"{gap} {'pp' if is_share else unit_text(line.target.unit, 'en')}"
    return Words(f"{place.zh}{name.zh}{'超前' if line.ahead >= 0 else '落后'} {zh}", f"{place.en}, {name.en}: {en} {'ahead' if line.ahead >= 0 else 'behind'}")


def required_of(line: BoardLine, decimals: int) -> Words | None:
    """Return what each year left must bring, None where nothing is left to do (年均还需)."""
    target = line.target
    if line.current is None or target.value is None or target.target_year is None or line.year >= target.target_year or line.pace.is_met:
        return None
    years = target.target_year - line.year
    if target.indicator == INTENSITY:
        rate = remaining_rate_pct(target_pct=target.value, cumulative_reduction_pct=line.current, years_left=Decimal(years))
        return Words(f"年均还需降 {number_text(rate, 1)}%", f"{number_text(rate, 1)} % a year")
    step = (target.value - line.current) / years
    return Words(f"每年还需 {number_text(step, min(decimals, 1), is_change=True)}", f"{number_text(step, min(decimals, 1), is_change=True)} a year")


def comparison_of(board: Board) -> tuple[Comparison | None, list[tuple[str, Words, IndicatorResult]]]:
    """Return places against indicators, and the results to be opened (各县区指标)."""
    codes = [(code, symbol) for code, symbol in COMPARED if code in board.indicators.catalogue.indicators]
    evaluator = board.indicators.evaluator(as_of=board.as_of)
    children = board.city.jurisdictions.partition(board.city.code)
    period = Period.year(board.year)
    opened: list[tuple[str, Words, IndicatorResult]] = []
    names = board.indicators.catalogue.name
    rows = []
    for place in (*children, board.city.jurisdictions.root()):
        results = [evaluator.evaluate(code, org=place.code, period=period) for code, _ in codes]
        figures = tuple(_shown(board, result, symbol) for result, (_, symbol) in zip(results, codes, strict=True))
        anchors = tuple(f"c-{place.code}-{code}" for code, _ in codes)
        marks = tuple(mark for mark in Mark if any(mark in marks_of(result) for result in results))
        rows.append(PlaceRow(place.code, place.name, figures, marks, anchors))
        opened += [
            (anchor, Words(f"{place.name.zh} {names(code).zh}", f"{place.name.en} {names(code).en}"), result)
            for anchor, (code, _), result in zip(anchors, codes, results, strict=True)
        ]
    if not codes or not children:
        return None, []
    columns = tuple(Column(names(code), symbol) for code, symbol in codes)
    finding = Words(f"各县区 {board.year} 年能耗、产出与碳排放", f"Energy, output and CO2 by jurisdiction, {board.year}")
    return Comparison(finding, str(board.year), columns, tuple(rows)), opened


def _shown(board: Board, result: IndicatorResult, symbol: str) -> Figure:
    scaled = unit(symbol)
    number = None if result.value is None else result.value * result.unit.factor_to(scaled)
    declared = board.indicators.catalogue.indicators[result.code].declaration.decimals
    decimals = declared if scaled.scale == result.unit.scale else 2
    return Figure(number, symbol, decimals, result.reason)


def decomposition_of(board: Board) -> Decomposition | None:
    """Return the change of the city's intensity since the base year by cause: each place's efficiency, and the shift between places."""
    base_year = board.city.defaults.base_year
    evaluator = board.indicators.evaluator(as_of=board.as_of)
    places = board.city.jurisdictions.partition(board.city.code)
    known, marks = [], set()
    for place in places:
        results = [evaluator.evaluate(code, org=place.code, period=Period.year(year)) for year in (base_year, board.year) for code in (OUTPUT, LEVEL)]
        figures = [result.value for result in results]
        if all(figures):
            known.append((place, [figure for figure in figures if figure is not None]))
            marks |= {mark for result in results for mark in marks_of(result)}
    if len(known) < 2 or board.year <= base_year:
        return None
    before, after = sum(told[0] for _, told in known), sum(told[2] for _, told in known)
    found = lmdi(
        base_factors=[[told[0] / before, told[1]] for _, told in known],
        end_factors=[[told[2] / after, told[3]] for _, told in known],
        form=LmdiForm.ADDITIVE,
    )
    structure, efficiency = found.effects
    start = sum((told[0] / before * told[1] for _, told in known), Decimal(0))
    by_place = sorted(((place.name, effects[1]) for (place, _), effects in zip(known, found.by_category, strict=True)), key=lambda one: one[1])
    steps = (*(Step(Words(f"{name.zh}能效", f"{name.en}, efficiency"), effect) for name, effect in by_place),
             Step(Words("县区间结构", "shift between places"), structure))  # fmt: skip
    decimals = 4
    told_zh = [number_text(figure, decimals, is_change=True) for figure in (found.total, efficiency, structure)]
    covered = "" if len(known) == len(places) else f"{len(known)}/{len(places)}"
    return Decomposition(
        finding=Words(
            f"能耗强度较 {base_year} 年变化 {told_zh[0]}，其中能效 {told_zh[1]}、县区间结构 {told_zh[2]}",
            f"Intensity changed by {told_zh[0]} since {base_year}: efficiency {told_zh[1]}, shift between places {told_zh[2]}",
        ),
        start_name=Words(f"{base_year} 年", str(base_year)), start=start, steps=steps, end_name=Words(f"{board.year} 年", str(board.year)),
        end=start + found.total, unit="tce/万元", decimals=decimals, marks=tuple(mark for mark in Mark if mark in marks),
        note=Words(
            "因素：各县区产出占比（结构）× 各县区能耗强度（能效），基期至本年，2020 年不变价。" + (f"覆盖 {covered}，缺数据的县区两期均不计入。" if covered else ""),
            "Factors: share of output (structure) × intensity (efficiency) of each place, constant prices."
            + (f" Coverage {covered}; places without data are left out of both years." if covered else ""),
        ),
    )  # fmt: skip
