"""From the board of a city to the words and figures of its report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from shuangkong import __version__
from shuangkong.indicators.observations import Observation
from shuangkong.kernel.language import Words
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.rounding import plain
from shuangkong.plan.model import Nature, Target
from shuangkong.plan.trajectory import Light
from shuangkong.rules import at as rules_at
from shuangkong.services.board import Board, BoardLine
from shuangkong.services.documents.report import (
    MARK_OF_GRADE,
    Assessment,
    BoardPart,
    BoardRow,
    Coverage,
    DataNote,
    Figure,
    Mark,
    Ranking,
    RankingRow,
    Remark,
    Report,
    Source,
    Working,
)  # fmt: skip
from shuangkong.services.documents.wording import decimals_of, number_text
from shuangkong.services.reports.comparisons import comparison_of, decomposition_of, trajectories_of
from shuangkong.services.reports.findings import NAMED_AT_MOST, findings, lead_agencies, next_steps
from shuangkong.services.reports.workings import marks_of, rules_relied_on, working_of, working_of_line


def compose(board: Board, *, before: Board | None, assessments: tuple[Assessment, ...] = ()) -> Report:
    """Return the report of a board (编成报告).

    Parameters
    ----------
    board : Board
        The year reported.
    before : Board or None
        The year before, as known on the same day, to say what changed.
    assessments : tuple of Assessment
        Score sheets, empty where none was run.
    """
    parts = parts_of(board)
    comparison, compared = comparison_of(board)
    decomposition = decomposition_of(board)
    places = (working_of(result, anchor=anchor, title=title, indicators=board.indicators) for anchor, title, result in compared)
    workings = (*_line_workings(board), *(replace(one, group=_BY_PLACE) for one in places))
    ranking = ranking_of(board)
    return Report(
        city=board.city.name,
        plan_title=board.plan.heading,
        edition=Words(board.plan.edition, _EDITION_EN.get(board.plan.edition, board.plan.edition)),
        document_number=board.plan.document_number,
        year=board.year,
        as_of=board.as_of,
        engine=f"双控 Shuangkong {__version__}",
        parts=parts,
        findings=findings(board, before, ranking, decomposition),
        steps=next_steps(board, rules_relied_on(workings)),
        legend=legend_of(board),
        banner=_banner(parts),
        trajectories=trajectories_of(board),
        ranking=ranking,
        comparison=comparison,
        decomposition=decomposition,
        assessments=assessments,
        workings=workings,
        remarks=_remarks(board),
        notes=_notes(board, parts, workings),
        sources=_sources(board, workings),
        rules=rules_relied_on(workings),
    )


_BY_PLACE = Words("县区", "Jurisdictions")
_EDITION_EN = {"征求意见稿": "draft for comment", "印发稿": "issued"}


def anchor_of(target: Target) -> str:
    """Return where the working of a target stands on the page."""
    return f"w-{target.id}"


def parts_of(board: Board) -> tuple[BoardPart, ...]:
    """Return every target as a row, by clause or annex (指标分组)."""
    order: dict[str, list[BoardRow]] = {}
    for line in board.lines:
        order.setdefault(line.target.clause, []).append(_row(board, line))
    printed = [clause.number for clause in board.plan.clauses] + [annex.number for annex in board.plan.annexes]
    numbers = [number for number in printed if number in order] + [number for number in order if number not in printed]
    return tuple(BoardPart(number, _clause_title(board, number), tuple(order[number])) for number in numbers)


def _clause_title(board: Board, number: str) -> Words:
    annex = next((annex for annex in board.plan.annexes if annex.number == number), None)
    told = board.plan.clause(number) or annex
    return told.heading if told else Words(number, number)


def _row(board: Board, line: BoardLine) -> BoardRow:
    target, result = line.target, line.result
    decimals = board.indicators.catalogue.indicators[target.indicator].declaration.decimals if result else decimals_of(target.value)
    coverage = Coverage(result.coverage.present, result.coverage.expected) if result and result.coverage.expected else None
    nature = Words("约束性", "binding") if target.nature is Nature.BINDING else Words("预期性", "indicative")
    if target.is_stretch:
        nature = Words(f"{nature.zh}·力争", f"{nature.en}, stretch")
    place = _place(board, target)
    is_said = target.scope_name in ("全市", board.city.name.zh) or _tells(target.name.zh, place.zh)
    return BoardRow(
        target_id=target.id, clause=target.clause, name=target.name, scope=Words("", "") if is_said else place, nature=nature,
        target=Figure(target.value, target.unit, decimals_of(target.value)), operator=target.operator.value,
        base=Figure(line.base, target.unit, max(decimals, decimals_of(target.base_value)) if target.base_value is None else decimals_of(target.base_value)),
        current=Figure(line.current, target.unit, decimals, line.reason), period=str(board.year) if result else "—",
        pace_pct=Figure(line.pace.pace_pct, "%", 1), light=line.light, reason=line.reason, coverage=coverage, marks=_marks(line),
        lead=lead_agencies(board, target), phrase=target.phrase, remarks=_remark_numbers(board, target), anchor=anchor_of(target) if result else "",
    )  # fmt: skip


def _marks(line: BoardLine) -> tuple[Mark, ...]:
    if line.verdict is not None:
        return (Mark.SIMULATED,) if line.verdict.is_simulated else ()
    return marks_of(line.result) if line.current is not None else ()


def _place(board: Board, target: Target) -> Words:
    place = board.city.jurisdictions.get(target.scope)
    if place is None or target.scope == board.city.code:
        return Words(target.scope_name, _SCOPE_EN.get(target.scope_name, target.scope_name))
    return place.name


_SCOPE_EN = {"公共机构": "public institutions", "市中心城区": "central urban area", "县级城市": "county-level towns", "县城": "county seats", "新建数据中心": "new data centres"}


def _tells(name: str, place: str) -> bool:
    """Tell whether a name holds the place already, be it with words between: 新建大型和超大型数据中心电能利用效率."""
    rest = iter(name)
    return all(sign in rest for sign in place.removeprefix("市"))


def _line_workings(board: Board) -> Iterable[Working]:
    return (working_of_line(line, anchor=anchor_of(line.target), indicators=board.indicators) for line in board.lines if line.result is not None)


def ranking_of(board: Board) -> Ranking | None:
    """Return the jurisdictions ranked by energy intensity, None where the plan binds none (县区排名)."""
    ranked = board.ranking()
    if not ranked:
        return None
    rows = []
    for one in ranked:
        line = one.line
        place = board.city.jurisdictions.get(line.target.scope)
        assert place is not None  # the pack was checked
        rows.append(RankingRow(
            rank=one.rank, code=place.code, name=place.name, current=Figure(line.current, "%", 2, line.reason),
            target=Figure(line.target.value, "%", decimals_of(line.target.value)), gap=Figure(line.ahead, "百分点", 2, is_change=True),
            light=line.light, tile=place.tile or (0, 0), marks=marks_of(line.result) if line.current is not None else (), reason=line.reason if line.current is None else None,
            anchor=anchor_of(line.target),
        ))  # fmt: skip
    name = board.indicators.catalogue.name(ranked[0].line.target.indicator)
    base = board.city.defaults.base_year
    return Ranking(
        _ranking_finding(board, rows), Words(f"{name.zh}（较 {base} 年）", f"{name.en}, on {base}"), f"{base + 1}-{board.year}", tuple(rows)
    )


def _ranking_finding(board: Board, rows: Sequence[RankingRow]) -> Words:
    green = sum(row.light is Light.GREEN for row in rows)
    known = [row for row in rows if row.gap.number is not None]
    if not known:
        return Words(f"{len(rows)} 个县区 {board.year} 年均无数据", f"none of {len(rows)} places has data for {board.year}")
    last = known[-1]
    zh, en = f"{len(rows)} 个县区中 {green} 个达到进度", f"{green} of {len(rows)} places are on the path"
    if last.gap.number is not None and last.gap.number < 0:
        gap = number_text(-last.gap.number, 1)
        zh, en = f"{zh}，{last.name.zh}落后最多（{gap} 个百分点）", f"{en}; {last.name.en} is furthest behind ({gap} pp)"
    return Words(zh, en)


def legend_of(board: Board) -> Words:
    """Return what the lights mean, with the dated steps between them (灯号说明)."""
    rules = rules_at(date(board.year, 12, 31))
    green, yellow = rules.get("assessment.pace.green"), rules.get("assessment.pace.yellow")
    high, low = plain(green.number), plain(yellow.number)
    stamp_zh, stamp_en = ("", "") if green.verified else ("；灯号界限为本系统约定，未核实", "; the steps are this system's own, unverified")
    return Words(
        f"进度＝已完成份额 ÷ 时间份额：{high}% 及以上顺利，{low}% 至 {high}% 预警，不足 {low}% 滞后{stamp_zh}。界限型和每年保持的指标只分达到与未达到。覆盖＝已有的数 ÷ 应有的数（累计指标按县区 × 年份计）。能耗强度按官方预警规则亮灯。",
        f"Pace is the share achieved over the share of time: {high}% and above on course, {low}% to {high}% warning, below {low}% behind{stamp_en}. "
        "Bounds and yearly levels are met or not. Coverage is figures held of figures expected (places × years for sums). Energy intensity follows the official warning rule.",
    )


def _banner(parts: Sequence[BoardPart]) -> Words | None:
    rows = [row for part in parts for row in part.rows]
    simulated = sum(Mark.SIMULATED in row.marks for row in rows)
    if not simulated:
        return None
    return Words(
        f"{simulated} 项指标的数值含模拟数据：无人公布的数由固定种子生成，与已公布的总数相符，只供演示，不得据以考核任何单位。带“模拟”字样的数均属此类。",
        f"{simulated} targets rest on simulated data: figures nobody published were made from a fixed seed to agree with published totals. "
        "They show how the system works and judge nobody.",
    )


def _remarks(board: Board) -> tuple[Remark, ...]:
    return tuple(Remark(number, "、".join(one.clauses), one.text, one.targets) for number, one in enumerate(board.plan.remarks, start=1))


def _remark_numbers(board: Board, target: Target) -> tuple[int, ...]:
    return tuple(number for number, one in enumerate(board.plan.remarks, start=1) if target.id in one.targets)


def _notes(board: Board, parts: Sequence[BoardPart], workings: Sequence[Working]) -> tuple[DataNote, ...]:
    snapshot = board.indicators.snapshot(board.as_of)
    current = list(snapshot.current())
    grades = Counter(one.grade for one in current)
    notes = [
        DataNote(
            Words("数据构成", "What the data are"),
            Words(
                f"截至 {board.as_of} 共知 {len(current)} 个数：" + "，".join(f"{grade.value} {grades[grade]}" for grade in DataGrade if grades[grade]) + "。",
                f"{len(current)} figures known on {board.as_of}: "
                + ", ".join(f"{MARK_OF_GRADE[grade].value.en if grade in MARK_OF_GRADE else grade.name.lower()} {grades[grade]}" for grade in DataGrade if grades[grade]) + ".",
            ),
        )
    ]  # fmt: skip
    if grades[DataGrade.SIMULATED]:
        text = Words(
            "城市和县区没有公布的数由固定种子生成，总数与已公布的数一致，逐项标注“模拟”。",
            "What city and jurisdictions did not publish was made from a fixed seed; totals agree with what was published; each figure is marked.",
        )
        notes.append(DataNote(Words("模拟数据", "Simulated data"), text, Mark.SIMULATED))
    revised = [one for one in current if len(snapshot.versions(*one.key)) > 1]
    if revised:
        notes.append(DataNote(Words("修订", "Revised"), _listed(board, revised, "个数有后来的版本", "figures have later versions")))
    absent = [one for one in current if one.value is None]
    if absent:
        notes.append(DataNote(Words("不适用", "Not applicable"), _listed(board, absent, "个数报为不适用", "figures reported as not applicable")))
    gaps = [row for part in parts for row in part.rows if row.anchor and row.current.number is None]
    if gaps:
        names = Words("、".join(f"{row.target_id} {row.name.zh}" for row in gaps), ", ".join(f"{row.target_id} {row.name.en}" for row in gaps))
        text = Words(f"{len(gaps)} 项有计算公式而缺数据：{names.zh}。缺的不作零。", f"{len(gaps)} targets lack data: {names.en}. Missing is not zero.")
        notes.append(DataNote(Words("缺数据", "Missing"), text))
    unverified = [rule for rule in rules_relied_on(workings) if not rule.is_verified]
    if unverified:
        names_zh, names_en = "、".join(rule.name.zh for rule in unverified), ", ".join(rule.name.en for rule in unverified)
        text = Words(f"{len(unverified)} 条所依规则尚未核对原文：{names_zh}。", f"{len(unverified)} rules were not checked against their text: {names_en}.")
        notes.append(DataNote(Words("未核实的规则", "Unverified rules"), text, Mark.UNVERIFIED))
    return tuple(notes)


def _listed(board: Board, several: Sequence[Observation], zh: str, en: str) -> Words:
    shown = sorted(several, key=lambda one: one.key)[:NAMED_AT_MOST]
    named = [(board.indicators.orgs.name(one.org), str(one.period), board.indicators.catalogue.name(one.element)) for one in shown]
    rest = len(several) - len(shown)
    return Words(
        f"{len(several)} {zh}：" + "；".join(f"{org.zh} {period} {name.zh}" for org, period, name in named) + (f"；另有 {rest} 个。" if rest else "。"),
        f"{len(several)} {en}: " + "; ".join(f"{org.en} {period} {name.en}" for org, period, name in named) + (f"; and {rest} more." if rest else "."),
    )


def _sources(board: Board, workings: Sequence[Working]) -> tuple[Source, ...]:
    found: dict[str, Source] = {}
    periods: dict[str, set[str]] = {}
    seen = {(line.source, line.element, line.org, line.period): line for one in workings for line in one.inputs}
    for line in seen.values():
        known = found.get(line.source, Source(line.source, 0, ""))
        marks = tuple(mark for mark in Mark if mark in {*known.marks, *line.marks})
        found[line.source] = replace(known, used=known.used + 1, marks=marks)
        periods.setdefault(line.source, set()).add(line.period)
    ordered = sorted(found.values(), key=lambda one: (Mark.SIMULATED in one.marks, -one.used, one.title))
    return tuple(replace(one, periods=_span(periods[one.title])) for one in ordered)


def _span(periods: set[str]) -> str:
    first, last = min(periods), max(periods)
    return first if first == last else f"{first} – {last}"
